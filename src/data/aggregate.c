/* One tally for each parent, all filled in one walk over the children in ascending order of code. */
#include "data/aggregate.h"

#include <stdlib.h>

#include "base/memory.h"
#include "data/combine.h"

struct one {
    const struct eg_aggregate_work *work;
    struct eg_combine_rule rule;
    const uint32_t *parent; /* [areas of rule.from] */
    uint32_t to;
};

/* Only the first one is told. */
static void note_too_large(const struct one *one, struct eg_draft *draft, uint32_t area)
{
    draft->series.state[area] = EG_MISSING;
    if (draft->report.n_bad_cells++ > 0) return;
    draft->bad_area = area;
    draft->bad_place = one->work->sets[one->to].codes[area];
    draft->report.bad_cell = draft->bad_place;
}

static void write_parent(const struct one *one, const struct eg_combine_tally *tally, struct eg_draft *draft,
                         uint32_t area)
{
    struct eg_series *series = &draft->series;
    struct eg_combine_total total = {0};
    series->state[area] = (uint8_t)eg_combine_state(tally, one->rule.method);
    if (series->state[area] == EG_SUPPRESSED) draft->report.n_secondary++;
    if (!eg_state_has_value(series->state[area])) return;
    if (!eg_combine_finish(tally, &one->rule, &total)) {
        note_too_large(one, draft, area);
        return;
    }
    series->value[area] = total.value;
    if (one->rule.method != EG_AGGREGATE_RATE) return;
    series->numerator[area] = total.numerator;
    series->denominator[area] = total.denominator;
    series->has[area] = EG_HAS_NUMERATOR | EG_HAS_DENOMINATOR;
}

static struct eg_draft *new_draft(const struct one *one)
{
    struct eg_arena *arena = one->work->arena;
    uint32_t n = one->work->sets[one->to].n_areas;
    struct eg_draft *draft = eg_arena_array(arena, 1, sizeof *draft);
    if (!draft) return NULL;
    struct eg_series *series = &draft->series;
    *series = (struct eg_series){.indicator = one->rule.from->indicator,
                                 .boundaries = one->to,
                                 .period = one->rule.from->period,
                                 .aggregated = true,
                                 .value = eg_arena_array(arena, n, sizeof(double)),
                                 .state = eg_arena_array(arena, n, 1),
                                 .has = eg_arena_array(arena, n, 1)};
    draft->table = EG_ATLAS_NONE;
    bool done = series->value && series->state && series->has;
    if (done && one->rule.method == EG_AGGREGATE_RATE) {
        series->numerator = eg_arena_array(arena, n, sizeof(double));
        series->denominator = eg_arena_array(arena, n, sizeof(double));
        done = series->numerator && series->denominator;
    }
    return done ? draft : NULL;
}

static enum eg_status aggregate_one(const struct one *one, struct eg_draft_list *drafts, struct eg_error *err)
{
    uint32_t n_parents = one->work->sets[one->to].n_areas;
    struct eg_combine_tally *tallies = eg_memory_zeroed(n_parents, sizeof *tallies);
    struct eg_draft *draft = tallies ? new_draft(one) : NULL;
    if (!draft) {
        free(tallies);
        return eg_error_no_memory(err, n_parents * sizeof *tallies);
    }
    uint32_t n_children = one->work->sets[one->rule.from->boundaries].n_areas;
    for (uint32_t i = 0; i < n_children; i++) {
        if (one->parent[i] != EG_NO_AREA) eg_combine_add(&tallies[one->parent[i]], &one->rule, i);
    }
    for (uint32_t i = 0; i < n_parents; i++) write_parent(one, &tallies[i], draft, i);
    free(tallies);
    return eg_draft_list_add(drafts, draft, err);
}

/* --- which -------------------------------------------------------------------------------------------------------------- */

static enum eg_status declared_wrong(const struct eg_aggregate_work *work, uint32_t indicator,
                                     const struct eg_atlas_aggregation *spec, const char *what,
                                     struct eg_error *err)
{
    (void)eg_error_set(err, EG_INVALID, "indicator %.*s cannot be aggregated: %s",
                       EG_TEXT_ARG(work->atlas->indicators[indicator].id), what);
    char path[256];
    struct eg_text file = work->atlas->path;
    size_t len = file.len < sizeof path - 1 ? file.len : sizeof path - 1;
    for (size_t i = 0; i < len; i++) path[i] = file.data[i];
    path[len] = '\0';
    (void)eg_error_at(err, path, spec->mark.line, spec->mark.column);
    return EG_INVALID;
}

static const struct eg_series *find_weight(const struct eg_draft_list *drafts,
                                           const struct eg_atlas_aggregation *spec)
{
    for (size_t i = 0; i < drafts->n; i++) {
        if (eg_draft_weighs(drafts->items[i], spec)) return &drafts->items[i]->series;
    }
    return NULL;
}

static bool is_published(const struct eg_draft_list *drafts, size_t n, uint32_t indicator,
                         uint32_t boundaries, struct eg_text period)
{
    for (size_t i = 0; i < n; i++) {
        const struct eg_series *series = &drafts->items[i]->series;
        if (series->indicator == indicator && series->boundaries == boundaries &&
            eg_text_equal(series->period.id, period))
            return true;
    }
    return false;
}

/* All periods of one indicator on the set that the aggregation starts from, for one target. */
static enum eg_status aggregate_to(const struct eg_aggregate_work *work, uint32_t indicator,
                                   const struct eg_atlas_aggregation *spec, uint32_t to,
                                   struct eg_draft_list *drafts, struct eg_error *err)
{
    struct one one = {.work = work,
                      .rule = {.method = spec->method, .per = spec->per},
                      .parent = eg_nest_parent(work->nest, spec->from, to),
                      .to = to};
    if (!eg_nest_is_above(work->sets, spec->from, to)) {
        return declared_wrong(work, indicator, spec, "`to` is not dissolved from `from`", err);
    }
    if (spec->method == EG_AGGREGATE_WEIGHTED_MEAN) {
        one.rule.weight = find_weight(drafts, spec);
        if (!one.rule.weight)
            return declared_wrong(work, indicator, spec, "the weights are in no wide table", err);
    }
    size_t n = drafts->n;
    enum eg_status status = EG_OK;
    for (size_t i = 0; i < n && status == EG_OK; i++) {
        const struct eg_series *from = &drafts->items[i]->series;
        if (from->indicator != indicator || from->boundaries != spec->from || from->aggregated) continue;
        if (is_published(drafts, n, indicator, to, from->period.id)) continue;
        if (spec->method == EG_AGGREGATE_RATE && (!from->numerator || !from->denominator)) {
            return declared_wrong(work, indicator, spec, "a rate needs numerator and denominator columns",
                                  err);
        }
        one.rule.from = from;
        status = aggregate_one(&one, drafts, err);
    }
    return status;
}

enum eg_status eg_aggregate_all(const struct eg_aggregate_work *work, struct eg_draft_list *drafts,
                                struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < work->atlas->n_indicators && status == EG_OK; i++) {
        const struct eg_atlas_indicator *indicator = &work->atlas->indicators[i];
        for (uint32_t k = 0; k < indicator->n_aggregations && status == EG_OK; k++) {
            const struct eg_atlas_aggregation *spec = &indicator->aggregations[k];
            if (indicator->categorical)
                return declared_wrong(work, i, spec, "its values are categories", err);
            for (uint32_t t = 0; t < spec->n_to && status == EG_OK; t++) {
                status = aggregate_to(work, i, spec, spec->to[t], drafts, err);
            }
        }
    }
    return status;
}
