/* What must hold for any topology, whatever it was made from. */
#ifndef EG_TESTS_SUPPORT_TOPOLOGY_CHECK_H
#define EG_TESTS_SUPPORT_TOPOLOGY_CHECK_H

#include <stdint.h>

#include "geo/topology.h"

/* NULL when the arrays are consistent, otherwise what is wrong: every index in range; arcs with two points or more, none
 * repeated in a row, the left side owned; rings closed chains of arcs; each owned side of each arc in exactly one ring of
 * its owner. From the last two it follows that sums of (left - right) around any point telescope. */
const char *eg_test_topology_fault(const struct eg_topology *topology);

/* Twice the signed area that an area covers, summed over its arcs; exact while it fits. */
int64_t eg_test_topology_area2(const struct eg_topology *topology, uint32_t area);
/* The same over the input's rings, shells positive and holes negative. */
int64_t eg_test_rings_area2(const struct eg_rings *rings, uint32_t area);

#endif
