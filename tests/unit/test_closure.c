/* What a reader does: take a value from the JSON, the bounds and the closure from the legend, and look for the class. It is
 * the class that the area is told to be in, however the value came into being. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/png.h"
#include "render/ramp.h"
#include "support/small_atlas.h"
#include "support/temp_file.h"
#include "support/test_generation.h"

#define AREAS 8

#define HEAD                                                                                                 \
    "evenground: 1\ntitle: Closure\n"                                                                        \
    "boundaries:\n- {id: a, title: A, source: \"%s\", key: code, name: name}\n"                              \
    "- {id: h, title: H, dissolve: {of: a, column: half}}\n"                                                 \
    "tables: [{id: t, source: \"%s\", key: code, boundaries: a, period: \"2020\"}]\n"                        \
    "indicators:\n"                                                                                          \
    "- {id: i, title: I, decimals: 1, multiplier: %s, series: {table: t, value: v, upper: u}, "              \
    "aggregate: {from: a, to: h, method: sum}}\n"                                                            \
    "styles:\n"

static const char styles[] =
    "- {id: right, classification: {method: given, breaks: [0.3, 7, 29, 57]}}\n"
    "- {id: left, classification: {method: given, breaks: [0.3, 7, 29, 57], closure: left}}\n"
    "- {id: equal, classification: {method: equal_interval, classes: 10, closure: left}}\n"
    "- {id: deviations, classification: {method: standard_deviation, classes: 4}}\n"
    "- {id: heads, classification: {method: head_tail}}\n"
    "- {id: natural, classification: {method: natural_breaks, classes: 3}}\n"
    "- {id: tenths, classification: {method: quantile, classes: 10}}\n"
    "- {id: faint, classification: {method: given, breaks: [7, 29, 57]}, ramp: YlGnBu, opacity: 0.5, "
    "aliased: true}\n";
static const char *const style_ids[] = {"right", "left", "equal", "deviations", "heads", "natural", "tenths"};

/* Beside the atlas, to which paths are relative. */
static const char *base_name(struct eg_text path)
{
    return strrchr(path.data, '/') + 1;
}

static void open_atlas(const char *multiplier, const char *csv, struct eg_small *small_out)
{
    char yaml[4096];
    struct eg_text squares = eg_test_squares("closure.geojson", AREAS, 1);
    struct eg_text table = eg_test_temp_file("closure.csv", csv);
    int n = snprintf(yaml, sizeof yaml, HEAD, base_name(squares), base_name(table), multiplier);
    (void)snprintf(yaml + n, sizeof yaml - (size_t)n, "%s", styles);
    eg_small_open_at(eg_test_temp_file("closure.yaml", yaml).data, 0, small_out);
}

static struct eg_json *legend_of(struct eg_small *small, const char *layer, const char *style)
{
    struct eg_layer_name name = {eg_text_from(layer), eg_text_from(style), EG_TEXT("")};
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    if (eg_engine_legend_json(small->snapshot, &name, &entity, &err) != EG_OK) fail_msg("%s", err.message);
    return eg_small_json(&entity);
}

/* The class that a reader of the legend comes to, from 1. */
static uint32_t read_class(struct eg_json *legend, double value)
{
    bool right = strcmp(eg_small_text(legend, "closure"), "right") == 0;
    uint32_t n = (uint32_t)eg_json_length(eg_small_at(legend, "classes"));
    for (uint32_t i = 0; i + 1 < n; i++) {
        char path[32];
        (void)snprintf(path, sizeof path, "classes/%u/upper", i);
        double upper = eg_small_number(legend, path);
        if (right ? value <= upper : value < upper) return i + 1;
    }
    return n;
}

static void check_area(struct eg_small *small, const char *set, const char *code, struct eg_json *legend,
                       struct eg_layer_ref ref)
{
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    if (eg_engine_area(small->snapshot, eg_text_from(set), eg_text_from(code), &entity, &err) != EG_OK)
        fail_msg("%s", err.message);
    struct eg_json *area = eg_small_json(&entity);
    double value = 0;
    const struct eg_layer_classes *classed = NULL;
    assert_int_equal(eg_layer_classify(small->snapshot, ref, &classed, &err), EG_OK);
    uint32_t number = eg_layer_class_of(classed, &small->snapshot->generation->series[ref.series],
                                        eg_small_area(small, set, code));
    bool has_value = eg_json_is_number(eg_small_at(area, "indicators/0/periods/0/value"), &value);
    assert_int_equal(has_value, number != EG_CLASS_NONE);
    if (has_value && read_class(legend, value) != number + 1)
        fail_msg("%s: %.15g is read to be in class %u, drawn in %u", code, value, read_class(legend, value),
                 number + 1);
    eg_json_free(area);
}

static void check_all(const char *multiplier, const char *csv)
{
    struct eg_small small;
    open_atlas(multiplier, csv, &small);
    for (size_t s = 0; s < EG_ARRAY_LEN(style_ids); s++) {
        struct eg_json *areas = legend_of(&small, "i.a", style_ids[s]);
        struct eg_json *halves = legend_of(&small, "i.h", style_ids[s]);
        for (uint32_t i = 0; i < AREAS; i++) {
            char code[8];
            (void)snprintf(code, sizeof code, "S%02u", i);
            check_area(&small, "a", code, areas, eg_small_ref(&small, "i.a", style_ids[s], NULL));
        }
        check_area(&small, "h", "W", halves, eg_small_ref(&small, "i.h", style_ids[s], NULL));
        check_area(&small, "h", "E", halves, eg_small_ref(&small, "i.h", style_ids[s], NULL));
        eg_json_free(areas);
        eg_json_free(halves);
    }
    eg_small_close(&small);
}

static void shares_shown_in_per_cent_are_in_the_class_that_they_are_read_to_be_in(void **state)
{
    (void)state;
    check_all("100", "code,v,u\nS00,0.07,1\nS01,0.29,1\nS02,0.57,1\nS03,0.58,1\nS04,0.14,1\nS05,0.28,1\n"
                     "S06,0.003,1\nS07,0.55,1\n");
}

static void sums_are_in_the_class_that_they_are_read_to_be_in(void **state)
{
    (void)state;
    check_all("1", "code,v,u\nS00,0.1,1\nS01,0.2,1\nS02,0,1\nS03,0,1\nS04,6.1,1\nS05,0.7,1\n"
                   "S06,0.1,1\nS07,0.1,1\n");
}

/* Each of these stopped the server or the answer. */
static void no_number_in_a_cell_stops_an_answer(void **state)
{
    (void)state;
    check_all("100", "code,v,u\nS00,1e307,1\nS01,-1e307,1\nS02,1,1e307\nS03,2,1\nS04,1e306,1\nS05,-1e306,1\n"
                     "S06,1e-320,1\nS07,5,1\n");
    check_all("1e300",
              "code,v,u\nS00,1e300,1\nS01,1e-300,1\nS02,1,1\nS03,2,1\nS04,3,1\nS05,4,1\nS06,-1,1\nS07,0,1\n");
    check_all("1",
              "code,v,u\nS00,1.7e308,1\nS01,1.7e308,1\nS02,-1.7e308,1\nS03,2,1\nS04,1.79769313486232e308,1\n"
              "S05,4,1\nS06,-1.7e308,1\nS07,0,1\n");
}

/* #225ea8 at an opacity of one half does not come back from eight bits as it was. */
static void a_legend_has_the_very_colours_of_translucent_pixels(void **state)
{
    (void)state;
    struct eg_small small;
    open_atlas("1", "code,v,u\nS00,1,1\nS01,10,1\nS02,30,1\nS03,60,1\nS04,,1\nS05,8,1\nS06,31,1\nS07,2,1\n",
               &small);
    struct eg_json *legend = legend_of(&small, "i.a", "faint");
    const struct eg_dressed *dressed = eg_small_dress(&small, "i.a", "faint", NULL);
    uint32_t n_moved = 0;
    for (uint32_t i = 0; i < dressed->classed->classes.n; i++) {
        char path[32], pixel[10], wanted[10];
        struct eg_rgba straight = eg_png_straight(dressed->paints[i].colour);
        assert_int_equal(straight.a, 128);
        straight.a = 255;
        eg_rgba_format(straight, pixel);
        eg_rgba_format(dressed->classed->colour[i], wanted);
        n_moved += strcmp(pixel, wanted) != 0;
        (void)snprintf(path, sizeof path, "classes/%u/colour", i);
        assert_string_equal(eg_small_text(legend, path), pixel);
    }
    assert_true(n_moved > 0);
    eg_json_free(legend);
    eg_small_close(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_shown_in_per_cent_are_in_the_class_that_they_are_read_to_be_in),
        cmocka_unit_test(sums_are_in_the_class_that_they_are_read_to_be_in),
        cmocka_unit_test(no_number_in_a_cell_stops_an_answer),
        cmocka_unit_test(a_legend_has_the_very_colours_of_translucent_pixels),
    };
    return cmocka_run_group_tests_name("closure", tests, NULL, NULL);
}
