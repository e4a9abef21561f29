/* The frame of the public finder's pages, and what all of them are made of. A page is some 20 kB and is made for each request. */
#include <string.h>

#include <microhttpd.h>

#include "engine/describe.h"
#include "http/entry_form_parts.h"
#include "http/finder_parts.h"
#include "http/server_parts.h"

#define ARENA_BYTES (4U << 20)
#define FEWEST_DIGITS 3U /* of a telephone number */
#define MOST_DIGITS 24U

/* --- life cycle ---------------------------------------------------------------------------------------------------- */

enum eg_status eg_finder_page_init(struct eg_finder_page *page, struct eg_exchange *exchange,
                                   const struct eg_finder_request *wanted, uint32_t depth,
                                   struct eg_error *err)
{
    *page = (struct eg_finder_page){.exchange = exchange,
                                    .wanted = wanted,
                                    .snapshot = exchange->snapshot,
                                    .locale = wanted->language.locale,
                                    .base_url = exchange->base_url,
                                    .arena = eg_arena_new(ARENA_BYTES)};
    eg_html_init(&page->html, page->base_url, depth);
    eg_finder_speaks(page, NULL);
    return page->arena ? EG_OK : eg_error_no_memory(err, ARENA_BYTES);
}

void eg_finder_page_clear(struct eg_finder_page *page)
{
    eg_html_clear(&page->html);
    eg_arena_free(page->arena);
}

/* --- texts --------------------------------------------------------------------------------------------------------- */

void eg_finder_say(struct eg_finder_page *page, const char *key)
{
    eg_html_text(&page->html, eg_locale_text(page->locale, key));
}

void eg_finder_say_with(struct eg_finder_page *page, const char *key, const char *name, struct eg_text value)
{
    struct eg_placeholder fill = {name, value};
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    eg_locale_write(page->locale, key, &fill, 1, &text);
    eg_html_text(&page->html, (struct eg_text){text.data, text.len});
    page->html.out.failed |= text.failed;
    eg_buffer_clear(&text);
}

void eg_finder_say_number(struct eg_finder_page *page, const char *key, uint64_t number)
{
    char room[EG_LOCALE_NUMBER_BYTES];
    eg_finder_say_with(page, key, "n", eg_locale_number(page->locale, number, room));
}

void eg_finder_leaf(struct eg_finder_page *page, const char *element, const char *key)
{
    eg_html_leaf(&page->html, element, eg_locale_text(page->locale, key));
}

void eg_finder_open(struct eg_finder_page *page, const char *element, const char *class_name)
{
    eg_html_open(&page->html, element);
    eg_html_attribute(&page->html, "class", eg_text_from(class_name));
}

void eg_finder_own(struct eg_finder_page *page, const char *element, struct eg_text text)
{
    eg_html_open(&page->html, element);
    eg_html_attribute(&page->html, "dir", EG_TEXT("auto"));
    eg_html_text(&page->html, text);
    eg_html_close(&page->html);
}

/* --- data in a language of its own --------------------------------------------------------------------------------- */

void eg_finder_speaks(struct eg_finder_page *page, const struct eg_entry *entry)
{
    if (!page->snapshot) return;
    const struct eg_atlas *atlas = page->snapshot->atlas;
    page->data_language = entry ? atlas->directories[entry->directory].language : atlas->language;
}

/* That of all directories; empty where they differ. */
static struct eg_text common_language(const struct eg_atlas *atlas)
{
    struct eg_text language = atlas->n_directories > 0 ? atlas->directories[0].language : atlas->language;
    for (uint32_t i = 1; i < atlas->n_directories; i++)
        if (!eg_text_equal_any_case(atlas->directories[i].language, language)) return (struct eg_text){0};
    return language;
}

/* That of the directories whose entries have the term; empty where these differ, or none has it. */
static struct eg_text language_of_term(struct eg_finder_page *page, enum eg_facet_kind facet,
                                       struct eg_text term)
{
    const struct eg_directory *directory = page->snapshot->directory;
    const struct eg_entries *entries = eg_directory_entries(directory);
    const uint32_t *numbers = NULL;
    struct eg_text language = {0};
    uint32_t n = 0;
    if (eg_directory_with_facet(directory, facet, term, &numbers, &n, NULL) != EG_OK) return language;
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_entry *entry = entries->items[eg_directory_entry_at(directory, numbers[i])];
        struct eg_text own = page->snapshot->atlas->directories[entry->directory].language;
        if (i > 0 && !eg_text_equal_any_case(own, language)) return (struct eg_text){0};
        language = own;
    }
    return language;
}

void eg_finder_speaks_of(struct eg_finder_page *page, enum eg_facet_kind facet, struct eg_text term)
{
    page->data_language = common_language(page->snapshot->atlas);
    if (page->data_language.len == 0) page->data_language = language_of_term(page, facet, term);
}

/* "pt-BR" on a page in Portuguese needs no mark. */
static bool is_page_language(const struct eg_finder_page *page, struct eg_text tag)
{
    struct eg_text own, other;
    (void)eg_text_cut(eg_locale_tag(page->locale), '-', &own);
    (void)eg_text_cut(tag, '-', &other);
    return eg_text_equal_any_case(own, other);
}

static void mark_language(struct eg_finder_page *page, const char *attribute)
{
    if (page->data_language.len > 0 && !is_page_language(page, page->data_language))
        eg_html_attribute(&page->html, attribute, page->data_language);
}

void eg_finder_mark_data(struct eg_finder_page *page)
{
    mark_language(page, "lang");
    eg_html_attribute(&page->html, "dir", EG_TEXT("auto"));
}

void eg_finder_data(struct eg_finder_page *page, const char *element, struct eg_text text)
{
    eg_html_open(&page->html, element);
    eg_finder_mark_data(page);
    eg_html_text(&page->html, text);
    eg_html_close(&page->html);
}

void eg_finder_say_of(struct eg_finder_page *page, const char *key, struct eg_placeholder data,
                      const struct eg_placeholder *fills, uint32_t n_fills)
{
    struct eg_text rest = eg_locale_text(page->locale, key), part;
    while (rest.len > 0) {
        rest = eg_text_cut(rest, '{', &part);
        eg_html_text(&page->html, part);
        if (rest.len == 0) break;
        rest = eg_text_cut(rest, '}', &part);
        if (eg_text_equal(part, eg_text_from(data.name))) eg_finder_data(page, "bdi", data.value);
        for (uint32_t i = 0; i < n_fills; i++)
            if (eg_text_equal(part, eg_text_from(fills[i].name))) eg_html_text(&page->html, fills[i].value);
    }
}

/* --- words of every page ------------------------------------------------------------------------------------------- */

void eg_finder_kind(struct eg_finder_page *page, enum eg_entry_kind kind)
{
    static const char *const keys[EG_N_KINDS] = {[EG_KIND_COALITION] = "kind.coalition",
                                                 [EG_KIND_HUB] = "kind.hub",
                                                 [EG_KIND_OFFICER_BASE] = "kind.officer_base",
                                                 [EG_KIND_PARTNERSHIP] = "kind.partnership",
                                                 [EG_KIND_GRANT] = "kind.grant",
                                                 [EG_KIND_TRAINING] = "kind.training",
                                                 [EG_KIND_SERVICE] = "kind.service"};
    eg_finder_say(page, keys[kind]);
}

void eg_finder_term(struct eg_finder_page *page, struct eg_text term)
{
    struct eg_text part;
    while (term.len > 0) {
        term = eg_text_cut(term, '_', &part);
        eg_html_text(&page->html, part);
        if (term.len > 0) eg_html_text(&page->html, EG_TEXT(" "));
    }
}

void eg_finder_terms(struct eg_finder_page *page, const struct eg_text *terms, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0) eg_html_text(&page->html, EG_TEXT(", "));
        eg_html_open(&page->html, "bdi");
        eg_finder_mark_data(page);
        eg_finder_term(page, terms[i]);
        eg_html_close(&page->html);
    }
}

/* --- contacts ------------------------------------------------------------------------------------------------------ */

/* The digits and a leading plus sign; what else stands in a number is for the eye. Letters end it: "01632 960000 ext 5". */
static bool dialled(struct eg_text phone, char out[MOST_DIGITS + 8])
{
    size_t len = 0, digits = 0;
    memcpy(out, "tel:", 4);
    for (size_t i = 0; i < phone.len && digits < MOST_DIGITS; i++) {
        char c = phone.data[i];
        bool is_digit = c >= '0' && c <= '9';
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ',' || c == ';' || c == '/') break;
        if (is_digit || (c == '+' && len == 0)) out[4 + len++] = c;
        digits += is_digit ? 1 : 0;
    }
    out[4 + len] = '\0';
    return digits >= FEWEST_DIGITS;
}

static void write_link(struct eg_finder_page *page, const char *address, struct eg_text text)
{
    eg_html_open(&page->html, "a");
    eg_html_attribute(&page->html, "href", eg_text_from(address));
    eg_html_attribute(&page->html, "dir", EG_TEXT("ltr"));
    eg_html_text(&page->html, text);
    eg_html_close(&page->html);
}

void eg_finder_phone(struct eg_finder_page *page, struct eg_text phone, struct eg_text extension)
{
    char address[MOST_DIGITS + 8];
    struct eg_text whole = {0};
    if (!dialled(phone, address)) {
        eg_finder_own(page, "bdi", phone);
        return;
    }
    if (extension.len > 0 && eg_text_is_digits(extension)) /* RFC 3966 */
        whole = eg_text_format(page->arena, "%s;ext=%.*s", address, EG_TEXT_SHOWN(extension, MOST_DIGITS));
    write_link(page, whole.data ? whole.data : address, phone);
}

/* Only what cannot mean more than an address: no "?subject=" and nothing that would have to be escaped. */
static bool is_address(struct eg_text email)
{
    size_t at = 0, n_at = 0;
    for (size_t i = 0; i < email.len; i++) {
        char c = email.data[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    strchr("@.-_+'", c) != NULL;
        if (!fine || c == '\0') return false;
        if (c != '@') continue;
        at = i;
        n_at++;
    }
    return n_at == 1 && at > 0 && at + 3 < email.len;
}

void eg_finder_email(struct eg_finder_page *page, struct eg_text email)
{
    struct eg_text address = eg_text_format(page->arena, "mailto:%.*s", EG_TEXT_ARG(email));
    if (is_address(email) && address.data) write_link(page, address.data, email);
    else eg_finder_own(page, "bdi", email);
}

/* --- addresses ----------------------------------------------------------------------------------------------------- */

static bool is_manner(struct eg_text name)
{
    return eg_text_equal(name, EG_TEXT("lang")) || eg_text_equal(name, EG_TEXT("embed"));
}

struct eg_text eg_finder_url(struct eg_finder_page *page, const char *path, enum eg_finder_keep keep,
                             const char *without, const char *name, struct eg_text value)
{
    struct eg_buffer url;
    eg_buffer_init(&url, 0);
    eg_buffer_text(&url, page->base_url);
    eg_buffer_literal(&url, path);
    for (uint32_t i = 0; i < page->wanted->n_kept; i++) {
        const struct eg_parameter *kept = &page->wanted->kept[i];
        bool is_out = (without && eg_text_equal(kept->name, eg_text_from(without))) ||
                      (name && eg_text_equal(kept->name, eg_text_from(name))) ||
                      (keep == EG_FINDER_KEEP_MANNER && !is_manner(kept->name));
        if (!is_out) eg_target_write_parameter(&url, kept->name.data, kept->value);
    }
    if (name) eg_target_write_parameter(&url, name, value);
    struct eg_text copy = eg_text_copy(page->arena, (struct eg_text){url.data, url.len});
    page->html.out.failed |= url.failed || !copy.data;
    eg_buffer_clear(&url);
    return copy.data ? copy : (struct eg_text){0};
}

/* --- the map ------------------------------------------------------------------------------------------------------- */

static struct eg_text text_of(struct eg_finder_page *page, const char *key)
{
    return eg_locale_text(page->locale, key);
}

/* Without a basemap the ground is the layer that the atlas shows first. */
static void write_ground(struct eg_finder_page *page)
{
    const struct eg_atlas *atlas = page->snapshot->atlas;
    struct eg_html *html = &page->html;
    eg_html_attribute(html, "data-credit",
                      atlas->basemap.url.len > 0 ? atlas->basemap.attribution : atlas->attribution);
    if (atlas->basemap.url.len > 0) {
        eg_html_attribute(html, "data-tiles", atlas->basemap.url);
        eg_html_attribute_format(html, "data-tiles-zoom", "%u", atlas->basemap.max_zoom);
        return;
    }
    if (atlas->n_layers == 0) return;
    struct eg_text layer =
        atlas->n_views > 0 && atlas->views[0].layer.len > 0 ? atlas->views[0].layer : atlas->layers[0].id;
    eg_html_address(html, "data-ground",
                    eg_text_format(page->arena, "%.*s/tiles/%.*s/{z}/{x}/{y}.png?v=%s",
                                   EG_TEXT_ARG(page->base_url), EG_TEXT_ARG(layer), page->snapshot->version));
}

static struct eg_bounds bounds_of(const struct eg_snapshot *snapshot)
{
    const struct eg_atlas *atlas = snapshot->atlas;
    if (atlas->n_views > 0) return atlas->views[0].box_deg;
    if (atlas->n_boundaries > 0) return snapshot->generation->area_sets[0].bounds_deg;
    return (struct eg_bounds){-170, -60, 170, 75};
}

static void write_map(struct eg_finder_page *page, const char *label_key, struct eg_text features,
                      bool is_picked)
{
    static const struct {
        const char *attribute, *key;
    } texts[] = {{"data-text-cluster", "map.cluster"}, {"data-text-limit", "map.limit"},
                 {"data-text-failed", "map.failed"},   {"data-text-in", "map.zoom_in"},
                 {"data-text-out", "map.zoom_out"},    {"data-text-close", "map.close"},
                 {"data-text-here", "near.here"},      {"data-text-left", "map.pan_left"},
                 {"data-text-up", "map.pan_up"},       {"data-text-down", "map.pan_down"},
                 {"data-text-right", "map.pan_right"}};
    struct eg_html *html = &page->html;
    struct eg_bounds box = bounds_of(page->snapshot);
    eg_html_open(html, "div");
    eg_html_attribute(html, "id", EG_TEXT("map"));
    eg_html_attribute(html, "role", EG_TEXT("region"));
    eg_html_attribute(html, "aria-label", text_of(page, label_key));
    eg_html_attribute(html, "hidden", EG_TEXT("hidden"));
    eg_html_address(html, "data-features", features);
    eg_html_attribute_format(html, "data-bounds", "%.5f,%.5f,%.5f,%.5f", box.min_x, box.min_y, box.max_x,
                             box.max_y);
    if (is_picked) eg_html_attribute(html, "data-picks", EG_TEXT("location"));
    eg_html_address(html, "data-root", eg_text_format(page->arena, "%.*s/", EG_TEXT_ARG(page->base_url)));
    mark_language(page, "data-lang");
    write_ground(page);
    for (size_t i = 0; i < EG_ARRAY_LEN(texts); i++)
        eg_html_attribute(html, texts[i].attribute, text_of(page, texts[i].key));
    eg_html_close(html);
}

void eg_finder_map(struct eg_finder_page *page, const char *label_key, struct eg_text features)
{
    struct eg_text own = page->data_language, common = common_language(page->snapshot->atlas);
    if (common.len > 0) page->data_language = common; /* names of entries */
    write_map(page, label_key, features, false);
    page->data_language = own;
}

void eg_finder_pick_map(struct eg_finder_page *page)
{
    write_map(page, "look.map", (struct eg_text){0}, true);
}

/* --- the frame ----------------------------------------------------------------------------------------------------- */

static void write_meta(struct eg_html *html, const char *name, const char *content)
{
    eg_html_open(html, "meta");
    eg_html_attribute(html, "name", eg_text_from(name));
    eg_html_attribute(html, "content", eg_text_from(content));
    eg_html_void(html);
}

static void write_style_sheet(struct eg_html *html, const char *name)
{
    eg_html_open(html, "link");
    eg_html_attribute(html, "rel", EG_TEXT("stylesheet"));
    eg_html_asset(html, "href", name);
    eg_html_void(html);
}

static const char *path_of(const struct eg_finder_page *page)
{
    struct eg_text path = {0};
    if (page->wanted->suggests) path = EG_TEXT("/finder/suggest");
    else if (page->wanted->id.len > 0)
        path = eg_text_format(page->arena, "/finder/%.*s", EG_TEXT_SHOWN(page->wanted->id, 64));
    return path.data ? path.data : "/finder";
}

static void write_head(struct eg_finder_page *page, struct eg_text title)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "head");
    eg_html_open(html, "meta");
    eg_html_attribute(html, "charset", EG_TEXT("utf-8"));
    eg_html_void(html);
    write_meta(html, "viewport", "width=device-width, initial-scale=1");
    write_meta(html, "color-scheme", "light dark");
    eg_html_open(html, "title");
    eg_html_text(html, page->told);
    eg_html_text(html, title);
    if (page->snapshot) {
        eg_html_text(html, EG_TEXT(" · "));
        eg_html_text(html, page->snapshot->atlas->title);
    }
    eg_html_close(html);
    eg_html_open(html, "link");
    eg_html_attribute(html, "rel", EG_TEXT("icon"));
    eg_html_attribute(html, "href", EG_TEXT("data:,"));
    eg_html_void(html);
    write_style_sheet(html, "leaflet.css");
    write_style_sheet(html, "finder.css");
    if (page->named) { /* whatever search led there, it is one page */
        eg_html_open(html, "link");
        eg_html_attribute(html, "rel", EG_TEXT("canonical"));
        eg_html_address(
            html, "href",
            eg_finder_url(page, path_of(page), EG_FINDER_KEEP_MANNER, "embed", NULL, (struct eg_text){0}));
        eg_html_void(html);
    }
    eg_html_close(html);
}

static void write_badge(struct eg_finder_page *page)
{
    if (!page->snapshot || !page->snapshot->atlas->fictional) return;
    eg_finder_open(page, "p", "badge");
    eg_finder_say(page, "finder.fictional");
    eg_html_close(&page->html);
}

/* Sends the form as a question is sent, which is answered by the form in the other language with what was typed. */
static void open_language_button(struct eg_finder_page *page, struct eg_text address)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "button");
    eg_html_attribute(html, "type", EG_TEXT("submit"));
    eg_html_attribute(html, "form", eg_text_from(page->form));
    eg_html_attribute(html, "name", EG_TEXT(EG_FORM_LOOK));
    eg_html_attribute(html, "value", EG_TEXT("lang"));
    eg_html_address(html, "formaction", address);
    eg_html_attribute(html, "formnovalidate", EG_TEXT("formnovalidate"));
}

static void open_language(struct eg_finder_page *page, const struct eg_locale *locale)
{
    struct eg_html *html = &page->html;
    struct eg_text address =
        eg_finder_url(page, path_of(page), EG_FINDER_KEEP_ALL, NULL, "lang", eg_locale_tag(locale));
    if (page->named && page->wanted->page > 1) /* of the list that its way back leads to */
        address = eg_text_format(page->arena, "%.*s&page=%u", EG_TEXT_ARG(address), page->wanted->page);
    if (page->form) open_language_button(page, address);
    else {
        eg_html_open(html, "a");
        eg_html_address(html, "href", address);
        eg_html_attribute(html, "hreflang", eg_locale_tag(locale));
    }
    eg_html_attribute(html, "lang", eg_locale_tag(locale));
}

/* The same page in each language, named in that language. */
static void write_languages(struct eg_finder_page *page)
{
    struct eg_html *html = &page->html;
    const struct eg_locales *locales = page->exchange->server->locales;
    eg_html_open(html, "nav");
    eg_html_attribute(html, "aria-label", text_of(page, "finder.languages"));
    eg_html_attribute(html, "class", EG_TEXT("languages"));
    eg_html_open(html, "ul");
    for (uint32_t i = 0; i < eg_locales_count(locales); i++) {
        const struct eg_locale *locale = eg_locales_at(locales, i);
        eg_html_open(html, "li");
        open_language(page, locale);
        if (locale == page->locale) eg_html_attribute(html, "aria-current", EG_TEXT("true"));
        eg_html_text(html, eg_locale_text(locale, "language"));
        eg_html_close(html);
        eg_html_close(html);
    }
    eg_html_close(html);
    eg_html_close(html);
}

/* What Enter in a field presses is the first button of a form, which is to be no language and no question: it is sent as its own
 * button sends it. */
static void write_default(struct eg_finder_page *page)
{
    if (!page->form) return;
    eg_finder_open(page, "button", "default");
    eg_html_attribute(&page->html, "type", EG_TEXT("submit"));
    eg_html_attribute(&page->html, "form", eg_text_from(page->form));
    eg_html_attribute(&page->html, "tabindex", EG_TEXT("-1"));
    eg_html_attribute(&page->html, "aria-hidden", EG_TEXT("true"));
    eg_html_close(&page->html);
}

static void write_header(struct eg_finder_page *page)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "header");
    eg_finder_open(page, "p", "site");
    if (page->snapshot) {
        eg_html_open(html, "a");
        eg_html_address(html, "href",
                        eg_finder_url(page, "/", EG_FINDER_KEEP_MANNER, "embed", NULL, (struct eg_text){0}));
        eg_finder_mark_data(page);
        eg_html_text(html, page->snapshot->atlas->title);
        eg_html_close(html);
    }
    eg_html_close(html);
    write_badge(page);
    write_default(page);
    write_languages(page);
    eg_html_close(html);
}

void eg_finder_begin(struct eg_finder_page *page, struct eg_text title, const char *skip_to,
                     const char *skip_key)
{
    struct eg_html *html = &page->html;
    bool embedded = page->wanted->embedded;
    eg_html_doctype(html);
    eg_html_open(html, "html");
    eg_html_attribute(html, "lang", eg_locale_tag(page->locale));
    eg_html_attribute(html, "dir", page->wanted->language.rtl ? EG_TEXT("rtl") : text_of(page, "direction"));
    write_head(page, title);
    eg_finder_open(page, "body", embedded ? "embedded" : "whole");
    eg_html_open(html, "a");
    eg_html_attribute(html, "class", EG_TEXT("skip"));
    eg_html_attribute_format(html, "href", "#%s", skip_to);
    eg_finder_say(page, skip_key);
    eg_html_close(html);
    if (!embedded) write_header(page);
    eg_html_open(html, "main");
    eg_html_attribute(html, "id", EG_TEXT("main"));
    eg_html_attribute(html, "tabindex", EG_TEXT("-1"));
    if (embedded) write_badge(page);
    eg_finder_speaks(page, page->named);
    if (page->named) eg_finder_data(page, "h1", title);
    else eg_finder_own(page, "h1", title);
}

static void write_credit(struct eg_finder_page *page)
{
    const struct eg_atlas *atlas = page->snapshot->atlas;
    struct eg_html *html = &page->html;
    eg_finder_open(page, "p", "note");
    eg_finder_data(page, "span", atlas->attribution);
    if (atlas->licence.title.len > 0) {
        eg_html_text(html, EG_TEXT(" · "));
        eg_html_link(html, atlas->licence.url, atlas->licence.title);
    }
    eg_html_close(html);
}

static void write_footer(struct eg_finder_page *page)
{
    struct eg_html *html = &page->html;
    if (!page->snapshot) return;
    if (page->wanted->embedded) {
        eg_finder_open(page, "p", "note");
        eg_finder_data(page, "bdi", page->snapshot->atlas->title); /* whose list it is, in another's page */
        eg_html_text(html, EG_TEXT(" · "));
        eg_html_open(html, "a");
        eg_html_address(
            html, "href",
            eg_finder_url(page, path_of(page), EG_FINDER_KEEP_ALL, "embed", NULL, (struct eg_text){0}));
        eg_html_attribute(html, "target", EG_TEXT("_blank"));
        eg_html_attribute(html, "rel", EG_TEXT("noopener"));
        eg_finder_say(page, "finder.open");
        eg_html_close(html);
        eg_html_close(html);
        write_credit(page);
        eg_html_close(html); /* main */
        return;
    }
    eg_html_close(html); /* main */
    eg_html_open(html, "footer");
    write_credit(page);
    eg_html_close(html);
}

/* The list for printing has no map. */
static void write_scripts(struct eg_finder_page *page)
{
    static const char *const names[] = {"leaflet.js", "markercluster.js", "pan.js", "finder.js"};
    struct eg_html *html = &page->html;
    for (size_t i = page->wanted->printed ? EG_ARRAY_LEN(names) - 1 : 0; i < EG_ARRAY_LEN(names); i++) {
        eg_html_open(html, "script");
        eg_html_asset(html, "src", names[i]);
        eg_html_close(html);
    }
}

/* Only an embedded page may stand in a frame of another site. */
static enum eg_status add_headers(struct eg_finder_page *page, struct eg_answer *answer, struct eg_error *err)
{
    static const struct eg_atlas nothing;
    char policy[EG_POLICY_BYTES];
    eg_page_policy(page->snapshot ? page->snapshot->atlas : &nothing,
                   page->wanted->embedded ? "; frame-ancestors *" : "; frame-ancestors 'self'", policy);
    enum eg_status status = eg_answer_add_header(answer, "Content-Security-Policy", policy, err);
    if (status != EG_OK) return status;
    /* Where somebody looks for help, a position maybe, stands in the address and is nobody else's business. */
    if (status == EG_OK) status = eg_answer_add_header(answer, "Referrer-Policy", "same-origin", err);
    if (status != EG_OK) return status;
    return eg_answer_add_header(answer, "Content-Language", eg_locale_tag(page->locale).data, err);
}

enum eg_status eg_finder_finish(struct eg_finder_page *page, unsigned http_status,
                                struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_html *html = &page->html;
    struct eg_entity entity = {0};
    struct eg_answer *answer = NULL;
    eg_finder_speaks(page, NULL);
    write_footer(page);
    if (page->snapshot) write_scripts(page);
    while (html->n_open > 0) eg_html_close(html);
    eg_buffer_char(&html->out, '\n');
    enum eg_status status = eg_entity_from_buffer(&html->out, "text/html; charset=utf-8", true, &entity, err);
    if (status == EG_OK)
        status = http_status == MHD_HTTP_OK
                     ? eg_answer_from_entity(&entity, page->exchange->accepts_gzip, &answer, err)
                     : eg_problem_from_entity(http_status, &entity, &answer, err);
    if (status == EG_OK) status = add_headers(page, answer, err);
    if (status != EG_OK) {
        eg_answer_release(answer);
        return status;
    }
    answer->varies_by_language = page->wanted->by_header;
    *answer_out = answer;
    return EG_OK;
}
