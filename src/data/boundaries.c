/* Areas out of features, borders out of areas. Sources are mostly sorted by code already, with one feature per area; then
 * nothing is moved. */
#include "data/boundaries.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "data/boundaries_internal.h"
#include "data/gdal_setup.h"

void eg_boundaries_sample(struct eg_boundaries_report *report, struct eg_arena *arena, struct eg_text code,
                          const char *finding)
{
    if (report->n_samples >= EG_REPORT_SAMPLES) return;
    struct eg_text text = eg_text_format(arena, "%.*s: %s", EG_TEXT_ARG(code), finding);
    /* An example that finds no memory is left out; the count stands. */
    if (text.data) report->samples[report->n_samples++] = text;
}

enum eg_status eg_feature_list_add(struct eg_feature_list *list, const struct eg_feature *feature,
                                   struct eg_error *err)
{
    void *items = list->items;
    if (!eg_memory_reserve(&items, &list->capacity, list->n + 1, sizeof *list->items)) {
        return eg_error_no_memory(err, sizeof *list->items);
    }
    list->items = items;
    list->items[list->n++] = *feature;
    return EG_OK;
}

/* --- areas ----------------------------------------------------------------------------------------------------------- */

/* By code, then in the source's order. */
static int compare_features(const void *a, const void *b)
{
    const struct eg_feature *left = a;
    const struct eg_feature *right = b;
    int order = eg_text_compare(left->key, right->key);
    if (order != 0) return order;
    return left->number < right->number ? -1 : left->number > right->number;
}

static void sort_features(struct eg_feature_list *list)
{
    for (size_t i = 1; i < list->n; i++) {
        if (compare_features(&list->items[i - 1], &list->items[i]) < 0) continue;
        qsort(list->items, list->n, sizeof *list->items, compare_features);
        return;
    }
}

static uint32_t count_areas(const struct eg_feature_list *list)
{
    uint32_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        if (i == 0 || !eg_text_equal(list->items[i - 1].key, list->items[i].key)) n++;
    }
    return n;
}

static bool allocate_areas(const struct eg_boundaries_wish *wish, uint32_t n, struct eg_source_areas *areas)
{
    areas->n_areas = n;
    areas->codes = eg_arena_array(wish->arena, n, sizeof *areas->codes);
    areas->names = eg_arena_array(wish->arena, n, sizeof *areas->names);
    areas->extra = eg_arena_array(wish->arena, (size_t)n * wish->n_extra, sizeof *areas->extra);
    areas->source_order = eg_arena_array(wish->arena, n, sizeof *areas->source_order);
    return areas->codes && areas->names && areas->extra && areas->source_order;
}

static void begin_area(const struct eg_boundaries_wish *wish, const struct eg_feature *feature, uint32_t area,
                       struct eg_source_areas *areas)
{
    areas->codes[area] = feature->key;
    areas->names[area] = feature->name.len > 0 ? feature->name : feature->key;
    areas->source_order[area] = feature->number;
    for (uint32_t i = 0; i < wish->n_extra; i++) {
        areas->extra[(size_t)area * wish->n_extra + i] = feature->extra[i];
    }
}

/* A later feature of the same area must lie in the same larger areas. */
static enum eg_status check_extra(const struct eg_boundaries_wish *wish, const struct eg_feature *feature,
                                  const struct eg_feature *first, struct eg_error *err)
{
    for (uint32_t i = 0; i < wish->n_extra; i++) {
        if (eg_text_equal(feature->extra[i], first->extra[i])) continue;
        return eg_error_set(
            err, EG_INVALID,
            "boundaries %.*s: '%.*s' has '%.*s' in column %.*s of feature %u, but '%.*s' in feature %u",
            EG_TEXT_ARG(wish->spec->id), EG_TEXT_ARG(feature->key), EG_TEXT_ARG(first->extra[i]),
            EG_TEXT_ARG(wish->extra[i]), first->number + 1, EG_TEXT_ARG(feature->extra[i]),
            feature->number + 1);
    }
    return EG_OK;
}

/* Walks the sorted features: each new code begins an area. runs[list->n]. */
static enum eg_status group_features(const struct eg_boundaries_wish *wish,
                                     const struct eg_feature_list *list, struct eg_ring_run *runs,
                                     struct eg_source_areas *areas, struct eg_boundaries_report *report,
                                     struct eg_error *err)
{
    uint32_t n = 0;
    const struct eg_feature *first = NULL;
    uint32_t n_parts = 0;
    for (size_t i = 0; i < list->n; i++) {
        const struct eg_feature *feature = &list->items[i];
        if (!first || !eg_text_equal(first->key, feature->key)) {
            first = feature;
            n_parts = 0;
            begin_area(wish, feature, n++, areas);
        }
        enum eg_status status = check_extra(wish, feature, first, err);
        if (status) return status;
        if (++n_parts == 2) report->n_multipart++;
        runs[i] = (struct eg_ring_run){feature->first_ring, feature->n_rings, n - 1};
    }
    report->n_areas = n;
    return EG_OK;
}

static enum eg_status make_areas(const struct eg_boundaries_wish *wish, struct eg_feature_list *list,
                                 struct eg_ring_store *store, struct eg_source_areas *areas,
                                 struct eg_boundaries_report *report, struct eg_error *err)
{
    if (list->n == 0) {
        return eg_error_set(
            err, EG_INVALID,
            "boundaries %.*s: '%.*s' gave no area (%u features read%s); check layer, filter and key",
            EG_TEXT_ARG(wish->spec->id), EG_TEXT_ARG(eg_gdal_shown(wish->spec->source)), report->n_features,
            report->n_empty > 0 ? ", all without code or polygon" : "");
    }
    sort_features(list);
    struct eg_ring_run *runs = eg_memory_zeroed(list->n, sizeof *runs);
    if (!runs || !allocate_areas(wish, count_areas(list), areas)) {
        free(runs);
        return eg_error_no_memory(err, list->n * sizeof *runs);
    }
    uint32_t n_dropped = store->n_dropped;
    enum eg_status status = group_features(wish, list, runs, areas, report, err);
    if (status == EG_OK)
        status = eg_ring_store_take(store, runs, list->n, areas->n_areas, &areas->rings, err);
    report->topology.n_rings_dropped = n_dropped;
    free(runs);
    return status;
}

enum eg_status eg_boundaries_read(const struct eg_boundaries_wish *wish, struct eg_source_areas *areas_out,
                                  struct eg_boundaries_report *report, struct eg_error *err)
{
    struct eg_feature_list list = {0};
    struct eg_ring_store store = {0};
    struct eg_source_areas areas = {0};
    enum eg_status status = eg_boundaries_read_features(wish, &list, &store, report, err);
    if (status == EG_OK) status = make_areas(wish, &list, &store, &areas, report, err);
    if (status == EG_OK) *areas_out = areas;
    free(list.items);
    eg_ring_store_clear(&store);
    return status;
}

void eg_source_areas_clear(struct eg_source_areas *areas)
{
    eg_rings_clear(&areas->rings);
}

/* --- borders --------------------------------------------------------------------------------------------------------- */

/* Ground metres of a length on the web Mercator grid, at the latitude where the areas lie. */
static double ground_m(const struct eg_rings *rings, double units)
{
    double sum_y = 0;
    uint32_t n = rings->n_rings;
    for (uint32_t r = 0; r < n; r++) sum_y += rings->points[rings->ring_start[r]].y;
    double y_m = n > 0 ? sum_y / n * eg_grid_web_mercator().unit : 0;
    double radians = M_PI * y_m / EG_MERCATOR_HALF_M;
    return units * eg_grid_web_mercator().unit / cosh(radians);
}

/* Grid units of the tolerance, which the atlas states in metres on the ground. */
static double snap_units(const struct eg_rings *rings, double snap_m)
{
    double metres_per_unit = ground_m(rings, 1.0);
    return metres_per_unit > 0 ? snap_m / metres_per_unit : 0;
}

/* What the source was like counts, not what sharing the ground made of it. */
static void merge_reports(struct eg_topology_report *report, const struct eg_topology_report *first)
{
    report->n_ring_points = first->n_ring_points;
    report->n_overlaps = first->n_overlaps;
    report->n_snapped += first->n_snapped;
    report->snap_max_units = fmax(report->snap_max_units, first->snap_max_units);
    report->n_rings_dropped += first->n_rings_dropped;
}

/* Builds the topology; when GEOS had to change a border, builds it once more. */
static enum eg_status find_borders(const struct eg_boundaries_wish *wish, struct eg_source_areas *areas,
                                   struct eg_topology **topology_out, struct eg_boundaries_report *report,
                                   struct eg_error *err)
{
    struct eg_topology_options options = {.snap_units = snap_units(&areas->rings, wish->spec->snap_m)};
    uint32_t n_dropped_reading = report->topology.n_rings_dropped;
    bool *suspect = eg_memory_zeroed(areas->n_areas, sizeof *suspect);
    if (!suspect) return eg_error_no_memory(err, areas->n_areas);
    struct eg_topology *topology = NULL;
    struct eg_topology_report first = {0};
    enum eg_status status = eg_topology_build(&areas->rings, &options, &topology, &first, suspect, err);
    report->topology = first;
    bool changed = false;
    if (status == EG_OK) {
        status = eg_boundaries_repair(wish, areas, suspect, report, &changed, err);
        first = report->topology;
    }
    if (status == EG_OK && changed) {
        eg_topology_free(topology);
        topology = NULL;
        status = eg_topology_build(&areas->rings, &options, &topology, &report->topology, NULL, err);
        if (status == EG_OK) merge_reports(&report->topology, &first);
    }
    report->topology.n_rings_dropped += n_dropped_reading;
    free(suspect);
    if (status) eg_topology_free(topology);
    else *topology_out = topology;
    return status;
}

enum eg_status eg_boundaries_build(const struct eg_boundaries_wish *wish, struct eg_source_areas *areas,
                                   uint32_t n_threads, struct eg_plane **plane_out,
                                   struct eg_boundaries_report *report, struct eg_error *err)
{
    struct eg_topology *topology = NULL;
    enum eg_status status = find_borders(wish, areas, &topology, report, err);
    if (status == EG_OK) report->snap_max_m = ground_m(&areas->rings, report->topology.snap_max_units);
    eg_rings_clear(&areas->rings);
    struct eg_plane *plane = NULL;
    if (status == EG_OK) status = eg_plane_build(topology, eg_grid_web_mercator(), n_threads, &plane, err);
    eg_topology_free(topology);
    if (status) return status;
    report->plane_bytes = plane->bytes;
    *plane_out = plane;
    return EG_OK;
}
