/* From rings to arcs: the shared-border model of one set of areas.
 *
 * Stages, one file each: snap (vertices within the tolerance become one), extract (edges), join (where do rings meet and
 * part?), cut (rings into arcs at those junctions), dedup (the two copies of a shared arc become one with a left and a
 * right area). Sources that are not a clean coverage are served honestly: what two areas do not share exactly stays an
 * arc with one owner, and the report counts gaps, overlaps and T-junctions.
 *
 * England's 32,844 neighbourhoods: 1.86 million ring vertices, 99,374 arcs, 95,974 of them shared. */
#ifndef EG_GEO_TOPOLOGY_H
#define EG_GEO_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "geo/grid.h"

#define EG_NO_AREA UINT32_MAX /* outside every area */

/* Input: the rings of all areas, flattened. Ring r has the points ring_start[r] .. ring_start[r+1]-1, at least 3, not
 * repeated at the end, in any direction; hole or shell is told by ring_is_hole. Rings of one area lie together. */
struct eg_rings {
    uint32_t n_areas;
    uint32_t n_rings;
    uint32_t *ring_area;     /* [n_rings] */
    uint32_t *ring_start;    /* [n_rings + 1] */
    bool *ring_is_hole;      /* [n_rings] */
    struct eg_point *points; /* [ring_start[n_rings]] */
};

/* Arcs in Hilbert order of their boxes' centres, so that neighbours on the map are neighbours in memory. Arc a has the
 * points arc_start[a] .. arc_start[a+1]-1 (at least 2; a closed arc repeats its first point), its left area lies to the
 * left when walking along it with y to the north. An area's rings are lists of arcs: a value >= 0 is an arc walked
 * forwards (area on its left), ~value one walked backwards (area on its right). */
struct eg_topology {
    uint32_t n_areas;
    uint32_t n_arcs;
    uint32_t n_rings;
    uint32_t *arc_start;      /* [n_arcs + 1] */
    struct eg_point *points;  /* [arc_start[n_arcs]] */
    uint32_t *left;           /* [n_arcs] area or EG_NO_AREA */
    uint32_t *right;          /* [n_arcs] */
    uint32_t *ring_area;      /* [n_rings] */
    uint32_t *ring_ref_start; /* [n_rings + 1] */
    int32_t *ring_refs;       /* [ring_ref_start[n_rings]] */
};

/* `snap_units`: vertices at most this far (in grid units) from one another or from an edge are brought together, where
 * borders are not shared as they are. 0, or no number: only equal points are shared. */
struct eg_topology_options {
    double snap_units;
};

/* Lengths in grid units. */
struct eg_topology_report {
    uint64_t n_ring_points; /* read */
    uint32_t n_arcs;
    uint32_t n_arcs_shared;   /* a left and a right area */
    uint32_t n_arcs_three;    /* edges found in three or more rings, of which two could be paired at most */
    uint32_t n_t_junctions;   /* vertices that lay on a neighbour's edge, which was split there */
    uint32_t n_gaps;          /* bounded faces without an area, enclosed by two or more areas */
    uint32_t n_overlaps;      /* pairs of areas that cover the same ground */
    uint32_t n_snapped;       /* vertices moved */
    double snap_max_units;    /* the longest move */
    uint32_t n_rings_dropped; /* rings that collapsed to less than a triangle on the grid */
    uint32_t n_areas_dropped; /* areas left without any ring */
};

/* Builds the arcs. suspect_out (bool[n_areas], may be NULL) marks the areas that take part in an overlap, or with a ring
 * that touches or crosses itself, which the caller may repair and hand in again; of England's neighbourhoods and output
 * areas these are exactly the ones that GEOS calls invalid. Not found is a ring that crosses itself to the left as often
 * as to the right along borders that neighbours share. EG_NO_MEMORY, or EG_LIMIT above 2^31 points. *topology_out is freed
 * with eg_topology_free. Deterministic: the same rings give the same arrays. About 50 ns a point on one core, and 17
 * temporary bytes beside the arcs; some times that where nothing is shared and nothing snapped. */
EG_MUST_CHECK enum eg_status eg_topology_build(const struct eg_rings *rings,
                                               const struct eg_topology_options *options,
                                               struct eg_topology **topology_out,
                                               struct eg_topology_report *report_out, bool *suspect_out,
                                               struct eg_error *err);
void eg_topology_free(struct eg_topology *topology); /* NULL is allowed */

#endif
