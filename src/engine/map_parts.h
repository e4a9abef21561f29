/* Private to the files of maps. */
#ifndef EG_ENGINE_MAP_PARTS_H
#define EG_ENGINE_MAP_PARTS_H

#include "engine/engine.h"
#include "render/canvas.h"

/* EG_INVALID, or EG_LIMIT for more than `most` on a side, with field "size". */
EG_MUST_CHECK enum eg_status eg_map_check_size(uint32_t width, uint32_t height, uint32_t most,
                                               struct eg_error *err);

struct eg_map_margin {
    struct eg_engine *engine;
    const struct eg_snapshot *snapshot;
    struct eg_layer_ref ref; /* of the legend */
    struct eg_rgba outside;  /* what a legend may cover: premultiplied */
    double scale;
    bool legend;
};
/* EG_INVALID with field "legend" for a picture that is smaller than its legend. */
EG_MUST_CHECK enum eg_status eg_map_add_margin(const struct eg_map_margin *margin, struct eg_canvas *canvas,
                                               struct eg_error *err);

#endif
