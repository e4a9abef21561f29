/* Between pairing and arcs: edges with the same area on both sides vanish.
 *
 * They come from several polygons with one key that are neighbours, and from rings that reach a hole along a cut and go
 * back the same way. The rings are traced anew: where a run would go on with one that vanishes, the vanishing run's twin
 * comes back to the same vertex, and the run after it goes on from there. Both copies of an edge vanish together, so
 * sums around any point stay what they were. */
#include "geo/topology_parts.h"

#include <stdlib.h>

#include "base/memory.h"

static bool vanishes(const struct eg_topology_work *work, uint32_t run)
{
    uint32_t twin = work->runs.twin[run];
    return twin != EG_TOPOLOGY_NONE && eg_topology_run_area(work, run) == eg_topology_run_area(work, twin);
}

static uint32_t run_after(const struct eg_topology_work *work, uint32_t run)
{
    uint32_t next = eg_topology_next_run(&work->runs, run);
    while (vanishes(work, next)) next = eg_topology_next_run(&work->runs, work->runs.twin[next]);
    return next;
}

/* Traces the ring through `run` to the end of `set`. */
static void trace(const struct eg_topology_work *work, uint32_t run, bool *traced,
                  struct eg_topology_set *set)
{
    uint32_t n = set->ring_start[set->n_rings];
    uint32_t at = run;
    do {
        traced[at] = true;
        n += eg_topology_run_copy(work, at, set->points + n) - 1;
        at = run_after(work, at);
    } while (at != run);
    set->ring_area[set->n_rings++] = eg_topology_run_area(work, run);
    set->ring_start[set->n_rings] = n;
}

/* One point more than there are, because a run is copied with its end, which the next one overwrites. */
static bool allocate_traced(struct eg_topology_set *set, const struct eg_topology_work *work, uint32_t n_left)
{
    size_t n_points = (size_t)eg_topology_n_points(&work->set) + 1;
    set->n_areas = work->set.n_areas;
    set->n_rings = 0;
    set->ring_area = eg_memory_array(n_left, sizeof *set->ring_area);
    set->ring_start = eg_memory_array((size_t)n_left + 1, sizeof *set->ring_start);
    set->points = eg_memory_array(n_points, sizeof *set->points);
    if (!set->ring_area || !set->ring_start || !set->points) return false;
    set->ring_start[0] = 0;
    return true;
}

enum eg_status eg_topology_dissolve(struct eg_topology_work *work, bool *changed_out, struct eg_error *err)
{
    uint32_t n_runs = work->runs.n_runs;
    uint32_t n_left = 0;

    for (uint32_t k = 0; k < n_runs; k++) n_left += !vanishes(work, k);
    *changed_out = n_left < n_runs;
    if (!*changed_out) return EG_OK;

    struct eg_topology_set set = {0};
    bool *traced = eg_memory_zeroed(n_runs, sizeof *traced);
    if (!traced || !allocate_traced(&set, work, n_left)) {
        free(traced);
        eg_topology_set_clear(&set);
        return eg_error_no_memory(err, (size_t)n_runs * 8);
    }
    for (uint32_t k = 0; k < n_runs; k++) {
        if (!traced[k] && !vanishes(work, k)) trace(work, k, traced, &set);
    }
    free(traced);
    eg_topology_set_clear(&work->set);
    work->set = set;
    return EG_OK;
}
