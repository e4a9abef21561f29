/* Private to the edits: undoing what was done to many entries at once. */
#ifndef EG_ENGINE_EDITS_BATCH_H
#define EG_ENGINE_EDITS_BATCH_H

#include "engine/edits.h"

struct eg_batch_undo {
    const struct eg_edit *edit;
    struct eg_text batch, rows; /* the id of the batch's own line, and its rows */
    bool force;
};

/* All of it in one commit, with a line for each entry and one for all. EG_CONFLICT, naming the first entries, where some were changed since, unless
 * `force`; for a line without rows. */
EG_MUST_CHECK enum eg_status eg_batch_undo(struct eg_engine *engine, const struct eg_batch_undo *undo,
                                           struct eg_edit_done *done_out, struct eg_error *err);

#endif
