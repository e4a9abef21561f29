/* Larger areas: by a column, by chains of lookups, and who lies in whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/temp_file.h"
#include "support/test_data.h"
#include "support/test_generation.h"

#define BASE "boundaries:\n- {id: a, title: A, source: \"@squares.geojson\", key: code, name: name}\n"

static void parents_by_column_share_the_borders_of_their_parts(void **state)
{
    (void)state;
    struct eg_test_load load;
    (void)eg_test_squares("squares.geojson", 4, 2);
    eg_test_load_well(BASE "- {id: h, title: H, dissolve: {of: a, column: half, name_column: name}}\n",
                      &load);
    const struct eg_area_set *halves = &load.generation->area_sets[1];
    assert_int_equal(halves->n_areas, 2);
    assert_string_equal(halves->codes[0].data, "E");
    assert_string_equal(halves->names[0].data, "Square 2"); /* the name of its first part */
    assert_int_equal(halves->base, 0);
    assert_int_equal(halves->parent_of_base[0], 1);
    assert_int_equal(halves->parent_of_base[7], 0);
    assert_int_equal(load.generation->report->boundaries[1].topology.n_arcs_shared,
                     2); /* one for each row of squares */
    assert_int_equal(eg_generation_locate(load.generation, 1, 0.05, 0.05), 1);
    assert_int_equal(eg_generation_locate(load.generation, 1, 0.35, 0.15), 0);
    assert_int_equal(eg_generation_parent(load.generation, 0, 0, 1), 1);
    assert_int_equal(eg_generation_parent(load.generation, 1, 0, 0), EG_NO_AREA);
    assert_int_equal(eg_generation_parent(load.generation, 0, 99, 1), EG_NO_AREA);
    assert_int_equal(eg_generation_parent(load.generation, 9, 0, 1), EG_NO_AREA);
    eg_test_load_clear(&load);
}

#define CHAIN                                                                                                \
    "- id: d\n  title: D\n  dissolve:\n    of: a\n    lookups:\n"                                            \
    "    - {source: \"@first.csv\", key: area, code: d19}\n"                                                 \
    "    - {source: \"@second.csv\", key: d19, code: d20, name: n20}\n"

static void a_chain_of_lookups_leads_to_codes_and_names(void **state)
{
    (void)state;
    struct eg_test_load load;
    (void)eg_test_squares("squares.geojson", 5, 1);
    (void)eg_test_temp_file("first.csv", "area,d19\nS00,X1\nS01,X1\nS02,X2\nS03,X3\nS99,X9\n");
    (void)eg_test_temp_file("second.csv", "d19,d20,n20\nX1,Y1,One\nX2,Y1,One\nX1,Y1,One again\nX3,,\n");
    eg_test_load_well(BASE CHAIN, &load);
    const struct eg_area_set *set = &load.generation->area_sets[1];
    assert_int_equal(set->n_areas, 1);
    assert_string_equal(set->codes[0].data, "Y1");
    assert_string_equal(set->names[0].data, "One");
    assert_int_equal(set->parent_of_base[2], 0);
    assert_int_equal(set->parent_of_base[3], EG_NO_AREA); /* an empty code */
    assert_int_equal(set->parent_of_base[4], EG_NO_AREA); /* in no lookup */
    const struct eg_boundaries_report *report = &load.generation->report->boundaries[1];
    assert_int_equal(report->n_unlocated, 2);
    assert_string_equal(report->samples[0].data, "S03: in no larger area");
    eg_test_load_clear(&load);
}

static void lookup_rows_that_contradict_each_other_are_both_named(void **state)
{
    (void)state;
    (void)eg_test_squares("squares.geojson", 2, 1);
    (void)eg_test_temp_file("first.csv", "area,d19\nS00,X1\nS00,X1\nS01,X1\nS00,X2\n");
    (void)eg_test_temp_file("second.csv", "d19,d20,n20\nX1,Y1,One\n");
    eg_test_load_refused(BASE CHAIN, EG_INVALID, "row 2 that 'S00' belongs to 'X1', and in row 5 to 'X2'");
}

static void a_lookup_row_whose_cells_may_stand_in_the_wrong_columns_is_refused(void **state)
{
    (void)state;
    (void)eg_test_squares("squares.geojson", 2, 1);
    (void)eg_test_temp_file("first.csv", "area,d19\nS00,X1\nS01,X1\nnobody,1,2\n");
    (void)eg_test_temp_file("second.csv", "d19,n20,d20\nX1,One, and a half,Y1\n");
    eg_test_load_refused(BASE CHAIN, EG_INVALID, "second.csv' has 4 cells, its header 3");
}

static void a_lookup_that_knows_none_of_the_codes_is_refused(void **state)
{
    (void)state;
    (void)eg_test_squares("squares.geojson", 2, 1);
    (void)eg_test_temp_file("first.csv", "area,d19\nZ00,X1\n");
    (void)eg_test_temp_file("second.csv", "d19,d20,n20\nX1,Y1,One\n");
    eg_test_load_refused(BASE CHAIN, EG_INVALID, "boundaries d: none of the 2 base areas");
}

static void features_of_one_area_must_lie_in_one_larger_area(void **state)
{
    (void)state;
#define PART(x, d)                                                                                           \
    "{\"type\":\"Feature\",\"properties\":{\"code\":\"A\",\"d\":\"" d                                        \
    "\"},\"geometry\":{\"type\":\"Polygon\","                                                                \
    "\"coordinates\":[[[" x ",0],[" x ",1],[" x ".5,1],[" x ",0]]]}}"
    (void)eg_test_temp_file("parts.geojson", "{\"type\":\"FeatureCollection\",\"features\":[" PART(
                                                 "1", "X") "," PART("2", "Y") "]}");
    eg_test_load_refused("boundaries:\n- {id: a, title: A, source: \"@parts.geojson\", key: code}\n"
                         "- {id: d, title: D, dissolve: {of: a, column: d}}\n",
                         EG_INVALID, "'X' in column d of feature 1, but 'Y' in feature 2");
}

static void sets_over_one_base_know_who_lies_in_whom(void **state)
{
    (void)state;
    struct eg_test_load load;
    (void)eg_test_squares("squares.geojson", 6, 1);
    /* p: pairs, t: thirds that cross the pairs' halves, w: everything, from p */
    (void)eg_test_temp_file("p.csv",
                            "area,p,h\nS00,P0,H0\nS01,P0,H0\nS02,P1,H0\nS03,P1,H1\nS04,P2,H1\nS05,P2,H1\n");
    (void)eg_test_temp_file("w.csv", "p,w\nP0,W\nP1,W\nP2,W\n");
    eg_test_load_well(
        BASE "- {id: p, title: P, dissolve: {of: a, lookups: [{source: \"@p.csv\", key: area, code: p}]}}\n"
             "- {id: h, title: H, dissolve: {of: a, lookups: [{source: \"@p.csv\", key: area, code: h}]}}\n"
             "- {id: w, title: W, dissolve: {of: p, lookups: [{source: \"@w.csv\", key: p, code: w}]}}\n",
        &load);
    const struct eg_generation *g = load.generation;
    assert_int_equal(eg_generation_parent(g, 0, 4, 3), 0); /* through p */
    assert_int_equal(eg_generation_parent(g, 1, 0, 2), 0);
    assert_int_equal(eg_generation_parent(g, 1, 1, 2), EG_NO_AREA); /* P1 lies in both halves */
    assert_int_equal(eg_generation_parent(g, 1, 2, 2), 1);
    assert_int_equal(eg_generation_parent(g, 2, 0, 3),
                     0); /* a half lies in the whole, over another base chain */
    assert_int_equal(eg_generation_parent(g, 2, 0, 1), EG_NO_AREA);
    assert_int_equal(g->area_sets[3].base, 1);
    assert_int_equal(g->area_sets[3].n_areas, 1);
    eg_test_load_clear(&load);
}

static void englands_districts_of_2019_and_2020_come_out_in_number_and_name(void **state)
{
    (void)state;
    char areas[1024];
    char first[1024];
    char second[1024];
    char yaml[4096];
    char *full[3] = {realpath(eg_test_data_or_skip("ew_lsoa11_bsc.gpkg", areas, sizeof areas), NULL),
                     realpath(eg_test_data_or_skip("lookup_lsoa11.csv.gz", first, sizeof first), NULL),
                     realpath(eg_test_data_or_skip("lookup_lad_2016_2024.csv", second, sizeof second), NULL)};
    (void)snprintf(
        yaml, sizeof yaml,
        "boundaries:\n- {id: a, title: A, source: \"%s\", key: lsoa11cd, filter: \"lsoa11cd LIKE 'E%%'\"}\n"
        "- {id: d19, title: D, dissolve: {of: a, lookups: [{source: \"%s\", key: lsoa11cd, code: lad19cd, "
        "name: lad19nm}]}}\n"
        "- {id: d20, title: D, dissolve: {of: a, lookups: [{source: \"%s\", key: lsoa11cd, code: lad19cd}, "
        "{source: \"%s\", key: lad19cd, code: lad20cd, name: lad20nm}]}}\n",
        full[0], full[1], full[1], full[2]);
    for (size_t i = 0; i < 3; i++) free(full[i]);
    struct eg_test_load load;
    eg_test_load_well(yaml, &load);
    assert_int_equal(load.generation->area_sets[1].n_areas, 317);
    assert_int_equal(load.generation->area_sets[2].n_areas, 314);
    assert_int_equal(load.generation->report->boundaries[2].n_unlocated, 0);
    uint32_t bucks = eg_test_area(&load, "d20", "E06000060");
    assert_string_equal(load.generation->area_sets[2].names[bucks].data, "Buckinghamshire");
    uint32_t aylesbury = eg_test_area(&load, "d19", "E07000004");
    assert_int_equal(eg_generation_parent(load.generation, 1, aylesbury, 2), bucks);
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
        cmocka_unit_test(parents_by_column_share_the_borders_of_their_parts),
        cmocka_unit_test(a_chain_of_lookups_leads_to_codes_and_names),
        cmocka_unit_test(lookup_rows_that_contradict_each_other_are_both_named),
        cmocka_unit_test(a_lookup_row_whose_cells_may_stand_in_the_wrong_columns_is_refused),
        cmocka_unit_test(a_lookup_that_knows_none_of_the_codes_is_refused),
        cmocka_unit_test(features_of_one_area_must_lie_in_one_larger_area),
        cmocka_unit_test(sets_over_one_base_know_who_lies_in_whom),
        cmocka_unit_test(englands_districts_of_2019_and_2020_come_out_in_number_and_name),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, clear_files);
}
