/* A change of a few rows in a table of a hundred thousand: the arrays of the tables concerned are made anew from the old ones, by copying
 * what lies between the places where rows come and go, and without looking at the other rows. All other tables are shared. */
#include "data/records.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/records_parts.h"

/* What a change does to one table: the rows that are put, ascending by id, and the ids that leave their place. */
struct edit {
    const struct eg_record **puts;
    uint32_t n_puts;
    struct eg_text *leaving; /* deleted or replaced */
    uint32_t n_leaving;
};

/* What a change does to one index: places in it that are left, ascending, and rows that come, in its order. */
struct shift {
    const struct eg_records_index *old;
    uint32_t field;
    uint32_t *gone;                      /* [n_gone] */
    struct eg_records_reference *coming; /* [n_coming]; of by_id what they refer to is their own id */
    uint32_t n_gone, n_coming;
};

static int compare_places(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Where in the index a row stands, or would. */
static uint32_t place_of(const struct eg_records_index *index, uint32_t field, const struct eg_record *row)
{
    struct eg_records_reference wanted = {row->field[field], row};
    uint32_t number = eg_records_first_digits(wanted.to, index->digits);
    uint32_t low = index->start[number], high = index->start[number + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct eg_records_reference other = {index->rows[middle]->field[field], index->rows[middle]};
        if (eg_records_compare_references(&other, &wanted) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Without those that are named twice. */
static void note_gone(struct shift *shift, const struct eg_records *records, enum eg_record_table which,
                      const struct edit *edit)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < edit->n_leaving; i++) {
        const struct eg_record *row = eg_records_find(records, which, edit->leaving[i]);
        if (row->field[shift->field].len > 0)
            shift->gone[shift->n_gone++] = place_of(shift->old, shift->field, row);
    }
    if (shift->n_gone > 0) qsort(shift->gone, shift->n_gone, sizeof *shift->gone, compare_places);
    for (uint32_t i = 0; i < shift->n_gone; i++)
        if (n == 0 || shift->gone[i] != shift->gone[n - 1]) shift->gone[n++] = shift->gone[i];
    shift->n_gone = n;
}

static void note_coming(struct shift *shift, const struct edit *edit)
{
    for (uint32_t i = 0; i < edit->n_puts; i++) {
        struct eg_text to = edit->puts[i]->field[shift->field];
        if (to.len > 0) shift->coming[shift->n_coming++] = (struct eg_records_reference){to, edit->puts[i]};
    }
    if (shift->n_coming > 0)
        qsort(shift->coming, shift->n_coming, sizeof *shift->coming, eg_records_compare_references);
}

/* Rows are moved in runs and not looked at: those of a large table lie all over the memory. */
static void move_rows(const struct shift *shift, struct eg_records_index *fresh)
{
    uint32_t at = 0, g = 0;
    for (uint32_t c = 0; c <= shift->n_coming; c++) {
        uint32_t until = shift->old->n;
        if (c < shift->n_coming) until = place_of(shift->old, shift->field, shift->coming[c].row);
        while (at < until) {
            uint32_t end = g < shift->n_gone && shift->gone[g] < until ? shift->gone[g++] : until;
            memcpy((void *)&fresh->rows[fresh->n], (const void *)&shift->old->rows[at],
                   (end - at) * sizeof *fresh->rows);
            fresh->n += end - at;
            at = end < until ? end + 1 : until;
        }
        if (c < shift->n_coming) fresh->rows[fresh->n++] = shift->coming[c].row;
    }
}

/* The number with which the next row begins that comes or goes; `none` behind the last. */
static uint32_t next_number(const struct shift *shift, uint32_t c, uint32_t g, uint32_t none)
{
    const struct eg_records_index *old = shift->old;
    uint32_t number = none, going = none;
    if (c < shift->n_coming) number = eg_records_first_digits(shift->coming[c].to, old->digits);
    if (g < shift->n_gone)
        going = eg_records_first_digits(old->rows[shift->gone[g]]->field[shift->field], old->digits);
    return going < number ? going : number;
}

/* As eg_records_index_begin would say, from what the old index says. */
static void move_starts(const struct shift *shift, struct eg_records_index *fresh)
{
    const uint32_t *old = shift->old->start;
    uint32_t n_starts = UINT32_C(1) << (4 * shift->old->digits), c = 0, g = 0;
    for (uint32_t number = 0; number <= n_starts;) {
        uint32_t until = next_number(shift, c, g, n_starts), by = c - g; /* both modulo 2^32 */
        for (; number <= until; number++) fresh->start[number] = old[number] + by;
        while (c < shift->n_coming &&
               eg_records_first_digits(shift->coming[c].to, shift->old->digits) <= until)
            c++;
        while (g < shift->n_gone && next_number(shift, shift->n_coming, g, n_starts) <= until) g++;
    }
}

static enum eg_status shift_index(const struct shift *shift, struct eg_records_index *fresh,
                                  struct eg_error *err)
{
    size_t n_starts = ((size_t)1 << (4 * shift->old->digits)) + 1;
    fresh->rows = eg_memory_array((size_t)shift->old->n + shift->n_coming, sizeof *fresh->rows);
    if (!fresh->rows) return eg_error_no_memory(err, shift->old->n * sizeof *fresh->rows);
    move_rows(shift, fresh);
    if (eg_records_digits(fresh->n) != shift->old->digits)
        return eg_records_index_begin(fresh, shift->field, err);
    fresh->digits = shift->old->digits;
    fresh->start = eg_memory_array(n_starts, sizeof *fresh->start);
    if (!fresh->start) return eg_error_no_memory(err, n_starts * sizeof *fresh->start);
    move_starts(shift, fresh);
    return EG_OK;
}

static enum eg_status edit_index(const struct eg_records *records, enum eg_record_table which, uint32_t field,
                                 const struct edit *edit, struct eg_records_table *fresh,
                                 struct eg_error *err)
{
    const struct eg_records_table *old = records->table[which];
    struct shift shift = {.old = field == 0 ? &old->by_id : &old->by_reference[field],
                          .field = field,
                          .gone = eg_memory_array(edit->n_leaving, sizeof *shift.gone),
                          .coming = eg_memory_array(edit->n_puts, sizeof *shift.coming)};
    enum eg_status status = shift.gone && shift.coming ? EG_OK : eg_error_no_memory(err, 0);
    if (status == EG_OK) {
        note_gone(&shift, records, which, edit);
        note_coming(&shift, edit);
        status = shift_index(&shift, field == 0 ? &fresh->by_id : &fresh->by_reference[field], err);
    }
    free(shift.gone);
    free(shift.coming);
    return status;
}

/* A new table: the old rows without those that leave, and those that are put. */
static enum eg_status merge_table(const struct eg_records *records, enum eg_record_table which,
                                  const struct edit *edit, struct eg_records_table **table_out,
                                  struct eg_error *err)
{
    const struct eg_record_spec *spec = eg_record_spec(which);
    struct eg_records_table *table = eg_memory_zeroed(1, sizeof *table);
    if (!table) return eg_error_no_memory(err, sizeof *table);
    atomic_init(&table->references, 1);
    enum eg_status status = edit_index(records, which, 0, edit, table, err);
    for (uint32_t i = 1; i < edit->n_puts && status == EG_OK; i++)
        if (eg_records_compare_ids(&edit->puts[i - 1], &edit->puts[i]) == 0)
            status = eg_records_at_fault(err, EG_INVALID, edit->puts[i], 0, "came twice");
    for (uint32_t f = 1; f < spec->n_fields && status == EG_OK; f++)
        if (eg_record_refers(&spec->fields[f])) status = edit_index(records, which, f, edit, table, err);
    if (status == EG_OK) *table_out = table;
    else eg_records_table_release(table);
    return status;
}

static enum eg_status take_put(const struct eg_records *records, const struct eg_record *put,
                               struct eg_records_chunk *chunk, struct edit *edit, struct eg_error *err)
{
    enum eg_status status = eg_record_check(put->table, put->field, err);
    if (status == EG_OK) status = eg_records_copy_row(chunk->arena, put, &edit->puts[edit->n_puts], err);
    if (status != EG_OK) return status;
    if (!eg_memory_reserve((void **)(uintptr_t)&chunk->rows, &chunk->capacity, chunk->n + 1,
                           sizeof *chunk->rows))
        return eg_error_no_memory(err, sizeof *chunk->rows);
    chunk->rows[chunk->n++] = edit->puts[edit->n_puts];
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
    eg_records_lower(id);
    edit->leaving[edit->n_leaving++] = id;
    return EG_OK;
}

static enum eg_status edit_table(struct eg_records *records, const struct eg_records_change *change,
                                 enum eg_record_table which, struct eg_records *fresh, struct eg_error *err)
{
    struct eg_records_chunk *chunk = fresh->chunk[fresh->n_chunks - 1];
    struct edit edit = {eg_memory_array(change->n_puts, sizeof *edit.puts), 0,
                        eg_memory_array((size_t)change->n_puts + change->n_deletes, sizeof *edit.leaving), 0};
    enum eg_status status = edit.puts && edit.leaving ? EG_OK : eg_error_no_memory(err, 0);
    for (uint32_t i = 0; i < change->n_puts && status == EG_OK; i++)
        if (change->puts[i].table == which) status = take_put(records, &change->puts[i], chunk, &edit, err);
    for (uint32_t i = 0; i < change->n_deletes && status == EG_OK; i++)
        if (change->deletes[i].table == which)
            status = take_delete(records, &change->deletes[i], chunk->arena, &edit, err);
    if (status == EG_OK && edit.n_puts + edit.n_leaving == 0) {
        fresh->table[which] = records->table[which];
        atomic_fetch_add_explicit(&fresh->table[which]->references, 1, memory_order_relaxed);
    } else if (status == EG_OK) {
        qsort((void *)edit.puts, edit.n_puts, sizeof *edit.puts, eg_records_compare_ids);
        status = merge_table(records, which, &edit, &fresh->table[which], err);
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
        status = eg_records_check_row(records, &change->puts[i], err);
    for (uint32_t i = 0; i < change->n_deletes && status == EG_OK; i++)
        if (!eg_records_find(records, change->deletes[i].table, change->deletes[i].id))
            status = eg_records_check_gone(records, &change->deletes[i], err);
    return status;
}

/* The set after the change, which holds on to the first n_chunks of the old one's; of rows in the others the change puts all. */
static enum eg_status apply_to(struct eg_records *records, uint32_t n_chunks,
                               const struct eg_records_change *change, struct eg_records **records_out,
                               struct eg_error *err)
{
    struct eg_records *fresh = eg_records_new(err);
    if (!fresh) return EG_NO_MEMORY;
    for (; fresh->n_chunks < n_chunks; fresh->n_chunks++) {
        fresh->chunk[fresh->n_chunks] = records->chunk[fresh->n_chunks];
        atomic_fetch_add_explicit(&fresh->chunk[fresh->n_chunks]->references, 1, memory_order_relaxed);
    }
    struct eg_records_chunk *own = eg_records_chunk_new();
    enum eg_status status = own ? EG_OK : eg_error_no_memory(err, sizeof *own);
    if (own) fresh->chunk[fresh->n_chunks++] = own;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES && status == EG_OK; t++)
        status = edit_table(records, change, (enum eg_record_table)t, fresh, err);
    if (status == EG_OK) status = check_change(fresh, change, err);
    if (status == EG_OK) *records_out = fresh;
    else eg_records_release(fresh);
    return status;
}

/* --- gathering ------------------------------------------------------------------------------------------------------------------- */

/* All rows once more, in one chunk. */
static enum eg_status gather_all(const struct eg_records *records, struct eg_records **records_out,
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

/* The first of the chunks that are to become one: the last ones, as long as one is not larger than all behind it together, so that a row
 * is copied as often as the logarithm of their number says. 0: all, since as much was put as there was. */
static uint32_t first_to_gather(const struct eg_records *records, size_t *n_rows_out)
{
    size_t n = 0;
    uint32_t first = records->n_chunks;
    for (uint32_t c = 1; c < records->n_chunks; c++) n += records->chunk[c]->n;
    if (n >= records->chunk[0]->n) return 0;
    for (n = 0; first > 1; first--) {
        size_t next = records->chunk[first - 1]->n;
        if (next > n && records->n_chunks - first >= EG_RECORDS_CHUNKS / 4) break;
        n += next;
    }
    *n_rows_out = n;
    return first;
}

/* Sets that come from many changes would hold on to as many chunks: the rows of the last ones that are still there, once more. */
static enum eg_status gather(struct eg_records *records, struct eg_records **records_out,
                             struct eg_error *err)
{
    size_t most = 0;
    uint32_t first = first_to_gather(records, &most);
    if (first == 0) return gather_all(records, records_out, err);
    struct eg_record *puts = eg_memory_array(most, sizeof *puts);
    if (!puts) return eg_error_no_memory(err, most * sizeof *puts);
    struct eg_records_change again = {.puts = puts};
    for (uint32_t c = first; c < records->n_chunks; c++)
        for (size_t i = 0; i < records->chunk[c]->n; i++) {
            const struct eg_record *row = records->chunk[c]->rows[i];
            if (eg_records_find(records, row->table, row->field[0]) == row) puts[again.n_puts++] = *row;
        }
    enum eg_status status = apply_to(records, first, &again, records_out, err);
    free(puts);
    return status;
}

enum eg_status eg_records_apply(struct eg_records *records, const struct eg_records_change *change,
                                struct eg_records **records_out, struct eg_error *err)
{
    if (records->n_chunks < EG_RECORDS_CHUNKS)
        return apply_to(records, records->n_chunks, change, records_out, err);
    struct eg_records *gathered = NULL;
    enum eg_status status = gather(records, &gathered, err);
    if (status == EG_OK) status = apply_to(gathered, gathered->n_chunks, change, records_out, err);
    eg_records_release(gathered);
    return status;
}
