/* Canvases are plain arrays of premultiplied bytes; a 256-pixel tile is 256 kB.
 *
 * A view is two offsets and two scales. In the web Mercator pyramid both are sums of powers of two: a pixel of zoom z is
 * 2^(24-z) grid units wide, tile x begins x * 2^(32-z) units east of -2^31. Doubles hold these numbers, and products of
 * them with any grid coordinate, without rounding. */
#include "render/canvas.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "render/pattern.h"

#define CANVAS_MAX_PX 16384U
#define WORLD_UNITS 4294967296.0 /* the web Mercator world is 2^32 grid units wide */
#define WORLD_ZOOM 24            /* the zoom whose pixels are one grid unit wide */

static uint8_t times_alpha(uint8_t channel, uint8_t alpha)
{
    return (uint8_t)((channel * alpha + 127) / 255);
}

struct eg_rgba eg_rgba_premultiply(struct eg_rgba straight)
{
    return (struct eg_rgba){times_alpha(straight.r, straight.a), times_alpha(straight.g, straight.a),
                            times_alpha(straight.b, straight.a), straight.a};
}

static uint8_t over(uint8_t top, uint8_t bottom, uint8_t top_alpha)
{
    return (uint8_t)(top + (bottom * (255 - top_alpha) + 127) / 255);
}

struct eg_rgba eg_rgba_over(struct eg_rgba top, struct eg_rgba bottom)
{
    return (struct eg_rgba){over(top.r, bottom.r, top.a), over(top.g, bottom.g, top.a),
                            over(top.b, bottom.b, top.a), over(top.a, bottom.a, top.a)};
}

void eg_canvas_compose(struct eg_canvas *bottom, const struct eg_canvas *top, struct eg_rows rows)
{
    size_t first = (size_t)bottom->width * rows.first, n = (size_t)bottom->width * rows.n;
    EG_ASSERT(bottom->width == top->width && bottom->height == top->height);
    for (size_t i = first; i < first + n; i++) {
        if (top->pixels[i].a == 0) continue;
        bottom->pixels[i] = eg_rgba_over(top->pixels[i], bottom->pixels[i]);
    }
}

enum eg_status eg_canvas_init(struct eg_canvas *canvas, uint32_t width, uint32_t height, struct eg_error *err)
{
    if (width < 1 || width > CANVAS_MAX_PX || height < 1 || height > CANVAS_MAX_PX)
        return eg_error_set(err, EG_LIMIT, "a picture of %u x %u pixels: both must be between 1 and %u",
                            width, height, CANVAS_MAX_PX);
    size_t n = (size_t)width * height;
    struct eg_rgba *pixels = eg_memory_zeroed(n, sizeof *pixels);
    if (!pixels) return eg_error_no_memory(err, n * sizeof *pixels);
    *canvas = (struct eg_canvas){width, height, pixels};
    return EG_OK;
}

void eg_canvas_clear(struct eg_canvas *canvas)
{
    free(canvas->pixels);
    *canvas = (struct eg_canvas){0};
}

struct eg_view eg_view_tile(const struct eg_plane *plane, uint32_t z, uint32_t x, uint32_t y, uint32_t scale)
{
    double tile_units = ldexp(WORLD_UNITS, -(int)z);
    double px_per_unit = ldexp((double)scale, (int)z - WORLD_ZOOM);
    uint32_t size = 256 * scale;
    return (struct eg_view){.width = size,
                            .height = size,
                            .left = x * tile_units - WORLD_UNITS / 2,
                            .top = WORLD_UNITS / 2 - y * tile_units,
                            .px_per_unit_x = px_per_unit,
                            .px_per_unit_y = px_per_unit,
                            .line_scale = scale,
                            .pattern_x = (uint32_t)((uint64_t)x * size % EG_PATTERN_SHEET_PX),
                            .pattern_y = (uint32_t)((uint64_t)y * size % EG_PATTERN_SHEET_PX),
                            .level = eg_plane_level_for(plane, 1.0 / px_per_unit)};
}

/* The place of a picture's edge on the endless sheet of patterns; 0 when it is too far away to matter. */
static uint32_t sheet_px(double px)
{
    if (!(fabs(px) < 0x1p52)) return 0;
    double place = fmod(nearbyint(px), EG_PATTERN_SHEET_PX);
    return (uint32_t)(place < 0 ? place + EG_PATTERN_SHEET_PX : place);
}

struct eg_view eg_view_bounds(const struct eg_plane *plane, struct eg_bounds bounds, uint32_t width,
                              uint32_t height, double line_scale)
{
    double unit = plane->grid.unit;
    double left = bounds.min_x / unit;
    double top = bounds.max_y / unit;
    double px_per_unit_x = width * unit / (bounds.max_x - bounds.min_x);
    double px_per_unit_y = height * unit / (bounds.max_y - bounds.min_y);
    return (struct eg_view){.width = width,
                            .height = height,
                            .left = left,
                            .top = top,
                            .px_per_unit_x = px_per_unit_x,
                            .px_per_unit_y = px_per_unit_y,
                            .line_scale = line_scale,
                            .pattern_x = sheet_px(left * px_per_unit_x),
                            .pattern_y = sheet_px(-top * px_per_unit_y),
                            .level = eg_plane_level_for(plane, 1.0 / fmax(px_per_unit_x, px_per_unit_y))};
}

static int32_t clamp_to_grid(double v)
{
    if (!(v > INT32_MIN)) return INT32_MIN; /* NaN included */
    return v < INT32_MAX ? (int32_t)v : INT32_MAX;
}

struct eg_box eg_view_box(const struct eg_view *view, double margin_px)
{
    double margin_x = margin_px / view->px_per_unit_x;
    double margin_y = margin_px / view->px_per_unit_y;
    return (struct eg_box){
        .min_x = clamp_to_grid(floor(view->left - margin_x)),
        .min_y = clamp_to_grid(floor(view->top - view->height / view->px_per_unit_y - margin_y)),
        .max_x = clamp_to_grid(ceil(view->left + view->width / view->px_per_unit_x + margin_x)),
        .max_y = clamp_to_grid(ceil(view->top + margin_y)),
    };
}
