/* When an entry is open, or an event takes place: what its schedules say, in words; and what they cannot say, as it was written. */
#include <string.h>

#include "data/record_specs.h"
#include "http/finder_parts.h"
#include "http/hours_words.h"

#define MOST_DESCRIPTIONS 40U

int64_t eg_finder_today(const struct eg_finder_page *page)
{
    return eg_hours_now_min(eg_directory_zone(page->snapshot->directory)) / EG_SCHEDULE_DAY_MINUTES;
}

static struct eg_hours_words words_of(const struct eg_finder_page *page)
{
    return (struct eg_hours_words){.locale = page->locale,
                                   .arena = page->arena,
                                   .now_min = eg_hours_now_min(eg_directory_zone(page->snapshot->directory))};
}

/* Not where the atlas does not say by which clock, nor of what is given up or closed for a while. */
static bool tells_now(const struct eg_finder_page *page, const struct eg_entry *entry)
{
    struct eg_text status = entry->field[EG_ENTRY_STATUS];
    return page->snapshot->atlas->time_zone.len > 0 &&
           (status.len == 0 || eg_text_equal(status, EG_TEXT("active")));
}

/* Those of one of several places are told with it. */
static uint32_t count_told(const struct eg_entry *entry)
{
    return entry->n_places > 1 ? entry->n_own_schedules : entry->n_schedules;
}

/* "Next date: " before a date; what is on or over needs no such word. */
static void write_event(struct eg_finder_page *page, struct eg_hours_words *words,
                        const struct eg_entry *entry)
{
    struct eg_text text = {0};
    enum eg_event_is is = eg_hours_event(words, entry->schedules, count_told(entry), &text);
    if (is == EG_EVENT_UNKNOWN) return;
    eg_finder_open(page, "p", is == EG_EVENT_OVER ? "moment over" : "moment");
    if (is == EG_EVENT_NEXT) {
        eg_finder_say(page, "event.next");
        eg_html_text(&page->html, EG_TEXT(": "));
    }
    eg_html_text(&page->html, text);
    eg_html_close(&page->html);
}

void eg_finder_moment(struct eg_finder_page *page, const struct eg_entry *entry)
{
    struct eg_hours_words words = words_of(page);
    if (count_told(entry) == 0 || !tells_now(page, entry)) return;
    if (entry->kind == EG_KIND_TRAINING) {
        write_event(page, &words, entry);
    } else {
        struct eg_text now = eg_hours_now(&words, entry->schedules, count_told(entry));
        if (now.len > 0) {
            eg_finder_open(page, "p", "moment now"); /* not in print */
            eg_html_text(&page->html, now);
            eg_html_close(&page->html);
        }
    }
    page->html.out.failed |= words.failed;
}

/* --- lines ----------------------------------------------------------------------------------------------------------- */

static void write_line(struct eg_finder_page *page, struct eg_text when, struct eg_text what)
{
    struct eg_placeholder fills[] = {{"when", when}, {"what", what}};
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    if (when.len > 0 && what.len > 0)
        eg_locale_write(page->locale, "hours.line", fills, EG_ARRAY_LEN(fills), &text);
    else eg_buffer_text(&text, when.len > 0 ? when : what);
    eg_html_leaf(&page->html, "li", (struct eg_text){text.data, text.len});
    page->html.out.failed |= text.failed;
    eg_buffer_clear(&text);
}

struct descriptions {
    struct eg_text texts[MOST_DESCRIPTIONS];
    uint32_t n;
    bool close_on_holidays; /* which has words of its own */
};

static void add_description(struct descriptions *descriptions, struct eg_text text)
{
    if (eg_hours_are_of_holidays(text)) descriptions->close_on_holidays = true;
    else if (text.len > 0 && descriptions->n < MOST_DESCRIPTIONS)
        descriptions->texts[descriptions->n++] = text;
}

void eg_finder_hours_printed(struct eg_finder_page *page, const struct eg_entry *entry)
{
    struct eg_hours_words words = words_of(page);
    const struct eg_hours_line *lines = NULL;
    struct eg_text hours = entry->field[EG_ENTRY_HOURS];
    if (entry->kind == EG_KIND_TRAINING) return; /* its date stands there already */
    uint32_t n = eg_hours_lines(&words, entry->schedules, count_told(entry), &lines);
    page->html.out.failed |= words.failed;
    if (n == 0 && (hours.len == 0 || entry->n_schedules > 0)) return;
    eg_finder_open(page, "ul", "hours printed");
    if (n == 0) eg_finder_data(page, "li", hours);
    for (uint32_t i = 0; i < n; i++) write_line(page, lines[i].when, lines[i].what);
    eg_html_close(&page->html);
}

/* What people wrote of schedules: "by appointment", "in term only". Each once. */
static void find_descriptions(struct eg_json *document, struct descriptions *found)
{
    const struct eg_json_value *list = document ? eg_json_get(eg_json_root(document), "schedules") : NULL;
    for (size_t i = 0; i < eg_json_length(list); i++) {
        struct eg_text text = {0};
        bool is_there = false;
        if (!eg_json_is_text(eg_json_get(eg_json_at(list, i), "description"), &text)) continue;
        for (uint32_t k = 0; k < found->n; k++) is_there |= eg_text_equal(found->texts[k], text);
        if (!is_there) add_description(found, text);
    }
}

static void write_holidays(struct eg_finder_page *page)
{
    write_line(page, eg_locale_text(page->locale, "hours.public_holidays"),
               eg_locale_text(page->locale, "hours.closed"));
}

void eg_finder_hours(struct eg_finder_page *page, const struct eg_entry *entry, struct eg_json *document)
{
    struct eg_hours_words words = words_of(page);
    struct eg_text hours = entry->field[EG_ENTRY_HOURS];
    struct descriptions descriptions = {.n = 0};
    const struct eg_hours_line *lines;
    find_descriptions(document, &descriptions);
    if (descriptions.n == 0 && entry->n_schedules == 0) add_description(&descriptions, hours);
    uint32_t n = eg_hours_lines(&words, entry->schedules, count_told(entry), &lines);
    if (n > 0 && entry->n_places <= 1) /* the text has those of all places */
        descriptions.close_on_holidays |= eg_hours_close_on_holidays(hours);
    page->html.out.failed |= words.failed;
    if (n == 0 && descriptions.n == 0 && !descriptions.close_on_holidays) return;
    eg_finder_begin_section(page, "hours", "entry.hours");
    eg_finder_open(page, "ul", "hours");
    for (uint32_t i = 0; i < n; i++) write_line(page, lines[i].when, lines[i].what);
    if (descriptions.close_on_holidays) write_holidays(page);
    for (uint32_t i = 0; i < descriptions.n; i++) eg_finder_data(page, "li", descriptions.texts[i]);
    eg_html_close(&page->html);
    eg_html_close(&page->html);
}

/* --- at one of several places ---------------------------------------------------------------------------------------- */

void eg_finder_hours_at(struct eg_finder_page *page, const struct eg_record *const *rows, uint32_t n)
{
    struct eg_hours_words words = words_of(page);
    struct eg_schedule *schedules = eg_arena_array(page->arena, n, sizeof *schedules);
    const struct eg_hours_line *lines = NULL;
    struct descriptions descriptions = {.n = 0};
    uint32_t n_read = 0;
    if (n == 0) return;
    page->html.out.failed |= !schedules;
    if (!schedules) return;
    eg_finder_begin_fact(page, "entry.hours");
    eg_finder_open(page, "ul", "hours");
    for (uint32_t i = 0; i < n; i++)
        if (eg_schedule_from_record(rows[i]->field, &schedules[n_read])) n_read++;
    uint32_t n_lines = eg_hours_lines(&words, schedules, n_read, &lines);
    for (uint32_t i = 0; i < n_lines; i++) write_line(page, lines[i].when, lines[i].what);
    for (uint32_t i = 0; i < n; i++) add_description(&descriptions, rows[i]->field[EG_SCHEDULE_DESCRIPTION]);
    if (descriptions.close_on_holidays) write_holidays(page);
    for (uint32_t i = 0; i < descriptions.n; i++) eg_finder_data(page, "li", descriptions.texts[i]);
    page->html.out.failed |= words.failed;
    eg_html_close(&page->html);
    eg_finder_end_fact(page);
}
