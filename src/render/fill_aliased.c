/* Every pixel wholly the paint that covers most of it: the exact shares of four paints at a time, the largest so far kept
 * beside its number. Paints are numbered as in the style, the outside after the last; equal shares leave the lower
 * number. A pass whose paints are not near the window is skipped: most windows take one or two passes. */
#include "render/fill_internal.h"

#include <string.h>

#define PAINTS_PER_PASS 4U

static uint32_t number_of(const struct eg_fill *fill, uint8_t paint)
{
    return paint < fill->n_paints ? paint : fill->n_paints;
}

static uint32_t passes_of(const struct eg_fill *fill)
{
    return fill->n_paints / PAINTS_PER_PASS + 1;
}

static void share_table(const struct eg_fill *fill, uint32_t number_pass, struct eg_cells_table *table_out)
{
    memset(table_out->pairs, 0, sizeof table_out->pairs);
    memset(table_out->same_as, PAINTS_PER_PASS, sizeof table_out->same_as);
    for (uint32_t p = 0; p < 256; p++) {
        uint32_t number = number_of(fill, (uint8_t)p);
        if (number / PAINTS_PER_PASS != number_pass) continue;
        uint32_t lane = number % PAINTS_PER_PASS;
        table_out->pairs[p] = eg_simd_pairs(lane == 0, lane == 1, lane == 2, lane == 3);
        table_out->same_as[p] = (uint8_t)lane;
    }
}

void eg_fill_start_aliased(struct eg_fill_pass *pass)
{
    for (uint32_t i = 0; i < passes_of(pass->fill); i++) {
        struct eg_cells_table table;
        share_table(pass->fill, i, &table);
        pass->start[i] = eg_fill_start(pass, &table);
    }
}

static bool is_zero(eg_u32x4 v)
{
    return (v[0] | v[1] | v[2] | v[3]) == 0;
}

static void draw_shares(struct eg_fill_pass *pass, const bool *near)
{
    struct eg_render_scratch *scratch = pass->scratch;
    for (uint32_t i = 0; i < passes_of(pass->fill); i++) {
        if (!near[i] && is_zero(pass->start[i])) continue;
        if (near[i]) {
            struct eg_cells_table table;
            share_table(pass->fill, i, &table);
            eg_fill_add(pass, &table);
        }
        const struct eg_cells_shares shares = {(uint8_t)(i * PAINTS_PER_PASS), scratch->best,
                                               scratch->number};
        pass->start[i] = eg_cells_sweep_shares(&scratch->cells, pass->start[i], &shares);
    }
}

static void ink_pixel(const struct eg_fill_pass *pass, const struct eg_pattern_cell *cells, uint32_t x,
                      uint32_t y, struct eg_rgba *pixel)
{
    const struct eg_paint *paint = &pass->fill->paints[pass->scratch->number[(size_t)y * EG_CELLS_WIDTH + x]];
    uint8_t alpha;
    eg_pattern_row(&cells[paint->pattern], pass->view->pattern_x + pass->window.x0 + x,
                   pass->view->pattern_y + pass->window.y0 + y, 1, &alpha);
    if (alpha >= 128) *pixel = paint->ink;
}

static void paint_window(const struct eg_fill_pass *pass, const struct eg_pattern_cell *cells)
{
    const struct eg_fill *fill = pass->fill;
    struct eg_rgba colour[256];
    bool inked[256];
    for (uint32_t i = 0; i < 256; i++) {
        colour[i] = i < fill->n_paints ? fill->paints[i].colour : fill->outside;
        inked[i] = i < fill->n_paints && fill->paints[i].pattern != EG_PATTERN_NONE;
    }
    for (uint32_t y = 0; y < pass->window.height; y++) {
        const uint8_t *number = pass->scratch->number + (size_t)y * EG_CELLS_WIDTH;
        struct eg_rgba *pixels = eg_fill_row(pass, y);
        for (uint32_t x = 0; x < pass->window.width; x++) {
            pixels[x] = colour[number[x]];
            if (inked[number[x]]) ink_pixel(pass, cells, x, y, &pixels[x]);
        }
    }
}

void eg_fill_draw_aliased(struct eg_fill_pass *pass, const struct eg_pattern_cell *cells)
{
    const struct eg_fill *fill = pass->fill;
    bool near[EG_FILL_PASSES_MAX] = {false};
    for (uint32_t i = 0; i < pass->n_arcs; i++) {
        uint32_t arc = pass->scratch->arcs[i];
        near[number_of(fill, eg_fill_paint_of(fill, fill->plane->left[arc])) / PAINTS_PER_PASS] = true;
        near[number_of(fill, eg_fill_paint_of(fill, fill->plane->right[arc])) / PAINTS_PER_PASS] = true;
    }
    size_t window_px = (size_t)pass->window.height * EG_CELLS_WIDTH;
    memset(pass->scratch->best, 0, window_px * sizeof *pass->scratch->best);
    memset(pass->scratch->number, (int)fill->n_paints, window_px);
    draw_shares(pass, near);
    paint_window(pass, cells);
}
