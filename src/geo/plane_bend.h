/* Private to projecting a plane: vertices for edges that are straight in one CRS and bent in another. */
#ifndef EG_GEO_PLANE_BEND_H
#define EG_GEO_PLANE_BEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/crs.h"
#include "geo/grid.h"

/* A vertex to be put in behind that of number `after`. */
struct eg_plane_bend {
    uint32_t after;
    struct eg_point point;
};

struct eg_plane_bender {
    struct eg_transform *transform;
    struct eg_grid from, to;
    uint32_t vertex;             /* at which the edge begins; set by the caller */
    struct eg_plane_bend *items; /* [n], in order along the edges; freed by the caller */
    size_t n, capacity;
};

/* Whether the edge between two vertices, on both maps, is long enough to be looked at. */
bool eg_plane_may_bend(const struct eg_point from[2], const struct eg_point to[2]);

/* Adds the vertices that the edge needs. EG_UNSUPPORTED when it does not project or the target is torn across it (what it added
 * is of no use then), or EG_NO_MEMORY; without words. */
enum eg_status eg_plane_bend_edge(struct eg_plane_bender *bender, const struct eg_point from[2],
                                  const struct eg_point to[2]);

#endif
