/* Which larger areas hold which smaller ones, for every pair of sets where that is so. */
#ifndef EG_DATA_NEST_H
#define EG_DATA_NEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "data/generation.h"

/* parent[from * n_sets + to] is NULL or an array [n_areas of from] of areas of `to` (EG_NO_AREA: in none). There is one where
 * `to` is dissolved from `from`, directly or through others, and where both have the same base, `to` has fewer areas and at
 * least one area of `from` lies wholly within one of them; those that do not have EG_NO_AREA. */
struct eg_nest {
    uint32_t n_sets;
    uint32_t **parent;
};

/* Arrays live in the arena. */
EG_MUST_CHECK enum eg_status eg_nest_build(const struct eg_area_set *sets, uint32_t n_sets,
                                           struct eg_arena *arena, struct eg_nest *nest_out,
                                           struct eg_error *err);

const uint32_t *eg_nest_parent(const struct eg_nest *nest, uint32_t from, uint32_t to);

/* Whether `to` is dissolved from `from`, directly or through others. */
bool eg_nest_is_above(const struct eg_area_set *sets, uint32_t from, uint32_t to);

#endif
