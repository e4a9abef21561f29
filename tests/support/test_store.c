#include "support/test_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <cpl_error.h>
#include <gdal.h>
#include <ogr_api.h>

#include "data/gdal_setup.h"
#include "support/temp_file.h"

#define MOST_STORES 64
#define PATH_BYTES 512

static char sources[MOST_STORES][PATH_BYTES];
static unsigned n_sources;

bool eg_test_store_is_database(void)
{
    const char *wanted = getenv("EG_TEST_STORE");
    return wanted && wanted[0];
}

static void schema_of(const char *name, char *schema, size_t size)
{
    (void)snprintf(schema, size, "t%ld_%s", (long)getpid(), name);
}

static void on_database(const char *sql)
{
    char words[400];
    if (!eg_test_store_sql(eg_text_from(getenv("EG_TEST_STORE")), sql, words, sizeof words))
        fail_msg("%s: %s", sql, words);
}

static void remove_file(const char *path)
{
    static const char *const ends[] = {"", "-journal", "-wal", "-shm"};
    for (size_t i = 0; i < EG_ARRAY_LEN(ends); i++) {
        char name[PATH_BYTES + 16];
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
}

struct eg_text eg_test_store_source(const char *name)
{
    assert_true(n_sources < MOST_STORES);
    char *source = sources[n_sources++];
    if (eg_test_store_is_database()) {
        char schema[64], sql[160];
        schema_of(name, schema, sizeof schema);
        (void)snprintf(source, PATH_BYTES, "%s active_schema=%s", getenv("EG_TEST_STORE"), schema);
        (void)snprintf(sql, sizeof sql, "DROP SCHEMA IF EXISTS %s CASCADE", schema);
        on_database(sql);
        (void)snprintf(sql, sizeof sql, "CREATE SCHEMA %s", schema);
        on_database(sql);
    } else {
        char file[80];
        (void)snprintf(file, sizeof file, "%s.gpkg", name);
        remove_file(eg_test_temp_path(file, source, PATH_BYTES));
    }
    return eg_text_from(source);
}

void eg_test_store_clear(void)
{
    for (unsigned i = 0; i < n_sources; i++) {
        char *schema = strstr(sources[i], "active_schema=");
        char sql[160];
        if (eg_test_store_is_database() && schema) {
            (void)snprintf(sql, sizeof sql, "DROP SCHEMA IF EXISTS %s CASCADE",
                           schema + strlen("active_schema="));
            on_database(sql);
        } else {
            remove_file(sources[i]);
        }
    }
    n_sources = 0;
}

/* --- the other program ------------------------------------------------------------------------------------------------------------- */

static GDALDatasetH open_raw(struct eg_text source)
{
    char path[PATH_BYTES];
    eg_gdal_setup();
    (void)snprintf(path, sizeof path, "%.*s", EG_TEXT_ARG(source));
    return GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_UPDATE, NULL, NULL, NULL);
}

bool eg_test_store_sql(struct eg_text source, const char *sql, char *result, size_t size)
{
    struct eg_gdal_errors caught;
    eg_gdal_catch_begin(&caught);
    GDALDatasetH dataset = open_raw(source);
    result[0] = '\0';
    if (dataset) {
        OGRLayerH layer = GDALDatasetExecuteSQL(dataset, sql, NULL, NULL);
        OGRFeatureH feature = layer ? OGR_L_GetNextFeature(layer) : NULL;
        if (feature) (void)snprintf(result, size, "%s", OGR_F_GetFieldAsString(feature, 0));
        if (feature) OGR_F_Destroy(feature);
        if (layer) GDALDatasetReleaseResultSet(dataset, layer);
    }
    bool good = dataset && caught.n_failures == 0;
    if (!good) (void)snprintf(result, size, "%s", caught.message);
    eg_gdal_close(dataset);
    eg_gdal_catch_end();
    return good;
}

void eg_test_store_must(struct eg_text source, const char *sql)
{
    char words[400];
    if (!eg_test_store_sql(source, sql, words, sizeof words)) fail_msg("%s: %s", sql, words);
}

uint64_t eg_test_store_number(struct eg_text source, const char *sql)
{
    char words[400];
    uint64_t number = 0;
    if (!eg_test_store_sql(source, sql, words, sizeof words)) fail_msg("%s: %s", sql, words);
    if (!eg_text_to_u64(eg_text_from(words), &number)) fail_msg("%s gave '%s'", sql, words);
    return number;
}

void eg_test_store_draw(struct eg_text source, const char *table, const char *id, const char *wkt)
{
    char filter[80], words[400], *text = words;
    GDALDatasetH dataset = open_raw(source);
    assert_non_null(dataset);
    OGRLayerH layer = GDALDatasetGetLayerByName(dataset, table);
    (void)snprintf(filter, sizeof filter, "id = '%s'", id);
    (void)snprintf(words, sizeof words, "%s", wkt);
    OGRGeometryH geometry = NULL;
    assert_int_equal(OGR_G_CreateFromWkt(&text, NULL, &geometry), OGRERR_NONE);
    assert_int_equal(OGR_L_SetAttributeFilter(layer, filter), OGRERR_NONE);
    OGRFeatureH feature = OGR_L_GetNextFeature(layer);
    assert_non_null(feature);
    assert_int_equal(OGR_F_SetGeometryDirectly(feature, geometry), OGRERR_NONE);
    OGR_L_ResetReading(layer);
    assert_int_equal(OGR_L_SetFeature(layer, feature), OGRERR_NONE);
    OGR_F_Destroy(feature);
    eg_gdal_close(dataset);
}

void *eg_test_store_hold(struct eg_text source)
{
    GDALDatasetH dataset = open_raw(source);
    assert_non_null(dataset);
    assert_int_equal(GDALDatasetStartTransaction(dataset, FALSE), OGRERR_NONE);
    (void)GDALDatasetExecuteSQL(dataset, "UPDATE store SET committing = 0", NULL, NULL);
    return dataset;
}

static void read_on(GDALDatasetH dataset)
{
    assert_int_equal(GDALDatasetStartTransaction(dataset, FALSE), OGRERR_NONE);
    OGRFeatureH feature = OGR_L_GetNextFeature(GDALDatasetGetLayerByName(dataset, "service"));
    assert_non_null(feature);
    OGR_F_Destroy(feature);
}

void *eg_test_store_hold_reading(struct eg_text source)
{
    GDALDatasetH dataset = open_raw(source);
    assert_non_null(dataset);
    read_on(dataset);
    return dataset;
}

void *eg_test_store_hold_as_qgis(struct eg_text source)
{
    GDALDatasetH dataset = open_raw(source);
    assert_non_null(dataset);
    OGRLayerH mode = GDALDatasetExecuteSQL(dataset, "PRAGMA journal_mode = WAL", NULL, NULL);
    OGRFeatureH feature = mode ? OGR_L_GetNextFeature(mode) : NULL;
    assert_non_null(feature);
    assert_string_equal(OGR_F_GetFieldAsString(feature, 0), "wal");
    OGR_F_Destroy(feature);
    GDALDatasetReleaseResultSet(dataset, mode);
    read_on(dataset);
    return dataset;
}

void eg_test_store_let_go(void *held)
{
    (void)GDALDatasetRollbackTransaction(held);
    eg_gdal_close(held);
}

/* --- small records --------------------------------------------------------------------------------------------------------------- */

const char *eg_test_id(uint32_t number)
{
    static char ids[4096][EG_UUID_TEXT_LEN + 1];
    assert_true(number < 4096);
    (void)snprintf(ids[number], sizeof ids[number], "00000000-0000-5000-8000-%012u", number);
    return ids[number];
}

struct eg_test_row eg_test_organization(uint32_t id, const char *name)
{
    struct eg_test_row row = {{{0}}};
    row.field[EG_ORGANIZATION_ID] = eg_text_from(eg_test_id(id));
    row.field[EG_ORGANIZATION_NAME] = eg_text_from(name);
    return row;
}

struct eg_test_row eg_test_service(uint32_t id, uint32_t organization_id, const char *name)
{
    struct eg_test_row row = {{{0}}};
    row.field[EG_SERVICE_ID] = eg_text_from(eg_test_id(id));
    row.field[EG_SERVICE_ORGANIZATION_ID] = eg_text_from(eg_test_id(organization_id));
    row.field[EG_SERVICE_NAME] = eg_text_from(name);
    row.field[EG_SERVICE_STATUS] = EG_TEXT("active");
    return row;
}

struct eg_test_row eg_test_location(uint32_t id, const char *latitude, const char *longitude)
{
    struct eg_test_row row = {{{0}}};
    row.field[EG_LOCATION_ID] = eg_text_from(eg_test_id(id));
    row.field[EG_LOCATION_LOCATION_TYPE] = EG_TEXT("physical");
    row.field[EG_LOCATION_LATITUDE] = eg_text_from(latitude);
    row.field[EG_LOCATION_LONGITUDE] = eg_text_from(longitude);
    return row;
}

struct eg_test_row eg_test_service_area(uint32_t id, uint32_t service_id, const char *extent)
{
    struct eg_test_row row = {{{0}}};
    row.field[EG_SERVICE_AREA_ID] = eg_text_from(eg_test_id(id));
    row.field[EG_SERVICE_AREA_SERVICE_ID] = eg_text_from(eg_test_id(service_id));
    row.field[EG_SERVICE_AREA_EXTENT] = eg_text_from(extent);
    row.field[EG_SERVICE_AREA_EXTENT_TYPE] = EG_TEXT("geojson");
    return row;
}

uint64_t eg_test_store_put(struct eg_store *store, const struct eg_record *puts, uint32_t n)
{
    struct eg_error err = {0};
    struct eg_commit commit = {.change = {.puts = puts, .n_puts = n}};
    uint64_t revision = 0;
    enum eg_status status = eg_store_revision(store, &commit.expected_revision, &err);
    if (status == EG_OK) status = eg_store_commit(store, &commit, &revision, &err);
    if (status != EG_OK) fail_msg("%s: %s", eg_status_name(status), err.message);
    return revision;
}

struct eg_records *eg_test_store_records(struct eg_store *store, uint64_t *revision_out)
{
    struct eg_error err = {0};
    struct eg_records_builder *builder = NULL;
    struct eg_records *records = NULL;
    uint64_t revision = 0;
    assert_int_equal(eg_records_builder_new(&builder, &err), EG_OK);
    enum eg_status status = eg_store_load(store, builder, &revision, &err);
    if (status == EG_OK) status = eg_records_finish(builder, &records, &err);
    eg_records_builder_free(builder);
    if (status != EG_OK) fail_msg("%s: %s", eg_status_name(status), err.message);
    if (revision_out) *revision_out = revision;
    return records;
}

/* --- stores ------------------------------------------------------------------------------------------------------------------------ */

#define SQUARE "{\"type\":\"Polygon\",\"coordinates\":[[[0,50],[1,50],[1,51],[0,51],[0,50]]]}"

struct eg_store *eg_test_store_open(struct eg_text source, bool create)
{
    struct eg_error err = {0};
    struct eg_store *store = NULL;
    if (eg_store_open(source, create, &store, &err) != EG_OK) fail_msg("%s", err.message);
    return store;
}

enum eg_status eg_test_store_load(struct eg_store *store, struct eg_error *err)
{
    struct eg_records_builder *builder = NULL;
    uint64_t revision = 0;
    assert_int_equal(eg_records_builder_new(&builder, err), EG_OK);
    enum eg_status status = eg_store_load(store, builder, &revision, err);
    eg_records_builder_free(builder);
    return status;
}

void eg_test_assert_text(struct eg_text text, const char *expected)
{
    if (!eg_text_equal(text, eg_text_from(expected)))
        fail_msg("'%.*s' instead of '%s'", EG_TEXT_ARG(text), expected);
}

const struct eg_record *eg_test_small_puts(struct eg_test_small *small)
{
    small->organization = eg_test_organization(1, "Harbour Health Alliance");
    small->service = eg_test_service(2, 1, "Walks");
    small->location = eg_test_location(3, "50.9", "-1.4");
    small->area = eg_test_service_area(4, 2, SQUARE);
    small->puts[0] = (struct eg_record){EG_RECORD_ORGANIZATION, small->organization.field};
    small->puts[1] = (struct eg_record){EG_RECORD_SERVICE, small->service.field};
    small->puts[2] = (struct eg_record){EG_RECORD_LOCATION, small->location.field};
    small->puts[3] = (struct eg_record){EG_RECORD_SERVICE_AREA, small->area.field};
    return small->puts;
}

/* A new store with the small records, at revision 1. */
struct eg_store *eg_test_store_small(struct eg_text source)
{
    struct eg_test_small small;
    struct eg_store *store = eg_test_store_open(source, true);
    assert_int_equal(eg_test_store_put(store, eg_test_small_puts(&small), 4), 1);
    return store;
}

enum eg_status eg_test_store_put_service(struct eg_store *store, uint64_t expected_revision, const char *name,
                                         uint64_t *revision_out, struct eg_error *err)
{
    struct eg_test_row row = eg_test_service(2, 1, name);
    struct eg_record put = {EG_RECORD_SERVICE, row.field};
    struct eg_commit commit = {.expected_revision = expected_revision, .change = {.puts = &put, .n_puts = 1}};
    return eg_store_commit(store, &commit, revision_out, err);
}

struct eg_change_entry eg_test_change(uint32_t id, const char *entry_id, enum eg_change_action action)
{
    struct eg_change_entry entry = {.at = EG_TEXT("2026-11-22T09:30:00.123Z"),
                                    .by = EG_TEXT("Ana Núñez"),
                                    .action = action,
                                    .entry_id = eg_text_from(entry_id),
                                    .title = EG_TEXT("Walks"),
                                    .before = EG_TEXT("{\"a\":1}"),
                                    .after = EG_TEXT("{\"a\":2}"),
                                    .reason = EG_TEXT("they moved")};
    (void)snprintf(entry.id, sizeof entry.id, "%s", eg_test_id(id));
    return entry;
}
