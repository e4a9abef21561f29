/* From arcs to cells on processors that work on sixteen numbers at once. Private to the two files that add arcs to cells. */
#ifndef EG_RENDER_CELLS_WIDE_H
#define EG_RENDER_CELLS_WIDE_H

#include "render/cells.h"

/* What all do: one after the other, with the instructions of any processor. */
void eg_cells_add_narrow(struct eg_cells *cells, const struct eg_window *window,
                         const struct eg_plane_level *level, const struct eg_cells_arc *arcs, uint32_t n,
                         const struct eg_cells_table *table);

/* Whether this processor has the instructions (AVX-512, in the parts that every server has that has any of it). */
bool eg_cells_wide_works(void);
/* Adds the same numbers to the same cells; only where it works. */
void eg_cells_add_wide(struct eg_cells *cells, const struct eg_window *window,
                       const struct eg_plane_level *level, const struct eg_cells_arc *arcs, uint32_t n,
                       const struct eg_cells_table *table);

/* Of one, what the other needs: a segment within the window that leaves its cell ... */
void eg_cells_add_split(struct eg_cells *cells, struct eg_spot a, struct eg_spot b, eg_i16x8 d);
/* ... and n points of an arc, some outside of the window. */
void eg_cells_add_crossing(struct eg_cells *cells, const struct eg_window *window,
                           const struct eg_point *points, uint32_t n, eg_i16x8 d);

#endif
