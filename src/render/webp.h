/* WebP out, through libwebp, without loss and with the least effort. Of England's neighbourhoods on 800 x 600 pixels, the densest map
 * there is (one thread, kB and ms): an indexed PNG 106 and 5, a PNG without loss 321 and 4, this 306 and 12; the next effort
 * 261 and 74, the greatest 239 and 245; with loss, at quality 85, 83 and 25. Who wants a small file is better served by an
 * indexed PNG, whose colours within an area are exact; so nothing that costs more than this, or blurs borders, is offered. */
#ifndef EG_RENDER_WEBP_H
#define EG_RENDER_WEBP_H

#include "base/buffer.h"
#include "base/error.h"
#include "render/canvas.h"

#define EG_WEBP_SIDE_PX 16383u

/* Appends the file to `out`: straight alpha, or none where the canvas is opaque. Same canvas, same bytes. EG_LIMIT for a side of more
 * than EG_WEBP_SIDE_PX, EG_NO_MEMORY, EG_IO. */
EG_MUST_CHECK enum eg_status eg_webp_encode(const struct eg_canvas *canvas, struct eg_buffer *out,
                                            struct eg_error *err);

#endif
