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

static uint64_t version_bits(const struct eg_snapshot *snapshot)
{
    uint64_t bits;
    memcpy(&bits, snapshot->version, sizeof bits);
    return bits;
}

/* What one drawing needs; lives on the stack of the thread that draws. */
struct job {
    struct eg_engine *engine;
    struct eg_snapshot *snapshot;
    const struct eg_tile_request *request;
    struct eg_layer_ref ref;
    struct eg_workspace workspace;
};

static struct eg_drawing drawing_of(const struct job *job, const struct eg_dressed *dressed)
{
    return (struct eg_drawing){.snapshot = job->snapshot, .dressed = dressed, .zoom = job->request->z};
}

/* The colour of a tile in which no border passes, without drawing it. */
static bool colour_at_a_glance(const struct job *job, const struct eg_drawing *drawing,
                               const struct eg_view *view, struct eg_rgba *colour_out)
{
    const struct eg_dressed *dressed = drawing->dressed;
    const struct eg_plane *plane = eg_engine_own_plane(job->snapshot, job->ref.layer);
    struct eg_box box = eg_view_box(view, 2.0 + eg_draw_outline_px(drawing) * view->line_scale);
    if (eg_plane_touches(plane, box) || eg_draw_has_borders_beyond(drawing)) return false;
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

static enum eg_status draw(const struct job *job, const struct eg_drawing *drawing,
                           const struct eg_view *view, struct eg_canvas *canvas, struct eg_error *err)
{
    enum eg_status status = eg_canvas_init(canvas, view->width, view->height, err);
    if (status != EG_OK) return status;
    status = eg_draw_view(job->workspace.render, drawing, view, canvas, err);
    if (status != EG_OK) eg_canvas_clear(canvas);
    return status;
}

static enum eg_status encode(const struct job *job, const struct eg_drawing *drawing,
                             const struct eg_canvas *canvas, struct eg_entity *entity_out,
                             struct eg_error *err)
{
    static const struct eg_png_text fictional = {"Comment", {"Fictional data", sizeof "Fictional data" - 1}};
    struct eg_png_options options = {.palette = drawing->dressed->palette,
                                     .exact = job->request->exact,
                                     .scratch = job->workspace.png,
                                     .texts = &fictional,
                                     .n_texts = job->snapshot->atlas->fictional};
    enum eg_png_kind kind = EG_PNG_RGBA;
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    enum eg_status status = eg_png_encode(canvas, &options, &body, &kind, err);
    if (status != EG_OK) {
        eg_buffer_clear(&body);
        return status;
    }
    eg_engine_count_drawn(job->engine, kind == EG_PNG_INDEXED);
    return eg_entity_from_buffer(&body, "image/png", false, entity_out, err);
}

static void solid_canvas(struct eg_canvas *canvas, struct eg_rgba colour)
{
    for (size_t i = 0; i < (size_t)canvas->width * canvas->height; i++) canvas->pixels[i] = colour;
}

static enum eg_status encode_solid(const struct job *job, const struct eg_drawing *drawing,
                                   struct eg_rgba colour, struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_canvas canvas;
    uint32_t px = TILE_PX * job->request->scale;
    enum eg_status status = eg_canvas_init(&canvas, px, px, err);
    if (status != EG_OK) return status;
    solid_canvas(&canvas, colour);
    status = encode(job, drawing, &canvas, entity_out, err);
    eg_canvas_clear(&canvas);
    return status;
}

/* Draws a tile into an entity, or finds that it is solid: then only the colour is told. */
static enum eg_status draw_tile(const struct job *job, struct eg_entity *entity_out, bool *solid_out,
                                struct eg_rgba *colour_out, struct eg_error *err)
{
    const struct eg_dressed *dressed = NULL;
    enum eg_status status = eg_layer_dress(job->snapshot, job->ref, &dressed, err);
    if (status != EG_OK) return status;
    const struct eg_tile_request *request = job->request;
    struct eg_drawing drawing = drawing_of(job, dressed);
    struct eg_view view = eg_view_tile(eg_engine_own_plane(job->snapshot, job->ref.layer), request->z,
                                       request->x, request->y, request->scale);
    *solid_out = colour_at_a_glance(job, &drawing, &view, colour_out);
    if (*solid_out) return EG_OK;
    struct eg_canvas canvas;
    status = draw(job, &drawing, &view, &canvas, err);
    if (status != EG_OK) return status;
    *solid_out = eg_canvas_is_solid(&canvas, colour_out);
    if (!*solid_out) status = encode(job, &drawing, &canvas, entity_out, err);
    eg_canvas_clear(&canvas);
    return status;
}

static enum eg_status wrap(const struct job *job, struct eg_entity *entity, void **value_out,
                           size_t *weight_bytes_out, struct eg_error *err)
{
    *value_out = eg_engine_wrap(job->engine, entity, weight_bytes_out);
    return *value_out ? EG_OK : eg_error_no_memory(err, 0);
}

struct solid_job {
    const struct job *job;
    struct eg_rgba colour;
};

static enum eg_status make_solid(void *context, const struct eg_cache_key *key, void **value_out,
                                 size_t *weight_bytes_out, bool *keep_out, struct eg_error *err)
{
    (void)key;
    (void)keep_out;
    const struct solid_job *solid = context;
    const struct eg_dressed *dressed = NULL;
    enum eg_status status = eg_layer_dress(solid->job->snapshot, solid->job->ref, &dressed, err);
    if (status != EG_OK) return status;
    struct eg_drawing drawing = drawing_of(solid->job, dressed);
    struct eg_entity entity = {0};
    status = encode_solid(solid->job, &drawing, solid->colour, &entity, err);
    if (status == EG_OK) status = wrap(solid->job, &entity, value_out, weight_bytes_out, err);
    return status;
}

static enum eg_status share_solid(const struct job *job, struct eg_rgba colour, void **value_out,
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
static enum eg_status make_tile(void *context, const struct eg_cache_key *key, void **value_out,
                                size_t *weight_bytes_out, bool *keep_out, struct eg_error *err)
{
    (void)key;
    (void)keep_out;
    const struct job *job = context;
    struct eg_entity entity = {0};
    struct eg_rgba colour = {0};
    bool solid = false;
    enum eg_status status = draw_tile(job, &entity, &solid, &colour, err);
    if (status != EG_OK) return status;
    if (!solid) return wrap(job, &entity, value_out, weight_bytes_out, err);
    *weight_bytes_out = 0;
    return share_solid(job, colour, value_out, err);
}

static enum eg_status prepare(struct eg_engine *engine, struct eg_snapshot *snapshot,
                              const struct eg_tile_request *request, struct job *job, struct eg_error *err)
{
    *job = (struct job){.engine = engine, .snapshot = snapshot, .request = request};
    enum eg_status status = eg_layer_resolve(snapshot, &request->name, &job->ref, err);
    if (status == EG_OK) status = check_tile(request, err);
    return status;
}

static enum eg_status make_with_workspace(void *context, const struct eg_cache_key *key, void **value_out,
                                          size_t *weight_bytes_out, bool *keep_out, struct eg_error *err)
{
    struct job *job = context;
    enum eg_status status = eg_engine_workspace_take(job->engine, &job->workspace, err);
    if (status != EG_OK) return status;
    status = make_tile(job, key, value_out, weight_bytes_out, keep_out, err);
    eg_engine_workspace_return(job->engine, job->workspace);
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
                             .version = version_bits(job->snapshot)};
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
    return eg_cache_get_or_make(eg_engine_cache(engine), &key, make_with_workspace, &job, value_out, err);
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
    if (status != EG_OK) return status;
    const struct eg_dressed *dressed = NULL;
    status = eg_layer_dress(snapshot, job.ref, &dressed, err);
    if (status == EG_OK) status = eg_engine_workspace_take(engine, &job.workspace, err);
    if (status != EG_OK) return status;
    struct eg_rgba colour = {0};
    bool solid = false;
    status = draw_tile(&job, entity_out, &solid, &colour, err);
    struct eg_drawing drawing = drawing_of(&job, dressed);
    if (status == EG_OK && solid) status = encode_solid(&job, &drawing, colour, entity_out, err);
    eg_engine_workspace_return(engine, job.workspace);
    return status;
}
