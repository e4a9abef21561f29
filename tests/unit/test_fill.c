#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "render/fill.h"
#include "support/failing_malloc.h"
#include "support/test_plane.h"

static const struct eg_rgba red = {200, 30, 30, 255};
static const struct eg_rgba blue = {10, 20, 220, 255};
static const struct eg_rgba clear = {0, 0, 0, 0};

/* A drawing of rings at one grid unit a pixel, the picture's lower left corner at the origin. */
struct drawing {
    struct eg_plane *plane;
    struct eg_render_scratch *scratch;
    struct eg_paint paints[4];
    struct eg_fill fill;
    struct eg_view view;
    struct eg_canvas canvas;
};

static void drawing_begin(struct drawing *d, const struct eg_point *points, const uint32_t *ring_start,
                          const uint8_t *area_paint, uint32_t n_areas)
{
    *d = (struct drawing){.plane = eg_test_plane_rings(points, ring_start, n_areas),
                          .scratch = eg_render_scratch_new(),
                          .paints = {{.colour = red}, {.colour = blue}, {.colour = red}, {.colour = blue}}};
    assert_non_null(d->scratch);
    d->fill =
        (struct eg_fill){.plane = d->plane, .area_paint = area_paint, .paints = d->paints, .n_paints = 4};
    d->view = (struct eg_view){.width = 20,
                               .height = 20,
                               .left = 0,
                               .top = 20,
                               .px_per_unit_x = 1,
                               .px_per_unit_y = 1,
                               .line_scale = 1};
}

static void drawing_run(struct drawing *d)
{
    eg_canvas_clear(&d->canvas);
    assert_int_equal(eg_canvas_init(&d->canvas, d->view.width, d->view.height, NULL), EG_OK);
    memset(d->canvas.pixels, 0xa5, (size_t)d->view.width * d->view.height * sizeof *d->canvas.pixels);
    assert_int_equal(eg_fill_draw(d->scratch, &d->view, &d->fill, &d->canvas, NULL), EG_OK);
}

static void drawing_end(struct drawing *d)
{
    eg_canvas_clear(&d->canvas);
    eg_render_scratch_free(d->scratch);
    eg_test_plane_free(d->plane);
}

static struct eg_rgba pixel(const struct drawing *d, uint32_t x, uint32_t y)
{
    return d->canvas.pixels[(size_t)y * d->canvas.width + x];
}

static void assert_pixel(const struct drawing *d, uint32_t x, uint32_t y, struct eg_rgba want)
{
    struct eg_rgba got = pixel(d, x, y);
    if (memcmp(&got, &want, sizeof got) != 0)
        fail_msg("pixel (%u, %u) is %d %d %d %d, not %d %d %d %d", x, y, got.r, got.g, got.b, got.a, want.r,
                 want.g, want.b, want.a);
}

static const uint8_t first_paints[] = {0, 1, 2, 3};

static void an_area_is_filled_to_its_borders_and_the_rest_is_outside(void **state)
{
    (void)state;
    const struct eg_point square[] = {{5, 5}, {15, 5}, {15, 12}, {5, 12}};
    struct drawing d;
    drawing_begin(&d, square, (const uint32_t[]){0, 4}, first_paints, 1);
    d.fill.outside = (struct eg_rgba){0, 90, 0, 90};
    drawing_run(&d);
    for (uint32_t y = 0; y < 20; y++)
        for (uint32_t x = 0; x < 20; x++)
            assert_pixel(&d, x, y, x >= 5 && x < 15 && y >= 8 && y < 15 ? red : d.fill.outside);
    drawing_end(&d);
}

static void a_pixel_covered_in_part_takes_its_share(void **state)
{
    (void)state;
    const struct eg_point square[] = {{2, 2}, {6, 2}, {6, 6}, {2, 6}};
    struct drawing d;
    drawing_begin(&d, square, (const uint32_t[]){0, 4}, first_paints, 1);
    d.paints[0].colour = (struct eg_rgba){255, 255, 255, 255};
    d.view.left = 0.25;
    d.view.top = 20.5;
    drawing_run(&d);
    assert_int_equal(pixel(&d, 1, 15).a, 64);  /* a quarter of a column */
    assert_int_equal(pixel(&d, 5, 15).a, 191); /* three quarters */
    assert_int_equal(pixel(&d, 3, 14).a, 128); /* half a row */
    assert_int_equal(pixel(&d, 1, 14).a, 32);  /* an eighth */
    assert_int_equal(pixel(&d, 3, 15).a, 255);
    drawing_end(&d);
}

static void a_slanting_border_halves_the_pixels_on_its_diagonal(void **state)
{
    (void)state;
    const struct eg_point triangle[] = {{2, 2}, {18, 2}, {18, 18}};
    struct drawing d;
    drawing_begin(&d, triangle, (const uint32_t[]){0, 3}, first_paints, 1);
    drawing_run(&d);
    for (uint32_t i = 2; i < 18; i++) {
        assert_pixel(&d, i, 19 - i, (struct eg_rgba){100, 15, 15, 128});
        if (i > 2) assert_pixel(&d, i, 20 - i, red);
        assert_pixel(&d, i, 18 - i, clear);
    }
    drawing_end(&d);
}

static void winding_of_the_ring_does_not_matter_when_left_and_right_are_told(void **state)
{
    (void)state;
    const struct eg_point clockwise[] = {{2, 2}, {2, 6}, {6, 6}, {6, 2}};
    struct drawing d;
    drawing_begin(&d, clockwise, (const uint32_t[]){0, 4}, first_paints, 1);
    d.plane->left[0] = EG_NO_AREA;
    d.plane->right[0] = 0;
    drawing_run(&d);
    assert_pixel(&d, 4, 16, red);
    assert_pixel(&d, 1, 16, clear);
    assert_pixel(&d, 6, 16, clear);
    drawing_end(&d);
}

static void neighbours_of_one_colour_show_no_border_and_others_blend_without_background(void **state)
{
    (void)state;
    struct eg_test_random random = {7};
    struct eg_test_mesh mesh = {.columns = 5,
                                .rows = 5,
                                .cell = 1000,
                                .origin = {-2500, -2500},
                                .bends_log2 = 3,
                                .shake = 0.3,
                                .roughness = 0.15};
    struct drawing d;
    const struct eg_point unused[] = {{0, 0}, {1, 0}, {1, 1}};
    drawing_begin(&d, unused, (const uint32_t[]){0, 3}, first_paints, 1);
    eg_test_plane_free(d.plane);
    d.plane = eg_test_plane_mesh(&mesh, &random);
    d.fill.plane = d.plane;
    uint8_t paint[25];
    for (uint32_t a = 0; a < 25; a++) paint[a] = (uint8_t)(a % 4);
    d.fill.area_paint = paint;
    d.view = (struct eg_view){.width = 300,
                              .height = 300,
                              .left = -1500,
                              .top = 1500,
                              .px_per_unit_x = 0.1,
                              .px_per_unit_y = 0.1,
                              .line_scale = 1};
    drawing_run(&d);
    for (uint32_t i = 0; i < 300 * 300; i++) assert_int_equal(d.canvas.pixels[i].a, 255);
    for (uint32_t a = 0; a < 25; a++) paint[a] = (uint8_t)(a % 2 * 2); /* both red */
    drawing_run(&d);
    for (uint32_t i = 0; i < 300 * 300; i++) assert_memory_equal(&d.canvas.pixels[i], &red, sizeof red);
    drawing_end(&d);
}

static void a_picture_inside_an_area_is_solid_although_no_border_meets_it(void **state)
{
    (void)state;
    const struct eg_point large[] = {{-900, -700}, {1000, -800}, {1100, 900}, {-1000, 800}};
    struct drawing d;
    drawing_begin(&d, large, (const uint32_t[]){0, 4}, first_paints, 1);
    const double corners[][2] = {{0, 0}, {-850, 0}, {900, 0}, {0, 700}, {0, -650}};
    for (size_t i = 0; i < EG_ARRAY_LEN(corners); i++) {
        d.view.left = corners[i][0];
        d.view.top = corners[i][1];
        drawing_run(&d);
        for (uint32_t p = 0; p < 400; p++) assert_memory_equal(&d.canvas.pixels[p], &red, sizeof red);
    }
    drawing_end(&d);
}

static void a_picture_away_from_everything_is_all_outside(void **state)
{
    (void)state;
    const struct eg_point square[] = {{5, 5}, {15, 5}, {15, 12}, {5, 12}};
    struct drawing d;
    drawing_begin(&d, square, (const uint32_t[]){0, 4}, first_paints, 1);
    /* The last four touch the square. */
    const double corners[][2] = {{100, 10}, {-100, 10}, {10, 100}, {10, -100},
                                 {15, 20},  {-15, 20},  {0, 5},    {0, 32}};
    for (size_t i = 0; i < EG_ARRAY_LEN(corners); i++) {
        d.view.left = corners[i][0];
        d.view.top = corners[i][1];
        drawing_run(&d);
        for (uint32_t p = 0; p < 400; p++) assert_memory_equal(&d.canvas.pixels[p], &clear, sizeof clear);
    }
    drawing_end(&d);
}

static void a_plane_without_arcs_is_all_outside(void **state)
{
    (void)state;
    struct drawing d;
    drawing_begin(&d, NULL, (const uint32_t[]){0}, first_paints, 0);
    d.fill.outside = (struct eg_rgba){1, 2, 3, 200};
    for (int aliased = 0; aliased < 2; aliased++) {
        d.fill.aliased = aliased;
        drawing_run(&d);
        for (uint32_t p = 0; p < 400; p++)
            assert_memory_equal(&d.canvas.pixels[p], &d.fill.outside, sizeof d.fill.outside);
    }
    drawing_end(&d);
}

static void paint_numbers_without_a_paint_are_drawn_as_outside(void **state)
{
    (void)state;
    const struct eg_point rings[] = {{0, 0},  {10, 0}, {10, 20}, {0, 20},
                                     {10, 0}, {20, 0}, {20, 20}, {10, 20}};
    struct drawing d;
    drawing_begin(&d, rings, (const uint32_t[]){0, 4, 8}, (const uint8_t[]){0, 99}, 2);
    d.fill.outside = (struct eg_rgba){1, 2, 3, 200};
    for (int aliased = 0; aliased < 2; aliased++) {
        d.fill.aliased = aliased;
        drawing_run(&d);
        assert_pixel(&d, 5, 10, red);
        assert_pixel(&d, 15, 10, d.fill.outside);
    }
    drawing_end(&d);
}

static void two_hundred_and_fifty_five_paints_can_be_told_apart(void **state)
{
    (void)state;
    struct eg_test_random random = {3};
    struct eg_test_mesh mesh = {.columns = 16, .rows = 16, .cell = 10, .origin = {0, 0}};
    struct eg_plane *plane = eg_test_plane_mesh(&mesh, &random);
    struct eg_paint paints[255];
    uint8_t area_paint[256];
    for (uint32_t a = 0; a < 256; a++) {
        area_paint[a] = (uint8_t)a;
        if (a < 255) paints[a] = (struct eg_paint){.colour = {(uint8_t)a, (uint8_t)(255 - a), 7, 255}};
    }
    struct drawing d;
    const struct eg_point unused[] = {{0, 0}, {1, 0}, {1, 1}};
    drawing_begin(&d, unused, (const uint32_t[]){0, 3}, first_paints, 1);
    d.fill = (struct eg_fill){.plane = plane, .area_paint = area_paint, .paints = paints, .n_paints = 255};
    d.fill.outside = (struct eg_rgba){9, 9, 9, 9};
    d.view =
        (struct eg_view){.width = 160, .height = 160, .top = 160, .px_per_unit_x = 1, .px_per_unit_y = 1};
    for (int aliased = 0; aliased < 2; aliased++) {
        d.fill.aliased = aliased;
        drawing_run(&d);
        for (uint32_t a = 0; a < 256; a++)
            assert_pixel(&d, a % 16 * 10 + 5, 159 - (a / 16 * 10 + 5),
                         a < 255 ? paints[a].colour : d.fill.outside);
    }
    eg_test_plane_free(plane);
    drawing_end(&d);
}

static void borders_on_the_pictures_edges_belong_to_the_right_side(void **state)
{
    (void)state;
    /* The square is exactly the picture: all of it red, nothing of it in the pictures around. */
    const struct eg_point square[] = {{0, 0}, {20, 0}, {20, 20}, {0, 20}};
    struct drawing d;
    drawing_begin(&d, square, (const uint32_t[]){0, 4}, first_paints, 1);
    for (int dx = -1; dx <= 1; dx++)
        for (int dy = -1; dy <= 1; dy++) {
            d.view.left = 20 * dx;
            d.view.top = 20 + 20 * dy;
            drawing_run(&d);
            const struct eg_rgba want = dx == 0 && dy == 0 ? red : clear;
            for (uint32_t p = 0; p < 400; p++) assert_memory_equal(&d.canvas.pixels[p], &want, sizeof want);
        }
    drawing_end(&d);
}

static void overlapping_areas_share_a_pixel_that_is_not_brighter_than_either(void **state)
{
    (void)state;
    const struct eg_point rings[] = {{2, 2}, {12, 2}, {12, 12}, {2, 12}, {8, 8}, {18, 8}, {18, 18}, {8, 18}};
    struct drawing d;
    drawing_begin(&d, rings, (const uint32_t[]){0, 4, 8}, first_paints, 2);
    drawing_run(&d);
    assert_pixel(&d, 4, 15, red);
    assert_pixel(&d, 15, 4, blue);
    assert_pixel(&d, 10, 9, (struct eg_rgba){105, 25, 125, 255});
    /* Where one area is taken off another, no channel exceeds alpha. */
    d.plane->left[1] = EG_NO_AREA;
    d.plane->right[1] = 1;
    drawing_run(&d);
    assert_pixel(&d, 15, 4, clear);
    struct eg_rgba c = pixel(&d, 10, 9);
    assert_true(c.r <= c.a && c.g <= c.a && c.b <= c.a);
    drawing_end(&d);
}

static void levels_beyond_the_last_are_the_last(void **state)
{
    (void)state;
    const struct eg_point square[] = {{5, 5}, {15, 5}, {15, 12}, {5, 12}};
    struct drawing d;
    drawing_begin(&d, square, (const uint32_t[]){0, 4}, first_paints, 1);
    d.view.level = 23;
    drawing_run(&d);
    assert_pixel(&d, 10, 10, red);
    drawing_end(&d);
}

static void aliased_pixels_are_wholly_one_paint(void **state)
{
    (void)state;
    /* Borders at x = 5.25, where the pixel is mostly blue, and at the pixel's middle, where it is a tie. */
    const struct eg_point rings[] = {{0, 0},   {21, 0},  {21, 80}, {0, 80}, {21, 0},  {42, 0},
                                     {42, 80}, {21, 80}, {42, 0},  {80, 0}, {80, 80}, {42, 80}};
    struct drawing d;
    drawing_begin(&d, rings, (const uint32_t[]){0, 4, 8, 12}, (const uint8_t[]){3, 0, 1}, 3);
    d.fill.aliased = true;
    d.fill.outside = (struct eg_rgba){1, 1, 1, 9};
    d.paints[1].colour = (struct eg_rgba){7, 7, 7, 255};
    d.view.px_per_unit_x = d.view.px_per_unit_y = 0.25;
    d.view.top = 80;
    drawing_run(&d);
    assert_pixel(&d, 4, 10, blue);
    assert_pixel(&d, 5, 10, red);
    assert_pixel(&d, 9, 10, red);
    assert_pixel(&d, 10, 10, red); /* a tie: paint 0 before paint 1 */
    assert_pixel(&d, 11, 10, (struct eg_rgba){7, 7, 7, 255});
    d.view.left = 30.0; /* the right rim lies in the middle of a pixel: a tie with the outside */
    d.view.top = 82;    /* and so does the upper rim */
    drawing_run(&d);
    assert_pixel(&d, 12, 10, (struct eg_rgba){7, 7, 7, 255});
    assert_pixel(&d, 13, 10, d.fill.outside);
    assert_pixel(&d, 8, 0, (struct eg_rgba){7, 7, 7, 255});
    assert_pixel(&d, 12, 0, d.fill.outside); /* a quarter only */
    drawing_end(&d);
}

static void patterns_lie_on_the_sheet_and_not_on_the_picture(void **state)
{
    (void)state;
    const struct eg_point large[] = {{-900, -700}, {1000, -800}, {1100, 900}, {-1000, 800}};
    for (int aliased = 0; aliased < 2; aliased++) {
        struct drawing d;
        drawing_begin(&d, large, (const uint32_t[]){0, 4}, first_paints, 1);
        d.fill.aliased = aliased;
        d.paints[0].pattern = EG_PATTERN_DOTS;
        d.paints[0].ink = blue;
        d.view.pattern_x = 13;
        d.view.pattern_y = 1003;
        d.view.line_scale = 2;
        struct eg_pattern_cell cell;
        eg_pattern_cell_init(&cell, EG_PATTERN_DOTS, 2);
        drawing_run(&d);
        for (uint32_t y = 0; y < 20; y++)
            for (uint32_t x = 0; x < 20; x++) {
                uint8_t alpha;
                eg_pattern_row(&cell, 13 + x, 1003 + y, 1, &alpha);
                if (aliased) assert_pixel(&d, x, y, alpha < 128 ? red : blue);
                else if (alpha == 0 || alpha == 255) assert_pixel(&d, x, y, alpha ? blue : red);
                else assert_in_range(pixel(&d, x, y).b, red.b, blue.b);
            }
        drawing_end(&d);
    }
}

static void a_picture_larger_than_a_window_has_no_joints(void **state)
{
    (void)state;
    const struct eg_point kite[] = {{-3000, -1500}, {100, -2900}, {3000, -1400}, {-200, 2800}};
    struct drawing d;
    drawing_begin(&d, kite, (const uint32_t[]){0, 4}, first_paints, 1);
    d.view.width = 1537;
    d.view.height = 1100;
    d.view.left = -3100;
    d.view.top = 2900;
    d.view.px_per_unit_x = 0.25;
    d.view.px_per_unit_y = 0.1875;
    drawing_run(&d);
    struct eg_canvas whole = d.canvas;
    d.canvas = (struct eg_canvas){0};
    struct eg_view view = d.view;
    for (uint32_t x0 = 0; x0 < 1537; x0 += 100) {
        d.view.left = view.left + x0 / view.px_per_unit_x;
        d.view.width = x0 + 100 < 1537 ? 100 : 1537 - x0;
        drawing_run(&d);
        for (uint32_t y = 0; y < view.height; y++)
            assert_memory_equal(&whole.pixels[(size_t)y * 1537 + x0],
                                &d.canvas.pixels[(size_t)y * d.view.width],
                                d.view.width * sizeof(struct eg_rgba));
    }
    eg_canvas_clear(&whole);
    drawing_end(&d);
}

static void every_refused_allocation_is_reported_and_the_next_picture_is_right(void **state)
{
    (void)state;
    const struct eg_point square[] = {{5, 5}, {15, 5}, {15, 12}, {5, 12}};
    for (int aliased = 0; aliased < 2; aliased++) {
        struct drawing d;
        drawing_begin(&d, square, (const uint32_t[]){0, 4}, first_paints, 1);
        d.fill.aliased = aliased;
        assert_int_equal(eg_canvas_init(&d.canvas, 20, 20, NULL), EG_OK);
        for (long n = 1;; n++) {
            eg_render_scratch_free(d.scratch);
            d.scratch = eg_render_scratch_new();
            assert_non_null(d.scratch);
            eg_failing_malloc_after(n);
            enum eg_status st = eg_fill_draw(d.scratch, &d.view, &d.fill, &d.canvas, NULL);
            bool failed = eg_failing_malloc_triggered();
            eg_failing_malloc_after(0);
            if (!failed) break;
            assert_int_equal(st, EG_NO_MEMORY);
            assert_int_equal(eg_fill_draw(d.scratch, &d.view, &d.fill, &d.canvas, NULL), EG_OK);
            assert_pixel(&d, 10, 10, red);
            assert_pixel(&d, 3, 10, clear);
        }
        drawing_end(&d);
    }
    eg_failing_malloc_after(1);
    struct eg_render_scratch *scratch = eg_render_scratch_new();
    eg_failing_malloc_after(0);
    assert_null(scratch);
    eg_render_scratch_free(NULL);
}

static void the_second_picture_allocates_nothing(void **state)
{
    (void)state;
    const struct eg_point square[] = {{5, 5}, {15, 5}, {15, 12}, {5, 12}};
    struct drawing d;
    drawing_begin(&d, square, (const uint32_t[]){0, 4}, first_paints, 1);
    d.paints[0].pattern = EG_PATTERN_CROSS;
    drawing_run(&d);
    eg_failing_malloc_after(1);
    enum eg_status st = eg_fill_draw(d.scratch, &d.view, &d.fill, &d.canvas, NULL);
    bool asked = eg_failing_malloc_triggered();
    eg_failing_malloc_after(0);
    assert_int_equal(st, EG_OK);
    assert_false(asked);
    drawing_end(&d);
}

/* --- borders of many vertices ------------------------------------------------------------------------------------------ */

/* 200 times round half a pixel by half a pixel: each time adds a quarter of a colour of 1. */
static void a_border_may_go_round_and_round_in_one_pixel(void **state)
{
    (void)state;
    static const struct eg_point corners[] = {{164, 164}, {172, 164}, {172, 172}, {164, 172}};
    struct eg_point points[800];
    for (size_t i = 0; i < EG_ARRAY_LEN(points); i++) points[i] = corners[i % 4];
    struct drawing d;
    drawing_begin(&d, points, (const uint32_t[]){0, EG_ARRAY_LEN(points)}, first_paints, 1);
    d.paints[0].colour = (struct eg_rgba){1, 0, 0, 1};
    d.view.px_per_unit_x = d.view.px_per_unit_y = 1.0 / 16;
    d.view.top = 320;
    drawing_run(&d);
    assert_pixel(&d, 10, 9, (struct eg_rgba){50, 0, 0, 50});
    assert_pixel(&d, 11, 9, clear);
    d.view.left = 160; /* beside the edge, where vertices are looked at one by one */
    drawing_run(&d);
    assert_pixel(&d, 0, 9, (struct eg_rgba){50, 0, 0, 50});
    assert_pixel(&d, 1, 9, clear);
    drawing_end(&d);
}

/* A window of one row has no arc inside it, so it takes another way to the same sums. */
static void a_border_of_thousands_of_vertices_is_the_same_row_by_row(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    enum { N = 5000 };
    struct eg_point points[N] = {{160, 160}};
    for (uint32_t i = 1; i < N; i++) {
        int32_t step = i % 1000 < 500 ? 9 : 60; /* in the cell mostly, and far */
        int32_t x = points[i - 1].x + (int32_t)eg_test_random_below(&random, (uint32_t)step) - step / 2;
        int32_t y = points[i - 1].y + (int32_t)eg_test_random_below(&random, (uint32_t)step) - step / 2;
        points[i] = (struct eg_point){x < 20 || x > 300 ? 160 : x, y < 20 || y > 300 ? 160 : y};
    }
    struct drawing d;
    drawing_begin(&d, points, (const uint32_t[]){0, 1000, N}, first_paints, 2);
    d.paints[0].colour = (struct eg_rgba){3, 2, 1, 3};
    d.paints[1].colour = (struct eg_rgba){4, 5, 6, 7};
    d.view.px_per_unit_x = d.view.px_per_unit_y = 1.0 / 16;
    d.view.top = 320;
    for (d.view.left = 0; d.view.left < 200; d.view.left += 150) {
        struct eg_canvas rows;
        drawing_run(&d);
        assert_int_equal(eg_canvas_init(&rows, 20, 20, NULL), EG_OK);
        for (uint32_t y = 0; y < 20; y++)
            assert_int_equal(
                eg_fill_draw_rows(d.scratch, &d.view, &d.fill, (struct eg_rows){y, 1}, &rows, NULL), EG_OK);
        assert_memory_equal(rows.pixels, d.canvas.pixels, 400 * sizeof *rows.pixels);
        eg_canvas_clear(&rows);
    }
    drawing_end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_area_is_filled_to_its_borders_and_the_rest_is_outside),
        cmocka_unit_test(a_pixel_covered_in_part_takes_its_share),
        cmocka_unit_test(a_slanting_border_halves_the_pixels_on_its_diagonal),
        cmocka_unit_test(winding_of_the_ring_does_not_matter_when_left_and_right_are_told),
        cmocka_unit_test(neighbours_of_one_colour_show_no_border_and_others_blend_without_background),
        cmocka_unit_test(a_picture_inside_an_area_is_solid_although_no_border_meets_it),
        cmocka_unit_test(a_picture_away_from_everything_is_all_outside),
        cmocka_unit_test(a_plane_without_arcs_is_all_outside),
        cmocka_unit_test(paint_numbers_without_a_paint_are_drawn_as_outside),
        cmocka_unit_test(two_hundred_and_fifty_five_paints_can_be_told_apart),
        cmocka_unit_test(borders_on_the_pictures_edges_belong_to_the_right_side),
        cmocka_unit_test(overlapping_areas_share_a_pixel_that_is_not_brighter_than_either),
        cmocka_unit_test(levels_beyond_the_last_are_the_last),
        cmocka_unit_test(aliased_pixels_are_wholly_one_paint),
        cmocka_unit_test(patterns_lie_on_the_sheet_and_not_on_the_picture),
        cmocka_unit_test(a_picture_larger_than_a_window_has_no_joints),
        cmocka_unit_test(a_border_may_go_round_and_round_in_one_pixel),
        cmocka_unit_test(a_border_of_thousands_of_vertices_is_the_same_row_by_row),
        cmocka_unit_test(every_refused_allocation_is_reported_and_the_next_picture_is_right),
        cmocka_unit_test(the_second_picture_allocates_nothing),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
