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

#define ARENA_CEILING_BYTES ((size_t)2 * 1024 * 1024 * 1024)
#define NOBODY UINT32_MAX

struct eg_lines {
    struct eg_lines_wish wish;
    struct eg_change_entry head; /* its texts in the arena */
    struct eg_arena *arena;
    struct eg_textmap *number; /* of an entry, by its id */
    struct eg_text *ids;       /* [n_entries] */
    uint32_t n_entries, n_gone_through;
    uint32_t *put_of, *delete_of;       /* whose: an entry's number, or NOBODY */
    uint32_t *first_put, *first_delete; /* [n_entries + 2]: where the rows of each begin, nobody's last */
    struct eg_record *puts;
    struct eg_record_key *deletes;
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

static enum eg_status number_of(struct eg_lines *lines, struct eg_text id, uint32_t *number_out,
                                struct eg_error *err)
{
    uint32_t there = NOBODY;
    *number_out = NOBODY;
    if (id.len == 0) return EG_OK;
    enum eg_status status = eg_textmap_put(lines->number, id, lines->n_entries, &there);
    if (status != EG_OK) return eg_error_no_memory(err, id.len);
    *number_out = there;
    if (there != EG_TEXTMAP_NONE) return EG_OK;
    *number_out = lines->n_entries;
    lines->ids[lines->n_entries] = eg_text_copy(lines->arena, id); /* the records may go before the lines */
    return lines->ids[lines->n_entries++].data ? EG_OK : eg_error_no_memory(err, id.len);
}

/* A row that changes hands is nobody's, as is one that is not another after the change. */
static struct eg_text owner_of(const struct eg_lines *lines, const struct eg_record *old,
                               const struct eg_record *fresh)
{
    struct eg_text before = EG_TEXT(""), after = EG_TEXT("");
    if (old) before = eg_record_owner(lines->wish.before, old);
    if (fresh) after = eg_record_owner(lines->wish.after, fresh);
    if (!fresh) return before;
    if (!old) return after;
    return eg_text_equal_any_case(before, after) ? before : EG_TEXT("");
}

static enum eg_status find_owners(struct eg_lines *lines, struct eg_error *err)
{
    const struct eg_records_change *change = lines->wish.change;
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < change->n_puts && status == EG_OK; i++) {
        const struct eg_record *put = &change->puts[i];
        const struct eg_record *old = eg_records_find(lines->wish.before, put->table, put->field[0]);
        const struct eg_record *fresh = eg_records_find(lines->wish.after, put->table, put->field[0]);
        status = number_of(lines, owner_of(lines, old, fresh), &lines->put_of[i], err);
    }
    for (uint32_t i = 0; i < change->n_deletes && status == EG_OK; i++) {
        const struct eg_record_key *key = &change->deletes[i];
        const struct eg_record *old = eg_records_find(lines->wish.before, key->table, key->id);
        status = number_of(lines, owner_of(lines, old, NULL), &lines->delete_of[i], err);
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

static void sort_rows(struct eg_lines *lines)
{
    const struct eg_records_change *change = lines->wish.change;
    uint32_t n = lines->n_entries;
    find_starts(lines->first_put, lines->put_of, change->n_puts, n);
    find_starts(lines->first_delete, lines->delete_of, change->n_deletes, n);
    for (uint32_t i = 0; i < change->n_puts; i++) {
        uint32_t owner = lines->put_of[i] == NOBODY ? n : lines->put_of[i];
        lines->puts[lines->first_put[owner]++] = change->puts[i];
    }
    for (uint32_t i = 0; i < change->n_deletes; i++) {
        uint32_t owner = lines->delete_of[i] == NOBODY ? n : lines->delete_of[i];
        lines->deletes[lines->first_delete[owner]++] = change->deletes[i];
    }
    /* Each start has moved to the next one's. */
    memmove(lines->first_put + 1, lines->first_put, (n + 1U) * sizeof *lines->first_put);
    memmove(lines->first_delete + 1, lines->first_delete, (n + 1U) * sizeof *lines->first_delete);
    lines->first_put[0] = lines->first_delete[0] = 0;
}

/* Of an entry, or of nobody. */
static struct eg_records_change rows_of(const struct eg_lines *lines, uint32_t entry)
{
    const uint32_t *put = &lines->first_put[entry], *gone = &lines->first_delete[entry];
    return (struct eg_records_change){lines->puts + put[0], put[1] - put[0], lines->deletes + gone[0],
                                      gone[1] - gone[0]};
}

/* --- lines ------------------------------------------------------------------------------------------------------------------ */

/* What was appended to the text, in the arena; the text is emptied. */
static enum eg_status take_text(struct eg_lines *lines, struct eg_arena *arena, struct eg_text *text_out,
                                struct eg_error *err)
{
    struct eg_text text = {lines->text.data, lines->text.len};
    *text_out = EG_TEXT("");
    if (text.len > 0) *text_out = eg_text_copy(arena, text);
    lines->text.len = 0;
    return text_out->data ? EG_OK : eg_error_no_memory(err, text.len);
}

static enum eg_status write_rows(struct eg_lines *lines, uint32_t entry, struct eg_arena *arena,
                                 struct eg_text *rows_out, struct eg_error *err)
{
    struct eg_records_change rows = rows_of(lines, entry);
    enum eg_status status = eg_change_rows_write(lines->wish.before, &rows, &lines->text, err);
    return status == EG_OK ? take_text(lines, arena, rows_out, err) : status;
}

static enum eg_status write_side(struct eg_lines *lines, const struct eg_records *records, struct eg_text id,
                                 struct eg_arena *arena, struct eg_text *text_out, struct eg_error *err)
{
    const struct eg_record *service = eg_records_find(records, EG_RECORD_SERVICE, id);
    enum eg_status status = eg_lines_document(records, service, true, &lines->text, err);
    return status == EG_OK ? take_text(lines, arena, text_out, err) : status;
}

static enum eg_change_action action_of(const struct eg_lines *lines, const struct eg_change_entry *line)
{
    if (lines->head.action == EG_CHANGE_UNDO) return EG_CHANGE_UNDO;
    if (line->before.len == 0) return EG_CHANGE_CREATE;
    return line->after.len == 0 ? EG_CHANGE_DELETE : EG_CHANGE_UPDATE;
}

static enum eg_status begin_line(const struct eg_lines *lines, struct eg_text id, struct eg_arena *arena,
                                 struct eg_change_entry *line_out, struct eg_error *err)
{
    const struct eg_records *before = lines->wish.before, *after = lines->wish.after;
    const struct eg_record *service = eg_records_find(after, EG_RECORD_SERVICE, id);
    if (!service) service = eg_records_find(before, EG_RECORD_SERVICE, id);
    *line_out = (struct eg_change_entry){
        .at = eg_text_copy(arena, lines->head.at),
        .by = eg_text_copy(arena, lines->head.by),
        .entry_id = eg_text_copy(arena, id),
        .title = service ? eg_text_copy(arena, service->field[EG_SERVICE_NAME]) : EG_TEXT(""),
        .batch = eg_text_copy(arena, eg_text_from(lines->head.id)),
    };
    eg_uuid_random(line_out->id);
    bool is_whole = line_out->at.data && line_out->by.data && line_out->entry_id.data &&
                    line_out->title.data && line_out->batch.data;
    return is_whole ? EG_OK : eg_error_no_memory(err, 0);
}

/* No line where nothing but the time of the last modification is another. */
static enum eg_status write_line(struct eg_lines *lines, uint32_t entry, struct eg_arena *arena,
                                 struct eg_change_entry *line, bool *is_one_out, struct eg_error *err)
{
    struct eg_text id = lines->ids[entry], rows;
    *is_one_out = false;
    enum eg_status status = write_rows(lines, entry, arena, &rows, err);
    if (status != EG_OK || rows.len == 0) return status;
    status = begin_line(lines, id, arena, line, err);
    line->rows = rows;
    if (status == EG_OK) status = write_side(lines, lines->wish.before, id, arena, &line->before, err);
    if (status == EG_OK) status = write_side(lines, lines->wish.after, id, arena, &line->after, err);
    if (status != EG_OK) return status;
    line->action = action_of(lines, line);
    *is_one_out = true;
    return EG_OK;
}

uint32_t eg_lines_left(const struct eg_lines *lines)
{
    return lines->n_entries - lines->n_gone_through;
}

enum eg_status eg_lines_next(struct eg_lines *lines, uint32_t most, struct eg_arena *arena,
                             struct eg_change_entry **lines_out, uint32_t *n_out, struct eg_error *err)
{
    uint32_t n_entries = eg_lines_left(lines) < most ? eg_lines_left(lines) : most, n = 0;
    /* Room for the batch's own. */
    struct eg_change_entry *made = eg_arena_array(arena, n_entries + 1U, sizeof *made);
    enum eg_status status = made ? EG_OK : eg_error_no_memory(err, n_entries * sizeof *made);
    for (uint32_t i = 0; i < n_entries && status == EG_OK; i++) {
        bool is_one = false;
        status = write_line(lines, lines->n_gone_through + i, arena, &made[n], &is_one, err);
        n += is_one;
    }
    if (status != EG_OK) return status;
    lines->n_gone_through += n_entries;
    *lines_out = made;
    *n_out = n;
    return EG_OK;
}

enum eg_status eg_lines_head(struct eg_lines *lines, struct eg_arena *arena, struct eg_change_entry *head_out,
                             struct eg_error *err)
{
    struct eg_change_entry head = lines->head;
    head.at = eg_text_copy(arena, head.at);
    head.by = eg_text_copy(arena, head.by);
    head.reason = eg_text_copy(arena, head.reason);
    enum eg_status status =
        head.at.data && head.by.data && head.reason.data ? EG_OK : eg_error_no_memory(err, head.reason.len);
    if (status == EG_OK) status = write_rows(lines, lines->n_entries, arena, &head.rows, err);
    if (status == EG_OK) *head_out = head;
    return status;
}

/* --- making ------------------------------------------------------------------------------------------------------------------ */

static enum eg_status prepare(struct eg_lines *lines, struct eg_error *err)
{
    const struct eg_records_change *change = lines->wish.change;
    size_t n = (size_t)change->n_puts + change->n_deletes;
    lines->head = lines->wish.head;
    lines->head.at = eg_text_copy(lines->arena, lines->head.at);
    lines->head.by = eg_text_copy(lines->arena, lines->head.by);
    lines->head.reason = eg_text_copy(lines->arena, lines->head.reason);
    lines->number = eg_textmap_new(n / 8);
    lines->ids = eg_arena_array(lines->arena, n + 1, sizeof *lines->ids);
    lines->put_of = eg_arena_array(lines->arena, change->n_puts + 1U, sizeof *lines->put_of);
    lines->delete_of = eg_arena_array(lines->arena, change->n_deletes + 1U, sizeof *lines->delete_of);
    lines->puts = eg_arena_array(lines->arena, change->n_puts + 1U, sizeof *lines->puts);
    lines->deletes = eg_arena_array(lines->arena, change->n_deletes + 1U, sizeof *lines->deletes);
    bool whole = lines->head.at.data && lines->head.by.data && lines->head.reason.data && lines->number &&
                 lines->ids && lines->put_of && lines->delete_of && lines->puts && lines->deletes;
    return whole ? EG_OK : eg_error_no_memory(err, n * sizeof *lines->puts);
}

static enum eg_status prepare_entries(struct eg_lines *lines, struct eg_error *err)
{
    size_t n = lines->n_entries + 2U;
    lines->first_put = eg_arena_array(lines->arena, n + 1, sizeof *lines->first_put);
    lines->first_delete = eg_arena_array(lines->arena, n + 1, sizeof *lines->first_delete);
    return lines->first_put && lines->first_delete ? EG_OK : eg_error_no_memory(err, n * sizeof(uint32_t));
}

enum eg_status eg_lines_new(const struct eg_lines_wish *wish, struct eg_lines **lines_out,
                            struct eg_error *err)
{
    struct eg_lines *lines = eg_memory_zeroed(1, sizeof *lines);
    if (!lines) return eg_error_no_memory(err, sizeof *lines);
    lines->wish = *wish;
    eg_buffer_init(&lines->text, 0);
    lines->arena = eg_arena_new(ARENA_CEILING_BYTES);
    enum eg_status status = lines->arena ? prepare(lines, err) : eg_error_no_memory(err, 0);
    if (status == EG_OK) status = find_owners(lines, err);
    if (status == EG_OK) status = prepare_entries(lines, err);
    if (status == EG_OK) sort_rows(lines);
    if (status == EG_OK) *lines_out = lines;
    else eg_lines_free(lines);
    return status;
}

void eg_lines_free(struct eg_lines *lines)
{
    if (!lines) return;
    eg_textmap_free(lines->number);
    eg_buffer_clear(&lines->text);
    eg_arena_free(lines->arena);
    free(lines);
}

enum eg_status eg_lines_finish(struct eg_lines *lines, struct eg_arena *arena,
                               const struct eg_change_entry **lines_out, uint32_t *n_out,
                               struct eg_error *err)
{
    struct eg_change_entry *made = NULL, head;
    uint32_t n = 0;
    enum eg_status status = eg_lines_next(lines, UINT32_MAX, arena, &made, &n, err);
    if (status == EG_OK) status = eg_lines_head(lines, arena, &head, err);
    if (status != EG_OK) return status;
    if (lines->wish.may_be_single && n == 1 && head.rows.len == 0) {
        made[0].batch = EG_TEXT("");
        made[0].reason = head.reason;
        memcpy(made[0].id, head.id, sizeof head.id);
    } else if (!lines->wish.may_be_single || n > 0 || head.rows.len > 0) {
        made[n++] = head;
    }
    *lines_out = made;
    *n_out = n;
    return EG_OK;
}

enum eg_status eg_lines_make(const struct eg_lines_wish *wish, struct eg_arena *arena,
                             const struct eg_change_entry **lines_out, uint32_t *n_out, struct eg_error *err)
{
    struct eg_lines *lines = NULL;
    enum eg_status status = eg_lines_new(wish, &lines, err);
    if (status == EG_OK) status = eg_lines_finish(lines, arena, lines_out, n_out, err);
    eg_lines_free(lines);
    return status;
}
