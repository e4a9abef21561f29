#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"

#define MIB ((size_t)1024 * 1024)

static bool all_zero(const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i]) return false;
    }
    return true;
}

static void allocations_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct eg_arena *arena = eg_arena_new(64 * MIB);
    unsigned char *items[300];
    for (size_t i = 0; i < 300; i++) {
        items[i] = eg_arena_array(arena, i * 7, i % 5 + 1);
        assert_non_null(items[i]);
        assert_int_equal((uintptr_t)items[i] % 16, 0);
        assert_true(all_zero(items[i], i * 7 * (i % 5 + 1)));
        memset(items[i], (int)(i % 255) + 1, i * 7 * (i % 5 + 1));
    }
    for (size_t i = 0; i < 300; i++) {
        for (size_t b = 0; b < i * 7 * (i % 5 + 1); b++) assert_int_equal(items[i][b], i % 255 + 1);
    }
    eg_arena_free(arena);
}

static void every_block_is_zeroed(void **state)
{
    (void)state;
    struct eg_arena *arena = eg_arena_new(64 * MIB);
    assert_int_equal(eg_arena_used_bytes(arena), 0);
    for (size_t i = 0; i < 200; i++) {
        unsigned char *bytes = eg_arena_array(arena, 5000, 1);
        assert_non_null(bytes);
        assert_true(all_zero(bytes, 5000));
        memset(bytes, 0xFF, 5000);
    }
    assert_true(eg_arena_used_bytes(arena) >= 200 * 5000);
    eg_arena_free(arena);
}

static void the_ceiling_holds(void **state)
{
    (void)state;
    struct eg_arena *arena = eg_arena_new(MIB);
    size_t held = 0;
    while (eg_arena_array(arena, 1000, 1)) held += 1000;
    assert_true(held <= MIB);
    assert_true(held > MIB * 9 / 10);
    assert_null(eg_arena_array(arena, 2 * MIB, 1));
    eg_arena_free(arena);
}

static void a_small_ceiling_can_be_used_up_whole(void **state)
{
    (void)state;
    struct eg_arena *arena = eg_arena_new(1024);
    for (int i = 0; i < 64; i++) assert_non_null(eg_arena_array(arena, 16, 1));
    assert_null(eg_arena_array(arena, 1, 1));
    assert_int_equal(eg_arena_used_bytes(arena), 1024);
    eg_arena_free(arena);
}

static void one_array_may_fill_the_ceiling(void **state)
{
    (void)state;
    struct eg_arena *arena = eg_arena_new(10 * MIB);
    assert_non_null(eg_arena_array(arena, 10 * MIB, 1));
    assert_null(eg_arena_array(arena, 1, 1));
    eg_arena_free(arena);
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    struct eg_arena *arena = eg_arena_new(SIZE_MAX);
    assert_null(eg_arena_array(arena, SIZE_MAX, 2));
    assert_null(eg_arena_array(arena, SIZE_MAX / 2 + 2, 2));
    assert_null(eg_arena_array(arena, SIZE_MAX, 1));
    assert_null(eg_arena_array(arena, SIZE_MAX - 8, 1));
    assert_non_null(eg_arena_array(arena, 0, SIZE_MAX));
    assert_non_null(eg_arena_array(arena, SIZE_MAX, 0));
    eg_arena_free(arena);
}

static void small_arrays_go_on_filling_the_block_after_a_large_one(void **state)
{
    (void)state;
    struct eg_arena *arena = eg_arena_new(64 * MIB);
    char *before = eg_arena_array(arena, 16, 1);
    assert_non_null(eg_arena_array(arena, 4 * MIB, 1));
    char *after = eg_arena_array(arena, 16, 1);
    assert_ptr_equal(after, before + 16);
    eg_arena_free(arena);
}

static void a_refused_block_leaves_the_arena_usable(void **state)
{
    (void)state;
    eg_failing_malloc_after(1);
    assert_null(eg_arena_new(MIB));
    eg_failing_malloc_after(0);
    struct eg_arena *arena = eg_arena_new(64 * MIB);
    eg_failing_malloc_after(1);
    assert_null(eg_arena_array(arena, 100, 1));
    eg_failing_malloc_after(1);
    assert_null(eg_arena_array(arena, MIB, 4));
    eg_failing_malloc_after(0);
    assert_int_equal(eg_arena_used_bytes(arena), 0);
    assert_non_null(eg_arena_array(arena, 100, 1));
    assert_non_null(eg_arena_array(arena, MIB, 4));
    eg_arena_free(arena);
}

static void freeing_nothing_is_allowed(void **state)
{
    (void)state;
    eg_arena_free(NULL);
    struct eg_arena *arena = eg_arena_new(0);
    assert_null(eg_arena_array(arena, 1, 1));
    eg_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocations_are_zeroed_aligned_and_apart),
        cmocka_unit_test(every_block_is_zeroed),
        cmocka_unit_test(the_ceiling_holds),
        cmocka_unit_test(a_small_ceiling_can_be_used_up_whole),
        cmocka_unit_test(one_array_may_fill_the_ceiling),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(small_arrays_go_on_filling_the_block_after_a_large_one),
        cmocka_unit_test(a_refused_block_leaves_the_arena_usable),
        cmocka_unit_test(freeing_nothing_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
