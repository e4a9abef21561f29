/* Random sets of records, for what has to hold for every directory: every table has rows, every field is filled in some of them, texts are
 * of the awkward kind. */
#ifndef EG_TESTS_SUPPORT_TEST_RECORDS_H
#define EG_TESTS_SUPPORT_TEST_RECORDS_H

#include "base/buffer.h"
#include "data/record_intake.h"
#include "data/records.h"
#include "support/test_random.h"

/* Some of every table, each number below `most`. Contacts and phones marked private have "PRIVATE" in their texts. Fails the running
 * test when memory is refused. */
struct eg_records *eg_test_records_random(struct eg_test_random *random, uint32_t most);

/* Fails the running test unless the two have the same rows. */
void eg_test_records_equal(const struct eg_records *a, const struct eg_records *b);

/* An intake's sink that writes remarks as lines into a buffer: "rejected 3 $[0] reason". */
struct eg_intake_sink eg_test_remarks(struct eg_buffer *lines);

#endif
