/* libmicrohttpd's calls, in the order in which it makes them for one request:
 *
 *   line    (MHD_OPTION_URI_LOG_CALLBACK) the request line is there: keep the raw target.
 *   handle  first call: the headers are there. An answer queued now would close the connection (0.9.75), so nothing is done,
 *           unless the request is to be refused with its body unread: then closing is what is wanted.
 *   handle  once for each piece of a body, then once more: answer, or suspend and give the exchange to
 *           a worker, which resumes the connection; then handle is called again and finds the answer.
 *   done    (MHD_OPTION_NOTIFY_COMPLETED) all sent, or the connection broke.
 *
 * In `line` the query is cut off in libmicrohttpd's own buffer. It would otherwise split it into a list of parameters in the
 * connection's memory pool, and close the connection without a word when they do not fit (measured: from 304 on, though 256 is
 * our limit and the next has to be told so); we read the query ourselves. No option of 0.9.75 prevents the splitting, and 4,096
 * parameters, which 8 KiB can hold, would need a pool of 256 KiB. (0.9.75 has looked for the '?' by then, and takes what stands
 * behind it when the call returns. Were that otherwise, the byte would be unseen, and the test of 4,000 parameters fail.) */
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "base/memory.h"
#include "http/body.h"
#include "http/handlers.h"
#include "http/negotiate.h"
#include "http/server_parts.h"

/* Room for a request line of 8 KiB and as much again of headers. libmicrohttpd clears the whole pool after each request: of
 * its usual 32 KiB that is 7 % of the time of a cached tile. */
#define POOL_BYTES (20U << 10)

/* --- connections --------------------------------------------------------------------------------------------------- */

static void wait_for_request(struct eg_connection *connection)
{
    connection->phase = EG_PHASE_WAITING;
    connection->has_begun = false;
    connection->n_received = EG_NOT_COUNTED;
    connection->deadline_s = connection->loop->now_s + connection->loop->server->settings.request_s;
}

static void open_connection(struct eg_loop *loop, struct MHD_Connection *mhd, void **context)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct eg_connection *connection = eg_memory_array(1, sizeof *connection);
    *context = connection; /* without one, its first request is refused */
    if (!connection) return;
    memset(connection, 0, offsetof(struct eg_connection, target));
    connection->loop = loop;
    connection->mhd = mhd;
    connection->fd = info->connect_fd;
    connection->exchange.server = loop->server;
    connection->next = loop->connections;
    if (connection->next) connection->next->previous = connection;
    loop->connections = connection;
    wait_for_request(connection);
    connection->n_received = 0;
}

static void close_connection(struct eg_loop *loop, void **context)
{
    struct eg_connection *connection = *context;
    atomic_fetch_sub_explicit(&loop->n_connections, 1, memory_order_relaxed);
    if (!connection) return;
    if (connection->next) connection->next->previous = connection->previous;
    if (connection->previous) connection->previous->next = connection->next;
    else loop->connections = connection->next;
    free(connection);
    *context = NULL;
}

static void notify_connection(void *cls, struct MHD_Connection *mhd, void **context,
                              enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) open_connection(cls, mhd, context);
    else close_connection(cls, context);
}

static struct eg_connection *connection_of(struct MHD_Connection *mhd)
{
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* --- a request begins ---------------------------------------------------------------------------------------------- */

static void *line(void *cls, const char *target, struct MHD_Connection *mhd)
{
    (void)cls;
    struct eg_connection *connection = connection_of(mhd);
    if (!connection) return NULL;
    size_t len = strlen(target);
    eg_loop_tell_time(connection->loop);
    connection->target_len = len;
    size_t kept = len <= EG_TARGET_BYTES
                      ? len
                      : EG_TARGET_BYTES; /* the rest of one that is too long is not looked at */
    memcpy(connection->target, target, kept);
    connection->target[kept] = '\0';
    const char *query = memchr(target, '?', len);
    if (query) {
        char *writable;
        memcpy(&writable, &query, sizeof writable);
        writable[1] = '\0';
    }
    connection->phase = EG_PHASE_READING;
    if (!connection->has_begun)
        connection->deadline_s = connection->loop->now_s + connection->loop->server->settings.request_s;
    return NULL; /* so that the first call of handle is told by *request_context */
}

/* Percent signs stay: the target was kept raw, and this one's path is not used. */
static size_t leave_escaped(void *cls, struct MHD_Connection *mhd, char *text)
{
    (void)cls;
    (void)mhd;
    return strlen(text);
}

static const char *list(struct eg_connection *connection, enum eg_header_list name)
{
    return eg_headers_list(&connection->headers, connection->mhd, name);
}

/* --- who asks, and by which address -------------------------------------------------------------------------------- */

static bool from_proxy(struct eg_connection *connection, char url_out[EG_PUBLIC_URL_BYTES])
{
    const struct eg_server_settings *settings = &connection->loop->server->settings;
    if (settings->n_trusted == 0) return false;
    const union MHD_ConnectionInfo *peer =
        MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (!peer || !peer->client_addr ||
        !eg_address_in_ranges(peer->client_addr, settings->trusted, settings->n_trusted))
        return false;
    struct eg_forwarded said = {
        .forwarded = eg_headers_last(connection->mhd, "Forwarded"),
        .proto = eg_headers_last(connection->mhd, "X-Forwarded-Proto"),
        .host = eg_headers_last(connection->mhd, "X-Forwarded-Host"),
        .prefix = eg_headers_last(connection->mhd, "X-Forwarded-Prefix"),
    };
    return eg_public_url_from_proxy(&said, url_out);
}

static struct eg_text find_base_url(struct eg_connection *connection)
{
    const struct eg_server *server = connection->loop->server;
    char *url = connection->exchange.base_url_text;
    if (server->settings.base_url.len > 0) return server->settings.base_url;
    if (from_proxy(connection, url)) return eg_text_from(url);
    struct sockaddr_storage own;
    socklen_t len = sizeof own;
    if (!server->any_address || getsockname(connection->fd, (struct sockaddr *)&own, &len) != 0)
        return eg_text_from(server->address);
    eg_public_url_from_address((const struct sockaddr *)&own, url);
    return eg_text_from(url);
}

static struct eg_caller find_caller(struct eg_connection *connection)
{
    const struct eg_server_settings *settings = &connection->loop->server->settings;
    struct MHD_Connection *mhd = connection->mhd;
    struct eg_caller caller = {
        .authorization = MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION),
        .origin = eg_headers_last(mhd, MHD_HTTP_HEADER_ORIGIN),
        .if_match = list(connection, EG_LIST_IF_MATCH),
        .if_none_match = list(connection, EG_LIST_IF_NONE_MATCH),
        .session = MHD_lookup_connection_value(mhd, MHD_COOKIE_KIND, EG_SESSION_COOKIE),
        .csrf = MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, "X-CSRF-Token"),
    };
    struct eg_forwarded_for said = {.forwarded = list(connection, EG_LIST_FORWARDED),
                                    .forwarded_for = list(connection, EG_LIST_FORWARDED_FOR)};
    const union MHD_ConnectionInfo *peer = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (settings->base_url.len == 0 && settings->n_trusted == 0)
        caller.own_host = MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST);
    if (peer && peer->client_addr)
        caller.address = eg_client_address(peer->client_addr, &said, settings->trusted, settings->n_trusted);
    return caller;
}

/* --- answering ----------------------------------------------------------------------------------------------------- */

static bool finish(struct eg_connection *connection)
{
    struct eg_exchange *exchange = &connection->exchange;
    if (exchange->status != EG_OK) return eg_respond_error(connection, &exchange->error);
    struct eg_answer *answer = exchange->answer;
    exchange->answer = NULL;
    return eg_respond(connection, answer,
                      exchange->method == EG_METHOD_GET ? exchange->freshness : EG_FRESH_NEVER);
}

static void make(struct eg_exchange *exchange)
{
    exchange->status = exchange->route->make(exchange, &exchange->answer, &exchange->error);
}

static void work(void *job, uint32_t worker)
{
    (void)worker;
    struct eg_connection *connection = job;
    struct eg_loop *loop = connection->loop;
    make(&connection->exchange);
    eg_snapshot_release(connection->exchange.snapshot);
    connection->exchange.snapshot = NULL;
    MHD_resume_connection(connection->mhd); /* from here on it is the loop's again */
    eg_loop_wake(loop);                     /* a daemon without a listening socket does not wake for it */
}

/* The job may be done before this returns, so the connection is suspended first. */
static bool hand_to_worker(struct eg_connection *connection)
{
    struct eg_exchange *exchange = &connection->exchange;
    struct eg_server *server = connection->loop->server;
    if (exchange->snapshot) eg_snapshot_retain(exchange->snapshot);
    connection->phase = EG_PHASE_WORKING;
    connection->loop->n_working++;
    MHD_suspend_connection(connection->mhd);
    if (eg_workers_submit(server->workers[exchange->cost], work, connection) == EG_OK) return true;
    exchange->status =
        eg_error_set(&exchange->error, EG_BUSY,
                     "too many requests of this kind are being worked on; try again in a second");
    eg_snapshot_release(exchange->snapshot);
    exchange->snapshot = NULL;
    MHD_resume_connection(connection->mhd);
    eg_loop_wake(connection->loop);
    return true;
}

static bool route(struct eg_connection *connection, struct eg_error *err, enum eg_status *status_out)
{
    struct eg_loop *loop = connection->loop;
    struct eg_exchange *exchange = &connection->exchange;
    struct eg_route_values values;
    *status_out = eg_target_parse(connection->target, connection->target_len, &loop->target, err);
    if (*status_out == EG_OK)
        *status_out = eg_routes_match(loop->server->routes, &loop->target, &exchange->route, &values, err);
    if (*status_out != EG_OK) {
        exchange->route = eg_routes_telling(loop->server->routes, &loop->target);
        return false;
    }
    eg_loop_refresh_snapshot(loop);
    exchange->snapshot = loop->snapshot;
    if (exchange->method < EG_N_METHODS && !eg_route_allows(exchange->route, exchange->method)) {
        exchange->refused_with = MHD_HTTP_METHOD_NOT_ALLOWED;
        *status_out = eg_error_set(err, EG_UNSUPPORTED, "this address is only for sending something to it");
        return false;
    }
    exchange->cost = exchange->route->cost;
    exchange->freshness = EG_FRESH_NEVER;
    if (!exchange->snapshot && !exchange->route->before_ready) {
        *status_out = eg_error_set(err, EG_BUSY, "the atlas is being loaded; try again in a moment");
        return false;
    }
    if (exchange->route->reads_accept) exchange->accept = list(connection, EG_LIST_ACCEPT);
    if (exchange->route->reads_language) exchange->language = list(connection, EG_LIST_ACCEPT_LANGUAGE);
    if (exchange->route->reads_caller) exchange->caller = find_caller(connection);
    if (exchange->route->needs_base_url) exchange->base_url = find_base_url(connection);
    if (exchange->route->parse) *status_out = exchange->route->parse(exchange, &values, &loop->target, err);
    return *status_out == EG_OK;
}

/* The route of a target that is not to be decoded yet, because its body is to come; NULL without one. */
static const struct eg_route *peek_route(struct eg_connection *connection)
{
    char target[EG_TARGET_BYTES + 1];
    struct eg_loop *loop = connection->loop;
    struct eg_route_values values;
    const struct eg_route *found = NULL;
    struct eg_error err;
    if (connection->target_len > EG_TARGET_BYTES) return NULL;
    memcpy(target, connection->target, connection->target_len);
    enum eg_status status = eg_target_parse(target, connection->target_len, &loop->target, &err);
    if (status == EG_OK) status = eg_routes_match(loop->server->routes, &loop->target, &found, &values, &err);
    return status == EG_OK ? found : NULL;
}

/* EG_N_METHODS for one that no route answers. */
static enum eg_method method_of(const char *name)
{
    static const char *const names[EG_N_METHODS] = {
        [EG_METHOD_GET] = MHD_HTTP_METHOD_GET,
        [EG_METHOD_POST] = MHD_HTTP_METHOD_POST,
        [EG_METHOD_PUT] = MHD_HTTP_METHOD_PUT,
        [EG_METHOD_DELETE] = MHD_HTTP_METHOD_DELETE,
    };
    if (strcmp(name, MHD_HTTP_METHOD_HEAD) == 0) return EG_METHOD_GET;
    int i = 0;
    while (i < EG_N_METHODS && strcmp(name, names[i]) != 0) i++;
    return (enum eg_method)i;
}

/* Other methods than GET were looked up when the headers came. */
static bool is_method_answered(const struct eg_exchange *exchange)
{
    if (exchange->method == EG_METHOD_GET) return true;
    return exchange->method < EG_N_METHODS && exchange->route &&
           eg_route_allows(exchange->route, exchange->method);
}

/* Which of the two makes it too long: "path" or "query". */
static const char *part_too_long(const struct eg_connection *connection)
{
    return memchr(connection->target, '?', EG_TARGET_BYTES) ? "query" : "path";
}

static void say_too_long(const struct eg_connection *connection, struct eg_error *problem)
{
    eg_error_set(problem, EG_LIMIT, "the request target, path and query together, has more than %u bytes",
                 EG_TARGET_BYTES);
    eg_error_field(problem, part_too_long(connection));
}

static bool too_long(struct eg_connection *connection)
{
    struct eg_error problem;
    struct eg_loop *loop = connection->loop;
    say_too_long(connection, &problem); /* before the target is decoded where it stands */
    (void)!eg_target_parse(connection->target, EG_TARGET_BYTES, &loop->target, NULL);
    connection->exchange.route = eg_routes_telling(loop->server->routes, &loop->target);
    return eg_respond_problem(connection, MHD_HTTP_URI_TOO_LONG, &problem);
}

static bool answer(struct eg_connection *connection, const char *method)
{
    struct eg_exchange *exchange = &connection->exchange;
    if (connection->target_len > EG_TARGET_BYTES) return too_long(connection);
    bool is_options = strcmp(method, MHD_HTTP_METHOD_OPTIONS) == 0;
    if (is_options && strcmp(connection->target, "*") == 0) return eg_respond_preflight(connection);
    enum eg_status status;
    if (!is_options && !is_method_answered(exchange)) return eg_respond_wrong_method(connection, method);
    if (!route(connection, &exchange->error, &status) && !(is_options && status != EG_NOT_FOUND))
        return eg_respond_error(connection, &exchange->error);
    if (is_options) return eg_respond_preflight(connection);
    exchange->answer = exchange->route->find ? exchange->route->find(exchange) : NULL;
    exchange->status = EG_OK;
    if (exchange->answer) return finish(connection);
    exchange->accepts_gzip = eg_accepts_gzip(list(connection, EG_LIST_ACCEPT_ENCODING));
    if (exchange->cost != EG_COST_SMALL) return hand_to_worker(connection);
    make(exchange);
    return finish(connection);
}

/* --- libmicrohttpd's handler --------------------------------------------------------------------------------------- */

static bool refuse_headers(struct eg_connection *connection, const char *method)
{
    struct eg_error problem;
    bool target = connection->target_len > EG_TARGET_BYTES;
    if (target) say_too_long(connection, &problem);
    else eg_error_set(&problem, EG_LIMIT, "the request line and headers, cookies among them, are too large");
    return eg_refuse_past(connection,
                          target ? MHD_HTTP_URI_TOO_LONG : MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, &problem,
                          strcmp(method, MHD_HTTP_METHOD_HEAD) != 0);
}

/* The first call: to answer now is to close the connection. */
static bool look_at_headers(struct eg_connection *connection, const char *method, const char *version)
{
    if (!eg_has_room_for_answer(connection->mhd, POOL_BYTES)) return refuse_headers(connection, method);
    unsigned http_status = 0;
    struct eg_error problem;
    enum eg_method known = connection->exchange.method = method_of(method);
    connection->exchange.refused_with = 0;
    connection->exchange.retry_after_s = 0;
    connection->exchange.refused_as = NULL;
    connection->exchange.accept = NULL;
    connection->exchange.language = NULL;
    connection->exchange.route = NULL;
    size_t kept = connection->target_len < EG_TARGET_BYTES ? connection->target_len : EG_TARGET_BYTES;
    eg_target_peek(connection->target, kept, "VERSION", connection->exchange.version_asked,
                   EG_VERSION_ASKED_BYTES);
    if (!eg_headers_check(&connection->headers, connection->mhd, version, &problem))
        return eg_respond_problem(connection, MHD_HTTP_BAD_REQUEST, &problem);
    if (known != EG_METHOD_GET) connection->exchange.route = peek_route(connection);
    bool may_have_body =
        (known == EG_METHOD_POST || known == EG_METHOD_PUT) && is_method_answered(&connection->exchange);
    if (eg_body_begin(connection, may_have_body, &http_status, &problem)) return true;
    return eg_respond_problem(connection, http_status, &problem);
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
                              const char *version, const char *body, size_t *body_len, void **request_context)
{
    (void)cls;
    (void)url;
    struct eg_connection *connection = connection_of(mhd);
    if (!connection) return MHD_NO;
    if (!*request_context) {
        *request_context = connection;
        return look_at_headers(connection, method, version) ? MHD_YES : MHD_NO;
    }
    if (*body_len > 0) {
        eg_body_take(connection, body, *body_len);
        *body_len = 0;
        return MHD_YES;
    }
    if (connection->phase == EG_PHASE_WORKING) {
        connection->loop->n_working--;
        return finish(connection) ? MHD_YES : MHD_NO;
    }
    unsigned http_status = 0;
    struct eg_error problem;
    if (!eg_body_end(connection, &http_status, &problem))
        return eg_respond_problem(connection, http_status, &problem) ? MHD_YES : MHD_NO;
    return answer(connection, method) ? MHD_YES : MHD_NO;
}

static void done(void *cls, struct MHD_Connection *mhd, void **request_context,
                 enum MHD_RequestTerminationCode code)
{
    (void)cls;
    (void)code;
    *request_context = NULL;
    struct eg_connection *connection = connection_of(mhd);
    if (!connection) return;
    struct eg_exchange *exchange = &connection->exchange;
    if (connection->phase == EG_PHASE_WORKING)
        connection->loop->n_working--; /* the client left before its answer was made */
    eg_answer_release(exchange->answer);
    exchange->answer = NULL;
    eg_body_drop(connection);
    eg_headers_drop(&connection->headers);
    if (exchange->self_url.data) eg_buffer_clear(&exchange->self_url);
    wait_for_request(connection);
}

enum eg_status eg_handle_start_daemon(struct eg_loop *loop, struct eg_error *err)
{
    const struct eg_server_settings *settings = &loop->server->settings;
    loop->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, loop,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)settings->n_connections + 16, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)settings->idle_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES,
        MHD_OPTION_NOTIFY_CONNECTION, notify_connection, loop, MHD_OPTION_NOTIFY_COMPLETED, done, loop,
        MHD_OPTION_URI_LOG_CALLBACK, line, loop, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, loop,
        MHD_OPTION_END);
    if (loop->daemon) return EG_OK;
    return eg_error_set(err, EG_IO,
                        "libmicrohttpd could not start; is the limit of open files (ulimit -n) high enough?");
}
