/* WMTS without a server: what requests' words come to, documents when memory is refused, sets that an atlas may not name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/tile_sets.h"
#include "http/wmts.h"
#include "support/failing_malloc.h"
#include "support/small_atlas.h"

#define BASE EG_TEXT("https://atlas.example")

static struct eg_small small;

static int open_atlas(void **state)
{
    (void)state;
    eg_small_open(0, &small);
    return 0;
}

static int close_atlas(void **state)
{
    (void)state;
    eg_small_close(&small);
    return 0;
}

static struct eg_wmts_words usual_words(void)
{
    return (struct eg_wmts_words){.layer = EG_TEXT("deprivation.nbhd"),
                                  .style = EG_TEXT(""),
                                  .set = EG_TEXT("BritishNationalGrid"),
                                  .matrix = EG_TEXT("13"),
                                  .row = EG_TEXT("44218"),
                                  .column = EG_TEXT("28310")};
}

static void words_become_a_tile(void **state)
{
    (void)state;
    struct eg_wmts_words words = usual_words();
    struct eg_wmts_request request = {0};
    struct eg_error err = {0};
    struct eg_wmts_failure failure = {.err = &err};
    assert_int_equal(eg_wmts_resolve(small.snapshot, &words, &request, &failure), EG_OK);
    assert_string_equal(eg_tile_sets_at(small.snapshot->tile_sets, request.tile.set)->id,
                        "BritishNationalGrid");
    assert_int_equal(request.tile.z, 13);
    assert_int_equal(request.tile.y, 44218);
    assert_int_equal(request.tile.x, 28310);
}

static void default_stands_for_style_and_period_unless_a_style_has_that_name(void **state)
{
    (void)state;
    static const char *const times[] = {"", "default", "current", "CURRENT", "2024"};
    for (size_t i = 0; i < EG_ARRAY_LEN(times); i++) {
        struct eg_wmts_words words = usual_words();
        struct eg_wmts_request request = {0};
        struct eg_wmts_failure failure = {0};
        struct eg_layer_ref ref, wanted = eg_small_ref(&small, "deprivation.nbhd", NULL, NULL);
        words.style = i % 2 ? EG_TEXT("default") : EG_TEXT("fifths");
        words.time = eg_text_from(times[i]);
        assert_int_equal(eg_wmts_resolve(small.snapshot, &words, &request, &failure), EG_OK);
        assert_int_equal(eg_layer_resolve(small.snapshot, &request.tile.name, &ref, NULL), EG_OK);
        assert_memory_equal(&ref, &wanted, sizeof ref);
    }
}

static void what_is_at_fault_has_its_code_and_locator(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        const char *text, *code, *locator;
    } rows[] = {
        {offsetof(struct eg_wmts_words, layer), "x", "InvalidParameterValue", "Layer"},
        {offsetof(struct eg_wmts_words, style), "x", "InvalidParameterValue", "Style"},
        {offsetof(struct eg_wmts_words, time), "x", "InvalidParameterValue", "Time"},
        {offsetof(struct eg_wmts_words, set), "x", "InvalidParameterValue", "TileMatrixSet"},
        {offsetof(struct eg_wmts_words, matrix), "x", "InvalidParameterValue", "TileMatrix"},
        {offsetof(struct eg_wmts_words, row), "x", "InvalidParameterValue", "TileRow"},
        {offsetof(struct eg_wmts_words, row), "57344", "TileOutOfRange", "TileRow"},
        {offsetof(struct eg_wmts_words, row), "4294967296", "TileOutOfRange", "TileRow"},
        {offsetof(struct eg_wmts_words, column), "40960", "TileOutOfRange", "TileCol"},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(rows); i++) {
        struct eg_wmts_words words = usual_words();
        struct eg_wmts_request request = {0};
        struct eg_error err = {0};
        struct eg_wmts_failure failure = {.err = &err};
        struct eg_text text = eg_text_from(rows[i].text);
        memcpy((char *)&words + rows[i].offset, &text, sizeof text);
        assert_int_not_equal(eg_wmts_resolve(small.snapshot, &words, &request, &failure), EG_OK);
        assert_string_equal(failure.code, rows[i].code);
        assert_string_equal(err.field, rows[i].locator);
    }
}

static enum eg_status make(unsigned which, struct eg_entity *entity)
{
    struct eg_layer_name name = {.layer = EG_TEXT("deprivation.nbhd")};
    struct eg_wmts_service service = {small.engine, small.snapshot, BASE, EG_WMTS_ALL};
    if (which == 0) return eg_wmts_capabilities(&service, entity, NULL);
    if (which == 1) return eg_tms_root(small.snapshot, BASE, entity, NULL);
    if (which == 2) return eg_tms_service(small.snapshot, BASE, entity, NULL);
    return eg_tms_map(small.snapshot, &name, 0, BASE, entity, NULL);
}

static void documents_survive_refused_memory(void **state)
{
    (void)state;
    for (unsigned which = 0; which < 4; which++) {
        struct eg_entity whole = {0}, entity = {0};
        assert_int_equal(make(which, &whole), EG_OK); /* also: classes and legends, measured once */
        for (long n = 1;; n++) {
            eg_failing_malloc_after(n);
            enum eg_status status = make(which, &entity);
            bool failed = eg_failing_malloc_triggered();
            eg_failing_malloc_after(0);
            if (!failed) break;
            assert_int_equal(status, EG_NO_MEMORY);
            assert_null(entity.body.data);
        }
        assert_string_equal(entity.etag, whole.etag);
        eg_entity_clear(&whole);
        eg_entity_clear(&entity);
    }
}

static void sections_are_written_as_asked(void **state)
{
    (void)state;
    static const struct {
        uint32_t sections;
        const char *element;
    } rows[] = {{EG_WMTS_IDENTIFICATION, "<ows:ServiceIdentification>"},
                {EG_WMTS_PROVIDER, "<ows:ServiceProvider>"},
                {EG_WMTS_OPERATIONS, "<ows:OperationsMetadata>"},
                {EG_WMTS_CONTENTS, "<Contents>"},
                {EG_WMTS_THEMES, "<Themes>"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(rows); i++) {
        struct eg_wmts_service service = {small.engine, small.snapshot, BASE, rows[i].sections};
        struct eg_entity entity = {0};
        assert_int_equal(eg_wmts_capabilities(&service, &entity, NULL), EG_OK);
        for (size_t k = 0; k < EG_ARRAY_LEN(rows); k++)
            if (k != i) assert_null(strstr(entity.body.data, rows[k].element));
        eg_entity_clear(&entity);
    }
}

/* A copy of the small atlas with a set of its own, from `json`; the error is printed into message_out. */
static enum eg_status load_with_set(const char *name, const char *json, struct eg_error *err)
{
    const char *path = eg_small_atlas_write(name, false);
    char set_path[512];
    (void)snprintf(set_path, sizeof set_path, "%.*s/own.json", (int)(strrchr(path, '/') - path), path);
    FILE *file = fopen(set_path, "wb");
    assert_non_null(file);
    (void)fputs(json, file);
    (void)fclose(file);
    file = fopen(path, "ab");
    assert_non_null(file);
    (void)fputs("\nserver: {tile_matrix_sets: own.json}\n", file);
    (void)fclose(file);
    struct eg_snapshot *snapshot = NULL;
    enum eg_status status = eg_snapshot_load(path, 1, &snapshot, err);
    eg_snapshot_release(snapshot);
    (void)remove(set_path);
    return status;
}

static void an_atlas_names_sets_that_can_be_served(void **state)
{
    (void)state;
    static const char form[] =
        "{\"id\": \"%s\", \"crs\": \"http://www.opengis.net/def/crs/EPSG/0/%s\", "
        "\"tileMatrices\": [{\"id\": \"0\", \"scaleDenominator\": 357142.857142857, \"cellSize\": 100, "
        "\"pointOfOrigin\": [0, 1000000], \"tileWidth\": 256, \"tileHeight\": 256, "
        "\"matrixWidth\": 9, \"matrixHeight\": 9}]}";
    static const struct {
        const char *id, *code, *said;
    } rows[] = {{"Own", "27700", NULL},
                {"BritishNationalGrid", "27700", "already"},
                {"Own", "2154", "server: crs"},
                {"Own", "999999", "PROJ"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(rows); i++) {
        char json[512], name[32];
        struct eg_error err = {0};
        (void)snprintf(json, sizeof json, form, rows[i].id, rows[i].code);
        (void)snprintf(name, sizeof name, "own_set_%zu", i);
        assert_int_equal(load_with_set(name, json, &err), rows[i].said ? EG_INVALID : EG_OK);
        if (!rows[i].said) continue;
        assert_non_null(strstr(err.message, rows[i].said));
        assert_true(err.file[0]);
    }
    eg_small_atlas_clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_become_a_tile),
        cmocka_unit_test(default_stands_for_style_and_period_unless_a_style_has_that_name),
        cmocka_unit_test(what_is_at_fault_has_its_code_and_locator),
        cmocka_unit_test(documents_survive_refused_memory),
        cmocka_unit_test(sections_are_written_as_asked),
        cmocka_unit_test(an_atlas_names_sets_that_can_be_served),
    };
    return cmocka_run_group_tests(tests, open_atlas, close_atlas);
}
