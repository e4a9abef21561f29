/* The integer grid: units, rounding, clamping, boxes, tile bounds. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "base/error.h"
#include "geo/grid.h"

static void assert_point(struct eg_point p, int32_t x, int32_t y)
{
    assert_int_equal(p.x, x);
    assert_int_equal(p.y, y);
}

static void the_mercator_world_is_two_to_the_32_units_wide(void **state)
{
    (void)state;
    struct eg_grid grid = eg_grid_web_mercator();

    assert_true(ldexp(grid.unit, 32) == 2 * EG_MERCATOR_HALF_M);
    assert_point(eg_grid_snap(grid, -EG_MERCATOR_HALF_M, -EG_MERCATOR_HALF_M), INT32_MIN, INT32_MIN);
    assert_point(eg_grid_snap(grid, 0.0, -0.0), 0, 0);
}

static void the_eastern_end_of_the_world_is_clamped_to_the_last_grid_point(void **state)
{
    (void)state;
    struct eg_grid grid = eg_grid_web_mercator();

    assert_point(eg_grid_snap(grid, EG_MERCATOR_HALF_M, 1e300), INT32_MAX, INT32_MAX);
    assert_point(eg_grid_snap(grid, -1e300, -1e300), INT32_MIN, INT32_MIN);
}

static void degrees_and_metres_have_units_that_are_powers_of_two(void **state)
{
    (void)state;
    assert_true(eg_grid_for_crs(true).unit == 1.0 / 4194304.0);
    assert_true(eg_grid_for_crs(false).unit == 1.0 / 64.0);
    assert_point(eg_grid_snap(eg_grid_for_crs(true), 180.0, -90.0), 754974720, -377487360);
    assert_point(eg_grid_snap(eg_grid_for_crs(false), 651409.792, 5338.115), 41690227, 341639);
}

static void a_coordinate_goes_to_the_nearest_grid_point_and_ties_to_the_even_one(void **state)
{
    (void)state;
    struct eg_grid grid = {.unit = 1.0};

    assert_point(eg_grid_snap(grid, 0.49999999999999994, -0.49999999999999994), 0, 0);
    assert_point(eg_grid_snap(grid, 0.5, 1.5), 0, 2);
    assert_point(eg_grid_snap(grid, -0.5, -1.5), 0, -2);
    assert_point(eg_grid_snap(grid, 2147483646.4, -2147483647.4), 2147483646, -2147483647);
    assert_point(eg_grid_snap(grid, -7.6, 7.6), -8, 8);
}

static void an_empty_box_grows_around_what_is_added(void **state)
{
    (void)state;
    struct eg_box box = eg_box_empty();

    assert_true(eg_box_is_empty(box));
    box = eg_box_add(box, (struct eg_point){3, -4});
    assert_false(eg_box_is_empty(box));
    box = eg_box_add(box, (struct eg_point){-1, 9});
    assert_int_equal(box.min_x, -1);
    assert_int_equal(box.min_y, -4);
    assert_int_equal(box.max_x, 3);
    assert_int_equal(box.max_y, 9);
}

static void boxes_that_touch_meet_and_an_empty_box_meets_nothing(void **state)
{
    (void)state;
    struct eg_box a = {0, 0, 10, 10};

    assert_true(eg_box_meets(a, (struct eg_box){10, 10, 20, 20}));
    assert_true(eg_box_meets(a, (struct eg_box){2, 2, 3, 3}));
    assert_false(eg_box_meets(a, (struct eg_box){11, 0, 20, 10}));
    assert_false(eg_box_meets(a, (struct eg_box){0, -9, 10, -1}));
    assert_false(eg_box_meets(a, eg_box_empty()));
    assert_false(eg_box_meets((struct eg_box){5, 5, 4, 6}, a));
}

static void tile_zero_is_the_world_and_neighbours_share_their_edge_exactly(void **state)
{
    (void)state;
    struct eg_bounds world = eg_grid_tile_bounds_m(0, 0, 0);

    assert_true(world.min_x == -EG_MERCATOR_HALF_M && world.max_x == EG_MERCATOR_HALF_M);
    assert_true(world.min_y == -EG_MERCATOR_HALF_M && world.max_y == EG_MERCATOR_HALF_M);
    for (uint32_t z = 1; z <= 24; z++) {
        uint32_t last = (1u << z) - 1;
        struct eg_bounds a = eg_grid_tile_bounds_m(z, last / 3, last / 5);
        struct eg_bounds b = eg_grid_tile_bounds_m(z, last / 3 + 1, last / 5 + 1);
        assert_true(a.max_x == b.min_x);
        assert_true(a.min_y == b.max_y);
        assert_true(eg_grid_tile_bounds_m(z, last, last).max_x == EG_MERCATOR_HALF_M);
        assert_true(eg_grid_tile_bounds_m(z, last, last).min_y == -EG_MERCATOR_HALF_M);
    }
}

static void the_north_west_tile_of_zoom_one_lies_north_west(void **state)
{
    (void)state;
    struct eg_bounds tile = eg_grid_tile_bounds_m(1, 0, 0);

    assert_true(tile.min_x == -EG_MERCATOR_HALF_M && tile.max_x == 0.0);
    assert_true(tile.min_y == 0.0 && tile.max_y == EG_MERCATOR_HALF_M);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mercator_world_is_two_to_the_32_units_wide),
        cmocka_unit_test(the_eastern_end_of_the_world_is_clamped_to_the_last_grid_point),
        cmocka_unit_test(degrees_and_metres_have_units_that_are_powers_of_two),
        cmocka_unit_test(a_coordinate_goes_to_the_nearest_grid_point_and_ties_to_the_even_one),
        cmocka_unit_test(an_empty_box_grows_around_what_is_added),
        cmocka_unit_test(boxes_that_touch_meet_and_an_empty_box_meets_nothing),
        cmocka_unit_test(tile_zero_is_the_world_and_neighbours_share_their_edge_exactly),
        cmocka_unit_test(the_north_west_tile_of_zoom_one_lies_north_west),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
