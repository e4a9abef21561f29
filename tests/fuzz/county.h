/* A small fictional county, loaded once, for targets that read requests about one. */
#ifndef EG_TESTS_FUZZ_COUNTY_H
#define EG_TESTS_FUZZ_COUNTY_H

#include "engine/engine.h"

struct county {
    struct eg_engine *engine;
    struct eg_snapshot *snapshot;
};

const struct county *the_county(void);

#endif
