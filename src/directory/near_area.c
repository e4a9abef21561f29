/* The outline is cut into pieces of two kilometres at most, each a straight line through the ground: which point of it is the nearest
 * one is told by straight lines, which differ from geodesics by a metre in 100 km; the distance to that point is exact. Runs of pieces
 * have a ball around them, so that most are passed over.
 *
 * An entry is no farther from the area than from the point within it, and no nearer than that less the area's reach. By these two bounds
 * only entries that can be on the page, or at the edge of the radius, are measured. */
#include "directory/near_area.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "directory/bits.h"
#include "geo/crs.h"

#define PIECE_M 2000.0
#define RUN_NODES 33U
#define SAG_M 1.0 /* more than a piece is bent */

/* --- the outline --------------------------------------------------------------------------------------------------------- */

/* WGS 84. */
static void write_spot(double lon_deg, double lat_deg, double spot[3])
{
    static const double axis_m = 6378137, excentricity2 = 0.00669437999014;
    double lon = lon_deg * (M_PI / 180), lat = lat_deg * (M_PI / 180);
    double across_m = axis_m / sqrt(1 - excentricity2 * sin(lat) * sin(lat));
    spot[0] = across_m * cos(lat) * cos(lon);
    spot[1] = across_m * cos(lat) * sin(lon);
    spot[2] = across_m * (1 - excentricity2) * sin(lat);
}

static double distance2(const double a[3], const double b[3])
{
    double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
    return x * x + y * y + z * z;
}

static bool add_node(struct eg_near_area *near_area, double x, double y)
{
    double unit = near_area->set->plane->grid.unit, lon_deg, lat_deg;
    void *nodes = near_area->nodes;
    if (!eg_memory_reserve(&nodes, &near_area->node_room, near_area->n_nodes + 1, sizeof *near_area->nodes))
        return false;
    near_area->nodes = nodes;
    struct eg_outline_node *node = &near_area->nodes[near_area->n_nodes++];
    node->x = x;
    node->y = y;
    eg_mercator_inverse(x * unit, y * unit, &lon_deg, &lat_deg);
    write_spot(lon_deg, lat_deg, node->spot);
    struct eg_place place = eg_place_at(lon_deg, lat_deg);
    double from_within_m = eg_place_most_m(eg_place_chord2(&near_area->within, &place)) + SAG_M;
    near_area->reach_m = fmax(near_area->reach_m, from_within_m);
    return true;
}

static void surround(const struct eg_near_area *near_area, struct eg_outline_run *run)
{
    const struct eg_outline_node *nodes = near_area->nodes + run->first;
    run->min_y = run->max_y = nodes[0].y;
    for (uint32_t i = 0; i < run->n; i++) {
        run->min_y = fmin(run->min_y, nodes[i].y);
        run->max_y = fmax(run->max_y, nodes[i].y);
        for (int k = 0; k < 3; k++) run->centre[k] += nodes[i].spot[k] / run->n;
    }
    for (uint32_t i = 0; i < run->n; i++)
        run->radius_m = fmax(run->radius_m, sqrt(distance2(run->centre, nodes[i].spot)));
}

static bool add_runs(struct eg_near_area *near_area, size_t first)
{
    for (; first + 1 < near_area->n_nodes; first += RUN_NODES - 1) {
        size_t left = near_area->n_nodes - first;
        void *runs = near_area->runs;
        if (!eg_memory_reserve(&runs, &near_area->run_room, near_area->n_runs + 1, sizeof *near_area->runs))
            return false;
        near_area->runs = runs;
        struct eg_outline_run *run = &near_area->runs[near_area->n_runs++];
        *run = (struct eg_outline_run){.first = (uint32_t)first,
                                       .n = left < RUN_NODES ? (uint32_t)left : RUN_NODES};
        surround(near_area, run);
    }
    return true;
}

static bool add_arc(struct eg_near_area *near_area, uint32_t arc)
{
    const struct eg_plane_level *level = &near_area->set->plane->level[0];
    double longest = PIECE_M / near_area->set->plane->grid.unit;
    size_t first = near_area->n_nodes;
    uint32_t at = level->start[arc], end = level->start[arc + 1];
    if (at == end || !add_node(near_area, level->points[at].x, level->points[at].y)) return at == end;
    for (; at + 1 < end; at++) {
        struct eg_point a = level->points[at], b = level->points[at + 1];
        double x = (double)b.x - a.x, y = (double)b.y - a.y;
        uint32_t n = (uint32_t)ceil(fmax(1, hypot(x, y) / longest));
        for (uint32_t i = 1; i < n; i++)
            if (!add_node(near_area, a.x + x * i / n, a.y + y * i / n)) return false;
        if (!add_node(near_area, b.x, b.y)) return false;
    }
    return add_runs(near_area, first);
}

enum eg_status eg_near_area_init(struct eg_near_area *near_area, const struct eg_places *places,
                                 const struct eg_area_set *set, uint32_t area, struct eg_place within,
                                 struct eg_error *err)
{
    const struct eg_plane *plane = set->plane;
    *near_area = (struct eg_near_area){.places = places, .set = set, .area = area, .within = within};
    for (uint32_t arc = 0; arc < plane->n_arcs; arc++) {
        if ((plane->left[arc] == area) == (plane->right[arc] == area)) continue;
        if (!add_arc(near_area, arc))
            return eg_error_no_memory(err, near_area->n_nodes * sizeof *near_area->nodes);
    }
    return EG_OK;
}

void eg_near_area_clear(struct eg_near_area *near_area)
{
    free(near_area->nodes);
    free(near_area->runs);
    *near_area = (struct eg_near_area){0};
}

/* --- distances ----------------------------------------------------------------------------------------------------------- */

/* Even-odd, by what the line to the east crosses. */
static bool is_inside(const struct eg_near_area *near_area, double lon_deg, double lat_deg)
{
    double x, y, unit = near_area->set->plane->grid.unit;
    bool inside = false;
    eg_mercator_forward(lon_deg, lat_deg, &x, &y);
    x /= unit;
    y /= unit;
    struct eg_box box = near_area->set->area_box[near_area->area];
    if (x < box.min_x || x > box.max_x || y < box.min_y || y > box.max_y) return false;
    for (size_t r = 0; r < near_area->n_runs; r++) {
        const struct eg_outline_run *run = &near_area->runs[r];
        if (run->min_y > y || run->max_y <= y) continue;
        for (const struct eg_outline_node *a = near_area->nodes + run->first;
             a < near_area->nodes + run->first + run->n - 1; a++) {
            if ((a[0].y > y) == (a[1].y > y)) continue;
            inside ^= a[0].x + (y - a[0].y) / (a[1].y - a[0].y) * (a[1].x - a[0].x) > x;
        }
    }
    return inside;
}

struct nearest {
    double distance2;
    double x, y;
};

static void look_at_run(const struct eg_near_area *near_area, const struct eg_outline_run *run,
                        const double spot[3], struct nearest *nearest)
{
    const struct eg_outline_node *nodes = near_area->nodes + run->first;
    for (uint32_t i = 0; i + 1 < run->n; i++) {
        const struct eg_outline_node *a = &nodes[i], *b = &nodes[i + 1];
        double along = 0, length2 = distance2(a->spot, b->spot), at[3];
        for (int k = 0; k < 3; k++) along += (spot[k] - a->spot[k]) * (b->spot[k] - a->spot[k]);
        along = length2 > 0 ? fmin(1, fmax(0, along / length2)) : 0;
        for (int k = 0; k < 3; k++) at[k] = a->spot[k] + along * (b->spot[k] - a->spot[k]);
        double d2 = distance2(spot, at);
        if (d2 < nearest->distance2)
            *nearest = (struct nearest){d2, a->x + along * (b->x - a->x), a->y + along * (b->y - a->y)};
    }
}

static double least_m_to(const struct eg_outline_run *run, const double spot[3])
{
    return fmax(0, sqrt(distance2(spot, run->centre)) - run->radius_m);
}

double eg_near_area_distance_m(const struct eg_near_area *near_area, double lon_deg, double lat_deg)
{
    double spot[3], unit = near_area->set->plane->grid.unit;
    struct nearest nearest = {.distance2 = (double)INFINITY};
    size_t first = 0;
    if (is_inside(near_area, lon_deg, lat_deg)) return 0;
    write_spot(lon_deg, lat_deg, spot);
    for (size_t r = 1; r < near_area->n_runs; r++)
        if (least_m_to(&near_area->runs[r], spot) < least_m_to(&near_area->runs[first], spot)) first = r;
    if (near_area->n_runs > 0) look_at_run(near_area, &near_area->runs[first], spot, &nearest);
    for (size_t r = 0; r < near_area->n_runs; r++) {
        double least_m = least_m_to(&near_area->runs[r], spot);
        if (r != first && least_m * least_m < nearest.distance2)
            look_at_run(near_area, &near_area->runs[r], spot, &nearest);
    }
    if (isinf(nearest.distance2)) return (double)INFINITY;
    double to_lon_deg, to_lat_deg;
    eg_mercator_inverse(nearest.x * unit, nearest.y * unit, &to_lon_deg, &to_lat_deg);
    return eg_geodesic_distance_m(lon_deg, lat_deg, to_lon_deg, to_lat_deg);
}

double eg_near_area_entry_m(const struct eg_near_area *near_area, uint32_t number, uint32_t *which_out)
{
    double least_m = (double)INFINITY;
    uint32_t first = near_area->places->place_of[number], place = first;
    do {
        const struct eg_place *at = &near_area->places->places[place];
        double distance_m = eg_near_area_distance_m(near_area, at->lon_deg, at->lat_deg);
        uint32_t which = near_area->places->which[place];
        if (distance_m < least_m || (distance_m == least_m && which < *which_out)) {
            least_m = distance_m;
            *which_out = which;
        }
        place = near_area->places->next[place];
    } while (place != first);
    return least_m;
}

/* --- entries ------------------------------------------------------------------------------------------------------------- */

struct candidate {
    double least_m, most_m;
    uint32_t number;
};

/* Bounds of the nearest of an entry's places; false for one without any. */
static bool bound(const struct eg_near_area *near_area, uint32_t number, struct candidate *candidate_out)
{
    uint32_t first = near_area->places->place_of[number], place = first;
    if (first == EG_PLACES_NONE) return false;
    double chord2 = 4;
    do {
        chord2 = fmin(chord2, eg_place_chord2(&near_area->within, &near_area->places->places[place]));
        place = near_area->places->next[place];
    } while (place != first);
    *candidate_out = (struct candidate){fmax(0, eg_place_least_m(chord2) - near_area->reach_m),
                                        eg_place_most_m(chord2), number};
    return true;
}

static bool is_within(const struct eg_near_area *near_area, double radius_m,
                      const struct candidate *candidate)
{
    uint32_t which = 0;
    if (candidate->most_m <= radius_m) return true;
    return candidate->least_m <= radius_m &&
           eg_near_area_entry_m(near_area, candidate->number, &which) <= radius_m;
}

void eg_near_area_keep_within(const struct eg_near_area *near_area, double radius_m, uint64_t *bits,
                              size_t n_bit_words)
{
    for (size_t w = 0; w < n_bit_words; w++) {
        for (uint64_t word = bits[w]; word != 0; word &= word - 1) {
            struct candidate candidate;
            uint32_t bit = (uint32_t)__builtin_ctzll(word);
            if (!bound(near_area, (uint32_t)(w * 64) + bit, &candidate) ||
                !is_within(near_area, radius_m, &candidate))
                bits[w] &= ~(UINT64_C(1) << bit);
        }
    }
}

static uint32_t gather(const struct eg_near_area *near_area, double radius_m, const uint64_t *bits,
                       size_t n_bit_words, struct candidate *candidates)
{
    uint32_t n = 0;
    for (size_t w = 0; w < n_bit_words; w++) {
        for (uint64_t word = bits[w]; word != 0; word &= word - 1) {
            uint32_t number = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(word);
            n += bound(near_area, number, &candidates[n]) && is_within(near_area, radius_m, &candidates[n]);
        }
    }
    return n;
}

static int compare_most(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    return x->most_m < y->most_m ? -1 : x->most_m > y->most_m;
}

static int compare_hits(const void *a, const void *b)
{
    const struct eg_directory_hit *x = a, *y = b;
    if (x->distance_m != y->distance_m) return x->distance_m < y->distance_m ? -1 : 1;
    return x->entry < y->entry ? -1 : x->entry > y->entry;
}

/* Whoever's lower bound is above the upper bounds of as many as are wanted is not among these. */
static enum eg_status measure(const struct eg_near_area *near_area, struct candidate *candidates,
                              const uint32_t ranks[2], struct eg_directory_result *result,
                              struct eg_error *err)
{
    uint32_t n = 0, n_candidates = (uint32_t)result->n_matched;
    struct eg_directory_hit *hits = eg_memory_zeroed(n_candidates, sizeof *hits);
    if (!hits) return eg_error_no_memory(err, n_candidates * sizeof *hits);
    qsort(candidates, n_candidates, sizeof *candidates, compare_most);
    double most_m = candidates[ranks[1] - 1].most_m;
    for (uint32_t i = 0; i < n_candidates; i++) {
        if (candidates[i].least_m > most_m) continue;
        hits[n].entry = candidates[i].number;
        hits[n].distance_m = eg_near_area_entry_m(near_area, hits[n].entry, &hits[n].place);
        n++;
    }
    qsort(hits, n, sizeof *hits, compare_hits);
    result->n = ranks[1] - ranks[0];
    memmove(hits, hits + ranks[0], result->n * sizeof *hits);
    void *shrunk = hits;
    eg_memory_shrink(&shrunk, result->n, sizeof *hits);
    result->hits = shrunk;
    return EG_OK;
}

enum eg_status eg_near_area_rank(const struct eg_near_area *near_area, const struct eg_near *near,
                                 const uint64_t *bits, size_t n_bit_words,
                                 struct eg_directory_result *result_out, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    uint64_t n = eg_bits_count(bits, n_bit_words), last = (uint64_t)near->offset + near->limit;
    struct candidate *candidates = eg_memory_array(n + 1, sizeof *candidates);
    if (!candidates) return eg_error_no_memory(err, n * sizeof *candidates);
    result_out->n_matched = gather(near_area, near->radius_m, bits, n_bit_words, candidates);
    if (last > result_out->n_matched) last = result_out->n_matched;
    if (near->offset < last)
        status =
            measure(near_area, candidates, (const uint32_t[]){near->offset, (uint32_t)last}, result_out, err);
    free(candidates);
    return status;
}
