/* The parameters of GetFeatureInfo: those of the map that was clicked on, and the place. */
#include <math.h>

#include "http/wms_parts.h"

#define MOST_FEATURES 1000U
#define MOST_TOLERANCE_PX 100.0

/* Which of the map's layers a name of QUERY_LAYERS is: spelled as it was in LAYERS, or the layer that a group there was drawn as, or a
 * group that would be drawn as one of them. n_names when it is none. */
static uint32_t place_of(const struct eg_snapshot *snapshot, const struct eg_wms_request *request,
                         const struct eg_text *layers, struct eg_text name)
{
    uint32_t i = 0, n = request->map.n_names;
    struct eg_layer_name drawn = {.layer = name};
    while (i < n && !eg_text_equal(layers[i], name)) i++;
    if (i < n) return i;
    eg_wms_resolve_group(snapshot, &drawn);
    for (i = 0; i < n && !eg_text_equal(request->names[i].layer, drawn.layer);) i++;
    return i;
}

/* One of a group's layers that is not drawn deserves a word: choosing it looks right in a client's list. */
static void fail_undrawn(struct eg_wms_request *request, const struct eg_text *layers, struct eg_text name)
{
    for (uint32_t i = 0; i < request->map.n_names; i++)
        if (!eg_text_equal(layers[i], request->names[i].layer))
            eg_wms_fail(
                request, "QUERY_LAYERS", NULL,
                "QUERY_LAYERS has '%.*s', which LAYERS has not; the group '%.*s' is drawn as '%.*s' alone",
                EG_TEXT_SHOWN(name, 100), EG_TEXT_SHOWN(layers[i], 60),
                EG_TEXT_SHOWN(request->names[i].layer, 60));
    eg_wms_fail(request, "QUERY_LAYERS", NULL, "QUERY_LAYERS has '%.*s', which LAYERS has not",
                EG_TEXT_SHOWN(name, 100));
}

/* The topmost first: the map's last. */
static void read_layers(const struct eg_kvp *kvp, const struct eg_snapshot *snapshot,
                        struct eg_wms_request *request)
{
    struct eg_text layers[EG_MAP_LAYERS], names[EG_MAP_LAYERS];
    struct eg_text_list drawn = {.items = layers, .most = EG_MAP_LAYERS};
    struct eg_text_list wanted = {.items = names, .most = EG_MAP_LAYERS};
    struct eg_error *err = &request->failure.error;
    if (eg_kvp_list(kvp, "LAYERS", &drawn, err) != EG_OK) return;
    if (eg_kvp_list(kvp, "QUERY_LAYERS", &wanted, err) != EG_OK) return;
    if (wanted.n == 0) eg_wms_fail(request, "QUERY_LAYERS", NULL, "QUERY_LAYERS is missing");
    for (uint32_t i = 0; i < wanted.n && err->status == EG_OK; i++) {
        struct eg_text name = names[wanted.n - 1 - i];
        uint32_t place = place_of(snapshot, request, layers, name);
        if (place == drawn.n) fail_undrawn(request, layers, name);
        else request->info_names[request->info.n_names++] = request->names[place];
    }
}

/* A pixel's column or row. */
static bool read_pixel(const struct eg_kvp *kvp, const char *name, uint32_t side,
                       struct eg_wms_request *request, uint32_t *pixel_out)
{
    struct eg_u32_range range = {0, side - 1};
    if (eg_kvp_u32(kvp, name, range, pixel_out, &request->failure.error) != EG_OK) return false;
    if (*pixel_out != UINT32_MAX) return true;
    eg_wms_fail(request, name, NULL, "%s is missing; it may be 0 to %u", name, side - 1);
    return false;
}

/* 1.1.1 calls the pixel X, Y, 1.3.0 I, J. The middle of it counts. */
static void read_point(const struct eg_kvp *kvp, struct eg_wms_request *request)
{
    bool old = request->version == EG_WMS_1_1_1;
    const struct eg_map_request *map = &request->map;
    const struct eg_bounds *box = &map->bounds;
    uint32_t i = UINT32_MAX, j = UINT32_MAX;
    if (!read_pixel(kvp, old ? "X" : "I", map->width, request, &i)) return;
    if (!read_pixel(kvp, old ? "Y" : "J", map->height, request, &j)) return;
    request->info.x = box->min_x + (i + 0.5) * (box->max_x - box->min_x) / map->width;
    request->info.y = box->max_y - (j + 0.5) * (box->max_y - box->min_y) / map->height;
}

/* In pixels, as QGIS Server's clients send it. */
static void read_tolerance(const struct eg_kvp *kvp, struct eg_wms_request *request)
{
    static const char *const names[] = {"FI_POLYGON_TOLERANCE", "FI_POINT_TOLERANCE"};
    struct eg_double_range range = {0, MOST_TOLERANCE_PX};
    const struct eg_map_request *map = &request->map;
    double px = 0, most_px = 0;
    for (size_t i = 0; i < EG_ARRAY_LEN(names); i++) {
        if (eg_kvp_double(kvp, names[i], range, NULL, &px, &request->failure.error) != EG_OK) return;
        most_px = fmax(most_px, px);
    }
    double unit_x = (map->bounds.max_x - map->bounds.min_x) / map->width;
    double unit_y = (map->bounds.max_y - map->bounds.min_y) / map->height;
    request->info.tolerance_units = most_px * fmax(unit_x, unit_y);
}

static void read_info_format(const struct eg_kvp *kvp, struct eg_wms_request *request)
{
    struct eg_text text = {0};
    if (eg_kvp_text(kvp, "INFO_FORMAT", &text, &request->failure.error) != EG_OK) return;
    if (text.len == 0) text = EG_TEXT("text/plain");
    if (eg_info_format_of(text, &request->info.format)) return;
    eg_wms_fail(request, "INFO_FORMAT", NULL,
                "INFO_FORMAT is '%.*s'; it may be text/plain, text/html, application/json or "
                "application/vnd.ogc.gml",
                EG_TEXT_SHOWN(text, 60));
}

void eg_wms_read_info(const struct eg_kvp *kvp, struct eg_snapshot *snapshot, struct eg_wms_request *request)
{
    struct eg_error *err = &request->failure.error;
    struct eg_u32_range counts = {1, MOST_FEATURES};
    struct eg_feature_info_request *info = &request->info;
    info->most_features = 1;
    info->with_geometry = true;
    eg_wms_read_map(kvp, snapshot, request);
    request->exceptions = EG_WMS_XML; /* what is asked for is no picture */
    if (err->status == EG_OK) read_layers(kvp, snapshot, request);
    if (err->status == EG_OK) read_point(kvp, request);
    if (err->status == EG_OK) read_tolerance(kvp, request);
    if (err->status == EG_OK) read_info_format(kvp, request);
    if (err->status == EG_OK) (void)!eg_kvp_u32(kvp, "FEATURE_COUNT", counts, &info->most_features, err);
    if (err->status == EG_OK) (void)!eg_kvp_bool(kvp, "WITH_GEOMETRY", &info->with_geometry, err);
    info->crs = request->map.crs;
}
