/* Time zones: what clocks show, and when, around the changes to summer time and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/calendar.h"
#include "base/zone.h"

#define UNIX_DAY(year, month, day) ((eg_calendar_day(year, month, day) - 719528) * 86400)

static struct eg_zone *open_zone(const char *name)
{
    struct eg_zone *zone = NULL;
    struct eg_error err = {0};
    if (eg_zone_open(eg_text_from(name), &zone, &err) != EG_OK) fail_msg("%s", err.message);
    return zone;
}

static void assert_shows(const struct eg_zone *zone, int64_t unix_s, const char *expected)
{
    char text[EG_ZONE_TIME_BYTES];
    eg_zone_write(zone, unix_s, text);
    assert_string_equal(text, expected);
}

static void clocks_go_forward_and_back_in_london(void **state)
{
    (void)state;
    struct eg_zone *zone = open_zone("Europe/London");
    int64_t spring = UNIX_DAY(2026, 3, 29) + 3600, autumn = UNIX_DAY(2026, 10, 25) + 3600;
    assert_shows(zone, spring - 1, "2026-03-29T00:59:59Z");
    assert_shows(zone, spring, "2026-03-29T02:00:00+01:00");
    assert_shows(zone, autumn - 1, "2026-10-25T01:59:59+01:00");
    assert_shows(zone, autumn, "2026-10-25T01:00:00Z");
    assert_shows(zone, UNIX_DAY(2026, 7, 31) + 23 * 3600, "2026-08-01T00:00:00+01:00");
    eg_zone_close(zone);
}

static void offsets_may_be_western_and_of_half_hours(void **state)
{
    (void)state;
    struct eg_zone *zone = open_zone("America/New_York");
    assert_shows(zone, UNIX_DAY(2026, 1, 1), "2025-12-31T19:00:00-05:00");
    eg_zone_close(zone);
    zone = open_zone("Asia/Kolkata");
    assert_shows(zone, UNIX_DAY(2026, 1, 1), "2026-01-01T05:30:00+05:30");
    eg_zone_close(zone);
}

static void a_local_time_comes_back_as_its_instant(void **state)
{
    (void)state;
    static const char *const names[] = {"", "UTC", "Europe/London", "America/New_York",
                                        "Australia/Lord_Howe"};
    for (size_t i = 0; i < EG_ARRAY_LEN(names); i++) {
        struct eg_zone *zone = open_zone(names[i]);
        for (int64_t s = UNIX_DAY(2025, 12, 30); s < UNIX_DAY(2027, 1, 2); s += 1800 * 7) {
            struct eg_local_time local = eg_zone_local(zone, s);
            int64_t back = eg_zone_instant(zone, local.day, local.second);
            assert_true(back <= s); /* the earlier of two */
            struct eg_local_time again = eg_zone_local(zone, back);
            assert_int_equal(again.day, local.day);
            assert_int_equal(again.second, local.second);
        }
        eg_zone_close(zone);
    }
}

static void of_a_time_shown_twice_the_first_is_meant_and_one_left_out_is_put_off(void **state)
{
    (void)state;
    struct eg_zone *zone = open_zone("Europe/London");
    assert_shows(zone, eg_zone_instant(zone, eg_calendar_day(2026, 10, 25), 5400),
                 "2026-10-25T01:30:00+01:00");
    assert_shows(zone, eg_zone_instant(zone, eg_calendar_day(2026, 3, 29), 5400),
                 "2026-03-29T02:30:00+01:00");
    eg_zone_close(zone);
}

static void a_name_that_is_no_zone_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "Europe/Lodnon", "../../etc/passwd", "/etc/localtime", ":UTC", "+01:00", "Europe/London ", "..",
        "Europe/../UTC"};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        struct eg_zone *zone = NULL;
        struct eg_error err = {0};
        assert_int_equal(eg_zone_open(eg_text_from(wrong[i]), &zone, &err), EG_NOT_FOUND);
        assert_null(zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_go_forward_and_back_in_london),
        cmocka_unit_test(offsets_may_be_western_and_of_half_hours),
        cmocka_unit_test(a_local_time_comes_back_as_its_instant),
        cmocka_unit_test(of_a_time_shown_twice_the_first_is_meant_and_one_left_out_is_put_off),
        cmocka_unit_test(a_name_that_is_no_zone_is_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
