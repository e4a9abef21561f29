/* A fictional county in a folder of its own below build/test-tmp/, named with the process number. */
#ifndef EG_TESTS_SUPPORT_TEST_COUNTY_H
#define EG_TESTS_SUPPORT_TEST_COUNTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "data/atlas.h"
#include "data/generation.h"

/* What a county consists of; the first is the boundaries, the last the atlas, which does not depend on the seed. */
enum { EG_TEST_COUNTY_FILES = 8, EG_TEST_COUNTY_ATLAS = 7 };
extern const char *const eg_test_county_files[EG_TEST_COUNTY_FILES];

struct eg_test_path {
    char text[512];
};

/* A county's folder, or a file in it. */
struct eg_test_path eg_test_county_path(const char *county, const char *file);

/* Writes it; the second fails the running test when it cannot. */
EG_MUST_CHECK enum eg_status eg_test_county_try(const char *county, uint32_t n_areas, uint64_t seed,
                                                struct eg_error *err);
void eg_test_county_write(const char *county, uint32_t n_areas, uint64_t seed);
void eg_test_county_remove(const char *county);

bool eg_test_county_has(const char *county, const char *file);
/* A file's bytes and a NUL behind them; free with free(). */
char *eg_test_county_read(const char *county, const char *file, size_t *len_out);
void eg_test_county_hash(const char *county, const char *file, char hex_out[33]);

/* A county that was written, loaded; neighbourhoods and what was found about them. */
struct eg_test_county {
    struct eg_atlas *atlas;
    struct eg_generation *generation;
    const struct eg_area_set *areas;
    const struct eg_boundaries_report *report;
};
struct eg_test_county eg_test_county_load(const char *county);
void eg_test_county_unload(struct eg_test_county *county);

#endif
