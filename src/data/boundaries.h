/* From an OGR source to a plane: read and project the polygons, make areas of the features, find the shared borders, repair
 * what is not valid. The two halves are two calls because tables can be joined as soon as the codes are known. */
#ifndef EG_DATA_BOUNDARIES_H
#define EG_DATA_BOUNDARIES_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "data/atlas.h"
#include "data/progress.h"
#include "data/report.h"
#include "geo/plane.h"
#include "geo/topology.h"

struct eg_boundaries_wish {
    const struct eg_atlas_boundaries *spec;
    const struct eg_text *extra;      /* [n_extra] further columns: codes and names of dissolved sets */
    const struct eg_mark *extra_mark; /* [n_extra] what in the atlas asks for each, for errors; or NULL */
    uint32_t n_extra;
    uint64_t n_points_max;
    struct eg_arena *arena;       /* for texts and arrays of the result */
    struct eg_progress *progress; /* or NULL */
};

/* Areas of a source, ascending by code; texts and arrays live in the arena, the rings do not. */
struct eg_source_areas {
    uint32_t n_areas;
    struct eg_text *codes;  /* [n_areas] */
    struct eg_text *names;  /* [n_areas] */
    struct eg_text *extra;  /* [n_areas * n_extra], of an area's first feature */
    uint32_t *source_order; /* [n_areas] number of the area's first feature in the source */
    struct eg_rings rings;  /* EPSG:3857 */
};

/* Reads everything the wish names. Codes are trimmed of blanks. Features without a code or a polygon are counted and named in
 * the report; several features with one code become one area, whose extra cells must agree (EG_INVALID otherwise). Report
 * texts live in the arena. Runs on one thread; about 25 features a millisecond. Free the rings with
 * eg_source_areas_clear. */
EG_MUST_CHECK enum eg_status eg_boundaries_read(const struct eg_boundaries_wish *wish,
                                                struct eg_source_areas *areas_out,
                                                struct eg_boundaries_report *report, struct eg_error *err);
void eg_source_areas_clear(struct eg_source_areas *areas);

/* Finds the borders, repairs the suspects, builds the plane. Frees the rings of `areas` on the way, also on failure. */
EG_MUST_CHECK enum eg_status eg_boundaries_build(const struct eg_boundaries_wish *wish,
                                                 struct eg_source_areas *areas, uint32_t n_threads,
                                                 struct eg_plane **plane_out,
                                                 struct eg_boundaries_report *report, struct eg_error *err);

/* Repairs the suspect areas among the rings: an invalid polygon by GEOS's make-valid; ground that two areas claim goes to the
 * one that came first in the source, but an enclave keeps its own. *changed_out tells whether borders are different now and
 * the topology must be built anew. Counted and named in the report. */
EG_MUST_CHECK enum eg_status eg_boundaries_repair(const struct eg_boundaries_wish *wish,
                                                  struct eg_source_areas *areas, const bool *suspect,
                                                  struct eg_boundaries_report *report, bool *changed_out,
                                                  struct eg_error *err);

/* Keeps an example in the report while there is room: "E01019828: Ring Self-intersection". */
void eg_boundaries_sample(struct eg_boundaries_report *report, struct eg_arena *arena, struct eg_text code,
                          const char *finding);

#endif
