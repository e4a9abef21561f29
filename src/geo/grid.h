/* The integer grid on which borders live, and boxes on it.
 *
 * Coordinates are int32 counted in `unit` steps of a CRS from its origin, x to the east and y to the north ("visible"
 * axis order, whatever the authority says). Two vertices are the same vertex when their grid points are equal. */
#ifndef EG_GEO_GRID_H
#define EG_GEO_GRID_H

#include <stdbool.h>
#include <stdint.h>

struct eg_point {
    int32_t x;
    int32_t y;
};

/* Closed on all sides; empty when min > max. */
struct eg_box {
    int32_t min_x, min_y, max_x, max_y;
};

/* A box in the units of a CRS. */
struct eg_bounds {
    double min_x, min_y, max_x, max_y;
};

/* CRS coordinate = unit * grid coordinate. The unit is a power of two except for web Mercator, where the world's width
 * is exactly 2^32 units, so that a pixel of zoom z is exactly 2^(24-z) of them. */
struct eg_grid {
    double unit;
};

#define EG_MERCATOR_HALF_M 20037508.342789244 /* half the width of the EPSG:3857 world */

/* EPSG:3857: about 9.3 mm at the equator. */
struct eg_grid eg_grid_web_mercator(void);
/* 2^-22 of a degree (about 2.6 cm) for geographic CRSs, 2^-6 of a unit (1.6 cm for metres) for projected ones. */
struct eg_grid eg_grid_for_crs(bool geographic);

/* Nearest grid point, clamped to the int32 range. x and y must be finite. */
struct eg_point eg_grid_snap(struct eg_grid grid, double x, double y);

struct eg_box eg_box_empty(void);
struct eg_box eg_box_add(struct eg_box box, struct eg_point point);
bool eg_box_is_empty(struct eg_box box);
bool eg_box_meets(struct eg_box a, struct eg_box b); /* touching counts */

/* Tile z/x/y (XYZ, WebMercatorQuad, z 0 to 24) in EPSG:3857 metres. */
struct eg_bounds eg_grid_tile_bounds_m(uint32_t z, uint32_t x, uint32_t y);

#endif
