/* The nearest entries, exactly, with few exact distances. All candidates get the square of a chord (a few nanoseconds each).
 * It bounds the distance from both sides, and bounds are enough to discard nearly everything: with the wanted entries at
 * ranks first to last, whoever's upper bound is below the first-th smallest lower bound is certainly ranked before them, and
 * whoever's lower bound is above the last-th smallest upper bound is certainly ranked after. What is left (some hundred for a
 * page of 20, a ring of 0.7 % of the distance for a page far down) is measured and sorted. So the cost hardly depends on how
 * far down the page is.
 *
 * From far away all of a town lies within 0.3 % of one distance. When too many are left, the blocks tighten their bounds: one
 * exact distance to the block's centre, and the triangle inequality.
 *
 * An entry at several places is one candidate, with its shortest chord: the bounds that it gives hold for the nearest of them, whichever
 * that is. Which one, is measured of those that are left. */
#include "directory/places.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "directory/bits.h"
#include "geo/crs.h"

#define FEW 2048U /* not worth tightening: two milliseconds of exact distances */

struct candidate {
    double chord2;
    uint32_t place; /* of the entry's, that with this chord */
};

struct range {
    double least_m, most_m;
};

struct search {
    const struct eg_places *places;
    const struct eg_near *near;
    struct eg_place from;
    struct candidate *candidates; /* [n] */
    uint32_t n;
    uint32_t first, last;   /* ranks wanted among them, last excluded */
    double *values;         /* [n] room for selections */
    double surely, perhaps; /* chords squared: certainly within the radius below, certainly not above */
    struct range
        *ranges; /* [n_blocks] of those that were asked for, others have most_m 0; NULL: none is kept */
};

static struct search begin_search(const struct eg_places *places, const struct eg_near *near)
{
    return (struct search){.places = places,
                           .near = near,
                           .from = eg_place_at(near->lon_deg, near->lat_deg),
                           .surely = eg_place_chord2_of_most(near->radius_m),
                           .perhaps = eg_place_chord2_of_least(near->radius_m)};
}

static double exact_m(const struct search *search, uint32_t place)
{
    const struct eg_place *to = &search->places->places[place];
    return eg_geodesic_distance_m(search->from.lon_deg, search->from.lat_deg, to->lon_deg, to->lat_deg);
}

/* By the exact distance to the block's centre, less and more what its places may be away from there. */
static struct range range_of_block(const struct search *search, uint32_t block)
{
    const struct eg_place_block *it = &search->places->blocks[block];
    struct range *kept = search->ranges ? &search->ranges[block] : NULL;
    if (kept && kept->most_m > 0) return *kept;
    double to_centre = eg_geodesic_distance_m(search->from.lon_deg, search->from.lat_deg, it->centre.lon_deg,
                                              it->centre.lat_deg);
    struct range range = {to_centre - it->radius_m, to_centre + it->radius_m};
    if (kept) *kept = range;
    return range;
}

/* --- candidates ---------------------------------------------------------------------------------------------------------- */

/* Whether the block may hold anything within the radius, by bounds alone; *surely_out says that all of it lies there. */
static bool block_is_near(const struct search *search, uint32_t block, bool *surely_out)
{
    const struct eg_place_block *it = &search->places->blocks[block];
    double radius_m = search->near->radius_m;
    double chord2 = eg_place_chord2(&search->from, &it->centre);
    *surely_out = eg_place_most_m(chord2) + it->radius_m <= radius_m;
    if (*surely_out) return true;
    if (eg_place_least_m(chord2) - it->radius_m > radius_m) return false;
    struct range range = range_of_block(search, block);
    *surely_out = range.most_m <= radius_m;
    return range.least_m <= radius_m;
}

/* Adds the place if it lies within the radius; the exact distance is asked where bounds cannot tell. */
static void consider(struct search *search, uint32_t place, bool surely_within)
{
    double chord2 = eg_place_chord2(&search->from, &search->places->places[place]);
    bool within = surely_within || chord2 < search->surely;
    if (!within && chord2 > search->perhaps) return;
    if (!within && exact_m(search, place) > search->near->radius_m) return;
    search->candidates[search->n++] = (struct candidate){chord2, place};
}

static double chord2_to(const struct search *search, uint32_t place)
{
    return eg_place_chord2(&search->from, &search->places->places[place]);
}

static bool is_place_within(const struct search *search, uint32_t place)
{
    double chord2 = chord2_to(search, place), radius_m = search->near->radius_m;
    if (chord2 < search->surely || chord2 > search->perhaps) return chord2 < search->surely;
    if (search->ranges) {
        struct range range = range_of_block(search, place / EG_PLACES_BLOCK);
        if (range.most_m <= radius_m || range.least_m > radius_m) return range.most_m <= radius_m;
    }
    return exact_m(search, place) <= radius_m;
}

/* The same for an entry with several places, of which this is one. */
static bool is_any_within(const struct search *search, uint32_t first)
{
    uint32_t place = first;
    do {
        if (is_place_within(search, place)) return true;
        place = search->places->next[place];
    } while (place != first);
    return false;
}

static void consider_several(struct search *search, uint32_t first)
{
    struct candidate best = {chord2_to(search, first), first};
    for (uint32_t place = search->places->next[first]; place != first; place = search->places->next[place]) {
        double chord2 = chord2_to(search, place);
        if (chord2 < best.chord2) best = (struct candidate){chord2, place};
    }
    bool within = isinf(search->near->radius_m) || best.chord2 < search->surely;
    if (within || (best.chord2 <= search->perhaps && is_any_within(search, first)))
        search->candidates[search->n++] = best;
}

static bool is_one_of_several(const struct search *search, uint32_t place)
{
    return search->places->next[place] != place;
}

static void gather_several(struct search *search, const uint64_t *bits)
{
    const struct eg_places *places = search->places;
    for (uint32_t i = 0; i < places->n_several; i++)
        if (eg_bits_has(bits, places->several[i]))
            consider_several(search, places->place_of[places->several[i]]);
}

/* Of the places of a block those of entries that have no other. */
static void gather_block(struct search *search, const uint64_t *bits, uint32_t block, bool surely_within)
{
    const struct eg_places *places = search->places;
    uint32_t end = (block + 1) * EG_PLACES_BLOCK < places->n ? (block + 1) * EG_PLACES_BLOCK : places->n;
    for (uint32_t i = block * EG_PLACES_BLOCK; i < end; i++) {
        if (eg_bits_has(bits, places->number[i]) && !is_one_of_several(search, i))
            consider(search, i, surely_within);
    }
}

static void gather_by_block(struct search *search, const uint64_t *bits)
{
    bool everywhere = isinf(search->near->radius_m);
    for (uint32_t block = 0; block < search->places->n_blocks; block++) {
        bool surely_within = everywhere;
        if (everywhere || block_is_near(search, block, &surely_within)) {
            gather_block(search, bits, block, surely_within);
        }
    }
    gather_several(search, bits);
}

static void gather_one_by_one(struct search *search, const uint64_t *bits, size_t n_bit_words)
{
    bool everywhere = isinf(search->near->radius_m);
    for (size_t w = 0; w < n_bit_words; w++) {
        for (uint64_t word = bits[w]; word != 0; word &= word - 1) {
            uint32_t place = search->places->place_of[w * 64 + (size_t)__builtin_ctzll(word)];
            if (place == EG_PLACES_NONE) continue;
            if (is_one_of_several(search, place)) consider_several(search, place);
            else consider(search, place, everywhere);
        }
    }
}

/* --- selection ----------------------------------------------------------------------------------------------------------- */

static void swap_values(double *a, double *b)
{
    double kept = *a;
    *a = *b;
    *b = kept;
}

/* The value that would stand at values[rank] if they were sorted (Hoare's selection, middle of three as pivot). */
static double select_rank(double *values, uint32_t n, uint32_t rank)
{
    int64_t low = 0;
    int64_t high = (int64_t)n - 1;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (values[middle] < values[low]) swap_values(&values[middle], &values[low]);
        if (values[high] < values[low]) swap_values(&values[high], &values[low]);
        if (values[high] < values[middle]) swap_values(&values[high], &values[middle]);
        double pivot = values[middle];
        int64_t i = low;
        int64_t j = high;
        while (i <= j) {
            while (values[i] < pivot) i++;
            while (values[j] > pivot) j--;
            if (i <= j) swap_values(&values[i++], &values[j--]);
        }
        if (rank <= j) high = j;
        else if (rank >= i) low = i;
        else break;
    }
    return values[rank];
}

static void drop_before(struct search *search, uint32_t n_kept, uint32_t n_before)
{
    search->n = n_kept;
    search->first -= n_before;
    search->last -= n_before;
}

/* Bounds from the chords alone, which rise with the chord: selecting chords is selecting both bounds. */
static void narrow_by_chord(struct search *search)
{
    uint32_t n = search->n;
    for (uint32_t i = 0; i < n; i++) search->values[i] = search->candidates[i].chord2;
    double first = select_rank(search->values, n, search->first);
    double last = select_rank(search->values, n, search->last - 1);
    double before = eg_place_chord2_of_most(eg_place_least_m(first));
    double after = eg_place_chord2_of_least(eg_place_most_m(last));
    uint32_t n_before = 0;
    uint32_t n_kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        double chord2 = search->candidates[i].chord2;
        n_before += chord2 < before;
        if (chord2 >= before && chord2 <= after) search->candidates[n_kept++] = search->candidates[i];
    }
    drop_before(search, n_kept, n_before);
}

/* Of an entry's nearest place: no nearer than the least of any, no farther than the most of any. */
static struct range range_of_entry(const struct search *search, uint32_t first)
{
    struct range nearest = {(double)INFINITY, (double)INFINITY};
    uint32_t place = first;
    do {
        struct range of_block = range_of_block(search, place / EG_PLACES_BLOCK);
        double chord2 = chord2_to(search, place);
        nearest.least_m = fmin(nearest.least_m, fmax(of_block.least_m, eg_place_least_m(chord2)));
        nearest.most_m = fmin(nearest.most_m, fmin(of_block.most_m, eg_place_most_m(chord2)));
        place = search->places->next[place];
    } while (place != first);
    return nearest;
}

static void tighten(const struct search *search, struct range *ranges)
{
    for (uint32_t i = 0; i < search->n; i++) ranges[i] = range_of_entry(search, search->candidates[i].place);
}

static enum eg_status narrow_by_block(struct search *search, struct eg_error *err)
{
    struct range *ranges = eg_memory_array(search->n, sizeof *ranges);
    if (!ranges) return eg_error_no_memory(err, search->n * sizeof *ranges);
    tighten(search, ranges);
    for (uint32_t i = 0; i < search->n; i++) search->values[i] = ranges[i].least_m;
    double before_m = select_rank(search->values, search->n, search->first);
    for (uint32_t i = 0; i < search->n; i++) search->values[i] = ranges[i].most_m;
    double after_m = select_rank(search->values, search->n, search->last - 1);
    uint32_t n_before = 0;
    uint32_t n_kept = 0;
    for (uint32_t i = 0; i < search->n; i++) {
        n_before += ranges[i].most_m < before_m;
        if (ranges[i].most_m < before_m || ranges[i].least_m > after_m) continue;
        search->candidates[n_kept++] = search->candidates[i];
    }
    drop_before(search, n_kept, n_before);
    free(ranges);
    return EG_OK;
}

/* --- measuring ----------------------------------------------------------------------------------------------------------- */

static int compare_hits(const void *a, const void *b)
{
    const struct eg_directory_hit *x = a;
    const struct eg_directory_hit *y = b;
    if (x->distance_m != y->distance_m) return x->distance_m < y->distance_m ? -1 : 1;
    return x->entry < y->entry ? -1 : x->entry > y->entry;
}

/* Exactly, to the nearest of an entry's places, of which `first` is one; of equally near ones that which comes first. */
static double nearest_m(const struct search *search, uint32_t first, uint32_t *which_out)
{
    double least_m = (double)INFINITY;
    uint32_t place = first;
    do {
        bool alone = search->places->next[place] == place;
        if (alone || eg_place_least_m(chord2_to(search, place)) <= least_m) {
            double distance_m = exact_m(search, place);
            uint32_t which = search->places->which[place];
            if (distance_m < least_m || (distance_m == least_m && which < *which_out)) {
                least_m = distance_m;
                *which_out = which;
            }
        }
        place = search->places->next[place];
    } while (place != first);
    return least_m;
}

static enum eg_status measure(struct search *search, struct eg_directory_result *result, struct eg_error *err)
{
    struct eg_directory_hit *hits = eg_memory_array(search->n, sizeof *hits);
    if (!hits) return eg_error_no_memory(err, search->n * sizeof *hits);
    for (uint32_t i = 0; i < search->n; i++) {
        uint32_t place = search->candidates[i].place;
        hits[i] = (struct eg_directory_hit){.entry = search->places->number[place]};
        hits[i].distance_m = nearest_m(search, place, &hits[i].place);
    }
    qsort(hits, search->n, sizeof *hits, compare_hits);
    result->n = search->last - search->first;
    memmove(hits, hits + search->first, result->n * sizeof *hits);
    void *shrunk = hits;
    eg_memory_shrink(&shrunk, result->n, sizeof *hits);
    result->hits = shrunk;
    return EG_OK;
}

static enum eg_status rank(struct search *search, struct eg_directory_result *result, struct eg_error *err)
{
    uint64_t last = (uint64_t)search->near->offset + search->near->limit;
    search->first = search->near->offset;
    search->last = last < search->n ? (uint32_t)last : search->n;
    result->n_matched = search->n;
    if (search->first >= search->last) return EG_OK;
    enum eg_status status = EG_OK;
    if (search->n > FEW) narrow_by_chord(search);
    if (search->n > FEW) status = narrow_by_block(search, err);
    return status ? status : measure(search, result, err);
}

static enum eg_status find(struct search *search, const uint64_t *bits, size_t n_bit_words,
                           struct eg_directory_result *result, struct eg_error *err)
{
    uint64_t n = eg_bits_count(bits, n_bit_words);
    search->candidates = eg_memory_array(n, sizeof *search->candidates);
    search->values = eg_memory_array(n > FEW ? n : 0, sizeof *search->values);
    search->ranges = n > FEW ? eg_memory_zeroed(search->places->n_blocks, sizeof *search->ranges) : NULL;
    if (!search->candidates || !search->values || (n > FEW && !search->ranges))
        return eg_error_no_memory(err, n * sizeof *search->candidates);
    if (n <= FEW) gather_one_by_one(search, bits, n_bit_words);
    else gather_by_block(search, bits);
    return rank(search, result, err);
}

enum eg_status eg_places_near(const struct eg_places *places, const uint64_t *bits, size_t n_bit_words,
                              const struct eg_near *near, struct eg_directory_result *result_out,
                              struct eg_error *err)
{
    struct search search = begin_search(places, near);
    struct eg_directory_result result = {0};
    enum eg_status status = find(&search, bits, n_bit_words, &result, err);
    free(search.candidates);
    free(search.values);
    free(search.ranges);
    if (status == EG_OK) *result_out = result;
    return status;
}

/* --- the same without an order ------------------------------------------------------------------------------------------- */

double eg_places_distance_m(const struct eg_places *places, const struct eg_near *from, uint32_t number,
                            uint32_t *which_out)
{
    struct search search = begin_search(places, from);
    return nearest_m(&search, places->place_of[number], which_out);
}

static bool is_within(const struct search *search, uint32_t place)
{
    if (place == EG_PLACES_NONE) return false;
    return isinf(search->near->radius_m) || is_any_within(search, place);
}

void eg_places_keep_within(const struct eg_places *places, const struct eg_near *near, uint64_t *bits,
                           size_t n_bit_words)
{
    struct search search = begin_search(places, near);
    for (size_t w = 0; w < n_bit_words; w++) {
        for (uint64_t word = bits[w]; word != 0; word &= word - 1) {
            uint32_t bit = (uint32_t)__builtin_ctzll(word);
            if (!is_within(&search, places->place_of[w * 64 + bit])) bits[w] &= ~(UINT64_C(1) << bit);
        }
    }
}
