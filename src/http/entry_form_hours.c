/* Weekly hours as people write them. A document's schedules are rules of calendars (RFC 5545); most of them only say weekdays and times, and
 * a text says these better: "Mo-Fr 09:00-17:00"; single days with their times, too: "2026-12-05 10:00-12:00". The rest (spans of days, every second
 * week, a description) stay items of the list.
 *
 * What the text says has to be what it stands for: it is read back, and each weekday has to have the same times. A single schedule that
 * is nothing but a description is such a text, too; it is what becomes of hours that data/schedule.h cannot read. "PH off", which is such a
 * description, stands in the text beside rules. */
#include "http/entry_form_parts.h"

#include <string.h>

static bool is_among(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0) return true;
    return false;
}

/* Whether an item has members of these names alone, the first of them in any case. Whose it is is none. */
static bool has_only(const struct eg_json_value *item, const char *const *names)
{
    const char *name = NULL;
    if (!eg_json_get(item, names[0])) return false;
    while (eg_json_next(item, &name))
        if (strcmp(name, EG_DOCUMENT_OF) != 0 && !is_among(name, names)) return false;
    return true;
}

/* Of a place's list, which says whose each is. */
struct hours_list {
    const struct eg_json_value *list;
    bool of_location;
};

static const struct eg_json_value *item_at(const struct hours_list *hours, size_t i)
{
    const struct eg_json_value *item = eg_json_at(hours->list, i);
    return (eg_json_get(item, EG_DOCUMENT_OF) != NULL) == hours->of_location ? item : NULL;
}

/* One day alone, which "dtstart" says, or a span of days from and to it. */
static bool read_date(const struct eg_json_value *item, struct eg_schedule *rule_out)
{
    static const struct {
        const char *name;
        enum eg_schedule_field field;
    } members[] = {{"dtstart", EG_SCHEDULE_DTSTART},       {"until", EG_SCHEDULE_UNTIL},
                   {"valid_from", EG_SCHEDULE_VALID_FROM}, {"valid_to", EG_SCHEDULE_VALID_TO},
                   {"opens_at", EG_SCHEDULE_OPENS_AT},     {"closes_at", EG_SCHEDULE_CLOSES_AT}};
    const char *name = NULL;
    struct eg_text field[EG_SCHEDULE_N_FIELDS] = {{0}};
    for (const struct eg_json_value *value; (value = eg_json_next(item, &name));) {
        size_t m = 0;
        if (strcmp(name, EG_DOCUMENT_OF) == 0) continue;
        while (m < EG_ARRAY_LEN(members) && strcmp(name, members[m].name) != 0) m++;
        if (m == EG_ARRAY_LEN(members) || !eg_json_is_text(value, &field[members[m].field])) return false;
    }
    return eg_schedule_from_record(field, rule_out) && rule_out->freq == EG_SCHEDULE_DAILY &&
           rule_out->first_day == rule_out->last_day && rule_out->first_day > 0;
}

static bool read_rule(const struct eg_json_value *item, struct eg_schedule *rule_out)
{
    static const char *const names[] = {"byday", "freq", "opens_at", "closes_at", NULL};
    struct eg_text field[EG_SCHEDULE_N_FIELDS] = {{0}};
    if (!has_only(item, names)) return item && read_date(item, rule_out);
    if (!eg_json_is_text(eg_json_get(item, "byday"), &field[EG_SCHEDULE_BYDAY]) ||
        !eg_json_is_text(eg_json_get(item, "freq"), &field[EG_SCHEDULE_FREQ]) ||
        !eg_json_is_text(eg_json_get(item, "opens_at"), &field[EG_SCHEDULE_OPENS_AT]) ||
        !eg_json_is_text(eg_json_get(item, "closes_at"), &field[EG_SCHEDULE_CLOSES_AT]))
        return false;
    return eg_schedule_from_record(field, rule_out);
}

/* The times of a weekday, of which there may be several a day. */
static uint32_t count_of(const struct eg_schedule *rules, uint32_t n, int weekday)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++) count += rules[i].byday[weekday] ? 1 : 0;
    return count;
}

static bool has_times(const struct eg_schedule *rules, uint32_t n, const struct eg_schedule *wanted,
                      int weekday)
{
    for (uint32_t i = 0; i < n; i++)
        if (rules[i].freq == wanted->freq && rules[i].byday[weekday] == wanted->byday[weekday] &&
            rules[i].opens_min == wanted->opens_min && rules[i].closes_min == wanted->closes_min)
            return true;
    return false;
}

static uint32_t count_date(const struct eg_schedule *rules, uint32_t n, const struct eg_schedule *date)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++)
        count += rules[i].freq == EG_SCHEDULE_DAILY && rules[i].first_day == date->first_day &&
                 rules[i].opens_min == date->opens_min && rules[i].closes_min == date->closes_min;
    return count;
}

/* Those of one day alone, each as often. */
static bool has_dates(const struct eg_schedule *rules, uint32_t n, const struct eg_schedule *of,
                      uint32_t n_of)
{
    for (uint32_t i = 0; i < n_of; i++)
        if (of[i].freq == EG_SCHEDULE_DAILY && count_date(rules, n, &of[i]) != count_date(of, n_of, &of[i]))
            return false;
    return true;
}

static bool means(struct eg_text text, const struct eg_schedule *rules, uint32_t n)
{
    struct eg_schedule read[EG_SCHEDULE_HOURS_MAX];
    uint32_t n_read = 0;
    if (!eg_schedules_from_dated_hours(text, read, &n_read)) return false;
    for (int w = 0; w < 7; w++) {
        if (count_of(read, n_read, w) != count_of(rules, n, w)) return false;
        for (uint32_t i = 0; i < n; i++)
            if (rules[i].byday[w] && !has_times(read, n_read, &rules[i], w)) return false;
    }
    return has_dates(read, n_read, rules, n) && has_dates(rules, n, read, n_read);
}

struct eg_text eg_form_hours_write(const struct eg_entry_form *form, const struct eg_schedule *rules,
                                   uint32_t n)
{
    struct eg_text text = {0};
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    eg_schedules_write(rules, n, &out);
    bool fits = !out.failed && means((struct eg_text){out.data, out.len}, rules, n);
    if (fits) text = eg_text_copy(form->arena, (struct eg_text){out.data, out.len});
    if (out.failed || (fits && !text.data)) eg_form_fail(form);
    eg_buffer_clear(&out);
    return text;
}

static bool is_description(const struct eg_json_value *item)
{
    static const char *const names[] = {"description", NULL};
    return has_only(item, names);
}

/* Adds to the hours of rules that it is closed on public holidays, if the document says so. */
static void add_holidays(const struct eg_entry_form *form, const struct hours_list *list, bool *is_said,
                         struct eg_form_hours *hours)
{
    bool has = false;
    for (size_t i = 0; i < eg_json_length(list->list); i++) {
        const struct eg_json_value *item = item_at(list, i);
        struct eg_text description;
        if (!is_description(item) || !eg_json_is_text(eg_json_get(item, "description"), &description) ||
            !eg_hours_are_of_holidays(description))
            continue;
        has = is_said[i] = true;
        hours->n_said++;
    }
    if (!has) return;
    hours->text = eg_text_format(form->arena, "%.*s; " EG_HOURS_HOLIDAYS, EG_TEXT_ARG(hours->text));
    if (!hours->text.data) eg_form_fail(form);
}

/* The one schedule that is a description alone, when there is no other like it. */
static uint32_t find_description(const struct hours_list *list, size_t n)
{
    uint32_t found = UINT32_MAX;
    for (uint32_t i = 0; i < n; i++) {
        if (!is_description(item_at(list, i))) continue;
        if (found != UINT32_MAX) return UINT32_MAX;
        found = i;
    }
    return found;
}

struct eg_form_hours eg_form_hours_of(const struct eg_entry_form *form)
{
    return eg_form_hours_in(form, eg_json_get(form->document, EG_FORM_SCHEDULES), false);
}

struct eg_form_hours eg_form_hours_in(const struct eg_entry_form *form, const struct eg_json_value *schedules,
                                      bool of_location)
{
    const struct hours_list list = {schedules, of_location};
    size_t n = eg_json_length(schedules);
    struct eg_schedule rules[EG_SCHEDULE_HOURS_MAX];
    struct eg_form_hours hours = {0};
    uint32_t n_rules = 0;
    bool *is_said = eg_arena_array(form->arena, n + 1, sizeof *is_said);
    for (uint32_t i = 0; is_said && i < n && n_rules < EG_SCHEDULE_HOURS_MAX; i++)
        if (read_rule(item_at(&list, i), &rules[n_rules])) is_said[i] = ++n_rules > 0;
    if (n_rules > 0) hours.text = eg_form_hours_write(form, rules, n_rules);
    if (!is_said) eg_form_fail(form);
    hours.is_said = is_said;
    hours.n_said = n_rules;
    if (hours.text.len > 0 && is_said) add_holidays(form, &list, is_said, &hours);
    if (hours.text.len > 0 || !is_said) return hours;
    memset(is_said, 0, n * sizeof *is_said);
    hours.n_said = 0;
    uint32_t description = n_rules == 0 ? find_description(&list, n) : UINT32_MAX;
    if (description == UINT32_MAX) return hours;
    hours.text = eg_form_text(form, eg_json_get(eg_json_at(schedules, description), "description"));
    is_said[description] = true;
    hours.n_said = 1;
    return hours;
}

/* Appended to a buffer that is emptied, and taken as a member. */
static void write_member(struct eg_json *json, struct eg_json_value *item, const char *name,
                         struct eg_buffer *text)
{
    if (text->len > 0) eg_json_text(json, item, name, (struct eg_text){text->data, text->len});
    text->len = 0;
}

static void write_schedule(const struct eg_entry_form *form, const struct eg_schedule *schedule,
                           struct eg_json *json, struct eg_json_value *item)
{
    struct eg_buffer text;
    bool is_date = schedule->freq == EG_SCHEDULE_DAILY;
    eg_buffer_init(&text, 0);
    if (is_date) {
        eg_schedule_write_day(schedule->first_day, &text);
        write_member(json, item, "dtstart", &text);
    } else {
        eg_json_cstring(json, item, "freq", schedule->freq == EG_SCHEDULE_MONTHLY ? "MONTHLY" : "WEEKLY");
        eg_schedule_write_byday(schedule, &text);
        write_member(json, item, "byday", &text);
    }
    if (schedule->opens_min != EG_SCHEDULE_NO_TIME) eg_schedule_write_minute(schedule->opens_min, &text);
    write_member(json, item, "opens_at", &text);
    if (schedule->closes_min != EG_SCHEDULE_NO_TIME) eg_schedule_write_minute(schedule->closes_min, &text);
    write_member(json, item, "closes_at", &text);
    if (text.failed) eg_form_fail(form);
    eg_buffer_clear(&text);
}

/* One that is words alone. */
static void write_words(struct eg_text words, bool of_location, struct eg_json *json,
                        struct eg_json_value *list)
{
    struct eg_json_value *item = eg_json_object(json, list, NULL);
    eg_json_text(json, item, "description", words);
    if (of_location) eg_json_cstring(json, item, EG_DOCUMENT_OF, EG_DOCUMENT_OF_LOCATION);
}

void eg_form_hours_read(const struct eg_entry_form *form, struct eg_text text, bool of_location,
                        struct eg_json *json, struct eg_json_value *list)
{
    struct eg_schedule read[EG_SCHEDULE_HOURS_MAX];
    uint32_t n = 0;
    text = eg_form_hours_joined(form, text);
    if (!eg_schedules_from_dated_hours(text, read, &n)) n = 0; /* "by appointment" is worth telling, too */
    if (n == 0) write_words(text, of_location, json, list);
    for (uint32_t i = 0; i < n; i++) {
        struct eg_json_value *item = eg_json_object(json, list, NULL);
        write_schedule(form, &read[i], json, item);
        if (of_location) eg_json_cstring(json, item, EG_DOCUMENT_OF, EG_DOCUMENT_OF_LOCATION);
    }
    if (n > 0 && eg_hours_close_on_holidays(text))
        write_words(EG_TEXT(EG_HOURS_HOLIDAYS), of_location, json, list);
}

/* --- what is none ---------------------------------------------------------------------------------------------------------------- */

struct eg_text eg_form_hours_joined(const struct eg_entry_form *form, struct eg_text text)
{
    struct eg_schedule read[EG_SCHEDULE_HOURS_MAX];
    struct eg_text joined = {0}, rest = text, line;
    struct eg_buffer out;
    uint32_t n = 0;
    if (text.len == 0 || !memchr(text.data, '\n', text.len)) return text;
    eg_buffer_init(&out, 0);
    while (rest.len > 0) {
        rest = eg_text_cut(rest, '\n', &line);
        line = eg_text_trim(line);
        if (line.len > 0 && line.data[line.len - 1] == ';') line.len--;
        if (line.len > 0 && out.len > 0) eg_buffer_literal(&out, "; ");
        eg_buffer_text(&out, line);
    }
    bool is_read = eg_schedules_from_dated_hours((struct eg_text){out.data, out.len}, read, &n);
    if (is_read) joined = eg_text_copy(form->arena, (struct eg_text){out.data, out.len});
    if (out.failed || (is_read && !joined.data)) eg_form_fail(form);
    eg_buffer_clear(&out);
    return joined.data ? joined : text;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Nothing but the signs and abbreviations of such rules; any other word makes it a text for people. */
static bool is_notation(struct eg_text part)
{
    static const char *const words[] = {"mo", "tu", "we",  "th",     "fr",          "sa",
                                        "su", "ph", "off", "closed", "\xE2\x80\x93"};
    for (size_t i = 0, len; i < part.len; i += len) {
        struct eg_text word = {part.data + i, 0};
        bool is_known = false;
        while (i + word.len < part.len && is_letter(part.data[i + word.len])) word.len++;
        len = word.len > 0 ? word.len : 1;
        for (size_t k = 0; k < EG_ARRAY_LEN(words) && !is_known; k++)
            is_known = eg_text_equal_any_case(word, eg_text_from(words[k]));
        if (word.len > 0 && !is_known) return false;
    }
    return true;
}

/* "25:00", "9:75" */
static bool has_no_time(struct eg_text part)
{
    for (size_t i = 1; i + 2 < part.len; i++) {
        size_t from = i, to = i + 1;
        uint32_t hour, minute;
        while (from > 0 && is_digit(part.data[from - 1])) from--;
        while (to < part.len && is_digit(part.data[to])) to++;
        if (part.data[i] != ':' || from == i || to != i + 3) continue;
        if (!eg_text_to_u32((struct eg_text){part.data + from, i - from}, &hour) ||
            !eg_text_to_u32((struct eg_text){part.data + i + 1, 2}, &minute))
            return true;
        if (hour > 24 || minute > 59 || (hour == 24 && minute > 0)) return true;
    }
    return false;
}

struct eg_text eg_form_hours_wrong(struct eg_text text)
{
    while (text.len > 0) {
        struct eg_schedule read[EG_SCHEDULE_HOURS_MAX];
        struct eg_text line, part;
        uint32_t n = 0;
        text = eg_text_cut(text, '\n', &line);
        while (line.len > 0) {
            line = eg_text_cut(line, ';', &part);
            part = eg_text_trim(part);
            if (part.len == 0 || eg_schedules_from_dated_hours(part, read, &n)) continue;
            if (is_notation(part) || has_no_time(part)) return part;
        }
    }
    return (struct eg_text){0};
}
