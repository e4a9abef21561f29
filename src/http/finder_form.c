/* The search form. Every control is a native one with a label, so that it works by keyboard and without a script; what the
 * address holds besides (a box, filters that have no control here) goes along in hidden fields. */
#include <stdlib.h>
#include <string.h>

#include "http/finder_parts.h"

#define MOST_OPTIONS 200U /* of a chooser: the most frequent */
#define TERM_BYTES 200U   /* longer ones are the same only by the letter */
#define TERM_ROOM_BYTES (TERM_BYTES * EG_FOLD_GROWTH)

static struct eg_text text_of(struct eg_finder_page *page, const char *key)
{
    return eg_locale_text(page->locale, key);
}

static void write_label(struct eg_finder_page *page, const char *id, const char *key)
{
    eg_html_open(&page->html, "label");
    eg_html_attribute(&page->html, "for", eg_text_from(id));
    eg_finder_say(page, key);
    eg_html_close(&page->html);
}

/* A line to type into, with a hint below it. */
static void write_input(struct eg_finder_page *page, const char *name, const char *label_key,
                        const char *hint_key, struct eg_text value)
{
    struct eg_html *html = &page->html;
    eg_finder_open(page, "div", "field");
    write_label(page, name, label_key);
    eg_html_open(html, "input");
    eg_html_attribute(html, "type", EG_TEXT("search"));
    eg_html_attribute(html, "id", eg_text_from(name));
    eg_html_attribute(html, "name", eg_text_from(name));
    eg_html_attribute(html, "value", value);
    eg_html_attribute(html, "dir", EG_TEXT("auto"));
    eg_html_attribute(html, "autocomplete", EG_TEXT("off"));
    eg_html_attribute(html, "maxlength", EG_TEXT("200"));
    eg_html_attribute_format(html, "aria-describedby",
                             strcmp(name, "place") == 0 ? "%s-hint place-needed" : "%s-hint", name);
    eg_html_void(html);
    eg_finder_open(page, "p", "note");
    eg_html_attribute_format(html, "id", "%s-hint", name);
    eg_finder_say(page, hint_key);
    eg_html_close(html);
    eg_html_close(html);
}

static void write_hidden(struct eg_html *html, const char *name, struct eg_text value)
{
    eg_html_open(html, "input");
    eg_html_attribute(html, "type", EG_TEXT("hidden"));
    eg_html_attribute(html, "name", eg_text_from(name));
    eg_html_attribute(html, "value", value);
    eg_html_void(html);
}

/* --- choosers ------------------------------------------------------------------------------------------------------ */

static void write_option(struct eg_html *html, struct eg_text value, bool is_chosen)
{
    eg_html_open(html, "option");
    eg_html_attribute(html, "value", value);
    if (is_chosen) eg_html_attribute(html, "selected", EG_TEXT("selected"));
}

static void write_term(struct eg_finder_page *page, enum eg_facet_kind facet, struct eg_text term,
                       bool is_chosen)
{
    eg_finder_speaks_of(page, facet, term);
    write_option(&page->html, term, is_chosen);
    eg_finder_mark_data(page);
    eg_finder_term(page, term);
    eg_html_close(&page->html);
}

static int compare_facets(const void *a, const void *b)
{
    const struct eg_directory_facet *const *left = a, *const *right = b;
    return eg_text_compare((*left)->text, (*right)->text);
}

/* As the search compares them: an address may spell a term in another case, or without its accents. */
static bool is_same_term(struct eg_text a, struct eg_text b)
{
    char room[2][TERM_ROOM_BYTES];
    if (eg_text_equal(a, b)) return true;
    if (a.len > TERM_BYTES || b.len > TERM_BYTES || !eg_text_is_utf8(a) || !eg_text_is_utf8(b)) return false;
    unsigned folds = EG_FOLD_CASE | EG_FOLD_MARKS;
    struct eg_text left = {room[0], eg_text_fold_into(a, folds, room[0], sizeof room[0])};
    struct eg_text right = {room[1], eg_text_fold_into(b, folds, room[1], sizeof room[1])};
    return eg_text_equal(left, right);
}

/* In alphabetical order; a chosen one that is not among them stands at the end. */
static void write_options(struct eg_finder_page *page, enum eg_facet_kind facet,
                          const struct eg_directory_counts *counts, struct eg_text chosen)
{
    const struct eg_directory_facet *sorted[MOST_OPTIONS];
    uint32_t n = counts->n < MOST_OPTIONS ? counts->n : MOST_OPTIONS;
    bool is_there = chosen.len == 0;
    for (uint32_t i = 0; i < n; i++) sorted[i] = &counts->values[i];
    qsort(sorted, n, sizeof sorted[0], compare_facets);
    for (uint32_t i = 0; i < n; i++) {
        bool is_chosen = is_same_term(sorted[i]->text, chosen);
        is_there |= is_chosen;
        write_term(page, facet, sorted[i]->text, is_chosen);
    }
    if (!is_there) write_term(page, facet, chosen, true);
    eg_finder_speaks(page, NULL);
}

static const struct chooser {
    enum eg_facet_kind facet;
    const char *label_key, *any_key;
} choosers[] = {{EG_FACET_TOPIC, "search.topic", "search.any_topic"},
                {EG_FACET_PROGRAMME, "search.programme", "search.any_programme"},
                {EG_FACET_LANGUAGE, "search.language", "search.any_language"},
                {EG_FACET_ACCESSIBILITY, "search.accessibility", "search.any_accessibility"}};

const char *eg_finder_chooser_key(enum eg_facet_kind facet)
{
    for (size_t i = 0; i < EG_ARRAY_LEN(choosers); i++)
        if (choosers[i].facet == facet) return choosers[i].label_key;
    return NULL;
}

static void write_chooser(struct eg_finder_page *page, const struct chooser *chooser,
                          const struct eg_directory_counts *counts)
{
    struct eg_html *html = &page->html;
    const char *name = eg_facet_kind_name(chooser->facet);
    struct eg_text chosen = page->wanted->find.query.texts[chooser->facet];
    if (counts->n == 0 && chosen.len == 0) return;
    eg_finder_open(page, "div", "field");
    write_label(page, name, chooser->label_key);
    eg_html_open(html, "select");
    eg_html_attribute(html, "id", eg_text_from(name));
    eg_html_attribute(html, "name", eg_text_from(name));
    write_option(html, (struct eg_text){0}, chosen.len == 0);
    eg_finder_say(page, chooser->any_key);
    eg_html_close(html);
    write_options(page, chooser->facet, counts, chosen);
    eg_html_close(html);
    eg_html_close(html);
}

/* --- kinds --------------------------------------------------------------------------------------------------------- */

static void write_kind(struct eg_finder_page *page, enum eg_entry_kind kind)
{
    struct eg_html *html = &page->html;
    const char *name = eg_entry_kind_name(kind);
    eg_html_open(html, "label");
    eg_html_open(html, "input");
    eg_html_attribute(html, "type", EG_TEXT("checkbox"));
    eg_html_attribute(html, "name", EG_TEXT("kind"));
    eg_html_attribute(html, "value", eg_text_from(name));
    if (page->wanted->find.query.kinds >> kind & 1) eg_html_attribute(html, "checked", EG_TEXT("checked"));
    eg_html_void(html);
    eg_html_open(html, "span");
    eg_html_attribute_format(html, "class", "pin pin-%s", name);
    eg_html_close(html);
    eg_html_open(html, "span");
    eg_finder_kind(page, kind);
    eg_html_close(html);
    eg_html_close(html);
}

static bool has_kind(const struct eg_directory_counts *counts, enum eg_entry_kind kind)
{
    for (uint32_t i = 0; i < counts->n; i++)
        if (eg_text_equal(counts->values[i].text, eg_text_from(eg_entry_kind_name(kind)))) return true;
    return false;
}

static void write_kinds(struct eg_finder_page *page, const struct eg_directory_counts *counts)
{
    struct eg_html *html = &page->html;
    eg_finder_open(page, "fieldset", "kinds");
    eg_finder_leaf(page, "legend", "search.kind");
    eg_finder_open(page, "p", "note");
    eg_finder_say(page, "search.kind_hint");
    eg_html_close(html);
    for (int i = 0; i < EG_N_KINDS; i++)
        if (has_kind(counts, (enum eg_entry_kind)i) || page->wanted->find.query.kinds >> i & 1)
            write_kind(page, (enum eg_entry_kind)i);
    eg_html_close(html);
}

static bool has_choice(const struct eg_finder_page *page)
{
    const struct eg_directory_query *query = &page->wanted->find.query;
    bool has = query->kinds != 0;
    for (size_t i = 0; i < EG_ARRAY_LEN(choosers); i++) has |= query->texts[choosers[i].facet].len > 0;
    return has;
}

/* On a narrow screen they would stand between the search and what it finds, so that they open when they are wanted, or chosen from; the
 * style sheet shows them on a wide one. */
static void begin_choices(struct eg_finder_page *page)
{
    eg_finder_open(page, "details", "more");
    if (has_choice(page)) eg_html_attribute(&page->html, "open", EG_TEXT("open"));
    eg_finder_leaf(page, "summary", "search.more");
}

/* What there is to choose from: all that the directory has, whatever is chosen now. */
static void write_choosers(struct eg_finder_page *page)
{
    struct eg_directory_query query = {.kinds = (UINT32_C(1) << EG_N_KINDS) - 1,
                                       .serves_boundaries = EG_ATLAS_NONE,
                                       .facets = UINT32_C(1) << EG_FACET_KIND};
    struct eg_directory_result all = {0};
    for (size_t i = 0; i < EG_ARRAY_LEN(choosers); i++) query.facets |= UINT32_C(1) << choosers[i].facet;
    if (eg_directory_search(page->snapshot->directory, &query, &all, NULL) != EG_OK) {
        page->html.out.failed = true; /* of memory: nothing else can be wrong with it */
        return;
    }
    begin_choices(page);
    for (size_t i = 0; i < EG_ARRAY_LEN(choosers); i++)
        write_chooser(page, &choosers[i], &all.counts[choosers[i].facet]);
    write_kinds(page, &all.counts[EG_FACET_KIND]);
    eg_html_close(&page->html);
    eg_directory_result_clear(&all);
}

/* --- the place ----------------------------------------------------------------------------------------------------- */

static void write_radius(struct eg_finder_page *page)
{
    static const struct {
        const char *metres;
        uint32_t km;
    } radii[] = {{"1000", 1}, {"2000", 2}, {"5000", 5}, {"10000", 10}, {"25000", 25}, {"50000", 50}};
    struct eg_html *html = &page->html;
    const struct eg_directory_query *query = &page->wanted->find.query;
    bool is_listed = !query->has_radius;
    eg_finder_open(page, "div", "field");
    write_label(page, "radius", "search.radius");
    eg_html_open(html, "select");
    eg_html_attribute(html, "id", EG_TEXT("radius"));
    eg_html_attribute(html, "name", EG_TEXT("radius"));
    write_option(html, (struct eg_text){0}, !query->has_radius);
    eg_finder_say(page, "search.any_distance");
    eg_html_close(html);
    for (size_t i = 0; i < EG_ARRAY_LEN(radii); i++) {
        bool is_chosen = query->has_radius && query->radius_m == radii[i].km * 1000.0;
        is_listed |= is_chosen;
        write_option(html, eg_text_from(radii[i].metres), is_chosen);
        eg_finder_say_number(page, "search.within", radii[i].km);
        eg_html_close(html);
    }
    if (!is_listed) { /* one from an address */
        write_option(html, eg_text_format(page->arena, "%.0f", query->radius_m), true);
        eg_finder_say_number(page, "search.within", (uint64_t)(query->radius_m / 1000 + 0.5));
        eg_html_close(html);
    }
    eg_html_close(html);
    eg_html_close(html);
}

static bool has_postcodes(const struct eg_finder_page *page)
{
    const struct eg_atlas *atlas = page->snapshot->atlas;
    for (uint32_t i = 0; i < atlas->n_place_tables; i++)
        if (atlas->place_tables[i].kind == EG_PLACE_POSTCODE) return true;
    return false;
}

static struct eg_text kept(const struct eg_finder_page *page, const char *name)
{
    for (uint32_t i = 0; i < page->wanted->n_kept; i++)
        if (eg_text_equal(page->wanted->kept[i].name, eg_text_from(name))) return page->wanted->kept[i].value;
    return (struct eg_text){0};
}

/* Beside the field; a status message, since with a script it comes when something else is chosen. */
static void write_needed(struct eg_finder_page *page)
{
    struct eg_html *html = &page->html;
    const struct eg_directory_query *query = &page->wanted->find.query;
    bool is_placed = page->wanted->place.len > 0 || query->has_near;
    eg_finder_open(page, "p", "needed-place");
    eg_html_attribute(html, "id", EG_TEXT("place-needed"));
    eg_html_attribute(html, "role", EG_TEXT("status"));
    if (!is_placed && (page->wanted->served || query->has_radius)) eg_finder_say(page, "place.needed");
    eg_html_close(html);
}

/* "Near me" needs a script, and says beforehand what it does. */
static void write_near(struct eg_finder_page *page)
{
    static const char *const texts[][2] = {{"data-asking", "near.asking"}, {"data-denied", "near.denied"}};
    struct eg_html *html = &page->html;
    struct eg_text near = kept(page, "near");
    write_hidden(html, "near", near);
    eg_finder_open(page, "div", "field script");
    eg_html_attribute(html, "hidden", EG_TEXT("hidden"));
    eg_html_open(html, "button");
    eg_html_attribute(html, "type", EG_TEXT("button"));
    eg_html_attribute(html, "id", EG_TEXT("near-me"));
    eg_html_attribute(html, "class", EG_TEXT("second"));
    eg_html_attribute(html, "aria-describedby", EG_TEXT("near-hint"));
    for (size_t i = 0; i < EG_ARRAY_LEN(texts); i++)
        eg_html_attribute(html, texts[i][0], text_of(page, texts[i][1]));
    eg_finder_say(page, "near.button");
    eg_html_close(html);
    eg_finder_open(page, "p", "note");
    eg_html_attribute(html, "id", EG_TEXT("near-hint"));
    eg_finder_say(page, "near.consent");
    eg_html_close(html);
    eg_html_close(html);
    if (near.len == 0 || page->wanted->place.len > 0) return;
    eg_html_open(html, "p");
    eg_html_open(html, "a");
    eg_html_address(html, "href",
                    eg_finder_url(page, "/finder", EG_FINDER_KEEP_ALL, "near", NULL, (struct eg_text){0}));
    eg_finder_say(page, "near.forget");
    eg_html_close(html);
    eg_html_close(html);
}

static void write_tick(struct eg_finder_page *page, const char *name, const char *value, const char *key,
                       bool is_ticked)
{
    struct eg_html *html = &page->html;
    eg_finder_open(page, "p", "field");
    eg_html_open(html, "label");
    eg_html_attribute(html, "class", EG_TEXT("tick"));
    eg_html_open(html, "input");
    eg_html_attribute(html, "type", EG_TEXT("checkbox"));
    eg_html_attribute(html, "name", eg_text_from(name));
    eg_html_attribute(html, "value", eg_text_from(value));
    if (is_ticked) eg_html_attribute(html, "checked", EG_TEXT("checked"));
    eg_html_void(html);
    eg_html_open(html, "span");
    eg_finder_say(page, key);
    eg_html_close(html);
    eg_html_close(html);
    eg_html_close(html);
}

/* --- now ------------------------------------------------------------------------------------------------------------- */

/* Not where nobody says when they are open, or where the atlas does not say by which clock; and not in place of another moment
 * that the address names. */
static bool offers_now(const struct eg_finder_page *page)
{
    struct eg_text open = kept(page, "open");
    if (open.len > 0) return eg_text_equal(open, EG_TEXT("now"));
    return page->snapshot->atlas->time_zone.len > 0 && eg_directory_has_times(page->snapshot->directory);
}

static void write_now(struct eg_finder_page *page)
{
    if (offers_now(page)) write_tick(page, "open", "now", "search.open_now", kept(page, "open").len > 0);
}

/* --- the whole ----------------------------------------------------------------------------------------------------- */

static bool has_control(const struct eg_finder_page *page, struct eg_text name)
{
    static const char *const names[] = {"q", "place", "near", "radius", "served", "kind", "print"};
    for (size_t i = 0; i < EG_ARRAY_LEN(names); i++)
        if (eg_text_equal(name, eg_text_from(names[i]))) return true;
    for (size_t i = 0; i < EG_ARRAY_LEN(choosers); i++)
        if (eg_text_equal(name, eg_text_from(eg_facet_kind_name(choosers[i].facet)))) return true;
    return eg_text_equal(name, EG_TEXT("open")) && offers_now(page);
}

static void write_buttons(struct eg_finder_page *page)
{
    struct eg_html *html = &page->html;
    eg_finder_open(page, "p", "buttons");
    eg_html_open(html, "button");
    eg_html_attribute(html, "type", EG_TEXT("submit"));
    eg_finder_say(page, "search.submit");
    eg_html_close(html);
    eg_html_open(html, "a");
    eg_html_attribute(html, "class", EG_TEXT("clear"));
    eg_html_address(html, "href",
                    eg_finder_url(page, "/finder", EG_FINDER_KEEP_MANNER, NULL, NULL, (struct eg_text){0}));
    eg_finder_say(page, "search.clear");
    eg_html_close(html);
    eg_html_close(html);
}

void eg_finder_form(struct eg_finder_page *page)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "form");
    eg_html_attribute(html, "id", EG_TEXT("search"));
    eg_html_attribute(html, "role", EG_TEXT("search"));
    eg_html_attribute(html, "method", EG_TEXT("get"));
    /* Without a script the page comes anew: what was found, not the form again. */
    eg_html_address(html, "action",
                    eg_text_format(page->arena, "%.*s/finder#results", EG_TEXT_ARG(page->base_url)));
    eg_html_attribute(html, "aria-labelledby", EG_TEXT("search-title"));
    eg_html_attribute(html, "data-loading", text_of(page, "results.loading"));
    eg_html_attribute(html, "data-failed", text_of(page, "results.failed"));
    eg_html_open(html, "h2");
    eg_html_attribute(html, "id", EG_TEXT("search-title"));
    eg_finder_say(page, "search.title");
    eg_html_close(html);
    write_input(page, "q", "search.words", "search.words_hint", page->wanted->find.query.words);
    write_input(page, "place", "search.place",
                has_postcodes(page) ? "search.place_hint_postcode" : "search.place_hint",
                page->wanted->place);
    write_needed(page);
    write_near(page);
    write_radius(page);
    write_tick(page, "served", "1", "search.served", page->wanted->served);
    write_now(page);
    write_choosers(page);
    for (uint32_t i = 0; i < page->wanted->n_kept; i++)
        if (!has_control(page, page->wanted->kept[i].name))
            write_hidden(html, page->wanted->kept[i].name.data, page->wanted->kept[i].value);
    write_buttons(page);
    eg_html_close(html);
}
