/* Private to the engine: one way to draw a dressed layer on a view. */
#ifndef EG_ENGINE_DRAW_H
#define EG_ENGINE_DRAW_H

#include "engine/layer.h"
#include "render/canvas.h"
#include "render/fill.h"

struct eg_drawing {
    const struct eg_snapshot *snapshot;
    const struct eg_dressed *dressed;
    struct eg_text crs; /* empty: EPSG:3857 */
    double zoom; /* of a 256-pixel web Mercator tile of this ground resolution, for "from zoom" rules */
};

/* Fill, patterns and outlines. The canvas has the view's size. */
EG_MUST_CHECK enum eg_status eg_draw_view(struct eg_render_scratch *scratch, const struct eg_drawing *drawing,
                                          const struct eg_view *view, struct eg_canvas *canvas,
                                          struct eg_error *err);

/* The widest outline of the style at this zoom, in px at scale 1; 0 without outlines. */
double eg_draw_outline_px(const struct eg_drawing *drawing);

/* Whether an outline of this zoom may pass where the layer's own areas have no border: neighbourhoods' lines over districts. */
bool eg_draw_has_borders_beyond(const struct eg_drawing *drawing);

/* What the PNG says of itself, into texts_out[EG_DRAW_TEXTS]; returns how many. Texts are borrowed from the snapshot and
 * the arena. */
#define EG_DRAW_TEXTS 5
uint32_t eg_draw_texts(const struct eg_drawing *drawing, struct eg_arena *arena,
                       struct eg_png_text *texts_out);

#endif
