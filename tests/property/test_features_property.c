/* Which features a shape meets, against GEOS over the very geometries that features are written with: random boxes, triangles,
 * rings with holes, lines and points over a county with lakes and islands. And: what is written is valid to GEOS. EG_SEED repeats a
 * run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <geos_c.h>

#include "engine/features.h"
#include "support/small_atlas.h"
#include "support/test_county.h"
#include "support/test_random.h"

#define COUNTY "features"
#define ROUNDS 400U
#define ROUNDING_DEG 2e-7 /* coordinates are written with seven decimals */

static struct eg_small small;
static GEOSContextHandle_t geos;
static GEOSGeometry **areas; /* of features, as written; NULL: none */

static int open_county(void **state)
{
    (void)state;
    eg_test_county_write(COUNTY, 300, 7);
    struct eg_test_path path = eg_test_county_path(COUNTY, eg_test_county_files[EG_TEST_COUNTY_ATLAS]);
    eg_small_open_at(path.text, 0, &small);
    eg_test_county_remove(COUNTY);
    geos = GEOS_init_r();
    return geos ? 0 : -1;
}

static int close_county(void **state)
{
    (void)state;
    GEOS_finish_r(geos);
    eg_small_close(&small);
    return 0;
}

static struct eg_features *open_boundaries(uint32_t number)
{
    struct eg_collection collection;
    struct eg_features *features = NULL;
    assert_true(eg_collection_at(small.snapshot, number, &collection));
    assert_int_equal(eg_features_open(small.snapshot, collection, (struct eg_text){0}, &features, NULL),
                     EG_OK);
    return features;
}

/* The last column of a row without properties. */
static GEOSGeometry *geometry_of(struct eg_features_writer *writer, uint32_t feature, GEOSWKTReader *reader)
{
    struct eg_buffer row;
    eg_buffer_init(&row, 0);
    assert_int_equal(eg_features_write_csv_row(writer, feature, &row, NULL), EG_OK);
    char *wkt = strstr(row.data, ",\"");
    assert_non_null(wkt);
    wkt[strlen(wkt) - 3] = '\0';
    GEOSGeometry *geometry = GEOSWKTReader_read_r(geos, reader, wkt + 2);
    assert_non_null(geometry);
    eg_buffer_clear(&row);
    return geometry;
}

static void read_areas(struct eg_features *features)
{
    const uint32_t none[1] = {0};
    struct eg_features_form form = {.properties = none};
    struct eg_features_writer *writer = NULL;
    GEOSWKTReader *reader = GEOSWKTReader_create_r(geos);
    uint32_t n = eg_features_count(features);
    assert_int_equal(eg_features_writer_new(features, &form, &writer, NULL), EG_OK);
    areas = calloc(n, sizeof *areas);
    assert_non_null(areas);
    for (uint32_t i = 0; i < n; i++) areas[i] = geometry_of(writer, i, reader);
    GEOSWKTReader_destroy_r(geos, reader);
    eg_features_writer_free(writer);
}

static void free_areas(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) GEOSGeom_destroy_r(geos, areas[i]);
    free(areas);
    areas = NULL;
}

/* --- random shapes ------------------------------------------------------------------------------------------------- */

struct drawn {
    double lonlat[32];
    uint32_t part_start[4];
    struct eg_filter_shape shape;
};

static void put(struct drawn *drawn, uint32_t *n, double x, double y)
{
    drawn->lonlat[2 * *n] = x;
    drawn->lonlat[2 * *n + 1] = y;
    (*n)++;
}

static void put_box(struct drawn *drawn, uint32_t *n, double x, double y, double half)
{
    put(drawn, n, x - half, y - half);
    put(drawn, n, x + half, y - half);
    put(drawn, n, x + half, y + half);
    put(drawn, n, x - half, y + half);
    put(drawn, n, x - half, y - half);
}

static void finish(struct drawn *drawn, uint32_t n)
{
    struct eg_bounds box = {drawn->lonlat[0], drawn->lonlat[1], drawn->lonlat[0], drawn->lonlat[1]};
    for (uint32_t i = 1; i < n; i++) {
        double x = drawn->lonlat[2 * i], y = drawn->lonlat[2 * i + 1];
        if (x < box.min_x) box.min_x = x;
        if (x > box.max_x) box.max_x = x;
        if (y < box.min_y) box.min_y = y;
        if (y > box.max_y) box.max_y = y;
    }
    drawn->shape.lonlat = drawn->lonlat;
    drawn->shape.part_start = drawn->part_start;
    drawn->shape.box_deg = box;
    drawn->part_start[drawn->shape.n_parts] = n;
}

enum { BOX, TRIANGLE, HOLE, LINE, POINT, N_KINDS };

static void draw(struct drawn *drawn, struct eg_test_random *random, struct eg_bounds box)
{
    static const double sizes[] = {1e-4, 1e-3, 1e-2, 0.1, 1};
    uint32_t kind = eg_test_random_below(random, N_KINDS), n = 0;
    double size = sizes[eg_test_random_below(random, EG_ARRAY_LEN(sizes))] * (box.max_x - box.min_x);
    double x = box.min_x + eg_test_random_unit(random) * (box.max_x - box.min_x);
    double y = box.min_y + eg_test_random_unit(random) * (box.max_y - box.min_y);
    *drawn = (struct drawn){.shape = {.kind = EG_FILTER_POLYGONS_KIND, .n_parts = 1}};
    if (kind == BOX || kind == HOLE) put_box(drawn, &n, x, y, size);
    if (kind == HOLE) {
        drawn->part_start[1] = n;
        drawn->shape.n_parts = 2;
        put_box(drawn, &n, x, y, size * eg_test_random_unit(random) * 0.99);
    }
    if (kind == LINE) drawn->shape.kind = EG_FILTER_LINES_KIND;
    if (kind == POINT) drawn->shape.kind = EG_FILTER_POINTS_KIND;
    uint32_t n_corners = kind == TRIANGLE ? 3 : kind == LINE ? 4 : kind == POINT ? 1 : 0;
    for (uint32_t i = 0; i < n_corners; i++)
        put(drawn, &n, x + size * (eg_test_random_unit(random) - 0.5),
            y + size * (eg_test_random_unit(random) - 0.5));
    if (kind == TRIANGLE) put(drawn, &n, drawn->lonlat[0], drawn->lonlat[1]);
    finish(drawn, n);
}

static GEOSCoordSequence *part_of(const struct drawn *drawn, uint32_t part)
{
    uint32_t from = drawn->part_start[part], to = drawn->part_start[part + 1];
    GEOSCoordSequence *sequence = GEOSCoordSeq_create_r(geos, to - from, 2);
    assert_non_null(sequence);
    for (uint32_t i = from; i < to; i++)
        assert_int_equal(
            GEOSCoordSeq_setXY_r(geos, sequence, i - from, drawn->lonlat[2 * i], drawn->lonlat[2 * i + 1]),
            1);
    return sequence;
}

static GEOSGeometry *as_geometry(const struct drawn *drawn)
{
    if (drawn->shape.kind == EG_FILTER_POINTS_KIND) return GEOSGeom_createPoint_r(geos, part_of(drawn, 0));
    if (drawn->shape.kind == EG_FILTER_LINES_KIND)
        return GEOSGeom_createLineString_r(geos, part_of(drawn, 0));
    bool has_hole = drawn->shape.n_parts == 2;
    GEOSGeometry *hole = has_hole ? GEOSGeom_createLinearRing_r(geos, part_of(drawn, 1)) : NULL;
    GEOSGeometry *shell = GEOSGeom_createLinearRing_r(geos, part_of(drawn, 0));
    return GEOSGeom_createPolygon_r(geos, shell, &hole, has_hole);
}

/* --- tests --------------------------------------------------------------------------------------------------------- */

static uint32_t compare(struct eg_features *features, const struct drawn *drawn)
{
    GEOSGeometry *shape = as_geometry(drawn);
    uint32_t n_met = 0;
    assert_non_null(shape);
    for (uint32_t i = 0; i < eg_features_count(features); i++) {
        bool ours = eg_features_intersects(features, i, &drawn->shape);
        bool theirs = GEOSIntersects_r(geos, areas[i], shape) == 1;
        double distance = 0;
        n_met += theirs;
        if (ours == theirs) continue;
        GEOSGeometry *border = GEOSBoundary_r(geos, areas[i]);
        assert_int_equal(GEOSDistance_r(geos, border, shape, &distance), 1);
        GEOSGeom_destroy_r(geos, border);
        if (distance > ROUNDING_DEG)
            fail_msg("area %u: ours %d, GEOS %d, kind %d, %.17g apart", i, ours, theirs, drawn->shape.kind,
                     distance);
    }
    GEOSGeom_destroy_r(geos, shape);
    assert_int_equal(eg_features_failed(features, NULL), EG_OK);
    return n_met;
}

static void features_meet_what_geos_says_they_meet(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    for (uint32_t set = 0; set < small.snapshot->atlas->n_boundaries; set++) {
        struct eg_features *features = open_boundaries(set);
        uint32_t n_met = 0, n = eg_features_count(features);
        read_areas(features);
        for (uint32_t i = 0; i < ROUNDS; i++) {
            struct drawn drawn;
            draw(&drawn, &random, small.snapshot->generation->area_sets[set].bounds_deg);
            n_met += compare(features, &drawn);
        }
        assert_true(n_met > ROUNDS / 4 && n_met < ROUNDS * n);
        free_areas(n);
        eg_features_close(features);
    }
}

static void what_is_written_is_valid(void **state)
{
    (void)state;
    for (uint32_t set = 0; set < small.snapshot->atlas->n_boundaries; set++) {
        struct eg_features *features = open_boundaries(set);
        uint32_t n = eg_features_count(features);
        read_areas(features);
        for (uint32_t i = 0; i < n; i++) {
            if (GEOSisValid_r(geos, areas[i]) == 1) continue;
            char *why = GEOSisValidReason_r(geos, areas[i]);
            fail_msg("area %u of set %u: %s", i, set, why);
        }
        free_areas(n);
        eg_features_close(features);
    }
}

static void a_hostile_filter_ends_within_its_budget(void **state)
{
    (void)state;
    struct eg_features *features = open_boundaries(0);
    struct eg_arena *arena = eg_arena_new((size_t)1 << 20);
    struct eg_buffer text;
    struct eg_filter *filter = NULL;
    struct eg_features_page page;
    struct eg_error err = {0};
    eg_buffer_init(&text, 0);
    for (uint32_t i = 0; i < 250; i++)
        eg_buffer_printf(&text, "%sCASEI(name) LIKE '%%%ua%%b%%'", i > 0 ? " OR " : "", i % 10);
    struct eg_filter_source source = {.text = {text.data, text.len}};
    assert_int_equal(eg_filter_parse(&source, eg_features_properties(features), &filter, &err), EG_OK);
    struct eg_features_query query = {.filter = filter, .limit = 10, .budget_ms = 1};
    assert_int_equal(eg_features_select(features, &query, arena, &page, &err), EG_LIMIT);
    assert_string_equal(err.field, "filter");
    query.budget_ms = 0;
    assert_int_equal(eg_features_select(features, &query, arena, &page, &err), EG_OK);
    eg_filter_free(filter);
    eg_buffer_clear(&text);
    eg_arena_free(arena);
    eg_features_close(features);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_meet_what_geos_says_they_meet),
        cmocka_unit_test(what_is_written_is_valid),
        cmocka_unit_test(a_hostile_filter_ends_within_its_budget),
    };
    return cmocka_run_group_tests(tests, open_county, close_county);
}
