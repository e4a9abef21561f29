/* Private to /finder/suggest: a form that is shown, or was sent. */
#ifndef EG_HTTP_SUGGEST_PARTS_H
#define EG_HTTP_SUGGEST_PARTS_H

#include "http/entry_form_places.h"
#include "http/finder_parts.h"
#include "http/suggest.h"

#define EG_SUGGEST_PATH "/finder/suggest"
#define EG_SUGGEST_LINE 300U  /* characters of a sender's name and contact */
#define EG_SUGGEST_NOTE 5000U /* of the note */

/* What the page asks besides the entry: who sends it, and the control that stays empty. */
#define EG_SUGGEST_NAME "from_name"
#define EG_SUGGEST_CONTACT "from_contact"
#define EG_SUGGEST_NOTE_NAME "note"
#define EG_SUGGEST_TRAP "subject"

struct eg_suggesting {
    struct eg_exchange *exchange;
    const struct eg_record *service; /* NULL: a new entry */
    struct eg_arena *arena;
    struct eg_json *present; /* what everybody may know of the service; NULL: a new entry */
    struct eg_kvp posted;
    struct eg_entry_form form;
    struct eg_entry_faults faults;
    struct eg_entry_form_answers answers; /* to a question for a place */
    bool asks;                            /* it was one: nothing is kept */
    bool
        is_gone; /* the entry was taken out while the form was open: what was typed is shown as a new one's */
    uint32_t wait_s; /* 0, or in how many seconds it may be sent again */
};

/* suggest_page.c */

/* The form, with what was sent and what is wrong with it. */
EG_MUST_CHECK enum eg_status eg_suggest_show(struct eg_suggesting *suggesting, unsigned http_status,
                                             struct eg_answer **answer_out, struct eg_error *err);
/* That it was kept. */
EG_MUST_CHECK enum eg_status eg_suggest_thank(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                              struct eg_error *err);
/* To that page, so that loading it again does not send again. */
EG_MUST_CHECK enum eg_status eg_suggest_redirect(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                                 struct eg_error *err);

#endif
