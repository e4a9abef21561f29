/* Borders of some ground as loose edges: its middle, and whether it shares ground with another.
 *
 * Even-odd: a point is inside when the line from it to the east crosses an odd number of edges. So edges may come in any order and
 * direction, rings may hold one another or cross, and arcs of a plane serve as well as a polygon's rings; what matters is that the edges
 * close. Coordinates are those of one grid. */
#ifndef EG_GEO_OUTLINE_H
#define EG_GEO_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "geo/grid.h"
#include "geo/plane.h"

struct eg_outline_edge {
    struct eg_point a, b;
};

/* Begins as zeros; clear it in any case. */
struct eg_outline {
    struct eg_outline_edge *edges;
    size_t n, capacity;
    struct eg_box box; /* of the edges, where there are any */
};

/* An edge without length adds nothing. False: no memory. */
bool eg_outline_add(struct eg_outline *outline, struct eg_point a, struct eg_point b);
/* The full borders of an area of a plane; `box` is the area's. EG_NO_MEMORY. */
EG_MUST_CHECK enum eg_status eg_outline_add_area(struct eg_outline *outline, const struct eg_plane *plane,
                                                 uint32_t area, struct eg_box box, struct eg_error *err);
void eg_outline_clear(struct eg_outline *outline);

/* A point well within: the middle of the widest stretch half a unit above half of the height, where no vertex lies. *found_out is false
 * for what has no extent. EG_NO_MEMORY. */
EG_MUST_CHECK enum eg_status eg_outline_middle(const struct eg_outline *outline, bool *found_out,
                                               double *x_out, double *y_out, struct eg_error *err);

/* Whether a spot lies inside both, at least `clear` from every edge of both: whether a circle of that radius fits in what they share.
 * clear >= 64 units of the grid; a circle that fits by less than a sixteenth of its radius may be missed. Time goes with the edges, and
 * with the length of borders that run along one another in steps of `clear`: some microseconds for neighbourhoods, some milliseconds for
 * districts that meet along their borders. EG_NO_MEMORY. */
EG_MUST_CHECK enum eg_status eg_outline_share(const struct eg_outline *one, const struct eg_outline *other,
                                              double clear, bool *share_out, struct eg_error *err);

#endif
