/* The section `boundaries`: sets read from a source, and sets dissolved from an earlier one. */
#include "data/atlas_parts.h"

#define SNAP_DEFAULT_M 0.05
#define SNAP_MAX_M 100.0

static enum eg_status read_licence(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_boundaries *set = target;
    return eg_value_licence(reader, at, &set->licence_title, &set->licence_url);
}

/* "EPSG:27700": letters, a colon, letters and digits. */
static bool is_authority_code(struct eg_text text)
{
    struct eg_text authority, code = eg_text_cut(text, ':', &authority);
    if (authority.len == 0 || code.len == 0) return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                  c == '-';
        if (!ok && i != authority.len) return false;
    }
    return true;
}

static enum eg_status read_code(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_text text;
    enum eg_status st = eg_value_text(reader, at, &text);
    if (st) return st;
    if (!is_authority_code(text))
        return eg_at_error(reader, at, EG_INVALID,
                           "'%s' is no authority's code; write one such as EPSG:27700", text.data);
    *(struct eg_text *)target = text;
    return EG_OK;
}

/* --- dissolving --- */

static const struct eg_field lookup_fields[] = {
    {.key = "source",
     .type = EG_FIELD_SOURCE,
     .required = true,
     .offset = offsetof(struct eg_atlas_lookup, source)},
    {.key = "key", .type = EG_FIELD_NAME, .required = true, .offset = offsetof(struct eg_atlas_lookup, key)},
    {.key = "code",
     .type = EG_FIELD_NAME,
     .required = true,
     .offset = offsetof(struct eg_atlas_lookup, code)},
    {.key = "name", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_lookup, name)},
};

static enum eg_status read_lookup(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    ((struct eg_atlas_lookup *)target)->mark = at->node->mark;
    return eg_fields_read(reader, at, lookup_fields, EG_ARRAY_LEN(lookup_fields), target);
}

static enum eg_status read_lookups(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_boundaries *set = target;
    void *items;
    struct eg_list_of of = {sizeof(struct eg_atlas_lookup), read_lookup, false};
    enum eg_status st = eg_list_read(reader, at, of, &items, &set->n_lookups);
    if (st) return st;
    set->lookups = items;
    if (set->n_lookups == 0)
        return eg_at_error(reader, at, EG_INVALID, "is empty; give at least one lookup table");
    return EG_OK;
}

static const struct eg_field dissolve_fields[] = {
    {.key = "of",
     .type = EG_FIELD_REFERENCE,
     .required = true,
     .offset = offsetof(struct eg_atlas_boundaries, dissolve_of),
     .section = EG_SECTION_BOUNDARIES},
    {.key = "column", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_boundaries, dissolve_column)},
    {.key = "name_column",
     .type = EG_FIELD_NAME,
     .offset = offsetof(struct eg_atlas_boundaries, dissolve_name_column)},
    {.key = "lookups", .type = EG_FIELD_CUSTOM, .read = read_lookups},
};

/* `at` is the mapping under `dissolve`, in item `position` of the list. */
static enum eg_status check_dissolve(struct eg_reader *reader, const struct eg_at *at,
                                     const struct eg_atlas_boundaries *set, uint32_t position)
{
    if (set->dissolve_of >= position)
        return eg_at_error(reader, at, EG_INVALID,
                           "'of' must name a set that stands further up; move this one below it");
    const struct eg_atlas_boundaries *base = &reader->atlas->boundaries[set->dissolve_of];
    if (!set->dissolve_column.data && !set->lookups)
        return eg_at_error(reader, at, EG_INVALID, "says not by what; add 'column' or 'lookups'");
    if (set->lookups && (set->dissolve_column.data || set->dissolve_name_column.data))
        return eg_at_error(reader, at, EG_INVALID, "has columns and 'lookups'; keep one of the two");
    if (set->dissolve_column.data && base->dissolve_of != EG_ATLAS_NONE)
        return eg_at_error(
            reader, at, EG_INVALID,
            "'%s' is dissolved itself and has no columns; use 'lookups', or dissolve from '%s'",
            base->id.data, reader->atlas->boundaries[base->dissolve_of].id.data);
    return EG_OK;
}

static enum eg_status read_dissolve(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_boundaries *set = target;
    enum eg_status st = eg_fields_read(reader, at, dissolve_fields, EG_ARRAY_LEN(dissolve_fields), target);
    return st ? st : check_dissolve(reader, at, set, at->parent->index);
}

/* --- sets --- */

static const struct eg_field boundaries_fields[] = {
    {.key = "id", .type = EG_FIELD_ID, .required = true, .offset = offsetof(struct eg_atlas_boundaries, id)},
    {.key = "title",
     .type = EG_FIELD_TEXT,
     .required = true,
     .offset = offsetof(struct eg_atlas_boundaries, title)},
    {.key = "vintage", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_boundaries, vintage)},
    {.key = "dissolve", .type = EG_FIELD_CUSTOM, .read = read_dissolve},
    {.key = "source", .type = EG_FIELD_SOURCE, .offset = offsetof(struct eg_atlas_boundaries, source)},
    {.key = "layer", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_boundaries, layer)},
    {.key = "filter", .type = EG_FIELD_TEXT, .offset = offsetof(struct eg_atlas_boundaries, filter)},
    {.key = "key", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_boundaries, key)},
    {.key = "name", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_boundaries, name)},
    {.key = "crs",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_boundaries, crs),
     .read = read_code},
    {.key = "operation",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_boundaries, operation),
     .read = read_code},
    {.key = "snap_m",
     .type = EG_FIELD_DOUBLE,
     .offset = offsetof(struct eg_atlas_boundaries, snap_m),
     .min = 0,
     .max = SNAP_MAX_M},
    {.key = "attribution",
     .type = EG_FIELD_TEXT,
     .offset = offsetof(struct eg_atlas_boundaries, attribution)},
    {.key = "licence", .type = EG_FIELD_CUSTOM, .read = read_licence},
};

static enum eg_status check_kind(struct eg_reader *reader, const struct eg_at *at)
{
    static const char *const of_sources[] = {"source", "layer", "filter",    "key",
                                             "name",   "crs",   "operation", "snap_m"};
    bool dissolved = eg_node_get(at->node, "dissolve") != NULL;
    if (!dissolved && !eg_node_get(at->node, "source"))
        return eg_at_error(reader, at, EG_INVALID,
                           "says not where the areas come from; add 'source' or 'dissolve'");
    if (!dissolved && !eg_node_get(at->node, "key"))
        return eg_at_error(reader, at, EG_INVALID,
                           "the key 'key' is missing; add the column with the areas' codes");
    if (!dissolved) return EG_OK;
    return eg_keys_refuse(reader, at, of_sources, EG_ARRAY_LEN(of_sources),
                          "does not go with 'dissolve'; remove one of the two");
}

static enum eg_status read_set(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_boundaries *set = target;
    set->mark = at->node->mark;
    set->dissolve_of = EG_ATLAS_NONE;
    set->snap_m = SNAP_DEFAULT_M;
    /* Earlier sets are looked up while later ones are read. */
    if (at->index == 0) reader->atlas->boundaries = set;
    enum eg_status st = eg_fields_read(reader, at, boundaries_fields, EG_ARRAY_LEN(boundaries_fields), set);
    return st ? st : check_kind(reader, at);
}

enum eg_status eg_read_boundaries(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas *atlas = target;
    void *items;
    struct eg_list_of of = {sizeof(struct eg_atlas_boundaries), read_set, false};
    enum eg_status st = eg_list_read(reader, at, of, &items, &atlas->n_boundaries);
    if (st) return st;
    atlas->boundaries = items;
    if (atlas->n_boundaries == 0)
        return eg_at_error(reader, at, EG_INVALID, "is empty; an atlas needs areas");
    return EG_OK;
}
