/* Which pairs of areas cover the same ground?
 *
 * Ground that is covered twice is bounded by pieces of the coast graph whose owners are seeds. From a seed, each area
 * whose box meets its box is tried; every overlapping partner becomes a seed in turn. That finds all pairs: crossing a
 * border inside such ground exchanges one of the covering areas, the others stay.
 *
 * Two areas are tried exactly: they overlap when an edge of one properly crosses an edge of the other, when edges lie on
 * one another in the same direction (both areas to the left), or when some part of an edge lies inside the other area.
 * Without proper crossings an edge lies on one side of the other area between the vertices of that area on it, so the
 * middle of each such part decides; doubled coordinates make it a grid point.
 *
 * A clean source has no seeds. Two neighbours of 60 points take some microseconds. */
#include "geo/topology_near.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* The edges of one area, the area on their left. */
struct outline {
    struct eg_topology_segment *edges;
    size_t n;
    size_t capacity;
};

struct search {
    const struct eg_topology *topology;
    uint32_t *area_ring; /* [n_areas + 1] into rings */
    uint32_t *rings;     /* [n_rings] sorted by area */
    struct eg_box *boxes;
    struct eg_topology_tree tree; /* of areas that have rings */
    uint32_t *tree_area;          /* its items' areas */
    bool *done;                   /* [n_areas] tried against all others */
    bool *queued;
    uint32_t *queue; /* [n_areas] */
    uint32_t n_queued;
    struct outline ours, theirs; /* of the pair under trial */
    struct outline ours_near;    /* those of ours that meet their box */
    struct outline theirs_near;
    struct eg_point *stops; /* the ends of the parts of an edge */
    size_t n_stops, stops_capacity;
};

/* --- exact trial of a pair ------------------------------------------------------------------------------------------------ */

static bool add_edge(struct outline *outline, struct eg_point a, struct eg_point b)
{
    if (!eg_memory_reserve((void **)&outline->edges, &outline->capacity, outline->n + 1,
                           sizeof *outline->edges)) {
        return false;
    }
    outline->edges[outline->n++] = (struct eg_topology_segment){a, b, 0};
    return true;
}

static bool add_arc(struct outline *outline, const struct eg_topology *topology, int32_t ref)
{
    uint32_t arc = (uint32_t)(ref < 0 ? ~ref : ref);
    bool ok = true;
    for (uint32_t i = topology->arc_start[arc]; ok && i + 1 < topology->arc_start[arc + 1]; i++) {
        struct eg_point a = topology->points[i], b = topology->points[i + 1];
        ok = ref < 0 ? add_edge(outline, b, a) : add_edge(outline, a, b);
    }
    return ok;
}

static bool list_outline(const struct search *search, uint32_t area, struct outline *outline)
{
    const struct eg_topology *topology = search->topology;
    outline->n = 0;
    for (uint32_t i = search->area_ring[area]; i < search->area_ring[area + 1]; i++) {
        uint32_t ring = search->rings[i];
        for (uint32_t k = topology->ring_ref_start[ring]; k < topology->ring_ref_start[ring + 1]; k++) {
            if (!add_arc(outline, topology, topology->ring_refs[k])) return false;
        }
    }
    return true;
}

static bool select_near(const struct outline *all, struct eg_box box, struct outline *near)
{
    near->n = 0;
    for (size_t i = 0; i < all->n; i++) {
        if (!eg_topology_boxes_meet(eg_topology_edge_box(all->edges[i].a, all->edges[i].b), box)) continue;
        if (!add_edge(near, all->edges[i].a, all->edges[i].b)) return false;
    }
    return true;
}

/* e and f lie on one line: do they share more than a point, in the same direction? */
static bool run_together(const struct eg_topology_segment *e, const struct eg_topology_segment *f)
{
    int direction = eg_topology_compare(e->a, e->b);
    if (eg_topology_compare(f->a, f->b) != direction) return false;
    struct eg_point e_low = direction < 0 ? e->a : e->b, e_high = direction < 0 ? e->b : e->a;
    struct eg_point f_low = direction < 0 ? f->a : f->b, f_high = direction < 0 ? f->b : f->a;
    return eg_topology_compare(e_low, f_high) < 0 && eg_topology_compare(f_low, e_high) < 0;
}

static bool edges_collide(const struct eg_topology_segment *e, const struct eg_topology_segment *f)
{
    if (!eg_topology_boxes_meet(eg_topology_edge_box(e->a, e->b), eg_topology_edge_box(f->a, f->b)))
        return false;
    int fa = eg_topology_side(e->a, e->b, f->a), fb = eg_topology_side(e->a, e->b, f->b);
    if (fa == 0 && fb == 0) return run_together(e, f);
    if (fa * fb >= 0) return false;
    return eg_topology_side(f->a, f->b, e->a) * eg_topology_side(f->a, f->b, e->b) < 0;
}

static bool any_collision(const struct outline *ours, const struct outline *theirs)
{
    for (size_t i = 0; i < ours->n; i++) {
        for (size_t j = 0; j < theirs->n; j++) {
            if (edges_collide(&ours->edges[i], &theirs->edges[j])) return true;
        }
    }
    return false;
}

/* Is the point (x2, y2), in doubled coordinates, strictly inside? */
static bool lies_inside(const struct outline *outline, int64_t x2, int64_t y2)
{
    int32_t winding = 0;
    for (size_t i = 0; i < outline->n; i++) {
        struct eg_point a = outline->edges[i].a, b = outline->edges[i].b;
        bool a_above = 2 * (int64_t)a.y > y2, b_above = 2 * (int64_t)b.y > y2;
        bool level = 2 * (int64_t)a.y == y2 || 2 * (int64_t)b.y == y2;
        if (a_above == b_above && !level) continue;
        eg_int128 side = (eg_int128)((int64_t)b.x - a.x) * (y2 - 2 * (int64_t)a.y) -
                         (eg_int128)((int64_t)b.y - a.y) * (x2 - 2 * (int64_t)a.x);
        int64_t low = 2 * (int64_t)(a.x < b.x ? a.x : b.x), high = 2 * (int64_t)(a.x < b.x ? b.x : a.x);
        if (side == 0 && low <= x2 && x2 <= high) return false; /* on the border */
        if (a_above != b_above && (side > 0) == b_above) winding += b_above ? 1 : -1;
    }
    return winding != 0;
}

static bool add_stop(struct search *search, struct eg_point p)
{
    if (!eg_memory_reserve((void **)&search->stops, &search->stops_capacity, search->n_stops + 1,
                           sizeof *search->stops)) {
        return false;
    }
    search->stops[search->n_stops++] = p;
    return true;
}

static int compare_points(const void *left, const void *right)
{
    const struct eg_point *a = left, *b = right;
    return eg_topology_compare(*a, *b);
}

/* The ends of edge e and the vertices of `other` on it, in order along its line. */
static bool list_stops(struct search *search, const struct eg_topology_segment *e,
                       const struct outline *other)
{
    struct eg_box box = eg_topology_edge_box(e->a, e->b);
    search->n_stops = 0;
    bool ok = add_stop(search, e->a) && add_stop(search, e->b);
    for (size_t i = 0; ok && i < other->n; i++) {
        struct eg_point p = other->edges[i].a;
        if (!eg_topology_boxes_meet(box, eg_topology_edge_box(p, p)) || eg_topology_side(e->a, e->b, p) != 0)
            continue;
        if (eg_topology_between(e->a, e->b, p)) ok = add_stop(search, p);
    }
    if (ok) qsort(search->stops, search->n_stops, sizeof *search->stops, compare_points);
    return ok;
}

/* Does part of an edge in `near` lie inside the area of `whole`? Nothing crosses. *inside_out is set when so. */
static bool any_inside(struct search *search, const struct outline *near, const struct outline *whole,
                       bool *inside_out)
{
    for (size_t i = 0; i < near->n; i++) {
        if (!list_stops(search, &near->edges[i], whole)) return false;
        for (size_t k = 1; k < search->n_stops; k++) {
            struct eg_point a = search->stops[k - 1], b = search->stops[k];
            if (eg_topology_equal(a, b) || !lies_inside(whole, (int64_t)a.x + b.x, (int64_t)a.y + b.y))
                continue;
            *inside_out = true;
            return true;
        }
    }
    return true;
}

/* The outline of a is in search->ours. False: no memory. */
static bool try_areas(struct search *search, uint32_t a, uint32_t b, bool *overlap_out)
{
    *overlap_out = false;
    if (!list_outline(search, b, &search->theirs)) return false;
    if (!select_near(&search->ours, search->boxes[b], &search->ours_near)) return false;
    if (!select_near(&search->theirs, search->boxes[a], &search->theirs_near)) return false;
    if (any_collision(&search->ours_near, &search->theirs_near)) {
        *overlap_out = true;
        return true;
    }
    if (!any_inside(search, &search->ours_near, &search->theirs, overlap_out)) return false;
    return *overlap_out || any_inside(search, &search->theirs_near, &search->ours, overlap_out);
}

/* --- search ----------------------------------------------------------------------------------------------------------------- */

static void enqueue(struct search *search, uint32_t area)
{
    if (search->queued[area]) return;
    search->queued[area] = true;
    search->queue[search->n_queued++] = area;
}

static bool try_area(struct search *search, uint32_t area, bool *suspect, uint32_t *n_overlaps)
{
    struct eg_topology_query query = eg_topology_query_start(&search->tree, search->boxes[area], 0);
    if (!list_outline(search, area, &search->ours)) return false;

    search->done[area] = true;
    for (uint32_t place; (place = eg_topology_query_next(&query)) != EG_TOPOLOGY_NONE;) {
        uint32_t other = search->tree_area[search->tree.items[place]];
        bool overlap;
        if (search->done[other]) continue; /* itself, or tried from the other side */
        if (!try_areas(search, area, other, &overlap)) return false;
        if (!overlap) continue;
        ++*n_overlaps;
        suspect[area] = suspect[other] = true;
        enqueue(search, other);
    }
    return true;
}

static void list_rings(struct search *search)
{
    const struct eg_topology *topology = search->topology;
    uint32_t n_areas = topology->n_areas, sum = 0;

    for (uint32_t r = 0; r < topology->n_rings; r++) search->area_ring[topology->ring_area[r]]++;
    for (uint32_t a = 0; a <= n_areas; a++) {
        uint32_t count = search->area_ring[a];
        search->area_ring[a] = sum;
        sum += count;
    }
    for (uint32_t r = 0; r < topology->n_rings; r++) {
        search->rings[search->area_ring[topology->ring_area[r]]++] = r;
    }
    /* Every start was moved to the next one's place. */
    memmove(search->area_ring + 1, search->area_ring, n_areas * sizeof *search->area_ring);
    search->area_ring[0] = 0;
}

static void add_arc_box(struct search *search, uint32_t arc)
{
    const struct eg_topology *topology = search->topology;
    struct eg_box box = eg_box_empty();
    for (uint32_t i = topology->arc_start[arc]; i < topology->arc_start[arc + 1]; i++) {
        box = eg_box_add(box, topology->points[i]);
    }
    uint32_t left = topology->left[arc], right = topology->right[arc];
    search->boxes[left] = eg_topology_join_boxes(search->boxes[left], box);
    if (right != EG_NO_AREA) search->boxes[right] = eg_topology_join_boxes(search->boxes[right], box);
}

static enum eg_status list_boxes(struct search *search, struct eg_error *err)
{
    uint32_t n_areas = search->topology->n_areas, n = 0;
    struct eg_box *boxes = eg_memory_array(n_areas, sizeof *boxes);
    if (!boxes) return eg_error_no_memory(err, n_areas * sizeof *boxes);

    for (uint32_t a = 0; a < n_areas; a++) search->boxes[a] = eg_box_empty();
    for (uint32_t arc = 0; arc < search->topology->n_arcs; arc++) add_arc_box(search, arc);
    for (uint32_t a = 0; a < n_areas; a++) {
        if (eg_box_is_empty(search->boxes[a])) continue;
        search->tree_area[n] = a;
        boxes[n++] = search->boxes[a];
    }
    enum eg_status st = eg_topology_tree_init(&search->tree, boxes, n, err);
    free(boxes);
    return st;
}

static enum eg_status search_init(struct search *search, struct eg_error *err)
{
    size_t n_areas = search->topology->n_areas;
    search->area_ring = eg_memory_zeroed(n_areas + 1, sizeof *search->area_ring);
    search->rings = eg_memory_array(search->topology->n_rings, sizeof *search->rings);
    search->boxes = eg_memory_array(n_areas, sizeof *search->boxes);
    search->tree_area = eg_memory_array(n_areas, sizeof *search->tree_area);
    search->done = eg_memory_zeroed(n_areas, sizeof *search->done);
    search->queued = eg_memory_zeroed(n_areas, sizeof *search->queued);
    search->queue = eg_memory_array(n_areas, sizeof *search->queue);
    if (!search->area_ring || !search->rings || !search->boxes || !search->tree_area || !search->done ||
        !search->queued || !search->queue) {
        return eg_error_no_memory(err, n_areas * sizeof *search->boxes);
    }
    list_rings(search);
    return list_boxes(search, err);
}

static void search_clear(struct search *search)
{
    eg_topology_tree_clear(&search->tree);
    free(search->area_ring);
    free(search->rings);
    free(search->boxes);
    free(search->tree_area);
    free(search->done);
    free(search->queued);
    free(search->queue);
    free(search->ours.edges);
    free(search->theirs.edges);
    free(search->ours_near.edges);
    free(search->theirs_near.edges);
    free(search->stops);
}

static bool any_seed(const bool *seed, uint32_t n)
{
    for (uint32_t a = 0; a < n; a++) {
        if (seed[a]) return true;
    }
    return false;
}

/* Counts the pairs of areas that cover the same ground, starting from the seeds; marks both of each pair in
 * suspect[n_areas]. */
static enum eg_status find_overlaps(const struct eg_topology *topology, const bool *seed, bool *suspect,
                                    uint32_t *n_overlaps_out, struct eg_error *err)
{
    struct search search = {.topology = topology};
    uint32_t n_overlaps = 0;

    *n_overlaps_out = 0;
    if (!any_seed(seed, topology->n_areas)) return EG_OK;
    enum eg_status st = search_init(&search, err);
    for (uint32_t a = 0; !st && a < topology->n_areas; a++) {
        if (seed[a]) enqueue(&search, a);
    }
    for (uint32_t i = 0; !st && i < search.n_queued; i++) {
        if (!try_area(&search, search.queue[i], suspect, &n_overlaps)) {
            st = eg_error_no_memory(err, search.ours.n * sizeof *search.ours.edges);
        }
    }
    search_clear(&search);
    if (!st) *n_overlaps_out = n_overlaps;
    return st;
}

/* A seed is suspect even when it overlaps no other area: it covers some ground twice, or turns back into itself. */
enum eg_status eg_topology_examine(const struct eg_topology *topology, struct eg_topology_report *report,
                                   bool *suspect, struct eg_error *err)
{
    struct eg_topology_coast coast;
    enum eg_status st = eg_topology_coast_init(&coast, topology, err);
    if (st) return st;
    st = eg_topology_faces(&coast, &report->n_gaps, err);
    if (!st) st = find_overlaps(topology, coast.seed, suspect, &report->n_overlaps, err);
    for (uint32_t a = 0; !st && a < topology->n_areas; a++) suspect[a] = suspect[a] || coast.seed[a];
    eg_topology_coast_clear(&coast);
    return st;
}
