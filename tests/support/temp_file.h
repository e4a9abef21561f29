/* Small input files for tests, below build/test-tmp/ and named with the process number, so that programs may run side by
 * side. */
#ifndef EG_TESTS_SUPPORT_TEMP_FILE_H
#define EG_TESTS_SUPPORT_TEMP_FILE_H

#include <stddef.h>

#include "base/text.h"

/* Path of a file that may be written: build/test-tmp/<pid>-<name>, in path_out[size], which is returned. */
const char *eg_test_temp_path(const char *name, char *path_out, size_t size);

/* Writes the bytes there, failing the running cmocka test when it cannot; returns path_out. */
const char *eg_test_temp_bytes(const char *name, const void *bytes, size_t len, char *path_out, size_t size);

/* The same with a NUL-terminated text; the path, as a slice of static memory for the life of the program. At most 256. */
struct eg_text eg_test_temp_file(const char *name, const char *content);

/* Removes what this process wrote through this header. */
void eg_test_temp_clear(void);

#endif
