/* Long tables: rows of (area, indicator, period, numbers), or of (area, period) with a column per indicator. Series come into
 * being when their first row does: the Health Index has 56 indicators in 7 years, 120,344 rows. */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "data/gdal_setup.h"
#include "data/join_internal.h"

#define PERIODS_MAX 1000U
#define PERIOD_ID_BYTES_MAX 63U

struct long_join {
    const struct eg_join *join;
    const struct eg_atlas_table *table;
    const struct eg_area_set *set;
    struct eg_draft_list *drafts;
    struct eg_wanted wanted;
    uint32_t key_cell, indicator_cell, period_cell; /* the last two may be EG_FILL_NONE */
    struct eg_fill *fills;                          /* [n_long_indicators] */
    struct eg_textmap *indicator_of; /* text -> long indicator; NULL without an indicator column */
    struct eg_textmap *period_of;    /* text in the column -> period */
    struct eg_atlas_period *periods; /* [n_periods] met so far */
    size_t n_periods, periods_capacity;
    struct eg_draft **draft; /* [n_periods * n_long_indicators], NULL until the first row */
    size_t draft_capacity;
    uint32_t *n_rows;            /* [n_long_indicators] rows that are about it, of a period that is wanted */
    bool *is_named;              /* [n_long_indicators] some row is about it, whatever its period */
    bool has_rows;               /* some row passed the filter */
    struct eg_text other_period; /* of a row that was left out for it, in the table's arena */
    struct eg_keys keys;
    uint32_t n_cells, n_header; /* of the row at hand, where they differ */
};

static uint32_t n_indicators(const struct long_join *join)
{
    return join->table->n_long_indicators;
}

/* --- periods --------------------------------------------------------------------------------------------------------- */

static bool is_period_id(struct eg_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool fits = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
        if (!fits) return false;
    }
    return text.len > 0 && text.len <= PERIOD_ID_BYTES_MAX;
}

/* A period that the column itself names; four digits are that year. */
static enum eg_status make_period(struct long_join *join, struct eg_text text, uint32_t row,
                                  struct eg_atlas_period *period_out, struct eg_error *err)
{
    if (!is_period_id(text)) {
        return eg_error_set(
            err, EG_INVALID,
            "%.*s: row %u of '%.*s' has '%.*s' in column %.*s, which is no period id; say under "
            "`long: periods:` what it means",
            EG_TEXT_ARG(join->table->id), row, EG_TEXT_ARG(eg_gdal_shown(join->table->source)),
            EG_TEXT_ARG(text), EG_TEXT_ARG(join->table->long_period));
    }
    struct eg_arena *arena = join->join->arena;
    struct eg_atlas_period period = {.id = eg_text_copy(arena, text)};
    period.label = period.id;
    uint32_t year;
    bool done = period.id.data != NULL;
    if (done && text.len == 4 && eg_text_to_u32(text, &year)) {
        period.start = eg_text_format(arena, "%.*s-01-01", EG_TEXT_ARG(text));
        period.end = eg_text_format(arena, "%.*s-12-31", EG_TEXT_ARG(text));
        done = period.start.data && period.end.data;
    }
    if (!done) return eg_error_no_memory(err, text.len);
    *period_out = period;
    return EG_OK;
}

/* Adds a period unless one with its id is there. */
static enum eg_status add_period(struct long_join *join, const struct eg_atlas_period *period,
                                 uint32_t *index_out, struct eg_error *err)
{
    for (size_t i = 0; i < join->n_periods; i++) {
        if (!eg_text_equal(join->periods[i].id, period->id)) continue;
        *index_out = (uint32_t)i;
        return EG_OK;
    }
    if (join->n_periods >= PERIODS_MAX) {
        return eg_error_set(err, EG_LIMIT,
                            "%.*s: column %.*s of '%.*s' has more than %u periods; is it the right one?",
                            EG_TEXT_ARG(join->table->id), EG_TEXT_ARG(join->table->long_period),
                            EG_TEXT_ARG(eg_gdal_shown(join->table->source)), PERIODS_MAX);
    }
    size_t n_drafts = (join->n_periods + 1) * n_indicators(join);
    void *periods = join->periods;
    void *draft = join->draft;
    bool done =
        eg_memory_reserve(&periods, &join->periods_capacity, join->n_periods + 1, sizeof *join->periods);
    join->periods = periods;
    done = done && eg_memory_reserve(&draft, &join->draft_capacity, n_drafts, sizeof(struct eg_draft *));
    join->draft = draft;
    if (!done) return eg_error_no_memory(err, n_drafts * sizeof(struct eg_draft *));
    for (size_t i = n_drafts - n_indicators(join); i < n_drafts; i++) join->draft[i] = NULL;
    *index_out = (uint32_t)join->n_periods;
    join->periods[join->n_periods++] = *period;
    return EG_OK;
}

/* The period of a row; EG_FILL_NONE when rows of this period are left out. */
static enum eg_status find_period(struct long_join *join, uint32_t row, const struct eg_text *cells,
                                  uint32_t *index_out, struct eg_error *err)
{
    if (join->period_cell == EG_FILL_NONE)
        return add_period(join, &join->table->long_only_period, index_out, err);
    struct eg_text text = eg_text_trim(cells[join->period_cell]);
    uint32_t known = eg_textmap_get(join->period_of, text);
    *index_out = known;
    if (known != EG_TEXTMAP_NONE) return EG_OK;
    *index_out = EG_FILL_NONE;
    if (join->table->n_long_periods > 0) return EG_OK;
    struct eg_atlas_period period;
    uint32_t index = 0;
    enum eg_status status = make_period(join, text, row, &period, err);
    if (status == EG_OK) status = add_period(join, &period, &index, err);
    if (status == EG_OK && eg_textmap_put(join->period_of, period.id, index, NULL) != EG_OK) {
        status = eg_error_no_memory(err, text.len);
    }
    if (status == EG_OK) *index_out = index;
    return status;
}

/* --- rows ------------------------------------------------------------------------------------------------------------ */

static enum eg_status find_draft(struct long_join *join, uint32_t indicator, uint32_t period,
                                 struct eg_draft **draft_out, struct eg_error *err)
{
    struct eg_draft **place = &join->draft[(size_t)period * n_indicators(join) + indicator];
    if (!*place) {
        struct eg_draft *draft =
            eg_draft_new(join->join, &join->fills[indicator], join->table->long_boundaries);
        if (!draft) return eg_error_no_memory(err, join->set->n_areas * sizeof(double));
        draft->series.indicator = join->table->long_indicators[indicator].indicator;
        draft->series.period = join->periods[period];
        enum eg_status status = eg_draft_list_add(join->drafts, draft, err);
        if (status) return status;
        *place = draft;
    }
    *draft_out = *place;
    return EG_OK;
}

static enum eg_status take_numbers(struct long_join *join, uint32_t indicator, uint32_t period,
                                   const struct eg_row *row, struct eg_error *err)
{
    struct eg_draft *draft = NULL;
    enum eg_status status = find_draft(join, indicator, period, &draft, err);
    join->n_rows[indicator]++;
    return status ? status : eg_draft_row(draft, &join->fills[indicator], row, join->join->arena, err);
}

static void unquote(struct long_join *join, uint32_t period, const struct eg_row *row)
{
    struct eg_draft **drafts = &join->draft[(size_t)period * n_indicators(join)];
    for (uint32_t i = 0; i < n_indicators(join); i++) {
        bool may_quote = drafts[i]->report.n_bad_cells > 0 && drafts[i]->bad_row == row->number;
        for (uint32_t k = 0; k < n_indicators(join) && may_quote; k++)
            eg_draft_unquote(drafts[i], row, drafts[k]);
    }
}

/* The first text that stands in the period column and is not listed, told where an indicator gets no row for it. */
static enum eg_status note_other_period(struct long_join *join, const struct eg_text *cells,
                                        struct eg_error *err)
{
    if (join->other_period.data) return EG_OK;
    join->other_period = eg_cells_shown(eg_text_trim(cells[join->period_cell]), join->join->arena);
    return join->other_period.data ? EG_OK : eg_error_no_memory(err, cells[join->period_cell].len);
}

static void take_misfit(void *context, uint32_t n_cells, uint32_t n_header)
{
    struct long_join *join = context;
    join->n_cells = n_cells;
    join->n_header = n_header;
}

static enum eg_status take_row(void *context, uint32_t number, const struct eg_text *cells,
                               struct eg_error *err)
{
    struct long_join *join = context;
    struct eg_row row = {.number = number,
                         .cells = cells,
                         .key_cell = cells[join->key_cell],
                         .n_cells = join->n_cells,
                         .n_header = join->n_header};
    uint32_t indicator = EG_TEXTMAP_NONE;
    join->n_cells = join->n_header;
    if (join->indicator_of) {
        indicator = eg_textmap_get(join->indicator_of, eg_text_trim(cells[join->indicator_cell]));
        if (indicator == EG_TEXTMAP_NONE) return EG_OK;
    }
    uint32_t period = EG_FILL_NONE;
    enum eg_status status = find_period(join, number, cells, &period, err);
    join->has_rows = true;
    if (indicator != EG_TEXTMAP_NONE) join->is_named[indicator] = true;
    if (status == EG_OK && period == EG_FILL_NONE) return note_other_period(join, cells, err);
    if (status) return status;
    status = eg_keys_find(&join->keys, row.key_cell, &row.match, err);
    if (status) return status;
    if (indicator != EG_TEXTMAP_NONE) return take_numbers(join, indicator, period, &row, err);
    for (uint32_t i = 0; i < n_indicators(join) && status == EG_OK; i++) {
        status = take_numbers(join, i, period, &row, err);
    }
    if (status == EG_OK && row.match.area != EG_TEXTMAP_NONE) unquote(join, period, &row);
    return status;
}

/* --- the whole ------------------------------------------------------------------------------------------------------- */

static enum eg_status prepare_indicators(struct long_join *join, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < n_indicators(join) && status == EG_OK; i++) {
        const struct eg_atlas_long_indicator *item = &join->table->long_indicators[i];
        const struct eg_atlas_indicator *indicator = &join->join->atlas->indicators[item->indicator];
        status = eg_fill_init(&join->fills[i], join->table, &item->columns, &join->wanted, err);
        join->fills[i].multiplier = indicator->multiplier;
        join->fills[i].categorical = indicator->categorical;
        if (status == EG_OK && join->indicator_of) {
            status = eg_textmap_put(join->indicator_of, eg_text_trim(item->text), i, NULL);
        }
    }
    return status;
}

static enum eg_status prepare_periods(struct long_join *join, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < join->table->n_long_periods && status == EG_OK; i++) {
        const struct eg_atlas_long_period *item = &join->table->long_periods[i];
        uint32_t index = 0;
        status = add_period(join, &item->period, &index, err);
        if (status == EG_OK) status = eg_textmap_put(join->period_of, eg_text_trim(item->text), index, NULL);
    }
    return status;
}

static enum eg_status prepare(struct long_join *join, struct eg_error *err)
{
    const struct eg_atlas_table *table = join->table;
    join->fills = eg_memory_zeroed(n_indicators(join), sizeof *join->fills);
    join->n_rows = eg_memory_zeroed(n_indicators(join), sizeof *join->n_rows);
    join->is_named = eg_memory_zeroed(n_indicators(join), sizeof *join->is_named);
    join->period_of = eg_textmap_new(32);
    bool has_indicators = table->long_indicator.len > 0;
    if (has_indicators) join->indicator_of = eg_textmap_new(n_indicators(join));
    if (!join->fills || !join->n_rows || !join->is_named || !join->period_of ||
        (has_indicators && !join->indicator_of)) {
        return eg_error_no_memory(err, n_indicators(join) * sizeof *join->fills);
    }
    join->indicator_cell = EG_FILL_NONE;
    join->period_cell = EG_FILL_NONE;
    enum eg_status status = eg_wanted_add(&join->wanted, table->key, &join->key_cell, err);
    if (status == EG_OK && has_indicators) {
        status = eg_wanted_add(&join->wanted, table->long_indicator, &join->indicator_cell, err);
    }
    if (status == EG_OK && table->long_period.len > 0) {
        status = eg_wanted_add(&join->wanted, table->long_period, &join->period_cell, err);
    }
    if (status == EG_OK) status = prepare_indicators(join, err);
    if (status == EG_OK) status = prepare_periods(join, err);
    if (status == EG_NO_MEMORY) return eg_error_no_memory(err, sizeof *join);
    return status;
}

static enum eg_status no_row_in_periods(const struct long_join *join, struct eg_text id, struct eg_error *err)
{
    (void)eg_error_set(
        err, EG_INVALID,
        "%.*s: '%.*s' has rows for indicator %.*s, but none of a period that `periods` lists: column "
        "%.*s holds '%.*s', for one",
        EG_TEXT_ARG(join->table->id), EG_TEXT_ARG(eg_gdal_shown(join->table->source)), EG_TEXT_ARG(id),
        EG_TEXT_ARG(join->table->long_period), EG_TEXT_ARG(join->other_period));
    (void)eg_error_field(err, "periods:");
    return EG_INVALID;
}

static enum eg_status no_row_at_all(const struct long_join *join, const struct eg_atlas_long_indicator *item,
                                    struct eg_text id, struct eg_error *err)
{
    if (!join->indicator_of)
        return eg_error_set(err, EG_INVALID, "%.*s: '%.*s' has no row for indicator %.*s; check the filter",
                            EG_TEXT_ARG(join->table->id), EG_TEXT_ARG(eg_gdal_shown(join->table->source)),
                            EG_TEXT_ARG(id));
    return eg_error_set(err, EG_INVALID,
                        "%.*s: no row of '%.*s' has '%.*s' in column %.*s (for indicator %.*s)",
                        EG_TEXT_ARG(join->table->id), EG_TEXT_ARG(eg_gdal_shown(join->table->source)),
                        EG_TEXT_ARG(item->text), EG_TEXT_ARG(join->table->long_indicator), EG_TEXT_ARG(id));
}

/* An indicator without a row would be a layer without numbers: a misspelling, most likely. */
static enum eg_status check_rows(const struct long_join *join, struct eg_error *err)
{
    for (uint32_t i = 0; i < n_indicators(join); i++) {
        if (join->n_rows[i] > 0) continue;
        const struct eg_atlas_long_indicator *item = &join->table->long_indicators[i];
        struct eg_text id = join->join->atlas->indicators[item->indicator].id;
        bool is_named = join->indicator_of ? join->is_named[i] : join->has_rows;
        return is_named ? no_row_in_periods(join, id, err) : no_row_at_all(join, item, id, err);
    }
    return EG_OK;
}

static void finish(struct long_join *join)
{
    for (size_t i = 0; i < join->n_periods * n_indicators(join); i++) {
        struct eg_draft *draft = join->draft[i];
        if (!draft) continue;
        uint32_t n_rows =
            draft->report.n_matched + draft->report.n_duplicates + draft->report.n_rows_without_area;
        eg_draft_finish(draft, join->set, &join->keys, n_rows);
    }
}

enum eg_status eg_join_long(const struct eg_join *join, struct eg_draft_list *drafts, struct eg_error *err)
{
    const struct eg_atlas_table *table = &join->atlas->tables[join->table];
    struct long_join work = {
        .join = join, .table = table, .set = &join->area_sets[table->long_boundaries], .drafts = drafts};
    eg_keys_init(&work.keys, table, work.set->by_code, work.set->codes, work.set->n_areas);
    enum eg_status status = prepare(&work, err);
    if (status == EG_OK) {
        struct eg_table_source source = eg_table_source_of(table);
        struct eg_table_wish wish = {.columns = work.wanted.names,
                                     .n_columns = (uint32_t)work.wanted.n,
                                     .on_row = take_row,
                                     .on_misfit = take_misfit,
                                     .context = &work};
        status = eg_table_read(&source, &wish, NULL, err);
    }
    if (status == EG_OK) status = check_rows(&work, err);
    if (status == EG_OK) finish(&work);
    eg_keys_clear(&work.keys);
    eg_textmap_free(work.indicator_of);
    eg_textmap_free(work.period_of);
    free(work.fills);
    free(work.n_rows);
    free(work.is_named);
    free(work.periods);
    free(work.draft);
    free(work.wanted.names);
    return status;
}
