/* What the parts of the plane share: life cycle (plane.c), levels (plane_simplify.c), index (plane_index.c), location
 * (plane_locate.c), and the two ways to make one plane from another (plane_dissolve.c, plane_project.c). */
#ifndef EG_GEO_PLANE_INTERNAL_H
#define EG_GEO_PLANE_INTERNAL_H

#include <stdbool.h>

#include "geo/plane.h"

/* A plane with room for its arcs, left and right unwritten, no level yet. NULL when memory is refused. */
struct eg_plane *eg_plane_new(struct eg_grid grid, uint32_t n_areas, uint32_t n_arcs);

/* Room in level l for the plane's arcs and n_points points; false when memory is refused. */
bool eg_plane_level_new(struct eg_plane *plane, uint32_t l, uint32_t n_points);

/* Whether level l has arrays of its own, rather than those of the level below. */
bool eg_plane_level_is_own(const struct eg_plane *plane, uint32_t l);

/* Completes a plane whose left, right and level 0 are written: arc boxes and levels, then the index. */
EG_MUST_CHECK enum eg_status eg_plane_complete(struct eg_plane *plane, uint32_t n_threads,
                                               struct eg_error *err);

/* Fills arc_box and levels 1 .. n_levels - 1 from level 0. */
EG_MUST_CHECK enum eg_status eg_plane_simplify(struct eg_plane *plane, uint32_t n_threads,
                                               struct eg_error *err);

/* Fills the tiers and the plane's box from arc_box. */
EG_MUST_CHECK enum eg_status eg_plane_index(struct eg_plane *plane, struct eg_error *err);

/* Adds up plane->bytes once everything is there. */
void eg_plane_count_bytes(struct eg_plane *plane);

/* A walk over the runs of arcs that a box may meet, in ascending order. */
struct eg_plane_walk {
    uint32_t tier; /* of the box that comes next; n_tiers at the end */
    uint32_t node; /* its number in the tier */
    uint32_t first, end;
    bool inside; /* the whole run lies within the box */
};
struct eg_plane_walk eg_plane_walk_begin(const struct eg_plane *plane);
/* Puts the next run in walk->first .. end - 1; false at the end. The box may shrink between calls. */
bool eg_plane_walk_next(const struct eg_plane *plane, struct eg_plane_walk *walk, const struct eg_box *box);

/* As eg_box_meets, for the inner loops. */
static inline bool eg_plane_meets(const struct eg_box *a, const struct eg_box *b)
{
    return (a->min_x <= b->max_x) & (a->max_x >= b->min_x) & (a->min_y <= b->max_y) & (a->max_y >= b->min_y);
}

#endif
