/* Private to the files of feature info. */
#ifndef EG_HTTP_FEATURE_INFO_PARTS_H
#define EG_HTTP_FEATURE_INFO_PARTS_H

#include "base/arena.h"
#include "geo/plane.h"
#include "geo/shapes.h"
#include "http/feature_info.h"

/* One found area in one layer, in words. Absent texts have length 0. */
struct eg_info_feature {
    struct eg_layer_ref ref;
    uint32_t area;
    bool has_value;
    struct eg_text title; /* of the layer */
    struct eg_text code, name, parents, period, unit, source;
    struct eg_text state;        /* "suppressed (small numbers)" */
    struct eg_text value;        /* rounded as the atlas says, or a category; no unit */
    struct eg_text lower, upper; /* limits, rounded */
    struct eg_text class_label;
};

struct eg_info_writer {
    struct eg_snapshot *snapshot;
    const struct eg_feature_info_request *request;
    struct eg_arena *arena;
    struct eg_info_feature *features; /* [n_features] */
    uint32_t n_features;
};

/* Labels and texts of a feature, in order, for formats that list them. */
#define EG_INFO_FIELDS 10
struct eg_info_field {
    const char *label; /* "Period" */
    const char *name;  /* "period", for GML */
    struct eg_text text;
};
uint32_t eg_info_fields(const struct eg_info_writer *w, const struct eg_info_feature *feature,
                        struct eg_info_field fields_out[EG_INFO_FIELDS]);

const struct eg_series *eg_info_series(const struct eg_info_writer *w, const struct eg_info_feature *feature);

/* Borders of an area on a plane, at the detail that is told. The shape may be NULL: the box alone. Boxes and points are in grid
 * units. */
EG_MUST_CHECK enum eg_status eg_info_borders(const struct eg_info_writer *w,
                                             const struct eg_info_feature *feature,
                                             const struct eg_plane *plane, struct eg_shape *shape,
                                             struct eg_box *box_out, struct eg_error *err);

EG_MUST_CHECK enum eg_status eg_info_text(const struct eg_info_writer *w, struct eg_entity *entity_out,
                                          struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_info_html(const struct eg_info_writer *w, struct eg_entity *entity_out,
                                          struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_info_geojson(const struct eg_info_writer *w, struct eg_entity *entity_out,
                                             struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_info_gml(const struct eg_info_writer *w, struct eg_entity *entity_out,
                                         struct eg_error *err);

#endif
