/* What the stages of the topology share beyond topology_parts.h: boxes in tiers, segments that come near each other, and the
 * one-owner arcs as a planar graph; nobody else includes this. */
#ifndef EG_GEO_TOPOLOGY_NEAR_H
#define EG_GEO_TOPOLOGY_NEAR_H

#include "geo/topology_parts.h"

/* --- boxes in tiers ------------------------------------------------------------------------------------------------ */

/* Boxes in Hilbert order of their centres, and above them the boxes of runs of EG_TOPOLOGY_FANOUT, and so on. */
#define EG_TOPOLOGY_FANOUT 16
#define EG_TOPOLOGY_TIERS 9

struct eg_topology_tree {
    uint32_t n_tiers;
    uint32_t tier_start[EG_TOPOLOGY_TIERS + 1]; /* tier 0: the boxes themselves */
    struct eg_box *boxes;
    uint32_t *items; /* [n] the caller's number of each box of tier 0 */
};

/* The order of boxes along a Hilbert curve through their centres; equal places keep the order given. order_out[n]. */
EG_MUST_CHECK enum eg_status eg_topology_hilbert_order(const struct eg_box *boxes, uint32_t n,
                                                       uint32_t *order_out, struct eg_error *err);
/* No box may be empty. */
EG_MUST_CHECK enum eg_status eg_topology_tree_init(struct eg_topology_tree *tree, const struct eg_box *boxes,
                                                   uint32_t n, struct eg_error *err);
void eg_topology_tree_clear(struct eg_topology_tree *tree);

struct eg_topology_query {
    const struct eg_topology_tree *tree;
    struct eg_box box;
    uint32_t from; /* places in the tree below this one are left out */
    uint32_t tier;
    uint32_t at;
};

struct eg_topology_query eg_topology_query_start(const struct eg_topology_tree *tree, struct eg_box box,
                                                 uint32_t from);
/* The next place (index into tree->items) whose box meets the query's, ascending, or EG_TOPOLOGY_NONE. */
uint32_t eg_topology_query_next(struct eg_topology_query *query);

/* --- segments that come near each other ----------------------------------------------------------------------------- */

struct eg_topology_near {
    const struct eg_topology_segment *segments; /* the caller's */
    uint32_t n_chunks;
    uint32_t *chunk_start; /* [n_chunks + 1] a chunk's segments follow one another end to end */
    struct eg_topology_tree tree;
};

EG_MUST_CHECK enum eg_status eg_topology_near_init(struct eg_topology_near *near,
                                                   const struct eg_topology_segment *segments, uint32_t n,
                                                   struct eg_error *err);
void eg_topology_near_clear(struct eg_topology_near *near);

/* Called for each pair of segments whose boxes come within reach; false stops everything. */
typedef bool eg_topology_near_fn(void *context, const struct eg_topology_segment *e,
                                 const struct eg_topology_segment *f);
/* False when `visit` stopped it. */
bool eg_topology_near_pairs(const struct eg_topology_near *near, double reach, eg_topology_near_fn *visit,
                            void *context);
/* How many areas lie just west of the point v, when each segment has one area on its left: the sum over the segments that
 * a ray from the far west to v crosses before it reaches v. */
int32_t eg_topology_near_winding(const struct eg_topology_near *near, struct eg_point v);

/* --- the one-owner arcs as a planar graph ----------------------------------------------------------------------------- */

/* Exactly where edges meet: the grid point south-west of it, and how far from there, x / over and y / over of a grid unit,
 * from 0 to below 1. `over`, the cross product of two edges, takes 66 bits; so two places are compared by
 * eg_topology_compare_nodes, never by their fields. */
struct eg_topology_node {
    struct eg_point at;
    eg_int128 x, y, over;
};

/* From west to east, from south to north on one meridian: the order in which places follow one another on every line, or
 * its reverse. */
int eg_topology_compare_nodes(const struct eg_topology_node *a, const struct eg_topology_node *b);

static inline struct eg_topology_node eg_topology_node_at(struct eg_point p)
{
    return (struct eg_topology_node){p, 0, 0, 1};
}

/* A stretch of a one-owner arc from node to node: the edges first .. last (indices of their first points), of which the
 * first and the last may be partial. Its left side is covered `weight` times more often than its right. */
struct eg_topology_piece {
    uint32_t from, to;
    uint32_t first, last;
    uint32_t area;
    int32_t weight;
};

struct eg_topology_coast {
    const struct eg_topology *topology;
    struct eg_topology_segment *segments;
    uint32_t n_segments;
    struct eg_topology_near near;
    uint32_t n_nodes;
    struct eg_topology_node *nodes; /* ascending */
    uint32_t n_pieces;
    struct eg_topology_piece *pieces;
    bool *seed; /* [n_areas] takes part in an overlap of some kind */
};

EG_MUST_CHECK enum eg_status eg_topology_coast_init(struct eg_topology_coast *coast,
                                                    const struct eg_topology *topology, struct eg_error *err);
void eg_topology_coast_clear(struct eg_topology_coast *coast);
/* Counts the gaps and marks the owners of edges around ground that is covered twice. */
EG_MUST_CHECK enum eg_status eg_topology_faces(struct eg_topology_coast *coast, uint32_t *n_gaps_out,
                                               struct eg_error *err);
#endif
