/* A document of OGC API as a page: its title, a map where it has a place, its facts, its lists and its links, all taken from the
 * JSON that data clients get. */
#include <stdio.h>
#include <string.h>

#include "http/ogc.h"

#define MOST_CRUMBS 6
#define MOST_OUTLINES 400 /* areas that a page asks for; more take too long to load */

static struct eg_text text_of(const struct eg_json_value *object, const char *name)
{
    struct eg_text text = {0};
    const struct eg_json_value *value = eg_json_get(object, name);
    if (value) (void)eg_json_is_text(value, &text);
    return text;
}

/* --- links --------------------------------------------------------------------------------------------------------- */

/* Of our own documents the page leads to their pages. */
static struct eg_text as_page(const struct eg_ogc_writer *w, const struct eg_json_value *link)
{
    struct eg_text href = text_of(link, "href"), type = text_of(link, "type");
    bool document = eg_text_equal(type, EG_TEXT("application/json")) ||
                    eg_text_equal(type, EG_TEXT("application/schema+json"));
    if (!document || !eg_text_ends_with(href, EG_TEXT("?f=json"))) return href;
    return eg_text_format(w->arena, "%.*s?f=html", (int)(href.len - 7), href.data);
}

static void write_link(const struct eg_ogc_writer *w, struct eg_html *html, const struct eg_json_value *link)
{
    bool templated = eg_json_get(link, "templated") != NULL;
    struct eg_text title = text_of(link, "title"), href = text_of(link, "href");
    eg_html_open(html, "li");
    if (templated) {
        eg_html_text(html, title);
        eg_html_text(html, EG_TEXT(": "));
        eg_html_leaf(html, "code", href);
    } else eg_html_link(html, as_page(w, link), title);
    eg_html_close(html);
}

/* All but those to the document itself. */
static void write_links(const struct eg_ogc_writer *w, struct eg_html *html, const struct eg_json_value *of)
{
    const struct eg_json_value *links = eg_json_get(of, "links");
    size_t n = 0;
    for (size_t i = 0; i < eg_json_length(links); i++) {
        const struct eg_json_value *link = eg_json_at(links, i);
        struct eg_text rel = text_of(link, "rel");
        if (eg_text_equal(rel, EG_TEXT("self")) || eg_text_equal(rel, EG_TEXT("alternate"))) continue;
        if (n++ == 0) eg_html_open(html, "ul");
        write_link(w, html, link);
    }
    if (n > 0) eg_html_close(html);
}

/* Where an item of a list leads: its own page. */
static struct eg_text page_of(const struct eg_json_value *item)
{
    const struct eg_json_value *links = eg_json_get(item, "links");
    for (size_t i = 0; i < eg_json_length(links); i++) {
        const struct eg_json_value *link = eg_json_at(links, i);
        if (eg_text_equal(text_of(link, "rel"), EG_TEXT("alternate"))) return text_of(link, "href");
    }
    return (struct eg_text){0};
}

/* --- lists --------------------------------------------------------------------------------------------------------- */

static void write_item(const struct eg_ogc_writer *w, struct eg_html *html, const struct eg_json_value *item)
{
    struct eg_text title = text_of(item, "title"), id = text_of(item, "id"), page = page_of(item);
    eg_html_open(html, "li");
    eg_html_open(html, "h2");
    eg_html_link(html, page, title.len > 0 ? title : id);
    eg_html_close(html);
    struct eg_text description = text_of(item, "description");
    if (description.len > 0) eg_html_leaf(html, "p", description);
    if (page.len == 0) write_links(w, html, item);
    if (id.len > 0) {
        eg_html_open(html, "p");
        eg_html_attribute(html, "class", EG_TEXT("note"));
        eg_html_leaf(html, "code", id);
        eg_html_close(html);
    }
    eg_html_close(html);
}

static void write_items(const struct eg_ogc_writer *w, struct eg_html *html, const struct eg_json_value *root)
{
    static const char *const lists[] = {"collections", "styles", "tilesets", "tileMatrixSets"};
    for (size_t i = 0; i < EG_ARRAY_LEN(lists); i++) {
        const struct eg_json_value *list = eg_json_get(root, lists[i]);
        if (eg_json_length(list) == 0) continue;
        eg_html_open(html, "ul");
        eg_html_attribute(html, "class", EG_TEXT("plain"));
        for (size_t n = 0; n < eg_json_length(list); n++) write_item(w, html, eg_json_at(list, n));
        eg_html_close(html);
    }
}

static void write_texts(struct eg_html *html, const struct eg_json_value *list, const char *heading)
{
    struct eg_text text;
    if (eg_json_length(list) == 0) return;
    if (heading) eg_html_leaf(html, "h2", eg_text_from(heading));
    eg_html_open(html, "ul");
    for (size_t i = 0; i < eg_json_length(list); i++) {
        if (!eg_json_is_text(eg_json_at(list, i), &text)) continue;
        eg_html_open(html, "li");
        eg_html_link(html, text, text);
        eg_html_close(html);
    }
    eg_html_close(html);
}

static void write_cell(struct eg_html *html, const struct eg_json_value *value)
{
    struct eg_text text = {0};
    double number = 0;
    eg_html_open(html, "td");
    if (value && eg_json_is_text(value, &text)) eg_html_text(html, text);
    else if (value && eg_json_is_number(value, &number)) {
        eg_html_attribute(html, "class", EG_TEXT("number"));
        eg_html_text_format(html, "%.15g", number);
    }
    eg_html_close(html);
}

struct column {
    const char *member, *heading;
};

/* One row for each object of a list; wide ones scroll by themselves, also with the keyboard. */
static void write_rows(struct eg_html *html, const struct eg_json_value *list, const char *caption,
                       const struct column *columns, size_t n_columns)
{
    if (eg_json_length(list) == 0) return;
    eg_html_open(html, "div");
    eg_html_attribute(html, "class", EG_TEXT("wide"));
    eg_html_attribute(html, "tabindex", EG_TEXT("0"));
    eg_html_attribute(html, "role", EG_TEXT("region"));
    eg_html_attribute(html, "aria-label", eg_text_from(caption));
    eg_html_open(html, "table");
    eg_html_leaf(html, "caption", eg_text_from(caption));
    eg_html_open(html, "thead");
    eg_html_open(html, "tr");
    for (size_t i = 0; i < n_columns; i++) {
        eg_html_open(html, "th");
        eg_html_attribute(html, "scope", EG_TEXT("col"));
        eg_html_text(html, eg_text_from(columns[i].heading));
        eg_html_close(html);
    }
    eg_html_close(html);
    eg_html_close(html);
    eg_html_open(html, "tbody");
    for (size_t row = 0; row < eg_json_length(list); row++) {
        eg_html_open(html, "tr");
        for (size_t i = 0; i < n_columns; i++)
            write_cell(html, eg_json_get(eg_json_at(list, row), columns[i].member));
        eg_html_close(html);
    }
    eg_html_close(html);
    eg_html_close(html);
    eg_html_close(html);
}

static void write_matrices(struct eg_html *html, const struct eg_json_value *root)
{
    static const struct column limits[] = {{"tileMatrix", "Tile matrix"},
                                           {"minTileRow", "First row"},
                                           {"maxTileRow", "Last row"},
                                           {"minTileCol", "First column"},
                                           {"maxTileCol", "Last column"}};
    static const struct column matrices[] = {
        {"id", "Tile matrix"},           {"scaleDenominator", "Scale 1 :"},
        {"cellSize", "Size of a pixel"}, {"tileWidth", "Width of a tile"},
        {"matrixWidth", "Columns"},      {"matrixHeight", "Rows"}};
    write_rows(html, eg_json_get(root, "tileMatrixSetLimits"), "Tiles that meet the data", limits,
               EG_ARRAY_LEN(limits));
    write_rows(html, eg_json_get(root, "tileMatrices"), "Tile matrices", matrices, EG_ARRAY_LEN(matrices));
}

/* --- facts --------------------------------------------------------------------------------------------------------- */

static void write_box(const struct eg_ogc_writer *w, struct eg_html *html, const struct eg_json_value *root)
{
    const struct eg_json_value *spatial = eg_json_get(eg_json_get(root, "extent"), "spatial");
    const struct eg_json_value *box = eg_json_at(eg_json_get(spatial, "bbox"), 0);
    double n[4] = {0};
    for (size_t i = 0; i < 4; i++)
        if (!eg_json_at(box, i) || !eg_json_is_number(eg_json_at(box, i), &n[i])) return;
    eg_html_fact(html, "West, south, east, north (degrees)",
                 eg_text_format(w->arena, "%.5g, %.5g, %.5g, %.5g", n[0], n[1], n[2], n[3]));
}

static void write_times(const struct eg_ogc_writer *w, struct eg_html *html, const struct eg_json_value *root)
{
    const struct eg_json_value *temporal = eg_json_get(eg_json_get(root, "extent"), "temporal");
    const struct eg_json_value *interval = eg_json_at(eg_json_get(temporal, "interval"), 0);
    struct eg_text from = {0}, to = {0};
    if (!interval || !eg_json_is_text(eg_json_at(interval, 0), &from) ||
        !eg_json_is_text(eg_json_at(interval, 1), &to) || from.len < 10 || to.len < 10)
        return;
    eg_html_fact(html, "Time", eg_text_format(w->arena, "%.10s to %.10s", from.data, to.data));
}

static void write_facts(const struct eg_ogc_writer *w, struct eg_html *html, const struct eg_json_value *root)
{
    static const struct column facts[] = {{"id", "Id"},
                                          {"attribution", "Attribution"},
                                          {"default", "Default style"},
                                          {"dataType", "Kind of data"},
                                          {"itemType", "Kind of items"}};
    static const struct column addresses[] = {{"uri", "Address"},
                                              {"tileMatrixSetURI", "Tile matrix set"},
                                              {"crs", "Reference system"},
                                              {"storageCrs", "Reference system as stored"}};
    eg_html_facts_begin(html, "Facts");
    for (size_t i = 0; i < EG_ARRAY_LEN(facts); i++)
        eg_html_fact(html, facts[i].heading, text_of(root, facts[i].member));
    write_box(w, html, root);
    write_times(w, html, root);
    for (size_t i = 0; i < EG_ARRAY_LEN(addresses); i++) {
        struct eg_text address = text_of(root, addresses[i].member);
        eg_html_fact_link(html, addresses[i].heading, address, address);
    }
    eg_html_facts_end(html);
}

static bool has_facts(enum eg_ogc_document document)
{
    return document != EG_OGC_CONFORMANCE && document != EG_OGC_COLLECTIONS && document != EG_OGC_API &&
           document != EG_OGC_TILE_MATRIX_SETS && document != EG_OGC_MAP_TILESETS &&
           document != EG_OGC_VECTOR_TILESETS;
}

/* --- the page ------------------------------------------------------------------------------------------------------ */

static struct eg_text title_of(const struct eg_ogc_writer *w, const struct eg_json_value *root)
{
    struct eg_text title = text_of(root, "title");
    switch (w->wanted.document) {
    case EG_OGC_CONFORMANCE:
        return EG_TEXT("Conformance");
    case EG_OGC_API:
        return EG_TEXT("Interface");
    case EG_OGC_STYLES:
    case EG_OGC_MAP_TILESETS:
    case EG_OGC_VECTOR_TILESETS: {
        struct eg_text of = eg_collection_title(w->snapshot, w->collection, w->arena);
        return eg_text_format(w->arena, "%.*s: %.*s", EG_TEXT_ARG(title), EG_TEXT_ARG(of));
    }
    default:
        return title.len > 0 ? title : text_of(root, "id");
    }
}

static void add_crumb(const struct eg_ogc_writer *w, struct eg_html_page *page, struct eg_html_crumb *crumbs,
                      struct eg_text path, struct eg_text title)
{
    EG_ASSERT(page->n_crumbs < MOST_CRUMBS);
    crumbs[page->n_crumbs++] = (struct eg_html_crumb){
        eg_text_format(w->arena, "%.*s%.*s", EG_TEXT_ARG(w->base_url), EG_TEXT_ARG(path)), title};
}

static void add_crumbs(const struct eg_ogc_writer *w, struct eg_html_page *page, struct eg_html_crumb *crumbs)
{
    enum eg_ogc_document document = w->wanted.document;
    page->crumbs = crumbs;
    add_crumb(w, page, crumbs, EG_TEXT("/"), EG_TEXT("Map"));
    if (document == EG_OGC_LANDING) return;
    add_crumb(w, page, crumbs, EG_TEXT("/ogc?f=html"), EG_TEXT("OGC API"));
    if (document == EG_OGC_TILE_MATRIX_SET)
        add_crumb(w, page, crumbs, EG_TEXT("/ogc/tileMatrixSets?f=html"), EG_TEXT("Tile matrix sets"));
    if (document < EG_OGC_COLLECTION || document > EG_OGC_VECTOR_TILESET) return;
    add_crumb(w, page, crumbs, EG_TEXT("/ogc/collections?f=html"), EG_TEXT("Collections"));
    if (document == EG_OGC_COLLECTION) return;
    struct eg_text id = eg_collection_id(w->snapshot, w->collection);
    add_crumb(w, page, crumbs, eg_text_format(w->arena, "/ogc/collections/%.*s?f=html", EG_TEXT_ARG(id)),
              eg_collection_title(w->snapshot, w->collection, w->arena));
    struct eg_text parent = eg_ogc_collection_path(w);
    if (document == EG_OGC_MAP_TILESET)
        add_crumb(w, page, crumbs, eg_text_format(w->arena, "%.*s/map/tiles?f=html", EG_TEXT_ARG(parent)),
                  EG_TEXT("Map tiles"));
    if (document == EG_OGC_VECTOR_TILESET)
        add_crumb(w, page, crumbs, eg_text_format(w->arena, "%.*s/tiles?f=html", EG_TEXT_ARG(parent)),
                  EG_TEXT("Vector tiles"));
}

static bool find_outlines(const struct eg_ogc_writer *w, struct eg_html_map *map)
{
    const struct eg_area_set *set = &w->snapshot->generation->area_sets[w->collection.boundaries];
    struct eg_text attribution = set->spec->attribution;
    if (set->n_areas > MOST_OUTLINES) return false;
    map->features = eg_text_format(w->arena, "%.*s/ogc/collections/%.*s/items?f=json&limit=%d",
                                   EG_TEXT_ARG(w->base_url), EG_TEXT_ARG(set->spec->id), MOST_OUTLINES);
    map->attribution = attribution.len > 0 ? attribution : w->snapshot->atlas->attribution;
    return true;
}

/* A layer is shown by its tiles, the directory by its entries, areas alone by their outlines where they are few. */
static bool find_map(const struct eg_ogc_writer *w, struct eg_html_map *map)
{
    struct eg_layer_ref ref;
    enum eg_ogc_document document = w->wanted.document;
    if (document != EG_OGC_COLLECTION && document != EG_OGC_MAP_TILESET) return false;
    if (!eg_collection_bounds_deg(w->snapshot, w->collection, &map->bounds_deg)) return false;
    map->label = EG_TEXT("Map");
    if (w->collection.kind == EG_COLLECTION_ENTRIES) {
        map->features = eg_text_format(w->arena, "%.*s/coalitions?limit=500", EG_TEXT_ARG(w->base_url));
        return true;
    }
    if (w->collection.kind == EG_COLLECTION_BOUNDARIES) return find_outlines(w, map);
    struct eg_layer_name name = eg_ogc_layer_name(w->snapshot, w->collection, w->wanted.style);
    if (eg_layer_resolve(w->snapshot, &name, &ref, NULL) != EG_OK) return false;
    map->tiles = eg_describe_tile_url(w->snapshot, ref, w->base_url, w->arena);
    map->attribution = eg_describe_credits(w->snapshot, ref.layer, w->arena);
    return true;
}

static void write_legend(const struct eg_ogc_writer *w, struct eg_html *html,
                         const struct eg_json_value *root)
{
    const struct eg_json_value *links = eg_json_get(root, "links");
    if (w->wanted.document != EG_OGC_COLLECTION) return;
    for (size_t i = 0; i < eg_json_length(links); i++) {
        const struct eg_json_value *link = eg_json_at(links, i);
        if (!eg_text_equal(text_of(link, "rel"), EG_TEXT(EG_OGC_REL "legend"))) continue;
        eg_html_leaf(html, "h2", EG_TEXT("Legend"));
        eg_html_open(html, "img");
        eg_html_attribute(html, "class", EG_TEXT("legend"));
        eg_html_attribute(html, "alt", EG_TEXT("Legend of the map: its classes and their colours"));
        eg_html_address(html, "src", text_of(link, "href"));
        eg_html_void(html);
    }
}

static void write_body(const struct eg_ogc_writer *w, struct eg_html *html, const struct eg_json_value *root)
{
    enum eg_ogc_document document = w->wanted.document;
    struct eg_text description = text_of(root, "description");
    if (description.len > 0) eg_html_leaf(html, "p", description);
    if (document == EG_OGC_API) {
        eg_ogc_write_api_page(html, w->json);
        return;
    }
    struct eg_html_map map = {0};
    if (find_map(w, &map)) eg_html_map(html, &map);
    write_legend(w, html, root);
    if (has_facts(document)) write_facts(w, html, root);
    write_items(w, html, root);
    write_texts(html, eg_json_get(root, "conformsTo"), NULL);
    write_matrices(html, root);
    const struct eg_json_value *links = eg_json_get(root, "links");
    if (eg_json_length(links) > 2) {
        eg_html_leaf(html, "h2", EG_TEXT("Links"));
        write_links(w, html, root);
    }
    write_texts(html, eg_json_get(root, "crs"), "Reference systems");
}

enum eg_status eg_ogc_write_page(const struct eg_ogc_writer *w, struct eg_buffer *out, struct eg_error *err)
{
    struct eg_html html;
    struct eg_html_map map;
    struct eg_html_crumb crumbs[MOST_CRUMBS];
    const struct eg_json_value *root = eg_json_root(w->json);
    struct eg_text path = eg_ogc_path(w);
    uint32_t depth = 0;
    for (size_t i = 1; i < path.len; i++) depth += path.data[i] == '/';
    struct eg_html_page page = {
        .title = title_of(w, root),
        .atlas_title = w->snapshot->atlas->title,
        .fictional = w->snapshot->atlas->fictional,
        .alternate = eg_text_format(w->arena, "%.*s%.*s?f=json", EG_TEXT_ARG(w->base_url), EG_TEXT_ARG(path)),
        .alternate_type = EG_TEXT("application/json"),
        .has_map = find_map(w, &map)};
    add_crumbs(w, &page, crumbs);
    eg_html_init(&html, w->base_url, depth);
    eg_html_begin(&html, &page);
    write_body(w, &html, root);
    return eg_html_finish(&html, &page, out, err);
}
