/* What editors do to the directory, by whichever way they come: REST, the pages of /admin. Each is one commit with its line in the history:
 * who, when, what the entry said before and says after (data/entry_document.h, private contacts and all).
 *
 * An entry has a version: a hash of its document, private parts and all. Somebody who changes an entry says which version they have seen;
 * that is compared with the records as they are when the change is made, so of two who start from one version one wins. */
#ifndef EG_ENGINE_EDITS_H
#define EG_ENGINE_EDITS_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "data/document_merge.h"
#include "engine/engine.h"

#define EG_EDIT_REASON_BYTES 2000U
#define EG_EDIT_VERSION_BYTES 33U /* hex and a NUL */

/* Who does it, why, and on what condition. */
struct eg_edit {
    struct eg_text by, reason; /* the editor's name; empty: no reason given */
    /* Whether the version that the entry has is the right one; "" where there is no entry. NULL: any is. */
    bool (*holds)(const void *context, const char *version);
    const void *context;
};
/* For `holds`: the version is the one in the context, a NUL-terminated text ("": a new entry). */
bool eg_edit_is_version(const void *context, const char *version);

struct eg_edit_done {
    char entry_id[EG_UUID_TEXT_LEN + 1];
    char change_id[EG_UUID_TEXT_LEN +
                   1]; /* in the history; empty: the entry said so already, and nothing was written */
    char version[EG_EDIT_VERSION_BYTES]; /* from now on; empty: it is gone */
    bool made;                           /* there was no such entry before */
    bool
        goes_on; /* an undoing of very many entries: it is begun, and nothing is changed yet (engine/undoing.h) */
    struct eg_buffer document; /* what it says now, in JSON; owned */
};
void eg_edit_done_clear(struct eg_edit_done *done);

/* Of all below: EG_UNSUPPORTED without a store; EG_CONFLICT when the condition does not hold; EG_LIMIT for a reason that is too long; else
 * as eg_engine_write and eg_entry_document_change say. Nothing is changed on failure, and done_out is not to be cleared then. */

/* The entry says what the document says from now on. One that is not there is made; `id` empty: a new one. */
EG_MUST_CHECK enum eg_status eg_edits_put(struct eg_engine *engine, const struct eg_edit *edit,
                                          struct eg_text id, const struct eg_json_value *document,
                                          struct eg_edit_done *done_out, struct eg_error *err);
/* EG_NOT_FOUND. */
EG_MUST_CHECK enum eg_status eg_edits_remove(struct eg_engine *engine, const struct eg_edit *edit,
                                             struct eg_text id, struct eg_edit_done *done_out,
                                             struct eg_error *err);
/* Somebody has looked, and the entry is right: `last_reviewed` is today (in UTC). EG_NOT_FOUND. */
EG_MUST_CHECK enum eg_status eg_edits_review(struct eg_engine *engine, const struct eg_edit *edit,
                                             struct eg_text id, struct eg_edit_done *done_out,
                                             struct eg_error *err);
/* The rows are again what they were before a change: those that it made go, those that it took away come back, and what it changed in others is
 * changed back; what entries share (organisations, programmes, topics) stays where others changed it since or need it. A line that an older
 * version wrote has no rows: then the entry says again what its document said. EG_CONFLICT when the entry says something else now than after
 * that change, or its rows do, unless `force`, when the document decides where rows cannot be as they were; when it says already what it said
 * before. The line of a batch, such as an import, undoes all of it in one commit, or nothing, and one of more than EG_UNDOING_AT_ONCE entries begins an
 * undoing in parts (engine/undoing.h; EG_BUSY while another goes on). EG_CONFLICT names the first entries that were changed
 * since, and tells of an import of which an older version kept no lines; done_out then has the id of the change only. EG_NOT_FOUND for a change
 * that is not in the history. */
EG_MUST_CHECK enum eg_status eg_edits_undo(struct eg_engine *engine, const struct eg_edit *edit,
                                           struct eg_text change_id, bool force,
                                           struct eg_edit_done *done_out, struct eg_error *err);

/* Does what a suggestion asks for, and closes it, in one commit. */
struct eg_acceptance {
    struct eg_text suggestion;
    const struct eg_json_value
        *document; /* as the editor has put it right; NULL: as it was suggested, private rows kept */
    const struct eg_document_choice
        *choices; /* [n_choices]: where both changed the same (data/document_merge.h) */
    uint32_t n_choices;
};
/* What the suggestion changes is laid over the entry as it is now; one that does not say on what it is based takes the entry's place whole.
 * One that changes nothing is closed ("Nothing to change", and the reason), and the history has no line for it: done_out->change_id is empty.
 * EG_NOT_FOUND for a suggestion that is not there, or the entry that it is about; EG_CONFLICT when it was decided before, and naming the
 * members that were changed since and about which nobody has decided. */
EG_MUST_CHECK enum eg_status eg_edits_accept(struct eg_engine *engine, const struct eg_edit *edit,
                                             const struct eg_acceptance *acceptance,
                                             struct eg_edit_done *done_out, struct eg_error *err);
/* Closes a suggestion and changes nothing. */
EG_MUST_CHECK enum eg_status eg_edits_reject(struct eg_engine *engine, const struct eg_edit *edit,
                                             struct eg_text suggestion, struct eg_error *err);

/* Appends an entry's document. EG_NOT_FOUND for one that is not in the store. version_out may be NULL; it is the version only when
 * `with_private`, or where nothing is private. */
EG_MUST_CHECK enum eg_status eg_edits_read(const struct eg_snapshot *snapshot, struct eg_text id,
                                           bool with_private, struct eg_buffer *document_out,
                                           char version_out[EG_EDIT_VERSION_BYTES], struct eg_error *err);

#endif
