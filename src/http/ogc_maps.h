/* What a request for a map of OGC API says, as far as it can be told before the worker looks at the ground. */
#ifndef EG_HTTP_OGC_MAPS_H
#define EG_HTTP_OGC_MAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/crs_list.h"
#include "engine/engine.h"

struct eg_ogc_map_request {
    struct eg_layer_name name;
    uint32_t boundaries;
    struct eg_map_request map;      /* its `names`, bounds and size are filled in when it is made */
    const struct eg_crs_entry *crs; /* of the picture */
    const struct eg_crs_entry *bbox_crs;
    bool has_box, by_accept;  /* by_accept: the form was chosen by the header */
    struct eg_bounds box;     /* in bbox_crs, easting first; in degrees its west may be east of its east */
    uint32_t width, height;   /* 0: not given */
    double scale_denominator; /* 0: not given */
};

#endif
