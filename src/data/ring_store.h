/* Rings on the web Mercator grid as they arrive from a source, one feature after the other. */
#ifndef EG_DATA_RING_STORE_H
#define EG_DATA_RING_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "geo/grid.h"
#include "geo/topology.h"

struct eg_ring_store {
    struct eg_point *points;
    size_t n_points, points_capacity;
    uint32_t *ring_start; /* [n_rings + 1] once there is a ring */
    size_t n_rings, rings_capacity;
    bool *is_hole; /* [n_rings] */
    size_t holes_capacity;
    uint32_t n_dropped; /* rings that had fewer than three different points on the grid */
    uint64_t n_points_max;
};

/* A store of zeros is empty. */
void eg_ring_store_clear(struct eg_ring_store *store);

/* Adds a ring of EPSG:3857 metres, xy[2*n], without the repeated last point: snapped to the grid, points that fall together
 * with the one before left out. EG_LIMIT above n_points_max (0: 2^31) points in all. */
EG_MUST_CHECK enum eg_status eg_ring_store_add(struct eg_ring_store *store, const double *xy_m, size_t n,
                                               bool is_hole, struct eg_error *err);

/* Adds a ring that is on the grid already. */
EG_MUST_CHECK enum eg_status eg_ring_store_add_points(struct eg_ring_store *store,
                                                      const struct eg_point *points, size_t n, bool is_hole,
                                                      struct eg_error *err);

/* A run of rings of the store that belongs to an area. */
struct eg_ring_run {
    uint32_t first, n;
    uint32_t area;
};

/* Turns the store into topology input, taking its memory over: the runs (ascending by area, every ring in one of them) say
 * whose the rings are. When the rings already lie in the order of the runs nothing is copied. The store is empty afterwards,
 * also on failure. */
EG_MUST_CHECK enum eg_status eg_ring_store_take(struct eg_ring_store *store, const struct eg_ring_run *runs,
                                                size_t n_runs, uint32_t n_areas, struct eg_rings *rings_out,
                                                struct eg_error *err);
void eg_rings_clear(struct eg_rings *rings);

#endif
