/* The fictional county: neighbourhoods with a coast, an estuary and islands, deprivation that clusters, outcomes that follow it,
 * and a directory of coalitions, written as an atlas that the program serves. Everything in it is invented. */
#ifndef EG_DATA_SAMPLE_H
#define EG_DATA_SAMPLE_H

#include <stdint.h>

#include "base/error.h"

struct eg_sample_options {
    uint32_t n_areas; /* 50 to 1,000,000: so many neighbourhoods, exactly */
    uint64_t seed;    /* same seed and number, same files, byte for byte */
};

/* Writes folder/atlas.yaml and what it names. Makes the folder; files that stand there from an earlier run are replaced
 * whole, never half. EG_IO with the path at fault. */
EG_MUST_CHECK enum eg_status eg_sample_write(const char *folder, const struct eg_sample_options *options,
                                             struct eg_error *err);

#endif
