/* Topologies made by hand, without eg_topology_build: by single arcs, or as a random clean coverage. */
#ifndef EG_TESTS_SUPPORT_TEST_ARCS_H
#define EG_TESTS_SUPPORT_TEST_ARCS_H

#include <stdint.h>

#include "geo/topology.h"
#include "support/test_random.h"

/* Rings stay empty: a plane does not read them. Arcs keep the order in which they are added, not Hilbert's. */
struct eg_test_arcs {
    struct eg_topology topology;
    size_t arc_capacity;
    size_t point_capacity;
};

void eg_test_arcs_init(struct eg_test_arcs *arcs, uint32_t n_areas);
void eg_test_arcs_clear(struct eg_test_arcs *arcs);
/* xy[2 * n]. Aborts when memory is refused. */
void eg_test_arcs_add(struct eg_test_arcs *arcs, uint32_t left, uint32_t right, const int32_t *xy,
                      uint32_t n);

/* A clean coverage of n_areas areas on side x side cells of `cell` units, the lower left corner at (0, 0): neighbouring cells
 * of one area merge, some cells belong to none, some hold an island of another area. Every border between two cells is a
 * wiggly arc of up to `vertices` inner vertices that crosses no other, if a cell has 60 units or more. */
struct eg_test_coverage {
    uint32_t side;
    int32_t cell;
    uint32_t n_areas;
    uint32_t vertices;
};
void eg_test_arcs_coverage(struct eg_test_arcs *arcs, struct eg_test_coverage shape,
                           struct eg_test_random *random);

#endif
