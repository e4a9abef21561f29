/* The parts of the palette builder, shared between its files alone. */
#ifndef EG_RENDER_PALETTE_PRIVATE_H
#define EG_RENDER_PALETTE_PRIVATE_H

#include <stdlib.h>

#include "render/png_private.h"

#define EG_PALETTE_EXACT_MAX 200u
#define EG_PALETTE_SAMPLES 8192u /* half as many: 5 % more error; twice as many: no less */

/* A style's colours without doubles. */
struct eg_palette_grounds {
    uint32_t n; /* colours that areas are filled with, at least one */
    struct eg_rgba colours[EG_PALETTE_EXACT_MAX];
    uint32_t n_inks;
    struct {
        struct eg_rgba ground, ink;
    } inks[EG_PALETTE_EXACT_MAX];
    struct eg_rgba outside;
    const struct eg_rgba *lines;
    uint32_t n_lines;
};

/* Points that stand for the blends in the style's pictures; free(). NULL when memory is refused. */
struct eg_quantise_point *eg_palette_sample(const struct eg_palette_grounds *grounds, uint32_t *n_out);

/* Fills the table whose cell (r, g, b[, a]) has the number of the nearest of colours[n]. A cell is 2^(8 - bits) wide; the
 * table has 2^(bits * n_channels) cells, r in the highest bits. With three channels alpha is the given one throughout, and only
 * colours of that alpha, of which there must be one, are taken. */
struct eg_palette_table {
    uint8_t *cells;
    uint32_t bits;       /* of each channel, 1 to 8 */
    uint32_t n_channels; /* 3 or 4 */
    uint32_t alpha;
};
void eg_palette_table_fill(const struct eg_palette_table *table, const struct eg_rgba *colours, uint32_t n);

#endif
