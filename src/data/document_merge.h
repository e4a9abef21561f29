/* A change that somebody made to an entry's document (data/entry_document.h), laid over the document as it is by now: member by member, those
 * of "organisation" and "location" each for itself, but longitude and latitude as one; a list is one member, with its order where
 * eg_document_diff says that it has one. What was not changed stays as it is now. A member that was changed on both sides, and not alike, is
 * a conflict, about which somebody has to decide. */
#ifndef EG_DATA_DOCUMENT_MERGE_H
#define EG_DATA_DOCUMENT_MERGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

#define EG_DOCUMENT_POSITION "location.position" /* the name of longitude and latitude together */

struct eg_document_choice {
    struct eg_text member; /* "phones", "organisation.url", EG_DOCUMENT_POSITION */
    bool takes_change;     /* else what it says now stays */
};

struct eg_document_merge {
    const struct eg_json_value *base, *changed, *now; /* NULL: nothing is stated */
    const struct eg_document_choice *choices;         /* [n_choices]: how conflicts are decided */
    uint32_t n_choices;
};

struct eg_document_conflict {
    struct eg_text member; /* as in a choice */
    const struct eg_json_value *base, *changed,
        *now;     /* inside the documents; the location for a position; NULL: not stated */
    bool is_open; /* no choice is about it: the result has what it says now */
};

struct eg_document_merged {
    struct eg_json *document;                     /* owned by the caller */
    const struct eg_document_conflict *conflicts; /* [n], in the arena; those that were decided among them */
    uint32_t n, n_open, n_edited; /* n_edited: members that say another thing now than the base */
};

/* As eg_document_diff; nothing is to be freed on failure. */
EG_MUST_CHECK enum eg_status eg_document_merge(const struct eg_document_merge *merge, struct eg_arena *arena,
                                               struct eg_document_merged *merged_out, struct eg_error *err);

/* EG_CONFLICT naming the members that nobody has decided about, the first in err->field; EG_OK where there are none. */
enum eg_status eg_document_merge_check(const struct eg_document_merged *merged, struct eg_error *err);

#endif
