/* Polygons that leave the map's square: across the antimeridian, beyond +-180 degrees, over a pole. They are cut into parts
 * that lie within it, so that nothing smears across the map. */
#ifndef EG_DATA_WRAP_H
#define EG_DATA_WRAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "data/geos.h"

#define EG_WRAP_LATITUDE_DEG 85.051128779806592 /* the edge of the web Mercator square */

/* Whether a ring of longitudes and latitudes, xy[2*n] without a repeated last point, must be cut: a step of more than 180
 * degrees, a longitude beyond +-180 or a latitude beyond the square's edge. */
bool eg_wrap_is_needed(const double *xy_deg, size_t n);

/* The same for a ring of EPSG:3857 metres; a point that is not finite counts as beyond. */
bool eg_wrap_is_needed_m(const double *xy_m, size_t n);

/* Whether it is doubtful which way round an edge goes: more than 180 degrees as it stands, and no short step across the
 * antimeridian either. Never for a ring that is taken as it stands. */
bool eg_wrap_is_doubtful(const double *xy_deg, size_t n);

/* Cuts one polygon of longitudes and latitudes, and calls visit with the rings of what lies within +-180 and +-85.0511 degrees.
 * A step of more than 180 degrees means the short way round; a ring that goes round a pole takes in the nearer one. But a ring
 * that runs along both -180 and +180, and has no other such step than from the one to the other, was cut there already and is
 * taken as it stands: a frame round the world, a continent round a pole. */
EG_MUST_CHECK enum eg_status eg_wrap_polygon(struct eg_geos *geos, const struct eg_flat_polygon *polygon,
                                             eg_geos_ring_fn *visit, void *context, struct eg_error *err);

#endif
