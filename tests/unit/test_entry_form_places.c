/* The form of an entry that is at several places: shown, changed, added and removed, without a script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/entry_form.h"
#include "support/html_form.h"

#define MILL                                                                                                 \
    "{\"id\":\"11111111-1111-4111-8111-111111111111\",\"name\":\"Mill\",\"longitude\":\"-1.5\","             \
    "\"latitude\":\"52.5\",\"city\":\"Saltmarsh\",\"accessibility\":[{\"description\":\"Lift\","             \
    "\"details\":\"Round the back\"},{\"description\":\"Ramp\"}]}"
#define QUAY "{\"id\":\"22222222-2222-4222-8222-222222222222\",\"address_1\":\"1 Quay Street\"}"
#define BEGIN                                                                                                \
    "{\"name\":\"Walks\",\"status\":\"active\",\"location\":{\"name\":\"Hall\"},\"other_locations\":["
#define THREE BEGIN MILL "," QUAY "]}"

struct trial {
    struct eg_entry_form form;
    struct eg_json *document;
    struct eg_test_form page;
    struct eg_entry_faults faults;
    struct eg_error err;
};

static int begin(void **state)
{
    return eg_locales_new((struct eg_locales **)state, NULL) == EG_OK ? 0 : -1;
}

static int end(void **state)
{
    eg_locales_free(*state);
    return 0;
}

static void open(struct trial *trial, struct eg_locales *locales, enum eg_entry_form_scope scope)
{
    struct eg_html html;
    *trial = (struct trial){
        .form = {.scope = scope, .locale = eg_locales_at(locales, 0), .arena = eg_arena_new(32U << 20)}};
    assert_int_equal(eg_json_parse(EG_TEXT(THREE), &trial->document, NULL), EG_OK);
    trial->form.document = eg_json_root(trial->document);
    eg_html_init(&html, EG_TEXT(""), 0);
    eg_entry_form_write(&trial->form, &html);
    assert_false(html.out.failed);
    eg_test_form_read((struct eg_text){html.out.data, html.out.len}, &trial->page);
    eg_html_clear(&html);
}

static void finish(struct trial *trial)
{
    eg_test_form_clear(&trial->page);
    eg_json_free(trial->document);
    eg_arena_free(trial->form.arena);
}

/* Sends the form; what comes back has to be this document, or NULL: faults. */
static void assert_sent(struct trial *trial, const char *wanted)
{
    struct eg_buffer body, out;
    struct eg_kvp posted = {0};
    struct eg_json *json = NULL;
    eg_buffer_init(&body, 0);
    eg_buffer_init(&out, 0);
    eg_test_form_send(&trial->page, &body);
    assert_int_equal(eg_entry_form_parse(body.data, body.len, trial->form.arena, &posted, NULL), EG_OK);
    trial->form.posted = &posted;
    enum eg_status status = eg_entry_form_read(&trial->form, NULL, &trial->faults, &json, &trial->err);
    assert_int_equal(status, wanted ? EG_OK : EG_INVALID);
    if (wanted) assert_int_equal(eg_json_finish(json, false, &out, NULL), EG_OK);
    if (wanted) assert_string_equal(out.data, wanted);
    trial->form.posted = NULL;
    eg_json_free(json);
    eg_buffer_clear(&body);
    eg_buffer_clear(&out);
}

static void sent_unchanged_they_come_back_as_they_were(void **state)
{
    for (int scope = 0; scope < 2; scope++) {
        struct trial trial;
        open(&trial, *state, (enum eg_entry_form_scope)scope);
        assert_string_equal(eg_test_form_value(&trial.page, "other_locations.0.city"), "Saltmarsh");
        assert_string_equal(eg_test_form_value(&trial.page, "other_locations.1.address_1"), "1 Quay Street");
        assert_null(eg_test_form_value(&trial.page, "other_locations.0.id"));
        assert_non_null(eg_test_form_value(&trial.page, "other_locations.2.address_1")); /* for one more */
        assert_sent(&trial, THREE);
        finish(&trial);
    }
}

static void one_that_is_ticked_goes_and_the_others_keep_their_ids(void **state)
{
    struct trial trial;
    open(&trial, *state, EG_ENTRY_FORM_PUBLIC);
    eg_test_form_type(&trial.page, "other_locations.0.remove", "1");
    assert_sent(&trial, BEGIN QUAY "]}");
    finish(&trial);
    open(&trial, *state, EG_ENTRY_FORM_EDITOR);
    eg_test_form_type(&trial.page, "other_locations.1.address_1", "");
    assert_sent(&trial, BEGIN MILL "]}");
    finish(&trial);
}

static void one_is_changed_and_one_is_added(void **state)
{
    struct trial trial;
    open(&trial, *state, EG_ENTRY_FORM_EDITOR);
    eg_test_form_type(&trial.page, "other_locations.1.address_1", "2 Quay Street");
    eg_test_form_type(&trial.page, "other_locations.2.name", "Barn");
    eg_test_form_type(&trial.page, "other_locations.2.accessibility", "Ramp\nLoop");
    assert_sent(&trial, BEGIN MILL ",{\"id\":\"22222222-2222-4222-8222-222222222222\","
                                   "\"address_1\":\"2 Quay Street\"},{\"name\":\"Barn\",\"accessibility\":["
                                   "{\"description\":\"Ramp\"},{\"description\":\"Loop\"}]}]}");
    finish(&trial);
}

/* A line that stays keeps what the form does not show of it. */
static void what_is_accessible_is_one_thing_a_line(void **state)
{
    struct trial trial;
    open(&trial, *state, EG_ENTRY_FORM_PUBLIC);
    assert_string_equal(eg_test_form_value(&trial.page, "other_locations.0.accessibility"), "Lift\r\nRamp");
    eg_test_form_type(&trial.page, "other_locations.0.accessibility", "Loop\n\n Lift ");
    assert_sent(&trial, BEGIN
                "{\"id\":\"11111111-1111-4111-8111-111111111111\",\"name\":\"Mill\",\"longitude\":\"-1.5\","
                "\"latitude\":\"52.5\",\"city\":\"Saltmarsh\",\"accessibility\":[{\"description\":\"Loop\"},"
                "{\"description\":\"Lift\",\"details\":\"Round the back\"}]}," QUAY "]}");
    eg_test_form_type(&trial.page, "other_locations.0.accessibility", "");
    assert_sent(&trial, BEGIN
                "{\"id\":\"11111111-1111-4111-8111-111111111111\",\"name\":\"Mill\",\"longitude\":\"-1.5\","
                "\"latitude\":\"52.5\",\"city\":\"Saltmarsh\"}," QUAY "]}");
    finish(&trial);
}

static void an_id_cannot_be_sent_and_mistakes_find_their_controls(void **state)
{
    static const struct {
        const char *field, *control;
    } cases[] = {{"other_locations[1].latitude", "other_locations.1.latitude"},
                 {"other_locations[0].accessibility[1].url", "other_locations.0.accessibility"},
                 {"other_locations[0].id", ""}};
    struct trial trial;
    open(&trial, *state, EG_ENTRY_FORM_EDITOR);
    eg_test_form_type(&trial.page, "other_locations.0.id", "22222222-2222-4222-8222-222222222222");
    assert_sent(&trial, NULL);
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_kvp none = {0};
        trial.form.posted = &none;
        trial.faults.n = 0;
        eg_error_set(&trial.err, EG_INVALID, "%s is wrong", cases[i].field);
        eg_error_field(&trial.err, cases[i].field);
        eg_entry_form_blame(&trial.form, &trial.err, &trial.faults);
        assert_string_equal(trial.faults.items[0].name, cases[i].control);
    }
    finish(&trial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sent_unchanged_they_come_back_as_they_were),
        cmocka_unit_test(one_that_is_ticked_goes_and_the_others_keep_their_ids),
        cmocka_unit_test(one_is_changed_and_one_is_added),
        cmocka_unit_test(what_is_accessible_is_one_thing_a_line),
        cmocka_unit_test(an_id_cannot_be_sent_and_mistakes_find_their_controls),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
