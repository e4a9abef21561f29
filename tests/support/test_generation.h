/* Small atlases for tests: YAML whose file names begin with '@', files written beside it, loaded into a generation. */
#ifndef EG_TESTS_SUPPORT_TEST_GENERATION_H
#define EG_TESTS_SUPPORT_TEST_GENERATION_H

#include <stdint.h>

#include "base/error.h"
#include "data/atlas.h"
#include "data/generation.h"

struct eg_test_load {
    struct eg_atlas *atlas;
    struct eg_generation *generation;
    struct eg_error error;
};

/* Reads the YAML (each '@' becomes the prefix of files written with eg_test_temp_file; "evenground: 1" and a title are put
 * before it) and loads it with two threads. `load` is to be cleared in either case. */
EG_MUST_CHECK enum eg_status eg_test_load(const char *yaml, struct eg_test_load *load);
void eg_test_load_clear(struct eg_test_load *load);

/* The same, failing the running test with the error's words when it does not load. */
void eg_test_load_well(const char *yaml, struct eg_test_load *load);

/* Fails the running test unless loading ends with `expected` and a message that holds `part`. */
void eg_test_load_refused(const char *yaml, enum eg_status expected, const char *part);

/* Writes a GeoJSON of columns x rows squares, 0.1 degrees wide, its lower left corner at longitude and latitude 0. The square in
 * column c and row r has code "S" and two digits of r * columns + c, name "Square <number>", and the column pair "half" with
 * "W" for its left and "E" for its right columns. */
struct eg_text eg_test_squares(const char *name, uint32_t columns, uint32_t rows);

/* Index of the set with this id, of an area with this code; failing the test when it is not there. */
uint32_t eg_test_set(const struct eg_test_load *load, const char *id);
uint32_t eg_test_area(const struct eg_test_load *load, const char *set, const char *code);
/* The series of an indicator on a set in a period (NULL: the only one or the first). */
const struct eg_series *eg_test_series(const struct eg_test_load *load, const char *indicator,
                                       const char *set, const char *period);
/* Its report. */
const struct eg_series_report *eg_test_series_report(const struct eg_test_load *load, const char *indicator,
                                                     const char *set, const char *period);

#endif
