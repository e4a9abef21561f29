/* Private to the editors' pages: what they are written with. All of them are made on the workers of EG_COST_WRITING, since they look into
 * the directory's store; signing in on those of EG_COST_SIGNING_IN. */
#ifndef EG_HTTP_ADMIN_PARTS_H
#define EG_HTTP_ADMIN_PARTS_H

#include "base/arena.h"
#include "data/store.h"
#include "engine/ledger.h"
#include "http/access.h"
#include "http/admin.h"
#include "data/document_diff.h"
#include "http/exchange.h"
#include "http/html.h"
#include "http/kvp.h"

/* A page under way. */
struct eg_admin_page {
    struct eg_exchange *exchange;
    const struct eg_admin_request *wanted;
    struct eg_snapshot *snapshot; /* NULL before the first load */
    struct eg_snapshot *own;      /* one reference; NULL: the snapshot is the request's */
    struct eg_ledger *ledger;     /* one reference; NULL: the atlas has no store */
    struct eg_editor_known editor;
    bool is_signed_in;
    bool signs_in;                /* it is the page to sign in on */
    uint32_t n_open;              /* suggestions that wait */
    struct eg_error stale;        /* status EG_OK: the form is one of this session */
    struct eg_kvp form;           /* of a POST */
    uint32_t depth;               /* folders below the root */
    char cookie[EG_COOKIE_BYTES]; /* to be set; empty: none */
    struct eg_html html;
    struct eg_arena *arena;
};

typedef enum eg_status eg_admin_fn(struct eg_admin_page *page, struct eg_answer **answer_out,
                                   struct eg_error *err);

struct eg_admin_view {
    const char *pattern; /* of its route */
    eg_admin_fn *get;    /* NULL: only sent to */
    eg_admin_fn *post;   /* NULL: only read */
    /* `post` shows the form again, filled in, when it was shown to an earlier session (page->stale), and then does nothing else. */
    bool keeps_form;
};

/* admin_lists.c */
eg_admin_fn eg_admin_suggestions, eg_admin_entries, eg_admin_history;
struct eg_admin_counts {
    uint32_t n, n_due; /* entries of the store; those to be reviewed */
};
struct eg_admin_counts eg_admin_count_entries(const struct eg_admin_page *page);
/* The last changes, of an entry or of all. */
EG_MUST_CHECK enum eg_status eg_admin_write_history(struct eg_admin_page *page, struct eg_text entry,
                                                    struct eg_store_page which, bool *has_more_out,
                                                    struct eg_error *err);
/* The single lines of a batch. */
EG_MUST_CHECK enum eg_status eg_admin_write_batch(struct eg_admin_page *page, struct eg_text batch,
                                                  struct eg_store_page which, bool *has_any_out,
                                                  bool *has_more_out, struct eg_error *err);

/* admin_suggestion.c, admin_entry.c, admin_change.c */
eg_admin_fn eg_admin_suggestion, eg_admin_decide;
eg_admin_fn eg_admin_entry, eg_admin_entry_save, eg_admin_entry_new, eg_admin_entry_create;
eg_admin_fn eg_admin_removal, eg_admin_remove;
eg_admin_fn eg_admin_change, eg_admin_undo;

/* --- admin_frame.c: everything around the content ---------------------------------------------------------------- */

EG_MUST_CHECK enum eg_status eg_admin_page_init(struct eg_admin_page *page, struct eg_exchange *exchange,
                                                const struct eg_admin_request *wanted, struct eg_error *err);
void eg_admin_page_clear(struct eg_admin_page *page);
/* From here on with the directory as it is by now. What was taken from the snapshot before is not to be used any more. */
void eg_admin_refresh(struct eg_admin_page *page);
/* Up to the heading and what happened before; ends inside <main>. With a problem the title says so, and the page tells of it; one without a
 * message the page tells of itself. */
void eg_admin_begin(struct eg_admin_page *page, struct eg_text title, const struct eg_error *problem);
EG_MUST_CHECK enum eg_status eg_admin_finish(struct eg_admin_page *page, unsigned http_status,
                                             struct eg_answer **answer_out, struct eg_error *err);
/* 303 to an address below the server's root ("/admin/entries?done=saved"). */
EG_MUST_CHECK enum eg_status eg_admin_redirect(struct eg_admin_page *page, struct eg_text path,
                                               struct eg_answer **answer_out, struct eg_error *err);

/* The status number of what an operation said. */
unsigned eg_admin_status_of(const struct eg_exchange *exchange, enum eg_status status);

/* --- admin_parts.c: small things that all pages are made of --------------------------------------------------------- */

/* An address of ours, absolute; of the page's arena. */
struct eg_text eg_admin_address(struct eg_admin_page *page, const char *format, ...) EG_PRINTF(2, 3);
/* `text` percent-encoded as a parameter's value, appended to an address. */
struct eg_text eg_admin_with(struct eg_admin_page *page, struct eg_text address, const char *name,
                             struct eg_text value);
void eg_admin_link(struct eg_admin_page *page, struct eg_text address, struct eg_text text);
void eg_admin_open(struct eg_admin_page *page, const char *element, const char *class_name);
void eg_admin_leaf(struct eg_admin_page *page, const char *element, const char *text);
/* Text from data, whose direction is its own; "(not stated)" or what `otherwise` says where there is none. */
void eg_admin_data(struct eg_admin_page *page, const char *element, struct eg_text text,
                   const char *otherwise);
/* A moment in the time of the atlas, as <time>. */
void eg_admin_time(struct eg_admin_page *page, struct eg_text at);
/* What is wrong, before all else, as a link to the control that it is about (its id; NULL: none in particular), after what came of it
 * ("Nothing was changed"); and what was done. The page comes with the focus there. */
void eg_admin_problem_box(struct eg_admin_page *page, const char *outcome, const char *message,
                          const char *control);
void eg_admin_happening(struct eg_admin_page *page, const char *text);

/* Opens a form that is sent to an address of ours, with the session's token. */
void eg_admin_form(struct eg_admin_page *page, struct eg_text address, const char *class_name);
void eg_admin_hidden(struct eg_admin_page *page, const char *name, struct eg_text value);
void eg_admin_button(struct eg_admin_page *page, const char *name, const char *value, const char *text);
/* The form's member, trimmed; empty when absent. */
struct eg_text eg_admin_given(const struct eg_admin_page *page, const char *name);

/* Links to the pages before and after. */
void eg_admin_pager(struct eg_admin_page *page, struct eg_text address, bool has_more);

/* Telephones that go with the contact whose they were, of which documents say nothing: [n] numbers; nothing for none. */
void eg_admin_lost_phones(struct eg_admin_page *page, const struct eg_text *numbers, size_t n);

/* A table of what differs between two documents (admin_diff.c; NULL: nothing is stated); says so when nothing does. */
void eg_admin_compare(struct eg_admin_page *page, const struct eg_json_value *before,
                      const struct eg_json_value *after, const char *caption);

/* --- admin_words.c: what a document says, in words. Texts are of the page's arena or live as long as the value ------- */

/* A member that is a list or an object: "Telephone". */
#define EG_ADMIN_WORD_BYTES 64
const char *eg_admin_word(struct eg_text member, char room[EG_ADMIN_WORD_BYTES]);
/* What the form calls a member, or the part of one (empty: the member itself): "phones", "number" is "Telephone number". */
struct eg_text eg_admin_label(struct eg_admin_page *page, struct eg_text member, struct eg_text part);
/* A text of a member or part of this name: of those to choose from the one that the form shows. */
struct eg_text eg_admin_say_text(const struct eg_admin_page *page, struct eg_text name, struct eg_text value);
/* Any value: a list by lines, an object by its parts with their labels, a polygon by its size. Empty: not stated. */
struct eg_text eg_admin_say(struct eg_admin_page *page, struct eg_text member, struct eg_text part,
                            const struct eg_json_value *value);
/* A list of schedules as people say hours, by lines. */
struct eg_text eg_admin_hours(struct eg_admin_page *page, const struct eg_json_value *schedules);

/* The entry's document as JSON of its own; NULL without the entry or memory. */
struct eg_json *eg_admin_document(const struct eg_records *records, struct eg_text id, bool with_private);

/* "changed", "deleted" ... */
const char *eg_admin_action(enum eg_change_action action);
/* A copy in the page's arena, NUL-terminated; data is NULL for an empty text. */
struct eg_text eg_admin_keep(struct eg_admin_page *page, struct eg_text text);

#endif
