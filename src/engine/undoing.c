/* The batch's lines are undone from the last to the first, so that a batch that came in parts, such as an undoing, goes back through the states
 * through which it came. The rows that are nobody's (organisations, programmes and topics that entries share) stand in the line of a batch that came at
 * once: those that come back do so with the first part, those that go after a part from which on nobody needs them, and the others change with the last.
 * To look for those that go takes a look at each of them, which is why only every eighth part does.
 *
 * A part may hang on entries further on: a place that two of them share, say, cannot go with the first. Such a part is refused, and tried
 * again with twice as many entries, if need be with all that are left. */
#include "engine/undoing.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/textmap.h"
#include "data/change_rows.h"
#include "engine/edits_batch.h"
#include "engine/ledger.h"
#include "engine/lines.h"

#define ARENA_CEILING_BYTES ((size_t)2 * 1024 * 1024 * 1024)
#define CHECKED_AT_ONCE 500U
#define PARTS_FOR_SHARED 8U

struct eg_undoing {
    pthread_mutex_t lock; /* guards the report; a leaf */
    struct eg_undoing_report report;
    pthread_mutex_t working; /* guards the fields below; held while a part is done */
    struct eg_undoing_wish wish;
    struct eg_arena *arena; /* its texts */
    uint32_t n_done, part;  /* lines gone through, from the last; how many come next */
    struct eg_batch_changed changed;
    struct eg_textmap *left; /* lines that are left alone, by their ids */
    bool is_begun;           /* the undoing's own line is in the history */
    bool is_past_shared;     /* as in struct part, of the parts before */
};

/* Lines of the batch, the first of them the last that came. */
struct part {
    struct eg_undoing *undoing;
    struct eg_engine *engine;
    struct eg_arena *arena;
    struct eg_change_entry *lines; /* [n_lines] */
    uint32_t n_lines, n_read;
    bool is_first, is_last;
    bool is_past_shared;               /* of the lines gone through one was of rows that entries share */
    char change[EG_UUID_TEXT_LEN + 1]; /* the undoing's id */
};

const char *eg_undoing_state_name(enum eg_undoing_state state)
{
    static const char *const names[] = {"none", "checking", "undoing", "done", "stopped"};
    EG_ASSERT((unsigned)state < EG_ARRAY_LEN(names));
    return names[state];
}

enum eg_status eg_undoing_new(struct eg_undoing **undoing_out, struct eg_error *err)
{
    struct eg_undoing *undoing = eg_memory_zeroed(1, sizeof *undoing);
    if (!undoing) return eg_error_no_memory(err, sizeof *undoing);
    (void)pthread_mutex_init(&undoing->lock, NULL);
    (void)pthread_mutex_init(&undoing->working, NULL);
    *undoing_out = undoing;
    return EG_OK;
}

static void forget(struct eg_undoing *undoing)
{
    eg_arena_free(undoing->arena);
    eg_textmap_free(undoing->left);
    undoing->arena = NULL;
    undoing->left = NULL;
}

void eg_undoing_free(struct eg_undoing *undoing)
{
    if (!undoing) return;
    forget(undoing);
    (void)pthread_mutex_destroy(&undoing->working);
    (void)pthread_mutex_destroy(&undoing->lock);
    free(undoing);
}

/* --- the report -------------------------------------------------------------------------------------------------------------- */

static void report(struct eg_undoing *undoing, enum eg_undoing_state state, const char *message)
{
    (void)pthread_mutex_lock(&undoing->lock);
    struct eg_undoing_report *about = &undoing->report;
    about->state = state;
    about->n_done = undoing->n_done;
    about->n_left = undoing->changed.n;
    (void)snprintf(about->message, sizeof about->message, "%s", message);
    (void)pthread_mutex_unlock(&undoing->lock);
}

static enum eg_undoing_state state_of(struct eg_undoing *undoing)
{
    (void)pthread_mutex_lock(&undoing->lock);
    enum eg_undoing_state state = undoing->report.state;
    (void)pthread_mutex_unlock(&undoing->lock);
    return state;
}

static bool goes_on(enum eg_undoing_state state)
{
    return state == EG_UNDOING_CHECKS || state == EG_UNDOING_WRITES;
}

bool eg_undoing_tell(struct eg_undoing *undoing, struct eg_text change, struct eg_undoing_report *report_out)
{
    (void)pthread_mutex_lock(&undoing->lock);
    *report_out = undoing->report;
    (void)pthread_mutex_unlock(&undoing->lock);
    return report_out->state != EG_UNDOING_NONE && change.len > 0 &&
           (eg_text_equal_any_case(change, eg_text_from(report_out->batch)) ||
            eg_text_equal_any_case(change, eg_text_from(report_out->change)));
}

/* --- starting ---------------------------------------------------------------------------------------------------------------- */

static enum eg_status take(struct eg_undoing *undoing, const struct eg_undoing_wish *wish,
                           struct eg_error *err)
{
    forget(undoing);
    undoing->arena = eg_arena_new(ARENA_CEILING_BYTES);
    undoing->left = eg_textmap_new(16);
    if (!undoing->arena || !undoing->left) return eg_error_no_memory(err, 0);
    struct eg_undoing_wish own = *wish;
    struct eg_text *const texts[] = {&own.by, &own.reason, &own.batch, &own.rows};
    for (size_t i = 0; i < EG_ARRAY_LEN(texts); i++) {
        *texts[i] = eg_text_copy(undoing->arena, *texts[i]);
        if (!texts[i]->data) return eg_error_no_memory(err, texts[i]->len);
    }
    undoing->wish = own;
    undoing->n_done = 0;
    undoing->part = own.part;
    undoing->changed = (struct eg_batch_changed){0};
    undoing->is_begun = false;
    undoing->is_past_shared = false;
    return EG_OK;
}

enum eg_status eg_undoing_start(struct eg_undoing *undoing, const struct eg_undoing_wish *wish,
                                struct eg_error *err)
{
    (void)pthread_mutex_lock(&undoing->working);
    enum eg_status status = EG_OK;
    if (goes_on(state_of(undoing)))
        status = eg_error_set(
            err, EG_BUSY, "a change of many entries is being undone just now: try again when that is done");
    if (status == EG_OK) status = take(undoing, wish, err);
    if (status == EG_OK) {
        (void)pthread_mutex_lock(&undoing->lock);
        undoing->report = (struct eg_undoing_report){.n_entries = wish->n_entries};
        (void)snprintf(undoing->report.batch, sizeof undoing->report.batch, "%.*s",
                       EG_TEXT_SHOWN(wish->batch, EG_UUID_TEXT_LEN));
        (void)pthread_mutex_unlock(&undoing->lock);
        report(undoing, wish->force ? EG_UNDOING_WRITES : EG_UNDOING_CHECKS, "");
    }
    (void)pthread_mutex_unlock(&undoing->working);
    return status;
}

/* --- reading lines ----------------------------------------------------------------------------------------------------------- */

static bool keep_line(void *context, const struct eg_change_entry *line)
{
    struct part *part = context;
    struct eg_change_entry *kept = &part->lines[part->n_lines - 1 - part->n_read];
    struct eg_text *const texts[] = {&kept->entry_id, &kept->title, &kept->before, &kept->after, &kept->rows};
    *kept = *line;
    for (size_t i = 0; i < EG_ARRAY_LEN(texts); i++) {
        *texts[i] = eg_text_copy(part->arena, *texts[i]);
        if (!texts[i]->data) return false;
    }
    part->n_read++;
    return part->n_read < part->n_lines;
}

/* The next `most` lines, backwards. EG_CONFLICT when they are not there any more. */
static enum eg_status read_part(struct part *part, uint32_t most, struct eg_error *err)
{
    struct eg_undoing *undoing = part->undoing;
    uint32_t n_left = undoing->wish.n_entries - undoing->n_done;
    struct eg_ledger *ledger = eg_engine_ledger(part->engine);
    struct eg_change_visitor visitor = {keep_line, part};
    part->n_lines = n_left < most ? n_left : most;
    part->is_first = undoing->n_done == 0;
    part->is_last = part->n_lines == n_left;
    part->lines = eg_arena_array(part->arena, part->n_lines + 1U, sizeof *part->lines);
    enum eg_status status = part->lines ? EG_OK : eg_error_no_memory(err, 0);
    if (status == EG_OK && !ledger) status = eg_error_set(err, EG_BUSY, "the store is being opened");
    struct eg_store_page page = {part->n_lines, n_left - part->n_lines};
    if (status == EG_OK)
        status = eg_store_batch(eg_ledger_store(ledger), undoing->wish.batch, page, &visitor, err);
    eg_ledger_release(ledger);
    if (status == EG_OK && part->n_read < part->n_lines)
        status = eg_error_set(err, EG_CONFLICT, "the history has not all of this change any more");
    return status;
}

/* --- comparing --------------------------------------------------------------------------------------------------------------- */

/* An entry that is already as it was before counts as unchanged: then this goes on where another undoing was broken off. What a batch in parts did
 * to shared rows is in the documents of all that share them, so those of other parts cannot be compared; their rows are. */
static enum eg_status look_at(struct part *part, const struct eg_records *now,
                              const struct eg_change_entry *line, bool *is_unchanged_out,
                              struct eg_error *err)
{
    struct eg_buffer document;
    struct eg_text says;
    *is_unchanged_out = true;
    if (line->entry_id.len == 0) part->is_past_shared = true;
    if (part->undoing->wish.force || part->is_past_shared) return EG_OK;
    eg_buffer_init(&document, 0);
    enum eg_status status =
        eg_lines_document(now, eg_records_find(now, EG_RECORD_SERVICE, line->entry_id), true, &document, err);
    says = (struct eg_text){document.data, document.len};
    *is_unchanged_out =
        eg_lines_same_document(says, line->after) || eg_lines_same_document(says, line->before);
    eg_buffer_clear(&document);
    return status;
}

static enum eg_status compare(struct part *part, const struct eg_records *now, struct eg_error *err)
{
    struct eg_undoing *undoing = part->undoing;
    struct eg_rows_undoing *rows = NULL;
    enum eg_status status = eg_rows_undoing_new(now, false, part->arena, &rows, err);
    if (status == EG_OK && part->is_first && undoing->wish.rows.len > 0)
        status = eg_rows_undoing_add(rows, undoing->wish.rows, err);
    part->is_past_shared = undoing->is_past_shared;
    for (uint32_t i = 0; i < part->n_lines && status == EG_OK; i++) {
        bool is_unchanged = true;
        status = look_at(part, now, &part->lines[i], &is_unchanged, err);
        if (status == EG_OK && is_unchanged) status = eg_rows_undoing_add(rows, part->lines[i].rows, err);
        if (status == EG_CONFLICT) {
            is_unchanged = false;
            status = EG_OK;
        }
        if (!is_unchanged) eg_batch_note_changed(&undoing->changed, part->lines[i].title);
    }
    eg_rows_undoing_free(rows);
    return status;
}

static enum eg_status check_some(struct part *part, struct eg_error *err)
{
    struct eg_undoing *undoing = part->undoing;
    struct eg_snapshot *snapshot = eg_engine_snapshot(part->engine);
    enum eg_status status = snapshot && snapshot->records
                                ? EG_OK
                                : eg_error_set(err, EG_BUSY, "the directory's store is being opened");
    if (status == EG_OK) status = read_part(part, CHECKED_AT_ONCE, err);
    if (status == EG_OK) status = compare(part, snapshot->records, err);
    eg_snapshot_release(snapshot);
    if (status != EG_OK) return status;
    undoing->n_done += part->n_lines;
    undoing->is_past_shared = part->is_past_shared;
    if (!part->is_last) {
        report(undoing, EG_UNDOING_CHECKS, "");
        return EG_OK;
    }
    if (undoing->changed.n > 0) return eg_batch_say_changed(&undoing->changed, undoing->n_done, err);
    undoing->n_done = 0;
    undoing->is_past_shared = false;
    report(undoing, EG_UNDOING_WRITES, "");
    return EG_OK;
}

/* --- a part ------------------------------------------------------------------------------------------------------------------ */

static enum eg_status leave_alone(struct eg_undoing *undoing, const struct eg_change_entry *line,
                                  struct eg_error *err)
{
    eg_batch_note_changed(&undoing->changed, line->title);
    struct eg_text id = eg_text_copy(undoing->arena, eg_text_from(line->id));
    if (!id.data || eg_textmap_put(undoing->left, id, 0, NULL) != EG_OK)
        return eg_error_no_memory(err, id.len);
    return EG_OK;
}

/* *again_out: the line turned out to be one to be left alone when some of its rows were gathered already. */
static enum eg_status add_line(struct part *part, const struct eg_records *now, struct eg_rows_undoing *rows,
                               const struct eg_change_entry *line, bool *again_out, struct eg_error *err)
{
    bool is_unchanged = true;
    if (eg_textmap_get(part->undoing->left, eg_text_from(line->id)) != EG_TEXTMAP_NONE) return EG_OK;
    enum eg_status status = look_at(part, now, line, &is_unchanged, err);
    if (status == EG_OK && is_unchanged) status = eg_rows_undoing_add(rows, line->rows, err);
    *again_out = status == EG_CONFLICT;
    if (status != EG_CONFLICT && (status != EG_OK || is_unchanged)) return status;
    return leave_alone(part->undoing, line, err);
}

/* Whether rows that entries share go, or come back, with this part; one that was refused is tried again with all that may go. */
static bool moves_shared(const struct part *part)
{
    const struct eg_undoing *undoing = part->undoing;
    uint32_t n_parts = undoing->n_done / (undoing->wish.part > 0 ? undoing->wish.part : 1);
    if (part->is_last || undoing->wish.rows.len == 0) return false;
    return part->is_first || undoing->part != undoing->wish.part || n_parts % PARTS_FOR_SHARED == 0;
}

static enum eg_status gather_once(struct part *part, const struct eg_records *now,
                                  struct eg_records_change *change, bool *again_out, struct eg_error *err)
{
    struct eg_rows_undoing *rows = NULL;
    const struct eg_undoing_wish *wish = &part->undoing->wish;
    *again_out = false;
    part->is_past_shared = part->undoing->is_past_shared;
    enum eg_status status = eg_rows_undoing_new(now, wish->force, part->arena, &rows, err);
    if (status == EG_OK && moves_shared(part))
        status = eg_rows_undoing_add_early(rows, wish->rows, part->is_first, err);
    for (uint32_t i = 0; i < part->n_lines && status == EG_OK && !*again_out; i++)
        status = add_line(part, now, rows, &part->lines[i], again_out, err);
    if (status == EG_OK && part->is_last && wish->rows.len > 0)
        status = eg_rows_undoing_add(rows, wish->rows, err);
    if (status == EG_OK && !*again_out) status = eg_rows_undoing_finish(rows, change, err);
    eg_rows_undoing_free(rows);
    return status;
}

/* The line of what the part did to rows that are nobody's: it comes after those of its entries. */
static enum eg_status add_head(struct part *part, struct eg_lines *lines, struct eg_change_entry *line,
                               uint32_t *n_lines, struct eg_error *err)
{
    struct eg_change_entry shared;
    enum eg_status status = eg_lines_head(lines, part->arena, &shared, err);
    if (status != EG_OK || shared.rows.len == 0) return status;
    shared.title = EG_TEXT("What entries share");
    shared.reason = EG_TEXT("");
    shared.batch = eg_text_copy(part->arena, eg_text_from(part->change));
    eg_uuid_random(shared.id);
    *line = shared;
    ++*n_lines;
    return shared.batch.data ? EG_OK : eg_error_no_memory(err, 0);
}

/* The undoing's own line comes with the first part that does something. */
static enum eg_status make_lines(struct part *part, const struct eg_lines_wish *wish,
                                 struct eg_commit *commit, struct eg_error *err)
{
    struct eg_lines *lines = NULL;
    struct eg_change_entry *made = NULL;
    uint32_t n = 0;
    enum eg_status status = eg_lines_new(wish, &lines, err);
    if (status == EG_OK) status = eg_lines_next(lines, UINT32_MAX, part->arena, &made, &n, err);
    struct eg_change_entry *all = eg_arena_array(part->arena, n + 2U, sizeof *all);
    if (status == EG_OK && !all) status = eg_error_no_memory(err, n * sizeof *all);
    if (status == EG_OK && n > 0) memcpy(all, made, n * sizeof *all);
    if (status == EG_OK) status = add_head(part, lines, &all[n], &n, err);
    eg_lines_free(lines);
    if (status != EG_OK) return status;
    if (n == 0) return eg_error_set(err, EG_CANCELLED, "nothing is different");
    if (!part->undoing->is_begun) {
        all[n] = wish->head;
        all[n++].is_unfinished = !part->is_last;
    }
    commit->history = all;
    commit->n_history = n;
    if (part->is_last) commit->finished = eg_text_from(part->change);
    return EG_OK;
}

static enum eg_status plan_lines(struct part *part, const struct eg_snapshot *now, struct eg_commit *commit,
                                 struct eg_error *err)
{
    const struct eg_undoing_wish *wanted = &part->undoing->wish;
    char unused[EG_UUID_TEXT_LEN + 1];
    struct eg_lines_wish wish = {.before = now->records, .change = &commit->change};
    wish.head =
        (struct eg_change_entry){.by = wanted->by, .reason = wanted->reason, .action = EG_CHANGE_UNDO};
    eg_ledger_stamp(part->arena, unused, &wish.head.at);
    memcpy(wish.head.id, part->change, sizeof wish.head.id);
    enum eg_status status = wish.head.at.data ? EG_OK : eg_error_no_memory(err, 0);
    if (status == EG_OK) status = eg_batch_state_times(&commit->change, wish.head.at, part->arena, err);
    if (status == EG_OK) status = eg_batch_apply(now->records, &commit->change, &wish.after, err);
    if (status == EG_OK) status = make_lines(part, &wish, commit, err);
    eg_records_release(wish.after);
    return status;
}

/* EG_CANCELLED: there is nothing to do. */
static enum eg_status plan(void *context, const struct eg_snapshot *now, struct eg_arena *arena,
                           struct eg_commit *commit, struct eg_error *err)
{
    struct part *part = context;
    bool again = true;
    (void)arena; /* the part's own outlives the write */
    if (!now->records) return eg_error_set(err, EG_BUSY, "the directory's store is being opened");
    enum eg_status status = EG_OK;
    while (again && status == EG_OK) status = gather_once(part, now->records, &commit->change, &again, err);
    if (status == EG_OK && commit->change.n_puts + commit->change.n_deletes == 0)
        return eg_error_set(err, EG_CANCELLED, "nothing is different");
    return status == EG_OK ? plan_lines(part, now, commit, err) : status;
}

/* The last part had nothing to do. */
static enum eg_status close_batch(struct part *part, struct eg_error *err)
{
    struct eg_ledger *ledger = eg_engine_ledger(part->engine);
    struct eg_store_telling_more nothing = {.batch = eg_text_from(part->change), .is_last = true};
    if (!ledger) return eg_error_set(err, EG_BUSY, "the store is being opened");
    enum eg_status status = eg_store_tell_more(eg_ledger_store(ledger), &nothing, err);
    eg_ledger_release(ledger);
    return status;
}

static void end(struct eg_undoing *undoing)
{
    char message[EG_UNDOING_MESSAGE_BYTES] = "";
    if (!undoing->is_begun) {
        report(undoing, EG_UNDOING_STOPPED, "all of it is already as it was before");
        return;
    }
    if (undoing->changed.n > 0)
        (void)snprintf(message, sizeof message, "%u were changed by others meanwhile, and left alone: %s%s",
                       undoing->changed.n, undoing->changed.names,
                       undoing->changed.n > EG_BATCH_MOST_NAMED ? ", ..." : "");
    report(undoing, EG_UNDOING_DONE, message);
}

static enum eg_status undo_some(struct part *part, struct eg_error *err)
{
    struct eg_undoing *undoing = part->undoing;
    if (undoing->is_begun) memcpy(part->change, undoing->report.change, sizeof part->change);
    else eg_uuid_random(part->change);
    enum eg_status status = read_part(part, undoing->part, err);
    if (status == EG_OK) status = eg_engine_write(part->engine, plan, part, err);
    if (status == EG_CONFLICT && !part->is_last) {
        undoing->part = part->n_lines > UINT32_MAX / 2 ? UINT32_MAX : part->n_lines * 2;
        return EG_OK;
    }
    bool wrote = status == EG_OK;
    if (status == EG_CANCELLED) status = part->is_last && undoing->is_begun ? close_batch(part, err) : EG_OK;
    if (status != EG_OK) return status;
    undoing->n_done += part->n_lines;
    undoing->is_past_shared = part->is_past_shared;
    undoing->part = undoing->wish.part;
    if (wrote && !undoing->is_begun) {
        undoing->is_begun = true;
        (void)pthread_mutex_lock(&undoing->lock);
        memcpy(undoing->report.change, part->change, sizeof part->change);
        (void)pthread_mutex_unlock(&undoing->lock);
    }
    report(undoing, EG_UNDOING_WRITES, "");
    if (part->is_last) end(undoing);
    return EG_OK;
}

/* --- going on ---------------------------------------------------------------------------------------------------------------- */

static void do_part(struct eg_undoing *undoing, struct eg_engine *engine, enum eg_undoing_state state)
{
    struct part part = {.undoing = undoing, .engine = engine, .arena = eg_arena_new(ARENA_CEILING_BYTES)};
    struct eg_error err = {0};
    enum eg_status status = EG_BUSY;
    if (part.arena) status = state == EG_UNDOING_CHECKS ? check_some(&part, &err) : undo_some(&part, &err);
    eg_arena_free(part.arena);
    if (status == EG_BUSY) report(undoing, state, err.message);
    else if (status != EG_OK) report(undoing, EG_UNDOING_STOPPED, err.message);
}

bool eg_undoing_continue(struct eg_undoing *undoing, struct eg_engine *engine)
{
    (void)pthread_mutex_lock(&undoing->working);
    enum eg_undoing_state state = state_of(undoing);
    if (goes_on(state)) do_part(undoing, engine, state);
    state = state_of(undoing);
    if (!goes_on(state)) forget(undoing);
    (void)pthread_mutex_unlock(&undoing->working);
    return goes_on(state);
}
