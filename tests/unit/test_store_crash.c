/* A writer that is killed with SIGKILL at any moment, two hundred times, while it makes a store or commits numbered changes to it.
 *
 * Commit number n writes n into the name of the organisation, of the service and into the location, adds phone n, takes phone n - 3
 * away, and adds a line to the history. The writer sends n through a pipe when the commit was acknowledged. Whoever opens the store
 * afterwards must find everything of one and the same n, and that not less than the last that was acknowledged. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support/temp_file.h"
#include "support/test_random.h"
#include "support/test_store.h"

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define KILLS 40 /* a process begins slowly there, and it is SQLite and PostgreSQL that are tested */
#else
#define KILLS 200
#endif
#define PHONE(n) (100 + (uint32_t)(n) % 64)
#define PHONES 3U

/* --- the writer ------------------------------------------------------------------------------------------------------------------- */

struct numbered {
    char number[24], latitude[24];
    struct eg_test_row organization, service, location, phone;
    struct eg_record puts[4];
    struct eg_record_key key;
    struct eg_change_entry line;
    struct eg_commit commit;
};

static void make_numbered(struct numbered *made, uint64_t n)
{
    (void)snprintf(made->number, sizeof made->number, "%llu", (unsigned long long)n);
    (void)snprintf(made->latitude, sizeof made->latitude, "50.%04llu", (unsigned long long)(n % 10000));
    made->organization = eg_test_organization(1, made->number);
    made->service = eg_test_service(2, 1, made->number);
    made->location = eg_test_location(3, made->latitude, "-1.5");
    made->phone = (struct eg_test_row){{{0}}};
    made->phone.field[EG_PHONE_ID] = eg_text_from(eg_test_id(PHONE(n)));
    made->phone.field[EG_PHONE_SERVICE_ID] = eg_text_from(eg_test_id(2));
    made->phone.field[EG_PHONE_NUMBER] = eg_text_from(made->number);
    made->puts[0] = (struct eg_record){EG_RECORD_ORGANIZATION, made->organization.field};
    made->puts[1] = (struct eg_record){EG_RECORD_SERVICE, made->service.field};
    made->puts[2] = (struct eg_record){EG_RECORD_LOCATION, made->location.field};
    made->puts[3] = (struct eg_record){EG_RECORD_PHONE, made->phone.field};
    made->key = (struct eg_record_key){EG_RECORD_PHONE, eg_text_from(eg_test_id(PHONE(n + 64 - PHONES)))};
    made->line = eg_test_change(200 + (uint32_t)(n % 3000), eg_test_id(2), EG_CHANGE_UPDATE);
    made->commit = (struct eg_commit){
        .expected_revision = n - 1,
        .change = {made->puts, 4, &made->key, n > PHONES ? 1 : 0},
        .history = &made->line,
        .n_history = 1,
    };
}

/* Commits until it is killed. */
static void write_forever(struct eg_text source, int acknowledged)
{
    struct eg_store *store = NULL;
    struct eg_error err = {0};
    uint64_t revision = 0;
    enum eg_status status = eg_store_open(source, true, &store, &err);
    if (status == EG_OK) status = eg_store_revision(store, &revision, &err);
    while (status == EG_OK) {
        struct numbered next;
        make_numbered(&next, revision + 1);
        status = eg_store_commit(store, &next.commit, &revision, &err);
        if (status == EG_OK && write(acknowledged, &revision, sizeof revision) != sizeof revision) break;
    }
    (void)fprintf(stderr, "# the writer gave up: %s\n", err.message);
    _exit(1);
}

/* --- killing it ------------------------------------------------------------------------------------------------------------------- */

struct tally {
    unsigned hot, absent; /* stores left with a journal to play back; not there at all */
    uint64_t acknowledged, unacknowledged;
};

static void wait_us(uint32_t us)
{
    struct timespec pause = {us / 1000000, (long)(us % 1000000) * 1000};
    while (nanosleep(&pause, &pause) != 0 && errno == EINTR) continue;
}

/* The last revision that a writer acknowledged before it was killed, `us` after its k-th acknowledgement; 0: none. */
static uint64_t write_and_kill(struct eg_text source, uint32_t k, uint32_t us)
{
    int ends[2];
    uint64_t revision = 0, next;
    assert_int_equal(pipe(ends), 0);
    (void)fflush(NULL);
    pid_t writer = fork();
    assert_true(writer >= 0);
    if (writer == 0) {
        (void)close(ends[0]);
        write_forever(source, ends[1]);
    }
    (void)close(ends[1]);
    for (uint32_t i = 0; i < k; i++)
        if (read(ends[0], &next, sizeof next) == sizeof next) revision = next;
    wait_us(us);
    (void)kill(writer, SIGKILL);
    int how = 0;
    assert_int_equal(waitpid(writer, &how, 0), writer);
    assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL); /* it did not give up */
    while (read(ends[0], &next, sizeof next) == sizeof next) revision = next;
    (void)close(ends[0]);
    return revision;
}

/* --- looking -------------------------------------------------------------------------------------------------------------------------- */

static void assert_whole_file(struct eg_text source)
{
    char words[400];
    if (eg_test_store_is_database()) return;
    assert_true(eg_test_store_sql(source, "PRAGMA integrity_check", words, sizeof words));
    assert_string_equal(words, "ok");
}

static void assert_one_number(const struct eg_records *records, uint64_t n)
{
    struct numbered expected;
    if (n == 0) {
        assert_int_equal(eg_records_count(records, EG_RECORD_ORGANIZATION), 0);
        assert_int_equal(eg_records_count(records, EG_RECORD_PHONE), 0);
        return;
    }
    make_numbered(&expected, n);
    for (unsigned i = 0; i < 4; i++) {
        const struct eg_record *put = &expected.puts[i];
        const struct eg_record *row = eg_records_find(records, put->table, put->field[0]);
        assert_non_null(row);
        if (put->table == EG_RECORD_LOCATION) continue; /* a number: 50.01 for 50.0100 */
        for (uint32_t f = 0; f < eg_record_spec(put->table)->n_fields; f++)
            assert_true(eg_text_equal(row->field[f], put->field[f]));
    }
    double latitude = 0, expected_latitude = 1;
    const struct eg_record *location = eg_records_at(records, EG_RECORD_LOCATION, 0);
    assert_true(eg_text_to_double(location->field[EG_LOCATION_LATITUDE], &latitude));
    assert_true(eg_text_to_double(expected.location.field[EG_LOCATION_LATITUDE], &expected_latitude));
    assert_true(latitude == expected_latitude);
    assert_int_equal(eg_records_count(records, EG_RECORD_PHONE), n < PHONES ? n : PHONES);
}

static bool take_revision(void *context, const struct eg_change_entry *change)
{
    *(uint64_t *)context = change->revision;
    return true;
}

/* What the store holds, and whether it is whole; UINT64_MAX: there is no store. */
static uint64_t look(struct eg_text source)
{
    struct eg_store *store = NULL;
    struct eg_error err = {0};
    uint64_t revision = 0, newest = 0;
    enum eg_status status = eg_store_open(source, false, &store, &err);
    if (status == EG_NOT_FOUND) return UINT64_MAX;
    if (status != EG_OK) fail_msg("%s", err.message);
    /* A write waits until the database has done with what the dead writer sent last. */
    assert_int_equal(eg_store_forget(store, EG_TEXT("2000-01-01T00:00:00Z"), &err), EG_OK);
    struct eg_records *records = eg_test_store_records(store, &revision);
    assert_one_number(records, revision);
    eg_records_release(records);
    struct eg_change_visitor visitor = {take_revision, &newest};
    assert_int_equal(eg_store_history(store, EG_TEXT(""), (struct eg_store_page){1, 0}, &visitor, &err),
                     EG_OK);
    assert_int_equal(newest, revision);
    eg_store_close(store);
    assert_int_equal(eg_test_store_number(source, "SELECT count(*) FROM change"), revision);
    assert_whole_file(source);
    return revision;
}

static bool has_journal(struct eg_text source)
{
    char path[600];
    struct stat about;
    (void)snprintf(path, sizeof path, "%.*s-journal", EG_TEXT_ARG(source));
    return stat(path, &about) == 0 && about.st_size > 0;
}

static void kill_once(struct eg_text source, uint32_t k, uint32_t us, struct tally *tally)
{
    uint64_t acknowledged = write_and_kill(source, k, us);
    if (acknowledged == 0) acknowledged = tally->acknowledged;
    tally->hot += has_journal(source);
    uint64_t found = look(source);
    if (found == UINT64_MAX) {
        tally->absent++;
        found = 0;
    }
    if (found < acknowledged || found > acknowledged + 1)
        fail_msg("revision %llu was acknowledged, the store is at %llu", (unsigned long long)acknowledged,
                 (unsigned long long)found);
    tally->unacknowledged += found - acknowledged;
    tally->acknowledged = found;
}

/* How long a writer takes from its beginning to its third acknowledgement, and for one commit. */
static void measure(uint32_t *begin_us, uint32_t *commit_us)
{
    struct eg_text source = eg_test_store_source("pace");
    double start = eg_clock_monotonic_s();
    (void)write_and_kill(source, 1, 0);
    double first = eg_clock_monotonic_s();
    (void)write_and_kill(source, 11, 0);
    double rest = eg_clock_monotonic_s();
    *begin_us = (uint32_t)((first - start) * 1e6);
    *commit_us = (uint32_t)((rest - first) * 1e6 / 11);
}

static void a_writer_killed_at_any_moment_loses_and_halves_nothing(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    struct tally tally = {0};
    struct eg_text source = {0};
    uint32_t begin_us, commit_us;
    measure(&begin_us, &commit_us);
    for (unsigned i = 0; i < KILLS; i++) {
        if (i % 10 == 0) { /* a new store, killed while it is made */
            char name[16];
            (void)snprintf(name, sizeof name, "crash%u", i);
            eg_test_store_clear();
            source = eg_test_store_source(name);
            tally.acknowledged = 0;
            kill_once(source, 0, eg_test_random_below(&random, begin_us + 1), &tally);
        } else {
            uint32_t k = 1 + eg_test_random_below(&random, 2);
            kill_once(source, k, eg_test_random_below(&random, commit_us * 3 / 2 + 1), &tally);
        }
    }
    print_message(
        "# %u kills: %u left a journal, %u before there was a store, %llu after the commit and before its "
        "acknowledgement; one commit took %u us\n",
        KILLS, tally.hot, tally.absent, (unsigned long long)tally.unacknowledged, commit_us);
    /* Otherwise this test looks at nothing. */
    if (!eg_test_store_is_database()) assert_true(tally.hot > KILLS / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_writer_killed_at_any_moment_loses_and_halves_nothing),
    };
    int failed = cmocka_run_group_tests_name("store_crash", tests, NULL, NULL);
    eg_test_store_clear();
    eg_test_temp_clear();
    return failed;
}
