/* Patterns that tell the states of a value apart: dots (suppressed), hatching (unreliable), crossed hatching (not
 * applicable). The map and the legend draw them with the same code.
 *
 * A pattern lies on an endless sheet of square cells. A cell is 8 x 8 pixels at line_scale 1 and a whole number of pixels
 * at every scale, so that the pattern repeats exactly and runs on from tile to tile. */
#ifndef EG_RENDER_PATTERN_H
#define EG_RENDER_PATTERN_H

#include <stdint.h>

enum eg_pattern { EG_PATTERN_NONE, EG_PATTERN_DOTS, EG_PATTERN_HATCH, EG_PATTERN_CROSS };

#define EG_PATTERN_MAX_PERIOD_PX 64 /* line_scale beyond 8 is drawn as 8, below 0.5 as 0.5 */

/* A multiple of the period at the scales 1, 2, 3 and 4: a picture's place on the sheet may be taken modulo this. */
#define EG_PATTERN_SHEET_PX 49152u

/* Side of a cell in pixels at this scale, 4 to EG_PATTERN_MAX_PERIOD_PX. */
uint32_t eg_pattern_period_px(double line_scale);

/* Shares of ink, 0 to 255, anti-aliased; 0 for EG_PATTERN_NONE. One cell, worked out once for a picture (about a microsecond at scale 1). */
struct eg_pattern_cell {
    uint32_t period_px;
    uint8_t
        alpha[EG_PATTERN_MAX_PERIOD_PX * EG_PATTERN_MAX_PERIOD_PX]; /* [period_px * period_px], row by row */
};
void eg_pattern_cell_init(struct eg_pattern_cell *cell, enum eg_pattern pattern, double line_scale);

/* The ink of `n` pixels of the sheet from (px, py) to the right, into alpha_out[n]. */
void eg_pattern_row(const struct eg_pattern_cell *cell, uint32_t px, uint32_t py, uint32_t n,
                    uint8_t *alpha_out);

#endif
