/* In what two documents of an entry (data/entry_document.h) differ, member by member, for people who have to decide about it. */
#ifndef EG_DATA_DOCUMENT_DIFF_H
#define EG_DATA_DOCUMENT_DIFF_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

enum eg_difference_kind {
    EG_DIFFERENCE_CHANGED,
    EG_DIFFERENCE_ADDED,
    EG_DIFFERENCE_REMOVED,
    EG_DIFFERENCE_REORDERED /* a list as a whole: before and after are all of it, as JSON */
};

struct eg_document_difference {
    enum eg_difference_kind kind; /* of the item, in a list; else of the value */
    struct eg_text member;        /* "name", "organisation", "phones" */
    struct eg_text
        item; /* of a list: what its item is called, such as the number of a telephone; else empty */
    struct eg_text part;          /* of an item or a member that has parts: "email"; else empty */
    struct eg_text before, after; /* empty: not stated */
    uint32_t group;               /* the same for all that concerns one item; from 0, ascending */
};

struct eg_document_diff {
    const struct eg_document_difference *items; /* [n], in the order of the documents */
    uint32_t n;
};

/* All texts are copied into the arena. NULL for a document is one in which nothing is stated. Not differences: the id, an empty text in
 * place of none, a number written as a text, the order of topics, languages, schedules and accessibility. Items of lists are paired by
 * what they have in common: those alike in number or name first, and one that has nothing in common with any is new. Of the other lists
 * people see the first item before the others, or alone: they are reordered when items that stay come in another order, or a new one
 * comes before the one that was first. EG_LIMIT for a list of more than EG_DOCUMENT_ITEMS. */
EG_MUST_CHECK enum eg_status eg_document_diff(const struct eg_json_value *before,
                                              const struct eg_json_value *after, struct eg_arena *arena,
                                              struct eg_document_diff *diff_out, struct eg_error *err);

#endif
