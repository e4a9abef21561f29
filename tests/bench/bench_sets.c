/* Tiles of another set against those of web Mercator, at the same places and ground resolution: what does a national grid cost?
 *
 * bench_sets ATLAS LAYER SET [TILES]
 * SET is one whose matrices have the ground resolution of the zooms that they are named after, in the midst of the areas, as
 * tools/bench.py makes it. At each zoom from 5 to 15 the tiles around the same TILES places (default 200), vertices of the
 * layer's borders, are drawn in both sets by turns, past the cache, PNG included; times are those of the thread. Prints, a
 * line a figure: name, tab, number. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "engine/engine.h"
#include "engine/tile_sets.h"
#include "geo/crs.h"

#define FIRST_ZOOM 5
#define LAST_ZOOM 15
#define ROUNDS 3

struct bench {
    struct eg_engine *engine;
    struct eg_snapshot *snapshot;
    struct eg_layer_name layer;
    uint32_t set, n_tiles;
    struct eg_transform *transform; /* from longitude and latitude to the set's CRS */
    double *places_deg;             /* [2 * n_tiles] */
    double sum_ms[2];
};

static void fail(const struct eg_error *err)
{
    char text[1024];
    fprintf(stderr, "%s\n", eg_error_format(err, text, sizeof text));
    exit(1);
}

static double thread_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return 1e3 * (double)now.tv_sec + 1e-6 * (double)now.tv_nsec;
}

static double draw(struct bench *bench, const struct eg_tile_request *request)
{
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    double start_ms = thread_ms();
    if (eg_engine_tile_entity(bench->engine, bench->snapshot, request, &entity, &err) != EG_OK) fail(&err);
    double ms = thread_ms() - start_ms;
    eg_entity_clear(&entity);
    return ms;
}

/* The tile of a zoom in which a place lies; the matrix of the other set is the one named as the zoom. */
static struct eg_tile_request tile_at(const struct bench *bench, uint32_t set, uint32_t zoom,
                                      const double *deg)
{
    const struct eg_tile_matrix_set *sets = eg_tile_sets_at(bench->snapshot->tile_sets, set);
    char id[16];
    (void)snprintf(id, sizeof id, "%u", zoom);
    uint32_t z = eg_tile_matrix_find(sets, eg_text_from(id));
    double xy[2] = {deg[0], deg[1]};
    if (set == EG_TILE_SET_WEB_MERCATOR) eg_mercator_forward(deg[0], deg[1], &xy[0], &xy[1]);
    else (void)eg_transform_points(bench->transform, xy, 1);
    if (z == sets->n_matrices) {
        fprintf(stderr, "the set has no matrix %s\n", id);
        exit(1);
    }
    struct eg_tile_range range = eg_tile_matrix_range(
        &sets->matrices[z], (struct eg_bounds){xy[0] - 1, xy[1] - 1, xy[0] + 1, xy[1] + 1});
    return (struct eg_tile_request){
        .name = bench->layer, .set = set, .z = z, .x = range.min_column, .y = range.min_row, .scale = 1};
}

static void compare(struct bench *bench, uint32_t zoom)
{
    double sum_ms[2] = {0};
    for (uint32_t i = 0; i < ROUNDS * bench->n_tiles; i++) {
        for (uint32_t k = 0; k < 2; k++) {
            uint32_t which = (k + i) & 1U;
            const double *place = &bench->places_deg[2 * (size_t)(i % bench->n_tiles)];
            struct eg_tile_request request = tile_at(bench, which ? bench->set : 0, zoom, place);
            sum_ms[which] += draw(bench, &request);
        }
    }
    double n = (double)ROUNDS * bench->n_tiles;
    printf("z%u_3857_mean_ms\t%.4f\nz%u_set_mean_ms\t%.4f\nz%u_ratio\t%.3f\n", zoom, sum_ms[0] / n, zoom,
           sum_ms[1] / n, zoom, sum_ms[1] / sum_ms[0]);
    for (size_t k = 0; k < 2; k++) bench->sum_ms[k] += sum_ms[k];
}

static void choose_places(struct bench *bench)
{
    struct eg_layer_ref ref;
    struct eg_error err = {0};
    if (eg_layer_resolve(bench->snapshot, &bench->layer, &ref, &err) != EG_OK) fail(&err);
    uint32_t boundaries = bench->snapshot->atlas->layers[ref.layer].boundaries;
    const struct eg_plane *plane = bench->snapshot->generation->area_sets[boundaries].plane;
    uint32_t n_points = plane->level[0].start[plane->n_arcs];
    for (uint32_t i = 0; i < bench->n_tiles; i++) {
        /* Knuth's multiplicative hash: the same places each time, spread like the vertices. */
        uint32_t number = (uint32_t)((uint64_t)(uint32_t)((i + 1) * UINT32_C(2654435761)) * n_points >> 32);
        struct eg_point at = plane->level[0].points[number];
        eg_mercator_inverse(at.x * plane->grid.unit, at.y * plane->grid.unit, &bench->places_deg[2 * i],
                            &bench->places_deg[2 * i + 1]);
    }
}

static void open_set(struct bench *bench, struct eg_crs_context *context, const char *id)
{
    struct eg_error err = {0};
    bench->set = eg_tile_sets_find(bench->snapshot->tile_sets, eg_text_from(id));
    if (bench->set == eg_tile_sets_count(bench->snapshot->tile_sets)) {
        fprintf(stderr, "there is no tile matrix set %s\n", id);
        exit(1);
    }
    const char *crs = eg_tile_sets_at(bench->snapshot->tile_sets, bench->set)->crs;
    if (eg_transform_new(context, EG_TEXT("OGC:CRS84"), eg_text_from(crs), EG_TEXT(""), &bench->transform,
                         &err) != EG_OK)
        fail(&err);
    struct eg_tile_request warm = tile_at(bench, 0, FIRST_ZOOM, bench->places_deg);
    struct eg_tile_request first = tile_at(bench, bench->set, FIRST_ZOOM, bench->places_deg);
    (void)draw(bench, &warm);
    printf("first_s\t%.4f\n", draw(bench, &first) / 1e3);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: bench_sets ATLAS LAYER SET [TILES]\n");
        return 2;
    }
    struct bench bench = {.layer.layer = eg_text_from(argv[2]), .n_tiles = 200};
    if (argc > 4 && (!eg_text_to_u32(eg_text_from(argv[4]), &bench.n_tiles) || bench.n_tiles == 0)) return 2;
    struct eg_engine_options options = {0};
    struct eg_crs_context *context = NULL;
    struct eg_error err;
    if (eg_engine_new(&options, &bench.engine, &err) != EG_OK) fail(&err);
    if (eg_engine_load(bench.engine, argv[1], &err) != EG_OK) fail(&err);
    if (eg_crs_context_new(&context, &err) != EG_OK) fail(&err);
    bench.snapshot = eg_engine_snapshot(bench.engine);
    bench.places_deg = eg_memory_array(2 * (size_t)bench.n_tiles, sizeof *bench.places_deg);
    if (!bench.places_deg) return 1;
    choose_places(&bench);
    open_set(&bench, context, argv[3]);
    for (uint32_t zoom = FIRST_ZOOM; zoom <= LAST_ZOOM; zoom++) compare(&bench, zoom);
    double n = (double)(LAST_ZOOM - FIRST_ZOOM + 1) * ROUNDS * bench.n_tiles;
    printf("3857_tiles_per_s\t%.0f\nset_tiles_per_s\t%.0f\nratio\t%.3f\n", 1e3 * n / bench.sum_ms[0],
           1e3 * n / bench.sum_ms[1], bench.sum_ms[1] / bench.sum_ms[0]);
    eg_transform_free(bench.transform);
    eg_crs_context_free(context);
    eg_snapshot_release(bench.snapshot);
    eg_engine_free(bench.engine);
    free(bench.places_deg);
    return 0;
}
