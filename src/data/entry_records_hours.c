/* From a text of hours to schedules: of weekdays, of single days, and the rest, which stays a text. Their ids are in the order in which the text
 * says them, since that is the order in which they are written again. */
#include "data/entry_records_internal.h"
#include "data/record_specs.h"
#include "data/schedule.h"

static struct eg_text taken(struct eg_entry_recorder *recorder, struct eg_buffer *text)
{
    struct eg_text copy = {0};
    if (!text->failed) copy = eg_text_copy(recorder->row_arena, (struct eg_text){text->data, text->len});
    eg_buffer_clear(text);
    return copy;
}

static struct eg_text write_byday(struct eg_entry_recorder *recorder, const struct eg_schedule *schedule)
{
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    eg_schedule_write_byday(schedule, &text);
    return taken(recorder, &text);
}

/* Empty for what has no time. */
static struct eg_text write_minute(struct eg_entry_recorder *recorder, int32_t minute)
{
    struct eg_buffer text;
    if (minute == EG_SCHEDULE_NO_TIME) return EG_TEXT("");
    eg_buffer_init(&text, 0);
    eg_schedule_write_minute(minute, &text);
    return taken(recorder, &text);
}

static struct eg_text write_day(struct eg_entry_recorder *recorder, int32_t day_of)
{
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    eg_schedule_write_day(day_of, &text);
    return taken(recorder, &text);
}

/* Of the rows that a service's hours make, the one with this id. */
static struct eg_recorder_row schedule_row(struct eg_text id, struct eg_text service)
{
    struct eg_recorder_row row = {{{0}}};
    row.field[EG_SCHEDULE_ID] = id;
    row.field[EG_SCHEDULE_SERVICE_ID] = service;
    return row;
}

static enum eg_status add_description(struct eg_entry_recorder *recorder, struct eg_text service,
                                      struct eg_text id, struct eg_text description, struct eg_error *err)
{
    struct eg_recorder_row row = schedule_row(id, service);
    row.field[EG_SCHEDULE_DESCRIPTION] = description;
    return eg_recorder_add(recorder, EG_RECORD_SCHEDULE, &row, err);
}

void eg_entry_recorder_knows_words(struct eg_entry_recorder *recorder, struct eg_text words)
{
    recorder->words = words;
}

struct eg_text eg_entry_hours_without(struct eg_text hours, struct eg_text words)
{
    struct eg_schedule read[EG_SCHEDULE_HOURS_MAX];
    uint32_t n = 0;
    if (words.len == 0 || !eg_text_ends_with(hours, words)) return hours;
    struct eg_text rules = eg_text_trim((struct eg_text){hours.data, hours.len - words.len});
    if (rules.len == 0 || rules.data[--rules.len] != ';') return hours;
    rules = eg_text_trim(rules);
    return eg_schedules_from_dated_hours(rules, read, &n) && n > 0 ? rules : hours;
}

bool eg_entry_hours_have_days(struct eg_text hours)
{
    struct eg_schedule read[EG_SCHEDULE_HOURS_MAX];
    uint32_t n = 0, i = 0;
    if (hours.len == 0 || !eg_schedules_from_dated_hours(hours, read, &n)) return false;
    while (i < n && read[i].freq != EG_SCHEDULE_DAILY) i++;
    return i < n;
}

/* Where a text of hours says a schedule; at its end what it says in other words. */
static size_t said_at(struct eg_entry_recorder *recorder, struct eg_text hours,
                      const struct eg_schedule *schedule)
{
    struct eg_buffer alone;
    size_t at = 0;
    eg_buffer_init(&alone, 0);
    eg_schedules_write(schedule, 1, &alone);
    struct eg_text text = {alone.data, alone.len};
    while (at < hours.len && !eg_text_starts_with((struct eg_text){hours.data + at, hours.len - at}, text))
        at++;
    recorder->failed |= alone.failed;
    eg_buffer_clear(&alone);
    return at;
}

/* In the order of the text, so that it is written again as it came; what is said at one place stays as it is. */
static void sort_as_said(struct eg_entry_recorder *recorder, struct eg_text hours,
                         struct eg_schedule *schedules, uint32_t n)
{
    size_t at[EG_SCHEDULE_HOURS_MAX];
    for (uint32_t i = 0; i < n; i++) {
        struct eg_schedule schedule = schedules[i];
        size_t place = said_at(recorder, hours, &schedule);
        uint32_t to = i;
        for (; to > 0 && at[to - 1] > place; to--) {
            at[to] = at[to - 1];
            schedules[to] = schedules[to - 1];
        }
        at[to] = place;
        schedules[to] = schedule;
    }
}

/* An end is that of the first of an entry's days: some say on which day one ends that begins then. */
static void set_end(struct eg_entry_recorder *recorder, struct eg_text end, const struct eg_schedule *rule,
                    struct eg_recorder_row *row)
{
    struct eg_schedule last;
    if (eg_schedule_from_dates(end, EG_TEXT(""), &last) && last.first_day == rule->first_day)
        row->field[EG_SCHEDULE_UNTIL] = write_day(recorder, rule->first_day);
}

static enum eg_status add_rule(struct eg_entry_recorder *recorder, const struct eg_schedule *rule,
                               struct eg_recorder_row row, struct eg_error *err)
{
    bool is_day = rule->freq == EG_SCHEDULE_DAILY;
    if (is_day) {
        row.field[EG_SCHEDULE_DTSTART] = write_day(recorder, rule->first_day);
    } else {
        bool of_month = rule->freq == EG_SCHEDULE_MONTHLY;
        row.field[EG_SCHEDULE_FREQ] = of_month ? EG_TEXT("MONTHLY") : EG_TEXT("WEEKLY");
        row.field[EG_SCHEDULE_BYDAY] = write_byday(recorder, rule);
    }
    row.field[EG_SCHEDULE_OPENS_AT] = write_minute(recorder, rule->opens_min);
    row.field[EG_SCHEDULE_CLOSES_AT] = write_minute(recorder, rule->closes_min);
    if (!row.field[is_day ? EG_SCHEDULE_DTSTART : EG_SCHEDULE_BYDAY].data ||
        !row.field[EG_SCHEDULE_OPENS_AT].data || !row.field[EG_SCHEDULE_CLOSES_AT].data)
        return eg_error_no_memory(err, 0);
    return eg_recorder_add(recorder, EG_RECORD_SCHEDULE, &row, err);
}

/* Of hours that were read from a text: weekdays, of weeks or months, single days, and times. Others are kept as their text, and so is what no rule of
 * days can say: that it is closed on public holidays. */
enum eg_status eg_recorder_add_hours(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                                     struct eg_text service, struct eg_text end, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    struct eg_text whole = entry->field[EG_ENTRY_HOURS],
                   hours = eg_entry_hours_without(whole, recorder->words);
    struct eg_schedule read[EG_SCHEDULE_HOURS_MAX];
    uint32_t n = 0;
    if (hours.len == 0) return EG_OK;
    bool is_read = eg_schedules_from_dated_hours(hours, read, &n) && n > 0;
    bool on_holidays = is_read && eg_hours_close_on_holidays(hours), has_words = hours.len < whole.len;
    uint32_t n_rows = is_read ? n + on_holidays + has_words : 1;
    const struct eg_text *own = eg_recorder_ids_in_order(recorder, "schedule", service, n_rows);
    if (!own) return eg_error_no_memory(err, EG_UUID_TEXT_LEN);
    if (!is_read) return add_description(recorder, service, own[0], hours, err);
    sort_as_said(recorder, hours, read, n);
    bool ends = end.len > 0;
    for (uint32_t i = 0; i < n && status == EG_OK; i++) {
        struct eg_recorder_row row = schedule_row(own[i], service);
        if (ends && read[i].freq == EG_SCHEDULE_DAILY) {
            set_end(recorder, end, &read[i], &row);
            ends = false;
        }
        status = add_rule(recorder, &read[i], row, err);
    }
    if (status == EG_OK && on_holidays)
        status = add_description(recorder, service, own[n++], EG_TEXT(EG_HOURS_HOLIDAYS), err);
    if (status == EG_OK && has_words)
        status = add_description(recorder, service, own[n], recorder->words, err);
    return status;
}
