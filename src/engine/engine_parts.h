/* Private to the engine's files. */
#ifndef EG_ENGINE_ENGINE_PARTS_H
#define EG_ENGINE_ENGINE_PARTS_H

#include <stdatomic.h>

#include "base/team.h"
#include "engine/engine.h"
#include "render/fill.h"
#include "render/legend.h"
#include "render/png.h"

/* Working memory for one drawing, from a shelf of those in no use. Who takes one has a seat in the engine's team. */
struct eg_workspace {
    struct eg_render_scratch *render;
    struct eg_png_scratch *png;
    struct eg_vector_scratch *vector; /* NULL until a vector tile was made */
    struct eg_rgba *pixels;           /* [n_pixels] of the last picture */
    size_t n_pixels;
};
EG_MUST_CHECK enum eg_status
eg_engine_workspace_take(struct eg_engine *engine, struct eg_workspace *workspace_out, struct eg_error *err);
void eg_engine_workspace_return(struct eg_engine *engine, struct eg_workspace workspace);

/* Workspaces for the parts of a drawing that the team shares: the caller's for whoever comes first, others from the shelf. */
struct eg_part_workspaces {
    struct eg_engine *engine;
    const struct eg_workspace *own; /* the caller's, which it leaves alone meanwhile */
    atomic_bool lent;
};
EG_MUST_CHECK enum eg_status eg_engine_part_take(struct eg_part_workspaces *parts,
                                                 struct eg_workspace *workspace_out, struct eg_error *err);
void eg_engine_part_return(struct eg_part_workspaces *parts, struct eg_workspace workspace);

/* Who draws large maps together; NULL when everybody draws alone. */
struct eg_team *eg_engine_team(struct eg_engine *engine);

/* A canvas in the workspace, its pixels undefined; valid until the next one. Not for eg_canvas_clear. */
EG_MUST_CHECK enum eg_status eg_engine_workspace_canvas(struct eg_workspace *workspace, uint32_t width,
                                                        uint32_t height, struct eg_canvas *canvas_out,
                                                        struct eg_error *err);

struct eg_cache *eg_engine_cache(struct eg_engine *engine);

/* The server's own value for an entity, which is cleared; NULL when memory is refused. */
void *eg_engine_wrap(struct eg_engine *engine, struct eg_entity *entity, size_t *weight_bytes_out);

/* Opened on first use, so that a server that shows no legend needs no font. */
EG_MUST_CHECK enum eg_status eg_engine_font(struct eg_engine *engine, struct eg_font **font_out,
                                            struct eg_error *err);

void eg_engine_count_drawn(struct eg_engine *engine, bool indexed);
void eg_engine_count_solid(struct eg_engine *engine);

/* The EPSG:3857 plane of a layer's boundaries. */
const struct eg_plane *eg_engine_own_plane(const struct eg_snapshot *snapshot, uint32_t layer);

#endif
