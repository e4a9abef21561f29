#include "engine/outside.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/edits.h"
#include "engine/ledger.h"
#include "support/test_random.h"
#include "support/test_register.h"
#include "support/test_store.h"

#define KILLS 4
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

static void must_put_at(struct eg_engine *engine, const char *id, const char *document)
{
    struct eg_json *json = NULL;
    struct eg_edit_done done;
    struct eg_error err = {0};
    assert_int_equal(eg_json_parse(eg_text_from(document), &json, NULL), EG_OK);
    if (eg_edits_put(engine, &by_ann, eg_text_from(id), eg_json_root(json), &done, &err) != EG_OK)
        fail_msg("%s", err.message);
    eg_edit_done_clear(&done);
    eg_json_free(json);
}

static void must_put(struct eg_engine *engine, const char *document)
{
    must_put_at(engine, ID, document);
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
    bool is_unfinished;
};

static bool keep(void *context, const struct eg_change_entry *change)
{
    struct line *line = context;
    memcpy(line->id, change->id, sizeof line->id);
    line->action = change->action;
    line->is_unfinished = change->is_unfinished;
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

/* So many that their lines come in parts. */
#define MANY (EG_OUTSIDE_PART + 400)

static void very_many_are_told_in_parts_and_undone(void **state)
{
    struct eg_test_register *test = *state;
    struct eg_engine *other = eg_test_register_engine(test);
    eg_test_register_add(test, MANY);
    assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
    assert_int_equal(eg_engine_refresh(other, NULL), EG_OK);
    struct line line = newest(test->engine);
    assert_non_null(strstr(line.reason, ": 900 entries"));
    assert_true(line.is_unfinished);
    assert_int_equal(count(test, BY_OTHERS " AND batch IS NOT NULL"), EG_OUTSIDE_PART);
    assert_int_equal(undo(test->engine, line.id), EG_BUSY);
    must_put(test->engine, "{\"name\":\"Swims\"}"); /* does not wait for the other parts */
    assert_int_equal(count(test, BY_OTHERS " AND batch IS NOT NULL"), EG_OUTSIDE_PART);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
        assert_int_equal(eg_engine_refresh(other, NULL), EG_OK);
    }
    assert_int_equal(count(test, BY_OTHERS " AND batch IS NOT NULL"), MANY);
    assert_int_equal(count(test, "batch IS NULL AND unfinished IS NOT NULL"), 0);
    assert_int_equal(count(test, BY_OTHERS " AND batch IS NULL"), 1);
    assert_int_equal(undo(other, line.id), EG_OK);
    assert_int_equal(eg_test_store_number(eg_text_from(test->store),
                                          "SELECT count(*) FROM service WHERE name LIKE 'Many %'"),
                     0);
    eg_engine_free(other);
}

static void the_history_of_an_entry_has_late_lines_where_they_belong(void **state)
{
    struct eg_test_register *test = *state;
    static const char last[] = "{\"name\":\"Renamed\"}";
    char id[EG_UUID_TEXT_LEN + 1];
    struct line line = {.id = ""};
    eg_test_register_add(test, MANY);
    assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
    (void)snprintf(id, sizeof id, "0b000000-0000-5000-8000-%012u", MANY);
    must_put_at(test->engine, id, last);
    for (int i = 0; i < 2; i++) assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
    struct eg_ledger *ledger = eg_engine_ledger(test->engine);
    struct eg_change_visitor visitor = {keep, &line};
    assert_int_equal(eg_store_history(eg_ledger_store(ledger), eg_text_from(id), (struct eg_store_page){1, 0},
                                      &visitor, NULL),
                     EG_OK);
    eg_ledger_release(ledger);
    assert_non_null(strstr(line.after, "Renamed"));
    assert_int_equal(undo(test->engine, line.id), EG_OK);
}

static void what_is_edited_amid_the_parts_is_told_after_them(void **state)
{
    struct eg_test_register *test = *state;
    eg_test_register_add(test, MANY);
    assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
    edit(test, "UPDATE service SET name = 'Hops' WHERE name = 'Walks'");
    for (int i = 0; i < 4; i++) assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
    assert_int_equal(count(test, BY_OTHERS), MANY + 2);
    assert_non_null(strstr(newest(test->engine).after, "Hops"));
}

static void who_ends_or_loads_anew_amid_the_parts_writes_the_others(void **state)
{
    struct eg_test_register *test = *state;
    eg_test_register_add(test, MANY);
    assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
    assert_int_equal(count(test, "unfinished IS NOT NULL"), 1);
    eg_engine_free(test->engine);
    test->engine = eg_test_register_engine(test);
    assert_int_equal(count(test, BY_OTHERS), MANY + 1);
    assert_int_equal(count(test, "unfinished IS NOT NULL"), 0);
}

/* Looks until it is killed. */
static void look_forever(const struct eg_test_register *test, int told)
{
    struct eg_engine *engine = eg_test_register_engine(test);
    eg_test_register_add(test, MANY);
    for (;;) {
        enum eg_status status = eg_engine_refresh(engine, NULL);
        if (write(told, &status, sizeof status) != sizeof status || status != EG_OK) _exit(1);
    }
}

/* After its n-th look. */
static void look_and_kill(const struct eg_test_register *test, uint32_t n, uint32_t us)
{
    int ends[2], how = 0;
    enum eg_status status = EG_OK;
    struct timespec pause = {0, (long)us * 1000};
    assert_int_equal(pipe(ends), 0);
    (void)fflush(NULL);
    pid_t server = fork();
    assert_true(server >= 0);
    if (server == 0) look_forever(test, ends[1]);
    (void)close(ends[1]);
    for (uint32_t i = 0; i < n; i++) assert_int_equal(read(ends[0], &status, sizeof status), sizeof status);
    (void)nanosleep(&pause, NULL);
    assert_int_equal(kill(server, SIGKILL), 0);
    assert_int_equal(waitpid(server, &how, 0), server);
    (void)close(ends[0]);
    assert_true(WIFSIGNALED(how));
}

static void a_server_killed_amid_the_parts_leaves_what_is_true(void **state)
{
    struct eg_test_register *test = *state;
    struct eg_test_random random = eg_test_random_new();
    uint64_t n_before = 0;
    for (int i = 0; i < KILLS; i++) {
        eg_engine_free(test->engine);
        edit(test, "DELETE FROM service WHERE name LIKE 'Many %'");
        look_and_kill(test, 1 + eg_test_random_below(&random, 2), eg_test_random_below(&random, 20000));
        uint64_t n = count(test, BY_OTHERS " AND batch IS NOT NULL") - n_before;
        uint64_t n_unfinished = count(test, "unfinished IS NOT NULL");
        assert_true(n % EG_OUTSIDE_PART == 0 || n == MANY);
        assert_int_equal(count(test, "unfinished IS NOT NULL AND reason LIKE '%: 900 entries'"),
                         n_unfinished);
        assert_int_equal(n_unfinished, n != MANY);
        edit(test, "UPDATE change SET unfinished = NULL");
        n_before += n;
        test->engine = eg_test_register_engine(test);
        assert_int_equal(undo(test->engine, newest(test->engine).id), EG_OK); /* of what is told */
        assert_int_equal(eg_test_store_number(eg_text_from(test->store),
                                              "SELECT count(*) FROM service WHERE name LIKE 'Many %'"),
                         MANY - n);
    }
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

static void what_was_edited_just_before_the_atlas_is_loaded_anew_is_told(void **state)
{
    struct eg_test_register *test = *state;
    edit(test, "UPDATE service SET name = 'Hops' WHERE name = 'Walks'");
    assert_int_equal(eg_engine_load(test->engine, test->atlas, NULL), EG_OK);
    for (int i = 0; i < 2; i++) assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
    assert_int_equal(count(test, BY_OTHERS), 1);
    struct line line = newest(test->engine);
    assert_non_null(strstr(line.before, "\"name\":\"Walks\""));
    assert_non_null(strstr(line.after, "\"name\":\"Hops\""));
    must_put(test->engine, "{\"name\":\"Swims\"}");
    assert_int_equal(eg_engine_load(test->engine, test->atlas, NULL), EG_OK);
    assert_int_equal(eg_engine_refresh(test->engine, NULL), EG_OK);
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
        TEST(very_many_are_told_in_parts_and_undone),
        TEST(the_history_of_an_entry_has_late_lines_where_they_belong),
        TEST(what_is_edited_amid_the_parts_is_told_after_them),
        TEST(who_ends_or_loads_anew_amid_the_parts_writes_the_others),
        TEST(a_server_killed_amid_the_parts_leaves_what_is_true),
        TEST(what_was_edited_while_nobody_looked_is_not_told),
        TEST(what_was_edited_just_before_the_atlas_is_loaded_anew_is_told),
        TEST(a_row_that_was_wrong_for_a_while_is_told_when_it_is_mended),
        TEST(of_several_servers_one_tells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
