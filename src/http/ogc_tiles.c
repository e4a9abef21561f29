/* Tiles of OGC API: what they name becomes the engine's own request, and takes the way of all tiles. */
#include "engine/tile_sets.h"
#include "http/accept.h"
#include "http/handlers.h"
#include "http/ogc.h"
#include "http/ogc_time.h"
#include "http/server_parts.h"

/* Where a tile lies, found. */
struct place {
    struct eg_collection collection;
    uint32_t set, matrix, column, row;
    struct eg_text period;
};

static enum eg_status no_tile(struct eg_error *err, const char *field, struct eg_text text, const char *see)
{
    eg_error_set(err, EG_NOT_FOUND, "there is no %s '%.*s'; %s", field, EG_TEXT_SHOWN(text, 60), see);
    eg_error_field(err, field);
    return EG_NOT_FOUND;
}

/* From {tileMatrixSetId}, {tileMatrix}, {tileRow} and {tileCol}: values[from .. from + 3]. */
static enum eg_status find_tile(const struct eg_snapshot *snapshot, const struct eg_route_values *values,
                                uint32_t from, struct place *place, struct eg_error *err)
{
    enum eg_status status = eg_ogc_find_set(snapshot, values->text[from], &place->set, err);
    if (status != EG_OK) return status;
    const struct eg_tile_matrix_set *set = eg_tile_sets_at(snapshot->tile_sets, place->set);
    place->matrix = eg_tile_matrix_find(set, values->text[from + 1]);
    if (place->matrix == set->n_matrices)
        return no_tile(err, "tileMatrix", values->text[from + 1],
                       "GET /ogc/tileMatrixSets/{tileMatrixSetId} lists them");
    const struct eg_tile_matrix *matrix = &set->matrices[place->matrix];
    place->row = values->number[from + 2];
    place->column = values->number[from + 3];
    if (place->row >= matrix->matrix_height)
        return no_tile(err, "tileRow", values->text[from + 2], "rows count from 0 to below matrixHeight");
    if (place->column >= matrix->matrix_width)
        return no_tile(err, "tileCol", values->text[from + 3], "columns count from 0 to below matrixWidth");
    return EG_OK;
}

static enum eg_status read_rest(struct eg_exchange *exchange, const struct eg_target *target,
                                const struct eg_media_offer *offer, struct place *place, struct eg_error *err)
{
    struct eg_text format = {0};
    uint32_t chosen = 0;
    struct eg_ogc_time time = {0};
    static const char *const names[] = {"f", "datetime", "v", NULL};
    enum eg_status status = eg_ogc_only(target, names, err);
    if (status == EG_OK) status = eg_target_text(target, "f", &format, err);
    if (status != EG_OK) return status;
    status = eg_accept_choose(offer, 1, format, exchange->accept, &chosen, err);
    if (status == EG_UNSUPPORTED) exchange->refused_with = 406;
    if (status == EG_OK) status = eg_ogc_time_read(target, &time, err);
    if (status == EG_OK && place->collection.kind == EG_COLLECTION_LAYER)
        status = eg_ogc_time_period(&time, exchange->snapshot, place->collection.layer, &place->period, err);
    if (status == EG_OK) status = eg_exchange_read_version(exchange, target, err);
    return status;
}

/* --- map tiles ----------------------------------------------------------------------------------------------------- */

static enum eg_status parse_map_tile(struct eg_exchange *exchange, const struct eg_route_values *values,
                                     const struct eg_target *target, bool styled, struct eg_error *err)
{
    static const struct eg_media_offer png = {"image/png", "png"};
    const struct eg_snapshot *snapshot = exchange->snapshot;
    struct place place = {0};
    uint32_t style = EG_ATLAS_NONE;
    enum eg_status status = eg_ogc_find_map(snapshot, values->text[0], &place.collection, err);
    if (status == EG_OK && styled) status = eg_ogc_find_style(snapshot, values->text[1], &style, err);
    if (status == EG_OK) status = find_tile(snapshot, values, styled ? 2 : 1, &place, err);
    if (status == EG_OK) status = read_rest(exchange, target, &png, &place, err);
    if (status != EG_OK) return status;
    exchange->wanted.tile =
        (struct eg_tile_request){.name = eg_ogc_layer_name(snapshot, place.collection, style),
                                 .set = place.set,
                                 .z = place.matrix,
                                 .x = place.column,
                                 .y = place.row,
                                 .scale = 1};
    exchange->wanted.tile.name.period = place.period;
    return EG_OK;
}

enum eg_status eg_ogc_map_tile_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                     const struct eg_target *target, struct eg_error *err)
{
    return parse_map_tile(exchange, values, target, false, err);
}

enum eg_status eg_ogc_styled_tile_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                        const struct eg_target *target, struct eg_error *err)
{
    return parse_map_tile(exchange, values, target, true, err);
}

/* --- vector tiles -------------------------------------------------------------------------------------------------- */

enum eg_status eg_ogc_vector_tile_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                        const struct eg_target *target, struct eg_error *err)
{
    static const struct eg_media_offer mvt = {"application/vnd.mapbox-vector-tile", "mvt"};
    const struct eg_snapshot *snapshot = exchange->snapshot;
    struct place place = {0};
    enum eg_status status = eg_collection_find(snapshot, values->text[0], &place.collection, err);
    if (status == EG_OK && place.collection.kind == EG_COLLECTION_ENTRIES)
        status = no_tile(err, "collectionId", values->text[0], "the directory has no tiles");
    if (status == EG_OK) status = find_tile(snapshot, values, 1, &place, err);
    if (status == EG_OK) status = read_rest(exchange, target, &mvt, &place, err);
    if (status != EG_OK) return status;
    const struct eg_tile_matrix_set *set = eg_tile_sets_at(snapshot->tile_sets, place.set);
    exchange->wanted.vector_tile = (struct eg_vector_tile_request){
        .name = eg_ogc_layer_name(snapshot, place.collection, EG_ATLAS_NONE),
        .set = (uint8_t)place.set,
        .z = place.matrix,
        .x = place.column,
        .y = place.row,
        .crs = eg_text_from(set->crs),
        .bounds = eg_tile_matrix_bounds(&set->matrices[place.matrix], place.column, place.row)};
    exchange->wanted.vector_tile.name.period = place.period;
    return EG_OK;
}

struct eg_answer *eg_ogc_vector_tile_find(struct eg_exchange *exchange)
{
    const struct eg_vector_tile_request *tile = &exchange->wanted.vector_tile;
    struct eg_answer *kept = eg_vector_tile_find(exchange);
    if (kept || tile->set == EG_TILE_SET_WEB_MERCATOR) return kept;
    struct eg_tile_request picture = {
        .name = tile->name, .set = tile->set, .z = tile->z, .x = tile->x, .y = tile->y, .scale = 1};
    if (eg_engine_tile_needs_projecting(exchange->snapshot, &picture)) exchange->cost = EG_COST_PROJECTING;
    return NULL;
}
