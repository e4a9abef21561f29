/* How the numbers of entries change from one list of entries to the next, for indexes that are made from those before: most entries stay,
 * in the order that they had, a few go and a few come. */
#ifndef EG_DIRECTORY_RENUMBERING_H
#define EG_DIRECTORY_RENUMBERING_H

#include <stdint.h>

#include "data/entries.h"

#define EG_NUMBER_GONE UINT32_MAX

struct eg_renumbering {
    uint32_t n_before, n_after, n_gone, n_come;
    const uint32_t *to;   /* [n_before] number before -> number now, or EG_NUMBER_GONE; ascending */
    const uint32_t *gone; /* [n_gone] numbers before, ascending */
    const uint32_t *come; /* [n_come] numbers now, ascending */
    const struct eg_entry *const
        *before; /* [n_before] entries in answer order; an entry that changed is gone and came */
    const struct eg_entry *const *after; /* [n_after] */
};

/* Goes through all entries as they are numbered now. */
struct eg_renumbering_walk {
    const struct eg_renumbering *by;
    uint32_t now, before, come; /* what comes next */
};

/* The next entry's number now, and before it EG_NUMBER_GONE for one that came. False at the end. */
static inline bool eg_renumbering_next(struct eg_renumbering_walk *walk, uint32_t *now_out,
                                       uint32_t *before_out)
{
    const struct eg_renumbering *by = walk->by;
    if (walk->now == by->n_after) return false;
    *now_out = walk->now++;
    *before_out = EG_NUMBER_GONE;
    if (walk->come < by->n_come && by->come[walk->come] == *now_out) {
        walk->come++;
        return true;
    }
    while (by->to[walk->before] == EG_NUMBER_GONE) walk->before++;
    *before_out = walk->before++;
    return true;
}

#endif
