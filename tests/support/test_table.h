/* One column of numbers from a table of the real data, for tests that compare with published figures. */
#ifndef EG_TESTS_SUPPORT_TEST_TABLE_H
#define EG_TESTS_SUPPORT_TEST_TABLE_H

#include <stddef.h>

/* The numbers of `column` in the CSV file at `path` (gzipped or not; quoted cells may hold commas, not line breaks); an
 * empty cell gives NaN. Fails the running test when the file, the column or a number is not as expected. Free with
 * free(). */
double *eg_test_column(const char *path, const char *column, size_t *n_out);

#endif
