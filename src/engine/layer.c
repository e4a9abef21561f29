/* Names to numbers, and the slots in which classes and paints wait once computed. England: some 150 series and a handful of
 * styles, so a thousand slots; a request touches one. */
#include "engine/layer.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "engine/layer_parts.h"

static enum eg_status index_ids(const struct eg_atlas *atlas, struct eg_layers *layers, struct eg_error *err)
{
    layers->by_id = eg_textmap_new(atlas->n_layers);
    layers->style_by_id = eg_textmap_new(atlas->n_styles);
    if (!layers->by_id || !layers->style_by_id) return eg_error_no_memory(err, atlas->n_layers);
    for (uint32_t i = 0; i < atlas->n_layers; i++)
        if (eg_textmap_put(layers->by_id, atlas->layers[i].id, i, NULL) != EG_OK)
            return eg_error_no_memory(err, atlas->n_layers);
    for (uint32_t i = 0; i < atlas->n_styles; i++)
        if (eg_textmap_put(layers->style_by_id, atlas->styles[i].id, i, NULL) != EG_OK)
            return eg_error_no_memory(err, atlas->n_styles);
    return EG_OK;
}

enum eg_status eg_layers_new(const struct eg_atlas *atlas, const struct eg_generation *generation,
                             struct eg_layers **layers_out, struct eg_error *err)
{
    struct eg_layers *layers = eg_memory_zeroed(1, sizeof *layers);
    if (!layers) return eg_error_no_memory(err, sizeof *layers);
    pthread_mutex_init(&layers->lock, NULL);
    pthread_cond_init(&layers->made, NULL);
    pthread_mutex_init(&layers->palettes_lock, NULL);
    layers->n_styles = atlas->n_styles;
    layers->n_slots = generation->n_series * atlas->n_styles;
    layers->slots = eg_memory_zeroed(layers->n_slots, sizeof *layers->slots);
    enum eg_status status = EG_OK;
    if (!layers->slots) status = eg_error_no_memory(err, layers->n_slots * sizeof *layers->slots);
    if (status == EG_OK) status = index_ids(atlas, layers, err);
    if (status != EG_OK) {
        eg_layers_free(layers);
        return status;
    }
    *layers_out = layers;
    return EG_OK;
}

void eg_layers_free(struct eg_layers *layers)
{
    if (!layers) return;
    for (uint32_t i = 0; layers->slots && i < layers->n_slots; i++) {
        eg_dressed_free(atomic_load(&layers->slots[i].dressed));
        free(atomic_load(&layers->slots[i].classes));
    }
    free(layers->slots);
    for (size_t i = 0; i < layers->n_palettes; i++) eg_palette_free(layers->palettes[i].palette);
    free(layers->palettes);
    eg_textmap_free(layers->by_id);
    eg_textmap_free(layers->style_by_id);
    pthread_mutex_destroy(&layers->palettes_lock);
    pthread_cond_destroy(&layers->made);
    pthread_mutex_destroy(&layers->lock);
    free(layers);
}

static enum eg_status not_found(struct eg_error *err, const char *field, const char *what,
                                struct eg_text name, const char *remedy)
{
    eg_error_set(err, EG_NOT_FOUND, "there is no %s '%.*s'; %s", what, EG_TEXT_SHOWN(name, 100), remedy);
    eg_error_field(err, field);
    return EG_NOT_FOUND;
}

void eg_layer_series(const struct eg_snapshot *snapshot, uint32_t layer, uint32_t *first_out, uint32_t *n_out)
{
    const struct eg_atlas_layer *spec = &snapshot->atlas->layers[layer];
    eg_generation_find(snapshot->generation, spec->indicator, spec->boundaries, first_out, n_out);
}

static enum eg_status resolve_period(const struct eg_snapshot *snapshot, struct eg_text period,
                                     struct eg_layer_ref *ref, struct eg_error *err)
{
    uint32_t first = 0, n = 0;
    eg_layer_series(snapshot, ref->layer, &first, &n);
    if (n == 0)
        return not_found(err, "layer", "data for layer", snapshot->atlas->layers[ref->layer].id,
                         "its tables gave no period");
    ref->series = first + n - 1;
    if (period.len == 0) return EG_OK;
    for (uint32_t i = first; i < first + n; i++) {
        ref->series = i;
        if (eg_text_equal(snapshot->generation->series[i].period.id, period)) return EG_OK;
    }
    return not_found(err, "period", "period", period,
                     "the capabilities, or GET /layers, list each layer's periods");
}

enum eg_status eg_layer_resolve(const struct eg_snapshot *snapshot, const struct eg_layer_name *name,
                                struct eg_layer_ref *ref_out, struct eg_error *err)
{
    const struct eg_layers *layers = snapshot->layers;
    struct eg_layer_ref ref = {.layer = eg_textmap_get(layers->by_id, name->layer)};
    if (ref.layer == EG_TEXTMAP_NONE)
        return not_found(err, "layer", "layer", name->layer,
                         "the capabilities, or GET /layers, list what there is");
    ref.style = snapshot->atlas->layers[ref.layer].style;
    if (name->style.len > 0) ref.style = eg_textmap_get(layers->style_by_id, name->style);
    if (ref.style == EG_TEXTMAP_NONE)
        return not_found(err, "style", "style", name->style,
                         "the capabilities, or GET /layers, list what there is");
    enum eg_status status = resolve_period(snapshot, name->period, &ref, err);
    if (status == EG_OK) *ref_out = ref;
    return status;
}

static uint32_t slot_of(const struct eg_layers *layers, uint32_t series, uint32_t style)
{
    return series * layers->n_styles + style;
}

_Atomic uint64_t *eg_layer_legend_size(const struct eg_snapshot *snapshot, struct eg_layer_ref ref)
{
    return &snapshot->layers->slots[slot_of(snapshot->layers, ref.series, ref.style)].legend_size;
}

/* Pooled breaks belong to the layer, so its first series' slot holds them. */
static uint32_t classes_slot(const struct eg_snapshot *snapshot, struct eg_layer_ref ref)
{
    uint32_t first = ref.series, n = 0;
    if (!snapshot->atlas->styles[ref.style].per_period) eg_layer_series(snapshot, ref.layer, &first, &n);
    return slot_of(snapshot->layers, first, ref.style);
}

/* Waits while another thread is making what the caller found missing. Then `making` is free: whether it is still missing, the
 * caller asks again. Comes and goes with the lock. */
static void wait_for_maker(struct eg_layers *layers, const bool *making)
{
    while (*making) pthread_cond_wait(&layers->made, &layers->lock);
}

static void end_making(struct eg_layers *layers, bool *making)
{
    pthread_mutex_lock(&layers->lock);
    *making = false;
    pthread_cond_broadcast(&layers->made);
    pthread_mutex_unlock(&layers->lock);
}

/* The classes, made by another thread meanwhile; or NULL, and they are the caller's to make. */
static struct eg_layer_classes *begin_classes(struct eg_layers *layers, struct eg_layer_slot *slot)
{
    pthread_mutex_lock(&layers->lock);
    wait_for_maker(layers, &slot->making_classes);
    struct eg_layer_classes *made = atomic_load_explicit(&slot->classes, memory_order_acquire);
    slot->making_classes = !made;
    pthread_mutex_unlock(&layers->lock);
    return made;
}

enum eg_status eg_layer_classify(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                 const struct eg_layer_classes **classes_out, struct eg_error *err)
{
    struct eg_layers *layers = snapshot->layers;
    struct eg_layer_slot *slot = &layers->slots[classes_slot(snapshot, ref)];
    struct eg_layer_classes *made = atomic_load_explicit(&slot->classes, memory_order_acquire);
    enum eg_status status = EG_OK;
    if (!made) made = begin_classes(layers, slot);
    if (!made) {
        status = eg_layer_make_classes(snapshot, ref, &made, err);
        if (status == EG_OK) atomic_store_explicit(&slot->classes, made, memory_order_release);
        end_making(layers, &slot->making_classes);
    }
    if (status == EG_OK) *classes_out = made;
    return status;
}

bool eg_layer_needs_dressing(const struct eg_snapshot *snapshot, const struct eg_layer_name *name)
{
    struct eg_layer_ref ref;
    if (eg_layer_resolve(snapshot, name, &ref, NULL) != EG_OK) return false;
    uint32_t slot = slot_of(snapshot->layers, ref.series, ref.style);
    return !atomic_load_explicit(&snapshot->layers->slots[slot].dressed, memory_order_acquire);
}

static struct eg_dressed *begin_dress(struct eg_layers *layers, struct eg_layer_slot *slot)
{
    pthread_mutex_lock(&layers->lock);
    wait_for_maker(layers, &slot->making_dress);
    struct eg_dressed *made = atomic_load_explicit(&slot->dressed, memory_order_acquire);
    slot->making_dress = !made;
    pthread_mutex_unlock(&layers->lock);
    return made;
}

enum eg_status eg_layer_dress(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                              const struct eg_dressed **dressed_out, struct eg_error *err)
{
    struct eg_layers *layers = snapshot->layers;
    struct eg_layer_slot *slot = &layers->slots[slot_of(layers, ref.series, ref.style)];
    struct eg_dressed *made = atomic_load_explicit(&slot->dressed, memory_order_acquire);
    enum eg_status status = EG_OK;
    if (!made) made = begin_dress(layers, slot);
    if (!made) {
        const struct eg_layer_classes *classed = NULL;
        status = eg_layer_classify(snapshot, ref, &classed, err);
        if (status == EG_OK) status = eg_layer_make_dress(snapshot, ref, classed, &made, err);
        if (status == EG_OK) atomic_store_explicit(&slot->dressed, made, memory_order_release);
        end_making(layers, &slot->making_dress);
    }
    if (status == EG_OK) *dressed_out = made;
    return status;
}

struct eg_text eg_layer_title(const struct eg_snapshot *snapshot, uint32_t layer, struct eg_arena *arena)
{
    const struct eg_atlas_layer *spec = &snapshot->atlas->layers[layer];
    if (spec->title.len > 0) return spec->title;
    return eg_text_format(arena, "%.*s, %.*s",
                          EG_TEXT_ARG(snapshot->atlas->indicators[spec->indicator].title),
                          EG_TEXT_ARG(snapshot->atlas->boundaries[spec->boundaries].title));
}
