/* What packing a tile costs, in time and bytes, by encoder: our own deflate, zlib and libdeflate at several settings on the
 * same rows, and the whole encoder.
 *
 *     bench_png                          made-up tiles of 12,000 to 30 areas
 *     bench_png PALETTE TILE.png...      given ones: 256 x 256, without loss, named ZOOM_x_y.png; PALETTE has a line
 *                                        "class red green blue" for each colour of the legend
 *
 * Prints a line for each group of tiles (a zoom, or a number of areas) and way: group, way, mean microseconds (best of
 * several runs of each tile), mean bytes. `whole` is eg_png_encode from pixels to file, the others compress its rows. */
#include "render/deflate.h"
#include "render/png.h"

#include <libdeflate.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/clock.h"

#define SIDE 256u
#define RUNS 9
#define MAX_ROWS_BYTES (SIDE * (1 + 4 * SIDE))
#define MAX_PACKED_BYTES (2 * MAX_ROWS_BYTES)

static void require(bool condition, const char *what)
{
    if (condition) return;
    (void)fprintf(stderr, "bench_png: %s\n", what);
    exit(1);
}

/* --- ways to pack ---------------------------------------------------------------------------------------------------- */

struct rows {
    uint8_t bytes[MAX_ROWS_BYTES];
    size_t n, row_bytes, unit_bytes;
};

struct way {
    const char *name;
    size_t (*pack)(const struct way *way, const struct rows *rows, uint8_t *out);
    int level, strategy;
};

static size_t pack_own(const struct way *way, const struct rows *rows, uint8_t *out)
{
    static struct eg_deflate *deflate;
    const uint8_t *bytes;
    size_t n;
    (void)way;
    if (!deflate) deflate = eg_deflate_new();
    require(deflate != NULL, "no memory");
    eg_deflate_begin(deflate);
    struct eg_deflate_rows all = {rows->bytes, rows->n, rows->row_bytes, rows->unit_bytes, true, false};
    require(eg_deflate_rows(deflate, &all, &bytes, &n, NULL) == EG_OK, "no memory");
    memcpy(out, bytes, n);
    return n;
}

/* The stream's memory is kept and reset, which is zlib at its best. */
static size_t pack_zlib(const struct way *way, const struct rows *rows, uint8_t *out)
{
    static z_stream streams[10][4];
    z_stream *stream = &streams[way->level][way->strategy];
    int ready = stream->state ? deflateReset(stream)
                              : deflateInit2(stream, way->level, Z_DEFLATED, 15, 9, way->strategy);
    require(ready == Z_OK, "zlib");
    stream->next_in = (Bytef *)(uintptr_t)rows->bytes;
    stream->avail_in = (uInt)rows->n;
    stream->next_out = out;
    stream->avail_out = MAX_PACKED_BYTES;
    require(deflate(stream, Z_FINISH) == Z_STREAM_END, "zlib");
    return stream->total_out;
}

static size_t pack_libdeflate(const struct way *way, const struct rows *rows, uint8_t *out)
{
    static struct libdeflate_compressor *compressors[13];
    if (!compressors[way->level]) compressors[way->level] = libdeflate_alloc_compressor(way->level);
    return libdeflate_zlib_compress(compressors[way->level], rows->bytes, rows->n, out, MAX_PACKED_BYTES);
}

static const struct way ways[] = {
    {"own", pack_own, 0, 0},
    {"zlib 1 rle", pack_zlib, 1, Z_RLE},
    {"zlib 1", pack_zlib, 1, Z_DEFAULT_STRATEGY},
    {"zlib 6", pack_zlib, 6, Z_DEFAULT_STRATEGY},
    {"zlib 9", pack_zlib, 9, Z_DEFAULT_STRATEGY},
    {"libdeflate 1", pack_libdeflate, 1, 0},
    {"libdeflate 3", pack_libdeflate, 3, 0},
    {"libdeflate 6", pack_libdeflate, 6, 0},
    {"libdeflate 9", pack_libdeflate, 9, 0},
    {"libdeflate 12", pack_libdeflate, 12, 0},
};

/* --- made-up tiles ----------------------------------------------------------------------------------------------------- */

static double next_unit(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*state >> 11U) * 0x1p-53;
}

#define MAX_GRID 112
struct county {
    uint32_t n; /* areas along a side */
    double x[MAX_GRID][MAX_GRID], y[MAX_GRID][MAX_GRID];
    uint8_t class[MAX_GRID][MAX_GRID];
};

/* One centre in each square of a grid; the classes change slowly, and one corner is sea. */
static void make_county(struct county *county, uint32_t n, uint32_t n_classes)
{
    uint64_t state = n;
    county->n = n;
    for (uint32_t row = 0; row < n; row++)
        for (uint32_t column = 0; column < n; column++) {
            county->x[row][column] = (column + next_unit(&state)) / n;
            county->y[row][column] = (row + next_unit(&state)) / n;
            double wave = sin(7.0 * column / n) + cos(5.0 * row / n) + 2.5 * next_unit(&state);
            double class = (wave + 2) / 6.5 * n_classes;
            bool sea = column + row < n / 3;
            county->class[row][column] = sea ? 255 : (uint8_t)fmin(fmax(class, 0), n_classes - 1);
        }
}

/* The class of the nearest centre. */
static uint8_t class_at(const struct county *county, double x, double y)
{
    int32_t n = (int32_t)county->n, column = (int32_t)(x * n), row = (int32_t)(y * n);
    double best = 4;
    uint8_t class = 255;
    for (int32_t r = row > 0 ? row - 1 : 0; r <= row + 1 && r < n; r++)
        for (int32_t c = column > 0 ? column - 1 : 0; c <= column + 1 && c < n; c++) {
            double dx = county->x[r][c] - x, dy = county->y[r][c] - y;
            if (dx * dx + dy * dy >= best) continue;
            best = dx * dx + dy * dy;
            class = county->class[r][c];
        }
    return class;
}

/* Each pixel the mean of 8 x 8 places. */
static void draw_county(const struct county *county, const struct eg_paint *paints, struct eg_canvas *canvas)
{
    for (uint32_t i = 0; i < SIDE * SIDE; i++) {
        uint32_t sum[4] = {0};
        for (uint32_t k = 0; k < 64; k++) {
            double x = (i % SIDE + (k % 8 + 0.5) / 8) / SIDE, y = (i / SIDE + (k / 8 + 0.5) / 8) / SIDE;
            uint8_t class = class_at(county, x, y);
            struct eg_rgba colour = class == 255 ? (struct eg_rgba){0} : paints[class].colour;
            sum[0] += colour.r;
            sum[1] += colour.g;
            sum[2] += colour.b;
            sum[3] += colour.a;
        }
        canvas->pixels[i] = (struct eg_rgba){(uint8_t)((sum[0] + 32) / 64), (uint8_t)((sum[1] + 32) / 64),
                                             (uint8_t)((sum[2] + 32) / 64), (uint8_t)((sum[3] + 32) / 64)};
    }
}

/* --- measuring -------------------------------------------------------------------------------------------------------- */

struct bench {
    struct eg_palette *palette;
    struct eg_png_scratch *scratch;
    char group[32];
    uint32_t n_tiles, n_full;
    double us[EG_ARRAY_LEN(ways) + 1];
    double bytes[EG_ARRAY_LEN(ways) + 1];
};

static uint32_t big_endian(const char *bytes)
{
    const uint8_t *b = (const uint8_t *)bytes;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* The rows that the encoder compressed, out of its one IDAT. */
static void unpack(const struct eg_buffer *png, struct rows *rows)
{
    uint32_t width = big_endian(png->data + 16), bits = (uint8_t)png->data[24], type = (uint8_t)png->data[25];
    rows->unit_bytes = type == 6 ? 4 : type == 2 ? 3 : 1;
    rows->row_bytes = 1 + (width * bits * rows->unit_bytes + 7) / 8;
    for (size_t at = 8; at + 12 <= png->len; at += 12 + big_endian(png->data + at)) {
        if (memcmp(png->data + at + 4, "IDAT", 4) != 0) continue;
        uLongf n = sizeof rows->bytes;
        require(uncompress(rows->bytes, &n, (const Bytef *)png->data + at + 8, big_endian(png->data + at)) ==
                    Z_OK,
                "the encoder's rows do not inflate");
        rows->n = n;
        return;
    }
    require(false, "no IDAT");
}

static void measure_whole(struct bench *bench, const struct eg_canvas *canvas, struct eg_buffer *png)
{
    struct eg_png_options options = {.palette = bench->palette, .scratch = bench->scratch};
    double best = INFINITY;
    enum eg_png_kind kind = EG_PNG_INDEXED;
    for (int run = 0; run < RUNS; run++) {
        png->len = 0;
        double began = eg_clock_monotonic_s();
        require(eg_png_encode(canvas, &options, png, &kind, NULL) == EG_OK, "cannot encode");
        best = fmin(best, eg_clock_monotonic_s() - began);
    }
    bench->n_full += kind == EG_PNG_RGBA;
    bench->us[EG_ARRAY_LEN(ways)] += best * 1e6;
    bench->bytes[EG_ARRAY_LEN(ways)] += (double)png->len;
}

static void measure(struct bench *bench, const struct eg_canvas *canvas)
{
    static struct rows rows, back;
    static uint8_t packed[MAX_PACKED_BYTES];
    struct eg_buffer png;
    eg_buffer_init(&png, 0);
    measure_whole(bench, canvas, &png);
    unpack(&png, &rows);
    for (size_t w = 0; w < EG_ARRAY_LEN(ways); w++) {
        double best = INFINITY;
        size_t n = 0;
        for (int run = 0; run < (ways[w].level >= 6 ? 2 : RUNS); run++) {
            double began = eg_clock_monotonic_s();
            n = ways[w].pack(&ways[w], &rows, packed);
            best = fmin(best, eg_clock_monotonic_s() - began);
        }
        uLongf n_back = sizeof back.bytes;
        require(uncompress(back.bytes, &n_back, packed, n) == Z_OK &&
                    memcmp(back.bytes, rows.bytes, rows.n) == 0,
                "what was packed does not come back");
        bench->us[w] += best * 1e6;
        bench->bytes[w] += (double)n;
    }
    bench->n_tiles++;
    eg_buffer_clear(&png);
}

static void print_group(struct bench *bench)
{
    double n = bench->n_tiles;
    for (size_t w = 0; w <= EG_ARRAY_LEN(ways) && n > 0; w++)
        (void)printf("%s\t%s\t%.1f us\t%.0f bytes\n", bench->group,
                     w < EG_ARRAY_LEN(ways) ? ways[w].name : "whole", bench->us[w] / n, bench->bytes[w] / n);
    if (n > 0) (void)printf("%s\twithout a palette\t%u of %u\n", bench->group, bench->n_full, bench->n_tiles);
    *bench = (struct bench){.palette = bench->palette, .scratch = bench->scratch};
}

/* --- the two kinds of tiles ----------------------------------------------------------------------------------------- */

static void set_style(struct bench *bench, const struct eg_paint *paints, uint32_t n_paints)
{
    struct eg_palette_style style = {.paints = paints, .n_paints = n_paints};
    require(eg_palette_new(&style, &bench->palette, NULL) == EG_OK, "no palette");
    bench->scratch = eg_png_scratch_new();
    require(bench->scratch != NULL, "no memory");
}

static void measure_made_up(struct bench *bench)
{
    static const struct eg_paint paints[] = {
        {.colour = {68, 1, 84, 255}},    {.colour = {72, 40, 120, 255}},  {.colour = {62, 74, 137, 255}},
        {.colour = {49, 104, 142, 255}}, {.colour = {38, 130, 142, 255}}, {.colour = {31, 158, 137, 255}},
        {.colour = {53, 183, 121, 255}}, {.colour = {109, 205, 89, 255}}, {.colour = {180, 222, 44, 255}},
        {.colour = {253, 231, 37, 255}},
    };
    static const uint32_t sides[] = {110, 55, 26, 12, 6};
    static struct county county;
    struct eg_canvas canvas;
    require(eg_canvas_init(&canvas, SIDE, SIDE, NULL) == EG_OK, "no memory");
    set_style(bench, paints, EG_ARRAY_LEN(paints));
    for (size_t i = 0; i < EG_ARRAY_LEN(sides); i++) {
        make_county(&county, sides[i], EG_ARRAY_LEN(paints));
        draw_county(&county, paints, &canvas);
        (void)snprintf(bench->group, sizeof bench->group, "%u areas", sides[i] * sides[i]);
        measure(bench, &canvas);
        print_group(bench);
    }
    eg_canvas_clear(&canvas);
}

static void read_style(struct bench *bench, const char *path)
{
    struct eg_paint paints[100] = {0};
    uint32_t n = 0, class, r, g, b;
    FILE *file = fopen(path, "r");
    require(file != NULL, "cannot read the palette");
    while (n < EG_ARRAY_LEN(paints) && fscanf(file, "%u %u %u %u", &class, &r, &g, &b) == 4)
        paints[n++].colour = (struct eg_rgba){(uint8_t)r, (uint8_t)g, (uint8_t)b, 255};
    (void)fclose(file);
    set_style(bench, paints, n);
}

static void measure_file(struct bench *bench, const char *path)
{
    static char bytes[4 * MAX_ROWS_BYTES];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    struct eg_canvas canvas;
    char group[sizeof bench->group];
    (void)snprintf(group, sizeof group, "zoom %.*s", (int)strcspn(name, "_"), name);
    if (strcmp(group, bench->group) != 0) print_group(bench);
    memcpy(bench->group, group, sizeof group);
    FILE *file = fopen(path, "rb");
    require(file != NULL, path);
    size_t n = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    require(eg_png_decode((struct eg_text){bytes, n}, &canvas, NULL) == EG_OK, path);
    require(canvas.width <= SIDE && canvas.height <= SIDE, "a tile is larger than 256 x 256");
    measure(bench, &canvas);
    eg_canvas_clear(&canvas);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    if (argc < 3) {
        measure_made_up(&bench);
    } else {
        read_style(&bench, argv[1]);
        for (int i = 2; i < argc; i++) measure_file(&bench, argv[i]);
        print_group(&bench);
    }
    eg_palette_free(bench.palette);
    eg_png_scratch_free(bench.scratch);
    return 0;
}
