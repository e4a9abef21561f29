/* From classes to paints: one number per area, one paint per number, and the palette for PNG. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "engine/layer.h"
#include "engine/layer_parts.h"
#include "render/canvas.h"

#define OUTLINES_MAX 16
#define GROUNDS_MAX 32 /* palettes for grounds other than white, 10 MB */

static struct eg_rgba with_opacity(struct eg_rgba straight, double opacity)
{
    straight.a = (uint8_t)lround(straight.a * opacity);
    return eg_rgba_premultiply(straight);
}

struct eg_rgba eg_layer_colour(struct eg_colour colour)
{
    return (struct eg_rgba){colour.r, colour.g, colour.b, colour.a};
}

static uint8_t times(uint8_t channel, double opacity)
{
    return (uint8_t)lround(channel * opacity);
}

/* Straight ink over straight ground, premultiplied; the opacity is that of both together, so that the strokes of a pattern
 * let as much of the basemap through as the ground between them. */
static struct eg_rgba compose_ink(struct eg_rgba ground, struct eg_colour ink, double opacity)
{
    struct eg_rgba both =
        eg_rgba_over(eg_rgba_premultiply(eg_layer_colour(ink)), eg_rgba_premultiply(ground));
    return (struct eg_rgba){times(both.r, opacity), times(both.g, opacity), times(both.b, opacity),
                            times(both.a, opacity)};
}

struct eg_paint eg_layer_make_paint(struct eg_rgba ground, const struct eg_atlas_look *look, double opacity)
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

static bool same_look(const struct eg_atlas_look *a, const struct eg_atlas_look *b)
{
    return a->pattern == b->pattern && memcmp(&a->colour, &b->colour, sizeof a->colour) == 0 &&
           memcmp(&a->ink, &b->ink, sizeof a->ink) == 0;
}

struct eg_atlas_look eg_layer_unclassed_look(const struct eg_atlas_style *style)
{
    struct eg_atlas_look look = {{0xf6, 0xea, 0xd2, 255}, EG_LOOK_DOTS, {0x8c, 0x6d, 0x31, 255}};
    for (enum eg_state state = EG_MISSING; state < EG_N_STATES; state++)
        if (same_look(&look, &style->look[state])) look.pattern = EG_LOOK_CROSS;
    return look;
}

static void make_paints(const struct eg_atlas_style *style, struct eg_dressed *dressed)
{
    const struct eg_layer_classes *classed = dressed->classed;
    uint32_t n = classed->classes.n;
    for (uint32_t i = 0; i < n; i++) {
        dressed->paints[i] = eg_layer_make_paint(classed->colour[i], NULL, style->opacity);
        dressed->paints[n + i] =
            eg_layer_make_paint(classed->colour[i], &style->look[EG_UNRELIABLE], style->opacity);
    }
    static const enum eg_state states[] = {[EG_PAINT_MISSING] = EG_MISSING,
                                           [EG_PAINT_SUPPRESSED] = EG_SUPPRESSED,
                                           [EG_PAINT_NOT_APPLICABLE] = EG_NOT_APPLICABLE};
    for (uint32_t i = 0; i < EG_ARRAY_LEN(states); i++) {
        const struct eg_atlas_look *look = &style->look[states[i]];
        dressed->paints[2 * n + i] = eg_layer_make_paint(eg_layer_colour(look->colour), look, style->opacity);
    }
    struct eg_atlas_look unclassed = eg_layer_unclassed_look(style);
    dressed->paints[2 * n + EG_PAINT_UNCLASSED] =
        eg_layer_make_paint(eg_layer_colour(unclassed.colour), &unclassed, style->opacity);
    dressed->n_paints = 2 * n + EG_N_STATE_PAINTS;
    dressed->outside = eg_rgba_premultiply(eg_layer_colour(style->background));
}

static uint8_t paint_of(struct eg_dressed *dressed, const struct eg_series *series, uint32_t area)
{
    uint32_t n = dressed->classed->classes.n;
    uint32_t class_number = eg_layer_class_of(dressed->classed, series, area);
    switch ((enum eg_state)series->state[area]) {
    case EG_VALID:
    case EG_UNRELIABLE:
        if (class_number == EG_CLASS_NONE) {
            dressed->n_unclassed++;
            return (uint8_t)(2 * n + EG_PAINT_UNCLASSED);
        }
        dressed->n_in_class[class_number]++;
        return (uint8_t)(series->state[area] == EG_VALID ? class_number : n + class_number);
    case EG_SUPPRESSED:
        return (uint8_t)(2 * n + EG_PAINT_SUPPRESSED);
    case EG_NOT_APPLICABLE:
        return (uint8_t)(2 * n + EG_PAINT_NOT_APPLICABLE);
    case EG_MISSING:
    case EG_N_STATES:
        break;
    }
    return (uint8_t)(2 * n + EG_PAINT_MISSING);
}

static void hash_style(const struct eg_palette_style *style, char key_out[33])
{
    uint8_t bytes[16 * (2 * EG_CLASSES_MAX + EG_N_STATE_PAINTS) + 4 + 4 * OUTLINES_MAX];
    size_t n = 0;
    for (uint32_t i = 0; i < style->n_paints; i++) {
        memcpy(&bytes[n], &style->paints[i].colour, 4);
        memcpy(&bytes[n + 4], &style->paints[i].ink, 4);
        bytes[n + 8] = (uint8_t)style->paints[i].pattern;
        n += 9;
    }
    memcpy(&bytes[n], &style->outside, 4);
    n += 4;
    memcpy(&bytes[n], style->lines, (size_t)4 * style->n_lines);
    n += (size_t)4 * style->n_lines;
    eg_hash128_hex(bytes, n, key_out);
}

/* White is what maps are printed on; other grounds are a stranger's choice, and only so many of them get palettes. */
static bool is_usual(const struct eg_rgba *ground)
{
    static const struct eg_rgba white = {255, 255, 255, 255};
    return !ground || ground->a == 0 || memcmp(ground, &white, sizeof white) == 0;
}

/* The shared palette of these colours; borrowed from the layers. Called under the palettes' lock. `ground`: what the style is drawn
 * on when it is not its own background. */
static enum eg_status share_palette(struct eg_layers *layers, const struct eg_palette_style *style,
                                    const struct eg_rgba *ground, const struct eg_palette **palette_out,
                                    struct eg_error *err)
{
    struct eg_shared_palette fresh = {0};
    hash_style(style, fresh.key);
    for (size_t i = 0; i < layers->n_palettes; i++) {
        if (memcmp(layers->palettes[i].key, fresh.key, sizeof fresh.key) != 0) continue;
        *palette_out = layers->palettes[i].palette;
        return EG_OK;
    }
    if (!is_usual(ground) && layers->n_grounds == GROUNDS_MAX) return EG_OK;
    void *palettes = layers->palettes;
    if (!eg_memory_reserve(&palettes, &layers->palettes_capacity, layers->n_palettes + 1, sizeof fresh))
        return eg_error_no_memory(err, (layers->n_palettes + 1) * sizeof fresh);
    layers->palettes = palettes;
    enum eg_status status = eg_palette_new(style, &fresh.palette, err);
    if (status == EG_LIMIT) return EG_OK;
    if (status != EG_OK) return status;
    layers->palettes[layers->n_palettes++] = fresh;
    layers->n_grounds += !is_usual(ground);
    *palette_out = fresh.palette;
    return EG_OK;
}

/* Only paints that this layer really shows, so that the palette has room for blends. */
static enum eg_status choose_palette(const struct eg_snapshot *snapshot, const struct eg_rgba *ground,
                                     struct eg_dressed *dressed, struct eg_error *err)
{
    const struct eg_atlas_style *style = &snapshot->atlas->styles[dressed->ref.style];
    struct eg_paint shown[2 * EG_CLASSES_MAX + EG_N_STATE_PAINTS];
    struct eg_rgba lines[OUTLINES_MAX];
    struct eg_palette_style palette = {.paints = shown, .outside = dressed->outside, .lines = lines};
    uint32_t n = dressed->classed->classes.n;
    for (uint32_t i = 0; i < dressed->n_paints; i++) {
        bool unreliable = i >= n && i < 2 * n, unclassed = i == 2 * n + EG_PAINT_UNCLASSED;
        if (unreliable && dressed->n_in_state[EG_UNRELIABLE] == 0) continue;
        if (unclassed && dressed->n_unclassed == 0) continue;
        shown[palette.n_paints++] = dressed->paints[i];
    }
    for (uint32_t i = 0; i < style->n_outlines && i < OUTLINES_MAX; i++)
        lines[palette.n_lines++] = eg_rgba_premultiply(eg_layer_colour(style->outlines[i].colour));
    pthread_mutex_lock(&snapshot->layers->palettes_lock);
    enum eg_status status = share_palette(snapshot->layers, &palette, ground, &dressed->palette, err);
    pthread_mutex_unlock(&snapshot->layers->palettes_lock);
    return status;
}

enum eg_status eg_layer_make_dress(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                   const struct eg_layer_classes *classed, struct eg_dressed **dressed_out,
                                   struct eg_error *err)
{
    const struct eg_series *series = &snapshot->generation->series[ref.series];
    uint32_t n_areas = snapshot->generation->area_sets[series->boundaries].n_areas;
    struct eg_dressed *dressed = eg_memory_zeroed(1, sizeof *dressed);
    if (!dressed) return eg_error_no_memory(err, sizeof *dressed);
    dressed->ref = ref;
    dressed->classed = classed;
    dressed->area_paint = eg_memory_array(n_areas, 1);
    enum eg_status status = dressed->area_paint ? EG_OK : eg_error_no_memory(err, n_areas);
    if (status == EG_OK) {
        make_paints(&snapshot->atlas->styles[ref.style], dressed);
        for (uint32_t i = 0; i < n_areas; i++) {
            dressed->area_paint[i] = paint_of(dressed, series, i);
            dressed->n_in_state[series->state[i]]++;
        }
        status = choose_palette(snapshot, NULL, dressed, err);
    }
    if (status != EG_OK) {
        eg_dressed_free(dressed);
        return status;
    }
    *dressed_out = dressed;
    return EG_OK;
}

enum eg_status eg_layer_dress_on(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                 struct eg_rgba ground, struct eg_dressed *dressed_out, struct eg_error *err)
{
    const struct eg_dressed *base = NULL;
    enum eg_status status = eg_layer_dress(snapshot, ref, &base, err);
    if (status != EG_OK) return status;
    struct eg_dressed dressed = *base;
    dressed.outside = ground;
    dressed.palette = NULL;
    for (uint32_t i = 0; i < dressed.n_paints; i++) {
        dressed.paints[i].colour = eg_rgba_over(dressed.paints[i].colour, ground);
        dressed.paints[i].ink = eg_rgba_over(dressed.paints[i].ink, ground);
    }
    status = choose_palette(snapshot, &ground, &dressed, err);
    if (status == EG_OK) *dressed_out = dressed;
    return status;
}

void eg_dressed_free(struct eg_dressed *dressed)
{
    if (!dressed) return;
    free(dressed->area_paint);
    free(dressed);
}
