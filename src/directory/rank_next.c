/* By the time at which entries open or take place next. Entries with the same hours have the same time (directory/hours.h), so it is worked
 * out once for each group that matches; what has no time to come follows in the usual order. */
#include <stdlib.h>

#include "base/memory.h"
#include "directory/bits.h"
#include "directory/directory_internal.h"

#define UNKNOWN INT64_MIN
#define NEVER INT64_MAX

struct timed {
    int64_t at_min;
    uint32_t number;
};

static int compare(const void *a, const void *b)
{
    const struct timed *left = a, *right = b;
    if (left->at_min != right->at_min) return left->at_min < right->at_min ? -1 : 1;
    return left->number < right->number ? -1 : left->number > right->number ? 1 : 0;
}

static int64_t next_of(const struct eg_entry *entry, int64_t from_min)
{
    struct eg_occurrence next;
    int64_t last = (int64_t)EG_SCHEDULE_NO_END * EG_SCHEDULE_DAY_MINUTES;
    if (!entry || !eg_schedules_next(entry->schedules, entry->n_schedules, from_min, last, &next))
        return NEVER;
    return next.day * EG_SCHEDULE_DAY_MINUTES + (next.opens_min == EG_SCHEDULE_NO_TIME ? 0 : next.opens_min);
}

static void gather(const struct eg_directory *directory, const uint64_t *matches, int64_t from_min,
                   int64_t *of_group, struct timed *timed)
{
    const struct eg_hours *hours = &directory->hours;
    uint32_t n = 0;
    for (uint32_t g = 0; g < hours->n_groups; g++) of_group[g] = UNKNOWN;
    for (size_t w = 0; w < eg_bits_words(directory->entries->n); w++) {
        for (uint64_t word = matches[w]; word != 0; word &= word - 1) {
            uint32_t number = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(word);
            uint32_t group = hours->group_of[number];
            if (of_group[group] == UNKNOWN) of_group[group] = next_of(hours->first[group], from_min);
            timed[n++] = (struct timed){of_group[group], number};
        }
    }
}

enum eg_status eg_rank_by_next(const struct eg_directory *directory, const uint64_t *matches,
                               int64_t from_min, uint32_t *sorted, uint32_t n, struct eg_error *err)
{
    struct timed *timed = eg_memory_array(n, sizeof *timed);
    int64_t *of_group = eg_memory_array(directory->hours.n_groups, sizeof *of_group);
    if (timed && of_group) {
        gather(directory, matches, from_min, of_group, timed);
        qsort(timed, n, sizeof *timed, compare);
        for (uint32_t i = 0; i < n; i++) sorted[i] = timed[i].number;
    }
    enum eg_status status = timed && of_group ? EG_OK : eg_error_no_memory(err, n * sizeof *timed);
    free(timed);
    free(of_group);
    return status;
}
