/* The distinct topics (programmes, languages, ...) of a directory, compared folded, and which entries have each. */
#ifndef EG_DIRECTORY_FACETS_H
#define EG_DIRECTORY_FACETS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/textmap.h"
#include "data/entries.h"
#include "directory/directory.h"
#include "directory/renumbering.h"

/* One of the ways in which a facet is written. */
struct eg_facet_spelling {
    struct eg_text text;
    uint32_t facet;
};

struct eg_facets {
    uint32_t n;
    const struct eg_directory_facet
        *facets;                  /* [n] most frequent first, then bytewise; spelled as most entries do */
    const uint32_t *start;        /* [n + 1] into numbers */
    const uint32_t *numbers;      /* entries that have it, ascending */
    const uint32_t *of_start;     /* [entries + 1] into of */
    const uint32_t *of;           /* the facets of entry 0, then of entry 1 ..., ascending */
    const struct eg_text *folded; /* [n] */
    struct eg_textmap *by_folded; /* folded text -> facet; owned */
    /* As the entries spell them, for the facets that follow from these. */
    uint32_t n_spellings;
    const struct eg_facet_spelling *spellings;
    const uint32_t *text_start; /* [entries + 1] into texts */
    const uint32_t *texts;      /* spellings that entry 0 has, then those of entry 1 ..., in its order */
};

/* entries[n] in answer order; any kind but EG_FACET_KIND. The arrays live in the arena; free the rest with eg_facets_clear. */
EG_MUST_CHECK enum eg_status eg_facets_build(const struct eg_entry *const *entries, uint32_t n,
                                             enum eg_facet_kind kind, struct eg_arena *arena,
                                             struct eg_facets *facets_out, struct eg_error *err);
/* The same from the facets before: texts of entries that stay are not looked at. */
EG_MUST_CHECK enum eg_status eg_facets_follow(const struct eg_facets *before,
                                              const struct eg_renumbering *renumbering,
                                              enum eg_facet_kind kind, struct eg_arena *arena,
                                              struct eg_facets *facets_out, struct eg_error *err);
void eg_facets_clear(struct eg_facets *facets);

/* How many of the entries whose bits (in n_bit_words words) are set have each facet: the EG_DIRECTORY_FACET_VALUES most frequent,
 * most frequent first, then bytewise; none that nobody has. counts_out->values is freed by the caller. */
EG_MUST_CHECK enum eg_status eg_facets_count(const struct eg_facets *facets, const uint64_t *bits,
                                             size_t n_bit_words, struct eg_directory_counts *counts_out,
                                             struct eg_error *err);

/* The order of counts: the more frequent first, then bytewise. */
bool eg_facets_is_before(const struct eg_directory_facet *a, const struct eg_directory_facet *b);

/* Which facet that text of an entry is: of those that it has, in its order; of funders those of its fundings that name one. */
static inline uint32_t eg_facets_at(const struct eg_facets *facets, uint32_t number, uint32_t text)
{
    return facets->spellings[facets->texts[facets->text_start[number] + text]].facet;
}

/* Its number, or UINT32_MAX where the text is no facet. EG_INVALID for wrong UTF-8. */
EG_MUST_CHECK enum eg_status eg_facets_named(const struct eg_facets *facets, struct eg_text text,
                                             uint32_t *facet_out, struct eg_error *err);

/* The entries that have it, ascending: none when the text is no facet. EG_INVALID for wrong UTF-8. */
EG_MUST_CHECK enum eg_status eg_facets_find(const struct eg_facets *facets, struct eg_text text,
                                            const uint32_t **numbers_out, uint32_t *n_out,
                                            struct eg_error *err);

/* Sets the bits of the entries that have it: none when the text is no facet. EG_INVALID for wrong UTF-8. */
EG_MUST_CHECK enum eg_status eg_facets_mark(const struct eg_facets *facets, struct eg_text text,
                                            uint64_t *bits, struct eg_error *err);

#endif
