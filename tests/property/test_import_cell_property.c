/* Somebody exports a directory as CSV, changes one cell in a spreadsheet, and imports the table again: the cell is what it was changed to,
 * every other cell is as it was, and nothing is gone that rows have no room for. The entries have several of everything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/csv.h"
#include "data/csv_rows.h"
#include "data/directory_records.h"
#include "data/entry_flat.h"
#include "data/entry_records.h"
#include "support/test_records.h"

enum { ROUNDS = 250, RICH = 3, CELLS = 40, ROWS = 40, PUTS = 400 };

static const struct eg_atlas_boundaries boundaries[] = {{.id = {"town", 4}}, {.id = {"ward", 4}}};
static struct eg_atlas_directory directories[] = {{.id = {"register", 8}}};
static const struct eg_atlas atlas = {
    .boundaries = boundaries, .n_boundaries = 2, .directories = directories, .n_directories = 1};

/* --- entries that have several of everything ------------------------------------------------------------------------------------------ */

static struct eg_text pick(struct eg_test_random *random, const char *const *texts, uint32_t n)
{
    return eg_text_from(texts[eg_test_random_below(random, n)]);
}
#define PICK(random, ...)                                                                                    \
    pick(random, (const char *const[]){__VA_ARGS__},                                                         \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

#define POLYGON                                                                                              \
    "{\"type\":\"Polygon\",\"coordinates\":[[[0.1,50.123456789],[1,50],[1,51],[0.1,51],[0.1,50.123456789]]]" \
    "}"

static void enrich_schedule(struct eg_test_random *random, struct eg_text *field)
{
    if (eg_test_random_below(random, 3) == 0) { /* from when to when; of several in words, none would go */
        field[EG_SCHEDULE_DESCRIPTION] = field[EG_SCHEDULE_FREQ] = EG_TEXT("");
        return;
    }
    for (uint32_t f = EG_SCHEDULE_VALID_FROM; f <= EG_SCHEDULE_CLOSES_AT; f++) field[f] = EG_TEXT("");
    field[EG_SCHEDULE_FREQ] = EG_TEXT("WEEKLY");
    field[EG_SCHEDULE_BYDAY] = PICK(random, "MO", "TU,WE", "FR");
    field[EG_SCHEDULE_OPENS_AT] = EG_TEXT("09:00");
    field[EG_SCHEDULE_CLOSES_AT] = PICK(random, "12:00", "17:00");
}

static void enrich(struct eg_test_random *random, enum eg_record_table table, struct eg_text service,
                   struct eg_text *field)
{
    /* A row of two is nobody's alone: what is edited for one would be edited for the other. */
    if (table == EG_RECORD_PHONE && field[EG_PHONE_LOCATION_ID].len > 0)
        field[EG_PHONE_ORGANIZATION_ID] = field[EG_PHONE_SERVICE_AT_LOCATION_ID] = EG_TEXT("");
    if (table == EG_RECORD_SCHEDULE && field[EG_SCHEDULE_LOCATION_ID].len > 0)
        field[EG_SCHEDULE_SERVICE_AT_LOCATION_ID] = EG_TEXT("");
    if (table == EG_RECORD_PHONE) {
        bool is_own = eg_test_random_below(random, 4) > 0;
        field[EG_PHONE_SERVICE_ID] = is_own ? service : EG_TEXT("");
        if (is_own)
            field[EG_PHONE_LOCATION_ID] = field[EG_PHONE_ORGANIZATION_ID] =
                field[EG_PHONE_SERVICE_AT_LOCATION_ID] = EG_TEXT("");
    }
    if (table == EG_RECORD_FUNDING) field[EG_FUNDING_SERVICE_ID] = service;
    if (table == EG_RECORD_CONTACT) field[EG_CONTACT_SERVICE_ID] = service;
    if (table == EG_RECORD_SERVICE_AT_LOCATION) field[EG_SERVICE_AT_LOCATION_SERVICE_ID] = service;
    if (table == EG_RECORD_LANGUAGE) {
        field[EG_LANGUAGE_SERVICE_ID] = service;
        field[EG_LANGUAGE_NAME] = PICK(random, "", "Welsh", "English", "Polish");
        field[EG_LANGUAGE_CODE] = PICK(random, "cy", "en");
    } else if (table == EG_RECORD_ACCESSIBILITY) {
        field[EG_ACCESSIBILITY_DESCRIPTION] = PICK(random, "", "Ramp", "Lift");
        field[EG_ACCESSIBILITY_DETAILS] = PICK(random, "", "Loop");
    } else if (table == EG_RECORD_TAXONOMY_TERM) {
        field[EG_TAXONOMY_TERM_NAME] = PICK(random, "Food", "Housing", "Youth", "Walks");
    } else if (table == EG_RECORD_SERVICE_AREA) {
        field[EG_SERVICE_AREA_SERVICE_ID] = service;
        field[EG_SERVICE_AREA_BOUNDARIES] = PICK(random, "town", "ward", "ward");
        field[EG_SERVICE_AREA_AREA_CODES] = PICK(random, "", "W1;W2", "W2; W3", "W4");
        bool has_polygon = eg_test_random_below(random, 4) == 0;
        field[EG_SERVICE_AREA_EXTENT] = has_polygon ? EG_TEXT(POLYGON) : EG_TEXT("");
        field[EG_SERVICE_AREA_EXTENT_TYPE] = has_polygon ? EG_TEXT("geojson") : EG_TEXT("");
    } else if (table == EG_RECORD_SCHEDULE) {
        field[EG_SCHEDULE_SERVICE_ID] = eg_test_random_below(random, 4) ? service : EG_TEXT("");
        if (field[EG_SCHEDULE_SERVICE_ID].len > 0)
            field[EG_SCHEDULE_SERVICE_AT_LOCATION_ID] = field[EG_SCHEDULE_LOCATION_ID] = EG_TEXT("");
        enrich_schedule(random, field);
    } else if (table == EG_RECORD_ATTRIBUTE) {
        field[EG_ATTRIBUTE_LINK_ID] = service;
        field[EG_ATTRIBUTE_LINK_ENTITY] = EG_TEXT("service");
    } else if (table == EG_RECORD_METADATA) { /* what others refer to stays, also in lists */
        field[EG_METADATA_RESOURCE_ID] = service;
        field[EG_METADATA_RESOURCE_TYPE] = EG_TEXT("service");
    } else if (table == EG_RECORD_LOCATION) {
        field[EG_LOCATION_LATITUDE] = PICK(random, "51.5363870954125", "52");
        field[EG_LOCATION_LONGITUDE] = PICK(random, "-1.50", "0.1234567891");
    }
}

static struct eg_records *rich_directory(struct eg_test_random *random)
{
    struct eg_records *records = eg_test_records_random(random, 12), *rich = NULL;
    static struct eg_text texts[PUTS][EG_RECORD_FIELDS];
    static struct eg_record puts[PUTS];
    uint32_t n = 0, n_services = eg_records_count(records, EG_RECORD_SERVICE);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        for (uint32_t i = 0; i < eg_records_count(records, (enum eg_record_table)t); i++, n++) {
            const struct eg_record *row = eg_records_at(records, (enum eg_record_table)t, i);
            uint32_t one = eg_test_random_below(random, n_services < RICH ? n_services : RICH);
            memcpy(texts[n], row->field, eg_record_spec(row->table)->n_fields * sizeof texts[n][0]);
            if (row->table == EG_RECORD_SERVICE && row->field[EG_SERVICE_ORGANIZATION_ID].len == 0)
                texts[n][EG_SERVICE_ORGANIZATION_ID] =
                    eg_records_at(records, EG_RECORD_ORGANIZATION, 0)->field[0];
            enrich(random, row->table, eg_records_at(records, EG_RECORD_SERVICE, one)->field[0], texts[n]);
            puts[n] = (struct eg_record){row->table, texts[n]};
        }
    struct eg_records_change change = {puts, n, NULL, 0};
    struct eg_error err;
    if (eg_records_apply(records, &change, &rich, &err) != EG_OK) fail_msg("%s", err.message);
    eg_records_release(records);
    return rich;
}

/* --- tables ---------------------------------------------------------------------------------------------------------------------------- */

struct table {
    struct eg_arena *arena;
    uint32_t n, n_columns;
    struct eg_text cell[ROWS][CELLS]; /* the first row is the header */
};

static enum eg_status take_row(void *context, const struct eg_csv_row *row, struct eg_error *err)
{
    struct table *table = context;
    (void)err;
    assert_true(table->n < ROWS && row->n <= CELLS);
    table->n_columns = row->n;
    for (uint32_t i = 0; i < row->n; i++) table->cell[table->n][i] = eg_text_copy(table->arena, row->cell[i]);
    table->n++;
    return EG_OK;
}

static void export_table(const struct eg_records *records, struct eg_buffer *out, struct table *table)
{
    struct eg_entry_source source = {&atlas, 0, records, table->arena};
    eg_buffer_init(out, 0);
    eg_flat_head(EG_FLAT_CSV, out);
    for (uint32_t i = 0; i < eg_records_count(records, EG_RECORD_SERVICE); i++) {
        struct eg_entry entry;
        const struct eg_record *service = eg_records_at(records, EG_RECORD_SERVICE, i);
        assert_int_equal(eg_entry_from_records(&source, service, &entry, NULL), EG_OK);
        assert_int_equal(eg_flat_write(EG_FLAT_CSV, &atlas, &entry, i, out, NULL), EG_OK);
    }
    table->n = 0;
    assert_int_equal(eg_csv_read((struct eg_text){out->data, out->len}, ',', take_row, table, NULL), EG_OK);
}

static uint32_t column_named(const struct table *table, const char *name)
{
    uint32_t c = 0;
    while (c < table->n_columns && !eg_text_equal(table->cell[0][c], eg_text_from(name))) c++;
    assert_true(c < table->n_columns);
    return c;
}

static void write_table(const struct table *table, struct eg_buffer *out)
{
    out->len = 0;
    for (uint32_t r = 0; r < table->n; r++) {
        for (uint32_t c = 0; c < table->n_columns; c++) eg_csv_cell(out, table->cell[r][c], c == 0);
        eg_csv_end_row(out);
    }
}

/* --- an import ------------------------------------------------------------------------------------------------------------------------- */

/* Cells, and the tables of which rows may change; those of `lists` may lose some. */
#define OF(table) (1U << EG_RECORD_##table)
static const struct edit {
    const char *column, *text;
    uint32_t tables, lists;
} edits[] = {
    {"description", "New, and\nlonger", OF(SERVICE) | OF(ORGANIZATION), 0},
    {"url", "https://new.example/", OF(SERVICE), 0},
    {"email", "new@x.example", OF(SERVICE), 0},
    {"last_reviewed", "2025-05-06", OF(SERVICE), 0},
    {"programme", "A new one", OF(SERVICE) | OF(PROGRAM), 0},
    {"phone", "01632 960 001", OF(PHONE), 0},
    {"funder", "Another Fund", OF(FUNDING), 0},
    {"amount", "42", OF(FUNDING), 0},
    {"hours", "Sa 10:00-12:00", OF(SCHEDULE), OF(SCHEDULE)},
    {"hours", "Mo 09:00-13:00; Fr 09:00-17:00", OF(SCHEDULE), OF(SCHEDULE)},
    {"languages", "Welsh;Urdu", OF(LANGUAGE), OF(LANGUAGE)},
    {"topics", "Food;A new one", OF(ATTRIBUTE) | OF(TAXONOMY_TERM) | OF(TAXONOMY), OF(ATTRIBUTE)},
    {"address", "1 New Street", OF(LOCATION) | OF(ADDRESS) | OF(SERVICE_AT_LOCATION) | OF(ACCESSIBILITY), 0},
    {"postcode", "ZZ1 1ZZ", OF(LOCATION) | OF(ADDRESS) | OF(SERVICE_AT_LOCATION) | OF(ACCESSIBILITY), 0},
    {"latitude", "53.0000000", OF(LOCATION) | OF(ADDRESS) | OF(SERVICE_AT_LOCATION) | OF(ACCESSIBILITY), 0},
    {"accessibility", "Ramp;Bell", OF(LOCATION) | OF(ADDRESS) | OF(SERVICE_AT_LOCATION) | OF(ACCESSIBILITY),
     OF(ACCESSIBILITY)},
    {"serves", "W2;W9", OF(SERVICE_AREA), OF(SERVICE_AREA)},
};
/* Of a place that others share, a copy is made with what hangs on it. */
#define COPIED (OF(PHONE) | OF(SCHEDULE))

static bool is_one_of(struct eg_text piece, struct eg_text list)
{
    for (struct eg_text rest = list, other; rest.data;) {
        rest = eg_text_cut(rest, ';', &other);
        if (eg_text_equal(eg_text_trim(other), eg_text_trim(piece))) return true;
    }
    return false;
}

/* Lists have no order, and an item is in them once or more often. */
static bool is_within(struct eg_text a, struct eg_text b)
{
    struct eg_text piece;
    while (a.data) {
        a = eg_text_cut(a, ';', &piece);
        if (!is_one_of(piece, b)) return false;
    }
    return true;
}

static bool is_same_cell(struct eg_text a, struct eg_text b)
{
    return is_within(a, b) && is_within(b, a);
}

static void check_cells(const struct table *wanted, const struct table *is, const char *of)
{
    assert_int_equal(wanted->n, is->n);
    for (uint32_t r = 0; r < wanted->n; r++)
        for (uint32_t c = 0; c < wanted->n_columns; c++)
            /* Hours have the dates, too, between which an entry takes place. */
            if (!(strcmp(of, "hours") == 0 && is_within(wanted->cell[r][c], is->cell[r][c])) &&
                !is_same_cell(wanted->cell[r][c], is->cell[r][c]))
                fail_msg("after an edit of %s, %.*s is '%.*s', not '%.*s'", of,
                         EG_TEXT_ARG(wanted->cell[0][c]), EG_TEXT_ARG(is->cell[r][c]),
                         EG_TEXT_ARG(wanted->cell[r][c]));
}

static void check_rows(const struct eg_records *base, const struct eg_import_plan *plan,
                       const struct edit *edit)
{
    bool is_of_place = edit->tables & OF(LOCATION);
    for (uint32_t i = 0; i < plan->change.n_puts; i++) {
        const struct eg_record *put = &plan->change.puts[i];
        bool is_new = !eg_records_find(base, put->table, put->field[0]);
        bool is_copy = is_of_place && is_new && (COPIED & (1U << put->table));
        if (!(edit->tables & (1U << put->table)) && !is_copy)
            fail_msg("an edit of %s changed %s", edit->column, eg_record_spec(put->table)->name);
    }
    for (uint32_t i = 0; i < plan->change.n_deletes; i++)
        if (!(edit->lists & (1U << plan->change.deletes[i].table)))
            fail_msg("an edit of %s took a %s away", edit->column,
                     eg_record_spec(plan->change.deletes[i].table)->name);
}

static struct eg_records *imported(struct eg_records *base, const struct eg_buffer *csv,
                                   struct eg_arena *arena, const struct edit *edit)
{
    struct eg_import_plan plan;
    struct eg_records *read = NULL, *fresh = NULL;
    struct eg_flat_counts counts;
    struct eg_error err = {0};
    struct eg_flat_source source = {EG_FLAT_CSV, &atlas, 0, base, {0}};
    if (eg_flat_read((struct eg_text){csv->data, csv->len}, &source, &read, &counts, &err) != EG_OK)
        fail_msg("%s", err.message);
    if (eg_directory_import(base, read, true, arena, &plan, &err) != EG_OK) fail_msg("%s", err.message);
    if (eg_records_apply(base, &plan.change, &fresh, &err) != EG_OK) fail_msg("%s", err.message);
    if (edit) check_rows(base, &plan, edit);
    else if (plan.change.n_puts + plan.change.n_deletes > 0)
        fail_msg("what is there already changes something");
    eg_records_release(read);
    return fresh;
}

static bool can_be_edited(const struct table *table, uint32_t row, const struct edit *edit)
{
    uint32_t latitude = column_named(table, "latitude"), serves = column_named(table, "serves_boundaries");
    if (strcmp(edit->column, "latitude") == 0) return table->cell[row][latitude].len > 0;
    if (strcmp(edit->column, "serves") == 0) return table->cell[row][serves].len > 0;
    return true;
}

static void edit_once(struct eg_test_random *random, const struct edit *edit)
{
    static struct table table, after;
    struct eg_buffer csv, csv_after;
    table.arena = after.arena = eg_arena_new((size_t)1 << 28);
    struct eg_records *records = rich_directory(random);
    export_table(records, &csv, &table);
    uint32_t n = table.n - 1 < RICH ? table.n - 1 : RICH, row = 1 + eg_test_random_below(random, n);
    eg_records_release(imported(records, &csv, table.arena, NULL));
    if (can_be_edited(&table, row, edit)) {
        table.cell[row][column_named(&table, edit->column)] = eg_text_from(edit->text);
        write_table(&table, &csv);
        struct eg_records *fresh = imported(records, &csv, table.arena, edit);
        export_table(fresh, &csv_after, &after);
        check_cells(&table, &after, edit->column);
        struct eg_records *again = imported(fresh, &csv, table.arena, NULL);
        eg_records_release(fresh), eg_records_release(again);
        eg_buffer_clear(&csv_after);
    }
    eg_buffer_clear(&csv);
    eg_records_release(records);
    eg_arena_free(table.arena);
}

static void an_edited_cell_changes_that_and_nothing_else(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    for (int round = 0; round < ROUNDS; round++)
        edit_once(&random, &edits[(unsigned)round % EG_ARRAY_LEN(edits)]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edited_cell_changes_that_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
