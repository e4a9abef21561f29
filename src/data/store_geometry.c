/* A location's point says its latitude and longitude once more, and a service area's multipolygon its `extent`, so that maps can show and
 * edit them. Written together they agree to the last bit; where they do not, somebody has edited the geometry (or the texts: what is
 * drawn wins), and the texts are made from it, with seven decimals, which are a centimetre. */
#include "data/store_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cpl_conv.h>
#include <cpl_string.h>
#include <ogr_api.h>

#include "base/arena.h"
#include "base/memory.h"
#include "data/geojson_rings.h"

#define DECIMALS "7"
#define SAME_DEG 5e-8 /* half of the last decimal */
#define ARENA_BYTES ((size_t)16 << 20)

/* --- points -------------------------------------------------------------------------------------------------------------------- */

static bool position_of(const struct eg_text *fields, double *lon_out, double *lat_out)
{
    return eg_text_to_double(fields[EG_LOCATION_LONGITUDE], lon_out) &&
           eg_text_to_double(fields[EG_LOCATION_LATITUDE], lat_out) && fabs(*lon_out) <= 180 &&
           fabs(*lat_out) <= 90;
}

static enum eg_status draw_point(OGRFeatureH feature, const struct eg_text *fields, struct eg_error *err)
{
    double lon = 0, lat = 0;
    if (!position_of(fields, &lon, &lat)) {
        (void)OGR_F_SetGeometryDirectly(feature, NULL);
        return EG_OK;
    }
    OGRGeometryH point = OGR_G_CreateGeometry(wkbPoint);
    if (!point) return eg_error_no_memory(err, 0);
    OGR_G_SetPoint_2D(point, 0, lon, lat);
    (void)OGR_F_SetGeometryDirectly(feature, point);
    return EG_OK;
}

static void degrees_text(double degrees, struct eg_buffer *bytes)
{
    char text[32];
    (void)CPLsnprintf(text, sizeof text, "%." DECIMALS "f", degrees); /* a point whatever the locale */
    eg_buffer_literal(bytes, text);
    while (bytes->len > 0 && bytes->data[bytes->len - 1] == '0') bytes->len--;
    if (bytes->len > 0 && bytes->data[bytes->len - 1] == '.') bytes->len--;
}

static enum eg_status read_point(OGRGeometryH point, struct eg_text *fields, struct eg_buffer *bytes,
                                 struct eg_error *err)
{
    double lon = OGR_G_GetX(point, 0), lat = OGR_G_GetY(point, 0), text_lon = 0, text_lat = 0;
    if (!(fabs(lon) <= 180 && fabs(lat) <= 90)) {
        (void)eg_error_set(err, EG_INVALID,
                           "its point is not on the Earth: longitude and latitude in degrees are wanted");
        (void)eg_error_field(err, "geom");
        return EG_INVALID;
    }
    if (position_of(fields, &text_lon, &text_lat) && fabs(text_lon - lon) <= SAME_DEG &&
        fabs(text_lat - lat) <= SAME_DEG)
        return EG_OK;
    degrees_text(lon, bytes);
    size_t split = bytes->len;
    degrees_text(lat, bytes);
    if (bytes->failed) return eg_error_no_memory(err, bytes->len);
    fields[EG_LOCATION_LONGITUDE] = (struct eg_text){bytes->data, split};
    fields[EG_LOCATION_LATITUDE] = (struct eg_text){bytes->data + split, bytes->len - split};
    return EG_OK;
}

/* --- polygons ------------------------------------------------------------------------------------------------------------------- */

/* EG_OK: a polygon of GeoJSON; EG_INVALID or EG_LIMIT: anything else, which HSDS allows; EG_NO_MEMORY. */
static enum eg_status check_polygon_text(struct eg_text extent, struct eg_error *err)
{
    struct eg_geojson_rings rings;
    if (extent.len == 0) return EG_INVALID;
    struct eg_arena *arena = eg_arena_new(ARENA_BYTES);
    enum eg_status status =
        arena ? eg_geojson_rings_read(extent, arena, &rings, err) : eg_error_no_memory(err, 0);
    eg_arena_free(arena);
    return status;
}

/* The text as a multipolygon; NULL in *geometry_out where it is none. */
static enum eg_status polygon_of(struct eg_text extent, OGRGeometryH *geometry_out, struct eg_error *err)
{
    *geometry_out = NULL;
    enum eg_status status = check_polygon_text(extent, err);
    if (status != EG_OK) return status == EG_NO_MEMORY ? status : EG_OK;
    char *text = eg_memory_array(extent.len + 1, 1);
    if (!text) return eg_error_no_memory(err, extent.len + 1);
    memcpy(text, extent.data, extent.len);
    text[extent.len] = '\0';
    OGRGeometryH geometry = OGR_G_CreateGeometryFromJson(text);
    free(text);
    if (geometry) geometry = OGR_G_ForceToMultiPolygon(geometry);
    if (geometry) OGR_G_FlattenTo2D(geometry);
    *geometry_out = geometry;
    return EG_OK;
}

static enum eg_status draw_polygon(OGRFeatureH feature, const struct eg_text *fields, struct eg_error *err)
{
    OGRGeometryH geometry = NULL;
    enum eg_status status = polygon_of(fields[EG_SERVICE_AREA_EXTENT], &geometry, err);
    if (status == EG_OK) (void)OGR_F_SetGeometryDirectly(feature, geometry);
    return status;
}

static enum eg_status read_polygon(OGRGeometryH drawn, struct eg_text *fields, struct eg_buffer *bytes,
                                   struct eg_error *err)
{
    OGRGeometryH written = NULL;
    enum eg_status status = polygon_of(fields[EG_SERVICE_AREA_EXTENT], &written, err);
    if (status != EG_OK) return status;
    bool same = written && OGR_G_Equals(written, drawn);
    if (written) OGR_G_DestroyGeometry(written);
    if (same) return EG_OK;
    OGRGeometryH flat = OGR_G_Clone(drawn);
    if (flat) OGR_G_FlattenTo2D(flat);
    char **options = CSLSetNameValue(NULL, "COORDINATE_PRECISION", DECIMALS);
    char *json = flat ? OGR_G_ExportToJsonEx(flat, options) : NULL;
    CSLDestroy(options);
    if (flat) OGR_G_DestroyGeometry(flat);
    if (json) eg_buffer_literal(bytes, json);
    CPLFree(json);
    if (!json || bytes->failed) return eg_error_no_memory(err, bytes->len);
    fields[EG_SERVICE_AREA_EXTENT] = (struct eg_text){bytes->data, bytes->len};
    fields[EG_SERVICE_AREA_EXTENT_TYPE] = EG_TEXT("geojson");
    return EG_OK;
}

/* --- both ------------------------------------------------------------------------------------------------------------------------- */

enum eg_status eg_store_draw(void *feature, unsigned layer, const struct eg_text *fields,
                             struct eg_error *err)
{
    if (layer == EG_RECORD_LOCATION) return draw_point(feature, fields, err);
    return layer == EG_RECORD_SERVICE_AREA ? draw_polygon(feature, fields, err) : EG_OK;
}

enum eg_status eg_store_read_drawn(void *feature, unsigned layer, struct eg_text *fields,
                                   struct eg_buffer *bytes, struct eg_error *err)
{
    bool is_point = layer == EG_RECORD_LOCATION;
    if (!is_point && layer != EG_RECORD_SERVICE_AREA) return EG_OK;
    OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
    if (!geometry || OGR_G_IsEmpty(geometry)) return EG_OK;
    bytes->len = 0;
    return is_point ? read_point(geometry, fields, bytes, err) : read_polygon(geometry, fields, bytes, err);
}
