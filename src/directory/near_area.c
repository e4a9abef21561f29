/* Places that stand together in the order of the curve are judged together: a ball around them is no farther from the outline than its centre
 * less and more its radius, and where the outline does not come into the ball, all of it is inside or none. So most blocks of 64 places are
 * judged at once, of the others most eights, and single places only along the outline, or along the edge of the radius.
 *
 * All entries within the area are at the same distance, so a page of them needs no measuring. For one that goes on with those outside, what
 * cannot be on it is left out by the same bounds, of blocks, then of eights, then of single places (directory/places_near.c); what is left is
 * measured. An entry at several places is judged by all of these. */
#include "directory/near_area.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "directory/bits.h"
#include "stats/sort.h"

#define PARTS 8U /* of a block, and of a part of it */

enum eg_status eg_near_area_init(struct eg_near_area *near_area, const struct eg_places *places,
                                 const struct eg_area_set *set, uint32_t area, struct eg_error *err)
{
    near_area->places = places;
    return eg_near_outline_init(&near_area->outline, set, area, err);
}

void eg_near_area_clear(struct eg_near_area *near_area)
{
    eg_near_outline_clear(&near_area->outline);
}

double eg_near_area_entry_m(const struct eg_near_area *near_area, uint32_t number, uint32_t *which_out)
{
    double least_m = (double)INFINITY;
    uint32_t first = near_area->places->place_of[number], place = first;
    do {
        double distance_m =
            eg_near_outline_distance_m(&near_area->outline, &near_area->places->places[place]);
        uint32_t which = near_area->places->which[place];
        if (distance_m < least_m || (distance_m == least_m && which < *which_out)) {
            least_m = distance_m;
            *which_out = which;
        }
        place = near_area->places->next[place];
    } while (place != first);
    return least_m;
}

/* --- balls of places ----------------------------------------------------------------------------------------------------- */

struct ball {
    double centre[3], radius_m;
};

static struct ball ball_of_block(const struct eg_place_block *block)
{
    struct ball ball = {.radius_m = block->radius_m};
    eg_near_spot(&block->centre, ball.centre);
    return ball;
}

static struct ball ball_of(const struct eg_places *places, uint32_t first, uint32_t n)
{
    if (n > PARTS) return ball_of_block(&places->blocks[first / EG_PLACES_BLOCK]);
    struct ball ball = {0};
    double spots[PARTS][3];
    for (uint32_t i = 0; i < n; i++) {
        eg_near_spot(&places->places[first + i], spots[i]);
        for (int k = 0; k < 3; k++) ball.centre[k] += spots[i][k] / n;
    }
    for (uint32_t i = 0; i < n && n > 1; i++)
        ball.radius_m = fmax(ball.radius_m, eg_near_chord_m(ball.centre, spots[i]));
    return ball;
}

/* Chords between which those from the places to the outline are. */
struct range {
    double least_m, most_m;
};

static struct range range_of(const struct eg_near_area *near_area, uint32_t first, uint32_t n, uint32_t *hint)
{
    struct ball ball = ball_of(near_area->places, first, n);
    double chord_m = eg_near_outline_chord_m(&near_area->outline, ball.centre, hint);
    return (struct range){chord_m - ball.radius_m, chord_m + ball.radius_m};
}

static uint32_t end_of(const struct eg_places *places, uint32_t first, uint32_t size)
{
    return places->n - first < size ? places->n : first + size;
}

/* --- within a distance --------------------------------------------------------------------------------------------------- */

enum verdict { NONE, SOME, ALL };

struct marking {
    const struct eg_near_area *near_area;
    double radius_m;
    const uint64_t *bits; /* whose entries are meant */
    uint64_t *within;     /* gets those of them that have a place within the radius */
    uint32_t hint;
};

/* Of the places from `first` to before `end`. */
static enum verdict judge(struct marking *marking, uint32_t first, uint32_t end)
{
    const struct eg_near_outline *outline = &marking->near_area->outline;
    const struct eg_place *place = &marking->near_area->places->places[first];
    struct range range = range_of(marking->near_area, first, end - first, &marking->hint);
    if (eg_near_most_m(range.most_m) <= marking->radius_m) return ALL;
    if (range.least_m > EG_NEAR_SAG_M) {
        if (eg_near_outline_holds(outline, place->lon_deg, place->lat_deg)) return ALL;
        if (eg_near_least_m(range.least_m) > marking->radius_m) return NONE;
    }
    if (end - first > 1) return SOME;
    return eg_near_outline_distance_m(outline, place) <= marking->radius_m ? ALL : NONE;
}

static bool has_any(const struct eg_places *places, const uint64_t *bits, uint32_t first, uint32_t end)
{
    while (first < end && !eg_bits_has(bits, places->number[first])) first++;
    return first < end;
}

/* Parts of this size of the places from `first` to before `end`; down to single ones where a part is not judged as a whole. */
static void mark_parts(struct marking *marking, uint32_t first, uint32_t end, uint32_t size)
{
    const struct eg_places *places = marking->near_area->places;
    for (uint32_t next; first < end; first = next) {
        next = end - first < size ? end : first + size;
        if (!has_any(places, marking->bits, first, next)) continue;
        enum verdict verdict = judge(marking, first, next);
        if (verdict == SOME) mark_parts(marking, first, next, size / PARTS);
        for (uint32_t i = first; i < next && verdict == ALL; i++)
            if (eg_bits_has(marking->bits, places->number[i]))
                eg_bits_set(marking->within, places->number[i]);
    }
}

static uint64_t *mark_within(const struct eg_near_area *near_area, double radius_m, const uint64_t *bits,
                             size_t n_bit_words)
{
    uint64_t *within = eg_memory_zeroed(n_bit_words, sizeof *within);
    struct marking marking = {.near_area = near_area, .radius_m = radius_m, .bits = bits, .within = within};
    if (within) mark_parts(&marking, 0, near_area->places->n, EG_PLACES_BLOCK);
    return within;
}

static void keep_placed(const struct eg_places *places, uint64_t *bits, size_t n_bit_words)
{
    for (size_t w = 0; w < n_bit_words; w++) {
        for (uint64_t word = bits[w]; word != 0; word &= word - 1) {
            uint32_t bit = (uint32_t)__builtin_ctzll(word);
            if (places->place_of[w * 64 + bit] == EG_PLACES_NONE) bits[w] &= ~(UINT64_C(1) << bit);
        }
    }
}

enum eg_status eg_near_area_keep_within(const struct eg_near_area *near_area, double radius_m, uint64_t *bits,
                                        size_t n_bit_words, struct eg_error *err)
{
    keep_placed(near_area->places, bits, n_bit_words);
    if (isinf(radius_m)) return EG_OK;
    uint64_t *within = mark_within(near_area, radius_m, bits, n_bit_words);
    if (!within) return eg_error_no_memory(err, n_bit_words * sizeof *within);
    memcpy(bits, within, n_bit_words * sizeof *within);
    free(within);
    return EG_OK;
}

/* --- those outside, in the order of distances ------------------------------------------------------------------------------ */

/* Entries outside the area. */
struct group {
    uint32_t first,
        n_places; /* of a block, with entries of one place; 0: of all places of an entry with several, the first */
    uint32_t n;         /* entries that are meant */
    struct range range; /* metres over the ground */
};

struct search {
    const struct eg_near_area *near_area;
    const uint64_t *bits; /* of entries outside the area */
    struct group *groups; /* [n_groups] */
    uint32_t n_groups;
    uint32_t first, last; /* ranks wanted among their entries, last excluded */
    struct range *ranges; /* [blocks] chords; 0 to 0 where it was not asked for */
    uint32_t hint;
};

static bool has_several(const struct eg_places *places, uint32_t place)
{
    return places->next[place] != place;
}

static uint32_t count_single(const struct search *search, uint32_t first, uint32_t end)
{
    const struct eg_places *places = search->near_area->places;
    uint32_t n = 0;
    for (uint32_t i = first; i < end; i++)
        n += eg_bits_has(search->bits, places->number[i]) && !has_several(places, i);
    return n;
}

static struct range over_ground(struct range chords)
{
    return (struct range){eg_near_least_m(chords.least_m), eg_near_most_m(chords.most_m)};
}

static struct range range_of_block(struct search *search, uint32_t block)
{
    const struct eg_places *places = search->near_area->places;
    uint32_t first = block * EG_PLACES_BLOCK, end = end_of(places, first, EG_PLACES_BLOCK);
    struct range *kept = &search->ranges[block];
    if (kept->most_m == 0) *kept = range_of(search->near_area, first, end - first, &search->hint);
    return *kept;
}

/* Of the nearest of an entry's places: by their blocks, or by themselves. */
static struct range range_of_entry(struct search *search, uint32_t first, bool closely)
{
    struct range nearest = {(double)INFINITY, (double)INFINITY};
    uint32_t place = first;
    do {
        struct range range = closely ? range_of(search->near_area, place, 1, &search->hint)
                                     : range_of_block(search, place / EG_PLACES_BLOCK);
        nearest.least_m = fmin(nearest.least_m, range.least_m);
        nearest.most_m = fmin(nearest.most_m, range.most_m);
        place = search->near_area->places->next[place];
    } while (place != first);
    return nearest;
}

static void add_group(struct search *search, struct group group, struct range chords)
{
    group.range = over_ground(chords);
    search->groups[search->n_groups++] = group;
}

static enum eg_status begin_groups(struct search *search, struct eg_error *err)
{
    const struct eg_places *places = search->near_area->places;
    size_t most = (size_t)places->n_blocks + places->n_several;
    search->groups = eg_memory_array(most, sizeof *search->groups);
    search->ranges = eg_memory_zeroed(places->n_blocks, sizeof *search->ranges);
    if (!search->groups || !search->ranges) return eg_error_no_memory(err, most * sizeof *search->groups);
    for (uint32_t block = 0; block < places->n_blocks; block++) {
        uint32_t first = block * EG_PLACES_BLOCK, end = end_of(places, first, EG_PLACES_BLOCK);
        uint32_t n = count_single(search, first, end);
        if (n > 0)
            add_group(search, (struct group){first, end - first, n, {0, 0}}, range_of_block(search, block));
    }
    for (uint32_t i = 0; i < places->n_several; i++) {
        uint32_t first = places->place_of[places->several[i]];
        if (eg_bits_has(search->bits, places->several[i]))
            add_group(search, (struct group){first, 0, 1, {0, 0}}, range_of_entry(search, first, false));
    }
    return EG_OK;
}

static void split_group(struct search *search, const struct group *group, uint32_t size)
{
    uint32_t end = group->first + group->n_places;
    if (group->n_places == 0) add_group(search, *group, range_of_entry(search, group->first, size == 1));
    for (uint32_t at = group->first, next; at < end; at = next) {
        next = end - at < size ? end : at + size;
        uint32_t n = count_single(search, at, next);
        if (n > 0)
            add_group(search, (struct group){at, next - at, n, {0, 0}},
                      range_of(search->near_area, at, next - at, &search->hint));
    }
}

/* Into groups of at most `size` places. */
static enum eg_status split(struct search *search, uint32_t size, struct eg_error *err)
{
    struct group *whole = search->groups;
    uint32_t n = search->n_groups;
    size_t most = (size_t)n * PARTS;
    search->groups = eg_memory_array(most, sizeof *search->groups);
    search->n_groups = 0;
    for (uint32_t i = 0; i < n && search->groups; i++) split_group(search, &whole[i], size);
    free(whole);
    return search->groups ? EG_OK : eg_error_no_memory(err, most * sizeof *whole);
}

/* The value of the group that holds the entry of this rank, were all in the order of their values. */
static double value_at(const struct search *search, uint32_t rank, struct eg_sort_item *room, bool most)
{
    for (uint32_t i = 0; i < search->n_groups; i++) {
        struct range range = search->groups[i].range;
        room[i] = (struct eg_sort_item){eg_sort_key(most ? range.most_m : range.least_m), i};
    }
    const struct eg_sort_item *sorted = eg_sort_items(room, room + search->n_groups, search->n_groups);
    uint32_t i = 0;
    for (uint32_t n = search->groups[sorted[0].row].n; n <= rank; n += search->groups[sorted[i].row].n) i++;
    return eg_sort_value(sorted[i].key);
}

/* Leaves out what is certainly before the ranks that are wanted, and what is after. */
static enum eg_status narrow(struct search *search, struct eg_error *err)
{
    size_t n_room = 2 * (size_t)search->n_groups;
    struct eg_sort_item *room = eg_memory_array(n_room, sizeof *room);
    if (!room) return eg_error_no_memory(err, n_room * sizeof *room);
    double before_m = value_at(search, search->first, room, false);
    double after_m = value_at(search, search->last - 1, room, true);
    uint32_t n_before = 0, n_kept = 0;
    for (uint32_t i = 0; i < search->n_groups; i++) {
        struct group group = search->groups[i];
        if (group.range.most_m < before_m) n_before += group.n;
        else if (group.range.least_m <= after_m) search->groups[n_kept++] = group;
    }
    search->n_groups = n_kept;
    search->first -= n_before;
    search->last -= n_before;
    free(room);
    return EG_OK;
}

static int compare_hits(const void *a, const void *b)
{
    const struct eg_directory_hit *x = a, *y = b;
    if (x->distance_m != y->distance_m) return x->distance_m < y->distance_m ? -1 : 1;
    return x->entry < y->entry ? -1 : x->entry > y->entry;
}

static enum eg_status measure(struct search *search, struct eg_directory_hit *hits_out, struct eg_error *err)
{
    struct eg_directory_hit *hits = eg_memory_zeroed(search->n_groups, sizeof *hits);
    if (!hits) return eg_error_no_memory(err, search->n_groups * sizeof *hits);
    for (uint32_t i = 0; i < search->n_groups; i++) {
        hits[i].entry = search->near_area->places->number[search->groups[i].first];
        hits[i].distance_m = eg_near_area_entry_m(search->near_area, hits[i].entry, &hits[i].place);
    }
    qsort(hits, search->n_groups, sizeof *hits, compare_hits);
    memcpy(hits_out, hits + search->first, (search->last - search->first) * sizeof *hits);
    free(hits);
    return EG_OK;
}

static enum eg_status rank_outside(struct search *search, struct eg_directory_hit *hits_out,
                                   struct eg_error *err)
{
    enum eg_status status = begin_groups(search, err);
    if (status == EG_OK) status = narrow(search, err);
    for (uint32_t size = EG_PLACES_BLOCK / PARTS; size > 0 && status == EG_OK; size /= PARTS) {
        status = split(search, size, err);
        if (status == EG_OK) status = narrow(search, err);
    }
    if (status == EG_OK) status = measure(search, hits_out, err);
    free(search->groups);
    free(search->ranges);
    return status;
}

/* --- all in the order of distances ----------------------------------------------------------------------------------------- */

/* Of the entries within the area those of the ranks wanted, in answer order. */
static uint32_t list_inside(const struct eg_near_area *near_area, const uint64_t *inside,
                            const uint32_t ranks[2], struct eg_directory_hit *hits_out)
{
    uint32_t n = 0;
    for (uint32_t rank = 0, w = 0; rank < ranks[1]; w++) {
        for (uint64_t word = inside[w]; word != 0 && rank < ranks[1]; word &= word - 1) {
            if (rank++ < ranks[0]) continue;
            struct eg_directory_hit *hit = &hits_out[n++];
            hit->entry = w * 64 + (uint32_t)__builtin_ctzll(word);
            uint32_t place = near_area->places->place_of[hit->entry];
            hit->place = near_area->places->which[place];
            if (has_several(near_area->places, place))
                (void)eg_near_area_entry_m(near_area, hit->entry, &hit->place);
        }
    }
    return n;
}

static uint32_t less(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Of entries that are within the radius, by their bits. */
struct page {
    const struct eg_near_area *near_area;
    const uint64_t *bits;
    size_t n_bit_words;
    uint32_t ranks[2]; /* wanted, the last excluded */
};

/* inside[] becomes those outside. */
static enum eg_status fill(const struct page *page, uint64_t *inside, struct eg_directory_hit *hits_out,
                           struct eg_error *err)
{
    uint32_t n_inside = (uint32_t)eg_bits_count(inside, page->n_bit_words);
    uint32_t among[2] = {less(page->ranks[0], n_inside), less(page->ranks[1], n_inside)};
    uint32_t n = list_inside(page->near_area, inside, among, hits_out);
    if (page->ranks[1] <= n_inside) return EG_OK;
    for (size_t w = 0; w < page->n_bit_words; w++) inside[w] = page->bits[w] & ~inside[w];
    struct search search = {.near_area = page->near_area,
                            .bits = inside,
                            .first = page->ranks[0] - among[0],
                            .last = page->ranks[1] - n_inside};
    return rank_outside(&search, hits_out + n, err);
}

enum eg_status eg_near_area_rank(const struct eg_near_area *near_area, const struct eg_near *near,
                                 const uint64_t *bits, size_t n_bit_words,
                                 struct eg_directory_result *result_out, struct eg_error *err)
{
    uint32_t n = (uint32_t)eg_bits_count(bits, n_bit_words);
    struct page page = {near_area, bits, n_bit_words, {near->offset, n}};
    if (near->limit < n - less(near->offset, n)) page.ranks[1] = near->offset + near->limit;
    result_out->n_matched = n;
    if (page.ranks[0] >= page.ranks[1]) return EG_OK;
    result_out->n = page.ranks[1] - page.ranks[0];
    result_out->hits = eg_memory_zeroed(result_out->n, sizeof *result_out->hits);
    uint64_t *inside = mark_within(near_area, 0, bits, n_bit_words);
    enum eg_status status = EG_OK;
    if (inside && result_out->hits) status = fill(&page, inside, result_out->hits, err);
    else status = eg_error_no_memory(err, result_out->n * sizeof *result_out->hits);
    free(inside);
    return status;
}
