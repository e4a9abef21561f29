#include "engine/undoing.h"

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

#define MANY (EG_UNDOING_AT_ONCE + 100)
#define KILLS 3

struct world {
    struct eg_test_register test;
    char batch[EG_UUID_TEXT_LEN + 1]; /* the change by which the many came */
};

static bool keep_id(void *context, const struct eg_change_entry *change)
{
    memcpy(context, change->id, sizeof change->id);
    return false;
}

static void look(struct eg_engine *engine)
{
    for (int i = 0; i < 4; i++) assert_int_equal(eg_engine_refresh(engine, NULL), EG_OK);
}

/* What another program wrote is in the history now, as the last batch. */
static void look_at_batch(struct world *world)
{
    look(world->test.engine);
    struct eg_ledger *ledger = eg_engine_ledger(world->test.engine);
    struct eg_change_visitor visitor = {keep_id, world->batch};
    assert_int_equal(
        eg_store_history(eg_ledger_store(ledger), EG_TEXT(""), (struct eg_store_page){1, 0}, &visitor, NULL),
        EG_OK);
    eg_ledger_release(ledger);
}

static int begin(void **state)
{
    struct world *world = malloc(sizeof *world);
    eg_test_register_open(&world->test);
    eg_test_register_add(&world->test, MANY);
    look_at_batch(world);
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    eg_test_register_close(&world->test);
    free(world);
    return 0;
}

static const struct eg_edit by_ann = {.by = {"ann", 3}};

static uint64_t number(const struct world *world, const char *sql)
{
    return eg_test_store_number(eg_text_from(world->test.store), sql);
}

static uint64_t n_many(const struct world *world)
{
    return number(world, "SELECT count(*) FROM service WHERE id LIKE '0b0%'");
}

static uint64_t n_unfinished(const struct world *world)
{
    return number(world, "SELECT count(*) FROM change WHERE unfinished IS NOT NULL");
}

static void start(struct world *world, const char *change, bool force)
{
    struct eg_edit_done done;
    struct eg_error err = {0};
    enum eg_status status =
        eg_edits_undo(world->test.engine, &by_ann, eg_text_from(change), force, &done, &err);
    if (status != EG_OK) fail_msg("%s", err.message);
    assert_true(done.goes_on);
    eg_edit_done_clear(&done);
}

static bool go_on(struct world *world)
{
    return eg_undoing_continue(eg_engine_undoing(world->test.engine), world->test.engine);
}

static struct eg_undoing_report tell(struct world *world)
{
    struct eg_undoing_report report;
    assert_true(eg_undoing_tell(eg_engine_undoing(world->test.engine), eg_text_from(world->batch), &report));
    return report;
}

/* Until so many parts are written. */
static void write_parts(struct world *world, uint32_t n)
{
    while (tell(world).state == EG_UNDOING_CHECKS) assert_true(go_on(world));
    for (uint32_t i = 0; i < n; i++) assert_true(go_on(world));
}

static void rename_one(struct world *world, uint32_t which)
{
    char id[EG_UUID_TEXT_LEN + 1];
    struct eg_json *json = NULL;
    struct eg_edit_done done;
    assert_int_equal(eg_json_parse(EG_TEXT("{\"name\":\"Renamed\"}"), &json, NULL), EG_OK);
    (void)snprintf(id, sizeof id, "0b000000-0000-5000-8000-%012u", which);
    assert_int_equal(
        eg_edits_put(world->test.engine, &by_ann, eg_text_from(id), eg_json_root(json), &done, NULL), EG_OK);
    eg_edit_done_clear(&done);
    eg_json_free(json);
}

static void very_many_are_undone_in_parts_and_back(void **state)
{
    struct world *world = *state;
    start(world, world->batch, false);
    assert_int_equal(n_many(world), MANY);
    assert_int_equal(tell(world).state, EG_UNDOING_CHECKS);
    write_parts(world, 1);
    assert_int_equal(n_many(world), MANY - EG_UNDOING_PART);
    assert_int_equal(n_unfinished(world), 1);
    while (go_on(world)) continue;
    struct eg_undoing_report report = tell(world);
    assert_int_equal(report.state, EG_UNDOING_DONE);
    assert_int_equal(report.n_done, MANY);
    assert_int_equal(n_many(world), 0);
    assert_int_equal(n_unfinished(world), 0);
    memcpy(world->batch, report.change, sizeof report.change);
    start(world, report.change, false); /* an undoing is undone like anything else */
    while (go_on(world)) continue;
    assert_int_equal(tell(world).state, EG_UNDOING_DONE);
    assert_int_equal(n_many(world), MANY);
    assert_int_equal(n_unfinished(world), 0);
}

/* The organisation changes with the last part; the documents of the parts before have it as it was. */
static void an_undoing_of_what_entries_share_is_undone(void **state)
{
    struct world *world = *state;
    struct eg_text store = eg_text_from(world->test.store);
    static const char changed[] = "SELECT count(*) FROM service s JOIN organization o ON o.id = "
                                  "s.organization_id WHERE s.alert = 'Later' "
                                  "AND o.email = 'later@example.org' AND s.id LIKE '0b0%'";
    eg_test_store_must(store, "INSERT INTO organization (id, name, description, email) VALUES "
                              "('0a000000-0000-5000-8000-000000000001', 'O', '-', 'first@example.org')");
    eg_test_store_must(store, "UPDATE service SET organization_id = '0a000000-0000-5000-8000-000000000001' "
                              "WHERE id LIKE '0b0%'");
    look_at_batch(world);
    eg_test_store_must(store, "UPDATE service SET alert = 'Later' WHERE id LIKE '0b0%'");
    eg_test_store_must(store, "UPDATE organization SET email = 'later@example.org' WHERE name = 'O'");
    look_at_batch(world);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(number(world, changed), i % 2 == 0 ? MANY : 0);
        start(world, world->batch, false);
        while (go_on(world)) continue;
        struct eg_undoing_report report = tell(world);
        if (report.state != EG_UNDOING_DONE) fail_msg("%s", report.message);
        memcpy(world->batch, report.change, sizeof report.change);
    }
    assert_int_equal(number(world, changed), 0);
}

static void only_one_goes_on_at_a_time(void **state)
{
    struct world *world = *state;
    struct eg_edit_done done;
    start(world, world->batch, false);
    assert_int_equal(
        eg_edits_undo(world->test.engine, &by_ann, eg_text_from(world->batch), false, &done, NULL), EG_BUSY);
    while (go_on(world)) continue;
    start(world, world->batch, false);
    while (go_on(world)) continue;
    assert_int_equal(tell(world).state, EG_UNDOING_STOPPED);
    assert_non_null(strstr(tell(world).message, "already"));
}

static void nothing_is_done_where_entries_were_changed_since(void **state)
{
    struct world *world = *state;
    rename_one(world, 7);
    start(world, world->batch, false);
    while (go_on(world)) continue;
    assert_int_equal(tell(world).state, EG_UNDOING_STOPPED);
    assert_non_null(strstr(tell(world).message, "1 have been changed since ('Many 7')"));
    assert_int_equal(n_many(world), MANY);
    start(world, world->batch, true);
    while (go_on(world)) continue;
    assert_int_equal(tell(world).state, EG_UNDOING_DONE);
    assert_int_equal(n_many(world), 0);
}

static void what_others_change_meanwhile_is_left_alone(void **state)
{
    struct world *world = *state;
    start(world, world->batch, false);
    write_parts(world, 1);
    rename_one(world, 7);
    while (go_on(world)) continue;
    struct eg_undoing_report report = tell(world);
    assert_int_equal(report.state, EG_UNDOING_DONE);
    assert_int_equal(report.n_left, 1);
    assert_non_null(strstr(report.message, "'Many 7'"));
    assert_int_equal(n_many(world), 1);
    assert_int_equal(number(world, "SELECT count(*) FROM service WHERE name = 'Renamed'"), 1);
}

/* --- killed -------------------------------------------------------------------------------------------------------------------- */

static void undo_until_killed(struct world *world, int told)
{
    world->test.engine = eg_test_register_engine(&world->test);
    start(world, world->batch, false);
    for (;;) {
        bool more = go_on(world);
        if (write(told, &more, sizeof more) != sizeof more || !more) _exit(1);
    }
}

static void undo_and_kill(struct world *world, uint32_t n, uint32_t us)
{
    int ends[2], how = 0;
    bool more;
    struct timespec pause = {0, (long)us * 1000};
    assert_int_equal(pipe(ends), 0);
    (void)fflush(NULL);
    pid_t server = fork();
    assert_true(server >= 0);
    if (server == 0) undo_until_killed(world, ends[1]);
    (void)close(ends[1]);
    for (uint32_t i = 0; i < n; i++) assert_int_equal(read(ends[0], &more, sizeof more), sizeof more);
    (void)nanosleep(&pause, NULL);
    (void)kill(server, SIGKILL);
    assert_int_equal(waitpid(server, &how, 0), server);
    (void)close(ends[0]);
}

static void a_stopped_undoing_has_told_what_it_did_and_is_continued(void **state)
{
    struct world *world = *state;
    struct eg_test_random random = eg_test_random_new();
    eg_engine_free(world->test.engine);
    for (int i = 0; i < KILLS; i++) {
        undo_and_kill(world, 3 + eg_test_random_below(&random, 2), eg_test_random_below(&random, 30000));
        uint64_t n_undone =
            number(world, "SELECT count(*) FROM change WHERE action = 'undo' AND batch IS NOT NULL");
        assert_int_equal(n_undone, MANY - n_many(world));
        uint64_t n = number(world, "SELECT count(*) FROM change WHERE action = 'undo' AND batch IS NULL");
        assert_true(n_unfinished(world) == n || n_many(world) == 0);
    }
    world->test.engine = eg_test_register_engine(&world->test);
    start(world, world->batch, false);
    while (go_on(world)) continue;
    assert_int_equal(n_many(world), 0);
    assert_int_equal(number(world, "SELECT count(*) FROM change WHERE action = 'undo' AND batch IS NOT NULL"),
                     MANY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(very_many_are_undone_in_parts_and_back),
        TEST(an_undoing_of_what_entries_share_is_undone),
        TEST(only_one_goes_on_at_a_time),
        TEST(nothing_is_done_where_entries_were_changed_since),
        TEST(what_others_change_meanwhile_is_left_alone),
        TEST(a_stopped_undoing_has_told_what_it_did_and_is_continued),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
