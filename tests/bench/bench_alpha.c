/* Seams of pictures with a palette: whether pixels are as opaque as in the exact picture of the same place.
 *
 * bench_alpha ATLAS LAYER TILES STYLE:ALPHA...
 * ALPHA (0 to 255) is that of the style's fills. TILES has a line "z x y" a tile; each is drawn 256, 512 and 768 pixels wide,
 * and as maps of 700 x 500 around its middle in EPSG:3857, EPSG:27700 and EPSG:4326, every one twice: as served and exactly.
 * Looked at are the pixels that are opaque, or as opaque as the fills, in the exact picture. Prints, a line a figure,
 * STYLE|WAY|FIGURE, tab, number: pictures; pixels looked at; changed, those of another alpha as served; worst, the largest
 * difference; error, the mean of the worst channel's over all visible pixels, of 255. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "engine/engine.h"
#include "geo/crs.h"
#include "render/png.h"

#define MAP_WIDTH 700
#define MAP_HEIGHT 500

static const char *const ways[] = {"256", "@2x", "@3x", "EPSG:3857", "EPSG:27700", "EPSG:4326"};

struct tally {
    uint32_t n_pictures, worst;
    uint64_t n_pixels, n_changed, n_visible, error;
};

struct bench {
    struct eg_engine *engine;
    struct eg_snapshot *snapshot;
    struct eg_layer_name name;
    struct eg_transform *to_grid;
    uint32_t alpha;
    struct tally tally;
};

static void require(enum eg_status status, const struct eg_error *err)
{
    char text[1024];
    if (status == EG_OK) return;
    (void)fprintf(stderr, "bench_alpha: %s\n", eg_error_format(err, text, sizeof text));
    exit(1);
}

static uint32_t apart(uint8_t a, uint8_t b)
{
    return a > b ? (uint32_t)(a - b) : (uint32_t)(b - a);
}

static uint32_t most(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static void compare(struct bench *bench, const struct eg_canvas *exact, const struct eg_canvas *served)
{
    struct tally *tally = &bench->tally;
    tally->n_pictures++;
    for (size_t i = 0; i < (size_t)exact->width * exact->height; i++) {
        struct eg_rgba p = exact->pixels[i], q = served->pixels[i];
        uint32_t alpha_apart = apart(p.a, q.a);
        tally->n_visible += p.a > 0;
        tally->error += most(most(apart(p.r, q.r), apart(p.g, q.g)), most(apart(p.b, q.b), alpha_apart));
        if (p.a != 255 && p.a != bench->alpha) continue;
        tally->n_pixels++;
        tally->n_changed += alpha_apart > 0;
        tally->worst = most(tally->worst, alpha_apart);
    }
}

static void decode(struct eg_entity *entity, struct eg_canvas *canvas_out)
{
    struct eg_error err = {0};
    require(eg_png_decode((struct eg_text){entity->body.data, entity->body.len}, canvas_out, &err), &err);
    eg_entity_clear(entity);
}

struct tile {
    uint32_t z, x, y;
};

static void compare_tile(struct bench *bench, const struct tile *tile, uint32_t scale)
{
    struct eg_tile_request request = {
        .name = bench->name, .z = tile->z, .x = tile->x, .y = tile->y, .scale = scale};
    struct eg_canvas canvas[2];
    struct eg_error err = {0};
    for (uint32_t exact = 0; exact < 2; exact++) {
        struct eg_entity entity = {0};
        request.exact = exact;
        require(eg_engine_tile_entity(bench->engine, bench->snapshot, &request, &entity, &err), &err);
        decode(&entity, &canvas[exact]);
    }
    compare(bench, &canvas[1], &canvas[0]);
    eg_canvas_clear(&canvas[0]);
    eg_canvas_clear(&canvas[1]);
}

/* A box around the tile's middle, as wide as the tile in the CRS. */
static struct eg_bounds bounds_of(const struct bench *bench, const struct tile *tile, const char *crs)
{
    double side_m = ldexp(2 * EG_MERCATOR_HALF_M, -(int)tile->z), lon_deg, lat_deg;
    double middle[2] = {(tile->x + 0.5) * side_m - EG_MERCATOR_HALF_M,
                        EG_MERCATOR_HALF_M - (tile->y + 0.5) * side_m};
    double half = side_m / 2;
    eg_mercator_inverse(middle[0], middle[1], &lon_deg, &lat_deg);
    if (strcmp(crs, "EPSG:3857") != 0) {
        middle[0] = lon_deg;
        middle[1] = lat_deg;
        half *= 180 / EG_MERCATOR_HALF_M;
    }
    if (strcmp(crs, "EPSG:27700") == 0) {
        (void)eg_transform_points(bench->to_grid, middle, 1);
        half = side_m / 2 * cos(lat_deg / 57.29577951308232);
    }
    double tall = half * MAP_HEIGHT / MAP_WIDTH;
    return (struct eg_bounds){middle[0] - half, middle[1] - tall, middle[0] + half, middle[1] + tall};
}

static void compare_map(struct bench *bench, const struct tile *tile, const char *crs)
{
    struct eg_map_request request = {.names = &bench->name,
                                     .n_names = 1,
                                     .crs = eg_text_from(crs),
                                     .any_crs = true,
                                     .bounds = bounds_of(bench, tile, crs),
                                     .width = MAP_WIDTH,
                                     .height = MAP_HEIGHT,
                                     .scale = 1};
    struct eg_canvas canvas[2];
    struct eg_error err = {0};
    for (uint32_t exact = 0; exact < 2; exact++) {
        struct eg_entity entity = {0};
        request.exact = exact;
        require(eg_engine_map(bench->engine, bench->snapshot, &request, &entity, &err), &err);
        decode(&entity, &canvas[exact]);
    }
    compare(bench, &canvas[1], &canvas[0]);
    eg_canvas_clear(&canvas[0]);
    eg_canvas_clear(&canvas[1]);
}

static void compare_all(struct bench *bench, FILE *tiles, uint32_t way)
{
    char line[128];
    struct tile tile;
    rewind(tiles);
    bench->tally = (struct tally){0};
    while (fgets(line, sizeof line, tiles)) {
        if (sscanf(line, "%u %u %u", &tile.z, &tile.x, &tile.y) != 3) continue;
        if (way < 3) compare_tile(bench, &tile, way + 1);
        else compare_map(bench, &tile, ways[way]);
    }
}

static void print_tally(const struct bench *bench, const char *way)
{
    const struct tally *tally = &bench->tally;
    const char *style = bench->name.style.data;
    int len = (int)bench->name.style.len;
    (void)printf("%.*s|%s|pictures\t%u\n", len, style, way, tally->n_pictures);
    (void)printf("%.*s|%s|pixels\t%llu\n", len, style, way, (unsigned long long)tally->n_pixels);
    (void)printf("%.*s|%s|changed\t%llu\n", len, style, way, (unsigned long long)tally->n_changed);
    (void)printf("%.*s|%s|worst\t%u\n", len, style, way, tally->worst);
    (void)printf("%.*s|%s|error\t%.3f\n", len, style, way,
                 (double)tally->error / (double)(tally->n_visible ? tally->n_visible : 1));
}

static void compare_style(struct bench *bench, const char *argument, FILE *tiles)
{
    const char *colon = strchr(argument, ':');
    if (!colon || !eg_text_to_u32(eg_text_from(colon + 1), &bench->alpha)) {
        (void)fprintf(stderr, "bench_alpha: '%s' is no STYLE:ALPHA\n", argument);
        exit(2);
    }
    bench->name.style = (struct eg_text){argument, (size_t)(colon - argument)};
    for (uint32_t way = 0; way < EG_ARRAY_LEN(ways); way++) {
        compare_all(bench, tiles, way);
        print_tally(bench, ways[way]);
    }
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        (void)fprintf(stderr, "usage: bench_alpha ATLAS LAYER TILES STYLE:ALPHA...\n");
        return 2;
    }
    struct bench bench = {.name.layer = eg_text_from(argv[2])};
    struct eg_engine_options options = {0};
    struct eg_crs_context *context = NULL;
    struct eg_error err = {0};
    FILE *tiles = fopen(argv[3], "r");
    if (!tiles) {
        (void)fprintf(stderr, "bench_alpha: %s cannot be read\n", argv[3]);
        return 1;
    }
    require(eg_crs_context_new(&context, &err), &err);
    require(eg_transform_new(context, EG_TEXT("CRS:84"), EG_TEXT("EPSG:27700"), EG_TEXT(""), &bench.to_grid,
                             &err),
            &err);
    require(eg_engine_new(&options, &bench.engine, &err), &err);
    require(eg_engine_load(bench.engine, argv[1], &err), &err);
    bench.snapshot = eg_engine_snapshot(bench.engine);
    for (int i = 4; i < argc; i++) compare_style(&bench, argv[i], tiles);
    eg_snapshot_release(bench.snapshot);
    eg_engine_free(bench.engine);
    eg_transform_free(bench.to_grid);
    eg_crs_context_free(context);
    (void)fclose(tiles);
    return 0;
}
