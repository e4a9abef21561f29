#include "data/store.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/comma_locale.h"
#include "support/test_store.h"

/* --- geometry ------------------------------------------------------------------------------------------------------------------------ */

static void points_and_polygons_follow_the_texts(void **state)
{
    (void)state;
    struct eg_text source = eg_test_store_source("follow");
    struct eg_store *store = eg_test_store_small(source);
    struct eg_test_row location = eg_test_location(3, "51.25", "-1.5"), virtual = eg_test_location(7, "", "");
    struct eg_test_row area = eg_test_service_area(4, 2, "the whole county");
    struct eg_record puts[3] = {{EG_RECORD_LOCATION, location.field},
                                {EG_RECORD_LOCATION, virtual.field},
                                {EG_RECORD_SERVICE_AREA, area.field}};
    const char *both =
        eg_test_store_is_database()
            ? "SELECT count(*) FROM location WHERE ST_X(geom) = -1.5 AND ST_Y(geom) = 51.25"
            : "SELECT count(*) FROM location WHERE ST_MinX(geom) = -1.5 AND ST_MinY(geom) = 51.25";
    assert_int_equal(eg_test_store_number(source, both), 0);
    assert_int_equal(eg_test_store_number(source, "SELECT count(*) FROM service_area WHERE geom IS NOT NULL"),
                     1);
    (void)eg_test_store_put(store, puts, 3);
    assert_int_equal(eg_test_store_number(source, both), 1);
    assert_int_equal(eg_test_store_number(source, "SELECT count(*) FROM location WHERE geom IS NULL"), 1);
    assert_int_equal(eg_test_store_number(source, "SELECT count(*) FROM service_area WHERE geom IS NULL"), 1);
    struct eg_records *records = eg_test_store_records(store, NULL);
    eg_test_assert_text(eg_records_at(records, EG_RECORD_SERVICE_AREA, 0)->field[EG_SERVICE_AREA_EXTENT],
                        "the whole county");
    eg_records_release(records);
    eg_store_close(store);
}

static void what_was_drawn_on_a_map_wins_over_the_texts(void **state)
{
    (void)state;
    struct eg_text source = eg_test_store_source("drawn");
    struct eg_store *store = eg_test_store_small(source);
    eg_test_store_draw(source, "location", eg_test_id(3), "POINT (-1.25 50.123456789)");
    eg_test_store_draw(source, "service_area", eg_test_id(4),
                       "MULTIPOLYGON (((10 50, 11 50, 11 51, 10 50)))");
    struct eg_records *records = eg_test_store_records(store, NULL);
    const struct eg_record *location = eg_records_at(records, EG_RECORD_LOCATION, 0);
    eg_test_assert_text(location->field[EG_LOCATION_LATITUDE], "50.1234568");
    eg_test_assert_text(location->field[EG_LOCATION_LONGITUDE], "-1.25");
    struct eg_text extent = eg_records_at(records, EG_RECORD_SERVICE_AREA, 0)->field[EG_SERVICE_AREA_EXTENT];
    assert_non_null(memmem(extent.data, extent.len, "MultiPolygon", 12));
    assert_non_null(memmem(extent.data, extent.len, "11", 2));
    /* Written back, texts and geometry agree. */
    assert_true(eg_test_store_put(store, location, 1) > 1);
    eg_records_release(records);
    records = eg_test_store_records(store, NULL);
    eg_test_assert_text(eg_records_at(records, EG_RECORD_LOCATION, 0)->field[EG_LOCATION_LATITUDE],
                        "50.1234568");
    eg_records_release(records);
    eg_store_close(store);
}

static void a_point_that_is_not_on_the_earth_is_named(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_text source = eg_test_store_source("nowhere");
    struct eg_store *store = eg_test_store_small(source);
    eg_test_store_draw(source, "location", eg_test_id(3), "POINT (450000 115000)");
    assert_int_equal(eg_test_store_load(store, &err), EG_INVALID);
    assert_non_null(strstr(err.message, "table location, row 1"));
    assert_string_equal(err.field, "geom");
    eg_store_close(store);
}

/* --- other programs --------------------------------------------------------------------------------------------------------------- */

static void a_row_that_was_edited_wrongly_is_named_with_its_field(void **state)
{
    (void)state;
    static const struct {
        const char *edit, *where, *field;
    } cases[] = {
        {"UPDATE service SET status = 'perhaps'", "table service, row 1", "status"},
        {"UPDATE service SET assured_date = '31.12.2026'", "table service, row 1", "assured_date"},
        {"UPDATE service SET id = '{00000000-0000-5000-8000-000000000002}'", "table service, row 1", "id"},
        {"INSERT INTO phone (id) VALUES ('00000000-0000-5000-8000-000000000009')", "table phone, row 1",
         "number"},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        char name[16];
        struct eg_error err = {0};
        (void)snprintf(name, sizeof name, "wrong%zu", i);
        struct eg_text source = eg_test_store_source(name);
        struct eg_store *store = eg_test_store_small(source);
        eg_test_store_must(source, cases[i].edit);
        assert_int_equal(eg_test_store_load(store, &err), EG_INVALID);
        if (!strstr(err.message, cases[i].where)) fail_msg("%s", err.message);
        assert_string_equal(err.field, cases[i].field);
        assert_int_equal(eg_test_store_load(store, NULL), EG_INVALID);
        eg_store_close(store);
    }
}

static void what_is_private_is_not_in_the_message(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_text source = eg_test_store_source("discreet");
    struct eg_store *store = eg_test_store_small(source);
    eg_test_store_must(source, "INSERT INTO contact (id, email, visibility) VALUES "
                               "('00000000-0000-5000-8000-000000000009', 'maria at home', 'private')");
    assert_int_equal(eg_test_store_load(store, &err), EG_INVALID);
    assert_null(strstr(err.message, "maria"));
    assert_non_null(strstr(err.message, "table contact, row 1: contact.email"));
    assert_string_equal(err.field, "email");
    eg_test_store_must(source, "UPDATE contact SET email = NULL");
    eg_test_store_must(source, "INSERT INTO phone (id, contact_id, number, visibility) VALUES "
                               "('00000000-0000-5000-8000-000000000010', "
                               "'00000000-0000-5000-8000-000000000009', '0301 111', 'maria''s own')");
    assert_int_equal(eg_test_store_load(store, &err), EG_INVALID);
    assert_null(strstr(err.message, "maria"));
    assert_non_null(strstr(err.message, "table phone, row"));
    eg_store_close(store);
}

static void points_have_a_point_whatever_the_locale(void **state)
{
    (void)state;
    struct eg_text source = eg_test_store_source("comma");
    struct eg_store *store = eg_test_store_small(source);
    eg_test_comma_locale_or_skip();
    eg_test_store_draw(source, "location", eg_test_id(3), "POINT (-1.25 50.5)");
    struct eg_records *records = eg_test_store_records(store, NULL);
    const struct eg_record *location = eg_records_at(records, EG_RECORD_LOCATION, 0);
    eg_test_assert_text(location->field[EG_LOCATION_LATITUDE], "50.5");
    (void)eg_test_store_put(store, location, 1);
    eg_records_release(records);
    records = eg_test_store_records(store, NULL);
    eg_test_assert_text(eg_records_at(records, EG_RECORD_LOCATION, 0)->field[EG_LOCATION_LONGITUDE], "-1.25");
    eg_records_release(records);
    eg_store_close(store);
    eg_test_plain_locale();
}

static void every_table_is_a_layer_for_other_programs(void **state)
{
    (void)state;
    struct eg_text source = eg_test_store_source("layers");
    eg_store_close(eg_test_store_open(source, true));
    if (eg_test_store_is_database()) {
        assert_int_equal(eg_test_store_number(source,
                                              "SELECT count(*) FROM geometry_columns WHERE f_table_schema = "
                                              "current_schema() AND srid = 4326"),
                         2);
        return;
    }
    assert_int_equal(eg_test_store_number(source, "SELECT count(*) FROM gpkg_contents"),
                     EG_N_RECORD_TABLES + 3);
    assert_int_equal(eg_test_store_number(source,
                                          "SELECT count(*) FROM gpkg_contents WHERE data_type = 'features' "
                                          "AND table_name IN ('location', 'service_area') AND srs_id = 4326"),
                     2);
    assert_int_equal(
        eg_test_store_number(source, "SELECT count(*) FROM gpkg_contents WHERE data_type = 'attributes'"),
        EG_N_RECORD_TABLES + 1);
}

static void an_edit_by_another_program_counts_as_a_revision(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_text source = eg_test_store_source("edit");
    struct eg_store *store = eg_test_store_small(source);
    eg_test_store_must(source, "UPDATE service SET name = 'Edited'");
    uint64_t revision = 0;
    assert_int_equal(eg_store_revision(store, &revision, &err), EG_OK);
    assert_int_equal(revision, 2);
    assert_int_equal(eg_test_store_put_service(store, 1, "Lost", &revision, &err), EG_CONFLICT);
    assert_int_equal(eg_test_store_put_service(store, 2, "Won", &revision, &err), EG_OK);
    assert_int_equal(revision, 3);
    eg_test_store_must(source, "DELETE FROM service_area");
    assert_int_equal(eg_store_revision(store, &revision, &err), EG_OK);
    assert_int_equal(revision, 4);
    eg_store_close(store);
}

static void ids_in_capitals_are_found_and_replaced(void **state)
{
    (void)state;
    struct eg_text source = eg_test_store_source("capitals");
    struct eg_store *store = eg_test_store_open(source, true);
    struct eg_test_row row = eg_test_organization(1, "First");
    row.field[EG_ORGANIZATION_ID] = EG_TEXT("abcdef00-0000-5000-8000-000000000001");
    struct eg_record put = {EG_RECORD_ORGANIZATION, row.field};
    (void)eg_test_store_put(store, &put, 1);
    eg_test_store_must(source, "UPDATE organization SET id = upper(id)");
    row.field[EG_ORGANIZATION_NAME] = EG_TEXT("Second");
    (void)eg_test_store_put(store, &put, 1);
    struct eg_records *records = eg_test_store_records(store, NULL);
    assert_int_equal(eg_records_count(records, EG_RECORD_ORGANIZATION), 1);
    eg_test_assert_text(eg_records_at(records, EG_RECORD_ORGANIZATION, 0)->field[EG_ORGANIZATION_NAME],
                        "Second");
    eg_records_release(records);
    eg_store_close(store);
}

static void columns_that_people_add_stay(void **state)
{
    (void)state;
    struct eg_text source = eg_test_store_source("added");
    eg_store_close(eg_test_store_small(source));
    eg_test_store_must(source, "ALTER TABLE service ADD COLUMN colour TEXT");
    eg_test_store_must(source, "UPDATE service SET colour = 'green'");
    struct eg_store *store = eg_test_store_open(source, false);
    uint64_t revision = 0;
    assert_int_equal(eg_store_revision(store, &revision, NULL), EG_OK);
    assert_int_equal(eg_test_store_put_service(store, revision, "Walks again", &revision, NULL), EG_OK);
    assert_int_equal(eg_test_store_number(source, "SELECT count(*) FROM service WHERE colour = 'green' AND "
                                                  "name = 'Walks again'"),
                     1);
    eg_store_close(store);
}

static void a_store_that_somebody_else_writes_is_busy_after_a_bounded_wait(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_text source = eg_test_store_source("busy");
    struct eg_store *store = eg_test_store_small(source);
    uint64_t revision = 0;
    eg_store_set_wait(store, 200);
    void *held = eg_test_store_hold(source);
    assert_int_equal(eg_test_store_put_service(store, 1, "No", &revision, &err), EG_BUSY);
    assert_non_null(strstr(err.message, "another program"));
    assert_int_equal(eg_store_revision(store, &revision, &err), EG_OK); /* reading goes on */
    assert_int_equal(revision, 1);
    eg_test_store_let_go(held);
    assert_int_equal(eg_test_store_put_service(store, 1, "Yes", &revision, &err), EG_OK);
    assert_int_equal(revision, 2);
    eg_store_close(store);
}

static bool has_wal(struct eg_text source)
{
    char path[600];
    (void)snprintf(path, sizeof path, "%s-wal", source.data);
    return access(path, F_OK) == 0;
}

static void a_file_that_qgis_has_open_is_written_all_the_same(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_text source = eg_test_store_source("qgis");
    uint64_t revision = 0;
    eg_store_close(eg_test_store_small(source));
    void *held = eg_test_store_hold_as_qgis(source);
    struct eg_store *store = eg_test_store_open(source, false);
    assert_int_equal(eg_test_store_put_service(store, 1, "While it is read", &revision, &err), EG_OK);
    assert_true(has_wal(source));
    eg_test_store_let_go(held);
    eg_store_close(store);
    /* Alone again, the file is all there is. */
    store = eg_test_store_open(source, false);
    assert_false(has_wal(source));
    assert_int_equal(eg_store_revision(store, &revision, &err), EG_OK);
    assert_int_equal(revision, 2);
    eg_store_close(store);
}

/* With a rollback journal it is the commit itself that waits for readers. */
static void a_commit_that_has_to_wait_too_long_for_a_reader_is_undone(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_text source = eg_test_store_source("reader");
    struct eg_store *store = eg_test_store_small(source);
    uint64_t revision = 0;
    eg_store_set_wait(store, 150);
    void *held = eg_test_store_hold_reading(source);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(eg_test_store_put_service(store, 1, "No", &revision, &err), EG_BUSY);
    eg_test_store_let_go(held);
    struct eg_records *records = eg_test_store_records(store, &revision);
    assert_int_equal(revision, 1);
    eg_test_assert_text(eg_records_at(records, EG_RECORD_SERVICE, 0)->field[EG_SERVICE_NAME], "Walks");
    eg_records_release(records);
    assert_int_equal(eg_test_store_put_service(store, 1, "Yes", &revision, &err), EG_OK);
    eg_store_close(store);
}

static void a_full_disk_is_said_and_nothing_is_lost(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_text source = eg_test_store_source("full");
    struct eg_store *store = eg_test_store_small(source);
    struct stat about;
    struct rlimit before, small;
    static char text[400000];
    uint64_t revision = 0;
    assert_int_equal(stat(source.data, &about), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){(rlim_t)about.st_size, before.rlim_max};
    memset(text, 'a', sizeof text - 1);
    void (*old)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum eg_status status = eg_test_store_put_service(store, 1, text, &revision, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, old);
    assert_int_equal(status, EG_IO);
    struct eg_records *records = eg_test_store_records(store, &revision);
    assert_int_equal(revision, 1);
    eg_records_release(records);
    assert_int_equal(eg_test_store_put_service(store, 1, text, &revision, &err), EG_OK);
    eg_store_close(store);
}

static void qgis_may_open_a_file_that_is_being_served(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_text source = eg_test_store_source("served");
    struct eg_store *store = eg_test_store_small(source);
    uint64_t revision = 0;
    eg_records_release(eg_test_store_records(store, &revision));
    void *held = eg_test_store_hold_as_qgis(source);
    assert_int_equal(eg_test_store_put_service(store, 1, "While it is read", &revision, &err), EG_OK);
    eg_test_store_let_go(held);
    assert_int_equal(eg_test_store_put_service(store, 2, "Again", &revision, &err), EG_OK);
    eg_store_close(store);
}

static void a_database_that_ended_the_connection_is_asked_again(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_text source = eg_test_store_source("ended");
    struct eg_store *store = eg_test_store_small(source);
    const char *end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                      "WHERE datname = current_database() AND pid <> pg_backend_pid()";
    uint64_t revision = 0;
    eg_test_store_must(source, end);
    assert_int_equal(eg_test_store_put_service(store, 1, "Goes on", &revision, &err), EG_OK);
    eg_test_store_must(source, end);
    eg_records_release(eg_test_store_records(store, &revision));
    assert_int_equal(revision, 2);
    eg_test_store_must(source, end);
    assert_int_equal(eg_store_revision(store, &revision, &err), EG_IO); /* once */
    assert_int_equal(eg_store_revision(store, &revision, &err), EG_OK);
    assert_int_equal(revision, 2);
    eg_store_close(store);
}

static void two_handles_see_what_the_other_wrote(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_text source = eg_test_store_source("two");
    struct eg_store *one = eg_test_store_small(source), *other = eg_test_store_open(source, false);
    uint64_t revision = 0;
    eg_records_release(eg_test_store_records(other, NULL));
    assert_int_equal(eg_test_store_put_service(one, 1, "By one", &revision, &err), EG_OK);
    assert_int_equal(eg_test_store_put_service(other, 1, "By other", &revision, &err), EG_CONFLICT);
    assert_int_equal(eg_store_revision(other, &revision, &err), EG_OK);
    assert_int_equal(revision, 2);
    struct eg_records *records = eg_test_store_records(other, &revision);
    eg_test_assert_text(eg_records_at(records, EG_RECORD_SERVICE, 0)->field[EG_SERVICE_NAME], "By one");
    eg_records_release(records);
    assert_int_equal(eg_test_store_put_service(other, 2, "By other", &revision, &err), EG_OK);
    assert_int_equal(eg_store_revision(one, &revision, &err), EG_OK);
    assert_int_equal(revision, 3);
    eg_store_close(one);
    eg_store_close(other);
}

static void a_backup_put_in_the_place_of_the_file_is_seen(void **state)
{
    (void)state;
    struct eg_text source = eg_test_store_source("place"), backup = eg_test_store_source("backup");
    struct eg_store *store = eg_test_store_small(source);
    eg_store_close(eg_test_store_open(backup, true));
    assert_int_equal(rename(backup.data, source.data), 0);
    uint64_t revision = 99;
    assert_int_equal(eg_store_revision(store, &revision, NULL), EG_OK);
    assert_int_equal(revision, 0);
    assert_int_equal(unlink(source.data), 0);
    assert_int_equal(eg_store_revision(store, &revision, NULL), EG_IO);
    eg_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_and_polygons_follow_the_texts),
        cmocka_unit_test(what_was_drawn_on_a_map_wins_over_the_texts),
        cmocka_unit_test(a_point_that_is_not_on_the_earth_is_named),
        cmocka_unit_test(a_row_that_was_edited_wrongly_is_named_with_its_field),
        cmocka_unit_test(what_is_private_is_not_in_the_message),
        cmocka_unit_test(points_have_a_point_whatever_the_locale),
        cmocka_unit_test(every_table_is_a_layer_for_other_programs),
        cmocka_unit_test(an_edit_by_another_program_counts_as_a_revision),
        cmocka_unit_test(ids_in_capitals_are_found_and_replaced),
        cmocka_unit_test(columns_that_people_add_stay),
        cmocka_unit_test(a_store_that_somebody_else_writes_is_busy_after_a_bounded_wait),
        cmocka_unit_test(two_handles_see_what_the_other_wrote),
    };
    const struct CMUnitTest of_files[] = {
        cmocka_unit_test(a_file_that_qgis_has_open_is_written_all_the_same),
        cmocka_unit_test(a_commit_that_has_to_wait_too_long_for_a_reader_is_undone),
        cmocka_unit_test(a_full_disk_is_said_and_nothing_is_lost),
        cmocka_unit_test(qgis_may_open_a_file_that_is_being_served),
        cmocka_unit_test(a_backup_put_in_the_place_of_the_file_is_seen),
    };
    const struct CMUnitTest of_databases[] = {
        cmocka_unit_test(a_database_that_ended_the_connection_is_asked_again),
    };
    int failed = cmocka_run_group_tests_name("store_edits", tests, NULL, NULL);
    failed += eg_test_store_is_database()
                  ? cmocka_run_group_tests_name("of databases", of_databases, NULL, NULL)
                  : cmocka_run_group_tests_name("of files", of_files, NULL, NULL);
    eg_test_store_clear();
    return failed;
}
