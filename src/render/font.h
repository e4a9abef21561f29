/* Text on canvases, for the legend's files alone; opening and closing a font is in legend.h. */
#ifndef EG_RENDER_FONT_H
#define EG_RENDER_FONT_H

#include <stdbool.h>

#include "render/legend.h"

struct eg_type {
    double size_px; /* of an em */
    bool bold;
    struct eg_rgba colour; /* straight */
};

/* The width that one line takes, in whole pixels, rounded up; 0 for an empty one. Line breaks are drawn as blanks. */
EG_MUST_CHECK enum eg_status eg_font_measure(struct eg_font *font, const struct eg_type *type,
                                             struct eg_text line, uint32_t *width_px_out,
                                             struct eg_error *err);

/* Where a line begins: the left end of its baseline. */
struct eg_font_place {
    int32_t x, y;
};

/* Composes one line over the canvas; what falls outside is left out. */
EG_MUST_CHECK enum eg_status eg_font_draw(struct eg_font *font, const struct eg_type *type,
                                          struct eg_text line, struct eg_font_place place,
                                          struct eg_canvas *canvas, struct eg_error *err);

/* --- text in one direction and script ---------------------------------------------------------------------------------- */

struct eg_text_item {
    uint32_t begin, end; /* bytes of the line */
    uint32_t script;     /* as hb_script_t */
    bool right_to_left;
};

#define EG_TEXT_ITEMS_MAX 64u

/* Splits a line into items in the order in which they stand on the page, left to right, and returns their number: at most
 * EG_TEXT_ITEMS_MAX, the last then taking the rest. */
uint32_t eg_text_itemise(struct eg_text line, struct eg_text_item items_out[EG_TEXT_ITEMS_MAX]);

/* --- lines ---------------------------------------------------------------------------------------------------------- */

struct eg_lines {
    struct eg_text *line; /* [n], slices of the text */
    uint32_t n;
    size_t capacity;
    uint32_t width_px; /* of the widest */
};

/* Appends the text's lines: broken at line breaks, and at blanks so that none is wider than max_width_px; a word wider than
 * that is broken anywhere. An empty text has no line. Free lines->line with free(). */
EG_MUST_CHECK enum eg_status eg_lines_break(struct eg_font *font, const struct eg_type *type,
                                            struct eg_text text, uint32_t max_width_px,
                                            struct eg_lines *lines, struct eg_error *err);

#endif
