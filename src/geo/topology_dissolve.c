/* Between pairing and arcs: edges with the same area on both sides vanish.
 *
 * They come from several polygons with one key that are neighbours, and from rings that reach a hole along a cut and go
 * back the same way. The rings are traced anew: where a run would go on with one that vanishes, the vanishing run's twin
 * comes back to the same vertex, and the run after it goes on from there. Both copies of an edge vanish together, so
 * sums around any point stay what they were.
 *
 * A vertex where borders vanished may be no junction any more: when only one run begins there, or two that are each
 * other's way back. Runs that meet there become one. Set and runs are made new; the links between passes are not, nothing
 * asks for them afterwards. */
#include "geo/topology_parts.h"

#include <stdlib.h>

#include "base/memory.h"

/* What is known of the old runs, and the new ones as they are made. */
struct weaver {
    const struct eg_topology_work *work;
    uint32_t *after; /* [n_runs] the run that follows, of those that stay */
    uint8_t *
        begins; /* [n_runs] how many staying runs begin at the vertex where this one begins; 3 is more than two */
    uint32_t *
        new_run; /* [n_runs] of which a staying run is part, or EG_TOPOLOGY_NONE as long as it is not traced */
    struct eg_topology_set set;
    struct eg_topology_runs runs;
};

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

/* Counts the staying runs that begin where `run` does, and notes that at all of them. */
static void count_begins(struct weaver *weaver, uint32_t run)
{
    const struct eg_topology_work *work = weaver->work;
    uint32_t first = work->runs.first[run], pass = first;
    uint8_t n = 0;
    do {
        if (n < 3 && !vanishes(work, eg_topology_run_at(work, pass))) n++;
        pass = work->same[pass];
    } while (pass != first);
    do {
        weaver->begins[eg_topology_run_at(work, pass)] = n;
        pass = work->same[pass];
    } while (pass != first);
}

/* Runs a and b follow one another; is there a junction between them? */
static bool parts_at(const struct weaver *weaver, uint32_t a, uint32_t b)
{
    const uint32_t *twin = weaver->work->runs.twin;
    if (weaver->work->runs.whole[b] || weaver->begins[b] == 1) return false;
    if (weaver->begins[b] > 2 || twin[a] == EG_TOPOLOGY_NONE || twin[b] == EG_TOPOLOGY_NONE) return true;
    return weaver->after[twin[b]] != twin[a];
}

/* The run of the cycle through `run` with which the new ring begins: one after a junction, if there is any. */
static uint32_t find_begin(const struct weaver *weaver, uint32_t run, bool *whole_out)
{
    uint32_t at = run;
    do {
        uint32_t next = weaver->after[at];
        if (parts_at(weaver, at, next)) {
            *whole_out = false;
            return next;
        }
        at = next;
    } while (at != run);
    *whole_out = true;
    return run;
}

static void begin_run(struct weaver *weaver, uint32_t first, bool whole)
{
    struct eg_topology_runs *runs = &weaver->runs;
    runs->first[runs->n_runs] = first;
    runs->ring[runs->n_runs] = weaver->set.n_rings;
    runs->whole[runs->n_runs] = whole;
    runs->n_runs++;
}

/* Traces the ring through `run` to the end of the new set. */
static void trace(struct weaver *weaver, uint32_t run)
{
    struct eg_topology_set *set = &weaver->set;
    uint32_t n = set->ring_start[set->n_rings];
    bool whole, parts = true;
    uint32_t begin = find_begin(weaver, run, &whole), at = begin;

    weaver->runs.ring_run[set->n_rings] = weaver->runs.n_runs;
    do {
        if (parts) begin_run(weaver, n, whole);
        weaver->new_run[at] = weaver->runs.n_runs - 1;
        n += eg_topology_run_copy(weaver->work, at, set->points + n) - 1;
        parts = parts_at(weaver, at, weaver->after[at]);
        at = weaver->after[at];
    } while (at != begin);
    set->ring_area[set->n_rings++] = eg_topology_run_area(weaver->work, run);
    set->ring_start[set->n_rings] = n;
}

static void find_twins(struct weaver *weaver)
{
    const uint32_t *twin = weaver->work->runs.twin;
    for (uint32_t k = 0; k < weaver->work->runs.n_runs; k++) {
        if (weaver->new_run[k] == EG_TOPOLOGY_NONE) continue;
        weaver->runs.twin[weaver->new_run[k]] =
            twin[k] == EG_TOPOLOGY_NONE ? EG_TOPOLOGY_NONE : weaver->new_run[twin[k]];
    }
}

static void weave(struct weaver *weaver)
{
    const struct eg_topology_work *work = weaver->work;
    uint32_t n_runs = work->runs.n_runs;

    for (uint32_t k = 0; k < n_runs; k++) {
        weaver->new_run[k] = EG_TOPOLOGY_NONE;
        if (vanishes(work, k)) continue;
        weaver->after[k] = run_after(work, k);
        if (!work->runs.whole[k] && weaver->begins[k] == 0) count_begins(weaver, k);
    }
    for (uint32_t k = 0; k < n_runs; k++) {
        if (weaver->new_run[k] == EG_TOPOLOGY_NONE && !vanishes(work, k)) trace(weaver, k);
    }
    weaver->runs.ring_run[weaver->set.n_rings] = weaver->runs.n_runs;
    find_twins(weaver);
}

/* For n_left staying runs: there are no more rings than that. One point more than there are, because a run is copied
 * with its end, which the next one overwrites. */
static bool allocate(struct weaver *weaver, uint32_t n_left)
{
    const struct eg_topology_work *work = weaver->work;
    struct eg_topology_set *set = &weaver->set;
    size_t n_runs = work->runs.n_runs;

    weaver->after = eg_memory_array(n_runs, sizeof *weaver->after);
    weaver->begins = eg_memory_zeroed(n_runs, sizeof *weaver->begins);
    weaver->new_run = eg_memory_array(n_runs, sizeof *weaver->new_run);
    set->n_areas = work->set.n_areas;
    set->ring_area = eg_memory_array(n_left, sizeof *set->ring_area);
    set->ring_start = eg_memory_zeroed((size_t)n_left + 1, sizeof *set->ring_start);
    set->points = eg_memory_array((size_t)eg_topology_n_points(&work->set) + 1, sizeof *set->points);
    return weaver->after && weaver->begins && weaver->new_run && set->ring_area && set->ring_start &&
           set->points && eg_topology_runs_allocate(&weaver->runs, n_left, n_left);
}

enum eg_status eg_topology_dissolve(struct eg_topology_work *work, struct eg_error *err)
{
    struct weaver weaver = {.work = work};
    uint32_t n_runs = work->runs.n_runs, n_left = 0;

    for (uint32_t k = 0; k < n_runs; k++) n_left += !vanishes(work, k);
    if (n_left == n_runs) return EG_OK;
    bool ok = allocate(&weaver, n_left);
    if (ok) {
        weave(&weaver);
        eg_topology_work_clear(work);
        work->set = weaver.set;
        work->runs = weaver.runs;
    } else {
        eg_topology_set_clear(&weaver.set);
        eg_topology_runs_clear(&weaver.runs);
    }
    free(weaver.after);
    free(weaver.begins);
    free(weaver.new_run);
    return ok ? EG_OK : eg_error_no_memory(err, (size_t)n_runs * 8);
}
