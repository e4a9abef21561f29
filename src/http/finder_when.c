/* When an entry is open, or an event takes place: what its schedules say, in words; and what they cannot say, as it was written. */
#include <string.h>

#include "data/record_specs.h"
#include "data/service_places.h"
#include "http/finder_parts.h"
#include "http/hours_words.h"

#define MOST_SCHEDULES 100U /* of one entry, as data/records_entry.c has them */

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

static void write_when(struct eg_finder_page *page, struct eg_text when, struct eg_text what)
{
    struct eg_placeholder fills[] = {{"when", when}, {"what", what}};
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    if (when.len > 0 && what.len > 0)
        eg_locale_write(page->locale, "hours.line", fills, EG_ARRAY_LEN(fills), &text);
    else eg_buffer_text(&text, when.len > 0 ? when : what);
    eg_html_text(&page->html, (struct eg_text){text.data, text.len});
    page->html.out.failed |= text.failed;
    eg_buffer_clear(&text);
}

static void write_line(struct eg_finder_page *page, struct eg_text when, struct eg_text what)
{
    eg_html_open(&page->html, "li");
    write_when(page, when, what);
    eg_html_close(&page->html);
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

static void write_holidays(struct eg_finder_page *page)
{
    write_line(page, eg_locale_text(page->locale, "hours.public_holidays"),
               eg_locale_text(page->locale, "hours.closed"));
}

/* --- as a store says them -------------------------------------------------------------------------------------------- */

/* Schedules of an entry or of one of its places. People say something of some of them, "by appointment", "in term only": those of which
 * they say the same stand together with it. */
struct told {
    const struct eg_record *row[MOST_SCHEDULES];
    uint32_t n;
};

static void add_row(struct told *told, const struct eg_record *row)
{
    if (told->n < MOST_SCHEDULES) told->row[told->n++] = row;
}

/* What is said of a schedule: texts, then an address. */
#define SAID 4U
struct said {
    struct eg_text at[SAID];
};

static struct said said_of(const struct eg_record *row)
{
    const struct eg_text *field = row->field;
    struct said said = {{field[EG_SCHEDULE_ATTENDING_TYPE], field[EG_SCHEDULE_DESCRIPTION],
                         field[EG_SCHEDULE_NOTES], field[EG_SCHEDULE_SCHEDULE_LINK]}};
    if (eg_hours_are_of_holidays(said.at[1]))
        said.at[1] = (struct eg_text){0}; /* which has words of its own */
    if (eg_text_equal(said.at[1], said.at[2])) said.at[2] = (struct eg_text){0};
    if (!eg_text_starts_with(said.at[3], EG_TEXT("https://")) &&
        !eg_text_starts_with(said.at[3], EG_TEXT("http://")))
        said.at[3] = (struct eg_text){0};
    return said;
}

static bool is_same(const struct said *a, const struct said *b)
{
    bool same = true;
    for (uint32_t i = 0; i < SAID; i++) same = same && eg_text_equal(a->at[i], b->at[i]);
    return same;
}

static bool says_any(const struct said *said)
{
    size_t len = 0;
    for (uint32_t i = 0; i < SAID; i++) len += said->at[i].len;
    return len > 0;
}

static void write_said(struct eg_finder_page *page, const struct said *said)
{
    bool any = false;
    for (uint32_t i = 0; i < SAID; i++) {
        if (said->at[i].len == 0) continue;
        if (any) eg_html_text(&page->html, EG_TEXT(", "));
        any = true;
        if (i + 1 < SAID) eg_finder_data(page, "span", said->at[i]);
        else eg_html_link(&page->html, said->at[i], eg_locale_text(page->locale, "entry.schedule_link"));
    }
}

/* Lines of those of which just this is said; of all of them without `said`. Without the days on which it is closed where there may be others. */
static uint32_t lines_of(struct eg_finder_page *page, const struct told *told, const struct said *said,
                         bool of_some, const struct eg_hours_line **lines_out)
{
    struct eg_hours_words words = words_of(page);
    struct eg_schedule *schedules = eg_arena_array(page->arena, told->n + 1U, sizeof *schedules);
    uint32_t n = 0;
    words.of_some = of_some;
    *lines_out = NULL;
    page->html.out.failed |= !schedules;
    for (uint32_t i = 0; schedules && i < told->n; i++) {
        const struct said own = said_of(told->row[i]);
        if ((!said || is_same(&own, said)) && eg_schedule_from_record(told->row[i]->field, &schedules[n]))
            n++;
    }
    n = schedules ? eg_hours_lines(&words, schedules, n, lines_out) : 0;
    page->html.out.failed |= words.failed;
    return n;
}

/* One line with what is said behind it, several below it. */
static void write_group(struct eg_finder_page *page, const struct told *told, const struct said *said)
{
    const struct eg_hours_line *lines;
    uint32_t n = lines_of(page, told, said, true, &lines);
    if (!says_any(said)) {
        for (uint32_t i = 0; i < n; i++) write_line(page, lines[i].when, lines[i].what);
        return;
    }
    eg_html_open(&page->html, "li");
    if (n == 1) write_when(page, lines[0].when, lines[0].what);
    if (n == 1) eg_html_text(&page->html, EG_TEXT(" ("));
    write_said(page, said);
    if (n == 1) eg_html_text(&page->html, EG_TEXT(")"));
    if (n > 1) {
        eg_finder_open(page, "ul", "hours");
        for (uint32_t i = 0; i < n; i++) write_line(page, lines[i].when, lines[i].what);
        eg_html_close(&page->html);
    }
    eg_html_close(&page->html);
}

static bool is_first_of_group(const struct told *told, uint32_t i, const struct said *said)
{
    for (uint32_t k = 0; k < i; k++) {
        const struct said other = said_of(told->row[k]);
        if (is_same(&other, said)) return false;
    }
    return true;
}

static bool close_on_holidays(const struct told *told)
{
    bool close = false;
    for (uint32_t i = 0; i < told->n; i++)
        close |= eg_hours_are_of_holidays(told->row[i]->field[EG_SCHEDULE_DESCRIPTION]);
    return close;
}

/* Plain hours first, then those with a word to them; the days on which it is closed are those that none of them names. */
static void write_told(struct eg_finder_page *page, const struct told *told)
{
    const struct said none = {.at = {{0}}};
    const struct eg_hours_line *lines;
    uint32_t n_open = lines_of(page, told, NULL, true, &lines), n = lines_of(page, told, NULL, false, &lines);
    eg_finder_open(page, "ul", "hours");
    write_group(page, told, &none);
    for (uint32_t i = 0; i < told->n; i++) {
        const struct said said = said_of(told->row[i]);
        if (says_any(&said) && is_first_of_group(told, i, &said)) write_group(page, told, &said);
    }
    for (uint32_t i = n_open; i < n; i++) write_line(page, lines[i].when, lines[i].what);
    if (close_on_holidays(told)) write_holidays(page);
    eg_html_close(&page->html);
}

/* Whether that would be anything: dates may all be over. */
static bool has_told(struct eg_finder_page *page, const struct told *told)
{
    const struct eg_hours_line *lines;
    bool any = close_on_holidays(told) || lines_of(page, told, NULL, false, &lines) > 0;
    for (uint32_t i = 0; i < told->n; i++) {
        const struct said said = said_of(told->row[i]);
        any = any || says_any(&said);
    }
    return any;
}

static uint32_t add_rows(const struct eg_finder_page *page, uint32_t field, const struct eg_record *of,
                         struct told *told)
{
    struct eg_record_rows rows =
        eg_records_rows(page->snapshot->records, EG_RECORD_SCHEDULE, field, of->field[0]);
    struct eg_schedule schedule;
    uint32_t n_read = 0;
    for (uint32_t i = 0; i < rows.n; i++) {
        add_row(told, rows.at[i]);
        n_read += eg_schedule_from_record(rows.at[i]->field, &schedule);
    }
    return n_read;
}

/* As the entry's own list (data/records_entry.c); those of one of several places are told with it. */
static void find_told(const struct eg_finder_page *page, const struct eg_entry *entry,
                      const struct eg_record *service, struct told *told)
{
    struct eg_service_places places;
    uint32_t n_own = add_rows(page, EG_SCHEDULE_SERVICE_ID, service, told);
    if (entry->n_places > 1) return;
    eg_service_places(page->snapshot->records, service->field[EG_SERVICE_ID], &places);
    for (uint32_t i = 0; i < places.n; i++) {
        uint32_t n_there = add_rows(page, EG_SCHEDULE_SERVICE_AT_LOCATION_ID, places.link[i], told);
        if (n_own + n_there == 0) (void)add_rows(page, EG_SCHEDULE_LOCATION_ID, places.location[i], told);
    }
}

/* --- the section ------------------------------------------------------------------------------------------------------- */

/* Of an entry of another directory. */
static void write_of_entry(struct eg_finder_page *page, const struct eg_entry *entry)
{
    struct eg_hours_words words = words_of(page);
    struct eg_text hours = entry->field[EG_ENTRY_HOURS];
    const struct eg_hours_line *lines;
    uint32_t n = eg_hours_lines(&words, entry->schedules, entry->n_schedules, &lines);
    bool is_text = entry->n_schedules == 0 && hours.len > 0 && !eg_hours_are_of_holidays(hours);
    bool close = n > 0 ? eg_hours_close_on_holidays(hours) : hours.len > 0 && eg_hours_are_of_holidays(hours);
    page->html.out.failed |= words.failed;
    if (n == 0 && !is_text && !close) return;
    eg_finder_begin_section(page, "hours", "entry.hours");
    eg_finder_open(page, "ul", "hours");
    for (uint32_t i = 0; i < n; i++) write_line(page, lines[i].when, lines[i].what);
    if (close) write_holidays(page);
    if (is_text) eg_finder_data(page, "li", hours);
    eg_html_close(&page->html);
    eg_html_close(&page->html);
}

void eg_finder_hours(struct eg_finder_page *page, const struct eg_entry *entry)
{
    const struct eg_record *service = eg_finder_service(page, entry);
    struct told told = {.n = 0};
    if (!service) {
        write_of_entry(page, entry);
        return;
    }
    find_told(page, entry, service, &told);
    if (!has_told(page, &told)) return;
    eg_finder_begin_section(page, "hours", "entry.hours");
    write_told(page, &told);
    eg_html_close(&page->html);
}

void eg_finder_hours_at(struct eg_finder_page *page, const struct eg_record *const *rows, uint32_t n)
{
    struct told told = {.n = 0};
    for (uint32_t i = 0; i < n; i++) add_row(&told, rows[i]);
    if (!has_told(page, &told)) return;
    eg_finder_begin_fact(page, "entry.hours");
    write_told(page, &told);
    eg_finder_end_fact(page);
}
