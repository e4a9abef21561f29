/* Each commit of ours has lines in the history with its revision; a revision without lines was made by another program. The lines that tell of
 * it bear the last such revision, so that whoever finds one there knows that it was told.
 *
 * Where a server has written in between as well, what its lines say is left out: entries that are as the last of these lines left them,
 * and rows that entries share. An entry that was edited on top of such a line gets a line by its document alone. */
#include "engine/outside.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/textmap.h"
#include "data/change_rows.h"
#include "data/record_owner.h"
#include "engine/ledger.h"
#include "engine/lines.h"

#define ARENA_CEILING_BYTES ((size_t)4 * 1024 * 1024 * 1024)
#define MOST_KNOWN 100000U /* entries of lines in between */

/* An entry of which a line in between tells. */
struct known {
    struct eg_text id, after; /* in the arena */
    bool is_as_left;
};

struct eg_telling {
    struct eg_outside outside; /* the records retained */
    struct eg_arena *arena;
    struct eg_records_change change;
    struct eg_record *puts;
    struct eg_record_key *deletes;
    struct known *known; /* [MOST_KNOWN], or NULL: no server wrote in between */
    struct eg_textmap *number;
    uint32_t n_known;
    enum eg_status status;
    struct eg_error *err;
    uint64_t untold; /* the revision that the lines are about */
    struct eg_lines *lines;
    struct eg_change_entry head;
    /* The lines of the next part, where they were made and the store could not be had. */
    struct eg_arena *part_arena;
    struct eg_change_entry *part;
    uint32_t n_part;
};

/* --- what differs ---------------------------------------------------------------------------------------------------------- */

static const struct eg_record *row_at(const struct eg_records *records, enum eg_record_table table,
                                      uint32_t i)
{
    return i < eg_records_count(records, table) ? eg_records_at(records, table, i) : NULL;
}

/* Both have their rows in the order of the ids. */
static void compare_table(struct eg_telling *telling, enum eg_record_table table)
{
    const struct eg_records *before = telling->outside.before, *now = telling->outside.now;
    uint32_t i = 0, k = 0;
    for (;;) {
        const struct eg_record *old = row_at(before, table, i), *fresh = row_at(now, table, k);
        int order = 0;
        if (!old && !fresh) return;
        if (old && fresh) order = eg_text_compare(old->field[0], fresh->field[0]);
        else order = old ? -1 : 1;
        if (order < 0)
            telling->deletes[telling->change.n_deletes++] = (struct eg_record_key){table, old->field[0]};
        if (order > 0 || (order == 0 && old != fresh && !eg_change_rows_same(old, fresh)))
            telling->puts[telling->change.n_puts++] = *fresh;
        i += order <= 0;
        k += order >= 0;
    }
}

static enum eg_status compare(struct eg_telling *telling, struct eg_error *err)
{
    size_t n_before = 1, n_now = 1;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        n_before += eg_records_count(telling->outside.before, (enum eg_record_table)t);
        n_now += eg_records_count(telling->outside.now, (enum eg_record_table)t);
    }
    telling->puts = eg_arena_array(telling->arena, n_now, sizeof *telling->puts);
    telling->deletes = eg_arena_array(telling->arena, n_before, sizeof *telling->deletes);
    if (!telling->puts || !telling->deletes) return eg_error_no_memory(err, n_now * sizeof *telling->puts);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) compare_table(telling, (enum eg_record_table)t);
    telling->change.puts = telling->puts;
    telling->change.deletes = telling->deletes;
    return EG_OK;
}

/* --- what servers wrote in between ----------------------------------------------------------------------------------------- */

static enum eg_status document_of(const struct eg_telling *telling, struct eg_text id,
                                  struct eg_text *text_out, struct eg_error *err)
{
    struct eg_buffer text;
    const struct eg_records *now = telling->outside.now;
    eg_buffer_init(&text, 0);
    enum eg_status status =
        eg_lines_document(now, eg_records_find(now, EG_RECORD_SERVICE, id), true, &text, err);
    if (status == EG_OK) *text_out = eg_text_copy(telling->arena, (struct eg_text){text.data, text.len});
    if (status == EG_OK && !text_out->data && text.len > 0) status = eg_error_no_memory(err, text.len);
    eg_buffer_clear(&text);
    return status;
}

static bool visit_between(void *context, const struct eg_change_entry *line)
{
    struct eg_telling *telling = context;
    struct eg_text id = eg_text_copy(telling->arena, line->entry_id), now = {0};
    uint32_t number = EG_TEXTMAP_NONE;
    if (line->entry_id.len == 0) return true;
    telling->status = document_of(telling, line->entry_id, &now, telling->err);
    if (telling->status == EG_OK && (!id.data || telling->n_known == MOST_KNOWN))
        telling->status = eg_error_no_memory(telling->err, sizeof *telling->known);
    if (telling->status == EG_OK)
        telling->status = eg_textmap_put(telling->number, id, telling->n_known, &number);
    if (telling->status != EG_OK) return false;
    if (number == EG_TEXTMAP_NONE) number = telling->n_known++;
    telling->known[number] = (struct known){id, eg_text_copy(telling->arena, line->after),
                                            eg_lines_same_document(line->after, now)};
    return true;
}

/* Takes out what the lines of servers tell of: the rows of their entries, and those that entries share. */
static void leave_out_known(struct eg_telling *telling)
{
    uint32_t n_puts = 0, n_deletes = 0;
    const struct eg_outside *outside = &telling->outside;
    for (uint32_t i = 0; i < telling->change.n_puts; i++) {
        struct eg_text owner = eg_record_owner(outside->now, &telling->puts[i]);
        if (owner.len > 0 && eg_textmap_get(telling->number, owner) == EG_TEXTMAP_NONE)
            telling->puts[n_puts++] = telling->puts[i];
    }
    for (uint32_t i = 0; i < telling->change.n_deletes; i++) {
        const struct eg_record_key *key = &telling->deletes[i];
        struct eg_text owner =
            eg_record_owner(outside->before, eg_records_find(outside->before, key->table, key->id));
        if (owner.len > 0 && eg_textmap_get(telling->number, owner) == EG_TEXTMAP_NONE)
            telling->deletes[n_deletes++] = *key;
    }
    telling->change.n_puts = n_puts;
    telling->change.n_deletes = n_deletes;
}

static enum eg_status look_between(struct eg_telling *telling, struct eg_error *err)
{
    const struct eg_outside *outside = &telling->outside;
    struct eg_change_visitor visitor = {visit_between, telling};
    telling->known = eg_arena_array(telling->arena, MOST_KNOWN, sizeof *telling->known);
    telling->number = eg_textmap_new(64);
    if (!telling->known || !telling->number)
        return eg_error_no_memory(err, MOST_KNOWN * sizeof *telling->known);
    enum eg_status status = eg_store_lines_of(outside->store, outside->span, &visitor, err);
    if (status == EG_OK) status = telling->status;
    if (status == EG_OK) leave_out_known(telling);
    return status;
}

/* --- lines ----------------------------------------------------------------------------------------------------------------- */

/* Of an entry that a server wrote, and somebody else edited at once. */
static enum eg_status add_edited(const struct eg_telling *telling, const struct known *known,
                                 const struct eg_change_entry *head, struct eg_change_entry *line_out,
                                 struct eg_error *err)
{
    const struct eg_records *now = telling->outside.now;
    struct eg_change_entry line = {.at = head->at, .by = head->by, .reason = head->reason};
    line.entry_id = known->id;
    line.before = known->after;
    enum eg_status status = document_of(telling, known->id, &line.after, err);
    const struct eg_record *service = eg_records_find(now, EG_RECORD_SERVICE, known->id);
    line.title = service ? service->field[EG_SERVICE_NAME] : EG_TEXT("");
    line.action = line.before.len == 0  ? EG_CHANGE_CREATE
                  : line.after.len == 0 ? EG_CHANGE_DELETE
                                        : EG_CHANGE_UPDATE;
    eg_uuid_random(line.id);
    *line_out = line;
    return status;
}

static enum eg_status begin_lines(struct eg_telling *telling, struct eg_error *err)
{
    const struct eg_outside *outside = &telling->outside;
    struct eg_lines_wish wish = {
        .before = outside->before, .after = outside->now, .change = &telling->change, .may_be_single = true};
    struct eg_change_entry *head = &wish.head;
    *head = (struct eg_change_entry){.by = EG_TEXT(EG_STORE_OTHERS), .action = EG_CHANGE_OUTSIDE};
    eg_ledger_stamp(telling->arena, head->id, &head->at);
    struct eg_text shown = eg_store_name(outside->store);
    head->reason =
        eg_text_format(telling->arena, "edited in %.*s past the server", EG_TEXT_SHOWN(shown, 200));
    if (!head->at.data || !head->reason.data) return eg_error_no_memory(err, 0);
    telling->head = *head;
    return eg_lines_new(&wish, &telling->lines, err);
}

/* All of it where that is one part, else the first part and the batch's own line. */
static enum eg_status make_first(struct eg_telling *telling, const struct eg_change_entry **lines_out,
                                 uint32_t *n_out, struct eg_error *err)
{
    struct eg_change_entry *part = NULL;
    uint32_t n_entries = eg_lines_left(telling->lines);
    if (n_entries <= EG_OUTSIDE_PART)
        return eg_lines_finish(telling->lines, telling->arena, lines_out, n_out, err);
    enum eg_status status = eg_lines_next(telling->lines, EG_OUTSIDE_PART, telling->arena, &part, n_out, err);
    if (status == EG_OK) status = eg_lines_head(telling->lines, telling->arena, &telling->head, err);
    if (status != EG_OK) return status;
    telling->head.reason =
        eg_text_format(telling->arena, "%.*s: %u entries", EG_TEXT_ARG(telling->head.reason), n_entries);
    telling->head.is_unfinished = true;
    part[(*n_out)++] = telling->head;
    *lines_out = part;
    return telling->head.reason.data ? EG_OK : eg_error_no_memory(err, 0);
}

static enum eg_status make_lines(struct eg_telling *telling, const struct eg_change_entry **lines_out,
                                 uint32_t *n_out, struct eg_error *err)
{
    const struct eg_change_entry *lines = NULL;
    uint32_t n = 0;
    enum eg_status status = begin_lines(telling, err);
    struct eg_change_entry head = telling->head;
    if (status == EG_OK) status = make_first(telling, &lines, &n, err);
    struct eg_change_entry *all =
        eg_arena_array(telling->arena, (size_t)n + telling->n_known + 1, sizeof *all);
    if (status == EG_OK && !all) status = eg_error_no_memory(err, n * sizeof *all);
    if (status != EG_OK) return status;
    if (n > 0) memcpy(all, lines, n * sizeof *all);
    for (uint32_t i = 0; i < telling->n_known && status == EG_OK; i++)
        if (!telling->known[i].is_as_left)
            status = add_edited(telling, &telling->known[i], &head, &all[n++], err);
    *lines_out = all;
    *n_out = n;
    return status;
}

/* --- telling ----------------------------------------------------------------------------------------------------------------- */

/* *is_done_out: nothing is left to be written. */
static enum eg_status begin(struct eg_telling *telling, uint64_t n_told, bool *is_done_out,
                            struct eg_error *err)
{
    const struct eg_outside *outside = &telling->outside;
    const struct eg_change_entry *lines = NULL;
    uint32_t n = 0;
    bool is_told = false;
    *is_done_out = true;
    enum eg_status status = compare(telling, err);
    if (status == EG_OK && telling->change.n_puts + telling->change.n_deletes == 0) return EG_OK;
    if (status == EG_OK && n_told > 0) status = look_between(telling, err);
    if (status == EG_OK) status = make_lines(telling, &lines, &n, err);
    if (status != EG_OK || n == 0) return status;
    struct eg_store_telling words = {outside->span.until, telling->untold, lines, n};
    status = eg_store_tell(outside->store, &words, &is_told, err);
    *is_done_out = !is_told || eg_lines_left(telling->lines) == 0;
    return status;
}

enum eg_status eg_outside_tell(const struct eg_outside *outside, struct eg_telling **more_out,
                               struct eg_error *err)
{
    uint64_t untold = 0, n_told = 0;
    bool is_done = true;
    *more_out = NULL;
    enum eg_status status = eg_store_untold(outside->store, outside->span, &untold, &n_told, err);
    if (status != EG_OK || untold == 0) return status;
    struct eg_telling *telling = eg_memory_zeroed(1, sizeof *telling);
    if (!telling) return eg_error_no_memory(err, sizeof *telling);
    telling->outside = *outside;
    telling->untold = untold;
    telling->err = err;
    eg_records_retain(outside->before);
    eg_records_retain(outside->now);
    telling->arena = eg_arena_new(ARENA_CEILING_BYTES);
    status = telling->arena ? begin(telling, n_told, &is_done, err) : eg_error_no_memory(err, 0);
    if (status == EG_OK && !is_done) *more_out = telling;
    else eg_telling_free(telling);
    return status;
}

static enum eg_status make_part(struct eg_telling *telling, struct eg_error *err)
{
    telling->part_arena = eg_arena_new(ARENA_CEILING_BYTES);
    if (!telling->part_arena) return eg_error_no_memory(err, 0);
    return eg_lines_next(telling->lines, EG_OUTSIDE_PART, telling->part_arena, &telling->part,
                         &telling->n_part, err);
}

enum eg_status eg_telling_continue(struct eg_telling *telling, bool *is_done_out, struct eg_error *err)
{
    enum eg_status status = telling->part_arena ? EG_OK : make_part(telling, err);
    bool is_last = eg_lines_left(telling->lines) == 0;
    struct eg_store_telling_more more = {telling->untold, eg_text_from(telling->head.id), telling->part,
                                         telling->n_part, is_last};
    *is_done_out = false;
    if (status == EG_OK) status = eg_store_tell_more(telling->outside.store, &more, err);
    if (status != EG_OK) return status;
    eg_arena_free(telling->part_arena);
    telling->part_arena = NULL;
    *is_done_out = is_last;
    return EG_OK;
}

const char *eg_telling_batch(const struct eg_telling *telling)
{
    return telling->head.id;
}

void eg_telling_free(struct eg_telling *telling)
{
    if (!telling) return;
    eg_lines_free(telling->lines);
    eg_textmap_free(telling->number);
    eg_arena_free(telling->part_arena);
    eg_arena_free(telling->arena);
    eg_records_release(telling->outside.before);
    eg_records_release(telling->outside.now);
    free(telling);
}
