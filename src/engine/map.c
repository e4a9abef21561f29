/* Pictures of any box in any CRS: for the command line and for all protocols that ask for a map. */
#include <math.h>

#include "engine/crs_list.h"
#include "engine/draw.h"
#include "engine/engine.h"
#include "engine/engine_parts.h"
#include "engine/map_parts.h"
#include "engine/projected.h"

#define FARTHEST 1e9        /* units of any CRS: beyond the world, also in feet */
#define SMALLEST_PIXEL 1e-9 /* units: a tenth of a millimetre in degrees */
#define LEAST_SCALE 0.25
#define MOST_SCALE 16.0

static enum eg_status invalid(struct eg_error *err, const char *field, const char *message)
{
    eg_error_set(err, EG_INVALID, "%s", message);
    eg_error_field(err, field);
    return EG_INVALID;
}

enum eg_status eg_map_check_size(uint32_t width, uint32_t height, uint32_t most, struct eg_error *err)
{
    if (width < 1 || height < 1) return invalid(err, "size", "a picture has at least one pixel each way");
    if (width <= most && height <= most) return EG_OK;
    eg_error_set(err, EG_LIMIT, "a picture of %u x %u pixels; each side may have %u", width, height, most);
    eg_error_field(err, "size");
    return EG_LIMIT;
}

static bool is_in_reach(double v)
{
    return v >= -FARTHEST && v <= FARTHEST; /* false for NaN */
}

static enum eg_status check_request(const struct eg_snapshot *snapshot, const struct eg_map_request *request,
                                    struct eg_error *err)
{
    const struct eg_bounds *box = &request->bounds;
    enum eg_status status =
        eg_map_check_size(request->width, request->height, snapshot->atlas->limits.image_px, err);
    if (status != EG_OK) return status;
    if (!is_in_reach(box->min_x) || !is_in_reach(box->min_y) || !is_in_reach(box->max_x) ||
        !is_in_reach(box->max_y) || !(request->turn >= 0 && request->turn <= FARTHEST))
        return invalid(err, "bbox", "the box must be four numbers between -1e9 and 1e9");
    if (!(box->min_x < box->max_x && box->min_y < box->max_y))
        return invalid(err, "bbox", "the box is west,south,east,north with west < east and south < north");
    if ((box->max_x - box->min_x) / request->width < SMALLEST_PIXEL ||
        (box->max_y - box->min_y) / request->height < SMALLEST_PIXEL)
        return invalid(err, "bbox", "the box is too small for that many pixels");
    if (request->scale >= LEAST_SCALE && request->scale <= MOST_SCALE) return EG_OK;
    return invalid(err, "scale", "the scale must be between 0.25 and 16");
}

/* One map on its way: what all its layers have in common. */
struct job {
    struct eg_engine *engine;
    struct eg_snapshot *snapshot;
    const struct eg_map_request *request;
    struct eg_layer_ref refs[EG_MAP_LAYERS];
    uint32_t n;     /* of them: the request's, and those again that are drawn a turn further east */
    bool on_ground; /* the first layer's style does not say what it is drawn on */
    struct eg_rgba ground;
    struct eg_dressed *dressed; /* [n] */
    struct eg_workspace workspace;
    struct eg_canvas canvas;
};

static enum eg_status resolve(struct job *job, struct eg_error *err)
{
    const struct eg_map_request *request = job->request;
    uint32_t n = request->n_names, turns = request->turn > 0 ? 2 : 1;
    if (n < 1 || n > EG_MAP_LAYERS / turns) {
        eg_error_set(err, EG_LIMIT, "a picture of %u layers; it may have 1 to %u", n, EG_MAP_LAYERS / turns);
        eg_error_field(err, "layers");
        return EG_LIMIT;
    }
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < n && status == EG_OK; i++)
        status = eg_layer_resolve(job->snapshot, &request->names[i], &job->refs[i], err);
    job->n = n * turns;
    for (uint32_t i = n; i < job->n; i++) job->refs[i] = job->refs[i - n];
    return status;
}

static enum eg_status check_crs(const struct eg_snapshot *snapshot, const struct eg_map_request *request,
                                struct eg_error *err)
{
    const struct eg_crs_entry *entry;
    return request->any_crs ? EG_OK : eg_crs_list_resolve(snapshot->crs_list, request->crs, &entry, err);
}

static void choose_ground(struct job *job)
{
    static const struct eg_rgba white = {255, 255, 255, 255};
    const struct eg_map_request *request = job->request;
    job->on_ground = request->has_background;
    job->ground = eg_rgba_premultiply(request->background);
    if (request->format != EG_PICTURE_JPEG) return;
    job->ground = job->on_ground ? eg_rgba_over(job->ground, white) : white;
    job->on_ground = true;
}

static enum eg_status dress_first(struct job *job, struct eg_error *err)
{
    const struct eg_dressed *own = NULL;
    if (job->on_ground)
        return eg_layer_dress_on(job->snapshot, job->refs[0], job->ground, &job->dressed[0], err);
    enum eg_status status = eg_layer_dress(job->snapshot, job->refs[0], &own, err);
    if (status == EG_OK) job->dressed[0] = *own;
    return status;
}

/* The first layer on the picture's ground, the others on nothing. */
static enum eg_status dress_all(struct job *job, struct eg_error *err)
{
    static const struct eg_rgba nothing = {0};
    enum eg_status status = dress_first(job, err);
    for (uint32_t i = 1; i < job->n && status == EG_OK; i++)
        status = eg_layer_dress_on(job->snapshot, job->refs[i], nothing, &job->dressed[i], err);
    return status;
}

static enum eg_status draw_map(struct job *job, struct eg_entity *entity_out, struct eg_error *err)
{
    const struct eg_map_request *request = job->request;
    struct eg_layer_ref top = job->refs[request->n_names - 1];
    struct eg_map_margin margin = {job->engine,    job->snapshot,  top, job->dressed[0].outside,
                                   request->scale, request->legend};
    struct eg_part_workspaces parts = {.engine = job->engine, .own = &job->workspace};
    struct eg_map_layers layers = {job->engine, job->snapshot, request, job->dressed, job->n, &parts};
    enum eg_status status =
        eg_engine_workspace_canvas(&job->workspace, request->width, request->height, &job->canvas, err);
    if (status == EG_OK) status = eg_map_draw(&layers, &job->canvas, err);
    if (status == EG_OK) status = eg_map_add_margin(&margin, &job->canvas, err);
    if (status != EG_OK) return status;
    /* A style's palette has no colours for text or for other styles. */
    bool mixed = request->legend || job->snapshot->atlas->fictional || job->n > 1;
    job->dressed[0].ref = top; /* what the file says that it shows */
    struct eg_drawing drawing = {.snapshot = job->snapshot, .dressed = job->dressed, .crs = request->crs};
    struct eg_picture picture = {.canvas = &job->canvas,
                                 .scratch = job->workspace.png,
                                 .parts = &parts,
                                 .exact = request->exact || mixed,
                                 .described = true,
                                 .format = request->format,
                                 .dpi = request->dpi};
    return eg_draw_encode(&drawing, &picture, entity_out, NULL, err);
}

enum eg_status eg_engine_map(struct eg_engine *engine, struct eg_snapshot *snapshot,
                             const struct eg_map_request *request, struct eg_entity *entity_out,
                             struct eg_error *err)
{
    struct eg_dressed dressed[EG_MAP_LAYERS];
    struct job job = {.engine = engine, .snapshot = snapshot, .request = request, .dressed = dressed};
    enum eg_status status = resolve(&job, err);
    if (status == EG_OK) status = check_request(snapshot, request, err);
    if (status == EG_OK) status = check_crs(snapshot, request, err);
    choose_ground(&job);
    if (status == EG_OK) status = dress_all(&job, err);
    if (status == EG_OK) status = eg_engine_workspace_take(engine, &job.workspace, err);
    if (status != EG_OK) return status;
    status = draw_map(&job, entity_out, err);
    eg_engine_workspace_return(engine, job.workspace);
    return status;
}

static bool layer_needs_projecting(struct eg_snapshot *snapshot, const struct eg_map_request *request,
                                   struct eg_layer_ref ref)
{
    struct eg_dressed dressed = {.ref = ref};
    struct eg_map_sheet sheet;
    uint32_t boundaries = snapshot->atlas->layers[ref.layer].boundaries;
    if (!eg_projected_is_ready(snapshot->projected, boundaries, request->crs)) return true;
    if (eg_map_sheet_take(snapshot, request, &dressed, &sheet, NULL) != EG_OK) return false;
    bool needs = eg_draw_needs_projecting(&sheet.drawing);
    eg_map_sheet_release(&sheet);
    return needs;
}

bool eg_engine_map_needs_projecting(struct eg_snapshot *snapshot, const struct eg_map_request *request)
{
    struct job job = {.snapshot = snapshot, .request = request};
    if (resolve(&job, NULL) != EG_OK) return false;
    if (check_request(snapshot, request, NULL) != EG_OK) return false;
    if (check_crs(snapshot, request, NULL) != EG_OK) return false;
    bool needs = false;
    for (uint32_t i = 0; i < request->n_names && !needs; i++)
        needs = layer_needs_projecting(snapshot, request, job.refs[i]);
    return needs;
}
