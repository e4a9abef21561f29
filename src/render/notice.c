#include "render/notice.h"

#include <math.h>
#include <stdlib.h>

#include "render/font.h"

#define SIZE_PX 12
#define PADDING 8
#define LINE_HEIGHT 1.32
#define BASELINE 1.02 /* below the line's top, in ems */

static const struct eg_rgba paper = {255, 255, 255, 255};

static uint32_t least(double a, uint32_t b)
{
    return a < b ? (uint32_t)a : b;
}

static void draw_paper(const struct eg_lines *lines, double padding, double line_px, struct eg_canvas *canvas)
{
    uint32_t width = least(lines->width_px + 2 * padding, canvas->width);
    uint32_t height = least(ceil(lines->n * line_px + 2 * padding), canvas->height);
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++) canvas->pixels[(size_t)y * canvas->width + x] = paper;
}

enum eg_status eg_notice_draw(struct eg_font *font, struct eg_text text, double scale,
                              struct eg_canvas *canvas, struct eg_error *err)
{
    double zoom = scale >= 1 ? fmin(scale, 4) : 1, padding = PADDING * zoom;
    struct eg_type type = {SIZE_PX * zoom, false, {25, 25, 25, 255}};
    double line_px = type.size_px * LINE_HEIGHT, room = canvas->width - 2 * padding;
    struct eg_lines lines = {0};
    if (room < type.size_px) return EG_OK; /* a picture of some pixels: blank */
    enum eg_status status = eg_lines_break(font, &type, text, (uint32_t)room, &lines, err);
    if (status == EG_OK) draw_paper(&lines, padding, line_px, canvas);
    for (uint32_t i = 0; i < lines.n && status == EG_OK; i++) {
        double baseline = padding + i * line_px + type.size_px * BASELINE;
        if (baseline > canvas->height) break;
        struct eg_font_place place = {(int32_t)padding, (int32_t)lround(baseline)};
        status = eg_font_draw(font, &type, lines.line[i], place, canvas, err);
    }
    free(lines.line);
    return status;
}
