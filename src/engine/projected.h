/* Planes in other CRSs than EPSG:3857, made on first use and kept with the snapshot: a picture in the national projection
 * then costs what a web Mercator one costs. */
#ifndef EG_ENGINE_PROJECTED_H
#define EG_ENGINE_PROJECTED_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"
#include "data/generation.h"
#include "geo/plane.h"

#define EG_PROJECTED_MAX 64 /* planes kept a snapshot; a further CRS is EG_LIMIT */

struct eg_projected;

EG_MUST_CHECK enum eg_status eg_projected_new(struct eg_generation *generation,
                                              struct eg_projected **projected_out, struct eg_error *err);
void eg_projected_free(struct eg_projected *projected); /* NULL is allowed */

/* The plane of a boundary set in a CRS ("EPSG:27700"; empty or EPSG:3857: the set's own). Borrowed from the snapshot. The
 * first use of a pair computes it (about a second for a country) while uses of other pairs go on. EG_INVALID for an
 * unknown CRS. */
EG_MUST_CHECK enum eg_status eg_projected_plane(struct eg_projected *projected, uint32_t boundaries,
                                                struct eg_text crs, const struct eg_plane **plane_out,
                                                struct eg_error *err);

#endif
