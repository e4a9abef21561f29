/* HTML out: pages of one frame, escaped by construction. Texts and attributes are escaped as they are written and there is no way
 * to write markup but by naming elements, so what comes from data can never become markup. Failure is sticky: write without
 * checking, ask once in eg_html_finish.
 *
 * Pages load nothing from elsewhere, hold no inline script or style, and can be read without a script; a map is drawn by
 * embed/ogc.js where there is one. Addresses of ours are relative, so that a page works under any name of the server. */
#ifndef EG_HTTP_HTML_H
#define EG_HTTP_HTML_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"
#include "geo/grid.h"

#define EG_HTML_DEPTH 24 /* elements in one another */

struct eg_html {
    struct eg_buffer out;
    struct eg_text base_url; /* addresses that begin with it are written relative */
    uint32_t depth;          /* how many folders the page lies below the root: 1 for /ogc/collections */
    uint32_t n_open;
    const char *open[EG_HTML_DEPTH];
    bool in_tag; /* an element's opening is not closed yet: attributes may follow */
};

void eg_html_init(struct eg_html *html, struct eg_text base_url, uint32_t depth);
void eg_html_clear(struct eg_html *html);

void eg_html_doctype(struct eg_html *html); /* before everything else */
/* The address of a file of ours below /assets as an attribute. */
void eg_html_asset(struct eg_html *html, const char *attribute, const char *name);

/* Names are ours, never a stranger's; an attribute follows its element's opening at once. Elements that have no content ("br",
 * "link") are not closed. */
void eg_html_open(struct eg_html *html, const char *name);
void eg_html_attribute(struct eg_html *html, const char *name, struct eg_text value);
void eg_html_attribute_format(struct eg_html *html, const char *name, const char *format, ...)
    EG_PRINTF(3, 4); /* at most 511 bytes */
/* An address as an attribute; one of ours becomes relative. */
void eg_html_address(struct eg_html *html, const char *name, struct eg_text address);
void eg_html_void(struct eg_html *html); /* ends the opening of an element without content */
void eg_html_text(struct eg_html *html, struct eg_text text);
void eg_html_text_format(struct eg_html *html, const char *format, ...)
    EG_PRINTF(2, 3); /* at most 511 bytes */
void eg_html_close(struct eg_html *html);
/* <name>text</name> */
void eg_html_leaf(struct eg_html *html, const char *name, struct eg_text text);
/* A link; one that is neither http(s), mailto nor of ours ("javascript:" in somebody's data) is its text alone. */
void eg_html_link(struct eg_html *html, struct eg_text address, struct eg_text text);

/* A table of what belongs to something: a name and a value a row. Rows without a value are left out. */
void eg_html_facts_begin(struct eg_html *html, const char *caption);
void eg_html_fact(struct eg_html *html, const char *name, struct eg_text value);
void eg_html_fact_link(struct eg_html *html, const char *name, struct eg_text address, struct eg_text text);
void eg_html_facts_end(struct eg_html *html);

/* A map with our own tiles or features, where a script can draw it. Addresses may be empty. `tiles` has {z}, {x}, {y}. */
struct eg_html_map {
    struct eg_text tiles, features; /* features: GeoJSON in CRS84 */
    struct eg_text label, attribution;
    struct eg_bounds bounds_deg;
};
void eg_html_map(struct eg_html *html, const struct eg_html_map *map);

struct eg_html_crumb {
    struct eg_text address, title;
};
struct eg_html_page {
    struct eg_text title, atlas_title;
    bool fictional;
    const struct eg_html_crumb *crumbs; /* [n_crumbs], the page itself not among them */
    uint32_t n_crumbs;
    struct eg_text alternate, alternate_type; /* the same as data */
    bool has_map;
};
/* Everything up to the heading, which is the title; ends inside <main>. */
void eg_html_begin(struct eg_html *html, const struct eg_html_page *page);
/* Closes what the page opened and hands the document over. EG_NO_MEMORY. The html is as after init. */
EG_MUST_CHECK enum eg_status eg_html_finish(struct eg_html *html, const struct eg_html_page *page,
                                            struct eg_buffer *out, struct eg_error *err);

/* The Content-Security-Policy of these pages. */
#define EG_HTML_POLICY                                                                                       \
    "default-src 'self'; img-src 'self' data:; style-src 'self'; object-src 'none'; base-uri 'none'; "       \
    "form-action 'self'; frame-ancestors 'self'"

#endif
