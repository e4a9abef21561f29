/* Sides of a window are told before rounding: half to even sends -0.5 to 0 and an even number minus a half to that
 * number, so "rounds below the window" is v < low - 0.5 and "rounds beyond it" is v >= high - 0.5, both being even. */
#include "render/window.h"

struct eg_window eg_window_of(const struct eg_view *view, uint32_t x0, uint32_t y0, uint32_t width,
                              uint32_t height, uint32_t margin_px)
{
    const double subpx = EG_SUBPX;
    double margin = margin_px * subpx;
    eg_f64x2 first = {x0 * subpx, y0 * subpx};
    eg_f64x2 size = {width * subpx, height * subpx};
    const eg_f64x2 half = {0.5, 0.5};
    const eg_f64x2 magic = {0x1.8p52, 0x1.8p52};
    return (struct eg_window){
        .x0 = x0,
        .y0 = y0,
        .width = width,
        .height = height,
        .origin = {view->left, view->top},
        .scale = {view->px_per_unit_x * subpx, -view->px_per_unit_y * subpx},
        .low = first - margin - half,
        .high = first + size + margin - half,
        .bias = (eg_i64x2)(first + magic),
        .first = {x0 * EG_SUBPX, y0 * EG_SUBPX, x0 * EG_SUBPX, y0 * EG_SUBPX},
        .last = {width * EG_SUBPX - 1, height * EG_SUBPX - 1, width * EG_SUBPX - 1, height * EG_SUBPX - 1}};
}

struct eg_box eg_window_box(const struct eg_view *view, const struct eg_window *window, double margin_px)
{
    struct eg_view part = *view;
    part.left += window->x0 / view->px_per_unit_x;
    part.top -= window->y0 / view->px_per_unit_y;
    part.width = window->width;
    part.height = window->height;
    return eg_view_box(&part, margin_px);
}
