#include "http/attempts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t ann[EG_ATTEMPTS_KEY_BYTES] = "ann", bob[EG_ATTEMPTS_KEY_BYTES] = "bob";

static struct eg_attempts *five_a_minute(void)
{
    struct eg_attempts *attempts = NULL;
    assert_int_equal(eg_attempts_new((struct eg_attempts_rule){5, 60}, &attempts, NULL), EG_OK);
    return attempts;
}

static void some_are_allowed_at_once_and_then_one_after_the_other(void **state)
{
    (void)state;
    struct eg_attempts *attempts = five_a_minute();
    double wait_s = -1;
    for (int i = 0; i < 5; i++) assert_true(eg_attempts_take(attempts, ann, 100, &wait_s));
    assert_float_equal(wait_s, 0, 0);
    assert_false(eg_attempts_take(attempts, ann, 100, &wait_s));
    assert_float_equal(wait_s, 12, 1e-9);
    assert_false(eg_attempts_take(attempts, ann, 111, &wait_s));
    assert_float_equal(wait_s, 1, 1e-9);
    assert_true(eg_attempts_take(attempts, ann, 112, &wait_s));
    assert_false(eg_attempts_take(attempts, ann, 112, &wait_s));
    eg_attempts_free(attempts);
}

static void whoever_waits_has_all_again(void **state)
{
    (void)state;
    struct eg_attempts *attempts = five_a_minute();
    double wait_s;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 5; i++) assert_true(eg_attempts_take(attempts, ann, 60.0 * round, &wait_s));
        assert_false(eg_attempts_take(attempts, ann, 60.0 * round, &wait_s));
    }
    eg_attempts_free(attempts);
}

static void one_does_not_use_up_what_another_has(void **state)
{
    (void)state;
    struct eg_attempts *attempts = five_a_minute();
    double wait_s;
    for (int i = 0; i < 9; i++) (void)eg_attempts_take(attempts, ann, 0, &wait_s);
    assert_true(eg_attempts_take(attempts, bob, 0, &wait_s));
    eg_attempts_free(attempts);
}

static void asking_is_not_counted_and_what_was_counted_can_be_forgotten(void **state)
{
    (void)state;
    struct eg_attempts *attempts = five_a_minute();
    double wait_s;
    for (int i = 0; i < 20; i++) assert_true(eg_attempts_allows(attempts, ann, 0, &wait_s));
    for (int i = 0; i < 5; i++) assert_true(eg_attempts_take(attempts, ann, 0, &wait_s));
    assert_false(eg_attempts_allows(attempts, ann, 0, &wait_s));
    eg_attempts_forget(attempts, ann);
    assert_true(eg_attempts_take(attempts, ann, 0, &wait_s));
    eg_attempts_free(attempts);
}

/* A hundred thousand strangers with one attempt each push out others with one, not the one who has used up all. */
static void many_strangers_do_not_make_the_table_forget_the_busiest(void **state)
{
    (void)state;
    struct eg_attempts *attempts = five_a_minute();
    double wait_s;
    for (int i = 0; i < 5; i++) assert_true(eg_attempts_take(attempts, ann, 0, &wait_s));
    for (uint32_t i = 0; i < 100000; i++) {
        uint8_t key[EG_ATTEMPTS_KEY_BYTES] = {1};
        memcpy(key + 1, &i, sizeof i);
        assert_true(eg_attempts_take(attempts, key, 0, &wait_s));
    }
    assert_false(eg_attempts_take(attempts, ann, 0, &wait_s));
    eg_attempts_free(attempts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_are_allowed_at_once_and_then_one_after_the_other),
        cmocka_unit_test(whoever_waits_has_all_again),
        cmocka_unit_test(one_does_not_use_up_what_another_has),
        cmocka_unit_test(asking_is_not_counted_and_what_was_counted_can_be_forgotten),
        cmocka_unit_test(many_strangers_do_not_make_the_table_forget_the_busiest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
