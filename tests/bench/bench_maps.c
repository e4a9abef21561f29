/* Pictures of tile size in several CRSs at the same places and ground resolutions: does another CRS than EPSG:3857 cost more?
 *
 * bench_maps ATLAS LAYER [PICTURES] [CRS ...]
 * The first CRS is what the others are held against (default: EPSG:3857 EPSG:27700 EPSG:3035). At each resolution the same
 * PICTURES places (default 200), vertices of the layer's borders, are drawn in every CRS by turns, so that a busy machine hurts
 * all alike; times are those of the thread. Prints, a line a figure: name, tab, number. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "engine/engine.h"
#include "engine/projected.h"
#include "geo/crs.h"

#define PX 256
#define MOST_CRSS 8

static const double resolutions_m[] = {2400, 600, 150, 40, 10, 2.5}; /* country to street */

struct crs {
    const char *name;
    struct eg_transform *transform; /* from longitude and latitude */
    struct eg_crs_info info;
    double *ms; /* [n_pictures] */
    double bytes;
};

struct bench {
    struct eg_engine *engine;
    struct eg_snapshot *snapshot;
    struct eg_text layer;
    struct crs crss[MOST_CRSS];
    uint32_t n_crss, n_pictures;
    double *places_deg; /* [2 * n_pictures] */
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

/* How many units of the CRS a metre on the ground is at a place, by the distance between it and one a little to the north. */
static double units_per_m(const struct crs *crs, const double at_deg[2])
{
    const double step_deg = 0.01;
    double xy[4] = {at_deg[0], at_deg[1], at_deg[0], at_deg[1] + step_deg};
    double ground_m = eg_geodesic_distance_m(xy[0], xy[1], xy[2], xy[3]);
    (void)eg_transform_points(crs->transform, xy, 2);
    return hypot(xy[2] - xy[0], xy[3] - xy[1]) / ground_m;
}

static void draw(struct bench *bench, struct crs *crs, uint32_t picture, double resolution_m)
{
    const double *at_deg = bench->places_deg + 2 * picture;
    double xy[2] = {at_deg[0], at_deg[1]};
    double half = resolution_m * PX / 2 * units_per_m(crs, at_deg);
    (void)eg_transform_points(crs->transform, xy, 1);
    struct eg_layer_name name = {.layer = bench->layer};
    struct eg_map_request request = {.names = &name,
                                     .n_names = 1,
                                     .crs = eg_text_from(crs->name),
                                     .any_crs = true,
                                     .bounds = {xy[0] - half, xy[1] - half, xy[0] + half, xy[1] + half},
                                     .width = PX,
                                     .height = PX,
                                     .scale = 1};
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    double start_ms = thread_ms();
    if (eg_engine_map(bench->engine, bench->snapshot, &request, &entity, &err) != EG_OK) fail(&err);
    crs->ms[picture] = thread_ms() - start_ms;
    crs->bytes += (double)entity.body.len;
    eg_entity_clear(&entity);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void compare(struct bench *bench, double resolution_m)
{
    double first_sum_ms = 0;
    for (uint32_t c = 0; c < bench->n_crss; c++) bench->crss[c].bytes = 0;
    for (uint32_t i = 0; i < bench->n_pictures; i++)
        for (uint32_t c = 0; c < bench->n_crss; c++)
            draw(bench, &bench->crss[(c + i) % bench->n_crss], i, resolution_m);
    for (uint32_t c = 0; c < bench->n_crss; c++) {
        struct crs *crs = &bench->crss[c];
        double sum_ms = 0;
        for (uint32_t i = 0; i < bench->n_pictures; i++) sum_ms += crs->ms[i];
        if (c == 0) first_sum_ms = sum_ms;
        qsort(crs->ms, bench->n_pictures, sizeof *crs->ms, by_size);
        printf("%gm_%s_median_ms\t%.4f\n", resolution_m, crs->name, crs->ms[bench->n_pictures / 2]);
        printf("%gm_%s_mean_bytes\t%.0f\n", resolution_m, crs->name, crs->bytes / bench->n_pictures);
        printf("%gm_%s_ratio\t%.3f\n", resolution_m, crs->name, sum_ms / first_sum_ms);
    }
}

static void choose_places(struct bench *bench)
{
    struct eg_layer_ref ref;
    struct eg_error err = {0};
    struct eg_layer_name name = {.layer = bench->layer};
    if (eg_layer_resolve(bench->snapshot, &name, &ref, &err) != EG_OK) fail(&err);
    uint32_t boundaries = bench->snapshot->atlas->layers[ref.layer].boundaries;
    const struct eg_plane *plane = bench->snapshot->generation->area_sets[boundaries].plane;
    uint32_t n_points = plane->level[0].start[plane->n_arcs];
    for (uint32_t i = 0; i < bench->n_pictures; i++) {
        /* Knuth's multiplicative hash: the same places each time, spread like the vertices. */
        uint32_t number = (uint32_t)((uint64_t)(uint32_t)((i + 1) * UINT32_C(2654435761)) * n_points >> 32);
        struct eg_point at = plane->level[0].points[number];
        eg_mercator_inverse(at.x * plane->grid.unit, at.y * plane->grid.unit, &bench->places_deg[2 * i],
                            &bench->places_deg[2 * i + 1]);
    }
}

/* Projects the layer's borders, with the time that takes. */
static void open_crs(struct bench *bench, struct eg_crs_context *context, struct crs *crs)
{
    struct eg_error err = {0};
    crs->ms = eg_memory_array(bench->n_pictures, sizeof *crs->ms);
    if (!crs->ms) exit(1);
    if (eg_crs_describe(context, eg_text_from(crs->name), &crs->info, &err) != EG_OK) fail(&err);
    if (eg_transform_new(context, EG_TEXT("OGC:CRS84"), eg_text_from(crs->name), EG_TEXT(""), &crs->transform,
                         &err) != EG_OK)
        fail(&err);
    double start_ms = thread_ms();
    draw(bench, crs, 0, 2400);
    printf("first_%s_s\t%.4f\n", crs->name, (thread_ms() - start_ms) / 1e3);
}

int main(int argc, char **argv)
{
    static const char *const usual[] = {"EPSG:3857", "EPSG:27700", "EPSG:3035"};
    if (argc < 3) {
        fprintf(stderr, "usage: bench_maps ATLAS LAYER [PICTURES] [CRS ...]\n");
        return 2;
    }
    struct bench bench = {.layer = eg_text_from(argv[2]), .n_pictures = 200};
    if (argc > 3 && (!eg_text_to_u32(eg_text_from(argv[3]), &bench.n_pictures) || bench.n_pictures == 0))
        return 2;
    for (int i = 4; i < argc && bench.n_crss < MOST_CRSS; i++) bench.crss[bench.n_crss++].name = argv[i];
    for (size_t i = 0; argc < 5 && i < EG_ARRAY_LEN(usual); i++) bench.crss[bench.n_crss++].name = usual[i];
    struct eg_engine_options options = {0};
    struct eg_crs_context *context = NULL;
    struct eg_error err;
    if (eg_engine_new(&options, &bench.engine, &err) != EG_OK) fail(&err);
    if (eg_engine_load(bench.engine, argv[1], &err) != EG_OK) fail(&err);
    if (eg_crs_context_new(&context, &err) != EG_OK) fail(&err);
    bench.snapshot = eg_engine_snapshot(bench.engine);
    bench.places_deg = eg_memory_array(2 * (size_t)bench.n_pictures, sizeof *bench.places_deg);
    if (!bench.places_deg) return 1;
    choose_places(&bench);
    for (uint32_t c = 0; c < bench.n_crss; c++) open_crs(&bench, context, &bench.crss[c]);
    for (size_t i = 0; i < EG_ARRAY_LEN(resolutions_m); i++) compare(&bench, resolutions_m[i]);
    struct eg_projected_counters counters;
    eg_projected_count(bench.snapshot->projected, &counters);
    printf("projected_planes\t%u\nprojected_bytes\t%llu\n", counters.n_planes,
           (unsigned long long)counters.bytes);
    for (uint32_t c = 0; c < bench.n_crss; c++) {
        eg_transform_free(bench.crss[c].transform);
        free(bench.crss[c].ms);
    }
    eg_crs_context_free(context);
    eg_snapshot_release(bench.snapshot);
    eg_engine_free(bench.engine);
    free(bench.places_deg);
    return 0;
}
