/* Whatever editors and imports do, undone in reverse order it leaves every row as it was, also those of which no document says anything. And
 * another server, which reads only what the history's lines name, shows after each change what is in the store, letter by letter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/edits.h"
#include "data/entry_document.h"
#include "engine/ledger.h"
#include "engine/lines.h"
#include "engine/undoing.h"
#include "support/test_random.h"
#include "support/test_register.h"
#include "support/test_store.h"

#define N_EDITS 40
#define N_ROUNDS 3
#define N_IDS 5

static struct eg_test_random dice;

static uint32_t below(uint32_t n)
{
    return eg_test_random_below(&dice, n);
}

/* --- documents ------------------------------------------------------------------------------------------------------------- */

static void write_members(struct eg_buffer *json)
{
    static const char *const organisations[] = {"A", "B", "C"}, *const kinds[] = {"hub", "training", "grant"};
    eg_buffer_printf(json, "{\"name\":\"Name %u\",\"kind\":\"%s\"", below(9), kinds[below(3)]);
    if (below(2)) eg_buffer_printf(json, ",\"alert\":\"Notice %u\"", below(4));
    if (below(3))
        eg_buffer_printf(json,
                         ",\"organisation\":{\"name\":\"Organisation %s\",\"email\":\"o%u@example.org\"}",
                         organisations[below(3)], below(3));
    if (below(3) == 0) eg_buffer_printf(json, ",\"programme\":\"Programme %u\"", below(2));
    if (below(2)) eg_buffer_printf(json, ",\"topics\":[\"topic %u\",\"other %u\"]", below(4), below(4));
    if (below(2))
        eg_buffer_printf(json,
                         ",\"location\":{\"city\":\"Town %u\",\"longitude\":\"%u.50\",\"latitude\":%u.1}",
                         below(3), below(9), below(9));
}

static void write_lists(struct eg_buffer *json)
{
    uint32_t n = below(4);
    for (uint32_t i = 0; i < n; i++)
        eg_buffer_printf(json, "%s{\"number\":\"010%u\",\"visibility\":\"%s\"}%s",
                         i == 0 ? ",\"phones\":[" : ",", below(99), below(3) ? "public" : "private",
                         i + 1 == n ? "]" : "");
    if (below(2)) eg_buffer_printf(json, ",\"contacts\":[{\"name\":\"Contact %u\"}]", below(5));
    if (below(2))
        eg_buffer_printf(json, ",\"funding\":[{\"source\":\"F\",\"amount\":\"%u.10\"}]", below(500));
    if (below(2)) eg_buffer_printf(json, ",\"languages\":[{\"name\":\"L%u\"},{\"name\":\"M\"}]", below(3));
    if (below(3) == 0)
        eg_buffer_literal(json, ",\"service_areas\":[{\"boundaries\":\"a\",\"area_codes\":\"A\"}]");
    eg_buffer_char(json, '}');
}

static struct eg_json *random_document(void)
{
    struct eg_json *document = NULL;
    struct eg_error err = {0};
    struct eg_buffer json;
    eg_buffer_init(&json, 0);
    write_members(&json);
    write_lists(&json);
    if (eg_json_parse((struct eg_text){json.data, json.len}, &document, &err) != EG_OK)
        fail_msg("%s: %.*s", err.message, (int)json.len, json.data);
    eg_buffer_clear(&json);
    return document;
}

/* --- rows ------------------------------------------------------------------------------------------------------------------- */

/* All rows as text, but for the times of modification. */
static struct eg_buffer dump(struct eg_engine *engine)
{
    struct eg_snapshot *snapshot = eg_engine_snapshot(engine);
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        const struct eg_record_spec *spec = eg_record_spec((enum eg_record_table)t);
        for (uint32_t i = 0; i < eg_records_count(snapshot->records, (enum eg_record_table)t); i++) {
            const struct eg_record *row = eg_records_at(snapshot->records, (enum eg_record_table)t, i);
            eg_buffer_printf(&text, "%s", spec->name);
            for (uint32_t f = 0; f < spec->n_fields; f++) {
                if (row->field[f].len == 0) continue;
                if (t == EG_RECORD_SERVICE && f == EG_SERVICE_LAST_MODIFIED) continue;
                eg_buffer_printf(&text, " %s=", spec->fields[f].name);
                eg_buffer_text(&text, row->field[f]);
            }
            eg_buffer_char(&text, '\n');
        }
    }
    eg_snapshot_release(snapshot);
    eg_buffer_char(&text, '\0');
    assert_false(text.failed);
    return text;
}

static void assert_same(const struct eg_buffer *before, const struct eg_buffer *after)
{
    const char *a = before->data, *b = after->data;
    while (*a && *a == *b) {
        a++;
        b++;
    }
    if (*a == *b) return;
    while (a > before->data && a[-1] != '\n') {
        a--;
        b--;
    }
    fail_msg("the rows are not as they were:\n%.*s\nbecame\n%.*s", (int)strcspn(a, "\n"), a,
             (int)strcspn(b, "\n"), b);
}

/* What no document says: a second place, an identifier of the organisation, a line of metadata. */
static enum eg_status add_unsaid(void *context, const struct eg_snapshot *now, struct eg_arena *arena,
                                 struct eg_commit *commit, struct eg_error *err)
{
    (void)context;
    (void)err;
    struct eg_record *puts = eg_arena_array(arena, 4, sizeof *puts);
    const struct eg_record *service = eg_records_at(now->records, EG_RECORD_SERVICE, 0);
    struct eg_test_row place = eg_test_location(70, "50.25", "0.25");
    const enum eg_record_table tables[] = {EG_RECORD_LOCATION, EG_RECORD_SERVICE_AT_LOCATION,
                                           EG_RECORD_ORGANIZATION_IDENTIFIER, EG_RECORD_METADATA};
    for (uint32_t i = 0; i < 4; i++) {
        struct eg_text *field = eg_arena_array(arena, EG_RECORD_FIELDS, sizeof *field);
        field[0] = eg_text_from(eg_test_id(70 + i));
        puts[i] = (struct eg_record){tables[i], field};
        if (i == 0) memcpy(field, place.field, sizeof place.field);
        if (i == 1) {
            field[EG_SERVICE_AT_LOCATION_SERVICE_ID] = service->field[0];
            field[EG_SERVICE_AT_LOCATION_LOCATION_ID] = eg_text_from(eg_test_id(70));
        }
        if (i == 2) {
            field[EG_ORGANIZATION_IDENTIFIER_ORGANIZATION_ID] = service->field[EG_SERVICE_ORGANIZATION_ID];
            field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER_TYPE] = EG_TEXT("charity");
            field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER] = EG_TEXT("12345");
        }
        if (i == 3) {
            field[EG_METADATA_RESOURCE_ID] = service->field[0];
            field[EG_METADATA_RESOURCE_TYPE] = EG_TEXT("service");
            field[EG_METADATA_LAST_ACTION_DATE] = EG_TEXT("2026-01-31T09:30:00Z");
            field[EG_METADATA_LAST_ACTION_TYPE] = EG_TEXT("update");
            field[EG_METADATA_FIELD_NAME] = EG_TEXT("name");
            field[EG_METADATA_PREVIOUS_VALUE] = EG_TEXT("x");
            field[EG_METADATA_REPLACEMENT_VALUE] = EG_TEXT("y");
            field[EG_METADATA_UPDATED_BY] = EG_TEXT("ann");
        }
    }
    commit->change = (struct eg_records_change){.puts = puts, .n_puts = 4};
    return EG_OK;
}

/* --- edits ------------------------------------------------------------------------------------------------------------------ */

static const struct eg_edit by_ann = {.by = {"ann", 3}};

struct world {
    struct eg_test_register test;
    struct eg_engine *follower;
    uint32_t n_followed, n_read; /* how it came to show what is new: by the lines, or all of it anew */
    char ids[N_IDS][EG_UUID_TEXT_LEN + 1];
    char changes[N_EDITS][EG_UUID_TEXT_LEN + 1];
    uint32_t n_changes;
};

static void keep(struct world *world, struct eg_edit_done *done)
{
    if (done->change_id[0])
        memcpy(world->changes[world->n_changes++], done->change_id, sizeof done->change_id);
    eg_edit_done_clear(done);
}

/* --- another server --------------------------------------------------------------------------------------------------------- */

/* Rows that nobody writes are the same ones in memory, unless all was read anew. */
static void follow(struct world *world)
{
    struct eg_snapshot *before = eg_engine_snapshot(world->follower);
    assert_int_equal(eg_engine_refresh(world->follower, NULL), EG_OK);
    struct eg_snapshot *after = eg_engine_snapshot(world->follower);
    eg_test_register_is_stored(world->follower);
    bool is_same = eg_records_at(before->records, EG_RECORD_METADATA, 0) ==
                   eg_records_at(after->records, EG_RECORD_METADATA, 0);
    if (before != after && is_same) world->n_followed++;
    else world->n_read += before != after;
    eg_snapshot_release(before);
    eg_snapshot_release(after);
}

/* As an import by the command line: several entries in one commit, each with its line. */
struct import {
    struct eg_json *documents[N_IDS]; /* NULL: the entry stays as it is */
    struct eg_records *kept[N_IDS];
    struct world *world;
    char change[EG_UUID_TEXT_LEN + 1];
    bool is_change; /* rows are other ones after it */
};

/* A document that joins an organisation and says something else of it is refused: random ones often do. */
static bool is_organisation_kept(enum eg_status status, const struct eg_error *err)
{
    return status == EG_INVALID && strncmp(err->field, "organisation.", 13) == 0;
}

/* Organisations may be put and taken away by several: the last one counts. */
static void add_put(struct eg_records_change *change, struct eg_record *puts, struct eg_record_key *deletes,
                    const struct eg_record *put)
{
    uint32_t at = 0, n_deletes = 0;
    while (at < change->n_puts &&
           !(puts[at].table == put->table && eg_text_equal(puts[at].field[0], put->field[0])))
        at++;
    puts[at] = *put;
    change->n_puts += at == change->n_puts;
    for (uint32_t i = 0; i < change->n_deletes; i++)
        if (deletes[i].table != put->table || !eg_text_equal(deletes[i].id, put->field[0]))
            deletes[n_deletes++] = deletes[i];
    change->n_deletes = n_deletes;
}

static void add_delete(const struct eg_records *now, struct eg_records_change *change, struct eg_record *puts,
                       struct eg_record_key *deletes, struct eg_record_key key)
{
    uint32_t n_puts = 0;
    for (uint32_t i = 0; i < change->n_puts; i++)
        if (puts[i].table != key.table || !eg_text_equal(puts[i].field[0], key.id)) puts[n_puts++] = puts[i];
    change->n_puts = n_puts;
    if (eg_records_find(now, key.table, key.id)) deletes[change->n_deletes++] = key;
}

/* The change of all of them: each is planned on what the ones before it left. */
static enum eg_status plan_import(void *context, const struct eg_snapshot *now, struct eg_arena *arena,
                                  struct eg_commit *commit, struct eg_error *err)
{
    struct import *import = context;
    struct eg_records *records = now->records;
    struct eg_record *puts = eg_arena_array(arena, 4096, sizeof *puts);
    struct eg_record_key *deletes = eg_arena_array(arena, 4096, sizeof *deletes);
    commit->change = (struct eg_records_change){puts, 0, deletes, 0};
    for (uint32_t i = 0; i < N_IDS; i++) {
        struct eg_document_wish wish = {eg_text_from(import->world->ids[i]),
                                        eg_json_root(import->documents[i]), false};
        struct eg_records_change one = {0};
        struct eg_records *next = NULL;
        if (!import->documents[i]) continue;
        enum eg_status status = eg_entry_document_change(records, &wish, arena, &one, err);
        if (is_organisation_kept(status, err)) continue;
        if (status == EG_OK) status = eg_records_apply(records, &one, &next, err);
        if (status != EG_OK) return status;
        import->kept[i] = records = next; /* what is put may point into it */
        for (uint32_t k = 0; k < one.n_puts; k++) add_put(&commit->change, puts, deletes, &one.puts[k]);
        for (uint32_t k = 0; k < one.n_deletes; k++)
            add_delete(now->records, &commit->change, puts, deletes, one.deletes[k]);
    }
    struct eg_lines_wish wish = {.before = now->records, .after = records, .change = &commit->change};
    wish.head = (struct eg_change_entry){.by = EG_TEXT("import"), .action = EG_CHANGE_IMPORT};
    eg_ledger_stamp(arena, wish.head.id, &wish.head.at);
    memcpy(import->change, wish.head.id, sizeof import->change);
    enum eg_status status = eg_lines_make(&wish, arena, &commit->history, &commit->n_history, err);
    import->is_change = commit->n_history > 1 || commit->history[0].rows.len > 0;
    return status;
}

static void import_some(struct world *world)
{
    struct import import = {.world = world};
    struct eg_error err = {0};
    for (uint32_t i = 0; i < N_IDS; i++) import.documents[i] = below(2) ? random_document() : NULL;
    enum eg_status status = eg_engine_write(world->test.engine, plan_import, &import, &err);
    if (status != EG_OK) fail_msg("%s", err.message);
    if (import.is_change) memcpy(world->changes[world->n_changes++], import.change, sizeof import.change);
    for (uint32_t i = 0; i < N_IDS; i++) {
        eg_json_free(import.documents[i]);
        eg_records_release(import.kept[i]);
    }
}

/* --- undoing ------------------------------------------------------------------------------------------------------------------ */

struct batch {
    struct eg_buffer rows;
    bool is_one; /* and no change of one entry */
};

static bool look_at_line(void *context, const struct eg_change_entry *change)
{
    struct batch *batch = context;
    batch->is_one = change->entry_id.len == 0;
    eg_buffer_text(&batch->rows, change->rows);
    return false;
}

static enum eg_status go_through(struct world *world, const struct eg_undoing_wish *wish,
                                 struct eg_undoing_report *report, struct eg_error *err)
{
    struct eg_engine *engine = world->test.engine;
    struct eg_undoing *undoing = eg_engine_undoing(engine);
    enum eg_status status = eg_undoing_start(undoing, wish, err);
    if (status != EG_OK) return status;
    while (eg_undoing_continue(undoing, engine)) continue;
    assert_true(eg_undoing_tell(undoing, wish->batch, report));
    if (report->state == EG_UNDOING_DONE) {
        assert_int_equal(report->n_left, 0);
        return EG_OK;
    }
    return eg_error_set(err, EG_CONFLICT, "%s", report->message);
}

/* A batch now and then in parts of a few entries. The id of the undoing, "" where there is none. */
static enum eg_status undo(struct world *world, struct eg_text change, bool force,
                           char undone_out[EG_UUID_TEXT_LEN + 1], struct eg_error *err)
{
    struct batch batch = {.is_one = false};
    struct eg_edit_done done;
    struct eg_undoing_report report = {.change = ""};
    struct eg_undoing_wish wish = {.by = by_ann.by, .batch = change, .force = force, .part = 1 + below(2)};
    struct eg_ledger *ledger = eg_engine_ledger(world->test.engine);
    struct eg_change_visitor visitor = {look_at_line, &batch};
    eg_buffer_init(&batch.rows, 0);
    undone_out[0] = '\0';
    assert_int_equal(eg_store_change(eg_ledger_store(ledger), change, &visitor, NULL), EG_OK);
    assert_int_equal(eg_store_batch_count(eg_ledger_store(ledger), change, &wish.n_entries, NULL), EG_OK);
    eg_ledger_release(ledger);
    wish.rows = (struct eg_text){batch.rows.data, batch.rows.len};
    enum eg_status status = EG_OK;
    if (batch.is_one && below(3)) {
        status = go_through(world, &wish, &report, err);
        memcpy(undone_out, report.change, sizeof report.change);
    } else {
        status = eg_edits_undo(world->test.engine, &by_ann, change, force, &done, err);
        if (status == EG_OK) {
            memcpy(undone_out, done.change_id, sizeof done.change_id);
            eg_edit_done_clear(&done);
        }
    }
    eg_buffer_clear(&batch.rows);
    return status;
}

static void undo_any(struct world *world)
{
    struct eg_error err = {0};
    char undone[EG_UUID_TEXT_LEN + 1];
    struct eg_text change = eg_text_from(world->changes[below(world->n_changes)]);
    enum eg_status status = undo(world, change, below(2), undone, &err);
    if (status != EG_OK && status != EG_CONFLICT && status != EG_NOT_FOUND &&
        !is_organisation_kept(status, &err))
        fail_msg("%s", err.message);
    if (undone[0]) memcpy(world->changes[world->n_changes++], undone, sizeof undone);
}

static void edit(struct world *world)
{
    struct eg_edit_done done;
    struct eg_error err = {0};
    struct eg_text id = eg_text_from(world->ids[below(N_IDS)]);
    struct eg_engine *engine = world->test.engine;
    uint32_t what = below(10);
    enum eg_status status;
    if (what > 7) {
        import_some(world);
        return;
    }
    if (what == 0) status = eg_edits_remove(engine, &by_ann, id, &done, &err);
    else if (what == 1) status = eg_edits_review(engine, &by_ann, id, &done, &err);
    else if (what == 2 && world->n_changes > 0) {
        undo_any(world);
        return;
    } else {
        struct eg_json *document = random_document();
        status = eg_edits_put(engine, &by_ann, id, eg_json_root(document), &done, &err);
        eg_json_free(document);
    }
    if (status == EG_NOT_FOUND) return;
    if (is_organisation_kept(status, &err)) return;
    if (status != EG_OK) fail_msg("%s", err.message);
    keep(world, &done);
}

static void undo_all(struct world *world)
{
    while (world->n_changes > 0) {
        struct eg_error err = {0};
        char undone[EG_UUID_TEXT_LEN + 1];
        struct eg_text change = eg_text_from(world->changes[--world->n_changes]);
        enum eg_status status = undo(world, change, false, undone, &err);
        if (status == EG_CONFLICT && strstr(err.message, "already")) continue; /* it changed nothing */
        if (status != EG_OK) fail_msg("change %u: %s", world->n_changes, err.message);
        if (below(2)) follow(world);
    }
}

static void begin(struct world *world)
{
    eg_test_register_open(&world->test);
    struct eg_error err = {0};
    if (eg_engine_write(world->test.engine, add_unsaid, NULL, &err) != EG_OK) fail_msg("%s", err.message);
    struct eg_snapshot *snapshot = eg_engine_snapshot(world->test.engine);
    for (uint32_t i = 0; i < N_IDS; i++) {
        struct eg_text id = eg_text_from(eg_test_id(80 + i));
        if (i < 2) id = eg_records_at(snapshot->records, EG_RECORD_SERVICE, i)->field[0];
        (void)snprintf(world->ids[i], sizeof world->ids[i], "%.*s", EG_TEXT_ARG(id));
    }
    eg_snapshot_release(snapshot);
    world->follower = eg_test_register_engine(&world->test);
}

static void whatever_is_done_is_undone_row_by_row(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < N_ROUNDS; round++) {
        struct world world = {.n_changes = 0};
        begin(&world);
        struct eg_buffer before = dump(world.test.engine);
        for (uint32_t i = 0; i < N_EDITS; i++) {
            edit(&world);
            if (below(2)) follow(&world); /* else some changes at once */
        }
        undo_all(&world);
        follow(&world);
        print_message("# %u times by the lines, %u times all of it\n", world.n_followed, world.n_read);
        assert_true(world.n_followed >
                    N_EDITS / 8); /* all of it where what is new has one of the parts of an undoing */
        eg_engine_free(world.follower);
        struct eg_buffer after = dump(world.test.engine);
        assert_same(&before, &after);
        eg_buffer_clear(&after);
        struct eg_engine *other = eg_test_register_engine(&world.test); /* as the store has it */
        after = dump(other);
        assert_same(&before, &after);
        eg_engine_free(other);
        eg_buffer_clear(&before);
        eg_buffer_clear(&after);
        eg_test_register_close(&world.test);
    }
}

int main(void)
{
    dice = eg_test_random_new();
    const struct CMUnitTest tests[] = {cmocka_unit_test(whatever_is_done_is_undone_row_by_row)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
