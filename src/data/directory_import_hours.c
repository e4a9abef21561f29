/* A row's hours are all that an entry's own schedules say, and those of it at its places. The text becomes schedules again, each of which is
 * looked for among those that are there: one that says just this stays untouched; one of the same days takes the new times and keeps
 * what rows have no words for (a note, a link); what nothing is like is new, and what was shown and is not said any more goes. Of
 * descriptions only the first is shown, and each would be the first once the one before it has gone: several stay, all of them. At most some
 * dozens of each: all are compared with all. Single days go only where the text has others: hours of weekdays do not speak of them. */
#include <string.h>

#include "data/directory_import_internal.h"
#include "data/schedule.h"

#define MOST 200U /* schedules of an entry that are looked at */

struct hours {
    const struct eg_record *now[MOST]; /* [n]: of the entry, as far as its row shows them */
    uint32_t n;
    uint32_t n_words;                    /* that only people can read, shown or not */
    const struct eg_record *words;       /* the first */
    const struct eg_record *const *told; /* [n_told] */
    uint32_t n_told;
    int32_t now_of[EG_SCHEDULE_HOURS_MAX + 2]; /* of what is told: the one that it is about; -1: none */
    bool is_exact[EG_SCHEDULE_HOURS_MAX + 2];
};

/* Of one day alone. */
static bool is_day(const struct eg_record *schedule)
{
    struct eg_schedule rule;
    return eg_schedule_from_record(schedule->field, &rule) && rule.freq == EG_SCHEDULE_DAILY &&
           rule.first_day == rule.last_day;
}

/* What is told is hours, in whichever words, and days among them; else it says from when to when the entry takes place. */
static bool says_hours(const struct eg_record *told)
{
    const struct eg_text *field = told->field;
    return field[EG_SCHEDULE_FREQ].len + field[EG_SCHEDULE_DESCRIPTION].len + field[EG_SCHEDULE_DTSTART].len >
           0;
}

/* --- from when to when ---------------------------------------------------------------------------------------------------------------- */

/* Its words are not said any more. */
static bool goes(struct eg_planning *planning, const struct eg_record *row, struct eg_text service)
{
    return eg_planning_drops_schedule(planning, row, service) &&
           !eg_records_has_referring(planning->base, EG_RECORD_SCHEDULE, row->field[0]);
}

/* That of which a row shows the dates once those that go have gone; NULL: none. */
static const struct eg_record *dates_shown(struct eg_planning *planning, struct eg_text service)
{
    uint32_t n;
    const struct eg_records *records = planning->base;
    const struct eg_record *const *rows =
        eg_records_with(records, EG_RECORD_SCHEDULE, EG_SCHEDULE_SERVICE_ID, service, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_text *field = rows[i]->field;
        size_t len = field[EG_SCHEDULE_DTSTART].len + field[EG_SCHEDULE_VALID_FROM].len +
                     field[EG_SCHEDULE_UNTIL].len + field[EG_SCHEDULE_VALID_TO].len;
        if (field[EG_SCHEDULE_FREQ].len == 0 && len > 0 && !goes(planning, rows[i], service)) return rows[i];
    }
    return NULL;
}

/* A date goes to where the one that it takes the place of is. */
static void put_dates(struct eg_planning *planning, const struct eg_record *row)
{
    struct eg_text service = row->field[EG_SCHEDULE_SERVICE_ID];
    const struct eg_record *old = dates_shown(planning, service);
    struct eg_text *over = eg_planning_laid_over(planning, row, old);
    if (!over) return;
    over[0] = old ? old->field[0] : eg_planning_free_id(planning, EG_RECORD_SCHEDULE, row->field[0]);
    struct eg_text from = row->field[EG_SCHEDULE_VALID_FROM], to = row->field[EG_SCHEDULE_VALID_TO];
    if (old && old->field[EG_SCHEDULE_DTSTART].len > 0) {
        over[EG_SCHEDULE_VALID_FROM] = old->field[EG_SCHEDULE_VALID_FROM];
        if (from.len > 0) over[EG_SCHEDULE_DTSTART] = from;
    }
    if (old && old->field[EG_SCHEDULE_UNTIL].len > 0) {
        over[EG_SCHEDULE_VALID_TO] = old->field[EG_SCHEDULE_VALID_TO];
        if (to.len > 0) over[EG_SCHEDULE_UNTIL] = to;
    }
    eg_planning_put(planning, (struct eg_record){EG_RECORD_SCHEDULE, over}, old);
}

/* --- hours ------------------------------------------------------------------------------------------------------------------------------ */

/* Of those that no program works out, only the first is shown. */
static void add_shown(const struct eg_records *records, enum eg_schedule_field of, struct eg_text id,
                      struct hours *hours)
{
    uint32_t n;
    struct eg_schedule schedule;
    const struct eg_record *const *rows = eg_records_with(records, EG_RECORD_SCHEDULE, of, id, &n);
    for (uint32_t i = 0; i < n && hours->n < MOST; i++) {
        struct eg_text words = rows[i]->field[EG_SCHEDULE_DESCRIPTION];
        bool is_rule = eg_schedule_from_record(rows[i]->field, &schedule);
        bool is_words = !is_rule && !eg_hours_are_of_holidays(words);
        bool is_own =
            rows[i]->field[EG_SCHEDULE_SERVICE_ID].len > 0; /* or another's, and of a place of this one */
        if (is_own != (of == EG_SCHEDULE_SERVICE_ID)) continue;
        bool is_shown = rows[i]->field[EG_SCHEDULE_FREQ].len + words.len > 0 || (is_rule && is_day(rows[i]));
        if (!is_shown || (is_words && words.len == 0)) continue;
        if (is_words && hours->n_words++ > 0) continue;
        if (is_words) hours->words = rows[i];
        hours->now[hours->n++] = rows[i];
    }
}

static bool is_same_text(const struct eg_record *a, const struct eg_record *b, enum eg_schedule_field f)
{
    return eg_text_equal(a->field[f], b->field[f]);
}

static bool is_same_schedule(const struct eg_schedule *a, const struct eg_schedule *b, bool with_times)
{
    bool is_same = a->freq == b->freq && a->first_day == b->first_day && a->last_day == b->last_day &&
                   a->interval == b->interval && memcmp(a->byday, b->byday, sizeof a->byday) == 0 &&
                   a->month_days == b->month_days && a->month_days_back == b->month_days_back;
    return is_same && (!with_times || (a->opens_min == b->opens_min && a->closes_min == b->closes_min));
}

/* Whether what is told is what a schedule says; `exactly`: else it may have other times, or be in other words. */
static bool is_about(const struct eg_record *told, const struct eg_record *now, bool exactly)
{
    struct eg_schedule a, b;
    bool is_rule = eg_schedule_from_record(told->field, &a);
    if (is_rule != eg_schedule_from_record(now->field, &b)) return false;
    if (is_rule) return is_same_schedule(&a, &b, exactly);
    bool is_holidays = eg_hours_are_of_holidays(told->field[EG_SCHEDULE_DESCRIPTION]);
    if (is_holidays != eg_hours_are_of_holidays(now->field[EG_SCHEDULE_DESCRIPTION])) return false;
    return is_holidays || !exactly || is_same_text(told, now, EG_SCHEDULE_DESCRIPTION);
}

static void match(struct hours *hours, bool exactly)
{
    for (uint32_t t = 0; t < hours->n_told; t++) {
        for (uint32_t i = 0; i < hours->n && hours->now_of[t] < 0; i++) {
            bool is_taken = false;
            for (uint32_t k = 0; k < hours->n_told; k++) is_taken |= hours->now_of[k] == (int32_t)i;
            if (is_taken || !is_about(hours->told[t], hours->now[i], exactly)) continue;
            hours->now_of[t] = (int32_t)i;
            hours->is_exact[t] = exactly;
        }
    }
}

/* What is told of a service's hours among its schedules. */
static void find_hours(const struct eg_planning *planning, struct eg_text service, struct hours *hours)
{
    uint32_t n;
    hours->n = hours->n_words = 0;
    hours->words = NULL;
    hours->told = eg_records_with(planning->imported, EG_RECORD_SCHEDULE, EG_SCHEDULE_SERVICE_ID, service,
                                  &hours->n_told);
    if (hours->n_told > EG_ARRAY_LEN(hours->now_of)) hours->n_told = EG_ARRAY_LEN(hours->now_of);
    for (uint32_t t = 0; t < hours->n_told; t++) {
        hours->now_of[t] = says_hours(hours->told[t]) ? -1 : INT32_MAX;
        hours->is_exact[t] = false;
    }
    add_shown(planning->base, EG_SCHEDULE_SERVICE_ID, service, hours);
    const struct eg_record *const *links = eg_records_with(planning->base, EG_RECORD_SERVICE_AT_LOCATION,
                                                           EG_SERVICE_AT_LOCATION_SERVICE_ID, service, &n);
    for (uint32_t i = 0; i < n; i++)
        add_shown(planning->base, EG_SCHEDULE_SERVICE_AT_LOCATION_ID, links[i]->field[0], hours);
    match(hours, true);
    match(hours, false);
}

void eg_planning_put_schedule(struct eg_planning *planning, const struct eg_record *row)
{
    struct hours hours;
    uint32_t t = 0;
    if (!says_hours(row)) {
        put_dates(planning, row);
        return;
    }
    find_hours(planning, row->field[EG_SCHEDULE_SERVICE_ID], &hours);
    while (t < hours.n_told && !eg_text_equal(hours.told[t]->field[0], row->field[0])) t++;
    if (t < hours.n_told && hours.is_exact[t] && hours.now_of[t] >= 0) return;
    const struct eg_record *old = NULL;
    if (t < hours.n_told && hours.now_of[t] >= 0) old = hours.now[hours.now_of[t]];
    struct eg_text *over = eg_planning_laid_over(planning, row, old);
    if (!over) return;
    over[0] = old ? old->field[0] : eg_planning_free_id(planning, EG_RECORD_SCHEDULE, row->field[0]);
    if (old) /* of the place at which it is */
        over[EG_SCHEDULE_SERVICE_ID] = old->field[EG_SCHEDULE_SERVICE_ID];
    if (old && is_day(row)) { /* which stays where it is; it may have had a time, or until when */
        over[EG_SCHEDULE_DTSTART] = old->field[EG_SCHEDULE_DTSTART];
        over[EG_SCHEDULE_OPENS_AT] = row->field[EG_SCHEDULE_OPENS_AT];
        over[EG_SCHEDULE_CLOSES_AT] = row->field[EG_SCHEDULE_CLOSES_AT];
    }
    eg_planning_put(planning, (struct eg_record){EG_RECORD_SCHEDULE, over}, old);
}

bool eg_planning_drops_schedule(struct eg_planning *planning, const struct eg_record *row,
                                struct eg_text service)
{
    struct hours hours;
    bool says_any = false, says_days = false, is_shown = false;
    find_hours(planning, service, &hours);
    for (uint32_t t = 0; t < hours.n_told; t++) {
        says_any |= says_hours(hours.told[t]);
        says_days |= says_hours(hours.told[t]) && is_day(hours.told[t]);
        if (hours.now_of[t] >= 0 && hours.now_of[t] < (int32_t)hours.n && hours.now[hours.now_of[t]] == row)
            return false;
    }
    for (uint32_t i = 0; i < hours.n; i++) is_shown |= hours.now[i] == row;
    if (!says_days && is_day(row)) return false; /* a start may have said it */
    return says_any && is_shown && !(row == hours.words && hours.n_words > 1);
}
