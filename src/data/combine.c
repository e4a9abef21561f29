/* Sums run in long double (64-bit mantissa, 15-bit exponent on x86), so that they are good to more digits than are kept and weights
 * of any size do not overflow. */
#include "data/combine.h"

#include "base/decimal.h"

static void add_sum(struct eg_combine_tally *tally, const struct eg_combine_rule *rule, uint32_t area)
{
    tally->sum += rule->from->value[area];
    tally->weight += 1;
    tally->n_values++;
}

static void add_rate(struct eg_combine_tally *tally, const struct eg_combine_rule *rule, uint32_t area)
{
    const uint8_t both = EG_HAS_NUMERATOR | EG_HAS_DENOMINATOR;
    if ((rule->from->has[area] & both) != both) {
        tally->n_missing++;
        return;
    }
    tally->sum += rule->from->numerator[area];
    tally->weight += rule->from->denominator[area];
    tally->n_values++;
}

/* The area's weight; 0 when it weighs nothing or is not known, which is counted. */
static double weigh(struct eg_combine_tally *tally, const struct eg_combine_rule *rule, uint32_t area)
{
    if (!eg_state_has_value(rule->weight->state[area])) {
        tally->n_unweighed++;
        tally->n_missing++;
        return 0;
    }
    double weight = rule->weight->value[area];
    tally->n_weighed += weight > 0;
    return weight;
}

static void add_weighted(struct eg_combine_tally *tally, const struct eg_combine_rule *rule, uint32_t area)
{
    double weight = weigh(tally, rule, area);
    if (!(weight > 0)) return;
    tally->sum += (long double)weight * rule->from->value[area];
    tally->weight += weight;
    tally->n_values++;
}

static void add_missing(struct eg_combine_tally *tally, const struct eg_combine_rule *rule, uint32_t area)
{
    if (rule->method == EG_AGGREGATE_WEIGHTED_MEAN) {
        double weight = weigh(tally, rule, area);
        if (!(weight > 0)) return; /* nobody lives there, or it is counted already */
        tally->lost += weight;
    }
    tally->n_missing++;
}

void eg_combine_add(struct eg_combine_tally *tally, const struct eg_combine_rule *rule, uint32_t area)
{
    tally->n_areas++;
    switch ((enum eg_state)rule->from->state[area]) {
    case EG_UNRELIABLE:
        tally->n_unreliable++;
        break;
    case EG_MISSING:
        add_missing(tally, rule, area);
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
    if (rule->method == EG_AGGREGATE_SUM) add_sum(tally, rule, area);
    else if (rule->method == EG_AGGREGATE_RATE) add_rate(tally, rule, area);
    else add_weighted(tally, rule, area);
}

enum eg_state eg_combine_state(const struct eg_combine_tally *tally, enum eg_aggregate method)
{
    if (tally->n_suppressed > 0) return EG_SUPPRESSED;
    if (tally->n_areas > 0 && tally->n_not_applicable == tally->n_areas) return EG_NOT_APPLICABLE;
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

bool eg_combine_finish(const struct eg_combine_tally *tally, const struct eg_combine_rule *rule,
                       struct eg_combine_total *total_out)
{
    long double value = tally->sum;
    if (rule->method != EG_AGGREGATE_SUM) value /= tally->weight;
    if (rule->method == EG_AGGREGATE_RATE) value *= rule->per;
    return eg_decimal_settle((double)value, &total_out->value) &&
           (rule->method != EG_AGGREGATE_RATE ||
            (eg_decimal_settle((double)tally->sum, &total_out->numerator) &&
             eg_decimal_settle((double)tally->weight, &total_out->denominator)));
}
