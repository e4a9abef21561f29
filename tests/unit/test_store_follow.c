/* What one server wrote another reads by the lines of the history, and no more than that; where these do not say all, it reads everything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/edits.h"
#include "engine/ledger.h"
#include "support/test_register.h"
#include "support/test_store.h"

struct pair {
    struct eg_test_register test;
    struct eg_engine *other;
};

static int begin(void **state)
{
    struct pair *pair = malloc(sizeof *pair);
    eg_test_register_open(&pair->test);
    pair->other = eg_test_register_engine(&pair->test);
    *state = pair;
    return 0;
}

static int end(void **state)
{
    struct pair *pair = *state;
    eg_engine_free(pair->other);
    eg_test_register_close(&pair->test);
    free(pair);
    return 0;
}

static const struct eg_edit by_ann = {.by = {"ann", 3}};

static void put(struct eg_engine *engine, uint32_t id, const char *document)
{
    struct eg_json *json = NULL;
    struct eg_edit_done done;
    struct eg_error err = {0};
    assert_int_equal(eg_json_parse(eg_text_from(document), &json, NULL), EG_OK);
    if (eg_edits_put(engine, &by_ann, eg_text_from(eg_test_id(id)), eg_json_root(json), &done, &err) != EG_OK)
        fail_msg("%s: %s", err.field, err.message);
    eg_edit_done_clear(&done);
    eg_json_free(json);
}

static void take_away(struct eg_engine *engine, uint32_t id)
{
    struct eg_edit_done done;
    assert_int_equal(eg_edits_remove(engine, &by_ann, eg_text_from(eg_test_id(id)), &done, NULL), EG_OK);
    eg_edit_done_clear(&done);
}

/* An entry of the seeds, which nobody here writes: the same one in memory unless all was read anew. */
static const struct eg_record *untouched(struct eg_engine *engine)
{
    const struct eg_record *row = NULL;
    struct eg_snapshot *snapshot = eg_engine_snapshot(engine);
    for (uint32_t i = 0; i < eg_records_count(snapshot->records, EG_RECORD_SERVICE); i++) {
        const struct eg_record *service = eg_records_at(snapshot->records, EG_RECORD_SERVICE, i);
        if (eg_text_equal(service->field[EG_SERVICE_NAME], EG_TEXT("Runs"))) row = service;
    }
    assert_non_null(row);
    eg_snapshot_release(snapshot);
    return row;
}

/* Looks, and tells how. */
static bool follows(struct eg_engine *engine)
{
    const struct eg_record *before = untouched(engine);
    assert_int_equal(eg_engine_refresh(engine, NULL), EG_OK);
    eg_test_register_is_stored(engine);
    return untouched(engine) == before;
}

static void what_a_server_wrote_another_reads_and_no_more(void **state)
{
    struct pair *pair = *state;
    struct eg_engine *one = pair->test.engine, *other = pair->other;
    put(one, 70,
        "{\"name\":\"Swims\",\"topics\":[\"water\"],\"phones\":[{\"number\":\"01 23 45\"}],"
        "\"location\":{\"longitude\":\"0.50\",\"latitude\":\"0.125\"}}");
    assert_true(follows(other));
    put(other, 71, "{\"name\":\"Rows\",\"funding\":[{\"source\":\"F\",\"amount\":\"10.10\"}]}");
    put(other, 70, "{\"name\":\"Dives\",\"phones\":[{\"number\":\"01 23 46\"},{\"number\":\"01 23 45\"}]}");
    take_away(other, 71);
    put(other, 72, "{\"name\":\"Sails\"}");
    assert_true(follows(one)); /* four changes at once, one entry come and gone */
    take_away(one, 70);
    assert_true(follows(other));
    assert_true(follows(other)); /* nothing new */
}

/* When an entry was last modified is in no line; a place that two share is changed by a line of the one. */
static void what_a_change_reaches_without_a_word_is_read_as_well(void **state)
{
    struct pair *pair = *state;
    char document[400];
    struct eg_engine *one = pair->test.engine, *other = pair->other;
    put(one, 70,
        "{\"name\":\"Swims\",\"location\":{\"name\":\"Pool\",\"longitude\":\"0.5\",\"latitude\":\"0.5\"}}");
    struct eg_snapshot *snapshot = eg_engine_snapshot(one);
    uint32_t n = 0;
    const struct eg_record *const *at =
        eg_records_with(snapshot->records, EG_RECORD_SERVICE_AT_LOCATION, EG_SERVICE_AT_LOCATION_SERVICE_ID,
                        eg_text_from(eg_test_id(70)), &n);
    assert_int_equal(n, 1);
    (void)snprintf(
        document, sizeof document,
        "{\"name\":\"Dives\",\"location\":{\"city\":\"Town\"},\"other_locations\":[{\"name\":\"Pool\","
        "\"longitude\":\"0.5\",\"latitude\":\"0.5\",\"id\":\"%.*s\"}]}",
        EG_TEXT_ARG(at[0]->field[EG_SERVICE_AT_LOCATION_LOCATION_ID]));
    eg_snapshot_release(snapshot);
    put(one, 71, document);
    assert_true(follows(other));
    put(one, 70,
        "{\"name\":\"Swims\",\"location\":{\"name\":\"Lido\",\"longitude\":\"0.5\",\"latitude\":\"0.5\"}}");
    assert_true(follows(other));
}

static void what_another_program_wrote_as_well_has_all_read_anew(void **state)
{
    struct pair *pair = *state;
    struct eg_text source = eg_text_from(pair->test.store);
    put(pair->test.engine, 70, "{\"name\":\"Swims\"}");
    eg_test_store_must(source, "UPDATE service SET alert = 'Closed' WHERE name = 'Walks'");
    put(pair->test.engine, 71, "{\"name\":\"Dives\"}");
    assert_false(follows(pair->other));
    put(pair->test.engine, 70, "{\"name\":\"Rows\"}");
    assert_true(follows(pair->other));
    eg_test_store_must(source, "UPDATE service SET alert = 'Open' WHERE name = 'Walks'");
    assert_false(follows(pair->other));
    assert_true(follows(pair->other));
    /* Before anybody has told of it. */
    put(pair->test.engine, 70, "{\"name\":\"Swims\"}");
    eg_test_store_must(source, "UPDATE service SET alert = 'Closed' WHERE name = 'Walks'");
    put(pair->test.engine, 71, "{\"name\":\"Dips\"}");
    eg_test_store_must(source, "DELETE FROM change WHERE \"by\" = 'another program'");
    assert_false(follows(pair->other));
    /* Lines of a time when the rows were not kept, and a revision without any. */
    put(pair->test.engine, 70, "{\"name\":\"Sails\"}");
    eg_test_store_must(source, "UPDATE change SET rows = NULL");
    assert_false(follows(pair->other));
    put(pair->test.engine, 70, "{\"name\":\"Swims\"}");
    eg_test_store_must(source, "DELETE FROM change");
    assert_false(follows(pair->other));
    eg_test_store_must(source, "UPDATE service SET name = 'By hand' WHERE name = 'Swims'");
    eg_test_store_must(source, "DELETE FROM change");
    assert_false(follows(pair->other));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_server_wrote_another_reads_and_no_more),
        TEST(what_a_change_reaches_without_a_word_is_read_as_well),
        TEST(what_another_program_wrote_as_well_has_all_read_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
