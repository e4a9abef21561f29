/* What must hold for every picture, tried on random meshes and random views: shares of a pixel add up to exactly one,
 * colours are those of the covered areas, and pictures fit together. Borders cross in half of the meshes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/fill.h"
#include "render/outline.h"
#include "support/test_plane.h"
#include "support/test_random.h"

#define N_PAINTS 7

static struct eg_test_random seeded;

struct scene {
    struct eg_plane *plane;
    uint8_t *area_paint;
    struct eg_paint paints[N_PAINTS];
    struct eg_fill fill;
    struct eg_render_scratch *scratch;
};

static struct eg_rgba random_colour(void)
{
    struct eg_rgba c = {
        (uint8_t)eg_test_random_below(&seeded, 256), (uint8_t)eg_test_random_below(&seeded, 256),
        (uint8_t)eg_test_random_below(&seeded, 256), (uint8_t)eg_test_random_below(&seeded, 256)};
    return eg_rgba_premultiply(c);
}

static struct eg_test_mesh random_mesh(bool wild)
{
    return (struct eg_test_mesh){.columns = 1 + eg_test_random_below(&seeded, 14),
                                 .rows = 1 + eg_test_random_below(&seeded, 14),
                                 .cell = 1000 + (int32_t)eg_test_random_below(&seeded, 100000),
                                 .origin = {(int32_t)eg_test_random_below(&seeded, 1000000) - 500000,
                                            (int32_t)eg_test_random_below(&seeded, 1000000) - 500000},
                                 .bends_log2 = eg_test_random_below(&seeded, 5),
                                 .shake = wild ? 0.8 : 0.3,
                                 .roughness = wild ? 0.6 : 0.12,
                                 .gaps = eg_test_random_below(&seeded, 2) ? 0.15 : 0};
}

static struct scene scene_of(const struct eg_test_mesh *mesh)
{
    struct scene s = {.plane = eg_test_plane_mesh(mesh, &seeded), .scratch = eg_render_scratch_new()};
    assert_non_null(s.scratch);
    s.area_paint = malloc(s.plane->n_areas);
    assert_non_null(s.area_paint);
    for (uint32_t a = 0; a < s.plane->n_areas; a++)
        s.area_paint[a] = (uint8_t)eg_test_random_below(&seeded, N_PAINTS);
    for (uint32_t p = 0; p < N_PAINTS; p++)
        s.paints[p] = (struct eg_paint){.colour = random_colour(), .ink = random_colour()};
    s.fill = (struct eg_fill){.plane = s.plane,
                              .area_paint = s.area_paint,
                              .paints = s.paints,
                              .n_paints = N_PAINTS,
                              .outside = random_colour()};
    return s;
}

/* scene.fill points into the scene. */
static void scene_settle(struct scene *s)
{
    s->fill.paints = s->paints;
}

static void scene_clear(struct scene *s)
{
    eg_test_plane_free(s->plane);
    eg_render_scratch_free(s->scratch);
    free(s->area_paint);
}

static void give_patterns(struct scene *s)
{
    for (uint32_t p = 0; p < N_PAINTS; p++) s->paints[p].pattern = (enum eg_pattern)(p % 4);
}

static void draw(struct scene *s, const struct eg_view *view, struct eg_canvas *canvas)
{
    assert_int_equal(eg_canvas_init(canvas, view->width, view->height, NULL), EG_OK);
    assert_int_equal(eg_fill_draw(s->scratch, view, &s->fill, canvas, NULL), EG_OK);
}

/* A view somewhere over the plane, its pixels between a five-hundredth of it and a grid unit wide, not square. Where a mesh
 * has left all its areas out, the plane has no box, and any place shows the ground outside. */
static struct eg_view random_view(const struct eg_plane *plane, uint32_t width, uint32_t height)
{
    struct eg_box box = eg_box_is_empty(plane->box) ? (struct eg_box){0, 0, 100000, 100000} : plane->box;
    double span_x = (double)box.max_x - box.min_x;
    double span_y = (double)box.max_y - box.min_y;
    double px_x =
        span_x / 500 * pow(2, -14 * eg_test_random_unit(&seeded) * eg_test_random_unit(&seeded) + 2);
    double px_y = px_x * (0.5 + eg_test_random_unit(&seeded));
    return (struct eg_view){
        .width = width,
        .height = height,
        .left = box.min_x + span_x * (1.2 * eg_test_random_unit(&seeded) - 0.1) - width * px_x / 2,
        .top = box.min_y + span_y * (1.2 * eg_test_random_unit(&seeded) - 0.1) + height * px_y / 2,
        .px_per_unit_x = 1 / px_x,
        .px_per_unit_y = 1 / px_y,
        .line_scale = 1,
        .pattern_x = eg_test_random_below(&seeded, 5000),
        .pattern_y = eg_test_random_below(&seeded, 5000),
        .level = eg_test_random_below(&seeded, plane->n_levels)};
}

/* The same with corner and scale exact in binary, as in a tile pyramid. */
static struct eg_view exact_view(const struct eg_plane *plane, uint32_t width, uint32_t height)
{
    struct eg_view view = random_view(plane, width, height);
    int exponent = (int)floor(log2(view.px_per_unit_x));
    view.px_per_unit_x = view.px_per_unit_y = ldexp(1, exponent);
    view.left = ldexp(floor(ldexp(view.left, exponent)), -exponent);
    view.top = ldexp(ceil(ldexp(view.top, exponent)), -exponent);
    return view;
}

static struct eg_view part_of(const struct eg_view *whole, uint32_t x0, uint32_t y0, uint32_t width,
                              uint32_t height)
{
    struct eg_view part = *whole;
    part.left += x0 / whole->px_per_unit_x;
    part.top -= y0 / whole->px_per_unit_y;
    part.width = width;
    part.height = height;
    part.pattern_x += x0;
    part.pattern_y += y0;
    return part;
}

static void assert_part_equal(const struct eg_canvas *whole, const struct eg_canvas *part, uint32_t x0,
                              uint32_t y0)
{
    for (uint32_t y = 0; y < part->height; y++)
        for (uint32_t x = 0; x < part->width; x++) {
            struct eg_rgba a = whole->pixels[(size_t)(y0 + y) * whole->width + x0 + x];
            struct eg_rgba b = part->pixels[(size_t)y * part->width + x];
            if (memcmp(&a, &b, sizeof a) != 0)
                fail_msg("pixel (%u, %u): %d %d %d %d in the whole, (%u, %u): %d %d %d %d in the part",
                         x0 + x, y0 + y, a.r, a.g, a.b, a.a, x, y, b.r, b.g, b.b, b.a);
        }
}

static void one_colour_over_everything_leaves_no_other_pixel_inside(void **state)
{
    (void)state;
    for (int round = 0; round < 60; round++) {
        struct eg_test_mesh mesh = random_mesh(round % 2);
        mesh.gaps = 0;
        mesh.columns += 4;
        mesh.rows += 4;
        struct scene s = scene_of(&mesh);
        scene_settle(&s);
        /* Two paints of one colour, so that arcs are skipped; in odd rounds the colours differ a little in an area that
         * never shows, so that they are not. */
        struct eg_rgba red = {200, 30, 30, 255};
        for (uint32_t p = 0; p < N_PAINTS; p++) s.paints[p].colour = red;
        s.fill.outside = (struct eg_rgba){0};
        double inset = mesh.cell * 1.5;
        double width = (double)mesh.cell * mesh.columns - 2 * inset;
        double height = (double)mesh.cell * mesh.rows - 2 * inset;
        struct eg_view view = {.width = 1 + eg_test_random_below(&seeded, 600),
                               .height = 1 + eg_test_random_below(&seeded, 600),
                               .line_scale = 1,
                               .level = eg_test_random_below(&seeded, s.plane->n_levels)};
        double zoom = pow(0.5, 12 * eg_test_random_unit(&seeded));
        view.px_per_unit_x = view.width / (width * zoom);
        view.px_per_unit_y = view.height / (height * zoom);
        view.left = mesh.origin.x + inset + width * (1 - zoom) * eg_test_random_unit(&seeded);
        view.top = mesh.origin.y + inset + height * (zoom + (1 - zoom) * eg_test_random_unit(&seeded));
        struct eg_canvas canvas;
        draw(&s, &view, &canvas);
        for (size_t i = 0; i < (size_t)view.width * view.height; i++)
            assert_memory_equal(&canvas.pixels[i], &red, sizeof red);
        eg_canvas_clear(&canvas);
        scene_clear(&s);
    }
}

/* Each area its own paint, one of which is drawn white, all others and the outside black: every arc is drawn, and the
 * pictures of all areas must add up to white. */
static void shares_of_a_pixel_add_up_to_one(void **state)
{
    (void)state;
    for (int round = 0; round < 12; round++) {
        struct eg_test_mesh mesh = random_mesh(false);
        mesh.columns = 3;
        mesh.rows = 2;
        mesh.gaps = 0;
        struct scene s = scene_of(&mesh);
        scene_settle(&s);
        for (uint32_t a = 0; a < s.plane->n_areas; a++) s.area_paint[a] = (uint8_t)a;
        struct eg_view view = random_view(s.plane, 64, 64);
        int32_t sum[64 * 64] = {0};
        for (uint32_t shown = 0; shown <= 6; shown++) {
            struct eg_rgba white = {255, 255, 255, 255}, black = {0, 0, 0, 255};
            for (uint32_t p = 0; p < 6; p++) s.paints[p].colour = p == shown ? white : black;
            s.fill.outside = shown == 6 ? white : black;
            struct eg_canvas canvas;
            draw(&s, &view, &canvas);
            for (size_t i = 0; i < 64 * 64; i++) sum[i] += canvas.pixels[i].g;
            eg_canvas_clear(&canvas);
        }
        /* Each of at most seven shares is rounded to 1/255 and clamped where borders cross. */
        for (size_t i = 0; i < 64 * 64; i++) assert_in_range(sum[i], 255 - 4, 255 + 12);
        scene_clear(&s);
    }
}

static void expected_colour(const struct scene *s, const struct eg_view *view, uint32_t x, uint32_t y,
                            double out[4])
{
    double box[4] = {view->left + x / view->px_per_unit_x, view->top - (y + 1) / view->px_per_unit_y,
                     view->left + (x + 1) / view->px_per_unit_x, view->top - y / view->px_per_unit_y};
    double pixel_area = (box[2] - box[0]) * (box[3] - box[1]);
    const struct eg_rgba *o = &s->fill.outside;
    double sum[4] = {o->r, o->g, o->b, o->a};
    for (uint32_t a = 0; a < s->plane->n_areas; a++) {
        double share = eg_test_plane_area_within(s->plane, view->level, a, box) / pixel_area;
        const struct eg_rgba *c = &s->paints[s->area_paint[a]].colour;
        sum[0] += share * (c->r - o->r);
        sum[1] += share * (c->g - o->g);
        sum[2] += share * (c->b - o->b);
        sum[3] += share * (c->a - o->a);
    }
    double crowd = fmax(sum[3] / 255, 1); /* areas that overlap share the pixel */
    for (int k = 3; k >= 0; k--) out[k] = fmin(fmax(sum[k] / crowd, 0), k < 3 ? out[3] : 255);
}

static void colours_are_those_of_the_covered_areas(void **state)
{
    (void)state;
    double worst = 0;
    for (int round = 0; round < 40; round++) {
        struct eg_test_mesh mesh = random_mesh(round % 2);
        if (mesh.columns > 5) mesh.columns = 5;
        if (mesh.rows > 5) mesh.rows = 5;
        struct scene s = scene_of(&mesh);
        scene_settle(&s);
        struct eg_view view = random_view(s.plane, 40, 24);
        struct eg_canvas canvas;
        draw(&s, &view, &canvas);
        for (uint32_t y = 0; y < view.height; y++)
            for (uint32_t x = 0; x < view.width; x++) {
                double want[4];
                expected_colour(&s, &view, x, y, want);
                const struct eg_rgba *got = &canvas.pixels[(size_t)y * view.width + x];
                double off = fmax(fmax(fabs(got->r - want[0]), fabs(got->g - want[1])),
                                  fmax(fabs(got->b - want[2]), fabs(got->a - want[3])));
                if (off > worst) worst = off;
            }
        eg_canvas_clear(&canvas);
        scene_clear(&s);
    }
    print_message("# largest difference from the exact area: %.2f of 255\n", worst);
    assert_true(worst < 2.5);
}

static void check_quarters(struct scene *s)
{
    uint32_t half = 64 + eg_test_random_below(&seeded, 3) * 96;
    struct eg_view view = exact_view(s->plane, 2 * half, 2 * half);
    struct eg_canvas whole;
    draw(s, &view, &whole);
    for (uint32_t q = 0; q < 4; q++) {
        uint32_t x0 = q % 2 * half, y0 = q / 2 * half;
        struct eg_view quarter = part_of(&view, x0, y0, half, half);
        struct eg_canvas part;
        draw(s, &quarter, &part);
        assert_part_equal(&whole, &part, x0, y0);
        eg_canvas_clear(&part);
    }
    eg_canvas_clear(&whole);
}

static void a_picture_is_its_four_quarters(void **state)
{
    (void)state;
    for (int round = 0; round < 60; round++) {
        struct eg_test_mesh mesh = random_mesh(round % 2);
        struct scene s = scene_of(&mesh);
        scene_settle(&s);
        if (round % 3 == 1) give_patterns(&s);
        s.fill.aliased = round % 5 == 4;
        check_quarters(&s);
        scene_clear(&s);
    }
}

/* What lies beside a picture is replaced by the colour of its corner and the crossings of its edge: a part must look as it
 * does in a picture that shows everything. */
static void a_part_is_what_a_wider_picture_shows_there(void **state)
{
    (void)state;
    for (int round = 0; round < 60; round++) {
        struct eg_test_mesh mesh = random_mesh(round % 2);
        struct scene s = scene_of(&mesh);
        scene_settle(&s);
        if (round % 3 == 1) give_patterns(&s);
        s.fill.aliased = round % 5 == 4;
        struct eg_view view = exact_view(s.plane, 700, 500);
        struct eg_canvas whole;
        draw(&s, &view, &whole);
        for (int k = 0; k < 6; k++) {
            uint32_t width = 1 + eg_test_random_below(&seeded, 200),
                     height = 1 + eg_test_random_below(&seeded, 200);
            uint32_t x0 = eg_test_random_below(&seeded, 700 - width),
                     y0 = eg_test_random_below(&seeded, 500 - height);
            struct eg_view narrow = part_of(&view, x0, y0, width, height);
            struct eg_canvas part;
            draw(&s, &narrow, &part);
            assert_part_equal(&whole, &part, x0, y0);
            eg_canvas_clear(&part);
        }
        eg_canvas_clear(&whole);
        scene_clear(&s);
    }
}

static void draw_rows(struct scene *s, const struct eg_view *view, struct eg_rows rows,
                      struct eg_canvas *canvas)
{
    struct eg_outline outline = {.plane = s->plane,
                                 .colour = {10, 20, 30, 150},
                                 .width_px = 0.5 + 4 * (view->pattern_x % 7),
                                 .aliased = s->fill.aliased};
    assert_int_equal(eg_fill_draw_rows(s->scratch, view, &s->fill, rows, canvas, NULL), EG_OK);
    assert_int_equal(eg_outline_draw_rows(s->scratch, view, &outline, rows, canvas, NULL), EG_OK);
}

/* Whatever the view: corners and scales need not be exact for that. */
static void rows_are_what_the_whole_picture_has_there(void **state)
{
    (void)state;
    for (int round = 0; round < 60; round++) {
        struct eg_test_mesh mesh = random_mesh(round % 2);
        struct scene s = scene_of(&mesh);
        scene_settle(&s);
        if (round % 3 == 1) give_patterns(&s);
        s.fill.aliased = round % 5 == 4;
        struct eg_view view = random_view(s.plane, 1 + eg_test_random_below(&seeded, 700), 600);
        struct eg_canvas whole, canvas;
        assert_int_equal(eg_canvas_init(&whole, view.width, view.height, NULL), EG_OK);
        assert_int_equal(eg_canvas_init(&canvas, view.width, view.height, NULL), EG_OK);
        draw_rows(&s, &view, (struct eg_rows){0, view.height}, &whole);
        for (uint32_t first = 0, n; first < view.height; first += n) {
            n = 1 + eg_test_random_below(&seeded, eg_test_random_below(&seeded, 3) ? 100 : 500);
            if (n > view.height - first) n = view.height - first;
            draw_rows(&s, &view, (struct eg_rows){first, n}, &canvas);
        }
        assert_part_equal(&whole, &canvas, 0, 0);
        eg_canvas_clear(&canvas);
        eg_canvas_clear(&whole);
        scene_clear(&s);
    }
}

/* Deep zooms put the ends of segments up to 2^38 subpixels away. */
static void deep_tiles_fit_together_too(void **state)
{
    (void)state;
    for (int round = 0; round < 40; round++) {
        struct eg_test_mesh mesh = random_mesh(round % 2);
        mesh.columns = 1 + mesh.columns % 3;
        mesh.rows = 1 + mesh.rows % 3;
        mesh.cell = 600000000;
        mesh.origin = (struct eg_point){-1000000000, -1000000000};
        mesh.roughness = 0.02;
        mesh.shake = 0.05;
        struct scene s = scene_of(&mesh);
        scene_settle(&s);
        /* Half a pixel to four pixels a unit, over a vertex somewhere. */
        const struct eg_plane_level *l = &s.plane->level[0];
        struct eg_point at = l->points[eg_test_random_below(&seeded, l->start[s.plane->n_arcs])];
        double scale = ldexp(1, (int)eg_test_random_below(&seeded, 4) - 1);
        struct eg_view view = {.width = 512,
                               .height = 512,
                               .left = at.x - 2.0 * eg_test_random_below(&seeded, 100),
                               .top = at.y + 2.0 * eg_test_random_below(&seeded, 100),
                               .px_per_unit_x = scale,
                               .px_per_unit_y = scale,
                               .line_scale = 1};
        struct eg_canvas whole;
        draw(&s, &view, &whole);
        for (uint32_t q = 0; q < 4; q++) {
            struct eg_view quarter = part_of(&view, q % 2 * 256, q / 2 * 256, 256, 256);
            struct eg_canvas part;
            draw(&s, &quarter, &part);
            assert_part_equal(&whole, &part, q % 2 * 256, q / 2 * 256);
            eg_canvas_clear(&part);
        }
        eg_canvas_clear(&whole);
        scene_clear(&s);
    }
}

/* Whatever the numbers of a view, drawing ends, and stays within the canvas. */
static void hostile_views_are_survived(void **state)
{
    (void)state;
    const double numbers[] = {0,      1,    -1,    1e-300, 1e300,    -1e300,    0x1p31, -0x1p31,
                              0x1p52, 1e18, -1e18, 1e-9,   HUGE_VAL, -HUGE_VAL, NAN,    12345.678};
    const uint32_t n = sizeof numbers / sizeof *numbers;
    struct eg_test_mesh mesh = random_mesh(true);
    struct scene s = scene_of(&mesh);
    scene_settle(&s);
    give_patterns(&s);
    for (int round = 0; round < 2000; round++) {
        struct eg_view view = {.width = 1 + eg_test_random_below(&seeded, 70),
                               .height = 1 + eg_test_random_below(&seeded, 70),
                               .left = numbers[eg_test_random_below(&seeded, n)],
                               .top = numbers[eg_test_random_below(&seeded, n)],
                               .px_per_unit_x = numbers[eg_test_random_below(&seeded, n)],
                               .px_per_unit_y = numbers[eg_test_random_below(&seeded, n)],
                               .line_scale = numbers[eg_test_random_below(&seeded, n)],
                               .pattern_x = UINT32_MAX,
                               .level = eg_test_random_below(&seeded, 40)};
        s.fill.aliased = round % 2;
        struct eg_canvas canvas;
        draw(&s, &view, &canvas);
        eg_canvas_clear(&canvas);
    }
    scene_clear(&s);
}

/* The share of each paint in a pixel, by exact areas, says which one an aliased picture must show. */
static void aliased_pixels_show_the_paint_that_covers_most(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct eg_test_mesh mesh = random_mesh(false);
        if (mesh.columns > 4) mesh.columns = 4;
        if (mesh.rows > 4) mesh.rows = 4;
        struct scene s = scene_of(&mesh);
        scene_settle(&s);
        for (uint32_t p = 0; p < N_PAINTS; p++) s.paints[p].colour = (struct eg_rgba){(uint8_t)p, 0, 0, 255};
        s.fill.outside = (struct eg_rgba){N_PAINTS, 0, 0, 255};
        s.fill.aliased = true;
        struct eg_view view = random_view(s.plane, 40, 24);
        struct eg_canvas canvas;
        draw(&s, &view, &canvas);
        for (uint32_t i = 0; i < 40 * 24; i++) {
            uint32_t x = i % 40, y = i / 40;
            double box[4] = {view.left + x / view.px_per_unit_x, view.top - (y + 1) / view.px_per_unit_y,
                             view.left + (x + 1) / view.px_per_unit_x, view.top - y / view.px_per_unit_y};
            double share[N_PAINTS + 1] = {0}, most = 0;
            share[N_PAINTS] = 1;
            for (uint32_t a = 0; a < s.plane->n_areas; a++) {
                double part = eg_test_plane_area_within(s.plane, view.level, a, box) /
                              ((box[2] - box[0]) * (box[3] - box[1]));
                share[s.area_paint[a]] += part;
                share[N_PAINTS] -= part;
            }
            for (uint32_t p = 0; p <= N_PAINTS; p++) most = fmax(most, share[p]);
            assert_true(canvas.pixels[i].r <= N_PAINTS);
            assert_true(share[canvas.pixels[i].r] > most - 0.02);
        }
        eg_canvas_clear(&canvas);
        scene_clear(&s);
    }
}

static void a_pattern_ends_where_its_area_ends(void **state)
{
    (void)state;
    struct eg_test_mesh mesh = random_mesh(false);
    struct scene s = scene_of(&mesh);
    scene_settle(&s);
    struct eg_view view = exact_view(s.plane, 256, 256);
    struct eg_canvas plain, inked, patterned;
    draw(&s, &view, &plain);
    struct eg_paint before[N_PAINTS];
    memcpy(before, s.paints, sizeof before);
    for (uint32_t p = 0; p < N_PAINTS; p += 2) s.paints[p].colour = s.paints[p].ink;
    draw(&s, &view, &inked);
    memcpy(s.paints, before, sizeof before);
    for (uint32_t p = 0; p < N_PAINTS; p += 2) s.paints[p].pattern = EG_PATTERN_HATCH;
    draw(&s, &view, &patterned);
    struct eg_pattern_cell cell;
    eg_pattern_cell_init(&cell, EG_PATTERN_HATCH, 1);
    for (uint32_t i = 0; i < 256 * 256; i++) {
        uint8_t alpha;
        eg_pattern_row(&cell, view.pattern_x + i % 256, view.pattern_y + i / 256, 1, &alpha);
        double want = (plain.pixels[i].g * (255.0 - alpha) + inked.pixels[i].g * (double)alpha) / 255;
        assert_true(fabs(patterned.pixels[i].g - want) <= 0.5001);
    }
    eg_canvas_clear(&plain);
    eg_canvas_clear(&inked);
    eg_canvas_clear(&patterned);
    scene_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_colour_over_everything_leaves_no_other_pixel_inside),
        cmocka_unit_test(shares_of_a_pixel_add_up_to_one),
        cmocka_unit_test(colours_are_those_of_the_covered_areas),
        cmocka_unit_test(a_picture_is_its_four_quarters),
        cmocka_unit_test(a_part_is_what_a_wider_picture_shows_there),
        cmocka_unit_test(rows_are_what_the_whole_picture_has_there),
        cmocka_unit_test(deep_tiles_fit_together_too),
        cmocka_unit_test(hostile_views_are_survived),
        cmocka_unit_test(aliased_pixels_show_the_paint_that_covers_most),
        cmocka_unit_test(a_pattern_ends_where_its_area_ends),
    };
    seeded = eg_test_random_new();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
