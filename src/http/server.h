/* The HTTP server: libmicrohttpd in front of the engine.
 *
 * HTTP lives in this folder alone: status numbers, headers, routes. A server answers as soon as it is made; until the
 * engine has its first snapshot everything but /health/live and /assets is 503. */
#ifndef EG_HTTP_SERVER_H
#define EG_HTTP_SERVER_H

#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "data/atlas.h"
#include "engine/engine.h"

struct eg_server;
struct eg_route_table;

/* Everything here is copied. */
struct eg_server_options {
    struct eg_text
        listen;         /* "127.0.0.1:8080", "[::1]:8080", ":8080" (all addresses); port 0 takes a free one */
    uint32_t n_threads; /* 0: one per processor */
    const struct eg_atlas_server *settings; /* base URL, trusted proxies, CORS origins */
    const struct eg_atlas_limits *limits;
    const struct eg_route_table *routes; /* NULL: eg_routes_served; the routes themselves are not copied */
};

/* Fills in how the engine keeps this server's prepared answers; to be used with eg_engine_new. */
void eg_server_prepare_engine(uint64_t cache_bytes, uint32_t n_threads,
                              struct eg_engine_options *options_out);

/* Listens and starts its threads. EG_IO when the address cannot be had, with the remedy. The engine must outlive the
 * server. */
EG_MUST_CHECK enum eg_status eg_server_new(struct eg_engine *engine, const struct eg_server_options *options,
                                           struct eg_server **server_out, struct eg_error *err);

/* "http://127.0.0.1:8080" (as listened on, no slash at the end); lives with the server. */
const char *eg_server_address(const struct eg_server *server);

/* Begins, on a thread of its own, to make what the first requests after a load would otherwise have to wait for: the classes of all
 * layers, the sizes of their legends, the boxes of the areas in each CRS, capabilities and lists. To be called after each
 * eg_engine_load that succeeded, always from the same thread, which is also that of eg_server_stop; what an earlier call began
 * is broken off. Returns when the step has ended that was under way: mostly at once, after tenths of a second where that is
 * the natural breaks of a country. */
void eg_server_prepare(struct eg_server *server);

/* Accepts nothing more, answers what was begun (at most grace_s seconds), closes, joins its threads. */
void eg_server_stop(struct eg_server *server, double grace_s);
void eg_server_free(struct eg_server *server); /* after stop; NULL is allowed */

#endif
