/* The section `indicators`, and how larger levels are computed from smaller ones. */
#include "data/atlas_parts.h"

#include <float.h>

/* --- aggregation --- */

enum { AGGREGATES = 3 };
static const char *const method_words[AGGREGATES + 1] = {"sum", "rate", "weighted_mean", NULL};
static const enum eg_aggregate methods[AGGREGATES] = {EG_AGGREGATE_SUM, EG_AGGREGATE_RATE,
                                                      EG_AGGREGATE_WEIGHTED_MEAN};

static enum eg_status read_method(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    unsigned word;
    enum eg_status st = eg_value_word(reader, at, method_words, &word);
    if (!st) *(enum eg_aggregate *)target = methods[word];
    return st;
}

static enum eg_status read_set(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    return eg_value_reference(reader, at, EG_SECTION_BOUNDARIES, target);
}

static enum eg_status read_to(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_aggregation *aggregation = target;
    void *items;
    enum eg_status st = eg_list_read(reader, at, (struct eg_list_of){sizeof(uint32_t), read_set, true},
                                     &items, &aggregation->n_to);
    if (st) return st;
    aggregation->to = items;
    if (aggregation->n_to == 0) return eg_at_error(reader, at, EG_INVALID, "is empty; list at least one set");
    return EG_OK;
}

static const struct eg_field weight_fields[] = {
    {.key = "table",
     .type = EG_FIELD_REFERENCE,
     .required = true,
     .offset = offsetof(struct eg_atlas_aggregation, weight_table),
     .section = EG_SECTION_TABLES},
    {.key = "column",
     .type = EG_FIELD_NAME,
     .required = true,
     .offset = offsetof(struct eg_atlas_aggregation, weight_column)},
};

static enum eg_status read_weight(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_aggregation *aggregation = target;
    enum eg_status st = eg_fields_read(reader, at, weight_fields, EG_ARRAY_LEN(weight_fields), aggregation);
    if (st) return st;
    const struct eg_table_draft *draft = &reader->tables[aggregation->weight_table];
    if (draft->table.is_long)
        return eg_at_error(reader, at, EG_INVALID,
                           "the table of weights has a row per area, so no long table; name another");
    /* `from` was read before: it stands before `weight` in the list of fields. */
    if (draft->boundaries == EG_ATLAS_NONE || draft->boundaries == aggregation->from) return EG_OK;
    const struct eg_atlas_boundaries *boundaries = reader->atlas->boundaries;
    return eg_at_error(reader, at, EG_INVALID, "table '%s' is about '%s'; the weights are those of '%s'",
                       draft->table.id.data, boundaries[draft->boundaries].id.data,
                       boundaries[aggregation->from].id.data);
}

static const struct eg_field aggregation_fields[] = {
    {.key = "from",
     .type = EG_FIELD_REFERENCE,
     .required = true,
     .offset = offsetof(struct eg_atlas_aggregation, from),
     .section = EG_SECTION_BOUNDARIES},
    {.key = "to", .type = EG_FIELD_CUSTOM, .required = true, .read = read_to},
    {.key = "method",
     .type = EG_FIELD_CUSTOM,
     .required = true,
     .offset = offsetof(struct eg_atlas_aggregation, method),
     .read = read_method},
    {.key = "per",
     .type = EG_FIELD_DOUBLE,
     .offset = offsetof(struct eg_atlas_aggregation, per),
     .min = DBL_MIN,
     .max = DBL_MAX},
    {.key = "weight", .type = EG_FIELD_CUSTOM, .read = read_weight},
};

static enum eg_status check_method(struct eg_reader *reader, const struct eg_at *at,
                                   const struct eg_atlas_aggregation *aggregation)
{
    static const char *const mean_only = "weight", *const rate_only = "per";
    bool mean = aggregation->method == EG_AGGREGATE_WEIGHTED_MEAN;
    if (mean && !aggregation->weight_column.data)
        return eg_at_error(reader, at, EG_INVALID,
                           "the key 'weight' is missing; a weighted mean needs {table, column}");
    enum eg_status st =
        mean ? EG_OK : eg_keys_refuse(reader, at, &mean_only, 1, "is for weighted_mean only; remove it");
    if (st || aggregation->method == EG_AGGREGATE_RATE) return st;
    return eg_keys_refuse(reader, at, &rate_only, 1, "is for rate only; remove it");
}

static enum eg_status read_aggregation(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_aggregation *aggregation = target;
    aggregation->mark = at->node->mark;
    aggregation->per = 1;
    aggregation->weight_table = EG_ATLAS_NONE;
    enum eg_status st =
        eg_fields_read(reader, at, aggregation_fields, EG_ARRAY_LEN(aggregation_fields), aggregation);
    return st ? st : check_method(reader, at, aggregation);
}

static bool is_dissolved_from(const struct eg_atlas *atlas, uint32_t set, uint32_t from)
{
    while (atlas->boundaries[set].dissolve_of != EG_ATLAS_NONE) {
        set = atlas->boundaries[set].dissolve_of;
        if (set == from) return true;
    }
    return false;
}

/* What an indicator has on one boundary set, from its own series and from long tables. */
struct found {
    bool any;
    bool all_rates; /* with numerator and denominator */
};

static void add_found(struct found *found, const struct eg_atlas_columns *columns)
{
    bool rate = columns->numerator.data && columns->denominator.data;
    found->all_rates = rate && (found->all_rates || !found->any);
    found->any = true;
}

static struct found find_numbers(const struct eg_reader *reader, const struct eg_atlas_indicator *indicator,
                                 uint32_t position, uint32_t boundaries)
{
    struct found found = {false, false};
    for (uint32_t i = 0; i < indicator->n_series; i++) {
        if (indicator->series[i].boundaries == boundaries) add_found(&found, &indicator->series[i].columns);
    }
    for (uint32_t t = 0; t < reader->atlas->n_tables; t++) {
        const struct eg_atlas_table *table = &reader->tables[t].table;
        if (!table->is_long || table->long_boundaries != boundaries) continue;
        for (uint32_t i = 0; i < table->n_long_indicators; i++) {
            if (table->long_indicators[i].indicator == position)
                add_found(&found, &table->long_indicators[i].columns);
        }
    }
    return found;
}

static enum eg_status check_target(struct eg_reader *reader, const struct eg_at *at,
                                   const struct eg_atlas_indicator *indicator, uint32_t position,
                                   const struct eg_atlas_aggregation *aggregation, uint32_t to)
{
    const struct eg_atlas *atlas = reader->atlas;
    const char *to_id = atlas->boundaries[to].id.data,
               *from_id = atlas->boundaries[aggregation->from].id.data;
    if (!is_dissolved_from(atlas, to, aggregation->from))
        return eg_at_error(reader, at, EG_INVALID, "'%s' is not dissolved from '%s'; name a set that is",
                           to_id, from_id);
    if (find_numbers(reader, indicator, position, to).any)
        return eg_at_error(reader, at, EG_INVALID,
                           "there are numbers of its own on '%s'; remove it from 'to'", to_id);
    return EG_OK;
}

static enum eg_status check_aggregation(struct eg_reader *reader, const struct eg_at *at,
                                        const struct eg_atlas_indicator *indicator, uint32_t position,
                                        const struct eg_atlas_aggregation *aggregation)
{
    const char *from_id = reader->atlas->boundaries[aggregation->from].id.data;
    struct found found = find_numbers(reader, indicator, position, aggregation->from);
    if (indicator->categorical)
        return eg_at_error(reader, at, EG_INVALID,
                           "categories can be neither added nor averaged; remove 'aggregate'");
    if (!found.any)
        return eg_at_error(reader, at, EG_INVALID,
                           "there is no series on '%s'; name a set that has one under 'from'", from_id);
    if (aggregation->method == EG_AGGREGATE_RATE && !found.all_rates)
        return eg_at_error(
            reader, at, EG_INVALID,
            "a rate needs 'numerator' and 'denominator' in every series on '%s'; add them there", from_id);
    enum eg_status st = EG_OK;
    for (uint32_t i = 0; i < aggregation->n_to && !st; i++)
        st = check_target(reader, at, indicator, position, aggregation, aggregation->to[i]);
    return st;
}

/* No target twice, in one aggregation or in two. */
static enum eg_status check_targets_once(struct eg_reader *reader, const struct eg_at *at,
                                         const struct eg_atlas_indicator *indicator)
{
    bool *taken = eg_arena_array(reader->scratch, reader->atlas->n_boundaries, sizeof *taken);
    if (!taken) return eg_error_no_memory(reader->err, reader->atlas->n_boundaries);
    for (uint32_t a = 0; a < indicator->n_aggregations; a++) {
        for (uint32_t i = 0; i < indicator->aggregations[a].n_to; i++) {
            uint32_t to = indicator->aggregations[a].to[i];
            if (taken[to])
                return eg_at_error(reader, at, EG_INVALID, "'%s' is computed twice; keep it in one 'to'",
                                   reader->atlas->boundaries[to].id.data);
            taken[to] = true;
        }
    }
    return EG_OK;
}

static enum eg_status read_aggregations(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_indicator *indicator = &((struct eg_indicator_draft *)target)->indicator;
    uint32_t position = at->parent->index;
    void *items;
    struct eg_list_of of = {sizeof(struct eg_atlas_aggregation), read_aggregation, true};
    enum eg_status st = eg_list_read(reader, at, of, &items, &indicator->n_aggregations);
    if (st) return st;
    indicator->aggregations = items;
    for (uint32_t i = 0; i < indicator->n_aggregations && !st; i++) {
        bool list = at->node->kind == EG_NODE_LIST;
        struct eg_at item = {list ? at->node->item[i] : NULL, at, NULL, i};
        st = check_aggregation(reader, list ? &item : at, indicator, position, &indicator->aggregations[i]);
    }
    return st ? st : check_targets_once(reader, at, indicator);
}

/* --- indicators --- */

static const struct eg_field indicator_fields[] = {
    {.key = "id",
     .type = EG_FIELD_ID,
     .required = true,
     .offset = offsetof(struct eg_indicator_draft, indicator.id)},
    {.key = "title",
     .type = EG_FIELD_TEXT,
     .required = true,
     .offset = offsetof(struct eg_indicator_draft, indicator.title)},
    {.key = "description",
     .type = EG_FIELD_TEXT,
     .offset = offsetof(struct eg_indicator_draft, indicator.description)},
    {.key = "unit",
     .type = EG_FIELD_TEXT,
     .offset = offsetof(struct eg_indicator_draft, indicator.facts.unit)},
    {.key = "polarity",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_indicator_draft, indicator.facts.polarity),
     .read = eg_read_polarity},
    {.key = "decimals",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_indicator_draft, indicator.facts),
     .read = eg_read_facts_decimals},
    {.key = "multiplier",
     .type = EG_FIELD_DOUBLE,
     .offset = offsetof(struct eg_indicator_draft, indicator.multiplier),
     .min = -DBL_MAX,
     .max = DBL_MAX},
    {.key = "theme",
     .type = EG_FIELD_TEXT,
     .offset = offsetof(struct eg_indicator_draft, indicator.facts.theme)},
    {.key = "source",
     .type = EG_FIELD_TEXT,
     .offset = offsetof(struct eg_indicator_draft, indicator.facts.source)},
    {.key = "source_url",
     .type = EG_FIELD_URL,
     .offset = offsetof(struct eg_indicator_draft, indicator.facts.source_url)},
    {.key = "licence",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_indicator_draft, indicator.facts),
     .read = eg_read_facts_licence},
    {.key = "modelled",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_indicator_draft, indicator.facts),
     .read = eg_read_facts_modelled},
    {.key = "categorical",
     .type = EG_FIELD_BOOL,
     .offset = offsetof(struct eg_indicator_draft, indicator.categorical)},
    {.key = "additive",
     .type = EG_FIELD_BOOL,
     .offset = offsetof(struct eg_indicator_draft, indicator.additive)},
    {.key = "style",
     .type = EG_FIELD_REFERENCE,
     .offset = offsetof(struct eg_indicator_draft, style),
     .section = EG_SECTION_STYLES},
    {.key = "series", .type = EG_FIELD_CUSTOM, .read = eg_read_series},
    {.key = "aggregate", .type = EG_FIELD_CUSTOM, .read = read_aggregations},
};

/* The first long table that holds the indicator, or NULL. */
static const struct eg_atlas_table *long_table_of(const struct eg_reader *reader, uint32_t position)
{
    for (uint32_t t = 0; t < reader->atlas->n_tables; t++) {
        const struct eg_atlas_table *table = &reader->tables[t].table;
        for (uint32_t i = 0; i < table->n_long_indicators; i++) {
            if (table->long_indicators[i].indicator == position) return table;
        }
    }
    return NULL;
}

static void inherit(struct eg_atlas_facts *own, const struct eg_atlas_facts *from)
{
    if (!own->unit.data) own->unit = from->unit;
    if (!own->theme.data) own->theme = from->theme;
    if (!own->source.data && !own->source_url.data) { /* another source's address would be a false claim */
        own->source = from->source;
        own->source_url = from->source_url;
    }
    if (own->polarity == EG_POLARITY_NOT_STATED) own->polarity = from->polarity;
    if (!own->licence_title.data) {
        own->licence_title = from->licence_title;
        own->licence_url = from->licence_url;
    }
    if (!own->has_decimals) {
        own->has_decimals = from->has_decimals;
        own->decimals = from->decimals;
    }
    if (!own->has_modelled) {
        own->has_modelled = from->has_modelled;
        own->modelled = from->modelled;
    }
}

static enum eg_status read_indicator(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_indicator_draft *draft = target;
    struct eg_atlas_indicator *indicator = &draft->indicator;
    draft->style = EG_ATLAS_NONE;
    indicator->mark = at->node->mark;
    indicator->multiplier = 1;
    enum eg_status st = eg_fields_read(reader, at, indicator_fields, EG_ARRAY_LEN(indicator_fields), draft);
    if (st) return st;
    if (indicator->multiplier == 0)
        return eg_at_error(reader, at, EG_INVALID, "'multiplier' is 0, which makes every value 0; remove it");
    const struct eg_atlas_table *table = indicator->n_series > 0
                                             ? &reader->tables[indicator->series[0].table].table
                                             : long_table_of(reader, at->index);
    if (!table)
        return eg_at_error(reader, at, EG_INVALID,
                           "has no numbers; add 'series', or name '%s' in a long table", indicator->id.data);
    inherit(&indicator->facts, &table->facts);
    return EG_OK;
}

enum eg_status eg_read_indicators(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas *atlas = target;
    void *items;
    uint32_t n;
    struct eg_list_of of = {sizeof(struct eg_indicator_draft), read_indicator, false};
    enum eg_status st = eg_list_read(reader, at, of, &items, &n);
    if (st) return st;
    reader->indicators = items;
    struct eg_atlas_indicator *indicators = eg_reader_array(reader, n, sizeof *indicators);
    if (!indicators) return EG_NO_MEMORY;
    for (uint32_t i = 0; i < n; i++) indicators[i] = reader->indicators[i].indicator;
    atlas->indicators = indicators;
    atlas->n_indicators = n;
    return EG_OK;
}
