/* The lines of a batch are read one after the other: each entry's document is compared with what the line left, and what the line did to rows is
 * turned round. A hundred thousand entries are some 200 MB of lines, of which nothing is kept but the rows that come back. */
#include "engine/edits_batch.h"

#include <stdio.h>
#include <string.h>

#include "data/change_rows.h"
#include "engine/ledger.h"
#include "engine/lines.h"
#include "engine/undoing.h"

struct undoing {
    struct eg_engine *engine;
    const struct eg_batch_undo *undo;
    struct eg_edit_done *done;
};

/* While the lines are read. */
struct reading {
    const struct eg_batch_undo *undo;
    const struct eg_records *now;
    struct eg_rows_undoing *rows;
    struct eg_buffer document;
    uint32_t n; /* entries */
    uint32_t
        n_before_shared; /* the first lines, of a batch that came in parts: what entries share changed after them */
    struct eg_batch_changed changed; /* those that are not as the batch left them */
    enum eg_status status;
    struct eg_error *err;
};

/* --- reading the lines ------------------------------------------------------------------------------------------------------- */

void eg_batch_note_changed(struct eg_batch_changed *changed, struct eg_text title)
{
    size_t len = strlen(changed->names);
    if (changed->n++ >= EG_BATCH_MOST_NAMED) return;
    (void)snprintf(changed->names + len, sizeof changed->names - len, "%s'%.*s'", len > 0 ? ", " : "",
                   EG_TEXT_SHOWN(title, 60));
}

static bool look_for_shared(void *context, const struct eg_change_entry *line)
{
    struct reading *reading = context;
    reading->n++;
    if (line->entry_id.len == 0) reading->n_before_shared = reading->n;
    return true;
}

static enum eg_status is_as_left(struct reading *reading, const struct eg_change_entry *line, bool *is_out)
{
    const struct eg_record *service = eg_records_find(reading->now, EG_RECORD_SERVICE, line->entry_id);
    reading->document.len = 0;
    enum eg_status status = eg_lines_document(reading->now, service, true, &reading->document, reading->err);
    *is_out =
        eg_lines_same_document((struct eg_text){reading->document.data, reading->document.len}, line->after);
    return status;
}

/* What was changed since is counted to the end, so that the message can say how much it is. What shared rows of a later part say is in the documents
 * of all that share them, so those of the parts before cannot be compared; their rows are. */
static bool visit_line(void *context, const struct eg_change_entry *line)
{
    struct reading *reading = context;
    bool is_same = true;
    bool is_compared = reading->n++ >= reading->n_before_shared && !reading->undo->force;
    if (is_compared) reading->status = is_as_left(reading, line, &is_same);
    if (reading->status == EG_OK && is_same)
        reading->status = eg_rows_undoing_add(reading->rows, line->rows, reading->err);
    if (reading->status == EG_CONFLICT) is_same = false;
    if (reading->status == EG_CONFLICT) reading->status = EG_OK;
    if (!is_same) eg_batch_note_changed(&reading->changed, line->title);
    return reading->status == EG_OK;
}

enum eg_status eg_batch_say_changed(const struct eg_batch_changed *changed, uint32_t n, struct eg_error *err)
{
    return eg_error_set(
        err, EG_CONFLICT,
        "of the %u entries, %u have been changed since (%s%s): undo the later changes first, or use "
        "force if they may be lost",
        n, changed->n, changed->names, changed->n > EG_BATCH_MOST_NAMED ? ", ..." : "");
}

static enum eg_status read_lines(const struct undoing *undoing, struct reading *reading, struct eg_error *err)
{
    struct eg_ledger *ledger = eg_engine_ledger(undoing->engine);
    struct eg_store *store = eg_ledger_store(ledger);
    struct eg_change_visitor looking = {look_for_shared, reading}, visitor = {visit_line, reading};
    struct eg_store_page all = {.limit = UINT32_MAX};
    enum eg_status status = EG_OK;
    if (undoing->undo->rows.len > 0) status = eg_rows_undoing_add(reading->rows, undoing->undo->rows, err);
    if (status == EG_OK) status = eg_store_batch(store, undoing->undo->batch, all, &looking, err);
    reading->n = 0;
    if (status == EG_OK) status = eg_store_batch(store, undoing->undo->batch, all, &visitor, err);
    eg_ledger_release(ledger);
    if (status == EG_OK) status = reading->status;
    if (status == EG_OK && reading->changed.n > 0)
        return eg_batch_say_changed(&reading->changed, reading->n, err);
    if (status == EG_OK && reading->n == 0 && undoing->undo->rows.len == 0)
        return eg_error_set(
            err, EG_CONFLICT,
            "the history does not keep what this changed, so it cannot be undone: put a copy of the "
            "store back, or import what there was");
    return status;
}

static enum eg_status gather(const struct undoing *undoing, const struct eg_snapshot *now,
                             struct eg_arena *arena, struct eg_records_change *change, struct eg_error *err)
{
    struct reading reading = {.undo = undoing->undo, .now = now->records, .err = err};
    eg_buffer_init(&reading.document, 0);
    enum eg_status status =
        eg_rows_undoing_new(now->records, undoing->undo->force, arena, &reading.rows, err);
    if (status == EG_OK) status = read_lines(undoing, &reading, err);
    if (status == EG_OK) status = eg_rows_undoing_finish(reading.rows, change, err);
    eg_rows_undoing_free(reading.rows);
    eg_buffer_clear(&reading.document);
    return status;
}

/* --- the plan ---------------------------------------------------------------------------------------------------------------- */

enum eg_status eg_batch_state_times(struct eg_records_change *change, struct eg_text at,
                                    struct eg_arena *arena, struct eg_error *err)
{
    struct eg_record *puts = eg_arena_array(arena, change->n_puts + 1U, sizeof *puts);
    if (!puts) return eg_error_no_memory(err, change->n_puts * sizeof *puts);
    for (uint32_t i = 0; i < change->n_puts; i++) {
        puts[i] = change->puts[i];
        if (puts[i].table != EG_RECORD_SERVICE) continue;
        struct eg_text *field = eg_arena_array(arena, EG_SERVICE_N_FIELDS, sizeof *field);
        if (!field) return eg_error_no_memory(err, sizeof *field);
        memcpy(field, puts[i].field, EG_SERVICE_N_FIELDS * sizeof *field);
        field[EG_SERVICE_LAST_MODIFIED] = at;
        puts[i].field = field;
    }
    change->puts = puts;
    return EG_OK;
}

enum eg_status eg_batch_apply(struct eg_records *now, const struct eg_records_change *change,
                              struct eg_records **after_out, struct eg_error *err)
{
    enum eg_status status = eg_records_apply(now, change, after_out, err);
    if (status != EG_INVALID && status != EG_NOT_FOUND) return status;
    return eg_error_set(err, EG_CONFLICT,
                        "what the entries referred to, or what refers to them, has been changed since: undo "
                        "the later changes first");
}

static enum eg_status write_lines(const struct undoing *undoing, const struct eg_snapshot *now,
                                  struct eg_arena *arena, struct eg_commit *commit, struct eg_error *err)
{
    struct eg_lines_wish wish = {.before = now->records, .change = &commit->change};
    const struct eg_edit *edit = undoing->undo->edit;
    wish.head = (struct eg_change_entry){.by = edit->by, .reason = edit->reason, .action = EG_CHANGE_UNDO};
    eg_ledger_stamp(arena, wish.head.id, &wish.head.at);
    enum eg_status status = wish.head.at.data ? EG_OK : eg_error_no_memory(err, 0);
    if (status == EG_OK) status = eg_batch_state_times(&commit->change, wish.head.at, arena, err);
    if (status == EG_OK) status = eg_batch_apply(now->records, &commit->change, &wish.after, err);
    if (status == EG_OK) status = eg_lines_make(&wish, arena, &commit->history, &commit->n_history, err);
    eg_records_release(wish.after);
    memcpy(undoing->done->change_id, wish.head.id, sizeof wish.head.id);
    return status;
}

static enum eg_status plan(void *context, const struct eg_snapshot *snapshot, struct eg_arena *arena,
                           struct eg_commit *commit, struct eg_error *err)
{
    const struct undoing *undoing = context;
    if (!snapshot->records) return eg_error_set(err, EG_BUSY, "the directory's store is being opened");
    enum eg_status status = gather(undoing, snapshot, arena, &commit->change, err);
    if (status == EG_OK && commit->change.n_puts + commit->change.n_deletes == 0)
        status = eg_error_set(err, EG_CONFLICT, "all of it is already as it was before");
    return status == EG_OK ? write_lines(undoing, snapshot, arena, commit, err) : status;
}

static enum eg_status count_lines(struct eg_engine *engine, struct eg_text batch, uint32_t *n_out,
                                  struct eg_error *err)
{
    struct eg_ledger *ledger = eg_engine_ledger(engine);
    if (!ledger) return eg_error_set(err, EG_UNSUPPORTED, "this atlas has no directory with a store");
    enum eg_status status = eg_store_batch_count(eg_ledger_store(ledger), batch, n_out, err);
    eg_ledger_release(ledger);
    if (status == EG_OK && eg_engine_is_telling(engine, batch))
        status = eg_error_set(err, EG_BUSY,
                              "the history of this change is still being written: try again in a minute");
    return status;
}

enum eg_status eg_batch_undo(struct eg_engine *engine, const struct eg_batch_undo *undo,
                             struct eg_edit_done *done_out, struct eg_error *err)
{
    struct eg_edit_done done = {0};
    struct undoing undoing = {engine, undo, &done};
    struct eg_undoing_wish wish = {.by = undo->edit->by,
                                   .reason = undo->edit->reason,
                                   .batch = undo->batch,
                                   .rows = undo->rows,
                                   .force = undo->force,
                                   .part = EG_UNDOING_PART};
    enum eg_status status = count_lines(engine, undo->batch, &wish.n_entries, err);
    if (status != EG_OK) return status;
    done.goes_on = wish.n_entries > EG_UNDOING_AT_ONCE;
    status = done.goes_on ? eg_undoing_start(eg_engine_undoing(engine), &wish, err)
                          : eg_engine_write(engine, plan, &undoing, err);
    if (status == EG_OK) *done_out = done;
    return status;
}
