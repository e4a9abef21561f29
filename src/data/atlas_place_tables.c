/* The section `places`: tables of postcodes, towns and landmarks that people may name when they look for what is near. */
#include "data/atlas_parts.h"

static const char *const kinds[] = {
    [EG_PLACE_POSTCODE] = "postcode", [EG_PLACE_TOWN] = "town", [EG_PLACE_LANDMARK] = "landmark", NULL};

const char *eg_place_kind_name(enum eg_place_kind kind)
{
    EG_ASSERT((unsigned)kind < EG_N_PLACE_KINDS);
    return kinds[kind];
}

static enum eg_status read_kind(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    unsigned word;
    enum eg_status st = eg_value_word(reader, at, kinds, &word);
    if (!st) *(enum eg_place_kind *)target = (enum eg_place_kind)word;
    return st;
}

static enum eg_status read_country(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_text text;
    enum eg_status st = eg_value_text(reader, at, &text);
    if (st) return st;
    bool good = text.len == 2;
    for (size_t i = 0; i < text.len; i++) good = good && text.data[i] >= 'A' && text.data[i] <= 'Z';
    if (!good)
        return eg_at_error(reader, at, EG_INVALID,
                           "'%.*s' is no country; write two capital letters such as GB or US (ISO 3166-1)",
                           EG_TEXT_SHOWN(text, 60));
    *(struct eg_text *)target = text;
    return EG_OK;
}

static enum eg_status read_filter(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_place_table *table = target;
    if (at->node->kind == EG_NODE_MAP)
        return eg_value_conditions(reader, at, &table->filter, &table->n_filter);
    if (eg_atlas_is_csv(table->source))
        return eg_at_error(reader, at, EG_INVALID, "for CSV, write a mapping: filter: {status: live}");
    return eg_value_text(reader, at, &table->filter_sql);
}

static enum eg_status read_separator(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    return eg_value_separator(reader, at, target);
}

static enum eg_status read_licence(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_place_table *table = target;
    return eg_value_licence(reader, at, &table->licence_title, &table->licence_url);
}

static const struct eg_field expect_fields[] = {
    {.key = "rejected_rows",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_directory_expect, rejected_rows),
     .read = eg_read_expected},
};

static enum eg_status read_expect(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    return eg_fields_read(reader, at, expect_fields, EG_ARRAY_LEN(expect_fields), target);
}

/* --- columns --- */

static enum eg_status read_columns(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_place_table *table = target;
    const char *name = table->kind == EG_PLACE_POSTCODE ? "postcode" : "name";
    const struct eg_field fields[] = {
        {.key = name,
         .type = EG_FIELD_NAME,
         .required = true,
         .offset = offsetof(struct eg_atlas_place_table, name)},
        {.key = "longitude",
         .type = EG_FIELD_NAME,
         .offset = offsetof(struct eg_atlas_place_table, longitude)},
        {.key = "latitude", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_place_table, latitude)},
        {.key = "code", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_place_table, code)},
    };
    enum eg_status st = eg_fields_read(reader, at, fields, EG_ARRAY_LEN(fields), table);
    if (st) return st;
    if (!table->longitude.data != !table->latitude.data)
        return eg_at_error(reader, at, EG_INVALID,
                           "has only one of 'longitude' and 'latitude'; add the other");
    if (table->code.data && table->longitude.data)
        return eg_at_error(reader, at, EG_INVALID,
                           "has both a position and a code; leave 'code' out, or 'longitude' and 'latitude'");
    if (!table->code.data && !table->longitude.data && eg_atlas_is_csv(table->source))
        return eg_at_error(reader, at, EG_INVALID,
                           "does not say where the places are; add 'longitude' and 'latitude', or 'code'");
    return EG_OK;
}

/* In the order of reading: which columns there are depends on the kind. */
static const struct eg_field table_fields[] = {
    {.key = "id", .type = EG_FIELD_ID, .required = true, .offset = offsetof(struct eg_atlas_place_table, id)},
    {.key = "title",
     .type = EG_FIELD_TEXT,
     .required = true,
     .offset = offsetof(struct eg_atlas_place_table, title)},
    {.key = "kind",
     .type = EG_FIELD_CUSTOM,
     .required = true,
     .offset = offsetof(struct eg_atlas_place_table, kind),
     .read = read_kind},
    {.key = "country",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_place_table, country),
     .read = read_country},
    {.key = "source",
     .type = EG_FIELD_SOURCE,
     .required = true,
     .offset = offsetof(struct eg_atlas_place_table, source)},
    {.key = "layer", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_place_table, layer)},
    {.key = "filter", .type = EG_FIELD_CUSTOM, .read = read_filter},
    {.key = "delimiter",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_place_table, delimiter),
     .read = read_separator},
    {.key = "encoding", .type = EG_FIELD_TEXT, .offset = offsetof(struct eg_atlas_place_table, encoding)},
    {.key = "columns", .type = EG_FIELD_CUSTOM, .required = true, .read = read_columns},
    {.key = "boundaries",
     .type = EG_FIELD_REFERENCE,
     .offset = offsetof(struct eg_atlas_place_table, boundaries),
     .section = EG_SECTION_BOUNDARIES},
    {.key = "expect",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_place_table, expect),
     .read = read_expect},
    {.key = "attribution",
     .type = EG_FIELD_TEXT,
     .offset = offsetof(struct eg_atlas_place_table, attribution)},
    {.key = "licence", .type = EG_FIELD_CUSTOM, .read = read_licence},
};

static enum eg_status read_table(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_place_table *table = target;
    table->mark = at->node->mark;
    table->delimiter = ',';
    table->encoding = EG_TEXT("UTF-8");
    table->boundaries = EG_ATLAS_NONE;
    enum eg_status st = eg_fields_read(reader, at, table_fields, EG_ARRAY_LEN(table_fields), table);
    if (st) return st;
    if (table->code.data && table->boundaries == EG_ATLAS_NONE)
        return eg_at_error(reader, at, EG_INVALID,
                           "'code' holds codes of areas; add 'boundaries' to say of which");
    if (!table->code.data && table->boundaries != EG_ATLAS_NONE)
        return eg_at_error(reader, at, EG_INVALID,
                           "'boundaries' says whose codes stand in the column 'code', which is missing; add "
                           "it to 'columns'");
    return eg_check_csv_keys(reader, at, table->source);
}

enum eg_status eg_read_places(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas *atlas = target;
    void *items;
    struct eg_list_of of = {sizeof(struct eg_atlas_place_table), read_table, false};
    enum eg_status st = eg_list_read(reader, at, of, &items, &atlas->n_place_tables);
    if (!st) atlas->place_tables = items;
    return st;
}
