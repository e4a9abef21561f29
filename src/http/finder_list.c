/* The results: who was found, nearest first where a place is known, with what one needs to get in touch; pages; what was not
 * understood. */
#include <stdio.h>
#include <string.h>

#include "http/finder_parts.h"
#include "http/server_parts.h"

#define SHOWN_OF_DESCRIPTION 240U /* bytes in a list */
#define MOST_MARKERS 1000U        /* that the map asks for; more make old telephones slow */
#define FAR_M 50000.0             /* the longest distance that the form offers: what is farther is not near */

/* --- searching ----------------------------------------------------------------------------------------------------- */

static void use_position(const struct eg_finder_page *page, struct eg_finder_found *found)
{
    const struct eg_directory_query *query = &found->request.query;
    if (!page->wanted->served || !query->has_near) return;
    (void)snprintf(found->serves, sizeof found->serves, "%.6f,%.6f", query->near_lon_deg,
                   query->near_lat_deg);
    found->request.serves = eg_text_from(found->serves);
}

/* A list of nothing but training is a calendar, and what words find begins with what they fit best, names before streets; unless another
 * order is asked for or a place is named. */
static void choose_order(struct eg_directory_query *query)
{
    if (query->order != EG_ORDER_USUAL || query->has_near) return;
    if (query->kinds == UINT32_C(1) << EG_KIND_TRAINING) query->order = EG_ORDER_NEXT;
    else if (query->words.len > 0) query->order = EG_ORDER_RELEVANCE;
}

static uint64_t count_pages(const struct eg_finder_found *found)
{
    uint32_t limit = found->request.query.limit;
    return (found->result.n_matched + limit - 1) / limit;
}

enum eg_status eg_finder_search(struct eg_finder_page *page, struct eg_finder_found *found_out,
                                struct eg_error *err)
{
    *found_out = (struct eg_finder_found){.request = page->wanted->find};
    if (page->wanted->place.len > 0) {
        enum eg_status status = eg_finder_find_place(page, found_out, err);
        if (status != EG_OK || !found_out->place.found) return status;
    }
    choose_order(&found_out->request.query);
    if (found_out->request.serves.len == 0) use_position(page, found_out);
    if (!found_out->request.query.has_near) found_out->request.query.has_radius = false;
    return eg_engine_coalitions_find(page->snapshot, &found_out->request, &found_out->result, err);
}

/* --- places -------------------------------------------------------------------------------------------------------- */

static bool is_nowhere(const struct eg_finder_page *page, const struct eg_finder_found *found)
{
    return page->wanted->place.len > 0 && !found->place.found;
}

/* What stands as links further down. */
static void say_similar(struct eg_finder_page *page, const struct eg_finder_place *place)
{
    struct eg_html *html = &page->html;
    for (uint32_t i = 0; i < place->n; i++) {
        if (i == 0) eg_finder_say(page, "place.similar");
        eg_html_text(html, i == 0 ? EG_TEXT(" ") : EG_TEXT("; "));
        eg_html_text(html, eg_finder_place_name(page, place->hits[i].place));
    }
    eg_html_text(html, place->n > 0 ? EG_TEXT(". ") : EG_TEXT(""));
    eg_finder_say(page, "place.try");
}

/* A list that begins far away is sorted rightly, and yet not what somebody near there hoped for: a wrong sign, another country. */
static void write_far(struct eg_finder_page *page, const struct eg_finder_found *found)
{
    const struct eg_directory_query *query = &found->request.query;
    struct eg_buffer text;
    bool is_nearest = query->has_near && query->order == EG_ORDER_USUAL && query->offset == 0;
    if (!is_nearest || found->result.n == 0 || found->result.hits[0].distance_m <= FAR_M) return;
    eg_buffer_init(&text, 0);
    eg_locale_distance(page->locale, found->result.hits[0].distance_m, &text);
    eg_html_text(&page->html, EG_TEXT(" · "));
    eg_finder_say_with(page, "results.far", "distance", (struct eg_text){text.data, text.len});
    page->html.out.failed |= text.failed;
    eg_buffer_clear(&text);
}

/* The count and, where nothing was found, why and what to try: a status message (WCAG 4.1.3) holds all that is new. What is written
 * again below it is only heard. */
static void write_count(struct eg_finder_page *page, const struct eg_finder_found *found)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "p");
    eg_html_attribute(html, "id", EG_TEXT("count"));
    eg_html_attribute(html, "role", EG_TEXT("status"));
    eg_html_attribute(html, "aria-live", EG_TEXT("polite"));
    eg_finder_say_number(page, "results.count", found->result.n_matched);
    write_far(page, found);
    if (is_nowhere(page, found)) {
        eg_html_text(html, EG_TEXT(" · "));
        eg_finder_say_with(page, "place.unknown", "place", page->wanted->place);
    }
    if (found->result.n_matched == 0) {
        eg_html_text(html, EG_TEXT(" "));
        eg_finder_open(page, "span", "heard");
        if (is_nowhere(page, found)) say_similar(page, &found->place);
        else eg_finder_say(page, "results.none");
        eg_html_close(html);
    }
    eg_html_close(html);
}

static void write_where(struct eg_finder_page *page, const struct eg_finder_found *found)
{
    struct eg_html *html = &page->html;
    if (is_nowhere(page, found)) {
        eg_finder_open(page, "div", "problem");
        eg_finder_other_places(page, "place.similar", &found->place);
        eg_finder_leaf(page, "p", "place.try");
        eg_html_close(html);
        return;
    }
    if (!found->request.query.has_near) return;
    struct eg_text place = found->place.found ? eg_finder_place_name(page, found->place.hits[0].place)
                                              : eg_locale_text(page->locale, "near.here");
    eg_html_open(html, "p");
    eg_finder_say_with(page, "results.near", "place", place);
    if (found->request.near_area.len > 0) {
        eg_html_text(html, EG_TEXT(". "));
        eg_finder_say(page, "results.boundary");
    }
    eg_html_close(html);
    eg_finder_other_places(page, "place.others", &found->place);
}

/* --- entries ------------------------------------------------------------------------------------------------------- */

/* What is in the area that was asked for is in it, and not at no distance. */
static void write_distance(struct eg_finder_page *page, const struct eg_finder_found *found,
                           double distance_m)
{
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    eg_locale_distance(page->locale, distance_m, &text);
    eg_html_text(&page->html, EG_TEXT(" · "));
    eg_finder_open(page, "span", "distance");
    if (found->request.near_area.len > 0 && distance_m == 0)
        eg_finder_say_with(page, "results.inside", "place",
                           eg_finder_place_name(page, found->place.hits[0].place));
    else eg_html_text(&page->html, (struct eg_text){text.data, text.len});
    eg_html_close(&page->html);
    page->html.out.failed |= text.failed;
    eg_buffer_clear(&text);
}

static void write_funding(struct eg_finder_page *page, const struct eg_entry *entry,
                          const struct eg_entry_funding *funding)
{
    if (funding->amount.len > 0) {
        eg_html_text(&page->html, EG_TEXT(" · "));
        eg_html_open(&page->html, "bdi");
        eg_finder_money(page, funding->amount, funding->currency);
        eg_html_close(&page->html);
    }
    if (funding->funder.len > 0 && !eg_text_equal(funding->funder, entry->field[EG_ENTRY_NAME])) {
        eg_html_text(&page->html, EG_TEXT(" · "));
        eg_finder_data(page, "bdi", funding->funder);
    }
}

/* Grants of one name are told apart by what was given, and by whom. */
static void write_award(struct eg_finder_page *page, const struct eg_entry *entry)
{
    for (uint32_t i = 0; i < eg_entry_count_fundings(entry); i++) {
        struct eg_entry_funding funding = eg_entry_funding_at(entry, i);
        write_funding(page, entry, &funding);
    }
}

static bool came_before(const struct eg_entry *entry, uint32_t i, struct eg_text funder)
{
    for (uint32_t k = 0; k < i; k++)
        if (eg_text_equal(eg_entry_funding_at(entry, k).funder, funder)) return true;
    return false;
}

/* Of what is no grant itself; how much each gives would be read as what it costs. */
static void write_funders(struct eg_finder_page *page, const struct eg_entry *entry)
{
    bool is_first = true;
    for (uint32_t i = 0; i < eg_entry_count_fundings(entry); i++) {
        struct eg_text funder = eg_entry_funding_at(entry, i).funder;
        if (funder.len == 0 || came_before(entry, i, funder)) continue;
        eg_html_text(&page->html, is_first ? EG_TEXT(" · ") : EG_TEXT(", "));
        if (is_first) {
            eg_finder_say(page, "entry.funder");
            eg_html_text(&page->html, EG_TEXT(": "));
        }
        eg_finder_data(page, "bdi", funder);
        is_first = false;
    }
}

static void write_facts(struct eg_finder_page *page, const struct eg_entry *entry,
                        const struct eg_directory_hit *hit, const struct eg_finder_found *found)
{
    struct eg_html *html = &page->html;
    eg_finder_open(page, "p", "facts");
    eg_html_open(html, "span");
    eg_html_attribute_format(html, "class", "pin pin-%s", eg_entry_kind_name(entry->kind));
    eg_html_close(html);
    eg_finder_kind(page, entry->kind);
    eg_finder_out_of_service(page, entry->field[EG_ENTRY_STATUS]);
    const struct eg_entry_place at = eg_entry_place_at(entry, hit->place);
    if (found->request.query.has_near) write_distance(page, found, hit->distance_m);
    else if (at.address.len == 0 && at.has_position) eg_finder_ground(page, at.lon_deg, at.lat_deg);
    if (entry->n_topics > 0) {
        eg_html_text(html, EG_TEXT(" · "));
        eg_finder_terms(page, entry->topics, entry->n_topics);
    }
    if (entry->field[EG_ENTRY_PROGRAMME].len > 0) {
        eg_html_text(html, EG_TEXT(" · "));
        eg_finder_data(page, "bdi", entry->field[EG_ENTRY_PROGRAMME]);
    }
    if (entry->kind == EG_KIND_GRANT) write_award(page, entry);
    else write_funders(page, entry);
    eg_html_close(html);
}

/* "and 3 other places" */
static void write_further(struct eg_finder_page *page, uint32_t n)
{
    if (n == 0) return;
    eg_html_text(&page->html, EG_TEXT(" "));
    eg_finder_open(page, "span", "further");
    if (n == 1) eg_finder_say(page, "results.one_more_place");
    else eg_finder_say_number(page, "results.more_places", n);
    eg_html_close(&page->html);
}

/* "Town Hall, 1 High Street"; on paper with the postcode. */
static bool write_parts(struct eg_finder_page *page, const struct eg_text *parts, uint32_t n)
{
    bool any = false;
    for (uint32_t i = 0; i < n; i++) {
        if (parts[i].len == 0) continue;
        if (any) eg_html_text(&page->html, EG_TEXT(", "));
        eg_finder_data(page, "bdi", parts[i]);
        any = true;
    }
    return any;
}

/* At the place that is meant: the nearest, the one in the box. Paper leads to no page with the rest: it has the postcode and the e-mail
 * address, too. */
static void write_contact(struct eg_finder_page *page, const struct eg_entry *entry, uint32_t place)
{
    const struct eg_entry_place at = eg_entry_place_at(entry, place);
    struct eg_text where[3] = {eg_finder_place_title(page, entry, &at), at.address}, email = {0};
    uint32_t n_further = eg_entry_count_places(entry) - 1;
    if (page->wanted->printed) {
        where[2] = at.postcode;
        email = entry->field[EG_ENTRY_EMAIL];
    }
    size_t len = where[0].len + where[1].len + where[2].len + entry->field[EG_ENTRY_PHONE].len + email.len;
    if (len == 0 && n_further == 0) return;
    eg_finder_open(page, "p", "contact");
    bool any = write_parts(page, where, EG_ARRAY_LEN(where)) || n_further > 0;
    write_further(page, n_further);
    any |= eg_finder_main_phone(page, entry, any ? " · " : "");
    if (any && email.len > 0) eg_html_text(&page->html, EG_TEXT(" · "));
    if (email.len > 0) eg_finder_email(page, email);
    eg_html_close(&page->html);
}

/* With the search, so that its page leads back to it; but for a position, which would go wherever an entry's address is sent. */
static struct eg_text entry_url(struct eg_finder_page *page, const struct eg_entry *entry)
{
    struct eg_text path = eg_text_format(page->arena, "/finder/%s", entry->id);
    if (!path.data) return path;
    return eg_finder_url(page, path.data, EG_FINDER_KEEP_ALL, "near", page->wanted->page > 1 ? "page" : NULL,
                         eg_text_format(page->arena, "%u", page->wanted->page));
}

static void write_entry(struct eg_finder_page *page, const struct eg_entry *entry,
                        const struct eg_directory_hit *hit, const struct eg_finder_found *found)
{
    struct eg_html *html = &page->html;
    struct eg_text about = entry->field[EG_ENTRY_DESCRIPTION];
    eg_finder_speaks(page, entry);
    eg_html_open(html, "li");
    eg_html_attribute_format(html, "id", "e-%s", entry->id);
    eg_html_open(html, "h3");
    eg_html_open(html, "a");
    eg_html_address(html, "href", entry_url(page, entry));
    eg_finder_mark_data(page);
    eg_html_text(html, entry->field[EG_ENTRY_NAME]);
    eg_html_close(html);
    eg_html_close(html);
    write_facts(page, entry, hit, found);
    eg_finder_moment(page, entry);
    if (about.len > 0) {
        eg_html_open(html, "p");
        eg_finder_mark_data(page);
        eg_html_text(html, (struct eg_text){about.data, eg_text_shown(about, SHOWN_OF_DESCRIPTION)});
        if (about.len > SHOWN_OF_DESCRIPTION) eg_html_text(html, EG_TEXT(" …"));
        eg_html_close(html);
    }
    write_contact(page, entry, hit->place);
    eg_finder_hours_printed(page, entry);
    eg_html_close(html);
}

/* --- pages --------------------------------------------------------------------------------------------------------- */

static void write_page_link(struct eg_finder_page *page, const char *key, const char *rel, uint32_t number)
{
    struct eg_html *html = &page->html;
    char text[16];
    (void)snprintf(text, sizeof text, "%u", number);
    eg_html_open(html, "a");
    eg_html_attribute(html, "rel", eg_text_from(rel));
    eg_html_address(html, "href",
                    eg_finder_url(page, "/finder", EG_FINDER_KEEP_ALL, NULL, "page", eg_text_from(text)));
    eg_finder_say(page, key);
    eg_html_close(html);
}

/* "Page 2 of 3" */
static void write_page_of(const struct eg_finder_page *page, uint64_t n_pages, struct eg_buffer *out)
{
    char own[EG_LOCALE_NUMBER_BYTES], all[EG_LOCALE_NUMBER_BYTES];
    struct eg_placeholder fills[] = {{"page", eg_locale_number(page->locale, page->wanted->page, own)},
                                     {"pages", eg_locale_number(page->locale, n_pages, all)}};
    eg_locale_write(page->locale, "page.of", fills, EG_ARRAY_LEN(fills), out);
}

void eg_finder_tell_search(struct eg_finder_page *page, const struct eg_finder_found *found)
{
    struct eg_buffer text;
    uint64_t n_pages = count_pages(found);
    const struct eg_text asked[] = {page->wanted->find.query.words, page->wanted->place};
    eg_buffer_init(&text, 0);
    for (size_t i = 0; i < EG_ARRAY_LEN(asked); i++) {
        if (asked[i].len == 0) continue;
        eg_buffer_text(&text, asked[i]);
        eg_buffer_literal(&text, " · ");
    }
    if (page->wanted->page > 1 && page->wanted->page <= n_pages) {
        write_page_of(page, n_pages, &text);
        eg_buffer_literal(&text, " · ");
    }
    page->told = eg_text_copy(page->arena, (struct eg_text){text.data, text.len});
    page->html.out.failed |= text.failed || (text.len > 0 && !page->told.data);
    eg_buffer_clear(&text);
}

static void write_pages(struct eg_finder_page *page, uint64_t n_pages)
{
    struct eg_html *html = &page->html;
    uint32_t at = page->wanted->page;
    if (n_pages == 0 || (n_pages == 1 && at == 1)) return;
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    write_page_of(page, n_pages, &text);
    eg_html_open(html, "nav");
    eg_html_attribute(html, "class", EG_TEXT("pages"));
    eg_html_attribute(html, "aria-label", eg_locale_text(page->locale, "page.title"));
    if (at > 1) write_page_link(page, "page.previous", "prev", at - 1 < n_pages ? at - 1 : (uint32_t)n_pages);
    if (at <= n_pages) eg_html_leaf(html, "span", (struct eg_text){text.data, text.len});
    if (at < n_pages) write_page_link(page, "page.next", "next", at + 1);
    eg_html_close(html);
    page->html.out.failed |= text.failed;
    eg_buffer_clear(&text);
}

/* Paper has no next page: it says how much is on it, in the list for printing, too. */
static void write_extent(struct eg_finder_page *page, const struct eg_finder_found *found)
{
    uint64_t n_matched = found->result.n_matched, first = found->request.query.offset + UINT64_C(1);
    char rooms[3][EG_LOCALE_NUMBER_BYTES];
    struct eg_buffer text;
    if (found->result.n == 0 || found->result.n >= n_matched) return;
    struct eg_placeholder fills[] = {
        {"from", eg_locale_number(page->locale, first, rooms[0])},
        {"to", eg_locale_number(page->locale, first + found->result.n - 1, rooms[1])},
        {"all", eg_locale_number(page->locale, n_matched, rooms[2])}};
    eg_buffer_init(&text, 0);
    eg_locale_write(page->locale, "page.printed", fills, EG_ARRAY_LEN(fills), &text);
    eg_finder_open(page, "p", "printed");
    eg_html_text(&page->html, (struct eg_text){text.data, text.len});
    eg_html_close(&page->html);
    page->html.out.failed |= text.failed;
    eg_buffer_clear(&text);
}

/* --- what the map and other sites ask for -------------------------------------------------------------------------- */

static bool is_resolved(struct eg_text name)
{
    return eg_text_equal(name, EG_TEXT("near")) || eg_text_equal(name, EG_TEXT("radius")) ||
           eg_text_equal(name, EG_TEXT("serves")) || eg_text_equal(name, EG_TEXT("place")) ||
           eg_text_equal(name, EG_TEXT("served")) || eg_text_equal(name, EG_TEXT("lang")) ||
           eg_text_equal(name, EG_TEXT("embed")) || eg_text_equal(name, EG_TEXT("print"));
}

static char separator(const struct eg_buffer *url)
{
    return url->data && memchr(url->data, '?', url->len) ? '&' : '?';
}

/* The same question to /coalitions, places resolved. */
static struct eg_text data_url(struct eg_finder_page *page, const struct eg_finder_found *found)
{
    const struct eg_directory_query *query = &found->request.query;
    struct eg_buffer url;
    uint32_t most = page->exchange->server->settings.most_results;
    eg_buffer_init(&url, 0);
    eg_buffer_text(&url, page->base_url);
    eg_buffer_literal(&url, "/coalitions");
    for (uint32_t i = 0; i < page->wanted->n_kept; i++) {
        const struct eg_parameter *kept = &page->wanted->kept[i];
        if (!is_resolved(kept->name)) eg_target_write_parameter(&url, kept->name.data, kept->value);
    }
    if (found->request.near_area.len > 0) eg_target_write_parameter(&url, "near", found->request.near_area);
    else if (query->has_near)
        eg_buffer_printf(&url, "%cnear=%.6f,%.6f", separator(&url), query->near_lon_deg, query->near_lat_deg);
    if (query->has_radius) eg_buffer_printf(&url, "&radius=%.0f", query->radius_m);
    if (found->request.serves.len > 0) eg_target_write_parameter(&url, "serves", found->request.serves);
    eg_buffer_printf(&url, "%climit=%u", separator(&url), most < MOST_MARKERS ? most : MOST_MARKERS);
    struct eg_text copy = eg_text_copy(page->arena, (struct eg_text){url.data, url.len});
    page->html.out.failed |= url.failed || !copy.data;
    eg_buffer_clear(&url);
    return copy;
}

static void write_code(struct eg_html *html, const char *what_key, struct eg_finder_page *page,
                       struct eg_text code)
{
    eg_finder_leaf(page, "p", what_key);
    eg_html_open(html, "pre");
    eg_html_attribute(html, "dir", EG_TEXT("ltr"));
    eg_html_attribute(html, "tabindex", EG_TEXT("0"));
    eg_html_leaf(html, "code", code);
    eg_html_close(html);
}

/* How to embed: the line is text on this page, so its address is escaped once for the page and once for the line. */
static void write_embedding(struct eg_finder_page *page)
{
    struct eg_html *html = &page->html;
    struct eg_text framed = eg_finder_url(page, "/finder", EG_FINDER_KEEP_ALL, "near", "embed", EG_TEXT("1"));
    struct eg_text whole =
        eg_finder_url(page, "/finder", EG_FINDER_KEEP_ALL, "near", NULL, (struct eg_text){0});
    struct eg_buffer line;
    eg_buffer_init(&line, 0);
    eg_buffer_literal(&line, "<iframe src=\"");
    for (size_t i = 0; i < framed.len; i++) {
        if (framed.data[i] == '&') eg_buffer_literal(&line, "&amp;");
        else eg_buffer_char(&line, framed.data[i]);
    }
    eg_buffer_literal(&line, "\" title=\"");
    eg_buffer_text(&line, eg_locale_text(page->locale, "finder.title"));
    eg_buffer_literal(&line,
                      "\" width=\"100%\" height=\"800\" loading=\"lazy\" allow=\"geolocation\"></iframe>");
    eg_html_open(html, "details");
    eg_html_attribute(html, "class", EG_TEXT("embedding"));
    eg_finder_leaf(page, "summary", "embed.title");
    write_code(html, "embed.frame", page, (struct eg_text){line.data, line.len});
    write_code(html, "embed.link", page, whole);
    eg_html_close(html);
    page->html.out.failed |= line.failed;
    eg_buffer_clear(&line);
}

/* On a narrow screen the map comes below the list. */
static void write_way_to_map(struct eg_finder_page *page)
{
    struct eg_html *html = &page->html;
    eg_finder_open(page, "p", "script narrow");
    eg_html_attribute(html, "hidden", EG_TEXT("hidden"));
    eg_html_open(html, "a");
    eg_html_attribute(html, "href", EG_TEXT("#map"));
    eg_finder_say(page, "map.list");
    eg_html_close(html);
    eg_html_close(html);
}

static void write_use(struct eg_finder_page *page, struct eg_text address, const char *key)
{
    eg_html_open(&page->html, "p");
    eg_html_open(&page->html, "a");
    eg_html_address(&page->html, "href", address);
    eg_finder_say(page, key);
    eg_html_close(&page->html);
    eg_html_close(&page->html);
}

/* Nobody prints an empty list. */
static void write_uses(struct eg_finder_page *page, struct eg_text data, bool has_any)
{
    struct eg_html *html = &page->html;
    eg_finder_open(page, "div", "uses");
    if (has_any) {
        write_use(page, eg_finder_url(page, "/finder", EG_FINDER_KEEP_ALL, NULL, "print", EG_TEXT("1")),
                  "finder.print_list");
        write_use(page, data, "finder.data");
    }
    eg_finder_suggest_link(page, NULL);
    if (!page->wanted->embedded) write_embedding(page);
    eg_html_close(html);
}

/* --- the whole ----------------------------------------------------------------------------------------------------- */

static void write_list(struct eg_finder_page *page, const struct eg_finder_found *found)
{
    struct eg_html *html = &page->html;
    const struct eg_entries *entries = eg_directory_entries(page->snapshot->directory);
    const struct eg_directory_result *result = &found->result;
    if (result->n == 0) {
        if (is_nowhere(page, found)) return;
        eg_html_open(html, "p");
        if (result->n_matched > 0) eg_finder_say_number(page, "page.past", count_pages(found));
        else eg_finder_say(page, "results.none");
        eg_html_close(html);
        return;
    }
    eg_finder_open(page, "ol", "entries");
    eg_html_attribute_format(html, "start", "%u", found->request.query.offset + 1);
    for (uint32_t i = 0; i < result->n; i++)
        write_entry(page, entries->items[result->hits[i].entry], &result->hits[i], found);
    eg_finder_speaks(page, NULL);
    eg_html_close(html);
}

/* The mark that the map shows: where, and what it is called. */
static void write_here(struct eg_finder_page *page, const struct eg_finder_found *found)
{
    const struct eg_directory_query *query = &found->request.query;
    if (!query->has_near) return;
    eg_html_attribute_format(&page->html, "data-here", "%.6f,%.6f", query->near_lon_deg, query->near_lat_deg);
    if (found->place.found)
        eg_html_attribute(&page->html, "data-here-name",
                          eg_finder_place_name(page, found->place.hits[0].place));
}

void eg_finder_results(struct eg_finder_page *page, struct eg_finder_found *found)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "section");
    eg_html_attribute(html, "id", EG_TEXT("results"));
    eg_html_attribute(html, "tabindex", EG_TEXT("-1"));
    eg_html_attribute(html, "aria-labelledby", EG_TEXT("results-title"));
    eg_html_open(html, "h2");
    eg_html_attribute(html, "id", EG_TEXT("results-title"));
    eg_finder_say(page, "results.title");
    eg_html_close(html);
    write_count(page, found);
    if (!page->wanted->printed) write_way_to_map(page);
    eg_html_open(html, "div");
    eg_html_attribute(html, "id", EG_TEXT("found"));
    struct eg_text data = data_url(page, found);
    struct eg_text shown = is_nowhere(page, found) ? (struct eg_text){0} : data;
    if (!page->wanted->printed) eg_html_address(html, "data-features", shown);
    if (!is_nowhere(page, found)) write_here(page, found);
    write_where(page, found);
    write_extent(page, found);
    write_list(page, found);
    write_pages(page, count_pages(found));
    if (!page->wanted->printed) write_uses(page, data, found->result.n_matched > 0);
    eg_html_close(html);
    eg_html_close(html);
    if (!page->wanted->printed) eg_finder_map(page, "map.list", shown);
}
