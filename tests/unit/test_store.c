#include "data/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/failing_malloc.h"
#include "support/temp_file.h"
#include "support/test_store.h"

static enum eg_status open_fails(struct eg_text source, bool create, struct eg_error *err)
{
    struct eg_store *store = NULL;
    enum eg_status status = eg_store_open(source, create, &store, err);
    assert_null(store);
    return status;
}

/* --- opening --------------------------------------------------------------------------------------------------------------------- */

static void a_store_that_is_not_there_is_not_found_and_not_made(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_text source = eg_test_store_source("absent");
    assert_int_equal(open_fails(source, false, &err), EG_NOT_FOUND);
    assert_int_equal(open_fails(source, false, &err), EG_NOT_FOUND);
}

static void a_new_store_is_empty_at_revision_0(void **state)
{
    (void)state;
    uint64_t revision = 99;
    struct eg_store *store = eg_test_store_open(eg_test_store_source("fresh"), true);
    struct eg_records *records = eg_test_store_records(store, &revision);
    assert_int_equal(revision, 0);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        assert_int_equal(eg_records_count(records, (enum eg_record_table)t), 0);
    eg_records_release(records);
    eg_store_close(store);
}

static void creating_what_is_there_opens_it(void **state)
{
    (void)state;
    struct eg_text source = eg_test_store_source("again");
    eg_store_close(eg_test_store_small(source));
    struct eg_store *store = eg_test_store_open(source, true);
    uint64_t revision = 0;
    assert_int_equal(eg_store_revision(store, &revision, NULL), EG_OK);
    assert_int_equal(revision, 1);
    eg_store_close(store);
}

static void a_new_file_is_for_its_owner_alone_and_nothing_lies_beside_it(void **state)
{
    (void)state;
    struct stat about;
    struct eg_text source = eg_test_store_source("private");
    eg_store_close(eg_test_store_small(source));
    assert_int_equal(stat(source.data, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    char beside[600];
    (void)snprintf(beside, sizeof beside, "%s-journal", source.data);
    assert_int_not_equal(access(beside, F_OK), 0);
    (void)snprintf(beside, sizeof beside, "%s.%ld.new.gpkg", source.data, (long)getpid());
    assert_int_not_equal(access(beside, F_OK), 0);
}

static void other_sources_are_refused_by_name(void **state)
{
    (void)state;
    struct eg_error err = {0};
    assert_int_equal(open_fails(EG_TEXT("build/register.sqlite"), true, &err), EG_INVALID);
    assert_non_null(strstr(err.message, "register.sqlite"));
    assert_int_equal(open_fails(EG_TEXT("/vsimem/register.gpkg"), true, &err), EG_INVALID);
    assert_int_equal(open_fails(EG_TEXT(""), true, &err), EG_INVALID);
    struct eg_text text = eg_test_temp_file("no-database.gpkg", "this is no database\n");
    assert_int_equal(open_fails(text, true, &err), EG_INVALID);
    assert_non_null(strstr(err.message, "no-database.gpkg"));
    assert_int_equal(open_fails(EG_TEXT("build/no/such/folder/register.gpkg"), true, &err), EG_IO);
}

static void another_programs_tables_are_left_alone(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_text source = eg_test_store_source("foreign");
    eg_store_close(eg_test_store_small(source));
    eg_test_store_must(source, "UPDATE store SET format = 'shop'");
    assert_int_equal(open_fails(source, true, &err), EG_INVALID);
    assert_non_null(strstr(err.message, "another program"));
}

static void a_newer_format_is_refused_with_its_number(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_text source = eg_test_store_source("newer");
    eg_store_close(eg_test_store_small(source));
    eg_test_store_must(source, "UPDATE store SET version = 7");
    assert_int_equal(open_fails(source, false, &err), EG_INVALID);
    assert_non_null(strstr(err.message, "version 7"));
}

static void a_column_that_is_missing_comes_back_empty(void **state)
{
    (void)state;
    struct eg_text source = eg_test_store_source("column");
    eg_store_close(eg_test_store_small(source));
    eg_test_store_must(source, "ALTER TABLE service DROP COLUMN alert");
    eg_test_store_must(source, "DROP TABLE language");
    struct eg_store *store = eg_test_store_open(source, false);
    struct eg_records *records = eg_test_store_records(store, NULL);
    const struct eg_record *service = eg_records_at(records, EG_RECORD_SERVICE, 0);
    eg_test_assert_text(service->field[EG_SERVICE_NAME], "Walks");
    assert_int_equal(service->field[EG_SERVICE_ALERT].len, 0);
    eg_records_release(records);
    eg_store_close(store);
}

/* --- records ------------------------------------------------------------------------------------------------------------------------ */

static void what_is_committed_is_there_after_opening_again(void **state)
{
    (void)state;
    struct eg_text source = eg_test_store_source("kept");
    eg_store_close(eg_test_store_small(source));
    struct eg_store *store = eg_test_store_open(source, false);
    struct eg_records *records = eg_test_store_records(store, NULL);
    struct eg_test_small small;
    const struct eg_record *puts = eg_test_small_puts(&small);
    for (unsigned i = 0; i < 4; i++) {
        const struct eg_record *row = eg_records_find(records, puts[i].table, puts[i].field[0]);
        assert_non_null(row);
        for (uint32_t f = 0; f < eg_record_spec(row->table)->n_fields; f++)
            if (!eg_text_equal(row->field[f], puts[i].field[f]))
                fail_msg("%s.%s: '%.*s' became '%.*s'", eg_record_spec(row->table)->name,
                         eg_record_spec(row->table)->fields[f].name, EG_TEXT_ARG(puts[i].field[f]),
                         EG_TEXT_ARG(row->field[f]));
    }
    eg_records_release(records);
    eg_store_close(store);
}

static void texts_keep_every_byte(void **state)
{
    (void)state;
    const char *text = "O'Brien \"x\" \\ %s ; -- \n\t ك Ω 🏘 ${a} :b ? $1";
    struct eg_text source = eg_test_store_source("bytes");
    struct eg_store *store = eg_test_store_open(source, true);
    struct eg_test_row row = eg_test_organization(1, text);
    struct eg_record put = {EG_RECORD_ORGANIZATION, row.field};
    (void)eg_test_store_put(store, &put, 1);
    (void)eg_test_store_put(store, &put, 1);
    struct eg_records *records = eg_test_store_records(store, NULL);
    assert_int_equal(eg_records_count(records, EG_RECORD_ORGANIZATION), 1);
    eg_test_assert_text(eg_records_at(records, EG_RECORD_ORGANIZATION, 0)->field[EG_ORGANIZATION_NAME], text);
    eg_records_release(records);
    eg_store_close(store);
}

static void a_row_that_is_put_again_is_replaced_and_keeps_its_number(void **state)
{
    (void)state;
    struct eg_text source = eg_test_store_source("replace");
    struct eg_store *store = eg_test_store_small(source);
    uint64_t before = eg_test_store_number(source, "SELECT fid FROM service"), revision = 0;
    assert_int_equal(eg_test_store_put_service(store, 1, "Longer walks", &revision, NULL), EG_OK);
    assert_int_equal(revision, 2);
    assert_int_equal(eg_test_store_number(source, "SELECT fid FROM service"), before);
    assert_int_equal(eg_test_store_number(source, "SELECT count(*) FROM service WHERE name = 'Longer walks'"),
                     1);
    eg_store_close(store);
}

static void rows_are_taken_away(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_store *store = eg_test_store_small(eg_test_store_source("delete"));
    struct eg_record_key key = {EG_RECORD_SERVICE_AREA, eg_text_from(eg_test_id(4))};
    struct eg_commit commit = {.expected_revision = 1, .change = {.deletes = &key, .n_deletes = 1}};
    uint64_t revision = 0;
    assert_int_equal(eg_store_commit(store, &commit, &revision, &err), EG_OK);
    commit.expected_revision = 2;
    assert_int_equal(eg_store_commit(store, &commit, &revision, &err), EG_NOT_FOUND);
    assert_non_null(strstr(err.message, "service_area"));
    struct eg_records *records = eg_test_store_records(store, &revision);
    assert_int_equal(revision, 2);
    assert_int_equal(eg_records_count(records, EG_RECORD_SERVICE_AREA), 0);
    eg_records_release(records);
    eg_store_close(store);
}

static void a_commit_that_fails_leaves_nothing_of_itself(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_store *store = eg_test_store_small(eg_test_store_source("nothing"));
    struct eg_test_row good = eg_test_organization(5, "New"), bad = eg_test_service(6, 5, "");
    struct eg_record puts[2] = {{EG_RECORD_ORGANIZATION, good.field}, {EG_RECORD_SERVICE, bad.field}};
    struct eg_commit commit = {.expected_revision = 1, .change = {.puts = puts, .n_puts = 2}};
    uint64_t revision = 0;
    assert_int_equal(eg_store_commit(store, &commit, &revision, &err), EG_INVALID);
    assert_string_equal(err.field, "name");
    struct eg_records *records = eg_test_store_records(store, &revision);
    assert_int_equal(revision, 1);
    assert_int_equal(eg_records_count(records, EG_RECORD_ORGANIZATION), 1);
    eg_records_release(records);
    assert_int_equal(eg_test_store_put_service(store, 1, "Goes on", &revision, &err), EG_OK);
    eg_store_close(store);
}

static void many_rows_go_in_at_once(void **state)
{
    (void)state;
    enum { N = 600 };
    static struct eg_test_row rows[N];
    static struct eg_record puts[N];
    struct eg_store *store = eg_test_store_open(eg_test_store_source("many"), true);
    for (uint32_t round = 0; round < 2; round++) { /* into empty tables, then over themselves */
        for (uint32_t i = 0; i < N; i++) {
            rows[i] = i % 2 == 0 ? eg_test_organization(100 + i, round == 0 ? "first" : "second")
                                 : eg_test_service(100 + i, 100 + i - 1, round == 0 ? "first" : "second");
            puts[i] =
                (struct eg_record){i % 2 == 0 ? EG_RECORD_ORGANIZATION : EG_RECORD_SERVICE, rows[i].field};
        }
        assert_int_equal(eg_test_store_put(store, puts, N), round + 1);
    }
    struct eg_records *records = eg_test_store_records(store, NULL);
    assert_int_equal(eg_records_count(records, EG_RECORD_SERVICE), N / 2);
    for (uint32_t i = 0; i < N / 2; i++)
        eg_test_assert_text(eg_records_at(records, EG_RECORD_SERVICE, i)->field[EG_SERVICE_NAME], "second");
    eg_records_release(records);
    eg_store_close(store);
}

static void many_rows_with_one_id_twice_go_in_not_at_all(void **state)
{
    (void)state;
    enum { N = 300 };
    static struct eg_test_row rows[N];
    static struct eg_record puts[N];
    struct eg_error err = {0};
    struct eg_store *store = eg_test_store_open(eg_test_store_source("twice"), true);
    for (uint32_t i = 0; i < N; i++) {
        rows[i] = eg_test_organization(i < N - 1 ? 100 + i : 150, "Twice");
        puts[i] = (struct eg_record){EG_RECORD_ORGANIZATION, rows[i].field};
    }
    struct eg_commit commit = {.change = {.puts = puts, .n_puts = N}};
    uint64_t revision = 0;
    assert_int_equal(eg_store_commit(store, &commit, &revision, &err), EG_IO);
    struct eg_records *records = eg_test_store_records(store, &revision);
    assert_int_equal(revision, 0);
    assert_int_equal(eg_records_count(records, EG_RECORD_ORGANIZATION), 0);
    eg_records_release(records);
    commit.change.n_puts = N - 1;
    assert_int_equal(eg_store_commit(store, &commit, &revision, &err), EG_OK);
    eg_store_close(store);
}

/* --- memory ----------------------------------------------------------------------------------------------------------------------- */

static void running_out_of_memory_leaves_nothing_half_done(void **state)
{
    (void)state;
    struct eg_text source = eg_test_store_source("memory");
    struct eg_store *store = eg_test_store_small(source);
    struct eg_test_small small;
    const struct eg_change_entry line = eg_test_change(51, eg_test_id(2), EG_CHANGE_UPDATE);
    struct eg_commit commit = {.expected_revision = 1,
                               .change = {.puts = eg_test_small_puts(&small), .n_puts = 4},
                               .history = &line,
                               .n_history = 1};
    for (long n = 1;; n++) {
        struct eg_error err = {0};
        uint64_t revision = 0;
        struct eg_store *second = NULL;
        eg_failing_malloc_after(n);
        enum eg_status status = eg_store_open(source, false, &second, &err);
        if (status == EG_OK) status = eg_store_commit(second, &commit, &revision, &err);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_store_close(second);
        if (!failed) {
            assert_int_equal(status, EG_OK);
            break;
        }
        if (status == EG_OK) { /* what was refused was not needed after all: a text that nobody reads */
            commit.expected_revision = revision;
            continue;
        }
        if (status != EG_NO_MEMORY)
            fail_msg("allocation %ld: %s: %s", n, eg_status_name(status), err.message);
        assert_int_equal(eg_store_revision(store, &revision, &err), EG_OK);
        assert_int_equal(revision, commit.expected_revision);
    }
    eg_store_close(store);
}

static void loading_without_memory_says_so(void **state)
{
    (void)state;
    struct eg_store *store = eg_test_store_small(eg_test_store_source("memory2"));
    for (long n = 1;; n++) {
        struct eg_error err = {0};
        struct eg_records_builder *builder = NULL;
        uint64_t revision = 0;
        assert_int_equal(eg_records_builder_new(&builder, &err), EG_OK);
        eg_failing_malloc_after(n);
        enum eg_status status = eg_store_load(store, builder, &revision, &err);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_records_builder_free(builder);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        if (!failed) break;
    }
    eg_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_that_is_not_there_is_not_found_and_not_made),
        cmocka_unit_test(a_new_store_is_empty_at_revision_0),
        cmocka_unit_test(creating_what_is_there_opens_it),
        cmocka_unit_test(other_sources_are_refused_by_name),
        cmocka_unit_test(another_programs_tables_are_left_alone),
        cmocka_unit_test(a_newer_format_is_refused_with_its_number),
        cmocka_unit_test(a_column_that_is_missing_comes_back_empty),
        cmocka_unit_test(what_is_committed_is_there_after_opening_again),
        cmocka_unit_test(texts_keep_every_byte),
        cmocka_unit_test(a_row_that_is_put_again_is_replaced_and_keeps_its_number),
        cmocka_unit_test(rows_are_taken_away),
        cmocka_unit_test(a_commit_that_fails_leaves_nothing_of_itself),
        cmocka_unit_test(many_rows_go_in_at_once),
        cmocka_unit_test(many_rows_with_one_id_twice_go_in_not_at_all),
        cmocka_unit_test(running_out_of_memory_leaves_nothing_half_done),
        cmocka_unit_test(loading_without_memory_says_so),
    };
    const struct CMUnitTest of_files[] = {
        cmocka_unit_test(a_new_file_is_for_its_owner_alone_and_nothing_lies_beside_it),
    };
    int failed = cmocka_run_group_tests_name("store", tests, NULL, NULL);
    if (!eg_test_store_is_database()) failed += cmocka_run_group_tests_name("of files", of_files, NULL, NULL);
    eg_test_store_clear();
    eg_test_temp_clear();
    return failed;
}
