/* How to reach it: address, position and a map. Where an entry is at several places, each has a heading, and what the records say of it alone:
 * how one gets there, what helps or hinders, its telephone and hours. */
#include "data/service_places.h"
#include "http/finder_parts.h"

/* One of the places, with its records if a store has them. */
struct reaching {
    struct eg_finder_page *page;
    const struct eg_entry *entry;
    struct eg_entry_place place;
    uint32_t number;                         /* from 1; 0: the only one */
    const struct eg_record *link, *location; /* NULL: none */
};

/* --- on a map --------------------------------------------------------------------------------------------------------- */

static void write_position_links(struct eg_finder_page *page, const struct eg_entry_place *place)
{
    struct eg_html *html = &page->html;
    struct eg_text map = eg_finder_url(page, "/", EG_FINDER_KEEP_MANNER, "embed", NULL, (struct eg_text){0});
    eg_finder_open(page, "ul", "plain");
    eg_finder_open(page, "li", "script"); /* without one the landing page has no map */
    eg_html_attribute(html, "hidden", EG_TEXT("hidden"));
    eg_html_open(html, "a");
    eg_html_address(html, "href",
                    eg_text_format(page->arena, "%.*s#at=%.5f,%.5f,15", EG_TEXT_ARG(map), place->lat_deg,
                                   place->lon_deg));
    if (page->wanted->embedded) {
        eg_html_attribute(html, "target", EG_TEXT("_blank"));
        eg_html_attribute(html, "rel", EG_TEXT("noopener"));
    }
    eg_finder_say(page, "entry.on_map");
    eg_html_close(html);
    eg_html_close(html);
    eg_html_open(html, "li");
    eg_html_open(html, "a");
    eg_html_attribute_format(html, "href", "geo:%.6f,%.6f", place->lat_deg, place->lon_deg);
    eg_finder_say(page, "entry.in_app");
    eg_html_close(html);
    eg_html_close(html);
    eg_html_close(html);
}

static bool is_online(const struct eg_record *location)
{
    return location && eg_text_equal_any_case(location->field[EG_LOCATION_LOCATION_TYPE], EG_TEXT("virtual"));
}

static void write_position(const struct reaching *reaching)
{
    struct eg_finder_page *page = reaching->page;
    const struct eg_entry_place *place = &reaching->place;
    if (!place->has_position) {
        eg_finder_leaf(page, "p", is_online(reaching->location) ? "entry.is_online" : "entry.no_position");
        return;
    }
    write_position_links(page, place);
    eg_finder_open(page, "p", "note");
    eg_finder_say_with(page, "entry.position", "position",
                       eg_text_format(page->arena, "%.5f, %.5f", place->lat_deg, place->lon_deg));
    eg_html_close(&page->html);
}

/* --- facts ------------------------------------------------------------------------------------------------------------ */

static void write_address(struct eg_finder_page *page, const struct eg_entry_place *place)
{
    if (place->address.len + place->postcode.len == 0) return;
    eg_finder_begin_fact(page, "entry.address");
    eg_finder_data(page, "span", place->address);
    if (place->address.len > 0 && place->postcode.len > 0) eg_html_text(&page->html, EG_TEXT(", "));
    eg_finder_data(page, "span", place->postcode);
    eg_finder_end_fact(page);
}

static const struct eg_record *const *rows_of(const struct reaching *reaching, enum eg_record_table table,
                                              uint32_t field, const struct eg_record *row, uint32_t *n_out)
{
    *n_out = 0;
    if (!row) return NULL;
    return eg_records_with(reaching->page->snapshot->records, table, field, row->field[0], n_out);
}

static void write_phones(const struct reaching *reaching, uint32_t field, const struct eg_record *row)
{
    uint32_t n;
    const struct eg_record *const *phones = rows_of(reaching, EG_RECORD_PHONE, field, row, &n);
    for (uint32_t i = 0; i < n; i++)
        if (!eg_record_is_private(reaching->page->snapshot->records, phones[i]))
            eg_finder_phone_fact(reaching->page, phones[i], (struct eg_text){0});
}

/* Hours of the service at this place or, without any, of the place. */
static void write_hours(const struct reaching *reaching)
{
    uint32_t n;
    const struct eg_record *const *rows =
        rows_of(reaching, EG_RECORD_SCHEDULE, EG_SCHEDULE_SERVICE_AT_LOCATION_ID, reaching->link, &n);
    if (n == 0) rows = rows_of(reaching, EG_RECORD_SCHEDULE, EG_SCHEDULE_LOCATION_ID, reaching->location, &n);
    eg_finder_hours_at(reaching->page, rows, n);
}

static bool is_web(struct eg_text address)
{
    return eg_text_starts_with(address, EG_TEXT("https://")) ||
           eg_text_starts_with(address, EG_TEXT("http://"));
}

/* Where to go instead of to a place, or what more there is about one. */
static void write_web(const struct reaching *reaching)
{
    struct eg_text address = reaching->location->field[EG_LOCATION_URL];
    if (!is_web(address)) return;
    eg_finder_begin_fact(reaching->page, is_online(reaching->location) ? "entry.online" : "entry.web");
    eg_html_link(&reaching->page->html, address, address);
    eg_finder_end_fact(reaching->page);
}

static void write_accessibility(const struct reaching *reaching)
{
    struct eg_finder_page *page = reaching->page;
    uint32_t n;
    const struct eg_record *const *rows =
        rows_of(reaching, EG_RECORD_ACCESSIBILITY, EG_ACCESSIBILITY_LOCATION_ID, reaching->location, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_text *field = rows[i]->field;
        struct eg_text what = field[EG_ACCESSIBILITY_DESCRIPTION], details = field[EG_ACCESSIBILITY_DETAILS],
                       address = field[EG_ACCESSIBILITY_URL];
        size_t len = what.len + details.len;
        if (len == 0 && !is_web(address)) continue;
        eg_finder_begin_fact(page, "entry.accessibility");
        if (what.len > 0) eg_finder_terms(page, &what, 1);
        if (what.len > 0 && details.len > 0) eg_html_text(&page->html, EG_TEXT(": "));
        if (details.len > 0) eg_finder_data(page, "span", details);
        if (len > 0 && is_web(address)) eg_html_text(&page->html, EG_TEXT(", "));
        if (is_web(address)) eg_html_link(&page->html, address, address);
        eg_finder_end_fact(page);
    }
}

static bool has_facts(const struct reaching *reaching, struct eg_text title)
{
    uint32_t n = 0;
    const struct eg_record *location = reaching->location, *link = reaching->link;
    size_t len = title.len + reaching->place.address.len + reaching->place.postcode.len;
    if (link) len += link->field[EG_SERVICE_AT_LOCATION_DESCRIPTION].len;
    if (location)
        len += location->field[EG_LOCATION_TRANSPORTATION].len + location->field[EG_LOCATION_DESCRIPTION].len;
    (void)rows_of(reaching, EG_RECORD_ACCESSIBILITY, EG_ACCESSIBILITY_LOCATION_ID, location, &n);
    return reaching->number > 0 || len > 0 || n > 0 || (location && is_web(location->field[EG_LOCATION_URL]));
}

/* Of the only place telephones and hours are told with the entry's own, and there is no heading that has the name. */
static void write_facts(const struct reaching *reaching)
{
    struct eg_finder_page *page = reaching->page;
    struct eg_text title = {0};
    if (reaching->number == 0) title = eg_finder_place_title(page, reaching->entry, &reaching->place);
    if (!has_facts(reaching, title)) return;
    eg_html_open(&page->html, "dl");
    eg_finder_fact(page, "entry.place_name", title);
    write_address(page, &reaching->place);
    if (reaching->location) {
        const struct eg_text *field = reaching->location->field;
        write_web(reaching);
        eg_finder_fact(page, "entry.place_about", field[EG_LOCATION_DESCRIPTION]);
        if (reaching->link)
            eg_finder_fact(page, "entry.place_about",
                           reaching->link->field[EG_SERVICE_AT_LOCATION_DESCRIPTION]);
        eg_finder_fact(page, "form.location.transportation", field[EG_LOCATION_TRANSPORTATION]);
    }
    write_accessibility(reaching);
    if (reaching->number > 0) {
        write_phones(reaching, EG_PHONE_SERVICE_AT_LOCATION_ID, reaching->link);
        write_phones(reaching, EG_PHONE_LOCATION_ID, reaching->location);
        write_hours(reaching);
    }
    eg_html_close(&page->html);
}

/* --- each, and all ------------------------------------------------------------------------------------------------------ */

static void write_heading(const struct reaching *reaching)
{
    struct eg_text text = reaching->place.name.len > 0 ? reaching->place.name : reaching->place.address;
    if (text.len > 0) {
        eg_finder_data(reaching->page, "h3", text);
        return;
    }
    eg_html_open(&reaching->page->html, "h3");
    eg_finder_say_number(reaching->page, "entry.place", reaching->number);
    eg_html_close(&reaching->page->html);
}

static void find_places(const struct eg_finder_page *page, const struct eg_entry *entry,
                        struct eg_service_places *found)
{
    const struct eg_record *service = eg_finder_service(page, entry);
    found->n = 0;
    if (service) eg_service_places(page->snapshot->records, service->field[EG_SERVICE_ID], found);
}

static void write_places(struct eg_finder_page *page, const struct eg_entry *entry)
{
    struct eg_service_places found;
    find_places(page, entry, &found);
    eg_html_open(&page->html, "p");
    eg_finder_say_number(page, "entry.places", entry->n_places);
    eg_html_close(&page->html);
    for (uint32_t i = 0; i < entry->n_places; i++) {
        struct reaching reaching = {page, entry, entry->places[i], i + 1, NULL, NULL};
        if (i < found.n) reaching.link = found.link[i];
        if (i < found.n) reaching.location = found.location[i];
        eg_finder_open(page, "div", "place");
        eg_html_attribute_format(&page->html, "id", "place-%u", i + 1);
        write_heading(&reaching);
        write_facts(&reaching);
        write_position(&reaching);
        eg_html_close(&page->html);
    }
}

static void write_only_place(struct eg_finder_page *page, const struct eg_entry *entry)
{
    struct eg_service_places found;
    struct reaching reaching = {page, entry, eg_entry_place_at(entry, 0), 0, NULL, NULL};
    find_places(page, entry, &found);
    if (found.n > 0) reaching.link = found.link[0];
    if (found.n > 0) reaching.location = found.location[0];
    write_facts(&reaching);
    write_position(&reaching);
}

/* The entry itself keeps names of places only if it has several. */
static struct eg_text name_of(const struct eg_finder_page *page, const struct eg_entry *entry,
                              const struct eg_entry_place *place)
{
    struct eg_service_places found;
    if (place->name.len > 0 || entry->n_places > 1) return place->name;
    find_places(page, entry, &found);
    return found.n > 0 ? found.location[0]->field[EG_LOCATION_NAME] : (struct eg_text){0};
}

struct eg_text eg_finder_place_title(const struct eg_finder_page *page, const struct eg_entry *entry,
                                     const struct eg_entry_place *place)
{
    struct eg_text name = name_of(page, entry, place);
    bool is_said = eg_text_equal_any_case(name, entry->field[EG_ENTRY_NAME]) ||
                   eg_text_starts_with(place->address, name);
    return is_said ? (struct eg_text){0} : name;
}

/* With the map, so that on a narrow screen it is not the last thing of a long page. */
void eg_finder_reach(struct eg_finder_page *page, const struct eg_entry *entry)
{
    bool has_area = entry->n_serves > 0 || entry->area_geojson.len > 0;
    eg_finder_open(page, "div", "where");
    eg_finder_begin_section(page, "reach", "entry.reach");
    if (entry->n_places > 1) write_places(page, entry);
    else write_only_place(page, entry);
    if (has_area || eg_entry_placed_at(entry) != UINT32_MAX)
        eg_finder_map(
            page, "map.entry",
            eg_text_format(page->arena, "%.*s/coalitions/%s", EG_TEXT_ARG(page->base_url), entry->id));
    eg_html_close(&page->html);
    eg_html_close(&page->html);
}
