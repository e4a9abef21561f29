/* Which entries a change of records reaches: those whose entry (data/entry_records.h) is made of a row that the change puts or takes away,
 * of the service itself or of what hangs on it or what it shares with others; or whose place in the lists of the HSDS API (directory/hsds.h) depends on such a row. */
#ifndef EG_DATA_RECORD_REACH_H
#define EG_DATA_RECORD_REACH_H

#include "base/error.h"
#include "data/records.h"

struct eg_record_reach {
    struct eg_text
        *ids; /* [n] of services before or after, ascending, none twice; texts of rows of either set */
    size_t n, capacity;
};

/* The change makes `after` of `before`. A service too many does no harm, one too few does: whoever lets eg_entry_from_records read more
 * tables says here how they hang together (tests/property/test_directory_follows.c finds what is missing). Free with eg_record_reach_clear. */
EG_MUST_CHECK enum eg_status eg_record_reach(const struct eg_records *before, const struct eg_records *after,
                                             const struct eg_records_change *change,
                                             struct eg_record_reach *reach_out, struct eg_error *err);
void eg_record_reach_clear(struct eg_record_reach *reach);

#endif
