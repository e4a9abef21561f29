#include "engine/edits.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/ledger.h"
#include "support/failing_malloc.h"
#include "support/test_register.h"
#include "support/test_store.h"

#define ID "0a000000-0000-5000-8000-00000000000b"

static int begin(void **state)
{
    struct eg_test_register *test = malloc(sizeof *test);
    eg_test_register_open(test);
    *state = test;
    return 0;
}

static int end(void **state)
{
    eg_test_register_close(*state);
    free(*state);
    return 0;
}

/* --- asking ------------------------------------------------------------------------------------------------------------------ */

static const struct eg_edit by_ann = {.by = {"ann", 3}, .reason = {"told by phone", 13}};

static struct eg_edit on(const char *version)
{
    struct eg_edit edit = by_ann;
    edit.holds = eg_edit_is_version;
    edit.context = version;
    return edit;
}

static enum eg_status put(struct eg_engine *engine, const struct eg_edit *edit, const char *id,
                          const char *document, struct eg_edit_done *done)
{
    struct eg_json *json = NULL;
    struct eg_error err = {0};
    assert_int_equal(eg_json_parse(eg_text_from(document), &json, &err), EG_OK);
    enum eg_status status = eg_edits_put(engine, edit, eg_text_from(id), eg_json_root(json), done, &err);
    if (status != EG_OK) assert_true(err.message[0] != '\0');
    eg_json_free(json);
    return status;
}

/* Puts, whatever there is; the version is kept, the rest forgotten. */
static void must_put(struct eg_engine *engine, const char *id, const char *document,
                     char version_out[EG_EDIT_VERSION_BYTES])
{
    struct eg_edit_done done;
    assert_int_equal(put(engine, &by_ann, id, document, &done), EG_OK);
    if (version_out) memcpy(version_out, done.version, EG_EDIT_VERSION_BYTES);
    eg_edit_done_clear(&done);
}

/* What an entry says now; "" when it is not there. */
static char *said(struct eg_engine *engine, const char *id, bool with_private)
{
    static char text[4096];
    struct eg_buffer document;
    char version[EG_EDIT_VERSION_BYTES];
    struct eg_snapshot *snapshot = eg_engine_snapshot(engine);
    eg_buffer_init(&document, 0);
    enum eg_status status = eg_edits_read(snapshot, eg_text_from(id), with_private, &document, version, NULL);
    assert_int_equal(status == EG_OK || status == EG_NOT_FOUND, true);
    (void)snprintf(text, sizeof text, "%.*s", (int)document.len, document.data ? document.data : "");
    eg_buffer_clear(&document);
    eg_snapshot_release(snapshot);
    return text;
}

struct line {
    char id[EG_UUID_TEXT_LEN + 1], by[32], reason[64], title[64], before[2048], after[2048], suggestion[64];
    enum eg_change_action action;
};

static void copy(struct eg_text text, char *out, size_t size)
{
    (void)snprintf(out, size, "%.*s", EG_TEXT_ARG(text));
}

static bool keep_line(void *context, const struct eg_change_entry *change)
{
    struct line *line = context;
    memcpy(line->id, change->id, sizeof line->id);
    line->action = change->action;
    copy(change->by, line->by, sizeof line->by);
    copy(change->reason, line->reason, sizeof line->reason);
    copy(change->title, line->title, sizeof line->title);
    copy(change->before, line->before, sizeof line->before);
    copy(change->after, line->after, sizeof line->after);
    copy(change->suggestion, line->suggestion, sizeof line->suggestion);
    return false;
}

/* The n-th newest line of the history, from 0. */
static struct line line_of(struct eg_engine *engine, const char *id, uint32_t n)
{
    struct line line = {.id = ""};
    struct eg_ledger *ledger = eg_engine_ledger(engine);
    struct eg_change_visitor visitor = {keep_line, &line};
    assert_int_equal(eg_store_history(eg_ledger_store(ledger), eg_text_from(id), (struct eg_store_page){1, n},
                                      &visitor, NULL),
                     EG_OK);
    eg_ledger_release(ledger);
    return line;
}

/* --- putting and removing ---------------------------------------------------------------------------------------------------- */

static void an_entry_is_made_changed_and_removed_and_the_history_tells(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    struct eg_edit_done done;
    assert_int_equal(put(engine, &by_ann, ID, "{\"name\":\"Swims\"}", &done), EG_OK);
    assert_true(done.made);
    assert_string_equal(done.entry_id, ID);
    char *now = said(engine, ID, true);
    assert_non_null(strstr(now, "\"name\":\"Swims\""));
    assert_string_equal(done.document.data, now);
    struct line line = line_of(engine, ID, 0);
    assert_int_equal(line.action, EG_CHANGE_CREATE);
    assert_string_equal(line.id, done.change_id);
    assert_string_equal(line.by, "ann");
    assert_string_equal(line.reason, "told by phone");
    assert_string_equal(line.title, "Swims");
    assert_string_equal(line.before, "");
    assert_string_equal(line.after, now);
    eg_edit_done_clear(&done);

    char first[2048];
    (void)snprintf(first, sizeof first, "%s", now);
    assert_int_equal(
        put(engine, &by_ann, ID, "{\"name\":\"Dives\",\"phones\":[{\"number\":\"111\"}]}", &done), EG_OK);
    assert_false(done.made);
    line = line_of(engine, ID, 0);
    assert_int_equal(line.action, EG_CHANGE_UPDATE);
    assert_string_equal(line.before, first);
    assert_string_equal(line.after, done.document.data);
    eg_edit_done_clear(&done);

    assert_int_equal(eg_edits_remove(engine, &by_ann, EG_TEXT(ID), &done, NULL), EG_OK);
    assert_string_equal(done.version, "");
    eg_edit_done_clear(&done);
    assert_string_equal(said(engine, ID, true), "");
    line = line_of(engine, ID, 0);
    assert_int_equal(line.action, EG_CHANGE_DELETE);
    assert_string_equal(line.title, "Dives");
    assert_string_equal(line.after, "");
    assert_int_equal(eg_edits_remove(engine, &by_ann, EG_TEXT(ID), &done, NULL), EG_NOT_FOUND);
}

static void a_new_entry_gets_an_id(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    struct eg_edit_done done;
    assert_int_equal(put(engine, &by_ann, "", "{\"name\":\"Swims\"}", &done), EG_OK);
    assert_int_equal(strlen(done.entry_id), EG_UUID_TEXT_LEN);
    assert_non_null(strstr(said(engine, done.entry_id, true), "Swims"));
    eg_edit_done_clear(&done);
}

static void ids_are_uuids_in_either_case(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    struct eg_edit_done done;
    assert_int_equal(put(engine, &by_ann, "swims", "{\"name\":\"Swims\"}", &done), EG_INVALID);
    must_put(engine, "0A000000-0000-5000-8000-00000000000B",
             "{\"name\":\"Swims\",\"phones\":[{\"number\":\"111\"}]}", NULL);
    assert_non_null(strstr(said(engine, ID, true), "\"id\":\"" ID "\""));
    assert_string_equal(line_of(engine, ID, 0).title, "Swims");
    assert_int_equal(eg_edits_remove(engine, &by_ann, EG_TEXT("nonsense"), &done, NULL), EG_NOT_FOUND);
}

static void what_an_entry_says_already_is_not_written(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    struct eg_edit_done done;
    char version[EG_EDIT_VERSION_BYTES];
    must_put(engine, ID, "{\"name\":\"Swims\"}", version);
    struct line line = line_of(engine, ID, 0);
    uint64_t generation = eg_engine_generation(engine);
    assert_int_equal(put(engine, &by_ann, ID, said(engine, ID, true), &done), EG_OK);
    assert_string_equal(done.change_id, "");
    assert_string_equal(done.version, version);
    assert_string_equal(done.document.data, said(engine, ID, true));
    eg_edit_done_clear(&done);
    assert_string_equal(line_of(engine, ID, 0).id, line.id);
    assert_int_equal(eg_engine_generation(engine), generation);
}

static void what_is_wrong_is_named_and_nothing_is_written(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    struct eg_edit_done done;
    char reason[EG_EDIT_REASON_BYTES + 1];
    memset(reason, 'x', sizeof reason);
    struct eg_edit wordy = {.by = EG_TEXT("ann"), .reason = {reason, sizeof reason}};
    assert_int_equal(put(engine, &by_ann, ID, "{\"name\":\"Swims\",\"phones\":[{\"number\":7}]}", &done),
                     EG_INVALID);
    assert_int_equal(put(engine, &by_ann, ID, "{}", &done), EG_INVALID);
    assert_int_equal(put(engine, &wordy, ID, "{\"name\":\"Swims\"}", &done), EG_LIMIT);
    assert_string_equal(said(engine, ID, true), "");
    assert_string_equal(line_of(engine, ID, 0).id, "");
}

static void only_who_has_seen_the_present_version_changes_it(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    struct eg_edit_done done;
    char first[EG_EDIT_VERSION_BYTES], second[EG_EDIT_VERSION_BYTES];
    struct eg_edit as_new = on("");
    assert_int_equal(put(engine, &as_new, ID, "{\"name\":\"Swims\"}", &done), EG_OK);
    memcpy(first, done.version, sizeof first);
    eg_edit_done_clear(&done);
    assert_int_equal(put(engine, &as_new, ID, "{\"name\":\"Dives\"}", &done), EG_CONFLICT);
    must_put(engine, ID, "{\"name\":\"Swims\",\"contacts\":[{\"name\":\"Bo\",\"visibility\":\"private\"}]}",
             second);
    assert_null(strstr(said(engine, ID, false), "Bo"));
    assert_non_null(strstr(said(engine, ID, true), "Bo"));
    struct eg_edit late = on(first), timely = on(second);
    assert_int_equal(put(engine, &late, ID, "{\"name\":\"Dives\"}", &done), EG_CONFLICT);
    assert_int_equal(eg_edits_remove(engine, &late, EG_TEXT(ID), &done, NULL), EG_CONFLICT);
    assert_int_equal(eg_edits_review(engine, &late, EG_TEXT(ID), &done, NULL), EG_CONFLICT);
    assert_int_equal(eg_edits_remove(engine, &timely, EG_TEXT(ID), &done, NULL), EG_OK);
    eg_edit_done_clear(&done);
    assert_int_equal(put(engine, &timely, ID, "{\"name\":\"Dives\"}", &done), EG_CONFLICT);
}

enum { WRITERS = 4 };

struct writer {
    struct eg_engine *engine;
    const char *version;
    uint32_t number;
    enum eg_status status;
};

static void *write_once(void *context)
{
    struct writer *writer = context;
    struct eg_edit edit = on(writer->version);
    struct eg_edit_done done;
    char document[64];
    (void)snprintf(document, sizeof document, "{\"name\":\"W%u\"}", writer->number);
    writer->status = put(writer->engine, &edit, ID, document, &done);
    if (writer->status == EG_OK) eg_edit_done_clear(&done);
    return NULL;
}

static void of_several_who_start_from_one_version_one_wins(void **state)
{
    struct eg_test_register *test = *state;
    struct eg_engine *other = eg_test_register_engine(test);
    char version[EG_EDIT_VERSION_BYTES];
    must_put(test->engine, ID, "{\"name\":\"Swims\"}", version);
    for (uint32_t round = 0; round < 5; round++) {
        pthread_t threads[WRITERS];
        struct writer writers[WRITERS];
        uint32_t n_won = 0;
        for (uint32_t i = 0; i < WRITERS; i++) {
            writers[i] = (struct writer){i % 2 ? other : test->engine, version, round * WRITERS + i, EG_OK};
            assert_int_equal(pthread_create(&threads[i], NULL, write_once, &writers[i]), 0);
        }
        for (uint32_t i = 0; i < WRITERS; i++) {
            (void)pthread_join(threads[i], NULL);
            n_won += writers[i].status == EG_OK;
            assert_true(writers[i].status == EG_OK || writers[i].status == EG_CONFLICT);
        }
        assert_int_equal(n_won, 1);
        must_put(test->engine, ID, "{\"name\":\"Swims\"}", version);
    }
    eg_engine_free(other);
}

/* --- reviewing --------------------------------------------------------------------------------------------------------------- */

static void a_review_says_when(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    struct eg_edit_done done;
    must_put(engine, ID, "{\"name\":\"Swims\",\"last_reviewed\":\"2020-01-31\"}", NULL);
    assert_int_equal(eg_edits_review(engine, &by_ann, EG_TEXT(ID), &done, NULL), EG_OK);
    assert_null(strstr(done.document.data, "2020-01-31"));
    assert_non_null(strstr(done.document.data, "\"last_reviewed\":\"2"));
    eg_edit_done_clear(&done);
    assert_int_equal(line_of(engine, ID, 0).action, EG_CHANGE_REVIEW);
    assert_int_equal(eg_edits_review(engine, &by_ann, EG_TEXT(ID), &done, NULL), EG_OK);
    assert_string_equal(done.change_id, "");
    eg_edit_done_clear(&done);
    struct eg_snapshot *snapshot = eg_engine_snapshot(engine);
    const struct eg_record *service = eg_records_find(snapshot->records, EG_RECORD_SERVICE, EG_TEXT(ID));
    assert_int_equal(service->field[EG_SERVICE_LAST_MODIFIED].len, strlen("2026-01-31T09:30:00.123Z"));
    eg_snapshot_release(snapshot);
}

/* --- undoing ----------------------------------------------------------------------------------------------------------------- */

static enum eg_status undo(struct eg_engine *engine, const char *change, bool force)
{
    struct eg_edit_done done;
    enum eg_status status = eg_edits_undo(engine, &by_ann, eg_text_from(change), force, &done, NULL);
    if (status == EG_OK) eg_edit_done_clear(&done);
    return status;
}

static void a_change_is_undone_and_that_is_a_change(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    must_put(engine, ID, "{\"name\":\"Swims\",\"contacts\":[{\"name\":\"Bo\",\"visibility\":\"private\"}]}",
             NULL);
    must_put(engine, ID, "{\"name\":\"Dives\"}", NULL);
    struct line dived = line_of(engine, ID, 0);
    assert_int_equal(undo(engine, dived.id, false), EG_OK);
    assert_string_equal(said(engine, ID, true), dived.before);
    struct line undone = line_of(engine, ID, 0);
    assert_int_equal(undone.action, EG_CHANGE_UNDO);
    assert_string_equal(undone.before, dived.after);
    assert_int_equal(undo(engine, dived.id, false), EG_CONFLICT);
    assert_int_equal(undo(engine, undone.id, false), EG_OK);
    assert_string_equal(said(engine, ID, true), dived.after);
}

static void what_was_removed_comes_back_and_what_was_made_goes(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    struct eg_edit_done done;
    must_put(engine, ID, "{\"name\":\"Swims\",\"phones\":[{\"number\":\"111\"}]}", NULL);
    struct line made = line_of(engine, ID, 0);
    assert_int_equal(eg_edits_remove(engine, &by_ann, EG_TEXT(ID), &done, NULL), EG_OK);
    eg_edit_done_clear(&done);
    assert_int_equal(undo(engine, line_of(engine, ID, 0).id, false), EG_OK);
    assert_string_equal(said(engine, ID, true), made.after);
    assert_int_equal(undo(engine, made.id, false), EG_OK);
    assert_string_equal(said(engine, ID, true), "");
    assert_int_equal(undo(engine, made.id, true), EG_CONFLICT);
}

static void a_later_change_is_lost_only_by_force(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    must_put(engine, ID, "{\"name\":\"Swims\"}", NULL);
    must_put(engine, ID, "{\"name\":\"Dives\"}", NULL);
    struct line dived = line_of(engine, ID, 0);
    must_put(engine, ID, "{\"name\":\"Rows\"}", NULL);
    assert_int_equal(undo(engine, dived.id, false), EG_CONFLICT);
    assert_non_null(strstr(said(engine, ID, true), "Rows"));
    assert_int_equal(undo(engine, dived.id, true), EG_OK);
    assert_non_null(strstr(said(engine, ID, true), "Swims"));
}

/* As another program's statements do, which the engine then sees. */
static void by_hand(struct eg_test_register *test, const char *sql)
{
    eg_test_store_must(eg_text_from(test->store), sql);
    assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
}

static uint64_t count(struct eg_test_register *test, const char *sql)
{
    return eg_test_store_number(eg_text_from(test->store), sql);
}

static void a_removed_entry_comes_back_with_rows_that_no_document_names(void **state)
{
    struct eg_test_register *test = *state;
    struct eg_edit_done done;
    must_put(test->engine, ID,
             "{\"name\":\"Swims\",\"phones\":[{\"number\":\"111\"}],\"topics\":[\"water\"]}", NULL);
    by_hand(test, "UPDATE phone SET extension = '77' WHERE number = '111'");
    by_hand(test, "INSERT INTO location (id, location_type, name) VALUES "
                  "('0a000000-0000-5000-8000-0000000000aa', 'physical', 'Second')");
    by_hand(test,
            "INSERT INTO service_at_location (id, service_id, location_id) VALUES "
            "('0a000000-0000-5000-8000-0000000000ab', '" ID "', '0a000000-0000-5000-8000-0000000000aa')");
    assert_int_equal(eg_edits_remove(test->engine, &by_ann, EG_TEXT(ID), &done, NULL), EG_OK);
    eg_edit_done_clear(&done);
    assert_int_equal(count(test, "SELECT count(*) FROM service_at_location WHERE service_id = '" ID "'"), 0);
    assert_int_equal(undo(test->engine, line_of(test->engine, ID, 0).id, false), EG_OK);
    assert_int_equal(count(test, "SELECT count(*) FROM service_at_location WHERE service_id = '" ID "'"), 1);
    assert_int_equal(count(test, "SELECT count(*) FROM phone WHERE extension = '77'"), 1);
    assert_non_null(strstr(said(test->engine, ID, true), "Second"));
}

static void what_others_share_is_left_alone(void **state)
{
    struct eg_test_register *test = *state;
    static const char other[] = "0a000000-0000-5000-8000-00000000000c";
    must_put(test->engine, ID,
             "{\"name\":\"Swims\",\"organisation\":{\"name\":\"Club\"},\"topics\":[\"water\"]}", NULL);
    struct line made = line_of(test->engine, ID, 0);
    must_put(test->engine, other,
             "{\"name\":\"Dives\",\"organisation\":{\"name\":\"Club\"},\"topics\":[\"water\"]}", NULL);
    char *now = said(test->engine, other, true), before[2048];
    (void)snprintf(before, sizeof before, "%s", now);
    assert_int_equal(undo(test->engine, made.id, false), EG_OK);
    assert_string_equal(said(test->engine, ID, true), "");
    assert_string_equal(said(test->engine, other, true), before);
    assert_int_equal(count(test, "SELECT count(*) FROM taxonomy_term WHERE name = 'water'"), 1);
}

static void rows_that_were_changed_past_the_document_are_lost_only_by_force(void **state)
{
    struct eg_test_register *test = *state;
    struct eg_edit_done done;
    must_put(test->engine, ID, "{\"name\":\"Swims\",\"phones\":[{\"number\":\"111\"}]}", NULL);
    by_hand(test, "UPDATE phone SET extension = '77' WHERE number = '111'");
    must_put(test->engine, ID, "{\"name\":\"Swims\"}", NULL);
    assert_int_equal(undo(test->engine, line_of(test->engine, ID, 0).id, false), EG_OK);
    struct line undone = line_of(test->engine, ID, 0);
    by_hand(test, "UPDATE phone SET extension = '78' WHERE number = '111'");
    assert_int_equal(undo(test->engine, undone.id, false), EG_CONFLICT);
    assert_int_equal(count(test, "SELECT count(*) FROM phone WHERE extension = '78'"), 1);
    assert_int_equal(undo(test->engine, undone.id, true), EG_OK);
    assert_int_equal(count(test, "SELECT count(*) FROM phone WHERE number = '111'"), 0);
    assert_int_equal(eg_edits_remove(test->engine, &by_ann, EG_TEXT(ID), &done, NULL), EG_OK);
    eg_edit_done_clear(&done);
}

static void a_line_of_before_is_undone_by_its_document(void **state)
{
    struct eg_test_register *test = *state;
    struct eg_edit_done done;
    must_put(test->engine, ID, "{\"name\":\"Swims\",\"phones\":[{\"number\":\"111\"}]}", NULL);
    assert_int_equal(eg_edits_remove(test->engine, &by_ann, EG_TEXT(ID), &done, NULL), EG_OK);
    eg_edit_done_clear(&done);
    eg_engine_free(test->engine);
    eg_test_store_must(eg_text_from(test->store), "ALTER TABLE change DROP COLUMN rows");
    test->engine = eg_test_register_engine(test);
    assert_int_equal(undo(test->engine, line_of(test->engine, ID, 0).id, false), EG_OK);
    assert_non_null(strstr(said(test->engine, ID, true), "\"number\":\"111\""));
    assert_int_equal(undo(test->engine, line_of(test->engine, ID, 0).id, false), EG_OK);
    assert_string_equal(said(test->engine, ID, true), "");
    assert_int_equal(undo(test->engine, line_of(test->engine, ID, 0).id, false), EG_OK);
}

static void an_import_and_what_never_was_cannot_be_undone(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    struct line seeded = line_of(engine, "", 0);
    assert_int_equal(seeded.action, EG_CHANGE_IMPORT);
    assert_int_equal(undo(engine, seeded.id, true), EG_CONFLICT);
    assert_int_equal(undo(engine, ID, true), EG_NOT_FOUND);
    assert_int_equal(undo(engine, "x' OR '1'='1", true), EG_NOT_FOUND);
}

/* --- suggestions ------------------------------------------------------------------------------------------------------------- */

static const char *suggest_on(struct eg_engine *engine, const char *entry_id, const char *base,
                              const char *document)
{
    static char id[EG_UUID_TEXT_LEN + 1];
    struct eg_ledger *ledger = eg_engine_ledger(engine);
    struct eg_suggestion suggestion = {.at = EG_TEXT("2026-01-31T09:30:00Z"),
                                       .entry_id = eg_text_from(entry_id),
                                       .document = eg_text_from(document),
                                       .base = eg_text_from(base)};
    eg_uuid_random(suggestion.id);
    memcpy(id, suggestion.id, sizeof id);
    assert_int_equal(eg_store_suggest(eg_ledger_store(ledger), &suggestion, NULL), EG_OK);
    eg_ledger_release(ledger);
    return id;
}

/* One that does not say on what it is based, as stores of before have them. */
static const char *suggest(struct eg_engine *engine, const char *entry_id, const char *document)
{
    return suggest_on(engine, entry_id, NULL, document);
}

static bool keep_state(void *context, const struct eg_suggestion *suggestion)
{
    *(enum eg_suggestion_state *)context = suggestion->state;
    return false;
}

static enum eg_suggestion_state state_of(struct eg_engine *engine, const char *id)
{
    enum eg_suggestion_state state = EG_SUGGESTION_OPEN;
    struct eg_ledger *ledger = eg_engine_ledger(engine);
    struct eg_suggestion_visitor visitor = {keep_state, &state};
    assert_int_equal(eg_store_suggestion(eg_ledger_store(ledger), eg_text_from(id), &visitor, NULL), EG_OK);
    eg_ledger_release(ledger);
    return state;
}

static enum eg_status accept(struct eg_engine *engine, const struct eg_edit *edit, const char *id,
                             const char *document)
{
    struct eg_json *json = NULL;
    struct eg_edit_done done;
    if (document) assert_int_equal(eg_json_parse(eg_text_from(document), &json, NULL), EG_OK);
    struct eg_acceptance acceptance = {.suggestion = eg_text_from(id),
                                       .document = json ? eg_json_root(json) : NULL};
    enum eg_status status = eg_edits_accept(engine, edit, &acceptance, &done, NULL);
    if (status == EG_OK) eg_edit_done_clear(&done);
    eg_json_free(json);
    return status;
}

static void an_accepted_suggestion_is_done_and_closed_at_once(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    must_put(engine, ID, "{\"name\":\"Swims\",\"contacts\":[{\"name\":\"Bo\",\"visibility\":\"private\"}]}",
             NULL);
    const char *id = suggest(engine, ID, "{\"name\":\"Swims daily\"}");
    assert_int_equal(accept(engine, &by_ann, id, NULL), EG_OK);
    assert_non_null(strstr(said(engine, ID, true), "Swims daily"));
    assert_non_null(strstr(said(engine, ID, true), "Bo")); /* who suggested it did not see him */
    assert_int_equal(state_of(engine, id), EG_SUGGESTION_ACCEPTED);
    assert_string_equal(line_of(engine, ID, 0).suggestion, id);
    assert_int_equal(accept(engine, &by_ann, id, NULL), EG_CONFLICT);
}

static void an_editor_s_later_change_stays_when_a_suggestion_is_accepted(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    static const char base[] =
        "{\"name\":\"Swims\",\"phones\":[{\"number\":\"111\"}],\"location\":{\"city\":\"A\"}}";
    must_put(engine, ID,
             "{\"name\":\"Swims\",\"url\":\"https://"
             "a.example\",\"phones\":[{\"number\":\"111\"},{\"number\":\"777\","
             "\"visibility\":\"private\"}],\"location\":{\"city\":\"A\",\"address_1\":\"Pool\"}}",
             NULL);
    const char *id = suggest_on(
        engine, ID, base,
        "{\"name\":\"Swims daily\",\"phones\":[{\"number\":\"222\"}],\"location\":{\"city\":\"B\"}}");
    assert_int_equal(accept(engine, &by_ann, id, NULL), EG_OK);
    char *now = said(engine, ID, true);
    assert_non_null(strstr(now, "\"name\":\"Swims daily\""));
    assert_non_null(strstr(now, "\"url\":\"https://a.example\""));
    assert_non_null(strstr(now, "\"number\":\"222\""));
    assert_non_null(strstr(now, "\"number\":\"777\"")); /* private: nobody saw it */
    assert_non_null(strstr(now, "\"city\":\"B\""));
    assert_non_null(strstr(now, "\"address_1\":\"Pool\""));
}

static enum eg_status accept_with(struct eg_engine *engine, const char *id,
                                  const struct eg_document_choice *choices, uint32_t n, struct eg_error *err)
{
    struct eg_edit_done done;
    struct eg_acceptance acceptance = {eg_text_from(id), NULL, choices, n};
    enum eg_status status = eg_edits_accept(engine, &by_ann, &acceptance, &done, err);
    if (status == EG_OK) eg_edit_done_clear(&done);
    return status;
}

static void what_both_have_changed_has_to_be_decided(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    struct eg_error err = {0};
    must_put(engine, ID,
             "{\"name\":\"Dives\",\"phones\":[{\"number\":\"333\"}],\"url\":\"https://a.example\"}", NULL);
    const char *id = suggest_on(engine, ID, "{\"name\":\"Swims\",\"phones\":[{\"number\":\"111\"}]}",
                                "{\"name\":\"Rows\",\"phones\":[{\"number\":\"222\"}]}");
    const struct eg_document_choice choices[] = {{EG_TEXT("phones"), true}, {EG_TEXT("name"), false}};
    assert_int_equal(accept_with(engine, id, NULL, 0, &err), EG_CONFLICT);
    assert_non_null(strstr(err.message, "name, phones"));
    assert_string_equal(err.field, "name");
    assert_int_equal(accept_with(engine, id, choices, 1, &err), EG_CONFLICT);
    assert_null(strstr(err.message, "phones"));
    assert_int_equal(state_of(engine, id), EG_SUGGESTION_OPEN);
    assert_non_null(strstr(said(engine, ID, true), "\"number\":\"333\""));
    assert_int_equal(accept_with(engine, id, choices, 2, &err), EG_OK);
    assert_non_null(strstr(said(engine, ID, true), "\"number\":\"222\""));
    assert_non_null(strstr(said(engine, ID, true), "Dives"));
    assert_non_null(strstr(said(engine, ID, true), "a.example"));
}

static void a_suggestion_that_changes_nothing_is_closed_all_the_same(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    must_put(engine, ID, "{\"name\":\"Swims\"}", NULL);
    struct line line = line_of(engine, ID, 0);
    const char *id = suggest(engine, ID, said(engine, ID, false));
    assert_int_equal(accept(engine, &by_ann, id, NULL), EG_OK);
    assert_int_equal(state_of(engine, id), EG_SUGGESTION_ACCEPTED);
    assert_string_equal(line_of(engine, ID, 0).id, line.id); /* the history has no line for it */
    assert_int_equal(accept(engine, &by_ann, id, NULL), EG_CONFLICT);
}

static void a_suggestion_may_be_put_right_or_be_a_new_entry(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    const char *id = suggest(engine, "", "{\"name\":\"swims!!!\"}");
    assert_int_equal(accept(engine, &by_ann, id, "{\"name\":\"Swims\"}"), EG_OK);
    struct line line = line_of(engine, "", 0);
    assert_int_equal(line.action, EG_CHANGE_CREATE);
    assert_string_equal(line.title, "Swims");
    assert_string_equal(line.suggestion, id);
}

static void a_suggestion_that_cannot_be_done_stays_open(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    const char *wrong = suggest(engine, "", "{\"name\":\"Swims\",\"url\":\"nowhere\"}");
    assert_int_equal(accept(engine, &by_ann, wrong, NULL), EG_INVALID);
    assert_int_equal(state_of(engine, wrong), EG_SUGGESTION_OPEN);
    const char *orphan = suggest(engine, ID, "{\"name\":\"Swims\"}");
    assert_int_equal(accept(engine, &by_ann, orphan, NULL), EG_NOT_FOUND);
    assert_int_equal(state_of(engine, orphan), EG_SUGGESTION_OPEN);
    must_put(engine, ID, "{\"name\":\"Dives\"}", NULL);
    struct eg_edit late = on("00000000000000000000000000000000");
    assert_int_equal(accept(engine, &late, orphan, NULL), EG_CONFLICT);
    assert_int_equal(state_of(engine, orphan), EG_SUGGESTION_OPEN);
    assert_non_null(strstr(said(engine, ID, true), "Dives"));
    assert_int_equal(accept(engine, &by_ann, ID, NULL), EG_NOT_FOUND);
}

static void a_rejected_suggestion_changes_nothing(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    uint64_t generation = eg_engine_generation(engine);
    const char *id = suggest(engine, "", "{\"name\":\"Swims\"}");
    assert_int_equal(eg_edits_reject(engine, &by_ann, eg_text_from(id), NULL), EG_OK);
    assert_int_equal(state_of(engine, id), EG_SUGGESTION_REJECTED);
    assert_int_equal(accept(engine, &by_ann, id, NULL), EG_CONFLICT);
    assert_int_equal(eg_edits_reject(engine, &by_ann, eg_text_from(id), NULL), EG_CONFLICT);
    assert_int_equal(eg_engine_generation(engine), generation);
}

static void refused_memory_is_said_and_nothing_is_half_done(void **state)
{
    struct eg_engine *engine = ((struct eg_test_register *)*state)->engine;
    struct eg_json *json = NULL;
    must_put(engine, ID, "{\"name\":\"Swims\",\"phones\":[{\"number\":\"111\"}]}", NULL);
    assert_int_equal(eg_json_parse(EG_TEXT("{\"name\":\"Dives\"}"), &json, NULL), EG_OK);
    for (long n = 1;; n++) {
        struct eg_edit_done done;
        eg_failing_malloc_after(n);
        enum eg_status status = eg_edits_put(engine, &by_ann, EG_TEXT(ID), eg_json_root(json), &done, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        if (status == EG_OK) eg_edit_done_clear(&done);
        assert_true(status == EG_OK || (failed && status == EG_NO_MEMORY));
        assert_int_equal(strstr(said(engine, ID, true), "Dives") != NULL, status == EG_OK);
        assert_int_equal(strcmp(line_of(engine, ID, 0).title, "Dives") == 0, status == EG_OK);
        if (status == EG_OK) break;
    }
    eg_json_free(json);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_entry_is_made_changed_and_removed_and_the_history_tells),
        TEST(a_new_entry_gets_an_id),
        TEST(ids_are_uuids_in_either_case),
        TEST(what_an_entry_says_already_is_not_written),
        TEST(what_is_wrong_is_named_and_nothing_is_written),
        TEST(only_who_has_seen_the_present_version_changes_it),
        TEST(of_several_who_start_from_one_version_one_wins),
        TEST(a_review_says_when),
        TEST(a_change_is_undone_and_that_is_a_change),
        TEST(what_was_removed_comes_back_and_what_was_made_goes),
        TEST(a_later_change_is_lost_only_by_force),
        TEST(a_removed_entry_comes_back_with_rows_that_no_document_names),
        TEST(what_others_share_is_left_alone),
        TEST(rows_that_were_changed_past_the_document_are_lost_only_by_force),
        TEST(a_line_of_before_is_undone_by_its_document),
        TEST(an_import_and_what_never_was_cannot_be_undone),
        TEST(an_accepted_suggestion_is_done_and_closed_at_once),
        TEST(an_editor_s_later_change_stays_when_a_suggestion_is_accepted),
        TEST(what_both_have_changed_has_to_be_decided),
        TEST(a_suggestion_that_changes_nothing_is_closed_all_the_same),
        TEST(a_suggestion_may_be_put_right_or_be_a_new_entry),
        TEST(a_suggestion_that_cannot_be_done_stays_open),
        TEST(a_rejected_suggestion_changes_nothing),
        TEST(refused_memory_is_said_and_nothing_is_half_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
