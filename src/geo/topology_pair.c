/* Stage 4: find for each run the run that goes back along it.
 *
 * At a junction every pass contributes two darts: the run that leaves, towards the next point, and the run that arrives,
 * seen from the junction towards the point before. Where no two that leave and no two that arrive lead to the same point,
 * one of each that do are twins; that is nearly always so. Otherwise the darts are sorted by the point they lead to. Of
 * more than two along one edge, those of the same area go together first (such an edge is internal and will vanish), then
 * the others in order; the order is the same at both ends of the edge, so that both ends find the same pairs.
 *
 * Typical: three passes, six darts. */
#include "geo/topology_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* With more darts than this at a vertex, sorting is quicker than comparing all. */
#define SIMPLE_DARTS 16
/* Runs. */
#define AHEAD 8

struct dart {
    struct eg_point to;
    uint32_t run;
    uint32_t area; /* known once they are sorted */
    bool leaves;
    bool used;
};

struct darts {
    struct dart *items;
    size_t n;
    size_t capacity;
};

/* visitor[n_rings]: the last vertex at which the ring was seen, as the number of the run that led there. */
struct scratch {
    struct darts darts;
    bool *seen; /* [n_runs] its first vertex is done */
    uint32_t *visitor;
};

static int compare_darts(const void *left, const void *right)
{
    const struct dart *a = left, *b = right;
    int order = eg_topology_compare(a->to, b->to);
    if (order != 0) return order;
    if (a->area != b->area) return a->area < b->area ? -1 : 1;
    if (a->run != b->run) return a->run < b->run ? -1 : 1;
    return (int)a->leaves - (int)b->leaves;
}

/* First the one that leaves, then the one that arrives. */
static void add_pass(struct eg_topology_work *work, struct darts *darts, uint32_t pass, uint32_t run)
{
    const struct eg_point *points = work->set.points;
    struct dart *dart = &darts->items[darts->n];

    dart[0] = (struct dart){.to = points[eg_topology_next(work, pass)], .run = run, .leaves = true};
    dart[1] = (struct dart){.to = points[eg_topology_prev(work, pass)],
                            .run = eg_topology_prev_run(&work->runs, run)};
    darts->n += 2;
}

/* A ring that comes by twice touches itself. */
static void note_visit(struct eg_topology_work *work, uint32_t *visitor, uint32_t run, uint32_t vertex)
{
    uint32_t ring = work->runs.ring[run];
    if (visitor[ring] == vertex) work->suspect[work->set.ring_area[ring]] = true;
    visitor[ring] = vertex;
}

/* All darts of the vertex where `run` begins. */
static bool gather(struct eg_topology_work *work, struct scratch *scratch, uint32_t run)
{
    struct darts *darts = &scratch->darts;
    uint32_t pass = work->runs.first[run], other = pass;
    darts->n = 0;
    do {
        if (!eg_memory_reserve((void **)&darts->items, &darts->capacity, darts->n + 2,
                               sizeof *darts->items)) {
            return false;
        }
        uint32_t begins = eg_topology_run_at(work, other);
        scratch->seen[begins] = true;
        note_visit(work, scratch->visitor, begins, run);
        add_pass(work, darts, other, begins);
        other = work->same[other];
    } while (other != pass);
    return true;
}

static void make_twins(struct eg_topology_runs *runs, struct dart *a, struct dart *b)
{
    runs->twin[a->run] = b->run;
    runs->twin[b->run] = a->run;
    a->used = b->used = true;
}

/* Pairs, in order, the unused darts that leave with the unused ones that arrive. */
static void pair_in_order(struct eg_topology_runs *runs, struct dart *darts, size_t n)
{
    size_t leaves = 0, arrives = 0;
    for (;;) {
        while (leaves < n && (darts[leaves].used || !darts[leaves].leaves)) leaves++;
        while (arrives < n && (darts[arrives].used || darts[arrives].leaves)) arrives++;
        if (leaves == n || arrives == n) return;
        make_twins(runs, &darts[leaves], &darts[arrives]);
    }
}

/* The darts of one edge. */
static void pair_edge(struct eg_topology_work *work, struct dart *darts, size_t n)
{
    if (n == 2) {
        if (darts[0].leaves != darts[1].leaves) make_twins(&work->runs, &darts[0], &darts[1]);
        return;
    }
    for (size_t begin = 0, end = 0; begin < n; begin = end) {
        while (end < n && darts[end].area == darts[begin].area) end++;
        pair_in_order(&work->runs, darts + begin, end - begin);
    }
    pair_in_order(&work->runs, darts, n);
}

/* Pairs the darts of a vertex as add_pass left them; false, with nothing done, where an edge has two in one direction. */
static bool pair_simply(struct eg_topology_runs *runs, const struct darts *darts)
{
    struct dart *items = darts->items;
    if (darts->n > SIMPLE_DARTS) return false;
    for (size_t i = 2; i < darts->n; i++) {
        for (size_t j = i & 1; j < i; j += 2) {
            if (eg_topology_equal(items[i].to, items[j].to)) return false;
        }
    }
    for (size_t i = 0; i < darts->n; i += 2) {
        for (size_t j = 1; j < darts->n; j += 2) {
            if (eg_topology_equal(items[i].to, items[j].to)) make_twins(runs, &items[i], &items[j]);
        }
    }
    return true;
}

/* Returns the number of edges here with more than two owners. */
static uint32_t pair_sorted(struct eg_topology_work *work, struct darts *darts)
{
    uint32_t n_three = 0;
    for (size_t i = 0; i < darts->n; i++)
        darts->items[i].area = eg_topology_run_area(work, darts->items[i].run);
    qsort(darts->items, darts->n, sizeof *darts->items, compare_darts);
    for (size_t begin = 0, end = 0; begin < darts->n; begin = end) {
        while (end < darts->n && eg_topology_equal(darts->items[end].to, darts->items[begin].to)) end++;
        if (end - begin > 1) pair_edge(work, darts->items + begin, end - begin);
        if (end - begin > 2) n_three++;
    }
    return n_three;
}

/* A ring without junctions has one partner at most, which is such a ring too. */
static void pair_whole(struct eg_topology_work *work, uint32_t run)
{
    const struct eg_point *points = work->set.points;
    uint32_t pass = work->runs.first[run];
    uint32_t other = work->same[pass];

    if (other == pass) return;
    struct eg_point ahead = points[eg_topology_next(work, pass)];
    if (!eg_topology_equal(points[eg_topology_prev(work, other)], ahead)) return;
    work->runs.twin[run] = work->runs.ring_run[eg_topology_ring_of(&work->set, other)];
}

/* The passes of a vertex lie in rings far apart in memory. Asks for the second pass of a vertex to come, and for the third
 * of one that comes sooner, whose link has arrived by then. */
EG_TOPOLOGY_INLINE void look_ahead(const struct eg_topology_work *work, uint32_t run)
{
    const struct eg_topology_runs *runs = &work->runs;
    if (run + 2 * AHEAD < runs->n_runs) {
        uint32_t second = work->same[runs->first[run + 2 * AHEAD]];
        __builtin_prefetch(&work->same[second]);
        __builtin_prefetch(&work->set.points[second]);
    }
    if (run + AHEAD < runs->n_runs) {
        uint32_t third = work->same[work->same[runs->first[run + AHEAD]]];
        __builtin_prefetch(&work->set.points[third]);
    }
}

static bool pair_all(struct eg_topology_work *work, struct scratch *scratch)
{
    struct eg_topology_runs *runs = &work->runs;
    uint32_t n_three = 0; /* counted at both ends of each edge */

    for (uint32_t k = 0; k < runs->n_runs; k++) {
        look_ahead(work, k);
        if (runs->whole[k]) {
            pair_whole(work, k);
        } else if (!scratch->seen[k]) {
            if (!gather(work, scratch, k)) return false;
            if (!pair_simply(runs, &scratch->darts)) n_three += pair_sorted(work, &scratch->darts);
        }
    }
    work->report.n_arcs_three = n_three / 2;
    return true;
}

enum eg_status eg_topology_pair(struct eg_topology_work *work, struct eg_error *err)
{
    uint32_t n_runs = work->runs.n_runs, n_rings = work->set.n_rings;
    struct scratch scratch = {0};

    scratch.seen = eg_memory_zeroed(n_runs, sizeof *scratch.seen);
    scratch.visitor = eg_memory_array(n_rings, sizeof *scratch.visitor);
    bool ok = scratch.seen && scratch.visitor;
    if (ok) {
        memset(scratch.visitor, 0xff, n_rings * sizeof *scratch.visitor);
        ok = pair_all(work, &scratch);
    }
    free(scratch.darts.items);
    free(scratch.seen);
    free(scratch.visitor);
    return ok ? EG_OK : eg_error_no_memory(err, n_runs);
}
