/* Answers and problems as they are made; how they go over the wire is tested in tests/http. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libdeflate.h>

#include "base/json.h"
#include "http/server_parts.h"
#include "support/failing_malloc.h"

#define TEXT_BYTES 5000

static struct eg_entity text_entity(size_t len)
{
    struct eg_entity entity = {0};
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    for (size_t i = 0; i < len; i++) eg_buffer_char(&body, (char)('a' + i % 7));
    assert_int_equal(eg_entity_from_buffer(&body, "application/json", true, &entity, NULL), EG_OK);
    return entity;
}

static void a_text_is_kept_in_both_codings_with_a_tag_each(void **state)
{
    (void)state;
    struct eg_entity entity = text_entity(TEXT_BYTES);
    struct eg_answer *answer = NULL;
    assert_int_equal(eg_answer_from_entity(&entity, true, &answer, NULL), EG_OK);
    const struct eg_answer_body *plain = &answer->bodies[EG_CODING_IDENTITY];
    const struct eg_answer_body *packed = &answer->bodies[EG_CODING_GZIP];
    char unpacked[TEXT_BYTES];
    size_t len = 0;
    struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
    assert_int_equal(
        libdeflate_gzip_decompress(inflater, packed->bytes, packed->len, unpacked, sizeof unpacked, &len),
        LIBDEFLATE_SUCCESS);
    libdeflate_free_decompressor(inflater);
    assert_int_equal(len, plain->len);
    assert_memory_equal(unpacked, plain->bytes, len);
    assert_string_not_equal(plain->etag, packed->etag);
    assert_int_equal(plain->etag[0], '"');
    assert_int_equal(plain->etag[33], '"');
    assert_true(answer->varies_by_coding);
    assert_null(entity.body.data);
    eg_answer_release(answer);
}

static void a_short_text_and_a_picture_are_not_packed(void **state)
{
    (void)state;
    struct eg_entity entity = text_entity(100);
    struct eg_answer *answer = NULL;
    assert_int_equal(eg_answer_from_entity(&entity, true, &answer, NULL), EG_OK);
    assert_null(answer->bodies[EG_CODING_GZIP].bytes);
    assert_true(answer->varies_by_coding);
    eg_answer_release(answer);
    entity = text_entity(TEXT_BYTES);
    entity.is_text = false;
    assert_int_equal(eg_answer_from_entity(&entity, true, &answer, NULL), EG_OK);
    assert_null(answer->bodies[EG_CODING_GZIP].bytes);
    assert_false(answer->varies_by_coding);
    eg_answer_release(answer);
}

static void what_cannot_be_packed_stays_as_it_is(void **state)
{
    (void)state;
    char noise[2000];
    uint32_t seed = 1;
    for (size_t i = 0; i < sizeof noise; i++) noise[i] = (char)((seed = seed * 1664525 + 1013904223) >> 24);
    struct eg_answer *answer = NULL;
    assert_int_equal(eg_answer_from_static(noise, sizeof noise, "text/plain", true, &answer, NULL), EG_OK);
    assert_null(answer->bodies[EG_CODING_GZIP].bytes);
    eg_answer_release(answer);
}

static void an_empty_entity_is_an_answer(void **state)
{
    (void)state;
    struct eg_entity entity = text_entity(0);
    struct eg_answer *answer = NULL;
    assert_int_equal(eg_answer_from_entity(&entity, true, &answer, NULL), EG_OK);
    assert_int_equal(answer->bodies[EG_CODING_IDENTITY].len, 0);
    assert_non_null(answer->bodies[EG_CODING_IDENTITY].bytes);
    eg_answer_retain(answer);
    eg_answer_release(answer);
    eg_answer_release(answer);
}

static void a_problem_names_status_and_parameter(void **state)
{
    (void)state;
    struct eg_error problem;
    eg_error_set(&problem, EG_INVALID, "z is 30; it must be 0 to 22");
    eg_error_field(&problem, "z");
    struct eg_answer *answer = NULL;
    assert_int_equal(eg_problem_new(400, &problem, &answer, NULL), EG_OK);
    const struct eg_answer_body *body = &answer->bodies[EG_CODING_IDENTITY];
    struct eg_json *json = NULL;
    assert_int_equal(eg_json_parse((struct eg_text){body->bytes, body->len}, &json, NULL), EG_OK);
    struct eg_text text;
    double number;
    assert_true(eg_json_is_text(eg_json_get(eg_json_root(json), "parameter"), &text));
    assert_true(eg_text_equal(text, EG_TEXT("z")));
    assert_true(eg_json_is_text(eg_json_get(eg_json_root(json), "title"), &text));
    assert_true(eg_text_equal(text, EG_TEXT("Bad Request")));
    assert_true(eg_json_is_number(eg_json_get(eg_json_root(json), "status"), &number) && number == 400);
    assert_string_equal(answer->media_type, "application/problem+json");
    eg_json_free(json);
    eg_answer_release(answer);
}

static void a_busy_server_says_when_to_come_back(void **state)
{
    (void)state;
    struct eg_error problem;
    eg_error_set(&problem, EG_BUSY, "later");
    struct eg_answer *answer = NULL;
    assert_int_equal(eg_problem_new(503, &problem, &answer, NULL), EG_OK);
    assert_int_equal(answer->n_headers, 1);
    assert_string_equal(answer->headers[0].name, "Retry-After");
    eg_answer_release(answer);
}

static void every_failed_allocation_leaves_nothing_behind(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        struct eg_entity entity = text_entity(TEXT_BYTES);
        struct eg_answer *answer = NULL;
        struct eg_error err;
        eg_failing_malloc_after(n);
        enum eg_status status = eg_answer_from_entity(&entity, true, &answer, &err);
        if (status == EG_OK) status = eg_answer_add_header(answer, "X", "y", &err);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_answer_release(answer);
        assert_null(entity.body.data);
        if (!failed) break;
        assert_true(status == EG_NO_MEMORY ||
                    status == EG_OK); /* OK: giving memory back failed, which is harmless */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_kept_in_both_codings_with_a_tag_each),
        cmocka_unit_test(a_short_text_and_a_picture_are_not_packed),
        cmocka_unit_test(what_cannot_be_packed_stays_as_it_is),
        cmocka_unit_test(an_empty_entity_is_an_answer),
        cmocka_unit_test(a_problem_names_status_and_parameter),
        cmocka_unit_test(a_busy_server_says_when_to_come_back),
        cmocka_unit_test(every_failed_allocation_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
