/* Places that were found: GeoJSON (RFC 7946) for maps, JSON for programs, CSV for spreadsheets. */
#include "base/csv.h"
#include "engine/describe.h"
#include "engine/engine.h"

struct listing {
    const struct eg_snapshot *snapshot;
    const struct eg_place_query *query;
    struct eg_place_hit hits[EG_PLACES_FOUND_MAX];
    uint32_t n;
    struct eg_buffer text; /* of the name or label at hand */
};

/* "postcode", "town" ... or "area". */
static const char *kind_of(const struct listing *listing, struct eg_found_place place)
{
    if (place.is == EG_PLACE_IS_AREA) return "area";
    return eg_place_kind_name(listing->snapshot->atlas->place_tables[place.source].kind);
}

static double relevance_of(enum eg_place_match match)
{
    static const double relevance[] = {
        [EG_MATCH_LATER_BEGUN] = 0.4, [EG_MATCH_LATER_WORDS] = 0.5, [EG_MATCH_BEGUN] = 0.6,
        [EG_MATCH_WORDS] = 0.8,       [EG_MATCH_PART] = 0.9,        [EG_MATCH_WHOLE] = 1,
    };
    return relevance[match];
}

static struct eg_text name_of(struct listing *listing, struct eg_found_place place)
{
    listing->text.len = 0;
    eg_gazetteer_name(listing->snapshot->gazetteer, place, &listing->text);
    return (struct eg_text){listing->text.data, listing->text.len};
}

static struct eg_text label_of(struct listing *listing, struct eg_found_place place)
{
    listing->text.len = 0;
    eg_gazetteer_label(listing->snapshot->gazetteer, place, &listing->text);
    return (struct eg_text){listing->text.data, listing->text.len};
}

static bool bounds_of(const struct listing *listing, struct eg_found_place place, struct eg_bounds *bounds)
{
    if (place.is != EG_PLACE_IS_AREA) return false;
    const struct eg_area_set *set = &listing->snapshot->generation->area_sets[place.source];
    struct eg_box box = set->area_box[place.item];
    double unit = set->plane->grid.unit;
    if (eg_box_is_empty(box)) return false;
    eg_mercator_inverse(box.min_x * unit, box.min_y * unit, &bounds->min_x, &bounds->min_y);
    eg_mercator_inverse(box.max_x * unit, box.max_y * unit, &bounds->max_x, &bounds->max_y);
    return true;
}

/* --- JSON ------------------------------------------------------------------------------------------------------------ */

static void add_parents(struct listing *listing, struct eg_json *json, struct eg_json_value *into,
                        struct eg_found_place place)
{
    const struct eg_generation *generation = listing->snapshot->generation;
    struct eg_place_parent parents[EG_PLACE_PARENTS_MAX];
    uint32_t n = eg_gazetteer_parents(listing->snapshot->gazetteer, place, parents);
    struct eg_json_value *within = eg_json_array(json, into, "within");
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_area_set *set = &generation->area_sets[parents[i].boundaries];
        struct eg_json_value *item = eg_json_object(json, within, NULL);
        eg_json_text(json, item, "boundaries", set->spec->id);
        eg_json_text(json, item, "code", set->codes[parents[i].area]);
        eg_json_text(json, item, "name", set->names[parents[i].area]);
    }
}

static void add_source(const struct listing *listing, struct eg_json *json, struct eg_json_value *into,
                       struct eg_found_place place)
{
    const struct eg_atlas *atlas = listing->snapshot->atlas;
    if (place.is == EG_PLACE_IS_AREA) {
        const struct eg_atlas_boundaries *spec = &atlas->boundaries[place.source];
        const struct eg_area_set *set = &listing->snapshot->generation->area_sets[place.source];
        eg_json_text(json, into, "code", set->codes[place.item]);
        eg_json_text(json, into, "boundaries", spec->id);
        eg_json_text(json, into, "boundaries_title", spec->title);
        if (spec->attribution.len > 0) eg_json_text(json, into, "attribution", spec->attribution);
        return;
    }
    const struct eg_atlas_place_table *spec = &atlas->place_tables[place.source];
    eg_json_text(json, into, "places", spec->id);
    if (spec->country.len > 0) eg_json_text(json, into, "country", spec->country);
    if (place.is == EG_PLACE_IS_POSTCODES)
        eg_json_integer(json, into, "postcodes", eg_gazetteer_count(listing->snapshot->gazetteer, place));
    if (spec->attribution.len > 0) eg_json_text(json, into, "attribution", spec->attribution);
}

static void add_properties(struct listing *listing, struct eg_json *json, struct eg_json_value *into,
                           const struct eg_place_hit *hit)
{
    eg_json_text(json, into, "name", name_of(listing, hit->place));
    eg_json_text(json, into, "label", label_of(listing, hit->place));
    eg_json_cstring(json, into, "kind", kind_of(listing, hit->place));
    add_source(listing, json, into, hit->place);
    add_parents(listing, json, into, hit->place);
    eg_json_number(json, into, "relevance", relevance_of(hit->match));
    if (listing->query->has_near && hit->has_position)
        eg_json_decimal(json, into, "distance_m", hit->distance_m, 1);
    if (listing->snapshot->atlas->fictional) eg_json_bool(json, into, "fictional", true);
}

static void add_bbox(const struct listing *listing, struct eg_json *json, struct eg_json_value *into,
                     struct eg_found_place place)
{
    struct eg_bounds bounds;
    if (bounds_of(listing, place, &bounds)) eg_describe_bounds(json, into, "bbox", bounds);
}

static void add_geometry(struct eg_json *json, struct eg_json_value *feature, const struct eg_place_hit *hit)
{
    if (!hit->has_position) {
        eg_json_null(json, feature, "geometry");
        return;
    }
    struct eg_json_value *geometry = eg_json_object(json, feature, "geometry");
    eg_json_cstring(json, geometry, "type", "Point");
    struct eg_json_value *position = eg_json_array(json, geometry, "coordinates");
    eg_json_decimal(json, position, NULL, hit->lon_deg, 7);
    eg_json_decimal(json, position, NULL, hit->lat_deg, 7);
}

static enum eg_status write_geojson(struct listing *listing, struct eg_entity *entity_out,
                                    struct eg_error *err)
{
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *root = json ? eg_json_root(json) : NULL;
    eg_json_cstring(json, root, "type", "FeatureCollection");
    eg_json_integer(json, root, "numberReturned", listing->n);
    struct eg_json_value *features = eg_json_array(json, root, "features");
    for (uint32_t i = 0; i < listing->n; i++) {
        struct eg_json_value *feature = eg_json_object(json, features, NULL);
        eg_json_cstring(json, feature, "type", "Feature");
        add_bbox(listing, json, feature, listing->hits[i].place);
        add_geometry(json, feature, &listing->hits[i]);
        add_properties(listing, json, eg_json_object(json, feature, "properties"), &listing->hits[i]);
    }
    return eg_entity_from_json(json, "application/geo+json", entity_out, err);
}

/* A list: each of its objects is a document of its own. */
static enum eg_status write_json(struct listing *listing, struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_buffer body;
    enum eg_status status = EG_OK;
    eg_buffer_init(&body, 0);
    eg_buffer_char(&body, '[');
    for (uint32_t i = 0; i < listing->n && status == EG_OK; i++) {
        const struct eg_place_hit *hit = &listing->hits[i];
        struct eg_json *json = eg_json_new_object();
        struct eg_json_value *root = json ? eg_json_root(json) : NULL;
        if (i > 0) eg_buffer_literal(&body, ",\n");
        add_properties(listing, json, root, hit);
        if (hit->has_position) eg_json_decimal(json, root, "longitude", hit->lon_deg, 7);
        if (hit->has_position) eg_json_decimal(json, root, "latitude", hit->lat_deg, 7);
        add_bbox(listing, json, root, hit->place);
        status = json ? eg_json_finish(json, false, &body, err) : eg_error_no_memory(err, 0);
        eg_json_free(json);
    }
    eg_buffer_char(&body, ']');
    if (status == EG_OK) return eg_entity_from_buffer(&body, "application/json", true, entity_out, err);
    eg_buffer_clear(&body);
    return status;
}

/* --- CSV ------------------------------------------------------------------------------------------------------------- */

static void write_source(const struct listing *listing, struct eg_buffer *out, struct eg_found_place place)
{
    const struct eg_atlas *atlas = listing->snapshot->atlas;
    const struct eg_text none = {0};
    bool is_area = place.is == EG_PLACE_IS_AREA;
    const struct eg_area_set *set = is_area ? &listing->snapshot->generation->area_sets[place.source] : NULL;
    eg_csv_cell(out, is_area ? set->codes[place.item] : none, false);
    eg_csv_cell(out, is_area ? set->spec->id : none, false);
    eg_csv_cell(out, is_area ? none : atlas->place_tables[place.source].id, false);
}

static void write_parents(struct listing *listing, struct eg_buffer *out, struct eg_found_place place)
{
    struct eg_place_parent parents[EG_PLACE_PARENTS_MAX];
    uint32_t n = eg_gazetteer_parents(listing->snapshot->gazetteer, place, parents);
    listing->text.len = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_area_set *set = &listing->snapshot->generation->area_sets[parents[i].boundaries];
        if (i > 0) eg_buffer_literal(&listing->text, "; ");
        eg_buffer_text(&listing->text, set->names[parents[i].area]);
    }
    eg_csv_cell(out, (struct eg_text){listing->text.data, listing->text.len}, false);
}

static void write_row(struct listing *listing, struct eg_buffer *out, const struct eg_place_hit *hit)
{
    struct eg_bounds bounds;
    bool has_bounds = bounds_of(listing, hit->place, &bounds);
    const double box[] = {bounds.min_x, bounds.min_y, bounds.max_x, bounds.max_y};
    const double position[] = {hit->lon_deg, hit->lat_deg};
    eg_csv_cell(out, name_of(listing, hit->place), true);
    eg_csv_cell(out, label_of(listing, hit->place), false);
    eg_csv_cell(out, eg_text_from(kind_of(listing, hit->place)), false);
    write_source(listing, out, hit->place);
    for (size_t i = 0; i < EG_ARRAY_LEN(position); i++)
        if (hit->has_position) eg_csv_decimal(out, position[i], 7);
        else eg_csv_cell(out, EG_TEXT(""), false);
    for (size_t i = 0; i < EG_ARRAY_LEN(box); i++)
        if (has_bounds) eg_csv_decimal(out, box[i], 5);
        else eg_csv_cell(out, EG_TEXT(""), false);
    write_parents(listing, out, hit->place);
    eg_csv_decimal(out, relevance_of(hit->match), 1);
    if (listing->query->has_near && hit->has_position) eg_csv_decimal(out, hit->distance_m, 1);
    else if (listing->query->has_near) eg_csv_cell(out, EG_TEXT(""), false);
    eg_csv_end_row(out);
}

static enum eg_status write_csv(struct listing *listing, struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    eg_buffer_literal(&body,
                      "name,label,kind,code,boundaries,places,longitude,latitude,west,south,east,north,"
                      "within,relevance");
    if (listing->query->has_near) eg_buffer_literal(&body, ",distance_m");
    eg_csv_end_row(&body);
    for (uint32_t i = 0; i < listing->n; i++) write_row(listing, &body, &listing->hits[i]);
    return eg_entity_from_buffer(&body, "text/csv; charset=utf-8", true, entity_out, err);
}

enum eg_status eg_engine_places(struct eg_snapshot *snapshot, const struct eg_places_request *request,
                                struct eg_entity *entity_out, struct eg_error *err)
{
    struct listing listing = {.snapshot = snapshot, .query = &request->query};
    eg_buffer_init(&listing.text, 0);
    enum eg_status status =
        eg_gazetteer_find(snapshot->gazetteer, &request->query, listing.hits, &listing.n, err);
    if (status == EG_OK && request->form == EG_PLACES_CSV) status = write_csv(&listing, entity_out, err);
    else if (status == EG_OK && request->form == EG_PLACES_JSON)
        status = write_json(&listing, entity_out, err);
    else if (status == EG_OK) status = write_geojson(&listing, entity_out, err);
    if (status == EG_OK && listing.text.failed) {
        eg_entity_clear(entity_out);
        status = eg_error_no_memory(err, 0);
    }
    eg_buffer_clear(&listing.text);
    return status;
}
