/* The area between a parallel and the equator, for each radian of longitude: Snyder, Map Projections: A Working Manual (USGS
 * Professional Paper 1395, 1987), equation 3-12, times a^2/2. With s the sine of the latitude, web Mercator gives it without
 * an angle: s = tanh(y / a). */
#include "geo/ground.h"

#include <math.h>

#define A_M 6378137.0
#define E2 0.0066943799901413165 /* of WGS 84 */
#define RADIANS_PER_DEG (M_PI / 180)

static double zone_m2(double sine)
{
    double e = sqrt(E2);
    return A_M * A_M * (1 - E2) / 2 * (sine / (1 - E2 * sine * sine) + atanh(e * sine) / e);
}

/* Between an edge and the equator, signed. */
struct corner {
    double x_rad, zone_m2;
};

static double below(struct corner a, struct corner b)
{
    return (b.x_rad - a.x_rad) * (a.zone_m2 + b.zone_m2) / 2;
}

static struct corner corner_of(const double *lonlat_deg)
{
    return (struct corner){lonlat_deg[0] * RADIANS_PER_DEG, zone_m2(sin(lonlat_deg[1] * RADIANS_PER_DEG))};
}

double eg_ground_ring_m2(const double *lonlat_deg, uint32_t n)
{
    if (n == 0) return 0;
    struct corner first = corner_of(lonlat_deg), last = first;
    double sum = 0;
    for (uint32_t i = 1; i < n; i++) {
        struct corner next = corner_of(lonlat_deg + 2 * (size_t)i);
        sum += below(last, next);
        last = next;
    }
    return fabs(sum + below(last, first));
}

static struct corner corner_at(struct eg_point point, struct eg_grid grid)
{
    return (struct corner){point.x * grid.unit / A_M, zone_m2(tanh(point.y * grid.unit / A_M))};
}

/* Shells run anticlockwise, which is negative below, and holes clockwise. */
double eg_ground_shape_m2(const struct eg_shape *shape, struct eg_grid grid)
{
    double sum = 0;
    for (uint32_t r = 0; r < shape->n_rings; r++) {
        uint32_t start = shape->ring_start[r], end = shape->ring_start[r + 1];
        struct corner last = corner_at(shape->points[end - 1], grid);
        for (uint32_t i = start; i < end; i++) {
            struct corner next = corner_at(shape->points[i], grid);
            sum -= below(last, next);
            last = next;
        }
    }
    return sum;
}
