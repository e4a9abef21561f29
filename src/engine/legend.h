/* Private to the engine: the legend of a layer as a picture. */
#ifndef EG_ENGINE_LEGEND_H
#define EG_ENGINE_LEGEND_H

#include "engine/engine.h"
#include "render/canvas.h"

/* The canvas is initialised here and cleared by the caller. */
EG_MUST_CHECK enum eg_status eg_engine_draw_legend(struct eg_engine *engine,
                                                   const struct eg_snapshot *snapshot,
                                                   struct eg_layer_ref ref, double scale,
                                                   struct eg_canvas *canvas_out, struct eg_error *err);

#endif
