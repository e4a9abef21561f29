/* The routes of WMTS. One of the three operations, however it was asked for, ends in the same struct eg_wmts_request; tiles then
 * take the way of all tiles, capabilities that of documents. */
#include "http/wmts.h"

#include <string.h>

#include <microhttpd.h>

#include "engine/tile_sets.h"
#include "http/handlers.h"
#include "http/server_parts.h"
#include "http/xml.h"

/* --- parsing ------------------------------------------------------------------------------------------------------- */

static enum eg_status give_code(struct eg_exchange *exchange, const struct eg_wmts_failure *failure,
                                enum eg_status status)
{
    if (status != EG_OK) exchange->refused_as = failure->code;
    return status;
}

static void want_capabilities(struct eg_exchange *exchange, uint32_t sections)
{
    exchange->wanted.wmts = (struct eg_wmts_request){.document = {.kind = EG_DOCUMENT_WMTS, .file = sections},
                                                     .operation = EG_WMTS_CAPABILITIES};
    exchange->freshness = EG_FRESH_MINUTE;
}

static enum eg_status parse_capabilities(struct eg_exchange *exchange, const struct eg_kvp *kvp,
                                         struct eg_wmts_failure *failure)
{
    uint32_t sections = 0;
    enum eg_status status = eg_wmts_read_capabilities(kvp, exchange->snapshot->version, &sections, failure);
    if (status == EG_OK) want_capabilities(exchange, sections);
    return status;
}

/* The words' own request, from the exchange's snapshot; the version of the address decides how long it may be kept. */
static enum eg_status resolve(struct eg_exchange *exchange, const struct eg_wmts_words *words,
                              const struct eg_target *target, struct eg_wmts_failure *failure)
{
    enum eg_status status = eg_wmts_resolve(exchange->snapshot, words, &exchange->wanted.wmts, failure);
    if (status == EG_OK) status = eg_exchange_read_version(exchange, target, failure->err);
    return status;
}

static enum eg_status parse_words(struct eg_exchange *exchange, enum eg_wmts_operation operation,
                                  const struct eg_kvp *kvp, const struct eg_target *target,
                                  struct eg_wmts_failure *failure)
{
    struct eg_wmts_words words;
    struct eg_wmts_request *wanted = &exchange->wanted.wmts;
    *wanted = (struct eg_wmts_request){.operation = operation, .tile.scale = 1};
    enum eg_status status = eg_wmts_read_words(kvp, operation, &words, &wanted->format, failure);
    return status == EG_OK ? resolve(exchange, &words, target, failure) : status;
}

enum eg_status eg_wmts_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                             const struct eg_target *target, struct eg_error *err)
{
    (void)values;
    struct eg_kvp kvp = eg_kvp_from_target(target);
    struct eg_wmts_failure failure = {.err = err};
    enum eg_wmts_operation operation = EG_WMTS_CAPABILITIES;
    enum eg_status status = eg_wmts_read_operation(&kvp, &operation, &failure);
    if (status != EG_OK) return give_code(exchange, &failure, status);
    status = operation == EG_WMTS_CAPABILITIES ? parse_capabilities(exchange, &kvp, &failure)
                                               : parse_words(exchange, operation, &kvp, target, &failure);
    return give_code(exchange, &failure, status);
}

enum eg_status eg_wmts_capabilities_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                          const struct eg_target *target, struct eg_error *err)
{
    (void)values;
    (void)target;
    (void)err;
    want_capabilities(exchange, EG_WMTS_ALL);
    return EG_OK;
}

static struct eg_wmts_words words_of(const struct eg_route_values *values)
{
    return (struct eg_wmts_words){.layer = values->text[0],
                                  .style = values->text[1],
                                  .time = values->text[2],
                                  .set = values->text[3],
                                  .matrix = values->text[4],
                                  .row = values->text[5],
                                  .column = values->text[6]};
}

static enum eg_status fail_path(struct eg_exchange *exchange, const char *field, const char *message,
                                struct eg_error *err)
{
    exchange->refused_as = "InvalidParameterValue";
    (void)eg_error_set(err, EG_NOT_FOUND, "%s", message);
    (void)eg_error_field(err, field);
    return EG_NOT_FOUND;
}

enum eg_status eg_wmts_tile_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                  const struct eg_target *target, struct eg_error *err)
{
    struct eg_wmts_failure failure = {.err = err};
    struct eg_wmts_words words = words_of(values);
    struct eg_wmts_request *wanted = &exchange->wanted.wmts;
    *wanted = (struct eg_wmts_request){.operation = EG_WMTS_TILE};
    bool fine = eg_tile_cut_scale(values->text[6], &words.column, &wanted->tile.scale);
    if (!fine || wanted->tile.scale < 1 || wanted->tile.scale > 4)
        return fail_path(
            exchange, "TileCol",
            "the picture is {TileCol}.png, {TileCol}@2x.png, {TileCol}@3x.png or {TileCol}@4x.png", err);
    return give_code(exchange, &failure, resolve(exchange, &words, target, &failure));
}

/* "12.json" into the number and the format. */
static bool cut_format(struct eg_text place, struct eg_text *number_out, enum eg_info_format *format_out)
{
    static const struct {
        const char *ending;
        enum eg_info_format format;
    } endings[] = {
        {".json", EG_INFO_GEOJSON}, {".html", EG_INFO_HTML}, {".txt", EG_INFO_TEXT}, {".gml", EG_INFO_GML}};
    for (size_t i = 0; i < EG_ARRAY_LEN(endings); i++) {
        struct eg_text ending = eg_text_from(endings[i].ending);
        if (!eg_text_ends_with(place, ending)) continue;
        *number_out = (struct eg_text){place.data, place.len - ending.len};
        *format_out = endings[i].format;
        return true;
    }
    return false;
}

enum eg_status eg_wmts_info_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                  const struct eg_target *target, struct eg_error *err)
{
    struct eg_wmts_failure failure = {.err = err};
    struct eg_wmts_words words = words_of(values);
    struct eg_wmts_request *wanted = &exchange->wanted.wmts;
    *wanted = (struct eg_wmts_request){.operation = EG_WMTS_FEATURE_INFO, .tile.scale = 1};
    words.j = values->text[7];
    if (!cut_format(values->text[8], &words.i, &wanted->format))
        return fail_path(exchange, "InfoFormat", "the document is {I}.json, {I}.html, {I}.txt or {I}.gml",
                         err);
    return give_code(exchange, &failure, resolve(exchange, &words, target, &failure));
}

/* --- answering ----------------------------------------------------------------------------------------------------- */

struct eg_answer *eg_wmts_find(struct eg_exchange *exchange)
{
    switch (exchange->wanted.wmts.operation) {
    case EG_WMTS_CAPABILITIES:
        return eg_document_find(exchange);
    case EG_WMTS_TILE:
        return eg_tile_find_as(exchange, &exchange->wanted.wmts.tile);
    case EG_WMTS_FEATURE_INFO:
        break;
    }
    return NULL;
}

static enum eg_status make_feature_info(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                        struct eg_error *err)
{
    const struct eg_wmts_request *wanted = &exchange->wanted.wmts;
    const struct eg_tile_matrix_set *set = eg_tile_sets_at(exchange->snapshot->tile_sets, wanted->tile.set);
    const struct eg_tile_matrix *matrix = &set->matrices[wanted->tile.z];
    struct eg_bounds bounds = eg_tile_matrix_bounds(matrix, wanted->tile.x, wanted->tile.y);
    struct eg_feature_info_request request = {.names = &wanted->tile.name,
                                              .n_names = 1,
                                              .crs = eg_text_from(set->crs),
                                              .x = bounds.min_x + (wanted->i + 0.5) * matrix->cell_size,
                                              .y = bounds.max_y - (wanted->j + 0.5) * matrix->cell_size,
                                              .most_features = 1,
                                              .format = wanted->format,
                                              .with_geometry = true};
    struct eg_entity entity = {0};
    struct eg_answer *answer = NULL;
    enum eg_status status = eg_feature_info(exchange->snapshot, &request, &entity, err);
    if (status == EG_OK) status = eg_answer_from_entity(&entity, exchange->accepts_gzip, &answer, err);
    if (status == EG_OK) status = eg_feature_info_add_headers(request.format, answer, err);
    if (status == EG_OK) *answer_out = answer;
    else eg_answer_release(answer);
    return status;
}

enum eg_status eg_wmts_make(struct eg_exchange *exchange, struct eg_answer **answer_out, struct eg_error *err)
{
    switch (exchange->wanted.wmts.operation) {
    case EG_WMTS_CAPABILITIES:
        return eg_document_make(exchange, answer_out, err);
    case EG_WMTS_TILE:
        return eg_tile_make_as(exchange, &exchange->wanted.wmts.tile, answer_out, err);
    case EG_WMTS_FEATURE_INFO:
        break;
    }
    return make_feature_info(exchange, answer_out, err);
}

/* --- exceptions ---------------------------------------------------------------------------------------------------- */

/* What nobody gave a code: met before or behind the reading of the request. */
static const char *usual_code(enum eg_status status)
{
    switch (status) {
    case EG_INVALID:
    case EG_NOT_FOUND:
    case EG_LIMIT:
        return "InvalidParameterValue";
    case EG_UNSUPPORTED:
        return "OperationNotSupported";
    default:
        return "NoApplicableCode";
    }
}

/* By the standard's tables; a path that leads nowhere is 404, as any other. */
static unsigned status_of(const struct eg_exchange *exchange, unsigned http_status, const char *code)
{
    bool by_path = exchange->route->parse != eg_wmts_parse;
    if (http_status == MHD_HTTP_BAD_REQUEST && strcmp(code, "OperationNotSupported") == 0)
        return MHD_HTTP_NOT_IMPLEMENTED;
    return http_status == MHD_HTTP_NOT_FOUND && !by_path ? MHD_HTTP_BAD_REQUEST : http_status;
}

static enum eg_status make_report(const char *code, const struct eg_error *problem,
                                  struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    struct eg_xml *xml = eg_xml_new();
    eg_xml_open(xml, "ExceptionReport");
    eg_xml_attribute(xml, "xmlns", EG_TEXT("http://www.opengis.net/ows/1.1"));
    eg_xml_attribute(xml, "xmlns:xsi", EG_TEXT("http://www.w3.org/2001/XMLSchema-instance"));
    eg_xml_attribute(xml, "xsi:schemaLocation",
                     EG_TEXT("http://www.opengis.net/ows/1.1 "
                             "http://schemas.opengis.net/ows/1.1.0/owsExceptionReport.xsd"));
    eg_xml_attribute(xml, "version", EG_TEXT("1.1.0"));
    eg_xml_attribute(xml, "xml:lang", EG_TEXT("en"));
    eg_xml_open(xml, "Exception");
    eg_xml_attribute(xml, "exceptionCode", eg_text_from(code));
    if (problem->field[0]) eg_xml_attribute(xml, "locator", eg_text_from(problem->field));
    eg_xml_leaf(xml, "ExceptionText", eg_text_from(problem->message));
    eg_xml_close(xml);
    eg_xml_close(xml);
    enum eg_status status = eg_xml_finish(xml, &body, err);
    eg_xml_free(xml);
    if (status == EG_OK) status = eg_entity_from_buffer(&body, "text/xml", true, entity_out, err);
    eg_buffer_clear(&body);
    return status;
}

enum eg_status eg_wmts_problem(const struct eg_exchange *exchange, unsigned http_status,
                               const struct eg_error *problem, struct eg_answer **answer_out,
                               struct eg_error *err)
{
    const char *code = exchange->refused_as ? exchange->refused_as : usual_code(problem->status);
    struct eg_entity entity = {0};
    enum eg_status status = make_report(code, problem, &entity, err);
    if (status != EG_OK) return status;
    return eg_problem_from_entity(status_of(exchange, http_status, code), &entity, answer_out, err);
}
