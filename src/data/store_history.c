/* The history: a row of `change` for each line, its number the order in which they came. It is only ever added to, but for the word by which
 * the line of a batch says that not all of its lines are there yet. */
#include "data/store_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const action_names[EG_N_CHANGE_ACTIONS] = {
    [EG_CHANGE_CREATE] = "create",   [EG_CHANGE_UPDATE] = "update", [EG_CHANGE_DELETE] = "delete",
    [EG_CHANGE_UNDO] = "undo",       [EG_CHANGE_IMPORT] = "import", [EG_CHANGE_REVIEW] = "review",
    [EG_CHANGE_OUTSIDE] = "outside",
};

const char *eg_change_action_name(enum eg_change_action action)
{
    EG_ASSERT((unsigned)action < EG_N_CHANGE_ACTIONS);
    return action_names[action];
}

enum eg_status eg_store_write_history(struct eg_store *store, const struct eg_commit *commit,
                                      uint64_t revision, struct eg_error *err)
{
    char number[24];
    enum eg_status status = EG_OK;
    (void)snprintf(number, sizeof number, "%" PRIu64, revision);
    bool copies = eg_store_copy_begin(store, commit->n_history);
    for (uint32_t i = 0; i < commit->n_history && status == EG_OK; i++) {
        const struct eg_change_entry *line = &commit->history[i];
        const struct eg_text fields[EG_STORE_CHANGE_N] = {
            [EG_STORE_CHANGE_ID] = eg_text_from(line->id),
            [EG_STORE_CHANGE_REVISION] = eg_text_from(number),
            [EG_STORE_CHANGE_AT] = line->at,
            [EG_STORE_CHANGE_BY] = line->by,
            [EG_STORE_CHANGE_ACTION] = eg_text_from(eg_change_action_name(line->action)),
            [EG_STORE_CHANGE_ENTRY_ID] = line->entry_id,
            [EG_STORE_CHANGE_TITLE] = line->title,
            [EG_STORE_CHANGE_BEFORE] = line->before,
            [EG_STORE_CHANGE_AFTER] = line->after,
            [EG_STORE_CHANGE_SUGGESTION_ID] = line->suggestion,
            [EG_STORE_CHANGE_REASON] = line->reason,
            [EG_STORE_CHANGE_ROWS] = line->rows,
            [EG_STORE_CHANGE_BATCH] = line->batch,
            [EG_STORE_CHANGE_UNFINISHED] = line->is_unfinished ? EG_TEXT("yes") : EG_TEXT(""),
        };
        status = eg_store_insert(store, EG_STORE_CHANGE, fields, err);
    }
    if (status == EG_OK && copies) status = eg_store_flush(store, EG_STORE_CHANGE, err);
    eg_store_copy_end(copies);
    return status;
}

enum eg_status eg_store_write_finished(struct eg_store *store, struct eg_text batch, struct eg_error *err)
{
    char sql[EG_STORE_FILTER_BYTES + 60], filter[EG_STORE_FILTER_BYTES];
    if (!eg_store_filter("id", batch, filter)) return EG_OK;
    (void)snprintf(sql, sizeof sql, "UPDATE change SET unfinished = NULL WHERE %s", filter);
    return eg_store_run(store, sql, err);
}

/* --- reading ------------------------------------------------------------------------------------------------------------------- */

static struct eg_change_entry line_of(const struct eg_text *fields)
{
    struct eg_change_entry line = {
        .at = fields[EG_STORE_CHANGE_AT],
        .by = fields[EG_STORE_CHANGE_BY],
        .entry_id = fields[EG_STORE_CHANGE_ENTRY_ID],
        .title = fields[EG_STORE_CHANGE_TITLE],
        .before = fields[EG_STORE_CHANGE_BEFORE],
        .after = fields[EG_STORE_CHANGE_AFTER],
        .suggestion = fields[EG_STORE_CHANGE_SUGGESTION_ID],
        .reason = fields[EG_STORE_CHANGE_REASON],
        .rows = fields[EG_STORE_CHANGE_ROWS],
        .batch = fields[EG_STORE_CHANGE_BATCH],
        .is_unfinished = fields[EG_STORE_CHANGE_UNFINISHED].len > 0,
    };
    (void)snprintf(line.id, sizeof line.id, "%.*s", EG_TEXT_ARG(fields[EG_STORE_CHANGE_ID]));
    (void)eg_text_to_u64(fields[EG_STORE_CHANGE_REVISION], &line.revision);
    for (unsigned a = 0; a < EG_N_CHANGE_ACTIONS; a++)
        if (eg_text_equal(fields[EG_STORE_CHANGE_ACTION], eg_text_from(action_names[a])))
            line.action = (enum eg_change_action)a;
    return line;
}

static bool visit_line(void *context, const struct eg_text *fields)
{
    const struct eg_change_visitor *visitor = context;
    struct eg_change_entry line = line_of(fields);
    return visitor->visit(visitor->context, &line);
}

enum eg_status eg_store_select_lines(struct eg_store *store, const char *where,
                                     const struct eg_change_visitor *visitor, struct eg_error *err)
{
    struct eg_change_visitor copy = *visitor;
    struct eg_store_row_visitor rows = {visit_line, &copy};
    return eg_store_select(store, EG_STORE_CHANGE, EG_STORE_CHANGE_N, where, &rows, err);
}

static enum eg_status look(struct eg_store *store, const char *where, const struct eg_change_visitor *visitor,
                           struct eg_error *err)
{
    enum eg_status status = eg_store_begin(store, EG_STORE_LOOK, err);
    if (status == EG_OK) status = eg_store_select_lines(store, where, visitor, err);
    return eg_store_end(store, EG_STORE_LOOK, status, err);
}

enum eg_status eg_store_history(struct eg_store *store, struct eg_text entry_id, struct eg_store_page page,
                                const struct eg_change_visitor *visitor, struct eg_error *err)
{
    char where[EG_STORE_FILTER_BYTES + 120], filter[EG_STORE_FILTER_BYTES] = "";
    if (entry_id.len > 0 && !eg_store_filter("entry_id", entry_id, filter)) return EG_OK; /* there is none */
    /* Lines about what another program wrote may come after those of later commits. */
    (void)snprintf(where, sizeof where, "WHERE %s ORDER BY %sfid DESC LIMIT %" PRIu32 " OFFSET %" PRIu32,
                   filter[0] ? filter : "batch IS NULL", filter[0] ? "revision DESC, " : "", page.limit,
                   page.offset);
    return look(store, where, visitor, err);
}

/* By one writing of the id, which is ours: with two the index would not give the lines in their order, and each page of a large batch would sort
 * all of it. False for what is no UUID. */
static bool filter_batch(struct eg_text batch, char filter[EG_STORE_FILTER_BYTES])
{
    char id[EG_UUID_TEXT_LEN + 1] = "";
    if (!eg_record_text_is(EG_RECORD_ID, batch)) return false;
    memcpy(id, batch.data, EG_UUID_TEXT_LEN);
    for (size_t i = 0; i < EG_UUID_TEXT_LEN; i++)
        if (id[i] >= 'A' && id[i] <= 'F') id[i] = (char)(id[i] | 0x20);
    (void)snprintf(filter, EG_STORE_FILTER_BYTES, "batch = '%s'", id);
    return true;
}

enum eg_status eg_store_batch(struct eg_store *store, struct eg_text batch, struct eg_store_page page,
                              const struct eg_change_visitor *visitor, struct eg_error *err)
{
    char where[EG_STORE_FILTER_BYTES + 80], filter[EG_STORE_FILTER_BYTES];
    if (!filter_batch(batch, filter)) return EG_OK; /* there is none */
    (void)snprintf(where, sizeof where, "WHERE %s ORDER BY fid LIMIT %" PRIu32 " OFFSET %" PRIu32, filter,
                   page.limit, page.offset);
    return look(store, where, visitor, err);
}

enum eg_status eg_store_batch_count(struct eg_store *store, struct eg_text batch, uint32_t *n_out,
                                    struct eg_error *err)
{
    char sql[EG_STORE_FILTER_BYTES + 60], filter[EG_STORE_FILTER_BYTES];
    uint64_t n = 0;
    *n_out = 0;
    if (!filter_batch(batch, filter)) return EG_OK; /* there is none */
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM change WHERE %s", filter);
    enum eg_status status = eg_store_begin(store, EG_STORE_LOOK, err);
    if (status == EG_OK) status = eg_store_number(store, sql, &n, err);
    status = eg_store_end(store, EG_STORE_LOOK, status, err);
    if (status == EG_OK) *n_out = (uint32_t)n;
    return status;
}

/* --- what other programs wrote ------------------------------------------------------------------------------------------------- */

enum { UNTOLD, TOLD, TOLD_BY_OTHERS };

/* All lines of a revision are by the same. */
static enum eg_status is_told(struct eg_store *store, uint64_t revision, uint64_t *told_out,
                              struct eg_error *err)
{
    char sql[320];
    (void)snprintf(sql, sizeof sql,
                   "SELECT CASE WHEN said IS NULL THEN 0 WHEN said = '" EG_STORE_OTHERS
                   "' THEN 2 ELSE 1 END FROM "
                   "(SELECT (SELECT coalesce(\"by\", '') FROM change WHERE revision = %" PRIu64
                   " LIMIT 1) AS said) AS line",
                   revision);
    return eg_store_number(store, sql, told_out, err);
}

/* Downwards: who told of an edit told of all that were before it. */
static enum eg_status find_untold(struct eg_store *store, struct eg_store_span span, uint64_t *untold_out,
                                  struct eg_error *err)
{
    uint64_t told = TOLD, at = span.until;
    enum eg_status status = EG_OK;
    for (; at > span.after && status == EG_OK; at--) {
        status = is_told(store, at, &told, err);
        if (told != TOLD) break;
    }
    *untold_out = told == UNTOLD ? at : 0;
    return status;
}

enum eg_status eg_store_untold(struct eg_store *store, struct eg_store_span span, uint64_t *untold_out,
                               uint64_t *n_told_out, struct eg_error *err)
{
    char sql[160];
    (void)snprintf(sql, sizeof sql,
                   "SELECT count(DISTINCT revision) FROM change WHERE revision > %" PRIu64
                   " AND revision <= %" PRIu64,
                   span.after, span.until);
    enum eg_status status = eg_store_begin(store, EG_STORE_LOOK, err);
    *untold_out = *n_told_out = 0;
    if (status == EG_OK) status = find_untold(store, span, untold_out, err);
    if (status == EG_OK && *untold_out > 0) status = eg_store_number(store, sql, n_told_out, err);
    return eg_store_end(store, EG_STORE_LOOK, status, err);
}

enum eg_status eg_store_lines_of(struct eg_store *store, struct eg_store_span span,
                                 const struct eg_change_visitor *visitor, struct eg_error *err)
{
    char where[120];
    (void)snprintf(where, sizeof where,
                   "WHERE revision > %" PRIu64 " AND revision <= %" PRIu64 " ORDER BY fid", span.after,
                   span.until);
    return look(store, where, visitor, err);
}

static enum eg_status write_telling(struct eg_store *store, const struct eg_store_telling *telling,
                                    bool *told_out, struct eg_error *err)
{
    uint64_t revision = 0, told = UNTOLD;
    const struct eg_commit lines = {.history = telling->lines, .n_history = telling->n_lines};
    enum eg_status status = eg_store_number(store, "SELECT revision FROM store", &revision, err);
    if (status == EG_OK && revision != telling->revision)
        status = eg_error_set(err, EG_CONFLICT, "somebody else changed the directory meanwhile");
    if (status == EG_OK) status = is_told(store, telling->untold, &told, err);
    *told_out = status == EG_OK && told == UNTOLD;
    if (!*told_out) return status;
    return eg_store_write_history(store, &lines, telling->untold, err);
}

enum eg_status eg_store_tell(struct eg_store *store, const struct eg_store_telling *telling, bool *told_out,
                             struct eg_error *err)
{
    enum eg_status status = eg_store_begin(store, EG_STORE_WRITE, err);
    *told_out = false;
    if (status == EG_OK) status = write_telling(store, telling, told_out, err);
    return eg_store_end(store, EG_STORE_WRITE, status, err);
}

static enum eg_status write_more(struct eg_store *store, const struct eg_store_telling_more *more,
                                 struct eg_error *err)
{
    char sql[EG_STORE_FILTER_BYTES + 60], filter[EG_STORE_FILTER_BYTES];
    uint64_t n = 0;
    const struct eg_commit lines = {.history = more->lines, .n_history = more->n_lines};
    enum eg_status status = EG_OK;
    if (eg_store_filter("id", more->batch, filter)) {
        (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM change WHERE %s", filter);
        status = eg_store_number(store, sql, &n, err);
    }
    if (status == EG_OK && n == 0)
        status = eg_error_set(err, EG_NOT_FOUND,
                              "the history does not have the change any more that more is to be told of");
    if (status == EG_OK) status = eg_store_write_history(store, &lines, more->untold, err);
    return status == EG_OK && more->is_last ? eg_store_write_finished(store, more->batch, err) : status;
}

enum eg_status eg_store_tell_more(struct eg_store *store, const struct eg_store_telling_more *more,
                                  struct eg_error *err)
{
    enum eg_status status = eg_store_begin(store, EG_STORE_WRITE, err);
    if (status == EG_OK) status = write_more(store, more, err);
    return eg_store_end(store, EG_STORE_WRITE, status, err);
}

struct eg_text eg_store_name(const struct eg_store *store)
{
    const char *slash = strrchr(store->source, '/');
    if (store->is_database) return EG_TEXT("the database");
    return eg_text_from(slash ? slash + 1 : store->source);
}

/* --- one line -------------------------------------------------------------------------------------------------------------------- */

struct one_line {
    const struct eg_change_visitor *visitor;
    bool found;
};

static bool visit_one(void *context, const struct eg_change_entry *line)
{
    struct one_line *one = context;
    one->found = true;
    return one->visitor->visit(one->visitor->context, line);
}

enum eg_status eg_store_change(struct eg_store *store, struct eg_text change_id,
                               const struct eg_change_visitor *visitor, struct eg_error *err)
{
    char where[EG_STORE_FILTER_BYTES + 8], filter[EG_STORE_FILTER_BYTES];
    struct one_line one = {visitor, false};
    struct eg_change_visitor counting = {visit_one, &one};
    enum eg_status status = EG_OK;
    if (eg_store_filter("id", change_id, filter)) {
        (void)snprintf(where, sizeof where, "WHERE %s", filter);
        status = look(store, where, &counting, err);
    }
    if (status == EG_OK && !one.found)
        status =
            eg_error_set(err, EG_NOT_FOUND, "the history has no line '%.*s'", EG_TEXT_SHOWN(change_id, 60));
    return status;
}
