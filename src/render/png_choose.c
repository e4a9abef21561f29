/* How a picture is to be written: tries the ways from the smallest to the largest and takes the first that is good enough.
 *
 *     few        at most 256 colours: indexed, no loss            most tiles from zoom 12 on
 *     style      the style's palette: indexed                     zoom 9 to 13
 *     adaptive   a palette for this picture: indexed              dense tiles at zoom 6 to 8
 *     full       RGB or RGBA, no loss                             the densest at zoom 5 and 6, countries
 *
 * Here is what is settled between rounds; png_try.c has the pieces' shares. A way that is bound to fail is not tried on all
 * runs of a large picture: one run in sixteen tells the error of the style's palette to a few per cent, and a palette made
 * for that sixteenth has a smaller error on it than one for all runs has on all, since it has fewer colours to serve. And before
 * anything else, one row in sixteen tells whether both will fail: a country's picture is not looked at any further. Where that is
 * likely, who has nothing else to do packs already while one finds out. */
#include "render/png_pieces_private.h"

#define FAR_OFF                                                                                              \
    140u /* per cent: a style's palette nearer than that can be bettered by one made for the picture */
#define HOPELESS 103u
#define GLANCE_PIXELS 32768u
#define GLANCE_ROWS 16u /* one in so many, at most */
#define PROBE_ROWS 4u   /* one in so many of these, to tell whether to glance at all */
#define GLANCE_RUNS                                                                                          \
    4u /* one in so many of these rows tells whether it is worth while to look for a palette at all */

static bool is_over(const struct eg_png_pieces *pieces, uint64_t error, uint64_t per_cent)
{
    return eg_png_is_over(pieces->sum.visible, error, per_cent);
}

static enum eg_png_round pack_as(struct eg_png_pieces *pieces, enum eg_png_way way)
{
    pieces->way = way;
    return EG_PNG_PACK;
}

/* --- sums ------------------------------------------------------------------------------------------------------------- */

static void add_up(struct eg_png_pieces *pieces)
{
    struct eg_png_trial *sum = &pieces->sum;
    *sum = (struct eg_png_trial){.opaque = true, .mapped = true};
    for (uint32_t i = 0; i < pieces->n; i++) {
        const struct eg_png_trial *trial = &pieces->pieces[i].trial;
        sum->many |= trial->many;
        sum->opaque &= trial->opaque;
        sum->refused |= trial->refused;
        sum->mapped &= trial->mapped;
        sum->n_all_runs += trial->n_all_runs;
        sum->visible += trial->visible;
        sum->error.sum += trial->error.sum;
        sum->n_sampled += trial->n_sampled;
        for (uint32_t k = 0; k < EG_PNG_COLOURS; k++) sum->n_runs[k] += trial->n_runs[k];
    }
}

/* Whether the palette that the round has tried on all pieces is near enough. */
static bool is_good(const struct eg_png_pieces *pieces)
{
    return !pieces->sum.refused && !is_over(pieces, pieces->sum.error.sum, 100);
}

/* All pieces' colours in one set, in the order in which they come, with the numbers of their runs. */
static bool gather_few(struct eg_png_pieces *pieces)
{
    struct eg_png_set *set = &pieces->scratch->set;
    if (pieces->sum.many) return false;
    pieces->few = pieces->n == 1 ? &pieces->pieces[0].trial.set : set;
    if (pieces->n > 1) eg_png_set_clear(set);
    memset(pieces->sum.n_runs, 0, sizeof pieces->sum.n_runs);
    for (uint32_t i = 0; i < pieces->n; i++) {
        const struct eg_png_trial *trial = &pieces->pieces[i].trial;
        for (uint32_t k = 0; k < trial->set.n; k++) {
            uint32_t index = k;
            if (pieces->n > 1) index = eg_png_set_add(set, eg_png_pixel(&trial->set.colours[k]));
            if (index == EG_PNG_COLOURS) return false;
            pieces->sum.n_runs[index] += trial->n_runs[k];
        }
    }
    return true;
}

/* --- by the sample ---------------------------------------------------------------------------------------------------- */

static bool gather_sample(struct eg_png_pieces *pieces)
{
    struct eg_png_runs *sample = &pieces->scratch->sample;
    if (!eg_png_scratch_reserve_sample(pieces->scratch, pieces->sum.n_sampled)) return false;
    sample->n = 0;
    for (uint32_t i = 0; i < pieces->n; i++) {
        const struct eg_png_trial *trial = &pieces->pieces[i].trial;
        for (uint32_t k = 0; k < trial->n_sampled; k++) {
            sample->pixel[sample->n] = trial->sample[k].pixel;
            sample->length[sample->n++] = (uint16_t)trial->sample[k].length;
        }
    }
    return true;
}

/* Whether the sample leaves little doubt that the style's palette is too rough: half of the pictures with very many runs
 * need one of their own, and mapping all their runs for nothing took 6 % of a tile's time. */
static bool style_seems_rough(struct eg_png_pieces *pieces)
{
    struct eg_png_error error = {0};
    if (pieces->sum.n_all_runs < EG_PNG_MANY_RUNS) return false;
    eg_palette_try(pieces->options->palette, &pieces->scratch->sample, 1, &error);
    pieces->style_guess = error.sum * pieces->sampled_run;
    return is_over(pieces, pieces->style_guess, EG_PNG_LITTLE_DOUBT);
}

/* Whether no palette of this picture's own will do either: one is made for the sample, which has so many
 * visible pixels. */
static bool own_seems_rough(struct eg_png_pieces *pieces, uint64_t visible)
{
    struct eg_png_adaptive *adaptive = pieces->scratch->adaptive;
    struct eg_png_runs *sample = &pieces->scratch->sample;
    struct eg_png_error error = {0};
    eg_png_adaptive_begin(adaptive, pieces->options->palette, EG_PNG_ADAPTIVE_BITS);
    if (!eg_png_adaptive_gather(adaptive, sample)) return true;
    eg_png_adaptive_choose(adaptive);
    eg_png_adaptive_map(adaptive, sample, &error);
    return eg_png_is_over(visible, error.sum, HOPELESS);
}

static bool is_hopeless(struct eg_png_pieces *pieces)
{
    return !pieces->own_may_do && is_over(pieces, pieces->style_guess, FAR_OFF) &&
           own_seems_rough(pieces, pieces->sum.visible / pieces->sampled_run);
}

/* --- at a glance ------------------------------------------------------------------------------------------------------ */

static uint32_t rows_of_glance(const struct eg_canvas *canvas)
{
    uint32_t n = GLANCE_PIXELS / canvas->width;
    if (n > canvas->height / GLANCE_ROWS) n = canvas->height / GLANCE_ROWS;
    return n > 0 ? n : 1;
}

/* Some rows, evenly spread, are the sample. */
static void sample_rows(struct eg_png_pieces *pieces, uint32_t n)
{
    const struct eg_canvas *canvas = pieces->canvas;
    struct eg_png_runs *sample = &pieces->scratch->sample;
    sample->n = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct eg_png_runs row = {.pixel = sample->pixel + sample->n, .length = sample->length + sample->n};
        eg_png_runs_scan(&row, canvas, (uint32_t)((2 * i + 1) * (uint64_t)canvas->height / (2 * n)), 1);
        sample->n += row.n;
    }
}

static bool has_few_colours(struct eg_png_set *set, const struct eg_png_runs *runs)
{
    eg_png_set_clear(set);
    for (uint32_t i = 0; i < runs->n; i++)
        if (eg_png_set_add(set, runs->pixel[i]) == EG_PNG_COLOURS) return false;
    return true;
}

static bool style_is_far_off(struct eg_png_pieces *pieces)
{
    const struct eg_png_runs *sample = &pieces->scratch->sample;
    struct eg_png_error style = {0};
    bool opaque = true;
    if (has_few_colours(&pieces->scratch->set, sample)) return false;
    pieces->glanced = 0;
    for (uint32_t i = 0; i < sample->n; i++) {
        pieces->glanced += sample->pixel[i] ? sample->length[i] : 0;
        opaque &= eg_png_colour(sample->pixel[i]).a == 255;
    }
    if (opaque) return false; /* the others might be, too: three channels or four? */
    eg_palette_try(pieces->options->palette, sample, GLANCE_RUNS, &style);
    return eg_png_is_over(pieces->glanced, style.sum * GLANCE_RUNS, FAR_OFF);
}

enum eg_png_round eg_png_glance(struct eg_png_pieces *pieces)
{
    if (pieces->n == 1 || pieces->options->indexed || !eg_png_may_lose(pieces)) return EG_PNG_LOOK;
    uint32_t n = rows_of_glance(pieces->canvas);
    if (!eg_png_scratch_reserve_sample(pieces->scratch, n * pieces->canvas->width)) return EG_PNG_DONE;
    sample_rows(pieces, (n - 1) / PROBE_ROWS + 1);
    return style_is_far_off(pieces) ? EG_PNG_GLANCE : EG_PNG_LOOK;
}

void eg_png_glance_on(struct eg_png_pieces *pieces)
{
    sample_rows(pieces, rows_of_glance(pieces->canvas));
    bool far_off = style_is_far_off(pieces);
    pieces->own_may_do = far_off && !own_seems_rough(pieces, pieces->glanced);
    bool full = far_off && !pieces->own_may_do;
    atomic_store(&pieces->verdict, full ? EG_PNG_FULL_IT_IS : EG_PNG_LOOK_CLOSER);
}

/* --- from round to round ---------------------------------------------------------------------------------------------- */

/* The palette of the picture's own, by one thread: what is found in which order decides about it. */
static bool gather_all(struct eg_png_pieces *pieces, uint32_t bits)
{
    struct eg_png_scratch *scratch = pieces->scratch;
    struct eg_png_rows all = {0, pieces->canvas->height};
    eg_png_adaptive_begin(scratch->adaptive, pieces->options->palette, bits);
    for (uint32_t done = 0, n; done < all.n; done += n) {
        n = eg_png_next_rows(pieces, all, done);
        if (!eg_png_has_runs(pieces, scratch)) eg_png_runs_scan(&scratch->runs, pieces->canvas, done, n);
        if (!eg_png_adaptive_gather(scratch->adaptive, &scratch->runs)) return false;
    }
    eg_png_adaptive_choose(scratch->adaptive);
    return true;
}

static enum eg_png_round after_style(struct eg_png_pieces *pieces)
{
    uint32_t bits = EG_PNG_ADAPTIVE_BITS;
    bool indexed = pieces->options->indexed;
    if (!indexed && (!eg_png_may_lose(pieces) || is_hopeless(pieces))) return pack_as(pieces, EG_PNG_FULL);
    if (!eg_png_scratch_reserve(pieces->scratch, pieces->band_rows, pieces->canvas->width))
        return EG_PNG_DONE;
    while (!gather_all(pieces, bits)) {
        if (!indexed) return pack_as(pieces, EG_PNG_FULL);
        EG_ASSERT(bits-- >
                  1); /* ever fewer and larger cells, until a picture of any colours has few enough */
    }
    return EG_PNG_TRY_ADAPTIVE;
}

/* Where the style's palette was tried in all pieces, its error is known, unless it was broken off. */
static enum eg_png_round after_look(struct eg_png_pieces *pieces)
{
    if (gather_few(pieces)) return pack_as(pieces, EG_PNG_FEW);
    if (!eg_png_may_lose(pieces)) return after_style(pieces);
    if (pieces->sum.mapped && is_good(pieces)) return pack_as(pieces, EG_PNG_STYLE);
    if (!gather_sample(pieces)) return EG_PNG_DONE;
    bool rough = style_seems_rough(pieces);
    return rough || pieces->sum.mapped ? after_style(pieces) : EG_PNG_TRY_STYLE;
}

enum eg_png_round eg_png_choose(struct eg_png_pieces *pieces)
{
    add_up(pieces);
    if (pieces->round == EG_PNG_LOOK) return after_look(pieces);
    bool good = is_good(pieces);
    if (pieces->round == EG_PNG_TRY_STYLE) return good ? pack_as(pieces, EG_PNG_STYLE) : after_style(pieces);
    return pack_as(pieces, good || pieces->options->indexed ? EG_PNG_ADAPTIVE : EG_PNG_FULL);
}

/* --- what the others see of it ----------------------------------------------------------------------------------------- */

const struct eg_rgba *eg_png_way_colours(const struct eg_png_pieces *pieces, uint32_t *n_out)
{
    if (pieces->way == EG_PNG_STYLE) return eg_palette_colours(pieces->options->palette, n_out);
    if (pieces->way == EG_PNG_ADAPTIVE) return eg_png_adaptive_colours(pieces->scratch->adaptive, n_out);
    *n_out = pieces->few->n;
    return pieces->few->colours;
}

void eg_png_index(const struct eg_png_pieces *pieces, struct eg_png_runs *runs)
{
    struct eg_png_error error = {0}; /* counted already */
    switch (pieces->way) {
    case EG_PNG_FEW:
        for (uint32_t i = 0; i < runs->n; i++)
            runs->index[i] = (uint8_t)eg_png_set_find(pieces->few, runs->pixel[i]);
        return;
    case EG_PNG_STYLE:
        (void)eg_palette_map(pieces->options->palette, runs, UINT64_MAX, &error);
        return;
    case EG_PNG_ADAPTIVE:
        eg_png_adaptive_place(pieces->scratch->adaptive, runs);
        eg_png_adaptive_map(pieces->scratch->adaptive, runs, &error);
        return;
    case EG_PNG_FULL:
    default:
        return;
    }
}
