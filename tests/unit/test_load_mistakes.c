/* Mistakes that only the data bring to light are told where they stand in atlas.yaml, like those of its form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "data/entries.h"
#include "support/temp_file.h"
#include "support/test_generation.h"

/* Lines 1 and 2 are put before each atlas, so this is line 3 and 4. */
#define SET "boundaries:\n- {id: a, title: A, source: \"@squares.geojson\", key: code}\n"
#define TABLE "tables:\n- {id: t, source: \"@t.csv\", key: code, boundaries: a, period: \"2020\"}\n"

static void assert_placed(const struct eg_error *err, const char *part, uint32_t line, uint32_t column)
{
    char text[900];
    (void)eg_error_format(err, text, sizeof text);
    bool fits = strstr(err->message, part) && strstr(err->file, "atlas.yaml") && err->line == line &&
                err->column == column;
    if (!fits) fail_msg("'%s' is not '%s' at %u:%u", text, part, line, column);
}

static void assert_refused_at(const char *yaml, const char *part, uint32_t line, uint32_t column)
{
    struct eg_test_load load;
    (void)eg_test_squares("squares.geojson", 2, 1);
    (void)eg_test_temp_file("t.csv", "code,v\nS00,1\nS01,2\n");
    assert_int_not_equal(eg_test_load(yaml, &load), EG_OK);
    assert_placed(&load.error, part, line, column);
    eg_test_load_clear(&load);
}

static void mistakes_of_a_set_stand_at_the_set(void **state)
{
    (void)state;
#define SECOND(more) SET "- {id: b, title: B, source: \"@squares.geojson\", " more "}\n"
    assert_refused_at(SECOND("key: cod"), "no column 'cod'", 5, 3);
    assert_refused_at(SECOND("key: code, name: nam"), "no column 'nam'", 5, 3);
    assert_refused_at(SECOND("key: code, layer: other"), "no layer 'other'", 5, 3);
    assert_refused_at(SECOND("key: code, filter: zzz = 1"), "the filter \"zzz = 1\" is not understood", 5, 3);
    assert_refused_at(SECOND("key: code, crs: \"EPSG:99999\""), "EPSG:99999", 5, 3);
    assert_refused_at(SECOND("key: code, operation: \"EPSG:99999\""), "EPSG:99999", 5, 3);
    assert_refused_at(SET "- {id: b, title: B, source: \".\", key: code}\n",
                      "is a folder without vector data", 5, 3);
    assert_refused_at(SET "- {id: b, title: B, source: \"@none.gpkg\", key: code}\n", "there is no file", 5,
                      3);
}

static void mistakes_of_a_dissolved_set_stand_at_it_and_not_at_its_base(void **state)
{
    (void)state;
    assert_refused_at(SET "- {id: b, title: B, dissolve: {of: a, column: hal}}\n", "no column 'hal'", 5, 3);
    assert_refused_at(SET "- {id: b, title: B, dissolve: {of: a, column: half, name_column: nam}}\n",
                      "no column 'nam'", 5, 3);
#define CHAIN(lookup) SET "- id: b\n  title: B\n  dissolve:\n    of: a\n    lookups:\n    - {" lookup "}\n"
    assert_refused_at(CHAIN("source: \"@t.csv\", key: cod, code: v"), "no column 'cod'", 10, 7);
    assert_refused_at(CHAIN("source: \"@none.csv\", key: code, code: v"), "there is no file", 10, 7);
    assert_refused_at(CHAIN("source: \"@t.csv\", key: v, code: code"), "none of the 2 base areas", 5, 3);
}

static void mistakes_of_a_table_stand_at_the_table(void **state)
{
    (void)state;
#define READ(more)                                                                                           \
    SET "tables:\n- {id: t, source: \"@t.csv\", boundaries: a, period: \"2020\", " more                      \
        "}\nindicators: [{id: i, title: I, series: {table: t, value: v}}]\n"
    assert_refused_at(READ("key: cod"), "no column 'cod'", 6, 3);
    assert_refused_at(READ("key: code, filter: {sex: all}"), "no column 'sex'", 6, 3);
    assert_refused_at(READ("key: code, encoding: UTF-9"), "the encoding 'UTF-9' is not known", 6, 3);
    (void)mkdir("build/test-tmp/folder.csv", 0700);
    assert_refused_at(SET "tables:\n- {id: t, source: folder.csv, key: code, boundaries: a, period: "
                          "\"2020\"}\nindicators: [{id: i, title: I, series: {table: t, value: v}}]\n",
                      "folder.csv' is a folder; name a file in it", 6, 3);
    assert_refused_at(READ("key: code, header_row: 9"), "no row 9", 6, 3);
}

static void a_column_that_an_indicator_names_wrongly_is_told_at_the_indicator(void **state)
{
    (void)state;
    assert_refused_at(SET TABLE "indicators:\n- id: i\n  title: I\n  series:\n"
                                "  - {table: t, value: v}\n  - {table: t, value: vv, period: \"2021\"}\n",
                      "no column 'vv'", 12, 5);
    assert_refused_at(SET TABLE "indicators:\n- id: i\n  title: I\n  series:\n"
                                "  - {table: t, value: v, upper: high}\n",
                      "no column 'high'", 11, 5);
}

static void mistakes_of_a_directory_stand_at_the_directory(void **state)
{
    (void)state;
    struct eg_test_load load;
    struct eg_entries *entries = NULL;
    struct eg_error err = {0};
    (void)eg_test_squares("squares.geojson", 2, 1);
    (void)eg_test_temp_file("d.csv", "id,name\n1,A\n");
    eg_test_load_well(SET "directories:\n- {id: d, title: D, source: \"@d.csv\", "
                          "columns: {key: id, name: titel}, constants: {kind: service}}\n",
                      &load);
    assert_int_equal(eg_entries_load(load.atlas, &entries, &err), EG_INVALID);
    assert_placed(&err, "no column 'titel'", 6, 3);
    eg_test_load_clear(&load);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_of_a_set_stand_at_the_set),
        cmocka_unit_test(mistakes_of_a_dissolved_set_stand_at_it_and_not_at_its_base),
        cmocka_unit_test(mistakes_of_a_table_stand_at_the_table),
        cmocka_unit_test(a_column_that_an_indicator_names_wrongly_is_told_at_the_indicator),
        cmocka_unit_test(mistakes_of_a_directory_stand_at_the_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
