/* The history by REST: for editors alone, since it says what contacts are private and who changed what. */
#include <stdio.h>

#include <microhttpd.h>

#include "data/store.h"
#include "engine/edits.h"
#include "engine/ledger.h"
#include "engine/undoing.h"
#include "http/access.h"
#include "http/entries.h"
#include "http/handlers.h"
#include "http/server_parts.h"

/* --- reading the request --------------------------------------------------------------------------------------------------- */

enum eg_status eg_changes_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                const struct eg_target *target, struct eg_error *err)
{
    (void)values;
    enum eg_status status = eg_entries_read(exchange, EG_TEXT(""), target, err);
    return status == EG_OK ? eg_target_text(target, "batch", &exchange->wanted.entries.batch, err) : status;
}

enum eg_status eg_change_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                               const struct eg_target *target, struct eg_error *err)
{
    return eg_entries_read(exchange, values->text[0], target, err);
}

enum eg_status eg_change_undo_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                    const struct eg_target *target, struct eg_error *err)
{
    enum eg_status status = eg_entries_read(exchange, values->text[0], target, err);
    return status == EG_OK ? eg_target_bool(target, "force", &exchange->wanted.entries.force, err) : status;
}

/* --- lines ----------------------------------------------------------------------------------------------------------------- */

static void write_text(struct eg_json *json, struct eg_json_value *into, const char *name,
                       struct eg_text text)
{
    if (text.len > 0) eg_json_text(json, into, name, text);
}

static void write_line(const struct eg_change_entry *change, struct eg_json *json, struct eg_json_value *into)
{
    eg_json_cstring(json, into, "id", change->id);
    eg_json_text(json, into, "at", change->at);
    eg_json_text(json, into, "by", change->by);
    eg_json_cstring(json, into, "action", eg_change_action_name(change->action));
    write_text(json, into, "entry_id", change->entry_id);
    write_text(json, into, "title", change->title);
    write_text(json, into, "batch_id", change->batch);
    write_text(json, into, "suggestion_id", change->suggestion);
    write_text(json, into, "reason", change->reason);
    eg_json_integer(json, into, "revision", (int64_t)change->revision);
    if (change->is_unfinished) eg_json_bool(json, into, "unfinished", true);
}

struct page {
    struct eg_json *json;
    struct eg_json_value *changes;
    uint32_t n, limit;
    bool has_more;
};

static bool visit_of_page(void *context, const struct eg_change_entry *change)
{
    struct page *page = context;
    page->has_more = page->n == page->limit;
    if (page->has_more) return false;
    page->n++;
    write_line(change, page->json, eg_json_object(page->json, page->changes, NULL));
    return true;
}

static bool visit_one(void *context, const struct eg_change_entry *change)
{
    struct eg_json *json = context;
    struct eg_json_value *root = eg_json_root(json);
    write_line(change, json, root);
    if (change->before.len > 0) eg_json_raw(json, root, "before", change->before);
    if (change->after.len > 0) eg_json_raw(json, root, "after", change->after);
    return false;
}

/* --- answers --------------------------------------------------------------------------------------------------------------- */

/* Frees the document. */
static enum eg_status answer_json(const struct eg_exchange *exchange, struct eg_json *json,
                                  struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_entity entity = {0};
    enum eg_status status = eg_entity_from_json(json, "application/json", &entity, err);
    return status == EG_OK ? eg_answer_from_entity(&entity, exchange->accepts_gzip, answer_out, err) : status;
}

static enum eg_status check(struct eg_exchange *exchange, struct eg_editor_known *editor_out,
                            struct eg_ledger **ledger_out, struct eg_error *err)
{
    enum eg_status status = eg_entries_check(exchange, editor_out, err);
    if (status != EG_OK) return status;
    *ledger_out = eg_engine_ledger(exchange->server->engine);
    return *ledger_out ? EG_OK : eg_error_set(err, EG_BUSY, "the directory's store is being opened");
}

static enum eg_status read_page(const struct eg_exchange *exchange, struct eg_ledger *ledger,
                                struct page *page, struct eg_error *err)
{
    const struct eg_entries_request *wanted = &exchange->wanted.entries;
    struct eg_change_visitor visitor = {visit_of_page, page};
    struct eg_store_page which = {wanted->limit + 1, wanted->offset};
    char path[120] = "/changes";
    if (wanted->id.len > 0)
        (void)snprintf(path, sizeof path, "/entries/%.*s/history", EG_TEXT_SHOWN(wanted->id, 40));
    page->changes = eg_json_array(page->json, eg_json_root(page->json), "changes");
    struct eg_store *store = eg_ledger_store(ledger);
    enum eg_status status = wanted->batch.len > 0 ? eg_store_batch(store, wanted->batch, which, &visitor, err)
                                                  : eg_store_history(store, wanted->id, which, &visitor, err);
    eg_json_integer(page->json, eg_json_root(page->json), "numberReturned", page->n);
    eg_entries_write_links(exchange, path, page->has_more, page->json);
    return status;
}

/* An entry that never was has no history; one that is gone has. */
enum eg_status eg_changes_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                               struct eg_error *err)
{
    const struct eg_entries_request *wanted = &exchange->wanted.entries;
    struct eg_editor_known editor;
    struct eg_ledger *ledger = NULL;
    enum eg_status status = check(exchange, &editor, &ledger, err);
    if (status != EG_OK) return status;
    struct page page = {.json = eg_json_new_object(), .limit = wanted->limit};
    status = read_page(exchange, ledger, &page, err);
    bool is_there = wanted->id.len == 0 || page.n > 0 || wanted->offset > 0 ||
                    (exchange->snapshot->records &&
                     eg_records_find(exchange->snapshot->records, EG_RECORD_SERVICE, wanted->id));
    if (status == EG_OK && !is_there)
        status = eg_error_set(err, EG_NOT_FOUND, "the directory's store has no entry '%.*s'",
                              EG_TEXT_SHOWN(wanted->id, 60));
    if (status == EG_OK) status = answer_json(exchange, page.json, answer_out, err);
    else eg_json_free(page.json);
    eg_ledger_release(ledger);
    return status;
}

/* How far the undoing of the change is, or was, if it was of very many entries and the last. */
static void write_undoing(const struct eg_exchange *exchange, struct eg_text id, struct eg_json *json)
{
    struct eg_undoing_report report;
    if (!eg_undoing_tell(eg_engine_undoing(exchange->server->engine), id, &report)) return;
    struct eg_json_value *into = eg_json_object(json, eg_json_root(json), "undoing");
    eg_json_cstring(json, into, "of", report.batch);
    eg_json_cstring(json, into, "state", eg_undoing_state_name(report.state));
    eg_json_integer(json, into, "entries", report.n_entries);
    eg_json_integer(json, into, "done", report.n_done);
    eg_json_integer(json, into, "left_alone", report.n_left);
    write_text(json, into, "change_id", eg_text_from(report.change));
    write_text(json, into, "message", eg_text_from(report.message));
}

static enum eg_status answer_change(const struct eg_exchange *exchange, struct eg_ledger *ledger,
                                    struct eg_text id, struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_json *json = eg_json_new_object();
    if (!json) return eg_error_no_memory(err, 0);
    struct eg_change_visitor visitor = {visit_one, json};
    enum eg_status status = eg_store_change(eg_ledger_store(ledger), id, &visitor, err);
    if (status == EG_OK) write_undoing(exchange, id, json);
    if (status == EG_OK) return answer_json(exchange, json, answer_out, err);
    eg_json_free(json);
    return status;
}

enum eg_status eg_change_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                              struct eg_error *err)
{
    struct eg_editor_known editor;
    struct eg_ledger *ledger = NULL;
    enum eg_status status = check(exchange, &editor, &ledger, err);
    if (status == EG_OK)
        status = answer_change(exchange, ledger, exchange->wanted.entries.id, answer_out, err);
    eg_ledger_release(ledger);
    return status;
}

/* The answer is the line that the history has more now; of very many entries, the change that is being undone. */
enum eg_status eg_change_undo_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                   struct eg_error *err)
{
    const struct eg_entries_request *wanted = &exchange->wanted.entries;
    struct eg_editor_known editor;
    struct eg_ledger *ledger = NULL;
    struct eg_edit_done done;
    enum eg_status status = check(exchange, &editor, &ledger, err);
    struct eg_edit edit = {.reason = wanted->reason};
    if (status == EG_OK) {
        edit.by = eg_text_from(editor.name);
        status = eg_edits_undo(exchange->server->engine, &edit, wanted->id, wanted->force, &done, err);
    }
    if (status == EG_OK) {
        struct eg_text id = done.goes_on ? wanted->id : eg_text_from(done.change_id);
        status = answer_change(exchange, ledger, id, answer_out, err);
        if (status == EG_OK && done.goes_on) (*answer_out)->status = MHD_HTTP_ACCEPTED;
        eg_edit_done_clear(&done);
    }
    eg_ledger_release(ledger);
    return status;
}
