/* Features: areas with their values, and entries of the directory, one by one and in a stable order. What stands behind OGC API
 * - Features, feature information of WMS and WMTS, CSV, and the attributes of vector tiles.
 *
 * A layer's features are the areas of its boundary set with its indicator in one period; a boundary set's the areas with the latest
 * value of every indicator. Areas come in the order of their codes, entries (grants too) in that of their ids. */
#ifndef EG_ENGINE_FEATURES_H
#define EG_ENGINE_FEATURES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/json.h"
#include "engine/collections.h"
#include "engine/filter.h"
#include "engine/layer.h"
#include "engine/snapshot.h"

/* --- reading ------------------------------------------------------------------------------------------------------- */

/* A collection made ready for reading: its properties, and a layer's period. For one thread at a time; the snapshot has to
 * outlive it. */
struct eg_features;

/* `period`: of a layer; empty: the latest. EG_NOT_FOUND with field "period". Some microseconds a property. */
EG_MUST_CHECK enum eg_status eg_features_open(struct eg_snapshot *snapshot, struct eg_collection collection,
                                              struct eg_text period, struct eg_features **features_out,
                                              struct eg_error *err);
void eg_features_close(struct eg_features *features); /* NULL is allowed */

const struct eg_properties *eg_features_properties(const struct eg_features *features);
uint32_t eg_features_count(const struct eg_features *features);
/* The feature of an id (an area's code, an entry's UUID in any letter case), or the count. */
uint32_t eg_features_find(const struct eg_features *features, struct eg_text id);
struct eg_text eg_features_id(const struct eg_features *features, uint32_t feature);
/* A suppressed or missing value is EG_VALUE_NULL, and its "state" says why; companions of a suppressed value are null, too.
 * A text lives until the next call for the same property. */
struct eg_value eg_features_value(struct eg_features *features, uint32_t feature, uint32_t property);
/* Its extent, degrees; false for an entry without position and an area without ground. */
bool eg_features_box_deg(const struct eg_features *features, uint32_t feature, struct eg_bounds *box_out);

/* Whether the geometry has a point in common with the shape, borders included: polygons, not their boxes, with edges that run
 * straight in longitude and latitude. False without a geometry, and where memory is refused: eg_features_failed tells. Some
 * 10 ns for an area whose box is off; microseconds where a border of the shape runs through the area's box. */
bool eg_features_intersects(struct eg_features *features, uint32_t feature,
                            const struct eg_filter_shape *shape);
/* EG_NO_MEMORY when an answer could not be found since the features were opened. */
EG_MUST_CHECK enum eg_status eg_features_failed(const struct eg_features *features, struct eg_error *err);

/* --- selecting ----------------------------------------------------------------------------------------------------- */

/* What is asked of a collection. */
struct eg_features_query {
    bool has_bbox;
    struct eg_bounds bbox; /* easting first; of degrees, west > east crosses the antimeridian */
    struct eg_transform *bbox_to_degrees; /* NULL: they are WGS 84 degrees */
    const struct eg_bounds *bbox_reach;   /* see struct eg_filter_source */
    const struct eg_filter *filter;       /* NULL: none */
    /* property = text, all of which must hold; of numbers the text is parsed */
    const struct eg_features_equal {
        uint32_t property;
        struct eg_text text;
    } * equals;
    uint32_t n_equals;
    /* The id of the last feature of the page before; empty: from the start. An id that is no longer there will do. */
    struct eg_text after;
    uint32_t limit;
    uint32_t budget_ms; /* 0: as long as it takes */
};
struct eg_features_page {
    uint32_t *features; /* [n], in the arena */
    uint32_t n;
    uint64_t n_matched; /* of the whole collection */
    bool more;          /* there is a next page */
};
/* EG_INVALID with field "bbox" or the property's name; EG_LIMIT when the budget does not do, with field "filter", or "bbox" where
 * there is no filter. Without conditions the cost is that of the page, else of a look at every feature: 33,000 areas in a box
 * take half a millisecond. */
EG_MUST_CHECK enum eg_status eg_features_select(struct eg_features *features,
                                                const struct eg_features_query *query, struct eg_arena *arena,
                                                struct eg_features_page *page_out, struct eg_error *err);

/* --- writing ------------------------------------------------------------------------------------------------------- */

/* How features are written. */
struct eg_features_form {
    struct eg_text crs;  /* of the coordinates, one of the snapshot's list; empty: CRS84 */
    bool northing_first; /* coordinates as the CRS's authority orders them */
    bool skip_geometry;
    const uint32_t *properties; /* [n_properties] in this order; NULL: all that are not hidden by default */
    uint32_t n_properties;
};

/* Writes features of one collection in one form. It points into both; the form's property list is copied. For one thread at a
 * time. A CRS other than CRS84, EPSG:4326 and EPSG:3857 costs some 10 ms here. EG_INVALID with field "crs". */
struct eg_features_writer;
EG_MUST_CHECK enum eg_status eg_features_writer_new(struct eg_features *features,
                                                    const struct eg_features_form *form,
                                                    struct eg_features_writer **writer_out,
                                                    struct eg_error *err);
void eg_features_writer_free(struct eg_features_writer *writer); /* NULL is allowed */

/* Appends the members of a GeoJSON Feature, without the braces around them: "type", "id", "geometry" and "properties".
 * Coordinates have 7 decimals in degrees, 2 in metres; polygons are at full detail, their shells anticlockwise in easting and
 * northing. A geometry that does not project is null. */
EG_MUST_CHECK enum eg_status eg_features_write(struct eg_features_writer *writer, uint32_t feature,
                                               struct eg_buffer *out, struct eg_error *err);
/* The same into a document: an element of an array, or a member where name is not NULL. */
EG_MUST_CHECK enum eg_status eg_features_write_json(struct eg_features_writer *writer, uint32_t feature,
                                                    struct eg_json *json, struct eg_json_value *into,
                                                    const char *name, struct eg_error *err);
/* CSV (RFC 4180, CRLF): the head, "id", the properties and, unless skipped, "geometry" as WKT; and a row. A text that a
 * spreadsheet would take for a formula is given an apostrophe. */
EG_MUST_CHECK enum eg_status eg_features_write_csv_head(struct eg_features_writer *writer,
                                                        struct eg_buffer *out, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_features_write_csv_row(struct eg_features_writer *writer, uint32_t feature,
                                                       struct eg_buffer *out, struct eg_error *err);

#endif
