/* Schedules: rules of HSDS and texts of hours, when they are open, when they are next, and how they are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/calendar.h"
#include "data/record_specs.h"
#include "data/schedule.h"

static struct eg_schedule schedules[EG_SCHEDULE_HOURS_MAX];
static uint32_t n_schedules;

static void read_hours(const char *hours)
{
    if (!eg_schedules_from_hours(eg_text_from(hours), schedules, &n_schedules)) fail_msg("%s", hours);
}

/* The week from Monday 2026-11-16 to Sunday the 22nd. */
static bool open_at(int weekday, int32_t minute)
{
    return eg_schedules_are_open(schedules, n_schedules, eg_calendar_day(2026, 11, 16) + weekday, minute);
}

static void assert_written(const char *expected)
{
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    eg_schedules_write(schedules, n_schedules, &out);
    assert_string_equal(out.data ? out.data : "", expected);
    eg_buffer_clear(&out);
}

struct part {
    uint32_t field;
    const char *text;
};

static bool read_record(const struct part *parts, size_t n)
{
    struct eg_text field[EG_SCHEDULE_N_FIELDS] = {{0}};
    for (size_t i = 0; i < n; i++) field[parts[i].field] = eg_text_from(parts[i].text);
    n_schedules = 1;
    return eg_schedule_from_record(field, schedules);
}

#define READ(...)                                                                                            \
    read_record((const struct part[]){__VA_ARGS__},                                                          \
                sizeof((const struct part[]){__VA_ARGS__}) / sizeof(struct part))

static bool is_on(uint32_t year, uint32_t month, uint32_t day)
{
    return eg_schedule_is_on(schedules, eg_calendar_day(year, month, day));
}

static void assert_next(int64_t from_day, int32_t minute, uint32_t year, uint32_t month, uint32_t day)
{
    struct eg_occurrence next;
    assert_true(
        eg_schedules_next(schedules, n_schedules, from_day * 1440 + minute, INT64_C(3652424) * 1440, &next));
    assert_int_equal(next.day, eg_calendar_day(year, month, day));
}

/* --- hours --------------------------------------------------------------------------------------------------------------- */

static void weekdays_and_times_are_read(void **state)
{
    (void)state;
    read_hours("Mo-Fr 09:00-17:00; Sa 10:00-12:00");
    assert_true(open_at(0, 540));
    assert_true(open_at(4, 1019));
    assert_false(open_at(4, 1020)); /* closing does not belong to it */
    assert_false(open_at(0, 539));
    assert_true(open_at(5, 600));
    assert_false(open_at(5, 780));
    assert_false(open_at(6, 600));
    assert_written("Mo-Fr 09:00-17:00; Sa 10:00-12:00");
}

static void several_times_lists_and_spellings_are_read(void **state)
{
    (void)state;
    read_hours("mo,WE, Fr 9:00-12:00, 13:00 - 17:30, Su 10:00-11:00");
    assert_true(open_at(2, 540));
    assert_false(open_at(2, 750));
    assert_true(open_at(4, 1040));
    assert_false(open_at(1, 600));
    assert_true(open_at(6, 600));
    assert_written("Mo,We,Fr 09:00-12:00, Mo,We,Fr 13:00-17:30; Su 10:00-11:00");
    read_hours("Fr-Mo 08:00\xE2\x80\x93"
               "10:00");
    assert_true(open_at(6, 480) && open_at(0, 480) && open_at(4, 480));
    assert_false(open_at(3, 480));
    read_hours("08:00-10:00");
    assert_written("Mo-Su 08:00-10:00");
    read_hours("24/7");
    assert_true(open_at(6, 1439) && open_at(0, 0));
    assert_written("24/7");
}

static void a_later_rule_takes_days_over_and_a_comma_adds(void **state)
{
    (void)state;
    read_hours("Mo-Su 09:00-17:00; We 12:00-14:00; Su off; PH off");
    assert_false(open_at(2, 600));
    assert_true(open_at(2, 730));
    assert_false(open_at(6, 600));
    read_hours("Mo-Fr 09:00-12:00, We 14:00-15:00");
    assert_true(open_at(2, 600) && open_at(2, 850));
}

static void hours_past_midnight_reach_into_the_next_day(void **state)
{
    (void)state;
    read_hours("Fr 22:00-02:00");
    assert_true(open_at(4, 1320));
    assert_true(open_at(5, 119));
    assert_false(open_at(5, 120));
    assert_false(open_at(4, 60));
    assert_written("Fr 22:00-02:00");
    read_hours("Su 20:00-24:00");
    assert_true(open_at(6, 1439));
    assert_false(open_at(0, 0));
}

static void a_weekday_of_the_month_is_read(void **state)
{
    (void)state;
    read_hours("We[2] 14:00-15:00; Fr[-1] 10:00-11:00");
    assert_true(eg_schedules_are_open(schedules, n_schedules, eg_calendar_day(2026, 11, 11), 840));
    assert_false(eg_schedules_are_open(schedules, n_schedules, eg_calendar_day(2026, 11, 18), 840));
    assert_true(eg_schedules_are_open(schedules, n_schedules, eg_calendar_day(2026, 11, 27), 600));
    assert_false(eg_schedules_are_open(schedules, n_schedules, eg_calendar_day(2026, 11, 20), 600));
    assert_written("We[2] 14:00-15:00; Fr[-1] 10:00-11:00");
}

static void what_is_not_understood_is_no_schedule(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "by appointment",
                                        "Monday 09:00-17:00",
                                        "Mo 09:00",
                                        "Mo 09:00+",
                                        "Mo 9-5",
                                        "Mo 25:00-26:00",
                                        "Mo 09:00-09:00",
                                        "Mo-",
                                        "Mo 09:60-10:00",
                                        "Apr-Sep Mo 09:00-10:00",
                                        "Mo 09:00-10:00 (term time)",
                                        "Mo[6] 09:00-10:00",
                                        "Mo 09:00-10:00,",
                                        "; ;",
                                        "Mo 09:00-10:00; sunset"};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++)
        if (eg_schedules_from_hours(eg_text_from(wrong[i]), schedules, &n_schedules))
            fail_msg("%s", wrong[i]);
}

static void dates_are_days_for_themselves_where_they_are_asked_for(void **state)
{
    (void)state;
    static const char *const written[] = {
        "2026-12-05 10:00-12:00", "2026-12-05 22:00-02:00; 2026-12-12 10:00", "2026-12-05; 2027-01-09",
        "2026-12-05 09:00-12:00; 2026-12-05 13:00-17:00; Mo-Fr 09:00-17:00"};
    static const char *const wrong[] = {"2026-02-30 10:00-12:00", "2026-12-05 off",  "2026-12-05 10:00-",
                                        "2026-12-5 10:00-12:00",  "2026-12-0510:00", "2026-12-05 24:00",
                                        "2026-12-05 10:00-12:00,"};
    for (size_t i = 0; i < EG_ARRAY_LEN(written); i++) {
        assert_true(eg_schedules_from_dated_hours(eg_text_from(written[i]), schedules, &n_schedules));
        assert_written(written[i]);
        assert_false(eg_schedules_from_hours(eg_text_from(written[i]), schedules, &n_schedules));
    }
    assert_true(eg_schedules_from_dated_hours(EG_TEXT("2026-12-05 9:00-12:00, 13:00-17:00; Su off"),
                                              schedules, &n_schedules));
    assert_int_equal(n_schedules, 2);
    assert_true(is_on(2026, 12, 5));
    assert_false(is_on(2026, 12, 4) || is_on(2026, 12, 6) || is_on(2027, 12, 5));
    assert_next(eg_calendar_day(2026, 11, 1), 0, 2026, 12, 5);
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++)
        if (eg_schedules_from_dated_hours(eg_text_from(wrong[i]), schedules, &n_schedules))
            fail_msg("%s", wrong[i]);
}

/* --- records ------------------------------------------------------------------------------------------------------------- */

static void weeks_of_an_interval_are_counted_from_the_first(void **state)
{
    (void)state;
    assert_true(READ({EG_SCHEDULE_FREQ, "WEEKLY"}, {EG_SCHEDULE_INTERVAL, "2"}, {EG_SCHEDULE_BYDAY, "TU,SU"},
                     {EG_SCHEDULE_DTSTART, "1997-08-05"}, {EG_SCHEDULE_COUNT, "4"},
                     {EG_SCHEDULE_WKST, "MO"}));
    assert_true(is_on(1997, 8, 5) && is_on(1997, 8, 10) && is_on(1997, 8, 19) && is_on(1997, 8, 24));
    assert_false(is_on(1997, 8, 12) || is_on(1997, 8, 17) || is_on(1997, 9, 2));
    assert_true(READ({EG_SCHEDULE_FREQ, "WEEKLY"}, {EG_SCHEDULE_INTERVAL, "2"}, {EG_SCHEDULE_BYDAY, "TU,SU"},
                     {EG_SCHEDULE_DTSTART, "1997-08-05"}, {EG_SCHEDULE_COUNT, "4"},
                     {EG_SCHEDULE_WKST, "SU"}));
    assert_true(is_on(1997, 8, 5) && is_on(1997, 8, 17) && is_on(1997, 8, 19) && is_on(1997, 8, 31));
    assert_false(is_on(1997, 8, 10) || is_on(1997, 8, 24));
}

static void months_are_ruled_by_weekdays_and_by_days(void **state)
{
    (void)state;
    assert_true(READ({EG_SCHEDULE_FREQ, "MONTHLY"}, {EG_SCHEDULE_BYDAY, "2MO,-1FR"},
                     {EG_SCHEDULE_OPENS_AT, "18:30Z"}, {EG_SCHEDULE_CLOSES_AT, "20:00:00+01:00"}));
    assert_true(is_on(2026, 11, 9) && is_on(2026, 11, 27));
    assert_false(is_on(2026, 11, 2) || is_on(2026, 11, 16) || is_on(2026, 11, 20));
    assert_next(eg_calendar_day(2026, 11, 9), 1110, 2026, 11, 9);
    assert_next(eg_calendar_day(2026, 11, 9), 1111, 2026, 11, 27);
    assert_true(
        READ({EG_SCHEDULE_FREQ, "MONTHLY"}, {EG_SCHEDULE_BYMONTHDAY, "13"}, {EG_SCHEDULE_BYDAY, "FR"}));
    assert_true(is_on(2026, 11, 13) && is_on(1998, 2, 13));
    assert_false(is_on(2026, 10, 13) || is_on(2026, 11, 20));
    assert_true(READ({EG_SCHEDULE_FREQ, "MONTHLY"}, {EG_SCHEDULE_BYMONTHDAY, "-1,1"}));
    assert_true(is_on(2024, 2, 29) && is_on(2023, 2, 28) && is_on(2023, 12, 31) && is_on(2024, 1, 1));
    assert_false(is_on(2024, 2, 28));
    assert_true(READ({EG_SCHEDULE_FREQ, "MONTHLY"}, {EG_SCHEDULE_INTERVAL, "3"},
                     {EG_SCHEDULE_DTSTART, "2026-01-31"}));
    assert_true(is_on(2026, 1, 31) && is_on(2026, 7, 31));
    assert_false(is_on(2026, 4, 30) || is_on(2026, 3, 31));
}

static void bounds_belong_to_a_rule(void **state)
{
    (void)state;
    assert_true(READ({EG_SCHEDULE_FREQ, "WEEKLY"}, {EG_SCHEDULE_BYDAY, "MO"},
                     {EG_SCHEDULE_VALID_FROM, "2026-11-02"}, {EG_SCHEDULE_UNTIL, "2026-11-16"},
                     {EG_SCHEDULE_VALID_TO, "2026-12-31"}));
    assert_true(is_on(2026, 11, 2) && is_on(2026, 11, 16));
    assert_false(is_on(2026, 10, 26) || is_on(2026, 11, 23));
    assert_written("Mo from 2026-11-02 until 2026-11-16");
}

static void what_has_no_rule_is_a_day_or_some_in_a_row(void **state)
{
    (void)state;
    assert_true(READ({EG_SCHEDULE_DTSTART, "2026-11-22"}, {EG_SCHEDULE_OPENS_AT, "10:00"}));
    assert_true(is_on(2026, 11, 22));
    assert_false(is_on(2026, 11, 23));
    assert_false(eg_schedules_are_open(schedules, 1, eg_calendar_day(2026, 11, 22), 600)); /* until when? */
    assert_written("2026-11-22 10:00");
    assert_true(READ({EG_SCHEDULE_VALID_FROM, "2026-11-22"}, {EG_SCHEDULE_VALID_TO, "2026-11-24"}));
    assert_next(eg_calendar_day(2026, 11, 23), 720, 2026, 11, 23); /* without a time: today still */
    struct eg_occurrence next;
    assert_false(eg_schedules_next(schedules, 1, eg_calendar_day(2026, 11, 25) * 1440,
                                   eg_calendar_day(2027, 11, 25) * 1440, &next));
}

static void rules_that_cannot_be_worked_out_are_none(void **state)
{
    (void)state;
    assert_false(READ({EG_SCHEDULE_FREQ, "WEEKLY"}, {EG_SCHEDULE_BYWEEKNO, "20"}));
    assert_false(READ({EG_SCHEDULE_BYYEARDAY, "100"}));
    assert_false(READ({EG_SCHEDULE_FREQ, "WEEKLY"}, {EG_SCHEDULE_INTERVAL, "2"}, {EG_SCHEDULE_BYDAY, "MO"}));
    assert_false(READ({EG_SCHEDULE_FREQ, "WEEKLY"}, {EG_SCHEDULE_BYDAY, "XX"}));
    assert_false(READ({EG_SCHEDULE_FREQ, "WEEKLY"}, {EG_SCHEDULE_INTERVAL, "0"}, {EG_SCHEDULE_BYDAY, "MO"}));
    assert_false(READ({EG_SCHEDULE_FREQ, "WEEKLY"}));
    assert_false(READ({EG_SCHEDULE_FREQ, "MONTHLY"}, {EG_SCHEDULE_BYMONTHDAY, "32"}));
    assert_false(READ({EG_SCHEDULE_OPENS_AT, "10:00"}));
    assert_false(READ({EG_SCHEDULE_FREQ, "WEEKLY"}, {EG_SCHEDULE_BYDAY, "MO"},
                      {EG_SCHEDULE_OPENS_AT, "10:00"}, {EG_SCHEDULE_CLOSES_AT, "10:00"}));
}

static void dates_of_an_event_are_a_schedule(void **state)
{
    (void)state;
    n_schedules = 1;
    assert_true(
        eg_schedule_from_dates(EG_TEXT("2026-12-01T18:30"), EG_TEXT("2026-12-01T20:00:00Z"), schedules));
    assert_true(eg_schedules_are_open(schedules, 1, eg_calendar_day(2026, 12, 1), 1110));
    assert_false(eg_schedules_are_open(schedules, 1, eg_calendar_day(2026, 12, 1), 1200));
    assert_true(eg_schedule_from_dates(EG_TEXT("2026-12-01"), EG_TEXT("2026-12-03"), schedules));
    assert_next(eg_calendar_day(2026, 1, 1), 0, 2026, 12, 1);
    assert_false(eg_schedule_from_dates(EG_TEXT(""), EG_TEXT("2026-12-03"), schedules));
    assert_false(eg_schedule_from_dates(EG_TEXT("2026-12-05"), EG_TEXT("2026-12-03"), schedules));
    assert_false(eg_schedule_from_dates(EG_TEXT("next week"), EG_TEXT(""), schedules));
}

/* Whatever is looked for day by day is what a pass over all days finds. */
static void the_next_occurrence_is_the_first_of_all_days(void **state)
{
    (void)state;
    read_hours("We[2] 14:00-15:00; Mo,Sa 08:00-09:00; Fr[-1] 23:00-01:00");
    for (int64_t from = eg_calendar_day(2026, 1, 1) * 1440; from < eg_calendar_day(2026, 3, 1) * 1440;
         from += 97) {
        struct eg_occurrence next = {0};
        int64_t expected = INT64_MAX;
        for (int64_t day = from / 1440; day < from / 1440 + 40; day++)
            for (uint32_t i = 0; i < n_schedules; i++) {
                int64_t begin = day * 1440 + schedules[i].opens_min;
                if (eg_schedule_is_on(&schedules[i], day) && begin >= from && begin < expected)
                    expected = begin;
            }
        assert_true(eg_schedules_next(schedules, n_schedules, from, from + 100000, &next));
        assert_int_equal(next.day * 1440 + next.opens_min, expected);
        assert_false(eg_schedules_next(schedules, n_schedules, from, expected - 1, &next));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weekdays_and_times_are_read),
        cmocka_unit_test(several_times_lists_and_spellings_are_read),
        cmocka_unit_test(a_later_rule_takes_days_over_and_a_comma_adds),
        cmocka_unit_test(hours_past_midnight_reach_into_the_next_day),
        cmocka_unit_test(a_weekday_of_the_month_is_read),
        cmocka_unit_test(what_is_not_understood_is_no_schedule),
        cmocka_unit_test(dates_are_days_for_themselves_where_they_are_asked_for),
        cmocka_unit_test(weeks_of_an_interval_are_counted_from_the_first),
        cmocka_unit_test(months_are_ruled_by_weekdays_and_by_days),
        cmocka_unit_test(bounds_belong_to_a_rule),
        cmocka_unit_test(what_has_no_rule_is_a_day_or_some_in_a_row),
        cmocka_unit_test(rules_that_cannot_be_worked_out_are_none),
        cmocka_unit_test(dates_of_an_event_are_a_schedule),
        cmocka_unit_test(the_next_occurrence_is_the_first_of_all_days),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
