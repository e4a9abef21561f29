/* OGC API - Features, Parts 1 to 3: from a target to a request, and from a request to an answer. On the connection's thread only
 * the parameters are told apart; what they mean is found out by a worker, which has the collection's properties. */
#include "http/ogc_features.h"

#include <stdio.h>
#include <string.h>

#include "http/accept.h"
#include "http/handlers.h"
#include "http/html.h"
#include "http/ogc_features_parts.h"
#include "http/server_parts.h"

#define NOT_ACCEPTABLE 406U
#define ARENA_BYTES ((size_t)16 << 20)
#define BODY_BYTES ((size_t)256 << 20) /* 1,000 of the largest areas there are have 40 MB */
#define NAME_BYTES 128U

/* --- parameters ---------------------------------------------------------------------------------------------------- */

struct known {
    const char *name;
    struct eg_text *text; /* where it goes */
    bool of_item;         /* may be asked of a single feature, too */
};

static bool is_named(const struct eg_parameter *parameter, const char *name)
{
    return eg_text_equal(parameter->name, eg_text_from(name));
}

/* Those that other readers take. */
static bool is_read_elsewhere(const struct eg_parameter *parameter, enum eg_ogc_resource resource)
{
    if (is_named(parameter, "f")) return true;
    if (resource >= EG_OGC_QUERYABLES) return false;
    if (is_named(parameter, "skipGeometry") || is_named(parameter, "datetime")) return true;
    return resource == EG_OGC_ITEMS && is_named(parameter, "limit");
}

static enum eg_status keep_other(struct eg_ogc_features_request *wanted, const struct eg_parameter *parameter,
                                 struct eg_error *err)
{
    char field[EG_OGC_FIELD_BYTES];
    bool room = wanted->n_equals < EG_OGC_EQUALS;
    if (wanted->resource == EG_OGC_ITEMS && room) {
        wanted->equals[wanted->n_equals++] = *parameter;
        return EG_OK;
    }
    eg_ogc_name_field(parameter->name, field);
    if (room) (void)eg_error_set(err, EG_INVALID, "there is no parameter '%s' here", field);
    else
        (void)eg_error_set(err, EG_LIMIT, "more than %u parameters name properties; use filter= instead",
                           EG_OGC_EQUALS);
    (void)eg_error_field(err, field);
    return err ? err->status : EG_INVALID;
}

static enum eg_status read_texts(const struct eg_target *target, struct eg_ogc_features_request *wanted,
                                 struct eg_error *err)
{
    const struct known known[] = {{"bbox", &wanted->bbox, false},
                                  {"bbox-crs", &wanted->bbox_crs, false},
                                  {"crs", &wanted->crs, true},
                                  {"properties", &wanted->properties, true},
                                  {"after", &wanted->after, false},
                                  {"filter", &wanted->filter, false},
                                  {"filter-lang", &wanted->filter_lang, false},
                                  {"filter-crs", &wanted->filter_crs, false}};
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < target->n_parameters && status == EG_OK; i++) {
        const struct eg_parameter *parameter = &target->parameters[i];
        const struct known *found = NULL;
        for (size_t k = 0; k < EG_ARRAY_LEN(known); k++)
            if (is_named(parameter, known[k].name) && wanted->resource < EG_OGC_QUERYABLES &&
                (known[k].of_item || wanted->resource == EG_OGC_ITEMS))
                found = &known[k];
        if (found) status = eg_target_text(target, found->name, found->text, err);
        else if (!is_read_elsewhere(parameter, wanted->resource)) status = keep_other(wanted, parameter, err);
    }
    return status;
}

/* A limit above the most is no mistake: the most is given. */
static enum eg_status read_limit(const struct eg_target *target, uint32_t most, uint32_t *limit_out,
                                 struct eg_error *err)
{
    static const struct eg_u32_range range = {1, UINT32_MAX};
    uint32_t limit = EG_OGC_USUAL_LIMIT;
    enum eg_status status = eg_target_u32(target, "limit", range, &limit, err);
    *limit_out = limit < most ? limit : most;
    return status;
}

static enum eg_status choose_format(struct eg_exchange *exchange, const struct eg_target *target,
                                    struct eg_ogc_features_request *wanted, struct eg_error *err)
{
    static const struct eg_media_offer features[] = {
        [EG_OGC_JSON] = {"application/geo+json", "json"},
        [EG_OGC_HTML] = {"text/html; charset=utf-8", "html"},
        [EG_OGC_CSV] = {"text/csv; charset=utf-8", "csv"},
        [EG_OGC_PLAIN_JSON] = {"application/json", NULL},
    };
    static const struct eg_media_offer schemas[] = {
        [EG_OGC_JSON] = {"application/schema+json", "json"},
        [EG_OGC_HTML] = {"text/html; charset=utf-8", "html"},
        [EG_OGC_CSV] = {"application/json", NULL},
    };
    struct eg_text format = {0};
    uint32_t offer = 0;
    bool is_schema = wanted->resource >= EG_OGC_QUERYABLES;
    enum eg_status status = eg_target_text(target, "f", &format, err);
    if (status == EG_OK)
        status = is_schema ? eg_accept_choose(schemas, 3, format, exchange->accept, &offer, err)
                           : eg_accept_choose(features, 4, format, exchange->accept, &offer, err);
    if (status == EG_UNSUPPORTED) exchange->refused_with = NOT_ACCEPTABLE;
    wanted->format = is_schema && offer == EG_OGC_CSV ? EG_OGC_PLAIN_JSON : (enum eg_ogc_format)offer;
    return status;
}

/* The path and the parameters once more, but for `after` and `f`. Names that are not plain are refused later, or not ours. */
static enum eg_status write_self(const struct eg_target *target, struct eg_buffer *url, struct eg_error *err)
{
    eg_buffer_init(url, 0);
    for (uint32_t i = 0; i < target->n_segments; i++) {
        struct eg_buffer segment; /* encoded as a parameter's value is */
        eg_buffer_init(&segment, 0);
        eg_target_write_parameter(&segment, "", target->segments[i]);
        eg_buffer_char(url, '/');
        if (segment.len > 2) eg_buffer_append(url, segment.data + 2, segment.len - 2);
        url->failed |= segment.failed;
        eg_buffer_clear(&segment);
    }
    for (uint32_t i = 0; i < target->n_parameters; i++) {
        const struct eg_parameter *parameter = &target->parameters[i];
        char name[NAME_BYTES];
        if (is_named(parameter, "after") || is_named(parameter, "f")) continue;
        (void)snprintf(name, sizeof name, "%.*s",
                       parameter->name.len < sizeof name ? (int)parameter->name.len : 0,
                       parameter->name.data ? parameter->name.data : "");
        eg_target_write_parameter(url, name, parameter->value);
    }
    return url->failed ? eg_error_no_memory(err, url->len) : EG_OK;
}

static enum eg_status parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                            const struct eg_target *target, enum eg_ogc_resource resource,
                            struct eg_error *err)
{
    struct eg_ogc_features_request *wanted = &exchange->wanted.ogc_features;
    *wanted = (struct eg_ogc_features_request){.resource = resource};
    if (resource == EG_OGC_ITEM) wanted->feature = values->text[1];
    exchange->freshness = eg_exchange_directory_freshness(exchange);
    enum eg_status status = eg_collection_find(exchange->snapshot, values->text[0], &wanted->collection, err);
    if (status == EG_OK) status = choose_format(exchange, target, wanted, err);
    if (status == EG_OK) status = read_texts(target, wanted, err);
    if (status == EG_OK) status = eg_target_bool(target, "skipGeometry", &wanted->skip_geometry, err);
    if (status == EG_OK) status = eg_ogc_time_read(target, &wanted->time, err);
    if (status == EG_OK)
        status = read_limit(target, exchange->server->settings.most_results, &wanted->limit, err);
    return status == EG_OK ? write_self(target, &exchange->self_url, err) : status;
}

enum eg_status eg_ogc_items_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                  const struct eg_target *target, struct eg_error *err)
{
    return parse(exchange, values, target, EG_OGC_ITEMS, err);
}

enum eg_status eg_ogc_item_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                 const struct eg_target *target, struct eg_error *err)
{
    return parse(exchange, values, target, EG_OGC_ITEM, err);
}

enum eg_status eg_ogc_queryables_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                       const struct eg_target *target, struct eg_error *err)
{
    return parse(exchange, values, target, EG_OGC_QUERYABLES, err);
}

enum eg_status eg_ogc_schema_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                   const struct eg_target *target, struct eg_error *err)
{
    return parse(exchange, values, target, EG_OGC_SCHEMA, err);
}

/* --- addresses ----------------------------------------------------------------------------------------------------- */

enum eg_status eg_ogc_address(const struct eg_ogc_job *job, struct eg_text after, const char *format,
                              struct eg_text *address_out, struct eg_error *err)
{
    struct eg_buffer url;
    eg_buffer_init(&url, 0);
    eg_buffer_text(&url, job->exchange->base_url);
    eg_buffer_append(&url, job->exchange->self_url.data, job->exchange->self_url.len);
    if (after.len > 0) eg_target_write_parameter(&url, "after", after);
    eg_target_write_parameter(&url, "f", eg_text_from(format));
    struct eg_text copy = {0};
    if (!url.failed) copy = eg_text_copy(job->arena, (struct eg_text){url.data, url.len});
    eg_buffer_clear(&url);
    if (!copy.data) return eg_error_no_memory(err, EG_TARGET_BYTES);
    *address_out = copy;
    return EG_OK;
}

struct eg_text eg_ogc_collection_address(const struct eg_ogc_job *job, const char *rest)
{
    return eg_text_format(job->arena, "%.*s/ogc/collections/%.*s%s", EG_TEXT_ARG(job->exchange->base_url),
                          EG_TEXT_ARG(eg_collection_id(job->exchange->snapshot, job->wanted->collection)),
                          rest);
}

/* --- answers ------------------------------------------------------------------------------------------------------- */

static enum eg_status open_features(struct eg_ogc_job *job, struct eg_error *err)
{
    const struct eg_ogc_features_request *wanted = job->wanted;
    struct eg_snapshot *snapshot = job->exchange->snapshot;
    struct eg_text period = {0};
    enum eg_status status = EG_OK;
    if (wanted->collection.kind == EG_COLLECTION_LAYER && wanted->time.given)
        status = eg_ogc_time_period(&wanted->time, snapshot, wanted->collection.layer, &period, err);
    if (status == EG_OK) status = eg_features_open(snapshot, wanted->collection, period, &job->features, err);
    return status;
}

/* The features of no period: the properties are there, the page stays empty. */
static enum eg_status open_for_none(struct eg_ogc_job *job, struct eg_error *err)
{
    return eg_features_open(job->exchange->snapshot, job->wanted->collection, (struct eg_text){0},
                            &job->features, err);
}

static enum eg_status make_items(struct eg_ogc_job *job, struct eg_buffer *out, struct eg_error *err)
{
    enum eg_status status = open_features(job, err);
    bool none = status == EG_NOT_FOUND;
    if (none) status = open_for_none(job, err);
    if (status == EG_OK) status = eg_ogc_read_form(job, err);
    if (status == EG_OK) status = eg_ogc_select(job, err);
    if (status != EG_OK) return status;
    if (none) job->page = (struct eg_features_page){0};
    if (job->wanted->format == EG_OGC_CSV) return eg_ogc_write_csv(job, out, err);
    if (job->wanted->format == EG_OGC_HTML) return eg_ogc_write_items_page(job, out, err);
    return eg_ogc_write_items(job, out, err);
}

static enum eg_status find_item(struct eg_ogc_job *job, struct eg_error *err)
{
    struct eg_text id = job->wanted->feature;
    uint32_t *feature = eg_arena_array(job->arena, 1, sizeof *feature);
    if (!feature) return eg_error_no_memory(err, sizeof *feature);
    *feature = eg_features_find(job->features, id);
    job->page = (struct eg_features_page){.features = feature, .n = 1, .n_matched = 1};
    if (*feature < eg_features_count(job->features)) return EG_OK;
    (void)eg_error_set(err, EG_NOT_FOUND, "there is no feature '%.*s' in this collection",
                       EG_TEXT_SHOWN(id, 60));
    (void)eg_error_field(err, "featureId");
    return EG_NOT_FOUND;
}

static enum eg_status make_item(struct eg_ogc_job *job, struct eg_buffer *out, struct eg_error *err)
{
    enum eg_status status = open_features(job, err);
    if (status == EG_OK) status = find_item(job, err);
    if (status == EG_OK) status = eg_ogc_read_form(job, err);
    if (status != EG_OK) return status;
    if (job->wanted->format == EG_OGC_CSV) return eg_ogc_write_csv(job, out, err);
    if (job->wanted->format == EG_OGC_HTML) return eg_ogc_write_item_page(job, out, err);
    return eg_ogc_write_item(job, out, err);
}

static enum eg_status make_schema(struct eg_ogc_job *job, struct eg_buffer *out, struct eg_error *err)
{
    enum eg_status status = open_for_none(job, err);
    if (status != EG_OK) return status;
    if (job->wanted->format == EG_OGC_HTML) return eg_ogc_write_schema_page(job, out, err);
    return eg_ogc_write_schema(job, out, err);
}

static const char *media_type_of(const struct eg_ogc_features_request *wanted)
{
    bool is_schema = wanted->resource >= EG_OGC_QUERYABLES;
    switch (wanted->format) {
    case EG_OGC_HTML:
        return "text/html; charset=utf-8";
    case EG_OGC_CSV:
        return "text/csv; charset=utf-8";
    case EG_OGC_PLAIN_JSON:
        return "application/json";
    case EG_OGC_JSON:
        break;
    }
    return is_schema ? "application/schema+json" : "application/geo+json";
}

/* CSV has no place for links and numbers, so the head of the answer has them. */
static enum eg_status add_csv_headers(const struct eg_ogc_job *job, struct eg_answer *answer,
                                      struct eg_error *err)
{
    char number[24];
    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)job->page.n_matched);
    enum eg_status status = eg_answer_add_header(answer, "OGC-NumberMatched", number, err);
    (void)snprintf(number, sizeof number, "%u", job->page.n);
    if (status == EG_OK) status = eg_answer_add_header(answer, "OGC-NumberReturned", number, err);
    if (status != EG_OK || !job->page.more || job->page.n == 0) return status;
    struct eg_text next, link = {0};
    struct eg_text last = eg_features_id(job->features, job->page.features[job->page.n - 1]);
    status = eg_ogc_address(job, last, "csv", &next, err);
    if (status == EG_OK)
        link = eg_text_format(job->arena, "<%.*s>; rel=\"next\"; type=\"text/csv\"", EG_TEXT_ARG(next));
    if (status == EG_OK && !link.data) status = eg_error_no_memory(err, EG_TARGET_BYTES);
    return status == EG_OK ? eg_answer_add_header(answer, "Link", link.data, err) : status;
}

static enum eg_status add_headers(const struct eg_ogc_job *job, struct eg_answer *answer,
                                  struct eg_error *err)
{
    enum eg_status status = EG_OK;
    answer->varies_by_accept = true;
    if (job->wanted->format == EG_OGC_HTML)
        return eg_answer_add_header(answer, "Content-Security-Policy", EG_HTML_POLICY, err);
    if (job->content_crs[0]) status = eg_answer_add_header(answer, "Content-Crs", job->content_crs, err);
    if (status == EG_OK && job->wanted->format == EG_OGC_CSV && job->wanted->resource == EG_OGC_ITEMS)
        status = add_csv_headers(job, answer, err);
    return status;
}

static enum eg_status make_answer(struct eg_ogc_job *job, struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_buffer out;
    struct eg_entity entity = {0};
    struct eg_answer *answer = NULL;
    enum eg_status status;
    eg_buffer_init(&out, BODY_BYTES);
    if (job->wanted->resource == EG_OGC_ITEMS) status = make_items(job, &out, err);
    else if (job->wanted->resource == EG_OGC_ITEM) status = make_item(job, &out, err);
    else status = make_schema(job, &out, err);
    if (status == EG_OK) status = eg_entity_from_buffer(&out, media_type_of(job->wanted), true, &entity, err);
    if (status == EG_OK) status = eg_answer_from_entity(&entity, job->exchange->accepts_gzip, &answer, err);
    if (status == EG_OK) status = add_headers(job, answer, err);
    eg_buffer_clear(&out);
    if (status == EG_OK) *answer_out = answer;
    else eg_answer_release(answer);
    return status;
}

enum eg_status eg_ogc_features_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                    struct eg_error *err)
{
    struct eg_ogc_job job = {.exchange = exchange, .wanted = &exchange->wanted.ogc_features};
    job.arena = eg_arena_new(ARENA_BYTES);
    enum eg_status status =
        job.arena ? make_answer(&job, answer_out, err) : eg_error_no_memory(err, ARENA_BYTES);
    eg_filter_free(job.filter);
    eg_transform_free(job.bbox_transform);
    eg_transform_free(job.filter_transform);
    eg_crs_context_free(job.proj);
    eg_features_close(job.features);
    eg_arena_free(job.arena);
    return status;
}
