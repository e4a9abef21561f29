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

/* The year's first day is found by dividing by the mean year and looking whether that went too far. */
struct eg_date eg_calendar_date(int64_t day)
{
    EG_ASSERT(day >= 0 && day <= INT64_C(3652424));
    uint32_t year = (uint32_t)(day * 400 / 146097);
    while (eg_calendar_day(year + 1, 1, 1) <= day) year++;
    while (eg_calendar_day(year, 1, 1) > day) year--;
    uint32_t rest = (uint32_t)(day - eg_calendar_day(year, 1, 1));
    uint32_t month = 1;
    while (rest >= eg_calendar_days_in(year, month)) rest -= eg_calendar_days_in(year, month++);
    return (struct eg_date){year, month, rest + 1};
}

uint32_t eg_calendar_weekday(int64_t day)
{
    EG_ASSERT(day >= 0);
    return (uint32_t)((day + 5) % 7); /* 0000-01-01 was a Saturday */
}

bool eg_calendar_parse_date(struct eg_text text, int64_t *day_out)
{
    uint32_t year, month, day;
    if (text.len != EG_CALENDAR_DATE_LEN || text.data[4] != '-' || text.data[7] != '-') return false;
    if (!eg_text_to_u32((struct eg_text){text.data, 4}, &year) ||
        !eg_text_to_u32((struct eg_text){text.data + 5, 2}, &month) ||
        !eg_text_to_u32((struct eg_text){text.data + 8, 2}, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > eg_calendar_days_in(year, month)) return false;
    *day_out = eg_calendar_day(year, month, day);
    return true;
}

static bool two_digits(struct eg_text text, size_t at, uint32_t most, uint32_t *number_out)
{
    return at + 2 <= text.len && eg_text_to_u32((struct eg_text){text.data + at, 2}, number_out) &&
           *number_out <= most;
}

/* "Z", "+05:30" */
static bool parse_offset(struct eg_text text, int64_t *offset_s_out)
{
    uint32_t hours, minutes;
    *offset_s_out = 0;
    if (text.len == 1 && (text.data[0] == 'Z' || text.data[0] == 'z')) return true;
    if (text.len != 6 || (text.data[0] != '+' && text.data[0] != '-') || text.data[3] != ':') return false;
    if (!two_digits(text, 1, 23, &hours) || !two_digits(text, 4, 59, &minutes)) return false;
    *offset_s_out = (text.data[0] == '-' ? -60 : 60) * (int64_t)(hours * 60 + minutes);
    return true;
}

bool eg_calendar_parse_instant(struct eg_text text, int64_t *unix_s_out)
{
    enum { TIME = EG_CALENDAR_DATE_LEN, REST = TIME + 9 };
    int64_t day, offset_s;
    uint32_t hour, minute, second;
    if (text.len <= REST || !eg_calendar_parse_date((struct eg_text){text.data, TIME}, &day)) return false;
    char sign = text.data[TIME];
    if ((sign != 'T' && sign != 't' && sign != ' ') || text.data[TIME + 3] != ':' ||
        text.data[TIME + 6] != ':')
        return false;
    if (!two_digits(text, TIME + 1, 23, &hour) || !two_digits(text, TIME + 4, 59, &minute) ||
        !two_digits(text, TIME + 7, 60, &second))
        return false;
    size_t at = REST;
    if (text.data[at] == '.')
        for (at++; at < text.len && text.data[at] >= '0' && text.data[at] <= '9';) at++;
    if (at == REST + 1 || !parse_offset((struct eg_text){text.data + at, text.len - at}, &offset_s))
        return false;
    if (day < eg_calendar_day(1, 1, 1) || day >= eg_calendar_day(9999, 1, 1)) return false;
    *unix_s_out = (day - eg_calendar_day(1970, 1, 1)) * 86400 + hour * 3600 + minute * 60 + second - offset_s;
    return true;
}
