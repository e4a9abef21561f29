/* The key `long` of a table: rows of indicator and value, or a row per period and a column per indicator. */
#include "data/atlas_parts.h"

/* What stands in the mapping, before it is known to be whole. */
struct long_part {
    struct eg_text indicator, period;
    struct eg_atlas_columns columns;
    const struct eg_node *indicators, *by_column, *periods;
};

/* `target` is where the node goes: it is read once the rest is known. */
static enum eg_status keep_node(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    if (at->node->kind != EG_NODE_MAP)
        return eg_at_error(reader, at, EG_INVALID, "expected a mapping, found %s",
                           eg_node_describe(at->node));
    if (at->node->n == 0) return eg_at_error(reader, at, EG_INVALID, "is empty; list at least one");
    *(const struct eg_node **)target = at->node;
    return EG_OK;
}

static const struct eg_field long_fields[] = {
    {.key = "indicator", .type = EG_FIELD_NAME, .offset = offsetof(struct long_part, indicator)},
    {.key = "period", .type = EG_FIELD_NAME, .offset = offsetof(struct long_part, period)},
    {.key = "value", .type = EG_FIELD_NAME, .offset = offsetof(struct long_part, columns.value)},
    {.key = "numerator", .type = EG_FIELD_NAME, .offset = offsetof(struct long_part, columns.numerator)},
    {.key = "denominator", .type = EG_FIELD_NAME, .offset = offsetof(struct long_part, columns.denominator)},
    {.key = "lower", .type = EG_FIELD_NAME, .offset = offsetof(struct long_part, columns.lower)},
    {.key = "upper", .type = EG_FIELD_NAME, .offset = offsetof(struct long_part, columns.upper)},
    {.key = "flag", .type = EG_FIELD_NAME, .offset = offsetof(struct long_part, columns.flag)},
    {.key = "rank", .type = EG_FIELD_NAME, .offset = offsetof(struct long_part, columns.rank)},
    {.key = "decile", .type = EG_FIELD_NAME, .offset = offsetof(struct long_part, columns.decile)},
    {.key = "indicators",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct long_part, indicators),
     .read = keep_node},
    {.key = "columns",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct long_part, by_column),
     .read = keep_node},
    {.key = "periods",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct long_part, periods),
     .read = keep_node},
};

static const struct eg_field columns_fields[] = {
    {.key = "value",
     .type = EG_FIELD_NAME,
     .required = true,
     .offset = offsetof(struct eg_atlas_columns, value)},
    {.key = "numerator", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_columns, numerator)},
    {.key = "denominator", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_columns, denominator)},
    {.key = "lower", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_columns, lower)},
    {.key = "upper", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_columns, upper)},
    {.key = "flag", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_columns, flag)},
    {.key = "rank", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_columns, rank)},
    {.key = "decile", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_columns, decile)},
};

/* --- which shape --- */

static enum eg_status check_by_indicator(struct eg_reader *reader, const struct eg_at *at,
                                         const struct long_part *part)
{
    if (part->by_column)
        return eg_at_error(reader, at, EG_INVALID, "has 'indicators' and 'columns'; keep one of the two");
    if (!part->indicator.data)
        return eg_at_error(
            reader, at, EG_INVALID,
            "the key 'indicator' is missing; add the column whose texts 'indicators' lists, or use "
            "'columns' for a column per indicator");
    if (!part->columns.value.data)
        return eg_at_error(reader, at, EG_INVALID,
                           "the key 'value' is missing; add the column with the numbers");
    return EG_OK;
}

static enum eg_status check_by_column(struct eg_reader *reader, const struct eg_at *at)
{
    static const char *const indicator = "indicator";
    const char *columns[EG_ARRAY_LEN(columns_fields)];
    for (size_t i = 0; i < EG_ARRAY_LEN(columns_fields); i++) columns[i] = columns_fields[i].key;
    enum eg_status st =
        eg_keys_refuse(reader, at, &indicator, 1, "goes with 'indicators', not with 'columns'; keep one");
    if (st) return st;
    return eg_keys_refuse(reader, at, columns, EG_ARRAY_LEN(columns_fields),
                          "belongs into the mapping of an indicator under 'columns'");
}

static enum eg_status check_part(struct eg_reader *reader, const struct eg_at *at,
                                 const struct long_part *part, const struct eg_table_draft *draft)
{
    if (draft->boundaries == EG_ATLAS_NONE)
        return eg_at_error(reader, at, EG_INVALID,
                           "a long table needs to know its areas; add 'boundaries' to the table");
    if (!part->period.data && !draft->has_period)
        return eg_at_error(
            reader, at, EG_INVALID,
            "says not which period; add the column as 'period' here, or a 'period' for all rows to the "
            "table");
    if (part->period.data && draft->has_period)
        return eg_at_error(reader, at, EG_INVALID,
                           "has a column 'period', and the table has a 'period'; keep one");
    if (part->periods && !part->period.data)
        return eg_at_error(reader, at, EG_INVALID,
                           "'periods' translates the texts of a column; add it as 'period'");
    if (part->indicators) return check_by_indicator(reader, at, part);
    if (part->by_column) return check_by_column(reader, at);
    return eg_at_error(reader, at, EG_INVALID, "says not which indicators; add 'indicators' or 'columns'");
}

/* --- the maps --- */

static enum eg_status check_indicator_once(struct eg_reader *reader, const struct eg_at *at,
                                           const struct eg_atlas_long_indicator *items, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (items[i].indicator == items[n].indicator)
            return eg_at_error(reader, at, EG_INVALID, "two texts mean the same indicator; keep one");
    }
    return EG_OK;
}

/* Entry i of a mapping. */
static void entry_of(const struct eg_at *map, uint32_t i, struct eg_at *key, struct eg_at *value)
{
    const struct eg_node *const *pair = &map->node->item[2 * (size_t)i];
    *key = (struct eg_at){pair[0], map, NULL, i};
    *value = (struct eg_at){pair[1], map, pair[0]->text.data, 0};
}

/* "Obesity (%): obesity": a text of the indicator column, and the indicator. */
static enum eg_status read_by_text(struct eg_reader *reader, const struct eg_at *key,
                                   const struct eg_at *value, struct eg_atlas_long_indicator *item)
{
    enum eg_status st = eg_value_cell(reader, key, &item->text);
    return st ? st : eg_value_reference(reader, value, EG_SECTION_INDICATORS, &item->indicator);
}

/* "obesity: ob_pct" or "obesity: {value: ob_pct, lower: ...}". */
static enum eg_status read_by_column(struct eg_reader *reader, const struct eg_at *key,
                                     const struct eg_at *value, struct eg_atlas_long_indicator *item)
{
    enum eg_status st = eg_value_reference(reader, key, EG_SECTION_INDICATORS, &item->indicator);
    if (st) return st;
    if (value->node->kind != EG_NODE_MAP) return eg_value_name(reader, value, &item->columns.value);
    return eg_fields_read(reader, value, columns_fields, EG_ARRAY_LEN(columns_fields), &item->columns);
}

static enum eg_status read_indicators(struct eg_reader *reader, const struct eg_at *at,
                                      const struct long_part *part, struct eg_atlas_table *table)
{
    bool by_text = part->indicators != NULL;
    struct eg_at map = {by_text ? part->indicators : part->by_column, at, by_text ? "indicators" : "columns",
                        0};
    struct eg_atlas_long_indicator *items = eg_reader_array(reader, map.node->n, sizeof *items);
    if (!items) return EG_NO_MEMORY;
    enum eg_status st = EG_OK;
    for (uint32_t i = 0; i < map.node->n && !st; i++) {
        struct eg_at key;
        struct eg_at value;
        entry_of(&map, i, &key, &value);
        items[i].columns = part->columns;
        st = by_text ? read_by_text(reader, &key, &value, &items[i])
                     : read_by_column(reader, &key, &value, &items[i]);
        if (!st) st = check_indicator_once(reader, &value, items, i);
    }
    table->long_indicators = items;
    table->n_long_indicators = map.node->n;
    return st;
}

static enum eg_status read_periods(struct eg_reader *reader, const struct eg_at *at,
                                   const struct long_part *part, struct eg_atlas_table *table)
{
    if (!part->periods) return EG_OK;
    struct eg_at map = {part->periods, at, "periods", 0};
    struct eg_atlas_long_period *items = eg_reader_array(reader, map.node->n, sizeof *items);
    if (!items) return EG_NO_MEMORY;
    enum eg_status st = EG_OK;
    for (uint32_t i = 0; i < map.node->n && !st; i++) {
        struct eg_at key;
        struct eg_at value;
        entry_of(&map, i, &key, &value);
        st = eg_value_cell(reader, &key, &items[i].text);
        if (!st) st = eg_read_period(reader, &value, &items[i].period);
        if (!st && map.node->n > 1 && !items[i].period.start.data)
            st = eg_at_error(reader, &value, EG_INVALID,
                             "needs 'start' and 'end', because the latest of several periods is shown first");
    }
    table->long_periods = items;
    table->n_long_periods = map.node->n;
    return st;
}

static enum eg_status check_flags(struct eg_reader *reader, const struct eg_at *at,
                                  const struct eg_atlas_table *table)
{
    for (uint32_t i = 0; i < table->n_long_indicators; i++) {
        if (table->long_indicators[i].columns.flag.data && !eg_table_has_flags(table))
            return eg_at_error(reader, at, EG_INVALID,
                               "has a 'flag', but the table does not say what flags mean; add 'flags'");
    }
    return EG_OK;
}

enum eg_status eg_read_long(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_table_draft *draft = target;
    struct eg_atlas_table *table = &draft->table;
    struct long_part part = {0};
    enum eg_status st = eg_fields_read(reader, at, long_fields, EG_ARRAY_LEN(long_fields), &part);
    if (!st) st = check_part(reader, at, &part, draft);
    if (st) return st;
    table->is_long = true;
    table->long_boundaries = draft->boundaries;
    table->long_indicator = part.indicator;
    table->long_period = part.period;
    if (!part.period.data) table->long_only_period = draft->period;
    st = read_indicators(reader, at, &part, table);
    if (!st) st = check_flags(reader, at, table);
    return st ? st : read_periods(reader, at, &part, table);
}
