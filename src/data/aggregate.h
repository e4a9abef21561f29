/* Numbers of larger areas computed from smaller ones, where the atlas declares it. */
#ifndef EG_DATA_AGGREGATE_H
#define EG_DATA_AGGREGATE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "data/atlas.h"
#include "data/generation.h"
#include "data/join.h"
#include "data/nest.h"

struct eg_aggregate_work {
    const struct eg_atlas *atlas;
    const struct eg_area_set *sets;
    const struct eg_nest *nest;
    struct eg_arena *arena;
};

/* Adds a draft for every declared aggregation of every published series, except where the larger level has a series of that
 * period already. A parent's state:
 *   - suppressed when a child is: the total less the visible children would be the sum of the hidden ones;
 *   - sum: missing when a child is; rate and weighted mean: computed from the children that have a value, unreliable when
 *     some have none, missing when fewer than half do (weighted mean: less than half of the weight; children of weight 0 do
 *     not count);
 *   - weighted mean: a child whose weight is not known (no row, no number, below zero) cannot be weighed and counts as one
 *     without a value; missing, too, when more children's weights are unknown than known;
 *   - not applicable children are left out; a parent that has no others is not applicable;
 *   - unreliable when a child is. */
EG_MUST_CHECK enum eg_status eg_aggregate_all(const struct eg_aggregate_work *work,
                                              struct eg_draft_list *drafts, struct eg_error *err);

#endif
