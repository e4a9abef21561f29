/* A window: the part of a picture that is drawn in one go, and the way from grid coordinates to its subpixels (1/256
 * pixel). Private to src/render.
 *
 * A vertex is rounded to the subpixel in coordinates that count from the picture's corner, half to even; the window's own
 * offset, a whole number of pixels, is taken off afterwards. So windows of one picture agree about every vertex, and so
 * do a tile and its four quarters, whose corners differ by whole pixels. */
#ifndef EG_RENDER_WINDOW_H
#define EG_RENDER_WINDOW_H

#include <stdbool.h>

#include "render/simd.h"

#define EG_SUBPX_BITS 8
#define EG_SUBPX 256 /* per pixel */

/* Farther away than this a vertex is moved closer, in subpixels. At zoom 22 the whole world is 2^38 wide, so only views
 * thousands of times deeper than any tile are touched. It keeps products of two differences below 2^103. */
#define EG_WINDOW_REACH 0x1p50

enum { EG_LEFT_OF = 1, EG_ABOVE = 2, EG_RIGHT_OF = 4, EG_BELOW = 8 };

struct eg_window {
    uint32_t x0, y0; /* its first pixel in the picture */
    uint32_t width, height;
    eg_f64x2 origin;    /* the picture's corner, grid units */
    eg_f64x2 scale;     /* subpixels per unit; the second is negative, rows run southwards */
    eg_f64x2 low, high; /* what rounds below the window or beyond it, in the picture's subpixels */
    eg_i64x2 bias;
    eg_u32x4 first,
        last; /* subpixels of the picture, twice x and y: its first, and how far its last one is from that */
};

/* A place in the window's subpixels, and on which sides of the window (widened by its margin) it lies. */
struct eg_vertex {
    int64_t x, y;
    unsigned sides;
};

/* Pixels x0 .. x0 + width - 1 by y0 .. y0 + height - 1 of the view; sides are counted from margin_px outside of it. */
struct eg_window eg_window_of(const struct eg_view *view, uint32_t x0, uint32_t y0, uint32_t width,
                              uint32_t height, uint32_t margin_px);

/* Grid box of the window widened by margin_px. */
struct eg_box eg_window_box(const struct eg_view *view, const struct eg_window *window, double margin_px);

static inline struct eg_vertex eg_window_place(const struct eg_window *window, const struct eg_point *point)
{
    /* 1.5 * 2^52: adding it leaves the rounded integer in the low bits of the sum. */
    const eg_f64x2 magic = {0x1.8p52, 0x1.8p52};
    eg_f64x2 v = eg_simd_clamp((eg_simd_from_point(point) - window->origin) * window->scale, EG_WINDOW_REACH);
    unsigned sides = eg_simd_bits(v < window->low) | eg_simd_bits(v >= window->high) << 2;
    eg_i64x2 at = (eg_i64x2)(v + magic) - window->bias;
    return (struct eg_vertex){at[0], at[1], sides};
}

/* A place within a window, in its subpixels. */
struct eg_spot {
    int32_t x, y;
};

/* The same places for n points, 2 or more; false when one of them lies outside of the window, whatever its margin: what is
 * written then means nothing. */
static inline bool eg_window_place_within(const struct eg_window *window, const struct eg_point *points,
                                          uint32_t n, struct eg_spot *spots)
{
    eg_u32x4 outside = {0}; /* the top bit of a number that is negative or beyond the last */
    for (uint32_t next = 0; next < n; next += 2) {
        uint32_t i = next + 2 <= n ? next : n - 2; /* the last pair may overlap the one before */
        eg_f64x2 a = (eg_simd_from_point(&points[i]) - window->origin) * window->scale;
        eg_f64x2 b = (eg_simd_from_point(&points[i + 1]) - window->origin) * window->scale;
        eg_u32x4 at = eg_simd_rounded(a, b) - window->first;
        outside |= at | (window->last - at);
        memcpy(&spots[i], &at, sizeof at);
    }
    return !eg_simd_has_top_bit(outside);
}

#endif
