#include "fuzz/county.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "data/sample.h"

#define AREAS 50

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void load(struct county *county)
{
    char folder[] = "/tmp/fuzz_county.XXXXXX", path[64];
    struct eg_sample_options sample = {AREAS, 1};
    struct eg_engine_options options = {0};
    EG_ASSERT(mkdtemp(folder));
    eg_log_set_level(EG_LOG_ERROR);
    EG_ASSERT(eg_sample_write(folder, &sample, NULL) == EG_OK);
    (void)snprintf(path, sizeof path, "%s/atlas.yaml", folder);
    EG_ASSERT(eg_engine_new(&options, &county->engine, NULL) == EG_OK);
    EG_ASSERT(eg_engine_load(county->engine, path, NULL) == EG_OK);
    county->snapshot = eg_engine_snapshot(county->engine);
    (void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const struct county *the_county(void)
{
    static struct county county;
    if (!county.engine) load(&county);
    return &county;
}
