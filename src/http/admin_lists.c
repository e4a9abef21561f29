/* Lists for editors: suggestions, entries, the history. Entries are those of the store; the directories that are read from files are not
 * theirs to change. A hundred thousand entries are gone through in some ten milliseconds. */
#include <stdlib.h>

#include <microhttpd.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/memory.h"
#include "http/admin_parts.h"

#define MOST_NAME 160U

/* --- suggestions ----------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *word, *title;
    enum eg_suggestion_state state;
} states[] = {{"open", "Open", EG_SUGGESTION_OPEN},
              {"accepted", "Accepted", EG_SUGGESTION_ACCEPTED},
              {"rejected", "Rejected", EG_SUGGESTION_REJECTED}};

struct listing {
    struct eg_admin_page *page;
    uint32_t n, most; /* shown; the next one only says that there are more */
    bool has_more;
};

/* The name that the document has; of a wrong one none. */
static struct eg_text name_in(struct eg_admin_page *page, struct eg_text document)
{
    struct eg_json *json = NULL;
    struct eg_text name = {0};
    if (eg_json_parse(document, &json, NULL) != EG_OK) return name;
    if (eg_json_is_text(eg_json_get(eg_json_root(json), "name"), &name))
        name = eg_admin_keep(page, (struct eg_text){name.data, eg_text_shown(name, MOST_NAME)});
    eg_json_free(json);
    return name;
}

static struct eg_text name_of_entry(const struct eg_admin_page *page, struct eg_text id)
{
    const struct eg_records *records = page->snapshot->records;
    const struct eg_record *service = records ? eg_records_find(records, EG_RECORD_SERVICE, id) : NULL;
    return service ? service->field[EG_SERVICE_NAME] : (struct eg_text){0};
}

/* Which members a change is about, "changes: What it does, Telephone": by what its
 * sender saw of the entry or, where nobody knows that, by what the entry says now. */
static void write_members(struct eg_admin_page *page, const struct eg_suggestion *suggestion)
{
    struct eg_json *before = NULL, *after = NULL;
    struct eg_document_diff diff = {.n = 0};
    if (suggestion->base.len == 0)
        before = eg_admin_document(page->snapshot->records, suggestion->entry_id, false);
    else if (eg_json_parse(suggestion->base, &before, NULL) != EG_OK) before = NULL;
    bool is_read = before && eg_json_parse(suggestion->document, &after, NULL) == EG_OK;
    if (is_read &&
        eg_document_diff(eg_json_root(before), eg_json_root(after), page->arena, &diff, NULL) != EG_OK)
        diff.n = 0;
    for (uint32_t i = 0; i < diff.n; i++) {
        if (i > 0 && eg_text_equal(diff.items[i].member, diff.items[i - 1].member)) continue;
        eg_html_text(&page->html, i == 0 ? EG_TEXT("; changes: ") : EG_TEXT(", "));
        eg_html_text(&page->html, eg_admin_label(page, diff.items[i].member, (struct eg_text){0}));
    }
    if (is_read && diff.n == 0) eg_html_text(&page->html, EG_TEXT("; changes nothing, see its note"));
    eg_json_free(before);
    eg_json_free(after);
}

static void write_suggestion(struct eg_admin_page *page, const struct eg_suggestion *suggestion)
{
    struct eg_html *html = &page->html;
    bool is_new = suggestion->entry_id.len == 0;
    struct eg_text name = is_new ? (struct eg_text){0} : name_of_entry(page, suggestion->entry_id);
    bool is_gone = !is_new && name.len == 0;
    if (name.len == 0) name = name_in(page, suggestion->document);
    eg_html_open(html, "li");
    eg_admin_open(page, "p", "row");
    eg_admin_link(page, eg_admin_address(page, "/admin/suggestions/%s", suggestion->id),
                  name.len > 0 ? name : EG_TEXT("(without a name)"));
    eg_html_close(html);
    eg_admin_open(page, "p", "note");
    eg_html_text(html, is_new ? EG_TEXT("A new entry, sent ") : EG_TEXT("A change, sent "));
    eg_admin_time(page, suggestion->at);
    if (suggestion->from_name.len > 0) {
        eg_html_text(html, EG_TEXT(" by "));
        eg_html_leaf(
            html, "bdi",
            (struct eg_text){suggestion->from_name.data, eg_text_shown(suggestion->from_name, MOST_NAME)});
    }
    if (!is_new) write_members(page, suggestion);
    if (is_gone) eg_html_text(html, EG_TEXT("; its entry was deleted"));
    if (suggestion->decided_at.len > 0) {
        eg_html_text(html, EG_TEXT("; decided "));
        eg_admin_time(page, suggestion->decided_at);
        eg_html_text(html, EG_TEXT(" by "));
        eg_html_leaf(html, "bdi", suggestion->decided_by);
    }
    eg_html_close(html);
    eg_html_close(html);
}

static bool list_suggestion(void *context, const struct eg_suggestion *suggestion)
{
    struct listing *listing = context;
    if (listing->n == listing->most) {
        listing->has_more = true;
        return false;
    }
    if (listing->n++ == 0) eg_admin_open(listing->page, "ul", "rows");
    write_suggestion(listing->page, suggestion);
    return true;
}

static void write_states(struct eg_admin_page *page, size_t chosen)
{
    struct eg_html *html = &page->html;
    eg_admin_open(page, "nav", "states");
    eg_html_attribute(html, "aria-label", EG_TEXT("Suggestions by state"));
    eg_html_open(html, "ul");
    for (size_t i = 0; i < EG_ARRAY_LEN(states); i++) {
        eg_html_open(html, "li");
        eg_html_open(html, "a");
        eg_html_address(html, "href", eg_admin_address(page, "/admin/suggestions?state=%s", states[i].word));
        if (i == chosen) eg_html_attribute(html, "aria-current", EG_TEXT("true"));
        eg_html_text(html, eg_text_from(states[i].title));
        eg_html_close(html);
        eg_html_close(html);
    }
    eg_html_close(html);
    eg_html_close(html);
}

static struct eg_store_page rows_of(uint32_t page)
{
    return (struct eg_store_page){.limit = EG_ADMIN_ROWS + 1, .offset = (page - 1) * EG_ADMIN_ROWS};
}

enum eg_status eg_admin_suggestions(struct eg_admin_page *page, struct eg_answer **answer_out,
                                    struct eg_error *err)
{
    size_t chosen = 0;
    struct listing listing = {.page = page, .most = EG_ADMIN_ROWS};
    struct eg_suggestion_visitor visitor = {list_suggestion, &listing};
    for (size_t i = 0; i < EG_ARRAY_LEN(states); i++)
        if (eg_text_equal(page->wanted->state, eg_text_from(states[i].word))) chosen = i;
    eg_admin_begin(page, EG_TEXT("Suggestions"), NULL);
    write_states(page, chosen);
    eg_admin_leaf(page, "h2", states[chosen].title);
    enum eg_status status = eg_store_suggestions(eg_ledger_store(page->ledger), states[chosen].state,
                                                 rows_of(page->wanted->page), &visitor, err);
    if (status != EG_OK) return status;
    if (listing.n > 0) eg_html_close(&page->html);
    else eg_admin_leaf(page, "p", chosen == 0 ? "No suggestion waits." : "There are none.");
    eg_admin_pager(page, eg_admin_address(page, "/admin/suggestions?state=%s", states[chosen].word),
                   listing.has_more);
    return eg_admin_finish(page, MHD_HTTP_OK, answer_out, err);
}

/* --- entries --------------------------------------------------------------------------------------------------------------- */

#define NEVER INT64_MIN /* reviewed, as far as is known */

struct row {
    uint32_t entry;
    int64_t day; /* of its last review */
};

struct reviews {
    uint32_t store; /* the directory's index */
    int64_t due_before_day;
};

static struct reviews reviews_of(const struct eg_admin_page *page)
{
    const struct eg_atlas *atlas = page->snapshot->atlas;
    struct reviews reviews = {.store = eg_atlas_store_of(atlas)};
    char now[21];
    int64_t unix_s = 0;
    eg_clock_utc(now);
    (void)eg_calendar_parse_instant(eg_text_from(now), &unix_s);
    reviews.due_before_day = eg_zone_local(eg_directory_zone(page->snapshot->directory), unix_s).day -
                             atlas->directories[reviews.store].store.review_after_days;
    return reviews;
}

static int64_t reviewed_on(const struct eg_entry *entry)
{
    int64_t day = NEVER;
    (void)eg_calendar_parse_date(entry->field[EG_ENTRY_LAST_REVIEWED], &day);
    return day;
}

struct eg_admin_counts eg_admin_count_entries(const struct eg_admin_page *page)
{
    const struct eg_entries *entries = eg_directory_entries(page->snapshot->directory);
    struct reviews reviews = reviews_of(page);
    struct eg_admin_counts counts = {0};
    for (uint32_t i = 0; i < entries->n; i++) {
        if (entries->items[i]->directory != reviews.store) continue;
        counts.n++;
        if (reviewed_on(entries->items[i]) < reviews.due_before_day) counts.n_due++;
    }
    return counts;
}

static int older_first(const void *a, const void *b)
{
    const struct row *one = a, *other = b;
    if (one->day != other->day) return one->day < other->day ? -1 : 1;
    return one->entry < other->entry ? -1 : one->entry > other->entry;
}

/* An id that was pasted is found, too. */
static enum eg_status search(const struct eg_admin_page *page, struct eg_directory_result *result_out,
                             struct eg_error *err)
{
    const struct eg_directory *directory = page->snapshot->directory;
    struct eg_directory_query query = {.words = page->wanted->q,
                                       .kinds = (1U << EG_N_KINDS) - 1,
                                       .serves_boundaries = EG_ATLAS_NONE,
                                       .order = EG_ORDER_NAME,
                                       .limit = INT32_MAX};
    uint32_t number = eg_directory_find(directory, eg_text_trim(page->wanted->q));
    if (number == UINT32_MAX) return eg_directory_search(directory, &query, result_out, err);
    struct eg_directory_hit *hit = eg_memory_zeroed(1, sizeof *hit);
    if (!hit) return eg_error_no_memory(err, sizeof *hit);
    hit->entry = number;
    *result_out = (struct eg_directory_result){.n_matched = 1, .n = 1, .hits = hit};
    return EG_OK;
}

/* Of what was found, what is the store's and, where that was asked for, due: the longest unreviewed first. */
static struct row *choose(struct eg_admin_page *page, const struct eg_directory_result *found,
                          uint32_t *n_out)
{
    const struct eg_entries *entries = eg_directory_entries(page->snapshot->directory);
    struct reviews reviews = reviews_of(page);
    struct row *rows = eg_arena_array(page->arena, found->n + 1U, sizeof *rows);
    uint32_t n = 0;
    for (uint32_t i = 0; rows && i < found->n; i++) {
        const struct eg_entry *entry = entries->items[found->hits[i].entry];
        int64_t day = reviewed_on(entry);
        if (entry->directory != reviews.store) continue;
        if (page->wanted->due && day >= reviews.due_before_day) continue;
        rows[n++] = (struct row){found->hits[i].entry, day};
    }
    if (rows && page->wanted->due) qsort(rows, n, sizeof *rows, older_first);
    *n_out = n;
    return rows;
}

static void write_entry(struct eg_admin_page *page, const struct row *row, int64_t due_before_day)
{
    struct eg_html *html = &page->html;
    const struct eg_entry *entry = eg_directory_entries(page->snapshot->directory)->items[row->entry];
    eg_html_open(html, "li");
    eg_admin_open(page, "p", "row");
    eg_admin_link(page, eg_admin_address(page, "/admin/entries/%s", entry->id), entry->field[EG_ENTRY_NAME]);
    if (row->day < due_before_day) {
        eg_html_text(html, EG_TEXT(" "));
        eg_admin_open(page, "strong", "old");
        eg_html_text(html, EG_TEXT("Review due"));
        eg_html_close(html);
    }
    eg_html_close(html);
    eg_admin_open(page, "p", "note");
    eg_html_text(html,
                 eg_admin_say_text(page, EG_TEXT("kind"), eg_text_from(eg_entry_kind_name(entry->kind))));
    if (entry->field[EG_ENTRY_ORGANISATION].len > 0) {
        eg_html_text(html, EG_TEXT(", "));
        eg_html_leaf(html, "bdi", entry->field[EG_ENTRY_ORGANISATION]);
    }
    if (row->day == NEVER) eg_html_text(html, EG_TEXT("; never reviewed"));
    else
        eg_html_text_format(html, "; last reviewed %.*s",
                            EG_TEXT_SHOWN(entry->field[EG_ENTRY_LAST_REVIEWED], 10));
    eg_html_close(html);
    eg_html_close(html);
}

static void write_search(struct eg_admin_page *page)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "form");
    eg_html_attribute(html, "method", EG_TEXT("get"));
    eg_html_address(html, "action", eg_admin_address(page, "/admin/entries"));
    eg_html_attribute(html, "class", EG_TEXT("narrow-form"));
    eg_html_attribute(html, "role", EG_TEXT("search"));
    eg_admin_open(page, "div", "field");
    eg_html_open(html, "label");
    eg_html_attribute(html, "for", EG_TEXT("q"));
    eg_html_text(html, EG_TEXT("Words of the entry, or its id"));
    eg_html_close(html);
    eg_html_open(html, "input");
    eg_html_attribute(html, "id", EG_TEXT("q"));
    eg_html_attribute(html, "type", EG_TEXT("search"));
    eg_html_attribute(html, "name", EG_TEXT("q"));
    eg_html_attribute(html, "value", page->wanted->q);
    eg_html_void(html);
    eg_html_close(html);
    eg_admin_open(page, "label", "tick");
    eg_html_open(html, "input");
    eg_html_attribute(html, "type", EG_TEXT("checkbox"));
    eg_html_attribute(html, "name", EG_TEXT("due"));
    eg_html_attribute(html, "value", EG_TEXT("1"));
    if (page->wanted->due) eg_html_attribute(html, "checked", EG_TEXT("checked"));
    eg_html_void(html);
    eg_html_open(html, "span");
    eg_html_text(html, EG_TEXT("Only those to review, the longest unreviewed first"));
    eg_html_close(html);
    eg_html_close(html);
    eg_admin_button(page, NULL, NULL, "Search");
    eg_html_close(html);
}

static void write_entries(struct eg_admin_page *page, const struct row *rows, uint32_t n)
{
    uint64_t from = (uint64_t)(page->wanted->page - 1) * EG_ADMIN_ROWS;
    int64_t due_before_day = reviews_of(page).due_before_day;
    eg_html_open(&page->html, "p");
    eg_html_attribute(&page->html, "id", EG_TEXT("count"));
    eg_html_text_format(&page->html, n == 1 ? "%u entry" : "%u entries", n);
    eg_html_close(&page->html);
    if (from < n) eg_admin_open(page, "ul", "rows");
    for (uint64_t i = from; i < n && i < from + EG_ADMIN_ROWS; i++)
        write_entry(page, &rows[i], due_before_day);
    if (from < n) eg_html_close(&page->html);
    struct eg_text address = eg_admin_address(page, "/admin/entries");
    if (page->wanted->q.len > 0) address = eg_admin_with(page, address, "q", page->wanted->q);
    if (page->wanted->due) address = eg_admin_with(page, address, "due", EG_TEXT("1"));
    eg_admin_pager(page, address, from + EG_ADMIN_ROWS < n);
}

enum eg_status eg_admin_entries(struct eg_admin_page *page, struct eg_answer **answer_out,
                                struct eg_error *err)
{
    struct eg_directory_result found = {0};
    uint32_t n = 0;
    enum eg_status status = search(page, &found, err);
    if (status != EG_OK) return status;
    struct row *rows = choose(page, &found, &n);
    eg_directory_result_clear(&found);
    if (!rows) return eg_error_no_memory(err, 0);
    eg_admin_begin(page, page->wanted->due ? EG_TEXT("Entries to review") : EG_TEXT("Entries"), NULL);
    eg_html_open(&page->html, "p");
    eg_admin_link(page, eg_admin_address(page, "/admin/entries/new"), EG_TEXT("Make a new entry"));
    eg_html_close(&page->html);
    write_search(page);
    write_entries(page, rows, n);
    return eg_admin_finish(page, MHD_HTTP_OK, answer_out, err);
}

/* --- history --------------------------------------------------------------------------------------------------------------- */

const char *eg_admin_action(enum eg_change_action action)
{
    static const char *const words[EG_N_CHANGE_ACTIONS] = {[EG_CHANGE_CREATE] = "made",
                                                           [EG_CHANGE_UPDATE] = "changed",
                                                           [EG_CHANGE_DELETE] = "deleted",
                                                           [EG_CHANGE_UNDO] = "undone",
                                                           [EG_CHANGE_IMPORT] = "import",
                                                           [EG_CHANGE_REVIEW] = "reviewed",
                                                           [EG_CHANGE_OUTSIDE] = "edited in another program"};
    return words[action];
}

static bool list_change(void *context, const struct eg_change_entry *change)
{
    struct listing *listing = context;
    struct eg_admin_page *page = listing->page;
    struct eg_html *html = &page->html;
    if (listing->n == listing->most) {
        listing->has_more = true;
        return false;
    }
    if (listing->n++ == 0) eg_admin_open(page, "ul", "rows");
    eg_html_open(html, "li");
    eg_admin_open(page, "p", "row");
    eg_admin_link(page, eg_admin_address(page, "/admin/history/%s", change->id),
                  change->title.len > 0 ? change->title : EG_TEXT("Several entries"));
    eg_html_text_format(html, ": %s", eg_admin_action(change->action));
    eg_html_close(html);
    eg_admin_open(page, "p", "note");
    eg_admin_time(page, change->at);
    eg_html_text(html, EG_TEXT(" by "));
    eg_html_leaf(html, "bdi", change->by);
    eg_html_close(html);
    eg_html_close(html);
    return true;
}

enum eg_status eg_admin_write_history(struct eg_admin_page *page, struct eg_text entry,
                                      struct eg_store_page which, bool *has_more_out, struct eg_error *err)
{
    struct listing listing = {.page = page, .most = which.limit};
    struct eg_change_visitor visitor = {list_change, &listing};
    which.limit++;
    enum eg_status status = eg_store_history(eg_ledger_store(page->ledger), entry, which, &visitor, err);
    if (status != EG_OK) return status;
    if (listing.n > 0) eg_html_close(&page->html);
    else eg_admin_leaf(page, "p", "Nothing was changed yet.");
    *has_more_out = listing.has_more;
    return EG_OK;
}

enum eg_status eg_admin_write_batch(struct eg_admin_page *page, struct eg_text batch,
                                    struct eg_store_page which, bool *has_any_out, bool *has_more_out,
                                    struct eg_error *err)
{
    struct listing listing = {.page = page, .most = which.limit};
    struct eg_change_visitor visitor = {list_change, &listing};
    which.limit++;
    enum eg_status status = eg_store_batch(eg_ledger_store(page->ledger), batch, which, &visitor, err);
    if (status != EG_OK) return status;
    if (listing.n > 0) eg_html_close(&page->html);
    else
        eg_admin_leaf(page, "p",
                      which.offset > 0 ? "There are no more." : "There is no line for single entries.");
    *has_any_out = listing.n > 0 || which.offset > 0;
    *has_more_out = listing.has_more;
    return EG_OK;
}

enum eg_status eg_admin_history(struct eg_admin_page *page, struct eg_answer **answer_out,
                                struct eg_error *err)
{
    struct eg_text entry = page->wanted->entry, address = eg_admin_address(page, "/admin/history");
    struct eg_store_page which = {EG_ADMIN_ROWS, (page->wanted->page - 1) * EG_ADMIN_ROWS};
    bool has_more = false;
    eg_admin_begin(page, EG_TEXT("History"), NULL);
    if (entry.len > 0) {
        struct eg_text name = name_of_entry(page, entry);
        address = eg_admin_with(page, address, "entry", entry);
        eg_html_open(&page->html, "p");
        eg_html_text(&page->html, EG_TEXT("Of one entry: "));
        if (name.len > 0)
            eg_admin_link(page, eg_admin_address(page, "/admin/entries/%.*s", EG_TEXT_SHOWN(entry, 64)),
                          name);
        else eg_html_text(&page->html, EG_TEXT("one that was deleted"));
        eg_html_close(&page->html);
    }
    enum eg_status status = eg_admin_write_history(page, entry, which, &has_more, err);
    if (status != EG_OK) return status;
    eg_admin_pager(page, address, has_more);
    return eg_admin_finish(page, MHD_HTTP_OK, answer_out, err);
}
