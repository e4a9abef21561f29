/* A row that is new is kept as its id and a hash: what it says stands in the records, and in the next line when it goes. A row of an
 * entry has some 100 bytes of this, an entry some ten rows. */
#include "data/change_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "base/json.h"
#include "data/change_rows_parts.h"

/* --- what is the same ------------------------------------------------------------------------------------------------------ */

static bool as_number(const struct eg_record_field *field, struct eg_text text, double *number_out)
{
    return field->type == EG_RECORD_NUMBER && eg_text_to_double(text, number_out) &&
           eg_decimal_settle(*number_out, number_out);
}

bool eg_rows_same_text(const struct eg_record_field *field, struct eg_text a, struct eg_text b)
{
    double x, y;
    if (eg_text_equal(a, b)) return true;
    return as_number(field, a, &x) && as_number(field, b, &y) && !(x < y || x > y);
}

bool eg_rows_skip(enum eg_record_table table, uint32_t field)
{
    return field == 0 || (table == EG_RECORD_SERVICE && field == EG_SERVICE_LAST_MODIFIED);
}

bool eg_change_rows_same(const struct eg_record *a, const struct eg_record *b)
{
    const struct eg_record_spec *spec = eg_record_spec(a->table);
    for (uint32_t f = 1; f < spec->n_fields; f++)
        if (!eg_rows_skip(a->table, f) && !eg_rows_same_text(&spec->fields[f], a->field[f], b->field[f]))
            return false;
    return true;
}

/* Of the fields that say something, by their names, so that one more field of a later version makes no other hash. */
void eg_rows_fingerprint(const struct eg_record *row, char out[EG_ROWS_FINGERPRINT_BYTES])
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    uint64_t hash = 0;
    for (uint32_t f = 1; f < spec->n_fields; f++) {
        struct eg_text text = row->field[f];
        const struct eg_record_field *field = &spec->fields[f];
        double number;
        if (text.len == 0 || eg_rows_skip(row->table, f)) continue;
        hash = eg_hash64(field->name, strlen(field->name), hash);
        if (as_number(field, text, &number)) hash = eg_hash64(&number, sizeof number, hash);
        else hash = eg_hash64(text.data, text.len, hash);
    }
    (void)snprintf(out, EG_ROWS_FINGERPRINT_BYTES, "%016" PRIx64, hash);
}

/* --- writing ---------------------------------------------------------------------------------------------------------------- */

enum part { MADE, CHANGED, GONE, N_PARTS };

struct writing {
    struct eg_json *json;
    struct eg_json_value *part[N_PARTS], *table[N_PARTS][EG_N_RECORD_TABLES]; /* NULL: not needed yet */
};

/* The list or object of a table, made by need. */
static struct eg_json_value *place_of(struct writing *writing, enum part part, enum eg_record_table table)
{
    static const char *const names[N_PARTS] = {"made", "changed", "gone"};
    struct eg_json *json = writing->json;
    struct eg_json_value **place = &writing->table[part][table];
    const char *name = eg_record_spec(table)->name;
    if (!writing->part[part]) writing->part[part] = eg_json_object(json, eg_json_root(json), names[part]);
    if (!*place && part == CHANGED) *place = eg_json_object(json, writing->part[part], name);
    else if (!*place) *place = eg_json_array(json, writing->part[part], name);
    return *place;
}

static void write_made(struct writing *writing, const struct eg_record *row)
{
    char text[EG_UUID_TEXT_LEN + 1 + EG_ROWS_FINGERPRINT_BYTES], fingerprint[EG_ROWS_FINGERPRINT_BYTES];
    eg_rows_fingerprint(row, fingerprint);
    (void)snprintf(text, sizeof text, "%.*s %s", EG_TEXT_SHOWN(row->field[0], EG_UUID_TEXT_LEN), fingerprint);
    eg_json_cstring(writing->json, place_of(writing, MADE, row->table), NULL, text);
}

static void write_changed(struct writing *writing, const struct eg_record *old, const struct eg_record *row)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    struct eg_json_value *object = NULL;
    char id[EG_UUID_TEXT_LEN + 1];
    (void)snprintf(id, sizeof id, "%.*s", EG_TEXT_SHOWN(old->field[0], EG_UUID_TEXT_LEN));
    for (uint32_t f = 1; f < spec->n_fields; f++) {
        const struct eg_record_field *field = &spec->fields[f];
        if (eg_rows_skip(row->table, f) || eg_rows_same_text(field, old->field[f], row->field[f])) continue;
        if (!object) object = eg_json_object(writing->json, place_of(writing, CHANGED, row->table), id);
        struct eg_json_value *pair = eg_json_array(writing->json, object, field->name);
        eg_json_text(writing->json, pair, NULL, old->field[f]);
        eg_json_text(writing->json, pair, NULL, row->field[f]);
    }
}

static void write_gone(struct writing *writing, const struct eg_record *row)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    struct eg_json_value *object = eg_json_object(writing->json, place_of(writing, GONE, row->table), NULL);
    for (uint32_t f = 0; f < spec->n_fields; f++)
        if (row->field[f].len > 0) eg_json_text(writing->json, object, spec->fields[f].name, row->field[f]);
}

enum eg_status eg_change_rows_write(const struct eg_records *before, const struct eg_records_change *change,
                                    struct eg_buffer *out, struct eg_error *err)
{
    struct writing writing = {.json = eg_json_new_object()};
    enum eg_status status = EG_OK;
    if (!writing.json) return eg_error_no_memory(err, 0);
    for (uint32_t i = 0; i < change->n_puts; i++) {
        const struct eg_record *row = &change->puts[i];
        const struct eg_record *old = eg_records_find(before, row->table, row->field[0]);
        if (old) write_changed(&writing, old, row);
        else write_made(&writing, row);
    }
    for (uint32_t i = 0; i < change->n_deletes; i++) {
        const struct eg_record_key *key = &change->deletes[i];
        const struct eg_record *old = eg_records_find(before, key->table, key->id);
        if (old) write_gone(&writing, old);
    }
    if (writing.part[MADE] || writing.part[CHANGED] || writing.part[GONE])
        status = eg_json_finish(writing.json, false, out, err);
    eg_json_free(writing.json);
    return status == EG_OK && out->failed ? eg_error_no_memory(err, out->len) : status;
}

/* --- which rows ------------------------------------------------------------------------------------------------------------- */

static enum eg_status say_wrong(struct eg_error *err)
{
    return eg_error_set(err, EG_INVALID, "the rows that the history keeps of a change cannot be read");
}

/* Of a list: "<id> <fingerprint>", or the row as it was. */
static bool id_of(const struct eg_json_value *item, struct eg_text *id_out)
{
    struct eg_text text;
    if (!eg_json_is_text(item, &text)) return eg_json_is_text(eg_json_get(item, "id"), id_out);
    (void)eg_text_cut(text, ' ', id_out);
    return true;
}

static enum eg_status visit_table(enum eg_record_table table, const struct eg_json_value *rows,
                                  const struct eg_row_key_visitor *visitor, struct eg_error *err)
{
    struct eg_text id;
    const char *name = NULL;
    enum eg_status status = EG_OK;
    for (size_t i = 0; i < eg_json_length(rows) && status == EG_OK; i++)
        status = id_of(eg_json_at(rows, i), &id) ? visitor->visit(visitor->context, table, id, err)
                                                 : say_wrong(err);
    while (status == EG_OK && eg_json_is_object(rows) && eg_json_next(rows, &name))
        status = visitor->visit(visitor->context, table, eg_text_from(name), err);
    return status;
}

enum eg_status eg_change_rows_keys(struct eg_text rows, const struct eg_row_key_visitor *visitor,
                                   struct eg_error *err)
{
    struct eg_json *json = NULL;
    const char *part_name = NULL;
    enum eg_status status = eg_json_parse(rows, &json, err);
    if (status != EG_OK) return status;
    const struct eg_json_value *part, *table;
    while (status == EG_OK && (part = eg_json_next(eg_json_root(json), &part_name))) {
        const char *name = NULL;
        while (status == EG_OK && (table = eg_json_next(part, &name))) {
            enum eg_record_table which = eg_record_table_named(eg_text_from(name));
            status = which == EG_N_RECORD_TABLES ? say_wrong(err) : visit_table(which, table, visitor, err);
        }
    }
    eg_json_free(json);
    return status;
}
