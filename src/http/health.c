/* For those who watch over the server: alive, ready, and how much it does. */
#include "engine/projected.h"
#include "http/handlers.h"
#include "http/server_parts.h"

static enum eg_status plain_json(struct eg_json *json, struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_entity entity = {0};
    enum eg_status status = eg_entity_from_json(json, "application/json", &entity, err);
    return status == EG_OK ? eg_answer_from_entity(&entity, false, answer_out, err) : status;
}

enum eg_status eg_health_live_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                   struct eg_error *err)
{
    (void)exchange;
    struct eg_json *json = eg_json_new_object();
    if (json) eg_json_cstring(json, eg_json_root(json), "status", "live");
    return plain_json(json, answer_out, err);
}

/* Without a snapshot the request was answered with 503 before it came here. */
enum eg_status eg_health_ready_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                    struct eg_error *err)
{
    struct eg_json *json = eg_json_new_object();
    if (json) {
        eg_json_cstring(json, eg_json_root(json), "status", "ready");
        eg_json_cstring(json, eg_json_root(json), "version", exchange->snapshot->version);
    }
    return plain_json(json, answer_out, err);
}

/* --- counters, in the text format that Prometheus reads ------------------------------------------------------------ */

static void write_number(struct eg_buffer *out, const char *name, const char *type, uint64_t number)
{
    eg_buffer_printf(out, "# TYPE evenground_%s %s\nevenground_%s %llu\n", name, type, name,
                     (unsigned long long)number);
}

static void write_answers(struct eg_buffer *out, const struct eg_server *server)
{
    static const char *const kinds[EG_N_ANSWER_COUNTS] = {"ok", "not_modified", "client_error",
                                                          "server_error"};
    eg_buffer_literal(out, "# TYPE evenground_answers_total counter\n");
    for (int kind = 0; kind < EG_N_ANSWER_COUNTS; kind++) {
        uint64_t n = 0;
        for (uint32_t i = 0; i < server->settings.n_threads; i++)
            n += atomic_load_explicit(&server->loops[i].counts[kind], memory_order_relaxed);
        eg_buffer_printf(out, "evenground_answers_total{kind=\"%s\"} %llu\n", kinds[kind],
                         (unsigned long long)n);
    }
}

static void write_cache(struct eg_buffer *out, const struct eg_cache_counters *cache)
{
    write_number(out, "tile_cache_hits_total", "counter", cache->hits);
    write_number(out, "tile_cache_misses_total", "counter", cache->misses);
    write_number(out, "tile_cache_waits_total", "counter", cache->waits);
    write_number(out, "tile_cache_failures_total", "counter", cache->failures);
    write_number(out, "tile_cache_evictions_total", "counter", cache->evictions);
    write_number(out, "tile_cache_bytes", "gauge", cache->bytes);
    write_number(out, "tile_cache_entries", "gauge", cache->entries);
    write_number(out, "tile_cache_budget_bytes", "gauge", cache->budget_bytes);
}

/* Borders in other CRSs belong to a snapshot: all of it begins anew with a load. */
static void write_projected(struct eg_buffer *out, const struct eg_snapshot *snapshot)
{
    struct eg_projected_counters counters = {0};
    if (snapshot) eg_projected_count(snapshot->projected, &counters);
    write_number(out, "projected_planes", "gauge", counters.n_planes);
    write_number(out, "projected_planes_in_use", "gauge", counters.n_in_use);
    write_number(out, "projected_failures", "gauge", counters.n_failures);
    write_number(out, "projected_bytes", "gauge", counters.bytes);
    write_number(out, "projected_made_total", "counter", counters.n_made);
    write_number(out, "projected_let_go_total", "counter", counters.n_let_go);
}

enum eg_status eg_metrics_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                               struct eg_error *err)
{
    const struct eg_server *server = exchange->server;
    struct eg_engine_counters counters;
    eg_engine_count(server->engine, &counters);
    uint64_t n_connections = 0;
    for (uint32_t i = 0; i < server->settings.n_threads; i++)
        n_connections += atomic_load_explicit(&server->loops[i].n_connections, memory_order_relaxed);
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    write_answers(&out, server);
    write_number(&out, "connections", "gauge", n_connections);
    write_number(&out, "connections_refused_total", "counter",
                 atomic_load_explicit(&server->n_refused, memory_order_relaxed));
    write_number(&out, "tiles_drawn_indexed_total", "counter", counters.tiles_indexed);
    write_number(&out, "tiles_drawn_rgba_total", "counter", counters.tiles_rgba);
    write_number(&out, "tiles_drawn_solid_total", "counter", counters.tiles_solid);
    write_number(&out, "prepared", "gauge", eg_server_is_prepared(server));
    write_cache(&out, &counters.cache);
    write_projected(&out, exchange->snapshot);
    struct eg_entity entity = {0};
    enum eg_status status = eg_entity_from_buffer(&out, "text/plain; version=0.0.4", true, &entity, err);
    return status == EG_OK ? eg_answer_from_entity(&entity, exchange->accepts_gzip, answer_out, err) : status;
}
