/* A page is found as numbers, then written record by record. A store's rows are at hand. What other directories' entries come to is made
 * for the page alone, a small set of records of the entries that it has (some 20 microseconds each), and thrown away with it. */
#include "engine/hsds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/memory.h"
#include "data/entry_records.h"
#include "data/records_json.h"
#include "engine/gazetteer.h"

struct writing {
    struct eg_snapshot *snapshot;
    const struct eg_hsds *hsds;
    const struct eg_hsds_request *request;
    struct eg_records_builder *builder; /* of entries without rows */
    struct eg_entry_recorder *recorder;
    uint64_t *recorded;      /* bits: entries that it has */
    struct eg_records *made; /* of them; NULL: the page needs none */
    uint32_t n_services;     /* nested in organisations */
    struct eg_buffer *out;
    struct eg_error *err;
};

/* --- records of entries ---------------------------------------------------------------------------------------------------------- */

static enum eg_status record_entry(struct writing *writing, uint32_t entry)
{
    char doubt[EG_ENTRY_DOUBT_BYTES];
    uint64_t bit = UINT64_C(1) << entry % 64;
    const struct eg_entries *entries = eg_directory_entries(writing->snapshot->directory);
    enum eg_status status = EG_OK;
    if (!writing->recorder) {
        writing->recorded = eg_memory_zeroed((size_t)entries->n / 64 + 1, sizeof *writing->recorded);
        if (!writing->recorded) return eg_error_no_memory(writing->err, entries->n / 8);
        status = eg_records_builder_new(&writing->builder, writing->err);
        if (status == EG_OK)
            status = eg_entry_recorder_new(writing->snapshot->atlas, writing->builder, &writing->recorder,
                                           writing->err);
    }
    if (status != EG_OK || (writing->recorded[entry / 64] & bit)) return status;
    writing->recorded[entry / 64] |= bit;
    return eg_entry_record(writing->recorder, entries->items[entry], doubt, writing->err);
}

static enum eg_status limit_services(const struct writing *writing)
{
    if (writing->n_services <= EG_HSDS_SERVICES_MAX) return EG_OK;
    eg_error_set(writing->err, EG_LIMIT,
                 "these organisations have more than %u services in all; take fewer on a page, or GET "
                 "/hsds/services?organization_id=...&full=true",
                 EG_HSDS_SERVICES_MAX);
    eg_error_field(writing->err, "full_service");
    return EG_LIMIT;
}

/* Whatever will be written of an item must have its records. */
static enum eg_status prepare_item(struct writing *writing, enum eg_hsds_list list, uint32_t number)
{
    struct eg_hsds_item item = eg_hsds_at(writing->hsds, list, number);
    enum eg_status status = item.row ? EG_OK : record_entry(writing, item.entry);
    if (status != EG_OK || list != EG_HSDS_ORGANIZATIONS || !writing->request->full_service) return status;
    uint32_t n;
    const uint32_t *services = eg_hsds_services_of(writing->hsds, number, &n);
    writing->n_services += n;
    status = limit_services(writing);
    for (uint32_t i = 0; i < n && status == EG_OK; i++)
        status = prepare_item(writing, EG_HSDS_SERVICES, services[i]);
    return status;
}

static enum eg_status prepare(struct writing *writing, enum eg_hsds_list list, const uint32_t *items,
                              uint32_t n)
{
    enum eg_status status = EG_OK;
    bool needs_none = writing->request->form == EG_HSDS_MINIMAL;
    for (uint32_t i = 0; i < n && !needs_none && status == EG_OK; i++)
        status = prepare_item(writing, list, items[i]);
    if (status == EG_OK && writing->builder)
        status = eg_records_finish(writing->builder, &writing->made, writing->err);
    return status;
}

static void clear_writing(struct writing *writing)
{
    eg_entry_recorder_free(writing->recorder);
    eg_records_builder_free(writing->builder);
    eg_records_release(writing->made);
    free(writing->recorded);
}

/* --- one record ------------------------------------------------------------------------------------------------------------------ */

static void write_row(const struct writing *writing, enum eg_hsds_list list, uint32_t number,
                      enum eg_records_form form, struct eg_json *json, struct eg_json_value *into)
{
    struct eg_hsds_item item = eg_hsds_at(writing->hsds, list, number);
    struct eg_records_view view = {
        .form = form, .preferred = {eg_hsds_stored(writing->hsds), eg_hsds_shared(writing->hsds)}};
    const struct eg_record *row = item.row;
    view.records = row ? eg_hsds_records_of(writing->hsds, row) : writing->made;
    if (!row) row = eg_records_find(writing->made, eg_hsds_table(list), item.id);
    if (row) eg_records_json_write(&view, row, json, into);
}

/* "services": each with its id and name, or all of it. */
static void write_services(const struct writing *writing, uint32_t organization, struct eg_json *json,
                           struct eg_json_value *into)
{
    uint32_t n;
    const uint32_t *services = eg_hsds_services_of(writing->hsds, organization, &n);
    const struct eg_entries *entries = eg_directory_entries(writing->snapshot->directory);
    struct eg_json_value *list = eg_json_array(json, into, "services");
    for (uint32_t i = 0; i < n; i++) {
        struct eg_json_value *service = eg_json_object(json, list, NULL);
        if (writing->request->full_service) {
            write_row(writing, EG_HSDS_SERVICES, services[i], EG_RECORDS_NESTED, json, service);
            continue;
        }
        eg_json_cstring(json, service, "id", entries->items[services[i]]->id);
        eg_json_text(json, service, "name", entries->items[services[i]]->field[EG_ENTRY_NAME]);
    }
}

static void write_item(const struct writing *writing, enum eg_hsds_list list, uint32_t number,
                       struct eg_json *json, struct eg_json_value *into)
{
    bool full = writing->request->form == EG_HSDS_FULL;
    bool with_services = list == EG_HSDS_ORGANIZATIONS && (full || writing->request->full_service);
    write_row(writing, list, number, full ? EG_RECORDS_NESTED : EG_RECORDS_SUMMARY, json, into);
    if (with_services) write_services(writing, number, json, into);
    if (full && list == EG_HSDS_SERVICE_AT_LOCATIONS)
        write_row(writing, EG_HSDS_SERVICES, eg_hsds_service_at(writing->hsds, number), EG_RECORDS_SUMMARY,
                  json, eg_json_object(json, into, "service"));
}

static void append_minimal(const struct writing *writing, uint32_t service)
{
    int64_t time_s;
    const struct eg_entries *entries = eg_directory_entries(writing->snapshot->directory);
    eg_buffer_printf(writing->out, "{\"id\":\"%s\"", entries->items[service]->id);
    if (eg_hsds_modified(writing->hsds, service, &time_s)) {
        int64_t day = time_s / 86400 - (time_s % 86400 < 0), second = time_s - day * 86400;
        struct eg_date date = eg_calendar_date(day + eg_calendar_day(1970, 1, 1));
        eg_buffer_printf(writing->out, ",\"modified_date\":\"%04u-%02u-%02uT%02d:%02d:%02dZ\"", date.year,
                         date.month, date.day, (int)(second / 3600), (int)(second / 60 % 60),
                         (int)(second % 60));
    }
    eg_buffer_char(writing->out, '}');
}

/* Each is a document of its own, so that a page is never in memory as a tree. */
static enum eg_status append_item(const struct writing *writing, enum eg_hsds_list list, uint32_t number)
{
    if (writing->request->form == EG_HSDS_MINIMAL) {
        append_minimal(writing, number);
        return EG_OK;
    }
    struct eg_json *json = eg_json_new_object();
    if (!json) return eg_error_no_memory(writing->err, 0);
    write_item(writing, list, number, json, eg_json_root(json));
    enum eg_status status = eg_json_finish(json, false, writing->out, writing->err);
    eg_json_free(json);
    return status;
}

/* --- what is asked --------------------------------------------------------------------------------------------------------------- */

static enum eg_status unknown_postcode(struct eg_text typed, struct eg_error *err)
{
    eg_error_set(err, EG_NOT_FOUND, "there is no postcode '%.*s' here", EG_TEXT_SHOWN(typed, 60));
    eg_error_field(err, "postcode");
    return EG_NOT_FOUND;
}

static enum eg_status ask_gazetteer(const struct writing *writing, struct eg_text postcode,
                                    struct eg_place_hit *place_out, struct eg_error *err)
{
    struct eg_place_query asked = {.text = postcode, .limit = 1};
    uint32_t n_found = 0;
    enum eg_status status = eg_gazetteer_find(writing->snapshot->gazetteer, &asked, place_out, &n_found, err);
    if (n_found == 0 || place_out->match < EG_MATCH_WORDS) place_out->has_position = false;
    if (status == EG_INVALID && err) err->field[0] = '\0'; /* the gazetteer's name for it */
    if (status == EG_INVALID) (void)eg_error_field(err, "postcode");
    return status;
}

static void set_point(struct eg_hsds_query *query, double lon_deg, double lat_deg)
{
    query->has_point = true;
    query->lon_deg = lon_deg;
    query->lat_deg = lat_deg;
}

/* Where the postcode is: as the gazetteer has it; else in the middle of the addresses that have it; else where those are that begin as it
 * does. */
static enum eg_status find_postcode(const struct writing *writing, char room[EG_HSDS_POSTCODE_BYTES],
                                    struct eg_hsds_query *query)
{
    struct eg_text typed = eg_text_trim(writing->request->postcode);
    struct eg_place_hit place = {0};
    double lonlat_deg[2];
    if (typed.len == 0) return EG_OK;
    query->postcode = (struct eg_text){room, eg_hsds_postcode(typed, room)};
    bool is_zip4 = query->postcode.len == 5 && typed.len == 10;
    enum eg_status status = ask_gazetteer(writing, is_zip4 ? query->postcode : typed, &place, writing->err);
    if (status != EG_OK) return status;
    if (place.has_position && place.match == EG_MATCH_WHOLE) set_point(query, place.lon_deg, place.lat_deg);
    else if (eg_hsds_postcode_place(writing->hsds, query->postcode, lonlat_deg))
        set_point(query, lonlat_deg[0], lonlat_deg[1]);
    else if (place.has_position) set_point(query, place.lon_deg, place.lat_deg);
    bool known = query->has_point || eg_hsds_has_postcode(writing->hsds, query->postcode);
    return known ? EG_OK : unknown_postcode(typed, writing->err);
}

static enum eg_status search(const struct writing *writing, struct eg_hsds_result *result_out)
{
    char room[EG_HSDS_POSTCODE_BYTES];
    const struct eg_hsds_request *request = writing->request;
    struct eg_hsds_query query = request->query;
    query.offset = (uint64_t)(request->page - 1) * request->per_page;
    query.limit = request->per_page;
    if (request->lines && request->all) {
        query.offset = 0;
        query.limit = request->form == EG_HSDS_MINIMAL ? EG_HSDS_MINIMAL_MAX : EG_HSDS_LINES_MAX;
    }
    enum eg_status status = find_postcode(writing, room, &query);
    if (status == EG_OK) status = eg_hsds_search(writing->hsds, &query, result_out, writing->err);
    if (status != EG_OK || !request->all || result_out->n_matched <= query.limit) return status;
    eg_error_set(writing->err, EG_LIMIT,
                 "format=ndjson gives all results, %u at most; these are %llu: say which page of them with "
                 "page and per_page",
                 query.limit, (unsigned long long)result_out->n_matched);
    eg_error_field(writing->err, "format");
    return EG_LIMIT;
}

/* --- a page ---------------------------------------------------------------------------------------------------------------------- */

static void open_envelope(const struct writing *writing, const struct eg_hsds_result *result)
{
    static const char *const words[] = {"false", "true"};
    uint64_t n = result->n_matched, per_page = writing->request->per_page, page = writing->request->page;
    uint64_t n_pages = n / per_page + (n % per_page != 0);
    eg_buffer_printf(writing->out,
                     "{\"total_items\":%llu,\"total_pages\":%llu,\"page_number\":%llu,\"size\":%u,"
                     "\"first_page\":%s,\"last_page\":%s,\"empty\":%s,\"contents\":[",
                     (unsigned long long)n, (unsigned long long)n_pages, (unsigned long long)page, result->n,
                     words[page == 1], words[page >= n_pages], words[result->n == 0]);
}

static enum eg_status write_page(const struct writing *writing, const struct eg_hsds_result *result)
{
    enum eg_status status = EG_OK;
    bool lines = writing->request->lines;
    if (!lines) open_envelope(writing, result);
    for (uint32_t i = 0; i < result->n && status == EG_OK; i++) {
        if (i > 0 && !lines) eg_buffer_literal(writing->out, ",\n");
        status = append_item(writing, writing->request->query.list, result->items[i]);
        if (lines) eg_buffer_char(writing->out, '\n');
    }
    if (!lines) eg_buffer_literal(writing->out, "]}");
    return status;
}

enum eg_status eg_engine_hsds_list(struct eg_snapshot *snapshot, const struct eg_hsds_request *request,
                                   struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_buffer body;
    struct eg_hsds_result result = {0};
    struct writing writing = {.snapshot = snapshot, .request = request, .out = &body, .err = err};
    eg_buffer_init(&body, 0);
    enum eg_status status = eg_snapshot_hsds(snapshot, &writing.hsds, err);
    if (status == EG_OK) status = search(&writing, &result);
    if (status == EG_OK) status = prepare(&writing, request->query.list, result.items, result.n);
    if (status == EG_OK) status = write_page(&writing, &result);
    clear_writing(&writing);
    free(result.items);
    if (status == EG_OK)
        return eg_entity_from_buffer(&body, request->lines ? "application/x-ndjson" : "application/json",
                                     true, entity_out, err);
    eg_buffer_clear(&body);
    return status;
}

/* --- a record -------------------------------------------------------------------------------------------------------------------- */

static enum eg_status no_record(enum eg_hsds_list list, struct eg_text id, struct eg_error *err)
{
    const struct eg_record_spec *spec = eg_record_spec(eg_hsds_table(list));
    eg_error_set(err, EG_NOT_FOUND, "there is no %s '%.*s'; GET /hsds/%s lists them", spec->name,
                 EG_TEXT_SHOWN(id, 60), spec->list);
    eg_error_field(err, "id");
    return EG_NOT_FOUND;
}

enum eg_status eg_engine_hsds_record(struct eg_snapshot *snapshot, enum eg_hsds_list list, struct eg_text id,
                                     bool full_service, struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_buffer body;
    struct eg_hsds_request request = {.form = EG_HSDS_FULL, .full_service = full_service};
    struct writing writing = {.snapshot = snapshot, .request = &request, .out = &body, .err = err};
    uint32_t number = UINT32_MAX;
    eg_buffer_init(&body, 0);
    enum eg_status status = eg_snapshot_hsds(snapshot, &writing.hsds, err);
    if (status == EG_OK) number = eg_hsds_find(writing.hsds, list, id);
    if (status == EG_OK && number == UINT32_MAX) status = no_record(list, id, err);
    if (status == EG_OK) status = prepare(&writing, list, &number, 1);
    if (status == EG_OK) status = append_item(&writing, list, number);
    clear_writing(&writing);
    if (status == EG_OK) return eg_entity_from_buffer(&body, "application/json", true, entity_out, err);
    eg_buffer_clear(&body);
    return status;
}

/* --- the profile ----------------------------------------------------------------------------------------------------------------- */

static void describe_field(const struct eg_record_field *field, struct eg_json *json,
                           struct eg_json_value *properties)
{
    struct eg_json_value *property = eg_json_object(json, properties, field->name);
    eg_json_cstring(json, property, "name", field->name);
    eg_json_cstring(json, property, "type", field->type == EG_RECORD_NUMBER ? "number" : "string");
    if (field->type == EG_RECORD_DATE) eg_json_cstring(json, property, "format", "date");
    if (field->type != EG_RECORD_WORD) return;
    struct eg_json_value *words = eg_json_array(json, property, "enum");
    for (const char *const *word = field->words; *word; word++) eg_json_cstring(json, words, NULL, *word);
}

enum eg_status eg_engine_hsds_profile(struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *root = json ? eg_json_root(json) : NULL;
    eg_json_cstring(json, root, "name", "evenground");
    eg_json_cstring(json, root, "extends", "https://docs.openreferral.org/en/v3.0/");
    eg_json_cstring(json, root, "description",
                    "What is added to HSDS 3.0, as a JSON merge patch (RFC 7396) of each schema by its name");
    struct eg_json_value *schemas = eg_json_object(json, root, "schemas");
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        const struct eg_record_spec *spec = eg_record_spec((enum eg_record_table)t);
        struct eg_json_value *properties = NULL;
        char name[64];
        (void)snprintf(name, sizeof name, "%s.json", spec->name);
        for (uint32_t f = 0; f < spec->n_fields; f++) {
            if (!spec->fields[f].ours) continue;
            if (!properties)
                properties = eg_json_object(json, eg_json_object(json, schemas, name), "properties");
            describe_field(&spec->fields[f], json, properties);
        }
    }
    return eg_entity_from_json(json, "application/json", entity_out, err);
}
