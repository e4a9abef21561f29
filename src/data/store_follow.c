/* What another server wrote: a commit of some ten rows among a million. Its lines of the history name each row that it put or took away, so only
 * these are read, and what they say is read where it stands and not from the lines, all in one transaction: it is true whatever was written
 * after the lines. What lines leave out is when a service was last modified. These are the services that the rows belong to (record_times.h)
 * and those that the lines are about; one too many does no harm.
 *
 * Each revision has to be told by lines of its own, else another program wrote, and nobody knows what. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/textmap.h"
#include "data/change_rows.h"
#include "data/record_times.h"
#include "data/store_internal.h"

#define MOST_LINES 400U
#define MOST_ROWS 8000U
#define AT_ONCE 200U /* ids in one statement */

struct key {
    enum eg_record_table table;
    struct eg_text id; /* in lower case */
    bool is_read;      /* it was looked for */
    bool is_there;
};

struct following {
    struct eg_store *store;
    const struct eg_store_since *since;
    struct eg_textmap *known; /* table and id -> number of the key */
    struct key *keys;         /* [MOST_ROWS] */
    struct eg_record *puts;   /* [MOST_ROWS] */
    uint32_t n_keys, n_puts, n_lines;
    uint64_t told;    /* the last revision that has lines */
    uint32_t n_named; /* rows, by its lines */
    bool is_possible;
    enum eg_status status;
    struct eg_error *err;
};

/* --- which rows -------------------------------------------------------------------------------------------------------------- */

/* The number of a row's key, MOST_ROWS for none; *name_out as it is known. */
static uint32_t find_key(const struct following *following, enum eg_record_table table, struct eg_text id,
                         char name[EG_UUID_TEXT_LEN + 4])
{
    (void)snprintf(name, EG_UUID_TEXT_LEN + 4, "%02u ", (unsigned)table % 100U);
    for (size_t i = 0; i < EG_UUID_TEXT_LEN; i++)
        name[i + 3] = (char)(id.data[i] >= 'A' && id.data[i] <= 'F' ? id.data[i] - 'A' + 'a' : id.data[i]);
    name[EG_UUID_TEXT_LEN + 3] = '\0';
    return eg_textmap_get(following->known, eg_text_from(name));
}

static enum eg_status add_key(void *context, enum eg_record_table table, struct eg_text id,
                              struct eg_error *err)
{
    struct following *following = context;
    char name[EG_UUID_TEXT_LEN + 4];
    following->n_named++;
    if (!eg_record_text_is(EG_RECORD_ID, id) || following->n_keys == MOST_ROWS) {
        following->is_possible = false;
        return EG_OK;
    }
    if (find_key(following, table, id, name) != EG_TEXTMAP_NONE) return EG_OK;
    struct eg_text kept = eg_text_copy(following->since->arena, eg_text_from(name));
    if (!kept.data) return eg_error_no_memory(err, sizeof name);
    following->keys[following->n_keys] =
        (struct key){.table = table, .id = {kept.data + 3, EG_UUID_TEXT_LEN}};
    return eg_textmap_put(following->known, kept, following->n_keys++, NULL);
}

/* Of what is done in parts, the batch's own line may come to say more later. */
static bool says_all(const struct eg_change_entry *line)
{
    bool is_part = line->batch.len > 0 && line->action == EG_CHANGE_UNDO;
    bool is_of_server = !eg_text_equal(line->by, EG_TEXT(EG_STORE_OTHERS));
    return is_of_server && !is_part && !line->is_unfinished &&
           (line->rows.len > 0 || line->entry_id.len == 0);
}

/* Each revision comes after the one before it, and its lines name at least one row. */
static bool is_next(struct following *following, uint64_t revision)
{
    if (revision == following->told) return true;
    bool is_next = revision == following->told + 1 && (following->n_lines == 0 || following->n_named > 0);
    following->told = revision;
    following->n_named = 0;
    return is_next;
}

static bool visit_line(void *context, const struct eg_change_entry *line)
{
    struct following *following = context;
    const struct eg_row_key_visitor visitor = {add_key, following};
    following->is_possible =
        says_all(line) && is_next(following, line->revision) && following->n_lines < MOST_LINES;
    following->n_lines++;
    if (following->is_possible && line->rows.len > 0)
        following->status = eg_change_rows_keys(line->rows, &visitor, following->err);
    if (following->is_possible && following->status == EG_OK && line->entry_id.len > 0)
        following->status = add_key(following, EG_RECORD_SERVICE, line->entry_id, following->err);
    if (following->status == EG_INVALID) {
        following->is_possible = false;
        following->status = EG_OK;
    }
    return following->is_possible && following->status == EG_OK;
}

static enum eg_status find_rows(struct following *following, uint64_t revision, struct eg_error *err)
{
    char where[120];
    const struct eg_change_visitor visitor = {visit_line, following};
    (void)snprintf(where, sizeof where,
                   "WHERE revision > %" PRIu64 " AND revision <= %" PRIu64 " ORDER BY revision, fid LIMIT %u",
                   following->since->revision, revision, MOST_LINES + 1);
    following->told = following->since->revision;
    enum eg_status status = eg_store_select_lines(following->store, where, &visitor, err);
    if (status == EG_OK) status = following->status;
    if (following->told != revision || following->n_named == 0) following->is_possible = false;
    return status;
}

/* --- what they say ----------------------------------------------------------------------------------------------------------- */

static enum eg_status take_row(void *context, const struct eg_record *row, struct eg_error *err)
{
    struct following *following = context;
    char name[EG_UUID_TEXT_LEN + 4];
    uint32_t n = eg_record_spec(row->table)->n_fields, number = EG_TEXTMAP_NONE;
    if (row->field[0].len == EG_UUID_TEXT_LEN) number = find_key(following, row->table, row->field[0], name);
    if (number == EG_TEXTMAP_NONE || following->keys[number].is_there) { /* two of one id: loading says so */
        following->is_possible = false;
        return EG_OK;
    }
    struct eg_text *field = eg_arena_array(following->since->arena, n, sizeof *field);
    if (!field) return eg_error_no_memory(err, n * sizeof *field);
    for (uint32_t f = 0; f < n; f++) {
        field[f] = eg_text_copy(following->since->arena, row->field[f]);
        if (!field[f].data && row->field[f].len > 0) return eg_error_no_memory(err, row->field[f].len);
    }
    following->keys[number].is_there = true;
    following->puts[following->n_puts++] = (struct eg_record){row->table, field};
    return EG_OK;
}

/* Of a table some that were not looked for yet; false when there are none. */
static bool choose(struct following *following, enum eg_record_table table, struct eg_buffer *ids)
{
    uint32_t n = 0;
    ids->len = 0;
    for (uint32_t i = 0; i < following->n_keys && n < AT_ONCE; i++) {
        char filter[EG_STORE_FILTER_BYTES];
        struct key *key = &following->keys[i];
        if (key->is_read || key->table != table || !eg_store_filter("id", key->id, filter)) continue;
        key->is_read = true;
        eg_buffer_printf(ids, "%s%s", n++ > 0 ? ", " : "", strchr(filter, '(') + 1);
        ids->len -= !ids->failed; /* its closing bracket */
    }
    return n > 0;
}

static enum eg_status read_rows(struct following *following, struct eg_error *err)
{
    struct eg_buffer ids;
    enum eg_status status = EG_OK;
    const struct eg_store_record_visitor visitor = {take_row, following};
    eg_buffer_init(&ids, 0);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        while (status == EG_OK && choose(following, (enum eg_record_table)t, &ids)) {
            eg_buffer_char(&ids, '\0');
            status = ids.failed ? eg_error_no_memory(err, ids.len)
                                : eg_store_read_chosen(following->store, (enum eg_record_table)t, ids.data,
                                                       &visitor, err);
        }
    eg_buffer_clear(&ids);
    return status;
}

static enum eg_status make_change(const struct following *following, struct eg_records_change *change_out,
                                  struct eg_error *err)
{
    uint32_t n = 0;
    struct eg_record_key *deletes =
        eg_arena_array(following->since->arena, following->n_keys + 1, sizeof *deletes);
    if (!deletes) return eg_error_no_memory(err, following->n_keys * sizeof *deletes);
    for (uint32_t i = 0; i < following->n_keys; i++) {
        const struct key *key = &following->keys[i];
        const struct eg_record *old =
            key->is_there ? NULL : eg_records_find(following->since->before, key->table, key->id);
        if (old) deletes[n++] = (struct eg_record_key){key->table, old->field[0]};
    }
    *change_out = (struct eg_records_change){following->puts, following->n_puts, deletes, n};
    return EG_OK;
}

/* Services that another time was stated for, because a row that belongs to them changed. */
static enum eg_status read_concerned(struct following *following, struct eg_error *err)
{
    const struct eg_records_moment any = {.at = EG_TEXT("1970-01-01T00:00:00Z"), .also_where_silent = true};
    struct eg_records_change change;
    enum eg_status status = make_change(following, &change, err);
    if (status == EG_OK)
        status =
            eg_records_state_times(following->since->before, &any, following->since->arena, &change, err);
    for (uint32_t i = 0; status == EG_OK && i < change.n_puts; i++)
        if (change.puts[i].table == EG_RECORD_SERVICE)
            status = add_key(following, EG_RECORD_SERVICE, change.puts[i].field[0], err);
    return status == EG_OK ? read_rows(following, err) : status;
}

/* --- all of it --------------------------------------------------------------------------------------------------------------- */

static enum eg_status follow(struct following *following, struct eg_records_change *change_out,
                             uint64_t *revision_out, struct eg_error *err)
{
    enum eg_status status =
        eg_store_number(following->store, "SELECT revision FROM store", revision_out, err);
    if (status != EG_OK) return status;
    following->is_possible =
        *revision_out > following->since->revision; /* a copy that was put back is older */
    if (following->is_possible) status = find_rows(following, *revision_out, err);
    if (status == EG_OK && following->is_possible) status = read_rows(following, err);
    if (status == EG_OK && following->is_possible) status = read_concerned(following, err);
    return status == EG_OK && following->is_possible ? make_change(following, change_out, err) : status;
}

enum eg_status eg_store_follow(struct eg_store *store, const struct eg_store_since *since,
                               struct eg_records_change *change_out, uint64_t *revision_out,
                               bool *can_follow_out, struct eg_error *err)
{
    uint64_t revision = 0;
    struct following following = {.store = store, .since = since, .known = eg_textmap_new(256), .err = err};
    *can_follow_out = false;
    following.keys = eg_arena_array(since->arena, MOST_ROWS, sizeof *following.keys);
    following.puts = eg_arena_array(since->arena, MOST_ROWS, sizeof *following.puts);
    enum eg_status status = EG_OK;
    if (!following.known || !following.keys || !following.puts)
        status = eg_error_no_memory(err, MOST_ROWS * sizeof *following.keys);
    if (status == EG_OK) {
        status = eg_store_begin(store, EG_STORE_READ, err);
        if (status == EG_OK) status = follow(&following, change_out, &revision, err);
        status = eg_store_end(store, EG_STORE_READ, status, err);
    }
    eg_textmap_free(following.known);
    if (status != EG_OK) return status;
    *can_follow_out = following.is_possible;
    *revision_out = revision;
    return EG_OK;
}
