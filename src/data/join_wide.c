/* Wide tables: a row per area, columns per series. One pass fills every series of every indicator that names the table, and
 * the weights that aggregations take from it. Each boundary set that the table is joined to looks the key up once a row. */
#include <stdlib.h>

#include "base/memory.h"
#include "data/join_internal.h"

struct target {
    struct eg_draft *draft;
    struct eg_fill fill;
};

struct wide {
    const struct eg_join *join;
    const struct eg_atlas_table *table;
    struct eg_draft_list *drafts;
    struct eg_wanted wanted; /* [0] is the key */
    struct target *targets;
    size_t n_targets, capacity;
    struct eg_keys *keys; /* [n_boundaries]; by_code NULL where the set is not joined */
    uint32_t n_rows;
    uint32_t n_cells, n_header; /* of the row at hand, where they differ */
};

/* --- which series ---------------------------------------------------------------------------------------------------- */

static enum eg_status add_target(struct wide *wide, const struct eg_fill *fill, uint32_t boundaries,
                                 struct eg_draft **draft_out, struct eg_error *err)
{
    void *targets = wide->targets;
    if (!eg_memory_reserve(&targets, &wide->capacity, wide->n_targets + 1, sizeof *wide->targets)) {
        return eg_error_no_memory(err, sizeof *wide->targets);
    }
    wide->targets = targets;
    struct eg_draft *draft = eg_draft_new(wide->join, fill, boundaries);
    if (!draft) return eg_error_no_memory(err, wide->join->area_sets[boundaries].n_areas * sizeof(double));
    enum eg_status status = eg_draft_list_add(wide->drafts, draft, err);
    if (status) return status;
    wide->targets[wide->n_targets++] = (struct target){draft, *fill};
    const struct eg_area_set *set = &wide->join->area_sets[boundaries];
    struct eg_keys *keys = &wide->keys[boundaries];
    if (!keys->by_code) eg_keys_init(keys, wide->table, set->by_code, set->codes, set->n_areas);
    *draft_out = draft;
    return EG_OK;
}

static enum eg_status add_series(struct wide *wide, uint32_t indicator, const struct eg_atlas_series *series,
                                 struct eg_error *err)
{
    const struct eg_atlas_indicator *spec = &wide->join->atlas->indicators[indicator];
    struct eg_fill fill;
    struct eg_draft *draft = NULL;
    enum eg_status status = eg_fill_init(&fill, wide->table, &series->columns, &wide->wanted, err);
    fill.multiplier = spec->multiplier;
    fill.categorical = spec->categorical;
    if (status == EG_OK) status = add_target(wide, &fill, series->boundaries, &draft, err);
    if (status) return status;
    draft->series.indicator = indicator;
    draft->series.period = series->period;
    return EG_OK;
}

/* Unless another aggregation takes the same column. */
static enum eg_status add_weight(struct wide *wide, const struct eg_atlas_aggregation *aggregation,
                                 struct eg_error *err)
{
    for (size_t i = 0; i < wide->drafts->n; i++) {
        if (eg_draft_weighs(wide->drafts->items[i], aggregation)) return EG_OK;
    }
    const struct eg_atlas_columns columns = {.value = aggregation->weight_column};
    struct eg_fill fill;
    struct eg_draft *draft = NULL;
    enum eg_status status = eg_fill_init(&fill, wide->table, &columns, &wide->wanted, err);
    fill.is_weight = true;
    if (status == EG_OK) status = add_target(wide, &fill, aggregation->from, &draft, err);
    if (status) return status;
    draft->series.indicator = EG_ATLAS_NONE;
    draft->weight_of = aggregation;
    return EG_OK;
}

static enum eg_status add_indicator(struct wide *wide, uint32_t indicator, struct eg_error *err)
{
    const struct eg_atlas_indicator *spec = &wide->join->atlas->indicators[indicator];
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < spec->n_series && status == EG_OK; i++) {
        if (spec->series[i].table == wide->join->table)
            status = add_series(wide, indicator, &spec->series[i], err);
    }
    for (uint32_t i = 0; i < spec->n_aggregations && status == EG_OK; i++) {
        const struct eg_atlas_aggregation *aggregation = &spec->aggregations[i];
        bool weighs = aggregation->method == EG_AGGREGATE_WEIGHTED_MEAN &&
                      aggregation->weight_table == wide->join->table;
        if (weighs) status = add_weight(wide, aggregation, err);
    }
    return status;
}

static enum eg_status collect(struct wide *wide, struct eg_error *err)
{
    uint32_t key;
    enum eg_status status = eg_wanted_add(&wide->wanted, wide->table->key, &key, err);
    for (uint32_t i = 0; i < wide->join->atlas->n_indicators && status == EG_OK; i++) {
        status = add_indicator(wide, i, err);
    }
    return status;
}

/* --- rows ------------------------------------------------------------------------------------------------------------ */

/* A row has few bad cells, and only the first of a series is quoted: most rows end the outer loop at once. */
static void unquote(struct wide *wide, const struct eg_row *row)
{
    for (size_t i = 0; i < wide->n_targets; i++) {
        struct eg_draft *draft = wide->targets[i].draft;
        bool may_quote = draft->report.n_bad_cells > 0 && draft->bad_row == row->number;
        for (size_t k = 0; k < wide->n_targets && may_quote; k++)
            eg_draft_unquote(draft, row, wide->targets[k].draft);
    }
}

static void take_misfit(void *context, uint32_t n_cells, uint32_t n_header)
{
    struct wide *wide = context;
    wide->n_cells = n_cells;
    wide->n_header = n_header;
}

static enum eg_status take_row(void *context, uint32_t number, const struct eg_text *cells,
                               struct eg_error *err)
{
    struct wide *wide = context;
    wide->n_rows++;
    for (uint32_t b = 0; b < wide->join->atlas->n_boundaries; b++) {
        if (!wide->keys[b].by_code) continue;
        struct eg_row row = {.number = number,
                             .cells = cells,
                             .key_cell = cells[0],
                             .n_cells = wide->n_cells,
                             .n_header = wide->n_header};
        enum eg_status status = eg_keys_find(&wide->keys[b], cells[0], &row.match, err);
        for (size_t i = 0; i < wide->n_targets && status == EG_OK; i++) {
            struct target *target = &wide->targets[i];
            if (target->draft->series.boundaries != b) continue;
            status = eg_draft_row(target->draft, &target->fill, &row, wide->join->arena, err);
        }
        if (status) return status;
        if (row.match.area != EG_TEXTMAP_NONE) unquote(wide, &row);
    }
    wide->n_cells = wide->n_header;
    return EG_OK;
}

static void finish(struct wide *wide)
{
    for (size_t i = 0; i < wide->n_targets; i++) {
        struct eg_draft *draft = wide->targets[i].draft;
        uint32_t b = draft->series.boundaries;
        eg_draft_finish(draft, &wide->join->area_sets[b], &wide->keys[b], wide->n_rows);
    }
}

static enum eg_status read_table(struct wide *wide, struct eg_error *err)
{
    if (wide->n_targets == 0) return EG_OK;
    struct eg_table_source source = eg_table_source_of(wide->table);
    struct eg_table_wish wish = {.columns = wide->wanted.names,
                                 .n_columns = (uint32_t)wide->wanted.n,
                                 .on_row = take_row,
                                 .on_misfit = take_misfit,
                                 .context = wide};
    enum eg_status status = eg_table_read(&source, &wish, NULL, err);
    if (status == EG_OK) finish(wide);
    return status;
}

enum eg_status eg_join_wide(const struct eg_join *join, struct eg_draft_list *drafts, struct eg_error *err)
{
    uint32_t n_boundaries = join->atlas->n_boundaries;
    struct wide wide = {.join = join, .table = &join->atlas->tables[join->table], .drafts = drafts};
    wide.keys = eg_memory_zeroed(n_boundaries, sizeof *wide.keys);
    if (!wide.keys) return eg_error_no_memory(err, n_boundaries * sizeof *wide.keys);
    enum eg_status status = collect(&wide, err);
    if (status == EG_OK) status = read_table(&wide, err);
    for (uint32_t b = 0; b < n_boundaries; b++) eg_keys_clear(&wide.keys[b]);
    free(wide.keys);
    free(wide.targets);
    free(wide.wanted.names);
    return status;
}
