#include "render/png_pieces.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <png.h>
#include <zlib.h>

#include "render/png_private.h"
#include "support/failing_malloc.h"
#include "support/test_random.h"

/* Three threads' scratches: the first also holds the picture. */
#define N_SCRATCHES 3u

struct bench {
    struct eg_palette *palette;
    struct eg_png_scratch *scratches[N_SCRATCHES];
    struct eg_test_random random;
};

static const struct eg_paint paints[] = {
    {.colour = {255, 255, 204, 255}}, {.colour = {161, 218, 180, 255}}, {.colour = {65, 182, 196, 255}},
    {.colour = {44, 127, 184, 255}},  {.colour = {37, 52, 148, 255}},
};

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct eg_palette_style style = {.paints = paints, .n_paints = EG_ARRAY_LEN(paints)};
    assert_int_equal(eg_palette_new(&style, &bench->palette, NULL), EG_OK);
    for (uint32_t i = 0; i < N_SCRATCHES; i++) bench->scratches[i] = eg_png_scratch_new();
    bench->random = eg_test_random_new();
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    eg_palette_free(bench->palette);
    for (uint32_t i = 0; i < N_SCRATCHES; i++) eg_png_scratch_free(bench->scratches[i]);
    free(bench);
    return 0;
}

/* --- pictures ---------------------------------------------------------------------------------------------------------- */

enum look { FEW, BLENDS, OWN, NOISE, FAINT_NOISE, N_LOOKS };

static struct eg_rgba pixel_of(struct bench *bench, enum look look, uint32_t x, uint32_t y)
{
    struct eg_rgba a = paints[(x / 13 + y / 7) % 5].colour, b = paints[(x / 13 + y / 7 + 1) % 5].colour;
    uint32_t share = x % 13 == 12 ? eg_test_random_below(&bench->random, 256) : 0;
    uint64_t noise = eg_test_random_u64(&bench->random);
    switch (look) {
    case BLENDS: /* of neighbouring classes */
        return (struct eg_rgba){(uint8_t)((a.r * (255 - share) + b.r * share) / 255),
                                (uint8_t)((a.g * (255 - share) + b.g * share) / 255),
                                (uint8_t)((a.b * (255 - share) + b.b * share) / 255), 255};
    case OWN: /* colours that no style would expect, but few enough for a palette */
        return (x / 8 + y / 8) % 2
                   ? (struct eg_rgba){(uint8_t)(100 + noise % 20), 5, (uint8_t)(10 + noise / 64 % 20), 255}
                   : a;
    case NOISE:
        return (struct eg_rgba){(uint8_t)noise, (uint8_t)(noise >> 8), (uint8_t)(noise >> 16), 255};
    case FAINT_NOISE:
        return eg_rgba_premultiply((struct eg_rgba){(uint8_t)noise, (uint8_t)(noise >> 8),
                                                    (uint8_t)(noise >> 16), (uint8_t)(noise >> 24)});
    case FEW:
    case N_LOOKS:
    default:
        return a;
    }
}

static struct eg_canvas new_canvas(struct bench *bench, enum look look, uint32_t width, uint32_t height)
{
    struct eg_canvas canvas;
    assert_int_equal(eg_canvas_init(&canvas, width, height, NULL), EG_OK);
    for (uint32_t i = 0; i < width * height; i++)
        canvas.pixels[i] = pixel_of(bench, look, i % width, i / width);
    return canvas;
}

/* --- in pieces --------------------------------------------------------------------------------------------------------- */

/* The shares of each round in a random order, by threads chosen at random; the pixels come from `drawn` once the pieces have begun. */
static enum eg_status encode(struct bench *bench, const struct eg_canvas *drawn, uint32_t n_pieces,
                             struct eg_buffer *out, enum eg_png_kind *kind_out)
{
    struct eg_png_options options = {.palette = bench->palette, .scratch = bench->scratches[0]};
    struct eg_canvas canvas = {drawn->width, drawn->height, NULL};
    struct eg_png_pieces *pieces;
    static uint32_t order[5000];
    enum eg_status status = eg_canvas_init(&canvas, drawn->width, drawn->height, NULL);
    if (!status) status = eg_png_pieces_begin(&canvas, &options, n_pieces, &pieces, NULL);
    if (!status)
        memcpy(canvas.pixels, drawn->pixels, (size_t)canvas.width * canvas.height * sizeof canvas.pixels[0]);
    while (!status && eg_png_pieces_turn(pieces)) {
        uint32_t n = eg_png_pieces_shares(pieces);
        for (uint32_t i = 0; i < n; i++) { /* the inside-out shuffle */
            uint32_t other = eg_test_random_below(&bench->random, i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        for (uint32_t i = 0; i < n; i++) {
            eg_png_pieces_work(pieces, order[i],
                               bench->scratches[eg_test_random_below(&bench->random, N_SCRATCHES)]);
        }
    }
    if (!status) status = eg_png_pieces_join(pieces, out, kind_out, NULL);
    eg_canvas_clear(&canvas);
    return status;
}

static void fail_on(png_structp png, png_const_charp message)
{
    (void)png;
    fail_msg("libpng: %s", message);
}

struct reader {
    const struct eg_buffer *png;
    size_t at;
};

static void read_bytes(png_structp png, png_bytep bytes, size_t n)
{
    struct reader *reader = png_get_io_ptr(png);
    assert_true(n <= reader->png->len - reader->at);
    memcpy(bytes, reader->png->data + reader->at, n);
    reader->at += n;
}

/* The file's pixels, straight, by libpng, which must have nothing to say about it. */
static struct eg_rgba *read_back(const struct eg_buffer *file, uint32_t width, uint32_t height)
{
    struct reader reader = {.png = file};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, fail_on, fail_on);
    png_infop info = png_create_info_struct(png);
    struct eg_rgba *pixels = calloc((size_t)width * height, sizeof *pixels);
    png_set_read_fn(png, &reader, read_bytes);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_read_info(png, info);
    assert_int_equal(png_get_image_width(png, info), width);
    assert_int_equal(png_get_image_height(png, info), height);
    png_set_expand(png);
    png_set_add_alpha(png, 255, PNG_FILLER_AFTER);
    png_read_update_info(png, info);
    for (uint32_t y = 0; y < height; y++) png_read_row(png, (png_bytep)(pixels + (size_t)y * width), NULL);
    png_read_end(png, info); /* checks the sum of the stream and that nothing is left over */
    assert_int_equal(reader.at, file->len);
    png_destroy_read_struct(&png, &info, NULL);
    return pixels;
}

static void assert_same_pixels(const struct eg_buffer *a, const struct eg_buffer *b, uint32_t width,
                               uint32_t height)
{
    struct eg_rgba *of_a = read_back(a, width, height), *of_b = read_back(b, width, height);
    assert_memory_equal(of_a, of_b, (size_t)width * height * sizeof *of_a);
    free(of_a);
    free(of_b);
}

static void assert_same_bytes(const struct eg_buffer *a, const struct eg_buffer *b)
{
    assert_int_equal(a->len, b->len);
    assert_memory_equal(a->data, b->data, a->len);
}

/* In any number of pieces what it is in one, pixel by pixel, and byte by byte whoever works on them. */
static void check_picture(struct bench *bench, const struct eg_canvas *canvas)
{
    struct eg_buffer one, some, again;
    enum eg_png_kind kind, kind_of_some;
    eg_buffer_init(&one, 0);
    assert_int_equal(encode(bench, canvas, 1, &one, &kind), EG_OK);
    for (uint32_t n = 2; n < 2 * canvas->height + 3 && n < 4000; n += 1 + 2 * n) {
        eg_buffer_init(&some, 0);
        eg_buffer_init(&again, 0);
        assert_int_equal(encode(bench, canvas, n, &some, &kind_of_some), EG_OK);
        assert_int_equal(kind_of_some, kind);
        assert_same_pixels(&some, &one, canvas->width, canvas->height);
        assert_int_equal(encode(bench, canvas, n, &again, NULL), EG_OK);
        assert_same_bytes(&some, &again);
        eg_buffer_clear(&some);
        eg_buffer_clear(&again);
    }
    eg_buffer_clear(&one);
}

/* --- tests ------------------------------------------------------------------------------------------------------------- */

static void pictures_in_pieces_have_the_pixels_of_those_in_one(void **state)
{
    struct bench *bench = *state;
    static const uint32_t shapes[][2] = {{1, 1}, {300, 1}, {1, 300}, {64, 5}, {257, 255}, {700, 300}};
    for (size_t s = 0; s < EG_ARRAY_LEN(shapes); s++)
        for (enum look look = 0; look < N_LOOKS; look++) {
            struct eg_canvas canvas = new_canvas(bench, look, shapes[s][0], shapes[s][1]);
            check_picture(bench, &canvas);
            eg_canvas_clear(&canvas);
        }
}

static void the_usual_pieces_are_what_the_encoder_writes(void **state)
{
    struct bench *bench = *state;
    static const uint32_t shapes[][2] = {{256, 256}, {800, 600}, {16384, 9}};
    for (size_t s = 0; s < EG_ARRAY_LEN(shapes); s++)
        for (enum look look = 0; look < N_LOOKS; look++) {
            struct eg_canvas canvas = new_canvas(bench, look, shapes[s][0], shapes[s][1]);
            struct eg_png_options options = {.palette = bench->palette};
            struct eg_buffer pieces, whole;
            eg_buffer_init(&pieces, 0);
            eg_buffer_init(&whole, 0);
            uint32_t n = eg_png_pieces_usual(canvas.width, canvas.height);
            assert_int_equal(encode(bench, &canvas, n, &pieces, NULL), EG_OK);
            assert_int_equal(eg_png_encode(&canvas, &options, &whole, NULL, NULL), EG_OK);
            assert_same_bytes(&pieces, &whole);
            eg_buffer_clear(&pieces);
            eg_buffer_clear(&whole);
            eg_canvas_clear(&canvas);
        }
}

static void the_usual_number_of_pieces_grows_with_the_picture(void **state)
{
    (void)state;
    assert_int_equal(eg_png_pieces_usual(1, 1), 1);
    assert_int_equal(eg_png_pieces_usual(256, 256), 1);
    assert_int_equal(eg_png_pieces_usual(256, 257), 2);
    assert_int_equal(eg_png_pieces_usual(800, 600), 10);
    assert_int_equal(eg_png_pieces_usual(16384, 1), 1);
    assert_int_equal(eg_png_pieces_usual(1, 16384), 1);
    assert_int_equal(eg_png_pieces_usual(16384, 16384), 80);
}

static void every_row_is_in_one_piece(void **state)
{
    struct bench *bench = *state;
    struct eg_png_options options = {.scratch = bench->scratches[0]};
    struct eg_png_pieces *pieces;
    for (uint32_t height = 1; height < 400; height += 1 + height / 4)
        for (uint32_t n = 1; n < 500; n += 1 + n / 3) {
            struct eg_canvas canvas = {.width = 10, .height = height};
            uint32_t next = 0;
            assert_int_equal(eg_png_pieces_begin(&canvas, &options, n, &pieces, NULL), EG_OK);
            assert_int_equal(eg_png_pieces_count(pieces), n < height ? n : height);
            for (uint32_t i = 0; i < eg_png_pieces_count(pieces); i++) {
                struct eg_png_rows rows = eg_png_pieces_rows(pieces, i);
                assert_int_equal(rows.first, next);
                assert_true(rows.n > 0);
                next += rows.n;
            }
            assert_int_equal(next, height);
        }
}

/* The rule itself, without samples: what the style's palette and one of the picture's own would cost. */
static enum eg_png_kind kind_by_the_rule(const struct bench *bench, const struct eg_canvas *canvas)
{
    size_t n = (size_t)canvas->width * canvas->height;
    struct eg_png_runs runs = {malloc(n * sizeof(uint32_t)), malloc(n * sizeof(uint16_t)), malloc(n),
                               malloc(n * sizeof(uint16_t)), 0};
    struct eg_png_adaptive *adaptive = eg_png_adaptive_new();
    struct eg_png_error style = {0}, own = {0};
    eg_png_runs_scan(&runs, canvas, 0, canvas->height);
    bool fits = eg_palette_map(bench->palette, &runs, UINT64_MAX, &style) && style.sum <= style.visible;
    eg_png_adaptive_begin(adaptive, bench->palette, EG_PNG_ADAPTIVE_BITS);
    if (!fits && eg_png_adaptive_gather(adaptive, &runs)) {
        eg_png_adaptive_choose(adaptive);
        eg_png_adaptive_map(adaptive, &runs, &own);
        fits = own.sum <= own.visible;
    }
    free(runs.pixel);
    free(runs.length);
    free(runs.index);
    free(runs.cell);
    free(adaptive);
    return fits ? EG_PNG_INDEXED : EG_PNG_RGBA;
}

/* Ever wider clouds of colours around a blend: first the style's palette is near enough, then one of their own, then none. */
static void samples_decide_as_all_pixels_would(void **state)
{
    struct bench *bench = *state;
    uint32_t n_of[2] = {0, 0};
    for (uint32_t spread = 7; spread < 60; spread += 1 + spread / 16) {
        struct eg_canvas canvas = new_canvas(bench, FEW, 500, 330);
        for (uint32_t i = 0; i < 500 * 330; i++) {
            uint64_t noise = eg_test_random_u64(&bench->random);
            if (i % 3 == 0) continue;
            canvas.pixels[i] =
                (struct eg_rgba){(uint8_t)(80 + noise % spread), (uint8_t)(120 + (noise >> 16) % spread),
                                 (uint8_t)(100 + (noise >> 32) % spread), 255};
        }
        struct eg_png_options options = {.palette = bench->palette};
        struct eg_buffer out;
        enum eg_png_kind kind;
        eg_buffer_init(&out, 0);
        assert_int_equal(eg_png_encode(&canvas, &options, &out, &kind, NULL), EG_OK);
        assert_int_equal(kind, kind_by_the_rule(bench, &canvas));
        n_of[kind == EG_PNG_INDEXED]++;
        eg_buffer_clear(&out);
        eg_canvas_clear(&canvas);
    }
    assert_true(n_of[0] > 3 && n_of[1] > 3);
}

static void refused_memory_is_reported_at_the_join(void **state)
{
    struct bench *bench = *state;
    for (enum look look = BLENDS; look <= NOISE; look++) {
        struct eg_canvas canvas = new_canvas(bench, look, 300, 60);
        for (long n = 1;; n++) {
            struct eg_buffer out;
            eg_buffer_init(&out, 0);
            for (uint32_t i = 0; i < N_SCRATCHES; i++) {
                eg_png_scratch_free(bench->scratches[i]);
                bench->scratches[i] = eg_png_scratch_new();
            }
            eg_failing_malloc_after(n);
            enum eg_status status = encode(bench, &canvas, 5, &out, NULL);
            bool failed = eg_failing_malloc_triggered();
            eg_failing_malloc_after(0);
            assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
            assert_int_equal(out.len > 0, !failed);
            eg_buffer_clear(&out);
            if (!failed) break;
        }
        eg_canvas_clear(&canvas);
    }
}

static void a_picture_that_was_given_up_leaves_nothing_behind(void **state)
{
    struct bench *bench = *state;
    struct eg_canvas canvas = new_canvas(bench, BLENDS, 300, 60), other = new_canvas(bench, OWN, 80, 90);
    struct eg_png_options options = {.palette = bench->palette, .scratch = bench->scratches[0]};
    struct eg_png_pieces *pieces;
    assert_int_equal(eg_png_pieces_begin(&canvas, &options, 7, &pieces, NULL), EG_OK);
    while (eg_png_pieces_turn(pieces))
        for (uint32_t i = 0; i < eg_png_pieces_shares(pieces); i++)
            eg_png_pieces_work(pieces, i, bench->scratches[1]);
    check_picture(bench, &other);
    eg_canvas_clear(&canvas);
    eg_canvas_clear(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_in_pieces_have_the_pixels_of_those_in_one),
        cmocka_unit_test(the_usual_pieces_are_what_the_encoder_writes),
        cmocka_unit_test(the_usual_number_of_pieces_grows_with_the_picture),
        cmocka_unit_test(every_row_is_in_one_piece),
        cmocka_unit_test(samples_decide_as_all_pixels_would),
        cmocka_unit_test(refused_memory_is_reported_at_the_join),
        cmocka_unit_test(a_picture_that_was_given_up_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
