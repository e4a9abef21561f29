/* Between the two halves of the vector tile encoder: mvt_rings.c makes clean rings of a polygon, mvt.c writes them. */
#ifndef EG_RENDER_MVT_PRIVATE_H
#define EG_RENDER_MVT_PRIVATE_H

#include "geo/ring_walk.h"
#include "render/mvt.h"

/* Places on the tile: x to the right and y upwards from its upper left corner, in units of the extent. */
struct eg_mvt_place {
    double x, y;
};

struct eg_mvt_edge {
    struct eg_point ends[2];
};

/* Working memory for the rings of one polygon. */
struct eg_mvt_rings {
    double left, top, x_scale, y_scale; /* of the tile */
    struct eg_mvt_place *in, *out;
    struct eg_point *points; /* of all rings, rounded */
    uint32_t *start;         /* [n_rings + 1] */
    struct eg_mvt_edge *edges;
    uint64_t *sorted;
    struct eg_strand *strands;
    struct eg_ring_walk walk;
    size_t in_capacity, out_capacity, points_capacity, start_capacity, edges_capacity, sorted_capacity;
    size_t strands_capacity;
    uint32_t n_rings, n_edges;
    bool on_edge; /* some ring runs along the edge of the clipping box */
    /* What came of it: rings as in struct eg_shape, y upwards, shells anticlockwise. */
    const struct eg_point *clean;
    const struct eg_walked_ring *clean_rings;
    uint32_t n_clean;
    struct eg_walked_ring only;
};

/* Clips, rounds and cleans polygon `p` of a shape. False when memory is refused. */
bool eg_mvt_rings_make(struct eg_mvt_rings *rings, const struct eg_shape *shape, uint32_t p);
void eg_mvt_rings_clear(struct eg_mvt_rings *rings);

#endif
