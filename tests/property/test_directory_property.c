/* Boxes, nearest entries and service areas against brute force, on random entries: crowded in towns, strewn over the Earth, on
 * poles and on the antimeridian, some of them in one place. */
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
#include "geo/crs.h"
#include "support/shared_circle.h"
#include "support/temp_file.h"
#include "support/test_directory.h"
#include "support/test_random.h"

#define N_ENTRIES 6000
#define N_QUERIES 400
#define PI 3.14159265358979323846

static struct eg_test_random dice;

static double between(double low, double high)
{
    return low + (high - low) * eg_test_random_unit(&dice);
}

static uint32_t below(uint32_t n)
{
    return eg_test_random_below(&dice, n);
}

/* A position as directories have them, and as people ask for them. */
static void random_position(double *lon_deg, double *lat_deg)
{
    static const double towns[][2] = {{-0.9, 52.24}, {180, -17}, {-71.06, 42.36}, {15, 89.9}, {0, -90}};
    uint32_t town = below(EG_ARRAY_LEN(towns) + 1);
    if (town == EG_ARRAY_LEN(towns)) {
        *lon_deg = between(-180, 180);
        *lat_deg = between(-90, 90);
        return;
    }
    double spread = below(3) == 0 ? 0.001 : 0.2;
    *lon_deg = remainder(towns[town][0] + between(-spread, spread), 360);
    *lat_deg = fmax(-90, fmin(90, towns[town][1] + between(-spread, spread)));
    if (below(20) == 0) *lat_deg = *lat_deg < 0 ? -90 : 90;
    if (below(20) == 0) *lon_deg = below(2) ? 180 : -180;
}

static void write_entries(struct eg_buffer *csv)
{
    double lon_deg = 0;
    double lat_deg = 0;
    eg_buffer_literal(csv, "key,name,kind,lon,lat\n");
    for (uint32_t i = 0; i < N_ENTRIES; i++) {
        if (i == 0 || below(4) > 0) random_position(&lon_deg, &lat_deg);
        eg_buffer_printf(csv, "%u,Name %u,%s,", i, below(50),
                         eg_entry_kind_name((enum eg_entry_kind)below(EG_N_KINDS)));
        if (below(50) == 0) eg_buffer_literal(csv, ",\n");
        else eg_buffer_printf(csv, "%.17g,%.17g\n", lon_deg, lat_deg);
    }
    assert_false(csv->failed);
}

static int open_scattered(void **state)
{
    static struct eg_test_directory test;
    struct eg_buffer csv;
    char yaml[512];
    eg_buffer_init(&csv, 0);
    write_entries(&csv);
    (void)snprintf(
        yaml, sizeof yaml,
        "directories:\n  - {id: d, title: D, source: %s, columns: {key: key, name: name, kind: kind, "
        "longitude: lon, latitude: lat}}\n",
        eg_test_temp_file("scattered.csv", csv.data).data);
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

static bool is_asked_kind(const struct eg_directory_query *query, const struct eg_entry *entry)
{
    return query->kinds ? (query->kinds >> entry->kind & 1U) != 0 : entry->kind != EG_KIND_GRANT;
}

static bool is_in_box(struct eg_bounds box, double lon_deg, double lat_deg)
{
    if (lat_deg < box.min_y || lat_deg > box.max_y) return false;
    bool crosses = box.min_x > box.max_x;
    const double names[] = {lon_deg, fabs(lon_deg) == 180 ? -lon_deg : lon_deg};
    for (int i = 0; i < 2; i++) {
        bool east_of_west = names[i] >= box.min_x;
        bool west_of_east = names[i] <= box.max_x;
        if (crosses ? east_of_west || west_of_east : east_of_west && west_of_east) return true;
    }
    return false;
}

static bool matches(const struct eg_directory_query *query, const struct eg_entry *entry, double *distance_m)
{
    *distance_m = 0;
    if (!is_asked_kind(query, entry)) return false;
    if ((query->has_bbox || query->has_near) && !entry->has_position) return false;
    if (query->has_bbox && !is_in_box(query->bbox_deg, entry->lon_deg, entry->lat_deg)) return false;
    if (!query->has_near) return true;
    double lon_deg = entry->lon_deg == 180 ? -180 : entry->lon_deg;
    *distance_m = eg_geodesic_distance_m(query->near_lon_deg, query->near_lat_deg, lon_deg, entry->lat_deg);
    return !query->has_radius || *distance_m <= query->radius_m;
}

static const struct eg_entries *compared; /* by compare_hits, which qsort calls */

static int compare_hits(const void *a, const void *b)
{
    const struct eg_directory_hit *x = a;
    const struct eg_directory_hit *y = b;
    const struct eg_entry *p = compared->items[x->entry];
    const struct eg_entry *q = compared->items[y->entry];
    if (x->distance_m != y->distance_m) return x->distance_m < y->distance_m ? -1 : 1;
    if (p->kind != q->kind) return p->kind < q->kind ? -1 : 1;
    int order = eg_text_compare(p->field[EG_ENTRY_NAME], q->field[EG_ENTRY_NAME]); /* the names fold alike */
    return order != 0 ? order : strcmp(p->id, q->id);
}

static void check_query(const struct eg_directory *directory, const struct eg_directory_query *query)
{
    static struct eg_directory_hit expected[N_ENTRIES];
    uint32_t n = 0;
    compared = eg_directory_entries(directory);
    for (uint32_t i = 0; i < compared->n; i++) {
        double distance_m = 0;
        if (matches(query, compared->items[i], &distance_m))
            expected[n++] = (struct eg_directory_hit){.entry = i, .distance_m = distance_m};
    }
    qsort(expected, n, sizeof *expected, compare_hits);
    struct eg_directory_result result = {0};
    struct eg_error err = {0};
    assert_int_equal(eg_directory_search(directory, query, &result, &err), EG_OK);
    if (result.n_matched != n) {
        print_error("box %.17g %.17g %.17g %.17g near %.17g %.17g radius %g\n", query->bbox_deg.min_x,
                    query->bbox_deg.min_y, query->bbox_deg.max_x, query->bbox_deg.max_y, query->near_lon_deg,
                    query->near_lat_deg, query->radius_m);
    }
    assert_int_equal(result.n_matched, n);
    uint32_t left = n > query->offset ? n - query->offset : 0;
    assert_int_equal(result.n, left < query->limit ? left : query->limit);
    for (uint32_t i = 0; i < result.n; i++) {
        const struct eg_directory_hit *hit = &expected[query->offset + i];
        if (result.hits[i].entry != hit->entry) {
            print_error("near %.17g %.17g radius %g offset %u limit %u: hit %u of %u\n", query->near_lon_deg,
                        query->near_lat_deg, query->radius_m, query->offset, query->limit, i, result.n);
        }
        assert_int_equal(result.hits[i].entry, hit->entry);
        assert_true(result.hits[i].distance_m == hit->distance_m);
    }
    eg_directory_result_clear(&result);
}

static struct eg_directory_query random_query(void)
{
    struct eg_directory_query query = {.serves_boundaries = EG_ATLAS_NONE};
    if (below(3) == 0) query.kinds = below(1U << EG_N_KINDS);
    query.limit = below(4) == 0 ? below(N_ENTRIES) : below(50);
    query.offset = below(3) == 0 ? below(N_ENTRIES) : below(10);
    return query;
}

static void random_box(struct eg_directory_query *query)
{
    double a = 0;
    double b = 0;
    query->has_bbox = true;
    random_position(&query->bbox_deg.min_x, &a);
    if (below(2)) {
        random_position(&query->bbox_deg.max_x, &b);
    } else {
        query->bbox_deg.max_x = remainder(query->bbox_deg.min_x + between(0, 0.3), 360);
        b = fmax(-90, fmin(90, a + between(-0.3, 0.3)));
    }
    if (below(10) == 0) query->bbox_deg.max_x = below(2) ? 180 : -180;
    if (below(10) == 0) query->bbox_deg.min_x = below(2) ? 180 : -180;
    query->bbox_deg.min_y = fmin(a, b);
    query->bbox_deg.max_y = fmax(a, b);
}

static void random_near(struct eg_directory_query *query, bool with_radius)
{
    query->has_near = true;
    random_position(&query->near_lon_deg, &query->near_lat_deg);
    query->has_radius = with_radius;
    if (with_radius) query->radius_m = below(10) == 0 ? 0 : pow(10, between(1, 7.5));
}

static void boxes_hold_what_brute_force_finds(void **state)
{
    const struct eg_test_directory *test = *state;
    for (int i = 0; i < N_QUERIES; i++) {
        struct eg_directory_query query = random_query();
        random_box(&query);
        check_query(test->directory, &query);
    }
}

static void the_nearest_are_those_that_brute_force_finds(void **state)
{
    const struct eg_test_directory *test = *state;
    for (int i = 0; i < N_QUERIES / 4; i++) {
        struct eg_directory_query query = random_query();
        random_near(&query, false);
        if (below(4) == 0) random_box(&query);
        check_query(test->directory, &query);
    }
}

static void within_a_radius_lie_those_that_brute_force_finds(void **state)
{
    const struct eg_test_directory *test = *state;
    for (int i = 0; i < N_QUERIES / 4; i++) {
        struct eg_directory_query query = random_query();
        random_near(&query, true);
        if (below(4) == 0) random_box(&query);
        check_query(test->directory, &query);
    }
}

/* Radii that end exactly at an entry, where bounds alone cannot tell. */
static void an_entry_exactly_at_the_radius_is_within(void **state)
{
    const struct eg_test_directory *test = *state;
    const struct eg_entries *entries = eg_directory_entries(test->directory);
    for (int i = 0; i < N_QUERIES / 4; i++) {
        struct eg_directory_query query = random_query();
        const struct eg_entry *entry = entries->items[below(entries->n)];
        if (!entry->has_position) continue;
        random_near(&query, true);
        double lon_deg = entry->lon_deg == 180 ? -180 : entry->lon_deg;
        query.radius_m =
            eg_geodesic_distance_m(query.near_lon_deg, query.near_lat_deg, lon_deg, entry->lat_deg);
        check_query(test->directory, &query);
    }
}

/* --- whom entries serve ---------------------------------------------------------------------------------------------- */

#define N_SERVING 300
#define N_CORNERS 7

/* What an entry serves: a square of `size` neighbourhoods a side (2 x 6 for a region), or a star-shaped polygon. */
struct serving {
    bool is_polygon;
    enum eg_test_level level;
    uint32_t column, row; /* of a neighbourhood in it */
    double corner[N_CORNERS][2];
};

static struct serving servings[N_SERVING];

static bool are_same_area(enum eg_test_level level, uint32_t column, uint32_t row, uint32_t column2,
                          uint32_t row2)
{
    uint32_t across = level == EG_TEST_NEIGHBOURHOOD ? 1 : 2;
    uint32_t up = level == EG_TEST_REGION ? EG_TEST_SQUARES : across;
    return column / across == column2 / across && row / up == row2 / up;
}

static bool is_first_square(enum eg_test_level level, uint32_t column, uint32_t row)
{
    return (column == 0 || !are_same_area(level, column, row, column - 1, row)) &&
           (row == 0 || !are_same_area(level, column, row, column, row - 1));
}

static void write_code(struct eg_buffer *out, enum eg_test_level level, uint32_t column, uint32_t row)
{
    if (level == EG_TEST_NEIGHBOURHOOD) eg_buffer_printf(out, "n%u%u", column, row);
    if (level == EG_TEST_DISTRICT) eg_buffer_printf(out, "d%u%u", column / 2, row / 2);
    if (level == EG_TEST_REGION) eg_buffer_printf(out, "r%u", column / 2);
}

/* Corners around a centre, so that the polygon does not cross itself; some reach out of the squares. */
static void random_star(struct serving *serving)
{
    double lon_deg = between(0, 0.6);
    double lat_deg = between(50, 50.6);
    for (int i = 0; i < N_CORNERS; i++) {
        double angle = 2 * PI * (i + between(0, 0.9)) / N_CORNERS;
        double away = between(0.01, 0.3);
        serving->corner[i][0] = lon_deg + away * cos(angle);
        serving->corner[i][1] = lat_deg + away * sin(angle);
    }
}

static void write_feature(struct eg_buffer *out, uint32_t key, const struct serving *serving)
{
    eg_buffer_printf(out,
                     "%s{\"type\":\"Feature\",\"properties\":{\"key\":\"%u\"},\"geometry\":{\"type\":"
                     "\"Polygon\",\"coordinates\":[[",
                     out->data[out->len - 1] == '}' ? "," : "", key);
    for (int i = 0; i <= N_CORNERS; i++) {
        const double *corner = serving->corner[i % N_CORNERS];
        eg_buffer_printf(out, "%s[%.17g,%.17g]", i > 0 ? "," : "", corner[0], corner[1]);
    }
    eg_buffer_literal(out, "]]}}");
}

static int open_serving(void **state)
{
    static struct eg_test_directory test;
    struct eg_buffer rows[EG_TEST_LEVELS];
    struct eg_buffer polygons;
    struct eg_buffer yaml;
    for (int level = 0; level < EG_TEST_LEVELS; level++) {
        eg_buffer_init(&rows[level], 0);
        eg_buffer_literal(&rows[level], "key,serves\n");
    }
    eg_buffer_init(&polygons, 0);
    eg_buffer_literal(&polygons, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (uint32_t i = 0; i < N_SERVING; i++) {
        servings[i] =
            (struct serving){.is_polygon = below(3) == 0, .level = (enum eg_test_level)below(EG_TEST_LEVELS)};
        servings[i].column = below(EG_TEST_SQUARES);
        servings[i].row = below(EG_TEST_SQUARES);
        if (servings[i].is_polygon) {
            random_star(&servings[i]);
            write_feature(&polygons, i, &servings[i]);
        } else {
            struct eg_buffer *out = &rows[servings[i].level];
            eg_buffer_printf(out, "%u,unknown;", i);
            write_code(out, servings[i].level, servings[i].column, servings[i].row);
            eg_buffer_char(out, '\n');
        }
    }
    eg_buffer_literal(&polygons, "]}");
    eg_buffer_init(&yaml, 0);
    eg_buffer_literal(&yaml, "directories:\n");
    static const char *const levels[] = {"neighbourhood", "district", "region"};
    for (int level = 0; level < EG_TEST_LEVELS; level++) {
        char name[32];
        (void)snprintf(name, sizeof name, "%s.csv", levels[level]);
        eg_buffer_printf(&yaml,
                         "  - {id: %s, title: T, source: %s, columns: {key: key, serves: serves}, constants: "
                         "{name: N, kind: hub}, serves_boundaries: %s, id_prefix: 's:'}\n",
                         levels[level], eg_test_temp_file(name, rows[level].data).data, levels[level]);
        eg_buffer_clear(&rows[level]);
    }
    eg_buffer_printf(&yaml,
                     "  - {id: polygon, title: T, source: %s, columns: {key: key}, constants: {name: N, "
                     "kind: hub}, id_prefix: 's:'}\n",
                     eg_test_temp_file("serving.geojson", polygons.data).data);
    eg_buffer_clear(&polygons);
    assert_false(yaml.failed);
    eg_test_directory_open(yaml.data, &test);
    eg_buffer_clear(&yaml);
    assert_int_equal(eg_directory_entries(test.directory)->n, N_SERVING);
    *state = &test;
    return 0;
}

/* By the angle that the polygon sweeps seen from the point: a full turn inside, none outside. */
static bool star_contains(const struct serving *serving, double lon_deg, double lat_deg)
{
    double sum = 0;
    for (int i = 0; i < N_CORNERS; i++) {
        const double *a = serving->corner[i];
        const double *b = serving->corner[(i + 1) % N_CORNERS];
        double turn = atan2(b[1] - lat_deg, b[0] - lon_deg) - atan2(a[1] - lat_deg, a[0] - lon_deg);
        sum += remainder(turn, 2 * PI);
    }
    return fabs(sum) > PI;
}

static bool serves_position(const struct serving *serving, double lon_deg, double lat_deg)
{
    if (serving->is_polygon) return star_contains(serving, lon_deg, lat_deg);
    bool is_on_squares = lon_deg > 0 && lon_deg < 0.6 && lat_deg > 50 && lat_deg < 50.6;
    return is_on_squares && are_same_area(serving->level, serving->column, serving->row,
                                          (uint32_t)(lon_deg * 10), (uint32_t)((lat_deg - 50) * 10));
}

static GEOSGeometry *project(GEOSContextHandle_t geos, const double *lonlat_deg, uint32_t n)
{
    double xy[2 * 4096];
    const uint32_t start[] = {0, n};
    assert_true(n <= 4096);
    for (uint32_t i = 0; i < n; i++)
        eg_mercator_forward(lonlat_deg[2 * (size_t)i], lonlat_deg[2 * (size_t)i + 1], &xy[2 * (size_t)i],
                            &xy[2 * (size_t)i + 1]);
    return eg_test_geos_polygon(geos, xy, start, 1);
}

/* Its edges are straight in degrees. */
static GEOSGeometry *project_star(GEOSContextHandle_t geos, const struct serving *serving)
{
    enum { PIECES = 100 };
    double lonlat_deg[2 * N_CORNERS * PIECES];
    for (uint32_t i = 0; i < N_CORNERS * PIECES; i++) {
        const double *a = serving->corner[i / PIECES], *b = serving->corner[(i / PIECES + 1) % N_CORNERS];
        double along = (double)(i % PIECES) / PIECES;
        for (size_t k = 0; k < 2; k++) lonlat_deg[2 * (size_t)i + k] = a[k] + along * (b[k] - a[k]);
    }
    return project(geos, lonlat_deg, N_CORNERS * PIECES);
}

static GEOSGeometry *project_area(GEOSContextHandle_t geos, enum eg_test_level level, uint32_t column,
                                  uint32_t row)
{
    uint32_t across = level == EG_TEST_NEIGHBOURHOOD ? 1 : 2;
    uint32_t up = level == EG_TEST_REGION ? EG_TEST_SQUARES : across;
    double west = column / across * across / 10.0, south = 50 + row / up * up / 10.0;
    double east = west + across / 10.0, north = south + up / 10.0;
    const double lonlat_deg[] = {west, south, east, south, east, north, west, north};
    return project(geos, lonlat_deg, 4);
}

enum answer { NOT_SERVED, SERVED, NEAR_THING };

/* A polygon serves the areas with which it has ground in common. A circle of ten metres tells that from hairlines. */
static enum answer polygon_serves(GEOSContextHandle_t geos, const struct serving *serving,
                                  const GEOSGeometry *area)
{
    double scale = 1 / cos(50.3 * PI / 180);
    GEOSGeometry *star = project_star(geos, serving);
    enum answer answer = NEAR_THING;
    if (eg_test_circle_fits(geos, star, area, 10.9 * scale)) answer = SERVED;
    else if (!eg_test_circle_fits(geos, star, area, 0.5)) answer = NOT_SERVED;
    GEOSGeom_destroy_r(geos, star);
    return answer;
}

static void check_serving(const struct eg_directory *directory, const struct eg_directory_query *query,
                          const enum answer *expected)
{
    struct eg_directory_result result = {0};
    bool found[N_SERVING] = {false};
    assert_int_equal(eg_directory_search(directory, query, &result, NULL), EG_OK);
    for (uint32_t i = 0; i < result.n; i++) {
        uint32_t key = N_SERVING;
        struct eg_text text =
            eg_directory_entries(directory)->items[result.hits[i].entry]->field[EG_ENTRY_KEY];
        assert_true(eg_text_to_u32(text, &key) && key < N_SERVING);
        found[key] = true;
    }
    for (uint32_t i = 0; i < N_SERVING; i++) {
        if (expected[i] == NEAR_THING) continue;
        if (found[i] != (expected[i] == SERVED)) {
            print_error("entry %u (%s level %d at %u, %u): expected %d\n", i,
                        servings[i].is_polygon ? "polygon" : "code", servings[i].level, servings[i].column,
                        servings[i].row, expected[i]);
        }
        assert_int_equal(found[i], expected[i] == SERVED);
    }
    eg_directory_result_clear(&result);
}

static void positions_are_served_by_whom_brute_force_finds(void **state)
{
    const struct eg_test_directory *test = *state;
    for (int q = 0; q < N_QUERIES; q++) {
        struct eg_directory_query query = {
            .serves_boundaries = EG_ATLAS_NONE, .has_serves_point = true, .limit = N_SERVING};
        enum answer expected[N_SERVING];
        query.serves_lon_deg = between(-0.1, 0.7);
        query.serves_lat_deg = between(49.9, 50.7);
        for (int i = 0; i < N_SERVING; i++) {
            bool serves = serves_position(&servings[i], query.serves_lon_deg, query.serves_lat_deg);
            expected[i] = serves ? SERVED : NOT_SERVED;
        }
        check_serving(test->directory, &query, expected);
    }
}

/* One level's areas lie within the other's, so they meet when any square is in both. */
static void expect_area(GEOSContextHandle_t geos, enum eg_test_level level, uint32_t column, uint32_t row,
                        enum answer *expected)
{
    GEOSGeometry *area = project_area(geos, level, column, row);
    uint32_t n_near = 0;
    for (int i = 0; i < N_SERVING; i++) {
        const struct serving *serving = &servings[i];
        enum eg_test_level larger = serving->level > level ? serving->level : level;
        if (serving->is_polygon) expected[i] = polygon_serves(geos, serving, area);
        else if (are_same_area(larger, serving->column, serving->row, column, row)) expected[i] = SERVED;
        else expected[i] = NOT_SERVED;
        n_near += expected[i] == NEAR_THING;
    }
    assert_true(n_near <= 5);
    GEOSGeom_destroy_r(geos, area);
}

static void areas_are_served_by_whom_geos_finds(void **state)
{
    const struct eg_test_directory *test = *state;
    GEOSContextHandle_t geos = GEOS_init_r();
    for (uint32_t q = 0; q < EG_TEST_LEVELS * EG_TEST_SQUARES * EG_TEST_SQUARES; q++) {
        enum eg_test_level level = (enum eg_test_level)(q % EG_TEST_LEVELS);
        uint32_t column = q / EG_TEST_LEVELS / EG_TEST_SQUARES;
        uint32_t row = q / EG_TEST_LEVELS % EG_TEST_SQUARES;
        struct eg_directory_query query = {.serves_boundaries = (uint32_t)level, .limit = N_SERVING};
        struct eg_buffer code;
        enum answer expected[N_SERVING];
        if (!is_first_square(level, column, row)) continue;
        eg_buffer_init(&code, 0);
        write_code(&code, level, column, row);
        query.serves_area =
            eg_textmap_get(test->generation->area_sets[level].by_code, (struct eg_text){code.data, code.len});
        eg_buffer_clear(&code);
        assert_int_not_equal(query.serves_area, EG_TEXTMAP_NONE);
        expect_area(geos, level, column, row, expected);
        check_serving(test->directory, &query, expected);
    }
    GEOS_finish_r(geos);
}

static int clear(void **state)
{
    (void)state;
    eg_test_temp_clear();
    return 0;
}

int main(void)
{
    dice = eg_test_random_new();
    const struct CMUnitTest scattered[] = {
        cmocka_unit_test(boxes_hold_what_brute_force_finds),
        cmocka_unit_test(the_nearest_are_those_that_brute_force_finds),
        cmocka_unit_test(within_a_radius_lie_those_that_brute_force_finds),
        cmocka_unit_test(an_entry_exactly_at_the_radius_is_within),
    };
    const struct CMUnitTest serving[] = {
        cmocka_unit_test(positions_are_served_by_whom_brute_force_finds),
        cmocka_unit_test(areas_are_served_by_whom_geos_finds),
    };
    int failed = cmocka_run_group_tests_name("scattered entries", scattered, open_scattered, close_directory);
    failed += cmocka_run_group_tests_name("service areas", serving, open_serving, close_directory);
    (void)clear(NULL);
    return failed;
}
