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
#include "data/nest.h"
#include "directory/bits.h"
#include "geo/crs.h"
#include "geo/outline.h"
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

/* What is asked for. Its outline is made when ground has to be compared. */
struct asked {
    const struct eg_area_set *set;
    uint32_t boundaries, area;
    struct eg_outline outline;
    double middle[2]; /* longitude and latitude */
    bool has_middle;
    double clear; /* what has to fit into common ground, on the grid */
};

static uint32_t root_of(const struct eg_generation *generation, uint32_t boundaries)
{
    while (generation->area_sets[boundaries].base != EG_ATLAS_NONE)
        boundaries = generation->area_sets[boundaries].base;
    return boundaries;
}

/* Two sets that are made of one: their areas share ground when one of that set is in both. */
static void mark_by_members(const struct eg_service_areas *areas, const struct asked *asked, uint32_t named,
                            uint64_t *bits)
{
    const struct eg_generation *generation = areas->generation;
    uint32_t root = root_of(generation, named);
    for (uint32_t i = 0; i < generation->area_sets[root].n_areas; i++) {
        if (eg_generation_parent(generation, root, i, asked->boundaries) != asked->area) continue;
        uint32_t area = eg_generation_parent(generation, root, i, named);
        if (area != EG_NO_AREA) mark_area(areas, (struct eg_named_area){named, area}, bits);
    }
}

/* Entries of areas of one set, named[first .. end-1], which is the asked one or made of the same set. */
static void mark_relatives(const struct eg_service_areas *areas, const struct asked *asked, uint32_t first,
                           uint32_t end, uint64_t *bits)
{
    const struct eg_generation *generation = areas->generation;
    uint32_t named = areas->named[first].boundaries;
    if (named == asked->boundaries) {
        mark_area(areas, (struct eg_named_area){named, asked->area}, bits);
    } else if (eg_nest_is_above(generation->area_sets, asked->boundaries, named)) {
        uint32_t around = eg_generation_parent(generation, asked->boundaries, asked->area, named);
        if (around != EG_NO_AREA) mark_area(areas, (struct eg_named_area){named, around}, bits);
    } else if (eg_nest_is_above(generation->area_sets, named, asked->boundaries)) {
        for (uint32_t i = first; i < end; i++) {
            uint32_t around =
                eg_generation_parent(generation, named, areas->named[i].area, asked->boundaries);
            if (around == asked->area) mark_named(areas, i, bits);
        }
    } else {
        mark_by_members(areas, asked, named, bits);
    }
}

/* --- ground -------------------------------------------------------------------------------------------------------------- */

#define CLEAR_M 10.0     /* the radius of what is ground for sure, however roughly borders were drawn */
#define LEAST_CLEAR 64.0 /* grid units: some 60 cm */
#define STRAIGHT_DEG                                                                                         \
    0.01 /* over which a line that is straight in degrees bends by some centimetres at most on the grid */

static struct eg_point snap(struct eg_grid grid, double lon_deg, double lat_deg)
{
    double x, y;
    eg_mercator_forward(lon_deg, lat_deg, &x, &y);
    return eg_grid_snap(grid, x, y);
}

static struct eg_bounds degrees_of(struct eg_box box, struct eg_grid grid)
{
    struct eg_bounds deg;
    eg_mercator_inverse(box.min_x * grid.unit, box.min_y * grid.unit, &deg.min_x, &deg.min_y);
    eg_mercator_inverse(box.max_x * grid.unit, box.max_y * grid.unit, &deg.max_x, &deg.max_y);
    return deg;
}

static bool add_line(struct eg_outline *outline, struct eg_grid grid, const double a[2], const double b[2])
{
    double dx = b[0] - a[0], dy = b[1] - a[1];
    bool bends = dx != 0 && dy != 0;
    uint32_t n = bends ? (uint32_t)ceil(fmax(fabs(dx), fabs(dy)) / STRAIGHT_DEG) : 1;
    struct eg_point from = snap(grid, a[0], a[1]);
    for (uint32_t i = 1; i <= n; i++) {
        struct eg_point to =
            i == n ? snap(grid, b[0], b[1]) : snap(grid, a[0] + dx * i / n, a[1] + dy * i / n);
        if (!eg_outline_add(outline, from, to)) return false;
        from = to;
    }
    return true;
}

static enum eg_status add_polygon(struct eg_outline *outline, struct eg_grid grid,
                                  const struct eg_entry *entry, struct eg_error *err)
{
    for (uint32_t ring = 0; ring < entry->n_area_rings; ring++) {
        const double *first = entry->area_lonlat + 2 * (size_t)entry->area_ring_start[ring];
        uint32_t n = entry->area_ring_start[ring + 1] - entry->area_ring_start[ring];
        for (uint32_t i = 0; i < n; i++) {
            const double *next = first + 2 * (size_t)((i + 1) % n);
            if (!add_line(outline, grid, first + 2 * (size_t)i, next))
                return eg_error_no_memory(err, outline->n * sizeof *outline->edges);
        }
    }
    return EG_OK;
}

static enum eg_status middle_of(const struct eg_outline *outline, struct eg_grid grid, bool *found_out,
                                double lonlat_deg_out[2], struct eg_error *err)
{
    double x = 0, y = 0;
    enum eg_status status = eg_outline_middle(outline, found_out, &x, &y, err);
    if (status == EG_OK && *found_out)
        eg_mercator_inverse(x * grid.unit, y * grid.unit, &lonlat_deg_out[0], &lonlat_deg_out[1]);
    return status;
}

/* What is narrow, as a street may be, has common ground that is as narrow: at most half of what fits into the ground itself is asked. */
static enum eg_status find_clear(const struct eg_outline *ground, double *clear, struct eg_error *err)
{
    bool fits = false;
    enum eg_status status = eg_outline_share(ground, ground, 2 * *clear, &fits, err);
    while (status == EG_OK && !fits && *clear > LEAST_CLEAR) {
        *clear = fmax(LEAST_CLEAR, *clear / 2);
        status = eg_outline_share(ground, ground, 2 * *clear, &fits, err);
    }
    return status;
}

static enum eg_status outline_asked(struct asked *asked, struct eg_error *err)
{
    struct eg_grid grid = asked->set->plane->grid;
    enum eg_status status = eg_outline_add_area(&asked->outline, asked->set->plane, asked->area,
                                                asked->set->area_box[asked->area], err);
    if (status == EG_OK) status = middle_of(&asked->outline, grid, &asked->has_middle, asked->middle, err);
    if (status != EG_OK || !asked->has_middle) return status;
    asked->clear = CLEAR_M / cos(asked->middle[1] * (M_PI / 180)) / grid.unit;
    return find_clear(&asked->outline, &asked->clear, err);
}

/* Whether the asked area has the middle of some ground, or shares a spot with it that is clear of both borders. */
static enum eg_status compare_ground(const struct eg_service_areas *areas, const struct asked *asked,
                                     const struct eg_outline *ground, bool *share_out, struct eg_error *err)
{
    double middle[2];
    bool has_middle = false;
    enum eg_status status = middle_of(ground, asked->set->plane->grid, &has_middle, middle, err);
    *share_out = false;
    if (status != EG_OK || !has_middle) return status;
    *share_out =
        eg_generation_locate(areas->generation, asked->boundaries, middle[0], middle[1]) == asked->area;
    if (*share_out) return EG_OK;
    double clear = asked->clear;
    status = find_clear(ground, &clear, err);
    return status ? status : eg_outline_share(&asked->outline, ground, clear, share_out, err);
}

static enum eg_status mark_polygons_of(const struct eg_service_areas *areas, const struct asked *asked,
                                       uint64_t *bits, struct eg_error *err)
{
    struct eg_grid grid = asked->set->plane->grid;
    struct eg_bounds box = degrees_of(asked->outline.box, grid);
    enum eg_status status = EG_OK;
    mark_polygons_at(areas, asked->middle[0], asked->middle[1], bits);
    for (uint32_t i = 0; i < areas->n_polygons && status == EG_OK; i++) {
        const struct eg_service_polygon *polygon = &areas->polygons[i];
        bool apart = polygon->box_deg.max_x < box.min_x || polygon->box_deg.min_x > box.max_x ||
                     polygon->box_deg.max_y < box.min_y || polygon->box_deg.min_y > box.max_y;
        if (apart || eg_bits_has(bits, polygon->number)) continue;
        struct eg_outline ground = {0};
        bool shares = false;
        status = add_polygon(&ground, grid, polygon->entry, err);
        if (status == EG_OK) status = compare_ground(areas, asked, &ground, &shares, err);
        if (shares) eg_bits_set(bits, polygon->number);
        eg_outline_clear(&ground);
    }
    return status;
}

/* Entries of areas of a set that has no border in common with the asked one, but by chance. */
static enum eg_status mark_strangers(const struct eg_service_areas *areas, const struct asked *asked,
                                     uint32_t first, uint32_t end, uint64_t *bits, struct eg_error *err)
{
    uint32_t boundaries = areas->named[first].boundaries;
    const struct eg_area_set *set = &areas->generation->area_sets[boundaries];
    uint32_t at_middle =
        eg_generation_locate(areas->generation, boundaries, asked->middle[0], asked->middle[1]);
    enum eg_status status = EG_OK;
    for (uint32_t i = first; i < end && status == EG_OK; i++) {
        uint32_t area = areas->named[i].area;
        if (!eg_box_meets(asked->outline.box, set->area_box[area])) continue;
        struct eg_outline ground = {0};
        bool shares = area == at_middle;
        if (!shares) status = eg_outline_add_area(&ground, set->plane, area, set->area_box[area], err);
        if (status == EG_OK && !shares) status = compare_ground(areas, asked, &ground, &shares, err);
        if (shares) mark_named(areas, i, bits);
        eg_outline_clear(&ground);
    }
    return status;
}

/* Where areas begin in named[] that are of another set than the ones before. */
static uint32_t end_of_set(const struct eg_service_areas *areas, uint32_t first)
{
    uint32_t end = first;
    while (end < areas->n_named && areas->named[end].boundaries == areas->named[first].boundaries) end++;
    return end;
}

/* Whether ground has to be compared to find all. */
static bool mark_all_relatives(const struct eg_service_areas *areas, const struct asked *asked,
                               uint64_t *bits)
{
    uint32_t root = root_of(areas->generation, asked->boundaries);
    bool has_others = areas->n_polygons > 0;
    for (uint32_t i = 0, end; i < areas->n_named; i = end) {
        end = end_of_set(areas, i);
        if (root_of(areas->generation, areas->named[i].boundaries) == root)
            mark_relatives(areas, asked, i, end, bits);
        else has_others = true;
    }
    return has_others;
}

static enum eg_status mark_all_others(const struct eg_service_areas *areas, struct asked *asked,
                                      uint64_t *bits, struct eg_error *err)
{
    enum eg_status status = outline_asked(asked, err);
    if (status != EG_OK || !asked->has_middle) return status;
    uint32_t root = root_of(areas->generation, asked->boundaries);
    for (uint32_t i = 0, end; i < areas->n_named && status == EG_OK; i = end) {
        end = end_of_set(areas, i);
        if (root_of(areas->generation, areas->named[i].boundaries) != root)
            status = mark_strangers(areas, asked, i, end, bits, err);
    }
    return status == EG_OK ? mark_polygons_of(areas, asked, bits, err) : status;
}

enum eg_status eg_service_areas_of(const struct eg_service_areas *areas, uint32_t boundaries, uint32_t area,
                                   uint64_t *bits, struct eg_error *err)
{
    if (!areas->generation) return EG_OK;
    struct asked asked = {
        .set = &areas->generation->area_sets[boundaries], .boundaries = boundaries, .area = area};
    enum eg_status status = EG_OK;
    if (mark_all_relatives(areas, &asked, bits)) status = mark_all_others(areas, &asked, bits, err);
    eg_outline_clear(&asked.outline);
    return status;
}

enum eg_status eg_service_area_interior(const struct eg_area_set *set, uint32_t area, bool *found_out,
                                        double lonlat_deg_out[2], struct eg_error *err)
{
    struct eg_outline outline = {0};
    *found_out = false;
    enum eg_status status = eg_outline_add_area(&outline, set->plane, area, set->area_box[area], err);
    if (status == EG_OK) status = middle_of(&outline, set->plane->grid, found_out, lonlat_deg_out, err);
    eg_outline_clear(&outline);
    return status;
}
