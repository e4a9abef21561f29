/* Days of the Gregorian calendar as ISO 8601 has it: also before it was introduced, with a year 0, which is a leap year. */
#ifndef EG_BASE_CALENDAR_H
#define EG_BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

bool eg_calendar_is_leap(uint32_t year);

/* 28 to 31; `month` is 1 to 12. */
uint32_t eg_calendar_days_in(uint32_t year, uint32_t month);

/* Days since 0000-01-01, which is day 0. `month` is 1 to 12; `day` counts from 1 and may lie beyond the month's end. */
int64_t eg_calendar_day(uint32_t year, uint32_t month, uint32_t day);

/* The other way: of a day from 0 on, up to the year 9999. */
struct eg_date {
    uint32_t year, month, day; /* month and day from 1 */
};
struct eg_date eg_calendar_date(int64_t day);

/* 0 Monday to 6 Sunday, of a day from 0 on. */
uint32_t eg_calendar_weekday(int64_t day);

#define EG_CALENDAR_DATE_LEN 10
/* "2026-11-21", a day that there is. False for anything else. */
bool eg_calendar_parse_date(struct eg_text text, int64_t *day_out);

/* "2026-11-21T10:30:00Z", "2026-11-21T10:30:00.5+05:30" (RFC 3339), in the years 1 to 9998: seconds since 1970 in UTC, fractions dropped.
 * A leap second counts as the one after it. False for anything else. */
bool eg_calendar_parse_instant(struct eg_text text, int64_t *unix_s_out);

#endif
