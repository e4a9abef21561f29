/* What the form of an entry says in one text or line and the document as members of items: single days among hours, telephones with their
 * types and extensions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/entry_form.h"
#include "support/html_form.h"

#define BEGIN_ALONE "{\"name\":\"Walks\",\"status\":\"active\"}"
#define BEGIN "{\"name\":\"Walks\",\"status\":\"active\","

static int begin(void **state)
{
    return eg_locales_new((struct eg_locales **)state, NULL) == EG_OK ? 0 : -1;
}

static int end(void **state)
{
    eg_locales_free(*state);
    return 0;
}

/* A control, what it says and, unless NULL, what is typed into it. */
struct typed {
    const char *name, *shown, *text;
};

static void fill(const struct eg_entry_form *form, const struct typed *typed, struct eg_buffer *body)
{
    struct eg_html html;
    struct eg_test_form page = {0};
    eg_html_init(&html, EG_TEXT(""), 0);
    eg_entry_form_write(form, &html);
    assert_false(html.out.failed);
    eg_test_form_read((struct eg_text){html.out.data, html.out.len}, &page);
    eg_html_clear(&html);
    for (; typed->name; typed++) {
        assert_string_equal(eg_test_form_value(&page, typed->name), typed->shown);
        if (typed->text) eg_test_form_type(&page, typed->name, typed->text);
    }
    eg_test_form_send(&page, body);
    eg_test_form_clear(&page);
}

/* What the document is once the form was sent with what is typed; the name of a control if that is at fault. To be freed. */
static char *sent(struct eg_locales *locales, enum eg_entry_form_scope scope, const char *document,
                  const struct typed *typed)
{
    struct eg_json *json = NULL, *made = NULL;
    struct eg_kvp posted;
    struct eg_entry_faults faults;
    struct eg_error err = {0};
    struct eg_buffer body, out;
    struct eg_entry_form form = {
        .scope = scope, .locale = eg_locales_at(locales, 0), .arena = eg_arena_new(32U << 20)};
    eg_buffer_init(&body, 0);
    eg_buffer_init(&out, 0);
    assert_int_equal(eg_json_parse(eg_text_from(document), &json, NULL), EG_OK);
    form.document = eg_json_root(json);
    fill(&form, typed, &body);
    assert_int_equal(eg_entry_form_parse(body.data, body.len, form.arena, &posted, NULL), EG_OK);
    form.posted = &posted;
    enum eg_status status = eg_entry_form_read(&form, NULL, &faults, &made, &err);
    if (status == EG_OK) assert_int_equal(eg_json_finish(made, false, &out, NULL), EG_OK);
    else eg_buffer_printf(&out, "%s", faults.items[0].name);
    if (status == EG_OK) eg_json_free(made);
    eg_buffer_clear(&body);
    eg_json_free(json);
    eg_arena_free(form.arena);
    return eg_buffer_take(&out, NULL);
}

static void assert_sent(void **state, const char *document, const struct typed *typed, const char *expected)
{
    const enum eg_entry_form_scope scopes[] = {EG_ENTRY_FORM_PUBLIC, EG_ENTRY_FORM_EDITOR};
    for (size_t i = 0; i < EG_ARRAY_LEN(scopes); i++) {
        char *said = sent(*state, scopes[i], document, typed);
        assert_string_equal(said, expected);
        free(said);
    }
}

static void single_days_stand_in_the_text_of_hours(void **state)
{
    static const char document[] = BEGIN
        "\"schedules\":[{\"valid_from\":\"2026-12-05\",\"valid_to\":\"2026-12-05\",\"opens_at\":\"10:00\","
        "\"closes_at\":\"12:00\"},{\"dtstart\":\"2026-12-12\",\"description\":\"with lunch\"},"
        "{\"dtstart\":\"2026-12-19\"},{\"dtstart\":\"2026-12-20\",\"until\":\"2026-12-21\"}]}";
    assert_sent(state, document,
                (struct typed[]){{"hours", "2026-12-05 10:00-12:00; 2026-12-19", NULL}, {NULL, NULL, NULL}},
                document);
    assert_sent(state, document,
                (struct typed[]){{"hours", "2026-12-05 10:00-12:00; 2026-12-19", "2026-12-06 10:00-12:00"},
                                 {NULL, NULL, NULL}},
                BEGIN
                "\"schedules\":[{\"dtstart\":\"2026-12-06\",\"opens_at\":\"10:00\",\"closes_at\":\"12:00\"},"
                "{\"dtstart\":\"2026-12-12\",\"description\":\"with lunch\"},{\"dtstart\":\"2026-12-20\","
                "\"until\":\"2026-12-21\"}]}");
}

static void days_and_weekdays_and_holidays_stand_in_one_text(void **state)
{
    assert_sent(state, BEGIN "\"schedules\":[{\"description\":\"by appointment\"}]}",
                (struct typed[]){{"hours", "by appointment", "2026-12-12 18:00; Tu 10:00-12:00; PH off"},
                                 {NULL, NULL, NULL}},
                BEGIN
                "\"schedules\":[{\"dtstart\":\"2026-12-12\",\"opens_at\":\"18:00\"},{\"freq\":\"WEEKLY\","
                "\"byday\":\"TU\",\"opens_at\":\"10:00\",\"closes_at\":\"12:00\"},"
                "{\"description\":\"PH off\"}]}");
}

static void a_number_that_is_corrected_has_the_type_and_extension_that_are_shown(void **state)
{
    static const char document[] =
        BEGIN "\"phones\":[{\"number\":\"0114 1112226\",\"extension\":\"77\",\"type\":\"fax\"}]}";
    assert_sent(state, document,
                (struct typed[]){
                    {"phones.0.extension", "77", NULL}, {"phones.0.type", "fax", NULL}, {NULL, NULL, NULL}},
                document);
    assert_sent(state, document,
                (struct typed[]){{"phones.0.number", "0114 1112226", "0114 1112227"},
                                 {"phones.0.extension", "77", ""},
                                 {"phones.0.type", "fax", "voice"},
                                 {NULL, NULL, NULL}},
                BEGIN "\"phones\":[{\"number\":\"0114 1112227\",\"extension\":\"\",\"type\":\"voice\"}]}");
    assert_sent(state, document,
                (struct typed[]){{"phones.0.number", "0114 1112226", ""}, {NULL, NULL, NULL}}, BEGIN_ALONE);
}

static void a_line_of_a_place_s_telephone_has_its_type_and_extension(void **state)
{
#define PLACE(phones) BEGIN "\"location\":{\"name\":\"Hall\",\"phones\":[" phones "]}}"
    static const char document[] = PLACE("{\"number\":\"0114 1112226\",\"extension\":\"77\",\"type\":\"fax\","
                                         "\"description\":\"office\",\"visibility\":\"public\"},"
                                         "{\"number\":\"0114 1112228\",\"type\":\"landline\"},"
                                         "{\"number\":\"0114 1112229\",\"type\":\"text\"}");
    static const char shown[] = "0114 1112226 ext 77, fax: office\r\n0114 1112228\r\n0114 1112229, text";
    assert_sent(state, document, (struct typed[]){{"location.phones", shown, NULL}, {NULL, NULL, NULL}},
                document);
    assert_sent(
        state, document,
        (struct typed[]){{"location.phones", shown,
                          "0114 1112230, office\r\n0114 1112228, evenings\r\n0114 1112231 Ext. 5, text"},
                         {NULL, NULL, NULL}},
        PLACE("{\"number\":\"0114 1112230\",\"extension\":\"\",\"description\":\"office\","
              "\"visibility\":\"public\"},"
              "{\"number\":\"0114 1112228\",\"type\":\"landline\",\"description\":\"evenings\"},"
              "{\"number\":\"0114 1112231\",\"extension\":\"5\",\"type\":\"text\"}"));
    assert_sent(state, document,
                (struct typed[]){{"location.phones", shown, "0114 1112226, fax: office\n0114 1112232"},
                                 {NULL, NULL, NULL}},
                PLACE("{\"number\":\"0114 1112226\",\"extension\":\"\",\"type\":\"fax\",\"description\":"
                      "\"office\",\"visibility\":\"public\"},{\"number\":\"0114 1112232\"}"));
#undef PLACE
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_days_stand_in_the_text_of_hours),
        cmocka_unit_test(a_number_that_is_corrected_has_the_type_and_extension_that_are_shown),
        cmocka_unit_test(a_line_of_a_place_s_telephone_has_its_type_and_extension),
        cmocka_unit_test(days_and_weekdays_and_holidays_stand_in_one_text),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, begin, end);
}
