/* Patterns laid over a window that has its colours already. */
#include "render/fill_internal.h"

#include <string.h>

static bool shows_pattern(const struct eg_fill_pass *pass, enum eg_pattern pattern)
{
    const struct eg_fill *fill = pass->fill;
    for (uint32_t p = 0; p < fill->n_paints; p++)
        if (pass->met[p] && fill->paints[p].pattern == pattern) return true;
    return false;
}

/* value + (to - from) * alpha / 255, the product rounded to nearest, within 0 .. most. */
static uint8_t shift(uint8_t value, uint8_t from, uint8_t to, uint8_t alpha, uint8_t most)
{
    int32_t change = (to - from) * alpha;
    int32_t shifted = value + (change < 0 ? change - 127 : change + 127) / 255;
    return (uint8_t)(shifted < 0 ? 0 : shifted > most ? most : shifted);
}

/* Several patterns in one pixel each take their own step away from the plain colours, in any order. */
static void ink_row(struct eg_rgba *pixels, const struct eg_rgba *plain, const struct eg_rgba *inked,
                    const uint8_t *alpha, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct eg_rgba a = plain[i], b = inked[i], *c = &pixels[i];
        if (alpha[i] == 0 || memcmp(&a, &b, sizeof a) == 0) continue;
        c->a = shift(c->a, a.a, b.a, alpha[i], 255);
        c->r = shift(c->r, a.r, b.r, alpha[i], c->a);
        c->g = shift(c->g, a.g, b.g, alpha[i], c->a);
        c->b = shift(c->b, a.b, b.b, alpha[i], c->a);
    }
}

static void keep_plain(struct eg_fill_pass *pass)
{
    if (pass->plain_kept) return;
    pass->plain_kept = true;
    for (uint32_t row = 0; row < pass->window.height; row++)
        memcpy(pass->scratch->plain + (size_t)row * EG_CELLS_WIDTH, eg_fill_row(pass, row),
               pass->window.width * sizeof(struct eg_rgba));
}

void eg_fill_draw_ink(struct eg_fill_pass *pass, const struct eg_fill_ink *ink, eg_u32x4 colours,
                      eg_u32x4 change, eg_u32x4 *start)
{
    if (memcmp(start, &colours, sizeof colours) == 0 && !shows_pattern(pass, ink->pattern)) {
        *start += change;
        return;
    }
    const struct eg_window *window = &pass->window;
    struct eg_rgba *inked = pass->scratch->inked;
    struct eg_cells *cells = &pass->scratch->cells;
    keep_plain(pass);
    eg_fill_add(pass, &ink->table);
    *start = eg_cells_sweep(cells, *start, inked, EG_CELLS_WIDTH);
    uint8_t alpha[EG_CELLS_WIDTH];
    for (uint32_t row = 0; row < window->height; row++) {
        eg_pattern_row(&ink->cell, pass->view->pattern_x + window->x0,
                       pass->view->pattern_y + window->y0 + row, window->width, alpha);
        size_t at = (size_t)row * EG_CELLS_WIDTH;
        ink_row(eg_fill_row(pass, row), pass->scratch->plain + at, inked + at, alpha, window->width);
    }
}
