/* When something is open or takes place: rules of days as RFC 5545 has them, with times of day.
 *
 * Days are those of base/calendar.h, times are minutes of the clock on the wall; what clocks show when is base/zone.h's business. A place
 * that opens at nine opens at nine in summer and in winter, so an offset from UTC that a source writes beside a time of day is passed
 * over. */
#ifndef EG_DATA_SCHEDULE_H
#define EG_DATA_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/text.h"

#define EG_SCHEDULE_DAY_MINUTES 1440
#define EG_SCHEDULE_NO_TIME (-1)
#define EG_SCHEDULE_NO_END 3652424 /* 9999-12-31 */

enum eg_schedule_freq { EG_SCHEDULE_DAILY, EG_SCHEDULE_WEEKLY, EG_SCHEDULE_MONTHLY };

/* Of a weekday in byday: every one, or bits for the first to the fifth of a month and the last to the fifth from its end. */
#define EG_SCHEDULE_EVERY 1U
#define EG_SCHEDULE_NTH(n) (1U << (n))
#define EG_SCHEDULE_LAST(n) (1U << (5 + (n)))

struct eg_schedule {
    enum eg_schedule_freq freq;
    int32_t first_day, last_day; /* both belong to it; 0 and EG_SCHEDULE_NO_END: no bounds */
    int32_t anchor_day;          /* from where intervals are counted */
    uint32_t interval;           /* every so many weeks or months, from 1 */
    uint32_t week_start;         /* 0 Monday to 6 Sunday */
    uint16_t byday[7];           /* from Monday; all 0: not by weekdays */
    uint32_t month_days;         /* bit d: the day d of a month */
    uint32_t month_days_back;    /* bit d: the d-th day from its end */
    /* Of the day, or EG_SCHEDULE_NO_TIME. It closes after it opens: beyond EG_SCHEDULE_DAY_MINUTES past midnight. */
    int32_t opens_min, closes_min;
};

#define EG_SCHEDULE_HOURS_MAX 42U /* that a text of hours makes at the most */

/* From the fields of a record (data/record_specs.h: EG_SCHEDULE_*). False for what this program does not work out (byweekno, byyearday,
 * an interval without a day to count from, a rule of no day); nothing is written then. A row without freq and byday is every day from
 * dtstart (valid_from) to until (valid_to), or that day alone. */
bool eg_schedule_from_record(const struct eg_text *field, struct eg_schedule *schedule_out);

/* Every day from `start` to `end`, which are dates, perhaps with a time; without an end, that day alone. False without a start. */
bool eg_schedule_from_dates(struct eg_text start, struct eg_text end, struct eg_schedule *schedule_out);

/* From a text such as "Mo-Fr 09:00-12:00,13:00-17:00; Sa 10:00-12:00", the part of OpenStreetMap's opening_hours that sources use:
 * weekdays (also "Su,Mo", "We[2]" for the second of a month, "Fr[-1]" for the last, none for all), times of day (past midnight too,
 * "24/7", "off"), rules parted by ";" of which a later one takes the weekdays it names over, or by "," which adds. "PH off" makes
 * no schedule. False for anything else. *n_out schedules at most EG_SCHEDULE_HOURS_MAX. */
bool eg_schedules_from_hours(struct eg_text hours, struct eg_schedule schedules_out[EG_SCHEDULE_HOURS_MAX],
                             uint32_t *n_out);

/* Of such a text in which rules may be of dates, too, as eg_schedules_write has them: "2026-12-05 10:00-12:00; 2026-12-12 10:00", or a date
 * alone. They are days for themselves, which no later rule takes over. */
bool eg_schedules_from_dated_hours(struct eg_text hours,
                                   struct eg_schedule schedules_out[EG_SCHEDULE_HOURS_MAX], uint32_t *n_out);

/* Closed on public holidays: no rule of calendars says so, since these days differ from place to place. In records it is a schedule that
 * has nothing but this for its description. */
#define EG_HOURS_HOLIDAYS "PH off"
/* Whether a text of hours says so among other rules ("PH closed" is the same). */
bool eg_hours_close_on_holidays(struct eg_text hours);
/* Whether it says that and nothing else. */
bool eg_hours_are_of_holidays(struct eg_text hours);

/* Appends the schedules in that language; what it has no words for follows it in plain English. */
void eg_schedules_write(const struct eg_schedule *schedules, uint32_t n, struct eg_buffer *out);

/* Appends its weekdays as a record has them: "MO,2WE,-1FR". */
void eg_schedule_write_byday(const struct eg_schedule *schedule, struct eg_buffer *out);
/* Appends a day as a record has it: "2026-12-05". */
void eg_schedule_write_day(int32_t day, struct eg_buffer *out);
/* Appends a minute of the day as a record has it: "09:00"; past midnight that of the next day. */
void eg_schedule_write_minute(int32_t minute, struct eg_buffer *out);

bool eg_schedule_is_on(const struct eg_schedule *schedule, int64_t day);

/* Whether any is open in this minute of this day; opening belongs to it, closing does not. Those without times never are. */
bool eg_schedules_are_open(const struct eg_schedule *schedules, uint32_t n, int64_t day, int32_t minute);

struct eg_occurrence {
    int64_t day;
    int32_t opens_min, closes_min; /* as in the schedule */
};
/* The first occurrence that begins at from_min or later, and not after until_min; minutes are 1440 * day + minute of the day. What has no
 * time of day begins with its day, and may have begun on the day of from_min. Looks ahead three years. False where there is none. */
bool eg_schedules_next(const struct eg_schedule *schedules, uint32_t n, int64_t from_min, int64_t until_min,
                       struct eg_occurrence *next_out);

#endif
