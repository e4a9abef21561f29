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

enum eg_status eg_hours_build(const struct eg_entry *const *entries, uint32_t n, struct eg_arena *arena,
                              struct eg_hours *hours_out, struct eg_error *err)
{
    uint32_t *group_of = eg_arena_array(arena, n, sizeof *group_of);
    const struct eg_entry **first = eg_arena_array(arena, (size_t)n + 1, sizeof *first);
    struct eg_textmap *known = eg_textmap_new(64);
    enum eg_status status = EG_OK;
    uint32_t n_groups = 1;
    if (!group_of || !first || !known) status = eg_error_no_memory(err, n * sizeof *first);
    for (uint32_t i = 0; i < n && status == EG_OK; i++) {
        if (entries[i]->n_schedules == 0) continue;
        group_of[i] = eg_textmap_get(known, bytes_of(entries[i]));
        if (group_of[i] != EG_TEXTMAP_NONE) continue;
        first[n_groups] = entries[i];
        group_of[i] = n_groups++;
        if (eg_textmap_put(known, bytes_of(entries[i]), group_of[i], NULL) != EG_OK)
            status = eg_error_no_memory(err, sizeof *first);
    }
    eg_textmap_free(known);
    if (status == EG_OK) *hours_out = (struct eg_hours){n_groups, group_of, first};
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
