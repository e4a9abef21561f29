/* Leap years before a year are those that four divides, less those that a hundred divides, with those that four hundred does, and
 * the year 0. */
#include "base/calendar.h"

#include "base/error.h"

bool eg_calendar_is_leap(uint32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

uint32_t eg_calendar_days_in(uint32_t year, uint32_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    EG_ASSERT(month >= 1 && month <= 12);
    return days[month - 1] + (month == 2 && eg_calendar_is_leap(year) ? 1U : 0U);
}

int64_t eg_calendar_day(uint32_t year, uint32_t month, uint32_t day)
{
    static const uint16_t before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    EG_ASSERT(month >= 1 && month <= 12);
    int64_t past = (int64_t)year - 1;
    int64_t leaps = year > 0 ? past / 4 - past / 100 + past / 400 + 1 : 0;
    bool leapt = month > 2 && eg_calendar_is_leap(year);
    return 365 * (int64_t)year + leaps + before[month - 1] + leapt + (int64_t)day - 1;
}
