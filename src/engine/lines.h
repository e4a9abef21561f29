/* The history of a change of many entries at once, such as an import: a line for each entry with what it said before and says after and with its
 * rows, so that each can be undone alone, and the batch's own line, to which they are tied by its id. What several entries share
 * (organisations, programmes, topics) stands in the batch's own line. */
#ifndef EG_ENGINE_LINES_H
#define EG_ENGINE_LINES_H

#include <stdbool.h>

#include "base/arena.h"
#include "data/store.h"

struct eg_lines_wish {
    struct eg_change_entry
        head; /* the batch's own: id, at, by, action, reason. Lines of an undo are undone, too */
    struct eg_records *before, *after;
    const struct eg_records_change
        *change;        /* from `before` to `after`; of `after` nothing is asked but the rows */
    bool may_be_single; /* no line for the batch where all of it concerns one entry */
};

/* The rows of a change, sorted by whose they are, so that the lines of its entries can be made some at a time. */
struct eg_lines;

/* What the wish points to has to outlive the lines, save its head. Under a second for a million rows. */
EG_MUST_CHECK enum eg_status eg_lines_new(const struct eg_lines_wish *wish, struct eg_lines **lines_out,
                                          struct eg_error *err);
void eg_lines_free(struct eg_lines *lines); /* NULL is allowed */

/* How many entries are still to be gone through. */
uint32_t eg_lines_left(const struct eg_lines *lines);

/* The lines of the next `most` entries, in the arena; fewer where rows do not become others. Some 40 microseconds for an entry. */
EG_MUST_CHECK enum eg_status eg_lines_next(struct eg_lines *lines, uint32_t most, struct eg_arena *arena,
                                           struct eg_change_entry **lines_out, uint32_t *n_out,
                                           struct eg_error *err);

/* The batch's own line, with the rows that are nobody's, in the arena. */
EG_MUST_CHECK enum eg_status eg_lines_head(struct eg_lines *lines, struct eg_arena *arena,
                                           struct eg_change_entry *head_out, struct eg_error *err);

/* All lines that are left, the batch's own last, so that it is the newest; in the arena. Where no row becomes another, only the batch's own, or
 * none with `may_be_single`. */
EG_MUST_CHECK enum eg_status eg_lines_finish(struct eg_lines *lines, struct eg_arena *arena,
                                             const struct eg_change_entry **lines_out, uint32_t *n_out,
                                             struct eg_error *err);

/* All lines of a change, in one step. */
EG_MUST_CHECK enum eg_status eg_lines_make(const struct eg_lines_wish *wish, struct eg_arena *arena,
                                           const struct eg_change_entry **lines_out, uint32_t *n_out,
                                           struct eg_error *err);

/* Whether two documents in JSON say the same: numbers may be written in another way, as a store gives them back, and may be texts. Empty is only
 * what is empty. False when memory is refused. */
bool eg_lines_same_document(struct eg_text a, struct eg_text b);

/* Appends the document of a service; nothing for NULL. */
EG_MUST_CHECK enum eg_status eg_lines_document(const struct eg_records *records,
                                               const struct eg_record *service, bool with_private,
                                               struct eg_buffer *out, struct eg_error *err);

#endif
