/* Pictures in memory, colours, and the view that says which part of a plane falls on which pixel. */
#ifndef EG_RENDER_CANVAS_H
#define EG_RENDER_CANVAS_H

#include <stdint.h>

#include "base/error.h"
#include "geo/grid.h"
#include "geo/plane.h"

/* Premultiplied by alpha in every picture; straight in styles and legends (where said). */
struct eg_rgba {
    uint8_t r, g, b, a;
};

struct eg_rgba eg_rgba_premultiply(struct eg_rgba straight); /* rounded to nearest */
/* Both premultiplied. */
struct eg_rgba eg_rgba_over(struct eg_rgba top, struct eg_rgba bottom);

struct eg_canvas {
    uint32_t width;
    uint32_t height;
    struct eg_rgba *pixels; /* [width * height], row by row from the top, premultiplied */
};

/* A part of a picture's height, at least one row. */
struct eg_rows {
    uint32_t first, n;
};

/* All pixels transparent. width and height 1 to 16384, else EG_LIMIT. */
EG_MUST_CHECK enum eg_status eg_canvas_init(struct eg_canvas *canvas, uint32_t width, uint32_t height,
                                            struct eg_error *err);
void eg_canvas_clear(struct eg_canvas *canvas);
/* Composes rows of a picture over those of one of the same size. */
void eg_canvas_compose(struct eg_canvas *bottom, const struct eg_canvas *top, struct eg_rows rows);

/* A pixel's column is (x - left) * px_per_unit_x, its row (top - y) * px_per_unit_y, in grid units of the plane. For
 * tiles all four numbers are exact in binary, so a vertex falls on the same 1/256 pixel in every tile that shows it.
 * line_scale multiplies line widths and pattern sizes (2 for @2x). pattern_x/y: the picture's top left corner in pixels
 * of the endless sheet of patterns, modulo EG_PATTERN_SHEET_PX, so that patterns run on from tile to tile. */
struct eg_view {
    uint32_t width;
    uint32_t height;
    double left, top;
    double px_per_unit_x, px_per_unit_y;
    double line_scale;
    uint32_t pattern_x, pattern_y;
    uint32_t level; /* of detail, from eg_plane_level_for */
};

/* Tile z/x/y of the web Mercator pyramid, 256 * scale pixels wide (scale 1 to 4). */
struct eg_view eg_view_tile(const struct eg_plane *plane, uint32_t z, uint32_t x, uint32_t y, uint32_t scale);
/* A box in the CRS's units on width x height pixels; pixels need not be square. */
struct eg_view eg_view_bounds(const struct eg_plane *plane, struct eg_bounds bounds, uint32_t width,
                              uint32_t height, double line_scale);
/* The part of the plane that the view shows, widened by margin_px on all sides. */
struct eg_box eg_view_box(const struct eg_view *view, double margin_px);

#endif
