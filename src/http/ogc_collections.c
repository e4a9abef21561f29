/* The landing page, conformance, and what there is: collections and their styles. */
#include <stdio.h>

#include "engine/crs_list.h"
#include "engine/describe.h"
#include "http/metadata.h"
#include "http/ogc.h"

#define LINK(r, t, words)                                                                                    \
    &(struct eg_ogc_link)                                                                                    \
    {                                                                                                        \
        .rel = (r), .type = (t), .title = (words)                                                            \
    }

static void add_outside(const struct eg_ogc_writer *w, struct eg_json_value *links, const char *rel,
                        struct eg_text href, struct eg_text title)
{
    if (href.len == 0) return;
    struct eg_json_value *item = eg_json_object(w->json, links, NULL);
    eg_json_text(w->json, item, "href", href);
    eg_json_cstring(w->json, item, "rel", rel);
    eg_json_text(w->json, item, "title", title.len > 0 ? title : href);
}

/* --- the landing page and conformance ------------------------------------------------------------------------------ */

void eg_ogc_write_landing(const struct eg_ogc_writer *w)
{
    const struct eg_atlas *atlas = w->snapshot->atlas;
    struct eg_json_value *root = eg_json_root(w->json);
    eg_json_text(w->json, root, "title", atlas->title);
    if (atlas->abstract.len > 0) eg_json_text(w->json, root, "description", atlas->abstract);
    if (atlas->attribution.len > 0) eg_json_text(w->json, root, "attribution", atlas->attribution);
    struct eg_json_value *links = eg_json_array(w->json, root, "links");
    eg_ogc_add_self(w, links, EG_TEXT("/ogc"));
    eg_ogc_add_link(w, links, LINK("data", "application/json", "Collections: areas, indicators and places"),
                    "/ogc/collections?f=json");
    eg_ogc_add_link(w, links, LINK("conformance", "application/json", "What of the standards holds here"),
                    "/ogc/conformance?f=json");
    eg_ogc_add_link(w, links,
                    LINK("service-desc", EG_OGC_OPENAPI, "Description of the interface (OpenAPI 3.0)"),
                    "/ogc/api?f=json");
    eg_ogc_add_link(w, links, LINK("service-doc", "text/html", "Description of the interface"),
                    "/ogc/api?f=html");
    eg_ogc_add_link(w, links, LINK(EG_OGC_REL "tiling-schemes", "application/json", "Tile matrix sets"),
                    "/ogc/tileMatrixSets?f=json");
    add_outside(w, links, "license", atlas->licence.url, atlas->licence.title);
}

#define CORE "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/"
#define GEODATA "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/"
#define FEATURES1 "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
#define FEATURES2 "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/"
#define FEATURES3 "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/"
#define CQL2 "http://www.opengis.net/spec/cql2/1.0/conf/"
#define TILES "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
#define MATRICES "http://www.opengis.net/spec/tms/2.0/conf/"
#define MAPS "http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/"

/* Only what holds: each is tested by tests/http/test_ogc_*.py. */
static const char *const classes[] = {
    CORE "core",
    CORE "landing-page",
    CORE "json",
    CORE "html",
    CORE "oas30",
    GEODATA "collections",
    GEODATA "json",
    GEODATA "html",
    FEATURES1 "core",
    FEATURES1 "geojson",
    FEATURES1 "html",
    FEATURES1 "oas30",
    FEATURES2 "crs",
    FEATURES3 "queryables",
    FEATURES3 "queryables-query-parameters",
    FEATURES3 "filter",
    FEATURES3 "features-filter",
    CQL2 "cql2-text",
    CQL2 "cql2-json",
    CQL2 "basic-cql2",
    CQL2 "advanced-comparison-operators",
    CQL2 "case-insensitive-comparison",
    CQL2 "accent-insensitive-comparison",
    CQL2 "basic-spatial-functions",
    CQL2 "basic-spatial-functions-plus",
    CQL2 "property-property",
    TILES "core",
    TILES "tileset",
    TILES "tilesets-list",
    TILES "geodata-tilesets",
    TILES "datetime",
    TILES "png",
    TILES "mvt",
    TILES "oas30",
    MATRICES "tilematrixset",
    MATRICES "tilematrixsetlimits",
    MATRICES "tilesetmetadata",
    MATRICES "json-tilematrixset",
    MATRICES "json-tilematrixsetlimits",
    MATRICES "json-tilesetmetadata",
    MAPS "core",
    MAPS "collection-map",
    MAPS "styled-map",
    MAPS "datetime",
    MAPS "crs",
    MAPS "tilesets",
    MAPS "png",
    MAPS "jpeg",
    MAPS "api-operations",
};

void eg_ogc_write_conformance(const struct eg_ogc_writer *w)
{
    struct eg_json_value *root = eg_json_root(w->json);
    struct eg_json_value *array = eg_json_array(w->json, root, "conformsTo");
    for (size_t i = 0; i < EG_ARRAY_LEN(classes); i++) eg_json_cstring(w->json, array, NULL, classes[i]);
    eg_ogc_add_self(w, eg_json_array(w->json, root, "links"), EG_TEXT("/ogc/conformance"));
}

/* --- extents ------------------------------------------------------------------------------------------------------- */

static void add_time(const struct eg_ogc_writer *w, struct eg_json_value *into, struct eg_text day,
                     const char *time_of_day)
{
    if (day.len == 0) eg_json_null(w->json, into, NULL);
    else
        eg_describe_made(w->json, into, NULL,
                         eg_text_format(w->arena, "%.*s%s", EG_TEXT_ARG(day), time_of_day));
}

static void add_interval(const struct eg_ogc_writer *w, struct eg_json_value *intervals,
                         const struct eg_atlas_period *from, const struct eg_atlas_period *to)
{
    struct eg_json_value *pair = eg_json_array(w->json, intervals, NULL);
    add_time(w, pair, from->start, "T00:00:00Z");
    add_time(w, pair, to->end.len > 0 ? to->end : to->start, "T23:59:59Z");
}

/* The whole of it first, then the periods one by one, as the standard wants it. */
static void add_temporal(const struct eg_ogc_writer *w, struct eg_json_value *extent,
                         struct eg_collection collection)
{
    uint32_t first = 0, n = 0;
    const struct eg_series *series = w->snapshot->generation->series;
    if (collection.kind != EG_COLLECTION_LAYER) return;
    eg_layer_series(w->snapshot, collection.layer, &first, &n);
    for (uint32_t i = first; i < first + n; i++)
        if (series[i].period.start.len == 0) return;
    struct eg_json_value *temporal = eg_json_object(w->json, extent, "temporal");
    struct eg_json_value *intervals = eg_json_array(w->json, temporal, "interval");
    add_interval(w, intervals, &series[first].period, &series[first + n - 1].period);
    for (uint32_t i = first; n > 1 && i < first + n; i++)
        add_interval(w, intervals, &series[i].period, &series[i].period);
    eg_json_cstring(w->json, temporal, "trs", "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian");
}

static void add_extent(const struct eg_ogc_writer *w, struct eg_json_value *item,
                       struct eg_collection collection)
{
    struct eg_bounds box;
    struct eg_json_value *extent = eg_json_object(w->json, item, "extent");
    if (eg_collection_bounds_deg(w->snapshot, collection, &box)) {
        struct eg_json_value *spatial = eg_json_object(w->json, extent, "spatial");
        eg_describe_bounds(w->json, eg_json_array(w->json, spatial, "bbox"), NULL, box);
        eg_json_cstring(w->json, spatial, "crs", EG_OGC_CRS84);
    }
    add_temporal(w, extent, collection);
}

/* --- collections --------------------------------------------------------------------------------------------------- */

static void add_crs(const struct eg_ogc_writer *w, struct eg_json_value *into)
{
    uint32_t n = 0;
    const struct eg_crs_entry *entries = eg_crs_list_entries(w->snapshot->crs_list, &n);
    struct eg_json_value *array = eg_json_array(w->json, into, "crs");
    eg_json_cstring(w->json, array, NULL, EG_OGC_CRS84);
    for (uint32_t i = 0; i < n; i++) {
        char name[EG_CRS_NAME_BYTES];
        eg_crs_write(&entries[i].id, EG_CRS_ADDRESS, name);
        if (!eg_text_equal(eg_text_from(name), EG_TEXT(EG_OGC_CRS84)))
            eg_json_cstring(w->json, array, NULL, name);
    }
}

static void add_credits(const struct eg_ogc_writer *w, struct eg_json_value *item,
                        struct eg_collection collection)
{
    const struct eg_atlas *atlas = w->snapshot->atlas;
    struct eg_text credit = atlas->attribution;
    if (collection.kind == EG_COLLECTION_LAYER) {
        eg_describe_made(w->json, item, "attribution",
                         eg_describe_credits(w->snapshot, collection.layer, w->arena));
        return;
    }
    if (collection.kind == EG_COLLECTION_BOUNDARIES &&
        atlas->boundaries[collection.boundaries].attribution.len > 0)
        credit = atlas->boundaries[collection.boundaries].attribution;
    if (collection.kind == EG_COLLECTION_ENTRIES && atlas->n_directories == 1 &&
        atlas->directories[0].attribution.len > 0)
        credit = atlas->directories[0].attribution;
    if (credit.len > 0) eg_json_text(w->json, item, "attribution", credit);
}

static void add_licence(const struct eg_ogc_writer *w, struct eg_json_value *links,
                        struct eg_collection collection)
{
    const struct eg_atlas *atlas = w->snapshot->atlas;
    struct eg_text url = atlas->licence.url, title = atlas->licence.title;
    if (collection.kind == EG_COLLECTION_LAYER) {
        const struct eg_atlas_facts *facts =
            &atlas->indicators[atlas->layers[collection.layer].indicator].facts;
        if (facts->licence_url.len > 0) url = facts->licence_url, title = facts->licence_title;
        add_outside(w, links, "describedby", facts->source_url, facts->source);
    }
    if (collection.kind == EG_COLLECTION_BOUNDARIES &&
        atlas->boundaries[collection.boundaries].licence_url.len > 0) {
        url = atlas->boundaries[collection.boundaries].licence_url;
        title = atlas->boundaries[collection.boundaries].licence_title;
    }
    add_outside(w, links, "license", url, title);
}

static void add_map_links(const struct eg_ogc_writer *w, struct eg_json_value *links, struct eg_text path)
{
    eg_ogc_add_link(w, links, LINK(EG_OGC_REL "map", "image/png", "Map (PNG)"), "%.*s/map?f=png",
                    EG_TEXT_ARG(path));
    eg_ogc_add_link(w, links, LINK(EG_OGC_REL "map", "image/jpeg", "Map (JPEG)"), "%.*s/map?f=jpeg",
                    EG_TEXT_ARG(path));
    eg_ogc_add_link(w, links, LINK(EG_OGC_REL "tilesets-map", "application/json", "Map tiles"),
                    "%.*s/map/tiles?f=json", EG_TEXT_ARG(path));
}

static void add_legend_link(const struct eg_ogc_writer *w, struct eg_json_value *links,
                            struct eg_layer_name name)
{
    struct eg_text style = name.style;
    eg_ogc_add_link(w, links, LINK(EG_OGC_REL "legend", "image/png", "Legend"),
                    "/legend/%.*s.png?%s%.*s%sv=%s", EG_TEXT_ARG(name.layer), style.len > 0 ? "style=" : "",
                    EG_TEXT_ARG(style), style.len > 0 ? "&" : "", w->snapshot->version);
}

static void add_item_links(const struct eg_ogc_writer *w, struct eg_json_value *links, struct eg_text path)
{
    eg_ogc_add_link(w, links, LINK("items", "application/geo+json", "Items (GeoJSON)"), "%.*s/items?f=json",
                    EG_TEXT_ARG(path));
    eg_ogc_add_link(w, links, LINK("items", "text/html", "Items (page)"), "%.*s/items?f=html",
                    EG_TEXT_ARG(path));
    eg_ogc_add_link(w, links, LINK("items", "text/csv", "Items (CSV)"), "%.*s/items?f=csv",
                    EG_TEXT_ARG(path));
    eg_ogc_add_link(w, links,
                    LINK(EG_OGC_REL "queryables", "application/schema+json", "What items can be chosen by"),
                    "%.*s/queryables?f=json", EG_TEXT_ARG(path));
    eg_ogc_add_link(w, links, LINK(EG_OGC_REL "schema", "application/schema+json", "What items hold"),
                    "%.*s/schema?f=json", EG_TEXT_ARG(path));
}

static void add_links(const struct eg_ogc_writer *w, struct eg_json_value *item,
                      struct eg_collection collection)
{
    struct eg_json_value *links = eg_json_array(w->json, item, "links");
    struct eg_text id = eg_collection_id(w->snapshot, collection);
    struct eg_text path = eg_text_format(w->arena, "/ogc/collections/%.*s", EG_TEXT_ARG(id));
    eg_ogc_add_self(w, links, path);
    add_item_links(w, links, path);
    if (collection.kind != EG_COLLECTION_ENTRIES)
        eg_ogc_add_link(w, links, LINK(EG_OGC_REL "tilesets-vector", "application/json", "Vector tiles"),
                        "%.*s/tiles?f=json", EG_TEXT_ARG(path));
    if (collection.kind == EG_COLLECTION_LAYER) {
        add_map_links(w, links, path);
        eg_ogc_add_link(w, links, LINK(EG_OGC_REL "styles", "application/json", "Styles"),
                        "%.*s/styles?f=json", EG_TEXT_ARG(path));
        add_legend_link(w, links, eg_ogc_layer_name(w->snapshot, collection, EG_ATLAS_NONE));
        eg_ogc_add_link(w, links, LINK("describedby", EG_METADATA_MEDIA_TYPE, "Metadata (ISO 19139)"),
                        "/metadata/%.*s.xml", EG_TEXT_ARG(id));
    }
    add_licence(w, links, collection);
}

/* Indicator, boundaries and theme as words to search by. */
static void add_keywords(const struct eg_ogc_writer *w, struct eg_json_value *item,
                         struct eg_collection collection)
{
    const struct eg_atlas *atlas = w->snapshot->atlas;
    if (collection.kind != EG_COLLECTION_LAYER) return;
    const struct eg_atlas_indicator *indicator =
        &atlas->indicators[atlas->layers[collection.layer].indicator];
    struct eg_json_value *words = eg_json_array(w->json, item, "keywords");
    if (indicator->facts.theme.len > 0) eg_json_text(w->json, words, NULL, indicator->facts.theme);
    eg_json_text(w->json, words, NULL, indicator->title);
    eg_json_text(w->json, words, NULL, atlas->boundaries[collection.boundaries].title);
}

static void add_collection(const struct eg_ogc_writer *w, struct eg_json_value *item,
                           struct eg_collection collection)
{
    struct eg_text description = eg_collection_description(w->snapshot, collection);
    eg_json_text(w->json, item, "id", eg_collection_id(w->snapshot, collection));
    eg_describe_made(w->json, item, "title", eg_collection_title(w->snapshot, collection, w->arena));
    if (description.len > 0) eg_json_text(w->json, item, "description", description);
    add_keywords(w, item, collection);
    add_credits(w, item, collection);
    add_extent(w, item, collection);
    eg_json_cstring(w->json, item, "itemType", "feature");
    /* Maps, too, are in it where no other is asked for, which GDAL relies on. */
    eg_json_cstring(w->json, item, "storageCrs", EG_OGC_CRS84);
    add_links(w, item, collection);
}

void eg_ogc_write_collection(const struct eg_ogc_writer *w)
{
    struct eg_json_value *root = eg_json_root(w->json);
    add_collection(w, root, w->collection);
    add_crs(w, root);
}

/* The CRSs stand once at the top; collections refer to them (Features Part 2, 6.2.2). */
void eg_ogc_write_collections(const struct eg_ogc_writer *w)
{
    struct eg_json_value *root = eg_json_root(w->json);
    eg_json_text(w->json, root, "title", EG_TEXT("Collections"));
    eg_ogc_add_self(w, eg_json_array(w->json, root, "links"), EG_TEXT("/ogc/collections"));
    add_crs(w, root);
    struct eg_json_value *array = eg_json_array(w->json, root, "collections");
    for (uint32_t i = 0; i < eg_collection_count(w->snapshot); i++) {
        struct eg_collection collection;
        if (!eg_collection_at(w->snapshot, i, &collection)) continue;
        struct eg_json_value *item = eg_json_object(w->json, array, NULL);
        add_collection(w, item, collection);
        eg_json_cstring(w->json, eg_json_array(w->json, item, "crs"), NULL, "#/crs");
    }
}

/* --- styles -------------------------------------------------------------------------------------------------------- */

void eg_ogc_write_styles(const struct eg_ogc_writer *w)
{
    const struct eg_atlas *atlas = w->snapshot->atlas;
    struct eg_json_value *root = eg_json_root(w->json);
    eg_json_text(w->json, root, "title", EG_TEXT("Styles"));
    eg_json_text(w->json, root, "default", atlas->styles[atlas->layers[w->collection.layer].style].id);
    struct eg_json_value *array = eg_json_array(w->json, root, "styles");
    for (uint32_t i = 0; i < atlas->n_styles; i++) {
        const struct eg_atlas_style *style = &atlas->styles[i];
        struct eg_json_value *item = eg_json_object(w->json, array, NULL);
        eg_json_text(w->json, item, "id", style->id);
        eg_json_text(w->json, item, "title", style->title.len > 0 ? style->title : style->id);
        if (style->description.len > 0) eg_json_text(w->json, item, "description", style->description);
        struct eg_json_value *links = eg_json_array(w->json, item, "links");
        struct eg_text id = eg_collection_id(w->snapshot, w->collection);
        add_map_links(w, links,
                      eg_text_format(w->arena, "/ogc/collections/%.*s/styles/%.*s", EG_TEXT_ARG(id),
                                     EG_TEXT_ARG(style->id)));
        add_legend_link(w, links, eg_ogc_layer_name(w->snapshot, w->collection, i));
        eg_ogc_add_link(
            w, links,
            LINK("stylesheet", "application/vnd.mapbox.style+json", "Style for vector tiles (MapLibre)"),
            "/tiles/%.*s/style.json?style=%.*s", EG_TEXT_ARG(id), EG_TEXT_ARG(style->id));
    }
    eg_ogc_add_self(w, eg_json_array(w->json, root, "links"), eg_ogc_path(w));
}
