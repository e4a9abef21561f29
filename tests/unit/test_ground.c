/* How much ground polygons cover, against geodesics and against figures that can be worked out. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <geodesic.h>

#include "geo/crs.h"
#include "geo/ground.h"
#include "support/test_random.h"

#define EARTH_M2 510065621724089.0 /* of the ellipsoid of WGS 84 */

static void an_eighth_of_the_globe_is_an_eighth_of_its_surface(void **state)
{
    (void)state;
    const double corners[] = {0, 0, 90, 0, 90, 90, 0, 90};
    double area_m2 = eg_ground_ring_m2(corners, 4);
    assert_true(fabs(area_m2 - EARTH_M2 / 8) < 1e-9 * EARTH_M2);
    const double closed[] = {0, 0, 0, 90, 90, 90, 90, 0, 0, 0};
    assert_true(fabs(eg_ground_ring_m2(closed, 5) - area_m2) < 1);
    assert_true(eg_ground_ring_m2(corners, 0) == 0);
}

/* A wobbly ring of short edges around a place. */
static uint32_t random_ring(struct eg_test_random *random, double *lonlat)
{
    double lon = eg_test_random_unit(random) * 340 - 170, lat = eg_test_random_unit(random) * 130 - 65;
    double size = 0.001 + eg_test_random_unit(random) * 0.5;
    for (uint32_t i = 0; i < 500; i++) {
        double reach = size * (0.99 + 0.01 * eg_test_random_unit(random));
        lonlat[2 * i] = lon + reach * cos(2 * M_PI * i / 500);
        lonlat[2 * i + 1] = lat + reach * sin(2 * M_PI * i / 500);
    }
    return 500;
}

static void rings_have_the_area_that_geodesics_enclose(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    struct geod_geodesic earth;
    geod_init(&earth, 6378137, 1 / 298.257223563);
    for (uint32_t k = 0; k < 50; k++) {
        double lonlat[1000], lon[500], lat[500], expected_m2 = 0, around_m = 0;
        uint32_t n = random_ring(&random, lonlat);
        for (uint32_t i = 0; i < n; i++) {
            lon[i] = lonlat[2 * i];
            lat[i] = lonlat[2 * i + 1];
        }
        geod_polygonarea(&earth, lat, lon, (int)n, &expected_m2, &around_m);
        assert_true(fabs(eg_ground_ring_m2(lonlat, n) - fabs(expected_m2)) < 1e-5 * fabs(expected_m2));
    }
}

/* A degree of a shape on the grid, with a hole of a quarter of it. */
static void a_shape_is_its_shells_less_their_holes(void **state)
{
    (void)state;
    const double corners[][2] = {{10, 50},       {11, 50},       {11, 51},       {10, 51},
                                 {10.25, 50.25}, {10.25, 50.75}, {10.75, 50.75}, {10.75, 50.25}};
    struct eg_grid grid = eg_grid_web_mercator();
    struct eg_point points[8];
    uint32_t polygon_start[] = {0, 2}, ring_start[] = {0, 4, 8};
    for (uint32_t i = 0; i < 8; i++) {
        double x, y;
        eg_mercator_forward(corners[i][0], corners[i][1], &x, &y);
        points[i] = eg_grid_snap(grid, x, y);
    }
    struct eg_shape shape = {.n_polygons = 1,
                             .n_rings = 2,
                             .polygon_start = polygon_start,
                             .ring_start = ring_start,
                             .points = points};
    double expected = eg_ground_ring_m2(corners[0], 4) - eg_ground_ring_m2(corners[4], 4);
    assert_true(fabs(eg_ground_shape_m2(&shape, grid) - expected) < 1e-6 * expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_eighth_of_the_globe_is_an_eighth_of_its_surface),
        cmocka_unit_test(rings_have_the_area_that_geodesics_enclose),
        cmocka_unit_test(a_shape_is_its_shells_less_their_holes),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
