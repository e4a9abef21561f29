/* The integer grid and boxes on it. See grid.h. */
#include "geo/grid.h"

#include <math.h>

#include "base/error.h"

#define TILE_ZOOM_MAX 24

struct eg_grid eg_grid_web_mercator(void)
{
    return (struct eg_grid){.unit = ldexp(EG_MERCATOR_HALF_M, -31)};
}

struct eg_grid eg_grid_for_crs(bool geographic)
{
    return (struct eg_grid){.unit = ldexp(1.0, geographic ? -22 : -6)};
}

/* Adding 1.5 * 2^52 leaves no bits for a fraction: the sum is rounded to the nearest integer, ties to even, without the
 * call into libm that floor() costs on baseline x86-64. Holds for |v| < 2^51. */
static int32_t nearest(double v)
{
    static const double magic = 6755399441055744.0;

    if (v >= INT32_MAX) return INT32_MAX;
    if (v <= INT32_MIN) return INT32_MIN;
    return (int32_t)((v + magic) - magic);
}

struct eg_point eg_grid_snap(struct eg_grid grid, double x, double y)
{
    return (struct eg_point){nearest(x / grid.unit), nearest(y / grid.unit)};
}

struct eg_box eg_box_empty(void)
{
    return (struct eg_box){INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};
}

struct eg_box eg_box_add(struct eg_box box, struct eg_point point)
{
    if (point.x < box.min_x) box.min_x = point.x;
    if (point.y < box.min_y) box.min_y = point.y;
    if (point.x > box.max_x) box.max_x = point.x;
    if (point.y > box.max_y) box.max_y = point.y;
    return box;
}

bool eg_box_is_empty(struct eg_box box)
{
    return box.min_x > box.max_x || box.min_y > box.max_y;
}

bool eg_box_meets(struct eg_box a, struct eg_box b)
{
    if (eg_box_is_empty(a) || eg_box_is_empty(b)) return false;
    return a.min_x <= b.max_x && b.min_x <= a.max_x && a.min_y <= b.max_y && b.min_y <= a.max_y;
}

struct eg_bounds eg_grid_tile_bounds_m(uint32_t z, uint32_t x, uint32_t y)
{
    EG_ASSERT(z <= TILE_ZOOM_MAX && x >> z == 0 && y >> z == 0);
    /* Fractions of the world are exact, so that neighbouring tiles agree on their edge to the last bit. */
    double step = ldexp(2.0, -(int)z);

    return (struct eg_bounds){
        .min_x = EG_MERCATOR_HALF_M * (step * x - 1.0),
        .min_y = EG_MERCATOR_HALF_M * (1.0 - step * (y + 1.0)),
        .max_x = EG_MERCATOR_HALF_M * (step * (x + 1.0) - 1.0),
        .max_y = EG_MERCATOR_HALF_M * (1.0 - step * y),
    };
}
