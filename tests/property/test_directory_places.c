/* Boxes and nearest entries against brute force where entries are at several places: the records say where services are, the directory is
 * asked, and every answer is compared with a walk through all links of all services. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "data/record_ids.h"
#include "data/records.h"
#include "directory/directory.h"
#include "geo/crs.h"
#include "support/test_random.h"

#define N_SERVICES 4000
#define MOST_PLACES 7
#define N_QUERIES 300

static struct eg_test_random dice;

static double between(double low, double high)
{
    return low + (high - low) * eg_test_random_unit(&dice);
}

static uint32_t below(uint32_t n)
{
    return eg_test_random_below(&dice, n);
}

/* A place of a service, as the records have it. */
struct spot {
    char id[EG_UUID_TEXT_LEN + 1];
    bool has_position;
    double lon_deg, lat_deg;
};

struct service {
    char id[EG_UUID_TEXT_LEN + 1];
    uint32_t n;
    struct spot spots[MOST_PLACES];
};

struct world {
    struct service services[N_SERVICES]; /* ascending by id */
    struct eg_directory *directory;
};

/* --- making ------------------------------------------------------------------------------------------------------------------- */

/* With the digits that records keep of a number. */
static double as_kept(double number)
{
    char text[40];
    double kept = 0;
    (void)snprintf(text, sizeof text, "%.15g", number);
    assert_true(eg_text_to_double(eg_text_from(text), &kept));
    return kept;
}

static void random_position(double *lon_deg, double *lat_deg)
{
    static const double towns[][2] = {{-0.9, 52.24}, {180, -17}, {-71.06, 42.36}, {15, 89.9}};
    uint32_t town = below(EG_ARRAY_LEN(towns) + 1);
    double spread = below(3) == 0 ? 0.001 : 0.2;
    *lon_deg = between(-180, 180);
    *lat_deg = between(-90, 90);
    if (town < EG_ARRAY_LEN(towns)) {
        *lon_deg = remainder(towns[town][0] + between(-spread, spread), 360);
        *lat_deg = fmax(-90, fmin(90, towns[town][1] + between(-spread, spread)));
    }
    if (below(30) == 0) *lon_deg = below(2) ? 180 : -180;
    *lon_deg = as_kept(*lon_deg);
    *lat_deg = as_kept(*lat_deg);
}

static void make_id(uint32_t table, uint32_t number, char id_out[EG_UUID_TEXT_LEN + 1])
{
    (void)snprintf(id_out, EG_UUID_TEXT_LEN + 1, "%08x-0000-5000-8000-%04x%08x", number * 2654435761U, table,
                   number);
}

static void add(struct eg_records_builder *builder, enum eg_record_table table, const struct eg_text *field)
{
    struct eg_error err = {0};
    if (eg_records_add(builder, table, field, &err) != EG_OK) fail_msg("%s", err.message);
}

static void add_spot(struct eg_records_builder *builder, const struct service *service, struct spot *spot,
                     bool is_own)
{
    static uint32_t number;
    struct eg_text location[EG_RECORD_FIELDS] = {{0}}, link[EG_RECORD_FIELDS] = {{0}};
    char lon[40], lat[40], link_id[EG_UUID_TEXT_LEN + 1];
    struct eg_arena *arena = eg_arena_new(1 << 16);
    make_id(1, ++number, spot->id);
    make_id(2, number, link_id);
    spot->has_position = below(8) > 0;
    random_position(&spot->lon_deg, &spot->lat_deg);
    (void)snprintf(lon, sizeof lon, "%.15g", spot->lon_deg);
    (void)snprintf(lat, sizeof lat, "%.15g", spot->lat_deg);
    location[EG_LOCATION_ID] = link[EG_SERVICE_AT_LOCATION_LOCATION_ID] = eg_text_from(spot->id);
    location[EG_LOCATION_LOCATION_TYPE] = EG_TEXT("physical");
    if (spot->has_position) location[EG_LOCATION_LONGITUDE] = eg_text_from(lon);
    if (spot->has_position) location[EG_LOCATION_LATITUDE] = eg_text_from(lat);
    link[EG_SERVICE_AT_LOCATION_ID] = eg_text_from(link_id);
    if (is_own)
        link[EG_SERVICE_AT_LOCATION_ID] =
            eg_record_id_of(arena, "service_at_location", eg_text_from(service->id));
    link[EG_SERVICE_AT_LOCATION_SERVICE_ID] = eg_text_from(service->id);
    add(builder, EG_RECORD_LOCATION, location);
    add(builder, EG_RECORD_SERVICE_AT_LOCATION, link);
    eg_arena_free(arena);
}

static void add_service(struct eg_records_builder *builder, uint32_t number, struct service *service)
{
    static const char *const kinds[] = {"coalition", "hub", "service", "grant"};
    struct eg_text field[EG_RECORD_FIELDS] = {{0}};
    char name[40];
    make_id(0, number, service->id);
    (void)snprintf(name, sizeof name, "Name %u", below(50));
    field[EG_SERVICE_ID] = eg_text_from(service->id);
    field[EG_SERVICE_NAME] = eg_text_from(name);
    field[EG_SERVICE_STATUS] = EG_TEXT("active");
    field[EG_SERVICE_KIND] = eg_text_from(kinds[below(4)]);
    add(builder, EG_RECORD_SERVICE, field);
    service->n = below(3) == 0 ? 1 : below(MOST_PLACES + 1);
    uint32_t own = below(MOST_PLACES); /* often none of them */
    for (uint32_t i = 0; i < service->n; i++) add_spot(builder, service, &service->spots[i], i == own);
}

static int compare_services(const void *a, const void *b)
{
    return strcmp(((const struct service *)a)->id, ((const struct service *)b)->id);
}

static int open_world(void **state)
{
    static const struct eg_atlas_directory kept = {.id = {"kept", 4}, .store.path = {"x.gpkg", 6}};
    static const struct eg_atlas atlas = {.directories = &kept, .n_directories = 1};
    static struct world world;
    struct eg_records_builder *builder = NULL;
    struct eg_records *records = NULL;
    struct eg_entries *base = NULL, *entries = NULL;
    struct eg_error err = {0};
    assert_int_equal(eg_records_builder_new(&builder, NULL), EG_OK);
    for (uint32_t i = 0; i < N_SERVICES; i++) add_service(builder, i + 1, &world.services[i]);
    if (eg_records_finish(builder, &records, &err) != EG_OK) fail_msg("%s", err.message);
    assert_int_equal(eg_entries_load(&atlas, &base, NULL), EG_OK);
    assert_int_equal(eg_entries_with_records(base, records, &entries, NULL), EG_OK);
    assert_int_equal(eg_directory_new(entries, NULL, &world.directory, NULL), EG_OK);
    qsort(world.services, N_SERVICES, sizeof world.services[0], compare_services);
    eg_records_builder_free(builder);
    eg_records_release(records);
    eg_entries_free(base);
    *state = &world;
    return 0;
}

static int close_world(void **state)
{
    eg_directory_free(((struct world *)*state)->directory);
    return 0;
}

/* --- brute force -------------------------------------------------------------------------------------------------------------- */

static bool is_in_box(struct eg_bounds box, const struct spot *spot)
{
    const double names[] = {spot->lon_deg, fabs(spot->lon_deg) == 180 ? -spot->lon_deg : spot->lon_deg};
    if (!spot->has_position || spot->lat_deg < box.min_y || spot->lat_deg > box.max_y) return false;
    for (int i = 0; i < 2; i++) {
        bool east = names[i] >= box.min_x, west = names[i] <= box.max_x;
        if (box.min_x > box.max_x ? east || west : east && west) return true;
    }
    return false;
}

static double distance_to(const struct eg_directory_query *query, const struct spot *spot)
{
    return eg_geodesic_distance_m(query->near_lon_deg, query->near_lat_deg,
                                  spot->lon_deg == 180 ? -180 : spot->lon_deg, spot->lat_deg);
}

static bool matches(const struct eg_directory_query *query, const struct service *service,
                    const struct eg_entry *entry, double *nearest_m)
{
    bool in_box = !query->has_bbox;
    *nearest_m = (double)INFINITY;
    for (uint32_t i = 0; i < service->n; i++) {
        const struct spot *spot = &service->spots[i];
        in_box = in_box || is_in_box(query->bbox_deg, spot);
        if (query->has_near && spot->has_position) *nearest_m = fmin(*nearest_m, distance_to(query, spot));
    }
    bool is_kind = query->kinds ? (query->kinds >> entry->kind & 1U) != 0 : entry->kind != EG_KIND_GRANT;
    bool is_near =
        !query->has_near || (isfinite(*nearest_m) && (!query->has_radius || *nearest_m <= query->radius_m));
    if (!query->has_near) *nearest_m = 0;
    return is_kind && in_box && is_near;
}

/* The place that an answer names: one of the service's, as near as the distance says or, without one, in the box. */
static void check_place(const struct eg_directory_query *query, const struct service *service,
                        const struct eg_entry *entry, const struct eg_directory_hit *hit)
{
    struct eg_entry_place place = eg_entry_place_at(entry, hit->place);
    const struct spot *spot = NULL;
    bool any_placed = false;
    for (uint32_t i = 0; i < service->n; i++) {
        any_placed |= service->spots[i].has_position;
        if (entry->n_places == 0 || eg_text_equal(place.location, eg_text_from(service->spots[i].id)))
            spot = &service->spots[i];
    }
    if (service->n == 0) return;
    assert_non_null(spot);
    assert_true(place.has_position == spot->has_position && (spot->has_position || !any_placed));
    if (!spot->has_position) return;
    assert_true(place.lon_deg == spot->lon_deg && place.lat_deg == spot->lat_deg);
    if (query->has_near) assert_true(distance_to(query, spot) == hit->distance_m);
    else if (query->has_bbox) assert_true(is_in_box(query->bbox_deg, spot));
}

struct expected {
    struct eg_directory_hit hit;
    const struct eg_entry *entry;
};

static int compare_expected(const void *a, const void *b)
{
    const struct expected *x = a, *y = b;
    if (x->hit.distance_m != y->hit.distance_m) return x->hit.distance_m < y->hit.distance_m ? -1 : 1;
    if (x->entry->kind != y->entry->kind) return x->entry->kind < y->entry->kind ? -1 : 1;
    int order = eg_text_compare(x->entry->field[EG_ENTRY_NAME], y->entry->field[EG_ENTRY_NAME]);
    return order != 0 ? order : strcmp(x->entry->id, y->entry->id);
}

static void check_query(const struct world *world, const struct eg_directory_query *query)
{
    static struct expected expected[N_SERVICES];
    const struct eg_entries *entries = eg_directory_entries(world->directory);
    uint32_t n = 0;
    assert_int_equal(entries->n, N_SERVICES);
    for (uint32_t i = 0; i < N_SERVICES; i++) {
        struct expected *next = &expected[n];
        *next = (struct expected){{.entry = i}, entries->items[i]};
        n += matches(query, &world->services[i], next->entry, &next->hit.distance_m);
    }
    if (query->order == EG_ORDER_USUAL) qsort(expected, n, sizeof *expected, compare_expected);
    struct eg_directory_result result = {0};
    assert_int_equal(eg_directory_search(world->directory, query, &result, NULL), EG_OK);
    assert_int_equal(result.n_matched, n);
    uint32_t left = n > query->offset ? n - query->offset : 0;
    assert_int_equal(result.n, left < query->limit ? left : query->limit);
    for (uint32_t i = 0; i < result.n; i++) {
        const struct eg_directory_hit *hit = &result.hits[i];
        double distance_m = 0;
        if (query->order == EG_ORDER_USUAL)
            assert_int_equal(hit->entry, expected[query->offset + i].hit.entry);
        assert_true(matches(query, &world->services[hit->entry], entries->items[hit->entry], &distance_m));
        assert_true(hit->distance_m == distance_m);
        check_place(query, &world->services[hit->entry], entries->items[hit->entry], hit);
    }
    eg_directory_result_clear(&result);
}

/* --- questions ---------------------------------------------------------------------------------------------------------------- */

static struct eg_directory_query random_query(void)
{
    struct eg_directory_query query = {.serves_boundaries = EG_ATLAS_NONE};
    if (below(3) == 0) query.kinds = below(1U << EG_N_KINDS);
    query.limit = below(4) == 0 ? below(N_SERVICES) : below(50);
    query.offset = below(3) == 0 ? below(N_SERVICES) : below(10);
    if (below(4) == 0) query.order = EG_ORDER_NAME;
    return query;
}

static void random_box(struct eg_directory_query *query)
{
    double a, b;
    query->has_bbox = true;
    random_position(&query->bbox_deg.min_x, &a);
    random_position(&query->bbox_deg.max_x, &b);
    if (below(2)) {
        query->bbox_deg.max_x = remainder(query->bbox_deg.min_x + between(0, 0.3), 360);
        b = fmax(-90, fmin(90, a + between(-0.3, 0.3)));
    }
    query->bbox_deg.min_y = fmin(a, b);
    query->bbox_deg.max_y = fmax(a, b);
}

static void random_near(struct eg_directory_query *query, bool with_radius)
{
    query->has_near = true;
    random_position(&query->near_lon_deg, &query->near_lat_deg);
    query->has_radius = with_radius;
    if (with_radius) query->radius_m = pow(10, between(1, 7.5));
}

static void a_box_holds_whoever_has_a_place_in_it(void **state)
{
    for (int i = 0; i < N_QUERIES; i++) {
        struct eg_directory_query query = random_query();
        random_box(&query);
        check_query(*state, &query);
    }
}

static void an_entry_is_as_near_as_its_nearest_place(void **state)
{
    for (int i = 0; i < N_QUERIES / 2; i++) {
        struct eg_directory_query query = random_query();
        random_near(&query, below(2) == 0);
        if (below(4) == 0) random_box(&query);
        check_query(*state, &query);
    }
}

/* Bounds alone cannot tell there. */
static void a_place_exactly_at_the_radius_is_within(void **state)
{
    const struct world *world = *state;
    for (int i = 0; i < N_QUERIES / 2; i++) {
        struct eg_directory_query query = random_query();
        const struct service *service = &world->services[below(N_SERVICES)];
        random_near(&query, true);
        if (service->n == 0 || !service->spots[0].has_position) continue;
        query.radius_m = distance_to(&query, &service->spots[0]);
        check_query(world, &query);
    }
}

/* From a distance at which all of a town is equally far, the further pages of it. */
static void from_far_away_the_order_is_exact(void **state)
{
    for (int i = 0; i < 20; i++) {
        struct eg_directory_query query = {.serves_boundaries = EG_ATLAS_NONE, .limit = 300};
        query.offset = below(N_SERVICES);
        random_near(&query, false);
        query.near_lon_deg = between(100, 140);
        query.near_lat_deg = between(-60, -20);
        check_query(*state, &query);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_box_holds_whoever_has_a_place_in_it),
        cmocka_unit_test(an_entry_is_as_near_as_its_nearest_place),
        cmocka_unit_test(a_place_exactly_at_the_radius_is_within),
        cmocka_unit_test(from_far_away_the_order_is_exact),
    };
    dice = eg_test_random_new();
    return cmocka_run_group_tests(tests, open_world, close_world);
}
