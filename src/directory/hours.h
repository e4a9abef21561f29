/* Which entries have the same schedules, so that a question about time is answered once for all of them. */
#ifndef EG_DIRECTORY_HOURS_H
#define EG_DIRECTORY_HOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "data/entries.h"
#include "directory/renumbering.h"

struct eg_hours {
    uint32_t n_groups;             /* the first is of entries without schedules */
    const uint32_t *group_of;      /* [entries] */
    const struct eg_entry **first; /* [n_groups] the first entry of each; NULL for the first group */
};

/* entries[n] in answer order; lives in the arena. Schedules are the same when their bytes are. */
EG_MUST_CHECK enum eg_status eg_hours_build(const struct eg_entry *const *entries, uint32_t n,
                                            struct eg_arena *arena, struct eg_hours *hours_out,
                                            struct eg_error *err);

/* The same from the hours before, without looking at most of the entries that stay. */
EG_MUST_CHECK enum eg_status eg_hours_follow(const struct eg_hours *before,
                                             const struct eg_renumbering *renumbering, struct eg_arena *arena,
                                             struct eg_hours *hours_out, struct eg_error *err);

/* Clears the bits of the entries without schedules, and of those for whose schedules the test says false. */
typedef bool eg_hours_test_fn(const struct eg_schedule *schedules, uint32_t n, const void *context);
EG_MUST_CHECK enum eg_status eg_hours_keep(const struct eg_hours *hours, eg_hours_test_fn *test,
                                           const void *context, uint64_t *bits, size_t n_bit_words,
                                           struct eg_error *err);

#endif
