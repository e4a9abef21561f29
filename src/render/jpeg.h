/* JPEG out, through libjpeg-turbo: small for photographs, poor for choropleths, but some clients ask for nothing else. */
#ifndef EG_RENDER_JPEG_H
#define EG_RENDER_JPEG_H

#include "base/buffer.h"
#include "base/error.h"
#include "render/canvas.h"

struct eg_jpeg_options {
    uint32_t quality;    /* 1 to 100 */
    const char *comment; /* ASCII; NULL: none */
    double dpi;          /* 0: not stated */
};

/* Appends the file to `out`. The canvas is taken for opaque: its alpha is not looked at. Colours are not subsampled, since
 * borders between areas are edges of colour. Same canvas and options, same bytes. EG_NO_MEMORY, EG_IO. */
EG_MUST_CHECK enum eg_status eg_jpeg_encode(const struct eg_canvas *canvas,
                                            const struct eg_jpeg_options *options, struct eg_buffer *out,
                                            struct eg_error *err);

#endif
