/* The coalition finder: its filters, and the address of the page itself for the links to the next and previous one. */
#include <stdio.h>
#include <string.h>

#include "http/handlers.h"
#include "http/server_parts.h"

#define USUAL_RESULTS 100
#define FARTHEST_M 20040000.0 /* half way round the earth */

/* --- filters ------------------------------------------------------------------------------------------------------- */

static enum eg_status unknown_kind(struct eg_text kind, struct eg_error *err)
{
    char known[256];
    size_t len = 0;
    for (int i = 0; i < EG_N_KINDS; i++) {
        int n = snprintf(known + len, sizeof known - len, "%s%s", i > 0 ? ", " : "",
                         eg_entry_kind_name((enum eg_entry_kind)i));
        len = n > 0 && len + (size_t)n < sizeof known ? len + (size_t)n : len;
    }
    eg_error_set(err, EG_INVALID, "there is no kind '%.*s'; the kinds are %s", EG_TEXT_SHOWN(kind, 60),
                 known);
    eg_error_field(err, "kind");
    return EG_INVALID;
}

/* kind=hub,service or kind=hub&kind=service. */
static enum eg_status read_kinds(const struct eg_target *target, uint32_t *kinds_out, struct eg_error *err)
{
    for (uint32_t i = 0; i < target->n_parameters; i++) {
        if (!eg_text_equal(target->parameters[i].name, EG_TEXT("kind"))) continue;
        struct eg_text rest = target->parameters[i].value, word;
        while (rest.len > 0) {
            enum eg_entry_kind kind;
            rest = eg_text_cut(rest, ',', &word);
            if (!eg_entry_kind_parse(eg_text_trim(word), &kind)) return unknown_kind(word, err);
            *kinds_out |= UINT32_C(1) << kind;
        }
    }
    return EG_OK;
}

static enum eg_status read_near(const struct eg_target *target, struct eg_directory_query *query,
                                struct eg_error *err)
{
    static const struct eg_double_range radii = {0, FARTHEST_M};
    struct eg_position near = {0};
    enum eg_status status = eg_target_position(target, "near", &query->has_near, &near, err);
    if (status == EG_OK)
        status = eg_target_double(target, "radius", radii, &query->has_radius, &query->radius_m, err);
    if (status != EG_OK) return status;
    query->near_lon_deg = near.lon_deg;
    query->near_lat_deg = near.lat_deg;
    if (query->has_near || !query->has_radius) return EG_OK;
    eg_error_set(err, EG_INVALID, "radius needs near=longitude,latitude to be measured from");
    eg_error_field(err, "radius");
    return EG_INVALID;
}

static enum eg_status read_words(const struct eg_target *target, struct eg_coalitions_request *wanted,
                                 struct eg_error *err)
{
    enum eg_status status = eg_target_text(target, "q", &wanted->query.words, err);
    if (status == EG_OK) status = eg_target_text(target, "topic", &wanted->query.topic, err);
    if (status == EG_OK) status = eg_target_text(target, "programme", &wanted->query.programme, err);
    if (status == EG_OK) status = eg_target_text(target, "serves", &wanted->serves, err);
    return status;
}

static enum eg_status read_page(const struct eg_target *target, uint32_t most,
                                struct eg_directory_query *query, struct eg_error *err)
{
    query->limit = most < USUAL_RESULTS ? most : USUAL_RESULTS;
    enum eg_status status =
        eg_target_u32(target, "limit", (struct eg_u32_range){0, most}, &query->limit, err);
    if (status == EG_OK)
        status = eg_target_u32(target, "offset", (struct eg_u32_range){0, INT32_MAX}, &query->offset, err);
    return status;
}

/* --- links --------------------------------------------------------------------------------------------------------- */

/* The filters once more, in the order they came; what is unknown or says which page is left out. */
static enum eg_status write_self_url(const struct eg_target *target, struct eg_buffer *url,
                                     struct eg_error *err)
{
    static const char *const filters[] = {"bbox",  "near",      "radius", "q",
                                          "topic", "programme", "kind",   "serves"};
    eg_buffer_init(url, 0);
    eg_buffer_literal(url, "/coalitions");
    for (uint32_t i = 0; i < target->n_parameters; i++)
        for (size_t f = 0; f < EG_ARRAY_LEN(filters); f++)
            if (eg_text_equal(target->parameters[i].name, eg_text_from(filters[f])))
                eg_target_write_parameter(url, filters[f], target->parameters[i].value);
    return url->failed ? eg_error_no_memory(err, url->len) : EG_OK;
}

enum eg_status eg_coalitions_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                   const struct eg_target *target, struct eg_error *err)
{
    (void)values;
    struct eg_coalitions_request *wanted = &exchange->wanted.coalitions;
    *wanted = (struct eg_coalitions_request){.base_url = exchange->base_url};
    wanted->query.serves_boundaries = EG_ATLAS_NONE;
    exchange->freshness = EG_FRESH_MINUTE;
    enum eg_status status =
        eg_target_bbox(target, "bbox", &wanted->query.has_bbox, &wanted->query.bbox_deg, err);
    if (status == EG_OK) status = read_near(target, &wanted->query, err);
    if (status == EG_OK) status = read_words(target, wanted, err);
    if (status == EG_OK) status = read_kinds(target, &wanted->query.kinds, err);
    if (status == EG_OK)
        status = read_page(target, exchange->server->settings.most_results, &wanted->query, err);
    if (status == EG_OK) status = write_self_url(target, &exchange->self_url, err);
    wanted->self_url = (struct eg_text){exchange->self_url.data, exchange->self_url.len};
    return status;
}

enum eg_status eg_coalitions_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                  struct eg_error *err)
{
    struct eg_entity entity = {0};
    enum eg_status status =
        eg_engine_coalitions(exchange->snapshot, &exchange->wanted.coalitions, &entity, err);
    return status == EG_OK ? eg_answer_from_entity(&entity, exchange->accepts_gzip, answer_out, err) : status;
}

/* --- one entry ----------------------------------------------------------------------------------------------------- */

enum eg_status eg_coalition_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                  const struct eg_target *target, struct eg_error *err)
{
    (void)target;
    (void)err;
    exchange->wanted.id = values->text[0];
    exchange->freshness = EG_FRESH_MINUTE;
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
