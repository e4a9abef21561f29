/* Whether numbers of two levels add up, told from the numbers themselves. */
#ifndef EG_DATA_ADDITIVE_H
#define EG_DATA_ADDITIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct eg_additive_level {
    uint32_t n_areas;
    const uint8_t *state; /* [n_areas] enum eg_state */
    const double *value;  /* [n_areas] */
};

enum eg_additive {
    EG_ADDITIVE_NO,     /* a larger area's number says that it is no sum */
    EG_ADDITIVE_UNSURE, /* nothing speaks against it: to be treated as a sum */
    EG_ADDITIVE_CLEAR   /* a larger area's number is a sum, and can be no mean */
};

/* Whether a hidden value of `parts` or `totals` could be worked out by subtraction: parent[parts.n_areas] is the total that an
 * area belongs to, or EG_NO_AREA. The rule is docs/decisions/0002-suppression.md, point 4. One pass over both levels, 33,000
 * areas in a millisecond or two. EG_NO_MEMORY. */
EG_MUST_CHECK enum eg_status eg_additive_find(const struct eg_additive_level *parts,
                                              const struct eg_additive_level *totals, const uint32_t *parent,
                                              enum eg_additive *verdict_out, struct eg_error *err);

#endif
