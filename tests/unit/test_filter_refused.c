/* Tables of what is refused as a filter, with the place and the words; limits; memory that is refused. */
#include "engine/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/filter_tree.h"
#include "support/failing_malloc.h"
#include "support/test_filter.h"

struct refusal {
    enum eg_status status;
    const char *text, *message;
};

static void check_refusals(const struct refusal *cases, size_t n, enum eg_filter_language language)
{
    for (size_t i = 0; i < n; i++) {
        struct eg_filter *filter = NULL;
        struct eg_error err = {0};
        enum eg_status status = eg_test_filter_parse(cases[i].text, language, false, &filter, &err);
        if (status != cases[i].status || !strstr(err.message, cases[i].message))
            fail_msg("%s\n  gives %d: %s", cases[i].text, status, err.message);
        assert_string_equal(err.field, "filter");
        assert_null(filter);
        assert_true(eg_text_is_utf8(eg_text_from(err.message)));
    }
}

static void wrong_names_and_types_are_refused_with_their_place(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {EG_INVALID, "", "empty"},
        {EG_INVALID, " \n", "empty"},
        {EG_INVALID, "\xff", "UTF-8"},
        {EG_INVALID, "nam = 'x'", "at character 1: there is no property 'nam'; there are: code, name, value"},
        {EG_INVALID, "Name = 'x'", "there is no property 'Name'"},
        {EG_INVALID, "caf\xc3\xa9:2019.a = 'x' OR nix = 1", "at character 22: there is no property 'nix'"},
        {EG_INVALID, "value = 'high'", "at character 9: 'high' is a text, but value is a number"},
        {EG_INVALID, "name > 5", "at character 8: 5 is a number, but name is a text"},
        {EG_INVALID, "value = true", "true is a boolean, but value is a number"},
        {EG_INVALID, "name = value", "value is a number, but name is a text"},
        {EG_INVALID, "period = 2019", "a date is written '2019'"},
        {EG_INVALID, "period = 'soon'", "'soon' is a text, but period is a date"},
        {EG_INVALID, "name = DATE('2019-01-01')", "is a date, but name is a text"},
        {EG_INVALID, "period = CASEI('2019')", "is a text, but period is a date"},
        {EG_INVALID, "value IN (1, 'a')", "at character 14: 'a' is a text"},
        {EG_INVALID, "value BETWEEN 1 AND 'a'", "'a' is a text"},
        {EG_INVALID, "value LIKE '4%'", "LIKE takes a text, but value is a number"},
        {EG_INVALID, "name LIKE code", "LIKE takes a pattern in quotes"},
        {EG_INVALID, "name LIKE 5", "LIKE takes a pattern in quotes"},
        {EG_INVALID, "name LIKE 'a\\\\'", "the pattern ends in its escape character"},
        {EG_INVALID, "CASEI(value) = '4'", "at character 7: CASEI takes a text"},
        {EG_INVALID, "ACCENTI(geometry) = '4'", "ACCENTI takes a text"},
        {EG_INVALID, "geometry = 'x'", "geometry has no value to compare"},
        {EG_INVALID, "geometry LIKE 'x'", "geometry has no value to compare"},
    };
    check_refusals(cases, EG_ARRAY_LEN(cases), EG_FILTER_CQL2_TEXT);
}

static void wrong_words_are_refused_with_their_place(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {EG_INVALID, "value", "expected =, <>, <, >, <=, >=, LIKE, BETWEEN, IN or IS NULL"},
        {EG_INVALID, "urban", "but the filter ends here"},
        {EG_INVALID, "'a'", "expected =, <>"},
        {EG_INVALID, "value >", "at character 8: expected a property or a value, but the filter ends here"},
        {EG_INVALID, "value > 5 value < 6", "at character 11: expected AND, OR or the end, found 'value'"},
        {EG_INVALID, "value > 5 AND", "expected a condition, but the filter ends here"},
        {EG_INVALID, "AND value > 5", "found 'AND', a word of the language"},
        {EG_INVALID, "(value > 5", "expected ')', but the filter ends here"},
        {EG_INVALID, "value > 5)", "expected AND, OR or the end, found ')'"},
        {EG_INVALID, "()", "expected a property or a value, found ')'"},
        {EG_INVALID, "value == 5", "expected a property or a value, found '='"},
        {EG_INVALID, "value != 5", "'!=' is written <> in CQL2"},
        {EG_INVALID, "value ; 5", "unexpected character ';'"},
        {EG_INVALID, "name = \xe2\x80\x98x\xe2\x80\x99",
         "at character 8: unexpected character '\xe2\x80\x98'"},
        {EG_INVALID, "name = 'x", "at character 8: the single quote is not closed"},
        {EG_INVALID, "name = 'x\\'", "the single quote is not closed"},
        {EG_INVALID, "\"name = 'x'", "the double quote is not closed"},
        {EG_INVALID, "value > 12abc", "'12a' is not a number"},
        {EG_INVALID, "value > 1e", "is not a number"},
        {EG_INVALID, "value > 1e999", "is not a number"},
        {EG_INVALID, "value > 1.2.3", "is not a number"},
        {EG_INVALID, "value = NULL", "NULL is asked for by IS NULL"},
        {EG_INVALID, "value IS 5", "expected NULL or NOT NULL"},
        {EG_INVALID, "value NOT > 5", "expected LIKE, BETWEEN or IN"},
        {EG_INVALID, "value BETWEEN 1 OR 2", "expected AND between BETWEEN's bounds"},
        {EG_INVALID, "value IN ()", "expected a property or a value"},
        {EG_INVALID, "value IN 5", "expected '('"},
        {EG_INVALID, "value IN (1 2)", "expected ')'"},
        {EG_INVALID, "date = DATE('2022-04-16')", "written in double quotes"},
        {EG_INVALID, "\"date\" = DATE('2022-02-30')", "'2022-02-30' is not a day"},
        {EG_INVALID, "\"date\" = DATE('2022')", "is not a day such as DATE('2019-03-29')"},
        {EG_INVALID, "\"date\" = DATE(2022)", "expected a text in single quotes"},
        {EG_INVALID, "reviewed > TIMESTAMP('2019-03-29T12:00:00+01:00')", "is not a time in UTC"},
        {EG_INVALID, "reviewed > TIMESTAMP('2019-03-29T24:00:00Z')", "is not a time in UTC"},
        {EG_INVALID, "reviewed > TIMESTAMP('2019-03-29T12:00:00.Z')", "is not a time in UTC"},
    };
    check_refusals(cases, EG_ARRAY_LEN(cases), EG_FILTER_CQL2_TEXT);
}

static void wrong_geometries_are_refused_with_their_place(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {EG_INVALID, "S_INTERSECTS(name, POINT(1 2))", "this property has no geometry"},
        {EG_INVALID, "S_INTERSECTS(geometry, 5)", "expected geometry, or one such as BBOX"},
        {EG_INVALID, "S_INTERSECTS(geometry)", "expected ','"},
        {EG_INVALID, "S_INTERSECTS(geometry, POINT(90 180))",
         "at character 30: the position 90 180 is not on earth"},
        {EG_INVALID, "S_INTERSECTS(geometry,BBOX(-1e308,-1e308,1e308,1e308))",
         "the position -1e+308 -1e+308 is not on earth"},
        {EG_INVALID, "S_INTERSECTS(geometry, POINT(1))", "expected a number, found ')'"},
        {EG_INVALID, "S_INTERSECTS(geometry, POINT(1,2))", "expected a number, found ','"},
        {EG_INVALID, "S_INTERSECTS(geometry, POINT M (1 2 3))", "expected '('"},
        {EG_INVALID, "S_INTERSECTS(geometry, LINESTRING(1 2))", "a line has at least two positions"},
        {EG_INVALID, "S_INTERSECTS(geometry, POLYGON((1 2, 3 4, 5 6)))", "at least four positions"},
        {EG_INVALID, "S_INTERSECTS(geometry, POLYGON((1 2, 3 4, 5 6, 7 8)))", "the last being the first"},
        {EG_INVALID, "S_INTERSECTS(geometry, BBOX(1,2,3))", "a box has 4 numbers, or 6 with heights, not 3"},
        {EG_INVALID, "S_INTERSECTS(geometry, BBOX(1,2,3,4,5,6,7))", "expected ')' behind six numbers"},
        {EG_INVALID, "S_INTERSECTS(geometry, BBOX(1,5,3,4))", "first corner must be the lower left"},
        {EG_INVALID, "S_INTERSECTS(geometry, GEOMETRYCOLLECTION(1))", "expected a geometry such as POINT"},
        {EG_INVALID, "POINT(1 2) = 5", "a geometry stands in S_INTERSECTS"},
    };
    check_refusals(cases, EG_ARRAY_LEN(cases), EG_FILTER_CQL2_TEXT);
}

static void what_is_not_supported_is_named(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {EG_UNSUPPORTED, "S_INTERSECTS(geometry, geometry)", "with a literal geometry only"},
        {EG_UNSUPPORTED, "S_INTERSECTS(geometry, POINT EMPTY)", "empty geometries are not supported"},
        {EG_UNSUPPORTED, "S_WITHIN(geometry, POINT(1 2))",
         "S_WITHIN is not supported; of the spatial functions"},
        {EG_UNSUPPORTED, "S_INTERSECTS(buffer(geometry), POINT(1 2))",
         "the function buffer is not supported"},
        {EG_UNSUPPORTED, "T_AFTER(period, DATE('2019-01-01'))", "T_AFTER is not supported; compare instants"},
        {EG_UNSUPPORTED, "A_CONTAINS(name, ('a'))", "A_CONTAINS is not supported"},
        {EG_UNSUPPORTED, "period = INTERVAL('2019-01-01', '..')", "INTERVAL is not supported"},
        {EG_UNSUPPORTED, "avg(value) > 5", "at character 1: the function avg is not supported"},
        {EG_UNSUPPORTED, "value > low + 1", "at character 13: arithmetic"},
        {EG_UNSUPPORTED, "value-1 > 5", "arithmetic"},
        {EG_UNSUPPORTED, "value > -low", "arithmetic"},
        {EG_UNSUPPORTED, "value > (5 + 1)", "arithmetic"},
        {EG_UNSUPPORTED, "value > (5) * 2", "arithmetic"},
        {EG_UNSUPPORTED, "value > -(low)", "arithmetic"},
        {EG_UNSUPPORTED, "value > -('a')", "arithmetic"},
        {EG_INVALID, "value > (5", "expected ')'"},
        {EG_INVALID, "value > ()", "expected a property or a value"},
        {EG_UNSUPPORTED, "value div 2 > 5", "arithmetic"},
    };
    check_refusals(cases, EG_ARRAY_LEN(cases), EG_FILTER_CQL2_TEXT);
}

static void wrong_documents_are_refused_with_their_place(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {EG_INVALID, "{", "line 1, column 1: not valid JSON"},
        {EG_INVALID, "5", "not valid JSON"},
        {EG_INVALID, "[]", "at the root: expected a condition"},
        {EG_INVALID, "{\"op\":5}", "expected a condition"},
        {EG_INVALID, "{\"op\":\"=\"}", "at /args: expected an array of 2 elements"},
        {EG_INVALID, OP("=", "1"), "at /args: expected an array of 2 elements"},
        {EG_INVALID, OP("and", "true"), "expected an array of 2 or more elements"},
        {EG_INVALID, OP("not", "true,false"), "expected an array of 1 element"},
        {EG_INVALID, OP("and", "true," OP("=", P("value") ",\"x\"")),
         "at /args/1/args/1: 'x' is a text, but value is a number"},
        {EG_INVALID, OP("=", P("nix") ",1"), "at /args/0: there is no property 'nix'"},
        {EG_INVALID, OP("=", P("value") ",null"), "at /args/1: expected a text, a number"},
        {EG_INVALID, OP("=", P("value") ",[1]"), "at /args/1: expected a text, a number"},
        {EG_INVALID, OP("and", P("urban") ",true"), "at /args/0: expected a condition"},
        {EG_INVALID, OP("casei", P("name")), "expected a condition"},
        {EG_INVALID, OP("in", P("value") ",5"), "at /args/1: expected an array of one or more values"},
        {EG_INVALID, OP("in", P("value") ",[]"), "at /args/1: expected an array of one or more values"},
        {EG_INVALID, OP("in", P("value") ",[1,\"a\"]"), "at /args/1/1: 'a' is a text"},
        {EG_INVALID, OP("=", P("date") ",{\"date\":\"2022\"}"), "is not a day"},
        {EG_INVALID, OP("s_intersects", P("name") ",{\"bbox\":[1,2,3,4]}"), "expected the property geometry"},
        {EG_INVALID, INTERSECTS("5"), "expected the property geometry, or a geometry"},
        {EG_INVALID, INTERSECTS("{\"type\":\"Circle\",\"coordinates\":[1,2]}"),
         "expected a GeoJSON geometry"},
        {EG_INVALID, INTERSECTS("{\"type\":\"Point\",\"coordinates\":[1]}"),
         "at /args/1/coordinates: expected a position"},
        {EG_INVALID, INTERSECTS("{\"type\":\"LineString\",\"coordinates\":[[1,2],[3,\"4\"]]}"),
         "at /args/1/coordinates/1: expected a position"},
        {EG_INVALID, INTERSECTS("{\"type\":\"LineString\",\"coordinates\":[[1,2]]}"),
         "at least two positions"},
        {EG_INVALID, INTERSECTS("{\"type\":\"Polygon\",\"coordinates\":[]}"),
         "expected an array of coordinates"},
        {EG_INVALID, INTERSECTS("{\"type\":\"MultiPolygon\",\"coordinates\":[]}"),
         "an array that is not empty"},
        {EG_INVALID, INTERSECTS("{\"bbox\":[1,2,3]}"),
         "at /args/1/bbox: expected an array of 4 or 6 numbers"},
        {EG_INVALID, INTERSECTS("{\"bbox\":[1,2,3,\"4\"]}"), "expected an array of 4 or 6 numbers"},
        {EG_INVALID, OP("=", "{\"bbox\":[1,2,3,4]},5"), "a geometry stands in s_intersects only"},
        {EG_UNSUPPORTED, OP("s_intersects", P("geometry") "," P("geometry")), "literal geometry only"},
        {EG_UNSUPPORTED, OP("s_within", P("geometry") ",5"), "s_within is not supported"},
        {EG_UNSUPPORTED, OP("t_after", P("period") ",5"), "t_after is not supported"},
        {EG_UNSUPPORTED, OP(">", OP("avg", P("value")) ",5"),
         "at /args/0: the function avg is not supported"},
        {EG_UNSUPPORTED, OP(">", OP("+", P("value") ",1") ",5"), "arithmetic (+) is not supported"},
        {EG_UNSUPPORTED, OP("=", P("period") ",{\"interval\":[\"2019-01-01\",\"..\"]}"),
         "interval is not supported"},
    };
    check_refusals(cases, EG_ARRAY_LEN(cases), EG_FILTER_CQL2_JSON);
}

/* `n` times `piece` between two texts. */
static char *repeated(const char *before, const char *piece, size_t n, const char *after)
{
    size_t before_len = strlen(before), len = strlen(piece);
    char *text = malloc(before_len + n * len + strlen(after) + 1);
    assert_non_null(text);
    memcpy(text, before, before_len);
    for (size_t i = 0; i < n; i++) memcpy(text + before_len + i * len, piece, len);
    memcpy(text + before_len + n * len, after, strlen(after) + 1);
    return text;
}

static void check_limit(char *text, enum eg_filter_language language, enum eg_status wanted)
{
    struct eg_filter *filter = NULL;
    struct eg_error err = {0};
    assert_int_equal(eg_test_filter_parse(text, language, false, &filter, &err), wanted);
    eg_filter_free(filter);
    free(text);
}

static char *nested(const char *open, const char *close, size_t n)
{
    char *inner = repeated("", close, n, "");
    char *after = malloc(strlen(inner) + 8);
    assert_non_null(after);
    (void)snprintf(after, strlen(inner) + 8, "true%s", inner);
    char *text = repeated("", open, n, after);
    free(inner);
    free(after);
    return text;
}

static void what_is_too_large_is_refused(void **state)
{
    (void)state;
    check_limit(repeated("true", " ", EG_FILTER_BYTES - 4, ""), EG_FILTER_CQL2_TEXT, EG_OK);
    check_limit(repeated("true", " ", EG_FILTER_BYTES - 3, ""), EG_FILTER_CQL2_TEXT, EG_LIMIT);
    check_limit(nested("(", ")", EG_FILTER_DEPTH), EG_FILTER_CQL2_TEXT, EG_OK);
    check_limit(nested("(", ")", EG_FILTER_DEPTH + 1), EG_FILTER_CQL2_TEXT, EG_LIMIT);
    check_limit(nested("(", ")", 4000), EG_FILTER_CQL2_TEXT, EG_LIMIT);
    check_limit(nested("NOT ", "", EG_FILTER_DEPTH), EG_FILTER_CQL2_TEXT, EG_OK);
    check_limit(nested("NOT ", "", 1000), EG_FILTER_CQL2_TEXT, EG_LIMIT);
    check_limit(repeated("", "casei(", 1000, "name"), EG_FILTER_CQL2_TEXT, EG_LIMIT);
    check_limit(repeated("S_INTERSECTS(", "GEOMETRYCOLLECTION(", 400, "POINT(1 1)"), EG_FILTER_CQL2_TEXT,
                EG_LIMIT);
    check_limit(nested("{\"op\":\"not\",\"args\":[", "]}", EG_FILTER_DEPTH), EG_FILTER_CQL2_JSON, EG_OK);
    check_limit(nested("{\"op\":\"not\",\"args\":[", "]}", EG_FILTER_DEPTH + 1), EG_FILTER_CQL2_JSON,
                EG_LIMIT);
    check_limit(repeated("true", " OR true", EG_FILTER_NODES - 2, ""), EG_FILTER_CQL2_TEXT, EG_OK);
    check_limit(repeated("true", " OR true", EG_FILTER_NODES - 1, ""), EG_FILTER_CQL2_TEXT, EG_LIMIT);
    check_limit(repeated("value IN (1", ",1", 4000, ")"), EG_FILTER_CQL2_TEXT, EG_OK);
    check_limit(repeated("S_INTERSECTS(geometry,MULTIPOINT(1 1", ",1 1", 1999, "))"), EG_FILTER_CQL2_TEXT,
                EG_OK);
    check_limit(repeated("S_INTERSECTS(geometry,MULTIPOINT(1 1", ",1 1", 2000, "))"), EG_FILTER_CQL2_TEXT,
                EG_LIMIT);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum eg_filter_language language;
    } cases[] = {
        {"CASEI(name) IN ('a','b','c','d','e','f','g','h') AND S_INTERSECTS(geometry,BBOX(1,2,3,4))",
         EG_FILTER_CQL2_TEXT},
        {OP("or", INTERSECTS("{\"bbox\":[1,2,3,4]}") "," OP("like", P("name") ",\"x\"")),
         EG_FILTER_CQL2_JSON},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_filter_source source = {.text = eg_text_from(cases[i].text), .language = cases[i].language};
        for (long n = 1;; n++) {
            struct eg_filter *filter = NULL;
            struct eg_error err = {0};
            eg_failing_malloc_after(n);
            enum eg_status status = eg_filter_parse(&source, &eg_test_filter_properties, &filter, &err);
            bool failed = eg_failing_malloc_triggered();
            eg_failing_malloc_after(0);
            eg_filter_free(filter);
            if (!failed) break;
            assert_int_equal(status, EG_NO_MEMORY);
        }
    }
}

/* Any block of the arena may be the one that is refused. */
static void a_full_arena_is_reported(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "ACCENTI(name) IN ('a','b','c','d','e','f','g','h') OR NOT (S_INTERSECTS(geometry,POINT(1 2))) IS "
        "NULL "
        "OR \"value\" BETWEEN 1 AND 2 OR \"date\" > DATE('2019-01-01')",
        OP("or", INTERSECTS("{\"type\":\"Point\",\"coordinates\":[1,2]}") "," OP(
                     "in", OP("casei", P("name")) ",[\"x\",\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\"]")),
    };
    for (size_t i = 0; i < 2 * 1200; i++) {
        struct eg_filter_source source = {.text = eg_text_from(texts[i % 2]),
                                          .language = i % 2 ? EG_FILTER_CQL2_JSON : EG_FILTER_CQL2_TEXT};
        struct eg_error err = {0};
        struct eg_filter_build build = {
            .source = &source, .properties = &eg_test_filter_properties, .err = &err};
        struct eg_filter_node *root = NULL;
        build.arena = eg_arena_new(64 * (i / 2));
        assert_non_null(build.arena);
        enum eg_status status =
            i % 2 ? eg_filter_parse_json(&build, &root) : eg_filter_parse_text(&build, &root);
        if (status != EG_NO_MEMORY && status != EG_OK) fail_msg("%s", err.message);
        assert_true(status == EG_OK || i / 2 < 1150);
        eg_arena_free(build.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_names_and_types_are_refused_with_their_place),
        cmocka_unit_test(wrong_words_are_refused_with_their_place),
        cmocka_unit_test(wrong_geometries_are_refused_with_their_place),
        cmocka_unit_test(what_is_not_supported_is_named),
        cmocka_unit_test(wrong_documents_are_refused_with_their_place),
        cmocka_unit_test(what_is_too_large_is_refused),
        cmocka_unit_test(refused_memory_is_reported),
        cmocka_unit_test(a_full_arena_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
