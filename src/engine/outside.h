/* What another program, such as QGIS, wrote to the store, told in the history: found by comparing the records that the history knows of with those
 * that are there now.
 *
 * A line for each entry, and one for all of them, the batch's own. Where very many were changed, the lines are written in parts, so that others write in
 * between: the batch's own line comes with the first part and says that it is unfinished, until the last part is there. So whoever looks in between,
 * or after the program was killed, finds lines that are true and a batch that says that it lacks some. */
#ifndef EG_ENGINE_OUTSIDE_H
#define EG_ENGINE_OUTSIDE_H

#include "data/store.h"

#define EG_OUTSIDE_PART 500U /* entries whose lines are written at once; the store is held for that long */

struct eg_outside {
    struct eg_store *store;
    struct eg_records *before, *now; /* as of the revisions */
    struct eg_store_span span;       /* after the one, until the other */
};

struct eg_telling; /* the lines that are still to be written; holds the records */

/* Writes the lines, or the first part of them, unless all of it is in the history by now: commits of servers write their own, and of several servers
 * on one store the first tells. The revision of the store does not change. Under a second for a million rows. *more_out: what is left, NULL when
 * that was all. EG_CONFLICT when the store has another revision meanwhile; EG_BUSY. */
EG_MUST_CHECK enum eg_status eg_outside_tell(const struct eg_outside *outside, struct eg_telling **more_out,
                                             struct eg_error *err);

/* Writes the next part. *is_done_out: it was the last. After EG_BUSY the same call again goes on; after anything else the lines that are left have no
 * place any more, EG_NOT_FOUND among it: the store is another one now. */
EG_MUST_CHECK enum eg_status eg_telling_continue(struct eg_telling *telling, bool *is_done_out,
                                                 struct eg_error *err);
/* The id of the batch's own line. */
const char *eg_telling_batch(const struct eg_telling *telling);
void eg_telling_free(struct eg_telling *telling); /* NULL is allowed */

#endif
