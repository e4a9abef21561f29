/* Private to the features: what the parts share. Properties and values are in features.c, geometry in features_meet.c, selection in
 * features_select.c, text in features_write.c and features_csv.c. */
#ifndef EG_ENGINE_FEATURES_PARTS_H
#define EG_ENGINE_FEATURES_PARTS_H

#include "engine/features.h"
#include "engine/geometry_text.h"
#include "geo/shapes.h"

/* Where a property's values come from. */
enum eg_column_kind {
    EG_COLUMN_CODE,
    EG_COLUMN_NAME,
    EG_COLUMN_PARENT, /* number: a boundary set */
    EG_COLUMN_VALUE,
    EG_COLUMN_STATE,
    EG_COLUMN_PERIOD,
    EG_COLUMN_COMPANION, /* number: a bit of enum eg_companion */
    EG_COLUMN_FICTIONAL,
    EG_COLUMN_ENTRY_ID,
    EG_COLUMN_ENTRY_KIND,
    EG_COLUMN_ENTRY_FIELD, /* number: an enum eg_entry_field */
    EG_COLUMN_ENTRY_DIRECTORY
};

struct eg_column {
    enum eg_column_kind kind;
    uint32_t number;
    const struct eg_series *series; /* of VALUE to COMPANION */
};

/* An area's rings in degrees, as a filter has its own. */
struct eg_area_rings {
    uint32_t feature; /* whose they are; UINT32_MAX: nobody's */
    struct eg_shape shape;
    double *lonlat;
    uint32_t *part_start;
    size_t lonlat_capacity, part_capacity;
    struct eg_filter_shape rings;
};

struct eg_features {
    struct eg_snapshot *snapshot;
    struct eg_collection collection;
    struct eg_arena *arena;
    const struct eg_area_set *set;    /* of areas, or NULL */
    const struct eg_entries *entries; /* of entries, or NULL */
    uint32_t n;
    struct eg_properties properties;
    struct eg_column *columns; /* [properties.n] */
    struct eg_buffer topics;   /* of the entry last asked for */
    enum eg_status failed;
    /* features_meet.c */
    const struct eg_shapes *shapes; /* found on first use */
    bool has_last;
    struct eg_bounds last_deg; /* of the shape last asked for */
    struct eg_box last_box;    /* the same on the grid */
    struct eg_area_rings area;
    uint32_t *edges; /* of a shape near an area; the first of its two points */
    size_t edges_capacity;
    uint64_t work; /* steps of geometry taken, for budgets */
};

/* As eg_features_value, but a text that is no date stays a text where dates are expected: for showing. */
struct eg_value eg_features_shown(struct eg_features *features, uint32_t feature, uint32_t property);

/* The area's polygons on its plane's grid, in features->area.shape. */
EG_MUST_CHECK enum eg_status eg_features_shape(struct eg_features *features, uint32_t feature,
                                               struct eg_error *err);

struct eg_features_writer {
    struct eg_features *features;
    struct eg_features_form form;
    uint32_t *properties; /* [n_properties] */
    uint32_t n_properties;
    bool by_name; /* they were asked for */
    struct eg_crs_context *proj;
    struct eg_transform *transform; /* from EPSG:3857; NULL: degrees or EPSG:3857 itself */
    struct eg_geometry_writer geometry;
    struct eg_buffer text; /* of a geometry */
};

/* Appends the geometry; tells whether there is one. features_geometry.c */
EG_MUST_CHECK enum eg_status eg_features_write_geometry(struct eg_features_writer *writer, uint32_t feature,
                                                        const struct eg_geometry_notation *notation,
                                                        struct eg_buffer *out, bool *has_out,
                                                        struct eg_error *err);

#endif
