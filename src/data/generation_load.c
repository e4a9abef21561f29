/* Files to ready, in phases; within a phase everything that can runs at the same time, and nothing depends on which thread came
 * first:
 *
 *   read      each source's polygons, projected onto the grid; codes sorted
 *   dissolve  codes of the larger sets, a base before what is dissolved from it
 *   build     borders and planes of each source | each table joined to the codes | each table of places
 *   levels    planes of the larger sets
 *   finish    withheld values, aggregates, order
 *
 * England's 32,844 neighbourhoods with their indices of deprivation: the polygons take 0.1 s to read and project, then one
 * core finds borders and levels of detail while the other reads the table. */
#include "data/generation_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/workers.h"
#include "data/boundaries.h"
#include "data/dissolve.h"
#include "data/gdal_setup.h"
#include "data/join.h"
#include "data/progress.h"
#include "data/series.h"
#include "geo/crs.h"

#define MODULE "load"

/* What one set needs while it is loaded. */
struct set_load {
    struct eg_boundaries_wish wish;
    struct eg_text *extra;        /* [2 * number of sets dissolved from a column of this one] */
    struct eg_source_areas areas; /* with rings until they are built */
    bool is_ready;                /* codes known */
    bool is_built;                /* plane made */
};

struct loader;

/* One step of loading on one item: a boundary set, n_boundaries + a table, or behind those a table of places. */
typedef enum eg_status step_fn(struct loader *loader, uint32_t item, struct eg_error *err);

struct loader {
    struct eg_generation_full *full;
    const struct eg_atlas *atlas;
    struct eg_area_set *sets;
    struct eg_boundaries_report *reports;
    uint32_t n_threads;
    struct set_load *loads;       /* [n_boundaries] */
    struct eg_draft_list *drafts; /* [n_tables] */
    uint32_t *batch;              /* [n_batch] items that the running step works on */
    uint32_t n_batch;
    step_fn *step;
    struct eg_progress progress;
};

static struct eg_arena *rest_arena(struct loader *loader)
{
    return loader->full->arenas[loader->full->n_arenas - 1];
}

static bool is_source(const struct loader *loader, uint32_t set)
{
    return loader->atlas->boundaries[set].dissolve_of == EG_ATLAS_NONE;
}

/* --- batches --------------------------------------------------------------------------------------------------------- */

static void batch_of_sources(struct loader *loader)
{
    loader->n_batch = 0;
    for (uint32_t i = 0; i < loader->atlas->n_boundaries; i++) {
        if (is_source(loader, i)) loader->batch[loader->n_batch++] = i;
    }
}

/* Sets whose base is there and that are not there themselves. */
static void batch_of_dissolvable(struct loader *loader, bool planes)
{
    loader->n_batch = 0;
    for (uint32_t i = 0; i < loader->atlas->n_boundaries; i++) {
        if (is_source(loader, i)) continue;
        const struct set_load *load = &loader->loads[i];
        const struct set_load *base = &loader->loads[loader->atlas->boundaries[i].dissolve_of];
        bool is_next = planes ? base->is_built && !load->is_built : base->is_ready && !load->is_ready;
        if (is_next) loader->batch[loader->n_batch++] = i;
    }
}

/* Mistakes are told at the item's place in the atlas. */
static void place(const struct loader *loader, uint32_t item, struct eg_error *err)
{
    const struct eg_atlas *atlas = loader->atlas;
    uint32_t n = atlas->n_boundaries, n_tables = atlas->n_tables;
    if (item < n) eg_atlas_error_at(atlas, atlas->boundaries[item].mark, err);
    else if (item - n < n_tables) eg_atlas_error_at_table(atlas, item - n, err);
    else eg_atlas_error_at(atlas, atlas->place_tables[item - n - n_tables].mark, err);
}

static enum eg_status run_items(void *context, size_t begin, size_t end, uint32_t worker,
                                struct eg_error *err)
{
    (void)worker;
    struct loader *loader = context;
    for (size_t i = begin; i < end; i++) {
        enum eg_status status = loader->step(loader, loader->batch[i], err);
        if (status) {
            place(loader, loader->batch[i], err);
            return status;
        }
    }
    return EG_OK;
}

/* Takes the step for every item of the batch, several at a time. */
static enum eg_status run_batch(struct loader *loader, step_fn *step, struct eg_error *err)
{
    loader->step = step;
    return eg_workers_range(loader->n_threads, loader->n_batch, 1, run_items, loader, err);
}

/* --- read ------------------------------------------------------------------------------------------------------------ */

/* Columns of this source that sets dissolved from it need: code, then name, for each. */
static enum eg_status list_extra(struct loader *loader, uint32_t set, struct eg_error *err)
{
    struct set_load *load = &loader->loads[set];
    load->extra = eg_arena_array(loader->full->arenas[set], 2 * (size_t)loader->atlas->n_boundaries,
                                 sizeof *load->extra);
    struct eg_mark *marks =
        eg_arena_array(loader->full->arenas[set], 2 * (size_t)loader->atlas->n_boundaries, sizeof *marks);
    if (!load->extra || !marks)
        return eg_error_no_memory(err, loader->atlas->n_boundaries * sizeof *load->extra);
    uint32_t n = 0;
    for (uint32_t i = 0; i < loader->atlas->n_boundaries; i++) {
        const struct eg_atlas_boundaries *spec = &loader->atlas->boundaries[i];
        if (spec->dissolve_of != set || spec->dissolve_column.len == 0) continue;
        marks[n] = marks[n + 1] = spec->mark;
        load->extra[n++] = spec->dissolve_column;
        load->extra[n++] = spec->dissolve_name_column;
    }
    load->wish = (struct eg_boundaries_wish){.spec = &loader->atlas->boundaries[set],
                                             .extra = load->extra,
                                             .extra_mark = marks,
                                             .n_extra = n,
                                             .n_points_max = loader->atlas->limits.boundaries_vertices,
                                             .arena = loader->full->arenas[set],
                                             .progress = &loader->progress};
    return EG_OK;
}

/* The set's look-up by code. */
static enum eg_status index_codes(struct loader *loader, uint32_t set, struct eg_error *err)
{
    struct eg_area_set *areas = &loader->sets[set];
    areas->by_code = eg_textmap_new(areas->n_areas);
    if (!areas->by_code) return eg_error_no_memory(err, areas->n_areas);
    for (uint32_t i = 0; i < areas->n_areas; i++) {
        if (eg_textmap_put(areas->by_code, areas->codes[i], i, NULL) != EG_OK) {
            return eg_error_no_memory(err, areas->n_areas);
        }
    }
    loader->loads[set].is_ready = true;
    return EG_OK;
}

static enum eg_status read_set(struct loader *loader, uint32_t set, struct eg_error *err)
{
    double started = eg_clock_monotonic_s();
    struct set_load *load = &loader->loads[set];
    enum eg_status status = list_extra(loader, set, err);
    if (status == EG_OK) status = eg_boundaries_read(&load->wish, &load->areas, &loader->reports[set], err);
    if (status) return status;
    struct eg_area_set *areas = &loader->sets[set];
    areas->n_areas = load->areas.n_areas;
    areas->codes = load->areas.codes;
    areas->names = load->areas.names;
    loader->reports[set].seconds += eg_clock_monotonic_s() - started;
    return index_codes(loader, set, err);
}

static enum eg_status read_phase(struct loader *loader, struct eg_error *err)
{
    uint32_t n_areas = 0;
    batch_of_sources(loader);
    eg_progress_begin(&loader->progress, "read boundaries");
    enum eg_status status = run_batch(loader, read_set, err);
    if (status) return status;
    for (uint32_t i = 0; i < loader->n_batch; i++) n_areas += loader->sets[loader->batch[i]].n_areas;
    eg_log_stage_done(&loader->progress.stage, "%u areas of %u sets", n_areas, loader->n_batch);
    return EG_OK;
}

/* --- dissolve -------------------------------------------------------------------------------------------------------- */

/* Picks one column out of the extra cells of the base's areas. */
static enum eg_status extra_column(struct loader *loader, uint32_t set, struct eg_dissolve *dissolve,
                                   struct eg_error *err)
{
    const struct eg_atlas_boundaries *spec = dissolve->spec;
    const struct set_load *base = &loader->loads[spec->dissolve_of];
    uint32_t n_extra = base->wish.n_extra;
    uint32_t at = 0;
    while (at < n_extra && !(eg_text_equal(base->extra[at], spec->dissolve_column) &&
                             eg_text_equal(base->extra[at + 1], spec->dissolve_name_column)))
        at += 2;
    if (at >= n_extra) {
        return eg_error_set(err, EG_INVALID,
                            "boundaries %.*s: a set that is dissolved itself has no columns; use lookups",
                            EG_TEXT_ARG(spec->id));
    }
    struct eg_text *code = eg_arena_array(loader->full->arenas[set], dissolve->n_base, sizeof *code);
    struct eg_text *name = eg_arena_array(loader->full->arenas[set], dissolve->n_base, sizeof *name);
    if (!code || !name) return eg_error_no_memory(err, dissolve->n_base * sizeof *code);
    for (uint32_t i = 0; i < dissolve->n_base; i++) {
        code[i] = base->areas.extra[(size_t)i * n_extra + at];
        name[i] = base->areas.extra[(size_t)i * n_extra + at + 1];
    }
    dissolve->parent_code = code;
    dissolve->parent_name = name;
    return EG_OK;
}

static enum eg_status dissolve_set(struct loader *loader, uint32_t set, struct eg_error *err)
{
    double started = eg_clock_monotonic_s();
    const struct eg_atlas_boundaries *spec = &loader->atlas->boundaries[set];
    const struct eg_area_set *base = &loader->sets[spec->dissolve_of];
    struct eg_dissolve dissolve = {
        .spec = spec, .n_base = base->n_areas, .base_codes = base->codes, .arena = loader->full->arenas[set]};
    enum eg_status status = EG_OK;
    if (spec->n_lookups == 0) status = extra_column(loader, set, &dissolve, err);
    struct eg_dissolved made;
    if (status == EG_OK) status = eg_dissolve(&dissolve, &made, &loader->reports[set], err);
    if (status) return status;
    struct eg_area_set *areas = &loader->sets[set];
    areas->n_areas = made.n_areas;
    areas->codes = made.codes;
    areas->names = made.names;
    areas->base = spec->dissolve_of;
    areas->parent_of_base = made.parent_of_base;
    loader->reports[set].seconds += eg_clock_monotonic_s() - started;
    eg_progress_add(&loader->progress, 1);
    return index_codes(loader, set, err);
}

static enum eg_status dissolve_phase(struct loader *loader, struct eg_error *err)
{
    batch_of_dissolvable(loader, false);
    if (loader->n_batch == 0) return EG_OK;
    uint32_t n_sets = 0;
    eg_progress_begin(&loader->progress, "dissolve");
    eg_progress_expect(&loader->progress, loader->atlas->n_boundaries);
    while (loader->n_batch > 0) {
        enum eg_status status = run_batch(loader, dissolve_set, err);
        if (status) return status;
        n_sets += loader->n_batch;
        batch_of_dissolvable(loader, false);
    }
    eg_log_stage_done(&loader->progress.stage, "%u larger sets", n_sets);
    return EG_OK;
}

/* --- build and join -------------------------------------------------------------------------------------------------- */

static void measure(struct eg_area_set *areas)
{
    const struct eg_plane *plane = areas->plane;
    if (eg_box_is_empty(plane->box)) return;
    double unit = plane->grid.unit;
    eg_mercator_inverse(plane->box.min_x * unit, plane->box.min_y * unit, &areas->bounds_deg.min_x,
                        &areas->bounds_deg.min_y);
    eg_mercator_inverse(plane->box.max_x * unit, plane->box.max_y * unit, &areas->bounds_deg.max_x,
                        &areas->bounds_deg.max_y);
}

static enum eg_status take_plane(struct loader *loader, uint32_t set, struct eg_plane *plane,
                                 struct eg_error *err)
{
    struct eg_area_set *areas = &loader->sets[set];
    areas->plane = plane;
    areas->area_box = eg_memory_array(areas->n_areas, sizeof *areas->area_box);
    if (!areas->area_box) return eg_error_no_memory(err, areas->n_areas * sizeof *areas->area_box);
    eg_plane_area_boxes(plane, areas->area_box);
    measure(areas);
    loader->reports[set].plane_bytes = plane->bytes;
    loader->loads[set].is_built = true;
    return EG_OK;
}

static enum eg_status build_set(struct loader *loader, uint32_t set, struct eg_error *err)
{
    double started = eg_clock_monotonic_s();
    struct set_load *load = &loader->loads[set];
    struct eg_plane *plane = NULL;
    enum eg_status status =
        eg_boundaries_build(&load->wish, &load->areas, loader->n_threads, &plane, &loader->reports[set], err);
    if (status == EG_OK) status = take_plane(loader, set, plane, err);
    loader->reports[set].seconds += eg_clock_monotonic_s() - started;
    return status;
}

static enum eg_status join_table(struct loader *loader, uint32_t table, struct eg_error *err)
{
    struct eg_join join = {.atlas = loader->atlas,
                           .table = table,
                           .area_sets = loader->sets,
                           .arena = loader->full->arenas[loader->atlas->n_boundaries + table]};
    return eg_join_table(&join, &loader->drafts[table], err);
}

static enum eg_status read_places(struct loader *loader, uint32_t table, struct eg_error *err)
{
    const struct eg_atlas *atlas = loader->atlas;
    const struct eg_atlas_place_table *spec = &atlas->place_tables[table];
    const struct eg_area_set *set =
        spec->boundaries == EG_ATLAS_NONE ? NULL : &loader->sets[spec->boundaries];
    struct eg_arena *arena = loader->full->arenas[atlas->n_boundaries + atlas->n_tables + table];
    return eg_place_table_read(spec, set, arena, &loader->full->shown.place_tables[table],
                               &loader->full->report.places[table], err);
}

static enum eg_status build_or_join(struct loader *loader, uint32_t item, struct eg_error *err)
{
    uint32_t n_sets = loader->atlas->n_boundaries, n_tables = loader->atlas->n_tables;
    enum eg_status status;
    if (item < n_sets) status = build_set(loader, item, err);
    else if (item - n_sets < n_tables) status = join_table(loader, item - n_sets, err);
    else status = read_places(loader, item - n_sets - n_tables, err);
    eg_progress_add(&loader->progress, 1);
    return status;
}

static enum eg_status build_phase(struct loader *loader, struct eg_error *err)
{
    const struct eg_atlas *atlas = loader->atlas;
    batch_of_sources(loader);
    for (uint32_t i = 0; i < atlas->n_tables + atlas->n_place_tables; i++)
        loader->batch[loader->n_batch++] = atlas->n_boundaries + i;
    eg_progress_begin(&loader->progress, "find borders, join tables");
    eg_progress_expect(&loader->progress, loader->n_batch);
    enum eg_status status = run_batch(loader, build_or_join, err);
    if (status) return status;
    uint32_t n_arcs = 0;
    for (uint32_t i = 0; i < atlas->n_boundaries; i++) {
        if (is_source(loader, i)) n_arcs += loader->reports[i].topology.n_arcs;
    }
    eg_log_stage_done(&loader->progress.stage, "%u arcs, %u tables", n_arcs, atlas->n_tables);
    return EG_OK;
}

/* --- planes of larger sets ------------------------------------------------------------------------------------------- */

static enum eg_status dissolve_plane(struct loader *loader, uint32_t set, struct eg_error *err)
{
    double started = eg_clock_monotonic_s();
    const struct eg_area_set *areas = &loader->sets[set];
    struct eg_plane *plane = NULL;
    enum eg_status status = eg_plane_dissolve(loader->sets[areas->base].plane, areas->parent_of_base,
                                              areas->n_areas, &plane, err);
    if (status == EG_OK) status = take_plane(loader, set, plane, err);
    if (status) return status;
    struct eg_boundaries_report *report = &loader->reports[set];
    report->topology.n_arcs = plane->n_arcs;
    for (uint32_t i = 0; i < plane->n_arcs; i++) {
        bool shared = plane->left[i] != EG_NO_AREA && plane->right[i] != EG_NO_AREA;
        report->topology.n_arcs_shared += shared;
    }
    report->seconds += eg_clock_monotonic_s() - started;
    return EG_OK;
}

static enum eg_status plane_phase(struct loader *loader, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    batch_of_dissolvable(loader, true);
    while (status == EG_OK && loader->n_batch > 0) {
        status = run_batch(loader, dissolve_plane, err);
        batch_of_dissolvable(loader, true);
    }
    return status;
}

/* --- finish ---------------------------------------------------------------------------------------------------------- */

static enum eg_status finish_phase(struct loader *loader, struct eg_error *err)
{
    struct eg_draft_list all = {0};
    enum eg_status status = EG_OK;
    for (uint32_t t = 0; t < loader->atlas->n_tables && status == EG_OK; t++) {
        for (size_t i = 0; i < loader->drafts[t].n && status == EG_OK; i++) {
            status = eg_draft_list_add(&all, loader->drafts[t].items[i], err);
        }
    }
    struct eg_aggregate_work work = {.atlas = loader->atlas,
                                     .sets = loader->sets,
                                     .nest = &loader->full->nest,
                                     .arena = rest_arena(loader)};
    if (status == EG_OK) {
        status = eg_series_finish(&work, &all, &loader->full->shown, &loader->full->report, err);
    }
    free(all.items); /* the drafts themselves belong to the tables' lists */
    return status;
}

static enum eg_status run_phases(struct loader *loader, struct eg_error *err)
{
    enum eg_status status = read_phase(loader, err);
    if (status == EG_OK) status = dissolve_phase(loader, err);
    if (status == EG_OK) status = build_phase(loader, err);
    if (status == EG_OK) status = plane_phase(loader, err);
    if (status == EG_OK) {
        status = eg_nest_build(loader->sets, loader->atlas->n_boundaries, rest_arena(loader),
                               &loader->full->nest, err);
    }
    if (status == EG_OK) status = finish_phase(loader, err);
    return status;
}

/* One line per set that says by which operation it came onto the map. */
static void log_sets(const struct loader *loader)
{
    for (uint32_t i = 0; i < loader->atlas->n_boundaries; i++) {
        const struct eg_boundaries_report *report = &loader->reports[i];
        if (!is_source(loader, i)) continue;
        char accuracy[48] = "accuracy not stated";
        if (report->accuracy_m >= 0)
            (void)snprintf(accuracy, sizeof accuracy, "accuracy %g m", report->accuracy_m);
        eg_log(EG_LOG_INFO, MODULE, "boundaries %.*s: %u areas from %s by %s (%s)",
               EG_TEXT_ARG(loader->atlas->boundaries[i].id), report->n_areas, report->crs, report->operation,
               accuracy);
    }
}

static void clear_loader(struct loader *loader)
{
    for (uint32_t i = 0; loader->loads && i < loader->atlas->n_boundaries; i++) {
        eg_source_areas_clear(&loader->loads[i].areas);
    }
    for (uint32_t i = 0; loader->drafts && i < loader->atlas->n_tables; i++)
        eg_draft_list_clear(&loader->drafts[i]);
    free(loader->loads);
    free(loader->drafts);
    free(loader->batch);
}

enum eg_status eg_generation_fill(struct eg_generation_full *full, uint32_t n_threads, struct eg_error *err)
{
    double started = eg_clock_monotonic_s();
    const struct eg_atlas *atlas = full->shown.atlas;
    struct loader loader = {.full = full,
                            .atlas = atlas,
                            .sets = full->shown.area_sets,
                            .reports = full->report.boundaries,
                            .n_threads = n_threads};
    eg_gdal_setup();
    loader.loads = eg_memory_zeroed(atlas->n_boundaries, sizeof *loader.loads);
    loader.drafts = eg_memory_zeroed(atlas->n_tables, sizeof *loader.drafts);
    loader.batch = eg_memory_zeroed((size_t)atlas->n_boundaries + atlas->n_tables + atlas->n_place_tables,
                                    sizeof *loader.batch);
    enum eg_status status = EG_OK;
    if (!loader.loads || !loader.drafts || !loader.batch) status = eg_error_no_memory(err, sizeof loader);
    for (uint32_t i = 0; i < atlas->n_boundaries; i++) {
        loader.sets[i].spec = &atlas->boundaries[i];
        loader.sets[i].base = EG_ATLAS_NONE;
        loader.reports[i].accuracy_m = -1;
    }
    if (status == EG_OK) status = run_phases(&loader, err);
    if (status == EG_OK) log_sets(&loader);
    clear_loader(&loader);
    full->report.seconds = eg_clock_monotonic_s() - started;
    full->report.peak_bytes = eg_memory_peak_bytes();
    return status;
}
