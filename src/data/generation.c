/* Life and look-up of generations. A generation is freed by the thread that lets go of it last. */
#include "data/generation.h"

#include <stdlib.h>

#include "base/memory.h"
#include "data/generation_internal.h"
#include "geo/crs.h"

/* Far above any country: a million areas with four hundred series take 4 GB. */
#define ARENA_BYTES_MAX ((size_t)16 << 30U)

static struct eg_generation_full *full_of(struct eg_generation *generation)
{
    return (struct eg_generation_full *)(void *)generation;
}

static const struct eg_generation_full *const_full_of(const struct eg_generation *generation)
{
    return (const struct eg_generation_full *)(const void *)generation;
}

static void free_sets(struct eg_generation *generation)
{
    for (uint32_t i = 0; generation->area_sets && i < generation->atlas->n_boundaries; i++) {
        struct eg_area_set *set = &generation->area_sets[i];
        eg_textmap_free(set->by_code);
        eg_plane_free(set->plane);
        free(set->area_box);
    }
}

static void free_generation(struct eg_generation_full *full)
{
    free_sets(&full->shown);
    for (uint32_t i = 0; full->shown.place_tables && i < full->shown.atlas->n_place_tables; i++)
        eg_place_table_clear(&full->shown.place_tables[i]);
    for (uint32_t i = 0; full->arenas && i < full->n_arenas; i++) eg_arena_free(full->arenas[i]);
    free(full->arenas);
    free(full);
}

static struct eg_generation_full *new_generation(const struct eg_atlas *atlas)
{
    struct eg_generation_full *full = eg_memory_zeroed(1, sizeof *full);
    if (!full) return NULL;
    atomic_init(&full->n_references, 1);
    full->shown.atlas = atlas;
    full->shown.report = &full->report;
    full->report.atlas = atlas;
    full->n_arenas = atlas->n_boundaries + atlas->n_tables + atlas->n_place_tables + 1;
    full->arenas = eg_memory_zeroed(full->n_arenas, sizeof(struct eg_arena *));
    bool done = full->arenas != NULL;
    for (uint32_t i = 0; i < full->n_arenas && done; i++) {
        full->arenas[i] = eg_arena_new(ARENA_BYTES_MAX);
        done = full->arenas[i] != NULL;
    }
    struct eg_arena *rest = done ? full->arenas[full->n_arenas - 1] : NULL;
    if (done) {
        full->shown.area_sets = eg_arena_array(rest, atlas->n_boundaries, sizeof *full->shown.area_sets);
        full->report.boundaries = eg_arena_array(rest, atlas->n_boundaries, sizeof *full->report.boundaries);
        full->report.places = eg_arena_array(rest, atlas->n_place_tables, sizeof *full->report.places);
        full->shown.place_tables =
            eg_arena_array(rest, atlas->n_place_tables, sizeof *full->shown.place_tables);
        done = full->shown.area_sets && full->report.boundaries && full->report.places &&
               full->shown.place_tables;
    }
    if (done) return full;
    free_generation(full);
    return NULL;
}

enum eg_status eg_generation_load(const struct eg_atlas *atlas, uint32_t n_threads,
                                  struct eg_generation **generation_out, struct eg_error *err)
{
    struct eg_generation_full *full = new_generation(atlas);
    if (!full) return eg_error_no_memory(err, sizeof *full);
    enum eg_status status = eg_generation_fill(full, n_threads, err);
    if (status == EG_OK) status = eg_generation_hash(&full->shown, err);
    if (status) free_generation(full);
    else *generation_out = &full->shown;
    return status;
}

void eg_generation_retain(struct eg_generation *generation)
{
    atomic_fetch_add(&full_of(generation)->n_references, 1);
}

void eg_generation_release(struct eg_generation *generation)
{
    if (!generation) return;
    if (atomic_fetch_sub(&full_of(generation)->n_references, 1) == 1) free_generation(full_of(generation));
}

void eg_generation_find(const struct eg_generation *generation, uint32_t indicator, uint32_t boundaries,
                        uint32_t *first_out, uint32_t *n_out)
{
    uint32_t low = 0;
    uint32_t high = generation->n_series;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct eg_series *series = &generation->series[middle];
        bool before = series->indicator < indicator ||
                      (series->indicator == indicator && series->boundaries < boundaries);
        if (before) low = middle + 1;
        else high = middle;
    }
    uint32_t end = low;
    while (end < generation->n_series && generation->series[end].indicator == indicator &&
           generation->series[end].boundaries == boundaries)
        end++;
    *first_out = low;
    *n_out = end - low;
}

const struct eg_series *eg_generation_weights(const struct eg_generation *generation,
                                              const struct eg_atlas_aggregation *aggregation)
{
    for (uint32_t i = 0; i < generation->n_weights; i++) {
        const struct eg_weights *weights = &generation->weights[i];
        if (weights->table == aggregation->weight_table && weights->series.boundaries == aggregation->from &&
            eg_text_equal(weights->column, aggregation->weight_column))
            return &weights->series;
    }
    return NULL;
}

uint32_t eg_generation_parent(const struct eg_generation *generation, uint32_t from, uint32_t area,
                              uint32_t to)
{
    uint32_t n_sets = generation->atlas->n_boundaries;
    if (from >= n_sets || to >= n_sets || area >= generation->area_sets[from].n_areas) return EG_NO_AREA;
    const uint32_t *parent = eg_nest_parent(&const_full_of(generation)->nest, from, to);
    return parent ? parent[area] : EG_NO_AREA;
}

bool eg_generation_nests(const struct eg_generation *generation, uint32_t from, uint32_t to)
{
    uint32_t n_sets = generation->atlas->n_boundaries;
    return from < n_sets && to < n_sets && eg_nest_parent(&const_full_of(generation)->nest, from, to) != NULL;
}

uint32_t eg_generation_locate(const struct eg_generation *generation, uint32_t boundaries, double lon_deg,
                              double lat_deg)
{
    if (boundaries >= generation->atlas->n_boundaries) return EG_NO_AREA;
    bool is_on_map = lon_deg >= -180 && lon_deg <= 180 && lat_deg >= -90 && lat_deg <= 90;
    if (!is_on_map) return EG_NO_AREA;
    const struct eg_plane *plane = generation->area_sets[boundaries].plane;
    double x_m;
    double y_m;
    eg_mercator_forward(lon_deg, lat_deg, &x_m, &y_m);
    return eg_plane_locate(plane, eg_grid_snap(plane->grid, x_m, y_m));
}
