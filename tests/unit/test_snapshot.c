#include "engine/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"
#include "support/temp_file.h"

#define ID "00000000-0000-5000-8000-00000000000b"

/* An atlas of one square, a directory of one entry, and a store. */
static const char *write_atlas(char *path, size_t size)
{
    static const char square[] =
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"code\":\"A\"},"
        "\"geometry\":"
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,50],[1,50],[1,51],[0,51],[0,50]]]}}]}";
    static const char entries[] = "key,name,lon,lat\n1,Walks,0.5,50.5\n";
    char areas[512], table[512], yaml[2048];
    (void)eg_test_temp_bytes("area.geojson", square, sizeof square - 1, areas, sizeof areas);
    (void)eg_test_temp_bytes("entries.csv", entries, sizeof entries - 1, table, sizeof table);
    int n = snprintf(
        yaml, sizeof yaml,
        "evenground: 1\ntitle: T\nboundaries:\n- {id: a, title: A, source: %s, key: code}\ntables: "
        "[]\ndirectories:\n- {id: e, title: E, source: %s, columns: {key: key, name: name, longitude: lon, "
        "latitude: lat}, constants: {kind: hub}}\n- {id: s, title: S, store: register.gpkg}\n",
        strrchr(areas, '/') + 1, strrchr(table, '/') + 1);
    assert_true(n > 0 && (size_t)n < sizeof yaml);
    return eg_test_temp_bytes("atlas.yaml", yaml, (size_t)n, path, size);
}

static enum eg_status one_service(const char *name, struct eg_records **records_out)
{
    struct eg_records_builder *builder = NULL;
    struct eg_text field[EG_RECORD_FIELDS] = {{0}};
    field[EG_SERVICE_ID] = EG_TEXT(ID);
    field[EG_SERVICE_NAME] = eg_text_from(name);
    field[EG_SERVICE_STATUS] = EG_TEXT("active");
    enum eg_status status = eg_records_builder_new(&builder, NULL);
    if (status == EG_OK) status = eg_records_add(builder, EG_RECORD_SERVICE, field, NULL);
    if (status == EG_OK) status = eg_records_finish(builder, records_out, NULL);
    eg_records_builder_free(builder);
    return status;
}

static void a_change_of_the_directory_leaves_pictures_as_they_are(void **state)
{
    (void)state;
    char path[512];
    struct eg_snapshot *first = NULL, *second = NULL, *third = NULL;
    struct eg_records *records = NULL, *others = NULL;
    struct eg_error err;
    if (eg_snapshot_load(write_atlas(path, sizeof path), 1, &first, &err) != EG_OK)
        fail_msg("%s", err.message);
    assert_int_equal(eg_directory_entries(first->directory)->n, 1);
    assert_int_equal(one_service("Runs", &records), EG_OK);
    assert_int_equal(eg_snapshot_with_records(first, records, &second, &err), EG_OK);
    assert_int_equal(eg_directory_entries(first->directory)->n, 1);
    assert_int_equal(eg_directory_entries(second->directory)->n, 2);
    assert_ptr_equal(first->layers, second->layers);
    assert_string_equal(first->version, second->version);
    assert_string_not_equal(first->content_version, second->content_version);
    /* One after another, on the same ground. */
    assert_int_equal(one_service("Swims", &others), EG_OK);
    assert_int_equal(eg_snapshot_with_records(second, others, &third, &err), EG_OK);
    assert_ptr_equal(third->ground, first);
    eg_snapshot_release(first);
    eg_snapshot_release(second);
    eg_records_release(records);
    eg_records_release(others);
    uint32_t at = eg_directory_find(third->directory, EG_TEXT(ID));
    const struct eg_entries *entries = eg_directory_entries(third->directory);
    assert_int_equal(entries->n, 2);
    assert_true(eg_text_equal(entries->items[at]->field[EG_ENTRY_NAME], EG_TEXT("Swims")));
    assert_int_equal(entries->items[at]->directory, 1);
    assert_true(eg_text_equal(entries->items[1 - at]->field[EG_ENTRY_NAME], EG_TEXT("Walks")));
    eg_snapshot_release(third);
}

/* A change that gives the service another name, and the snapshot after it. */
static enum eg_status rename_service(struct eg_snapshot *snapshot, const char *name,
                                     struct eg_snapshot **after_out)
{
    struct eg_records *records = NULL;
    struct eg_text field[EG_RECORD_FIELDS] = {{0}};
    field[EG_SERVICE_ID] = EG_TEXT(ID);
    field[EG_SERVICE_NAME] = eg_text_from(name);
    field[EG_SERVICE_STATUS] = EG_TEXT("active");
    struct eg_record put = {EG_RECORD_SERVICE, field};
    struct eg_records_change change = {.puts = &put, .n_puts = 1};
    enum eg_status status = eg_records_apply(snapshot->records, &change, &records, NULL);
    if (status == EG_OK) status = eg_snapshot_after(snapshot, records, &change, after_out, NULL);
    eg_records_release(records);
    return status;
}

static void what_follows_says_what_a_new_one_says(void **state)
{
    (void)state;
    char path[512];
    struct eg_snapshot *first = NULL, *second = NULL, *third = NULL, *fourth = NULL, *anew = NULL;
    struct eg_records *records = NULL, *others = NULL;
    assert_int_equal(eg_snapshot_load(write_atlas(path, sizeof path), 1, &first, NULL), EG_OK);
    assert_int_equal(one_service("Runs", &records), EG_OK);
    assert_int_equal(eg_snapshot_with_records(first, records, &second, NULL), EG_OK);
    assert_int_equal(rename_service(second, "Swims", &third), EG_OK);
    assert_int_equal(one_service("Swims", &others), EG_OK);
    assert_int_equal(eg_snapshot_with_records(first, others, &anew, NULL), EG_OK);
    assert_string_not_equal(second->content_version, third->content_version);
    assert_string_equal(third->content_version, anew->content_version);
    assert_int_equal(rename_service(third, "Runs", &fourth), EG_OK);
    assert_string_equal(fourth->content_version, second->content_version);
    /* Each lives by itself. */
    eg_snapshot_release(first);
    eg_snapshot_release(second);
    eg_snapshot_release(fourth);
    const struct eg_entries *entries = eg_directory_entries(third->directory);
    uint32_t at = eg_directory_find(third->directory, EG_TEXT(ID));
    assert_int_equal(entries->n, 2);
    assert_true(eg_text_equal(entries->items[at]->field[EG_ENTRY_NAME], EG_TEXT("Swims")));
    eg_snapshot_release(third);
    eg_snapshot_release(anew);
    eg_records_release(records);
    eg_records_release(others);
}

static void refused_memory_is_said_as_one_follows_another(void **state)
{
    (void)state;
    char path[512];
    struct eg_snapshot *first = NULL, *second = NULL;
    struct eg_records *records = NULL;
    assert_int_equal(eg_snapshot_load(write_atlas(path, sizeof path), 1, &first, NULL), EG_OK);
    assert_int_equal(one_service("Runs", &records), EG_OK);
    assert_int_equal(eg_snapshot_with_records(first, records, &second, NULL), EG_OK);
    for (long n = 1;; n++) {
        struct eg_snapshot *fresh = NULL;
        eg_failing_malloc_after(n);
        enum eg_status status = rename_service(second, "Swims", &fresh);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_snapshot_release(fresh);
        if (!failed) break;
        assert_int_equal(status, EG_NO_MEMORY);
    }
    eg_snapshot_release(first);
    eg_snapshot_release(second);
    eg_records_release(records);
}

static void refused_memory_is_said_and_nothing_leaks(void **state)
{
    (void)state;
    char path[512];
    struct eg_snapshot *first = NULL;
    struct eg_records *records = NULL;
    assert_int_equal(eg_snapshot_load(write_atlas(path, sizeof path), 1, &first, NULL), EG_OK);
    assert_int_equal(one_service("Runs", &records), EG_OK);
    for (long n = 1;; n++) {
        struct eg_snapshot *fresh = NULL;
        eg_failing_malloc_after(n);
        enum eg_status status = eg_snapshot_with_records(first, records, &fresh, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_snapshot_release(fresh);
        if (!failed) break;
        assert_int_equal(status, EG_NO_MEMORY);
    }
    eg_snapshot_release(first);
    eg_records_release(records);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_of_the_directory_leaves_pictures_as_they_are),
        cmocka_unit_test(what_follows_says_what_a_new_one_says),
        cmocka_unit_test(refused_memory_is_said_as_one_follows_another),
        cmocka_unit_test(refused_memory_is_said_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
