/* The coverage mask of an outline in one window: 0 to 255 a pixel, strokes combined by the larger value. Private to
 * src/render. */
#ifndef EG_RENDER_MASK_H
#define EG_RENDER_MASK_H

#include <stdbool.h>

#include "render/window.h"

#define EG_MASK_WIDTH 512U
#define EG_MASK_HEIGHT 512U
#define EG_MASK_PITCH (EG_MASK_WIDTH + 4) /* strokes write four pixels at a time */
#define EG_MASK_BYTES ((size_t)EG_MASK_PITCH * EG_MASK_HEIGHT)

struct eg_mask {
    uint8_t *bytes; /* zero between windows */
    int32_t width, height;
    float half_width_px;
    bool aliased;
    /* Touched columns of each row; none when first > last. */
    int32_t first[EG_MASK_HEIGHT], last[EG_MASK_HEIGHT];
};

/* How far from a stroke's middle line it may touch a pixel's centre. */
static inline float eg_mask_reach_px(const struct eg_mask *mask)
{
    return mask->aliased ? mask->half_width_px : mask->half_width_px + 0.5F;
}

/* Empties the record of touched columns; the bytes are zero already. */
void eg_mask_begin(struct eg_mask *mask, uint32_t width, uint32_t height);

/* Strokes from a to b, round at both ends. */
void eg_mask_stroke(struct eg_mask *mask, const struct eg_vertex *a, const struct eg_vertex *b);

#endif
