#include "data/document_diff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "data/entry_document.h"
#include "support/failing_malloc.h"

static struct eg_json *parsed(const char *text)
{
    struct eg_json *json = NULL;
    struct eg_error err = {0};
    if (eg_json_parse(eg_text_from(text), &json, &err) != EG_OK) fail_msg("%s: %s", text, err.message);
    return json;
}

/* The differences as lines "+0 phones[01632] number: '' > '01632'"; valid until the next call. NULL: that document is absent. */
static const char *differing(const char *before, const char *after)
{
    static char text[4096];
    struct eg_json *one = before ? parsed(before) : NULL, *other = after ? parsed(after) : NULL;
    struct eg_arena *arena = eg_arena_new(1 << 20);
    struct eg_document_diff diff = {0};
    size_t len = 0;
    assert_int_equal(eg_document_diff(eg_json_root(one), eg_json_root(other), arena, &diff, NULL), EG_OK);
    eg_json_free(one);
    eg_json_free(other);
    text[0] = '\0';
    for (uint32_t i = 0; i < diff.n; i++) {
        const struct eg_document_difference *at = &diff.items[i];
        len += (size_t)snprintf(text + len, sizeof text - len, "%c%u %.*s", "~+-^"[at->kind], at -> group,
                                EG_TEXT_ARG(at->member));
        if (at->item.len > 0)
            len += (size_t)snprintf(text + len, sizeof text - len, "[%.*s]", EG_TEXT_ARG(at->item));
        if (at->part.len > 0)
            len += (size_t)snprintf(text + len, sizeof text - len, " %.*s", EG_TEXT_ARG(at->part));
        len += (size_t)snprintf(text + len, sizeof text - len, ": '%.*s' > '%.*s'\n", EG_TEXT_ARG(at->before),
                                EG_TEXT_ARG(at->after));
        assert_true(len < sizeof text);
    }
    eg_arena_free(arena);
    return text;
}

static void documents_that_say_the_same_do_not_differ(void **state)
{
    (void)state;
    assert_string_equal(differing("{\"name\":\"A\",\"topics\":[\"food\",\"work\"],\"url\":\"\",\"id\":\"1\"}",
                                  "{\"id\":\"2\",\"topics\":[\"work\",\"food\"],\"name\":\" A \"}"),
                        "");
    assert_string_equal(differing("{\"location\":{\"longitude\":\"1.50\"},\"phones\":[]}",
                                  "{\"location\":{\"longitude\":1.5,\"city\":\"\"},\"fees\":null}"),
                        "");
    assert_string_equal(differing(NULL, NULL), "");
}

static void a_text_is_changed_added_and_removed(void **state)
{
    (void)state;
    assert_string_equal(
        differing("{\"name\":\"A\",\"fees\":\"none\"}", "{\"url\":\"https://a.example\",\"name\":\"B\"}"),
        "~0 name: 'A' > 'B'\n"
        "-1 fees: 'none' > ''\n"
        "+2 url: '' > 'https://a.example'\n");
}

static void the_parts_of_a_member_belong_together(void **state)
{
    (void)state;
    assert_string_equal(differing("{\"organisation\":{\"name\":\"O\",\"email\":\"o@a.example\"}}",
                                  "{\"organisation\":{\"name\":\"P\",\"url\":\"https://p.example\"}}"),
                        "~0 organisation name: 'O' > 'P'\n"
                        "-0 organisation email: 'o@a.example' > ''\n"
                        "+0 organisation url: '' > 'https://p.example'\n");
    assert_string_equal(differing("{}", "{\"location\":{\"longitude\":-1.25}}"),
                        "+0 location longitude: '' > '-1.25'\n");
}

static void a_telephone_number_is_told_from_the_others(void **state)
{
    (void)state;
    assert_string_equal(
        differing("{\"phones\":[{\"number\":\"1\",\"type\":\"voice\"},{\"number\":\"2\"}]}",
                  "{\"phones\":[{\"number\":\"2\"},{\"number\":\"1\",\"type\":\"fax\"},{"
                  "\"number\":\"3\",\"type\":\"fax\"}]}"),
        "~0 phones[1] type: 'voice' > 'fax'\n"
        "+1 phones[3] number: '' > '3'\n"
        "+1 phones[3] type: '' > 'fax'\n"
        "^2 phones: '[{\"number\":\"1\",\"type\":\"voice\"},{\"number\":\"2\"}]' > "
        "'[{\"number\":\"2\"},{\"number\":\"1\",\"type\":\"fax\"},{\"number\":\"3\",\"type\":\"fax\"}]'\n");
    assert_string_equal(differing("{\"phones\":[{\"number\":\"1\"},{\"number\":\"2\",\"type\":\"fax\"}]}",
                                  "{\"phones\":[{\"number\":\"1\"}]}"),
                        "-0 phones[2] number: '2' > ''\n"
                        "-0 phones[2] type: 'fax' > ''\n");
}

static void numbers_that_begin_with_zeros_are_texts(void **state)
{
    (void)state;
    assert_string_equal(
        differing("{\"phones\":[{\"number\":\"0044\"}]}", "{\"phones\":[{\"number\":\"44\"}]}"),
        "-0 phones[0044] number: '0044' > ''\n"
        "+1 phones[44] number: '' > '44'\n");
}

/* Only what would tell it from another makes an item the same one. */
static void an_item_with_another_name_is_paired_by_what_else_it_says(void **state)
{
    (void)state;
    assert_string_equal(differing("{\"contacts\":[{\"name\":\"Ann\",\"email\":\"a@b.example\"}]}",
                                  "{\"contacts\":[{\"name\":\"Anne\",\"email\":\"a@b.example\"}]}"),
                        "~0 contacts[Ann] name: 'Ann' > 'Anne'\n");
    assert_string_equal(differing("{\"contacts\":[{\"name\":\"Ann\",\"visibility\":\"public\"}]}",
                                  "{\"contacts\":[{\"name\":\"Bo\",\"visibility\":\"public\"}]}"),
                        "-0 contacts[Ann] name: 'Ann' > ''\n-0 contacts[Ann] visibility: 'public' > ''\n"
                        "+1 contacts[Bo] name: '' > 'Bo'\n+1 contacts[Bo] visibility: '' > 'public'\n");
}

static void items_without_a_name_have_a_number(void **state)
{
    (void)state;
    assert_string_equal(differing("{\"schedules\":[{\"byday\":\"MO\",\"opens_at\":\"09:00\"},{\"opens_at\":"
                                  "\"10:00\",\"closes_at\":\"12:00\"}]}",
                                  "{\"schedules\":[{\"byday\":\"MO\",\"opens_at\":\"09:00\"},{\"opens_at\":"
                                  "\"10:00\",\"closes_at\":\"13:00\"}]}"),
                        "~0 schedules[2] closes_at: '12:00' > '13:00'\n");
}

static void topics_come_and_go(void **state)
{
    (void)state;
    assert_string_equal(differing("{\"topics\":[\"food\",\"work\"]}", "{\"topics\":[\"food\",\"play\"]}"),
                        "-0 topics[work]: 'work' > ''\n"
                        "+1 topics[play]: '' > 'play'\n");
}

static void the_order_of_what_is_shown_as_given_is_a_difference(void **state)
{
    (void)state;
    assert_string_equal(differing("{\"phones\":[{\"number\":\"1\"},{\"number\":\"2\"}]}",
                                  "{\"phones\":[{\"number\":\"2\"},{\"number\":\"1\"}]}"),
                        "^0 phones: '[{\"number\":\"1\"},{\"number\":\"2\"}]' > "
                        "'[{\"number\":\"2\"},{\"number\":\"1\"}]'\n");
    assert_string_equal(
        differing("{\"funding\":[{\"source\":\"A\",\"amount\":1},{\"source\":\"A\",\"amount\":2}]}",
                  "{\"funding\":[{\"source\":\"A\",\"amount\":\"2\"},{\"source\":\"A\",\"amount\":1}]}"),
        "^0 funding: '[{\"source\":\"A\",\"amount\":1},{\"source\":\"A\",\"amount\":2}]' > "
        "'[{\"source\":\"A\",\"amount\":\"2\"},{\"source\":\"A\",\"amount\":1}]'\n");
    assert_string_equal(differing("{\"costs\":[{\"option\":\"a\"},{\"option\":\"b\",\"amount\":1}]}",
                                  "{\"costs\":[{\"option\":\"b\",\"amount\":2},{\"option\":\"a\"}]}"),
                        "~0 costs[b] amount: '1' > '2'\n"
                        "^1 costs: '[{\"option\":\"a\"},{\"option\":\"b\",\"amount\":1}]' > "
                        "'[{\"option\":\"b\",\"amount\":2},{\"option\":\"a\"}]'\n");
}

static void what_comes_first_anew_reorders_what_comes_behind_does_not(void **state)
{
    (void)state;
    static const char one[] = "{\"contacts\":[{\"name\":\"A\"}]}";
    assert_string_equal(differing(one, "{\"contacts\":[{\"name\":\"B\"},{\"name\":\"A\"}]}"),
                        "+0 contacts[B] name: '' > 'B'\n"
                        "^1 contacts: '[{\"name\":\"A\"}]' > '[{\"name\":\"B\"},{\"name\":\"A\"}]'\n");
    assert_string_equal(differing(one, "{\"contacts\":[{\"name\":\"A\"},{\"name\":\"B\"}]}"),
                        "+0 contacts[B] name: '' > 'B'\n");
    assert_string_equal(differing(one, "{\"contacts\":[{\"name\":\"B\"}]}"),
                        "-0 contacts[A] name: 'A' > ''\n+1 contacts[B] name: '' > 'B'\n");
    assert_string_equal(differing("{\"contacts\":[{\"name\":\"A\"},{\"name\":\"B\"},{\"name\":\"C\"}]}",
                                  "{\"contacts\":[{\"name\":\"B\"},{\"name\":\"C\"}]}"),
                        "-0 contacts[A] name: 'A' > ''\n");
}

static void other_lists_have_no_order(void **state)
{
    (void)state;
    assert_string_equal(
        differing(
            "{\"languages\":[{\"name\":\"Welsh\"},{\"name\":\"Polish\"}],\"schedules\":[{\"byday\":\"MO\"},"
            "{\"byday\":\"TU\"}],\"accessibility\":[{\"description\":\"ramp\"},{\"description\":\"lift\"}]}",
            "{\"languages\":[{\"name\":\"Polish\"},{\"name\":\"Welsh\"}],\"schedules\":[{\"byday\":\"TU\"},"
            "{\"byday\":\"MO\"}],\"accessibility\":[{\"description\":\"lift\"},{\"description\":\"ramp\"}]}"),
        "");
}

static void of_two_equal_items_one_is_taken_away(void **state)
{
    (void)state;
    assert_string_equal(differing("{\"topics\":[\"food\",\"food\"]}", "{\"topics\":[\"food\"]}"),
                        "-0 topics[food]: 'food' > ''\n");
}

static void a_polygon_is_compared_as_json(void **state)
{
    (void)state;
    assert_string_equal(
        differing(
            "{\"service_areas\":[{\"name\":\"S\",\"extent\":{\"type\":\"Point\",\"coordinates\":[1,2]}}]}",
            "{\"service_areas\":[{\"name\":\"S\",\"extent\":{\"type\":\"Point\",\"coordinates\":[1,3]}}]}"),
        "~0 service_areas[S] extent: '{\"type\":\"Point\",\"coordinates\":[1,2]}' > "
        "'{\"type\":\"Point\",\"coordinates\":[1,3]}'\n");
}

static void a_new_entry_is_all_added_and_one_that_goes_all_removed(void **state)
{
    (void)state;
    assert_string_equal(differing(NULL, "{\"name\":\"A\",\"topics\":[\"food\"]}"),
                        "+0 name: '' > 'A'\n+1 topics[food]: '' > 'food'\n");
    assert_string_equal(differing("{\"name\":\"A\"}", NULL), "-0 name: 'A' > ''\n");
}

static void a_list_that_is_too_long_is_refused(void **state)
{
    (void)state;
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *list = eg_json_array(json, eg_json_root(json), "topics");
    struct eg_arena *arena = eg_arena_new(1 << 20);
    struct eg_document_diff diff;
    for (uint32_t i = 0; i <= EG_DOCUMENT_ITEMS; i++) eg_json_text(json, list, NULL, EG_TEXT("t"));
    assert_int_equal(eg_document_diff(NULL, eg_json_root(json), arena, &diff, NULL), EG_LIMIT);
    eg_arena_free(arena);
    eg_json_free(json);
}

static void it_survives_every_lack_of_memory(void **state)
{
    (void)state;
    struct eg_json *before = parsed("{\"name\":\"A\",\"costs\":[{\"option\":\"a\"},{\"option\":\"b\"}],"
                                    "\"phones\":[{\"number\":\"1\"}],\"location\":{\"longitude\":1}}");
    struct eg_json *after = parsed("{\"name\":\"B\",\"costs\":[{\"option\":\"b\"},{\"option\":\"a\"}],"
                                   "\"phones\":[{\"number\":\"2\"}],\"location\":{\"longitude\":2}}");
    for (long n = 1;; n++) {
        struct eg_arena *arena = eg_arena_new(1 << 20);
        struct eg_document_diff diff = {0};
        eg_failing_malloc_after(n);
        enum eg_status status =
            eg_document_diff(eg_json_root(before), eg_json_root(after), arena, &diff, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_arena_free(arena);
        if (!failed) {
            assert_int_equal(status, EG_OK);
            break;
        }
        assert_true(status == EG_NO_MEMORY || status == EG_OK);
    }
    eg_json_free(before);
    eg_json_free(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_that_say_the_same_do_not_differ),
        cmocka_unit_test(a_text_is_changed_added_and_removed),
        cmocka_unit_test(the_parts_of_a_member_belong_together),
        cmocka_unit_test(a_telephone_number_is_told_from_the_others),
        cmocka_unit_test(numbers_that_begin_with_zeros_are_texts),
        cmocka_unit_test(an_item_with_another_name_is_paired_by_what_else_it_says),
        cmocka_unit_test(items_without_a_name_have_a_number),
        cmocka_unit_test(topics_come_and_go),
        cmocka_unit_test(the_order_of_what_is_shown_as_given_is_a_difference),
        cmocka_unit_test(what_comes_first_anew_reorders_what_comes_behind_does_not),
        cmocka_unit_test(other_lists_have_no_order),
        cmocka_unit_test(of_two_equal_items_one_is_taken_away),
        cmocka_unit_test(a_polygon_is_compared_as_json),
        cmocka_unit_test(a_new_entry_is_all_added_and_one_that_goes_all_removed),
        cmocka_unit_test(a_list_that_is_too_long_is_refused),
        cmocka_unit_test(it_survives_every_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
