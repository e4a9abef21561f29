/* Any bytes as the target of a tile: matched against the served table, and read by the tile's own parse function. */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "http/exchange.h"
#include "http/handlers.h"
#include "http/request.h"
#include "http/routes.h"

static void read_tile(struct eg_exchange *exchange, const struct eg_route_values *values,
                      const struct eg_target *target)
{
    struct eg_error err;
    if (eg_tile_parse(exchange, values, target, &err) == EG_OK) {
        const struct eg_tile_request *tile = &exchange->wanted.tile;
        EG_ASSERT(tile->name.layer.len > 0);
        EG_ASSERT(tile->z == values->number[1] && tile->x == values->number[2]);
        EG_ASSERT(exchange->freshness <= EG_FRESH_CHECK);
    } else {
        EG_ASSERT(err.field[0] && eg_text_is_utf8(eg_text_from(err.message)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct eg_snapshot snapshot = {.version = "0123456789abcdef0123456789abcdef"};
    struct eg_exchange exchange = {.snapshot = &snapshot};
    char *bytes = malloc(size > 0 ? size : 1);
    struct eg_target *target = malloc(sizeof *target);
    const struct eg_route *route = NULL;
    struct eg_route_values values = {0};
    struct eg_error err;
    EG_ASSERT(bytes && target);
    if (size > 0) memcpy(bytes, data, size);
    if (eg_target_parse(bytes, size, target, &err) == EG_OK &&
        eg_routes_match(eg_routes_served(), target, &route, &values, &err) == EG_OK &&
        route->parse == eg_tile_parse)
        read_tile(&exchange, &values, target);
    free(target);
    free(bytes);
    return 0;
}
