/* PNG out: indexed where a palette made once per style fits the picture, RGBA otherwise. */
#ifndef EG_RENDER_PNG_H
#define EG_RENDER_PNG_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "render/canvas.h"

/* At most 256 colours: every colour of the legend exactly, then steps along the blends between them and towards
 * transparent, with a lookup from pixel to index in constant time. Immutable. */
struct eg_palette;

/* exact[n_exact]: premultiplied colours that must come out as they are (classes, states, outlines, outside); n_exact up
 * to 200. EG_NO_MEMORY, EG_LIMIT. */
EG_MUST_CHECK enum eg_status eg_palette_new(const struct eg_rgba *exact, uint32_t n_exact,
                                            struct eg_palette **palette_out, struct eg_error *err);
void eg_palette_free(struct eg_palette *palette); /* NULL is allowed */

struct eg_png_text {
    const char *keyword;  /* Latin-1, 1 to 79 characters */
    struct eg_text value; /* UTF-8; written as iTXt when it is not ASCII */
};

struct eg_png_options {
    const struct eg_palette *palette; /* NULL: always exact */
    bool exact;                       /* RGBA with no loss */
    const struct eg_png_text *texts;
    uint32_t n_texts;
    double dpi; /* 0: not stated */
};

enum eg_png_kind { EG_PNG_RGBA, EG_PNG_INDEXED };

/* Appends the file to `out`. Indexed when few enough colours occur, or when the palette's mean error over the picture is
 * at most 1 of 255 (worst channel of premultiplied RGBA, averaged over the pixels that are not transparent); *kind_out
 * (may be NULL) tells. Same canvas, same bytes. */
EG_MUST_CHECK enum eg_status eg_png_encode(const struct eg_canvas *canvas, const struct eg_png_options *options,
                                           struct eg_buffer *out, enum eg_png_kind *kind_out, struct eg_error *err);

/* True when all pixels have the same colour, which is then in *colour_out. */
bool eg_canvas_is_solid(const struct eg_canvas *canvas, struct eg_rgba *colour_out);

/* Reads a PNG of at most 16384 x 16384 into a premultiplied canvas: for goldens and tests. */
EG_MUST_CHECK enum eg_status eg_png_decode(struct eg_text png, struct eg_canvas *canvas_out, struct eg_error *err);

#endif
