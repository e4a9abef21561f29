/* What the parts of the fill share: the windows of a picture (fill.c), the colour left of a window (fill_corner.c), the
 * patterns (fill_pattern.c) and pictures without blends (fill_aliased.c). */
#ifndef EG_RENDER_FILL_INTERNAL_H
#define EG_RENDER_FILL_INTERNAL_H

#include "render/scratch.h"

#define EG_FILL_OUTSIDE 255   /* the table's place for what lies in no area */
#define EG_FILL_PASSES_MAX 64 /* four paints a pass, 255 paints and the outside */

/* Rows of a picture being drawn, window by window: downwards in strips of EG_CELLS_WIDTH columns. */
struct eg_fill_pass {
    struct eg_render_scratch *scratch;
    const struct eg_view *view;
    const struct eg_fill *fill;
    const struct eg_plane_level *level;
    struct eg_canvas *canvas;
    struct eg_rows rows;
    struct eg_window window;
    uint32_t n_arcs;      /* of the window, in scratch->arcs */
    bool met[256];        /* the paints on either side of the window's arcs, once they are added */
    bool plain_kept;      /* the window's colours without any ink are in scratch->plain */
    int32_t winding[256]; /* by paint: how often it lies left of the strip's upper corner */
    /* What holds left of the strip at the window's upper line, for each picture or pass. */
    eg_u32x4 start[EG_FILL_PASSES_MAX];
};

static inline uint8_t eg_fill_paint_of(const struct eg_fill *fill, uint32_t area)
{
    return area == EG_NO_AREA ? EG_FILL_OUTSIDE : fill->area_paint[area];
}

static inline struct eg_rgba *eg_fill_row(const struct eg_fill_pass *pass, uint32_t row)
{
    return pass->canvas->pixels + (size_t)(pass->window.y0 + row) * pass->canvas->width + pass->window.x0;
}

/* Fills pass->winding as far as arcs beside the window tell, and chooses which crossings of the window's own arcs the
 * cells must count. */
void eg_fill_find_corner(struct eg_fill_pass *pass);

/* The start of a strip, from the windings and a table. */
eg_u32x4 eg_fill_start(const struct eg_fill_pass *pass, const struct eg_cells_table *table);

/* Adds the window's arcs to the cells. */
void eg_fill_add(struct eg_fill_pass *pass, const struct eg_cells_table *table);

/* Windows with patterns: tables once a picture, then a window at a time over the colours that are drawn already. */
struct eg_fill_ink {
    enum eg_pattern pattern;
    struct eg_cells_table table; /* the colours, with this pattern's ink in place of its paints' colours */
    struct eg_pattern_cell cell;
};
/* Draws the ink where the window shows a paint with its pattern. `colours` is the start of the colours' picture before
 * the window and `change` what became of it; *start is the ink's own, and is moved on. */
void eg_fill_draw_ink(struct eg_fill_pass *pass, const struct eg_fill_ink *ink, eg_u32x4 colours,
                      eg_u32x4 change, eg_u32x4 *start);

void eg_fill_start_aliased(struct eg_fill_pass *pass);
void eg_fill_draw_aliased(struct eg_fill_pass *pass, const struct eg_pattern_cell *cells);

#endif
