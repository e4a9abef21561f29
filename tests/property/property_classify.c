/* Random data of many shapes (ties, few distinct values, skew, outliers, constant, tiny and huge) against what must hold
 * for every method, and against the plain definition of natural breaks. */
#include "stats/classify.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/test_random.h"

#define MOST_VALUES 200
#define MOST_CLASSES 8
#define N_SHAPES 7

static struct eg_test_random numbers;

static double one_value(uint32_t shape)
{
    double unit = eg_test_random_unit(&numbers);
    switch (shape) {
    case 0:
        return unit;
    case 1:
        return floor(unit * 6); /* few distinct values */
    case 2:
        return unit < 0.6 ? 0 : -log(1 - unit) * 1e3; /* most are zero, the rest skewed */
    case 3:
        return unit < 0.02 ? 1e12 * unit : unit; /* outliers */
    case 4:
        return 1e9 + floor(unit * 50) / 8; /* narrow and far from zero */
    case 5:
        return (unit - 0.5) * (eg_test_random_below(&numbers, 2) ? 1e300 : 1e-300);
    default:
        return -3.5;
    }
}

static size_t random_values(double values[MOST_VALUES])
{
    size_t n = 1 + eg_test_random_below(&numbers, MOST_VALUES);
    if (eg_test_random_below(&numbers, 3) == 0) n = 1 + n % 6;
    uint32_t shape = eg_test_random_below(&numbers, N_SHAPES);
    for (size_t i = 0; i < n; i++) values[i] = one_value(shape);
    return n;
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

static bool interval_holds(const struct eg_classes *classes, uint32_t class, double value)
{
    double lower = classes->bounds[class];
    double upper = classes->bounds[class + 1];
    if (classes->right_closed) return (value > lower || (class == 0 && value == lower)) && value <= upper;
    return value >= lower && (value < upper || (class == classes->n - 1 && value == upper));
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

static void expect_sound(const struct eg_classes *classes, const double *values, size_t n, bool empty_allowed)
{
    size_t counts[EG_CLASSES_MAX];
    size_t total = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t class = eg_classes_find(classes, values[i]);
        assert_true(class < classes->n);
        for (uint32_t c = 0; c < classes->n; c++)
            assert_int_equal(interval_holds(classes, c, values[i]), c == class);
    }
    count_classes(classes, values, n, counts);
    for (uint32_t c = 0; c < classes->n; c++) {
        assert_true(counts[c] > 0 || empty_allowed);
        assert_true(classes->bounds[c] <= classes->bounds[c + 1]);
        total += counts[c];
    }
    assert_int_equal(total, n);
}

static struct eg_classes classify(const struct eg_classify_options *options, const double *values, size_t n)
{
    struct eg_classes classes;
    assert_int_equal(eg_classify(values, n, options, &classes, NULL), EG_OK);
    return classes;
}

static void expect_same_when_shuffled(const struct eg_classify_options *options,
                                      const struct eg_classes *classes, const double *values, size_t n)
{
    double shuffled[MOST_VALUES];
    memcpy(shuffled, values, n * sizeof *values);
    for (size_t i = n; i > 1; i--) {
        size_t other = eg_test_random_below(&numbers, (uint32_t)i);
        double swapped = shuffled[i - 1];
        shuffled[i - 1] = shuffled[other];
        shuffled[other] = swapped;
    }
    struct eg_classes again = classify(options, shuffled, n);
    assert_memory_equal(&again, classes, sizeof again);
}

static void every_value_stands_in_exactly_one_class_whatever_the_method_and_closure(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 4000; round++) {
        double values[MOST_VALUES];
        size_t n = random_values(values);
        struct eg_classify_options options = {
            .method = (enum eg_class_method)eg_test_random_below(&numbers, EG_CLASS_GIVEN),
            .n_classes = 1 + eg_test_random_below(&numbers, 12),
            .left_closed = eg_test_random_below(&numbers, 2),
        };
        struct eg_classes classes = classify(&options, values, n);
        expect_sound(&classes, values, n, false);
        bool bounded = options.method != EG_CLASS_HEADTAIL;
        assert_true(classes.n >= 1 && (!bounded || classes.n <= options.n_classes));
        expect_same_when_shuffled(&options, &classes, values, n);
    }
}

static void every_value_stands_in_exactly_one_class_of_given_breaks(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 1000; round++) {
        double values[MOST_VALUES];
        double breaks[MOST_VALUES];
        size_t n = random_values(values);
        size_t n_candidates = random_values(breaks) % 20;
        qsort(breaks, n_candidates, sizeof *breaks, compare_doubles);
        uint32_t n_breaks = 0;
        for (size_t i = 0; i < n_candidates; i++)
            if (n_breaks == 0 || breaks[i] > breaks[n_breaks - 1]) breaks[n_breaks++] = breaks[i];
        struct eg_classify_options options = {.method = EG_CLASS_GIVEN,
                                              .left_closed = eg_test_random_below(&numbers, 2),
                                              .breaks = breaks,
                                              .n_breaks = n_breaks};
        struct eg_classes classes = classify(&options, values, n);
        assert_int_equal(classes.n, n_breaks + 1);
        expect_sound(&classes, values, n, true);
        expect_same_when_shuffled(&options, &classes, values, n);
    }
}

static void the_closure_never_changes_which_values_a_quantile_or_natural_class_holds(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 1000; round++) {
        double values[MOST_VALUES];
        size_t n = random_values(values);
        struct eg_classify_options options = {.method = round % 2 ? EG_CLASS_QUANTILE : EG_CLASS_NATURAL,
                                              .n_classes = 1 + eg_test_random_below(&numbers, 12)};
        struct eg_classes right = classify(&options, values, n);
        options.left_closed = true;
        struct eg_classes left = classify(&options, values, n);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(eg_classes_find(&right, values[i]), eg_classes_find(&left, values[i]));
    }
}

/* --- natural breaks by their definition ----------------------------------------------------------------------------- */

static long double squares_of(const double *sorted, size_t begin, size_t end)
{
    long double mean = 0;
    for (size_t i = begin; i < end; i++) mean += sorted[i];
    mean /= (long double)(end - begin);
    long double sum = 0;
    for (size_t i = begin; i < end; i++) sum += (sorted[i] - mean) * (sorted[i] - mean);
    return sum;
}

/* Every end, every begin, every class afresh from its values. */
static long double least_squares(const double *sorted, size_t n, uint32_t n_classes)
{
    static long double cost[MOST_CLASSES + 1][MOST_VALUES + 1];
    for (size_t end = 0; end <= n; end++) cost[0][end] = end == 0 ? 0 : INFINITY;
    for (uint32_t c = 1; c <= n_classes; c++) {
        cost[c][0] = 0; /* fewer classes than wanted are allowed */
        for (size_t end = 1; end <= n; end++) {
            cost[c][end] = INFINITY;
            for (size_t begin = 0; begin < end; begin++) {
                long double candidate = cost[c - 1][begin] + squares_of(sorted, begin, end);
                if (candidate < cost[c][end]) cost[c][end] = candidate;
            }
        }
    }
    return cost[n_classes][n];
}

static long double squares_of_classes(const struct eg_classes *classes, const double *sorted, size_t n)
{
    long double sum = 0;
    size_t begin = 0;
    for (size_t i = 1; i <= n; i++) {
        if (i < n && eg_classes_find(classes, sorted[i]) == eg_classes_find(classes, sorted[begin])) continue;
        sum += squares_of(sorted, begin, i);
        begin = i;
    }
    return sum;
}

static void natural_breaks_have_the_least_sum_of_squares_there_is(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 600; round++) {
        double values[MOST_VALUES];
        size_t n = (random_values(values) - 1) % 60 + 1;
        uint32_t n_classes = 1 + eg_test_random_below(&numbers, MOST_CLASSES);
        struct eg_classify_options options = {.method = EG_CLASS_NATURAL, .n_classes = n_classes};
        struct eg_classes classes = classify(&options, values, n);
        qsort(values, n, sizeof *values, compare_doubles);
        long double found = squares_of_classes(&classes, values, n);
        long double least = least_squares(values, n, n_classes);
        /* Deviations below 1e-150 of the largest value vanish when they are squared. */
        long double largest = fmaxl(fabsl(values[0]), fabsl(values[n - 1]));
        if (found <= least * (1 + 1e-12L) + largest * largest * 1e-300L) continue;
        fail_msg("round %u: sum of squares %Lg in place of %Lg", round, found, least);
    }
}

int main(void)
{
    numbers = eg_test_random_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_stands_in_exactly_one_class_whatever_the_method_and_closure),
        cmocka_unit_test(every_value_stands_in_exactly_one_class_of_given_breaks),
        cmocka_unit_test(the_closure_never_changes_which_values_a_quantile_or_natural_class_holds),
        cmocka_unit_test(natural_breaks_have_the_least_sum_of_squares_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
