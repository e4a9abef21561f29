/* Cold tiles in process: draws and packs every tile of a list, cache off, on one or more threads.
 *
 * bench_tiles ATLAS LAYER TILES [THREADS] [ROUNDS] [FOLDER] [exact]
 * TILES has a line "z x y" a tile. Prints, a line a figure: name, tab, number. With FOLDER the pictures are saved there as
 * z_x_y.png; with "exact" they are packed without loss. Per zoom the median and the mean of milliseconds for one tile (all
 * rounds), then tiles a second over all. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "engine/engine.h"

#define MAX_TILES 100000
#define MAX_THREADS 64

struct tile {
    uint32_t z, x, y;
    double ms; /* of the last round */
    size_t bytes;
};

struct bench {
    struct eg_engine *engine;
    struct eg_snapshot *snapshot;
    struct eg_text layer;
    struct tile *tiles;
    size_t n_tiles;
    size_t first, end; /* the zoom under way */
    uint32_t rounds;
    atomic_size_t next;
    const char *folder;
    bool exact;
};

static void fail(const struct eg_error *err)
{
    char text[1024];
    fprintf(stderr, "%s\n", eg_error_format(err, text, sizeof text));
    exit(1);
}

static void save(const struct bench *bench, const struct tile *tile, const struct eg_entity *entity)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%u_%u_%u.png", bench->folder, tile->z, tile->x, tile->y);
    FILE *file = fopen(path, "wb");
    if (!file) return;
    fwrite(entity->body.data, 1, entity->body.len, file);
    fclose(file);
}

static void draw(struct bench *bench, struct tile *tile)
{
    struct eg_tile_request request = {.name = {.layer = bench->layer},
                                      .z = tile->z,
                                      .x = tile->x,
                                      .y = tile->y,
                                      .scale = 1,
                                      .exact = bench->exact};
    struct eg_entity entity = {0};
    struct eg_error err;
    double start = eg_clock_monotonic_s();
    if (eg_engine_tile_entity(bench->engine, bench->snapshot, &request, &entity, &err) != EG_OK) fail(&err);
    tile->ms = 1e3 * (eg_clock_monotonic_s() - start);
    tile->bytes = entity.body.len;
    if (bench->folder) save(bench, tile, &entity);
    eg_entity_clear(&entity);
}

static void *work(void *argument)
{
    struct bench *bench = argument;
    size_t n = bench->end - bench->first;
    for (;;) {
        size_t i = atomic_fetch_add(&bench->next, 1);
        if (i >= n * bench->rounds) return NULL;
        draw(bench, &bench->tiles[bench->first + i % n]);
    }
}

static double run(struct bench *bench, uint32_t n_threads)
{
    pthread_t threads[MAX_THREADS];
    atomic_store(&bench->next, 0);
    double start = eg_clock_monotonic_s();
    for (uint32_t i = 0; i < n_threads; i++) pthread_create(&threads[i], NULL, work, bench);
    for (uint32_t i = 0; i < n_threads; i++) pthread_join(threads[i], NULL);
    return eg_clock_monotonic_s() - start;
}

static void read_tiles(struct bench *bench, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[128];
    bench->tiles = eg_memory_array(MAX_TILES, sizeof *bench->tiles);
    if (!file || !bench->tiles) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(1);
    }
    while (bench->n_tiles < MAX_TILES && fgets(line, sizeof line, file)) {
        struct tile tile = {0};
        if (sscanf(line, "%u %u %u", &tile.z, &tile.x, &tile.y) == 3) bench->tiles[bench->n_tiles++] = tile;
    }
    fclose(file);
}

static int by_ms(const void *a, const void *b)
{
    double x = ((const struct tile *)a)->ms, y = ((const struct tile *)b)->ms;
    return x < y ? -1 : x > y;
}

/* One zoom: the list is sorted by zoom. Returns seconds. */
static double run_zoom(struct bench *bench, uint32_t n_threads)
{
    double seconds = run(bench, n_threads), sum_bytes = 0, sum_ms = 0;
    size_t n = bench->end - bench->first;
    for (size_t i = bench->first; i < bench->end; i++) {
        sum_bytes += (double)bench->tiles[i].bytes;
        sum_ms += bench->tiles[i].ms;
    }
    uint32_t z = bench->tiles[bench->first].z;
    qsort(bench->tiles + bench->first, n, sizeof *bench->tiles, by_ms);
    printf("z%u_median_ms\t%.4f\n", z, bench->tiles[bench->first + n / 2].ms);
    printf("z%u_mean_ms\t%.4f\n", z, sum_ms / (double)n);
    printf("z%u_mean_bytes\t%.0f\n", z, sum_bytes / (double)n);
    return seconds;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: bench_tiles ATLAS LAYER TILES [THREADS] [ROUNDS] [FOLDER] [exact]\n");
        return 2;
    }
    struct bench bench = {.layer = eg_text_from(argv[2]), .rounds = 1};
    uint32_t n_threads = 1;
    if (argc > 4) eg_text_to_u32(eg_text_from(argv[4]), &n_threads);
    if (argc > 5) eg_text_to_u32(eg_text_from(argv[5]), &bench.rounds);
    if (argc > 6) bench.folder = argv[6];
    if (argc > 7) bench.exact = strcmp(argv[7], "exact") == 0;
    if (argc > 8 || (argc > 7 && !bench.exact)) return 2;
    if (n_threads < 1 || n_threads > MAX_THREADS || bench.rounds < 1) return 2;
    struct eg_engine_options options = {0};
    struct eg_error err;
    double start = eg_clock_monotonic_s();
    if (eg_engine_new(&options, &bench.engine, &err) != EG_OK) fail(&err);
    if (eg_engine_load(bench.engine, argv[1], &err) != EG_OK) fail(&err);
    printf("load_s\t%.4f\nload_peak_bytes\t%zu\n", eg_clock_monotonic_s() - start, eg_memory_peak_bytes());
    bench.snapshot = eg_engine_snapshot(bench.engine);
    read_tiles(&bench, argv[3]);
    bench.first = 0;
    bench.end = bench.n_tiles;
    uint32_t rounds = bench.rounds;
    bench.rounds = 1;
    run(&bench, n_threads); /* warm */
    bench.rounds = rounds;
    double seconds = 0;
    for (bench.end = 0; bench.end < bench.n_tiles; bench.first = bench.end) {
        while (bench.end < bench.n_tiles && bench.tiles[bench.end].z == bench.tiles[bench.first].z)
            bench.end++;
        seconds += run_zoom(&bench, n_threads);
    }
    struct eg_engine_counters counters;
    eg_engine_count(bench.engine, &counters);
    printf("tiles_per_s\t%.1f\n", (double)bench.n_tiles * rounds / seconds);
    printf("indexed\t%llu\nrgba\t%llu\n", (unsigned long long)counters.tiles_indexed,
           (unsigned long long)counters.tiles_rgba);
    eg_snapshot_release(bench.snapshot);
    eg_engine_free(bench.engine);
    free(bench.tiles);
    return 0;
}
