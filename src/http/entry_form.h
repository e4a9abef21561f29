/* The form of an entry document (data/entry_document.h) in HTML, and back: native controls with labels, grouped in fieldsets, hints and
 * faults tied to them, in the texts of a catalogue. It works without a script: lists have their items as numbered groups of controls
 * ("phones.0.number") with an empty group at the end; a group that is emptied, or whose "remove" is ticked, goes.
 *
 * What comes back is laid over the document that was shown, so what the form does not show stays as it is, and a form that is sent
 * unchanged gives the same document. Weekly hours are one text ("Mo-Fr 09:00-17:00"); what that cannot say are items of "schedules".
 * Names beside those of the document are "hours", "version" (of the document that was shown), "phones.0.remove", and those of questions
 * for places (http/entry_form_places.h). */
#ifndef EG_HTTP_ENTRY_FORM_H
#define EG_HTTP_ENTRY_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "http/html.h"
#include "http/kvp.h"
#include "http/locale.h"

#define EG_ENTRY_FORM_PAIRS 4096U        /* controls in a form that is sent */
#define EG_ENTRY_FORM_BYTES (256U << 10) /* of it */
#define EG_ENTRY_FORM_ROWS 40U    /* items of a list; what a document has beyond is not shown, and kept */
#define EG_ENTRY_FORM_SHORT 300U  /* characters in a line */
#define EG_ENTRY_FORM_LONG 10000U /* in a text of several lines */
#define EG_ENTRY_FAULTS 20U
#define EG_ENTRY_FORM_NAME_BYTES 64U

enum eg_entry_form_scope {
    EG_ENTRY_FORM_PUBLIC, /* what anybody can sensibly correct */
    EG_ENTRY_FORM_EDITOR  /* everything but the polygons of service areas */
};

/* What is offered to choose from; people may type others, but for boundaries. */
struct eg_entry_form_choices {
    const struct eg_text *topics, *programmes, *boundaries; /* [n_...] */
    uint32_t n_topics, n_programmes, n_boundaries;
};

/* What is wrong with what was sent. */
struct eg_entry_fault {
    char name[EG_ENTRY_FORM_NAME_BYTES]; /* of the control; empty: none in particular */
    const char *key;                     /* of a text in the catalogue, with {n} or {why} */
    uint32_t number;                     /* its {n} */
    struct eg_text why;                  /* its {why}, in English */
};
struct eg_entry_faults {
    struct eg_entry_fault items[EG_ENTRY_FAULTS]; /* [n]; more are not told of */
    uint32_t n;
};

struct eg_snapshot;
struct eg_entry_form_answers; /* http/entry_form_places.h */

struct eg_entry_form {
    enum eg_entry_form_scope scope;
    const struct eg_locale *locale;
    const struct eg_json_value *document; /* the entry as it is; NULL: a new one */
    struct eg_entry_form_choices choices;
    const struct eg_kvp
        *posted; /* what was sent: shown again in place of the document's texts; NULL: nothing */
    const struct eg_entry_faults *faults; /* told beside their controls; NULL: none */
    struct eg_snapshot *snapshot;         /* finds places and names areas; NULL: neither can be asked for */
    const struct eg_entry_form_answers *answers; /* to what was asked; NULL: nothing was */
    void (*write_map)(void *context);            /* a map to point at, within the form; NULL: none */
    void *map_context;
    struct eg_arena *arena; /* of texts under way */
    bool *failed;           /* ours: leave it NULL */
};

/* Writes the fieldsets and the hidden "version"; <form>, its buttons and what else the page asks are the caller's. Our own checks say more
 * than a browser's, and in the page's language: <form novalidate>. Failure is the html's. */
void eg_entry_form_write(const struct eg_entry_form *form, struct eg_html *html);

/* The faults as a list of links to their controls, in <div class="problem" role="alert" tabindex="-1" id="faults">; nothing without any. */
void eg_entry_form_write_faults(const struct eg_entry_form *form, struct eg_html *html);

/* Reads the body of a POST in place, as eg_kvp_from_form, with the limits of this form. The pairs are in the arena. */
EG_MUST_CHECK enum eg_status eg_entry_form_parse(char *body, size_t len, struct eg_arena *arena,
                                                 struct eg_kvp *kvp_out, struct eg_error *err);

/* Makes the document that form->posted says; free it with eg_json_free. `others` are the names that the page itself asks for, ended by
 * NULL; any name besides is a fault. EG_INVALID with *faults_out filled in (and err as the first of them): unknown names, one given twice,
 * values that are too long, hold control characters or have not the form of their field, too many items, what is needed and missing.
 * EG_CONFLICT: the entry is another than the one that was shown. What concerns several fields together, eg_entry_document_change finds. */
EG_MUST_CHECK enum eg_status eg_entry_form_read(const struct eg_entry_form *form, const char *const *others,
                                                struct eg_entry_faults *faults_out, struct eg_json **json_out,
                                                struct eg_error *err);

/* What was sent under a name that the page itself asks for: without blanks around it, its lines ended by LF, control characters as U+FFFD.
 * Empty when it was not sent. Lives as long as the arena and the body. */
struct eg_text eg_entry_form_sent(const struct eg_entry_form *form, const char *name);

/* Adds an error of eg_entry_document_change ("phones[1].number ...") beside the control where it belongs. */
void eg_entry_form_blame(const struct eg_entry_form *form, const struct eg_error *err,
                         struct eg_entry_faults *faults);

#endif
