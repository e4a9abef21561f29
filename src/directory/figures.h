/* What entries say in numbers: amounts of money, and when they were last reviewed. */
#ifndef EG_DIRECTORY_FIGURES_H
#define EG_DIRECTORY_FIGURES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "data/entries.h"
#include "directory/facets.h"
#include "directory/renumbering.h"

#define EG_FIGURES_NO_DAY (-1)
#define EG_FIGURES_NO_FUNDER UINT32_MAX

struct eg_figures {
    const uint32_t *amount_start; /* [n + 1] into amounts */
    const double *amounts;        /* of the fundings of entry 0, then of those of entry 1 ... */
    const uint32_t
        *amount_funder; /* whose each is, eg_facets_at of the entry's funders, or EG_FIGURES_NO_FUNDER */
    const int32_t *reviewed_day; /* [n] as base/calendar.h counts, or EG_FIGURES_NO_DAY */
};

/* entries[n] in answer order; lives in the arena. An amount that is no number is none, nor is a review that does not begin with a
 * date as ISO 8601 writes it. */
EG_MUST_CHECK enum eg_status eg_figures_build(const struct eg_entry *const *entries, uint32_t n,
                                              struct eg_arena *arena, struct eg_figures *figures_out,
                                              struct eg_error *err);

/* The same from the figures before, without looking at the entries that stay. */
EG_MUST_CHECK enum eg_status eg_figures_follow(const struct eg_figures *before,
                                               const struct eg_renumbering *renumbering,
                                               struct eg_arena *arena, struct eg_figures *figures_out,
                                               struct eg_error *err);

/* What is asked of one and the same funding. */
struct eg_figures_funding {
    double least, most;              /* both belong to it */
    const struct eg_facets *funders; /* NULL: whosever it is */
    uint32_t funder;                 /* the facet among them */
};

/* Clear the bits of entries none of whose fundings is so, and of those not reviewed on that day or since. */
void eg_figures_keep_amounts(const struct eg_figures *figures, const struct eg_figures_funding *asked,
                             uint64_t *bits, size_t n_bit_words);
void eg_figures_keep_reviewed(const struct eg_figures *figures, int64_t since_day, uint64_t *bits,
                              size_t n_bit_words);

#endif
