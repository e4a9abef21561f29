/* What a thread needs for drawing, kept between pictures. Private to src/render. */
#ifndef EG_RENDER_SCRATCH_H
#define EG_RENDER_SCRATCH_H

#include <stddef.h>

#include "render/cells.h"
#include "render/fill.h"

struct eg_render_scratch {
    struct eg_cells cells;
    uint32_t *arcs; /* [n_arcs] of the largest plane so far */
    size_t arcs_capacity;
    int32_t *best;         /* [EG_CELLS_WIDTH * EG_CELLS_HEIGHT], when something was drawn aliased */
    uint8_t *number;       /* the same size */
    struct eg_rgba *plain; /* the same size, when a pattern was drawn */
    struct eg_rgba *inked; /* the same size, when a pattern was drawn */
    uint8_t *mask;         /* of an outline, zero between pictures */
};

/* Grows what all fills need, and makes room for the arcs of a plane. */
EG_MUST_CHECK enum eg_status eg_scratch_for_cells(struct eg_render_scratch *scratch, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_scratch_for_arcs(struct eg_render_scratch *scratch, uint32_t n_arcs,
                                                 struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_scratch_for_shares(struct eg_render_scratch *scratch, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_scratch_for_ink(struct eg_render_scratch *scratch, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_scratch_for_mask(struct eg_render_scratch *scratch, struct eg_error *err);

#endif
