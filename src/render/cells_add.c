/* From arcs to cells: exact signed coverage in integers.
 *
 * A segment is split at the rows' boundaries and then at the columns' boundaries; each piece lies in one cell and adds its
 * height times the part of the pixel to its right: two sums, in its own column and the next, of which a running sum along
 * the row makes the colour of every pixel. The scheme is that of FreeType's smooth rasteriser (cover and area), written
 * as in Raph Levien's font-rs, with four channels in place of one.
 *
 * What makes pictures fit together: every split point is distance * rise / run, to the nearest subpixel, counted from the
 * segment's upper end and never from where it was clipped. A window that meets only the middle of a long segment finds
 * the same points as its neighbour.
 *
 * Left of the window nothing is walked. The running sum of a row starts with the colour just left of the window: known at
 * its upper line, it changes where arcs cross the left edge; such a crossing adds its delta to all that lies below it in
 * column 0 (`edge`, again two sums). The crossings are where the split points at column 0 are, so the bookkeeping of the
 * left side telescopes with the cells exactly.
 *
 * Borders are mostly short: at zoom 8 an arc has two segments, and a segment two cells. Most of the time goes into whatever is done
 * for every point, so that is done for many points at once (see the batches below). */
#include "render/cells_wide.h"

#include <stdlib.h>
#include <string.h>

typedef eg_i16x8 delta;
__extension__ typedef unsigned __int128 wide;

/* `at` counts cells from the window's first one, row by row. */
static inline void add_at(struct eg_cells *cells, uint32_t at, int32_t dy, int32_t sum_of_x, delta d)
{
    eg_u32x4 left_part = eg_simd_times(d, dy * sum_of_x);
    cells->sums[at] += eg_simd_times_128(d, dy * 4) - left_part;
    cells->sums[at + 1] += left_part;
    cells->flags[at / EG_CELLS_GROUP] = 1;
}

static inline void add_piece(struct eg_cells *cells, int32_t column, int32_t row, int32_t dy,
                             int32_t sum_of_x, delta d)
{
    add_at(cells, (uint32_t)row * EG_CELLS_PITCH + (uint32_t)column, dy, sum_of_x, d);
}

static inline delta negated(delta d)
{
    return (delta){0} - d;
}

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
    add_piece(cells, column, row, (int32_t)done, x + far, d);
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
            add_piece(cells, column, row, (int32_t)piece, EG_SUBPX, d);
            done += piece;
        }
    }
    add_piece(cells, column, row, dy - (int32_t)done, near + (xb & (EG_SUBPX - 1)), d);
}

/* A piece of one row; dy >= 0. */
static inline void add_row(struct eg_cells *cells, int32_t row, int32_t xa, int32_t xb, int32_t dy, delta d)
{
    if (xa >> EG_SUBPX_BITS == xb >> EG_SUBPX_BITS)
        add_piece(cells, xa >> EG_SUBPX_BITS, row, dy, (xa & (EG_SUBPX - 1)) + (xb & (EG_SUBPX - 1)), d);
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

/* A segment that leaves its cell. */
static inline void add_split(struct eg_cells *cells, int32_t xa, int32_t ya, int32_t xb, int32_t yb, delta d)
{
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

void eg_cells_add_split(struct eg_cells *cells, struct eg_spot a, struct eg_spot b, delta d)
{
    add_split(cells, a.x, a.y, b.x, b.y, d);
}

/* --- batches --------------------------------------------------------------------------------------------------------- */

/* Stretches of arcs within the window wait until there are some hundred points. The points' cells are worked out in one loop, the
 * segments between them told apart in a second, and added kind by kind. None of these loops has a branch that cannot be
 * predicted: at low zooms an arc has seven points, and four of ten segments leave their cell, mostly for the one beside, above or
 * below it; guessing which costs as much as adding it. */

/* What leaves its cell for the one beside, above or below it; or for none or another. */
enum kind { KIND_WHOLE, KIND_BESIDE, KIND_BELOW, KIND_OTHER, N_KINDS };

#define BATCH 256U
#define STRETCH 128U   /* points of an arc at once */
#define NEAR_WIDTH 256 /* of a tile's window */

/* Numbers by spot; a segment has that of its first one. What is read beyond the last spot, up to sixteen, is not used. */
struct batch {
    uint32_t n, n_stretches;
    struct eg_spot spots[BATCH];
    uint32_t cell[BATCH + 16];
    uint8_t stretch[BATCH + 16];           /* filled eight at a time */
    delta deltas[BATCH / 2];               /* of each stretch */
    uint64_t of_kind[N_KINDS][BATCH / 64]; /* sets of segments */
};

static void begin_batch(struct batch *batch)
{
    batch->n = batch->n_stretches = 0;
    memset(batch->cell, 0, sizeof batch->cell);
    memset(batch->stretch, 0, sizeof batch->stretch);
    memset(batch->spots, 0, sizeof batch->spots);
}

/* Fetched now, a cell is there when something is added to it: a twentieth less for a country, a twentieth more for a tile. */
static void find_cells(const struct eg_cells *cells, struct batch *batch)
{
    for (uint32_t i = 0; i < batch->n; i += 4) {
        eg_u32x4 four = eg_simd_cells(&batch->spots[i].x, EG_SUBPX_BITS, EG_CELLS_PITCH);
        memcpy(&batch->cell[i], &four, sizeof four);
    }
    if (cells->width <= NEAR_WIDTH) return;
    for (uint32_t i = 0; i < batch->n; i++) __builtin_prefetch(&cells->sums[batch->cell[i]], 1);
}

/* What lies between two stretches is no segment. */
static void sort_segments(struct batch *batch)
{
    memset(batch->of_kind, 0, sizeof batch->of_kind);
    for (uint32_t i = 0; i + 1 < batch->n; i += 16) {
        uint32_t n_left = batch->n - 1 - i, shift = i % 64;
        uint64_t whole = eg_simd_steps(&batch->cell[i], 0), beside = eg_simd_steps(&batch->cell[i], 1),
                 below = eg_simd_steps(&batch->cell[i], EG_CELLS_PITCH),
                 all = eg_simd_equal_bytes(&batch->stretch[i]);
        if (n_left < 16) all &= (1U << n_left) - 1;
        batch->of_kind[KIND_WHOLE][i / 64] |= (all & whole) << shift;
        batch->of_kind[KIND_BESIDE][i / 64] |= (all & beside) << shift;
        batch->of_kind[KIND_BELOW][i / 64] |= (all & below) << shift;
        batch->of_kind[KIND_OTHER][i / 64] |= (all & ~(whole | beside | below)) << shift;
    }
}

/* A segment of the batch. */
struct segment {
    int32_t xa, ya, xb, yb;
    uint32_t at; /* the cell of its first end */
    delta d;
};

static inline struct segment segment_of(const struct batch *batch, uint32_t i)
{
    const struct eg_spot *a = &batch->spots[i], *b = a + 1;
    return (struct segment){a->x, a->y, b->x, b->y, batch->cell[i], batch->deltas[batch->stretch[i]]};
}

/* Within one cell. */
static inline void add_whole(struct eg_cells *cells, struct segment s)
{
    add_at(cells, s.at, s.yb - s.ya, (s.xa & (EG_SUBPX - 1)) + (s.xb & (EG_SUBPX - 1)), s.d);
}

/* The same numbers as add_columns, for two columns and any direction; what goes up counts as what goes down with d negated,
 * and dy is signed. */
static inline void add_beside_cell(struct eg_cells *cells, struct segment s)
{
    int32_t upside_down = -(s.yb < s.ya), swap_x = (s.xa ^ s.xb) & upside_down;
    int32_t xa = s.xa ^ swap_x, xb = s.xb ^ swap_x, row = s.ya >> EG_SUBPX_BITS;
    int32_t dy = abs(s.yb - s.ya), near = xb > xa ? 0 : EG_SUBPX, far = EG_SUBPX - near;
    uint32_t run = (uint32_t)abs(xb - xa);
    int32_t x = xa & (EG_SUBPX - 1);
    int32_t done = (int32_t)(((uint32_t)abs(far - x) * (uint32_t)dy + run / 2) / run);
    int16_t flip = (int16_t)upside_down;
    delta d = (s.d ^ flip) - flip;
    add_piece(cells, xa >> EG_SUBPX_BITS, row, done, x + far, d);
    add_piece(cells, xb >> EG_SUBPX_BITS, row, dy - done, near + (xb & (EG_SUBPX - 1)), d);
}

/* The same numbers as add_rows, for two rows and one column. */
static inline void add_below_cell(struct eg_cells *cells, struct segment s)
{
    int32_t upside_down = -(s.yb < s.ya);
    int32_t swap_x = (s.xa ^ s.xb) & upside_down, swap_y = (s.ya ^ s.yb) & upside_down;
    int32_t xa = s.xa ^ swap_x, xb = s.xb ^ swap_x, ya = s.ya ^ swap_y, yb = s.yb ^ swap_y;
    uint32_t run = (uint32_t)abs(xb - xa), rise = (uint32_t)(yb - ya);
    int32_t column = xa >> EG_SUBPX_BITS, row = ya >> EG_SUBPX_BITS;
    int32_t height = EG_SUBPX - (ya & (EG_SUBPX - 1));
    int32_t done = (int32_t)(((uint32_t)height * run + rise / 2) / rise);
    int32_t x = (xb < xa ? xa - done : xa + done) & (EG_SUBPX - 1);
    int16_t flip = (int16_t)upside_down;
    delta d = (s.d ^ flip) - flip;
    add_piece(cells, column, row, height, (xa & (EG_SUBPX - 1)) + x, d);
    add_piece(cells, column, row + 1, yb & (EG_SUBPX - 1), x + (xb & (EG_SUBPX - 1)), d);
}

static inline void add_other(struct eg_cells *cells, struct segment s)
{
    add_split(cells, s.xa, s.ya, s.xb, s.yb, s.d);
}

static inline void add_kind(struct eg_cells *cells, const struct batch *batch, enum kind kind,
                            void (*add)(struct eg_cells *, struct segment))
{
    for (uint32_t first = 0; first < batch->n; first += 64)
        for (uint64_t left = batch->of_kind[kind][first / 64]; left; left &= left - 1)
            add(cells, segment_of(batch, first + (uint32_t)__builtin_ctzll(left)));
}

static void flush_batch(struct eg_cells *cells, struct batch *batch)
{
    find_cells(cells, batch);
    sort_segments(batch);
    add_kind(cells, batch, KIND_WHOLE, add_whole);
    add_kind(cells, batch, KIND_BESIDE, add_beside_cell);
    add_kind(cells, batch, KIND_BELOW, add_below_cell);
    add_kind(cells, batch, KIND_OTHER, add_other);
    batch->n = batch->n_stretches = 0;
}

static inline void keep_stretch(struct batch *batch, uint32_t n, delta d)
{
    uint64_t eight = batch->n_stretches * 0x0101010101010101U;
    for (uint32_t i = 0; i < n; i += 8) memcpy(&batch->stretch[batch->n + i], &eight, sizeof eight);
    batch->deltas[batch->n_stretches++] = d;
    batch->n += n;
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
        cross_edge(cells, strip->row, y, negated(d));
    }
    for (int32_t column = (int32_t)(x >> EG_SUBPX_BITS); column < cells->width; column++) {
        int64_t far = (int64_t)(column + 1) * EG_SUBPX;
        bool ends = far >= strip->xb;
        int64_t next_x = ends ? strip->xb : far;
        int32_t next_y = ends ? strip->yb : strip_y_at(strip, far);
        add_piece(cells, column, strip->row, next_y - y, (int32_t)(x + next_x - 2 * (far - EG_SUBPX)), d);
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
        add_piece(cells, column, strip->row, next_y - y, (int32_t)(x + next_x - 2 * far), d);
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

/* Kept out of line, so that its variables do not push those of the common path out of the registers. */
__attribute__((noinline)) static void add_clipped(struct eg_cells *cells, struct eg_vertex a,
                                                  struct eg_vertex b, delta d)
{
    if (b.y < a.y) {
        struct eg_vertex upper = b;
        b = a;
        a = upper;
        d = negated(d);
    }
    if (a.y == b.y) {
        struct strip strip = {.row = (int32_t)(a.y >> EG_SUBPX_BITS), .xa = a.x, .xb = b.x};
        strip.ya = strip.yb = (int32_t)(a.y & (EG_SUBPX - 1));
        add_strip(cells, &strip, d);
        return;
    }
    add_clipped_rows(cells, a, b, d);
}

/* Both ends lie beyond the same side. */
static inline void add_beside(struct eg_cells *cells, const struct eg_vertex *a, const struct eg_vertex *b,
                              delta d)
{
    if (((a->sides ^ b->sides) & EG_ABOVE) == 0) return;
    bool left = a->sides & b->sides & EG_LEFT_OF;
    cross_top(cells, left ? -1 : 0, a->sides & EG_ABOVE ? d : negated(d));
}

/* --- arcs ----------------------------------------------------------------------------------------------------------- */

void eg_cells_add_crossing(struct eg_cells *cells, const struct eg_window *window,
                           const struct eg_point *points, uint32_t n, delta d)
{
    struct eg_vertex a = eg_window_place(window, points);
    for (uint32_t i = 1; i < n; i++) {
        struct eg_vertex b = eg_window_place(window, &points[i]);
        if ((a.sides | b.sides) == 0)
            add_split(cells, (int32_t)a.x, (int32_t)a.y, (int32_t)b.x, (int32_t)b.y, d);
        else if (a.sides & b.sides) add_beside(cells, &a, &b, d);
        else add_clipped(cells, a, b, d);
        a = b;
    }
}

void eg_cells_add_narrow(struct eg_cells *cells, const struct eg_window *window,
                         const struct eg_plane_level *level, const struct eg_cells_arc *arcs, uint32_t n,
                         const struct eg_cells_table *table)
{
    struct batch batch;
    begin_batch(&batch);
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_point *points = level->points + level->start[arcs[i].arc];
        uint32_t n_left = level->start[arcs[i].arc + 1] - level->start[arcs[i].arc];
        delta d = table->pairs[arcs[i].left] - table->pairs[arcs[i].right];
        for (uint32_t n_here; n_left > 1; points += n_here - 1, n_left -= n_here - 1) {
            n_here = n_left < STRETCH ? n_left : STRETCH;
            if (batch.n + n_here > BATCH) flush_batch(cells, &batch);
            if (eg_window_place_within(window, points, n_here, &batch.spots[batch.n]))
                keep_stretch(&batch, n_here, d);
            else eg_cells_add_crossing(cells, window, points, n_here, d);
        }
    }
    flush_batch(cells, &batch);
}

void eg_cells_add(struct eg_cells *cells, const struct eg_window *window, const struct eg_plane_level *level,
                  const struct eg_cells_arc *arcs, uint32_t n, const struct eg_cells_table *table)
{
    if (eg_cells_wide_works()) eg_cells_add_wide(cells, window, level, arcs, n, table);
    else eg_cells_add_narrow(cells, window, level, arcs, n, table);
}
