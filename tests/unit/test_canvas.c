#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "render/canvas.h"
#include "render/pattern.h"
#include "support/failing_malloc.h"
#include "support/test_plane.h"

/* Enough of a plane for a view: a grid and levels. */
static struct eg_plane plane_with_unit(double unit)
{
    return (struct eg_plane){.grid = {unit}, .n_levels = 40};
}

static void a_new_canvas_is_transparent(void **state)
{
    (void)state;
    struct eg_canvas canvas;
    assert_int_equal(eg_canvas_init(&canvas, 7, 3, NULL), EG_OK);
    assert_int_equal(canvas.width, 7);
    assert_int_equal(canvas.height, 3);
    for (uint32_t i = 0; i < 21; i++)
        assert_int_equal(canvas.pixels[i].r | canvas.pixels[i].g | canvas.pixels[i].b | canvas.pixels[i].a,
                         0);
    eg_canvas_clear(&canvas);
    assert_null(canvas.pixels);
}

static void canvases_beyond_the_limits_are_refused_and_leave_the_output_alone(void **state)
{
    (void)state;
    const uint32_t wrong[][2] = {{0, 1}, {1, 0}, {16385, 1}, {1, 16385}, {UINT32_MAX, UINT32_MAX}};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        struct eg_canvas canvas = {.width = 42};
        struct eg_error err;
        assert_int_equal(eg_canvas_init(&canvas, wrong[i][0], wrong[i][1], &err), EG_LIMIT);
        assert_int_equal(err.status, EG_LIMIT);
        assert_int_equal(canvas.width, 42);
    }
}

static void a_refused_canvas_leaves_the_output_alone(void **state)
{
    (void)state;
    struct eg_canvas canvas = {.width = 42};
    eg_failing_malloc_after(1);
    enum eg_status st = eg_canvas_init(&canvas, 16, 16, NULL);
    eg_failing_malloc_after(0);
    assert_int_equal(st, EG_NO_MEMORY);
    assert_int_equal(canvas.width, 42);
}

static void premultiplying_rounds_to_nearest_and_keeps_opaque_colours(void **state)
{
    (void)state;
    struct eg_rgba c = eg_rgba_premultiply((struct eg_rgba){200, 30, 255, 255});
    assert_true(c.r == 200 && c.g == 30 && c.b == 255 && c.a == 255);
    c = eg_rgba_premultiply((struct eg_rgba){255, 1, 100, 128});
    assert_true(c.r == 128 && c.g == 1 && c.b == 50 && c.a == 128);
    c = eg_rgba_premultiply((struct eg_rgba){255, 255, 255, 0});
    assert_true(c.r == 0 && c.g == 0 && c.b == 0 && c.a == 0);
    for (int v = 0; v < 256; v++)
        for (int a = 0; a < 256; a++) {
            c = eg_rgba_premultiply((struct eg_rgba){(uint8_t)v, 0, 0, (uint8_t)a});
            assert_int_equal(c.r, (v * a * 2 + 255) / 510);
        }
}

static void tiles_lie_exactly_on_the_grid(void **state)
{
    (void)state;
    struct eg_plane plane = plane_with_unit(eg_grid_web_mercator().unit);
    struct eg_view world = eg_view_tile(&plane, 0, 0, 0, 1);
    assert_true(world.left == -0x1p31 && world.top == 0x1p31 && world.px_per_unit_x == 0x1p-24);
    struct eg_view tile = eg_view_tile(&plane, 12, 2018, 1328, 2);
    assert_int_equal(tile.width, 512);
    assert_int_equal(tile.height, 512);
    assert_true(tile.left == 2018 * 0x1p20 - 0x1p31);
    assert_true(tile.top == 0x1p31 - 1328 * 0x1p20);
    assert_true(tile.px_per_unit_x == 0x1p-11 && tile.px_per_unit_y == 0x1p-11);
    assert_true(tile.line_scale == 2);
}

static void a_double_size_tile_has_the_level_of_the_next_zoom(void **state)
{
    (void)state;
    struct eg_plane plane = plane_with_unit(eg_grid_web_mercator().unit);
    for (uint32_t z = 5; z < 15; z++)
        assert_int_equal(eg_view_tile(&plane, z, 0, 0, 2).level, eg_view_tile(&plane, z + 1, 0, 0, 1).level);
}

static void patterns_run_on_from_tile_to_tile(void **state)
{
    (void)state;
    struct eg_plane plane = plane_with_unit(eg_grid_web_mercator().unit);
    for (uint32_t scale = 1; scale <= 4; scale++) {
        uint32_t period = eg_pattern_period_px(scale);
        for (uint32_t x = 0; x < 4000; x++) {
            struct eg_view here = eg_view_tile(&plane, 12, x, 95, scale);
            struct eg_view next = eg_view_tile(&plane, 12, x + 1, 95, scale);
            assert_int_equal((here.pattern_x + here.width) % period, next.pattern_x % period);
        }
    }
}

static void the_same_box_as_a_tile_gives_the_same_view(void **state)
{
    (void)state;
    struct eg_plane plane = plane_with_unit(eg_grid_web_mercator().unit);
    struct eg_view tile = eg_view_tile(&plane, 11, 1010, 660, 1);
    struct eg_view box = eg_view_bounds(&plane, eg_grid_tile_bounds_m(11, 1010, 660), 256, 256, 1);
    assert_true(fabs(box.left - tile.left) < 1e-5 && fabs(box.top - tile.top) < 1e-5);
    assert_true(fabs(box.px_per_unit_x / tile.px_per_unit_x - 1) < 1e-12);
    assert_int_equal(box.pattern_x % 8, tile.pattern_x % 8);
    assert_int_equal(box.pattern_y % 8, tile.pattern_y % 8);
}

static void pixels_need_not_be_square_and_the_finer_side_decides_the_level(void **state)
{
    (void)state;
    struct eg_plane plane = plane_with_unit(0.5);
    struct eg_view view = eg_view_bounds(&plane, (struct eg_bounds){100, 200, 300, 1000}, 400, 100, 1.5);
    assert_true(view.left == 200 && view.top == 2000);
    assert_true(view.px_per_unit_x == 1 && view.px_per_unit_y == 0.0625);
    assert_true(view.line_scale == 1.5);
    assert_int_equal(view.level, eg_plane_level_for(&plane, 1));
}

static void the_box_of_a_view_covers_it_with_its_margin(void **state)
{
    (void)state;
    struct eg_view view = {
        .width = 10, .height = 20, .left = 100.5, .top = 50.25, .px_per_unit_x = 0.5, .px_per_unit_y = 2};
    struct eg_box box = eg_view_box(&view, 0);
    assert_int_equal(box.min_x, 100);
    assert_int_equal(box.max_x, 121);
    assert_int_equal(box.max_y, 51);
    assert_int_equal(box.min_y, 40);
    box = eg_view_box(&view, 1);
    assert_int_equal(box.min_x, 98);
    assert_int_equal(box.max_x, 123);
    assert_int_equal(box.max_y, 51);
    assert_int_equal(box.min_y, 39);
}

static void views_beyond_the_grid_have_boxes_within_it(void **state)
{
    (void)state;
    struct eg_view view = {.width = 10,
                           .height = 10,
                           .left = -1e300,
                           .top = 1e300,
                           .px_per_unit_x = 1e-300,
                           .px_per_unit_y = 1e-300};
    struct eg_box box = eg_view_box(&view, 1);
    assert_int_equal(box.min_x, INT32_MIN);
    assert_int_equal(box.max_y, INT32_MAX);
    view.left = view.top = NAN;
    box = eg_view_box(&view, 1);
    assert_int_equal(box.min_x, INT32_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_canvas_is_transparent),
        cmocka_unit_test(canvases_beyond_the_limits_are_refused_and_leave_the_output_alone),
        cmocka_unit_test(a_refused_canvas_leaves_the_output_alone),
        cmocka_unit_test(premultiplying_rounds_to_nearest_and_keeps_opaque_colours),
        cmocka_unit_test(tiles_lie_exactly_on_the_grid),
        cmocka_unit_test(a_double_size_tile_has_the_level_of_the_next_zoom),
        cmocka_unit_test(patterns_run_on_from_tile_to_tile),
        cmocka_unit_test(the_same_box_as_a_tile_gives_the_same_view),
        cmocka_unit_test(pixels_need_not_be_square_and_the_finer_side_decides_the_level),
        cmocka_unit_test(the_box_of_a_view_covers_it_with_its_margin),
        cmocka_unit_test(views_beyond_the_grid_have_boxes_within_it),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
