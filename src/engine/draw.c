#include "engine/draw.h"

#include <math.h>

#include "engine/crs_list.h"
#include "engine/projected.h"
#include "render/outline.h"

#define DEGREE_M 111319.49

static const struct eg_atlas_style *style_of(const struct eg_drawing *drawing)
{
    return &drawing->snapshot->atlas->styles[drawing->dressed->ref.style];
}

static uint32_t boundaries_of(const struct eg_drawing *drawing)
{
    return drawing->snapshot->atlas->layers[drawing->dressed->ref.layer].boundaries;
}

static uint32_t boundaries_of_outline(const struct eg_drawing *drawing,
                                      const struct eg_atlas_outline *outline)
{
    return outline->boundaries == EG_ATLAS_NONE ? boundaries_of(drawing) : outline->boundaries;
}

/* From its zoom on; and of the layer's own areas or larger ones that hold them. Borders of towns on a map of counties would
 * say something that the map does not, and those of another source lie beside the layer's own by metres: a double line. */
static bool is_drawn(const struct eg_drawing *drawing, const struct eg_atlas_outline *outline)
{
    uint32_t own = boundaries_of(drawing), wanted = boundaries_of_outline(drawing, outline);
    if (drawing->zoom < outline->min_zoom - 1e-9 || outline->width_px <= 0 || outline->colour.a == 0)
        return false;
    return wanted == own || eg_generation_nests(drawing->snapshot->generation, own, wanted);
}

/* Two pixels more than half the line: one for anti-aliasing, one for rounding. */
static bool may_touch(const struct eg_drawing *drawing, uint32_t boundaries, const struct eg_view *view,
                      double width_px)
{
    struct eg_projected *projected = drawing->snapshot->projected;
    const struct eg_plane *plane = NULL;
    /* Drawing will say what is wrong. */
    if (eg_projected_take(projected, boundaries, drawing->crs, &plane, NULL) != EG_OK) return true;
    bool touches = eg_plane_touches(plane, eg_view_box(view, 2.0 + width_px * view->line_scale / 2));
    if (drawing->crs.len > 0) eg_projected_release(projected, plane);
    return touches;
}

bool eg_draw_may_have_borders(const struct eg_drawing *drawing, const struct eg_view *view)
{
    const struct eg_atlas_style *style = style_of(drawing);
    if (may_touch(drawing, boundaries_of(drawing), view, 0)) return true;
    for (uint32_t i = 0; i < style->n_outlines; i++) {
        const struct eg_atlas_outline *outline = &style->outlines[i];
        if (!is_drawn(drawing, outline)) continue;
        uint32_t boundaries = boundaries_of_outline(drawing, outline);
        if (may_touch(drawing, boundaries, view, outline->width_px)) return true;
    }
    return false;
}

bool eg_draw_needs_projecting(const struct eg_drawing *drawing)
{
    const struct eg_atlas_style *style = style_of(drawing);
    struct eg_projected *projected = drawing->snapshot->projected;
    if (!eg_projected_is_ready(projected, boundaries_of(drawing), drawing->crs)) return true;
    for (uint32_t i = 0; i < style->n_outlines; i++) {
        const struct eg_atlas_outline *outline = &style->outlines[i];
        if (!is_drawn(drawing, outline)) continue;
        uint32_t boundaries = boundaries_of_outline(drawing, outline);
        if (!eg_projected_is_ready(projected, boundaries, drawing->crs)) return true;
    }
    return false;
}

/* What a unit of the picture's CRS is worth. One that the atlas does not allow counts in degrees or metres. */
static double metres_per_unit(const struct eg_drawing *drawing, const struct eg_plane *plane)
{
    const struct eg_crs_entry *entry = NULL;
    if (eg_crs_list_resolve(drawing->snapshot->crs_list, drawing->crs, &entry, NULL) == EG_OK)
        return entry->info.metres_per_unit;
    return plane->grid.unit == eg_grid_for_crs(true).unit ? DEGREE_M : 1;
}

double eg_draw_zoom(const struct eg_drawing *drawing, const struct eg_plane *plane,
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

static enum eg_status draw_outlines(struct eg_render_scratch *scratch, const struct eg_drawing *drawing,
                                    const struct eg_view *view, struct eg_rows rows, struct eg_canvas *canvas,
                                    struct eg_error *err)
{
    const struct eg_atlas_style *style = style_of(drawing);
    for (uint32_t i = 0; i < style->n_outlines; i++) {
        const struct eg_atlas_outline *spec = &style->outlines[i];
        if (!is_drawn(drawing, spec)) continue;
        uint32_t boundaries = boundaries_of_outline(drawing, spec);
        const struct eg_plane *plane = NULL;
        enum eg_status status =
            eg_projected_take(drawing->snapshot->projected, boundaries, drawing->crs, &plane, err);
        if (status != EG_OK) return status;
        struct eg_outline outline = {
            .plane = plane,
            .colour = {spec->colour.r, spec->colour.g, spec->colour.b, spec->colour.a},
            .width_px = spec->width_px,
            .aliased = style->aliased};
        status = eg_outline_draw_rows(scratch, view, &outline, rows, canvas, err);
        eg_projected_release(drawing->snapshot->projected, plane);
        if (status != EG_OK) return status;
    }
    return EG_OK;
}

enum eg_status eg_draw_view(struct eg_render_scratch *scratch, const struct eg_drawing *drawing,
                            const struct eg_view *view, struct eg_rows rows, struct eg_canvas *canvas,
                            struct eg_error *err)
{
    const struct eg_dressed *dressed = drawing->dressed;
    struct eg_projected *projected = drawing->snapshot->projected;
    const struct eg_plane *plane = NULL;
    enum eg_status status = eg_projected_take(projected, boundaries_of(drawing), drawing->crs, &plane, err);
    if (status != EG_OK) return status;
    struct eg_fill fill = {.plane = plane,
                           .area_paint = dressed->area_paint,
                           .paints = dressed->paints,
                           .n_paints = dressed->n_paints,
                           .outside = dressed->outside,
                           .aliased = style_of(drawing)->aliased};
    status = eg_fill_draw_rows(scratch, view, &fill, rows, canvas, err);
    eg_projected_release(projected, plane);
    if (status == EG_OK) status = draw_outlines(scratch, drawing, view, rows, canvas, err);
    return status;
}
