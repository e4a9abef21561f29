#include "engine/outside.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/edits.h"
#include "engine/ledger.h"
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

static const struct eg_edit by_ann = {.by = {"ann", 3}};

/* As QGIS does. */
static void edit(const struct eg_test_register *test, const char *sql)
{
    eg_test_store_must(eg_text_from(test->store), sql);
}

static void must_put(struct eg_engine *engine, const char *document)
{
    struct eg_json *json = NULL;
    struct eg_edit_done done;
    struct eg_error err = {0};
    assert_int_equal(eg_json_parse(eg_text_from(document), &json, NULL), EG_OK);
    if (eg_edits_put(engine, &by_ann, EG_TEXT(ID), eg_json_root(json), &done, &err) != EG_OK)
        fail_msg("%s", err.message);
    eg_edit_done_clear(&done);
    eg_json_free(json);
}

static uint64_t count(const struct eg_test_register *test, const char *where)
{
    char sql[400];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM change WHERE %s", where);
    return eg_test_store_number(eg_text_from(test->store), sql);
}

#define BY_OTHERS "\"by\" = 'another program'"

struct line {
    char id[EG_UUID_TEXT_LEN + 1], before[1024], after[1024], reason[200], entry[64];
    enum eg_change_action action;
};

static bool keep(void *context, const struct eg_change_entry *change)
{
    struct line *line = context;
    memcpy(line->id, change->id, sizeof line->id);
    line->action = change->action;
    (void)snprintf(line->before, sizeof line->before, "%.*s", EG_TEXT_ARG(change->before));
    (void)snprintf(line->after, sizeof line->after, "%.*s", EG_TEXT_ARG(change->after));
    (void)snprintf(line->reason, sizeof line->reason, "%.*s", EG_TEXT_ARG(change->reason));
    (void)snprintf(line->entry, sizeof line->entry, "%.*s", EG_TEXT_ARG(change->entry_id));
    return false;
}

static struct line newest(struct eg_engine *engine)
{
    struct line line = {.id = ""};
    struct eg_ledger *ledger = eg_engine_ledger(engine);
    struct eg_change_visitor visitor = {keep, &line};
    assert_int_equal(
        eg_store_history(eg_ledger_store(ledger), EG_TEXT(""), (struct eg_store_page){1, 0}, &visitor, NULL),
        EG_OK);
    eg_ledger_release(ledger);
    return line;
}

static uint64_t revision_of(struct eg_engine *engine)
{
    uint64_t revision = 0;
    struct eg_ledger *ledger = eg_engine_ledger(engine);
    assert_int_equal(eg_store_revision(eg_ledger_store(ledger), &revision, NULL), EG_OK);
    eg_ledger_release(ledger);
    return revision;
}

static enum eg_status undo(struct eg_engine *engine, const char *change)
{
    struct eg_edit_done done;
    enum eg_status status = eg_edits_undo(engine, &by_ann, eg_text_from(change), false, &done, NULL);
    if (status == EG_OK) eg_edit_done_clear(&done);
    return status;
}

static void an_edit_past_the_server_is_told_once_and_undone(void **state)
{
    struct eg_test_register *test = *state;
    struct eg_engine *other = eg_test_register_engine(test);
    edit(test, "UPDATE service SET name = 'Hops', minimum_age = 12 WHERE name = 'Walks'");
    uint64_t revision = revision_of(test->engine);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
        assert_int_equal(eg_engine_refresh(other, NULL), EG_OK);
    }
    assert_int_equal(count(test, BY_OTHERS), 1);
    assert_int_equal(revision_of(test->engine), revision);
    struct line line = newest(test->engine);
    assert_int_equal(line.action, EG_CHANGE_UPDATE);
    assert_non_null(strstr(line.before, "\"name\":\"Walks\""));
    assert_non_null(strstr(line.after, "\"name\":\"Hops\""));
    assert_non_null(strstr(line.reason, eg_test_store_is_database() ? "the database" : "register.gpkg"));
    assert_int_equal(undo(test->engine, line.id), EG_OK);
    assert_int_equal(
        eg_test_store_number(eg_text_from(test->store),
                             "SELECT count(*) FROM service WHERE name = 'Walks' AND minimum_age IS NULL"),
        1);
    assert_int_equal(eg_engine_refresh(other, NULL), EG_OK);
    assert_int_equal(count(test, BY_OTHERS), 1);
    eg_engine_free(other);
}

static void what_servers_write_is_not_told_again(void **state)
{
    struct eg_test_register *test = *state;
    struct eg_engine *other = eg_test_register_engine(test);
    must_put(test->engine,
             "{\"name\":\"Swims\",\"location\":{\"longitude\":\"0.50\",\"latitude\":50.123456789012}}");
    must_put(other, "{\"name\":\"Dives\",\"funding\":[{\"source\":\"F\",\"amount\":\"10.10\"}]}");
    assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
    assert_int_equal(eg_engine_refresh(other, NULL), EG_OK);
    /* Own columns are nobody's business, though the revision counts them. */
    edit(test, "UPDATE service SET name = name");
    assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
    assert_int_equal(eg_engine_refresh(other, NULL), EG_OK);
    assert_int_equal(count(test, BY_OTHERS), 0);
    edit(test, "UPDATE service SET last_modified = '2026-01-31T09:30:00Z' WHERE name = 'Dives'");
    assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
    assert_int_equal(count(test, BY_OTHERS), 0);
    eg_engine_free(other);
}

static void of_an_edit_and_a_write_at_once_only_the_edit_is_told(void **state)
{
    struct eg_test_register *test = *state;
    struct eg_engine *other = eg_test_register_engine(test);
    must_put(other, "{\"name\":\"Swims\",\"topics\":[\"water\"]}");
    edit(test, "UPDATE service SET name = 'Hops' WHERE name = 'Walks'");
    assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK); /* sees both at once */
    assert_int_equal(eg_engine_refresh(other, NULL), EG_OK);
    assert_int_equal(count(test, BY_OTHERS), 1);
    assert_non_null(strstr(newest(test->engine).after, "Hops"));
    /* The same entry, edited on top of what a server wrote. */
    must_put(other, "{\"name\":\"Dives\"}");
    edit(test, "UPDATE service SET name = 'Rows' WHERE name = 'Dives'");
    assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
    assert_int_equal(count(test, BY_OTHERS), 2);
    struct line line = newest(test->engine);
    assert_non_null(strstr(line.before, "Dives"));
    assert_non_null(strstr(line.after, "Rows"));
    assert_int_equal(undo(test->engine, line.id), EG_OK);
    assert_int_equal(undo(test->engine, newest(test->engine).id), EG_OK);
    eg_engine_free(other);
}

static void several_entries_are_one_change_of_the_list(void **state)
{
    struct eg_test_register *test = *state;
    edit(test, "UPDATE service SET alert = 'Closed'");
    edit(test, "UPDATE taxonomy SET description = 'About'");
    assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
    struct line line = newest(test->engine);
    assert_int_equal(line.action, EG_CHANGE_OUTSIDE);
    assert_string_equal(line.entry, "");
    assert_int_equal(count(test, BY_OTHERS " AND batch IS NOT NULL"), 2);
    assert_int_equal(undo(test->engine, line.id), EG_OK);
    assert_int_equal(eg_test_store_number(eg_text_from(test->store),
                                          "SELECT count(*) FROM service WHERE alert IS NOT NULL"),
                     0);
}

static void very_many_are_told_by_their_number(void **state)
{
    struct eg_test_register *test = *state;
    static const char in_file[] =
        "INSERT INTO service (id, name, status) WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 "
        "FROM g WHERE n < 1001) SELECT printf('0b000000-0000-5000-8000-%012d', n), 'Many ' "
        "|| n, 'active' FROM g";
    static const char in_database[] =
        "INSERT INTO service (id, name, status) SELECT '0b000000-0000-5000-8000-' || "
        "lpad(n::text, 12, '0'), 'Many ' || n, 'active' FROM generate_series(1, 1001) AS g(n)";
    edit(test, eg_test_store_is_database() ? in_database : in_file);
    assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
    struct line line = newest(test->engine);
    assert_int_equal(count(test, BY_OTHERS), 1);
    assert_non_null(strstr(line.reason, "1001 entries"));
    assert_int_equal(undo(test->engine, line.id), EG_CONFLICT);
}

static void what_was_edited_while_nobody_looked_is_not_told(void **state)
{
    struct eg_test_register *test = *state;
    eg_engine_free(test->engine);
    edit(test, "UPDATE service SET name = 'Hops' WHERE name = 'Walks'");
    test->engine = eg_test_register_engine(test);
    assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
    assert_int_equal(count(test, BY_OTHERS), 0);
    edit(test, "UPDATE service SET name = 'Jumps' WHERE name = 'Hops'");
    must_put(test->engine, "{\"name\":\"Swims\"}"); /* looks before it writes */
    assert_int_equal(count(test, BY_OTHERS), 1);
}

static void a_row_that_was_wrong_for_a_while_is_told_when_it_is_mended(void **state)
{
    struct eg_test_register *test = *state;
    edit(test, "UPDATE service SET status = 'perhaps', name = 'Hops' WHERE name = 'Walks'");
    assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_INVALID);
    assert_int_equal(count(test, BY_OTHERS), 0);
    edit(test, "UPDATE service SET status = 'active' WHERE name = 'Hops'");
    assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
    assert_int_equal(count(test, BY_OTHERS), 1);
}

enum { SERVERS = 4 };

static void *refresh(void *engine)
{
    bool is_well = true;
    for (int i = 0; i < 20; i++) is_well = eg_engine_refresh(engine, NULL) == EG_OK && is_well;
    return is_well ? engine : NULL;
}

static void of_several_servers_one_tells(void **state)
{
    struct eg_test_register *test = *state;
    struct eg_engine *engines[SERVERS];
    pthread_t threads[SERVERS];
    for (int i = 0; i < SERVERS; i++) engines[i] = eg_test_register_engine(test);
    edit(test, "UPDATE service SET name = 'Hops' WHERE name = 'Walks'");
    for (int i = 0; i < SERVERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, refresh, engines[i]), 0);
    for (int i = 0; i < SERVERS; i++) (void)pthread_join(threads[i], NULL);
    assert_int_equal(count(test, BY_OTHERS), 1);
    for (int i = 0; i < SERVERS; i++) eg_engine_free(engines[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_edit_past_the_server_is_told_once_and_undone),
        TEST(what_servers_write_is_not_told_again),
        TEST(of_an_edit_and_a_write_at_once_only_the_edit_is_told),
        TEST(several_entries_are_one_change_of_the_list),
        TEST(very_many_are_told_by_their_number),
        TEST(what_was_edited_while_nobody_looked_is_not_told),
        TEST(a_row_that_was_wrong_for_a_while_is_told_when_it_is_mended),
        TEST(of_several_servers_one_tells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
