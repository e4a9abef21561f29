#include "base/textmap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"

static void what_was_put_is_found(void **state)
{
    (void)state;
    struct eg_textmap *map = eg_textmap_new(0);
    uint32_t existing = 7;
    assert_int_equal(eg_textmap_put(map, EG_TEXT("E01000001"), 0, &existing), EG_OK);
    assert_int_equal(existing, EG_TEXTMAP_NONE);
    assert_int_equal(eg_textmap_get(map, EG_TEXT("E01000001")), 0);
    assert_int_equal(eg_textmap_get(map, EG_TEXT("E01000002")), EG_TEXTMAP_NONE);
    assert_int_equal(eg_textmap_get(map, EG_TEXT("E0100000")), EG_TEXTMAP_NONE);
    eg_textmap_free(map);
}

static void the_first_value_of_a_key_stays(void **state)
{
    (void)state;
    struct eg_textmap *map = eg_textmap_new(4);
    uint32_t existing = 7;
    assert_int_equal(eg_textmap_put(map, EG_TEXT("a"), 3, NULL), EG_OK);
    assert_int_equal(eg_textmap_put(map, EG_TEXT("a"), 4, &existing), EG_OK);
    assert_int_equal(existing, 3);
    assert_int_equal(eg_textmap_get(map, EG_TEXT("a")), 3);
    eg_textmap_free(map);
}

static void the_empty_text_is_a_key(void **state)
{
    (void)state;
    struct eg_textmap *map = eg_textmap_new(4);
    assert_int_equal(eg_textmap_get(map, EG_TEXT("")), EG_TEXTMAP_NONE);
    assert_int_equal(eg_textmap_put(map, (struct eg_text){NULL, 0}, 9, NULL), EG_OK);
    assert_int_equal(eg_textmap_get(map, EG_TEXT("")), 9);
    eg_textmap_free(map);
}

enum { MANY = 20000, KEY_BYTES = 12 };

static void put_many(struct eg_textmap *map, char (*keys)[KEY_BYTES])
{
    for (uint32_t i = 0; i < MANY; i++) {
        (void)snprintf(keys[i], KEY_BYTES, "E%08u", i * 7);
        assert_int_equal(eg_textmap_put(map, eg_text_from(keys[i]), i, NULL), EG_OK);
    }
}

static void many_keys_survive_growth(void **state)
{
    (void)state;
    char(*keys)[KEY_BYTES] = calloc(MANY, KEY_BYTES);
    struct eg_textmap *map = eg_textmap_new(0);
    assert_non_null(keys);
    put_many(map, keys);
    for (uint32_t i = 0; i < MANY; i++) assert_int_equal(eg_textmap_get(map, eg_text_from(keys[i])), i);
    assert_int_equal(eg_textmap_get(map, EG_TEXT("E00000001")), EG_TEXTMAP_NONE);
    eg_textmap_free(map);
    free(keys);
}

static void expected_keys_need_no_further_memory(void **state)
{
    (void)state;
    char(*keys)[KEY_BYTES] = calloc(MANY, KEY_BYTES);
    struct eg_textmap *map = eg_textmap_new(MANY);
    assert_non_null(keys);
    eg_failing_malloc_after(1);
    put_many(map, keys);
    assert_false(eg_failing_malloc_triggered());
    eg_failing_malloc_after(0);
    eg_textmap_free(map);
    free(keys);
}

static void refused_growth_keeps_what_is_there(void **state)
{
    (void)state;
    char keys[40][KEY_BYTES];
    struct eg_textmap *map = eg_textmap_new(0);
    eg_failing_malloc_after(1);
    uint32_t n = 0;
    enum eg_status status = EG_OK;
    while (status == EG_OK) {
        assert_true(n < 40);
        (void)snprintf(keys[n], KEY_BYTES, "k%u", n);
        status = eg_textmap_put(map, eg_text_from(keys[n]), n, NULL);
        n += status == EG_OK;
    }
    assert_int_equal(status, EG_NO_MEMORY);
    eg_failing_malloc_after(0);
    assert_int_equal(eg_textmap_get(map, eg_text_from(keys[n])), EG_TEXTMAP_NONE);
    assert_int_equal(eg_textmap_put(map, eg_text_from(keys[n]), n, NULL), EG_OK);
    for (uint32_t i = 0; i <= n; i++) assert_int_equal(eg_textmap_get(map, eg_text_from(keys[i])), i);
    eg_textmap_free(map);
}

static void a_refused_map_is_null(void **state)
{
    (void)state;
    for (long n = 1; n <= 2; n++) {
        eg_failing_malloc_after(n);
        assert_null(eg_textmap_new(10));
    }
    eg_failing_malloc_after(0);
    assert_null(eg_textmap_new(SIZE_MAX));
    eg_textmap_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_found),
        cmocka_unit_test(the_first_value_of_a_key_stays),
        cmocka_unit_test(the_empty_text_is_a_key),
        cmocka_unit_test(many_keys_survive_growth),
        cmocka_unit_test(expected_keys_need_no_further_memory),
        cmocka_unit_test(refused_growth_keeps_what_is_there),
        cmocka_unit_test(a_refused_map_is_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
