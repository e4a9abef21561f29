/* Half a dozen sets, read while the atlas is loaded, so that a wrong one is found then. */
#include "engine/tile_sets.h"

#include <stdlib.h>

#include "base/memory.h"

#define EMBEDDED(symbol) extern const char eg_embed_##symbol##_json_begin[], eg_embed_##symbol##_json_end[];
EMBEDDED(WebMercatorQuad)
EMBEDDED(WorldCRS84Quad)
EMBEDDED(EuropeanETRS89_LAEAQuad)
EMBEDDED(BritishNationalGrid)
EMBEDDED(MassachusettsMainland)
#undef EMBEDDED

struct eg_tile_sets {
    const struct eg_generation *generation;
    uint32_t n;
    struct eg_tile_matrix_set *items[EG_TILE_SETS_MAX];
};

/* --- reading --------------------------------------------------------------------------------------------------------- */

/* Takes the set over. */
static void add(struct eg_tile_sets *sets, struct eg_tile_matrix_set *set)
{
    EG_ASSERT(sets->n < EG_TILE_SETS_MAX);
    sets->items[sets->n++] = set;
}

static enum eg_status add_own(struct eg_tile_sets *sets, struct eg_crs_context *proj,
                              const struct eg_crs_list *list, struct eg_error *err)
{
#define EMBEDDED(symbol)                                                                                     \
    {                                                                                                        \
        eg_embed_##symbol##_json_begin, eg_embed_##symbol##_json_end, #symbol ".json"                        \
    }
    static const struct {
        const char *begin, *end, *file;
    } files[] = {EMBEDDED(WebMercatorQuad), EMBEDDED(WorldCRS84Quad), EMBEDDED(EuropeanETRS89_LAEAQuad),
                 EMBEDDED(BritishNationalGrid), EMBEDDED(MassachusettsMainland)};
#undef EMBEDDED
    for (size_t i = 0; i < EG_ARRAY_LEN(files); i++) {
        struct eg_text json = {files[i].begin, (size_t)(files[i].end - files[i].begin)};
        struct eg_tile_matrix_set *set = NULL;
        enum eg_status status = eg_tile_matrix_set_parse(proj, json, files[i].file, &set, err);
        if (status != EG_OK) return status;
        if (eg_crs_list_find(list, &set->crs_id)) add(sets, set);
        else eg_tile_matrix_set_free(set);
    }
    return EG_OK;
}

static enum eg_status check_fits(const struct eg_tile_sets *sets, const struct eg_crs_list *list,
                                 const struct eg_tile_matrix_set *set, struct eg_error *err)
{
    if (eg_tile_sets_find(sets, eg_text_from(set->id)) < sets->n)
        return eg_error_set(err, EG_INVALID,
                            "there is a tile matrix set '%s' already; give this one another id", set->id);
    if (eg_crs_list_find(list, &set->crs_id)) return EG_OK;
    return eg_error_set(
        err, EG_INVALID,
        "the tile matrix set '%s' is in %s, which this atlas does not allow; add it to `server: crs`",
        set->id, set->crs);
}

static enum eg_status add_atlas_set(struct eg_tile_sets *sets, struct eg_crs_context *proj,
                                    const struct eg_crs_list *list, const struct eg_atlas_tile_set *named,
                                    struct eg_error *err)
{
    struct eg_tile_matrix_set *set = NULL;
    enum eg_status status = eg_tile_matrix_set_parse(proj, named->json, named->path.data, &set, err);
    if (status == EG_OK) status = check_fits(sets, list, set, err);
    if (status == EG_OK) {
        add(sets, set);
        return EG_OK;
    }
    eg_tile_matrix_set_free(set);
    eg_atlas_error_at(sets->generation->atlas, named->mark, err);
    return status;
}

enum eg_status eg_tile_sets_new(const struct eg_generation *generation, const struct eg_crs_list *list,
                                struct eg_tile_sets **sets_out, struct eg_error *err)
{
    const struct eg_atlas_server *server = &generation->atlas->server;
    struct eg_crs_context *proj = NULL;
    struct eg_tile_sets *sets = eg_memory_zeroed(1, sizeof *sets);
    if (!sets) return eg_error_no_memory(err, sizeof *sets);
    sets->generation = generation;
    enum eg_status status = eg_crs_context_new(&proj, err);
    if (status == EG_OK) status = add_own(sets, proj, list, err);
    for (uint32_t i = 0; i < server->n_tile_sets && status == EG_OK; i++)
        status = add_atlas_set(sets, proj, list, &server->tile_sets[i], err);
    eg_crs_context_free(proj);
    if (status != EG_OK) {
        eg_tile_sets_free(sets);
        return status;
    }
    *sets_out = sets;
    return EG_OK;
}

void eg_tile_sets_free(struct eg_tile_sets *sets)
{
    if (!sets) return;
    for (uint32_t i = 0; i < sets->n; i++) eg_tile_matrix_set_free(sets->items[i]);
    free(sets);
}

/* --- asking ---------------------------------------------------------------------------------------------------------- */

uint32_t eg_tile_sets_count(const struct eg_tile_sets *sets)
{
    return sets->n;
}

const struct eg_tile_matrix_set *eg_tile_sets_at(const struct eg_tile_sets *sets, uint32_t set)
{
    EG_ASSERT(set < sets->n);
    return sets->items[set];
}

uint32_t eg_tile_sets_find(const struct eg_tile_sets *sets, struct eg_text id)
{
    for (uint32_t i = 0; i < sets->n; i++)
        if (eg_text_equal(id, eg_text_from(sets->items[i]->id))) return i;
    return sets->n;
}

static bool is_in_area_of_use(const struct eg_tile_sets *sets, uint32_t set, uint32_t boundaries)
{
    const struct eg_bounds *box = &sets->generation->area_sets[boundaries].bounds_deg;
    const struct eg_bounds *area = &sets->items[set]->area_deg;
    if (!sets->items[set]->has_area) return true;
    if (!(box->min_y < area->max_y && box->max_y > area->min_y)) return false;
    bool west = box->min_x<area->max_x, east = box->max_x> area->min_x;
    return area->min_x <= area->max_x ? west && east : west || east; /* the second across the antimeridian */
}

enum eg_status eg_tile_sets_box(const struct eg_snapshot *snapshot, uint32_t set, uint32_t boundaries,
                                struct eg_bounds *box_out, struct eg_error *err)
{
    uint32_t n = 0, column = 0;
    const struct eg_crs_entry *entries = eg_crs_list_entries(snapshot->crs_list, &n);
    const struct eg_bounds *bounds = NULL;
    while (!eg_crs_equal(&entries[column].id, &snapshot->tile_sets->items[set]->crs_id)) column++;
    enum eg_status status = eg_crs_list_set_bounds(snapshot->crs_list, snapshot->generation, &bounds, err);
    if (status == EG_OK) *box_out = bounds[(size_t)boundaries * n + column];
    return status;
}

/* The area of use of a CRS may be wider than a grid in it: EPSG:3035 reaches far out into the Atlantic. */
bool eg_tile_sets_suits(const struct eg_snapshot *snapshot, uint32_t set, uint32_t boundaries)
{
    const struct eg_tile_sets *sets = snapshot->tile_sets;
    struct eg_bounds box;
    if (!is_in_area_of_use(sets, set, boundaries)) return false;
    if (eg_tile_sets_box(snapshot, set, boundaries, &box, NULL) != EG_OK) return true;
    const struct eg_tile_matrix_set *grid = sets->items[set];
    return !eg_tile_matrix_range(&grid->matrices[grid->n_matrices - 1], box).empty;
}
