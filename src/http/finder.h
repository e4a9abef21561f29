/* The public finder's pages at /finder: what was asked for. */
#ifndef EG_HTTP_FINDER_H
#define EG_HTTP_FINDER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "http/locale.h"
#include "http/request.h"

#define EG_FINDER_RESULTS 20U    /* entries on a page */
#define EG_FINDER_PRINTED 200U   /* of the list for printing: ten sheets or so */
#define EG_FINDER_PARAMETERS 32U /* of an address that its links repeat */

/* Texts point into the connection's target. */
struct eg_finder_request {
    struct eg_coalitions_request find; /* the filters of /coalitions, and which page */
    struct eg_text place;              /* as typed */
    bool served;                       /* only what serves the place */
    bool embedded;                     /* in another site's page */
    bool printed;                      /* the list for printing: no form, no map, more on a page */
    uint32_t page;                     /* from 1 */
    struct eg_text id;                 /* of the entry's page */
    bool suggests;                     /* the form at /finder/suggest */
    struct eg_text entry;              /* that it is about; empty: a new one */
    bool done;                         /* it was sent: say thanks */
    struct eg_language language;
    bool by_header; /* the language was chosen by Accept-Language */
    /* What links of the page repeat, in the order given: every filter, place, served, embed, lang and print. */
    struct eg_parameter kept[EG_FINDER_PARAMETERS];
    uint32_t n_kept;
    bool is_wrong; /* `problem` says what; the page shows it with the form */
    struct eg_error problem;
};

#endif
