/* Routes that take a body, speak another language for errors, and look at Accept: over sockets, because libmicrohttpd has its
 * own mind about when a body may be answered. The table of routes is this file's. */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "http/accept.h"
#include "http/body.h"
#include "http/kvp.h"
#include "http/server_parts.h"
#include "support/failing_malloc.h"

#define REQUEST_S 2
#define LONG_FORM_BYTES 60000

/* --- the routes ---------------------------------------------------------------------------------------------------- */

static const char form_type[] = "application/x-www-form-urlencoded";
static const char *const form_or_json[] = {form_type, "application/json", NULL};

static enum eg_status echo_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                 const struct eg_target *target, struct eg_error *err)
{
    static const struct eg_media_offer offers[] = {{"application/json", "json"}, {"text/html", "html"}};
    struct eg_parameter pairs[EG_TARGET_PARAMETERS];
    struct eg_kvp kvp = eg_kvp_from_target(target);
    struct eg_text format = {0};
    uint32_t chosen = 0;
    exchange->wanted.id = values->text[0];
    exchange->freshness = EG_FRESH_HOUR;
    enum eg_status status = eg_kvp_text(&kvp, "F", &format, err);
    if (status != EG_OK) return status;
    status = eg_accept_choose(offers, EG_ARRAY_LEN(offers), format, exchange->accept, &chosen, err);
    if (status == EG_UNSUPPORTED) exchange->refused_with = 406;
    if (status == EG_OK && exchange->has_body && eg_media_type_is(exchange->content_type, form_type))
        status = eg_kvp_from_form(exchange->body.data, exchange->body.len, pairs, &kvp, err);
    return status == EG_OK ? eg_kvp_text(&kvp, "Q", &exchange->wanted.id, err) : status;
}

static enum eg_status echo_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                struct eg_error *err)
{
    struct eg_buffer out;
    struct eg_entity entity = {0};
    eg_buffer_init(&out, 0);
    eg_buffer_printf(&out, "%.*s of %zu", EG_TEXT_ARG(exchange->wanted.id),
                     exchange->has_body ? exchange->body.len : 0);
    enum eg_status status = eg_entity_from_buffer(&out, "text/plain", true, &entity, err);
    if (status == EG_OK) status = eg_answer_from_entity(&entity, false, answer_out, err);
    if (status == EG_OK) (*answer_out)->varies_by_accept = true;
    return status;
}

static enum eg_status make_nothing(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                   struct eg_error *err)
{
    (void)exchange;
    (void)answer_out;
    return eg_error_set(err, EG_NOT_FOUND, "nothing here");
}

static enum eg_status say_in_xml(const struct eg_exchange *exchange, unsigned http_status,
                                 const struct eg_error *problem, struct eg_answer **answer_out,
                                 struct eg_error *err)
{
    (void)exchange;
    (void)problem;
    static const char xml[] = "<oops/>";
    enum eg_status status = eg_answer_from_static(xml, sizeof xml - 1, "text/xml", true, answer_out, err);
    if (status == EG_OK) (*answer_out)->status = http_status;
    return status;
}

static const struct eg_route table[] = {
    {.pattern = "/echo/{word}",
     .parse = echo_parse,
     .make = echo_make,
     .before_ready = true,
     .reads_accept = true,
     .methods = EG_ALLOWS(EG_METHOD_GET) | EG_ALLOWS(EG_METHOD_POST),
     .body_types = form_or_json},
    {.pattern = "/slow/{word}",
     .parse = echo_parse,
     .make = echo_make,
     .cost = EG_COST_LARGE,
     .before_ready = true,
     .methods = EG_ALLOWS(EG_METHOD_GET) | EG_ALLOWS(EG_METHOD_POST),
     .body_types = form_or_json},
    {.pattern = "/xml", .make = make_nothing, .before_ready = true, .problem = say_in_xml},
};

/* --- the server ---------------------------------------------------------------------------------------------------- */

struct service {
    struct eg_engine *engine;
    struct eg_server *server;
};

static int start(void **state)
{
    static const struct eg_text any = {"*", 1};
    static const struct eg_atlas_server settings = {.cors_origins = &any, .n_cors_origins = 1};
    static const struct eg_atlas_limits limits = {
        .connections = 20, .results = 10, .idle_s = REQUEST_S, .request_s = REQUEST_S};
    static const struct eg_route_table routes = {table, EG_ARRAY_LEN(table)};
    static struct service service;
    struct eg_server_options options = {.listen = EG_TEXT("127.0.0.1:0"),
                                        .n_threads = 2,
                                        .settings = &settings,
                                        .limits = &limits,
                                        .routes = &routes};
    struct eg_engine_options engine;
    eg_server_prepare_engine(1U << 20, 1, &engine);
    if (eg_engine_new(&engine, &service.engine, NULL) != EG_OK) return -1;
    if (eg_server_new(service.engine, &options, &service.server, NULL) != EG_OK) return -1;
    *state = &service;
    return 0;
}

static int stop(void **state)
{
    struct service *service = *state;
    eg_server_stop(service->server, 5);
    uint64_t held = 0;
    for (uint32_t i = 0; i < service->server->settings.n_threads; i++)
        held += service->server->loops[i].body_bytes;
    eg_server_free(service->server);
    eg_engine_free(service->engine);
    return held == 0 ? 0 : -1;
}

/* --- the client ---------------------------------------------------------------------------------------------------- */

static int connect_to(const struct service *service)
{
    uint32_t port = 0;
    const char *colon = strrchr(eg_server_address(service->server), ':');
    assert_true(eg_text_to_u32(eg_text_from(colon + 1), &port));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval patience = {.tv_sec = 20};
    assert_true(fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n <= 0) return;
        bytes += n;
        len -= (size_t)n;
    }
}

struct reply {
    char text[4096];
};

/* Until the server closes. */
static void receive(int fd, struct reply *reply)
{
    size_t len = 0;
    ssize_t n;
    while (len < sizeof reply->text - 1 &&
           (n = recv(fd, reply->text + len, sizeof reply->text - 1 - len, 0)) > 0)
        len += (size_t)n;
    reply->text[len] = '\0';
    (void)close(fd);
}

/* One request, its headers given as lines with CRLF; the body's length is said. */
static void ask(const struct service *service, const char *line, const char *headers, struct eg_text body,
                struct reply *reply)
{
    struct eg_buffer request;
    int fd = connect_to(service);
    eg_buffer_init(&request, 0);
    eg_buffer_printf(&request, "%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s", line, headers);
    if (body.data) eg_buffer_printf(&request, "Content-Length: %zu\r\n", body.len);
    eg_buffer_literal(&request, "\r\n");
    eg_buffer_text(&request, body);
    send_all(fd, request.data, request.len);
    eg_buffer_clear(&request);
    receive(fd, reply);
}

static void expect(const struct reply *reply, unsigned status, const char *contained)
{
    char start[32];
    (void)snprintf(start, sizeof start, "HTTP/1.1 %u ", status);
    if (strncmp(reply->text, start, strlen(start)) != 0 || !strstr(reply->text, contained))
        fail_msg("not %u with '%s': %s", status, contained, reply->text);
}

#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"
#define JSON "Content-Type: application/json; charset=utf-8\r\n"

/* --- tests --------------------------------------------------------------------------------------------------------- */

static void a_form_is_read_and_its_answer_not_kept(void **state)
{
    struct reply reply;
    ask(*state, "POST /echo/a", FORM "If-None-Match: *\r\n", EG_TEXT("x=1&q=caf%C3%A9+1"), &reply);
    expect(&reply, 200, "\r\n\r\ncaf\xc3\xa9 1 of 17");
    expect(&reply, 200, "Cache-Control: no-store\r\n");
    expect(&reply, 200, "Vary: Accept-Encoding, Accept\r\n");
    ask(*state, "POST /echo/a", FORM, EG_TEXT(""), &reply);
    expect(&reply, 200, "\r\n\r\na of 0");
    ask(*state, "POST /slow/a", FORM, EG_TEXT("Q=worker"), &reply);
    expect(&reply, 200, "\r\n\r\nworker of 8");
    ask(*state, "GET /echo/a?q=get", "", (struct eg_text){0}, &reply);
    expect(&reply, 200, "\r\n\r\nget of 0");
    expect(&reply, 200, "Cache-Control: public, max-age=3600\r\n");
}

static void other_bodies_are_whole_up_to_the_limit(void **state)
{
    struct reply reply;
    char *body = malloc(EG_BODY_BYTES + 1);
    memset(body, ' ', EG_BODY_BYTES + 1);
    ask(*state, "POST /echo/a", JSON, (struct eg_text){body, EG_BODY_BYTES}, &reply);
    expect(&reply, 200, "\r\n\r\na of 262144");
    ask(*state, "POST /echo/a", JSON "Expect: 100-continue\r\n", (struct eg_text){body, EG_BODY_BYTES + 1},
        &reply);
    expect(&reply, 413, "\"parameter\":\"body\"");
    ask(*state, "POST /echo/a", JSON, (struct eg_text){body, 0}, &reply);
    expect(&reply, 200, "\r\n\r\na of 0");
    memset(body, 'a', LONG_FORM_BYTES);
    ask(*state, "POST /slow/a", FORM, (struct eg_text){body, LONG_FORM_BYTES}, &reply);
    expect(&reply, 200, "\r\n\r\na of 60000");
    free(body);
}

static void chunks_are_put_together_and_counted(void **state)
{
    static const char head[] =
        "POST /echo/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" FORM "Transfer-Encoding: chunked\r\n\r\n";
    static const char small[] = "2\r\nq=\r\n5\r\nparts\r\n0\r\n\r\n";
    char piece[0x1000 + 8];
    struct reply reply;
    int fd = connect_to(*state);
    send_all(fd, head, sizeof head - 1);
    send_all(fd, small, sizeof small - 1);
    receive(fd, &reply);
    expect(&reply, 200, "\r\n\r\nparts of 7");
    memset(piece, 'a', sizeof piece);
    memcpy(piece, "1000\r\n", 6);
    memcpy(piece + sizeof piece - 2, "\r\n", 2);
    fd = connect_to(*state);
    send_all(fd, head, sizeof head - 1);
    for (unsigned i = 0; i <= EG_BODY_BYTES / 0x1000; i++) send_all(fd, piece, sizeof piece);
    send_all(fd, "0\r\n\r\n", 5);
    receive(fd, &reply);
    expect(&reply, 413, "the body has more than 262144 bytes");
}

static void what_a_route_does_not_take_is_refused(void **state)
{
    struct reply reply;
    ask(*state, "POST /echo/a", "Content-Type: text/xml\r\n", EG_TEXT("<a/>"), &reply);
    expect(&reply, 415, "application/x-www-form-urlencoded or application/json");
    ask(*state, "POST /echo/a", "", EG_TEXT("q=1"), &reply);
    expect(&reply, 415, "Content-Type");
    ask(*state, "POST /echo/a", FORM "Transfer-Encoding: chunked\r\n", EG_TEXT("0\r\n\r\n"), &reply);
    expect(&reply, 400, "two ways");
    ask(*state, "POST /echo/a", FORM "Transfer-Encoding: gzip\r\n", (struct eg_text){0}, &reply);
    expect(&reply, 400, "no way that is known");
    ask(*state, "POST /echo/a", FORM "Content-Length: 3\r\n", EG_TEXT("q=11"), &reply);
    expect(&reply, 400, "two ways");
    ask(*state, "POST /echo/a", FORM, EG_TEXT("q=%zz"), &reply);
    expect(&reply, 400, "\"parameter\":\"q\"");
    ask(*state, "POST /xml", FORM, EG_TEXT("q=1"), &reply);
    expect(&reply, 405, "Allow: GET, HEAD, OPTIONS\r\n");
    ask(*state, "POST /nothing", FORM, EG_TEXT("q=1"), &reply);
    expect(&reply, 405, "application/problem+json");
}

static void other_methods_are_told_of_post(void **state)
{
    struct reply reply;
    ask(*state, "PUT /echo/a", FORM, EG_TEXT("q=1"), &reply);
    expect(&reply, 405, "Allow: GET, HEAD, POST, OPTIONS\r\n");
    ask(*state, "OPTIONS /echo/a", "", (struct eg_text){0}, &reply);
    expect(&reply, 204, "Access-Control-Allow-Methods: GET, HEAD, POST, OPTIONS\r\n");
    ask(*state, "OPTIONS /xml", "", (struct eg_text){0}, &reply);
    expect(&reply, 204, "Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n");
}

static void accept_and_f_reach_the_route(void **state)
{
    struct reply reply;
    ask(*state, "GET /echo/a", "Accept: image/png\r\n", (struct eg_text){0}, &reply);
    expect(&reply, 406, "\"parameter\":\"Accept\"");
    ask(*state, "GET /echo/a", "Accept: image/png\r\nX: y\r\naccept: text/html\r\n", (struct eg_text){0},
        &reply);
    expect(&reply, 200, "a of 0"); /* several lines are one list */
    ask(*state, "GET /echo/a?f=html", "Accept: image/png\r\n", (struct eg_text){0}, &reply);
    expect(&reply, 200, "a of 0");
    ask(*state, "GET /echo/a?f=pdf", "", (struct eg_text){0}, &reply);
    expect(&reply, 400, "json, html");
    ask(*state, "GET /slow/a", "Accept: image/png\r\n", (struct eg_text){0}, &reply);
    expect(&reply, 200, "a of 0"); /* that route does not look */
}

static void a_route_may_word_its_own_errors(void **state)
{
    struct reply reply;
    ask(*state, "GET /xml", "", (struct eg_text){0}, &reply);
    expect(&reply, 404, "Content-Type: text/xml\r\n");
    expect(&reply, 404, "\r\n\r\n<oops/>");
    expect(&reply, 404, "ETag: \"");
}

static void a_body_that_trickles_is_cut_off(void **state)
{
    static const char head[] = "POST /echo/a HTTP/1.1\r\nHost: x\r\n" FORM "Content-Length: 1000\r\n\r\n";
    double started_s = eg_clock_monotonic_s();
    int fd = connect_to(*state);
    struct timeval moment = {.tv_usec = 200000};
    char byte;
    ssize_t n = -1;
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment), 0);
    send_all(fd, head, sizeof head - 1);
    while (n < 0 && eg_clock_monotonic_s() - started_s < 20) {
        send_all(fd, "q", 1);
        n = recv(fd, &byte, 1, 0);
        if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) n = 0;
    }
    assert_int_equal(n, 0);
    assert_true(eg_clock_monotonic_s() - started_s > REQUEST_S - 1);
    (void)close(fd);
}

static void a_client_that_leaves_in_its_body_leaves_nothing(void **state)
{
    static const char head[] =
        "POST /echo/a HTTP/1.1\r\nHost: x\r\n" FORM "Content-Length: 1000\r\n\r\nq=abc";
    for (int i = 0; i < 10; i++) {
        int fd = connect_to(*state);
        send_all(fd, head, sizeof head - 1);
        (void)close(fd);
    }
    struct reply reply;
    ask(*state, "POST /echo/a", FORM, EG_TEXT("q=still"), &reply);
    expect(&reply, 200, "still of 7");
}

/* A connection without a socket, up to the point where bodies are gathered. */
struct lone {
    struct eg_loop loop;
    struct eg_connection connection;
};

static struct lone *lone_new(size_t others_bytes)
{
    struct lone *lone = calloc(1, sizeof *lone);
    assert_non_null(lone);
    lone->loop.body_bytes = others_bytes;
    lone->connection.loop = &lone->loop;
    lone->connection.exchange.has_body = true;
    eg_buffer_init(&lone->connection.exchange.body, EG_BODY_BYTES);
    return lone;
}

static void bodies_together_have_a_limit(void **state)
{
    (void)state;
    unsigned http_status = 0;
    struct eg_error err;
    struct lone *lone = lone_new(EG_LOOP_BODY_BYTES - 10);
    eg_body_take(&lone->connection, "0123456789", 10);
    assert_true(eg_body_end(&lone->connection, &http_status, &err));
    assert_int_equal(lone->loop.body_bytes, EG_LOOP_BODY_BYTES);
    eg_body_take(&lone->connection, "x", 1);
    eg_body_take(&lone->connection, "y", 1);
    assert_false(eg_body_end(&lone->connection, &http_status, &err));
    assert_int_equal(http_status, 503);
    assert_int_equal(lone->loop.body_bytes, EG_LOOP_BODY_BYTES - 10);
    eg_body_drop(&lone->connection);
    assert_int_equal(lone->loop.body_bytes, EG_LOOP_BODY_BYTES - 10);
    free(lone);
}

static void a_body_without_memory_is_refused_and_forgotten(void **state)
{
    (void)state;
    unsigned http_status = 0;
    struct eg_error err;
    struct lone *lone = lone_new(0);
    eg_failing_malloc_after(1);
    eg_body_take(&lone->connection, "0123456789", 10);
    eg_failing_malloc_after(0);
    assert_false(eg_body_end(&lone->connection, &http_status, &err));
    assert_int_equal(http_status, 503);
    assert_int_equal(err.status, EG_NO_MEMORY);
    assert_int_equal(lone->loop.body_bytes, 0);
    eg_body_drop(&lone->connection);
    free(lone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_is_read_and_its_answer_not_kept),
        cmocka_unit_test(other_bodies_are_whole_up_to_the_limit),
        cmocka_unit_test(chunks_are_put_together_and_counted),
        cmocka_unit_test(what_a_route_does_not_take_is_refused),
        cmocka_unit_test(other_methods_are_told_of_post),
        cmocka_unit_test(accept_and_f_reach_the_route),
        cmocka_unit_test(a_route_may_word_its_own_errors),
        cmocka_unit_test(a_body_that_trickles_is_cut_off),
        cmocka_unit_test(bodies_together_have_a_limit),
        cmocka_unit_test(a_body_without_memory_is_refused_and_forgotten),
        cmocka_unit_test(a_client_that_leaves_in_its_body_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
