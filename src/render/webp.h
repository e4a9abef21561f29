/* WebP out, through libwebp, always without loss: of a choropleth the lossy form is no smaller and blurs its borders. */
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
