/* What a directory's entries are found by, as a store says it: names, also other ones and the organisation's, and places; what comes first;
 * and what is found after a change of a row that entries share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "data/records.h"
#include "support/temp_file.h"
#include "support/test_directory.h"

#define ORGANISATION "00000000-0000-4000-8000-0000000000a1"
#define LUNCHES "00000000-0000-4000-8000-0000000000b1"
#define SWIMS "00000000-0000-4000-8000-0000000000b2"
#define HIGH "00000000-0000-4000-8000-0000000000b3"
#define HALL "00000000-0000-4000-8000-0000000000c1"
#define MILL "00000000-0000-4000-8000-0000000000c2"
#define POOL "00000000-0000-4000-8000-0000000000c3"
#define CONTACT "00000000-0000-4000-8000-0000000000d1"

struct world {
    struct eg_test_directory test;
    struct eg_records *records;
    struct eg_directory *directory;
};

/* --- rows ------------------------------------------------------------------------------------------------------------------------ */

struct cell {
    uint32_t field;
    const char *text;
};

static void fill(struct eg_text *field, const struct cell *cells, size_t n)
{
    memset(field, 0, EG_RECORD_FIELDS * sizeof *field);
    for (size_t i = 0; i < n; i++) field[cells[i].field] = eg_text_from(cells[i].text);
}

static void add(struct eg_records_builder *builder, enum eg_record_table table, const struct cell *cells,
                size_t n)
{
    struct eg_text field[EG_RECORD_FIELDS];
    struct eg_error err = {0};
    fill(field, cells, n);
    if (eg_records_add(builder, table, field, &err) != EG_OK) fail_msg("%s", err.message);
}

#define ADD(table, ...)                                                                                      \
    add(builder, EG_RECORD_##table, (const struct cell[]){__VA_ARGS__},                                      \
        sizeof((const struct cell[]){__VA_ARGS__}) / sizeof(struct cell))

static void add_services(struct eg_records_builder *builder)
{
    ADD(ORGANIZATION, {EG_ORGANIZATION_ID, ORGANISATION}, {EG_ORGANIZATION_NAME, "Harbour Trust"},
        {EG_ORGANIZATION_ALTERNATE_NAME, "HBT Quayside"});
    ADD(SERVICE, {EG_SERVICE_ID, LUNCHES}, {EG_SERVICE_ORGANIZATION_ID, ORGANISATION},
        {EG_SERVICE_STATUS, "active"}, {EG_SERVICE_NAME, "Lunches"},
        {EG_SERVICE_ALTERNATE_NAME, "Tuesday Tables"});
    ADD(SERVICE, {EG_SERVICE_ID, SWIMS}, {EG_SERVICE_ORGANIZATION_ID, ORGANISATION},
        {EG_SERVICE_STATUS, "active"}, {EG_SERVICE_NAME, "Swims"},
        {EG_SERVICE_DESCRIPTION, "Below the harbour wall, mill and high"});
    ADD(SERVICE, {EG_SERVICE_ID, HIGH}, {EG_SERVICE_STATUS, "active"}, {EG_SERVICE_NAME, "Highest Harbour"},
        {EG_SERVICE_ORGANIZATION_ID, ORGANISATION});
}

static void add_places(struct eg_records_builder *builder)
{
    static const char *const places[][4] = {{HALL, "Corn Exchange", "12a High Street", "Ashport"},
                                            {MILL, "The Mill", "", "Millerton"},
                                            {POOL, "Lido", "Low Road", "Ashport"}};
    static const char *const of[] = {LUNCHES, LUNCHES, SWIMS};
    for (size_t i = 0; i < EG_ARRAY_LEN(places); i++) {
        char link[EG_UUID_TEXT_LEN + 1], address[EG_UUID_TEXT_LEN + 1];
        (void)snprintf(link, sizeof link, "00000000-0000-4000-8000-0000000000e%zu", i);
        (void)snprintf(address, sizeof address, "00000000-0000-4000-8000-0000000000f%zu", i);
        ADD(LOCATION, {EG_LOCATION_ID, places[i][0]}, {EG_LOCATION_LOCATION_TYPE, "physical"},
            {EG_LOCATION_NAME, places[i][1]});
        ADD(SERVICE_AT_LOCATION, {EG_SERVICE_AT_LOCATION_ID, link},
            {EG_SERVICE_AT_LOCATION_SERVICE_ID, of[i]}, {EG_SERVICE_AT_LOCATION_LOCATION_ID, places[i][0]});
        ADD(ADDRESS, {EG_ADDRESS_ID, address}, {EG_ADDRESS_LOCATION_ID, places[i][0]},
            {EG_ADDRESS_ADDRESS_1, places[i][2]}, {EG_ADDRESS_CITY, places[i][3]},
            {EG_ADDRESS_ADDRESS_TYPE, "physical"});
    }
}

static void add_private(struct eg_records_builder *builder)
{
    ADD(CONTACT, {EG_CONTACT_ID, CONTACT}, {EG_CONTACT_SERVICE_ID, LUNCHES},
        {EG_CONTACT_NAME, "Xaviera Secret"}, {EG_CONTACT_VISIBILITY, "private"});
    ADD(PHONE, {EG_PHONE_ID, "00000000-0000-4000-8000-0000000000d2"}, {EG_PHONE_CONTACT_ID, CONTACT},
        {EG_PHONE_NUMBER, "07700900777"}, {EG_PHONE_TYPE, "voice"}, {EG_PHONE_SERVICE_ID, LUNCHES});
}

static int open_world(void **state)
{
    static struct world world;
    struct eg_records_builder *builder = NULL;
    struct eg_entries *entries = NULL;
    struct eg_error err = {0};
    eg_test_directory_open("directories:\n  - {id: s, title: S, store: words.gpkg}\n", &world.test);
    assert_int_equal(eg_records_builder_new(&builder, NULL), EG_OK);
    add_services(builder);
    add_places(builder);
    add_private(builder);
    if (eg_records_finish(builder, &world.records, &err) != EG_OK) fail_msg("%s", err.message);
    eg_records_builder_free(builder);
    struct eg_entries *none = (struct eg_entries *)(uintptr_t)eg_directory_entries(world.test.directory);
    assert_int_equal(eg_entries_with_records(none, world.records, &entries, NULL), EG_OK);
    assert_int_equal(eg_directory_new(entries, world.test.generation, &world.directory, NULL), EG_OK);
    *state = &world;
    return 0;
}

static int close_world(void **state)
{
    struct world *world = *state;
    eg_directory_free(world->directory);
    eg_records_release(world->records);
    eg_test_directory_close(&world->test);
    eg_test_temp_clear();
    return 0;
}

/* --- questions ------------------------------------------------------------------------------------------------------------------- */

/* The names that words find, the best first, each by its first letter: "LS". */
static void assert_found_in(const struct eg_directory *directory, const char *words, const char *expected)
{
    struct eg_directory_query query = {.serves_boundaries = EG_ATLAS_NONE,
                                       .limit = 10,
                                       .order = EG_ORDER_RELEVANCE,
                                       .words = eg_text_from(words)};
    struct eg_directory_result result = {0};
    char found[11] = "";
    assert_int_equal(eg_directory_search(directory, &query, &result, NULL), EG_OK);
    for (uint32_t i = 0; i < result.n; i++)
        found[i] = eg_directory_entries(directory)->items[result.hits[i].entry]->field[EG_ENTRY_NAME].data[0];
    assert_string_equal(found, expected);
    eg_directory_result_clear(&result);
}

static void assert_found(void **state, const char *words, const char *expected)
{
    const struct world *world = *state;
    assert_found_in(world->directory, words, expected);
}

static void who_types_any_name_of_an_organisation_finds_its_entries(void **state)
{
    assert_found(state, "harbour trust", "HLS");
    assert_found(state, "hbt", "HLS");
    assert_found(state, "quay", "HLS");
    assert_found(state, "lunches quayside", "L");
}

static void another_name_is_a_name(void **state)
{
    assert_found(state, "tuesday tab", "L");
}

static void every_place_is_found_by_its_name_its_street_and_its_town(void **state)
{
    assert_found(state, "corn exchange", "L");
    assert_found(state, "12a high street", "L");
    assert_found(state, "millerton", "L");
    assert_found(state, "lido", "S");
    assert_found(state, "ashport", "LS");
}

/* A word of the own name, of the organisation's, the beginning of one; places and descriptions as they come. */
static void names_come_before_organisations_and_both_before_places(void **state)
{
    assert_found(state, "harbour", "HLS");
    assert_found(state, "high", "HLS");
    assert_found(state, "mill", "LS");
    assert_found(state, "t", "LHS"); /* begins Tuesday; else the Trust */
}

static void what_is_private_is_found_by_nothing(void **state)
{
    assert_found(state, "xaviera", "");
    assert_found(state, "secret", "");
    assert_found(state, "07700900777", "");
}

static void an_organisation_that_changes_its_name_does_so_for_all_its_entries(void **state)
{
    const struct world *world = *state;
    struct eg_text field[EG_RECORD_FIELDS];
    fill(field,
         (const struct cell[]){{EG_ORGANIZATION_ID, ORGANISATION}, {EG_ORGANIZATION_NAME, "Estuary Friends"}},
         2);
    const struct eg_record put = {EG_RECORD_ORGANIZATION, field};
    const struct eg_records_change change = {.puts = &put, .n_puts = 1};
    struct eg_records *after = NULL;
    struct eg_entries *entries = NULL,
                      *before = (struct eg_entries *)(uintptr_t)eg_directory_entries(world->directory);
    struct eg_directory *directory = NULL;
    assert_int_equal(eg_records_apply(world->records, &change, &after, NULL), EG_OK);
    assert_int_equal(eg_entries_after(before, after, &change, &entries, NULL), EG_OK);
    assert_int_equal(eg_directory_follow(world->directory, entries, &directory, NULL), EG_OK);
    assert_found_in(directory, "estuary fr", "HLS");
    assert_found_in(directory, "trust", "");
    assert_found_in(directory, "quayside", "");
    assert_found_in(directory, "harbour", "HS"); /* of their own */
    assert_found(state, "trust", "HLS");
    eg_directory_free(directory);
    eg_records_release(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_types_any_name_of_an_organisation_finds_its_entries),
        cmocka_unit_test(another_name_is_a_name),
        cmocka_unit_test(every_place_is_found_by_its_name_its_street_and_its_town),
        cmocka_unit_test(names_come_before_organisations_and_both_before_places),
        cmocka_unit_test(what_is_private_is_found_by_nothing),
        cmocka_unit_test(an_organisation_that_changes_its_name_does_so_for_all_its_entries),
    };
    return cmocka_run_group_tests_name("words", tests, open_world, close_world);
}
