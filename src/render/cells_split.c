/* Segments that leave their cell or the window: split at the rows' boundaries, then at the columns'.
 *
 * What makes pictures fit together: every split point is distance * rise / run, to the nearest subpixel, counted from the
 * segment's upper end and never from where it was clipped. A window that meets only the middle of a long segment finds
 * the same points as its neighbour.
 *
 * Left of the window nothing is walked. The running sum of a row starts with the colour just left of the window: known at
 * its upper line, it changes where arcs cross the left edge; such a crossing adds its delta to all that lies below it in
 * column 0 (`edge`, again two sums). The crossings are where the split points at column 0 are, so the bookkeeping of the
 * left side telescopes with the cells exactly. */
#include <stdlib.h>

#include "render/cells_internal.h"

typedef eg_cells_delta delta;
__extension__ typedef unsigned __int128 wide;

/* The arc steps from one side of column 0 to the other, y subpixels below the row's top. */
static void cross_edge(struct eg_cells *cells, int32_t row, int32_t y, delta d)
{
    cells->edge[row] += eg_simd_times(d, (EG_SUBPX - y) * (2 * EG_SUBPX));
    cells->edge[row + 1] += eg_simd_times(d, y * (2 * EG_SUBPX));
}

/* --- inside the window: 32 bits are enough ------------------------------------------------------------------------- */

/* A piece of one row that meets two columns or more, dy >= 0. */
static void add_columns(struct eg_cells *cells, int32_t row, int32_t xa, int32_t xb, int32_t dy, delta d)
{
    int32_t right = xb > xa;
    int32_t step = right ? 1 : -1;
    uint32_t run = (uint32_t)abs(xb - xa);
    uint32_t rise = (uint32_t)dy;
    int32_t column = xa >> EG_SUBPX_BITS;
    int32_t last = xb >> EG_SUBPX_BITS;
    int32_t near = right ? 0 : EG_SUBPX; /* where a column is entered and left */
    int32_t far = EG_SUBPX - near;
    int32_t x = xa & (EG_SUBPX - 1);
    uint32_t first = (uint32_t)abs(far - x) * rise + run / 2;
    uint32_t done = first / run;
    eg_cells_add_piece(cells, column, row, (int32_t)done, x + far, d);
    column += step;
    if (column != last) {
        uint32_t rest = first % run;
        uint32_t lift = EG_SUBPX * rise / run;
        uint32_t lift_rest = EG_SUBPX * rise % run;
        for (; column != last; column += step) {
            uint32_t piece = lift;
            rest += lift_rest;
            if (rest >= run) {
                rest -= run;
                piece++;
            }
            eg_cells_add_piece(cells, column, row, (int32_t)piece, EG_SUBPX, d);
            done += piece;
        }
    }
    eg_cells_add_piece(cells, column, row, dy - (int32_t)done, near + (xb & (EG_SUBPX - 1)), d);
}

/* A piece of one row; dy >= 0. */
static inline void add_row(struct eg_cells *cells, int32_t row, int32_t xa, int32_t xb, int32_t dy, delta d)
{
    if (xa >> EG_SUBPX_BITS == xb >> EG_SUBPX_BITS)
        eg_cells_add_piece(cells, xa >> EG_SUBPX_BITS, row, dy, (xa & (EG_SUBPX - 1)) + (xb & (EG_SUBPX - 1)),
                           d);
    else if (dy > 0) add_columns(cells, row, xa, xb, dy, d);
}

/* A segment that meets two rows or more, ya < yb. */
static void add_rows(struct eg_cells *cells, int32_t xa, int32_t ya, int32_t xb, int32_t yb, delta d)
{
    int32_t sign = xb < xa ? -1 : 1;
    uint32_t run = (uint32_t)abs(xb - xa);
    uint32_t rise = (uint32_t)(yb - ya);
    int32_t row = ya >> EG_SUBPX_BITS;
    int32_t last = yb >> EG_SUBPX_BITS;
    int32_t height = EG_SUBPX - (ya & (EG_SUBPX - 1));
    uint32_t first = (uint32_t)height * run + rise / 2;
    uint32_t done = first / rise;
    int32_t x = xa + sign * (int32_t)done;
    add_row(cells, row++, xa, x, height, d);
    if (row != last) {
        uint32_t rest = first % rise;
        uint32_t lift = EG_SUBPX * run / rise;
        uint32_t lift_rest = EG_SUBPX * run % rise;
        for (; row != last; row++) {
            uint32_t step = lift;
            rest += lift_rest;
            if (rest >= rise) {
                rest -= rise;
                step++;
            }
            int32_t next = x + sign * (int32_t)step;
            add_row(cells, row, x, next, EG_SUBPX, d);
            x = next;
        }
    }
    if (yb & (EG_SUBPX - 1)) add_row(cells, row, x, xb, yb & (EG_SUBPX - 1), d);
}

void eg_cells_add_split(struct eg_cells *cells, struct eg_cells_place a, struct eg_cells_place b, delta d)
{
    int32_t xa = a.x, ya = a.y, xb = b.x, yb = b.y;
    int32_t upside_down = -(yb < ya);
    int32_t swap_x = (xa ^ xb) & upside_down;
    int32_t swap_y = (ya ^ yb) & upside_down;
    int16_t flip = (int16_t)upside_down;
    d = (d ^ flip) - flip;
    xa ^= swap_x;
    xb ^= swap_x;
    ya ^= swap_y;
    yb ^= swap_y;
    if ((ya ^ yb) >> EG_SUBPX_BITS == 0) add_row(cells, ya >> EG_SUBPX_BITS, xa, xb, yb - ya, d);
    else add_rows(cells, xa, ya, xb, yb, d);
}

/* --- across the window's edges: 64 bits ----------------------------------------------------------------------------- */

/* a * b / c rounded to nearest, c > 0. */
static uint64_t times_over(uint64_t a, uint64_t b, uint64_t c)
{
    if ((a | b | c) >> 32 == 0) return (a * b + c / 2) / c;
    return (uint64_t)(((wide)a * b + c / 2) / c);
}

static uint64_t distance(int64_t a, int64_t b)
{
    return a < b ? (uint64_t)(b - a) : (uint64_t)(a - b);
}

/* A piece of one row from (xa, ya) to (xb, yb); ya and yb count from the row's top, ya <= yb. */
struct strip {
    int32_t row;
    int64_t xa, xb;
    int32_t ya, yb;
};

static int32_t strip_y_at(const struct strip *strip, int64_t x)
{
    return strip->ya + (int32_t)times_over(distance(x, strip->xa), (uint64_t)(strip->yb - strip->ya),
                                           distance(strip->xb, strip->xa));
}

static void add_strip_eastwards(struct eg_cells *cells, const struct strip *strip, delta d)
{
    int64_t x = strip->xa;
    int32_t y = strip->ya;
    if (x < 0) {
        x = 0;
        y = strip_y_at(strip, x);
        cross_edge(cells, strip->row, y, eg_cells_negated(d));
    }
    for (int32_t column = (int32_t)(x >> EG_SUBPX_BITS); column < cells->width; column++) {
        int64_t far = (int64_t)(column + 1) * EG_SUBPX;
        bool ends = far >= strip->xb;
        int64_t next_x = ends ? strip->xb : far;
        int32_t next_y = ends ? strip->yb : strip_y_at(strip, far);
        eg_cells_add_piece(cells, column, strip->row, next_y - y,
                           (int32_t)(x + next_x - 2 * (far - EG_SUBPX)), d);
        if (ends) return;
        x = next_x;
        y = next_y;
    }
}

static void add_strip_westwards(struct eg_cells *cells, const struct strip *strip, delta d)
{
    int64_t x = strip->xa;
    int32_t y = strip->ya;
    int64_t width = (int64_t)cells->width * EG_SUBPX;
    if (x >= width) {
        x = width;
        y = strip_y_at(strip, x);
    }
    for (int32_t column = (int32_t)((x - 1) >> EG_SUBPX_BITS); column >= 0; column--) {
        int64_t far = (int64_t)column * EG_SUBPX;
        bool ends = far <= strip->xb;
        int64_t next_x = ends ? strip->xb : far;
        int32_t next_y = ends ? strip->yb : strip_y_at(strip, far);
        eg_cells_add_piece(cells, column, strip->row, next_y - y, (int32_t)(x + next_x - 2 * far), d);
        if (ends) return;
        x = next_x;
        y = next_y;
    }
    cross_edge(cells, strip->row, y, d);
}

static void add_strip(struct eg_cells *cells, const struct strip *strip, delta d)
{
    int64_t width = (int64_t)cells->width * EG_SUBPX;
    bool a_inside = (uint64_t)strip->xa < (uint64_t)width;
    bool b_inside = (uint64_t)strip->xb < (uint64_t)width;
    if (a_inside && b_inside)
        add_row(cells, strip->row, (int32_t)strip->xa, (int32_t)strip->xb, strip->yb - strip->ya, d);
    else if ((strip->xa < 0 && strip->xb < 0) || (strip->xa >= width && strip->xb >= width)) return;
    else if (strip->xa < strip->xb) add_strip_eastwards(cells, strip, d);
    else add_strip_westwards(cells, strip, d);
}

/* A downward crossing of the window's upper line at x. */
static void cross_top(struct eg_cells *cells, int64_t x, delta d)
{
    int32_t count = x < 0 ? cells->count_left : cells->count_right;
    cells->corner += eg_simd_times(d, count * EG_CELLS_FULL);
}

/* Where the segment from a down to b stands at y. */
static int64_t segment_x_at(const struct eg_vertex *a, const struct eg_vertex *b, int64_t y)
{
    int64_t across = (int64_t)times_over(distance(a->x, b->x), (uint64_t)(y - a->y), (uint64_t)(b->y - a->y));
    return b->x < a->x ? a->x - across : a->x + across;
}

static void add_clipped_rows(struct eg_cells *cells, struct eg_vertex a, struct eg_vertex b, delta d)
{
    struct strip strip = {.row = 0, .xa = a.x};
    if (a.y < 0) {
        strip.xa = segment_x_at(&a, &b, 0);
        cross_top(cells, strip.xa, d);
    } else {
        strip.row = (int32_t)(a.y >> EG_SUBPX_BITS);
        strip.ya = (int32_t)(a.y & (EG_SUBPX - 1));
    }
    for (; strip.row < cells->height; strip.row++) {
        int64_t boundary = ((int64_t)strip.row + 1) * EG_SUBPX;
        bool ends = b.y <= boundary;
        strip.xb = ends ? b.x : segment_x_at(&a, &b, boundary);
        strip.yb = ends ? (int32_t)(b.y - boundary) + EG_SUBPX : EG_SUBPX;
        add_strip(cells, &strip, d);
        if (ends) return;
        strip.xa = strip.xb;
        strip.ya = 0;
    }
}

void eg_cells_add_clipped(struct eg_cells *cells, struct eg_vertex a, struct eg_vertex b, delta d)
{
    if (b.y < a.y) {
        struct eg_vertex upper = b;
        b = a;
        a = upper;
        d = eg_cells_negated(d);
    }
    if (a.y == b.y) {
        struct strip strip = {.row = (int32_t)(a.y >> EG_SUBPX_BITS), .xa = a.x, .xb = b.x};
        strip.ya = strip.yb = (int32_t)(a.y & (EG_SUBPX - 1));
        add_strip(cells, &strip, d);
        return;
    }
    add_clipped_rows(cells, a, b, d);
}

void eg_cells_add_beside(struct eg_cells *cells, const struct eg_vertex *a, const struct eg_vertex *b,
                         delta d)
{
    if (((a->sides ^ b->sides) & EG_ABOVE) == 0) return;
    bool left = a->sides & b->sides & EG_LEFT_OF;
    cross_top(cells, left ? -1 : 0, a->sides & EG_ABOVE ? d : eg_cells_negated(d));
}
