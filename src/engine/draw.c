#include "engine/draw.h"

#include "base/arena.h"
#include "engine/projected.h"
#include "render/outline.h"
#include "render/png.h"

static const struct eg_atlas_style *style_of(const struct eg_drawing *drawing)
{
    return &drawing->snapshot->atlas->styles[drawing->dressed->ref.style];
}

static uint32_t boundaries_of(const struct eg_drawing *drawing)
{
    return drawing->snapshot->atlas->layers[drawing->dressed->ref.layer].boundaries;
}

static uint32_t base_of(const struct eg_drawing *drawing, uint32_t boundaries)
{
    return drawing->snapshot->generation->area_sets[boundaries].base;
}

/* The set that was read from a source, of which all sets dissolved from it are made. */
static uint32_t root_of(const struct eg_drawing *drawing, uint32_t boundaries)
{
    while (base_of(drawing, boundaries) != EG_ATLAS_NONE) boundaries = base_of(drawing, boundaries);
    return boundaries;
}

/* Borders of another source lie beside the layer's own by metres: they would be drawn as double lines, so they are not. */
static bool is_drawn(const struct eg_drawing *drawing, const struct eg_atlas_outline *outline)
{
    if (drawing->zoom < outline->min_zoom - 1e-9) return false;
    if (outline->boundaries == EG_ATLAS_NONE) return true;
    return root_of(drawing, outline->boundaries) == root_of(drawing, boundaries_of(drawing));
}

/* Whether every border of the outline's set is one of the layer's own too. */
static bool is_made_of_own(const struct eg_drawing *drawing, const struct eg_atlas_outline *outline)
{
    uint32_t own = boundaries_of(drawing);
    uint32_t at = outline->boundaries == EG_ATLAS_NONE ? own : outline->boundaries;
    while (at != own && at != EG_ATLAS_NONE) at = base_of(drawing, at);
    return at == own;
}

bool eg_draw_has_borders_beyond(const struct eg_drawing *drawing)
{
    const struct eg_atlas_style *style = style_of(drawing);
    for (uint32_t i = 0; i < style->n_outlines; i++) {
        if (is_drawn(drawing, &style->outlines[i]) && !is_made_of_own(drawing, &style->outlines[i]))
            return true;
    }
    return false;
}

double eg_draw_outline_px(const struct eg_drawing *drawing)
{
    const struct eg_atlas_style *style = style_of(drawing);
    double widest = 0;
    for (uint32_t i = 0; i < style->n_outlines; i++)
        if (is_drawn(drawing, &style->outlines[i]) && style->outlines[i].width_px > widest)
            widest = style->outlines[i].width_px;
    return widest;
}

static enum eg_status draw_outlines(struct eg_render_scratch *scratch, const struct eg_drawing *drawing,
                                    const struct eg_view *view, struct eg_canvas *canvas,
                                    struct eg_error *err)
{
    const struct eg_atlas_style *style = style_of(drawing);
    for (uint32_t i = 0; i < style->n_outlines; i++) {
        const struct eg_atlas_outline *spec = &style->outlines[i];
        if (!is_drawn(drawing, spec)) continue;
        uint32_t boundaries = spec->boundaries == EG_ATLAS_NONE ? boundaries_of(drawing) : spec->boundaries;
        struct eg_outline outline = {
            .colour = {spec->colour.r, spec->colour.g, spec->colour.b, spec->colour.a},
            .width_px = spec->width_px,
            .aliased = style->aliased};
        enum eg_status status =
            eg_projected_plane(drawing->snapshot->projected, boundaries, drawing->crs, &outline.plane, err);
        if (status == EG_OK) status = eg_outline_draw(scratch, view, &outline, canvas, err);
        if (status != EG_OK) return status;
    }
    return EG_OK;
}

enum eg_status eg_draw_view(struct eg_render_scratch *scratch, const struct eg_drawing *drawing,
                            const struct eg_view *view, struct eg_canvas *canvas, struct eg_error *err)
{
    const struct eg_dressed *dressed = drawing->dressed;
    struct eg_fill fill = {.area_paint = dressed->area_paint,
                           .paints = dressed->paints,
                           .n_paints = dressed->n_paints,
                           .outside = dressed->outside,
                           .aliased = style_of(drawing)->aliased};
    enum eg_status status = eg_projected_plane(drawing->snapshot->projected, boundaries_of(drawing),
                                               drawing->crs, &fill.plane, err);
    if (status == EG_OK) status = eg_fill_draw(scratch, view, &fill, canvas, err);
    if (status == EG_OK) status = draw_outlines(scratch, drawing, view, canvas, err);
    return status;
}

uint32_t eg_draw_texts(const struct eg_drawing *drawing, struct eg_arena *arena,
                       struct eg_png_text *texts_out)
{
    const struct eg_snapshot *snapshot = drawing->snapshot;
    const struct eg_atlas *atlas = snapshot->atlas;
    const struct eg_series *series = &snapshot->generation->series[drawing->dressed->ref.series];
    const struct eg_atlas_boundaries *boundaries = &atlas->boundaries[series->boundaries];
    struct eg_text credit = boundaries->attribution.len > 0 ? boundaries->attribution : atlas->attribution;
    uint32_t n = 0;
    texts_out[n++] =
        (struct eg_png_text){"Title", eg_layer_title(snapshot, drawing->dressed->ref.layer, arena)};
    texts_out[n++] = (struct eg_png_text){"Period", series->period.label};
    if (credit.len > 0) texts_out[n++] = (struct eg_png_text){"Copyright", credit};
    if (atlas->fictional) texts_out[n++] = (struct eg_png_text){"Comment", EG_TEXT("Fictional data")};
    texts_out[n++] = (struct eg_png_text){"Software", EG_TEXT("Evenground " EG_VERSION)};
    return n;
}
