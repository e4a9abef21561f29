/* Documents that many clients ask for and that cost milliseconds: kept, in both codings, in a cache of the server's own beside
 * the engine's cache of tiles. What is in a key is all that a document depends on. */
#include <string.h>

#include "base/hash.h"
#include "http/handlers.h"
#include "http/metadata.h"
#include "http/server_parts.h"
#include "http/wms_documents.h"
#include "http/wmts.h"

#define CACHE_BYTES (32U << 20) /* a country's catalogue is about 1 MB, other documents some kB */
#define CACHE_SHARDS 1 /* in parts, a document of 10 MB and its packed form would be too heavy to keep */

struct document_key {
    uint32_t layer, series;
    uint16_t style;
    uint8_t kind,
        part; /* of a layer: its tile matrix set, or 0; of the landing page: how its language was chosen */
    float scale;
    uint64_t version;
    uint64_t base_url; /* hash: those that can be told apart come from the operator or a trusted proxy */
};
_Static_assert(sizeof(struct document_key) == EG_CACHE_KEY_BYTES, "a document's key fills a cache key");

enum eg_status eg_documents_new(struct eg_cache **cache_out, struct eg_error *err)
{
    struct eg_cache_values values = eg_answer_cache_values();
    return eg_cache_new(CACHE_BYTES, CACHE_SHARDS, &values, cache_out, err);
}

/* --- keys ---------------------------------------------------------------------------------------------------------- */

static bool names_a_layer(enum eg_document_kind kind)
{
    return kind == EG_DOCUMENT_TILEJSON || kind == EG_DOCUMENT_METADATA ||
           kind == EG_DOCUMENT_VECTOR_TILEJSON || kind == EG_DOCUMENT_VECTOR_STYLE ||
           kind == EG_DOCUMENT_LEGEND_JSON || kind == EG_DOCUMENT_LEGEND_PNG || kind == EG_DOCUMENT_TMS_MAP;
}

static void fill_ogc_key(const struct eg_ogc_wanted *wanted, struct document_key *parts)
{
    parts->layer = wanted->collection;
    parts->series = wanted->set << 8 | (uint32_t)wanted->document << 1 | (wanted->html ? 1U : 0U);
    parts->style = (uint16_t)(wanted->style == EG_ATLAS_NONE ? 0 : wanted->style + 1);
}

/* False when the layer, style or period does not exist: making the document will say so. */
static bool make_key(const struct eg_exchange *exchange, struct eg_cache_key *key_out)
{
    const struct eg_document_request *wanted = &exchange->wanted.document;
    struct document_key parts = {.kind = (uint8_t)wanted->kind, .scale = (float)wanted->scale};
    struct eg_layer_ref ref = {.layer = wanted->file};
    if (names_a_layer(wanted->kind) &&
        eg_layer_resolve(exchange->snapshot, &wanted->name, &ref, NULL) != EG_OK)
        return false;
    parts.layer = ref.layer;
    parts.series = ref.series;
    parts.style = (uint16_t)ref.style;
    parts.part = wanted->kind == EG_DOCUMENT_TMS_MAP ? (uint8_t)wanted->file : 0;
    if (wanted->kind == EG_DOCUMENT_PAGE)
        parts.part = (uint8_t)((wanted->by_header ? 1U : 0U) | (wanted->language.rtl ? 2U : 0U));
    if (wanted->kind == EG_DOCUMENT_OGC) fill_ogc_key(&wanted->ogc, &parts);
    if (wanted->kind != EG_DOCUMENT_ASSET)
        memcpy(&parts.version, exchange->snapshot->content_version, sizeof parts.version);
    if (exchange->route->needs_base_url)
        parts.base_url = eg_hash64(exchange->base_url.data, exchange->base_url.len, 0);
    memcpy(key_out->bytes, &parts, sizeof parts);
    return true;
}

/* --- reading the request ------------------------------------------------------------------------------------------- */

static enum eg_status read_name(const struct eg_target *target, struct eg_layer_name *name,
                                struct eg_error *err)
{
    enum eg_status status = eg_target_text(target, "style", &name->style, err);
    if (status == EG_OK) status = eg_target_text(target, "period", &name->period, err);
    return status;
}

static enum eg_status parse_layer_document(struct eg_exchange *exchange, const struct eg_route_values *values,
                                           const struct eg_target *target, struct eg_error *err)
{
    exchange->wanted.document.name.layer = values->text[0];
    enum eg_status status = read_name(target, &exchange->wanted.document.name, err);
    if (status == EG_OK) status = eg_exchange_read_version(exchange, target, err);
    return status;
}

enum eg_status eg_tilejson_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                 const struct eg_target *target, struct eg_error *err)
{
    exchange->wanted.document =
        (struct eg_document_request){.kind = EG_DOCUMENT_TILEJSON, .name.layer = values->text[0]};
    exchange->freshness = EG_FRESH_MINUTE;
    return read_name(target, &exchange->wanted.document.name, err);
}

enum eg_status eg_layers_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                               const struct eg_target *target, struct eg_error *err)
{
    (void)values;
    (void)target;
    (void)err;
    exchange->wanted.document = (struct eg_document_request){.kind = EG_DOCUMENT_LAYERS};
    exchange->freshness = EG_FRESH_MINUTE;
    return EG_OK;
}

enum eg_status eg_report_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                               const struct eg_target *target, struct eg_error *err)
{
    (void)values;
    (void)target;
    (void)err;
    exchange->wanted.document = (struct eg_document_request){.kind = EG_DOCUMENT_REPORT};
    exchange->freshness = EG_FRESH_MINUTE;
    return EG_OK;
}

enum eg_status eg_legend_json_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                    const struct eg_target *target, struct eg_error *err)
{
    exchange->wanted.document = (struct eg_document_request){.kind = EG_DOCUMENT_LEGEND_JSON};
    return parse_layer_document(exchange, values, target, err);
}

enum eg_status eg_legend_png_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                   const struct eg_target *target, struct eg_error *err)
{
    static const struct eg_double_range scales = {0.5, 4};
    exchange->wanted.document = (struct eg_document_request){.kind = EG_DOCUMENT_LEGEND_PNG, .scale = 1};
    enum eg_status status =
        eg_target_double(target, "scale", scales, NULL, &exchange->wanted.document.scale, err);
    if (status == EG_OK) status = parse_layer_document(exchange, values, target, err);
    return status;
}

/* --- finding and making -------------------------------------------------------------------------------------------- */

struct eg_answer *eg_document_find(struct eg_exchange *exchange)
{
    struct eg_cache_key key;
    return make_key(exchange, &key) ? eg_cache_get(exchange->server->documents, &key) : NULL;
}

static enum eg_status make_wms(struct eg_exchange *exchange, enum eg_wms_version version,
                               struct eg_entity *entity, struct eg_error *err)
{
    struct eg_wms_service service = {exchange->server->engine, exchange->snapshot, exchange->base_url};
    return eg_wms_capabilities(&service, version, entity, err);
}

static enum eg_status make_wmts(struct eg_exchange *exchange, struct eg_entity *entity, struct eg_error *err)
{
    struct eg_wmts_service service = {exchange->server->engine, exchange->snapshot, exchange->base_url,
                                      exchange->wanted.document.file};
    return eg_wmts_capabilities(&service, entity, err);
}

static enum eg_status make_entity(struct eg_exchange *exchange, struct eg_entity *entity,
                                  struct eg_error *err)
{
    const struct eg_document_request *wanted = &exchange->wanted.document;
    struct eg_snapshot *snapshot = exchange->snapshot;
    switch (wanted->kind) {
    case EG_DOCUMENT_TILEJSON:
        return eg_engine_tilejson(snapshot, &wanted->name, exchange->base_url, entity, err);
    case EG_DOCUMENT_METADATA:
        return eg_metadata_layer(snapshot, &wanted->name, exchange->base_url, entity, err);
    case EG_DOCUMENT_VECTOR_TILEJSON:
        return eg_engine_vector_tilejson(snapshot, &wanted->name, exchange->base_url, entity, err);
    case EG_DOCUMENT_VECTOR_STYLE:
        return eg_engine_vector_style(snapshot, &wanted->name, exchange->base_url, entity, err);
    case EG_DOCUMENT_LAYERS:
        return eg_engine_catalogue(snapshot, exchange->base_url, entity, err);
    case EG_DOCUMENT_REPORT:
        return eg_engine_report(snapshot, entity, err);
    case EG_DOCUMENT_LEGEND_JSON:
        return eg_engine_legend_json(snapshot, &wanted->name, entity, err);
    case EG_DOCUMENT_LEGEND_PNG:
        return eg_engine_legend_png(exchange->server->engine, snapshot, &wanted->name,
                                    (double)(float)wanted->scale, entity, err);
    case EG_DOCUMENT_WMS_1_1_1:
        return make_wms(exchange, EG_WMS_1_1_1, entity, err);
    case EG_DOCUMENT_WMS_1_3_0:
        return make_wms(exchange, EG_WMS_1_3_0, entity, err);
    case EG_DOCUMENT_WMTS:
        return make_wmts(exchange, entity, err);
    case EG_DOCUMENT_TMS_ROOT:
        return eg_tms_root(snapshot, exchange->base_url, entity, err);
    case EG_DOCUMENT_TMS:
        return eg_tms_service(snapshot, exchange->base_url, entity, err);
    case EG_DOCUMENT_TMS_MAP:
        return eg_tms_map(snapshot, &wanted->name, wanted->file, exchange->base_url, entity, err);
    case EG_DOCUMENT_PAGE:
    case EG_DOCUMENT_ASSET:
    case EG_DOCUMENT_OGC:
        break;
    }
    return eg_error_set(err, EG_UNSUPPORTED, "there is no such document");
}

static enum eg_status make_answer(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                  struct eg_error *err)
{
    enum eg_document_kind kind = exchange->wanted.document.kind;
    if (kind == EG_DOCUMENT_PAGE || kind == EG_DOCUMENT_ASSET) return eg_page_make(exchange, answer_out, err);
    if (kind == EG_DOCUMENT_OGC) return eg_ogc_make(exchange, answer_out, err);
    struct eg_entity entity = {0};
    enum eg_status status = make_entity(exchange, &entity, err);
    return status == EG_OK ? eg_answer_from_entity(&entity, true, answer_out, err) : status;
}

static enum eg_status make_kept(void *context, const struct eg_cache_key *key, void **value_out,
                                size_t *weight_bytes_out, bool *keep_out, struct eg_error *err)
{
    (void)key;
    (void)keep_out;
    struct eg_answer *answer = NULL;
    enum eg_status status = make_answer(context, &answer, err);
    if (status != EG_OK) return status;
    *weight_bytes_out = eg_answer_weight_bytes(answer);
    *value_out = answer;
    return EG_OK;
}

enum eg_status eg_document_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                struct eg_error *err)
{
    struct eg_cache_key key;
    if (!make_key(exchange, &key)) return make_answer(exchange, answer_out, err);
    void *value = NULL;
    enum eg_status status =
        eg_cache_get_or_make(exchange->server->documents, &key, make_kept, exchange, &value, err);
    if (status == EG_OK) *answer_out = value;
    return status;
}
