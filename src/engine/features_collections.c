/* What collections there are: a handful of boundary sets, the directory, and up to some hundred layers. They are found by walking
 * the atlas: a layer's id has a dot in it, a boundary set's has none, so no two collections share an id. */
#include "engine/features.h"

static const struct eg_collection no_layer = {.layer = EG_ATLAS_NONE, .boundaries = EG_ATLAS_NONE};

static bool has_entries(const struct eg_snapshot *snapshot)
{
    return snapshot->atlas->n_directories > 0;
}

static struct eg_collection of_layer(const struct eg_snapshot *snapshot, uint32_t layer)
{
    return (struct eg_collection){EG_COLLECTION_LAYER, layer, snapshot->atlas->layers[layer].boundaries};
}

static struct eg_collection of_entries(void)
{
    struct eg_collection collection = no_layer;
    collection.kind = EG_COLLECTION_ENTRIES;
    return collection;
}

static struct eg_collection of_boundaries(uint32_t boundaries)
{
    return (struct eg_collection){EG_COLLECTION_BOUNDARIES, EG_ATLAS_NONE, boundaries};
}

static bool is_shown(const struct eg_snapshot *snapshot, uint32_t layer)
{
    uint32_t first, n;
    eg_layer_series(snapshot, layer, &first, &n);
    return !snapshot->atlas->layers[layer].hidden && n > 0;
}

enum eg_status eg_collection_find(const struct eg_snapshot *snapshot, struct eg_text id,
                                  struct eg_collection *collection_out, struct eg_error *err)
{
    uint32_t n = eg_collection_count(snapshot), n_first = n;
    if (n_first > snapshot->atlas->n_boundaries + 1) n_first = snapshot->atlas->n_boundaries + 1;
    for (uint32_t i = 0; i < n_first; i++) {
        struct eg_collection collection = eg_collection_at(snapshot, i);
        if (collection.kind == EG_COLLECTION_LAYER) break;
        if (!eg_text_equal(eg_collection_id(snapshot, collection), id)) continue;
        *collection_out = collection;
        return EG_OK;
    }
    for (uint32_t i = 0; i < snapshot->atlas->n_layers; i++) {
        if (!eg_text_equal(snapshot->atlas->layers[i].id, id) || !is_shown(snapshot, i)) continue;
        *collection_out = of_layer(snapshot, i);
        return EG_OK;
    }
    eg_error_set(err, EG_NOT_FOUND, "there is no collection '%.*s'; GET /ogc/collections lists what there is",
                 id.len < 100 ? (int)id.len : 0, id.data ? id.data : "");
    eg_error_field(err, "collectionId");
    return EG_NOT_FOUND;
}

uint32_t eg_collection_count(const struct eg_snapshot *snapshot)
{
    uint32_t n = snapshot->atlas->n_boundaries + has_entries(snapshot);
    for (uint32_t i = 0; i < snapshot->atlas->n_layers; i++) n += is_shown(snapshot, i);
    return n;
}

struct eg_collection eg_collection_at(const struct eg_snapshot *snapshot, uint32_t number)
{
    const struct eg_atlas *atlas = snapshot->atlas;
    if (number < atlas->n_boundaries) return of_boundaries(number);
    number -= atlas->n_boundaries;
    if (has_entries(snapshot)) {
        if (number == 0) return of_entries();
        number--;
    }
    uint32_t layer = 0;
    for (; layer < atlas->n_layers; layer++) {
        if (!is_shown(snapshot, layer)) continue;
        if (number == 0) break;
        number--;
    }
    EG_ASSERT(layer < atlas->n_layers);
    return of_layer(snapshot, layer);
}

struct eg_text eg_collection_id(const struct eg_snapshot *snapshot, struct eg_collection collection)
{
    switch (collection.kind) {
    case EG_COLLECTION_LAYER:
        return snapshot->atlas->layers[collection.layer].id;
    case EG_COLLECTION_BOUNDARIES:
        return snapshot->atlas->boundaries[collection.boundaries].id;
    case EG_COLLECTION_ENTRIES:
        break;
    }
    return EG_TEXT("coalitions");
}

struct eg_text eg_collection_title(const struct eg_snapshot *snapshot, struct eg_collection collection,
                                   struct eg_arena *arena)
{
    switch (collection.kind) {
    case EG_COLLECTION_LAYER:
        return eg_layer_title(snapshot, collection.layer, arena);
    case EG_COLLECTION_BOUNDARIES:
        return snapshot->atlas->boundaries[collection.boundaries].title;
    case EG_COLLECTION_ENTRIES:
        break;
    }
    return EG_TEXT("Coalitions, hubs and grants");
}

static bool bounds_of_entries(const struct eg_entries *entries, struct eg_bounds *bounds_out)
{
    bool any = false;
    struct eg_bounds bounds = {0};
    for (uint32_t i = 0; i < entries->n; i++) {
        const struct eg_entry *entry = &entries->items[i];
        if (!entry->has_position) continue;
        if (!any) bounds = (struct eg_bounds){entry->lon_deg, entry->lat_deg, entry->lon_deg, entry->lat_deg};
        any = true;
        if (entry->lon_deg < bounds.min_x) bounds.min_x = entry->lon_deg;
        if (entry->lon_deg > bounds.max_x) bounds.max_x = entry->lon_deg;
        if (entry->lat_deg < bounds.min_y) bounds.min_y = entry->lat_deg;
        if (entry->lat_deg > bounds.max_y) bounds.max_y = entry->lat_deg;
    }
    if (any) *bounds_out = bounds;
    return any;
}

bool eg_collection_bounds_deg(const struct eg_snapshot *snapshot, struct eg_collection collection,
                              struct eg_bounds *bounds_out)
{
    if (collection.kind == EG_COLLECTION_ENTRIES)
        return bounds_of_entries(eg_directory_entries(snapshot->directory), bounds_out);
    const struct eg_area_set *set = &snapshot->generation->area_sets[collection.boundaries];
    if (eg_box_is_empty(set->plane->box)) return false;
    *bounds_out = set->bounds_deg;
    return true;
}
