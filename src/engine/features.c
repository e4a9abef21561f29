/* Which properties a collection has, and their values. A layer has some ten properties, a boundary set two for each of its
 * indicators (a country: 150), the directory twenty. Values are read from the generation's arrays when they are asked for.
 *
 * Names come from three sources (ours, the atlas's indicators, its boundary sets), so two may be the same: the later one gets an
 * underscore. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "engine/describe.h"
#include "engine/features_parts.h"
#include "engine/filter_tree.h"
#include "engine/layer_parts.h"

#define CEILING_BYTES ((size_t)16 << 20) /* of names; an indicator takes 300 bytes */
#define COLUMNS_BEYOND 32U               /* besides parents and indicators */

/* --- properties ---------------------------------------------------------------------------------------------------- */

struct maker {
    struct eg_features *features;
    struct eg_property *items;
    struct eg_column *columns;
    uint32_t n, most;
    bool refused;
};

static void add(struct maker *m, struct eg_property property, struct eg_column column)
{
    struct eg_properties have = {m->items, m->n};
    EG_ASSERT(m->n < m->most);
    while (property.name.data && eg_properties_find(&have, property.name) < have.n)
        property.name = eg_text_format(m->features->arena, "%.*s_", EG_TEXT_ARG(property.name));
    if (!property.name.data) m->refused = true;
    m->items[m->n] = property;
    m->columns[m->n++] = column;
}

static void add_plain(struct maker *m, const char *name, const char *title, enum eg_value_type type,
                      struct eg_column column)
{
    struct eg_property property = {.name = eg_text_from(name), .title = eg_text_from(title), .type = type};
    add(m, property, column);
}

static void add_parents(struct maker *m)
{
    const struct eg_atlas *atlas = m->features->snapshot->atlas;
    uint32_t own = m->features->collection.boundaries;
    for (uint32_t to = 0; to < atlas->n_boundaries; to++) {
        if (!eg_generation_nests(m->features->snapshot->generation, own, to)) continue;
        struct eg_property property = {.title = atlas->boundaries[to].title, .type = EG_VALUE_TEXT};
        property.name =
            eg_text_format(m->features->arena, "%.*s_code", EG_TEXT_ARG(atlas->boundaries[to].id));
        property.description = EG_TEXT("Code of the larger area that holds this one");
        add(m, property, (struct eg_column){.kind = EG_COLUMN_PARENT, .number = to});
    }
}

static void begin_areas(struct maker *m)
{
    add_plain(m, "code", "Code", EG_VALUE_TEXT, (struct eg_column){.kind = EG_COLUMN_CODE});
    add_plain(m, "name", "Name", EG_VALUE_TEXT, (struct eg_column){.kind = EG_COLUMN_NAME});
    add_parents(m);
}

static void add_value(struct maker *m, struct eg_text name, const struct eg_series *series)
{
    const struct eg_atlas_indicator *indicator = &m->features->snapshot->atlas->indicators[series->indicator];
    struct eg_property property = {.name = name,
                                   .title = indicator->title,
                                   .description = indicator->description,
                                   .unit = indicator->facts.unit,
                                   .type = indicator->categorical ? EG_VALUE_TEXT : EG_VALUE_NUMBER};
    add(m, property, (struct eg_column){.kind = EG_COLUMN_VALUE, .series = series});
}

static void add_companions(struct maker *m, const struct eg_series *series)
{
    struct eg_text unit = m->features->snapshot->atlas->indicators[series->indicator].facts.unit;
    const struct {
        const char *name, *title;
        const void *column;
        enum eg_companion bit;
        bool in_unit, is_integer;
    } all[] = {{"lower", "Lower confidence limit", series->lower, EG_HAS_LOWER, true, false},
               {"upper", "Upper confidence limit", series->upper, EG_HAS_UPPER, true, false},
               {"numerator", "Numerator", series->numerator, EG_HAS_NUMERATOR, false, false},
               {"denominator", "Denominator", series->denominator, EG_HAS_DENOMINATOR, false, false},
               {"rank", "The publisher's rank", series->rank, EG_HAS_RANK, false, true},
               {"decile", "The publisher's decile", series->decile, EG_HAS_DECILE, false, true}};
    for (size_t i = 0; i < EG_ARRAY_LEN(all); i++) {
        if (!all[i].column) continue;
        struct eg_property property = {.name = eg_text_from(all[i].name),
                                       .title = eg_text_from(all[i].title),
                                       .type = EG_VALUE_NUMBER,
                                       .is_integer = all[i].is_integer};
        if (all[i].in_unit) property.unit = unit;
        add(m, property,
            (struct eg_column){.kind = EG_COLUMN_COMPANION, .number = all[i].bit, .series = series});
    }
}

static void add_fictional(struct maker *m)
{
    if (!m->features->snapshot->atlas->fictional) return;
    add_plain(m, "fictional", "The data are fictional", EG_VALUE_BOOL,
              (struct eg_column){.kind = EG_COLUMN_FICTIONAL});
}

static const char state_description[] =
    "valid, unreliable (has a value), missing, suppressed or not_applicable (have none)";

static void describe_layer(struct maker *m, const struct eg_series *series)
{
    begin_areas(m);
    add_value(m, EG_TEXT("value"), series);
    struct eg_property state = {.name = EG_TEXT("state"),
                                .title = EG_TEXT("State of the value"),
                                .description = eg_text_from(state_description),
                                .type = EG_VALUE_TEXT};
    add(m, state, (struct eg_column){.kind = EG_COLUMN_STATE, .series = series});
    bool is_date = eg_filter_is_instant(series->period.id);
    add_plain(m, "period", "Period", is_date ? EG_VALUE_DATE : EG_VALUE_TEXT,
              (struct eg_column){.kind = EG_COLUMN_PERIOD, .series = series});
    add_companions(m, series);
    add_fictional(m);
}

static void describe_boundaries(struct maker *m)
{
    const struct eg_snapshot *snapshot = m->features->snapshot;
    begin_areas(m);
    for (uint32_t i = 0; i < snapshot->atlas->n_indicators; i++) {
        uint32_t first, n;
        const struct eg_atlas_indicator *indicator = &snapshot->atlas->indicators[i];
        eg_generation_find(snapshot->generation, i, m->features->collection.boundaries, &first, &n);
        if (n == 0) continue;
        const struct eg_series *latest = &snapshot->generation->series[first + n - 1];
        add_value(m, indicator->id, latest);
        struct eg_property state = {.title = EG_TEXT("State of the value"),
                                    .description = eg_text_from(state_description),
                                    .type = EG_VALUE_TEXT};
        state.name = eg_text_format(m->features->arena, "%.*s_state", EG_TEXT_ARG(indicator->id));
        add(m, state, (struct eg_column){.kind = EG_COLUMN_STATE, .series = latest});
    }
    add_fictional(m);
}

static enum eg_value_type type_of_field(enum eg_entry_field field)
{
    bool is_date = field == EG_ENTRY_START || field == EG_ENTRY_END || field == EG_ENTRY_LAST_REVIEWED;
    if (field == EG_ENTRY_AMOUNT) return EG_VALUE_NUMBER;
    return is_date ? EG_VALUE_DATE : EG_VALUE_TEXT;
}

static void describe_entries(struct maker *m)
{
    static const enum eg_entry_field fields[] = {
        EG_ENTRY_NAME,    EG_ENTRY_DESCRIPTION,  EG_ENTRY_TOPICS, EG_ENTRY_PROGRAMME, EG_ENTRY_ORGANISATION,
        EG_ENTRY_ADDRESS, EG_ENTRY_POSTCODE,     EG_ENTRY_PHONE,  EG_ENTRY_EMAIL,     EG_ENTRY_URL,
        EG_ENTRY_AMOUNT,  EG_ENTRY_CURRENCY,     EG_ENTRY_FUNDER, EG_ENTRY_START,     EG_ENTRY_END,
        EG_ENTRY_STATUS,  EG_ENTRY_LAST_REVIEWED};
    struct eg_property id = {.name = EG_TEXT("id"),
                             .title = EG_TEXT("UUID of the entry"),
                             .type = EG_VALUE_TEXT,
                             .hidden_by_default = true};
    add(m, id, (struct eg_column){.kind = EG_COLUMN_ENTRY_ID});
    add_plain(m, "kind", "Kind", EG_VALUE_TEXT, (struct eg_column){.kind = EG_COLUMN_ENTRY_KIND});
    for (size_t i = 0; i < EG_ARRAY_LEN(fields); i++)
        add_plain(m, eg_entry_field_name(fields[i]), NULL, type_of_field(fields[i]),
                  (struct eg_column){.kind = EG_COLUMN_ENTRY_FIELD, .number = fields[i]});
    add_plain(m, "directory", "Directory that the entry is from", EG_VALUE_TEXT,
              (struct eg_column){.kind = EG_COLUMN_ENTRY_DIRECTORY});
    add_fictional(m);
}

/* --- opening ------------------------------------------------------------------------------------------------------- */

static enum eg_status find_series(const struct eg_features *features, struct eg_text period,
                                  const struct eg_series **series_out, struct eg_error *err)
{
    const struct eg_snapshot *snapshot = features->snapshot;
    struct eg_layer_name name = {.layer = snapshot->atlas->layers[features->collection.layer].id,
                                 .period = period};
    struct eg_layer_ref ref;
    enum eg_status status = eg_layer_resolve(snapshot, &name, &ref, err);
    if (status == EG_OK) *series_out = &snapshot->generation->series[ref.series];
    return status;
}

static enum eg_status describe(struct eg_features *features, struct eg_text period, struct eg_error *err)
{
    const struct eg_atlas *atlas = features->snapshot->atlas;
    struct maker m = {.features = features,
                      .most = 2 * atlas->n_indicators + atlas->n_boundaries + COLUMNS_BEYOND};
    m.items = eg_arena_array(features->arena, m.most, sizeof *m.items);
    m.columns = eg_arena_array(features->arena, m.most, sizeof *m.columns);
    if (!m.items || !m.columns) return eg_error_no_memory(err, m.most * sizeof *m.items);
    const struct eg_series *series = NULL;
    enum eg_status status = EG_OK;
    switch (features->collection.kind) {
    case EG_COLLECTION_LAYER:
        status = find_series(features, period, &series, err);
        if (status == EG_OK) describe_layer(&m, series);
        break;
    case EG_COLLECTION_BOUNDARIES:
        describe_boundaries(&m);
        break;
    case EG_COLLECTION_ENTRIES:
        describe_entries(&m);
        break;
    }
    features->properties = (struct eg_properties){m.items, m.n};
    features->columns = m.columns;
    return status == EG_OK && m.refused ? eg_error_no_memory(err, 0) : status;
}

enum eg_status eg_features_open(struct eg_snapshot *snapshot, struct eg_collection collection,
                                struct eg_text period, struct eg_features **features_out,
                                struct eg_error *err)
{
    struct eg_features *features = eg_memory_zeroed(1, sizeof *features);
    if (!features) return eg_error_no_memory(err, sizeof *features);
    features->snapshot = snapshot;
    features->collection = collection;
    features->area.feature = UINT32_MAX;
    eg_buffer_init(&features->topics, 0);
    if (collection.kind == EG_COLLECTION_ENTRIES) {
        features->entries = eg_directory_entries(snapshot->directory);
        features->n = features->entries->n;
    } else {
        features->set = &snapshot->generation->area_sets[collection.boundaries];
        features->n = features->set->n_areas;
    }
    features->arena = eg_arena_new(CEILING_BYTES);
    enum eg_status status =
        features->arena ? describe(features, period, err) : eg_error_no_memory(err, CEILING_BYTES);
    if (status != EG_OK) {
        eg_features_close(features);
        return status;
    }
    *features_out = features;
    return EG_OK;
}

void eg_features_close(struct eg_features *features)
{
    if (!features) return;
    eg_buffer_clear(&features->topics);
    eg_shape_clear(&features->area.shape);
    free(features->area.lonlat);
    free(features->area.part_start);
    free(features->edges);
    eg_arena_free(features->arena);
    free(features);
}

const struct eg_properties *eg_features_properties(const struct eg_features *features)
{
    return &features->properties;
}

uint32_t eg_features_count(const struct eg_features *features)
{
    return features->n;
}

uint32_t eg_features_find(const struct eg_features *features, struct eg_text id)
{
    uint32_t found = features->entries ? eg_directory_find(features->snapshot->directory, id)
                                       : eg_textmap_get(features->set->by_code, id);
    return found < features->n ? found : features->n;
}

struct eg_text eg_features_id(const struct eg_features *features, uint32_t feature)
{
    EG_ASSERT(feature < features->n);
    if (features->entries) return eg_text_from(features->entries->items[feature]->id);
    return features->set->codes[feature];
}

enum eg_status eg_features_failed(const struct eg_features *features, struct eg_error *err)
{
    return features->failed == EG_OK ? EG_OK : eg_error_no_memory(err, 0);
}

/* --- values -------------------------------------------------------------------------------------------------------- */

static struct eg_value of_text(struct eg_text text)
{
    return (struct eg_value){.type = text.len > 0 ? EG_VALUE_TEXT : EG_VALUE_NULL, .text = text};
}

static struct eg_value of_number(double number)
{
    return (struct eg_value){.type = EG_VALUE_NUMBER, .number = number};
}

static struct eg_value of_series(const struct eg_series *series, uint32_t area)
{
    struct eg_value none = {.type = EG_VALUE_NULL};
    if (!eg_state_has_value(series->state[area])) return none;
    if (!series->categories) return of_number(series->value[area]);
    uint32_t category = (uint32_t)series->value[area];
    return category < series->n_categories ? of_text(series->categories[category]) : none;
}

static struct eg_value of_companion(const struct eg_series *series, uint32_t bit, uint32_t area)
{
    if (!eg_state_has_value(series->state[area]) || !series->has || !(series->has[area] & bit))
        return (struct eg_value){.type = EG_VALUE_NULL};
    switch ((enum eg_companion)bit) {
    case EG_HAS_LOWER:
        return of_number(series->lower[area]);
    case EG_HAS_UPPER:
        return of_number(series->upper[area]);
    case EG_HAS_NUMERATOR:
        return of_number(series->numerator[area]);
    case EG_HAS_DENOMINATOR:
        return of_number(series->denominator[area]);
    case EG_HAS_RANK:
        return of_number(series->rank[area]);
    case EG_HAS_DECILE:
        break;
    }
    return of_number(series->decile[area]);
}

static struct eg_value of_parent(const struct eg_features *features, uint32_t to, uint32_t area)
{
    const struct eg_generation *generation = features->snapshot->generation;
    uint32_t parent = eg_generation_parent(generation, features->collection.boundaries, area, to);
    if (parent == EG_NO_AREA) return (struct eg_value){.type = EG_VALUE_NULL};
    return of_text(generation->area_sets[to].codes[parent]);
}

static struct eg_value of_period(const struct eg_features *features, uint32_t property,
                                 const struct eg_series *series)
{
    return (struct eg_value){.type = features->properties.items[property].type, .text = series->period.id};
}

/* "food; work" */
static struct eg_value of_topics(struct eg_features *features, const struct eg_entry *entry)
{
    struct eg_buffer *text = &features->topics;
    if (entry->n_topics == 0) return (struct eg_value){.type = EG_VALUE_NULL};
    if (entry->n_topics == 1) return of_text(entry->topics[0]);
    text->len = 0;
    for (uint32_t i = 0; i < entry->n_topics; i++) {
        if (i > 0) eg_buffer_literal(text, "; ");
        eg_buffer_text(text, entry->topics[i]);
    }
    if (text->failed) features->failed = EG_NO_MEMORY;
    return of_text((struct eg_text){text->data, text->failed ? 0 : text->len});
}

static struct eg_value of_field(struct eg_features *features, uint32_t feature, uint32_t field)
{
    const struct eg_entry *entry = features->entries->items[feature];
    double number;
    if (field == EG_ENTRY_TOPICS) return of_topics(features, entry);
    if (field != EG_ENTRY_AMOUNT) return of_text(entry->field[field]);
    if (eg_text_to_double(entry->field[field], &number)) return of_number(number);
    return (struct eg_value){.type = EG_VALUE_NULL};
}

static struct eg_value of_entry(struct eg_features *features, uint32_t feature,
                                const struct eg_column *column)
{
    const struct eg_entry *entry = features->entries->items[feature];
    if (column->kind == EG_COLUMN_ENTRY_ID) return of_text(eg_text_from(entry->id));
    if (column->kind == EG_COLUMN_ENTRY_KIND) return of_text(eg_text_from(eg_entry_kind_name(entry->kind)));
    if (column->kind == EG_COLUMN_ENTRY_FIELD) return of_field(features, feature, column->number);
    return of_text(features->snapshot->atlas->directories[entry->directory].id);
}

struct eg_value eg_features_shown(struct eg_features *features, uint32_t feature, uint32_t property)
{
    EG_ASSERT(feature < features->n && property < features->properties.n);
    const struct eg_column *column = &features->columns[property];
    switch (column->kind) {
    case EG_COLUMN_CODE:
        return of_text(features->set->codes[feature]);
    case EG_COLUMN_NAME:
        return of_text(features->set->names[feature]);
    case EG_COLUMN_PARENT:
        return of_parent(features, column->number, feature);
    case EG_COLUMN_VALUE:
        return of_series(column->series, feature);
    case EG_COLUMN_STATE:
        return of_text(eg_text_from(eg_state_name((enum eg_state)column->series->state[feature])));
    case EG_COLUMN_PERIOD:
        return of_period(features, property, column->series);
    case EG_COLUMN_COMPANION:
        return of_companion(column->series, column->number, feature);
    case EG_COLUMN_FICTIONAL:
        return (struct eg_value){.type = EG_VALUE_BOOL, .is = true};
    case EG_COLUMN_ENTRY_ID:
    case EG_COLUMN_ENTRY_KIND:
    case EG_COLUMN_ENTRY_FIELD:
    case EG_COLUMN_ENTRY_DIRECTORY:
        break;
    }
    return of_entry(features, feature, column);
}

struct eg_value eg_features_value(struct eg_features *features, uint32_t feature, uint32_t property)
{
    struct eg_value value = eg_features_shown(features, feature, property);
    if (features->properties.items[property].type != EG_VALUE_DATE || value.type == EG_VALUE_NULL)
        return value;
    value.type = eg_filter_is_instant(value.text) ? EG_VALUE_DATE : EG_VALUE_NULL;
    return value;
}
