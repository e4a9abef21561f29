/* The HSDS 3.0 API: its parameters, each with a limit, and its root. */
#include <stdio.h>

#include "base/calendar.h"
#include "engine/describe.h"
#include "engine/hsds.h"
#include "http/handlers.h"
#include "http/server_parts.h"

#define USUAL_PER_PAGE 50U

static enum eg_status refuse(struct eg_error *err, const char *field, struct eg_text value,
                             const char *wanted)
{
    eg_error_set(err, EG_INVALID, "%s is '%.*s'; it must be %s", field, EG_TEXT_SHOWN(value, 60), wanted);
    eg_error_field(err, field);
    return EG_INVALID;
}

/* The second segment of the path is the list's name: the route says so. */
static enum eg_hsds_list list_of(const struct eg_target *target)
{
    int list = 0;
    while (list + 1 < EG_N_HSDS_LISTS &&
           !eg_text_equal(target->segments[1],
                          eg_text_from(eg_record_spec(eg_hsds_table((enum eg_hsds_list)list))->list)))
        list++;
    return (enum eg_hsds_list)list;
}

/* --- conditions ---------------------------------------------------------------------------------------------------- */

static enum eg_status read_id(const struct eg_target *target, const char *name, struct eg_text *id_out,
                              struct eg_error *err)
{
    enum eg_status status = eg_target_text(target, name, id_out, err);
    if (status != EG_OK || id_out->len == 0 || eg_record_text_is(EG_RECORD_ID, *id_out)) return status;
    return refuse(err, name, *id_out, "a UUID");
}

/* In any case: what Python writes of its own accord is "True". */
static enum eg_status read_flag(const struct eg_target *target, const char *name, bool *flag_out,
                                struct eg_error *err)
{
    struct eg_text text = {0};
    enum eg_status status = eg_target_text(target, name, &text, err);
    if (status != EG_OK || text.len == 0) return status;
    *flag_out = eg_text_equal_any_case(text, EG_TEXT("true"));
    if (*flag_out || eg_text_equal_any_case(text, EG_TEXT("false"))) return EG_OK;
    return refuse(err, name, text, "true or false");
}

/* As programs write a time that know no offsets: in UTC. */
static bool parse_in_utc(struct eg_text text, int64_t *unix_s_out)
{
    char whole[40];
    int n = text.len < sizeof whole - 1 ? snprintf(whole, sizeof whole, "%.*sZ", EG_TEXT_ARG(text)) : 0;
    return n > 0 && eg_calendar_parse_instant((struct eg_text){whole, (size_t)n}, unix_s_out);
}

/* A day begins with its first second in UTC. */
static enum eg_status read_modified_after(const struct eg_target *target, struct eg_hsds_query *query,
                                          struct eg_error *err)
{
    struct eg_text text = {0};
    int64_t day;
    enum eg_status status = eg_target_text(target, "modified_after", &text, err);
    if (status != EG_OK || text.len == 0) return status;
    query->has_modified_after = true;
    if (eg_calendar_parse_instant(text, &query->modified_after_s) ||
        parse_in_utc(text, &query->modified_after_s))
        return EG_OK;
    if (!eg_calendar_parse_date(text, &day))
        return refuse(err, "modified_after", text, "a time such as 2026-01-31T09:30:00Z, or a day");
    query->modified_after_s = (day - eg_calendar_day(1970, 1, 1)) * 86400;
    return EG_OK;
}

static enum eg_status read_place(const struct eg_target *target, struct eg_hsds_request *request,
                                 struct eg_error *err)
{
    static const struct eg_double_range distances = {0, EG_HSDS_PROXIMITY_MAX_M};
    struct eg_hsds_query *query = &request->query;
    enum eg_status status = eg_target_text(target, "postcode", &request->postcode, err);
    if (status == EG_OK)
        status = eg_target_double(target, "proximity", distances, &query->has_radius, &query->radius_m, err);
    if (status != EG_OK || !query->has_radius || request->postcode.len > 0) return status;
    eg_error_set(err, EG_INVALID, "proximity needs postcode=... to be measured from");
    eg_error_field(err, "proximity");
    return EG_INVALID;
}

static enum eg_status read_of_services(const struct eg_target *target, struct eg_hsds_request *request,
                                       struct eg_error *err)
{
    struct eg_hsds_query *query = &request->query;
    enum eg_status status = read_id(target, "organization_id", &query->organization_id, err);
    if (status == EG_OK) status = read_id(target, "taxonomy_term_id", &query->taxonomy_term_id, err);
    if (status == EG_OK) status = read_id(target, "taxonomy_id", &query->taxonomy_id, err);
    if (status == EG_OK) status = read_modified_after(target, query, err);
    return status == EG_OK ? read_place(target, request, err) : status;
}

static enum eg_status read_of_terms(const struct eg_target *target, struct eg_hsds_query *query,
                                    struct eg_error *err)
{
    enum eg_status status = read_id(target, "taxonomy_id", &query->taxonomy_id, err);
    if (status == EG_OK) status = read_id(target, "parent_id", &query->parent_id, err);
    return status == EG_OK ? read_flag(target, "top_only", &query->top_only, err) : status;
}

/* --- the form ------------------------------------------------------------------------------------------------------ */

static enum eg_status read_form(const struct eg_target *target, struct eg_hsds_request *request,
                                struct eg_error *err)
{
    enum eg_hsds_list list = request->query.list;
    bool minimal = false, full = false;
    enum eg_status status = EG_OK;
    if (list == EG_HSDS_SERVICES) status = read_flag(target, "minimal", &minimal, err);
    if (status == EG_OK && list <= EG_HSDS_ORGANIZATIONS) status = read_flag(target, "full", &full, err);
    if (status == EG_OK && list == EG_HSDS_ORGANIZATIONS)
        status = read_flag(target, "full_service", &request->full_service, err);
    if (status != EG_OK) return status;
    if (minimal && full) return refuse(err, "minimal", EG_TEXT("true"), "false where full is true");
    request->form = minimal ? EG_HSDS_MINIMAL : full ? EG_HSDS_FULL : EG_HSDS_USUAL;
    return EG_OK;
}

static enum eg_status read_page(const struct eg_target *target, uint32_t most,
                                struct eg_hsds_request *request, struct eg_error *err)
{
    struct eg_text format = {0};
    uint32_t page = 0, per_page = 0;
    bool minimal = request->form == EG_HSDS_MINIMAL;
    if (minimal) most = EG_HSDS_MINIMAL_MAX;
    enum eg_status status = eg_target_text(target, "format", &format, err);
    request->lines = eg_text_equal(format, EG_TEXT("ndjson"));
    if (status == EG_OK && format.len > 0 && !request->lines && !eg_text_equal(format, EG_TEXT("json")))
        return refuse(err, "format", format, "json or ndjson");
    if (status == EG_OK)
        status = eg_target_u32(target, "page", (struct eg_u32_range){1, INT32_MAX}, &page, err);
    if (status == EG_OK)
        status = eg_target_u32(target, "per_page", (struct eg_u32_range){1, most}, &per_page, err);
    request->all = request->lines && page == 0 && per_page == 0;
    request->page = page > 0 ? page : 1;
    request->per_page = per_page > 0 ? per_page : minimal || most < USUAL_PER_PAGE ? most : USUAL_PER_PAGE;
    return status;
}

/* --- routes -------------------------------------------------------------------------------------------------------- */

enum eg_status eg_hsds_list_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                  const struct eg_target *target, struct eg_error *err)
{
    (void)values;
    struct eg_hsds_request *request = &exchange->wanted.hsds.list;
    exchange->wanted.hsds = (struct eg_hsds_wanted){.list.query.list = list_of(target)};
    exchange->freshness = EG_FRESH_CHECK;
    enum eg_hsds_list list = request->query.list;
    enum eg_status status = eg_target_text(target, "search", &request->query.words, err);
    if (status == EG_OK && list <= EG_HSDS_SERVICE_AT_LOCATIONS)
        status = read_of_services(target, request, err);
    if (status == EG_OK && list == EG_HSDS_TAXONOMY_TERMS)
        status = read_of_terms(target, &request->query, err);
    if (status == EG_OK) status = read_form(target, request, err);
    if (status == EG_OK) status = read_page(target, exchange->server->settings.most_results, request, err);
    return status;
}

enum eg_status eg_hsds_list_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                 struct eg_error *err)
{
    struct eg_entity entity = {0};
    enum eg_status status =
        eg_engine_hsds_list(exchange->snapshot, &exchange->wanted.hsds.list, &entity, err);
    return status == EG_OK ? eg_answer_from_entity(&entity, exchange->accepts_gzip, answer_out, err) : status;
}

enum eg_status eg_hsds_record_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                    const struct eg_target *target, struct eg_error *err)
{
    struct eg_hsds_wanted *wanted = &exchange->wanted.hsds;
    *wanted = (struct eg_hsds_wanted){.list.query.list = list_of(target), .id = values->text[0]};
    exchange->freshness = EG_FRESH_CHECK;
    if (wanted->list.query.list != EG_HSDS_ORGANIZATIONS) return EG_OK;
    return read_flag(target, "full_service", &wanted->list.full_service, err);
}

enum eg_status eg_hsds_record_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                   struct eg_error *err)
{
    struct eg_entity entity = {0};
    const struct eg_hsds_wanted *wanted = &exchange->wanted.hsds;
    enum eg_status status = eg_engine_hsds_record(exchange->snapshot, wanted->list.query.list, wanted->id,
                                                  wanted->list.full_service, &entity, err);
    return status == EG_OK ? eg_answer_from_entity(&entity, exchange->accepts_gzip, answer_out, err) : status;
}

static void add_address(struct eg_json *json, const char *name, struct eg_text base_url, const char *path)
{
    struct eg_buffer url;
    eg_buffer_init(&url, 0);
    eg_buffer_text(&url, base_url);
    eg_buffer_literal(&url, path);
    eg_describe_made(json, eg_json_root(json), name, (struct eg_text){url.failed ? NULL : url.data, url.len});
    eg_buffer_clear(&url);
}

enum eg_status eg_hsds_root_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                 struct eg_error *err)
{
    struct eg_entity entity = {0};
    struct eg_json *json = eg_json_new_object();
    if (!json) return eg_error_no_memory(err, 0);
    exchange->freshness = EG_FRESH_HOUR;
    eg_json_cstring(json, eg_json_root(json), "version", "3.0");
    add_address(json, "profile", exchange->base_url, "/hsds/profile");
    add_address(json, "openapi_url", exchange->base_url, "/ogc/api?f=json");
    enum eg_status status = eg_entity_from_json(json, "application/json", &entity, err);
    return status == EG_OK ? eg_answer_from_entity(&entity, exchange->accepts_gzip, answer_out, err) : status;
}

enum eg_status eg_hsds_profile_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                    struct eg_error *err)
{
    struct eg_entity entity = {0};
    exchange->freshness = EG_FRESH_HOUR;
    enum eg_status status = eg_engine_hsds_profile(&entity, err);
    return status == EG_OK ? eg_answer_from_entity(&entity, exchange->accepts_gzip, answer_out, err) : status;
}
