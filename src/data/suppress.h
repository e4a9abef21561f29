/* Secondary suppression: nothing that is published may give a suppressed value away. The rule and its limits are written down
 * in docs/decisions/0002-suppression.md. */
#ifndef EG_DATA_SUPPRESS_H
#define EG_DATA_SUPPRESS_H

#include <stdint.h>

#include "base/error.h"

/* One published level of an additive quantity. Level 0 holds the smallest areas, the atoms. */
struct eg_suppress_level {
    uint32_t n_areas;
    uint8_t *state;      /* [n_areas] enum eg_state; what must be withheld becomes EG_SUPPRESSED */
    const double *value; /* [n_areas] */
    const uint32_t
        *of_atom; /* [atoms] the area of this level that holds the atom, or EG_NO_AREA; NULL in level 0 */
    uint32_t n_withheld; /* out */
};

/* Withholds as little as the rule needs, until no suppressed value of any level is a sum and difference of published ones.
 * levels[n_levels], n_levels at least 1, ascending in size of areas. Deterministic. EG_NO_MEMORY. */
EG_MUST_CHECK enum eg_status eg_suppress(struct eg_suppress_level *levels, uint32_t n_levels,
                                         struct eg_error *err);

#endif
