/* The same promises as in test_fill_property, on England's 32,844 neighbourhoods with their real levels of detail, from the
 * whole country in a tile to single streets: seams and misfits of simplified borders would show here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/boundaries.h"
#include "render/fill.h"
#include "render/outline.h"
#include "support/held_alpha.h"
#include "support/test_data.h"

#define DATA "ew_lsoa11_bgc.gpkg"
#define N_PAINTS 10

struct england {
    struct eg_plane *plane; /* NULL: the data are absent */
    uint8_t *area_paint;
    struct eg_render_scratch *scratch;
    struct eg_paint paints[N_PAINTS];
};

static int load(void **state)
{
    static struct england england;
    *state = &england;
    char path[4096];
    if (!eg_test_data_path(DATA, path, sizeof path)) return 0;
    struct eg_arena *arena = eg_arena_new((size_t)1 << 28U);
    assert_non_null(arena);
    struct eg_atlas_boundaries spec = {.id = EG_TEXT("lsoa"),
                                       .source = eg_text_from(path),
                                       .key = EG_TEXT("lsoa11cd"),
                                       .filter = EG_TEXT("lsoa11cd LIKE 'E%'"),
                                       .snap_m = 0.05,
                                       .dissolve_of = EG_ATLAS_NONE};
    struct eg_boundaries_wish wish = {.spec = &spec, .n_points_max = UINT32_MAX, .arena = arena};
    struct eg_boundaries_report report = {0};
    struct eg_source_areas areas;
    assert_int_equal(eg_boundaries_read(&wish, &areas, &report, NULL), EG_OK);
    assert_int_equal(eg_boundaries_build(&wish, &areas, 1, &england.plane, &report, NULL), EG_OK);
    eg_arena_free(arena);
    england.scratch = eg_render_scratch_new();
    england.area_paint = malloc(england.plane->n_areas);
    assert_non_null(england.scratch);
    assert_non_null(england.area_paint);
    for (uint32_t a = 0; a < england.plane->n_areas; a++) england.area_paint[a] = (uint8_t)(a * 7 % N_PAINTS);
    for (uint8_t p = 0; p < N_PAINTS; p++)
        england.paints[p].colour =
            (struct eg_rgba){(uint8_t)(250 - 20 * p), (uint8_t)(25 * p), (uint8_t)(90 + 9 * p), 255};
    return 0;
}

static int unload(void **state)
{
    struct england *england = *state;
    eg_plane_free(england->plane);
    eg_render_scratch_free(england->scratch);
    free(england->area_paint);
    return 0;
}

static const struct england *england_or_skip(void **state)
{
    const struct england *england = *state;
    char path[4096];
    if (!england->plane) (void)eg_test_data_or_skip(DATA, path, sizeof path);
    return england;
}

static struct eg_fill fill_of(const struct england *england)
{
    return (struct eg_fill){.plane = england->plane,
                            .area_paint = england->area_paint,
                            .paints = england->paints,
                            .n_paints = N_PAINTS};
}

/* Towns, a coast with an estuary, open country, and a place in the sea. */
static const double places[][2] = {{-0.12, 51.51}, {-1.55, 53.80}, {-3.02, 53.42}, {0.55, 51.48},
                                   {-0.90, 52.24}, {-5.05, 50.15}, {1.30, 52.63},  {-4.60, 52.50}};

typedef void tile_fn(const struct england *england, uint32_t z, uint32_t x, uint32_t y);

static void for_every_tile(void **state, tile_fn *check)
{
    const struct england *england = england_or_skip(state);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        for (uint32_t z = 5; z <= 18; z++) {
            double x_m, y_m;
            eg_mercator_forward(places[i][0], places[i][1], &x_m, &y_m);
            double tile_m = ldexp(2 * EG_MERCATOR_HALF_M, -(int)z);
            check(england, z, (uint32_t)((EG_MERCATOR_HALF_M + x_m) / tile_m),
                  (uint32_t)((EG_MERCATOR_HALF_M - y_m) / tile_m));
        }
}

static void draw(const struct england *england, const struct eg_view *view, const struct eg_fill *fill,
                 struct eg_canvas *canvas)
{
    assert_int_equal(eg_canvas_init(canvas, view->width, view->height, NULL), EG_OK);
    assert_int_equal(eg_fill_draw(england->scratch, view, fill, canvas, NULL), EG_OK);
}

static void outline(const struct england *england, const struct eg_view *view, struct eg_canvas *canvas)
{
    const struct eg_outline line = {.plane = england->plane, .colour = {20, 20, 20, 180}, .width_px = 1.3};
    assert_int_equal(eg_outline_draw(england->scratch, view, &line, canvas, NULL), EG_OK);
}

static void compare_with_quarters(const struct england *england, uint32_t z, uint32_t x, uint32_t y)
{
    struct eg_fill fill = fill_of(england);
    struct eg_view view = eg_view_tile(england->plane, z, x, y, 2);
    view.line_scale = 1;
    struct eg_canvas whole;
    draw(england, &view, &fill, &whole);
    outline(england, &view, &whole);
    for (uint32_t q = 0; q < 4; q++) {
        view = eg_view_tile(england->plane, z + 1, 2 * x + q % 2, 2 * y + q / 2, 1);
        struct eg_canvas part;
        draw(england, &view, &fill, &part);
        outline(england, &view, &part);
        for (size_t row = 0; row < 256; row++)
            assert_memory_equal(&whole.pixels[(row + q / 2 * 256) * 512 + q % 2 * 256],
                                &part.pixels[row * 256], 256 * sizeof(struct eg_rgba));
        eg_canvas_clear(&part);
    }
    eg_canvas_clear(&whole);
}

static void a_double_size_tile_is_its_four_quarters(void **state)
{
    for_every_tile(state, compare_with_quarters);
}

/* In ten colours every border between unlike areas is drawn, in one colour only the coast: no pixel may be less opaque
 * for it. */
static void compare_alpha(const struct england *england, uint32_t z, uint32_t x, uint32_t y)
{
    struct eg_fill fill = fill_of(england);
    struct eg_paint red[N_PAINTS];
    for (uint32_t p = 0; p < N_PAINTS; p++) red[p] = (struct eg_paint){.colour = {200, 30, 30, 255}};
    struct eg_view view = eg_view_tile(england->plane, z, x, y, 1);
    struct eg_canvas coloured, plain;
    draw(england, &view, &fill, &coloured);
    fill.paints = red;
    draw(england, &view, &fill, &plain);
    for (size_t i = 0; i < 256 * 256; i++) assert_int_equal(coloured.pixels[i].a, plain.pixels[i].a);
    eg_canvas_clear(&coloured);
    eg_canvas_clear(&plain);
}

static void borders_let_no_background_through(void **state)
{
    for_every_tile(state, compare_alpha);
}

/* The file, not the drawing alone: in ten colours that are opaque, or all let the same share through. */
static void compare_file(const struct england *england, uint32_t z, uint32_t x, uint32_t y)
{
    struct eg_fill fill = fill_of(england);
    struct eg_paint faint[N_PAINTS];
    for (uint32_t p = 0; p < N_PAINTS; p++) {
        struct eg_rgba colour = england->paints[p].colour;
        colour.a = 153;
        faint[p] = (struct eg_paint){.colour = eg_rgba_premultiply(colour)};
    }
    for (uint32_t scale = 1; scale <= 2; scale++) {
        struct eg_view view = eg_view_tile(england->plane, z, x, y, scale);
        struct eg_canvas canvas;
        char what[64];
        (void)snprintf(what, sizeof what, "%u/%u/%u@%ux", z, x, y, scale);
        fill.paints = z % 2 ? england->paints : faint;
        draw(england, &view, &fill, &canvas);
        struct eg_palette_style style = {.paints = fill.paints, .n_paints = N_PAINTS};
        (void)eg_test_encode_and_compare(&canvas, &style, z % 2 ? 255 : 153, what);
        eg_canvas_clear(&canvas);
    }
}

static void borders_let_no_background_through_in_the_file(void **state)
{
    for_every_tile(state, compare_file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_double_size_tile_is_its_four_quarters),
        cmocka_unit_test(borders_let_no_background_through),
        cmocka_unit_test(borders_let_no_background_through_in_the_file),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, load, unload);
}
