/* What is said of one area: names, parents, every indicator, states kept apart, nothing of what is suppressed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"
#include "support/small_atlas.h"

static struct eg_small small;

static int open_atlas(void **state)
{
    (void)state;
    eg_small_open(0, &small);
    return 0;
}

static int close_atlas(void **state)
{
    (void)state;
    eg_small_close(&small);
    return 0;
}

static struct eg_json *area(const char *boundaries, const char *code)
{
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    if (eg_engine_area(small.snapshot, eg_text_from(boundaries), eg_text_from(code), &entity, &err) != EG_OK)
        fail_msg("%s", err.message);
    assert_string_equal(entity.media_type, "application/json");
    assert_true(entity.is_text);
    return eg_small_json(&entity);
}

/* "indicators/1/periods/0/NAME" of indicator 1 and period 0; a static text. */
static const char *at(uint32_t indicator, uint32_t period, const char *name)
{
    static char path[128];
    (void)snprintf(path, sizeof path, "indicators/%u/periods/%u/%s", indicator, period, name);
    return path;
}

enum { DEPRIVATION, ILLNESS, GREENSPACE, PEOPLE, KIND, PLAIN };
enum { THEN, NOW };

static void names_parents_and_bounds(void **state)
{
    (void)state;
    struct eg_json *json = area("nbhd", "N06");
    assert_string_equal(eg_small_text(json, "boundaries"), "nbhd");
    assert_string_equal(eg_small_text(json, "code"), "N06");
    assert_string_equal(eg_small_text(json, "name"), "Area 6");
    assert_string_equal(eg_small_text(json, "parents/0/boundaries"), "town");
    assert_string_equal(eg_small_text(json, "parents/0/code"), "T1");
    assert_string_equal(eg_small_text(json, "parents/0/name"), "West");
    assert_null(eg_small_at(json, "parents/1"));
    static const double expected[] = {0.1, 51.1, 0.2, 51.2};
    for (uint32_t i = 0; i < 4; i++) {
        char path[16];
        (void)snprintf(path, sizeof path, "bounds/%u", i);
        assert_true(fabs(eg_small_number(json, path) - expected[i]) < 2e-5);
    }
    eg_json_free(json);
    json = area("town", "T3");
    assert_string_equal(eg_small_text(json, "name"), "Isle");
    assert_null(eg_small_at(json, "parents/0"));
    eg_json_free(json);
}

static void every_indicator_and_period_of_the_level_is_there(void **state)
{
    (void)state;
    struct eg_json *json = area("nbhd", "N01");
    static const char *const ids[] = {"deprivation", "illness", "greenspace", "people", "kind", "plain"};
    static const size_t n_periods[] = {2, 2, 1, 1, 2, 1};
    assert_int_equal(eg_json_length(eg_small_at(json, "indicators")), EG_ARRAY_LEN(ids));
    for (uint32_t i = 0; i < EG_ARRAY_LEN(ids); i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "indicators/%u/id", i);
        assert_string_equal(eg_small_text(json, path), ids[i]);
        (void)snprintf(path, sizeof path, "indicators/%u/periods", i);
        assert_int_equal(eg_json_length(eg_small_at(json, path)), n_periods[i]);
    }
    assert_string_equal(eg_small_text(json, at(ILLNESS, THEN, "period/id")), "2019");
    assert_string_equal(eg_small_text(json, at(ILLNESS, NOW, "period/start")), "2024-01-01");
    eg_json_free(json);
    json = area("town", "T1"); /* illness and people are aggregated */
    assert_int_equal(eg_json_length(eg_small_at(json, "indicators")), 2);
    eg_json_free(json);
}

static void a_value_comes_with_its_companions_and_class(void **state)
{
    (void)state;
    struct eg_json *json = area("nbhd", "N01");
    assert_string_equal(eg_small_text(json, at(ILLNESS, NOW, "state")), "valid");
    assert_true(eg_small_number(json, at(ILLNESS, NOW, "value")) == 12);
    assert_true(eg_small_number(json, at(ILLNESS, NOW, "lower")) == 7);
    assert_true(eg_small_number(json, at(ILLNESS, NOW, "upper")) == 20);
    assert_true(eg_small_number(json, at(ILLNESS, NOW, "numerator")) == 12);
    assert_true(eg_small_number(json, at(ILLNESS, NOW, "denominator")) == 100);
    assert_true(eg_small_number(json, at(ILLNESS, NOW, "class")) == 2);
    assert_string_equal(eg_small_text(json, at(ILLNESS, NOW, "class_label")), "8.0 to 15.0");
    assert_null(eg_small_at(json, at(DEPRIVATION, NOW, "lower")));
    assert_null(eg_small_at(json, at(ILLNESS, NOW, "aggregated")));
    eg_json_free(json);
}

static void zero_is_a_value(void **state)
{
    (void)state;
    struct eg_json *json = area("nbhd", "N02");
    assert_string_equal(eg_small_text(json, at(ILLNESS, NOW, "state")), "valid");
    assert_true(eg_small_number(json, at(ILLNESS, NOW, "value")) == 0);
    assert_true(eg_small_number(json, at(ILLNESS, NOW, "numerator")) == 0);
    assert_true(eg_small_number(json, at(ILLNESS, NOW, "class")) == 1);
    eg_json_free(json);
}

static void an_unreliable_value_is_given_and_called_so(void **state)
{
    (void)state;
    struct eg_json *json = area("nbhd", "N05");
    assert_string_equal(eg_small_text(json, at(ILLNESS, NOW, "state")), "unreliable");
    assert_true(eg_small_number(json, at(ILLNESS, NOW, "value")) == 30);
    assert_true(eg_small_number(json, at(ILLNESS, NOW, "class")) == 4);
    eg_json_free(json);
}

/* The table has numerator, denominator, limits and rank in the row of N04: none of it may come out. */
static void check_nothing_but_the_state(struct eg_json *json, uint32_t period, const char *expected)
{
    static const char *const silent[] = {"lower",     "upper",     "numerator", "denominator",
                                         "rank",      "ranked",    "rank_by",   "decile",
                                         "decile_by", "rank_1_is", "class",     "class_label"};
    assert_string_equal(eg_small_text(json, at(ILLNESS, period, "state")), expected);
    double number;
    assert_non_null(eg_small_at(json, at(ILLNESS, period, "value")));
    assert_false(eg_json_is_number(eg_small_at(json, at(ILLNESS, period, "value")), &number));
    for (size_t i = 0; i < EG_ARRAY_LEN(silent); i++)
        if (eg_small_at(json, at(ILLNESS, period, silent[i])))
            fail_msg("%s is told of a %s value", silent[i], expected);
}

static void nothing_is_told_of_a_value_that_is_none(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"N03", "missing"}, {"N04", "suppressed"}, {"N06", "not_applicable"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_json *json = area("nbhd", cases[i][0]);
        check_nothing_but_the_state(json, NOW, cases[i][1]);
        eg_json_free(json);
    }
    struct eg_json *json = area("nbhd", "N04");
    check_nothing_but_the_state(json, THEN, "suppressed");
    eg_json_free(json);
}

static void the_total_of_a_suppressed_part_is_not_told_either(void **state)
{
    (void)state;
    struct eg_json *json = area("town", "T2");
    double number;
    assert_string_equal(eg_small_text(json, "indicators/0/id"), "illness");
    assert_string_equal(eg_small_text(json, "indicators/0/periods/0/state"), "suppressed");
    assert_false(eg_json_is_number(eg_small_at(json, "indicators/0/periods/0/value"), &number));
    assert_null(eg_small_at(json, "indicators/0/periods/0/numerator"));
    assert_null(eg_small_at(json, "indicators/0/periods/0/denominator"));
    eg_json_free(json);
}

static void an_aggregated_value_says_so(void **state)
{
    (void)state;
    struct eg_json *json = area("town", "T3");
    assert_string_equal(eg_small_text(json, "indicators/1/id"), "people");
    assert_true(eg_small_number(json, "indicators/1/periods/0/value") == 1200);
    bool aggregated = false;
    assert_true(eg_json_is_bool(eg_small_at(json, "indicators/1/periods/0/aggregated"), &aggregated) &&
                aggregated);
    eg_json_free(json);
}

static void rank_and_tenth_are_the_publishers_where_it_gives_them(void **state)
{
    (void)state;
    struct eg_json *json = area("nbhd", "N07");
    assert_true(eg_small_number(json, at(DEPRIVATION, NOW, "rank")) == 6);
    assert_string_equal(eg_small_text(json, at(DEPRIVATION, NOW, "rank_by")), "publisher");
    assert_true(eg_small_number(json, at(DEPRIVATION, NOW, "decile")) == 6); /* counted it would be 5 */
    assert_string_equal(eg_small_text(json, at(DEPRIVATION, NOW, "decile_by")), "publisher");
    assert_null(eg_small_at(json, at(DEPRIVATION, NOW, "rank_1_is")));
    eg_json_free(json);
}

static void rank_and_tenth_are_counted_from_the_worse_end_otherwise(void **state)
{
    (void)state;
    struct eg_json *json = area("nbhd", "N12");
    /* Green space is better when high: N12 has least. */
    assert_true(eg_small_number(json, at(GREENSPACE, 0, "rank")) == 1);
    assert_string_equal(eg_small_text(json, at(GREENSPACE, 0, "rank_by")), "counted here");
    assert_string_equal(eg_small_text(json, at(GREENSPACE, 0, "rank_1_is")), "worst");
    assert_true(eg_small_number(json, at(GREENSPACE, 0, "ranked")) == 12);
    assert_true(eg_small_number(json, at(PEOPLE, 0, "rank")) == 1);
    assert_string_equal(eg_small_text(json, at(PEOPLE, 0, "rank_1_is")), "highest");
    assert_true(eg_small_number(json, at(ILLNESS, NOW, "ranked")) == 9); /* areas with a value */
    assert_true(eg_small_number(json, at(PLAIN, 0, "rank")) == 1);       /* all equal */
    eg_json_free(json);
}

static void assert_null_member(struct eg_json *json, const char *path)
{
    const struct eg_json_value *value = eg_small_at(json, path);
    double number;
    struct eg_text text;
    assert_non_null(value);
    assert_false(eg_json_is_number(value, &number) || eg_json_is_text(value, &text));
}

/* The publisher's tenth 1 may be the low or the high end: a tenth counted here would stand for something else beside it. */
static void a_tenth_that_the_publisher_left_out_is_not_counted_here(void **state)
{
    (void)state;
    struct eg_json *json = area("nbhd", "N03");
    assert_string_equal(eg_small_text(json, at(GREENSPACE, 0, "state")), "valid");
    assert_true(eg_small_number(json, at(GREENSPACE, 0, "value")) == 50);
    assert_null_member(json, at(GREENSPACE, 0, "decile"));
    assert_string_equal(eg_small_text(json, at(GREENSPACE, 0, "decile_by")), "publisher");
    assert_null(eg_small_at(json, at(GREENSPACE, 0, "decile_1_is")));
    assert_true(eg_small_number(json, at(GREENSPACE, 0, "rank")) ==
                10); /* counted: there is no column of ranks */
    assert_string_equal(eg_small_text(json, at(ILLNESS, THEN, "decile_by")), "counted here");
    assert_string_equal(eg_small_text(json, at(ILLNESS, THEN, "decile_1_is")), "worst");
    eg_json_free(json);
}

static void a_category_is_told_by_name_and_has_no_rank(void **state)
{
    (void)state;
    struct eg_json *json = area("nbhd", "N01");
    assert_string_equal(eg_small_text(json, at(KIND, NOW, "value")), "Coast");
    assert_string_equal(eg_small_text(json, at(KIND, THEN, "value")), "Rural");
    assert_string_equal(eg_small_text(json, at(KIND, NOW, "class_label")), "Coast");
    assert_null(eg_small_at(json, at(KIND, NOW, "rank")));
    eg_json_free(json);
}

static void what_is_not_stated_is_null(void **state)
{
    (void)state;
    struct eg_json *json = area("nbhd", "N01");
    struct eg_text text;
    char path[64];
    static const char *const names[] = {"unit", "description", "theme", "source_url", "modelled"};
    for (size_t i = 0; i < EG_ARRAY_LEN(names); i++) {
        (void)snprintf(path, sizeof path, "indicators/%d/%s", PLAIN, names[i]);
        assert_non_null(eg_small_at(json, path));
        assert_false(eg_json_is_text(eg_small_at(json, path), &text));
    }
    (void)snprintf(path, sizeof path, "indicators/%d/polarity", PLAIN);
    assert_string_equal(eg_small_text(json, path), "not_stated");
    eg_json_free(json);
}

/* --- finding --------------------------------------------------------------------------------------------------------- */

static enum eg_status find_at(const char *boundaries, double lon, double lat, char code_out[8],
                              struct eg_error *err)
{
    struct eg_entity entity = {0};
    enum eg_status status =
        eg_engine_area_at(small.snapshot, eg_text_from(boundaries), lon, lat, &entity, err);
    if (status != EG_OK) {
        assert_null(entity.body.data);
        return status;
    }
    struct eg_json *json = eg_small_json(&entity);
    (void)snprintf(code_out, 8, "%s", eg_small_text(json, "code"));
    eg_json_free(json);
    return EG_OK;
}

static void an_area_is_found_by_place_on_every_level(void **state)
{
    (void)state;
    char code[8];
    assert_int_equal(find_at("nbhd", 0.05, 51.05, code, NULL), EG_OK);
    assert_string_equal(code, "N01");
    assert_int_equal(find_at("nbhd", 0.11, 51.11, code, NULL), EG_OK);
    assert_string_equal(code, "N06");
    assert_int_equal(find_at("town", 0.35, 51.15, code, NULL), EG_OK);
    assert_string_equal(code, "T2");
    assert_int_equal(find_at("town", 0.55, 51.1, code, NULL), EG_OK);
    assert_string_equal(code, "T3");
}

static void no_area_is_an_error_that_names_the_place(void **state)
{
    (void)state;
    static const double places[][2] = {{0.15, 51.15}, {0.45, 51.1}, {0.35, 51.25}, {179, 80},
                                       {400, 0},      {0, 91},      {NAN, 0},      {0, INFINITY}};
    for (size_t i = 0; i < EG_ARRAY_LEN(places); i++) {
        struct eg_error err = {0};
        char code[8];
        assert_int_equal(find_at("nbhd", places[i][0], places[i][1], code, &err), EG_NOT_FOUND);
        assert_string_equal(err.field, "at");
    }
}

static void unknown_names_are_errors_with_field_and_remedy(void **state)
{
    (void)state;
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    assert_int_equal(eg_engine_area(small.snapshot, EG_TEXT("ward"), EG_TEXT("N01"), &entity, &err),
                     EG_NOT_FOUND);
    assert_string_equal(err.field, "boundaries");
    assert_non_null(strstr(err.message, "'ward'"));
    assert_int_equal(eg_engine_area(small.snapshot, EG_TEXT("nbhd"), EG_TEXT("n01"), &entity, &err),
                     EG_NOT_FOUND);
    assert_string_equal(err.field, "code");
    assert_non_null(strstr(err.message, "at=lon,lat"));
    assert_int_equal(eg_engine_area(small.snapshot, EG_TEXT("nbhd"), EG_TEXT(""), &entity, NULL),
                     EG_NOT_FOUND);
}

static void the_same_area_is_the_same_bytes(void **state)
{
    (void)state;
    struct eg_entity a = {0}, b = {0};
    assert_int_equal(eg_engine_area(small.snapshot, EG_TEXT("nbhd"), EG_TEXT("N05"), &a, NULL), EG_OK);
    assert_int_equal(eg_engine_area_at(small.snapshot, EG_TEXT("nbhd"), 0.05, 51.15, &b, NULL), EG_OK);
    assert_string_equal(a.etag, b.etag);
    assert_int_equal(a.body.len, b.body.len);
    eg_entity_clear(&a);
    eg_entity_clear(&b);
}

static void an_area_survives_every_refused_allocation(void **state)
{
    (void)state;
    bool failed = true;
    long n = 0;
    while (failed) {
        struct eg_small fresh;
        struct eg_entity entity = {0};
        eg_small_open(0, &fresh);
        eg_failing_malloc_after(++n);
        enum eg_status status =
            eg_engine_area(fresh.snapshot, EG_TEXT("nbhd"), EG_TEXT("N05"), &entity, NULL);
        failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        eg_entity_clear(&entity);
        eg_small_close(&fresh);
    }
    assert_true(n > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_parents_and_bounds),
        cmocka_unit_test(every_indicator_and_period_of_the_level_is_there),
        cmocka_unit_test(a_value_comes_with_its_companions_and_class),
        cmocka_unit_test(zero_is_a_value),
        cmocka_unit_test(an_unreliable_value_is_given_and_called_so),
        cmocka_unit_test(nothing_is_told_of_a_value_that_is_none),
        cmocka_unit_test(the_total_of_a_suppressed_part_is_not_told_either),
        cmocka_unit_test(an_aggregated_value_says_so),
        cmocka_unit_test(rank_and_tenth_are_the_publishers_where_it_gives_them),
        cmocka_unit_test(rank_and_tenth_are_counted_from_the_worse_end_otherwise),
        cmocka_unit_test(a_tenth_that_the_publisher_left_out_is_not_counted_here),
        cmocka_unit_test(a_category_is_told_by_name_and_has_no_rank),
        cmocka_unit_test(what_is_not_stated_is_null),
        cmocka_unit_test(an_area_is_found_by_place_on_every_level),
        cmocka_unit_test(no_area_is_an_error_that_names_the_place),
        cmocka_unit_test(unknown_names_are_errors_with_field_and_remedy),
        cmocka_unit_test(the_same_area_is_the_same_bytes),
        cmocka_unit_test(an_area_survives_every_refused_allocation),
    };
    return cmocka_run_group_tests_name("area", tests, open_atlas, close_atlas);
}
