/* Private to the edits: undoing what was done to many entries at once. */
#ifndef EG_ENGINE_EDITS_BATCH_H
#define EG_ENGINE_EDITS_BATCH_H

#include "base/arena.h"
#include "data/records.h"
#include "engine/edits.h"

#define EG_BATCH_MOST_NAMED 3U

/* Entries that were changed since. */
struct eg_batch_changed {
    uint32_t n;
    char names[240]; /* of the first */
};
void eg_batch_note_changed(struct eg_batch_changed *changed, struct eg_text title);
/* EG_CONFLICT, with how many of the n entries there are, and the first. */
enum eg_status eg_batch_say_changed(const struct eg_batch_changed *changed, uint32_t n, struct eg_error *err);

/* What the change puts was modified at that time: its services get copies in the arena that say so. */
EG_MUST_CHECK enum eg_status eg_batch_state_times(struct eg_records_change *change, struct eg_text at,
                                                  struct eg_arena *arena, struct eg_error *err);
/* As eg_records_apply, with EG_CONFLICT where the change does not fit in: what it refers to or takes away is somebody else's by now. */
EG_MUST_CHECK enum eg_status eg_batch_apply(struct eg_records *now, const struct eg_records_change *change,
                                            struct eg_records **after_out, struct eg_error *err);

struct eg_batch_undo {
    const struct eg_edit *edit;
    struct eg_text batch, rows; /* the id of the batch's own line, and its rows */
    bool force;
};

/* All of it in one commit, with a line for each entry and one for all. EG_CONFLICT, naming the first entries, where some were changed since, unless
 * `force`; for a line without rows. A batch of more than EG_UNDOING_AT_ONCE entries is undone in parts (engine/undoing.h), which is begun.
 * EG_BUSY where its lines are still being written, or others are being undone. */
EG_MUST_CHECK enum eg_status eg_batch_undo(struct eg_engine *engine, const struct eg_batch_undo *undo,
                                           struct eg_edit_done *done_out, struct eg_error *err);

#endif
