/* Legends as pictures: title, unit, one swatch a class, one a state, a note; text through FreeType and HarfBuzz. */
#ifndef EG_RENDER_LEGEND_H
#define EG_RENDER_LEGEND_H

#include "base/error.h"
#include "base/text.h"
#include "render/canvas.h"
#include "render/fill.h"

/* A font opened once per process; a lock inside guards it, so that any thread may draw. */
struct eg_font;
/* The packaged DejaVu Sans when path is NULL. EG_IO with the Debian package's name when it is not there. */
EG_MUST_CHECK enum eg_status eg_font_open(const char *path, struct eg_font **font_out, struct eg_error *err);
void eg_font_close(struct eg_font *font);

struct eg_legend_row {
    struct eg_paint paint;
    struct eg_text label;
};

struct eg_legend {
    struct eg_text title;
    struct eg_text subtitle; /* unit and period */
    const struct eg_legend_row *rows;
    uint32_t n_rows;
    struct eg_text note;                  /* attribution, "modelled", "fictional" */
    double scale;                         /* 1 to 4 */
    bool transparent;                     /* the paper; swatches stand on white in any case */
    uint32_t swatch_width, swatch_height; /* in pixels at scale 1; 0: 26 and 15 */
};

/* Sizes and draws the legend; the canvas is initialised here and cleared by the caller. Text is wrapped at about
 * 40 characters. */
EG_MUST_CHECK enum eg_status eg_legend_draw(struct eg_font *font, const struct eg_legend *legend,
                                            struct eg_canvas *canvas_out, struct eg_error *err);

/* The size of what eg_legend_draw would draw, also where that is more than a canvas can hold. A tenth of a millisecond or two. */
struct eg_legend_size {
    uint32_t width, height;
};
EG_MUST_CHECK enum eg_status eg_legend_measure(struct eg_font *font, const struct eg_legend *legend,
                                               struct eg_legend_size *size_out, struct eg_error *err);

/* One swatch alone, framed, on a canvas of that size; initialised here and cleared by the caller. */
EG_MUST_CHECK enum eg_status eg_legend_draw_swatch(const struct eg_paint *paint, struct eg_legend_size size,
                                                   double scale, struct eg_canvas *canvas_out,
                                                   struct eg_error *err);

/* Stamps one line of small text (the word "fictional", an attribution) in the lower left corner of a map on a white
 * ground of half opacity. */
EG_MUST_CHECK enum eg_status eg_label_stamp(struct eg_font *font, struct eg_text text, double scale,
                                            struct eg_canvas *canvas, struct eg_error *err);

#endif
