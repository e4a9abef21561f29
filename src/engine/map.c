/* Pictures of any box in any CRS: for the command line now, for WMS and OGC API - Maps as they come. */
#include <math.h>
#include <string.h>

#include "engine/draw.h"
#include "engine/engine.h"
#include "engine/engine_parts.h"
#include "engine/legend.h"
#include "engine/projected.h"
#include "render/legend.h"

#define FARTHEST 1e9        /* units of any CRS: beyond the world, also in feet */
#define SMALLEST_PIXEL 1e-9 /* units: a tenth of a millimetre in degrees */
#define LEAST_SCALE 0.25
#define MOST_SCALE 16.0
#define DEGREE_M 111319.49

static enum eg_status invalid(struct eg_error *err, const char *field, const char *message)
{
    eg_error_set(err, EG_INVALID, "%s", message);
    eg_error_field(err, field);
    return EG_INVALID;
}

static enum eg_status check_size(const struct eg_map_request *request, uint32_t most, struct eg_error *err)
{
    if (request->width < 1 || request->height < 1)
        return invalid(err, "size", "a picture has at least one pixel each way");
    if (request->width <= most && request->height <= most) return EG_OK;
    eg_error_set(err, EG_LIMIT, "a picture of %u x %u pixels; each side may have %u", request->width,
                 request->height, most);
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
    enum eg_status status = check_size(request, snapshot->atlas->limits.image_px, err);
    if (status != EG_OK) return status;
    if (!is_in_reach(box->min_x) || !is_in_reach(box->min_y) || !is_in_reach(box->max_x) ||
        !is_in_reach(box->max_y))
        return invalid(err, "bbox", "the box must be four numbers between -1e9 and 1e9");
    if (!(box->min_x < box->max_x && box->min_y < box->max_y))
        return invalid(err, "bbox", "the box is west,south,east,north with west < east and south < north");
    if ((box->max_x - box->min_x) / request->width < SMALLEST_PIXEL ||
        (box->max_y - box->min_y) / request->height < SMALLEST_PIXEL)
        return invalid(err, "bbox", "the box is too small for that many pixels");
    if (request->scale >= LEAST_SCALE && request->scale <= MOST_SCALE) return EG_OK;
    return invalid(err, "scale", "the scale must be between 0.25 and 16");
}

/* The zoom at which a web Mercator tile has the same ground resolution: a degree of longitude is as many metres there
 * anywhere, and so is a metre of another projection, times what Mercator stretches at the latitude of the areas. */
static double zoom_of(const struct eg_drawing *drawing, const struct eg_plane *plane,
                      const struct eg_view *view)
{
    const struct eg_snapshot *snapshot = drawing->snapshot;
    uint32_t boundaries = snapshot->atlas->layers[drawing->dressed->ref.layer].boundaries;
    const struct eg_area_set *set = &snapshot->generation->area_sets[boundaries];
    double units =
        plane->grid.unit * view->line_scale / view->px_per_unit_x; /* of the CRS, a pixel at scale 1 */
    double middle_deg = (set->bounds_deg.min_y + set->bounds_deg.max_y) / 2;
    double stretch = 1.0 / fmax(cos(middle_deg * M_PI / 180.0), 0.05);
    if (plane == set->plane) stretch = 1;
    if (plane->grid.unit == eg_grid_for_crs(true).unit) stretch = DEGREE_M;
    return log2(2.0 * EG_MERCATOR_HALF_M / 256.0 / (units * stretch));
}

static struct eg_rgba *pixel_at(const struct eg_canvas *canvas, uint32_t x, uint32_t y)
{
    return &canvas->pixels[(size_t)y * canvas->width + x];
}

/* A thin line where the legend meets the map. */
static void draw_edge(const struct eg_canvas *legend, struct eg_canvas *canvas)
{
    static const struct eg_rgba edge = {170, 170, 170, 255};
    uint32_t left = canvas->width - legend->width, top = canvas->height - legend->height;
    for (uint32_t x = left; x < canvas->width; x++) *pixel_at(canvas, x, top) = edge;
    for (uint32_t y = top; y < canvas->height; y++) *pixel_at(canvas, left, y) = edge;
}

/* Into the lower right corner. */
static enum eg_status paste(const struct eg_canvas *small, struct eg_canvas *canvas, struct eg_error *err)
{
    if (small->width > canvas->width || small->height > canvas->height) {
        eg_error_set(err, EG_INVALID,
                     "the legend alone has %u x %u pixels; make the picture larger or leave it out",
                     small->width, small->height);
        eg_error_field(err, "legend");
        return EG_INVALID;
    }
    uint32_t left = canvas->width - small->width, top = canvas->height - small->height;
    for (uint32_t y = 0; y < small->height; y++)
        memcpy(pixel_at(canvas, left, top + y), pixel_at(small, 0, y), small->width * sizeof *small->pixels);
    draw_edge(small, canvas);
    return EG_OK;
}

static enum eg_status add_marginalia(struct eg_engine *engine, const struct eg_drawing *drawing,
                                     const struct eg_map_request *request, struct eg_canvas *canvas,
                                     struct eg_error *err)
{
    bool fictional = drawing->snapshot->atlas->fictional;
    if (!fictional && !request->legend) return EG_OK;
    struct eg_font *font = NULL;
    enum eg_status status = eg_engine_font(engine, &font, err);
    if (status == EG_OK && request->legend) {
        struct eg_canvas legend;
        status = eg_engine_draw_legend(engine, drawing->snapshot, drawing->dressed->ref, request->scale,
                                       &legend, err);
        if (status == EG_OK) {
            status = paste(&legend, canvas, err);
            eg_canvas_clear(&legend);
        }
    }
    if (status == EG_OK && fictional)
        status = eg_label_stamp(font, EG_TEXT("Fictional data"), request->scale, canvas, err);
    return status;
}

static enum eg_status draw_map(struct eg_engine *engine, const struct eg_drawing *drawing,
                               const struct eg_map_request *request, const struct eg_view *view,
                               struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_workspace workspace;
    struct eg_canvas canvas;
    enum eg_status status = eg_engine_workspace_take(engine, &workspace, err);
    if (status != EG_OK) return status;
    status = eg_engine_workspace_canvas(&workspace, request->width, request->height, &canvas, err);
    if (status == EG_OK) status = eg_draw_view(workspace.render, drawing, view, &canvas, err);
    if (status == EG_OK) status = add_marginalia(engine, drawing, request, &canvas, err);
    /* The palette of the style has no colours for text. */
    bool has_text = request->legend || drawing->snapshot->atlas->fictional;
    struct eg_picture picture = {
        .canvas = &canvas, .scratch = workspace.png, .exact = request->exact || has_text, .described = true};
    if (status == EG_OK) status = eg_draw_encode(drawing, &picture, entity_out, NULL, err);
    eg_engine_workspace_return(engine, workspace);
    return status;
}

enum eg_status eg_engine_map(struct eg_engine *engine, struct eg_snapshot *snapshot,
                             const struct eg_map_request *request, struct eg_entity *entity_out,
                             struct eg_error *err)
{
    struct eg_layer_ref ref;
    const struct eg_dressed *dressed = NULL;
    const struct eg_plane *plane = NULL;
    enum eg_status status = eg_layer_resolve(snapshot, &request->name, &ref, err);
    if (status == EG_OK) status = check_request(snapshot, request, err);
    if (status == EG_OK) status = eg_layer_dress(snapshot, ref, &dressed, err);
    uint32_t boundaries = status == EG_OK ? snapshot->atlas->layers[ref.layer].boundaries : 0;
    if (status == EG_OK)
        status = eg_projected_plane(snapshot->projected, boundaries, request->crs, &plane, err);
    if (status != EG_OK) return status;
    struct eg_view view =
        eg_view_bounds(plane, request->bounds, request->width, request->height, request->scale);
    struct eg_drawing drawing = {.snapshot = snapshot, .dressed = dressed, .crs = request->crs};
    drawing.zoom = zoom_of(&drawing, plane, &view);
    return draw_map(engine, &drawing, request, &view, entity_out, err);
}
