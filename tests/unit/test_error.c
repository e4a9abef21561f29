#include "base/error.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void setting_an_error_gives_its_status_and_message(void **state)
{
    (void)state;
    struct eg_error err = {0};
    assert_int_equal(eg_error_set(&err, EG_INVALID, "zoom %d is over %d", 23, 22), EG_INVALID);
    assert_int_equal(err.status, EG_INVALID);
    assert_string_equal(err.message, "zoom 23 is over 22");
}

static void nobody_has_to_want_the_words(void **state)
{
    (void)state;
    assert_int_equal(eg_error_set(NULL, EG_IO, "lost"), EG_IO);
    assert_int_equal(eg_error_no_memory(NULL, 5), EG_NO_MEMORY);
    assert_int_equal(eg_error_at(NULL, "a", 1, 2), EG_OK);
    assert_int_equal(eg_error_field(NULL, "a"), EG_OK);
}

static void setting_clears_place_and_field(void **state)
{
    (void)state;
    struct eg_error err = {0};
    (void)eg_error_set(&err, EG_INVALID, "first");
    (void)eg_error_at(&err, "atlas.yaml", 3, 4);
    (void)eg_error_field(&err, "title");
    (void)eg_error_set(&err, EG_LIMIT, "second");
    assert_string_equal(err.file, "");
    assert_string_equal(err.field, "");
    assert_int_equal(err.line, 0);
    assert_int_equal(err.column, 0);
}

static void the_innermost_place_wins(void **state)
{
    (void)state;
    struct eg_error err = {0};
    (void)eg_error_set(&err, EG_INVALID, "wrong");
    assert_int_equal(eg_error_at(&err, NULL, 7, 0), EG_INVALID);
    assert_int_equal(eg_error_at(&err, "inner.csv", 8, 1), EG_INVALID);
    assert_int_equal(eg_error_at(&err, "outer.yaml", 9, 2), EG_INVALID);
    assert_int_equal(eg_error_field(&err, "inner"), EG_INVALID);
    assert_int_equal(eg_error_field(&err, "outer"), EG_INVALID);
    assert_string_equal(err.file, "inner.csv");
    assert_int_equal(err.line, 7);
    assert_int_equal(err.column, 0);
    assert_string_equal(err.field, "inner");
}

static void a_message_may_quote_the_one_it_replaces(void **state)
{
    (void)state;
    struct eg_error err = {0};
    (void)eg_error_set(&err, EG_IO, "cannot read");
    (void)eg_error_field(&err, "source");
    (void)eg_error_set(&err, err.status, "%s: %s", err.field, err.message);
    assert_string_equal(err.message, "source: cannot read");
}

static void a_long_message_is_cut_on_a_character_boundary(void **state)
{
    (void)state;
    struct eg_error err = {0};
    char text[700];
    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'a', shift);
        for (size_t i = shift; i + 3 < sizeof text; i += 3)
            memcpy(text + i, "\xE2\x82\xAC", 4); /* the euro sign */
        (void)eg_error_set(&err, EG_INVALID, "%s", text);
        size_t len = strlen(err.message);
        assert_true(len < sizeof err.message && len > sizeof err.message - 4);
        assert_int_equal((len - shift) % 3, 0);
        assert_memory_equal(err.message, text, len);
    }
}

static void a_message_that_just_fits_is_kept_whole(void **state)
{
    (void)state;
    struct eg_error err = {0};
    char text[sizeof err.message];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    memcpy(text + sizeof text - 4, "\xE2\x82\xAC", 3);
    (void)eg_error_set(&err, EG_INVALID, "%s", text);
    assert_string_equal(err.message, text);
}

static void a_long_file_name_is_cut(void **state)
{
    (void)state;
    struct eg_error err = {0};
    char text[600];
    memset(text, 'f', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    (void)eg_error_set(&err, EG_INVALID, "wrong");
    (void)eg_error_at(&err, text, 1, 1);
    (void)eg_error_field(&err, text);
    assert_int_equal(strlen(err.file), sizeof err.file - 1);
    assert_int_equal(strlen(err.field), sizeof err.field - 1);
}

static void check_format(const char *file, uint32_t line, uint32_t column, const char *expected)
{
    struct eg_error err = {0};
    char text[128];
    (void)eg_error_set(&err, EG_INVALID, "wrong");
    (void)eg_error_at(&err, file, line, column);
    assert_string_equal(eg_error_format(&err, text, sizeof text), expected);
}

static void formatting_leaves_out_what_is_unknown(void **state)
{
    (void)state;
    check_format(NULL, 0, 0, "wrong");
    check_format("a.yaml", 0, 0, "a.yaml: wrong");
    check_format("a.yaml", 3, 0, "a.yaml:3: wrong");
    check_format("a.yaml", 3, 9, "a.yaml:3:9: wrong");
    check_format(NULL, 3, 9, "3:9: wrong");
    check_format(NULL, 3, 0, "3: wrong");
}

static void formatting_fits_any_size(void **state)
{
    (void)state;
    struct eg_error err = {0};
    (void)eg_error_set(&err, EG_INVALID, "\xC3\xA9\xC3\xA9");
    char text[8] = "xxxxxxx";
    (void)eg_error_format(&err, text, 0);
    assert_string_equal(text, "xxxxxxx");
    (void)eg_error_format(&err, text, 1);
    assert_string_equal(text, "");
    (void)eg_error_format(&err, text, 4);
    assert_string_equal(text, "\xC3\xA9");
    (void)eg_error_format(&err, text, 5);
    assert_string_equal(text, "\xC3\xA9\xC3\xA9");
}

static void running_out_of_memory_names_the_size(void **state)
{
    (void)state;
    struct eg_error err = {0};
    assert_int_equal(eg_error_no_memory(&err, 12345), EG_NO_MEMORY);
    assert_non_null(strstr(err.message, "12345"));
}

static void every_status_has_a_name(void **state)
{
    (void)state;
    for (int status = EG_OK; status <= EG_CANCELLED; status++) {
        assert_string_not_equal(eg_status_name((enum eg_status)status), "unknown");
    }
    assert_string_equal(eg_status_name((enum eg_status)1000), "unknown");
    assert_string_equal(eg_status_name(EG_INVALID), "invalid");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_an_error_gives_its_status_and_message),
        cmocka_unit_test(nobody_has_to_want_the_words),
        cmocka_unit_test(setting_clears_place_and_field),
        cmocka_unit_test(the_innermost_place_wins),
        cmocka_unit_test(a_message_may_quote_the_one_it_replaces),
        cmocka_unit_test(a_long_message_is_cut_on_a_character_boundary),
        cmocka_unit_test(a_message_that_just_fits_is_kept_whole),
        cmocka_unit_test(a_long_file_name_is_cut),
        cmocka_unit_test(formatting_leaves_out_what_is_unknown),
        cmocka_unit_test(formatting_fits_any_size),
        cmocka_unit_test(running_out_of_memory_names_the_size),
        cmocka_unit_test(every_status_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
