/* OGC API - Features at /ogc/collections/{collectionId}/items: what was asked for. */
#ifndef EG_HTTP_OGC_FEATURES_H
#define EG_HTTP_OGC_FEATURES_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/collections.h"
#include "http/ogc_time.h"
#include "http/request.h"

#define EG_OGC_EQUALS 16U      /* parameters that are names of properties */
#define EG_OGC_USUAL_LIMIT 10U /* features on a page when nobody says how many */

enum eg_ogc_resource { EG_OGC_ITEMS, EG_OGC_ITEM, EG_OGC_QUERYABLES, EG_OGC_SCHEMA };

enum eg_ogc_format {
    EG_OGC_JSON, /* GeoJSON, or JSON Schema */
    EG_OGC_HTML,
    EG_OGC_CSV,
    EG_OGC_PLAIN_JSON /* the same as JSON, for clients that accept no more than application/json */
};

/* Texts point into the connection's target. Those of parameters that were not given are empty. */
struct eg_ogc_features_request {
    enum eg_ogc_resource resource;
    enum eg_ogc_format format;
    struct eg_collection collection;
    struct eg_text feature; /* of ITEM */
    struct eg_ogc_time time;
    struct eg_text bbox, bbox_crs, crs, properties, after, filter, filter_lang, filter_crs;
    bool skip_geometry;
    uint32_t limit;
    struct eg_parameter equals[EG_OGC_EQUALS]; /* [n_equals] whatever is no parameter of ours */
    uint32_t n_equals;
};

#endif
