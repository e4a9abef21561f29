/* Tables of places, read and compact: what people may name besides the areas of the boundary sets. England's 1.7 million postcodes take
 * 16 bytes each.
 *
 * Immutable once read; owned by the generation. */
#ifndef EG_DATA_PLACE_TABLE_H
#define EG_DATA_PLACE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "data/atlas.h"

#define EG_POSTCODES_MAX 20000000U /* rows of a table of postcodes */
#define EG_PLACES_MAX 2000000U     /* of another one */
#define EG_PLACE_SAMPLES 5         /* rejected rows that a report names */
#define EG_PLACE_UNIT_DEG 1e-7

struct eg_area_set;

/* Where a place is: in units of EG_PLACE_UNIT_DEG or, in a table with codes, `x` is the area and `y` 0. */
struct eg_place_spot {
    int32_t x, y;
};

struct eg_postcode_row {
    uint64_t key; /* data/postcode.h */
    struct eg_place_spot spot;
};

struct eg_place_row {
    struct eg_text name; /* in the generation's arena */
    struct eg_place_spot spot;
};

struct eg_place_table {
    const struct eg_atlas_place_table *spec;
    uint32_t n;
    struct eg_postcode_row *postcodes; /* [n] ascending by key, unique; NULL for other kinds */
    struct eg_place_row *places;       /* [n] in the source's order; NULL for postcodes */
    char gap_as;                       /* how the gap in a postcode is written: ' ', '-' or, without any, 0 */
};

struct eg_place_report {
    uint32_t n_rows, n_filtered, n_places;
    uint32_t n_without_position; /* neither coordinate, both 0, or no code: left out */
    uint32_t n_repeated;         /* postcodes that came before: they count as one, in the middle of all */
    uint32_t n_rejected;
    struct eg_text rejected[EG_PLACE_SAMPLES]; /* "row 17: the longitude 'x' is not a number" */
};

/* Reads a table of the atlas. `set` is the loaded set of its codes (planes need not be there yet), or NULL. Names and the report's texts
 * lie in the arena. Rows that cannot be read are counted and named in the report; a missing column or source is EG_INVALID,
 * EG_NOT_FOUND or EG_IO naming it, EG_LIMIT more rows than above. 1.7 million postcodes of plain CSV: about a second. Cleared with
 * eg_place_table_clear. */
EG_MUST_CHECK enum eg_status eg_place_table_read(const struct eg_atlas_place_table *spec,
                                                 const struct eg_area_set *set, struct eg_arena *arena,
                                                 struct eg_place_table *table_out,
                                                 struct eg_place_report *report_out, struct eg_error *err);
void eg_place_table_clear(struct eg_place_table *table);

/* What reading found, a paragraph for each table; nothing for an atlas without them. reports[atlas->n_place_tables]. */
void eg_place_report_text(const struct eg_atlas *atlas, const struct eg_place_report *reports,
                          struct eg_buffer *out);
/* Adds "places" to `into`: an array of {id, rows, filtered, places, without_position, repeated, rejected, rejected_examples}; nothing
 * for an atlas without them. */
void eg_place_report_json(const struct eg_atlas *atlas, const struct eg_place_report *reports,
                          struct eg_json *json, struct eg_json_value *into);

#endif
