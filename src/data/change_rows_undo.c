/* What undoes lines of the history, gathered row by row. A row that one of the lines made goes, one that it took away comes back, and of one
 * that it changed those fields become what they were that it changed. Whatever is not as the lines left it is somebody else's. */
#include "data/change_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/textmap.h"
#include "data/change_rows_parts.h"

struct going {
    struct eg_record_key key;
    bool is_early; /* others that belong to it go later */
    bool stays;    /* since somebody needs it */
};

struct eg_rows_undoing {
    const struct eg_records *now;
    struct eg_arena *arena;
    bool force, is_early; /* what is added early is passed over where it cannot be undone yet */
    struct eg_record *puts;
    struct going *going;
    size_t puts_room, going_room;
    uint32_t n_puts, n_going;
    struct eg_textmap *put[EG_N_RECORD_TABLES], *gone[EG_N_RECORD_TABLES]; /* by id: number; NULL: none */
};

enum eg_status eg_rows_undoing_new(const struct eg_records *now, bool force, struct eg_arena *arena,
                                   struct eg_rows_undoing **undoing_out, struct eg_error *err)
{
    struct eg_rows_undoing *undoing = eg_memory_zeroed(1, sizeof *undoing);
    if (!undoing) return eg_error_no_memory(err, sizeof *undoing);
    undoing->now = now;
    undoing->arena = arena;
    undoing->force = force;
    *undoing_out = undoing;
    return EG_OK;
}

void eg_rows_undoing_free(struct eg_rows_undoing *undoing)
{
    if (!undoing) return;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        eg_textmap_free(undoing->put[t]);
        eg_textmap_free(undoing->gone[t]);
    }
    free(undoing->puts);
    free(undoing->going);
    free(undoing);
}

/* --- gathering ------------------------------------------------------------------------------------------------------------- */

/* Rows that entries share: what others made of them since is theirs. */
static bool is_shared(enum eg_record_table table)
{
    return table == EG_RECORD_ORGANIZATION || table == EG_RECORD_ORGANIZATION_IDENTIFIER ||
           table == EG_RECORD_PROGRAM || table == EG_RECORD_TAXONOMY || table == EG_RECORD_TAXONOMY_TERM ||
           table == EG_RECORD_META_TABLE_DESCRIPTION;
}

static enum eg_status say_changed(const struct eg_rows_undoing *undoing, enum eg_record_table table,
                                  struct eg_text id, struct eg_error *err)
{
    (void)undoing;
    return eg_error_set(
        err, EG_CONFLICT,
        "the row '%.*s' of the table %s has been changed since: undo the later changes first, or "
        "use force if they may be lost",
        EG_TEXT_SHOWN(id, 40), eg_record_spec(table)->name);
}

static enum eg_status note(struct eg_textmap **map, struct eg_text id, uint32_t number, struct eg_error *err)
{
    if (!*map) *map = eg_textmap_new(16);
    if (!*map || eg_textmap_put(*map, id, number, NULL) != EG_OK) return eg_error_no_memory(err, sizeof id);
    return EG_OK;
}

static enum eg_status add_put(struct eg_rows_undoing *undoing, enum eg_record_table table,
                              const struct eg_text *field, struct eg_error *err)
{
    void *puts = undoing->puts;
    bool kept =
        eg_memory_reserve(&puts, &undoing->puts_room, (size_t)undoing->n_puts + 1, sizeof *undoing->puts);
    undoing->puts = puts;
    if (!kept) return eg_error_no_memory(err, undoing->puts_room * sizeof *undoing->puts);
    undoing->puts[undoing->n_puts] = (struct eg_record){table, field};
    return note(&undoing->put[table], field[0], undoing->n_puts++, err);
}

static bool is_going(const struct eg_rows_undoing *undoing, enum eg_record_table table, struct eg_text id)
{
    const struct eg_textmap *map = undoing->gone[table];
    uint32_t number = map ? eg_textmap_get(map, id) : EG_TEXTMAP_NONE;
    return number != EG_TEXTMAP_NONE && !undoing->going[number].stays;
}

/* A row that is there now. */
static enum eg_status add_delete(struct eg_rows_undoing *undoing, const struct eg_record *row,
                                 struct eg_error *err)
{
    void *going = undoing->going;
    if (is_going(undoing, row->table, row->field[0])) return EG_OK;
    bool kept =
        eg_memory_reserve(&going, &undoing->going_room, (size_t)undoing->n_going + 1, sizeof *undoing->going);
    undoing->going = going;
    if (!kept) return eg_error_no_memory(err, undoing->going_room * sizeof *undoing->going);
    undoing->going[undoing->n_going] =
        (struct going){.key = {row->table, row->field[0]}, .is_early = undoing->is_early};
    return note(&undoing->gone[row->table], row->field[0], undoing->n_going++, err);
}

/* --- reading a line -------------------------------------------------------------------------------------------------------- */

static enum eg_status say_wrong(struct eg_error *err)
{
    return eg_error_set(err, EG_INVALID, "the rows that the history keeps of this change cannot be read");
}

static enum eg_status undo_made(struct eg_rows_undoing *undoing, enum eg_record_table table,
                                const struct eg_json_value *item, struct eg_error *err)
{
    struct eg_text text, id, fingerprint;
    char now[EG_ROWS_FINGERPRINT_BYTES];
    if (!eg_json_is_text(item, &text)) return say_wrong(err);
    fingerprint = eg_text_cut(text, ' ', &id);
    const struct eg_record *row = eg_records_find(undoing->now, table, id);
    if (!row) return EG_OK; /* it is gone already */
    eg_rows_fingerprint(row, now);
    bool is_as_left = eg_text_equal(fingerprint, eg_text_from(now));
    if (!is_as_left && (is_shared(table) || undoing->is_early)) return EG_OK;
    if (!is_as_left && !undoing->force) return say_changed(undoing, table, id, err);
    return add_delete(undoing, row, err);
}

/* The fields of a row that has been taken away, in the arena. */
static enum eg_status read_row(struct eg_rows_undoing *undoing, enum eg_record_table table,
                               const struct eg_json_value *object, struct eg_text **field_out,
                               struct eg_error *err)
{
    const char *name = NULL;
    struct eg_text *field = eg_arena_array(undoing->arena, eg_record_spec(table)->n_fields, sizeof *field);
    if (!field) return eg_error_no_memory(err, sizeof *field);
    for (const struct eg_json_value *value; (value = eg_json_next(object, &name));) {
        struct eg_text text;
        uint32_t at = eg_record_field_named(table, eg_text_from(name));
        if (!eg_json_is_text(value, &text)) return say_wrong(err);
        if (at == UINT32_MAX) continue; /* of a later version */
        field[at] = eg_text_copy(undoing->arena, text);
        if (!field[at].data) return eg_error_no_memory(err, text.len);
    }
    *field_out = field;
    return field[0].len > 0 ? EG_OK : say_wrong(err);
}

static enum eg_status undo_gone(struct eg_rows_undoing *undoing, enum eg_record_table table,
                                const struct eg_json_value *item, struct eg_error *err)
{
    struct eg_text *field = NULL;
    enum eg_status status = read_row(undoing, table, item, &field, err);
    if (status != EG_OK) return status;
    const struct eg_record *row = eg_records_find(undoing->now, table, field[0]);
    struct eg_record wanted = {table, field};
    if (row && (is_shared(table) || undoing->is_early || eg_change_rows_same(row, &wanted))) return EG_OK;
    if (row && !undoing->force) return say_changed(undoing, table, field[0], err);
    return add_put(undoing, table, field, err);
}

static bool read_pair(const struct eg_json_value *pair, struct eg_text *before, struct eg_text *after)
{
    return eg_json_is_text(eg_json_at(pair, 0), before) && eg_json_is_text(eg_json_at(pair, 1), after);
}

static enum eg_status undo_fields(struct eg_rows_undoing *undoing, const struct eg_record *row,
                                  const struct eg_json_value *fields, struct eg_error *err)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    struct eg_text *field = eg_arena_array(undoing->arena, spec->n_fields, sizeof *field);
    const char *name = NULL;
    bool differs = false;
    if (!field) return eg_error_no_memory(err, sizeof *field);
    memcpy(field, row->field, spec->n_fields * sizeof *field);
    for (const struct eg_json_value *value; (value = eg_json_next(fields, &name));) {
        struct eg_text before, after;
        uint32_t f = eg_record_field_named(row->table, eg_text_from(name));
        if (!read_pair(value, &before, &after)) return say_wrong(err);
        if (f == UINT32_MAX || eg_rows_same_text(&spec->fields[f], field[f], before)) continue;
        bool is_as_left = eg_rows_same_text(&spec->fields[f], field[f], after);
        if (!is_as_left && is_shared(row->table)) continue;
        if (!is_as_left && !undoing->force) return say_changed(undoing, row->table, row->field[0], err);
        field[f] = eg_text_copy(undoing->arena, before);
        if (!field[f].data && before.len > 0) return eg_error_no_memory(err, before.len);
        differs = true;
    }
    return differs ? add_put(undoing, row->table, field, err) : EG_OK;
}

static enum eg_status undo_changed(struct eg_rows_undoing *undoing, enum eg_record_table table,
                                   const struct eg_json_value *rows, struct eg_error *err)
{
    const char *id = NULL;
    enum eg_status status = EG_OK;
    for (const struct eg_json_value *fields; status == EG_OK && (fields = eg_json_next(rows, &id));) {
        const struct eg_record *row = eg_records_find(undoing->now, table, eg_text_from(id));
        if (row) status = undo_fields(undoing, row, fields, err);
        else if (!is_shared(table) && !undoing->force)
            status = say_changed(undoing, table, eg_text_from(id), err);
    }
    return status;
}

static enum eg_status undo_table(struct eg_rows_undoing *undoing, const char *part,
                                 enum eg_record_table table, const struct eg_json_value *rows,
                                 struct eg_error *err)
{
    enum eg_status status = EG_OK;
    if (strcmp(part, "changed") == 0) return undo_changed(undoing, table, rows, err);
    for (size_t i = 0; i < eg_json_length(rows) && status == EG_OK; i++)
        status = strcmp(part, "made") == 0 ? undo_made(undoing, table, eg_json_at(rows, i), err)
                                           : undo_gone(undoing, table, eg_json_at(rows, i), err);
    return status;
}

static enum eg_status add_parts(struct eg_rows_undoing *undoing, struct eg_text rows,
                                const char *const *parts, size_t n_parts, struct eg_error *err)
{
    struct eg_json *json = NULL;
    enum eg_status status = eg_json_parse(rows, &json, err);
    for (size_t p = 0; p < n_parts && status == EG_OK; p++) {
        const struct eg_json_value *part = eg_json_get(eg_json_root(json), parts[p]), *table;
        const char *name = NULL;
        while (status == EG_OK && part && (table = eg_json_next(part, &name))) {
            enum eg_record_table which = eg_record_table_named(eg_text_from(name));
            if (which == EG_N_RECORD_TABLES) status = say_wrong(err);
            else status = undo_table(undoing, parts[p], which, table, err);
        }
    }
    eg_json_free(json);
    return status;
}

enum eg_status eg_rows_undoing_add(struct eg_rows_undoing *undoing, struct eg_text rows, struct eg_error *err)
{
    static const char *const parts[] = {"made", "changed", "gone"};
    return add_parts(undoing, rows, parts, EG_ARRAY_LEN(parts), err);
}

enum eg_status eg_rows_undoing_add_early(struct eg_rows_undoing *undoing, struct eg_text rows, bool with_gone,
                                         struct eg_error *err)
{
    static const char *const parts[] = {"made", "gone"};
    undoing->is_early = true;
    enum eg_status status = add_parts(undoing, rows, parts, with_gone ? 2 : 1, err);
    undoing->is_early = false;
    return status;
}

/* --- what hangs on what goes ----------------------------------------------------------------------------------------------- */

/* Whether a row that is there now goes on referring to `id` by this field. */
static bool goes_on(const struct eg_rows_undoing *undoing, const struct eg_record *row, uint32_t field,
                    struct eg_text id)
{
    const struct eg_textmap *map = undoing->put[row->table];
    uint32_t number = map ? eg_textmap_get(map, row->field[0]) : EG_TEXTMAP_NONE;
    if (is_going(undoing, row->table, row->field[0])) return false;
    return number == EG_TEXTMAP_NONE || eg_text_equal_any_case(undoing->puts[number].field[field], id);
}

/* A row that stays and refers to one that goes; NULL: there is none. Lines of metadata outlive what they are about. */
static const struct eg_record *hanging_on(const struct eg_rows_undoing *undoing,
                                          const struct eg_record_key *key)
{
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        const struct eg_record_spec *spec = eg_record_spec((enum eg_record_table)t);
        for (uint32_t f = 1; f < spec->n_fields; f++) {
            uint32_t n = 0;
            const struct eg_record *const *rows = NULL;
            bool may = (spec->fields[f].type == EG_RECORD_LINK && t == EG_RECORD_ATTRIBUTE) ||
                       (spec->fields[f].type == EG_RECORD_REFERENCE && spec->fields[f].to == key->table);
            if (may) rows = eg_records_with(undoing->now, (enum eg_record_table)t, f, key->id, &n);
            for (uint32_t i = 0; i < n; i++)
                if (goes_on(undoing, rows[i], f, key->id)) return rows[i];
        }
    }
    return NULL;
}

static bool is_staying(const struct eg_rows_undoing *undoing, enum eg_record_table table, struct eg_text id)
{
    const struct eg_textmap *map = undoing->gone[table];
    uint32_t number = map && id.len > 0 ? eg_textmap_get(map, id) : EG_TEXTMAP_NONE;
    return number != EG_TEXTMAP_NONE && undoing->going[number].stays;
}

/* Whether a row that is to go early belongs to one that stays for now, as the telephone of an organisation does. */
static bool belongs_to_staying(const struct eg_rows_undoing *undoing, const struct eg_record *row)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    for (uint32_t f = 1; f < spec->n_fields; f++) {
        const struct eg_record_field *field = &spec->fields[f];
        if (field->type == EG_RECORD_REFERENCE && is_staying(undoing, field->to, row->field[f])) return true;
        for (unsigned t = 0; field->type == EG_RECORD_LINK && t < EG_N_RECORD_TABLES; t++)
            if (is_staying(undoing, (enum eg_record_table)t, row->field[f])) return true;
    }
    return false;
}

/* Of one that goes. */
static enum eg_status settle_row(struct eg_rows_undoing *undoing, uint32_t i, bool *moved_out,
                                 struct eg_error *err)
{
    struct going *going = &undoing->going[i];
    struct eg_record_key key = going->key;
    const struct eg_record *row = going->is_early ? eg_records_find(undoing->now, key.table, key.id) : NULL;
    enum eg_status status = EG_OK;
    if (row && belongs_to_staying(undoing, row)) *moved_out = going->stays = true;
    while (status == EG_OK && !undoing->going[i].stays && (row = hanging_on(undoing, &key))) {
        *moved_out = true;
        if (undoing->going[i].is_early || is_shared(key.table)) undoing->going[i].stays = true;
        else
            status = undoing->force ? add_delete(undoing, row, err)
                                    : say_changed(undoing, row->table, row->field[0], err);
    }
    return status;
}

/* Until nothing moves any more: what stays for the sake of others may keep others in turn, and what hangs on what goes goes with it. */
static enum eg_status settle(struct eg_rows_undoing *undoing, bool *moved_out, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    *moved_out = false;
    for (uint32_t i = 0; i < undoing->n_going && status == EG_OK; i++)
        if (!undoing->going[i].stays) status = settle_row(undoing, i, moved_out, err);
    return status;
}

enum eg_status eg_rows_undoing_finish(struct eg_rows_undoing *undoing, struct eg_records_change *change_out,
                                      struct eg_error *err)
{
    bool moved = true;
    enum eg_status status = EG_OK;
    while (moved && status == EG_OK) status = settle(undoing, &moved, err);
    if (status != EG_OK) return status;
    struct eg_record *puts = eg_arena_array(undoing->arena, undoing->n_puts + 1U, sizeof *puts);
    struct eg_record_key *deletes = eg_arena_array(undoing->arena, undoing->n_going + 1U, sizeof *deletes);
    if (!puts || !deletes) return eg_error_no_memory(err, undoing->n_puts * sizeof *puts);
    *change_out = (struct eg_records_change){.puts = puts, .deletes = deletes};
    for (uint32_t i = 0; i < undoing->n_puts; i++)
        if (!is_going(undoing, undoing->puts[i].table, undoing->puts[i].field[0]))
            puts[change_out->n_puts++] = undoing->puts[i];
    for (uint32_t i = 0; i < undoing->n_going; i++)
        if (!undoing->going[i].stays) deletes[change_out->n_deletes++] = undoing->going[i].key;
    return EG_OK;
}
