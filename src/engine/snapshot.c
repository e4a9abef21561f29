/* A snapshot owns the atlas, the generation, the directory and the layers, in the order in which they lean on one another. */
#include "engine/snapshot.h"

#include <inttypes.h>
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

/* --- the version of all that is said --------------------------------------------------------------------------------------- */

static void add_text(struct eg_buffer *content, struct eg_text text)
{
    eg_buffer_text(content, text);
    eg_buffer_char(content, '\t');
}

static void add_place(struct eg_buffer *content, const struct eg_entry_place *place)
{
    add_text(content, place->location);
    add_text(content, place->name);
    add_text(content, place->address);
    add_text(content, place->postcode);
    add_text(content, place->phone);
    add_text(content, place->hours);
    eg_buffer_printf(content, "%d %.9g %.9g\t", place->has_position, place->lon_deg, place->lat_deg);
    for (uint32_t i = 0; i < place->n_accessibility; i++) add_text(content, place->accessibility[i]);
}

static void add_funding(struct eg_buffer *content, const struct eg_entry_funding *funding)
{
    add_text(content, funding->funder);
    add_text(content, funding->amount);
    add_text(content, funding->currency);
    add_text(content, funding->title);
    add_text(content, funding->start);
    add_text(content, funding->end);
}

static void add_entry(struct eg_buffer *content, const struct eg_entry *entry)
{
    eg_buffer_literal(content, entry->id);
    add_text(content, entry->organization_id);
    for (size_t n = 0; n < EG_N_REGISTERS; n++) add_text(content, entry->register_number[n]);
    for (size_t n = 0; n < EG_N_OTHER_NAMES; n++) add_text(content, entry->other_name[n]);
    add_text(content, entry->place_name);
    for (size_t n = 0; n < EG_N_GIVING; n++) add_text(content, entry->giving[n]);
    for (uint32_t f = 0; f < EG_N_ENTRY_FIELDS; f++) add_text(content, entry->field[f]);
    add_text(content, entry->area_geojson);
    for (uint32_t s = 0; s < eg_entry_count_served(entry); s++) {
        struct eg_served_areas served = eg_entry_served(entry, s);
        eg_buffer_printf(content, "%u\t", served.boundaries);
        for (uint32_t i = 0; i < served.n; i++) add_text(content, served.codes[i]);
    }
    for (uint32_t i = 0; i < entry->n_places; i++) add_place(content, &entry->places[i]);
    for (uint32_t i = 0; i < entry->n_fundings; i++) add_funding(content, &entry->fundings[i]);
}

/* What entries say, as a sum of hashes: so that what one says is taken away and added without looking at the others. */
struct saying {
    struct eg_buffer content;
    const struct eg_entries *before, *now;
    uint64_t sum[2];
};

static void say(struct saying *saying, const struct eg_entry *entry, bool no_longer)
{
    struct eg_buffer *content = &saying->content;
    content->len = 0;
    add_entry(content, entry);
    for (uint32_t i = 0; i < 2 && !content->failed; i++) {
        uint64_t hash = eg_hash64(content->data, content->len, i);
        saying->sum[i] = no_longer ? saying->sum[i] - hash : saying->sum[i] + hash;
    }
}

static enum eg_status say_pair(void *context, uint32_t before, uint32_t now, bool changed)
{
    struct saying *saying = context;
    if (changed && before != EG_ENTRIES_NONE) say(saying, saying->before->items[before], true);
    if (changed && now != EG_ENTRIES_NONE) say(saying, saying->now->items[now], false);
    return saying->content.failed ? EG_NO_MEMORY : EG_OK;
}

/* `before` is a snapshot with the same version from which this one's entries follow, or NULL. */
static enum eg_status compute_content_version(struct eg_snapshot *snapshot, const struct eg_snapshot *before,
                                              struct eg_error *err)
{
    struct saying saying = {.now = eg_directory_entries(snapshot->directory)};
    enum eg_status status = EG_OK;
    eg_buffer_init(&saying.content, 0);
    if (before) {
        memcpy(saying.sum, before->content, sizeof saying.sum);
        saying.before = eg_directory_entries(before->directory);
        status = eg_entries_compare(saying.before, saying.now, say_pair, &saying);
    }
    for (uint32_t i = 0; i < saying.now->n && !before && !saying.content.failed; i++)
        say(&saying, saying.now->items[i], false);
    saying.content.len = 0;
    eg_buffer_literal(&saying.content, snapshot->version);
    eg_buffer_printf(&saying.content, "\t%" PRIu64 "\t%" PRIu64, saying.sum[0], saying.sum[1]);
    if (saying.content.failed) status = eg_error_no_memory(err, saying.content.len);
    if (status == EG_OK) eg_hash128_hex(saying.content.data, saying.content.len, snapshot->content_version);
    memcpy(snapshot->content, saying.sum, sizeof saying.sum);
    eg_buffer_clear(&saying.content);
    return status;
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
    if (status == EG_OK) status = compute_content_version(snapshot, NULL, err);
    if (status != EG_OK) {
        free_parts(snapshot);
        return status;
    }
    *snapshot_out = snapshot;
    return EG_OK;
}

/* Over the same ground, without a directory. */
static struct eg_snapshot *new_above(struct eg_snapshot *snapshot, struct eg_records *records,
                                     struct eg_error *err)
{
    struct eg_snapshot *ground = snapshot->ground ? snapshot->ground : snapshot;
    struct eg_snapshot *fresh = eg_memory_zeroed(1, sizeof *fresh);
    enum eg_status status = fresh ? EG_OK : eg_error_no_memory(err, sizeof *fresh);
    if (status != EG_OK) return NULL;
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
    return fresh;
}

enum eg_status eg_snapshot_with_records(struct eg_snapshot *snapshot, struct eg_records *records,
                                        struct eg_snapshot **snapshot_out, struct eg_error *err)
{
    struct eg_snapshot *fresh = new_above(snapshot, records, err);
    if (!fresh) return EG_NO_MEMORY;
    struct eg_entries *entries = NULL;
    enum eg_status status = eg_entries_with_records(fresh->ground->sourced, records, &entries, err);
    if (status == EG_OK) status = take_entries(fresh, entries, err);
    if (status == EG_OK) status = compute_content_version(fresh, NULL, err);
    if (status != EG_OK) {
        free_parts(fresh);
        return status;
    }
    *snapshot_out = fresh;
    return EG_OK;
}

/* Lists that nobody has asked for are not made, and those that cannot be carried over are when somebody asks. */
static void carry_lists(struct eg_snapshot *before, const struct eg_records_change *change,
                        struct eg_snapshot *fresh)
{
    struct eg_hsds *next = NULL;
    const struct eg_hsds *made = atomic_load_explicit(&before->hsds, memory_order_acquire);
    if (!made || !before->records) return;
    if (eg_hsds_after(made, fresh->directory, fresh->records, change, &next, NULL) == EG_OK)
        atomic_store_explicit(&fresh->hsds, next, memory_order_release);
}

enum eg_status eg_snapshot_after(struct eg_snapshot *snapshot, struct eg_records *records,
                                 const struct eg_records_change *change, struct eg_snapshot **snapshot_out,
                                 struct eg_error *err)
{
    struct eg_snapshot *fresh = new_above(snapshot, records, err);
    if (!fresh) return EG_NO_MEMORY;
    struct eg_entries *entries = NULL;
    struct eg_entries *before = (struct eg_entries *)(uintptr_t)eg_directory_entries(snapshot->directory);
    enum eg_status status = eg_entries_after(before, records, change, &entries, err);
    if (status == EG_OK) {
        status = eg_directory_follow(snapshot->directory, entries, &fresh->directory, err);
        if (status != EG_OK) eg_entries_free(entries);
    }
    if (status == EG_OK) status = compute_content_version(fresh, snapshot, err);
    if (status != EG_OK) {
        free_parts(fresh);
        return status;
    }
    carry_lists(snapshot, change, fresh);
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
