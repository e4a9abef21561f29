/* Which area of a boundary set lies at a place of a map. */
#ifndef EG_ENGINE_IDENTIFY_H
#define EG_ENGINE_IDENTIFY_H

#include "engine/snapshot.h"

/* The area at (x, y) in a CRS that the atlas allows (any spelling; empty: EPSG:3857), easting first, on the very borders that
 * maps in this CRS are drawn from; else the one whose border is nearest within `tolerance` (in the CRS's units); else
 * EG_NO_AREA, also for coordinates that are no numbers or lie beyond the CRS. EG_INVALID or EG_UNSUPPORTED with field "crs". The
 * first use of a CRS projects the borders, as the first map does; afterwards some microseconds. */
EG_MUST_CHECK enum eg_status eg_identify(const struct eg_snapshot *snapshot, uint32_t boundaries,
                                         struct eg_text crs, const double xy[2], double tolerance,
                                         uint32_t *area_out, struct eg_error *err);

#endif
