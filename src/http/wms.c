/* From an exchange to a request of WMS and from there to its answer. What is wrong with a request is told by its answer, in the
 * form that the client asked for, with status 200: the standards know no other, MapServer and GeoServer do the same, and QGIS shows
 * its user the sentence of an exception only then. Want of memory and such have the status that they have everywhere. */
#include "http/wms.h"

#include <stdio.h>
#include <string.h>

#include "http/accept.h"
#include "http/handlers.h"
#include "http/server_parts.h"
#include "http/wms_names.h"
#include "http/wms_parts.h"

#define MOST_SMALL_PIXELS (256U * 256U) /* some milliseconds at worst; larger ones are for workers */

/* --- reading ------------------------------------------------------------------------------------------------------- */

/* The form's parameters and the address's are one list: clients that send a form to an address that they were given leave SERVICE
 * and what else stood in it where it was. */
static void read_form(struct eg_exchange *exchange, const struct eg_target *target,
                      struct eg_wms_request *request)
{
    struct eg_parameter pairs[2 * EG_TARGET_PARAMETERS];
    struct eg_kvp kvp = {0};
    *request = (struct eg_wms_request){.version = eg_wms_version_told(exchange->version_asked)};
    if (!eg_media_type_is(exchange->content_type, "application/x-www-form-urlencoded")) {
        eg_wms_fail(request, "", "OperationNotSupported",
                    "requests in XML are not supported: send the parameters as a form, or by GET");
        return;
    }
    enum eg_status status =
        eg_kvp_from_form(exchange->body.data, exchange->body.len, pairs, &kvp, &request->failure.error);
    if (status != EG_OK) return;
    memcpy(pairs + kvp.n, target->parameters, target->n_parameters * sizeof *pairs);
    kvp = (struct eg_kvp){pairs, kvp.n + target->n_parameters};
    eg_wms_read(&kvp, exchange->snapshot, request);
}

enum eg_status eg_wms_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                            const struct eg_target *target, struct eg_error *err)
{
    struct eg_wms_request *request = &exchange->wanted.wms;
    (void)values;
    if (exchange->has_body) {
        read_form(exchange, target, request);
        return EG_OK;
    }
    struct eg_kvp kvp = eg_kvp_from_target(target);
    eg_wms_read(&kvp, exchange->snapshot, request);
    enum eg_status status = eg_exchange_read_version(exchange, target, err);
    if (request->operation == EG_WMS_CAPABILITIES) exchange->freshness = EG_FRESH_MINUTE;
    return status;
}

/* --- making -------------------------------------------------------------------------------------------------------- */

static enum eg_cost cost_of_map(struct eg_exchange *exchange)
{
    const struct eg_wms_request *request = &exchange->wanted.wms;
    const struct eg_map_request *map = &request->map;
    if (eg_engine_map_needs_projecting(exchange->snapshot, map)) return EG_COST_PROJECTING;
    bool small = map->n_names == 1 && map->format != EG_PICTURE_WEBP &&
                 (uint64_t)map->width * map->height <= MOST_SMALL_PIXELS;
    if (small && !eg_layer_needs_dressing(exchange->snapshot, &request->names[0])) return EG_COST_SMALL;
    return EG_COST_LARGE;
}

struct eg_answer *eg_wms_find(struct eg_exchange *exchange)
{
    struct eg_wms_request *request = &exchange->wanted.wms;
    request->map.names = request->names;
    request->info.names = request->info_names;
    if (request->failure.error.status != EG_OK) return NULL;
    exchange->cost = request->operation == EG_WMS_MAP ? cost_of_map(exchange) : EG_COST_LARGE;
    return request->operation == EG_WMS_CAPABILITIES ? eg_document_find(exchange) : NULL;
}

/* That a period was chosen for the client is said as annex C of 1.3.0 wants it. */
static enum eg_status add_warning(const struct eg_wms_request *request, struct eg_answer *answer,
                                  struct eg_error *err)
{
    char moment[EG_WMS_TIME_BYTES], text[160];
    if (request->time == EG_WMS_TIME_GIVEN || !eg_wms_time_moment(request->time_used, moment)) return EG_OK;
    const char *what = request->time == EG_WMS_TIME_NEAREST ? "Nearest" : "Default";
    (void)snprintf(text, sizeof text, "99 %s value used: time=%s ISO8601", what, moment);
    return eg_answer_add_header(answer, "Warning", text, err);
}

static enum eg_status make_map(struct eg_exchange *exchange, struct eg_entity *entity, struct eg_error *err)
{
    struct eg_wms_request *request = &exchange->wanted.wms;
    enum eg_status status =
        eg_engine_map(exchange->server->engine, exchange->snapshot, &request->map, entity, err);
    if (status == EG_OK) entity->media_type = request->media_type;
    return status;
}

static enum eg_status make_wanted(struct eg_exchange *exchange, struct eg_entity *entity,
                                  struct eg_error *err)
{
    struct eg_wms_request *request = &exchange->wanted.wms;
    struct eg_wms_service service = {exchange->server->engine, exchange->snapshot, exchange->base_url};
    switch (request->operation) {
    case EG_WMS_MAP:
        return make_map(exchange, entity, err);
    case EG_WMS_INFO:
        return eg_feature_info(exchange->snapshot, &request->info, entity, err);
    case EG_WMS_LEGEND:
        return eg_wms_legend(&service, &request->legend, entity, err);
    case EG_WMS_DESCRIBE:
        return eg_wms_describe_layer(&service, request->version, request->names, request->map.n_names, entity,
                                     err);
    case EG_WMS_STYLES:
        return eg_wms_styles(&service, request->names, request->map.n_names, entity, err);
    case EG_WMS_CAPABILITIES: /* kept as a document */
    case EG_WMS_NONE:
        break;
    }
    return eg_error_set(err, EG_UNSUPPORTED, "there is no such request");
}

static bool is_clients_fault(enum eg_status status)
{
    return status == EG_INVALID || status == EG_NOT_FOUND || status == EG_LIMIT || status == EG_UNSUPPORTED;
}

static enum eg_status make_entity(struct eg_exchange *exchange, struct eg_entity *entity,
                                  struct eg_error *err)
{
    struct eg_wms_request *request = &exchange->wanted.wms;
    struct eg_wms_failure *failure = &request->failure;
    if (failure->error.status == EG_OK) {
        enum eg_status status = make_wanted(exchange, entity, &failure->error);
        if (status == EG_OK) return EG_OK;
        if (!is_clients_fault(status)) {
            *err = failure->error;
            return status;
        }
    }
    request->time = EG_WMS_TIME_GIVEN;
    exchange->freshness = EG_FRESH_NEVER;
    return eg_wms_exception(exchange->server->engine, exchange->snapshot, request, failure, entity, err);
}

enum eg_status eg_wms_make(struct eg_exchange *exchange, struct eg_answer **answer_out, struct eg_error *err)
{
    const struct eg_wms_request *request = &exchange->wanted.wms;
    if (request->operation == EG_WMS_CAPABILITIES && request->failure.error.status == EG_OK)
        return eg_document_make(exchange, answer_out, err);
    struct eg_entity entity = {0};
    struct eg_answer *answer = NULL;
    enum eg_status status = make_entity(exchange, &entity, err);
    if (status == EG_OK) status = eg_answer_from_entity(&entity, exchange->accepts_gzip, &answer, err);
    if (status == EG_OK) status = add_warning(request, answer, err);
    if (status == EG_OK && request->operation == EG_WMS_INFO)
        status = eg_feature_info_add_headers(request->info.format, answer, err);
    if (status != EG_OK) {
        eg_answer_release(answer);
        return status;
    }
    *answer_out = answer;
    return EG_OK;
}

enum eg_status eg_wms_problem(const struct eg_exchange *exchange, unsigned http_status,
                              const struct eg_error *problem, struct eg_answer **answer_out,
                              struct eg_error *err)
{
    struct eg_wms_failure failure = {.error = *problem};
    struct eg_entity entity = {0};
    enum eg_status status =
        eg_wms_exception_report(&failure, eg_wms_version_told(exchange->version_asked), &entity, err);
    return status == EG_OK ? eg_problem_from_entity(http_status, &entity, answer_out, err) : status;
}
