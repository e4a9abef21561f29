/* England's output areas: 3.8 million points of 8 bytes in 190,000 rings. Arrays grow by doubling (large blocks are moved by
 * the system without being copied, and the unused half is never touched) and are cut to size when they are taken. */
#include "data/ring_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void eg_ring_store_clear(struct eg_ring_store *store)
{
    free(store->points);
    free(store->ring_start);
    free(store->is_hole);
    *store = (struct eg_ring_store){.n_points_max = store->n_points_max};
}

static bool reserve(struct eg_ring_store *store, size_t n_points)
{
    void *points = store->points;
    void *starts = store->ring_start;
    void *holes = store->is_hole;
    bool done = eg_memory_reserve(&points, &store->points_capacity, store->n_points + n_points,
                                  sizeof *store->points);
    store->points = points;
    done = done &&
           eg_memory_reserve(&starts, &store->rings_capacity, store->n_rings + 2, sizeof *store->ring_start);
    store->ring_start = starts;
    done =
        done && eg_memory_reserve(&holes, &store->holes_capacity, store->n_rings + 1, sizeof *store->is_hole);
    store->is_hole = holes;
    return done;
}

static bool is_same(struct eg_point a, struct eg_point b)
{
    return a.x == b.x && a.y == b.y;
}

/* Snaps behind what is stored; returns how many points are left. */
static size_t snap_points(struct eg_point *out, const double *xy_m, size_t n)
{
    struct eg_grid grid = eg_grid_web_mercator();
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct eg_point point = eg_grid_snap(grid, xy_m[2 * i], xy_m[2 * i + 1]);
        if (kept == 0 || !is_same(point, out[kept - 1])) out[kept++] = point;
    }
    while (kept > 1 && is_same(out[0], out[kept - 1])) kept--;
    return kept;
}

static enum eg_status check_room(struct eg_ring_store *store, size_t n, struct eg_error *err)
{
    uint64_t most = store->n_points_max > 0 ? store->n_points_max : (uint64_t)1 << 31;
    if (n > most || store->n_points > most - n) {
        return eg_error_set(err, EG_LIMIT,
                            "the boundaries have more than %llu vertices (limits: boundaries_vertices)",
                            (unsigned long long)most);
    }
    return reserve(store, n) ? EG_OK : eg_error_no_memory(err, n * sizeof *store->points);
}

/* The ring's points lie behind what is stored. */
static void end_ring(struct eg_ring_store *store, size_t n, bool is_hole)
{
    store->ring_start[store->n_rings] = (uint32_t)store->n_points;
    store->is_hole[store->n_rings++] = is_hole;
    store->n_points += n;
    store->ring_start[store->n_rings] = (uint32_t)store->n_points;
}

enum eg_status eg_ring_store_add(struct eg_ring_store *store, const double *xy_m, size_t n, bool is_hole,
                                 struct eg_error *err)
{
    enum eg_status status = check_room(store, n, err);
    if (status) return status;
    size_t kept = snap_points(store->points + store->n_points, xy_m, n);
    if (kept < 3) store->n_dropped++;
    else end_ring(store, kept, is_hole);
    return EG_OK;
}

enum eg_status eg_ring_store_add_points(struct eg_ring_store *store, const struct eg_point *points, size_t n,
                                        bool is_hole, struct eg_error *err)
{
    enum eg_status status = check_room(store, n, err);
    if (status) return status;
    memcpy(store->points + store->n_points, points, n * sizeof *points);
    end_ring(store, n, is_hole);
    return EG_OK;
}

static bool is_in_order(const struct eg_ring_run *runs, size_t n_runs)
{
    uint32_t next = 0;
    for (size_t i = 0; i < n_runs; i++) {
        if (runs[i].n > 0 && runs[i].first != next) return false;
        next += runs[i].n;
    }
    return true;
}

/* Copies the rings of the store into a new one in the order of the runs. */
static bool reorder(struct eg_ring_store *store, const struct eg_ring_run *runs, size_t n_runs)
{
    struct eg_ring_store sorted = {.n_points_max = store->n_points_max};
    sorted.points = eg_memory_array(store->n_points, sizeof *sorted.points);
    sorted.ring_start = eg_memory_zeroed(store->n_rings + 1, sizeof *sorted.ring_start);
    sorted.is_hole = eg_memory_zeroed(store->n_rings, sizeof *sorted.is_hole);
    if (!sorted.points || !sorted.ring_start || !sorted.is_hole) {
        eg_ring_store_clear(&sorted);
        return false;
    }
    for (size_t i = 0; i < n_runs; i++) {
        for (uint32_t r = runs[i].first; r < runs[i].first + runs[i].n; r++) {
            size_t n = store->ring_start[r + 1] - store->ring_start[r];
            memcpy(sorted.points + sorted.n_points, store->points + store->ring_start[r],
                   n * sizeof *sorted.points);
            sorted.is_hole[sorted.n_rings++] = store->is_hole[r];
            sorted.n_points += n;
            sorted.ring_start[sorted.n_rings] = (uint32_t)sorted.n_points;
        }
    }
    eg_ring_store_clear(store);
    *store = sorted;
    return true;
}

enum eg_status eg_ring_store_take(struct eg_ring_store *store, const struct eg_ring_run *runs, size_t n_runs,
                                  uint32_t n_areas, struct eg_rings *rings_out, struct eg_error *err)
{
    uint32_t *ring_area = eg_memory_array(store->n_rings, sizeof *ring_area);
    bool done = ring_area && reserve(store, 0) && (is_in_order(runs, n_runs) || reorder(store, runs, n_runs));
    if (!done) {
        free(ring_area);
        size_t bytes = store->n_points * sizeof *store->points;
        eg_ring_store_clear(store);
        return eg_error_no_memory(err, bytes);
    }
    size_t at = 0;
    for (size_t i = 0; i < n_runs; i++) {
        for (uint32_t r = 0; r < runs[i].n; r++) ring_area[at++] = runs[i].area;
    }
    EG_ASSERT(at == store->n_rings);
    if (store->n_rings == 0) store->ring_start[0] = 0;
    void *points = store->points;
    eg_memory_shrink(&points, store->n_points, sizeof *store->points);
    *rings_out = (struct eg_rings){.n_areas = n_areas,
                                   .n_rings = (uint32_t)store->n_rings,
                                   .ring_area = ring_area,
                                   .ring_start = store->ring_start,
                                   .ring_is_hole = store->is_hole,
                                   .points = points};
    *store = (struct eg_ring_store){0};
    return EG_OK;
}

void eg_rings_clear(struct eg_rings *rings)
{
    free(rings->ring_area);
    free(rings->ring_start);
    free(rings->ring_is_hole);
    free(rings->points);
    *rings = (struct eg_rings){0};
}
