#include "data/entry_document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"

#define ID "585a9093-5c12-5388-b7de-8ecc54e58082"
#define OTHER "585a9093-5c12-5388-b7de-8ecc54e58083"
#define HARBOUR "d176325a-6d04-54bf-9cfa-4b17bebd50ab" /* the id that is made of "Harbour Trust" */
#define SQUARE "{\"type\":\"Polygon\",\"coordinates\":[[[0,50],[1,50],[1,51],[0,51],[0,50]]]}"

#define BOWTIE "[[[0,50],[1,51],[1,50],[0,51],[0,50]]]"
#define OFF "[[[0,50],[181,50],[1,51],[0,51],[0,50]]]"
#define TWICE "[[[0,50],[1,50],[1,51],[0,50]]],[[[0,50],[1,50],[1,51],[0,50]]]"

/* Nothing, from which all comes by documents. */
static struct eg_records *nothing(void)
{
    struct eg_records_builder *builder = NULL;
    struct eg_records *records = NULL;
    assert_int_equal(eg_records_builder_new(&builder, NULL), EG_OK);
    assert_int_equal(eg_records_finish(builder, &records, NULL), EG_OK);
    eg_records_builder_free(builder);
    return records;
}

struct told {
    const char *id, *text;
    bool keeps_private;
    uint32_t n_puts, n_deletes; /* of the last change */
};

/* The records after a document; they replace *records. */
static enum eg_status tell(struct eg_records **records, struct told *told, struct eg_error *err)
{
    struct eg_arena *arena = eg_arena_new(1 << 22);
    struct eg_json *json = NULL;
    struct eg_records_change change = {0};
    struct eg_records *fresh = NULL;
    enum eg_status status = arena ? eg_json_parse(eg_text_from(told->text), &json, err) : EG_NO_MEMORY;
    struct eg_document_wish wish = {eg_text_from(told->id), json ? eg_json_root(json) : NULL,
                                    told->keeps_private};
    if (status == EG_OK) status = eg_entry_document_change(*records, &wish, arena, &change, err);
    if (status == EG_OK) status = eg_records_apply(*records, &change, &fresh, err);
    told->n_puts = change.n_puts;
    told->n_deletes = change.n_deletes;
    if (status == EG_OK) {
        eg_records_release(*records);
        *records = fresh;
    }
    eg_json_free(json);
    eg_arena_free(arena);
    return status;
}

static void must_tell(struct eg_records **records, const char *id, const char *text)
{
    struct told told = {.id = id, .text = text};
    struct eg_error err = {0};
    if (tell(records, &told, &err) != EG_OK) fail_msg("%s: %s", text, err.message);
}

/* What the records say of the entry, as compact JSON; valid until the next call. */
static const char *said(const struct eg_records *records, const char *id, bool with_private)
{
    static char text[4096];
    struct eg_buffer out;
    struct eg_json *json = eg_json_new_object();
    const struct eg_record *service = eg_records_find(records, EG_RECORD_SERVICE, eg_text_from(id));
    assert_non_null(service);
    eg_buffer_init(&out, 0);
    eg_entry_document_write(records, service, with_private, json, eg_json_root(json));
    assert_int_equal(eg_json_finish(json, false, &out, NULL), EG_OK);
    assert_true(out.len < sizeof text);
    (void)snprintf(text, sizeof text, "%s", out.data);
    eg_buffer_clear(&out);
    eg_json_free(json);
    return text;
}

#define FULL                                                                                                 \
    "{\"id\":\"" ID                                                                                          \
    "\",\"kind\":\"hub\",\"name\":\"Walks\",\"description\":\"Every Tuesday\",\"status\":\"active\","        \
    "\"url\":\"https://walks.example/\",\"email\":\"info@walks.example\",\"last_reviewed\":\"2026-01-31\","  \
    "\"programme\":\"Healthy Saltmarsh\",\"topics\":[\"Smoking\"],"                                          \
    "\"organisation\":{\"name\":\"Harbour Trust\",\"id\":\"" HARBOUR                                         \
    "\",\"url\":\"https://harbour.example/\"},"                                                              \
    "\"location\":{\"longitude\":\"-1.25\",\"latitude\":\"52.5\",\"address_1\":\"1 Quay "                    \
    "Street\",\"city\":\"Saltmarsh\"},"                                                                      \
    "\"phones\":[{\"number\":\"01632 960123\"}],"                                                            \
    "\"contacts\":[{\"name\":\"Jo\",\"visibility\":\"private\"}],"                                           \
    "\"schedules\":[{\"freq\":\"WEEKLY\",\"byday\":\"TU\",\"opens_at\":\"10:00\",\"closes_at\":\"12:00\"}]," \
    "\"languages\":[{\"name\":\"Cymraeg\",\"code\":\"cy\"}],\"accessibility\":[{\"description\":\"Ramp\"}]," \
    "\"service_areas\":[{\"boundaries\":\"ward\",\"area_codes\":\"W01;W02\",\"extent\":" SQUARE "}],"        \
    "\"funding\":[{\"source\":\"Harbour Fund\",\"amount\":\"12500\",\"currency\":\"GBP\"}],"                 \
    "\"costs\":[{\"option\":\"Free\"}],\"required_documents\":[{\"document\":\"None\"}]}"

static void a_document_becomes_records_and_they_say_it(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    must_tell(&records, ID, FULL);
    assert_string_equal(said(records, ID, true), FULL);
    eg_records_release(records);
}

static void members_that_are_left_out_stay_where_documents_had_no_word_for_them(void **state)
{
    (void)state;
    static const char rich[] =
        "{\"id\":\"" ID
        "\",\"name\":\"Walks\",\"status\":\"active\",\"wait_time\":\"2 weeks\",\"minimum_age\":\"18\","
        "\"maximum_age\":\"99\",\"interpretation_services\":\"BSL\",\"organisation\":{\"name\":\"Walks\","
        "\"id\":\"d6b05017-d0e0-558e-9ee8-2ad3eac7b732\"},\"location\":{\"name\":\"Hall\","
        "\"location_type\":\"virtual\",\"alternate_name\":\"Neuadd\",\"url\":\"https://x.example/\"},"
        "\"phones\":[{\"number\":\"01632 960123\",\"extension\":\"77\",\"type\":\"fax\"},"
        "{\"number\":\"01632 960124\",\"extension\":\"5\"}]}";
    struct eg_records *records = nothing();
    struct told told = {.id = ID, .text = rich};
    must_tell(&records, ID, rich);
    assert_string_equal(said(records, ID, true), rich);
    assert_int_equal(tell(&records, &told, NULL), EG_OK);
    assert_int_equal(told.n_puts + told.n_deletes, 0);
    told.text = "{\"name\":\"Walks\",\"location\":{\"name\":\"Hall\"},\"phones\":[{\"number\":\"01632 "
                "960123\",\"type\":"
                "\"fax\"},{\"number\":\"01632 960124\"}]}";
    assert_int_equal(tell(&records, &told, NULL), EG_OK);
    assert_int_equal(told.n_puts + told.n_deletes, 0);
    must_tell(&records, ID,
              "{\"name\":\"Walks\",\"wait_time\":\"\",\"minimum_age\":21,\"maximum_age\":\"\","
              "\"interpretation_services\":\"\","
              "\"location\":{\"name\":\"Hall\",\"location_type\":\"physical\",\"alternate_name\":\"\","
              "\"url\":\"\"},"
              "\"phones\":[{\"number\":\"01632 960124\"},{\"number\":\"01632 960125\"}]}");
    assert_string_equal(said(records, ID, true),
                        "{\"id\":\"" ID
                        "\",\"name\":\"Walks\",\"status\":\"active\",\"minimum_age\":\"21\",\"organisation\":"
                        "{\"name\":\"Walks\",\"id\":\"d6b05017-d0e0-558e-9ee8-2ad3eac7b732\"},\"location\":"
                        "{\"name\":\"Hall\"},\"phones\":[{\"number\":\"01632 960124\",\"extension\":\"5\"},"
                        "{\"number\":\"01632 960125\"}]}");
    eg_records_release(records);
}

static void the_same_document_again_changes_nothing(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    struct told told = {.id = ID, .text = FULL};
    assert_int_equal(tell(&records, &told, NULL), EG_OK);
    assert_true(told.n_puts > 12);
    assert_int_equal(tell(&records, &told, NULL), EG_OK);
    assert_int_equal(told.n_puts, 0);
    assert_int_equal(told.n_deletes, 0);
    eg_records_release(records);
}

static void what_is_not_in_the_document_goes(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    must_tell(&records, ID, FULL);
    must_tell(&records, ID,
              "{\"name\":\"Walks\",\"kind\":\"hub\",\"organisation\":{\"name\":\"Harbour Trust\"}}");
    assert_string_equal(said(records, ID, true),
                        "{\"id\":\"" ID "\",\"kind\":\"hub\",\"name\":\"Walks\",\"status\":\"active\","
                        "\"organisation\":{\"name\":\"Harbour Trust\",\"id\":\"" HARBOUR "\"}}");
    static const enum eg_record_table gone[] = {
        EG_RECORD_PHONE,    EG_RECORD_CONTACT,       EG_RECORD_SCHEDULE,     EG_RECORD_LANGUAGE,
        EG_RECORD_ADDRESS,  EG_RECORD_ACCESSIBILITY, EG_RECORD_SERVICE_AREA, EG_RECORD_FUNDING,
        EG_RECORD_LOCATION, EG_RECORD_ATTRIBUTE,     EG_RECORD_COST_OPTION};
    for (size_t i = 0; i < EG_ARRAY_LEN(gone); i++) assert_int_equal(eg_records_count(records, gone[i]), 0);
    eg_records_release(records);
}

static void rows_keep_their_ids_and_what_a_document_has_no_words_for(void **state)
{
    (void)state;
    struct eg_records *records = nothing(), *fresh = NULL;
    must_tell(&records, ID, FULL);
    const struct eg_record *phone = eg_records_at(records, EG_RECORD_PHONE, 0);
    struct eg_text field[EG_RECORD_FIELDS];
    memcpy(field, phone->field, EG_PHONE_N_FIELDS * sizeof *field);
    field[EG_PHONE_EXTENSION] = EG_TEXT("12");
    field[EG_PHONE_ORGANIZATION_ID] = EG_TEXT(HARBOUR);
    struct eg_record put = {EG_RECORD_PHONE, field};
    struct eg_records_change change = {&put, 1, NULL, 0};
    assert_int_equal(eg_records_apply(records, &change, &fresh, NULL), EG_OK);
    must_tell(
        &fresh, ID,
        "{\"name\":\"Walks\",\"phones\":[{\"number\":\"01632 960999\"},{\"number\":\"01632 960998\"}]}");
    const struct eg_record *after = eg_records_find(fresh, EG_RECORD_PHONE, phone->field[0]);
    assert_non_null(after);
    assert_true(eg_text_equal(after->field[EG_PHONE_NUMBER], EG_TEXT("01632 960999")));
    assert_true(eg_text_equal(after->field[EG_PHONE_ORGANIZATION_ID], EG_TEXT(HARBOUR)));
    assert_int_equal(after->field[EG_PHONE_EXTENSION].len, 0); /* of the number that went */
    assert_int_equal(eg_records_count(fresh, EG_RECORD_PHONE), 2);
    eg_records_release(records);
    eg_records_release(fresh);
}

/* Longer and shorter in turn: whatever is listed comes back as it was listed, under ids that are the same wherever it is read. */
static void a_list_keeps_its_order(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {4, 9, 10, 11, 3, 40, 1, 200, 0, 7, 8};
    struct eg_records *records = nothing();
    for (uint32_t round = 0; round < EG_ARRAY_LEN(lengths); round++) {
        struct eg_buffer text;
        eg_buffer_init(&text, 0);
        eg_buffer_literal(&text, "\"phones\":[");
        for (uint32_t i = 0; i < lengths[round]; i++)
            eg_buffer_printf(&text, "%s{\"number\":\"%u\"}", i > 0 ? "," : "",
                             100 + i * 7919 % (200 + round));
        eg_buffer_literal(&text, "]");
        eg_buffer_char(&text, '\0');
        char *document = malloc(text.len + 100);
        (void)snprintf(document, text.len + 100, "{\"name\":\"Walks\",%s}", text.data);
        must_tell(&records, ID, document);
        if (lengths[round] > 0) assert_non_null(strstr(said(records, ID, true), text.data));
        assert_int_equal(eg_records_count(records, EG_RECORD_PHONE), lengths[round]);
        free(document);
        eg_buffer_clear(&text);
    }
    eg_records_release(records);
}

static void a_topic_named_twice_is_one(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    must_tell(&records, ID, "{\"name\":\"Walks\",\"topics\":[\"b\",\"a\",\"A\",\"b\",\" a \",\"B\"]}");
    assert_non_null(strstr(said(records, ID, true), "\"topics\":[\"b\",\"a\"]"));
    must_tell(&records, ID, "{\"name\":\"Walks\",\"topics\":[\"A\",\"a\",\"c\",\"b\"]}");
    assert_non_null(strstr(said(records, ID, true), "\"topics\":[\"a\",\"c\",\"b\"]"));
    assert_int_equal(eg_records_count(records, EG_RECORD_TAXONOMY_TERM), 3);
    eg_records_release(records);
}

static void a_topic_is_the_one_that_there_is_with_blanks_or_hyphens(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    must_tell(&records, ID,
              "{\"name\":\"Walks\",\"topics\":[\"food_access\",\"Pre School\",\"pre-school\"]}");
    assert_non_null(strstr(said(records, ID, true), "\"topics\":[\"food_access\",\"Pre School\"]"));
    must_tell(&records, OTHER, "{\"name\":\"Swims\",\"topics\":[\"Food Access\",\"FOOD-ACCESS\"]}");
    assert_non_null(strstr(said(records, OTHER, true), "\"topics\":[\"food_access\"]"));
    must_tell(&records, ID, "{\"name\":\"Walks\",\"topics\":[\"food access\",\"pre_school\"]}");
    assert_non_null(strstr(said(records, ID, true), "\"topics\":[\"food_access\",\"Pre School\"]"));
    assert_int_equal(eg_records_count(records, EG_RECORD_TAXONOMY_TERM), 2);
    assert_int_equal(eg_records_count(records, EG_RECORD_ATTRIBUTE), 3);
    eg_records_release(records);
}

static void strangers_neither_see_nor_lose_what_is_private(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    must_tell(&records, ID, FULL);
    assert_null(strstr(said(records, ID, false), "Jo"));
    struct told told = {.id = ID, .keeps_private = true};
    char text[4096];
    (void)snprintf(text, sizeof text, "%s", said(records, ID, false));
    told.text = text;
    assert_int_equal(tell(&records, &told, NULL), EG_OK);
    assert_int_equal(told.n_puts + told.n_deletes, 0);
    told.text = "{\"name\":\"Walks\",\"contacts\":[{\"name\":\"Mo\"}]}";
    assert_int_equal(tell(&records, &told, NULL), EG_OK);
    assert_int_equal(eg_records_count(records, EG_RECORD_CONTACT), 2);
    assert_non_null(strstr(said(records, ID, true), "{\"name\":\"Jo\",\"visibility\":\"private\"}"));
    assert_non_null(strstr(said(records, ID, false), "\"contacts\":[{\"name\":\"Mo\"}]"));
    /* Nor can they make what they write private, and so unseen by whoever decides. */
    told.text = "{\"name\":\"Walks\",\"contacts\":[{\"name\":\"Mo\",\"visibility\":\"private\"}]}";
    assert_int_equal(tell(&records, &told, NULL), EG_OK);
    assert_non_null(strstr(said(records, ID, false), "Mo"));
    eg_records_release(records);
}

#define HANGING(contacts, phones) "{\"name\":\"Walks\",\"phones\":[" phones "],\"contacts\":[" contacts "]}"
#define JO "{\"name\":\"Jo\",\"visibility\":\"private\"}"
#define OF_JO "{\"number\":\"111\",\"visibility\":\"private\"}"

/* A private contact, whose the number 111 is, in a row that does not say private itself. */
static struct eg_records *with_a_number_of_a_private_contact(void)
{
    struct eg_records *records = nothing(), *fresh = NULL;
    must_tell(&records, ID, HANGING(JO, "{\"number\":\"111\"}"));
    struct eg_text field[EG_RECORD_FIELDS];
    memcpy(field, eg_records_at(records, EG_RECORD_PHONE, 0)->field, EG_PHONE_N_FIELDS * sizeof *field);
    field[EG_PHONE_CONTACT_ID] = eg_records_at(records, EG_RECORD_CONTACT, 0)->field[0];
    struct eg_record put = {EG_RECORD_PHONE, field};
    struct eg_records_change change = {&put, 1, NULL, 0};
    assert_int_equal(eg_records_apply(records, &change, &fresh, NULL), EG_OK);
    eg_records_release(records);
    return fresh;
}

static void remove_whole(struct eg_records **records)
{
    struct eg_arena *arena = eg_arena_new(1 << 22);
    struct eg_records_change change;
    struct eg_records *fresh = NULL;
    assert_int_equal(eg_entry_document_removal(*records, EG_TEXT(ID), arena, &change, NULL), EG_OK);
    assert_int_equal(eg_records_apply(*records, &change, &fresh, NULL), EG_OK);
    eg_records_release(*records);
    *records = fresh;
    eg_arena_free(arena);
}

static void a_number_of_a_private_contact_stays_private_whatever_is_done(void **state)
{
    (void)state;
    char whole[4096], open[4096];
    struct eg_records *records = with_a_number_of_a_private_contact();
    (void)snprintf(open, sizeof open, "%s", said(records, ID, false));
    assert_null(strstr(open, "111"));
    (void)snprintf(whole, sizeof whole, "%s", said(records, ID, true));
    assert_non_null(strstr(whole, "\"phones\":[" OF_JO "]"));
    /* Strangers do not take it away. */
    struct told told = {.id = ID, .text = open, .keeps_private = true};
    assert_int_equal(tell(&records, &told, NULL), EG_OK);
    assert_int_equal(told.n_puts + told.n_deletes, 0);
    /* A document without the word does not make it public while it is that contact's. */
    must_tell(&records, ID, HANGING(JO, "{\"number\":\"111\"}"));
    assert_string_equal(said(records, ID, true), whole);
    /* Removed and brought back. */
    remove_whole(&records);
    assert_int_equal(eg_records_count(records, EG_RECORD_PHONE), 0);
    must_tell(&records, ID, whole);
    assert_string_equal(said(records, ID, false), open);
    assert_string_equal(said(records, ID, true), whole);
    assert_true(eg_text_equal(eg_records_at(records, EG_RECORD_PHONE, 0)->field[EG_PHONE_VISIBILITY],
                              EG_TEXT("private")));
    eg_records_release(records);
}

static void a_number_is_what_the_document_says_when_its_contact_goes_or_another_takes_its_row(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_public;
    } cases[] = {
        {HANGING("", OF_JO), false},
        {HANGING("{\"name\":\"Jo\"}", OF_JO), false},
        {HANGING("", "{\"number\":\"222\"}"), true},
        {HANGING(JO, "{\"number\":\"222\"}"), true},
        {HANGING(JO, "{\"number\":\"222\",\"visibility\":\"private\"}"), false},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_records *records = with_a_number_of_a_private_contact();
        must_tell(&records, ID, cases[i].text);
        assert_int_equal(eg_records_count(records, EG_RECORD_PHONE), 1);
        assert_int_equal(strstr(said(records, ID, false), "phones") != NULL, cases[i].is_public);
        assert_non_null(strstr(said(records, ID, true), "phones"));
        eg_records_release(records);
    }
}

#define TRUST(members) "{\"name\":\"Runs\",\"organisation\":{" members "}}"
#define NAMED "\"name\":\"HARBOUR TRUST\""
#define URL "\"url\":\"https://harbour.example/\""
#define AT(id) "\"id\":\"" id "\""
#define NEW "00000000-0000-5000-8000-00000000000f"

static const char *told_of(const struct eg_records *records, const char *id)
{
    const char *organisation = strstr(said(records, id, true), "\"organisation\":");
    return organisation ? organisation : "";
}

static void an_entry_joins_an_organisation_as_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *text, *field; /* at fault; NULL: it joins */
    } cases[] = {
        {TRUST(NAMED), NULL},
        {TRUST(NAMED "," URL), NULL},
        {TRUST(AT(HARBOUR)), NULL},
        {TRUST(AT(HARBOUR) "," NAMED), NULL},
        {TRUST(NAMED ",\"url\":\"https://x.example/\""), "organisation.url"},
        {TRUST(NAMED ",\"email\":\"a@x.example\""), "organisation.email"},
        {TRUST(AT(HARBOUR) ",\"description\":\"More\""), "organisation.description"},
        {TRUST(AT(HARBOUR) ",\"name\":\"Hill Trust\""), "organisation.name"},
        {TRUST(AT(NEW)), "organisation.id"},
        {TRUST("\"id\":\"x\",\"name\":\"X\""), "organisation.id"},
        {TRUST(URL), "organisation.name"},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_records *records = nothing();
        struct eg_error err = {0};
        struct told told = {.id = OTHER, .text = cases[i].text};
        must_tell(&records, ID, FULL);
        enum eg_status status = tell(&records, &told, &err);
        if (status != (cases[i].field ? EG_INVALID : EG_OK) ||
            (cases[i].field && strcmp(err.field, cases[i].field) != 0))
            fail_msg("%s: %d %s", cases[i].text, status, err.message);
        assert_int_equal(eg_records_count(records, EG_RECORD_ORGANIZATION), 1);
        assert_non_null(strstr(told_of(records, ID), "{\"name\":\"Harbour Trust\"," AT(HARBOUR) "," URL "}"));
        eg_records_release(records);
    }
}

static void an_entry_edits_the_organisation_that_it_has_for_all(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    must_tell(&records, ID, FULL);
    must_tell(&records, OTHER, TRUST(NAMED));
    must_tell(&records, OTHER, TRUST(NAMED ",\"email\":\"a@x.example\""));
    assert_non_null(strstr(told_of(records, ID),
                           "{\"name\":\"HARBOUR TRUST\"," AT(HARBOUR) ",\"email\":\"a@x.example\"}"));
    must_tell(&records, OTHER, TRUST(AT(HARBOUR) ",\"name\":\"Hill Trust\""));
    assert_non_null(strstr(told_of(records, ID), "{\"name\":\"Hill Trust\"," AT(HARBOUR) "}"));
    must_tell(&records, OTHER, "{\"name\":\"Runs\"}");
    must_tell(&records, OTHER, TRUST(AT(HARBOUR)));
    assert_non_null(strstr(told_of(records, OTHER), "{\"name\":\"Hill Trust\"," AT(HARBOUR) "}"));
    assert_int_equal(eg_records_count(records, EG_RECORD_ORGANIZATION), 1);
    eg_records_release(records);
}

static void organisations_of_one_name_are_told_apart(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    struct eg_error err = {0};
    struct told told = {.id = ID, .text = TRUST(NAMED)};
    must_tell(&records, OTHER, TRUST(NAMED "," URL));
    must_tell(&records, NEW, TRUST(NAMED "," AT(NEW)));
    assert_int_equal(eg_records_count(records, EG_RECORD_ORGANIZATION), 2);
    assert_int_equal(tell(&records, &told, &err), EG_INVALID);
    assert_string_equal(err.field, "organisation.name");
    must_tell(&records, ID, TRUST(NAMED "," URL));
    assert_non_null(strstr(told_of(records, ID), HARBOUR));
    must_tell(&records, ID, TRUST(AT(NEW)));
    assert_non_null(strstr(told_of(records, ID), NEW));
    must_tell(&records, ID, TRUST(NAMED)); /* it has one of that name */
    assert_non_null(strstr(told_of(records, ID), NEW));
    eg_records_release(records);
}

static void an_organisation_goes_with_its_last_entry_unless_more_is_known_of_it(void **state)
{
    (void)state;
    for (int has_more = 0; has_more < 2; has_more++) {
        struct eg_records *records = nothing(), *fresh = NULL;
        must_tell(&records, ID, TRUST(NAMED));
        struct eg_text field[EG_RECORD_FIELDS] = {{0}};
        field[EG_PHONE_ID] = EG_TEXT(NEW);
        field[EG_PHONE_NUMBER] = EG_TEXT("1");
        field[EG_PHONE_ORGANIZATION_ID] = EG_TEXT(HARBOUR);
        struct eg_record put = {EG_RECORD_PHONE, field};
        struct eg_records_change change = {&put, (uint32_t)has_more, NULL, 0};
        assert_int_equal(eg_records_apply(records, &change, &fresh, NULL), EG_OK);
        must_tell(&fresh, ID, TRUST("\"name\":\"Hill Trust\""));
        assert_int_equal(eg_records_count(fresh, EG_RECORD_ORGANIZATION), 1 + has_more);
        assert_null(strstr(told_of(fresh, ID), HARBOUR));
        eg_records_release(records), eg_records_release(fresh);
    }
}

static void an_entry_s_own_organisation_is_called_as_it(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    must_tell(&records, ID, "{\"name\":\"Walks\"}");
    must_tell(&records, ID, "{\"name\":\"Long walks\"}");
    assert_non_null(strstr(told_of(records, ID), "{\"name\":\"Long walks\""));
    must_tell(&records, OTHER, TRUST("\"name\":\"Long walks\""));
    must_tell(&records, ID, "{\"name\":\"Short walks\"}");
    assert_non_null(strstr(told_of(records, ID), "{\"name\":\"Long walks\""));
    assert_int_equal(eg_records_count(records, EG_RECORD_ORGANIZATION), 1);
    eg_records_release(records);
}

static void an_entry_that_is_taken_away_leaves_what_others_need(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    must_tell(&records, ID, FULL);
    must_tell(&records, OTHER,
              "{\"name\":\"Runs\",\"topics\":[\"Smoking\"],\"organisation\":{\"name\":\"Harbour Trust\"}}");
    for (int i = 0; i < 2; i++) {
        struct eg_arena *arena = eg_arena_new(1 << 22);
        struct eg_records_change change;
        struct eg_records *fresh = NULL;
        struct eg_error err = {0};
        assert_int_equal(
            eg_entry_document_removal(records, eg_text_from(i == 0 ? ID : OTHER), arena, &change, &err),
            EG_OK);
        if (eg_records_apply(records, &change, &fresh, &err) != EG_OK) fail_msg("%s", err.message);
        eg_records_release(records);
        records = fresh;
        assert_int_equal(eg_records_count(records, EG_RECORD_SERVICE), 1 - i);
        assert_int_equal(eg_records_count(records, EG_RECORD_ORGANIZATION), 1 - i);
        assert_int_equal(eg_records_count(records, EG_RECORD_ATTRIBUTE), 1 - i);
        assert_int_equal(eg_records_count(records, EG_RECORD_PHONE), 0);
        assert_int_equal(eg_records_count(records, EG_RECORD_PROGRAM), 0);
        assert_int_equal(eg_records_count(records, EG_RECORD_LOCATION), 0);
        eg_arena_free(arena);
    }
    eg_records_release(records);
}

static void mistakes_are_told_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *field;
    } cases[] = {
        {"{}", "name"},
        {"{\"name\":\"\"}", "name"},
        {"{\"name\":7}", "name"},
        {"{\"name\":\"W\",\"colour\":\"red\"}", "colour"},
        {"{\"name\":\"W\",\"id\":\"" OTHER "\"}", "id"},
        {"{\"name\":\"W\",\"kind\":\"shop\"}", "kind"},
        {"{\"name\":\"W\",\"url\":\"walks\"}", "url"},
        {"{\"name\":\"W\",\"last_reviewed\":\"31/1/2026\"}", "last_reviewed"},
        {"{\"name\":\"W\",\"last_reviewed\":\"2999-01-31\"}", "last_reviewed"},
        {"{\"name\":\"W\",\"programme\":[]}", "programme"},
        {"{\"name\":\"W\",\"topics\":[\"a\",7]}", "topics[1].name"},
        {"{\"name\":\"W\",\"organisation\":{}}", "organisation.name"},
        {"{\"name\":\"W\",\"organisation\":{\"name\":\"O\",\"url\":\"o\"}}", "organisation.url"},
        {"{\"name\":\"W\",\"location\":{\"longitude\":1}}", "location.latitude"},
        {"{\"name\":\"W\",\"location\":{\"longitude\":1,\"latitude\":91}}", "location.latitude"},
        {"{\"name\":\"W\",\"location\":{\"street\":\"x\"}}", "location.street"},
        {"{\"name\":\"W\",\"phones\":[{\"number\":\"111\"},{}]}", "phones[1].number"},
        {"{\"name\":\"W\",\"phones\":[{\"number\":\"111\",\"visibility\":\"secret\"}]}",
         "phones[0].visibility"},
        {"{\"name\":\"W\",\"phones\":[{\"number\":\"111\"},{\"number\":\"call 11\"}]}", "phones[1].number"},
        {"{\"name\":\"W\",\"service_areas\":[{\"extent\":{\"type\":\"Point\",\"coordinates\":[0,0]}}]}",
         "service_areas[0].extent"},
        {"{\"name\":\"W\",\"service_areas\":[{},{\"extent\":{\"type\":\"Polygon\",\"coordinates\":" BOWTIE
         "}}]}",
         "service_areas[1].extent"},
        {"{\"name\":\"W\",\"service_areas\":[{\"extent\":{\"type\":\"Polygon\",\"coordinates\":[]}}]}",
         "service_areas[0].extent"},
        {"{\"name\":\"W\",\"service_areas\":[{\"extent\":{\"type\":\"Polygon\",\"coordinates\":" OFF "}}]}",
         "service_areas[0].extent"},
        {"{\"name\":\"W\",\"service_areas\":[{\"extent\":{\"type\":\"MultiPolygon\",\"coordinates\":[" TWICE
         "]}}]}",
         "service_areas[0].extent"},
        {"{\"name\":\"W\",\"url\":\"javascript:alert(1)\"}", "url"},
        {"{\"name\":\"W\",\"url\":\"JavaScript://x.example/%0aalert(1)\"}", "url"},
        {"{\"name\":\"W\",\"url\":\"data:text/html,x\"}", "url"},
        {"{\"name\":\"W\",\"url\":\"file:///etc/passwd\"}", "url"},
        {"{\"name\":\"W\",\"url\":\"https://\"}", "url"},
        {"{\"name\":\"W\",\"organisation\":{\"name\":\"O\",\"url\":\"vbscript:x\"}}", "organisation.url"},
        {"{\"name\":\"W\",\"accessibility\":[{\"url\":\"data:,x\"}]}", "accessibility[0].url"},
        {"{\"name\":\"W\",\"required_documents\":[{\"document\":\"d\",\"uri\":\"javascript:x\"}]}",
         "required_documents[0].uri"},
        {"{\"name\":\"W\",\"schedules\":[{\"freq\":\"DAILY\"}]}", "schedules[0].freq"},
        {"{\"name\":\"W\",\"funding\":[{\"amount\":\"much\"}]}", "funding[0].amount"},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_records *records = nothing();
        struct told told = {.id = ID, .text = cases[i].text};
        struct eg_error err = {0};
        assert_int_equal(tell(&records, &told, &err), EG_INVALID);
        if (strcmp(err.field, cases[i].field) != 0)
            fail_msg("%s: %s (%s)", cases[i].text, err.field, err.message);
        assert_non_null(strstr(err.message, cases[i].field));
        eg_records_release(records);
    }
}

static void a_currency_is_written_in_capitals(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    must_tell(&records, ID,
              "{\"name\":\"W\",\"funding\":[{\"amount\":\"5\",\"currency\":\" gbp \"}],"
              "\"costs\":[{\"amount\":\"5\",\"currency\":\"Eur\"}]}");
    assert_non_null(strstr(said(records, ID, true), "\"currency\":\"GBP\""));
    assert_non_null(strstr(said(records, ID, true), "\"currency\":\"EUR\""));
    eg_records_release(records);
}

/* What came in by an import that told of it hinders no other edit. */
static void a_review_in_the_future_that_is_there_may_stay(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_records *records = nothing(), *fresh = NULL;
    must_tell(&records, ID, "{\"name\":\"W\",\"last_reviewed\":\"2020-01-31\"}");
    struct eg_text field[EG_SERVICE_N_FIELDS];
    memcpy(field, eg_records_at(records, EG_RECORD_SERVICE, 0)->field, sizeof field);
    field[EG_SERVICE_ASSURED_DATE] = EG_TEXT("2999-01-31");
    struct eg_record put = {EG_RECORD_SERVICE, field};
    struct eg_records_change change = {.puts = &put, .n_puts = 1};
    assert_int_equal(eg_records_apply(records, &change, &fresh, &err), EG_OK);
    eg_records_release(records);
    must_tell(&fresh, ID, "{\"name\":\"W2\",\"last_reviewed\":\"2999-01-31\"}");
    struct told told = {.id = ID, .text = "{\"name\":\"W2\",\"last_reviewed\":\"2999-02-01\"}"};
    assert_int_equal(tell(&fresh, &told, &err), EG_INVALID);
    assert_string_equal(err.message, "last_reviewed is in the future");
    eg_records_release(fresh);
}

static void a_number_without_digits_that_is_there_may_stay(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_records *records = nothing(), *fresh = NULL;
    must_tell(&records, ID, "{\"name\":\"W\",\"phones\":[{\"number\":\"111\"},{\"number\":\"222\"}]}");
    struct eg_text field[EG_PHONE_N_FIELDS];
    memcpy(field, eg_records_at(records, EG_RECORD_PHONE, 1)->field, sizeof field);
    field[EG_PHONE_NUMBER] = EG_TEXT("ask Jo");
    struct eg_record put = {EG_RECORD_PHONE, field};
    struct eg_records_change change = {.puts = &put, .n_puts = 1};
    assert_int_equal(eg_records_apply(records, &change, &fresh, &err), EG_OK);
    eg_records_release(records);
    struct told told = {.id = ID, .text = "{\"name\":\"W\",\"phones\":[{\"number\":\"ask Mo\"}]}"};
    assert_int_equal(tell(&fresh, &told, &err), EG_INVALID);
    assert_string_equal(err.message, "phones[0].number has fewer than three digits");
    must_tell(&fresh, ID,
              "{\"name\":\"W2\",\"phones\":[{\"number\":\"ask Jo\",\"description\":\"mornings\"}]}");
    assert_non_null(strstr(said(fresh, ID, true), "\"number\":\"ask Jo\""));
    eg_records_release(fresh);
}

static void a_list_has_a_limit(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    struct eg_buffer text;
    struct eg_error err = {0};
    eg_buffer_init(&text, 0);
    eg_buffer_literal(&text, "{\"name\":\"W\",\"phones\":[{\"number\":\"100\"}");
    for (uint32_t i = 0; i < EG_DOCUMENT_ITEMS; i++) eg_buffer_printf(&text, ",{\"number\":\"%u\"}", 101 + i);
    eg_buffer_literal(&text, "]}");
    struct told told = {.id = ID, .text = text.data};
    assert_int_equal(tell(&records, &told, &err), EG_LIMIT);
    eg_buffer_clear(&text);
    eg_records_release(records);
}

static void refused_memory_is_said_and_nothing_leaks(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        struct eg_records *records = nothing();
        struct told told = {.id = ID, .text = FULL};
        eg_failing_malloc_after(n);
        enum eg_status status = tell(&records, &told, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_records_release(records);
        if (!failed) break;
        assert_int_equal(status, EG_NO_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_becomes_records_and_they_say_it),
        cmocka_unit_test(members_that_are_left_out_stay_where_documents_had_no_word_for_them),
        cmocka_unit_test(the_same_document_again_changes_nothing),
        cmocka_unit_test(what_is_not_in_the_document_goes),
        cmocka_unit_test(rows_keep_their_ids_and_what_a_document_has_no_words_for),
        cmocka_unit_test(a_list_keeps_its_order),
        cmocka_unit_test(a_topic_named_twice_is_one),
        cmocka_unit_test(a_topic_is_the_one_that_there_is_with_blanks_or_hyphens),
        cmocka_unit_test(strangers_neither_see_nor_lose_what_is_private),
        cmocka_unit_test(a_number_of_a_private_contact_stays_private_whatever_is_done),
        cmocka_unit_test(a_number_is_what_the_document_says_when_its_contact_goes_or_another_takes_its_row),
        cmocka_unit_test(an_entry_joins_an_organisation_as_it_is),
        cmocka_unit_test(an_entry_edits_the_organisation_that_it_has_for_all),
        cmocka_unit_test(organisations_of_one_name_are_told_apart),
        cmocka_unit_test(an_organisation_goes_with_its_last_entry_unless_more_is_known_of_it),
        cmocka_unit_test(an_entry_s_own_organisation_is_called_as_it),
        cmocka_unit_test(an_entry_that_is_taken_away_leaves_what_others_need),
        cmocka_unit_test(mistakes_are_told_with_their_place),
        cmocka_unit_test(a_currency_is_written_in_capitals),
        cmocka_unit_test(a_review_in_the_future_that_is_there_may_stay),
        cmocka_unit_test(a_number_without_digits_that_is_there_may_stay),
        cmocka_unit_test(a_list_has_a_limit),
        cmocka_unit_test(refused_memory_is_said_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
