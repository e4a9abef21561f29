#include "support/shared_circle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ARC_STEPS 64 /* of a quarter of a circle */

static GEOSGeometry *make_ring(GEOSContextHandle_t geos, const double *xy, uint32_t n)
{
    GEOSCoordSequence *points = GEOSCoordSeq_create_r(geos, n + 1, 2);
    for (uint32_t i = 0; i <= n; i++) {
        const double *at = xy + 2 * (size_t)(i % n);
        assert_int_equal(GEOSCoordSeq_setXY_r(geos, points, i, at[0], at[1]), 1);
    }
    return GEOSGeom_createLinearRing_r(geos, points);
}

GEOSGeometry *eg_test_geos_polygon(GEOSContextHandle_t geos, const double *xy, const uint32_t *start,
                                   uint32_t n_rings)
{
    GEOSGeometry *holes[8];
    assert_in_range(n_rings, 1, 9);
    for (uint32_t r = 1; r < n_rings; r++)
        holes[r - 1] = make_ring(geos, xy + 2 * (size_t)start[r], start[r + 1] - start[r]);
    GEOSGeometry *shell = make_ring(geos, xy + 2 * (size_t)start[0], start[1] - start[0]);
    GEOSGeometry *polygon = GEOSGeom_createPolygon_r(geos, shell, holes, n_rings - 1);
    assert_non_null(polygon);
    assert_int_equal(GEOSisValid_r(geos, polygon), 1);
    return polygon;
}

bool eg_test_circle_fits(GEOSContextHandle_t geos, const GEOSGeometry *a, const GEOSGeometry *b,
                         double radius)
{
    GEOSGeometry *common = GEOSIntersection_r(geos, a, b);
    assert_non_null(common);
    GEOSGeometry *centres = GEOSBuffer_r(geos, common, -radius, ARC_STEPS);
    assert_non_null(centres);
    bool fits = GEOSisEmpty_r(geos, centres) == 0;
    GEOSGeom_destroy_r(geos, centres);
    GEOSGeom_destroy_r(geos, common);
    return fits;
}
