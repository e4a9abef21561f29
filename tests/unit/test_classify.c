#include "stats/classify.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"
#include "support/test_data.h"
#include "support/test_table.h"

static const enum eg_class_method computed[] = {EG_CLASS_QUANTILE, EG_CLASS_EQUAL, EG_CLASS_NATURAL,
                                                EG_CLASS_STDDEV, EG_CLASS_HEADTAIL};

static struct eg_classes classify(enum eg_class_method method, uint32_t n_classes, bool left_closed,
                                  const double *values, size_t n)
{
    struct eg_classify_options options = {
        .method = method, .n_classes = n_classes, .left_closed = left_closed};
    struct eg_classes classes;
    assert_int_equal(eg_classify(values, n, &options, &classes, NULL), EG_OK);
    return classes;
}

static struct eg_classes classify_given(const double *breaks, uint32_t n_breaks, bool left_closed,
                                        const double *values, size_t n)
{
    struct eg_classify_options options = {
        .method = EG_CLASS_GIVEN, .left_closed = left_closed, .breaks = breaks, .n_breaks = n_breaks};
    struct eg_classes classes;
    assert_int_equal(eg_classify(values, n, &options, &classes, NULL), EG_OK);
    return classes;
}

static void expect_bounds(const struct eg_classes *classes, uint32_t n_classes, const double *bounds)
{
    assert_int_equal(classes->n, n_classes);
    for (uint32_t i = 0; i <= n_classes; i++) {
        if (classes->bounds[i] == bounds[i]) continue;
        fail_msg("bound %u is %.17g, not %.17g", i, classes->bounds[i], bounds[i]);
    }
}

static void count_classes(const struct eg_classes *classes, const double *values, size_t n,
                          size_t *counts_out)
{
    for (uint32_t i = 0; i < classes->n; i++) counts_out[i] = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t class = eg_classes_find(classes, values[i]);
        if (class != EG_CLASS_NONE) counts_out[class]++;
    }
}

static void expect_counts(const struct eg_classes *classes, const double *values, size_t n,
                          const size_t *counts)
{
    size_t counted[EG_CLASSES_MAX];
    count_classes(classes, values, n, counted);
    for (uint32_t i = 0; i < classes->n; i++) assert_int_equal(counted[i], counts[i]);
}

/* --- quantiles ------------------------------------------------------------------------------------------------------ */

static void quantiles_hold_equal_counts_and_end_at_data_values(void **state)
{
    (void)state;
    const double values[] = {9, 1, 8, 2, 7, 3, 6, 4, 5, 10};
    struct eg_classes right = classify(EG_CLASS_QUANTILE, 5, false, values, 10);
    expect_bounds(&right, 5, (const double[]){1, 2, 4, 6, 8, 10});
    expect_counts(&right, values, 10, (const size_t[]){2, 2, 2, 2, 2});
    struct eg_classes left = classify(EG_CLASS_QUANTILE, 5, true, values, 10);
    expect_bounds(&left, 5, (const double[]){1, 3, 5, 7, 9, 10});
    expect_counts(&left, values, 10, (const size_t[]){2, 2, 2, 2, 2});
}

static void quantiles_of_a_count_that_does_not_divide_differ_by_one_at_most(void **state)
{
    (void)state;
    const double values[] = {1, 2, 3, 4, 5, 6, 7};
    struct eg_classes classes = classify(EG_CLASS_QUANTILE, 3, false, values, 7);
    expect_bounds(&classes, 3, (const double[]){1, 2, 4, 7});
    expect_counts(&classes, values, 7, (const size_t[]){2, 2, 3});
}

static void a_run_of_equal_values_goes_to_the_class_in_which_it_begins(void **state)
{
    (void)state;
    const double values[] = {1, 2, 2, 2, 3, 4};
    struct eg_classes classes = classify(EG_CLASS_QUANTILE, 2, false, values, 6);
    expect_bounds(&classes, 2, (const double[]){1, 2, 4});
    expect_counts(&classes, values, 6, (const size_t[]){4, 2});
}

static void heavy_ties_at_zero_swallow_the_classes_they_cover(void **state)
{
    (void)state;
    double values[100] = {0};
    for (size_t i = 65; i < 100; i++) values[i] = (double)i;
    struct eg_classes classes = classify(EG_CLASS_QUANTILE, 10, false, values, 100);
    expect_bounds(&classes, 5, (const double[]){0, 0, 69, 79, 89, 99});
    expect_counts(&classes, values, 100, (const size_t[]){65, 5, 10, 10, 10});
    assert_int_equal(eg_classes_find(&classes, 0), 0);
    assert_int_equal(eg_classes_find(&classes, 0.5), 1);
}

static void fewer_values_than_classes_get_a_class_each(void **state)
{
    (void)state;
    const double values[] = {3, 1, 2};
    for (size_t m = 0; m < 3; m++) {
        struct eg_classes classes = classify(computed[m], 10, false, values, 3);
        assert_int_equal(classes.n, 3);
        expect_counts(&classes, values, 3, (const size_t[]){1, 1, 1});
    }
}

/* --- natural breaks ------------------------------------------------------------------------------------------------- */

static void natural_breaks_part_the_published_example(void **state)
{
    (void)state;
    const double values[] = {-1, 2, -1, 2, 4,
                             5,  6, -1, 2, -1}; /* the example of the R package Ckmeans.1d.dp */
    struct eg_classes right = classify(EG_CLASS_NATURAL, 3, false, values, 10);
    expect_bounds(&right, 3, (const double[]){-1, -1, 2, 6});
    expect_counts(&right, values, 10, (const size_t[]){4, 3, 3});
    struct eg_classes left = classify(EG_CLASS_NATURAL, 3, true, values, 10);
    expect_bounds(&left, 3, (const double[]){-1, 2, 4, 6});
    expect_counts(&left, values, 10, (const size_t[]){4, 3, 3});
}

static void natural_breaks_weigh_a_value_by_how_often_it_occurs(void **state)
{
    (void)state;
    const double once[] = {0, 4, 10};
    struct eg_classes light = classify(EG_CLASS_NATURAL, 2, false, once, 3);
    expect_bounds(&light, 2, (const double[]){0, 4, 10});
    const double often[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 10};
    struct eg_classes heavy = classify(EG_CLASS_NATURAL, 2, false, often, 12);
    expect_bounds(&heavy, 2, (const double[]){0, 4, 10});
    const double pulled[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 10};
    struct eg_classes apart = classify(EG_CLASS_NATURAL, 2, false, pulled, 12);
    expect_bounds(&apart, 2, (const double[]){0, 0, 10});
}

static void an_enormous_outlier_does_not_blur_the_other_natural_breaks(void **state)
{
    (void)state;
    const double values[] = {1, 1.1, 1.2, 5, 5.1, 5.2, 9, 9.1, 9.2, 1e17};
    struct eg_classes classes = classify(EG_CLASS_NATURAL, 4, false, values, 10);
    expect_bounds(&classes, 4, (const double[]){1, 1.2, 5.2, 9.2, 1e17});
    double shifted[10];
    for (size_t i = 0; i < 10; i++) shifted[i] = -values[i];
    classes = classify(EG_CLASS_NATURAL, 4, false, shifted, 10);
    expect_bounds(&classes, 4, (const double[]){-1e17, -1e17, -9, -5, -1});
}

static void natural_breaks_of_a_far_away_cluster_are_those_of_the_cluster(void **state)
{
    (void)state;
    double values[9];
    for (size_t i = 0; i < 9; i++) values[i] = 1e15 + (double)(i / 3) * 100 + (double)(i % 3);
    struct eg_classes classes = classify(EG_CLASS_NATURAL, 3, false, values, 9);
    expect_bounds(&classes, 3, (const double[]){1e15, 1e15 + 2, 1e15 + 102, 1e15 + 202});
}

static void expect_breaks_of_column(const char *table, const char *column, uint32_t n_classes,
                                    const double *bounds, const size_t *counts)
{
    char path[1024];
    size_t n;
    double *values = eg_test_column(eg_test_data_or_skip(table, path, sizeof path), column, &n);
    struct eg_classes classes = classify(EG_CLASS_NATURAL, n_classes, false, values, n);
    expect_bounds(&classes, n_classes, bounds);
    expect_counts(&classes, values, n, counts);
    free(values);
}

/* The expected breaks were computed with an independent program (ckmeans 1.2.0, Rust). */
static void natural_breaks_of_english_deprivation_agree_with_another_program(void **state)
{
    (void)state;
    expect_breaks_of_column("imd2019_lsoa11.csv.gz", "imd_score", 7,
                            (const double[]){0.541, 9.736, 16.837, 24.787, 33.953, 44.99, 58.76, 92.735},
                            (const size_t[]){8010, 7690, 6254, 4606, 3224, 2021, 1039});
    expect_breaks_of_column(
        "imd2019_lsoa11.csv.gz", "health_score", 10,
        (const double[]){-3.215, -1.595, -1.078, -0.683, -0.326, 0.021, 0.375, 0.758, 1.191, 1.739, 3.547},
        (const size_t[]){874, 2545, 3683, 4693, 5374, 5033, 4338, 3386, 2142, 776});
}

/* --- equal widths, standard deviations, head/tail ------------------------------------------------------------------- */

static void equal_widths_part_the_range(void **state)
{
    (void)state;
    const double values[] = {0, 20, 40, 60, 80, 100, 5};
    struct eg_classes right = classify(EG_CLASS_EQUAL, 5, false, values, 7);
    expect_bounds(&right, 5, (const double[]){0, 20, 40, 60, 80, 100});
    expect_counts(&right, values, 7, (const size_t[]){3, 1, 1, 1, 1});
    struct eg_classes left = classify(EG_CLASS_EQUAL, 5, true, values, 7);
    expect_bounds(&left, 5, (const double[]){0, 20, 40, 60, 80, 100});
    expect_counts(&left, values, 7, (const size_t[]){2, 1, 1, 1, 2});
}

static void an_empty_class_of_equal_width_is_merged_with_the_next(void **state)
{
    (void)state;
    const double values[] = {0, 1, 2, 95, 100};
    struct eg_classes classes = classify(EG_CLASS_EQUAL, 10, false, values, 5);
    expect_bounds(&classes, 2, (const double[]){0, 10, 100});
    expect_counts(&classes, values, 5, (const size_t[]){3, 2});
}

static void equal_widths_reach_over_the_whole_range_of_doubles(void **state)
{
    (void)state;
    const double values[] = {-DBL_MAX, 0, DBL_MAX};
    struct eg_classes classes = classify(EG_CLASS_EQUAL, 2, true, values, 3);
    expect_bounds(&classes, 2, (const double[]){-DBL_MAX, 0, DBL_MAX});
    expect_counts(&classes, values, 3, (const size_t[]){1, 2});
}

/* 0.3 is below 3 * 0.1, and prints like it. */
static void a_value_that_prints_like_a_computed_break_obeys_the_closure(void **state)
{
    (void)state;
    const double values[] = {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1};
    for (int left_closed = 0; left_closed <= 1; left_closed++) {
        struct eg_classes classes = classify(EG_CLASS_EQUAL, 10, left_closed, values, 11);
        expect_bounds(&classes, 10, values);
        for (uint32_t i = 1; i < 10; i++)
            assert_int_equal(eg_classes_find(&classes, values[i]), left_closed ? i : i - 1);
    }
    const double pair[] = {0.1, 0.2, 0.3, 0.4, 0.5};
    struct eg_classes meeting = classify(EG_CLASS_STDDEV, 2, true, pair, 5);
    assert_true(meeting.bounds[1] == 0.3);
    assert_int_equal(eg_classes_find(&meeting, 0.3), 1);
}

static void a_mean_between_values_of_one_last_digit_still_parts_them(void **state)
{
    (void)state;
    const double values[] = {1.00000000000001, 1.00000000000002};
    for (int left_closed = 0; left_closed <= 1; left_closed++) {
        struct eg_classes classes = classify(EG_CLASS_HEADTAIL, 2, left_closed, values, 2);
        assert_int_equal(classes.n, 2);
        assert_true(classes.bounds[1] == values[left_closed]);
        expect_counts(&classes, values, 2, (const size_t[]){1, 1});
    }
}

static void an_odd_number_of_deviation_classes_is_centred_on_the_mean(void **state)
{
    (void)state;
    const double values[] = {2, 4, 4, 4, 5, 5, 7, 9}; /* mean 5, deviation 2 */
    struct eg_classes classes = classify(EG_CLASS_STDDEV, 3, false, values, 8);
    expect_bounds(&classes, 3, (const double[]){2, 4, 6, 9});
    expect_counts(&classes, values, 8, (const size_t[]){4, 2, 2});
}

static void an_even_number_of_deviation_classes_meets_at_the_mean(void **state)
{
    (void)state;
    const double values[] = {2, 4, 4, 4, 5, 5, 7, 9};
    struct eg_classes classes = classify(EG_CLASS_STDDEV, 4, false, values, 8);
    expect_bounds(&classes, 4, (const double[]){2, 3, 5, 7, 9});
    expect_counts(&classes, values, 8, (const size_t[]){1, 5, 1, 1});
    classes = classify(EG_CLASS_STDDEV, 100, false, values, 8);
    expect_bounds(&classes, 4, (const double[]){2, 3, 5, 7, 9});
}

static void head_and_tail_are_cut_while_the_head_is_a_minority(void **state)
{
    (void)state;
    /* Mean 10.5, head {17, 20, 80}; mean 39, head {80}; nothing is above the mean of that. */
    const double values[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 20, 80, 17};
    struct eg_classes classes = classify(EG_CLASS_HEADTAIL, 0, false, values, 12);
    expect_bounds(&classes, 3, (const double[]){1, 10.5, 39, 80});
    expect_counts(&classes, values, 12, (const size_t[]){9, 2, 1});
}

static void a_head_of_more_than_two_fifths_is_not_cut_again(void **state)
{
    (void)state;
    const double even[] = {1, 2, 3, 4, 5, 6};
    struct eg_classes classes = classify(EG_CLASS_HEADTAIL, 0, false, even, 6);
    expect_bounds(&classes, 2, (const double[]){1, 3.5, 6});
    const double two_fifths[] = {0, 0, 0, 10, 20}; /* head {10, 20} of 5 is just 40 %; its mean 15 */
    classes = classify(EG_CLASS_HEADTAIL, 0, false, two_fifths, 5);
    expect_bounds(&classes, 3, (const double[]){0, 6, 15, 20});
}

/* --- given breaks and categories ------------------------------------------------------------------------------------ */

static void given_breaks_are_kept_with_their_empty_classes(void **state)
{
    (void)state;
    const double breaks[] = {0, 10, 20, 30};
    const double values[] = {12, 35, 14};
    struct eg_classes classes = classify_given(breaks, 4, false, values, 3);
    expect_bounds(&classes, 5, (const double[]){0, 0, 10, 20, 30, 35});
    expect_counts(&classes, values, 3, (const size_t[]){0, 0, 2, 0, 1});
    const double inside[] = {12, 14};
    classes = classify_given(breaks, 4, true, inside, 2);
    expect_bounds(&classes, 5, (const double[]){0, 0, 10, 20, 30, 30});
}

static void given_breaks_stand_without_any_value(void **state)
{
    (void)state;
    const double breaks[] = {10, 20};
    struct eg_classes classes = classify_given(breaks, 2, false, NULL, 0);
    expect_bounds(&classes, 3, (const double[]){10, 10, 20, 20});
    classes = classify_given(NULL, 0, false, NULL, 0);
    assert_int_equal(classes.n, 0);
    classes = classify_given(NULL, 0, false, breaks, 2);
    expect_bounds(&classes, 1, (const double[]){10, 20});
}

static void a_value_on_a_given_break_obeys_the_closure(void **state)
{
    (void)state;
    const double breaks[] = {10, 20};
    const double values[] = {0, 30};
    struct eg_classes right = classify_given(breaks, 2, false, values, 2);
    struct eg_classes left = classify_given(breaks, 2, true, values, 2);
    assert_true(right.right_closed);
    assert_false(left.right_closed);
    assert_int_equal(eg_classes_find(&right, 10), 0);
    assert_int_equal(eg_classes_find(&left, 10), 1);
    assert_int_equal(eg_classes_find(&right, 20), 1);
    assert_int_equal(eg_classes_find(&left, 20), 2);
}

static void values_beyond_the_bounds_belong_to_the_outer_classes(void **state)
{
    (void)state;
    const double values[] = {1, 2, 3, 4};
    for (int left = 0; left < 2; left++) {
        struct eg_classes classes = classify(EG_CLASS_QUANTILE, 2, left, values, 4);
        assert_int_equal(eg_classes_find(&classes, -1e300), 0);
        assert_int_equal(eg_classes_find(&classes, 1e300), 1);
        assert_int_equal(eg_classes_find(&classes, 2.5), left ? 0 : 1);
    }
}

static void breaks_that_do_not_ascend_are_refused(void **state)
{
    (void)state;
    const double wrong[][3] = {{1, 3, 2}, {1, 1, 2}, {1, NAN, 2}, {-INFINITY, 1, 2}};
    const double value = 1;
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        struct eg_classify_options options = {.method = EG_CLASS_GIVEN, .breaks = wrong[i], .n_breaks = 3};
        struct eg_classes classes = {.n = 77};
        struct eg_error err = {0};
        assert_int_equal(eg_classify(&value, 1, &options, &classes, &err), EG_INVALID);
        assert_int_equal(classes.n, 77);
        assert_non_null(strstr(err.message, "break "));
    }
}

static void categories_are_the_distinct_values(void **state)
{
    (void)state;
    const double values[] = {10, 1, 2, 2, 10, -0.0, 0.0};
    struct eg_classes classes = classify(EG_CLASS_CATEGORY, 0, false, values, 7);
    assert_true(classes.categorical);
    assert_int_equal(classes.n, 4);
    assert_true(classes.bounds[0] == 0 && classes.bounds[1] == 1 && classes.bounds[2] == 2 &&
                classes.bounds[3] == 10);
    expect_counts(&classes, values, 7, (const size_t[]){2, 1, 2, 2});
    assert_int_equal(eg_classes_find(&classes, 10), 3);
    assert_int_equal(eg_classes_find(&classes, 5), EG_CLASS_NONE);
    assert_int_equal(eg_classes_find(&classes, 11), EG_CLASS_NONE);
    const double others[] = {5, 10};
    expect_counts(&classes, others, 2, (const size_t[]){0, 0, 0, 1});
}

static void too_many_categories_or_breaks_are_over_the_limit(void **state)
{
    (void)state;
    double values[EG_CLASSES_MAX + 1];
    for (size_t i = 0; i <= EG_CLASSES_MAX; i++) values[i] = (double)i;
    struct eg_classes classes = classify(EG_CLASS_CATEGORY, 0, false, values, EG_CLASSES_MAX);
    assert_int_equal(classes.n, EG_CLASSES_MAX);
    struct eg_classify_options options = {.method = EG_CLASS_CATEGORY};
    assert_int_equal(eg_classify(values, EG_CLASSES_MAX + 1, &options, &classes, NULL), EG_LIMIT);
    classes = classify_given(values, EG_CLASSES_MAX - 1, false, values, 1);
    assert_int_equal(classes.n, EG_CLASSES_MAX);
    options =
        (struct eg_classify_options){.method = EG_CLASS_GIVEN, .breaks = values, .n_breaks = EG_CLASSES_MAX};
    assert_int_equal(eg_classify(values, 1, &options, &classes, NULL), EG_LIMIT);
}

/* --- every method --------------------------------------------------------------------------------------------------- */

static void constant_data_give_one_class(void **state)
{
    (void)state;
    const double values[] = {7.25, 7.25, 7.25};
    for (size_t m = 0; m < EG_ARRAY_LEN(computed); m++)
        for (int left = 0; left < 2; left++) {
            struct eg_classes classes = classify(computed[m], 5, left, values, 3);
            expect_bounds(&classes, 1, (const double[]){7.25, 7.25});
            assert_int_equal(eg_classes_find(&classes, 7.25), 0);
        }
}

static void neighbouring_doubles_give_no_empty_class(void **state)
{
    (void)state;
    const double values[] = {1, 1 + DBL_EPSILON, 1};
    for (size_t m = 0; m < EG_ARRAY_LEN(computed); m++)
        for (int left = 0; left < 2; left++) {
            struct eg_classes classes = classify(computed[m], 9, left, values, 3);
            assert_in_range(classes.n, 1, 2);
            if (classes.n == 2) expect_counts(&classes, values, 3, (const size_t[]){2, 1});
        }
}

static void no_values_give_no_classes(void **state)
{
    (void)state;
    for (size_t m = 0; m < EG_ARRAY_LEN(computed); m++) {
        struct eg_classes classes = classify(computed[m], 5, false, NULL, 0);
        assert_int_equal(classes.n, 0);
        assert_int_equal(eg_classes_find(&classes, 1), EG_CLASS_NONE);
    }
    assert_int_equal(classify(EG_CLASS_CATEGORY, 0, false, NULL, 0).n, 0);
}

static void a_number_of_classes_out_of_range_is_refused(void **state)
{
    (void)state;
    const double value = 1;
    for (size_t m = 0; m < 4; m++)
        for (uint32_t k = 0; k <= EG_CLASSES_MAX + 1; k += EG_CLASSES_MAX + 1) {
            struct eg_classify_options options = {.method = computed[m], .n_classes = k};
            struct eg_classes classes = {.n = 77};
            assert_int_equal(eg_classify(&value, 1, &options, &classes, NULL), EG_INVALID);
            assert_int_equal(classes.n, 77);
        }
}

static void every_refused_allocation_is_reported(void **state)
{
    (void)state;
    const double values[] = {5, 3, 8, 1, 9, 2, 7};
    for (size_t m = 0; m < EG_ARRAY_LEN(computed); m++) {
        struct eg_classify_options options = {.method = computed[m], .n_classes = 3};
        long n = 1;
        for (;; n++) {
            struct eg_classes classes = {.n = 77};
            eg_failing_malloc_after(n);
            enum eg_status status = eg_classify(values, 7, &options, &classes, NULL);
            bool failed = eg_failing_malloc_triggered();
            eg_failing_malloc_after(0);
            if (!failed) break;
            assert_int_equal(status, EG_NO_MEMORY);
            assert_int_equal(classes.n, 77);
        }
        assert_true(n > 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_hold_equal_counts_and_end_at_data_values),
        cmocka_unit_test(quantiles_of_a_count_that_does_not_divide_differ_by_one_at_most),
        cmocka_unit_test(a_run_of_equal_values_goes_to_the_class_in_which_it_begins),
        cmocka_unit_test(heavy_ties_at_zero_swallow_the_classes_they_cover),
        cmocka_unit_test(fewer_values_than_classes_get_a_class_each),
        cmocka_unit_test(natural_breaks_part_the_published_example),
        cmocka_unit_test(natural_breaks_weigh_a_value_by_how_often_it_occurs),
        cmocka_unit_test(an_enormous_outlier_does_not_blur_the_other_natural_breaks),
        cmocka_unit_test(natural_breaks_of_a_far_away_cluster_are_those_of_the_cluster),
        cmocka_unit_test(natural_breaks_of_english_deprivation_agree_with_another_program),
        cmocka_unit_test(equal_widths_part_the_range),
        cmocka_unit_test(an_empty_class_of_equal_width_is_merged_with_the_next),
        cmocka_unit_test(equal_widths_reach_over_the_whole_range_of_doubles),
        cmocka_unit_test(a_value_that_prints_like_a_computed_break_obeys_the_closure),
        cmocka_unit_test(a_mean_between_values_of_one_last_digit_still_parts_them),
        cmocka_unit_test(an_odd_number_of_deviation_classes_is_centred_on_the_mean),
        cmocka_unit_test(an_even_number_of_deviation_classes_meets_at_the_mean),
        cmocka_unit_test(head_and_tail_are_cut_while_the_head_is_a_minority),
        cmocka_unit_test(a_head_of_more_than_two_fifths_is_not_cut_again),
        cmocka_unit_test(given_breaks_are_kept_with_their_empty_classes),
        cmocka_unit_test(given_breaks_stand_without_any_value),
        cmocka_unit_test(a_value_on_a_given_break_obeys_the_closure),
        cmocka_unit_test(values_beyond_the_bounds_belong_to_the_outer_classes),
        cmocka_unit_test(breaks_that_do_not_ascend_are_refused),
        cmocka_unit_test(categories_are_the_distinct_values),
        cmocka_unit_test(too_many_categories_or_breaks_are_over_the_limit),
        cmocka_unit_test(constant_data_give_one_class),
        cmocka_unit_test(neighbouring_doubles_give_no_empty_class),
        cmocka_unit_test(no_values_give_no_classes),
        cmocka_unit_test(a_number_of_classes_out_of_range_is_refused),
        cmocka_unit_test(every_refused_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
