#include "engine/collections.h"

#include <math.h>

#include "engine/layer.h"

static bool is_offered(const struct eg_snapshot *snapshot, uint32_t layer)
{
    uint32_t first = 0, n = 0;
    if (snapshot->atlas->layers[layer].hidden) return false;
    eg_layer_series(snapshot, layer, &first, &n);
    return n > 0;
}

static bool has_entries(const struct eg_snapshot *snapshot)
{
    return eg_directory_entries(snapshot->directory)->n > 0;
}

/* --- by name ------------------------------------------------------------------------------------------------------- */

static bool find_boundaries(const struct eg_snapshot *snapshot, struct eg_text id,
                            struct eg_collection *collection_out)
{
    for (uint32_t i = 0; i < snapshot->atlas->n_boundaries; i++) {
        if (!eg_text_equal(snapshot->atlas->boundaries[i].id, id)) continue;
        *collection_out = (struct eg_collection){.kind = EG_COLLECTION_BOUNDARIES, .boundaries = i};
        return true;
    }
    return false;
}

static bool find_layer(const struct eg_snapshot *snapshot, struct eg_text id,
                       struct eg_collection *collection_out)
{
    struct eg_layer_ref ref;
    struct eg_layer_name name = {.layer = id};
    if (eg_layer_resolve(snapshot, &name, &ref, NULL) != EG_OK || !is_offered(snapshot, ref.layer))
        return false;
    *collection_out = (struct eg_collection){.kind = EG_COLLECTION_LAYER,
                                             .layer = ref.layer,
                                             .boundaries = snapshot->atlas->layers[ref.layer].boundaries};
    return true;
}

enum eg_status eg_collection_find(const struct eg_snapshot *snapshot, struct eg_text id,
                                  struct eg_collection *collection_out, struct eg_error *err)
{
    if (find_boundaries(snapshot, id, collection_out)) return EG_OK;
    if (eg_text_equal(id, EG_TEXT(EG_COLLECTION_ENTRIES_ID)) && has_entries(snapshot)) {
        *collection_out = (struct eg_collection){.kind = EG_COLLECTION_ENTRIES};
        return EG_OK;
    }
    if (find_layer(snapshot, id, collection_out)) return EG_OK;
    eg_error_set(err, EG_NOT_FOUND, "there is no collection '%.*s'; GET /ogc/collections lists them",
                 EG_TEXT_SHOWN(id, 60));
    eg_error_field(err, "collectionId");
    return EG_NOT_FOUND;
}

/* --- by number ----------------------------------------------------------------------------------------------------- */

uint32_t eg_collection_count(const struct eg_snapshot *snapshot)
{
    return snapshot->atlas->n_boundaries + 1 + snapshot->atlas->n_layers;
}

bool eg_collection_at(const struct eg_snapshot *snapshot, uint32_t number,
                      struct eg_collection *collection_out)
{
    const struct eg_atlas *atlas = snapshot->atlas;
    EG_ASSERT(number < eg_collection_count(snapshot));
    if (number < atlas->n_boundaries) {
        *collection_out = (struct eg_collection){.kind = EG_COLLECTION_BOUNDARIES, .boundaries = number};
        return true;
    }
    if (number == atlas->n_boundaries) {
        struct eg_collection same;
        *collection_out = (struct eg_collection){.kind = EG_COLLECTION_ENTRIES};
        /* A boundary set of that name comes before. */
        return has_entries(snapshot) && !find_boundaries(snapshot, EG_TEXT(EG_COLLECTION_ENTRIES_ID), &same);
    }
    uint32_t layer = number - atlas->n_boundaries - 1;
    *collection_out = (struct eg_collection){
        .kind = EG_COLLECTION_LAYER, .layer = layer, .boundaries = atlas->layers[layer].boundaries};
    return is_offered(snapshot, layer);
}

uint32_t eg_collection_number(const struct eg_snapshot *snapshot, struct eg_collection collection)
{
    uint32_t n_boundaries = snapshot->atlas->n_boundaries;
    if (collection.kind == EG_COLLECTION_BOUNDARIES) return collection.boundaries;
    return collection.kind == EG_COLLECTION_ENTRIES ? n_boundaries : n_boundaries + 1 + collection.layer;
}

/* --- what they are ------------------------------------------------------------------------------------------------- */

struct eg_text eg_collection_id(const struct eg_snapshot *snapshot, struct eg_collection collection)
{
    if (collection.kind == EG_COLLECTION_BOUNDARIES)
        return snapshot->atlas->boundaries[collection.boundaries].id;
    if (collection.kind == EG_COLLECTION_ENTRIES) return EG_TEXT(EG_COLLECTION_ENTRIES_ID);
    return snapshot->atlas->layers[collection.layer].id;
}

struct eg_text eg_collection_title(const struct eg_snapshot *snapshot, struct eg_collection collection,
                                   struct eg_arena *arena)
{
    const struct eg_atlas *atlas = snapshot->atlas;
    if (collection.kind == EG_COLLECTION_LAYER) return eg_layer_title(snapshot, collection.layer, arena);
    if (collection.kind == EG_COLLECTION_BOUNDARIES) {
        const struct eg_atlas_boundaries *spec = &atlas->boundaries[collection.boundaries];
        return eg_text_copy(arena, spec->title.len > 0 ? spec->title : spec->id);
    }
    if (atlas->n_directories == 1 && atlas->directories[0].title.len > 0)
        return eg_text_copy(arena, atlas->directories[0].title);
    return eg_text_copy(arena, EG_TEXT("Coalitions, hubs and services"));
}

struct eg_text eg_collection_description(const struct eg_snapshot *snapshot, struct eg_collection collection)
{
    const struct eg_atlas *atlas = snapshot->atlas;
    if (collection.kind == EG_COLLECTION_LAYER)
        return atlas->indicators[atlas->layers[collection.layer].indicator].description;
    return collection.kind == EG_COLLECTION_BOUNDARIES
               ? EG_TEXT("Areas with the latest value of every indicator.")
               : EG_TEXT("Entries of the directory.");
}

static bool entries_bounds(const struct eg_entries *entries, struct eg_bounds *bounds_out)
{
    struct eg_bounds box = {HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    for (uint32_t i = 0; i < entries->n; i++) {
        struct eg_bounds own;
        if (!eg_entry_bounds_deg(entries->items[i], &own)) continue;
        box.min_x = fmin(box.min_x, own.min_x);
        box.max_x = fmax(box.max_x, own.max_x);
        box.min_y = fmin(box.min_y, own.min_y);
        box.max_y = fmax(box.max_y, own.max_y);
    }
    if (box.min_x > box.max_x) return false;
    *bounds_out = box;
    return true;
}

bool eg_collection_bounds_deg(const struct eg_snapshot *snapshot, struct eg_collection collection,
                              struct eg_bounds *bounds_out)
{
    if (collection.kind == EG_COLLECTION_ENTRIES)
        return entries_bounds(eg_directory_entries(snapshot->directory), bounds_out);
    struct eg_bounds box = snapshot->generation->area_sets[collection.boundaries].bounds_deg;
    if (!(box.min_x <= box.max_x)) return false;
    *bounds_out = box;
    return true;
}
