/* From an answer to what is queued: which coding, whether 304, which origin; and the answers that say what is wrong. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <microhttpd.h>

#include "base/log.h"
#include "http/negotiate.h"
#include "http/server_parts.h"

#define SLOWEST_CLIENT_BYTES_PER_S 16384.0 /* a client that reads its answer more slowly may be cut off */

#define METHODS_BYTES 64

static const char *allowed_methods(const struct eg_connection *connection, char text_out[METHODS_BYTES])
{
    static const char *const names[EG_N_METHODS] = {"GET, HEAD, ", "POST, ", "PUT, ", "DELETE, "};
    const struct eg_route *route = connection->exchange.route;
    size_t len = 0;
    for (int method = 0; method < EG_N_METHODS; method++) {
        bool allowed = route ? eg_route_allows(route, (enum eg_method)method) : method == EG_METHOD_GET;
        if (allowed) len += (size_t)snprintf(text_out + len, METHODS_BYTES - len, "%s", names[method]);
    }
    (void)snprintf(text_out + len, METHODS_BYTES - len, "OPTIONS");
    return text_out;
}

static const char *header(const struct eg_connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection->mhd, MHD_HEADER_KIND, name);
}

static const char *list(struct eg_connection *connection, enum eg_header_list name)
{
    return eg_headers_list(&connection->headers, connection->mhd, name);
}

/* --- queueing ------------------------------------------------------------------------------------------------------ */

const char *eg_allowed_origin(const struct eg_connection *connection)
{
    const struct eg_server_settings *settings = &connection->loop->server->settings;
    const struct eg_route *route = connection->exchange.route;
    if (settings->any_origin || (route && route->any_origin)) return "*";
    const char *origin = header(connection, "Origin");
    for (uint32_t i = 0; origin && i < settings->n_origins; i++)
        if (strcmp(settings->origins[i].data, origin) == 0) return settings->origins[i].data;
    return NULL;
}

void eg_count_answer(struct eg_loop *loop, unsigned status, bool not_modified)
{
    enum eg_answer_count kind = status >= 500   ? EG_COUNT_FAILED
                                : status >= 400 ? EG_COUNT_WRONG
                                                : EG_COUNT_OK;
    if (not_modified) kind = EG_COUNT_NOT_MODIFIED;
    atomic_uint_least64_t *counter = &loop->counts[kind];
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

bool eg_respond(struct eg_connection *connection, struct eg_answer *answer, enum eg_freshness freshness)
{
    struct eg_loop *loop = connection->loop;
    struct eg_answer_form form = {.freshness = freshness, .allowed_origin = eg_allowed_origin(connection)};
    if (answer->bodies[EG_CODING_GZIP].bytes && eg_accepts_gzip(list(connection, EG_LIST_ACCEPT_ENCODING)))
        form.coding = EG_CODING_GZIP;
    const struct eg_answer_body *body = &answer->bodies[form.coding];
    bool conditional = answer->status == MHD_HTTP_OK && connection->exchange.method == EG_METHOD_GET;
    if (conditional) /* RFC 9110, 13.2.1: an error stays one, whatever the condition */
        form.not_modified = eg_etag_matches(list(connection, EG_LIST_IF_NONE_MATCH), body->etag);
    bool queued = eg_answer_queue(answer, &form, connection->mhd);
    eg_count_answer(loop, answer->status, form.not_modified);
    connection->phase = EG_PHASE_ANSWERING;
    connection->deadline_s =
        loop->now_s + loop->server->settings.request_s + (double)body->len / SLOWEST_CLIENT_BYTES_PER_S;
    eg_answer_release(answer);
    return queued;
}

/* --- problems (RFC 9457) ------------------------------------------------------------------------------------------- */

static enum eg_status problem_entity(unsigned http_status, const struct eg_error *problem,
                                     struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *root = json ? eg_json_root(json) : NULL;
    eg_json_cstring(json, root, "type", "about:blank");
    eg_json_cstring(json, root, "title", MHD_get_reason_phrase_for(http_status));
    eg_json_integer(json, root, "status", http_status);
    eg_json_cstring(json, root, "detail", problem->message);
    if (problem->field[0]) eg_json_cstring(json, root, "parameter", problem->field);
    return eg_entity_from_json(json, "application/problem+json", entity_out, err);
}

enum eg_status eg_problem_from_entity(unsigned http_status, struct eg_entity *entity,
                                      struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_answer *answer = NULL;
    enum eg_status status = eg_answer_from_entity(entity, true, &answer, err);
    if (status != EG_OK) return status;
    answer->status = http_status;
    if (http_status == MHD_HTTP_SERVICE_UNAVAILABLE)
        status = eg_answer_add_header(answer, "Retry-After", "1", err);
    if (status != EG_OK) {
        eg_answer_release(answer);
        return status;
    }
    *answer_out = answer;
    return EG_OK;
}

enum eg_status eg_problem_new(unsigned http_status, const struct eg_error *problem,
                              struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_entity entity = {0};
    enum eg_status status = problem_entity(http_status, problem, &entity, err);
    return status == EG_OK ? eg_problem_from_entity(http_status, &entity, answer_out, err) : status;
}

static enum eg_status make_problem(const struct eg_connection *connection, unsigned http_status,
                                   const struct eg_error *problem, struct eg_answer **answer_out,
                                   struct eg_error *err)
{
    const struct eg_exchange *exchange = &connection->exchange;
    if (!exchange->route || !exchange->route->problem)
        return eg_problem_new(http_status, problem, answer_out, err);
    return exchange->route->problem(exchange, http_status, problem, answer_out, err);
}

/* What has to stand beside some statuses: RFC 9110, 15.5.2 and 15.5.6, RFC 6585, 4. */
static enum eg_status add_remedy(const struct eg_connection *connection, unsigned http_status,
                                 struct eg_answer *answer, struct eg_error *err)
{
    char text[METHODS_BYTES];
    uint32_t wait_s = connection->exchange.retry_after_s;
    if (http_status == MHD_HTTP_METHOD_NOT_ALLOWED)
        return eg_answer_add_header(answer, "Allow", allowed_methods(connection, text), err);
    if (http_status == MHD_HTTP_UNAUTHORIZED)
        return eg_answer_add_header(answer, "WWW-Authenticate", "Bearer realm=\"evenground\"", err);
    if (http_status != MHD_HTTP_TOO_MANY_REQUESTS || wait_s == 0) return EG_OK;
    (void)snprintf(text, sizeof text, "%" PRIu32, wait_s);
    return eg_answer_add_header(answer, "Retry-After", text, err);
}

bool eg_respond_problem(struct eg_connection *connection, unsigned http_status,
                        const struct eg_error *problem)
{
    struct eg_answer *answer = NULL;
    struct eg_error err;
    enum eg_status status = make_problem(connection, http_status, problem, &answer, &err);
    if (status == EG_OK) status = add_remedy(connection, http_status, answer, &err);
    if (status != EG_OK) {
        eg_answer_release(answer);
        answer = connection->loop->server->no_memory;
        eg_answer_retain(answer);
    }
    return eg_respond(connection, answer, EG_FRESH_NEVER);
}

struct eg_error eg_error_told(const struct eg_error *err)
{
    struct eg_error told = *err;
    if (err->status != EG_IO) return told;
    eg_log(EG_LOG_ERROR, "http", "%s", err->message);
    (void)eg_error_set(&told, EG_BUSY,
                       "what is kept here cannot be read or written at this moment; try again later");
    return told;
}

static unsigned http_status_of(enum eg_status status)
{
    switch (status) {
    case EG_OK:
        return MHD_HTTP_OK;
    case EG_INVALID:
    case EG_LIMIT:
    case EG_UNSUPPORTED:
        return MHD_HTTP_BAD_REQUEST;
    case EG_NOT_FOUND:
        return MHD_HTTP_NOT_FOUND;
    case EG_CONFLICT:
        return MHD_HTTP_CONFLICT;
    case EG_NO_MEMORY:
    case EG_BUSY:
    case EG_CANCELLED:
    case EG_IO:
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    }
    return MHD_HTTP_INTERNAL_SERVER_ERROR;
}

bool eg_respond_error(struct eg_connection *connection, const struct eg_error *err)
{
    unsigned http_status = connection->exchange.refused_with;
    struct eg_error told = eg_error_told(err);
    return eg_respond_problem(connection, http_status > 0 ? http_status : http_status_of(err->status), &told);
}

/* --- methods ------------------------------------------------------------------------------------------------------- */

bool eg_respond_preflight(struct eg_connection *connection)
{
    char methods[METHODS_BYTES];
    (void)allowed_methods(connection, methods);
    const struct {
        const char *name, *value;
    } headers[] = {{"Allow", methods},
                   {"Access-Control-Allow-Methods", methods},
                   {"Access-Control-Allow-Headers", "*, Authorization"},
                   {"Access-Control-Max-Age", "86400"}};
    struct eg_answer *answer = NULL;
    struct eg_error err;
    enum eg_status status = eg_answer_from_static("", 0, NULL, false, &answer, &err);
    for (size_t i = 0; status == EG_OK && i < EG_ARRAY_LEN(headers); i++)
        status = eg_answer_add_header(answer, headers[i].name, headers[i].value, &err);
    if (status != EG_OK) {
        eg_answer_release(answer);
        return eg_respond_error(connection, &err);
    }
    answer->status = MHD_HTTP_NO_CONTENT;
    return eg_respond(connection, answer, EG_FRESH_NEVER);
}

bool eg_respond_wrong_method(struct eg_connection *connection, const char *method)
{
    struct eg_error problem;
    char methods[METHODS_BYTES];
    size_t n_letters = strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_");
    eg_error_set(&problem, EG_UNSUPPORTED, "the method '%.*s' is not answered here; these are: %s",
                 n_letters < 20 ? (int)n_letters : 20, method, allowed_methods(connection, methods));
    return eg_respond_problem(connection, MHD_HTTP_METHOD_NOT_ALLOWED, &problem);
}
