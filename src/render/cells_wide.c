/* Sixteen segments at a time.
 *
 * Stretches of arcs wait until there are some hundred points, as in cells_add.c. Then no segment is told from another by a branch:
 * of each, two pieces are worked out, that in the cell where it begins and that in the cell where it ends, with the numbers that
 * add_row and add_rows have for them; for what stays in its cell, goes to the one beside, above or below. As an arc goes on from
 * point to point, all that it adds to one cell in one visit is a difference of two running sums over its points: so a cell is
 * fetched once for a visit, not once for a piece. A visit ends with the sixteen at the latest; so its sums fit what eg_simd_times
 * can multiply. Of ten segments of a country's map one goes farther: nearly all of these to the cell beyond a corner, in three
 * pieces, sixteen at a time again; the others one by one.
 *
 * Division: numerators are below 2^17, so a float's quotient, cut off, is the integers' quotient: it never rounds up to a whole
 * number, from which the true one is at least 2^-17 of itself away. */
#include "render/cells_wide.h"

#if defined(__x86_64__) && !defined(EG_PLAIN_C)

#include <immintrin.h>

#define WIDE __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi,bmi2,popcnt")))
#define LANES 16U
#define BATCH 256U
#define STRETCH 128U /* points of an arc at once */
#define AHEAD 12U    /* arcs, visits */
#define MOST_VISITS (4 * BATCH)

bool eg_cells_wide_works(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("bmi2");
}

struct visits {
    uint32_t n;
    uint32_t cell[MOST_VISITS + LANES];
    uint32_t stretch[MOST_VISITS + LANES];
    uint32_t cover[MOST_VISITS + LANES],
        area[MOST_VISITS + LANES]; /* as pairs of halves, see eg_simd_times */
};

/* Points that wait, the visits to cells that they make. What is read beyond the last spot is not used. */
struct batch {
    uint32_t n, n_stretches;
    struct eg_spot spots[BATCH + 2 * LANES];
    uint8_t stretch[BATCH + 2 * LANES];
    eg_i16x8 deltas[BATCH / 2]; /* of each stretch */
    struct visits visits;
};

/* --- placing --------------------------------------------------------------------------------------------------------- */

struct frame {
    __m512d origin, scale;
    __m512i first, last;
};

WIDE static struct frame frame_of(const struct eg_window *window)
{
    return (struct frame){.origin = _mm512_broadcast_f64x2((__m128d)window->origin),
                          .scale = _mm512_broadcast_f64x2((__m128d)window->scale),
                          .first = _mm512_broadcast_i32x4((__m128i)window->first),
                          .last = _mm512_broadcast_i32x4((__m128i)window->last)};
}

/* The first n lanes. */
WIDE static inline __mmask16 lanes(uint32_t n)
{
    return (__mmask16)_bzhi_u32(0xFFFF, n < LANES ? n : LANES);
}

WIDE static inline __m256i place_four(const struct frame *frame, __m256i points)
{
    __m512d v = _mm512_sub_pd(_mm512_cvtepi32_pd(points), frame->origin);
    return _mm512_cvtpd_epi32(_mm512_mul_pd(v, frame->scale));
}

/* As eg_window_place_within; room for seven more spots is needed. */
WIDE static inline bool place(const struct frame *frame, const struct eg_point *points, uint32_t n,
                              struct eg_spot *spots)
{
    __m512i outside = _mm512_setzero_si512();
    for (uint32_t i = 0; i < n; i += LANES / 2) {
        __mmask16 here = lanes(2 * (n - i));
        __m512i at = _mm512_maskz_loadu_epi32(here, &points[i]);
        __m256i low = place_four(frame, _mm512_castsi512_si256(at));
        __m256i high = place_four(frame, _mm512_extracti64x4_epi64(at, 1));
        at = _mm512_sub_epi32(_mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1), frame->first);
        outside = _mm512_mask_or_epi32(outside, here, outside,
                                       _mm512_or_epi32(at, _mm512_sub_epi32(frame->last, at)));
        _mm512_storeu_si512(&spots[i], at);
    }
    return _mm512_movepi32_mask(outside) == 0;
}

/* --- pieces ---------------------------------------------------------------------------------------------------------- */

/* Of sixteen points, and the segments that begin there. */
struct sixteen {
    __m512i xa, ya, xb, yb;
    __m512i cell, stretch;
    __mmask16 whole, beside, below, corner, other;
};

/* What a segment adds to the cell of either end. */
struct pieces {
    __m512i cover_a, area_a, cover_b, area_b;
};

WIDE static inline __m512i cells_of(__m512i x, __m512i y)
{
    __m512i row = _mm512_srai_epi32(y, EG_SUBPX_BITS);
    return _mm512_add_epi32(_mm512_mullo_epi32(row, _mm512_set1_epi32(EG_CELLS_PITCH)),
                            _mm512_srai_epi32(x, EG_SUBPX_BITS));
}

WIDE static inline struct sixteen sixteen_at(const struct batch *batch, uint32_t i)
{
    const __m512i even = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
    const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
    const struct eg_spot *spots = &batch->spots[i];
    __m512i low = _mm512_loadu_si512(spots), high = _mm512_loadu_si512(spots + LANES / 2);
    __m512i low_b = _mm512_loadu_si512(spots + 1), high_b = _mm512_loadu_si512(spots + 1 + LANES / 2);
    struct sixteen s = {.xa = _mm512_permutex2var_epi32(low, even, high),
                        .ya = _mm512_permutex2var_epi32(low, odd, high),
                        .xb = _mm512_permutex2var_epi32(low_b, even, high_b),
                        .yb = _mm512_permutex2var_epi32(low_b, odd, high_b)};
    __m128i stretch = _mm_loadu_si128((const __m128i *)(const void *)&batch->stretch[i]);
    __m128i next = _mm_loadu_si128((const __m128i *)(const void *)&batch->stretch[i + 1]);
    __mmask16 all = _mm_cmpeq_epi8_mask(stretch, next) & lanes(batch->n - 1 - i);
    s.cell = cells_of(s.xa, s.ya);
    s.stretch = _mm512_cvtepu8_epi32(stretch);
    const __m512i one = _mm512_set1_epi32(1), pitch = _mm512_set1_epi32(EG_CELLS_PITCH);
    __m512i step = _mm512_abs_epi32(_mm512_sub_epi32(cells_of(s.xb, s.yb), s.cell));
    s.whole = _mm512_mask_cmpeq_epi32_mask(all, step, _mm512_setzero_si512());
    s.beside = _mm512_mask_cmpeq_epi32_mask(all, step, one);
    s.below = _mm512_mask_cmpeq_epi32_mask(all, step, pitch);
    s.corner = _mm512_mask_cmpeq_epi32_mask(all, _mm512_abs_epi32(_mm512_sub_epi32(step, pitch)), one);
    s.other = all & (__mmask16) ~(s.whole | s.beside | s.below | s.corner);
    return s;
}

WIDE static inline __m512i opposite(__mmask16 which, __m512i v)
{
    return _mm512_mask_sub_epi32(v, which, _mm512_setzero_si512(), v);
}

/* See above for why it is exact; 0 for the others. */
WIDE static inline __m512i quotient(__mmask16 which, __m512i dividend, __m512i divisor)
{
    __m512 q = _mm512_maskz_div_ps(which, _mm512_cvtepi32_ps(dividend), _mm512_cvtepi32_ps(divisor));
    return _mm512_maskz_cvttps_epi32(which, q);
}

/* a * b / divisor, to the nearest. */
WIDE static inline __m512i share(__mmask16 which, __m512i a, __m512i b, __m512i divisor)
{
    return quotient(which, _mm512_add_epi32(_mm512_madd_epi16(a, b), _mm512_srli_epi32(divisor, 1)), divisor);
}

/* The pieces of a segment from above downwards, as add_row and add_rows have them: 0 at its upper end, 1 at its lower one. */
WIDE static inline struct pieces pieces_of(const struct sixteen *s)
{
    const __m512i full = _mm512_set1_epi32(EG_SUBPX), part = _mm512_set1_epi32(EG_SUBPX - 1);
    __mmask16 up = _mm512_cmplt_epi32_mask(s->yb, s->ya);
    __m512i x0 = _mm512_mask_blend_epi32(up, s->xa, s->xb), x1 = _mm512_mask_blend_epi32(up, s->xb, s->xa);
    __m512i y0 = _mm512_min_epi32(s->ya, s->yb), y1 = _mm512_max_epi32(s->ya, s->yb);
    __mmask16 right = _mm512_cmpgt_epi32_mask(x1, x0), leaves = s->beside | s->below;
    __m512i run = _mm512_abs_epi32(_mm512_sub_epi32(x1, x0)), rise = _mm512_sub_epi32(y1, y0);
    x0 = _mm512_and_epi32(x0, part);
    x1 = _mm512_and_epi32(x1, part);
    __m512i far = _mm512_maskz_mov_epi32(right, full), near = _mm512_sub_epi32(full, far);
    __m512i height = _mm512_sub_epi32(full, _mm512_and_epi32(y0, part));
    /* Where it crosses from cell to cell: a height, or for `below` a width. */
    __m512i over = _mm512_mask_blend_epi32(s->below, run, rise);
    __m512i times = _mm512_mask_blend_epi32(s->below, rise, run);
    __m512i way = _mm512_mask_blend_epi32(s->below, _mm512_abs_epi32(_mm512_sub_epi32(far, x0)), height);
    __m512i done = share(leaves, way, times, over);
    __m512i x = _mm512_and_epi32(_mm512_add_epi32(x0, opposite((__mmask16)~right, done)), part);
    __m512i cover0 = _mm512_mask_mov_epi32(_mm512_maskz_mov_epi32(s->whole, rise), s->beside, done);
    __m512i cover1 = _mm512_maskz_sub_epi32(s->beside, rise, done);
    cover0 = opposite(up, _mm512_mask_mov_epi32(cover0, s->below, height));
    cover1 = opposite(up, _mm512_mask_and_epi32(cover1, s->below, y1, part));
    __m512i to0 = _mm512_mask_mov_epi32(_mm512_mask_mov_epi32(far, s->whole, x1), s->below, x);
    __m512i from1 = _mm512_mask_mov_epi32(near, s->below, x);
    __m512i area0 = _mm512_madd_epi16(cover0, _mm512_add_epi32(x0, to0));
    __m512i area1 = _mm512_madd_epi16(cover1, _mm512_add_epi32(from1, x1));
    return (struct pieces){
        _mm512_mask_blend_epi32(up, cover0, cover1), _mm512_mask_blend_epi32(up, area0, area1),
        _mm512_mask_blend_epi32(up, cover1, cover0), _mm512_mask_blend_epi32(up, area1, area0)};
}

/* --- visits ---------------------------------------------------------------------------------------------------------- */

struct sixteen_visits {
    __m512i cell, stretch, cover, area;
};

WIDE static inline __m512i running_sums(__m512i v)
{
    const __m512i zero = _mm512_setzero_si512();
    v = _mm512_add_epi32(v, _mm512_alignr_epi32(v, zero, 15));
    v = _mm512_add_epi32(v, _mm512_alignr_epi32(v, zero, 14));
    v = _mm512_add_epi32(v, _mm512_alignr_epi32(v, zero, 12));
    return _mm512_add_epi32(v, _mm512_alignr_epi32(v, zero, 8));
}

/* From the running sums at the ends of visits to what each visit adds. */
WIDE static inline __m512i differences(__mmask16 ends, __m512i sums)
{
    sums = _mm512_maskz_compress_epi32(ends, sums);
    return _mm512_sub_epi32(sums, _mm512_alignr_epi32(sums, _mm512_setzero_si512(), 15));
}

/* So many of sixteen. */
WIDE static inline void keep(struct visits *visits, uint32_t n, const struct sixteen_visits *v)
{
    __m512i low = _mm512_and_epi32(v->area, _mm512_set1_epi32(127));
    __m512i high = _mm512_slli_epi32(_mm512_srai_epi32(v->area, 7), 16);
    _mm512_storeu_si512(&visits->cell[visits->n], v->cell);
    _mm512_storeu_si512(&visits->stretch[visits->n], v->stretch);
    _mm512_storeu_si512(&visits->cover[visits->n], _mm512_slli_epi32(v->cover, 18));
    _mm512_storeu_si512(&visits->area[visits->n], _mm512_or_epi32(low, high));
    visits->n += n;
}

WIDE static inline void keep_ends(struct visits *visits, const struct sixteen *s, __mmask16 ends,
                                  __m512i cover, __m512i area)
{
    const struct sixteen_visits v = {.cell = _mm512_maskz_compress_epi32(ends, s->cell),
                                     .stretch = _mm512_maskz_compress_epi32(ends, s->stretch),
                                     .cover = differences(ends, running_sums(cover)),
                                     .area = differences(ends, running_sums(area))};
    keep(visits, (uint32_t)_mm_popcnt_u32(ends), &v);
}

/* --- corners --------------------------------------------------------------------------------------------------------- */

WIDE static inline __m512i gather(__mmask16 here, __m512i places, const void *numbers)
{
    return _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), here, places, numbers, sizeof(struct eg_spot));
}

/* n segments that go over a row's and a column's boundary, into the cell beyond the corner: a piece in each of three cells, the one in
 * the middle below the first or beside it. */
WIDE static void keep_corners(struct batch *batch, const uint32_t *places, uint32_t n)
{
    const __m512i full = _mm512_set1_epi32(EG_SUBPX), part = _mm512_set1_epi32(EG_SUBPX - 1);
    __m512i at = _mm512_loadu_si512(places);
    __mmask16 here = lanes(n);
    const int32_t *spots = &batch->spots[0].x;
    __m512i xa = gather(here, at, spots), ya = gather(here, at, spots + 1);
    __m512i xb = gather(here, at, spots + 2), yb = gather(here, at, spots + 3);
    __mmask16 up = _mm512_cmplt_epi32_mask(yb, ya);
    __m512i x0 = _mm512_mask_blend_epi32(up, xa, xb), x1 = _mm512_mask_blend_epi32(up, xb, xa);
    __m512i y0 = _mm512_min_epi32(ya, yb), y1 = _mm512_max_epi32(ya, yb);
    __mmask16 left = _mm512_cmplt_epi32_mask(x1, x0);
    __m512i run = _mm512_abs_epi32(_mm512_sub_epi32(x1, x0)), rise = _mm512_sub_epi32(y1, y0);
    __m512i height0 = _mm512_sub_epi32(full, _mm512_and_epi32(y0, part)),
            height1 = _mm512_and_epi32(y1, part);
    __m512i near = _mm512_maskz_mov_epi32(left, full), far = _mm512_sub_epi32(full, near);
    /* Where it crosses the row's boundary; and the column's, in the first row or the second. */
    __m512i x = _mm512_add_epi32(x0, opposite(left, share(here, height0, run, rise)));
    __mmask16 first =
        _mm512_cmpneq_epi32_mask(_mm512_srai_epi32(x, EG_SUBPX_BITS), _mm512_srai_epi32(x0, EG_SUBPX_BITS));
    __m512i from = _mm512_mask_blend_epi32(first, x, x0), to = _mm512_mask_blend_epi32(first, x1, x);
    __m512i way = _mm512_abs_epi32(_mm512_sub_epi32(far, _mm512_and_epi32(from, part)));
    __m512i cut = share(here, way, _mm512_mask_blend_epi32(first, height1, height0),
                        _mm512_abs_epi32(_mm512_sub_epi32(to, from)));
    struct sixteen_visits v = {
        .cell = cells_of(x0, y0),
        .stretch = _mm512_and_epi32(_mm512_mask_i32gather_epi32(at, here, at, batch->stretch, 1), part)};
    const __m512i below = _mm512_set1_epi32(EG_CELLS_PITCH);
    __m512i aside = opposite(left, _mm512_set1_epi32(1));
    x0 = _mm512_and_epi32(x0, part);
    x1 = _mm512_and_epi32(x1, part);
    x = _mm512_and_epi32(x, part);
    const __m512i cover[3] = {_mm512_mask_blend_epi32(first, height0, cut),
                              _mm512_mask_sub_epi32(cut, first, height0, cut),
                              _mm512_mask_sub_epi32(height1, (__mmask16)~first, height1, cut)};
    const __m512i sum[3] = {_mm512_add_epi32(x0, _mm512_mask_blend_epi32(first, x, far)),
                            _mm512_add_epi32(x, _mm512_mask_blend_epi32(first, far, near)),
                            _mm512_add_epi32(x1, _mm512_mask_blend_epi32(first, near, x))};
    const __m512i cell[3] = {v.cell, _mm512_add_epi32(v.cell, _mm512_mask_blend_epi32(first, below, aside)),
                             _mm512_add_epi32(v.cell, _mm512_add_epi32(below, aside))};
    for (int k = 0; k < 3; k++) {
        v.cell = cell[k];
        v.cover = opposite(up, cover[k]);
        v.area = _mm512_madd_epi16(v.cover, sum[k]);
        keep(&batch->visits, n < LANES ? n : LANES, &v);
    }
}

/* --- the batch ------------------------------------------------------------------------------------------------------- */

WIDE static void add_others(struct eg_cells *cells, const struct batch *batch, uint32_t first,
                            uint32_t others)
{
    for (; others; others &= others - 1) {
        uint32_t i = first + (uint32_t)__builtin_ctz(others);
        eg_cells_add_split(cells, batch->spots[i], batch->spots[i + 1], batch->deltas[batch->stretch[i]]);
    }
}

WIDE static void add_visits(struct eg_cells *cells, struct batch *batch)
{
    const struct visits *visits = &batch->visits;
    for (uint32_t i = 0; i < visits->n; i++) {
        uint32_t at = visits->cell[i];
        __builtin_prefetch(&cells->sums[visits->cell[i + AHEAD]], 1);
        __m128i d = (__m128i)batch->deltas[visits->stretch[i]];
        __m128i cover = _mm_madd_epi16(d, _mm_set1_epi32((int)visits->cover[i]));
        __m128i area = _mm_madd_epi16(d, _mm_set1_epi32((int)visits->area[i]));
        cells->sums[at] += (eg_u32x4)_mm_sub_epi32(cover, area);
        cells->sums[at + 1] += (eg_u32x4)area;
        cells->flags[at / EG_CELLS_GROUP] = 1;
    }
}

WIDE static void flush(struct eg_cells *cells, struct batch *batch)
{
    const __m512i count = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    __m512i cover_before = _mm512_setzero_si512(), area_before = cover_before;
    __mmask16 others[BATCH / LANES];
    uint32_t corners[BATCH + LANES], n_corners = 0;
    batch->visits.n = 0;
    for (uint32_t i = 0; i < batch->n; i += LANES) {
        struct sixteen s = sixteen_at(batch, i);
        struct pieces p = pieces_of(&s);
        __m512i cover = _mm512_add_epi32(p.cover_a, _mm512_alignr_epi32(p.cover_b, cover_before, 15));
        __m512i area = _mm512_add_epi32(p.area_a, _mm512_alignr_epi32(p.area_b, area_before, 15));
        keep_ends(&batch->visits, &s, lanes(batch->n - i) & (__mmask16)(~s.whole | 0x8000), cover, area);
        cover_before = p.cover_b;
        area_before = p.area_b;
        _mm512_storeu_si512(
            &corners[n_corners],
            _mm512_maskz_compress_epi32(s.corner, _mm512_add_epi32(count, _mm512_set1_epi32((int)i))));
        n_corners += (uint32_t)_mm_popcnt_u32(s.corner);
        others[i / LANES] = s.other;
    }
    for (uint32_t i = 0; i < n_corners; i += LANES) keep_corners(batch, &corners[i], n_corners - i);
    _mm512_storeu_si512(&batch->visits.cell[batch->visits.n], _mm512_setzero_si512());
    add_visits(cells, batch);
    for (uint32_t i = 0; i < batch->n; i += LANES) add_others(cells, batch, i, others[i / LANES]);
    batch->n = batch->n_stretches = 0;
}

/* --- arcs ------------------------------------------------------------------------------------------------------------ */

WIDE static inline void keep_stretch(struct batch *batch, uint32_t n, eg_i16x8 d)
{
    __m128i number = _mm_set1_epi8((char)batch->n_stretches);
    for (uint32_t i = 0; i < n; i += LANES)
        _mm_storeu_si128((__m128i *)(void *)&batch->stretch[batch->n + i], number);
    batch->deltas[batch->n_stretches++] = d;
    batch->n += n;
}

WIDE void eg_cells_add_wide(struct eg_cells *cells, const struct eg_window *window,
                            const struct eg_plane_level *level, const struct eg_cells_arc *arcs, uint32_t n,
                            const struct eg_cells_table *table)
{
    struct batch batch;
    struct frame frame = frame_of(window);
    batch.n = batch.n_stretches = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_point *points = level->points + level->start[arcs[i].arc];
        if (i + AHEAD < n) {
            const struct eg_point *next = level->points + level->start[arcs[i + AHEAD].arc];
            __builtin_prefetch(next);
            __builtin_prefetch(next + 8);
        }
        uint32_t n_left = level->start[arcs[i].arc + 1] - level->start[arcs[i].arc];
        eg_i16x8 d = table->pairs[arcs[i].left] - table->pairs[arcs[i].right];
        for (uint32_t n_here; n_left > 1; points += n_here - 1, n_left -= n_here - 1) {
            n_here = n_left < STRETCH ? n_left : STRETCH;
            if (batch.n + n_here > BATCH) flush(cells, &batch);
            if (place(&frame, points, n_here, &batch.spots[batch.n])) keep_stretch(&batch, n_here, d);
            else eg_cells_add_crossing(cells, window, points, n_here, d);
        }
    }
    flush(cells, &batch);
}

#else

bool eg_cells_wide_works(void)
{
    return false;
}

void eg_cells_add_wide(struct eg_cells *cells, const struct eg_window *window,
                       const struct eg_plane_level *level, const struct eg_cells_arc *arcs, uint32_t n,
                       const struct eg_cells_table *table)
{
    eg_cells_add_narrow(cells, window, level, arcs, n, table);
}

#endif
