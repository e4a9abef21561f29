/* A directory with boundaries to serve, for tests: 36 square neighbourhoods of a tenth of a degree in nine districts and three
 * regions, and entries from files that the test writes. */
#ifndef EG_TESTS_SUPPORT_TEST_DIRECTORY_H
#define EG_TESTS_SUPPORT_TEST_DIRECTORY_H

#include "data/atlas.h"
#include "data/generation.h"
#include "directory/directory.h"

/* Neighbourhood "n<column><row>" spans longitudes 0.1 * column to 0.1 * (column + 1) and latitudes 50 + 0.1 * row to 50 + 0.1 *
 * (row + 1), both from 0 to 5. District "d<column / 2><row / 2>", region "r<column / 2>". */
#define EG_TEST_SQUARES 6
enum eg_test_level { EG_TEST_NEIGHBOURHOOD, EG_TEST_DISTRICT, EG_TEST_REGION, EG_TEST_LEVELS };

struct eg_test_directory {
    struct eg_atlas
        *atlas; /* boundaries in the order of enum eg_test_level, ids "neighbourhood", "district", "region" */
    struct eg_generation *generation;
    struct eg_directory *directory;
};

/* `directories` is the section of that name in YAML, its paths relative to the working folder. Fails the running test when
 * anything does. */
void eg_test_directory_open(const char *directories, struct eg_test_directory *test_out);
void eg_test_directory_close(struct eg_test_directory *test);

#endif
