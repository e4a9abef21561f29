/* Maps of 800 x 600 pixels at three scales, as WMS asks for them, one at a time: milliseconds by the clock on the wall.
 *
 * bench_getmap ATLAS LAYER [ROUNDS] [THREADS] [SCALE]
 * The boxes are those of `tools/bench.py --only wms`. Prints, a line a figure: name, tab, number; and a hash of the exact pictures,
 * to tell whether a change to drawing changed a pixel. THREADS (default 1) draw a picture together. SCALE: country, county or
 * town alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "engine/engine.h"
#include "render/png.h"

#define N_BOXES 12
#define MOST_ROUNDS 1000

struct scale {
    const char *name;
    double m_per_px, x, y;
};
static const struct scale scales[] = {
    {"country", 1000, -170000, 7000000}, {"county", 120, -92000, 6850000}, {"town", 12, -100000, 6850000}};

struct bench {
    struct eg_engine *engine;
    struct eg_snapshot *snapshot;
    struct eg_text layer;
    uint32_t rounds;
    double ms[N_BOXES * MOST_ROUNDS];
};

static void fail(const struct eg_error *err)
{
    char text[1024];
    (void)fprintf(stderr, "%s\n", eg_error_format(err, text, sizeof text));
    exit(1);
}

static void draw(struct bench *bench, const struct scale *scale, uint32_t box, bool exact,
                 struct eg_entity *entity_out)
{
    double west = scale->x + (7.0 * box - 400) * scale->m_per_px;
    double south = scale->y + (5.0 * box - 300) * scale->m_per_px;
    struct eg_layer_name name = {.layer = bench->layer};
    struct eg_map_request request = {
        .names = &name,
        .n_names = 1,
        .crs = EG_TEXT("EPSG:3857"),
        .bounds = {west, south, west + 800 * scale->m_per_px, south + 600 * scale->m_per_px},
        .width = 800,
        .height = 600,
        .scale = 1,
        .exact = exact};
    struct eg_error err = {0};
    if (eg_engine_map(bench->engine, bench->snapshot, &request, entity_out, &err) != EG_OK) fail(&err);
}

/* Of the pixels, not of the file: packing may change, pictures may not. */
static uint64_t hash_of_pixels(const struct eg_entity *entity, uint64_t seed)
{
    struct eg_canvas canvas;
    struct eg_error err = {0};
    struct eg_text png = {(const char *)entity->body.data, entity->body.len};
    if (eg_png_decode(png, &canvas, &err) != EG_OK) fail(&err);
    uint64_t hash =
        eg_hash64(canvas.pixels, (size_t)canvas.width * canvas.height * sizeof *canvas.pixels, seed);
    eg_canvas_clear(&canvas);
    return hash;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void measure(struct bench *bench, const struct scale *scale)
{
    uint32_t n = 0;
    double bytes = 0;
    uint64_t hash = 0;
    for (uint32_t round = 0; round <= bench->rounds; round++)
        for (uint32_t box = 0; box < N_BOXES; box++) {
            struct eg_entity entity = {0};
            double start = eg_clock_monotonic_s();
            draw(bench, scale, box, round == 0, &entity);
            if (round > 0) bench->ms[n++] = (eg_clock_monotonic_s() - start) * 1e3;
            if (round == 0) hash = hash_of_pixels(&entity, hash);
            if (round == 1) bytes += (double)entity.body.len;
            eg_entity_clear(&entity);
        }
    qsort(bench->ms, n, sizeof *bench->ms, by_size);
    (void)printf("%s_median_ms\t%.3f\n%s_least_ms\t%.3f\n%s_bytes\t%.0f\n%s_hash\t%016llx\n", scale->name,
                 bench->ms[n / 2], scale->name, bench->ms[0], scale->name, bytes / N_BOXES, scale->name,
                 (unsigned long long)hash);
}

int main(int argc, char **argv)
{
    static struct bench bench = {.rounds = 10};
    if (argc < 3) {
        (void)fprintf(stderr, "usage: bench_getmap ATLAS LAYER [ROUNDS] [THREADS] [SCALE]\n");
        return 2;
    }
    bench.layer = eg_text_from(argv[2]);
    if (argc > 3 && (!eg_text_to_u32(eg_text_from(argv[3]), &bench.rounds) || bench.rounds < 1 ||
                     bench.rounds > MOST_ROUNDS))
        return 2;
    struct eg_engine_options options = {.n_drawing = 1};
    if (argc > 4 && !eg_text_to_u32(eg_text_from(argv[4]), &options.n_drawing)) return 2;
    struct eg_error err;
    if (eg_engine_new(&options, &bench.engine, &err) != EG_OK) fail(&err);
    if (eg_engine_load(bench.engine, argv[1], &err) != EG_OK) fail(&err);
    bench.snapshot = eg_engine_snapshot(bench.engine);
    for (size_t i = 0; i < EG_ARRAY_LEN(scales); i++)
        if (argc < 6 || strcmp(argv[5], scales[i].name) == 0) measure(&bench, &scales[i]);
    eg_snapshot_release(bench.snapshot);
    eg_engine_free(bench.engine);
    return 0;
}
