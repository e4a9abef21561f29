/* The rows of the change are sorted by whose they are; then each entry's run of them makes its line. */
#include "engine/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/textmap.h"
#include "data/change_rows.h"
#include "data/entry_document.h"
#include "data/record_owner.h"

#define NOBODY UINT32_MAX

struct making {
    const struct eg_lines_wish *wish;
    struct eg_arena *arena;
    struct eg_text batch;      /* its id */
    struct eg_textmap *number; /* of an entry, by its id */
    struct eg_text *ids;       /* [n_entries] */
    uint32_t n_entries;
    uint32_t *put_of, *delete_of;       /* whose: an entry's number, or NOBODY */
    uint32_t *first_put, *first_delete; /* [n_entries + 2]: where the rows of each begin, nobody's last */
    struct eg_record *puts;
    struct eg_record_key *deletes;
    struct eg_change_entry *lines;
    uint32_t n_lines;
    struct eg_buffer text; /* used again for each */
};

enum eg_status eg_lines_document(const struct eg_records *records, const struct eg_record *service,
                                 bool with_private, struct eg_buffer *out, struct eg_error *err)
{
    if (!service) return EG_OK;
    struct eg_json *json = eg_json_new_object();
    if (!json) return eg_error_no_memory(err, 0);
    eg_entry_document_write(records, service, with_private, json, eg_json_root(json));
    enum eg_status status = eg_json_finish(json, false, out, err);
    eg_json_free(json);
    return status == EG_OK && out->failed ? eg_error_no_memory(err, out->len) : status;
}

/* --- documents -------------------------------------------------------------------------------------------------------------- */

static bool is_same_number(const char *member, struct eg_text a, struct eg_text b)
{
    static const char *const numbers[] = {"longitude", "latitude", "amount", "interval"};
    double x, y;
    for (size_t i = 0; member && i < EG_ARRAY_LEN(numbers); i++)
        if (strcmp(member, numbers[i]) == 0)
            return eg_text_to_double(a, &x) && eg_text_to_double(b, &y) && eg_decimal_settle(x, &x) &&
                   eg_decimal_settle(y, &y) && !(x < y || x > y);
    return false;
}

static bool is_same_value(const char *member, const struct eg_json_value *a, const struct eg_json_value *b);

static bool are_same_members(const struct eg_json_value *a, const struct eg_json_value *b)
{
    const char *name = NULL;
    while (eg_json_next(b, &name))
        if (!eg_json_get(a, name)) return false;
    name = NULL;
    for (const struct eg_json_value *value; (value = eg_json_next(a, &name));)
        if (!is_same_value(name, value, eg_json_get(b, name))) return false;
    return true;
}

static bool are_same_items(const struct eg_json_value *a, const struct eg_json_value *b)
{
    size_t n = eg_json_length(a);
    bool same = n == eg_json_length(b);
    for (size_t i = 0; i < n && same; i++) same = is_same_value(NULL, eg_json_at(a, i), eg_json_at(b, i));
    return same;
}

/* Not deep: a document has lists of objects, and GeoJSON in them. */
static bool is_same_value(const char *member, const struct eg_json_value *a, const struct eg_json_value *b)
{
    struct eg_text text_a, text_b;
    double x, y;
    if (!a || !b) return a == b;
    if (eg_json_is_text(a, &text_a) && eg_json_is_text(b, &text_b))
        return eg_text_equal(text_a, text_b) || is_same_number(member, text_a, text_b);
    if (eg_json_is_object(a) && eg_json_is_object(b)) return are_same_members(a, b);
    if (eg_json_is_array(a) && eg_json_is_array(b)) return are_same_items(a, b);
    return eg_json_is_number(a, &x) && eg_json_is_number(b, &y) && !(x < y || x > y);
}

bool eg_lines_same_document(struct eg_text a, struct eg_text b)
{
    struct eg_json *json_a = NULL, *json_b = NULL;
    if (eg_text_equal(a, b)) return true;
    if (a.len == 0 || b.len == 0) return false;
    bool same = eg_json_parse(a, &json_a, NULL) == EG_OK && eg_json_parse(b, &json_b, NULL) == EG_OK &&
                is_same_value(NULL, eg_json_root(json_a), eg_json_root(json_b));
    eg_json_free(json_a);
    eg_json_free(json_b);
    return same;
}

/* --- whose ------------------------------------------------------------------------------------------------------------------ */

static enum eg_status number_of(struct making *making, struct eg_text id, uint32_t *number_out,
                                struct eg_error *err)
{
    uint32_t there = NOBODY;
    *number_out = NOBODY;
    if (id.len == 0) return EG_OK;
    enum eg_status status = eg_textmap_put(making->number, id, making->n_entries, &there);
    if (status != EG_OK) return eg_error_no_memory(err, id.len);
    *number_out = there;
    if (there != EG_TEXTMAP_NONE) return EG_OK;
    *number_out = making->n_entries;
    making->ids[making->n_entries] =
        eg_text_copy(making->arena, id); /* the records may go before the lines */
    return making->ids[making->n_entries++].data ? EG_OK : eg_error_no_memory(err, id.len);
}

/* A row that changes hands is nobody's, as is one that is not another after the change. */
static struct eg_text owner_of(const struct making *making, const struct eg_record *old,
                               const struct eg_record *fresh)
{
    struct eg_text before = EG_TEXT(""), after = EG_TEXT("");
    if (old) before = eg_record_owner(making->wish->before, old);
    if (fresh) after = eg_record_owner(making->wish->after, fresh);
    if (!fresh) return before;
    if (!old) return after;
    return eg_text_equal_any_case(before, after) ? before : EG_TEXT("");
}

static enum eg_status find_owners(struct making *making, struct eg_error *err)
{
    const struct eg_records_change *change = making->wish->change;
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < change->n_puts && status == EG_OK; i++) {
        const struct eg_record *put = &change->puts[i];
        const struct eg_record *old = eg_records_find(making->wish->before, put->table, put->field[0]);
        const struct eg_record *fresh = eg_records_find(making->wish->after, put->table, put->field[0]);
        status = number_of(making, owner_of(making, old, fresh), &making->put_of[i], err);
    }
    for (uint32_t i = 0; i < change->n_deletes && status == EG_OK; i++) {
        const struct eg_record_key *key = &change->deletes[i];
        const struct eg_record *old = eg_records_find(making->wish->before, key->table, key->id);
        status = number_of(making, owner_of(making, old, NULL), &making->delete_of[i], err);
    }
    return status;
}

/* Where each one's begin among `n` of which `of` says whose they are; nobody's come last. */
static void find_starts(uint32_t *first, const uint32_t *of, uint32_t n, uint32_t n_entries)
{
    memset(first, 0, (n_entries + 2U) * sizeof *first);
    for (uint32_t i = 0; i < n; i++) first[(of[i] == NOBODY ? n_entries : of[i]) + 1]++;
    for (uint32_t e = 0; e <= n_entries; e++) first[e + 1] += first[e];
}

static void sort_rows(struct making *making)
{
    const struct eg_records_change *change = making->wish->change;
    uint32_t n = making->n_entries;
    find_starts(making->first_put, making->put_of, change->n_puts, n);
    find_starts(making->first_delete, making->delete_of, change->n_deletes, n);
    for (uint32_t i = 0; i < change->n_puts; i++) {
        uint32_t owner = making->put_of[i] == NOBODY ? n : making->put_of[i];
        making->puts[making->first_put[owner]++] = change->puts[i];
    }
    for (uint32_t i = 0; i < change->n_deletes; i++) {
        uint32_t owner = making->delete_of[i] == NOBODY ? n : making->delete_of[i];
        making->deletes[making->first_delete[owner]++] = change->deletes[i];
    }
    /* Each start has moved to the next one's. */
    memmove(making->first_put + 1, making->first_put, (n + 1U) * sizeof *making->first_put);
    memmove(making->first_delete + 1, making->first_delete, (n + 1U) * sizeof *making->first_delete);
    making->first_put[0] = making->first_delete[0] = 0;
}

/* Of an entry, or of nobody. */
static struct eg_records_change rows_of(const struct making *making, uint32_t entry)
{
    const uint32_t *put = &making->first_put[entry], *gone = &making->first_delete[entry];
    return (struct eg_records_change){making->puts + put[0], put[1] - put[0], making->deletes + gone[0],
                                      gone[1] - gone[0]};
}

/* --- lines ------------------------------------------------------------------------------------------------------------------ */

/* What was appended to the text, in the arena; the text is emptied. */
static enum eg_status take_text(struct making *making, struct eg_text *text_out, struct eg_error *err)
{
    struct eg_text text = {making->text.data, making->text.len};
    *text_out = EG_TEXT("");
    if (text.len > 0) *text_out = eg_text_copy(making->arena, text);
    making->text.len = 0;
    return text_out->data ? EG_OK : eg_error_no_memory(err, text.len);
}

static enum eg_status write_rows(struct making *making, uint32_t entry, struct eg_text *rows_out,
                                 struct eg_error *err)
{
    struct eg_records_change rows = rows_of(making, entry);
    enum eg_status status = eg_change_rows_write(making->wish->before, &rows, &making->text, err);
    return status == EG_OK ? take_text(making, rows_out, err) : status;
}

static enum eg_status write_side(struct making *making, struct eg_records *records, struct eg_text id,
                                 struct eg_text *text_out, struct eg_error *err)
{
    const struct eg_record *service = eg_records_find(records, EG_RECORD_SERVICE, id);
    enum eg_status status = eg_lines_document(records, service, true, &making->text, err);
    return status == EG_OK ? take_text(making, text_out, err) : status;
}

static enum eg_change_action action_of(const struct making *making, const struct eg_change_entry *line)
{
    if (making->wish->head.action == EG_CHANGE_UNDO) return EG_CHANGE_UNDO;
    if (line->before.len == 0) return EG_CHANGE_CREATE;
    return line->after.len == 0 ? EG_CHANGE_DELETE : EG_CHANGE_UPDATE;
}

/* No line where nothing but the time of the last modification is another. */
static enum eg_status write_line(struct making *making, uint32_t entry, struct eg_error *err)
{
    const struct eg_lines_wish *wish = making->wish;
    struct eg_text id = making->ids[entry];
    struct eg_change_entry *line = &making->lines[making->n_lines];
    *line = (struct eg_change_entry){
        .at = wish->head.at, .by = wish->head.by, .entry_id = id, .batch = making->batch};
    enum eg_status status = write_rows(making, entry, &line->rows, err);
    if (status != EG_OK || line->rows.len == 0) return status;
    status = write_side(making, wish->before, id, &line->before, err);
    if (status == EG_OK) status = write_side(making, wish->after, id, &line->after, err);
    if (status != EG_OK) return status;
    const struct eg_record *service = eg_records_find(wish->after, EG_RECORD_SERVICE, id);
    if (!service) service = eg_records_find(wish->before, EG_RECORD_SERVICE, id);
    line->title = service ? eg_text_copy(making->arena, service->field[EG_SERVICE_NAME]) : EG_TEXT("");
    if (!line->title.data) return eg_error_no_memory(err, 0);
    line->action = action_of(making, line);
    eg_uuid_random(line->id);
    making->n_lines++;
    return EG_OK;
}

static enum eg_status write_lines(struct making *making, struct eg_error *err)
{
    const struct eg_lines_wish *wish = making->wish;
    struct eg_change_entry head = wish->head;
    enum eg_status status = EG_OK;
    bool is_told = making->n_entries <= wish->most;
    if (!is_told) {
        head.reason = eg_text_format(making->arena, "%.*s: %u entries, too many for a line each",
                                     EG_TEXT_ARG(wish->head.reason), making->n_entries);
        making->lines[making->n_lines++] = head;
        return head.reason.data ? EG_OK : eg_error_no_memory(err, 0);
    }
    for (uint32_t e = 0; e < making->n_entries && status == EG_OK; e++) status = write_line(making, e, err);
    if (status == EG_OK) status = write_rows(making, making->n_entries, &head.rows, err);
    if (status != EG_OK) return status;
    if (wish->may_be_single && making->n_lines == 1 && head.rows.len == 0) {
        making->lines[0].batch = EG_TEXT("");
        making->lines[0].reason = head.reason;
        memcpy(making->lines[0].id, head.id, sizeof head.id);
    } else if (!wish->may_be_single || making->n_lines > 0 || head.rows.len > 0) {
        making->lines[making->n_lines++] = head;
    }
    return EG_OK;
}

static enum eg_status prepare(struct making *making, struct eg_error *err)
{
    const struct eg_records_change *change = making->wish->change;
    size_t n = (size_t)change->n_puts + change->n_deletes;
    making->number = eg_textmap_new(n / 8);
    making->ids = eg_arena_array(making->arena, n + 1, sizeof *making->ids);
    making->put_of = eg_arena_array(making->arena, change->n_puts + 1U, sizeof *making->put_of);
    making->delete_of = eg_arena_array(making->arena, change->n_deletes + 1U, sizeof *making->delete_of);
    making->puts = eg_arena_array(making->arena, change->n_puts + 1U, sizeof *making->puts);
    making->deletes = eg_arena_array(making->arena, change->n_deletes + 1U, sizeof *making->deletes);
    bool whole = making->number && making->ids && making->put_of && making->delete_of && making->puts &&
                 making->deletes;
    return whole ? EG_OK : eg_error_no_memory(err, n * sizeof *making->puts);
}

static enum eg_status prepare_entries(struct making *making, struct eg_error *err)
{
    size_t n = making->n_entries + 2U;
    making->first_put = eg_arena_array(making->arena, n + 1, sizeof *making->first_put);
    making->first_delete = eg_arena_array(making->arena, n + 1, sizeof *making->first_delete);
    making->lines = eg_arena_array(making->arena, n, sizeof *making->lines);
    return making->first_put && making->first_delete && making->lines
               ? EG_OK
               : eg_error_no_memory(err, n * sizeof(uint32_t));
}

enum eg_status eg_lines_make(const struct eg_lines_wish *wish, struct eg_arena *arena,
                             const struct eg_change_entry **lines_out, uint32_t *n_out, struct eg_error *err)
{
    struct making making = {.wish = wish, .arena = arena};
    eg_buffer_init(&making.text, 0);
    making.batch = eg_text_copy(arena, eg_text_from(wish->head.id));
    enum eg_status status = making.batch.data ? prepare(&making, err) : eg_error_no_memory(err, 0);
    if (status == EG_OK) status = find_owners(&making, err);
    if (status == EG_OK) status = prepare_entries(&making, err);
    if (status == EG_OK) sort_rows(&making);
    if (status == EG_OK) status = write_lines(&making, err);
    eg_textmap_free(making.number);
    eg_buffer_clear(&making.text);
    if (status != EG_OK) return status;
    *lines_out = making.lines;
    *n_out = making.n_lines;
    return EG_OK;
}
