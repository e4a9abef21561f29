/* One neighbourhood: names, parents, and every indicator with value, state, limits, class, tenth and rank.
 *
 * The publisher's rank and tenth are given where the source has such a column, and null for an area that it left out: which
 * way the publisher counts is not ours to guess. Else they are counted here among the areas that have a value: one pass over a series, 33,000 comparisons, so a country's 150 series take a few milliseconds. */
#include "base/arena.h"
#include "engine/describe.h"
#include "engine/engine.h"
#include "engine/layer_parts.h"
#include "stats/rank.h"

struct place {
    struct eg_snapshot *snapshot;
    uint32_t boundaries;
    uint32_t area;
};

static void add_parents(struct eg_json *json, struct eg_json_value *root, const struct place *place)
{
    const struct eg_generation *generation = place->snapshot->generation;
    struct eg_json_value *array = eg_json_array(json, root, "parents");
    for (uint32_t to = 0; to < place->snapshot->atlas->n_boundaries; to++) {
        if (to == place->boundaries) continue;
        uint32_t parent = eg_generation_parent(generation, place->boundaries, place->area, to);
        if (parent == EG_NO_AREA) continue;
        struct eg_json_value *item = eg_json_object(json, array, NULL);
        eg_json_text(json, item, "boundaries", place->snapshot->atlas->boundaries[to].id);
        eg_json_text(json, item, "boundaries_title", place->snapshot->atlas->boundaries[to].title);
        eg_json_text(json, item, "code", generation->area_sets[to].codes[parent]);
        eg_json_text(json, item, "name", generation->area_sets[to].names[parent]);
    }
}

/* Rank 1 is the worst where the polarity is stated, else the highest. */
static uint32_t count_rank(const struct eg_series *series, uint32_t n_areas, uint32_t area, bool low_first,
                           uint32_t *n_ranked_out)
{
    uint32_t rank = 1, n = 0;
    for (uint32_t i = 0; i < n_areas; i++) {
        if (!eg_state_has_value(series->state[i])) continue;
        n++;
        bool before =
            low_first ? series->value[i] < series->value[area] : series->value[i] > series->value[area];
        if (before) rank++;
    }
    *n_ranked_out = n;
    return rank;
}

static void add_rank(struct eg_json *json, struct eg_json_value *item, const struct place *place,
                     const struct eg_series *series)
{
    const struct eg_atlas_indicator *indicator = &place->snapshot->atlas->indicators[series->indicator];
    if (indicator->categorical) return;
    uint32_t n_areas = place->snapshot->generation->area_sets[place->boundaries].n_areas, n_ranked = 0;
    bool low_first = indicator->facts.polarity == EG_POLARITY_HIGH_IS_BETTER;
    uint32_t counted = count_rank(series, n_areas, place->area, low_first, &n_ranked);
    const char *first =
        indicator->facts.polarity == EG_POLARITY_HIGH_IS_WORSE || low_first ? "worst" : "highest";
    uint8_t has = series->has[place->area];
    if (!series->rank) eg_json_integer(json, item, "rank", counted);
    else if (has & EG_HAS_RANK) eg_json_integer(json, item, "rank", series->rank[place->area]);
    else eg_json_null(json, item, "rank");
    eg_json_cstring(json, item, "rank_by", series->rank ? "publisher" : "counted here");
    if (!series->rank) eg_json_cstring(json, item, "rank_1_is", first);
    eg_json_integer(json, item, "ranked", n_ranked);
    if (!series->decile) eg_json_integer(json, item, "decile", eg_rank_decile(counted, n_ranked));
    else if (has & EG_HAS_DECILE) eg_json_integer(json, item, "decile", series->decile[place->area]);
    else eg_json_null(json, item, "decile");
    eg_json_cstring(json, item, "decile_by", series->decile ? "publisher" : "counted here");
    if (!series->decile) eg_json_cstring(json, item, "decile_1_is", first);
}

/* Limits are in the indicator's unit, counts are whole or as the source has them. */
static void add_companions(struct eg_json *json, struct eg_json_value *item, const struct eg_series *series,
                           const struct eg_atlas_facts *facts, uint32_t area)
{
    const struct {
        const char *name;
        const double *values;
        uint8_t bit;
        bool in_unit;
    } companions[] = {{"lower", series->lower, EG_HAS_LOWER, true},
                      {"upper", series->upper, EG_HAS_UPPER, true},
                      {"numerator", series->numerator, EG_HAS_NUMERATOR, false},
                      {"denominator", series->denominator, EG_HAS_DENOMINATOR, false}};
    for (size_t i = 0; i < EG_ARRAY_LEN(companions); i++) {
        if (!companions[i].values || !(series->has[area] & companions[i].bit)) continue;
        double value = companions[i].values[area];
        if (companions[i].in_unit) eg_describe_number(json, item, companions[i].name, facts, value);
        else eg_json_number(json, item, companions[i].name, value);
    }
}

static enum eg_status add_class(struct eg_json *json, struct eg_json_value *item, const struct place *place,
                                uint32_t series_number, struct eg_error *err)
{
    const struct eg_series *series = &place->snapshot->generation->series[series_number];
    const struct eg_atlas *atlas = place->snapshot->atlas;
    for (uint32_t i = 0; i < atlas->n_layers; i++) {
        if (atlas->layers[i].indicator != series->indicator ||
            atlas->layers[i].boundaries != series->boundaries)
            continue;
        struct eg_layer_ref ref = {i, atlas->layers[i].style, series_number};
        const struct eg_layer_classes *classed = NULL;
        enum eg_status status = eg_layer_classify(place->snapshot, ref, &classed, err);
        if (status == EG_LIMIT) return EG_OK; /* too many categories to draw: no class */
        if (status != EG_OK) return status;
        uint32_t number = eg_layer_class_of(classed, series, place->area);
        if (number == EG_CLASS_NONE) {
            eg_json_null(json, item, "class");
            eg_json_cstring(json, item, "class_label", EG_LAYER_UNCLASSED_LABEL);
            return EG_OK;
        }
        char label[128];
        eg_layer_class_label(place->snapshot, ref, classed, number, label, sizeof label);
        eg_json_integer(json, item, "class", (int64_t)number + 1);
        eg_json_cstring(json, item, "class_label", label);
        return EG_OK;
    }
    return EG_OK;
}

static void add_value(struct eg_json *json, struct eg_json_value *item, const struct place *place,
                      const struct eg_series *series)
{
    const struct eg_atlas_indicator *indicator = &place->snapshot->atlas->indicators[series->indicator];
    uint32_t area = place->area;
    if (indicator->categorical && series->categories && (uint32_t)series->value[area] < series->n_categories)
        eg_json_text(json, item, "value", series->categories[(uint32_t)series->value[area]]);
    else eg_describe_number(json, item, "value", &indicator->facts, series->value[area]);
    add_companions(json, item, series, &indicator->facts, area);
    add_rank(json, item, place, series);
}

static enum eg_status add_series(struct eg_json *json, struct eg_json_value *array, const struct place *place,
                                 uint32_t series_number, struct eg_error *err)
{
    const struct eg_series *series = &place->snapshot->generation->series[series_number];
    struct eg_json_value *item = eg_json_object(json, array, NULL);
    eg_describe_period(json, item, "period", &series->period);
    eg_json_cstring(json, item, "state", eg_state_name((enum eg_state)series->state[place->area]));
    if (series->aggregated) eg_json_bool(json, item, "aggregated", true);
    if (!eg_state_has_value(series->state[place->area])) {
        eg_json_null(json, item, "value");
        return EG_OK;
    }
    add_value(json, item, place, series);
    return add_class(json, item, place, series_number, err);
}

static enum eg_status add_indicators(struct eg_json *json, struct eg_json_value *root,
                                     const struct place *place, struct eg_error *err)
{
    const struct eg_atlas *atlas = place->snapshot->atlas;
    struct eg_json_value *array = eg_json_array(json, root, "indicators");
    for (uint32_t i = 0; i < atlas->n_indicators; i++) {
        uint32_t first = 0, n = 0;
        eg_generation_find(place->snapshot->generation, i, place->boundaries, &first, &n);
        if (n == 0) continue;
        struct eg_json_value *item = eg_json_object(json, array, NULL);
        eg_describe_indicator(json, item, &atlas->indicators[i]);
        struct eg_json_value *periods = eg_json_array(json, item, "periods");
        for (uint32_t s = first; s < first + n; s++) {
            enum eg_status status = add_series(json, periods, place, s, err);
            if (status != EG_OK) return status;
        }
    }
    return EG_OK;
}

static void add_bounds(struct eg_json *json, struct eg_json_value *root, const struct eg_area_set *set,
                       uint32_t area)
{
    struct eg_box box = set->area_box[area];
    double unit = set->plane->grid.unit;
    struct eg_bounds bounds;
    if (eg_box_is_empty(box)) {
        eg_json_null(json, root, "bounds");
        return;
    }
    eg_mercator_inverse(box.min_x * unit, box.min_y * unit, &bounds.min_x, &bounds.min_y);
    eg_mercator_inverse(box.max_x * unit, box.max_y * unit, &bounds.max_x, &bounds.max_y);
    eg_describe_bounds(json, root, "bounds", bounds);
}

static enum eg_status describe_area(const struct place *place, struct eg_entity *entity_out,
                                    struct eg_error *err)
{
    const struct eg_area_set *set = &place->snapshot->generation->area_sets[place->boundaries];
    struct eg_json *json = eg_json_new_object();
    if (!json) return eg_error_no_memory(err, 0);
    struct eg_json_value *root = eg_json_root(json);
    eg_json_text(json, root, "boundaries", set->spec->id);
    eg_json_text(json, root, "boundaries_title", set->spec->title);
    eg_json_text(json, root, "code", set->codes[place->area]);
    eg_json_text(json, root, "name", set->names[place->area]);
    eg_json_bool(json, root, "fictional", place->snapshot->atlas->fictional);
    add_bounds(json, root, set, place->area);
    add_parents(json, root, place);
    enum eg_status status = add_indicators(json, root, place, err);
    if (status == EG_OK) return eg_entity_from_json(json, "application/json", entity_out, err);
    eg_json_free(json);
    return status;
}

enum eg_status eg_engine_find_boundaries(const struct eg_snapshot *snapshot, struct eg_text id, uint32_t *out,
                                         struct eg_error *err)
{
    for (uint32_t i = 0; i < snapshot->atlas->n_boundaries; i++) {
        if (!eg_text_equal(snapshot->atlas->boundaries[i].id, id)) continue;
        *out = i;
        return EG_OK;
    }
    eg_error_set(err, EG_NOT_FOUND, "there are no boundaries '%.*s'; GET /layers lists what there is",
                 EG_TEXT_SHOWN(id, 100));
    eg_error_field(err, "boundaries");
    return EG_NOT_FOUND;
}

enum eg_status eg_engine_area(struct eg_snapshot *snapshot, struct eg_text boundaries, struct eg_text code,
                              struct eg_entity *entity_out, struct eg_error *err)
{
    struct place place = {.snapshot = snapshot};
    enum eg_status status = eg_engine_find_boundaries(snapshot, boundaries, &place.boundaries, err);
    if (status != EG_OK) return status;
    place.area = eg_textmap_get(snapshot->generation->area_sets[place.boundaries].by_code, code);
    if (place.area != EG_TEXTMAP_NONE) return describe_area(&place, entity_out, err);
    eg_error_set(err, EG_NOT_FOUND,
                 "there is no area '%.*s' in %.*s; ask with ?at=lon,lat for the one at a place",
                 EG_TEXT_SHOWN(code, 100), EG_TEXT_ARG(boundaries));
    eg_error_field(err, "code");
    return EG_NOT_FOUND;
}

enum eg_status eg_engine_area_at(struct eg_snapshot *snapshot, struct eg_text boundaries, double lon_deg,
                                 double lat_deg, struct eg_entity *entity_out, struct eg_error *err)
{
    struct place place = {.snapshot = snapshot};
    enum eg_status status = eg_engine_find_boundaries(snapshot, boundaries, &place.boundaries, err);
    if (status != EG_OK) return status;
    place.area = eg_generation_locate(snapshot->generation, place.boundaries, lon_deg, lat_deg);
    if (place.area != EG_NO_AREA) return describe_area(&place, entity_out, err);
    eg_error_set(err, EG_NOT_FOUND, "no area of %.*s lies at %.6f,%.6f (longitude, latitude)",
                 EG_TEXT_ARG(boundaries), lon_deg, lat_deg);
    eg_error_field(err, "at");
    return EG_NOT_FOUND;
}
