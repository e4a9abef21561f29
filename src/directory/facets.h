/* The distinct topics or programmes of a directory, compared folded, and which entries have each. */
#ifndef EG_DIRECTORY_FACETS_H
#define EG_DIRECTORY_FACETS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/textmap.h"
#include "data/entries.h"
#include "directory/directory.h"

enum eg_facet_kind { EG_FACET_TOPIC, EG_FACET_PROGRAMME };

struct eg_facets {
    uint32_t n;
    const struct eg_directory_facet
        *facets;                  /* [n] most frequent first, then bytewise; spelled as most entries do */
    const uint32_t *start;        /* [n + 1] into numbers */
    const uint32_t *numbers;      /* entries that have it, ascending */
    struct eg_textmap *by_folded; /* folded text -> facet; owned */
};

/* entries[n] in answer order. The arrays live in the arena; free the rest with eg_facets_clear. */
EG_MUST_CHECK enum eg_status eg_facets_build(const struct eg_entry *const *entries, uint32_t n,
                                             enum eg_facet_kind kind, struct eg_arena *arena,
                                             struct eg_facets *facets_out, struct eg_error *err);
void eg_facets_clear(struct eg_facets *facets);

/* Sets the bits of the entries that have it: none when the text is no facet. EG_INVALID for wrong UTF-8. */
EG_MUST_CHECK enum eg_status eg_facets_mark(const struct eg_facets *facets, struct eg_text text,
                                            uint64_t *bits, struct eg_error *err);

#endif
