/* An entry's page: what it is, how to get in touch, whom it serves, where it is, and how old that knowledge is. What was not given
 * is said. */
#include <string.h>

#include "base/calendar.h"
#include "data/record_specs.h"
#include "data/records.h"
#include "http/finder_parts.h"

#define USUAL_REVIEW_DAYS 365U

/* --- facts --------------------------------------------------------------------------------------------------------- */

void eg_finder_begin_section(struct eg_finder_page *page, const char *id, const char *key)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "section");
    eg_html_attribute(html, "aria-labelledby", eg_text_from(id));
    eg_html_open(html, "h2");
    eg_html_attribute(html, "id", eg_text_from(id));
    eg_finder_say(page, key);
    eg_html_close(html);
}

void eg_finder_begin_fact(struct eg_finder_page *page, const char *key)
{
    eg_html_open(&page->html, "div");
    eg_finder_leaf(page, "dt", key);
    eg_html_open(&page->html, "dd");
}

void eg_finder_end_fact(struct eg_finder_page *page)
{
    eg_html_close(&page->html);
    eg_html_close(&page->html);
}

void eg_finder_fact(struct eg_finder_page *page, const char *key, struct eg_text value)
{
    if (value.len == 0) return;
    eg_finder_begin_fact(page, key);
    eg_finder_data(page, "span", value);
    eg_finder_end_fact(page);
}

static void write_terms(struct eg_finder_page *page, const char *key, const struct eg_text *terms, uint32_t n)
{
    if (n == 0) return;
    eg_finder_begin_fact(page, key);
    eg_finder_terms(page, terms, n);
    eg_finder_end_fact(page);
}

static void write_date(struct eg_finder_page *page, struct eg_text date)
{
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    eg_locale_date(page->locale, date, &text);
    eg_finder_own(page, "span", (struct eg_text){text.data, text.len});
    page->html.out.failed |= text.failed;
    eg_buffer_clear(&text);
}

static void write_day(struct eg_finder_page *page, const char *key, struct eg_text date)
{
    if (date.len == 0) return;
    eg_finder_begin_fact(page, key);
    write_date(page, date);
    eg_finder_end_fact(page);
}

/* --- contact ------------------------------------------------------------------------------------------------------- */

static void write_contact(struct eg_finder_page *page, const struct eg_finder_ways *ways)
{
    const struct eg_text *field = ways->entry->field;
    bool any = field[EG_ENTRY_PHONE].len > 0 || field[EG_ENTRY_EMAIL].len > 0 || field[EG_ENTRY_URL].len > 0;
    eg_finder_begin_section(page, "contact", "entry.contact");
    if (!any && ways->people.n == 0) eg_finder_leaf(page, "p", "entry.no_contact");
    else eg_html_open(&page->html, "dl");
    eg_finder_phones(page, ways);
    if (field[EG_ENTRY_EMAIL].len > 0) {
        eg_finder_begin_fact(page, "entry.email");
        eg_finder_email(page, field[EG_ENTRY_EMAIL]);
        eg_finder_end_fact(page);
    }
    if (field[EG_ENTRY_URL].len > 0) {
        eg_finder_begin_fact(page, "entry.web");
        eg_html_link(&page->html, field[EG_ENTRY_URL], field[EG_ENTRY_URL]);
        eg_finder_end_fact(page);
    }
    eg_finder_people(page, ways);
    if (any || ways->people.n > 0) eg_html_close(&page->html);
    eg_html_close(&page->html);
}

/* --- about --------------------------------------------------------------------------------------------------------- */

/* "32,452": a whole number, grouped as the language does it; what is no number as it is. */
static struct eg_text grouped(const struct eg_finder_page *page, struct eg_text amount,
                              char room[EG_LOCALE_NUMBER_BYTES])
{
    double number;
    if (!eg_text_to_double(amount, &number) || number < 0 || number >= 1e15) return amount;
    return eg_locale_number(page->locale, (uint64_t)(number + 0.5), room);
}

void eg_finder_money(struct eg_finder_page *page, struct eg_text amount, struct eg_text currency)
{
    char room[EG_LOCALE_NUMBER_BYTES];
    eg_html_text(&page->html, grouped(page, amount, room));
    if (currency.len > 0) eg_html_text(&page->html, EG_TEXT(" "));
    eg_html_text(&page->html, currency);
}

static void write_amount(struct eg_finder_page *page, const struct eg_entry *entry)
{
    if (entry->field[EG_ENTRY_AMOUNT].len == 0) return;
    eg_finder_begin_fact(page, "entry.amount");
    eg_finder_money(page, entry->field[EG_ENTRY_AMOUNT], entry->field[EG_ENTRY_CURRENCY]);
    eg_finder_end_fact(page);
}

/* --- money ----------------------------------------------------------------------------------------------------------- */

static struct eg_record_rows fundings_of(const struct eg_finder_page *page, const struct eg_entry *entry)
{
    const struct eg_record *service = eg_finder_service(page, entry);
    if (!service) return (struct eg_record_rows){.n = 0};
    return eg_records_rows(page->snapshot->records, EG_RECORD_FUNDING, EG_FUNDING_SERVICE_ID,
                           service->field[EG_SERVICE_ID]);
}

/* "1 January 2026 to 31 December 2026". */
static struct eg_text period_of(struct eg_finder_page *page, struct eg_text from, struct eg_text to)
{
    struct eg_buffer text, first, last;
    eg_buffer_init(&text, 0);
    eg_buffer_init(&first, 0);
    eg_buffer_init(&last, 0);
    if (from.len > 0) eg_locale_date(page->locale, from, &first);
    if (to.len > 0) eg_locale_date(page->locale, to, &last);
    const struct eg_placeholder fills[] = {{"from", {first.data, first.len}}, {"to", {last.data, last.len}}};
    const char *key = from.len > 0 && to.len > 0 ? "entry.period"
                      : from.len > 0             ? "entry.period_from"
                                                 : "entry.period_to";
    eg_locale_write(page->locale, key, fills, EG_ARRAY_LEN(fills), &text);
    struct eg_text kept = eg_text_copy(page->arena, (struct eg_text){text.data, text.len});
    page->html.out.failed |= text.failed || first.failed || last.failed || !kept.data;
    eg_buffer_clear(&text);
    eg_buffer_clear(&first);
    eg_buffer_clear(&last);
    return kept;
}

static void write_comma(struct eg_finder_page *page, bool *is_first)
{
    if (!*is_first) eg_html_text(&page->html, EG_TEXT(", "));
    *is_first = false;
}

/* "Hall roof, 100 GBP, Fund A, 1 January 2026 to 31 December 2026". */
static void write_funding(struct eg_finder_page *page, const struct eg_text *funding)
{
    bool is_first = true;
    struct eg_text from = funding[EG_FUNDING_VALID_FROM], to = funding[EG_FUNDING_VALID_TO];
    eg_finder_begin_fact(page, "form.money");
    if (funding[EG_FUNDING_TITLE].len > 0) {
        write_comma(page, &is_first);
        eg_finder_data(page, "span", funding[EG_FUNDING_TITLE]);
    }
    if (funding[EG_FUNDING_AMOUNT].len > 0) {
        write_comma(page, &is_first);
        eg_html_open(&page->html, "bdi");
        eg_finder_money(page, funding[EG_FUNDING_AMOUNT], funding[EG_FUNDING_CURRENCY]);
        eg_html_close(&page->html);
    }
    if (funding[EG_FUNDING_SOURCE].len > 0) {
        write_comma(page, &is_first);
        eg_finder_data(page, "span", funding[EG_FUNDING_SOURCE]);
    }
    if (from.len + to.len > 0) {
        write_comma(page, &is_first);
        eg_finder_own(page, "span", period_of(page, from, to));
    }
    eg_finder_end_fact(page);
}

/* Of a grant the facts one by one; of several a line each. */
static void write_fundings(struct eg_finder_page *page, const struct eg_entry *entry)
{
    struct eg_record_rows fundings = fundings_of(page, entry);
    for (uint32_t i = 0; i < fundings.n && fundings.n > 1; i++) write_funding(page, fundings.at[i]->field);
    if (fundings.n > 1) return;
    if (fundings.n == 1) eg_finder_fact(page, "entry.funding_title", fundings.at[0]->field[EG_FUNDING_TITLE]);
    write_amount(page, entry);
    eg_finder_fact(page, "entry.funder", entry->field[EG_ENTRY_FUNDER]);
    write_day(page, "entry.awarded", entry->giving[EG_GIVING_AWARD_DATE]);
    write_day(page, "entry.start", entry->field[EG_ENTRY_START]);
    write_day(page, "entry.end", entry->field[EG_ENTRY_END]);
}

/* --- the rest of it ---------------------------------------------------------------------------------------------------- */

/* That it goes on is what everybody expects. */
static bool says_status(const struct eg_entry *entry)
{
    struct eg_text status = entry->field[EG_ENTRY_STATUS];
    return status.len > 0 && !eg_text_equal(status, EG_TEXT("active"));
}

/* Where a store has its records, it is told with the place. */
static uint32_t count_accessibility(const struct eg_finder_page *page, const struct eg_entry *entry)
{
    return eg_finder_service(page, entry) && entry->n_places < 2 ? 0 : entry->n_accessibility;
}

static bool has_about(const struct eg_finder_page *page, const struct eg_entry *entry)
{
    static const enum eg_entry_field fields[] = {EG_ENTRY_ORGANISATION, EG_ENTRY_PROGRAMME, EG_ENTRY_AMOUNT,
                                                 EG_ENTRY_FUNDER,       EG_ENTRY_START,     EG_ENTRY_END};
    for (size_t i = 0; i < EG_ARRAY_LEN(fields); i++)
        if (entry->field[fields[i]].len > 0) return true;
    for (unsigned n = 0; n < EG_N_REGISTERS; n++)
        if (entry->register_number[n].len > 0) return true;
    return entry->n_topics + entry->n_languages + count_accessibility(page, entry) > 0 ||
           fundings_of(page, entry).n > 0 || says_status(entry);
}

static void write_about(struct eg_finder_page *page, const struct eg_entry *entry)
{
    const struct eg_text *field = entry->field;
    if (!has_about(page, entry)) return;
    eg_finder_begin_section(page, "about", "entry.about");
    eg_html_open(&page->html, "dl");
    eg_finder_fact(page, "entry.organisation", field[EG_ENTRY_ORGANISATION]);
    eg_finder_fact(page, "entry.charity_number", entry->register_number[EG_REGISTER_OF_CHARITIES]);
    eg_finder_fact(page, "entry.company_number", entry->register_number[EG_REGISTER_OF_COMPANIES]);
    eg_finder_fact(page, "entry.programme", field[EG_ENTRY_PROGRAMME]);
    write_terms(page, "entry.topics", entry->topics, entry->n_topics);
    write_terms(page, "entry.languages", entry->languages, entry->n_languages);
    write_terms(page, "entry.accessibility", entry->accessibility, count_accessibility(page, entry));
    write_fundings(page, entry);
    if (says_status(entry)) {
        eg_finder_begin_fact(page, "entry.status");
        eg_finder_status(page, field[EG_ENTRY_STATUS]);
        eg_finder_end_fact(page);
    }
    eg_html_close(&page->html);
    eg_html_close(&page->html);
}

/* --- how old it is, and whose -------------------------------------------------------------------------------------- */

static bool read_day(struct eg_text date, int64_t *day_out)
{
    struct eg_text part[3] = {{0}};
    uint32_t number[3];
    for (int i = 0; i < 3; i++) date = eg_text_cut(date, '-', &part[i]);
    for (int i = 0; i < 3; i++)
        if (!eg_text_to_u32(part[i], &number[i])) return false;
    if (number[0] > 9999 || number[1] < 1 || number[1] > 12 || number[2] < 1 || number[2] > 31) return false;
    *day_out = eg_calendar_day(number[0], number[1], number[2]);
    return true;
}

static bool is_old(const struct eg_finder_page *page, const struct eg_entry *entry, uint32_t most_days)
{
    int64_t day;
    return read_day(entry->field[EG_ENTRY_LAST_REVIEWED], &day) &&
           eg_finder_today(page) - day > (int64_t)most_days;
}

static void write_reviewed(struct eg_finder_page *page, const struct eg_entry *entry)
{
    const struct eg_atlas_directory *directory = &page->snapshot->atlas->directories[entry->directory];
    struct eg_text date = entry->field[EG_ENTRY_LAST_REVIEWED];
    uint32_t most_days =
        directory->store.path.len > 0 ? directory->store.review_after_days : USUAL_REVIEW_DAYS;
    eg_finder_begin_fact(page, "entry.reviewed");
    if (date.len == 0) eg_finder_say(page, "entry.reviewed_never");
    else write_date(page, date);
    if (is_old(page, entry, most_days)) {
        eg_html_text(&page->html, EG_TEXT(" "));
        eg_finder_open(page, "strong", "old");
        if (most_days == USUAL_REVIEW_DAYS) eg_finder_say(page, "entry.reviewed_year");
        else eg_finder_say_number(page, "entry.reviewed_days", most_days);
        eg_html_close(&page->html);
    }
    eg_finder_end_fact(page);
}

static void write_source(struct eg_finder_page *page, const struct eg_entry *entry)
{
    const struct eg_atlas_directory *directory = &page->snapshot->atlas->directories[entry->directory];
    struct eg_html *html = &page->html;
    eg_finder_begin_section(page, "source", "entry.source");
    eg_html_open(html, "dl");
    write_reviewed(page, entry);
    eg_finder_begin_fact(page, "entry.source");
    eg_finder_data(page, "span", directory->title);
    if (directory->attribution.len > 0) {
        eg_html_text(html, EG_TEXT(", "));
        eg_finder_data(page, "span", directory->attribution);
    }
    eg_finder_end_fact(page);
    if (directory->licence_title.len > 0) {
        eg_finder_begin_fact(page, "entry.licence");
        eg_html_link(html, directory->licence_url, directory->licence_title);
        eg_finder_end_fact(page);
    }
    eg_html_close(html);
    eg_html_open(html, "p");
    eg_html_open(html, "a");
    eg_html_address(
        html, "href",
        eg_text_format(page->arena, "%.*s/coalitions/%s", EG_TEXT_ARG(page->base_url), entry->id));
    eg_finder_say(page, "entry.data");
    eg_html_close(html);
    eg_html_close(html);
    eg_html_close(html);
}

/* --- the whole ----------------------------------------------------------------------------------------------------- */

static void write_top(struct eg_finder_page *page, const struct eg_entry *entry)
{
    struct eg_html *html = &page->html;
    struct eg_text about = entry->field[EG_ENTRY_DESCRIPTION];
    eg_finder_open(page, "p", "facts");
    eg_html_open(html, "span");
    eg_html_attribute_format(html, "class", "pin pin-%s", eg_entry_kind_name(entry->kind));
    eg_html_close(html);
    eg_finder_kind(page, entry->kind);
    eg_finder_out_of_service(page, entry->field[EG_ENTRY_STATUS]);
    eg_html_close(html);
    eg_finder_moment(page, entry);
    if (about.len > 0) eg_finder_data(page, "p", about);
    else eg_finder_leaf(page, "p", "entry.no_description");
}

/* Whether the address says which search led here, as links of the list do. */
static bool has_search(const struct eg_finder_page *page)
{
    const struct eg_finder_request *wanted = page->wanted;
    for (uint32_t i = 0; i < wanted->n_kept; i++)
        if (!eg_text_equal(wanted->kept[i].name, EG_TEXT("lang")) &&
            !eg_text_equal(wanted->kept[i].name, EG_TEXT("embed")))
            return true;
    return wanted->page > 1;
}

/* To the entry's place in the list. Nothing of the address is taken for an address: only known filters are repeated. */
static void write_way_back(struct eg_finder_page *page, const struct eg_entry *entry)
{
    struct eg_html *html = &page->html;
    struct eg_text url =
        eg_finder_url(page, "/finder", EG_FINDER_KEEP_ALL, NULL, page->wanted->page > 1 ? "page" : NULL,
                      eg_text_format(page->arena, "%u", page->wanted->page));
    bool is_search = has_search(page);
    eg_finder_open(page, "p", "back");
    eg_html_open(html, "a");
    if (is_search) url = eg_text_format(page->arena, "%.*s#e-%s", EG_TEXT_ARG(url), entry->id);
    eg_html_address(html, "href", url);
    eg_html_attribute(html, "data-back", eg_locale_text(page->locale, "entry.back_results"));
    eg_finder_say(page, is_search ? "entry.back_results" : "entry.back");
    eg_html_close(html);
    eg_html_close(html);
}

static void write_rest(struct eg_finder_page *page, const struct eg_entry *entry, struct eg_json *document)
{
    eg_finder_open(page, "div", "rest");
    eg_finder_hours(page, entry);
    write_about(page, entry);
    eg_finder_more_about(page, entry, document);
    eg_finder_begin_section(page, "serves", "entry.serves");
    eg_finder_served(page, entry);
    eg_html_close(&page->html);
    write_source(page, entry);
    eg_finder_suggest_link(page, entry);
    eg_finder_print_button(page);
    write_way_back(page, entry);
    eg_html_close(&page->html);
}

void eg_finder_entry(struct eg_finder_page *page, const struct eg_entry *entry)
{
    struct eg_json *document = eg_finder_document(page, entry);
    const struct eg_finder_ways ways = eg_finder_ways_of(page, entry);
    page->named = entry;
    eg_finder_begin(page, entry->field[EG_ENTRY_NAME], "main", "finder.skip_main");
    write_way_back(page, entry);
    eg_finder_open(page, "div", "entry");
    eg_finder_open(page, "div", "told");
    write_top(page, entry);
    eg_finder_alert(page, document);
    write_contact(page, &ways);
    eg_html_close(&page->html);
    eg_finder_reach(page, entry);
    write_rest(page, entry, document);
    eg_html_close(&page->html);
    eg_json_free(document);
}
