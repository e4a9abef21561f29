/* Sums run over the children in ascending order of code, so that the same data give the same last digit, and in long double
 * (64-bit mantissa, 15-bit exponent on x86), so that they are good to more digits than are kept and weights of any size do
 * not overflow. */
#include "data/aggregate.h"

#include <stdlib.h>

#include "base/decimal.h"
#include "base/memory.h"

/* What the children of one parent add up to. */
struct tally {
    long double sum;    /* values, weighted values or numerators */
    long double weight; /* values: count; weights or denominators of children that have a value */
    long double lost;   /* weight (or count) of children without one */
    uint32_t n_children, n_values, n_missing, n_suppressed, n_unreliable, n_not_applicable;
    uint32_t n_weighed, n_unweighed; /* weighted mean: children whose weight is above zero; is not known */
};

struct one {
    const struct eg_aggregate_work *work;
    const struct eg_atlas_aggregation *spec;
    const struct eg_series *from;
    const struct eg_series *weight; /* WEIGHTED_MEAN */
    const uint32_t *parent;         /* [areas of from] */
    uint32_t to;
};

static bool has_value(const struct eg_series *series, uint32_t area)
{
    return series->state[area] == EG_VALID || series->state[area] == EG_UNRELIABLE;
}

static void add_sum(struct tally *tally, const struct one *one, uint32_t child)
{
    tally->sum += one->from->value[child];
    tally->weight += 1;
    tally->n_values++;
}

static void add_rate(struct tally *tally, const struct one *one, uint32_t child)
{
    const uint8_t both = EG_HAS_NUMERATOR | EG_HAS_DENOMINATOR;
    if ((one->from->has[child] & both) != both) {
        tally->n_missing++;
        return;
    }
    tally->sum += one->from->numerator[child];
    tally->weight += one->from->denominator[child];
    tally->n_values++;
}

/* The child's weight; 0 when it weighs nothing or is not known, which is counted. */
static double weigh(struct tally *tally, const struct one *one, uint32_t child)
{
    if (!has_value(one->weight, child)) {
        tally->n_unweighed++;
        tally->n_missing++;
        return 0;
    }
    double weight = one->weight->value[child];
    tally->n_weighed += weight > 0;
    return weight;
}

static void add_weighted(struct tally *tally, const struct one *one, uint32_t child)
{
    double weight = weigh(tally, one, child);
    if (!(weight > 0)) return;
    tally->sum += (long double)weight * one->from->value[child];
    tally->weight += weight;
    tally->n_values++;
}

static void add_missing(struct tally *tally, const struct one *one, uint32_t child)
{
    if (one->spec->method == EG_AGGREGATE_WEIGHTED_MEAN) {
        double weight = weigh(tally, one, child);
        if (!(weight > 0)) return; /* nobody lives there, or it is counted already */
        tally->lost += weight;
    }
    tally->n_missing++;
}

static void add_child(struct tally *tally, const struct one *one, uint32_t child)
{
    tally->n_children++;
    switch ((enum eg_state)one->from->state[child]) {
    case EG_UNRELIABLE:
        tally->n_unreliable++;
        break;
    case EG_MISSING:
        add_missing(tally, one, child);
        return;
    case EG_SUPPRESSED:
        tally->n_suppressed++;
        return;
    case EG_NOT_APPLICABLE:
        tally->n_not_applicable++;
        return;
    case EG_VALID:
    case EG_N_STATES:
        break;
    }
    if (one->spec->method == EG_AGGREGATE_SUM) add_sum(tally, one, child);
    else if (one->spec->method == EG_AGGREGATE_RATE) add_rate(tally, one, child);
    else add_weighted(tally, one, child);
}

static enum eg_state state_of(const struct tally *tally, enum eg_aggregate method)
{
    if (tally->n_suppressed > 0) return EG_SUPPRESSED;
    if (tally->n_children > 0 && tally->n_not_applicable == tally->n_children) return EG_NOT_APPLICABLE;
    if (tally->n_values == 0) return EG_MISSING;
    if (method == EG_AGGREGATE_SUM) {
        if (tally->n_missing > 0) return EG_MISSING;
    } else {
        bool too_little = method == EG_AGGREGATE_WEIGHTED_MEAN
                              ? tally->lost > tally->weight || tally->n_unweighed > tally->n_weighed
                              : tally->n_missing > tally->n_values;
        if (too_little || !(tally->weight > 0)) return EG_MISSING;
        if (tally->n_missing > 0) return EG_UNRELIABLE;
    }
    return tally->n_unreliable > 0 ? EG_UNRELIABLE : EG_VALID;
}

/* What a parent's tally comes to; false where a number of it is beyond the largest double. */
struct total {
    double value, numerator, denominator;
};

static bool total_of(const struct one *one, const struct tally *tally, struct total *total_out)
{
    long double value = tally->sum;
    if (one->spec->method != EG_AGGREGATE_SUM) value /= tally->weight;
    if (one->spec->method == EG_AGGREGATE_RATE) value *= one->spec->per;
    return eg_decimal_settle((double)value, &total_out->value) &&
           (one->spec->method != EG_AGGREGATE_RATE ||
            (eg_decimal_settle((double)tally->sum, &total_out->numerator) &&
             eg_decimal_settle((double)tally->weight, &total_out->denominator)));
}

/* Only the first one is told. */
static void note_too_large(const struct one *one, struct eg_draft *draft, uint32_t area)
{
    draft->series.state[area] = EG_MISSING;
    if (draft->report.n_bad_cells++ > 0) return;
    draft->bad_area = area;
    draft->bad_place = one->work->sets[one->to].codes[area];
    draft->report.bad_cell = draft->bad_place;
}

static void write_parent(const struct one *one, const struct tally *tally, struct eg_draft *draft,
                         uint32_t area)
{
    struct eg_series *series = &draft->series;
    struct total total = {0};
    series->state[area] = (uint8_t)state_of(tally, one->spec->method);
    if (series->state[area] == EG_SUPPRESSED) draft->report.n_secondary++;
    if (!has_value(series, area)) return;
    if (!total_of(one, tally, &total)) {
        note_too_large(one, draft, area);
        return;
    }
    series->value[area] = total.value;
    if (one->spec->method != EG_AGGREGATE_RATE) return;
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
    *series = (struct eg_series){.indicator = one->from->indicator,
                                 .boundaries = one->to,
                                 .period = one->from->period,
                                 .aggregated = true,
                                 .value = eg_arena_array(arena, n, sizeof(double)),
                                 .state = eg_arena_array(arena, n, 1),
                                 .has = eg_arena_array(arena, n, 1)};
    draft->table = EG_ATLAS_NONE;
    bool done = series->value && series->state && series->has;
    if (done && one->spec->method == EG_AGGREGATE_RATE) {
        series->numerator = eg_arena_array(arena, n, sizeof(double));
        series->denominator = eg_arena_array(arena, n, sizeof(double));
        done = series->numerator && series->denominator;
    }
    return done ? draft : NULL;
}

static enum eg_status aggregate_one(const struct one *one, struct eg_draft_list *drafts, struct eg_error *err)
{
    uint32_t n_parents = one->work->sets[one->to].n_areas;
    struct tally *tallies = eg_memory_zeroed(n_parents, sizeof *tallies);
    struct eg_draft *draft = tallies ? new_draft(one) : NULL;
    if (!draft) {
        free(tallies);
        return eg_error_no_memory(err, n_parents * sizeof *tallies);
    }
    uint32_t n_children = one->work->sets[one->from->boundaries].n_areas;
    for (uint32_t i = 0; i < n_children; i++) {
        if (one->parent[i] != EG_NO_AREA) add_child(&tallies[one->parent[i]], one, i);
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
    struct one one = {
        .work = work, .spec = spec, .to = to, .parent = eg_nest_parent(work->nest, spec->from, to)};
    if (!eg_nest_is_above(work->sets, spec->from, to)) {
        return declared_wrong(work, indicator, spec, "`to` is not dissolved from `from`", err);
    }
    if (spec->method == EG_AGGREGATE_WEIGHTED_MEAN) {
        one.weight = find_weight(drafts, spec);
        if (!one.weight)
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
        one.from = from;
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
