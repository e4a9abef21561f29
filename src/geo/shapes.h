/* Areas as polygons: rings put together again from a plane's arcs, at any level of detail. For whoever cannot work with
 * borders: GeoJSON, GML, vector tiles.
 *
 * Which arcs make up which ring is found once, on the full borders; a level of detail takes the same arcs with fewer
 * vertices. So two areas that share a border have the very same vertices along it, at every level. On clean borders and at
 * level 0 the polygons are valid; at coarser levels arcs may cross by less than a pixel of that level. */
#ifndef EG_GEO_SHAPES_H
#define EG_GEO_SHAPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "geo/plane.h"

/* Which arcs belong to which ring of which area. Immutable; any thread may use it; the plane has to outlive it. */
struct eg_shapes;

/* About half a microsecond and 9 bytes an arc. EG_NO_MEMORY. */
EG_MUST_CHECK enum eg_status eg_shapes_new(const struct eg_plane *plane, struct eg_shapes **shapes_out,
                                           struct eg_error *err);
/* The ground of some areas together as the one area 0: is_member[n_areas of the plane]. Its border are the arcs of which one side is
 * a member and the other is not, so it is exact, without slivers, at every level. A nanosecond an arc of the plane and half a
 * microsecond an arc of the border; 300 neighbourhoods of a country of 33,000 in less than a millisecond. EG_NO_MEMORY. */
EG_MUST_CHECK enum eg_status eg_shapes_new_union(const struct eg_plane *plane, const bool *is_member,
                                                 struct eg_shapes **shapes_out, struct eg_error *err);
void eg_shapes_free(struct eg_shapes *shapes); /* NULL is allowed */
size_t eg_shapes_bytes(const struct eg_shapes *shapes);

/* One area's polygons on the plane's grid. Rings do not repeat their first point, have at least three points and an area that
 * is not zero; shells run anticlockwise (y to the north), holes clockwise; a ring that touches itself where arcs end is split
 * there. Polygon p has the rings polygon_start[p] .. polygon_start[p+1]-1, its shell first; ring r has the points
 * ring_start[r] .. ring_start[r+1]-1. An area that vanishes at the level has no polygon. */
struct eg_shape {
    uint32_t n_polygons, n_rings;
    uint32_t *polygon_start; /* [n_polygons + 1] */
    uint32_t *ring_start;    /* [n_rings + 1] */
    struct eg_point *points; /* [ring_start[n_rings]] */
    size_t polygons_capacity, rings_capacity, points_capacity;
};

/* Puts an area's rings together, into a shape of zeros or one that was used before (its memory is used again). A level beyond
 * the plane's last is that one. EG_NO_MEMORY. Time goes with the area's vertices at the level. */
EG_MUST_CHECK enum eg_status eg_shapes_area(const struct eg_shapes *shapes, uint32_t area, uint32_t level,
                                            struct eg_shape *shape, struct eg_error *err);

/* The same for whoever is going to clip it to `box` or a part of it: an arc that lies wholly to one side of the box is one
 * straight line between its ends, so that time goes with what lies near the box. Clipped, it is what the whole shape would
 * be; by itself it may be anything outside the box, also a ring that turns the other way. */
EG_MUST_CHECK enum eg_status eg_shapes_area_near(const struct eg_shapes *shapes, uint32_t area,
                                                 uint32_t level, struct eg_box box, struct eg_shape *shape,
                                                 struct eg_error *err);
void eg_shape_clear(struct eg_shape *shape);

/* The finest level at which the rings of all areas together have at most n_points vertices, or the coarsest one. */
uint32_t eg_shapes_level_within(const struct eg_shapes *shapes, uint64_t n_points);

#endif
