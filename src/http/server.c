#include "http/server.h"

#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "http/access.h"
#include "http/server_parts.h"
#include "http/suggest.h"
#include "http/xml.h"

#define SETTINGS_BYTES (1U << 20)
#define JOBS_PER_THREAD 32U /* large pictures and documents that may wait */

/* Few of those who would keep others from their work: while they project, write or wait for the store, the others go on. */
static const struct {
    uint32_t n_threads, queue_limit; /* 0: as many as are configured */
} pools[EG_N_COSTS] = {
    [EG_COST_LARGE] = {0, 0},
    [EG_COST_PROJECTING] = {2, 64},
    [EG_COST_WRITING] = {2, 64},
    [EG_COST_SIGNING_IN] = {1, 16},
};

/* --- the engine keeps answers -------------------------------------------------------------------------------------- */

static void retain(void *value, void *context)
{
    (void)context;
    eg_answer_retain(value);
}

static void release(void *value, void *context)
{
    (void)context;
    eg_answer_release(value);
}

struct eg_cache_values eg_answer_cache_values(void)
{
    return (struct eg_cache_values){.retain = retain, .release = release};
}

/* A tile without bytes, where no area lies, is an answer without content: map clients take it for an empty one. */
static void *wrap(struct eg_entity *entity, size_t *weight_bytes_out, void *context)
{
    (void)context;
    struct eg_answer *answer = NULL;
    struct eg_error err;
    if (eg_answer_from_entity(entity, true, &answer, &err) != EG_OK) return NULL;
    if (answer->bodies[EG_CODING_IDENTITY].len == 0) {
        answer->status = MHD_HTTP_NO_CONTENT;
        answer->media_type = NULL;
    }
    *weight_bytes_out = eg_answer_weight_bytes(answer);
    return answer;
}

void eg_server_prepare_engine(uint64_t cache_bytes, uint32_t n_threads, struct eg_engine_options *options_out)
{
    *options_out =
        (struct eg_engine_options){.cache_bytes = cache_bytes,
                                   .n_threads = n_threads,
                                   .n_drawing = n_threads > 0 ? n_threads : eg_workers_processors(),
                                   .wrap = wrap,
                                   .values = eg_answer_cache_values()};
}

/* --- settings ------------------------------------------------------------------------------------------------------ */

static enum eg_status copy_base_url(struct eg_server *server, struct eg_text url, struct eg_error *err)
{
    while (url.len > 0 && url.data[url.len - 1] == '/') url.len--;
    if (url.len == 0) return EG_OK;
    server->settings.base_url = eg_text_copy(server->arena, url);
    return server->settings.base_url.data ? EG_OK : eg_error_no_memory(err, url.len);
}

static enum eg_status copy_proxies(struct eg_server *server, const struct eg_atlas_server *from,
                                   struct eg_error *err)
{
    struct eg_address_range *ranges =
        eg_arena_array(server->arena, from->n_trusted_proxies + 1, sizeof *ranges);
    if (!ranges) return eg_error_no_memory(err, from->n_trusted_proxies);
    for (uint32_t i = 0; i < from->n_trusted_proxies; i++) {
        enum eg_status status = eg_address_range_parse(from->trusted_proxies[i], &ranges[i], err);
        if (status != EG_OK) return status;
    }
    server->settings.trusted = ranges;
    server->settings.n_trusted = from->n_trusted_proxies;
    return EG_OK;
}

static enum eg_status copy_origins(struct eg_server *server, const struct eg_atlas_server *from,
                                   struct eg_error *err)
{
    struct eg_text *origins = eg_arena_array(server->arena, from->n_cors_origins + 1, sizeof *origins);
    if (!origins) return eg_error_no_memory(err, from->n_cors_origins);
    for (uint32_t i = 0; i < from->n_cors_origins; i++) {
        origins[i] = eg_text_copy(server->arena, from->cors_origins[i]);
        if (!origins[i].data) return eg_error_no_memory(err, from->cors_origins[i].len);
        server->settings.any_origin |= eg_text_equal(origins[i], EG_TEXT("*"));
    }
    server->settings.origins = origins;
    server->settings.n_origins = from->n_cors_origins;
    return EG_OK;
}

static enum eg_status copy_settings(struct eg_server *server, const struct eg_server_options *options,
                                    struct eg_error *err)
{
    const struct eg_atlas_limits *limits = options->limits;
    uint32_t n_threads = options->n_threads > 0 ? options->n_threads : eg_workers_processors();
    server->settings = (struct eg_server_settings){.n_threads = n_threads,
                                                   .n_connections = limits->connections,
                                                   .most_results = limits->results,
                                                   .idle_s = limits->idle_s,
                                                   .request_s = limits->request_s};
    enum eg_status status = copy_base_url(server, options->settings->base_url, err);
    if (status == EG_OK) status = copy_proxies(server, options->settings, err);
    if (status == EG_OK) status = copy_origins(server, options->settings, err);
    return status;
}

/* --- life cycle ---------------------------------------------------------------------------------------------------- */

static enum eg_status prepare_refusal(struct eg_server *server, struct eg_error *err)
{
    struct eg_error problem;
    eg_error_set(&problem, EG_NO_MEMORY,
                 "there is not enough memory for this answer now; try again in a second");
    return eg_problem_new(MHD_HTTP_SERVICE_UNAVAILABLE, &problem, &server->no_memory, err);
}

static enum eg_status make_pools(struct eg_server *server, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (int cost = EG_COST_LARGE; status == EG_OK && cost < EG_N_COSTS; cost++) {
        uint32_t n_threads = pools[cost].n_threads ? pools[cost].n_threads : server->settings.n_threads;
        uint32_t limit = pools[cost].n_threads ? pools[cost].queue_limit : n_threads * JOBS_PER_THREAD;
        status = eg_workers_new(n_threads, limit, &server->workers[cost], err);
    }
    return status;
}

static enum eg_status make_parts(struct eg_server *server, const struct eg_server_options *options,
                                 struct eg_error *err)
{
    server->arena = eg_arena_new(SETTINGS_BYTES);
    if (!server->arena) return eg_error_no_memory(err, SETTINGS_BYTES);
    enum eg_status status = copy_settings(server, options, err);
    if (status == EG_OK) status = prepare_refusal(server, err);
    if (status == EG_OK) status = eg_refusal_prepare(server, err);
    if (status == EG_OK) status = eg_documents_new(&server->documents, err);
    if (status == EG_OK) status = eg_locales_new(&server->locales, err);
    if (status == EG_OK) status = eg_access_new(&server->access, err);
    if (status == EG_OK) status = eg_suggest_limits_new(&server->suggest_limits, err);
    if (status == EG_OK) status = make_pools(server, err);
    if (status != EG_OK) return status;
    uint32_t n_threads = server->settings.n_threads;
    server->loops = eg_memory_zeroed(n_threads, sizeof *server->loops);
    return server->loops ? EG_OK : eg_error_no_memory(err, n_threads * sizeof *server->loops);
}

static enum eg_status start(struct eg_server *server, const struct eg_server_options *options,
                            struct eg_error *err)
{
    enum eg_status status = make_parts(server, options, err);
    if (status == EG_OK) status = eg_listen(server, options->listen, err);
    for (uint32_t i = 0; status == EG_OK && i < server->settings.n_threads; i++)
        status = eg_loop_start(server, &server->loops[i], err);
    if (status == EG_OK) status = eg_acceptor_start(server, err);
    return status;
}

enum eg_status eg_server_new(struct eg_engine *engine, const struct eg_server_options *options,
                             struct eg_server **server_out, struct eg_error *err)
{
    struct eg_server *server = eg_memory_zeroed(1, sizeof *server);
    if (!server) return eg_error_no_memory(err, sizeof *server);
    eg_xml_set_up();
    server->engine = engine;
    server->routes = options->routes ? *options->routes : eg_routes_served();
    server->listen_fd = server->stop_fd = -1;
    enum eg_status status = start(server, options, err);
    if (status != EG_OK) {
        eg_server_stop(server, 0);
        eg_server_free(server);
        return status;
    }
    *server_out = server;
    return EG_OK;
}

const char *eg_server_address(const struct eg_server *server)
{
    return server->address;
}

/* Acceptor first, so that no connection comes to a loop that has ended; then the loops, which wait for what workers have of
 * theirs; then the workers, the last of which may just be waking a loop; then what the loops hold. */
void eg_server_stop(struct eg_server *server, double grace_s)
{
    uint32_t n_loops = server->loops ? server->settings.n_threads : 0;
    atomic_store_explicit(&server->stop_preparing, true, memory_order_release);
    eg_acceptor_stop(server);
    server->stop_by_s = eg_clock_monotonic_s() + grace_s;
    atomic_store_explicit(&server->stopping, true, memory_order_release);
    for (uint32_t i = 0; i < n_loops; i++)
        if (server->loops[i].has_thread) eg_loop_wake(&server->loops[i]);
    for (uint32_t i = 0; i < n_loops; i++) eg_loop_join(&server->loops[i]);
    eg_server_stop_preparing(server);
    for (int cost = 0; cost < EG_N_COSTS; cost++) {
        eg_workers_free(server->workers[cost]);
        server->workers[cost] = NULL;
    }
    for (uint32_t i = 0; i < n_loops; i++) eg_loop_free(&server->loops[i]);
}

void eg_server_free(struct eg_server *server)
{
    if (!server) return;
    eg_cache_free(server->documents);
    eg_locales_free(server->locales);
    eg_access_free(server->access);
    eg_suggest_limits_free(server->suggest_limits);
    eg_answer_release(server->no_memory);
    free(server->loops);
    if (server->arena) eg_arena_free(server->arena);
    free(server);
}
