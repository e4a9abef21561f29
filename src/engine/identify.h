/* Which area of a boundary set lies at a place of a map. */
#ifndef EG_ENGINE_IDENTIFY_H
#define EG_ENGINE_IDENTIFY_H

#include "engine/snapshot.h"

struct eg_identify_request {
    uint32_t boundaries;
    struct eg_text crs; /* one that the atlas allows, in any spelling; empty: EPSG:3857 */
    double x, y;        /* in its units, easting first */
    double tolerance_units;
};

/* The area at the place, on the very borders that maps in this CRS are drawn from; else the one whose border is nearest within
 * the tolerance; else EG_NO_AREA, also for coordinates that are no numbers or lie beyond the CRS. EG_INVALID or EG_UNSUPPORTED
 * with field "crs". The first use of a CRS projects the borders, as the first map does; afterwards some microseconds. */
EG_MUST_CHECK enum eg_status eg_identify(const struct eg_snapshot *snapshot,
                                         const struct eg_identify_request *request, uint32_t *area_out,
                                         struct eg_error *err);

#endif
