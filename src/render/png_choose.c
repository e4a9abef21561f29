/* How a picture is to be written: tries the ways from the smallest to the largest and takes the first that is good enough.
 *
 *     few        at most 256 colours: indexed, no loss            most tiles from zoom 12 on
 *     style      the style's palette: indexed                     zoom 9 to 13
 *     adaptive   a palette for this picture: indexed              dense tiles at zoom 6 to 8
 *     full       RGB or RGBA, no loss                             the densest at zoom 5 and 6
 *
 * Each way is tried on the runs of the picture, not on its pixels. A tile is one band, scanned once; a larger picture is
 * scanned again for every way and once more for writing. */
#include "render/png_private.h"

#define MEAN_ERROR 1u /* of 255, that an indexed picture may have */
#define MANY_RUNS 10000u
#define SAMPLED_RUN 16u   /* one in so many */
#define LITTLE_DOUBT 115u /* per cent of the mean error; of 1,000 runs it is known to about 7 % */

/* --- bands ------------------------------------------------------------------------------------------------------------ */

/* False ends the walk. */
typedef bool band_fn(struct eg_png_pieces *pieces);

/* Calls visit with the runs of one band after the other in scratch->runs. */
static bool walk(struct eg_png_pieces *pieces, band_fn *visit)
{
    uint32_t height = pieces->canvas->height;
    for (uint32_t y = 0; y < height; y += pieces->band_rows) {
        uint32_t n_rows = height - y < pieces->band_rows ? height - y : pieces->band_rows;
        if (!pieces->scanned) eg_png_runs_scan(&pieces->scratch->runs, pieces->canvas, y, n_rows);
        pieces->scanned = pieces->one_band;
        if (!visit(pieces)) return false;
    }
    return true;
}

static void start_trial(struct eg_png_pieces *pieces)
{
    memset(pieces->n_runs, 0, sizeof pieces->n_runs);
    pieces->error = (struct eg_png_error){0};
}

static void count_runs(struct eg_png_pieces *pieces)
{
    const struct eg_png_runs *runs = &pieces->scratch->runs;
    for (uint32_t i = 0; i < runs->n; i++) pieces->n_runs[runs->index[i]]++;
}

static bool good_enough(const struct eg_png_pieces *pieces)
{
    return pieces->error.sum <= pieces->error.visible * MEAN_ERROR;
}

/* --- the four ways -------------------------------------------------------------------------------------------------- */

static bool few_visit(struct eg_png_pieces *pieces)
{
    struct eg_png_runs *runs = &pieces->scratch->runs;
    for (uint32_t i = 0; i < runs->n; i++) {
        uint32_t index = eg_png_set_add(&pieces->scratch->set, runs->pixel[i]);
        if (index == EG_PNG_COLOURS) return false;
        runs->index[i] = (uint8_t)index;
        pieces->n_runs[index]++;
    }
    return true;
}

static bool few_colours(struct eg_png_pieces *pieces)
{
    start_trial(pieces);
    eg_png_set_clear(&pieces->scratch->set);
    return walk(pieces, few_visit);
}

/* Whether a sample of a tile with very many runs leaves little doubt that the style's palette is too rough: half of those
 * tiles need one of their own, and mapping all their runs for nothing took 6 % of their time. */
static bool seems_rough(const struct eg_png_pieces *pieces)
{
    const struct eg_png_runs *runs = &pieces->scratch->runs;
    struct eg_png_error error = {0};
    if (!pieces->one_band || runs->n < MANY_RUNS) return false;
    eg_palette_try(pieces->options->palette, runs, SAMPLED_RUN, &error);
    return error.sum * 100 > error.visible * MEAN_ERROR * LITTLE_DOUBT;
}

static bool style_visit(struct eg_png_pieces *pieces)
{
    if (seems_rough(pieces)) return false;
    uint64_t most = MEAN_ERROR * (uint64_t)pieces->canvas->width * pieces->canvas->height;
    if (!eg_palette_map(pieces->options->palette, &pieces->scratch->runs, most, &pieces->error)) return false;
    count_runs(pieces);
    return true;
}

static bool style_fits(struct eg_png_pieces *pieces)
{
    start_trial(pieces);
    return walk(pieces, style_visit) && good_enough(pieces);
}

static bool gather_visit(struct eg_png_pieces *pieces)
{
    return eg_png_adaptive_gather(pieces->scratch->adaptive, &pieces->scratch->runs);
}

static bool adaptive_visit(struct eg_png_pieces *pieces)
{
    struct eg_png_scratch *scratch = pieces->scratch;
    if (!pieces->one_band) eg_png_adaptive_place(scratch->adaptive, &scratch->runs);
    eg_png_adaptive_map(scratch->adaptive, &scratch->runs, &pieces->error);
    count_runs(pieces);
    return true;
}

static bool adaptive_fits(struct eg_png_pieces *pieces, uint32_t bits)
{
    struct eg_png_adaptive *adaptive = pieces->scratch->adaptive;
    start_trial(pieces);
    eg_png_adaptive_begin(adaptive, pieces->options->palette, bits);
    if (!walk(pieces, gather_visit)) return false;
    eg_png_adaptive_choose(adaptive);
    return walk(pieces, adaptive_visit) && (pieces->options->indexed || good_enough(pieces));
}

/* Ever fewer and larger cells, until a picture of any colours has few enough. */
static void adapt_at_any_cost(struct eg_png_pieces *pieces)
{
    for (uint32_t bits = EG_PNG_ADAPTIVE_BITS; !adaptive_fits(pieces, bits); bits--) EG_ASSERT(bits > 1);
}

static bool full_visit(struct eg_png_pieces *pieces)
{
    const struct eg_png_runs *runs = &pieces->scratch->runs;
    for (uint32_t i = 0; i < runs->n; i++) pieces->opaque &= eg_png_colour(runs->pixel[i]).a == 255;
    return true;
}

static enum eg_png_way choose(struct eg_png_pieces *pieces)
{
    bool may_lose = pieces->options->palette && !pieces->options->exact;
    if (few_colours(pieces)) return EG_PNG_FEW;
    if (may_lose && style_fits(pieces)) return EG_PNG_STYLE;
    if (pieces->options->indexed) {
        adapt_at_any_cost(pieces);
        return EG_PNG_ADAPTIVE;
    }
    if (may_lose && adaptive_fits(pieces, EG_PNG_ADAPTIVE_BITS)) return EG_PNG_ADAPTIVE;
    pieces->opaque = true;
    walk(pieces, full_visit);
    return EG_PNG_FULL;
}

/* --- what the others see of it ----------------------------------------------------------------------------------------- */

const struct eg_rgba *eg_png_way_colours(const struct eg_png_pieces *pieces, uint32_t *n_out)
{
    if (pieces->way == EG_PNG_STYLE) return eg_palette_colours(pieces->options->palette, n_out);
    if (pieces->way == EG_PNG_ADAPTIVE) return eg_png_adaptive_colours(pieces->scratch->adaptive, n_out);
    *n_out = pieces->scratch->set.n;
    return pieces->scratch->set.colours;
}

void eg_png_index(const struct eg_png_pieces *pieces, struct eg_png_runs *runs)
{
    const struct eg_png_scratch *scratch = pieces->scratch;
    struct eg_png_error error = {0}; /* counted already */
    switch (pieces->way) {
    case EG_PNG_FEW:
        for (uint32_t i = 0; i < runs->n; i++)
            runs->index[i] = (uint8_t)eg_png_set_find(&scratch->set, runs->pixel[i]);
        return;
    case EG_PNG_STYLE:
        (void)eg_palette_map(pieces->options->palette, runs, UINT64_MAX, &error);
        return;
    case EG_PNG_ADAPTIVE:
        eg_png_adaptive_place(scratch->adaptive, runs);
        eg_png_adaptive_map(scratch->adaptive, runs, &error);
        return;
    case EG_PNG_FULL:
    default:
        return;
    }
}

void eg_png_choose(struct eg_png_pieces *pieces)
{
    pieces->way = choose(pieces);
}
