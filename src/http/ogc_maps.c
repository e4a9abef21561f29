/* Maps of OGC API (20-058): any box, in any CRS on offer, of the whole layer where nothing is said.
 *
 * Parameters are read on the loop's thread. What has to be computed (the extent of a layer in a CRS, a box brought from one CRS
 * into another) is left to the worker that draws. */
#include "http/ogc_maps.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "geo/grid.h"
#include "http/accept.h"
#include "http/handlers.h"
#include "http/ogc.h"
#include "http/ogc_time.h"
#include "http/server_parts.h"

#define USUAL_SIDE 1024U
#define PIXEL_M 0.00028 /* the standard's pixel, for scale denominators */
#define HEADER_BYTES 160
#define RADIANS 0.017453292519943295 /* of a degree */
#define LEAST_COSINE 0.01            /* near the poles */

/* --- reading ------------------------------------------------------------------------------------------------------- */

static enum eg_status wrong(struct eg_error *err, const char *field, const char *message)
{
    eg_error_set(err, EG_INVALID, "%s", message);
    eg_error_field(err, field);
    return EG_INVALID;
}

static enum eg_status read_format(struct eg_exchange *exchange, const struct eg_target *target,
                                  struct eg_ogc_map_request *wanted, struct eg_error *err)
{
    static const struct eg_media_offer offers[] = {
        {"image/png", "png"}, {"image/jpeg", "jpeg"}, {"image/webp", "webp"}};
    static const enum eg_picture_format formats[] = {EG_PICTURE_PNG, EG_PICTURE_JPEG, EG_PICTURE_WEBP};
    struct eg_text format = {0};
    uint32_t offer = 0;
    enum eg_status status = eg_target_text(target, "f", &format, err);
    if (status != EG_OK) return status;
    status = eg_accept_choose(offers, EG_ARRAY_LEN(offers), format, exchange->accept, &offer, err);
    if (status == EG_UNSUPPORTED) exchange->refused_with = 406;
    if (status != EG_OK) return status;
    wanted->map.format = formats[offer];
    wanted->by_accept = format.len == 0;
    return EG_OK;
}

static enum eg_status read_crs(const struct eg_target *target, const struct eg_crs_list *list,
                               const char *name, const char *usual, const struct eg_crs_entry **entry_out,
                               struct eg_error *err)
{
    struct eg_text text = {0};
    enum eg_status status = eg_target_text(target, name, &text, err);
    if (status != EG_OK) return status;
    if (text.len == 0) text = eg_text_from(usual);
    status = eg_crs_list_resolve(list, text, entry_out, err);
    if (status != EG_OK && err) err->field[0] = '\0'; /* "crs", whichever parameter it was */
    if (status != EG_OK) eg_error_field(err, name);
    return status;
}

/* Four numbers, or six with heights, which are read and not used. */
static enum eg_status read_corners(struct eg_text text, bool turned, struct eg_bounds *box_out,
                                   struct eg_error *err)
{
    double n[6];
    uint32_t n_commas = 0;
    for (size_t i = 0; i < text.len; i++) n_commas += text.data[i] == ',';
    bool has_heights = n_commas == 5;
    enum eg_status status = eg_parameter_numbers("bbox", text, has_heights ? 6 : 4, n, err);
    if (status != EG_OK) return status;
    const double *low = n, *high = n + (has_heights ? 3 : 2);
    *box_out = (struct eg_bounds){low[turned], low[!turned], high[turned], high[!turned]};
    return EG_OK;
}

/* In degrees: across the antimeridian. */
static bool is_across(const struct eg_bounds *box)
{
    return box->min_x > box->max_x;
}

static enum eg_status read_box(const struct eg_target *target, struct eg_ogc_map_request *wanted,
                               struct eg_error *err)
{
    struct eg_text text = {0};
    struct eg_bounds *box = &wanted->box;
    const struct eg_crs_info *info = &wanted->bbox_crs->info;
    enum eg_status status = eg_target_text(target, "bbox", &text, err);
    if (status != EG_OK || text.len == 0) return status;
    status = read_corners(text, info->northing_first, box, err);
    if (status != EG_OK) return status;
    wanted->has_box = true;
    if (info->geographic && (box->min_y < -90 || box->max_y > 90))
        return wrong(err, "bbox", "latitudes of bbox must be between -90 and 90");
    if (info->geographic && is_across(box) && (box->min_x > 180 || box->max_x < -180))
        return wrong(err, "bbox",
                     "longitudes of bbox must be between -180 and 180 where its west is east of its east");
    if ((box->min_x < box->max_x || (info->geographic && is_across(box))) && box->min_y < box->max_y)
        return EG_OK;
    return wrong(err, "bbox",
                 info->northing_first
                     ? "bbox must be south,west,north,east here, as bbox-crs orders its axes, with south < "
                       "north and west < east"
                     : "bbox must be west,south,east,north with west < east and south < north");
}

static enum eg_status read_size(const struct eg_target *target, const struct eg_snapshot *snapshot,
                                struct eg_ogc_map_request *wanted, struct eg_error *err)
{
    struct eg_u32_range sides = {1, snapshot->atlas->limits.image_px};
    struct eg_double_range scales = {1, 1e12};
    bool has_scale = false;
    enum eg_status status = eg_target_u32(target, "width", sides, &wanted->width, err);
    if (status == EG_OK) status = eg_target_u32(target, "height", sides, &wanted->height, err);
    if (status == EG_OK)
        status = eg_target_double(target, "scale-denominator", scales, &has_scale, &wanted->scale_denominator,
                                  err);
    if (status != EG_OK || !has_scale || (wanted->width == 0 && wanted->height == 0)) return status;
    return wrong(err, "scale-denominator",
                 "scale-denominator says how many pixels the box has, and so do width and height: give one");
}

/* RRGGBB, or AARRGGBB behind 0x. */
static bool parse_hex(struct eg_text text, struct eg_rgba *colour_out)
{
    uint32_t value = 0;
    if ((text.len != 6 && text.len != 8) || !eg_parameter_hex(text, &value)) return false;
    uint8_t alpha = text.len == 8 ? (uint8_t)(value >> 24) : 255;
    *colour_out = (struct eg_rgba){(uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value, alpha};
    return true;
}

static bool parse_colour(struct eg_text text, struct eg_rgba *colour_out)
{
    static const struct {
        const char *name;
        struct eg_rgba colour;
    } basic[] = {
        {"black", {0, 0, 0, 255}},       {"silver", {192, 192, 192, 255}}, {"gray", {128, 128, 128, 255}},
        {"white", {255, 255, 255, 255}}, {"maroon", {128, 0, 0, 255}},     {"red", {255, 0, 0, 255}},
        {"purple", {128, 0, 128, 255}},  {"fuchsia", {255, 0, 255, 255}},  {"green", {0, 128, 0, 255}},
        {"lime", {0, 255, 0, 255}},      {"olive", {128, 128, 0, 255}},    {"yellow", {255, 255, 0, 255}},
        {"navy", {0, 0, 128, 255}},      {"blue", {0, 0, 255, 255}},       {"teal", {0, 128, 128, 255}},
        {"aqua", {0, 255, 255, 255}}};
    for (size_t i = 0; i < EG_ARRAY_LEN(basic); i++) {
        if (!eg_text_equal(text, eg_text_from(basic[i].name))) continue;
        *colour_out = basic[i].colour;
        return true;
    }
    if (eg_text_starts_with(text, EG_TEXT("0x")))
        return parse_hex((struct eg_text){text.data + 2, text.len - 2}, colour_out);
    if (eg_text_starts_with(text, EG_TEXT("#")))
        return text.len == 7 && parse_hex((struct eg_text){text.data + 1, text.len - 1}, colour_out);
    return text.len == 6 && parse_hex(text, colour_out);
}

/* Neither given: the style's own. A colour alone: opaque. transparent=true: the colour shines through only where borders are
 * anti-aliased; transparent=false alone: white. */
static enum eg_status read_background(const struct eg_target *target, struct eg_map_request *map,
                                      struct eg_error *err)
{
    struct eg_text text = {0}, word = {0};
    bool transparent = false;
    enum eg_status status = eg_target_text(target, "bgcolor", &text, err);
    if (status == EG_OK) status = eg_target_text(target, "transparent", &word, err);
    if (status == EG_OK) status = eg_target_bool(target, "transparent", &transparent, err);
    if (status != EG_OK) return status;
    map->has_background = text.len > 0 || word.len > 0;
    map->background = (struct eg_rgba){255, 255, 255, 255};
    if (text.len > 0 && !parse_colour(text, &map->background))
        return wrong(err, "bgcolor",
                     "bgcolor must be a colour such as 0xFFFFFF, 0x80FFFFFF (with opacity), or white");
    if (transparent) map->background.a = 0;
    if (map->format == EG_PICTURE_JPEG) map->background.a = 255;
    return EG_OK;
}

/* Who asks for these would take another picture for the answer. */
static enum eg_status refuse_missing(const struct eg_target *target, struct eg_error *err)
{
    static const char *const missing[] = {"center",      "collections", "crs-proj-method", "mm-per-pixel",
                                          "orientation", "void-color",  "void-transparent"};
    for (size_t i = 0; i < EG_ARRAY_LEN(missing); i++) {
        struct eg_text value = {0};
        enum eg_status status = eg_target_text(target, missing[i], &value, err);
        if (status != EG_OK) return status;
        if (value.len > 0)
            return wrong(err, missing[i], "this parameter of OGC API - Maps is not supported here");
    }
    return EG_OK;
}

static enum eg_status read_period(const struct eg_target *target, const struct eg_snapshot *snapshot,
                                  uint32_t layer, struct eg_text *period_out, struct eg_error *err)
{
    struct eg_ogc_time time = {0};
    enum eg_status status = eg_ogc_time_read(target, &time, err);
    if (status == EG_OK) status = eg_ogc_time_read_subset(target, &time, err);
    if (status == EG_OK) status = eg_ogc_time_period(&time, snapshot, layer, period_out, err);
    return status;
}

static enum eg_status read_rest(struct eg_exchange *exchange, const struct eg_target *target,
                                const struct eg_collection *collection, struct eg_error *err)
{
    struct eg_ogc_map_request *wanted = &exchange->wanted.ogc_map;
    const struct eg_snapshot *snapshot = exchange->snapshot;
    const struct eg_crs_list *list = snapshot->crs_list;
    static const char *const names[] = {
        "f",       "bbox",        "bbox-crs", "crs",    "width", "height", "scale-denominator",
        "bgcolor", "transparent", "datetime", "subset", "v",     NULL};
    enum eg_status status = refuse_missing(target, err);
    if (status == EG_OK) status = eg_ogc_only(target, names, err);
    if (status == EG_OK) status = read_format(exchange, target, wanted, err);
    if (status == EG_OK) status = read_crs(target, list, "crs", "OGC:CRS84", &wanted->crs, err);
    if (status == EG_OK) status = read_crs(target, list, "bbox-crs", "OGC:CRS84", &wanted->bbox_crs, err);
    if (status == EG_OK) status = read_box(target, wanted, err);
    if (status == EG_OK) status = read_size(target, snapshot, wanted, err);
    if (status == EG_OK) status = read_background(target, &wanted->map, err);
    if (status == EG_OK) status = read_period(target, snapshot, collection->layer, &wanted->name.period, err);
    if (status == EG_OK) status = eg_exchange_read_version(exchange, target, err);
    return status;
}

static enum eg_status parse_map(struct eg_exchange *exchange, const struct eg_route_values *values,
                                const struct eg_target *target, bool styled, struct eg_error *err)
{
    struct eg_collection collection = {0};
    uint32_t style = EG_ATLAS_NONE;
    enum eg_status status = eg_ogc_find_map(exchange->snapshot, values->text[0], &collection, err);
    if (status == EG_OK && styled)
        status = eg_ogc_find_style(exchange->snapshot, values->text[1], &style, err);
    if (status != EG_OK) return status;
    exchange->wanted.ogc_map =
        (struct eg_ogc_map_request){.name = eg_ogc_layer_name(exchange->snapshot, collection, style),
                                    .boundaries = collection.boundaries,
                                    .map = {.n_names = 1, .scale = 1}};
    return read_rest(exchange, target, &collection, err);
}

enum eg_status eg_ogc_map_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                const struct eg_target *target, struct eg_error *err)
{
    return parse_map(exchange, values, target, false, err);
}

enum eg_status eg_ogc_styled_map_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                       const struct eg_target *target, struct eg_error *err)
{
    return parse_map(exchange, values, target, true, err);
}

/* Nothing is kept; but who has to project borders first shall not keep others waiting. */
struct eg_answer *eg_ogc_map_find(struct eg_exchange *exchange)
{
    struct eg_ogc_map_request *wanted = &exchange->wanted.ogc_map;
    struct eg_map_request map = wanted->map;
    char crs[EG_CRS_NAME_BYTES];
    eg_crs_write(&wanted->crs->id, EG_CRS_CODE, crs);
    map.names = &wanted->name;
    map.crs = eg_text_from(crs);
    map.bounds = (struct eg_bounds){0, 0, 1, 1};
    map.width = map.height = 1;
    if (eg_engine_map_needs_projecting(exchange->snapshot, &map)) exchange->cost = EG_COST_PROJECTING;
    return NULL;
}

/* --- the ground ---------------------------------------------------------------------------------------------------- */

static enum eg_status whole_extent(struct eg_snapshot *snapshot, const struct eg_ogc_map_request *wanted,
                                   struct eg_bounds *box_out, struct eg_error *err)
{
    const struct eg_bounds *boxes = NULL;
    uint32_t n = 0;
    const struct eg_crs_entry *entries = eg_crs_list_entries(snapshot->crs_list, &n);
    enum eg_status status = eg_crs_list_set_bounds(snapshot->crs_list, snapshot->generation, &boxes, err);
    if (status != EG_OK) return status;
    *box_out = boxes[wanted->boundaries * n + (size_t)(wanted->crs - entries)];
    if (box_out->min_x < box_out->max_x && box_out->min_y < box_out->max_y) return EG_OK;
    return wrong(err, "crs", "nothing of this collection can be shown in that CRS");
}

static bool is_drawn_as(const struct eg_crs_entry *crs, struct eg_crs_id other)
{
    struct eg_crs_id drawn = eg_crs_drawn_as(crs->id);
    other = eg_crs_drawn_as(other);
    return eg_crs_equal(&drawn, &other);
}

static enum eg_status transform_box(const struct eg_ogc_map_request *wanted, struct eg_bounds given,
                                    struct eg_bounds *box_out, struct eg_error *err)
{
    char from[EG_CRS_NAME_BYTES], to[EG_CRS_NAME_BYTES];
    struct eg_crs_context *proj = NULL;
    struct eg_transform *transform = NULL;
    eg_crs_write(&wanted->bbox_crs->id, EG_CRS_CODE, from);
    eg_crs_write(&wanted->crs->id, EG_CRS_CODE, to);
    enum eg_status status = eg_crs_context_new(&proj, err);
    if (status == EG_OK)
        status = eg_transform_new(proj, eg_text_from(from), eg_text_from(to), (struct eg_text){0}, &transform,
                                  err);
    if (status == EG_OK) status = eg_transform_bounds(transform, given, box_out, err);
    if (status == EG_UNSUPPORTED) eg_error_field(err, "bbox");
    if (status == EG_OK && wanted->crs->info.geographic) /* the box around it may go beyond the world */
        *box_out = (struct eg_bounds){fmax(box_out->min_x, -180), fmax(box_out->min_y, -90),
                                      fmin(box_out->max_x, 180), fmin(box_out->max_y, 90)};
    eg_transform_free(transform);
    eg_crs_context_free(proj);
    return status;
}

static enum eg_status bring_box(const struct eg_ogc_map_request *wanted, struct eg_bounds given,
                                struct eg_bounds *box_out, struct eg_error *err)
{
    *box_out = given;
    return is_drawn_as(wanted->crs, wanted->bbox_crs->id) ? EG_OK
                                                          : transform_box(wanted, given, box_out, err);
}

/* Once around the world, where the picture's system ends at the antimeridian; 0: it has no such end, or one elsewhere. */
static double turn_of(const struct eg_crs_entry *crs)
{
    struct eg_crs_id mercator = {0};
    if (crs->info.geographic) return 360;
    bool known = eg_crs_parse(EG_TEXT("EPSG:3857"), &mercator, NULL) == EG_OK;
    return known && is_drawn_as(crs, mercator) ? 2 * EG_MERCATOR_HALF_M : 0;
}

/* Each side of the antimeridian by itself; then the eastern side goes on behind the western one. */
static enum eg_status bring_both_sides(const struct eg_ogc_map_request *wanted, struct eg_map_request *map,
                                       struct eg_error *err)
{
    struct eg_bounds west = wanted->box, east = wanted->box;
    west.max_x = 180;
    east.min_x = -180;
    enum eg_status status = bring_box(wanted, west, &west, err);
    if (status == EG_OK) status = bring_box(wanted, east, &east, err);
    if (status != EG_OK) return status;
    double turn = turn_of(wanted->crs);
    map->turn = turn;
    map->bounds = (struct eg_bounds){
        turn > 0 ? west.min_x : fmin(west.min_x, east.min_x), fmin(west.min_y, east.min_y),
        turn > 0 ? east.max_x + turn : fmax(west.max_x, east.max_x), fmax(west.max_y, east.max_y)};
    return EG_OK;
}

static enum eg_status find_ground(struct eg_snapshot *snapshot, const struct eg_ogc_map_request *wanted,
                                  struct eg_map_request *map, struct eg_error *err)
{
    map->turn = 0;
    if (!wanted->has_box) return whole_extent(snapshot, wanted, &map->bounds, err);
    return is_across(&wanted->box) ? bring_both_sides(wanted, map, err)
                                   : bring_box(wanted, wanted->box, &map->bounds, err);
}

static uint32_t to_side(double pixels, uint32_t most)
{
    return (uint32_t)fmin(fmax(round(pixels), 1), most);
}

/* Pixels are square on the ground in the middle of the box, unless both sides are given: a degree of longitude is shorter than one
 * of latitude. */
static enum eg_status find_size(const struct eg_snapshot *snapshot, const struct eg_ogc_map_request *wanted,
                                struct eg_map_request *map, struct eg_error *err)
{
    const struct eg_crs_info *info = &wanted->crs->info;
    double width = map->bounds.max_x - map->bounds.min_x, height = map->bounds.max_y - map->bounds.min_y;
    double middle = (map->bounds.max_y + map->bounds.min_y) / 2;
    uint32_t most = snapshot->atlas->limits.image_px, usual = most < USUAL_SIDE ? most : USUAL_SIDE;
    if (info->geographic) width *= fmax(cos(middle * RADIANS), LEAST_COSINE);
    double unit = fmax(width, height) / usual; /* of the CRS a pixel */
    if (!(unit > 0)) return wrong(err, "bbox", "the box is too small");
    if (wanted->scale_denominator > 0) unit = wanted->scale_denominator * PIXEL_M / info->metres_per_unit;
    else if (wanted->width > 0) unit = width / wanted->width;
    else if (wanted->height > 0) unit = height / wanted->height;
    bool is_sized = wanted->width > 0 && wanted->height > 0;
    if (!is_sized && round(fmax(width, height) / unit) > most)
        return wrong(err,
                     wanted->scale_denominator > 0 ? "scale-denominator"
                     : wanted->width > 0           ? "width"
                                                   : "height",
                     "the picture would have more pixels than the server allows");
    map->width = wanted->width > 0 ? wanted->width : to_side(width / unit, most);
    map->height = wanted->height > 0 ? wanted->height : to_side(height / unit, most);
    return EG_OK;
}

/* --- answering ----------------------------------------------------------------------------------------------------- */

/* Where the periods have dates, as the collection's extent then has. */
static enum eg_status add_time(const struct eg_snapshot *snapshot, const struct eg_layer_name *name,
                               struct eg_answer *answer, struct eg_error *err)
{
    char text[HEADER_BYTES];
    struct eg_layer_ref ref;
    enum eg_status status = eg_layer_resolve(snapshot, name, &ref, err);
    if (status != EG_OK) return status;
    const struct eg_atlas_period *period = &snapshot->generation->series[ref.series].period;
    bool lasts = period->end.len > 0 && !eg_text_equal(period->start, period->end);
    if (period->start.len == 0) return EG_OK;
    (void)snprintf(text, sizeof text, "%.*s%s%.*s", EG_TEXT_ARG(period->start), lasts ? "/" : "",
                   lasts ? (int)period->end.len : 0, lasts ? period->end.data : "");
    return eg_answer_add_header(answer, "Content-Datetime", text, err);
}

static enum eg_status add_headers(const struct eg_ogc_map_request *wanted, const struct eg_map_request *map,
                                  struct eg_answer *answer, struct eg_error *err)
{
    char name[EG_CRS_NAME_BYTES], text[HEADER_BYTES];
    struct eg_bounds box = map->bounds;
    box.max_x -= map->turn;
    eg_crs_write(&wanted->crs->id, EG_CRS_ADDRESS, name);
    (void)snprintf(text, sizeof text, "<%s>", name);
    enum eg_status status = eg_answer_add_header(answer, "Content-Crs", text, err);
    if (status != EG_OK) return status;
    if (wanted->crs->info.northing_first)
        box = (struct eg_bounds){box.min_y, box.min_x, box.max_y, box.max_x};
    (void)snprintf(text, sizeof text, "%.12g,%.12g,%.12g,%.12g", box.min_x, box.min_y, box.max_x, box.max_y);
    return eg_answer_add_header(answer, "Content-Bbox", text, err);
}

static enum eg_status draw(struct eg_exchange *exchange, struct eg_map_request *map, struct eg_entity *entity,
                           struct eg_error *err)
{
    const struct eg_ogc_map_request *wanted = &exchange->wanted.ogc_map;
    char crs[EG_CRS_NAME_BYTES];
    eg_crs_write(&wanted->crs->id, EG_CRS_CODE, crs);
    *map = wanted->map;
    map->names = &wanted->name;
    map->crs = eg_text_from(crs);
    enum eg_status status = find_ground(exchange->snapshot, wanted, map, err);
    if (status == EG_OK) status = find_size(exchange->snapshot, wanted, map, err);
    if (status == EG_OK)
        status = eg_engine_map(exchange->server->engine, exchange->snapshot, map, entity, err);
    map->crs = (struct eg_text){0}; /* was of this function */
    return status;
}

enum eg_status eg_ogc_map_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                               struct eg_error *err)
{
    struct eg_map_request map;
    struct eg_entity entity = {0};
    struct eg_answer *answer = NULL;
    enum eg_status status = draw(exchange, &map, &entity, err);
    if (status == EG_OK) status = eg_answer_from_entity(&entity, false, &answer, err);
    if (status == EG_OK) status = add_headers(&exchange->wanted.ogc_map, &map, answer, err);
    if (status == EG_OK) status = add_time(exchange->snapshot, &exchange->wanted.ogc_map.name, answer, err);
    if (status != EG_OK) {
        eg_answer_release(answer);
        return status;
    }
    answer->varies_by_accept = exchange->wanted.ogc_map.by_accept;
    *answer_out = answer;
    return EG_OK;
}
