/* Planes in other CRSs than EPSG:3857, made on first use and kept while there is room: a picture in the national projection
 * then costs what a web Mercator one costs.
 *
 * A plane belongs to a boundary set and a CRS, however the CRS is spelled; CRSs that differ in axis order alone share one.
 * Whoever takes a plane gives it back; planes in nobody's hands are let go, the longest unused first, when all together exceed
 * the budget. A CRS that does not work is remembered with its reason. All calls are safe from any thread. */
#ifndef EG_ENGINE_PROJECTED_H
#define EG_ENGINE_PROJECTED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "data/generation.h"
#include "geo/plane.h"
#include "geo/shapes.h"

#define EG_PROJECTED_MAX 96 /* planes and remembered failures; more at the same time in use are EG_BUSY */

struct eg_projected;

/* Makes the plane of a boundary set in a CRS. Called without any lock, from several threads at once for different pairs. */
typedef enum eg_status eg_projected_make_fn(void *context, uint32_t boundaries, const struct eg_crs_id *crs,
                                            struct eg_plane **plane_out, struct eg_error *err);

struct eg_projected_options {
    struct eg_generation *generation; /* outlives the planes */
    uint64_t budget_bytes;
    eg_projected_make_fn *make; /* NULL: eg_projected_by_proj */
    void *context;              /* for make; ignored without it */
};
EG_MUST_CHECK enum eg_status eg_projected_new(const struct eg_projected_options *options,
                                              struct eg_projected **projected_out, struct eg_error *err);
void eg_projected_free(struct eg_projected *projected); /* no plane in use; NULL is allowed */

/* The plane of a boundary set in a CRS in any spelling of eg_crs_parse (empty or EPSG:3857: the set's own), for the caller until
 * eg_projected_release. The first use of a pair makes it, a tenth of a second for a country of 33,000 areas; others who want
 * the same wait, those who want another do not. EG_INVALID or EG_UNSUPPORTED with field "crs" for a CRS that does not work;
 * said again, without trying, to those who ask later. */
EG_MUST_CHECK enum eg_status eg_projected_take(struct eg_projected *projected, uint32_t boundaries,
                                               struct eg_text crs, const struct eg_plane **plane_out,
                                               struct eg_error *err);
void eg_projected_release(struct eg_projected *projected, const struct eg_plane *plane); /* NULL is allowed */

/* The polygons behind a plane that the caller took and has not released yet; they live as long as it is not. The first use makes
 * them, 50 milliseconds for a country of 33,000 areas; others who want the same wait, all others do not. They count for the
 * budget and go with their plane; those of a set's own plane stay. EG_NO_MEMORY. */
EG_MUST_CHECK enum eg_status eg_projected_shapes(struct eg_projected *projected, uint32_t boundaries,
                                                 const struct eg_plane *plane,
                                                 const struct eg_shapes **shapes_out, struct eg_error *err);

/* Whether eg_projected_take would answer at once: the plane is there, or it is known that there is none. */
bool eg_projected_is_ready(struct eg_projected *projected, uint32_t boundaries, struct eg_text crs);

struct eg_projected_counters {
    uint32_t n_planes, n_in_use, n_failures;
    uint64_t bytes; /* of the planes and the polygons behind them */
    uint64_t n_made, n_let_go;
};
void eg_projected_count(struct eg_projected *projected, struct eg_projected_counters *counters_out);

/* The operation by which a set's borders go to a CRS ("EPSG:27700"): the one that its atlas names when that is the CRS of its source;
 * else empty: the usual one. */
struct eg_text eg_projected_operation(const struct eg_generation *generation, uint32_t boundaries,
                                      const char *crs);

/* The eg_projected_make_fn over PROJ; the context is the generation. A boundary set's own CRS is reached by the operation
 * that its atlas names, so that its borders come back to where the source has them. */
enum eg_status eg_projected_by_proj(void *context, uint32_t boundaries, const struct eg_crs_id *crs,
                                    struct eg_plane **plane_out, struct eg_error *err);

#endif
