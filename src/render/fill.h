/* Choropleth fill by colour accumulation along arcs: no polygon is ever painted, no seam can exist.
 *
 * Every arc adds (colour(left) - colour(right)) times its exact signed coverage in each cell it passes; one prefix sum a
 * row gives the picture. All sums are integers modulo 2^32, so the shares of a pixel add up to exactly one. What lies to
 * the left of the picture is replaced by the arcs along the line of its upper edge and the crossings of its left edge.
 *
 * Exact: the covered area, in 1/256 pixel coordinates; and any part of a picture is, pixel for pixel, what a wider picture
 * shows there at the same level of detail, if the two corners differ by whole pixels without rounding, as in a tile
 * pyramid. Approximate: a vertex, and where a border crosses from pixel to pixel, is rounded to 1/256 pixel (largest
 * difference seen on random meshes: 1.2 of 255); a level of detail may let two arcs cross by less than a pixel (sums are
 * clamped to 0..255, and to alpha; where the alphas of areas that overlap add up to more than 255, all channels are made less by the same
 * factor).
 *
 * Time: some fifteen nanoseconds for each arc in the picture between unlike paints, about one for others. England's
 * 32,844 neighbourhoods in deciles, 256-pixel tile, one thread: 1.5 ms at zoom 5, 0.14 at 8, 0.08 at 10, 0.03 at 12,
 * 0.013 at 14 (medians; tests/bench/bench_fill.c). */
#ifndef EG_RENDER_FILL_H
#define EG_RENDER_FILL_H

#include <stdbool.h>

#include "base/error.h"
#include "geo/plane.h"
#include "render/canvas.h"
#include "render/pattern.h"

/* Working memory of one thread, grown as needed and kept. */
struct eg_render_scratch;
struct eg_render_scratch *eg_render_scratch_new(void);          /* NULL when memory is refused */
void eg_render_scratch_free(struct eg_render_scratch *scratch); /* NULL is allowed */

/* How each paint number is drawn: colour, and where a pattern is laid over it the ink. Both premultiplied. */
struct eg_paint {
    struct eg_rgba colour;
    enum eg_pattern pattern;
    struct eg_rgba ink; /* the colour of the pattern's strokes, already composed over `colour` */
};

struct eg_fill {
    const struct eg_plane *plane;
    const uint8_t *area_paint;     /* [plane->n_areas]: index into paints */
    const struct eg_paint *paints; /* [n_paints], at most 255 */
    uint32_t n_paints;
    struct eg_rgba outside; /* premultiplied; what lies in no area */
    bool
        aliased; /* every pixel wholly the paint that covers most of it (ties: the lowest number; outside last) */
};

/* Writes every pixel of the canvas (view and canvas have the same size). EG_NO_MEMORY only, the canvas untouched. A scratch
 * grows to 1 MB and four bytes for each arc of the largest plane; nothing is allocated once it has grown. */
EG_MUST_CHECK enum eg_status eg_fill_draw(struct eg_render_scratch *scratch, const struct eg_view *view,
                                          const struct eg_fill *fill, struct eg_canvas *canvas,
                                          struct eg_error *err);

/* The same for some rows alone, each of which gets the bytes that it has in the whole picture: so that several threads, each
 * with a scratch of its own, draw one canvas together. */
EG_MUST_CHECK enum eg_status eg_fill_draw_rows(struct eg_render_scratch *scratch, const struct eg_view *view,
                                               const struct eg_fill *fill, struct eg_rows rows,
                                               struct eg_canvas *canvas, struct eg_error *err);

#endif
