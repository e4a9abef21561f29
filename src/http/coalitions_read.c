/* The questions of the coalition finder. Every error names the parameter at fault. */
#include "http/coalitions_read.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/calendar.h"

#define USUAL_RESULTS 100
#define FARTHEST_M 20040000.0 /* half way round the earth */
#define LARGEST_AMOUNT 1e15

const char *const eg_coalitions_filters[] = {
    "bbox",       "near",   "radius",         "q",          "topic",    "programme",     "kind",
    "serves",     "sort",   "facets",         "f",          "language", "accessibility", "organisation",
    "amount_min", "funder", "reviewed_since", "amount_max", "open",     "from",          "until",
    NULL};

static enum eg_status refuse(struct eg_error *err, const char *field, struct eg_text value,
                             const char *wanted)
{
    eg_error_set(err, EG_INVALID, "%s is '%.*s'; it must be %s", field, EG_TEXT_SHOWN(value, 60), wanted);
    eg_error_field(err, field);
    return EG_INVALID;
}

/* --- what and where ------------------------------------------------------------------------------------------------ */

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

/* lon,lat, or {boundaries}:{code}, which is looked up later. */
static enum eg_status read_from(const struct eg_target *target, struct eg_coalitions_request *wanted,
                                struct eg_error *err)
{
    struct eg_position near = {0};
    struct eg_text value = {0};
    enum eg_status status = eg_target_text(target, "near", &value, err);
    if (status != EG_OK || value.len == 0) return status;
    wanted->query.has_near = true;
    if (memchr(value.data, ':', value.len)) {
        wanted->near_area = value;
        return EG_OK;
    }
    status = eg_parameter_position("near", value, &near, err);
    wanted->query.near_lon_deg = near.lon_deg;
    wanted->query.near_lat_deg = near.lat_deg;
    return status;
}

static enum eg_status read_near(const struct eg_target *target, struct eg_coalitions_request *wanted,
                                struct eg_error *err)
{
    struct eg_directory_query *query = &wanted->query;
    static const struct eg_double_range radii = {0, FARTHEST_M};
    enum eg_status status = read_from(target, wanted, err);
    if (status == EG_OK)
        status = eg_target_double(target, "radius", radii, &query->has_radius, &query->radius_m, err);
    if (status != EG_OK) return status;
    if (query->has_near || !query->has_radius) return EG_OK;
    eg_error_set(err, EG_INVALID,
                 "radius needs near=longitude,latitude or near={boundaries}:{area code} to be measured from");
    eg_error_field(err, "radius");
    return EG_INVALID;
}

static enum eg_status read_words(const struct eg_target *target, struct eg_coalitions_request *wanted,
                                 struct eg_error *err)
{
    enum eg_status status = eg_target_text(target, "q", &wanted->query.words, err);
    for (int k = EG_FACET_KIND + 1; k < EG_N_FACETS && status == EG_OK; k++)
        status =
            eg_target_text(target, eg_facet_kind_name((enum eg_facet_kind)k), &wanted->query.texts[k], err);
    if (status == EG_OK) status = eg_target_text(target, "serves", &wanted->serves, err);
    return status;
}

/* --- figures ------------------------------------------------------------------------------------------------------- */

static enum eg_status read_figures(const struct eg_target *target, struct eg_directory_query *query,
                                   struct eg_error *err)
{
    static const struct eg_double_range amounts = {-LARGEST_AMOUNT, LARGEST_AMOUNT};
    struct eg_text since = {0};
    enum eg_status status =
        eg_target_double(target, "amount_min", amounts, &query->has_amount_min, &query->amount_min, err);
    if (status == EG_OK)
        status =
            eg_target_double(target, "amount_max", amounts, &query->has_amount_max, &query->amount_max, err);
    if (status == EG_OK) status = eg_target_text(target, "reviewed_since", &since, err);
    if (status != EG_OK || since.len == 0) return status;
    query->has_reviewed_since = eg_calendar_parse_date(since, &query->reviewed_since_day);
    return query->has_reviewed_since ? EG_OK
                                     : refuse(err, "reviewed_since", since, "a day such as 2026-01-31");
}

/* --- times --------------------------------------------------------------------------------------------------------- */

/* "now", a time as RFC 3339 writes it, or, where days are allowed, a day. */
static enum eg_status read_moment(const struct eg_target *target, const char *name, int64_t now_s,
                                  struct eg_moment *moment, struct eg_error *err)
{
    struct eg_text text = {0};
    bool is_day = strcmp(name, "open") != 0;
    enum eg_status status = eg_target_text(target, name, &text, err);
    if (status != EG_OK || text.len == 0) return status;
    if (eg_text_equal(text, EG_TEXT("now"))) {
        *moment = (struct eg_moment){EG_MOMENT_INSTANT, now_s};
    } else if (is_day && eg_calendar_parse_date(text, &moment->value)) {
        moment->is = EG_MOMENT_DAY;
    } else if (eg_calendar_parse_instant(text, &moment->value)) {
        moment->is = EG_MOMENT_INSTANT;
    } else {
        return refuse(
            err, name, text,
            is_day ? "now, a day such as 2026-01-31, or a time such as 2026-01-31T09:30:00Z (RFC 3339; "
                     "a + is written %2B)"
                   : "now, or a time such as 2026-01-31T09:30:00Z (RFC 3339; a + is written %2B)");
    }
    return EG_OK;
}

static enum eg_status read_times(const struct eg_target *target, struct eg_coalitions_request *wanted,
                                 struct eg_error *err)
{
    wanted->now_s = (int64_t)time(NULL);
    enum eg_status status = read_moment(target, "open", wanted->now_s, &wanted->open, err);
    if (status == EG_OK) status = read_moment(target, "from", wanted->now_s, &wanted->from, err);
    if (status == EG_OK) status = read_moment(target, "until", wanted->now_s, &wanted->until, err);
    return status;
}

/* --- the answer ---------------------------------------------------------------------------------------------------- */

static enum eg_status read_order(const struct eg_target *target, struct eg_directory_query *query,
                                 struct eg_error *err)
{
    static const struct {
        const char *name;
        enum eg_directory_order order;
    } orders[] = {{"distance", EG_ORDER_DISTANCE},
                  {"relevance", EG_ORDER_RELEVANCE},
                  {"name", EG_ORDER_NAME},
                  {"next", EG_ORDER_NEXT}};
    struct eg_text sort = {0};
    enum eg_status status = eg_target_text(target, "sort", &sort, err);
    if (status != EG_OK || sort.len == 0) return status;
    for (size_t i = 0; i < EG_ARRAY_LEN(orders); i++) {
        if (!eg_text_equal(sort, eg_text_from(orders[i].name))) continue;
        query->order = orders[i].order;
        return EG_OK;
    }
    return refuse(err, "sort", sort, "distance, relevance, name or next");
}

/* facets=kind,topic */
static enum eg_status read_facets(const struct eg_target *target, struct eg_directory_query *query,
                                  struct eg_error *err)
{
    struct eg_text rest = {0}, word;
    enum eg_status status = eg_target_text(target, "facets", &rest, err);
    while (status == EG_OK && rest.len > 0) {
        rest = eg_text_cut(rest, ',', &word);
        enum eg_facet_kind kind = eg_facet_kind_named(eg_text_trim(word));
        if (kind == EG_N_FACETS)
            return refuse(
                err, "facets", word,
                "some of kind, topic, programme, language, accessibility, organisation, funder, with "
                "commas between them");
        query->facets |= UINT32_C(1) << kind;
    }
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

enum eg_status eg_coalitions_read(const struct eg_target *target, uint32_t most_results,
                                  struct eg_coalitions_request *wanted, struct eg_error *err)
{
    struct eg_directory_query *query = &wanted->query;
    query->serves_boundaries = EG_ATLAS_NONE;
    enum eg_status status = eg_target_bbox(target, "bbox", &query->has_bbox, &query->bbox_deg, err);
    if (status == EG_OK) status = read_near(target, wanted, err);
    if (status == EG_OK) status = read_words(target, wanted, err);
    if (status == EG_OK) status = read_kinds(target, &query->kinds, err);
    if (status == EG_OK) status = read_figures(target, query, err);
    if (status == EG_OK) status = read_times(target, wanted, err);
    if (status == EG_OK) status = read_order(target, query, err);
    if (status == EG_OK) status = read_facets(target, query, err);
    if (status == EG_OK) status = read_page(target, most_results, query, err);
    return status;
}
