#include "data/records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"

#define ORGANISATION "00000000-0000-5000-8000-00000000000a"
#define SERVICE "00000000-0000-5000-8000-00000000000b"
#define LOCATION "00000000-0000-5000-8000-00000000000c"
#define OTHER "00000000-0000-5000-8000-00000000000d"

/* A row's texts; set what is needed and pass `field`. */
struct row {
    struct eg_text field[EG_RECORD_FIELDS];
};

static struct row organisation(const char *id)
{
    struct row row = {{{0}}};
    row.field[EG_ORGANIZATION_ID] = eg_text_from(id);
    row.field[EG_ORGANIZATION_NAME] = EG_TEXT("Harbour Health Alliance");
    return row;
}

static struct row service(const char *id, const char *organisation_id)
{
    struct row row = {{{0}}};
    row.field[EG_SERVICE_ID] = eg_text_from(id);
    row.field[EG_SERVICE_ORGANIZATION_ID] = eg_text_from(organisation_id);
    row.field[EG_SERVICE_NAME] = EG_TEXT("Walks");
    row.field[EG_SERVICE_STATUS] = EG_TEXT("active");
    return row;
}

static struct row phone(uint32_t number, const char *service_id)
{
    static char texts[128][2][EG_UUID_TEXT_LEN + 1];
    struct row row = {{{0}}};
    assert_true(number < 128);
    (void)snprintf(texts[number][0], sizeof texts[number][0], "11111111-0000-5000-8000-%012u", number);
    (void)snprintf(texts[number][1], sizeof texts[number][1], "01632 960%03u", number);
    row.field[EG_PHONE_ID] = eg_text_from(texts[number][0]);
    row.field[EG_PHONE_NUMBER] = eg_text_from(texts[number][1]);
    row.field[EG_PHONE_SERVICE_ID] = eg_text_from(service_id);
    return row;
}

static enum eg_status add(struct eg_records_builder *builder, enum eg_record_table table, struct row row,
                          struct eg_error *err)
{
    return eg_records_add(builder, table, row.field, err);
}

/* One organisation, one service of it, phones 1 to n of the service. */
static enum eg_status small_set(uint32_t n_phones, struct eg_records **records_out, struct eg_error *err)
{
    struct eg_records_builder *builder = NULL;
    enum eg_status status = eg_records_builder_new(&builder, err);
    if (status == EG_OK) status = add(builder, EG_RECORD_SERVICE, service(SERVICE, ORGANISATION), err);
    if (status == EG_OK) status = add(builder, EG_RECORD_ORGANIZATION, organisation(ORGANISATION), err);
    for (uint32_t i = n_phones; i >= 1 && status == EG_OK; i--)
        status = add(builder, EG_RECORD_PHONE, phone(i, SERVICE), err);
    if (status == EG_OK) status = eg_records_finish(builder, records_out, err);
    eg_records_builder_free(builder);
    return status;
}

static struct eg_records *must_have(uint32_t n_phones)
{
    struct eg_records *records = NULL;
    struct eg_error err;
    if (small_set(n_phones, &records, &err) != EG_OK) fail_msg("%s", err.message);
    return records;
}

static uint32_t count_phones(const struct eg_records *records)
{
    uint32_t n;
    (void)eg_records_with(records, EG_RECORD_PHONE, EG_PHONE_SERVICE_ID, EG_TEXT(SERVICE), &n);
    return n;
}

/* --- sets ------------------------------------------------------------------------------------------------------------------- */

static void records_are_found_by_id_in_any_letter_case(void **state)
{
    (void)state;
    struct eg_records *records = must_have(1);
    const struct eg_record *row =
        eg_records_find(records, EG_RECORD_ORGANIZATION, EG_TEXT("00000000-0000-5000-8000-00000000000A"));
    assert_non_null(row);
    assert_memory_equal(row->field[EG_ORGANIZATION_ID].data, ORGANISATION, EG_UUID_TEXT_LEN);
    assert_null(eg_records_find(records, EG_RECORD_SERVICE, EG_TEXT(ORGANISATION)));
    assert_null(eg_records_find(records, EG_RECORD_ORGANIZATION, EG_TEXT("")));
    assert_null(eg_records_find(records, EG_RECORD_ORGANIZATION, EG_TEXT("a")));
    eg_records_release(records);
}

static void rows_that_refer_to_one_come_in_the_order_of_their_ids(void **state)
{
    (void)state;
    struct eg_records *records = must_have(30);
    uint32_t n;
    const struct eg_record *const *rows =
        eg_records_with(records, EG_RECORD_PHONE, EG_PHONE_SERVICE_ID, EG_TEXT(SERVICE), &n);
    assert_int_equal(n, 30);
    for (uint32_t i = 0; i < n; i++)
        assert_true(eg_text_equal(rows[i]->field[0], phone(i + 1, SERVICE).field[0]));
    (void)eg_records_with(records, EG_RECORD_PHONE, EG_PHONE_SERVICE_ID, EG_TEXT(OTHER), &n);
    assert_int_equal(n, 0);
    (void)eg_records_with(records, EG_RECORD_PHONE, EG_PHONE_LOCATION_ID, EG_TEXT(SERVICE), &n);
    assert_int_equal(n, 0);
    eg_records_release(records);
}

static void an_empty_set_can_be_asked(void **state)
{
    (void)state;
    struct eg_records_builder *builder = NULL;
    struct eg_records *records = NULL;
    uint32_t n;
    assert_int_equal(eg_records_builder_new(&builder, NULL), EG_OK);
    assert_int_equal(eg_records_finish(builder, &records, NULL), EG_OK);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        assert_int_equal(eg_records_count(records, (enum eg_record_table)t), 0);
    (void)eg_records_with(records, EG_RECORD_PHONE, EG_PHONE_SERVICE_ID, EG_TEXT(SERVICE), &n);
    assert_int_equal(n, 0);
    eg_records_release(records);
    eg_records_builder_free(builder);
}

static void an_id_that_comes_twice_is_refused_by_name(void **state)
{
    (void)state;
    struct eg_records_builder *builder = NULL;
    struct eg_records *records = NULL;
    struct eg_error err;
    assert_int_equal(eg_records_builder_new(&builder, NULL), EG_OK);
    assert_int_equal(add(builder, EG_RECORD_ORGANIZATION, organisation(ORGANISATION), NULL), EG_OK);
    assert_int_equal(
        add(builder, EG_RECORD_ORGANIZATION, organisation("00000000-0000-5000-8000-00000000000A"), NULL),
        EG_OK);
    assert_int_equal(eg_records_finish(builder, &records, &err), EG_INVALID);
    assert_non_null(strstr(err.message, "organization " ORGANISATION));
    assert_non_null(strstr(err.message, "came twice"));
    /* The builder is as new. */
    assert_int_equal(eg_records_finish(builder, &records, NULL), EG_OK);
    assert_int_equal(eg_records_count(records, EG_RECORD_ORGANIZATION), 0);
    eg_records_release(records);
    eg_records_builder_free(builder);
}

static void a_reference_to_nothing_is_refused_by_name(void **state)
{
    (void)state;
    struct eg_records_builder *builder = NULL;
    struct eg_records *records = NULL;
    struct eg_error err;
    assert_int_equal(eg_records_builder_new(&builder, NULL), EG_OK);
    assert_int_equal(add(builder, EG_RECORD_SERVICE, service(SERVICE, OTHER), NULL), EG_OK);
    assert_int_equal(eg_records_finish(builder, &records, &err), EG_INVALID);
    assert_string_equal(err.field, "organization_id");
    assert_non_null(strstr(err.message, SERVICE));
    assert_non_null(strstr(err.message, "there is no organization '" OTHER "'"));
    eg_records_builder_free(builder);
}

static void an_attribute_s_link_is_looked_for_in_the_table_it_names(void **state)
{
    (void)state;
    static const struct {
        const char *table;
        enum eg_status status;
    } cases[] = {{"organization", EG_OK}, {"service", EG_INVALID}, {"shoe", EG_INVALID}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct eg_records_builder *builder = NULL;
        struct eg_records *records = NULL;
        struct row attribute = {{{0}}};
        attribute.field[EG_ATTRIBUTE_ID] = EG_TEXT(OTHER);
        attribute.field[EG_ATTRIBUTE_LINK_ID] = EG_TEXT(ORGANISATION);
        attribute.field[EG_ATTRIBUTE_LINK_ENTITY] = eg_text_from(cases[i].table);
        assert_int_equal(eg_records_builder_new(&builder, NULL), EG_OK);
        assert_int_equal(add(builder, EG_RECORD_ORGANIZATION, organisation(ORGANISATION), NULL), EG_OK);
        assert_int_equal(add(builder, EG_RECORD_ATTRIBUTE, attribute, NULL), EG_OK);
        assert_int_equal(eg_records_finish(builder, &records, NULL), cases[i].status);
        eg_records_release(records);
        eg_records_builder_free(builder);
    }
}

/* --- changes ---------------------------------------------------------------------------------------------------------------- */

static enum eg_status apply(struct eg_records *records, const struct eg_record *put,
                            const struct eg_record_key *key, struct eg_records **out, struct eg_error *err)
{
    struct eg_records_change change = {put, put != NULL, key, key != NULL};
    return eg_records_apply(records, &change, out, err);
}

static void a_change_leaves_the_old_set_as_it_was(void **state)
{
    (void)state;
    struct eg_records *old = must_have(3), *fresh = NULL;
    struct row renamed = service(SERVICE, ORGANISATION), fourth = phone(4, SERVICE);
    renamed.field[EG_SERVICE_NAME] = EG_TEXT("Runs");
    struct eg_record puts[] = {{EG_RECORD_SERVICE, renamed.field}, {EG_RECORD_PHONE, fourth.field}};
    struct eg_record_key deletes[] = {{EG_RECORD_PHONE, phone(2, SERVICE).field[0]}};
    struct eg_records_change change = {puts, 2, deletes, 1};
    assert_int_equal(eg_records_apply(old, &change, &fresh, NULL), EG_OK);
    assert_int_equal(count_phones(old), 3);
    assert_int_equal(count_phones(fresh), 3);
    assert_null(eg_records_find(fresh, EG_RECORD_PHONE, deletes[0].id));
    assert_true(
        eg_text_equal(eg_records_at(old, EG_RECORD_SERVICE, 0)->field[EG_SERVICE_NAME], EG_TEXT("Walks")));
    assert_ptr_equal(eg_records_at(old, EG_RECORD_ORGANIZATION, 0),
                     eg_records_at(fresh, EG_RECORD_ORGANIZATION, 0));
    eg_records_release(old);
    /* What the two shared lives on. */
    assert_true(
        eg_text_equal(eg_records_at(fresh, EG_RECORD_SERVICE, 0)->field[EG_SERVICE_NAME], EG_TEXT("Runs")));
    assert_true(eg_text_equal(eg_records_at(fresh, EG_RECORD_ORGANIZATION, 0)->field[EG_ORGANIZATION_NAME],
                              EG_TEXT("Harbour Health Alliance")));
    eg_records_release(fresh);
}

static void what_others_refer_to_cannot_be_taken_away(void **state)
{
    (void)state;
    struct eg_records *records = must_have(1), *fresh = NULL;
    struct eg_record_key organisation_key = {EG_RECORD_ORGANIZATION, EG_TEXT(ORGANISATION)};
    struct eg_record_key absent = {EG_RECORD_ORGANIZATION, EG_TEXT(OTHER)};
    struct eg_error err;
    assert_int_equal(apply(records, NULL, &organisation_key, &fresh, &err), EG_INVALID);
    assert_non_null(strstr(err.message, "service " SERVICE ": organization_id"));
    assert_int_equal(apply(records, NULL, &absent, &fresh, &err), EG_NOT_FOUND);
    struct eg_record_key all[] = {{EG_RECORD_PHONE, phone(1, SERVICE).field[0]},
                                  {EG_RECORD_SERVICE, EG_TEXT(SERVICE)},
                                  {EG_RECORD_ORGANIZATION, EG_TEXT(ORGANISATION)}};
    struct eg_records_change change = {NULL, 0, all, 3};
    assert_int_equal(eg_records_apply(records, &change, &fresh, &err), EG_OK);
    assert_int_equal(eg_records_count(fresh, EG_RECORD_SERVICE), 0);
    eg_records_release(fresh);
    eg_records_release(records);
}

static void a_change_with_a_mistake_changes_nothing(void **state)
{
    (void)state;
    struct eg_records *records = must_have(1), *fresh = NULL;
    struct row bad = service(OTHER, ORGANISATION), lost = phone(5, OTHER);
    bad.field[EG_SERVICE_STATUS] = EG_TEXT("asleep");
    struct eg_record put = {EG_RECORD_SERVICE, bad.field};
    struct eg_error err;
    assert_int_equal(apply(records, &put, NULL, &fresh, &err), EG_INVALID);
    assert_string_equal(err.field, "status");
    assert_non_null(strstr(err.message, "'active' 'inactive' 'defunct' 'temporarily closed'"));
    put = (struct eg_record){EG_RECORD_PHONE, lost.field};
    assert_int_equal(apply(records, &put, NULL, &fresh, &err), EG_INVALID);
    assert_string_equal(err.field, "service_id");
    assert_null(fresh);
    eg_records_release(records);
}

static void many_changes_one_after_another_stay_whole(void **state)
{
    (void)state;
    struct eg_records *records = must_have(1);
    for (uint32_t round = 0; round < 200; round++) {
        uint32_t at = 2 + round % 100;
        struct row row = phone(at, SERVICE);
        struct eg_record put = {EG_RECORD_PHONE, row.field};
        struct eg_records *fresh = NULL;
        assert_int_equal(apply(records, &put, NULL, &fresh, NULL), EG_OK);
        eg_records_release(records);
        records = fresh;
    }
    assert_int_equal(count_phones(records), 101);
    for (uint32_t i = 1; i <= 101; i++) {
        const struct eg_record *row = eg_records_find(records, EG_RECORD_PHONE, phone(i, SERVICE).field[0]);
        assert_non_null(row);
        assert_true(eg_text_equal(row->field[EG_PHONE_NUMBER], phone(i, SERVICE).field[EG_PHONE_NUMBER]));
    }
    eg_records_release(records);
}

/* --- forms ------------------------------------------------------------------------------------------------------------------ */

static void forms_are_checked(void **state)
{
    (void)state;
    static const struct {
        enum eg_record_table table;
        uint32_t field;
        const char *text;
        bool good;
    } cases[] = {
        {EG_RECORD_SERVICE, EG_SERVICE_ID, "not-a-uuid", false},
        {EG_RECORD_SERVICE, EG_SERVICE_ID, "", false},
        {EG_RECORD_SERVICE, EG_SERVICE_ID, "00000000-0000-5000-8000-00000000000g", false},
        {EG_RECORD_SERVICE, EG_SERVICE_NAME, "", false},
        {EG_RECORD_SERVICE, EG_SERVICE_NAME, "Caf\xc3\xa9", true},
        {EG_RECORD_SERVICE, EG_SERVICE_NAME, "Caf\xe9", false},
        {EG_RECORD_SERVICE, EG_SERVICE_KIND, "hub", true},
        {EG_RECORD_SERVICE, EG_SERVICE_KIND, "Hub", false},
        {EG_RECORD_SERVICE, EG_SERVICE_ASSURED_DATE, "2024-02-29", true},
        {EG_RECORD_SERVICE, EG_SERVICE_ASSURED_DATE, "2023-02-29", false},
        {EG_RECORD_SERVICE, EG_SERVICE_ASSURED_DATE, "2000-02-29", true},
        {EG_RECORD_SERVICE, EG_SERVICE_ASSURED_DATE, "1900-02-29", false},
        {EG_RECORD_SERVICE, EG_SERVICE_ASSURED_DATE, "2024-13-01", false},
        {EG_RECORD_SERVICE, EG_SERVICE_ASSURED_DATE, "2024-00-01", false},
        {EG_RECORD_SERVICE, EG_SERVICE_ASSURED_DATE, "2024-04-31", false},
        {EG_RECORD_SERVICE, EG_SERVICE_ASSURED_DATE, "24-04-30", false},
        {EG_RECORD_SERVICE, EG_SERVICE_LAST_MODIFIED, "2026-01-31T09:30:00Z", true},
        {EG_RECORD_SERVICE, EG_SERVICE_LAST_MODIFIED, "2026-01-31T09:30:00.123Z", true},
        {EG_RECORD_SERVICE, EG_SERVICE_LAST_MODIFIED, "2026-01-31T09:30:00+01:00", true},
        {EG_RECORD_SERVICE, EG_SERVICE_LAST_MODIFIED, "2026-01-31T09:30:00", false},
        {EG_RECORD_SERVICE, EG_SERVICE_LAST_MODIFIED, "2026-01-31", false},
        {EG_RECORD_SERVICE, EG_SERVICE_LAST_MODIFIED, "2026-01-31T25:00:00Z", false},
        {EG_RECORD_SERVICE, EG_SERVICE_URL, "https://walks.example/", true},
        {EG_RECORD_SERVICE, EG_SERVICE_URL, "walks.example", false},
        {EG_RECORD_SERVICE, EG_SERVICE_URL, "https:// walks", false},
        {EG_RECORD_SERVICE, EG_SERVICE_URL, "https:", false},
        {EG_RECORD_SERVICE, EG_SERVICE_EMAIL, "info@walks.example", true},
        {EG_RECORD_SERVICE, EG_SERVICE_EMAIL, "info@walks", false},
        {EG_RECORD_SERVICE, EG_SERVICE_EMAIL, "a@b@walks.example", false},
        {EG_RECORD_SERVICE, EG_SERVICE_EMAIL, "info walks.example", false},
        {EG_RECORD_SERVICE, EG_SERVICE_MINIMUM_AGE, "16", true},
        {EG_RECORD_SERVICE, EG_SERVICE_MINIMUM_AGE, "sixteen", false},
        {EG_RECORD_SCHEDULE, EG_SCHEDULE_OPENS_AT, "09:00", true},
        {EG_RECORD_SCHEDULE, EG_SCHEDULE_OPENS_AT, "09:00Z", true},
        {EG_RECORD_SCHEDULE, EG_SCHEDULE_OPENS_AT, "09:00:30+01:00", true},
        {EG_RECORD_SCHEDULE, EG_SCHEDULE_CLOSES_AT, "24:00", true},
        {EG_RECORD_SCHEDULE, EG_SCHEDULE_CLOSES_AT, "24:01", false},
        {EG_RECORD_SCHEDULE, EG_SCHEDULE_OPENS_AT, "9:00", false},
        {EG_RECORD_SCHEDULE, EG_SCHEDULE_OPENS_AT, "09:60", false},
        {EG_RECORD_SCHEDULE, EG_SCHEDULE_WKST, "MO", true},
        {EG_RECORD_SCHEDULE, EG_SCHEDULE_WKST, "Monday", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct row row =
            cases[i].table == EG_RECORD_SERVICE ? service(SERVICE, ORGANISATION) : (struct row){{{0}}};
        struct eg_error err = {0};
        row.field[0] = EG_TEXT(SERVICE);
        row.field[cases[i].field] = eg_text_from(cases[i].text);
        enum eg_status status = eg_record_check(cases[i].table, row.field, &err);
        if ((status == EG_OK) != cases[i].good) fail_msg("'%s': %s", cases[i].text, err.message);
        if (!cases[i].good)
            assert_string_equal(err.field, eg_record_spec(cases[i].table)->fields[cases[i].field].name);
    }
}

static void tables_and_fields_are_known_by_name(void **state)
{
    (void)state;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        const struct eg_record_spec *spec = eg_record_spec((enum eg_record_table)t);
        assert_int_equal(eg_record_table_named(eg_text_from(spec->name)), t);
        assert_true(spec->n_fields <= EG_RECORD_FIELDS);
        assert_string_equal(spec->fields[0].name, "id");
        for (uint32_t f = 0; f < spec->n_fields; f++) {
            assert_non_null(spec->fields[f].name);
            assert_int_equal(
                eg_record_field_named((enum eg_record_table)t, eg_text_from(spec->fields[f].name)), f);
            assert_int_equal(spec->fields[f].type == EG_RECORD_WORD, spec->fields[f].words != NULL);
        }
    }
    assert_int_equal(eg_record_table_named(EG_TEXT("shoe")), EG_N_RECORD_TABLES);
    assert_int_equal(eg_record_field_named(EG_RECORD_PHONE, EG_TEXT("colour")), UINT32_MAX);
}

/* --- memory ----------------------------------------------------------------------------------------------------------------- */

static void refused_memory_is_said_and_nothing_leaks(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        struct eg_records *records = NULL, *fresh = NULL;
        struct row row = phone(9, SERVICE);
        struct eg_record put = {EG_RECORD_PHONE, row.field};
        eg_failing_malloc_after(n);
        enum eg_status status = small_set(3, &records, NULL);
        if (status == EG_OK) status = apply(records, &put, NULL, &fresh, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_records_release(fresh);
        eg_records_release(records);
        if (!failed) break;
        assert_int_equal(status, EG_NO_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_found_by_id_in_any_letter_case),
        cmocka_unit_test(rows_that_refer_to_one_come_in_the_order_of_their_ids),
        cmocka_unit_test(an_empty_set_can_be_asked),
        cmocka_unit_test(an_id_that_comes_twice_is_refused_by_name),
        cmocka_unit_test(a_reference_to_nothing_is_refused_by_name),
        cmocka_unit_test(an_attribute_s_link_is_looked_for_in_the_table_it_names),
        cmocka_unit_test(a_change_leaves_the_old_set_as_it_was),
        cmocka_unit_test(what_others_refer_to_cannot_be_taken_away),
        cmocka_unit_test(a_change_with_a_mistake_changes_nothing),
        cmocka_unit_test(many_changes_one_after_another_stay_whole),
        cmocka_unit_test(forms_are_checked),
        cmocka_unit_test(tables_and_fields_are_known_by_name),
        cmocka_unit_test(refused_memory_is_said_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
