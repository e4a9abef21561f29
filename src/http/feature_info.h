/* What lies at a place of a map: answers for WMS GetFeatureInfo and WMTS GetFeatureInfo alike. */
#ifndef EG_HTTP_FEATURE_INFO_H
#define EG_HTTP_FEATURE_INFO_H

#include <stdbool.h>

#include "engine/engine.h"
#include "http/answer.h"

enum eg_info_format { EG_INFO_TEXT, EG_INFO_HTML, EG_INFO_GEOJSON, EG_INFO_GML };
/* The format of a media type as clients write it ("application/json", "application/geo+json", "text/html; subtype=...",
 * "application/vnd.ogc.gml"), in any case; false for any other, GML 3's too. */
bool eg_info_format_of(struct eg_text media_type, enum eg_info_format *format_out);

struct eg_feature_info_request {
    const struct eg_layer_name *names; /* [n_names] in the order of the answer: the topmost first */
    uint32_t n_names;
    struct eg_text crs; /* of x and y, in any spelling; easting first; empty: EPSG:3857 */
    double x, y;
    double
        tolerance_units; /* where no area lies at the place itself: the nearest within this distance; 0: none */
    uint32_t
        most_features; /* FEATURE_COUNT, for each layer: 0 or more; areas of a layer do not overlap, so one is found */
    enum eg_info_format format;
    bool
        with_geometry; /* borders in GeoJSON (always longitude, latitude) and GML (in the request's CRS), in a detail of
                            about a two-thousandth of the area's size; boxes are there in any case */
    bool northing_first; /* how GML writes coordinates. QGIS reads easting first, whatever the CRS */
};

/* A document, also when nothing lies there: an empty collection, or a sentence. EG_NOT_FOUND with field "layer", "style" or "period" as
 * eg_layer_resolve; EG_INVALID and EG_UNSUPPORTED with field "crs". Values stand in text and HTML as the atlas rounds them, in the
 * others with all their digits; an area without a value has a state in words and no figure at all. */
EG_MUST_CHECK enum eg_status eg_feature_info(struct eg_snapshot *snapshot,
                                             const struct eg_feature_info_request *request,
                                             struct eg_entity *entity_out, struct eg_error *err);

/* Adds what an answer in this format needs: pages, which are shown in frames of others, load and run nothing. */
EG_MUST_CHECK enum eg_status eg_feature_info_add_headers(enum eg_info_format format, struct eg_answer *answer,
                                                         struct eg_error *err);

#endif
