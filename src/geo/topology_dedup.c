/* Stage 5: from runs to arcs.
 *
 * A run and its twin become one arc, in the direction of the one that comes first; that run's area is the arc's left, the
 * twin's its right. Arcs are put in Hilbert order before their points are copied, so that points are written once. */
#include "geo/topology_near.h"

#include <stdlib.h>

#include "base/memory.h"

/* Arcs are written this many after they were asked for; they come from all over the set. */
#define AHEAD 8

/* An arc before it is written. */
struct draft_arc {
    uint32_t run;   /* the one that comes first */
    uint32_t first; /* its first pass */
    uint32_t left, right;
};

struct draft {
    uint32_t n_arcs;
    size_t n_points;
    struct draft_arc *arcs; /* [n_arcs] in the order of their runs */
    uint32_t *order;        /* [n_arcs] the arcs in Hilbert order */
    uint32_t *arc_of_run;   /* [n_runs] place in Hilbert order; a twin has its partner's */
};

static bool is_first(const struct eg_topology_runs *runs, uint32_t run)
{
    return runs->twin[run] == EG_TOPOLOGY_NONE || runs->twin[run] > run;
}

static struct eg_box run_box(const struct eg_topology_work *work, uint32_t run, uint32_t n_edges)
{
    const struct eg_point *points = work->set.points;
    uint32_t ring = work->runs.ring[run], at = work->runs.first[run];
    uint32_t ring_begin = work->set.ring_start[ring], ring_end = work->set.ring_start[ring + 1];
    struct eg_box box = {points[at].x, points[at].y, points[at].x, points[at].y};

    for (uint32_t i = 0; i < n_edges; i++) {
        if (++at == ring_end) at = ring_begin;
        box = eg_topology_box_around(box, points[at]);
    }
    return box;
}

static struct draft_arc make_draft(const struct eg_topology_work *work, uint32_t run)
{
    uint32_t twin = work->runs.twin[run];
    return (struct draft_arc){.run = run,
                              .first = work->runs.first[run],
                              .left = eg_topology_run_area(work, run),
                              .right =
                                  twin == EG_TOPOLOGY_NONE ? EG_NO_AREA : eg_topology_run_area(work, twin)};
}

static enum eg_status order_arcs(const struct eg_topology_work *work, struct draft *draft,
                                 struct eg_error *err)
{
    struct eg_box *boxes = eg_memory_array(draft->n_arcs, sizeof *boxes);
    if (!boxes) return eg_error_no_memory(err, draft->n_arcs * sizeof *boxes);
    for (uint32_t a = 0; a < draft->n_arcs; a++) {
        uint32_t run = draft->arcs[a].run, n_edges = eg_topology_run_edges(work, run);
        boxes[a] = run_box(work, run, n_edges);
        draft->n_points += (size_t)n_edges + 1;
    }
    enum eg_status st = eg_topology_hilbert_order(boxes, draft->n_arcs, draft->order, err);
    free(boxes);
    return st;
}

static void draft_clear(struct draft *draft)
{
    free(draft->arcs);
    free(draft->order);
    free(draft->arc_of_run);
}

static enum eg_status draft_arcs(const struct eg_topology_work *work, struct draft *draft,
                                 struct eg_error *err)
{
    const struct eg_topology_runs *runs = &work->runs;

    for (uint32_t k = 0; k < runs->n_runs; k++) draft->n_arcs += is_first(runs, k);
    draft->arcs = eg_memory_array(draft->n_arcs, sizeof *draft->arcs);
    draft->order = eg_memory_array(draft->n_arcs, sizeof *draft->order);
    draft->arc_of_run = eg_memory_array(runs->n_runs, sizeof *draft->arc_of_run);
    if (!draft->arcs || !draft->order || !draft->arc_of_run) {
        return eg_error_no_memory(err, runs->n_runs * sizeof *draft->arc_of_run);
    }
    uint32_t arc = 0;
    for (uint32_t k = 0; k < runs->n_runs; k++) {
        if (is_first(runs, k)) draft->arcs[arc++] = make_draft(work, k);
    }
    return order_arcs(work, draft, err);
}

static enum eg_status allocate_topology(struct eg_topology *topology, const struct eg_topology_work *work,
                                        const struct draft *draft, struct eg_error *err)
{
    size_t n_points = draft->n_points;

    if (n_points > EG_TOPOLOGY_POINTS_MAX)
        return eg_error_set(err, EG_LIMIT, "more than 2^31 points in the arcs");
    topology->n_areas = work->set.n_areas;
    topology->n_arcs = draft->n_arcs;
    topology->n_rings = work->set.n_rings;
    topology->arc_start = eg_memory_array((size_t)draft->n_arcs + 1, sizeof *topology->arc_start);
    topology->points = eg_memory_array(n_points, sizeof *topology->points);
    topology->left = eg_memory_array(draft->n_arcs, sizeof *topology->left);
    topology->right = eg_memory_array(draft->n_arcs, sizeof *topology->right);
    topology->ring_area = eg_memory_array(topology->n_rings, sizeof *topology->ring_area);
    topology->ring_ref_start =
        eg_memory_array((size_t)topology->n_rings + 1, sizeof *topology->ring_ref_start);
    topology->ring_refs = eg_memory_array(work->runs.n_runs, sizeof *topology->ring_refs);
    if (!topology->arc_start || !topology->points || !topology->left || !topology->right ||
        !topology->ring_area || !topology->ring_ref_start || !topology->ring_refs) {
        return eg_error_no_memory(err, n_points * sizeof *topology->points);
    }
    return EG_OK;
}

static void write_arcs(const struct eg_topology_work *work, const struct draft *draft,
                       struct eg_topology *topology)
{
    const struct eg_topology_runs *runs = &work->runs;
    uint32_t n = 0;

    for (uint32_t a = 0; a < draft->n_arcs; a++) {
        const struct draft_arc *arc = &draft->arcs[draft->order[a]];
        if (a + AHEAD < draft->n_arcs) {
            __builtin_prefetch(&work->set.points[draft->arcs[draft->order[a + AHEAD]].first]);
        }
        topology->arc_start[a] = n;
        n += eg_topology_run_copy(work, arc->run, topology->points + n);
        topology->left[a] = arc->left;
        topology->right[a] = arc->right;
        draft->arc_of_run[arc->run] = a;
        if (runs->twin[arc->run] != EG_TOPOLOGY_NONE) draft->arc_of_run[runs->twin[arc->run]] = a;
    }
    topology->arc_start[draft->n_arcs] = n;
}

static void write_rings(const struct eg_topology_work *work, const struct draft *draft,
                        struct eg_topology *topology)
{
    const struct eg_topology_runs *runs = &work->runs;

    for (uint32_t r = 0; r < topology->n_rings; r++) {
        topology->ring_area[r] = work->set.ring_area[r];
        topology->ring_ref_start[r] = runs->ring_run[r];
    }
    topology->ring_ref_start[topology->n_rings] = runs->n_runs;
    for (uint32_t k = 0; k < runs->n_runs; k++) {
        int32_t arc = (int32_t)draft->arc_of_run[k];
        topology->ring_refs[k] = is_first(runs, k) ? arc : ~arc;
    }
}

enum eg_status eg_topology_dedup(const struct eg_topology_work *work, struct eg_topology **topology_out,
                                 struct eg_error *err)
{
    struct draft draft = {0};
    struct eg_topology *topology = eg_memory_zeroed(1, sizeof *topology);
    enum eg_status st = topology ? draft_arcs(work, &draft, err) : eg_error_no_memory(err, sizeof *topology);

    if (!st) st = allocate_topology(topology, work, &draft, err);
    if (st) {
        eg_topology_free(topology);
    } else {
        write_arcs(work, &draft, topology);
        write_rings(work, &draft, topology);
        *topology_out = topology;
    }
    draft_clear(&draft);
    return st;
}

void eg_topology_free(struct eg_topology *topology)
{
    if (!topology) return;
    free(topology->arc_start);
    free(topology->points);
    free(topology->left);
    free(topology->right);
    free(topology->ring_area);
    free(topology->ring_ref_start);
    free(topology->ring_refs);
    free(topology);
}
