/* Entries of sources and of a store together: two runs in the order of their ids, merged. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "data/entries_internal.h"
#include "data/entry_records.h"

static enum eg_status read_services(struct eg_entries_owner *owner, struct eg_entry *to, struct eg_error *err)
{
    struct eg_entry_source source = {.atlas = owner->entries.atlas,
                                     .directory = eg_atlas_store_of(owner->entries.atlas),
                                     .records = owner->records,
                                     .arena = owner->arena};
    uint32_t n = eg_records_count(owner->records, EG_RECORD_SERVICE);
    for (uint32_t i = 0; i < n; i++) {
        enum eg_status status =
            eg_entry_from_records(&source, eg_records_at(owner->records, EG_RECORD_SERVICE, i), &to[i], err);
        if (status != EG_OK) return status;
    }
    return EG_OK;
}

/* The store's, which are the owner's own, and the others; of two with one id the store's. */
static uint32_t merge(const struct eg_entries *base, const struct eg_entry *stored, uint32_t n_stored,
                      const struct eg_entry **items)
{
    uint32_t n = 0, s = 0;
    for (uint32_t b = 0; b < base->n; b++) {
        int order = -1;
        while (s < n_stored && (order = memcmp(stored[s].id, base->items[b]->id, EG_UUID_TEXT_LEN)) < 0)
            items[n++] = &stored[s++];
        if (s >= n_stored || order != 0) items[n++] = base->items[b];
    }
    while (s < n_stored) items[n++] = &stored[s++];
    return n;
}

static enum eg_status fill(struct eg_entries_owner *owner, struct eg_error *err)
{
    const struct eg_entries *base = owner->base;
    uint32_t n_stored = eg_records_count(owner->records, EG_RECORD_SERVICE);
    uint32_t n_all = base->n + n_stored;
    struct eg_entries_report *reports =
        eg_arena_array(owner->arena, owner->entries.atlas->n_directories, sizeof *reports);
    struct eg_entry *own = owner->own = eg_memory_array(n_stored, sizeof *own);
    owner->entries.items = eg_memory_array(n_all, sizeof *owner->entries.items);
    if (!reports || !own || !owner->entries.items) return eg_error_no_memory(err, n_stored * sizeof *own);
    enum eg_status status = read_services(owner, own, err);
    if (status != EG_OK) return status;
    for (uint32_t i = 0; i < owner->entries.atlas->n_directories; i++) reports[i] = base->reports[i];
    struct eg_entries_report *stored = &reports[eg_atlas_store_of(owner->entries.atlas)];
    stored->n_rows = stored->n_entries = n_stored;
    stored->read_s = eg_clock_unix_s();
    for (uint32_t i = 0; i < n_stored; i++) {
        stored->n_without_position += eg_entry_placed_at(&own[i]) == UINT32_MAX;
        stored->n_at_several += eg_entry_count_placed(&own[i]) > 1;
    }
    owner->entries.reports = reports;
    owner->entries.n = merge(base, own, n_stored, owner->entries.items);
    return EG_OK;
}

enum eg_status eg_entries_with_records(struct eg_entries *entries, struct eg_records *records,
                                       struct eg_entries **entries_out, struct eg_error *err)
{
    struct eg_entries_owner *owner = eg_entries_owner_new(entries->atlas);
    if (!owner) return eg_error_no_memory(err, sizeof *owner);
    EG_ASSERT(eg_atlas_store_of(entries->atlas) != EG_ATLAS_NONE);
    eg_entries_retain(entries);
    eg_records_retain(records);
    owner->base = owner->sourced = entries;
    owner->records = records;
    enum eg_status status = fill(owner, err);
    if (status == EG_OK) *entries_out = &owner->entries;
    else eg_entries_free(&owner->entries);
    return status;
}

void eg_entries_report_seeds(struct eg_entries *entries, struct eg_entries *seeds)
{
    struct eg_entries_owner *owner = (struct eg_entries_owner *)entries;
    EG_ASSERT(!owner->seeds);
    eg_entries_retain(seeds);
    owner->seeds = seeds;
    for (uint32_t i = 0; i < entries->atlas->n_directories; i++)
        if (entries->atlas->directories[i].is_seed) entries->reports[i] = seeds->reports[i];
}
