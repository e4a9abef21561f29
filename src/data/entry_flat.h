/* Entries as rows and as features: CSV, GeoJSON, and grants as 360Giving's standard has them. One row is one entry, so what HSDS knows
 * beyond it (contacts, hours of each weekday, a second location) is not in these; data/records_json.h and data/records_tabular.h have all.
 *
 * The columns of CSV and the properties of GeoJSON are the fields of docs/atlas.md's directories under their own names, and id,
 * serves_boundaries (the boundary set whose codes are in `serves`), service_area (a polygon as GeoJSON), organisation_id, and the numbers that
 * its organisation has in registers. Which
 * organisation a row means: data/entry_records.h. */
#ifndef EG_DATA_ENTRY_FLAT_H
#define EG_DATA_ENTRY_FLAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"
#include "data/entries.h"
#include "data/record_intake.h"
#include "data/records.h"

#define EG_FLAT_FIELD_BYTES ((size_t)256 * 1024) /* in one field, polygons aside */
#define EG_FLAT_DEGREES_APART 5.1e-8 /* positions within this are one: seven decimals are written */

enum eg_flat_format { EG_FLAT_CSV, EG_FLAT_GEOJSON, EG_FLAT_360GIVING, EG_N_FLAT_FORMATS };

/* --- out: a head, an item for each entry, a tail ----------------------------------------------------------------------------------- */

void eg_flat_head(enum eg_flat_format format, struct eg_buffer *out);
/* Whether the format has room for an entry: 360Giving is about grants. */
bool eg_flat_holds(enum eg_flat_format format, const struct eg_entry *entry);
/* `index` counts the items written before. */
EG_MUST_CHECK enum eg_status eg_flat_write(enum eg_flat_format format, const struct eg_atlas *atlas,
                                           const struct eg_entry *entry, uint32_t index,
                                           struct eg_buffer *out, struct eg_error *err);
void eg_flat_tail(enum eg_flat_format format, struct eg_buffer *out);
/* The property "locations" of an entry that is at several places, with each of them: what is read of them is in entry_flat_places.c. */
void eg_flat_write_places(const struct eg_entry *entry, struct eg_json *json,
                          struct eg_json_value *properties);

/* --- in ---------------------------------------------------------------------------------------------------------------------------- */

struct eg_flat_source {
    enum eg_flat_format format;
    const struct eg_atlas *atlas;
    uint32_t
        directory; /* whose id_prefix makes ids of keys where the file has no id; the store's is "{id}:" */
    const struct eg_records *
        known; /* the directory as it is: what entries say there already is left out of theirs, and entries that say nothing new are
                 * left out whole and counted as unchanged; NULL: none */
    struct eg_intake_sink sink;
};

struct eg_flat_counts {
    struct eg_intake_counts rows;
    uint32_t n_unchanged;
};

/* Reads a file into records. Rejected are rows with a wrong coordinate, an unknown kind, wrong UTF-8, no name, an id that came before;
 * a polygon that is none or crosses itself; what eg_entry_record doubts and columns that no entry has are doubtful. A row without a kind is a service, of
 * 360Giving a grant. EG_INVALID for a file that is none of its format, with its line; EG_LIMIT beyond EG_INTAKE_ROWS_MAX rows. */
EG_MUST_CHECK enum eg_status eg_flat_read(struct eg_text text, const struct eg_flat_source *source,
                                          struct eg_records **records_out, struct eg_flat_counts *counts_out,
                                          struct eg_error *err);

#endif
