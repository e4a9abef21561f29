#include "http/entry_form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/directory_records.h"
#include "data/entry_document.h"
#include "engine/snapshot.h"
#include "http/entry_form_places.h"
#include "support/failing_malloc.h"
#include "support/html_form.h"
#include "support/test_county.h"

#define ARENA_BYTES (32U << 20)

static const struct eg_text topics[] = {{"smoking", 7}, {"<b>\"loud\"</b>", 13}};
static const struct eg_text boundaries[] = {{"neighbourhood", 13}, {"district", 8}};
static const char *const others[] = {"from_name", "csrf", NULL};

struct fixture {
    struct eg_locales *locales;
};

static int begin(void **state)
{
    static struct fixture fixture;
    *state = &fixture;
    return eg_locales_new(&fixture.locales, NULL) == EG_OK ? 0 : -1;
}

static int end(void **state)
{
    eg_locales_free(((struct fixture *)*state)->locales);
    return 0;
}

/* A form under test: shown, perhaps typed into, sent, read. */
struct trial {
    struct eg_entry_form form;
    struct eg_json *document; /* NULL: a new entry */
    struct eg_test_form page;
    struct eg_entry_faults faults;
    struct eg_kvp posted;
    struct eg_error err;
    char *body;
    char *said; /* the document that came back, as JSON */
};

static void show(struct trial *trial)
{
    struct eg_html html;
    eg_html_init(&html, EG_TEXT("https://example.org"), 0);
    eg_entry_form_write(&trial->form, &html);
    assert_int_equal(html.n_open, 0);
    assert_false(html.out.failed);
    eg_test_form_clear(&trial->page);
    eg_test_form_read((struct eg_text){html.out.data, html.out.len}, &trial->page);
    eg_html_clear(&html);
}

static void prepare(struct trial *trial, const struct fixture *fixture, const char *document,
                    enum eg_entry_form_scope scope)
{
    *trial = (struct trial){.form = {.scope = scope,
                                     .locale = eg_locales_at(fixture->locales, 0),
                                     .choices = {topics, topics, boundaries, 2, 2, 2},
                                     .arena = eg_arena_new(ARENA_BYTES)}};
    assert_non_null(trial->form.arena);
    if (document && eg_json_parse(eg_text_from(document), &trial->document, &trial->err) != EG_OK)
        fail_msg("%s", trial->err.message);
    if (document) trial->form.document = eg_json_root(trial->document);
    show(trial);
}

static void post(struct trial *trial)
{
    struct eg_buffer body;
    size_t len;
    eg_buffer_init(&body, 0);
    eg_test_form_send(&trial->page, &body);
    free(trial->body);
    trial->body = eg_buffer_take(&body, &len);
    if (eg_entry_form_parse(trial->body, len, trial->form.arena, &trial->posted, &trial->err) != EG_OK)
        fail_msg("%s", trial->err.message);
    trial->form.posted = &trial->posted;
}

static enum eg_status read_back(struct trial *trial)
{
    struct eg_json *json = NULL;
    struct eg_buffer out;
    enum eg_status status = eg_entry_form_read(&trial->form, others, &trial->faults, &json, &trial->err);
    free(trial->said);
    trial->said = NULL;
    if (status != EG_OK) return status;
    eg_buffer_init(&out, 0);
    assert_int_equal(eg_json_finish(json, false, &out, NULL), EG_OK);
    trial->said = eg_buffer_take(&out, NULL);
    eg_json_free(json);
    return EG_OK;
}

static const char *sent(struct trial *trial)
{
    post(trial);
    if (read_back(trial) != EG_OK) fail_msg("%s: %s", trial->err.field, trial->err.message);
    return trial->said;
}

static void finish(struct trial *trial)
{
    eg_test_form_clear(&trial->page);
    eg_json_free(trial->document);
    eg_arena_free(trial->form.arena);
    free(trial->body);
    free(trial->said);
}

#define SQUARE "{\"type\":\"Polygon\",\"coordinates\":[[[0,50],[1,50],[1,51],[0,51],[0,50]]]}"
#define FULL                                                                                                 \
    "{\"id\":\"585a9093-5c12-5388-b7de-8ecc54e58082\",\"kind\":\"hub\",\"name\":\"Walks\","                  \
    "\"alternate_name\":\"Cerdded\",\"description\":\"Every\\nTuesday\",\"status\":\"active\","              \
    "\"url\":\"https://walks.example/\",\"email\":\"info@walks.example\",\"alert\":\"Shut\","                \
    "\"eligibility\":\"All\",\"fees\":\"None\",\"how_to_apply\":\"Come\",\"last_reviewed\":\"2026-01-31\","  \
    "\"programme\":\"Healthy Saltmarsh\",\"topics\":[\"Smoking\",\"Walks\"],"                                \
    "\"organisation\":{\"name\":\"Harbour Trust\",\"id\":\"585a9093-5c12-5388-b7de-8ecc54e5808a\","          \
    "\"description\":\"Harbour\",\"url\":\"https://h.example/\"},"                                           \
    "\"location\":{\"longitude\":\"-1.25\",\"latitude\":\"52.5\",\"address_1\":\"1 Quay "                    \
    "Street\",\"city\":\"Saltmarsh\"},"                                                                      \
    "\"phones\":[{\"number\":\"01632 960123\",\"type\":\"voice\"},{\"number\":\"2\",\"visibility\":"         \
    "\"private\"},{\"number\":\"3\",\"visibility\":\"public\"}],"                                            \
    "\"contacts\":[{\"name\":\"Jo\",\"visibility\":\"private\"}],"                                           \
    "\"schedules\":[{\"freq\":\"WEEKLY\",\"byday\":\"TU\",\"opens_at\":\"10:00\",\"closes_at\":\"12:00\"},"  \
    "{\"valid_from\":\"2026-03-01\",\"valid_to\":\"2026-03-02\"},"                                           \
    "{\"freq\":\"WEEKLY\",\"byday\":\"MO\",\"opens_at\":\"10:00\",\"closes_at\":\"12:00\"}],"                \
    "\"languages\":[{\"name\":\"Cymraeg\",\"code\":\"cy\"}],\"accessibility\":[{\"description\":\"Ramp\","   \
    "\"url\":\"https://ramp.example/\"}],"                                                                   \
    "\"service_areas\":[{\"boundaries\":\"ward\",\"area_codes\":\"W01;W02\"},{\"extent\":" SQUARE "}],"      \
    "\"funding\":[{\"source\":\"Harbour Fund\",\"amount\":12500,\"currency\":\"GBP\"}],"                     \
    "\"costs\":[{\"option\":\"Free\"}],\"required_documents\":[{\"document\":\"None\"}]}"

static void a_form_sent_unchanged_gives_the_same_document(void **state)
{
    for (int scope = 0; scope < 2; scope++) {
        struct trial trial;
        prepare(&trial, *state, FULL, (enum eg_entry_form_scope)scope);
        assert_string_equal(sent(&trial), FULL);
        finish(&trial);
    }
}

static void the_county_s_entries_come_back_as_they_were(void **state)
{
    struct eg_records *records = NULL;
    struct eg_error err = {0};
    eg_test_county_write("form", 400, 1);
    struct eg_test_county county = eg_test_county_load("form");
    if (eg_directory_records(county.atlas, &records, &err) != EG_OK) fail_msg("%s", err.message);
    uint32_t n = eg_records_count(records, EG_RECORD_SERVICE);
    assert_true(n >= 60);
    for (uint32_t i = 0; i < 2 * n; i++) {
        struct trial trial;
        struct eg_buffer text;
        struct eg_json *json = eg_json_new_object();
        eg_buffer_init(&text, 0);
        eg_entry_document_write(records, eg_records_at(records, EG_RECORD_SERVICE, i / 2), i % 2 == 1, json,
                                eg_json_root(json));
        assert_int_equal(eg_json_finish(json, false, &text, NULL), EG_OK);
        prepare(&trial, *state, text.data, i % 2 ? EG_ENTRY_FORM_EDITOR : EG_ENTRY_FORM_PUBLIC);
        assert_string_equal(sent(&trial), text.data);
        finish(&trial);
        eg_json_free(json);
        eg_buffer_clear(&text);
    }
    eg_records_release(records);
    eg_test_county_unload(&county);
    eg_test_county_remove("form");
}

/* Markup, quotes, right to left with its controls, lines of all kinds, and what no text should hold but may. */
static void awkward_texts_come_back_as_they_were(void **state)
{
    static const char *const texts[] = {"<script>alert(1)</script>\\\"'&amp;",
                                        "\\u0645\\u0631\\u062d\\u0628\\u0627 \\u202e\\u200f abc",
                                        "one\\rtwo\\r\\nthree\\n\\nfour",
                                        "\\n first",
                                        " blanks ",
                                        "\\u0001\\u007f bell \\u0007",
                                        "</textarea><b>",
                                        "tab\\there",
                                        "\\ud83d\\ude00"};
    for (size_t i = 0; i < EG_ARRAY_LEN(texts); i++) {
        for (int scope = 0; scope < 2; scope++) {
            struct trial trial;
            char text[512], again[512];
            (void)snprintf(
                text, sizeof text,
                "{\"name\":\"%s\",\"description\":\"%s\",\"status\":\"active\",\"topics\":[\"%s\"],"
                "\"phones\":[{\"number\":\"%s\"}]}",
                texts[i], texts[i], texts[i], texts[i]);
            prepare(&trial, *state, text, (enum eg_entry_form_scope)scope);
            struct eg_buffer out;
            eg_buffer_init(&out, 0);
            assert_int_equal(eg_json_write(trial.form.document, &out, NULL), EG_OK);
            (void)snprintf(again, sizeof again, "%s", out.data);
            eg_buffer_clear(&out);
            assert_string_equal(sent(&trial), again);
            finish(&trial);
        }
    }
}

static void what_is_typed_is_in_the_document_and_the_rest_stays(void **state)
{
    struct trial trial;
    prepare(&trial, *state, FULL, EG_ENTRY_FORM_PUBLIC);
    eg_test_form_type(&trial.page, "name", "  Longer walks ");
    eg_test_form_type(&trial.page, "url", "www.walks.example");
    eg_test_form_type(&trial.page, "topics.0", "");
    eg_test_form_type(&trial.page, "topics.3", "WALKS");
    eg_test_form_type(&trial.page, "phones.0.number", "");
    eg_test_form_type(&trial.page, "phones.3.number", "01632 960999");
    eg_test_form_type(&trial.page, "languages.0.name", "Polski");
    eg_test_form_type(&trial.page, "organisation.name", "Hill"); /* not that with the id */
    eg_test_form_type(&trial.page, "service_areas.0.description", "The old town");
    const char *said = sent(&trial);
    static const char *const wanted[] = {
        "\"name\":\"Longer walks\"",
        "\"url\":\"https://www.walks.example\"",
        "\"topics\":[\"Walks\"]",
        "\"phones\":[{\"number\":\"2\",\"visibility\":\"private\"},{\"number\":\"3\",\"visibility\":"
        "\"public\"},{\"number\":\"01632 960999\"}]",
        "\"languages\":[{\"name\":\"Polski\"}]",
        "\"organisation\":{\"name\":\"Hill\",\"description\"",
        "\"service_areas\":[{\"description\":\"The old town\",",
        "\"boundaries\":\"ward\",\"area_codes\":\"W01;W02\"},{\"extent\":" SQUARE "}]",
        "\"contacts\":[{\"name\":\"Jo\",\"visibility\":\"private\"}]"};
    for (size_t i = 0; i < EG_ARRAY_LEN(wanted); i++)
        if (!strstr(said, wanted[i])) fail_msg("%s is not in %s", wanted[i], said);
    finish(&trial);
}

static void hours_are_a_text_and_other_dates_stay(void **state)
{
    static const struct {
        const char *typed, *schedules;
    } cases[] = {
        {"Mo-Fr 09:00-17:00", "\"schedules\":[{\"freq\":\"WEEKLY\",\"byday\":\"MO,TU,WE,TH,FR\",\"opens_at\":"
                              "\"09:00\",\"closes_at\":"
                              "\"17:00\"},{\"valid_from\":\"2026-03-01\",\"valid_to\":\"2026-03-02\"}]"},
        {"when the tide is out",
         "\"schedules\":[{\"description\":\"when the tide is out\"},{\"valid_from\":\"2026-03-01\","
         "\"valid_to\":\"2026-03-02\"}]"},
        {"", "\"schedules\":[{\"valid_from\":\"2026-03-01\",\"valid_to\":\"2026-03-02\"}]"},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct trial trial;
        prepare(&trial, *state, FULL, EG_ENTRY_FORM_PUBLIC);
        assert_string_equal(eg_test_form_value(&trial.page, "hours"), "Tu 10:00-12:00; Mo 10:00-12:00");
        eg_test_form_type(&trial.page, "hours", cases[i].typed);
        if (!strstr(sent(&trial), cases[i].schedules)) fail_msg("%s", trial.said);
        finish(&trial);
    }
}

static void an_item_that_is_emptied_or_ticked_goes(void **state)
{
    struct trial trial;
    prepare(&trial, *state, FULL, EG_ENTRY_FORM_EDITOR);
    eg_test_form_type(&trial.page, "contacts.0.name", "");
    eg_test_form_type(&trial.page, "service_areas.1.remove", "1");
    eg_test_form_type(&trial.page, "service_areas.0.area_codes", "");
    eg_test_form_type(&trial.page, "service_areas.0.boundaries", "");
    eg_test_form_type(&trial.page, "phones.0.remove", "1");
    const char *said = sent(&trial);
    assert_null(strstr(said, "contacts"));
    assert_null(strstr(said, "service_areas"));
    assert_null(strstr(said, "01632 960123"));
    assert_non_null(strstr(said, "\"phones\":[{\"number\":\"2\""));
    finish(&trial);
}

static void faults_are_told_with_their_control(void **state)
{
    static const struct {
        const char *name, *value, *field, *key;
    } cases[] = {
        {"name", "", "name", "fault.needed"},
        {"email", "nobody", "email", "fault.email"},
        {"url", "no address", "url", "fault.address"},
        {"kind", "shop", "kind", "fault.word"},
        {"phones.0.number", "call me maybe !!!", "phones.0.number", "fault.phone"},
        {"name", "bell \a", "name", "fault.control"},
        {"phones.3.description", "evenings", "phones.3.number", "fault.needed"},
        {"organisation.name", "", "organisation.name", "fault.needed"},
        {"colour", "red", "colour", "fault.unknown"},
        {"status", "defunct", "status", "fault.unknown"},
        {"phones.0.visibility", "public", "phones.0.visibility", "fault.unknown"},
        {"phones.40.number", "1", "phones.40.number", "fault.items"},
        {"phones.00.number", "1", "phones.00.number", "fault.unknown"},
        {"phones.4294967296.number", "1", "phones.4294967296.number", "fault.unknown"},
        {"phones..number", "1", "phones..number", "fault.unknown"},
        {".name", "1", ".name", "fault.unknown"},
        {"service_areas.0.extent", "{}", "service_areas.0.extent", "fault.unknown"},
        {"service_areas.1.description", "x", "service_areas.1.description", "fault.items"},
        {"funding.0.source", "Jo", "funding.0.source", "fault.unknown"},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct trial trial;
        prepare(&trial, *state, FULL, EG_ENTRY_FORM_PUBLIC);
        eg_test_form_type(&trial.page, cases[i].name, cases[i].value);
        post(&trial);
        if (read_back(&trial) != EG_INVALID) fail_msg("%s is taken: %s", cases[i].name, trial.said);
        assert_string_equal(trial.err.field, cases[i].field);
        assert_string_equal(trial.faults.items[0].name, cases[i].field);
        assert_string_equal(trial.faults.items[0].key, cases[i].key);
        trial.form.faults = &trial.faults;
        struct eg_html html;
        eg_html_init(&html, EG_TEXT("https://example.org"), 0);
        eg_entry_form_write_faults(&trial.form, &html);
        eg_entry_form_write(&trial.form, &html);
        assert_int_equal(html.n_open, 0);
        eg_html_clear(&html);
        finish(&trial);
    }
}

static void faults_are_told_in_the_order_of_the_page(void **state)
{
    static const char *const names[] = {"name", "email", "phones.0.number", "organisation.email"};
    struct trial trial;
    prepare(&trial, *state, FULL, EG_ENTRY_FORM_PUBLIC);
    eg_test_form_type(&trial.page, "organisation.email", "nobody");
    eg_test_form_type(&trial.page, "name", "");
    eg_test_form_type(&trial.page, "phones.0.number", "\a");
    eg_test_form_type(&trial.page, "email", "nobody");
    post(&trial);
    assert_int_equal(read_back(&trial), EG_INVALID);
    assert_int_equal(trial.faults.n, EG_ARRAY_LEN(names));
    for (size_t i = 0; i < EG_ARRAY_LEN(names); i++)
        assert_string_equal(trial.faults.items[i].name, names[i]);
    finish(&trial);
}

static void what_was_sent_stands_in_the_form_again(void **state)
{
    struct trial trial;
    prepare(&trial, *state, FULL, EG_ENTRY_FORM_PUBLIC);
    eg_test_form_type(&trial.page, "email", "nobody");
    eg_test_form_type(&trial.page, "phones.5.number", "777");
    eg_test_form_type(&trial.page, "from_name", "Mo");
    post(&trial);
    assert_int_equal(read_back(&trial), EG_INVALID);
    show(&trial);
    assert_string_equal(eg_test_form_value(&trial.page, "email"), "nobody");
    assert_string_equal(eg_test_form_value(&trial.page, "phones.5.number"), "777");
    eg_test_form_type(&trial.page, "email", "");
    if (!strstr(sent(&trial), "{\"number\":\"777\"}")) fail_msg("%s", trial.said);
    finish(&trial);
}

static void a_value_of_100_kB_is_refused_by_name(void **state)
{
    struct trial trial;
    char *text = malloc(100001);
    assert_non_null(text);
    memset(text, 'x', 100000);
    text[100000] = '\0';
    static const char *const names[] = {"name", "description", "hours", "topics.1", "phones.0.number"};
    for (size_t i = 0; i < EG_ARRAY_LEN(names); i++) {
        prepare(&trial, *state, FULL, EG_ENTRY_FORM_PUBLIC);
        eg_test_form_type(&trial.page, names[i], text);
        post(&trial);
        assert_int_equal(read_back(&trial), EG_INVALID);
        assert_string_equal(trial.err.field, names[i]);
        assert_string_equal(trial.faults.items[0].key, "fault.long");
        finish(&trial);
    }
    free(text);
}

static void an_entry_that_changed_meanwhile_is_a_conflict(void **state)
{
    struct trial trial;
    prepare(&trial, *state, FULL, EG_ENTRY_FORM_PUBLIC);
    struct eg_json *fresh = NULL;
    assert_int_equal(eg_json_parse(EG_TEXT("{\"name\":\"Walks\"}"), &fresh, NULL), EG_OK);
    trial.form.document = eg_json_root(fresh);
    post(&trial);
    assert_int_equal(read_back(&trial), EG_CONFLICT);
    assert_string_equal(trial.err.field, "version");
    eg_json_free(fresh);
    finish(&trial);
}

static void a_new_entry_begins_with_nothing(void **state)
{
    for (int scope = 0; scope < 2; scope++) {
        struct trial trial;
        prepare(&trial, *state, NULL, (enum eg_entry_form_scope)scope);
        assert_null(eg_test_form_value(&trial.page, "version"));
        eg_test_form_type(&trial.page, "name", "Runs");
        eg_test_form_type(&trial.page, "languages.0.name", "Cymraeg");
        const char *wanted =
            scope == EG_ENTRY_FORM_EDITOR
                ? "{\"name\":\"Runs\",\"status\":\"active\",\"languages\":[{\"name\":\"Cymraeg\"}]}"
                : "{\"name\":\"Runs\",\"languages\":[{\"name\":\"Cymraeg\"}]}";
        assert_string_equal(sent(&trial), wanted);
        finish(&trial);
    }
}

/* "phones[1]" is the second that stays, which may be another row. */
static void mistakes_of_the_document_are_told_beside_their_control(void **state)
{
    static const struct {
        const char *field, *name;
    } cases[] = {
        {"phones[0].number", "phones.0.number"},
        {"phones[1].number", "phones.2.number"},
        {"schedules[0].byday", "hours"},
        {"schedules[1].valid_to", "schedules.0.valid_to"},
        {"topics[1].name", "topics.1"},
        {"location.latitude", "location.latitude"},
        {"service_areas[1].extent", ""},
        {"id", ""},
        {"", ""},
        {"phones[9].number", ""},
        {"phones[", ""},
    };
    struct trial trial;
    prepare(&trial, *state, FULL, EG_ENTRY_FORM_EDITOR);
    eg_test_form_type(&trial.page, "phones.1.remove", "1");
    post(&trial);
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_entry_faults faults = {.n = 0};
        struct eg_error err = {0};
        eg_error_set(&err, EG_INVALID, "%s is wrong", cases[i].field);
        eg_error_field(&err, cases[i].field);
        eg_entry_form_blame(&trial.form, &err, &faults);
        assert_int_equal(faults.n, 1);
        assert_string_equal(faults.items[0].name, cases[i].name);
        assert_string_equal(faults.items[0].key, "fault.other");
    }
    finish(&trial);
}

static void the_form_is_written_in_every_language(void **state)
{
    const struct fixture *fixture = *state;
    struct trial trial;
    prepare(&trial, fixture, FULL, EG_ENTRY_FORM_EDITOR);
    for (uint32_t i = 0; i < eg_locales_count(fixture->locales); i++) {
        trial.form.locale = eg_locales_at(fixture->locales, i);
        show(&trial);
    }
    finish(&trial);
}

extern const char eg_embed_en_json_begin[], eg_embed_en_json_end[];

/* Up to a placeholder, as HTML has it. */
static void must_show(const char *html, const char *key, struct eg_text text)
{
    struct eg_html escaped;
    struct eg_text shown;
    (void)eg_text_cut(text, '{', &shown);
    eg_html_init(&escaped, EG_TEXT(""), 0);
    eg_html_text(&escaped, shown);
    if (!strstr(html, escaped.out.data)) fail_msg("'%s' is in the catalogue, but not in the form", key);
    eg_html_clear(&escaped);
}

static void every_text_of_the_catalogue_is_in_the_form(void **state)
{
    struct trial trial;
    struct eg_html html;
    struct eg_json *catalogue = NULL, *many = NULL;
    struct eg_buffer text;
    struct eg_snapshot bare = {0};
    const char *key = NULL;
    eg_buffer_init(&text, 0);
    eg_buffer_literal(&text, "{\"phones\":[{}");
    for (uint32_t i = 0; i < EG_ENTRY_FORM_ROWS; i++) eg_buffer_literal(&text, ",{}");
    eg_buffer_literal(&text, "],\"other_locations\":[{}]}");
    assert_int_equal(eg_json_parse((struct eg_text){text.data, text.len}, &many, NULL), EG_OK);
    prepare(&trial, *state, FULL, EG_ENTRY_FORM_EDITOR);
    trial.form.snapshot = &bare;
    eg_html_init(&html, EG_TEXT(""), 0);
    eg_entry_form_write(&trial.form, &html);
    trial.form.scope = EG_ENTRY_FORM_PUBLIC;
    eg_entry_form_write(&trial.form, &html);
    trial.form.document = eg_json_root(many);
    eg_entry_form_write(&trial.form, &html);
    struct eg_text english = {eg_embed_en_json_begin,
                              (size_t)(eg_embed_en_json_end - eg_embed_en_json_begin)};
    assert_int_equal(eg_json_parse(english, &catalogue, NULL), EG_OK);
    for (const struct eg_json_value *value; (value = eg_json_next(eg_json_root(catalogue), &key));) {
        struct eg_text words;
        if (strncmp(key, "form.", 5) == 0 && eg_json_is_text(value, &words))
            must_show(html.out.data, key, words);
    }
    eg_json_free(catalogue);
    eg_json_free(many);
    eg_buffer_clear(&text);
    eg_html_clear(&html);
    finish(&trial);
}

static void a_list_that_is_too_long_for_the_form_keeps_its_rest(void **state)
{
    struct eg_buffer text;
    struct trial trial;
    eg_buffer_init(&text, 0);
    eg_buffer_literal(&text, "{\"name\":\"Many\",\"phones\":[");
    for (int i = 0; i < 60; i++) eg_buffer_printf(&text, "%s{\"number\":\"%d\"}", i > 0 ? "," : "", 100 + i);
    eg_buffer_literal(&text, "]}");
    for (int scope = 0; scope < 2; scope++) {
        prepare(&trial, *state, text.data, (enum eg_entry_form_scope)scope);
        assert_non_null(eg_test_form_value(&trial.page, "phones.39.number"));
        assert_null(eg_test_form_value(&trial.page, "phones.40.number"));
        if (scope == EG_ENTRY_FORM_PUBLIC) assert_string_equal(sent(&trial), text.data);
        eg_test_form_type(&trial.page, "phones.39.number", "");
        sent(&trial);
        assert_null(strstr(trial.said, "\"139\""));
        assert_non_null(strstr(trial.said, "\"138\"},{\"number\":\"140\"}"));
        finish(&trial);
    }
    eg_buffer_clear(&text);
}

/* What becomes of the service areas of a document. */
static void check_served(struct trial *trial, const char *wanted)
{
    const char *said = sent(trial);
    if (wanted ? !strstr(said, wanted) : strstr(said, "service_areas") != NULL)
        fail_msg("%s is not in %s", wanted ? wanted : "nothing of areas", said);
}

static void areas_that_are_ticked_are_served_and_others_go(void **state)
{
    static const struct {
        const char *document, *names[3], *values[3], *wanted;
    } cases[] = {
        {FULL, {"served.0"}, {""}, "[{\"boundaries\":\"ward\",\"area_codes\":\"W02\"},{\"extent\":"},
        {FULL,
         {"served.2"},
         {"ward:W09"},
         "[{\"boundaries\":\"ward\",\"area_codes\":\"W01;W02;W09\"},{\"extent\":"},
        {FULL, {"served.0", "served.1"}, {"", ""}, "\"service_areas\":[{\"extent\":"},
        {FULL,
         {"served.0", "served.1", "served.7"},
         {"", "", "town:T1"},
         "\"service_areas\":[{\"extent\":" SQUARE "},{\"boundaries\":\"town\",\"area_codes\":\"T1\"}]"},
        {FULL, {"served.5", "served.6"}, {"ward:W01", "nothing"}, "\"area_codes\":\"W01;W02\"}"},
        {"{\"name\":\"New\"}",
         {"served.0", "served.1", "service_areas.0.description"},
         {"district:D1", "district:D2", "The old town"},
         "[{\"description\":\"The old town\",\"boundaries\":\"district\",\"area_codes\":\"D1;D2\"}]"},
        {"{\"name\":\"New\",\"service_areas\":[{\"boundaries\":\"ward\",\"area_codes\":\"W 1; W2\"}]}",
         {"name"},
         {"Newer"},
         "\"area_codes\":\"W 1; W2\""},
        {"{\"name\":\"New\",\"service_areas\":[{\"boundaries\":\"ward\",\"area_codes\":\"W1\"}]}",
         {"served.0"},
         {""},
         NULL},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct trial trial;
        prepare(&trial, *state, cases[i].document, EG_ENTRY_FORM_PUBLIC);
        for (int k = 0; k < 3 && cases[i].names[k]; k++)
            eg_test_form_type(&trial.page, cases[i].names[k], cases[i].values[k]);
        check_served(&trial, cases[i].wanted);
        finish(&trial);
    }
}

static void editors_ticks_come_to_the_codes_of_their_boundaries(void **state)
{
    struct trial trial;
    prepare(&trial, *state, FULL, EG_ENTRY_FORM_EDITOR);
    eg_test_form_type(&trial.page, "service_areas.0.area_codes", "W02");
    eg_test_form_type(&trial.page, "served.0", "ward:W07");
    check_served(&trial, "[{\"boundaries\":\"ward\",\"area_codes\":\"W02;W07\"},{\"extent\":");
    finish(&trial);
    prepare(&trial, *state, NULL, EG_ENTRY_FORM_EDITOR);
    eg_test_form_type(&trial.page, "name", "New");
    eg_test_form_type(&trial.page, "served.0", "ward:W07");
    eg_test_form_type(&trial.page, "served.1", "ward:W08");
    check_served(&trial, "\"service_areas\":[{\"boundaries\":\"ward\",\"area_codes\":\"W07;W08\"}]");
    finish(&trial);
}

static void areas_of_two_kinds_are_a_fault(void **state)
{
    struct trial trial;
    prepare(&trial, *state, FULL, EG_ENTRY_FORM_PUBLIC);
    eg_test_form_type(&trial.page, "served.2", "town:T1");
    post(&trial);
    assert_int_equal(read_back(&trial), EG_INVALID);
    assert_int_equal(trial.faults.n, 1);
    assert_string_equal(trial.faults.items[0].name, "served");
    assert_string_equal(trial.faults.items[0].key, "fault.mixed");
    trial.form.faults = &trial.faults;
    struct eg_html html;
    eg_html_init(&html, EG_TEXT(""), 0);
    eg_entry_form_write_faults(&trial.form, &html);
    assert_non_null(strstr(html.out.data, "<a href=\"#f-served\">Areas it serves</a>"));
    eg_html_clear(&html);
    show(&trial);
    assert_string_equal(eg_test_form_value(&trial.page, "served.2"), "town:T1");
    finish(&trial);
}

static void more_areas_than_are_shown_stay(void **state)
{
    struct eg_buffer text;
    struct trial trial;
    eg_buffer_init(&text, 0);
    eg_buffer_literal(&text,
                      "{\"name\":\"Many\",\"service_areas\":[{\"boundaries\":\"ward\",\"area_codes\":\"W0");
    for (int i = 1; i < 500; i++) eg_buffer_printf(&text, ";W%d", i);
    eg_buffer_literal(&text, "\"}]}");
    prepare(&trial, *state, text.data, EG_ENTRY_FORM_PUBLIC);
    assert_string_equal(sent(&trial), text.data);
    eg_test_form_type(&trial.page, "served.0", "ward:W900");
    check_served(&trial, "W499\"},{\"boundaries\":\"ward\",\"area_codes\":\"W900\"}]");
    eg_test_form_type(&trial.page, "served.400", "ward:W901");
    post(&trial);
    assert_int_equal(read_back(&trial), EG_INVALID);
    assert_string_equal(trial.faults.items[0].key, "fault.items");
    finish(&trial);
    eg_buffer_clear(&text);
}

static void try_without_memory(struct trial *trial)
{
    for (long n = 1;; n++) {
        struct eg_json *json = NULL;
        post(trial);
        struct eg_arena *arena = trial->form.arena;
        trial->form.arena = eg_arena_new(ARENA_BYTES);
        eg_failing_malloc_after(n);
        enum eg_status status = eg_entry_form_read(&trial->form, others, &trial->faults, &json, &trial->err);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_json_free(json);
        eg_arena_free(trial->form.arena);
        trial->form.arena = arena;
        if (!failed) assert_int_equal(status, EG_OK);
        if (!failed) break;
        if (status == EG_OK) fail_msg("allocation %ld was refused and nobody noticed", n);
    }
}

static void running_out_of_memory_loses_nothing(void **state)
{
    for (int scope = 0; scope < 2; scope++) {
        struct trial trial;
        prepare(&trial, *state, FULL, (enum eg_entry_form_scope)scope);
        eg_test_form_type(&trial.page, "served.9", "ward:W09");
        try_without_memory(&trial);
        finish(&trial);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_sent_unchanged_gives_the_same_document),
        cmocka_unit_test(the_county_s_entries_come_back_as_they_were),
        cmocka_unit_test(awkward_texts_come_back_as_they_were),
        cmocka_unit_test(what_is_typed_is_in_the_document_and_the_rest_stays),
        cmocka_unit_test(hours_are_a_text_and_other_dates_stay),
        cmocka_unit_test(an_item_that_is_emptied_or_ticked_goes),
        cmocka_unit_test(faults_are_told_with_their_control),
        cmocka_unit_test(faults_are_told_in_the_order_of_the_page),
        cmocka_unit_test(what_was_sent_stands_in_the_form_again),
        cmocka_unit_test(a_value_of_100_kB_is_refused_by_name),
        cmocka_unit_test(an_entry_that_changed_meanwhile_is_a_conflict),
        cmocka_unit_test(a_new_entry_begins_with_nothing),
        cmocka_unit_test(mistakes_of_the_document_are_told_beside_their_control),
        cmocka_unit_test(the_form_is_written_in_every_language),
        cmocka_unit_test(every_text_of_the_catalogue_is_in_the_form),
        cmocka_unit_test(a_list_that_is_too_long_for_the_form_keeps_its_rest),
        cmocka_unit_test(areas_that_are_ticked_are_served_and_others_go),
        cmocka_unit_test(editors_ticks_come_to_the_codes_of_their_boundaries),
        cmocka_unit_test(areas_of_two_kinds_are_a_fault),
        cmocka_unit_test(more_areas_than_are_shown_stay),
        cmocka_unit_test(running_out_of_memory_loses_nothing),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
