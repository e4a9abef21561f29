/* Growing a struct eg_rings for tests: by hand, or from a file of real boundaries. */
#ifndef EG_TESTS_SUPPORT_RINGS_H
#define EG_TESTS_SUPPORT_RINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/grid.h"
#include "geo/topology.h"

/* Rings that grow; the capacities belong to the arrays of `rings`. Zeroed is empty. */
struct eg_test_rings {
    struct eg_rings rings;
    size_t rings_capacity;
    size_t points_capacity;
};

/* Begins a ring of the area; points are then added to it. Areas are counted by the highest number seen. */
void eg_test_rings_begin(struct eg_test_rings *made, uint32_t area, bool is_hole);
void eg_test_rings_point(struct eg_test_rings *made, struct eg_point point);
void eg_test_rings_clear(struct eg_test_rings *made);

/* Reads the polygons of a file's first layer (longitude and latitude in degrees) whose text field `key` begins with
 * `prefix`, one area a feature, on the web Mercator grid. The program ends with a message when the file cannot be read. */
void eg_test_rings_read(struct eg_test_rings *made, const char *path, const char *key, const char *prefix);

#endif
