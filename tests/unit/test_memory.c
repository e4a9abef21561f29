#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"

static void arrays_that_overflow_are_refused(void **state)
{
    (void)state;
    assert_null(eg_memory_array(SIZE_MAX, 2));
    assert_null(eg_memory_zeroed(SIZE_MAX / 2, 3));
    assert_null(eg_memory_array(SIZE_MAX, 1));
}

static void an_array_of_nothing_can_be_freed(void **state)
{
    (void)state;
    void *items = eg_memory_array(0, 8);
    assert_non_null(items);
    free(items);
    items = eg_memory_zeroed(8, 0);
    assert_non_null(items);
    free(items);
}

static void reserving_keeps_the_items_and_doubles(void **state)
{
    (void)state;
    void *items = NULL;
    size_t capacity = 0;
    size_t moves = 0;
    for (uint32_t i = 0; i < 10000; i++) {
        size_t before = capacity;
        assert_true(eg_memory_reserve(&items, &capacity, (size_t)i + 1, sizeof i));
        moves += capacity != before;
        memcpy((unsigned char *)items + i * sizeof i, &i, sizeof i);
    }
    assert_true(moves <= 12);
    for (uint32_t i = 0; i < 10000; i++) {
        assert_memory_equal((unsigned char *)items + i * sizeof i, &i, sizeof i);
    }
    eg_memory_shrink(&items, 10000, sizeof(uint32_t));
    eg_memory_shrink(&items, 0, sizeof(uint32_t));
    free(items);
}

static void a_refused_reservation_changes_nothing(void **state)
{
    (void)state;
    void *items = NULL;
    size_t capacity = 0;
    assert_true(eg_memory_reserve(&items, &capacity, 10, 4));
    void *before = items;
    eg_failing_malloc_after(1);
    assert_false(eg_memory_reserve(&items, &capacity, 1000, 4));
    eg_failing_malloc_after(1);
    eg_memory_shrink(&items, 1, 4);
    eg_failing_malloc_after(0);
    assert_false(eg_memory_reserve(&items, &capacity, SIZE_MAX, 4));
    assert_ptr_equal(items, before);
    assert_int_equal(capacity, 10);
    free(items);
}

static void the_peak_grows_with_what_is_touched(void **state)
{
    (void)state;
    size_t before = eg_memory_peak_bytes();
    assert_true(before > 0);
    size_t size = (size_t)32 * 1024 * 1024;
    char *bytes = eg_memory_array(size, 1);
    assert_non_null(bytes);
    memset(bytes, 1, size);
    __asm__ volatile("" : : "r"(bytes) : "memory"); /* the writes must happen */
    assert_true(eg_memory_peak_bytes() >= size);
    free(bytes);
    assert_true(eg_memory_peak_bytes() >= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_that_overflow_are_refused),
        cmocka_unit_test(an_array_of_nothing_can_be_freed),
        cmocka_unit_test(reserving_keeps_the_items_and_doubles),
        cmocka_unit_test(a_refused_reservation_changes_nothing),
        cmocka_unit_test(the_peak_grows_with_what_is_touched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
