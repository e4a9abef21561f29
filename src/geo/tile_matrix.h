/* Tile matrix sets (OGC Two Dimensional Tile Matrix Set and Tile Set Metadata 2.0, 17-083r4): which ground each tile of a
 * pyramid covers. Read from the standard's JSON; immutable.
 *
 * Coordinates here are easting (or longitude) first, whatever the CRS's authority says; the JSON's own order is kept apart
 * in `northing_first`. Fixed sets only: matrices of variable width, and origins at the lower left, are EG_UNSUPPORTED. */
#ifndef EG_GEO_TILE_MATRIX_H
#define EG_GEO_TILE_MATRIX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "geo/crs.h"
#include "geo/grid.h"

#define EG_TILE_MATRICES_MAX 40

struct eg_tile_matrix {
    char id[32];
    double scale_denominator; /* of a standardised pixel of 0.28 mm */
    double cell_size;         /* CRS units a pixel */
    double left, top;         /* the corner of tile 0/0, CRS units */
    uint32_t tile_width, tile_height;
    uint32_t matrix_width, matrix_height; /* tiles */
};

struct eg_tile_matrix_set {
    char id[64]; /* "WebMercatorQuad" */
    char title[128];
    char uri[160]; /* empty: none */
    struct eg_crs_id crs_id;
    char crs[EG_CRS_NAME_BYTES];     /* "EPSG:27700", "OGC:CRS84" */
    char crs_uri[EG_CRS_NAME_BYTES]; /* "http://www.opengis.net/def/crs/EPSG/0/27700" */
    char well_known_scale_set[160];  /* URI, empty: none */
    bool northing_first;             /* of the CRS, and so of the corners in documents */
    bool geographic;                 /* units are degrees */
    bool has_area;                   /* whether it is known where on the earth the CRS serves: */
    struct eg_bounds area_deg;       /* as eg_crs_info's */
    uint32_t n_matrices;             /* from the coarsest to the finest */
    struct eg_tile_matrix matrices[EG_TILE_MATRICES_MAX];
    struct eg_text json; /* as published; lives as long as the set */
};

/* Reads a set. `file` names it in errors. EG_INVALID with line and column for what is no JSON, and with the member's path as
 * field ("tileMatrices[3].cellSize") for what is no tile matrix set, a CRS that PROJ does not know, numbers out of reason;
 * EG_LIMIT for more than EG_TILE_MATRICES_MAX matrices, tiles of more than 4096 pixels or matrices of more than 2^31 tiles a
 * side. Ids are of letters, digits, '.', '_', ':' and '-': they stand in addresses. */
EG_MUST_CHECK enum eg_status eg_tile_matrix_set_parse(struct eg_crs_context *proj, struct eg_text json,
                                                      const char *file, struct eg_tile_matrix_set **set_out,
                                                      struct eg_error *err);
void eg_tile_matrix_set_free(struct eg_tile_matrix_set *set); /* NULL is allowed */

/* The matrix of an id, or n_matrices. */
uint32_t eg_tile_matrix_find(const struct eg_tile_matrix_set *set, struct eg_text id);

/* The ground of a tile, in CRS units. */
struct eg_bounds eg_tile_matrix_bounds(const struct eg_tile_matrix *matrix, uint32_t column, uint32_t row);

/* Which tiles a box in CRS units meets; columns and rows within the matrix. Empty when it meets none. A box that reaches less
 * than a thousandth of a pixel into a tile does not meet it, so that a tile's own bounds give that tile alone. */
struct eg_tile_range {
    uint32_t min_column, min_row, max_column, max_row;
    bool empty;
};
struct eg_tile_range eg_tile_matrix_range(const struct eg_tile_matrix *matrix, struct eg_bounds bounds);

#endif
