/* Tiles: the path that has to be quick. A tile that is in the engine's cache is found without allocating and sent as it is. */
#include "http/handlers.h"
#include "http/server_parts.h"

#define MOST_SMALL_SCALE 2 /* 512 x 512 pixels: some milliseconds at worst; larger ones are for workers */

enum eg_status eg_exchange_read_version(struct eg_exchange *exchange, const struct eg_target *target,
                                        struct eg_error *err)
{
    struct eg_text version = {0};
    enum eg_status status = eg_target_text(target, "v", &version, err);
    if (status != EG_OK) return status;
    exchange->freshness = EG_FRESH_HOUR;
    if (version.len > 0) {
        bool present = eg_text_equal(version, eg_text_from(exchange->snapshot->version));
        exchange->freshness = present ? EG_FRESH_FOREVER : EG_FRESH_CHECK;
    }
    return EG_OK;
}

static enum eg_status wrong_picture(struct eg_text picture, struct eg_error *err)
{
    eg_error_set(err, EG_INVALID, "y is '%.*s'; the picture is {y}.png, {y}@2x.png, {y}@3x.png or {y}@4x.png",
                 EG_TEXT_ARG(picture));
    eg_error_field(err, "y");
    return EG_INVALID;
}

/* "1328" or "1328@2x". */
static enum eg_status read_picture(struct eg_text picture, struct eg_tile_request *tile, struct eg_error *err)
{
    struct eg_text y;
    struct eg_text scale = eg_text_cut(picture, '@', &y);
    tile->scale = 1;
    if (!eg_text_to_u32(y, &tile->y)) return wrong_picture(picture, err);
    if (!scale.data) return EG_OK;
    if (scale.len < 2 || scale.data[scale.len - 1] != 'x') return wrong_picture(picture, err);
    scale.len--;
    return eg_text_to_u32(scale, &tile->scale) ? EG_OK : wrong_picture(picture, err);
}

enum eg_status eg_tile_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                             const struct eg_target *target, struct eg_error *err)
{
    struct eg_tile_request *tile = &exchange->wanted.tile;
    *tile = (struct eg_tile_request){
        .name.layer = values->text[0], .z = values->number[1], .x = values->number[2]};
    enum eg_status status = read_picture(values->text[3], tile, err);
    if (status == EG_OK) status = eg_target_text(target, "style", &tile->name.style, err);
    if (status == EG_OK) status = eg_target_text(target, "period", &tile->name.period, err);
    if (status == EG_OK) status = eg_target_bool(target, "exact", &tile->exact, err);
    if (status == EG_OK) status = eg_exchange_read_version(exchange, target, err);
    return status;
}

struct eg_answer *eg_tile_find(struct eg_exchange *exchange)
{
    const struct eg_tile_request *tile = &exchange->wanted.tile;
    struct eg_answer *answer = eg_engine_tile_kept(exchange->server->engine, exchange->snapshot, tile);
    if (answer) return answer;
    bool small = tile->scale <= MOST_SMALL_SCALE && !eg_layer_needs_dressing(exchange->snapshot, &tile->name);
    exchange->cost = small ? EG_COST_SMALL : EG_COST_LARGE;
    return NULL;
}

enum eg_status eg_tile_make(struct eg_exchange *exchange, struct eg_answer **answer_out, struct eg_error *err)
{
    void *value = NULL;
    enum eg_status status =
        eg_engine_tile(exchange->server->engine, exchange->snapshot, &exchange->wanted.tile, &value, err);
    if (status == EG_OK) *answer_out = value;
    return status;
}
