/* The capabilities of WMS and WMTS of an atlas with many layers: made first, and made again.
 *
 * bench_capabilities [ATLAS] [ROUNDS]
 * Without an atlas (or "-"), one of 300 layers in ten themes over 900 areas is written to build/bench/layers300/. Prints, a line
 * a figure: name, tab, number. Before a snapshot's first capabilities every layer is
 * classified, the boxes are projected and every legend is measured: each is told by itself (a server does it once after a load,
 * http/prepare.c). What is made again is what a server does for a second address or version, before its cache of documents has it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "engine/crs_list.h"
#include "http/wms_documents.h"
#include "http/wmts.h"

#define N_LAYERS 300
#define N_THEMES 10
#define SIDE 30 /* areas to a side */
#define FOLDER "build/bench/layers300"
#define MOST_ROUNDS 1000

static void fail(const struct eg_error *err)
{
    char text[1024];
    fprintf(stderr, "%s\n", eg_error_format(err, text, sizeof text));
    exit(1);
}

static FILE *create(const char *path)
{
    FILE *file = fopen(path, "wb");
    if (file) return file;
    perror(path);
    exit(1);
}

static void write_areas(void)
{
    FILE *file = create(FOLDER "/areas.geojson");
    fprintf(file, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (int i = 0; i < SIDE * SIDE; i++) {
        double west = -2 + 0.05 * (i % SIDE), south = 51.5 + 0.04 * (int)(i / SIDE);
        double east = -2 + 0.05 * (i % SIDE + 1), north = 51.5 + 0.04 * ((int)(i / SIDE) + 1);
        fprintf(
            file,
            "%s{\"type\":\"Feature\",\"properties\":{\"code\":\"A%04d\",\"name\":\"Area %d\"},\"geometry\":{"
            "\"type\":\"Polygon\",\"coordinates\":[[[%.2f,%.2f],[%.2f,%.2f],[%.2f,%.2f],[%.2f,%.2f],[%.2f,%."
            "2f]]]}}",
            i > 0 ? "," : "", i, i, west, south, east, south, east, north, west, north, west, south);
    }
    fprintf(file, "]}\n");
    fclose(file);
}

static void write_table(void)
{
    FILE *file = create(FOLDER "/figures.csv");
    uint32_t random = 12345;
    fprintf(file, "code");
    for (int layer = 0; layer < N_LAYERS; layer++) fprintf(file, ",v%d", layer);
    for (int i = 0; i < SIDE * SIDE; i++) {
        fprintf(file, "\nA%04d", i);
        for (int layer = 0; layer < N_LAYERS; layer++) {
            random = random * 1664525U + 1013904223U;
            fprintf(file, ",%.1f", (random >> 16) % 1000 / 10.0);
        }
    }
    fprintf(file, "\n");
    fclose(file);
}

static void write_atlas(void)
{
    FILE *file = create(FOLDER "/atlas.yaml");
    fprintf(file,
            "evenground: 1\ntitle: Three hundred layers\nfictional: true\nattribution: Made up\n"
            "boundaries:\n  - {id: area, title: Areas, source: areas.geojson, key: code, name: name}\n"
            "tables:\n  - {id: figures, source: figures.csv, key: code, boundaries: area, period: \"2024\"}\n"
            "indicators:\n");
    for (int layer = 0; layer < N_LAYERS; layer++)
        fprintf(
            file,
            "  - {id: number%d, title: Number %d of something that matters, theme: Theme %d, unit: per 1000, "
            "polarity: high_is_worse, source: The Office for Numbers, description: How many of every "
            "thousand "
            "people are counted under number %d, series: {table: figures, value: v%d}}\n",
            layer, layer, layer * N_THEMES / N_LAYERS, layer, layer);
    fclose(file);
}

static const char *write_all(void)
{
    (void)mkdir("build", 0755);
    (void)mkdir("build/bench", 0755);
    (void)mkdir(FOLDER, 0755);
    write_areas();
    write_table();
    write_atlas();
    return FOLDER "/atlas.yaml";
}

static double make_ms(const struct eg_wms_service *service, enum eg_wms_version version, size_t *bytes_out)
{
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    double start = eg_clock_monotonic_s();
    if (eg_wms_capabilities(service, version, &entity, &err) != EG_OK) fail(&err);
    double ms = 1e3 * (eg_clock_monotonic_s() - start);
    *bytes_out = entity.body.len;
    eg_entity_clear(&entity);
    return ms;
}

/* What a layer's first tile would cost as well. */
static double classify_ms(const struct eg_snapshot *snapshot)
{
    double start = eg_clock_monotonic_s();
    for (uint32_t i = 0; i < snapshot->atlas->n_layers; i++) {
        struct eg_layer_name name = {.layer = snapshot->atlas->layers[i].id};
        struct eg_layer_ref ref;
        const struct eg_dressed *dressed;
        if (eg_layer_resolve(snapshot, &name, &ref, NULL) == EG_OK)
            (void)!eg_layer_dress(snapshot, ref, &dressed, NULL);
    }
    return 1e3 * (eg_clock_monotonic_s() - start);
}

static double boxes_ms(const struct eg_snapshot *snapshot)
{
    const struct eg_bounds *boxes;
    double start = eg_clock_monotonic_s();
    (void)!eg_crs_list_set_bounds(snapshot->crs_list, snapshot->generation, &boxes, NULL);
    return 1e3 * (eg_clock_monotonic_s() - start);
}

static double legends_ms(struct eg_engine *engine, const struct eg_snapshot *snapshot)
{
    double start = eg_clock_monotonic_s();
    for (uint32_t i = 0; i < snapshot->atlas->n_layers; i++) {
        struct eg_layer_name name = {.layer = snapshot->atlas->layers[i].id};
        struct eg_layer_ref ref;
        uint32_t width, height;
        if (eg_layer_resolve(snapshot, &name, &ref, NULL) == EG_OK)
            (void)!eg_engine_legend_size(engine, snapshot, ref, &width, &height, NULL);
    }
    return 1e3 * (eg_clock_monotonic_s() - start);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const struct eg_wms_service *service, uint32_t rounds)
{
    static const char *const names[] = {[EG_WMS_1_1_1] = "1.1.1", [EG_WMS_1_3_0] = "1.3.0"};
    size_t bytes = 0;
    printf("classes_ms\t%.2f\n", classify_ms(service->snapshot));
    printf("boxes_ms\t%.2f\n", boxes_ms(service->snapshot));
    printf("legends_ms\t%.2f\n", legends_ms(service->engine, service->snapshot));
    printf("first_ms\t%.2f\n", make_ms(service, EG_WMS_1_3_0, &bytes));
    for (enum eg_wms_version version = EG_WMS_1_1_1; version <= EG_WMS_1_3_0; version++) {
        double ms[MOST_ROUNDS];
        for (uint32_t i = 0; i < rounds; i++) ms[i] = make_ms(service, version, &bytes);
        qsort(ms, rounds, sizeof *ms, ascending);
        printf("%s_ms\t%.2f\n%s_bytes\t%zu\n", names[version], ms[rounds / 2], names[version], bytes);
    }
}

static void measure_wmts(const struct eg_wms_service *service, uint32_t rounds)
{
    struct eg_wmts_service wmts = {service->engine, service->snapshot, service->base_url, EG_WMTS_ALL};
    double ms[MOST_ROUNDS];
    size_t bytes = 0;
    for (uint32_t i = 0; i < rounds; i++) {
        struct eg_entity entity = {0};
        struct eg_error err = {0};
        double start = eg_clock_monotonic_s();
        if (eg_wmts_capabilities(&wmts, &entity, &err) != EG_OK) fail(&err);
        ms[i] = 1e3 * (eg_clock_monotonic_s() - start);
        bytes = entity.body.len;
        eg_entity_clear(&entity);
    }
    qsort(ms, rounds, sizeof *ms, ascending);
    printf("wmts_ms\t%.2f\nwmts_bytes\t%zu\n", ms[rounds / 2], bytes);
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 && argv[1][0] != '-' ? argv[1] : write_all();
    uint32_t rounds = 50;
    if (argc > 2 && (!eg_text_to_u32(eg_text_from(argv[2]), &rounds) || rounds < 1 || rounds > MOST_ROUNDS))
        return 2;
    struct eg_engine *engine = NULL;
    struct eg_error err = {0};
    struct eg_engine_options options = {0};
    if (eg_engine_new(&options, &engine, &err) != EG_OK) fail(&err);
    if (eg_engine_load(engine, path, &err) != EG_OK) fail(&err);
    struct eg_snapshot *snapshot = eg_engine_snapshot(engine);
    uint32_t n_layers = 0;
    for (uint32_t i = 0; i < snapshot->atlas->n_layers; i++) n_layers += !snapshot->atlas->layers[i].hidden;
    printf("layers\t%u\n", n_layers);
    struct eg_wms_service service = {engine, snapshot, EG_TEXT("https://atlas.example")};
    measure(&service, rounds);
    measure_wmts(&service, rounds);
    eg_snapshot_release(snapshot);
    eg_engine_free(engine);
    return 0;
}
