/* The description of the interface: embed/openapi.json with what differs from atlas to atlas filled in, and a page of it.
 *
 * The document's servers are "{base}/ogc"; paths that lie beside it have an empty "servers" in the file, and get "{base}". */
#include <stdio.h>
#include <string.h>

#include "engine/tile_sets.h"
#include "http/ogc.h"

extern const char eg_embed_openapi_json_begin[], eg_embed_openapi_json_end[];

/* --- filling in ---------------------------------------------------------------------------------------------------- */

static void add_server(const struct eg_ogc_writer *w, struct eg_json_value *servers, const char *path)
{
    struct eg_json_value *server = eg_json_object(w->json, servers, NULL);
    eg_describe_made(w->json, server, "url",
                     eg_text_format(w->arena, "%.*s%s", EG_TEXT_ARG(w->base_url), path));
}

static void fill_servers(const struct eg_ogc_writer *w, struct eg_json_value *root)
{
    add_server(w, eg_json_array(w->json, root, "servers"), "/ogc");
    const char *name = NULL;
    struct eg_json_value *paths = eg_json_get(root, "paths"), *path;
    while ((path = eg_json_next(paths, &name))) {
        struct eg_json_value *servers = eg_json_get(path, "servers");
        if (servers) add_server(w, servers, "");
    }
}

static void fill_info(const struct eg_ogc_writer *w, struct eg_json_value *info)
{
    const struct eg_atlas *atlas = w->snapshot->atlas;
    eg_json_text(w->json, info, "title", atlas->title);
    if (atlas->abstract.len > 0) eg_json_text(w->json, info, "description", atlas->abstract);
    eg_json_cstring(w->json, info, "version", EG_VERSION);
    if (atlas->contact_name.len > 0 || atlas->contact_email.len > 0) {
        struct eg_json_value *contact = eg_json_object(w->json, info, "contact");
        if (atlas->contact_name.len > 0) eg_json_text(w->json, contact, "name", atlas->contact_name);
        if (atlas->contact_email.len > 0) eg_json_text(w->json, contact, "email", atlas->contact_email);
        if (atlas->contact_url.len > 0) eg_json_text(w->json, contact, "url", atlas->contact_url);
    }
    if (atlas->licence.title.len == 0) return;
    struct eg_json_value *licence = eg_json_object(w->json, info, "license");
    eg_json_text(w->json, licence, "name", atlas->licence.title);
    if (atlas->licence.url.len > 0) eg_json_text(w->json, licence, "url", atlas->licence.url);
}

static struct eg_json_value *enum_of(const struct eg_ogc_writer *w, struct eg_json_value *parameters,
                                     const char *name)
{
    return eg_json_array(w->json, eg_json_get(eg_json_get(parameters, name), "schema"), "enum");
}

static void fill_collections(const struct eg_ogc_writer *w, struct eg_json_value *parameters)
{
    struct eg_json_value *all = enum_of(w, parameters, "collectionId");
    struct eg_json_value *areas = enum_of(w, parameters, "areasId");
    struct eg_json_value *layers = enum_of(w, parameters, "layerId");
    for (uint32_t i = 0; i < eg_collection_count(w->snapshot); i++) {
        struct eg_collection collection;
        if (!eg_collection_at(w->snapshot, i, &collection)) continue;
        struct eg_text id = eg_collection_id(w->snapshot, collection);
        eg_json_text(w->json, all, NULL, id);
        if (collection.kind != EG_COLLECTION_ENTRIES) eg_json_text(w->json, areas, NULL, id);
        if (collection.kind == EG_COLLECTION_LAYER) eg_json_text(w->json, layers, NULL, id);
    }
}

static void fill_parameters(const struct eg_ogc_writer *w, struct eg_json_value *parameters)
{
    const struct eg_tile_sets *sets = w->snapshot->tile_sets;
    struct eg_json_value *styles = enum_of(w, parameters, "styleId");
    struct eg_json_value *matrices = enum_of(w, parameters, "tileMatrixSetId");
    for (uint32_t i = 0; i < w->snapshot->atlas->n_styles; i++)
        eg_json_text(w->json, styles, NULL, w->snapshot->atlas->styles[i].id);
    for (uint32_t i = 0; i < eg_tile_sets_count(sets); i++)
        eg_json_cstring(w->json, matrices, NULL, eg_tile_sets_at(sets, i)->id);
    eg_json_integer(w->json, eg_json_get(eg_json_get(parameters, "limit"), "schema"), "maximum",
                    w->most_items);
    fill_collections(w, parameters);
}

enum eg_status eg_ogc_read_api(struct eg_ogc_writer *w, struct eg_error *err)
{
    struct eg_json *json = NULL;
    struct eg_text text = {eg_embed_openapi_json_begin,
                           (size_t)(eg_embed_openapi_json_end - eg_embed_openapi_json_begin)};
    enum eg_status status = eg_json_parse(text, &json, err);
    if (status != EG_OK) return status;
    eg_json_free(w->json);
    w->json = json;
    struct eg_json_value *root = eg_json_root(json);
    fill_servers(w, root);
    fill_info(w, eg_json_get(root, "info"));
    fill_parameters(w, eg_json_get(eg_json_get(root, "components"), "parameters"));
    return EG_OK;
}

/* --- the page ------------------------------------------------------------------------------------------------------ */

static struct eg_text text_of(const struct eg_json_value *object, const char *name)
{
    struct eg_text text = {0};
    const struct eg_json_value *value = eg_json_get(object, name);
    if (value) (void)eg_json_is_text(value, &text);
    return text;
}

/* Follows {"$ref": "#/components/<kind>/<name>"}. */
static const struct eg_json_value *follow(struct eg_json *api, const struct eg_json_value *value)
{
    struct eg_text ref = text_of(value, "$ref"), part;
    const struct eg_json_value *at = eg_json_root(api);
    if (ref.len < 3) return value;
    ref = (struct eg_text){ref.data + 2, ref.len - 2};
    while (ref.data) {
        char name[64];
        ref = eg_text_cut(ref, '/', &part);
        (void)snprintf(name, sizeof name, "%.*s", EG_TEXT_ARG(part));
        at = eg_json_get(at, name);
    }
    return at ? at : value;
}

static void write_parameter(struct eg_html *html, const struct eg_json_value *parameter)
{
    const struct eg_json_value *choices = eg_json_get(eg_json_get(parameter, "schema"), "enum");
    struct eg_text choice;
    eg_html_open(html, "tr");
    eg_html_open(html, "th");
    eg_html_attribute(html, "scope", EG_TEXT("row"));
    eg_html_leaf(html, "code", text_of(parameter, "name"));
    eg_html_close(html);
    eg_html_leaf(html, "td", text_of(parameter, "in"));
    eg_html_open(html, "td");
    eg_html_text(html, text_of(parameter, "description"));
    /* A country has hundreds of collections: they have a page of their own. */
    for (size_t i = 0; eg_json_length(choices) <= 12 && i < eg_json_length(choices); i++) {
        if (!eg_json_is_text(eg_json_at(choices, i), &choice)) continue;
        eg_html_text(html, i == 0 ? EG_TEXT(" One of: ") : EG_TEXT(", "));
        eg_html_leaf(html, "code", choice);
    }
    eg_html_close(html);
    eg_html_close(html);
}

static void write_parameters(struct eg_html *html, struct eg_json *api, const struct eg_json_value *operation)
{
    const struct eg_json_value *parameters = eg_json_get(operation, "parameters");
    if (eg_json_length(parameters) == 0) return;
    eg_html_open(html, "table");
    eg_html_leaf(html, "caption", EG_TEXT("Parameters"));
    eg_html_open(html, "tbody");
    for (size_t i = 0; i < eg_json_length(parameters); i++)
        write_parameter(html, follow(api, eg_json_at(parameters, i)));
    eg_html_close(html);
    eg_html_close(html);
}

/* The first answer is the one when all is well. */
static void write_answers(struct eg_html *html, const struct eg_json_value *operation)
{
    const char *status = NULL, *type = NULL;
    const struct eg_json_value *answer = eg_json_next(eg_json_get(operation, "responses"), &status);
    const struct eg_json_value *types = eg_json_get(answer, "content");
    eg_html_open(html, "p");
    eg_html_text(html, text_of(answer, "description"));
    if (types) eg_html_text(html, EG_TEXT(" Answers as "));
    for (uint32_t n = 0; eg_json_next(types, &type); n++) {
        if (n > 0) eg_html_text(html, EG_TEXT(", "));
        eg_html_leaf(html, "code", eg_text_from(type));
    }
    if (types) eg_html_text(html, EG_TEXT("."));
    eg_html_close(html);
}

static bool has_tag(const struct eg_json_value *operation, struct eg_text tag)
{
    struct eg_text text = {0};
    const struct eg_json_value *tags = eg_json_get(operation, "tags");
    return eg_json_is_text(eg_json_at(tags, 0), &text) && eg_text_equal(text, tag);
}

static void write_operation(struct eg_html *html, struct eg_json *api, struct eg_text line,
                            const struct eg_json_value *operation)
{
    eg_html_leaf(html, "h3", text_of(operation, "summary"));
    eg_html_open(html, "p");
    eg_html_leaf(html, "code", line);
    eg_html_close(html);
    struct eg_text description = text_of(operation, "description");
    if (description.len > 0) eg_html_leaf(html, "p", description);
    write_answers(html, operation);
    write_parameters(html, api, operation);
}

static void write_path(struct eg_html *html, struct eg_json *api, const char *path,
                       const struct eg_json_value *item, struct eg_text tag)
{
    static const char *const methods[][2] = {
        {"get", "GET"}, {"post", "POST"}, {"put", "PUT"}, {"delete", "DELETE"}};
    bool own = eg_json_get(item, "servers") != NULL;
    for (size_t i = 0; i < EG_ARRAY_LEN(methods); i++) {
        const struct eg_json_value *operation = eg_json_get(item, methods[i][0]);
        char line[256];
        if (!has_tag(operation, tag)) continue;
        (void)snprintf(line, sizeof line, "%s %s%s", methods[i][1], own ? "" : "/ogc",
                       strcmp(path, "/") == 0 ? "" : path);
        write_operation(html, api, eg_text_from(line), operation);
    }
}

void eg_ogc_write_api_page(struct eg_html *html, struct eg_json *api)
{
    const struct eg_json_value *root = eg_json_root(api);
    const struct eg_json_value *tags = eg_json_get(root, "tags"), *paths = eg_json_get(root, "paths"), *item;
    for (size_t i = 0; i < eg_json_length(tags); i++) {
        const struct eg_json_value *tag = eg_json_at(tags, i);
        const char *path = NULL;
        eg_html_leaf(html, "h2", text_of(tag, "name"));
        eg_html_leaf(html, "p", text_of(tag, "description"));
        while ((item = eg_json_next(paths, &path))) write_path(html, api, path, item, text_of(tag, "name"));
    }
}
