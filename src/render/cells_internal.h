/* What the parts of accumulation share: arcs (cells_add.c), runs of vertices inside the window (cells_chain.c), segments that
 * leave their cell or the window (cells_split.c). Private to these files. */
#ifndef EG_RENDER_CELLS_INTERNAL_H
#define EG_RENDER_CELLS_INTERNAL_H

#include "render/cells.h"

/* What an arc adds for a full pixel to its right, as eg_simd_pairs makes it. */
typedef eg_i16x8 eg_cells_delta;

static inline void eg_cells_add_piece(struct eg_cells *cells, int32_t column, int32_t row, int32_t dy,
                                      int32_t sum_of_x, eg_cells_delta d)
{
    size_t at = (size_t)row * EG_CELLS_PITCH + (size_t)column;
    eg_u32x4 left_part = eg_simd_times(d, dy * sum_of_x);
    cells->sums[at] += eg_simd_times_128(d, dy * 4) - left_part;
    cells->sums[at + 1] += left_part;
    cells->flags[(size_t)row * EG_CELLS_FLAG_PITCH + (size_t)column / EG_CELLS_GROUP] = 1;
}

static inline eg_cells_delta eg_cells_negated(eg_cells_delta d)
{
    return (eg_cells_delta){0} - d;
}

/* A place inside the window, in subpixels. */
struct eg_cells_place {
    int32_t x, y;
};

/* A segment between two places of different cells. */
void eg_cells_add_split(struct eg_cells *cells, struct eg_cells_place a, struct eg_cells_place b,
                        eg_cells_delta d);
/* One that crosses the window's edge, and one whose ends both lie beyond the same side. */
void eg_cells_add_clipped(struct eg_cells *cells, struct eg_vertex a, struct eg_vertex b, eg_cells_delta d);
void eg_cells_add_beside(struct eg_cells *cells, const struct eg_vertex *a, const struct eg_vertex *b,
                         eg_cells_delta d);

/* --- chains: what follows each other inside the window, of one arc or part of one ------------------------------------ */

#define EG_CELLS_PLACES 1024U /* a power of two; 30 kB of working memory */

struct eg_cells_chains {
    struct eg_cells *cells;
    uint32_t n;                                        /* places */
    uint32_t n_chains;                                 /* ended ones */
    struct eg_cells_place places[EG_CELLS_PLACES + 8]; /* eight to read beyond the end */
    uint64_t ends[EG_CELLS_PLACES / 64];               /* the last place of each chain */
    eg_cells_delta deltas[EG_CELLS_PLACES];            /* [n_chains] */
};

/* The places since the last end are a chain. */
static inline void eg_cells_end_chain(struct eg_cells_chains *chains, eg_cells_delta d)
{
    chains->ends[(chains->n - 1) / 64] |= UINT64_C(1) << (chains->n - 1) % 64;
    chains->deltas[chains->n_chains++] = d;
}

/* Adds all chains, every one of which has ended, and empties the list. */
void eg_cells_add_chains(struct eg_cells_chains *chains);

#endif
