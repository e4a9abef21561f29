/* The spherical Mercator formula of EPSG:3857, and distances on the ellipsoid.
 *
 * y = a * artanh(sin(lat)), from Snyder, Map Projections: A Working Manual (USGS Professional Paper 1395, 1987), equation
 * 7-2a. The edge of the map, 85.0511 degrees, is where y equals half the world's width. */
#include <math.h>

#include <geodesic.h>

#include "geo/crs.h"

#define A_M 6378137.0
#define FLATTENING (1 / 298.257223563)
#define RADIANS_PER_DEG (M_PI / 180)
#define EDGE_DEG 85.05112877980659 /* asin(tanh(pi)) */

void eg_mercator_forward(double lon_deg, double lat_deg, double *x_m_out, double *y_m_out)
{
    double lat = fmin(fmax(lat_deg, -EDGE_DEG), EDGE_DEG) * RADIANS_PER_DEG;
    double s = sin(lat);
    *x_m_out = A_M * RADIANS_PER_DEG * lon_deg;
    *y_m_out = A_M / 2 * log((1 + s) / (1 - s));
}

void eg_mercator_inverse(double x_m, double y_m, double *lon_deg_out, double *lat_deg_out)
{
    *lon_deg_out = x_m / (A_M * RADIANS_PER_DEG);
    *lat_deg_out = atan(sinh(y_m / A_M)) / RADIANS_PER_DEG;
}

double eg_geodesic_distance_m(double lon1_deg, double lat1_deg, double lon2_deg, double lat2_deg)
{
    struct geod_geodesic ellipsoid;
    double distance_m = 0;
    geod_init(&ellipsoid, A_M, FLATTENING);
    geod_inverse(&ellipsoid, lat1_deg, lon1_deg, lat2_deg, lon2_deg, &distance_m, NULL, NULL);
    return distance_m;
}
