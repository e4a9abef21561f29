/* Any bytes as a request's target, completed to a tile where a query of /wmts leaves parameters out: read by WMTS's and TMS's own
 * functions, told of when it is wrong, drawn when it is not. */
#include "fuzz/county.h"
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "engine/tile_sets.h"
#include "http/exchange.h"
#include "http/handlers.h"

#define MOST_SCALE 2

/* What the input leaves out of a tile. */
static void complete(struct eg_target *target, const struct eg_snapshot *snapshot)
{
    const struct eg_parameter usual[] = {{EG_TEXT("SERVICE"), EG_TEXT("WMTS")},
                                         {EG_TEXT("REQUEST"), EG_TEXT("GetTile")},
                                         {EG_TEXT("VERSION"), EG_TEXT("1.0.0")},
                                         {EG_TEXT("LAYER"), snapshot->atlas->layers[0].id},
                                         {EG_TEXT("STYLE"), EG_TEXT("")},
                                         {EG_TEXT("FORMAT"), EG_TEXT("image/png")},
                                         {EG_TEXT("TILEMATRIXSET"), EG_TEXT("WorldCRS84Quad")},
                                         {EG_TEXT("TILEMATRIX"), EG_TEXT("3")},
                                         {EG_TEXT("TILEROW"), EG_TEXT("2")},
                                         {EG_TEXT("TILECOL"), EG_TEXT("6")},
                                         {EG_TEXT("INFOFORMAT"), EG_TEXT("text/plain")},
                                         {EG_TEXT("I"), EG_TEXT("3")},
                                         {EG_TEXT("J"), EG_TEXT("3")}};
    struct eg_kvp kvp = eg_kvp_from_target(target);
    for (size_t i = 0; i < EG_ARRAY_LEN(usual); i++)
        if (!eg_kvp_has(&kvp, usual[i].name.data) && target->n_parameters < EG_TARGET_PARAMETERS)
            target->parameters[target->n_parameters++] = usual[i];
}

static void check_tile(const struct county *county, const struct eg_tile_request *tile, bool by_wmts)
{
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    const struct eg_tile_sets *sets = county->snapshot->tile_sets;
    EG_ASSERT(tile->set < eg_tile_sets_count(sets));
    const struct eg_tile_matrix_set *set = eg_tile_sets_at(sets, tile->set);
    if (by_wmts) {
        EG_ASSERT(tile->z < set->n_matrices && tile->scale >= 1 && tile->scale <= 4);
        EG_ASSERT(tile->x < set->matrices[tile->z].matrix_width);
        EG_ASSERT(tile->y < set->matrices[tile->z].matrix_height);
    }
    if (tile->scale > MOST_SCALE) return;
    enum eg_status status = eg_engine_tile_entity(county->engine, county->snapshot, tile, &entity, &err);
    EG_ASSERT(status == EG_OK || (!by_wmts && err.field[0]));
    EG_ASSERT((status == EG_OK) == (entity.body.len > 0));
    eg_entity_clear(&entity);
}

static void check_parsed(const struct county *county, const struct eg_exchange *exchange)
{
    const struct eg_wmts_request *wmts = &exchange->wanted.wmts;
    if (exchange->route->parse == eg_tms_tile_parse) {
        check_tile(county, &exchange->wanted.tile, false);
    } else if (exchange->route->problem != eg_wmts_problem) {
        EG_ASSERT(exchange->wanted.document.kind >= EG_DOCUMENT_TMS_ROOT &&
                  exchange->wanted.document.kind <= EG_DOCUMENT_TMS_MAP);
    } else if (wmts->operation != EG_WMTS_CAPABILITIES) {
        check_tile(county, &wmts->tile, true);
        EG_ASSERT(wmts->i < 256 && wmts->j < 256);
    } else {
        EG_ASSERT(wmts->document.kind == EG_DOCUMENT_WMTS && wmts->document.file <= EG_WMTS_ALL);
    }
}

static void check_refused(const struct eg_exchange *exchange, const struct eg_error *err)
{
    struct eg_answer *answer = NULL;
    EG_ASSERT(err->message[0] && err->field[0]);
    EG_ASSERT(eg_text_is_utf8(eg_text_from(err->message)) && eg_text_is_utf8(eg_text_from(err->field)));
    if (exchange->route->problem != eg_wmts_problem) return;
    EG_ASSERT(exchange->refused_as);
    EG_ASSERT(eg_wmts_problem(exchange, 400, err, &answer, NULL) == EG_OK);
    eg_answer_release(answer);
}

static bool is_ours(const struct eg_route *route)
{
    return route->problem == eg_wmts_problem || route->parse == eg_tms_parse ||
           route->parse == eg_tms_root_parse || route->parse == eg_tms_map_parse ||
           route->parse == eg_tms_tile_parse;
}

static void read_target(struct eg_target *target)
{
    const struct county *county = the_county();
    struct eg_exchange exchange = {.snapshot = county->snapshot};
    struct eg_route_values values = {0};
    struct eg_error err = {0};
    if (eg_routes_match(eg_routes_served(), target, &exchange.route, &values, &err) != EG_OK) return;
    if (!is_ours(exchange.route)) return;
    if (exchange.route->parse == eg_wmts_parse) complete(target, county->snapshot);
    if (exchange.route->parse(&exchange, &values, target, &err) == EG_OK) check_parsed(county, &exchange);
    else check_refused(&exchange, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = malloc(size > 0 ? size : 1);
    struct eg_target *target = malloc(sizeof *target);
    struct eg_error err;
    EG_ASSERT(bytes && target);
    if (size > 0) memcpy(bytes, data, size);
    if (eg_target_parse(bytes, size, target, &err) == EG_OK) read_target(target);
    free(target);
    free(bytes);
    return 0;
}
