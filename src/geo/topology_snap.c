/* Snapping, for sources whose neighbours do not agree to the last digit.
 *
 * Only vertices and edges of unpaired runs take part: what two areas already share needs no moving. In a clean source
 * these are the coast (England: 82,000 of 1.86 million), so that a tolerance costs next to nothing there.
 *
 * Snap: the vertices are taken in the order of the input. One that lies within the tolerance of a vertex that stayed moves
 * to the nearest such (of equally near ones, the earliest); otherwise it stays. So no vertex moves twice or further
 * than the tolerance, and those that stay are further apart than that. They are kept in a hash of square cells.
 *
 * Split: an edge that passes within the tolerance of a vertex between its ends gets that vertex. No vertex moves; the edge
 * does, by the tolerance at most. Both directions are done at once, so borders whose vertices alternate come together.
 *
 * Distances are compared in double arithmetic: at the very limit of the tolerance the last digit decides. */
#include "geo/topology_near.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* A cell is this many tolerances wide: mostly one cell is looked at, and at most some dozens of vertices stay in one. */
#define CELL_TOLERANCES 4.0
/* Beyond this everything on the grid is one point. */
#define TOLERANCE_MAX 4294967296.0

struct stayed {
    struct eg_point at;
    uint32_t next; /* in its cell's list */
};

struct cells {
    double tolerance;
    int64_t width;
    uint32_t *heads; /* [mask + 1] */
    uint32_t mask;
    uint32_t n;
    struct stayed *stayed;
};

static int64_t cell_of(const struct cells *cells, double coordinate)
{
    return (int64_t)floor(coordinate / (double)cells->width);
}

static uint32_t bucket_of(const struct cells *cells, int64_t column, int64_t row)
{
    uint64_t h = (uint64_t)column * 0x9e3779b97f4a7c15u + (uint64_t)row;
    h = (h ^ h >> 32) * 0xbf58476d1ce4e5b9u;
    return (uint32_t)(h >> 32) & cells->mask;
}

/* The nearest vertex that stayed, if nearer than before (squared distances). */
static void search_cell(const struct cells *cells, uint32_t bucket, struct eg_point p, uint32_t *nearest,
                        double *distance2)
{
    for (uint32_t i = cells->heads[bucket]; i != EG_TOPOLOGY_NONE; i = cells->stayed[i].next) {
        double dx = (double)((int64_t)cells->stayed[i].at.x - p.x);
        double dy = (double)((int64_t)cells->stayed[i].at.y - p.y);
        double d2 = dx * dx + dy * dy;
        if (d2 > *distance2 || (d2 == *distance2 && i > *nearest)) continue;
        *nearest = i;
        *distance2 = d2;
    }
}

/* The vertex that p moves to, or EG_TOPOLOGY_NONE. */
static uint32_t find_stayed(const struct cells *cells, struct eg_point p, double *distance2_out)
{
    int64_t left = cell_of(cells, p.x - cells->tolerance), right = cell_of(cells, p.x + cells->tolerance);
    int64_t bottom = cell_of(cells, p.y - cells->tolerance), top = cell_of(cells, p.y + cells->tolerance);
    uint32_t nearest = EG_TOPOLOGY_NONE;

    *distance2_out = cells->tolerance * cells->tolerance;
    for (int64_t column = left; column <= right; column++) {
        for (int64_t row = bottom; row <= top; row++) {
            search_cell(cells, bucket_of(cells, column, row), p, &nearest, distance2_out);
        }
    }
    return nearest;
}

static void stay(struct cells *cells, struct eg_point p)
{
    uint32_t bucket = bucket_of(cells, cell_of(cells, p.x), cell_of(cells, p.y));
    cells->stayed[cells->n] = (struct stayed){p, cells->heads[bucket]};
    cells->heads[bucket] = cells->n++;
}

/* Moves every pass of the vertex. */
static void move_vertex(struct eg_topology_work *work, uint32_t pass, struct eg_point to)
{
    uint32_t other = pass;
    do {
        work->set.points[other] = to;
        other = work->same[other];
    } while (other != pass);
}

static bool snap_pass(struct eg_topology_work *work, struct cells *cells, uint32_t pass)
{
    double distance2;
    uint32_t nearest = find_stayed(cells, work->set.points[pass], &distance2);

    if (nearest == EG_TOPOLOGY_NONE) {
        stay(cells, work->set.points[pass]);
        return false;
    }
    if (distance2 == 0) return false; /* another pass of a vertex that was here before */
    move_vertex(work, pass, cells->stayed[nearest].at);
    work->report.n_snapped++;
    work->report.snap_max_units = fmax(work->report.snap_max_units, sqrt(distance2));
    return true;
}

/* Both ends included. */
static bool snap_run(struct eg_topology_work *work, struct cells *cells, uint32_t run)
{
    const struct eg_topology_set *set = &work->set;
    uint32_t ring = work->runs.ring[run], pass = work->runs.first[run];
    bool changed = false;

    for (uint32_t n = eg_topology_run_edges(work, run) + 1; n > 0; n--) {
        changed |= snap_pass(work, cells, pass);
        if (++pass == set->ring_start[ring + 1]) pass = set->ring_start[ring];
    }
    return changed;
}

static bool is_unpaired(const struct eg_topology_work *work, uint32_t run)
{
    return work->runs.twin[run] == EG_TOPOLOGY_NONE;
}

/* Edges of unpaired runs; *n_runs_out such runs. */
static size_t count_unpaired(const struct eg_topology_work *work, size_t *n_runs_out)
{
    size_t n = 0;
    *n_runs_out = 0;
    for (uint32_t k = 0; k < work->runs.n_runs; k++) {
        if (!is_unpaired(work, k)) continue;
        n += eg_topology_run_edges(work, k);
        ++*n_runs_out;
    }
    return n;
}

static bool cells_init(struct cells *cells, double tolerance, size_t n_vertices)
{
    size_t n_heads = 64;
    while (n_heads < n_vertices) n_heads *= 2;
    cells->tolerance = tolerance < TOLERANCE_MAX ? tolerance : TOLERANCE_MAX;
    cells->width = (int64_t)ceil(cells->tolerance * CELL_TOLERANCES);
    cells->n = 0;
    cells->mask = (uint32_t)(n_heads - 1);
    cells->stayed = eg_memory_array(n_vertices, sizeof *cells->stayed);
    cells->heads = eg_memory_array(n_heads, sizeof *cells->heads);
    if (cells->heads) memset(cells->heads, 0xff, n_heads * sizeof *cells->heads);
    return cells->stayed && cells->heads;
}

enum eg_status eg_topology_snap(struct eg_topology_work *work, double tolerance, bool *changed_out,
                                struct eg_error *err)
{
    struct cells cells;
    size_t n_unpaired, n_edges = count_unpaired(work, &n_unpaired);
    bool changed = false, ok = cells_init(&cells, tolerance, n_edges + n_unpaired);

    for (uint32_t k = 0; ok && k < work->runs.n_runs; k++) {
        if (is_unpaired(work, k)) changed |= snap_run(work, &cells, k);
    }
    free(cells.stayed);
    free(cells.heads);
    if (!ok) return eg_error_no_memory(err, n_edges * sizeof *cells.stayed);
    *changed_out = changed;
    return EG_OK;
}

/* --- edges at vertices ------------------------------------------------------------------------------------------------ */

/* A point to be put into the edge that begins at pass `edge`. */
struct insertion {
    uint32_t edge;
    struct eg_point at;
    double along; /* the projection on the edge, not normalised */
};

struct splitter {
    const struct eg_topology_work *work;
    double tolerance;
    struct insertion *items;
    size_t n;
    size_t capacity;
};

static bool lies_near(const struct eg_topology_segment *e, struct eg_point p, double tolerance,
                      double *along_out)
{
    double dx = (double)((int64_t)e->b.x - e->a.x), dy = (double)((int64_t)e->b.y - e->a.y);
    double px = (double)((int64_t)p.x - e->a.x), py = (double)((int64_t)p.y - e->a.y);
    double length2 = dx * dx + dy * dy;

    *along_out = px * dx + py * dy;
    if (!(*along_out > 0 && *along_out < length2)) return false;
    double off = (double)eg_topology_cross(e->a, e->b, p);
    return off * off <= tolerance * tolerance * length2;
}

/* Puts the vertex of `pass` into the edge e if it lies near. The neighbours of the edge's ends along the same ring do not
 * count: a narrow spike is no T-junction. */
static bool put(struct splitter *splitter, const struct eg_topology_segment *e, uint32_t pass)
{
    const struct eg_topology_work *work = splitter->work;
    struct eg_point p = work->set.points[pass];
    double along;

    if (!lies_near(e, p, splitter->tolerance, &along)) return true;
    if (pass == eg_topology_prev(work, e->id)) return true;
    if (pass == eg_topology_next(work, eg_topology_next(work, e->id))) return true;
    if (!eg_memory_reserve((void **)&splitter->items, &splitter->capacity, splitter->n + 1,
                           sizeof *splitter->items)) {
        return false;
    }
    splitter->items[splitter->n++] = (struct insertion){e->id, p, along};
    return true;
}

/* Successive edges of a ring have only each other's ends and their neighbours. */
static bool try_pair(void *context, const struct eg_topology_segment *e, const struct eg_topology_segment *f)
{
    struct splitter *splitter = context;
    uint32_t e_end = eg_topology_next(splitter->work, e->id), f_end = eg_topology_next(splitter->work, f->id);
    if (e_end == f->id || f_end == e->id) return true;
    return put(splitter, e, f->id) && put(splitter, e, f_end) && put(splitter, f, e->id) &&
           put(splitter, f, e_end);
}

static int compare_insertions(const void *left, const void *right)
{
    const struct insertion *a = left, *b = right;
    if (a->edge != b->edge) return a->edge < b->edge ? -1 : 1;
    if (a->along != b->along) return a->along < b->along ? -1 : 1;
    return eg_topology_compare(a->at, b->at);
}

/* Sorted, each vertex once an edge. */
static void order_insertions(struct splitter *splitter)
{
    size_t kept = 0;
    if (splitter->n > 0) qsort(splitter->items, splitter->n, sizeof *splitter->items, compare_insertions);
    for (size_t i = 0; i < splitter->n; i++) {
        if (kept > 0 && compare_insertions(&splitter->items[kept - 1], &splitter->items[i]) == 0) continue;
        splitter->items[kept++] = splitter->items[i];
    }
    splitter->n = kept;
}

static void list_segments(const struct eg_topology_work *work, struct eg_topology_segment *segments)
{
    size_t n = 0;
    for (uint32_t k = 0; k < work->runs.n_runs; k++) {
        if (!is_unpaired(work, k)) continue;
        uint32_t pass = work->runs.first[k];
        for (uint32_t left = eg_topology_run_edges(work, k); left > 0; left--) {
            uint32_t next = eg_topology_next(work, pass);
            segments[n++] =
                (struct eg_topology_segment){work->set.points[pass], work->set.points[next], pass};
            pass = next;
        }
    }
}

static enum eg_status find_insertions(struct splitter *splitter, struct eg_error *err)
{
    struct eg_topology_near near = {0};
    size_t n_runs, n = count_unpaired(splitter->work, &n_runs);
    struct eg_topology_segment *segments = eg_memory_array(n, sizeof *segments);
    if (!segments) return eg_error_no_memory(err, n * sizeof *segments);

    list_segments(splitter->work, segments);
    enum eg_status st = eg_topology_near_init(&near, segments, (uint32_t)n, err);
    if (!st && !eg_topology_near_pairs(&near, splitter->tolerance, try_pair, splitter)) {
        st = eg_error_no_memory(err, splitter->n * sizeof *splitter->items);
    }
    eg_topology_near_clear(&near);
    free(segments);
    if (!st) order_insertions(splitter);
    return st;
}

/* A new array of points with the insertions in their places; the rings' starts are shifted. */
static enum eg_status insert_points(struct eg_topology_work *work, const struct splitter *splitter,
                                    struct eg_error *err)
{
    struct eg_topology_set *set = &work->set;
    size_t n_old = eg_topology_n_points(set), n_new = n_old + splitter->n, at = 0;
    if (n_new > EG_TOPOLOGY_POINTS_MAX)
        return eg_error_set(err, EG_LIMIT, "more than 2^31 points after snapping");
    struct eg_point *points = eg_memory_array(n_new, sizeof *points);
    if (!points) return eg_error_no_memory(err, n_new * sizeof *points);

    uint32_t ring = 0;
    for (size_t i = 0; i < n_old; i++) {
        if (i == set->ring_start[ring]) set->ring_start[ring++] = (uint32_t)(i + at);
        points[i + at] = set->points[i];
        while (at < splitter->n && splitter->items[at].edge == i) {
            points[i + at + 1] = splitter->items[at].at;
            at++;
        }
    }
    set->ring_start[ring] = (uint32_t)n_new;
    free(set->points);
    set->points = points;
    return EG_OK;
}

enum eg_status eg_topology_split(struct eg_topology_work *work, double tolerance, bool *changed_out,
                                 struct eg_error *err)
{
    struct splitter splitter = {.work = work,
                                .tolerance = tolerance < TOLERANCE_MAX ? tolerance : TOLERANCE_MAX};
    enum eg_status st = find_insertions(&splitter, err);

    if (!st && splitter.n > 0) st = insert_points(work, &splitter, err);
    if (!st) {
        work->report.n_t_junctions += (uint32_t)splitter.n;
        *changed_out = splitter.n > 0;
    }
    free(splitter.items);
    return st;
}
