/* From names to classes and paints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/layer.h"
#include "render/ramp.h"
#include "support/small_atlas.h"

static struct eg_small small;

static int open_atlas(void **state)
{
    (void)state;
    eg_small_open(1 << 20, &small);
    return 0;
}

static int close_atlas(void **state)
{
    (void)state;
    eg_small_close(&small);
    return 0;
}

/* --- names ----------------------------------------------------------------------------------------------------------- */

static void a_layer_alone_means_its_own_style_and_the_latest_period(void **state)
{
    (void)state;
    struct eg_layer_ref ref = eg_small_ref(&small, "deprivation.nbhd", NULL, NULL);
    const struct eg_atlas *atlas = small.snapshot->atlas;
    assert_true(eg_text_equal(atlas->styles[ref.style].id, EG_TEXT("fifths")));
    assert_true(eg_text_equal(small.snapshot->generation->series[ref.series].period.id, EG_TEXT("2024")));
    ref = eg_small_ref(&small, "kind.nbhd", NULL, "2019");
    assert_true(eg_text_equal(atlas->styles[ref.style].id, EG_TEXT("kinds")));
    assert_true(eg_text_equal(small.snapshot->generation->series[ref.series].period.id, EG_TEXT("2019")));
}

static void a_hidden_layer_is_found_by_its_name(void **state)
{
    (void)state;
    struct eg_layer_ref ref = eg_small_ref(&small, "plain.nbhd", "tenths", NULL);
    assert_true(small.snapshot->atlas->layers[ref.layer].hidden);
}

static void check_unknown(struct eg_layer_name name, const char *field, const char *part)
{
    struct eg_error err = {0};
    struct eg_layer_ref ref = {7, 7, 7};
    assert_int_equal(eg_layer_resolve(small.snapshot, &name, &ref, &err), EG_NOT_FOUND);
    assert_string_equal(err.field, field);
    assert_non_null(strstr(err.message, part));
    assert_non_null(strstr(err.message, "GET /layers"));
    assert_int_equal(ref.layer, 7);
    assert_int_equal(eg_layer_resolve(small.snapshot, &name, &ref, NULL), EG_NOT_FOUND);
}

static void what_is_not_there_is_an_error_that_names_field_and_remedy(void **state)
{
    (void)state;
    struct eg_text layer = EG_TEXT("deprivation.nbhd");
    check_unknown((struct eg_layer_name){.layer = EG_TEXT("wealth.nbhd")}, "layer", "'wealth.nbhd'");
    check_unknown((struct eg_layer_name){.layer = EG_TEXT("")}, "layer", "''");
    check_unknown((struct eg_layer_name){layer, EG_TEXT("rainbow"), EG_TEXT("")}, "style", "'rainbow'");
    check_unknown((struct eg_layer_name){layer, EG_TEXT(""), EG_TEXT("2020")}, "period", "'2020'");
    check_unknown((struct eg_layer_name){layer, EG_TEXT("fifths"), EG_TEXT("20")}, "period", "'20'");
}

/* --- classes --------------------------------------------------------------------------------------------------------- */

static const struct eg_layer_classes *classify(const char *layer, const char *style, const char *period)
{
    const struct eg_layer_classes *classed = NULL;
    struct eg_error err = {0};
    if (eg_layer_classify(small.snapshot, eg_small_ref(&small, layer, style, period), &classed, &err) !=
        EG_OK)
        fail_msg("%s", err.message);
    return classed;
}

static void breaks_are_pooled_over_the_periods_unless_the_style_says_otherwise(void **state)
{
    (void)state;
    const struct eg_layer_classes *pooled = classify("deprivation.nbhd", "fifths", "2019");
    assert_ptr_equal(pooled, classify("deprivation.nbhd", "fifths", "2024"));
    assert_true(pooled->classes.bounds[0] == 5 && pooled->classes.bounds[4] == 60);
    const struct eg_layer_classes *then = classify("deprivation.nbhd", "years", "2019");
    const struct eg_layer_classes *now = classify("deprivation.nbhd", "years", "2024");
    assert_true(then->classes.bounds[1] == 25 && then->classes.bounds[2] == 49);
    assert_true(now->classes.bounds[1] == 30 && now->classes.bounds[2] == 60);
}

static void tenths_of_the_publisher_are_taken_as_they_are(void **state)
{
    (void)state;
    const struct eg_layer_classes *classed = classify("deprivation.nbhd", "tenths", NULL);
    const struct eg_series *series =
        &small.snapshot->generation->series[eg_small_ref(&small, "deprivation.nbhd", NULL, "2024").series];
    assert_true(classed->by_decile && !classed->fell_back);
    assert_int_equal(classed->classes.n, 10);
    /* Rank 6 of 12 would be the fifth tenth; the publisher says the sixth. */
    assert_int_equal(eg_layer_class_of(classed, series, eg_small_area(&small, "nbhd", "N07")), 5);
    assert_int_equal(eg_layer_class_of(classed, series, eg_small_area(&small, "nbhd", "N12")), 0);
    assert_string_equal(eg_layer_method_name(&small.snapshot->atlas->styles[0], classed),
                        "the publisher's deciles");
}

static void a_layer_without_the_publishers_tenths_gets_quantiles_and_says_so(void **state)
{
    (void)state;
    const struct eg_layer_classes *classed = classify("illness.nbhd", "tenths", NULL);
    assert_true(classed->fell_back && !classed->by_decile);
    assert_int_equal(classed->classes.n, 3);
    assert_string_equal(eg_layer_method_name(&small.snapshot->atlas->styles[0], classed), "quantiles");
    assert_false(classify("illness.nbhd", "fifths", NULL)->fell_back);
}

static void constant_values_are_one_class(void **state)
{
    (void)state;
    const struct eg_layer_classes *classed = classify("plain.nbhd", "fifths", NULL);
    assert_int_equal(classed->classes.n, 1);
    assert_int_equal(classify("plain.nbhd", "tenths", NULL)->classes.n, 1);
}

/* --- labels ---------------------------------------------------------------------------------------------------------- */

/* What the label of each class is, with these bounds in place of the layer's own: "a|b|c". */
static const char *labels(const char *layer, const struct eg_layer_classes *classed)
{
    static char all[1024];
    size_t n = 0;
    for (uint32_t i = 0; i < classed->classes.n; i++) {
        char label[128];
        eg_layer_class_label(small.snapshot, eg_small_ref(&small, layer, "fifths", NULL), classed, i, label,
                             sizeof label);
        n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", i > 0 ? "|" : "", label);
    }
    return all;
}

#define WITH_BOUNDS(...)                                                                                     \
    (&(struct eg_layer_classes){                                                                             \
        .classes = {.n = EG_ARRAY_LEN(((double[]){__VA_ARGS__})) - 1, .bounds = {__VA_ARGS__}}})

static void bounds_that_would_look_alike_get_more_decimals_in_all_labels(void **state)
{
    (void)state;
    const char *one = "illness.nbhd", *free = "plain.nbhd"; /* one decimal; as many as there are */
    assert_string_equal(labels(one, WITH_BOUNDS(0.5, 0.7, 0.9)), "0.5 to 0.7|0.7 to 0.9");
    assert_string_equal(labels(one, WITH_BOUNDS(0.5, 0.78, 0.81, 0.9)),
                        "0.50 to 0.78|0.78 to 0.81|0.81 to 0.90");
    assert_string_equal(labels(one, WITH_BOUNDS(0.5, 0.812, 0.814, 0.9)),
                        "0.500 to 0.812|0.812 to 0.814|0.814 to 0.900");
    assert_string_equal(labels(free, WITH_BOUNDS(1, 2.0000001, 2.0000002)),
                        "1 to 2.0000001|2.0000001 to 2.0000002");
    assert_string_equal(labels(free, WITH_BOUNDS(1e6, 2000000.2, 2000000.4)),
                        "1,000,000.0 to 2,000,000.2|2,000,000.2 to 2,000,000.4");
}

static void bounds_that_differ_by_rounding_alone_keep_the_decimals(void **state)
{
    (void)state;
    assert_string_equal(labels("illness.nbhd", WITH_BOUNDS(0.5, 0.8, 0.8 + 1e-15, 0.9)),
                        "0.5 to 0.8|0.8|0.8 to 0.9");
    assert_string_equal(labels("illness.nbhd", WITH_BOUNDS(0.5, 0.5)), "0.5");
    /* and do not keep others from getting theirs */
    assert_string_equal(labels("illness.nbhd", WITH_BOUNDS(0.5, 0.8, 0.8 + 1e-15, 0.82)),
                        "0.50 to 0.80|0.80|0.80 to 0.82");
}

/* The outer bounds of given breaks are shown nowhere. */
static void only_bounds_that_are_shown_count(void **state)
{
    (void)state;
    struct eg_layer_classes open = *WITH_BOUNDS(0.79, 0.8, 0.9, 0.91);
    open.open_ended = true;
    assert_string_equal(labels("illness.nbhd", &open), "under 0.8|0.8 to 0.9|0.9 and over");
}

static void given_breaks_are_shown_whole(void **state)
{
    (void)state;
    struct eg_layer_classes open = *WITH_BOUNDS(0, 0.25, 0.5, 1);
    open.open_ended = true;
    assert_string_equal(labels("illness.nbhd", &open), "under 0.25|0.25 to 0.50|0.50 and over");
    open = *WITH_BOUNDS(-1, 0, 1234.5678, 2000001, 2000002);
    open.open_ended = true;
    assert_string_equal(labels("plain.nbhd", &open),
                        "under 0|0 to 1,234.5678|1,234.5678 to 2,000,001.00|2,000,001.00 and over");
}

/* --- colours --------------------------------------------------------------------------------------------------------- */

static double brightness(struct eg_rgba colour)
{
    return 0.3 * colour.r + 0.59 * colour.g + 0.11 * colour.b;
}

static bool is_red(struct eg_rgba colour)
{
    return colour.r > colour.b + 60;
}

static bool is_blue(struct eg_rgba colour)
{
    return colour.b > colour.r + 60;
}

static void the_worse_end_of_a_sequential_ramp_is_its_darker_one(void **state)
{
    (void)state;
    const struct eg_layer_classes *bad = classify("deprivation.nbhd", "fifths", NULL);
    assert_true(bad->rising_worse);
    assert_true(brightness(bad->colour[3]) < brightness(bad->colour[0]));
    const struct eg_layer_classes *good = classify("greenspace.nbhd", "fifths", NULL);
    assert_false(good->rising_worse);
    assert_true(brightness(good->colour[3]) > brightness(good->colour[0]));
    const struct eg_layer_classes *neutral = classify("people.nbhd", "fifths", NULL);
    assert_true(brightness(neutral->colour[3]) < brightness(neutral->colour[0]));
}

static void the_worse_end_of_a_diverging_ramp_is_its_first_one(void **state)
{
    (void)state;
    const struct eg_layer_classes *bad = classify("deprivation.nbhd", "thirds", NULL);
    assert_true(is_red(bad->colour[2]) && is_blue(bad->colour[0]));
    const struct eg_layer_classes *good = classify("greenspace.nbhd", "thirds", NULL);
    assert_true(is_red(good->colour[0]) && is_blue(good->colour[2]));
}

/* Deprivation: tenth 1 holds the highest scores. Green space: tenth 10 does. Either way tenth 1 is the worse one. */
static void tenths_are_coloured_by_what_they_mean_whichever_way_they_are_numbered(void **state)
{
    (void)state;
    const struct eg_layer_classes *falling = classify("deprivation.nbhd", "tenths", NULL);
    const struct eg_layer_classes *rising = classify("greenspace.nbhd", "tenths", NULL);
    assert_false(falling->rising_worse);
    assert_false(rising->rising_worse);
    assert_true(is_red(falling->colour[0]) && is_blue(falling->colour[9]));
    assert_true(is_red(rising->colour[0]) && is_blue(rising->colour[9]));
    falling = classify("deprivation.nbhd", "blues", NULL);
    assert_true(brightness(falling->colour[0]) < brightness(falling->colour[9]));
}

static void assert_colour(struct eg_rgba actual, const char *expected)
{
    char text[10];
    eg_rgba_format(actual, text);
    assert_string_equal(text, expected);
}

static void a_category_has_its_own_colour_in_every_period(void **state)
{
    (void)state;
    const struct eg_layer_classes *all = classify("kind.nbhd", NULL, "2024");
    assert_int_equal(all->classes.n, 3);
    assert_colour(all->colour[0], "#1b9e77"); /* Coast */
    assert_colour(all->colour[1], "#d95f02"); /* Rural */
    assert_colour(all->colour[2], "#7570b3"); /* Urban */
    /* Per period there is no coast in 2019; the others keep their colours, which are spread over all three. */
    const struct eg_layer_classes *then = classify("kind.nbhd", "years", "2019");
    const struct eg_layer_classes *now = classify("kind.nbhd", "years", "2024");
    assert_int_equal(then->classes.n, 2);
    assert_int_equal(now->classes.n, 3);
    assert_memory_equal(&then->colour[0], &now->colour[1], sizeof then->colour[0]);
    assert_memory_equal(&then->colour[1], &now->colour[2], sizeof then->colour[0]);
}

static void a_category_style_gives_each_number_a_colour(void **state)
{
    (void)state;
    const struct eg_layer_classes *classed = classify("illness.town", "kinds", "2019");
    assert_true(classed->classes.categorical && !classed->fell_back);
    assert_colour(classed->colour[0], "#1b9e77");
    /* Ten values of 2019 and nine others of 2024 are more than the five colours: they are spread. */
    classed = classify("illness.nbhd", "kinds", NULL);
    assert_true(classed->classes.n > 5);
    assert_colour(classed->colour[0], "#1b9e77");
    assert_colour(classed->colour[classed->classes.n - 1], "#66a61e");
}

/* --- words ----------------------------------------------------------------------------------------------------------- */

static void assert_label(const char *layer, const char *style, uint32_t number, const char *expected)
{
    struct eg_layer_ref ref = eg_small_ref(&small, layer, style, NULL);
    char label[128];
    eg_layer_class_label(small.snapshot, ref, classify(layer, style, NULL), number, label, sizeof label);
    assert_string_equal(label, expected);
}

static void classes_have_labels(void **state)
{
    (void)state;
    assert_label("deprivation.nbhd", "years", 0, "5.0 to 30.0");
    assert_label("greenspace.nbhd", "steps", 0, "under 10");
    assert_label("greenspace.nbhd", "steps", 1, "10 to 20");
    assert_label("greenspace.nbhd", "steps", 2, "20 and over");
    assert_label("people.nbhd", "years", 1, "600 to 1,200");
    assert_label("deprivation.nbhd", "tenths", 0, "1 (worst tenth)");
    assert_label("deprivation.nbhd", "tenths", 9, "10 (best tenth)");
    assert_label("greenspace.nbhd", "tenths", 0, "1 (worst tenth)");
    assert_label("greenspace.nbhd", "tenths", 4, "5");
    assert_label("kind.nbhd", NULL, 0, "Coast");
    assert_label("plain.nbhd", "kinds", 0, "1.5");
}

static void a_long_name_is_cut_between_characters(void **state)
{
    (void)state;
    struct eg_text name = EG_TEXT("Caf\xc3\xa9");
    struct eg_series series = {.categories = &name, .n_categories = 1};
    struct eg_generation generation = {.series = &series, .n_series = 1};
    struct eg_snapshot snapshot = {.atlas = small.snapshot->atlas, .generation = &generation};
    struct eg_layer_classes classed = {.classes = {.n = 1, .categorical = true}};
    char label[6];
    eg_layer_class_label(&snapshot, (struct eg_layer_ref){0}, &classed, 0, label, 6);
    assert_string_equal(label, "Caf\xc3\xa9");
    eg_layer_class_label(&snapshot, (struct eg_layer_ref){0}, &classed, 0, label, 5);
    assert_string_equal(label, "Caf");
}

static void a_bound_just_below_zero_is_not_minus_zero(void **state)
{
    (void)state;
    struct eg_layer_ref ref = eg_small_ref(&small, "deprivation.nbhd", NULL, NULL);
    struct eg_layer_classes classed = {.classes = {.n = 2, .bounds = {-0.04, -0.06, 12345678}}};
    char label[64];
    eg_layer_class_label(small.snapshot, ref, &classed, 0, label, sizeof label);
    assert_string_equal(label, "0.0 to -0.1");
    eg_layer_class_label(small.snapshot, eg_small_ref(&small, "plain.nbhd", NULL, NULL), &classed, 1, label,
                         sizeof label);
    assert_string_equal(label, "-0.06 to 12,345,678");
}

static void the_outer_classes_of_given_breaks_are_open(void **state)
{
    (void)state;
    struct eg_layer_ref ref = eg_small_ref(&small, "deprivation.nbhd", NULL, NULL);
    struct eg_layer_classes classed = {.open_ended = true,
                                       .classes = {.n = 3, .right_closed = true, .bounds = {2, 2, 3, 5}}};
    static const char *const right[] = {"up to 2.0", "2.0 to 3.0", "over 3.0"};
    static const char *const left[] = {"under 2.0", "2.0 to 3.0", "3.0 and over"};
    char label[64];
    for (uint32_t i = 0; i < 3; i++) {
        classed.classes.right_closed = true;
        eg_layer_class_label(small.snapshot, ref, &classed, i, label, sizeof label);
        assert_string_equal(label, right[i]);
        classed.classes.right_closed = false;
        eg_layer_class_label(small.snapshot, ref, &classed, i, label, sizeof label);
        assert_string_equal(label, left[i]);
    }
    classed = (struct eg_layer_classes){.classes = {.n = 1, .bounds = {5, 5}}};
    eg_layer_class_label(small.snapshot, ref, &classed, 0, label, sizeof label);
    assert_string_equal(label, "5.0");
}

static void digits_are_grouped_by_thousands(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *label;
    } cases[] = {{999, "999.0"},          {1000, "1,000.0"},     {-1000, "-1,000.0"},
                 {-123456, "-123,456.0"}, {999999, "999,999.0"}, {1234567.25, "1,234,567.2"}};
    struct eg_layer_ref ref = eg_small_ref(&small, "deprivation.nbhd", NULL, NULL);
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_layer_classes classed = {
            .classes = {.n = 1, .categorical = true, .bounds = {cases[i].value}}};
        char label[64];
        eg_layer_class_label(small.snapshot, ref, &classed, 0, label, sizeof label);
        assert_string_equal(label, cases[i].label);
    }
}

/* --- paints ---------------------------------------------------------------------------------------------------------- */

static uint32_t paint_number(const struct eg_dressed *dressed, const char *code)
{
    return dressed->area_paint[eg_small_area(&small, "nbhd", code)];
}

static void states_keep_apart_down_to_the_paint(void **state)
{
    (void)state;
    const struct eg_dressed *dressed = eg_small_dress(&small, "illness.nbhd", "fifths", "2024");
    uint32_t n = dressed->classed->classes.n;
    assert_int_equal(n, 4);
    assert_int_equal(paint_number(dressed, "N02"), 0); /* zero is a value */
    assert_int_equal(paint_number(dressed, "N11"), 3);
    assert_int_equal(paint_number(dressed, "N05"), n + 3);
    assert_int_equal(paint_number(dressed, "N03"), 2 * n + EG_PAINT_MISSING);
    assert_int_equal(paint_number(dressed, "N04"), 2 * n + EG_PAINT_SUPPRESSED);
    assert_int_equal(paint_number(dressed, "N06"), 2 * n + EG_PAINT_NOT_APPLICABLE);
    assert_int_equal(dressed->n_paints, 2 * n + EG_N_STATE_PAINTS);
    const struct eg_paint *paints = dressed->paints;
    assert_int_equal(paints[0].pattern, EG_PATTERN_NONE);
    assert_int_equal(paints[n + 3].pattern, EG_PATTERN_HATCH);
    assert_memory_equal(&paints[n + 3].colour, &paints[3].colour, sizeof paints[3].colour);
    assert_int_equal(paints[2 * n + EG_PAINT_MISSING].pattern, EG_PATTERN_NONE);
    assert_int_equal(paints[2 * n + EG_PAINT_SUPPRESSED].pattern, EG_PATTERN_DOTS);
    assert_int_equal(paints[2 * n + EG_PAINT_NOT_APPLICABLE].pattern, EG_PATTERN_CROSS);
    assert_non_null(dressed->palette);
}

/* N03 has 50 % of green space, but the publisher gives it no tenth. */
static void a_value_without_the_publishers_tenth_looks_like_no_state(void **state)
{
    (void)state;
    const struct eg_dressed *dressed = eg_small_dress(&small, "greenspace.nbhd", "tenths", NULL);
    const struct eg_paint *own = &dressed->paints[20 + EG_PAINT_UNCLASSED];
    assert_int_equal(dressed->n_unclassed, 1);
    assert_int_equal(dressed->n_in_state[EG_VALID], EG_SMALL_AREAS);
    assert_int_equal(paint_number(dressed, "N03"), 20 + EG_PAINT_UNCLASSED);
    for (uint32_t i = 0; i < dressed->n_paints; i++) {
        const struct eg_paint *paint = &dressed->paints[i];
        bool same = memcmp(&paint->colour, &own->colour, 4) == 0 && memcmp(&paint->ink, &own->ink, 4) == 0 &&
                    paint->pattern == own->pattern;
        assert_int_equal(same, paint == own);
    }
    struct eg_atlas_style style = small.snapshot->atlas->styles[dressed->ref.style];
    style.look[EG_SUPPRESSED] = eg_layer_unclassed_look(&style);
    struct eg_atlas_look other = eg_layer_unclassed_look(&style);
    assert_int_not_equal(other.pattern, style.look[EG_SUPPRESSED].pattern);
}

static void areas_are_counted_by_class_and_state(void **state)
{
    (void)state;
    const struct eg_dressed *dressed = eg_small_dress(&small, "illness.nbhd", "fifths", "2024");
    uint32_t n_classed = 0, n_all = 0;
    for (uint32_t i = 0; i < dressed->classed->classes.n; i++) n_classed += dressed->n_in_class[i];
    for (uint32_t i = 0; i < EG_N_STATES; i++) n_all += dressed->n_in_state[i];
    assert_int_equal(n_classed, 9);
    assert_int_equal(n_all, EG_SMALL_AREAS);
    assert_int_equal(dressed->n_in_state[EG_VALID], 8);
    assert_int_equal(dressed->n_in_state[EG_UNRELIABLE], 1);
    assert_int_equal(dressed->n_in_state[EG_MISSING], 1);
    assert_int_equal(dressed->n_in_state[EG_SUPPRESSED], 1);
    assert_int_equal(dressed->n_in_state[EG_NOT_APPLICABLE], 1);
    assert_int_equal(dressed->n_unclassed, 0);
}

/* A pattern's strokes let as much of the basemap through as the ground between them. */
static void opacity_is_that_of_ground_and_ink_together(void **state)
{
    (void)state;
    const struct eg_dressed *dressed = eg_small_dress(&small, "illness.nbhd", "soft", "2024");
    for (uint32_t i = 0; i < dressed->n_paints; i++) {
        const struct eg_paint *paint = &dressed->paints[i];
        assert_int_equal(paint->colour.a, 128);
        assert_int_equal(paint->ink.a, 128);
        assert_true(paint->ink.r <= 128 && paint->ink.g <= 128 && paint->ink.b <= 128);
    }
    assert_int_equal(dressed->outside.a, 255);
    assert_int_equal(dressed->outside.r, 0xcf);
}

static void layers_in_the_same_colours_share_a_palette(void **state)
{
    (void)state;
    const struct eg_dressed *one = eg_small_dress(&small, "deprivation.nbhd", "fifths", "2019");
    const struct eg_dressed *other = eg_small_dress(&small, "deprivation.nbhd", "fifths", "2024");
    assert_ptr_not_equal(one, other);
    assert_ptr_equal(one->palette, other->palette);
    assert_ptr_equal(one, eg_small_dress(&small, "deprivation.nbhd", "fifths", "2019"));
    assert_ptr_not_equal(one->palette, eg_small_dress(&small, "deprivation.nbhd", "thirds", NULL)->palette);
}

static void whether_dressing_is_still_to_be_done_can_be_asked(void **state)
{
    (void)state;
    struct eg_layer_name name = {EG_TEXT("people.town"), EG_TEXT("steps"), EG_TEXT("2024")};
    assert_true(eg_layer_needs_dressing(small.snapshot, &name));
    (void)eg_small_dress(&small, "people.town", "steps", "2024");
    assert_false(eg_layer_needs_dressing(small.snapshot, &name));
    name.layer = EG_TEXT("nothing");
    assert_false(eg_layer_needs_dressing(small.snapshot, &name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_layer_alone_means_its_own_style_and_the_latest_period),
        cmocka_unit_test(a_hidden_layer_is_found_by_its_name),
        cmocka_unit_test(what_is_not_there_is_an_error_that_names_field_and_remedy),
        cmocka_unit_test(breaks_are_pooled_over_the_periods_unless_the_style_says_otherwise),
        cmocka_unit_test(tenths_of_the_publisher_are_taken_as_they_are),
        cmocka_unit_test(a_layer_without_the_publishers_tenths_gets_quantiles_and_says_so),
        cmocka_unit_test(constant_values_are_one_class),
        cmocka_unit_test(bounds_that_would_look_alike_get_more_decimals_in_all_labels),
        cmocka_unit_test(bounds_that_differ_by_rounding_alone_keep_the_decimals),
        cmocka_unit_test(only_bounds_that_are_shown_count),
        cmocka_unit_test(given_breaks_are_shown_whole),
        cmocka_unit_test(the_worse_end_of_a_sequential_ramp_is_its_darker_one),
        cmocka_unit_test(the_worse_end_of_a_diverging_ramp_is_its_first_one),
        cmocka_unit_test(tenths_are_coloured_by_what_they_mean_whichever_way_they_are_numbered),
        cmocka_unit_test(a_category_has_its_own_colour_in_every_period),
        cmocka_unit_test(a_category_style_gives_each_number_a_colour),
        cmocka_unit_test(classes_have_labels),
        cmocka_unit_test(a_long_name_is_cut_between_characters),
        cmocka_unit_test(a_bound_just_below_zero_is_not_minus_zero),
        cmocka_unit_test(the_outer_classes_of_given_breaks_are_open),
        cmocka_unit_test(digits_are_grouped_by_thousands),
        cmocka_unit_test(states_keep_apart_down_to_the_paint),
        cmocka_unit_test(a_value_without_the_publishers_tenth_looks_like_no_state),
        cmocka_unit_test(areas_are_counted_by_class_and_state),
        cmocka_unit_test(opacity_is_that_of_ground_and_ink_together),
        cmocka_unit_test(layers_in_the_same_colours_share_a_palette),
        cmocka_unit_test(whether_dressing_is_still_to_be_done_can_be_asked),
    };
    return cmocka_run_group_tests_name("layer", tests, open_atlas, close_atlas);
}
