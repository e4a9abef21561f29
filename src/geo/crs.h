/* Coordinate reference systems and transformations, over PROJ.
 *
 * One named operation serves each pair of CRSs. It is chosen once, when the transform is made, by a rule that does not
 * look at what is installed: never the network, never a grid file, ballpark transformations only when nothing else
 * exists; among the rest PROJ's own order. So the same atlas gives the same coordinates on every machine.
 *
 * A context and the transforms made from it belong to one thread at a time. */
#ifndef EG_GEO_CRS_H
#define EG_GEO_CRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "geo/grid.h"

struct eg_crs_context;
struct eg_transform;

EG_MUST_CHECK enum eg_status eg_crs_context_new(struct eg_crs_context **context_out, struct eg_error *err);
void eg_crs_context_free(struct eg_crs_context *context); /* after its transforms; NULL is allowed */

/* What a CRS is called, whichever way it was spelled. Two CRSs are the same when both texts are equal. */
struct eg_crs_id {
    char authority[16]; /* "EPSG"; for what OGC defines, CRS:84 too, "OGC" */
    char code[32];      /* "27700"; "CRS84" */
};
#define EG_CRS_NAME_BYTES 96 /* room for any spelling and its NUL */

/* Reads EPSG:27700, urn:ogc:def:crs:EPSG:[version]:27700, http(s)://www.opengis.net/def/crs/EPSG/0/27700,
 * http://www.opengis.net/gml/srs/epsg.xml#27700, [EPSG:27700], and CRS:84, CRS84, OGC:CRS84 and their URNs and addresses;
 * letter case does not matter. The codes that web Mercator had before it had one (EPSG:900913 and such) become EPSG:3857. Asks
 * neither PROJ nor the memory; whether there is such a CRS is for eg_crs_describe to say. EG_INVALID for anything else. */
EG_MUST_CHECK enum eg_status eg_crs_parse(struct eg_text name, struct eg_crs_id *id_out,
                                          struct eg_error *err);
enum eg_crs_form {
    EG_CRS_CODE,   /* EPSG:27700, OGC:CRS84 */
    EG_CRS_WMS,    /* EPSG:27700, CRS:84 */
    EG_CRS_URN,    /* urn:ogc:def:crs:EPSG::27700, urn:ogc:def:crs:OGC:1.3:CRS84 */
    EG_CRS_ADDRESS /* http://www.opengis.net/def/crs/EPSG/0/27700 */
};
void eg_crs_write(const struct eg_crs_id *id, enum eg_crs_form form, char name_out[EG_CRS_NAME_BYTES]);
bool eg_crs_equal(const struct eg_crs_id *a, const struct eg_crs_id *b);
/* Of CRSs that differ by the order of their axes alone, the one that stands for all: EPSG:4326 for OGC:CRS84. As pictures are
 * always drawn easting first, they are the same picture. */
struct eg_crs_id eg_crs_drawn_as(struct eg_crs_id id);

struct eg_crs_info {
    char id[64]; /* "EPSG:27700", "OGC:CRS84"; empty when the CRS has no authority code */
    char name[128];
    char unit[32];       /* of the first axis: "metre", "degree", "US survey foot" */
    bool geographic;     /* coordinates are degrees */
    bool northing_first; /* the authority's axis order is north, east */
    double
        metres_per_unit; /* for geographic CRSs: one degree of latitude, 111319.49, as OGC's scale denominators want */
    bool has_area;
    struct eg_bounds
        area_deg; /* area of use: west (greater than east across the antimeridian), south, east, north */
    char area_name[256]; /* "United Kingdom (UK) - offshore to boundary of UKCS ..."; cut where longer */
};

/* What is this CRS? `definition`: "EPSG:27700", "CRS:84", "OGC:CRS84", a URN, or WKT. EG_INVALID when PROJ does not
 * know it. */
EG_MUST_CHECK enum eg_status eg_crs_describe(struct eg_crs_context *context, struct eg_text definition,
                                             struct eg_crs_info *info_out, struct eg_error *err);

/* From one CRS to another, both in visible axis order (easting or longitude first, degrees or the CRS's unit).
 * `operation`: an authority code such as "EPSG:1314" to force the datum operation, or empty for the rule above.
 * EG_UNSUPPORTED when no operation exists. */
EG_MUST_CHECK enum eg_status eg_transform_new(struct eg_crs_context *context, struct eg_text from,
                                              struct eg_text to, struct eg_text operation,
                                              struct eg_transform **transform_out, struct eg_error *err);
void eg_transform_free(struct eg_transform *transform); /* NULL is allowed */

/* Transforms xy[2*n] in place. A point that does not project becomes (HUGE_VAL, HUGE_VAL); returns how many did not.
 * About 0.1 to 1 microsecond a point; the pair longitude/latitude -> EPSG:3857 on WGS 84 takes a closed form. */
size_t eg_transform_points(struct eg_transform *transform, double *xy, size_t n);
/* The same operation backwards. */
size_t eg_transform_points_inverse(struct eg_transform *transform, double *xy, size_t n);

/* The box around a box in the other CRS: holds all of it that projects, with a small margin. Easting first on both sides. Some
 * 1,000 points. EG_UNSUPPORTED when nothing of it projects. */
EG_MUST_CHECK enum eg_status eg_transform_bounds(struct eg_transform *transform, struct eg_bounds from,
                                                 struct eg_bounds *to_out, struct eg_error *err);

/* The operation's name and stated accuracy ("OSGB36 to WGS 84 (6)", 2 m); accuracy_m < 0 when not stated. Valid while
 * the transform lives. */
const char *eg_transform_name(const struct eg_transform *transform);
double eg_transform_accuracy_m(const struct eg_transform *transform);

/* Longitude/latitude (WGS 84 degrees) to EPSG:3857 metres and back, without PROJ; latitude is clamped to +-85.0511. */
void eg_mercator_forward(double lon_deg, double lat_deg, double *x_m_out, double *y_m_out);
void eg_mercator_inverse(double x_m, double y_m, double *lon_deg_out, double *lat_deg_out);

/* Geodesic distance on WGS 84 in metres (Karney's algorithm, as in PROJ's geodesic.h). */
double eg_geodesic_distance_m(double lon1_deg, double lat1_deg, double lon2_deg, double lat2_deg);

#endif
