/* Whether an atlas has the areas that somebody names by their codes. */
#ifndef EG_DATA_AREA_CODES_H
#define EG_DATA_AREA_CODES_H

#include <stdbool.h>

#include "base/text.h"
#include "data/generation.h"

struct eg_area_codes_fault {
    bool is_of_boundaries; /* else of the codes */
    char what[320];        /* "'E99' is not in 'lsoa'; did you mean 'E9'?" */
};

/* `codes` as a row of service_area has them, separated by semicolons; the first that is wrong is told. Codes without boundaries are of
 * nothing; neither of both is known. A wrong code is compared with all codes of its boundaries: 5 ms for 33,000. */
bool eg_area_codes_are_known(const struct eg_generation *generation, struct eg_text boundaries,
                             struct eg_text codes, struct eg_area_codes_fault *fault_out);

/* The only set of boundaries that has all of some codes; EG_ATLAS_NONE: there is none, or there are several (*n_out). */
uint32_t eg_area_codes_boundaries(const struct eg_generation *generation, struct eg_text codes,
                                  uint32_t *n_out);

#endif
