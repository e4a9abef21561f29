#include "http/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"

/* A target parsed from a copy of its own, so that a read beyond its end is seen by the sanitizers. */
struct parsed {
    char *bytes;
    struct eg_target target;
    struct eg_error err;
    enum eg_status status;
};

static struct parsed *parse(const char *text, size_t len)
{
    struct parsed *parsed = calloc(1, sizeof *parsed);
    parsed->bytes = malloc(len > 0 ? len : 1);
    memcpy(parsed->bytes, text, len);
    parsed->status = eg_target_parse(parsed->bytes, len, &parsed->target, &parsed->err);
    return parsed;
}

static struct parsed *parse_text(const char *text)
{
    return parse(text, strlen(text));
}

static void drop(struct parsed *parsed)
{
    free(parsed->bytes);
    free(parsed);
}

static void assert_text(struct eg_text text, const char *wanted)
{
    assert_int_equal(text.len, strlen(wanted));
    if (text.len > 0) assert_memory_equal(text.data, wanted, text.len);
}

static void a_path_is_split_at_its_slashes(void **state)
{
    (void)state;
    struct parsed *p = parse_text("/tiles/imd.lsoa/12/2018/1328@2x.png");
    assert_int_equal(p->status, EG_OK);
    assert_int_equal(p->target.n_segments, 5);
    assert_text(p->target.segments[0], "tiles");
    assert_text(p->target.segments[1], "imd.lsoa");
    assert_text(p->target.segments[4], "1328@2x.png");
    assert_int_equal(p->target.n_parameters, 0);
    drop(p);
}

static void the_root_has_no_segments(void **state)
{
    (void)state;
    static const char *const roots[] = {"/", "/?", "http://example.org", "http://example.org/",
                                        "http://example.org?a=1"};
    for (size_t i = 0; i < EG_ARRAY_LEN(roots); i++) {
        struct parsed *p = parse_text(roots[i]);
        assert_int_equal(p->status, EG_OK);
        assert_int_equal(p->target.n_segments, 0);
        drop(p);
    }
}

static void a_trailing_slash_is_an_empty_segment(void **state)
{
    (void)state;
    struct parsed *p = parse_text("/layers/");
    assert_int_equal(p->target.n_segments, 2);
    assert_text(p->target.segments[1], "");
    drop(p);
}

static void the_absolute_form_loses_its_host(void **state)
{
    (void)state;
    struct parsed *p = parse_text("http://stranger.example:99/layers?v=1");
    assert_int_equal(p->status, EG_OK);
    assert_int_equal(p->target.n_segments, 1);
    assert_text(p->target.segments[0], "layers");
    assert_text(p->target.parameters[0].name, "v");
    drop(p);
}

static void escapes_are_decoded_after_the_path_is_split(void **state)
{
    (void)state;
    struct parsed *p = parse_text("/areas/a%2Fb/caf%C3%A9+1");
    assert_int_equal(p->status, EG_OK);
    assert_int_equal(p->target.n_segments, 3);
    assert_text(p->target.segments[1], "a/b");
    assert_text(p->target.segments[2], "caf\xc3\xa9+1");
    drop(p);
}

static void parameters_are_decoded_with_plus_as_blank(void **state)
{
    (void)state;
    struct parsed *p = parse_text("/coalitions?q=food+bank%20%26%3d&&topic&a=b=c&=x");
    assert_int_equal(p->status, EG_OK);
    assert_int_equal(p->target.n_parameters, 4);
    assert_text(p->target.parameters[0].value, "food bank &=");
    assert_text(p->target.parameters[1].name, "topic");
    assert_text(p->target.parameters[1].value, "");
    assert_text(p->target.parameters[2].value, "b=c");
    assert_text(p->target.parameters[3].name, "");
    drop(p);
}

static void wrong_targets_are_refused_and_named(void **state)
{
    (void)state;
    static const struct {
        const char *target, *field;
    } wrong[] = {
        {"", "path"},
        {"layers", "path"},
        {"*", "path"},
        {"/%", "path"},
        {"/%4", "path"},
        {"/%4g", "path"},
        {"/a%00b", "path"},
        {"/\xff", "path"},
        {"/%ff", "path"},
        {"/%c0%80", "path"},
        {"/%ed%a0%80", "path"},
        {"/a b", "path"},
        {"/a\x01", "path"},
        {"/a?q=%", "q"},
        {"/a?q=%00", "q"},
        {"/a?q=%fe", "q"},
        {"/a?q=a b", "q"},
        {"/a?%zz=1", "query"},
        {"/a?caf%C3%A9=%1", "caf\xc3\xa9"},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        struct parsed *p = parse_text(wrong[i].target);
        assert_int_equal(p->status, EG_INVALID);
        assert_string_equal(p->err.field, wrong[i].field);
        assert_true(p->err.message[0]);
        drop(p);
    }
}

static void a_field_is_cut_between_characters(void **state)
{
    (void)state;
    char target[400] = "/a?";
    for (int i = 0; i < 40; i++) memcpy(target + strlen(target), "\xe2\x82\xac", 4);
    memcpy(target + strlen(target), "=%", 3);
    struct parsed *p = parse_text(target);
    assert_int_equal(p->status, EG_INVALID);
    assert_true(eg_text_is_utf8(eg_text_from(p->err.field)));
    assert_int_equal(strlen(p->err.field), 63);
    drop(p);
}

static void two_hundred_and_fifty_six_parameters_are_the_most(void **state)
{
    (void)state;
    char target[EG_TARGET_BYTES] = "/?";
    size_t len = 2;
    for (int i = 0; i < 256; i++, len += 2) memcpy(target + len, "a&", 2);
    struct parsed *p = parse(target, len);
    assert_int_equal(p->status, EG_OK);
    assert_int_equal(p->target.n_parameters, 256);
    drop(p);
    memcpy(target + len, "b", 1);
    p = parse(target, len + 1);
    assert_int_equal(p->status, EG_LIMIT);
    drop(p);
}

static void a_path_of_many_segments_is_cut_off(void **state)
{
    (void)state;
    struct parsed *p = parse_text("/1/2/3/4/5/6/7/8/9/10/11/12/13/14");
    assert_int_equal(p->status, EG_OK);
    assert_int_equal(p->target.n_segments, EG_TARGET_SEGMENTS + 1);
    drop(p);
}

static void what_is_absent_or_empty_leaves_the_default(void **state)
{
    (void)state;
    struct parsed *p = parse_text("/?a=&other=1");
    struct eg_text text = EG_TEXT("x");
    uint32_t number = 7;
    double real = 2.5;
    bool flag = true, has = false;
    struct eg_bounds box = {0};
    assert_int_equal(eg_target_text(&p->target, "a", &text, NULL), EG_OK);
    assert_int_equal(eg_target_u32(&p->target, "a", (struct eg_u32_range){0, 1}, &number, NULL), EG_OK);
    assert_int_equal(eg_target_double(&p->target, "b", (struct eg_double_range){0, 1}, &has, &real, NULL),
                     EG_OK);
    assert_int_equal(eg_target_bool(&p->target, "b", &flag, NULL), EG_OK);
    assert_int_equal(eg_target_bbox(&p->target, "a", &has, &box, NULL), EG_OK);
    assert_text(text, "x");
    assert_int_equal(number, 7);
    assert_true(real == 2.5 && flag && !has);
    drop(p);
}

static void a_parameter_given_twice_is_refused(void **state)
{
    (void)state;
    struct parsed *p = parse_text("/?limit=1&limit=2");
    uint32_t number = 7;
    assert_int_equal(eg_target_u32(&p->target, "limit", (struct eg_u32_range){0, 9}, &number, &p->err),
                     EG_INVALID);
    assert_string_equal(p->err.field, "limit");
    assert_int_equal(number, 7);
    drop(p);
}

static void numbers_out_of_range_or_none_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"-1",   "1e3", "4294967296", "99999999999999999999",
                                        "0x10", "1.5", "NaN",        "%20"};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        char target[64];
        (void)snprintf(target, sizeof target, "/?n=%s", wrong[i]);
        struct parsed *p = parse_text(target);
        uint32_t number = 7;
        assert_int_equal(eg_target_u32(&p->target, "n", (struct eg_u32_range){0, 1000}, &number, &p->err),
                         EG_INVALID);
        assert_string_equal(p->err.field, "n");
        bool is_whole = i == 2 || i == 3;
        assert_int_equal(strstr(p->err.message, "it must be 0 to 1000") != NULL, is_whole);
        assert_int_equal(strstr(p->err.message, "a whole number") != NULL, !is_whole);
        drop(p);
    }
}

static void reals_are_finite_and_in_range(void **state)
{
    (void)state;
    static const char *const wrong[] = {"nan", "inf", "-inf", "1e999", "0x1p3", "1,5", "-0.1", "100.1", "1 "};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        char target[64];
        (void)snprintf(target, sizeof target, "/?r=%s", wrong[i]);
        struct parsed *p = parse_text(target);
        double real = 7;
        if (p->status == EG_OK)
            p->status =
                eg_target_double(&p->target, "r", (struct eg_double_range){0, 100}, NULL, &real, &p->err);
        assert_int_equal(p->status, EG_INVALID);
        assert_string_equal(p->err.field, "r");
        drop(p);
    }
}

static void a_range_is_told_in_digits(void **state)
{
    (void)state;
    struct parsed *p = parse_text("/?r=-1");
    double real = 7;
    assert_int_equal(
        eg_target_double(&p->target, "r", (struct eg_double_range){0, 20040000}, NULL, &real, &p->err),
        EG_INVALID);
    assert_string_equal(p->err.message, "r is -1; it must be 0 to 20040000");
    drop(p);
}

static void positions_are_longitude_and_latitude(void **state)
{
    (void)state;
    struct parsed *p = parse_text("/?at=-0.9,52.24&far=181,0&one=1&three=1,2,3&swap=10,95&gap=1,,2");
    struct eg_position at = {0};
    bool has = false;
    assert_int_equal(eg_target_position(&p->target, "at", &has, &at, NULL), EG_OK);
    assert_true(has && at.lon_deg == -0.9 && at.lat_deg == 52.24);
    static const char *const wrong[] = {"far", "one", "three", "swap", "gap"};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        assert_int_equal(eg_target_position(&p->target, wrong[i], &has, &at, &p->err), EG_INVALID);
        assert_string_equal(p->err.field, wrong[i]);
    }
    drop(p);
}

static void boxes_may_cross_the_antimeridian_but_not_stand_upside_down(void **state)
{
    (void)state;
    struct parsed *p = parse_text("/?a=170,-20,-170,-10&b=0,10,1,0&c=0,0,1&d=0,0,1,1,1&e=0,0,1,nan");
    struct eg_bounds box = {0};
    bool has = false;
    assert_int_equal(eg_target_bbox(&p->target, "a", &has, &box, NULL), EG_OK);
    assert_true(has && box.min_x == 170 && box.max_x == -170);
    static const char *const wrong[] = {"b", "c", "d", "e"};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++)
        assert_int_equal(eg_target_bbox(&p->target, wrong[i], &has, &box, &p->err), EG_INVALID);
    drop(p);
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    struct eg_buffer url;
    eg_buffer_init(&url, 0);
    eg_buffer_literal(&url, "/coalitions");
    eg_target_write_parameter(&url, "q", EG_TEXT("caf\xc3\xa9 & \"100 %\"+"));
    eg_target_write_parameter(&url, "serves", EG_TEXT("lsoa11:E01000001"));
    assert_string_equal(url.data,
                        "/coalitions?q=caf%C3%A9%20%26%20%22100%20%25%22%2B&serves=lsoa11:E01000001");
    struct parsed *p = parse(url.data, url.len);
    assert_int_equal(p->status, EG_OK);
    assert_text(p->target.parameters[0].value, "caf\xc3\xa9 & \"100 %\"+");
    drop(p);
    eg_buffer_clear(&url);
}

static void a_parameter_is_read_from_a_target_as_it_stands(void **state)
{
    (void)state;
    static const struct {
        const char *target, *value;
    } cases[] = {{"/wms?VERSION=1.1.1", "1.1.1"},
                 {"/wms?a=%zz&version=1.3.0&b", "1.3.0"},
                 {"/wms?Version=1.1.1&version=1.3.0", "1.1.1"},
                 {"/wms?VERSION=", ""},
                 {"/wms?VERSION", ""},
                 {"/wms?VERSION=1.1.1.1.1", ""},
                 {"/wms?VERSIONS=1.1.1", ""},
                 {"/VERSION=1.1.1", ""},
                 {"/wms?VERSION=12345678&version=1.1.1", "1.1.1"},
                 {"", ""},
                 {"?", ""},
                 {"?&&=&", ""}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        char value[8];
        eg_target_peek(cases[i].target, strlen(cases[i].target), "VERSION", value, sizeof value);
        assert_string_equal(value, cases[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_split_at_its_slashes),
        cmocka_unit_test(the_root_has_no_segments),
        cmocka_unit_test(a_trailing_slash_is_an_empty_segment),
        cmocka_unit_test(the_absolute_form_loses_its_host),
        cmocka_unit_test(escapes_are_decoded_after_the_path_is_split),
        cmocka_unit_test(parameters_are_decoded_with_plus_as_blank),
        cmocka_unit_test(wrong_targets_are_refused_and_named),
        cmocka_unit_test(a_field_is_cut_between_characters),
        cmocka_unit_test(two_hundred_and_fifty_six_parameters_are_the_most),
        cmocka_unit_test(a_path_of_many_segments_is_cut_off),
        cmocka_unit_test(what_is_absent_or_empty_leaves_the_default),
        cmocka_unit_test(a_parameter_given_twice_is_refused),
        cmocka_unit_test(numbers_out_of_range_or_none_are_refused),
        cmocka_unit_test(reals_are_finite_and_in_range),
        cmocka_unit_test(a_range_is_told_in_digits),
        cmocka_unit_test(positions_are_longitude_and_latitude),
        cmocka_unit_test(boxes_may_cross_the_antimeridian_but_not_stand_upside_down),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(a_parameter_is_read_from_a_target_as_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
