/* Areas with long, wavy outlines in rows and columns, for tests and benches of what asks for distances to outlines; always the same. */
#ifndef EG_TESTS_SUPPORT_ROUND_AREAS_H
#define EG_TESTS_SUPPORT_ROUND_AREAS_H

#include "data/atlas.h"
#include "data/generation.h"

struct eg_round_areas {
    struct eg_atlas *atlas; /* with boundaries "round" alone */
    struct eg_generation *generation;
    uint32_t columns, rows;
    struct eg_bounds box_deg;
};

/* The box is shared out among columns times rows of areas, each of `corners` around the middle of its cell. Written below build/. False when it
 * cannot be made. */
bool eg_round_areas_open(struct eg_bounds box_deg, uint32_t columns, uint32_t rows, uint32_t corners,
                         struct eg_round_areas *areas_out);
void eg_round_areas_close(struct eg_round_areas *areas);

/* The middle of the cell that a position is in or, from outside, the nearest to it; returns the number of its area. */
uint32_t eg_round_areas_at(const struct eg_round_areas *areas, double lon_deg, double lat_deg,
                           double middle_deg_out[2]);

#endif
