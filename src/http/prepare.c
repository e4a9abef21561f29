/* What clients ask for first after a load takes a fifth of a second of England's atlas, nearly all of it once for each snapshot: the
 * classes of every layer, the sizes of their legends, the boxes of the areas in every CRS. A thread does that, and then makes the
 * documents that clients begin with, while requests are answered already. Whatever it makes is made once, by it or by a request
 * that comes sooner (engine/layer.h, cache/cache.h). It goes through the layers from the last to the first, documents from the
 * first to the last: so the two meet in the middle and do not wait for each other layer by layer.
 *
 * Documents hold addresses of the server itself. They are prepared for the one that all clients have in common; where each comes
 * by an address of its own they are left to the requests, which then take some milliseconds. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "engine/crs_list.h"
#include "http/handlers.h"
#include "http/server_parts.h"

/* Requests come first where processors are scarce, but not by so much that one which waits for this thread's work waits long. */
#define NICENESS 5
#define TARGET_BYTES 128

static const char *const documents[] = {
    "/wms?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.3.0",
    "/wms?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.1.1",
    "/wmts/1.0.0/WMTSCapabilities.xml",
    "/ogc/collections?f=json",
    "/ogc/collections?f=html",
    "/ogc/api?f=json",
    "/layers",
    "/tms/1.0.0/",
};

/* --- one step after the other -------------------------------------------------------------------------------------- */

struct preparation {
    struct eg_server *server;
    struct eg_snapshot *snapshot;
    uint64_t generation;
};

/* False once the server stops or another load has made this one's work useless. */
static bool is_wanted(const struct preparation *preparation)
{
    const struct eg_server *server = preparation->server;
    return !atomic_load_explicit(&server->stop_preparing, memory_order_acquire) &&
           eg_engine_generation(server->engine) == preparation->generation;
}

/* What fails here fails again for whoever asks for it, who is told. */
static void prepare_layer(const struct preparation *preparation, uint32_t layer)
{
    struct eg_snapshot *snapshot = preparation->snapshot;
    struct eg_layer_name name = {.layer = snapshot->atlas->layers[layer].id};
    const struct eg_dressed *dressed;
    struct eg_layer_ref ref;
    uint32_t width, height;
    if (eg_layer_resolve(snapshot, &name, &ref, NULL) != EG_OK) return;
    if (eg_layer_dress(snapshot, ref, &dressed, NULL) != EG_OK) return;
    (void)!eg_engine_legend_size(preparation->server->engine, snapshot, ref, &width, &height, NULL);
}

static void prepare_layers(const struct preparation *preparation)
{
    const struct eg_atlas *atlas = preparation->snapshot->atlas;
    for (uint32_t i = atlas->n_layers; i > 0 && is_wanted(preparation); i--)
        if (!atlas->layers[i - 1].hidden) prepare_layer(preparation, i - 1);
}

static void prepare_boxes(const struct preparation *preparation)
{
    struct eg_snapshot *snapshot = preparation->snapshot;
    const struct eg_bounds *boxes;
    if (is_wanted(preparation))
        (void)!eg_crs_list_set_bounds(snapshot->crs_list, snapshot->generation, &boxes, NULL);
}

/* --- documents ----------------------------------------------------------------------------------------------------- */

struct own_request {
    struct eg_exchange exchange;
    struct eg_target target;
    struct eg_route_values values;
    char text[TARGET_BYTES];
};

static bool read_request(struct own_request *request)
{
    struct eg_exchange *exchange = &request->exchange;
    struct eg_target *target = &request->target;
    struct eg_error err;
    return eg_target_parse(request->text, strlen(request->text), target, &err) == EG_OK &&
           eg_routes_match(exchange->server->routes, target, &exchange->route, &request->values, &err) ==
               EG_OK &&
           exchange->route->parse && exchange->route->find &&
           exchange->route->parse(exchange, &request->values, target, &err) == EG_OK;
}

/* The way of any request, without a connection: what a route keeps is then where its next request finds it. */
static void ask(const struct preparation *preparation, const char *address, struct own_request *request)
{
    struct eg_exchange *exchange = &request->exchange;
    struct eg_error err;
    *exchange = (struct eg_exchange){.server = preparation->server,
                                     .snapshot = preparation->snapshot,
                                     .base_url = preparation->server->settings.base_url};
    if (exchange->base_url.len == 0) exchange->base_url = eg_text_from(preparation->server->address);
    EG_ASSERT(strlen(address) < sizeof request->text);
    memcpy(request->text, address, strlen(address) + 1);
    if (!read_request(request)) return;
    struct eg_answer *answer = exchange->route->find(exchange);
    if (!answer && exchange->route->make(exchange, &answer, &err) != EG_OK) return;
    eg_answer_release(answer);
}

/* Whether clients are given the same addresses, whichever way they come. */
static bool has_one_address(const struct eg_server *server)
{
    return server->settings.base_url.len > 0 || (!server->any_address && server->settings.n_trusted == 0);
}

static void prepare_documents(const struct preparation *preparation)
{
    if (!has_one_address(preparation->server)) return;
    struct own_request *request = eg_memory_zeroed(1, sizeof *request);
    for (size_t i = 0; request && i < EG_ARRAY_LEN(documents) && is_wanted(preparation); i++)
        ask(preparation, documents[i], request);
    free(request);
}

/* --- the thread ---------------------------------------------------------------------------------------------------- */

static void *run(void *argument)
{
    struct eg_server *server = argument;
    struct preparation preparation = {.server = server, .generation = eg_engine_generation(server->engine)};
    double start_s = eg_clock_monotonic_s();
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICENESS); /* Linux: of the thread alone */
    preparation.snapshot = eg_engine_snapshot(server->engine);
    if (!preparation.snapshot) return NULL;
    prepare_layers(&preparation);
    prepare_boxes(&preparation);
    prepare_documents(&preparation);
    if (is_wanted(&preparation)) {
        atomic_store_explicit(&server->prepared, preparation.generation, memory_order_release);
        eg_log(EG_LOG_INFO, "serve", "layers and first documents are prepared, %.2f s after the load",
               eg_clock_monotonic_s() - start_s);
    }
    eg_snapshot_release(preparation.snapshot);
    return NULL;
}

void eg_server_stop_preparing(struct eg_server *server)
{
    if (!server->has_preparer) return;
    atomic_store_explicit(&server->stop_preparing, true, memory_order_release);
    pthread_join(server->preparer, NULL);
    atomic_store_explicit(&server->stop_preparing, false, memory_order_release);
    server->has_preparer = false;
}

void eg_server_prepare(struct eg_server *server)
{
    eg_server_stop_preparing(server);
    server->has_preparer = pthread_create(&server->preparer, NULL, run, server) == 0;
    if (!server->has_preparer)
        eg_log(EG_LOG_WARNING, "serve",
               "no thread to prepare layers and documents with: their first requests will take longer");
}

bool eg_server_is_prepared(const struct eg_server *server)
{
    uint64_t generation = eg_engine_generation(server->engine);
    return generation > 0 && atomic_load_explicit(&server->prepared, memory_order_acquire) == generation;
}
