/* Between the transformations (crs.c) and the formula of EPSG:3857 (crs_mercator.c). */
#ifndef EG_GEO_CRS_INTERNAL_H
#define EG_GEO_CRS_INTERNAL_H

#include <stddef.h>

/* As eg_mercator_forward, for xy[2*n] in place; a latitude beyond 90 degrees or not a number becomes HUGE_VAL. */
void eg_mercator_forward_points(double *xy, size_t n);

#endif
