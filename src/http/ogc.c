/* Documents of OGC API: from the path to what is wanted, from there to JSON, and to a page where HTML is wanted.
 *
 * England's list of collections is some 300 kB and takes a few milliseconds; documents are kept by documents.c. */
#include "http/ogc.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/tile_sets.h"
#include "http/accept.h"
#include "http/handlers.h"
#include "http/ogc_features_parts.h"
#include "http/server_parts.h"

#define TEXTS_BYTES (16U << 20) /* addresses and titles of one document */
#define PATH_BYTES 1024

/* --- reading the request ------------------------------------------------------------------------------------------- */

static const struct {
    const char *pattern; /* of the route */
    enum eg_ogc_document document;
} documents[] = {
    {"/ogc", EG_OGC_LANDING},
    {"/ogc/conformance", EG_OGC_CONFORMANCE},
    {"/ogc/api", EG_OGC_API},
    {"/ogc/collections", EG_OGC_COLLECTIONS},
    {"/ogc/collections/{collectionId}", EG_OGC_COLLECTION},
    {"/ogc/collections/{collectionId}/styles", EG_OGC_STYLES},
    {"/ogc/collections/{collectionId}/map/tiles", EG_OGC_MAP_TILESETS},
    {"/ogc/collections/{collectionId}/map/tiles/{tileMatrixSetId}", EG_OGC_MAP_TILESET},
    {"/ogc/collections/{collectionId}/styles/{styleId}/map/tiles", EG_OGC_MAP_TILESETS},
    {"/ogc/collections/{collectionId}/styles/{styleId}/map/tiles/{tileMatrixSetId}", EG_OGC_MAP_TILESET},
    {"/ogc/collections/{collectionId}/tiles", EG_OGC_VECTOR_TILESETS},
    {"/ogc/collections/{collectionId}/tiles/{tileMatrixSetId}", EG_OGC_VECTOR_TILESET},
    {"/ogc/tileMatrixSets", EG_OGC_TILE_MATRIX_SETS},
    {"/ogc/tileMatrixSets/{tileMatrixSetId}", EG_OGC_TILE_MATRIX_SET},
};

static enum eg_ogc_document document_of(const char *pattern)
{
    size_t i = 0;
    while (i < EG_ARRAY_LEN(documents) && strcmp(documents[i].pattern, pattern) != 0) i++;
    EG_ASSERT(i < EG_ARRAY_LEN(documents));
    return documents[i].document;
}

static enum eg_status no_map(struct eg_text id, struct eg_error *err)
{
    eg_error_set(err, EG_NOT_FOUND, "the collection '%.*s' has no map; layers have, GET /ogc/collections",
                 EG_TEXT_ARG(id));
    eg_error_field(err, "collectionId");
    return EG_NOT_FOUND;
}

enum eg_status eg_ogc_find_style(const struct eg_snapshot *snapshot, struct eg_text id, uint32_t *style_out,
                                 struct eg_error *err)
{
    for (uint32_t i = 0; i < snapshot->atlas->n_styles; i++) {
        if (!eg_text_equal(snapshot->atlas->styles[i].id, id)) continue;
        *style_out = i;
        return EG_OK;
    }
    eg_error_set(err, EG_NOT_FOUND, "there is no style '%.*s'; the collection's /styles lists them",
                 EG_TEXT_SHOWN(id, 60));
    eg_error_field(err, "styleId");
    return EG_NOT_FOUND;
}

enum eg_status eg_ogc_find_set(const struct eg_snapshot *snapshot, struct eg_text id, uint32_t *set_out,
                               struct eg_error *err)
{
    uint32_t set = eg_tile_sets_find(snapshot->tile_sets, id);
    if (set < eg_tile_sets_count(snapshot->tile_sets)) {
        *set_out = set;
        return EG_OK;
    }
    eg_error_set(err, EG_NOT_FOUND, "there is no tile matrix set '%.*s'; GET /ogc/tileMatrixSets lists them",
                 EG_TEXT_SHOWN(id, 60));
    eg_error_field(err, "tileMatrixSetId");
    return EG_NOT_FOUND;
}

enum eg_status eg_ogc_find_map(const struct eg_snapshot *snapshot, struct eg_text id,
                               struct eg_collection *collection_out, struct eg_error *err)
{
    enum eg_status status = eg_collection_find(snapshot, id, collection_out, err);
    if (status == EG_OK && collection_out->kind != EG_COLLECTION_LAYER) return no_map(id, err);
    return status;
}

static bool is_one_of(struct eg_text name, const char *const *names)
{
    for (; *names; names++)
        if (eg_text_equal(name, eg_text_from(*names))) return true;
    return false;
}

enum eg_status eg_ogc_only(const struct eg_target *target, const char *const *names, struct eg_error *err)
{
    for (uint32_t i = 0; i < target->n_parameters; i++) {
        char field[EG_OGC_FIELD_BYTES];
        if (is_one_of(target->parameters[i].name, names)) continue;
        eg_ogc_name_field(target->parameters[i].name, field);
        eg_error_set(err, EG_INVALID, "there is no parameter '%s' here; /ogc/api lists those there are",
                     field);
        eg_error_field(err, field);
        return EG_INVALID;
    }
    return EG_OK;
}

static const char *const only_format[] = {"f", NULL};

static bool needs_layer(enum eg_ogc_document document)
{
    return document == EG_OGC_STYLES || document == EG_OGC_MAP_TILESETS || document == EG_OGC_MAP_TILESET;
}

static enum eg_status find_collection(const struct eg_snapshot *snapshot, struct eg_text id,
                                      struct eg_ogc_wanted *wanted, struct eg_error *err)
{
    struct eg_collection collection = {0};
    enum eg_status status = needs_layer(wanted->document)
                                ? eg_ogc_find_map(snapshot, id, &collection, err)
                                : eg_collection_find(snapshot, id, &collection, err);
    if (status != EG_OK) return status;
    bool vector = wanted->document == EG_OGC_VECTOR_TILESETS || wanted->document == EG_OGC_VECTOR_TILESET;
    if (vector && collection.kind == EG_COLLECTION_ENTRIES) {
        eg_error_set(err, EG_NOT_FOUND, "the collection '%.*s' has no tiles", EG_TEXT_ARG(id));
        eg_error_field(err, "collectionId");
        return EG_NOT_FOUND;
    }
    wanted->collection = eg_collection_number(snapshot, collection);
    return EG_OK;
}

/* Placeholders stand in patterns in this order. */
static enum eg_status find_names(const struct eg_snapshot *snapshot, const char *pattern,
                                 const struct eg_route_values *values, struct eg_ogc_wanted *wanted,
                                 struct eg_error *err)
{
    uint32_t n = 0;
    enum eg_status status = EG_OK;
    if (strstr(pattern, "{collectionId}")) status = find_collection(snapshot, values->text[n++], wanted, err);
    if (status == EG_OK && strstr(pattern, "{styleId}"))
        status = eg_ogc_find_style(snapshot, values->text[n++], &wanted->style, err);
    if (status == EG_OK && strstr(pattern, "{tileMatrixSetId}"))
        status = eg_ogc_find_set(snapshot, values->text[n++], &wanted->set, err);
    return status;
}

enum eg_status eg_ogc_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                            const struct eg_target *target, struct eg_error *err)
{
    static const struct eg_media_offer usual[] = {{"application/json", "json"}, {"text/html", "html"}};
    static const struct eg_media_offer api[] = {
        {EG_OGC_OPENAPI, "json"}, {"text/html", "html"}, {"application/json", "application/json"}};
    struct eg_text format = {0};
    uint32_t offer = 0;
    const char *pattern = exchange->route->pattern;
    struct eg_ogc_wanted wanted = {.document = document_of(pattern), .style = EG_ATLAS_NONE};
    bool is_api = wanted.document == EG_OGC_API;
    exchange->freshness = EG_FRESH_MINUTE;
    enum eg_status status = find_names(exchange->snapshot, pattern, values, &wanted, err);
    if (status == EG_OK) status = eg_ogc_only(target, only_format, err);
    if (status == EG_OK) status = eg_target_text(target, "f", &format, err);
    if (status != EG_OK) return status;
    status = eg_accept_choose(is_api ? api : usual, is_api ? 3 : 2, format, exchange->accept, &offer, err);
    if (status == EG_UNSUPPORTED) exchange->refused_with = 406;
    if (status != EG_OK) return status;
    wanted.html = offer == 1;
    exchange->wanted.document = (struct eg_document_request){.kind = EG_DOCUMENT_OGC, .ogc = wanted};
    return EG_OK;
}

/* --- with a slash at the end ---------------------------------------------------------------------------------------- */

/* Pages have relative links, which a slash more would lead astray: so these addresses lead to those without. */
enum eg_status eg_ogc_slash_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                  const struct eg_target *target, struct eg_error *err)
{
    struct eg_buffer *url = &exchange->self_url;
    struct eg_text format = {0};
    (void)values;
    enum eg_status status = eg_ogc_only(target, only_format, err);
    if (status == EG_OK) status = eg_target_text(target, "f", &format, err);
    if (status != EG_OK) return status;
    eg_buffer_init(url, 0);
    eg_buffer_append(url, exchange->base_url.data, exchange->base_url.len);
    eg_buffer_append(url, exchange->route->pattern, strlen(exchange->route->pattern) - 1);
    if (format.len > 0) eg_target_write_parameter(url, "f", format);
    return url->failed ? eg_error_no_memory(err, url->len) : EG_OK;
}

enum eg_status eg_ogc_slash_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                 struct eg_error *err)
{
    struct eg_answer *answer = NULL;
    enum eg_status status = eg_answer_from_static("", 0, NULL, false, &answer, err);
    if (status == EG_OK) status = eg_answer_add_header(answer, "Location", exchange->self_url.data, err);
    if (status != EG_OK) {
        eg_answer_release(answer);
        return status;
    }
    answer->status = 301;
    *answer_out = answer;
    return EG_OK;
}

/* --- links --------------------------------------------------------------------------------------------------------- */

void eg_ogc_add_link(const struct eg_ogc_writer *w, struct eg_json_value *links,
                     const struct eg_ogc_link *link, const char *path, ...)
{
    char text[PATH_BYTES];
    va_list arguments;
    va_start(arguments, path);
    (void)vsnprintf(text, sizeof text, path, arguments);
    va_end(arguments);
    struct eg_json_value *item = eg_json_object(w->json, links, NULL);
    struct eg_text href = eg_text_format(w->arena, "%.*s%s", EG_TEXT_ARG(w->base_url), text);
    eg_describe_made(w->json, item, "href", href);
    eg_json_cstring(w->json, item, "rel", link->rel);
    if (link->type) eg_json_cstring(w->json, item, "type", link->type);
    eg_json_cstring(w->json, item, "title", link->title);
    if (link->templated) eg_json_bool(w->json, item, "templated", true);
}

void eg_ogc_add_self(const struct eg_ogc_writer *w, struct eg_json_value *links, struct eg_text path)
{
    eg_ogc_add_link(
        w, links, &(struct eg_ogc_link){.rel = "self", .type = "application/json", .title = "This document"},
        "%.*s?f=json", EG_TEXT_ARG(path));
    eg_ogc_add_link(w, links,
                    &(struct eg_ogc_link){.rel = "alternate", .type = "text/html", .title = "As a page"},
                    "%.*s?f=html", EG_TEXT_ARG(path));
}

struct eg_text eg_ogc_collection_path(const struct eg_ogc_writer *w)
{
    struct eg_text id = eg_collection_id(w->snapshot, w->collection);
    const struct eg_ogc_wanted *wanted = &w->wanted;
    if (wanted->style == EG_ATLAS_NONE)
        return eg_text_format(w->arena, "/ogc/collections/%.*s", EG_TEXT_ARG(id));
    return eg_text_format(w->arena, "/ogc/collections/%.*s/styles/%.*s", EG_TEXT_ARG(id),
                          EG_TEXT_ARG(w->snapshot->atlas->styles[wanted->style].id));
}

struct eg_text eg_ogc_path(const struct eg_ogc_writer *w)
{
    struct eg_text collection =
        w->wanted.document >= EG_OGC_COLLECTION && w->wanted.document <= EG_OGC_VECTOR_TILESET
            ? eg_ogc_collection_path(w)
            : (struct eg_text){0};
    const char *set = eg_tile_sets_at(w->snapshot->tile_sets, w->wanted.set)->id;
    switch (w->wanted.document) {
    case EG_OGC_LANDING:
        return EG_TEXT("/ogc");
    case EG_OGC_CONFORMANCE:
        return EG_TEXT("/ogc/conformance");
    case EG_OGC_API:
        return EG_TEXT("/ogc/api");
    case EG_OGC_COLLECTIONS:
        return EG_TEXT("/ogc/collections");
    case EG_OGC_TILE_MATRIX_SETS:
        return EG_TEXT("/ogc/tileMatrixSets");
    case EG_OGC_COLLECTION:
        return collection;
    case EG_OGC_STYLES:
        return eg_text_format(w->arena, "%.*s/styles", EG_TEXT_ARG(collection));
    case EG_OGC_MAP_TILESETS:
        return eg_text_format(w->arena, "%.*s/map/tiles", EG_TEXT_ARG(collection));
    case EG_OGC_MAP_TILESET:
        return eg_text_format(w->arena, "%.*s/map/tiles/%s", EG_TEXT_ARG(collection), set);
    case EG_OGC_VECTOR_TILESETS:
        return eg_text_format(w->arena, "%.*s/tiles", EG_TEXT_ARG(collection));
    case EG_OGC_VECTOR_TILESET:
        return eg_text_format(w->arena, "%.*s/tiles/%s", EG_TEXT_ARG(collection), set);
    case EG_OGC_TILE_MATRIX_SET:
        return eg_text_format(w->arena, "/ogc/tileMatrixSets/%s", set);
    }
    return EG_TEXT("/ogc");
}

struct eg_layer_name eg_ogc_layer_name(const struct eg_snapshot *snapshot, struct eg_collection collection,
                                       uint32_t style)
{
    struct eg_layer_name name = {.layer = eg_collection_id(snapshot, collection)};
    if (style != EG_ATLAS_NONE) name.style = snapshot->atlas->styles[style].id;
    return name;
}

/* --- making -------------------------------------------------------------------------------------------------------- */

static enum eg_status write_document(struct eg_ogc_writer *w, struct eg_error *err)
{
    switch (w->wanted.document) {
    case EG_OGC_LANDING:
        eg_ogc_write_landing(w);
        break;
    case EG_OGC_CONFORMANCE:
        eg_ogc_write_conformance(w);
        break;
    case EG_OGC_COLLECTIONS:
        eg_ogc_write_collections(w);
        break;
    case EG_OGC_COLLECTION:
        eg_ogc_write_collection(w);
        break;
    case EG_OGC_STYLES:
        eg_ogc_write_styles(w);
        break;
    case EG_OGC_TILE_MATRIX_SETS:
        eg_ogc_write_tile_matrix_sets(w);
        break;
    case EG_OGC_MAP_TILESETS:
    case EG_OGC_VECTOR_TILESETS:
        eg_ogc_write_tilesets(w);
        break;
    case EG_OGC_MAP_TILESET:
    case EG_OGC_VECTOR_TILESET:
        return eg_ogc_write_tileset(w, err);
    case EG_OGC_API:
        return eg_ogc_read_api(w, err);
    case EG_OGC_TILE_MATRIX_SET:
        return eg_ogc_read_tile_matrix_set(w, err);
    }
    return EG_OK;
}

static enum eg_status write_entity(struct eg_ogc_writer *w, struct eg_entity *entity, struct eg_error *err)
{
    struct eg_buffer out;
    const char *type = w->wanted.document == EG_OGC_API ? EG_OGC_OPENAPI : "application/json";
    eg_buffer_init(&out, 0);
    enum eg_status status = EG_OK;
    if (w->wanted.html) {
        status = eg_ogc_write_page(w, &out, err);
        type = "text/html; charset=utf-8";
    } else if (w->wanted.document == EG_OGC_TILE_MATRIX_SET) /* with all its digits, as it was published */
        eg_buffer_text(&out, eg_tile_sets_at(w->snapshot->tile_sets, w->wanted.set)->json);
    else status = eg_json_finish(w->json, false, &out, err);
    if (status == EG_OK) return eg_entity_from_buffer(&out, type, true, entity, err);
    eg_buffer_clear(&out);
    return status;
}

static enum eg_status make_entity(struct eg_exchange *exchange, struct eg_entity *entity,
                                  struct eg_error *err)
{
    struct eg_ogc_writer w = {.snapshot = exchange->snapshot,
                              .json = eg_json_new_object(),
                              .arena = eg_arena_new(TEXTS_BYTES),
                              .base_url = exchange->base_url,
                              .wanted = exchange->wanted.document.ogc,
                              .most_items = exchange->server->settings.most_results};
    (void)eg_collection_at(w.snapshot, w.wanted.collection, &w.collection);
    enum eg_status status = w.json && w.arena ? EG_OK : eg_error_no_memory(err, TEXTS_BYTES);
    if (status == EG_OK) status = write_document(&w, err);
    if (status == EG_OK) status = write_entity(&w, entity, err);
    eg_json_free(w.json);
    eg_arena_free(w.arena);
    return status;
}

enum eg_status eg_ogc_make(struct eg_exchange *exchange, struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_entity entity = {0};
    struct eg_answer *answer = NULL;
    enum eg_status status = make_entity(exchange, &entity, err);
    if (status == EG_OK) status = eg_answer_from_entity(&entity, true, &answer, err);
    if (status == EG_OK && exchange->wanted.document.ogc.html)
        status = eg_answer_add_header(answer, "Content-Security-Policy", EG_HTML_POLICY, err);
    if (status != EG_OK) {
        eg_answer_release(answer);
        return status;
    }
    answer->varies_by_accept = true;
    *answer_out = answer;
    return EG_OK;
}
