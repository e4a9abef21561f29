/* The encoder: tries the ways to write a picture from the smallest to the largest and takes the first that is good enough.
 *
 *     few        at most 256 colours: indexed, no loss            most tiles from zoom 12 on
 *     style      the style's palette: indexed                     zoom 9 to 13
 *     adaptive   a palette for this picture: indexed              dense tiles at zoom 6 to 8
 *     full       RGB or RGBA, no loss                             the densest at zoom 5 and 6
 *
 * Each way is tried on the runs of the picture, not on its pixels. A tile is one band, scanned once; a larger picture is
 * scanned again for every way and once more for writing. */
#include "render/png_private.h"

#include <stdlib.h>

#include "base/memory.h"
#include "render/deflate.h"
#include "render/sort.h"

#define MEAN_ERROR 1u /* of 255, that an indexed picture may have */
#define MANY_RUNS 10000u
#define SAMPLED_RUN 16u    /* one in so many */
#define LITTLE_DOUBT 115u  /* per cent of the mean error; of 1,000 runs it is known to about 7 % */
#define ROW_SPARE_BYTES 16 /* that packing may write past the end */

enum way { WAY_FEW, WAY_STYLE, WAY_ADAPTIVE, WAY_FULL };

struct encoder {
    const struct eg_canvas *canvas;
    const struct eg_png_options *options;
    struct eg_png_scratch *scratch;
    struct eg_error *err;
    uint32_t band_rows;
    bool one_band;
    bool scanned; /* the runs of the only band are there */
    enum way way;
    bool opaque;                     /* no pixel lets anything through */
    uint32_t n_runs[EG_PNG_COLOURS]; /* of each colour */
    uint8_t place[EG_PNG_COLOURS];   /* of the colours used, in the file's palette */
    struct eg_png_error error;
    struct eg_png_file *file;
};

/* --- scratch ---------------------------------------------------------------------------------------------------------- */

static void free_runs(const struct eg_png_runs *runs)
{
    free(runs->pixel);
    free(runs->length);
    free(runs->index);
    free(runs->cell);
}

struct eg_png_scratch *eg_png_scratch_new(void)
{
    struct eg_png_scratch *scratch = eg_memory_zeroed(1, sizeof *scratch);
    if (!scratch) return NULL;
    scratch->deflate = eg_deflate_new();
    scratch->adaptive = eg_png_adaptive_new();
    if (scratch->deflate && scratch->adaptive) return scratch;
    eg_png_scratch_free(scratch);
    return NULL;
}

void eg_png_scratch_free(struct eg_png_scratch *scratch)
{
    if (!scratch) return;
    free_runs(&scratch->runs);
    free(scratch->adaptive);
    free(scratch->rows);
    eg_deflate_free(scratch->deflate);
    free(scratch);
}

static bool make_room_for_runs(struct eg_png_scratch *scratch, uint32_t n)
{
    if (scratch->runs_capacity >= n) return true;
    struct eg_png_runs fresh = {.pixel = eg_memory_array(n, sizeof *fresh.pixel),
                                .length = eg_memory_array(n, sizeof *fresh.length),
                                .index = eg_memory_array(n, sizeof *fresh.index),
                                .cell = eg_memory_array(n, sizeof *fresh.cell)};
    if (!fresh.pixel || !fresh.length || !fresh.index || !fresh.cell) {
        free_runs(&fresh);
        return false;
    }
    free_runs(&scratch->runs);
    scratch->runs = fresh;
    scratch->runs_capacity = n;
    return true;
}

static bool make_room(struct eg_png_scratch *scratch, uint32_t band_rows, uint32_t width)
{
    void *rows = scratch->rows;
    size_t bytes = (size_t)band_rows * (1 + (size_t)width * 4) + ROW_SPARE_BYTES;
    bool made = make_room_for_runs(scratch, band_rows * width) &&
                eg_memory_reserve(&rows, &scratch->rows_capacity, bytes, 1);
    scratch->rows = rows;
    return made;
}

/* --- bands ------------------------------------------------------------------------------------------------------------ */

/* False ends the walk. */
typedef bool band_fn(struct encoder *encoder);

/* Calls visit with the runs of one band after the other in scratch->runs. */
static bool walk(struct encoder *encoder, band_fn *visit)
{
    uint32_t height = encoder->canvas->height;
    for (uint32_t y = 0; y < height; y += encoder->band_rows) {
        uint32_t n_rows = height - y < encoder->band_rows ? height - y : encoder->band_rows;
        if (!encoder->scanned) eg_png_runs_scan(&encoder->scratch->runs, encoder->canvas, y, n_rows);
        encoder->scanned = encoder->one_band;
        if (!visit(encoder)) return false;
    }
    return true;
}

static void start_trial(struct encoder *encoder)
{
    memset(encoder->n_runs, 0, sizeof encoder->n_runs);
    encoder->error = (struct eg_png_error){0};
}

static void count_runs(struct encoder *encoder)
{
    const struct eg_png_runs *runs = &encoder->scratch->runs;
    for (uint32_t i = 0; i < runs->n; i++) encoder->n_runs[runs->index[i]]++;
}

static bool good_enough(const struct encoder *encoder)
{
    return encoder->error.sum <= encoder->error.visible * MEAN_ERROR;
}

/* --- the four ways -------------------------------------------------------------------------------------------------- */

static bool few_visit(struct encoder *encoder)
{
    struct eg_png_runs *runs = &encoder->scratch->runs;
    for (uint32_t i = 0; i < runs->n; i++) {
        uint32_t index = eg_png_set_add(&encoder->scratch->set, runs->pixel[i]);
        if (index == EG_PNG_COLOURS) return false;
        runs->index[i] = (uint8_t)index;
        encoder->n_runs[index]++;
    }
    return true;
}

static bool few_colours(struct encoder *encoder)
{
    start_trial(encoder);
    eg_png_set_clear(&encoder->scratch->set);
    return walk(encoder, few_visit);
}

/* Whether a sample of a tile with very many runs leaves little doubt that the style's palette is too rough: half of those
 * tiles need one of their own, and mapping all their runs for nothing took 6 % of their time. */
static bool seems_rough(const struct encoder *encoder)
{
    const struct eg_png_runs *runs = &encoder->scratch->runs;
    struct eg_png_error error = {0};
    if (!encoder->one_band || runs->n < MANY_RUNS) return false;
    eg_palette_try(encoder->options->palette, runs, SAMPLED_RUN, &error);
    return error.sum * 100 > error.visible * MEAN_ERROR * LITTLE_DOUBT;
}

static bool style_visit(struct encoder *encoder)
{
    if (seems_rough(encoder)) return false;
    uint64_t most = MEAN_ERROR * (uint64_t)encoder->canvas->width * encoder->canvas->height;
    if (!eg_palette_map(encoder->options->palette, &encoder->scratch->runs, most, &encoder->error))
        return false;
    count_runs(encoder);
    return true;
}

static bool style_fits(struct encoder *encoder)
{
    start_trial(encoder);
    return walk(encoder, style_visit) && good_enough(encoder);
}

static bool gather_visit(struct encoder *encoder)
{
    return eg_png_adaptive_gather(encoder->scratch->adaptive, &encoder->scratch->runs);
}

static bool adaptive_visit(struct encoder *encoder)
{
    struct eg_png_scratch *scratch = encoder->scratch;
    if (!encoder->one_band) eg_png_adaptive_place(scratch->adaptive, &scratch->runs);
    eg_png_adaptive_map(scratch->adaptive, &scratch->runs, &encoder->error);
    count_runs(encoder);
    return true;
}

static bool adaptive_fits(struct encoder *encoder, uint32_t bits)
{
    struct eg_png_adaptive *adaptive = encoder->scratch->adaptive;
    start_trial(encoder);
    eg_png_adaptive_begin(adaptive, encoder->options->palette, bits);
    if (!walk(encoder, gather_visit)) return false;
    eg_png_adaptive_choose(adaptive);
    return walk(encoder, adaptive_visit) && (encoder->options->indexed || good_enough(encoder));
}

/* Ever fewer and larger cells, until a picture of any colours has few enough. */
static void adapt_at_any_cost(struct encoder *encoder)
{
    for (uint32_t bits = EG_PNG_ADAPTIVE_BITS; !adaptive_fits(encoder, bits); bits--) EG_ASSERT(bits > 1);
}

static bool full_visit(struct encoder *encoder)
{
    const struct eg_png_runs *runs = &encoder->scratch->runs;
    for (uint32_t i = 0; i < runs->n; i++) encoder->opaque &= eg_png_colour(runs->pixel[i]).a == 255;
    return true;
}

static enum way choose(struct encoder *encoder)
{
    bool may_lose = encoder->options->palette && !encoder->options->exact;
    if (few_colours(encoder)) return WAY_FEW;
    if (may_lose && style_fits(encoder)) return WAY_STYLE;
    if (encoder->options->indexed) {
        adapt_at_any_cost(encoder);
        return WAY_ADAPTIVE;
    }
    if (may_lose && adaptive_fits(encoder, EG_PNG_ADAPTIVE_BITS)) return WAY_ADAPTIVE;
    encoder->opaque = true;
    walk(encoder, full_visit);
    return WAY_FULL;
}

/* --- writing -------------------------------------------------------------------------------------------------------- */

static const struct eg_rgba *colours_of_way(const struct encoder *encoder, uint32_t *n_out)
{
    if (encoder->way == WAY_STYLE) return eg_palette_colours(encoder->options->palette, n_out);
    if (encoder->way == WAY_ADAPTIVE) return eg_png_adaptive_colours(encoder->scratch->adaptive, n_out);
    *n_out = encoder->scratch->set.n;
    return encoder->scratch->set.colours;
}

/* Only the colours used; those that are not opaque first, since the file states the alpha of these alone, then those with
 * the most runs, so that neighbours in the palette get prefix codes of one length, which are cheap to describe. */
static void fill_palette(struct encoder *encoder, struct eg_png_head *head)
{
    uint32_t n, n_used = 0;
    const struct eg_rgba *colours = colours_of_way(encoder, &n);
    uint64_t order[EG_PNG_COLOURS];
    for (uint32_t i = 0; i < n; i++) {
        uint64_t rare = UINT32_MAX - encoder->n_runs[i];
        if (encoder->n_runs[i]) order[n_used++] = (uint64_t)(colours[i].a == 255) << 63 | rare << 8 | i;
    }
    eg_sort_numbers(order, n_used);
    for (uint32_t k = 0; k < n_used; k++) {
        uint32_t i = order[k] & 255u;
        encoder->place[i] = (uint8_t)k;
        head->colours[k] = colours[i];
        head->n_faint += colours[i].a < 255;
    }
    head->n_colours = n_used;
    head->n_channels = 1;
    head->bits = n_used <= 2 ? 1 : n_used <= 4 ? 2 : n_used <= 16 ? 4 : 8;
}

static void fill_head(struct encoder *encoder, struct eg_png_head *head)
{
    head->width = encoder->canvas->width;
    head->height = encoder->canvas->height;
    head->n_colours = 0;
    head->n_faint = 0;
    head->bits = 8;
    head->n_channels = encoder->opaque ? 3 : 4;
    if (encoder->way != WAY_FULL) fill_palette(encoder, head);
}

/* The runs' indices, unless the only band still has them. */
static void map_again(struct encoder *encoder)
{
    if (encoder->one_band || encoder->way == WAY_FULL) return;
    if (encoder->way == WAY_FEW) few_visit(encoder);
    if (encoder->way == WAY_STYLE) style_visit(encoder);
    if (encoder->way == WAY_ADAPTIVE) adaptive_visit(encoder);
}

static enum eg_status write_band(struct encoder *encoder, bool last)
{
    struct eg_png_scratch *scratch = encoder->scratch;
    const struct eg_png_head *head = &scratch->head;
    const uint8_t *bytes;
    size_t n;
    map_again(encoder);
    struct eg_deflate_rows rows = {.bytes = scratch->rows, .unit_bytes = head->n_channels, .last = last};
    rows.row_bytes = 1 + ((size_t)head->width * head->n_channels * head->bits + 7) / 8;
    rows.n_bytes =
        encoder->way == WAY_FULL
            ? eg_png_pack_colours(&scratch->runs, head->n_channels, head->width, scratch->rows)
            : eg_png_pack_indices(&scratch->runs, encoder->place, head->bits, head->width, scratch->rows);
    enum eg_status status = eg_deflate_rows(scratch->deflate, &rows, &bytes, &n, encoder->err);
    return status ? status : eg_png_file_data(encoder->file, bytes, n);
}

static enum eg_status write_bands(struct encoder *encoder)
{
    struct eg_png_scratch *scratch = encoder->scratch;
    uint32_t height = encoder->canvas->height;
    encoder->error = (struct eg_png_error){0}; /* counted once more where bands are mapped again */
    eg_deflate_begin(scratch->deflate);
    for (uint32_t y = 0; y < height; y += encoder->band_rows) {
        uint32_t n_rows = height - y < encoder->band_rows ? height - y : encoder->band_rows;
        if (!encoder->scanned) eg_png_runs_scan(&scratch->runs, encoder->canvas, y, n_rows);
        enum eg_status status = write_band(encoder, y + n_rows == height);
        if (status) return status;
    }
    return eg_png_file_end(encoder->file);
}

static enum eg_status encode(struct encoder *encoder, struct eg_buffer *out)
{
    struct eg_png_scratch *scratch = encoder->scratch;
    const struct eg_canvas *canvas = encoder->canvas;
    uint32_t fitting = EG_PNG_BAND_PIXELS / canvas->width;
    encoder->band_rows = fitting < 1 ? 1 : fitting > canvas->height ? canvas->height : fitting;
    encoder->one_band = encoder->band_rows == canvas->height;
    if (!make_room(scratch, encoder->band_rows, canvas->width)) return eg_error_no_memory(encoder->err, 0);
    encoder->way = choose(encoder);
    fill_head(encoder, &scratch->head);
    enum eg_status status =
        eg_png_file_open(&scratch->head, encoder->options, out, &encoder->file, encoder->err);
    if (status) return status;
    status = write_bands(encoder);
    eg_png_file_close(encoder->file);
    return status;
}

enum eg_status eg_png_encode(const struct eg_canvas *canvas, const struct eg_png_options *options,
                             struct eg_buffer *out, enum eg_png_kind *kind_out, struct eg_error *err)
{
    struct eg_png_scratch *own = options->scratch ? NULL : eg_png_scratch_new();
    struct encoder encoder = {
        .canvas = canvas, .options = options, .scratch = own ? own : options->scratch, .err = err};
    size_t start = out->len;
    enum eg_status status = encoder.scratch ? encode(&encoder, out) : eg_error_no_memory(err, sizeof *own);
    eg_png_scratch_free(own);
    if (status) out->len = start;
    else if (kind_out) *kind_out = encoder.way == WAY_FULL ? EG_PNG_RGBA : EG_PNG_INDEXED;
    return status;
}
