/* Geometries as text: GeoJSON and WKT, of points and of polygons that were put together from arcs (geo/shapes.h). */
#ifndef EG_ENGINE_GEOMETRY_TEXT_H
#define EG_ENGINE_GEOMETRY_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "geo/crs.h"
#include "geo/shapes.h"

/* Between the texts of geometries. */
struct eg_geometry_notation {
    const char *point, *multipoint, *polygon,
        *multipolygon; /* up to and with the opening brackets of the coordinates */
    const char *end_point, *end_multipoint, *end_polygon, *end_multipolygon;
    const char *before_point, *after_point; /* each of several, besides what is around a position */
    char open, close;                       /* around rings and polygons */
    const char *before, *after;             /* a position */
    char between;                           /* coordinates */
};
extern const struct eg_geometry_notation eg_geometry_geojson, eg_geometry_wkt;
/* GeoJSON in which one polygon is a MultiPolygon, too. */
extern const struct eg_geometry_notation eg_geometry_multipolygons;

/* In which CRS and with how many digits: neither a transform nor mercator are degrees. What is not named is zero. */
struct eg_geometry_writer {
    bool mercator;                  /* EPSG:3857 */
    bool swap;                      /* northing first */
    struct eg_transform *transform; /* from EPSG:3857; not owned */
    uint32_t decimals;
    int64_t scale; /* 10 to the power of decimals */
    double unit;   /* of the shapes' grid, in EPSG:3857 */
    double *xy;    /* working memory: a ring */
    size_t xy_capacity;
    int64_t *ring; /* in units of the last decimal */
    size_t ring_capacity;
};
/* Frees the working memory. */
void eg_geometry_writer_clear(struct eg_geometry_writer *writer);

/* Appends a shape of a plane in EPSG:3857. *has_out is false, and nothing appended, when rounding leaves no polygon
 * or a vertex does not project. */
EG_MUST_CHECK enum eg_status eg_geometry_write_shape(struct eg_geometry_writer *writer,
                                                     const struct eg_shape *shape,
                                                     const struct eg_geometry_notation *notation,
                                                     struct eg_buffer *out, bool *has_out,
                                                     struct eg_error *err);
struct eg_geometry_points {
    const double *lonlat_deg; /* [2 * n] */
    uint32_t n;
    bool is_multipoint; /* else a Point, of the first */
};
/* Appends points. One that does not project is left out; false, and nothing appended, where none does. */
bool eg_geometry_write_points(struct eg_geometry_writer *writer, const struct eg_geometry_points *points,
                              const struct eg_geometry_notation *notation, struct eg_buffer *out);

#endif
