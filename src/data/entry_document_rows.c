/* What has to be done to the records, gathered: rows put unless they are there and say the same, and rows taken away with all that refers to
 * them. */
#include <stdio.h>
#include <string.h>

#include "data/entry_document_edit.h"
#include "data/record_ids.h"

struct eg_text *eg_document_texts(struct eg_document_edit *edit, enum eg_record_table table,
                                  const struct eg_record *from)
{
    uint32_t n = eg_record_spec(table)->n_fields;
    struct eg_text *field = eg_arena_array(edit->arena, n, sizeof *field);
    if (field && from) memcpy(field, from->field, n * sizeof *field);
    return field;
}

static bool is_same(const struct eg_record *row, const struct eg_text *field)
{
    uint32_t n = eg_record_spec(row->table)->n_fields;
    for (uint32_t f = 0; f < n; f++)
        if (!eg_text_equal(row->field[f], field[f])) return false;
    return true;
}

enum eg_status eg_document_put(struct eg_document_edit *edit, enum eg_record_table table,
                               const struct eg_text *field)
{
    const struct eg_record *row = eg_records_find(edit->records, table, field[0]);
    if (row && is_same(row, field)) return EG_OK;
    if (edit->n_puts == EG_DOCUMENT_CHANGES)
        return eg_error_set(edit->err, EG_LIMIT, "the entry would change more than %u records",
                            EG_DOCUMENT_CHANGES);
    edit->puts[edit->n_puts++] = (struct eg_record){table, field};
    return EG_OK;
}

bool eg_document_is_deleted(const struct eg_document_edit *edit, enum eg_record_table table,
                            struct eg_text id)
{
    for (uint32_t i = 0; i < edit->n_deletes; i++)
        if (edit->deletes[i].table == table && eg_text_equal(edit->deletes[i].id, id)) return true;
    return false;
}

static bool refers_to(const struct eg_record_field *field, const struct eg_record *row,
                      enum eg_record_table table)
{
    if (field->type == EG_RECORD_REFERENCE) return field->to == table;
    return field->type == EG_RECORD_LINK && row->table == EG_RECORD_ATTRIBUTE &&
           eg_text_equal(row->field[EG_ATTRIBUTE_LINK_ENTITY], eg_text_from(eg_record_spec(table)->name));
}

/* Whether it does as the document leaves it, too. */
static bool goes_on_referring(const struct eg_document_edit *edit, const struct eg_record *row,
                              uint32_t field, struct eg_text id)
{
    for (uint32_t i = 0; i < edit->n_puts; i++)
        if (edit->puts[i].table == row->table && eg_text_equal(edit->puts[i].field[0], row->field[0]))
            return eg_text_equal(edit->puts[i].field[field], id);
    return true;
}

static enum eg_status list_delete(struct eg_document_edit *edit, enum eg_record_table table,
                                  struct eg_text id)
{
    if (edit->n_deletes == EG_DOCUMENT_CHANGES)
        return eg_error_set(edit->err, EG_LIMIT, "the entry would change more than %u records",
                            EG_DOCUMENT_CHANGES);
    edit->deletes[edit->n_deletes++] = (struct eg_record_key){table, id};
    return EG_OK;
}

/* The rows to look at are those listed: each is looked at once. */
enum eg_status eg_document_delete(struct eg_document_edit *edit, enum eg_record_table table,
                                  struct eg_text id)
{
    if (eg_document_is_deleted(edit, table, id)) return EG_OK;
    uint32_t next = edit->n_deletes;
    enum eg_status status = list_delete(edit, table, id);
    for (; next < edit->n_deletes && status == EG_OK; next++) {
        const struct eg_record_key gone = edit->deletes[next];
        for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
            const struct eg_record_spec *spec = eg_record_spec((enum eg_record_table)t);
            for (uint32_t f = 1; f < spec->n_fields; f++) {
                uint32_t n = 0;
                const struct eg_record *const *rows = NULL;
                if (eg_record_refers(&spec->fields[f]))
                    rows = eg_records_with(edit->records, (enum eg_record_table)t, f, gone.id, &n);
                for (uint32_t i = 0; i < n && status == EG_OK; i++)
                    if (refers_to(&spec->fields[f], rows[i], gone.table) &&
                        goes_on_referring(edit, rows[i], f, gone.id) &&
                        !eg_document_is_deleted(edit, rows[i]->table, rows[i]->field[0]))
                        status = list_delete(edit, rows[i]->table, rows[i]->field[0]);
            }
        }
    }
    return status;
}

bool eg_document_is_needed(const struct eg_document_edit *edit, enum eg_record_table table, struct eg_text id)
{
    static const enum eg_record_table holders[] = {EG_RECORD_SERVICE, EG_RECORD_PROGRAM, EG_RECORD_LOCATION,
                                                   EG_RECORD_SERVICE_AT_LOCATION, EG_RECORD_ORGANIZATION};
    for (size_t h = 0; h < EG_ARRAY_LEN(holders); h++) {
        const struct eg_record_spec *spec = eg_record_spec(holders[h]);
        for (uint32_t f = 1; f < spec->n_fields; f++) {
            uint32_t n;
            if (spec->fields[f].type != EG_RECORD_REFERENCE || spec->fields[f].to != table) continue;
            const struct eg_record *const *rows = eg_records_with(edit->records, holders[h], f, id, &n);
            for (uint32_t i = 0; i < n; i++)
                if (!eg_document_is_deleted(edit, holders[h], rows[i]->field[0])) return true;
        }
    }
    return false;
}

struct eg_text eg_document_free_id(struct eg_document_edit *edit, enum eg_record_table table,
                                   struct eg_text parent, uint32_t *from)
{
    for (;;) {
        struct eg_text name = eg_text_format(edit->arena, "%.*s:%u", EG_TEXT_ARG(parent), (*from)++);
        struct eg_text id = name.data ? eg_record_id_of(edit->arena, eg_record_spec(table)->name, name)
                                      : (struct eg_text){NULL, 0};
        if (!id.data || !eg_records_find(edit->records, table, id)) return id;
    }
}
