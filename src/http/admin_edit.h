/* Private to the editors' pages: the form of an entry, and who changes what. */
#ifndef EG_HTTP_ADMIN_EDIT_H
#define EG_HTTP_ADMIN_EDIT_H

#include "engine/edits.h"
#include "http/admin_parts.h"
#include "http/entry_form_places.h"

struct eg_admin_edit {
    struct eg_admin_page *page;
    struct eg_json *document; /* what the form shows; NULL: a new entry */
    struct eg_json *typed;    /* what was sent; NULL: nothing that could be read */
    struct eg_entry_form form;
    struct eg_entry_faults faults;
    struct eg_entry_form_answers answers; /* to a question for a place or area */
    bool asks;                            /* it was one: nothing is saved, and nothing is wrong */
    struct eg_kvp answered;
};

/* Takes the document over. */
void eg_admin_edit_init(struct eg_admin_edit *edit, struct eg_admin_page *page, struct eg_json *document);
void eg_admin_edit_clear(struct eg_admin_edit *edit);
/* From what was sent to edit->typed; as eg_entry_form_read. */
EG_MUST_CHECK enum eg_status eg_admin_edit_read(struct eg_admin_edit *edit, struct eg_error *why);
/* After EG_CONFLICT: what would be saved if the form were sent again as it is; edit->typed stays NULL where it cannot be read. */
void eg_admin_edit_read_anyway(struct eg_admin_edit *edit);
/* Adds what is wrong with the document beside the control where it belongs. */
void eg_admin_edit_blame(struct eg_admin_edit *edit, const struct eg_error *why);
void eg_admin_edit_write_faults(struct eg_admin_edit *edit);
void eg_admin_edit_write(struct eg_admin_edit *edit);

/* A field "reason", with the fault beside it if there is one. */
void eg_admin_reason(struct eg_admin_page *page, const char *id, const char *label, const char *fault);
/* By whom and why, on the condition that the entry has this version (NUL-terminated; NULL: any). */
struct eg_edit eg_admin_edit_by(struct eg_admin_page *page, const char *version);
/* The version that was sent with the form. Never NULL. */
const char *eg_admin_version_given(struct eg_admin_page *page);

/* --- admin_conflicts.c: what a suggestion and the editors have both changed ------------------------------------------------- */

/* What was decided in the form that was sent. */
const struct eg_document_choice *eg_admin_choices(struct eg_admin_page *page, uint32_t *n_out);
/* Each with what it said, says and would say; with buttons to decide by inside a form that `asks`. */
void eg_admin_conflicts(struct eg_admin_page *page, const struct eg_document_merged *merged, bool asks);

#endif
