/* Planes made by hand for tests of drawing: a lattice of areas whose corners are shaken and whose borders wind, with as
 * many levels of detail as halvings of the borders' bends. Borders may cross when the mesh is rough, as simplified ones
 * may; areas stay closed. */
#ifndef EG_TESTS_SUPPORT_TEST_PLANE_H
#define EG_TESTS_SUPPORT_TEST_PLANE_H

#include <stdint.h>

#include "geo/plane.h"
#include "support/test_random.h"

struct eg_test_mesh {
    uint32_t columns, rows; /* area number = row * columns + column, rows counted from the south */
    int32_t cell;           /* grid units */
    struct eg_point origin; /* south-west corner before it is shaken */
    uint32_t bends_log2;    /* a border has 2^bends_log2 segments at level 0, one at level bends_log2 */
    double shake;           /* of the inner corners, in cells; 0.3 keeps lattices clean */
    double roughness;       /* of the borders: 0 straight, 0.15 clean, 1 wild */
    double gaps;            /* share of the areas that are left out */
};

/* The plane of a mesh. Ends the test program when memory is short. Free with eg_test_plane_free. */
struct eg_plane *eg_test_plane_mesh(const struct eg_test_mesh *mesh, struct eg_test_random *random);

/* A plane of closed arcs, one ring each: area i lies within points[ring_start[i]] .. points[ring_start[i+1] - 1], counter
 * clockwise with y to the north, not repeated at the end. Rings may overlap. */
struct eg_plane *eg_test_plane_rings(const struct eg_point *points, const uint32_t *ring_start,
                                     uint32_t n_areas);

void eg_test_plane_free(struct eg_plane *plane);

/* The part of `area` within box (x0, y0, x1, y1), square grid units: a second opinion on coverage, in double precision and
 * without any rounding to pixels. */
double eg_test_plane_area_within(const struct eg_plane *plane, uint32_t level, uint32_t area,
                                 const double box[4]);

#endif
