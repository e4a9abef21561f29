/* Mistakes that only the data bring to light are told where they stand in atlas.yaml, like those of its form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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

static void mistakes_of_a_set_stand_at_the_value_at_fault(void **state)
{
    (void)state;
#define SECOND(more) SET "- id: b\n  title: B\n  source: \"@squares.geojson\"\n" more "\n"
    assert_refused_at(SECOND("  key: cod"), "no column 'cod'", 8, 8);
    assert_refused_at(SECOND("  key: code\n  name: nam"), "no column 'nam'", 9, 9);
    assert_refused_at(SECOND("  key: code\n  layer: other"), "no layer 'other'", 9, 10);
    assert_refused_at(SECOND("  key: code\n  filter: zzz = 1"), "the filter \"zzz = 1\" is not understood", 9,
                      11);
    assert_refused_at(SECOND("  key: code\n  crs: \"EPSG:99999\""), "EPSG:99999", 9, 8);
    assert_refused_at(SECOND("  key: code\n  operation: \"EPSG:99999\""), "EPSG:99999", 9, 14);
    assert_refused_at(SET "- {id: b, title: B, source: \".\", key: code}\n",
                      "is a folder without vector data", 5, 29);
    assert_refused_at(SET "- {id: b, title: B, source: \"@none.gpkg\", key: code}\n", "there is no file", 5,
                      29);
}

static void mistakes_of_a_dissolved_set_stand_at_it_and_not_at_its_base(void **state)
{
    (void)state;
    assert_refused_at(SET "- {id: b, title: B, dissolve: {of: a, column: hal}}\n", "no column 'hal'", 5, 47);
    assert_refused_at(SET "- {id: b, title: B, dissolve: {of: a, column: half, name_column: nam}}\n",
                      "no column 'nam'", 5, 66);
#define CHAIN(lookup) SET "- id: b\n  title: B\n  dissolve:\n    of: a\n    lookups:\n    - {" lookup "}\n"
    assert_refused_at(CHAIN("key: cod, code: v, source: \"@t.csv\""), "no column 'cod'", 10, 13);
    assert_refused_at(CHAIN("source: \"@none.csv\", key: code, code: v"), "there is no file", 10, 16);
    assert_refused_at(CHAIN("source: \"@t.csv\", key: v, code: code"), "none of the 2 base areas", 5, 3);
}

#define READ(more)                                                                                           \
    SET "tables:\n- id: t\n  source: \"@t.csv\"\n  boundaries: a\n  period: \"2020\"\n" more                 \
        "\nindicators: [{id: i, title: I, series: {table: t, value: v}}]\n"

static void mistakes_of_a_table_stand_at_the_value_at_fault(void **state)
{
    (void)state;
    assert_refused_at(READ("  key: cod"), "no column 'cod'", 10, 8);
    assert_refused_at(READ("  key: {pad: 3, column: t}"), "no column 't'", 10, 25); /* not at the id 't' */
    assert_refused_at(READ("  key: code\n  filter: {sex: all}"), "no column 'sex'", 11, 12);
    assert_refused_at(READ("  key: code\n  encoding: UTF-9"),
                      "the encoding 'UTF-9' is not known; leave it out", 11, 13);
    (void)mkdir("build/test-tmp/folder.csv", 0700);
    assert_refused_at(SET "tables:\n- {id: t, source: folder.csv, key: code, boundaries: a, period: "
                          "\"2020\"}\nindicators: [{id: i, title: I, series: {table: t, value: v}}]\n",
                      "folder.csv' is a folder; name a file in it", 6, 19);
    assert_refused_at(READ("  key: code\n  header_row: 9"), "no row 9", 11, 15);
}

static void markers_of_a_column_that_is_not_there_are_refused(void **state)
{
    (void)state;
    assert_refused_at(READ("  key: code\n  column_markers: {v: {missing: \"-1\"}, vv: {missing: \"-999\"}}"),
                      "has no column 'vv'; the nearest of its 2 columns: 'v', 'code'", 11, 40);
}

static void headings_are_told_without_what_a_terminal_would_obey(void **state)
{
    (void)state;
    /* Marked twice as UTF-8. */
    (void)eg_test_temp_file("heads.csv", "\xEF\xBB\xBF\xEF\xBB\xBF"
                                         "code,v\x1b[2J\nS00,1\n");
    assert_refused_at(SET "tables:\n- {id: t, key: v, source: \"@heads.csv\", boundaries: a, period: "
                          "\"2020\"}\nindicators: [{id: i, title: I, series: {table: t, value: w}}]\n",
                      "no column 'v'; the nearest of its 2 columns: 'v\\x1b[2J', '\\xef\\xbb\\xbfcode'", 6,
                      16);
}

static void what_is_no_vector_data_is_told_how_tables_are_named(void **state)
{
    (void)state;
    (void)eg_test_temp_file("t.dat", "code,v\nS00,1\n");
    assert_refused_at(SET
                      "tables:\n- {id: t, source: \"@t.dat\", key: code, boundaries: a, period: \"2020\"}\n"
                      "indicators: [{id: i, title: I, series: {table: t, value: v}}]\n",
                      "read as CSV when the name ends in .csv, .tsv or .txt", 6, 19);
}

static void a_packed_table_that_is_cut_short_is_to_be_fetched_again(void **state)
{
    (void)state;
    /* gzip of "code,v\nS00,1\nS01,2\n" without its last bytes */
    static const char cut[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x4b\xce\x4f\x49\xd5\x29";
    char path[256];
    struct eg_text csv = eg_test_temp_file("u.csv", "");
    (void)snprintf(path, sizeof path, "%.*s.gz", EG_TEXT_ARG(csv));
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(cut, 1, sizeof cut - 1, file), sizeof cut - 1);
    (void)fclose(file);
    assert_refused_at(
        SET "tables:\n- {id: t, source: \"@u.csv.gz\", key: code, boundaries: a, period: \"2020\"}\n"
            "indicators: [{id: i, title: I, series: {table: t, value: v}}]\n",
        "is cut short or damaged", 6, 19);
}

static void a_column_that_an_indicator_names_wrongly_is_told_at_the_indicator(void **state)
{
    (void)state;
    assert_refused_at(SET TABLE "indicators:\n- id: i\n  title: I\n  series:\n"
                                "  - {table: t, value: v}\n  - {table: t, value: vv, period: \"2021\"}\n",
                      "no column 'vv'", 12, 23);
    assert_refused_at(SET TABLE "indicators:\n- id: i\n  title: I\n  series:\n"
                                "  - {table: t, value: v, upper: high}\n",
                      "no column 'high'", 11, 33);
    assert_refused_at(SET "- {id: d, title: D, dissolve: {of: a, column: half}}\n" TABLE
                          "indicators:\n- id: i\n  title: I\n  series: {table: t, value: v}\n  aggregate:\n"
                          "    {from: a, to: d, method: weighted_mean, weight: {table: t, column: w}}\n",
                      "no column 'w'", 13, 72);
}

static void long_columns_are_told_at_their_names(void **state)
{
    (void)state;
#define LONG(what)                                                                                           \
    SET "tables:\n- id: t\n  source: \"@t.csv\"\n  key: code\n  boundaries: a\n" what                        \
        "\nindicators: [{id: i, title: I}]\n"
    assert_refused_at(LONG("  long: {period: year, columns: {i: v}}"), "no column 'year'", 10, 18);
    assert_refused_at(LONG("  period: \"2020\"\n  long: {columns: {i: vv}}"), "no column 'vv'", 11, 23);
}

static void periods_that_no_row_has_are_blamed(void **state)
{
    (void)state;
    struct eg_test_load load;
    (void)eg_test_squares("squares.geojson", 2, 1);
    (void)eg_test_temp_file("l.csv", "code,ind,year,v\nS00,Alpha,2020,1\nS01,Alpha,2020,2\n");
#define PERIODS(more)                                                                                        \
    SET "tables:\n- id: t\n  source: \"@l.csv\"\n  key: code\n  boundaries: a\n  long:\n    period: year\n"  \
        "    periods: {\"2021\": \"2021\"}\n" more "\nindicators: [{id: i, title: I}]\n"
    assert_int_not_equal(
        eg_test_load(PERIODS("    indicator: ind\n    value: v\n    indicators: {Alpha: i}"), &load), EG_OK);
    assert_placed(&load.error, "none of a period that `periods` lists: column year holds '2020'", 12, 14);
    eg_test_load_clear(&load);
    assert_int_not_equal(eg_test_load(PERIODS("    columns: {i: v}"), &load), EG_OK);
    assert_placed(&load.error, "none of a period that `periods` lists: column year holds '2020'", 12, 14);
    eg_test_load_clear(&load);
}

static void mistakes_of_a_directory_stand_at_the_value_at_fault(void **state)
{
    (void)state;
    struct eg_test_load load;
    struct eg_entries *entries = NULL;
    struct eg_error err = {0};
    (void)eg_test_squares("squares.geojson", 2, 1);
    (void)eg_test_temp_file("d.csv", "id,name\n1,A\n");
    eg_test_load_well(SET "directories:\n- id: d\n  title: D\n  source: \"@d.csv\"\n"
                          "  columns: {key: id, name: [titel]}\n  constants: {kind: service}\n",
                      &load);
    assert_int_equal(eg_entries_load(load.atlas, &entries, &err), EG_INVALID);
    assert_placed(&err, "no column 'titel'", 9, 29);
    eg_test_load_clear(&load);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_of_a_set_stand_at_the_value_at_fault),
        cmocka_unit_test(mistakes_of_a_dissolved_set_stand_at_it_and_not_at_its_base),
        cmocka_unit_test(mistakes_of_a_table_stand_at_the_value_at_fault),
        cmocka_unit_test(markers_of_a_column_that_is_not_there_are_refused),
        cmocka_unit_test(headings_are_told_without_what_a_terminal_would_obey),
        cmocka_unit_test(what_is_no_vector_data_is_told_how_tables_are_named),
        cmocka_unit_test(a_packed_table_that_is_cut_short_is_to_be_fetched_again),
        cmocka_unit_test(a_column_that_an_indicator_names_wrongly_is_told_at_the_indicator),
        cmocka_unit_test(long_columns_are_told_at_their_names),
        cmocka_unit_test(periods_that_no_row_has_are_blamed),
        cmocka_unit_test(mistakes_of_a_directory_stand_at_the_value_at_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
