/* Borders, each drawn once from its arc: anti-aliased, and composed from one coverage mask per outline, so that joints and
 * crossings are not darker than the line. */
#ifndef EG_RENDER_OUTLINE_H
#define EG_RENDER_OUTLINE_H

#include <stdbool.h>

#include "base/error.h"
#include "render/canvas.h"
#include "render/fill.h"

struct eg_outline {
    const struct eg_plane *plane; /* the level whose borders are drawn: own areas or parents */
    struct eg_rgba colour;        /* straight */
    double width_px;              /* at line_scale 1; below 1 the line is 1 px wide and fainter */
    bool aliased;                 /* pixels on or off */
};

/* Composes the outline over the canvas, round at ends and joints. EG_NO_MEMORY only, the canvas untouched. Parts fit
 * together as those of fills do. */
EG_MUST_CHECK enum eg_status eg_outline_draw(struct eg_render_scratch *scratch, const struct eg_view *view,
                                             const struct eg_outline *outline, struct eg_canvas *canvas,
                                             struct eg_error *err);

/* The same over some rows alone, each as in the whole picture; for several threads as eg_fill_draw_rows is. */
EG_MUST_CHECK enum eg_status eg_outline_draw_rows(struct eg_render_scratch *scratch,
                                                  const struct eg_view *view,
                                                  const struct eg_outline *outline, struct eg_rows rows,
                                                  struct eg_canvas *canvas, struct eg_error *err);

#endif
