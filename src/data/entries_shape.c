/* Points and polygons of OGR sources. A polygon is the service area: its rings as longitude and latitude for tests of what it
 * contains, its GeoJSON (RFC 7946: shells counter-clockwise, seven decimals, so about a centimetre) for answers. Coordinates
 * go through the one operation that eg_transform_new chooses for the layer's CRS. A polygon that crosses the antimeridian is
 * taken as the source draws it. */
#include "data/entries_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cpl_conv.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

#include "base/json.h"
#include "base/memory.h"
#include "data/gdal_setup.h"
#include "data/source_crs.h"
#include "geo/crs.h"

#define DECIMALS 7

struct eg_entry_shapes {
    const struct eg_atlas_directory *spec;
    struct eg_arena *arena;
    struct eg_crs_context *crs;
    struct eg_transform *to_degrees; /* made when the first geometry is read */
    bool swap_axes;                  /* the layer gives northing first */
};

enum eg_status eg_entry_shapes_new(const struct eg_atlas_directory *spec, struct eg_arena *arena,
                                   struct eg_entry_shapes **shapes_out, struct eg_error *err)
{
    struct eg_entry_shapes *shapes = eg_memory_zeroed(1, sizeof *shapes);
    if (!shapes) return eg_error_no_memory(err, sizeof *shapes);
    shapes->spec = spec;
    shapes->arena = arena;
    enum eg_status status = eg_crs_context_new(&shapes->crs, err);
    if (status) {
        free(shapes);
        return status;
    }
    *shapes_out = shapes;
    return EG_OK;
}

void eg_entry_shapes_free(struct eg_entry_shapes *shapes)
{
    if (!shapes) return;
    eg_transform_free(shapes->to_degrees);
    eg_crs_context_free(shapes->crs);
    free(shapes);
}

/* --- the CRS ------------------------------------------------------------------------------------------------------------- */

static enum eg_status make_transform(struct eg_entry_shapes *shapes, OGRSpatialReferenceH srs,
                                     struct eg_error *err)
{
    char *definition = srs ? eg_source_crs_definition(srs) : NULL;
    enum eg_status status;
    if (!definition) {
        status = eg_error_set(
            err, EG_INVALID,
            "directory %.*s: '%.*s' does not say in which coordinate system it is; give it a .prj file "
            "or name columns for longitude and latitude",
            EG_TEXT_ARG(shapes->spec->id), EG_TEXT_ARG(shapes->spec->source));
    } else {
        status = eg_transform_new(shapes->crs, eg_text_from(definition), EG_TEXT("OGC:CRS84"), EG_TEXT(""),
                                  &shapes->to_degrees, err);
        shapes->swap_axes = eg_source_gives_northing_first(srs);
    }
    CPLFree(definition);
    return status;
}

static bool is_on_earth(double lon_deg, double lat_deg)
{
    return fabs(lon_deg) <= 180 && fabs(lat_deg) <= 90; /* false for what is not a number */
}

/* Rewrites a point or ring in degrees, longitude first. False when a vertex does not project. */
static bool to_degrees(struct eg_entry_shapes *shapes, OGRGeometryH line)
{
    int n = OGR_G_GetPointCount(line);
    bool good = true;
    for (int i = 0; i < n && good; i++) {
        double x = OGR_G_GetX(line, i);
        double y = OGR_G_GetY(line, i);
        double xy[2] = {shapes->swap_axes ? y : x, shapes->swap_axes ? x : y};
        good = isfinite(x) && isfinite(y) && eg_transform_points(shapes->to_degrees, xy, 1) == 0 &&
               is_on_earth(xy[0], xy[1]);
        OGR_G_SetPoint_2D(line, i, xy[0], xy[1]);
    }
    return good;
}

static bool all_to_degrees(struct eg_entry_shapes *shapes, OGRGeometryH geometry)
{
    int n = OGR_G_GetGeometryCount(geometry);
    if (n == 0) return to_degrees(shapes, geometry);
    for (int i = 0; i < n; i++) {
        if (!all_to_degrees(shapes, OGR_G_GetGeometryRef(geometry, i))) return false;
    }
    return true;
}

/* --- polygons ------------------------------------------------------------------------------------------------------------ */

static double signed_area(OGRGeometryH ring)
{
    int n = OGR_G_GetPointCount(ring);
    double x0 = OGR_G_GetX(ring, 0);
    double sum = 0;
    for (int i = 0; i + 1 < n; i++) {
        sum += (OGR_G_GetX(ring, i) - x0) * OGR_G_GetY(ring, i + 1) -
               (OGR_G_GetX(ring, i + 1) - x0) * OGR_G_GetY(ring, i);
    }
    return sum;
}

static void add_ring_json(struct eg_json *json, struct eg_json_value *rings, OGRGeometryH ring, bool is_hole)
{
    struct eg_json_value *positions = eg_json_array(json, rings, NULL);
    int n = OGR_G_GetPointCount(ring);
    bool reversed = (signed_area(ring) > 0) == is_hole;
    for (int i = 0; i < n; i++) {
        struct eg_json_value *position = eg_json_array(json, positions, NULL);
        int at = reversed ? n - 1 - i : i;
        eg_json_decimal(json, position, NULL, OGR_G_GetX(ring, at), DECIMALS);
        eg_json_decimal(json, position, NULL, OGR_G_GetY(ring, at), DECIMALS);
    }
}

static void add_polygon_json(struct eg_json *json, struct eg_json_value *rings, OGRGeometryH polygon)
{
    int n = OGR_G_GetGeometryCount(polygon);
    for (int i = 0; i < n; i++) add_ring_json(json, rings, OGR_G_GetGeometryRef(polygon, i), i > 0);
}

static enum eg_status write_geojson(struct eg_entry_shapes *shapes, OGRGeometryH geometry,
                                    struct eg_entry *entry, struct eg_error *err)
{
    bool is_multi = wkbFlatten(OGR_G_GetGeometryType(geometry)) == wkbMultiPolygon;
    struct eg_json *json = eg_json_new_object();
    if (!json) return eg_error_no_memory(err, 1);
    eg_json_cstring(json, eg_json_root(json), "type", is_multi ? "MultiPolygon" : "Polygon");
    struct eg_json_value *coordinates = eg_json_array(json, eg_json_root(json), "coordinates");
    if (!is_multi) add_polygon_json(json, coordinates, geometry);
    for (int i = 0; is_multi && i < OGR_G_GetGeometryCount(geometry); i++) {
        add_polygon_json(json, eg_json_array(json, coordinates, NULL), OGR_G_GetGeometryRef(geometry, i));
    }
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    enum eg_status status = eg_json_finish(json, false, &text, err);
    eg_json_free(json);
    if (status == EG_OK) {
        entry->area_geojson = eg_text_copy(shapes->arena, (struct eg_text){text.data, text.len});
        if (!entry->area_geojson.data) status = eg_error_no_memory(err, text.len);
    }
    eg_buffer_clear(&text);
    return status;
}

/* Counts the rings and their vertices, or (with room) copies them. */
struct ring_copy {
    uint32_t n_rings, n_vertices;
    uint32_t *start;
    double *lonlat;
};

static void copy_rings(OGRGeometryH geometry, struct ring_copy *copy)
{
    int n = OGR_G_GetGeometryCount(geometry);
    for (int i = 0; i < n; i++) copy_rings(OGR_G_GetGeometryRef(geometry, i), copy);
    if (n > 0) return;
    uint32_t n_points = (uint32_t)OGR_G_GetPointCount(geometry);
    if (n_points == 0) return; /* an empty part */
    if (copy->start) {
        double *xy = copy->lonlat + 2 * (size_t)copy->n_vertices;
        copy->start[copy->n_rings] = copy->n_vertices;
        copy->start[copy->n_rings + 1] = copy->n_vertices + n_points;
        (void)OGR_G_GetPoints(geometry, xy, 2 * sizeof *xy, xy + 1, 2 * sizeof *xy, NULL, 0);
    }
    copy->n_rings++;
    copy->n_vertices += n_points;
}

static enum eg_status store_rings(struct eg_entry_shapes *shapes, OGRGeometryH geometry,
                                  struct eg_entry *entry, struct eg_error *err)
{
    struct ring_copy copy = {0};
    copy_rings(geometry, &copy);
    uint32_t *start = eg_arena_array(shapes->arena, (size_t)copy.n_rings + 1, sizeof *start);
    double *lonlat = eg_arena_array(shapes->arena, (size_t)copy.n_vertices * 2, sizeof *lonlat);
    if (!start || !lonlat) return eg_error_no_memory(err, (size_t)copy.n_vertices * 2 * sizeof *lonlat);
    copy = (struct ring_copy){.start = start, .lonlat = lonlat};
    copy_rings(geometry, &copy);
    entry->n_area_rings = copy.n_rings;
    entry->area_ring_start = start;
    entry->area_lonlat = lonlat;
    return EG_OK;
}

/* GEOS wants a valid polygon; one that is not is made valid first, for this purpose alone. */
static void place_inside(OGRGeometryH geometry, struct eg_entry *entry)
{
    OGRGeometryH point = OGR_G_IsValid(geometry) ? OGR_G_PointOnSurface(geometry) : NULL;
    if (!point) {
        OGRGeometryH valid = OGR_G_MakeValid(geometry);
        if (valid) point = OGR_G_PointOnSurface(valid);
        if (valid) OGR_G_DestroyGeometry(valid);
    }
    if (!point) return;
    entry->has_position = !OGR_G_IsEmpty(point);
    if (entry->has_position) {
        entry->lon_deg = OGR_G_GetX(point, 0);
        entry->lat_deg = OGR_G_GetY(point, 0);
    }
    OGR_G_DestroyGeometry(point);
}

static enum eg_status read_polygon(struct eg_entry_shapes *shapes, OGRGeometryH geometry,
                                   struct eg_entry *entry, struct eg_error *err)
{
    OGR_G_AssignSpatialReference(geometry, NULL); /* its axis order would be heeded from here on */
    enum eg_status status = store_rings(shapes, geometry, entry, err);
    if (status == EG_OK) status = write_geojson(shapes, geometry, entry, err);
    if (status || entry->has_position) return status;
    struct eg_gdal_errors complaints; /* about a polygon, which are no failures to read */
    eg_gdal_catch_begin(&complaints);
    place_inside(geometry, entry);
    eg_gdal_catch_end();
    return EG_OK;
}

/* --- any geometry -------------------------------------------------------------------------------------------------------- */

static void read_point(OGRGeometryH geometry, struct eg_entry *entry)
{
    OGRGeometryH point = OGR_G_GetGeometryCount(geometry) > 0 ? OGR_G_GetGeometryRef(geometry, 0) : geometry;
    double lon_deg = OGR_G_GetX(point, 0);
    double lat_deg = OGR_G_GetY(point, 0);
    if (lon_deg == 0 && lat_deg == 0) return;
    entry->has_position = true;
    entry->lon_deg = lon_deg;
    entry->lat_deg = lat_deg;
}

/* A copy with straight edges and degrees, or NULL with a reason. */
static OGRGeometryH prepare(struct eg_entry_shapes *shapes, OGRGeometryH source, char *reason)
{
    bool is_curved = OGR_G_HasCurveGeometry(source, TRUE) != 0;
    OGRGeometryH geometry = is_curved ? OGR_G_GetLinearGeometry(source, 0, NULL) : OGR_G_Clone(source);
    if (geometry && all_to_degrees(shapes, geometry)) return geometry;
    if (geometry) OGR_G_DestroyGeometry(geometry);
    (void)snprintf(reason, EG_ENTRY_REASON_BYTES,
                   "its geometry does not lie on the Earth in the source's coordinate system");
    return NULL;
}

enum eg_status eg_entry_shapes_read(struct eg_entry_shapes *shapes, void *feature, struct eg_entry *entry,
                                    char *reason_out, struct eg_error *err)
{
    OGRGeometryH source = OGR_F_GetGeometryRef(feature);
    if (!source || OGR_G_IsEmpty(source)) return EG_OK;
    OGRwkbGeometryType type = OGR_GT_GetLinear(wkbFlatten(OGR_G_GetGeometryType(source)));
    bool is_point = type == wkbPoint || type == wkbMultiPoint;
    bool is_area = type == wkbPolygon || type == wkbMultiPolygon;
    if (is_point && entry->has_position) return EG_OK;
    if (!is_point && !is_area) {
        (void)snprintf(reason_out, EG_ENTRY_REASON_BYTES,
                       "its geometry is a %s; points and polygons are understood",
                       OGR_G_GetGeometryName(source));
        return EG_OK;
    }
    enum eg_status status = EG_OK;
    if (!shapes->to_degrees) status = make_transform(shapes, OGR_G_GetSpatialReference(source), err);
    if (status) return status;
    OGRGeometryH geometry = prepare(shapes, source, reason_out);
    if (!geometry) return EG_OK;
    if (is_point) read_point(geometry, entry);
    else status = read_polygon(shapes, geometry, entry, err);
    OGR_G_DestroyGeometry(geometry);
    return status;
}
