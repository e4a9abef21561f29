/* Where an entry is and which areas it serves, asked for by name: the server looks a postcode or a town up and shows what it understood,
 * so that nobody has to know degrees or codes, and no script is needed. Hours are set by days in the same way (entry_form_days.c). Each question is the form sent once more, by a button of its own;
 * nothing is kept then. A name that was typed and not asked for yet is a question, too: it must not be lost. */
#ifndef EG_HTTP_ENTRY_FORM_PLACES_H
#define EG_HTTP_ENTRY_FORM_PLACES_H

#include "engine/gazetteer.h"
#include "http/entry_form.h"

#define EG_ENTRY_FORM_OFFERED 12U

/* An area of the atlas. */
struct eg_entry_form_area {
    struct eg_text boundaries, code;
};

/* What was found. Texts are of the form's arena. */
struct eg_entry_form_answers {
    struct eg_text asked_place;                   /* as typed; empty: none was asked for */
    struct eg_text place;                         /* understood; empty: there is none of that name */
    struct eg_text others[EG_ENTRY_FORM_OFFERED]; /* [n_others] what else it could be, by their labels */
    uint32_t n_others;
    struct eg_text asked_area;
    struct eg_entry_form_area areas[EG_ENTRY_FORM_OFFERED]; /* [n_areas] */
    uint32_t n_areas;
    bool has_days;          /* days were set, and are in the hours unless there is a fault */
    const char *days_fault; /* the key of its text; NULL: none */
    const char *days_taken; /* the name of the control that has them now; NULL: none */
};

/* Whether what was sent asks for a place or an area, or sets hours by days. */
bool eg_entry_form_asks(const struct eg_entry_form *form);
/* Looks them up. *posted_out: what was sent with the position and the hours filled in and the questions that were answered emptied; show
 * the form with both. Places need the form's snapshot. EG_NO_MEMORY. */
EG_MUST_CHECK enum eg_status eg_entry_form_answer(const struct eg_entry_form *form,
                                                  struct eg_entry_form_answers *answers_out,
                                                  struct eg_kvp *posted_out, struct eg_error *err);

#endif
