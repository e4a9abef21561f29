/* What the parts of the atlas reader share; nobody else includes this.
 *
 * Reading goes in two steps. eg_tree_parse turns YAML into a tree of nodes with marks (atlas_yaml.c, the only file that
 * knows libyaml). Then every mapping is read against a const table of its keys (atlas_fields.c), which fills a struct and
 * reports unknown keys, wrong types and ranges with place and remedy; the other atlas_*.c files hold those tables. */
#ifndef EG_DATA_ATLAS_PARTS_H
#define EG_DATA_ATLAS_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "base/textmap.h"
#include "data/atlas.h"

/* --- the tree (atlas_yaml.c) --- */

#define EG_TREE_MAX_BYTES ((size_t)4 * 1024 * 1024)
#define EG_TREE_MAX_DEPTH 32
#define EG_TREE_MAX_NODES 100000u
#define EG_TREE_MAX_ALIASED 10000u

enum eg_node_kind { EG_NODE_SCALAR, EG_NODE_LIST, EG_NODE_MAP };

struct eg_node {
    struct eg_mark mark;
    struct eg_text text; /* scalar: UTF-8 without NUL, NUL-terminated one past its end */
    const struct eg_node *const
        *item; /* list: [n]; map: [2 * n], scalar key and value by turns, keys unique */
    uint32_t n;
    uint32_t weight; /* nodes in it, itself included, aliases expanded; 0 while it is being built */
    uint8_t height;  /* of the tree below it: 0 for a scalar */
    uint8_t kind;    /* enum eg_node_kind */
    bool plain;      /* scalar without quotes: may be a number, a boolean or null */
};

/* Parses one document. Errors carry line and column, not the file. Everything lives in the arena. */
EG_MUST_CHECK enum eg_status eg_tree_parse(struct eg_text yaml, struct eg_arena *arena,
                                           const struct eg_node **root_out, struct eg_error *err);

enum eg_scalar { EG_SCALAR_TEXT, EG_SCALAR_NULL, EG_SCALAR_BOOL, EG_SCALAR_NUMBER };
/* What a scalar is in YAML 1.2's core schema. */
enum eg_scalar eg_node_scalar(const struct eg_node *node);

/* "a list", "a number" ...: what was found where something else was expected. */
const char *eg_node_describe(const struct eg_node *node);

/* The value of a key of a map, or NULL. */
const struct eg_node *eg_node_get(const struct eg_node *map, const char *key);

/* --- reading (atlas_fields.c, atlas_values.c) --- */

enum eg_section {
    EG_SECTION_VIEWS,
    EG_SECTION_BOUNDARIES,
    EG_SECTION_TABLES,
    EG_SECTION_INDICATORS,
    EG_SECTION_STYLES,
    EG_SECTION_DIRECTORIES,
    EG_SECTION_PLACES,
    EG_N_SECTIONS
};

/* The ids of one section, known before anything else is read, so that references may look ahead. */
struct eg_ids {
    struct eg_textmap *index; /* id -> position in its list */
    const struct eg_text *id; /* [n] */
    uint32_t n;
};

/* Tables and indicators while they are read: with what series and layers inherit from them. */
struct eg_table_draft {
    struct eg_atlas_table table;
    uint32_t boundaries; /* EG_ATLAS_NONE: not stated */
    bool has_period;
    struct eg_atlas_period period;
};

struct eg_indicator_draft {
    struct eg_atlas_indicator indicator;
    uint32_t style; /* EG_ATLAS_NONE: not stated */
};

struct eg_reader {
    struct eg_arena *arena;   /* the atlas's */
    struct eg_arena *scratch; /* the tree's: freed when reading ends */
    struct eg_atlas *atlas;
    struct eg_error *err;
    const char *file; /* the YAML file being read, for errors */
    bool check_files;
    struct eg_ids ids[EG_N_SECTIONS];
    struct eg_table_draft *tables;         /* [n_tables] */
    struct eg_indicator_draft *indicators; /* [n_indicators] */
    const struct eg_node *ramps;           /* the tree of styles/ramps.yaml once it was needed */
    struct eg_atlas_layer *layers;         /* [atlas->n_layers] once they were made */
    struct eg_textmap *layer_index;        /* layer id -> position */
};

/* A node and how it was reached, for error messages; lives on the stack of the reading functions. */
struct eg_at {
    const struct eg_node *node;
    const struct eg_at *parent; /* NULL at the top */
    const char *key;            /* or NULL: item `index` of a list */
    uint32_t index;
};

typedef enum eg_status eg_read_fn(struct eg_reader *reader, const struct eg_at *at, void *target);

enum eg_field_type {
    EG_FIELD_CUSTOM, /* `read` is called with target + offset */
    EG_FIELD_TEXT,   /* struct eg_text: words; not empty, no bare number, boolean or null */
    EG_FIELD_NAME, /* struct eg_text: a column or cell that is not empty; numbers are taken letter by letter */
    EG_FIELD_ID,   /* struct eg_text */
    EG_FIELD_URL,  /* struct eg_text beginning with http:// or https:// */
    EG_FIELD_SOURCE,   /* struct eg_text: a resolved path of a file that exists, or a connection */
    EG_FIELD_BOOL,     /* bool */
    EG_FIELD_U32,      /* uint32_t within min and max */
    EG_FIELD_U64,      /* uint64_t within min and max */
    EG_FIELD_DOUBLE,   /* double within min and max */
    EG_FIELD_WORD,     /* unsigned: the position in `words` */
    EG_FIELD_REFERENCE /* uint32_t: the position of an id in `section` */
};

#define EG_FIELDS_MAX 32
#define EG_WORDS_MAX 16

struct eg_field {
    const char *key;
    enum eg_field_type type;
    bool required;
    size_t offset;
    double min, max;
    const char *const *words; /* NULL-terminated */
    enum eg_section section;
    eg_read_fn *read;
};

/* Reads a mapping: every key must be in the table, required ones must be there. Fields are read in the order of the table,
 * absent ones leave the target as it is. */
EG_MUST_CHECK enum eg_status eg_fields_read(struct eg_reader *reader, const struct eg_at *at,
                                            const struct eg_field *fields, size_t n, void *target);

/* Reads a list into items_out[n_out] in the arena, each item of item_bytes (zeroed) by `read`. With `or_one` anything but a
 * list stands for a list of one. */
struct eg_list_of {
    size_t item_bytes;
    eg_read_fn *read;
    bool or_one;
};
EG_MUST_CHECK enum eg_status eg_list_read(struct eg_reader *reader, const struct eg_at *at,
                                          struct eg_list_of of, void **items_out, uint32_t *n_out);

/* Single values, as the field types above. */
EG_MUST_CHECK enum eg_status eg_value_text(struct eg_reader *reader, const struct eg_at *at,
                                           struct eg_text *out);
EG_MUST_CHECK enum eg_status eg_value_name(struct eg_reader *reader, const struct eg_at *at,
                                           struct eg_text *out);
EG_MUST_CHECK enum eg_status eg_value_url(struct eg_reader *reader, const struct eg_at *at,
                                          struct eg_text *out);
/* A BCP 47 tag as it is written: "cy", "pt-BR". Only its form is looked at. `target` is a struct eg_text. */
EG_MUST_CHECK enum eg_status eg_read_language(struct eg_reader *reader, const struct eg_at *at, void *target);
/* Like a name, but may be empty: the text of a cell. */
EG_MUST_CHECK enum eg_status eg_value_cell(struct eg_reader *reader, const struct eg_at *at,
                                           struct eg_text *out);
EG_MUST_CHECK enum eg_status eg_value_bool(struct eg_reader *reader, const struct eg_at *at, bool *out);
EG_MUST_CHECK enum eg_status eg_value_u32(struct eg_reader *reader, const struct eg_at *at, uint32_t min,
                                          uint32_t max, uint32_t *out);
EG_MUST_CHECK enum eg_status eg_value_u64(struct eg_reader *reader, const struct eg_at *at, uint64_t min,
                                          uint64_t max, uint64_t *out);
EG_MUST_CHECK enum eg_status eg_value_double(struct eg_reader *reader, const struct eg_at *at, double min,
                                             double max, double *out);
EG_MUST_CHECK enum eg_status eg_value_word(struct eg_reader *reader, const struct eg_at *at,
                                           const char *const *words, unsigned *out);
EG_MUST_CHECK enum eg_status eg_value_reference(struct eg_reader *reader, const struct eg_at *at,
                                                enum eg_section section, uint32_t *out);
/* A text, or {title, url}. */
EG_MUST_CHECK enum eg_status eg_value_licence(struct eg_reader *reader, const struct eg_at *at,
                                              struct eg_text *title_out, struct eg_text *url_out);
/* One character, or "tab". */
EG_MUST_CHECK enum eg_status eg_value_separator(struct eg_reader *reader, const struct eg_at *at, char *out);
/* {column: text or [texts]} into *items_out[*n_out]. */
EG_MUST_CHECK enum eg_status eg_value_conditions(struct eg_reader *reader, const struct eg_at *at,
                                                 const struct eg_atlas_condition **items_out,
                                                 uint32_t *n_out);

/* A number of leftovers that are expected, or "any": UINT32_MAX. `target` is a uint32_t. */
enum eg_status eg_read_expected(struct eg_reader *reader, const struct eg_at *at, void *target);

/* A path relative to the atlas made whole, whether there is a file or not; "PG:..." unchanged. */
EG_MUST_CHECK enum eg_status eg_path_resolve(struct eg_reader *reader, struct eg_text path,
                                             struct eg_text *out);

/* For eg_list_read: items are struct eg_text. */
enum eg_status eg_item_cell(struct eg_reader *reader, const struct eg_at *at, void *target);

/* Collects the ids of all sections; malformed and repeated ones are errors. */
EG_MUST_CHECK enum eg_status eg_ids_collect(struct eg_reader *reader, const struct eg_node *root);
void eg_ids_clear(struct eg_reader *reader);

/* The error "file:line:column: path: message" with a formatted message; returns `status`. */
enum eg_status eg_at_error(struct eg_reader *reader, const struct eg_at *at, enum eg_status status,
                           const char *format, ...) EG_PRINTF(4, 5);
/* EG_INVALID with this message at the first of keys[n] that the mapping at `at` has; EG_OK when it has none of them. */
EG_MUST_CHECK enum eg_status eg_keys_refuse(struct eg_reader *reader, const struct eg_at *at,
                                            const char *const *keys, size_t n, const char *message);
/* What was probably meant, as "; did you mean 'x'?", or else a list of the candidates, into hint[size]. Returns hint. */
const char *eg_hint(struct eg_text wrong, const struct eg_text *candidates, size_t n, char *hint,
                    size_t size);

/* Zeroed memory in the atlas's arena or, failing that, NULL with the error set. */
void *eg_reader_array(struct eg_reader *reader, size_t count, size_t item_bytes);
EG_MUST_CHECK enum eg_status eg_reader_copy(struct eg_reader *reader, struct eg_text text,
                                            struct eg_text *out);

/* --- files (atlas_files.c) --- */

/* The path as GDAL wants it, relative ones resolved against the atlas's folder; EG_NOT_FOUND when check_files and it is not
 * there. */
EG_MUST_CHECK enum eg_status eg_source_resolve(struct eg_reader *reader, const struct eg_at *at,
                                               struct eg_text path, struct eg_text *out);
/* A whole regular file of at most EG_TREE_MAX_BYTES into the arena. */
EG_MUST_CHECK enum eg_status eg_file_read(const char *path, struct eg_arena *arena, struct eg_text *out,
                                          struct eg_error *err);
/* `path` made absolute, and the folder it is in. */
EG_MUST_CHECK enum eg_status eg_file_place(struct eg_reader *reader, const char *path);

/* --- sections --- */

enum eg_status eg_read_views(struct eg_reader *reader, const struct eg_at *at, void *atlas);
enum eg_status eg_read_boundaries(struct eg_reader *reader, const struct eg_at *at, void *atlas);
enum eg_status eg_read_tables(struct eg_reader *reader, const struct eg_at *at, void *atlas);
enum eg_status eg_read_indicators(struct eg_reader *reader, const struct eg_at *at, void *atlas);
enum eg_status eg_read_styles(struct eg_reader *reader, const struct eg_at *at, void *atlas);
enum eg_status eg_read_layers(struct eg_reader *reader, const struct eg_at *at, void *atlas);
enum eg_status eg_read_directories(struct eg_reader *reader, const struct eg_at *at, void *atlas);
enum eg_status eg_read_places(struct eg_reader *reader, const struct eg_at *at, void *atlas);
enum eg_status eg_read_limits(struct eg_reader *reader, const struct eg_at *at, void *atlas);
enum eg_status eg_read_server(struct eg_reader *reader, const struct eg_at *at, void *atlas);
enum eg_status eg_read_basemap(struct eg_reader *reader, const struct eg_at *at, void *atlas);

/* atlas->places, once everything else is read (atlas_places.c). */
EG_MUST_CHECK enum eg_status eg_places_collect(struct eg_reader *reader, const struct eg_node *root);

/* What holds without the sections above. */
void eg_server_defaults(struct eg_atlas *atlas);
EG_MUST_CHECK enum eg_status eg_styles_default(struct eg_reader *reader);
/* All layers, once; needs indicators, tables and styles. */
EG_MUST_CHECK enum eg_status eg_layers_make(struct eg_reader *reader);

/* Parts of indicators and tables (atlas_series.c, atlas_long.c, atlas_tables.c). */
enum eg_status eg_read_period(struct eg_reader *reader, const struct eg_at *at, void *period);
enum eg_status eg_read_polarity(struct eg_reader *reader, const struct eg_at *at, void *polarity);
enum eg_status eg_read_facts_decimals(struct eg_reader *reader, const struct eg_at *at, void *facts);
enum eg_status eg_read_facts_modelled(struct eg_reader *reader, const struct eg_at *at, void *facts);
enum eg_status eg_read_facts_licence(struct eg_reader *reader, const struct eg_at *at, void *facts);
enum eg_status eg_read_series(struct eg_reader *reader, const struct eg_at *at, void *indicator_draft);
enum eg_status eg_read_long(struct eg_reader *reader, const struct eg_at *at, void *table_draft);
bool eg_table_has_flags(const struct eg_atlas_table *table);
/* Keys that only CSV or only OGR sources have. */
EG_MUST_CHECK enum eg_status eg_check_csv_keys(struct eg_reader *reader, const struct eg_at *at,
                                               struct eg_text source);

/* Parts of styles (atlas_ramps.c). */
enum eg_status eg_read_colour(struct eg_reader *reader, const struct eg_at *at, void *colour);
/* The key `ramp`; the style's classification is known by then. */
enum eg_status eg_read_ramp(struct eg_reader *reader, const struct eg_at *at, void *style);
EG_MUST_CHECK enum eg_status eg_ramp_named(struct eg_reader *reader, const struct eg_at *at,
                                           struct eg_text name, struct eg_atlas_style *style);

/* The keys of a directory that is a store, and what they must not stand beside: see atlas_store.c. */
enum eg_status eg_read_store_path(struct eg_reader *reader, const struct eg_at *at, void *target);
enum eg_status eg_read_store_seeds(struct eg_reader *reader, const struct eg_at *at, void *target);
enum eg_status eg_read_store_editors(struct eg_reader *reader, const struct eg_at *at, void *target);
EG_MUST_CHECK enum eg_status eg_check_store(struct eg_reader *reader, const struct eg_at *at,
                                            const struct eg_atlas_directory *directory);
/* When all directories are read: finds the one store and marks its seeds. */
EG_MUST_CHECK enum eg_status eg_place_stores(struct eg_reader *reader, const struct eg_at *at,
                                             struct eg_atlas_directory *directories, uint32_t n);

#endif
