#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "render/outline.h"
#include "support/failing_malloc.h"
#include "support/test_plane.h"

static struct eg_test_random seeded;

/* Outlines on white or on nothing. */
struct drawing {
    struct eg_plane *plane;
    struct eg_render_scratch *scratch;
    struct eg_outline outline;
    struct eg_view view;
    struct eg_canvas canvas;
};

static struct drawing drawing_of(struct eg_plane *plane)
{
    struct drawing d = {.plane = plane,
                        .scratch = eg_render_scratch_new(),
                        .outline = {.plane = plane, .colour = {0, 0, 0, 255}, .width_px = 1},
                        .view = {.width = 20,
                                 .height = 20,
                                 .left = 0,
                                 .top = 20,
                                 .px_per_unit_x = 1,
                                 .px_per_unit_y = 1,
                                 .line_scale = 1}};
    assert_non_null(d.scratch);
    return d;
}

static void drawing_run(struct drawing *d, struct eg_rgba ground)
{
    eg_canvas_clear(&d->canvas);
    assert_int_equal(eg_canvas_init(&d->canvas, d->view.width, d->view.height, NULL), EG_OK);
    for (size_t i = 0; i < (size_t)d->view.width * d->view.height; i++) d->canvas.pixels[i] = ground;
    assert_int_equal(eg_outline_draw(d->scratch, &d->view, &d->outline, &d->canvas, NULL), EG_OK);
}

static void drawing_end(struct drawing *d)
{
    eg_canvas_clear(&d->canvas);
    eg_render_scratch_free(d->scratch);
    eg_test_plane_free(d->plane);
}

static const struct eg_rgba clear = {0, 0, 0, 0};
static const struct eg_rgba white = {255, 255, 255, 255};

static uint8_t alpha(const struct drawing *d, uint32_t x, uint32_t y)
{
    return d->canvas.pixels[(size_t)y * d->canvas.width + x].a;
}

static struct eg_plane *square(int32_t low, int32_t high)
{
    const struct eg_point points[] = {{low, low}, {high, low}, {high, high}, {low, high}};
    return eg_test_plane_rings(points, (const uint32_t[]){0, 4}, 1);
}

static void a_line_between_two_rows_of_pixels_covers_half_of_each(void **state)
{
    (void)state;
    struct drawing d = drawing_of(square(5, 15));
    drawing_run(&d, clear);
    for (uint32_t x = 7; x < 13; x++) {
        assert_int_equal(alpha(&d, x, 3), 0);
        assert_int_equal(alpha(&d, x, 4), 128);
        assert_int_equal(alpha(&d, x, 5), 128);
        assert_int_equal(alpha(&d, x, 6), 0);
        assert_int_equal(alpha(&d, 4, x), 128);
        assert_int_equal(alpha(&d, 5, x), 128);
    }
    drawing_end(&d);
}

static void a_line_through_the_middle_of_pixels_covers_just_them(void **state)
{
    (void)state;
    struct drawing d = drawing_of(square(5, 15));
    d.view.left = 0.5;
    d.view.top = 20.5;
    drawing_run(&d, clear);
    for (uint32_t x = 7; x < 13; x++) {
        assert_int_equal(alpha(&d, x, 4), 0);
        assert_int_equal(alpha(&d, x, 5), 255);
        assert_int_equal(alpha(&d, x, 6), 0);
    }
    drawing_end(&d);
}

static void joints_are_not_darker_than_the_line(void **state)
{
    (void)state;
    struct eg_test_mesh mesh = {.columns = 6,
                                .rows = 6,
                                .cell = 3000,
                                .origin = {1000, 1000},
                                .bends_log2 = 2,
                                .shake = 0.2,
                                .roughness = 0.2};
    struct drawing d = drawing_of(eg_test_plane_mesh(&mesh, &seeded));
    d.view.top = 20000;
    d.view.px_per_unit_x = d.view.px_per_unit_y = 0.001;
    d.outline.colour.a = 100;
    d.outline.width_px = 2;
    drawing_run(&d, clear);
    uint8_t most = 0;
    for (uint32_t i = 0; i < 400; i++)
        if (d.canvas.pixels[i].a > most) most = d.canvas.pixels[i].a;
    assert_int_equal(most, 100);
    drawing_end(&d);
}

static void thin_lines_are_fainter_and_wide_ones_wider(void **state)
{
    (void)state;
    struct drawing d = drawing_of(square(5, 15));
    d.view.left = 0.5;
    d.view.top = 20.5;
    const double widths[] = {0.25, 0.5, 1, 2, 3, 5};
    for (size_t i = 0; i < EG_ARRAY_LEN(widths); i++) {
        d.outline.width_px = widths[i];
        drawing_run(&d, clear);
        double sum = 0;
        for (uint32_t y = 0; y < 10; y++) sum += alpha(&d, 10, y) / 255.0;
        assert_true(fabs(sum - widths[i]) < 0.01);
    }
    d.outline.width_px = 1.5;
    d.view.line_scale = 2;
    drawing_run(&d, clear);
    for (uint32_t y = 4; y <= 6; y++) assert_int_equal(alpha(&d, 10, y), 255);
    assert_int_equal(alpha(&d, 10, 3), 0);
    d.outline.width_px = 0;
    drawing_run(&d, clear);
    for (uint32_t i = 0; i < 400; i++) assert_int_equal(d.canvas.pixels[i].a, 0);
    drawing_end(&d);
}

static void lines_are_laid_over_the_picture_by_their_alpha(void **state)
{
    (void)state;
    struct drawing d = drawing_of(square(5, 15));
    d.view.left = 0.5;
    d.view.top = 20.5;
    d.outline.colour = (struct eg_rgba){200, 100, 0, 128};
    drawing_run(&d, white);
    struct eg_rgba c = d.canvas.pixels[5 * 20 + 10];
    assert_int_equal(c.r, 227);
    assert_int_equal(c.g, 177);
    assert_int_equal(c.b, 127);
    assert_int_equal(c.a, 255);
    drawing_run(&d, clear);
    c = d.canvas.pixels[5 * 20 + 10];
    assert_true(c.r == 100 && c.g == 50 && c.b == 0 && c.a == 128);
    d.outline.colour.a = 255;
    drawing_run(&d, white);
    c = d.canvas.pixels[5 * 20 + 10];
    assert_true(c.r == 200 && c.g == 100 && c.b == 0 && c.a == 255);
    drawing_end(&d);
}

static void aliased_pixels_are_on_or_off_and_lines_unbroken(void **state)
{
    (void)state;
    const struct eg_point points[] = {{3, 2}, {17, 9}, {12, 18}};
    struct drawing d = drawing_of(eg_test_plane_rings(points, (const uint32_t[]){0, 3}, 1));
    d.outline.aliased = true;
    d.outline.width_px = 0.3;
    drawing_run(&d, clear);
    for (uint32_t i = 0; i < 400; i++) assert_true(d.canvas.pixels[i].a == 0 || d.canvas.pixels[i].a == 255);
    for (uint32_t x = 4; x < 17; x++) {
        uint32_t seen = 0;
        for (uint32_t y = 0; y < 20; y++) seen += alpha(&d, x, y) > 0;
        assert_in_range(seen, 2, 20);
    }
    drawing_end(&d);
}

static void an_arc_without_length_is_a_dot(void **state)
{
    (void)state;
    const struct eg_point points[] = {{10, 10}, {10, 10}, {10, 10}};
    struct drawing d = drawing_of(eg_test_plane_rings(points, (const uint32_t[]){0, 3}, 1));
    d.outline.width_px = 4;
    drawing_run(&d, clear);
    double sum = 0;
    for (uint32_t i = 0; i < 400; i++) sum += d.canvas.pixels[i].a / 255.0;
    assert_true(fabs(sum - 4 * 3.14159) < 0.3);
    drawing_end(&d);
}

static void check_parts(struct drawing *d, uint32_t size)
{
    drawing_run(d, white);
    struct eg_canvas whole = d->canvas;
    struct eg_view view = d->view;
    d->canvas = (struct eg_canvas){0};
    for (int k = 0; k < 5; k++) {
        uint32_t width = 1 + eg_test_random_below(&seeded, size / 2),
                 height = 1 + eg_test_random_below(&seeded, size / 2);
        uint32_t x0 = eg_test_random_below(&seeded, size - width),
                 y0 = eg_test_random_below(&seeded, size - height);
        d->view.left = view.left + x0 / view.px_per_unit_x;
        d->view.top = view.top - y0 / view.px_per_unit_y;
        d->view.width = width;
        d->view.height = height;
        drawing_run(d, white);
        for (uint32_t y = 0; y < height; y++)
            assert_memory_equal(&whole.pixels[(size_t)(y0 + y) * size + x0],
                                &d->canvas.pixels[(size_t)y * width], width * sizeof(struct eg_rgba));
    }
    eg_canvas_clear(&whole);
    d->view = view;
}

static void a_part_is_what_a_wider_picture_shows_there(void **state)
{
    (void)state;
    for (int round = 0; round < 40; round++) {
        struct eg_test_mesh mesh = {.columns = 4,
                                    .rows = 4,
                                    .cell = 4000,
                                    .origin = {-8000, -8000},
                                    .bends_log2 = eg_test_random_below(&seeded, 6),
                                    .shake = 0.4,
                                    .roughness = 0.3};
        struct drawing d = drawing_of(eg_test_plane_mesh(&mesh, &seeded));
        double scale = ldexp(1, -(int)eg_test_random_below(&seeded, 7));
        uint32_t size = round % 8 == 0 ? 1200 : 300;
        d.view.width = d.view.height = size;
        d.view.px_per_unit_x = d.view.px_per_unit_y = scale;
        d.view.left = (double)eg_test_random_below(&seeded, 8000) - 6000;
        d.view.top = (double)eg_test_random_below(&seeded, 8000);
        d.outline.width_px = 0.3 + 6 * eg_test_random_unit(&seeded);
        d.outline.aliased = round % 5 == 4;
        check_parts(&d, size);
        drawing_end(&d);
    }
}

static void segments_longer_than_any_picture_fit_together_too(void **state)
{
    (void)state;
    const struct eg_point points[] = {
        {-2000000000, -1900000000}, {2000000000, 1700000011}, {-1999999999, 2000000000}};
    for (int round = 0; round < 20; round++) {
        struct drawing d = drawing_of(eg_test_plane_rings(points, (const uint32_t[]){0, 3}, 1));
        d.view.width = d.view.height = 400;
        d.view.px_per_unit_x = d.view.px_per_unit_y = ldexp(1, 2 - (int)eg_test_random_below(&seeded, 20));
        double at = 0.1 + 0.8 * eg_test_random_unit(&seeded); /* far from the other two sides */
        d.view.left = floor(-2e9 + at * 4e9) - floor(100 / d.view.px_per_unit_x);
        d.view.top = floor(-1.9e9 + at * 3.600000011e9) + floor(200 / d.view.px_per_unit_y);
        check_parts(&d, 400);
        /* The line really passes here, and is not broken. */
        drawing_run(&d, clear);
        for (uint32_t x = 60; x < 140; x++) {
            uint32_t sum = 0;
            for (uint32_t y = 0; y < 400; y++) sum += alpha(&d, x, y);
            assert_in_range(sum, 255, 420);
        }
        drawing_end(&d);
    }
}

static void hostile_views_are_survived(void **state)
{
    (void)state;
    const double numbers[] = {0,       1,    -1,   1e-300,   1e300, -1e300, 0x1p31,
                              -0x1p52, 1e18, 1e-9, HUGE_VAL, NAN,   123.45};
    struct drawing d = drawing_of(square(-1000, 1000));
    for (int round = 0; round < 500; round++) {
        d.view.left = numbers[eg_test_random_below(&seeded, EG_ARRAY_LEN(numbers))];
        d.view.top = numbers[eg_test_random_below(&seeded, EG_ARRAY_LEN(numbers))];
        d.view.px_per_unit_x = numbers[eg_test_random_below(&seeded, EG_ARRAY_LEN(numbers))];
        d.view.px_per_unit_y = numbers[eg_test_random_below(&seeded, EG_ARRAY_LEN(numbers))];
        d.view.line_scale = numbers[eg_test_random_below(&seeded, EG_ARRAY_LEN(numbers))];
        d.outline.width_px = numbers[eg_test_random_below(&seeded, EG_ARRAY_LEN(numbers))];
        drawing_run(&d, clear);
    }
    drawing_end(&d);
}

static void every_refused_allocation_is_reported(void **state)
{
    (void)state;
    struct drawing d = drawing_of(square(5, 15));
    assert_int_equal(eg_canvas_init(&d.canvas, 20, 20, NULL), EG_OK);
    for (long n = 1;; n++) {
        eg_render_scratch_free(d.scratch);
        d.scratch = eg_render_scratch_new();
        eg_failing_malloc_after(n);
        enum eg_status st = eg_outline_draw(d.scratch, &d.view, &d.outline, &d.canvas, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        if (!failed) break;
        assert_int_equal(st, EG_NO_MEMORY);
        assert_int_equal(alpha(&d, 10, 5), 0);
    }
    assert_int_equal(alpha(&d, 10, 5), 128);
    eg_failing_malloc_after(1);
    enum eg_status st = eg_outline_draw(d.scratch, &d.view, &d.outline, &d.canvas, NULL);
    bool asked = eg_failing_malloc_triggered();
    eg_failing_malloc_after(0);
    assert_int_equal(st, EG_OK);
    assert_false(asked);
    drawing_end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_between_two_rows_of_pixels_covers_half_of_each),
        cmocka_unit_test(a_line_through_the_middle_of_pixels_covers_just_them),
        cmocka_unit_test(joints_are_not_darker_than_the_line),
        cmocka_unit_test(thin_lines_are_fainter_and_wide_ones_wider),
        cmocka_unit_test(lines_are_laid_over_the_picture_by_their_alpha),
        cmocka_unit_test(aliased_pixels_are_on_or_off_and_lines_unbroken),
        cmocka_unit_test(an_arc_without_length_is_a_dot),
        cmocka_unit_test(a_part_is_what_a_wider_picture_shows_there),
        cmocka_unit_test(segments_longer_than_any_picture_fit_together_too),
        cmocka_unit_test(hostile_views_are_survived),
        cmocka_unit_test(every_refused_allocation_is_reported),
    };
    seeded = eg_test_random_new();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
