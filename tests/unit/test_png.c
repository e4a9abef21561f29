#include "render/png.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <png.h>
#include <zlib.h>

#include "support/failing_malloc.h"
#include "support/test_random.h"

static const struct eg_paint paints[] = {
    {.colour = {255, 255, 204, 255}}, {.colour = {161, 218, 180, 255}}, {.colour = {65, 182, 196, 255}},
    {.colour = {44, 127, 184, 255}},  {.colour = {37, 52, 148, 255}},
};
static const struct eg_palette_style style = {.paints = paints, .n_paints = EG_ARRAY_LEN(paints)};

static struct eg_palette *new_palette(void)
{
    struct eg_palette *palette = NULL;
    assert_int_equal(eg_palette_new(&style, &palette, NULL), EG_OK);
    return palette;
}

static struct eg_canvas new_canvas(uint32_t width, uint32_t height)
{
    struct eg_canvas canvas;
    assert_int_equal(eg_canvas_init(&canvas, width, height, NULL), EG_OK);
    return canvas;
}

/* Valid premultiplied colours: no channel above alpha. */
static struct eg_rgba random_colour(struct eg_test_random *random, bool opaque)
{
    struct eg_rgba colour = {(uint8_t)eg_test_random_below(random, 256),
                             (uint8_t)eg_test_random_below(random, 256),
                             (uint8_t)eg_test_random_below(random, 256),
                             (uint8_t)(opaque ? 255 : eg_test_random_below(random, 256))};
    return eg_rgba_premultiply(colour);
}

static void fill_with(struct eg_canvas *canvas, struct eg_test_random *random, const struct eg_rgba *colours,
                      uint32_t n)
{
    size_t n_pixels = (size_t)canvas->width * canvas->height;
    for (size_t i = 0; i < n_pixels;) {
        struct eg_rgba colour = colours[eg_test_random_below(random, n)];
        for (uint32_t run = 1 + eg_test_random_below(random, 9); run > 0 && i < n_pixels; run--)
            canvas->pixels[i++] = colour;
    }
}

/* Discs of the style's classes, anti-aliased, on a transparent ground: more classes in a pixel the smaller they are. */
static void draw_discs(struct eg_canvas *canvas, struct eg_test_random *random, double radius_px)
{
    uint32_t n = (uint32_t)(3 * canvas->width * canvas->height / (radius_px * radius_px));
    for (uint32_t k = 0; k < n; k++) {
        struct eg_rgba class = paints[eg_test_random_below(random, EG_ARRAY_LEN(paints))].colour;
        double cx = eg_test_random_unit(random) * canvas->width,
               cy = eg_test_random_unit(random) * canvas->height;
        for (uint32_t y = 0; y < canvas->height; y++) {
            if (y + radius_px + 2 < cy || y > cy + radius_px + 2) continue;
            for (uint32_t x = 0; x < canvas->width; x++) {
                double dx = x + 0.5 - cx, dy = y + 0.5 - cy;
                if (dx * dx + dy * dy > (radius_px + 1) * (radius_px + 1)) continue;
                double cover = dx * dx + dy * dy < (radius_px - 1) * (radius_px - 1) ? 1 : 0.5;
                struct eg_rgba *p = &canvas->pixels[(size_t)y * canvas->width + x];
                p->r = (uint8_t)(p->r + cover * (class.r - p->r));
                p->g = (uint8_t)(p->g + cover * (class.g - p->g));
                p->b = (uint8_t)(p->b + cover * (class.b - p->b));
                p->a = (uint8_t)(p->a + cover * (class.a - p->a));
            }
        }
    }
}

static struct eg_buffer encoded(const struct eg_canvas *canvas, const struct eg_png_options *options,
                                enum eg_png_kind expected)
{
    struct eg_buffer out;
    enum eg_png_kind kind;
    eg_buffer_init(&out, 0);
    assert_int_equal(eg_png_encode(canvas, options, &out, &kind, NULL), EG_OK);
    assert_int_equal(kind, expected);
    return out;
}

static struct eg_canvas decoded(const struct eg_buffer *png)
{
    struct eg_canvas canvas;
    struct eg_error err = {0};
    if (eg_png_decode((struct eg_text){png->data, png->len}, &canvas, &err)) fail_msg("%s", err.message);
    return canvas;
}

static void assert_same_pixels(const struct eg_canvas *a, const struct eg_canvas *b)
{
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    assert_memory_equal(a->pixels, b->pixels, (size_t)a->width * a->height * sizeof a->pixels[0]);
}

static void assert_comes_back(const struct eg_canvas *canvas, const struct eg_png_options *options,
                              enum eg_png_kind expected)
{
    struct eg_buffer out = encoded(canvas, options, expected);
    struct eg_canvas back = decoded(&out);
    assert_same_pixels(canvas, &back);
    eg_canvas_clear(&back);
    eg_buffer_clear(&out);
}

static uint32_t worst_channel(struct eg_rgba a, struct eg_rgba b)
{
    int worst = abs(a.r - b.r);
    if (abs(a.g - b.g) > worst) worst = abs(a.g - b.g);
    if (abs(a.b - b.b) > worst) worst = abs(a.b - b.b);
    return (uint32_t)(abs(a.a - b.a) > worst ? abs(a.a - b.a) : worst);
}

static bool is_exact(struct eg_rgba colour)
{
    if (worst_channel(colour, style.outside) == 0) return true;
    for (uint32_t i = 0; i < style.n_paints; i++)
        if (worst_channel(colour, paints[i].colour) == 0) return true;
    return false;
}

static void assert_close(const struct eg_canvas *canvas, const struct eg_buffer *png, double most)
{
    struct eg_canvas back = decoded(png);
    uint64_t sum = 0, visible = 0;
    for (size_t i = 0; i < (size_t)canvas->width * canvas->height; i++) {
        uint32_t worst = worst_channel(canvas->pixels[i], back.pixels[i]);
        if (is_exact(canvas->pixels[i])) assert_int_equal(worst, 0);
        sum += worst;
        visible += canvas->pixels[i].a > 0;
    }
    assert_true((double)sum <= most * (double)visible);
    eg_canvas_clear(&back);
}

static uint32_t depth_of(const struct eg_buffer *png)
{
    return (uint8_t)png->data[24];
}

static void few_colours_come_back_as_they_were_in_the_fewest_bits(void **state)
{
    (void)state;
    static const struct {
        uint32_t n, bits;
    } cases[] = {{1, 1}, {2, 1}, {3, 2}, {4, 2}, {5, 4}, {16, 4}, {17, 8}, {255, 8}, {256, 8}};
    struct eg_test_random random = eg_test_random_new();
    for (size_t c = 0; c < EG_ARRAY_LEN(cases); c++)
        for (uint32_t width = 1; width < 300; width += 1 + width / 3) {
            struct eg_canvas canvas = new_canvas(width, 400 / width + cases[c].n);
            struct eg_rgba colours[256];
            for (uint32_t i = 0; i < cases[c].n; i++) colours[i] = (struct eg_rgba){(uint8_t)i, 0, 0, 255};
            for (uint32_t i = 0; i < cases[c].n; i += 3)
                colours[i] = (struct eg_rgba){(uint8_t)(i / 2), 254, 0, 254};
            fill_with(&canvas, &random, colours, cases[c].n);
            for (uint32_t i = 0; i < cases[c].n; i++) canvas.pixels[i] = colours[i];
            struct eg_png_options options = {.dpi = 0};
            struct eg_buffer out = encoded(&canvas, &options, EG_PNG_INDEXED);
            assert_int_equal(depth_of(&out), cases[c].bits);
            eg_buffer_clear(&out);
            assert_comes_back(&canvas, &options, EG_PNG_INDEXED);
            eg_canvas_clear(&canvas);
        }
}

static void all_premultiplied_colours_come_back_exactly(void **state)
{
    (void)state;
    struct eg_canvas canvas = new_canvas(256, 129); /* every channel value at every alpha */
    for (uint32_t alpha = 0, i = 0; alpha < 256; alpha++)
        for (uint32_t value = 0; value <= alpha; value++, i++)
            canvas.pixels[i] =
                (struct eg_rgba){(uint8_t)value, (uint8_t)(alpha - value), (uint8_t)alpha, (uint8_t)alpha};
    assert_comes_back(&canvas, &(struct eg_png_options){.exact = true}, EG_PNG_RGBA);
    eg_canvas_clear(&canvas);
}

static void pictures_of_any_shape_come_back_when_exact(void **state)
{
    (void)state;
    static const uint32_t shapes[][2] = {{1, 1},     {1, 3000},  {3000, 1}, {257, 255},
                                         {16384, 9}, {9, 16384}, {700, 500}};
    struct eg_test_random random = eg_test_random_new();
    struct eg_png_scratch *scratch = eg_png_scratch_new();
    struct eg_palette *palette = new_palette();
    struct eg_png_options options = {.palette = palette, .exact = true, .scratch = scratch};
    for (size_t s = 0; s < EG_ARRAY_LEN(shapes); s++)
        for (uint32_t n = 1; n <= 4096; n *= 8) {
            struct eg_canvas canvas = new_canvas(shapes[s][0], shapes[s][1]);
            static struct eg_rgba colours[4096];
            for (uint32_t i = 0; i < n; i++) colours[i] = random_colour(&random, n == 512);
            fill_with(&canvas, &random, colours, n);
            bool few = n <= 64 || shapes[s][0] * shapes[s][1] == 1;
            assert_comes_back(&canvas, &options, few ? EG_PNG_INDEXED : EG_PNG_RGBA);
            eg_canvas_clear(&canvas);
        }
    eg_palette_free(palette);
    eg_png_scratch_free(scratch);
}

static void a_map_with_many_blends_is_indexed_within_its_error(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    struct eg_palette *palette = new_palette();
    struct eg_png_options options = {.palette = palette};
    for (uint32_t size = 256; size <= 600; size += 344) {
        struct eg_canvas canvas = new_canvas(size, size);
        draw_discs(&canvas, &random, 20);
        struct eg_buffer out = encoded(&canvas, &options, EG_PNG_INDEXED);
        assert_close(&canvas, &out, 1);
        eg_buffer_clear(&out);
        eg_canvas_clear(&canvas);
    }
    eg_palette_free(palette);
}

/* Half of it the legend's colours, half a cloud of spread x spread colours that no style would expect. */
static void cloud(struct eg_canvas *canvas, uint32_t spread)
{
    uint32_t width = canvas->width;
    for (uint32_t y = 0; y < canvas->height; y++)
        for (uint32_t x = 0; x < width; x++) {
            struct eg_rgba blend = {(uint8_t)(100 + x * spread / width), 5,
                                    (uint8_t)(10 + y * spread / canvas->height), 255};
            canvas->pixels[(size_t)y * width + x] = (x / 8 + y / 8) % 2 ? blend : paints[x / 8 % 5].colour;
        }
}

static void a_picture_off_the_style_gets_a_palette_of_its_own(void **state)
{
    (void)state;
    struct eg_palette *palette = new_palette();
    struct eg_png_options options = {.palette = palette};
    for (uint32_t size = 256; size <= 768; size += 512) {
        struct eg_canvas canvas = new_canvas(size, size);
        cloud(&canvas, 40);
        struct eg_buffer out = encoded(&canvas, &options, EG_PNG_INDEXED);
        assert_close(&canvas, &out, 1);
        eg_buffer_clear(&out);
        eg_canvas_clear(&canvas);
    }
    eg_palette_free(palette);
}

static void a_picture_that_no_palette_fits_loses_nothing(void **state)
{
    (void)state;
    struct eg_palette *palette = new_palette();
    struct eg_canvas canvas = new_canvas(256, 256);
    struct eg_test_random random = eg_test_random_new();
    for (size_t i = 0; i < 65536; i++) canvas.pixels[i] = random_colour(&random, true);
    assert_comes_back(&canvas, &(struct eg_png_options){.palette = palette}, EG_PNG_RGBA);
    for (size_t i = 0; i < 65536; i++) canvas.pixels[i] = random_colour(&random, false);
    assert_comes_back(&canvas, &(struct eg_png_options){.palette = palette}, EG_PNG_RGBA);
    eg_canvas_clear(&canvas);
    eg_palette_free(palette);
}

static void the_same_picture_gives_the_same_bytes_whatever_came_before(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    struct eg_palette *palette = new_palette();
    struct eg_png_scratch *scratch = eg_png_scratch_new();
    struct eg_png_options kept = {.palette = palette, .scratch = scratch}, fresh = {.palette = palette};
    for (int round = 0; round < 12; round++) {
        struct eg_canvas canvas = new_canvas(100 + 60 * (uint32_t)(round % 5), 300);
        if (round % 3 == 0) cloud(&canvas, 40);
        if (round % 3 == 1) draw_discs(&canvas, &random, 12);
        struct eg_buffer a = encoded(&canvas, &kept, EG_PNG_INDEXED),
                         b = encoded(&canvas, &fresh, EG_PNG_INDEXED);
        assert_int_equal(a.len, b.len);
        assert_memory_equal(a.data, b.data, a.len);
        eg_buffer_clear(&a);
        eg_buffer_clear(&b);
        eg_canvas_clear(&canvas);
    }
    eg_png_scratch_free(scratch);
    eg_palette_free(palette);
}

static void a_solid_canvas_is_known_by_its_colour(void **state)
{
    (void)state;
    struct eg_canvas canvas = new_canvas(33, 7);
    struct eg_rgba colour, red = {255, 0, 0, 255};
    assert_true(eg_canvas_is_solid(&canvas, &colour));
    assert_int_equal(colour.a, 0);
    for (size_t i = 0; i < 33 * 7; i++) canvas.pixels[i] = red;
    assert_true(eg_canvas_is_solid(&canvas, &colour));
    assert_memory_equal(&colour, &red, sizeof red);
    for (size_t i = 0; i < 33 * 7; i++) {
        canvas.pixels[i].b = 1;
        assert_false(eg_canvas_is_solid(&canvas, &colour));
        canvas.pixels[i].b = 0;
    }
    eg_canvas_clear(&canvas);
    canvas = new_canvas(1, 1);
    assert_true(eg_canvas_is_solid(&canvas, &colour));
    eg_canvas_clear(&canvas);
}

/* --- what else the file holds ---------------------------------------------------------------------------------------- */

/* The bytes of the first chunk of this type. */
static struct eg_text chunk(const struct eg_buffer *png, const char *type)
{
    const uint8_t *bytes = (const uint8_t *)png->data;
    for (size_t at = 8; at + 12 <= png->len;) {
        size_t len = (size_t)bytes[at] << 24 | (size_t)bytes[at + 1] << 16 | (size_t)bytes[at + 2] << 8 |
                     bytes[at + 3];
        if (memcmp(bytes + at + 4, type, 4) == 0) return (struct eg_text){png->data + at + 8, len};
        at += 12 + len;
    }
    return (struct eg_text){NULL, 0};
}

static void texts_and_resolution_are_in_the_file(void **state)
{
    (void)state;
    struct eg_canvas canvas = new_canvas(3, 3);
    struct eg_png_text texts[] = {{"Title", EG_TEXT("Income")},
                                  {"Source", EG_TEXT("M\xC3\xB6ller \xE2\x80\x93 2019")},
                                  {"Comment", {NULL, 0}}};
    struct eg_png_options options = {.texts = texts, .n_texts = 3, .dpi = 96};
    struct eg_buffer out = encoded(&canvas, &options, EG_PNG_INDEXED);
    assert_true(eg_text_equal(chunk(&out, "tEXt"), (struct eg_text){"Title\0Income", 12}));
    assert_true(eg_text_equal(chunk(&out, "iTXt"),
                              (struct eg_text){"Source\0\0\0\0\0M\xC3\xB6ller \xE2\x80\x93 2019", 27}));
    assert_true(eg_text_equal(chunk(&out, "pHYs"),
                              (struct eg_text){"\0\0\x0E\xC4\0\0\x0E\xC4\1", 9})); /* 3780 a metre */
    struct eg_canvas back = decoded(&out);
    assert_same_pixels(&canvas, &back);
    eg_canvas_clear(&back);
    eg_buffer_clear(&out);
    out = encoded(&canvas, &(struct eg_png_options){0}, EG_PNG_INDEXED);
    assert_null(chunk(&out, "pHYs").data);
    assert_null(chunk(&out, "tEXt").data);
    eg_buffer_clear(&out);
    eg_canvas_clear(&canvas);
}

static void keywords_and_texts_that_png_does_not_allow_are_refused(void **state)
{
    (void)state;
    struct eg_canvas canvas = new_canvas(3, 3);
    char long_keyword[81] = {0};
    memset(long_keyword, 'a', 80);
    struct eg_png_text wrong[] = {{"", EG_TEXT("x")},         {" a", EG_TEXT("x")},
                                  {"a ", EG_TEXT("x")},       {"a  b", EG_TEXT("x")},
                                  {"a\nb", EG_TEXT("x")},     {long_keyword, EG_TEXT("x")},
                                  {"Title", EG_TEXT("\xFF")}, {"Title", EG_TEXT("a\0b")}};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        struct eg_buffer out;
        struct eg_error err = {0};
        eg_buffer_init(&out, 0);
        eg_buffer_literal(&out, "before");
        struct eg_png_options options = {.texts = &wrong[i], .n_texts = 1};
        assert_int_equal(eg_png_encode(&canvas, &options, &out, NULL, &err), EG_INVALID);
        assert_int_equal(out.len, 6);
        assert_true(err.message[0] != 0);
        eg_buffer_clear(&out);
    }
    eg_canvas_clear(&canvas);
}

static void a_full_buffer_is_reported(void **state)
{
    (void)state;
    struct eg_canvas canvas = new_canvas(100, 100);
    struct eg_buffer out;
    eg_buffer_init(&out, 60);
    assert_int_equal(eg_png_encode(&canvas, &(struct eg_png_options){0}, &out, NULL, NULL), EG_NO_MEMORY);
    eg_buffer_clear(&out);
    eg_canvas_clear(&canvas);
}

/* --- reading -------------------------------------------------------------------------------------------------------- */

struct kind {
    int bits, type, interlace;
};

static void append_bytes(png_structp png, png_bytep bytes, size_t n)
{
    eg_buffer_append(png_get_io_ptr(png), bytes, n);
}

/* A PNG of 5 x 3 pixels in a form that the encoder never writes: grey levels, 16 bits, interlaced. */
static struct eg_buffer foreign_png(struct kind kind)
{
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    if (setjmp(png_jmpbuf(png))) fail();
    png_set_write_fn(png, &out, append_bytes, NULL);
    png_set_IHDR(png, info, 5, 3, kind.bits, kind.type, kind.interlace, 0, 0);
    png_write_info(png, info);
    png_byte rows[3][5 * 8];
    png_bytep row[3] = {rows[0], rows[1], rows[2]};
    memset(rows, 0x80, sizeof rows);
    png_write_image(png, row);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    return out;
}

static void other_programs_pictures_are_read(void **state)
{
    (void)state;
    static const struct kind kinds[] = {
        {1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE},
        {8, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_ADAM7},
        {16, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_INTERLACE_NONE},
        {16, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_ADAM7},
        {16, PNG_COLOR_TYPE_RGB_ALPHA, PNG_INTERLACE_ADAM7},
        {8, PNG_COLOR_TYPE_RGB_ALPHA, PNG_INTERLACE_NONE},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(kinds); i++) {
        struct eg_buffer png = foreign_png(kinds[i]);
        struct eg_canvas canvas = decoded(&png);
        bool alpha = kinds[i].type & PNG_COLOR_MASK_ALPHA;
        struct eg_rgba expected = {128, 128, 128, 255};
        if (alpha) expected = (struct eg_rgba){64, 64, 64, 128};
        if (kinds[i].bits == 1) expected = (struct eg_rgba){255, 255, 255, 255};
        assert_int_equal(canvas.width, 5);
        assert_int_equal(canvas.height, 3);
        assert_memory_equal(&canvas.pixels[0], &expected, sizeof expected);
        eg_canvas_clear(&canvas);
        eg_buffer_clear(&png);
    }
}

static void broken_files_are_refused_and_crash_nothing(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    struct eg_canvas canvas = new_canvas(40, 40), back = {0};
    draw_discs(&canvas, &random, 8);
    struct eg_png_text text = {"Title", EG_TEXT("x")};
    struct eg_buffer png =
        encoded(&canvas, &(struct eg_png_options){.texts = &text, .n_texts = 1}, EG_PNG_INDEXED);
    for (size_t len = 0; len < png.len; len++) {
        struct eg_error err = {0};
        assert_int_equal(eg_png_decode((struct eg_text){png.data, len}, &back, &err), EG_INVALID);
        assert_true(err.message[0] != 0);
        assert_null(back.pixels);
    }
    for (int round = 0; round < 3000; round++) {
        size_t at = eg_test_random_below(&random, (uint32_t)png.len);
        char was = png.data[at];
        png.data[at] = (char)eg_test_random_u64(&random);
        if (eg_png_decode((struct eg_text){png.data, png.len}, &back, NULL) == EG_OK) eg_canvas_clear(&back);
        png.data[at] = was;
    }
    eg_buffer_clear(&png);
    eg_canvas_clear(&canvas);
}

static void a_larger_picture_than_allowed_is_refused_by_name(void **state)
{
    (void)state;
    struct eg_canvas canvas = new_canvas(4, 4);
    struct eg_buffer png = encoded(&canvas, &(struct eg_png_options){0}, EG_PNG_INDEXED);
    png.data[18] = 0x40; /* 16,388 pixels wide, and the checksum of that */
    uint32_t crc = (uint32_t)crc32(crc32(0, NULL, 0), (const uint8_t *)png.data + 12, 17);
    for (int k = 0; k < 4; k++) png.data[29 + k] = (char)(crc >> (24 - 8 * k));
    struct eg_canvas back = {0};
    assert_int_equal(eg_png_decode((struct eg_text){png.data, png.len}, &back, NULL), EG_LIMIT);
    eg_buffer_clear(&png);
    eg_canvas_clear(&canvas);
}

static void a_chunk_that_claims_two_gigabytes_is_refused_unread(void **state)
{
    (void)state;
    struct eg_canvas canvas = new_canvas(4, 4), back = {0};
    struct eg_buffer png = encoded(&canvas, &(struct eg_png_options){.dpi = 96}, EG_PNG_INDEXED), bad;
    eg_buffer_init(&bad, 0);
    eg_buffer_append(&bad, png.data, 33); /* signature and header */
    eg_buffer_append(&bad, "\x7F\0\0\x0CiTXtTitle", 13);
    assert_int_equal(eg_png_decode((struct eg_text){bad.data, bad.len}, &back, NULL), EG_LIMIT);
    eg_buffer_clear(&bad);
    eg_buffer_clear(&png);
    eg_canvas_clear(&canvas);
}

/* --- memory ---------------------------------------------------------------------------------------------------------- */

static void refused_memory_while_writing_is_reported_and_leaves_the_buffer(void **state)
{
    (void)state;
    struct eg_canvas canvas = new_canvas(256, 256);
    cloud(&canvas, 40);
    struct eg_palette *palette = new_palette();
    struct eg_png_text text = {"Title", EG_TEXT("x")};
    struct eg_png_options options = {.palette = palette, .texts = &text, .n_texts = 1};
    for (long n = 1;; n++) {
        struct eg_buffer out;
        eg_buffer_init(&out, 0);
        eg_failing_malloc_after(n);
        enum eg_status status = eg_png_encode(&canvas, &options, &out, NULL, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        assert_int_equal(out.len > 0, !failed);
        eg_buffer_clear(&out);
        if (!failed) break;
    }
    eg_palette_free(palette);
    eg_canvas_clear(&canvas);
}

static void refused_memory_while_reading_is_reported(void **state)
{
    (void)state;
    struct eg_buffer png = foreign_png((struct kind){16, PNG_COLOR_TYPE_RGB_ALPHA, PNG_INTERLACE_ADAM7});
    for (long n = 1;; n++) {
        struct eg_canvas back = {0};
        eg_failing_malloc_after(n);
        enum eg_status status = eg_png_decode((struct eg_text){png.data, png.len}, &back, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        assert_int_equal(back.pixels == NULL, failed);
        eg_canvas_clear(&back);
        if (!failed) break;
    }
    eg_buffer_clear(&png);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_colours_come_back_as_they_were_in_the_fewest_bits),
        cmocka_unit_test(all_premultiplied_colours_come_back_exactly),
        cmocka_unit_test(pictures_of_any_shape_come_back_when_exact),
        cmocka_unit_test(a_map_with_many_blends_is_indexed_within_its_error),
        cmocka_unit_test(a_picture_off_the_style_gets_a_palette_of_its_own),
        cmocka_unit_test(a_picture_that_no_palette_fits_loses_nothing),
        cmocka_unit_test(the_same_picture_gives_the_same_bytes_whatever_came_before),
        cmocka_unit_test(a_solid_canvas_is_known_by_its_colour),
        cmocka_unit_test(texts_and_resolution_are_in_the_file),
        cmocka_unit_test(keywords_and_texts_that_png_does_not_allow_are_refused),
        cmocka_unit_test(a_full_buffer_is_reported),
        cmocka_unit_test(other_programs_pictures_are_read),
        cmocka_unit_test(broken_files_are_refused_and_crash_nothing),
        cmocka_unit_test(a_larger_picture_than_allowed_is_refused_by_name),
        cmocka_unit_test(a_chunk_that_claims_two_gigabytes_is_refused_unread),
        cmocka_unit_test(refused_memory_while_writing_is_reported_and_leaves_the_buffer),
        cmocka_unit_test(refused_memory_while_reading_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
