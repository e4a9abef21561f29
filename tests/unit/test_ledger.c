#include "engine/ledger.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <gdal.h>

#include "data/entry_document.h"
#include "support/temp_file.h"

#define ID "00000000-0000-5000-8000-00000000000b"

struct world {
    char atlas[512], store[512];
    struct eg_engine *engine;
};

/* An atlas of one square and a store that begins with the two rows of a CSV. */
static void write_world(struct world *world)
{
    static const char square[] =
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"code\":\"A\"},"
        "\"geometry\":"
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,50],[1,50],[1,51],[0,51],[0,50]]]}}]}";
    static const char entries[] = "key,name,lon,lat\n1,Walks,0.5,50.5\n2,Runs,0.6,50.6\n";
    char areas[512], table[512], yaml[2048];
    (void)eg_test_temp_bytes("area.geojson", square, sizeof square - 1, areas, sizeof areas);
    (void)eg_test_temp_bytes("entries.csv", entries, sizeof entries - 1, table, sizeof table);
    (void)eg_test_temp_path("register.gpkg", world->store, sizeof world->store);
    (void)unlink(world->store);
    int n = snprintf(
        yaml, sizeof yaml,
        "evenground: 1\ntitle: T\nboundaries:\n- {id: a, title: A, source: %s, key: code}\ntables: "
        "[]\ndirectories:\n- {id: e, title: E, source: %s, columns: {key: key, name: name, longitude: lon, "
        "latitude: lat}, constants: {kind: hub}}\n- {id: s, title: S, store: %s, seed: e}\n",
        strrchr(areas, '/') + 1, strrchr(table, '/') + 1, strrchr(world->store, '/') + 1);
    assert_true(n > 0 && (size_t)n < sizeof yaml);
    (void)eg_test_temp_bytes("atlas.yaml", yaml, (size_t)n, world->atlas, sizeof world->atlas);
}

static struct eg_engine *engine_of(const struct world *world)
{
    struct eg_engine_options options = {.n_threads = 1};
    struct eg_engine *engine = NULL;
    struct eg_error err = {0};
    assert_int_equal(eg_engine_new(&options, &engine, &err), EG_OK);
    if (eg_engine_load(engine, world->atlas, &err) != EG_OK) fail_msg("%s", err.message);
    return engine;
}

static int begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    write_world(world);
    world->engine = engine_of(world);
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    eg_engine_free(world->engine);
    (void)unlink(world->store);
    free(world);
    return 0;
}

static uint32_t n_entries(struct eg_engine *engine)
{
    struct eg_snapshot *snapshot = eg_engine_snapshot(engine);
    uint32_t n = eg_directory_entries(snapshot->directory)->n;
    eg_snapshot_release(snapshot);
    return n;
}

static bool has_name(struct eg_engine *engine, const char *id, const char *name)
{
    struct eg_snapshot *snapshot = eg_engine_snapshot(engine);
    uint32_t at = eg_directory_find(snapshot->directory, eg_text_from(id));
    bool found = at != UINT32_MAX &&
                 eg_text_equal(eg_directory_entries(snapshot->directory)->items[at]->field[EG_ENTRY_NAME],
                               eg_text_from(name));
    eg_snapshot_release(snapshot);
    return found;
}

/* --- plans ------------------------------------------------------------------------------------------------------------------- */

struct telling {
    const char *id, *document;
    uint32_t n_calls;
};

/* The entry says what the document says. */
static enum eg_status tell(void *context, const struct eg_snapshot *now, struct eg_arena *arena,
                           struct eg_commit *commit, struct eg_error *err)
{
    struct telling *telling = context;
    struct eg_json *json = NULL;
    struct eg_change_entry *line = eg_arena_array(arena, 1, sizeof *line);
    telling->n_calls++;
    eg_ledger_stamp(arena, line->id, &line->at);
    line->by = EG_TEXT("tester");
    line->action = EG_CHANGE_UPDATE;
    line->entry_id = eg_text_from(telling->id);
    commit->history = line;
    commit->n_history = 1;
    enum eg_status status = eg_json_parse(eg_text_from(telling->document), &json, err);
    if (status != EG_OK) return status;
    struct eg_document_wish wish = {eg_text_from(telling->id), eg_json_root(json), false};
    status = eg_entry_document_change(now->records, &wish, arena, &commit->change, err);
    eg_json_free(json);
    return status;
}

static enum eg_status told(struct eg_engine *engine, const char *id, const char *document)
{
    struct telling telling = {id, document, 0};
    return eg_engine_write(engine, tell, &telling, NULL);
}

static bool count_line(void *context, const struct eg_change_entry *change)
{
    (void)change;
    ++*(uint32_t *)context;
    return true;
}

/* --- tests ------------------------------------------------------------------------------------------------------------------- */

static void a_new_store_is_filled_from_its_seeds_once(void **state)
{
    struct world *world = *state;
    assert_int_equal(n_entries(world->engine), 2);
    assert_int_equal(told(world->engine, ID, "{\"name\":\"Swims\"}"), EG_OK);
    assert_int_equal(eg_engine_load(world->engine, world->atlas, NULL), EG_OK);
    assert_int_equal(n_entries(world->engine), 3);
    assert_true(has_name(world->engine, ID, "Swims"));
}

static void a_write_is_shown_at_once_and_outlives_the_process(void **state)
{
    struct world *world = *state;
    struct eg_snapshot *before = eg_engine_snapshot(world->engine);
    assert_int_equal(told(world->engine, ID, "{\"name\":\"Swims\"}"), EG_OK);
    assert_true(has_name(world->engine, ID, "Swims"));
    assert_int_equal(eg_directory_find(before->directory, EG_TEXT(ID)), UINT32_MAX);
    eg_snapshot_release(before);
    eg_engine_free(world->engine);
    world->engine = engine_of(world);
    assert_true(has_name(world->engine, ID, "Swims"));
    uint32_t n = 0;
    struct eg_ledger *ledger = eg_engine_ledger(world->engine);
    struct eg_change_visitor visitor = {count_line, &n};
    assert_int_equal(
        eg_store_history(eg_ledger_store(ledger), EG_TEXT(ID), (struct eg_store_page){10, 0}, &visitor, NULL),
        EG_OK);
    assert_int_equal(n, 1);
    eg_ledger_release(ledger);
}

static void what_cannot_be_shown_is_not_written(void **state)
{
    struct world *world = *state;
    uint64_t generation = eg_engine_generation(world->engine);
    assert_int_equal(told(world->engine, ID, "{\"name\":\"Swims\",\"url\":\"nowhere\"}"), EG_INVALID);
    assert_int_equal(eg_engine_generation(world->engine), generation);
    eg_engine_free(world->engine);
    world->engine = engine_of(world);
    assert_int_equal(n_entries(world->engine), 2);
}

static void what_another_server_wrote_is_seen(void **state)
{
    struct world *world = *state;
    struct eg_engine *other = engine_of(world);
    assert_int_equal(told(other, ID, "{\"name\":\"Swims\"}"), EG_OK);
    assert_int_equal(n_entries(world->engine), 2);
    assert_int_equal(eg_engine_refresh(world->engine, NULL), EG_OK);
    assert_true(has_name(world->engine, ID, "Swims"));
    uint64_t generation = eg_engine_generation(world->engine);
    assert_int_equal(eg_engine_refresh(world->engine, NULL), EG_OK);
    assert_int_equal(eg_engine_generation(world->engine), generation);
    /* A plan is made on what there is, not on what was shown last. */
    assert_int_equal(told(other, ID, "{\"name\":\"Swims\",\"phones\":[{\"number\":\"111\"}]}"), EG_OK);
    assert_int_equal(told(world->engine, ID, "{\"name\":\"Dives\"}"), EG_OK);
    struct eg_snapshot *now = eg_engine_snapshot(world->engine);
    assert_int_equal(eg_records_count(now->records, EG_RECORD_PHONE), 0);
    eg_snapshot_release(now);
    eg_engine_free(other);
}

/* As somebody would in QGIS. */
static void set_status(const struct world *world, const char *status)
{
    char sql[128];
    GDALDatasetH edited = GDALOpenEx(world->store, GDAL_OF_VECTOR | GDAL_OF_UPDATE, NULL, NULL, NULL);
    assert_non_null(edited);
    (void)snprintf(sql, sizeof sql, "UPDATE service SET status = '%s' WHERE fid = 1", status);
    OGRLayerH result = GDALDatasetExecuteSQL(edited, sql, NULL, NULL);
    if (result) GDALDatasetReleaseResultSet(edited, result);
    GDALClose(edited);
}

/* Nobody can write, and that is no fault of what they write. */
static void assert_held_up(const struct world *world)
{
    struct eg_error err = {0};
    struct telling telling = {ID, "{\"name\":\"Swims\"}", 0};
    assert_int_equal(eg_engine_write(world->engine, tell, &telling, &err), EG_BUSY);
    assert_non_null(strstr(err.message, "table service, row 1: service.status"));
    assert_string_equal(err.field, "");
    assert_int_equal(telling.n_calls, 0);
    for (int i = 0; i < 2; i++) { /* the second time from memory */
        assert_int_equal(eg_engine_refresh(world->engine, &err), EG_INVALID);
        assert_non_null(strstr(err.message, "table service, row 1: service.status"));
        assert_string_equal(err.field, "status");
    }
}

static void a_wrong_row_does_not_stop_the_rest(void **state)
{
    struct world *world = *state;
    set_status(world, "perhaps");
    assert_held_up(world);
    assert_int_equal(n_entries(world->engine), 2);
    /* A reload keeps what was shown; */
    assert_int_equal(eg_engine_load(world->engine, world->atlas, NULL), EG_OK);
    assert_int_equal(n_entries(world->engine), 2);
    assert_held_up(world);
    /* a new process has nothing to show of it, */
    eg_engine_free(world->engine);
    world->engine = engine_of(world);
    assert_int_equal(n_entries(world->engine), 0);
    assert_held_up(world);
    assert_int_equal(eg_engine_load(world->engine, world->atlas, NULL), EG_OK);
    assert_int_equal(n_entries(world->engine), 0);
    /* until it is mended. */
    set_status(world, "active");
    assert_int_equal(eg_engine_refresh(world->engine, NULL), EG_OK);
    assert_int_equal(n_entries(world->engine), 2);
    assert_int_equal(told(world->engine, ID, "{\"name\":\"Swims\"}"), EG_OK);
    assert_int_equal(n_entries(world->engine), 3);
}

enum { WRITERS = 3, WRITES = 8 };

struct writer {
    struct eg_engine *engine;
    uint32_t number, n_done;
};

static void *write_many(void *context)
{
    struct writer *writer = context;
    for (uint32_t i = 0; i < WRITES; i++) {
        char id[64], document[64];
        (void)snprintf(id, sizeof id, "00000000-0000-5000-8000-%06u%06u", writer->number, i);
        (void)snprintf(document, sizeof document, "{\"name\":\"W%u-%u\"}", writer->number, i);
        writer->n_done += told(writer->engine, id, document) == EG_OK;
    }
    return NULL;
}

static void writers_and_a_reload_do_not_lose_one_another_s_work(void **state)
{
    struct world *world = *state;
    pthread_t threads[WRITERS];
    struct writer writers[WRITERS];
    for (uint32_t i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){world->engine, i, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, &writers[i]), 0);
    }
    for (int i = 0; i < 3; i++) assert_int_equal(eg_engine_load(world->engine, world->atlas, NULL), EG_OK);
    for (uint32_t i = 0; i < WRITERS; i++) {
        (void)pthread_join(threads[i], NULL);
        assert_int_equal(writers[i].n_done, WRITES);
    }
    assert_int_equal(n_entries(world->engine), 2 + WRITERS * WRITES);
    assert_int_equal(eg_engine_load(world->engine, world->atlas, NULL), EG_OK);
    assert_int_equal(n_entries(world->engine), 2 + WRITERS * WRITES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_store_is_filled_from_its_seeds_once, begin, end),
        cmocka_unit_test_setup_teardown(a_write_is_shown_at_once_and_outlives_the_process, begin, end),
        cmocka_unit_test_setup_teardown(what_cannot_be_shown_is_not_written, begin, end),
        cmocka_unit_test_setup_teardown(what_another_server_wrote_is_seen, begin, end),
        cmocka_unit_test_setup_teardown(a_wrong_row_does_not_stop_the_rest, begin, end),
        cmocka_unit_test_setup_teardown(writers_and_a_reload_do_not_lose_one_another_s_work, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
