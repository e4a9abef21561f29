/* A generation: one immutable, reference-counted snapshot of everything an atlas's boundaries and tables say, joined.
 *
 * Built beside the one in use and swapped in whole; freed when the last reader lets go. Any number of threads may read. */
#ifndef EG_DATA_GENERATION_H
#define EG_DATA_GENERATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "base/textmap.h"
#include "data/atlas.h"
#include "data/report.h"
#include "geo/plane.h"

/* Loaded boundaries: areas in ascending order of code. */
struct eg_area_set {
    const struct eg_atlas_boundaries *spec;
    uint32_t n_areas;
    struct eg_text *codes; /* [n_areas] ascending bytewise, unique */
    struct eg_text *names; /* [n_areas] */
    struct eg_textmap *by_code;
    struct eg_plane *plane;      /* EPSG:3857 */
    struct eg_box *area_box;     /* [n_areas] on the plane's grid */
    struct eg_bounds bounds_deg; /* of all areas */
    uint32_t base;               /* index of the set it is dissolved from, or EG_ATLAS_NONE */
    uint32_t *parent_of_base;    /* [base's n_areas] -> area here, or EG_NO_AREA; NULL without base */
};

/* An indicator on one boundary set in one period. Arrays have n_areas items or are NULL when the source has no such
 * column. The value of an area counts only where state is EG_VALID or EG_UNRELIABLE; for every other state value and
 * companions are zero. For companions 0 in `has` bit i (enum eg_companion) means absent in that row. */
enum eg_companion {
    EG_HAS_NUMERATOR = 1,
    EG_HAS_DENOMINATOR = 2,
    EG_HAS_LOWER = 4,
    EG_HAS_UPPER = 8,
    EG_HAS_RANK = 16,
    EG_HAS_DECILE = 32
};

struct eg_series {
    uint32_t indicator;  /* index into the atlas */
    uint32_t boundaries; /* index into the atlas and into area_sets */
    struct eg_atlas_period period;
    bool aggregated; /* computed from a smaller level, as the atlas declares */
    double *value;
    uint8_t *state; /* enum eg_state */
    double *numerator, *denominator, *lower, *upper;
    uint32_t *rank;  /* publisher's */
    uint8_t *decile; /* publisher's, 1 to 10 */
    uint8_t *has;    /* bits of enum eg_companion */
    const struct eg_text
        *categories; /* [n_categories] when the indicator is categorical: value is an index */
    uint32_t n_categories;
};

/* What a weighted mean weighs with; no answer shows it. */
struct eg_weights {
    uint32_t table;
    struct eg_text column;
    struct eg_series series; /* of no indicator */
};

struct eg_generation {
    const struct eg_atlas *atlas;
    struct eg_area_set *area_sets; /* [atlas->n_boundaries] */
    struct eg_series *series;      /* sorted by indicator, boundaries, period start (then id) */
    uint32_t n_series;
    struct eg_weights *weights; /* [n_weights] */
    uint32_t n_weights;
    struct eg_place_table *place_tables; /* [atlas->n_place_tables] */
    struct eg_report *report;
    char version[33]; /* hash of everything that is shown: changes when any answer may change */
};

/* Loads everything the atlas names. Progress is logged. On failure the error names the source, table or column and the
 * fix. n_threads 0: one per processor. The atlas must outlive the generation. */
EG_MUST_CHECK enum eg_status eg_generation_load(const struct eg_atlas *atlas, uint32_t n_threads,
                                                struct eg_generation **generation_out, struct eg_error *err);
void eg_generation_retain(struct eg_generation *generation);
void eg_generation_release(struct eg_generation *generation); /* NULL is allowed */

/* The series of one indicator on one boundary set: series[first .. first+n-1], periods ascending. n may be 0. */
void eg_generation_find(const struct eg_generation *generation, uint32_t indicator, uint32_t boundaries,
                        uint32_t *first_out, uint32_t *n_out);

/* The weights that an aggregation takes, or NULL. */
const struct eg_series *eg_generation_weights(const struct eg_generation *generation,
                                              const struct eg_atlas_aggregation *aggregation);

/* The larger area of set `to` that holds `area` of set `from`, when `to` is dissolved from `from` directly or through
 * others, or shares its base and nests; EG_NO_AREA otherwise. */
uint32_t eg_generation_parent(const struct eg_generation *generation, uint32_t from, uint32_t area,
                              uint32_t to);

/* Whether there is such a larger area for at least one area of `from`: false for a set and itself, and downwards. */
bool eg_generation_nests(const struct eg_generation *generation, uint32_t from, uint32_t to);

/* The area of a set at a WGS 84 position, or EG_NO_AREA. */
uint32_t eg_generation_locate(const struct eg_generation *generation, uint32_t boundaries, double lon_deg,
                              double lat_deg);

#endif
