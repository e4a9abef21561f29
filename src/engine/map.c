/* Pictures of any box in any CRS: for the command line now, for WMS and OGC API - Maps as they come. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "engine/draw.h"
#include "engine/engine.h"
#include "engine/engine_parts.h"
#include "engine/legend.h"
#include "engine/projected.h"
#include "render/legend.h"
#include "render/png.h"

static enum eg_status check_request(const struct eg_snapshot *snapshot, const struct eg_map_request *request,
                                    struct eg_error *err)
{
    const struct eg_bounds *box = &request->bounds;
    uint32_t most = snapshot->atlas->limits.image_px;
    if (request->width < 1 || request->height < 1 || request->width > most || request->height > most) {
        eg_error_set(err, EG_LIMIT, "a picture of %u x %u pixels; each side must be 1 to %u", request->width,
                     request->height, most);
        eg_error_field(err, "size");
        return EG_LIMIT;
    }
    if (isfinite(box->min_x) && isfinite(box->min_y) && isfinite(box->max_x) && isfinite(box->max_y) &&
        box->min_x < box->max_x && box->min_y < box->max_y)
        return EG_OK;
    eg_error_set(err, EG_INVALID,
                 "the box must be finite numbers west,south,east,north with west < east, south < north");
    eg_error_field(err, "bbox");
    return EG_INVALID;
}

/* The zoom of a web Mercator tile of the same resolution, taking a degree for its length on the equator. */
static double zoom_of(const struct eg_plane *plane, const struct eg_view *view)
{
    double px_per_unit = view->px_per_unit_x / view->line_scale;
    double units_per_px = 1.0 / px_per_unit;
    double crs_units_per_px = units_per_px * plane->grid.unit;
    bool degrees = plane->grid.unit == eg_grid_for_crs(true).unit;
    double metres = degrees ? crs_units_per_px * 111319.49 : crs_units_per_px;
    return log2(2.0 * EG_MERCATOR_HALF_M / 256.0 / metres);
}

static void paste(const struct eg_canvas *small, struct eg_canvas *canvas)
{
    if (small->width > canvas->width || small->height > canvas->height) return;
    for (uint32_t y = 0; y < small->height; y++) {
        size_t row =
            (size_t)(canvas->height - small->height + y) * canvas->width + canvas->width - small->width;
        memcpy(&canvas->pixels[row], &small->pixels[(size_t)y * small->width],
               small->width * sizeof *small->pixels);
    }
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
            paste(&legend, canvas);
            eg_canvas_clear(&legend);
        }
    }
    if (status == EG_OK && fictional)
        status = eg_label_stamp(font, EG_TEXT("Fictional data"), request->scale, canvas, err);
    return status;
}

static enum eg_status encode(const struct eg_drawing *drawing, const struct eg_map_request *request,
                             struct eg_workspace workspace, const struct eg_canvas *canvas,
                             struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_arena *arena = eg_arena_new(64 << 10);
    if (!arena) return eg_error_no_memory(err, 64 << 10);
    struct eg_png_text texts[EG_DRAW_TEXTS];
    struct eg_png_options options = {.palette = drawing->dressed->palette,
                                     .exact = request->exact,
                                     .scratch = workspace.png,
                                     .texts = texts,
                                     .n_texts = eg_draw_texts(drawing, arena, texts)};
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    enum eg_status status = eg_png_encode(canvas, &options, &body, NULL, err);
    if (status == EG_OK) status = eg_entity_from_buffer(&body, "image/png", false, entity_out, err);
    eg_buffer_clear(&body);
    eg_arena_free(arena);
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
    status = eg_canvas_init(&canvas, request->width, request->height, err);
    if (status == EG_OK) {
        status = eg_draw_view(workspace.render, drawing, view, &canvas, err);
        if (status == EG_OK) status = add_marginalia(engine, drawing, request, &canvas, err);
        if (status == EG_OK) status = encode(drawing, request, workspace, &canvas, entity_out, err);
        eg_canvas_clear(&canvas);
    }
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
    struct eg_drawing drawing = {
        .snapshot = snapshot, .dressed = dressed, .crs = request->crs, .zoom = zoom_of(plane, &view)};
    return draw_map(engine, &drawing, request, &view, entity_out, err);
}
