/* Which series are levels of one additive quantity? Those of one indicator and period on sets that nest, when the atlas says so
 * (`additive`, or an aggregation: its numbers add up, perhaps with weights), when counts can be had from both levels (a column
 * of numerators or of denominators beside the rate), or when the numbers themselves look like it (additive.h). Levels
 * that are clearly sums tell it of all the others; nothing else tells about another level. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/additive.h"
#include "data/series.h"
#include "data/suppress.h"

/* Makes a value suppressed: no number, no companion stays. */
static void hide(struct eg_series *series, uint32_t area)
{
    series->state[area] = EG_SUPPRESSED;
    if (series->value) series->value[area] = 0;
    if (series->numerator) series->numerator[area] = 0;
    if (series->denominator) series->denominator[area] = 0;
    if (series->lower) series->lower[area] = 0;
    if (series->upper) series->upper[area] = 0;
    if (series->rank) series->rank[area] = 0;
    if (series->decile) series->decile[area] = 0;
    series->has[area] = 0;
}

static bool gives_counts(const struct eg_series *series)
{
    return series->numerator || series->denominator;
}

static enum eg_status find_adds_up(const struct eg_aggregate_work *work, const struct eg_series *small,
                                   const struct eg_series *large, enum eg_additive *verdict_out,
                                   struct eg_error *err)
{
    const struct eg_atlas_indicator *indicator = &work->atlas->indicators[small->indicator];
    bool is_said =
        indicator->additive || indicator->n_aggregations > 0 || (gives_counts(small) && gives_counts(large));
    *verdict_out = EG_ADDITIVE_CLEAR;
    if (is_said) return EG_OK;
    struct eg_additive_level parts = {work->sets[small->boundaries].n_areas, small->state, small->value};
    struct eg_additive_level totals = {work->sets[large->boundaries].n_areas, large->state, large->value};
    const uint32_t *parent = eg_nest_parent(work->nest, small->boundaries, large->boundaries);
    return eg_additive_find(&parts, &totals, parent, verdict_out, err);
}

/* Whether they are one indicator in one period, on sets of which the one lies over the other. */
static bool is_set_over(const struct eg_aggregate_work *work, const struct eg_series *small,
                        const struct eg_series *large)
{
    return large->indicator != EG_ATLAS_NONE && small->indicator == large->indicator &&
           small->boundaries != large->boundaries && eg_text_equal(small->period.id, large->period.id) &&
           eg_nest_parent(work->nest, small->boundaries, large->boundaries);
}

static bool has_suppressed(const struct eg_aggregate_work *work, const struct eg_series *series)
{
    uint32_t n = work->sets[series->boundaries].n_areas;
    return n > 0 && memchr(series->state, EG_SUPPRESSED, n) != NULL;
}

static int compare_by_size(const void *a, const void *b)
{
    const struct eg_draft *const *p = a;
    const struct eg_draft *const *q = b;
    uint32_t x = (*p)->series.boundaries;
    uint32_t y = (*q)->series.boundaries;
    return x < y ? -1 : x > y;
}

static void take_back(struct eg_draft *draft, const struct eg_suppress_level *level)
{
    struct eg_series *series = &draft->series;
    draft->report.n_secondary += level->n_withheld;
    for (uint32_t i = 0; i < level->n_areas && level->n_withheld > 0; i++) {
        if (series->state[i] == EG_SUPPRESSED) hide(series, i);
    }
}

/* group[0] is the smallest level, the others lie above it. */
static enum eg_status withhold_group(const struct eg_aggregate_work *work, struct eg_draft **group,
                                     uint32_t n, struct eg_error *err)
{
    struct eg_suppress_level *levels = eg_memory_zeroed(n, sizeof *levels);
    if (!levels) return eg_error_no_memory(err, n * sizeof *levels);
    uint32_t atoms = group[0]->series.boundaries;
    for (uint32_t l = 0; l < n; l++) {
        const struct eg_series *series = &group[l]->series;
        levels[l] = (struct eg_suppress_level){
            .n_areas = work->sets[series->boundaries].n_areas,
            .state = series->state,
            .value = series->value,
            .of_atom = l > 0 ? eg_nest_parent(work->nest, atoms, series->boundaries) : NULL,
        };
    }
    enum eg_status status = eg_suppress(levels, n, err);
    for (uint32_t l = 0; l < n && status == EG_OK; l++) take_back(group[l], &levels[l]);
    free(levels);
    return status;
}

/* group[0] stays; the others by the number of areas, most first. Few levels, so by insertion. */
static void sort_levels(const struct eg_aggregate_work *work, struct eg_draft **group, uint32_t n)
{
    if (n > 2) qsort(group + 1, n - 1, sizeof(struct eg_draft *), compare_by_size);
    for (uint32_t i = 2; i < n; i++) {
        struct eg_draft *item = group[i];
        uint32_t areas = work->sets[item->series.boundaries].n_areas;
        uint32_t at = i;
        for (; at > 1 && work->sets[group[at - 1]->series.boundaries].n_areas < areas; at--)
            group[at] = group[at - 1];
        group[at] = item;
    }
}

/* All levels over drafts->items[first], which comes first in the group. */
static uint32_t collect_family(const struct eg_aggregate_work *work, const struct eg_draft_list *drafts,
                               size_t first, struct eg_draft **group)
{
    const struct eg_series *small = &drafts->items[first]->series;
    uint32_t n = 0;
    group[n++] = drafts->items[first];
    for (size_t i = 0; i < drafts->n; i++) {
        if (is_set_over(work, small, &drafts->items[i]->series)) group[n++] = drafts->items[i];
    }
    return n;
}

static bool any_suppressed(const struct eg_aggregate_work *work, struct eg_draft **group, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (has_suppressed(work, &group[i]->series)) return true;
    }
    return false;
}

/* Whether two of the levels, any two that lie one over the other, show clearly that the quantity adds up: the districts may tell
 * it of the region, when every sum of neighbourhoods has a hidden part. */
static enum eg_status find_clear(const struct eg_aggregate_work *work, struct eg_draft **group, uint32_t n,
                                 bool *clear_out, struct eg_error *err)
{
    *clear_out = false;
    for (uint32_t i = 0; i < n && !*clear_out; i++) {
        for (uint32_t k = 0; k < n && !*clear_out; k++) {
            enum eg_additive verdict = EG_ADDITIVE_NO;
            if (!is_set_over(work, &group[i]->series, &group[k]->series)) continue;
            enum eg_status status = find_adds_up(work, &group[i]->series, &group[k]->series, &verdict, err);
            if (status) return status;
            *clear_out = verdict == EG_ADDITIVE_CLEAR;
        }
    }
    return EG_OK;
}

/* Leaves the levels of the group that are totals of group[0]; sorted by the number of areas, the finest first. */
static enum eg_status keep_totals(const struct eg_aggregate_work *work, struct eg_draft **group, uint32_t *n,
                                  struct eg_error *err)
{
    bool clear = false;
    enum eg_status status = find_clear(work, group, *n, &clear, err);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < *n && status == EG_OK; i++) {
        enum eg_additive verdict = EG_ADDITIVE_CLEAR;
        if (!clear) status = find_adds_up(work, &group[0]->series, &group[i]->series, &verdict, err);
        if (verdict != EG_ADDITIVE_NO) group[kept++] = group[i];
    }
    *n = kept;
    sort_levels(work, group, kept);
    return status;
}

/* --- the publisher's ranks ------------------------------------------------------------------------------------------------ */

/* Ranks of which this many are held by no visible area, for each hidden one, say nothing about where it stands. */
#define OPEN_RANKS 10U
/* A tenth of fewer areas holds fewer than ten. */
#define AREAS_FOR_TENTHS 100U

struct standing {
    uint32_t n_hidden, n_ranked, n_tenths, last_rank; /* the last three among visible areas */
};

static struct standing standing_of(const struct eg_series *series, uint32_t n_areas)
{
    struct standing standing = {0};
    for (uint32_t i = 0; i < n_areas; i++) {
        standing.n_hidden += series->state[i] == EG_SUPPRESSED;
        standing.n_tenths += series->decile && (series->has[i] & EG_HAS_DECILE);
        if (!series->rank || !(series->has[i] & EG_HAS_RANK)) continue;
        standing.n_ranked++;
        if (series->rank[i] > standing.last_rank) standing.last_rank = series->rank[i];
    }
    return standing;
}

/* Equal ranks hold one place each, so that 1, 1, 3 leave none open. */
static bool leaves_ranks_open(const struct standing *standing)
{
    if (standing->n_ranked == 0 || standing->last_rank <= standing->n_ranked) return false;
    return (standing->last_rank - standing->n_ranked) / OPEN_RANKS >= standing->n_hidden;
}

/* The rank that no visible area has is the hidden one's, and its neighbours' values are its limits. */
static void withhold_ranks(struct eg_draft *draft, uint32_t n_areas)
{
    struct eg_series *series = &draft->series;
    if (!series->rank && !series->decile) return;
    struct standing standing = standing_of(series, n_areas);
    if (standing.n_hidden == 0 || leaves_ranks_open(&standing)) return;
    bool keeps_tenths = standing.n_tenths >= AREAS_FOR_TENTHS;
    draft->report.ranks_withheld = standing.n_ranked > 0;
    draft->report.deciles_withheld = standing.n_tenths > 0 && !keeps_tenths;
    series->rank = NULL;
    if (!keeps_tenths) series->decile = NULL;
    for (uint32_t i = 0; i < n_areas; i++) {
        series->has[i] &= (uint8_t)~EG_HAS_RANK;
        if (!keeps_tenths) series->has[i] &= (uint8_t)~EG_HAS_DECILE;
    }
}

/* --- weights -------------------------------------------------------------------------------------------------------------- */

/* The column of a wide table that a series is read from; empty for others. */
static struct eg_text column_of(const struct eg_aggregate_work *work, const struct eg_draft *draft)
{
    if (draft->series.indicator == EG_ATLAS_NONE) return (struct eg_text){0};
    const struct eg_atlas_indicator *indicator = &work->atlas->indicators[draft->series.indicator];
    for (uint32_t i = 0; i < indicator->n_series; i++) {
        const struct eg_atlas_series *spec = &indicator->series[i];
        if (spec->table == draft->table && spec->boundaries == draft->series.boundaries &&
            eg_text_equal(spec->period.id, draft->series.period.id))
            return spec->columns.value;
    }
    return (struct eg_text){0};
}

/* A weighted mean of two areas tells the weight of one to whoever knows the other's. So a weight that is shown as an indicator, too,
 * and withheld there, is not known to means either. */
static void withhold_weights(const struct eg_aggregate_work *work, const struct eg_draft_list *drafts)
{
    for (size_t i = 0; i < drafts->n; i++) {
        struct eg_draft *weights = drafts->items[i];
        for (size_t k = 0; k < drafts->n && weights->weight_of; k++) {
            const struct eg_draft *shown = drafts->items[k];
            if (shown->table != weights->table || shown->series.boundaries != weights->series.boundaries)
                continue;
            if (!eg_text_equal(column_of(work, shown), weights->weight_of->weight_column)) continue;
            for (uint32_t a = 0; a < work->sets[weights->series.boundaries].n_areas; a++)
                if (shown->series.state[a] == EG_SUPPRESSED) hide(&weights->series, a);
        }
    }
}

/* A row that is withheld for one series is quoted for none, weights included, whenever it came to be withheld. */
static void unquote_withheld(const struct eg_draft_list *drafts)
{
    for (size_t i = 0; i < drafts->n; i++) {
        struct eg_draft *draft = drafts->items[i];
        for (size_t k = 0; k < drafts->n && draft->report.n_bad_cells > 0; k++) {
            const struct eg_draft *other = drafts->items[k];
            if (other->table == draft->table && other->series.boundaries == draft->series.boundaries &&
                other->series.state[draft->bad_area] == EG_SUPPRESSED)
                draft->report.bad_cell = draft->bad_place;
        }
    }
}

enum eg_status eg_series_withhold(const struct eg_aggregate_work *work, struct eg_draft_list *drafts,
                                  struct eg_error *err)
{
    struct eg_draft **group = eg_memory_array(drafts->n, sizeof(struct eg_draft *));
    if (!group) return eg_error_no_memory(err, drafts->n * sizeof(struct eg_draft *));
    enum eg_status status = EG_OK;
    for (size_t i = 0; i < drafts->n && status == EG_OK; i++) {
        uint32_t indicator = drafts->items[i]->series.indicator;
        if (indicator == EG_ATLAS_NONE || work->atlas->indicators[indicator].categorical) continue;
        uint32_t n = collect_family(work, drafts, i, group);
        if (n < 2 || !any_suppressed(work, group, n)) continue;
        status = keep_totals(work, group, &n, err);
        if (status == EG_OK && n > 1) status = withhold_group(work, group, n, err);
    }
    for (size_t i = 0; i < drafts->n && status == EG_OK; i++) {
        struct eg_draft *draft = drafts->items[i];
        withhold_ranks(draft, work->sets[draft->series.boundaries].n_areas);
    }
    withhold_weights(work, drafts);
    unquote_withheld(drafts);
    free(group);
    return status;
}
