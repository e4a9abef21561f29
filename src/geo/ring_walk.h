/* Simple rings from pieces of border that run with one area on their left, in any order: the way back from arcs to polygons.
 *
 * At a point where several pieces meet, the walk takes the sharpest left turn, so that it stays beside the ground it came
 * along; and where it comes to a point again, it takes the loop since then off as a ring of its own. So of clean borders no ring
 * touches itself, and rings touch one another in points alone. */
#ifndef EG_GEO_RING_WALK_H
#define EG_GEO_RING_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "geo/grid.h"

/* A piece of border: points[0] .. points[n - 1], n at least 2, or the same backwards. */
struct eg_strand {
    const struct eg_point *points;
    uint32_t n;
    bool backwards;
};

/* A ring: strands order[first_strand] ..., and points[first_point] ..., the first one not repeated. */
struct eg_walked_ring {
    uint32_t first_strand, n_strands;
    uint32_t first_point, n_points;
    bool is_hole;
};

/* What a walk found, and its working memory, which the next one uses again. Zeros before the first. */
struct eg_ring_walk {
    uint32_t n_rings;
    struct eg_walked_ring
        *rings;      /* each shell (anticlockwise, y to the north) followed by its holes (clockwise) */
    uint32_t *order; /* strand numbers */
    struct eg_point *points;
    struct eg_ring_walk_parts *parts; /* private */
};

/* Walks n strands. Left out: rings without area, holes that lie in no shell, and strands that lead nowhere. A hole that touches
 * or crosses its shell goes by its first point that does not lie on it. EG_NO_MEMORY. */
EG_MUST_CHECK enum eg_status eg_ring_walk(struct eg_ring_walk *walk, const struct eg_strand *strands,
                                          uint32_t n, struct eg_error *err);
void eg_ring_walk_clear(struct eg_ring_walk *walk);

#endif
