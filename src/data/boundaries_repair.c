/* Only the areas that the topology suspects come here (they touch themselves, cross themselves, or claim ground that another
 * area claims too): 94 of England's and Wales's 34,753 LSOAs, all of them rings that touch themselves in a point.
 *
 * First GEOS's make-valid for each. Then, pair by pair in the order of the source, the later area loses what the earlier one
 * covers, or, where it lies wholly within, the earlier one makes room. Coordinates are grid units as doubles, exact; what GEOS computes is snapped to the grid again, and the second run of
 * the topology puts the new corners into the neighbours' borders.
 *
 * A repair that leaves every edge where it was (a ring that touches itself becomes two rings over the same edges) changes no
 * border, so the topology need not be built again. It is recognised by a sum of hashes over the edges, and by the area: a
 * figure of eight has the same edges, but one of its lobes was inside out. */
#include "data/boundaries.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <geos_c.h>

#include "base/hash.h"
#include "base/memory.h"
#include "data/geos.h"
#include "data/ring_store.h"

struct suspect_area {
    uint32_t area;
    uint32_t order; /* in the source */
    uint32_t first_ring, n_rings;
    struct eg_box box;
    GEOSGeometry *geometry;
    bool changed;
};

struct repair {
    struct eg_rings *rings;
    const struct eg_source_areas *areas;
    struct eg_arena *arena;
    struct eg_boundaries_report *report;
    struct eg_geos geos;
    struct suspect_area *items; /* [n] in the order of the source */
    size_t n;
    uint32_t n_overlaps; /* pairs that claimed the same ground when each of the two was valid */
    struct eg_error *err;
};

/* --- edges: are they still the same? --------------------------------------------------------------------------------- */

struct edge_sum {
    uint64_t hash;  /* sum over undirected edges */
    double area_x2; /* shells less holes */
};

static void add_edges(struct edge_sum *sum, const struct eg_point *points, size_t n, bool is_hole)
{
    double area_x2 = 0;
    for (size_t i = 0; i < n; i++) {
        struct eg_point a = points[i];
        struct eg_point b = points[i + 1 < n ? i + 1 : 0];
        bool ordered = a.x < b.x || (a.x == b.x && a.y < b.y);
        struct eg_point edge[2] = {ordered ? a : b, ordered ? b : a};
        sum->hash += eg_hash64(edge, sizeof edge, 0);
        area_x2 += ((double)a.x - points[0].x) * ((double)b.y - points[0].y) -
                   ((double)b.x - points[0].x) * ((double)a.y - points[0].y);
    }
    sum->area_x2 += is_hole ? -fabs(area_x2) : fabs(area_x2);
}

static bool is_same_sum(struct edge_sum a, struct edge_sum b)
{
    return a.hash == b.hash && fabs(a.area_x2 - b.area_x2) <= 1e-9 * fabs(a.area_x2) + 0.5;
}

static size_t ring_length(const struct eg_rings *rings, uint32_t ring)
{
    return rings->ring_start[ring + 1] - rings->ring_start[ring];
}

static struct edge_sum sum_of_rings(const struct eg_rings *rings, const struct suspect_area *item)
{
    struct edge_sum sum = {0};
    for (uint32_t r = item->first_ring; r < item->first_ring + item->n_rings; r++) {
        add_edges(&sum, rings->points + rings->ring_start[r], ring_length(rings, r), rings->ring_is_hole[r]);
    }
    return sum;
}

static enum eg_status store_ring(void *context, const double *xy, size_t n, bool is_hole,
                                 struct eg_error *err)
{
    struct eg_ring_store *store = context;
    double unit = eg_grid_web_mercator().unit;
    double *metres = eg_memory_array(2 * n, sizeof *metres);
    if (!metres) return eg_error_no_memory(err, 2 * n * sizeof *metres);
    for (size_t i = 0; i < 2 * n; i++) metres[i] = xy[i] * unit;
    enum eg_status status = eg_ring_store_add(store, metres, n, is_hole, err);
    free(metres);
    return status;
}

static enum eg_status sum_of_geometry(struct repair *repair, const GEOSGeometry *geometry,
                                      struct edge_sum *sum_out)
{
    struct eg_ring_store store = {0};
    enum eg_status status = eg_geos_visit_rings(&repair->geos, geometry, store_ring, &store, repair->err);
    struct edge_sum sum = {0};
    for (size_t r = 0; status == EG_OK && r < store.n_rings; r++) {
        add_edges(&sum, store.points + store.ring_start[r], store.ring_start[r + 1] - store.ring_start[r],
                  store.is_hole[r]);
    }
    eg_ring_store_clear(&store);
    *sum_out = sum;
    return status;
}

/* --- geometries out of rings ------------------------------------------------------------------------------------------ */

/* A shell and the holes after it. */
static GEOSGeometry *polygon_of(struct repair *repair, uint32_t first_ring, uint32_t n_rings)
{
    const struct eg_rings *rings = repair->rings;
    uint32_t base = rings->ring_start[first_ring];
    size_t n = rings->ring_start[first_ring + n_rings] - base;
    double *xy = eg_memory_array(2 * n, sizeof *xy);
    uint32_t *start = eg_memory_array((size_t)n_rings + 1, sizeof *start);
    GEOSGeometry *polygon = NULL;
    if (xy && start) {
        for (size_t i = 0; i < n; i++) {
            xy[2 * i] = rings->points[base + i].x;
            xy[2 * i + 1] = rings->points[base + i].y;
        }
        for (uint32_t r = 0; r <= n_rings; r++) start[r] = rings->ring_start[first_ring + r] - base;
        polygon = eg_geos_polygon(&repair->geos, &(struct eg_flat_polygon){xy, start, n_rings});
    }
    free(xy);
    free(start);
    return polygon;
}

static GEOSGeometry *geometry_of(struct repair *repair, const struct suspect_area *item)
{
    GEOSGeometry **parts = eg_memory_zeroed(item->n_rings, sizeof *parts);
    if (!parts) return NULL;
    unsigned n = 0;
    bool complete = true;
    uint32_t end = item->first_ring + item->n_rings;
    for (uint32_t r = item->first_ring; r < end && complete;) {
        uint32_t next = r + 1;
        while (next < end && repair->rings->ring_is_hole[next]) next++;
        parts[n] = polygon_of(repair, r, next - r);
        if (parts[n]) n++;
        else complete = false;
        r = next;
    }
    GEOSGeometry *geometry = NULL;
    if (complete) {
        geometry = GEOSGeom_createCollection_r(repair->geos.handle, GEOS_MULTIPOLYGON, parts, n);
    } else {
        for (unsigned i = 0; i < n; i++) eg_geos_destroy(&repair->geos, parts[i]);
    }
    free(parts);
    return geometry;
}

static struct eg_box box_of(const struct eg_rings *rings, const struct suspect_area *item)
{
    struct eg_box box = eg_box_empty();
    uint32_t end = rings->ring_start[item->first_ring + item->n_rings];
    for (uint32_t i = rings->ring_start[item->first_ring]; i < end; i++)
        box = eg_box_add(box, rings->points[i]);
    return box;
}

/* --- invalid polygons -------------------------------------------------------------------------------------------------- */

static enum eg_status make_valid(struct repair *repair, struct suspect_area *item)
{
    GEOSGeometry *geometry = geometry_of(repair, item);
    bool was_invalid = false;
    char reason[96] = "";
    if (geometry) geometry = eg_geos_make_valid(&repair->geos, geometry, &was_invalid, reason, sizeof reason);
    if (!geometry) return eg_geos_failure(&repair->geos, "repairing a polygon", repair->err);
    item->geometry = geometry;
    if (!was_invalid) return EG_OK;
    repair->report->n_repaired++;
    eg_boundaries_sample(repair->report, repair->arena, repair->areas->codes[item->area], reason);
    struct edge_sum after;
    enum eg_status status = sum_of_geometry(repair, geometry, &after);
    item->changed = !is_same_sum(sum_of_rings(repair->rings, item), after);
    return status;
}

/* --- ground claimed twice ---------------------------------------------------------------------------------------------- */

struct pair {
    uint32_t earlier, later; /* positions among the suspects */
};

struct pair_list {
    struct pair *items;
    size_t n, capacity;
};

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *p = a;
    const struct pair *q = b;
    if (p->later != q->later) return p->later < q->later ? -1 : 1;
    return p->earlier < q->earlier ? -1 : p->earlier > q->earlier;
}

static int compare_by_left_edge(const void *a, const void *b)
{
    const struct suspect_area *const *p = a;
    const struct suspect_area *const *q = b;
    if ((*p)->box.min_x != (*q)->box.min_x) return (*p)->box.min_x < (*q)->box.min_x ? -1 : 1;
    return (*p)->order < (*q)->order ? -1 : (*p)->order > (*q)->order;
}

static bool add_pair(struct pair_list *pairs, const struct suspect_area *items, const struct suspect_area *a,
                     const struct suspect_area *b)
{
    void *list = pairs->items;
    if (!eg_memory_reserve(&list, &pairs->capacity, pairs->n + 1, sizeof *pairs->items)) return false;
    pairs->items = list;
    uint32_t i = (uint32_t)(a - items);
    uint32_t j = (uint32_t)(b - items);
    pairs->items[pairs->n++] = (struct pair){i < j ? i : j, i < j ? j : i};
    return true;
}

/* All pairs whose boxes meet, by a sweep from west to east. */
static bool find_pairs(struct repair *repair, struct pair_list *pairs)
{
    struct suspect_area **sorted = eg_memory_array(repair->n, sizeof(struct suspect_area *));
    if (!sorted) return false;
    for (size_t i = 0; i < repair->n; i++) sorted[i] = &repair->items[i];
    qsort(sorted, repair->n, sizeof(struct suspect_area *), compare_by_left_edge);
    bool done = true;
    for (size_t i = 0; i < repair->n && done; i++) {
        for (size_t j = i + 1; j < repair->n && done && sorted[j]->box.min_x <= sorted[i]->box.max_x; j++) {
            if (eg_box_meets(sorted[i]->box, sorted[j]->box))
                done = add_pair(pairs, repair->items, sorted[i], sorted[j]);
        }
    }
    free(sorted);
    if (done && pairs->n > 1) qsort(pairs->items, pairs->n, sizeof *pairs->items, compare_pairs);
    return done;
}

static void replace_geometry(struct repair *repair, struct suspect_area *item, GEOSGeometry *geometry)
{
    eg_geos_destroy(&repair->geos, item->geometry);
    item->geometry = geometry;
    item->changed = true;
}

static void note_overlap(struct repair *repair, const struct suspect_area *loser,
                         const struct suspect_area *keeper, const char *how)
{
    struct eg_text finding = eg_text_format(repair->arena, "%s %.*s, which keeps the ground", how,
                                            EG_TEXT_ARG(repair->areas->codes[keeper->area]));
    if (!finding.data) return;
    eg_boundaries_sample(repair->report, repair->arena, repair->areas->codes[loser->area], finding.data);
}

/* The later area loses what the earlier one covers; unless that were all of it: then it is an enclave that was drawn without a
 * hole round it, and the earlier one gives way. */
static enum eg_status share_ground(struct repair *repair, struct suspect_area *earlier,
                                   struct suspect_area *later)
{
    GEOSGeometry *rest = GEOSDifference_r(repair->geos.handle, later->geometry, earlier->geometry);
    GEOSGeometry *around = NULL;
    if (rest && GEOSisEmpty_r(repair->geos.handle, rest) == 1) {
        around = GEOSDifference_r(repair->geos.handle, earlier->geometry, later->geometry);
    }
    if (around && GEOSisEmpty_r(repair->geos.handle, around) == 0) {
        eg_geos_destroy(&repair->geos, rest);
        replace_geometry(repair, earlier, around);
        note_overlap(repair, earlier, later, "surrounds");
        return EG_OK;
    }
    eg_geos_destroy(&repair->geos, around);
    if (!rest) return eg_geos_failure(&repair->geos, "taking overlapping ground from an area", repair->err);
    replace_geometry(repair, later, rest);
    note_overlap(repair, later, earlier, "overlaps");
    return EG_OK;
}

static enum eg_status settle_pair(struct repair *repair, struct pair pair)
{
    struct suspect_area *earlier = &repair->items[pair.earlier];
    struct suspect_area *later = &repair->items[pair.later];
    char meets = GEOSRelatePattern_r(repair->geos.handle, later->geometry, earlier->geometry, "T********");
    if (meets == 0) return EG_OK;
    if (meets != 1) return eg_geos_failure(&repair->geos, "comparing two areas", repair->err);
    repair->n_overlaps++;
    return share_ground(repair, earlier, later);
}

static enum eg_status settle_overlaps(struct repair *repair)
{
    struct pair_list pairs = {0};
    enum eg_status status = EG_OK;
    if (!find_pairs(repair, &pairs))
        status = eg_error_no_memory(repair->err, repair->n * sizeof *repair->items);
    for (size_t i = 0; i < pairs.n && status == EG_OK; i++) status = settle_pair(repair, pairs.items[i]);
    free(pairs.items);
    return status;
}

/* --- back into rings ---------------------------------------------------------------------------------------------------- */

static enum eg_status copy_rings(struct repair *repair, struct eg_ring_store *store, uint32_t first,
                                 uint32_t end)
{
    const struct eg_rings *rings = repair->rings;
    enum eg_status status = EG_OK;
    for (uint32_t r = first; r < end && status == EG_OK; r++) {
        status = eg_ring_store_add_points(store, rings->points + rings->ring_start[r], ring_length(rings, r),
                                          rings->ring_is_hole[r], repair->err);
    }
    return status;
}

static uint32_t end_of_area(const struct eg_rings *rings, uint32_t first)
{
    uint32_t r = first;
    while (r < rings->n_rings && rings->ring_area[r] == rings->ring_area[first]) r++;
    return r;
}

/* item_of[n_areas]: the changed suspect, or NULL. runs[n_areas]. */
static enum eg_status rebuild(struct repair *repair, struct suspect_area **item_of, struct eg_ring_run *runs)
{
    struct eg_rings *rings = repair->rings;
    struct eg_ring_store store = {0};
    enum eg_status status = EG_OK;
    size_t n_runs = 0;
    for (uint32_t r = 0; r < rings->n_rings && status == EG_OK;) {
        uint32_t area = rings->ring_area[r];
        uint32_t end = end_of_area(rings, r);
        uint32_t first = (uint32_t)store.n_rings;
        if (item_of[area]) {
            status =
                eg_geos_visit_rings(&repair->geos, item_of[area]->geometry, store_ring, &store, repair->err);
        } else {
            status = copy_rings(repair, &store, r, end);
        }
        runs[n_runs++] = (struct eg_ring_run){first, (uint32_t)store.n_rings - first, area};
        r = end;
    }
    struct eg_rings rebuilt = {0};
    if (status == EG_OK)
        status = eg_ring_store_take(&store, runs, n_runs, rings->n_areas, &rebuilt, repair->err);
    eg_ring_store_clear(&store);
    if (status) return status;
    eg_rings_clear(rings);
    *rings = rebuilt;
    return EG_OK;
}

static enum eg_status put_back(struct repair *repair, bool *changed_out)
{
    uint32_t n_areas = repair->rings->n_areas;
    struct suspect_area **item_of = eg_memory_zeroed(n_areas, sizeof(struct suspect_area *));
    struct eg_ring_run *runs = eg_memory_zeroed(n_areas, sizeof *runs);
    enum eg_status status = EG_OK;
    bool changed = false;
    if (!item_of || !runs) {
        status = eg_error_no_memory(repair->err, n_areas * sizeof *runs);
        goto done;
    }
    for (size_t i = 0; i < repair->n; i++) {
        if (!repair->items[i].changed) continue;
        item_of[repair->items[i].area] = &repair->items[i];
        changed = true;
    }
    if (changed) status = rebuild(repair, item_of, runs);
    if (status == EG_OK) *changed_out = changed;
done:
    free(item_of);
    free(runs);
    return status;
}

/* --- suspects ------------------------------------------------------------------------------------------------------------ */

static int compare_by_order(const void *a, const void *b)
{
    const struct suspect_area *p = a;
    const struct suspect_area *q = b;
    return p->order < q->order ? -1 : p->order > q->order;
}

static bool collect(struct repair *repair, const bool *suspect)
{
    const struct eg_rings *rings = repair->rings;
    size_t n = 0;
    for (uint32_t i = 0; i < rings->n_areas; i++) n += suspect[i];
    repair->items = eg_memory_zeroed(n, sizeof *repair->items);
    if (!repair->items) return false;
    for (uint32_t r = 0; r < rings->n_rings;) {
        uint32_t end = end_of_area(rings, r);
        uint32_t area = rings->ring_area[r];
        if (suspect[area]) {
            struct suspect_area *item = &repair->items[repair->n++];
            *item = (struct suspect_area){.area = area,
                                          .order = repair->areas->source_order[area],
                                          .first_ring = r,
                                          .n_rings = end - r};
            item->box = box_of(rings, item);
        }
        r = end;
    }
    if (repair->n > 1) qsort(repair->items, repair->n, sizeof *repair->items, compare_by_order);
    return true;
}

static enum eg_status run(struct repair *repair, bool *changed_out)
{
    enum eg_status status = eg_geos_open(&repair->geos, repair->err);
    for (size_t i = 0; i < repair->n && status == EG_OK; i++) status = make_valid(repair, &repair->items[i]);
    if (status == EG_OK) status = settle_overlaps(repair);
    if (status == EG_OK) status = put_back(repair, changed_out);
    for (size_t i = 0; i < repair->n; i++) {
        if (repair->items[i].geometry) eg_geos_destroy(&repair->geos, repair->items[i].geometry);
    }
    eg_geos_close(&repair->geos);
    return status;
}

enum eg_status eg_boundaries_repair(const struct eg_boundaries_wish *wish, struct eg_source_areas *areas,
                                    const bool *suspect, struct eg_boundaries_report *report,
                                    bool *changed_out, struct eg_error *err)
{
    struct repair repair = {
        .rings = &areas->rings, .areas = areas, .arena = wish->arena, .report = report, .err = err};
    *changed_out = false;
    enum eg_status status = EG_OK;
    if (!collect(&repair, suspect)) status = eg_error_no_memory(err, areas->n_areas * sizeof *repair.items);
    if (status == EG_OK && repair.n > 0) status = run(&repair, changed_out);
    /* A polygon that crosses itself is inside out in places, and seems to lie upon its neighbours until it is repaired. */
    uint32_t *n_overlaps = &report->topology.n_overlaps;
    if (status == EG_OK && *n_overlaps > repair.n_overlaps) *n_overlaps = repair.n_overlaps;
    free(repair.items);
    return status;
}
