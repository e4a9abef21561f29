/* The section `directories`: where the coalition finder's entries come from. */
#include "data/atlas_parts.h"

#define REVIEW_AFTER_DAYS 365

#include <string.h>

const char *eg_entry_field_name(enum eg_entry_field field)
{
    static const char *const names[EG_N_ENTRY_FIELDS] = {
        [EG_ENTRY_KEY] = "key",
        [EG_ENTRY_NAME] = "name",
        [EG_ENTRY_DESCRIPTION] = "description",
        [EG_ENTRY_KIND] = "kind",
        [EG_ENTRY_TOPICS] = "topics",
        [EG_ENTRY_PROGRAMME] = "programme",
        [EG_ENTRY_ORGANISATION] = "organisation",
        [EG_ENTRY_LONGITUDE] = "longitude",
        [EG_ENTRY_LATITUDE] = "latitude",
        [EG_ENTRY_ADDRESS] = "address",
        [EG_ENTRY_POSTCODE] = "postcode",
        [EG_ENTRY_PHONE] = "phone",
        [EG_ENTRY_EMAIL] = "email",
        [EG_ENTRY_URL] = "url",
        [EG_ENTRY_AMOUNT] = "amount",
        [EG_ENTRY_CURRENCY] = "currency",
        [EG_ENTRY_FUNDER] = "funder",
        [EG_ENTRY_START] = "start",
        [EG_ENTRY_END] = "end",
        [EG_ENTRY_SERVES] = "serves",
        [EG_ENTRY_STATUS] = "status",
        [EG_ENTRY_LAST_REVIEWED] = "last_reviewed",
        [EG_ENTRY_LANGUAGES] = "languages",
        [EG_ENTRY_ACCESSIBILITY] = "accessibility",
        [EG_ENTRY_HOURS] = "hours",
    };
    return names[field];
}

/* --- columns and constants --- */

static bool is_column_only(size_t field)
{
    return field == EG_ENTRY_KEY || field == EG_ENTRY_LONGITUDE || field == EG_ENTRY_LATITUDE;
}

static enum eg_status read_kind(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    static const char *const words[] = {"coalition", "hub",      "officer_base", "partnership",
                                        "grant",     "training", "service",      NULL};
    unsigned word;
    enum eg_status st = eg_value_word(reader, at, words, &word);
    if (!st) *(struct eg_text *)target = eg_text_from(words[word]);
    return st;
}

static enum eg_status read_constants(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_directory *directory = target;
    struct eg_field fields[EG_N_ENTRY_FIELDS];
    size_t n = 0;
    for (size_t i = 0; i < EG_N_ENTRY_FIELDS; i++) {
        if (is_column_only(i)) continue;
        bool kind = i == EG_ENTRY_KIND;
        fields[n++] = (struct eg_field){.key = eg_entry_field_name((enum eg_entry_field)i),
                                        .type = kind ? EG_FIELD_CUSTOM : EG_FIELD_NAME,
                                        .offset = i * sizeof *directory->constant,
                                        .read = kind ? read_kind : NULL};
    }
    return eg_fields_read(reader, at, fields, n, directory->constant);
}

/* Fields of words, which several columns may make up together; a number, a date or an address on the web is in one. */
static bool is_joinable(size_t field)
{
    static const bool joinable[EG_N_ENTRY_FIELDS] = {
        [EG_ENTRY_NAME] = true,      [EG_ENTRY_DESCRIPTION] = true,   [EG_ENTRY_TOPICS] = true,
        [EG_ENTRY_PROGRAMME] = true, [EG_ENTRY_ORGANISATION] = true,  [EG_ENTRY_ADDRESS] = true,
        [EG_ENTRY_PHONE] = true,     [EG_ENTRY_FUNDER] = true,        [EG_ENTRY_SERVES] = true,
        [EG_ENTRY_LANGUAGES] = true, [EG_ENTRY_ACCESSIBILITY] = true, [EG_ENTRY_HOURS] = true,
    };
    return joinable[field];
}

static enum eg_status read_name(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    return eg_value_name(reader, at, target);
}

static enum eg_status read_joinable(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_entry_columns *columns = target;
    void *items;
    uint32_t n;
    enum eg_status st =
        eg_list_read(reader, at, (struct eg_list_of){sizeof(struct eg_text), read_name, true}, &items, &n);
    if (st) return st;
    if (n == 0 || n > EG_ATLAS_ENTRY_COLUMNS_MAX)
        return eg_at_error(reader, at, EG_INVALID, "expected 1 to %u columns, found %u",
                           EG_ATLAS_ENTRY_COLUMNS_MAX, n);
    const struct eg_text *names = items;
    *columns = (struct eg_atlas_entry_columns){.first = names[0], .more = names + 1, .n_more = n - 1};
    return EG_OK;
}

static enum eg_status read_columns(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_directory *directory = target;
    struct eg_field fields[EG_N_ENTRY_FIELDS];
    for (size_t i = 0; i < EG_N_ENTRY_FIELDS; i++) {
        fields[i] = (struct eg_field){.key = eg_entry_field_name((enum eg_entry_field)i),
                                      .type = EG_FIELD_CUSTOM,
                                      .offset = i * sizeof *directory->column,
                                      .read = is_joinable(i) ? read_joinable : read_name};
    }
    enum eg_status st = eg_fields_read(reader, at, fields, EG_N_ENTRY_FIELDS, directory->column);
    if (st) return st;
    if (!directory->column[EG_ENTRY_LONGITUDE].first.data != !directory->column[EG_ENTRY_LATITUDE].first.data)
        return eg_at_error(reader, at, EG_INVALID,
                           "has only one of 'longitude' and 'latitude'; add the other");
    return EG_OK;
}

/* --- directories --- */

static enum eg_status read_filter(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_directory *directory = target;
    if (at->node->kind == EG_NODE_MAP)
        return eg_value_conditions(reader, at, &directory->filter, &directory->n_filter);
    if (eg_atlas_is_csv(directory->source))
        return eg_at_error(reader, at, EG_INVALID, "for CSV, write a mapping: filter: {status: active}");
    return eg_value_text(reader, at, &directory->filter_sql);
}

static enum eg_status read_separator(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    return eg_value_separator(reader, at, target);
}

static enum eg_status read_licence(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_directory *directory = target;
    return eg_value_licence(reader, at, &directory->licence_title, &directory->licence_url);
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

static const struct eg_field directory_fields[] = {
    {.key = "id", .type = EG_FIELD_ID, .required = true, .offset = offsetof(struct eg_atlas_directory, id)},
    {.key = "title",
     .type = EG_FIELD_TEXT,
     .required = true,
     .offset = offsetof(struct eg_atlas_directory, title)},
    {.key = "store", .type = EG_FIELD_CUSTOM, .read = eg_read_store_path},
    {.key = "seed", .type = EG_FIELD_CUSTOM, .read = eg_read_store_seeds},
    {.key = "editors", .type = EG_FIELD_CUSTOM, .read = eg_read_store_editors},
    {.key = "review_after_days",
     .type = EG_FIELD_U32,
     .min = 1,
     .max = 36500,
     .offset =
         offsetof(struct eg_atlas_directory, store) + offsetof(struct eg_atlas_store, review_after_days)},
    {.key = "source", .type = EG_FIELD_SOURCE, .offset = offsetof(struct eg_atlas_directory, source)},
    {.key = "layer", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_directory, layer)},
    {.key = "filter", .type = EG_FIELD_CUSTOM, .read = read_filter},
    {.key = "delimiter",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_directory, delimiter),
     .read = read_separator},
    {.key = "encoding", .type = EG_FIELD_TEXT, .offset = offsetof(struct eg_atlas_directory, encoding)},
    {.key = "columns", .type = EG_FIELD_CUSTOM, .read = read_columns},
    {.key = "constants", .type = EG_FIELD_CUSTOM, .read = read_constants},
    {.key = "list_separator",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_directory, list_separator),
     .read = read_separator},
    {.key = "id_prefix", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_directory, id_prefix)},
    {.key = "serves_boundaries",
     .type = EG_FIELD_REFERENCE,
     .offset = offsetof(struct eg_atlas_directory, serves_boundaries),
     .section = EG_SECTION_BOUNDARIES},
    {.key = "expect",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_directory, expect),
     .read = read_expect},
    {.key = "language",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_directory, language),
     .read = eg_read_language},
    {.key = "attribution", .type = EG_FIELD_TEXT, .offset = offsetof(struct eg_atlas_directory, attribution)},
    {.key = "licence", .type = EG_FIELD_CUSTOM, .read = read_licence},
};

static bool is_given(const struct eg_atlas_directory *directory, enum eg_entry_field field)
{
    return directory->column[field].first.data || directory->constant[field].data;
}

static enum eg_status check_directory(struct eg_reader *reader, const struct eg_at *at,
                                      const struct eg_atlas_directory *directory)
{
    static const enum eg_entry_field needed[] = {EG_ENTRY_NAME, EG_ENTRY_KIND};
    static const char *const keys[] = {"source", "columns"};
    if (directory->store.path.data) return eg_check_store(reader, at, directory);
    for (size_t i = 0; i < EG_ARRAY_LEN(keys); i++)
        if (!eg_node_get(at->node, keys[i]))
            return eg_at_error(reader, at, EG_INVALID, "the key '%s' is missing; add it", keys[i]);
    for (size_t i = 0; i < EG_ARRAY_LEN(needed); i++) {
        if (!is_given(directory, needed[i]))
            return eg_at_error(reader, at, EG_INVALID,
                               "'%s' is missing; add it to 'columns' or to 'constants'",
                               eg_entry_field_name(needed[i]));
    }
    if (is_given(directory, EG_ENTRY_SERVES) && directory->serves_boundaries == EG_ATLAS_NONE)
        return eg_at_error(reader, at, EG_INVALID,
                           "'serves' holds codes of areas; add 'serves_boundaries' to say of which");
    return eg_check_csv_keys(reader, at, directory->source);
}

static enum eg_status read_directory(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_directory *directory = target;
    directory->mark = at->node->mark;
    directory->delimiter = ',';
    directory->encoding = EG_TEXT("UTF-8");
    directory->list_separator = ';';
    directory->serves_boundaries = EG_ATLAS_NONE;
    directory->store.review_after_days = REVIEW_AFTER_DAYS;
    directory->language = reader->atlas->language;
    enum eg_status st =
        eg_fields_read(reader, at, directory_fields, EG_ARRAY_LEN(directory_fields), directory);
    if (!st) st = check_directory(reader, at, directory);
    if (st || directory->id_prefix.data) return st;
    directory->id_prefix = eg_text_format(reader->arena, "%s:", directory->id.data);
    return directory->id_prefix.data ? EG_OK : eg_error_no_memory(reader->err, directory->id.len);
}

enum eg_status eg_read_directories(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas *atlas = target;
    void *items;
    struct eg_list_of of = {sizeof(struct eg_atlas_directory), read_directory, false};
    enum eg_status st = eg_list_read(reader, at, of, &items, &atlas->n_directories);
    if (!st) atlas->directories = items;
    return st ? st : eg_place_stores(reader, at, items, atlas->n_directories);
}
