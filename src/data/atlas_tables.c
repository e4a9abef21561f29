/* The section `tables`: sources, keys, markers and what indicators inherit. Long tables are in atlas_long.c. */
#include "data/atlas_parts.h"

#include <string.h>

#define KEY_PAD_MAX 64
#define HEADER_ROW_MAX 10000

/* --- key --- */

static const struct eg_field key_fields[] = {
    {.key = "column",
     .type = EG_FIELD_NAME,
     .required = true,
     .offset = offsetof(struct eg_atlas_table, key)},
    {.key = "pad",
     .type = EG_FIELD_U32,
     .offset = offsetof(struct eg_atlas_table, key_pad),
     .min = 1,
     .max = KEY_PAD_MAX},
    {.key = "trim", .type = EG_FIELD_BOOL, .offset = offsetof(struct eg_atlas_table, key_trim)},
    {.key = "prefix", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_table, key_prefix)},
};

static enum eg_status read_key(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_table *table = target;
    if (at->node->kind != EG_NODE_MAP) return eg_value_name(reader, at, &table->key);
    return eg_fields_read(reader, at, key_fields, EG_ARRAY_LEN(key_fields), table);
}

/* --- markers and flags --- */

struct cells {
    struct eg_text *text;
    uint32_t n;
};

static enum eg_status read_cells(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct cells *cells = target;
    void *items;
    enum eg_status st = eg_list_read(
        reader, at, (struct eg_list_of){sizeof(struct eg_text), eg_item_cell, true}, &items, &cells->n);
    if (!st) cells->text = items;
    return st;
}

static const struct eg_field state_fields[] = {
    {.key = "missing",
     .type = EG_FIELD_CUSTOM,
     .offset = EG_MISSING * sizeof(struct cells),
     .read = read_cells},
    {.key = "suppressed",
     .type = EG_FIELD_CUSTOM,
     .offset = EG_SUPPRESSED * sizeof(struct cells),
     .read = read_cells},
    {.key = "unreliable",
     .type = EG_FIELD_CUSTOM,
     .offset = EG_UNRELIABLE * sizeof(struct cells),
     .read = read_cells},
    {.key = "not_applicable",
     .type = EG_FIELD_CUSTOM,
     .offset = EG_NOT_APPLICABLE * sizeof(struct cells),
     .read = read_cells},
};

static bool cells_hold(const struct cells *cells, struct eg_text text)
{
    for (uint32_t i = 0; i < cells->n; i++) {
        if (eg_text_equal(cells->text[i], text)) return true;
    }
    return false;
}

static bool states_hold(const struct cells states[EG_N_STATES], struct eg_text text)
{
    for (size_t s = 0; s < EG_N_STATES; s++) {
        if (cells_hold(&states[s], text)) return true;
    }
    return false;
}

/* One text, one state. Blanks at the ends do not count, so they are taken off here once. */
static enum eg_status check_cells(struct eg_reader *reader, const struct eg_at *at,
                                  struct cells states[EG_N_STATES])
{
    for (size_t s = 0; s < EG_N_STATES; s++) {
        for (uint32_t i = 0; i < states[s].n; i++) {
            struct eg_text text = eg_text_trim(states[s].text[i]);
            struct cells before = {states[s].text, i};
            bool twice = cells_hold(&before, text);
            for (size_t other = 0; other < s && !twice; other++) twice = cells_hold(&states[other], text);
            if (twice)
                return eg_at_error(reader, at, EG_INVALID,
                                   "the text '%.*s' is listed twice; keep it under one state",
                                   EG_TEXT_ARG(text));
            enum eg_status st = eg_reader_copy(reader, text, &states[s].text[i]);
            if (st) return st;
        }
    }
    return EG_OK;
}

static enum eg_status read_states(struct eg_reader *reader, const struct eg_at *at,
                                  struct cells states[EG_N_STATES])
{
    enum eg_status st = eg_fields_read(reader, at, state_fields, EG_ARRAY_LEN(state_fields), states);
    return st ? st : check_cells(reader, at, states);
}

/* The empty cell is missing wherever no list claims it. */
static enum eg_status add_empty(struct eg_reader *reader, struct cells states[EG_N_STATES])
{
    if (states_hold(states, EG_TEXT(""))) return EG_OK;
    struct cells *missing = &states[EG_MISSING];
    struct eg_text *texts = eg_reader_array(reader, (size_t)missing->n + 1, sizeof *texts);
    if (!texts) return EG_NO_MEMORY;
    if (missing->n > 0) memcpy(texts, missing->text, missing->n * sizeof *texts);
    texts[missing->n] = EG_TEXT("");
    *missing = (struct cells){texts, missing->n + 1};
    return EG_OK;
}

static enum eg_status set_markers(struct eg_reader *reader, struct cells states[EG_N_STATES],
                                  struct eg_atlas_markers *markers)
{
    enum eg_status st = add_empty(reader, states);
    if (st) return st;
    for (size_t s = 0; s < EG_N_STATES; s++) {
        markers->text[s] = states[s].text;
        markers->n[s] = states[s].n;
    }
    return EG_OK;
}

static enum eg_status read_markers(struct eg_reader *reader, const struct eg_at *at,
                                   struct eg_atlas_markers *markers)
{
    struct cells states[EG_N_STATES] = {0};
    enum eg_status st = at->node ? read_states(reader, at, states) : EG_OK;
    return st ? st : set_markers(reader, states, markers);
}

static enum eg_status check_mapping(struct eg_reader *reader, const struct eg_at *at)
{
    if (at->node->kind == EG_NODE_MAP) return EG_OK;
    return eg_at_error(reader, at, EG_INVALID,
                       "expected a mapping of columns ('income: {missing: \"0\"}'), found %s",
                       eg_node_describe(at->node));
}

/* The general list, always there, then those of single columns. `at` is the table. */
static enum eg_status read_all_markers(struct eg_reader *reader, const struct eg_at *at,
                                       struct eg_atlas_table *table)
{
    struct eg_at general = {eg_node_get(at->node, "markers"), at, "markers", 0};
    struct eg_at single = {eg_node_get(at->node, "column_markers"), at, "column_markers", 0};
    enum eg_status st = single.node ? check_mapping(reader, &single) : EG_OK;
    if (st) return st;
    uint32_t n = single.node ? single.node->n : 0;
    struct eg_atlas_markers *markers = eg_reader_array(reader, (size_t)n + 1, sizeof *markers);
    if (!markers) return EG_NO_MEMORY;
    st = read_markers(reader, &general, &markers[0]);
    for (size_t i = 0; i < n && !st; i++) {
        struct eg_at column = {single.node->item[2 * i], &single, NULL, (uint32_t)i};
        struct eg_at states = {single.node->item[2 * i + 1], &single, single.node->item[2 * i]->text.data, 0};
        st = eg_value_name(reader, &column, &markers[i + 1].column);
        if (!st) st = read_markers(reader, &states, &markers[i + 1]);
    }
    table->markers = markers;
    table->n_markers = n + 1;
    return st;
}

/* Read with the whole table, see read_table. */
static enum eg_status read_later(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    (void)reader, (void)at, (void)target;
    return EG_OK;
}

static enum eg_status read_flags(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_table *table = target;
    struct cells states[EG_N_STATES] = {0};
    enum eg_status st = read_states(reader, at, states);
    for (size_t s = 0; s < EG_N_STATES && !st; s++) {
        table->flag_text[s] = states[s].text;
        table->n_flag_text[s] = states[s].n;
    }
    return st;
}

bool eg_table_has_flags(const struct eg_atlas_table *table)
{
    uint32_t n = 0;
    for (size_t s = 0; s < EG_N_STATES; s++) n += table->n_flag_text[s];
    return n > 0;
}

/* --- defaults, expectations --- */

static const struct eg_field facts_fields[] = {
    {.key = "unit", .type = EG_FIELD_TEXT, .offset = offsetof(struct eg_atlas_facts, unit)},
    {.key = "polarity",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_facts, polarity),
     .read = eg_read_polarity},
    {.key = "decimals", .type = EG_FIELD_CUSTOM, .read = eg_read_facts_decimals},
    {.key = "theme", .type = EG_FIELD_TEXT, .offset = offsetof(struct eg_atlas_facts, theme)},
    {.key = "source", .type = EG_FIELD_TEXT, .offset = offsetof(struct eg_atlas_facts, source)},
    {.key = "source_url", .type = EG_FIELD_URL, .offset = offsetof(struct eg_atlas_facts, source_url)},
    {.key = "licence", .type = EG_FIELD_CUSTOM, .read = eg_read_facts_licence},
    {.key = "modelled", .type = EG_FIELD_CUSTOM, .read = eg_read_facts_modelled},
};

static enum eg_status read_facts(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    return eg_fields_read(reader, at, facts_fields, EG_ARRAY_LEN(facts_fields), target);
}

enum eg_status eg_read_expected(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    bool any = at->node->kind == EG_NODE_SCALAR && eg_text_equal(at->node->text, EG_TEXT("any"));
    if (any) {
        *(uint32_t *)target = UINT32_MAX;
        return EG_OK;
    }
    enum eg_status st = eg_value_u32(reader, at, 0, UINT32_MAX - 1, target);
    if (st == EG_INVALID) return eg_at_error(reader, at, st, "expected a number of rows or areas, or any");
    return st;
}

static const struct eg_field expect_fields[] = {
    {.key = "areas_without_row",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_expect, areas_without_row),
     .read = eg_read_expected},
    {.key = "rows_without_area",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_expect, rows_without_area),
     .read = eg_read_expected},
};

static enum eg_status read_expect(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    return eg_fields_read(reader, at, expect_fields, EG_ARRAY_LEN(expect_fields), target);
}

/* --- tables --- */

static enum eg_status read_filter(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_table *table = target;
    return eg_value_conditions(reader, at, &table->filter, &table->n_filter);
}

static enum eg_status read_delimiter(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    return eg_value_separator(reader, at, target);
}

static enum eg_status read_table_period(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_table_draft *draft = target;
    draft->has_period = true;
    return eg_read_period(reader, at, &draft->period);
}

static const struct eg_field table_fields[] = {
    {.key = "id", .type = EG_FIELD_ID, .required = true, .offset = offsetof(struct eg_table_draft, table.id)},
    {.key = "source",
     .type = EG_FIELD_SOURCE,
     .required = true,
     .offset = offsetof(struct eg_table_draft, table.source)},
    {.key = "layer", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_table_draft, table.layer)},
    {.key = "delimiter",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_table_draft, table.delimiter),
     .read = read_delimiter},
    {.key = "encoding", .type = EG_FIELD_TEXT, .offset = offsetof(struct eg_table_draft, table.encoding)},
    {.key = "header_row",
     .type = EG_FIELD_U32,
     .offset = offsetof(struct eg_table_draft, table.header_row),
     .min = 1,
     .max = HEADER_ROW_MAX},
    {.key = "filter", .type = EG_FIELD_CUSTOM, .read = read_filter},
    {.key = "key", .type = EG_FIELD_CUSTOM, .required = true, .read = read_key},
    {.key = "boundaries",
     .type = EG_FIELD_REFERENCE,
     .offset = offsetof(struct eg_table_draft, boundaries),
     .section = EG_SECTION_BOUNDARIES},
    {.key = "period", .type = EG_FIELD_CUSTOM, .read = read_table_period},
    {.key = "markers", .type = EG_FIELD_CUSTOM, .read = read_later},
    {.key = "column_markers", .type = EG_FIELD_CUSTOM, .read = read_later},
    {.key = "flags", .type = EG_FIELD_CUSTOM, .read = read_flags},
    {.key = "defaults",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_table_draft, table.facts),
     .read = read_facts},
    {.key = "expect",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_table_draft, table.expect),
     .read = read_expect},
    {.key = "long", .type = EG_FIELD_CUSTOM, .read = eg_read_long},
};

enum eg_status eg_check_csv_keys(struct eg_reader *reader, const struct eg_at *at, struct eg_text source)
{
    static const char *const csv_only[] = {"delimiter", "encoding", "header_row"};
    static const char *const ogr_only = "layer";
    if (eg_atlas_is_csv(source))
        return eg_keys_refuse(reader, at, &ogr_only, 1, "a CSV file has no layers; remove it");
    return eg_keys_refuse(
        reader, at, csv_only, EG_ARRAY_LEN(csv_only),
        "is for CSV only, and a source not ending in .csv, .tsv or .txt is read through OGR; remove it");
}

static enum eg_status read_table(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_table_draft *draft = target;
    draft->boundaries = EG_ATLAS_NONE;
    draft->table.mark = at->node->mark;
    draft->table.delimiter = ',';
    draft->table.header_row = 1;
    draft->table.encoding = EG_TEXT("UTF-8");
    draft->table.long_boundaries = EG_ATLAS_NONE;
    enum eg_status st = eg_fields_read(reader, at, table_fields, EG_ARRAY_LEN(table_fields), draft);
    if (!st) st = eg_check_csv_keys(reader, at, draft->table.source);
    if (!st) st = read_all_markers(reader, at, &draft->table);
    return st;
}

enum eg_status eg_read_tables(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas *atlas = target;
    void *items;
    struct eg_list_of of = {sizeof(struct eg_table_draft), read_table, false};
    uint32_t n;
    enum eg_status st = eg_list_read(reader, at, of, &items, &n);
    if (st) return st;
    reader->tables = items;
    struct eg_atlas_table *tables = eg_reader_array(reader, n, sizeof *tables);
    if (!tables) return EG_NO_MEMORY;
    for (uint32_t i = 0; i < n; i++) tables[i] = reader->tables[i].table;
    atlas->tables = tables;
    atlas->n_tables = n;
    return EG_OK;
}
