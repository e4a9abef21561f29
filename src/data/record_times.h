/* When services were last changed: a change of records states it in service.last_modified of those that it concerns, which are those whose
 * own row, or a row that hangs on them, is put or taken away. Organisations, programmes and topics hang on nobody. */
#ifndef EG_DATA_RECORD_TIMES_H
#define EG_DATA_RECORD_TIMES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "data/records.h"

struct eg_records_moment {
    struct eg_text at; /* RFC 3339 */
    bool
        also_where_silent; /* else only services that have stated a time, which would be wrong now, get another */
};

/* Adds to a change of `before` (NULL: of no records at all) what it needs; in the arena, in which the change may lie already. A time that a
 * row that is put states itself, another than before, stays. */
EG_MUST_CHECK enum eg_status eg_records_state_times(const struct eg_records *before,
                                                    const struct eg_records_moment *moment,
                                                    struct eg_arena *arena, struct eg_records_change *change,
                                                    struct eg_error *err);

#endif
