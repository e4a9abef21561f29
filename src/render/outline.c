/* Borders: every arc once, into a mask of one window; the mask is laid over the picture at the end, so that joints,
 * crossings and neighbouring strokes are never darker than the line.
 *
 * A tile at zoom 12 in an English town has some 6,000 pixels of border in strokes of a few pixels. */
#include "render/outline.h"

#include <math.h>
#include <string.h>

#include "render/mask.h"
#include "render/scratch.h"

struct outline_pass {
    struct eg_render_scratch *scratch;
    const struct eg_view *view;
    const struct eg_plane *plane;
    const struct eg_plane_level *level;
    struct eg_canvas *canvas;
    struct eg_rows rows;
    struct eg_window window;
    struct eg_mask mask;
    struct eg_rgba ink[256]; /* by mask value, premultiplied */
};

static void fill_inks(struct outline_pass *pass, struct eg_rgba colour, double strength)
{
    for (uint32_t value = 0; value < 256; value++) {
        struct eg_rgba ink = colour;
        ink.a = (uint8_t)lround(colour.a * strength * value / 255.0);
        pass->ink[value] = eg_rgba_premultiply(ink);
    }
}

/* Four mask values at a time, most of which are zero; clears them. */
static void compose_row(const struct outline_pass *pass, uint8_t *mask, uint32_t n, struct eg_rgba *pixels)
{
    for (uint32_t i = 0; i < n; i += 4) {
        uint32_t four;
        memcpy(&four, mask + i, sizeof four);
        if (!four) continue;
        const struct eg_rgba ink[4] = {pass->ink[mask[i]], pass->ink[mask[i + 1]], pass->ink[mask[i + 2]],
                                       pass->ink[mask[i + 3]]};
        memset(mask + i, 0, sizeof four);
        if (n - i >= 4) {
            eg_simd_over(pixels + i, ink);
            continue;
        }
        struct eg_rgba last[4] = {{0}};
        memcpy(last, pixels + i, (n - i) * sizeof *last);
        eg_simd_over(last, ink);
        memcpy(pixels + i, last, (n - i) * sizeof *last);
    }
}

static void compose(struct outline_pass *pass)
{
    struct eg_mask *mask = &pass->mask;
    const struct eg_window *window = &pass->window;
    for (uint32_t row = 0; row < window->height; row++) {
        int32_t first = mask->first[row];
        int32_t last = mask->last[row];
        if (first > last) continue;
        struct eg_rgba *pixels =
            pass->canvas->pixels + (size_t)(window->y0 + row) * pass->canvas->width + window->x0;
        uint8_t *bytes = mask->bytes + (size_t)row * EG_MASK_PITCH;
        compose_row(pass, bytes + first, (uint32_t)(last - first) + 1, pixels + first);
        memset(bytes + last + 1, 0, 3); /* a stroke writes up to three values past its last one */
    }
}

static void stroke_arc(struct outline_pass *pass, const struct eg_point *point, const struct eg_point *end)
{
    struct eg_vertex a = eg_window_place(&pass->window, point);
    for (bool first = true; ++point < end; first = false) {
        struct eg_vertex b = eg_window_place(&pass->window, point);
        /* A stroke without length is part of its neighbours; only an arc of nothing else needs one. */
        if (first || a.x != b.x || a.y != b.y) eg_mask_stroke(&pass->mask, &a, &b);
        a = b;
    }
}

static void draw_window(struct outline_pass *pass, uint32_t x0, uint32_t y0)
{
    const struct eg_view *view = pass->view;
    uint32_t width = view->width - x0 < EG_MASK_WIDTH ? view->width - x0 : EG_MASK_WIDTH;
    uint32_t below = pass->rows.first + pass->rows.n - y0;
    uint32_t height = below < EG_MASK_HEIGHT ? below : EG_MASK_HEIGHT;
    uint32_t margin = (uint32_t)ceilf(eg_mask_reach_px(&pass->mask)) + 1;
    pass->window = eg_window_of(view, x0, y0, width, height, margin);
    eg_mask_begin(&pass->mask, width, height);
    uint32_t *arcs = pass->scratch->arcs;
    uint32_t n = eg_plane_query(pass->plane, eg_window_box(view, &pass->window, margin + 1.0), arcs);
    for (uint32_t i = 0; i < n; i++)
        stroke_arc(pass, pass->level->points + pass->level->start[arcs[i]],
                   pass->level->points + pass->level->start[arcs[i] + 1]);
    compose(pass);
}

enum eg_status eg_outline_draw_rows(struct eg_render_scratch *scratch, const struct eg_view *view,
                                    const struct eg_outline *outline, struct eg_rows rows,
                                    struct eg_canvas *canvas, struct eg_error *err)
{
    EG_ASSERT(view->width == canvas->width && view->height == canvas->height);
    EG_ASSERT(rows.n > 0 && rows.first < view->height && rows.n <= view->height - rows.first);
    double width_px = outline->width_px * view->line_scale;
    if (!(width_px > 0) || outline->colour.a == 0) return EG_OK;
    enum eg_status st = eg_scratch_for_arcs(scratch, outline->plane->n_arcs, err);
    if (!st) st = eg_scratch_for_mask(scratch, err);
    if (st) return st;
    uint32_t level = view->level < outline->plane->n_levels ? view->level : outline->plane->n_levels - 1;
    struct outline_pass pass = {.scratch = scratch,
                                .view = view,
                                .plane = outline->plane,
                                .level = &outline->plane->level[level],
                                .canvas = canvas,
                                .rows = rows};
    pass.mask.bytes = scratch->mask;
    pass.mask.aliased = outline->aliased;
    pass.mask.half_width_px = (float)(fmin(fmax(width_px, 1.0), 256.0) / 2);
    fill_inks(&pass, outline->colour, outline->aliased ? 1.0 : fmin(width_px, 1.0));
    for (uint32_t x0 = 0; x0 < view->width; x0 += EG_MASK_WIDTH)
        for (uint32_t y0 = rows.first; y0 < rows.first + rows.n; y0 += EG_MASK_HEIGHT)
            draw_window(&pass, x0, y0);
    return EG_OK;
}

enum eg_status eg_outline_draw(struct eg_render_scratch *scratch, const struct eg_view *view,
                               const struct eg_outline *outline, struct eg_canvas *canvas,
                               struct eg_error *err)
{
    return eg_outline_draw_rows(scratch, view, outline, (struct eg_rows){0, view->height}, canvas, err);
}
