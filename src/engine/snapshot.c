/* A snapshot owns the atlas, the generation, the directory and the layers, in the order in which they lean on one another. */
#include "engine/snapshot.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "engine/crs_list.h"
#include "engine/gazetteer.h"
#include "engine/layer.h"
#include "engine/projected.h"
#include "engine/tile_sets.h"

static void free_parts(struct eg_snapshot *snapshot)
{
    eg_hsds_free(atomic_load(&snapshot->hsds));
    pthread_mutex_destroy(&snapshot->hsds_lock);
    eg_directory_free(snapshot->directory);
    eg_records_release(snapshot->records);
    if (snapshot->ground) {
        eg_snapshot_release(snapshot->ground);
    } else {
        eg_gazetteer_free(snapshot->gazetteer);
        eg_projected_free(snapshot->projected);
        eg_tile_sets_free(snapshot->tile_sets);
        eg_crs_list_free(snapshot->crs_list);
        eg_layers_free(snapshot->layers);
        eg_entries_free(snapshot->sourced);
        eg_generation_release(snapshot->generation);
        eg_atlas_free(snapshot->atlas);
    }
    free(snapshot);
}

/* Indexes the entries, which it takes over, also on failure. */
static enum eg_status take_entries(struct eg_snapshot *snapshot, struct eg_entries *entries,
                                   struct eg_error *err)
{
    enum eg_status status = eg_directory_new(entries, snapshot->generation, &snapshot->directory, err);
    if (status != EG_OK) eg_entries_free(entries);
    return status;
}

static enum eg_status load_directory(struct eg_snapshot *snapshot, struct eg_error *err)
{
    enum eg_status status = eg_entries_load(snapshot->atlas, &snapshot->sourced, err);
    if (status != EG_OK) return status;
    eg_entries_retain(snapshot->sourced);
    return take_entries(snapshot, snapshot->sourced, err);
}

static enum eg_status prepare_projections(struct eg_snapshot *snapshot, struct eg_error *err)
{
    struct eg_projected_options options = {.generation = snapshot->generation,
                                           .budget_bytes = snapshot->atlas->server.projected_cache_bytes};
    enum eg_status status = eg_crs_list_new(snapshot->generation, &snapshot->crs_list, err);
    if (status == EG_OK) status = eg_projected_new(&options, &snapshot->projected, err);
    if (status == EG_OK)
        status = eg_tile_sets_new(snapshot->generation, snapshot->crs_list, &snapshot->tile_sets, err);
    return status;
}

static void add_entry(struct eg_buffer *content, const struct eg_entry *entry)
{
    eg_buffer_literal(content, entry->id);
    for (uint32_t f = 0; f < EG_N_ENTRY_FIELDS; f++) {
        eg_buffer_text(content, entry->field[f]);
        eg_buffer_char(content, '\t');
    }
    eg_buffer_text(content, entry->area_geojson);
}

struct eg_report_subject eg_snapshot_subject(const struct eg_snapshot *snapshot)
{
    return (struct eg_report_subject){snapshot->generation, eg_directory_entries(snapshot->directory)};
}

/* A cell that cannot be read gives the same numbers as an empty one, and another report. */
static enum eg_status add_report(const struct eg_snapshot *snapshot, struct eg_buffer *content,
                                 struct eg_error *err)
{
    struct eg_json *json = eg_json_new_object();
    if (!json) return eg_error_no_memory(err, 0);
    eg_report_json(eg_snapshot_subject(snapshot), json, eg_json_root(json));
    enum eg_status status = eg_json_finish(json, false, content, err);
    eg_json_free(json);
    return status;
}

/* The version covers what is drawn: the generation's own version, the tile matrix sets and the report. */
static enum eg_status compute_version(struct eg_snapshot *snapshot, struct eg_error *err)
{
    struct eg_buffer content;
    eg_buffer_init(&content, 0);
    eg_buffer_literal(&content, EG_VERSION);
    eg_buffer_char(&content, '\t');
    eg_buffer_literal(&content, snapshot->generation->version);
    for (uint32_t i = 0; i < eg_tile_sets_count(snapshot->tile_sets); i++)
        eg_buffer_text(&content, eg_tile_sets_at(snapshot->tile_sets, i)->json);
    enum eg_status status = add_report(snapshot, &content, err);
    if (status == EG_OK && content.failed) status = eg_error_no_memory(err, content.len);
    if (status == EG_OK) {
        eg_hash128_hex(content.data, content.len, snapshot->version);
        snapshot->version_number = eg_hash64(snapshot->version, sizeof snapshot->version, 0);
    }
    eg_buffer_clear(&content);
    return status;
}

/* The version and every directory entry: a chain of hashes, one link an entry, so that a directory of any size needs the memory of its
 * longest entry. */
static enum eg_status compute_content_version(struct eg_snapshot *snapshot, struct eg_error *err)
{
    struct eg_buffer content;
    eg_buffer_init(&content, 0);
    eg_buffer_literal(&content, snapshot->version);
    const struct eg_entries *entries = eg_directory_entries(snapshot->directory);
    for (uint32_t i = 0; i < entries->n && !content.failed; i++) {
        char so_far[33];
        eg_hash128_hex(content.data, content.len, so_far);
        content.len = 0;
        eg_buffer_literal(&content, so_far);
        add_entry(&content, entries->items[i]);
    }
    bool failed = content.failed;
    if (!failed) eg_hash128_hex(content.data, content.len, snapshot->content_version);
    eg_buffer_clear(&content);
    return failed ? eg_error_no_memory(err, 0) : EG_OK;
}

enum eg_status eg_snapshot_load(const char *atlas_path, uint32_t n_threads, struct eg_snapshot **snapshot_out,
                                struct eg_error *err)
{
    struct eg_snapshot *snapshot = eg_memory_zeroed(1, sizeof *snapshot);
    if (!snapshot) return eg_error_no_memory(err, sizeof *snapshot);
    atomic_init(&snapshot->references, 1);
    pthread_mutex_init(&snapshot->hsds_lock, NULL);
    enum eg_status status = eg_atlas_read(atlas_path, &snapshot->atlas, err);
    if (status == EG_OK) status = eg_generation_load(snapshot->atlas, n_threads, &snapshot->generation, err);
    if (status == EG_OK)
        status = eg_gazetteer_new(snapshot->generation, n_threads, &snapshot->gazetteer, err);
    if (status == EG_OK) status = load_directory(snapshot, err);
    if (status == EG_OK)
        status = eg_layers_new(snapshot->atlas, snapshot->generation, &snapshot->layers, err);
    if (status == EG_OK) status = prepare_projections(snapshot, err);
    if (status == EG_OK) status = compute_version(snapshot, err);
    if (status == EG_OK) status = compute_content_version(snapshot, err);
    if (status != EG_OK) {
        free_parts(snapshot);
        return status;
    }
    *snapshot_out = snapshot;
    return EG_OK;
}

enum eg_status eg_snapshot_with_records(struct eg_snapshot *snapshot, struct eg_records *records,
                                        struct eg_snapshot **snapshot_out, struct eg_error *err)
{
    struct eg_snapshot *ground = snapshot->ground ? snapshot->ground : snapshot;
    struct eg_snapshot *fresh = eg_memory_zeroed(1, sizeof *fresh);
    if (!fresh) return eg_error_no_memory(err, sizeof *fresh);
    fresh->atlas = ground->atlas;
    fresh->generation = ground->generation;
    fresh->layers = ground->layers;
    fresh->crs_list = ground->crs_list;
    fresh->tile_sets = ground->tile_sets;
    fresh->projected = ground->projected;
    fresh->gazetteer = ground->gazetteer;
    memcpy(fresh->version, ground->version, sizeof fresh->version);
    fresh->version_number = ground->version_number;
    fresh->ground = ground;
    fresh->records = records;
    atomic_init(&fresh->references, 1);
    pthread_mutex_init(&fresh->hsds_lock, NULL);
    eg_snapshot_retain(ground);
    eg_records_retain(records);
    struct eg_entries *entries = NULL;
    enum eg_status status = eg_entries_with_records(ground->sourced, records, &entries, err);
    if (status == EG_OK) status = take_entries(fresh, entries, err);
    if (status == EG_OK) status = compute_content_version(fresh, err);
    if (status != EG_OK) {
        free_parts(fresh);
        return status;
    }
    *snapshot_out = fresh;
    return EG_OK;
}

enum eg_status eg_snapshot_hsds(struct eg_snapshot *snapshot, const struct eg_hsds **hsds_out,
                                struct eg_error *err)
{
    struct eg_hsds *made = atomic_load_explicit(&snapshot->hsds, memory_order_acquire);
    enum eg_status status = EG_OK;
    if (!made) {
        pthread_mutex_lock(&snapshot->hsds_lock);
        made = atomic_load_explicit(&snapshot->hsds, memory_order_relaxed);
        if (!made) status = eg_hsds_new(snapshot->directory, snapshot->records, &made, err);
        if (status == EG_OK) atomic_store_explicit(&snapshot->hsds, made, memory_order_release);
        pthread_mutex_unlock(&snapshot->hsds_lock);
    }
    if (status == EG_OK) *hsds_out = made;
    return status;
}

void eg_snapshot_retain(struct eg_snapshot *snapshot)
{
    atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
}

void eg_snapshot_release(struct eg_snapshot *snapshot)
{
    if (!snapshot) return;
    if (atomic_fetch_sub_explicit(&snapshot->references, 1, memory_order_acq_rel) == 1) free_parts(snapshot);
}
