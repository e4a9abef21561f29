/* Polygons as GeoJSON (RFC 7946) writes them, read into rings. */
#ifndef EG_DATA_GEOJSON_RINGS_H
#define EG_DATA_GEOJSON_RINGS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* Rings of longitude and latitude in degrees, shells and holes together (even-odd), each closed. */
struct eg_geojson_rings {
    uint32_t n_rings, n_polygons;
    uint32_t *start;   /* [n_rings + 1], in positions */
    uint32_t *polygon; /* [n_polygons + 1], in rings: the first of each is its shell */
    double *lonlat;    /* [2 * start[n_rings]] */
};

/* Reads a Polygon or MultiPolygon into the arena. EG_INVALID says what is wrong with it: another type, a ring that is open or has fewer
 * than four positions, a position that is not on the Earth; EG_LIMIT beyond EG_GEOJSON_POSITIONS. */
#define EG_GEOJSON_POSITIONS 100000U
EG_MUST_CHECK enum eg_status eg_geojson_rings_read(struct eg_text geojson, struct eg_arena *arena,
                                                   struct eg_geojson_rings *rings_out, struct eg_error *err);

/* The same of a polygon that comes in, whose rings must not cross themselves or one another either: the error says what is wrong and where.
 * What is in a store already is drawn as it is. */
EG_MUST_CHECK enum eg_status eg_geojson_rings_read_sound(struct eg_text geojson, struct eg_arena *arena,
                                                         struct eg_geojson_rings *rings_out,
                                                         struct eg_error *err);

#endif
