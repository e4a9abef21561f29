/* The weights of weighted means: which areas count, which make the mean unreliable or missing, and what is reported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/failing_malloc.h"
#include "support/temp_file.h"
#include "support/test_generation.h"

#define HALVES                                                                                               \
    "boundaries:\n- {id: a, title: A, source: \"@squares.geojson\", key: code}\n"                            \
    "- {id: h, title: H, dissolve: {of: a, column: half}}\n"
#define TABLE "tables: [{id: t, source: \"@t.csv\", key: code, boundaries: a, period: \"2020\"}]\n"
#define MEAN                                                                                                 \
    "indicators: [{id: i, title: I, series: {table: t, value: v}, aggregate: {from: a, method: "             \
    "weighted_mean, weight: {table: t, column: w}, to: h}}]\n"

/* Eight squares, west S00 to S03, east S04 to S07. */
static void load_weights(const char *yaml, const char *csv, struct eg_test_load *load)
{
    (void)eg_test_squares("squares.geojson", 8, 1);
    (void)eg_test_temp_file("t.csv", csv);
    eg_test_load_well(yaml, load);
}

static void assert_states(const struct eg_series *halves, enum eg_state expected)
{
    assert_int_equal(halves->state[0], expected);
    assert_int_equal(halves->state[1], expected);
}

static void weights_of_any_size_weigh(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_weights(HALVES TABLE MEAN,
                 "code,v,w\nS00,10,1e308\nS01,20,1e308\nS02,10,0\nS03,10,0\n"
                 "S04,10,1e308\nS05,20,1e308\nS06,10,1e308\nS07,20,1e308\n",
                 &load);
    const struct eg_series *halves = eg_test_series(&load, "i", "h", NULL);
    assert_states(halves, EG_VALID);
    assert_true(halves->value[0] == 15 && halves->value[1] == 15);
    eg_test_load_clear(&load);
}

static void an_area_whose_weight_is_unreadable_or_below_zero_makes_the_mean_unreliable(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_weights(HALVES TABLE MEAN,
                 "code,v,w\nS00,10,1\nS01,20,3\nS02,90,\"1,234\"\nS03,90,0\n"
                 "S04,10,2\nS05,30,2\nS06,90,-5\nS07,,0\n",
                 &load);
    const struct eg_series *halves = eg_test_series(&load, "i", "h", NULL);
    uint32_t west = eg_test_area(&load, "h", "W");
    uint32_t east = eg_test_area(&load, "h", "E");
    assert_true(halves->state[west] == EG_UNRELIABLE && halves->value[west] == 17.5);
    assert_true(halves->state[east] == EG_UNRELIABLE && halves->value[east] == 20);
    const struct eg_report *report = load.generation->report;
    assert_int_equal(report->n_weights, 1);
    assert_int_equal(report->weights[0].join.n_bad_cells, 2);
    assert_string_equal(report->weights[0].join.bad_cell.data, "row 4, column w: '1,234'");
    assert_int_equal(report->weights[0].join.n_state[EG_VALID], 6);
    assert_int_equal(report->weights[0].join.n_state[EG_MISSING], 2);
    assert_int_equal(eg_test_series_report(&load, "i", "a", NULL)->n_bad_cells, 0);
    eg_test_load_clear(&load);
}

static void a_weight_without_a_row_or_a_number_counts_like_an_unreadable_one(void **state)
{
    (void)state;
    struct eg_test_load load;
    (void)eg_test_temp_file("u.csv", "code,w\nS00,1\nS01,3\nS03,\nS04,1\nS05,-0\nS06,1\n");
    load_weights(HALVES "tables:\n- {id: t, source: \"@t.csv\", key: code, boundaries: a, period: \"2020\"}\n"
                        "- {id: u, source: \"@u.csv\", key: code, boundaries: a}\n"
                        "indicators: [{id: i, title: I, series: {table: t, value: v}, aggregate: {from: a, "
                        "method: weighted_mean, weight: {table: u, column: w}, to: h}}]\n",
                 "code,v\nS00,10\nS01,20\nS02,90\nS03,90\nS04,1\nS05,90\nS06,3\nS07,\n", &load);
    const struct eg_series *halves = eg_test_series(&load, "i", "h", NULL);
    uint32_t west = eg_test_area(&load, "h", "W");
    uint32_t east = eg_test_area(&load, "h", "E");
    assert_true(halves->state[west] == EG_UNRELIABLE && halves->value[west] == 17.5);
    assert_true(halves->state[east] == EG_UNRELIABLE && halves->value[east] == 2); /* S07 may be large */
    const struct eg_series_report *join = &load.generation->report->weights[0].join;
    assert_int_equal(join->n_areas_without_row, 2);
    assert_string_equal(join->areas_without_row[0].data, "S02");
    assert_int_equal(join->n_bad_cells, 0); /* -0 is zero */
    eg_test_load_clear(&load);
}

static void a_mean_of_mostly_unknown_weights_is_missing(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_weights(HALVES TABLE MEAN,
                 "code,v,w\nS00,10,1\nS01,20,x\nS02,30,x\nS03,40,0\n"
                 "S04,10,x\nS05,20,-1\nS06,30,\nS07,40,x\n",
                 &load);
    const struct eg_series *halves = eg_test_series(&load, "i", "h", NULL);
    assert_states(halves, EG_MISSING);
    assert_true(halves->value[0] == 0 && halves->value[1] == 0);
    eg_test_load_clear(&load);
}

static void a_column_of_weights_is_read_once_for_all_that_take_it(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_weights(HALVES TABLE "indicators:\n"
                              "- {id: i, title: I, series: {table: t, value: v}, aggregate: {from: a, "
                              "method: weighted_mean, weight: {table: t, column: w}, to: h}}\n"
                              "- {id: j, title: J, series: {table: t, value: w}, aggregate: {from: a, "
                              "method: weighted_mean, weight: {table: t, column: w}, to: h}}\n"
                              "- {id: k, title: K, series: {table: t, value: w}, aggregate: {from: a, "
                              "method: weighted_mean, weight: {table: t, column: v}, to: h}}\n",
                 "code,v,w\nS00,1,1\nS01,2,1\nS02,3,1\nS03,4,3\nS04,0,1\nS05,0,1\nS06,0,1\nS07,4,2\n", &load);
    uint32_t west = eg_test_area(&load, "h", "W");
    assert_int_equal(load.generation->report->n_weights, 2);
    assert_true(eg_test_series(&load, "i", "h", NULL)->value[west] == 3);
    assert_true(eg_test_series(&load, "j", "h", NULL)->value[west] == 2);
    assert_true(eg_test_series(&load, "k", "h", NULL)->value[west] == 1.8);
    eg_test_load_clear(&load);
}

static void a_load_that_runs_out_of_memory_over_weights_ends_cleanly(void **state)
{
    (void)state;
    (void)eg_test_squares("squares.geojson", 4, 1);
    (void)eg_test_temp_file("t.csv", "code,v,w\nS00,1,\"1,000\"\nS01,2,-3\nS02,3,2\nS04,1,1\n");
    struct eg_test_load load;
    for (long n = 1;; n++) {
        eg_failing_malloc_after(n);
        enum eg_status status = eg_test_load(HALVES TABLE MEAN, &load);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        if (status != EG_OK) assert_true(failed);
        eg_test_load_clear(&load);
        if (!failed) break;
    }
}

static int clear_files(void **state)
{
    (void)state;
    eg_test_temp_clear();
    return 0;
}

/* The mean of S04 and S05 would tell the weight of S04 to whoever knows that of S05. */
static void a_weight_that_is_withheld_as_an_indicator_weighs_in_no_mean(void **state)
{
    (void)state;
    struct eg_test_load load;
    (void)eg_test_temp_file("h.csv", "code,w\nW,10\nE,*\n");
    load_weights(
        HALVES
        "tables:\n- {id: t, source: \"@t.csv\", key: code, boundaries: a, period: \"2020\", markers: "
        "{suppressed: \"*\"}}\n"
        "- {id: o, source: \"@h.csv\", key: code, boundaries: h, period: \"2020\", markers: "
        "{suppressed: \"*\"}}\n"
        "indicators:\n"
        "- {id: i, title: I, series: {table: t, value: v}, aggregate: {from: a, method: "
        "weighted_mean, weight: {table: t, column: w}, to: h}}\n"
        "- {id: people, title: P, additive: true, series: [{table: t, value: w}, {table: o, value: w}]}\n",
        "code,v,w\nS00,10,1\nS01,20,2\nS02,30,3\nS03,40,4\n"
        "S04,10,1\nS05,20,2\nS06,30,3\nS07,40,3\n",
        &load);
    const struct eg_series *halves = eg_test_series(&load, "i", "h", NULL);
    uint32_t west = eg_test_area(&load, "h", "W"), east = eg_test_area(&load, "h", "E");
    const struct eg_series *weights =
        eg_generation_weights(load.generation, &load.atlas->indicators[0].aggregations[0]);
    assert_non_null(weights);
    const struct eg_series *people = eg_test_series(&load, "people", "a", NULL);
    uint32_t smallest = eg_test_area(&load, "a", "S04"); /* withheld so that East does not follow */
    assert_int_equal(people->state[smallest], EG_SUPPRESSED);
    for (uint32_t i = 0; i < 8; i++)
        assert_int_equal(weights->state[i], i == smallest ? EG_SUPPRESSED : EG_VALID);
    assert_true(weights->value[smallest] == 0);
    assert_int_equal(halves->state[west], EG_VALID);
    assert_int_equal(halves->state[east], EG_UNRELIABLE);
    eg_test_load_clear(&load);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_weight_that_is_withheld_as_an_indicator_weighs_in_no_mean),
        cmocka_unit_test(weights_of_any_size_weigh),
        cmocka_unit_test(an_area_whose_weight_is_unreadable_or_below_zero_makes_the_mean_unreliable),
        cmocka_unit_test(a_weight_without_a_row_or_a_number_counts_like_an_unreadable_one),
        cmocka_unit_test(a_mean_of_mostly_unknown_weights_is_missing),
        cmocka_unit_test(a_column_of_weights_is_read_once_for_all_that_take_it),
        cmocka_unit_test(a_load_that_runs_out_of_memory_over_weights_ends_cleanly),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, clear_files);
}
