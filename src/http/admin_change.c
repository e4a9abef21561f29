/* One line of the history: who changed what, when and why, what the entry said before and after; and undoing it. */
#include <string.h>

#include <microhttpd.h>

#include "engine/undoing.h"
#include "http/admin_edit.h"
#include "http/server_parts.h"

struct subject {
    struct eg_admin_page *page;
    struct eg_change_entry change; /* its texts in the page's arena */
    struct eg_json *before, *after;
    bool has_lines; /* of single entries */
};

static bool keep_change(void *context, const struct eg_change_entry *change)
{
    struct subject *subject = context;
    struct eg_change_entry *kept = &subject->change;
    *kept = *change;
    struct eg_text *const texts[] = {&kept->at,     &kept->by,    &kept->entry_id,   &kept->title,
                                     &kept->before, &kept->after, &kept->suggestion, &kept->reason,
                                     &kept->batch,  &kept->rows};
    for (size_t i = 0; i < EG_ARRAY_LEN(texts); i++) *texts[i] = eg_admin_keep(subject->page, *texts[i]);
    return false;
}

static enum eg_status find(struct subject *subject, struct eg_error *err)
{
    struct eg_admin_page *page = subject->page;
    struct eg_change_visitor visitor = {keep_change, subject};
    enum eg_status status = eg_store_change(eg_ledger_store(page->ledger), page->wanted->id, &visitor, err);
    if (status == EG_OK && subject->change.before.len > 0)
        status = eg_json_parse(subject->change.before, &subject->before, err);
    if (status == EG_OK && subject->change.after.len > 0)
        status = eg_json_parse(subject->change.after, &subject->after, err);
    return status;
}

static void clear(struct subject *subject)
{
    eg_json_free(subject->before);
    eg_json_free(subject->after);
}

/* --- the page -------------------------------------------------------------------------------------------------------------- */

static void begin_fact(struct eg_admin_page *page, const char *name)
{
    eg_html_open(&page->html, "div");
    eg_admin_leaf(page, "dt", name);
}

static void write_facts(const struct subject *subject)
{
    struct eg_admin_page *page = subject->page;
    struct eg_html *html = &page->html;
    const struct eg_change_entry *change = &subject->change;
    eg_html_open(html, "dl");
    begin_fact(page, "When");
    eg_html_open(html, "dd");
    eg_admin_time(page, change->at);
    eg_html_close(html);
    eg_html_close(html);
    begin_fact(page, "By");
    eg_admin_data(page, "dd", change->by, "not known");
    eg_html_close(html);
    begin_fact(page, "What");
    eg_admin_leaf(page, "dd", eg_admin_action(change->action));
    eg_html_close(html);
    if (change->reason.len > 0) {
        begin_fact(page, "Why");
        eg_admin_data(page, "dd", change->reason, "");
        eg_html_close(html);
    }
    if (change->suggestion.len > 0) {
        begin_fact(page, "From");
        eg_html_open(html, "dd");
        eg_admin_link(
            page, eg_admin_address(page, "/admin/suggestions/%.*s", EG_TEXT_SHOWN(change->suggestion, 64)),
            EG_TEXT("a suggestion"));
        eg_html_close(html);
        eg_html_close(html);
    }
    if (change->batch.len > 0) {
        begin_fact(page, "Part of");
        eg_html_open(html, "dd");
        eg_admin_link(page, eg_admin_address(page, "/admin/history/%.*s", EG_TEXT_SHOWN(change->batch, 64)),
                      EG_TEXT("what was done to several entries at once"));
        eg_html_close(html);
        eg_html_close(html);
    }
    if (change->entry_id.len > 0) {
        begin_fact(page, "Entry");
        eg_html_open(html, "dd");
        eg_admin_link(page,
                      eg_admin_address(page, "/admin/entries/%.*s", EG_TEXT_SHOWN(change->entry_id, 64)),
                      EG_TEXT("as it is now"));
        eg_html_text(html, EG_TEXT(", "));
        eg_admin_link(
            page, eg_admin_address(page, "/admin/history?entry=%.*s", EG_TEXT_SHOWN(change->entry_id, 64)),
            EG_TEXT("its history"));
        eg_html_close(html);
        eg_html_close(html);
    }
    eg_html_close(html);
}

/* What undoing by force would do to the entry as it is now. */
static void write_loss(const struct subject *subject)
{
    struct eg_admin_page *page = subject->page;
    struct eg_json *now = eg_admin_document(page->snapshot->records, subject->change.entry_id, true);
    eg_admin_compare(page, eg_json_root(now), eg_json_root(subject->before),
                     "The entry as it is now (before), and as it would be (after)");
    eg_json_free(now);
}

static void write_undo(const struct subject *subject, bool by_force)
{
    struct eg_admin_page *page = subject->page;
    struct eg_html *html = &page->html;
    bool is_batch = subject->change.entry_id.len == 0;
    eg_admin_leaf(page, "h2", is_batch ? "Undo all of it" : "Undo it");
    if (is_batch && by_force)
        eg_admin_leaf(
            page, "p",
            "What was changed since would be lost, where it concerns the same. Entries that were deleted "
            "since stay deleted.");
    if (!is_batch && by_force) {
        eg_admin_leaf(
            page, "p",
            "The entry has been changed since, and that would be lost. This is what would become of it:");
        write_loss(subject);
    }
    eg_admin_form(page, eg_admin_address(page, "/admin/history/%s", subject->change.id), "narrow-form");
    if (by_force) eg_admin_hidden(page, "action", EG_TEXT("force"));
    eg_admin_reason(page, "reason", "Why, for the history (may be left empty)", NULL);
    eg_admin_button(page, NULL, NULL,
                    by_force   ? "Undo it all the same"
                    : is_batch ? "Undo the change of all these entries"
                               : "Undo this change");
    eg_html_close(html);
}

/* The single lines of what was done at once. */
static enum eg_status write_batch(struct subject *subject, struct eg_error *err)
{
    struct eg_admin_page *page = subject->page;
    struct eg_text address = eg_admin_address(page, "/admin/history/%s", subject->change.id);
    struct eg_store_page which = {EG_ADMIN_ROWS, (page->wanted->page - 1) * EG_ADMIN_ROWS};
    bool has_more = false;
    eg_admin_leaf(page, "h2", "Entries");
    enum eg_status status = eg_admin_write_batch(page, eg_text_from(subject->change.id), which,
                                                 &subject->has_lines, &has_more, err);
    if (status == EG_OK) eg_admin_pager(page, address, has_more);
    return status;
}

/* How far the undoing of very many entries is. Whether it goes on. */
static bool write_progress(const struct subject *subject)
{
    struct eg_admin_page *page = subject->page;
    struct eg_undoing_report report;
    struct eg_text id = eg_text_from(subject->change.id), said = {0};
    if (!eg_undoing_tell(eg_engine_undoing(page->exchange->server->engine), id, &report)) return false;
    bool is_ended = report.state == EG_UNDOING_DONE || report.state == EG_UNDOING_STOPPED;
    static const char *const words[] = {
        [EG_UNDOING_NONE] = "",
        [EG_UNDOING_CHECKS] = "It is looked whether entries were changed since",
        [EG_UNDOING_WRITES] = "It is being undone",
        [EG_UNDOING_DONE] = "It was undone",
        [EG_UNDOING_STOPPED] = "The undoing has stopped",
    };
    eg_admin_leaf(page, "h2", "Undoing");
    said = eg_text_format(page->arena, "%s: %u of %u entries.%s%s", words[report.state], report.n_done,
                          report.n_entries, report.message[0] ? " " : "", report.message);
    eg_admin_data(page, "p", said, "");
    eg_html_open(&page->html, "p");
    if (!is_ended)
        eg_admin_link(page, eg_admin_address(page, "/admin/history/%s", subject->change.id),
                      EG_TEXT("Look again"));
    if (!is_ended && report.change[0]) eg_html_text(&page->html, EG_TEXT(", "));
    if (report.change[0])
        eg_admin_link(page, eg_admin_address(page, "/admin/history/%s", report.change),
                      EG_TEXT("what is undone"));
    eg_html_close(&page->html);
    return !is_ended;
}

/* What the change took away stands among its rows (data/change_rows.h). */
static void write_lost_phones(const struct subject *subject)
{
    struct eg_json *rows = NULL;
    if (subject->change.rows.len == 0 || eg_json_parse(subject->change.rows, &rows, NULL) != EG_OK) return;
    const struct eg_json_value *phones = eg_json_get(eg_json_get(eg_json_root(rows), "gone"), "phone");
    size_t n = 0, n_rows = eg_json_length(phones);
    struct eg_text *numbers = eg_arena_array(subject->page->arena, n_rows + 1, sizeof *numbers);
    for (size_t i = 0; i < n_rows && numbers; i++)
        if (eg_json_get(eg_json_at(phones, i), "contact_id"))
            n += eg_json_is_text(eg_json_get(eg_json_at(phones, i), "number"), &numbers[n]);
    if (numbers) eg_admin_lost_phones(subject->page, numbers, n);
    eg_json_free(rows);
}

static enum eg_status show(struct subject *subject, const struct eg_error *why, struct eg_answer **answer_out,
                           struct eg_error *err)
{
    struct eg_admin_page *page = subject->page;
    enum eg_status status = EG_OK;
    bool has_documents = subject->before || subject->after;
    struct eg_text title = subject->change.title.len > 0 ? subject->change.title : EG_TEXT("Several entries");
    title = eg_text_format(page->arena, "Change: %.*s", EG_TEXT_SHOWN(title, 200));
    eg_admin_begin(page, title.data ? title : EG_TEXT("Change"), why->status == EG_OK ? NULL : why);
    write_facts(subject);
    if (subject->change.is_unfinished)
        eg_admin_leaf(page, "p",
                      "Not all of it is here: it is being written just now, or the server was ended while it "
                      "was writing.");
    if (has_documents)
        eg_admin_compare(page, eg_json_root(subject->before), eg_json_root(subject->after),
                         "What the entry said before and after");
    if (has_documents) write_lost_phones(subject);
    bool goes_on = write_progress(subject);
    if (subject->change.entry_id.len == 0) status = write_batch(subject, err);
    if (status != EG_OK) return status;
    if (goes_on)
        return eg_admin_finish(page, eg_admin_status_of(page->exchange, why->status), answer_out, err);
    if (has_documents || subject->has_lines || subject->change.rows.len > 0)
        write_undo(subject, why->status == EG_CONFLICT);
    else
        eg_admin_leaf(page, "p", "The history does not keep what this changed, so it cannot be undone here.");
    return eg_admin_finish(page, eg_admin_status_of(page->exchange, why->status), answer_out, err);
}

static enum eg_status tell_missing(struct eg_admin_page *page, struct eg_answer **answer_out,
                                   struct eg_error *err)
{
    eg_admin_begin(page, EG_TEXT("There is no such change"), NULL);
    eg_admin_link(page, eg_admin_address(page, "/admin/history"), EG_TEXT("History"));
    return eg_admin_finish(page, MHD_HTTP_NOT_FOUND, answer_out, err);
}

static enum eg_status find_and_show(struct eg_admin_page *page, const struct eg_error *why,
                                    struct eg_answer **answer_out, struct eg_error *err)
{
    struct subject subject = {.page = page};
    enum eg_status status = find(&subject, err);
    if (status == EG_NOT_FOUND) status = tell_missing(page, answer_out, err);
    else if (status == EG_OK) status = show(&subject, why, answer_out, err);
    clear(&subject);
    return status;
}

enum eg_status eg_admin_change(struct eg_admin_page *page, struct eg_answer **answer_out,
                               struct eg_error *err)
{
    static const struct eg_error fine;
    return find_and_show(page, &fine, answer_out, err);
}

enum eg_status eg_admin_undo(struct eg_admin_page *page, struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_error why = page->stale;
    struct eg_edit_done done;
    struct eg_edit by = eg_admin_edit_by(page, NULL);
    bool force = eg_text_equal(eg_admin_given(page, "action"), EG_TEXT("force"));
    enum eg_status status = why.status;
    if (status == EG_OK)
        status = eg_edits_undo(page->exchange->server->engine, &by, page->wanted->id, force, &done, &why);
    if (status != EG_OK) {
        why.status = status;
        eg_admin_refresh(page);
        return find_and_show(page, &why, answer_out, err);
    }
    struct eg_text path = done.goes_on
                              ? eg_text_format(page->arena, "/admin/history/%.*s?done=undoing",
                                               EG_TEXT_SHOWN(page->wanted->id, EG_UUID_TEXT_LEN))
                              : eg_text_format(page->arena, "/admin/history/%s?done=undone", done.change_id);
    eg_edit_done_clear(&done);
    return path.data ? eg_admin_redirect(page, path, answer_out, err) : eg_error_no_memory(err, 0);
}
