/* What another program, such as QGIS, wrote to the store, told in the history: found by comparing the records that the history knows of with those
 * that are there now. */
#ifndef EG_ENGINE_OUTSIDE_H
#define EG_ENGINE_OUTSIDE_H

#include "data/store.h"

#define EG_OUTSIDE_ENTRIES                                                                                   \
    1000U /* with a line each; where more were changed there is one line, which cannot be undone */

struct eg_outside {
    struct eg_store *store;
    struct eg_records *before, *now; /* as of the revisions */
    struct eg_store_span span;       /* after the one, until the other */
};

/* Writes the lines, unless all of it is in the history by now: commits of servers write their own, and of several servers on one store the
 * first tells. The revision of the store does not change. Under a second for a million rows. EG_CONFLICT when the store has another revision
 * meanwhile; EG_BUSY. */
EG_MUST_CHECK enum eg_status eg_outside_tell(const struct eg_outside *outside, struct eg_error *err);

#endif
