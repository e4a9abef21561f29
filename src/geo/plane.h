/* A plane: the arcs of one set of areas in one CRS, with levels of detail and a spatial index; what is drawn from.
 *
 * Level l keeps the vertices whose Visvalingam weight is at least a quarter of 2^l square grid units; level 0 keeps
 * all. Two levels are a step of twice the distance per pixel, one is half a step. The ends of an arc are in every level, and a
 * vertex's weight is at least that of every vertex that goes before it, so levels are nested and neighbours stay glued. A level
 * that is not worth storing (an even one that would drop less than a tenth of the even ones below, an odd one that spares too
 * little) has the arrays of the level below (the same pointers): never coarser than said, and all levels together stay small.
 * An arc's box covers all its vertices, so one index serves all levels.
 *
 * A dissolved plane holds the arcs between different parents only, with the parents as left and right: larger areas share
 * exactly the borders of the smaller ones, at every level.
 *
 * Immutable once built; any number of threads may read. */
#ifndef EG_GEO_PLANE_H
#define EG_GEO_PLANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "geo/crs.h"
#include "geo/grid.h"
#include "geo/topology.h"

#define EG_PLANE_LEVELS_MAX 47
#define EG_PLANE_FANOUT 16

struct eg_plane_level {
    uint32_t *start;         /* [n_arcs + 1] */
    struct eg_point *points; /* [start[n_arcs]] */
};

struct eg_plane {
    struct eg_grid grid;
    uint32_t n_areas;
    uint32_t n_arcs;
    uint32_t n_levels;      /* at least 1 */
    struct eg_box box;      /* of everything */
    uint32_t *left;         /* [n_arcs] area or EG_NO_AREA */
    uint32_t *right;        /* [n_arcs] */
    struct eg_box *arc_box; /* [n_arcs] */
    struct eg_plane_level level[EG_PLANE_LEVELS_MAX];
    /* Boxes of runs of EG_PLANE_FANOUT arcs, then of runs of those, and so on up to one root. */
    uint32_t n_tiers;
    uint32_t tier_start[9]; /* [n_tiers + 1] into tier_box; tier 0 lies just above the arcs */
    struct eg_box *tier_box;
    size_t bytes; /* memory held */
};

/* Builds a plane on the topology's own grid. The topology may be freed afterwards. n_threads 0: one per processor; the
 * result does not depend on it. */
EG_MUST_CHECK enum eg_status eg_plane_build(const struct eg_topology *topology, struct eg_grid grid,
                                            uint32_t n_threads, struct eg_plane **plane_out,
                                            struct eg_error *err);
/* The same arcs in another CRS: level 0 is projected, edges that the target bends by more than an eighth of a metre get further
 * vertices, the levels are computed anew in the target's units. Areas with a vertex that does not project or an edge across
 * which the target is torn are left out whole (their arcs lose that owner, arcs without an owner go);
 * excluded_out (bool[n_areas], may be NULL) marks them. */
EG_MUST_CHECK enum eg_status eg_plane_project(const struct eg_plane *plane, struct eg_transform *transform,
                                              struct eg_grid grid, bool *excluded_out,
                                              struct eg_plane **plane_out, struct eg_error *err);
/* parent[n_areas]: a parent number below n_parents, or EG_NO_AREA. */
EG_MUST_CHECK enum eg_status eg_plane_dissolve(const struct eg_plane *plane, const uint32_t *parent,
                                               uint32_t n_parents, struct eg_plane **plane_out,
                                               struct eg_error *err);
void eg_plane_free(struct eg_plane *plane); /* NULL is allowed */

/* The coarsest level whose dropped triangles stay below a sixty-fourth of a square pixel, so that what several areas in one
 * pixel lose stays invisible (docs/decisions/0005-level-of-detail.md). units_per_px > 0. */
uint32_t eg_plane_level_for(const struct eg_plane *plane, double units_per_px);

/* Writes the arcs whose box meets `box`, ascending, to arcs_out[n_arcs]; returns how many. */
uint32_t eg_plane_query(const struct eg_plane *plane, struct eg_box box, uint32_t *arcs_out);

/* Roughly how many vertices of a level lie in each of n_slices of the box's height, the northernmost first: runs of arcs count
 * where their middle is. For sharing out work. Some ten microseconds for a country. */
void eg_plane_spread(const struct eg_plane *plane, uint32_t level, struct eg_box box, uint32_t n_slices,
                     uint32_t *n_vertices_out);

/* Does any arc's box meet `box`? Stops at the first. */
bool eg_plane_touches(const struct eg_plane *plane, struct eg_box box);

/* The area at a point on the full-detail borders, or EG_NO_AREA. A point exactly on a border belongs to one of its sides,
 * always the same. Where areas overlap, one of those that cover the point. A few microseconds; some ten for a point that
 * lies in no area, as all borders to the west are counted then. */
uint32_t eg_plane_locate(const struct eg_plane *plane, struct eg_point point);

/* Boxes of all areas, into box_out[n_areas] (empty for an area without arcs). */
void eg_plane_area_boxes(const struct eg_plane *plane, struct eg_box *box_out);

#endif
