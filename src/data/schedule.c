/* Whether a rule has a day is asked of the day, not made into a list: a weekday, a day of a month, an interval since some day. One
 * question takes some nanoseconds, so that looking for the next day is trying one after another. */
#include "data/schedule.h"

#include <string.h>

#include "base/calendar.h"
#include "data/record_specs.h"

#define LOOK_AHEAD_DAYS 1100
#define COUNT_DAYS 40000 /* that a count may reach */

/* --- is it on? ----------------------------------------------------------------------------------------------------------- */

static int64_t week_of(const struct eg_schedule *schedule, int64_t day)
{
    return (day + 5 - (int64_t)schedule->week_start + 7) / 7;
}

static bool has_weekday(const struct eg_schedule *schedule)
{
    uint32_t any = 0;
    for (int w = 0; w < 7; w++) any |= schedule->byday[w];
    return any != 0;
}

static bool is_on_in_month(const struct eg_schedule *schedule, int64_t day)
{
    struct eg_date date = eg_calendar_date(day);
    struct eg_date anchor = eg_calendar_date(schedule->anchor_day);
    uint32_t months = (date.year * 12 + date.month) - (anchor.year * 12 + anchor.month);
    if (schedule->interval > 1 && months % schedule->interval != 0) return false;
    uint32_t n_days = eg_calendar_days_in(date.year, date.month);
    bool by_number = schedule->month_days || schedule->month_days_back;
    bool is_numbered = (schedule->month_days >> date.day & 1U) ||
                       (schedule->month_days_back >> (n_days - date.day + 1) & 1U);
    if (by_number && !is_numbered) return false;
    if (!has_weekday(schedule)) return by_number;
    uint32_t nths = schedule->byday[eg_calendar_weekday(day)];
    uint32_t nth = (date.day - 1) / 7 + 1, nth_back = (n_days - date.day) / 7 + 1;
    return (nths & (EG_SCHEDULE_EVERY | EG_SCHEDULE_NTH(nth) | EG_SCHEDULE_LAST(nth_back))) != 0;
}

bool eg_schedule_is_on(const struct eg_schedule *schedule, int64_t day)
{
    if (day < schedule->first_day || day > schedule->last_day || day < 0) return false;
    if (schedule->freq == EG_SCHEDULE_DAILY) return true;
    if (schedule->freq == EG_SCHEDULE_MONTHLY) return is_on_in_month(schedule, day);
    if (!schedule->byday[eg_calendar_weekday(day)]) return false;
    return schedule->interval <= 1 ||
           (week_of(schedule, day) - week_of(schedule, schedule->anchor_day)) % schedule->interval == 0;
}

/* Yesterday's hours may reach into today. */
static bool is_open(const struct eg_schedule *schedule, int64_t day, int32_t minute)
{
    int32_t opens = schedule->opens_min, closes = schedule->closes_min;
    if (opens == EG_SCHEDULE_NO_TIME || closes == EG_SCHEDULE_NO_TIME) return false;
    if (minute >= opens && minute < closes && eg_schedule_is_on(schedule, day)) return true;
    return minute + EG_SCHEDULE_DAY_MINUTES < closes && eg_schedule_is_on(schedule, day - 1);
}

bool eg_schedules_are_open(const struct eg_schedule *schedules, uint32_t n, int64_t day, int32_t minute)
{
    for (uint32_t i = 0; i < n; i++)
        if (is_open(&schedules[i], day, minute)) return true;
    return false;
}

/* --- when is it next? ---------------------------------------------------------------------------------------------------- */

static int64_t begin_of(const struct eg_schedule *schedule, int64_t day)
{
    return day * EG_SCHEDULE_DAY_MINUTES +
           (schedule->opens_min == EG_SCHEDULE_NO_TIME ? 0 : schedule->opens_min);
}

/* The first day on which it begins between the two minutes, or -1. */
static int64_t next_day(const struct eg_schedule *schedule, int64_t from_min, int64_t until_min)
{
    int64_t day = from_min / EG_SCHEDULE_DAY_MINUTES;
    int64_t last = until_min / EG_SCHEDULE_DAY_MINUTES;
    if (day < schedule->first_day) day = schedule->first_day;
    if (last > day + LOOK_AHEAD_DAYS) last = day + LOOK_AHEAD_DAYS;
    if (last > schedule->last_day) last = schedule->last_day;
    for (; day <= last; day++) {
        bool has_begun = schedule->opens_min != EG_SCHEDULE_NO_TIME && begin_of(schedule, day) < from_min;
        if (!has_begun && begin_of(schedule, day) <= until_min && eg_schedule_is_on(schedule, day))
            return day;
    }
    return -1;
}

bool eg_schedules_next(const struct eg_schedule *schedules, uint32_t n, int64_t from_min, int64_t until_min,
                       struct eg_occurrence *next_out)
{
    bool found = false;
    for (uint32_t i = 0; i < n; i++) {
        int64_t day = next_day(&schedules[i], from_min, until_min);
        if (day < 0) continue;
        *next_out = (struct eg_occurrence){day, schedules[i].opens_min, schedules[i].closes_min};
        until_min = begin_of(&schedules[i], day) - 1; /* others must begin sooner */
        found = true;
    }
    return found;
}

/* --- from records -------------------------------------------------------------------------------------------------------- */

static bool read_weekday(struct eg_text text, uint32_t *weekday_out)
{
    static const char names[7][3] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    for (uint32_t w = 0; w < 7; w++) {
        if (!eg_text_equal_any_case(text, eg_text_from(names[w]))) continue;
        *weekday_out = w;
        return true;
    }
    return false;
}

/* "2", "-1": its size from 1 to `most`, with its sign. */
static bool read_signed(struct eg_text text, uint32_t most, bool *back_out, uint32_t *number_out)
{
    *back_out = text.len > 0 && text.data[0] == '-';
    if (text.len > 0 && (text.data[0] == '-' || text.data[0] == '+'))
        text = (struct eg_text){text.data + 1, text.len - 1};
    return eg_text_to_u32(text, number_out) && *number_out >= 1 && *number_out <= most;
}

/* "2" of 2MO, or nothing of MO. */
static bool read_nth(struct eg_text text, uint16_t *nths)
{
    bool back;
    uint32_t n;
    if (text.len == 0) {
        *nths |= EG_SCHEDULE_EVERY;
        return true;
    }
    if (!read_signed(text, 5, &back, &n)) return false;
    *nths = (uint16_t)(*nths | (back ? EG_SCHEDULE_LAST(n) : EG_SCHEDULE_NTH(n)));
    return true;
}

static bool read_byday(struct eg_text rest, struct eg_schedule *schedule)
{
    while (rest.len > 0) {
        struct eg_text item;
        uint32_t weekday;
        rest = eg_text_cut(rest, ',', &item);
        item = eg_text_trim(item);
        if (item.len < 2 || !read_weekday((struct eg_text){item.data + item.len - 2, 2}, &weekday) ||
            !read_nth((struct eg_text){item.data, item.len - 2}, &schedule->byday[weekday]))
            return false;
    }
    return true;
}

static bool read_bymonthday(struct eg_text rest, struct eg_schedule *schedule)
{
    while (rest.len > 0) {
        struct eg_text item;
        bool back;
        uint32_t n;
        rest = eg_text_cut(rest, ',', &item);
        if (!read_signed(eg_text_trim(item), 31, &back, &n)) return false;
        if (back) schedule->month_days_back |= 1U << n;
        else schedule->month_days |= 1U << n;
    }
    return true;
}

/* "9:00", "09:00:00", "24:00", with whatever offset follows. */
static bool read_minute(struct eg_text text, int32_t *minute_out)
{
    struct eg_text hours, rest = eg_text_cut(text, ':', &hours);
    uint32_t hour, minute;
    if (rest.len < 2 || hours.len > 2 || !eg_text_to_u32(hours, &hour) ||
        !eg_text_to_u32((struct eg_text){rest.data, 2}, &minute))
        return false;
    if (hour > 24 || minute > 59 || (hour == 24 && minute > 0)) return false;
    *minute_out = (int32_t)(hour * 60 + minute);
    return true;
}

/* It closes after it opens, the next day if need be; from midnight to midnight is all day. */
static bool set_times(struct eg_text opens, struct eg_text closes, struct eg_schedule *schedule)
{
    schedule->opens_min = schedule->closes_min = EG_SCHEDULE_NO_TIME;
    if (opens.len > 0 &&
        (!read_minute(opens, &schedule->opens_min) || schedule->opens_min == EG_SCHEDULE_DAY_MINUTES))
        return false;
    if (opens.len == 0 || closes.len == 0) return true;
    if (!read_minute(closes, &schedule->closes_min)) return false;
    if (schedule->closes_min == schedule->opens_min && schedule->opens_min > 0) return false;
    if (schedule->closes_min <= schedule->opens_min) schedule->closes_min += EG_SCHEDULE_DAY_MINUTES;
    return true;
}

/* The day that a field has, or `otherwise`. */
static bool read_day(struct eg_text text, int32_t otherwise, int32_t *day_out)
{
    int64_t day = otherwise;
    struct eg_text date = {text.data, text.len < EG_CALENDAR_DATE_LEN ? text.len : EG_CALENDAR_DATE_LEN};
    if (text.len > 0 && !eg_calendar_parse_date(date, &day)) return false;
    *day_out = (int32_t)day;
    return true;
}

static bool read_count(struct eg_text text, struct eg_schedule *schedule)
{
    uint32_t left;
    if (text.len == 0) return true;
    if (!eg_text_to_u32(text, &left) || left == 0 || schedule->anchor_day == 0) return false;
    int64_t day = schedule->anchor_day;
    int64_t end = day + COUNT_DAYS < schedule->last_day ? day + COUNT_DAYS : schedule->last_day;
    for (; day <= end && left > 0; day++) left -= eg_schedule_is_on(schedule, day);
    if (left == 0) schedule->last_day = (int32_t)(day - 1);
    return true;
}

/* What a rule leaves out follows from the day on which it begins. */
static bool complete(struct eg_schedule *schedule)
{
    bool by_number = schedule->month_days || schedule->month_days_back;
    if (schedule->interval > 1 && schedule->anchor_day == 0) return false;
    if (schedule->freq == EG_SCHEDULE_DAILY) return schedule->first_day > 0 || schedule->anchor_day > 0;
    if (schedule->freq == EG_SCHEDULE_WEEKLY && by_number) return false;
    if (has_weekday(schedule) || by_number) return true;
    if (schedule->anchor_day == 0) return false;
    if (schedule->freq == EG_SCHEDULE_WEEKLY)
        schedule->byday[eg_calendar_weekday(schedule->anchor_day)] = EG_SCHEDULE_EVERY;
    else schedule->month_days = 1U << eg_calendar_date(schedule->anchor_day).day;
    return true;
}

static bool read_bounds(const struct eg_text *field, struct eg_schedule *schedule)
{
    int32_t valid_from, valid_to, begin, until;
    if (!read_day(field[EG_SCHEDULE_VALID_FROM], 0, &valid_from) ||
        !read_day(field[EG_SCHEDULE_VALID_TO], EG_SCHEDULE_NO_END, &valid_to) ||
        !read_day(field[EG_SCHEDULE_DTSTART], 0, &begin) ||
        !read_day(field[EG_SCHEDULE_UNTIL], EG_SCHEDULE_NO_END, &until))
        return false;
    schedule->anchor_day = begin > 0 ? begin : valid_from;
    schedule->first_day = begin > valid_from ? begin : valid_from;
    schedule->last_day = until < valid_to ? until : valid_to;
    return true;
}

/* Without a frequency: weekdays mean weeks, no weekdays a span of days, one day when it has no end. */
static void guess_freq(const struct eg_text *field, struct eg_schedule *schedule)
{
    if (eg_text_equal(field[EG_SCHEDULE_FREQ], EG_TEXT("MONTHLY"))) schedule->freq = EG_SCHEDULE_MONTHLY;
    else if (field[EG_SCHEDULE_FREQ].len > 0 || has_weekday(schedule)) schedule->freq = EG_SCHEDULE_WEEKLY;
    else if (schedule->month_days || schedule->month_days_back) schedule->freq = EG_SCHEDULE_MONTHLY;
    else {
        schedule->freq = EG_SCHEDULE_DAILY;
        if (schedule->last_day == EG_SCHEDULE_NO_END) schedule->last_day = schedule->first_day;
        if (schedule->first_day == 0) schedule->first_day = schedule->anchor_day = schedule->last_day;
    }
}

bool eg_schedule_from_record(const struct eg_text *field, struct eg_schedule *schedule_out)
{
    struct eg_schedule schedule = {.interval = 1};
    struct eg_text interval = field[EG_SCHEDULE_INTERVAL];
    if (field[EG_SCHEDULE_BYWEEKNO].len > 0 || field[EG_SCHEDULE_BYYEARDAY].len > 0) return false;
    if (interval.len > 0 && (!eg_text_to_u32(interval, &schedule.interval) || schedule.interval == 0))
        return false;
    if (field[EG_SCHEDULE_WKST].len > 0 && !read_weekday(field[EG_SCHEDULE_WKST], &schedule.week_start))
        return false;
    if (!read_byday(field[EG_SCHEDULE_BYDAY], &schedule) ||
        !read_bymonthday(field[EG_SCHEDULE_BYMONTHDAY], &schedule) || !read_bounds(field, &schedule) ||
        !set_times(field[EG_SCHEDULE_OPENS_AT], field[EG_SCHEDULE_CLOSES_AT], &schedule))
        return false;
    guess_freq(field, &schedule);
    if (!complete(&schedule) || !read_count(field[EG_SCHEDULE_COUNT], &schedule)) return false;
    *schedule_out = schedule;
    return true;
}

/* --- from dates ---------------------------------------------------------------------------------------------------------- */

/* The time of "2026-03-04T18:30:00Z", or nothing. */
static struct eg_text time_of(struct eg_text text)
{
    bool has_time = text.len > EG_CALENDAR_DATE_LEN + 1 &&
                    (text.data[EG_CALENDAR_DATE_LEN] == 'T' || text.data[EG_CALENDAR_DATE_LEN] == ' ');
    if (!has_time) return EG_TEXT("");
    return (struct eg_text){text.data + EG_CALENDAR_DATE_LEN + 1, text.len - EG_CALENDAR_DATE_LEN - 1};
}

bool eg_schedule_from_dates(struct eg_text start, struct eg_text end, struct eg_schedule *schedule_out)
{
    struct eg_schedule schedule = {.freq = EG_SCHEDULE_DAILY, .interval = 1};
    if (start.len == 0 || !read_day(start, 0, &schedule.first_day) ||
        !read_day(end, schedule.first_day, &schedule.last_day) ||
        !set_times(time_of(start), time_of(end), &schedule))
        return false;
    schedule.anchor_day = schedule.first_day;
    *schedule_out = schedule;
    return schedule.last_day >= schedule.first_day;
}
