/* Tiles: the path that has to be quick. A tile that is in the engine's cache is found without allocating and sent as it is. */
#include "engine/tile_sets.h"
#include "http/handlers.h"
#include "http/parameter.h"
#include "http/server_parts.h"

#define MOST_SMALL_PX 512 /* a side: some milliseconds at worst; larger ones are for workers */

enum eg_freshness eg_exchange_directory_freshness(const struct eg_exchange *exchange)
{
    const struct eg_snapshot *snapshot = exchange->snapshot;
    bool changes = snapshot && eg_atlas_store_of(snapshot->atlas) != EG_ATLAS_NONE;
    return changes ? EG_FRESH_CHECK : EG_FRESH_MINUTE;
}

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
                 EG_TEXT_SHOWN(picture, 60));
    eg_error_field(err, "y");
    return EG_INVALID;
}

bool eg_tile_cut_scale(struct eg_text picture, struct eg_text *number_out, uint32_t *scale_out)
{
    struct eg_text scale = eg_text_cut(picture, '@', number_out);
    *scale_out = 1;
    if (!scale.data) return true;
    if (scale.len < 2 || scale.data[scale.len - 1] != 'x') return false;
    scale.len--;
    return eg_text_to_u32(scale, scale_out);
}

/* "1328" or "1328@2x". */
static enum eg_status read_picture(struct eg_text picture, struct eg_tile_request *tile, struct eg_error *err)
{
    struct eg_text y;
    bool fine = eg_tile_cut_scale(picture, &y, &tile->scale) && eg_parameter_digits(y, &tile->y);
    return fine ? EG_OK : wrong_picture(picture, err);
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

/* The longer side at scale 1. */
static uint32_t tile_px(const struct eg_snapshot *snapshot, const struct eg_tile_request *tile)
{
    if (tile->set == EG_TILE_SET_WEB_MERCATOR) return 256;
    const struct eg_tile_matrix_set *set = eg_tile_sets_at(snapshot->tile_sets, tile->set);
    if (tile->z >= set->n_matrices) return 0; /* there is nothing to draw but the error */
    const struct eg_tile_matrix *matrix = &set->matrices[tile->z];
    return matrix->tile_width > matrix->tile_height ? matrix->tile_width : matrix->tile_height;
}

static enum eg_cost cost_of(struct eg_snapshot *snapshot, const struct eg_tile_request *tile)
{
    if (eg_engine_tile_needs_projecting(snapshot, tile)) return EG_COST_PROJECTING;
    bool small = tile->scale * tile_px(snapshot, tile) <= MOST_SMALL_PX;
    return small && !eg_layer_needs_dressing(snapshot, &tile->name) ? EG_COST_SMALL : EG_COST_LARGE;
}

struct eg_answer *eg_tile_find_as(struct eg_exchange *exchange, const struct eg_tile_request *tile)
{
    struct eg_answer *answer = eg_engine_tile_kept(exchange->server->engine, exchange->snapshot, tile);
    if (answer) return answer;
    exchange->cost = cost_of(exchange->snapshot, tile);
    return NULL;
}

struct eg_answer *eg_tile_find(struct eg_exchange *exchange)
{
    return eg_tile_find_as(exchange, &exchange->wanted.tile);
}

enum eg_status eg_tile_make_as(struct eg_exchange *exchange, const struct eg_tile_request *tile,
                               struct eg_answer **answer_out, struct eg_error *err)
{
    void *value = NULL;
    enum eg_status status = eg_engine_tile(exchange->server->engine, exchange->snapshot, tile, &value, err);
    if (status == EG_OK) *answer_out = value;
    return status;
}

enum eg_status eg_tile_make(struct eg_exchange *exchange, struct eg_answer **answer_out, struct eg_error *err)
{
    return eg_tile_make_as(exchange, &exchange->wanted.tile, answer_out, err);
}
