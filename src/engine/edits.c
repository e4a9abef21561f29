/* All that changes an entry is one plan: look at the entry as it is, ask the condition, plan the rows, see what the entry says afterwards, and
 * write both into a line of the history. A plan may be made several times, and each begins anew. */
#include "engine/edits.h"

#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "data/change_rows.h"
#include "data/entry_document.h"
#include "engine/edits_batch.h"
#include "engine/ledger.h"
#include "engine/lines.h"
#include "engine/named_areas.h"

struct job {
    const struct eg_edit *edit;
    enum { PUT, REMOVE, REVIEW, RESTORE } what; /* RESTORE: the rows as they were before a change */
    enum eg_change_action action;               /* an update of an entry that is not there makes it */
    struct eg_text id;                          /* in lower case */
    const struct eg_json_value *document;
    const struct eg_json_value
        *base; /* that the document was made from by who sees nothing private; NULL: any */
    const struct eg_acceptance *acceptance; /* with `base`: what was decided */
    bool keeps_private, must_exist;
    struct eg_text rows; /* what that change did to them; empty: it is not known */
    bool force;
    const struct eg_text *expected; /* the document that the entry must have now; NULL: any */
    struct eg_text suggestion;      /* that is thereby accepted; empty: none */
    struct eg_edit_done *done;
};

/* The entry as a plan finds it. */
struct now {
    struct eg_records *records;
    const struct eg_generation *generation;
    const struct eg_record *service; /* NULL: there is none */
    struct eg_text at;               /* the time */
};

/* What goes into the history. */
struct line {
    struct eg_text at, title, before, after, rows;
};

bool eg_edit_is_version(const void *context, const char *version)
{
    return strcmp(context, version) == 0;
}

void eg_edit_done_clear(struct eg_edit_done *done)
{
    eg_buffer_clear(&done->document);
    *done = (struct eg_edit_done){0};
}

/* --- documents ------------------------------------------------------------------------------------------------------------- */

static void version_of(struct eg_text document, char version_out[EG_EDIT_VERSION_BYTES])
{
    if (document.len == 0) version_out[0] = '\0';
    else eg_hash128_hex(document.data, document.len, version_out);
}

static const struct eg_record *service_of(const struct eg_records *records, struct eg_text id)
{
    return records ? eg_records_find(records, EG_RECORD_SERVICE, id) : NULL;
}

static enum eg_status say_absent(struct eg_text id, struct eg_error *err)
{
    return eg_error_set(err, EG_NOT_FOUND, "the directory's store has no entry '%.*s'",
                        EG_TEXT_SHOWN(id, 60));
}

enum eg_status eg_edits_read(const struct eg_snapshot *snapshot, struct eg_text id, bool with_private,
                             struct eg_buffer *document_out, char version_out[EG_EDIT_VERSION_BYTES],
                             struct eg_error *err)
{
    const struct eg_record *service = service_of(snapshot->records, id);
    size_t before = document_out->len;
    if (!service) return say_absent(id, err);
    enum eg_status status = eg_lines_document(snapshot->records, service, with_private, document_out, err);
    if (status == EG_OK && version_out)
        version_of((struct eg_text){document_out->data + before, document_out->len - before}, version_out);
    return status;
}

/* --- what changes ---------------------------------------------------------------------------------------------------------- */

/* The service's row as the change leaves it, to be changed further: that among the puts, or a copy put beside them. NULL: no memory. */
static struct eg_text *service_row(const struct eg_records *records, struct eg_text id,
                                   struct eg_arena *arena, struct eg_records_change *change)
{
    uint32_t at = 0;
    while (at < change->n_puts && !(change->puts[at].table == EG_RECORD_SERVICE &&
                                    eg_text_equal_any_case(change->puts[at].field[0], id)))
        at++;
    const struct eg_record *from =
        at < change->n_puts ? &change->puts[at] : eg_records_find(records, EG_RECORD_SERVICE, id);
    struct eg_record *puts = eg_arena_array(arena, change->n_puts + 1U, sizeof *puts);
    struct eg_text *field = eg_arena_array(arena, EG_SERVICE_N_FIELDS, sizeof *field);
    EG_ASSERT(from);
    if (!puts || !field) return NULL;
    memcpy(field, from->field, EG_SERVICE_N_FIELDS * sizeof *field);
    if (change->n_puts > 0) memcpy(puts, change->puts, change->n_puts * sizeof *puts);
    puts[at] = (struct eg_record){EG_RECORD_SERVICE, field};
    change->puts = puts;
    change->n_puts += at == change->n_puts;
    return field;
}

static enum eg_status plan_review(const struct job *job, const struct now *now, struct eg_arena *arena,
                                  struct eg_records_change *change, struct eg_error *err)
{
    struct eg_text today = {now->at.data, EG_CALENDAR_DATE_LEN};
    if (eg_text_equal(now->service->field[EG_SERVICE_ASSURED_DATE], today)) return EG_OK;
    struct eg_text *field = service_row(now->records, job->id, arena, change);
    if (!field) return eg_error_no_memory(err, sizeof *field);
    field[EG_SERVICE_ASSURED_DATE] = today;
    return EG_OK;
}

/* The document as everybody sees it. */
static enum eg_status read_public(const struct now *now, struct eg_json **json_out, struct eg_error *err)
{
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    enum eg_status status = eg_lines_document(now->records, now->service, false, &text, err);
    if (status == EG_OK) status = eg_json_parse((struct eg_text){text.data, text.len}, json_out, err);
    eg_buffer_clear(&text);
    return status;
}

/* What differs between a document and its base, laid over the entry as it is. */
static enum eg_status plan_merged(const struct job *job, const struct now *now, struct eg_arena *arena,
                                  struct eg_records_change *change, struct eg_error *err)
{
    struct eg_json *present = NULL;
    struct eg_document_merged merged = {0};
    enum eg_status status = read_public(now, &present, err);
    if (status != EG_OK) return status;
    struct eg_document_merge merge = {job->base, job->document, eg_json_root(present),
                                      job->acceptance->choices, job->acceptance->n_choices};
    status = eg_document_merge(&merge, arena, &merged, err);
    if (status == EG_OK) status = eg_document_merge_check(&merged, err);
    if (status == EG_OK) {
        struct eg_document_wish wish = {job->id, eg_json_root(merged.document), job->keeps_private};
        status = eg_entry_document_change(now->records, &wish, arena, change, err);
    }
    eg_json_free(merged.document);
    eg_json_free(present);
    return status;
}

/* As far as it can be shown. */
static enum eg_status check_rows(const struct now *now, const struct eg_records_change *change,
                                 struct eg_error *err)
{
    struct eg_records *applied = NULL;
    enum eg_status status = eg_records_apply(now->records, change, &applied, err);
    eg_records_release(applied);
    if (status != EG_INVALID && status != EG_NOT_FOUND) return status;
    return eg_error_set(
        err, EG_CONFLICT,
        "what the entry referred to, or what refers to it, has been changed since: undo the later "
        "changes first, or use force if they may be lost");
}

static enum eg_status restore_rows(const struct job *job, const struct now *now, struct eg_arena *arena,
                                   struct eg_records_change *change, struct eg_error *err)
{
    struct eg_rows_undoing *undoing = NULL;
    struct eg_records_change undone = {0};
    enum eg_status status = eg_rows_undoing_new(now->records, false, arena, &undoing, err);
    if (status == EG_OK) status = eg_rows_undoing_add(undoing, job->rows, err);
    if (status == EG_OK) status = eg_rows_undoing_finish(undoing, &undone, err);
    if (status == EG_OK) status = check_rows(now, &undone, err);
    eg_rows_undoing_free(undoing);
    if (status == EG_OK) *change = undone;
    return status;
}

/* The rows as they were; where they cannot be by force, what the document has words for. */
static enum eg_status plan_restore(const struct job *job, const struct now *now, struct eg_arena *arena,
                                   struct eg_records_change *change, struct eg_error *err)
{
    struct eg_document_wish wish = {job->id, job->document, false};
    enum eg_status status = EG_CONFLICT;
    if (job->rows.len > 0) status = restore_rows(job, now, arena, change, err);
    if (status != EG_CONFLICT || (job->rows.len > 0 && !job->force)) return status;
    if (job->document) return eg_entry_document_change(now->records, &wish, arena, change, err);
    if (!now->service) return EG_OK; /* it is gone already */
    return eg_entry_document_removal(now->records, job->id, arena, change, err);
}

/* Whether the service is there after a change. */
static bool is_there(const struct now *now, const struct eg_records_change *change, struct eg_text id)
{
    for (uint32_t i = 0; i < change->n_deletes; i++)
        if (change->deletes[i].table == EG_RECORD_SERVICE &&
            eg_text_equal_any_case(change->deletes[i].id, id))
            return false;
    for (uint32_t i = 0; i < change->n_puts; i++)
        if (change->puts[i].table == EG_RECORD_SERVICE &&
            eg_text_equal_any_case(change->puts[i].field[0], id))
            return true;
    return now->service != NULL;
}

/* When it was modified stands in its row, and in no document. */
static enum eg_status plan_rows(const struct job *job, const struct now *now, struct eg_arena *arena,
                                struct eg_records_change *change, struct eg_error *err)
{
    struct eg_document_wish wish = {job->id, job->document, job->keeps_private};
    enum eg_status status = EG_OK;
    if (job->what == REMOVE) return eg_entry_document_removal(now->records, job->id, arena, change, err);
    if (job->what == RESTORE) status = plan_restore(job, now, arena, change, err);
    else if (job->what == REVIEW) status = plan_review(job, now, arena, change, err);
    else if (job->base) status = plan_merged(job, now, arena, change, err);
    else status = eg_entry_document_change(now->records, &wish, arena, change, err);
    if (status == EG_OK && job->what == PUT && job->action != EG_CHANGE_UNDO)
        status = eg_named_areas_check(now->generation, job->document, change, err);
    if (status != EG_OK || change->n_puts + change->n_deletes == 0) return status;
    if (!is_there(now, change, job->id)) return EG_OK;
    struct eg_text *field = service_row(now->records, job->id, arena, change);
    if (!field) return eg_error_no_memory(err, sizeof *field);
    field[EG_SERVICE_LAST_MODIFIED] = now->at;
    return EG_OK;
}

/* What the change does to the rows. What is too large for a line is undone by the document. */
static enum eg_status keep_rows(const struct now *now, const struct eg_records_change *change,
                                struct eg_arena *arena, struct line *line, struct eg_error *err)
{
    struct eg_buffer rows;
    eg_buffer_init(&rows, 0);
    enum eg_status status = eg_change_rows_write(now->records, change, &rows, err);
    if (status == EG_OK && rows.len > 0 && rows.len <= EG_STORE_TEXT_BYTES) {
        line->rows = eg_text_copy(arena, (struct eg_text){rows.data, rows.len});
        if (!line->rows.data) status = eg_error_no_memory(err, rows.len);
    }
    eg_buffer_clear(&rows);
    return status;
}

/* What the entry says after the change, and what it is called. */
static enum eg_status look_ahead(const struct job *job, const struct now *now,
                                 const struct eg_records_change *change, struct eg_arena *arena,
                                 struct line *line, struct eg_error *err)
{
    struct eg_records *applied = NULL;
    struct eg_buffer *document = &job->done->document;
    enum eg_status status = EG_OK;
    if (job->what != REMOVE) {
        status = eg_records_apply(now->records, change, &applied, err);
        if (status != EG_OK) return status;
    }
    const struct eg_record *after = service_of(applied, job->id);
    status = eg_lines_document(applied, after, true, document, err);
    line->after = (struct eg_text){document->data, document->len};
    const struct eg_record *named = after ? after : now->service;
    if (named) line->title = eg_text_copy(arena, named->field[EG_SERVICE_NAME]);
    eg_records_release(applied);
    if (status == EG_OK && named && !line->title.data) status = eg_error_no_memory(err, 0);
    return status == EG_OK ? keep_rows(now, change, arena, line, err) : status;
}

/* --- the plan -------------------------------------------------------------------------------------------------------------- */

static enum eg_status check(const struct job *job, struct eg_text document, struct eg_error *err)
{
    char version[EG_EDIT_VERSION_BYTES];
    version_of(document, version);
    if (document.len == 0 && job->must_exist) return say_absent(job->id, err);
    if (job->edit->holds && !job->edit->holds(job->edit->context, version))
        return eg_error_set(err, EG_CONFLICT, "%s",
                            version[0] ? "the entry is not as you have seen it: look at it again"
                                       : "there is no such entry any more: somebody has removed it");
    if (job->expected && !eg_lines_same_document(*job->expected, document))
        return eg_error_set(err, EG_CONFLICT,
                            "the entry has been changed since: undo the later changes first, or look at what "
                            "it says now, and use force if that may be lost");
    return EG_OK;
}

/* The entry as it is now. */
static enum eg_status look(const struct job *job, const struct eg_snapshot *snapshot, struct eg_arena *arena,
                           struct now *now, struct eg_text *before_out, struct eg_error *err)
{
    struct eg_buffer before;
    if (!snapshot->records) return eg_error_set(err, EG_BUSY, "the directory's store is being opened");
    now->records = snapshot->records;
    now->generation = snapshot->generation;
    now->service = service_of(now->records, job->id);
    eg_buffer_init(&before, 0);
    enum eg_status status = eg_lines_document(now->records, now->service, true, &before, err);
    if (status == EG_OK && before.len > 0) {
        *before_out = eg_text_copy(arena, (struct eg_text){before.data, before.len});
        if (!before_out->data) status = eg_error_no_memory(err, before.len);
    }
    eg_buffer_clear(&before);
    return status;
}

static enum eg_status write_line(const struct job *job, const struct line *line, struct eg_arena *arena,
                                 struct eg_commit *commit, struct eg_error *err)
{
    struct eg_change_entry *entry = eg_arena_array(arena, 1, sizeof *entry);
    struct eg_suggestion_decision *decision = eg_arena_array(arena, 1, sizeof *decision);
    bool is_new = job->done->made && job->action == EG_CHANGE_UPDATE;
    if (!entry || !decision) return eg_error_no_memory(err, sizeof *entry);
    *entry = (struct eg_change_entry){.at = line->at,
                                      .by = job->edit->by,
                                      .action = is_new ? EG_CHANGE_CREATE : job->action,
                                      .entry_id = job->id,
                                      .title = line->title,
                                      .before = line->before,
                                      .after = line->after,
                                      .suggestion = job->suggestion,
                                      .reason = job->edit->reason,
                                      .rows = line->rows};
    memcpy(entry->id, job->done->change_id, sizeof entry->id);
    *decision = (struct eg_suggestion_decision){job->suggestion, line->at, job->edit->by, job->edit->reason,
                                                EG_SUGGESTION_ACCEPTED};
    commit->history = entry;
    commit->n_history = 1;
    commit->decision = job->suggestion.len > 0 ? decision : NULL;
    return EG_OK;
}

/* EG_CANCELLED: it says so already. */
static enum eg_status leave_as_it_is(const struct job *job, const struct line *line, struct eg_error *err)
{
    struct eg_edit_done *done = job->done;
    if (job->action == EG_CHANGE_UNDO)
        return eg_error_set(err, EG_CONFLICT, "the entry says already what it said before that change");
    eg_buffer_text(&done->document, line->before);
    version_of(line->before, done->version);
    done->change_id[0] = '\0';
    return done->document.failed ? eg_error_no_memory(err, line->before.len)
                                 : eg_error_set(err, EG_CANCELLED, "nothing is different");
}

static enum eg_status plan(void *context, const struct eg_snapshot *snapshot, struct eg_arena *arena,
                           struct eg_commit *commit, struct eg_error *err)
{
    const struct job *job = context;
    struct eg_edit_done *done = job->done;
    struct now now = {0};
    struct line line = {0};
    eg_edit_done_clear(done);
    memcpy(done->entry_id, job->id.data, job->id.len);
    eg_ledger_stamp(arena, done->change_id, &line.at);
    now.at = line.at;
    enum eg_status status = line.at.data ? EG_OK : eg_error_no_memory(err, 0);
    if (status == EG_OK) status = look(job, snapshot, arena, &now, &line.before, err);
    if (status == EG_OK) status = check(job, line.before, err);
    if (status == EG_OK) status = plan_rows(job, &now, arena, &commit->change, err);
    if (status != EG_OK) return status;
    done->made = !now.service;
    if (commit->change.n_puts + commit->change.n_deletes == 0) return leave_as_it_is(job, &line, err);
    status = look_ahead(job, &now, &commit->change, arena, &line, err);
    version_of(line.after, done->version);
    return status == EG_OK ? write_line(job, &line, arena, commit, err) : status;
}

static enum eg_status check_reason(const struct eg_edit *edit, struct eg_error *err)
{
    if (edit->reason.len <= EG_EDIT_REASON_BYTES) return EG_OK;
    eg_error_set(err, EG_LIMIT, "the reason has more than %u bytes", EG_EDIT_REASON_BYTES);
    eg_error_field(err, "reason");
    return EG_LIMIT;
}

static enum eg_status say_no_id(struct eg_error *err)
{
    eg_error_set(err, EG_INVALID,
                 "the id of an entry has to be a UUID such as 585a9093-5c12-5388-b7de-8ecc54e58082");
    eg_error_field(err, "id");
    return EG_INVALID;
}

static enum eg_status decide(struct eg_engine *engine, const struct eg_edit *edit,
                             struct eg_suggestion_decision decision, struct eg_error *err)
{
    char now[EG_CLOCK_UTC_MS_BYTES];
    struct eg_ledger *ledger = eg_engine_ledger(engine);
    if (!ledger) return eg_error_set(err, EG_UNSUPPORTED, "this atlas has no directory with a store");
    eg_clock_utc_ms(now);
    decision.at = eg_text_from(now);
    decision.by = edit->by;
    enum eg_status status = check_reason(edit, err);
    if (status == EG_OK) status = eg_store_decide(eg_ledger_store(ledger), &decision, err);
    eg_ledger_release(ledger);
    return status;
}

/* Nothing was written. What was asked for by a suggestion is settled by that: who decided so stands beside it, and the entry's history
 * has nothing to tell. */
static enum eg_status settle(struct eg_engine *engine, const struct job *job, struct eg_error *err)
{
    char reason[EG_EDIT_REASON_BYTES + 40];
    struct eg_text given = job->edit->reason;
    if (job->suggestion.len == 0) return EG_OK;
    (void)snprintf(reason, sizeof reason, "Nothing to change%s%.*s", given.len > 0 ? ": " : "",
                   EG_TEXT_ARG(given));
    return decide(engine, job->edit,
                  (struct eg_suggestion_decision){
                      .id = job->suggestion, .reason = eg_text_from(reason), .state = EG_SUGGESTION_ACCEPTED},
                  err);
}

static enum eg_status carry_out(struct eg_engine *engine, struct job *job, struct eg_edit_done *done_out,
                                struct eg_error *err)
{
    struct eg_edit_done done = {0};
    char id[EG_UUID_TEXT_LEN + 1] = "";
    enum eg_status status = check_reason(job->edit, err);
    if (status == EG_OK && !eg_record_text_is(EG_RECORD_ID, job->id))
        status = job->must_exist ? say_absent(job->id, err) : say_no_id(err);
    if (status != EG_OK) return status;
    for (size_t i = 0; i < EG_UUID_TEXT_LEN; i++)
        id[i] = job->id.data[i] >= 'A' && job->id.data[i] <= 'F' ? (char)(job->id.data[i] | 0x20)
                                                                 : job->id.data[i];
    job->id = eg_text_from(id);
    job->done = &done;
    status = eg_engine_write(engine, plan, job, err);
    if (status == EG_CANCELLED) status = settle(engine, job, err);
    if (status == EG_OK) *done_out = done;
    else eg_edit_done_clear(&done);
    return status;
}

/* --- operations ------------------------------------------------------------------------------------------------------------ */

enum eg_status eg_edits_put(struct eg_engine *engine, const struct eg_edit *edit, struct eg_text id,
                            const struct eg_json_value *document, struct eg_edit_done *done_out,
                            struct eg_error *err)
{
    char fresh[EG_UUID_TEXT_LEN + 1];
    eg_uuid_random(fresh);
    struct job job = {.edit = edit,
                      .what = PUT,
                      .action = EG_CHANGE_UPDATE,
                      .id = id.len > 0 ? id : eg_text_from(fresh),
                      .document = document};
    return carry_out(engine, &job, done_out, err);
}

enum eg_status eg_edits_remove(struct eg_engine *engine, const struct eg_edit *edit, struct eg_text id,
                               struct eg_edit_done *done_out, struct eg_error *err)
{
    struct job job = {.edit = edit, .what = REMOVE, .action = EG_CHANGE_DELETE, .id = id, .must_exist = true};
    return carry_out(engine, &job, done_out, err);
}

enum eg_status eg_edits_review(struct eg_engine *engine, const struct eg_edit *edit, struct eg_text id,
                               struct eg_edit_done *done_out, struct eg_error *err)
{
    struct job job = {.edit = edit, .what = REVIEW, .action = EG_CHANGE_REVIEW, .id = id, .must_exist = true};
    return carry_out(engine, &job, done_out, err);
}

/* --- undoing --------------------------------------------------------------------------------------------------------------- */

/* Of a line of the history, or of a suggestion, what is needed after the visit. */
struct found {
    struct eg_buffer id, first, second, rows;
};

static void init_found(struct found *found)
{
    eg_buffer_init(&found->id, 0);
    eg_buffer_init(&found->first, 0);
    eg_buffer_init(&found->second, 0);
    eg_buffer_init(&found->rows, 0);
}

static void clear_found(struct found *found)
{
    eg_buffer_clear(&found->id);
    eg_buffer_clear(&found->first);
    eg_buffer_clear(&found->second);
    eg_buffer_clear(&found->rows);
}

static struct eg_text text_of(const struct eg_buffer *buffer)
{
    return (struct eg_text){buffer->data, buffer->len};
}

static bool visit_change(void *context, const struct eg_change_entry *change)
{
    struct found *found = context;
    eg_buffer_text(&found->id, change->entry_id);
    eg_buffer_text(&found->first, change->before);
    eg_buffer_text(&found->second, change->after);
    eg_buffer_text(&found->rows, change->rows);
    return false;
}

static bool visit_suggestion(void *context, const struct eg_suggestion *suggestion)
{
    struct found *found = context;
    eg_buffer_text(&found->id, suggestion->entry_id);
    eg_buffer_text(&found->first, suggestion->document);
    eg_buffer_text(&found->second, suggestion->base);
    return false;
}

static enum eg_status find(struct eg_engine *engine, struct eg_text change, struct eg_text suggestion,
                           struct found *found, struct eg_error *err)
{
    struct eg_ledger *ledger = eg_engine_ledger(engine);
    const struct eg_change_visitor of_change = {visit_change, found};
    const struct eg_suggestion_visitor of_suggestion = {visit_suggestion, found};
    if (!ledger) return eg_error_set(err, EG_UNSUPPORTED, "this atlas has no directory with a store");
    enum eg_status status =
        change.len > 0 ? eg_store_change(eg_ledger_store(ledger), change, &of_change, err)
                       : eg_store_suggestion(eg_ledger_store(ledger), suggestion, &of_suggestion, err);
    eg_ledger_release(ledger);
    if (status == EG_OK &&
        (found->id.failed || found->first.failed || found->second.failed || found->rows.failed))
        status = eg_error_no_memory(err, found->first.len);
    return status;
}

/* Fills in the document of a job, which stays valid as long as *json_out. */
static enum eg_status put_document(struct job *job, struct eg_text text, struct eg_json **json_out,
                                   struct eg_error *err)
{
    enum eg_status status = eg_json_parse(text, json_out, err);
    if (status == EG_OK) job->document = eg_json_root(*json_out);
    return status;
}

enum eg_status eg_edits_undo(struct eg_engine *engine, const struct eg_edit *edit, struct eg_text change_id,
                             bool force, struct eg_edit_done *done_out, struct eg_error *err)
{
    struct found found;
    struct eg_json *json = NULL;
    init_found(&found);
    enum eg_status status = find(engine, change_id, EG_TEXT(""), &found, err);
    struct eg_text before = text_of(&found.first), after = text_of(&found.second);
    struct job job = {.edit = edit,
                      .what = RESTORE,
                      .action = EG_CHANGE_UNDO,
                      .id = text_of(&found.id),
                      .rows = text_of(&found.rows),
                      .force = force,
                      .expected = force ? NULL : &after};
    struct eg_batch_undo batch = {edit, change_id, text_of(&found.rows), force};
    bool is_batch = status == EG_OK && job.id.len == 0;
    if (is_batch) status = check_reason(edit, err);
    if (is_batch && status == EG_OK) status = eg_batch_undo(engine, &batch, done_out, err);
    if (!is_batch && status == EG_OK && before.len > 0) status = put_document(&job, before, &json, err);
    if (!is_batch && status == EG_OK) status = carry_out(engine, &job, done_out, err);
    eg_json_free(json);
    clear_found(&found);
    return status;
}

/* --- suggestions ----------------------------------------------------------------------------------------------------------- */

/* The suggestion's document, and what it is based on where it says so. */
static enum eg_status take_suggested(struct job *job, const struct found *found, struct eg_json *json[2],
                                     struct eg_error *err)
{
    enum eg_status status = put_document(job, text_of(&found->first), &json[0], err);
    if (status != EG_OK || found->second.len == 0 || !job->must_exist) return status;
    status = eg_json_parse(text_of(&found->second), &json[1], err);
    if (status == EG_OK) job->base = eg_json_root(json[1]);
    return status;
}

enum eg_status eg_edits_accept(struct eg_engine *engine, const struct eg_edit *edit,
                               const struct eg_acceptance *acceptance, struct eg_edit_done *done_out,
                               struct eg_error *err)
{
    struct found found;
    struct eg_json *json[2] = {NULL, NULL};
    char fresh[EG_UUID_TEXT_LEN + 1];
    init_found(&found);
    eg_uuid_random(fresh);
    enum eg_status status = find(engine, EG_TEXT(""), acceptance->suggestion, &found, err);
    struct job job = {.edit = edit,
                      .what = PUT,
                      .action = EG_CHANGE_UPDATE,
                      .id = found.id.len > 0 ? text_of(&found.id) : eg_text_from(fresh),
                      .document = acceptance->document,
                      .acceptance = acceptance,
                      .keeps_private = !acceptance->document,
                      .must_exist = found.id.len > 0,
                      .suggestion = acceptance->suggestion};
    if (status == EG_OK && !job.document) status = take_suggested(&job, &found, json, err);
    if (status == EG_OK) status = carry_out(engine, &job, done_out, err);
    eg_json_free(json[0]);
    eg_json_free(json[1]);
    clear_found(&found);
    return status;
}

enum eg_status eg_edits_reject(struct eg_engine *engine, const struct eg_edit *edit,
                               struct eg_text suggestion, struct eg_error *err)
{
    return decide(engine, edit,
                  (struct eg_suggestion_decision){
                      .id = suggestion, .reason = edit->reason, .state = EG_SUGGESTION_REJECTED},
                  err);
}
