/* The parameters of GetMap: first what a picture of an error needs, then what is on the map. */
#include <math.h>
#include <string.h>

#include "engine/crs_list.h"
#include "http/wms_parts.h"
#include "http/wms_names.h"

/* --- the picture --------------------------------------------------------------------------------------------------- */

struct format {
    const char *name;
    enum eg_picture_format format;
    const char *media_type; /* that the answer states */
};

static const struct format formats[] = {
    {"image/png", EG_PICTURE_PNG, "image/png"},
    {"image/png8", EG_PICTURE_PNG8, "image/png"},
    {"image/png; mode=8bit", EG_PICTURE_PNG8, "image/png; mode=8bit"},
    {"image/png;mode=8bit", EG_PICTURE_PNG8, "image/png; mode=8bit"},
    {"image/jpeg", EG_PICTURE_JPEG, "image/jpeg"},
    {"image/jpg", EG_PICTURE_JPEG, "image/jpeg"},
    {"image/webp", EG_PICTURE_WEBP, "image/webp"},
    {"PNG", EG_PICTURE_PNG, "image/png"}, /* as WMS 1.0 calls them */
    {"JPEG", EG_PICTURE_JPEG, "image/jpeg"},
};

static void read_format(const struct eg_kvp *kvp, struct eg_wms_request *request)
{
    struct eg_text text = {0};
    if (eg_kvp_text(kvp, "FORMAT", &text, &request->failure.error) != EG_OK) return;
    for (size_t i = 0; i < EG_ARRAY_LEN(formats) && !request->media_type; i++) {
        if (!eg_text_equal_any_case(text, eg_text_from(formats[i].name))) continue;
        request->map.format = formats[i].format;
        request->media_type = formats[i].media_type;
    }
    if (request->media_type) return;
    if (text.len == 0 && request->operation == EG_WMS_INFO) request->media_type = "image/png";
    else if (text.len == 0) eg_wms_fail(request, "FORMAT", NULL, "FORMAT is missing; it may be image/png");
    else
        eg_wms_fail(request, "FORMAT", NULL,
                    "FORMAT is '%.*s'; it may be image/png, image/png8, image/png; mode=8bit, image/jpeg or "
                    "image/webp",
                    EG_TEXT_SHOWN(text, 60));
}

void eg_wms_read_side(const struct eg_kvp *kvp, const char *name, uint32_t most,
                      struct eg_wms_request *request, uint32_t *side_out)
{
    struct eg_u32_range range = {1, most};
    (void)!eg_kvp_u32(kvp, name, range, side_out, &request->failure.error);
}

static void need_side(const struct eg_kvp *kvp, const char *name, uint32_t most,
                      struct eg_wms_request *request, uint32_t *side_out)
{
    eg_wms_read_side(kvp, name, most, request, side_out);
    if (*side_out == 0) eg_wms_fail(request, name, NULL, "%s is missing; it may be 1 to %u", name, most);
}

/* "0xFFFFFF"; also "#FFFFFF", as some clients have it. */
static bool parse_colour(struct eg_text text, struct eg_rgba *colour_out)
{
    uint32_t value = 0;
    if (text.len == 8 &&
        (eg_text_starts_with(text, EG_TEXT("0x")) || eg_text_starts_with(text, EG_TEXT("0X"))))
        text = (struct eg_text){text.data + 2, 6};
    else if (text.len == 7 && text.data[0] == '#') text = (struct eg_text){text.data + 1, 6};
    if (text.len != 6 || !eg_parameter_hex(text, &value)) return false;
    *colour_out = (struct eg_rgba){(uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value, 255};
    return true;
}

static void read_background(const struct eg_kvp *kvp, struct eg_wms_request *request)
{
    struct eg_text text = {0};
    bool transparent = false;
    struct eg_error *err = &request->failure.error;
    request->map.has_background = true;
    request->map.background = (struct eg_rgba){255, 255, 255, 255};
    if (eg_kvp_text(kvp, "BGCOLOR", &text, err) != EG_OK) return;
    if (text.len > 0 && !parse_colour(text, &request->map.background))
        eg_wms_fail(request, "BGCOLOR", NULL, "BGCOLOR is '%.*s'; it must be a colour such as 0xFFFFFF",
                    EG_TEXT_SHOWN(text, 40));
    if (err->status == EG_OK && eg_kvp_bool(kvp, "TRANSPARENT", &transparent, err) == EG_OK && transparent)
        request->map.background.a = 0;
    if (request->map.format == EG_PICTURE_JPEG) request->map.background.a = 255;
}

/* --- resolution ---------------------------------------------------------------------------------------------------- */

#define USUAL_DPI (25.4 / 0.28) /* the standard's pixel of 0.28 mm */
#define MOST_DPI 9600.0
#define LEAST_SCREEN_DPI 72
#define MOST_SCREEN_DPI 100
#define LEAST_SCALE 0.25
#define MOST_SCALE 16.0

/* "antialias:on;dpi:180" -> "180" */
static struct eg_text dpi_of_options(struct eg_text options)
{
    struct eg_text item, key;
    while (options.len > 0) {
        options = eg_text_cut(options, ';', &item);
        struct eg_text value = eg_text_cut(item, ':', &key);
        if (eg_text_equal_any_case(key, EG_TEXT("dpi"))) return value;
    }
    return (struct eg_text){0};
}

/* DPI is QGIS's name for it, MAP_RESOLUTION MapServer's, FORMAT_OPTIONS GeoServer's; QGIS sends all three, with every map: 96 on
 * most screens, 72 on a Mac's, 100 without one. Lines and patterns grow with it, but what an ordinary screen says of itself counts as the
 * standard's own pixel, so that a map is the one that tiles and other clients show. */
void eg_wms_read_resolution(const struct eg_kvp *kvp, struct eg_wms_request *request)
{
    static const char *const names[] = {"DPI", "MAP_RESOLUTION"};
    struct eg_double_range range = {1, MOST_DPI};
    struct eg_map_request *map = &request->map;
    struct eg_error *err = &request->failure.error;
    struct eg_text options = {0};
    bool has = false;
    for (size_t i = 0; i < EG_ARRAY_LEN(names) && !has; i++)
        if (eg_kvp_double(kvp, names[i], range, &has, &map->dpi, err) != EG_OK) return;
    if (!has && eg_kvp_text(kvp, "FORMAT_OPTIONS", &options, err) != EG_OK) return;
    options = dpi_of_options(options);
    if (options.len > 0 && eg_parameter_double("FORMAT_OPTIONS", options, range, &map->dpi, err) != EG_OK)
        return;
    if (map->dpi > 0 && !(map->dpi >= LEAST_SCREEN_DPI && map->dpi <= MOST_SCREEN_DPI))
        map->scale = fmin(fmax(map->dpi / USUAL_DPI, LEAST_SCALE), MOST_SCALE);
}

/* --- layers -------------------------------------------------------------------------------------------------------- */

static void read_styles(const struct eg_kvp *kvp, struct eg_wms_request *request)
{
    struct eg_text styles[EG_MAP_LAYERS];
    struct eg_text_list list = {.items = styles, .most = EG_MAP_LAYERS};
    uint32_t n = request->map.n_names;
    if (eg_kvp_list(kvp, "STYLES", &list, &request->failure.error) != EG_OK) return;
    bool required = request->version == EG_WMS_1_3_0 && request->operation == EG_WMS_MAP;
    if (required && !eg_kvp_has(kvp, "STYLES"))
        eg_wms_fail(request, "STYLES", NULL, "STYLES is missing; it may be empty, for the default styles");
    if (list.n > 0 && list.n != n)
        eg_wms_fail(request, "STYLES", NULL, "STYLES names %u for %u layers; give one for each, or none",
                    list.n, n);
    if (request->failure.error.status != EG_OK) return;
    for (uint32_t i = 0; i < list.n; i++)
        if (!eg_text_equal(styles[i], EG_TEXT("default"))) request->names[i].style = styles[i];
}

void eg_wms_resolve_group(const struct eg_snapshot *snapshot, struct eg_layer_name *name)
{
    uint32_t layer;
    if (memchr(name->layer.data ? name->layer.data : "", '.', name->layer.len)) return;
    if (eg_wms_group_layers(snapshot, name->layer, &layer, 1) > 0)
        name->layer = snapshot->atlas->layers[layer].id;
}

void eg_wms_resolve(struct eg_snapshot *snapshot, struct eg_text time, struct eg_layer_name *name,
                    struct eg_wms_request *request)
{
    struct eg_layer_ref ref;
    enum eg_wms_time how = EG_WMS_TIME_GIVEN;
    struct eg_error *err = &request->failure.error;
    if (eg_layer_resolve(snapshot, name, &ref, err) != EG_OK) return;
    const struct eg_atlas_period *period = NULL;
    if (eg_wms_choose_period(snapshot, ref.layer, time, &period, &how, err) != EG_OK) return;
    name->period = period->id;
    if (how == EG_WMS_TIME_GIVEN || request->time == EG_WMS_TIME_NEAREST) return;
    request->time = how;
    request->time_used = period;
}

static void read_layers(const struct eg_kvp *kvp, struct eg_snapshot *snapshot,
                        struct eg_wms_request *request)
{
    struct eg_text layers[EG_MAP_LAYERS], time = {0};
    struct eg_text_list list = {.items = layers, .most = EG_MAP_LAYERS};
    struct eg_error *err = &request->failure.error;
    if (eg_kvp_list(kvp, "LAYERS", &list, err) != EG_OK) return;
    if (list.n == 0) eg_wms_fail(request, "LAYERS", NULL, "LAYERS is missing; GetCapabilities lists them");
    request->map.n_names = list.n;
    for (uint32_t i = 0; i < list.n; i++) {
        request->names[i].layer = layers[i];
        eg_wms_resolve_group(snapshot, &request->names[i]);
    }
    if (err->status == EG_OK) read_styles(kvp, request);
    if (err->status == EG_OK && eg_kvp_text(kvp, "TIME", &time, err) != EG_OK) return;
    for (uint32_t i = 0; i < list.n && err->status == EG_OK; i++)
        eg_wms_resolve(snapshot, time, &request->names[i], request);
}

/* --- the box --------------------------------------------------------------------------------------------------------- */

static void read_box(const struct eg_kvp *kvp, bool northing_first, struct eg_wms_request *request)
{
    double n[4];
    bool has = false;
    struct eg_bounds *box = &request->map.bounds;
    if (eg_kvp_numbers(kvp, "BBOX", 4, &has, n, &request->failure.error) != EG_OK) return;
    if (!has) eg_wms_fail(request, "BBOX", NULL, "BBOX is missing; it is minx,miny,maxx,maxy");
    if (!has) return;
    *box = northing_first ? (struct eg_bounds){n[1], n[0], n[3], n[2]}
                          : (struct eg_bounds){n[0], n[1], n[2], n[3]};
    if (n[0] < n[2] && n[1] < n[3]) return;
    eg_wms_fail(request, "BBOX", NULL,
                "BBOX must be minx,miny,maxx,maxy with minx < maxx and miny < maxy, here %s",
                northing_first ? "south,west,north,east" : "west,south,east,north");
}

/* Only 1.3.0 follows the order in which the CRS's authority has its axes (clause 6.7.2). */
static void read_place(const struct eg_kvp *kvp, struct eg_snapshot *snapshot, struct eg_wms_request *request)
{
    const char *name = request->version == EG_WMS_1_3_0 ? "CRS" : "SRS";
    const struct eg_crs_entry *entry = NULL;
    struct eg_map_request *map = &request->map;
    struct eg_error *err = &request->failure.error;
    if (eg_kvp_text(kvp, name, &map->crs, err) != EG_OK) return;
    if (map->crs.len == 0) {
        eg_wms_fail(request, name, NULL, "%s is missing; GetCapabilities lists those on offer", name);
        return;
    }
    if (eg_crs_list_resolve(snapshot->crs_list, map->crs, &entry, err) != EG_OK) return;
    read_box(kvp, request->version == EG_WMS_1_3_0 && entry->info.northing_first, request);
}

void eg_wms_refuse_foreign_styles(const struct eg_kvp *kvp, struct eg_wms_request *request)
{
    static const char *const names[] = {"SLD", "SLD_BODY"};
    for (size_t i = 0; i < EG_ARRAY_LEN(names); i++) {
        if (!eg_kvp_has(kvp, names[i])) continue;
        eg_wms_fail(request, names[i], NULL,
                    "styles of the client's own are not supported: leave %s out and name one of the layer's "
                    "styles in %s",
                    names[i], request->operation == EG_WMS_LEGEND ? "STYLE" : "STYLES");
    }
}

void eg_wms_read_map(const struct eg_kvp *kvp, struct eg_snapshot *snapshot, struct eg_wms_request *request)
{
    const struct eg_error *err = &request->failure.error;
    uint32_t most = snapshot->atlas->limits.image_px;
    need_side(kvp, "WIDTH", most, request, &request->map.width);
    if (err->status == EG_OK) need_side(kvp, "HEIGHT", most, request, &request->map.height);
    if (err->status == EG_OK) read_format(kvp, request);
    if (err->status == EG_OK) read_background(kvp, request);
    if (err->status == EG_OK) eg_wms_read_resolution(kvp, request);
    if (err->status == EG_OK) eg_wms_refuse_foreign_styles(kvp, request);
    if (err->status == EG_OK) read_layers(kvp, snapshot, request);
    if (err->status == EG_OK) read_place(kvp, snapshot, request);
}
