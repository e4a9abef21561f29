/* Patterns by distance: the share of ink in a pixel is how far its centre lies inside the nearest stroke or dot, taken
 * over one pixel's width. For strokes wider than a pixel that is within 2 % of the covered area, which is all the eye
 * asks of a texture.
 *
 * Measures are in eighths of the cell, that is, pixels at scale 1. Dots stand in two places of the cell, like the five on
 * a die; strokes run from lower left to upper right along the cell's diagonal, so that the next cell carries them on. */
#include "render/pattern.h"

#include <math.h>
#include <string.h>

#define CELL 8.0 /* the cell's side in its own units */

/* Less ink and a state is overlooked in small areas; more and the class colour beneath a hatch cannot be read. */
#define DOT_RADIUS 1.15
#define HATCH_HALF_WIDTH 0.6
#define CROSS_HALF_WIDTH 0.5

static const double diagonal_step =
    0.70710678118654752; /* distance across the strokes for one step along an axis */

uint32_t eg_pattern_period_px(double line_scale)
{
    if (!(line_scale > 0.5)) return 4; /* NaN included */
    if (line_scale >= 8.0) return EG_PATTERN_MAX_PERIOD_PX;
    return (uint32_t)lround(CELL * line_scale);
}

/* x less the nearest multiple of CELL, for x from -CELL to 2 CELL; every picture does this some hundred times, and the
 * library's remainder() would take as long as packing a small tile. */
static double wrapped(double x)
{
    if (x > CELL / 2) x -= CELL;
    if (x > CELL / 2) x -= CELL;
    if (x < -CELL / 2) x += CELL;
    return x;
}

/* Distance from (u, v) to the nearest point of a lattice of period CELL with one point at (at, at). */
static double lattice_distance(double u, double v, double at)
{
    double du = wrapped(u - at);
    double dv = wrapped(v - at);
    return sqrt(du * du + dv * dv);
}

/* How far inside the ink a point of the cell lies; negative outside. */
static double depth(enum eg_pattern pattern, double u, double v)
{
    double rising = fabs(wrapped(u + v - CELL / 2)) * diagonal_step;
    double falling = fabs(wrapped(u - v)) * diagonal_step;
    switch (pattern) {
    case EG_PATTERN_DOTS:
        return DOT_RADIUS - fmin(lattice_distance(u, v, CELL / 4), lattice_distance(u, v, CELL * 3 / 4));
    case EG_PATTERN_HATCH:
        return HATCH_HALF_WIDTH - rising;
    case EG_PATTERN_CROSS:
        return CROSS_HALF_WIDTH - fmin(rising, falling);
    case EG_PATTERN_NONE:
        break;
    }
    return -CELL;
}

static uint8_t cell_alpha(enum eg_pattern pattern, uint32_t column, uint32_t row, uint32_t period_px)
{
    double pixel = CELL / period_px; /* a pixel's width in the cell's units */
    double inside_px = depth(pattern, (column + 0.5) * pixel, (row + 0.5) * pixel) / pixel;
    return (uint8_t)lround(255.0 * fmin(fmax(inside_px + 0.5, 0.0), 1.0));
}

void eg_pattern_cell_init(struct eg_pattern_cell *cell, enum eg_pattern pattern, double line_scale)
{
    uint32_t period = eg_pattern_period_px(line_scale);
    cell->period_px = period;
    for (uint32_t row = 0; row < period; row++)
        for (uint32_t column = 0; column < period; column++)
            cell->alpha[row * period + column] = cell_alpha(pattern, column, row, period);
}

void eg_pattern_row(const struct eg_pattern_cell *cell, uint32_t px, uint32_t py, uint32_t n,
                    uint8_t *alpha_out)
{
    uint32_t period = cell->period_px;
    const uint8_t *row = cell->alpha + (size_t)(py % period) * period;
    uint32_t column = px % period;
    for (uint32_t done = 0; done < n;) {
        uint32_t run = period - column < n - done ? period - column : n - done;
        memcpy(alpha_out + done, row + column, run);
        done += run;
        column = 0;
    }
}
