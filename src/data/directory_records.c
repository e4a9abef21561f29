#include "data/directory_records.h"

#include "base/log.h"
#include "data/entries.h"
#include "data/entry_records.h"
#include "data/records_json.h"

#define ARENA_CEILING_BYTES ((size_t)4 * 1024 * 1024 * 1024)

/* --- what there is -------------------------------------------------------------------------------------------------------------- */

static enum eg_status record_all(const struct eg_entries *entries, struct eg_records_builder *builder,
                                 struct eg_error *err)
{
    struct eg_entry_recorder *recorder = NULL;
    char doubt[EG_ENTRY_DOUBT_BYTES];
    uint32_t n_doubts = 0;
    enum eg_status status = eg_entry_recorder_new(entries->atlas, builder, &recorder, err);
    for (uint32_t i = 0; i < entries->n && status == EG_OK; i++) {
        status = eg_entry_record(recorder, entries->items[i], doubt, err);
        if (status == EG_OK && doubt[0] && n_doubts++ == 0)
            eg_log(EG_LOG_WARNING, "directory", "'%.*s': %s",
                   EG_TEXT_SHOWN(entries->items[i]->field[EG_ENTRY_NAME], 80), doubt);
    }
    if (status == EG_OK && n_doubts > 1)
        eg_log(EG_LOG_WARNING, "directory", "%u entries were put right like this", n_doubts);
    eg_entry_recorder_free(recorder);
    return status;
}

/* The entries of the sources, or of those that fill the store, as records. */
static enum eg_status from_sources(const struct eg_atlas *atlas, bool seeds, struct eg_records **records_out,
                                   struct eg_error *err)
{
    struct eg_entries *entries = NULL;
    struct eg_records_builder *builder = NULL;
    enum eg_status status = eg_records_builder_new(&builder, err);
    if (status == EG_OK)
        status = seeds ? eg_entries_load_seeds(atlas, &entries, err) : eg_entries_load(atlas, &entries, err);
    if (status == EG_OK) status = record_all(entries, builder, err);
    if (status == EG_OK) status = eg_records_finish(builder, records_out, err);
    eg_records_builder_free(builder);
    eg_entries_free(entries);
    return status;
}

enum eg_status eg_directory_stored(const struct eg_atlas *atlas, struct eg_store *store,
                                   struct eg_records **records_out, uint64_t *revision_out,
                                   struct eg_error *err)
{
    struct eg_records_builder *builder = NULL;
    uint64_t revision = 0;
    enum eg_status status = eg_records_builder_new(&builder, err);
    if (status == EG_OK && store) status = eg_store_load(store, builder, &revision, err);
    if (status == EG_OK && revision == 0) status = from_sources(atlas, true, records_out, err);
    else if (status == EG_OK) status = eg_records_finish(builder, records_out, err);
    eg_records_builder_free(builder);
    if (status == EG_OK) *revision_out = revision;
    return status;
}

enum eg_status eg_directory_open_stored(const struct eg_atlas *atlas, struct eg_records **records_out,
                                        bool *has_store_out, struct eg_error *err)
{
    struct eg_store *store = NULL;
    uint64_t revision;
    struct eg_text path = atlas->directories[eg_atlas_store_of(atlas)].store.path;
    enum eg_status status = eg_store_open(path, false, &store, err);
    if (status == EG_NOT_FOUND) status = EG_OK;
    if (status == EG_OK) status = eg_directory_stored(atlas, store, records_out, &revision, err);
    if (status == EG_OK) *has_store_out = store != NULL;
    eg_store_close(store);
    return status;
}

/* Both in one; where both have a row, that of `first`. */
static enum eg_status join(struct eg_records *first, const struct eg_records *second,
                           struct eg_records **records_out, struct eg_error *err)
{
    struct eg_arena *arena = eg_arena_new(ARENA_CEILING_BYTES);
    uint32_t n_all = 0;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        n_all += eg_records_count(second, (enum eg_record_table)t);
    struct eg_record *puts = arena ? eg_arena_array(arena, n_all, sizeof *puts) : NULL;
    struct eg_records_change change = {.puts = puts};
    for (unsigned t = 0; t < EG_N_RECORD_TABLES && puts; t++)
        for (uint32_t i = 0; i < eg_records_count(second, (enum eg_record_table)t); i++) {
            const struct eg_record *row = eg_records_at(second, (enum eg_record_table)t, i);
            if (!eg_records_find(first, row->table, row->field[0])) puts[change.n_puts++] = *row;
        }
    enum eg_status status = puts || n_all == 0 ? eg_records_apply(first, &change, records_out, err)
                                               : eg_error_no_memory(err, n_all * sizeof *puts);
    eg_arena_free(arena);
    return status;
}

enum eg_status eg_directory_records(const struct eg_atlas *atlas, struct eg_records **records_out,
                                    struct eg_error *err)
{
    struct eg_records *sourced = NULL, *stored = NULL;
    bool has_store;
    enum eg_status status = from_sources(atlas, false, &sourced, err);
    if (status == EG_OK && eg_atlas_store_of(atlas) == EG_ATLAS_NONE) {
        *records_out = sourced;
        return EG_OK;
    }
    if (status == EG_OK) status = eg_directory_open_stored(atlas, &stored, &has_store, err);
    if (status == EG_OK) status = join(stored, sourced, records_out, err);
    eg_records_release(sourced);
    eg_records_release(stored);
    return status;
}
