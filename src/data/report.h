/* What loading found: topology and join counts, for people (text), programs (JSON) and --strict. */
#ifndef EG_DATA_REPORT_H
#define EG_DATA_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"
#include "data/atlas.h"
#include "data/entries.h"
#include "data/place_table.h"
#include "geo/topology.h"

#define EG_REPORT_SAMPLES 5 /* example keys kept per finding */

struct eg_boundaries_report {
    uint32_t n_features;  /* read */
    uint32_t n_areas;     /* after features with one key became one area */
    uint32_t n_multipart; /* areas made of several features */
    uint32_t n_repaired;  /* invalid polygons repaired by GEOS */
    uint32_t n_empty;     /* features without geometry or key (listed) */
    uint32_t n_clipped;   /* areas cut at the antimeridian or at 85.05 degrees of latitude */
    uint32_t
        n_doubtful; /* features with an edge of 180 to 330 degrees, taken the short way round the world */
    uint32_t n_unlocated; /* dissolved sets: base areas without a parent */
    struct eg_topology_report topology;
    double snap_max_m;
    char crs[64];
    bool looks_like_degrees; /* the CRS is projected, but no coordinate is beyond 360 */
    char operation[128];     /* PROJ's name of the one that was used */
    double accuracy_m;       /* < 0: not stated */
    double seconds;
    size_t plane_bytes;
    struct eg_text samples[EG_REPORT_SAMPLES]; /* keys repaired or empty */
    uint32_t n_samples;
};

struct eg_series_report {
    uint32_t table; /* index into the atlas, or EG_ATLAS_NONE: computed from a smaller level */
    uint32_t n_matched;
    uint32_t n_areas_without_row;
    uint32_t n_rows_without_area;
    uint32_t n_duplicates; /* rows whose key came before; the first one counts */
    /* Unmatched keys that would match once padded with zeros, without the blanks around them, or only with both. */
    uint32_t n_match_padded;
    uint32_t n_match_trimmed;
    uint32_t n_match_both;
    uint32_t pad_to; /* characters, when n_match_padded or n_match_both > 0 */
    bool
        vintage_mismatch; /* both sides have leftovers that look alike: over a fifth of one, or over a hundredth of both */
    uint32_t n_state[EG_N_STATES];
    uint32_t n_secondary; /* parent totals withheld because they would give a suppressed value away */
    bool ranks_withheld,
        deciles_withheld; /* the publisher's, which would tell where a suppressed value stands */
    uint32_t n_bad_cells; /* neither number nor marker, or beyond the largest number: counted as missing */
    struct eg_text
        bad_cell; /* the first: "row 17, column pop: '1,234'"; of a computed series the area's code */
    /* Rows of an area with more or fewer cells than the header: none of their numbers is taken, the value counts as missing
     * (as suppressed if the row says so). The first: "row 17: 5 cells, the header has 4". */
    uint32_t n_misfit_rows;
    struct eg_text misfit_row;
    struct eg_text areas_without_row[EG_REPORT_SAMPLES];
    struct eg_text rows_without_area[EG_REPORT_SAMPLES];
};

/* A column of weights, once for all weighted means that take it. No answer shows a weight, but a lost one changes what is shown. */
struct eg_weight_report {
    uint32_t boundaries; /* index into the atlas */
    struct eg_text column;
    struct eg_series_report join; /* a weight below zero is a bad cell, too */
};

struct eg_report {
    const struct eg_atlas *atlas;
    struct eg_boundaries_report *boundaries; /* [atlas->n_boundaries] */
    struct eg_series_report *series;         /* [n_series], as in the generation */
    uint32_t n_series;
    struct eg_weight_report *weights; /* [n_weights] */
    uint32_t n_weights;
    struct eg_place_report *places; /* [atlas->n_place_tables] */
    double seconds;                 /* files to ready */
    size_t peak_bytes;
};

struct eg_generation;

/* What a report is about. */
struct eg_report_subject {
    const struct eg_generation *generation;
    const struct eg_entries *entries; /* of the same atlas; NULL: nothing is said of directories */
};

/* Calls say(context, line) for everything that somebody should look at, most serious first: one sentence each, the same finding
 * on many series said once. */
void eg_report_findings(struct eg_report_subject subject, void (*say)(void *context, const char *line),
                        void *context);

/* For people: a page of text. */
EG_MUST_CHECK enum eg_status eg_report_text(struct eg_report_subject subject, struct eg_buffer *out,
                                            struct eg_error *err);
/* For programs; also part of GET /layers. Adds members to `into`: "findings", "strict", "boundaries", "series", "weights",
 * with tables of places "places" and, with entries, "directories". Nothing in it depends on the clock or the machine. */
void eg_report_json(struct eg_report_subject subject, struct eg_json *json, struct eg_json_value *into);
/* False when --strict must fail: an area without a row, a row without an area or a rejected row of a directory or of a table of places beyond what the
 * atlas expects, a row with more or fewer cells than the header, or cells that are neither numbers nor markers, those of weights included; each reason is a line in `reasons`, which may be NULL. */
bool eg_report_is_strict(struct eg_report_subject subject, struct eg_buffer *reasons);

#endif
