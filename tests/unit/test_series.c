/* Tables joined to areas: values, states, companions, keys, long tables, categories, aggregation. */
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
#include "support/test_data.h"
#include "support/test_generation.h"

#define SQUARES "boundaries: [{id: a, title: A, source: \"@squares.geojson\", key: code, name: name}]\n"
#define HALVES                                                                                               \
    "boundaries:\n- {id: a, title: A, source: \"@squares.geojson\", key: code}\n"                            \
    "- {id: h, title: H, dissolve: {of: a, column: half}}\n"
#define TABLE(more)                                                                                          \
    "tables: [{id: t, source: \"@t.csv\", key: code, boundaries: a, period: \"2020\"" more "}]\n"
#define ONE "indicators: [{id: i, title: I, series: {table: t, value: v}}]\n"

static void load_table(const char *yaml, const char *csv, struct eg_test_load *load)
{
    (void)eg_test_squares("squares.geojson", 4, 1);
    (void)eg_test_temp_file("t.csv", csv);
    eg_test_load_well(yaml, load);
}

static void assert_states(const struct eg_series *series, const uint8_t *expected, size_t n)
{
    for (size_t i = 0; i < n; i++) assert_int_equal(series->state[i], expected[i]);
}

static void values_come_by_code_whatever_the_order_of_rows(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_table(SQUARES TABLE("") ONE, "code,v\nS03,3.5\nS00,0\nS02,-2\nS01,1e3\n", &load);
    const struct eg_series *series = eg_test_series(&load, "i", "a", NULL);
    assert_states(series, (const uint8_t[]){EG_VALID, EG_VALID, EG_VALID, EG_VALID}, 4);
    assert_true(series->value[0] == 0 && series->value[1] == 1000 && series->value[2] == -2 &&
                series->value[3] == 3.5);
    assert_null(series->numerator);
    assert_null(series->rank);
    assert_string_equal(series->period.id.data, "2020");
    assert_string_equal(series->period.start.data, "2020-01-01");
    assert_int_equal(eg_test_series_report(&load, "i", "a", NULL)->n_matched, 4);
    eg_test_load_clear(&load);
}

static void every_state_stays_apart_and_only_numbers_keep_companions(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_table(
        SQUARES TABLE(
            ", markers: {suppressed: [\"*\", c], missing: \"-999\", not_applicable: z}, "
            "flags: {unreliable: u, suppressed: x}") "indicators: [{id: i, title: I, multiplier: 100, "
                                                     "series: {table: t, value: v, numerator: n, "
                                                     "denominator: d, "
                                                     "lower: lo, upper: up, flag: f, rank: r, decile: q}}]\n",
        "code,v,n,d,lo,up,f,r,q\n"
        "S00,0.5,5,10,0.4,0.6,,300,7\n"
        "S01, * ,4,9,0.1,0.2,,2,1\n"
        "S02,0.25,1,4,,0.3,u,c,2\n"
        "S03,0.75,3,4,0.1,0.9,x,1,1\n",
        &load);
    const struct eg_series *s = eg_test_series(&load, "i", "a", NULL);
    assert_states(s, (const uint8_t[]){EG_VALID, EG_SUPPRESSED, EG_UNRELIABLE, EG_SUPPRESSED}, 4);
    assert_true(s->value[0] == 50 && s->lower[0] == 40 && s->upper[0] == 60 && s->numerator[0] == 5);
    assert_int_equal(s->has[0], EG_HAS_NUMERATOR | EG_HAS_DENOMINATOR | EG_HAS_LOWER | EG_HAS_UPPER |
                                    EG_HAS_RANK | EG_HAS_DECILE);
    assert_int_equal(s->rank[0], 300); /* of a larger country: tells nothing of the hidden */
    assert_int_equal(s->decile[0], 7);
    assert_true(s->value[2] == 25);
    assert_int_equal(s->has[2], EG_HAS_NUMERATOR | EG_HAS_DENOMINATOR | EG_HAS_UPPER | EG_HAS_DECILE);
    for (uint32_t i = 1; i < 4; i += 2) {
        assert_true(s->value[i] == 0 && s->numerator[i] == 0 && s->denominator[i] == 0 && s->lower[i] == 0 &&
                    s->upper[i] == 0);
        assert_int_equal(s->rank[i], 0);
        assert_int_equal(s->decile[i], 0);
        assert_int_equal(s->has[i], 0);
    }
    const struct eg_series_report *report = eg_test_series_report(&load, "i", "a", NULL);
    assert_int_equal(report->n_state[EG_SUPPRESSED], 2);
    assert_int_equal(report->n_bad_cells, 0);
    eg_test_load_clear(&load);
}

static void markers_of_a_column_replace_those_of_the_table(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_table(
        SQUARES TABLE(", markers: {suppressed: \"\", missing: \"0\"}, column_markers: {w: {not_applicable: "
                      "\"-\"}}") "indicators: [{id: i, title: I, series: {table: t, value: v}}, {id: j, "
                                 "title: J, series: {table: t, value: w}}]\n",
        "code,v,w\nS00,,\nS01,0,0\nS02,0.0,-\nS03, ,5\n", &load);
    assert_states(eg_test_series(&load, "i", "a", NULL),
                  (const uint8_t[]){EG_SUPPRESSED, EG_MISSING, EG_MISSING, EG_SUPPRESSED}, 4);
    assert_states(eg_test_series(&load, "j", "a", NULL),
                  (const uint8_t[]){EG_MISSING, EG_VALID, EG_NOT_APPLICABLE, EG_VALID}, 4);
    eg_test_load_clear(&load);
}

static void a_thousands_separator_is_a_bad_cell_and_the_first_is_named(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_table(
        SQUARES TABLE("") "indicators: [{id: i, title: I, series: {table: t, value: pop, decile: q}}]\n",
        "code,pop,q\nS00,\"1,234\",1\nS01,12 people,1\nS02,7,11\nS03,0x10,1\n", &load);
    const struct eg_series_report *report = eg_test_series_report(&load, "i", "a", NULL);
    assert_int_equal(report->n_bad_cells, 4);
    assert_string_equal(report->bad_cell.data, "row 2, column pop: '1,234'");
    assert_int_equal(report->n_state[EG_MISSING], 3);
    assert_int_equal(eg_test_series(&load, "i", "a", NULL)->has[2], 0);
    eg_test_load_clear(&load);
}

static void leftovers_of_both_sides_are_counted_with_examples(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_table(SQUARES TABLE("") ONE, "code,v\nS00,1\nS00,2\nS77,3\n,4\nS01,5\n", &load);
    const struct eg_series_report *report = eg_test_series_report(&load, "i", "a", NULL);
    assert_int_equal(report->n_matched, 2);
    assert_int_equal(report->n_duplicates, 1);
    assert_int_equal(report->n_areas_without_row, 2);
    assert_int_equal(report->n_rows_without_area, 2);
    assert_string_equal(report->areas_without_row[0].data, "S02");
    assert_string_equal(report->rows_without_area[0].data, "S77");
    assert_string_equal(report->rows_without_area[1].data, "(no key)");
    assert_true(eg_test_series(&load, "i", "a", NULL)->value[0] == 1); /* the first row counts */
    assert_int_equal(eg_test_series(&load, "i", "a", NULL)->state[3], EG_MISSING);
    assert_true(report->vintage_mismatch);
    eg_test_load_clear(&load);
}

#define CODED(code, x)                                                                                       \
    "{\"type\":\"Feature\",\"properties\":{\"code\":\"" code "\"},\"geometry\":{\"type\":\"Polygon\","       \
    "\"coordinates\":[[[" x ",0],[" x ",1],[" x ".5,1],[" x ",0]]]}}"

static void padding_and_trimming_are_suggested_and_done_only_when_asked(void **state)
{
    (void)state;
    (void)eg_test_temp_file("fips.geojson",
                            "{\"type\":\"FeatureCollection\",\"features\":[" CODED("01001", "1") "," CODED(
                                "02002", "2") "," CODED("30003", "3") "]}");
    (void)eg_test_temp_file("t.csv", "code,v\n1001,1\n2002,2\n 30003,3\n");
#define FIPS(key)                                                                                            \
    "boundaries: [{id: a, title: A, source: \"@fips.geojson\", key: code}]\n"                                \
    "tables: [{id: t, source: \"@t.csv\", key: " key ", boundaries: a, period: \"2020\"}]\n" ONE
    struct eg_test_load load;
    eg_test_load_well(FIPS("code"), &load);
    const struct eg_series_report *report = eg_test_series_report(&load, "i", "a", NULL);
    assert_int_equal(report->n_matched, 0);
    assert_int_equal(report->n_match_padded, 2);
    assert_int_equal(report->pad_to, 5);
    assert_int_equal(report->n_match_trimmed, 1);
    eg_test_load_clear(&load);
    eg_test_load_well(FIPS("{column: code, trim: true, pad: 5}"), &load);
    report = eg_test_series_report(&load, "i", "a", NULL);
    assert_int_equal(report->n_matched, 3);
    assert_int_equal(report->n_match_padded + report->n_match_trimmed + report->n_rows_without_area, 0);
    eg_test_load_clear(&load);
}

static void trimming_and_padding_together_are_suggested_only_when_neither_suffices(void **state)
{
    (void)state;
    (void)eg_test_temp_file("fips.geojson",
                            "{\"type\":\"FeatureCollection\",\"features\":[" CODED("01001", "1") "," CODED(
                                "02002", "2") "," CODED("30003", "3") "]}");
    (void)eg_test_temp_file("t.csv", "code,v\n 1001,1\n2002 ,2\n 30003,3\n 9,4\n");
    struct eg_test_load load;
    eg_test_load_well(FIPS("code"), &load);
    const struct eg_series_report *report = eg_test_series_report(&load, "i", "a", NULL);
    assert_int_equal(report->n_match_both, 2);
    assert_int_equal(report->pad_to, 5);
    assert_int_equal(report->n_match_trimmed, 1);
    assert_int_equal(report->n_match_padded, 0);
    assert_int_equal(report->n_rows_without_area, 4);
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    assert_int_equal(eg_report_text((struct eg_report_subject){load.generation, NULL}, &text, &load.error),
                     EG_OK);
    assert_non_null(strstr(text.data, "t on a: 2 keys would match without the blanks around them and padded "
                                      "with zeros: say `trim: true` and `pad: 5` in the table's key"));
    eg_buffer_clear(&text);
    eg_test_load_clear(&load);
    /* Where the atlas does one of the two already, the other alone is what helps. */
    eg_test_load_well(FIPS("{column: code, trim: true}"), &load);
    assert_int_equal(eg_test_series_report(&load, "i", "a", NULL)->n_match_padded, 2);
    eg_test_load_clear(&load);
    eg_test_load_well(FIPS("{column: code, pad: 5}"), &load);
    assert_int_equal(eg_test_series_report(&load, "i", "a", NULL)->n_match_trimmed, 3);
    eg_test_load_clear(&load);
}

static void a_prefix_is_put_before_the_key(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_table(SQUARES "tables: [{id: t, source: \"@t.csv\", key: {column: code, pad: 2, prefix: S}, "
                       "boundaries: a, period: \"2020\"}]\n" ONE,
               "code,v\n0,1\n1,2\n2,3\n3,4\n", &load);
    assert_int_equal(eg_test_series_report(&load, "i", "a", NULL)->n_matched, 4);
    eg_test_load_clear(&load);
}

static void rows_of_a_long_table_become_series_by_indicator_and_period(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_table(
        SQUARES
        "tables:\n- id: t\n  source: \"@t.csv\"\n  key: code\n  boundaries: a\n  long:\n    indicator: what\n"
        "    period: year\n    value: v\n    lower: lo\n    indicators: {AST: asthma, COPD: copd}\n"
        "indicators: [{id: asthma, title: Asthma}, {id: copd, title: COPD}]\n",
        "code,what,year,v,lo\nS00,AST,2021,1,0.5\nS01, AST "
        ",2020,2,\nS00,COPD,2020,3,2\nS00,HYP,2020,9,9\nS09,AST,2020,7,7\n"
        "S01,AST,2020,8,8\n",
        &load);
    assert_int_equal(load.generation->n_series, 3);
    const struct eg_series *first = eg_test_series(&load, "asthma", "a", NULL);
    assert_string_equal(first->period.id.data, "2020");
    assert_string_equal(first->period.end.data, "2020-12-31");
    assert_states(first, (const uint8_t[]){EG_MISSING, EG_VALID, EG_MISSING, EG_MISSING}, 4);
    assert_true(first->value[1] == 2);
    assert_int_equal(first->has[1], 0);
    const struct eg_series_report *report = eg_test_series_report(&load, "asthma", "a", "2020");
    assert_int_equal(report->n_rows_without_area, 1);
    assert_int_equal(report->n_duplicates, 1);
    assert_true(eg_test_series(&load, "copd", "a", "2020")->lower[0] == 2);
    uint32_t from;
    uint32_t n;
    eg_generation_find(load.generation, 0, 0, &from, &n);
    assert_int_equal(from, 0);
    assert_int_equal(n, 2);
    eg_generation_find(load.generation, 1, 0, &from, &n);
    assert_int_equal(from, 2);
    assert_int_equal(n, 1);
    eg_generation_find(load.generation, 7, 0, &from, &n);
    assert_int_equal(n, 0);
    eg_test_load_clear(&load);
}

static void a_long_table_may_have_a_column_per_indicator_and_periods_by_name(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_table(
        SQUARES
        "tables:\n- id: t\n  source: \"@t.csv\"\n  key: code\n  boundaries: a\n  long:\n    period: when\n"
        "    periods: {\"2019/20\": {id: 2019-20, start: 2019-04-01, end: 2020-03-31, label: 2019/20}, "
        "\"2018/19\": {id: 2018-19, start: 2018-04-01, end: 2019-03-31}}\n    columns: {i: v, j: {value: w, "
        "numerator: n}}\n"
        "indicators: [{id: i, title: I}, {id: j, title: J}]\n",
        "code,when,v,w,n\nS00,2019/20,1,10,100\nS00,2018/19,2,20,200\nS00,2017/18,3,30,300\n", &load);
    assert_int_equal(load.generation->n_series, 4);
    assert_true(eg_test_series(&load, "i", "a", NULL)->value[0] == 2);
    assert_true(eg_test_series(&load, "j", "a", "2019-20")->numerator[0] == 100);
    assert_string_equal(eg_test_series(&load, "i", "a", "2019-20")->period.label.data, "2019/20");
    eg_test_load_clear(&load);
}

static void a_long_table_that_lacks_an_indicator_or_names_no_period_is_refused(void **state)
{
    (void)state;
    (void)eg_test_squares("squares.geojson", 2, 1);
    (void)eg_test_temp_file("t.csv", "code,what,year,v\nS00,AST,2020/21,1\n");
#define LONG(text)                                                                                           \
    SQUARES "tables:\n- id: t\n  source: \"@t.csv\"\n  key: code\n  boundaries: a\n  long:\n    indicator: " \
            "what\n"                                                                                         \
            "    period: year\n    value: v\n    indicators: {" text                                         \
            ": i}\nindicators: [{id: i, title: I}]\n"
    eg_test_load_refused(LONG("AST"), EG_INVALID, "'2020/21'");
    eg_test_load_refused(LONG("ASTHMA"), EG_INVALID, "no row of");
}

static void categories_are_numbered_alike_in_all_periods(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_table(
        SQUARES TABLE("") "indicators: [{id: i, title: I, categorical: true, series: [{table: t, value: v}, "
                          "{table: t, value: w, period: \"2021\"}]}]\n",
        "code,v,w\nS00,Urban,Urban\nS01,Rural,\nS02,Urban,Coast\nS03,Rural,Rural\n", &load);
    const struct eg_series *first = eg_test_series(&load, "i", "a", "2020");
    const struct eg_series *second = eg_test_series(&load, "i", "a", "2021");
    assert_int_equal(first->n_categories, 3);
    assert_ptr_equal(first->categories, second->categories);
    assert_string_equal(first->categories[0].data, "Coast");
    assert_string_equal(first->categories[(uint32_t)first->value[0]].data, "Urban");
    assert_string_equal(second->categories[(uint32_t)second->value[3]].data, "Rural");
    assert_int_equal(second->state[1], EG_MISSING);
    eg_test_load_clear(&load);
}

static void the_same_series_from_two_tables_is_refused(void **state)
{
    (void)state;
    (void)eg_test_squares("squares.geojson", 2, 1);
    (void)eg_test_temp_file("t.csv", "code,v,year\nS00,1,2020\n");
    eg_test_load_refused(
        SQUARES "tables:\n- {id: t, source: \"@t.csv\", key: code, boundaries: a, period: \"2020\"}\n"
                "- {id: u, source: \"@t.csv\", key: code, boundaries: a, long: {period: year, columns: {i: "
                "v}}}\n" ONE,
        EG_INVALID, "twice, from");
}

static void a_wrong_column_is_answered_with_table_file_and_nearest(void **state)
{
    (void)state;
    (void)eg_test_squares("squares.geojson", 2, 1);
    (void)eg_test_temp_file("t.csv", "code,value_2019,pop\nS00,1,2020\n");
    eg_test_load_refused(
        SQUARES TABLE("") "indicators: [{id: i, title: I, series: {table: t, value: value2019}}]\n",
        EG_INVALID, "'value_2019'");
}

/* --- aggregation ------------------------------------------------------------------------------------------------------- */

static void sums_rates_and_weighted_means_are_what_the_atlas_declares(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_table(HALVES TABLE(
                   "") "indicators:\n"
                       "- {id: s, title: S, series: {table: t, value: n}, aggregate: {from: a, to: h, "
                       "method: sum}}\n"
                       "- {id: r, title: R, series: {table: t, value: v, numerator: n, denominator: d}, "
                       "aggregate: {from: a, to: h, method: rate, per: 100}}\n"
                       "- {id: m, title: M, series: {table: t, value: v}, "
                       "aggregate: {from: a, to: h, method: weighted_mean, weight: {table: t, column: d}}}\n",
               "code,v,n,d\nS00,10,1,10\nS01,50,15,30\nS02,1,2,200\nS03,,0,0\n", &load);
    uint32_t west = eg_test_area(&load, "h", "W");
    uint32_t east = eg_test_area(&load, "h", "E");
    const struct eg_series *s = eg_test_series(&load, "s", "h", NULL);
    assert_true(s->aggregated);
    assert_true(s->value[west] == 16 && s->value[east] == 2);
    const struct eg_series *r = eg_test_series(&load, "r", "h", NULL);
    assert_true(r->value[west] == 40 && r->numerator[west] == 16 && r->denominator[west] == 40);
    assert_int_equal(r->state[east], EG_UNRELIABLE); /* one child of two has no rate */
    const struct eg_series *m = eg_test_series(&load, "m", "h", NULL);
    assert_true(m->value[west] == (10.0 * 10 + 50.0 * 30) / 40);
    assert_int_equal(m->state[east], EG_VALID); /* nobody lives in the one without a value */
    assert_true(m->value[east] == 1);
    eg_test_load_clear(&load);
}

static void a_sum_with_a_missing_part_is_missing_and_parts_that_do_not_apply_are_left_out(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_table(
        HALVES TABLE(", markers: {missing: m, not_applicable: z}") "indicators: [{id: i, title: I, series: "
                                                                   "{table: t, value: v}, aggregate: {from: "
                                                                   "a, to: h, method: sum}}]\n",
        "code,v\nS00,1\nS01,m\nS02,5\nS03,z\n", &load);
    const struct eg_series *series = eg_test_series(&load, "i", "h", NULL);
    assert_int_equal(series->state[eg_test_area(&load, "h", "W")], EG_MISSING);
    assert_int_equal(series->state[eg_test_area(&load, "h", "E")], EG_VALID);
    assert_true(series->value[eg_test_area(&load, "h", "E")] == 5);
    eg_test_load_clear(&load);
}

static const struct eg_series *only_series(const struct eg_test_load *load)
{
    return eg_test_series(load, "i", "a", NULL);
}

static void a_product_is_the_number_that_it_prints_as(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_table(
        SQUARES TABLE("") "indicators: [{id: i, title: I, multiplier: 100, series: {table: t, value: v, "
                          "lower: l, upper: u}}]\n",
        "code,v,l,u\nS00,0.07,0.29,0.57\nS01,0.29,0.1,0.58\nS02,1.1,0.07,1.15\n"
        "S03,0.123456789012345678,0,0\n",
        &load);
    const struct eg_series *series = only_series(&load);
    assert_true(series->value[0] == 7 && series->lower[0] == 29 && series->upper[0] == 57);
    assert_true(series->value[1] == 29 && series->value[2] == 110);
    assert_true(series->value[3] == 12.3456789012346); /* fifteen digits, as JSON has it */
    eg_test_load_clear(&load);
}

static void an_aggregate_is_the_number_that_it_prints_as(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_table(HALVES TABLE("") "indicators: [{id: i, title: I, series: {table: t, value: v}, "
                                "aggregate: {from: a, method: sum, to: h}}]\n",
               "code,v\nS00,0.1\nS01,0.2\nS02,0.7\nS03,0.1\n", &load);
    const struct eg_series *halves = eg_test_series(&load, "i", "h", NULL);
    assert_true(halves->value[eg_test_area(&load, "h", "W")] == 0.3); /* 0.1 + 0.2 is 0.30000000000000004 */
    assert_true(halves->value[eg_test_area(&load, "h", "E")] == 0.8);
    eg_test_load_clear(&load);
}

static void a_product_beyond_the_largest_number_is_an_unreadable_cell(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_table(
        SQUARES TABLE("") "indicators: [{id: i, title: I, multiplier: 100, series: {table: t, value: v, "
                          "upper: u}}]\n",
        "code,v,u\nS00,1,1e307\nS01,1e307,2\nS02,-1e307,2\nS03,2,3\n", &load);
    const struct eg_series *series = only_series(&load);
    assert_states(series, (const uint8_t[]){EG_VALID, EG_MISSING, EG_MISSING, EG_VALID}, 4);
    assert_int_equal(series->has[0], 0);
    assert_true(series->value[1] == 0);
    const struct eg_series_report *report = eg_test_series_report(&load, "i", "a", NULL);
    assert_int_equal(report->n_bad_cells, 3);
    assert_string_equal(report->bad_cell.data, "row 2, column u: '1e307'");
    assert_false(eg_report_is_strict((struct eg_report_subject){load.generation, NULL}, NULL));
    eg_test_load_clear(&load);
}

static void an_aggregate_beyond_the_largest_number_is_missing_and_told(void **state)
{
    (void)state;
    struct eg_test_load load;
    struct eg_buffer reasons;
    eg_buffer_init(&reasons, 0);
    load_table(HALVES TABLE("") "indicators: [{id: i, title: I, series: {table: t, value: v}, "
                                "aggregate: {from: a, method: sum, to: h}}]\n",
               "code,v\nS00,1e308\nS01,1e308\nS02,1e308\nS03,1\n", &load);
    const struct eg_series *halves = eg_test_series(&load, "i", "h", NULL);
    assert_int_equal((halves->state[0] == EG_MISSING) + (halves->state[1] == EG_MISSING), 1);
    assert_int_equal(eg_test_series_report(&load, "i", "h", NULL)->n_bad_cells, 1);
    assert_false(eg_report_is_strict((struct eg_report_subject){load.generation, NULL}, &reasons));
    assert_non_null(strstr(reasons.data, "h: i 2020 has 1 aggregate that is beyond the largest number"));
    eg_buffer_clear(&reasons);
    eg_test_load_clear(&load);
}

static void the_version_follows_the_numbers(void **state)
{
    (void)state;
    struct eg_test_load load;
    char first[33];
    load_table(SQUARES TABLE("") ONE, "code,v\nS00,1\n", &load);
    memcpy(first, load.generation->version, sizeof first);
    eg_test_load_clear(&load);
    load_table(SQUARES TABLE("") ONE, "code,v\nS00,1\n", &load);
    assert_string_equal(load.generation->version, first);
    eg_test_load_clear(&load);
    load_table(SQUARES TABLE("") ONE, "code,v\nS00,2\n", &load);
    assert_string_not_equal(load.generation->version, first);
    eg_generation_retain(load.generation);
    eg_generation_release(load.generation);
    struct eg_generation *alone = NULL;
    assert_int_equal(eg_generation_load(load.atlas, 1, &alone, NULL), EG_OK);
    assert_string_equal(alone->version, load.generation->version); /* threads do not matter */
    eg_generation_release(alone);
    eg_test_load_clear(&load);
}

static void every_refused_allocation_ends_the_load_cleanly(void **state)
{
    (void)state;
    (void)eg_test_squares("squares.geojson", 4, 1);
    (void)eg_test_temp_file("t.csv",
                            "code,v,c,year\nS00,1,x,2020\nS01,*,y,2020\nS02,3,y,2020\nS04,1,1,2020\n");
    const char *yaml = HALVES
        "tables:\n- {id: t, source: \"@t.csv\", key: code, boundaries: a, period: \"2020\", markers: "
        "{suppressed: \"*\"}}\n"
        "- {id: u, source: \"@t.csv\", key: code, boundaries: a, long: {period: year, columns: {j: c}}}\n"
        "indicators:\n- {id: i, title: I, series: {table: t, value: v}, aggregate: {from: a, to: h, method: "
        "sum}}\n"
        "- {id: j, title: J, categorical: true}\n";
    struct eg_test_load load;
    for (long n = 1;; n++) {
        eg_failing_malloc_after(n);
        enum eg_status status = eg_test_load(yaml, &load);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        if (status != EG_OK) assert_true(failed);
        eg_test_load_clear(&load);
        if (!failed) break;
    }
}

/* --- real data ---------------------------------------------------------------------------------------------------------- */

static char *real_path(const char *name)
{
    char path[1024];
    char *full = realpath(eg_test_data_or_skip(name, path, sizeof path), NULL);
    assert_non_null(full);
    return full;
}

static void englands_neighbourhoods_all_have_their_deprivation(void **state)
{
    (void)state;
    char *areas = real_path("ew_lsoa11_bgc.gpkg");
    char *table = real_path("imd2019_lsoa11.csv.gz");
    char yaml[2048];
    (void)snprintf(
        yaml, sizeof yaml,
        "boundaries: [{id: a, title: A, source: \"%s\", key: lsoa11cd, filter: \"lsoa11cd LIKE 'E%%'\"}]\n"
        "tables: [{id: t, source: \"%s\", key: lsoa11cd, boundaries: a, period: \"2019\"}]\n"
        "indicators: [{id: i, title: I, series: {table: t, value: imd_score, rank: imd_rank, decile: "
        "imd_decile}}]\n",
        areas, table);
    free(areas);
    free(table);
    struct eg_test_load load;
    eg_test_load_well(yaml, &load);
    const struct eg_series_report *report = eg_test_series_report(&load, "i", "a", NULL);
    assert_int_equal(report->n_matched, 32844);
    assert_int_equal(report->n_state[EG_VALID], 32844);
    assert_int_equal(report->n_areas_without_row + report->n_rows_without_area, 0);
    assert_true(eg_report_is_strict((struct eg_report_subject){load.generation, NULL}, NULL));
    const struct eg_series *series = eg_test_series(&load, "i", "a", NULL);
    uint32_t worst = eg_test_area(&load, "a", "E01021988"); /* Jaywick */
    assert_int_equal(series->rank[worst], 1);
    assert_int_equal(series->decile[worst], 1);
    assert_true(series->value[worst] == 92.735);
    struct eg_generation *alone = NULL;
    assert_int_equal(eg_generation_load(load.atlas, 1, &alone, NULL), EG_OK);
    assert_string_equal(alone->version, load.generation->version);
    eg_generation_release(alone);
    eg_test_load_clear(&load);
}

static void tracts_where_zero_or_minus_999_means_missing_are_drawn_as_missing(void **state)
{
    (void)state;
    char *areas = real_path("ma_tract2018_500k.gpkg");
    char *table = real_path("ma_tract_income.csv");
    char *counties = real_path("us_county2018_20m.gpkg");
    char *svi = real_path("us_county_svi2018.csv.gz");
    char yaml[4096];
    (void)snprintf(
        yaml, sizeof yaml,
        "boundaries:\n- {id: a, title: A, source: \"%s\", key: geoid}\n- {id: c, title: C, source: \"%s\", "
        "key: GEOID}\n"
        "tables:\n- {id: t, source: \"%s\", key: geoid10, boundaries: a, period: \"2010\", markers: "
        "{missing: \"0\"}}\n"
        "- {id: s, source: \"%s\", key: fips, boundaries: c, period: \"2018\", markers: {missing: [\"-999\", "
        "\"-999.0\"]}}\n"
        "indicators:\n- {id: income, title: I, series: {table: t, value: median_household_income_usd}}\n"
        "- {id: poverty, title: P, series: {table: s, value: ep_pov}}\n",
        areas, counties, table, svi);
    free(areas);
    free(counties);
    free(table);
    free(svi);
    struct eg_test_load load;
    eg_test_load_well(yaml, &load);
    const struct eg_series_report *income = eg_test_series_report(&load, "income", "a", NULL);
    assert_int_equal(income->n_matched, 1475);
    assert_int_equal(income->n_rows_without_area, 3);
    assert_true(income->n_state[EG_MISSING] > 0);
    const struct eg_series *series = eg_test_series(&load, "income", "a", NULL);
    for (uint32_t i = 0; i < 1475; i++) assert_true(series->state[i] == EG_MISSING || series->value[i] > 0);
    const struct eg_series_report *poverty = eg_test_series_report(&load, "poverty", "c", NULL);
    assert_int_equal(poverty->n_matched, 3142);
    assert_int_equal(poverty->n_bad_cells, 0);
    const struct eg_series *counties_series = eg_test_series(&load, "poverty", "c", NULL);
    assert_int_equal(counties_series->state[eg_test_area(&load, "c", "35039")], EG_MISSING); /* Rio Arriba */
    for (uint32_t i = 0; i < load.generation->area_sets[1].n_areas; i++)
        assert_true(counties_series->value[i] >= 0);
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
        cmocka_unit_test(values_come_by_code_whatever_the_order_of_rows),
        cmocka_unit_test(every_state_stays_apart_and_only_numbers_keep_companions),
        cmocka_unit_test(markers_of_a_column_replace_those_of_the_table),
        cmocka_unit_test(a_thousands_separator_is_a_bad_cell_and_the_first_is_named),
        cmocka_unit_test(leftovers_of_both_sides_are_counted_with_examples),
        cmocka_unit_test(padding_and_trimming_are_suggested_and_done_only_when_asked),
        cmocka_unit_test(trimming_and_padding_together_are_suggested_only_when_neither_suffices),
        cmocka_unit_test(a_prefix_is_put_before_the_key),
        cmocka_unit_test(rows_of_a_long_table_become_series_by_indicator_and_period),
        cmocka_unit_test(a_long_table_may_have_a_column_per_indicator_and_periods_by_name),
        cmocka_unit_test(a_long_table_that_lacks_an_indicator_or_names_no_period_is_refused),
        cmocka_unit_test(categories_are_numbered_alike_in_all_periods),
        cmocka_unit_test(the_same_series_from_two_tables_is_refused),
        cmocka_unit_test(a_wrong_column_is_answered_with_table_file_and_nearest),
        cmocka_unit_test(sums_rates_and_weighted_means_are_what_the_atlas_declares),
        cmocka_unit_test(a_sum_with_a_missing_part_is_missing_and_parts_that_do_not_apply_are_left_out),
        cmocka_unit_test(a_product_is_the_number_that_it_prints_as),
        cmocka_unit_test(an_aggregate_is_the_number_that_it_prints_as),
        cmocka_unit_test(a_product_beyond_the_largest_number_is_an_unreadable_cell),
        cmocka_unit_test(an_aggregate_beyond_the_largest_number_is_missing_and_told),
        cmocka_unit_test(the_version_follows_the_numbers),
        cmocka_unit_test(every_refused_allocation_ends_the_load_cleanly),
        cmocka_unit_test(englands_neighbourhoods_all_have_their_deprivation),
        cmocka_unit_test(tracts_where_zero_or_minus_999_means_missing_are_drawn_as_missing),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, clear_files);
}
