/* Numbers settled to 15 digits: what prints alike is equal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>

#include "base/decimal.h"
#include "base/text.h"
#include "support/test_random.h"

static double settled(double value)
{
    double result = -1;
    if (!eg_decimal_settle(value, &result)) fail_msg("%.17g is not settled", value);
    return result;
}

static void products_and_sums_become_the_decimal_that_they_print_as(void **state)
{
    (void)state;
    assert_true(0.07 * 100 != 7 && settled(0.07 * 100) == 7);
    assert_true(0.29 * 100 != 29 && settled(0.29 * 100) == 29);
    assert_true(0.1 + 0.2 != 0.3 && settled(0.1 + 0.2) == 0.3);
    assert_true(settled(-0.57 * 100) == -57);
    assert_true(settled(1e300 * 1.1) == 1.1e300);
    assert_true(settled(1.005e-9 * 1000) == 1.005e-6);
}

static void decimals_of_fifteen_digits_stay_as_they_are(void **state)
{
    (void)state;
    static const double kept[] = {
        0,      1,    0.1,  123456789012345, 0.123456789012345, 9.99999999999999e14, 1e15, 1e-300,
        5e-324, 1e22, 1e23, 4503599627370496};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        assert_true(settled(kept[i]) == kept[i] || i + 1 == sizeof kept / sizeof kept[0]);
        assert_true(settled(-kept[i]) == -settled(kept[i]));
    }
    assert_false(signbit(settled(-0.0)));
}

static void what_is_beyond_the_largest_number_is_not_settled(void **state)
{
    (void)state;
    double result = 42;
    assert_false(eg_decimal_settle(INFINITY, &result));
    assert_false(eg_decimal_settle(-INFINITY, &result));
    assert_false(eg_decimal_settle(NAN, &result));
    assert_false(eg_decimal_settle(DBL_MAX, &result)); /* prints as 1.79769313486232e+308, which is more */
    assert_true(result == 42);
    assert_true(settled(1.79769313486231e308) == 1.79769313486231e308);
}

static void any_number_settles_to_what_fifteen_digits_say(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    for (int i = 0; i < 20000; i++) {
        char text[40], again[40];
        double read = 0;
        double value =
            ldexp(eg_test_random_unit(&random) - 0.5, (int)eg_test_random_below(&random, 400) - 200);
        double result = settled(value);
        (void)snprintf(text, sizeof text, "%.15g", result);
        assert_true(eg_text_to_double(eg_text_from(text), &read));
        assert_true(read == result && settled(result) == result);
        (void)snprintf(again, sizeof again, "%.15g", value);
        assert_true(eg_text_to_double(eg_text_from(again), &read));
        assert_true(fabs(result - value) <= 5.7e-15 * fabs(value));
        /* Of two neighbours equally far from it: the scaling, and both decimals, are rounded by half of 2.2e-16 each. */
        if (read != result)
            assert_true(fabs(fabs(value - result) - fabs(value - read)) <= 5e-16 * fabs(value));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_and_sums_become_the_decimal_that_they_print_as),
        cmocka_unit_test(decimals_of_fifteen_digits_stay_as_they_are),
        cmocka_unit_test(what_is_beyond_the_largest_number_is_not_settled),
        cmocka_unit_test(any_number_settles_to_what_fifteen_digits_say),
    };
    return cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
}
