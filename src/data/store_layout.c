/* The tables of a store: what they are called, their columns, and what makes them. A missing table or column is made, so a store of an
 * older version grows into this one's, and a column that somebody deleted in QGIS comes back empty.
 *
 * Numbers are columns of doubles, everything else is text. `id` is unique, which also indexes it; the integer primary key `fid` is what
 * GeoPackage and QGIS count rows by, and nothing of ours refers to it. */
#include "data/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cpl_string.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

#include "base/clock.h"
#include "base/memory.h"

/* --- names --------------------------------------------------------------------------------------------------------------------- */

static const struct eg_store_column change_columns[EG_STORE_CHANGE_N] = {
    [EG_STORE_CHANGE_ID] = {.name = "id", .needed = true},
    [EG_STORE_CHANGE_REVISION] = {.name = "revision", .is_number = true},
    [EG_STORE_CHANGE_AT] = {.name = "at"},
    [EG_STORE_CHANGE_BY] = {.name = "by"},
    [EG_STORE_CHANGE_ACTION] = {.name = "action"},
    [EG_STORE_CHANGE_ENTRY_ID] = {.name = "entry_id"},
    [EG_STORE_CHANGE_TITLE] = {.name = "title"},
    [EG_STORE_CHANGE_BEFORE] = {.name = "before"},
    [EG_STORE_CHANGE_AFTER] = {.name = "after"},
    [EG_STORE_CHANGE_SUGGESTION_ID] = {.name = "suggestion_id"},
    [EG_STORE_CHANGE_REASON] = {.name = "reason"},
    [EG_STORE_CHANGE_ROWS] = {.name = "rows"},
    [EG_STORE_CHANGE_BATCH] = {.name = "batch"},
    [EG_STORE_CHANGE_UNFINISHED] = {.name = "unfinished"},
};
static const struct eg_store_column suggestion_columns[EG_STORE_SUGGESTION_N] = {
    [EG_STORE_SUGGESTION_ID] = {.name = "id", .needed = true},
    [EG_STORE_SUGGESTION_STATE] = {.name = "state"},
    [EG_STORE_SUGGESTION_AT] = {.name = "at"},
    [EG_STORE_SUGGESTION_ENTRY_ID] = {.name = "entry_id"},
    [EG_STORE_SUGGESTION_DOCUMENT] = {.name = "document"},
    [EG_STORE_SUGGESTION_BASE] = {.name = "base"},
    [EG_STORE_SUGGESTION_FROM_NAME] = {.name = "from_name"},
    [EG_STORE_SUGGESTION_FROM_CONTACT] = {.name = "from_contact"},
    [EG_STORE_SUGGESTION_NOTE] = {.name = "note"},
    [EG_STORE_SUGGESTION_DECIDED_AT] = {.name = "decided_at"},
    [EG_STORE_SUGGESTION_DECIDED_BY] = {.name = "decided_by"},
    [EG_STORE_SUGGESTION_REASON] = {.name = "reason"},
};

const char *eg_store_layer_name(unsigned layer)
{
    EG_ASSERT(layer < EG_STORE_N_LAYERS);
    if (layer == EG_STORE_CHANGE) return "change";
    if (layer == EG_STORE_SUGGESTION) return "suggestion";
    return eg_record_spec((enum eg_record_table)layer)->name;
}

uint32_t eg_store_n_columns(unsigned layer)
{
    EG_ASSERT(layer < EG_STORE_N_LAYERS);
    if (layer == EG_STORE_CHANGE) return EG_STORE_CHANGE_N;
    if (layer == EG_STORE_SUGGESTION) return EG_STORE_SUGGESTION_N;
    return eg_record_spec((enum eg_record_table)layer)->n_fields;
}

struct eg_store_column eg_store_column(unsigned layer, uint32_t column)
{
    EG_ASSERT(column < eg_store_n_columns(layer));
    if (layer == EG_STORE_CHANGE) return change_columns[column];
    if (layer == EG_STORE_SUGGESTION) return suggestion_columns[column];
    const struct eg_record_field *field = &eg_record_spec((enum eg_record_table)layer)->fields[column];
    return (struct eg_store_column){field->name, field->type == EG_RECORD_NUMBER,
                                    field->type == EG_RECORD_ID};
}

static OGRwkbGeometryType geometry_of(unsigned layer)
{
    if (layer == EG_RECORD_LOCATION) return wkbPoint;
    return layer == EG_RECORD_SERVICE_AREA ? wkbMultiPolygon : wkbNone;
}

/* --- making tables ---------------------------------------------------------------------------------------------------------------- */

static enum eg_status make_column(struct eg_store *store, OGRLayerH layer, struct eg_store_column column,
                                  OGRFieldType type, struct eg_error *err)
{
    OGRFieldDefnH field = OGR_Fld_Create(column.name, type);
    if (column.needed) {
        OGR_Fld_SetUnique(field, TRUE);
        OGR_Fld_SetNullable(field, FALSE);
    }
    OGRErr made = OGR_L_CreateField(layer, field, FALSE);
    OGR_Fld_Destroy(field);
    return made == OGRERR_NONE ? EG_OK : eg_store_refused(store, "adding a column to", err);
}

static enum eg_status make_layer(struct eg_store *store, const char *name, OGRwkbGeometryType type,
                                 void **layer_out, struct eg_error *err)
{
    OGRSpatialReferenceH wgs84 = type == wkbNone ? NULL : OSRNewSpatialReference(NULL);
    if (wgs84 && OSRImportFromEPSG(wgs84, 4326) != OGRERR_NONE) {
        OSRDestroySpatialReference(wgs84);
        return eg_error_set(err, EG_IO, "PROJ does not know EPSG:4326: is its database installed?");
    }
    if (wgs84) OSRSetAxisMappingStrategy(wgs84, OAMS_TRADITIONAL_GIS_ORDER);
    char **options = CSLSetNameValue(NULL, "FID", "fid");
    if (wgs84) options = CSLSetNameValue(options, "GEOMETRY_NAME", "geom");
    OGRLayerH layer = GDALDatasetCreateLayer(store->dataset, name, wgs84, type, options);
    CSLDestroy(options);
    if (wgs84) OSRDestroySpatialReference(wgs84);
    if (!layer) return eg_store_refused(store, "adding a table to", err);
    *layer_out = layer;
    return EG_OK;
}

/* The layer's columns that are there; false when some are missing. */
static bool find_columns(struct eg_store *store, unsigned l)
{
    bool all = true;
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(store->layer[l].ogr);
    for (uint32_t c = 0; c < eg_store_n_columns(l); c++) {
        store->layer[l].column[c] = OGR_FD_GetFieldIndex(definition, eg_store_column(l, c).name);
        all = all && store->layer[l].column[c] >= 0;
    }
    return all;
}

static enum eg_status complete_layer(struct eg_store *store, unsigned l, struct eg_error *err)
{
    struct eg_store_layer *layer = &store->layer[l];
    enum eg_status status = EG_OK;
    if (!layer->ogr) status = make_layer(store, eg_store_layer_name(l), geometry_of(l), &layer->ogr, err);
    if (status != EG_OK) return status;
    (void)find_columns(store, l);
    for (uint32_t c = 0; c < eg_store_n_columns(l) && status == EG_OK; c++) {
        struct eg_store_column column = eg_store_column(l, c);
        if (layer->column[c] < 0)
            status = make_column(store, layer->ogr, column, column.is_number ? OFTReal : OFTString, err);
    }
    (void)find_columns(store, l);
    /* Drivers put making tables off until something is written. */
    if (status == EG_OK && OGR_L_SyncToDisk(layer->ogr) != OGRERR_NONE)
        status = eg_store_refused(store, "adding a table to", err);
    return status;
}

static enum eg_status make_head(struct eg_store *store, struct eg_error *err)
{
    static const struct {
        const char *name;
        OGRFieldType type;
    } columns[] = {{"format", OFTString},
                   {"version", OFTInteger},
                   {"revision", OFTInteger64},
                   {"committing", OFTInteger}};
    void *layer = NULL;
    enum eg_status status = make_layer(store, "store", wkbNone, &layer, err);
    for (size_t c = 0; c < EG_ARRAY_LEN(columns) && status == EG_OK; c++)
        status = make_column(store, layer, (struct eg_store_column){.name = columns[c].name}, columns[c].type,
                             err);
    if (status == EG_OK && OGR_L_SyncToDisk(layer) != OGRERR_NONE)
        status = eg_store_refused(store, "adding a table to", err);
    if (status != EG_OK) return status;
    return eg_store_run(store,
                        "INSERT INTO store (format, version, revision, committing) "
                        "VALUES ('" EG_STORE_FORMAT "', 1, 0, 0)",
                        err);
}

/* --- triggers ------------------------------------------------------------------------------------------------------------------------ */

#define EVENTS 3U

/* SQLite: a trigger for each event of each table, once a row. */
static enum eg_status make_file_triggers(struct eg_store *store, const char *table, struct eg_error *err)
{
    static const char *const events[EVENTS] = {"insert", "update", "delete"};
    enum eg_status status = EG_OK;
    for (unsigned e = 0; e < EVENTS && status == EG_OK; e++) {
        char sql[320];
        (void)snprintf(sql, sizeof sql,
                       "CREATE TRIGGER IF NOT EXISTS \"evenground_%s_%s\" AFTER %s ON \"%s\" "
                       "WHEN (SELECT committing FROM store) = 0 "
                       "BEGIN UPDATE store SET revision = revision + 1; END",
                       table, events[e], events[e], table);
        status = eg_store_run(store, sql, err);
    }
    return status;
}

/* PostgreSQL: one function and a trigger for each table, once a statement, and before it: whoever writes takes the row of `store`
 * first, as we do, so that nobody waits crosswise. The function runs with its maker's rights: who may edit a table may be counted. */
static const char database_function[] =
    "CREATE OR REPLACE FUNCTION evenground_touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
    "SET search_path = pg_catalog, pg_temp AS $$ BEGIN "
    "EXECUTE format('UPDATE %I.store SET revision = revision + 1 WHERE committing = 0', TG_TABLE_SCHEMA); "
    "RETURN NULL; END $$";

static enum eg_status make_database_trigger(struct eg_store *store, const char *table, struct eg_error *err)
{
    char sql[320];
    (void)snprintf(sql, sizeof sql, "DROP TRIGGER IF EXISTS evenground_touch ON \"%s\"", table);
    enum eg_status status = eg_store_run(store, sql, err);
    (void)snprintf(sql, sizeof sql,
                   "CREATE TRIGGER evenground_touch BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON \"%s\" "
                   "FOR EACH STATEMENT EXECUTE FUNCTION evenground_touch()",
                   table);
    return status == EG_OK ? eg_store_run(store, sql, err) : status;
}

static enum eg_status make_triggers(struct eg_store *store, struct eg_error *err)
{
    enum eg_status status = store->is_database ? eg_store_run(store, database_function, err) : EG_OK;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES && status == EG_OK; t++) {
        const char *table = eg_store_layer_name(t);
        status = store->is_database ? make_database_trigger(store, table, err)
                                    : make_file_triggers(store, table, err);
    }
    return status;
}

static enum eg_status has_triggers(struct eg_store *store, bool *has_out, struct eg_error *err)
{
    uint64_t n = 0, wanted = (uint64_t)EG_N_RECORD_TABLES * (store->is_database ? 1 : EVENTS);
    const char *sql =
        store->is_database
            ? "SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
              "WHERE t.tgname = 'evenground_touch' AND c.relnamespace = current_schema()::regnamespace"
            : "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'evenground\\_%' "
              "ESCAPE '\\'";
    enum eg_status status = eg_store_number(store, sql, &n, err);
    *has_out = n >= wanted;
    return status;
}

/* --- the whole ------------------------------------------------------------------------------------------------------------------------- */

static enum eg_status make_all(struct eg_store *store, bool has_head, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (unsigned l = 0; l < EG_STORE_N_LAYERS && status == EG_OK; l++)
        status = complete_layer(store, l, err);
    if (status == EG_OK && !has_head) status = make_head(store, err);
    if (status == EG_OK) status = make_triggers(store, err);
    if (status == EG_OK)
        status = eg_store_run(store, "CREATE INDEX IF NOT EXISTS change_entry ON change (entry_id)", err);
    if (status == EG_OK)
        status = eg_store_run(store, "CREATE INDEX IF NOT EXISTS change_batch ON change (batch, fid)", err);
    if (status == EG_OK)
        status = eg_store_run(store, "CREATE INDEX IF NOT EXISTS change_revision ON change (revision)", err);
    if (status == EG_OK)
        status =
            eg_store_run(store, "CREATE INDEX IF NOT EXISTS suggestion_state ON suggestion (state)", err);
    return status;
}

/* In one transaction. */
static enum eg_status make_missing(struct eg_store *store, bool has_head, struct eg_error *err)
{
    store->caught.n_failures = 0;
    store->began_s = eg_clock_monotonic_s();
    if (GDALDatasetStartTransaction(store->dataset, FALSE) != OGRERR_NONE)
        return eg_store_refused(store, "beginning a transaction in", err);
    enum eg_status status = make_all(store, has_head, err);
    if (status != EG_OK) (void)GDALDatasetRollbackTransaction(store->dataset);
    else if (GDALDatasetCommitTransaction(store->dataset) != OGRERR_NONE)
        status = eg_store_refused(store, "making", err);
    return status;
}

/* What looks like a store may be another program's, or a later version's. */
static enum eg_status check_head(struct eg_store *store, struct eg_error *err)
{
    uint64_t n = 0, version = 0;
    struct eg_text shown = eg_store_shown(store);
    enum eg_status status =
        eg_store_number(store, "SELECT count(*) FROM store WHERE format = '" EG_STORE_FORMAT "'", &n, err);
    if (status != EG_OK || n != 1)
        return eg_error_set(
            err, EG_INVALID,
            "'%.*s' has a table 'store' that is another program's or was edited: it needs one row "
            "whose format is '" EG_STORE_FORMAT "'",
            EG_TEXT_SHOWN(shown, 150));
    status = eg_store_number(store, "SELECT version FROM store", &version, err);
    if (status == EG_OK && version > EG_STORE_VERSION)
        status = eg_error_set(err, EG_INVALID,
                              "the store '%.*s' has version %" PRIu64
                              " of its format; this program knows %u: use a newer one",
                              EG_TEXT_SHOWN(shown, 150), version, EG_STORE_VERSION);
    return status;
}

static enum eg_status no_head(const struct eg_store *store, struct eg_error *err)
{
    struct eg_text shown = eg_store_shown(store);
    if (store->is_database)
        return eg_error_set(err, EG_NOT_FOUND, "the database has no store of a directory (no table 'store')");
    return eg_error_set(err, EG_INVALID,
                        "'%.*s' is a GeoPackage, but no store of a directory (it has no table 'store')",
                        EG_TEXT_SHOWN(shown, 150));
}

static void *layer_named(struct eg_store *store, const char *name)
{
    void *layer = GDALDatasetGetLayerByName(store->dataset, name);
    store->caught = (struct eg_gdal_errors){0}; /* drivers complain of what is not there */
    return layer;
}

enum eg_status eg_store_find_layers(struct eg_store *store, bool may_make, struct eg_error *err)
{
    bool whole = true;
    bool has_head = layer_named(store, "store") != NULL, has_all_triggers = false;
    if (!has_head && !may_make) return no_head(store, err);
    enum eg_status status = has_head ? check_head(store, err) : EG_OK;
    if (status == EG_OK && has_head) status = has_triggers(store, &has_all_triggers, err);
    if (status != EG_OK) return status;
    for (unsigned l = 0; l < EG_STORE_N_LAYERS; l++) {
        store->layer[l].ogr = layer_named(store, eg_store_layer_name(l));
        whole = store->layer[l].ogr && find_columns(store, l) && whole;
        if (store->layer[l].ogr && !has_head)
            return eg_error_set(err, EG_INVALID,
                                "the database has a table '%s' already, which is another program's: give the "
                                "store a schema of its own (active_schema=NAME in PG:...)",
                                eg_store_layer_name(l));
    }
    return has_head && has_all_triggers && whole ? EG_OK : make_missing(store, has_head, err);
}

/* --- a new file ------------------------------------------------------------------------------------------------------------------------ */

static enum eg_status io_error(const char *path, struct eg_error *err)
{
    return eg_error_set(err, EG_IO, "'%s': %s", path, strerror(errno));
}

static enum eg_status make_dataset(const char *path, struct eg_error *err)
{
    struct eg_store draft = {.wait_ms = EG_STORE_WAIT_MS, .began_s = eg_clock_monotonic_s()};
    /* Counts of rows that GDAL keeps beside the tables would be wrong after a crash. */
    char **options = CSLSetNameValue(NULL, "ADD_GPKG_OGR_CONTENTS", "NO");
    draft.source = eg_memory_array(strlen(path) + 1, 1);
    enum eg_status status = draft.source ? EG_OK : eg_error_no_memory(err, strlen(path));
    eg_gdal_catch_begin(&draft.caught);
    if (status == EG_OK) {
        memcpy(draft.source, path, strlen(path) + 1);
        draft.dataset = GDALCreate(GDALGetDriverByName("GPKG"), path, 0, 0, 0, GDT_Unknown, options);
        status = draft.dataset ? make_missing(&draft, false, err) : eg_store_refused(&draft, "making", err);
        draft.caught.n_failures = 0;
        eg_gdal_close(draft.dataset);
    }
    eg_gdal_catch_end();
    CSLDestroy(options);
    free(draft.source);
    return status;
}

static enum eg_status sync_path(const char *path, int flags, struct eg_error *err)
{
    int file = open(path, flags | O_CLOEXEC);
    enum eg_status status = file >= 0 && fsync(file) == 0 ? EG_OK : io_error(path, err);
    if (file >= 0) (void)close(file);
    return status;
}

static enum eg_status sync_folder_of(const char *path, struct eg_error *err)
{
    char *folder = strdup(path);
    if (!folder) return eg_error_no_memory(err, strlen(path));
    char *slash = strrchr(folder, '/');
    if (slash) slash[slash == folder ? 1 : 0] = '\0';
    enum eg_status status = sync_path(slash ? folder : ".", O_RDONLY | O_DIRECTORY, err);
    free(folder);
    return status;
}

/* Links it to its name, which fails where somebody else was quicker: that one's is as good. */
static enum eg_status publish(const char *draft, const char *path, struct eg_error *err)
{
    if (chmod(draft, S_IRUSR | S_IWUSR) != 0) return io_error(draft, err); /* it will hold personal data */
    enum eg_status status = sync_path(draft, O_RDWR, err);
    if (status != EG_OK) return status;
    if (link(draft, path) != 0 && errno != EEXIST) return io_error(path, err);
    return sync_folder_of(path, err);
}

enum eg_status eg_store_make_file(const struct eg_store *store, struct eg_error *err)
{
    size_t size = strlen(store->source) + 32;
    char *draft = eg_memory_array(size, 1);
    if (!draft) return eg_error_no_memory(err, size);
    (void)snprintf(draft, size, "%s.%ld.new.gpkg", store->source, (long)getpid());
    (void)unlink(draft); /* of a process that was killed */
    enum eg_status status = make_dataset(draft, err);
    if (status == EG_OK) status = publish(draft, store->source, err);
    (void)unlink(draft);
    free(draft);
    return status;
}
