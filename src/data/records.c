/* A set of records: for each table an array of rows ascending by id and, for each of its references, the same rows ascending by what
 * they refer to. Sets made from one another share the arrays of tables that did not change and the arenas ("chunks") in which the
 * texts of their rows lie, each counted. */
#include "data/records.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/records_parts.h"

#define INDEX_DIGITS 5 /* hexadecimal: a million numbers */
#define CHUNK_CEILING_BYTES ((size_t)8 * 1024 * 1024 * 1024)

/* --- lifetimes ----------------------------------------------------------------------------------------------------------- */

struct eg_records_chunk *eg_records_chunk_new(void)
{
    struct eg_records_chunk *chunk = eg_memory_zeroed(1, sizeof *chunk);
    if (!chunk) return NULL;
    atomic_init(&chunk->references, 1);
    chunk->arena = eg_arena_new(CHUNK_CEILING_BYTES);
    if (chunk->arena) return chunk;
    free(chunk);
    return NULL;
}

static bool is_last(atomic_uint *references)
{
    return atomic_fetch_sub_explicit(references, 1, memory_order_acq_rel) == 1;
}

static void chunk_release(struct eg_records_chunk *chunk)
{
    if (!chunk || !is_last(&chunk->references)) return;
    eg_arena_free(chunk->arena);
    free((void *)chunk->rows);
    free(chunk);
}

static void index_clear(struct eg_records_index *index)
{
    free((void *)index->rows);
    free(index->start);
}

void eg_records_table_release(struct eg_records_table *table)
{
    if (!table || !is_last(&table->references)) return;
    for (uint32_t f = 0; f < EG_RECORD_FIELDS; f++) index_clear(&table->by_reference[f]);
    index_clear(&table->by_id);
    free(table);
}

void eg_records_retain(struct eg_records *records)
{
    atomic_fetch_add_explicit(&records->references, 1, memory_order_relaxed);
}

void eg_records_release(struct eg_records *records)
{
    if (!records || !is_last(&records->references)) return;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) eg_records_table_release(records->table[t]);
    for (uint32_t c = 0; c < records->n_chunks; c++) chunk_release(records->chunk[c]);
    free(records);
}

struct eg_records *eg_records_new(struct eg_error *err)
{
    struct eg_records *records = eg_memory_zeroed(1, sizeof *records);
    if (!records) {
        (void)eg_error_no_memory(err, sizeof *records);
        return NULL;
    }
    atomic_init(&records->references, 1);
    return records;
}

/* --- one row --------------------------------------------------------------------------------------------------------------- */

/* UUIDs in lower case, so that bytes can be compared. */
void eg_records_lower(struct eg_text text)
{
    char *bytes = (char *)(uintptr_t)text.data; /* our own copy */
    for (size_t i = 0; i < text.len; i++)
        if (bytes[i] >= 'A' && bytes[i] <= 'F') bytes[i] = (char)(bytes[i] - 'A' + 'a');
}

enum eg_status eg_records_copy_row(struct eg_arena *arena, const struct eg_record *from,
                                   const struct eg_record **row_out, struct eg_error *err)
{
    const struct eg_record_spec *spec = eg_record_spec(from->table);
    struct eg_record *row = eg_arena_array(arena, 1, sizeof *row);
    struct eg_text *field = eg_arena_array(arena, spec->n_fields, sizeof *field);
    if (!row || !field) return eg_error_no_memory(err, spec->n_fields * sizeof *field);
    for (uint32_t f = 0; f < spec->n_fields; f++) {
        char room[EG_RECORD_NUMBER_BYTES];
        struct eg_text text = from->field[f];
        if (text.len == 0) continue;
        if (spec->fields[f].type == EG_RECORD_NUMBER) text = eg_record_number(text, room);
        field[f] = eg_text_copy(arena, text);
        if (!field[f].data) return eg_error_no_memory(err, from->field[f].len);
        if (spec->fields[f].type == EG_RECORD_ID || eg_record_refers(&spec->fields[f]))
            eg_records_lower(field[f]);
    }
    *row = (struct eg_record){from->table, field};
    *row_out = row;
    return EG_OK;
}

enum eg_status eg_records_at_fault(struct eg_error *err, enum eg_status status, const struct eg_record *row,
                                   uint32_t field, const char *what)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    eg_error_set(err, status, "%s %.*s: %s '%.*s' %s", spec->name, EG_TEXT_ARG(row->field[0]),
                 spec->fields[field].name, EG_TEXT_ARG(row->field[field]), what);
    eg_error_field(err, spec->fields[field].name);
    return status;
}

/* --- one table --------------------------------------------------------------------------------------------------------------- */

int eg_records_compare_ids(const void *a, const void *b)
{
    const struct eg_record *const *x = a;
    const struct eg_record *const *y = b;
    return eg_text_compare((*x)->field[0], (*y)->field[0]);
}

int eg_records_compare_references(const void *a, const void *b)
{
    const struct eg_records_reference *x = a;
    const struct eg_records_reference *y = b;
    int order = eg_text_compare(x->to, y->to);
    return order != 0 ? order : eg_text_compare(x->row->field[0], y->row->field[0]);
}

/* The number that the first digits of a UUID in lower case are. */
uint32_t eg_records_first_digits(struct eg_text id, uint32_t digits)
{
    uint32_t number = 0;
    for (uint32_t i = 0; i < digits; i++) {
        unsigned char c = (unsigned char)id.data[i];
        number = number * 16 + (c <= '9' ? c - (uint32_t)'0' : c - (uint32_t)'a' + 10);
    }
    return number;
}

uint32_t eg_records_digits(uint32_t n)
{
    uint32_t digits = 0;
    while (digits < INDEX_DIGITS && (UINT32_C(1) << (4 * digits)) < n) digits++;
    return digits;
}

/* Says where which digits begin in rows that stand in the order of `field`. */
enum eg_status eg_records_index_begin(struct eg_records_index *index, uint32_t field, struct eg_error *err)
{
    index->digits = eg_records_digits(index->n);
    uint32_t n_starts = UINT32_C(1) << (4 * index->digits), next = 0;
    index->start = eg_memory_array((size_t)n_starts + 1, sizeof *index->start);
    if (!index->start) return eg_error_no_memory(err, n_starts * sizeof *index->start);
    for (uint32_t i = 0; i < index->n; i++) {
        uint32_t number = eg_records_first_digits(index->rows[i]->field[field], index->digits);
        while (next <= number) index->start[next++] = i;
    }
    while (next <= n_starts) index->start[next++] = index->n;
    return EG_OK;
}

static enum eg_status index_reference(struct eg_records_table *table, uint32_t f, struct eg_error *err)
{
    const struct eg_records_index *all = &table->by_id;
    struct eg_records_index *index = &table->by_reference[f];
    struct eg_records_reference *sorted = eg_memory_array(all->n, sizeof *sorted);
    index->rows = eg_memory_array(all->n, sizeof *index->rows);
    enum eg_status status = sorted && index->rows ? EG_OK : eg_error_no_memory(err, all->n * sizeof *sorted);
    for (uint32_t i = 0; status == EG_OK && i < all->n; i++)
        if (all->rows[i]->field[f].len > 0)
            sorted[index->n++] = (struct eg_records_reference){all->rows[i]->field[f], all->rows[i]};
    if (status == EG_OK) {
        qsort(sorted, index->n, sizeof *sorted, eg_records_compare_references);
        for (uint32_t i = 0; i < index->n; i++) index->rows[i] = sorted[i].row;
        status = eg_records_index_begin(index, f, err);
    }
    free(sorted);
    return status;
}

/* Takes rows[n], ascending by id, over, also on failure. */
static enum eg_status table_new(enum eg_record_table which, const struct eg_record **rows, uint32_t n,
                                struct eg_records_table **table_out, struct eg_error *err)
{
    const struct eg_record_spec *spec = eg_record_spec(which);
    struct eg_records_table *table = eg_memory_zeroed(1, sizeof *table);
    if (!table) {
        free((void *)rows);
        return eg_error_no_memory(err, sizeof *table);
    }
    atomic_init(&table->references, 1);
    table->by_id = (struct eg_records_index){.rows = rows, .n = n};
    enum eg_status status = eg_records_index_begin(&table->by_id, 0, err);
    for (uint32_t i = 1; i < n && status == EG_OK; i++)
        if (eg_records_compare_ids(&rows[i - 1], &rows[i]) == 0)
            status = eg_records_at_fault(err, EG_INVALID, rows[i], 0, "came twice");
    for (uint32_t f = 0; f < spec->n_fields && status == EG_OK; f++)
        if (eg_record_refers(&spec->fields[f])) status = index_reference(table, f, err);
    if (status == EG_OK) *table_out = table;
    else eg_records_table_release(table);
    return status;
}

/* --- asking ------------------------------------------------------------------------------------------------------------------ */

uint32_t eg_records_count(const struct eg_records *records, enum eg_record_table table)
{
    EG_ASSERT((unsigned)table < EG_N_RECORD_TABLES);
    return records->table[table]->by_id.n;
}

const struct eg_record *eg_records_at(const struct eg_records *records, enum eg_record_table table,
                                      uint32_t i)
{
    EG_ASSERT(i < eg_records_count(records, table));
    return records->table[table]->by_id.rows[i];
}

/* Where in the index the rows with this id stand, or would: [first, first + n). `id` may be written in any case. */
static uint32_t look_up(const struct eg_records_index *index, uint32_t field, struct eg_text id,
                        uint32_t *n_out)
{
    char room[EG_UUID_TEXT_LEN];
    *n_out = 0;
    if (id.len != EG_UUID_TEXT_LEN) return 0;
    memcpy(room, id.data, EG_UUID_TEXT_LEN);
    id = (struct eg_text){room, EG_UUID_TEXT_LEN};
    eg_records_lower(id);
    for (uint32_t i = 0; i < index->digits; i++) /* what comes behind is compared with ids of rows */
        if (!(room[i] >= '0' && room[i] <= '9') && !(room[i] >= 'a' && room[i] <= 'f')) return 0;
    uint32_t number = eg_records_first_digits(id, index->digits);
    uint32_t low = index->start[number], high = index->start[number + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (eg_text_compare(index->rows[middle]->field[field], id) < 0) low = middle + 1;
        else high = middle;
    }
    uint32_t end = low;
    while (end < index->n && eg_text_equal(index->rows[end]->field[field], id)) end++;
    *n_out = end - low;
    return low;
}

const struct eg_record *eg_records_find(const struct eg_records *records, enum eg_record_table table,
                                        struct eg_text id)
{
    uint32_t n;
    EG_ASSERT((unsigned)table < EG_N_RECORD_TABLES);
    uint32_t at = look_up(&records->table[table]->by_id, 0, id, &n);
    return n > 0 ? records->table[table]->by_id.rows[at] : NULL;
}

const struct eg_record *const *eg_records_with(const struct eg_records *records, enum eg_record_table table,
                                               uint32_t field, struct eg_text id, uint32_t *n_out)
{
    const struct eg_record_spec *spec = eg_record_spec(table);
    EG_ASSERT(field < spec->n_fields && eg_record_refers(&spec->fields[field]));
    const struct eg_records_index *index = &records->table[table]->by_reference[field];
    return index->rows + look_up(index, field, id, n_out);
}

struct eg_record_rows eg_records_rows(const struct eg_records *records, enum eg_record_table table,
                                      uint32_t field, struct eg_text id)
{
    struct eg_record_rows rows = {NULL, 0};
    rows.at = eg_records_with(records, table, field, id, &rows.n);
    return rows;
}

/* --- references ---------------------------------------------------------------------------------------------------------------- */

/* The table that the text of a LINK refers to: only attributes say so; EG_N_RECORD_TABLES: not checked. */
static enum eg_record_table target_of(const struct eg_record *row, const struct eg_record_field *field)
{
    if (field->type == EG_RECORD_REFERENCE) return field->to;
    if (row->table != EG_RECORD_ATTRIBUTE) return EG_N_RECORD_TABLES;
    return eg_record_table_named(row->field[EG_ATTRIBUTE_LINK_ENTITY]);
}

enum eg_status eg_records_check_row(const struct eg_records *records, const struct eg_record *row,
                                    struct eg_error *err)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    for (uint32_t f = 1; f < spec->n_fields; f++) {
        if (!eg_record_refers(&spec->fields[f]) || row->field[f].len == 0) continue;
        enum eg_record_table to = target_of(row, &spec->fields[f]);
        if (to < EG_N_RECORD_TABLES) {
            if (!eg_records_find(records, to, row->field[f])) {
                eg_error_set(err, EG_INVALID, "%s %.*s: there is no %s '%.*s', which its %s names",
                             spec->name, EG_TEXT_ARG(row->field[0]), eg_record_spec(to)->name,
                             EG_TEXT_ARG(row->field[f]), spec->fields[f].name);
                eg_error_field(err, spec->fields[f].name);
                return EG_INVALID;
            }
        } else if (row->table == EG_RECORD_ATTRIBUTE) {
            return eg_records_at_fault(err, EG_INVALID, row, EG_ATTRIBUTE_LINK_ENTITY, "is no table of HSDS");
        }
    }
    return EG_OK;
}

static enum eg_status check_all_references(const struct eg_records *records, struct eg_error *err)
{
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        for (uint32_t i = 0; i < records->table[t]->by_id.n; i++) {
            enum eg_status status = eg_records_check_row(records, records->table[t]->by_id.rows[i], err);
            if (status != EG_OK) return status;
        }
    }
    return EG_OK;
}

/* Whether a field may name a row of a table. Most name rows of one other table, and are not looked up for nothing. */
static bool may_name(const struct eg_record_spec *spec, const struct eg_record_field *field,
                     enum eg_record_table table)
{
    if (field->type == EG_RECORD_REFERENCE) return field->to == table;
    return eg_record_refers(field) && spec == eg_record_spec(EG_RECORD_ATTRIBUTE);
}

/* Whether anything still refers to a row that went. */
enum eg_status eg_records_check_gone(const struct eg_records *records, const struct eg_record_key *key,
                                     struct eg_error *err)
{
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        const struct eg_record_spec *spec = eg_record_spec((enum eg_record_table)t);
        for (uint32_t f = 1; f < spec->n_fields; f++) {
            uint32_t n;
            if (!may_name(spec, &spec->fields[f], key->table)) continue;
            const struct eg_record *const *rows =
                eg_records_with(records, (enum eg_record_table)t, f, key->id, &n);
            for (uint32_t i = 0; i < n; i++)
                if (target_of(rows[i], &spec->fields[f]) == key->table)
                    return eg_records_at_fault(err, EG_INVALID, rows[i], f, "would refer to nothing");
        }
    }
    return EG_OK;
}

/* --- building ------------------------------------------------------------------------------------------------------------------ */

struct eg_records_builder {
    struct eg_records_chunk *chunk;
    const struct eg_record **rows[EG_N_RECORD_TABLES];
    size_t capacity[EG_N_RECORD_TABLES], n[EG_N_RECORD_TABLES], n_all;
};

enum eg_status eg_records_builder_new(struct eg_records_builder **builder_out, struct eg_error *err)
{
    struct eg_records_builder *builder = eg_memory_zeroed(1, sizeof *builder);
    if (!builder) return eg_error_no_memory(err, sizeof *builder);
    *builder_out = builder;
    return EG_OK;
}

static void empty_builder(struct eg_records_builder *builder)
{
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) free((void *)builder->rows[t]);
    chunk_release(builder->chunk);
    *builder = (struct eg_records_builder){0};
}

void eg_records_builder_free(struct eg_records_builder *builder)
{
    if (!builder) return;
    empty_builder(builder);
    free(builder);
}

enum eg_status eg_records_add(struct eg_records_builder *builder, enum eg_record_table table,
                              const struct eg_text *field, struct eg_error *err)
{
    struct eg_record given = {table, field};
    enum eg_status status = eg_record_check(table, field, err);
    if (status != EG_OK) return status;
    if (builder->n_all >= EG_RECORDS_MAX)
        return eg_error_set(err, EG_LIMIT, "a directory may have %u records in all", EG_RECORDS_MAX);
    if (!builder->chunk) builder->chunk = eg_records_chunk_new();
    if (!builder->chunk ||
        !eg_memory_reserve((void **)(uintptr_t)&builder->rows[table], &builder->capacity[table],
                           builder->n[table] + 1, sizeof *builder->rows[table]))
        return eg_error_no_memory(err, sizeof given);
    status =
        eg_records_copy_row(builder->chunk->arena, &given, &builder->rows[table][builder->n[table]], err);
    if (status != EG_OK) return status;
    builder->n[table]++;
    builder->n_all++;
    return EG_OK;
}

static enum eg_status finish_table(struct eg_records_builder *builder, unsigned t, struct eg_records *records,
                                   struct eg_error *err)
{
    const struct eg_record **rows = builder->rows[t];
    builder->rows[t] = NULL; /* the table's own from here */
    if (builder->n[t] > 0) qsort((void *)rows, builder->n[t], sizeof *rows, eg_records_compare_ids);
    return table_new((enum eg_record_table)t, rows, (uint32_t)builder->n[t], &records->table[t], err);
}

enum eg_status eg_records_finish(struct eg_records_builder *builder, struct eg_records **records_out,
                                 struct eg_error *err)
{
    struct eg_records *records = eg_records_new(err);
    enum eg_status status = records ? EG_OK : EG_NO_MEMORY;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES && status == EG_OK; t++)
        status = finish_table(builder, t, records, err);
    if (status == EG_OK) status = check_all_references(records, err);
    if (status == EG_OK && builder->chunk) {
        builder->chunk->n = builder->n_all;
        records->chunk[records->n_chunks++] = builder->chunk;
        builder->chunk = NULL;
    }
    empty_builder(builder);
    if (status == EG_OK) *records_out = records;
    else eg_records_release(records);
    return status;
}

/* --- what refers to a row -------------------------------------------------------------------------------------------------- */

bool eg_records_visit_referring(const struct eg_records *records, enum eg_record_table table,
                                struct eg_text id, eg_record_visit_fn *visit, void *context)
{
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        const struct eg_record_spec *spec = eg_record_spec((enum eg_record_table)t);
        for (uint32_t f = 1; f < spec->n_fields; f++) {
            uint32_t n;
            if (!eg_record_refers(&spec->fields[f])) continue;
            if (spec->fields[f].type == EG_RECORD_REFERENCE && spec->fields[f].to != table) continue;
            const struct eg_record *const *rows =
                eg_records_with(records, (enum eg_record_table)t, f, id, &n);
            for (uint32_t i = 0; i < n; i++)
                if (!visit(context, rows[i])) return false;
        }
    }
    return true;
}

static bool stop(void *context, const struct eg_record *referring)
{
    (void)context;
    (void)referring;
    return false;
}

bool eg_records_has_referring(const struct eg_records *records, enum eg_record_table table, struct eg_text id)
{
    return !eg_records_visit_referring(records, table, id, stop, NULL);
}
