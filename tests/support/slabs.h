/* What polygons cover twice and what they enclose, exactly: an oracle that shares nothing with the topology, neither its
 * graph of borders nor its arithmetic.
 *
 * Every corner and every crossing gives a meridian; between two of them that follow one another (a slab) no edges cross, and
 * those that span it, from south to north, part it into trapezoids. Which polygons cover a trapezoid is told by how many of
 * their edges lie south of it. Empty trapezoids of neighbouring slabs that share more than a point of the meridian between
 * them are one piece of empty ground. Meridians and latitudes are fractions of integers, so nothing is rounded: ground a
 * millionth of a square unit large counts like any other. */
#ifndef EG_TESTS_SUPPORT_SLABS_H
#define EG_TESTS_SUPPORT_SLABS_H

#include <stdint.h>

#include "geo/topology.h"

#define EG_TEST_SLABS_AREAS 32
#define EG_TEST_SLABS_REACH                                                                                  \
    1024 /* coordinates lie between minus this and this, so that fractions fit their integers */

struct eg_test_cover {
    uint32_t n_overlaps; /* pairs of areas that cover the same ground */
    uint32_t
        n_gaps; /* bounded pieces of empty ground; as no polygon has holes, two areas at least enclose each */
};

/* One ring for each area, which neither crosses nor touches itself. */
struct eg_test_cover eg_test_cover_of(const struct eg_rings *rings);

#endif
