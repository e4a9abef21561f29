/* The encoder's working memory, and the encoder for those who have one thread: the pieces one after the other. */
#include "render/png_pieces_private.h"

#include <stdlib.h>

#include "base/memory.h"
#include "render/deflate.h"

#define ROW_SPARE_BYTES 16 /* that packing may write past the end */

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
    free_runs(&scratch->sample);
    free(scratch->adaptive);
    free(scratch->rows);
    for (uint32_t i = 0; i < scratch->pieces.capacity; i++) {
        eg_buffer_clear(&scratch->pieces.pieces[i].chunk);
        free(scratch->pieces.pieces[i].trial.sample);
    }
    free(scratch->pieces.pieces);
    eg_deflate_free(scratch->deflate);
    free(scratch);
}

static bool make_room_for_runs(struct eg_png_runs *runs, uint32_t *capacity, uint32_t n)
{
    if (*capacity >= n) return true;
    struct eg_png_runs fresh = {.pixel = eg_memory_array(n, sizeof *fresh.pixel),
                                .length = eg_memory_array(n, sizeof *fresh.length),
                                .index = eg_memory_array(n, sizeof *fresh.index),
                                .cell = eg_memory_array(n, sizeof *fresh.cell)};
    if (!fresh.pixel || !fresh.length || !fresh.index || !fresh.cell) {
        free_runs(&fresh);
        return false;
    }
    free_runs(runs);
    *runs = fresh;
    *capacity = n;
    return true;
}

bool eg_png_scratch_reserve(struct eg_png_scratch *scratch, uint32_t n_rows, uint32_t width)
{
    void *rows = scratch->rows;
    size_t bytes = (size_t)n_rows * (1 + (size_t)width * 4) + ROW_SPARE_BYTES;
    bool made = make_room_for_runs(&scratch->runs, &scratch->runs_capacity, n_rows * width) &&
                eg_memory_reserve(&rows, &scratch->rows_capacity, bytes, 1);
    scratch->rows = rows;
    return made;
}

bool eg_png_scratch_reserve_sample(struct eg_png_scratch *scratch, uint32_t n_runs)
{
    return make_room_for_runs(&scratch->sample, &scratch->sample_capacity, n_runs);
}

enum eg_status eg_png_encode(const struct eg_canvas *canvas, const struct eg_png_options *options,
                             struct eg_buffer *out, enum eg_png_kind *kind_out, struct eg_error *err)
{
    struct eg_png_scratch *own = options->scratch ? NULL : eg_png_scratch_new();
    struct eg_png_options with_scratch = *options;
    struct eg_png_pieces *pieces;
    if (own) with_scratch.scratch = own;
    if (!with_scratch.scratch) return eg_error_no_memory(err, sizeof *own);
    uint32_t n = eg_png_pieces_usual(canvas->width, canvas->height);
    enum eg_status status = eg_png_pieces_begin(canvas, &with_scratch, n, &pieces, err);
    while (!status && eg_png_pieces_turn(pieces))
        for (uint32_t i = 0; i < eg_png_pieces_shares(pieces); i++)
            eg_png_pieces_work(pieces, i, with_scratch.scratch);
    if (!status) status = eg_png_pieces_join(pieces, out, kind_out, err);
    eg_png_scratch_free(own);
    return status;
}
