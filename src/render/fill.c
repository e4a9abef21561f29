/* A picture is drawn in windows of at most 32,768 pixels, in strips from the top: find the arcs whose boxes meet the
 * window, leave out those between paints of one colour before a vertex is touched, add the others to the cells, sweep.
 * Only the first window of a strip has to ask what lies left of its corner; the next ones begin where it ended.
 *
 * Pictures with patterns are drawn as two: the colours, and the same with the ink of one pattern in place of the colours
 * beneath it; the pattern then says how much of either a pixel takes. So a pattern ends exactly where its area ends. */
#include "render/fill_internal.h"

#include <string.h>

#define CHUNK 512U

void eg_fill_add(struct eg_fill_pass *pass, const struct eg_cells_table *table)
{
    const struct eg_fill *fill = pass->fill;
    const uint32_t *arcs = pass->scratch->arcs;
    struct eg_cells_arc chunk[CHUNK];
    for (uint32_t i = 0; i < pass->n_arcs;) {
        uint32_t end = pass->n_arcs - i < CHUNK ? pass->n_arcs : i + CHUNK;
        uint32_t n = 0;
        /* Written first and counted after: whether two neighbours differ cannot be predicted. */
        for (; i < end; i++) {
            uint8_t left = eg_fill_paint_of(fill, fill->plane->left[arcs[i]]);
            uint8_t right = eg_fill_paint_of(fill, fill->plane->right[arcs[i]]);
            chunk[n] = (struct eg_cells_arc){arcs[i], left, right};
            pass->met[left] = pass->met[right] = true;
            n += table->same_as[left] != table->same_as[right];
        }
        eg_cells_add(&pass->scratch->cells, &pass->window, pass->level, chunk, n, table);
    }
}

eg_u32x4 eg_fill_start(const struct eg_fill_pass *pass, const struct eg_cells_table *table)
{
    eg_u32x4 start = eg_simd_times(table->pairs[EG_FILL_OUTSIDE], EG_CELLS_FULL);
    for (uint32_t p = 0; p < 256; p++)
        if (pass->winding[p])
            start += eg_simd_times(table->pairs[p], EG_CELLS_FULL) * (uint32_t)pass->winding[p];
    return start;
}

static struct eg_rgba paint_colour(const struct eg_fill *fill, uint32_t paint, enum eg_pattern inked)
{
    if (paint >= fill->n_paints) return fill->outside;
    const struct eg_paint *p = &fill->paints[paint];
    return inked != EG_PATTERN_NONE && p->pattern == inked ? p->ink : p->colour;
}

static void make_colour_table(const struct eg_fill *fill, enum eg_pattern inked,
                              struct eg_cells_table *table_out)
{
    uint32_t bits[256], n = fill->n_paints; /* the colours as numbers */
    for (uint32_t p = 0; p <= n; p++) {
        struct eg_rgba c = paint_colour(fill, p, inked);
        table_out->pairs[p] = eg_simd_pairs(c.r, c.g, c.b, c.a);
        memcpy(&bits[p], &c, sizeof c);
        uint32_t q = 0;
        while (q < n && bits[q] != bits[p]) q++;
        table_out->same_as[p] = (uint8_t)q;
    }
    for (uint32_t p = n + 1; p < 256; p++) {
        table_out->pairs[p] = table_out->pairs[n];
        table_out->same_as[p] = table_out->same_as[n];
    }
}

/* Of a window: as many as may be, but all of about one height. */
static uint32_t rows_at_once(uint32_t width, uint32_t n_rows)
{
    uint32_t most = EG_CELLS_MOST / width < EG_CELLS_HEIGHT ? EG_CELLS_MOST / width : EG_CELLS_HEIGHT;
    uint32_t n_windows = (n_rows - 1) / most + 1;
    return (n_rows - 1) / n_windows + 1;
}

/* Moves the pass to a window and finds its arcs. */
static void enter_window(struct eg_fill_pass *pass, uint32_t x0, uint32_t y0)
{
    const struct eg_view *view = pass->view;
    struct eg_cells *cells = &pass->scratch->cells;
    uint32_t width = view->width - x0 < EG_CELLS_WIDTH ? view->width - x0 : EG_CELLS_WIDTH;
    uint32_t height = rows_at_once(width, pass->rows.first + pass->rows.n - y0);
    pass->window = eg_window_of(view, x0, y0, width, height, 0);
    cells->width = (int32_t)width;
    cells->height = (int32_t)height;
    cells->count_left = cells->count_right = 0;
    pass->plain_kept = false;
    memset(pass->met, 0, sizeof pass->met);
    if (y0 == pass->rows.first) eg_fill_find_corner(pass);
    pass->n_arcs =
        eg_plane_query(pass->fill->plane, eg_window_box(view, &pass->window, 1.0), pass->scratch->arcs);
}

static bool has_pattern(const struct eg_fill *fill, enum eg_pattern pattern)
{
    for (uint32_t p = 0; p < fill->n_paints; p++)
        if (fill->paints[p].pattern == pattern) return true;
    return false;
}

static void draw_blended(struct eg_fill_pass *pass, const struct eg_fill_ink *inks, uint32_t n_inks)
{
    struct eg_cells_table colours;
    make_colour_table(pass->fill, EG_PATTERN_NONE, &colours);
    uint32_t end = pass->rows.first + pass->rows.n;
    for (uint32_t x0 = 0; x0 < pass->view->width; x0 += EG_CELLS_WIDTH)
        for (uint32_t y0 = pass->rows.first; y0 < end; y0 += pass->window.height) {
            enter_window(pass, x0, y0);
            if (y0 == pass->rows.first) {
                pass->start[0] = eg_fill_start(pass, &colours);
                for (uint32_t i = 0; i < n_inks; i++)
                    pass->start[i + 1] = eg_fill_start(pass, &inks[i].table);
            }
            eg_u32x4 before = pass->start[0];
            eg_fill_add(pass, &colours);
            pass->start[0] =
                eg_cells_sweep(&pass->scratch->cells, before, eg_fill_row(pass, 0), pass->canvas->width);
            for (uint32_t i = 0; i < n_inks; i++)
                eg_fill_draw_ink(pass, &inks[i], before, pass->start[0] - before, &pass->start[i + 1]);
        }
}

static void draw_aliased(struct eg_fill_pass *pass, const struct eg_pattern_cell *cells)
{
    uint32_t end = pass->rows.first + pass->rows.n;
    for (uint32_t x0 = 0; x0 < pass->view->width; x0 += EG_CELLS_WIDTH)
        for (uint32_t y0 = pass->rows.first; y0 < end; y0 += pass->window.height) {
            enter_window(pass, x0, y0);
            if (y0 == pass->rows.first) eg_fill_start_aliased(pass);
            eg_fill_draw_aliased(pass, cells);
        }
}

static const enum eg_pattern patterns[] = {EG_PATTERN_DOTS, EG_PATTERN_HATCH, EG_PATTERN_CROSS};

static void draw(struct eg_fill_pass *pass)
{
    const struct eg_fill *fill = pass->fill;
    if (fill->aliased) {
        struct eg_pattern_cell cells[EG_ARRAY_LEN(patterns) + 1];
        for (size_t i = 0; i < EG_ARRAY_LEN(patterns); i++)
            if (has_pattern(fill, patterns[i]))
                eg_pattern_cell_init(&cells[patterns[i]], patterns[i], pass->view->line_scale);
        draw_aliased(pass, cells);
        return;
    }
    struct eg_fill_ink inks[EG_ARRAY_LEN(patterns)];
    uint32_t n_inks = 0;
    for (size_t i = 0; i < EG_ARRAY_LEN(patterns); i++) {
        if (!has_pattern(fill, patterns[i])) continue;
        struct eg_fill_ink *ink = &inks[n_inks++];
        ink->pattern = patterns[i];
        make_colour_table(fill, patterns[i], &ink->table);
        eg_pattern_cell_init(&ink->cell, patterns[i], pass->view->line_scale);
    }
    draw_blended(pass, inks, n_inks);
}

enum eg_status eg_fill_draw_rows(struct eg_render_scratch *scratch, const struct eg_view *view,
                                 const struct eg_fill *fill, struct eg_rows rows, struct eg_canvas *canvas,
                                 struct eg_error *err)
{
    EG_ASSERT(view->width == canvas->width && view->height == canvas->height && fill->n_paints <= 255);
    EG_ASSERT(rows.n > 0 && rows.first < view->height && rows.n <= view->height - rows.first);
    enum eg_status st = eg_scratch_for_cells(scratch, err);
    if (!st) st = eg_scratch_for_arcs(scratch, fill->plane->n_arcs, err);
    if (!st) st = fill->aliased ? eg_scratch_for_shares(scratch, err) : eg_scratch_for_ink(scratch, err);
    if (st) return st;
    uint32_t level = view->level < fill->plane->n_levels ? view->level : fill->plane->n_levels - 1;
    struct eg_fill_pass pass = {.scratch = scratch,
                                .view = view,
                                .fill = fill,
                                .level = &fill->plane->level[level],
                                .canvas = canvas,
                                .rows = rows};
    draw(&pass);
    return EG_OK;
}

enum eg_status eg_fill_draw(struct eg_render_scratch *scratch, const struct eg_view *view,
                            const struct eg_fill *fill, struct eg_canvas *canvas, struct eg_error *err)
{
    return eg_fill_draw_rows(scratch, view, fill, (struct eg_rows){0, view->height}, canvas, err);
}
