/* Finds the real public data that some tests run on; see README of that folder. They are no part of the project. */
#ifndef EG_TESTS_SUPPORT_TEST_DATA_H
#define EG_TESTS_SUPPORT_TEST_DATA_H

#include <stddef.h>

/* Writes the path of the data file `name` into path_out[size] and returns it; NULL when it is absent. The folder is the
 * environment variable EVENGROUND_DATA, or ../shared/data. When only `name`.xz is there, it is unpacked once to
 * build/data/. Tests run in the project's root. */
const char *eg_test_data_path(const char *name, char *path_out, size_t size);

/* The same; when the file is absent, prints why and skips the running cmocka test. Never NULL. */
const char *eg_test_data_or_skip(const char *name, char *path_out, size_t size);

#endif
