/* CRSs and transformations: control points from their publishers, the choice of operation, axis order, errors. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <proj.h>

#include "base/error.h"
#include "geo/crs.h"
#include "support/failing_malloc.h"

#define DMS(degrees, minutes, seconds) ((degrees) + (minutes) / 60.0 + (seconds) / 3600.0)

/* cmocka's own compares in single precision. */
static void assert_near(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance)) fail_msg("%.12g is not %.12g within %g", got, wanted, tolerance);
}

static int open_context(void **state)
{
    struct eg_crs_context *context = NULL;
    if (eg_crs_context_new(&context, NULL) != EG_OK) return -1;
    *state = context;
    return 0;
}

static int close_context(void **state)
{
    eg_crs_context_free(*state);
    return 0;
}

static struct eg_transform *opened(void **state, const char *from, const char *to, const char *operation)
{
    struct eg_transform *transform = NULL;
    struct eg_error err = {0};
    enum eg_status status = eg_transform_new(*state, eg_text_from(from), eg_text_from(to),
                                             eg_text_from(operation), &transform, &err);
    if (status != EG_OK) print_error("%s\n", err.message);
    assert_int_equal(status, EG_OK);
    return transform;
}

/* One point there (within tolerance, in the target's unit) and back (within 2e-8 degrees or 2 mm: a datum shift works in
 * three dimensions, and the height that it gives is dropped). */
static void assert_maps(void **state, const char *from, const char *to, const double in[2],
                        const double out[2], double tolerance)
{
    struct eg_transform *transform = opened(state, from, to, "");
    double xy[2] = {in[0], in[1]};
    assert_int_equal(eg_transform_points(transform, xy, 1), 0);
    assert_near(xy[0], out[0], tolerance);
    assert_near(xy[1], out[1], tolerance);
    assert_int_equal(eg_transform_points_inverse(transform, xy, 1), 0);
    assert_near(xy[0], in[0], fabs(in[0]) <= 360 ? 2e-8 : 0.002);
    assert_near(xy[1], in[1], fabs(in[1]) <= 360 ? 2e-8 : 0.002);
    eg_transform_free(transform);
}

/* --- control points ---------------------------------------------------------------------------------------------- */

/* Ordnance Survey, A guide to coordinate systems in Great Britain, annexe C: Caister water tower. Stated to 1 mm. */
static void the_ordnance_surveys_worked_example_comes_out_to_the_millimetre(void **state)
{
    assert_maps(state, "EPSG:4277", "EPSG:27700", (double[2]){DMS(1, 43, 4.5177), DMS(52, 39, 27.2531)},
                (double[2]){651409.903, 313177.270}, 0.001);
}

/* The same tower by satellite and, exact to 0.1 m, by the Ordnance Survey's grid shift OSTN02. The operation chosen here
 * states an accuracy of 2 m (one standard deviation); 5 m is what the Ordnance Survey grants its kind. */
static void satellite_positions_reach_the_national_grid_within_5_m(void **state)
{
    assert_maps(state, "EPSG:4326", "EPSG:27700", (double[2]){1.716073973, 52.658007833},
                (double[2]){651409.792, 313177.448}, 5);
}

/* IOGP guidance note 7-2, Lambert azimuthal equal area: 50 N, 5 E. Stated to 1 cm. */
static void iogps_worked_example_of_epsg_3035_comes_out_to_the_centimetre(void **state)
{
    assert_maps(state, "EPSG:4258", "EPSG:3035", (double[2]){5, 50}, (double[2]){3962799.45, 2999718.85},
                0.006);
    assert_maps(state, "EPSG:4326", "EPSG:3035", (double[2]){5, 50}, (double[2]){3962799.45, 2999718.85},
                0.006);
}

/* IOGP guidance note 7-2, popular visualisation pseudo Mercator. Stated to 1 cm and 0.001 seconds. */
static void iogps_worked_example_of_epsg_3857_comes_out_to_the_centimetre(void **state)
{
    assert_maps(state, "EPSG:4326", "EPSG:3857", (double[2]){-DMS(100, 20, 0), DMS(24, 22, 54.433)},
                (double[2]){-11169055.58, 2800000.00}, 0.016);
}

/* EPSG:26986's definition: the false origin 41 N, 71 30 W has the coordinates 200 km and 750 km. */
static void the_false_origin_of_massachusetts_is_met(void **state)
{
    assert_maps(state, "EPSG:4269", "EPSG:26986", (double[2]){-71.5, 41}, (double[2]){200000, 750000}, 1e-6);
}

static void nad83_is_taken_for_wgs84_in_web_mercator(void **state)
{
    double x;
    double y;
    eg_mercator_forward(-71.0589, 42.3601, &x, &y);
    assert_maps(state, "EPSG:4269", "EPSG:3857", (double[2]){-71.0589, 42.3601}, (double[2]){x, y}, 1e-6);
    double xy[2] = {-71.0589, 42.3601};
    struct eg_transform *state_plane = opened(state, "EPSG:4269", "EPSG:26986", "");
    assert_int_equal(eg_transform_points(state_plane, xy, 1), 0);
    eg_transform_free(state_plane);
    assert_maps(state, "EPSG:26986", "EPSG:3857", xy, (double[2]){x, y}, 1e-4);
}

static void britain_comes_back_from_web_mercator_within_two_millimetres(void **state)
{
    struct eg_transform *out = opened(state, "EPSG:27700", "EPSG:3857", "");
    struct eg_transform *back = opened(state, "EPSG:3857", "EPSG:27700", "");
    for (int east = 0; east <= 700000; east += 100000) {
        for (int north = 0; north <= 1200000; north += 200000) {
            double xy[2] = {east, north};
            assert_int_equal(eg_transform_points(out, xy, 1), 0);
            assert_int_equal(eg_transform_points(back, xy, 1), 0);
            assert_near(xy[0], east, 0.002);
            assert_near(xy[1], north, 0.002);
        }
    }
    eg_transform_free(out);
    eg_transform_free(back);
}

/* --- the closed form --------------------------------------------------------------------------------------------- */

static void the_closed_form_agrees_with_proj_within_a_micrometre(void **state)
{
    (void)state;
    PJ_CONTEXT *proj = proj_context_create();
    PJ *raw = proj_create_crs_to_crs(proj, "EPSG:4326", "EPSG:3857", NULL);
    PJ *oracle = proj_normalize_for_visualization(proj, raw);
    assert_non_null(oracle);
    for (int lat = -850; lat <= 850; lat += 17) {
        for (int lon = -1799; lon < 1800; lon += 97) {
            double x;
            double y;
            double lon_back;
            double lat_back;
            eg_mercator_forward(lon / 10.0, lat / 10.0, &x, &y);
            PJ_COORD there = proj_trans(oracle, PJ_FWD, proj_coord(lon / 10.0, lat / 10.0, 0, 0));
            assert_near(x, there.xy.x, 1e-6);
            assert_near(y, there.xy.y, 1e-6);
            eg_mercator_inverse(x, y, &lon_back, &lat_back);
            PJ_COORD back = proj_trans(oracle, PJ_INV, proj_coord(x, y, 0, 0));
            assert_near(lon_back, back.xy.x, 1e-11);
            assert_near(lat_back, back.xy.y, 1e-11); /* 1e-6 m */
        }
    }
    (void)proj_destroy(oracle);
    (void)proj_destroy(raw);
    (void)proj_context_destroy(proj);
}

static void the_poles_are_clamped_to_the_edge_of_the_map(void **state)
{
    (void)state;
    double x;
    double y;
    eg_mercator_forward(180, 90, &x, &y);
    assert_near(x, EG_MERCATOR_HALF_M, 1e-6);
    assert_near(y, EG_MERCATOR_HALF_M, 1e-6);
    eg_mercator_forward(-180, -90, &x, &y);
    assert_near(y, -EG_MERCATOR_HALF_M, 1e-6);
}

static void many_points_are_transformed_as_one_at_a_time(void **state)
{
    static const char *const targets[] = {"EPSG:3857", "EPSG:27700"};
    for (size_t t = 0; t < EG_ARRAY_LEN(targets); t++) {
        struct eg_transform *transform = opened(state, "EPSG:4326", targets[t], "");
        double many[2 * 101];
        for (int i = 0; i < 101; i++) {
            many[2 * i] = -6 + 0.08 * i;
            many[2 * i + 1] = 50 + 0.09 * i;
        }
        assert_int_equal(eg_transform_points(transform, many, 101), 0);
        for (int i = 0; i < 101; i++) {
            double one[2] = {-6 + 0.08 * i, 50 + 0.09 * i};
            assert_int_equal(eg_transform_points(transform, one, 1), 0);
            assert_memory_equal(one, &many[(size_t)2 * (size_t)i], sizeof one);
        }
        eg_transform_free(transform);
    }
}

/* --- the choice of operation ------------------------------------------------------------------------------------- */

static void assert_operation(void **state, const char *from, const char *to, const char *part_of_name,
                             double accuracy_m)
{
    struct eg_transform *transform = opened(state, from, to, "");
    if (!strstr(eg_transform_name(transform), part_of_name)) {
        fail_msg("%s to %s: %s", from, to, eg_transform_name(transform));
    }
    assert_near(eg_transform_accuracy_m(transform), accuracy_m, 1e-9);
    eg_transform_free(transform);
}

static void the_first_operation_without_grids_is_chosen_and_named(void **state)
{
    assert_operation(state, "EPSG:4326", "EPSG:27700", "OSGB36 to WGS 84 (6)", 2);
    assert_operation(state, "EPSG:27700", "EPSG:3857", "OSGB36 to WGS 84 (6)", 2);
    assert_operation(state, "EPSG:3857", "EPSG:27700", "OSGB36 to WGS 84 (6)", 2);
    assert_operation(state, "EPSG:4326", "EPSG:3035", "ETRS89 to WGS 84 (1)", 1);
    assert_operation(state, "EPSG:4269", "EPSG:3857", "NAD83 to WGS 84 (1)", 4);
    assert_operation(state, "EPSG:26986", "EPSG:3857", "NAD83 to WGS 84 (1)", 4);
}

static void a_mere_projection_is_exact(void **state)
{
    assert_operation(state, "EPSG:4326", "EPSG:3857", "Pseudo-Mercator", 0);
    assert_operation(state, "EPSG:4277", "EPSG:27700", "British National Grid", 0);
}

static void the_same_crs_under_two_names_changes_nothing(void **state)
{
    static const char *const names[] = {"EPSG:4326",
                                        "OGC:CRS84",
                                        "CRS:84",
                                        "urn:ogc:def:crs:OGC:1.3:CRS84",
                                        "urn:ogc:def:crs:EPSG::4326",
                                        "http://www.opengis.net/def/crs/OGC/1.3/CRS84"};
    for (size_t i = 0; i < EG_ARRAY_LEN(names); i++) {
        struct eg_transform *transform = opened(state, names[i], "EPSG:4326", "");
        double xy[2] = {-1.5, 52.25};
        assert_int_equal(eg_transform_points(transform, xy, 1), 0);
        assert_true(xy[0] == -1.5 && xy[1] == 52.25);
        assert_near(eg_transform_accuracy_m(transform), 0, 0);
        eg_transform_free(transform);
    }
}

static void an_operation_may_be_forced_by_its_code(void **state)
{
    struct eg_transform *usual = opened(state, "EPSG:4326", "EPSG:27700", "");
    struct eg_transform *same = opened(state, "EPSG:4326", "EPSG:27700", "EPSG:1314");
    struct eg_transform *rough = opened(state, "EPSG:4326", "EPSG:27700", "EPSG:1195");
    double a[2] = {-1.5, 52.5};
    double b[2] = {-1.5, 52.5};
    double c[2] = {-1.5, 52.5};
    assert_int_equal(eg_transform_points(usual, a, 1) + eg_transform_points(same, b, 1), 0);
    assert_int_equal(eg_transform_points(rough, c, 1), 0);
    assert_memory_equal(a, b, sizeof a);
    double apart_m = hypot(a[0] - c[0], a[1] - c[1]);
    assert_true(apart_m > 0.5 && apart_m < 30);
    assert_near(eg_transform_accuracy_m(rough), 21, 1e-9);
    eg_transform_free(usual);
    eg_transform_free(same);
    eg_transform_free(rough);
}

static void the_network_stays_off_whatever_the_environment_says(void **state)
{
    (void)state;
    struct eg_crs_context *context = NULL;
    assert_int_equal(setenv("PROJ_NETWORK", "ON", 1), 0);
    assert_int_equal(eg_crs_context_new(&context, NULL), EG_OK);
    void *own = context;
    assert_operation(&own, "EPSG:4326", "EPSG:27700", "OSGB36 to WGS 84 (6)", 2);
    eg_crs_context_free(context);
    assert_int_equal(unsetenv("PROJ_NETWORK"), 0);
}

/* --- what does not project --------------------------------------------------------------------------------------- */

static void a_point_that_does_not_project_is_marked_and_counted(void **state)
{
    struct eg_transform *laea = opened(state, "EPSG:4326", "EPSG:3035", "");
    double xy[8] = {10, 52, -170, -52 /* opposite the centre */, (double)NAN, 50, 5, 50};
    assert_int_equal(eg_transform_points(laea, xy, 4), 2);
    assert_near(xy[0], 4321000, 1e-6);
    assert_true(isinf(xy[2]) && isinf(xy[3]) && isinf(xy[4]) && isinf(xy[5]));
    assert_near(xy[6], 3962799.45, 0.006);
    eg_transform_free(laea);

    struct eg_transform *mercator = opened(state, "EPSG:4326", "EPSG:3857", "");
    double poles[8] = {0, 91, 0, -90, HUGE_VAL, 0, 0, (double)NAN};
    assert_int_equal(eg_transform_points(mercator, poles, 4), 3);
    assert_true(isinf(poles[0]) && isinf(poles[1]) && isinf(poles[4]) && isinf(poles[7]));
    assert_near(poles[3], -EG_MERCATOR_HALF_M, 1e-6);
    eg_transform_free(mercator);
}

/* --- describing -------------------------------------------------------------------------------------------------- */

static struct eg_crs_info described(void **state, const char *definition)
{
    struct eg_crs_info info;
    assert_int_equal(eg_crs_describe(*state, eg_text_from(definition), &info, NULL), EG_OK);
    return info;
}

static void a_crs_tells_its_axis_order_and_unit(void **state)
{
    struct eg_crs_info wgs84 = described(state, "EPSG:4326");
    assert_true(wgs84.geographic && wgs84.northing_first);
    assert_string_equal(wgs84.id, "EPSG:4326");
    assert_string_equal(wgs84.name, "WGS 84");
    assert_near(wgs84.metres_per_unit, 111319.49079, 1e-5);

    struct eg_crs_info crs84 = described(state, "CRS:84");
    assert_true(crs84.geographic && !crs84.northing_first);
    assert_string_equal(crs84.id, "OGC:CRS84");

    struct eg_crs_info britain = described(state, "epsg:27700");
    assert_true(!britain.geographic && !britain.northing_first);
    assert_near(britain.metres_per_unit, 1, 0);

    struct eg_crs_info europe = described(state, "urn:ogc:def:crs:EPSG::3035");
    assert_true(!europe.geographic && europe.northing_first);

    struct eg_crs_info feet = described(state, "EPSG:2249"); /* Massachusetts in US survey feet */
    assert_near(feet.metres_per_unit, 1200.0 / 3937.0, 1e-12);

    struct eg_crs_info compound = described(state, "EPSG:7405"); /* British grid with heights */
    assert_true(!compound.geographic && !compound.northing_first);
}

static void well_known_text_in_esris_dialect_is_recognised(void **state)
{
    static const char wkt[] =
        "PROJCS[\"British_National_Grid\",GEOGCS[\"GCS_OSGB_1936\",DATUM[\"D_OSGB_1936\",SPHEROID[\"Airy_"
        "1830\","
        "6377563.396,299.3249646]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]],"
        "PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"False_Easting\",400000.0],PARAMETER[\"False_"
        "Northing\","
        "-100000.0],PARAMETER[\"Central_Meridian\",-2.0],PARAMETER[\"Scale_Factor\",0.9996012717],"
        "PARAMETER[\"Latitude_Of_Origin\",49.0],UNIT[\"Meter\",1.0]]";
    assert_string_equal(described(state, wkt).id, "EPSG:27700");
    assert_operation(state, wkt, "EPSG:3857", "OSGB36 to WGS 84 (6)", 2);
}

static void what_proj_does_not_know_is_an_error_with_a_remedy(void **state)
{
    static const char *const unknown[] = {"EPSG:999999",
                                          "",
                                          "27700",
                                          "WGS 84",
                                          "+proj=longlat +datum=WGS84",
                                          "+proj=pipeline +step +proj=hgridshift +grids=[a]",
                                          "EPSG:5773", /* heights */
                                          "EPSG:4978", /* geocentric */
                                          "EPSG:1314", /* an operation */
                                          "PROJCS[\"broken",
                                          "urn:ogc:def:crs:EPSG::0",
                                          "../../etc/passwd",
                                          "EPSG:27700 "};
    for (size_t i = 0; i < EG_ARRAY_LEN(unknown); i++) {
        struct eg_crs_info info;
        struct eg_error err = {0};
        assert_int_equal(eg_crs_describe(*state, eg_text_from(unknown[i]), &info, &err), EG_INVALID);
        assert_non_null(strstr(err.message, "EPSG:27700"));
        if (unknown[i][0])
            assert_non_null(strstr(err.message, i == 6 ? "height" : i == 7 ? "WGS 84" : unknown[i]));
    }
    struct eg_error err = {0};
    struct eg_crs_info info;
    assert_int_equal(eg_crs_describe(*state, EG_TEXT("EPSG:27700\0EPSG:4326"), &info, &err), EG_INVALID);
}

static void a_pair_without_an_operation_is_unsupported(void **state)
{
    struct eg_transform *transform = NULL;
    struct eg_error err = {0};
    assert_int_equal(eg_transform_new(*state, EG_TEXT("EPSG:4326"), EG_TEXT("IAU_2015:30100"), EG_TEXT(""),
                                      &transform, &err),
                     EG_UNSUPPORTED);
    assert_non_null(strstr(err.message, "IAU_2015:30100")); /* the moon */
    assert_int_equal(eg_transform_new(*state, EG_TEXT("EPSG:4326"), EG_TEXT("EPSG:27700"),
                                      EG_TEXT("EPSG:1188"), &transform, &err),
                     EG_UNSUPPORTED);
    assert_non_null(strstr(err.message, "EPSG:1188"));
    assert_int_equal(eg_transform_new(*state, EG_TEXT("EPSG:4326"), EG_TEXT("EPSG:27700"), EG_TEXT("Helmert"),
                                      &transform, &err),
                     EG_INVALID);
    assert_int_equal(
        eg_transform_new(*state, EG_TEXT("EPSG:0"), EG_TEXT("EPSG:27700"), EG_TEXT(""), &transform, &err),
        EG_INVALID);
    assert_null(transform);
}

static void every_refused_allocation_is_reported(void **state)
{
    for (long n = 1;; n++) {
        struct eg_crs_context *context = NULL;
        struct eg_transform *transform = NULL;
        eg_failing_malloc_after(n);
        enum eg_status first = eg_crs_context_new(&context, NULL);
        enum eg_status second = eg_transform_new(*state, EG_TEXT("EPSG:4326"), EG_TEXT("EPSG:27700"),
                                                 EG_TEXT(""), &transform, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_transform_free(transform);
        eg_crs_context_free(context);
        if (!failed) break;
        assert_true(first == EG_NO_MEMORY || second == EG_NO_MEMORY);
        assert_true((first == EG_OK) == (context != NULL) && (second == EG_OK) == (transform != NULL));
    }
}

/* --- what protocols ask ------------------------------------------------------------------------------------------ */

/* From the EPSG registry; the operations are those that PROJ 9.1 of Debian 12 has without grids. */
static const struct {
    const char *name, *title, *unit;
    double metres_per_unit;
    bool northing_first;
    struct eg_bounds area_deg;
    const char *operation; /* from EPSG:3857: a part of its name */
    double accuracy_m;
} registry[] = {
    {"EPSG:3857", "WGS 84 / Pseudo-Mercator", "metre", 1, false, {-180, -85.06, 180, 85.06}, "same", 0},
    {"EPSG:4326", "WGS 84", "degree", 111319.4908, true, {-180, -90, 180, 90}, "Mercator", 0},
    {"CRS:84", "WGS 84 (CRS84)", "degree", 111319.4908, false, {-180, -90, 180, 90}, "Mercator", 0},
    {"EPSG:27700",
     "OSGB36 / British National Grid",
     "metre",
     1,
     false,
     {-9, 49.75, 2.01, 61.01},
     "OSGB36 to WGS 84 (6)",
     2},
    {"EPSG:26986",
     "NAD83 / Massachusetts Mainland",
     "metre",
     1,
     false,
     {-73.5, 41.46, -69.86, 42.89},
     "NAD83 to WGS 84 (1)",
     4},
    {"EPSG:3035",
     "ETRS89-extended / LAEA Europe",
     "metre",
     1,
     true,
     {-35.58, 24.6, 44.83, 84.73},
     "ETRS89 to WGS 84 (1)",
     1},
    {"EPSG:3031",
     "WGS 84 / Antarctic Polar Stereographic",
     "metre",
     1,
     false,
     {-180, -90, 180, -60},
     "Antarctic Polar Stereographic",
     0},
    {"EPSG:2154", "RGF93 v1 / Lambert-93", "metre", 1, false, {-9.86, 41.15, 10.38, 51.56}, "Lambert-93", 1},
    {"EPSG:25832", "ETRS89 / UTM zone 32N", "metre", 1, false, {6, 38.76, 12.01, 84.33}, "UTM zone 32N", 1},
    {"EPSG:2249",
     "NAD83 / Massachusetts Mainland (ftUS)",
     "US survey foot",
     1200.0 / 3937,
     false,
     {-73.5, 41.46, -69.86, 42.89},
     "Massachusetts Mainland",
     4}};

static void what_protocols_ask_of_a_crs_is_known(void **state)
{
    for (size_t i = 0; i < EG_ARRAY_LEN(registry); i++) {
        struct eg_crs_info info = described(state, registry[i].name);
        assert_string_equal(info.name, registry[i].title);
        assert_string_equal(info.unit, registry[i].unit);
        assert_near(info.metres_per_unit, registry[i].metres_per_unit, 1e-4);
        assert_int_equal(info.northing_first, registry[i].northing_first);
        assert_true(info.has_area && info.area_name[0]);
        assert_near(info.area_deg.min_x, registry[i].area_deg.min_x, 0.02);
        assert_near(info.area_deg.min_y, registry[i].area_deg.min_y, 0.02);
        assert_near(info.area_deg.max_x, registry[i].area_deg.max_x, 0.02);
        assert_near(info.area_deg.max_y, registry[i].area_deg.max_y, 0.02);
        struct eg_transform *transform = opened(state, "EPSG:3857", registry[i].name, "");
        assert_non_null(strstr(eg_transform_name(transform), registry[i].operation));
        assert_near(eg_transform_accuracy_m(transform), registry[i].accuracy_m, 0);
        eg_transform_free(transform);
    }
}

static void a_long_name_of_an_area_ends_at_a_character(void **state)
{
    struct eg_crs_info europe = described(state, "EPSG:3035"); /* a list of all its countries */
    size_t n = strlen(europe.area_name);
    assert_in_range(n, sizeof europe.area_name - 5, sizeof europe.area_name - 1);
    assert_true(eg_text_is_utf8(eg_text_from(europe.area_name)));
}

/* --- boxes ------------------------------------------------------------------------------------------------------- */

static struct eg_bounds box_in(void **state, const char *crs, struct eg_bounds box_deg)
{
    struct eg_bounds bounds;
    struct eg_transform *transform = opened(state, "OGC:CRS84", crs, "");
    assert_int_equal(eg_transform_bounds(transform, box_deg, &bounds, NULL), EG_OK);
    eg_transform_free(transform);
    return bounds;
}

static void a_box_holds_every_place_of_the_other_and_not_much_more(void **state)
{
    static const struct {
        const char *crs;
        struct eg_bounds box_deg;
    } cases[] = {{"EPSG:27700", {-6.4, 49.9, 1.8, 55.8}},
                 {"EPSG:3035", {-10, 35, 30, 70}},
                 {"EPSG:26986", {-73.5, 41.2, -69.9, 42.9}},
                 {"EPSG:3857", {-73.5, 41.2, -69.9, 42.9}},
                 {"EPSG:2154", {-5, 41, 10, 51}},
                 {"EPSG:3031", {-60, -80, 130, -65}}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_bounds box = cases[i].box_deg, got = box_in(state, cases[i].crs, box);
        struct eg_bounds true_box = {HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
        struct eg_transform *transform = opened(state, "OGC:CRS84", cases[i].crs, "");
        for (int k = 0; k <= 400; k++)
            for (int side = 0; side < 4; side++) {
                double part = k / 400.0;
                double x = side < 2 ? part : side - 2, y = side < 2 ? side : part;
                double xy[2] = {box.min_x + (box.max_x - box.min_x) * x,
                                box.min_y + (box.max_y - box.min_y) * y};
                (void)eg_transform_points(transform, xy, 1);
                true_box.min_x = fmin(true_box.min_x, xy[0]);
                true_box.min_y = fmin(true_box.min_y, xy[1]);
                true_box.max_x = fmax(true_box.max_x, xy[0]);
                true_box.max_y = fmax(true_box.max_y, xy[1]);
            }
        eg_transform_free(transform);
        double slack = 0.002 * (true_box.max_x - true_box.min_x);
        assert_true(got.min_x <= true_box.min_x && got.min_x >= true_box.min_x - slack);
        assert_true(got.min_y <= true_box.min_y && got.min_y >= true_box.min_y - slack);
        assert_true(got.max_x >= true_box.max_x && got.max_x <= true_box.max_x + slack);
        assert_true(got.max_y >= true_box.max_y && got.max_y <= true_box.max_y + slack);
    }
}

static void a_box_about_the_pole_has_its_extremes_inside(void **state)
{
    struct eg_bounds south = box_in(state, "EPSG:3031", (struct eg_bounds){-180, -90, 180, -60});
    assert_near(south.min_x, -3333134, 20000);
    assert_near(south.max_x, 3333134, 20000);
    assert_near(south.min_y, -3333134, 20000);
    assert_near(south.max_y, 3333134, 20000);
}

static void a_box_of_which_nothing_projects_is_unsupported(void **state)
{
    struct eg_bounds bounds = {1, 2, 3, 4};
    struct eg_transform *transform = opened(state, "OGC:CRS84", "EPSG:3857", "");
    assert_int_equal(eg_transform_bounds(transform, (struct eg_bounds){0, 91, 10, 95}, &bounds, NULL),
                     EG_UNSUPPORTED);
    assert_true(bounds.min_x == 1);
    eg_transform_free(transform);
}

/* --- distances --------------------------------------------------------------------------------------------------- */

/* The first from GeographicLib's documentation (Wellington to Salamanca); the others follow from the ellipsoid: a degree
 * of the equator, and the quarter meridian of WGS 84. */
static void geodesic_distances_are_right_to_the_millimetre(void **state)
{
    (void)state;
    assert_near(eg_geodesic_distance_m(174.81, -41.32, -5.50, 40.96), 19959679.267, 0.001);
    assert_near(eg_geodesic_distance_m(10, 0, 11, 0), 111319.4908, 0.0001);
    assert_near(eg_geodesic_distance_m(0, 0, 0, 90), 10001965.7293, 0.0001);
    assert_near(eg_geodesic_distance_m(179.9, 10, -179.9, 10), eg_geodesic_distance_m(0, 10, 0.2, 10), 1e-6);
    assert_near(eg_geodesic_distance_m(5, 50, 5, 50), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ordnance_surveys_worked_example_comes_out_to_the_millimetre),
        cmocka_unit_test(satellite_positions_reach_the_national_grid_within_5_m),
        cmocka_unit_test(iogps_worked_example_of_epsg_3035_comes_out_to_the_centimetre),
        cmocka_unit_test(iogps_worked_example_of_epsg_3857_comes_out_to_the_centimetre),
        cmocka_unit_test(the_false_origin_of_massachusetts_is_met),
        cmocka_unit_test(nad83_is_taken_for_wgs84_in_web_mercator),
        cmocka_unit_test(britain_comes_back_from_web_mercator_within_two_millimetres),
        cmocka_unit_test(the_closed_form_agrees_with_proj_within_a_micrometre),
        cmocka_unit_test(the_poles_are_clamped_to_the_edge_of_the_map),
        cmocka_unit_test(many_points_are_transformed_as_one_at_a_time),
        cmocka_unit_test(the_first_operation_without_grids_is_chosen_and_named),
        cmocka_unit_test(a_mere_projection_is_exact),
        cmocka_unit_test(the_same_crs_under_two_names_changes_nothing),
        cmocka_unit_test(an_operation_may_be_forced_by_its_code),
        cmocka_unit_test(the_network_stays_off_whatever_the_environment_says),
        cmocka_unit_test(a_point_that_does_not_project_is_marked_and_counted),
        cmocka_unit_test(a_crs_tells_its_axis_order_and_unit),
        cmocka_unit_test(well_known_text_in_esris_dialect_is_recognised),
        cmocka_unit_test(what_proj_does_not_know_is_an_error_with_a_remedy),
        cmocka_unit_test(a_pair_without_an_operation_is_unsupported),
        cmocka_unit_test(every_refused_allocation_is_reported),
        cmocka_unit_test(what_protocols_ask_of_a_crs_is_known),
        cmocka_unit_test(a_box_holds_every_place_of_the_other_and_not_much_more),
        cmocka_unit_test(a_box_about_the_pole_has_its_extremes_inside),
        cmocka_unit_test(a_box_of_which_nothing_projects_is_unsupported),
        cmocka_unit_test(a_long_name_of_an_area_ends_at_a_character),
        cmocka_unit_test(geodesic_distances_are_right_to_the_millimetre),
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
