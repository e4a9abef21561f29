/* Flat files of a directory, written and read again. */
#ifndef EG_TESTS_SUPPORT_TEST_FLAT_H
#define EG_TESTS_SUPPORT_TEST_FLAT_H

#include "data/entry_flat.h"

/* All entries of the atlas's first directory, with head and tail. */
EG_MUST_CHECK enum eg_status eg_test_flat_write(const struct eg_atlas *atlas, enum eg_flat_format format,
                                                const struct eg_records *records, struct eg_buffer *out,
                                                struct eg_error *err);

/* Fails the running test unless what is written makes the same file again in an empty directory, and nothing new where it comes from. */
void eg_test_flat_comes_back(const struct eg_atlas *atlas, enum eg_flat_format format,
                             const struct eg_records *records);

#endif
