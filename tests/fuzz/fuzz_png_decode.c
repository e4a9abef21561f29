/* Any bytes as a PNG. What is read must be written without loss and read back alike. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "render/png.h"

#define MAX_PIXELS (1u << 20) /* larger ones are only slow */

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool is_small(const uint8_t *data, size_t size)
{
    return size < 24 || (uint64_t)big_endian(data + 16) * big_endian(data + 20) <= MAX_PIXELS;
}

static void rewrite(const struct eg_canvas *canvas)
{
    struct eg_buffer png;
    struct eg_canvas back;
    eg_buffer_init(&png, 0);
    EG_ASSERT(eg_png_encode(canvas, &(struct eg_png_options){.exact = true}, &png, NULL, NULL) == EG_OK);
    EG_ASSERT(eg_png_decode((struct eg_text){png.data, png.len}, &back, NULL) == EG_OK);
    EG_ASSERT(back.width == canvas->width && back.height == canvas->height);
    EG_ASSERT(memcmp(back.pixels, canvas->pixels, (size_t)back.width * back.height * sizeof back.pixels[0]) ==
              0);
    eg_canvas_clear(&back);
    eg_buffer_clear(&png);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_canvas canvas;
    struct eg_error err;
    if (!is_small(data, size)) return 0;
    if (eg_png_decode((struct eg_text){(const char *)data, size}, &canvas, &err) != EG_OK) return 0;
    rewrite(&canvas);
    eg_canvas_clear(&canvas);
    return 0;
}
