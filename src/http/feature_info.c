/* Feature info: find the area of each layer at the place, put it in words once, and hand it to the writer of a format. */
#include "http/feature_info.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "engine/describe.h"
#include "engine/identify.h"
#include "engine/projected.h"
#include "http/feature_info_parts.h"

#define TEXTS_BYTES (4U << 20)
#define LABEL_BYTES 128
#define DETAIL 2000 /* of an area's size */

bool eg_info_format_of(struct eg_text media_type, enum eg_info_format *format_out)
{
    static const struct {
        const char *name;
        enum eg_info_format format;
    } formats[] = {{"text/plain", EG_INFO_TEXT},
                   {"text/html", EG_INFO_HTML},
                   {"application/json", EG_INFO_GEOJSON},
                   {"application/geo+json", EG_INFO_GEOJSON},
                   {"application/geojson", EG_INFO_GEOJSON},
                   {"application/vnd.ogc.gml", EG_INFO_GML},
                   {"application/vnd.ogc.gml/2.1.2", EG_INFO_GML}};
    struct eg_text name;
    (void)eg_text_cut(media_type, ';', &name);
    name = eg_text_trim(name);
    for (size_t i = 0; i < EG_ARRAY_LEN(formats); i++) {
        struct eg_text known = eg_text_from(formats[i].name);
        if (!eg_text_equal_any_case(name, known)) continue;
        *format_out = formats[i].format;
        return true;
    }
    return false;
}

/* --- words --------------------------------------------------------------------------------------------------------- */

static struct eg_text state_words(enum eg_state state)
{
    switch (state) {
    case EG_VALID:
        return EG_TEXT("valid");
    case EG_SUPPRESSED:
        return EG_TEXT("suppressed (small numbers)");
    case EG_UNRELIABLE:
        return EG_TEXT("unreliable: read with caution");
    case EG_NOT_APPLICABLE:
        return EG_TEXT("not applicable");
    case EG_MISSING:
    case EG_N_STATES:
        break;
    }
    return EG_TEXT("no data");
}

static struct eg_text number_words(struct eg_arena *arena, const struct eg_atlas_facts *facts, double value)
{
    if (!facts->has_decimals) return eg_text_format(arena, "%.15g", value + 0.0);
    return eg_text_format(arena, "%.*f", (int)facts->decimals, value + 0.0);
}

static struct eg_text parents_words(const struct eg_info_writer *w, uint32_t boundaries, uint32_t area)
{
    const struct eg_generation *generation = w->snapshot->generation;
    struct eg_text all = EG_TEXT("");
    for (uint32_t to = 0; to < w->snapshot->atlas->n_boundaries && all.data; to++) {
        uint32_t parent =
            to == boundaries ? EG_NO_AREA : eg_generation_parent(generation, boundaries, area, to);
        if (parent == EG_NO_AREA) continue;
        all = eg_text_format(w->arena, "%.*s%s%.*s (%.*s)", EG_TEXT_ARG(all), all.len > 0 ? ", " : "",
                             EG_TEXT_ARG(generation->area_sets[to].names[parent]),
                             EG_TEXT_ARG(w->snapshot->atlas->boundaries[to].title));
    }
    return all;
}

const struct eg_series *eg_info_series(const struct eg_info_writer *w, const struct eg_info_feature *feature)
{
    return &w->snapshot->generation->series[feature->ref.series];
}

static void put_value(const struct eg_info_writer *w, struct eg_info_feature *feature)
{
    const struct eg_series *series = eg_info_series(w, feature);
    const struct eg_atlas_indicator *indicator = &w->snapshot->atlas->indicators[series->indicator];
    uint32_t area = feature->area;
    uint8_t has = series->has ? series->has[area] : 0;
    uint32_t category = indicator->categorical ? (uint32_t)series->value[area] : 0;
    if (indicator->categorical && category < series->n_categories)
        feature->value = series->categories[category];
    else feature->value = number_words(w->arena, &indicator->facts, series->value[area]);
    if (!indicator->categorical) feature->unit = indicator->facts.unit;
    if (series->lower && (has & EG_HAS_LOWER))
        feature->lower = number_words(w->arena, &indicator->facts, series->lower[area]);
    if (series->upper && (has & EG_HAS_UPPER))
        feature->upper = number_words(w->arena, &indicator->facts, series->upper[area]);
}

/* A layer with too many categories to draw has no classes, and its values are told all the same. */
static enum eg_status put_class(const struct eg_info_writer *w, struct eg_info_feature *feature,
                                struct eg_error *err)
{
    const struct eg_layer_classes *classed = NULL;
    char label[LABEL_BYTES];
    enum eg_status status = eg_layer_classify(w->snapshot, feature->ref, &classed, err);
    if (status == EG_LIMIT) return EG_OK;
    if (status != EG_OK) return status;
    uint32_t number = eg_layer_class_of(classed, eg_info_series(w, feature), feature->area);
    if (number == EG_CLASS_NONE) {
        feature->class_label = EG_TEXT(EG_LAYER_UNCLASSED_LABEL);
        return EG_OK;
    }
    eg_layer_class_label(w->snapshot, feature->ref, classed, number, label, sizeof label);
    feature->class_label = eg_text_copy(w->arena, eg_text_from(label));
    return feature->class_label.data ? EG_OK : eg_error_no_memory(err, sizeof label);
}

static enum eg_status put_in_words(const struct eg_info_writer *w, struct eg_info_feature *feature,
                                   struct eg_error *err)
{
    const struct eg_series *series = eg_info_series(w, feature);
    const struct eg_area_set *set = &w->snapshot->generation->area_sets[series->boundaries];
    const struct eg_atlas_facts *facts = &w->snapshot->atlas->indicators[series->indicator].facts;
    enum eg_state state = (enum eg_state)series->state[feature->area];
    feature->title = eg_layer_title(w->snapshot, feature->ref.layer, w->arena);
    feature->code = set->codes[feature->area];
    feature->name = set->names[feature->area];
    feature->parents = parents_words(w, series->boundaries, feature->area);
    feature->period = series->period.label.len > 0 ? series->period.label : series->period.id;
    feature->state = state_words(state);
    feature->source = facts->source;
    feature->has_value = state == EG_VALID || state == EG_UNRELIABLE;
    enum eg_status status = EG_OK;
    if (feature->has_value) {
        put_value(w, feature);
        status = put_class(w, feature, err);
    }
    bool made = feature->title.data && feature->parents.data && (feature->value.data || !feature->has_value);
    return status == EG_OK && !made ? eg_error_no_memory(err, 0) : status;
}

static void add_field(struct eg_info_field *fields, uint32_t *n, const char *label, const char *name,
                      struct eg_text text)
{
    if (text.len > 0) fields[(*n)++] = (struct eg_info_field){label, name, text};
}

uint32_t eg_info_fields(const struct eg_info_writer *w, const struct eg_info_feature *feature,
                        struct eg_info_field fields_out[EG_INFO_FIELDS])
{
    uint32_t n = 0;
    bool valid = eg_info_series(w, feature)->state[feature->area] == EG_VALID;
    add_field(fields_out, &n, "Area", "name", feature->name);
    add_field(fields_out, &n, "Code", "code", feature->code);
    add_field(fields_out, &n, "Within", "within", feature->parents);
    add_field(fields_out, &n, "Period", "period", feature->period);
    add_field(fields_out, &n, "Value", "value", feature->value);
    if (!valid) add_field(fields_out, &n, "State", "state", feature->state);
    add_field(fields_out, &n, "Lower limit", "lower", feature->lower);
    add_field(fields_out, &n, "Upper limit", "upper", feature->upper);
    add_field(fields_out, &n, "Class", "class", feature->class_label);
    add_field(fields_out, &n, "Source", "source", feature->source);
    return n;
}

/* --- borders ------------------------------------------------------------------------------------------------------- */

static uint32_t level_for(const struct eg_plane *plane, struct eg_box box)
{
    double width = (double)box.max_x - box.min_x, height = (double)box.max_y - box.min_y;
    double grid_units = fmax(fmax(width, height) / DETAIL, 1);
    return eg_plane_level_for(plane, grid_units * plane->grid.unit);
}

enum eg_status eg_info_borders(const struct eg_info_writer *w, const struct eg_info_feature *feature,
                               const struct eg_plane *plane, struct eg_shape *shape, struct eg_box *box_out,
                               struct eg_error *err)
{
    uint32_t boundaries = eg_info_series(w, feature)->boundaries;
    const struct eg_area_set *set = &w->snapshot->generation->area_sets[boundaries];
    const struct eg_shapes *shapes = NULL;
    struct eg_shape full = {0};
    /* The box of an area is kept for the set's own plane alone; elsewhere it is that of its borders. */
    if (plane == set->plane && !shape) {
        *box_out = set->area_box[feature->area];
        return EG_OK;
    }
    enum eg_status status = eg_projected_shapes(w->snapshot->projected, boundaries, plane, &shapes, err);
    if (status == EG_OK) status = eg_shapes_area(shapes, feature->area, 0, &full, err);
    struct eg_box box = eg_box_empty();
    for (uint32_t i = 0; status == EG_OK && full.n_rings > 0 && i < full.ring_start[full.n_rings]; i++)
        box = eg_box_add(box, full.points[i]);
    eg_shape_clear(&full);
    if (status == EG_OK && shape)
        status = eg_shapes_area(shapes, feature->area, level_for(plane, box), shape, err);
    if (status == EG_OK) *box_out = box;
    return status;
}

/* --- finding ------------------------------------------------------------------------------------------------------- */

static enum eg_status find_one(struct eg_info_writer *w, const struct eg_layer_name *name,
                               struct eg_error *err)
{
    const struct eg_feature_info_request *request = w->request;
    struct eg_info_feature *feature = &w->features[w->n_features];
    enum eg_status status = eg_layer_resolve(w->snapshot, name, &feature->ref, err);
    if (status != EG_OK) return status;
    struct eg_identify_request place = {.boundaries = eg_info_series(w, feature)->boundaries,
                                        .crs = request->crs,
                                        .x = request->x,
                                        .y = request->y,
                                        .tolerance_units = request->tolerance_units};
    status = eg_identify(w->snapshot, &place, &feature->area, err);
    if (status != EG_OK || feature->area == EG_NO_AREA || request->most_features == 0) return status;
    status = put_in_words(w, feature, err);
    if (status == EG_OK) w->n_features++;
    return status;
}

enum eg_status eg_feature_info(struct eg_snapshot *snapshot, const struct eg_feature_info_request *request,
                               struct eg_entity *entity_out, struct eg_error *err)
{
    static enum eg_status (*const writers[])(const struct eg_info_writer *, struct eg_entity *,
                                             struct eg_error *) = {[EG_INFO_TEXT] = eg_info_text,
                                                                   [EG_INFO_HTML] = eg_info_html,
                                                                   [EG_INFO_GEOJSON] = eg_info_geojson,
                                                                   [EG_INFO_GML] = eg_info_gml};
    struct eg_info_writer w = {.snapshot = snapshot, .request = request};
    w.arena = eg_arena_new(TEXTS_BYTES);
    w.features = eg_memory_zeroed(request->n_names, sizeof *w.features);
    enum eg_status status = w.arena && w.features ? EG_OK : eg_error_no_memory(err, TEXTS_BYTES);
    for (uint32_t i = 0; i < request->n_names && status == EG_OK; i++)
        status = find_one(&w, &request->names[i], err);
    if (status == EG_OK) status = writers[request->format](&w, entity_out, err);
    free(w.features);
    eg_arena_free(w.arena);
    return status;
}

enum eg_status eg_feature_info_add_headers(enum eg_info_format format, struct eg_answer *answer,
                                           struct eg_error *err)
{
    if (format != EG_INFO_HTML) return EG_OK;
    return eg_answer_add_header(answer, "Content-Security-Policy",
                                "default-src 'none'; base-uri 'none'; form-action 'none'", err);
}
