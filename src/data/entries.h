/* Directory entries as their sources give them: read from CSV or OGR with the atlas's column mapping, checked, not yet
 * indexed. One entry is one thing, a coalition, a hub, a grant, at one place or, where a store's records say so, at several.
 *
 * Terms follow HSDS 3.0 where it has them. Immutable; owned by struct eg_entries. */
#ifndef EG_DATA_ENTRIES_H
#define EG_DATA_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "data/atlas.h"
#include "data/schedule.h"
#include "geo/grid.h"

/* The ids of entries are version-5 UUIDs (RFC 4122) in this namespace, of the directory's id_prefix and the entry's key in
 * one text ("libraries:17"), so that anybody who knows both can work out an entry's address. The namespace is itself
 * UUIDv5 of "urn:evenground:directory-entry" in the RFC's namespace of URLs. It never changes. */
#define EG_ENTRIES_NAMESPACE "585a9093-5c12-5388-b7de-8ecc54e58082"

#define EG_ENTRIES_SAMPLES 5 /* rejected rows that a report names */

enum eg_entry_kind {
    EG_KIND_COALITION,
    EG_KIND_HUB,
    EG_KIND_OFFICER_BASE,
    EG_KIND_PARTNERSHIP,
    EG_KIND_GRANT,
    EG_KIND_TRAINING,
    EG_KIND_SERVICE,
    EG_N_KINDS
};

/* "coalition", "hub", "officer_base", ...; never NULL. */
const char *eg_entry_kind_name(enum eg_entry_kind kind);
/* False for an unknown word. */
bool eg_entry_kind_parse(struct eg_text text, enum eg_entry_kind *kind_out);

/* One of the places of an entry. */
struct eg_entry_place {
    struct eg_text location; /* the id of its record; empty where there is none */
    struct eg_text name, address, postcode;
    struct eg_text phone, hours; /* of one of several, what it has of its own; empty: those of the entry */
    bool has_position;
    double lon_deg, lat_deg;             /* WGS 84 */
    const struct eg_text *accessibility; /* [n_accessibility] */
    uint32_t n_accessibility;
};

#define EG_ENTRY_FUNDINGS_MAX 200U /* of one entry: further ones stay in the store and are not looked at */

/* One of the fundings of an entry: who gave how much, for what and for when. */
struct eg_entry_funding {
    struct eg_text funder, amount, currency, title, start, end;
};

/* Areas of one boundary set that an entry serves. */
struct eg_served_areas {
    uint32_t boundaries;         /* an index, or EG_ATLAS_NONE: of none that the atlas has */
    const struct eg_text *codes; /* [n] */
    uint32_t n;
};

/* What else an entry and its organisation are called, in a store that knows it. */
enum eg_other_name { EG_OTHER_NAME_OF_ENTRY, EG_OTHER_NAME_OF_ORGANISATION, EG_N_OTHER_NAMES };

/* Registers by the numbers of which organisations are known to others. */
enum eg_register { EG_REGISTER_OF_CHARITIES, EG_REGISTER_OF_COMPANIES, EG_N_REGISTERS };

/* What a grant's publisher says of it that no field of an entry is for. */
enum eg_giving {
    EG_GIVING_AWARD_DATE,   /* when it was decided, which is not when it starts */
    EG_GIVING_FUNDER_ID,    /* of the funder, as others know it: "GB-GOR-PA1" */
    EG_GIVING_RECIPIENT_ID, /* of its organisation, as others know it: "GB-CHC-1234567" */
    EG_N_GIVING
};

struct eg_entry {
    char id[EG_UUID_TEXT_LEN + 1]; /* UUIDv5 of id_prefix and key */
    struct eg_text
        organization_id; /* of an entry of the store; empty: its source knows organisations by their names */
    struct eg_text register_number[EG_N_REGISTERS]; /* of its organisation; empty where none is known */
    struct eg_text other_name[EG_N_OTHER_NAMES]; /* empty where none is known; words are looked for in them */
    struct eg_text place_name;                   /* of its only place, for words as well */
    struct eg_text giving[EG_N_GIVING];          /* empty where nothing is known */
    uint32_t directory;                          /* index into atlas->directories */
    enum eg_entry_kind kind;
    bool has_position;       /* of the first place, as its address and postcode are */
    double lon_deg, lat_deg; /* WGS 84 */
    const struct eg_entry_place
        *places; /* [n_places] all of them, where there are several; else NULL: eg_entry_place_at */
    uint32_t n_places;
    const struct eg_entry_funding
        *fundings; /* [n_fundings] all of them, where there are several; else NULL: eg_entry_funding_at */
    uint32_t n_fundings;
    struct eg_text field
        [EG_N_ENTRY_FIELDS]; /* as given, trimmed; empty when absent. Longitude and latitude as text too */
    const struct eg_text *topics; /* [n_topics] */
    uint32_t n_topics;
    const struct eg_text *serves; /* [n_serves] area codes of serves_boundaries */
    uint32_t n_serves;
    uint32_t serves_boundaries; /* an index, or EG_ATLAS_NONE */
    const struct eg_served_areas
        *more_served; /* [n_more_served] of other boundaries; eg_entry_served has all */
    uint32_t n_more_served;
    const struct eg_text *languages; /* [n_languages] */
    uint32_t n_languages;
    const struct eg_text *accessibility; /* [n_accessibility] at any of its places */
    uint32_t n_accessibility;
    /* [n_schedules] when it is open or takes place, of its hours or, for training without hours, its start and end. */
    const struct eg_schedule *schedules;
    uint32_t n_schedules;
    uint32_t
        n_own_schedules; /* of an entry at several places, those that are for all of them: they come first */
    /* Service area polygon, WGS 84: rings of lon/lat pairs, shells and holes together (even-odd); GeoJSON text for answers. */
    uint32_t n_area_rings;
    const uint32_t *area_ring_start; /* [n_area_rings + 1] into area_lonlat pairs */
    const double *area_lonlat;
    struct eg_text area_geojson; /* empty without polygon */
};

/* How many sets of areas there are to ask for: at least 1, which may have no codes. */
uint32_t eg_entry_count_served(const struct eg_entry *entry);
struct eg_served_areas eg_entry_served(const struct eg_entry *entry, uint32_t i);

/* How many places there are to ask for: at least 1, which may have neither a position nor an address. */
uint32_t eg_entry_count_places(const struct eg_entry *entry);
struct eg_entry_place eg_entry_place_at(const struct eg_entry *entry, uint32_t i);
/* How many fundings there are to ask for: at least 1, of which nothing may be known. The first is what the fields say. */
uint32_t eg_entry_count_fundings(const struct eg_entry *entry);
struct eg_entry_funding eg_entry_funding_at(const struct eg_entry *entry, uint32_t i);
/* What holds all places that have a position, degrees; false without one. */
bool eg_entry_bounds_deg(const struct eg_entry *entry, struct eg_bounds *bounds_out);
/* The first place that has a position; UINT32_MAX without one. */
uint32_t eg_entry_placed_at(const struct eg_entry *entry);
/* How many of its places have one. */
uint32_t eg_entry_count_placed(const struct eg_entry *entry);

struct eg_entries_report {
    uint32_t n_rows, n_entries, n_filtered, n_without_position, n_rejected;
    uint32_t n_at_several; /* entries with a position at several of their places */
    uint32_t
        n_duplicate_keys; /* of the rejected: the key came before, here or in a directory with the same id_prefix */
    uint32_t n_doubtful_hours;     /* entries whose hours are a text that data/schedule.h cannot read */
    struct eg_text doubtful_hours; /* the first of them */
    /* Rows that became entries although something of them is doubtful, and the first: "row 17: 3 cells, the header has 5",
     * "row 18: the amount 'about 500' is not a number". Starts and ends may be years. */
    uint32_t n_doubtful;
    struct eg_text doubtful;
    /* The first ones: "row 17: the latitude 'x' is not a number", then "the key '17' came before". */
    struct eg_text rejected[EG_ENTRIES_SAMPLES];
    /* When it was read, in seconds since 1970: entries of which nobody says when they were changed were changed then at the latest. A write through
     * the program, which says it, leaves it as it was. */
    int64_t read_s;
};

struct eg_records; /* data/records.h */

struct eg_entries {
    const struct eg_atlas *atlas;
    const struct eg_entry **items; /* [n] ascending by id */
    uint32_t n;
    struct eg_entries_report *reports; /* [atlas->n_directories] */
};

/* Whether any entry has a position at several of its places. */
bool eg_entries_any_at_several(const struct eg_entries *entries);

/* Reads the directories of the atlas, which must outlive the entries: those that have a source and do not fill a store. A row with a wrong coordinate, an unknown kind, wrong
 * UTF-8, something in a cell beyond the header's last column, no key, no name or a key that came before is rejected and counted; a missing column or source is EG_INVALID,
 * EG_NOT_FOUND or EG_IO naming it.
 *
 * Position: from the columns longitude and latitude, else from the geometry of an OGR source (a point, the first of several
 * points, or an interior point of a polygon). Neither coordinate, or 0,0 (what software writes for "unknown"), is an entry
 * without position. Key: the directory's key column; without one "name, address, postcode@longitude,latitude" with six
 * decimals, empty parts left out ("name@" at the least): it does not depend on the order of rows, and of rows that are equal
 * in all of these only the first becomes an entry.
 *
 * 44,206 grants of five columns in a gzipped CSV: 0.13 s. Freed with eg_entries_free. */
EG_MUST_CHECK enum eg_status eg_entries_load(const struct eg_atlas *atlas, struct eg_entries **entries_out,
                                             struct eg_error *err);
/* The same for the directories that fill the atlas's store when it is first made. */
EG_MUST_CHECK enum eg_status eg_entries_load_seeds(const struct eg_atlas *atlas,
                                                   struct eg_entries **entries_out, struct eg_error *err);
/* These entries and those of the store's records, whose services are one each (data/entry_records.h); where both have an id, the store's.
 * What it needs of the two it keeps. EG_INVALID for a service area whose polygon is none, naming it; some 3 microseconds an entry. */
EG_MUST_CHECK enum eg_status eg_entries_with_records(struct eg_entries *entries, struct eg_records *records,
                                                     struct eg_entries **entries_out, struct eg_error *err);
/* The same when `records` come from those of `before`, entries of this function or the one above, by this change: entries that it does not
 * reach (data/record_reach.h) are the same ones in memory, which pointers tell. Costs a copy of the pointers and some microseconds for each
 * that it reaches; now and then, when many have changed since all were read, as much as the above. */
struct eg_records_change;
EG_MUST_CHECK enum eg_status eg_entries_after(struct eg_entries *before, struct eg_records *records,
                                              const struct eg_records_change *change,
                                              struct eg_entries **entries_out, struct eg_error *err);
/* Goes through two lists, one of which follows from the other: for each id of either, its index before and now, EG_ENTRIES_NONE where there
 * is none. `changed` says that the two are not the same one in memory. Ends with the first status that is not EG_OK. */
#define EG_ENTRIES_NONE UINT32_MAX
typedef enum eg_status eg_entries_pair_fn(void *context, uint32_t before, uint32_t now, bool changed);
EG_MUST_CHECK enum eg_status eg_entries_compare(const struct eg_entries *before, const struct eg_entries *now,
                                                eg_entries_pair_fn *pair, void *context);
/* Tells in the report of `entries`, which nobody else may look at yet, what reading the seeds found: `seeds` of eg_entries_load_seeds. */
void eg_entries_report_seeds(struct eg_entries *entries, struct eg_entries *seeds);
void eg_entries_retain(struct eg_entries *entries);
void eg_entries_free(struct eg_entries *entries); /* lets go of one reference; NULL is allowed */

/* What reading found, a paragraph for each directory; nothing for an atlas without directories. */
EG_MUST_CHECK enum eg_status eg_entries_report_text(const struct eg_entries *entries, struct eg_buffer *out,
                                                    struct eg_error *err);
/* Adds "directories" to `into`: an array of {id, rows, filtered, entries, without_position, rejected, duplicate_keys, doubtful_hours,
 * doubtful_rows, first_doubtful_row, first_rejected, rejected_examples}. */
void eg_entries_report_json(const struct eg_entries *entries, struct eg_json *json,
                            struct eg_json_value *into);

/* Whether a directory (an index) rejected more rows than the atlas expects. */
bool eg_entries_beyond_expected(const struct eg_entries *entries, uint32_t directory);

#endif
