/* The atlas: what atlas.yaml says, read, checked and unchanged; nothing here has looked at the data yet.
 *
 * Everything lives in one arena and is immutable after eg_atlas_read. Texts are NUL-terminated one past their end. An
 * absent text has data NULL; an absent number has its `has_` flag false. Paths are absolute or GDAL's (/vsizip/..., PG:...):
 * relative ones were resolved against the folder of the yaml. docs/atlas.md describes the format for people,
 * docs/atlas.schema.json for programs. */
#ifndef EG_DATA_ATLAS_H
#define EG_DATA_ATLAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "geo/crs.h"
#include "geo/grid.h"
#include "stats/classify.h"

#define EG_ATLAS_NONE UINT32_MAX /* a reference that is not there */

/* Where something stands in atlas.yaml, counted from 1; for errors found later. */
struct eg_mark {
    uint32_t line;
    uint32_t column;
};

enum eg_polarity {
    EG_POLARITY_NOT_STATED,
    EG_POLARITY_HIGH_IS_WORSE,
    EG_POLARITY_HIGH_IS_BETTER,
    EG_POLARITY_NEUTRAL
};

/* The state of a value; never merged. */
enum eg_state { EG_VALID, EG_MISSING, EG_SUPPRESSED, EG_UNRELIABLE, EG_NOT_APPLICABLE, EG_N_STATES };

static inline bool eg_state_has_value(uint8_t state)
{
    return state == EG_VALID || state == EG_UNRELIABLE;
}

struct eg_licence {
    struct eg_text title;
    struct eg_text url;
};

struct eg_atlas_view {
    struct eg_mark mark;
    struct eg_text id, title;
    struct eg_bounds box_deg; /* west, south, east, north */
    struct eg_text layer;     /* absent: the atlas's first */
};

/* One step of a chain of lookup tables: the row whose `key` equals the code so far gives the next code (and name). */
struct eg_atlas_lookup {
    struct eg_mark mark;
    struct eg_text source;          /* CSV (also .gz) or OGR */
    struct eg_text key, code, name; /* columns; name may be absent */
};

struct eg_atlas_boundaries {
    struct eg_mark mark;
    struct eg_text id, title, vintage;
    struct eg_text attribution, licence_title, licence_url;
    /* from a source ... */
    struct eg_text source, layer, filter; /* OGR source, layer name, attribute filter (OGR SQL WHERE) */
    struct eg_text key, name;             /* columns; name absent: the code is the name */
    struct eg_text operation;             /* a PROJ operation's authority code, or absent */
    struct eg_text crs;                   /* overrides what the source says, or absent */
    double snap_m;                        /* default 0.05 */
    /* ... or dissolved */
    uint32_t dissolve_of; /* index of the set it is made from (always an earlier one), or EG_ATLAS_NONE */
    struct eg_text dissolve_column, dissolve_name_column; /* of the base's own source, or */
    const struct eg_atlas_lookup *lookups;                /* [n_lookups] a chain */
    uint32_t n_lookups;
};

/* Texts in cells of one column (or of every column without its own) that stand for a state. The empty text is allowed.
 * The reader puts the empty text under EG_MISSING wherever no other state of the same list claims it. A column's own list
 * replaces the general one. */
struct eg_atlas_markers {
    struct eg_text column;             /* absent: all other columns */
    struct eg_text *text[EG_N_STATES]; /* [n[state]] per state; EG_VALID unused */
    uint32_t n[EG_N_STATES];
};

struct eg_atlas_condition {
    struct eg_text column;
    const struct eg_text *values; /* [n_values]: the cell equals one of them */
    uint32_t n_values;
};

/* What a table's indicators inherit. */
struct eg_atlas_facts {
    struct eg_text unit, theme, source, source_url, licence_title, licence_url;
    enum eg_polarity polarity;
    uint32_t decimals;
    bool has_decimals;
    bool modelled;
    bool has_modelled;
};

/* Columns of one number and its companions; absent ones are not there, value always is. */
struct eg_atlas_columns {
    struct eg_text value, numerator, denominator, lower, upper, flag, rank, decile;
};

/* What a join may leave over without --strict failing. */
struct eg_atlas_expect {
    uint32_t areas_without_row;
    uint32_t rows_without_area; /* UINT32_MAX: any number */
};

/* What reading a directory or a table of places may refuse without --strict failing. */
struct eg_atlas_directory_expect {
    uint32_t rejected_rows; /* UINT32_MAX: any number */
};

struct eg_atlas_period {
    struct eg_text id; /* [0-9A-Za-z-]+ */
    struct eg_text start,
        end;              /* ISO 8601 dates; absent when not stated. A four-digit id implies that year. */
    struct eg_text label; /* default: the id */
};

/* What a long table says about one indicator: in the rows whose indicator column holds `text`, or in every row when the
 * table has no indicator column (then each indicator has a value column of its own). */
struct eg_atlas_long_indicator {
    struct eg_text text; /* absent exactly when the table's long_indicator is */
    uint32_t indicator;  /* index into atlas->indicators */
    struct eg_atlas_columns columns;
};

struct eg_atlas_long_period {
    struct eg_text text; /* in the period column */
    struct eg_atlas_period period;
};

struct eg_atlas_table {
    struct eg_mark mark;
    struct eg_text id, source;
    struct eg_text layer;                    /* OGR only */
    char delimiter;                          /* CSV, default ',' */
    struct eg_text encoding;                 /* CSV: default "UTF-8"; anything GDAL can recode */
    uint32_t header_row;                     /* CSV, from 1, default 1; rows above it are skipped */
    const struct eg_atlas_condition *filter; /* [n_filter], all must hold */
    uint32_t n_filter;
    struct eg_text key;                     /* column */
    uint32_t key_pad;                       /* left-pad with zeros to this many characters; 0: not */
    bool key_trim;                          /* trim blanks */
    struct eg_text key_prefix;              /* put before the (padded) key, or absent */
    const struct eg_atlas_markers *markers; /* [n_markers] */
    uint32_t n_markers;
    /* flag column texts -> state, for indicators with a flag column */
    struct eg_text *flag_text[EG_N_STATES];
    uint32_t n_flag_text[EG_N_STATES];
    struct eg_atlas_facts facts;
    struct eg_atlas_expect expect;
    /* long tables */
    bool is_long;
    uint32_t long_boundaries;      /* index */
    struct eg_text long_indicator; /* column, or absent */
    struct eg_text long_period;    /* column, or absent: every row is of long_only_period */
    struct eg_atlas_period long_only_period;
    const struct eg_atlas_long_indicator
        *long_indicators; /* [n_long_indicators]; rows of other texts are left out */
    uint32_t n_long_indicators;
    /* [n_long_periods]: what the texts of the period column mean; rows of other texts are left out. None: each text is a
     * period id itself. */
    const struct eg_atlas_long_period *long_periods;
    uint32_t n_long_periods;
};

/* A series of a wide table. */
struct eg_atlas_series {
    struct eg_mark mark;
    uint32_t boundaries, table; /* indices */
    struct eg_atlas_period period;
    struct eg_atlas_columns columns;
};

enum eg_aggregate { EG_AGGREGATE_NONE, EG_AGGREGATE_SUM, EG_AGGREGATE_RATE, EG_AGGREGATE_WEIGHTED_MEAN };

/* From one boundary set to sets dissolved from it (directly or not). RATE: sum of numerators over sum of denominators times
 * the indicator's `per`; WEIGHTED_MEAN: weight from a column of a table, joined to the source boundaries. */
struct eg_atlas_aggregation {
    struct eg_mark mark;
    enum eg_aggregate method;
    uint32_t from;      /* boundaries index */
    const uint32_t *to; /* [n_to] boundaries indices */
    uint32_t n_to;
    uint32_t weight_table; /* WEIGHTED_MEAN */
    struct eg_text weight_column;
    double per; /* RATE: 100 for per cent; default 1 */
};

struct eg_atlas_indicator {
    struct eg_mark mark;
    struct eg_text id, title, description;
    struct eg_atlas_facts facts; /* own, else the first table's, else absent ("not stated") */
    double multiplier;           /* applied to value, lower and upper; default 1 */
    bool categorical; /* values are names of categories, not numbers: one class each in any style */
    bool additive;    /* a larger area's value is the sum of its parts'; false: told from the numbers */
    const struct eg_atlas_series *series; /* [n_series], wide tables only */
    uint32_t n_series;
    const struct eg_atlas_aggregation *aggregations;
    uint32_t n_aggregations;
};

struct eg_colour { /* straight */
    uint8_t r, g, b, a;
};

struct eg_atlas_outline {
    uint32_t boundaries; /* index, or EG_ATLAS_NONE: the layer's own */
    struct eg_colour colour;
    double width_px;
    uint32_t min_zoom;
};

enum eg_look_pattern { EG_LOOK_PLAIN, EG_LOOK_DOTS, EG_LOOK_HATCH, EG_LOOK_CROSS };

/* How a state is drawn. For EG_UNRELIABLE the colour is the value's class, and only pattern and ink count. */
struct eg_atlas_look {
    struct eg_colour colour;
    enum eg_look_pattern pattern;
    struct eg_colour ink;
};

enum eg_class_choice { EG_CHOICE_METHOD, EG_CHOICE_PUBLISHED_DECILE };
enum eg_ramp_direction { EG_RAMP_BY_POLARITY, EG_RAMP_FORWARD, EG_RAMP_REVERSED };

struct eg_atlas_style {
    struct eg_mark mark;
    struct eg_text id, title, description;
    enum eg_class_choice
        choice; /* published decile: the publisher's own tenths; layers without them fall back to quantile */
    enum eg_class_method method;
    uint32_t n_classes;
    const double *breaks;
    uint32_t n_breaks;
    bool left_closed;
    bool per_period;                 /* breaks of each period by itself; default: pooled over all */
    const struct eg_colour *colours; /* [n_colours] the ramp's stops, low to high */
    uint32_t n_colours;
    struct eg_text ramp; /* its name, or absent when the colours were given */
    bool diverging;      /* the ramp is a diverging one */
    enum eg_ramp_direction
        direction;  /* by polarity: the worse values get the last colour of a sequential ramp, the first of
                                         a diverging one */
    double opacity; /* 0 to 1, of the fill */
    const struct eg_atlas_outline *outlines; /* [n_outlines], drawn in this order */
    uint32_t n_outlines;
    struct eg_atlas_look look[EG_N_STATES];
    struct eg_colour background; /* outside every area; default transparent */
    bool aliased;
};

/* Layers are the combinations of indicator and boundaries that have at least one series; the atlas may restyle, retitle or
 * hide single ones. */
struct eg_atlas_layer {
    struct eg_mark mark;
    struct eg_text id; /* "{indicator}.{boundaries}" */
    uint32_t indicator, boundaries;
    struct eg_text title; /* absent: made from both titles */
    uint32_t style;       /* index of the default style */
    bool hidden;
};

/* One source of directory entries. Columns are named; a constant stands for every row. */
enum eg_entry_field {
    EG_ENTRY_KEY,
    EG_ENTRY_NAME,
    EG_ENTRY_DESCRIPTION,
    EG_ENTRY_KIND,
    EG_ENTRY_TOPICS,
    EG_ENTRY_PROGRAMME,
    EG_ENTRY_ORGANISATION,
    EG_ENTRY_LONGITUDE,
    EG_ENTRY_LATITUDE,
    EG_ENTRY_ADDRESS,
    EG_ENTRY_POSTCODE,
    EG_ENTRY_PHONE,
    EG_ENTRY_EMAIL,
    EG_ENTRY_URL,
    EG_ENTRY_AMOUNT,
    EG_ENTRY_CURRENCY,
    EG_ENTRY_FUNDER,
    EG_ENTRY_START,
    EG_ENTRY_END,
    EG_ENTRY_SERVES, /* area codes of serves_boundaries, separated by list_separator */
    EG_ENTRY_STATUS,
    EG_ENTRY_LAST_REVIEWED,
    EG_ENTRY_LANGUAGES,     /* names or codes, separated as topics are */
    EG_ENTRY_ACCESSIBILITY, /* what is provided, the same */
    EG_ENTRY_HOURS,         /* when it is open: see data/schedule.h */
    EG_N_ENTRY_FIELDS
};

/* "key", "name", "description" ...: what a field is called in atlas.yaml and in answers. Never NULL. */
const char *eg_entry_field_name(enum eg_entry_field field);

/* Where a field's text stands: in one column or, for fields of words, in several: their cells joined by ", " (those of TOPICS
 * and SERVES by the list separator), empty ones left out. */
struct eg_atlas_entry_columns {
    struct eg_text first;       /* absent: not in the source */
    const struct eg_text *more; /* [n_more] */
    uint32_t n_more;
};

#define EG_ATLAS_ENTRY_COLUMNS_MAX 8U /* of one field */

/* A directory that is kept and changed here, in a file or database of our own, instead of being read from somebody's. */
struct eg_atlas_store {
    struct eg_text path; /* a GeoPackage, which need not be there yet, or "PG:..."; absent: not a store */
    const uint32_t
        *seeds; /* [n_seeds] directories that fill it when it is first made, and are not read otherwise */
    uint32_t n_seeds;
    struct eg_text editors;     /* the file that says who may sign in; absent: nobody */
    uint32_t review_after_days; /* default 365 */
};

struct eg_atlas_directory {
    struct eg_mark mark;
    struct eg_text id, title, source, layer,
        filter_sql; /* filter_sql: OGR only; source is absent for a store */
    struct eg_atlas_store store;
    bool is_seed; /* of the atlas's store */
    const struct eg_atlas_condition *filter;
    uint32_t n_filter;
    char delimiter;
    struct eg_text encoding;
    struct eg_atlas_entry_columns column[EG_N_ENTRY_FIELDS];
    struct eg_text constant[EG_N_ENTRY_FIELDS]; /* used where the column is absent or its cell empty */
    char list_separator;      /* within TOPICS, SERVES, LANGUAGES and ACCESSIBILITY; default ';' */
    struct eg_text id_prefix; /* put before the key when the entry's UUID is made; default "{id}:" */
    uint32_t
        serves_boundaries; /* index or EG_ATLAS_NONE; a polygon source's own geometry is the service area too */
    struct eg_atlas_directory_expect expect;
    struct eg_text attribution, licence_title, licence_url;
    struct eg_text language; /* the atlas's unless it has its own */
};

enum eg_place_kind { EG_PLACE_POSTCODE, EG_PLACE_TOWN, EG_PLACE_LANDMARK, EG_N_PLACE_KINDS };

/* A table of places that people may name besides the areas of the boundary sets. */
struct eg_atlas_place_table {
    struct eg_mark mark;
    struct eg_text id, title, source, layer;
    struct eg_text filter_sql; /* OGR only */
    const struct eg_atlas_condition *filter;
    uint32_t n_filter;
    char delimiter;
    struct eg_text encoding;
    enum eg_place_kind kind;
    struct eg_text country; /* ISO 3166-1, two capital letters; absent: not stated */
    struct eg_text name;    /* column: of the postcode, for that kind */
    /* Where it is: longitude and latitude, or the code of the area that it is in, or, with none of them, the source's points. */
    struct eg_text longitude, latitude, code;
    uint32_t boundaries; /* of the codes; or EG_ATLAS_NONE */
    struct eg_atlas_directory_expect expect;
    struct eg_text attribution, licence_title, licence_url;
};

/* "postcode", "town", "landmark"; never NULL. */
const char *eg_place_kind_name(enum eg_place_kind kind);

struct eg_atlas_limits {
    uint32_t connections;         /* default 1000 */
    uint32_t image_px;            /* longest side of a picture, default 4096 */
    uint32_t results;             /* most entries in one answer, default 1000 */
    uint32_t idle_s;              /* default 15 */
    uint32_t request_s;           /* deadline for a whole request, default 30 */
    uint64_t boundaries_vertices; /* per set, default 200 million */
};

/* A node of the file beneath a list of the sections whose mistakes only the data bring to light, in the file's order: what an
 * error that is found while loading is placed by. See atlas_places.c. */
struct eg_atlas_place {
    struct eg_mark mark;
    struct eg_text text;  /* of a scalar; absent for lists and mappings */
    struct eg_text key;   /* of the mapping's item that it is in or, of a list's item, that the list is in */
    struct eg_text above; /* the key that the mapping itself is the value of */
    bool is_key;
    uint32_t n_within; /* that follow and lie in it */
};

/* A coordinate reference system in which pictures may be asked for. */
struct eg_atlas_crs {
    struct eg_mark mark; /* line 0: not from the file */
    struct eg_crs_id id;
};

/* A file with a tile matrix set in the OGC's JSON; what it says is read with the data. */
#define EG_ATLAS_TILE_SETS_MAX 32U
struct eg_atlas_tile_set {
    struct eg_mark mark;
    struct eg_text path;
    struct eg_text json; /* its content; absent when files are not looked at */
};

struct eg_atlas_server {
    struct eg_text listen;                 /* "127.0.0.1:8080" */
    uint32_t threads;                      /* 0: one per processor */
    uint64_t cache_bytes;                  /* default 256 MiB */
    struct eg_text base_url;               /* absent: http://listen */
    const struct eg_text *trusted_proxies; /* addresses or CIDR */
    uint32_t n_trusted_proxies;
    const struct eg_text *cors_origins; /* "*" by default */
    uint32_t n_cors_origins;
    /* Beside EPSG:3857, OGC:CRS84 and the sources' own, which are always allowed. */
    const struct eg_atlas_crs *crs;
    uint32_t n_crs;
    /* Beside those that come with the program. */
    const struct eg_atlas_tile_set *tile_sets;
    uint32_t n_tile_sets;
    uint64_t projected_cache_bytes; /* for borders in other CRSs than EPSG:3857, default 512 MiB */
};

struct eg_atlas_basemap {
    struct eg_text url, attribution; /* absent url: none, and no third-party request is ever made */
    uint32_t max_zoom;
};

struct eg_atlas {
    struct eg_text path, folder;
    struct eg_text title, abstract, attribution;
    struct eg_licence licence;
    struct eg_text contact_name, contact_email, contact_url;
    bool fictional;           /* stamped on every picture and page */
    struct eg_text time_zone; /* of the IANA database, by which opening hours are told; empty: UTC */
    struct eg_text language;  /* of what its data say, BCP 47: "en" unless the file says otherwise */
    uint32_t population;      /* the indicator that counts residents, or EG_ATLAS_NONE */
    const struct eg_atlas_view *views;
    uint32_t n_views;
    const struct eg_atlas_boundaries *boundaries;
    uint32_t n_boundaries;
    const struct eg_atlas_table *tables;
    uint32_t n_tables;
    const struct eg_atlas_indicator *indicators;
    uint32_t n_indicators;
    const struct eg_atlas_style *styles; /* at least one: "default" is added when the atlas declares none */
    uint32_t n_styles;
    const struct eg_atlas_layer *layers; /* in the order of indicators, then boundaries */
    uint32_t n_layers;
    const struct eg_atlas_directory *directories;
    uint32_t n_directories;
    const struct eg_atlas_place_table *place_tables; /* `places` in the file */
    uint32_t n_place_tables;
    struct eg_atlas_limits limits;
    struct eg_atlas_server server;
    struct eg_atlas_basemap basemap;
    const struct eg_atlas_place *places; /* [n_places] */
    uint32_t n_places;
};

/* Reads and checks an atlas. Unknown keys, wrong types, missing files, duplicate or malformed ids and dangling references
 * are EG_INVALID (or EG_NOT_FOUND for files), naming file, line, column and the fix ("did you mean ..."). Limits: 4 MiB of
 * YAML, nesting 32, aliases expanded at most 10,000 nodes. Free with eg_atlas_free. */
EG_MUST_CHECK enum eg_status eg_atlas_read(const char *path, struct eg_atlas **atlas_out,
                                           struct eg_error *err);
/* The same from memory; `path` names it in errors and resolves relative paths. check_files false: data files need not
 * exist (for tests and fuzzing). */
EG_MUST_CHECK enum eg_status eg_atlas_parse(struct eg_text yaml, const char *path, bool check_files,
                                            struct eg_atlas **atlas_out, struct eg_error *err);
void eg_atlas_free(struct eg_atlas *atlas); /* NULL is allowed */

/* The index of the directory that is a store, or EG_ATLAS_NONE. */
uint32_t eg_atlas_store_of(const struct eg_atlas *atlas);

/* Says of an error met while loading where in atlas.yaml the value at fault stands. `mark` is of the item at fault; a line that
 * the error has already, without a file, replaces it. The error's field is the column at fault, or a key of the item followed by
 * a colon ("encoding:"): then the place is that of the column's name or of the key's value, else it is the item's. An error
 * that names a file is left as it is (the innermost place wins), and want of memory is no fault of the atlas. `err` may be NULL. */
void eg_atlas_error_at(const struct eg_atlas *atlas, struct eg_mark mark, struct eg_error *err);
/* The same for a table (an index); a column may also stand at a series or an aggregation of an indicator. */
void eg_atlas_error_at_table(const struct eg_atlas *atlas, uint32_t table, struct eg_error *err);

/* Whether a table, lookup or directory source is read as CSV: its name ends in .csv, .tsv or .txt, or one of these and
 * .gz (any case). Everything else goes through OGR. */
bool eg_atlas_is_csv(struct eg_text source);
/* "268435456", "256MiB", "1 GiB" -> bytes (B, KiB, MiB, GiB). False for anything else. */
bool eg_atlas_size_bytes(struct eg_text text, uint64_t *bytes_out);

#endif
