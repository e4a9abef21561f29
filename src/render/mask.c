/* A stroke by distance: a pixel is covered as far as its centre lies inside the line, taken over one pixel's width. That
 * makes round ends and joins by itself, costs a square root a pixel (four at a time), and depends on nothing but the
 * stroke and the pixel: neither on the order of strokes nor on the window, so pictures fit together. Against the exact
 * area a one-pixel line is off by at most an eighth at unlucky angles, and right in the sum over its width.
 *
 * Numbers are 32-bit floats counted from the stroke's first end. Strokes beyond 1,024 pixels are halved first, at points
 * that depend on their ends alone, so that the place across the line is good to 1/4,000 pixel. */
#include "render/mask.h"

#include <float.h>
#include <math.h>

#define LONGEST ((int64_t)1024 * EG_SUBPX)

void eg_mask_begin(struct eg_mask *mask, uint32_t width, uint32_t height)
{
    mask->width = (int32_t)width;
    mask->height = (int32_t)height;
    for (uint32_t i = 0; i < height; i++) {
        mask->first[i] = EG_MASK_WIDTH;
        mask->last[i] = -1;
    }
}

/* A stroke of at most LONGEST: its first end in subpixels, the rest in pixels from there. */
struct stroke {
    int32_t x, y;
    float along_x, along_y; /* unit vector to the other end */
    float length;
    float reach;
    float left, right; /* bounds of the whole stroke */
    float slope, slab; /* columns per row of the middle line, and half the line's width along a row */
};

/* fminf and fmaxf are calls, because of NaN. */
static inline float smaller(float a, float b)
{
    return a < b ? a : b;
}

static inline float larger(float a, float b)
{
    return a > b ? a : b;
}

static struct stroke stroke_between(const struct eg_mask *mask, const struct eg_vertex *a,
                                    const struct eg_vertex *b)
{
    float dx = (float)(b->x - a->x) / EG_SUBPX;
    float dy = (float)(b->y - a->y) / EG_SUBPX;
    struct stroke s = {.x = (int32_t)a->x, .y = (int32_t)a->y, .along_x = 1, .slab = FLT_MAX};
    s.reach = eg_mask_reach_px(mask);
    s.length = sqrtf(dx * dx + dy * dy);
    s.left = smaller(0, dx) - s.reach;
    s.right = larger(0, dx) + s.reach;
    if (s.length > 0) {
        s.along_x = dx / s.length;
        s.along_y = dy / s.length;
    }
    if (dy != 0) {
        s.slope = dx / dy;
        s.slab = s.reach * s.length / fabsf(dy);
    }
    return s;
}

/* Offset of a pixel's centre from the stroke's first end, one axis, in pixels; exact. */
static float centre_from(int32_t pixel, int32_t end)
{
    return (float)(pixel * EG_SUBPX + EG_SUBPX / 2 - end) / EG_SUBPX;
}

/* Covers four pixels from (column, row), given the row's offset. */
static inline void cover_four(const struct eg_mask *mask, const struct stroke *s, int32_t column, float y,
                              uint8_t *row)
{
    const eg_f32x4 steps = {0, 1, 2, 3};
    const eg_f32x4 full = {255, 255, 255, 255};
    eg_f32x4 x = centre_from(column, s->x) + steps;
    eg_f32x4 along = x * s->along_x + y * s->along_y;
    eg_f32x4 across = x * s->along_y - y * s->along_x;
    eg_f32x4 beyond = along - eg_simd_between(along, 0, s->length);
    eg_f32x4 depth = s->reach - eg_simd_sqrt(across * across + beyond * beyond);
    eg_f32x4 value = depth * 255 + 0.5F;
    if (mask->aliased) value = (eg_f32x4)((eg_i32x4)full & (depth >= 0)); /* a centre on the rim counts */
    eg_simd_raise(row + column, eg_simd_between(value, 0, 255));
}

static void cover_row(struct eg_mask *mask, const struct stroke *s, int32_t row)
{
    float y = centre_from(row, s->y);
    float middle = y * s->slope;
    float left = larger(s->left, middle - s->slab);
    float right = smaller(s->right, middle + s->slab);
    if (left > right) return;
    /* A quarter of a pixel for rounding, half a pixel because centres count. */
    int32_t first = (s->x + (int32_t)((left - 0.75F) * EG_SUBPX)) >> EG_SUBPX_BITS;
    int32_t last = (s->x + (int32_t)((right + 0.25F) * EG_SUBPX)) >> EG_SUBPX_BITS;
    if (first < 0) first = 0;
    if (last >= mask->width) last = mask->width - 1;
    if (first > last) return;
    if (first < mask->first[row]) mask->first[row] = first;
    if (last > mask->last[row]) mask->last[row] = last;
    uint8_t *bytes = mask->bytes + (size_t)row * EG_MASK_PITCH;
    for (int32_t column = first; column <= last; column += 4) cover_four(mask, s, column, y, bytes);
}

static void stroke_short(struct eg_mask *mask, const struct eg_vertex *a, const struct eg_vertex *b)
{
    struct stroke s = stroke_between(mask, a, b);
    int32_t reach = (int32_t)ceilf(s.reach * EG_SUBPX) + EG_SUBPX / 2;
    int32_t upper = (int32_t)(a->y < b->y ? a->y : b->y);
    int32_t lower = (int32_t)(a->y < b->y ? b->y : a->y);
    int32_t first = (upper - reach) >> EG_SUBPX_BITS;
    int32_t last = (lower + reach) >> EG_SUBPX_BITS;
    if (first < 0) first = 0;
    if (last >= mask->height) last = mask->height - 1;
    for (int32_t row = first; row <= last; row++) cover_row(mask, &s, row);
}

static unsigned sides_of(const struct eg_mask *mask, int64_t x, int64_t y)
{
    int64_t margin = (int64_t)(eg_mask_reach_px(mask) * EG_SUBPX) + EG_SUBPX;
    unsigned sides = 0;
    if (x < -margin) sides |= EG_LEFT_OF;
    if (y < -margin) sides |= EG_ABOVE;
    if (x >= (int64_t)mask->width * EG_SUBPX + margin) sides |= EG_RIGHT_OF;
    if (y >= (int64_t)mask->height * EG_SUBPX + margin) sides |= EG_BELOW;
    return sides;
}

void eg_mask_stroke(struct eg_mask *mask, const struct eg_vertex *a, const struct eg_vertex *b)
{
    if (a->sides & b->sides) return;
    int64_t dx = b->x - a->x;
    int64_t dy = b->y - a->y;
    if (dx >= -LONGEST && dx <= LONGEST && dy >= -LONGEST && dy <= LONGEST) {
        stroke_short(mask, a, b);
        return;
    }
    /* At most 34 deep: both halves are drawn only where the line passes the window. */
    struct eg_vertex middle = {.x = a->x + (dx >> 1), .y = a->y + (dy >> 1)};
    middle.sides = sides_of(mask, middle.x, middle.y);
    eg_mask_stroke(mask, a, &middle);
    eg_mask_stroke(mask, &middle, b);
}
