/* Pictures of any box in any CRS: for the command line now, for WMS and OGC API - Maps as they come. */
#include <math.h>
#include <string.h>

#include "engine/crs_list.h"
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

/* What a unit of the picture's CRS is worth. One that the atlas does not allow counts in degrees or metres. */
static double metres_per_unit(const struct eg_drawing *drawing, const struct eg_plane *plane)
{
    const struct eg_crs_entry *entry = NULL;
    if (eg_crs_list_resolve(drawing->snapshot->crs_list, drawing->crs, &entry, NULL) == EG_OK)
        return entry->info.metres_per_unit;
    return plane->grid.unit == eg_grid_for_crs(true).unit ? DEGREE_M : 1;
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
    bool in_degrees = plane->grid.unit == eg_grid_for_crs(true).unit;
    if (plane == set->plane || in_degrees) stretch = 1;
    return log2(2.0 * EG_MERCATOR_HALF_M / 256.0 / (units * metres_per_unit(drawing, plane) * stretch));
}

static struct eg_rgba *pixel_at(const struct eg_canvas *canvas, uint32_t x, uint32_t y)
{
    return &canvas->pixels[(size_t)y * canvas->width + x];
}

/* A part of a picture. */
struct place {
    uint32_t left, top, width, height;
};

/* How many of its pixels show something else than what lies outside every area. */
static size_t count_shown(const struct eg_canvas *canvas, struct place place, struct eg_rgba outside)
{
    size_t n = 0;
    for (uint32_t y = place.top; y < place.top + place.height; y++)
        for (uint32_t x = place.left; x < place.left + place.width; x++)
            n += memcmp(pixel_at(canvas, x, y), &outside, sizeof outside) != 0;
    return n;
}

/* The corner in which a legend covers least, the lower right one if that is as good. The lower left is the stamp's. */
static struct place choose_corner(const struct eg_canvas *legend, const struct eg_canvas *canvas,
                                  const struct eg_drawing *drawing)
{
    uint32_t right = canvas->width - legend->width, low = canvas->height - legend->height;
    const struct place corners[] = {{right, low, legend->width, legend->height},
                                    {right, 0, legend->width, legend->height},
                                    {0, 0, legend->width, legend->height},
                                    {0, low, legend->width, legend->height}};
    size_t n_corners = drawing->snapshot->atlas->fictional ? 3 : 4, best = 0, least = SIZE_MAX;
    for (size_t i = 0; i < n_corners; i++) {
        size_t n = count_shown(canvas, corners[i], drawing->dressed->outside);
        if (n < least) best = i;
        if (n < least) least = n;
    }
    return corners[best];
}

/* A thin line where the legend meets the map. */
static void draw_edge(struct place place, struct eg_canvas *canvas)
{
    static const struct eg_rgba edge = {170, 170, 170, 255};
    uint32_t x = place.left > 0 ? place.left : place.width - 1;
    uint32_t y = place.top > 0 ? place.top : place.height - 1;
    if (place.width < canvas->width)
        for (uint32_t i = 0; i < place.height; i++) *pixel_at(canvas, x, place.top + i) = edge;
    if (place.height < canvas->height)
        for (uint32_t i = 0; i < place.width; i++) *pixel_at(canvas, place.left + i, y) = edge;
}

static enum eg_status paste(const struct eg_canvas *legend, const struct eg_drawing *drawing,
                            struct eg_canvas *canvas, struct eg_error *err)
{
    if (legend->width > canvas->width || legend->height > canvas->height) {
        eg_error_set(err, EG_INVALID,
                     "the legend alone has %u x %u pixels; make the picture larger or leave it out",
                     legend->width, legend->height);
        eg_error_field(err, "legend");
        return EG_INVALID;
    }
    struct place place = choose_corner(legend, canvas, drawing);
    for (uint32_t y = 0; y < legend->height; y++)
        memcpy(pixel_at(canvas, place.left, place.top + y), pixel_at(legend, 0, y),
               legend->width * sizeof *legend->pixels);
    draw_edge(place, canvas);
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
            status = paste(&legend, drawing, canvas, err);
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

static enum eg_status check_crs(const struct eg_snapshot *snapshot, const struct eg_map_request *request,
                                struct eg_error *err)
{
    const struct eg_crs_entry *entry;
    return request->any_crs ? EG_OK : eg_crs_list_resolve(snapshot->crs_list, request->crs, &entry, err);
}

/* The plane that the request's layer is drawn from, for the caller to release. */
static enum eg_status take_plane(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                 const struct eg_map_request *request, const struct eg_plane **plane_out,
                                 struct eg_error *err)
{
    return eg_projected_take(snapshot->projected, snapshot->atlas->layers[ref.layer].boundaries, request->crs,
                             plane_out, err);
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
    if (status == EG_OK) status = check_crs(snapshot, request, err);
    if (status == EG_OK) status = eg_layer_dress(snapshot, ref, &dressed, err);
    if (status == EG_OK) status = take_plane(snapshot, ref, request, &plane, err);
    if (status != EG_OK) return status;
    struct eg_view view =
        eg_view_bounds(plane, request->bounds, request->width, request->height, request->scale);
    struct eg_drawing drawing = {.snapshot = snapshot, .dressed = dressed, .crs = request->crs};
    drawing.zoom = zoom_of(&drawing, plane, &view);
    status = draw_map(engine, &drawing, request, &view, entity_out, err);
    eg_projected_release(snapshot->projected, plane);
    return status;
}

bool eg_engine_map_needs_projecting(struct eg_snapshot *snapshot, const struct eg_map_request *request)
{
    struct eg_dressed dressed = {0};
    const struct eg_plane *plane = NULL;
    struct eg_drawing drawing = {.snapshot = snapshot, .dressed = &dressed, .crs = request->crs};
    if (eg_layer_resolve(snapshot, &request->name, &dressed.ref, NULL) != EG_OK) return false;
    if (check_request(snapshot, request, NULL) != EG_OK) return false;
    if (check_crs(snapshot, request, NULL) != EG_OK) return false;
    uint32_t boundaries = snapshot->atlas->layers[dressed.ref.layer].boundaries;
    if (!eg_projected_is_ready(snapshot->projected, boundaries, request->crs)) return true;
    if (take_plane(snapshot, dressed.ref, request, &plane, NULL) != EG_OK) return false;
    struct eg_view view =
        eg_view_bounds(plane, request->bounds, request->width, request->height, request->scale);
    drawing.zoom = zoom_of(&drawing, plane, &view);
    bool needs = eg_draw_needs_projecting(&drawing);
    eg_projected_release(snapshot->projected, plane);
    return needs;
}
