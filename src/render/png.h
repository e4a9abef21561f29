/* PNG out: indexed where a palette made once per style fits the picture, RGBA otherwise. */
#ifndef EG_RENDER_PNG_H
#define EG_RENDER_PNG_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "render/canvas.h"
#include "render/fill.h"

/* At most 256 colours for the pictures of one style: every colour of its legend exactly, then colours spread over the
 * blends that borders, lines and coasts make of them. Immutable; any thread may use it. */
struct eg_palette;

/* What a style draws with; all colours premultiplied. Doubles are harmless. */
struct eg_palette_style {
    const struct eg_paint *paints; /* [n_paints], as given to eg_fill_draw; colours and inks are exact */
    uint32_t n_paints;
    struct eg_rgba outside;      /* exact, too */
    const struct eg_rgba *lines; /* [n_lines]: outlines drawn over the paints; exact where opaque */
    uint32_t n_lines;
};

/* Up to 200 exact colours, else EG_LIMIT; EG_NO_MEMORY. Costs about 7 ms and 320 kB: layers that share their colours should
 * share the palette. Same style, same palette. */
EG_MUST_CHECK enum eg_status eg_palette_new(const struct eg_palette_style *style,
                                            struct eg_palette **palette_out, struct eg_error *err);
void eg_palette_free(struct eg_palette *palette); /* NULL is allowed */

struct eg_png_text {
    const char *keyword;  /* Latin-1, 1 to 79 characters */
    struct eg_text value; /* UTF-8; written as iTXt when it is not ASCII */
};

/* Working memory of one thread, grown as needed and kept, so that a tile costs next to no allocation. */
struct eg_png_scratch;
struct eg_png_scratch *eg_png_scratch_new(void);          /* NULL when memory is refused */
void eg_png_scratch_free(struct eg_png_scratch *scratch); /* NULL is allowed */

struct eg_png_options {
    const struct eg_palette *palette; /* NULL: no loss */
    bool exact;                       /* no loss: RGBA where more than 256 colours occur */
    bool indexed;                     /* at most 256 colours, whatever the error; wins over `exact` */
    struct eg_png_scratch *scratch;   /* NULL: made for this call */
    const struct eg_png_text *texts;
    uint32_t n_texts;
    double dpi; /* 0: not stated */
};

enum eg_png_kind { EG_PNG_RGBA, EG_PNG_INDEXED };

/* Appends the file to `out`; *kind_out (may be NULL) tells which it became. Indexed where at most 256 colours occur (then
 * without loss, in 1, 2, 4 or 8 bits a pixel), or where the style's palette, or failing that one made for this picture
 * around the style's exact colours, has a mean error of at most 1 of 255 (worst channel of premultiplied RGBA, averaged
 * over the pixels that are not wholly transparent). RGBA otherwise. Pixels of an exact colour are never
 * changed; a pixel that is opaque, wholly transparent or as opaque as one of the style's fills has the same alpha in the
 * file. Same canvas and options, same bytes. EG_NO_MEMORY; EG_INVALID for a keyword that PNG does not allow. */
EG_MUST_CHECK enum eg_status eg_png_encode(const struct eg_canvas *canvas,
                                           const struct eg_png_options *options, struct eg_buffer *out,
                                           enum eg_png_kind *kind_out, struct eg_error *err);

/* The colour that a file has for a premultiplied one; premultiplied again it is what it was. */
struct eg_rgba eg_png_straight(struct eg_rgba premultiplied);

/* True when all pixels have the same colour, which is then in *colour_out. */
bool eg_canvas_is_solid(const struct eg_canvas *canvas, struct eg_rgba *colour_out);

/* Reads any PNG of at most 16384 x 16384 into a premultiplied canvas, 16-bit channels rounded to 8: for goldens and tests.
 * EG_INVALID for anything that is not a whole PNG, EG_LIMIT for a larger one or one with chunks of many megabytes,
 * EG_NO_MEMORY. What eg_png_encode wrote without loss comes back as it was. */
EG_MUST_CHECK enum eg_status eg_png_decode(struct eg_text png, struct eg_canvas *canvas_out,
                                           struct eg_error *err);

#endif
