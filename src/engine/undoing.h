/* Undoing a batch of very many entries, such as an import of a whole county's: in parts, each a commit of its own with its lines in the history, so
 * that others write in between. Whoever runs the server calls eg_undoing_continue a few times a second, and each call does a part.
 *
 * First all lines of the batch are compared with the entries as they are: where one was changed since, nothing is done, unless by force. Then
 * the entries are undone. What is undone is a batch of its own in the history, unfinished until its last part. An undoing that is broken off, because
 * the server ends, say, leaves whole entries, undone or not yet, and a batch that says that it is unfinished. Undoing the same change once more
 * does the rest, since entries that are as they were before are passed over. */
#ifndef EG_ENGINE_UNDOING_H
#define EG_ENGINE_UNDOING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "engine/engine.h"

#define EG_UNDOING_AT_ONCE 1000U /* entries of a batch that is undone in one commit, by eg_edits_undo */
#define EG_UNDOING_MESSAGE_BYTES 512
#define EG_UNDOING_PART 400U /* entries; others wait for some half a second */

enum eg_undoing_state {
    EG_UNDOING_NONE,   /* of none */
    EG_UNDOING_CHECKS, /* whether entries were changed since */
    EG_UNDOING_WRITES,
    EG_UNDOING_DONE,
    EG_UNDOING_STOPPED /* the message says why; what was done until then stays */
};
/* "checking", "undoing", "done", "stopped". Never NULL. */
const char *eg_undoing_state_name(enum eg_undoing_state state);

struct eg_undoing_report {
    char batch[EG_UUID_TEXT_LEN + 1];  /* that is undone */
    char change[EG_UUID_TEXT_LEN + 1]; /* its undoing in the history; empty: nothing was undone yet */
    enum eg_undoing_state state;
    uint32_t n_entries, n_done; /* entries gone through, in this state */
    uint32_t n_left;            /* changed by others while the undoing went on, and left alone */
    char message[EG_UNDOING_MESSAGE_BYTES];
};

struct eg_undoing_wish {
    struct eg_text by, reason, batch, rows; /* the id of the batch's own line, and its rows */
    bool force;
    uint32_t n_entries, part; /* lines of the batch; how many are undone at once */
};

struct eg_undoing; /* one at a time, and the report of the last; safe from any thread */

EG_MUST_CHECK enum eg_status eg_undoing_new(struct eg_undoing **undoing_out, struct eg_error *err);
void eg_undoing_free(struct eg_undoing *undoing); /* NULL is allowed */

/* EG_BUSY while another goes on. */
EG_MUST_CHECK enum eg_status eg_undoing_start(struct eg_undoing *undoing, const struct eg_undoing_wish *wish,
                                              struct eg_error *err);
/* Does the next part, if there is something to do; whether there is more. A part for which the store cannot be had is done by a later call. */
bool eg_undoing_continue(struct eg_undoing *undoing, struct eg_engine *engine);

/* Whether there is something to report of the undoing of this batch, or of the undoing with this id. */
bool eg_undoing_tell(struct eg_undoing *undoing, struct eg_text change, struct eg_undoing_report *report_out);

/* The engine's own. */
struct eg_undoing *eg_engine_undoing(struct eg_engine *engine);

#endif
