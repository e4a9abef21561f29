/* Days, months and leap years. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/calendar.h"

static void every_fourth_year_is_leap_but_three_of_four_centuries(void **state)
{
    (void)state;
    assert_true(eg_calendar_is_leap(2024) && eg_calendar_is_leap(2000) && eg_calendar_is_leap(1600));
    assert_true(eg_calendar_is_leap(0) && eg_calendar_is_leap(4));
    assert_false(eg_calendar_is_leap(2023) || eg_calendar_is_leap(1900) || eg_calendar_is_leap(2100));
    assert_false(eg_calendar_is_leap(1) || eg_calendar_is_leap(100));
}

static void february_alone_depends_on_the_year(void **state)
{
    (void)state;
    static const uint32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (uint32_t month = 1; month <= 12; month++) {
        assert_int_equal(eg_calendar_days_in(2023, month), days[month - 1]);
        assert_int_equal(eg_calendar_days_in(2024, month), days[month - 1] + (month == 2));
    }
    assert_int_equal(eg_calendar_days_in(0, 2), 29);
    assert_int_equal(eg_calendar_days_in(1900, 2), 28);
}

static void days_are_counted_without_a_gap_from_the_year_0(void **state)
{
    (void)state;
    int64_t expected = 0;
    for (uint32_t year = 0; year <= 2401; year++) {
        for (uint32_t month = 1; month <= 12; month++) {
            assert_int_equal(eg_calendar_day(year, month, 1), expected);
            expected += eg_calendar_days_in(year, month);
            assert_int_equal(eg_calendar_day(year, month, eg_calendar_days_in(year, month)), expected - 1);
        }
    }
}

static void known_days_are_so_far_apart(void **state)
{
    (void)state;
    assert_int_equal(eg_calendar_day(1, 1, 1), 366);
    assert_int_equal(eg_calendar_day(1970, 1, 1), 719528);
    assert_int_equal(eg_calendar_day(2000, 3, 1) - eg_calendar_day(1600, 3, 1), 146097);
    assert_int_equal(eg_calendar_day(9999, 12, 31), 3652424);
    assert_int_equal(eg_calendar_day(2023, 1, 32), eg_calendar_day(2023, 2, 1));
}

static void days_come_back_as_dates(void **state)
{
    (void)state;
    for (int64_t day = 0; day <= eg_calendar_day(9999, 12, 31); day += day % 5 + 1) {
        struct eg_date date = eg_calendar_date(day);
        assert_int_equal(eg_calendar_day(date.year, date.month, date.day), day);
        assert_true(date.day >= 1 && date.day <= eg_calendar_days_in(date.year, date.month));
    }
    assert_int_equal(eg_calendar_weekday(eg_calendar_day(1970, 1, 1)), 3);
    assert_int_equal(eg_calendar_weekday(eg_calendar_day(2026, 11, 22)), 6);
}

static void only_days_that_there_are_can_be_read(void **state)
{
    (void)state;
    int64_t day = -1;
    assert_true(eg_calendar_parse_date(EG_TEXT("2024-02-29"), &day));
    assert_int_equal(day, eg_calendar_day(2024, 2, 29));
    static const char *const wrong[] = {"2023-02-29", "2024-13-01", "2024-00-01", "2024-01-00",
                                        "2024-1-1",   "2024/01/01", "24-01-0001", "2024-01-0x",
                                        "",           "2024-01-011"};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++)
        assert_false(eg_calendar_parse_date(eg_text_from(wrong[i]), &day));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fourth_year_is_leap_but_three_of_four_centuries),
        cmocka_unit_test(february_alone_depends_on_the_year),
        cmocka_unit_test(days_are_counted_without_a_gap_from_the_year_0),
        cmocka_unit_test(known_days_are_so_far_apart),
        cmocka_unit_test(days_come_back_as_dates),
        cmocka_unit_test(only_days_that_there_are_can_be_read),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
