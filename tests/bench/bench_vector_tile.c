/* Vector tiles in process: makes every tile of a range of zooms over a layer's bounds, cache off, on one or more threads.
 *
 * bench_vector_tile ATLAS LAYER MIN_ZOOM MAX_ZOOM [THREADS]
 * Prints, a line a figure: name, tab, number: seconds to load, per zoom tiles with something in them, features' bytes and mean
 * milliseconds, then tiles a second over all. Tiles without an area are made too, but not counted. */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "engine/vector_tile.h"
#include "geo/crs.h"

#define MAX_THREADS 64

struct range {
    uint32_t min_x, min_y, max_x, max_y;
};

struct bench {
    struct eg_engine *engine;
    struct eg_snapshot *snapshot;
    struct eg_text layer;
    uint32_t z;
    struct range range;
    atomic_uint_least64_t next, n_tiles, bytes;
};

static void fail(const struct eg_error *err)
{
    char text[1024];
    fprintf(stderr, "%s\n", eg_error_format(err, text, sizeof text));
    exit(1);
}

static uint32_t tile_of(double metres_from_edge, uint32_t z)
{
    double n = ldexp(1, (int)z), at = floor(metres_from_edge / (2 * EG_MERCATOR_HALF_M) * n);
    return (uint32_t)fmin(fmax(at, 0), n - 1);
}

static struct range range_of(struct eg_bounds deg, uint32_t z)
{
    struct eg_bounds m;
    eg_mercator_forward(deg.min_x, deg.min_y, &m.min_x, &m.min_y);
    eg_mercator_forward(deg.max_x, deg.max_y, &m.max_x, &m.max_y);
    return (struct range){tile_of(m.min_x + EG_MERCATOR_HALF_M, z), tile_of(EG_MERCATOR_HALF_M - m.max_y, z),
                          tile_of(m.max_x + EG_MERCATOR_HALF_M, z), tile_of(EG_MERCATOR_HALF_M - m.min_y, z)};
}

static void make(struct bench *bench, uint64_t i)
{
    uint64_t width = bench->range.max_x - bench->range.min_x + 1;
    struct eg_vector_tile_request request = {.name.layer = bench->layer,
                                             .z = bench->z,
                                             .x = bench->range.min_x + (uint32_t)(i % width),
                                             .y = bench->range.min_y + (uint32_t)(i / width)};
    struct eg_entity entity = {0};
    struct eg_error err;
    if (eg_engine_vector_tile_entity(bench->engine, bench->snapshot, &request, &entity, &err) != EG_OK)
        fail(&err);
    atomic_fetch_add(&bench->n_tiles, entity.body.len > 0);
    atomic_fetch_add(&bench->bytes, entity.body.len);
    eg_entity_clear(&entity);
}

static void *work(void *argument)
{
    struct bench *bench = argument;
    uint64_t n = (uint64_t)(bench->range.max_x - bench->range.min_x + 1) *
                 (bench->range.max_y - bench->range.min_y + 1);
    for (;;) {
        uint64_t i = atomic_fetch_add(&bench->next, 1);
        if (i >= n) return NULL;
        make(bench, i);
    }
}

/* Seconds. */
static double run_zoom(struct bench *bench, uint32_t n_threads, struct eg_bounds bounds_deg)
{
    pthread_t threads[MAX_THREADS];
    bench->range = range_of(bounds_deg, bench->z);
    atomic_store(&bench->next, 0);
    atomic_store(&bench->n_tiles, 0);
    atomic_store(&bench->bytes, 0);
    double start = eg_clock_monotonic_s();
    for (uint32_t i = 0; i < n_threads; i++) pthread_create(&threads[i], NULL, work, bench);
    for (uint32_t i = 0; i < n_threads; i++) pthread_join(threads[i], NULL);
    double seconds = eg_clock_monotonic_s() - start;
    double n = (double)atomic_load(&bench->n_tiles);
    printf("z%u_tiles\t%.0f\nz%u_mean_ms\t%.4f\nz%u_mean_bytes\t%.0f\n", bench->z, n, bench->z,
           1e3 * seconds * n_threads / n, bench->z, (double)atomic_load(&bench->bytes) / n);
    return seconds;
}

int main(int argc, char **argv)
{
    uint32_t min_zoom = 0, max_zoom = 0, n_threads = 1;
    if (argc < 5 || !eg_text_to_u32(eg_text_from(argv[3]), &min_zoom) ||
        !eg_text_to_u32(eg_text_from(argv[4]), &max_zoom) || max_zoom > EG_VECTOR_MAX_ZOOM) {
        fprintf(stderr, "usage: bench_vector_tile ATLAS LAYER MIN_ZOOM MAX_ZOOM [THREADS]\n");
        return 2;
    }
    if (argc > 5) (void)eg_text_to_u32(eg_text_from(argv[5]), &n_threads);
    if (n_threads < 1 || n_threads > MAX_THREADS) return 2;
    struct bench bench = {.layer = eg_text_from(argv[2])};
    struct eg_engine_options options = {0};
    struct eg_error err;
    double start = eg_clock_monotonic_s(), seconds = 0, n_tiles = 0;
    if (eg_engine_new(&options, &bench.engine, &err) != EG_OK) fail(&err);
    if (eg_engine_load(bench.engine, argv[1], &err) != EG_OK) fail(&err);
    printf("load_s\t%.4f\n", eg_clock_monotonic_s() - start);
    bench.snapshot = eg_engine_snapshot(bench.engine);
    struct eg_layer_ref ref;
    struct eg_layer_name name = {.layer = bench.layer};
    if (eg_layer_resolve(bench.snapshot, &name, &ref, &err) != EG_OK) fail(&err);
    uint32_t boundaries = bench.snapshot->atlas->layers[ref.layer].boundaries;
    for (bench.z = min_zoom; bench.z <= max_zoom; bench.z++) {
        seconds += run_zoom(&bench, n_threads, bench.snapshot->generation->area_sets[boundaries].bounds_deg);
        n_tiles += (double)atomic_load(&bench.n_tiles);
    }
    printf("make_s\t%.4f\ntiles\t%.0f\ntiles_per_s\t%.1f\n", seconds, n_tiles, n_tiles / seconds);
    eg_snapshot_release(bench.snapshot);
    eg_engine_free(bench.engine);
    return 0;
}
