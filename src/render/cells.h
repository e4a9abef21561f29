/* Accumulator cells of one window, and the two passes over them: arcs add, the sweep sums up and clears. Private to
 * src/render.
 *
 * A cell is four 32-bit sums (a pixel's r, g, b, a, or the shares of four paints), modulo 2^32. A full pixel of channel
 * value v is v * EG_CELLS_FULL, so 255 has room for 32 areas on top of each other on either side of zero. */
#ifndef EG_RENDER_CELLS_H
#define EG_RENDER_CELLS_H

#include <stdbool.h>

#include "render/window.h"

/* Largest window; and of any shape, one of at most so many cells: half a megabyte, which stays in a second-level cache beside what
 * else is needed. A wider window means fewer corners to look up, a higher one fewer arcs met twice. */
#define EG_CELLS_WIDTH 512U
#define EG_CELLS_HEIGHT 128U
#define EG_CELLS_MOST 32768U

#define EG_CELLS_SHIFT 17
#define EG_CELLS_FULL (1 << EG_CELLS_SHIFT) /* 256 subrows * 512 half subcolumns */
#define EG_CELLS_PITCH (EG_CELLS_WIDTH + 8)
#define EG_CELLS_GROUP 8 /* pixels that share a flag "touched" */
#define EG_CELLS_FLAG_PITCH (EG_CELLS_PITCH / EG_CELLS_GROUP)

struct eg_cells {
    eg_u32x4 *sums; /* [EG_CELLS_HEIGHT * EG_CELLS_PITCH], zero between sweeps */
    uint8_t *flags; /* [EG_CELLS_HEIGHT * EG_CELLS_FLAG_PITCH], zero between sweeps */
    eg_u32x4 *edge; /* [EG_CELLS_HEIGHT + 1], zero between sweeps */
    eg_u32x4
        corner; /* what the window's arcs that cross its upper line add to the colour left of its corner */
    int32_t width, height;
    /* Times that a downward crossing of the upper line counts to the left of the window, and within or right of it: 1 and
     * 0, 0 and -1 (the sum of all crossings of a line is zero), or 0 and 0 when the corner is known. */
    int32_t count_left, count_right;
};

/* What each paint adds to a cell, and which paints add the same. */
struct eg_cells_table {
    eg_i16x8 pairs[256];
    uint8_t same_as[256]; /* arcs between two paints of equal number are left out */
};

/* Arcs with the paints of their sides. */
struct eg_cells_arc {
    uint32_t arc;
    uint8_t left, right;
};

/* Adds (left - right) along the arcs. */
void eg_cells_add(struct eg_cells *cells, const struct eg_window *window, const struct eg_plane_level *level,
                  const struct eg_cells_arc *arcs, uint32_t n, const struct eg_cells_table *table);

/* Turns the sums into premultiplied pixels, rows `stride` pixels apart, and clears the cells. `start`: the sum that holds
 * left of the window at its upper line; returned: the same at its lower line. */
eg_u32x4 eg_cells_sweep(struct eg_cells *cells, eg_u32x4 start, struct eg_rgba *pixels, size_t stride);

/* The largest share of each pixel so far and the number of its paint; both arrays have rows of EG_CELLS_WIDTH. */
struct eg_cells_shares {
    uint8_t first; /* number of the first of four paints */
    int32_t *best;
    uint8_t *number;
};

/* The same with the sums as shares of four paints, stored where they are larger than what is there. */
eg_u32x4 eg_cells_sweep_shares(struct eg_cells *cells, eg_u32x4 start, const struct eg_cells_shares *out);

#endif
