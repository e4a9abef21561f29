/* Hours of weeks are laid out in a table of seven days first, so that days with the same hours are named together whatever rules they came
 * from: "Monday to Friday and Sunday". Each phrase is a text of the catalogue with its parts filled in; nothing is put together from words
 * here, because languages differ in what stands before what, and Welsh in how a word begins. */
#include "http/hours_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/clock.h"

#define DAY EG_SCHEDULE_DAY_MINUTES
#define SPANS_OF_A_DAY 12U
#define PIECES 80U /* 7 weekdays x 10 places in a month, or 62 days of it */
#define EVERY_WEEKDAY 0x7FU
#define LONGEST_OPEN_MIN (2 * DAY)

/* --- phrases --------------------------------------------------------------------------------------------------------- */

static struct eg_text phrase(struct eg_hours_words *words, const char *key,
                             const struct eg_placeholder *fills, uint32_t n)
{
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    eg_locale_write(words->locale, key, fills, n, &out);
    struct eg_text text = eg_text_copy(words->arena, (struct eg_text){out.data, out.len});
    words->failed |= out.failed || !text.data;
    eg_buffer_clear(&out);
    return text.data ? text : (struct eg_text){0};
}

static struct eg_text with(struct eg_hours_words *words, const char *key, const char *name,
                           struct eg_text value)
{
    struct eg_placeholder fill = {name, value};
    return phrase(words, key, &fill, 1);
}

/* {when} and one thing more. */
static struct eg_text extended(struct eg_hours_words *words, const char *key, struct eg_text when,
                               const char *name, struct eg_text value)
{
    struct eg_placeholder fills[] = {{"when", when}, {name, value}};
    return phrase(words, key, fills, EG_ARRAY_LEN(fills));
}

static struct eg_text number(struct eg_hours_words *words, uint32_t n)
{
    struct eg_text text = eg_text_format(words->arena, "%u", n);
    words->failed |= !text.data;
    return text;
}

/* "a, b and c" */
static struct eg_text joined(struct eg_hours_words *words, const struct eg_text *pieces, uint32_t n)
{
    struct eg_buffer some;
    if (n < 2) return n == 1 ? pieces[0] : (struct eg_text){0};
    eg_buffer_init(&some, 0);
    for (uint32_t i = 0; i + 1 < n; i++) {
        if (i > 0) eg_buffer_literal(&some, ", ");
        eg_buffer_text(&some, pieces[i]);
    }
    struct eg_placeholder fills[] = {{"some", {some.data, some.len}}, {"last", pieces[n - 1]}};
    words->failed |= some.failed;
    struct eg_text text = phrase(words, "hours.and", fills, EG_ARRAY_LEN(fills));
    eg_buffer_clear(&some);
    return text;
}

/* --- times ----------------------------------------------------------------------------------------------------------- */

static struct eg_text clock_text(struct eg_hours_words *words, int32_t minute, bool is_end)
{
    int32_t of_day = minute % DAY;
    uint32_t hour = (uint32_t)of_day / 60, rest = (uint32_t)of_day % 60;
    bool is_half = eg_text_equal(eg_locale_text(words->locale, "time.clock"), EG_TEXT("12"));
    if (of_day == 0) return eg_locale_text(words->locale, is_end ? "time.day_end" : "time.midnight");
    if (of_day == DAY / 2) return eg_locale_text(words->locale, "time.noon");
    uint32_t shown = is_half ? (hour + 11) % 12 + 1 : hour;
    struct eg_placeholder fills[] = {{"hour", number(words, shown)},
                                     {"minute", eg_text_format(words->arena, "%02u", rest)}};
    const char *whole = hour < 12 ? "time.hour_am" : "time.hour_pm";
    const char *parted = hour < 12 ? "time.minute_am" : "time.minute_pm";
    return phrase(words, rest == 0 ? whole : parted, fills, EG_ARRAY_LEN(fills));
}

/* "until 5 pm": before one o'clock some languages have another word. */
static struct eg_text time_text(struct eg_hours_words *words, const char *form, int32_t minute, bool is_end)
{
    char key[24];
    bool is_one = minute % DAY / 60 == 1;
    (void)snprintf(key, sizeof key, "time.%s%s", form, is_one ? "_one" : "");
    return with(words, key, "time", clock_text(words, minute, is_end));
}

struct span {
    int32_t opens_min, closes_min;
};

static struct eg_text span_text(struct eg_hours_words *words, struct span span)
{
    if (span.opens_min == EG_SCHEDULE_NO_TIME) return (struct eg_text){0};
    if (span.closes_min == EG_SCHEDULE_NO_TIME) return time_text(words, "since", span.opens_min, false);
    if (span.closes_min - span.opens_min == DAY && span.opens_min == 0)
        return eg_locale_text(words->locale, "hours.all_day");
    struct eg_text from = time_text(words, "from", span.opens_min, false);
    struct eg_text to = time_text(words, "to", span.closes_min, true);
    struct eg_text text = eg_text_format(words->arena, "%.*s %.*s", EG_TEXT_ARG(from), EG_TEXT_ARG(to));
    words->failed |= !text.data;
    return text;
}

static struct eg_text spans_text(struct eg_hours_words *words, const struct span *spans, uint32_t n)
{
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0) eg_buffer_literal(&out, ", ");
        eg_buffer_text(&out, span_text(words, spans[i]));
    }
    struct eg_text text = {NULL, 0};
    if (out.len > 0) text = eg_text_copy(words->arena, (struct eg_text){out.data, out.len});
    words->failed |= out.failed || (out.len > 0 && !text.data);
    eg_buffer_clear(&out);
    return text;
}

/* --- days ------------------------------------------------------------------------------------------------------------ */

static struct eg_text weekday_text(const struct eg_hours_words *words, uint32_t weekday)
{
    char key[16];
    (void)snprintf(key, sizeof key, "weekday.%u", weekday + 1);
    return eg_locale_text(words->locale, key);
}

/* "Monday to Wednesday and Saturday"; from three days on in a row as a range. */
static struct eg_text days_text(struct eg_hours_words *words, uint32_t days)
{
    struct eg_text pieces[7];
    uint32_t n = 0;
    if (days == EVERY_WEEKDAY) return eg_locale_text(words->locale, "hours.every_day");
    for (uint32_t w = 0; w < 7;) {
        uint32_t end = w;
        while (end < 7 && (days >> end & 1U)) end++;
        bool is_run = end > w + 2;
        if (is_run) {
            struct eg_placeholder fills[] = {{"first", weekday_text(words, w)},
                                             {"last", weekday_text(words, end - 1)}};
            pieces[n++] = phrase(words, "hours.range", fills, EG_ARRAY_LEN(fills));
        } else if (end > w) {
            pieces[n++] = weekday_text(words, w);
        }
        w = is_run ? end : w + 1;
    }
    return joined(words, pieces, n);
}

static struct eg_text date_text(struct eg_hours_words *words, int64_t day)
{
    struct eg_buffer out;
    struct eg_date date = eg_calendar_date(day);
    struct eg_text iso = eg_text_format(words->arena, "%04u-%02u-%02u", date.year, date.month, date.day);
    eg_buffer_init(&out, 0);
    eg_locale_date(words->locale, iso, &out);
    struct eg_text text = eg_text_copy(words->arena, (struct eg_text){out.data, out.len});
    words->failed |= out.failed || !text.data;
    eg_buffer_clear(&out);
    return text.data ? text : (struct eg_text){0};
}

/* "Monday, 23 November 2026" */
static struct eg_text whole_date_text(struct eg_hours_words *words, int64_t day)
{
    struct eg_placeholder fills[] = {{"day", weekday_text(words, eg_calendar_weekday(day))},
                                     {"date", date_text(words, day)}};
    return phrase(words, "hours.day_date", fills, EG_ARRAY_LEN(fills));
}

static uint32_t weekdays_of(const struct eg_schedule *schedule)
{
    uint32_t days = 0;
    for (uint32_t w = 0; w < 7; w++) days |= schedule->byday[w] ? 1U << w : 0;
    return days;
}

/* --- days of a month --------------------------------------------------------------------------------------------------- */

static struct eg_text nth_text(struct eg_hours_words *words, uint32_t weekday, uint32_t nth, bool is_back)
{
    char key[32];
    const char *kind = weekday >= 5 ? "nth_weekend" : "nth";
    struct eg_text day = weekday_text(words, weekday);
    if (is_back && nth > 2) {
        struct eg_placeholder fills[] = {{"day", day}, {"n", number(words, nth)}};
        return phrase(words, "hours.nth_back", fills, EG_ARRAY_LEN(fills));
    }
    if (is_back) (void)snprintf(key, sizeof key, "hours.%s.%s", kind, nth == 1 ? "last" : "before_last");
    else (void)snprintf(key, sizeof key, "hours.%s.%u", kind, nth);
    return with(words, key, "day", day);
}

static uint32_t add_nths(struct eg_hours_words *words, const struct eg_schedule *schedule,
                         struct eg_text pieces[PIECES])
{
    uint32_t n = 0;
    for (uint32_t w = 0; w < 7; w++) {
        uint32_t nths = schedule->byday[w];
        if (nths & EG_SCHEDULE_EVERY) pieces[n++] = weekday_text(words, w);
        if (nths & EG_SCHEDULE_EVERY) continue;
        for (uint32_t nth = 1; nth <= 5; nth++)
            if (nths & EG_SCHEDULE_NTH(nth)) pieces[n++] = nth_text(words, w, nth, false);
        for (uint32_t nth = 1; nth <= 5; nth++)
            if (nths & EG_SCHEDULE_LAST(nth)) pieces[n++] = nth_text(words, w, nth, true);
    }
    return n;
}

static uint32_t add_month_days(struct eg_hours_words *words, const struct eg_schedule *schedule,
                               struct eg_text pieces[PIECES])
{
    uint32_t n = 0;
    for (uint32_t d = 1; d <= 31; d++)
        if (schedule->month_days >> d & 1U)
            pieces[n++] = with(words, "hours.month_day", "n", number(words, d));
    if (schedule->month_days_back >> 1 & 1U) pieces[n++] = eg_locale_text(words->locale, "hours.month_last");
    for (uint32_t d = 2; d <= 31; d++)
        if (schedule->month_days_back >> d & 1U)
            pieces[n++] = with(words, "hours.month_back", "n", number(words, d));
    return n;
}

static struct eg_text month_text(struct eg_hours_words *words, const struct eg_schedule *schedule)
{
    struct eg_text pieces[PIECES];
    bool is_numbered = schedule->month_days || schedule->month_days_back;
    if (!is_numbered) return joined(words, pieces, add_nths(words, schedule, pieces));
    struct eg_text when = joined(words, pieces, add_month_days(words, schedule, pieces));
    uint32_t days = weekdays_of(schedule);
    return days ? extended(words, "hours.only_on", when, "days", days_text(words, days)) : when;
}

/* --- lines ----------------------------------------------------------------------------------------------------------- */

struct listing {
    struct eg_hours_words *words;
    const struct eg_schedule *schedules; /* [n] */
    uint32_t n;
    int64_t today;
    struct eg_hours_line *lines; /* [n_lines] */
    uint32_t n_lines;
};

static bool is_past(const struct listing *listing, const struct eg_schedule *schedule)
{
    return schedule->last_day < listing->today;
}

/* From when on, if that is still to come. */
static int64_t shown_first(const struct listing *listing, const struct eg_schedule *schedule)
{
    return schedule->first_day > listing->today ? schedule->first_day : 0;
}

static bool is_weekly(const struct eg_schedule *schedule)
{
    if (schedule->freq == EG_SCHEDULE_DAILY) return schedule->first_day != schedule->last_day;
    return schedule->freq == EG_SCHEDULE_WEEKLY && schedule->interval <= 1;
}

static bool is_always(const struct listing *listing, const struct eg_schedule *schedule)
{
    return is_weekly(schedule) && shown_first(listing, schedule) == 0 &&
           schedule->last_day >= EG_SCHEDULE_NO_END;
}

static struct eg_text bounded(const struct listing *listing, const struct eg_schedule *schedule,
                              struct eg_text when)
{
    struct eg_hours_words *words = listing->words;
    int64_t first = shown_first(listing, schedule);
    if (first > 0) when = extended(words, "hours.since_day", when, "date", date_text(words, first));
    if (schedule->last_day < EG_SCHEDULE_NO_END)
        when = extended(words, "hours.until_day", when, "date", date_text(words, schedule->last_day));
    return when;
}

static void add_line(struct listing *listing, struct eg_text when, struct eg_text what)
{
    listing->lines[listing->n_lines++] = (struct eg_hours_line){when, what};
}

struct week {
    struct span spans[7][SPANS_OF_A_DAY];
    uint32_t n[7];
};

static void add_span(struct week *week, uint32_t weekday, struct span span)
{
    struct span *spans = week->spans[weekday];
    uint32_t at = week->n[weekday];
    if (at == SPANS_OF_A_DAY) return;
    for (; at > 0 && spans[at - 1].opens_min > span.opens_min; at--) spans[at] = spans[at - 1];
    spans[at] = span;
    week->n[weekday]++;
}

/* All that hold in the same time as the given one. */
static void gather_week(const struct listing *listing, const struct eg_schedule *like, struct week *week)
{
    memset(week, 0, sizeof *week);
    for (uint32_t i = 0; i < listing->n; i++) {
        const struct eg_schedule *schedule = &listing->schedules[i];
        if (!is_weekly(schedule) || shown_first(listing, schedule) != shown_first(listing, like) ||
            schedule->last_day != like->last_day)
            continue;
        for (uint32_t w = 0; w < 7; w++)
            if (schedule->freq == EG_SCHEDULE_DAILY || schedule->byday[w])
                add_span(week, w, (struct span){schedule->opens_min, schedule->closes_min});
    }
}

static uint32_t days_like(const struct week *week, uint32_t weekday)
{
    uint32_t days = 0;
    for (uint32_t w = 0; w < 7; w++)
        if (week->n[w] == week->n[weekday] &&
            memcmp(week->spans[w], week->spans[weekday], week->n[w] * sizeof week->spans[w][0]) == 0)
            days |= 1U << w;
    return days;
}

static void write_week(struct listing *listing, const struct eg_schedule *like)
{
    struct week week;
    uint32_t said = 0;
    gather_week(listing, like, &week);
    for (uint32_t w = 0; w < 7; w++) {
        const struct span *first = week.spans[w];
        if (week.n[w] == 0 || (said >> w & 1U)) continue;
        uint32_t days = days_like(&week, w);
        bool is_whole_day = week.n[w] == 1 && first->opens_min == 0 && first->closes_min == DAY;
        said |= days;
        if (days == EVERY_WEEKDAY && is_whole_day && is_always(listing, like))
            add_line(listing, (struct eg_text){0}, eg_locale_text(listing->words->locale, "hours.always"));
        else
            add_line(listing, bounded(listing, like, days_text(listing->words, days)),
                     spans_text(listing->words, first, week.n[w]));
    }
}

static void write_other(struct listing *listing, const struct eg_schedule *schedule)
{
    struct eg_hours_words *words = listing->words;
    struct span span = {schedule->opens_min, schedule->closes_min};
    struct eg_text when;
    if (schedule->freq == EG_SCHEDULE_DAILY) {
        add_line(listing, whole_date_text(words, schedule->first_day), span_text(words, span));
        return;
    }
    bool is_monthly = schedule->freq == EG_SCHEDULE_MONTHLY;
    when = is_monthly ? month_text(words, schedule) : days_text(words, weekdays_of(schedule));
    if (schedule->interval > 1)
        when = extended(words, is_monthly ? "hours.every_months" : "hours.every_weeks", when, "n",
                        number(words, schedule->interval));
    add_line(listing, bounded(listing, schedule, when), span_text(words, span));
}

/* Weekdays on which nothing is known to be open; none where that is not known of any. */
static uint32_t closed_days(const struct listing *listing)
{
    uint32_t open = 0;
    bool is_known = false;
    for (uint32_t i = 0; i < listing->n; i++) {
        const struct eg_schedule *schedule = &listing->schedules[i];
        if (is_past(listing, schedule)) continue;
        is_known |= is_always(listing, schedule);
        bool is_numbered = schedule->month_days || schedule->month_days_back;
        bool is_any = is_numbered || (schedule->freq == EG_SCHEDULE_DAILY && is_weekly(schedule));
        open |= is_any ? EVERY_WEEKDAY : weekdays_of(schedule);
    }
    return is_known ? ~open & EVERY_WEEKDAY : 0;
}

/* Whether a week of the same time was written before. */
static bool is_told(const struct listing *listing, uint32_t i)
{
    const struct eg_schedule *schedule = &listing->schedules[i];
    for (uint32_t before = 0; before < i; before++) {
        const struct eg_schedule *other = &listing->schedules[before];
        if (is_weekly(other) && !is_past(listing, other) && other->last_day == schedule->last_day &&
            shown_first(listing, other) == shown_first(listing, schedule))
            return true;
    }
    return false;
}

static void write_lines(struct listing *listing)
{
    for (int pass = 0; pass < 3; pass++) { /* weeks of always, weeks of a time, the rest */
        for (uint32_t i = 0; i < listing->n; i++) {
            const struct eg_schedule *schedule = &listing->schedules[i];
            int of_pass = is_always(listing, schedule) ? 0 : is_weekly(schedule) ? 1 : 2;
            if (of_pass != pass || is_past(listing, schedule)) continue;
            if (pass == 2) write_other(listing, schedule);
            else if (!is_told(listing, i)) write_week(listing, schedule);
        }
    }
    uint32_t closed = listing->words->of_some ? 0 : closed_days(listing);
    if (closed)
        add_line(listing, days_text(listing->words, closed),
                 eg_locale_text(listing->words->locale, "hours.closed"));
}

int64_t eg_hours_now_min(const struct eg_zone *zone)
{
    char now[21];
    int64_t unix_s = 0;
    eg_clock_utc(now);
    (void)eg_calendar_parse_instant(eg_text_from(now), &unix_s);
    if (!zone) return eg_calendar_day(1970, 1, 1) * DAY + unix_s / 60;
    struct eg_local_time local = eg_zone_local(zone, unix_s);
    return local.day * DAY + local.second / 60;
}

uint32_t eg_hours_lines(struct eg_hours_words *words, const struct eg_schedule *schedules, uint32_t n,
                        const struct eg_hours_line **lines_out)
{
    struct listing listing = {.words = words,
                              .schedules = schedules,
                              .n = n,
                              .today = words->now_min / DAY,
                              .lines =
                                  eg_arena_array(words->arena, 7 * (size_t)n + 1, sizeof *listing.lines)};
    *lines_out = listing.lines;
    words->failed |= !listing.lines;
    if (listing.lines) write_lines(&listing);
    return listing.n_lines;
}

/* --- now ------------------------------------------------------------------------------------------------------------- */

static bool has_times(const struct eg_schedule *schedule)
{
    return schedule->opens_min != EG_SCHEDULE_NO_TIME && schedule->closes_min != EG_SCHEDULE_NO_TIME;
}

/* When those close that are open in a minute, the last of them; -1 where none is. */
static int64_t closes_after(const struct eg_schedule *schedules, uint32_t n, int64_t at_min)
{
    int64_t latest = -1;
    for (uint32_t i = 0; i < n; i++) {
        for (int64_t day = at_min / DAY - 1; has_times(&schedules[i]) && day <= at_min / DAY; day++) {
            int64_t opens = day * DAY + schedules[i].opens_min, closes = day * DAY + schedules[i].closes_min;
            bool is_open = at_min >= opens && at_min < closes && eg_schedule_is_on(&schedules[i], day);
            if (is_open && closes > latest) latest = closes;
        }
    }
    return latest;
}

/* Without a break; -1: it is not open. What is open for days on end has no end worth telling: EG_SCHEDULE_NO_END in minutes. */
static int64_t open_until(const struct eg_schedule *schedules, uint32_t n, int64_t now_min)
{
    int64_t until = closes_after(schedules, n, now_min), next = until;
    while (next >= 0 && until < now_min + LONGEST_OPEN_MIN) {
        until = next;
        next = closes_after(schedules, n, until);
    }
    return until < now_min + DAY ? until : (int64_t)EG_SCHEDULE_NO_END * DAY;
}

static struct eg_text say_open(struct eg_hours_words *words, const char *plain, const char *key,
                               int64_t until_min)
{
    if (until_min == (int64_t)EG_SCHEDULE_NO_END * DAY) return eg_locale_text(words->locale, plain);
    return with(words, key, "until", time_text(words, "until", (int32_t)(until_min % DAY), true));
}

static struct eg_text say_opens(struct eg_hours_words *words, struct eg_occurrence next)
{
    int64_t days = next.day - words->now_min / DAY;
    struct eg_placeholder fills[] = {{"at", time_text(words, "at", next.opens_min, false)},
                                     {"day", weekday_text(words, eg_calendar_weekday(next.day))},
                                     {"date", date_text(words, next.day)}};
    const char *key = "hours.opens_date";
    if (days == 0) key = "hours.opens_today";
    else if (days == 1) key = "hours.opens_tomorrow";
    else if (days < 7) key = "hours.opens_on";
    return phrase(words, key, fills, EG_ARRAY_LEN(fills));
}

struct eg_text eg_hours_now(struct eg_hours_words *words, const struct eg_schedule *schedules, uint32_t n)
{
    struct eg_schedule *timed = eg_arena_array(words->arena, (size_t)n + 1, sizeof *timed);
    uint32_t n_timed = 0;
    struct eg_occurrence next;
    words->failed |= !timed;
    for (uint32_t i = 0; timed && i < n; i++)
        if (has_times(&schedules[i])) timed[n_timed++] = schedules[i];
    if (n_timed == 0) return (struct eg_text){0};
    int64_t until = open_until(timed, n_timed, words->now_min);
    if (until >= 0) return say_open(words, "hours.open", "hours.open_until", until);
    if (eg_schedules_next(timed, n_timed, words->now_min, (int64_t)EG_SCHEDULE_NO_END * DAY, &next))
        return say_opens(words, next);
    return eg_locale_text(words->locale, "hours.closed_now");
}

/* --- events ---------------------------------------------------------------------------------------------------------- */

static struct eg_text say_occurrence(struct eg_hours_words *words, struct eg_occurrence next)
{
    struct eg_text date = whole_date_text(words, next.day);
    struct eg_text times = span_text(words, (struct span){next.opens_min, next.closes_min});
    if (times.len == 0) return date;
    struct eg_text text = eg_text_format(words->arena, "%.*s, %.*s", EG_TEXT_ARG(date), EG_TEXT_ARG(times));
    words->failed |= !text.data;
    return text;
}

enum eg_event_is eg_hours_event(struct eg_hours_words *words, const struct eg_schedule *schedules, uint32_t n,
                                struct eg_text *text_out)
{
    struct eg_occurrence next;
    if (n == 0) return EG_EVENT_UNKNOWN;
    int64_t until = open_until(schedules, n, words->now_min);
    if (until >= 0) {
        *text_out = say_open(words, "hours.on_now", "hours.on_now_until", until);
        return EG_EVENT_NOW;
    }
    if (eg_schedules_next(schedules, n, words->now_min, (int64_t)EG_SCHEDULE_NO_END * DAY, &next)) {
        *text_out = say_occurrence(words, next);
        return EG_EVENT_NEXT;
    }
    *text_out = eg_locale_text(words->locale, "event.over");
    return EG_EVENT_OVER;
}
