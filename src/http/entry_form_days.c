/* Hours set by days, for whoever does not write "Mo-Fr 09:00-17:00": days are ticked, two times chosen, and the button writes them into the
 * text of hours, with what is said there of other days. It works without a script, as the questions for places do: the form is sent
 * once more, nothing is kept, and the page comes back with the text filled in and the days empty for the next ones. Times that overlap
 * those of a ticked day take their place; others are one more opening, after a break. Without times the ticked days are closed. Of an entry at
 * several places they may be those of one. */
#include <stdio.h>
#include <string.h>

#include "http/entry_form_parts.h"

struct days {
    bool is_ticked[7];
    uint32_t n;
    struct eg_text opens, closes;
    struct eg_text place; /* whose they are: empty, "location", "other_locations.0" */
};

/* --- what was sent ------------------------------------------------------------------------------------------------------- */

static const char *name_of(char room[EG_ENTRY_FORM_NAME_BYTES], uint32_t weekday)
{
    (void)snprintf(room, EG_ENTRY_FORM_NAME_BYTES, EG_FORM_DAYS ".%u", weekday);
    return room;
}

static struct days sent_days(const struct eg_entry_form *form)
{
    char room[EG_ENTRY_FORM_NAME_BYTES];
    struct days days = {.opens = eg_entry_form_sent(form, EG_FORM_OPENS),
                        .closes = eg_entry_form_sent(form, EG_FORM_CLOSES),
                        .place = eg_entry_form_sent(form, EG_FORM_DAYS_FOR)};
    for (uint32_t w = 0; w < 7; w++) {
        days.is_ticked[w] = eg_entry_form_sent(form, name_of(room, w)).len > 0;
        days.n += days.is_ticked[w] ? 1 : 0;
    }
    return days;
}

bool eg_form_asks_days(const struct eg_entry_form *form)
{
    struct days days = sent_days(form);
    return days.n > 0 || days.opens.len + days.closes.len > 0 ||
           eg_text_equal(eg_entry_form_sent(form, EG_FORM_LOOK), EG_TEXT(EG_FORM_DAYS));
}

static bool read_time(struct eg_text text, int32_t *minute_out)
{
    uint32_t hour, minute;
    struct eg_text hours, minutes = eg_text_cut(text, ':', &hours), rest;
    (void)eg_text_cut(minutes, ':', &rest); /* some browsers send seconds */
    if (!eg_text_to_u32(hours, &hour) || !eg_text_to_u32(rest, &minute) || hour > 23 || minute > 59)
        return false;
    *minute_out = (int32_t)(hour * 60 + minute);
    return true;
}

/* The key of what is wrong with the times; NULL: nothing. All day is from midnight to midnight. */
static const char *read_times(const struct days *days, struct eg_schedule *rule_out)
{
    if (days->opens.len + days->closes.len == 0) return NULL;
    if (days->opens.len == 0 || days->closes.len == 0) return "look.times_needed";
    if (!read_time(days->opens, &rule_out->opens_min) || !read_time(days->closes, &rule_out->closes_min))
        return "fault.time";
    if (rule_out->opens_min == rule_out->closes_min && rule_out->opens_min > 0) return "look.times_needed";
    if (rule_out->closes_min <= rule_out->opens_min) rule_out->closes_min += EG_SCHEDULE_DAY_MINUTES;
    return NULL;
}

/* --- laid over the hours ------------------------------------------------------------------------------------------------- */

static bool overlap(const struct eg_schedule *a, const struct eg_schedule *b)
{
    return a->opens_min < b->closes_min && b->opens_min < a->closes_min;
}

/* Takes the ticked days out of the rules that say other times of them; of all of them where the days are closed. */
static uint32_t clear_days(struct eg_schedule *rules, uint32_t n, const struct days *days,
                           const struct eg_schedule *times)
{
    uint32_t n_left = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool any = rules[i].freq == EG_SCHEDULE_DAILY; /* a date */
        bool clears = rules[i].freq == EG_SCHEDULE_WEEKLY && (!times || overlap(&rules[i], times));
        for (int w = 0; w < 7; w++) {
            if (clears && days->is_ticked[w]) rules[i].byday[w] = 0;
            any |= rules[i].byday[w] != 0;
        }
        if (any) rules[n_left++] = rules[i];
    }
    return n_left;
}

/* Among the days that have these times already, or behind the others. */
static uint32_t add_days(struct eg_schedule *rules, uint32_t n, const struct days *days,
                         const struct eg_schedule *times)
{
    uint32_t i = 0;
    while (i < n && (rules[i].freq != EG_SCHEDULE_WEEKLY || rules[i].opens_min != times->opens_min ||
                     rules[i].closes_min != times->closes_min))
        i++;
    if (i == n) {
        rules[n] = *times;
        n++;
    }
    for (int w = 0; w < 7; w++)
        if (days->is_ticked[w]) rules[i].byday[w] = EG_SCHEDULE_EVERY;
    return n;
}

/* The name of the control that has the hours; NULL: there is none. */
static const char *control_of(const struct eg_entry_form *form, const struct days *days)
{
    bool is_beyond;
    if (days->place.len == 0) return EG_FORM_HOURS;
    struct eg_text name =
        eg_text_format(form->arena, "%.*s." EG_FORM_SCHEDULES, EG_TEXT_SHOWN(days->place, 40));
    if (!name.data) eg_form_fail(form);
    return name.data && eg_form_has_control(form, name, &is_beyond) ? name.data : NULL;
}

/* What the document says in a group of controls; NULL: nothing. */
static const struct eg_json_value *group_of(const struct eg_entry_form *form, struct eg_text place)
{
    struct eg_form_part part;
    struct eg_text head, number = eg_text_cut(place, '.', &head);
    uint32_t row;
    if (!eg_form_part_named(head, &part)) return NULL;
    if (!part.is_list) return eg_json_get(form->document, part.name);
    struct eg_form_rows rows = eg_form_rows_of(form, &part);
    return eg_text_to_u32(number, &row) && row < rows.n ? rows.items[row] : NULL;
}

static struct eg_text present_hours(const struct eg_entry_form *form, const struct days *days,
                                    const char *control)
{
    const struct eg_text *posted = eg_form_posted(form, control);
    if (posted) return *posted;
    if (days->place.len == 0) return eg_form_hours_of(form).text;
    return eg_form_shown(form, EG_FORM_SCHEDULES,
                         eg_json_get(group_of(form, days->place), EG_FORM_SCHEDULES));
}

const char *eg_form_take_days(const struct eg_entry_form *form, struct eg_text *hours_out,
                              const char **name_out)
{
    struct days days = sent_days(form);
    const char *control = control_of(form, &days);
    if (!control) return "fault.word";
    struct eg_text hours =
        eg_form_hours_joined(form, eg_form_plain(form, present_hours(form, &days, control)));
    struct eg_schedule rules[EG_SCHEDULE_HOURS_MAX + 1],
        times = {.freq = EG_SCHEDULE_WEEKLY, .interval = 1, .last_day = EG_SCHEDULE_NO_END};
    bool has_times = days.opens.len > 0;
    uint32_t n = 0;
    const char *wrong = read_times(&days, &times);
    if (days.n == 0) return "look.days_needed";
    if (wrong) return wrong;
    if (!has_times && hours.len == 0) return "look.times_needed";
    if (hours.len > 0 && !eg_schedules_from_dated_hours(hours, rules, &n)) return "look.days_words";
    n = clear_days(rules, n, &days, has_times ? &times : NULL);
    if (has_times) n = add_days(rules, n, &days, &times);
    struct eg_text text = n > 0 ? eg_form_hours_write(form, rules, n) : (struct eg_text){0};
    if (n > 0 && text.len == 0) return "look.days_words"; /* too much for one text */
    if (hours.len > 0 && eg_hours_close_on_holidays(hours)) {
        text = eg_text_format(form->arena, "%.*s%s" EG_HOURS_HOLIDAYS, EG_TEXT_ARG(text), n > 0 ? "; " : "");
        if (!text.data) eg_form_fail(form);
    }
    *hours_out = text.len > 0 ? text : EG_TEXT("");
    *name_out = control;
    return NULL;
}

/* --- the controls -------------------------------------------------------------------------------------------------------- */

static void open(struct eg_html *html, const char *element, const char *class_name)
{
    eg_html_open(html, element);
    eg_html_attribute(html, "class", eg_text_from(class_name));
}

static void say(const struct eg_entry_form *form, struct eg_html *html, const char *key)
{
    eg_html_text(html, eg_locale_text(form->locale, key));
}

static void write_tick(const struct eg_entry_form *form, struct eg_html *html, uint32_t weekday,
                       bool is_ticked)
{
    char room[EG_ENTRY_FORM_NAME_BYTES], key[16];
    (void)snprintf(key, sizeof key, "weekday.%u", weekday + 1);
    eg_html_open(html, "li");
    open(html, "label", "tick");
    eg_html_open(html, "input");
    eg_html_attribute(html, "type", EG_TEXT("checkbox"));
    eg_html_attribute_format(html, "id", "f-" EG_FORM_DAYS "-%u", weekday);
    eg_html_attribute(html, "name", eg_text_from(name_of(room, weekday)));
    eg_html_attribute(html, "value", EG_TEXT("1"));
    if (is_ticked) eg_html_attribute(html, "checked", EG_TEXT("checked"));
    eg_html_void(html);
    eg_html_open(html, "span");
    say(form, html, key);
    eg_html_close(html);
    eg_html_close(html);
    eg_html_close(html);
}

static void write_time(const struct eg_entry_form *form, struct eg_html *html, const char *name,
                       struct eg_text value)
{
    char key[EG_ENTRY_FORM_NAME_BYTES];
    (void)snprintf(key, sizeof key, "form.%s", name);
    open(html, "div", "field");
    eg_html_open(html, "label");
    eg_html_attribute_format(html, "for", "f-%s", name);
    say(form, html, key);
    eg_html_close(html);
    eg_html_open(html, "input");
    eg_html_attribute(html, "type", EG_TEXT("time"));
    eg_html_attribute_format(html, "id", "f-%s", name);
    eg_html_attribute(html, "name", eg_text_from(name));
    eg_html_attribute(html, "value", value);
    eg_html_attribute(html, "autocomplete", EG_TEXT("off"));
    eg_html_void(html);
    eg_html_close(html);
}

static void write_said(const struct eg_entry_form *form, struct eg_html *html, const char *fault)
{
    open(html, "p", "note");
    eg_html_attribute(html, "id", EG_TEXT("f-" EG_FORM_DAYS "-hint"));
    say(form, html, "form." EG_FORM_DAYS ".hint");
    eg_html_close(html);
    if (!fault) return;
    open(html, "p", "fault");
    eg_html_attribute(html, "id", EG_TEXT("f-" EG_FORM_DAYS "-fault"));
    eg_html_attribute(html, "role", EG_TEXT("alert"));
    eg_html_attribute(html, "tabindex", EG_TEXT("-1"));
    eg_html_attribute(html, "autofocus", EG_TEXT("autofocus"));
    say(form, html, fault);
    eg_html_close(html);
}

/* --- for which place ------------------------------------------------------------------------------------------------------ */

/* What a control of a group says, or the document where nothing was sent. */
static struct eg_text said_in(const struct eg_entry_form *form, const char *group, const char *member)
{
    char name[EG_ENTRY_FORM_NAME_BYTES];
    (void)snprintf(name, sizeof name, "%s.%s", group, member);
    const struct eg_text *posted = eg_form_posted(form, name);
    if (posted) return eg_form_plain(form, *posted);
    return eg_form_text(form, eg_json_get(group_of(form, eg_text_from(group)), member));
}

static void write_place(const struct eg_entry_form *form, struct eg_html *html, const char *group,
                        uint32_t number)
{
    char room[EG_LOCALE_NUMBER_BYTES];
    struct eg_placeholder fill = {"n", eg_locale_number(form->locale, number, room)};
    struct eg_text name = said_in(form, group, "name");
    struct eg_buffer text;
    if (name.len == 0) name = said_in(form, group, "address_1");
    eg_buffer_init(&text, 0);
    if (name.len == 0 && number > 0)
        eg_locale_write(form->locale, "form.other_locations.item", &fill, 1, &text);
    else eg_buffer_text(&text, name.len > 0 ? name : eg_locale_text(form->locale, "form.location"));
    eg_html_open(html, "option");
    eg_html_attribute(html, "value", eg_text_from(group));
    if (eg_text_equal(eg_entry_form_sent(form, EG_FORM_DAYS_FOR), eg_text_from(group)))
        eg_html_attribute(html, "selected", EG_TEXT("selected"));
    eg_html_text(html, (struct eg_text){text.data, text.len});
    eg_html_close(html);
    html->out.failed |= text.failed;
    eg_buffer_clear(&text);
}

/* One for a further place counts once something is typed in it. */
static bool is_typed(const struct eg_entry_form *form, const char *group)
{
    size_t len = strlen(group);
    for (uint32_t i = 0; form->posted && i < form->posted->n; i++) {
        const struct eg_parameter *pair = &form->posted->pairs[i];
        if (eg_text_starts_with(pair->name, (struct eg_text){group, len}) && pair->name.len > len &&
            pair->name.data[len] == '.' && eg_text_trim(pair->value).len > 0)
            return true;
    }
    return false;
}

static void begin_for(const struct eg_entry_form *form, struct eg_html *html)
{
    bool is_beyond;
    open(html, "div", "field");
    eg_html_open(html, "label");
    eg_html_attribute(html, "for", EG_TEXT("f-" EG_FORM_DAYS_FOR));
    say(form, html, "form." EG_FORM_DAYS_FOR);
    eg_html_close(html);
    eg_html_open(html, "select");
    eg_html_attribute(html, "id", EG_TEXT("f-" EG_FORM_DAYS_FOR));
    eg_html_attribute(html, "name", EG_TEXT(EG_FORM_DAYS_FOR));
    eg_html_open(html, "option");
    eg_html_attribute(html, "value", EG_TEXT(""));
    say(form, html, "form." EG_FORM_DAYS_FOR ".all");
    eg_html_close(html);
    if (eg_form_has_control(form, EG_TEXT("location." EG_FORM_SCHEDULES), &is_beyond))
        write_place(form, html, "location", 0);
}

/* Of an entry at one place there is nothing to choose. */
static void write_for(const struct eg_entry_form *form, struct eg_html *html)
{
    struct eg_form_part part;
    char group[EG_ENTRY_FORM_NAME_BYTES];
    bool is_open = false;
    if (!eg_form_part_named(eg_text_from(eg_document_other_location.name), &part)) return;
    uint32_t n = eg_form_rows_of(form, &part).n, n_posted = eg_form_posted_rows(form, part.name);
    for (uint32_t row = 0; row < EG_ENTRY_FORM_ROWS && (row < n || row < n_posted); row++) {
        (void)snprintf(group, sizeof group, "%s.%u", part.name, row);
        if (row >= n && !is_typed(form, group)) continue;
        if (!is_open) begin_for(form, html);
        is_open = true;
        write_place(form, html, group, row + 1);
    }
    if (!is_open) return;
    eg_html_close(html);
    eg_html_close(html);
}

void eg_form_write_days(const struct eg_entry_form *form, struct eg_html *html)
{
    const char *fault = form->answers ? form->answers->days_fault : NULL;
    struct days days = sent_days(form);
    open(html, "fieldset", "days");
    eg_html_attribute_format(html, "aria-describedby", "f-" EG_FORM_DAYS "-hint%s",
                             fault ? " f-" EG_FORM_DAYS "-fault" : "");
    eg_html_leaf(html, "legend", eg_locale_text(form->locale, "form." EG_FORM_DAYS));
    write_said(form, html, fault);
    write_for(form, html);
    open(html, "ul", "plain week");
    for (uint32_t w = 0; w < 7; w++) write_tick(form, html, w, days.is_ticked[w]);
    eg_html_close(html);
    open(html, "div", "times");
    write_time(form, html, EG_FORM_OPENS, days.opens);
    write_time(form, html, EG_FORM_CLOSES, days.closes);
    open(html, "button", "second");
    eg_html_attribute(html, "type", EG_TEXT("submit"));
    eg_html_attribute(html, "name", EG_TEXT(EG_FORM_LOOK));
    eg_html_attribute(html, "value", EG_TEXT(EG_FORM_DAYS));
    say(form, html, "look.days");
    eg_html_close(html);
    eg_html_close(html);
    eg_html_close(html);
}
