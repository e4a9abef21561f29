/* Texts of opening hours, read by one function for each part of a rule, from left to right. Weekdays of every week are gathered in a
 * table first, because later rules take days over from earlier ones; days that have the same hours become one schedule then. */
#include "data/schedule.h"

#include <string.h>

#include "base/calendar.h"

#define SPANS_OF_A_DAY 6U

struct span {
    int32_t opens_min, closes_min;
};

struct day_hours {
    struct span spans[SPANS_OF_A_DAY];
    uint32_t n;
};

struct reading {
    const char *at, *end;
    struct day_hours days[7];
    struct eg_schedule *schedules; /* those of weekdays of a month and of dates, at once */
    uint32_t n_schedules;
    bool takes_dates;
};

static const char weekdays[7][3] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};

/* --- signs --------------------------------------------------------------------------------------------------------------- */

static void skip_blanks(struct reading *reading)
{
    while (reading->at < reading->end && (*reading->at == ' ' || *reading->at == '\t')) reading->at++;
}

static bool take(struct reading *reading, const char *sign)
{
    size_t len = strlen(sign);
    skip_blanks(reading);
    if ((size_t)(reading->end - reading->at) < len ||
        !eg_text_equal_any_case((struct eg_text){reading->at, len}, eg_text_from(sign)))
        return false;
    reading->at += len;
    return true;
}

/* A hyphen or an en dash. */
static bool take_dash(struct reading *reading)
{
    return take(reading, "-") || take(reading, "\xE2\x80\x93");
}

static bool take_number(struct reading *reading, uint32_t *number_out)
{
    struct eg_text digits = {reading->at, 0};
    while (reading->at < reading->end && digits.len < 2 && *reading->at >= '0' && *reading->at <= '9') {
        reading->at++;
        digits.len++;
    }
    return eg_text_to_u32(digits, number_out);
}

static bool take_weekday(struct reading *reading, uint32_t *weekday_out)
{
    for (uint32_t w = 0; w < 7; w++) {
        if (!take(reading, weekdays[w])) continue;
        char next = reading->at < reading->end ? *reading->at : ' ';
        *weekday_out = w;
        return !((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z')); /* no "Monday" */
    }
    return false;
}

static bool take_time(struct reading *reading, int32_t *minute_out)
{
    uint32_t hour, minute;
    skip_blanks(reading);
    if (!take_number(reading, &hour) || reading->at == reading->end || *reading->at++ != ':' ||
        reading->end - reading->at < 2 || !take_number(reading, &minute))
        return false;
    if (hour > 24 || minute > 59 || (hour == 24 && minute > 0)) return false;
    *minute_out = (int32_t)(hour * 60 + minute);
    return true;
}

/* --- a rule -------------------------------------------------------------------------------------------------------------- */

/* "[2]", "[1,3]" or "[-1]" */
static bool take_nths(struct reading *reading, uint16_t *nths_out)
{
    if (!take(reading, "[")) return true;
    do {
        uint32_t n;
        skip_blanks(reading);
        bool back = take(reading, "-");
        if (!take_number(reading, &n) || n < 1 || n > 5) return false;
        *nths_out = (uint16_t)(*nths_out | (back ? EG_SCHEDULE_LAST(n) : EG_SCHEDULE_NTH(n)));
    } while (take(reading, ","));
    return take(reading, "]");
}

/* "Mo-Fr,Su" into the weekdays asked for: EG_SCHEDULE_EVERY or which of a month. None are all. */
static bool take_weekdays(struct reading *reading, uint16_t nths[7])
{
    const char *begin = reading->at;
    uint32_t first, last;
    do {
        bool has_one = take_weekday(reading, &first);
        if (!has_one && reading->at == begin) break;
        if (!has_one) return false;
        uint16_t nth = 0;
        if (!take_nths(reading, &nth)) return false;
        last = first;
        if (nth == 0 && take_dash(reading) && !take_weekday(reading, &last)) return false;
        for (uint32_t w = first;; w = (w + 1) % 7) {
            nths[w] = (uint16_t)(nths[w] | (nth ? nth : EG_SCHEDULE_EVERY));
            if (w == last) break;
        }
    } while (take(reading, ","));
    if (reading->at == begin)
        for (int w = 0; w < 7; w++) nths[w] = EG_SCHEDULE_EVERY;
    return true;
}

static bool take_span(struct reading *reading, struct day_hours *hours)
{
    struct span span;
    if (hours->n == SPANS_OF_A_DAY || !take_time(reading, &span.opens_min) || !take_dash(reading) ||
        !take_time(reading, &span.closes_min))
        return false;
    if (span.opens_min == EG_SCHEDULE_DAY_MINUTES ||
        (span.opens_min == span.closes_min && span.opens_min > 0))
        return false;
    if (span.closes_min <= span.opens_min) span.closes_min += EG_SCHEDULE_DAY_MINUTES;
    hours->spans[hours->n++] = span;
    return true;
}

/* "09:00-12:00,13:00-17:00"; a comma before something else than a digit begins a rule that adds. */
static bool take_spans(struct reading *reading, struct day_hours *hours, bool *adds_out)
{
    if (take(reading, "off") || take(reading, "closed")) return true;
    do {
        skip_blanks(reading);
        bool is_time = reading->at < reading->end && *reading->at >= '0' && *reading->at <= '9';
        if (!is_time) {
            *adds_out = true;
            return hours->n > 0;
        }
        if (!take_span(reading, hours)) return false;
    } while (take(reading, ","));
    return true;
}

static bool add_schedule(struct reading *reading, struct eg_schedule schedule)
{
    if (reading->n_schedules == EG_SCHEDULE_HOURS_MAX) return false;
    schedule.interval = 1;
    schedule.last_day = schedule.freq == EG_SCHEDULE_DAILY ? schedule.first_day : EG_SCHEDULE_NO_END;
    reading->schedules[reading->n_schedules++] = schedule;
    return true;
}

static bool add_of_month(struct reading *reading, const uint16_t nths[7], const struct day_hours *hours)
{
    for (uint32_t i = 0; i < hours->n; i++) {
        struct eg_schedule schedule = {.freq = EG_SCHEDULE_MONTHLY,
                                       .opens_min = hours->spans[i].opens_min,
                                       .closes_min = hours->spans[i].closes_min};
        memcpy(schedule.byday, nths, sizeof schedule.byday);
        if (!add_schedule(reading, schedule)) return false;
    }
    return true;
}

static bool set_days(struct reading *reading, const uint16_t nths[7], const struct day_hours *hours,
                     bool adds)
{
    for (int w = 0; w < 7; w++) {
        struct day_hours *day = &reading->days[w];
        if (nths[w] == 0) continue;
        if (!adds) day->n = 0;
        if (day->n + hours->n > SPANS_OF_A_DAY) return false;
        for (uint32_t i = 0; i < hours->n; i++) day->spans[day->n++] = hours->spans[i];
    }
    return true;
}

/* "2026-12-05", a day that there is; only a day stands where four digits and a hyphen do. */
static bool take_date(struct reading *reading, int64_t *day_out)
{
    struct eg_text date = {reading->at, EG_CALENDAR_DATE_LEN};
    if ((size_t)(reading->end - reading->at) < date.len || !eg_calendar_parse_date(date, day_out) ||
        *day_out <= 0)
        return false;
    reading->at += date.len;
    return reading->at == reading->end || *reading->at == ' ' || *reading->at == '\t' || *reading->at == ';';
}

/* Of one day alone: its times, the time at which it begins, or no time. */
static bool take_times_of_date(struct reading *reading, int64_t day, bool *adds_out)
{
    struct day_hours hours = {.n = 0};
    struct eg_schedule schedule = {.freq = EG_SCHEDULE_DAILY,
                                   .first_day = (int32_t)day,
                                   .anchor_day = (int32_t)day,
                                   .opens_min = EG_SCHEDULE_NO_TIME,
                                   .closes_min = EG_SCHEDULE_NO_TIME};
    skip_blanks(reading);
    bool has_time = reading->at < reading->end && *reading->at != ';';
    const char *begin = reading->at;
    *adds_out = false;
    if (has_time && take_time(reading, &schedule.opens_min) && schedule.opens_min < EG_SCHEDULE_DAY_MINUTES) {
        skip_blanks(reading);
        if (reading->at == reading->end || *reading->at == ';') return add_schedule(reading, schedule);
    }
    reading->at = begin;
    if (!has_time) return add_schedule(reading, schedule);
    if (!take_spans(reading, &hours, adds_out) || hours.n == 0) return false; /* "2026-12-05 off" */
    for (uint32_t i = 0; i < hours.n; i++) {
        schedule.opens_min = hours.spans[i].opens_min;
        schedule.closes_min = hours.spans[i].closes_min;
        if (!add_schedule(reading, schedule)) return false;
    }
    return true;
}

/* *adds: whether this rule adds to those before; then whether the next does. */
static bool take_rule(struct reading *reading, bool *adds)
{
    uint16_t nths[7] = {0};
    struct day_hours hours = {.n = 0};
    bool next_adds = false, of_month = false;
    int64_t day;
    if (reading->takes_dates && take_date(reading, &day)) return take_times_of_date(reading, day, adds);
    if (take(reading, EG_HOURS_HOLIDAYS) || take(reading, "PH closed")) {
        *adds = false;
        return true;
    }
    if (take(reading, "24/7")) {
        hours = (struct day_hours){{{0, EG_SCHEDULE_DAY_MINUTES}}, 1};
        for (int w = 0; w < 7; w++) nths[w] = EG_SCHEDULE_EVERY;
    } else if (!take_weekdays(reading, nths) || !take_spans(reading, &hours, &next_adds)) {
        return false;
    }
    for (int w = 0; w < 7; w++) of_month |= nths[w] > EG_SCHEDULE_EVERY;
    if (of_month && hours.n == 0) return false; /* "We[2] off" */
    if (of_month ? !add_of_month(reading, nths, &hours) : !set_days(reading, nths, &hours, *adds))
        return false;
    *adds = next_adds;
    return true;
}

/* --- all of it ----------------------------------------------------------------------------------------------------------- */

static bool gather(struct reading *reading)
{
    uint32_t first = reading->n_schedules;
    for (uint32_t w = 0; w < 7; w++) {
        for (uint32_t s = 0; s < reading->days[w].n; s++) {
            struct span span = reading->days[w].spans[s];
            uint32_t i = first;
            while (i < reading->n_schedules && (reading->schedules[i].opens_min != span.opens_min ||
                                                reading->schedules[i].closes_min != span.closes_min))
                i++;
            struct eg_schedule schedule = {
                .freq = EG_SCHEDULE_WEEKLY, .opens_min = span.opens_min, .closes_min = span.closes_min};
            if (i == reading->n_schedules && !add_schedule(reading, schedule)) return false;
            reading->schedules[i].byday[w] = EG_SCHEDULE_EVERY;
        }
    }
    return true;
}

static bool read_hours(struct eg_text hours, bool takes_dates,
                       struct eg_schedule schedules_out[EG_SCHEDULE_HOURS_MAX], uint32_t *n_out)
{
    hours = eg_text_trim(hours);
    struct reading reading = {.at = hours.data,
                              .end = hours.data + hours.len,
                              .schedules = schedules_out,
                              .takes_dates = takes_dates};
    bool adds = false;
    if (hours.len == 0) return false;
    while (reading.at < reading.end) {
        if (!take_rule(&reading, &adds)) return false;
        skip_blanks(&reading);
        if (!adds && reading.at < reading.end && !take(&reading, ";")) return false;
        skip_blanks(&reading);
    }
    if (adds || !gather(&reading)) return false; /* nothing follows the last comma */
    *n_out = reading.n_schedules;
    return true;
}

bool eg_schedules_from_hours(struct eg_text hours, struct eg_schedule schedules_out[EG_SCHEDULE_HOURS_MAX],
                             uint32_t *n_out)
{
    return read_hours(hours, false, schedules_out, n_out);
}

bool eg_schedules_from_dated_hours(struct eg_text hours,
                                   struct eg_schedule schedules_out[EG_SCHEDULE_HOURS_MAX], uint32_t *n_out)
{
    return read_hours(hours, true, schedules_out, n_out);
}

/* --- public holidays ----------------------------------------------------------------------------------------------------- */

static const char *const holidays[] = {EG_HOURS_HOLIDAYS, "PH closed"};

bool eg_hours_close_on_holidays(struct eg_text hours)
{
    for (size_t s = 0; s < EG_ARRAY_LEN(holidays); s++) {
        size_t len = strlen(holidays[s]);
        for (size_t i = 0; i + len <= hours.len; i++)
            if (eg_text_equal_any_case((struct eg_text){hours.data + i, len}, eg_text_from(holidays[s])))
                return true;
    }
    return false;
}

bool eg_hours_are_of_holidays(struct eg_text hours)
{
    hours = eg_text_trim(hours);
    for (size_t s = 0; s < EG_ARRAY_LEN(holidays); s++)
        if (eg_text_equal_any_case(hours, eg_text_from(holidays[s]))) return true;
    return false;
}

/* --- writing ------------------------------------------------------------------------------------------------------------- */

static void write_nths(uint32_t nths, struct eg_buffer *out)
{
    char parted = '[';
    if (nths & EG_SCHEDULE_EVERY) return;
    for (uint32_t n = 1; n <= 5; n++) {
        if (nths & EG_SCHEDULE_NTH(n)) eg_buffer_printf(out, "%c%u", parted, n);
        if (nths & EG_SCHEDULE_NTH(n)) parted = ',';
    }
    for (uint32_t n = 1; n <= 5; n++) {
        if (nths & EG_SCHEDULE_LAST(n)) eg_buffer_printf(out, "%c-%u", parted, n);
        if (nths & EG_SCHEDULE_LAST(n)) parted = ',';
    }
    eg_buffer_char(out, ']');
}

/* "Mo-Fr,Su"; from three days on in a row with a dash. */
static void write_weekdays(const struct eg_schedule *schedule, struct eg_buffer *out)
{
    bool is_first = true;
    for (uint32_t w = 0; w < 7;) {
        uint32_t end = w;
        while (end < 7 && schedule->byday[end] == EG_SCHEDULE_EVERY) end++;
        bool is_run = end > w + 2;
        if (schedule->byday[w] == 0) {
            w++;
            continue;
        }
        if (!is_first) eg_buffer_char(out, ',');
        is_first = false;
        eg_buffer_literal(out, weekdays[w]);
        write_nths(schedule->byday[w], out);
        if (is_run) eg_buffer_printf(out, "-%s", weekdays[end - 1]);
        w = is_run ? end : w + 1;
    }
}

void eg_schedule_write_day(int32_t day, struct eg_buffer *out)
{
    struct eg_date date = eg_calendar_date(day);
    eg_buffer_printf(out, "%04u-%02u-%02u", date.year, date.month, date.day);
}

static void write_month_days(const struct eg_schedule *schedule, struct eg_buffer *out)
{
    const char *before = "on day ";
    for (uint32_t d = 1; d <= 31; d++) {
        if (schedule->month_days >> d & 1U) eg_buffer_printf(out, "%s%u", before, d);
        if (schedule->month_days >> d & 1U) before = ", ";
    }
    for (uint32_t d = 1; d <= 31; d++) {
        if (schedule->month_days_back >> d & 1U) eg_buffer_printf(out, "%s-%u", before, d);
        if (schedule->month_days_back >> d & 1U) before = ", ";
    }
    if (schedule->month_days || schedule->month_days_back) eg_buffer_literal(out, " of the month");
}

static void write_times(const struct eg_schedule *schedule, struct eg_buffer *out)
{
    int32_t opens = schedule->opens_min, closes = schedule->closes_min;
    if (opens == EG_SCHEDULE_NO_TIME) return;
    eg_buffer_printf(out, " %02d:%02d", opens / 60, opens % 60);
    if (closes == EG_SCHEDULE_NO_TIME) return;
    if (closes >= EG_SCHEDULE_DAY_MINUTES) closes -= EG_SCHEDULE_DAY_MINUTES;
    eg_buffer_printf(out, "-%02d:%02d", closes / 60, closes % 60);
}

static void write_bounds(const struct eg_schedule *schedule, struct eg_buffer *out)
{
    bool has_first = schedule->first_day > 0, has_last = schedule->last_day < EG_SCHEDULE_NO_END;
    if (has_first && has_last && schedule->first_day == schedule->last_day) return;
    if (has_first) eg_buffer_literal(out, " from ");
    if (has_first) eg_schedule_write_day(schedule->first_day, out);
    if (has_last) eg_buffer_literal(out, " until ");
    if (has_last) eg_schedule_write_day(schedule->last_day, out);
}

/* With one before it, from which a rule after ";" would take the day over. */
static bool shares_weekday(const struct eg_schedule *schedules, uint32_t i)
{
    bool shares = false;
    for (uint32_t before = 0; before < i; before++)
        for (int w = 0; w < 7; w++) shares |= schedules[before].byday[w] && schedules[i].byday[w];
    return shares;
}

static bool is_always(const struct eg_schedule *schedule)
{
    if (schedule->freq != EG_SCHEDULE_WEEKLY || schedule->interval > 1) return false;
    for (int w = 0; w < 7; w++)
        if (schedule->byday[w] != EG_SCHEDULE_EVERY) return false;
    return schedule->opens_min == 0 && schedule->closes_min == EG_SCHEDULE_DAY_MINUTES &&
           schedule->first_day == 0 && schedule->last_day >= EG_SCHEDULE_NO_END;
}

void eg_schedules_write(const struct eg_schedule *schedules, uint32_t n, struct eg_buffer *out)
{
    if (n == 1 && is_always(&schedules[0])) {
        eg_buffer_literal(out, "24/7");
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_schedule *schedule = &schedules[i];
        if (i > 0) eg_buffer_literal(out, shares_weekday(schedules, i) ? ", " : "; ");
        if (schedule->freq == EG_SCHEDULE_DAILY && schedule->first_day == schedule->last_day)
            eg_schedule_write_day(schedule->first_day, out);
        else if (schedule->freq == EG_SCHEDULE_DAILY) eg_buffer_literal(out, "Mo-Su");
        write_weekdays(schedule, out);
        write_month_days(schedule, out);
        write_times(schedule, out);
        if (schedule->interval > 1)
            eg_buffer_printf(out, " every %u %s", schedule->interval,
                             schedule->freq == EG_SCHEDULE_WEEKLY ? "weeks" : "months");
        write_bounds(schedule, out);
    }
}

void eg_schedule_write_byday(const struct eg_schedule *schedule, struct eg_buffer *out)
{
    static const char names[7][3] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    bool is_first = true;
    for (int w = 0; w < 7; w++) {
        for (int nth = -5; nth <= 5; nth++) {
            uint32_t bit = nth < 0   ? EG_SCHEDULE_LAST(-nth)
                           : nth > 0 ? EG_SCHEDULE_NTH(nth)
                                     : EG_SCHEDULE_EVERY;
            if (!(schedule->byday[w] & bit)) continue;
            if (!is_first) eg_buffer_char(out, ',');
            is_first = false;
            if (nth != 0) eg_buffer_printf(out, "%d", nth);
            eg_buffer_literal(out, names[w]);
        }
    }
}

void eg_schedule_write_minute(int32_t minute, struct eg_buffer *out)
{
    if (minute >= EG_SCHEDULE_DAY_MINUTES) minute -= EG_SCHEDULE_DAY_MINUTES;
    eg_buffer_printf(out, "%02d:%02d", minute / 60, minute % 60);
}
