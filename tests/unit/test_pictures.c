/* JPEG and WebP hold the picture that was put in. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <jpeglib.h>
#include <webp/decode.h>

#include "render/jpeg.h"
#include "render/png.h"
#include "render/webp.h"
#include "support/test_random.h"

#define WIDTH 97
#define HEIGHT 61

/* Fields of flat colours with a soft edge, as maps have. */
static void draw(struct eg_canvas *canvas, bool opaque)
{
    static const struct eg_rgba colours[] = {{250, 240, 180, 255}, {60, 150, 190, 255}, {20, 30, 120, 255}};
    assert_int_equal(eg_canvas_init(canvas, WIDTH, HEIGHT, NULL), EG_OK);
    for (uint32_t y = 0; y < HEIGHT; y++)
        for (uint32_t x = 0; x < WIDTH; x++) {
            struct eg_rgba colour = colours[(x / 17 + y / 13) % 3];
            uint8_t alpha = (uint8_t)(opaque || x > 30 ? 255 : x < 15 ? 0 : (x - 14) * 15);
            colour.a = alpha;
            canvas->pixels[y * WIDTH + x] = eg_rgba_premultiply(colour);
        }
}

static void a_jpeg_has_nearly_the_same_colours(void **state)
{
    (void)state;
    struct eg_canvas canvas;
    struct eg_buffer file;
    struct eg_jpeg_options options = {.quality = 90, .comment = "Fictional data", .dpi = 180};
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    uint8_t row[WIDTH * 3], *rows[] = {row};
    double sum = 0;
    draw(&canvas, true);
    eg_buffer_init(&file, 0);
    assert_int_equal(eg_jpeg_encode(&canvas, &options, &file, NULL), EG_OK);
    assert_non_null(memmem(file.data, file.len, "Fictional data", 14));
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, (const unsigned char *)file.data, file.len);
    assert_int_equal(jpeg_read_header(&jpeg, TRUE), JPEG_HEADER_OK);
    assert_true(jpeg_start_decompress(&jpeg));
    assert_int_equal(jpeg.output_width, WIDTH);
    assert_int_equal(jpeg.output_height, HEIGHT);
    assert_int_equal(jpeg.X_density, 180);
    for (uint32_t y = 0; y < HEIGHT; y++) {
        assert_int_equal(jpeg_read_scanlines(&jpeg, rows, 1), 1);
        for (uint32_t x = 0; x < WIDTH; x++) sum += fabs(row[3 * x] - (double)canvas.pixels[y * WIDTH + x].r);
    }
    assert_true(sum / (WIDTH * HEIGHT) < 3);
    (void)jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
    eg_buffer_clear(&file);
    eg_canvas_clear(&canvas);
}

static void a_webp_has_the_same_colours(void **state)
{
    (void)state;
    for (int opaque = 0; opaque < 2; opaque++) {
        struct eg_canvas canvas;
        struct eg_buffer file;
        int width = 0, height = 0;
        draw(&canvas, opaque);
        eg_buffer_init(&file, 0);
        assert_int_equal(eg_webp_encode(&canvas, &file, NULL), EG_OK);
        uint8_t *pixels = WebPDecodeRGBA((const uint8_t *)file.data, file.len, &width, &height);
        assert_non_null(pixels);
        assert_int_equal(width, WIDTH);
        assert_int_equal(height, HEIGHT);
        for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++) {
            struct eg_rgba straight = eg_png_straight(canvas.pixels[i]);
            if (straight.a == 0) assert_int_equal(pixels[4 * i + 3], 0);
            else assert_memory_equal(&pixels[4 * i], &straight, 4);
        }
        WebPFree(pixels);
        eg_buffer_clear(&file);
        eg_canvas_clear(&canvas);
    }
}

static void the_same_canvas_gives_the_same_bytes(void **state)
{
    (void)state;
    struct eg_canvas canvas;
    struct eg_jpeg_options options = {.quality = 90};
    draw(&canvas, true);
    for (int kind = 0; kind < 2; kind++) {
        struct eg_buffer file[2];
        for (int i = 0; i < 2; i++) {
            eg_buffer_init(&file[i], 0);
            enum eg_status status = kind ? eg_webp_encode(&canvas, &file[i], NULL)
                                         : eg_jpeg_encode(&canvas, &options, &file[i], NULL);
            assert_int_equal(status, EG_OK);
        }
        assert_int_equal(file[0].len, file[1].len);
        assert_memory_equal(file[0].data, file[1].data, file[0].len);
        eg_buffer_clear(&file[0]);
        eg_buffer_clear(&file[1]);
    }
    eg_canvas_clear(&canvas);
}

static void a_buffer_that_refuses_is_told(void **state)
{
    (void)state;
    struct eg_canvas canvas;
    struct eg_jpeg_options options = {.quality = 90};
    struct eg_buffer file;
    draw(&canvas, true);
    eg_buffer_init(&file, 60);
    assert_int_equal(eg_jpeg_encode(&canvas, &options, &file, NULL), EG_NO_MEMORY);
    eg_buffer_clear(&file);
    eg_buffer_init(&file, 60);
    assert_int_equal(eg_webp_encode(&canvas, &file, NULL), EG_NO_MEMORY);
    eg_buffer_clear(&file);
    eg_canvas_clear(&canvas);
}

static void a_webp_has_a_limit_of_its_own(void **state)
{
    (void)state;
    struct eg_canvas canvas;
    struct eg_buffer file;
    struct eg_error err = {0};
    assert_int_equal(eg_canvas_init(&canvas, EG_WEBP_SIDE_PX + 1, 1, NULL), EG_OK);
    eg_buffer_init(&file, 0);
    assert_int_equal(eg_webp_encode(&canvas, &file, &err), EG_LIMIT);
    assert_string_equal(err.field, "size");
    eg_buffer_clear(&file);
    eg_canvas_clear(&canvas);
}

/* Noise has more colours than any palette, and more than the hash has cells at full detail. */
static void a_png_that_has_to_be_indexed_is_and_holds_what_is_opaque(void **state)
{
    (void)state;
    struct eg_test_random dice = eg_test_random_new();
    struct eg_canvas canvas, read;
    struct eg_buffer file;
    struct eg_png_options options = {.indexed = true, .exact = true};
    enum eg_png_kind kind = EG_PNG_RGBA;
    assert_int_equal(eg_canvas_init(&canvas, 300, 400, NULL), EG_OK);
    for (size_t i = 0; i < 300 * 400; i++) {
        uint8_t alpha = (uint8_t)(i % 3 == 0 ? 255 : i % 3 == 1 ? 0 : eg_test_random_below(&dice, 256));
        struct eg_rgba colour = {(uint8_t)eg_test_random_below(&dice, 256),
                                 (uint8_t)eg_test_random_below(&dice, 256),
                                 (uint8_t)eg_test_random_below(&dice, 256), alpha};
        canvas.pixels[i] = eg_rgba_premultiply(colour);
    }
    eg_buffer_init(&file, 0);
    assert_int_equal(eg_png_encode(&canvas, &options, &file, &kind, NULL), EG_OK);
    assert_int_equal(kind, EG_PNG_INDEXED);
    assert_int_equal(eg_png_decode((struct eg_text){file.data, file.len}, &read, NULL), EG_OK);
    for (size_t i = 0; i < 300 * 400; i++) {
        uint8_t alpha = canvas.pixels[i].a;
        if (alpha == 0 || alpha == 255) assert_int_equal(read.pixels[i].a, alpha);
    }
    eg_canvas_clear(&read);
    eg_buffer_clear(&file);
    eg_canvas_clear(&canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_jpeg_has_nearly_the_same_colours),
        cmocka_unit_test(a_webp_has_the_same_colours),
        cmocka_unit_test(the_same_canvas_gives_the_same_bytes),
        cmocka_unit_test(a_buffer_that_refuses_is_told),
        cmocka_unit_test(a_webp_has_a_limit_of_its_own),
        cmocka_unit_test(a_png_that_has_to_be_indexed_is_and_holds_what_is_opaque),
    };
    return cmocka_run_group_tests_name("pictures", tests, NULL, NULL);
}
