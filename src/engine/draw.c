#include "engine/draw.h"

#include "base/arena.h"
#include "engine/describe.h"
#include "engine/projected.h"
#include "render/outline.h"
#include "render/png.h"

#define TEXTS_BYTES (1u << 20)

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
static bool may_touch(const struct eg_plane *plane, const struct eg_view *view, double width_px)
{
    return eg_plane_touches(plane, eg_view_box(view, 2.0 + width_px * view->line_scale / 2));
}

bool eg_draw_may_have_borders(const struct eg_drawing *drawing, const struct eg_view *view)
{
    const struct eg_atlas_style *style = style_of(drawing);
    const struct eg_area_set *sets = drawing->snapshot->generation->area_sets;
    if (may_touch(sets[boundaries_of(drawing)].plane, view, 0)) return true;
    for (uint32_t i = 0; i < style->n_outlines; i++) {
        const struct eg_atlas_outline *outline = &style->outlines[i];
        if (!is_drawn(drawing, outline)) continue;
        uint32_t boundaries = boundaries_of_outline(drawing, outline);
        if (may_touch(sets[boundaries].plane, view, outline->width_px)) return true;
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

static enum eg_status draw_outlines(struct eg_render_scratch *scratch, const struct eg_drawing *drawing,
                                    const struct eg_view *view, struct eg_canvas *canvas,
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
        status = eg_outline_draw(scratch, view, &outline, canvas, err);
        eg_projected_release(drawing->snapshot->projected, plane);
        if (status != EG_OK) return status;
    }
    return EG_OK;
}

enum eg_status eg_draw_view(struct eg_render_scratch *scratch, const struct eg_drawing *drawing,
                            const struct eg_view *view, struct eg_canvas *canvas, struct eg_error *err)
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
    status = eg_fill_draw(scratch, view, &fill, canvas, err);
    eg_projected_release(projected, plane);
    if (status == EG_OK) status = draw_outlines(scratch, drawing, view, canvas, err);
    return status;
}

#define MOST_TEXTS 5

/* Whether memory sufficed. */
static bool collect_texts(const struct eg_drawing *drawing, struct eg_arena *arena,
                          struct eg_png_options *options, struct eg_png_text *texts)
{
    const struct eg_snapshot *snapshot = drawing->snapshot;
    struct eg_layer_ref ref = drawing->dressed->ref;
    struct eg_text title = eg_layer_title(snapshot, ref.layer, arena);
    struct eg_text credits = eg_describe_credits(snapshot, ref.layer, arena);
    uint32_t n = options->n_texts;
    texts[n++] = (struct eg_png_text){"Title", title};
    texts[n++] = (struct eg_png_text){"Period", snapshot->generation->series[ref.series].period.label};
    if (credits.len > 0) texts[n++] = (struct eg_png_text){"Copyright", credits};
    texts[n++] = (struct eg_png_text){"Software", EG_TEXT("Evenground " EG_VERSION)};
    options->n_texts = n;
    return title.data && credits.data;
}

static enum eg_status encode(const struct eg_canvas *canvas, const struct eg_png_options *options,
                             struct eg_entity *entity_out, bool *indexed_out, struct eg_error *err)
{
    enum eg_png_kind kind = EG_PNG_RGBA;
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    enum eg_status status = eg_png_encode(canvas, options, &body, &kind, err);
    if (status == EG_OK) status = eg_entity_from_buffer(&body, "image/png", false, entity_out, err);
    eg_buffer_clear(&body);
    if (indexed_out) *indexed_out = kind == EG_PNG_INDEXED;
    return status;
}

enum eg_status eg_draw_encode(const struct eg_drawing *drawing, const struct eg_picture *picture,
                              struct eg_entity *entity_out, bool *indexed_out, struct eg_error *err)
{
    struct eg_png_text texts[MOST_TEXTS] = {{"Comment", EG_TEXT("Fictional data")}};
    struct eg_png_options options = {.palette = drawing->dressed->palette,
                                     .exact = picture->exact,
                                     .scratch = picture->scratch,
                                     .texts = texts,
                                     .n_texts = drawing->snapshot->atlas->fictional};
    if (!picture->described) return encode(picture->canvas, &options, entity_out, indexed_out, err);
    struct eg_arena *arena = eg_arena_new(TEXTS_BYTES);
    enum eg_status status = EG_OK;
    if (!arena || !collect_texts(drawing, arena, &options, texts))
        status = eg_error_no_memory(err, TEXTS_BYTES);
    if (status == EG_OK) status = encode(picture->canvas, &options, entity_out, indexed_out, err);
    eg_arena_free(arena);
    return status;
}
