#include "data/document_merge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"

#define MIB ((size_t)1 << 20)

struct texts {
    const char *base, *changed, *now;
};

static struct eg_json *parsed(const char *text)
{
    struct eg_json *json = NULL;
    if (text) assert_int_equal(eg_json_parse(eg_text_from(text), &json, NULL), EG_OK);
    return json;
}

/* The merged document, and the conflicts behind a bar: "{...}|phones!|name" with ! for those that are open. */
static const char *merged(struct texts texts, const struct eg_document_choice *choices, uint32_t n)
{
    static char result[1024];
    struct eg_arena *arena = eg_arena_new(MIB);
    struct eg_json *base = parsed(texts.base), *changed = parsed(texts.changed), *now = parsed(texts.now);
    struct eg_document_merge merge = {eg_json_root(base), eg_json_root(changed), eg_json_root(now), choices,
                                      n};
    struct eg_document_merged done;
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    assert_int_equal(eg_document_merge(&merge, arena, &done, NULL), EG_OK);
    assert_int_equal(eg_json_finish(done.document, false, &text, NULL), EG_OK);
    for (uint32_t i = 0; i < done.n; i++)
        eg_buffer_printf(&text, "|%.*s%s", EG_TEXT_ARG(done.conflicts[i].member),
                         done.conflicts[i].is_open ? "!" : "");
    assert_int_equal(eg_document_merge_check(&done, NULL), done.n_open > 0 ? EG_CONFLICT : EG_OK);
    (void)snprintf(result, sizeof result, "%.*s", (int)text.len, text.data);
    eg_buffer_clear(&text);
    eg_json_free(done.document);
    eg_json_free(base);
    eg_json_free(changed);
    eg_json_free(now);
    eg_arena_free(arena);
    return result;
}

static void what_only_one_side_changed_is_taken_from_it(void **state)
{
    (void)state;
    assert_string_equal(merged((struct texts){"{\"name\":\"a\",\"url\":\"u:1\",\"fees\":\"f\"}",
                                              "{\"name\":\"b\",\"url\":\"u:1\",\"alert\":\"x\"}",
                                              "{\"name\":\"a\",\"url\":\"u:2\",\"fees\":\"f\"}"},
                               NULL, 0),
                        "{\"name\":\"b\",\"url\":\"u:2\",\"alert\":\"x\"}");
}

static void both_may_change_the_same_alike(void **state)
{
    (void)state;
    assert_string_equal(
        merged((struct texts){"{\"name\":\"a\"}", "{\"name\":\" b \",\"url\":\"\"}", "{\"name\":\"b\"}"},
               NULL, 0),
        "{\"name\":\"b\"}");
    assert_string_equal(
        merged((struct texts){"{\"phones\":[{\"number\":\"1\"}]}", "{}", "{\"phones\":[]}"}, NULL, 0),
        "{\"phones\":[]}");
}

static void where_they_differ_somebody_decides(void **state)
{
    (void)state;
    const struct texts texts = {"{\"name\":\"a\",\"phones\":[{\"number\":\"1\"}]}",
                                "{\"name\":\"b\",\"phones\":[{\"number\":\"2\"}]}",
                                "{\"name\":\"c\",\"phones\":[{\"number\":\"1\"},{\"number\":\"3\"}]}"};
    const struct eg_document_choice choices[] = {{EG_TEXT("name"), true}, {EG_TEXT("phones"), false}};
    assert_string_equal(merged(texts, NULL, 0),
                        "{\"name\":\"c\",\"phones\":[{\"number\":\"1\"},{\"number\":\"3\"}]}|name!|phones!");
    assert_string_equal(merged(texts, choices, 2),
                        "{\"name\":\"b\",\"phones\":[{\"number\":\"1\"},{\"number\":\"3\"}]}|name|phones");
}

static void objects_are_merged_part_by_part_and_a_place_is_one(void **state)
{
    (void)state;
    assert_string_equal(merged((struct texts){"{\"organisation\":{\"name\":\"a\",\"url\":\"u:1\"}}",
                                              "{\"organisation\":{\"name\":\"b\",\"url\":\"u:1\"}}",
                                              "{\"organisation\":{\"name\":\"a\",\"email\":\"e@x.org\"}}"},
                               NULL, 0),
                        "{\"organisation\":{\"name\":\"b\",\"email\":\"e@x.org\"}}");
    /* East of the one and north of the other would be nowhere. */
    const struct texts moved = {"{\"location\":{\"longitude\":\"1\",\"latitude\":\"50\",\"city\":\"A\"}}",
                                "{\"location\":{\"longitude\":2,\"latitude\":50,\"city\":\"A\"}}",
                                "{\"location\":{\"longitude\":\"1\",\"latitude\":\"51\",\"city\":\"B\"}}"};
    const struct eg_document_choice choice = {EG_TEXT(EG_DOCUMENT_POSITION), true};
    assert_string_equal(
        merged(moved, NULL, 0),
        "{\"location\":{\"longitude\":\"1\",\"latitude\":\"51\",\"city\":\"B\"}}|location.position!");
    assert_string_equal(merged(moved, &choice, 1),
                        "{\"location\":{\"longitude\":2,\"latitude\":50,\"city\":\"B\"}}|location.position");
    assert_string_equal(
        merged((struct texts){"{\"location\":{\"city\":\"A\"}}", "{}", "{\"location\":{\"city\":\"A\"}}"},
               NULL, 0),
        "{}");
}

static void what_is_public_need_not_be_said_to_be(void **state)
{
    (void)state;
    assert_string_equal(merged((struct texts){"{\"phones\":[{\"number\":\"1\",\"visibility\":\"public\"}]}",
                                              "{\"phones\":[{\"number\":\"1\"}]}",
                                              "{\"phones\":[{\"number\":\"2\",\"visibility\":\"public\"}]}"},
                               NULL, 0),
                        "{\"phones\":[{\"number\":\"2\",\"visibility\":\"public\"}]}");
}

static void an_order_that_one_side_changed_is_a_change_of_the_list(void **state)
{
    (void)state;
#define ONE "{\"number\":\"1\"}"
#define TWO "{\"number\":\"2\"}"
#define TWO_LATE "{\"number\":\"2\",\"description\":\"evenings\"}"
    static const char base[] = "{\"phones\":[" ONE "," TWO "]}", swapped[] = "{\"phones\":[" TWO "," ONE "]}",
                      described[] = "{\"phones\":[" ONE "," TWO_LATE "]}";
    const struct eg_document_choice take = {EG_TEXT("phones"), true};
    assert_string_equal(merged((struct texts){base, swapped, base}, NULL, 0), swapped);
    assert_string_equal(merged((struct texts){base, base, swapped}, NULL, 0), swapped);
    assert_string_equal(merged((struct texts){base, swapped, swapped}, NULL, 0), swapped);
    assert_string_equal(merged((struct texts){base, described, swapped}, NULL, 0),
                        "{\"phones\":[" TWO "," ONE "]}|phones!");
    assert_string_equal(merged((struct texts){base, described, swapped}, &take, 1),
                        "{\"phones\":[" ONE "," TWO_LATE "]}|phones");
    assert_string_equal(merged((struct texts){"{\"topics\":[\"a\",\"b\"]}", "{\"topics\":[\"a\",\"c\"]}",
                                              "{\"topics\":[\"b\",\"a\"]}"},
                               NULL, 0),
                        "{\"topics\":[\"a\",\"c\"]}");
#undef ONE
#undef TWO
#undef TWO_LATE
}

static void refused_memory_is_said(void **state)
{
    (void)state;
    struct eg_json *base = parsed("{\"name\":\"a\"}"),
                   *changed = parsed("{\"name\":\"b\",\"location\":{\"city\":\"B\"}}");
    for (long n = 1;; n++) {
        struct eg_arena *arena = eg_arena_new(MIB);
        struct eg_document_merge merge = {eg_json_root(base), eg_json_root(changed), eg_json_root(base), NULL,
                                          0};
        struct eg_document_merged done;
        eg_failing_malloc_after(n);
        enum eg_status status = eg_document_merge(&merge, arena, &done, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_true(status == EG_OK || (failed && status == EG_NO_MEMORY));
        if (status == EG_OK) eg_json_free(done.document);
        eg_arena_free(arena);
        if (!failed) break;
    }
    eg_json_free(base);
    eg_json_free(changed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_only_one_side_changed_is_taken_from_it),
        cmocka_unit_test(both_may_change_the_same_alike),
        cmocka_unit_test(where_they_differ_somebody_decides),
        cmocka_unit_test(objects_are_merged_part_by_part_and_a_place_is_one),
        cmocka_unit_test(what_is_public_need_not_be_said_to_be),
        cmocka_unit_test(an_order_that_one_side_changed_is_a_change_of_the_list),
        cmocka_unit_test(refused_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
