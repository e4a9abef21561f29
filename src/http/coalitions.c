/* The coalition finder: the form of the answer, and the address of the page itself for the links to the next and previous one. */
#include "http/accept.h"
#include "http/coalitions_read.h"
#include "http/handlers.h"
#include "http/server_parts.h"

/* --- links --------------------------------------------------------------------------------------------------------- */

/* The filters once more, in the order they came; what is unknown or says which page is left out. */
static enum eg_status write_self_url(const struct eg_target *target, struct eg_buffer *url,
                                     struct eg_error *err)
{
    eg_buffer_init(url, 0);
    eg_buffer_literal(url, "/coalitions");
    for (uint32_t i = 0; i < target->n_parameters; i++)
        for (const char *const *name = eg_coalitions_filters; *name; name++)
            if (eg_text_equal(target->parameters[i].name, eg_text_from(*name)))
                eg_target_write_parameter(url, *name, target->parameters[i].value);
    return url->failed ? eg_error_no_memory(err, url->len) : EG_OK;
}

/* --- the form ------------------------------------------------------------------------------------------------------ */

/* GeoJSON is what this has always been, also for those who ask for any JSON, as scripts do, or for nothing that there is; a table is
 * sent to who prefers it. */
static enum eg_coalitions_form accepted_form(const char *accept)
{
    uint32_t geojson = eg_accept_weight(accept, "application/geo+json");
    uint32_t json = eg_accept_weight(accept, "application/json");
    uint32_t csv = eg_accept_weight(accept, "text/csv");
    return csv > geojson && csv > json ? EG_COALITIONS_CSV : EG_COALITIONS_GEOJSON;
}

static enum eg_status read_form(struct eg_exchange *exchange, const struct eg_target *target,
                                struct eg_error *err)
{
    static const struct eg_media_offer offers[] = {
        [EG_COALITIONS_GEOJSON] = {"application/geo+json", "geojson"},
        [EG_COALITIONS_JSON] = {"application/json", "json"},
        [EG_COALITIONS_CSV] = {"text/csv", "csv"}};
    struct eg_text format = {0};
    uint32_t offer = accepted_form(exchange->accept);
    enum eg_status status = eg_target_text(target, "f", &format, err);
    if (status == EG_OK && format.len > 0)
        status = eg_accept_choose(offers, EG_ARRAY_LEN(offers), format, exchange->accept, &offer, err);
    if (status == EG_OK) exchange->wanted.coalitions.form = (enum eg_coalitions_form)offer;
    return status;
}

enum eg_status eg_coalitions_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                   const struct eg_target *target, struct eg_error *err)
{
    (void)values;
    struct eg_coalitions_request *wanted = &exchange->wanted.coalitions;
    *wanted = (struct eg_coalitions_request){.base_url = exchange->base_url};
    exchange->freshness = eg_exchange_directory_freshness(exchange);
    enum eg_status status = eg_coalitions_read(target, exchange->server->settings.most_results, wanted, err);
    if (status == EG_OK) status = read_form(exchange, target, err);
    if (status == EG_OK) status = write_self_url(target, &exchange->self_url, err);
    wanted->self_url = (struct eg_text){exchange->self_url.data, exchange->self_url.len};
    return status;
}

enum eg_status eg_coalitions_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                  struct eg_error *err)
{
    struct eg_entity entity = {0};
    struct eg_answer *answer = NULL;
    enum eg_status status =
        eg_engine_coalitions(exchange->snapshot, &exchange->wanted.coalitions, &entity, err);
    if (status == EG_OK) status = eg_answer_from_entity(&entity, exchange->accepts_gzip, &answer, err);
    if (status != EG_OK) return status;
    answer->varies_by_accept = true;
    *answer_out = answer;
    return EG_OK;
}

/* --- one entry ----------------------------------------------------------------------------------------------------- */

enum eg_status eg_coalition_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                  const struct eg_target *target, struct eg_error *err)
{
    (void)target;
    (void)err;
    exchange->wanted.id = values->text[0];
    exchange->freshness = eg_exchange_directory_freshness(exchange);
    return EG_OK;
}

enum eg_status eg_coalition_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                 struct eg_error *err)
{
    struct eg_entity entity = {0};
    enum eg_status status =
        eg_engine_coalition(exchange->snapshot, exchange->wanted.id, exchange->base_url, &entity, err);
    return status == EG_OK ? eg_answer_from_entity(&entity, exchange->accepts_gzip, answer_out, err) : status;
}

/* --- whom it serves ------------------------------------------------------------------------------------------------- */

#define COARSEST_M 100000.0

enum eg_status eg_coalition_area_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                       const struct eg_target *target, struct eg_error *err)
{
    static const struct eg_double_range tolerances = {0, COARSEST_M};
    struct eg_coalition_area_request *wanted = &exchange->wanted.coalition_area;
    *wanted = (struct eg_coalition_area_request){.id = values->text[0], .base_url = exchange->base_url};
    exchange->freshness = eg_exchange_directory_freshness(exchange);
    return eg_target_double(target, "tolerance", tolerances, &wanted->has_tolerance, &wanted->tolerance_m,
                            err);
}

enum eg_status eg_coalition_area_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                      struct eg_error *err)
{
    struct eg_entity entity = {0};
    enum eg_status status =
        eg_engine_coalition_area(exchange->snapshot, &exchange->wanted.coalition_area, &entity, err);
    return status == EG_OK ? eg_answer_from_entity(&entity, exchange->accepts_gzip, answer_out, err) : status;
}

enum eg_status eg_coalition_profile_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                         struct eg_error *err)
{
    struct eg_entity entity = {0};
    enum eg_status status = eg_engine_coalition_profile(exchange->snapshot, exchange->wanted.id,
                                                        exchange->base_url, &entity, err);
    return status == EG_OK ? eg_answer_from_entity(&entity, exchange->accepts_gzip, answer_out, err) : status;
}
