#include "base/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "support/comma_locale.h"
#include "support/failing_malloc.h"

#define T EG_TEXT

/* Frees the document and compares its text. */
static void check_text(struct eg_json *json, bool pretty, const char *expected)
{
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    assert_int_equal(eg_json_finish(json, pretty, &out, NULL), EG_OK);
    assert_string_equal(out.data, expected);
    eg_buffer_clear(&out);
    eg_json_free(json);
}

static void check_failure(struct eg_json *json)
{
    struct eg_buffer out;
    struct eg_error err = {0};
    eg_buffer_init(&out, 0);
    assert_int_equal(eg_json_finish(json, false, &out, &err), EG_INVALID);
    assert_int_equal(err.status, EG_INVALID);
    assert_int_equal(out.len, 0);
    eg_buffer_clear(&out);
    eg_json_free(json);
}

static void members_stay_in_the_order_of_insertion(void **state)
{
    (void)state;
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *root = eg_json_root(json);
    eg_json_text(json, root, "zebra", T("z"));
    eg_json_integer(json, root, "apple", -9007199254740993);
    eg_json_bool(json, root, "mango", true);
    struct eg_json_value *list = eg_json_array(json, root, "list");
    eg_json_null(json, list, NULL);
    eg_json_cstring(json, eg_json_object(json, list, NULL), "k", "v");
    check_text(json, false,
               "{\"zebra\":\"z\",\"apple\":-9007199254740993,\"mango\":true,\"list\":[null,{\"k\":\"v\"}]}");
}

static void pretty_text_is_indented_by_two(void **state)
{
    (void)state;
    struct eg_json *json = eg_json_new_object();
    eg_json_integer(json, eg_json_array(json, eg_json_root(json), "a"), NULL, 1);
    check_text(json, true, "{\n  \"a\": [\n    1\n  ]\n}");
}

static void numbers_keep_fifteen_digits_and_no_noise(void **state)
{
    (void)state;
    static const double values[] = {0.1, 12, -0.0, 1.0 / 3, 1e-7, 123456789.123456, 1e300, 0.1 + 0.2};
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *list = eg_json_array(json, eg_json_root(json), "l");
    for (size_t i = 0; i < EG_ARRAY_LEN(values); i++) {
        eg_json_number(json, list, NULL, values[i]);
    }
    check_text(json, false, "{\"l\":[0.1,12.0,0.0,0.333333333333333,1e-7,123456789.123456,1e300,0.3]}");
}

static void decimals_are_rounded_half_away_from_zero(void **state)
{
    (void)state;
    static const struct {
        double value;
        uint32_t decimals;
    } cases[] = {{2.5, 0},  {-2.5, 0}, {0.125, 2},  {-0.125, 2}, {12.3456, 1},   {-0.04, 1},
                 {-0.4, 0}, {1e17, 0}, {1e300, 15}, {3, 2},      {51.4772012, 6}};
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *list = eg_json_array(json, eg_json_root(json), "l");
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        eg_json_decimal(json, list, NULL, cases[i].value, cases[i].decimals);
    }
    check_text(json, false, "{\"l\":[3,-3,0.13,-0.13,12.3,0.0,0,1e17,1e300,3.0,51.477201]}");
}

static void texts_are_escaped_and_utf8_is_kept(void **state)
{
    (void)state;
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *list = eg_json_array(json, eg_json_root(json), "l");
    eg_json_text(json, list, NULL, T("a\"b\\c\n\x01 caf\xC3\xA9"));
    eg_json_text(json, list, NULL, (struct eg_text){NULL, 0});
    check_text(json, false, "{\"l\":[\"a\\\"b\\\\c\\n\\u0001 caf\xC3\xA9\",\"\"]}");
}

static void stored_json_is_put_in_place(void **state)
{
    (void)state;
    struct eg_json *json = eg_json_new_object();
    eg_json_raw(json, eg_json_root(json), "geometry",
                T("{\"type\": \"Point\", \"coordinates\": [-0.9, 52]}"));
    eg_json_raw(json, eg_json_root(json), "number", T(" 12 "));
    check_text(json, false, "{\"geometry\":{\"type\":\"Point\",\"coordinates\":[-0.9,52]},\"number\":12}");
}

static void wrong_values_fail_the_document(void **state)
{
    (void)state;
    struct eg_json *json = eg_json_new_object();
    eg_json_text(json, eg_json_root(json), "a", T("caf\xE9"));
    check_failure(json);
    json = eg_json_new_object();
    eg_json_integer(json, eg_json_root(json), "caf\xE9", 1);
    check_failure(json);
    static const double not_finite[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < EG_ARRAY_LEN(not_finite); i++) {
        json = eg_json_new_object();
        eg_json_number(json, eg_json_root(json), "a", not_finite[i]);
        check_failure(json);
        json = eg_json_new_object();
        eg_json_decimal(json, eg_json_root(json), "a", not_finite[i], 2);
        check_failure(json);
    }
    static const char *const not_json[] = {"", "{", "nul", "1 2", "{\"a\":}"};
    for (size_t i = 0; i < EG_ARRAY_LEN(not_json); i++) {
        json = eg_json_new_object();
        eg_json_raw(json, eg_json_root(json), "a", eg_text_from(not_json[i]));
        check_failure(json);
    }
}

static void a_name_in_the_wrong_place_fails_the_document(void **state)
{
    (void)state;
    struct eg_json *json = eg_json_new_object();
    eg_json_integer(json, eg_json_root(json), NULL, 1);
    check_failure(json);
    json = eg_json_new_object();
    eg_json_integer(json, eg_json_array(json, eg_json_root(json), "l"), "a", 1);
    check_failure(json);
    json = eg_json_new_object();
    eg_json_integer(json, eg_json_root(json), "a", 1);
    assert_null(eg_json_array(json, eg_json_root(json), "a")); /* a second time */
    check_failure(json);
}

static void nothing_passes_through_nothing(void **state)
{
    (void)state;
    struct eg_json_value *none = eg_json_root(NULL);
    assert_null(none);
    assert_null(eg_json_object(NULL, none, "a"));
    eg_json_integer(NULL, none, "a", 1);
    eg_json_text(NULL, none, "a", T("\xE9"));
    eg_json_free(NULL);
    struct eg_error err = {0};
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    assert_int_equal(eg_json_finish(NULL, false, &out, &err), EG_NO_MEMORY);
}

static void the_document_stays_usable_after_finishing(void **state)
{
    (void)state;
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *list = eg_json_array(json, eg_json_root(json), "l");
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    assert_int_equal(eg_json_finish(json, false, &out, NULL), EG_OK);
    eg_json_integer(json, list, NULL, 1);
    assert_int_equal(eg_json_finish(json, false, &out, NULL), EG_OK);
    assert_string_equal(out.data, "{\"l\":[]}{\"l\":[1]}");
    eg_buffer_clear(&out);
    eg_json_free(json);
}

static void a_text_over_the_ceiling_is_told(void **state)
{
    (void)state;
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *list = eg_json_array(json, eg_json_root(json), "l");
    for (int i = 0; i < 100; i++) eg_json_integer(json, list, NULL, i);
    struct eg_buffer out;
    eg_buffer_init(&out, 50);
    assert_int_equal(eg_json_finish(json, false, &out, NULL), EG_NO_MEMORY);
    eg_buffer_clear(&out);
    eg_json_free(json);
}

static void a_document_is_read_and_its_values_found(void **state)
{
    (void)state;
    struct eg_json *json = NULL;
    assert_int_equal(
        eg_json_parse(T("{\"t\":\"x\\u00e9y\",\"n\":1.5,\"i\":2,\"b\":true,\"a\":[1,2,3],\"z\":null}"), &json,
                      NULL),
        EG_OK);
    const struct eg_json_value *root = eg_json_root(json);
    struct eg_text text;
    double number;
    bool flag = false;
    assert_true(eg_json_is_text(eg_json_get(root, "t"), &text) && text.len == 4);
    assert_true(eg_json_is_number(eg_json_get(root, "n"), &number) && number == 1.5);
    assert_true(eg_json_is_number(eg_json_get(root, "i"), &number) && number == 2);
    assert_true(eg_json_is_bool(eg_json_get(root, "b"), &flag) && flag);
    assert_int_equal(eg_json_length(eg_json_get(root, "a")), 3);
    assert_true(eg_json_is_number(eg_json_at(eg_json_get(root, "a"), 2), &number) && number == 3);
    eg_json_free(json);
}

static void what_is_absent_or_of_another_type_reads_as_nothing(void **state)
{
    (void)state;
    struct eg_json *json = NULL;
    assert_int_equal(eg_json_parse(T("{\"a\":[1]}"), &json, NULL), EG_OK);
    const struct eg_json_value *root = eg_json_root(json);
    struct eg_text text;
    double number;
    bool flag;
    assert_null(eg_json_get(root, "b"));
    assert_null(eg_json_get(NULL, "b"));
    assert_null(eg_json_get(eg_json_get(root, "a"), "b"));
    assert_null(eg_json_at(eg_json_get(root, "a"), 1));
    assert_null(eg_json_at(root, 0));
    assert_int_equal(eg_json_length(root), 0);
    assert_int_equal(eg_json_length(NULL), 0);
    assert_false(eg_json_is_text(root, &text) || eg_json_is_text(NULL, &text));
    assert_false(eg_json_is_number(root, &number) || eg_json_is_number(NULL, &number));
    assert_false(eg_json_is_bool(root, &flag) || eg_json_is_bool(NULL, &flag));
    eg_json_free(json);
}

static void a_syntax_error_has_line_and_column(void **state)
{
    (void)state;
    struct eg_json *json = NULL;
    struct eg_error err = {0};
    assert_int_equal(eg_json_parse(T("{\n  \"a\": x\n}"), &json, &err), EG_INVALID);
    assert_int_equal(err.line, 2);
    assert_true(err.column > 0);
    assert_int_equal(eg_json_parse(T("{\"a\":1,\"a\":2}"), &json, &err), EG_INVALID);
    assert_int_equal(eg_json_parse((struct eg_text){NULL, 0}, &json, &err), EG_INVALID);
    assert_int_equal(eg_json_parse(T("[\"\xFF\"]"), &json, &err), EG_INVALID);
    assert_int_equal(eg_json_parse(T("[\"\\u0000\"]"), &json, &err), EG_INVALID);
    assert_null(json);
}

static void the_locale_does_not_reach_the_text(void **state)
{
    (void)state;
    struct eg_json *parsed = NULL;
    eg_test_comma_locale_or_skip();
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *list = eg_json_array(json, eg_json_root(json), "l");
    eg_json_number(json, list, NULL, 0.5);
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    enum eg_status status = eg_json_finish(json, false, &out, NULL);
    enum eg_status parse_status = eg_json_parse(T("[0.5]"), &parsed, NULL);
    eg_test_plain_locale();
    double number = 0;
    assert_int_equal(status, EG_OK);
    assert_string_equal(out.data, "{\"l\":[0.5]}");
    assert_int_equal(parse_status, EG_OK);
    assert_true(eg_json_is_number(eg_json_at(eg_json_root(parsed), 0), &number) && number == 0.5);
    eg_buffer_clear(&out);
    eg_json_free(json);
    eg_json_free(parsed);
}

/* "invalid escape near '"\\<first byte>'", as Jansson says it, could not be written into any answer. */
static void a_syntax_error_is_told_in_utf8(void **state)
{
    (void)state;
    static const char *const wrong[] = {"{\"a\":\"b\\\xDF\xBE\"}", "\xC3\xA9", "[\"\xFF\"]"};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        struct eg_json *json = NULL;
        struct eg_error err = {0};
        assert_int_equal(eg_json_parse(eg_text_from(wrong[i]), &json, &err), EG_INVALID);
        assert_true(eg_text_is_utf8(eg_text_from(err.message)));
    }
}

static void nesting_beyond_all_reason_is_an_error(void **state)
{
    (void)state;
    char deep[10000];
    memset(deep, '[', sizeof deep);
    struct eg_json *json = NULL;
    assert_int_equal(eg_json_parse((struct eg_text){deep, sizeof deep}, &json, NULL), EG_INVALID);
}

static struct eg_json *build_everything(void)
{
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *list = eg_json_array(json, eg_json_root(json), "list");
    for (int i = 0; i < 20; i++) {
        struct eg_json_value *entry = eg_json_object(json, list, NULL);
        eg_json_cstring(json, entry, "name", "a name of some length");
        eg_json_decimal(json, entry, "value", i / 8.0, 2);
        eg_json_raw(json, entry, "geometry", T("[0.5,[1,true]]"));
    }
    return json;
}

static void refused_memory_is_told_at_the_end(void **state)
{
    (void)state;
    json_malloc_t before_malloc;
    json_free_t before_free;
    json_get_alloc_funcs(&before_malloc, &before_free);
    json_set_alloc_funcs(malloc, free); /* ours: Jansson's own calls would not pass the wrapped malloc */
    for (long n = 1;; n++) {
        struct eg_buffer out;
        eg_buffer_init(&out, 0);
        eg_failing_malloc_after(n);
        struct eg_json *json = build_everything();
        enum eg_status status = eg_json_finish(json, false, &out, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        /* Jansson calls some refused tokens a syntax error. */
        assert_true(failed ? status == EG_NO_MEMORY || status == EG_INVALID : status == EG_OK);
        eg_buffer_clear(&out);
        eg_json_free(json);
        if (!failed) break;
    }
    json_set_alloc_funcs(before_malloc, before_free);
}

static void reading_tells_when_memory_is_refused(void **state)
{
    (void)state;
    json_set_alloc_funcs(malloc, free);
    for (long n = 1;; n++) {
        struct eg_json *json = NULL;
        eg_failing_malloc_after(n);
        enum eg_status status = eg_json_parse(T("{\"a\":[1,2.5,\"text\",{\"b\":null}]}"), &json, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        /* Jansson calls some refused tokens a syntax error. */
        assert_true(failed ? status == EG_NO_MEMORY || status == EG_INVALID : status == EG_OK);
        eg_json_free(json);
        if (!failed) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_stay_in_the_order_of_insertion),
        cmocka_unit_test(pretty_text_is_indented_by_two),
        cmocka_unit_test(numbers_keep_fifteen_digits_and_no_noise),
        cmocka_unit_test(decimals_are_rounded_half_away_from_zero),
        cmocka_unit_test(texts_are_escaped_and_utf8_is_kept),
        cmocka_unit_test(stored_json_is_put_in_place),
        cmocka_unit_test(wrong_values_fail_the_document),
        cmocka_unit_test(a_name_in_the_wrong_place_fails_the_document),
        cmocka_unit_test(nothing_passes_through_nothing),
        cmocka_unit_test(the_document_stays_usable_after_finishing),
        cmocka_unit_test(a_text_over_the_ceiling_is_told),
        cmocka_unit_test(a_document_is_read_and_its_values_found),
        cmocka_unit_test(what_is_absent_or_of_another_type_reads_as_nothing),
        cmocka_unit_test(a_syntax_error_has_line_and_column),
        cmocka_unit_test(a_syntax_error_is_told_in_utf8),
        cmocka_unit_test(the_locale_does_not_reach_the_text),
        cmocka_unit_test(nesting_beyond_all_reason_is_an_error),
        cmocka_unit_test(refused_memory_is_told_at_the_end),
        cmocka_unit_test(reading_tells_when_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
