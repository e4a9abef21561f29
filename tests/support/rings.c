/* Real boundaries come through GDAL's C interface, as they do in the product, but without any of the product's own
 * reading code. */
#include "support/rings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gdal.h>
#include <ogr_api.h>

#include "base/memory.h"

static void *must(void *memory)
{
    if (memory) return memory;
    (void)fprintf(stderr, "no memory for test rings\n");
    abort();
}

void eg_test_rings_begin(struct eg_test_rings *made, uint32_t area, bool is_hole)
{
    struct eg_rings *rings = &made->rings;
    if (rings->n_rings + 2 > made->rings_capacity) {
        made->rings_capacity = made->rings_capacity * 2 + 16;
        rings->ring_area = must(realloc(rings->ring_area, made->rings_capacity * sizeof *rings->ring_area));
        rings->ring_start =
            must(realloc(rings->ring_start, made->rings_capacity * sizeof *rings->ring_start));
        rings->ring_is_hole =
            must(realloc(rings->ring_is_hole, made->rings_capacity * sizeof *rings->ring_is_hole));
    }
    if (rings->n_rings == 0) rings->ring_start[0] = 0;
    rings->ring_area[rings->n_rings] = area;
    rings->ring_is_hole[rings->n_rings] = is_hole;
    rings->n_rings++;
    rings->ring_start[rings->n_rings] = rings->ring_start[rings->n_rings - 1];
    if (area >= rings->n_areas) rings->n_areas = area + 1;
}

void eg_test_rings_point(struct eg_test_rings *made, struct eg_point point)
{
    struct eg_rings *rings = &made->rings;
    uint32_t n = rings->ring_start[rings->n_rings];
    if (n + 1 > made->points_capacity) {
        made->points_capacity = made->points_capacity * 2 + 256;
        rings->points = must(realloc(rings->points, made->points_capacity * sizeof *rings->points));
    }
    rings->points[n] = point;
    rings->ring_start[rings->n_rings] = n + 1;
}

void eg_test_rings_clear(struct eg_test_rings *made)
{
    free(made->rings.ring_area);
    free(made->rings.ring_start);
    free(made->rings.ring_is_hole);
    free(made->rings.points);
    memset(made, 0, sizeof *made);
}

static struct eg_point mercator(struct eg_grid grid, double lon_deg, double lat_deg)
{
    double x = lon_deg / 180 * EG_MERCATOR_HALF_M;
    double y = asinh(tan(lat_deg * M_PI / 180)) / M_PI * EG_MERCATOR_HALF_M;
    return eg_grid_snap(grid, x, y);
}

static void add_polygon(struct eg_test_rings *made, uint32_t area, OGRGeometryH polygon)
{
    struct eg_grid grid = eg_grid_web_mercator();
    for (int r = 0; r < OGR_G_GetGeometryCount(polygon); r++) {
        OGRGeometryH ring = OGR_G_GetGeometryRef(polygon, r);
        int n = OGR_G_GetPointCount(ring) - 1;
        if (n < 3) continue;
        eg_test_rings_begin(made, area, r > 0);
        for (int i = 0; i < n; i++) {
            eg_test_rings_point(made, mercator(grid, OGR_G_GetX(ring, i), OGR_G_GetY(ring, i)));
        }
    }
}

static void add_geometry(struct eg_test_rings *made, uint32_t area, OGRGeometryH geometry)
{
    if (!geometry) return;
    if (wkbFlatten(OGR_G_GetGeometryType(geometry)) == wkbPolygon) {
        add_polygon(made, area, geometry);
        return;
    }
    for (int i = 0; i < OGR_G_GetGeometryCount(geometry); i++) {
        add_geometry(made, area, OGR_G_GetGeometryRef(geometry, i));
    }
}

void eg_test_rings_read(struct eg_test_rings *made, const char *path, const char *key, const char *prefix)
{
    GDALAllRegister();
    GDALDatasetH set = GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY, NULL, NULL, NULL);
    OGRLayerH layer = set ? GDALDatasetGetLayer(set, 0) : NULL;
    int field = layer ? OGR_FD_GetFieldIndex(OGR_L_GetLayerDefn(layer), key) : -1;
    if (field < 0) {
        (void)fprintf(stderr, "%s: cannot be read, or has no field %s\n", path, key);
        abort();
    }
    uint32_t area = made->rings.n_areas;
    for (OGRFeatureH feature; (feature = OGR_L_GetNextFeature(layer));) {
        bool wanted = strncmp(OGR_F_GetFieldAsString(feature, field), prefix, strlen(prefix)) == 0;
        if (wanted) add_geometry(made, area++, OGR_F_GetGeometryRef(feature));
        OGR_F_Destroy(feature);
    }
    (void)GDALClose(set);
}
