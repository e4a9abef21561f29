/* Everything is allocated before the first pixel is drawn, so a refusal leaves the cells clear for the next picture. */
#include "render/scratch.h"

#include <stdlib.h>

#include "base/memory.h"
#include "render/mask.h"

#define WINDOW_PX ((size_t)EG_CELLS_WIDTH * EG_CELLS_HEIGHT)

struct eg_render_scratch *eg_render_scratch_new(void)
{
    return eg_memory_zeroed(1, sizeof(struct eg_render_scratch));
}

void eg_render_scratch_free(struct eg_render_scratch *scratch)
{
    if (!scratch) return;
    free(scratch->cells.sums);
    free(scratch->cells.flags);
    free(scratch->cells.edge);
    free(scratch->arcs);
    free(scratch->best);
    free(scratch->number);
    free(scratch->plain);
    free(scratch->inked);
    free(scratch->mask);
    free(scratch);
}

/* Zeroed memory in *items unless it is there already. */
static enum eg_status provide(void **items, size_t count, size_t item_bytes, struct eg_error *err)
{
    if (!*items) *items = eg_memory_zeroed(count, item_bytes);
    return *items ? EG_OK : eg_error_no_memory(err, count * item_bytes);
}

enum eg_status eg_scratch_for_cells(struct eg_render_scratch *scratch, struct eg_error *err)
{
    struct eg_cells *cells = &scratch->cells;
    void *sums = cells->sums, *flags = cells->flags, *edge = cells->edge;
    enum eg_status st = provide(&sums, (size_t)EG_CELLS_HEIGHT * EG_CELLS_PITCH, sizeof *cells->sums, err);
    if (!st) st = provide(&flags, (size_t)EG_CELLS_HEIGHT * EG_CELLS_FLAG_PITCH, sizeof *cells->flags, err);
    if (!st) st = provide(&edge, EG_CELLS_HEIGHT + 1, sizeof *cells->edge, err);
    cells->sums = sums;
    cells->flags = flags;
    cells->edge = edge;
    return st;
}

enum eg_status eg_scratch_for_arcs(struct eg_render_scratch *scratch, uint32_t n_arcs, struct eg_error *err)
{
    if (n_arcs <= scratch->arcs_capacity) return EG_OK;
    uint32_t *arcs = eg_memory_array(n_arcs, sizeof *arcs);
    if (!arcs) return eg_error_no_memory(err, n_arcs * sizeof *arcs);
    free(scratch->arcs);
    scratch->arcs = arcs;
    scratch->arcs_capacity = n_arcs;
    return EG_OK;
}

enum eg_status eg_scratch_for_shares(struct eg_render_scratch *scratch, struct eg_error *err)
{
    void *best = scratch->best, *number = scratch->number;
    enum eg_status st = provide(&best, WINDOW_PX, sizeof *scratch->best, err);
    if (!st) st = provide(&number, WINDOW_PX, sizeof *scratch->number, err);
    scratch->best = best;
    scratch->number = number;
    return st;
}

enum eg_status eg_scratch_for_ink(struct eg_render_scratch *scratch, struct eg_error *err)
{
    void *plain = scratch->plain, *inked = scratch->inked;
    enum eg_status st = provide(&plain, WINDOW_PX, sizeof *scratch->plain, err);
    if (!st) st = provide(&inked, WINDOW_PX, sizeof *scratch->inked, err);
    scratch->plain = plain;
    scratch->inked = inked;
    return st;
}

enum eg_status eg_scratch_for_mask(struct eg_render_scratch *scratch, struct eg_error *err)
{
    void *mask = scratch->mask;
    enum eg_status st = provide(&mask, EG_MASK_BYTES, 1, err);
    scratch->mask = mask;
    return st;
}
