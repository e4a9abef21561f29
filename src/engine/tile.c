/* Tiles: name -> key -> cache -> draw -> PNG -> the server's own value.
 *
 * A key is what the picture depends on: layer, style, series, z, x, y, scale and the snapshot's version. A tile in which no
 * border passes is one colour: all of those share one value for each colour and size, found under a key of its own. */
#include <string.h>

#include "engine/draw.h"
#include "engine/engine.h"
#include "engine/engine_parts.h"
#include "render/canvas.h"
#include "render/png.h"

#define TILE_PX 256
#define MAX_ZOOM 22

struct tile_key {
    uint32_t layer, style, series;
    uint32_t x, y;
    uint8_t z, scale, exact, kind; /* kind 1: a tile; 2: one colour, held in `layer` */
    uint64_t version;
};
_Static_assert(sizeof(struct tile_key) == EG_CACHE_KEY_BYTES, "a tile key fills a cache key");

static enum eg_status out_of_range(struct eg_error *err, const char *field, uint32_t value, uint32_t most)
{
    eg_error_set(err, EG_INVALID, "%s is %u; it must be 0 to %u at this zoom", field, value, most);
    eg_error_field(err, field);
    return EG_INVALID;
}

static enum eg_status check_tile(const struct eg_tile_request *request, struct eg_error *err)
{
    if (request->z > MAX_ZOOM) {
        eg_error_set(err, EG_INVALID, "zoom is %u; it must be 0 to %d", request->z, MAX_ZOOM);
        eg_error_field(err, "z");
        return EG_INVALID;
    }
    uint32_t most = (UINT32_C(1) << request->z) - 1;
    if (request->x > most) return out_of_range(err, "x", request->x, most);
    if (request->y > most) return out_of_range(err, "y", request->y, most);
    if (request->scale >= 1 && request->scale <= 4) return EG_OK;
    eg_error_set(err, EG_INVALID, "scale is @%ux; it must be @2x, @3x, @4x or left out", request->scale);
    eg_error_field(err, "scale");
    return EG_INVALID;
}

/* What one drawing needs; lives on the stack of the thread that draws. */
struct job {
    struct eg_engine *engine;
    struct eg_snapshot *snapshot;
    const struct eg_tile_request *request;
    struct eg_layer_ref ref;
    const struct eg_dressed *dressed; /* once it is known that there is something to draw */
    struct eg_workspace workspace;
    bool described;
};

/* A tile that is one colour all over. */
struct solid {
    bool is;
    struct eg_rgba colour;
};

static struct eg_drawing drawing_of(const struct job *job)
{
    return (struct eg_drawing){.snapshot = job->snapshot, .dressed = job->dressed, .zoom = job->request->z};
}

static enum eg_status begin(struct job *job, struct eg_error *err)
{
    enum eg_status status = eg_layer_dress(job->snapshot, job->ref, &job->dressed, err);
    if (status == EG_OK) status = eg_engine_workspace_take(job->engine, &job->workspace, err);
    return status;
}

/* The colour of a tile in which no border passes, without drawing it. */
static bool colour_at_a_glance(const struct eg_drawing *drawing, const struct eg_plane *plane,
                               const struct eg_view *view, struct eg_rgba *colour_out)
{
    const struct eg_dressed *dressed = drawing->dressed;
    if (eg_draw_may_have_borders(drawing, view)) return false;
    struct eg_box box = eg_view_box(view, 0);
    struct eg_point middle = {(int32_t)(((int64_t)box.min_x + box.max_x) / 2),
                              (int32_t)(((int64_t)box.min_y + box.max_y) / 2)};
    uint32_t area = eg_plane_locate(plane, middle);
    if (area == EG_NO_AREA) {
        *colour_out = dressed->outside;
        return true;
    }
    const struct eg_paint *paint = &dressed->paints[dressed->area_paint[area]];
    *colour_out = paint->colour;
    return paint->pattern == EG_PATTERN_NONE;
}

static enum eg_status encode(const struct job *job, const struct eg_drawing *drawing,
                             const struct eg_canvas *canvas, struct eg_entity *entity_out,
                             struct eg_error *err)
{
    struct eg_picture picture = {.canvas = canvas,
                                 .scratch = job->workspace.png,
                                 .exact = job->request->exact,
                                 .described = job->described};
    bool indexed = false;
    enum eg_status status = eg_draw_encode(drawing, &picture, entity_out, &indexed, err);
    if (status == EG_OK) eg_engine_count_drawn(job->engine, indexed);
    return status;
}

static enum eg_status encode_solid(struct job *job, const struct eg_drawing *drawing, struct eg_rgba colour,
                                   struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_canvas canvas;
    uint32_t px = TILE_PX * job->request->scale;
    enum eg_status status = eg_engine_workspace_canvas(&job->workspace, px, px, &canvas, err);
    if (status != EG_OK) return status;
    for (size_t i = 0; i < (size_t)px * px; i++) canvas.pixels[i] = colour;
    return encode(job, drawing, &canvas, entity_out, err);
}

/* Draws a tile into an entity, or finds that it is solid: then only the colour is told. */
static enum eg_status draw_tile(struct job *job, const struct eg_drawing *drawing,
                                struct eg_entity *entity_out, struct solid *solid_out, struct eg_error *err)
{
    const struct eg_tile_request *request = job->request;
    const struct eg_plane *plane = eg_engine_own_plane(job->snapshot, job->ref.layer);
    struct eg_view view = eg_view_tile(plane, request->z, request->x, request->y, request->scale);
    solid_out->is = colour_at_a_glance(drawing, plane, &view, &solid_out->colour);
    if (solid_out->is) return EG_OK;
    struct eg_canvas canvas;
    enum eg_status status =
        eg_engine_workspace_canvas(&job->workspace, view.width, view.height, &canvas, err);
    if (status == EG_OK) status = eg_draw_view(job->workspace.render, drawing, &view, &canvas, err);
    if (status != EG_OK) return status;
    solid_out->is = eg_canvas_is_solid(&canvas, &solid_out->colour);
    return solid_out->is ? EG_OK : encode(job, drawing, &canvas, entity_out, err);
}

static enum eg_status wrap(const struct job *job, struct eg_entity *entity, void **value_out,
                           size_t *weight_bytes_out, struct eg_error *err)
{
    *value_out = eg_engine_wrap(job->engine, entity, weight_bytes_out);
    return *value_out ? EG_OK : eg_error_no_memory(err, 0);
}

struct solid_job {
    struct job *job;
    struct eg_rgba colour;
};

static enum eg_status make_solid(void *context, const struct eg_cache_key *key, void **value_out,
                                 size_t *weight_bytes_out, bool *keep_out, struct eg_error *err)
{
    (void)key;
    (void)keep_out;
    struct solid_job *solid = context;
    struct eg_drawing drawing = drawing_of(solid->job);
    struct eg_entity entity = {0};
    enum eg_status status = encode_solid(solid->job, &drawing, solid->colour, &entity, err);
    if (status == EG_OK) status = wrap(solid->job, &entity, value_out, weight_bytes_out, err);
    return status;
}

static enum eg_status share_solid(struct job *job, struct eg_rgba colour, void **value_out,
                                  struct eg_error *err)
{
    struct tile_key parts = {.scale = (uint8_t)job->request->scale, .exact = job->request->exact, .kind = 2};
    parts.version = job->snapshot->atlas->fictional;
    memcpy(&parts.layer, &colour, sizeof colour);
    struct eg_cache_key key;
    memcpy(key.bytes, &parts, sizeof parts);
    struct solid_job solid = {job, colour};
    eg_engine_count_solid(job->engine);
    return eg_cache_get_or_make(eg_engine_cache(job->engine), &key, make_solid, &solid, value_out, err);
}

/* For the cache: a solid tile weighs nothing of its own, its picture is paid for once. */
static enum eg_status make_value(struct job *job, void **value_out, size_t *weight_bytes_out,
                                 struct eg_error *err)
{
    struct eg_drawing drawing = drawing_of(job);
    struct eg_entity entity = {0};
    struct solid solid = {0};
    enum eg_status status = draw_tile(job, &drawing, &entity, &solid, err);
    if (status != EG_OK) return status;
    if (solid.is) return share_solid(job, solid.colour, value_out, err);
    return wrap(job, &entity, value_out, weight_bytes_out, err);
}

static enum eg_status make_tile(void *context, const struct eg_cache_key *key, void **value_out,
                                size_t *weight_bytes_out, bool *keep_out, struct eg_error *err)
{
    (void)key;
    (void)keep_out;
    struct job *job = context;
    enum eg_status status = begin(job, err);
    if (status != EG_OK) return status;
    status = make_value(job, value_out, weight_bytes_out, err);
    eg_engine_workspace_return(job->engine, job->workspace);
    return status;
}

static enum eg_status prepare(struct eg_engine *engine, struct eg_snapshot *snapshot,
                              const struct eg_tile_request *request, struct job *job, struct eg_error *err)
{
    *job = (struct job){.engine = engine, .snapshot = snapshot, .request = request};
    enum eg_status status = eg_layer_resolve(snapshot, &request->name, &job->ref, err);
    if (status == EG_OK) status = check_tile(request, err);
    return status;
}

static struct eg_cache_key key_of(const struct job *job)
{
    const struct eg_tile_request *request = job->request;
    struct tile_key parts = {.layer = job->ref.layer,
                             .style = job->ref.style,
                             .series = job->ref.series,
                             .x = request->x,
                             .y = request->y,
                             .z = (uint8_t)request->z,
                             .scale = (uint8_t)request->scale,
                             .exact = request->exact,
                             .kind = 1,
                             .version = job->snapshot->version_number};
    struct eg_cache_key key;
    memcpy(key.bytes, &parts, sizeof parts);
    return key;
}

enum eg_status eg_engine_tile(struct eg_engine *engine, struct eg_snapshot *snapshot,
                              const struct eg_tile_request *request, void **value_out, struct eg_error *err)
{
    struct job job;
    enum eg_status status = prepare(engine, snapshot, request, &job, err);
    if (status != EG_OK) return status;
    struct eg_cache_key key = key_of(&job);
    return eg_cache_get_or_make(eg_engine_cache(engine), &key, make_tile, &job, value_out, err);
}

void *eg_engine_tile_kept(struct eg_engine *engine, struct eg_snapshot *snapshot,
                          const struct eg_tile_request *request)
{
    struct job job;
    if (prepare(engine, snapshot, request, &job, NULL) != EG_OK) return NULL;
    struct eg_cache_key key = key_of(&job);
    return eg_cache_get(eg_engine_cache(engine), &key);
}

enum eg_status eg_engine_tile_entity(struct eg_engine *engine, struct eg_snapshot *snapshot,
                                     const struct eg_tile_request *request, struct eg_entity *entity_out,
                                     struct eg_error *err)
{
    struct job job;
    enum eg_status status = prepare(engine, snapshot, request, &job, err);
    job.described = request->described;
    if (status == EG_OK) status = begin(&job, err);
    if (status != EG_OK) return status;
    struct eg_drawing drawing = drawing_of(&job);
    struct solid solid = {0};
    status = draw_tile(&job, &drawing, entity_out, &solid, err);
    if (status == EG_OK && solid.is) status = encode_solid(&job, &drawing, solid.colour, entity_out, err);
    eg_engine_workspace_return(engine, job.workspace);
    return status;
}
