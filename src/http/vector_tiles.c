/* Vector tiles, and the two documents that lead clients to them. A tile costs a tenth of a millisecond in a town and some fifty for
 * a country, so all that are not kept are made by workers. */
#include "http/handlers.h"
#include "http/server_parts.h"

enum eg_status eg_vector_tile_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                    const struct eg_target *target, struct eg_error *err)
{
    struct eg_vector_tile_request *tile = &exchange->wanted.vector_tile;
    *tile = (struct eg_vector_tile_request){.name.layer = values->text[0],
                                            .z = values->number[1],
                                            .x = values->number[2],
                                            .y = values->number[3]};
    enum eg_status status = eg_target_text(target, "style", &tile->name.style, err);
    if (status == EG_OK) status = eg_target_text(target, "period", &tile->name.period, err);
    if (status == EG_OK) status = eg_exchange_read_version(exchange, target, err);
    return status;
}

struct eg_answer *eg_vector_tile_find(struct eg_exchange *exchange)
{
    return eg_engine_vector_tile_kept(exchange->server->engine, exchange->snapshot,
                                      &exchange->wanted.vector_tile);
}

enum eg_status eg_vector_tile_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                   struct eg_error *err)
{
    void *value = NULL;
    enum eg_status status = eg_engine_vector_tile(exchange->server->engine, exchange->snapshot,
                                                  &exchange->wanted.vector_tile, &value, err);
    if (status == EG_OK) *answer_out = value;
    return status;
}

static enum eg_status parse_document(enum eg_document_kind kind, struct eg_exchange *exchange,
                                     const struct eg_route_values *values, const struct eg_target *target,
                                     struct eg_error *err)
{
    struct eg_layer_name *name = &exchange->wanted.document.name;
    exchange->wanted.document = (struct eg_document_request){.kind = kind, .name.layer = values->text[0]};
    exchange->freshness = EG_FRESH_MINUTE;
    enum eg_status status = eg_target_text(target, "style", &name->style, err);
    if (status == EG_OK) status = eg_target_text(target, "period", &name->period, err);
    return status;
}

enum eg_status eg_vector_tilejson_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                        const struct eg_target *target, struct eg_error *err)
{
    return parse_document(EG_DOCUMENT_VECTOR_TILEJSON, exchange, values, target, err);
}

enum eg_status eg_vector_style_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                     const struct eg_target *target, struct eg_error *err)
{
    return parse_document(EG_DOCUMENT_VECTOR_STYLE, exchange, values, target, err);
}
