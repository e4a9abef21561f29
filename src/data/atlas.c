/* The atlas: its life, and the top level of atlas.yaml.
 *
 * The YAML becomes a tree in a scratch arena, freed when reading ends; what is kept is copied into the atlas's own arena,
 * from 10 KB for a county to some MB for an atlas of thousands of series. The atlas itself is the arena's first allocation,
 * behind a header that remembers the arena. Reading is linear but for the pairs of series of one indicator. */
#include "data/atlas_parts.h"

#include <stdlib.h>

#include "base/zone.h"

#define ATLAS_MAX_BYTES ((size_t)128 * 1024 * 1024)
#define SCRATCH_MAX_BYTES ((size_t)128 * 1024 * 1024)

struct kept_atlas {
    struct eg_atlas atlas; /* first: the address of the whole */
    struct eg_arena *arena;
};

/* --- top level --- */

static enum eg_status read_version(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    (void)target;
    uint32_t version;
    enum eg_status st = eg_value_u32(reader, at, 0, UINT32_MAX, &version);
    if (!st && version != 1)
        return eg_at_error(reader, at, EG_UNSUPPORTED, "this program reads version 1 of the format, not %u",
                           version);
    return st;
}

static enum eg_status read_licence(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_licence *licence = target;
    return eg_value_licence(reader, at, &licence->title, &licence->url);
}

static enum eg_status read_email(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_text text, name;
    enum eg_status st = eg_value_text(reader, at, &text);
    if (st) return st;
    struct eg_text host = eg_text_cut(text, '@', &name);
    if (name.len == 0 || host.len == 0)
        return eg_at_error(reader, at, EG_INVALID,
                           "'%s' is no e-mail address; write one such as maps@example.org", text.data);
    *(struct eg_text *)target = text;
    return EG_OK;
}

static const struct eg_field contact_fields[] = {
    {.key = "name", .type = EG_FIELD_TEXT, .offset = offsetof(struct eg_atlas, contact_name)},
    {.key = "email",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas, contact_email),
     .read = read_email},
    {.key = "url", .type = EG_FIELD_URL, .offset = offsetof(struct eg_atlas, contact_url)},
};

static enum eg_status read_contact(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    return eg_fields_read(reader, at, contact_fields, EG_ARRAY_LEN(contact_fields), target);
}

static enum eg_status read_time_zone(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_text name;
    struct eg_zone *zone = NULL;
    enum eg_status st = eg_value_name(reader, at, &name);
    if (st) return st;
    st = eg_zone_open(name, &zone, NULL);
    if (st == EG_NOT_FOUND)
        return eg_at_error(reader, at, EG_INVALID,
                           "'%.*s' is no time zone; write a name of the IANA database such as Europe/London",
                           EG_TEXT_SHOWN(name, 60));
    eg_zone_close(zone);
    if (!st) *(struct eg_text *)target = name;
    return st;
}

/* In the order of reading: what is referred to before what refers to it. */
static const struct eg_field atlas_fields[] = {
    {.key = "evenground", .type = EG_FIELD_CUSTOM, .required = true, .read = read_version},
    {.key = "title", .type = EG_FIELD_TEXT, .required = true, .offset = offsetof(struct eg_atlas, title)},
    {.key = "abstract", .type = EG_FIELD_TEXT, .offset = offsetof(struct eg_atlas, abstract)},
    {.key = "attribution", .type = EG_FIELD_TEXT, .offset = offsetof(struct eg_atlas, attribution)},
    {.key = "licence",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas, licence),
     .read = read_licence},
    {.key = "contact", .type = EG_FIELD_CUSTOM, .read = read_contact},
    {.key = "fictional", .type = EG_FIELD_BOOL, .offset = offsetof(struct eg_atlas, fictional)},
    {.key = "time_zone",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas, time_zone),
     .read = read_time_zone},
    {.key = "language",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas, language),
     .read = eg_read_language},
    {.key = "boundaries", .type = EG_FIELD_CUSTOM, .required = true, .read = eg_read_boundaries},
    {.key = "tables", .type = EG_FIELD_CUSTOM, .read = eg_read_tables},
    {.key = "styles", .type = EG_FIELD_CUSTOM, .read = eg_read_styles},
    {.key = "indicators", .type = EG_FIELD_CUSTOM, .read = eg_read_indicators},
    {.key = "population",
     .type = EG_FIELD_REFERENCE,
     .section = EG_SECTION_INDICATORS,
     .offset = offsetof(struct eg_atlas, population)},
    {.key = "layers", .type = EG_FIELD_CUSTOM, .read = eg_read_layers},
    {.key = "views", .type = EG_FIELD_CUSTOM, .read = eg_read_views},
    {.key = "directories", .type = EG_FIELD_CUSTOM, .read = eg_read_directories},
    {.key = "places", .type = EG_FIELD_CUSTOM, .read = eg_read_places},
    {.key = "limits", .type = EG_FIELD_CUSTOM, .read = eg_read_limits},
    {.key = "server", .type = EG_FIELD_CUSTOM, .read = eg_read_server},
    {.key = "basemap", .type = EG_FIELD_CUSTOM, .read = eg_read_basemap},
};

static enum eg_status read_tree(struct eg_reader *reader, struct eg_text yaml)
{
    const struct eg_node *root;
    enum eg_status st = eg_tree_parse(yaml, reader->scratch, &root, reader->err);
    if (st) return st;
    struct eg_at at = {root, NULL, NULL, 0};
    if (root->kind != EG_NODE_MAP)
        return eg_at_error(reader, &at, EG_INVALID,
                           "an atlas is a mapping that begins 'evenground: 1', this is %s",
                           eg_node_describe(root));
    eg_server_defaults(reader->atlas);
    reader->atlas->population = EG_ATLAS_NONE;
    reader->atlas->language = EG_TEXT("en");
    st = eg_ids_collect(reader, root);
    if (!st) st = eg_fields_read(reader, &at, atlas_fields, EG_ARRAY_LEN(atlas_fields), reader->atlas);
    if (!st) st = eg_layers_make(reader);
    if (!st) st = eg_places_collect(reader, root);
    return st;
}

/* --- life --- */

static enum eg_status new_atlas(struct eg_atlas **atlas_out, struct eg_arena **arena_out,
                                struct eg_error *err)
{
    struct eg_arena *arena = eg_arena_new(ATLAS_MAX_BYTES);
    struct kept_atlas *kept = arena ? eg_arena_array(arena, 1, sizeof *kept) : NULL;
    if (!kept) {
        eg_arena_free(arena);
        return eg_error_no_memory(err, sizeof *kept);
    }
    kept->arena = arena;
    *atlas_out = &kept->atlas;
    *arena_out = arena;
    return EG_OK;
}

void eg_atlas_free(struct eg_atlas *atlas)
{
    if (atlas) eg_arena_free(((struct kept_atlas *)(void *)atlas)->arena);
}

enum eg_status eg_atlas_parse(struct eg_text yaml, const char *path, bool check_files,
                              struct eg_atlas **atlas_out, struct eg_error *err)
{
    struct eg_error unheard;
    struct eg_reader reader = {.err = err ? err : &unheard, .file = path, .check_files = check_files};
    enum eg_status st = new_atlas(&reader.atlas, &reader.arena, reader.err);
    if (st) return st;
    reader.scratch = eg_arena_new(SCRATCH_MAX_BYTES);
    st = reader.scratch ? eg_file_place(&reader, path) : eg_error_no_memory(reader.err, SCRATCH_MAX_BYTES);
    if (!st) st = read_tree(&reader, yaml);
    eg_ids_clear(&reader);
    eg_textmap_free(reader.layer_index);
    eg_arena_free(reader.scratch);
    if (st) {
        (void)eg_error_at(reader.err, path, 0, 0);
        eg_atlas_free(reader.atlas);
        return st;
    }
    *atlas_out = reader.atlas;
    return EG_OK;
}

enum eg_status eg_atlas_read(const char *path, struct eg_atlas **atlas_out, struct eg_error *err)
{
    struct eg_text yaml;
    struct eg_arena *arena = eg_arena_new(2 * EG_TREE_MAX_BYTES);
    if (!arena) return eg_error_no_memory(err, EG_TREE_MAX_BYTES);
    enum eg_status st = eg_file_read(path, arena, &yaml, err);
    if (!st) st = eg_atlas_parse(yaml, path, true, atlas_out, err);
    eg_arena_free(arena);
    return st;
}
