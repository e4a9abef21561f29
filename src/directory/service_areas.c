/* Named areas: some thousand pairs of area and entry, sorted by area. A question about a level that entries do not name climbs
 * (who names the area around this one?) by one look-up, and descends (who names a part of it?) by asking every named area for
 * its parent: a few nanoseconds each.
 *
 * Polygons: a box each, then the rings. Their number is small (tens to some hundred), so they stand in a list. */
#include "directory/service_areas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "directory/bits.h"
#include "geo/crs.h"
#include "stats/sort.h"

/* --- building ------------------------------------------------------------------------------------------------------------ */

struct builder {
    uint32_t n; /* entries */
    const struct eg_entry *const *in_order;
    struct eg_service_areas areas;
    struct eg_arena *arena;
    struct eg_sort_item *pairs; /* key: boundaries and area; row: the entry's number */
    size_t n_pairs;
};

static uint64_t count_codes_of(const struct eg_entry *entry)
{
    uint64_t n = 0;
    for (uint32_t s = 0; s < eg_entry_count_served(entry); s++) n += eg_entry_served(entry, s).n;
    return n;
}

static uint64_t count_codes(const struct builder *builder)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < builder->n; i++) n += count_codes_of(builder->in_order[i]);
    return n;
}

/* The area of a code, or EG_TEXTMAP_NONE. */
static uint32_t area_of(const struct eg_generation *generation, uint32_t boundaries, struct eg_text code)
{
    if (!generation || boundaries == EG_ATLAS_NONE) return EG_TEXTMAP_NONE;
    return eg_textmap_get(generation->area_sets[boundaries].by_code, code);
}

static void resolve_set(struct builder *builder, uint32_t number, const struct eg_served_areas *served)
{
    for (uint32_t i = 0; i < served->n; i++) {
        uint32_t area = area_of(builder->areas.generation, served->boundaries, served->codes[i]);
        if (area != EG_TEXTMAP_NONE) {
            uint64_t key = (uint64_t)served->boundaries << 32U | area;
            builder->pairs[builder->n_pairs++] = (struct eg_sort_item){.key = key, .row = number};
        } else if (builder->areas.n_unknown_met++ == 0) {
            builder->areas.first_unknown = number;
        }
    }
}

static void resolve_codes(struct builder *builder, uint32_t number)
{
    const struct eg_entry *entry = builder->in_order[number];
    for (uint32_t s = 0; s < eg_entry_count_served(entry); s++) {
        struct eg_served_areas served = eg_entry_served(entry, s);
        resolve_set(builder, number, &served);
    }
}

/* One run of equal keys is one named area. */
static enum eg_status store_named(struct builder *builder, const struct eg_sort_item *sorted,
                                  struct eg_error *err)
{
    uint32_t n = (uint32_t)builder->n_pairs;
    uint32_t n_named = 0;
    for (uint32_t i = 0; i < n; i++) n_named += i == 0 || sorted[i].key != sorted[i - 1].key;
    struct eg_named_area *named = eg_arena_array(builder->arena, n_named, sizeof *named);
    uint32_t *start = eg_arena_array(builder->arena, (size_t)n_named + 1, sizeof *start);
    uint32_t *numbers = eg_arena_array(builder->arena, n, sizeof *numbers);
    if (!named || !start || !numbers) return eg_error_no_memory(err, n * sizeof *numbers);
    uint32_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (i == 0 || sorted[i].key != sorted[i - 1].key) {
            named[at] = (struct eg_named_area){(uint32_t)(sorted[i].key >> 32U), (uint32_t)sorted[i].key};
            start[at++] = i;
        }
        numbers[i] = sorted[i].row;
    }
    start[n_named] = n;
    builder->areas.n_named = n_named;
    builder->areas.named = named;
    builder->areas.start = start;
    builder->areas.numbers = numbers;
    return EG_OK;
}

static enum eg_status build_named(struct builder *builder, struct eg_error *err)
{
    uint64_t n = count_codes(builder);
    if (n >= UINT32_MAX) return eg_error_set(err, EG_LIMIT, "the entries name more than four billion areas");
    struct eg_sort_item *scratch = eg_memory_array(n, sizeof *scratch);
    builder->pairs = eg_memory_array(n, sizeof *builder->pairs);
    enum eg_status status = EG_OK;
    if (scratch && builder->pairs) {
        for (uint32_t i = 0; i < builder->n; i++) resolve_codes(builder, i);
        builder->areas.n_unknown_codes = builder->areas.n_unknown_met;
        status = store_named(builder, eg_sort_items(builder->pairs, scratch, builder->n_pairs), err);
    } else {
        status = eg_error_no_memory(err, n * sizeof *scratch);
    }
    free(scratch);
    free(builder->pairs);
    return status;
}

static struct eg_bounds box_of(const struct eg_entry *entry)
{
    struct eg_bounds box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (uint32_t i = 0; i < entry->area_ring_start[entry->n_area_rings]; i++) {
        const double *at = entry->area_lonlat + 2 * (size_t)i;
        box.min_x = fmin(box.min_x, at[0]);
        box.min_y = fmin(box.min_y, at[1]);
        box.max_x = fmax(box.max_x, at[0]);
        box.max_y = fmax(box.max_y, at[1]);
    }
    return box;
}

static enum eg_status build_polygons(struct builder *builder, struct eg_error *err)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < builder->n; i++) n += builder->in_order[i]->n_area_rings > 0;
    struct eg_service_polygon *polygons = eg_arena_array(builder->arena, n, sizeof *polygons);
    if (!polygons) return eg_error_no_memory(err, n * sizeof *polygons);
    n = 0;
    for (uint32_t i = 0; i < builder->n; i++) {
        const struct eg_entry *entry = builder->in_order[i];
        if (entry->n_area_rings > 0) polygons[n++] = (struct eg_service_polygon){i, box_of(entry), entry};
    }
    builder->areas.n_polygons = n;
    builder->areas.polygons = polygons;
    return EG_OK;
}

enum eg_status eg_service_areas_build(const struct eg_entries *entries,
                                      const struct eg_entry *const *in_order,
                                      const struct eg_generation *generation, struct eg_arena *arena,
                                      struct eg_service_areas *areas_out, struct eg_error *err)
{
    struct builder builder = {
        .n = entries->n, .in_order = in_order, .areas = {.generation = generation}, .arena = arena};
    enum eg_status status = build_named(&builder, err);
    if (status == EG_OK) status = build_polygons(&builder, err);
    if (status == EG_OK) *areas_out = builder.areas;
    return status;
}

/* --- following ----------------------------------------------------------------------------------------------------------- */

/* Pairs of entries that stay, which are in order. */
static void keep_pairs(struct builder *builder, const struct eg_service_areas *before,
                       const struct eg_renumbering *by)
{
    for (uint32_t a = 0; a < before->n_named; a++) {
        uint64_t key = (uint64_t)before->named[a].boundaries << 32U | before->named[a].area;
        for (uint32_t i = before->start[a]; i < before->start[a + 1]; i++) {
            uint32_t number = by->to[before->numbers[i]];
            if (number != EG_NUMBER_GONE)
                builder->pairs[builder->n_pairs++] = (struct eg_sort_item){.key = key, .row = number};
        }
    }
}

static int compare_pairs(const void *a, const void *b)
{
    const struct eg_sort_item *x = a;
    const struct eg_sort_item *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

/* The last n_came pairs into the others, from behind; sorted[] is room for them. */
static void merge_pairs(struct builder *builder, size_t n_came, struct eg_sort_item *sorted)
{
    size_t kept = builder->n_pairs - n_came, at = builder->n_pairs;
    if (n_came == 0) return;
    memcpy(sorted, builder->pairs + kept, n_came * sizeof *sorted);
    qsort(sorted, n_came, sizeof *sorted, compare_pairs);
    while (n_came > 0) {
        bool is_kept = kept > 0 && compare_pairs(&builder->pairs[kept - 1], &sorted[n_came - 1]) > 0;
        builder->pairs[--at] = is_kept ? builder->pairs[--kept] : sorted[--n_came];
    }
}

static uint32_t count_unknown(const struct eg_service_areas *areas, const struct eg_entry *entry)
{
    uint32_t n = 0;
    for (uint32_t s = 0; s < eg_entry_count_served(entry); s++) {
        struct eg_served_areas served = eg_entry_served(entry, s);
        for (uint32_t i = 0; i < served.n; i++)
            n += area_of(areas->generation, served.boundaries, served.codes[i]) == EG_TEXTMAP_NONE;
    }
    return n;
}

struct eg_text eg_service_areas_unknown(const struct eg_service_areas *areas, const struct eg_entry *entry)
{
    for (uint32_t s = 0; s < eg_entry_count_served(entry); s++) {
        struct eg_served_areas served = eg_entry_served(entry, s);
        for (uint32_t i = 0; i < served.n; i++)
            if (area_of(areas->generation, served.boundaries, served.codes[i]) == EG_TEXTMAP_NONE)
                return served.codes[i];
    }
    return (struct eg_text){NULL, 0};
}

/* The first before, if it stays, or the first that came; all are looked at when the first before is gone. */
static void find_first_unknown(struct builder *builder, const struct eg_service_areas *before,
                               const struct eg_renumbering *by)
{
    struct eg_service_areas *areas = &builder->areas;
    uint32_t kept = before->n_unknown_codes > 0 ? by->to[before->first_unknown] : EG_NUMBER_GONE;
    if (areas->n_unknown_codes == 0) return;
    if (areas->n_unknown_met == 0 || kept < areas->first_unknown) areas->first_unknown = kept;
    if (before->n_unknown_codes == 0 || kept != EG_NUMBER_GONE) return;
    areas->first_unknown = 0;
    while (count_unknown(areas, by->after[areas->first_unknown]) == 0) areas->first_unknown++;
}

static enum eg_status follow_named(struct builder *builder, const struct eg_service_areas *before,
                                   const struct eg_renumbering *by, struct eg_error *err)
{
    size_t n_came = 0, n_before = before->start[before->n_named];
    for (uint32_t i = 0; i < by->n_come; i++) n_came += count_codes_of(by->after[by->come[i]]);
    builder->pairs = eg_memory_array(n_before + n_came, sizeof *builder->pairs);
    struct eg_sort_item *sorted = eg_memory_array(n_came, sizeof *sorted);
    enum eg_status status = EG_OK;
    if (n_before + n_came >= UINT32_MAX)
        status = eg_error_set(err, EG_LIMIT, "the entries name more than four billion areas");
    else if (!builder->pairs || !sorted)
        status = eg_error_no_memory(err, (n_before + n_came) * sizeof *sorted);
    if (status == EG_OK) {
        keep_pairs(builder, before, by);
        size_t n_kept = builder->n_pairs;
        for (uint32_t i = 0; i < by->n_come; i++) resolve_codes(builder, by->come[i]);
        merge_pairs(builder, builder->n_pairs - n_kept, sorted);
        status = store_named(builder, builder->pairs, err);
    }
    free(sorted);
    free(builder->pairs);
    return status;
}

static enum eg_status follow_polygons(struct builder *builder, const struct eg_service_areas *before,
                                      const struct eg_renumbering *by, struct eg_error *err)
{
    uint32_t n = 0, old = 0, c = 0;
    struct eg_service_polygon *polygons =
        eg_arena_array(builder->arena, (size_t)before->n_polygons + by->n_come, sizeof *polygons);
    if (!polygons) return eg_error_no_memory(err, before->n_polygons * sizeof *polygons);
    while (old < before->n_polygons || c < by->n_come) {
        uint32_t number = old < before->n_polygons ? by->to[before->polygons[old].number] : EG_NUMBER_GONE;
        if (old < before->n_polygons && number == EG_NUMBER_GONE) {
            old++;
        } else if (c < by->n_come && by->come[c] < number) {
            uint32_t came = by->come[c++];
            const struct eg_entry *entry = by->after[came];
            if (entry->n_area_rings > 0)
                polygons[n++] = (struct eg_service_polygon){came, box_of(entry), entry};
        } else {
            polygons[n] = before->polygons[old++];
            polygons[n++].number = number;
        }
    }
    builder->areas.n_polygons = n;
    builder->areas.polygons = polygons;
    return EG_OK;
}

enum eg_status eg_service_areas_follow(const struct eg_service_areas *before,
                                       const struct eg_renumbering *renumbering, struct eg_arena *arena,
                                       struct eg_service_areas *areas_out, struct eg_error *err)
{
    struct builder builder = {.n = renumbering->n_after,
                              .in_order = renumbering->after,
                              .areas = {.generation = before->generation},
                              .arena = arena};
    enum eg_status status = follow_named(&builder, before, renumbering, err);
    if (status == EG_OK) status = follow_polygons(&builder, before, renumbering, err);
    if (status != EG_OK) return status;
    builder.areas.n_unknown_codes = before->n_unknown_codes + builder.areas.n_unknown_met;
    for (uint32_t i = 0; i < renumbering->n_gone; i++)
        builder.areas.n_unknown_codes -= count_unknown(before, renumbering->before[renumbering->gone[i]]);
    find_first_unknown(&builder, before, renumbering);
    *areas_out = builder.areas;
    return EG_OK;
}

/* --- positions ----------------------------------------------------------------------------------------------------------- */

/* Whether the edge is crossed to the east. The lower end comes first, so that the two polygons along a shared edge compute the
 * very same numbers. */
static bool edge_is_crossed(const double *a, const double *b, double lon_deg, double lat_deg)
{
    bool a_is_above = a[1] > lat_deg;
    if (a_is_above == (b[1] > lat_deg)) return false;
    const double *low = a_is_above ? b : a;
    const double *high = a_is_above ? a : b;
    return (high[0] - low[0]) * (lat_deg - low[1]) > (lon_deg - low[0]) * (high[1] - low[1]);
}

bool eg_service_polygon_contains(const struct eg_entry *entry, double lon_deg, double lat_deg)
{
    bool inside = false;
    for (uint32_t ring = 0; ring < entry->n_area_rings; ring++) {
        const double *first = entry->area_lonlat + 2 * (size_t)entry->area_ring_start[ring];
        uint32_t n = entry->area_ring_start[ring + 1] - entry->area_ring_start[ring];
        for (uint32_t i = 0; i < n; i++) {
            const double *next = i + 1 < n ? first + 2 * ((size_t)i + 1) : first;
            if (edge_is_crossed(first + 2 * (size_t)i, next, lon_deg, lat_deg)) inside = !inside;
        }
    }
    return inside;
}

static bool box_holds(struct eg_bounds box, double lon_deg, double lat_deg)
{
    return lon_deg >= box.min_x && lon_deg <= box.max_x && lat_deg >= box.min_y && lat_deg <= box.max_y;
}

static void mark_polygons_at(const struct eg_service_areas *areas, double lon_deg, double lat_deg,
                             uint64_t *bits)
{
    for (uint32_t i = 0; i < areas->n_polygons; i++) {
        const struct eg_service_polygon *polygon = &areas->polygons[i];
        if (!box_holds(polygon->box_deg, lon_deg, lat_deg)) continue;
        if (eg_service_polygon_contains(polygon->entry, lon_deg, lat_deg)) eg_bits_set(bits, polygon->number);
    }
}

static void mark_named(const struct eg_service_areas *areas, uint32_t named, uint64_t *bits)
{
    for (uint32_t i = areas->start[named]; i < areas->start[named + 1]; i++)
        eg_bits_set(bits, areas->numbers[i]);
}

/* Marks who names this very area. */
static void mark_area(const struct eg_service_areas *areas, struct eg_named_area area, uint64_t *bits)
{
    uint32_t low = 0;
    uint32_t high = areas->n_named;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct eg_named_area at = areas->named[middle];
        bool is_before =
            at.boundaries != area.boundaries ? at.boundaries < area.boundaries : at.area < area.area;
        if (is_before) low = middle + 1;
        else high = middle;
    }
    if (low == areas->n_named) return;
    if (areas->named[low].boundaries == area.boundaries && areas->named[low].area == area.area) {
        mark_named(areas, low, bits);
    }
}

void eg_service_areas_at(const struct eg_service_areas *areas, double lon_deg, double lat_deg, uint64_t *bits)
{
    for (uint32_t i = 0; i < areas->n_named; i++) {
        uint32_t boundaries = areas->named[i].boundaries;
        if (i > 0 && areas->named[i - 1].boundaries == boundaries) continue;
        uint32_t area = eg_generation_locate(areas->generation, boundaries, lon_deg, lat_deg);
        if (area != EG_NO_AREA) mark_area(areas, (struct eg_named_area){boundaries, area}, bits);
    }
    mark_polygons_at(areas, lon_deg, lat_deg, bits);
}

/* --- areas --------------------------------------------------------------------------------------------------------------- */

static void mark_relatives(const struct eg_service_areas *areas, struct eg_named_area asked, uint64_t *bits)
{
    uint32_t around = EG_NO_AREA; /* the named level's area that holds the asked one */
    for (uint32_t i = 0; i < areas->n_named; i++) {
        struct eg_named_area named = areas->named[i];
        if (named.boundaries == asked.boundaries) {
            if (named.area == asked.area) mark_named(areas, i, bits);
            continue;
        }
        if (i == 0 || areas->named[i - 1].boundaries != named.boundaries) {
            around = eg_generation_parent(areas->generation, asked.boundaries, asked.area, named.boundaries);
        }
        uint32_t of_named =
            eg_generation_parent(areas->generation, named.boundaries, named.area, asked.boundaries);
        bool is_larger = around != EG_NO_AREA && named.area == around;
        bool is_smaller = of_named != EG_NO_AREA && of_named == asked.area;
        if (is_larger || is_smaller) mark_named(areas, i, bits);
    }
}

static bool has_vertex_in(const struct eg_service_areas *areas, const struct eg_entry *entry,
                          struct eg_named_area asked, struct eg_bounds box)
{
    for (uint32_t i = 0; i < entry->area_ring_start[entry->n_area_rings]; i++) {
        const double *at = entry->area_lonlat + 2 * (size_t)i;
        if (!box_holds(box, at[0], at[1])) continue;
        if (eg_generation_locate(areas->generation, asked.boundaries, at[0], at[1]) == asked.area)
            return true;
    }
    return false;
}

static struct eg_bounds degrees_of(const struct eg_area_set *set, uint32_t area)
{
    struct eg_box box = set->area_box[area];
    double unit = set->plane->grid.unit;
    struct eg_bounds deg;
    eg_mercator_inverse(box.min_x * unit, box.min_y * unit, &deg.min_x, &deg.min_y);
    eg_mercator_inverse(box.max_x * unit, box.max_y * unit, &deg.max_x, &deg.max_y);
    double slack = 1e-6; /* the grid's rounding: a vertex on the edge of the box is still looked at */
    return (struct eg_bounds){deg.min_x - slack, deg.min_y - slack, deg.max_x + slack, deg.max_y + slack};
}

enum eg_status eg_service_areas_of(const struct eg_service_areas *areas, uint32_t boundaries, uint32_t area,
                                   uint64_t *bits, struct eg_error *err)
{
    if (!areas->generation) return EG_OK;
    struct eg_named_area asked = {boundaries, area};
    mark_relatives(areas, asked, bits);
    if (areas->n_polygons == 0) return EG_OK;
    const struct eg_area_set *set = &areas->generation->area_sets[boundaries];
    bool has_interior = false;
    double at[2] = {0};
    enum eg_status status = eg_service_area_interior(set, area, &has_interior, at, err);
    if (status || !has_interior) return status;
    mark_polygons_at(areas, at[0], at[1], bits);
    struct eg_bounds box = degrees_of(set, area);
    for (uint32_t i = 0; i < areas->n_polygons; i++) {
        const struct eg_service_polygon *polygon = &areas->polygons[i];
        bool apart = polygon->box_deg.max_x < box.min_x || polygon->box_deg.min_x > box.max_x ||
                     polygon->box_deg.max_y < box.min_y || polygon->box_deg.min_y > box.max_y;
        if (apart || eg_bits_has(bits, polygon->number)) continue;
        if (has_vertex_in(areas, polygon->entry, asked, box)) eg_bits_set(bits, polygon->number);
    }
    return EG_OK;
}

/* --- an area's interior point -------------------------------------------------------------------------------------------- */

struct crossings {
    double *x; /* in grid units */
    size_t n, capacity;
};

/* Where an arc crosses the row half a unit above y: no vertex lies there. */
static bool cross_arc(const struct eg_plane *plane, uint32_t arc, int32_t y, struct crossings *crossings)
{
    const struct eg_point *points = plane->level[0].points;
    for (uint32_t i = plane->level[0].start[arc]; i + 1 < plane->level[0].start[arc + 1]; i++) {
        struct eg_point a = points[i];
        struct eg_point b = points[i + 1];
        if ((a.y > y) == (b.y > y)) continue;
        void *x = crossings->x;
        if (!eg_memory_reserve(&x, &crossings->capacity, crossings->n + 1, sizeof *crossings->x))
            return false;
        crossings->x = x;
        double along = (y + 0.5 - a.y) / ((double)b.y - a.y);
        crossings->x[crossings->n++] = a.x + along * ((double)b.x - a.x);
    }
    return true;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static enum eg_status cross_area(const struct eg_plane *plane, uint32_t area, struct eg_box row,
                                 struct crossings *crossings, struct eg_error *err)
{
    uint32_t *arcs = eg_memory_array(plane->n_arcs, sizeof *arcs);
    if (!arcs) return eg_error_no_memory(err, plane->n_arcs * sizeof *arcs);
    uint32_t n = eg_plane_query(plane, row, arcs);
    bool good = true;
    for (uint32_t i = 0; i < n && good; i++) {
        bool bounds_it = (plane->left[arcs[i]] == area) != (plane->right[arcs[i]] == area);
        if (bounds_it) good = cross_arc(plane, arcs[i], row.min_y, crossings);
    }
    free(arcs);
    return good ? EG_OK : eg_error_no_memory(err, sizeof *crossings->x);
}

enum eg_status eg_service_area_interior(const struct eg_area_set *set, uint32_t area, bool *found_out,
                                        double lonlat_deg_out[2], struct eg_error *err)
{
    struct eg_box box = set->area_box[area];
    *found_out = false;
    if (eg_box_is_empty(box) || box.min_y == box.max_y) return EG_OK;
    int32_t y = (int32_t)(((int64_t)box.min_y + box.max_y) / 2);
    if (y == box.max_y) y--; /* half a unit above must still be inside */
    struct crossings crossings = {0};
    struct eg_box row = {box.min_x, y, box.max_x, y + 1};
    enum eg_status status = cross_area(set->plane, area, row, &crossings, err);
    if (status == EG_OK && crossings.n >= 2) {
        qsort(crossings.x, crossings.n, sizeof *crossings.x, compare_doubles);
        size_t widest = 0;
        for (size_t i = 2; i + 1 < crossings.n; i += 2) {
            double width = crossings.x[i + 1] - crossings.x[i];
            if (width > crossings.x[widest + 1] - crossings.x[widest]) widest = i;
        }
        double middle = (crossings.x[widest] + crossings.x[widest + 1]) / 2;
        double unit = set->plane->grid.unit;
        eg_mercator_inverse(middle * unit, (y + 0.5) * unit, &lonlat_deg_out[0], &lonlat_deg_out[1]);
        *found_out = true;
    }
    free(crossings.x);
    return status;
}
