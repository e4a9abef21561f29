#include "data/entry_alone.h"
#include "data/entry_records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/geojson_rings.h"
#include "support/failing_malloc.h"

#define ID "585a9093-5c12-5388-b7de-8ecc54e58082"
#define SQUARE "{\"type\":\"Polygon\",\"coordinates\":[[[0,50],[1,50],[1,51],[0,51],[0,50]]]}"

static const struct eg_atlas_boundaries boundaries[] = {{.id = {"town", 4}}, {.id = {"ward", 4}}};
static const struct eg_atlas atlas = {.boundaries = boundaries, .n_boundaries = 2};

static const struct eg_text topics[] = {{"Smoking", 7}, {"Physical activity", 17}};
static const struct eg_text codes[] = {{"W01", 3}, {"W02", 3}};
static const struct eg_text languages[] = {{"Cymraeg", 7}};
static const struct eg_text provided[] = {{"Step-free entrance", 18}};

static struct eg_entry full_entry(void)
{
    struct eg_entry entry = {.id = ID,
                             .kind = EG_KIND_GRANT,
                             .has_position = true,
                             .lon_deg = -1.25,
                             .lat_deg = 52.5,
                             .topics = topics,
                             .n_topics = 2,
                             .serves = codes,
                             .n_serves = 2,
                             .serves_boundaries = 1,
                             .languages = languages,
                             .n_languages = 1,
                             .accessibility = provided,
                             .n_accessibility = 1,
                             .area_geojson = EG_TEXT(SQUARE)};
    static const char *const texts[EG_N_ENTRY_FIELDS] = {
        [EG_ENTRY_KEY] = "17",
        [EG_ENTRY_NAME] = "Walks for all",
        [EG_ENTRY_DESCRIPTION] = "Every Tuesday",
        [EG_ENTRY_KIND] = "grant",
        [EG_ENTRY_PROGRAMME] = "Healthy Saltmarsh",
        [EG_ENTRY_ORGANISATION] = "Harbour Trust",
        [EG_ENTRY_ADDRESS] = "1 Quay Street, Saltmarsh",
        [EG_ENTRY_POSTCODE] = "ZZ1 1ZZ",
        [EG_ENTRY_PHONE] = "01632 960123",
        [EG_ENTRY_EMAIL] = "info@walks.example",
        [EG_ENTRY_URL] = "https://walks.example/",
        [EG_ENTRY_AMOUNT] = "12500.5",
        [EG_ENTRY_CURRENCY] = "GBP",
        [EG_ENTRY_FUNDER] = "Harbour Fund",
        [EG_ENTRY_START] = "2024-01-01",
        [EG_ENTRY_END] = "2025-12-31",
        [EG_ENTRY_STATUS] = "active",
        [EG_ENTRY_LAST_REVIEWED] = "2026-01-31",
    };
    for (size_t f = 0; f < EG_N_ENTRY_FIELDS; f++) entry.field[f] = eg_text_from(texts[f]);
    return entry;
}

static enum eg_status recorded(const struct eg_entry *entries, uint32_t n, struct eg_records **records_out,
                               char *doubt, struct eg_error *err)
{
    struct eg_records_builder *builder = NULL;
    struct eg_entry_recorder *recorder = NULL;
    enum eg_status status = eg_records_builder_new(&builder, err);
    if (status == EG_OK) status = eg_entry_recorder_new(&atlas, builder, &recorder, err);
    for (uint32_t i = 0; i < n && status == EG_OK; i++)
        status = eg_entry_record(recorder, &entries[i], doubt, err);
    if (status == EG_OK) status = eg_records_finish(builder, records_out, err);
    eg_entry_recorder_free(recorder);
    eg_records_builder_free(builder);
    return status;
}

static enum eg_status read_back(const struct eg_records *records, uint32_t directory, struct eg_arena *arena,
                                struct eg_entry *back, struct eg_error *err)
{
    struct eg_entry_source source = {&atlas, directory, records, arena};
    return eg_entry_from_records(&source, eg_records_at(records, EG_RECORD_SERVICE, 0), back, err);
}

static void assert_text(struct eg_text text, const char *wanted)
{
    if (!eg_text_equal(text, eg_text_from(wanted))) fail_msg("'%.*s' is not '%s'", EG_TEXT_ARG(text), wanted);
}

static bool has_text(const struct eg_text *items, uint32_t n, struct eg_text text)
{
    for (uint32_t i = 0; i < n; i++)
        if (eg_text_equal(items[i], text)) return true;
    return false;
}

static void hours_come_back_from_their_schedules(void **state)
{
    (void)state;
    static const char *const hours[] = {"Mo-Fr 09:00-12:00, Mo-Fr 13:00-17:00; Sa 22:00-02:00",
                                        "We[2],Fr[-1] 18:00-20:00",
                                        "by appointment",
                                        "24/7",
                                        "Mo-Fr 09:00-17:00; PH off",
                                        "24/7; PH off"};
    for (size_t i = 0; i < EG_ARRAY_LEN(hours); i++) {
        struct eg_entry entry = full_entry(), back;
        struct eg_records *records = NULL;
        struct eg_arena *arena = eg_arena_new(1 << 20);
        struct eg_error err;
        char doubt[EG_ENTRY_DOUBT_BYTES];
        entry.field[EG_ENTRY_HOURS] = eg_text_from(hours[i]);
        if (recorded(&entry, 1, &records, doubt, &err) != EG_OK) fail_msg("%s", err.message);
        assert_int_equal(read_back(records, 3, arena, &back, &err), EG_OK);
        assert_int_equal(back.n_schedules, i == 0 ? 3 : i == 2 ? 0 : 1);
        bool has_all = true;
        for (const char *c = hours[i]; *c && i > 0; c++)
            has_all &= memchr(back.field[EG_ENTRY_HOURS].data, *c, back.field[EG_ENTRY_HOURS].len) != NULL;
        assert_true(has_all);
        assert_int_equal(back.field[EG_ENTRY_HOURS].len, strlen(hours[i])); /* in whichever order */
        eg_records_release(records);
        eg_arena_free(arena);
    }
}

static void an_entry_comes_back_from_its_records_as_it_was(void **state)
{
    (void)state;
    struct eg_entry entry = full_entry(), back;
    struct eg_records *records = NULL;
    struct eg_arena *arena = eg_arena_new(1 << 20);
    struct eg_error err;
    char doubt[EG_ENTRY_DOUBT_BYTES];
    if (recorded(&entry, 1, &records, doubt, &err) != EG_OK) fail_msg("%s", err.message);
    assert_string_equal(doubt, "");
    assert_int_equal(read_back(records, 3, arena, &back, &err), EG_OK);
    assert_string_equal(back.id, ID);
    assert_int_equal(back.directory, 3);
    assert_int_equal(back.kind, EG_KIND_GRANT);
    assert_true(back.has_position);
    assert_float_equal(back.lon_deg, -1.25, 0);
    assert_float_equal(back.lat_deg, 52.5, 0);
    for (size_t f = 0; f < EG_N_ENTRY_FIELDS; f++) {
        if (f == EG_ENTRY_LONGITUDE || f == EG_ENTRY_LATITUDE) continue; /* written from the numbers */
        if (f == EG_ENTRY_TOPICS || f == EG_ENTRY_LANGUAGES || f == EG_ENTRY_ACCESSIBILITY)
            continue; /* as the lists, which this entry has alone */
        if (!eg_text_equal(back.field[f], entry.field[f]))
            fail_msg("%s is '%.*s'", eg_entry_field_name((enum eg_entry_field)f), EG_TEXT_ARG(back.field[f]));
    }
    assert_int_equal(back.n_topics, 2);
    for (uint32_t i = 0; i < 2; i++) assert_true(has_text(back.topics, 2, topics[i]));
    assert_int_equal(back.field[EG_ENTRY_TOPICS].len, topics[0].len + strlen(";") + topics[1].len);
    assert_int_equal(back.serves_boundaries, 1);
    assert_int_equal(back.n_serves, 2);
    for (uint32_t i = 0; i < 2; i++) assert_true(eg_text_equal(back.serves[i], codes[i]));
    assert_int_equal(back.n_languages, 1);
    assert_text(back.languages[0], "Cymraeg");
    assert_int_equal(back.n_accessibility, 1);
    assert_text(back.accessibility[0], "Step-free entrance");
    assert_text(back.area_geojson, SQUARE);
    assert_int_equal(back.n_area_rings, 1);
    assert_int_equal(back.area_ring_start[1], 5);
    assert_float_equal(back.area_lonlat[5], 51, 0);
    eg_records_release(records);
    eg_arena_free(arena);
}

/* What stands alone has its own copy of it. */
static void all_fundings_of_an_entry_are_read_and_the_first_is_its_own(void **state)
{
    (void)state;
    struct eg_entry entry = full_entry(), back;
    struct eg_records *records = NULL, *after = NULL;
    struct eg_arena *arena = eg_arena_new(1 << 20);
    struct eg_error err;
    char doubt[EG_ENTRY_DOUBT_BYTES];
    if (recorded(&entry, 1, &records, doubt, &err) != EG_OK) fail_msg("%s", err.message);
    assert_int_equal(read_back(records, 3, arena, &back, &err), EG_OK);
    assert_int_equal(back.n_fundings, 0);
    assert_int_equal(eg_entry_count_fundings(&back), 1);
    assert_true(eg_text_equal(eg_entry_funding_at(&back, 0).funder, entry.field[EG_ENTRY_FUNDER]));
    struct eg_text more[EG_RECORD_FIELDS] = {
        [EG_FUNDING_ID] = EG_TEXT("ffffffff-ffff-4fff-bfff-ffffffffffff"),
        [EG_FUNDING_SERVICE_ID] = eg_records_at(records, EG_RECORD_SERVICE, 0)->field[0],
        [EG_FUNDING_SOURCE] = EG_TEXT("Fund B"),
        [EG_FUNDING_AMOUNT] = EG_TEXT("250"),
        [EG_FUNDING_CURRENCY] = EG_TEXT("EUR"),
        [EG_FUNDING_TITLE] = EG_TEXT("A van"),
        [EG_FUNDING_VALID_FROM] = EG_TEXT("2025-01-01"),
        [EG_FUNDING_VALID_TO] = EG_TEXT("2025-12-31")};
    struct eg_record put = {EG_RECORD_FUNDING, more};
    struct eg_records_change change = {.puts = &put, .n_puts = 1};
    assert_int_equal(eg_records_apply(records, &change, &after, &err), EG_OK);
    assert_int_equal(read_back(after, 3, arena, &back, &err), EG_OK);
    struct eg_entry_alone *alone = eg_entry_alone_new(&back);
    eg_arena_free(arena);
    eg_records_release(after);
    assert_non_null(alone);
    assert_int_equal(eg_entry_count_fundings(&alone->entry), 2);
    struct eg_entry_funding first = eg_entry_funding_at(&alone->entry, 0);
    struct eg_entry_funding second = eg_entry_funding_at(&alone->entry, 1);
    assert_true(eg_text_equal(first.funder, entry.field[EG_ENTRY_FUNDER]));
    assert_true(eg_text_equal(first.amount, alone->entry.field[EG_ENTRY_AMOUNT]));
    assert_text(second.funder, "Fund B");
    assert_text(second.amount, "250");
    assert_text(second.currency, "EUR");
    assert_text(second.title, "A van");
    assert_text(second.start, "2025-01-01");
    assert_text(second.end, "2025-12-31");
    eg_entry_alone_release(alone);
    eg_records_release(records);
}

static void what_entries_share_is_recorded_once(void **state)
{
    (void)state;
    struct eg_entry entries[2] = {full_entry(), full_entry()};
    struct eg_text louder = EG_TEXT("SMOKING");
    struct eg_records *records = NULL;
    char doubt[EG_ENTRY_DOUBT_BYTES];
    memcpy(entries[1].id, "00000000-0000-5000-8000-00000000000a", EG_UUID_TEXT_LEN);
    entries[1].field[EG_ENTRY_ORGANISATION] = EG_TEXT("HARBOUR TRUST");
    entries[1].topics = &louder;
    entries[1].n_topics = 1;
    assert_int_equal(recorded(entries, 2, &records, doubt, NULL), EG_OK);
    assert_int_equal(eg_records_count(records, EG_RECORD_SERVICE), 2);
    assert_int_equal(eg_records_count(records, EG_RECORD_ORGANIZATION), 1);
    assert_int_equal(eg_records_count(records, EG_RECORD_PROGRAM), 1);
    assert_int_equal(eg_records_count(records, EG_RECORD_TAXONOMY), 1);
    assert_int_equal(eg_records_count(records, EG_RECORD_TAXONOMY_TERM), 2);
    assert_int_equal(eg_records_count(records, EG_RECORD_ATTRIBUTE), 3);
    eg_records_release(records);
}

static void an_entry_without_organisation_is_its_own(void **state)
{
    (void)state;
    struct eg_entry entry = full_entry(), back;
    struct eg_records *records = NULL;
    struct eg_arena *arena = eg_arena_new(1 << 20);
    char doubt[EG_ENTRY_DOUBT_BYTES];
    entry.field[EG_ENTRY_ORGANISATION] = EG_TEXT("");
    assert_int_equal(recorded(&entry, 1, &records, doubt, NULL), EG_OK);
    assert_text(eg_records_at(records, EG_RECORD_ORGANIZATION, 0)->field[EG_ORGANIZATION_NAME],
                "Walks for all");
    assert_int_equal(read_back(records, 0, arena, &back, NULL), EG_OK);
    assert_text(back.field[EG_ENTRY_ORGANISATION], "");
    eg_records_release(records);
    eg_arena_free(arena);
}

static void what_hsds_has_no_form_for_is_put_right_or_left_out_and_said(void **state)
{
    (void)state;
    static const struct {
        enum eg_entry_field field;
        const char *given, *kept, *doubt;
    } cases[] = {
        {EG_ENTRY_URL, "www.walks.example/a", "https://www.walks.example/a", "has no scheme"},
        {EG_ENTRY_URL, "none yet", "", "the url 'none yet' is left out"},
        {EG_ENTRY_URL, "javascript:alert(1)", "", "the url 'javascript:alert(1)' is left out"},
        {EG_ENTRY_URL, "ftp://x.example/a", "", "the url 'ftp://x.example/a' is left out"},
        {EG_ENTRY_EMAIL, "ask Jo", "", "the email 'ask Jo' is left out"},
        {EG_ENTRY_START, "2019", "2019-01-01", ""},
        {EG_ENTRY_END, "2019", "2019-12-31", ""},
        {EG_ENTRY_START, "2019-05-04T00:00:00", "2019-05-04", ""},
        {EG_ENTRY_START, "4/5/2019", "", "the start '4/5/2019' is left out"},
        {EG_ENTRY_AMOUNT, "12,500", "", "the amount '12,500' is left out"},
        {EG_ENTRY_STATUS, "open", "active", "the status 'open' is none of HSDS's: 'active' stands for it"},
        {EG_ENTRY_STATUS, "Closed", "defunct", "the status 'Closed' is none of HSDS's: 'defunct' stands"},
        {EG_ENTRY_STATUS, "Temporarily closed", "temporarily closed", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct eg_entry entry = full_entry(), back;
        struct eg_records *records = NULL;
        struct eg_arena *arena = eg_arena_new(1 << 20);
        char doubt[EG_ENTRY_DOUBT_BYTES];
        struct eg_error err;
        entry.field[cases[i].field] = eg_text_from(cases[i].given);
        if (recorded(&entry, 1, &records, doubt, &err) != EG_OK)
            fail_msg("'%s': %s", cases[i].given, err.message);
        assert_int_equal(read_back(records, 0, arena, &back, NULL), EG_OK);
        assert_text(back.field[cases[i].field], cases[i].kept);
        assert_non_null(strstr(doubt, cases[i].doubt));
        assert_int_equal(strlen(doubt) == 0, strlen(cases[i].doubt) == 0);
        eg_records_release(records);
        eg_arena_free(arena);
    }
}

static void a_private_telephone_number_is_not_the_entry_s(void **state)
{
    (void)state;
    struct eg_entry entry = full_entry(), back;
    struct eg_records *records = NULL, *fresh = NULL;
    struct eg_arena *arena = eg_arena_new(1 << 20);
    char doubt[EG_ENTRY_DOUBT_BYTES];
    assert_int_equal(recorded(&entry, 1, &records, doubt, NULL), EG_OK);
    struct eg_text field[EG_RECORD_FIELDS];
    memcpy(field, eg_records_at(records, EG_RECORD_PHONE, 0)->field, EG_PHONE_N_FIELDS * sizeof *field);
    field[EG_PHONE_VISIBILITY] = EG_TEXT("private");
    struct eg_record put = {EG_RECORD_PHONE, field};
    struct eg_records_change change = {&put, 1, NULL, 0};
    assert_int_equal(eg_records_apply(records, &change, &fresh, NULL), EG_OK);
    assert_int_equal(read_back(fresh, 0, arena, &back, NULL), EG_OK);
    assert_text(back.field[EG_ENTRY_PHONE], "");
    eg_records_release(records);
    eg_records_release(fresh);
    eg_arena_free(arena);
}

static void nor_is_that_of_a_private_contact(void **state)
{
    (void)state;
    static const char *const visibilities[] = {"private", "public", ""};
    for (size_t i = 0; i < EG_ARRAY_LEN(visibilities); i++) {
        struct eg_entry entry = full_entry(), back;
        struct eg_records *records = NULL, *fresh = NULL;
        struct eg_arena *arena = eg_arena_new(1 << 20);
        char doubt[EG_ENTRY_DOUBT_BYTES];
        assert_int_equal(recorded(&entry, 1, &records, doubt, NULL), EG_OK);
        struct eg_text phone[EG_RECORD_FIELDS], contact[EG_RECORD_FIELDS] = {{0}};
        const struct eg_record *was = eg_records_at(records, EG_RECORD_PHONE, 0);
        memcpy(phone, was->field, EG_PHONE_N_FIELDS * sizeof *phone);
        phone[EG_PHONE_CONTACT_ID] = contact[EG_CONTACT_ID] = EG_TEXT("00000000-0000-5000-8000-00000000000c");
        phone[EG_PHONE_VISIBILITY] = EG_TEXT("public");
        contact[EG_CONTACT_SERVICE_ID] = EG_TEXT(ID);
        contact[EG_CONTACT_VISIBILITY] = eg_text_from(visibilities[i]);
        struct eg_record puts[] = {{EG_RECORD_PHONE, phone}, {EG_RECORD_CONTACT, contact}};
        struct eg_records_change change = {puts, 2, NULL, 0};
        assert_int_equal(eg_records_apply(records, &change, &fresh, NULL), EG_OK);
        assert_int_equal(read_back(fresh, 0, arena, &back, NULL), EG_OK);
        assert_text(back.field[EG_ENTRY_PHONE], i == 0 ? "" : "01632 960123");
        eg_records_release(records);
        eg_records_release(fresh);
        eg_arena_free(arena);
    }
}

static void refused_memory_is_said_and_nothing_leaks(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        struct eg_entry entry = full_entry(), back;
        struct eg_records *records = NULL;
        char doubt[EG_ENTRY_DOUBT_BYTES];
        eg_failing_malloc_after(n);
        struct eg_arena *arena = eg_arena_new(1 << 20);
        enum eg_status status = arena ? recorded(&entry, 1, &records, doubt, NULL) : EG_NO_MEMORY;
        if (status == EG_OK) status = read_back(records, 0, arena, &back, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_records_release(records);
        eg_arena_free(arena);
        if (!failed) break;
        assert_int_equal(status, EG_NO_MEMORY);
    }
}

static void polygons_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "{\"type\":\"Polygon\",\"coordinates\":[]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[0,0]]]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,1]]]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[181,0],[1,1],[0,0]]]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,\"0\"],[1,0],[1,1],[0,0]]]}",
        "{\"type\":\"Point\",\"coordinates\":[0,0]}",
        "{\"type\":\"MultiPolygon\",\"coordinates\":[[]]}",
        "{}",
        "[",
    };
    struct eg_arena *arena = eg_arena_new(1 << 20);
    struct eg_geojson_rings rings;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(eg_geojson_rings_read(eg_text_from(wrong[i]), arena, &rings, NULL), EG_INVALID);
    assert_int_equal(eg_geojson_rings_read(
                         EG_TEXT("{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[9,0],[9,9],[0,0]],"
                                 "[[1,1],[2,1],[2,2],[1,1]]],[[[20,0],[21,0],[21,1],[20,0]]]]}"),
                         arena, &rings, NULL),
                     EG_OK);
    assert_int_equal(rings.n_rings, 3);
    assert_int_equal(rings.start[3], 12);
    assert_float_equal(rings.lonlat[2 * 8], 20, 0);
    eg_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_comes_back_from_its_records_as_it_was),
        cmocka_unit_test(hours_come_back_from_their_schedules),
        cmocka_unit_test(all_fundings_of_an_entry_are_read_and_the_first_is_its_own),
        cmocka_unit_test(what_entries_share_is_recorded_once),
        cmocka_unit_test(an_entry_without_organisation_is_its_own),
        cmocka_unit_test(what_hsds_has_no_form_for_is_put_right_or_left_out_and_said),
        cmocka_unit_test(a_private_telephone_number_is_not_the_entry_s),
        cmocka_unit_test(nor_is_that_of_a_private_contact),
        cmocka_unit_test(polygons_that_are_none_are_refused),
        cmocka_unit_test(refused_memory_is_said_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
