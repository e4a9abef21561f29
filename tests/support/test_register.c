#include "support/test_register.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/ledger.h"
#include "support/temp_file.h"
#include "support/test_store.h"

static void choose_store(struct eg_test_register *test)
{
    if (eg_test_store_is_database()) {
        struct eg_text source = eg_test_store_source("register");
        (void)snprintf(test->store, sizeof test->store, "%.*s", EG_TEXT_ARG(source));
    } else {
        (void)eg_test_temp_path("register.gpkg", test->store, sizeof test->store);
        (void)unlink(test->store);
    }
}

static void write_files(struct eg_test_register *test)
{
    static const char square[] =
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"code\":\"A\"},"
        "\"geometry\":"
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,50],[1,50],[1,51],[0,51],[0,50]]]}}]}";
    static const char entries[] = "key,name,lon,lat\n1,Walks,0.5,50.5\n2,Runs,0.6,50.6\n";
    char areas[512], table[512], yaml[2048];
    (void)eg_test_temp_bytes("area.geojson", square, sizeof square - 1, areas, sizeof areas);
    (void)eg_test_temp_bytes("entries.csv", entries, sizeof entries - 1, table, sizeof table);
    choose_store(test);
    const char *store = eg_test_store_is_database() ? test->store : strrchr(test->store, '/') + 1;
    int n = snprintf(
        yaml, sizeof yaml,
        "evenground: 1\ntitle: T\nboundaries:\n- {id: a, title: A, source: %s, key: code}\ntables: "
        "[]\ndirectories:\n- {id: e, title: E, source: %s, columns: {key: key, name: name, longitude: lon, "
        "latitude: lat}, constants: {kind: hub}}\n- {id: s, title: S, store: \"%s\", seed: e}\n",
        strrchr(areas, '/') + 1, strrchr(table, '/') + 1, store);
    assert_true(n > 0 && (size_t)n < sizeof yaml);
    (void)eg_test_temp_bytes("atlas.yaml", yaml, (size_t)n, test->atlas, sizeof test->atlas);
}

struct eg_engine *eg_test_register_engine(const struct eg_test_register *test)
{
    struct eg_engine_options options = {.n_threads = 1};
    struct eg_engine *engine = NULL;
    struct eg_error err = {0};
    assert_int_equal(eg_engine_new(&options, &engine, &err), EG_OK);
    if (eg_engine_load(engine, test->atlas, &err) != EG_OK) fail_msg("%s", err.message);
    return engine;
}

void eg_test_register_open(struct eg_test_register *test_out)
{
    *test_out = (struct eg_test_register){.engine = NULL};
    write_files(test_out);
    test_out->engine = eg_test_register_engine(test_out);
}

void eg_test_register_add(const struct eg_test_register *test, uint32_t n)
{
    static const char in_file[] =
        "INSERT INTO service (id, name, status) WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 "
        "FROM g WHERE n < %u) SELECT printf('0b000000-0000-5000-8000-%%012d', n), 'Many ' "
        "|| n, 'active' FROM g";
    static const char in_database[] =
        "INSERT INTO service (id, name, status) SELECT '0b000000-0000-5000-8000-' || "
        "lpad(n::text, 12, '0'), 'Many ' || n, 'active' FROM generate_series(1, %u) AS g(n)";
    char sql[400];
    if (eg_test_store_is_database()) (void)snprintf(sql, sizeof sql, in_database, n);
    else (void)snprintf(sql, sizeof sql, in_file, n);
    eg_test_store_must(eg_text_from(test->store), sql);
}

void eg_test_register_close(struct eg_test_register *test)
{
    eg_engine_free(test->engine);
    if (eg_test_store_is_database()) eg_test_store_clear();
    else (void)unlink(test->store);
}

static void assert_same_row(const struct eg_record *shown, const struct eg_record *stored)
{
    const struct eg_record_spec *spec = eg_record_spec(shown->table);
    for (uint32_t f = 0; f < spec->n_fields; f++)
        if (!eg_text_equal(shown->field[f], stored->field[f]))
            fail_msg("%s.%s is shown as '%.*s' and stored as '%.*s'", spec->name, spec->fields[f].name,
                     EG_TEXT_ARG(shown->field[f]), EG_TEXT_ARG(stored->field[f]));
}

void eg_test_register_is_stored(struct eg_engine *engine)
{
    struct eg_ledger *ledger = eg_engine_ledger(engine);
    struct eg_snapshot *snapshot = eg_engine_snapshot(engine);
    struct eg_records *stored = eg_test_store_records(eg_ledger_store(ledger), NULL);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        enum eg_record_table table = (enum eg_record_table)t;
        uint32_t n = eg_records_count(snapshot->records, table);
        if (n != eg_records_count(stored, table))
            fail_msg("%s: %u rows are shown and %u stored", eg_record_spec(table)->name, n,
                     eg_records_count(stored, table));
        for (uint32_t i = 0; i < n; i++)
            assert_same_row(eg_records_at(snapshot->records, table, i), eg_records_at(stored, table, i));
    }
    eg_records_release(stored);
    eg_snapshot_release(snapshot);
    eg_ledger_release(ledger);
}
