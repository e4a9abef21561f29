#include "data/record_review.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/records_json.h"
#include "data/records_tabular.h"
#include "support/test_records.h"

#define SERVICE "00000000-0000-4000-8000-00000000000a"
#define LINE "00000000-0000-4000-8000-00000000000b"
#define OTHER "00000000-0000-4000-8000-00000000000c"

/* The members of the service and of its line or lines. */
static struct eg_records *read_service(const char *members, const char *lines)
{
    char json[2048];
    struct eg_buffer remarks;
    struct eg_intake *intake = NULL;
    struct eg_records *records = NULL;
    struct eg_error err;
    eg_buffer_init(&remarks, 0);
    (void)snprintf(json, sizeof json,
                   "[{\"id\":\"" SERVICE "\",\"name\":\"Walks\",\"status\":\"active\",\"kind\":\"hub\"%s,"
                   "\"metadata\":[%s]}]",
                   members, lines);
    assert_int_equal(eg_intake_new(eg_test_remarks(&remarks), true, &intake, &err), EG_OK);
    if (eg_records_json_read(eg_text_from(json), EG_RECORD_SERVICE, intake, &err) != EG_OK ||
        eg_intake_finish(intake, &records, &err) != EG_OK)
        fail_msg("%s", err.message);
    if (remarks.len > 0) fail_msg("%s", remarks.data);
    eg_intake_free(intake);
    eg_buffer_clear(&remarks);
    return records;
}

static const char *line(const char *id, const char *members)
{
    static char text[2][512];
    static int at;
    at = 1 - at;
    (void)snprintf(text[at], sizeof text[at], "{\"id\":\"%s\"%s}", id, members);
    return text[at];
}

static const struct eg_record *only_service(const struct eg_records *records)
{
    assert_int_equal(eg_records_count(records, EG_RECORD_SERVICE), 1);
    return eg_records_at(records, EG_RECORD_SERVICE, 0);
}

static void assert_reviewed(const char *members, const char *lines, const char *wanted)
{
    struct eg_records *records = read_service(members, lines);
    struct eg_text day = eg_record_reviewed(records, only_service(records));
    if (!eg_text_equal(day, eg_text_from(wanted)))
        fail_msg("%s %s: %.*s", members, lines, EG_TEXT_SHOWN(day, 40));
    eg_records_release(records);
}

static enum eg_status put(void *context, struct eg_text text, struct eg_error *err)
{
    struct eg_buffer *out = context;
    eg_buffer_text(out, text);
    return out->failed ? eg_error_no_memory(err, out->capacity) : EG_OK;
}

static void export_json(const struct eg_records *records, struct eg_buffer *out)
{
    struct eg_records_view view = {.records = records, .form = EG_RECORDS_NESTED};
    out->len = 0;
    assert_int_equal(eg_records_json_export(&view, put, out, NULL), EG_OK);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static void the_day_is_the_assured_date_or_what_metadata_tell(void **state)
{
    (void)state;
    const char *update = ",\"last_action_date\":\"2025-05-05\",\"last_action_type\":\"update\"";
    const char *check = ",\"last_action_date\":\"2025-03-01T23:30:00Z\",\"last_action_type\":\"Verified\"";
    const char *field = ",\"last_action_date\":\"2025-04-02\",\"last_action_type\":\"update\","
                        "\"field_name\":\"assured_date\",\"replacement_value\":\"2025-04-01\"";
    char both[1024];
    assert_reviewed("", "", "");
    assert_reviewed("", line(LINE, update), "");
    assert_reviewed("", line(LINE, check), "2025-03-01");
    assert_reviewed("", line(LINE, field), "2025-04-01");
    (void)snprintf(both, sizeof both, "%s,%s", line(LINE, field), line(OTHER, check));
    assert_reviewed("", both, "2025-04-01");
    assert_reviewed(",\"assured_date\":\"2024-02-29\"", both, "2024-02-29");
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void a_check_is_told_in_metadata_and_comes_back_as_the_date_alone(void **state)
{
    (void)state;
    struct eg_buffer once, twice;
    struct eg_record_review_line made;
    eg_buffer_init(&once, 0), eg_buffer_init(&twice, 0);
    struct eg_records *records =
        read_service(",\"assured_date\":\"2026-01-31\",\"assurer_email\":\"ann@walks.example\"", "");
    export_json(records, &once);
    assert_true(eg_record_review_line(records, only_service(records), &made));
    char wanted[1100], lines[1024];
    (void)snprintf(lines, sizeof lines,
                   "{\"id\":\"%s\",\"resource_id\":\"" SERVICE "\",\"resource_type\":\"service\","
                   "\"last_action_date\":\"2026-01-31\",\"last_action_type\":\"review\","
                   "\"field_name\":\"assured_date\",\"previous_value\":\"Not stated\","
                   "\"replacement_value\":\"2026-01-31\",\"updated_by\":\"ann@walks.example\"}",
                   made.id);
    (void)snprintf(wanted, sizeof wanted, "\"metadata\":[%s]", lines);
    if (!strstr(once.data, wanted)) fail_msg("%s", once.data);
    struct eg_records *back =
        read_service(",\"assured_date\":\"2026-01-31\",\"assurer_email\":\"ann@walks.example\"", lines);
    assert_int_equal(eg_records_count(back, EG_RECORD_METADATA), 0);
    eg_test_records_equal(records, back);
    export_json(back, &twice);
    assert_string_equal(once.data, twice.data);
    eg_records_release(records), eg_records_release(back);
    eg_buffer_clear(&once), eg_buffer_clear(&twice);
}

static void what_the_publisher_says_itself_is_not_said_twice(void **state)
{
    (void)state;
    struct eg_record_review_line made;
    const char *own = line(LINE, ",\"field_name\":\"assured_date\",\"replacement_value\":\"2026-01-31\"");
    struct eg_records *records = read_service(",\"assured_date\":\"2026-01-31\"", own);
    assert_false(eg_record_review_line(records, only_service(records), &made));
    eg_records_release(records);
    records = read_service(",\"assured_date\":\"2026-02-01\"", own);
    assert_true(eg_record_review_line(records, only_service(records), &made));
    eg_records_release(records);
    records = read_service("", own);
    assert_false(eg_record_review_line(records, only_service(records), &made));
    eg_records_release(records);
}

/* As it lies in a store into which another program copied what was exported before the next check. */
static void an_older_line_of_ours_is_not_shown_beside_the_new_one(void **state)
{
    (void)state;
    struct eg_buffer out;
    struct eg_record_review_line made;
    eg_buffer_init(&out, 0);
    struct eg_records *records = read_service(",\"assured_date\":\"2026-01-31\"", "");
    assert_true(eg_record_review_line(records, only_service(records), &made));
    eg_records_release(records);
    struct eg_records *silent = read_service(
        "", line(made.id, ",\"field_name\":\"assured_date\",\"replacement_value\":\"2026-01-31\""));
    assert_int_equal(eg_records_count(silent, EG_RECORD_METADATA), 1);
    struct eg_text field[EG_SERVICE_N_FIELDS];
    memcpy(field, only_service(silent)->field, sizeof field);
    field[EG_SERVICE_ASSURED_DATE] = EG_TEXT("2026-02-02");
    struct eg_record puts = {EG_RECORD_SERVICE, field};
    struct eg_records_change change = {.puts = &puts, .n_puts = 1};
    assert_int_equal(eg_records_apply(silent, &change, &records, NULL), EG_OK);
    export_json(records, &out);
    assert_null(strstr(out.data, "2026-01-31"));
    out.len = 0;
    assert_int_equal(eg_records_tabular_write(records, EG_RECORD_METADATA, false, &out, NULL), EG_OK);
    assert_null(strstr(out.data, "2026-01-31"));
    assert_non_null(strstr(out.data, "2026-02-02"));
    eg_records_release(silent), eg_records_release(records);
    eg_buffer_clear(&out);
}

static void a_tabular_package_has_the_line_too(void **state)
{
    (void)state;
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    struct eg_records *records = read_service(",\"assured_date\":\"2026-01-31\"", "");
    assert_true(eg_records_tabular_has(records, EG_RECORD_METADATA));
    assert_false(eg_records_tabular_has(records, EG_RECORD_PHONE));
    assert_int_equal(eg_records_tabular_write(records, EG_RECORD_METADATA, false, &out, NULL), EG_OK);
    assert_non_null(
        strstr(out.data, SERVICE ",service,2026-01-31,review,assured_date,Not stated,2026-01-31,Not stated"));
    eg_records_release(records);
    records = read_service("", "");
    assert_false(eg_records_tabular_has(records, EG_RECORD_METADATA));
    eg_records_release(records);
    eg_buffer_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_day_is_the_assured_date_or_what_metadata_tell),
        cmocka_unit_test(a_check_is_told_in_metadata_and_comes_back_as_the_date_alone),
        cmocka_unit_test(what_the_publisher_says_itself_is_not_said_twice),
        cmocka_unit_test(an_older_line_of_ours_is_not_shown_beside_the_new_one),
        cmocka_unit_test(a_tabular_package_has_the_line_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
