/* Several polygons of one service against GEOS: what the entry has is their union, and whom it serves is asked of that. Polygons are stars
 * around random middles, so that they overlap, touch, hold one another or lie apart; some have a hole, some cross themselves as a hand
 * in QGIS may leave them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <geos_c.h>

#include "base/arena.h"
#include "data/service_area_rows.h"
#include "directory/service_areas.h"
#include "support/test_random.h"

#define N_TRIALS 300
#define MOST 5
#define N_POINTS 40

static struct eg_test_random dice;

static double between(double low, double high)
{
    return low + (high - low) * eg_test_random_unit(&dice);
}

static void add_star(struct eg_buffer *out, double x, double y, double radius, bool crosses)
{
    double first[2] = {0};
    uint32_t n = 4 + eg_test_random_below(&dice, 8);
    eg_buffer_char(out, '[');
    for (uint32_t i = 0; i <= n; i++) {
        uint32_t at = crosses && i == 2 ? 3 : crosses && i == 3 ? 2 : i;
        double angle = 2 * M_PI * at / n, r = radius * between(0.4, 1);
        double position[2] = {x + r * cos(angle), y + r * sin(angle)};
        if (i == 0) memcpy(first, position, sizeof first);
        const double *shown = i == n ? first : position;
        eg_buffer_printf(out, "%s[%.7f,%.7f]", i > 0 ? "," : "", shown[0], shown[1]);
    }
    eg_buffer_char(out, ']');
}

static struct eg_text make_polygon(struct eg_arena *arena, bool may_cross)
{
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    double x = between(-2, 2), y = between(51, 53), radius = between(0.1, 1.2);
    eg_buffer_literal(&text, "{\"type\":\"Polygon\",\"coordinates\":[");
    add_star(&text, x, y, radius, may_cross && eg_test_random_below(&dice, 4) == 0);
    if (!may_cross && eg_test_random_below(&dice, 3) == 0) {
        eg_buffer_char(&text, ',');
        add_star(&text, x, y, radius * 0.15, false);
    }
    eg_buffer_literal(&text, "]}");
    struct eg_text made = eg_text_copy(arena, (struct eg_text){text.data, text.len});
    eg_buffer_clear(&text);
    return made;
}

static GEOSGeometry *read_geojson(GEOSContextHandle_t geos, struct eg_text text)
{
    char terminated[65536];
    assert_true(text.len < sizeof terminated);
    (void)snprintf(terminated, sizeof terminated, "%.*s", EG_TEXT_ARG(text));
    GEOSGeoJSONReader *reader = GEOSGeoJSONReader_create_r(geos);
    GEOSGeometry *geometry = GEOSGeoJSONReader_readGeometry_r(geos, reader, terminated);
    GEOSGeoJSONReader_destroy_r(geos, reader);
    assert_non_null(geometry);
    GEOSMakeValidParams *params = GEOSMakeValidParams_create_r(geos);
    (void)GEOSMakeValidParams_setMethod_r(geos, params, GEOS_MAKE_VALID_STRUCTURE);
    GEOSGeometry *valid = GEOSMakeValidWithParams_r(geos, geometry, params);
    GEOSMakeValidParams_destroy_r(geos, params);
    GEOSGeom_destroy_r(geos, geometry);
    return valid;
}

static double area_of(GEOSContextHandle_t geos, const GEOSGeometry *geometry)
{
    double area = -1;
    assert_int_equal(GEOSArea_r(geos, geometry, &area), 1);
    return area;
}

static void check_points(GEOSContextHandle_t geos, const GEOSGeometry *whole, const struct eg_entry *entry)
{
    for (uint32_t i = 0; i < N_POINTS; i++) {
        double x = between(-3, 3), y = between(50, 54), distance;
        GEOSGeometry *point = GEOSGeom_createPointFromXY_r(geos, x, y);
        GEOSGeometry *border = GEOSBoundary_r(geos, whole);
        assert_int_equal(GEOSDistance_r(geos, border, point, &distance), 1);
        bool holds = GEOSContains_r(geos, whole, point) == 1;
        if (distance > 1e-6) assert_int_equal(eg_service_polygon_contains(entry, x, y), holds);
        GEOSGeom_destroy_r(geos, point);
        GEOSGeom_destroy_r(geos, border);
    }
}

static void try(GEOSContextHandle_t geos, struct eg_arena *arena)
{
    static const struct eg_atlas atlas;
    struct eg_entry_source source = {.atlas = &atlas, .arena = arena};
    struct eg_entry entry = {.serves_boundaries = EG_ATLAS_NONE};
    struct eg_text field[MOST][EG_SERVICE_AREA_N_FIELDS] = {{{0}}};
    struct eg_record record[MOST];
    const struct eg_record *rows[MOST];
    struct eg_error err;
    GEOSGeometry *whole = GEOSGeom_createEmptyPolygon_r(geos);
    uint32_t n = 2 + eg_test_random_below(&dice, MOST - 1);
    bool may_cross = eg_test_random_below(&dice, 2) == 0;
    for (uint32_t i = 0; i < n; i++) {
        field[i][EG_SERVICE_AREA_EXTENT] = make_polygon(arena, may_cross);
        field[i][EG_SERVICE_AREA_EXTENT_TYPE] = EG_TEXT("geojson");
        record[i] = (struct eg_record){EG_RECORD_SERVICE_AREA, field[i]};
        rows[i] = &record[i];
        GEOSGeometry *one = read_geojson(geos, field[i][EG_SERVICE_AREA_EXTENT]);
        GEOSGeometry *both = GEOSUnion_r(geos, whole, one);
        GEOSGeom_destroy_r(geos, one);
        GEOSGeom_destroy_r(geos, whole);
        whole = both;
    }
    if (eg_service_area_rows_read(&source, rows, n, &entry, &err) != EG_OK) fail_msg("%s", err.message);
    assert_int_equal(entry.n_serves, 0);
    GEOSGeometry *ours = read_geojson(geos, entry.area_geojson);
    GEOSGeometry *differs = GEOSSymDifference_r(geos, ours, whole);
    assert_true(area_of(geos, differs) < 1e-5 * area_of(geos, whole));
    check_points(geos, whole, &entry);
    GEOSGeom_destroy_r(geos, differs);
    GEOSGeom_destroy_r(geos, ours);
    GEOSGeom_destroy_r(geos, whole);
}

static void several_polygons_are_their_union(void **state)
{
    (void)state;
    dice = eg_test_random_new();
    GEOSContextHandle_t geos = GEOS_init_r();
    for (uint32_t trial = 0; trial < N_TRIALS; trial++) {
        struct eg_arena *arena = eg_arena_new(1 << 24);
        assert_non_null(arena);
        try(geos, arena);
        eg_arena_free(arena);
    }
    GEOS_finish_r(geos);
}

static void a_polygon_that_is_none_is_named_among_others(void **state)
{
    (void)state;
    static const struct eg_atlas atlas;
    struct eg_arena *arena = eg_arena_new(1 << 20);
    struct eg_entry_source source = {.atlas = &atlas, .arena = arena};
    struct eg_entry entry = {.serves_boundaries = EG_ATLAS_NONE};
    dice = eg_test_random_new();
    struct eg_text field[2][EG_SERVICE_AREA_N_FIELDS] = {{{0}}};
    struct eg_record record[2] = {{EG_RECORD_SERVICE_AREA, field[0]}, {EG_RECORD_SERVICE_AREA, field[1]}};
    const struct eg_record *rows[2] = {&record[0], &record[1]};
    struct eg_error err = {0};
    for (int i = 0; i < 2; i++) field[i][EG_SERVICE_AREA_EXTENT_TYPE] = EG_TEXT("geojson");
    field[0][EG_SERVICE_AREA_EXTENT] = make_polygon(arena, false);
    field[1][EG_SERVICE_AREA_EXTENT] = EG_TEXT("{\"type\":\"Polygon\",\"coordinates\":[]}");
    assert_int_equal(eg_service_area_rows_read(&source, rows, 2, &entry, &err), EG_INVALID);
    assert_string_equal(err.field, "extent");
    eg_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_polygons_are_their_union),
        cmocka_unit_test(a_polygon_that_is_none_is_named_among_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
