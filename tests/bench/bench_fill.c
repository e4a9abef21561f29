/* What drawing costs by zoom, without PNG: fill, outline and aliased fill of 256-pixel tiles on one thread.
 *
 *     bench_fill BOUNDARIES KEY TABLE TABLE-KEY COLUMN TILES [FILTER]
 *
 * BOUNDARIES is any OGR source, KEY its column of codes, FILTER an attribute filter; TABLE gives every code a class (a number
 * from 0) in COLUMN; TILES has lines "z x y". For England's neighbourhoods in deciles:
 *
 *     bench_fill ew_lsoa11_bgc.gpkg lsoa11cd imd2019_lsoa11.csv.gz lsoa11cd imd_decile tiles.txt "lsoa11cd LIKE 'E%'"
 *
 * Prints a line for each zoom and kind: name, tab, median milliseconds over the tiles, each tile's own figure being the
 * median of some repeats. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "data/boundaries.h"
#include "data/table.h"
#include "render/fill.h"
#include "render/outline.h"

#define N_CLASSES 16U
#define N_REPEATS 15U
#define N_TILES_MAX 4096U

struct tile {
    uint32_t z, x, y;
};

struct bench {
    struct eg_plane *plane;
    struct eg_source_areas areas;
    uint8_t *area_paint;
    struct eg_paint paints[N_CLASSES];
    struct eg_render_scratch *scratch;
    struct eg_canvas canvas;
    struct tile tiles[N_TILES_MAX];
    uint32_t n_tiles;
    double of_tile[N_TILES_MAX]; /* milliseconds */
};

static void stop(const char *what, const struct eg_error *err)
{
    (void)fprintf(stderr, "bench_fill: %s: %s\n", what, err ? err->message : "no memory");
    exit(1);
}

static int compare_text(const void *a, const void *b)
{
    return eg_text_compare(*(const struct eg_text *)a, *(const struct eg_text *)b);
}

static enum eg_status take_row(void *context, uint32_t row, const struct eg_text *cells, struct eg_error *err)
{
    struct bench *bench = context;
    (void)row;
    (void)err;
    const struct eg_text *codes = bench->areas.codes;
    const struct eg_text *code = bsearch(&cells[0], codes, bench->areas.n_areas, sizeof *codes, compare_text);
    uint32_t class_number;
    if (code && eg_text_to_u32(cells[1], &class_number))
        bench->area_paint[code - codes] = (uint8_t)(class_number % N_CLASSES);
    return EG_OK;
}

static void load(struct bench *bench, int n_arguments, char **arguments)
{
    struct eg_error err = {0};
    struct eg_arena *arena = eg_arena_new((size_t)1 << 30U);
    struct eg_atlas_boundaries spec = {.id = EG_TEXT("bench"),
                                       .source = eg_text_from(arguments[1]),
                                       .key = eg_text_from(arguments[2]),
                                       .filter = eg_text_from(n_arguments > 7 ? arguments[7] : NULL),
                                       .snap_m = 0.05,
                                       .dissolve_of = EG_ATLAS_NONE};
    struct eg_boundaries_wish wish = {.spec = &spec, .n_points_max = UINT32_MAX, .arena = arena};
    struct eg_boundaries_report report = {0};
    double began = eg_clock_monotonic_s();
    if (!arena || eg_boundaries_read(&wish, &bench->areas, &report, &err)) stop("boundaries", &err);
    double read = eg_clock_monotonic_s();
    if (eg_boundaries_build(&wish, &bench->areas, 1, &bench->plane, &report, &err)) stop("plane", &err);
    (void)printf("read_s\t%.2f\nbuild_s\t%.2f\nareas\t%u\narcs\t%u\n", read - began,
                 eg_clock_monotonic_s() - read, bench->plane->n_areas, bench->plane->n_arcs);
    bench->area_paint = eg_memory_zeroed(bench->areas.n_areas, 1);
    if (!bench->area_paint) stop("classes", NULL);
    const struct eg_text columns[2] = {eg_text_from(arguments[4]), eg_text_from(arguments[5])};
    struct eg_table_source source = {.name = EG_TEXT("classes"), .path = eg_text_from(arguments[3])};
    struct eg_table_wish rows = {.columns = columns, .n_columns = 2, .on_row = take_row, .context = bench};
    if (eg_table_read(&source, &rows, NULL, &err)) stop("table", &err);
}

static void read_tiles(struct bench *bench, const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file) stop(path, &(struct eg_error){.message = "cannot be opened"});
    struct tile t;
    while (bench->n_tiles < N_TILES_MAX && fscanf(file, "%u %u %u", &t.z, &t.x, &t.y) == 3)
        bench->tiles[bench->n_tiles++] = t;
    (void)fclose(file);
}

enum kind { FILL, OUTLINE, ALIASED };
static const char *const kind_name[] = {"fill", "outline", "aliased"};

static double draw_ms(struct bench *bench, const struct tile *tile, enum kind kind)
{
    struct eg_view view = eg_view_tile(bench->plane, tile->z, tile->x, tile->y, 1);
    struct eg_fill fill = {.plane = bench->plane,
                           .area_paint = bench->area_paint,
                           .paints = bench->paints,
                           .n_paints = N_CLASSES,
                           .aliased = kind == ALIASED};
    struct eg_outline outline = {.plane = bench->plane, .colour = {40, 40, 40, 200}, .width_px = 1};
    double began = eg_clock_monotonic_s();
    enum eg_status st = kind == OUTLINE
                            ? eg_outline_draw(bench->scratch, &view, &outline, &bench->canvas, NULL)
                            : eg_fill_draw(bench->scratch, &view, &fill, &bench->canvas, NULL);
    if (st) stop("drawing", NULL);
    return (eg_clock_monotonic_s() - began) * 1e3;
}

static int compare_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, uint32_t n)
{
    qsort(values, n, sizeof *values, compare_double);
    return values[n / 2];
}

static void measure(struct bench *bench, uint32_t zoom, enum kind kind)
{
    uint32_t n = 0;
    for (uint32_t t = 0; t < bench->n_tiles; t++) {
        if (bench->tiles[t].z != zoom) continue;
        double repeats[N_REPEATS];
        for (uint32_t r = 0; r < N_REPEATS; r++) repeats[r] = draw_ms(bench, &bench->tiles[t], kind);
        bench->of_tile[n++] = median(repeats, N_REPEATS);
    }
    if (n > 0) (void)printf("%s_z%u\t%.4f\n", kind_name[kind], zoom, median(bench->of_tile, n));
}

int main(int n_arguments, char **arguments)
{
    if (n_arguments < 7) {
        (void)fprintf(stderr, "usage: bench_fill BOUNDARIES KEY TABLE TABLE-KEY COLUMN TILES [FILTER]\n");
        return 2;
    }
    struct bench *bench = eg_memory_zeroed(1, sizeof *bench);
    if (!bench) stop("bench", NULL);
    load(bench, n_arguments, arguments);
    read_tiles(bench, arguments[6]);
    for (uint32_t p = 0; p < N_CLASSES; p++) {
        struct eg_rgba colour = {(uint8_t)(255 - 15 * p), (uint8_t)(15 * p), (uint8_t)(90 + 10 * p), 255};
        bench->paints[p] = (struct eg_paint){.colour = colour};
    }
    bench->scratch = eg_render_scratch_new();
    if (!bench->scratch || eg_canvas_init(&bench->canvas, 256, 256, NULL)) stop("canvas", NULL);
    for (uint32_t zoom = 0; zoom <= 22; zoom++)
        for (enum kind kind = FILL; kind <= ALIASED; kind++) measure(bench, zoom, kind);
    return 0;
}
