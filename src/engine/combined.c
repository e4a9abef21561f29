/* Whose numbers are combined: those of the group's own boundaries where they have what the rule needs (sums: values; rates: numerators
 * and denominators; means: weights), else those of the smaller areas that the rule starts from. So two districts' mean is that of
 * their neighbourhoods, weighted as each district's own is.
 *
 * Atlases have some tens of indicators, groups some tens of areas, boundaries up to 200,000. */
#include "engine/combined.h"

#include <stdlib.h>

#include "base/memory.h"
#include "data/combine.h"

/* --- words ----------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name, *text;
} reasons[] = {
    [EG_COMBINED] = {"combined", "combined"},
    [EG_COMBINED_NO_RULE] = {"no_rule",
                             "the atlas does not say how numbers of several areas become one; a mean of "
                             "medians or ranks would be none of them"},
    [EG_COMBINED_CATEGORY] = {"category", "its values are names of categories"},
    [EG_COMBINED_NO_COUNTS] =
        {"no_counts", "its numerators and denominators, or its weights, are not known for these areas"},
    [EG_COMBINED_LARGER] = {"larger_areas_only", "it is known for larger areas only"},
};

const char *eg_combined_reason_name(enum eg_combined_reason reason)
{
    return reasons[reason].name;
}

const char *eg_combined_reason_text(enum eg_combined_reason reason)
{
    return reasons[reason].text;
}

/* --- which numbers, by which rule ------------------------------------------------------------------------------------ */

struct maker {
    const struct eg_generation *generation;
    const struct eg_group *group;
    struct eg_combined *combined;
};

static const struct eg_series *latest(const struct eg_generation *generation, uint32_t indicator,
                                      uint32_t boundaries)
{
    uint32_t first = 0, n = 0;
    eg_generation_find(generation, indicator, boundaries, &first, &n);
    return n > 0 ? &generation->series[first + n - 1] : NULL;
}

static const struct eg_series *of_period(const struct eg_generation *generation, uint32_t indicator,
                                         uint32_t boundaries, const struct eg_atlas_period *period)
{
    uint32_t first = 0, n = 0;
    eg_generation_find(generation, indicator, boundaries, &first, &n);
    for (uint32_t i = first; i < first + n; i++)
        if (eg_text_equal(generation->series[i].period.id, period->id)) return &generation->series[i];
    return NULL;
}

/* Whether a rule has what it needs on the boundaries of its series. */
static bool can_combine(const struct eg_combine_rule *rule)
{
    if (!rule->from) return false;
    if (rule->method == EG_AGGREGATE_RATE) return rule->from->numerator && rule->from->denominator;
    return rule->method != EG_AGGREGATE_WEIGHTED_MEAN ||
           (rule->weight && rule->weight->boundaries == rule->from->boundaries);
}

/* The declared aggregation that suits the group: from its own boundaries or, else, from smaller areas; or any. */
static const struct eg_atlas_aggregation *declared(const struct maker *maker, uint32_t indicator)
{
    const struct eg_atlas_indicator *spec = &maker->generation->atlas->indicators[indicator];
    uint32_t boundaries = maker->group->boundaries;
    const struct eg_atlas_aggregation *below = NULL;
    for (uint32_t i = 0; i < spec->n_aggregations; i++) {
        if (spec->aggregations[i].from == boundaries) return &spec->aggregations[i];
        if (eg_generation_nests(maker->generation, spec->aggregations[i].from, boundaries))
            below = &spec->aggregations[i];
    }
    if (below) return below;
    return spec->n_aggregations > 0 ? &spec->aggregations[0] : NULL;
}

/* Of the boundaries beneath the group's that are nearest to it. */
static const struct eg_series *latest_below(const struct maker *maker, uint32_t indicator)
{
    const struct eg_generation *generation = maker->generation;
    const struct eg_series *found = NULL;
    for (uint32_t from = 0; from < generation->atlas->n_boundaries; from++) {
        if (!eg_generation_nests(generation, from, maker->group->boundaries)) continue;
        const struct eg_series *series = latest(generation, indicator, from);
        uint32_t n_areas = generation->area_sets[from].n_areas;
        if (series && (!found || n_areas < generation->area_sets[found->boundaries].n_areas)) found = series;
    }
    return found;
}

/* Fills the rule, whose `from` stays NULL where there is nothing to combine. */
static void choose(const struct maker *maker, uint32_t indicator, struct eg_combine_rule *rule)
{
    const struct eg_generation *generation = maker->generation;
    const struct eg_atlas_aggregation *spec = declared(maker, indicator);
    uint32_t boundaries = maker->group->boundaries;
    bool additive = generation->atlas->indicators[indicator].additive;
    *rule = (struct eg_combine_rule){.method = additive ? EG_AGGREGATE_SUM : EG_AGGREGATE_NONE};
    if (spec) {
        rule->method = spec->method;
        rule->per = spec->per;
        if (spec->method == EG_AGGREGATE_WEIGHTED_MEAN)
            rule->weight = eg_generation_weights(generation, spec);
    }
    rule->from = latest(generation, indicator, boundaries);
    if (can_combine(rule)) return;
    struct eg_combine_rule lower = *rule;
    lower.from = spec ? latest(generation, indicator, spec->from) : latest_below(maker, indicator);
    if (lower.from && !eg_generation_nests(generation, lower.from->boundaries, boundaries)) return;
    if (can_combine(&lower)) *rule = lower;
}

static bool is_known_above(const struct maker *maker, uint32_t indicator)
{
    uint32_t n_sets = maker->generation->atlas->n_boundaries;
    for (uint32_t to = 0; to < n_sets; to++)
        if (eg_generation_nests(maker->generation, maker->group->boundaries, to) &&
            latest(maker->generation, indicator, to))
            return true;
    return false;
}

/* --- what areas come to ---------------------------------------------------------------------------------------------- */

/* Whether an area of the rule's boundaries belongs to an area (or to the members) of other ones. */
static bool lies_within(const struct maker *maker, uint32_t from, uint32_t area, uint32_t to, uint32_t wanted)
{
    uint32_t at = from == to ? area : eg_generation_parent(maker->generation, from, area, to);
    if (at == EG_NO_AREA) return false;
    return wanted == EG_NO_AREA ? maker->group->is_member[at] : at == wanted;
}

static struct eg_combined_value value_of(const struct eg_combine_rule *rule,
                                         const struct eg_combine_tally *tally)
{
    struct eg_combine_total total = {0};
    struct eg_combined_value value = {.state = eg_combine_state(tally, rule->method),
                                      .n_areas = tally->n_areas,
                                      .n_with_value = tally->n_values,
                                      .n_unreliable = tally->n_unreliable,
                                      .n_missing = tally->n_missing,
                                      .n_suppressed = tally->n_suppressed,
                                      .n_not_applicable = tally->n_not_applicable};
    if (!eg_state_has_value((uint8_t)value.state)) return value;
    if (!eg_combine_finish(tally, rule, &total)) {
        value.state = EG_MISSING;
        return value;
    }
    value.value = total.value;
    value.has_counts = rule->method == EG_AGGREGATE_RATE;
    value.numerator = total.numerator;
    value.denominator = total.denominator;
    return value;
}

/* The areas of the rule's boundaries that lie in `wanted` of `to` (EG_NO_AREA: in the group; to EG_ATLAS_NONE: all of them). */
static struct eg_combined_value combine(const struct maker *maker, const struct eg_combine_rule *rule,
                                        uint32_t to, uint32_t wanted)
{
    struct eg_combine_tally tally = {0};
    uint32_t from = rule->from->boundaries;
    for (uint32_t a = 0; a < maker->generation->area_sets[from].n_areas; a++)
        if (to == EG_ATLAS_NONE || lies_within(maker, from, a, to, wanted)) eg_combine_add(&tally, rule, a);
    return value_of(rule, &tally);
}

/* The number that an area has itself. */
static struct eg_combined_value own_value(const struct eg_series *series, uint32_t area)
{
    const uint8_t both = EG_HAS_NUMERATOR | EG_HAS_DENOMINATOR;
    struct eg_combined_value value = {.state = (enum eg_state)series->state[area]};
    if (!eg_state_has_value(series->state[area])) return value;
    value.value = series->value[area];
    value.has_counts = series->numerator && series->denominator && (series->has[area] & both) == both;
    if (!value.has_counts) return value;
    value.numerator = series->numerator[area];
    value.denominator = series->denominator[area];
    return value;
}

/* --- the group ------------------------------------------------------------------------------------------------------- */

/* A district that is suppressed is not to be found by going round by its neighbourhoods. */
static bool has_suppressed_member(const struct maker *maker, uint32_t indicator,
                                  const struct eg_atlas_period *period)
{
    const struct eg_group *group = maker->group;
    const struct eg_series *own = of_period(maker->generation, indicator, group->boundaries, period);
    for (uint32_t i = 0; own && i < group->n_areas; i++)
        if (own->state[group->areas[i]] == EG_SUPPRESSED) return true;
    return false;
}

static struct eg_combined_value of_group(const struct maker *maker, const struct eg_combine_rule *rule)
{
    const struct eg_group *group = maker->group;
    struct eg_combine_tally tally = {0};
    if (rule->from->boundaries != group->boundaries) {
        struct eg_combined_value value = combine(maker, rule, group->boundaries, EG_NO_AREA);
        if (!has_suppressed_member(maker, rule->from->indicator, &rule->from->period)) return value;
        return (struct eg_combined_value){.state = EG_SUPPRESSED, .n_areas = value.n_areas};
    }
    if (group->n_areas == 1) return own_value(rule->from, group->areas[0]);
    for (uint32_t i = 0; i < group->n_areas; i++) eg_combine_add(&tally, rule, group->areas[i]);
    return value_of(rule, &tally);
}

static struct eg_combined_value of_around(const struct maker *maker, const struct eg_combine_rule *rule,
                                          const struct eg_atlas_period *period, uint32_t indicator)
{
    uint32_t boundaries = maker->combined->around_boundaries, area = maker->combined->around_area;
    const struct eg_series *own = NULL;
    if (area != EG_NO_AREA) own = of_period(maker->generation, indicator, boundaries, period);
    if (own) return own_value(own, area);
    if (!can_combine(rule) || rule->method == EG_AGGREGATE_NONE)
        return (struct eg_combined_value){.state = EG_MISSING};
    if (area == EG_NO_AREA) return combine(maker, rule, EG_ATLAS_NONE, EG_NO_AREA);
    return combine(maker, rule, boundaries, area);
}

static enum eg_combined_reason reason_of(const struct maker *maker, uint32_t indicator,
                                         const struct eg_combine_rule *rule)
{
    if (!rule->from) return EG_COMBINED_LARGER;
    if (maker->generation->atlas->indicators[indicator].categorical) return EG_COMBINED_CATEGORY;
    if (maker->group->n_areas == 1 && rule->from->boundaries == maker->group->boundaries) return EG_COMBINED;
    if (rule->method == EG_AGGREGATE_NONE) return EG_COMBINED_NO_RULE;
    return can_combine(rule) ? EG_COMBINED : EG_COMBINED_NO_COUNTS;
}

/* Of an indicator that is known above the group's boundaries only, the latest period there. */
static const struct eg_atlas_period *period_above(const struct maker *maker, uint32_t indicator)
{
    const struct eg_combined *combined = maker->combined;
    const struct eg_series *above = NULL;
    if (combined->around_area != EG_NO_AREA)
        above = latest(maker->generation, indicator, combined->around_boundaries);
    return above ? &above->period : NULL;
}

static void add_figure(const struct maker *maker, uint32_t indicator)
{
    struct eg_combined *combined = maker->combined;
    struct eg_combine_rule rule;
    choose(maker, indicator, &rule);
    if (!rule.from && !is_known_above(maker, indicator)) return;
    struct eg_combined_figure figure = {.indicator = indicator,
                                        .reason = reason_of(maker, indicator, &rule),
                                        .method = rule.method,
                                        .from = EG_ATLAS_NONE};
    figure.period = rule.from ? &rule.from->period : period_above(maker, indicator);
    figure.around.state = EG_MISSING;
    bool is_category = maker->generation->atlas->indicators[indicator].categorical;
    if (figure.reason == EG_COMBINED) {
        figure.from = rule.from->boundaries;
        figure.group = of_group(maker, &rule);
        if (maker->group->n_areas == 1 && figure.from == maker->group->boundaries)
            figure.method = EG_AGGREGATE_NONE;
    }
    if (figure.period && !is_category) figure.around = of_around(maker, &rule, figure.period, indicator);
    if (indicator == maker->generation->atlas->population) combined->population = combined->n_figures;
    combined->figures[combined->n_figures++] = figure;
}

/* --- what surrounds it ----------------------------------------------------------------------------------------------- */

/* The area of `to` that holds the whole group and more of its boundaries' areas, or EG_NO_AREA. */
static uint32_t area_around(const struct maker *maker, uint32_t to)
{
    const struct eg_group *group = maker->group;
    uint32_t from = group->boundaries, n = 0;
    uint32_t around = eg_generation_parent(maker->generation, from, group->areas[0], to);
    if (around == EG_NO_AREA) return EG_NO_AREA;
    for (uint32_t i = 1; i < group->n_areas; i++)
        if (eg_generation_parent(maker->generation, from, group->areas[i], to) != around) return EG_NO_AREA;
    for (uint32_t a = 0; a < maker->generation->area_sets[from].n_areas && n <= group->n_areas; a++)
        n += eg_generation_parent(maker->generation, from, a, to) == around;
    return n > group->n_areas ? around : EG_NO_AREA;
}

/* The smallest: of the boundaries that have most areas. */
static void find_around(struct maker *maker)
{
    const struct eg_generation *generation = maker->generation;
    struct eg_combined *combined = maker->combined;
    combined->around_boundaries = maker->group->boundaries;
    combined->around_area = EG_NO_AREA;
    uint32_t most = 0;
    for (uint32_t to = 0; to < generation->atlas->n_boundaries; to++) {
        uint32_t n = generation->area_sets[to].n_areas;
        if (n <= most || !eg_generation_nests(generation, maker->group->boundaries, to)) continue;
        uint32_t around = area_around(maker, to);
        if (around == EG_NO_AREA) continue;
        most = n;
        combined->around_boundaries = to;
        combined->around_area = around;
    }
}

enum eg_status eg_combined_make(const struct eg_generation *generation, const struct eg_group *group,
                                struct eg_combined *combined_out, struct eg_error *err)
{
    EG_ASSERT(group->n_areas > 0);
    uint32_t n_indicators = generation->atlas->n_indicators;
    struct eg_combined combined = {.population = UINT32_MAX};
    struct maker maker = {generation, group, &combined};
    combined.figures = eg_memory_zeroed(n_indicators, sizeof *combined.figures);
    if (!combined.figures) return eg_error_no_memory(err, n_indicators * sizeof *combined.figures);
    find_around(&maker);
    for (uint32_t i = 0; i < n_indicators; i++) add_figure(&maker, i);
    *combined_out = combined;
    return EG_OK;
}

void eg_combined_clear(struct eg_combined *combined)
{
    free(combined->figures);
    *combined = (struct eg_combined){.population = UINT32_MAX};
}
