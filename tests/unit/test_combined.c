/* Figures of groups of areas against what the same rows come to by hand, and the outline of whom an entry serves. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/combined.h"
#include "support/failing_malloc.h"
#include "support/small_atlas.h"
#include "support/temp_file.h"
#include "support/test_generation.h"

/* --- a table of eight squares, west S00 to S03, east S04 to S07 ------------------------------------------------------------ */

static const char yaml[] =
    "population: people\n"
    "boundaries:\n- {id: a, title: Areas, source: \"@squares.geojson\", key: code}\n"
    "- {id: h, title: Halves, dissolve: {of: a, column: half}}\n"
    "- {id: b, title: Others, source: \"@others.geojson\", key: code}\n"
    "tables:\n- {id: t, source: \"@t.csv\", key: code, boundaries: a, period: \"2020\", markers: "
    "{suppressed: \"*\", not_applicable: x}, flags: {unreliable: u}}\n"
    "- {id: o, source: \"@o.csv\", key: code, boundaries: h, period: \"2020\"}\n"
    "indicators:\n"
    "- {id: people, title: People, series: {table: t, value: people}, aggregate: {from: a, to: h, method: "
    "sum}}\n"
    "- {id: ill, title: Ill, series: {table: t, value: ill, numerator: n, denominator: d, flag: f}, "
    "aggregate: "
    "{from: a, to: h, method: rate, per: 100}}\n"
    "- {id: score, title: Score, series: {table: t, value: score}, aggregate: {from: a, to: h, method: "
    "weighted_mean, weight: {table: t, column: people}}}\n"
    "- {id: cases, title: Cases, additive: true, series: {table: t, value: cases}}\n"
    "- {id: median, title: Median, series: {table: t, value: median}}\n"
    "- {id: kind, title: Kind, categorical: true, series: {table: t, value: kind}}\n"
    "- {id: half, title: Of halves, series: {table: o, value: v}}\n";

static const char table[] = "code,people,ill,n,d,f,score,cases,median,kind\n"
                            "S00,100,10,10,100,,1,5,30,X\n"
                            "S01,200,20,30,150,,2,0,31,X\n"
                            "S02,300,5,1,20,u,3,*,32,Y\n"
                            "S03,400,,,,,4,7,33,Y\n"
                            "S04,500,10,5,50,,5,8,34,Y\n"
                            "S05,600,50,20,40,,,9,35,Y\n"
                            "S06,700,x,,,,7,1,36,Z\n"
                            "S07,800,30,30,100,,8,2,37,Z\n";

static struct eg_test_load load;

static int open_load(void **state)
{
    (void)state;
    (void)eg_test_squares("squares.geojson", 8, 1);
    (void)eg_test_squares("others.geojson", 4, 2);
    (void)eg_test_temp_file("t.csv", table);
    (void)eg_test_temp_file("o.csv", "code,v\nW,3\nE,4\n");
    eg_test_load_well(yaml, &load);
    return 0;
}

static int close_load(void **state)
{
    (void)state;
    eg_test_load_clear(&load);
    eg_test_temp_clear();
    return 0;
}

/* The group of up to eight codes, separated by blanks. */
static struct eg_group group_of(const char *set, const char *codes)
{
    struct eg_text list[8], rest = eg_text_from(codes);
    struct eg_entry entry = {.serves = list, .serves_boundaries = eg_test_set(&load, set)};
    struct eg_group group = {0};
    while (rest.len > 0) rest = eg_text_cut(rest, ' ', &list[entry.n_serves++]);
    assert_int_equal(eg_group_of_entry(load.generation, &entry, &group, NULL), EG_OK);
    return group;
}

static struct eg_combined combined_of(const char *set, const char *codes)
{
    struct eg_group group = group_of(set, codes);
    struct eg_combined combined = {0};
    assert_int_equal(eg_combined_make(load.generation, &group, &combined, NULL), EG_OK);
    eg_group_clear(&group);
    return combined;
}

static const struct eg_combined_figure *figure_of(const struct eg_combined *combined, const char *indicator)
{
    for (uint32_t i = 0; i < combined->n_figures; i++)
        if (eg_text_equal(load.atlas->indicators[combined->figures[i].indicator].id, eg_text_from(indicator)))
            return &combined->figures[i];
    fail_msg("no figure of %s", indicator);
    return NULL;
}

static void assert_value(const struct eg_combined *combined, const char *indicator, enum eg_state state,
                         double value)
{
    const struct eg_combined_figure *figure = figure_of(combined, indicator);
    assert_int_equal(figure->reason, EG_COMBINED);
    assert_int_equal(figure->group.state, state);
    if (eg_state_has_value((uint8_t)state))
        assert_true(fabs(figure->group.value - value) < 1e-12 * fabs(value));
}

static void each_indicator_is_combined_by_its_own_rule(void **state)
{
    (void)state;
    struct eg_combined combined = combined_of("a", "S04 S00 S01 S00");
    assert_value(&combined, "people", EG_VALID, 800);
    assert_value(&combined, "ill", EG_VALID, 100.0 * 45 / 300);
    assert_value(&combined, "score", EG_VALID, (100.0 * 1 + 200 * 2 + 500 * 5) / 800);
    assert_value(&combined, "cases", EG_VALID, 13);
    const struct eg_combined_figure *ill = figure_of(&combined, "ill");
    assert_true(ill->group.has_counts && ill->group.numerator == 45 && ill->group.denominator == 300);
    assert_int_equal(ill->group.n_areas, 3);
    assert_int_equal(combined.figures[combined.population].group.value, 800);
    assert_int_equal(figure_of(&combined, "median")->reason, EG_COMBINED_NO_RULE);
    assert_int_equal(figure_of(&combined, "kind")->reason, EG_COMBINED_CATEGORY);
    assert_int_equal(figure_of(&combined, "half")->reason, EG_COMBINED_LARGER);
    eg_combined_clear(&combined);
}

static void hidden_parts_withhold_and_missing_ones_are_told(void **state)
{
    (void)state;
    struct eg_combined combined = combined_of("a", "S01 S02 S03");
    assert_value(&combined, "cases", EG_SUPPRESSED, 0);
    assert_int_equal(figure_of(&combined, "cases")->group.n_suppressed, 1);
    assert_value(&combined, "ill", EG_UNRELIABLE, 100.0 * 31 / 170);
    assert_int_equal(figure_of(&combined, "ill")->group.n_missing, 1);
    assert_int_equal(figure_of(&combined, "ill")->group.n_with_value, 2);
    eg_combined_clear(&combined);
    combined = combined_of("a", "S05 S06");
    assert_value(&combined, "score", EG_UNRELIABLE, 7);
    assert_value(&combined, "ill", EG_VALID, 50);
    assert_int_equal(figure_of(&combined, "ill")->group.n_not_applicable, 1);
    eg_combined_clear(&combined);
    combined = combined_of("a", "S03 S06");
    assert_value(&combined, "ill", EG_MISSING, 0);
    eg_combined_clear(&combined);
}

static void one_area_shows_its_own_numbers_whatever_the_rule(void **state)
{
    (void)state;
    struct eg_combined combined = combined_of("a", "S02");
    assert_value(&combined, "median", EG_VALID, 32);
    assert_value(&combined, "cases", EG_SUPPRESSED, 0);
    assert_value(&combined, "ill", EG_UNRELIABLE, 5);
    assert_int_equal(figure_of(&combined, "kind")->reason, EG_COMBINED_CATEGORY);
    assert_int_equal(figure_of(&combined, "median")->method, EG_AGGREGATE_NONE);
    eg_combined_clear(&combined);
}

static void a_group_is_compared_with_what_surrounds_it(void **state)
{
    (void)state;
    uint32_t halves = eg_test_set(&load, "h");
    struct eg_combined combined = combined_of("a", "S00 S01");
    assert_int_equal(combined.around_boundaries, halves);
    assert_int_equal(combined.around_area, eg_test_area(&load, "h", "W"));
    assert_true(figure_of(&combined, "people")->around.value == 1000);
    assert_true(figure_of(&combined, "half")->around.value == 3);
    eg_combined_clear(&combined);
    combined = combined_of("a", "S00 S07"); /* in no half together */
    assert_int_equal(combined.around_area, EG_NO_AREA);
    assert_true(figure_of(&combined, "people")->around.value == 3600);
    assert_int_equal(figure_of(&combined, "cases")->around.state, EG_SUPPRESSED);
    assert_int_equal(figure_of(&combined, "half")->around.state, EG_MISSING);
    eg_combined_clear(&combined);
    combined = combined_of("a", "S00 S01 S02 S03"); /* all of one */
    assert_int_equal(combined.around_area, EG_NO_AREA);
    eg_combined_clear(&combined);
}

static void larger_areas_are_combined_from_what_they_have_or_from_smaller_ones(void **state)
{
    (void)state;
    struct eg_combined combined = combined_of("h", "W E");
    assert_value(&combined, "people", EG_VALID, 3600);
    const struct eg_combined_figure *people = figure_of(&combined, "people");
    const struct eg_combined_figure *score = figure_of(&combined, "score");
    assert_int_equal(people->from, eg_test_set(&load, "h"));
    assert_int_equal(score->from, eg_test_set(&load, "a"));
    assert_int_equal(score->group.n_areas, 8);
    assert_value(&combined, "score", EG_UNRELIABLE,
                 (100.0 + 200 * 2 + 300 * 3 + 400 * 4 + 500 * 5 + 700 * 7 + 800 * 8) / 3000);
    assert_int_equal(figure_of(&combined, "half")->reason, EG_COMBINED_NO_RULE);
    eg_combined_clear(&combined);
}

static void codes_of_no_area_are_counted(void **state)
{
    (void)state;
    struct eg_group group = group_of("a", "S01 nowhere S00 S01");
    assert_int_equal(group.n_areas, 2);
    assert_int_equal(group.n_unknown, 1);
    assert_true(group.areas[0] < group.areas[1]);
    eg_group_clear(&group);
    struct eg_text codes[] = {EG_TEXT("S00")};
    struct eg_entry nowhere = {.serves = codes, .n_serves = 1, .serves_boundaries = EG_ATLAS_NONE};
    assert_int_equal(eg_group_of_entry(load.generation, &nowhere, &group, NULL), EG_OK);
    assert_int_equal(group.n_areas, 0);
    assert_int_equal(group.n_unknown, 1);
    eg_group_clear(&group);
}

/* Squares and a half are squares; what is of other boundaries lies across, and stays apart. */
static void areas_of_several_boundaries_are_one_group_as_far_as_they_nest(void **state)
{
    (void)state;
    struct eg_text halves[] = {EG_TEXT("E"), EG_TEXT("nowhere")},
                   squares[] = {EG_TEXT("S01"), EG_TEXT("S06")}, others[] = {EG_TEXT("S02"), EG_TEXT("S09")},
                   lost[] = {EG_TEXT("x")};
    struct eg_served_areas more[] = {{eg_test_set(&load, "a"), squares, 2},
                                     {eg_test_set(&load, "b"), others, 2},
                                     {EG_ATLAS_NONE, lost, 1}};
    struct eg_entry entry = {.serves = halves,
                             .n_serves = 2,
                             .serves_boundaries = eg_test_set(&load, "h"),
                             .more_served = more,
                             .n_more_served = 1};
    struct eg_group group, *groups = NULL;
    uint32_t n;
    assert_int_equal(eg_group_of_entry(load.generation, &entry, &group, NULL), EG_OK);
    assert_int_equal(group.boundaries, eg_test_set(&load, "a"));
    assert_int_equal(group.n_areas, 5); /* S01 and the four of the east */
    assert_int_equal(group.areas[0], 1);
    assert_int_equal(group.areas[1], 4);
    assert_int_equal(group.n_unknown, 1);
    eg_group_clear(&group);
    entry.n_more_served = 3;
    assert_int_equal(eg_groups_of_entry(load.generation, &entry, &groups, &n, NULL), EG_OK);
    assert_int_equal(n, 2);
    assert_int_equal(groups[0].boundaries, eg_test_set(&load, "a"));
    assert_int_equal(groups[0].n_areas, 5);
    assert_int_equal(groups[0].n_unknown, 2);
    assert_int_equal(groups[1].boundaries, eg_test_set(&load, "b"));
    assert_int_equal(groups[1].n_areas, 1);
    assert_int_equal(groups[1].n_unknown, 1);
    eg_groups_free(groups, n);
}

/* --- answers -------------------------------------------------------------------------------------------------------------- */

static struct eg_small small;

static struct eg_text id_of(const char *key)
{
    const struct eg_entries *entries = eg_directory_entries(small.snapshot->directory);
    for (uint32_t i = 0; i < entries->n; i++)
        if (eg_text_equal(entries->items[i]->field[EG_ENTRY_KEY], eg_text_from(key)))
            return eg_text_from(entries->items[i]->id);
    fail_msg("no entry %s", key);
    return EG_TEXT("");
}

static struct eg_json *area_of(const char *key)
{
    struct eg_coalition_area_request request = {.id = id_of(key),
                                                .base_url = EG_TEXT("https://atlas.example")};
    struct eg_entity entity = {0};
    assert_int_equal(eg_engine_coalition_area(small.snapshot, &request, &entity, NULL), EG_OK);
    assert_string_equal(entity.media_type, "application/geo+json");
    return eg_small_json(&entity);
}

static void a_towns_outline_has_its_lake_and_no_inner_borders(void **state)
{
    (void)state;
    struct eg_json *json = area_of("c1"); /* West: N01, N02, N05, N06 with the lake, N09, N10 */
    assert_string_equal(eg_small_text(json, "geometry/type"), "MultiPolygon");
    assert_int_equal(eg_json_length(eg_small_at(json, "geometry/coordinates")), 1);
    assert_int_equal(eg_json_length(eg_small_at(json, "geometry/coordinates/0")), 2);
    assert_string_equal(eg_small_text(json, "properties/parts/0/from"), "areas");
    assert_string_equal(eg_small_text(json, "properties/areas/0/name"), "West");
    /* 0.2 by 0.3 degrees less 0.04 by 0.04, at 51.15 degrees north: 69.9 by 111.26 km a square degree. */
    assert_true(fabs(eg_small_number(json, "properties/area_km2") - (0.06 - 0.0016) * 111.26 * 69.95) < 0.5);
    eg_json_free(json);
}

static void towns_that_do_not_meet_are_several_polygons(void **state)
{
    (void)state;
    struct eg_json *json = area_of("s1"); /* West and East meet */
    assert_int_equal(eg_json_length(eg_small_at(json, "geometry/coordinates")), 1);
    assert_true(eg_small_number(json, "properties/n_areas") == 2);
    eg_json_free(json);
}

static void a_polygon_of_its_own_is_given_as_a_multipolygon(void **state)
{
    (void)state;
    struct eg_json *json = area_of("p1");
    assert_string_equal(eg_small_text(json, "geometry/type"), "MultiPolygon");
    assert_string_equal(eg_small_text(json, "properties/parts/0/from"), "shape");
    assert_int_equal(eg_json_length(eg_small_at(json, "geometry/coordinates/0/0")), 5);
    assert_true(fabs(eg_small_number(json, "properties/area_km2") - 0.0064 * 111.25 * 70.1) < 0.2);
    eg_json_free(json);
}

static void who_says_nothing_of_whom_it_serves_has_no_area_and_no_profile(void **state)
{
    (void)state;
    struct eg_coalition_area_request request = {.id = id_of("g1"), .base_url = EG_TEXT("")};
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    assert_int_equal(eg_engine_coalition_area(small.snapshot, &request, &entity, &err), EG_NOT_FOUND);
    assert_string_equal(err.field, "id");
    assert_int_equal(eg_engine_coalition_profile(small.snapshot, id_of("p1"), EG_TEXT(""), &entity, &err),
                     EG_NOT_FOUND);
    assert_int_equal(eg_engine_coalition_profile(small.snapshot, EG_TEXT("none"), EG_TEXT(""), &entity, &err),
                     EG_NOT_FOUND);
}

static void a_profile_tells_numbers_and_what_cannot_be_combined(void **state)
{
    (void)state;
    struct eg_entity entity = {0};
    assert_int_equal(eg_engine_coalition_profile(small.snapshot, id_of("s1"),
                                                 EG_TEXT("https://atlas.example"), &entity, NULL),
                     EG_OK);
    struct eg_json *json = eg_small_json(&entity);
    assert_true(eg_small_number(json, "n_areas") == 2);
    assert_string_equal(eg_small_text(json, "indicators/0/id"), "deprivation");
    assert_string_equal(eg_small_text(json, "indicators/0/not_combined/reason"), "no_rule");
    /* Illness in East has a suppressed part. */
    assert_string_equal(eg_small_text(json, "indicators/1/combined/state"), "suppressed");
    assert_true(eg_small_number(json, "indicators/3/combined/value") == 6600);
    assert_true(eg_small_number(json, "indicators/3/compared/value") == 7800);
    eg_json_free(json);
}

static void every_refused_allocation_is_told(void **state)
{
    (void)state;
    struct eg_coalition_area_request request = {.id = id_of("c1"), .base_url = EG_TEXT("")},
                                     coarse = {.id = id_of("p1"), .has_tolerance = true, .tolerance_m = 100};
    for (long n = 1;; n++) {
        struct eg_entity area = {0}, shape = {0}, profile = {0};
        eg_failing_malloc_after(n);
        enum eg_status status = eg_engine_coalition_area(small.snapshot, &request, &area, NULL);
        if (status == EG_OK) status = eg_engine_coalition_area(small.snapshot, &coarse, &shape, NULL);
        if (status == EG_OK)
            status = eg_engine_coalition_profile(small.snapshot, request.id, EG_TEXT(""), &profile, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_entity_clear(&area);
        eg_entity_clear(&shape);
        eg_entity_clear(&profile);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        if (!failed) break;
    }
}

static int open_small(void **state)
{
    (void)state;
    eg_small_open(0, &small);
    return 0;
}

static int close_small(void **state)
{
    (void)state;
    eg_small_close(&small);
    return 0;
}

int main(void)
{
    const struct CMUnitTest figures[] = {
        cmocka_unit_test(each_indicator_is_combined_by_its_own_rule),
        cmocka_unit_test(hidden_parts_withhold_and_missing_ones_are_told),
        cmocka_unit_test(one_area_shows_its_own_numbers_whatever_the_rule),
        cmocka_unit_test(a_group_is_compared_with_what_surrounds_it),
        cmocka_unit_test(larger_areas_are_combined_from_what_they_have_or_from_smaller_ones),
        cmocka_unit_test(codes_of_no_area_are_counted),
        cmocka_unit_test(areas_of_several_boundaries_are_one_group_as_far_as_they_nest),
    };
    const struct CMUnitTest answers[] = {
        cmocka_unit_test(a_towns_outline_has_its_lake_and_no_inner_borders),
        cmocka_unit_test(towns_that_do_not_meet_are_several_polygons),
        cmocka_unit_test(a_polygon_of_its_own_is_given_as_a_multipolygon),
        cmocka_unit_test(who_says_nothing_of_whom_it_serves_has_no_area_and_no_profile),
        cmocka_unit_test(a_profile_tells_numbers_and_what_cannot_be_combined),
        cmocka_unit_test(every_refused_allocation_is_told),
    };
    int failed = cmocka_run_group_tests(figures, open_load, close_load);
    return failed + cmocka_run_group_tests(answers, open_small, close_small);
}
