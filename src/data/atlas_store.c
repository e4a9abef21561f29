/* A directory that is kept here: `store`, `seed`, `editors`, `review_after_days`. */
#include "data/atlas_parts.h"

enum eg_status eg_read_store_path(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_directory *directory = target;
    struct eg_text path;
    enum eg_status st = eg_value_text(reader, at, &path);
    if (st) return st;
    if (!eg_text_starts_with(path, EG_TEXT("PG:")) && !eg_text_ends_with(path, EG_TEXT(".gpkg")))
        return eg_at_error(
            reader, at, EG_INVALID,
            "'%.*s' is neither a GeoPackage, whose name ends in .gpkg, nor a database, which begins "
            "with PG:",
            EG_TEXT_ARG(path));
    return eg_path_resolve(reader, path, &directory->store.path);
}

static enum eg_status read_seed(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    return eg_value_reference(reader, at, EG_SECTION_DIRECTORIES, target);
}

enum eg_status eg_read_store_seeds(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_directory *directory = target;
    void *items;
    struct eg_list_of of = {sizeof(uint32_t), read_seed, true};
    enum eg_status st = eg_list_read(reader, at, of, &items, &directory->store.n_seeds);
    if (!st) directory->store.seeds = items;
    return st;
}

/* The file may be made later, by `evenground editor add`. */
enum eg_status eg_read_store_editors(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_directory *directory = target;
    struct eg_text path;
    enum eg_status st = eg_value_text(reader, at, &path);
    if (!st && eg_text_starts_with(path, EG_TEXT("PG:")))
        st = eg_at_error(reader, at, EG_INVALID, "expected the path of a file");
    return st ? st : eg_path_resolve(reader, path, &directory->store.editors);
}

enum eg_status eg_check_store(struct eg_reader *reader, const struct eg_at *at,
                              const struct eg_atlas_directory *directory)
{
    static const char *const others[] = {
        "source",    "layer",          "filter",    "delimiter",         "encoding", "columns",
        "constants", "list_separator", "id_prefix", "serves_boundaries", "expect"};
    (void)directory;
    return eg_keys_refuse(
        reader, at, others, EG_ARRAY_LEN(others),
        "does not belong beside 'store': that says where the directory is kept, and all about it "
        "stands there");
}

/* The item `position` of the list at `at`. */
static struct eg_at item_of(const struct eg_at *at, uint32_t position)
{
    return (struct eg_at){at->node->item[position], at, NULL, position};
}

static enum eg_status mark_seeds(struct eg_reader *reader, const struct eg_at *at,
                                 struct eg_atlas_directory *directories, uint32_t store)
{
    const struct eg_atlas_store *spec = &directories[store].store;
    for (uint32_t i = 0; i < spec->n_seeds; i++) {
        if (spec->seeds[i] == store) {
            struct eg_at item = item_of(at, store);
            return eg_at_error(reader, &item, EG_INVALID,
                               "'seed' names the store itself; name other directories");
        }
        directories[spec->seeds[i]].is_seed = true;
    }
    return EG_OK;
}

enum eg_status eg_place_stores(struct eg_reader *reader, const struct eg_at *at,
                               struct eg_atlas_directory *directories, uint32_t n)
{
    static const char *const of_stores[] = {"seed", "editors", "review_after_days"};
    for (uint32_t i = 0; i < n; i++) {
        struct eg_at item = item_of(at, i);
        if (!directories[i].store.path.data) {
            enum eg_status st = eg_keys_refuse(reader, &item, of_stores, EG_ARRAY_LEN(of_stores),
                                               "belongs to a directory with 'store'");
            if (st) return st;
            continue;
        }
        if (i != eg_atlas_store_of(reader->atlas))
            return eg_at_error(reader, &item, EG_INVALID, "is a second store; an atlas has one at most");
        enum eg_status st = mark_seeds(reader, at, directories, i);
        if (st) return st;
    }
    return EG_OK;
}

uint32_t eg_atlas_store_of(const struct eg_atlas *atlas)
{
    for (uint32_t i = 0; i < atlas->n_directories; i++)
        if (atlas->directories[i].store.path.data) return i;
    return EG_ATLAS_NONE;
}
