/* Private to the files of maps. */
#ifndef EG_ENGINE_MAP_PARTS_H
#define EG_ENGINE_MAP_PARTS_H

#include "engine/draw.h"
#include "engine/engine_parts.h"
#include "render/canvas.h"

/* EG_INVALID, or EG_LIMIT for more than `most` on a side, with field "size". */
EG_MUST_CHECK enum eg_status eg_map_check_size(uint32_t width, uint32_t height, uint32_t most,
                                               struct eg_error *err);

/* One layer of a map and the plane that it is drawn from. */
struct eg_map_sheet {
    struct eg_drawing drawing;
    const struct eg_plane *plane;
    struct eg_view view;
};
/* Of `dressed`, which has to stay, needs `ref` alone for the view and the zoom. To be released. */
EG_MUST_CHECK enum eg_status eg_map_sheet_take(const struct eg_snapshot *snapshot,
                                               const struct eg_map_request *request,
                                               const struct eg_dressed *dressed,
                                               struct eg_map_sheet *sheet_out, struct eg_error *err);
void eg_map_sheet_release(const struct eg_map_sheet *sheet);

/* The layers of a map, from below upwards, as they are drawn; the first one's outside is the ground. Those after the request's
 * names are drawn a turn further east. */
struct eg_map_layers {
    struct eg_engine *engine;
    const struct eg_snapshot *snapshot;
    const struct eg_map_request *request;
    const struct eg_dressed *dressed; /* [n] */
    uint32_t n;
    struct eg_part_workspaces *parts;
};
/* Draws every pixel, in bands that the engine's team shares out. The canvas has the request's size. */
EG_MUST_CHECK enum eg_status eg_map_draw(const struct eg_map_layers *layers, struct eg_canvas *canvas,
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
