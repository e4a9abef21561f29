/* One entry: its form with all that editors see, saved on the condition that nobody else changed it in between; reviewed; deleted. */
#include <microhttpd.h>

#include "http/admin_edit.h"
#include "http/server_parts.h"

static struct eg_engine *engine_of(const struct eg_admin_page *page)
{
    return page->exchange->server->engine;
}

static struct eg_text text_in(struct eg_json *document, const char *member)
{
    struct eg_text text = {0};
    (void)eg_json_is_text(eg_json_get(eg_json_root(document), member), &text);
    return text;
}

static enum eg_status tell_missing(struct eg_admin_page *page, struct eg_answer **answer_out,
                                   struct eg_error *err)
{
    eg_admin_begin(page, EG_TEXT("There is no such entry"), NULL);
    eg_admin_leaf(
        page, "p",
        "It is not among those that are kept here. If it was deleted, the history can bring it back.");
    eg_admin_link(page, eg_admin_address(page, "/admin/history"), EG_TEXT("History"));
    return eg_admin_finish(page, MHD_HTTP_NOT_FOUND, answer_out, err);
}

/* While it was open. What was typed stands in the page to which the browser goes back, and its version is that of the entry again once the
 * deletion is undone. */
static enum eg_status tell_deleted(struct eg_admin_page *page, struct eg_answer **answer_out,
                                   struct eg_error *err)
{
    struct eg_error problem = {.message = "the entry was deleted while you had it open."};
    eg_admin_begin(page, EG_TEXT("There is no such entry any more"), &problem);
    eg_html_open(&page->html, "p");
    eg_html_text(&page->html, EG_TEXT("If it should be there, undo the deletion in "));
    eg_admin_link(page,
                  eg_admin_address(page, "/admin/history?entry=%.*s", EG_TEXT_SHOWN(page->wanted->id, 64)),
                  EG_TEXT("its history"));
    eg_html_text(&page->html,
                 EG_TEXT(", then come back to this page, go one page back and send the form once more. "
                         "What you typed should still be there."));
    eg_html_close(&page->html);
    return eg_admin_finish(page, MHD_HTTP_NOT_FOUND, answer_out, err);
}

/* --- the page -------------------------------------------------------------------------------------------------------------- */

static void write_links(struct eg_admin_page *page, const char *id)
{
    struct eg_html *html = &page->html;
    eg_admin_open(page, "ul", "plain links");
    eg_html_open(html, "li");
    eg_admin_link(page, eg_admin_address(page, "/finder/%s", id), EG_TEXT("As the public sees it"));
    eg_html_close(html);
    eg_html_open(html, "li");
    eg_admin_link(page, eg_admin_address(page, "/admin/history?entry=%s", id), EG_TEXT("Its history"));
    eg_html_close(html);
    eg_html_open(html, "li");
    eg_admin_link(page, eg_admin_address(page, "/admin/entries/%s/delete", id), EG_TEXT("Delete it"));
    eg_html_close(html);
    eg_html_close(html);
}

/* Nothing is changed by it but the date, so it is a form of its own. */
static void write_review(struct eg_admin_page *page, struct eg_json *document, const char *id,
                         const char *version)
{
    struct eg_html *html = &page->html;
    struct eg_text day = text_in(document, "last_reviewed");
    eg_admin_form(page, eg_admin_address(page, "/admin/entries/%s", id), "review");
    eg_admin_hidden(page, "entry_version", eg_text_from(version));
    eg_html_open(html, "p");
    if (day.len > 0) eg_html_text_format(html, "Last reviewed %.*s. ", EG_TEXT_SHOWN(day, 40));
    else eg_html_text(html, EG_TEXT("Never reviewed. "));
    eg_html_text(html, EG_TEXT("If all of the below is right as it stands:"));
    eg_html_close(html);
    eg_admin_button(page, "action", "review", "Mark as reviewed today");
    eg_html_close(html);
}

static void write_conflict(struct eg_admin_edit *edit)
{
    struct eg_admin_page *page = edit->page;
    eg_admin_edit_read_anyway(edit);
    eg_admin_leaf(
        page, "p",
        "The form below holds what you typed. Compare it with the entry as it is now; if you save it "
        "again, what you typed takes its place.");
    if (edit->typed)
        eg_admin_compare(page, eg_json_root(edit->document), eg_json_root(edit->typed),
                         "The entry as it is now (before), and as it would be saved (after)");
}

/* `why` of EG_OK: nothing is wrong. */
static enum eg_status show(struct eg_admin_edit *edit, const char *id, const char *version,
                           const struct eg_error *why, struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_admin_page *page = edit->page;
    static const struct eg_error in_fields, fine;
    bool has_faults = edit->faults.n > 0;
    if (edit->asks) why = &fine;
    struct eg_text name = text_in(edit->document, "name");
    struct eg_text title =
        edit->document ? (name.len > 0 ? name : EG_TEXT("(without a name)")) : EG_TEXT("A new entry");
    eg_admin_begin(page, title, why->status == EG_OK ? NULL : has_faults ? &in_fields : why);
    if (has_faults) eg_admin_edit_write_faults(edit);
    if (why->status == EG_CONFLICT) write_conflict(edit);
    if (edit->document) write_links(page, id);
    if (edit->document && why->status == EG_OK && !edit->asks)
        write_review(page, edit->document, id, version);
    eg_admin_form(page, eg_admin_address(page, "/admin/entries/%s", edit->document ? id : "new"),
                  "entry-form");
    eg_admin_hidden(page, "entry_version", eg_text_from(version));
    eg_admin_edit_write(edit);
    eg_admin_reason(page, "reason", "Why it is changed, for the history (may be left empty)", NULL);
    eg_admin_button(page, "action", "save", edit->document ? "Save" : "Make the entry");
    eg_html_close(&page->html);
    return eg_admin_finish(page, eg_admin_status_of(page->exchange, why->status), answer_out, err);
}

/* --- showing --------------------------------------------------------------------------------------------------------------- */

/* What the page is about, as it is now: somebody may have changed it since the request came. */
struct subject {
    const char *id; /* in lower case, NUL-terminated */
    struct eg_json *document;
    char version[EG_EDIT_VERSION_BYTES];
};

static enum eg_status find(struct eg_admin_page *page, struct subject *subject, struct eg_error *err)
{
    struct eg_buffer text;
    const struct eg_records *records = page->snapshot->records;
    const struct eg_record *service =
        records ? eg_records_find(records, EG_RECORD_SERVICE, page->wanted->id) : NULL;
    if (!service) return eg_error_set(err, EG_NOT_FOUND, "there is no such entry");
    struct eg_text id = eg_admin_keep(page, service->field[0]);
    eg_buffer_init(&text, 0);
    enum eg_status status = id.data ? EG_OK : eg_error_no_memory(err, 0);
    if (status == EG_OK) status = eg_edits_read(page->snapshot, id, true, &text, subject->version, err);
    if (status == EG_OK)
        status = eg_json_parse((struct eg_text){text.data, text.len}, &subject->document, err);
    subject->id = id.data;
    eg_buffer_clear(&text);
    return status;
}

enum eg_status eg_admin_entry(struct eg_admin_page *page, struct eg_answer **answer_out, struct eg_error *err)
{
    static const struct eg_error fine;
    struct subject subject = {0};
    struct eg_admin_edit edit;
    enum eg_status status = find(page, &subject, err);
    if (status == EG_NOT_FOUND) return tell_missing(page, answer_out, err);
    if (status != EG_OK) return status;
    eg_admin_edit_init(&edit, page, subject.document);
    status = show(&edit, subject.id, subject.version, &fine, answer_out, err);
    eg_admin_edit_clear(&edit);
    return status;
}

enum eg_status eg_admin_entry_new(struct eg_admin_page *page, struct eg_answer **answer_out,
                                  struct eg_error *err)
{
    static const struct eg_error fine;
    struct eg_admin_edit edit;
    eg_admin_edit_init(&edit, page, NULL);
    enum eg_status status = show(&edit, NULL, "", &fine, answer_out, err);
    eg_admin_edit_clear(&edit);
    return status;
}

/* --- saving ---------------------------------------------------------------------------------------------------------------- */

static enum eg_status tell_done(struct eg_admin_page *page, struct eg_edit_done *done, const char *what,
                                struct eg_answer **answer_out, struct eg_error *err)
{
    const char *word = done->change_id[0] ? what : "same";
    struct eg_text path = eg_text_format(page->arena, "/admin/entries/%s?done=%s", done->entry_id, word);
    eg_edit_done_clear(done);
    return path.data ? eg_admin_redirect(page, path, answer_out, err) : eg_error_no_memory(err, 0);
}

/* What is wrong with a document is told beside its fields. */
static enum eg_status put(struct eg_admin_edit *edit, struct eg_text id, const char *version,
                          struct eg_edit_done *done_out, struct eg_error *why)
{
    struct eg_admin_page *page = edit->page;
    struct eg_edit by = eg_admin_edit_by(page, version);
    if (page->stale.status != EG_OK) {
        *why = page->stale;
        return why->status;
    }
    enum eg_status status = eg_admin_edit_read(edit, why);
    if (status == EG_OK)
        status = eg_edits_put(engine_of(page), &by, id, eg_json_root(edit->typed), done_out, why);
    if (status == EG_INVALID && edit->typed) eg_admin_edit_blame(edit, why);
    if (status == EG_CONFLICT)
        eg_error_set(why, EG_CONFLICT, "somebody else changed the entry while you had it open.");
    if (status != EG_OK) why->status = status;
    return status;
}

static enum eg_status review(struct eg_admin_page *page, const struct subject *subject,
                             struct eg_edit_done *done_out, struct eg_error *why)
{
    struct eg_edit by = eg_admin_edit_by(page, eg_admin_version_given(page));
    if (page->stale.status != EG_OK) {
        *why = page->stale;
        return why->status;
    }
    enum eg_status status = eg_edits_review(engine_of(page), &by, eg_text_from(subject->id), done_out, why);
    if (status != EG_OK) why->status = status;
    return status;
}

/* After a conflict: with the entry as it is by now, which the request may not have seen yet. */
static enum eg_status show_again(struct eg_admin_page *page, const struct eg_error *why, bool is_review,
                                 struct eg_answer **answer_out, struct eg_error *err)
{
    struct subject subject = {0};
    struct eg_admin_edit edit;
    eg_admin_refresh(page);
    enum eg_status status = find(page, &subject, err);
    if (status == EG_NOT_FOUND) return tell_deleted(page, answer_out, err);
    if (status != EG_OK) return status;
    eg_admin_edit_init(&edit, page, subject.document);
    if (is_review) edit.form.posted = NULL;
    struct eg_error shown = *why;
    if (is_review && shown.status == EG_CONFLICT) shown.status = EG_INVALID;
    status = show(&edit, subject.id, subject.version, &shown, answer_out, err);
    eg_admin_edit_clear(&edit);
    return status;
}

enum eg_status eg_admin_entry_save(struct eg_admin_page *page, struct eg_answer **answer_out,
                                   struct eg_error *err)
{
    struct subject subject = {0};
    struct eg_admin_edit edit;
    struct eg_edit_done done;
    struct eg_error why = {0};
    bool is_review = eg_text_equal(eg_admin_given(page, "action"), EG_TEXT("review"));
    enum eg_status status = find(page, &subject, err);
    if (status == EG_NOT_FOUND) return tell_deleted(page, answer_out, err);
    if (status != EG_OK) return status;
    eg_admin_edit_init(&edit, page, subject.document);
    if (is_review) status = review(page, &subject, &done, &why);
    else status = put(&edit, eg_text_from(subject.id), eg_admin_version_given(page), &done, &why);
    if (status == EG_OK) status = tell_done(page, &done, is_review ? "reviewed" : "saved", answer_out, err);
    else if (status == EG_CONFLICT || is_review) status = show_again(page, &why, is_review, answer_out, err);
    else status = show(&edit, subject.id, eg_admin_version_given(page), &why, answer_out, err);
    eg_admin_edit_clear(&edit);
    return status;
}

enum eg_status eg_admin_entry_create(struct eg_admin_page *page, struct eg_answer **answer_out,
                                     struct eg_error *err)
{
    struct eg_admin_edit edit;
    struct eg_edit_done done;
    struct eg_error why = {0};
    eg_admin_edit_init(&edit, page, NULL);
    enum eg_status status = put(&edit, (struct eg_text){0}, "", &done, &why);
    if (status == EG_OK) status = tell_done(page, &done, "created", answer_out, err);
    else status = show(&edit, NULL, "", &why, answer_out, err);
    eg_admin_edit_clear(&edit);
    return status;
}

/* --- deleting -------------------------------------------------------------------------------------------------------------- */

static enum eg_status ask(struct eg_admin_page *page, const struct subject *subject,
                          const struct eg_error *why, struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_html *html = &page->html;
    eg_admin_begin(page, EG_TEXT("Delete this entry?"), why->status == EG_OK ? NULL : why);
    eg_admin_data(page, "p", text_in(subject->document, "name"), "(without a name)");
    eg_admin_leaf(
        page, "p",
        "The public will not find it any more. The history keeps what it said, and can bring it back.");
    eg_admin_form(page, eg_admin_address(page, "/admin/entries/%s/delete", subject->id), "narrow-form");
    eg_admin_hidden(page, "entry_version", eg_text_from(subject->version));
    eg_admin_reason(page, "reason", "Why, for the history (may be left empty)", NULL);
    eg_admin_button(page, "action", "delete", "Delete it");
    eg_html_close(html);
    eg_admin_link(page, eg_admin_address(page, "/admin/entries/%s", subject->id), EG_TEXT("Keep it"));
    return eg_admin_finish(page, eg_admin_status_of(page->exchange, why->status), answer_out, err);
}

enum eg_status eg_admin_removal(struct eg_admin_page *page, struct eg_answer **answer_out,
                                struct eg_error *err)
{
    static const struct eg_error fine;
    struct subject subject = {0};
    enum eg_status status = find(page, &subject, err);
    if (status == EG_NOT_FOUND) return tell_missing(page, answer_out, err);
    if (status == EG_OK) status = ask(page, &subject, &fine, answer_out, err);
    eg_json_free(subject.document);
    return status;
}

static enum eg_status ask_again(struct eg_admin_page *page, const struct eg_error *why,
                                struct eg_answer **answer_out, struct eg_error *err)
{
    struct subject subject = {0};
    eg_admin_refresh(page);
    enum eg_status status = find(page, &subject, err);
    if (status == EG_NOT_FOUND) return tell_missing(page, answer_out, err);
    if (status == EG_OK) status = ask(page, &subject, why, answer_out, err);
    eg_json_free(subject.document);
    return status;
}

enum eg_status eg_admin_remove(struct eg_admin_page *page, struct eg_answer **answer_out,
                               struct eg_error *err)
{
    struct eg_error why = page->stale;
    struct eg_edit_done done;
    struct eg_edit by = eg_admin_edit_by(page, eg_admin_version_given(page));
    enum eg_status status = why.status;
    if (status == EG_OK) status = eg_edits_remove(engine_of(page), &by, page->wanted->id, &done, &why);
    if (status != EG_OK) return ask_again(page, &why, answer_out, err);
    struct eg_text path = eg_text_format(page->arena, "/admin/history/%s?done=deleted", done.change_id);
    eg_edit_done_clear(&done);
    return path.data ? eg_admin_redirect(page, path, answer_out, err) : eg_error_no_memory(err, 0);
}
