/* From classes to paints: one number per area, one paint per number, and the palette for PNG. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "engine/layer.h"
#include "engine/layer_parts.h"
#include "render/canvas.h"

#define PALETTE_MAX 200

static struct eg_rgba with_opacity(struct eg_rgba straight, double opacity)
{
    straight.a = (uint8_t)lround(straight.a * opacity);
    return eg_rgba_premultiply(straight);
}

static struct eg_rgba from_atlas(struct eg_colour colour)
{
    return (struct eg_rgba){colour.r, colour.g, colour.b, colour.a};
}

static uint8_t over(uint8_t top, uint8_t bottom, uint8_t top_alpha)
{
    return (uint8_t)(top + (bottom * (255 - top_alpha) + 127) / 255);
}

/* Straight ink over straight ground, both under the style's opacity, premultiplied. */
static struct eg_rgba compose_ink(struct eg_rgba ground, struct eg_colour ink, double opacity)
{
    struct eg_rgba top = with_opacity(from_atlas(ink), opacity), bottom = with_opacity(ground, opacity);
    return (struct eg_rgba){over(top.r, bottom.r, top.a), over(top.g, bottom.g, top.a),
                            over(top.b, bottom.b, top.a), over(top.a, bottom.a, top.a)};
}

static struct eg_paint make_paint(struct eg_rgba ground, const struct eg_atlas_look *look, double opacity)
{
    static const enum eg_pattern patterns[] = {[EG_LOOK_PLAIN] = EG_PATTERN_NONE,
                                               [EG_LOOK_DOTS] = EG_PATTERN_DOTS,
                                               [EG_LOOK_HATCH] = EG_PATTERN_HATCH,
                                               [EG_LOOK_CROSS] = EG_PATTERN_CROSS};
    struct eg_paint paint = {.colour = with_opacity(ground, opacity)};
    paint.ink = paint.colour;
    if (!look) return paint;
    paint.pattern = patterns[look->pattern];
    if (paint.pattern != EG_PATTERN_NONE) paint.ink = compose_ink(ground, look->ink, opacity);
    return paint;
}

static void make_paints(const struct eg_atlas_style *style, struct eg_dressed *dressed)
{
    const struct eg_layer_classes *classed = dressed->classed;
    uint32_t n = classed->classes.n;
    for (uint32_t i = 0; i < n; i++) {
        dressed->paints[i] = make_paint(classed->colour[i], NULL, style->opacity);
        dressed->paints[n + i] = make_paint(classed->colour[i], &style->look[EG_UNRELIABLE], style->opacity);
    }
    static const enum eg_state states[] = {[EG_PAINT_MISSING] = EG_MISSING,
                                           [EG_PAINT_SUPPRESSED] = EG_SUPPRESSED,
                                           [EG_PAINT_NOT_APPLICABLE] = EG_NOT_APPLICABLE};
    for (uint32_t i = 0; i < EG_N_STATE_PAINTS; i++) {
        const struct eg_atlas_look *look = &style->look[states[i]];
        dressed->paints[2 * n + i] = make_paint(from_atlas(look->colour), look, style->opacity);
    }
    dressed->n_paints = 2 * n + EG_N_STATE_PAINTS;
    dressed->outside = eg_rgba_premultiply(from_atlas(style->background));
}

static uint8_t paint_of(struct eg_dressed *dressed, const struct eg_series *series, uint32_t area)
{
    uint32_t n = dressed->classed->classes.n;
    uint32_t class_number = eg_layer_class_of(dressed->classed, series, area);
    switch ((enum eg_state)series->state[area]) {
    case EG_VALID:
    case EG_UNRELIABLE:
        if (class_number == EG_CLASS_NONE) break;
        dressed->n_in_class[class_number]++;
        return (uint8_t)(series->state[area] == EG_VALID ? class_number : n + class_number);
    case EG_SUPPRESSED: return (uint8_t)(2 * n + EG_PAINT_SUPPRESSED);
    case EG_NOT_APPLICABLE: return (uint8_t)(2 * n + EG_PAINT_NOT_APPLICABLE);
    case EG_MISSING:
    case EG_N_STATES: break;
    }
    return (uint8_t)(2 * n + EG_PAINT_MISSING);
}

static void add_colour(struct eg_rgba *colours, uint32_t *n, struct eg_rgba colour)
{
    for (uint32_t i = 0; i < *n; i++) {
        struct eg_rgba have = colours[i];
        if (have.r == colour.r && have.g == colour.g && have.b == colour.b && have.a == colour.a) return;
    }
    if (*n < PALETTE_MAX + 1) colours[(*n)++] = colour;
}

/* Only colours that this layer really shows, so that the palette has room for blends. Without a palette the tiles are RGBA. */
static enum eg_status make_palette(const struct eg_atlas_style *style, struct eg_dressed *dressed,
                                   struct eg_error *err)
{
    struct eg_rgba colours[PALETTE_MAX + 1];
    uint32_t n = 0, n_classes = dressed->classed->classes.n;
    add_colour(colours, &n, dressed->outside);
    for (uint32_t i = 0; i < dressed->n_paints; i++) {
        bool unreliable = i >= n_classes && i < 2 * n_classes;
        if (unreliable && dressed->n_in_state[EG_UNRELIABLE] == 0) continue;
        add_colour(colours, &n, dressed->paints[i].colour);
        add_colour(colours, &n, dressed->paints[i].ink);
    }
    for (uint32_t i = 0; i < style->n_outlines; i++)
        add_colour(colours, &n, eg_rgba_premultiply(from_atlas(style->outlines[i].colour)));
    if (n > PALETTE_MAX) return EG_OK;
    return eg_palette_new(colours, n, &dressed->palette, err);
}

enum eg_status eg_layer_make_dress(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                   const struct eg_layer_classes *classed, struct eg_dressed **dressed_out,
                                   struct eg_error *err)
{
    const struct eg_atlas_style *style = &snapshot->atlas->styles[ref.style];
    const struct eg_series *series = &snapshot->generation->series[ref.series];
    uint32_t n_areas = snapshot->generation->area_sets[series->boundaries].n_areas;
    struct eg_dressed *dressed = eg_memory_zeroed(1, sizeof *dressed);
    if (!dressed) return eg_error_no_memory(err, sizeof *dressed);
    dressed->ref = ref;
    dressed->classed = classed;
    dressed->area_paint = eg_memory_array(n_areas, 1);
    enum eg_status status = dressed->area_paint ? EG_OK : eg_error_no_memory(err, n_areas);
    if (status == EG_OK) {
        make_paints(style, dressed);
        for (uint32_t i = 0; i < n_areas; i++) {
            dressed->area_paint[i] = paint_of(dressed, series, i);
            dressed->n_in_state[series->state[i]]++;
        }
        status = make_palette(style, dressed, err);
    }
    if (status != EG_OK) {
        eg_dressed_free(dressed);
        return status;
    }
    *dressed_out = dressed;
    return EG_OK;
}

void eg_dressed_free(struct eg_dressed *dressed)
{
    if (!dressed) return;
    eg_palette_free(dressed->palette);
    free(dressed->area_paint);
    free(dressed);
}
