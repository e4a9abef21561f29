/* Tiles: name -> key -> cache -> draw -> PNG -> the server's own value.
 *
 * A key is what the picture depends on: layer, style, series, set, z, x, y, scale and the snapshot's version. A tile in which no
 * border passes is one colour: all of those share one value for each colour and size, found under a key of its own. */
#include <string.h>

#include "engine/draw.h"
#include "engine/engine.h"
#include "engine/engine_parts.h"
#include "engine/projected.h"
#include "engine/tile_sets.h"
#include "render/canvas.h"
#include "render/png.h"

#define TILE_PX 256
#define MAX_ZOOM 22

struct tile_key {
    uint32_t layer;
    uint16_t style, set;
    uint32_t series;
    uint32_t x, y;
    uint8_t z, scale, exact, kind; /* kind 1: a tile; 2: one colour, held in `layer`, x by y pixels */
    uint64_t version;
};
_Static_assert(sizeof(struct tile_key) == EG_CACHE_KEY_BYTES, "a tile key fills a cache key");

/* What one drawing needs; lives on the stack of the thread that draws. */
struct job {
    struct eg_engine *engine;
    struct eg_snapshot *snapshot;
    const struct eg_tile_request *request;
    struct eg_layer_ref ref;
    const struct eg_tile_matrix_set *set; /* NULL: WebMercatorQuad */
    uint32_t width, height;               /* pixels */
    const struct eg_dressed *dressed;     /* once it is known that there is something to draw */
    const struct eg_plane *plane; /* of the layer's areas in the set's CRS; taken when set is not NULL */
    struct eg_workspace workspace;
    bool described;
};

/* Without the number: one that was too large for 32 bits is not what the client wrote. */
static enum eg_status out_of_range(struct eg_error *err, const char *field, uint32_t most)
{
    eg_error_set(err, EG_INVALID, "%s must be 0 to %u at this zoom", field, most);
    eg_error_field(err, field);
    return EG_INVALID;
}

static enum eg_status check_scale(const struct eg_tile_request *request, struct eg_error *err)
{
    if (request->scale >= 1 && request->scale <= 4) return EG_OK;
    eg_error_set(err, EG_INVALID, "scale is @%ux; it must be @2x, @3x, @4x or left out", request->scale);
    eg_error_field(err, "scale");
    return EG_INVALID;
}

static enum eg_status check_place(const struct eg_tile_request *request, uint32_t n_matrices,
                                  uint32_t n_columns, uint32_t n_rows, struct eg_error *err)
{
    if (request->z >= n_matrices) {
        eg_error_set(err, EG_INVALID, "zoom must be 0 to %u", n_matrices - 1);
        eg_error_field(err, "z");
        return EG_INVALID;
    }
    if (request->x >= n_columns) return out_of_range(err, "x", n_columns - 1);
    if (request->y >= n_rows) return out_of_range(err, "y", n_rows - 1);
    return EG_OK;
}

static enum eg_status check_web_mercator(struct job *job, struct eg_error *err)
{
    const struct eg_tile_request *request = job->request;
    uint32_t n = request->z <= MAX_ZOOM ? UINT32_C(1) << request->z : 0;
    enum eg_status status = check_place(request, MAX_ZOOM + 1, n, n, err);
    if (status == EG_OK) status = check_scale(request, err);
    job->width = job->height = TILE_PX * request->scale;
    return status;
}

static enum eg_status check_set(struct job *job, struct eg_error *err)
{
    const struct eg_tile_request *request = job->request;
    if (request->set >= eg_tile_sets_count(job->snapshot->tile_sets)) {
        eg_error_set(err, EG_NOT_FOUND, "there is no tile matrix set number %u", request->set);
        eg_error_field(err, "set");
        return EG_NOT_FOUND;
    }
    job->set = eg_tile_sets_at(job->snapshot->tile_sets, request->set);
    const struct eg_tile_matrix *matrix =
        &job->set->matrices[request->z < job->set->n_matrices ? request->z : 0];
    enum eg_status status =
        check_place(request, job->set->n_matrices, matrix->matrix_width, matrix->matrix_height, err);
    if (status == EG_OK) status = check_scale(request, err);
    if (status != EG_OK) return status;
    job->width = matrix->tile_width * request->scale;
    job->height = matrix->tile_height * request->scale;
    uint32_t most = job->snapshot->atlas->limits.image_px;
    if (job->width <= most && job->height <= most) return EG_OK;
    eg_error_set(err, EG_LIMIT, "a tile of %u x %u pixels; each side may have %u", job->width, job->height,
                 most);
    eg_error_field(err, "scale");
    return EG_LIMIT;
}

static enum eg_status check_tile(struct job *job, struct eg_error *err)
{
    return job->request->set == EG_TILE_SET_WEB_MERCATOR ? check_web_mercator(job, err) : check_set(job, err);
}

/* A tile that is one colour all over. */
struct solid {
    bool is;
    struct eg_rgba colour;
};

static struct eg_view view_of(const struct job *job)
{
    const struct eg_tile_request *request = job->request;
    if (!job->set) return eg_view_tile(job->plane, request->z, request->x, request->y, request->scale);
    struct eg_bounds bounds = eg_tile_matrix_bounds(&job->set->matrices[request->z], request->x, request->y);
    return eg_view_bounds(job->plane, bounds, job->width, job->height, request->scale);
}

static struct eg_drawing drawing_of(const struct job *job, const struct eg_view *view)
{
    struct eg_drawing drawing = {.snapshot = job->snapshot, .dressed = job->dressed, .zoom = job->request->z};
    if (!job->set) return drawing;
    drawing.crs = eg_text_from(job->set->crs);
    drawing.zoom = eg_draw_zoom(&drawing, job->plane, view);
    return drawing;
}

static enum eg_status take_plane(struct job *job, struct eg_error *err)
{
    if (job->set)
        return eg_projected_take(job->snapshot->projected,
                                 job->snapshot->atlas->layers[job->ref.layer].boundaries,
                                 eg_text_from(job->set->crs), &job->plane, err);
    job->plane = eg_engine_own_plane(job->snapshot, job->ref.layer);
    return EG_OK;
}

static void release_plane(struct job *job)
{
    if (job->set) eg_projected_release(job->snapshot->projected, job->plane);
}

static enum eg_status begin(struct job *job, struct eg_error *err)
{
    enum eg_status status = eg_layer_dress(job->snapshot, job->ref, &job->dressed, err);
    if (status == EG_OK) status = take_plane(job, err);
    if (status != EG_OK) return status;
    status = eg_engine_workspace_take(job->engine, &job->workspace, err);
    if (status != EG_OK) release_plane(job);
    return status;
}

static void end(struct job *job)
{
    eg_engine_workspace_return(job->engine, job->workspace);
    release_plane(job);
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

static enum eg_status encode_solid(struct job *job, struct eg_rgba colour, struct eg_entity *entity_out,
                                   struct eg_error *err)
{
    struct eg_drawing drawing = {.snapshot = job->snapshot, .dressed = job->dressed};
    struct eg_canvas canvas;
    enum eg_status status =
        eg_engine_workspace_canvas(&job->workspace, job->width, job->height, &canvas, err);
    if (status != EG_OK) return status;
    for (size_t i = 0; i < (size_t)job->width * job->height; i++) canvas.pixels[i] = colour;
    return encode(job, &drawing, &canvas, entity_out, err);
}

/* Draws a tile into an entity, or finds that it is solid: then only the colour is told. */
static enum eg_status draw_tile(struct job *job, struct eg_entity *entity_out, struct solid *solid_out,
                                struct eg_error *err)
{
    struct eg_view view = view_of(job);
    struct eg_drawing drawing = drawing_of(job, &view);
    solid_out->is = colour_at_a_glance(&drawing, job->plane, &view, &solid_out->colour);
    if (solid_out->is) return EG_OK;
    struct eg_canvas canvas;
    struct eg_rows all = {0, view.height};
    enum eg_status status =
        eg_engine_workspace_canvas(&job->workspace, view.width, view.height, &canvas, err);
    if (status == EG_OK) status = eg_draw_view(job->workspace.render, &drawing, &view, all, &canvas, err);
    if (status != EG_OK) return status;
    solid_out->is = eg_canvas_is_solid(&canvas, &solid_out->colour);
    return solid_out->is ? EG_OK : encode(job, &drawing, &canvas, entity_out, err);
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
    struct eg_entity entity = {0};
    enum eg_status status = encode_solid(solid->job, solid->colour, &entity, err);
    if (status == EG_OK) status = wrap(solid->job, &entity, value_out, weight_bytes_out, err);
    return status;
}

static enum eg_status share_solid(struct job *job, struct eg_rgba colour, void **value_out,
                                  struct eg_error *err)
{
    struct tile_key parts = {.x = job->width, .y = job->height, .exact = job->request->exact, .kind = 2};
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
    struct eg_entity entity = {0};
    struct solid solid = {0};
    enum eg_status status = draw_tile(job, &entity, &solid, err);
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
    end(job);
    return status;
}

static enum eg_status prepare(struct eg_engine *engine, struct eg_snapshot *snapshot,
                              const struct eg_tile_request *request, struct job *job, struct eg_error *err)
{
    *job = (struct job){.engine = engine, .snapshot = snapshot, .request = request};
    enum eg_status status = eg_layer_resolve(snapshot, &request->name, &job->ref, err);
    if (status == EG_OK) status = check_tile(job, err);
    return status;
}

static struct eg_cache_key key_of(const struct job *job)
{
    const struct eg_tile_request *request = job->request;
    struct tile_key parts = {.layer = job->ref.layer,
                             .style = (uint16_t)job->ref.style,
                             .set = (uint16_t)request->set,
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
    struct solid solid = {0};
    status = draw_tile(&job, entity_out, &solid, err);
    if (status == EG_OK && solid.is) status = encode_solid(&job, solid.colour, entity_out, err);
    end(&job);
    return status;
}

bool eg_engine_tile_needs_projecting(struct eg_snapshot *snapshot, const struct eg_tile_request *request)
{
    struct job job;
    if (request->set == EG_TILE_SET_WEB_MERCATOR) return false;
    if (prepare(NULL, snapshot, request, &job, NULL) != EG_OK) return false;
    uint32_t boundaries = snapshot->atlas->layers[job.ref.layer].boundaries;
    if (!eg_projected_is_ready(snapshot->projected, boundaries, eg_text_from(job.set->crs))) return true;
    if (take_plane(&job, NULL) != EG_OK) return false;
    struct eg_dressed dressed = {.ref = job.ref};
    job.dressed = &dressed;
    struct eg_view view = view_of(&job);
    struct eg_drawing drawing = drawing_of(&job, &view);
    bool needs = eg_draw_needs_projecting(&drawing);
    release_plane(&job);
    return needs;
}
