/* Legends: title, subtitle, a swatch and a label a row, a note, one below the other.
 *
 *     +----------------------------+
 *     |  Title in bold             |
 *     |  unit, period              |
 *     |  [####]  0 to 10           |
 *     |  [####]  10 to 20          |
 *     |  [::::]  suppressed        |
 *     |  Source: ...               |
 *     +----------------------------+
 *
 * Measures are in pixels at scale 1 and rounded to whole pixels at any other, so that swatches have sharp edges. */
#include "render/legend.h"

#include <math.h>
#include <stdlib.h>

#include "render/font.h"
#include "render/pattern.h"

#define PADDING 12
#define TEXT_WIDTH 270  /* about 40 characters of a label */
#define LEAST_WIDTH 110 /* of the text */
#define SWATCH_WIDTH 26
#define SWATCH_HEIGHT 15
#define SWATCH_GAP 9 /* to the label */
#define ROW_GAP 4
#define BLOCK_GAP 9 /* around the rows */
#define LINE_HEIGHT 1.32
#define BASELINE 1.02 /* below the line's top, in ems */
#define STAMP_MARGIN 4

static const struct eg_type title_type = {13, true, {25, 25, 25, 255}};
static const struct eg_type subtitle_type = {11, false, {85, 85, 85, 255}};
static const struct eg_type label_type = {12, false, {25, 25, 25, 255}};
static const struct eg_type note_type = {10, false, {105, 105, 105, 255}};
static const struct eg_rgba paper = {255, 255, 255, 255};
static const struct eg_rgba frame = {0, 0, 0,
                                     70}; /* straight; around swatches, that the palest may be seen */

/* Some text in one type, broken into lines. */
struct block {
    struct eg_type type;
    struct eg_lines lines;
};

struct layout {
    struct eg_font *font;
    double scale;
    struct eg_error *err;
};

static uint32_t px(const struct layout *layout, double measure)
{
    return (uint32_t)lround(measure * layout->scale);
}

static uint32_t line_height(const struct block *block)
{
    return (uint32_t)lround(block->type.size_px * LINE_HEIGHT);
}

static uint32_t block_height(const struct block *block)
{
    return block->lines.n * line_height(block);
}

static enum eg_status lay_out(const struct layout *layout, const struct eg_type *type, struct eg_text text,
                              struct block *block)
{
    block->type = *type;
    block->type.size_px *= layout->scale;
    return eg_lines_break(layout->font, &block->type, text, px(layout, TEXT_WIDTH), &block->lines,
                          layout->err);
}

static enum eg_status draw_block(const struct layout *layout, const struct block *block, uint32_t x,
                                 uint32_t y, struct eg_canvas *canvas)
{
    enum eg_status status = EG_OK;
    double baseline = y + block->type.size_px * BASELINE;
    for (uint32_t i = 0; i < block->lines.n && !status; i++, baseline += line_height(block)) {
        struct eg_font_place place = {(int32_t)x, (int32_t)lround(baseline)};
        status = eg_font_draw(layout->font, &block->type, block->lines.line[i], place, canvas, layout->err);
    }
    return status;
}

/* --- colours --------------------------------------------------------------------------------------------------------- */

static uint8_t mix(uint32_t from, uint32_t to, uint32_t share)
{
    return (uint8_t)((from * (255 - share) + to * share + 127) / 255);
}

static struct eg_rgba between(struct eg_rgba from, struct eg_rgba to, uint8_t share)
{
    return (struct eg_rgba){mix(from.r, to.r, share), mix(from.g, to.g, share), mix(from.b, to.b, share),
                            mix(from.a, to.a, share)};
}

/* A premultiplied colour over an opaque ground. */
static struct eg_rgba over(struct eg_rgba colour, struct eg_rgba ground)
{
    uint32_t through = 255u - colour.a;
    uint32_t r = colour.r + mix(0, ground.r, through), g = colour.g + mix(0, ground.g, through);
    uint32_t b = colour.b + mix(0, ground.b, through);
    return (struct eg_rgba){(uint8_t)(r < 255 ? r : 255), (uint8_t)(g < 255 ? g : 255),
                            (uint8_t)(b < 255 ? b : 255), 255};
}

/* --- swatches -------------------------------------------------------------------------------------------------------- */

struct rectangle {
    uint32_t x, y, width, height;
};

static void draw_frame(const struct rectangle *r, uint32_t line, struct eg_canvas *canvas)
{
    struct eg_rgba ink = {frame.r, frame.g, frame.b, 255};
    for (uint32_t y = 0; y < r->height; y++)
        for (uint32_t x = 0; x < r->width; x++) {
            bool edge = x < line || y < line || x + line >= r->width || y + line >= r->height;
            struct eg_rgba *pixel = &canvas->pixels[(size_t)(r->y + y) * canvas->width + r->x + x];
            if (edge) *pixel = between(*pixel, ink, frame.a);
        }
}

static void draw_swatch(const struct layout *layout, const struct eg_paint *paint, const struct rectangle *r,
                        struct eg_canvas *canvas)
{
    struct eg_pattern_cell cell;
    eg_pattern_cell_init(&cell, paint->pattern, layout->scale);
    for (uint32_t y = 0; y < r->height; y++)
        for (uint32_t x = 0; x < r->width; x++) {
            uint8_t ink;
            eg_pattern_row(&cell, x, y, 1, &ink);
            struct eg_rgba colour =
                between(paint->colour, paint->ink, paint->pattern == EG_PATTERN_NONE ? 0 : ink);
            canvas->pixels[(size_t)(r->y + y) * canvas->width + r->x + x] = over(colour, paper);
        }
    draw_frame(r, px(layout, 1), canvas);
}

/* --- the legend ------------------------------------------------------------------------------------------------------ */

struct plan {
    struct layout layout;
    const struct eg_legend *legend;
    struct eg_legend_size swatch; /* at scale 1 */
    struct block title, subtitle, note;
    struct block *labels; /* [n_rows] */
};

static void free_plan(struct plan *plan)
{
    for (uint32_t i = 0; plan->labels && i < plan->legend->n_rows; i++) free(plan->labels[i].lines.line);
    free(plan->labels);
    free(plan->title.lines.line);
    free(plan->subtitle.lines.line);
    free(plan->note.lines.line);
}

static enum eg_status lay_out_all(struct plan *plan)
{
    const struct eg_legend *legend = plan->legend;
    enum eg_status status = lay_out(&plan->layout, &title_type, legend->title, &plan->title);
    if (!status) status = lay_out(&plan->layout, &subtitle_type, legend->subtitle, &plan->subtitle);
    if (!status) status = lay_out(&plan->layout, &note_type, legend->note, &plan->note);
    plan->labels = calloc(legend->n_rows + 1u, sizeof plan->labels[0]);
    if (!status && !plan->labels)
        status = eg_error_no_memory(plan->layout.err, legend->n_rows * sizeof plan->labels[0]);
    for (uint32_t i = 0; i < legend->n_rows && !status; i++)
        status = lay_out(&plan->layout, &label_type, legend->rows[i].label, &plan->labels[i]);
    return status;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static double allowed(double scale)
{
    return scale >= 1 ? fmin(scale, 4) : 1;
}

static struct plan new_plan(struct eg_font *font, const struct eg_legend *legend, struct eg_error *err)
{
    return (struct plan){.layout = {font, allowed(legend->scale), err},
                         .legend = legend,
                         .swatch = {legend->swatch_width > 0 ? legend->swatch_width : SWATCH_WIDTH,
                                    legend->swatch_height > 0 ? legend->swatch_height : SWATCH_HEIGHT}};
}

static uint32_t label_x(const struct plan *plan)
{
    const struct layout *layout = &plan->layout;
    return px(layout, PADDING) + px(layout, plan->swatch.width) + px(layout, SWATCH_GAP);
}

static uint32_t row_height(const struct plan *plan, uint32_t row)
{
    return larger(px(&plan->layout, plan->swatch.height), block_height(&plan->labels[row]));
}

static uint32_t heading_height(const struct plan *plan)
{
    return block_height(&plan->title) + block_height(&plan->subtitle);
}

static uint32_t rows_height(const struct plan *plan)
{
    uint32_t height = 0;
    for (uint32_t i = 0; i < plan->legend->n_rows; i++)
        height += row_height(plan, i) + (i > 0 ? px(&plan->layout, ROW_GAP) : 0);
    return height;
}

/* The gap between two parts, none where one of them is empty. */
static uint32_t gap(const struct plan *plan, uint32_t above, uint32_t below)
{
    return above > 0 && below > 0 ? px(&plan->layout, BLOCK_GAP) : 0;
}

static struct eg_legend_size size_of(const struct plan *plan)
{
    const struct layout *layout = &plan->layout;
    uint32_t heading = heading_height(plan), rows = rows_height(plan), note = block_height(&plan->note);
    uint32_t width = larger(plan->title.lines.width_px, plan->subtitle.lines.width_px);
    width = larger(width, plan->note.lines.width_px);
    if (heading + note > 0) width = larger(width, px(layout, LEAST_WIDTH));
    for (uint32_t i = 0; i < plan->legend->n_rows; i++)
        width = larger(width, label_x(plan) - px(layout, PADDING) + plan->labels[i].lines.width_px);
    uint32_t height = heading + gap(plan, heading, rows) + rows + gap(plan, heading + rows, note) + note;
    return (struct eg_legend_size){width + 2 * px(layout, PADDING), height + 2 * px(layout, PADDING)};
}

static enum eg_status new_paper(const struct plan *plan, struct eg_canvas *canvas)
{
    struct eg_legend_size size = size_of(plan);
    enum eg_status status = eg_canvas_init(canvas, size.width, size.height, plan->layout.err);
    if (status) return status;
    for (size_t i = 0; i < (size_t)canvas->width * canvas->height; i++)
        canvas->pixels[i] = plan->legend->transparent ? (struct eg_rgba){0} : paper;
    return EG_OK;
}

/* A label of one line stands level with its swatch, of several with their middle. */
static enum eg_status draw_row(const struct plan *plan, uint32_t row, uint32_t y, struct eg_canvas *canvas)
{
    const struct layout *layout = &plan->layout;
    uint32_t height = row_height(plan, row), swatch = px(layout, plan->swatch.height);
    struct rectangle place = {px(layout, PADDING), y + (height - swatch) / 2, px(layout, plan->swatch.width),
                              swatch};
    draw_swatch(layout, &plan->legend->rows[row].paint, &place, canvas);
    uint32_t label_y = y + (height - block_height(&plan->labels[row])) / 2;
    return draw_block(layout, &plan->labels[row], label_x(plan), label_y, canvas);
}

static enum eg_status draw_all(const struct plan *plan, struct eg_canvas *canvas)
{
    const struct layout *layout = &plan->layout;
    uint32_t x = px(layout, PADDING), y = px(layout, PADDING), rows = rows_height(plan);
    enum eg_status status = draw_block(layout, &plan->title, x, y, canvas);
    y += block_height(&plan->title);
    if (!status) status = draw_block(layout, &plan->subtitle, x, y, canvas);
    y += block_height(&plan->subtitle) + gap(plan, heading_height(plan), rows);
    for (uint32_t i = 0; i < plan->legend->n_rows && !status; i++) {
        status = draw_row(plan, i, y, canvas);
        y += row_height(plan, i) + (i + 1 < plan->legend->n_rows ? px(layout, ROW_GAP) : 0);
    }
    y += gap(plan, heading_height(plan) + rows, block_height(&plan->note));
    return status ? status : draw_block(layout, &plan->note, x, y, canvas);
}

enum eg_status eg_legend_measure(struct eg_font *font, const struct eg_legend *legend,
                                 struct eg_legend_size *size_out, struct eg_error *err)
{
    struct plan plan = new_plan(font, legend, err);
    enum eg_status status = lay_out_all(&plan);
    if (!status) *size_out = size_of(&plan);
    free_plan(&plan);
    return status;
}

enum eg_status eg_legend_draw(struct eg_font *font, const struct eg_legend *legend,
                              struct eg_canvas *canvas_out, struct eg_error *err)
{
    struct plan plan = new_plan(font, legend, err);
    struct eg_canvas canvas = {0};
    enum eg_status status = lay_out_all(&plan);
    if (!status) status = new_paper(&plan, &canvas);
    if (!status) status = draw_all(&plan, &canvas);
    if (status) eg_canvas_clear(&canvas);
    else *canvas_out = canvas;
    free_plan(&plan);
    return status;
}

enum eg_status eg_legend_draw_swatch(const struct eg_paint *paint, struct eg_legend_size size, double scale,
                                     struct eg_canvas *canvas_out, struct eg_error *err)
{
    struct layout layout = {NULL, allowed(scale), err};
    struct rectangle whole = {0, 0, size.width, size.height};
    struct eg_canvas canvas;
    enum eg_status status = eg_canvas_init(&canvas, size.width, size.height, err);
    if (status) return status;
    draw_swatch(&layout, paint, &whole, &canvas);
    *canvas_out = canvas;
    return EG_OK;
}

/* --- the stamp ------------------------------------------------------------------------------------------------------- */

static void lighten(const struct rectangle *r, struct eg_canvas *canvas)
{
    for (uint32_t y = r->y; y < r->y + r->height; y++)
        for (uint32_t x = r->x; x < r->x + r->width; x++) {
            struct eg_rgba *pixel = &canvas->pixels[(size_t)y * canvas->width + x];
            *pixel = between(*pixel, paper, 128);
        }
}

enum eg_status eg_label_stamp(struct eg_font *font, struct eg_text text, double scale,
                              struct eg_canvas *canvas, struct eg_error *err)
{
    struct layout layout = {font, allowed(scale), err};
    struct eg_type type = note_type;
    uint32_t width, margin = px(&layout, STAMP_MARGIN);
    type.size_px *= layout.scale;
    type.colour = label_type.colour;
    enum eg_status status = eg_font_measure(font, &type, text, &width, err);
    if (status || width == 0) return status;
    uint32_t height = (uint32_t)lround(type.size_px * LINE_HEIGHT) + margin / 2;
    struct rectangle ground = {.width = width + 2 * margin, .height = height};
    if (ground.width > canvas->width) ground.width = canvas->width;
    if (ground.height > canvas->height) ground.height = canvas->height;
    ground.y = canvas->height - ground.height;
    lighten(&ground, canvas);
    double baseline = canvas->height - height + margin / 4.0 + type.size_px * BASELINE;
    struct eg_font_place place = {(int32_t)margin, (int32_t)lround(baseline)};
    return eg_font_draw(font, &type, text, place, canvas, err);
}
