/* A store is an open dataset of OGR and the transactions in it. What differs between GeoPackage (SQLite) and PostGIS stands here and in
 * store_layout.c, in statements of either; all rows go through OGR.
 *
 * Durability of a GeoPackage: a rollback journal (journal_mode DELETE) with synchronous EXTRA. FULL writes the journal and the file to
 * the disk before the journal is deleted, which is the moment of the commit; EXTRA writes the deletion itself to the disk, without
 * which a loss of power soon after might bring the journal back and undo what was acknowledged. A journal that a killed process left is
 * played back by SQLite when the file is next opened. WAL would let readers read while one writes, but then the file alone is not the
 * whole store, and people copy files. QGIS switches files that it has open to WAL; commits are as durable there, and the file is
 * switched back when it is next opened without anybody else. PostgreSQL is told synchronous_commit = on.
 *
 * A write begins with an UPDATE of the only row of `store`: it takes the right to write (SQLite's file lock, PostgreSQL's row lock)
 * before anything is read, so the revision that is compared next cannot change any more. `committing` is 1 in that row while a commit
 * of ours goes on; nobody else ever sees it, and the triggers that count what others write leave ours alone by it. */
#include "data/store_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cpl_string.h>
#include <gdal.h>
#include <ogr_api.h>

#include "base/clock.h"
#include "base/memory.h"

/* --- words ------------------------------------------------------------------------------------------------------------------- */

struct eg_text eg_store_shown(const struct eg_store *store)
{
    return eg_gdal_shown(eg_text_from(store->source));
}

static bool says(const struct eg_store *store, const char *words)
{
    return strcasestr(store->caught.message, words) != NULL;
}

/* Messages of libraries have line breaks. */
static void in_one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ') *text = ' ';
}

enum eg_status eg_store_refused(struct eg_store *store, const char *doing, struct eg_error *err)
{
    struct eg_text shown = eg_store_shown(store);
    /* A database may speak any language, so having waited for as long as we wait says more than its words. */
    bool waited = eg_clock_monotonic_s() - store->began_s >= store->wait_ms / 1000.0 && store->wait_ms > 0;
    in_one_line(store->caught.message);
    if (waited || says(store, "is locked") || says(store, "lock timeout") || says(store, "deadlock"))
        return eg_error_set(err, EG_BUSY,
                            "the store '%.*s' is being written by another program; try again when that "
                            "has finished (in QGIS: save or cancel the edits)",
                            EG_TEXT_SHOWN(shown, 200));
    return eg_error_set(err, EG_IO, "%s the store '%.*s' failed: %s", doing, EG_TEXT_SHOWN(shown, 150),
                        store->caught.message[0] ? store->caught.message : "no reason was given");
}

enum eg_status eg_store_at_row(const struct eg_store *store, unsigned layer, int64_t fid,
                               struct eg_error *err)
{
    if (!err) return EG_INVALID;
    char field[sizeof err->field], message[sizeof err->message];
    (void)snprintf(field, sizeof field, "%s", err->field);
    (void)snprintf(message, sizeof message, "%s", err->message);
    struct eg_text shown = eg_store_shown(store);
    enum eg_status status = eg_error_set(err, err->status, "%.*s, table %s, row %" PRId64 ": %s",
                                         EG_TEXT_SHOWN(shown, 150), eg_store_layer_name(layer), fid, message);
    (void)eg_error_field(err, field);
    return status;
}

/* --- statements ---------------------------------------------------------------------------------------------------------------- */

enum eg_status eg_store_run(struct eg_store *store, const char *sql, struct eg_error *err)
{
    store->caught.n_failures = 0;
    store->began_s = eg_clock_monotonic_s();
    OGRLayerH result = GDALDatasetExecuteSQL(store->dataset, sql, NULL, NULL);
    if (result) GDALDatasetReleaseResultSet(store->dataset, result);
    return store->caught.n_failures == 0 ? EG_OK : eg_store_refused(store, "writing to", err);
}

enum eg_status eg_store_number(struct eg_store *store, const char *sql, uint64_t *number_out,
                               struct eg_error *err)
{
    uint64_t number = 0;
    store->caught.n_failures = 0;
    store->began_s = eg_clock_monotonic_s();
    OGRLayerH result = GDALDatasetExecuteSQL(store->dataset, sql, NULL, NULL);
    OGRFeatureH feature = result ? OGR_L_GetNextFeature(result) : NULL;
    if (feature && OGR_F_GetFieldCount(feature) > 0) number = (uint64_t)OGR_F_GetFieldAsInteger64(feature, 0);
    if (feature) OGR_F_Destroy(feature);
    if (result) GDALDatasetReleaseResultSet(store->dataset, result);
    if (store->caught.n_failures > 0) return eg_store_refused(store, "reading", err);
    *number_out = number;
    return EG_OK;
}

/* --- opening ------------------------------------------------------------------------------------------------------------------- */

static void shut(struct eg_store *store)
{
    eg_gdal_close(store->dataset);
    store->dataset = NULL;
    store->is_used_up = false;
    store->has_turn = false;
}

static enum eg_status set_file_up(struct eg_store *store, struct eg_error *err)
{
    char sql[64];
    uint64_t synchronous = 0;
    /* Who else has the file open in WAL keeps it there: that is no fault. */
    enum eg_status status = eg_store_run(store, "PRAGMA busy_timeout = 0", err);
    if (status == EG_OK) status = eg_store_run(store, "PRAGMA journal_mode = DELETE", err);
    if (status == EG_OK || status == EG_BUSY) status = eg_store_run(store, "PRAGMA synchronous = EXTRA", err);
    if (status == EG_OK) status = eg_store_run(store, "PRAGMA secure_delete = ON", err);
    if (status == EG_OK) status = eg_store_run(store, "PRAGMA cache_size = -65536", err);
    (void)snprintf(sql, sizeof sql, "PRAGMA busy_timeout = %" PRIu32, store->wait_ms);
    if (status == EG_OK) status = eg_store_run(store, sql, err);
    if (status == EG_OK) status = eg_store_number(store, "PRAGMA synchronous", &synchronous, err);
    if (status == EG_OK && synchronous != 3)
        status = eg_error_set(err, EG_UNSUPPORTED, "SQLite does not know synchronous = EXTRA");
    return status;
}

static enum eg_status set_database_up(struct eg_store *store, struct eg_error *err)
{
    char sql[64];
    (void)snprintf(sql, sizeof sql, "SET lock_timeout = %" PRIu32, store->wait_ms > 0 ? store->wait_ms : 1);
    enum eg_status status = eg_store_run(store, sql, err);
    if (status == EG_OK) status = eg_store_run(store, "SET synchronous_commit = on", err);
    return status;
}

static enum eg_status set_up(struct eg_store *store, struct eg_error *err)
{
    return store->is_database ? set_database_up(store, err) : set_file_up(store, err);
}

static enum eg_status stat_file(const struct eg_store *store, struct stat *about, struct eg_error *err)
{
    if (stat(store->source, about) == 0) return EG_OK;
    if (errno == ENOENT || errno == ENOTDIR)
        return eg_error_set(err, EG_NOT_FOUND, "there is no store '%s'", store->source);
    return eg_error_set(err, EG_IO, "'%s': %s", store->source, strerror(errno));
}

static enum eg_status refused_to_open(struct eg_store *store, struct eg_error *err)
{
    struct eg_text shown = eg_store_shown(store);
    in_one_line(store->caught.message);
    if (says(store, "is locked")) return eg_store_refused(store, "opening", err);
    if (store->is_database)
        return eg_error_set(err, EG_IO, "the database of the store cannot be reached: %s",
                            store->caught.message);
    return eg_error_set(err, EG_INVALID, "'%.*s' cannot be opened as a GeoPackage for writing: %s",
                        EG_TEXT_SHOWN(shown, 150),
                        store->caught.message[0] ? store->caught.message : "its format is another one");
}

static enum eg_status open_raw(struct eg_store *store, struct eg_error *err)
{
    static const char *const drivers[] = {"GPKG", "PostgreSQL", NULL};
    struct stat about = {0};
    enum eg_status status = store->is_database ? EG_OK : stat_file(store, &about, err);
    if (status != EG_OK) return status;
    store->caught = (struct eg_gdal_errors){0};
    store->began_s = eg_clock_monotonic_s();
    store->dataset = GDALOpenEx(store->source, GDAL_OF_VECTOR | GDAL_OF_UPDATE | GDAL_OF_VERBOSE_ERROR,
                                drivers, NULL, NULL);
    if (!store->dataset) return refused_to_open(store, err);
    store->device = (uint64_t)about.st_dev;
    store->inode = (uint64_t)about.st_ino;
    status = set_up(store, err);
    if (status != EG_OK) shut(store);
    return status;
}

/* Who makes tables in a database does it alone: the lock, whose number is any, lasts until it is let go or the connection ends. */
#define MAKING "25959"

static enum eg_status need_postgis(struct eg_store *store, struct eg_error *err)
{
    uint64_t nothing, n = 0;
    enum eg_status status = eg_store_number(store, "SELECT pg_advisory_lock(" MAKING ")", &nothing, err);
    if (status == EG_OK)
        status =
            eg_store_number(store, "SELECT count(*) FROM pg_extension WHERE extname = 'postgis'", &n, err);
    if (status != EG_OK || n > 0) return status;
    if (eg_store_run(store, "CREATE EXTENSION postgis SCHEMA public", NULL) != EG_OK)
        return eg_error_set(err, EG_UNSUPPORTED,
                            "the database of the store has no PostGIS: let its administrator run "
                            "CREATE EXTENSION postgis in it");
    shut(store); /* OGR looks for PostGIS when it opens a database */
    status = open_raw(store, err);
    return status == EG_OK ? eg_store_number(store, "SELECT pg_advisory_lock(" MAKING ")", &nothing, err)
                           : status;
}

static enum eg_status open_dataset(struct eg_store *store, bool may_make, struct eg_error *err)
{
    uint64_t nothing;
    bool alone = may_make && store->is_database;
    enum eg_status status = open_raw(store, err);
    if (status == EG_OK && alone) status = need_postgis(store, err);
    if (status == EG_OK) status = eg_store_find_layers(store, may_make, err);
    if (status == EG_OK && alone)
        status = eg_store_number(store, "SELECT pg_advisory_unlock(" MAKING ")", &nothing, err);
    if (status != EG_OK) shut(store);
    return status;
}

/* Whether the file at the path is not the one that is open. */
static bool is_stale(const struct eg_store *store)
{
    struct stat about;
    if (store->is_database) return false;
    return stat(store->source, &about) != 0 || (uint64_t)about.st_dev != store->device ||
           (uint64_t)about.st_ino != store->inode;
}

/* --- transactions -------------------------------------------------------------------------------------------------------------- */

static enum eg_status start(struct eg_store *store, enum eg_store_access access, struct eg_error *err)
{
    store->caught.n_failures = 0;
    store->began_s = eg_clock_monotonic_s();
    if (GDALDatasetStartTransaction(store->dataset, FALSE) != OGRERR_NONE)
        return eg_store_refused(store, "beginning a transaction in", err);
    if (access == EG_STORE_READ && store->is_database)
        return eg_store_run(store, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", err);
    if (access == EG_STORE_WRITE) return eg_store_run(store, "UPDATE store SET committing = 1", err);
    return EG_OK;
}

/* After a failure the connection may be broken, or OGR may remember what was undone: a fresh one is cheap. */
static void undo(struct eg_store *store, enum eg_store_access access)
{
    if (access != EG_STORE_LOOK) (void)GDALDatasetRollbackTransaction(store->dataset);
    shut(store);
}

enum eg_status eg_store_begin(struct eg_store *store, enum eg_store_access access, struct eg_error *err)
{
    (void)pthread_mutex_lock(&store->lock);
    eg_gdal_catch_begin(&store->caught);
    if (store->dataset && is_stale(store)) shut(store);
    bool was_open = store->dataset != NULL;
    enum eg_status status = was_open ? EG_OK : open_dataset(store, false, err);
    if (status == EG_NOT_FOUND)
        status = eg_error_set(err, EG_IO, "there is no store '%s' any more", store->source);
    if (status != EG_OK || access == EG_STORE_LOOK) return status;
    status = start(store, access, err);
    if (status != EG_IO || !was_open || !store->is_database) return status;
    /* A connection may have ended while nobody used it. Nothing has been done yet: a new one is as good. */
    undo(store, access);
    status = open_dataset(store, false, err);
    return status == EG_OK ? start(store, access, err) : status;
}

static enum eg_status finish(struct eg_store *store, enum eg_store_access access, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    if (access == EG_STORE_WRITE) status = eg_store_run(store, "UPDATE store SET committing = 0", err);
    if (status != EG_OK) return status;
    store->caught.n_failures = 0;
    store->began_s = eg_clock_monotonic_s();
    if (GDALDatasetCommitTransaction(store->dataset) != OGRERR_NONE || store->caught.n_failures > 0)
        return eg_store_refused(store, "committing to", err);
    return EG_OK;
}

enum eg_status eg_store_end(struct eg_store *store, enum eg_store_access access, enum eg_status status,
                            struct eg_error *err)
{
    if (status == EG_OK && access != EG_STORE_LOOK) status = finish(store, access, err);
    if (status != EG_OK && store->dataset) undo(store, access);
    if (store->is_used_up) shut(store);
    eg_gdal_catch_end();
    (void)pthread_mutex_unlock(&store->lock);
    return status;
}

/* --- turns --------------------------------------------------------------------------------------------------------------------- */

/* A lock of PostgreSQL that stands for nothing but this store. DO, unlike SELECT, is one message to the server and one back. */
#define TURN(verb) "DO $$ BEGIN PERFORM pg_advisory_" verb "(25960, 'store'::regclass::oid::integer); END $$"

bool eg_store_is_shared(const struct eg_store *store)
{
    return store->is_database;
}

static enum eg_status take_turn(struct eg_store *store, struct eg_error *err)
{
    enum eg_status status = eg_store_begin(store, EG_STORE_LOOK, err);
    if (status == EG_OK && !store->has_turn) status = eg_store_run(store, TURN("lock"), err);
    if (status == EG_OK) store->has_turn = true;
    return eg_store_end(store, EG_STORE_LOOK, status, err);
}

enum eg_status eg_store_take_turn(struct eg_store *store, struct eg_error *err)
{
    if (!store->is_database) return EG_OK;
    enum eg_status status = take_turn(store, err);
    return status == EG_IO ? take_turn(store, err)
                           : status; /* the connection may have ended while nobody used it */
}

void eg_store_end_turn(struct eg_store *store)
{
    if (!store->is_database) return;
    enum eg_status status = EG_OK;
    (void)pthread_mutex_lock(&store->lock);
    eg_gdal_catch_begin(&store->caught);
    if (store->dataset && store->has_turn) status = eg_store_run(store, TURN("unlock"), NULL);
    if (status != EG_OK) shut(store); /* which ends it as well */
    store->has_turn = false;
    eg_gdal_catch_end();
    (void)pthread_mutex_unlock(&store->lock);
}

/* --- the public functions -------------------------------------------------------------------------------------------------------- */

static enum eg_status check_source(struct eg_text source, bool *is_database_out, struct eg_error *err)
{
    enum eg_status status = eg_gdal_check_source(source, true, err);
    if (status != EG_OK) return status;
    *is_database_out = eg_text_starts_with(source, EG_TEXT("PG:"));
    bool is_file = source.len > 5 && strncasecmp(source.data + source.len - 5, ".gpkg", 5) == 0 &&
                   !eg_text_starts_with(source, EG_TEXT("/vsi"));
    if (*is_database_out || is_file) return EG_OK;
    return eg_error_set(err, EG_INVALID,
                        "'%.*s' is no store: it is kept in a file whose name ends in .gpkg, or in PG:...",
                        EG_TEXT_SHOWN(source, 200));
}

static enum eg_status open_first(struct eg_store *store, bool create, struct eg_error *err)
{
    struct stat about;
    enum eg_status status = store->is_database ? EG_OK : stat_file(store, &about, err);
    if (status == EG_NOT_FOUND && create) status = eg_store_make_file(store, err);
    eg_gdal_catch_begin(&store->caught);
    if (status == EG_OK) status = open_dataset(store, create && store->is_database, err);
    eg_gdal_catch_end();
    return status;
}

bool eg_store_can_be(struct eg_text source)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%.*s", EG_TEXT_ARG(source));
    if (eg_text_starts_with(source, EG_TEXT("PG:")) || n < 0 || (size_t)n >= sizeof path) return true;
    if (access(path, F_OK) == 0 || errno != ENOENT) return true;
    char *slash = strrchr(path, '/');
    if (slash) slash[slash == path] = '\0';
    return access(slash ? path : ".", W_OK) == 0 || errno == ENOENT;
}

enum eg_status eg_store_open(struct eg_text source, bool create, struct eg_store **store_out,
                             struct eg_error *err)
{
    bool is_database = false;
    eg_gdal_setup();
    enum eg_status status = check_source(source, &is_database, err);
    if (status != EG_OK) return status;
    struct eg_store *store = eg_memory_zeroed(1, sizeof *store);
    if (!store) return eg_error_no_memory(err, sizeof *store);
    (void)pthread_mutex_init(&store->lock, NULL);
    store->is_database = is_database;
    store->wait_ms = EG_STORE_WAIT_MS;
    store->source = eg_memory_array(source.len + 1, 1);
    if (store->source) {
        (void)snprintf(store->source, source.len + 1, "%.*s", EG_TEXT_ARG(source));
        status = open_first(store, create, err);
    } else {
        status = eg_error_no_memory(err, source.len + 1);
    }
    if (status == EG_OK) *store_out = store;
    else eg_store_close(store);
    return status;
}

void eg_store_close(struct eg_store *store)
{
    if (!store) return;
    eg_gdal_close(store->dataset);
    (void)pthread_mutex_destroy(&store->lock);
    free(store->source);
    free(store);
}

void eg_store_set_wait(struct eg_store *store, uint32_t wait_ms)
{
    (void)pthread_mutex_lock(&store->lock);
    eg_gdal_catch_begin(&store->caught);
    store->wait_ms = wait_ms;
    if (store->dataset && set_up(store, NULL) != EG_OK) shut(store);
    eg_gdal_catch_end();
    (void)pthread_mutex_unlock(&store->lock);
}

static enum eg_status read_revision(struct eg_store *store, uint64_t *revision_out, struct eg_error *err)
{
    return eg_store_number(store, "SELECT revision FROM store", revision_out, err);
}

enum eg_status eg_store_revision(struct eg_store *store, uint64_t *revision_out, struct eg_error *err)
{
    uint64_t revision = 0;
    enum eg_status status = eg_store_begin(store, EG_STORE_LOOK, err);
    if (status == EG_OK) status = read_revision(store, &revision, err);
    status = eg_store_end(store, EG_STORE_LOOK, status, err);
    if (status == EG_OK) *revision_out = revision;
    return status;
}

enum eg_status eg_store_load(struct eg_store *store, struct eg_records_builder *builder,
                             uint64_t *revision_out, struct eg_error *err)
{
    uint64_t revision = 0;
    enum eg_status status = eg_store_begin(store, EG_STORE_READ, err);
    if (status == EG_OK) status = read_revision(store, &revision, err);
    if (status == EG_OK) status = eg_store_read_records(store, builder, err);
    status = eg_store_end(store, EG_STORE_READ, status, err);
    if (status == EG_OK) *revision_out = revision;
    return status;
}

static enum eg_status write_commit(struct eg_store *store, const struct eg_commit *commit,
                                   uint64_t *revision_out, struct eg_error *err)
{
    char sql[80];
    uint64_t revision = 0;
    enum eg_status status = read_revision(store, &revision, err);
    if (status == EG_OK && revision != commit->expected_revision)
        status = eg_error_set(err, EG_CONFLICT,
                              "somebody else changed the directory meanwhile (revision %" PRIu64
                              " became %" PRIu64 "); look at it again",
                              commit->expected_revision, revision);
    *revision_out = revision + 1;
    if (status == EG_OK && commit->decision) status = eg_store_write_decision(store, commit->decision, err);
    if (status == EG_OK) status = eg_store_write_records(store, &commit->change, err);
    if (status == EG_OK) status = eg_store_write_history(store, commit, revision + 1, err);
    if (status == EG_OK) status = eg_store_write_finished(store, commit->finished, err);
    (void)snprintf(sql, sizeof sql, "UPDATE store SET revision = %" PRIu64, revision + 1);
    return status == EG_OK ? eg_store_run(store, sql, err) : status;
}

enum eg_status eg_store_commit(struct eg_store *store, const struct eg_commit *commit, uint64_t *revision_out,
                               struct eg_error *err)
{
    uint64_t revision = 0;
    enum eg_status status = eg_store_begin(store, EG_STORE_WRITE, err);
    if (status == EG_OK) status = write_commit(store, commit, &revision, err);
    status = eg_store_end(store, EG_STORE_WRITE, status, err);
    if (status == EG_OK) *revision_out = revision;
    return status;
}
