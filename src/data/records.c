/* A set of records: for each table an array of rows ascending by id and, for each of its references, the same rows ascending by what
 * they refer to. Sets made from one another share the arrays of tables that did not change and the arenas ("chunks") in which the
 * texts of their rows lie, each counted. */
#include "data/records.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"

#define INDEX_DIGITS 5 /* hexadecimal: a million numbers */
#define CHUNKS_MAX 64  /* beyond, a change copies all rows into one */
#define CHUNK_CEILING_BYTES ((size_t)8 * 1024 * 1024 * 1024)

struct chunk {
    struct eg_arena *arena;
    atomic_uint references;
};

/* Rows in the order of one of their UUIDs, and where in it those begin that start with each number of so many hexadecimal digits:
 * UUIDs are as good as random, so as many numbers as rows leave a row or two to look through. */
struct index {
    const struct eg_record **rows; /* [n] */
    uint32_t n, digits;
    uint32_t *start; /* [16 to the power of digits, + 1] */
};

struct table {
    atomic_uint references;
    struct index by_id;
    struct index by_reference
        [EG_RECORD_FIELDS]; /* rows in which the field refers to something, then by id; of other fields empty */
};

struct eg_records {
    atomic_uint references;
    struct table *table[EG_N_RECORD_TABLES];
    struct chunk *chunk[CHUNKS_MAX];
    uint32_t n_chunks;
};

/* --- lifetimes ----------------------------------------------------------------------------------------------------------- */

static struct chunk *chunk_new(void)
{
    struct chunk *chunk = eg_memory_zeroed(1, sizeof *chunk);
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

static void chunk_release(struct chunk *chunk)
{
    if (!chunk || !is_last(&chunk->references)) return;
    eg_arena_free(chunk->arena);
    free(chunk);
}

static void index_clear(struct index *index)
{
    free((void *)index->rows);
    free(index->start);
}

static void table_release(struct table *table)
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
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) table_release(records->table[t]);
    for (uint32_t c = 0; c < records->n_chunks; c++) chunk_release(records->chunk[c]);
    free(records);
}

static struct eg_records *records_new(struct eg_error *err)
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
static void lower(struct eg_text text)
{
    char *bytes = (char *)(uintptr_t)text.data; /* our own copy */
    for (size_t i = 0; i < text.len; i++)
        if (bytes[i] >= 'A' && bytes[i] <= 'F') bytes[i] = (char)(bytes[i] - 'A' + 'a');
}

static enum eg_status copy_row(struct eg_arena *arena, const struct eg_record *from,
                               const struct eg_record **row_out, struct eg_error *err)
{
    const struct eg_record_spec *spec = eg_record_spec(from->table);
    struct eg_record *row = eg_arena_array(arena, 1, sizeof *row);
    struct eg_text *field = eg_arena_array(arena, spec->n_fields, sizeof *field);
    if (!row || !field) return eg_error_no_memory(err, spec->n_fields * sizeof *field);
    for (uint32_t f = 0; f < spec->n_fields; f++) {
        if (from->field[f].len == 0) continue;
        field[f] = eg_text_copy(arena, from->field[f]);
        if (!field[f].data) return eg_error_no_memory(err, from->field[f].len);
        if (spec->fields[f].type == EG_RECORD_ID || eg_record_refers(&spec->fields[f])) lower(field[f]);
    }
    *row = (struct eg_record){from->table, field};
    *row_out = row;
    return EG_OK;
}

static enum eg_status at_fault(struct eg_error *err, enum eg_status status, const struct eg_record *row,
                               uint32_t field, const char *what)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    eg_error_set(err, status, "%s %.*s: %s '%.*s' %s", spec->name, EG_TEXT_ARG(row->field[0]),
                 spec->fields[field].name, EG_TEXT_ARG(row->field[field]), what);
    eg_error_field(err, spec->fields[field].name);
    return status;
}

/* --- one table --------------------------------------------------------------------------------------------------------------- */

static int compare_ids(const void *a, const void *b)
{
    const struct eg_record *const *x = a;
    const struct eg_record *const *y = b;
    return eg_text_compare((*x)->field[0], (*y)->field[0]);
}

struct reference {
    struct eg_text to;
    const struct eg_record *row;
};

static int compare_references(const void *a, const void *b)
{
    const struct reference *x = a;
    const struct reference *y = b;
    int order = eg_text_compare(x->to, y->to);
    return order != 0 ? order : eg_text_compare(x->row->field[0], y->row->field[0]);
}

/* The number that the first digits of a UUID in lower case are. */
static uint32_t first_digits(struct eg_text id, uint32_t digits)
{
    uint32_t number = 0;
    for (uint32_t i = 0; i < digits; i++) {
        unsigned char c = (unsigned char)id.data[i];
        number = number * 16 + (c <= '9' ? c - (uint32_t)'0' : c - (uint32_t)'a' + 10);
    }
    return number;
}

/* Says where which digits begin in rows that stand in the order of `field`. */
static enum eg_status index_begin(struct index *index, uint32_t field, struct eg_error *err)
{
    while (index->digits < INDEX_DIGITS && (UINT32_C(1) << (4 * index->digits)) < index->n) index->digits++;
    uint32_t n_starts = UINT32_C(1) << (4 * index->digits), next = 0;
    index->start = eg_memory_array((size_t)n_starts + 1, sizeof *index->start);
    if (!index->start) return eg_error_no_memory(err, n_starts * sizeof *index->start);
    for (uint32_t i = 0; i < index->n; i++) {
        uint32_t number = first_digits(index->rows[i]->field[field], index->digits);
        while (next <= number) index->start[next++] = i;
    }
    while (next <= n_starts) index->start[next++] = index->n;
    return EG_OK;
}

static enum eg_status index_reference(struct table *table, uint32_t f, struct eg_error *err)
{
    const struct index *all = &table->by_id;
    struct index *index = &table->by_reference[f];
    struct reference *sorted = eg_memory_array(all->n, sizeof *sorted);
    index->rows = eg_memory_array(all->n, sizeof *index->rows);
    enum eg_status status = sorted && index->rows ? EG_OK : eg_error_no_memory(err, all->n * sizeof *sorted);
    for (uint32_t i = 0; status == EG_OK && i < all->n; i++)
        if (all->rows[i]->field[f].len > 0)
            sorted[index->n++] = (struct reference){all->rows[i]->field[f], all->rows[i]};
    if (status == EG_OK) {
        qsort(sorted, index->n, sizeof *sorted, compare_references);
        for (uint32_t i = 0; i < index->n; i++) index->rows[i] = sorted[i].row;
        status = index_begin(index, f, err);
    }
    free(sorted);
    return status;
}

/* Takes rows[n], ascending by id, over, also on failure. */
static enum eg_status table_new(enum eg_record_table which, const struct eg_record **rows, uint32_t n,
                                struct table **table_out, struct eg_error *err)
{
    const struct eg_record_spec *spec = eg_record_spec(which);
    struct table *table = eg_memory_zeroed(1, sizeof *table);
    if (!table) {
        free((void *)rows);
        return eg_error_no_memory(err, sizeof *table);
    }
    atomic_init(&table->references, 1);
    table->by_id = (struct index){.rows = rows, .n = n};
    enum eg_status status = index_begin(&table->by_id, 0, err);
    for (uint32_t i = 1; i < n && status == EG_OK; i++)
        if (compare_ids(&rows[i - 1], &rows[i]) == 0)
            status = at_fault(err, EG_INVALID, rows[i], 0, "came twice");
    for (uint32_t f = 0; f < spec->n_fields && status == EG_OK; f++)
        if (eg_record_refers(&spec->fields[f])) status = index_reference(table, f, err);
    if (status == EG_OK) *table_out = table;
    else table_release(table);
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
static uint32_t look_up(const struct index *index, uint32_t field, struct eg_text id, uint32_t *n_out)
{
    char room[EG_UUID_TEXT_LEN];
    *n_out = 0;
    if (id.len != EG_UUID_TEXT_LEN || !eg_record_text_is(EG_RECORD_ID, id)) return 0;
    memcpy(room, id.data, EG_UUID_TEXT_LEN);
    id = (struct eg_text){room, EG_UUID_TEXT_LEN};
    lower(id);
    uint32_t number = first_digits(id, index->digits);
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
    const struct index *index = &records->table[table]->by_reference[field];
    return index->rows + look_up(index, field, id, n_out);
}

/* --- references ---------------------------------------------------------------------------------------------------------------- */

/* The table that the text of a LINK refers to: only attributes say so; EG_N_RECORD_TABLES: not checked. */
static enum eg_record_table target_of(const struct eg_record *row, const struct eg_record_field *field)
{
    if (field->type == EG_RECORD_REFERENCE) return field->to;
    if (row->table != EG_RECORD_ATTRIBUTE) return EG_N_RECORD_TABLES;
    return eg_record_table_named(row->field[EG_ATTRIBUTE_LINK_ENTITY]);
}

static enum eg_status check_references_of(const struct eg_records *records, const struct eg_record *row,
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
            return at_fault(err, EG_INVALID, row, EG_ATTRIBUTE_LINK_ENTITY, "is no table of HSDS");
        }
    }
    return EG_OK;
}

static enum eg_status check_all_references(const struct eg_records *records, struct eg_error *err)
{
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        for (uint32_t i = 0; i < records->table[t]->by_id.n; i++) {
            enum eg_status status = check_references_of(records, records->table[t]->by_id.rows[i], err);
            if (status != EG_OK) return status;
        }
    }
    return EG_OK;
}

/* Whether anything still refers to a row that went. */
static enum eg_status check_unreferenced(const struct eg_records *records, const struct eg_record_key *key,
                                         struct eg_error *err)
{
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        const struct eg_record_spec *spec = eg_record_spec((enum eg_record_table)t);
        for (uint32_t f = 1; f < spec->n_fields; f++) {
            uint32_t n;
            if (!eg_record_refers(&spec->fields[f])) continue;
            const struct eg_record *const *rows =
                eg_records_with(records, (enum eg_record_table)t, f, key->id, &n);
            for (uint32_t i = 0; i < n; i++)
                if (target_of(rows[i], &spec->fields[f]) == key->table)
                    return at_fault(err, EG_INVALID, rows[i], f, "would refer to nothing");
        }
    }
    return EG_OK;
}

/* --- building ------------------------------------------------------------------------------------------------------------------ */

struct eg_records_builder {
    struct chunk *chunk;
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
    if (!builder->chunk) builder->chunk = chunk_new();
    if (!builder->chunk ||
        !eg_memory_reserve((void **)(uintptr_t)&builder->rows[table], &builder->capacity[table],
                           builder->n[table] + 1, sizeof *builder->rows[table]))
        return eg_error_no_memory(err, sizeof given);
    status = copy_row(builder->chunk->arena, &given, &builder->rows[table][builder->n[table]], err);
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
    if (builder->n[t] > 0) qsort((void *)rows, builder->n[t], sizeof *rows, compare_ids);
    return table_new((enum eg_record_table)t, rows, (uint32_t)builder->n[t], &records->table[t], err);
}

enum eg_status eg_records_finish(struct eg_records_builder *builder, struct eg_records **records_out,
                                 struct eg_error *err)
{
    struct eg_records *records = records_new(err);
    enum eg_status status = records ? EG_OK : EG_NO_MEMORY;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES && status == EG_OK; t++)
        status = finish_table(builder, t, records, err);
    if (status == EG_OK) status = check_all_references(records, err);
    if (status == EG_OK && builder->chunk) {
        records->chunk[records->n_chunks++] = builder->chunk;
        builder->chunk = NULL;
    }
    empty_builder(builder);
    if (status == EG_OK) *records_out = records;
    else eg_records_release(records);
    return status;
}

/* --- changing ------------------------------------------------------------------------------------------------------------------ */

/* What a change does to one table: the rows that are put, ascending by id, and the ids that leave their place, ascending. */
struct edit {
    const struct eg_record **puts;
    uint32_t n_puts;
    struct eg_text *leaving; /* deleted or replaced */
    uint32_t n_leaving;
};

static int compare_texts(const void *a, const void *b)
{
    const struct eg_text *x = a;
    const struct eg_text *y = b;
    return eg_text_compare(*x, *y);
}

/* A new table: the old rows without those that leave, merged with those that are put. */
static enum eg_status merge_table(const struct index *old, enum eg_record_table which,
                                  const struct edit *edit, struct table **table_out, struct eg_error *err)
{
    const struct eg_record **rows = eg_memory_array((size_t)old->n + edit->n_puts, sizeof *rows);
    if (!rows) return eg_error_no_memory(err, ((size_t)old->n + edit->n_puts) * sizeof *rows);
    uint32_t n = 0, p = 0, l = 0;
    for (uint32_t i = 0; i < old->n; i++) {
        struct eg_text id = old->rows[i]->field[0];
        while (p < edit->n_puts && eg_text_compare(edit->puts[p]->field[0], id) < 0)
            rows[n++] = edit->puts[p++];
        while (l < edit->n_leaving && eg_text_compare(edit->leaving[l], id) < 0) l++;
        if (l >= edit->n_leaving || !eg_text_equal(edit->leaving[l], id)) rows[n++] = old->rows[i];
    }
    while (p < edit->n_puts) rows[n++] = edit->puts[p++];
    return table_new(which, rows, n, table_out, err);
}

static enum eg_status take_put(const struct eg_records *records, const struct eg_record *put,
                               struct eg_arena *arena, struct edit *edit, struct eg_error *err)
{
    enum eg_status status = eg_record_check(put->table, put->field, err);
    if (status == EG_OK) status = copy_row(arena, put, &edit->puts[edit->n_puts], err);
    if (status != EG_OK) return status;
    struct eg_text id = edit->puts[edit->n_puts++]->field[0];
    if (eg_records_find(records, put->table, id)) edit->leaving[edit->n_leaving++] = id;
    return EG_OK;
}

static enum eg_status take_delete(const struct eg_records *records, const struct eg_record_key *key,
                                  struct eg_arena *arena, struct edit *edit, struct eg_error *err)
{
    if (!eg_records_find(records, key->table, key->id))
        return eg_error_set(err, EG_NOT_FOUND, "there is no %s '%.*s'", eg_record_spec(key->table)->name,
                            EG_TEXT_ARG(key->id));
    struct eg_text id = eg_text_copy(arena, key->id);
    if (!id.data) return eg_error_no_memory(err, key->id.len);
    lower(id);
    edit->leaving[edit->n_leaving++] = id;
    return EG_OK;
}

static enum eg_status edit_table(struct eg_records *records, const struct eg_records_change *change,
                                 enum eg_record_table which, struct eg_records *fresh, struct eg_error *err)
{
    struct eg_arena *arena = fresh->chunk[fresh->n_chunks - 1]->arena;
    struct edit edit = {eg_memory_array(change->n_puts, sizeof *edit.puts), 0,
                        eg_memory_array((size_t)change->n_puts + change->n_deletes, sizeof *edit.leaving), 0};
    enum eg_status status = edit.puts && edit.leaving ? EG_OK : eg_error_no_memory(err, 0);
    for (uint32_t i = 0; i < change->n_puts && status == EG_OK; i++)
        if (change->puts[i].table == which) status = take_put(records, &change->puts[i], arena, &edit, err);
    for (uint32_t i = 0; i < change->n_deletes && status == EG_OK; i++)
        if (change->deletes[i].table == which)
            status = take_delete(records, &change->deletes[i], arena, &edit, err);
    if (status == EG_OK && edit.n_puts + edit.n_leaving == 0) {
        fresh->table[which] = records->table[which];
        atomic_fetch_add_explicit(&fresh->table[which]->references, 1, memory_order_relaxed);
    } else if (status == EG_OK) {
        qsort((void *)edit.puts, edit.n_puts, sizeof *edit.puts, compare_ids);
        qsort(edit.leaving, edit.n_leaving, sizeof *edit.leaving, compare_texts);
        status = merge_table(&records->table[which]->by_id, which, &edit, &fresh->table[which], err);
    }
    free((void *)edit.puts);
    free(edit.leaving);
    return status;
}

static enum eg_status check_change(const struct eg_records *records, const struct eg_records_change *change,
                                   struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < change->n_puts && status == EG_OK; i++)
        status = check_references_of(records, &change->puts[i], err);
    for (uint32_t i = 0; i < change->n_deletes && status == EG_OK; i++)
        if (!eg_records_find(records, change->deletes[i].table, change->deletes[i].id))
            status = check_unreferenced(records, &change->deletes[i], err);
    return status;
}

/* All rows once more, in one chunk: sets that come from many changes would hold on to as many. */
static enum eg_status gather(const struct eg_records *records, struct eg_records **records_out,
                             struct eg_error *err)
{
    struct eg_records_builder *builder = NULL;
    enum eg_status status = eg_records_builder_new(&builder, err);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES && status == EG_OK; t++)
        for (uint32_t i = 0; i < records->table[t]->by_id.n && status == EG_OK; i++) {
            const struct eg_record *row = records->table[t]->by_id.rows[i];
            status = eg_records_add(builder, row->table, row->field, err);
        }
    if (status == EG_OK) status = eg_records_finish(builder, records_out, err);
    eg_records_builder_free(builder);
    return status;
}

static enum eg_status apply_to(struct eg_records *records, const struct eg_records_change *change,
                               struct eg_records **records_out, struct eg_error *err)
{
    struct eg_records *fresh = records_new(err);
    if (!fresh) return EG_NO_MEMORY;
    for (; fresh->n_chunks < records->n_chunks; fresh->n_chunks++) {
        fresh->chunk[fresh->n_chunks] = records->chunk[fresh->n_chunks];
        atomic_fetch_add_explicit(&fresh->chunk[fresh->n_chunks]->references, 1, memory_order_relaxed);
    }
    struct chunk *own = chunk_new();
    enum eg_status status = own ? EG_OK : eg_error_no_memory(err, sizeof *own);
    if (own) fresh->chunk[fresh->n_chunks++] = own;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES && status == EG_OK; t++)
        status = edit_table(records, change, (enum eg_record_table)t, fresh, err);
    if (status == EG_OK) status = check_change(fresh, change, err);
    if (status == EG_OK) *records_out = fresh;
    else eg_records_release(fresh);
    return status;
}

enum eg_status eg_records_apply(struct eg_records *records, const struct eg_records_change *change,
                                struct eg_records **records_out, struct eg_error *err)
{
    if (records->n_chunks < CHUNKS_MAX) return apply_to(records, change, records_out, err);
    struct eg_records *gathered = NULL;
    enum eg_status status = gather(records, &gathered, err);
    if (status == EG_OK) status = apply_to(gathered, change, records_out, err);
    eg_records_release(gathered);
    return status;
}
