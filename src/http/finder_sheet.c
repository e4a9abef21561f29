/* The list for printing (?print=1): all that is found, as far as some ten sheets hold it, without form and map. What the form would show is
 * said in words, since paper has no address bar. */
#include <stdio.h>

#include "base/calendar.h"
#include "http/finder_parts.h"

/* --- what was searched for ------------------------------------------------------------------------------------------- */

static bool has_value(const struct eg_finder_page *page, const char *name, const char *value)
{
    for (uint32_t i = 0; i < page->wanted->n_kept; i++)
        if (eg_text_equal(page->wanted->kept[i].name, eg_text_from(name)))
            return eg_text_equal(page->wanted->kept[i].value, eg_text_from(value));
    return false;
}

/* As typed, in whatever language. */
static void write_typed(struct eg_finder_page *page, const char *key, struct eg_text text)
{
    if (text.len == 0) return;
    eg_finder_begin_fact(page, key);
    eg_finder_own(page, "span", text);
    eg_finder_end_fact(page);
}

static void write_radius(struct eg_finder_page *page)
{
    const struct eg_directory_query *query = &page->wanted->find.query;
    struct eg_buffer text;
    if (!query->has_radius || (page->wanted->place.len == 0 && !query->has_near)) return;
    eg_buffer_init(&text, 0);
    eg_locale_distance(page->locale, query->radius_m, &text);
    write_typed(page, "search.radius", (struct eg_text){text.data, text.len});
    page->html.out.failed |= text.failed;
    eg_buffer_clear(&text);
}

static void write_words(struct eg_finder_page *page)
{
    for (int i = 0; i < EG_N_FACETS; i++) {
        const char *key = eg_finder_chooser_key((enum eg_facet_kind)i);
        struct eg_text chosen = page->wanted->find.query.texts[i];
        if (!key || chosen.len == 0) continue;
        eg_finder_begin_fact(page, key);
        eg_finder_speaks_of(page, (enum eg_facet_kind)i, chosen);
        eg_finder_terms(page, &chosen, 1);
        eg_finder_speaks(page, NULL);
        eg_finder_end_fact(page);
    }
}

static void write_kinds(struct eg_finder_page *page)
{
    uint32_t kinds = page->wanted->find.query.kinds;
    bool is_first = true;
    if (kinds == 0) return;
    eg_finder_begin_fact(page, "search.kind");
    for (int i = 0; i < EG_N_KINDS; i++) {
        if (!(kinds >> i & 1)) continue;
        if (!is_first) eg_html_text(&page->html, EG_TEXT(", "));
        eg_finder_kind(page, (enum eg_entry_kind)i);
        is_first = false;
    }
    eg_finder_end_fact(page);
}

/* A tick is its own label. */
static void write_ticks(struct eg_finder_page *page)
{
    bool is_placed = page->wanted->place.len > 0 || page->wanted->find.query.has_near;
    if (page->wanted->served && is_placed) eg_finder_leaf(page, "p", "search.served");
    if (has_value(page, "open", "now")) eg_finder_leaf(page, "p", "search.open_now");
}

/* --- the whole ------------------------------------------------------------------------------------------------------- */

static void write_day(struct eg_finder_page *page)
{
    char day[40];
    struct eg_buffer text;
    struct eg_date today = eg_calendar_date(eg_finder_today(page));
    (void)snprintf(day, sizeof day, "%04u-%02u-%02u", today.year, today.month, today.day);
    eg_buffer_init(&text, 0);
    eg_locale_date(page->locale, eg_text_from(day), &text);
    eg_html_open(&page->html, "p");
    eg_finder_say_with(page, "print.day", "date", (struct eg_text){text.data, text.len});
    eg_html_close(&page->html);
    page->html.out.failed |= text.failed;
    eg_buffer_clear(&text);
}

void eg_finder_print_button(struct eg_finder_page *page)
{
    struct eg_html *html = &page->html;
    eg_finder_open(page, "p", "uses script");
    eg_html_attribute(html, "hidden", EG_TEXT("hidden"));
    eg_html_open(html, "button");
    eg_html_attribute(html, "type", EG_TEXT("button"));
    eg_html_attribute(html, "class", EG_TEXT("second print"));
    eg_finder_say(page, "finder.print");
    eg_html_close(html);
    eg_html_close(html);
}

void eg_finder_sheet_top(struct eg_finder_page *page)
{
    struct eg_html *html = &page->html;
    eg_finder_open(page, "p", "back");
    eg_html_open(html, "a");
    eg_html_address(html, "href",
                    eg_finder_url(page, "/finder", EG_FINDER_KEEP_ALL, "print", NULL, (struct eg_text){0}));
    eg_finder_say(page, "entry.back_results");
    eg_html_close(html);
    eg_html_close(html);
    eg_finder_print_button(page);
    eg_finder_open(page, "dl", "asked");
    write_typed(page, "search.words", page->wanted->find.query.words);
    write_typed(page, "search.place", page->wanted->place);
    write_radius(page);
    write_words(page);
    write_kinds(page);
    eg_html_close(html);
    write_ticks(page);
    write_day(page);
}
