/* Between the parts of the vector tile encoder: mvt_rings.c makes clean rings of a feature, with mvt_nodes.c for those that come to
 * meet, and mvt.c writes them. */
#ifndef EG_RENDER_MVT_PRIVATE_H
#define EG_RENDER_MVT_PRIVATE_H

#include "geo/ring_walk.h"
#include "render/mvt.h"

/* Places on the tile: x to the right and y upwards from its upper left corner, in units of the extent. */
struct eg_mvt_place {
    double x, y;
};

/* From its lower end to its upper one (of two as low the left one), so many times more often than back. */
struct eg_mvt_edge {
    struct eg_point ends[2];
    int32_t times;
};

/* Where an edge is to be split. */
struct eg_mvt_cut {
    uint32_t edge;
    struct eg_point at;
    int64_t along; /* of the edge, in units times its length */
};

/* The edges of a feature's rings, and working memory to make ground of them. Zeros before the first. */
struct eg_mvt_nodes {
    struct eg_mvt_edge *edges, *parts;
    struct eg_mvt_cut *cuts;
    uint32_t *in_row;
    uint32_t row_start[(EG_MVT_EXTENT + 2 * EG_MVT_BUFFER) / 64 + 2];
    size_t edges_capacity, parts_capacity, cuts_capacity, in_row_capacity;
    uint32_t n, n_cuts;
};

/* Adds the edge from a to b. These return false when memory is refused. */
bool eg_mvt_nodes_add(struct eg_mvt_nodes *nodes, struct eg_point a, struct eg_point b);
/* Makes edges that meet at their ends alone, each once. *changed_out: some did not before. */
bool eg_mvt_nodes_settle(struct eg_mvt_nodes *nodes, bool *changed_out);
/* Of settled edges keeps the border of the ground, `times` 1 or -1 so that the ground is on the left. */
bool eg_mvt_nodes_trace(struct eg_mvt_nodes *nodes);
void eg_mvt_nodes_clear(struct eg_mvt_nodes *nodes);

/* Working memory for the rings of one feature. */
struct eg_mvt_rings {
    double left, top, x_scale, y_scale; /* of the tile */
    struct eg_mvt_place *in, *out;
    struct eg_point *points; /* of all rings, rounded */
    uint32_t *start;         /* [n_rings + 1] */
    struct eg_mvt_nodes nodes;
    uint64_t *sorted;
    struct eg_strand *strands;
    struct eg_ring_walk walk;
    size_t in_capacity, out_capacity, points_capacity, start_capacity, sorted_capacity, strands_capacity;
    uint32_t n_rings;
    bool on_edge; /* some ring runs along the edge of the clipping box */
    /* What came of it: rings as in struct eg_shape, y upwards, shells anticlockwise. */
    const struct eg_point *clean;
    const struct eg_walked_ring *clean_rings;
    uint32_t n_clean;
    struct eg_walked_ring only;
};

/* Clips, rounds and cleans a shape. False when memory is refused. */
bool eg_mvt_rings_make(struct eg_mvt_rings *rings, const struct eg_shape *shape);
void eg_mvt_rings_clear(struct eg_mvt_rings *rings);

#endif
