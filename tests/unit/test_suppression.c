/* What is withheld besides what the publisher suppressed; the rule is docs/decisions/0002-suppression.md. The property test
 * proves it over random hierarchies, here are the situations by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/additive.h"
#include "data/suppress.h"
#include "geo/topology.h"
#include "support/failing_malloc.h"
#include "support/temp_file.h"
#include "support/test_generation.h"

#define V EG_VALID
#define S EG_SUPPRESSED
#define SETS                                                                                                 \
    "boundaries:\n- {id: a, title: A, source: \"@squares.geojson\", key: code}\n"                            \
    "- {id: d, title: D, dissolve: {of: a, lookups: [{source: \"@up.csv\", key: area, code: d}]}}\n"         \
    "- {id: r, title: R, dissolve: {of: a, lookups: [{source: \"@up.csv\", key: area, code: r}]}}\n"
/* Six squares in three districts in one region. */
#define UP "area,d,r\nS00,D0,R\nS01,D0,R\nS02,D1,R\nS03,D1,R\nS04,D2,R\nS05,D2,R\n"
#define TABLES                                                                                               \
    "tables:\n- {id: ta, source: \"@a.csv\", key: code, boundaries: a, period: \"2020\", markers: "          \
    "{suppressed: \"*\"}}\n"                                                                                 \
    "- {id: td, source: \"@d.csv\", key: code, boundaries: d, period: \"2020\", markers: {suppressed: "      \
    "\"*\"}}\n"                                                                                              \
    "- {id: tr, source: \"@r.csv\", key: code, boundaries: r, period: \"2020\", markers: {suppressed: "      \
    "\"*\"}}\n"

static void write_files(const char *a, const char *d, const char *r)
{
    (void)eg_test_squares("squares.geojson", 6, 1);
    (void)eg_test_temp_file("up.csv", UP);
    (void)eg_test_temp_file("a.csv", a);
    (void)eg_test_temp_file("d.csv", d);
    (void)eg_test_temp_file("r.csv", r);
}

static void assert_states(const struct eg_test_load *load, const char *set, const uint8_t *expected,
                          uint32_t n)
{
    const struct eg_series *series = eg_test_series(load, "i", set, NULL);
    for (uint32_t i = 0; i < n; i++) {
        if (series->state[i] != expected[i]) print_error("area %u of %s: %u\n", i, set, series->state[i]);
        assert_int_equal(series->state[i], expected[i]);
        if (expected[i] == S) assert_true(series->value[i] == 0 && series->has[i] == 0);
    }
}

static void an_aggregate_of_a_suppressed_part_is_withheld_at_every_level(void **state)
{
    (void)state;
    struct eg_test_load load;
    write_files("code,v\nS00,1\nS01,*\nS02,*\nS03,*\nS04,5\nS05,6\n", "code,v\n", "code,v\n");
    eg_test_load_well(SETS TABLES "indicators: [{id: i, title: I, series: {table: ta, value: v}, "
                                  "aggregate: {from: a, to: [d, r], method: sum}}]\n",
                      &load);
    assert_states(&load, "d", (const uint8_t[]){S, S, V}, 3);
    assert_states(&load, "r", (const uint8_t[]){S}, 1);
    assert_int_equal(eg_test_series_report(&load, "i", "d", NULL)->n_secondary, 2);
    eg_test_load_clear(&load);
}

#define PUBLISHED                                                                                            \
    SETS TABLES "indicators: [{id: i, title: I, series: [{table: ta, value: v, numerator: v}, "              \
                "{table: td, value: v, numerator: v}, {table: tr, value: v, numerator: v}]}]\n"

static void a_published_total_over_one_hidden_part_is_withheld(void **state)
{
    (void)state;
    struct eg_test_load load;
    /* D0 hides one, D1 hides two, so D1 stays; the region without D1's and D2's totals would tell D0. */
    write_files("code,v\nS00,1\nS01,*\nS02,*\nS03,*\nS04,5\nS05,6\n", "code,v\nD0,3\nD1,7\nD2,11\n",
                "code,v\nR,21\n");
    eg_test_load_well(PUBLISHED, &load);
    assert_states(&load, "d", (const uint8_t[]){S, V, V}, 3);
    assert_states(&load, "r", (const uint8_t[]){S}, 1);
    assert_int_equal(eg_test_series_report(&load, "i", "d", NULL)->n_secondary, 1);
    assert_int_equal(eg_test_series_report(&load, "i", "r", NULL)->n_secondary, 1);
    eg_test_load_clear(&load);
}

static void two_districts_that_hide_one_part_each_cover_for_one_another(void **state)
{
    (void)state;
    struct eg_test_load load;
    write_files("code,v\nS00,1\nS01,*\nS02,3\nS03,*\nS04,5\nS05,6\n", "code,v\nD0,3\nD1,7\nD2,11\n",
                "code,v\nR,21\n");
    eg_test_load_well(PUBLISHED, &load);
    assert_states(&load, "d", (const uint8_t[]){S, S, V}, 3);
    assert_states(&load, "r", (const uint8_t[]){V}, 1); /* tells only the sum of the two */
    eg_test_load_clear(&load);
}

static void a_suppressed_district_hides_one_of_its_visible_parts(void **state)
{
    (void)state;
    struct eg_test_load load;
    write_files("code,v\nS00,4\nS01,2\nS02,3\nS03,4\nS04,5\nS05,6\n", "code,v\nD0,*\nD1,7\nD2,11\n",
                "code,v\nR,*\n");
    eg_test_load_well(PUBLISHED, &load);
    assert_states(&load, "a", (const uint8_t[]){V, S, V, V, V, V}, 6); /* the smaller of the two */
    assert_int_equal(eg_test_series_report(&load, "i", "a", NULL)->n_secondary, 1);
    assert_states(&load, "d", (const uint8_t[]){S, V, V}, 3);
    eg_test_load_clear(&load);
}

#define VALUES_ONLY(more)                                                                                    \
    SETS TABLES "indicators: [{id: i, title: I" more ", series: [{table: ta, value: v}, "                    \
                "{table: td, value: v}, {table: tr, value: v}]}]\n"

static void assert_districts(const char *yaml, const char *a, const char *d, const uint8_t *expected)
{
    struct eg_test_load load;
    write_files(a, d, "code,v\n");
    eg_test_load_well(yaml, &load);
    assert_states(&load, "d", expected, 3);
    eg_test_load_clear(&load);
}

static void numbers_that_do_not_add_up_tell_nothing_and_stay(void **state)
{
    (void)state;
    assert_districts(VALUES_ONLY(""), "code,v\nS00,10\nS01,*\nS02,30\nS03,40\nS04,50\nS05,60\n",
                     "code,v\nD0,12\nD1,35\nD2,55\n", (const uint8_t[]){V, V, V});
}

static void one_total_that_is_the_sum_of_its_visible_parts_tells_that_numbers_add_up(void **state)
{
    (void)state;
    /* D1 lies below its parts, as if corrected later; D2 is a sum and no mean. */
    assert_districts(VALUES_ONLY(""), "code,v\nS00,10\nS01,*\nS02,30\nS03,40\nS04,50\nS05,60\n",
                     "code,v\nD0,14\nD1,60\nD2,110\n", (const uint8_t[]){S, V, V});
}

static void numbers_that_may_add_up_are_withheld_where_no_total_tells(void **state)
{
    (void)state;
    assert_districts(VALUES_ONLY(""), "code,v\nS00,10\nS01,*\nS02,*\nS03,40\nS04,*\nS05,*\n",
                     "code,v\nD0,14\nD1,43\nD2,110\n", (const uint8_t[]){S, S, V});
}

static void gains_and_losses_add_up_unless_more_totals_differ_than_agree(void **state)
{
    (void)state;
    const char *areas = "code,v\nS00,10\nS01,*\nS02,-30\nS03,40\nS04,50\nS05,-60\n";
    assert_districts(VALUES_ONLY(""), areas, "code,v\nD0,14\nD1,10\nD2,-10\n", (const uint8_t[]){S, V, V});
    assert_districts(VALUES_ONLY(""), areas, "code,v\nD0,14\nD1,10\nD2,3\n", (const uint8_t[]){S, V, V});
    assert_districts(VALUES_ONLY(""), areas, "code,v\nD0,14\nD1,5\nD2,3\n", (const uint8_t[]){V, V, V});
}

static void gains_and_losses_add_up_where_no_total_is_complete(void **state)
{
    (void)state;
    assert_districts(VALUES_ONLY(""), "code,v\nS00,-1\nS01,*\nS02,-3\nS03,*\nS04,*\nS05,6\n",
                     "code,v\nD0,-3\nD1,1\nD2,11\n", (const uint8_t[]){S, S, S});
}

/* The districts are sums of the areas; no sum of areas is without a hidden part, but the region is the districts' sum. */
static void levels_between_tell_that_a_region_adds_up(void **state)
{
    (void)state;
    struct eg_test_load load;
    write_files("code,v\nS00,-5\nS01,*\nS02,-3\nS03,-2\nS04,-1\nS05,0\n", "code,v\nD0,-9\nD1,-5\nD2,-1\n",
                "code,v\nR,-15\n");
    eg_test_load_well(VALUES_ONLY(""), &load);
    assert_states(&load, "d", (const uint8_t[]){S, V, V}, 3);
    assert_states(&load, "r", (const uint8_t[]){S}, 1);
    eg_test_load_clear(&load);
    /* Here the region holds cases that could not be placed, and is no sum; the districts clearly are. */
    write_files("code,v\nS00,50\nS01,*\nS02,30\nS03,20\nS04,10\nS05,90\n", "code,v\nD0,90\nD1,50\nD2,100\n",
                "code,v\nR,190\n");
    eg_test_load_well(VALUES_ONLY(""), &load);
    assert_states(&load, "d", (const uint8_t[]){S, V, V}, 3);
    assert_states(&load, "r", (const uint8_t[]){S}, 1);
    eg_test_load_clear(&load);
}

static void the_atlas_may_say_that_numbers_add_up(void **state)
{
    (void)state;
    assert_districts(VALUES_ONLY(", additive: true"),
                     "code,v\nS00,10\nS01,*\nS02,30\nS03,40\nS04,50\nS05,60\n",
                     "code,v\nD0,14\nD1,60\nD2,90\n", (const uint8_t[]){S, V, V});
}

static void totals_rounded_to_fives_may_fall_short_of_their_rounded_parts(void **state)
{
    (void)state;
    uint8_t part_state[40], total_state[20];
    double part[40], total[20];
    uint32_t parent[40];
    enum eg_additive verdict = EG_ADDITIVE_CLEAR;
    for (uint32_t i = 0; i < 40; i++) {
        part_state[i] = i < 20 ? S : V; /* every total has a part that is hidden and two that are not */
        part[i] = 10;                   /* 8 */
        parent[i] = i % 20 / 2;
    }
    for (uint32_t i = 0; i < 20; i++) {
        total_state[i] = V;
        total[i] = 15; /* 17 */
    }
    struct eg_additive_level parts = {40, part_state, part}, totals = {20, total_state, total};
    part[39] = 5;
    assert_int_equal(eg_additive_find(&parts, &totals, parent, &verdict, NULL), EG_OK);
    assert_int_equal(verdict, EG_ADDITIVE_UNSURE);
    part[38] = 11; /* not rounded, then */
    assert_int_equal(eg_additive_find(&parts, &totals, parent, &verdict, NULL), EG_OK);
    assert_int_equal(verdict, EG_ADDITIVE_UNSURE);
    total[0] = 14;
    assert_int_equal(eg_additive_find(&parts, &totals, parent, &verdict, NULL), EG_OK);
    assert_int_equal(verdict, EG_ADDITIVE_NO);
    eg_failing_malloc_after(1);
    assert_int_equal(eg_additive_find(&parts, &totals, parent, &verdict, NULL), EG_NO_MEMORY);
    eg_failing_malloc_after(0);
}

static void levels_that_do_not_nest_publish_only_totals_without_hidden_parts(void **state)
{
    (void)state;
    /* Atoms 0..3; level 1 {0,1} {2,3}; level 2 crosses it: {0,2} {1,3}. With 0 and 1 hidden, level 1 tells their sum, which is
     * harmless; level 2 would tell each. */
    uint8_t atoms[] = {S, S, V, V};
    uint8_t first[] = {V, V};
    uint8_t second[] = {V, V};
    const double values[] = {1, 2, 3, 4};
    const uint32_t of_first[] = {0, 0, 1, 1};
    const uint32_t of_second[] = {0, 1, 0, 1};
    struct eg_suppress_level levels[] = {
        {.n_areas = 4, .state = atoms, .value = values},
        {.n_areas = 2, .state = first, .value = values, .of_atom = of_first},
        {.n_areas = 2, .state = second, .value = values, .of_atom = of_second}};
    assert_int_equal(eg_suppress(levels, 3, NULL), EG_OK);
    assert_int_equal(first[0], V);
    assert_int_equal(second[0], S);
    assert_int_equal(second[1], S);
    assert_int_equal(levels[2].n_withheld, 2);
}

static char *report_of(const struct eg_test_load *load)
{
    struct eg_buffer out;
    size_t len;
    struct eg_json *json = eg_json_new_object();
    assert_non_null(json);
    eg_buffer_init(&out, 0);
    assert_int_equal(eg_report_text((struct eg_report_subject){load->generation, NULL}, &out, NULL), EG_OK);
    (void)eg_report_is_strict((struct eg_report_subject){load->generation, NULL}, &out);
    eg_report_json((struct eg_report_subject){load->generation, NULL}, json, eg_json_root(json));
    assert_int_equal(eg_json_finish(json, false, &out, NULL), EG_OK);
    eg_json_free(json);
    return eg_buffer_take(&out, &len);
}

#define SQUARES "boundaries: [{id: a, title: A, source: \"@squares.geojson\", key: code}]\n"

/* --- ranks ------------------------------------------------------------------------------------------------------------- */

/* n areas ranked 1, 1 + step, ..., the third of them suppressed when `hides`. */
static void load_ranked(struct eg_test_load *load, uint32_t n, uint32_t step, bool hides)
{
    char csv[8192] = "code,v,rank,tenth,flag\n";
    size_t len = strlen(csv);
    for (uint32_t i = 0; i < n; i++) {
        len += (size_t)snprintf(csv + len, sizeof csv - len, "S%02u,%u,%u,%u,%s\n", i, 1000 - i, 1 + i * step,
                                1 + i * 10 / n, hides && i == 2 ? "x" : "");
        assert_true(len < sizeof csv);
    }
    (void)eg_test_squares("squares.geojson", n, 1);
    (void)eg_test_temp_file("t.csv", csv);
    eg_test_load_well(
        SQUARES "tables: [{id: t, source: \"@t.csv\", key: code, boundaries: a, period: \"2020\", flags: "
                "{suppressed: x}}]\n"
                "indicators: [{id: i, title: I, series: {table: t, value: v, rank: rank, decile: tenth, "
                "flag: flag}}]\n",
        load);
}

static void assert_ranks(uint32_t n, uint32_t step, bool hides, bool ranks, bool tenths)
{
    struct eg_test_load load;
    load_ranked(&load, n, step, hides);
    const struct eg_series *series = eg_test_series(&load, "i", "a", NULL);
    const struct eg_series_report *report = eg_test_series_report(&load, "i", "a", NULL);
    assert_int_equal(series->rank != NULL, ranks);
    assert_int_equal(series->decile != NULL, tenths);
    for (uint32_t i = 0; i < n; i++) {
        bool visible = series->state[i] == V;
        assert_int_equal((series->has[i] & EG_HAS_RANK) != 0, visible && ranks);
        assert_int_equal((series->has[i] & EG_HAS_DECILE) != 0, visible && tenths);
    }
    assert_int_equal(report->ranks_withheld, !ranks);
    assert_int_equal(report->deciles_withheld, !tenths);
    char *text = report_of(&load);
    assert_int_equal(strstr(text, "the publisher's ranks") != NULL, !ranks);
    free(text);
    eg_test_load_clear(&load);
}

static void ranks_that_lack_only_the_hidden_one_are_withheld(void **state)
{
    (void)state;
    assert_ranks(20, 1, false, true, true);
    assert_ranks(20, 1, true, false, false);
    assert_ranks(3, 1, true, false, false);  /* the last one is hidden: no gap shows */
    assert_ranks(20, 0, true, false, false); /* all share the first */
}

static void ranks_of_a_larger_country_stay(void **state)
{
    (void)state;
    assert_ranks(20, 7, true, true, true);
}

static void tenths_of_a_hundred_areas_stay(void **state)
{
    (void)state;
    assert_ranks(100, 1, true, false, false); /* 99 are visible */
    assert_ranks(101, 1, true, false, true);
}

/* --- texts ------------------------------------------------------------------------------------------------------------- */

static void no_text_of_a_suppressed_row_is_told(void **state)
{
    (void)state;
    struct eg_test_load load;
    (void)eg_test_squares("squares.geojson", 4, 1);
    (void)eg_test_temp_file("t.csv", "code,v,num,flag,cat\nS00,<5 (LEAK),LEAK,x,LEAK\nS01,*,LEAK,LEAK,LEAK\n"
                                     "S02,3,3,,rural\nS03,4,4,,urban\n");
    eg_test_load_well(
        SQUARES
        "tables: [{id: t, source: \"@t.csv\", key: code, boundaries: a, period: \"2020\", markers: "
        "{suppressed: \"*\"}, flags: {suppressed: [x, LEAK]}}]\n"
        "indicators:\n- {id: i, title: I, series: {table: t, value: v, numerator: num, flag: flag}}\n"
        "- {id: m, title: M, series: {table: t, value: v, numerator: num, flag: cat, period: \"2021\"}}\n"
        "- {id: c, title: C, categorical: true, series: {table: t, value: cat, flag: flag}}\n",
        &load);
    const struct eg_series *series = eg_test_series(&load, "i", "a", NULL);
    assert_int_equal(series->state[0], S);
    assert_int_equal(series->state[1], S);
    assert_int_equal(eg_test_series_report(&load, "i", "a", NULL)->n_bad_cells, 0);
    assert_int_equal(eg_test_series(&load, "c", "a", NULL)->n_categories, 2);
    char *text = report_of(&load);
    assert_null(strstr(text, "LEAK"));
    free(text);
    eg_test_load_clear(&load);
}

static void a_hidden_count_hides_the_other_companions_of_a_visible_rate(void **state)
{
    (void)state;
    struct eg_test_load load;
    (void)eg_test_squares("squares.geojson", 3, 1);
    (void)eg_test_temp_file("t.csv", "code,v,num,den,lo,hi\nS00,4.0,*,100,3,5\nS01,4.0,4,*,3,5\n"
                                     "S02,4.0,4,100,3,5\n");
    eg_test_load_well(SQUARES
                      "tables: [{id: t, source: \"@t.csv\", key: code, boundaries: a, period: "
                      "\"2020\", markers: {suppressed: \"*\"}}]\nindicators: [{id: i, title: I, series: "
                      "{table: t, value: v, numerator: num, denominator: den, lower: lo, upper: hi}}]\n",
                      &load);
    const struct eg_series *series = eg_test_series(&load, "i", "a", NULL);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(series->state[i], V);
        assert_int_equal(series->has[i], 0);
        assert_true(series->numerator[i] == 0 && series->denominator[i] == 0);
    }
    assert_int_equal(series->has[2], EG_HAS_NUMERATOR | EG_HAS_DENOMINATOR | EG_HAS_LOWER | EG_HAS_UPPER);
    eg_test_load_clear(&load);
}

static void a_bad_companion_of_a_total_withheld_later_is_not_quoted(void **state)
{
    (void)state;
    struct eg_test_load load;
    write_files("code,v\nS00,1\nS01,*\nS02,3\nS03,4\nS04,5\nS05,6\n",
                "code,v,n\nD0,3,\"LEAK 3\"\nD1,7,7\nD2,11,11\n", "code,v\nR,21\n");
    eg_test_load_well(SETS TABLES
                      "indicators: [{id: i, title: I, series: [{table: ta, value: v, numerator: v}, "
                      "{table: td, value: v, numerator: n}]}]\n",
                      &load);
    assert_states(&load, "d", (const uint8_t[]){S, V, V}, 3);
    const struct eg_series_report *report = eg_test_series_report(&load, "i", "d", NULL);
    assert_int_equal(report->n_bad_cells, 1);
    assert_string_equal(report->bad_cell.data, "row 2, column n");
    char *text = report_of(&load);
    assert_null(strstr(text, "LEAK"));
    free(text);
    eg_test_load_clear(&load);
}

static void a_bad_weight_beside_a_total_withheld_later_is_not_quoted(void **state)
{
    (void)state;
    struct eg_test_load load;
    write_files("code,v\nS00,1\nS01,*\nS02,3\nS03,4\nS04,5\nS05,6\n",
                "code,v,n,w\nD0,3,3,\"LEAK 3\"\nD1,7,7,1\nD2,11,11,1\n", "code,v\nR,21\n");
    (void)eg_test_temp_file("over.csv", "d,q\nD0,Q\nD1,Q\nD2,Q\n");
    eg_test_load_well(
        SETS
        "- {id: q, title: Q, dissolve: {of: d, lookups: [{source: \"@over.csv\", key: d, code: q}]}}\n" TABLES
        "indicators:\n- {id: i, title: I, series: [{table: ta, value: v, numerator: v}, "
        "{table: td, value: v, numerator: n}]}\n- {id: j, title: J, series: {table: td, value: "
        "n}, aggregate: {from: d, to: q, method: weighted_mean, weight: {table: td, column: "
        "w}}}\n",
        &load);
    assert_states(&load, "d", (const uint8_t[]){S, V, V}, 3);
    assert_int_equal(load.generation->report->n_weights, 1);
    assert_int_equal(load.generation->report->weights[0].join.n_bad_cells, 1);
    char *text = report_of(&load);
    assert_null(strstr(text, "LEAK"));
    assert_non_null(strstr(text, "first in row 2, column w"));
    free(text);
    eg_test_load_clear(&load);
}

static void a_row_suppressed_for_one_indicator_is_quoted_for_none(void **state)
{
    (void)state;
    struct eg_test_load load;
    (void)eg_test_squares("squares.geojson", 2, 1);
    (void)eg_test_temp_file("t.csv", "code,year,n,rate\nS00,2020,*,(LEAK)\nS01,2020,9,shown\n");
    const char *wide =
        SQUARES "tables: [{id: t, source: \"@t.csv\", key: code, boundaries: a, period: \"2020\", "
                "markers: {suppressed: \"*\"}}]\n"
                "indicators:\n- {id: r, title: R, series: {table: t, value: rate}}\n"
                "- {id: n, title: N, series: {table: t, value: n}}\n";
    const char *by_column = SQUARES "tables: [{id: t, source: \"@t.csv\", key: code, boundaries: a, markers: "
                                    "{suppressed: \"*\"}, long: {period: year, columns: {r: rate, n: n}}}]\n"
                                    "indicators: [{id: r, title: R}, {id: n, title: N}]\n";
    for (int i = 0; i < 2; i++) {
        eg_test_load_well(i == 0 ? wide : by_column, &load);
        const struct eg_series_report *report = eg_test_series_report(&load, "r", "a", NULL);
        assert_int_equal(report->n_bad_cells, 2);
        assert_string_equal(report->bad_cell.data, "row 2, column rate");
        char *text = report_of(&load);
        assert_null(strstr(text, "LEAK"));
        free(text);
        eg_test_load_clear(&load);
    }
}

static void a_quoted_cell_stays_on_its_line(void **state)
{
    (void)state;
    struct eg_test_load load;
    (void)eg_test_squares("squares.geojson", 2, 1);
    (void)eg_test_temp_file("t.csv", "code,v\nS00,\"a\n- all is well\x1b[2J\xE2\x80\xA8\"\n\"S\t9\",1\n");
    eg_test_load_well(SQUARES
                      "tables: [{id: t, source: \"@t.csv\", key: code, boundaries: a, period: \"2020\"}]\n"
                      "indicators: [{id: i, title: I, series: {table: t, value: v}}]\n",
                      &load);
    const struct eg_series_report *report = eg_test_series_report(&load, "i", "a", NULL);
    assert_string_equal(report->bad_cell.data,
                        "row 2, column v: 'a\\x0A- all is well\\x1B[2J\\xE2\\x80\\xA8'");
    assert_string_equal(report->rows_without_area[0].data, "S\\x099");
    eg_test_load_clear(&load);
}

static void every_refused_allocation_is_an_error(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        uint8_t atoms[] = {S, V, V, V};
        uint8_t first[] = {V, S};
        uint8_t second[] = {V};
        const double values[] = {1, 2, 3, 4};
        const uint32_t of_first[] = {0, 0, 1, 1};
        const uint32_t of_second[] = {0, 0, 0, EG_NO_AREA};
        struct eg_suppress_level levels[] = {
            {.n_areas = 4, .state = atoms, .value = values},
            {.n_areas = 2, .state = first, .value = values, .of_atom = of_first},
            {.n_areas = 1, .state = second, .value = values, .of_atom = of_second}};
        eg_failing_malloc_after(n);
        enum eg_status status = eg_suppress(levels, 3, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        if (!failed) break;
    }
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
        cmocka_unit_test(an_aggregate_of_a_suppressed_part_is_withheld_at_every_level),
        cmocka_unit_test(a_published_total_over_one_hidden_part_is_withheld),
        cmocka_unit_test(two_districts_that_hide_one_part_each_cover_for_one_another),
        cmocka_unit_test(a_suppressed_district_hides_one_of_its_visible_parts),
        cmocka_unit_test(numbers_that_do_not_add_up_tell_nothing_and_stay),
        cmocka_unit_test(one_total_that_is_the_sum_of_its_visible_parts_tells_that_numbers_add_up),
        cmocka_unit_test(numbers_that_may_add_up_are_withheld_where_no_total_tells),
        cmocka_unit_test(gains_and_losses_add_up_unless_more_totals_differ_than_agree),
        cmocka_unit_test(gains_and_losses_add_up_where_no_total_is_complete),
        cmocka_unit_test(levels_between_tell_that_a_region_adds_up),
        cmocka_unit_test(the_atlas_may_say_that_numbers_add_up),
        cmocka_unit_test(totals_rounded_to_fives_may_fall_short_of_their_rounded_parts),
        cmocka_unit_test(levels_that_do_not_nest_publish_only_totals_without_hidden_parts),
        cmocka_unit_test(ranks_that_lack_only_the_hidden_one_are_withheld),
        cmocka_unit_test(ranks_of_a_larger_country_stay),
        cmocka_unit_test(tenths_of_a_hundred_areas_stay),
        cmocka_unit_test(no_text_of_a_suppressed_row_is_told),
        cmocka_unit_test(a_hidden_count_hides_the_other_companions_of_a_visible_rate),
        cmocka_unit_test(a_bad_companion_of_a_total_withheld_later_is_not_quoted),
        cmocka_unit_test(a_bad_weight_beside_a_total_withheld_later_is_not_quoted),
        cmocka_unit_test(a_row_suppressed_for_one_indicator_is_quoted_for_none),
        cmocka_unit_test(a_quoted_cell_stays_on_its_line),
        cmocka_unit_test(every_refused_allocation_is_an_error),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, clear_files);
}
