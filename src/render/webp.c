/* A canvas becomes libwebp's ARGB picture with straight alpha, then a lossless file. */
#include "render/webp.h"

#include <webp/encode.h>

#include "render/png.h"

#define EFFORT 0 /* of 0 to 9: see the header */

static int take_bytes(const uint8_t *bytes, size_t n, const WebPPicture *picture)
{
    struct eg_buffer *out = picture->custom_ptr;
    eg_buffer_append(out, bytes, n);
    return !out->failed;
}

static void fill(const struct eg_canvas *canvas, WebPPicture *picture)
{
    size_t n = (size_t)canvas->width * canvas->height;
    for (size_t i = 0; i < n; i++) {
        struct eg_rgba c = eg_png_straight(canvas->pixels[i]);
        size_t at = i / canvas->width * (size_t)picture->argb_stride + i % canvas->width;
        picture->argb[at] = (uint32_t)c.a << 24 | (uint32_t)c.r << 16 | (uint32_t)c.g << 8 | c.b;
    }
}

static enum eg_status failed(WebPEncodingError code, struct eg_error *err)
{
    if (code == VP8_ENC_ERROR_OUT_OF_MEMORY || code == VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY ||
        code == VP8_ENC_ERROR_BAD_WRITE)
        return eg_error_no_memory(err, 0);
    return eg_error_set(err, EG_IO, "the WebP could not be written (libwebp's error %d)", (int)code);
}

enum eg_status eg_webp_encode(const struct eg_canvas *canvas, struct eg_buffer *out, struct eg_error *err)
{
    WebPConfig config;
    WebPPicture picture;
    if (canvas->width > EG_WEBP_SIDE_PX || canvas->height > EG_WEBP_SIDE_PX) {
        eg_error_set(err, EG_LIMIT, "a side of a WebP has at most %u pixels", EG_WEBP_SIDE_PX);
        eg_error_field(err, "size");
        return EG_LIMIT;
    }
    if (!WebPConfigInit(&config) || !WebPPictureInit(&picture) || !WebPConfigLosslessPreset(&config, EFFORT))
        return eg_error_set(err, EG_IO, "libwebp is another version than the one compiled with");
    picture.use_argb = 1;
    picture.width = (int)canvas->width;
    picture.height = (int)canvas->height;
    picture.writer = take_bytes;
    picture.custom_ptr = out;
    if (!WebPPictureAlloc(&picture)) return failed(picture.error_code, err);
    fill(canvas, &picture);
    enum eg_status status = EG_OK;
    if (!WebPEncode(&config, &picture)) status = failed(picture.error_code, err);
    WebPPictureFree(&picture);
    return status;
}
