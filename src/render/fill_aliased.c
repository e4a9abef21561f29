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
        pass->start[i] = eg_cells_sweep_shares(
            &scratch->cells, pass->start[i], (uint8_t)(i * PAINTS_PER_PASS), scratch->best, scratch->number);
    }
}

static void paint_row(const struct eg_fill_pass *pass, const struct eg_pattern_cell *cells, uint32_t row)
{
    const struct eg_fill *fill = pass->fill;
    const uint8_t *number = pass->scratch->number + (size_t)row * EG_CELLS_WIDTH;
    struct eg_rgba *pixels = eg_fill_row(pass, row);
    uint32_t px = pass->view->pattern_x + pass->window.x0;
    uint32_t py = pass->view->pattern_y + pass->window.y0 + row;
    for (uint32_t x = 0; x < pass->window.width; x++) {
        if (number[x] >= fill->n_paints) {
            pixels[x] = fill->outside;
            continue;
        }
        const struct eg_paint *paint = &fill->paints[number[x]];
        uint8_t alpha = 0;
        if (paint->pattern != EG_PATTERN_NONE) eg_pattern_row(&cells[paint->pattern], px + x, py, 1, &alpha);
        pixels[x] = alpha < 128 ? paint->colour : paint->ink;
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
    for (uint32_t row = 0; row < pass->window.height; row++) paint_row(pass, cells, row);
}
