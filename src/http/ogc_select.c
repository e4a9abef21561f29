/* The conditions of a request for items: bbox and filter, each in a CRS of its own, and parameters named as properties are. */
#include <stdio.h>
#include <string.h>

#include "engine/crs_list.h"
#include "engine/projected.h"
#include "http/ogc_features_parts.h"

#define BUDGET_MS 2000U /* of one selection; a country's ordinary ones take 1 to 50 */

/* --- reference systems --------------------------------------------------------------------------------------------- */

enum eg_status eg_ogc_find_crs(const struct eg_snapshot *snapshot, struct eg_text name, const char *field,
                               struct eg_ogc_crs *crs_out, struct eg_error *err)
{
    static const struct eg_crs_id crs84 = {"OGC", "CRS84"}, epsg4326 = {"EPSG", "4326"};
    struct eg_ogc_crs crs = {.id = crs84, .is_degrees = true};
    const struct eg_crs_entry *entry = NULL;
    enum eg_status status = name.len > 0 ? eg_crs_parse(name, &crs.id, err) : EG_OK;
    bool is_4326 = eg_crs_equal(&crs.id, &epsg4326);
    crs.northing_first = is_4326;
    crs.is_degrees = is_4326 || eg_crs_equal(&crs.id, &crs84);
    if (status == EG_OK && !crs.is_degrees) {
        status = eg_crs_list_resolve(snapshot->crs_list, name, &entry, err);
        if (status == EG_OK) crs.northing_first = entry->info.northing_first;
    }
    if (status == EG_OK) *crs_out = crs;
    else if (err) (void)snprintf(err->field, sizeof err->field, "%s", field);
    return status;
}

/* From a CRS to degrees, by the operation that the atlas names for these boundaries, if it does. */
static enum eg_status make_transform(struct eg_ogc_job *job, const struct eg_ogc_crs *crs,
                                     struct eg_transform **transform_out, struct eg_error *err)
{
    const struct eg_snapshot *snapshot = job->exchange->snapshot;
    struct eg_text operation = {0};
    char code[EG_CRS_NAME_BYTES];
    if (crs->is_degrees) return EG_OK;
    eg_crs_write(&crs->id, EG_CRS_CODE, code);
    if (job->wanted->collection.kind != EG_COLLECTION_ENTRIES)
        operation = eg_projected_operation(snapshot->generation, job->wanted->collection.boundaries, code);
    enum eg_status status = job->proj ? EG_OK : eg_crs_context_new(&job->proj, err);
    if (status == EG_OK)
        status = eg_transform_new(job->proj, eg_text_from(code), EG_TEXT("OGC:CRS84"), operation,
                                  transform_out, err);
    return status;
}

/* Where the collection lies in the CRS that a transform comes from; NULL where that cannot be said. */
static const struct eg_bounds *find_reach(const struct eg_ogc_job *job, struct eg_transform *to_degrees,
                                          struct eg_bounds *room)
{
    struct eg_bounds degrees;
    if (!to_degrees ||
        !eg_collection_bounds_deg(job->exchange->snapshot, job->wanted->collection, &degrees) ||
        !eg_filter_reach(to_degrees, degrees, room))
        return NULL;
    return room;
}

void eg_ogc_name_field(struct eg_text name, char field_out[EG_OGC_FIELD_BYTES])
{
    size_t len = eg_text_shown(name, EG_OGC_FIELD_BYTES - 1);
    if (name.len == 0) name = EG_TEXT("query"), len = name.len;
    memcpy(field_out, name.data, len);
    field_out[len] = '\0';
}

/* --- conditions ---------------------------------------------------------------------------------------------------- */

static uint32_t count_numbers(struct eg_text text)
{
    uint32_t n = 1;
    for (size_t i = 0; i < text.len; i++) n += text.data[i] == ',';
    return n;
}

/* Four numbers, or six with heights, which are read and not used. */
static enum eg_status read_bbox(struct eg_ogc_job *job, struct eg_features_query *query, struct eg_error *err)
{
    double n[6];
    struct eg_ogc_crs crs;
    struct eg_text text = job->wanted->bbox;
    bool has_heights = count_numbers(text) == 6;
    enum eg_status status =
        eg_ogc_find_crs(job->exchange->snapshot, job->wanted->bbox_crs, "bbox-crs", &crs, err);
    if (status != EG_OK || text.len == 0) return status;
    status = eg_parameter_numbers("bbox", text, has_heights ? 6 : 4, n, err);
    if (status == EG_OK) status = make_transform(job, &crs, &job->bbox_transform, err);
    if (status != EG_OK) return status;
    const double *low = n, *high = n + (has_heights ? 3 : 2);
    bool swap = crs.northing_first;
    query->has_bbox = true;
    query->bbox = (struct eg_bounds){low[swap], low[!swap], high[swap], high[!swap]};
    query->bbox_to_degrees = job->bbox_transform;
    query->bbox_reach = find_reach(job, job->bbox_transform, &job->bbox_reach);
    return EG_OK;
}

static enum eg_status read_language(struct eg_text name, enum eg_filter_language *language_out,
                                    struct eg_error *err)
{
    bool is_json = eg_text_equal(name, EG_TEXT("cql2-json"));
    *language_out = is_json ? EG_FILTER_CQL2_JSON : EG_FILTER_CQL2_TEXT;
    if (is_json || name.len == 0 || eg_text_equal(name, EG_TEXT("cql2-text"))) return EG_OK;
    (void)eg_error_set(err, EG_INVALID, "filter-lang is '%.*s'; it must be cql2-text or cql2-json",
                       EG_TEXT_SHOWN(name, 60));
    (void)eg_error_field(err, "filter-lang");
    return EG_INVALID;
}

static enum eg_status read_filter(struct eg_ogc_job *job, struct eg_features_query *query,
                                  struct eg_error *err)
{
    const struct eg_ogc_features_request *wanted = job->wanted;
    struct eg_filter_source source = {.text = wanted->filter};
    struct eg_bounds reach;
    struct eg_ogc_crs crs;
    enum eg_status status = read_language(wanted->filter_lang, &source.language, err);
    if (status == EG_OK)
        status = eg_ogc_find_crs(job->exchange->snapshot, wanted->filter_crs, "filter-crs", &crs, err);
    if (status != EG_OK || wanted->filter.len == 0) return status;
    status = make_transform(job, &crs, &job->filter_transform, err);
    if (status != EG_OK) return status;
    source.northing_first = crs.northing_first;
    source.to_degrees = job->filter_transform;
    source.reach = find_reach(job, job->filter_transform, &reach);
    status = eg_filter_parse(&source, eg_features_properties(job->features), &job->filter, err);
    query->filter = job->filter;
    return status;
}

static enum eg_status unknown_parameter(struct eg_text name, struct eg_error *err)
{
    char field[EG_OGC_FIELD_BYTES];
    eg_ogc_name_field(name, field);
    (void)eg_error_set(
        err, EG_INVALID,
        "there is neither a parameter nor a property '%s'; the collection's queryables list the "
        "properties",
        field);
    (void)eg_error_field(err, field);
    return EG_INVALID;
}

static enum eg_status read_equals(struct eg_ogc_job *job, struct eg_features_query *query,
                                  struct eg_error *err)
{
    const struct eg_properties *properties = eg_features_properties(job->features);
    uint32_t n = job->wanted->n_equals;
    struct eg_features_equal *equals = eg_arena_array(job->arena, n, sizeof *equals);
    if (n > 0 && !equals) return eg_error_no_memory(err, n * sizeof *equals);
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_parameter *given = &job->wanted->equals[i];
        equals[i] = (struct eg_features_equal){eg_properties_find(properties, given->name), given->value};
        if (equals[i].property == properties->n) return unknown_parameter(given->name, err);
    }
    query->equals = equals;
    query->n_equals = n;
    return EG_OK;
}

enum eg_status eg_ogc_select(struct eg_ogc_job *job, struct eg_error *err)
{
    struct eg_features_query query = {
        .after = job->wanted->after, .limit = job->wanted->limit, .budget_ms = BUDGET_MS};
    enum eg_status status = read_bbox(job, &query, err);
    if (status == EG_OK) status = read_filter(job, &query, err);
    if (status == EG_OK) status = read_equals(job, &query, err);
    if (status == EG_OK) status = eg_features_select(job->features, &query, job->arena, &job->page, err);
    return status;
}
