/* What the numbers of several areas come to together: the one rule by which the totals of larger areas are computed (aggregate.h)
 * and the figures of groups of areas.
 *
 * A tally takes one area after another, in ascending order, so that the same data give the same last digit. The state of what
 * comes out:
 *   - suppressed when an area is: what is shown with it, less the visible ones, would be the sum of the hidden ones;
 *   - sum: missing when an area is; rate and weighted mean: computed from the areas that have a value, unreliable when some
 *     have none, missing when fewer than half do (weighted mean: less than half of the weight; areas of weight 0 do not count);
 *   - weighted mean: an area whose weight is not known (no row, no number, below zero) cannot be weighed and counts as one
 *     without a value; missing, too, when more areas' weights are unknown than known;
 *   - not applicable areas are left out; if there are no others, not applicable;
 *   - unreliable when an area is. */
#ifndef EG_DATA_COMBINE_H
#define EG_DATA_COMBINE_H

#include <stdbool.h>
#include <stdint.h>

#include "data/atlas.h"
#include "data/generation.h"

struct eg_combine_rule {
    enum eg_aggregate method;
    double per;                     /* RATE */
    const struct eg_series *from;   /* RATE: with numerators and denominators */
    const struct eg_series *weight; /* WEIGHTED_MEAN: on the same boundaries */
};

/* Zeros before the first area. */
struct eg_combine_tally {
    long double sum;    /* values, weighted values or numerators */
    long double weight; /* values: count; weights or denominators of areas that have a value */
    long double lost;   /* weight (or count) of areas without one */
    uint32_t n_areas, n_values, n_missing, n_suppressed, n_unreliable, n_not_applicable;
    uint32_t n_weighed, n_unweighed; /* weighted mean: areas whose weight is above zero; is not known */
};

struct eg_combine_total {
    double value, numerator, denominator; /* the last two of RATE */
};

void eg_combine_add(struct eg_combine_tally *tally, const struct eg_combine_rule *rule, uint32_t area);
enum eg_state eg_combine_state(const struct eg_combine_tally *tally, enum eg_aggregate method);
/* Of a tally whose state has a value; false where a number of it is beyond the largest double. */
bool eg_combine_finish(const struct eg_combine_tally *tally, const struct eg_combine_rule *rule,
                       struct eg_combine_total *total_out);

#endif
