/* 100,000 entries have some hundred kinds of hours. Looking into each entry would cost a cache miss and a calculation each (some ten
 * milliseconds); one number an entry and one calculation a group cost a fiftieth of that. */
#include "directory/hours.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/textmap.h"

enum verdict { NOT_ASKED, YES, NO };

static struct eg_text bytes_of(const struct eg_entry *entry)
{
    return (struct eg_text){(const char *)entry->schedules, entry->n_schedules * sizeof *entry->schedules};
}

/* Being made. */
struct hours {
    uint32_t *group_of;
    const struct eg_entry **first;
    struct eg_textmap *known; /* schedules of the groups */
    uint32_t n_groups;
};

static enum eg_status open_hours(struct hours *hours, uint32_t n, struct eg_arena *arena,
                                 struct eg_error *err)
{
    *hours = (struct hours){.group_of = eg_arena_array(arena, n, sizeof *hours->group_of),
                            .first = eg_arena_array(arena, (size_t)n + 1, sizeof *hours->first),
                            .known = eg_textmap_new(64),
                            .n_groups = 1};
    if (hours->group_of && hours->first && hours->known) return EG_OK;
    eg_textmap_free(hours->known);
    return eg_error_no_memory(err, n * sizeof *hours->first);
}

/* The group of an entry, which is the first of a new one where there is none. */
static enum eg_status group_entry(struct hours *hours, const struct eg_entry *entry, uint32_t *group_out,
                                  struct eg_error *err)
{
    *group_out = 0;
    if (entry->n_schedules == 0) return EG_OK;
    *group_out = eg_textmap_get(hours->known, bytes_of(entry));
    if (*group_out != EG_TEXTMAP_NONE) return EG_OK;
    hours->first[hours->n_groups] = entry;
    *group_out = hours->n_groups++;
    if (eg_textmap_put(hours->known, bytes_of(entry), *group_out, NULL) == EG_OK) return EG_OK;
    return eg_error_no_memory(err, sizeof *hours->first);
}

enum eg_status eg_hours_build(const struct eg_entry *const *entries, uint32_t n, struct eg_arena *arena,
                              struct eg_hours *hours_out, struct eg_error *err)
{
    struct hours hours;
    enum eg_status status = open_hours(&hours, n, arena, err);
    if (status != EG_OK) return status;
    for (uint32_t i = 0; i < n && status == EG_OK; i++)
        status = group_entry(&hours, entries[i], &hours.group_of[i], err);
    eg_textmap_free(hours.known);
    if (status == EG_OK) *hours_out = (struct eg_hours){hours.n_groups, hours.group_of, hours.first};
    return status;
}

/* Groups are numbered as they are first met, as they would be without those before: of each, one entry is looked at. */
static enum eg_status regroup(const struct eg_hours *before, const struct eg_renumbering *renumbering,
                              struct hours *hours, uint32_t *group_now, struct eg_error *err)
{
    struct eg_renumbering_walk walk = {.by = renumbering};
    enum eg_status status = EG_OK;
    uint32_t now, old;
    while (status == EG_OK && eg_renumbering_next(&walk, &now, &old)) {
        uint32_t *group = &hours->group_of[now];
        if (old != EG_NUMBER_GONE) *group = group_now[before->group_of[old]];
        if (old != EG_NUMBER_GONE && (*group > 0 || before->group_of[old] == 0)) continue;
        status = group_entry(hours, renumbering->after[now], group, err);
        if (old != EG_NUMBER_GONE) group_now[before->group_of[old]] = *group;
    }
    return status;
}

enum eg_status eg_hours_follow(const struct eg_hours *before, const struct eg_renumbering *renumbering,
                               struct eg_arena *arena, struct eg_hours *hours_out, struct eg_error *err)
{
    struct hours hours;
    enum eg_status status = open_hours(&hours, renumbering->n_after, arena, err);
    if (status != EG_OK) return status;
    uint32_t *group_now = eg_memory_zeroed(before->n_groups, sizeof *group_now); /* 0: not met yet */
    if (group_now) status = regroup(before, renumbering, &hours, group_now, err);
    else status = eg_error_no_memory(err, before->n_groups * sizeof *group_now);
    free(group_now);
    eg_textmap_free(hours.known);
    if (status == EG_OK) *hours_out = (struct eg_hours){hours.n_groups, hours.group_of, hours.first};
    return status;
}

enum eg_status eg_hours_keep(const struct eg_hours *hours, eg_hours_test_fn *test, const void *context,
                             uint64_t *bits, size_t n_bit_words, struct eg_error *err)
{
    uint8_t *verdicts = eg_memory_zeroed(hours->n_groups, sizeof *verdicts);
    if (!verdicts) return eg_error_no_memory(err, hours->n_groups);
    verdicts[0] = NO;
    for (size_t w = 0; w < n_bit_words; w++) {
        for (uint64_t word = bits[w]; word != 0; word &= word - 1) {
            uint32_t bit = (uint32_t)__builtin_ctzll(word);
            uint32_t group = hours->group_of[w * 64 + bit];
            if (verdicts[group] == NOT_ASKED) {
                const struct eg_entry *entry = hours->first[group];
                verdicts[group] = test(entry->schedules, entry->n_schedules, context) ? YES : NO;
            }
            if (verdicts[group] == NO) bits[w] &= ~(UINT64_C(1) << bit);
        }
    }
    free(verdicts);
    return EG_OK;
}
