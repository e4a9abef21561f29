/* Documents of entries that are at several places: their ids hold, and whatever the records say comes back as it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/entry_document.h"
#include "data/entry_records.h"
#include "data/service_places.h"
#include "support/failing_malloc.h"
#include "support/test_random.h"
#include "support/test_records.h"

#define ID "585a9093-5c12-5388-b7de-8ecc54e58082"
#define OTHER "585a9093-5c12-5388-b7de-8ecc54e58083"
#define MILL "11111111-1111-4111-8111-111111111111"
#define QUAY "22222222-2222-4222-8222-222222222222"
#define PLACE_MILL                                                                                           \
    "{\"id\":\"" MILL "\",\"name\":\"Mill\",\"longitude\":\"-1.5\",\"latitude\":\"52.5\","                   \
    "\"transportation\":\"Bus 7\",\"city\":\"Saltmarsh\",\"accessibility\":[{\"description\":\"Lift\"}]}"
#define PLACE_QUAY "{\"id\":\"" QUAY "\",\"address_1\":\"1 Quay Street\"}"
#define FIRST "\"location\":{\"name\":\"Hall\",\"longitude\":\"-1.25\",\"latitude\":\"52.25\"}"
#define WALKS "da2f86bc-ee9a-5388-a4b0-b0ced2a150d6"
#define BEGIN                                                                                                \
    "{\"id\":\"" ID "\",\"name\":\"Walks\",\"status\":\"active\","                                           \
    "\"organisation\":{\"name\":\"Walks\",\"id\":\"" WALKS "\"},"
#define THREE BEGIN FIRST ",\"other_locations\":[" PLACE_MILL "," PLACE_QUAY "]}"

/* What places have of their own. */
#define OWN_FIRST                                                                                            \
    "\"location\":{\"name\":\"Hall\",\"phones\":[{\"number\":\"01632 960001\"},"                             \
    "{\"number\":\"01632 960002\",\"description\":\"Porter\",\"of\":\"location\"}]}"
#define OWN_PHONES                                                                                           \
    "\"phones\":[{\"number\":\"01632 960003\",\"type\":\"voice\"},{\"number\":\"01632 960004\"}]"
#define OWN_CONTACTS                                                                                         \
    "\"contacts\":[{\"name\":\"Ann\"},{\"name\":\"Bob\",\"visibility\":\"private\",\"of\":\"location\"}]"
#define OWN_SCHEDULES                                                                                        \
    "\"schedules\":[{\"freq\":\"WEEKLY\",\"byday\":\"TU\",\"opens_at\":\"10:00\",\"closes_at\":\"12:00\"}]"
#define OWN_LANGUAGES "\"languages\":[{\"name\":\"Welsh\"}]"
#define OWN_MILL(lists) "{\"id\":\"" MILL "\",\"name\":\"Mill\"," lists "}"
#define OWN_BEGIN BEGIN OWN_FIRST ",\"other_locations\":["
#define OWN OWN_BEGIN OWN_MILL(OWN_PHONES "," OWN_CONTACTS "," OWN_SCHEDULES "," OWN_LANGUAGES) "]}"

static struct eg_records *nothing(void)
{
    struct eg_records_builder *builder = NULL;
    struct eg_records *records = NULL;
    assert_int_equal(eg_records_builder_new(&builder, NULL), EG_OK);
    assert_int_equal(eg_records_finish(builder, &records, NULL), EG_OK);
    eg_records_builder_free(builder);
    return records;
}

/* What a document changes, counted; the records after it replace *records. */
struct told {
    struct eg_text id, text;
    uint32_t n_puts, n_deletes;
};

static enum eg_status tell(struct eg_records **records, struct told *told, struct eg_error *err)
{
    struct eg_arena *arena = eg_arena_new(1 << 24);
    struct eg_json *json = NULL;
    struct eg_records_change change = {0};
    struct eg_records *fresh = NULL;
    enum eg_status status = arena ? eg_json_parse(told->text, &json, err) : EG_NO_MEMORY;
    struct eg_document_wish wish = {told->id, json ? eg_json_root(json) : NULL, false};
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
    struct told told = {eg_text_from(id), eg_text_from(text), 0, 0};
    struct eg_error err = {0};
    if (tell(records, &told, &err) != EG_OK) fail_msg("%s: %s", text, err.message);
}

static void must_remove(struct eg_records **records, const char *id)
{
    struct eg_arena *arena = eg_arena_new(1 << 22);
    struct eg_records_change change;
    struct eg_records *fresh = NULL;
    assert_int_equal(eg_entry_document_removal(*records, eg_text_from(id), arena, &change, NULL), EG_OK);
    assert_int_equal(eg_records_apply(*records, &change, &fresh, NULL), EG_OK);
    eg_records_release(*records);
    *records = fresh;
    eg_arena_free(arena);
}

static void write(const struct eg_records *records, const struct eg_record *service, struct eg_buffer *out)
{
    struct eg_json *json = eg_json_new_object();
    assert_non_null(service);
    out->len = 0;
    eg_entry_document_write(records, service, true, json, eg_json_root(json));
    assert_int_equal(eg_json_finish(json, false, out, NULL), EG_OK);
    eg_json_free(json);
}

static void assert_said(const struct eg_records *records, const char *id, const char *wanted)
{
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    write(records, eg_records_find(records, EG_RECORD_SERVICE, eg_text_from(id)), &out);
    assert_string_equal(out.data, wanted);
    eg_buffer_clear(&out);
}

static void every_place_is_kept_under_its_id(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    struct told again = {EG_TEXT(ID), EG_TEXT(THREE), 0, 0};
    struct eg_service_places places;
    must_tell(&records, ID, THREE);
    assert_said(records, ID, THREE);
    assert_int_equal(tell(&records, &again, NULL), EG_OK);
    assert_int_equal(again.n_puts + again.n_deletes, 0);
    eg_service_places(records, EG_TEXT(ID), &places);
    assert_int_equal(places.n, 3);
    eg_records_release(records);
}

static void an_entry_is_at_all_of_them(void **state)
{
    (void)state;
    static const struct eg_atlas atlas = {0};
    struct eg_records *records = nothing();
    struct eg_arena *arena = eg_arena_new(1 << 20);
    struct eg_entry entry;
    must_tell(&records, ID, THREE);
    struct eg_entry_source source = {&atlas, 0, records, arena};
    const struct eg_record *service = eg_records_find(records, EG_RECORD_SERVICE, EG_TEXT(ID));
    assert_int_equal(eg_entry_from_records(&source, service, &entry, NULL), EG_OK);
    assert_int_equal(eg_entry_count_places(&entry), 3);
    assert_true(entry.has_position && entry.lon_deg == -1.25);
    assert_true(entry.places[1].has_position && entry.places[1].lon_deg == -1.5);
    assert_true(eg_text_equal(entry.places[1].address, EG_TEXT("Saltmarsh")));
    assert_false(entry.places[2].has_position);
    assert_true(eg_text_equal(entry.places[2].address, EG_TEXT("1 Quay Street")));
    assert_int_equal(entry.n_accessibility, 1); /* of any of them */
    assert_int_equal(entry.places[0].n_accessibility, 0);
    eg_arena_free(arena);
    eg_records_release(records);
}

/* The telephone of a location stays at it, whichever others go. */
static void a_place_that_goes_takes_what_hangs_on_it_and_nothing_else(void **state)
{
    (void)state;
    struct eg_records *records = nothing(), *with_phone = NULL;
    struct eg_text phone[EG_RECORD_FIELDS] = {{0}};
    must_tell(&records, ID, THREE);
    phone[EG_PHONE_ID] = EG_TEXT(OTHER);
    phone[EG_PHONE_LOCATION_ID] = EG_TEXT(QUAY);
    phone[EG_PHONE_NUMBER] = EG_TEXT("01632 960123");
    struct eg_record put = {EG_RECORD_PHONE, phone};
    struct eg_records_change change = {.puts = &put, .n_puts = 1};
    assert_int_equal(eg_records_apply(records, &change, &with_phone, NULL), EG_OK);
    eg_records_release(records);
    must_tell(&with_phone, ID, BEGIN FIRST ",\"other_locations\":[" PLACE_QUAY "]}");
    assert_said(with_phone, ID,
                BEGIN FIRST ",\"other_locations\":[{\"id\":\"" QUAY "\",\"address_1\":\"1 Quay Street\","
                            "\"phones\":[{\"number\":\"01632 960123\",\"of\":\"location\"}]}]}");
    assert_null(eg_records_find(with_phone, EG_RECORD_LOCATION, EG_TEXT(MILL)));
    assert_int_equal(eg_records_count(with_phone, EG_RECORD_ACCESSIBILITY), 0);
    assert_int_equal(eg_records_count(with_phone, EG_RECORD_PHONE), 1);
    must_tell(&with_phone, ID, BEGIN FIRST "}");
    assert_int_equal(eg_records_count(with_phone, EG_RECORD_PHONE), 0);
    assert_int_equal(eg_records_count(with_phone, EG_RECORD_LOCATION), 1);
    eg_records_release(with_phone);
}

static void when_the_first_goes_the_next_is_the_first(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    must_tell(&records, ID, BEGIN FIRST ",\"other_locations\":[" PLACE_QUAY "]}");
    must_tell(&records, ID, BEGIN "\"other_locations\":[" PLACE_QUAY "]}");
    assert_said(records, ID, BEGIN "\"location\":{\"address_1\":\"1 Quay Street\"}}");
    assert_int_equal(eg_records_count(records, EG_RECORD_LOCATION), 1);
    eg_records_release(records);
}

static void a_place_without_an_id_is_new_and_one_of_another_entry_is_shared(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    struct eg_service_places places;
    must_tell(&records, ID, THREE);
    must_tell(&records, OTHER, "{\"name\":\"Runs\",\"other_locations\":[" PLACE_MILL ",{\"name\":\"New\"}]}");
    assert_int_equal(eg_records_count(records, EG_RECORD_LOCATION), 4);
    assert_said(records, ID, THREE);
    must_remove(&records, ID);
    assert_int_equal(eg_records_count(records, EG_RECORD_LOCATION), 2);
    eg_service_places(records, EG_TEXT(OTHER), &places);
    assert_int_equal(places.n, 2);
    must_remove(&records, OTHER);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        assert_int_equal(eg_records_count(records, (enum eg_record_table)t), 0);
    eg_records_release(records);
}

static void mistakes_are_told_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *field;
    } cases[] = {
        {"{\"name\":\"W\",\"other_locations\":{}}", "other_locations"},
        {"{\"name\":\"W\",\"other_locations\":[1]}", "other_locations[0]"},
        {"{\"name\":\"W\",\"other_locations\":[{\"id\":\"x\"}]}", "other_locations[0].id"},
        {"{\"name\":\"W\",\"other_locations\":[" PLACE_QUAY "," PLACE_QUAY "]}", "other_locations[1].id"},
        {"{\"name\":\"W\",\"other_locations\":[{\"longitude\":1}]}", "other_locations[0].latitude"},
        {"{\"name\":\"W\",\"other_locations\":[{},{\"street\":\"x\"}]}", "other_locations[1].street"},
        {"{\"name\":\"W\",\"other_locations\":[{\"accessibility\":{}}]}", "other_locations[0].accessibility"},
        {"{\"name\":\"W\",\"other_locations\":[{\"accessibility\":[1]}]}",
         "other_locations[0].accessibility[0]"},
        {"{\"name\":\"W\",\"other_locations\":[{\"accessibility\":[{\"note\":\"x\"}]}]}",
         "other_locations[0].accessibility[0].note"},
        {"{\"name\":\"W\",\"location\":{\"accessibility\":[]}}", "location.accessibility"},
        {"{\"name\":\"W\",\"location\":{\"phones\":{}}}", "location.phones"},
        {"{\"name\":\"W\",\"location\":{\"phones\":[\"1\"]}}", "location.phones[0]"},
        {"{\"name\":\"W\",\"location\":{\"phones\":[{\"number\":\"123\"},{\"type\":\"x\"}]}}",
         "location.phones[1].number"},
        {"{\"name\":\"W\",\"location\":{\"languages\":[{\"name\":\"Welsh\",\"of\":\"location\"}]}}",
         "location.languages[0].of"},
        {"{\"name\":\"W\",\"other_locations\":[{},{\"contacts\":[{\"name\":\"A\",\"of\":\"place\"}]}]}",
         "other_locations[1].contacts[0].of"},
        {"{\"name\":\"W\",\"other_locations\":[{\"schedules\":[{\"of\":\"location\"},{\"opens_at\":\"x\"}]}]"
         "}",
         "other_locations[0].schedules[1].opens_at"},
        {"{\"name\":\"W\",\"other_locations\":[{\"phones\":[{\"fax\":\"1\"}]}]}",
         "other_locations[0].phones[0].fax"},
        {"{\"name\":\"W\",\"phones\":[{\"number\":\"123\",\"of\":\"location\"}]}", "phones[0].of"},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_records *records = nothing();
        struct told told = {EG_TEXT(ID), eg_text_from(cases[i].text), 0, 0};
        struct eg_error err = {0};
        assert_int_equal(tell(&records, &told, &err), EG_INVALID);
        if (strcmp(err.field, cases[i].field) != 0)
            fail_msg("%s: %s (%s)", cases[i].text, err.field, err.message);
        eg_records_release(records);
    }
}

static void an_entry_has_two_hundred_places_at_most(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    struct eg_buffer text;
    struct eg_error err = {0};
    eg_buffer_init(&text, 0);
    eg_buffer_literal(&text, "{\"name\":\"W\",\"location\":{},\"other_locations\":[{}");
    for (uint32_t i = 2; i < EG_SERVICE_PLACES; i++) eg_buffer_literal(&text, ",{\"city\":\"x\"}");
    eg_buffer_literal(&text, "]}");
    struct told told = {EG_TEXT(ID), {text.data, text.len}, 0, 0};
    assert_int_equal(tell(&records, &told, &err), EG_OK);
    assert_int_equal(eg_records_count(records, EG_RECORD_LOCATION), EG_SERVICE_PLACES);
    text.len -= 2;
    eg_buffer_literal(&text, ",{}]}");
    told.text = (struct eg_text){text.data, text.len};
    assert_int_equal(tell(&records, &told, &err), EG_LIMIT);
    eg_buffer_clear(&text);
    eg_records_release(records);
}

/* --- what a place has of its own ------------------------------------------------------------------------------------------ */

static void what_a_place_has_of_its_own_comes_back_as_it_was(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    struct told again = {EG_TEXT(ID), EG_TEXT(OWN), 0, 0};
    struct eg_service_places places;
    uint32_t n;
    must_tell(&records, ID, OWN);
    assert_said(records, ID, OWN);
    assert_int_equal(tell(&records, &again, NULL), EG_OK);
    assert_int_equal(again.n_puts + again.n_deletes, 0);
    eg_service_places(records, EG_TEXT(ID), &places);
    (void)eg_records_with(records, EG_RECORD_PHONE, EG_PHONE_SERVICE_AT_LOCATION_ID, places.link[0]->field[0],
                          &n);
    assert_int_equal(n, 1);
    (void)eg_records_with(records, EG_RECORD_PHONE, EG_PHONE_LOCATION_ID, places.location[0]->field[0], &n);
    assert_int_equal(n, 1);
    (void)eg_records_with(records, EG_RECORD_SCHEDULE, EG_SCHEDULE_SERVICE_AT_LOCATION_ID,
                          places.link[1]->field[0], &n);
    assert_int_equal(n, 1);
    (void)eg_records_with(records, EG_RECORD_LANGUAGE, EG_LANGUAGE_LOCATION_ID, EG_TEXT(MILL), &n);
    assert_int_equal(n, 1);
    must_remove(&records, ID);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        assert_int_equal(eg_records_count(records, (enum eg_record_table)t), 0);
    eg_records_release(records);
}

static void the_telephone_of_the_second_place_is_corrected_by_itself(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    const char *text =
        OWN_BEGIN OWN_MILL("\"phones\":[{\"number\":\"01632 960009\",\"type\":\"voice\"},{\"number\":\"01632 "
                           "960004\"}]," OWN_CONTACTS "," OWN_SCHEDULES "," OWN_LANGUAGES) "]}";
    struct told told = {EG_TEXT(ID), eg_text_from(text), 0, 0};
    must_tell(&records, ID, OWN);
    assert_int_equal(tell(&records, &told, NULL), EG_OK);
    assert_int_equal(told.n_puts, 1);
    assert_int_equal(told.n_deletes, 0);
    assert_said(records, ID, text);
    eg_records_release(records);
}

/* Documents of earlier versions, which the history and suggestions keep, have none of these lists. */
static void a_list_that_is_left_out_stays_and_an_empty_one_goes(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    struct told told = {EG_TEXT(ID),
                        EG_TEXT(BEGIN "\"location\":{\"name\":\"Hall\"},\"other_locations\":[" OWN_MILL(
                            "\"city\":\"\"") "]}"),
                        0, 0};
    must_tell(&records, ID, OWN);
    assert_int_equal(tell(&records, &told, NULL), EG_OK);
    assert_int_equal(told.n_puts + told.n_deletes, 0);
    must_tell(&records, ID, OWN_BEGIN OWN_MILL("\"phones\":[],\"contacts\":[{\"name\":\"Ann\"}]") "]}");
    assert_said(
        records, ID,
        OWN_BEGIN OWN_MILL("\"contacts\":[{\"name\":\"Ann\"}]," OWN_SCHEDULES "," OWN_LANGUAGES) "]}");
    eg_records_release(records);
}

/* The order of the two is kept, whichever way they are mixed. */
static void who_has_a_row_does_not_change_by_its_place_in_the_list(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    uint32_t n;
    must_tell(&records, ID,
              OWN_BEGIN OWN_MILL("\"phones\":[{\"number\":\"111\",\"of\":\"location\"},{\"number\":\"222\"},"
                                 "{\"number\":\"333\",\"of\":\"location\"}]") "]}");
    must_tell(&records, OTHER, "{\"name\":\"Runs\",\"other_locations\":[" OWN_MILL("\"city\":\"\"") "]}");
    assert_said(
        records, ID,
        OWN_BEGIN OWN_MILL("\"phones\":[{\"number\":\"222\"},{\"number\":\"111\",\"of\":\"location\"},"
                           "{\"number\":\"333\",\"of\":\"location\"}]") "]}");
    must_tell(&records, ID, OWN_BEGIN OWN_MILL("\"phones\":[{\"number\":\"333\",\"of\":\"location\"}]") "]}");
    const struct eg_record *const *rows =
        eg_records_with(records, EG_RECORD_PHONE, EG_PHONE_LOCATION_ID, EG_TEXT(MILL), &n);
    assert_int_equal(n, 1);
    assert_true(eg_text_equal(rows[0]->field[EG_PHONE_NUMBER], EG_TEXT("333")));
    assert_int_equal(rows[0]->field[EG_PHONE_SERVICE_AT_LOCATION_ID].len, 0);
    eg_records_release(records);
}

/* Rows of HSDS may refer to a service, to it at a place and to a location at once. */
static void a_row_with_several_ties_is_told_once_where_it_is_closest(void **state)
{
    (void)state;
    struct eg_records *records = nothing(), *tied = NULL;
    struct eg_service_places places;
    struct eg_text phones[2][EG_RECORD_FIELDS] = {{{0}}};
    must_tell(&records, ID,
              BEGIN "\"location\":{\"name\":\"Hall\"},\"other_locations\":[" OWN_MILL("\"city\":\"x\"") "]}");
    eg_service_places(records, EG_TEXT(ID), &places);
    for (int i = 0; i < 2; i++) {
        phones[i][EG_PHONE_LOCATION_ID] = EG_TEXT(MILL);
        phones[i][EG_PHONE_SERVICE_AT_LOCATION_ID] = places.link[0]->field[0];
    }
    phones[0][EG_PHONE_ID] = EG_TEXT(OTHER);
    phones[0][EG_PHONE_NUMBER] = EG_TEXT("111");
    phones[1][EG_PHONE_ID] = EG_TEXT(MILL);
    phones[1][EG_PHONE_NUMBER] = EG_TEXT("222");
    phones[1][EG_PHONE_SERVICE_ID] = EG_TEXT(ID);
    struct eg_record puts[] = {{EG_RECORD_PHONE, phones[0]}, {EG_RECORD_PHONE, phones[1]}};
    struct eg_records_change change = {.puts = puts, .n_puts = 2};
    assert_int_equal(eg_records_apply(records, &change, &tied, NULL), EG_OK);
    eg_records_release(records);
    const char *text =
        BEGIN "\"location\":{\"name\":\"Hall\",\"phones\":[{\"number\":\"111\"}]},"
              "\"other_locations\":[" OWN_MILL("\"city\":\"x\"") "],\"phones\":[{\"number\":\"222\"}]}";
    struct told again = {EG_TEXT(ID), eg_text_from(text), 0, 0};
    assert_said(tied, ID, text);
    assert_int_equal(tell(&tied, &again, NULL), EG_OK);
    assert_int_equal(again.n_puts + again.n_deletes, 0);
    /* The other place's list, emptied, takes neither away. */
    must_tell(&tied, ID,
              BEGIN "\"location\":{\"name\":\"Hall\"},\"other_locations\":[" OWN_MILL(
                  "\"city\":\"x\",\"phones\":[]") "],\"phones\":[{\"number\":\"222\"}]}");
    assert_said(tied, ID, text);
    eg_records_release(tied);
}

/* A stranger's document, who does not see Bob. */
static void what_is_private_of_a_place_is_not_told_and_stays(void **state)
{
    (void)state;
    struct eg_records *records = nothing();
    struct eg_arena *arena = eg_arena_new(1 << 22);
    struct eg_records_change change = {0};
    struct eg_json *json = eg_json_new_object();
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    must_tell(&records, ID, OWN);
    const struct eg_record *service = eg_records_find(records, EG_RECORD_SERVICE, EG_TEXT(ID));
    eg_entry_document_write(records, service, false, json, eg_json_root(json));
    struct eg_document_wish wish = {EG_TEXT(ID), eg_json_root(json), true};
    assert_int_equal(eg_entry_document_change(records, &wish, arena, &change, NULL), EG_OK);
    assert_int_equal(change.n_puts + change.n_deletes, 0);
    assert_int_equal(eg_json_finish(json, false, &out, NULL), EG_OK);
    assert_non_null(strstr(out.data, "Ann"));
    assert_null(strstr(out.data, "Bob"));
    eg_json_free(json);
    eg_buffer_clear(&out);
    eg_arena_free(arena);
    eg_records_release(records);
}

static void a_telephone_stays_when_the_contact_of_its_place_goes(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        static const char *const lists[] = {"\"phones\":[{\"number\":\"01632 960003\"}],\"contacts\":[]",
                                            "\"phones\":[{\"number\":\"01632 960003\"}]",
                                            "\"contacts\":[{\"name\":\"Ann\"}]"};
        struct eg_records *records = nothing(), *tied = NULL;
        struct eg_text phone[EG_RECORD_FIELDS] = {{0}};
        char text[2000];
        must_tell(&records, ID,
                  OWN_BEGIN OWN_MILL("\"phones\":[{\"number\":\"01632 960003\"}],"
                                     "\"contacts\":[{\"name\":\"Ann\"}]") "]}");
        const struct eg_record *ann = eg_records_at(records, EG_RECORD_CONTACT, 0), *row = NULL;
        for (uint32_t i = 0; i < eg_records_count(records, EG_RECORD_PHONE); i++)
            if (eg_text_equal(eg_records_at(records, EG_RECORD_PHONE, i)->field[EG_PHONE_NUMBER],
                              EG_TEXT("01632 960003")))
                row = eg_records_at(records, EG_RECORD_PHONE, i);
        assert_non_null(row);
        memcpy(phone, row->field, EG_PHONE_N_FIELDS * sizeof *phone);
        phone[EG_PHONE_CONTACT_ID] = ann->field[0];
        struct eg_record put = {EG_RECORD_PHONE, phone};
        struct eg_records_change change = {.puts = &put, .n_puts = 1};
        assert_int_equal(eg_records_apply(records, &change, &tied, NULL), EG_OK);
        eg_records_release(records);
        (void)snprintf(text, sizeof text, "%s{\"id\":\"" MILL "\",\"name\":\"Mill\",%s}]}", OWN_BEGIN,
                       lists[round]);
        must_tell(&tied, ID, text);
        assert_int_equal(eg_records_count(tied, EG_RECORD_PHONE), 3);
        assert_int_equal(eg_records_count(tied, EG_RECORD_CONTACT), round == 0 ? 0 : 1);
        for (uint32_t i = 0, n_tied = 0; i < 3; i++) {
            n_tied += eg_records_at(tied, EG_RECORD_PHONE, i)->field[EG_PHONE_CONTACT_ID].len > 0;
            if (i == 2) assert_int_equal(n_tied, round == 0 ? 0 : 1);
        }
        eg_records_release(tied);
    }
}

static bool is_of_places(enum eg_record_table table)
{
    return table == EG_RECORD_PHONE || table == EG_RECORD_CONTACT || table == EG_RECORD_SCHEDULE ||
           table == EG_RECORD_LANGUAGE || table == EG_RECORD_LOCATION || table == EG_RECORD_ADDRESS ||
           table == EG_RECORD_ACCESSIBILITY || table == EG_RECORD_SERVICE_AT_LOCATION;
}

/* Of a telephone that is private as its contact's: a document has it say so, which whoever writes it back repeats. */
static bool says_that_it_is_private(const struct eg_record *row)
{
    return row->table == EG_RECORD_PHONE && row->field[EG_PHONE_CONTACT_ID].len > 0 &&
           eg_text_equal(row->field[EG_PHONE_VISIBILITY], EG_TEXT("private"));
}

/* Whatever records there are: what is read and written back changes nothing of where they are. */
static void a_document_that_is_written_back_changes_no_place(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    struct eg_buffer text;
    uint32_t n_several = 0;
    eg_buffer_init(&text, 0);
    for (int round = 0; round < 400; round++) {
        struct eg_records *records = eg_test_records_random(&random, 12);
        for (uint32_t i = 0; i < eg_records_count(records, EG_RECORD_SERVICE); i++) {
            const struct eg_record *service = eg_records_at(records, EG_RECORD_SERVICE, i);
            struct eg_service_places places;
            struct eg_arena *arena = eg_arena_new(1 << 24);
            struct eg_records_change change;
            struct eg_json *json = NULL;
            struct eg_error err = {0};
            eg_service_places(records, service->field[0], &places);
            write(records, service, &text);
            assert_int_equal(eg_json_parse((struct eg_text){text.data, text.len}, &json, &err), EG_OK);
            struct eg_document_wish wish = {service->field[0], eg_json_root(json), false};
            change = (struct eg_records_change){0};
            enum eg_status status = eg_entry_document_change(records, &wish, arena, &change, &err);
            /* Records may say what documents may not: half a position, a polygon that is none. */
            if (status != EG_OK && status != EG_INVALID) fail_msg("%s: %s", err.message, text.data);
            n_several += status == EG_OK && places.n > 1;
            for (uint32_t k = 0; k < change.n_puts + change.n_deletes; k++) {
                if (k < change.n_puts && says_that_it_is_private(&change.puts[k])) continue;
                enum eg_record_table table =
                    k < change.n_puts ? change.puts[k].table : change.deletes[k - change.n_puts].table;
                if (is_of_places(table)) fail_msg("%s: %s", eg_record_spec(table)->name, text.data);
            }
            eg_json_free(json);
            eg_arena_free(arena);
        }
        eg_records_release(records);
    }
    assert_true(n_several > 10);
    eg_buffer_clear(&text);
}

static void refused_memory_is_said_and_nothing_leaks(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        struct eg_records *records = nothing();
        struct told told = {EG_TEXT(ID), EG_TEXT(OWN), 0, 0};
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
        cmocka_unit_test(every_place_is_kept_under_its_id),
        cmocka_unit_test(an_entry_is_at_all_of_them),
        cmocka_unit_test(a_place_that_goes_takes_what_hangs_on_it_and_nothing_else),
        cmocka_unit_test(when_the_first_goes_the_next_is_the_first),
        cmocka_unit_test(a_place_without_an_id_is_new_and_one_of_another_entry_is_shared),
        cmocka_unit_test(mistakes_are_told_with_their_place),
        cmocka_unit_test(an_entry_has_two_hundred_places_at_most),
        cmocka_unit_test(what_a_place_has_of_its_own_comes_back_as_it_was),
        cmocka_unit_test(the_telephone_of_the_second_place_is_corrected_by_itself),
        cmocka_unit_test(a_list_that_is_left_out_stays_and_an_empty_one_goes),
        cmocka_unit_test(who_has_a_row_does_not_change_by_its_place_in_the_list),
        cmocka_unit_test(a_row_with_several_ties_is_told_once_where_it_is_closest),
        cmocka_unit_test(what_is_private_of_a_place_is_not_told_and_stays),
        cmocka_unit_test(a_telephone_stays_when_the_contact_of_its_place_goes),
        cmocka_unit_test(a_document_that_is_written_back_changes_no_place),
        cmocka_unit_test(refused_memory_is_said_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
