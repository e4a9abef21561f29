/* Any bytes behind /ogc/collections/{layer}/map? of the fictional county: read, not drawn. What is refused is refused in words, and
 * names a parameter. */
#include "fuzz/county.h"
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "http/handlers.h"
#include "http/server_parts.h"

static const char prefix[] = "/ogc/collections/deprivation.neighbourhood/map?";

static void check_refused(const struct eg_error *err)
{
    EG_ASSERT(err->status == EG_INVALID || err->status == EG_NOT_FOUND || err->status == EG_LIMIT ||
              err->status == EG_UNSUPPORTED);
    EG_ASSERT(err->field[0] && err->message[0]);
    EG_ASSERT(eg_text_is_utf8(eg_text_from(err->message)) && eg_text_is_utf8(eg_text_from(err->field)));
}

static void check_wanted(const struct eg_ogc_map_request *wanted, uint32_t image_px)
{
    EG_ASSERT(wanted->crs && wanted->bbox_crs && wanted->width <= image_px && wanted->height <= image_px);
    EG_ASSERT(!wanted->has_box ||
              (wanted->box.min_x < wanted->box.max_x && wanted->box.min_y < wanted->box.max_y));
    EG_ASSERT(wanted->name.period.len > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_server *server = calloc(1, sizeof *server);
    struct eg_target *target = malloc(sizeof *target);
    char *bytes = malloc(sizeof prefix + size);
    struct eg_exchange exchange = {.server = server, .snapshot = the_county()->snapshot};
    struct eg_route_values values = {0};
    struct eg_error err = {0};
    EG_ASSERT(server && target && bytes);
    memcpy(bytes, prefix, sizeof prefix - 1);
    if (size > 0) memcpy(bytes + sizeof prefix - 1, data, size);
    if (eg_target_parse(bytes, sizeof prefix - 1 + size, target, NULL) == EG_OK &&
        eg_routes_match(eg_routes_served(), target, &exchange.route, &values, NULL) == EG_OK) {
        if (exchange.route->parse(&exchange, &values, target, &err) != EG_OK) check_refused(&err);
        else check_wanted(&exchange.wanted.ogc_map, exchange.snapshot->atlas->limits.image_px);
    }
    free(bytes);
    free(target);
    free(server);
    return 0;
}
