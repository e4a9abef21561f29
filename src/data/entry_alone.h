/* An entry that leans on nothing: with its texts and lists in one piece of memory of its own, counted, so that lists of entries that follow
 * one another can share it. */
#ifndef EG_DATA_ENTRY_ALONE_H
#define EG_DATA_ENTRY_ALONE_H

#include <stdatomic.h>

#include "data/entries.h"

struct eg_entry_alone {
    atomic_uint references;
    struct eg_entry entry;
};

/* A copy of everything that the entry says, with one reference; NULL when memory is refused. */
struct eg_entry_alone *eg_entry_alone_new(const struct eg_entry *entry);
void eg_entry_alone_retain(struct eg_entry_alone *alone);
void eg_entry_alone_release(struct eg_entry_alone *alone); /* NULL is allowed */

#endif
