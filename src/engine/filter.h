/* Filters: conditions over a feature's properties and geometry, as OGC's Common Query Language writes them (CQL2, 21-065r2:
 * basic CQL2, advanced comparison operators (LIKE, BETWEEN, IN), CASEI, ACCENTI, S_INTERSECTS with any literal geometry,
 * property-property comparisons).
 *
 * Two notations give one tree: CQL2-text and CQL2-JSON. A tree is checked once against the properties that there are (names
 * and types), then evaluated for each feature without allocating. Null is neither true nor false: a condition over a value
 * that is absent is unknown, and unknown is not selected, also under NOT. The geometry is called "geometry". */
#ifndef EG_ENGINE_FILTER_H
#define EG_ENGINE_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "geo/crs.h"
#include "geo/grid.h"

#define EG_FILTER_BYTES 8192U  /* of a filter's text */
#define EG_FILTER_NODES 512U   /* conditions and the words that join them; an IN list is one */
#define EG_FILTER_DEPTH 128U   /* of parentheses, NOT and functions; QGIS nests a chain of OR once a term */
#define EG_FILTER_POINTS 2000U /* of its geometries together */
#define EG_FILTER_FOLD_BYTES 4096U /* of a value, folded: CASEI and ACCENTI compare no more of it */

enum eg_value_type { EG_VALUE_NULL, EG_VALUE_TEXT, EG_VALUE_NUMBER, EG_VALUE_BOOL, EG_VALUE_DATE };

/* A value of a property. Dates are texts "2019" to "2019-03-29T12:00:00Z" (UTC), compared at the coarser one's granularity: any
 * day of March 2019 equals "2019-03" and "2019". */
struct eg_value {
    enum eg_value_type type;
    struct eg_text text; /* TEXT, DATE */
    double number;       /* NUMBER */
    bool is;             /* BOOL */
};

/* What a property is called and holds. */
struct eg_property {
    struct eg_text name, title, description, unit; /* absent but for the name: not stated */
    enum eg_value_type type;                       /* NULL: nothing is known; any comparison is allowed */
    bool is_integer;
    bool hidden_by_default; /* given only when asked for by name */
};

struct eg_properties {
    const struct eg_property *items; /* [n] */
    uint32_t n;
};
/* Index of a name, or n. Names are compared as they are, case included. */
uint32_t eg_properties_find(const struct eg_properties *properties, struct eg_text name);

/* A geometry of a filter, in WGS 84 longitude and latitude; never empty. */
enum eg_filter_shape_kind { EG_FILTER_POINTS_KIND, EG_FILTER_LINES_KIND, EG_FILTER_POLYGONS_KIND };
struct eg_filter_shape {
    enum eg_filter_shape_kind kind;
    const double *lonlat;       /* [2 * part_start[n_parts]] */
    uint32_t n_parts;           /* points, lines or rings; rings are closed and taken even-odd */
    const uint32_t *part_start; /* [n_parts + 1], from 0 */
    struct eg_bounds box_deg;
};

struct eg_filter;

enum eg_filter_language { EG_FILTER_CQL2_TEXT, EG_FILTER_CQL2_JSON };

struct eg_filter_source {
    struct eg_text text;
    enum eg_filter_language language;
    bool
        northing_first; /* coordinates of its geometries are northing or latitude first (filter-crs EPSG:4326) */
    /* From their CRS to degrees, easting first; NULL: they are WGS 84 degrees. Edges of lines and polygons run straight in
     * longitude and latitude between the vertices given; those of a BBOX follow the CRS. */
    struct eg_transform *to_degrees;
    const struct eg_bounds
        *reach; /* where the features lie, in that CRS: a BBOX is cut to it. NULL: it is not */
};

/* The box that holds all of a box of degrees in the CRS of `to_degrees`, with a margin. A projection is made for a part of the Earth, and
 * far from it folds: a box that is larger than the features is, so cut, as good as one that is not, and harmless. False where the box
 * of degrees does not come back from the CRS as it went there, or crosses the antimeridian. */
bool eg_filter_reach(struct eg_transform *to_degrees, struct eg_bounds degrees, struct eg_bounds *reach_out);

/* Parses and checks. Field is "filter" in every error. EG_INVALID with the place in the message ("at character 14", "at
 * /args/1"); EG_LIMIT for what is too large or too deep; EG_UNSUPPORTED for what CQL2 has and this has not, naming it. The
 * filter keeps nothing of source and properties. Immutable: any number of threads may use it. Free with eg_filter_free. */
EG_MUST_CHECK enum eg_status eg_filter_parse(const struct eg_filter_source *source,
                                             const struct eg_properties *properties,
                                             struct eg_filter **filter_out, struct eg_error *err);
void eg_filter_free(struct eg_filter *filter); /* NULL is allowed */

/* Where the values of one feature come from. */
struct eg_filter_feature {
    const void *context;
    /* A value of the property's type, or NULL. Its text has to last until the filter has answered. */
    struct eg_value (*value)(const void *context, uint32_t property);
    /* Whether its geometry has a point in common with the shape. Not called without a geometry. */
    bool (*intersects)(const void *context, const struct eg_filter_shape *shape);
    bool (*has_geometry)(const void *context); /* NULL: each has one */
};
/* Whether the filter is true of the feature; false where it is false or unknown. Time goes with the conditions; those of AND and
 * OR are taken in their order, until the answer is known. */
bool eg_filter_holds(const struct eg_filter *filter, const struct eg_filter_feature *feature);

#endif
