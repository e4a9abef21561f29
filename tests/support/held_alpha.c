#include "support/held_alpha.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

uint64_t eg_test_compare_held(const struct eg_canvas *exact, const struct eg_canvas *served,
                              uint8_t fill_alpha, const char *what)
{
    uint64_t n = 0;
    assert_int_equal(exact->width, served->width);
    assert_int_equal(exact->height, served->height);
    for (size_t i = 0; i < (size_t)exact->width * exact->height; i++) {
        uint8_t alpha = exact->pixels[i].a, found = served->pixels[i].a;
        n += alpha == fill_alpha;
        if (alpha == found || (alpha > 0 && alpha < 255 && alpha != fill_alpha)) continue;
        fail_msg("%s: pixel %zu,%zu has alpha %u, which the file makes %u", what, i % exact->width,
                 i / exact->width, alpha, found);
    }
    return n;
}

uint64_t eg_test_encode_and_compare(const struct eg_canvas *canvas, const struct eg_palette_style *style,
                                    uint8_t fill_alpha, const char *what)
{
    struct eg_palette *palette = NULL;
    struct eg_buffer png;
    struct eg_canvas back;
    eg_buffer_init(&png, 0);
    assert_int_equal(eg_palette_new(style, &palette, NULL), EG_OK);
    struct eg_png_options options = {.palette = palette};
    assert_int_equal(eg_png_encode(canvas, &options, &png, NULL, NULL), EG_OK);
    assert_int_equal(eg_png_decode((struct eg_text){png.data, png.len}, &back, NULL), EG_OK);
    uint64_t n = eg_test_compare_held(canvas, &back, fill_alpha, what);
    eg_canvas_clear(&back);
    eg_buffer_clear(&png);
    eg_palette_free(palette);
    return n;
}
