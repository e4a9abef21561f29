/* What a generation holds besides what it shows. */
#ifndef EG_DATA_GENERATION_INTERNAL_H
#define EG_DATA_GENERATION_INTERNAL_H

#include <stdatomic.h>

#include "base/arena.h"
#include "data/generation.h"
#include "data/nest.h"

struct eg_generation_full {
    struct eg_generation shown; /* first, so that a pointer to it is one to the whole */
    atomic_uint n_references;
    struct eg_report report;
    struct eg_nest nest;
    uint32_t n_arenas; /* one per boundary set, one per table, one per table of places, one for the rest */
    struct eg_arena **arenas;
};

/* Fills everything; on failure the caller releases what there is. */
EG_MUST_CHECK enum eg_status eg_generation_fill(struct eg_generation_full *full, uint32_t n_threads,
                                                struct eg_error *err);

/* Writes the hash of everything that is shown. */
EG_MUST_CHECK enum eg_status eg_generation_hash(struct eg_generation *generation, struct eg_error *err);

#endif
