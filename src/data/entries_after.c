/* A list of entries from the one before it. Nearly all of its items stay: those that were read when all were (`base` holds them), and those
 * that changed since, each in memory of its own. A change reads the entries that it reaches and puts them among the others. When those that
 * changed since are a quarter of all, all are read again, so that memory for what is gone stays within that. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/entries_internal.h"
#include "data/entry_records.h"
#include "data/record_reach.h"

struct following {
    const struct eg_entries_owner *before;
    struct eg_entries_owner *fresh;
    struct eg_record_reach reach;
    uint32_t at;  /* items of before that were looked at */
    uint32_t old; /* and of what stands alone */
    struct eg_entries_report *stored;
    struct eg_error *err;
};

/* Where an id stands in the items, or would; none before `low` is as great. */
static uint32_t place_of(const struct eg_entries *entries, struct eg_text id, uint32_t low)
{
    uint32_t high = entries->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (memcmp(entries->items[middle]->id, id.data, EG_UUID_TEXT_LEN) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

static bool is_at(const struct eg_entries *entries, uint32_t place, struct eg_text id)
{
    return place < entries->n && memcmp(entries->items[place]->id, id.data, EG_UUID_TEXT_LEN) == 0;
}

/* --- what stays ------------------------------------------------------------------------------------------------------------------ */

static void keep_until(struct following *following, uint32_t end)
{
    struct eg_entries *to = &following->fresh->entries;
    const struct eg_entries *from = &following->before->entries;
    uint32_t n = end - following->at;
    if (n > 0)
        memcpy((void *)(to->items + to->n), (const void *)(from->items + following->at),
               n * sizeof *to->items);
    to->n += n;
    following->at = end;
}

static void keep_alone(struct following *following, struct eg_entry_alone *alone)
{
    struct eg_entries_owner *fresh = following->fresh;
    eg_entry_alone_retain(alone);
    fresh->alone[fresh->n_alone++] = alone;
}

/* Those before an id; the one with it does not stay. */
static void keep_alone_until(struct following *following, struct eg_text id)
{
    const struct eg_entries_owner *before = following->before;
    while (following->old < before->n_alone) {
        struct eg_entry_alone *alone = before->alone[following->old];
        int order = id.data ? memcmp(alone->entry.id, id.data, EG_UUID_TEXT_LEN) : -1;
        if (order > 0) return;
        if (order < 0) keep_alone(following, alone);
        following->old++;
    }
}

/* --- what comes ------------------------------------------------------------------------------------------------------------------ */

static enum eg_status read_alone(struct following *following, const struct eg_record *service)
{
    struct eg_entries_owner *fresh = following->fresh;
    struct eg_arena *scratch = eg_arena_new((size_t)256 * 1024 * 1024);
    if (!scratch) return eg_error_no_memory(following->err, 0);
    struct eg_entry_source source = {.atlas = fresh->entries.atlas,
                                     .directory = eg_atlas_store_of(fresh->entries.atlas),
                                     .records = fresh->records,
                                     .arena = scratch};
    struct eg_entry entry;
    enum eg_status status = eg_entry_from_records(&source, service, &entry, following->err);
    struct eg_entry_alone *alone = status == EG_OK ? eg_entry_alone_new(&entry) : NULL;
    eg_arena_free(scratch);
    if (status != EG_OK) return status;
    if (!alone) return eg_error_no_memory(following->err, sizeof *alone);
    fresh->alone[fresh->n_alone++] = alone;
    fresh->entries.items[fresh->entries.n++] = &alone->entry;
    following->stored->n_without_position += eg_entry_placed_at(&alone->entry) == UINT32_MAX;
    following->stored->n_at_several += eg_entry_count_placed(&alone->entry) > 1;
    return EG_OK;
}

/* The entry of the store, or else of another directory with the same id, which that one hid. */
static enum eg_status put_what_is_now(struct following *following, struct eg_text id)
{
    struct eg_entries_owner *fresh = following->fresh;
    const struct eg_record *service = eg_records_find(fresh->records, EG_RECORD_SERVICE, id);
    if (service) return read_alone(following, service);
    uint32_t place = place_of(fresh->sourced, id, 0);
    if (is_at(fresh->sourced, place, id))
        fresh->entries.items[fresh->entries.n++] = fresh->sourced->items[place];
    return EG_OK;
}

static void leave_out(struct following *following, const struct eg_entry *gone)
{
    following->stored->n_without_position -= eg_entry_placed_at(gone) == UINT32_MAX;
    following->stored->n_at_several -= eg_entry_count_placed(gone) > 1;
}

static enum eg_status follow(struct following *following)
{
    const struct eg_entries *before = &following->before->entries;
    uint32_t store = eg_atlas_store_of(before->atlas);
    for (size_t i = 0; i < following->reach.n; i++) {
        struct eg_text id = following->reach.ids[i];
        uint32_t place = place_of(before, id, following->at);
        keep_until(following, place);
        keep_alone_until(following, id);
        if (is_at(before, place, id)) {
            if (before->items[place]->directory == store) leave_out(following, before->items[place]);
            following->at++;
        }
        enum eg_status status = put_what_is_now(following, id);
        if (status != EG_OK) return status;
    }
    keep_until(following, before->n);
    keep_alone_until(following, (struct eg_text){NULL, 0});
    return EG_OK;
}

/* --- all of it ------------------------------------------------------------------------------------------------------------------- */

static enum eg_status fill(struct following *following)
{
    const struct eg_entries_owner *before = following->before;
    struct eg_entries_owner *fresh = following->fresh;
    uint32_t n_directories = before->entries.atlas->n_directories;
    size_t most = before->entries.n + following->reach.n, most_alone = before->n_alone + following->reach.n;
    struct eg_entries_report *reports = eg_arena_array(fresh->arena, n_directories, sizeof *reports);
    fresh->entries.items = eg_memory_array(most, sizeof *fresh->entries.items);
    fresh->alone = eg_memory_array(most_alone, sizeof *fresh->alone);
    if (!reports || !fresh->entries.items || !fresh->alone)
        return eg_error_no_memory(following->err, most * sizeof *fresh->entries.items);
    memcpy(reports, before->entries.reports, n_directories * sizeof *reports);
    fresh->entries.reports = reports;
    following->stored = &reports[eg_atlas_store_of(before->entries.atlas)];
    following->stored->n_rows = following->stored->n_entries =
        eg_records_count(fresh->records, EG_RECORD_SERVICE);
    return follow(following);
}

static struct eg_entries_owner *owner_after(const struct eg_entries_owner *before, struct eg_records *records)
{
    struct eg_entries_owner *fresh = eg_entries_owner_new(before->entries.atlas);
    if (!fresh) return NULL;
    fresh->base = before->own ? (struct eg_entries *)(uintptr_t)&before->entries : before->base;
    fresh->seeds = before->seeds;
    fresh->sourced = before->sourced;
    fresh->records = records;
    eg_entries_retain(fresh->base);
    if (fresh->seeds) eg_entries_retain(fresh->seeds);
    eg_records_retain(records);
    return fresh;
}

/* Whether so many changed that all had better be read anew. */
static bool are_too_many(const struct eg_entries_owner *before, const struct eg_record_reach *reach)
{
    return before->n_alone + reach->n > 64 + before->entries.n / 4;
}

enum eg_status eg_entries_after(struct eg_entries *before, struct eg_records *records,
                                const struct eg_records_change *change, struct eg_entries **entries_out,
                                struct eg_error *err)
{
    struct following following = {.before = (const struct eg_entries_owner *)before, .err = err};
    EG_ASSERT(following.before->records);
    enum eg_status status =
        eg_record_reach(following.before->records, records, change, &following.reach, err);
    if (status != EG_OK) return status;
    if (are_too_many(following.before, &following.reach)) {
        eg_record_reach_clear(&following.reach);
        return eg_entries_with_records(following.before->sourced, records, entries_out, err);
    }
    following.fresh = owner_after(following.before, records);
    status = following.fresh ? fill(&following) : eg_error_no_memory(err, sizeof *following.fresh);
    eg_record_reach_clear(&following.reach);
    if (status == EG_OK) *entries_out = &following.fresh->entries;
    else if (following.fresh) eg_entries_free(&following.fresh->entries);
    return status;
}

enum eg_status eg_entries_compare(const struct eg_entries *before, const struct eg_entries *now,
                                  eg_entries_pair_fn *pair, void *context)
{
    enum eg_status status = EG_OK;
    uint32_t i = 0, j = 0;
    while ((i < before->n || j < now->n) && status == EG_OK) {
        if (i < before->n && j < now->n && before->items[i] == now->items[j]) {
            status = pair(context, i++, j++, false);
            continue;
        }
        int order = i == before->n ? 1 : -1;
        if (i < before->n && j < now->n)
            order = memcmp(before->items[i]->id, now->items[j]->id, EG_UUID_TEXT_LEN);
        status = pair(context, order <= 0 ? i : EG_ENTRIES_NONE, order >= 0 ? j : EG_ENTRIES_NONE, true);
        i += order <= 0;
        j += order >= 0;
    }
    return status;
}
