/* Whom an entry serves: its areas by name, how many people live there, and the figures of the group beside those of what surrounds it.
 * A table of at most a dozen rows; all of them are in the data that the page links to. Areas that lie across one another are groups with a
 * heading and a table each. */
#include "engine/combined.h"
#include "http/finder_parts.h"

#define MOST_AREAS 40U   /* that are named; a list of hundreds helps nobody */
#define MOST_FIGURES 12U /* the same */

/* By name where the atlas has the area, else by code. */
static void write_area(struct eg_finder_page *page, uint32_t boundaries, struct eg_text code)
{
    struct eg_text name = code;
    if (boundaries != EG_ATLAS_NONE) {
        const struct eg_area_set *set = &page->snapshot->generation->area_sets[boundaries];
        uint32_t area = eg_textmap_get(set->by_code, code);
        if (area != EG_TEXTMAP_NONE && set->names[area].len > 0) name = set->names[area];
    }
    eg_html_open(&page->html, "li");
    eg_finder_data(page, "bdi", name);
    eg_html_close(&page->html);
}

/* "Wards: 3". */
static void write_count(struct eg_finder_page *page, const char *element, uint32_t boundaries, uint32_t n)
{
    char room[EG_LOCALE_NUMBER_BYTES];
    struct eg_text title = page->snapshot->atlas->boundaries[boundaries].title;
    struct eg_placeholder fill = {"n", eg_locale_number(page->locale, n, room)};
    eg_html_open(&page->html, element);
    eg_html_attribute(&page->html, "dir", EG_TEXT("auto"));
    eg_finder_say_of(page, "entry.serves_areas", (struct eg_placeholder){"boundaries", title}, &fill, 1);
    eg_html_close(&page->html);
}

static void write_areas(struct eg_finder_page *page, const struct eg_served_areas *served)
{
    struct eg_html *html = &page->html;
    if (served->n == 0) return;
    if (served->boundaries != EG_ATLAS_NONE) write_count(page, "p", served->boundaries, served->n);
    eg_finder_open(page, "ul", "areas");
    for (uint32_t i = 0; i < served->n && i < MOST_AREAS; i++)
        write_area(page, served->boundaries, served->codes[i]);
    eg_html_close(html);
    if (served->n <= MOST_AREAS) return;
    eg_html_open(html, "p");
    eg_finder_say_number(page, "entry.serves_more", served->n - MOST_AREAS);
    eg_html_close(html);
}

/* --- figures ------------------------------------------------------------------------------------------------------- */

/* A group's figures on the page. */
struct table {
    struct eg_finder_page *page;
    const struct eg_group *group;
    const struct eg_combined *combined;
    bool is_one_of_several; /* the entry has other groups, too */
};

static void say_filled(struct eg_finder_page *page, const char *key, const struct eg_placeholder *fills,
                       uint32_t n)
{
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    eg_locale_write(page->locale, key, fills, n, &text);
    eg_html_text(&page->html, (struct eg_text){text.data, text.len});
    page->html.out.failed |= text.failed;
    eg_buffer_clear(&text);
}

static const char *state_key(enum eg_state state)
{
    switch (state) {
    case EG_SUPPRESSED:
        return "state.suppressed";
    case EG_NOT_APPLICABLE:
        return "state.not_applicable";
    case EG_UNRELIABLE:
        return "state.unreliable";
    case EG_VALID:
    case EG_MISSING:
    case EG_N_STATES:
        break;
    }
    return "state.missing";
}

/* "18.2 %"; two decimals where the atlas names none, but none of a whole number. */
static void write_number(struct eg_finder_page *page, const struct eg_atlas_facts *facts, double value)
{
    struct eg_buffer text;
    bool is_whole = value > -1e15 && value < 1e15 && value == (double)(int64_t)value;
    eg_buffer_init(&text, 0);
    eg_locale_decimal(page->locale, value, facts->has_decimals ? facts->decimals : is_whole ? 0 : 2, &text);
    eg_html_open(&page->html, "bdi");
    eg_html_attribute(&page->html, "dir", EG_TEXT("auto"));
    eg_html_text(&page->html, (struct eg_text){text.data, text.len});
    if (facts->unit.len > 0) eg_html_text(&page->html, EG_TEXT(" "));
    if (facts->unit.len > 0) eg_finder_data(page, "bdi", facts->unit);
    eg_html_close(&page->html);
    page->html.out.failed |= text.failed;
    eg_buffer_clear(&text);
}

static void write_value(struct eg_finder_page *page, const struct eg_atlas_facts *facts,
                        const struct eg_combined_value *value)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "td");
    if (!eg_state_has_value((uint8_t)value->state)) {
        eg_finder_say(page, state_key(value->state));
        eg_html_close(html);
        return;
    }
    write_number(page, facts, value->value);
    if (value->state == EG_UNRELIABLE) {
        eg_html_text(html, EG_TEXT(" ("));
        eg_finder_say(page, "state.unreliable");
        eg_html_text(html, EG_TEXT(")"));
    }
    if (value->n_missing > 0) {
        char room[EG_LOCALE_NUMBER_BYTES], room_of[EG_LOCALE_NUMBER_BYTES];
        const struct eg_placeholder fills[] = {
            {"n", eg_locale_number(page->locale, value->n_with_value, room)},
            {"of", eg_locale_number(page->locale, value->n_areas, room_of)}};
        eg_finder_open(page, "span", "note");
        say_filled(page, "entry.figure_parts", fills, EG_ARRAY_LEN(fills));
        eg_html_close(html);
    }
    eg_html_close(html);
}

static void write_row(const struct table *table, const struct eg_combined_figure *figure)
{
    struct eg_finder_page *page = table->page;
    const struct eg_atlas_indicator *indicator = &page->snapshot->atlas->indicators[figure->indicator];
    eg_html_open(&page->html, "tr");
    eg_html_open(&page->html, "th");
    eg_html_attribute(&page->html, "scope", EG_TEXT("row"));
    eg_finder_data(page, "bdi",
                   eg_text_format(page->arena, "%.*s (%.*s)", EG_TEXT_ARG(indicator->title),
                                  EG_TEXT_ARG(figure->period->label)));
    eg_html_close(&page->html);
    write_value(page, &indicator->facts, &figure->group);
    write_value(page, &indicator->facts, &figure->around);
    eg_html_close(&page->html);
}

static void write_heading(struct eg_finder_page *page, const char *key)
{
    eg_html_open(&page->html, "th");
    eg_html_attribute(&page->html, "scope", EG_TEXT("col"));
    if (key) eg_finder_say(page, key);
}

/* "Wards: These areas together", where there is a table of districts, too. */
static void write_caption(const struct table *table)
{
    struct eg_finder_page *page = table->page;
    eg_html_open(&page->html, "caption");
    if (table->is_one_of_several) {
        eg_finder_data(page, "bdi", page->snapshot->atlas->boundaries[table->group->boundaries].title);
        eg_html_text(&page->html, EG_TEXT(": "));
    }
    eg_finder_say(page, "entry.figures");
    eg_html_close(&page->html);
}

static void write_head(const struct table *table)
{
    struct eg_finder_page *page = table->page;
    const struct eg_combined *combined = table->combined;
    const struct eg_area_set *set = &page->snapshot->generation->area_sets[combined->around_boundaries];
    write_caption(table);
    eg_html_open(&page->html, "thead");
    eg_html_open(&page->html, "tr");
    write_heading(page, "entry.figure");
    eg_html_close(&page->html);
    write_heading(page, "entry.figure_here");
    eg_html_close(&page->html);
    write_heading(page, NULL);
    if (combined->around_area != EG_NO_AREA) eg_finder_data(page, "bdi", set->names[combined->around_area]);
    else
        eg_finder_say_of(page, "entry.figure_all", (struct eg_placeholder){"boundaries", set->spec->title},
                         NULL, 0);
    eg_html_close(&page->html);
    eg_html_close(&page->html);
    eg_html_close(&page->html);
}

/* The population stands above the table. */
static bool is_row(const struct table *table, uint32_t i)
{
    return table->combined->figures[i].reason == EG_COMBINED && i != table->combined->population;
}

static void write_table(const struct table *table)
{
    struct eg_finder_page *page = table->page;
    uint32_t n = 0;
    for (uint32_t i = 0; i < table->combined->n_figures; i++) n += is_row(table, i);
    if (n == 0) return;
    eg_finder_open(page, "table", "figures");
    write_head(table);
    eg_html_open(&page->html, "tbody");
    uint32_t n_written = 0;
    for (uint32_t i = 0; i < table->combined->n_figures && n_written < MOST_FIGURES; i++) {
        if (!is_row(table, i)) continue;
        write_row(table, &table->combined->figures[i]);
        n_written++;
    }
    eg_html_close(&page->html);
    eg_html_close(&page->html);
    if (n == n_written) return;
    eg_html_open(&page->html, "p");
    eg_finder_say_number(page, "entry.figures_more", n - n_written);
    eg_html_close(&page->html);
}

/* By name, so that nobody takes them for forgotten. */
static void write_left_out(const struct table *table)
{
    struct eg_finder_page *page = table->page;
    const struct eg_combined *combined = table->combined;
    uint32_t n = 0;
    for (uint32_t i = 0; i < combined->n_figures && n < MOST_FIGURES; i++) {
        if (combined->figures[i].reason == EG_COMBINED) continue;
        if (n == 0) {
            eg_finder_open(page, "p", "note");
            eg_finder_say(page, "entry.figures_without");
        }
        eg_html_text(&page->html, n++ == 0 ? EG_TEXT(" ") : EG_TEXT(", "));
        eg_finder_data(page, "bdi", page->snapshot->atlas->indicators[combined->figures[i].indicator].title);
    }
    if (n > 0) eg_html_close(&page->html);
}

static void write_residents(const struct table *table)
{
    struct eg_finder_page *page = table->page;
    if (table->combined->population == UINT32_MAX) return;
    const struct eg_combined_figure *figure = &table->combined->figures[table->combined->population];
    if (figure->reason != EG_COMBINED) return;
    eg_html_open(&page->html, "p");
    if (eg_state_has_value((uint8_t)figure->group.state)) {
        struct eg_buffer text;
        eg_buffer_init(&text, 0);
        eg_locale_decimal(page->locale, figure->group.value, 0, &text);
        const struct eg_placeholder fills[] = {{"n", {text.data, text.len}},
                                               {"period", figure->period->label}};
        say_filled(page, "entry.residents", fills, EG_ARRAY_LEN(fills));
        page->html.out.failed |= text.failed;
        eg_buffer_clear(&text);
    } else {
        eg_finder_say_with(page, "entry.residents_state", "state",
                           eg_locale_text(page->locale, state_key(figure->group.state)));
    }
    eg_html_close(&page->html);
}

static void write_data_link(struct eg_finder_page *page, const struct eg_entry *entry, const char *below,
                            const char *key)
{
    eg_html_open(&page->html, "li");
    eg_html_open(&page->html, "a");
    eg_html_address(
        &page->html, "href",
        eg_text_format(page->arena, "%.*s/coalitions/%s/%s", EG_TEXT_ARG(page->base_url), entry->id, below));
    eg_finder_say(page, key);
    eg_html_close(&page->html);
    eg_html_close(&page->html);
}

static void write_figures(struct eg_finder_page *page, const struct eg_group *group, bool is_one_of_several)
{
    struct eg_combined combined = {0};
    if (eg_combined_make(page->snapshot->generation, group, &combined, NULL) != EG_OK) {
        page->html.out.failed = true;
        return;
    }
    const struct table table = {page, group, &combined, is_one_of_several};
    if (is_one_of_several) write_count(page, "h3", group->boundaries, group->n_areas);
    write_residents(&table);
    write_table(&table);
    write_left_out(&table);
    eg_combined_clear(&combined);
}

static void write_groups(struct eg_finder_page *page, const struct eg_group *groups, uint32_t n)
{
    uint32_t n_with_areas = 0;
    for (uint32_t i = 0; i < n; i++) n_with_areas += groups[i].n_areas > 0;
    if (n_with_areas > 1) eg_finder_leaf(page, "p", "entry.figures_apart");
    for (uint32_t i = 0; i < n; i++)
        if (groups[i].n_areas > 0) write_figures(page, &groups[i], n_with_areas > 1);
}

/* What is said of the map is for those who have one: a script draws it, and shows these words. */
static void write_shape(struct eg_finder_page *page, bool has_areas)
{
    eg_html_open(&page->html, "p");
    eg_finder_say(page, "entry.serves_shape");
    eg_finder_open(page, "span", "script");
    eg_html_attribute(&page->html, "hidden", EG_TEXT("hidden"));
    eg_html_text(&page->html, EG_TEXT(" "));
    eg_finder_say(page, "entry.shape_on_map");
    if (has_areas) eg_html_text(&page->html, EG_TEXT(" "));
    if (has_areas) eg_finder_say(page, "entry.serves_both");
    eg_html_close(&page->html);
    eg_html_close(&page->html);
}

void eg_finder_served(struct eg_finder_page *page, const struct eg_entry *entry)
{
    struct eg_group *groups = NULL;
    uint32_t n_groups = 0;
    if (eg_groups_of_entry(page->snapshot->generation, entry, &groups, &n_groups, NULL) != EG_OK) {
        page->html.out.failed = true;
        return;
    }
    bool has_shape = entry->area_geojson.len > 0, has_areas = groups[0].n_areas > 0; /* if any has */
    eg_finder_speaks(page, NULL); /* of areas and indicators */
    for (uint32_t s = 0; s < eg_entry_count_served(entry); s++) {
        struct eg_served_areas served = eg_entry_served(entry, s);
        write_areas(page, &served);
    }
    if (has_shape) write_shape(page, has_areas);
    if (!has_shape && entry->n_serves == 0) eg_finder_leaf(page, "p", "entry.serves_none");
    write_groups(page, groups, n_groups);
    if (has_shape || has_areas) {
        eg_finder_open(page, "ul", "plain");
        write_data_link(page, entry, "area", "entry.area_data");
        if (has_areas) write_data_link(page, entry, "profile", "entry.figures_data");
        eg_html_close(&page->html);
    }
    eg_groups_free(groups, n_groups);
    eg_finder_speaks(page, entry);
}
