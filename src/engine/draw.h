/* Private to the engine: one way to draw a dressed layer on a view. */
#ifndef EG_ENGINE_DRAW_H
#define EG_ENGINE_DRAW_H

#include "engine/engine.h"
#include "engine/entity.h"
#include "engine/layer.h"
#include "render/canvas.h"
#include "render/fill.h"

struct eg_drawing {
    const struct eg_snapshot *snapshot;
    const struct eg_dressed *dressed;
    struct eg_text crs; /* empty: EPSG:3857 */
    double zoom; /* of a 256-pixel web Mercator tile of this ground resolution, for "from zoom" rules */
};

/* Fill, patterns and outlines, in some of the rows (see eg_fill_draw_rows). The canvas has the view's size. */
EG_MUST_CHECK enum eg_status eg_draw_view(struct eg_render_scratch *scratch, const struct eg_drawing *drawing,
                                          const struct eg_view *view, struct eg_rows rows,
                                          struct eg_canvas *canvas, struct eg_error *err);

/* Whether borders would have to be projected first (see eg_projected_is_ready); needs drawing->dressed->ref, crs and zoom only. */
bool eg_draw_needs_projecting(const struct eg_drawing *drawing);

/* The zoom at which a web Mercator tile has the same ground resolution: a degree of longitude is as many metres there
 * anywhere, and so is a metre of another projection, times what Mercator stretches at the latitude of the areas. Needs
 * drawing->snapshot, dressed->ref and crs only; `plane` is that of the layer's areas in the CRS. */
double eg_draw_zoom(const struct eg_drawing *drawing, const struct eg_plane *plane,
                    const struct eg_view *view);

/* Whether a border may show in a view, as itself or by its outline. False is certain: the whole view then lies in one area, or
 * in none. */
bool eg_draw_may_have_borders(const struct eg_drawing *drawing, const struct eg_view *view);

/* How a drawn canvas becomes a file. */
struct eg_picture {
    const struct eg_canvas *canvas;
    struct eg_png_scratch *scratch;
    struct eg_part_workspaces
        *parts;     /* PNG: packed by the engine's team, with the same bytes; NULL: by the caller alone */
    bool exact;     /* PNG: RGBA without loss */
    bool described; /* PNG: title, period and attribution in the file */
    enum eg_picture_format format;
    double dpi; /* 0: not stated */
};
/* *indexed_out (may be NULL) tells whether a palette served. */
EG_MUST_CHECK enum eg_status eg_draw_encode(const struct eg_drawing *drawing,
                                            const struct eg_picture *picture, struct eg_entity *entity_out,
                                            bool *indexed_out, struct eg_error *err);
/* A picture of no layer, which says nothing of itself. */
EG_MUST_CHECK enum eg_status eg_draw_encode_plain(const struct eg_picture *picture,
                                                  struct eg_entity *entity_out, struct eg_error *err);

#endif
