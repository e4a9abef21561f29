#include "base/buffer.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"

static void pieces_are_joined_and_nul_terminated(void **state)
{
    (void)state;
    struct eg_buffer buffer;
    eg_buffer_init(&buffer, 0);
    assert_null(buffer.data);
    eg_buffer_literal(&buffer, "a=");
    eg_buffer_printf(&buffer, "%d", 12);
    eg_buffer_char(&buffer, ';');
    eg_buffer_text(&buffer, EG_TEXT("b"));
    eg_buffer_append(&buffer, "\0c", 2);
    assert_int_equal(buffer.len, 8);
    assert_memory_equal(buffer.data, "a=12;b\0c", 9);
    assert_false(buffer.failed);
    eg_buffer_clear(&buffer);
    assert_null(buffer.data);
}

static void appending_nothing_gives_an_empty_text(void **state)
{
    (void)state;
    struct eg_buffer buffer;
    eg_buffer_init(&buffer, 0);
    eg_buffer_text(&buffer, (struct eg_text){NULL, 0});
    assert_string_equal(buffer.data, "");
    eg_buffer_printf(&buffer, "%s", "");
    assert_string_equal(buffer.data, "");
    eg_buffer_clear(&buffer);
}

static void formatted_text_of_any_length_fits(void **state)
{
    (void)state;
    for (int width = 1; width < 300; width++) {
        struct eg_buffer buffer;
        eg_buffer_init(&buffer, 0);
        eg_buffer_literal(&buffer, "x");
        eg_buffer_printf(&buffer, "%*d", width, 7);
        assert_int_equal(buffer.len, width + 1);
        assert_int_equal(buffer.data[width], '7');
        assert_int_equal(buffer.data[width + 1], '\0');
        eg_buffer_clear(&buffer);
    }
}

static void the_ceiling_refuses_and_the_refusal_stays(void **state)
{
    (void)state;
    struct eg_buffer buffer;
    eg_buffer_init(&buffer, 10);
    eg_buffer_literal(&buffer, "0123456789");
    assert_false(buffer.failed);
    eg_buffer_char(&buffer, 'x');
    assert_true(buffer.failed);
    assert_string_equal(buffer.data, "0123456789");
    eg_buffer_append(&buffer, "", 0);
    assert_int_equal(buffer.len, 10);
    size_t len = 77;
    assert_null(eg_buffer_take(&buffer, &len));
    assert_int_equal(len, 77);
    assert_false(buffer.failed); /* as after init, the ceiling kept */
    assert_int_equal(buffer.ceiling, 10);
    eg_buffer_clear(&buffer);
}

static void formatting_over_the_ceiling_appends_nothing(void **state)
{
    (void)state;
    struct eg_buffer buffer;
    eg_buffer_init(&buffer, 10);
    eg_buffer_literal(&buffer, "01234");
    eg_buffer_printf(&buffer, "%d", 567890);
    assert_true(buffer.failed);
    assert_string_equal(buffer.data, "01234");
    assert_int_equal(buffer.len, 5);
    eg_buffer_clear(&buffer);
    eg_buffer_printf(&buffer, "%d", 1234567890);
    assert_false(buffer.failed);
    eg_buffer_printf(&buffer, "%0200d", 1);
    assert_true(buffer.failed);
    assert_string_equal(buffer.data, "1234567890");
    eg_buffer_clear(&buffer);
}

static void taking_hands_the_bytes_over(void **state)
{
    (void)state;
    struct eg_buffer buffer;
    eg_buffer_init(&buffer, 0);
    eg_buffer_literal(&buffer, "abc");
    size_t len = 0;
    char *bytes = eg_buffer_take(&buffer, &len);
    assert_string_equal(bytes, "abc");
    assert_int_equal(len, 3);
    assert_null(buffer.data);
    free(bytes);
    bytes = eg_buffer_take(&buffer, &len);
    assert_string_equal(bytes, "");
    assert_int_equal(len, 0);
    free(bytes);
    eg_buffer_literal(&buffer, "again");
    bytes = eg_buffer_take(&buffer, NULL);
    assert_string_equal(bytes, "again");
    free(bytes);
}

static void an_impossible_length_is_refused(void **state)
{
    (void)state;
    struct eg_buffer buffer;
    eg_buffer_init(&buffer, 0);
    eg_buffer_literal(&buffer, "abc");
    eg_buffer_append(&buffer, "x", SIZE_MAX - 1);
    assert_true(buffer.failed);
    assert_string_equal(buffer.data, "abc");
    eg_buffer_clear(&buffer);
}

static void refused_memory_is_told_at_the_end(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        struct eg_buffer buffer;
        eg_buffer_init(&buffer, 0);
        eg_failing_malloc_after(n);
        for (int i = 0; i < 100; i++) eg_buffer_printf(&buffer, "line %d of one hundred\n", i);
        size_t len = 0;
        char *bytes = eg_buffer_take(&buffer, &len);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_true(failed == (bytes == NULL));
        free(bytes);
        if (!failed) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_joined_and_nul_terminated),
        cmocka_unit_test(appending_nothing_gives_an_empty_text),
        cmocka_unit_test(formatted_text_of_any_length_fits),
        cmocka_unit_test(the_ceiling_refuses_and_the_refusal_stays),
        cmocka_unit_test(formatting_over_the_ceiling_appends_nothing),
        cmocka_unit_test(taking_hands_the_bytes_over),
        cmocka_unit_test(an_impossible_length_is_refused),
        cmocka_unit_test(refused_memory_is_told_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
