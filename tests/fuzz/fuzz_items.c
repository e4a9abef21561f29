/* Any bytes behind /ogc/collections/: items, single items, queryables and schemas of the fictional county, read and made. What is
 * answered has a body of the kind that it says; what is refused is refused in words. */
#include "fuzz/county.h"
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "http/handlers.h"
#include "http/server_parts.h"

#define MOST_RESULTS 20
static const char prefix[] = "/ogc/collections/";

static void check_refused(const struct eg_error *err)
{
    EG_ASSERT(err->status == EG_INVALID || err->status == EG_NOT_FOUND || err->status == EG_LIMIT ||
              err->status == EG_UNSUPPORTED);
    EG_ASSERT(err->field[0] && err->message[0]);
    EG_ASSERT(eg_text_is_utf8(eg_text_from(err->message)) && eg_text_is_utf8(eg_text_from(err->field)));
}

static void check_answer(const struct eg_answer *answer)
{
    struct eg_json *json = NULL;
    const struct eg_answer_body *body = &answer->bodies[EG_CODING_IDENTITY];
    EG_ASSERT(body->len > 0 && answer->media_type &&
              eg_text_is_utf8((struct eg_text){body->bytes, body->len}));
    if (!strstr(answer->media_type, "json")) return;
    EG_ASSERT(eg_json_parse((struct eg_text){body->bytes, body->len}, &json, NULL) == EG_OK);
    eg_json_free(json);
}

static void ask(struct eg_exchange *exchange, const struct eg_route_values *values,
                const struct eg_target *target)
{
    struct eg_error err = {0};
    struct eg_answer *answer = NULL;
    enum eg_status status = exchange->route->parse(exchange, values, target, &err);
    if (status == EG_OK) status = exchange->route->make(exchange, &answer, &err);
    if (status == EG_OK) check_answer(answer);
    else check_refused(&err);
    eg_answer_release(answer);
    if (exchange->self_url.data) eg_buffer_clear(&exchange->self_url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_server *server = calloc(1, sizeof *server);
    struct eg_target *target = malloc(sizeof *target);
    char *bytes = malloc(sizeof prefix + size);
    struct eg_exchange exchange = {
        .server = server, .snapshot = the_county()->snapshot, .base_url = EG_TEXT("http://atlas.example")};
    struct eg_route_values values = {0};
    EG_ASSERT(server && target && bytes);
    server->settings.most_results = MOST_RESULTS;
    memcpy(bytes, prefix, sizeof prefix - 1);
    if (size > 0) memcpy(bytes + sizeof prefix - 1, data, size);
    if (eg_target_parse(bytes, sizeof prefix - 1 + size, target, NULL) == EG_OK &&
        eg_routes_match(eg_routes_served(), target, &exchange.route, &values, NULL) == EG_OK &&
        exchange.route->make == eg_ogc_features_make)
        ask(&exchange, &values, target);
    free(bytes);
    free(target);
    free(server);
    return 0;
}
