/* The directory's store by REST: entries as documents (data/entry_document.h), and the history of their changes. */
#ifndef EG_HTTP_ENTRIES_H
#define EG_HTTP_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

struct eg_entries_request {
    struct eg_text id;     /* of an entry or of a change; empty: all */
    struct eg_text batch;  /* whose single lines are asked for; empty: none's */
    struct eg_text reason; /* why, for the history; empty: not said */
    uint32_t limit, offset;
    bool force;
};

/* --- between entries.c and entry_changes.c --------------------------------------------------------------------------------- */

struct eg_editor_known;
struct eg_exchange;
struct eg_json;

/* Of GET: `limit` and `offset`; of what changes something: `reason`. */
struct eg_target;
EG_MUST_CHECK enum eg_status eg_entries_read(struct eg_exchange *exchange, struct eg_text id,
                                             const struct eg_target *target, struct eg_error *err);
/* Who asks, by a token or a session with X-CSRF-Token. */
EG_MUST_CHECK enum eg_status eg_entries_check(struct eg_exchange *exchange,
                                              struct eg_editor_known *editor_out, struct eg_error *err);
/* Adds "links" to the pages before and behind the one that was asked for. */
void eg_entries_write_links(const struct eg_exchange *exchange, const char *path, bool has_more,
                            struct eg_json *json);

#endif
