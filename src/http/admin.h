/* The editors' pages at /admin: what was asked for. */
#ifndef EG_HTTP_ADMIN_H
#define EG_HTTP_ADMIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#define EG_ADMIN_ROWS 25U /* of a list on a page */

struct eg_admin_view; /* one page: http/admin_parts.h */

/* Texts point into the connection's target. */
struct eg_admin_request {
    const struct eg_admin_view *view;
    struct eg_text id;    /* of the suggestion, entry or change: what stands in the path */
    struct eg_text state; /* of suggestions */
    struct eg_text q;     /* words that entries are searched by */
    struct eg_text entry; /* whose history */
    struct eg_text next;  /* where to go after signing in */
    struct eg_text done;  /* what happened before this page was shown: a word of ours */
    bool due;             /* only what is to be reviewed */
    bool edit;            /* the suggestion is to be put right first */
    uint32_t page;        /* from 1 */
};

#endif
