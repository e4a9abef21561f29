/* Maps of the small atlas as pictures: every state, each pattern, outlines of both levels, sizes, opacity, a legend. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/golden.h"
#include "support/small_atlas.h"

/* Colours between those of a ramp are worked out in floating point. */
#define RAMPS ((struct eg_golden_tolerance){1, 0})

static struct eg_small small;

static int open_atlas(void **state)
{
    (void)state;
    eg_small_open(0, &small);
    return 0;
}

static int close_atlas(void **state)
{
    (void)state;
    eg_small_close(&small);
    return 0;
}

/* The whole atlas, 256 pixels wide. */
static struct eg_map_request map_of(const char *layer, const char *style)
{
    struct eg_map_request request = {
        .names = eg_small_name(layer, style), .n_names = 1, .width = 256, .height = 200, .scale = 1};
    eg_mercator_forward(-0.03, 50.98, &request.bounds.min_x, &request.bounds.min_y);
    eg_mercator_forward(0.63, 51.302, &request.bounds.max_x, &request.bounds.max_y);
    return request;
}

static void check(const char *name, const struct eg_map_request *request,
                  struct eg_golden_tolerance tolerance)
{
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    struct eg_canvas canvas;
    if (eg_engine_map(small.engine, small.snapshot, request, &entity, &err) != EG_OK)
        fail_msg("%s", err.message);
    eg_small_decode(&entity, &canvas);
    eg_golden_check(name, &canvas, tolerance);
    eg_canvas_clear(&canvas);
}

static void a_map_with_every_state_and_the_outlines_of_towns(void **state)
{
    (void)state;
    struct eg_map_request request = map_of("illness.nbhd", "fifths");
    check("map_states", &request, RAMPS);
}

/* A quarter of it, so that both outlines show: lines and patterns are twice as large. */
static void a_map_at_twice_the_scale(void **state)
{
    (void)state;
    struct eg_map_request request = map_of("illness.nbhd", "fifths");
    eg_mercator_forward(0.04, 51.03, &request.bounds.min_x, &request.bounds.min_y);
    eg_mercator_forward(0.27, 51.17, &request.bounds.max_x, &request.bounds.max_y);
    request.height = 248;
    request.scale = 2;
    request.width = 256;
    check("map_states_2x", &request, RAMPS);
}

static void a_map_of_half_opacity_on_a_background(void **state)
{
    (void)state;
    struct eg_map_request request = map_of("illness.nbhd", "soft");
    check("map_soft", &request, RAMPS);
}

static void an_aliased_map_in_the_national_grid(void **state)
{
    (void)state;
    struct eg_map_request request = map_of("illness.nbhd", "hard");
    request.crs = EG_TEXT("EPSG:27700");
    request.height = 216;
    request.bounds = (struct eg_bounds){536000, 122000, 587000, 165000};
    check("map_hard_27700", &request, RAMPS);
}

static void a_map_of_the_publishers_tenths(void **state)
{
    (void)state;
    struct eg_map_request request = map_of("deprivation.nbhd", "tenths");
    check("map_tenths", &request, RAMPS);
}

static void a_map_of_categories(void **state)
{
    (void)state;
    struct eg_map_request request = map_of("kind.nbhd", "kinds");
    check("map_kinds", &request, RAMPS);
}

static void a_map_with_its_legend(void **state)
{
    (void)state;
    struct eg_map_request request = map_of("illness.nbhd", "fifths");
    request.width = 512;
    request.height = 400;
    request.legend = true;
    check("map_legend", &request, EG_GOLDEN_TEXT);
}

/* Tiles are exact: their coordinates are binary fractions. */
static void a_tile_where_areas_towns_and_the_lake_meet(void **state)
{
    (void)state;
    struct eg_tile_request request = eg_small_tile_at("deprivation.nbhd", "fifths", 11, 0.17, 51.17);
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    struct eg_canvas canvas;
    if (eg_engine_tile_entity(small.engine, small.snapshot, &request, &entity, &err) != EG_OK)
        fail_msg("%s", err.message);
    eg_small_decode(&entity, &canvas);
    eg_golden_check("tile_lake", &canvas, RAMPS);
    eg_canvas_clear(&canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_map_with_every_state_and_the_outlines_of_towns),
        cmocka_unit_test(a_map_at_twice_the_scale),
        cmocka_unit_test(a_map_of_half_opacity_on_a_background),
        cmocka_unit_test(an_aliased_map_in_the_national_grid),
        cmocka_unit_test(a_map_of_the_publishers_tenths),
        cmocka_unit_test(a_map_of_categories),
        cmocka_unit_test(a_map_with_its_legend),
        cmocka_unit_test(a_tile_where_areas_towns_and_the_lake_meet),
    };
    return cmocka_run_group_tests_name("map golden", tests, open_atlas, close_atlas);
}
