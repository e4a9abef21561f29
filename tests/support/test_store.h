/* Stores for tests: a GeoPackage below build/test-tmp/, or, when the environment variable EG_TEST_STORE names a database ("PG:host=...
 * dbname=..."), a schema of its own in it. So the same tests run against both. And the other program: statements that reach the store
 * past src/data/store.h, as an edit in QGIS does. */
#ifndef EG_TESTS_SUPPORT_TEST_STORE_H
#define EG_TESTS_SUPPORT_TEST_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "data/store.h"

/* The source of a store that is not there yet; the text lives until eg_test_store_clear. At most 64 in one program. */
struct eg_text eg_test_store_source(const char *name);
bool eg_test_store_is_database(void);
/* Removes files and schemas. */
void eg_test_store_clear(void);

/* Runs one statement on a connection of its own; the first column of the first row as text in result[size] ("" without rows). False,
 * and GDAL's words in result, when it fails. */
bool eg_test_store_sql(struct eg_text source, const char *sql, char *result, size_t size);
/* The same, failing the running test. */
void eg_test_store_must(struct eg_text source, const char *sql);
uint64_t eg_test_store_number(struct eg_text source, const char *sql);

/* Draws the geometry of the row with this id anew, and nothing else, as somebody does on a map. */
void eg_test_store_draw(struct eg_text source, const char *table, const char *id, const char *wkt);

/* A connection that holds the right to write until it is let go. */
void *eg_test_store_hold(struct eg_text source);
/* A connection that reads and has not finished. */
void *eg_test_store_hold_reading(struct eg_text source);
/* A GeoPackage as QGIS has it open: in WAL, with a layer that it reads. */
void *eg_test_store_hold_as_qgis(struct eg_text source);
void eg_test_store_let_go(void *held);

/* --- small records --------------------------------------------------------------------------------------------------------------- */

struct eg_test_row {
    struct eg_text field[EG_RECORD_FIELDS];
};
/* "00000000-0000-5000-8000-<number>": lives as long as the program. */
const char *eg_test_id(uint32_t number);
struct eg_test_row eg_test_organization(uint32_t id, const char *name);
struct eg_test_row eg_test_service(uint32_t id, uint32_t organization_id, const char *name);
struct eg_test_row eg_test_location(uint32_t id, const char *latitude, const char *longitude);
struct eg_test_row eg_test_service_area(uint32_t id, uint32_t service_id, const char *extent);

/* An organisation, a service of it, a location, a service area. */
struct eg_test_small {
    struct eg_test_row organization, service, location, area;
    struct eg_record puts[4];
};
const struct eg_record *eg_test_small_puts(struct eg_test_small *small);

/* --- stores ------------------------------------------------------------------------------------------------------------------------ */

struct eg_store *eg_test_store_open(struct eg_text source, bool create);
/* A new store with the small records, at revision 1. */
struct eg_store *eg_test_store_small(struct eg_text source);
/* Loads and forgets. */
enum eg_status eg_test_store_load(struct eg_store *store, struct eg_error *err);
/* Gives the small service another name. */
enum eg_status eg_test_store_put_service(struct eg_store *store, uint64_t expected_revision, const char *name,
                                         uint64_t *revision_out, struct eg_error *err);
void eg_test_assert_text(struct eg_text text, const char *expected);
/* A line of the history, of the service with this id ("": of none). */
struct eg_change_entry eg_test_change(uint32_t id, const char *entry_id, enum eg_change_action action);

/* Commits puts[n] at the revision that the store has now; the new one. */
uint64_t eg_test_store_put(struct eg_store *store, const struct eg_record *puts, uint32_t n);
/* What the store holds now, checked whole. */
struct eg_records *eg_test_store_records(struct eg_store *store, uint64_t *revision_out);

#endif
