/* How much ground polygons cover, on the ellipsoid of WGS 84.
 *
 * Vertices are exact; an edge is taken for the straight line of the equal-area cylindrical map. Over the length of an edge of a
 * boundary that is off by far less than the boundary is generalised: 0.0001 of the area for a country, nothing for a district. */
#ifndef EG_GEO_GROUND_H
#define EG_GEO_GROUND_H

#include <stdint.h>

#include "geo/grid.h"
#include "geo/shapes.h"

/* A ring lonlat_deg[2 * n] in either direction, whose first vertex may be repeated at its end. */
double eg_ground_ring_m2(const double *lonlat_deg, uint32_t n);

/* All polygons of a shape on a grid of EPSG:3857, less their holes. */
double eg_ground_shape_m2(const struct eg_shape *shape, struct eg_grid grid);

#endif
