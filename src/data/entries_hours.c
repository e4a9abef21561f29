/* When the entries of a table are open. Hours repeat from row to row (a county's libraries), and are then read once. */
#include <string.h>

#include "data/entries_internal.h"

static enum eg_status keep(struct eg_arena *arena, const struct eg_schedule *schedules, uint32_t n,
                           const struct eg_schedule **kept_out, struct eg_error *err)
{
    struct eg_schedule *kept = n > 0 ? eg_arena_array(arena, n, sizeof *kept) : NULL;
    if (!kept && n > 0) return eg_error_no_memory(err, n * sizeof *kept);
    if (n > 0) memcpy(kept, schedules, n * sizeof *kept);
    *kept_out = kept;
    return EG_OK;
}

static enum eg_status read_text(struct eg_entry_loader *loader, struct eg_text text, struct eg_error *err)
{
    struct eg_schedule schedules[EG_SCHEDULE_HOURS_MAX];
    struct eg_entry_hours hours = {.text = text};
    hours.doubtful = !eg_schedules_from_dated_hours(text, schedules, &hours.n);
    enum eg_status status = keep(loader->arena, schedules, hours.n, &hours.schedules, err);
    if (status == EG_OK) loader->hours = hours;
    return status;
}

static enum eg_status read_dates(struct eg_entry_loader *loader, struct eg_entry *entry, struct eg_error *err)
{
    struct eg_schedule schedule;
    if (entry->kind != EG_KIND_TRAINING ||
        !eg_schedule_from_dates(entry->field[EG_ENTRY_START], entry->field[EG_ENTRY_END], &schedule))
        return EG_OK;
    entry->n_schedules = 1;
    return keep(loader->arena, &schedule, 1, &entry->schedules, err);
}

enum eg_status eg_entry_read_hours(struct eg_entry_loader *loader, struct eg_entry *entry,
                                   struct eg_error *err)
{
    struct eg_text text = entry->field[EG_ENTRY_HOURS];
    if (text.len == 0) return read_dates(loader, entry, err);
    enum eg_status status = EG_OK;
    if (text.data != loader->hours.text.data) status = read_text(loader, text, err);
    if (status != EG_OK) return status;
    if (loader->hours.doubtful && loader->report->n_doubtful_hours++ == 0)
        loader->report->doubtful_hours = text;
    entry->schedules = loader->hours.schedules;
    entry->n_schedules = loader->hours.n;
    return EG_OK;
}
