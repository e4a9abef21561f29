/* Distances. The exact one is the geodesic on the ellipsoid (a microsecond each), so bounds come first: write a point's
 * position as longitude and reduced latitude. A step on the ellipsoid is then ds^2 = (a^2 sin^2 B + b^2 cos^2 B) dB^2 +
 * a^2 cos^2 B dL^2, which is at least b^2 and at most a^2 times the step of the same point on the unit sphere. Hence every
 * curve, and so the shortest one, is between b and a times as long as on the sphere: the central angle, which costs three
 * subtractions and multiplications of directions, gives the distance within 0.34 %, at the poles and at the antimeridian as
 * anywhere else.
 *
 * Order along a Hilbert curve keeps the places of a block close together; that only matters for speed. */
#include "directory/places.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "directory/bits.h"
#include "geo/crs.h"
#include "stats/sort.h"

#define WGS84_A_M 6378137.0
#define WGS84_B_M 6356752.314245179
#define RADIANS (3.14159265358979323846 / 180)
/* Rounding of directions (1e-15) becomes half a metre where two places are almost antipodes, micrometres elsewhere. */
#define MARGIN_M 1.0
#define CURVE_BITS 16U

/* --- bounds -------------------------------------------------------------------------------------------------------------- */

struct eg_place eg_place_at(double lon_deg, double lat_deg)
{
    double s = WGS84_B_M * sin(lat_deg * RADIANS);
    double c = WGS84_A_M * cos(lat_deg * RADIANS);
    double norm = sqrt(s * s + c * c);
    double cos_reduced = c / norm;
    return (struct eg_place){
        .lon_deg = lon_deg,
        .lat_deg = lat_deg,
        .direction = {cos_reduced * cos(lon_deg * RADIANS), cos_reduced * sin(lon_deg * RADIANS), s / norm}};
}

static double angle_of(double chord2)
{
    return 2 * asin(fmin(1, sqrt(chord2) / 2));
}

static double chord2_of(double angle)
{
    double chord = 2 * sin(fmax(0, fmin(angle, 180 * RADIANS)) / 2);
    return chord * chord;
}

double eg_place_least_m(double chord2)
{
    return fmax(0, WGS84_B_M * angle_of(chord2) - MARGIN_M);
}

double eg_place_most_m(double chord2)
{
    return WGS84_A_M * angle_of(chord2) + MARGIN_M;
}

double eg_place_chord2_of_least(double distance_m)
{
    return chord2_of((distance_m + MARGIN_M) / WGS84_B_M);
}

double eg_place_chord2_of_most(double distance_m)
{
    return chord2_of((distance_m - MARGIN_M) / WGS84_A_M);
}

/* --- building ------------------------------------------------------------------------------------------------------------ */

/* Distance along the Hilbert curve through a square of 2^CURVE_BITS cells a side. */
static uint64_t curve_position(uint32_t x, uint32_t y)
{
    uint64_t position = 0;
    for (uint32_t side = 1U << (CURVE_BITS - 1); side > 0; side /= 2) {
        uint32_t right = (x & side) != 0;
        uint32_t upper = (y & side) != 0;
        position += (uint64_t)side * side * ((3 * right) ^ upper);
        if (upper) continue;
        if (right) {
            x = (1U << CURVE_BITS) - 1 - x;
            y = (1U << CURVE_BITS) - 1 - y;
        }
        uint32_t swapped = x;
        x = y;
        y = swapped;
    }
    return position;
}

static uint32_t cell_of(double degrees, double half)
{
    double most = (1U << CURVE_BITS) - 1;
    return (uint32_t)fmax(0, fmin(most, (degrees + half) / (2 * half) * most));
}

static struct eg_bounds bounds_of(const struct eg_place *places, uint32_t n)
{
    struct eg_bounds box = {places[0].lon_deg, places[0].lat_deg, places[0].lon_deg, places[0].lat_deg};
    for (uint32_t i = 1; i < n; i++) {
        box.min_x = fmin(box.min_x, places[i].lon_deg);
        box.min_y = fmin(box.min_y, places[i].lat_deg);
        box.max_x = fmax(box.max_x, places[i].lon_deg);
        box.max_y = fmax(box.max_y, places[i].lat_deg);
    }
    return box;
}

/* Above the mean of the directions; any centre will do, a bad one only makes the cap larger. */
static struct eg_place centre_of(const struct eg_place *places, uint32_t n)
{
    double sum[3] = {0};
    for (uint32_t i = 0; i < n; i++) {
        for (int k = 0; k < 3; k++) sum[k] += places[i].direction[k];
    }
    double across = hypot(sum[0], sum[1]);
    double lat_deg = atan2(sum[2] * WGS84_A_M, across * WGS84_B_M) / RADIANS;
    return eg_place_at(atan2(sum[1], sum[0]) / RADIANS, lat_deg);
}

static struct eg_place_block block_of(const struct eg_place *places, uint32_t n)
{
    struct eg_place_block block = {.box_deg = bounds_of(places, n), .centre = centre_of(places, n)};
    double farthest = 0;
    for (uint32_t i = 0; i < n; i++) farthest = fmax(farthest, eg_place_chord2(&block.centre, &places[i]));
    block.radius_m = eg_place_most_m(farthest);
    return block;
}

/* A position of an entry. */
struct spot {
    uint32_t number;
    uint8_t which;
    double lon_deg, lat_deg;
};

static uint32_t count_spots(const struct eg_entry *const *entries, uint32_t n)
{
    uint32_t n_spots = 0;
    for (uint32_t i = 0; i < n; i++) n_spots += eg_entry_count_places(entries[i]);
    return n_spots;
}

static uint32_t list_spots_of(const struct eg_entry *entry, uint32_t number, struct spot *spots)
{
    uint32_t n_spots = 0;
    for (uint32_t k = 0; k < eg_entry_count_places(entry); k++) {
        struct eg_entry_place place = eg_entry_place_at(entry, k);
        double lon_deg = place.lon_deg == 180 ? -180 : place.lon_deg;
        if (place.has_position) spots[n_spots++] = (struct spot){number, (uint8_t)k, lon_deg, place.lat_deg};
    }
    return n_spots;
}

static uint32_t list_spots(const struct eg_entry *const *entries, uint32_t n, struct spot *spots)
{
    uint32_t n_spots = 0;
    for (uint32_t i = 0; i < n; i++) n_spots += list_spots_of(entries[i], i, spots + n_spots);
    return n_spots;
}

/* Ties the places of each entry to a circle, which begins with its first: spots[n] stand in the order of entries, place[i] is where the
 * i-th went. */
static uint32_t tie_places(const struct spot *spots, const uint32_t *place, uint32_t n, uint32_t *place_of,
                           uint32_t *next)
{
    uint32_t n_several = 0;
    for (uint32_t first = 0, end; first < n; first = end) {
        for (end = first; end < n && spots[end].number == spots[first].number; end++)
            next[place[end]] = place[end + 1 < n ? end + 1 : end];
        next[place[end - 1]] = place[first];
        place_of[spots[first].number] = place[first];
        n_several += end - first > 1;
    }
    return n_several;
}

static void list_several(struct eg_places *places, uint32_t n, uint32_t *several)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t place = places->place_of[i];
        if (place != EG_PLACES_NONE && places->next[place] != place) several[places->n_several++] = i;
    }
    places->several = several;
}

static void make_blocks(struct eg_places *places, struct eg_place_block *blocks)
{
    for (uint32_t i = 0; i < places->n_blocks; i++) {
        uint32_t first = i * EG_PLACES_BLOCK;
        uint32_t left = places->n - first;
        blocks[i] = block_of(places->places + first, left < EG_PLACES_BLOCK ? left : EG_PLACES_BLOCK);
    }
    places->blocks = blocks;
}

/* moved[n] is room for where each spot goes. */
static enum eg_status fill_places(const struct spot *spots, const struct eg_sort_item *sorted,
                                  uint32_t *moved, uint32_t n_entries, struct eg_arena *arena,
                                  struct eg_places *places)
{
    uint32_t *place_of = eg_arena_array(arena, n_entries, sizeof *place_of);
    uint32_t *number = eg_arena_array(arena, places->n, sizeof *number);
    uint32_t *next = eg_arena_array(arena, places->n, sizeof *next);
    uint8_t *which = eg_arena_array(arena, places->n, sizeof *which);
    struct eg_place *place = eg_arena_array(arena, places->n, sizeof *place);
    struct eg_place_block *blocks = eg_arena_array(arena, places->n_blocks, sizeof *blocks);
    if (!place_of || !number || !next || !which || !place || !blocks) return EG_NO_MEMORY;
    for (uint32_t i = 0; i < n_entries; i++) place_of[i] = EG_PLACES_NONE;
    for (uint32_t i = 0; i < places->n; i++) {
        const struct spot *spot = &spots[sorted[i].row];
        moved[sorted[i].row] = i;
        number[i] = spot->number;
        which[i] = spot->which;
        place[i] = eg_place_at(spot->lon_deg, spot->lat_deg);
    }
    uint32_t n_several = tie_places(spots, moved, places->n, place_of, next);
    places->place_of = place_of;
    places->number = number;
    places->which = which;
    places->next = next;
    places->places = place;
    make_blocks(places, blocks);
    uint32_t *several = eg_arena_array(arena, n_several, sizeof *several);
    if (!several) return EG_NO_MEMORY;
    list_several(places, n_several > 0 ? n_entries : 0, several);
    return EG_OK;
}

static enum eg_status put_in_order(const struct spot *spots, struct eg_sort_item *items, uint32_t n_entries,
                                   struct eg_arena *arena, struct eg_places *places)
{
    struct eg_sort_item *scratch = eg_memory_array(places->n, sizeof *scratch);
    uint32_t *moved = eg_memory_array(places->n, sizeof *moved);
    enum eg_status status = scratch && moved ? EG_OK : EG_NO_MEMORY;
    for (uint32_t i = 0; i < places->n && status == EG_OK; i++) {
        uint64_t key = curve_position(cell_of(spots[i].lon_deg, 180), cell_of(spots[i].lat_deg, 90));
        items[i] = (struct eg_sort_item){.key = key, .row = i};
    }
    if (status == EG_OK) {
        const struct eg_sort_item *sorted = eg_sort_items(items, scratch, places->n);
        status = fill_places(spots, sorted, moved, n_entries, arena, places);
    }
    free(moved);
    free(scratch);
    return status;
}

enum eg_status eg_places_build(const struct eg_entry *const *entries, uint32_t n, struct eg_arena *arena,
                               struct eg_places *places_out, struct eg_error *err)
{
    uint32_t most = count_spots(entries, n);
    struct spot *spots = eg_memory_array(most, sizeof *spots);
    struct eg_sort_item *items = eg_memory_array(most, sizeof *items);
    struct eg_places places = {0};
    enum eg_status status = spots && items ? EG_OK : EG_NO_MEMORY;
    if (status == EG_OK) {
        places.n = list_spots(entries, n, spots);
        places.n_blocks = (places.n + EG_PLACES_BLOCK - 1) / EG_PLACES_BLOCK;
        status = put_in_order(spots, items, n, arena, &places);
    }
    free(items);
    free(spots);
    if (status != EG_OK) return eg_error_no_memory(err, most * sizeof *spots);
    *places_out = places;
    return EG_OK;
}

/* --- following ----------------------------------------------------------------------------------------------------------- */

/* A place that came, where it goes. */
struct coming {
    uint64_t key;
    uint32_t spot;  /* which of those that came */
    uint32_t place; /* before, in front of which it goes */
};

struct following {
    const struct eg_places *before;
    const struct eg_renumbering *by;
    const struct spot *spots; /* [n_come] in the order of entries */
    struct coming *coming;    /* [n_come] along the curve */
    uint32_t n_come;
    uint32_t *moved;       /* [before->n] place before -> now */
    uint32_t *moved_spots; /* [n_come] */
    uint32_t *number, *next, *place_of;
    uint8_t *which;
    struct eg_place *places;
    uint32_t n, first_changed, last_changed; /* places now; those that are not where they were */
};

static uint64_t key_of(double lon_deg, double lat_deg)
{
    return curve_position(cell_of(lon_deg, 180), cell_of(lat_deg, 90));
}

static int compare_coming(const void *a, const void *b)
{
    const struct coming *x = a;
    const struct coming *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->spot < y->spot ? -1 : x->spot > y->spot;
}

/* Among places in one cell the order is that of entries, of which those that go have no number any more. */
static uint32_t place_before(const struct following *following, const struct coming *coming)
{
    const struct eg_places *before = following->before;
    uint32_t low = 0, high = before->n, number = following->spots[coming->spot].number;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (key_of(before->places[middle].lon_deg, before->places[middle].lat_deg) < coming->key)
            low = middle + 1;
        else high = middle;
    }
    for (; low < before->n; low++) {
        uint32_t other = following->by->to[before->number[low]];
        if (key_of(before->places[low].lon_deg, before->places[low].lat_deg) > coming->key) break;
        if (other != EG_NUMBER_GONE && other > number) break;
    }
    return low;
}

static void sort_coming(struct following *following)
{
    for (uint32_t i = 0; i < following->n_come; i++) {
        const struct spot *spot = &following->spots[i];
        following->coming[i] = (struct coming){.key = key_of(spot->lon_deg, spot->lat_deg), .spot = i};
        following->coming[i].place = place_before(following, &following->coming[i]);
    }
    if (following->n_come > 0)
        qsort(following->coming, following->n_come, sizeof *following->coming, compare_coming);
}

static void note_change(struct following *following)
{
    if (following->first_changed == EG_PLACES_NONE) following->first_changed = following->n;
    following->last_changed = following->n;
}

static void put_coming(struct following *following, const struct coming *coming)
{
    const struct spot *spot = &following->spots[coming->spot];
    uint32_t at = following->n;
    note_change(following);
    following->number[at] = spot->number;
    following->which[at] = spot->which;
    following->places[at] = eg_place_at(spot->lon_deg, spot->lat_deg);
    following->moved_spots[coming->spot] = at;
    following->n++;
}

static void move_places(struct following *following)
{
    const struct eg_places *before = following->before;
    uint32_t c = 0;
    for (uint32_t old = 0; old <= before->n; old++) {
        while (c < following->n_come && following->coming[c].place == old)
            put_coming(following, &following->coming[c++]);
        if (old == before->n) break;
        uint32_t at = following->n, number = following->by->to[before->number[old]];
        if (at != old || number == EG_NUMBER_GONE) note_change(following);
        if (number == EG_NUMBER_GONE) continue;
        following->number[at] = number;
        following->which[at] = before->which[old];
        following->places[at] = before->places[old];
        following->moved[old] = at;
        following->n++;
    }
    if (following->n != before->n) note_change(following);
}

static void tie_again(struct following *following)
{
    const struct eg_places *before = following->before;
    const struct eg_renumbering *by = following->by;
    for (uint32_t i = 0; i < by->n_after; i++) following->place_of[i] = EG_PLACES_NONE;
    for (uint32_t i = 0; i < by->n_before; i++) {
        if (by->to[i] == EG_NUMBER_GONE || before->place_of[i] == EG_PLACES_NONE) continue;
        following->place_of[by->to[i]] = following->moved[before->place_of[i]];
    }
    for (uint32_t i = 0; i < before->n; i++)
        if (by->to[before->number[i]] != EG_NUMBER_GONE)
            following->next[following->moved[i]] = following->moved[before->next[i]];
    (void)tie_places(following->spots, following->moved_spots, following->n_come, following->place_of,
                     following->next);
}

/* Blocks of places that are where they were are as they were. */
static void keep_blocks(const struct following *following, const struct eg_places *places,
                        struct eg_place_block *blocks)
{
    const struct eg_places *before = following->before;
    bool same_end = places->n == before->n;
    for (uint32_t i = 0; i < places->n_blocks; i++) {
        uint32_t first = i * EG_PLACES_BLOCK, left = places->n - first;
        uint32_t n = left < EG_PLACES_BLOCK ? left : EG_PLACES_BLOCK;
        bool is_before = first + EG_PLACES_BLOCK <= following->first_changed && first + n <= before->n;
        bool is_behind = same_end && first > following->last_changed;
        if (same_end && following->first_changed == EG_PLACES_NONE) is_before = true;
        blocks[i] = is_before || is_behind ? before->blocks[i] : block_of(places->places + first, n);
    }
}

static bool open_following(struct following *following, uint32_t n, uint32_t n_entries,
                           struct eg_arena *arena)
{
    following->coming = eg_memory_array(following->n_come, sizeof *following->coming);
    following->moved = eg_memory_array(following->before->n, sizeof *following->moved);
    following->moved_spots = eg_memory_array(following->n_come, sizeof *following->moved_spots);
    following->number = eg_arena_array(arena, n, sizeof *following->number);
    following->next = eg_arena_array(arena, n, sizeof *following->next);
    following->which = eg_arena_array(arena, n, sizeof *following->which);
    following->places = eg_arena_array(arena, n, sizeof *following->places);
    following->place_of = eg_arena_array(arena, n_entries, sizeof *following->place_of);
    return following->coming && following->moved && following->moved_spots && following->number &&
           following->next && following->which && following->places && following->place_of;
}

static enum eg_status follow_places(struct following *following, struct eg_arena *arena,
                                    struct eg_places *places_out)
{
    uint32_t n_entries = following->by->n_after;
    if (!open_following(following, following->before->n + following->n_come, n_entries, arena))
        return EG_NO_MEMORY;
    sort_coming(following);
    move_places(following);
    tie_again(following);
    struct eg_places places = {.n = following->n,
                               .n_blocks = (following->n + EG_PLACES_BLOCK - 1) / EG_PLACES_BLOCK,
                               .number = following->number,
                               .which = following->which,
                               .next = following->next,
                               .places = following->places,
                               .place_of = following->place_of};
    struct eg_place_block *blocks = eg_arena_array(arena, places.n_blocks, sizeof *blocks);
    uint32_t most_several = following->before->n_several + following->n_come / 2;
    uint32_t *several = eg_arena_array(arena, most_several, sizeof *several);
    if (!blocks || !several) return EG_NO_MEMORY;
    keep_blocks(following, &places, blocks);
    places.blocks = blocks;
    list_several(&places, most_several > 0 ? n_entries : 0, several);
    *places_out = places;
    return EG_OK;
}

enum eg_status eg_places_follow(const struct eg_places *before, const struct eg_renumbering *renumbering,
                                struct eg_arena *arena, struct eg_places *places_out, struct eg_error *err)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < renumbering->n_come; i++)
        most += eg_entry_count_places(renumbering->after[renumbering->come[i]]);
    struct spot *spots = eg_memory_array(most, sizeof *spots);
    struct following following = {.before = before, .by = renumbering, .spots = spots};
    following.first_changed = EG_PLACES_NONE;
    enum eg_status status = spots ? EG_OK : EG_NO_MEMORY;
    for (uint32_t i = 0; i < renumbering->n_come && spots; i++)
        following.n_come += list_spots_of(renumbering->after[renumbering->come[i]], renumbering->come[i],
                                          spots + following.n_come);
    if (status == EG_OK) status = follow_places(&following, arena, places_out);
    free(spots);
    free(following.coming);
    free(following.moved);
    free(following.moved_spots);
    return status == EG_OK ? EG_OK : eg_error_no_memory(err, before->n * sizeof *before->places);
}

/* --- boxes --------------------------------------------------------------------------------------------------------------- */

static bool longitude_is_within(struct eg_bounds box, double lon_deg)
{
    if (box.min_x <= box.max_x) return lon_deg >= box.min_x && lon_deg <= box.max_x;
    return lon_deg >= box.min_x || lon_deg <= box.max_x;
}

static bool blocks_meet(struct eg_bounds box, struct eg_bounds block)
{
    if (block.max_y < box.min_y || block.min_y > box.max_y) return false;
    if (box.min_x <= box.max_x) return block.max_x >= box.min_x && block.min_x <= box.max_x;
    return block.max_x >= box.min_x || block.min_x <= box.max_x;
}

/* As the places write their longitudes: a box that ends at 180 degrees now crosses. */
static struct eg_bounds box_of_places(struct eg_bounds box)
{
    if (box.max_x == 180 && box.min_x > -180) box.max_x = -180;
    return box;
}

bool eg_places_box_holds(struct eg_bounds box_deg, double lon_deg, double lat_deg)
{
    struct eg_bounds box = box_of_places(box_deg);
    if (!(lat_deg >= box.min_y && lat_deg <= box.max_y)) return false;
    return longitude_is_within(box, lon_deg == 180 ? -180 : lon_deg);
}

void eg_places_in_box(const struct eg_places *places, struct eg_bounds box_deg, uint64_t *bits)
{
    struct eg_bounds box = box_of_places(box_deg);
    for (uint32_t i = 0; i < places->n_blocks; i++) {
        if (!blocks_meet(box, places->blocks[i].box_deg)) continue;
        uint32_t end = (i + 1) * EG_PLACES_BLOCK < places->n ? (i + 1) * EG_PLACES_BLOCK : places->n;
        for (uint32_t k = i * EG_PLACES_BLOCK; k < end; k++) {
            const struct eg_place *place = &places->places[k];
            bool within = place->lat_deg >= box.min_y && place->lat_deg <= box.max_y;
            if (within && longitude_is_within(box, place->lon_deg)) eg_bits_set(bits, places->number[k]);
        }
    }
}
