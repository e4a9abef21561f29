/* From what somebody types to an area of the atlas's boundaries. */
#ifndef EG_ENGINE_PLACE_NAME_H
#define EG_ENGINE_PLACE_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "engine/snapshot.h"

#define EG_PLACE_OTHERS 6U

struct eg_place_area {
    uint32_t boundaries, area;
};

struct eg_place_name {
    bool found;
    struct eg_place_area area;
    bool has_position; /* an area without extent has none */
    double lon_deg, lat_deg;
    /* Others that it could mean; or, when none is found, those whose names begin with the text. */
    struct eg_place_area others[EG_PLACE_OTHERS];
    uint32_t n_others;
};

/* An area's code, "{boundaries}:{code}", or its name or the first words of it, whatever its letter case and marks. Of several areas
 * that of the set with the fewest areas is taken: a town before a neighbourhood. The position lies within the area. EG_NO_MEMORY; EG_INVALID
 * for wrong UTF-8. Names are looked through: some 50 ns each. */
EG_MUST_CHECK enum eg_status eg_place_name_find(const struct eg_snapshot *snapshot, struct eg_text text,
                                                struct eg_place_name *place_out, struct eg_error *err);

#endif
