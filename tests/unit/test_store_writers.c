/* Several who write one store at the same time, as processes and as threads: a commit is accepted for a revision once, and nobody's
 * write is lost. Each of them adds one to a number in a row, many times over. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/temp_file.h"
#include "support/test_store.h"

#define WRITERS 3U
#define COMMITS 15U /* of each */

static enum eg_status read_number(struct eg_store *store, uint64_t *number_out, uint64_t *revision_out,
                                  struct eg_error *err)
{
    struct eg_records_builder *builder = NULL;
    struct eg_records *records = NULL;
    enum eg_status status = eg_records_builder_new(&builder, err);
    if (status == EG_OK) status = eg_store_load(store, builder, revision_out, err);
    if (status == EG_OK) status = eg_records_finish(builder, &records, err);
    eg_records_builder_free(builder);
    if (status != EG_OK) return status;
    *number_out = 0;
    if (eg_records_count(records, EG_RECORD_ORGANIZATION) > 0)
        (void)eg_text_to_u64(eg_records_at(records, EG_RECORD_ORGANIZATION, 0)->field[EG_ORGANIZATION_NAME],
                             number_out);
    eg_records_release(records);
    return EG_OK;
}

/* Reads the number, adds one, writes it; EG_CONFLICT and EG_BUSY: not this time. */
static enum eg_status add_one(struct eg_store *store, uint64_t *revision_out, struct eg_error *err)
{
    uint64_t number, revision;
    char name[24];
    enum eg_status status = read_number(store, &number, &revision, err);
    if (status != EG_OK) return status;
    (void)snprintf(name, sizeof name, "%llu", (unsigned long long)number + 1);
    struct eg_test_row row = {{{0}}};
    row.field[EG_ORGANIZATION_ID] = EG_TEXT("00000000-0000-5000-8000-000000000001");
    row.field[EG_ORGANIZATION_NAME] = eg_text_from(name);
    struct eg_record put = {EG_RECORD_ORGANIZATION, row.field};
    struct eg_commit commit = {.expected_revision = revision, .change = {.puts = &put, .n_puts = 1}};
    return eg_store_commit(store, &commit, revision_out, err);
}

static bool add_many(struct eg_store *store, uint64_t *revisions)
{
    for (unsigned n = 0; n < COMMITS;) {
        struct eg_error err = {0};
        enum eg_status status = add_one(store, &revisions[n], &err);
        if (status == EG_OK) n++;
        else if (status != EG_CONFLICT && status != EG_BUSY) {
            (void)fprintf(stderr, "# %s: %s\n", eg_status_name(status), err.message);
            return false;
        }
    }
    return true;
}

/* Every revision was given to one writer, and the number was raised by each. */
static void assert_each_won_once(struct eg_text source, const uint64_t *revisions)
{
    bool won[WRITERS * COMMITS] = {false};
    uint64_t number, revision;
    for (unsigned i = 0; i < WRITERS * COMMITS; i++) {
        assert_in_range(revisions[i], 1, WRITERS * COMMITS);
        assert_false(won[revisions[i] - 1]);
        won[revisions[i] - 1] = true;
    }
    struct eg_store *store = eg_test_store_open(source, false);
    assert_int_equal(read_number(store, &number, &revision, NULL), EG_OK);
    assert_int_equal(number, WRITERS * COMMITS);
    assert_int_equal(revision, WRITERS * COMMITS);
    eg_store_close(store);
}

static void write_as_process(struct eg_text source, int out)
{
    struct eg_store *store = NULL;
    struct eg_error err = {0};
    uint64_t revisions[COMMITS] = {0};
    if (eg_store_open(source, true, &store, &err) != EG_OK) { /* all of them make it at once */
        (void)fprintf(stderr, "# %s\n", err.message);
        _exit(1);
    }
    bool good = add_many(store, revisions) && write(out, revisions, sizeof revisions) == sizeof revisions;
    eg_store_close(store);
    _exit(good ? 0 : 1);
}

static void processes_that_write_at_once_win_one_revision_each(void **state)
{
    (void)state;
    struct eg_text source = eg_test_store_source("processes");
    uint64_t revisions[WRITERS * COMMITS] = {0};
    pid_t writers[WRITERS];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    (void)fflush(NULL);
    for (unsigned w = 0; w < WRITERS; w++) {
        writers[w] = fork();
        assert_true(writers[w] >= 0);
        if (writers[w] == 0) write_as_process(source, ends[1]);
    }
    for (unsigned w = 0; w < WRITERS; w++) {
        int how = 0;
        assert_int_equal(waitpid(writers[w], &how, 0), writers[w]);
        assert_int_equal(how, 0);
        assert_int_equal(read(ends[0], revisions + (size_t)w * COMMITS, COMMITS * sizeof *revisions),
                         COMMITS * sizeof *revisions);
    }
    (void)close(ends[0]);
    (void)close(ends[1]);
    assert_each_won_once(source, revisions);
}

struct thread {
    pthread_t id;
    struct eg_store *store;
    uint64_t revisions[COMMITS];
    bool good;
};

static void *write_as_thread(void *context)
{
    struct thread *thread = context;
    thread->good = add_many(thread->store, thread->revisions);
    return NULL;
}

static void threads_that_share_a_store_win_one_revision_each(void **state)
{
    (void)state;
    struct eg_text source = eg_test_store_source("threads");
    struct eg_store *store = eg_test_store_open(source, true);
    struct thread threads[WRITERS] = {{.store = store}, {.store = store}, {.store = store}};
    uint64_t revisions[WRITERS * COMMITS];
    for (unsigned w = 0; w < WRITERS; w++)
        assert_int_equal(pthread_create(&threads[w].id, NULL, write_as_thread, &threads[w]), 0);
    for (unsigned w = 0; w < WRITERS; w++) {
        assert_int_equal(pthread_join(threads[w].id, NULL), 0);
        assert_true(threads[w].good);
        memcpy(revisions + (size_t)w * COMMITS, threads[w].revisions, sizeof threads[w].revisions);
    }
    eg_store_close(store);
    assert_each_won_once(source, revisions);
}

static void of_servers_that_share_a_store_one_at_a_time_has_the_turn(void **state)
{
    (void)state;
    struct eg_error err = {0};
    uint64_t revision = 0;
    struct eg_text source = eg_test_store_source("turns"), beside = eg_test_store_source("turns_beside");
    struct eg_store *one = eg_test_store_small(source), *two = eg_test_store_open(source, false);
    struct eg_store *other = eg_test_store_small(beside);
    eg_store_set_wait(two, 50);
    eg_store_set_wait(other, 50);
    assert_int_equal(eg_store_is_shared(one), eg_test_store_is_database());
    assert_int_equal(eg_store_take_turn(one, &err), EG_OK);
    assert_int_equal(eg_store_take_turn(one, &err), EG_OK);
    assert_int_equal(eg_store_take_turn(two, &err), eg_test_store_is_database() ? EG_BUSY : EG_OK);
    assert_int_equal(eg_store_take_turn(other, &err), EG_OK); /* another store's */
    assert_int_equal(eg_test_store_put_service(two, 1, "Without a turn", &revision, &err), EG_OK);
    eg_store_end_turn(one);
    assert_int_equal(eg_store_take_turn(two, &err), EG_OK);
    eg_store_close(two); /* which ends it */
    assert_int_equal(eg_store_take_turn(one, &err), EG_OK);
    eg_store_end_turn(one);
    eg_store_end_turn(one);
    eg_store_close(one);
    eg_store_close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processes_that_write_at_once_win_one_revision_each),
        cmocka_unit_test(threads_that_share_a_store_win_one_revision_each),
        cmocka_unit_test(of_servers_that_share_a_store_one_at_a_time_has_the_turn),
    };
    int failed = cmocka_run_group_tests_name("store_writers", tests, NULL, NULL);
    eg_test_store_clear();
    eg_test_temp_clear();
    return failed;
}
