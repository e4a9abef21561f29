/* The report: a page for people, JSON for programs, reasons for --strict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"
#include "support/temp_file.h"
#include "support/test_generation.h"

#define SET "boundaries: [{id: a, title: Squares, source: \"@squares.geojson\", key: code}]\n"
#define TABLE(more)                                                                                          \
    "tables: [{id: t, source: \"@t.csv\", key: code, boundaries: a, period: \"2020\"" more "}]\n"
#define TWO                                                                                                  \
    "indicators: [{id: i, title: One, series: {table: t, value: v}}, {id: j, title: Two, series: {table: "   \
    "t, value: w}}]\n"

static void load_csv(const char *yaml, const char *csv, struct eg_test_load *load)
{
    (void)eg_test_squares("squares.geojson", 2, 1);
    (void)eg_test_temp_file("t.csv", csv);
    eg_test_load_well(yaml, load);
}

static char *text_of(const struct eg_test_load *load)
{
    struct eg_buffer out;
    size_t len;
    eg_buffer_init(&out, 0);
    assert_int_equal(eg_report_text((struct eg_report_subject){load->generation, NULL}, &out, NULL), EG_OK);
    return eg_buffer_take(&out, &len);
}

static char *json_of(const struct eg_test_load *load)
{
    struct eg_json *json = eg_json_new_object();
    struct eg_buffer out;
    size_t len;
    assert_non_null(json);
    eg_buffer_init(&out, 0);
    eg_report_json((struct eg_report_subject){load->generation, NULL}, json, eg_json_root(json));
    assert_int_equal(eg_json_finish(json, false, &out, NULL), EG_OK);
    eg_json_free(json);
    return eg_buffer_take(&out, &len);
}

static void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part)) print_error("'%s' is not in:\n%s\n", part, text);
    assert_non_null(strstr(text, part));
}

static uint32_t count_of(const char *text, const char *part)
{
    uint32_t n = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part)) n++;
    return n;
}

static void a_clean_join_says_that_nothing_needs_attention(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_csv(SET TABLE("") TWO, "code,v,w\nS00,1,2\nS01,3,4\n", &load);
    char *text = text_of(&load);
    assert_holds(text, "A trial\n");
    assert_holds(text, "Nothing: every area has its row and every row its area.");
    assert_holds(text, "a  Squares: 2 areas");
    assert_holds(text, "2 indicators:\n  i j\n    a 2020, table t: 2 valid\n");
    assert_true(eg_report_is_strict((struct eg_report_subject){load.generation, NULL}, NULL));
    free(text);
    eg_test_load_clear(&load);
}

static void rows_whose_cells_do_not_fit_the_header_give_no_number_and_are_told(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_csv(SET TABLE("") TWO, "code,v,w\nS00,1,234,5\nS01,3,4\nS77\n", &load);
    assert_int_equal(eg_test_series(&load, "i", "a", NULL)->state[0], EG_MISSING);
    assert_int_equal(eg_test_series(&load, "j", "a", NULL)->state[0], EG_MISSING);
    assert_int_equal(eg_test_series(&load, "i", "a", NULL)->state[1], EG_VALID);
    char *text = text_of(&load);
    assert_int_equal(count_of(text,
                              "- t on a: 1 row has more or fewer cells than the header: no number of it "
                              "was taken, for they may stand in the wrong columns (a number with a comma "
                              "needs quotes); first row 2: 4 cells, the header has 3\n"),
                     1);
    assert_holds(text,
                 "table t: 1 row without an area (S77), 1 row with more or fewer cells than the header,");
    free(text);
    char *json = json_of(&load);
    assert_holds(json, "\"misfit_rows\":1,\"first_misfit_row\":\"row 2: 4 cells, the header has 3\"");
    assert_holds(json, "\"strict\":false");
    free(json);
    eg_test_load_clear(&load);
}

static void a_row_with_a_cell_too_few_fails_strict_and_stays_suppressed_if_it_says_so(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_csv(SET TABLE(", markers: {suppressed: \"*\"}, expect: {rows_without_area: any}") TWO,
             "w,code,v\n5,S00\n*,S01\nSource: a register\n", &load);
    assert_int_equal(eg_test_series(&load, "i", "a", NULL)->state[0], EG_MISSING);
    assert_int_equal(eg_test_series(&load, "j", "a", NULL)->state[0], EG_MISSING);
    assert_int_equal(eg_test_series(&load, "j", "a", NULL)->state[1], EG_SUPPRESSED);
    struct eg_buffer reasons;
    eg_buffer_init(&reasons, 0);
    assert_false(eg_report_is_strict((struct eg_report_subject){load.generation, NULL}, &reasons));
    assert_int_equal(count_of(reasons.data, "2 rows have more or fewer cells"), 1);
    assert_holds(reasons.data, "first row 2: 2 cells, the header has 3\n");
    eg_buffer_clear(&reasons);
    eg_test_load_clear(&load);
}

static void empty_cells_after_the_last_column_are_harmless(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_csv(SET TABLE("") TWO, "code,v,w,\nS00,1,2,, ,\nS01,3,4\n", &load);
    assert_true(eg_report_is_strict((struct eg_report_subject){load.generation, NULL}, NULL));
    assert_int_equal(eg_test_series(&load, "j", "a", NULL)->state[1], EG_VALID);
    eg_test_load_clear(&load);
}

static void a_long_table_tells_of_rows_that_do_not_fit_too(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_csv(SET "tables: [{id: t, source: \"@t.csv\", key: code, boundaries: a, long: {period: y, columns: "
                 "{i: v}}}]\nindicators: [{id: i, title: One}]\n",
             "code,y,v\nS00,2020,1,234\nS01,2020,7\n", &load);
    const struct eg_series_report *report = eg_test_series_report(&load, "i", "a", NULL);
    assert_int_equal(report->n_misfit_rows, 1);
    assert_int_equal(report->n_state[EG_MISSING], 1);
    assert_int_equal(report->n_state[EG_VALID], 1);
    eg_test_load_clear(&load);
}

static void expected_leftovers_are_not_called_none(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_csv(SET TABLE(", expect: {rows_without_area: any}") TWO, "code,v,w\nS00,1,2\nS01,3,4\nS77,5,6\n",
             &load);
    char *text = text_of(&load);
    assert_holds(text, "Nothing beyond what the atlas expects; what the join leaves over stands below.\n");
    assert_int_equal(count_of(text, "every row its area"), 0);
    assert_true(eg_report_is_strict((struct eg_report_subject){load.generation, NULL}, NULL));
    free(text);
    eg_test_load_clear(&load);
}

static void a_finding_on_many_series_is_said_once(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_csv(SET TABLE("") TWO, "code,v,w\nS00,1,2\nS77,3,4\n", &load);
    char *text = text_of(&load);
    assert_int_equal(count_of(text, "- t on a: 1 area has no row: S01\n"), 1);
    assert_int_equal(count_of(text, "- t on a: 1 row has no area: S77\n"), 1);
    assert_int_equal(count_of(text, "same vintage?"), 1);
    free(text);
    eg_test_load_clear(&load);
}

static void one_feature_was_and_several_were_left_out(void **state)
{
    (void)state;
    struct eg_test_load load;
#define FEATURE(code, geometry)                                                                              \
    "{\"type\":\"Feature\",\"properties\":{\"code\":\"" code "\"},\"geometry\":" geometry "}"
#define SQUARE "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}"
#define COLLECTION(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"
    (void)eg_test_temp_file("squares.geojson", COLLECTION(FEATURE("S00", SQUARE) "," FEATURE("S01", "null")));
    eg_test_load_well(SET, &load);
    char *text = text_of(&load);
    assert_holds(text, "- a: 1 feature has no code or no polygon and was left out\n");
    free(text);
    eg_test_load_clear(&load);
    (void)eg_test_temp_file("squares.geojson", COLLECTION(FEATURE("S00", SQUARE) "," FEATURE(
                                                   "S01", "null") "," FEATURE("S02", "null")));
    eg_test_load_well(SET, &load);
    text = text_of(&load);
    assert_holds(text, "- a: 2 features have no code or no polygon and were left out\n");
    free(text);
    eg_test_load_clear(&load);
}

static void degrees_in_a_projected_system_are_asked_about(void **state)
{
    (void)state;
    struct eg_test_load load;
    (void)eg_test_temp_file("squares.geojson", COLLECTION(FEATURE("S00", SQUARE)));
    eg_test_load_well("boundaries: [{id: a, title: Squares, source: \"@squares.geojson\", key: code, "
                      "crs: \"EPSG:27700\"}]\n",
                      &load);
    char *text = text_of(&load);
    assert_holds(text,
                 "- a: all coordinates lie within +-360, like degrees, although EPSG:27700 is projected");
    free(text);
    eg_test_load_clear(&load);
#define FAR "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[361,0],[361,1],[0,1],[0,0]]]}"
    (void)eg_test_temp_file("squares.geojson", COLLECTION(FEATURE("S00", FAR)));
    eg_test_load_well("boundaries: [{id: a, title: Squares, source: \"@squares.geojson\", key: code, "
                      "crs: \"EPSG:27700\"}]\n",
                      &load);
    text = text_of(&load);
    assert_null(strstr(text, "like degrees"));
    free(text);
    eg_test_load_clear(&load);
}

static void strict_fails_beyond_what_the_atlas_expects_and_says_why(void **state)
{
    (void)state;
    struct eg_test_load load;
    struct eg_buffer reasons;
    const char *csv = "code,v,w\nS00,1,2\nS77,3,4\n";
    eg_buffer_init(&reasons, 0);
    load_csv(SET TABLE("") TWO, csv, &load);
    assert_false(eg_report_is_strict((struct eg_report_subject){load.generation, NULL}, &reasons));
    assert_string_equal(reasons.data, "t on a: 1 area has no row: S01\nt on a: 1 row has no area: S77\n");
    eg_test_load_clear(&load);
    load_csv(SET TABLE(", expect: {areas_without_row: 1, rows_without_area: any}") TWO, csv, &load);
    assert_true(eg_report_is_strict((struct eg_report_subject){load.generation, NULL}, NULL));
    eg_test_load_clear(&load);
    load_csv(SET TABLE("") TWO, "code,v,w\nS00,1,2\nS01,3,a lot\n", &load);
    reasons.len = 0;
    assert_false(eg_report_is_strict((struct eg_report_subject){load.generation, NULL}, &reasons));
    assert_holds(reasons.data, "j 2020 has 1 cell that is neither number nor marker, or too large");
    eg_test_load_clear(&load);
    eg_buffer_clear(&reasons);
}

#define HALVES                                                                                               \
    "boundaries:\n- {id: a, title: A, source: \"@squares.geojson\", key: code}\n"                            \
    "- {id: h, title: H, dissolve: {of: a, column: half}}\n"
#define MEANS                                                                                                \
    "indicators:\n- {id: i, title: I, series: {table: t, value: v}, aggregate: {from: a, method: "           \
    "weighted_mean, weight: {table: u, column: w}, to: h}}\n"                                                \
    "- {id: j, title: J, series: {table: t, value: v}, aggregate: {from: a, method: "                        \
    "weighted_mean, weight: {table: u, column: w}, to: h}}\n"

static void load_means(const char *weights, struct eg_test_load *load)
{
    (void)eg_test_temp_file("u.csv", weights);
    load_csv(HALVES
             "tables:\n- {id: t, source: \"@t.csv\", key: code, boundaries: a, period: \"2020\"}\n"
             "- {id: u, source: \"@u.csv\", key: code, boundaries: a, markers: {missing: \":\"}}\n" MEANS,
             "code,v\nS00,1\nS01,2\n", load);
}

static void unreadable_weights_are_counted_named_and_fail_strict(void **state)
{
    (void)state;
    struct eg_test_load load;
    struct eg_buffer reasons;
    eg_buffer_init(&reasons, 0);
    load_means("code,w\nS00,\"1,234\"\nS01,-3\n", &load);
    char *text = text_of(&load);
    char *json = json_of(&load);
    const char *line =
        "u on a: weight w has 2 cells that are neither number nor marker, or below zero, taken as "
        "missing; first in row 2, column w: '1,234'\n";
    assert_int_equal(count_of(text, line), 1); /* two indicators take the column */
    assert_holds(text, "\nWeights\n-------\nu on a, column w: 2 unreadable cells, 2 missing\n");
    assert_holds(json, "\"weights\":[{\"table\":\"u\",\"boundaries\":\"a\",\"column\":\"w\",\"matched\":2,");
    assert_holds(json, "\"bad_cells\":2,");
    assert_holds(json, "\"first_bad_cell\":\"row 2, column w: '1,234'\"");
    assert_holds(json, "\"strict\":false");
    assert_false(eg_report_is_strict((struct eg_report_subject){load.generation, NULL}, &reasons));
    assert_string_equal(reasons.data, line);
    free(text);
    free(json);
    eg_buffer_clear(&reasons);
    eg_test_load_clear(&load);
}

static void rows_of_weights_join_like_those_of_values(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_means("code,w\nS00,1\nS9,1\nS01,:\n", &load);
    char *text = text_of(&load);
    assert_holds(text, "- u on a: 1 row has no area: S9\n");
    assert_holds(text, "u on a, column w: 1 row without an area (S9), 1 valid, 1 missing\n");
    assert_false(eg_report_is_strict((struct eg_report_subject){load.generation, NULL}, NULL));
    free(text);
    eg_test_load_clear(&load);
    load_means("code,w\nS00,1\nS01,:\n", &load); /* a marker is no mistake */
    assert_true(eg_report_is_strict((struct eg_report_subject){load.generation, NULL}, NULL));
    eg_test_load_clear(&load);
}

static void the_json_is_the_same_for_the_same_files(void **state)
{
    (void)state;
    struct eg_test_load load;
    const char *csv = "code,v,w\nS00,1,2\nS77,3,4\n";
    load_csv(SET TABLE("") TWO, csv, &load);
    char *first = json_of(&load);
    eg_test_load_clear(&load);
    load_csv(SET TABLE("") TWO, csv, &load);
    char *second = json_of(&load);
    eg_test_load_clear(&load);
    assert_string_equal(first, second);
    assert_holds(first, "\"strict\":false");
    assert_holds(
        first,
        "\"states\":{\"valid\":1,\"missing\":1,\"suppressed\":0,\"unreliable\":0,\"not_applicable\":0}");
    assert_holds(first, "\"rows_without_area_examples\":[\"S77\"]");
    free(first);
    free(second);
}

static void periods_with_the_same_result_share_a_line(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_csv(SET "tables: [{id: t, source: \"@t.csv\", key: code, boundaries: a, long: {period: year, "
                 "columns: {i: v}}}]\n"
                 "indicators: [{id: i, title: One}]\n",
             "code,v,year\nS00,1,2019\nS01,2,2019\nS00,3,2020\nS01,4,2020\nS00,1,2021\n", &load);
    char *text = text_of(&load);
    assert_holds(text, "    a 2019 to 2020 (2 periods), table t: 2 valid\n    a 2021, table t: 1 area "
                       "without a row (S01), 1 valid, 1 missing\n");
    free(text);
    eg_test_load_clear(&load);
}

static void a_refused_allocation_is_an_error(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_means("code,w\nS00,x\n", &load);
    for (long n = 1;; n++) {
        struct eg_buffer out;
        eg_buffer_init(&out, 0);
        eg_failing_malloc_after(n);
        enum eg_status status = eg_report_text((struct eg_report_subject){load.generation, NULL}, &out, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_buffer_clear(&out);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        if (!failed) break;
    }
    eg_test_load_clear(&load);
}

static int clear_files(void **state)
{
    (void)state;
    eg_test_temp_clear();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_join_says_that_nothing_needs_attention),
        cmocka_unit_test(rows_whose_cells_do_not_fit_the_header_give_no_number_and_are_told),
        cmocka_unit_test(a_row_with_a_cell_too_few_fails_strict_and_stays_suppressed_if_it_says_so),
        cmocka_unit_test(empty_cells_after_the_last_column_are_harmless),
        cmocka_unit_test(a_long_table_tells_of_rows_that_do_not_fit_too),
        cmocka_unit_test(expected_leftovers_are_not_called_none),
        cmocka_unit_test(a_finding_on_many_series_is_said_once),
        cmocka_unit_test(one_feature_was_and_several_were_left_out),
        cmocka_unit_test(degrees_in_a_projected_system_are_asked_about),
        cmocka_unit_test(strict_fails_beyond_what_the_atlas_expects_and_says_why),
        cmocka_unit_test(unreadable_weights_are_counted_named_and_fail_strict),
        cmocka_unit_test(rows_of_weights_join_like_those_of_values),
        cmocka_unit_test(the_json_is_the_same_for_the_same_files),
        cmocka_unit_test(periods_with_the_same_result_share_a_line),
        cmocka_unit_test(a_refused_allocation_is_an_error),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, clear_files);
}
