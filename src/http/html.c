/* Elements, attributes and texts, and the frame of a page. A page of England's 300 collections is some 200 kB and takes about a
 * millisecond to write; it is kept with the other documents. */
#include "http/html.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MOST_FORMATTED 512

void eg_html_init(struct eg_html *html, struct eg_text base_url, uint32_t depth)
{
    *html = (struct eg_html){.base_url = base_url, .depth = depth};
    eg_buffer_init(&html->out, 0);
}

void eg_html_clear(struct eg_html *html)
{
    eg_buffer_clear(&html->out);
    eg_html_init(html, html->base_url, html->depth);
}

/* --- escaping ------------------------------------------------------------------------------------------------------ */

/* What HTML cannot hold, or what would mean something: controls become U+FFFD. Quotes are escaped in texts, too. */
static const char *entity_of(char c)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        break;
    }
    bool control = ((unsigned char)c < ' ' && c != '\n' && c != '\t') || c == 0x7f;
    return control ? "\xEF\xBF\xBD" : NULL;
}

static void write_escaped(struct eg_buffer *out, struct eg_text text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *entity = entity_of(text.data[i]);
        if (!entity) continue;
        eg_buffer_append(out, text.data + from, i - from);
        eg_buffer_literal(out, entity);
        from = i + 1;
    }
    if (from < text.len) eg_buffer_append(out, text.data + from, text.len - from);
}

/* --- elements ------------------------------------------------------------------------------------------------------ */

static void end_tag(struct eg_html *html)
{
    if (html->in_tag) eg_buffer_char(&html->out, '>');
    html->in_tag = false;
}

void eg_html_open(struct eg_html *html, const char *name)
{
    end_tag(html);
    EG_ASSERT(html->n_open < EG_HTML_DEPTH);
    html->open[html->n_open++] = name;
    eg_buffer_char(&html->out, '<');
    eg_buffer_literal(&html->out, name);
    html->in_tag = true;
}

void eg_html_attribute(struct eg_html *html, const char *name, struct eg_text value)
{
    EG_ASSERT(html->in_tag);
    eg_buffer_char(&html->out, ' ');
    eg_buffer_literal(&html->out, name);
    eg_buffer_literal(&html->out, "=\"");
    write_escaped(&html->out, value);
    eg_buffer_char(&html->out, '"');
}

void eg_html_attribute_format(struct eg_html *html, const char *name, const char *format, ...)
{
    char text[MOST_FORMATTED];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    eg_html_attribute(html, name, eg_text_from(text));
}

void eg_html_void(struct eg_html *html)
{
    EG_ASSERT(html->n_open > 0);
    end_tag(html);
    html->n_open--;
}

void eg_html_text(struct eg_html *html, struct eg_text text)
{
    end_tag(html);
    write_escaped(&html->out, text);
}

void eg_html_text_format(struct eg_html *html, const char *format, ...)
{
    char text[MOST_FORMATTED];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    eg_html_text(html, eg_text_from(text));
}

void eg_html_close(struct eg_html *html)
{
    EG_ASSERT(html->n_open > 0);
    end_tag(html);
    eg_buffer_literal(&html->out, "</");
    eg_buffer_literal(&html->out, html->open[--html->n_open]);
    eg_buffer_char(&html->out, '>');
}

void eg_html_leaf(struct eg_html *html, const char *name, struct eg_text text)
{
    eg_html_open(html, name);
    eg_html_text(html, text);
    eg_html_close(html);
}

/* --- addresses ----------------------------------------------------------------------------------------------------- */

/* Whether it lies below the server's own root; *rest_out is then what follows "{base_url}/". */
static bool is_ours(const struct eg_html *html, struct eg_text address, struct eg_text *rest_out)
{
    size_t len = html->base_url.len;
    if (len == 0 || !eg_text_starts_with(address, html->base_url)) return false;
    if (address.len > len && address.data[len] != '/') return false;
    *rest_out = address.len > len ? (struct eg_text){address.data + len + 1, address.len - len - 1}
                                  : (struct eg_text){0};
    return true;
}

static void write_root(struct eg_html *html)
{
    for (uint32_t i = 0; i < html->depth; i++) eg_buffer_literal(&html->out, "../");
    if (html->depth == 0) eg_buffer_literal(&html->out, "./");
}

void eg_html_address(struct eg_html *html, const char *name, struct eg_text address)
{
    struct eg_text rest;
    if (!is_ours(html, address, &rest)) {
        eg_html_attribute(html, name, address);
        return;
    }
    EG_ASSERT(html->in_tag);
    eg_buffer_char(&html->out, ' ');
    eg_buffer_literal(&html->out, name);
    eg_buffer_literal(&html->out, "=\"");
    write_root(html);
    write_escaped(&html->out, rest);
    eg_buffer_char(&html->out, '"');
}

static bool may_link(const struct eg_html *html, struct eg_text address)
{
    struct eg_text rest;
    return is_ours(html, address, &rest) || eg_text_starts_with(address, EG_TEXT("https://")) ||
           eg_text_starts_with(address, EG_TEXT("http://")) ||
           eg_text_starts_with(address, EG_TEXT("mailto:"));
}

void eg_html_link(struct eg_html *html, struct eg_text address, struct eg_text text)
{
    if (!may_link(html, address)) {
        eg_html_text(html, text);
        return;
    }
    eg_html_open(html, "a");
    eg_html_address(html, "href", address);
    eg_html_text(html, text);
    eg_html_close(html);
}

/* --- tables and maps ----------------------------------------------------------------------------------------------- */

void eg_html_facts_begin(struct eg_html *html, const char *caption)
{
    eg_html_open(html, "table");
    eg_html_attribute(html, "class", EG_TEXT("facts"));
    eg_html_leaf(html, "caption", eg_text_from(caption));
    eg_html_open(html, "tbody");
}

static void begin_fact(struct eg_html *html, const char *name)
{
    eg_html_open(html, "tr");
    eg_html_open(html, "th");
    eg_html_attribute(html, "scope", EG_TEXT("row"));
    eg_html_text(html, eg_text_from(name));
    eg_html_close(html);
    eg_html_open(html, "td");
}

void eg_html_fact(struct eg_html *html, const char *name, struct eg_text value)
{
    if (value.len == 0) return;
    begin_fact(html, name);
    eg_html_text(html, value);
    eg_html_close(html);
    eg_html_close(html);
}

void eg_html_fact_link(struct eg_html *html, const char *name, struct eg_text address, struct eg_text text)
{
    if (address.len == 0 || text.len == 0) {
        eg_html_fact(html, name, text);
        return;
    }
    begin_fact(html, name);
    eg_html_link(html, address, text);
    eg_html_close(html);
    eg_html_close(html);
}

void eg_html_facts_end(struct eg_html *html)
{
    eg_html_close(html);
    eg_html_close(html);
}

void eg_html_map(struct eg_html *html, const struct eg_html_map *map)
{
    struct eg_bounds box = map->bounds_deg;
    eg_html_open(html, "div");
    eg_html_attribute(html, "id", EG_TEXT("map"));
    eg_html_attribute(html, "role", EG_TEXT("region"));
    eg_html_attribute(html, "aria-label", map->label);
    eg_html_attribute(html, "hidden", EG_TEXT("hidden"));
    if (map->tiles.len > 0) eg_html_address(html, "data-tiles", map->tiles);
    if (map->features.len > 0) eg_html_address(html, "data-features", map->features);
    eg_html_attribute(html, "data-attribution", map->attribution);
    eg_html_attribute_format(html, "data-bounds", "%.5f,%.5f,%.5f,%.5f", box.min_x, box.min_y, box.max_x,
                             box.max_y);
    eg_html_close(html);
}

/* --- the frame ----------------------------------------------------------------------------------------------------- */

void eg_html_doctype(struct eg_html *html)
{
    eg_buffer_literal(&html->out, "<!doctype html>\n");
}

void eg_html_asset(struct eg_html *html, const char *attribute, const char *name)
{
    EG_ASSERT(html->in_tag);
    eg_buffer_char(&html->out, ' ');
    eg_buffer_literal(&html->out, attribute);
    eg_buffer_literal(&html->out, "=\"");
    write_root(html);
    eg_buffer_literal(&html->out, "assets/");
    eg_buffer_literal(&html->out, name);
    eg_buffer_char(&html->out, '"');
}

static void write_style_sheet(struct eg_html *html, const char *name)
{
    eg_html_open(html, "link");
    eg_html_attribute(html, "rel", EG_TEXT("stylesheet"));
    eg_html_asset(html, "href", name);
    eg_html_void(html);
}

static void write_script(struct eg_html *html, const char *name)
{
    eg_html_open(html, "script");
    eg_html_asset(html, "src", name);
    eg_html_close(html);
}

static void write_meta(struct eg_html *html, const char *name, const char *content)
{
    eg_html_open(html, "meta");
    eg_html_attribute(html, "name", eg_text_from(name));
    eg_html_attribute(html, "content", eg_text_from(content));
    eg_html_void(html);
}

static void write_head(struct eg_html *html, const struct eg_html_page *page)
{
    eg_html_open(html, "head");
    eg_html_open(html, "meta");
    eg_html_attribute(html, "charset", EG_TEXT("utf-8"));
    eg_html_void(html);
    write_meta(html, "viewport", "width=device-width, initial-scale=1");
    eg_html_open(html, "title");
    eg_html_text(html, page->title);
    if (!eg_text_equal(page->title, page->atlas_title)) {
        eg_html_text(html, EG_TEXT(" · "));
        eg_html_text(html, page->atlas_title);
    }
    eg_html_close(html);
    /* None: browsers would ask for /favicon.ico. */
    eg_html_open(html, "link");
    eg_html_attribute(html, "rel", EG_TEXT("icon"));
    eg_html_attribute(html, "href", EG_TEXT("data:,"));
    eg_html_void(html);
    if (page->alternate.len > 0) {
        eg_html_open(html, "link");
        eg_html_attribute(html, "rel", EG_TEXT("alternate"));
        eg_html_attribute(html, "type", page->alternate_type);
        eg_html_address(html, "href", page->alternate);
        eg_html_void(html);
    }
    if (page->has_map) write_style_sheet(html, "leaflet.css");
    write_style_sheet(html, "ogc.css");
    eg_html_close(html);
}

static void write_crumbs(struct eg_html *html, const struct eg_html_page *page)
{
    eg_html_open(html, "nav");
    eg_html_attribute(html, "aria-label", EG_TEXT("Breadcrumb"));
    eg_html_open(html, "ol");
    for (uint32_t i = 0; i < page->n_crumbs; i++) {
        eg_html_open(html, "li");
        eg_html_link(html, page->crumbs[i].address, page->crumbs[i].title);
        eg_html_close(html);
    }
    eg_html_open(html, "li");
    eg_html_attribute(html, "aria-current", EG_TEXT("page"));
    eg_html_text(html, page->title);
    eg_html_close(html);
    eg_html_close(html);
    eg_html_close(html);
}

void eg_html_begin(struct eg_html *html, const struct eg_html_page *page)
{
    eg_html_doctype(html);
    eg_html_open(html, "html");
    eg_html_attribute(html, "lang", EG_TEXT("en"));
    write_head(html, page);
    eg_html_open(html, "body");
    eg_html_open(html, "a");
    eg_html_attribute(html, "class", EG_TEXT("skip"));
    eg_html_attribute(html, "href", EG_TEXT("#main"));
    eg_html_text(html, EG_TEXT("Skip to the content"));
    eg_html_close(html);
    eg_html_open(html, "header");
    write_crumbs(html, page);
    if (page->fictional) {
        eg_html_open(html, "p");
        eg_html_attribute(html, "class", EG_TEXT("badge"));
        eg_html_text(html, EG_TEXT("Fictional: no real place"));
        eg_html_close(html);
    }
    eg_html_close(html);
    eg_html_open(html, "main");
    eg_html_attribute(html, "id", EG_TEXT("main"));
    eg_html_attribute(html, "tabindex", EG_TEXT("-1"));
    eg_html_leaf(html, "h1", page->title);
}

enum eg_status eg_html_finish(struct eg_html *html, const struct eg_html_page *page, struct eg_buffer *out,
                              struct eg_error *err)
{
    eg_html_close(html); /* main */
    if (page->alternate.len > 0) {
        eg_html_open(html, "footer");
        eg_html_link(html, page->alternate, EG_TEXT("This page as data"));
        eg_html_close(html);
    }
    if (page->has_map) {
        write_script(html, "leaflet.js");
        write_script(html, "pan.js");
        write_script(html, "ogc.js");
    }
    while (html->n_open > 0) eg_html_close(html);
    eg_buffer_char(&html->out, '\n');
    if (html->out.failed) {
        eg_html_clear(html);
        return eg_error_no_memory(err, 0);
    }
    *out = html->out;
    eg_html_init(html, html->base_url, html->depth);
    return EG_OK;
}
