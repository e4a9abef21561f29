/* Pictures of any box in any CRS. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"
#include "support/small_atlas.h"

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

/* The whole atlas in web Mercator. */
static struct eg_map_request request_of(const char *layer, const char *style)
{
    struct eg_map_request request = {.names = eg_small_name(layer, style),
                                     .n_names = 1,
                                     .width = 400,
                                     .height = 300,
                                     .scale = 1,
                                     .exact = true};
    eg_mercator_forward(-0.05, 50.95, &request.bounds.min_x, &request.bounds.min_y);
    eg_mercator_forward(0.65, 51.35, &request.bounds.max_x, &request.bounds.max_y);
    return request;
}

static void draw(const struct eg_map_request *request, struct eg_canvas *canvas_out)
{
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    if (eg_engine_map(small.engine, small.snapshot, request, &entity, &err) != EG_OK)
        fail_msg("%s", err.message);
    eg_small_decode(&entity, canvas_out);
    assert_int_equal(canvas_out->width, request->width);
    assert_int_equal(canvas_out->height, request->height);
}

/* The colour in the middle of an area, found by its position in the picture's own CRS. */
static struct eg_rgba colour_at(const struct eg_canvas *canvas, const struct eg_map_request *request,
                                double x, double y)
{
    const struct eg_bounds *box = &request->bounds;
    uint32_t column = (uint32_t)((x - box->min_x) / (box->max_x - box->min_x) * canvas->width);
    uint32_t row = (uint32_t)((box->max_y - y) / (box->max_y - box->min_y) * canvas->height);
    assert_true(column < canvas->width && row < canvas->height);
    return canvas->pixels[row * canvas->width + column];
}

/* --- CRSs ------------------------------------------------------------------------------------------------------------ */

static void to_mercator(double *x, double *y)
{
    eg_mercator_forward(*x, *y, x, y);
}

static void stay(double *x, double *y)
{
    (void)x;
    (void)y;
}

static void to_british(double *x, double *y)
{
    struct eg_crs_context *context = NULL;
    struct eg_transform *transform = NULL;
    double xy[2] = {*x, *y};
    assert_int_equal(eg_crs_context_new(&context, NULL), EG_OK);
    assert_int_equal(eg_transform_new(context, EG_TEXT("EPSG:4326"), EG_TEXT("EPSG:27700"),
                                      (struct eg_text){0}, &transform, NULL),
                     EG_OK);
    assert_int_equal(eg_transform_points(transform, xy, 1), 0);
    *x = xy[0];
    *y = xy[1];
    eg_transform_free(transform);
    eg_crs_context_free(context);
}

static void every_crs_shows_each_area_where_it_lies(void **state)
{
    (void)state;
    static const struct {
        const char *crs;
        void (*project)(double *x, double *y);
        struct eg_bounds box;
    } cases[] = {{"", to_mercator, {-5567, 6613000, 72400, 6685000}},
                 {"EPSG:3857", to_mercator, {-5567, 6613000, 72400, 6685000}},
                 {"EPSG:4326", stay, {-0.05, 50.95, 0.65, 51.35}},
                 {"CRS:84", stay, {-0.05, 50.95, 0.65, 51.35}},
                 {"EPSG:27700", to_british, {530000, 110000, 590000, 165000}}};
    const struct eg_dressed *dressed = eg_small_dress(&small, "deprivation.nbhd", "tenths", NULL);
    for (size_t c = 0; c < EG_ARRAY_LEN(cases); c++) {
        struct eg_map_request request = request_of("deprivation.nbhd", "tenths");
        struct eg_canvas canvas;
        request.crs = eg_text_from(cases[c].crs);
        request.bounds = cases[c].box;
        draw(&request, &canvas);
        for (uint32_t i = 0; i < EG_SMALL_AREAS; i++) {
            /* Off the middle, where N06 has its lake. */
            double x = i == 11 ? 0.55 : 0.1 * (i % 4) + 0.015,
                   y = i == 11 ? 51.1 : 51.015 + 0.1 * (double)(i / 4);
            char code[8];
            (void)snprintf(code, sizeof code, "N%02u", i + 1);
            cases[c].project(&x, &y);
            struct eg_rgba colour = colour_at(&canvas, &request, x, y);
            const struct eg_paint *paint =
                &dressed->paints[dressed->area_paint[eg_small_area(&small, "nbhd", code)]];
            if (memcmp(&colour, &paint->colour, sizeof colour) != 0)
                fail_msg("%s in '%s'", code, cases[c].crs);
        }
        double lake_x = 0.15, lake_y = 51.15;
        cases[c].project(&lake_x, &lake_y);
        assert_int_equal(colour_at(&canvas, &request, lake_x, lake_y).a, 0);
        eg_canvas_clear(&canvas);
    }
}

static void the_box_of_a_tile_is_the_picture_of_the_tile(void **state)
{
    (void)state;
    struct eg_tile_request tile = eg_small_tile_at("illness.nbhd", "fifths", 11, 0.2, 51.15);
    struct eg_map_request request = request_of("illness.nbhd", "fifths");
    struct eg_canvas map, drawn;
    struct eg_entity entity = {0};
    tile.exact = true;
    request.bounds = eg_grid_tile_bounds_m(tile.z, tile.x, tile.y);
    request.width = request.height = 256;
    draw(&request, &map);
    assert_int_equal(eg_engine_tile_entity(small.engine, small.snapshot, &tile, &entity, NULL), EG_OK);
    eg_small_decode(&entity, &drawn);
    assert_memory_equal(map.pixels, drawn.pixels, (size_t)256 * 256 * sizeof *map.pixels);
    eg_canvas_clear(&map);
    eg_canvas_clear(&drawn);
}

/* Style "fifths" draws towns from zoom 9 on. The same ground resolution counts as the same zoom in every CRS. */
static void an_outline_begins_at_the_same_ground_resolution_in_every_crs(void **state)
{
    (void)state;
    static const struct {
        const char *crs;
        struct eg_bounds box; /* 256 pixels at the resolution of zoom 9 at 51 degrees north: 192 m */
    } cases[] = {{"EPSG:3857", {0, 6621293.7, 78271.5, 6699565.2}},
                 {"CRS:84", {0, 51.0, 0.703125, 51.45}},
                 {"EPSG:27700", {541000, 123000, 590100, 172100}}};
    for (size_t i = 0; i < 2 * EG_ARRAY_LEN(cases); i++) {
        struct eg_map_request request = request_of("people.town", "fifths");
        struct eg_canvas canvas;
        uint32_t n_dark = 0;
        request.crs = eg_text_from(cases[i / 2].crs);
        request.bounds = cases[i / 2].box;
        request.width = request.height = i % 2 ? 260 : 230; /* a little finer, a good deal coarser */
        draw(&request, &canvas);
        for (size_t k = 0; k < (size_t)canvas.width * canvas.height; k++)
            n_dark += canvas.pixels[k].r == 0x30 && canvas.pixels[k].g == 0x30;
        if ((n_dark > 50) != (i % 2 == 1)) fail_msg("%u dark pixels in %s", n_dark, cases[i / 2].crs);
        eg_canvas_clear(&canvas);
    }
}

/* --- requests -------------------------------------------------------------------------------------------------------- */

static void check_refused(const struct eg_map_request *request, enum eg_status expected, const char *field)
{
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    enum eg_status status = eg_engine_map(small.engine, small.snapshot, request, &entity, &err);
    if (status != expected) fail_msg("%s instead of %s", eg_status_name(status), eg_status_name(expected));
    assert_string_equal(err.field, field);
    assert_null(entity.body.data);
    assert_int_equal(eg_engine_map(small.engine, small.snapshot, request, &entity, NULL), expected);
}

static void a_picture_has_at_least_one_pixel_and_at_most_what_the_atlas_allows(void **state)
{
    (void)state;
    struct eg_map_request request = request_of("deprivation.nbhd", NULL);
    struct eg_canvas canvas;
    request.width = 0;
    check_refused(&request, EG_INVALID, "size");
    request.width = 4097;
    check_refused(&request, EG_LIMIT, "size");
    request.width = 10;
    request.height = UINT32_MAX;
    check_refused(&request, EG_LIMIT, "size");
    request.width = request.height = 1;
    draw(&request, &canvas);
    eg_canvas_clear(&canvas);
    request.width = 4096;
    draw(&request, &canvas);
    eg_canvas_clear(&canvas);
}

static void a_box_is_finite_and_the_right_way_round(void **state)
{
    (void)state;
    static const struct eg_bounds wrong[] = {{1, 0, 0, 1},         {0, 1, 1, 0},
                                             {0, 0, 0, 1},         {NAN, 0, 1, 1},
                                             {0, 0, INFINITY, 1},  {-1e308, 0, 1e308, 1},
                                             {0, 0, 1, 1e-300},    {5, 5, 5.00000000000001, 6},
                                             {0, -HUGE_VAL, 1, 1}, {1e10, 1e10, 2e10, 2e10}};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        struct eg_map_request request = request_of("deprivation.nbhd", NULL);
        request.bounds = wrong[i];
        check_refused(&request, EG_INVALID, "bbox");
    }
}

/* The furthest, the flattest and the deepest boxes that are allowed: nothing overflows. */
static void extreme_boxes_are_drawn(void **state)
{
    (void)state;
    static const struct eg_bounds boxes[] = {{-1e9, -1e9, 1e9, 1e9},
                                             {-1e9, 6621293, 1e9, 6621294},
                                             {0, -1e9, 1, 1e9},
                                             {1e9 - 1, 1e9 - 1, 1e9, 1e9},
                                             {5000, 6630000, 5000.000001, 6630000.000001},
                                             {-20037508.35, -20037508.35, 20037508.35, 20037508.35}};
    for (size_t i = 0; i < 3 * EG_ARRAY_LEN(boxes); i++) {
        static const char *const styles[] = {"soft", "hard", "fifths"};
        struct eg_map_request request = request_of("illness.nbhd", styles[i % 3]);
        struct eg_canvas canvas;
        request.bounds = boxes[i / 3];
        request.width = 300;
        request.height = 200;
        request.scale = i % 2 ? 16 : 0.25;
        draw(&request, &canvas);
        eg_canvas_clear(&canvas);
    }
}

static void a_scale_is_a_quarter_to_sixteen(void **state)
{
    (void)state;
    static const double wrong[] = {0, -1, 0.2, 16.5, NAN, INFINITY};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        struct eg_map_request request = request_of("deprivation.nbhd", NULL);
        request.scale = wrong[i];
        check_refused(&request, EG_INVALID, "scale");
    }
}

static void an_unknown_crs_is_refused_again_and_again(void **state)
{
    (void)state;
    struct eg_map_request request = request_of("deprivation.nbhd", NULL);
    for (int i = 0; i < 70; i++) {
        request.crs = EG_TEXT("EPSG:1");
        check_refused(&request, EG_INVALID, "crs");
    }
    request.crs = (struct eg_text){"EPSG:27700\0x", 12};
    check_refused(&request, EG_INVALID, "crs");
    request.crs = EG_TEXT("EPSG:000000000000000000000000000000000000000000000000000000000000027700");
    check_refused(&request, EG_INVALID, "crs");
    request.crs = EG_TEXT("EPSG:27700");
    request.bounds = (struct eg_bounds){530000, 110000, 590000, 165000};
    struct eg_canvas canvas;
    draw(&request, &canvas);
    eg_canvas_clear(&canvas);
}

static void one_to_sixteen_layers_make_a_picture(void **state)
{
    (void)state;
    struct eg_layer_name names[EG_MAP_LAYERS + 1];
    struct eg_map_request request = request_of("deprivation.nbhd", "tenths");
    struct eg_canvas canvas;
    for (uint32_t i = 0; i < EG_ARRAY_LEN(names); i++) names[i] = *eg_small_name("people.nbhd", "soft");
    request.names = names;
    request.n_names = 0;
    check_refused(&request, EG_LIMIT, "layers");
    request.n_names = EG_MAP_LAYERS + 1;
    check_refused(&request, EG_LIMIT, "layers");
    request.n_names = EG_MAP_LAYERS;
    draw(&request, &canvas);
    eg_canvas_clear(&canvas);
    names[EG_MAP_LAYERS - 1].layer = EG_TEXT("none.nbhd");
    check_refused(&request, EG_NOT_FOUND, "layer");
}

/* Off by one where two roundings became one. */
static void check_composed(const struct eg_canvas *whole, const struct eg_canvas *top,
                           const struct eg_canvas *bottom, struct eg_rgba ground)
{
    for (size_t i = 0; i < (size_t)whole->width * whole->height; i++) {
        struct eg_rgba is = whole->pixels[i],
                       wanted = eg_rgba_over(top->pixels[i], bottom ? bottom->pixels[i] : ground);
        if (abs(is.r - wanted.r) > 1 || abs(is.g - wanted.g) > 1 || abs(is.b - wanted.b) > 1 ||
            is.a != wanted.a)
            fail_msg("pixel %zu is %u,%u,%u,%u", i, is.r, is.g, is.b, is.a);
    }
}

static void a_picture_on_a_ground_is_the_transparent_one_laid_over_it(void **state)
{
    (void)state;
    static const char *const styles[] = {"fifths", "soft", "hard", "one"};
    for (size_t i = 0; i < EG_ARRAY_LEN(styles); i++) {
        struct eg_map_request request = request_of("illness.nbhd", styles[i]);
        struct eg_canvas clear, whole;
        request.has_background = true;
        draw(&request, &clear);
        assert_int_equal(clear.pixels[0].a, 0);
        request.background = (struct eg_rgba){255, 128, 0, 255};
        draw(&request, &whole);
        check_composed(&whole, &clear, NULL, request.background);
        eg_canvas_clear(&clear);
        eg_canvas_clear(&whole);
    }
}

static void layers_are_laid_over_one_another(void **state)
{
    (void)state;
    struct eg_layer_name names[2] = {*eg_small_name("deprivation.nbhd", "tenths"),
                                     *eg_small_name("people.town", "soft")};
    struct eg_map_request request = request_of("deprivation.nbhd", "tenths");
    struct eg_canvas below, above, both;
    request.has_background = true;
    request.background = (struct eg_rgba){200, 220, 255, 255};
    draw(&request, &below);
    request.names = &names[1];
    request.background.a = 0;
    draw(&request, &above);
    request.names = names;
    request.n_names = 2;
    request.background.a = 255;
    draw(&request, &both);
    check_composed(&both, &above, &below, request.background);
    eg_canvas_clear(&below);
    eg_canvas_clear(&above);
    eg_canvas_clear(&both);
}

/* Colours of the legend stay exact on any ground, also after a stranger asked for more grounds than get palettes. */
static void the_colours_of_areas_are_exact_on_any_ground(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 40; i++) {
        struct eg_map_request request = request_of("deprivation.nbhd", "tenths");
        struct eg_canvas exact, indexed;
        request.has_background = true;
        request.background = (struct eg_rgba){(uint8_t)(i * 5), 90, 40, 255};
        if (i == 39) request.background = (struct eg_rgba){255, 255, 255, 255};
        draw(&request, &exact);
        request.exact = false;
        draw(&request, &indexed);
        double x, y;
        eg_mercator_forward(0.1, 51.015, &x, &y);
        struct eg_rgba a = colour_at(&exact, &request, x, y), b = colour_at(&indexed, &request, x, y);
        assert_memory_equal(&a, &b, sizeof a);
        assert_memory_equal(&exact.pixels[0], &indexed.pixels[0], sizeof a);
        eg_canvas_clear(&exact);
        eg_canvas_clear(&indexed);
    }
}

/* A picture twice as wide shows each area at twice the column. */
static void pixels_need_not_be_square(void **state)
{
    (void)state;
    struct eg_map_request request = request_of("deprivation.nbhd", "tenths");
    struct eg_canvas square, wide, tall;
    draw(&request, &square);
    request.width = 800;
    draw(&request, &wide);
    request.width = 400;
    request.height = 900;
    draw(&request, &tall);
    uint32_t n_unlike = 0;
    for (uint32_t y = 0; y < 300; y++)
        for (uint32_t x = 0; x < 400; x++) {
            const struct eg_rgba *is = &square.pixels[y * 400 + x];
            n_unlike += memcmp(is, &wide.pixels[y * 800 + 2 * x], 4) &&
                        memcmp(is, &wide.pixels[y * 800 + 2 * x + 1], 4);
            n_unlike += memcmp(is, &tall.pixels[(3 * y + 1) * 400 + x], 4) != 0;
        }
    assert_true(n_unlike < 2 * 400 * 300 / 40); /* along borders */
    eg_canvas_clear(&square);
    eg_canvas_clear(&wide);
    eg_canvas_clear(&tall);
}

/* --- notices --------------------------------------------------------------------------------------------------------- */

static void a_notice_is_of_one_colour_or_says_its_sentence_in_any_size(void **state)
{
    (void)state;
    static const uint32_t sizes[][2] = {{1, 1}, {9, 400}, {400, 9}, {64, 64}, {300, 200}};
    for (size_t i = 0; i < 2 * EG_ARRAY_LEN(sizes); i++) {
        struct eg_notice_request request = {.width = sizes[i / 2][0],
                                            .height = sizes[i / 2][1],
                                            .background = {10, 20, 30, 255},
                                            .scale = i % 3 ? 1 : 3};
        struct eg_entity entity = {0};
        struct eg_canvas canvas;
        struct eg_rgba colour;
        if (i % 2)
            request.text =
                EG_TEXT("there is no layer 'nothing'; the capabilities, or GET /layers, list what there is");
        assert_int_equal(eg_engine_notice(small.engine, small.snapshot, &request, &entity, NULL), EG_OK);
        eg_small_decode(&entity, &canvas);
        assert_int_equal(canvas.width, request.width);
        assert_int_equal(canvas.height, request.height);
        bool solid = eg_canvas_is_solid(&canvas, &colour);
        if (i % 2 == 0) assert_true(solid && colour.r == 10);
        if (i % 2 == 1 && i / 2 >= 3) assert_false(solid);
        eg_canvas_clear(&canvas);
    }
}

static void a_notice_is_as_large_as_a_map_may_be(void **state)
{
    (void)state;
    struct eg_notice_request request = {.width = 4097, .height = 1, .scale = 1};
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    assert_int_equal(eg_engine_notice(small.engine, small.snapshot, &request, &entity, &err), EG_LIMIT);
    request.width = 0;
    assert_int_equal(eg_engine_notice(small.engine, small.snapshot, &request, &entity, &err), EG_INVALID);
    assert_string_equal(err.field, "size");
}

/* --- marginalia ------------------------------------------------------------------------------------------------------ */

/* Quarters of the picture that a legend changes: bit 0 upper left, 1 upper right, 2 lower left, 3 lower right. */
static unsigned quarters_of_legend(struct eg_map_request request)
{
    struct eg_canvas plain, with;
    unsigned quarters = 0;
    request.width = 700;
    request.height = 520;
    draw(&request, &plain);
    request.legend = true;
    request.exact = false; /* text keeps its greys all the same */
    draw(&request, &with);
    for (uint32_t i = 0; i < 700 * 520; i++) {
        if (memcmp(&plain.pixels[i], &with.pixels[i], 4) == 0) continue;
        quarters |= 1U << ((i % 700 >= 350 ? 1U : 0U) + (i / 700 >= 260 ? 2U : 0U));
    }
    eg_canvas_clear(&plain);
    eg_canvas_clear(&with);
    return quarters;
}

static void a_crs_that_the_atlas_does_not_list_is_refused_unless_any_will_do(void **state)
{
    (void)state;
    struct eg_map_request request = request_of("deprivation.nbhd", NULL);
    struct eg_error err = {0};
    struct eg_entity entity = {0};
    struct eg_canvas canvas;
    request.crs = EG_TEXT("EPSG:25831");
    request.bounds = (struct eg_bounds){230000, 5640000, 350000, 5700000};
    assert_int_equal(eg_engine_map(small.engine, small.snapshot, &request, &entity, &err), EG_INVALID);
    assert_string_equal(err.field, "crs");
    assert_non_null(
        strstr(err.message, "EPSG:25831 is none of the coordinate reference systems of this atlas"));
    assert_false(eg_engine_map_needs_projecting(small.snapshot, &request));
    request.any_crs = true;
    draw(&request, &canvas);
    eg_canvas_clear(&canvas);
}

static void a_server_can_tell_which_maps_have_to_wait_for_borders(void **state)
{
    (void)state;
    struct eg_small fresh;
    eg_small_open(0, &fresh);
    struct eg_map_request request =
        request_of("deprivation.nbhd", "fifths"); /* outlines of towns from zoom 9 */
    assert_false(eg_engine_map_needs_projecting(fresh.snapshot, &request));
    request.crs = EG_TEXT("urn:ogc:def:crs:EPSG::27700");
    request.bounds = (struct eg_bounds){430000, 10000, 690000, 265000};
    for (int zoomed_in = 0; zoomed_in < 2; zoomed_in++) {
        struct eg_entity entity = {0};
        assert_true(eg_engine_map_needs_projecting(fresh.snapshot, &request));
        assert_int_equal(eg_engine_map(fresh.engine, fresh.snapshot, &request, &entity, NULL), EG_OK);
        assert_false(eg_engine_map_needs_projecting(fresh.snapshot, &request));
        eg_entity_clear(&entity);
        request.bounds = (struct eg_bounds){530000, 110000, 550000, 125000};
    }
    request.crs = EG_TEXT("nonsense");
    assert_false(eg_engine_map_needs_projecting(fresh.snapshot, &request));
    eg_small_close(&fresh);
}

static void a_legend_stands_in_the_corner_where_it_covers_least(void **state)
{
    (void)state;
    struct eg_map_request request = request_of("people.nbhd", "years");
    struct eg_bounds whole = request.bounds;
    double width = whole.max_x - whole.min_x, height = whole.max_y - whole.min_y;
    request.bounds = (struct eg_bounds){whole.min_x, whole.min_y - height, whole.max_x, whole.max_y};
    assert_int_equal(quarters_of_legend(request), 8);
    request.bounds = (struct eg_bounds){whole.min_x - width / 2, whole.min_y, whole.max_x - width / 4,
                                        whole.max_y + height};
    assert_int_equal(quarters_of_legend(request) & ~3U, 0);
    request.bounds = (struct eg_bounds){whole.min_x - width, whole.min_y + height / 3,
                                        whole.min_x + width / 3, whole.max_y};
    assert_int_equal(quarters_of_legend(request), 1);
}

static void a_legend_that_does_not_fit_is_an_error(void **state)
{
    (void)state;
    struct eg_map_request request = request_of("deprivation.nbhd", "fifths");
    request.legend = true;
    request.width = request.height = 64;
    check_refused(&request, EG_INVALID, "legend");
}

static bool holds(const struct eg_buffer *body, const char *text)
{
    return memmem(body->data, body->len, text, strlen(text)) != NULL;
}

static void the_file_says_what_it_shows(void **state)
{
    (void)state;
    struct eg_map_request request = request_of("deprivation.nbhd", NULL);
    struct eg_entity entity = {0};
    assert_int_equal(eg_engine_map(small.engine, small.snapshot, &request, &entity, NULL), EG_OK);
    assert_true(holds(&entity.body, "Title") && holds(&entity.body, "Deprivation, Neighbourhoods"));
    assert_true(holds(&entity.body, "Period") && holds(&entity.body, "2024"));
    assert_true(holds(&entity.body, "Small & Co | Surveyors | Counters"));
    assert_false(holds(&entity.body, "Fictional"));
    eg_entity_clear(&entity);
    struct eg_tile_request tile = eg_small_tile_at("deprivation.nbhd", NULL, 9, 0.2, 51.15);
    assert_int_equal(eg_engine_tile_entity(small.engine, small.snapshot, &tile, &entity, NULL), EG_OK);
    assert_false(holds(&entity.body, "Title")); /* a served tile spares the bytes */
    eg_entity_clear(&entity);
    tile.described = true;
    assert_int_equal(eg_engine_tile_entity(small.engine, small.snapshot, &tile, &entity, NULL), EG_OK);
    assert_true(holds(&entity.body, "Deprivation, Neighbourhoods") && holds(&entity.body, "Counters"));
    eg_entity_clear(&entity);
}

static void fictional_data_are_said_to_be_so_on_the_picture_and_in_the_file(void **state)
{
    (void)state;
    struct eg_small fictional;
    struct eg_map_request request = request_of("deprivation.nbhd", "one");
    struct eg_entity entity = {0};
    struct eg_canvas canvas, plain;
    eg_small_open_at(eg_small_atlas_write("fictional-map", true), 0, &fictional);
    eg_small_atlas_clear();
    assert_int_equal(eg_engine_map(fictional.engine, fictional.snapshot, &request, &entity, NULL), EG_OK);
    assert_true(holds(&entity.body, "Fictional data"));
    eg_small_decode(&entity, &canvas);
    draw(&request, &plain);
    uint32_t corner = (canvas.height - 12) * canvas.width + 10;
    assert_memory_not_equal(&canvas.pixels[corner - 6], &plain.pixels[corner - 6], 40 * sizeof *plain.pixels);
    struct eg_tile_request tile = eg_small_tile_at("deprivation.nbhd", NULL, 9, 0.2, 51.15);
    assert_int_equal(eg_engine_tile_entity(fictional.engine, fictional.snapshot, &tile, &entity, NULL),
                     EG_OK);
    assert_true(holds(&entity.body, "Fictional data"));
    eg_entity_clear(&entity);
    eg_canvas_clear(&canvas);
    eg_canvas_clear(&plain);
    eg_small_close(&fictional);
}

/* --- memory ---------------------------------------------------------------------------------------------------------- */

static void a_map_survives_every_refused_allocation(void **state)
{
    (void)state;
    struct eg_map_request request = request_of("illness.nbhd", "fifths");
    request.width = request.height = 64;
    request.crs = EG_TEXT("EPSG:27700");
    request.bounds = (struct eg_bounds){530000, 110000, 590000, 165000};
    bool failed = true;
    long n = 0;
    while (failed) {
        struct eg_small fresh;
        struct eg_entity entity = {0};
        struct eg_error err = {0};
        eg_small_open(0, &fresh);
        eg_failing_malloc_after(++n);
        enum eg_status status = eg_engine_map(fresh.engine, fresh.snapshot, &request, &entity, &err);
        failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        eg_entity_clear(&entity);
        eg_small_close(&fresh);
    }
    assert_true(n > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_crs_shows_each_area_where_it_lies),
        cmocka_unit_test(the_box_of_a_tile_is_the_picture_of_the_tile),
        cmocka_unit_test(an_outline_begins_at_the_same_ground_resolution_in_every_crs),
        cmocka_unit_test(a_picture_has_at_least_one_pixel_and_at_most_what_the_atlas_allows),
        cmocka_unit_test(a_box_is_finite_and_the_right_way_round),
        cmocka_unit_test(extreme_boxes_are_drawn),
        cmocka_unit_test(a_scale_is_a_quarter_to_sixteen),
        cmocka_unit_test(an_unknown_crs_is_refused_again_and_again),
        cmocka_unit_test(one_to_sixteen_layers_make_a_picture),
        cmocka_unit_test(a_picture_on_a_ground_is_the_transparent_one_laid_over_it),
        cmocka_unit_test(layers_are_laid_over_one_another),
        cmocka_unit_test(the_colours_of_areas_are_exact_on_any_ground),
        cmocka_unit_test(pixels_need_not_be_square),
        cmocka_unit_test(a_notice_is_of_one_colour_or_says_its_sentence_in_any_size),
        cmocka_unit_test(a_notice_is_as_large_as_a_map_may_be),
        cmocka_unit_test(a_crs_that_the_atlas_does_not_list_is_refused_unless_any_will_do),
        cmocka_unit_test(a_server_can_tell_which_maps_have_to_wait_for_borders),
        cmocka_unit_test(a_legend_stands_in_the_corner_where_it_covers_least),
        cmocka_unit_test(a_legend_that_does_not_fit_is_an_error),
        cmocka_unit_test(the_file_says_what_it_shows),
        cmocka_unit_test(fictional_data_are_said_to_be_so_on_the_picture_and_in_the_file),
        cmocka_unit_test(a_map_survives_every_refused_allocation),
    };
    return cmocka_run_group_tests_name("map", tests, open_atlas, close_atlas);
}
