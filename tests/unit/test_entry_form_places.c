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

static void open_on(struct trial *trial, struct eg_locales *locales, enum eg_entry_form_scope scope,
                    const char *document)
{
    struct eg_html html;
    *trial = (struct trial){
        .form = {.scope = scope, .locale = eg_locales_at(locales, 0), .arena = eg_arena_new(32U << 20)}};
    assert_int_equal(eg_json_parse(eg_text_from(document), &trial->document, NULL), EG_OK);
    trial->form.document = eg_json_root(trial->document);
    eg_html_init(&html, EG_TEXT(""), 0);
    eg_entry_form_write(&trial->form, &html);
    assert_false(html.out.failed);
    eg_test_form_read((struct eg_text){html.out.data, html.out.len}, &trial->page);
    eg_html_clear(&html);
}

static void open(struct trial *trial, struct eg_locales *locales, enum eg_entry_form_scope scope)
{
    open_on(trial, locales, scope, THREE);
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
                 {"other_locations[1].phones[0].number", "other_locations.1.phones"},
                 {"location.phones[0].number", "location.phones"},
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

/* --- what a place has of its own ------------------------------------------------------------------------------------------ */

#define TUESDAYS "{\"freq\":\"WEEKLY\",\"byday\":\"TU\",\"opens_at\":\"10:00\",\"closes_at\":\"12:00\"}"
#define IN_MAY                                                                                               \
    "{\"freq\":\"WEEKLY\",\"byday\":\"MO\",\"valid_from\":\"2027-05-01\",\"opens_at\":\"10:00\","            \
    "\"closes_at\":\"12:00\"}"
#define PORTER                                                                                               \
    "{\"number\":\"01632 960012\",\"type\":\"voice\",\"description\":\"Porter\",\"visibility\":\"private\"," \
    "\"of\":\"location\"}"
#define OWN_FIRST "{\"name\":\"Walks\",\"status\":\"active\",\"location\":{\"name\":\"Hall\""
#define OWN_SECOND "},\"other_locations\":[{\"id\":\"11111111-1111-4111-8111-111111111111\",\"name\":\"Mill\""
#define OWN_LAST ",\"contacts\":[{\"name\":\"Ann\"}],\"languages\":[{\"name\":\"Welsh\"}]}]}"
#define OWN_PHONES ",\"phones\":[{\"number\":\"01632 960011\"}," PORTER "]"
#define OWN_HOURS ",\"schedules\":[" TUESDAYS "," IN_MAY "]"
#define OWN OWN_FIRST OWN_SECOND OWN_PHONES OWN_HOURS OWN_LAST

static void what_a_place_has_of_its_own_is_a_text_each(void **state)
{
    for (int scope = 0; scope < 2; scope++) {
        struct trial trial;
        open_on(&trial, *state, (enum eg_entry_form_scope)scope, OWN);
        assert_string_equal(eg_test_form_value(&trial.page, "other_locations.0.phones"),
                            "01632 960011\r\n01632 960012, Porter");
        assert_string_equal(eg_test_form_value(&trial.page, "other_locations.0.schedules"), "Tu 10:00-12:00");
        assert_string_equal(eg_test_form_value(&trial.page, "location.phones"), "");
        assert_null(eg_test_form_value(&trial.page, "other_locations.0.contacts"));
        assert_sent(&trial, OWN);
        finish(&trial);
    }
}

/* A number that takes the place of another is as private, and of the same. */
static void a_number_of_a_place_is_corrected_and_the_others_stay(void **state)
{
    struct trial trial;
    open_on(&trial, *state, EG_ENTRY_FORM_PUBLIC, OWN);
    eg_test_form_type(&trial.page, "other_locations.0.phones", "01632 960099 \n\n01632 960012, Porter");
    assert_sent(&trial, OWN_FIRST OWN_SECOND ",\"phones\":[{\"number\":\"01632 960099\"}," PORTER
                                             "]" OWN_HOURS OWN_LAST);
    eg_test_form_type(&trial.page, "other_locations.0.phones",
                      "01632 960011\n01632 960013, Porter, at night\n01632 960014");
    assert_sent(&trial, OWN_FIRST OWN_SECOND
                ",\"phones\":[{\"number\":\"01632 960011\"},{\"number\":\"01632 960013\","
                "\"description\":\"Porter, at night\",\"visibility\":\"private\","
                "\"of\":\"location\"},{\"number\":\"01632 960014\"}]" OWN_HOURS OWN_LAST);
    eg_test_form_type(&trial.page, "other_locations.0.phones", " ");
    assert_sent(&trial, OWN_FIRST OWN_SECOND ",\"phones\":[]" OWN_HOURS OWN_LAST);
    finish(&trial);
}

static void hours_of_a_place_are_written_as_the_entrys(void **state)
{
    struct trial trial;
    open_on(&trial, *state, EG_ENTRY_FORM_EDITOR, OWN);
    eg_test_form_type(&trial.page, "other_locations.0.schedules", "Tu 11:00-12:00");
    eg_test_form_type(&trial.page, "location.schedules", "by appointment");
    eg_test_form_type(&trial.page, "location.phones", "01632 960001");
    assert_sent(&trial,
                OWN_FIRST ",\"phones\":[{\"number\":\"01632 960001\"}],\"schedules\":[{\"description\":\"by "
                          "appointment\"}]" OWN_SECOND OWN_PHONES
                          ",\"schedules\":[{\"freq\":\"WEEKLY\",\"byday\":\"TU\",\"opens_at\":\"11:00\","
                          "\"closes_at\":\"12:00\"}," IN_MAY "]" OWN_LAST);
    finish(&trial);
}

/* Of the location as long as the entry has none there. */
static void hours_of_a_location_stay_its_own(void **state)
{
    struct trial trial;
    const char *of = "{\"name\":\"W\",\"location\":{\"schedules\":[{\"freq\":\"WEEKLY\",\"byday\":\"TU\","
                     "\"opens_at\":\"10:00\",\"closes_at\":\"12:00\",\"of\":\"location\"}]}}";
    open_on(&trial, *state, EG_ENTRY_FORM_PUBLIC, of);
    assert_string_equal(eg_test_form_value(&trial.page, "location.schedules"), "Tu 10:00-12:00");
    assert_null(eg_test_form_value(&trial.page, "location.phones"));
    eg_test_form_type(&trial.page, "location.schedules", "closed in winter");
    assert_sent(&trial, "{\"name\":\"W\",\"location\":{\"schedules\":[{\"description\":\"closed in winter\","
                        "\"of\":\"location\"}]}}");
    finish(&trial);
}

static void an_entry_of_one_place_is_not_asked_for_its_own(void **state)
{
    struct trial trial;
    open_on(&trial, *state, EG_ENTRY_FORM_EDITOR, "{\"name\":\"W\",\"location\":{\"name\":\"Hall\"}}");
    assert_null(eg_test_form_value(&trial.page, "location.phones"));
    assert_null(eg_test_form_value(&trial.page, "location.schedules"));
    assert_non_null(eg_test_form_value(&trial.page, "other_locations.0.phones")); /* of one more */
    finish(&trial);
}

static void what_is_no_number_and_no_time_is_refused_with_its_control(void **state)
{
    static const struct {
        const char *name, *text, *key;
    } cases[] = {{"other_locations.0.phones", "01632 960011\ncall me", "fault.phone"},
                 {"location.phones", ", Porter", "fault.phone"},
                 {"location.schedules", "Sa 25:00-26:00", "fault.hours"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct trial trial;
        open_on(&trial, *state, EG_ENTRY_FORM_PUBLIC, OWN);
        eg_test_form_type(&trial.page, cases[i].name, cases[i].text);
        assert_sent(&trial, NULL);
        assert_string_equal(trial.faults.items[0].name, cases[i].name);
        assert_string_equal(trial.faults.items[0].key, cases[i].key);
        finish(&trial);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sent_unchanged_they_come_back_as_they_were),
        cmocka_unit_test(one_that_is_ticked_goes_and_the_others_keep_their_ids),
        cmocka_unit_test(one_is_changed_and_one_is_added),
        cmocka_unit_test(what_is_accessible_is_one_thing_a_line),
        cmocka_unit_test(what_a_place_has_of_its_own_is_a_text_each),
        cmocka_unit_test(a_number_of_a_place_is_corrected_and_the_others_stay),
        cmocka_unit_test(hours_of_a_place_are_written_as_the_entrys),
        cmocka_unit_test(hours_of_a_location_stay_its_own),
        cmocka_unit_test(an_entry_of_one_place_is_not_asked_for_its_own),
        cmocka_unit_test(what_is_no_number_and_no_time_is_refused_with_its_control),
        cmocka_unit_test(an_id_cannot_be_sent_and_mistakes_find_their_controls),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
