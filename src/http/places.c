/* Where is it? Places by what somebody types: areas of the atlas by name or code, towns, landmarks and postcodes. */
#include "http/accept.h"
#include "http/handlers.h"
#include "http/server_parts.h"

#define USUAL_PLACES 10U

static enum eg_status refuse(struct eg_error *err, const char *field, struct eg_text value,
                             const char *wanted)
{
    eg_error_set(err, EG_INVALID, "%s is '%.*s'; it must be %s", field, EG_TEXT_SHOWN(value, 60), wanted);
    eg_error_field(err, field);
    return EG_INVALID;
}

static bool kind_named(struct eg_text word, uint32_t *kind_out)
{
    for (uint32_t i = 0; i <= EG_PLACE_KIND_AREA; i++) {
        const char *name = i == EG_PLACE_KIND_AREA ? "area" : eg_place_kind_name((enum eg_place_kind)i);
        if (!eg_text_equal(word, eg_text_from(name))) continue;
        *kind_out = i;
        return true;
    }
    return false;
}

/* kind=area,town or kind=area&kind=town. */
static enum eg_status read_kinds(const struct eg_target *target, uint32_t *kinds_out, struct eg_error *err)
{
    for (uint32_t i = 0; i < target->n_parameters; i++) {
        if (!eg_text_equal(target->parameters[i].name, EG_TEXT("kind"))) continue;
        struct eg_text rest = target->parameters[i].value, word;
        while (rest.len > 0) {
            uint32_t kind;
            rest = eg_text_cut(rest, ',', &word);
            if (!kind_named(eg_text_trim(word), &kind))
                return refuse(err, "kind", word,
                              "some of area, town, landmark, postcode, with commas between them");
            *kinds_out |= UINT32_C(1) << kind;
        }
    }
    return EG_OK;
}

static enum eg_status read_order(const struct eg_target *target, struct eg_place_query *query,
                                 struct eg_error *err)
{
    struct eg_text sort = {0};
    enum eg_status status = eg_target_text(target, "sort", &sort, err);
    if (status != EG_OK || sort.len == 0) return status;
    query->by_distance = eg_text_equal(sort, EG_TEXT("distance"));
    if (!query->by_distance && !eg_text_equal(sort, EG_TEXT("relevance")))
        return refuse(err, "sort", sort, "relevance or distance");
    if (!query->by_distance || query->has_near) return EG_OK;
    eg_error_set(err, EG_INVALID, "sort=distance needs near=longitude,latitude to be measured from");
    eg_error_field(err, "sort");
    return EG_INVALID;
}

static enum eg_status read_where(const struct eg_target *target, struct eg_place_query *query,
                                 struct eg_error *err)
{
    struct eg_position near = {0};
    enum eg_status status = eg_target_position(target, "near", &query->has_near, &near, err);
    if (status == EG_OK) status = eg_target_bbox(target, "bbox", &query->has_bbox, &query->bbox_deg, err);
    query->near_lon_deg = near.lon_deg;
    query->near_lat_deg = near.lat_deg;
    return status;
}

static enum eg_status read_words(const struct eg_target *target, struct eg_place_query *query,
                                 struct eg_error *err)
{
    enum eg_status status = eg_target_text(target, "q", &query->text, err);
    if (status != EG_OK || eg_text_trim(query->text).len > 0) return status;
    eg_error_set(err, EG_INVALID,
                 "q is missing; give a place's name, a code or a postcode, or its beginning");
    eg_error_field(err, "q");
    return EG_INVALID;
}

/* As of coalitions: GeoJSON for whoever takes any JSON, a table for who prefers it. */
static enum eg_status read_form(struct eg_exchange *exchange, const struct eg_target *target,
                                struct eg_error *err)
{
    static const struct eg_media_offer offers[] = {[EG_PLACES_GEOJSON] = {"application/geo+json", "geojson"},
                                                   [EG_PLACES_JSON] = {"application/json", "json"},
                                                   [EG_PLACES_CSV] = {"text/csv", "csv"}};
    struct eg_text format = {0};
    const char *accept = exchange->accept;
    uint32_t csv = eg_accept_weight(accept, "text/csv");
    bool is_table = csv > eg_accept_weight(accept, "application/geo+json") &&
                    csv > eg_accept_weight(accept, "application/json");
    uint32_t offer = is_table ? EG_PLACES_CSV : EG_PLACES_GEOJSON;
    enum eg_status status = eg_target_text(target, "f", &format, err);
    if (status == EG_OK && format.len > 0)
        status = eg_accept_choose(offers, EG_ARRAY_LEN(offers), format, accept, &offer, err);
    if (status == EG_OK) exchange->wanted.places.form = (enum eg_places_form)offer;
    return status;
}

enum eg_status eg_places_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                               const struct eg_target *target, struct eg_error *err)
{
    (void)values;
    static const struct eg_u32_range limits = {1, EG_PLACES_FOUND_MAX};
    exchange->wanted.places = (struct eg_places_request){.query = {.limit = USUAL_PLACES}};
    struct eg_place_query *query = &exchange->wanted.places.query;
    exchange->freshness = EG_FRESH_MINUTE;
    enum eg_status status = read_words(target, query, err);
    if (status == EG_OK) status = eg_target_u32(target, "limit", limits, &query->limit, err);
    if (status == EG_OK) status = read_where(target, query, err);
    if (status == EG_OK) status = read_order(target, query, err);
    if (status == EG_OK) status = read_kinds(target, &query->kinds, err);
    return status == EG_OK ? read_form(exchange, target, err) : status;
}

enum eg_status eg_places_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                              struct eg_error *err)
{
    struct eg_entity entity = {0};
    struct eg_answer *answer = NULL;
    enum eg_status status = eg_engine_places(exchange->snapshot, &exchange->wanted.places, &entity, err);
    if (status == EG_OK) status = eg_answer_from_entity(&entity, exchange->accepts_gzip, &answer, err);
    if (status != EG_OK) return status;
    answer->varies_by_accept = true;
    *answer_out = answer;
    return EG_OK;
}
