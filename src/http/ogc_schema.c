/* What a collection's properties are called and hold: as JSON Schema (OGC API - Features, Part 3: queryables; Part 5: schema), which
 * QGIS and GDAL read, and as a page. Queryables are all properties and the geometry; so is the schema. */
#include "http/html.h"
#include "http/ogc_features_parts.h"

static const char *type_name(const struct eg_property *property)
{
    switch (property->type) {
    case EG_VALUE_NUMBER:
        return property->is_integer ? "integer" : "number";
    case EG_VALUE_BOOL:
        return "boolean";
    case EG_VALUE_NULL:
    case EG_VALUE_TEXT:
    case EG_VALUE_DATE:
        break;
    }
    return "string";
}

static void add_text(struct eg_json *json, struct eg_json_value *into, const char *name, struct eg_text text)
{
    if (text.len > 0) eg_json_text(json, into, name, text);
}

static void add_property(struct eg_json *json, struct eg_json_value *into, const struct eg_property *property)
{
    struct eg_json_value *item = eg_json_object(json, into, property->name.data);
    add_text(json, item, "title", property->title);
    add_text(json, item, "description", property->description);
    if (property->type != EG_VALUE_NULL) eg_json_cstring(json, item, "type", type_name(property));
    if (property->type == EG_VALUE_DATE && property->description.len == 0)
        eg_json_cstring(json, item, "description", "A year, month, day or time in UTC");
    add_text(json, item, "x-ogc-unit", property->unit);
    if (eg_text_equal(property->name, EG_TEXT("code")) || eg_text_equal(property->name, EG_TEXT("id")))
        eg_json_cstring(json, item, "x-ogc-role", "id");
}

static void add_geometry(struct eg_json *json, struct eg_json_value *into, bool is_points)
{
    struct eg_json_value *item = eg_json_object(json, into, "geometry");
    eg_json_cstring(json, item, "title", is_points ? "Position" : "Borders");
    eg_json_cstring(json, item, "format",
                    is_points ? "geometry-point-or-multipoint" : "geometry-polygon-or-multipolygon");
    eg_json_cstring(json, item, "x-ogc-role", "primary-geometry");
}

enum eg_status eg_ogc_write_schema(struct eg_ogc_job *job, struct eg_buffer *out, struct eg_error *err)
{
    const struct eg_properties *properties = eg_features_properties(job->features);
    bool is_queryables = job->wanted->resource == EG_OGC_QUERYABLES;
    struct eg_text id = eg_ogc_collection_address(job, is_queryables ? "/queryables" : "/schema");
    struct eg_text title = eg_collection_title(job->exchange->snapshot, job->wanted->collection, job->arena);
    if (!id.data || !title.data) return eg_error_no_memory(err, 0);
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *root = json ? eg_json_root(json) : NULL;
    eg_json_cstring(json, root, "$schema", "https://json-schema.org/draft/2020-12/schema");
    eg_json_text(json, root, "$id", id);
    eg_json_text(json, root, "title", title);
    eg_json_cstring(json, root, "type", "object");
    struct eg_json_value *members = eg_json_object(json, root, "properties");
    for (uint32_t i = 0; i < properties->n; i++) add_property(json, members, &properties->items[i]);
    add_geometry(json, members, job->wanted->collection.kind == EG_COLLECTION_ENTRIES);
    eg_json_bool(json, root, "additionalProperties", false);
    enum eg_status status = eg_json_finish(json, false, out, err);
    eg_json_free(json);
    return status;
}

/* --- the page ------------------------------------------------------------------------------------------------------ */

static void write_row(struct eg_html *html, const struct eg_property *property)
{
    eg_html_open(html, "tr");
    eg_html_leaf(html, "th", property->name);
    eg_html_leaf(html, "td", property->title);
    eg_html_leaf(html, "td",
                 property->type == EG_VALUE_DATE ? EG_TEXT("date") : eg_text_from(type_name(property)));
    eg_html_leaf(html, "td", property->unit);
    eg_html_leaf(html, "td", property->description);
    eg_html_close(html);
}

static void write_table(struct eg_html *html, const struct eg_properties *properties)
{
    static const char *const heads[] = {"Property", "Title", "Type", "Unit", "Description"};
    static const struct eg_property geometry = {.name = {"geometry", 8}, .title = {"Geometry", 8}};
    eg_html_open(html, "table");
    eg_html_open(html, "thead");
    eg_html_open(html, "tr");
    for (size_t i = 0; i < EG_ARRAY_LEN(heads); i++) eg_html_leaf(html, "th", eg_text_from(heads[i]));
    eg_html_close(html);
    eg_html_close(html);
    eg_html_open(html, "tbody");
    for (uint32_t i = 0; i < properties->n; i++) write_row(html, &properties->items[i]);
    write_row(html, &geometry);
    eg_html_close(html);
    eg_html_close(html);
}

enum eg_status eg_ogc_write_schema_page(struct eg_ogc_job *job, struct eg_buffer *out, struct eg_error *err)
{
    const struct eg_snapshot *snapshot = job->exchange->snapshot;
    bool is_queryables = job->wanted->resource == EG_OGC_QUERYABLES;
    struct eg_html_crumb crumbs[2] = {
        {.title = EG_TEXT("Collections"),
         .address = eg_text_format(job->arena, "%.*s/ogc/collections", EG_TEXT_ARG(job->exchange->base_url))},
        {.title = eg_collection_title(snapshot, job->wanted->collection, job->arena),
         .address = eg_ogc_collection_address(job, "")}};
    struct eg_html_page page = {.title = is_queryables ? EG_TEXT("What can be asked")
                                                       : EG_TEXT("What a feature has"),
                                .atlas_title = snapshot->atlas->title,
                                .fictional = snapshot->atlas->fictional,
                                .crumbs = crumbs,
                                .n_crumbs = 2,
                                .alternate_type = EG_TEXT("application/schema+json")};
    enum eg_status status = eg_ogc_address(job, (struct eg_text){0}, "json", &page.alternate, err);
    if (status != EG_OK) return status;
    struct eg_html html;
    eg_html_init(&html, job->exchange->base_url, 3);
    eg_html_begin(&html, &page);
    write_table(&html, eg_features_properties(job->features));
    return eg_html_finish(&html, &page, out, err);
}
