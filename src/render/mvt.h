/* Mapbox Vector Tiles 2.1 out: one layer a tile, polygons only.
 *
 * Protocol buffers by hand: a tile is a handful of field types made of varints and bytes. Values are pooled within the layer as
 * the format wants it, keys are named once. */
#ifndef EG_RENDER_MVT_H
#define EG_RENDER_MVT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"
#include "geo/shapes.h"

#define EG_MVT_EXTENT 4096
#define EG_MVT_BUFFER 64 /* units beyond the tile's edge that are kept, so that outlines meet */

/* Working memory of one thread, grown as needed and kept. */
struct eg_mvt;
struct eg_mvt *eg_mvt_new(void);      /* NULL when memory is refused */
void eg_mvt_free(struct eg_mvt *mvt); /* NULL is allowed */

/* A tile's ground on the plane's grid, in units that may lie between grid points. */
struct eg_mvt_tile {
    struct eg_text layer; /* its name; has to live until eg_mvt_finish */
    double left, top;     /* top: the northern edge */
    double width, height; /* above 0 */
};
void eg_mvt_begin(struct eg_mvt *mvt, const struct eg_mvt_tile *tile);

/* The tile with its buffer, rounded outwards: for eg_shapes_area_near. */
struct eg_box eg_mvt_box(const struct eg_mvt_tile *tile);

/* Names a key; after eg_mvt_begin. It is written when a feature has it. The name has to live until eg_mvt_finish. */
uint32_t eg_mvt_key(struct eg_mvt *mvt, struct eg_text name);

/* A feature: its shape clipped to the tile with its buffer and rounded to the extent's grid, shells clockwise on the screen
 * (positive area, as the format wants). What rounding folds together is taken out: spikes, rings without area or that turned
 * over, holes outside their shell; a ring that meets itself in a point is split there, and borders that would cross each other
 * meet at the unit nearest to it: the feature is a valid multipolygon. False when nothing of it is left: then it is
 * dropped, and tags for it are passed over. `id`: unique within the layer. */
bool eg_mvt_feature(struct eg_mvt *mvt, uint64_t id, const struct eg_shape *shape);

/* Tags of the feature begun last. */
void eg_mvt_tag_text(struct eg_mvt *mvt, uint32_t key, struct eg_text value);
void eg_mvt_tag_number(struct eg_mvt *mvt, uint32_t key,
                       double value); /* finite; a whole number takes less room */

/* Appends the tile: nothing at all when it has no feature. EG_NO_MEMORY when anything was refused since eg_mvt_begin. */
EG_MUST_CHECK enum eg_status eg_mvt_finish(struct eg_mvt *mvt, struct eg_buffer *out, struct eg_error *err);

#endif
