/* The oracle of common ground: GEOS's overlay and its negative buffer. */
#ifndef EG_TESTS_SUPPORT_SHARED_CIRCLE_H
#define EG_TESTS_SUPPORT_SHARED_CIRCLE_H

#include <stdbool.h>
#include <stdint.h>

#include <geos_c.h>

/* The valid polygon of rings xy[2 * n], the first of them the shell; ring r has the points start[r] .. start[r + 1] - 1 and does not
 * repeat its first. Destroy it. */
GEOSGeometry *eg_test_geos_polygon(GEOSContextHandle_t geos, const double *xy, const uint32_t *start,
                                   uint32_t n_rings);

/* Whether a circle of the radius fits into what both cover. */
bool eg_test_circle_fits(GEOSContextHandle_t geos, const GEOSGeometry *a, const GEOSGeometry *b,
                         double radius);

#endif
