#include "http/negotiate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void gzip_is_used_where_it_is_accepted(void **state)
{
    (void)state;
    assert_true(eg_accepts_gzip("gzip"));
    assert_true(eg_accepts_gzip("br, GZIP;q=0.5"));
    assert_true(eg_accepts_gzip("deflate , gzip ; q=1.0"));
    assert_true(eg_accepts_gzip("*"));
    assert_true(eg_accepts_gzip("identity;q=0, *;q=0.1"));
    assert_true(eg_accepts_gzip("x-gzip"));
}

static void gzip_is_not_used_elsewhere(void **state)
{
    (void)state;
    assert_false(eg_accepts_gzip(NULL));
    assert_false(eg_accepts_gzip(""));
    assert_false(eg_accepts_gzip("br, deflate"));
    assert_false(eg_accepts_gzip("gzip;q=0"));
    assert_false(eg_accepts_gzip("*, gzip;q=0.000"));
    assert_false(eg_accepts_gzip("*;q=0"));
    assert_false(eg_accepts_gzip("gzipped"));
    assert_false(eg_accepts_gzip(",,;;q=,"));
}

static void an_entity_tag_is_found_in_a_list(void **state)
{
    (void)state;
    assert_true(eg_etag_matches("\"a\"", "\"a\""));
    assert_true(eg_etag_matches("W/\"a\"", "\"a\""));
    assert_true(eg_etag_matches("\"x\", \"y\" ,W/\"a\"", "\"a\""));
    assert_true(eg_etag_matches("*", "\"a\""));
    assert_true(eg_etag_matches("\"b,c\", \"a\"", "\"a\""));
}

static void another_tag_or_nonsense_does_not_match(void **state)
{
    (void)state;
    assert_false(eg_etag_matches(NULL, "\"a\""));
    assert_false(eg_etag_matches("", "\"a\""));
    assert_false(eg_etag_matches("a", "\"a\""));
    assert_false(eg_etag_matches("\"a", "\"a\""));
    assert_false(eg_etag_matches("\"ab\"", "\"a\""));
    assert_false(eg_etag_matches("\"a-gz\"", "\"a\""));
    assert_false(eg_etag_matches("\"x\" nonsense \"a\"", "\"a\""));
    assert_false(eg_etag_matches("*", ""));
}

static void a_condition_holds_for_its_representation_in_any_coding(void **state)
{
    (void)state;
    assert_true(eg_etag_holds("\"a\"", "\"a\""));
    assert_true(eg_etag_holds("\"a-gz\"", "\"a\""));
    assert_true(eg_etag_holds("\"a\"", "\"a-gz\""));
    assert_true(eg_etag_holds("\"x\", \"a\"", "\"a\""));
    assert_true(eg_etag_holds(" * ", "\"a\""));
    assert_false(eg_etag_holds("W/\"a\"", "\"a\""));
    assert_false(eg_etag_holds("\"b\"", "\"a\""));
    assert_false(eg_etag_holds("\"a", "\"a\""));
    assert_false(eg_etag_holds("\"\"", "\"a\""));
    assert_false(eg_etag_holds("\"-gz\"", "\"a\""));
    assert_false(eg_etag_holds(NULL, "\"a\""));
    assert_false(eg_etag_holds("*", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gzip_is_used_where_it_is_accepted),
        cmocka_unit_test(gzip_is_not_used_elsewhere),
        cmocka_unit_test(an_entity_tag_is_found_in_a_list),
        cmocka_unit_test(another_tag_or_nonsense_does_not_match),
        cmocka_unit_test(a_condition_holds_for_its_representation_in_any_coding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
