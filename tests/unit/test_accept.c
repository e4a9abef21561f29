#include "http/accept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct eg_media_offer offers[] = {
    {"application/geo+json", "json"},
    {"text/html; charset=utf-8", "html"},
    {"application/gml+xml; version=3.2", NULL},
};

static uint32_t chosen(const char *format, const char *accept)
{
    uint32_t index = 99;
    struct eg_error err;
    if (eg_accept_choose(offers, EG_ARRAY_LEN(offers), eg_text_from(format), accept, &index, &err) != EG_OK)
        assert_int_equal(index, 99);
    return index;
}

static void weights_follow_the_example_of_the_standard(void **state)
{
    (void)state;
    /* RFC 9110, 12.5.1 */
    static const char accept[] =
        "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5";
    assert_int_equal(eg_accept_weight(accept, "text/plain;format=flowed"), 1000);
    assert_int_equal(eg_accept_weight(accept, "text/plain"), 700);
    assert_int_equal(eg_accept_weight(accept, "text/html"), 300);
    assert_int_equal(eg_accept_weight(accept, "image/jpeg"), 500);
    assert_int_equal(eg_accept_weight(accept, "text/plain;format=fixed"), 400);
    assert_int_equal(eg_accept_weight(accept, "text/html;level=3"), 300);
}

static void weights_that_are_not_quite_right_are_read(void **state)
{
    (void)state;
    assert_int_equal(eg_accept_weight("a/b;q=0.12345", "a/b"), 123);
    assert_int_equal(eg_accept_weight("a/b; Q=.2", "a/b"), 200);
    assert_int_equal(eg_accept_weight("a/b;q=1.9", "a/b"), 1000);
    assert_int_equal(eg_accept_weight("a/b;q=1.", "a/b"), 1000);
    static const char *const wrong[] = {"a/b;q=",    "a/b;q=2",    "a/b;q=x",
                                        "a/b;q=0,5", "a/b;q=0.5x", "a/b;q=-1"};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) assert_int_equal(eg_accept_weight(wrong[i], "a/b"), 0);
}

static void without_a_wish_the_first_is_sent(void **state)
{
    (void)state;
    assert_int_equal(chosen("", NULL), 0);
    assert_int_equal(chosen("", ""), 0);
    assert_int_equal(chosen("", "*/*"), 0);
    assert_int_equal(chosen("", "application/*, text/*"), 0);
    assert_int_equal(chosen("", "text/html, image/gif, *; q=.2, */*; q=.2"), 1); /* Java */
}

static void the_highest_weight_wins(void **state)
{
    (void)state;
    assert_int_equal(chosen("", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), 1);
    assert_int_equal(chosen("", "application/geo+json;q=0.1, text/*;q=0.2"), 1);
    assert_int_equal(chosen("", "application/geo+json;q=0, */*"), 1);
    assert_int_equal(chosen("", "TEXT/HTML"), 1);
    assert_int_equal(chosen("", "text/html;charset=iso-8859-1"), 1);
    assert_int_equal(chosen("", "application/gml+xml;version=3.2"), 2);
    assert_int_equal(chosen("", "application/gml+xml"), 2);
    assert_int_equal(chosen("", ",,;;, application/gml+xml ;q=0.001"), 2);
    assert_int_equal(chosen("", "application/gml+xml;note=\"a,b;\\\"q=0\";version=3.2, text/html;q=0.1"), 1);
}

static void f_decides_before_the_header(void **state)
{
    (void)state;
    assert_int_equal(chosen("html", "application/geo+json"), 1);
    assert_int_equal(chosen("json", "text/html"), 0);
    assert_int_equal(chosen("text/html", NULL), 1);
    assert_int_equal(chosen("text/html; charset=utf-8", NULL), 1);
    assert_int_equal(chosen("application/gml+xml", NULL), 2);
}

static void what_cannot_be_had_is_refused_with_what_can(void **state)
{
    (void)state;
    uint32_t index = 99;
    struct eg_error err;
    assert_int_equal(eg_accept_choose(offers, 3, EG_TEXT("pdf"), "*/*", &index, &err), EG_INVALID);
    assert_string_equal(err.field, "f");
    assert_string_equal(err.message,
                        "f is 'pdf'; it must be one of: json, html, application/gml+xml; version=3.2");
    assert_int_equal(
        eg_accept_choose(offers, 3, (struct eg_text){0}, "image/png, text/html;q=0", &index, &err),
        EG_UNSUPPORTED);
    assert_string_equal(err.field, "Accept");
    assert_non_null(strstr(err.message, "application/geo+json"));
    assert_int_equal(chosen("", "application/gml+xml;version=2"), 99);
    assert_int_equal(chosen("", "text"), 99);
    assert_int_equal(chosen("", "/"), 99);
    assert_int_equal(chosen("JSON", NULL), 99);
}

static void a_content_type_is_known_by_its_type(void **state)
{
    (void)state;
    assert_true(eg_media_type_is("application/json", "application/json"));
    assert_true(eg_media_type_is("Application/JSON ; charset=utf-8", "application/json"));
    assert_false(eg_media_type_is("application/jsonx", "application/json"));
    assert_false(eg_media_type_is("", "application/json"));
    assert_false(eg_media_type_is(NULL, "application/json"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_follow_the_example_of_the_standard),
        cmocka_unit_test(weights_that_are_not_quite_right_are_read),
        cmocka_unit_test(without_a_wish_the_first_is_sent),
        cmocka_unit_test(the_highest_weight_wins),
        cmocka_unit_test(f_decides_before_the_header),
        cmocka_unit_test(what_cannot_be_had_is_refused_with_what_can),
        cmocka_unit_test(a_content_type_is_known_by_its_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
