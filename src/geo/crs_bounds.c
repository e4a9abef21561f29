/* A box in another CRS.
 *
 * Its edges bend, and about a pole the extremes lie inside, so that the corners alone say little. A grid of points all over the
 * box is transformed. Between three of them in a row a curve leaves its chord by an eighth of their second difference; the
 * largest of those, along rows and along columns, is the margin. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "geo/crs.h"

#define SIDE 33 /* points each way */

static void fill_grid(struct eg_transform *transform, struct eg_bounds from, double *xy)
{
    for (int i = 0; i < SIDE * SIDE; i++) {
        xy[2 * i] = from.min_x + (from.max_x - from.min_x) * (i % SIDE) / (SIDE - 1);
        xy[2 * i + 1] = from.min_y + (from.max_y - from.min_y) * (i / SIDE) / (SIDE - 1);
    }
    (void)eg_transform_points(transform, xy, SIDE * SIDE);
}

/* How far a curve through three values, `step` apart, may leave the polyline; 0 at the grid's end or where one is missing. */
static double sagitta(const double *value, bool is_inner, int step)
{
    double bend = is_inner ? fabs(value[-step] - 2 * value[0] + value[step]) / 8 : 0;
    return isfinite(bend) ? bend : 0;
}

/* The range of one coordinate, xy + 0 or xy + 1; empty when there is none. */
static void find_range(const double *values, double *min_out, double *max_out)
{
    double min = HUGE_VAL, max = -HUGE_VAL, along_rows = 0, along_columns = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        const double *value = values + 2 * i;
        int column = i % SIDE, row = i / SIDE;
        if (!isfinite(*value)) continue;
        min = fmin(min, *value);
        max = fmax(max, *value);
        along_rows = fmax(along_rows, sagitta(value, column > 0 && column < SIDE - 1, 2));
        along_columns = fmax(along_columns, sagitta(value, row > 0 && row < SIDE - 1, 2 * SIDE));
    }
    *min_out = min - along_rows - along_columns;
    *max_out = max + along_rows + along_columns;
}

enum eg_status eg_transform_bounds(struct eg_transform *transform, struct eg_bounds from,
                                   struct eg_bounds *to_out, struct eg_error *err)
{
    struct eg_bounds to;
    double *xy = eg_memory_array((size_t)SIDE * SIDE, 2 * sizeof *xy);
    if (!xy) return eg_error_no_memory(err, (size_t)SIDE * SIDE * 2 * sizeof *xy);
    fill_grid(transform, from, xy);
    find_range(xy, &to.min_x, &to.max_x);
    find_range(xy + 1, &to.min_y, &to.max_y);
    free(xy);
    if (!(to.min_x <= to.max_x))
        return eg_error_set(err, EG_UNSUPPORTED, "no part of the box can be shown in the other CRS");
    *to_out = to;
    return EG_OK;
}
