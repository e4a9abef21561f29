/* The coalition finder's answers: GeoJSON (RFC 7946), one feature an entry: a point, of
 * the place that is meant where it has several, so that features can be clustered; all of them are in its properties. */
#include "base/arena.h"
#include "base/calendar.h"
#include "data/entry_flat.h"
#include "directory/service_areas.h"
#include "engine/coalitions_parts.h"
#include "engine/describe.h"

/* Members that are texts as given; the others have a form of their own. */
static const enum eg_entry_field text_members[] = {
    EG_ENTRY_NAME,    EG_ENTRY_DESCRIPTION, EG_ENTRY_PROGRAMME, EG_ENTRY_ORGANISATION,
    EG_ENTRY_ADDRESS, EG_ENTRY_POSTCODE,    EG_ENTRY_PHONE,     EG_ENTRY_EMAIL,
    EG_ENTRY_URL,     EG_ENTRY_CURRENCY,    EG_ENTRY_FUNDER,    EG_ENTRY_START,
    EG_ENTRY_END,     EG_ENTRY_HOURS,       EG_ENTRY_STATUS,    EG_ENTRY_LAST_REVIEWED,
};

static void add_source(struct eg_json *json, struct eg_json_value *properties, const struct eg_atlas *atlas,
                       const struct eg_entry *entry)
{
    const struct eg_atlas_directory *directory = &atlas->directories[entry->directory];
    struct eg_json_value *source = eg_json_object(json, properties, "source");
    eg_json_text(json, source, "directory", directory->id);
    eg_json_text(json, source, "key", entry->field[EG_ENTRY_KEY]);
    if (directory->attribution.len > 0) eg_json_text(json, source, "attribution", directory->attribution);
    if (directory->licence_title.len > 0) eg_json_text(json, source, "licence", directory->licence_title);
}

static void add_more_areas(struct eg_json *json, struct eg_json_value *area, const struct eg_atlas *atlas,
                           const struct eg_entry *entry)
{
    struct eg_json_value *list = eg_json_array(json, area, "more");
    for (uint32_t s = 0; s < entry->n_more_served; s++) {
        const struct eg_served_areas *served = &entry->more_served[s];
        if (served->boundaries == EG_ATLAS_NONE) continue;
        struct eg_json_value *item = eg_json_object(json, list, NULL);
        eg_json_text(json, item, "boundaries", atlas->boundaries[served->boundaries].id);
        struct eg_json_value *codes = eg_json_array(json, item, "codes");
        for (uint32_t i = 0; i < served->n; i++) eg_json_text(json, codes, NULL, served->codes[i]);
    }
}

static void add_service_area(struct eg_json *json, struct eg_json_value *properties,
                             const struct eg_atlas *atlas, const struct eg_entry *entry, bool whole)
{
    if (entry->n_serves == 0 && entry->area_geojson.len == 0) return;
    struct eg_json_value *area = eg_json_object(json, properties, "service_area");
    uint32_t boundaries = entry->serves_boundaries;
    if (entry->n_serves > 0 && boundaries != EG_ATLAS_NONE) {
        eg_json_text(json, area, "boundaries", atlas->boundaries[boundaries].id);
        struct eg_json_value *codes = eg_json_array(json, area, "codes");
        for (uint32_t i = 0; i < entry->n_serves; i++) eg_json_text(json, codes, NULL, entry->serves[i]);
    }
    if (entry->n_more_served > 0) add_more_areas(json, area, atlas, entry);
    if (entry->area_geojson.len == 0) return;
    if (whole) eg_json_raw(json, area, "geometry", entry->area_geojson);
    else eg_json_bool(json, area, "has_geometry", true);
}

static void add_geometry(struct eg_json *json, struct eg_json_value *feature,
                         const struct eg_entry_place *place)
{
    if (!place->has_position) {
        eg_json_null(json, feature, "geometry");
        return;
    }
    struct eg_json_value *geometry = eg_json_object(json, feature, "geometry");
    eg_json_cstring(json, geometry, "type", "Point");
    struct eg_json_value *position = eg_json_array(json, geometry, "coordinates");
    eg_json_decimal(json, position, NULL, place->lon_deg, 7);
    eg_json_decimal(json, position, NULL, place->lat_deg, 7);
}

static void add_list(struct eg_json *json, struct eg_json_value *properties, const char *name,
                     const struct eg_text *items, uint32_t n)
{
    struct eg_json_value *list = eg_json_array(json, properties, name);
    for (uint32_t i = 0; i < n; i++) eg_json_text(json, list, NULL, items[i]);
}

static struct eg_text text_of(const struct eg_entry *entry, const struct eg_entry_place *place,
                              enum eg_entry_field field)
{
    if (field == EG_ENTRY_ADDRESS) return place->address;
    return field == EG_ENTRY_POSTCODE ? place->postcode : entry->field[field];
}

/* Where there are several: the members of the entry are those of the first. */
static void add_fundings(struct eg_json *json, struct eg_json_value *properties, const struct eg_entry *entry)
{
    if (entry->n_fundings < 2) return;
    struct eg_json_value *list = eg_json_array(json, properties, "fundings");
    for (uint32_t i = 0; i < entry->n_fundings; i++) {
        const struct eg_entry_funding *funding = &entry->fundings[i];
        struct eg_json_value *item = eg_json_object(json, list, NULL);
        double amount;
        if (funding->funder.len > 0) eg_json_text(json, item, "funder", funding->funder);
        if (eg_text_to_double(funding->amount, &amount)) eg_json_number(json, item, "amount", amount);
        if (funding->currency.len > 0) eg_json_text(json, item, "currency", funding->currency);
        if (funding->title.len > 0) eg_json_text(json, item, "title", funding->title);
        if (funding->start.len > 0) eg_json_text(json, item, "start", funding->start);
        if (funding->end.len > 0) eg_json_text(json, item, "end", funding->end);
    }
}

void eg_coalition_properties(struct eg_json *json, struct eg_json_value *properties,
                             const struct eg_atlas *atlas, const struct eg_entry *entry,
                             const struct eg_entry_place *place)
{
    eg_json_cstring(json, properties, "kind", eg_entry_kind_name(entry->kind));
    for (size_t i = 0; i < EG_ARRAY_LEN(text_members); i++) {
        struct eg_text text = text_of(entry, place, text_members[i]);
        if (text.len > 0) eg_json_text(json, properties, eg_entry_field_name(text_members[i]), text);
    }
    double amount;
    if (eg_text_to_double(entry->field[EG_ENTRY_AMOUNT], &amount))
        eg_json_number(json, properties, "amount", amount);
    add_fundings(json, properties, entry);
    add_list(json, properties, "topics", entry->topics, entry->n_topics);
    if (entry->n_languages > 0) add_list(json, properties, "languages", entry->languages, entry->n_languages);
    if (entry->n_accessibility > 0)
        add_list(json, properties, "accessibility", entry->accessibility, entry->n_accessibility);
    eg_flat_write_places(entry, json, properties);
    if (atlas->fictional) eg_json_bool(json, properties, "fictional", true);
    add_source(json, properties, atlas, entry);
}

/* `place`: which of its places is meant. `whole` adds the service area's geometry, which lists leave out. Returns the properties. */
static struct eg_json_value *add_feature(struct eg_json *json, struct eg_json_value *into,
                                         const struct eg_atlas *atlas, const struct eg_entry *entry,
                                         uint32_t place, bool whole)
{
    const struct eg_entry_place at = eg_entry_place_at(entry, place);
    eg_json_cstring(json, into, "type", "Feature");
    eg_json_cstring(json, into, "id", entry->id);
    add_geometry(json, into, &at);
    struct eg_json_value *properties = eg_json_object(json, into, "properties");
    eg_coalition_properties(json, properties, atlas, entry, &at);
    add_service_area(json, properties, atlas, entry, whole);
    return properties;
}

static enum eg_status bad_where(struct eg_error *err, enum eg_status status, const char *field,
                                const char *what)
{
    eg_error_set(err, status, "%s=%s", field, what);
    eg_error_field(err, field);
    return status;
}

/* Of "{boundaries}:{code}". */
static enum eg_status find_area(const struct eg_snapshot *snapshot, const char *field, struct eg_text text,
                                struct eg_named_area *area_out, struct eg_error *err)
{
    struct eg_text boundaries, code = eg_text_cut(text, ':', &boundaries);
    for (uint32_t i = 0; i < snapshot->atlas->n_boundaries; i++) {
        if (!eg_text_equal(snapshot->atlas->boundaries[i].id, boundaries)) continue;
        *area_out =
            (struct eg_named_area){i, eg_textmap_get(snapshot->generation->area_sets[i].by_code, code)};
        if (area_out->area != EG_TEXTMAP_NONE) return EG_OK;
        return bad_where(err, EG_NOT_FOUND, field, "{boundaries}:{code}: there is no area of that code");
    }
    return bad_where(err, EG_NOT_FOUND, field, "{boundaries}:{code}: there are no boundaries of that id");
}

static enum eg_status resolve_near(const struct eg_snapshot *snapshot, struct eg_text near_area,
                                   struct eg_directory_query *query, struct eg_error *err)
{
    struct eg_named_area named;
    double at[2] = {0};
    if (near_area.len == 0) return EG_OK;
    enum eg_status status = find_area(snapshot, "near", near_area, &named, err);
    if (status != EG_OK) return status;
    status = eg_service_area_interior(&snapshot->generation->area_sets[named.boundaries], named.area,
                                      &query->has_near, at, err);
    if (status != EG_OK) return status;
    if (!query->has_near) return bad_where(err, EG_INVALID, "near", "...: that area has no extent");
    query->has_near_area = true;
    query->near_boundaries = named.boundaries;
    query->near_area = named.area;
    query->near_lon_deg = at[0];
    query->near_lat_deg = at[1];
    return EG_OK;
}

static enum eg_status resolve_serves(const struct eg_snapshot *snapshot, struct eg_text serves,
                                     struct eg_directory_query *query, struct eg_error *err)
{
    query->serves_boundaries = EG_ATLAS_NONE;
    if (serves.len == 0) return EG_OK;
    struct eg_text boundaries, lon;
    if (eg_text_cut(serves, ':', &boundaries).data) {
        struct eg_named_area named = {EG_ATLAS_NONE, 0};
        enum eg_status status = find_area(snapshot, "serves", serves, &named, err);
        query->serves_boundaries = named.boundaries;
        query->serves_area = named.area;
        return status;
    }
    struct eg_text lat = eg_text_cut(serves, ',', &lon);
    query->has_serves_point = lat.data && eg_text_to_double(lon, &query->serves_lon_deg) &&
                              eg_text_to_double(lat, &query->serves_lat_deg) &&
                              query->serves_lon_deg >= -180 && query->serves_lon_deg <= 180 &&
                              query->serves_lat_deg >= -90 && query->serves_lat_deg <= 90;
    if (query->has_serves_point) return EG_OK;
    return bad_where(err, EG_INVALID, "serves", "...: give {boundaries}:{area code} or longitude,latitude");
}

/* Seconds are dropped: open from 9:00:00 on, and a span from 9:00:30 begins with its minute. */
static int64_t minute_of(const struct eg_zone *zone, struct eg_moment moment, bool is_end)
{
    if (moment.is == EG_MOMENT_DAY)
        return moment.value * EG_SCHEDULE_DAY_MINUTES + (is_end ? EG_SCHEDULE_DAY_MINUTES - 1 : 0);
    struct eg_local_time local = eg_zone_local(zone, moment.value);
    return local.day * EG_SCHEDULE_DAY_MINUTES + local.second / 60;
}

static void resolve_times(const struct eg_zone *zone, const struct eg_coalitions_request *request,
                          struct eg_directory_query *query)
{
    struct eg_moment from = request->from;
    if (from.is == EG_MOMENT_NONE) from = (struct eg_moment){EG_MOMENT_INSTANT, request->now_s};
    query->has_open = request->open.is != EG_MOMENT_NONE;
    query->has_span = request->from.is != EG_MOMENT_NONE || request->until.is != EG_MOMENT_NONE;
    if (query->has_open) query->open_min = minute_of(zone, request->open, false);
    if (query->has_span || query->order == EG_ORDER_NEXT) query->from_min = minute_of(zone, from, false);
    if (!query->has_span) return;
    query->until_min = request->until.is == EG_MOMENT_NONE
                           ? (int64_t)EG_SCHEDULE_NO_END * EG_SCHEDULE_DAY_MINUTES
                           : minute_of(zone, request->until, true);
}

static void add_link(struct eg_json *json, struct eg_json_value *links, const char *rel,
                     const struct eg_coalitions_request *request, uint32_t offset)
{
    struct eg_buffer url;
    eg_buffer_init(&url, 0);
    eg_buffer_text(&url, request->base_url);
    eg_buffer_text(&url, request->self_url);
    bool has_query = false;
    for (size_t i = 0; i < request->self_url.len; i++) has_query |= request->self_url.data[i] == '?';
    eg_buffer_printf(&url, "%climit=%u&offset=%u", has_query ? '&' : '?', request->query.limit, offset);
    struct eg_json_value *link = eg_json_object(json, links, NULL);
    eg_json_cstring(json, link, "rel", rel);
    eg_json_cstring(json, link, "type", "application/geo+json");
    eg_describe_made(json, link, "href", (struct eg_text){url.failed ? NULL : url.data, url.len});
    eg_buffer_clear(&url);
}

static void add_links(struct eg_json *json, struct eg_json_value *root,
                      const struct eg_coalitions_request *request, const struct eg_directory_result *result)
{
    struct eg_json_value *links = eg_json_array(json, root, "links");
    uint32_t offset = request->query.offset, limit = request->query.limit;
    add_link(json, links, "self", request, offset);
    if (limit == 0) return;
    if ((uint64_t)offset + result->n < result->n_matched && result->n > 0)
        add_link(json, links, "next", request, offset + limit);
    /* From beyond the last entry back to the last ones. */
    uint64_t end = offset < result->n_matched ? offset : result->n_matched;
    if (offset > 0) add_link(json, links, "prev", request, end > limit ? (uint32_t)(end - limit) : 0);
}

/* "facets": {"topic": [{"value": "Food", "count": 12}, ...], ...}: an array for each kind that was asked for. */
static void add_facets(struct eg_json *json, struct eg_json_value *root, const struct eg_coalitions *found)
{
    uint32_t asked = found->query->facets;
    struct eg_json_value *facets = asked ? eg_json_object(json, root, "facets") : NULL;
    for (int k = 0; k < EG_N_FACETS; k++) {
        if (!(asked >> k & 1U)) continue;
        const struct eg_directory_counts *counts = &found->result->counts[k];
        struct eg_json_value *list = eg_json_array(json, facets, eg_facet_kind_name((enum eg_facet_kind)k));
        for (uint32_t i = 0; i < counts->n; i++) {
            struct eg_json_value *value = eg_json_object(json, list, NULL);
            eg_json_text(json, value, "value", counts->values[i].text);
            eg_json_integer(json, value, "count", counts->values[i].n);
        }
    }
}

void eg_coalition_hit_properties(struct eg_json *json, struct eg_json_value *properties,
                                 const struct eg_coalitions *found, uint32_t hit)
{
    if (found->query->has_near)
        eg_json_decimal(json, properties, "distance_m", found->result->hits[hit].distance_m, 1);
    char next[EG_ZONE_TIME_BYTES];
    if (found->query->has_span)
        eg_json_cstring(json, properties, "next_start", eg_coalition_next(found, hit, next));
}

/* A day alone where there is no time. */
const char *eg_coalition_next(const struct eg_coalitions *found, uint32_t hit,
                              char text_out[EG_ZONE_TIME_BYTES])
{
    const struct eg_occurrence *next = &found->result->hits[hit].next;
    bool has_time = next->opens_min != EG_SCHEDULE_NO_TIME;
    int64_t begins_s = eg_zone_instant(found->zone, next->day, has_time ? next->opens_min * 60 : 0);
    eg_zone_write(found->zone, begins_s, text_out);
    if (!has_time) text_out[EG_CALENDAR_DATE_LEN] = '\0';
    return text_out;
}

/* By whose clocks "open" and days are meant. */
static void add_time_zone(struct eg_json *json, struct eg_json_value *root, const struct eg_coalitions *found)
{
    struct eg_text zone = found->atlas->time_zone;
    if (found->query->has_open || found->query->has_span)
        eg_json_text(json, root, "time_zone", zone.len > 0 ? zone : EG_TEXT("UTC"));
}

static enum eg_status write_geojson(const struct eg_coalitions *found,
                                    const struct eg_coalitions_request *request, struct eg_entity *entity_out,
                                    struct eg_error *err)
{
    const struct eg_directory_result *result = found->result;
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *root = json ? eg_json_root(json) : NULL;
    eg_json_cstring(json, root, "type", "FeatureCollection");
    eg_json_integer(json, root, "numberMatched", (int64_t)result->n_matched);
    eg_json_integer(json, root, "numberReturned", result->n);
    add_time_zone(json, root, found);
    add_facets(json, root, found);
    add_links(json, root, request, result);
    struct eg_json_value *features = eg_json_array(json, root, "features");
    for (uint32_t i = 0; i < result->n; i++) {
        struct eg_json_value *properties =
            add_feature(json, eg_json_object(json, features, NULL), found->atlas,
                        found->entries->items[result->hits[i].entry], result->hits[i].place, false);
        eg_coalition_hit_properties(json, properties, found, i);
    }
    return eg_entity_from_json(json, "application/geo+json", entity_out, err);
}

/* *query_out: the request's, with the times and the area that it names worked out. */
static enum eg_status find(struct eg_snapshot *snapshot, const struct eg_coalitions_request *request,
                           struct eg_directory_query *query_out, struct eg_directory_result *result_out,
                           struct eg_error *err)
{
    *query_out = request->query;
    enum eg_status status = resolve_serves(snapshot, request->serves, query_out, err);
    if (status == EG_OK) status = resolve_near(snapshot, request->near_area, query_out, err);
    resolve_times(eg_directory_zone(snapshot->directory), request, query_out);
    if (status == EG_OK) status = eg_directory_search(snapshot->directory, query_out, result_out, err);
    return status;
}

enum eg_status eg_engine_coalitions_find(struct eg_snapshot *snapshot,
                                         const struct eg_coalitions_request *request,
                                         struct eg_directory_result *result_out, struct eg_error *err)
{
    struct eg_directory_query query;
    return find(snapshot, request, &query, result_out, err);
}

enum eg_status eg_engine_coalitions(struct eg_snapshot *snapshot, const struct eg_coalitions_request *request,
                                    struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_directory_query query;
    struct eg_directory_result result = {0};
    enum eg_status status = find(snapshot, request, &query, &result, err);
    if (status != EG_OK) return status;
    const struct eg_coalitions found = {snapshot->atlas, eg_directory_entries(snapshot->directory),
                                        eg_directory_zone(snapshot->directory), &query, &result};
    if (request->form == EG_COALITIONS_CSV) status = eg_coalitions_write_csv(&found, entity_out, err);
    else if (request->form == EG_COALITIONS_JSON) status = eg_coalitions_write_json(&found, entity_out, err);
    else status = write_geojson(&found, request, entity_out, err);
    eg_directory_result_clear(&result);
    return status;
}

enum eg_status eg_coalition_find(const struct eg_snapshot *snapshot, struct eg_text id,
                                 const struct eg_entry **entry_out, struct eg_error *err)
{
    uint32_t number = eg_directory_find(snapshot->directory, id);
    if (number == UINT32_MAX) {
        eg_error_set(err, EG_NOT_FOUND, "there is no entry '%.*s'; GET /coalitions lists them",
                     EG_TEXT_SHOWN(id, 60));
        eg_error_field(err, "id");
        return EG_NOT_FOUND;
    }
    *entry_out = eg_directory_entries(snapshot->directory)->items[number];
    return EG_OK;
}

void eg_coalition_link(struct eg_json *json, struct eg_json_value *links, const char *rel,
                       struct eg_text base_url, const struct eg_entry *entry, const char *below)
{
    struct eg_buffer url;
    eg_buffer_init(&url, 0);
    eg_buffer_printf(&url, "%.*s/coalitions/%s%s", EG_TEXT_ARG(base_url), entry->id, below);
    struct eg_json_value *link = eg_json_object(json, links, NULL);
    eg_json_cstring(json, link, "rel", rel);
    eg_describe_made(json, link, "href", (struct eg_text){url.failed ? NULL : url.data, url.len});
    eg_buffer_clear(&url);
}

/* To what is there to see: an address that answers "not found" is none. */
static void add_area_links(struct eg_json *json, struct eg_json_value *links, struct eg_text base_url,
                           const struct eg_snapshot *snapshot, const struct eg_entry *entry)
{
    bool has_areas = false;
    for (uint32_t s = 0; s < eg_entry_count_served(entry); s++) {
        struct eg_served_areas served = eg_entry_served(entry, s);
        for (uint32_t i = 0; i < served.n && served.boundaries != EG_ATLAS_NONE && !has_areas; i++)
            has_areas = eg_textmap_get(snapshot->generation->area_sets[served.boundaries].by_code,
                                       served.codes[i]) != EG_TEXTMAP_NONE;
    }
    if (has_areas || entry->area_geojson.len > 0)
        eg_coalition_link(json, links, "service-area", base_url, entry, "/area");
    if (has_areas) eg_coalition_link(json, links, "profile", base_url, entry, "/profile");
}

enum eg_status eg_engine_coalition(struct eg_snapshot *snapshot, struct eg_text id, struct eg_text base_url,
                                   struct eg_entity *entity_out, struct eg_error *err)
{
    const struct eg_entry *entry = NULL;
    enum eg_status status = eg_coalition_find(snapshot, id, &entry, err);
    if (status != EG_OK) return status;
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *root = json ? eg_json_root(json) : NULL;
    uint32_t placed = eg_entry_placed_at(entry);
    add_feature(json, root, snapshot->atlas, entry, placed == UINT32_MAX ? 0 : placed, true);
    struct eg_json_value *links = eg_json_array(json, root, "links");
    eg_coalition_link(json, links, "self", base_url, entry, "");
    add_area_links(json, links, base_url, snapshot, entry);
    return eg_entity_from_json(json, "application/geo+json", entity_out, err);
}
