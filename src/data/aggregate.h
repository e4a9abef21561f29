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
 * period already. How children become a parent is told in data/combine.h. */
EG_MUST_CHECK enum eg_status eg_aggregate_all(const struct eg_aggregate_work *work,
                                              struct eg_draft_list *drafts, struct eg_error *err);

#endif
