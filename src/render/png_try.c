/* A piece's share of the rounds in which a way to write the picture is looked for. */
#include "base/memory.h"
#include "render/png_pieces_private.h"

/* --- the first look --------------------------------------------------------------------------------------------------- */

/* Few colours get their indices right away. */
static bool add_colours(struct eg_png_trial *trial, struct eg_png_runs *runs)
{
    for (uint32_t i = 0; i < runs->n; i++) {
        uint32_t index = eg_png_set_add(&trial->set, runs->pixel[i]);
        if (index == EG_PNG_COLOURS) return false;
        runs->index[i] = (uint8_t)index;
        trial->n_runs[index]++;
    }
    return true;
}

static void weigh(struct eg_png_trial *trial, const struct eg_png_runs *runs)
{
    static const struct eg_rgba opaque = {0, 0, 0, 255};
    uint32_t all = UINT32_MAX, visible = 0;
    for (uint32_t i = 0; i < runs->n; i++) {
        all &= runs->pixel[i];
        visible += runs->pixel[i] ? runs->length[i] : 0;
    }
    trial->opaque &= (all & eg_png_pixel(&opaque)) == eg_png_pixel(&opaque);
    trial->visible += visible;
    trial->n_all_runs += runs->n;
}

static bool take_sample(struct eg_png_trial *trial, const struct eg_png_runs *runs, uint32_t step)
{
    void *sample = trial->sample;
    if (!eg_memory_reserve(&sample, &trial->sample_capacity, trial->n_sampled + runs->n / step + 1,
                           sizeof trial->sample[0]))
        return false;
    trial->sample = sample;
    for (uint32_t i = 0; i < runs->n; i += step)
        trial->sample[trial->n_sampled++] = (struct eg_png_sampled){runs->pixel[i], runs->length[i]};
    return true;
}

/* --- palettes --------------------------------------------------------------------------------------------------------- */

static void count_runs(struct eg_png_trial *trial, const struct eg_png_runs *runs)
{
    for (uint32_t i = 0; i < runs->n; i++) trial->n_runs[runs->index[i]]++;
}

static void try_style(const struct eg_png_pieces *pieces, struct eg_png_trial *trial,
                      struct eg_png_runs *runs)
{
    uint64_t most = (uint64_t)pieces->canvas->width * pieces->canvas->height;
    if (!trial->refused)
        trial->refused = !eg_palette_map(pieces->options->palette, runs, most, &trial->error);
    if (!trial->refused) count_runs(trial, runs);
}

static void try_adaptive(const struct eg_png_pieces *pieces, struct eg_png_trial *trial,
                         const struct eg_png_scratch *scratch, struct eg_png_runs *runs)
{
    if (!eg_png_has_runs(pieces, scratch)) eg_png_adaptive_place(pieces->scratch->adaptive, runs);
    eg_png_adaptive_map(pieces->scratch->adaptive, runs, &trial->error);
    count_runs(trial, runs);
}

/* --- the first look, as far as it can go -------------------------------------------------------------------------------- */

/* Whether the style's palette is worth a try before all is known: it is one that the picture may have, and by a sample not too
 * rough for these runs. */
static bool may_fit(const struct eg_png_pieces *pieces, const struct eg_png_runs *runs, uint64_t visible)
{
    struct eg_png_error error = {0};
    if (!eg_png_may_lose(pieces)) return false;
    if ((uint64_t)runs->n * pieces->n < EG_PNG_MANY_RUNS) return true;
    eg_palette_try(pieces->options->palette, runs, pieces->sampled_run, &error);
    return !eg_png_is_over(visible, error.sum * pieces->sampled_run, EG_PNG_LITTLE_DOUBT);
}

/* What is needed only when there are many colours is left out where it is plain that there are few. With many, the style's
 * palette is tried at once, which saves finding the runs anew. */
static bool look(const struct eg_png_pieces *pieces, struct eg_png_trial *trial, struct eg_png_runs *runs)
{
    uint64_t visible = trial->visible;
    bool knew = trial->many;
    if (!trial->many) trial->many = !add_colours(trial, runs);
    if (pieces->one_band && !trial->many) return true;
    weigh(trial, runs);
    trial->mapped &= trial->many && may_fit(pieces, runs, trial->visible - visible);
    if (trial->mapped && !knew) memset(trial->n_runs, 0, sizeof trial->n_runs);
    if (trial->mapped) try_style(pieces, trial, runs);
    return take_sample(trial, runs, pieces->sampled_run);
}

/* --- the round -------------------------------------------------------------------------------------------------------- */

static void begin(struct eg_png_trial *trial, enum eg_png_round round)
{
    trial->error = (struct eg_png_error){0};
    trial->refused = false;
    trial->mapped = true;
    memset(trial->n_runs, 0, sizeof trial->n_runs);
    if (round != EG_PNG_LOOK) return;
    eg_png_set_clear(&trial->set);
    trial->many = false;
    trial->opaque = true;
    trial->n_all_runs = trial->visible = 0;
    trial->n_sampled = 0;
}

bool eg_png_try(struct eg_png_pieces *pieces, uint32_t number, struct eg_png_scratch *scratch)
{
    struct eg_png_trial *trial = &pieces->pieces[number].trial;
    struct eg_png_rows rows = eg_png_pieces_rows(pieces, number);
    if (!eg_png_scratch_reserve(scratch, pieces->band_rows, pieces->canvas->width)) return false;
    if (pieces->round == EG_PNG_TRY_STYLE && trial->mapped) return true; /* in the look */
    begin(trial, pieces->round);
    for (uint32_t done = 0, n; done < rows.n; done += n) {
        struct eg_png_runs *runs = &scratch->runs;
        n = eg_png_next_rows(pieces, rows, done);
        if (!eg_png_has_runs(pieces, scratch)) eg_png_runs_scan(runs, pieces->canvas, rows.first + done, n);
        if (pieces->round == EG_PNG_LOOK && !look(pieces, trial, runs)) return false;
        if (pieces->round == EG_PNG_TRY_STYLE) try_style(pieces, trial, runs);
        if (pieces->round == EG_PNG_TRY_ADAPTIVE) try_adaptive(pieces, trial, scratch, runs);
    }
    if (pieces->one_band) { /* the only piece */
        pieces->mapped = scratch == pieces->scratch;
        pieces->scanned |= pieces->mapped;
    }
    return true;
}
