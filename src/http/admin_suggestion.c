/* One suggestion. What it would do is worked out on the records as they are now: "after" is what the entry would say, private parts and all. An
 * editor accepts it, puts it right first, or rejects it with a reason. */
#include <string.h>

#include <microhttpd.h>

#include "data/entry_document.h"
#include "http/admin_edit.h"
#include "http/entry_form_parts.h"
#include "http/server_parts.h"

#define REASON "why"        /* the id of the control for a rejection's */
#define MOST_OTHERS 5U      /* suggestions about the same entry that are told of */
#define MOST_LOOKED_AT 200U /* of those that wait */

struct review {
    struct eg_admin_page *page;
    struct eg_suggestion suggestion; /* its texts in the page's arena */
    struct eg_json *document;        /* as it was sent */
    struct eg_json *before;          /* the entry as it is; NULL: a new one, or gone */
    struct eg_json *after;           /* as it would be; NULL: `unfit` says why it cannot */
    struct eg_json *base,
        *seen; /* what everybody saw of it when it was sent, NULL: nobody knows; and sees now */
    struct eg_document_merged merged;
    struct eg_text *lost_phones; /* [n_lost_phones] in the arena: go with their contacts */
    uint32_t n_lost_phones;
    struct eg_error unfit;
    char version[EG_EDIT_VERSION_BYTES]; /* of the entry as it is */
    bool is_new, is_gone, has_changed;   /* has_changed: since it was sent */
    bool is_idle;                        /* the entry would say what it says */
    uint32_t n_others;                   /* open ones about the same entry, told of so far */
};

static struct eg_engine *engine_of(const struct eg_admin_page *page)
{
    return page->exchange->server->engine;
}

static struct eg_text name_in(struct eg_json *document)
{
    struct eg_text name = {0};
    (void)eg_json_is_text(eg_json_get(eg_json_root(document), "name"), &name);
    return name;
}

static void clear(struct review *review)
{
    eg_json_free(review->document);
    eg_json_free(review->before);
    eg_json_free(review->after);
    eg_json_free(review->base);
    eg_json_free(review->seen);
    eg_json_free(review->merged.document);
}

/* --- finding --------------------------------------------------------------------------------------------------------------- */

static bool keep_suggestion(void *context, const struct eg_suggestion *suggestion)
{
    struct review *review = context;
    struct eg_suggestion *kept = &review->suggestion;
    *kept = *suggestion;
    struct eg_text *const texts[] = {
        &kept->at,           &kept->entry_id, &kept->document,   &kept->base,       &kept->from_name,
        &kept->from_contact, &kept->note,     &kept->decided_at, &kept->decided_by, &kept->reason};
    for (size_t i = 0; i < EG_ARRAY_LEN(texts); i++) *texts[i] = eg_admin_keep(review->page, *texts[i]);
    return false;
}

static bool compare_time(void *context, const struct eg_change_entry *change)
{
    struct review *review = context;
    review->has_changed = eg_text_compare(change->at, review->suggestion.at) > 0;
    return false;
}

static enum eg_status look_at_entry(struct review *review, struct eg_error *err)
{
    struct eg_admin_page *page = review->page;
    struct eg_text id = review->suggestion.entry_id;
    struct eg_change_visitor visitor = {compare_time, review};
    struct eg_buffer text;
    review->is_new = id.len == 0;
    if (review->is_new) return EG_OK;
    eg_buffer_init(&text, 0);
    enum eg_status status = eg_edits_read(page->snapshot, id, true, &text, review->version, err);
    if (status == EG_OK) status = eg_json_parse((struct eg_text){text.data, text.len}, &review->before, err);
    eg_buffer_clear(&text);
    review->is_gone = status == EG_NOT_FOUND;
    if (status != EG_OK && !review->is_gone) return status;
    return eg_store_history(eg_ledger_store(page->ledger), id, (struct eg_store_page){.limit = 1}, &visitor,
                            err);
}

/* What it changes, laid over what everybody sees of the entry now. One that does not say on what it is based is taken whole. */
static enum eg_status merge(struct review *review, struct eg_error *err)
{
    struct eg_admin_page *page = review->page;
    uint32_t n = 0;
    const struct eg_document_choice *choices = eg_admin_choices(page, &n);
    if (!review->base || !review->before) return EG_OK;
    review->seen = eg_admin_document(page->snapshot->records, review->suggestion.entry_id, false);
    struct eg_document_merge merge = {eg_json_root(review->base), eg_json_root(review->document),
                                      eg_json_root(review->seen), choices, n};
    enum eg_status status = eg_document_merge(&merge, page->arena, &review->merged, err);
    if (status == EG_OK) review->has_changed = review->merged.n_edited > 0;
    return status;
}

/* Their numbers are in no document. */
static void find_lost_phones(struct review *review, const struct eg_records *records,
                             const struct eg_records_change *change)
{
    struct eg_arena *arena = review->page->arena;
    review->lost_phones = eg_arena_array(arena, change->n_deletes + 1U, sizeof *review->lost_phones);
    for (uint32_t i = 0; i < change->n_deletes && review->lost_phones; i++) {
        const struct eg_record *phone = NULL;
        if (change->deletes[i].table == EG_RECORD_PHONE)
            phone = eg_records_find(records, EG_RECORD_PHONE, change->deletes[i].id);
        if (phone && phone->field[EG_PHONE_CONTACT_ID].len > 0)
            review->lost_phones[review->n_lost_phones++] = eg_text_copy(arena, phone->field[EG_PHONE_NUMBER]);
    }
}

/* What the entry would say. A suggestion that does not fit any more can still be put right, or rejected. */
static void look_ahead(struct review *review)
{
    struct eg_admin_page *page = review->page;
    struct eg_records *records = page->snapshot->records, *applied = NULL;
    struct eg_records_change change = {0};
    char fresh[EG_UUID_TEXT_LEN + 1];
    eg_uuid_random(fresh);
    struct eg_document_wish wish = {review->is_new ? eg_text_from(fresh) : review->suggestion.entry_id,
                                    eg_json_root(review->document), true};
    if (!records || review->is_gone) return;
    enum eg_status status = merge(review, &review->unfit);
    if (review->merged.document) wish.document = eg_json_root(review->merged.document);
    if (status == EG_OK)
        status = eg_entry_document_change(records, &wish, page->arena, &change, &review->unfit);
    if (status == EG_OK) status = eg_records_apply(records, &change, &applied, &review->unfit);
    if (status == EG_OK) review->after = eg_admin_document(applied, wish.id, true);
    if (status == EG_OK) find_lost_phones(review, records, &change);
    eg_records_release(applied);
}

static bool says_the_same(const struct review *review, const struct eg_json_value *after)
{
    struct eg_document_diff diff;
    if (!review->before || !after) return false;
    return eg_document_diff(eg_json_root(review->before), after, review->page->arena, &diff, NULL) == EG_OK &&
           diff.n == 0;
}

static enum eg_status find(struct review *review, struct eg_error *err)
{
    struct eg_admin_page *page = review->page;
    struct eg_suggestion_visitor visitor = {keep_suggestion, review};
    enum eg_status status =
        eg_store_suggestion(eg_ledger_store(page->ledger), page->wanted->id, &visitor, err);
    if (status == EG_OK) status = eg_json_parse(review->suggestion.document, &review->document, err);
    if (status == EG_OK && review->suggestion.base.len > 0)
        status = eg_json_parse(review->suggestion.base, &review->base, err);
    if (status == EG_OK) status = look_at_entry(review, err);
    if (status == EG_OK && review->suggestion.state == EG_SUGGESTION_OPEN) look_ahead(review);
    review->is_idle = status == EG_OK && says_the_same(review, eg_json_root(review->after));
    return status;
}

/* --- the page -------------------------------------------------------------------------------------------------------------- */

static void write_fact(struct eg_admin_page *page, const char *name, struct eg_text value)
{
    if (value.len == 0) return;
    eg_html_open(&page->html, "div");
    eg_admin_leaf(page, "dt", name);
    eg_admin_data(page, "dd", value, "");
    eg_html_close(&page->html);
}

static void write_time(struct eg_admin_page *page, const char *name, struct eg_text at)
{
    if (at.len == 0) return;
    eg_html_open(&page->html, "div");
    eg_admin_leaf(page, "dt", name);
    eg_html_open(&page->html, "dd");
    eg_admin_time(page, at);
    eg_html_close(&page->html);
    eg_html_close(&page->html);
}

static void write_facts(const struct review *review)
{
    static const char *const states[] = {"Open", "Accepted", "Rejected"};
    struct eg_admin_page *page = review->page;
    const struct eg_suggestion *suggestion = &review->suggestion;
    eg_html_open(&page->html, "dl");
    write_time(page, "Sent", suggestion->at);
    write_fact(page, "By", suggestion->from_name);
    write_fact(page, "How to reach them", suggestion->from_contact);
    write_fact(page, "Their note", suggestion->note);
    write_fact(page, "State", eg_text_from(states[suggestion->state]));
    write_time(page, "Decided", suggestion->decided_at);
    write_fact(page, "Decided by", suggestion->decided_by);
    write_fact(page, "Reason", suggestion->reason);
    if (review->before) {
        eg_html_open(&page->html, "div");
        eg_admin_leaf(page, "dt", "Entry");
        eg_html_open(&page->html, "dd");
        eg_admin_link(page, eg_admin_address(page, "/admin/entries/%s", suggestion->entry_id.data),
                      EG_TEXT("The entry as it is now"));
        eg_html_close(&page->html);
        eg_html_close(&page->html);
    }
    eg_html_close(&page->html);
}

/* What becomes of what was changed since. */
static void write_changed(const struct review *review)
{
    struct eg_admin_page *page = review->page;
    struct eg_html *html = &page->html;
    bool has_base = review->merged.document != NULL;
    eg_admin_open(page, "p", has_base ? "notice" : "problem");
    eg_html_text(html, EG_TEXT("The entry has been changed since this was sent. "));
    if (!has_base)
        eg_html_text(html,
                     EG_TEXT("This suggestion does not say what it is based on, so accepting it as it stands "
                             "would also put back what was changed since: look at "));
    else if (review->merged.n == 0)
        eg_html_text(html,
                     EG_TEXT("What was changed stays, since the suggestion is about other things: see "));
    else
        eg_html_text(html,
                     EG_TEXT("Some of it concerns what is suggested, and has to be decided below: see "));
    eg_admin_link(page, eg_admin_address(page, "/admin/history?entry=%s", review->suggestion.entry_id.data),
                  EG_TEXT("the entry's history"));
    eg_html_text(html, EG_TEXT("."));
    eg_html_close(html);
}

/* A note alone, or what was done already, by another suggestion perhaps. */
static void write_idle(const struct review *review)
{
    struct eg_admin_page *page = review->page;
    eg_admin_open(page, "p", "notice");
    eg_html_text(&page->html, review->has_changed ? EG_TEXT("The entry says by now what was suggested.")
                                                  : EG_TEXT("It changes nothing of what the entry says."));
    if (review->suggestion.note.len > 0)
        eg_html_text(&page->html, EG_TEXT(" Its note says what is meant: put the entry right first."));
    eg_html_close(&page->html);
}

static void write_gone(const struct review *review)
{
    struct eg_admin_page *page = review->page;
    eg_admin_open(page, "p", "problem");
    eg_html_text(&page->html,
                 EG_TEXT("The entry was deleted after this was sent, so it can only be rejected, unless "
                         "the deletion is undone first: see "));
    eg_admin_link(page, eg_admin_address(page, "/admin/history?entry=%s", review->suggestion.entry_id.data),
                  EG_TEXT("the entry's history"));
    eg_html_text(&page->html, EG_TEXT("."));
    eg_html_close(&page->html);
}

static struct eg_text shown_name(struct eg_text name)
{
    return (struct eg_text){name.data, eg_text_shown(name, 100)};
}

static bool tell_other(void *context, const struct eg_suggestion *suggestion)
{
    struct review *review = context;
    struct eg_admin_page *page = review->page;
    if (!eg_text_equal_any_case(suggestion->entry_id, review->suggestion.entry_id) ||
        strcmp(suggestion->id, review->suggestion.id) == 0)
        return true;
    if (review->n_others++ == 0) {
        eg_admin_open(page, "p", "notice");
        eg_html_text(&page->html, EG_TEXT("About the same entry there waits as well what was sent "));
    } else {
        eg_html_text(&page->html, EG_TEXT(", "));
    }
    eg_html_open(&page->html, "a");
    eg_html_address(&page->html, "href", eg_admin_address(page, "/admin/suggestions/%s", suggestion->id));
    eg_admin_time(page, suggestion->at);
    eg_html_close(&page->html);
    if (suggestion->from_name.len > 0) {
        eg_html_text(&page->html, EG_TEXT(" by "));
        eg_html_leaf(&page->html, "bdi", shown_name(suggestion->from_name));
    }
    return review->n_others < MOST_OTHERS;
}

/* Two people may say the same, or two things of one entry. */
static void write_others(struct review *review)
{
    struct eg_admin_page *page = review->page;
    struct eg_suggestion_visitor visitor = {tell_other, review};
    if (review->is_new || review->suggestion.state != EG_SUGGESTION_OPEN || page->n_open < 2) return;
    review->n_others = 0;
    enum eg_status status =
        eg_store_suggestions(eg_ledger_store(page->ledger), EG_SUGGESTION_OPEN,
                             (struct eg_store_page){.limit = MOST_LOOKED_AT}, &visitor, NULL);
    if (review->n_others == 0) return;
    eg_html_text(&page->html, status == EG_OK ? EG_TEXT(".") : EG_TEXT(" and perhaps others."));
    eg_html_close(&page->html);
}

static void write_warnings(const struct review *review)
{
    struct eg_admin_page *page = review->page;
    struct eg_html *html = &page->html;
    if (review->suggestion.state != EG_SUGGESTION_OPEN) return;
    if (review->is_gone) write_gone(review);
    else if (review->is_idle && review->merged.n == 0) write_idle(review);
    else if (review->has_changed) {
        write_changed(review);
    }
    if (review->unfit.status != EG_OK && !review->is_gone) {
        eg_admin_open(page, "p", "problem");
        eg_html_text_format(html, "It cannot be accepted as it stands: %s", review->unfit.message);
        eg_html_close(html);
    }
}

/* A topic is made by naming it, so one that is mistyped would become a second one of its kind. */
static void write_new_topics(const struct review *review)
{
    struct eg_admin_page *page = review->page;
    const struct eg_json_value *topics = eg_json_get(eg_json_root(review->document), EG_FORM_TOPICS);
    if (review->suggestion.state != EG_SUGGESTION_OPEN) return;
    for (size_t i = 0; i < eg_json_length(topics); i++) {
        struct eg_text topic, known;
        if (!eg_json_is_text(eg_json_at(topics, i), &topic) || topic.len == 0) continue;
        known = eg_form_topic_of_directory(page->snapshot->directory, topic);
        if (eg_text_equal(known, topic)) continue;
        eg_admin_open(page, "p", "notice");
        eg_html_text(&page->html, EG_TEXT("New topic, which no entry has yet: "));
        eg_html_leaf(&page->html, "bdi", topic);
        if (known.len > 0) {
            eg_html_text(&page->html, EG_TEXT(". The directory has: "));
            eg_html_leaf(&page->html, "bdi", known);
        }
        eg_html_close(&page->html);
    }
}

static void write_diff(struct review *review)
{
    struct eg_admin_page *page = review->page;
    struct eg_json *before = review->after ? review->before : review->base;
    struct eg_json *after = review->after ? review->after : review->document;
    if (review->is_idle) return; /* said already; or it is to be decided below */
    eg_admin_compare(page, eg_json_root(before), eg_json_root(after),
                     review->after ? "The entry as it is now (before), and as it would be (after)"
                                   : "What was suggested");
    eg_admin_lost_phones(page, review->lost_phones, review->n_lost_phones);
}

static void begin_decision(struct review *review, const char *class_name, const char *heading)
{
    struct eg_admin_page *page = review->page;
    eg_admin_leaf(page, "h2", heading);
    eg_admin_form(page, eg_admin_address(page, "/admin/suggestions/%s", review->suggestion.id), class_name);
    eg_admin_hidden(page, "entry_version", eg_text_from(review->version));
}

static void write_decisions(struct review *review, const char *fault)
{
    struct eg_admin_page *page = review->page;
    struct eg_html *html = &page->html;
    if (!review->is_gone) {
        begin_decision(review, "narrow-form", "Accept");
        eg_admin_conflicts(page, &review->merged, true);
        if (review->after)
            eg_admin_button(page, "action", "accept",
                            review->merged.n > 0 ? "Accept it as decided"
                            : review->is_idle    ? "Accept it without a change"
                                                 : "Accept it as it stands");
        eg_html_open(html, "p");
        eg_admin_link(page, eg_admin_address(page, "/admin/suggestions/%s?edit=1", review->suggestion.id),
                      EG_TEXT("Put it right first, then accept it"));
        eg_html_close(html);
        eg_html_close(html);
    }
    begin_decision(review, "narrow-form", "Reject");
    eg_admin_reason(page, REASON, "Why? Other editors will read it.", fault);
    eg_admin_button(page, "action", "reject", "Reject it");
    eg_html_close(html);
}

static struct eg_text title_of(struct review *review)
{
    struct eg_text name = name_in(review->before ? review->before : review->document);
    struct eg_text title = eg_text_format(review->page->arena, "%s: %.*s",
                                          review->is_new ? "Suggested: a new entry" : "Suggested change",
                                          EG_TEXT_SHOWN(name, 200));
    return title.data ? title : EG_TEXT("Suggestion");
}

/* `why` of EG_OK: nothing is wrong; `fault`: beside the reason, or NULL. */
static enum eg_status show(struct review *review, const struct eg_error *why, const char *fault,
                           struct eg_answer **answer_out, struct eg_error *err)
{
    static const struct eg_error of_reason;
    struct eg_admin_page *page = review->page;
    eg_admin_begin(page, title_of(review), why->status == EG_OK ? NULL : fault ? &of_reason : why);
    if (fault) eg_admin_problem_box(page, "Nothing was changed", why->message, REASON);
    write_facts(review);
    write_others(review);
    write_warnings(review);
    write_new_topics(review);
    write_diff(review);
    if (review->suggestion.state == EG_SUGGESTION_OPEN) write_decisions(review, fault);
    return eg_admin_finish(page, eg_admin_status_of(page->exchange, why->status), answer_out, err);
}

static enum eg_status tell_missing(struct eg_admin_page *page, struct eg_answer **answer_out,
                                   struct eg_error *err)
{
    eg_admin_begin(page, EG_TEXT("There is no such suggestion"), NULL);
    eg_admin_link(page, eg_admin_address(page, "/admin/suggestions"), EG_TEXT("Suggestions"));
    return eg_admin_finish(page, MHD_HTTP_NOT_FOUND, answer_out, err);
}

/* --- putting it right first ------------------------------------------------------------------------------------------------ */

/* The form shows what the entry would say. */
static enum eg_status show_form(struct review *review, struct eg_admin_edit *edit, const struct eg_error *why,
                                struct eg_answer **answer_out, struct eg_error *err)
{
    static const struct eg_error in_fields, fine;
    struct eg_admin_page *page = review->page;
    bool has_faults = edit->faults.n > 0;
    if (edit->asks) why = &fine;
    eg_admin_begin(page, title_of(review), why->status == EG_OK ? NULL : has_faults ? &in_fields : why);
    if (has_faults) eg_admin_edit_write_faults(edit);
    write_warnings(review);
    write_new_topics(review);
    if (why->status == EG_CONFLICT) write_diff(review);
    eg_admin_conflicts(page, &review->merged, false);
    eg_admin_form(page, eg_admin_address(page, "/admin/suggestions/%s?edit=1", review->suggestion.id),
                  "entry-form");
    eg_admin_hidden(page, "entry_version", eg_text_from(review->version));
    eg_admin_edit_write(edit);
    eg_admin_reason(page, "reason", "Why it was put right, for the history (may be left empty)", NULL);
    eg_admin_button(page, "action", "save", "Accept it like this");
    eg_html_close(&page->html);
    eg_html_open(&page->html, "p");
    eg_admin_link(page, eg_admin_address(page, "/admin/suggestions/%s", review->suggestion.id),
                  EG_TEXT("Back to the suggestion"));
    eg_html_close(&page->html);
    return eg_admin_finish(page, eg_admin_status_of(page->exchange, why->status), answer_out, err);
}

static void begin_edit(struct review *review, struct eg_admin_edit *edit)
{
    eg_admin_edit_init(edit, review->page, review->after ? review->after : review->document);
    if (review->after) review->after = NULL;
    else review->document = NULL;
}

enum eg_status eg_admin_suggestion(struct eg_admin_page *page, struct eg_answer **answer_out,
                                   struct eg_error *err)
{
    static const struct eg_error fine;
    struct review review = {.page = page};
    struct eg_admin_edit edit;
    enum eg_status status = find(&review, err);
    if (status == EG_NOT_FOUND) return tell_missing(page, answer_out, err);
    bool may_edit = review.suggestion.state == EG_SUGGESTION_OPEN && !review.is_gone;
    if (status == EG_OK && page->wanted->edit && may_edit) {
        (void)title_of(&review);
        begin_edit(&review, &edit);
        status = show_form(&review, &edit, &fine, answer_out, err);
        eg_admin_edit_clear(&edit);
    } else if (status == EG_OK) {
        status = show(&review, &fine, NULL, answer_out, err);
    }
    clear(&review);
    return status;
}

/* --- deciding -------------------------------------------------------------------------------------------------------------- */

static enum eg_status accept_it(struct review *review, const struct eg_json_value *document,
                                struct eg_error *why)
{
    struct eg_admin_page *page = review->page;
    struct eg_edit by = eg_admin_edit_by(page, eg_admin_version_given(page));
    struct eg_acceptance acceptance = {.suggestion = eg_text_from(review->suggestion.id),
                                       .document = document};
    acceptance.choices = eg_admin_choices(page, &acceptance.n_choices);
    struct eg_edit_done done;
    enum eg_status status = eg_edits_accept(engine_of(page), &by, &acceptance, &done, why);
    if (status != EG_OK) why->status = status;
    if (status != EG_OK) return status;
    if (document) review->is_idle = says_the_same(review, document);
    eg_edit_done_clear(&done);
    return EG_OK;
}

static struct eg_text after_acceptance(const struct review *review)
{
    return review->is_idle ? EG_TEXT("/admin/suggestions?done=settled")
                           : EG_TEXT("/admin/suggestions?done=accepted");
}

static enum eg_status reject_it(struct review *review, const char **fault_out, struct eg_error *why)
{
    struct eg_admin_page *page = review->page;
    struct eg_edit by = eg_admin_edit_by(page, NULL);
    if (by.reason.len == 0) {
        *fault_out = "Say why, in a word or two.";
        return eg_error_set(why, EG_INVALID, "a rejection needs a reason.");
    }
    enum eg_status status = eg_edits_reject(engine_of(page), &by, eg_text_from(review->suggestion.id), why);
    if (status != EG_OK) why->status = status;
    return status;
}

/* Somebody else may have been quicker: what there is now is shown with what is wrong. */
static enum eg_status show_again(struct eg_admin_page *page, const struct eg_error *why, const char *fault,
                                 struct eg_answer **answer_out, struct eg_error *err)
{
    struct review review = {.page = page};
    eg_admin_refresh(page);
    enum eg_status status = find(&review, err);
    if (status == EG_OK) status = show(&review, why, fault, answer_out, err);
    clear(&review);
    return status;
}

static enum eg_status decide_edited(struct review *review, struct eg_answer **answer_out,
                                    struct eg_error *err)
{
    struct eg_admin_page *page = review->page;
    struct eg_admin_edit edit;
    struct eg_error why = page->stale;
    begin_edit(review, &edit);
    enum eg_status status = why.status;
    if (status == EG_OK) status = eg_admin_edit_read(&edit, &why);
    if (status == EG_OK) status = accept_it(review, eg_json_root(edit.typed), &why);
    if (status == EG_INVALID && edit.typed) eg_admin_edit_blame(&edit, &why);
    why.status = status;
    if (status == EG_OK) status = eg_admin_redirect(page, after_acceptance(review), answer_out, err);
    else if (status == EG_CONFLICT && !edit.typed) status = show_again(page, &why, NULL, answer_out, err);
    else status = show_form(review, &edit, &why, answer_out, err);
    eg_admin_edit_clear(&edit);
    return status;
}

/* A form to put it right that somebody else was quicker than. */
static enum eg_status refuse_form(const struct review *review, struct eg_text action, struct eg_error *why)
{
    if (!eg_text_equal(action, EG_TEXT("save")))
        return eg_error_set(why, EG_INVALID, "the form does not say what to do.");
    return eg_error_set(
        why, EG_CONFLICT, "%s",
        review->is_gone
            ? "the entry was deleted meanwhile. Undo that, go back to the form, and send it again."
            : "it was decided meanwhile.");
}

static enum eg_status decide(struct review *review, struct eg_text action, struct eg_answer **answer_out,
                             struct eg_error *err)
{
    struct eg_admin_page *page = review->page;
    struct eg_error why = page->stale;
    const char *fault = NULL;
    enum eg_status status = why.status;
    bool is_acceptance = eg_text_equal(action, EG_TEXT("accept"));
    if (status == EG_OK && is_acceptance) status = accept_it(review, NULL, &why);
    else if (status == EG_OK && eg_text_equal(action, EG_TEXT("reject")))
        status = reject_it(review, &fault, &why);
    else if (status == EG_OK) status = refuse_form(review, action, &why);
    if (status != EG_OK) return show_again(page, &why, fault, answer_out, err);
    return eg_admin_redirect(
        page, is_acceptance ? after_acceptance(review) : EG_TEXT("/admin/suggestions?done=rejected"),
        answer_out, err);
}

enum eg_status eg_admin_decide(struct eg_admin_page *page, struct eg_answer **answer_out,
                               struct eg_error *err)
{
    struct review review = {.page = page};
    struct eg_text action = eg_admin_given(page, "action");
    enum eg_status status = find(&review, err);
    bool may_edit = review.suggestion.state == EG_SUGGESTION_OPEN && !review.is_gone;
    if (status == EG_NOT_FOUND) return tell_missing(page, answer_out, err);
    if (status == EG_OK && eg_text_equal(action, EG_TEXT("save")) && may_edit)
        status = decide_edited(&review, answer_out, err);
    else if (status == EG_OK) status = decide(&review, action, answer_out, err);
    clear(&review);
    return status;
}
