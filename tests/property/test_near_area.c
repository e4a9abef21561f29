/* Near an area, against brute force: entries around a square of squares, whose outline is four lines, on each of which the nearest point
 * is searched for by geodesics. And what is judged by balls of places and of borders, in crowds of entries at up to four places around areas
 * with two thousand corners, against measuring each entry. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "directory/bits.h"
#include "directory/near_area.h"
#include "directory/service_areas.h"
#include "geo/crs.h"
#include "support/round_areas.h"
#include "support/temp_file.h"
#include "support/test_directory.h"
#include "support/test_random.h"

#define N_ENTRIES 400
#define N_QUERIES 60
#define N_STEPS 42
#define N_CROWD 6000
#define N_ASKED 40
#define SLACK_M 0.1 /* the plane's grid has steps of a centimetre */

static struct eg_test_random dice;

static double between(double low, double high)
{
    return low + (high - low) * eg_test_random_unit(&dice);
}

static uint32_t below(uint32_t n)
{
    return eg_test_random_below(&dice, n);
}

static int open_directory(void **state)
{
    static struct eg_test_directory test;
    struct eg_buffer csv;
    char yaml[512];
    eg_buffer_init(&csv, 0);
    eg_buffer_literal(&csv, "key,name,kind,lon,lat\n");
    for (uint32_t i = 0; i < N_ENTRIES; i++) {
        double spread = i % 10 == 0 ? 8 : 0.4;
        eg_buffer_printf(&csv, "%u,Name %u,hub,", i, below(50));
        if (below(50) == 0) eg_buffer_literal(&csv, ",\n");
        else
            eg_buffer_printf(&csv, "%.17g,%.17g\n", 0.3 + between(-spread, spread),
                             50.3 + between(-spread, spread));
    }
    (void)snprintf(
        yaml, sizeof yaml,
        "directories:\n  - {id: d, title: D, source: %s, columns: {key: key, name: name, kind: kind, "
        "longitude: lon, latitude: lat}}\n",
        eg_test_temp_file("around.csv", csv.data).data);
    eg_buffer_clear(&csv);
    eg_test_directory_open(yaml, &test);
    *state = &test;
    return 0;
}

static int close_directory(void **state)
{
    eg_test_directory_close(*state);
    return 0;
}

/* --- brute force ----------------------------------------------------------------------------------------------------- */

static double along_m(struct eg_bounds side, double share, const struct eg_entry *entry)
{
    return eg_geodesic_distance_m(side.min_x + share * (side.max_x - side.min_x),
                                  side.min_y + share * (side.max_y - side.min_y), entry->lon_deg,
                                  entry->lat_deg);
}

/* By thirds: along a side the distance falls and then rises. */
static double side_m(struct eg_bounds side, const struct eg_entry *entry)
{
    double low = 0, high = 1;
    for (int i = 0; i < N_STEPS; i++) {
        double third = (high - low) / 3;
        if (along_m(side, low + third, entry) < along_m(side, high - third, entry)) high -= third;
        else low += third;
    }
    return along_m(side, (low + high) / 2, entry);
}

static double square_m(struct eg_bounds box, const struct eg_entry *entry)
{
    const struct eg_bounds sides[] = {{box.min_x, box.min_y, box.max_x, box.min_y},
                                      {box.min_x, box.max_y, box.max_x, box.max_y},
                                      {box.min_x, box.min_y, box.min_x, box.max_y},
                                      {box.max_x, box.min_y, box.max_x, box.max_y}};
    double least_m = (double)INFINITY;
    bool is_in = entry->lon_deg > box.min_x && entry->lon_deg < box.max_x && entry->lat_deg > box.min_y &&
                 entry->lat_deg < box.max_y;
    for (size_t i = 0; i < EG_ARRAY_LEN(sides) && !is_in; i++)
        least_m = fmin(least_m, side_m(sides[i], entry));
    return is_in ? 0 : least_m;
}

/* A random square, as the query's area. */
static struct eg_bounds choose_area(const struct eg_test_directory *test, struct eg_directory_query *query)
{
    char code[32];
    uint32_t column = below(EG_TEST_SQUARES), row = below(EG_TEST_SQUARES), size = 1 + below(2);
    if (size == 1) (void)snprintf(code, sizeof code, "n%u%u", column, row);
    else (void)snprintf(code, sizeof code, "d%u%u", column / 2, row / 2);
    double west = column / size * size / 10.0, south = 50 + row / size * size / 10.0;
    query->near_boundaries = size == 1 ? EG_TEST_NEIGHBOURHOOD : EG_TEST_DISTRICT;
    const struct eg_area_set *set = &test->generation->area_sets[query->near_boundaries];
    query->near_area = eg_textmap_get(set->by_code, eg_text_from(code));
    assert_int_not_equal(query->near_area, EG_TEXTMAP_NONE);
    double at[2];
    assert_int_equal(eg_service_area_interior(set, query->near_area, &query->has_near, at, NULL), EG_OK);
    query->has_near_area = true;
    query->near_lon_deg = at[0];
    query->near_lat_deg = at[1];
    return (struct eg_bounds){west, south, west + size / 10.0, south + size / 10.0};
}

static int compare_values(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* --- tests ----------------------------------------------------------------------------------------------------------- */

static void check(const struct eg_test_directory *test, const struct eg_directory_query *query,
                  struct eg_bounds box)
{
    const struct eg_entries *entries = eg_directory_entries(test->directory);
    double of[N_ENTRIES] = {0}, all[N_ENTRIES];
    uint32_t n = 0, at_edge = 0;
    for (uint32_t i = 0; i < entries->n; i++) {
        if (!entries->items[i]->has_position) continue;
        double distance_m = of[i] = square_m(box, entries->items[i]);
        bool is_within = !query->has_radius || distance_m <= query->radius_m;
        at_edge += query->has_radius && fabs(distance_m - query->radius_m) < SLACK_M;
        if (is_within) all[n++] = distance_m;
    }
    if (at_edge > 0) return;
    qsort(all, n, sizeof *all, compare_values);
    struct eg_directory_result result = {0};
    assert_int_equal(eg_directory_search(test->directory, query, &result, NULL), EG_OK);
    assert_int_equal(result.n_matched, n);
    uint32_t left = n > query->offset ? n - query->offset : 0;
    assert_int_equal(result.n, left < query->limit ? left : query->limit);
    for (uint32_t i = 0; i < result.n; i++) {
        const struct eg_directory_hit *hit = &result.hits[i];
        double distance_m = of[hit->entry];
        assert_true(fabs(hit->distance_m - distance_m) < SLACK_M);
        assert_true(hit->distance_m > 0 || distance_m < SLACK_M);
        if (query->order == EG_ORDER_USUAL)
            assert_true(fabs(hit->distance_m - all[query->offset + i]) < SLACK_M);
    }
    eg_directory_result_clear(&result);
}

static void pages_and_radii_are_those_of_brute_force(void **state)
{
    const struct eg_test_directory *test = *state;
    for (int i = 0; i < N_QUERIES; i++) {
        struct eg_directory_query query = {.serves_boundaries = EG_ATLAS_NONE};
        struct eg_bounds box = choose_area(test, &query);
        query.limit = below(40);
        query.offset = below(3) == 0 ? below(N_ENTRIES) : below(20);
        query.has_radius = below(3) > 0;
        query.radius_m = below(8) == 0 ? 0 : pow(10, between(2, 6));
        if (below(4) == 0) query.order = EG_ORDER_NAME;
        if (below(4) == 0) query.facets = 1U << EG_FACET_KIND;
        check(test, &query, box);
    }
}

/* Page after page is the whole list, once. */
static void pages_follow_one_another(void **state)
{
    const struct eg_test_directory *test = *state;
    struct eg_directory_query query = {.serves_boundaries = EG_ATLAS_NONE, .limit = N_ENTRIES};
    struct eg_directory_result whole = {0};
    (void)choose_area(test, &query);
    assert_int_equal(eg_directory_search(test->directory, &query, &whole, NULL), EG_OK);
    assert_int_equal(whole.n, whole.n_matched);
    for (query.offset = 0, query.limit = 20; query.offset < whole.n; query.offset += query.limit) {
        struct eg_directory_result part = {0};
        assert_int_equal(eg_directory_search(test->directory, &query, &part, NULL), EG_OK);
        for (uint32_t i = 0; i < part.n; i++)
            assert_int_equal(part.hits[i].entry, whole.hits[query.offset + i].entry);
        eg_directory_result_clear(&part);
    }
    eg_directory_result_clear(&whole);
}

/* --- crowds ---------------------------------------------------------------------------------------------------------- */

#define MOST_PLACES 4

struct crowd {
    struct eg_entry entries[N_CROWD];
    const struct eg_entry *in_order[N_CROWD];
    struct eg_entry_place more[N_CROWD][MOST_PLACES];
    struct eg_arena *arena;
    struct eg_places places;
};

/* In towns, between them, and now and then across the world. */
static void choose_position(double *lon_deg, double *lat_deg)
{
    double spread = below(4) == 0 ? 3 : 0.05;
    *lon_deg = below(5) * 0.5 + between(-spread, spread);
    *lat_deg = 51 + below(5) * 0.3 + between(-spread, spread);
    if (below(40) > 0) return;
    *lon_deg = between(-180, 180);
    *lat_deg = between(-90, 90);
}

static void make_crowd(struct crowd *crowd)
{
    for (uint32_t i = 0; i < N_CROWD; i++) {
        struct eg_entry *entry = &crowd->entries[i];
        crowd->in_order[i] = entry;
        entry->has_position = below(30) > 0;
        if (entry->has_position) choose_position(&entry->lon_deg, &entry->lat_deg);
        if (below(5) > 0) continue;
        entry->n_places = 2 + below(MOST_PLACES - 1);
        entry->places = crowd->more[i];
        for (uint32_t k = 0; k < entry->n_places; k++) {
            struct eg_entry_place *place = &crowd->more[i][k];
            place->has_position = k == 0 ? entry->has_position : below(4) > 0;
            if (k == 0)
                *place = (struct eg_entry_place){.lon_deg = entry->lon_deg,
                                                 .lat_deg = entry->lat_deg,
                                                 .has_position = entry->has_position};
            else if (place->has_position) choose_position(&place->lon_deg, &place->lat_deg);
        }
    }
    crowd->arena = eg_arena_new(1 << 24);
    assert_non_null(crowd->arena);
    assert_int_equal(eg_places_build(crowd->in_order, N_CROWD, crowd->arena, &crowd->places, NULL), EG_OK);
}

static int compare_hits(const void *a, const void *b)
{
    const struct eg_directory_hit *x = a, *y = b;
    if (x->distance_m != y->distance_m) return x->distance_m < y->distance_m ? -1 : 1;
    return x->entry < y->entry ? -1 : x->entry > y->entry;
}

/* Each of bits[] that has a position and is within the radius, measured. */
static uint32_t measure_each(const struct eg_near_area *near_area, double radius_m, const uint64_t *bits,
                             struct eg_directory_hit *hits_out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < N_CROWD; i++) {
        if (!eg_bits_has(bits, i) || near_area->places->place_of[i] == EG_PLACES_NONE) continue;
        hits_out[n] = (struct eg_directory_hit){.entry = i};
        hits_out[n].distance_m = eg_near_area_entry_m(near_area, i, &hits_out[n].place);
        n += hits_out[n].distance_m <= radius_m;
    }
    qsort(hits_out, n, sizeof *hits_out, compare_hits);
    return n;
}

static void check_page(const struct eg_near_area *near_area, const struct eg_near *near, uint64_t *bits)
{
    static struct eg_directory_hit hits[N_CROWD];
    size_t n_words = eg_bits_words(N_CROWD);
    struct eg_directory_result result = {0};
    uint32_t n = measure_each(near_area, near->radius_m, bits, hits);
    assert_int_equal(eg_near_area_keep_within(near_area, near->radius_m, bits, n_words, NULL), EG_OK);
    assert_int_equal(eg_bits_count(bits, n_words), n);
    assert_int_equal(eg_near_area_rank(near_area, near, bits, n_words, &result, NULL), EG_OK);
    uint32_t left = n > near->offset ? n - near->offset : 0;
    assert_int_equal(result.n_matched, n);
    assert_int_equal(result.n, left < near->limit ? left : near->limit);
    for (uint32_t i = 0; i < result.n; i++) {
        const struct eg_directory_hit *hit = &result.hits[i], *expected = &hits[near->offset + i];
        assert_int_equal(hit->entry, expected->entry);
        assert_int_equal(hit->place, expected->place);
        assert_true(hit->distance_m == expected->distance_m);
    }
    eg_directory_result_clear(&result);
}

static void choose_bits(uint64_t *bits)
{
    uint32_t share = 1 + below(4), from = below(3) == 0 ? below(N_CROWD) : 0;
    memset(bits, 0, eg_bits_words(N_CROWD) * sizeof *bits);
    for (uint32_t i = from; i < N_CROWD; i++)
        if (below(share) == 0) eg_bits_set(bits, i);
}

static void crowds_are_ranked_as_if_each_entry_were_measured(void **state)
{
    (void)state;
    static struct crowd crowd;
    static uint64_t bits[(N_CROWD + 63) / 64];
    struct eg_round_areas areas;
    make_crowd(&crowd);
    assert_true(eg_round_areas_open((struct eg_bounds){-0.3, 50.8, 2.3, 52.4}, 3, 2, 2000, &areas));
    for (int i = 0; i < N_ASKED; i++) {
        struct eg_near_area near_area;
        struct eg_near near = {.limit = below(200), .offset = below(2) ? below(N_CROWD) : below(50)};
        near.radius_m = below(3) == 0 ? (double)INFINITY : pow(10, between(2, 7));
        if (below(8) == 0) near.radius_m = 0;
        choose_bits(bits);
        assert_int_equal(
            eg_near_area_init(&near_area, &crowd.places, &areas.generation->area_sets[0], below(6), NULL),
            EG_OK);
        check_page(&near_area, &near, bits);
        eg_near_area_clear(&near_area);
    }
    eg_round_areas_close(&areas);
    eg_arena_free(crowd.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pages_and_radii_are_those_of_brute_force),
                                       cmocka_unit_test(pages_follow_one_another),
                                       cmocka_unit_test(crowds_are_ranked_as_if_each_entry_were_measured)};
    dice = eg_test_random_new();
    int failed = cmocka_run_group_tests(tests, open_directory, close_directory);
    eg_test_temp_clear();
    return failed;
}
