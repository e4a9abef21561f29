/* Larger areas out of smaller ones: which code and name each area of the base belongs to, by a column of the base's own source
 * or through a chain of lookup tables. */
#ifndef EG_DATA_DISSOLVE_H
#define EG_DATA_DISSOLVE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "data/atlas.h"
#include "data/report.h"

struct eg_dissolve {
    const struct eg_atlas_boundaries *spec; /* of the dissolved set */
    uint32_t n_base;
    const struct eg_text *base_codes; /* [n_base] */
    const struct eg_text
        *parent_code; /* [n_base] by column, empty texts for no parent; NULL: through spec->lookups */
    const struct eg_text *parent_name; /* [n_base] by column, or NULL */
    struct eg_arena *arena;            /* of the dissolved set */
};

/* Areas ascending by code. */
struct eg_dissolved {
    uint32_t n_areas;
    struct eg_text *codes;    /* [n_areas] */
    struct eg_text *names;    /* [n_areas] */
    uint32_t *parent_of_base; /* [n_base], EG_NO_AREA where a base area has no code */
};

/* The first name that an area is given counts. EG_INVALID when lookup rows contradict one another (both are named) or nothing
 * is found at all; base areas without a code are counted (n_unlocated) and named in the report. */
EG_MUST_CHECK enum eg_status eg_dissolve(const struct eg_dissolve *dissolve, struct eg_dissolved *out,
                                         struct eg_boundaries_report *report, struct eg_error *err);

#endif
