/* From the set of what matches to a page of it. Numbers of entries are the usual order already, so the set bits are a list; names have a
 * list of all numbers, of which those in the set are taken; points are few values, so that a counting sort orders by them. None of
 * these costs more than a pass over 100,000 entries (a fifth of a millisecond). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "directory/bits.h"
#include "directory/directory_internal.h"
#include "directory/near_area.h"

#define MOST_POINTS (EG_WORDS_ASKED_MAX * EG_WORDS_MOST_POINTS)

struct ranking {
    const struct eg_directory *directory;
    const struct eg_directory_query *query;
    uint64_t *matches; /* [n_words] */
    size_t n_words;
    struct eg_near near;             /* where the query has one */
    const struct eg_near_area *area; /* from which to measure; NULL: from the point */
    struct eg_directory_result *result;
    struct eg_error *err;
};

/* --- a page ---------------------------------------------------------------------------------------------------------------------- */

/* Room for the hits of the page; result->n_matched is known. None for an empty page. */
static enum eg_status open_page(struct ranking *ranking, uint32_t *n_out)
{
    struct eg_directory_result *result = ranking->result;
    uint64_t offset = ranking->query->offset;
    uint64_t left = result->n_matched > offset ? result->n_matched - offset : 0;
    *n_out = (uint32_t)(left < ranking->query->limit ? left : ranking->query->limit);
    if (*n_out == 0) return EG_OK;
    result->hits = eg_memory_zeroed(*n_out, sizeof *result->hits);
    return result->hits ? EG_OK : eg_error_no_memory(ranking->err, *n_out * sizeof *result->hits);
}

static void list_usual(struct ranking *ranking, uint32_t n)
{
    struct eg_directory_result *result = ranking->result;
    uint64_t offset = ranking->query->offset;
    uint64_t passed = 0;
    for (size_t w = 0; w < ranking->n_words && result->n < n; w++) {
        uint64_t word = ranking->matches[w];
        uint32_t in_word = (uint32_t)__builtin_popcountll(word);
        if (passed + in_word <= offset) {
            passed += in_word;
            continue;
        }
        for (; word != 0 && result->n < n; word &= word - 1) {
            if (passed++ < offset) continue;
            result->hits[result->n++].entry = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(word);
        }
    }
}

static void list_by_name(struct ranking *ranking, uint32_t n)
{
    const struct eg_directory *directory = ranking->directory;
    struct eg_directory_result *result = ranking->result;
    uint64_t passed = 0;
    for (uint32_t i = 0; i < directory->entries->n && result->n < n; i++) {
        uint32_t number = directory->by_name[i];
        if (!eg_bits_has(ranking->matches, number) || passed++ < ranking->query->offset) continue;
        result->hits[result->n++].entry = number;
    }
}

/* Numbers by points, the most first; within the same points as they come, which is the usual order. */
static void sort_by_points(const struct ranking *ranking, const uint8_t *points, uint32_t *sorted)
{
    uint32_t start[MOST_POINTS + 2] = {0};
    for (int pass = 0; pass < 2; pass++) {
        for (size_t w = 0; w < ranking->n_words; w++) {
            for (uint64_t word = ranking->matches[w]; word != 0; word &= word - 1) {
                uint32_t number = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(word);
                uint32_t missing = MOST_POINTS - points[number];
                if (pass == 0) start[missing + 1]++;
                else sorted[start[missing]++] = number;
            }
        }
        for (size_t i = 0; i <= MOST_POINTS && pass == 0; i++) start[i + 1] += start[i];
    }
}

static enum eg_status list_by_relevance(struct ranking *ranking, uint32_t n)
{
    const struct eg_directory *directory = ranking->directory;
    const struct eg_words_scored scored = {&directory->name_words, &directory->owner_words};
    struct eg_directory_result *result = ranking->result;
    uint8_t *points = eg_memory_zeroed(directory->entries->n, sizeof *points);
    uint32_t *sorted = eg_memory_array((size_t)result->n_matched, sizeof *sorted);
    uint64_t *bits = eg_memory_array(ranking->n_words, 2 * sizeof *bits);
    enum eg_status status = EG_OK;
    if (!points || !sorted || !bits)
        status = eg_error_no_memory(ranking->err, (size_t)result->n_matched * sizeof *sorted);
    if (status == EG_OK)
        status = eg_words_score(&scored, ranking->query->words, bits, ranking->n_words, points, ranking->err);
    if (status == EG_OK) {
        sort_by_points(ranking, points, sorted);
        for (; result->n < n; result->n++)
            result->hits[result->n].entry = sorted[ranking->query->offset + result->n];
    }
    free(points);
    free(sorted);
    free(bits);
    return status;
}

static enum eg_status list_by_next(struct ranking *ranking, uint32_t n)
{
    struct eg_directory_result *result = ranking->result;
    uint32_t n_matched = (uint32_t)result->n_matched;
    uint32_t *sorted = eg_memory_array(n_matched, sizeof *sorted);
    if (!sorted) return eg_error_no_memory(ranking->err, n_matched * sizeof *sorted);
    enum eg_status status = eg_rank_by_next(ranking->directory, ranking->matches, ranking->query->from_min,
                                            sorted, n_matched, ranking->err);
    for (; status == EG_OK && result->n < n; result->n++)
        result->hits[result->n].entry = sorted[ranking->query->offset + result->n];
    free(sorted);
    return status;
}

static void measure(const struct ranking *ranking, struct eg_directory_hit *hit)
{
    const struct eg_places *places = &ranking->directory->places;
    hit->distance_m = ranking->area ? eg_near_area_entry_m(ranking->area, hit->entry, &hit->place)
                                    : eg_places_distance_m(places, &ranking->near, hit->entry, &hit->place);
}

static enum eg_status list_otherwise(struct ranking *ranking)
{
    uint32_t n = 0;
    struct eg_directory_result *result = ranking->result;
    result->n_matched = eg_bits_count(ranking->matches, ranking->n_words);
    enum eg_status status = open_page(ranking, &n);
    if (status != EG_OK || n == 0) return status;
    if (ranking->query->order == EG_ORDER_NAME) list_by_name(ranking, n);
    else if (ranking->query->order == EG_ORDER_RELEVANCE) status = list_by_relevance(ranking, n);
    else if (ranking->query->order == EG_ORDER_NEXT) status = list_by_next(ranking, n);
    else list_usual(ranking, n);
    if (!ranking->query->has_near) return status;
    for (uint32_t i = 0; i < result->n; i++) measure(ranking, &result->hits[i]);
    return status;
}

/* --- counts ---------------------------------------------------------------------------------------------------------------------- */

static uint32_t count_range(const uint64_t *bits, uint32_t begin, uint32_t end)
{
    uint32_t n = 0;
    for (uint32_t i = begin; i < end; i++) {
        bool is_whole_word = i % 64 == 0 && end - i >= 64;
        n += is_whole_word ? (uint32_t)__builtin_popcountll(bits[i / 64]) : eg_bits_has(bits, i);
        if (is_whole_word) i += 63;
    }
    return n;
}

static enum eg_status count_kinds(const struct ranking *ranking, struct eg_directory_counts *counts)
{
    const uint32_t *start = ranking->directory->kind_start;
    counts->values = eg_memory_array(EG_N_KINDS, sizeof *counts->values);
    if (!counts->values) return eg_error_no_memory(ranking->err, EG_N_KINDS * sizeof *counts->values);
    for (uint32_t k = 0; k < EG_N_KINDS; k++) {
        struct eg_directory_facet kind = {eg_text_from(eg_entry_kind_name((enum eg_entry_kind)k)),
                                          count_range(ranking->matches, start[k], start[k + 1])};
        if (kind.n == 0) continue;
        uint32_t at = counts->n++;
        for (; at > 0 && eg_facets_is_before(&kind, &counts->values[at - 1]); at--)
            counts->values[at] = counts->values[at - 1];
        counts->values[at] = kind;
    }
    return EG_OK;
}

static enum eg_status count_facets(const struct ranking *ranking)
{
    const struct eg_directory *directory = ranking->directory;
    enum eg_status status = EG_OK;
    for (uint32_t k = 0; k < EG_N_FACETS && status == EG_OK; k++) {
        struct eg_directory_counts *counts = &ranking->result->counts[k];
        if (!(ranking->query->facets >> k & 1U)) continue;
        if (k == EG_FACET_KIND) status = count_kinds(ranking, counts);
        else
            status = eg_facets_count(&directory->facets[k], ranking->matches, ranking->n_words, counts,
                                     ranking->err);
    }
    return status;
}

/* --- all of it ------------------------------------------------------------------------------------------------------------------- */

/* Of training in a span of time. */
static void find_next(const struct eg_directory_query *query, const struct eg_entry *entry,
                      struct eg_directory_hit *hit)
{
    if (query->has_span)
        (void)eg_schedules_next(entry->schedules, entry->n_schedules, query->from_min, query->until_min,
                                &hit->next);
}

/* The place that is meant where the distance does not say it. */
static uint32_t place_meant(const struct eg_directory_query *query, const struct eg_entry *entry)
{
    uint32_t placed = eg_entry_placed_at(entry);
    for (uint32_t i = 0; i < entry->n_places && query->has_bbox; i++) {
        const struct eg_entry_place *place = &entry->places[i];
        if (place->has_position && eg_places_box_holds(query->bbox_deg, place->lon_deg, place->lat_deg))
            return i;
    }
    return placed == UINT32_MAX ? 0 : placed;
}

/* From numbers in answer order to indices of entries. */
static void name_entries(const struct eg_directory *directory, const struct eg_directory_query *query,
                         struct eg_directory_result *result)
{
    for (uint32_t i = 0; i < result->n; i++) {
        uint32_t number = result->hits[i].entry;
        const struct eg_entry *entry = directory->in_order[number];
        result->hits[i].entry = directory->index_of[number];
        find_next(query, entry, &result->hits[i]);
        if (!query->has_near) result->hits[i].place = place_meant(query, entry);
    }
}

static enum eg_status keep_within(struct ranking *ranking)
{
    const struct eg_places *places = &ranking->directory->places;
    if (ranking->area)
        return eg_near_area_keep_within(ranking->area, ranking->near.radius_m, ranking->matches,
                                        ranking->n_words, ranking->err);
    eg_places_keep_within(places, &ranking->near, ranking->matches, ranking->n_words);
    return EG_OK;
}

static enum eg_status list_by_distance(struct ranking *ranking)
{
    const struct eg_places *places = &ranking->directory->places;
    if (!ranking->area)
        return eg_places_near(places, ranking->matches, ranking->n_words, &ranking->near, ranking->result,
                              ranking->err);
    return eg_near_area_rank(ranking->area, &ranking->near, ranking->matches, ranking->n_words,
                             ranking->result, ranking->err);
}

static enum eg_status rank(struct ranking *ranking)
{
    const struct eg_directory_query *query = ranking->query;
    bool by_distance = query->has_near && query->order <= EG_ORDER_DISTANCE;
    enum eg_status status = EG_OK;
    if (query->has_near && (ranking->area || !by_distance || query->facets)) status = keep_within(ranking);
    if (status == EG_OK) status = by_distance ? list_by_distance(ranking) : list_otherwise(ranking);
    if (status == EG_OK) status = count_facets(ranking);
    if (status == EG_OK) name_entries(ranking->directory, query, ranking->result);
    return status;
}

enum eg_status eg_directory_rank(const struct eg_directory *directory, const struct eg_directory_query *query,
                                 uint64_t *matches, struct eg_directory_result *result, struct eg_error *err)
{
    struct eg_near_area area = {0};
    struct ranking ranking = {.directory = directory,
                              .query = query,
                              .matches = matches,
                              .n_words = eg_bits_words(directory->entries->n),
                              .near = {.lon_deg = query->near_lon_deg,
                                       .lat_deg = query->near_lat_deg,
                                       .radius_m = query->has_radius ? query->radius_m : (double)INFINITY,
                                       .offset = query->offset,
                                       .limit = query->limit},
                              .area = query->has_near_area ? &area : NULL,
                              .result = result,
                              .err = err};
    enum eg_status status = EG_OK;
    if (query->has_near_area)
        status = eg_near_area_init(&area, &directory->places,
                                   &directory->generation->area_sets[query->near_boundaries],
                                   query->near_area, err);
    if (status == EG_OK) status = rank(&ranking);
    eg_near_area_clear(&area);
    return status;
}
