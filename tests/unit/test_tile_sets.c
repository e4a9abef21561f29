/* Tiles of any set: which sets are on offer, what their tiles show, what they share, what is refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "engine/tile_sets.h"
#include "support/small_atlas.h"

#define BUDGET (8u << 20)

static struct eg_small small;

static int open_atlas(void **state)
{
    (void)state;
    eg_small_open(BUDGET, &small);
    return 0;
}

static int close_atlas(void **state)
{
    (void)state;
    eg_small_close(&small);
    return 0;
}

static uint32_t set_of(const char *id)
{
    uint32_t set = eg_tile_sets_find(small.snapshot->tile_sets, eg_text_from(id));
    assert_true(set < eg_tile_sets_count(small.snapshot->tile_sets));
    return set;
}

/* Of the first boundary set. */
static struct eg_bounds box_of(uint32_t set)
{
    struct eg_bounds box = {0};
    assert_int_equal(eg_tile_sets_box(small.snapshot, set, 0, &box, NULL), EG_OK);
    return box;
}

/* The tile of a matrix in which the middle of all areas lies. */
static struct eg_tile_request middle_tile(const char *id, uint32_t z)
{
    uint32_t set = set_of(id);
    struct eg_bounds box = box_of(set);
    double x = (box.min_x + box.max_x) / 2, y = (box.min_y + box.max_y) / 2;
    struct eg_tile_range range = eg_tile_matrix_range(
        &eg_tile_sets_at(small.snapshot->tile_sets, set)->matrices[z], (struct eg_bounds){x, y, x, y});
    if (range.empty) range = (struct eg_tile_range){0};
    return (struct eg_tile_request){.name.layer = EG_TEXT("deprivation.nbhd"),
                                    .set = set,
                                    .z = z,
                                    .x = range.min_column,
                                    .y = range.min_row,
                                    .scale = 1,
                                    .exact = true};
}

static void draw(const struct eg_tile_request *request, struct eg_canvas *canvas_out)
{
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    if (eg_engine_tile_entity(small.engine, small.snapshot, request, &entity, &err) != EG_OK)
        fail_msg("%s", err.message);
    eg_small_decode(&entity, canvas_out);
}

static void the_programs_own_sets_are_on_offer(void **state)
{
    (void)state;
    const struct eg_tile_sets *sets = small.snapshot->tile_sets;
    assert_true(eg_tile_sets_count(sets) >= 5);
    assert_string_equal(eg_tile_sets_at(sets, EG_TILE_SET_WEB_MERCATOR)->id, "WebMercatorQuad");
    assert_int_equal(eg_tile_sets_find(sets, EG_TEXT("webmercatorquad")), eg_tile_sets_count(sets));
}

static void a_set_suits_areas_where_its_crs_is_used(void **state)
{
    (void)state;
    assert_true(eg_tile_sets_suits(small.snapshot, set_of("WebMercatorQuad"), 0));
    assert_true(eg_tile_sets_suits(small.snapshot, set_of("WorldCRS84Quad"), 0));
    assert_true(eg_tile_sets_suits(small.snapshot, set_of("BritishNationalGrid"), 0));
    assert_true(eg_tile_sets_suits(small.snapshot, set_of("EuropeanETRS89_LAEAQuad"), 0));
    assert_false(eg_tile_sets_suits(small.snapshot, set_of("MassachusettsMainland"), 0));
}

static void a_set_whose_grid_does_not_reach_the_areas_is_not_announced(void **state)
{
    (void)state;
    uint32_t europe = set_of("EuropeanETRS89_LAEAQuad");
    const struct eg_tile_matrix_set *set = eg_tile_sets_at(small.snapshot->tile_sets, europe);
    struct eg_tile_matrix *finest = (struct eg_tile_matrix *)(uintptr_t)&set->matrices[set->n_matrices - 1];
    double left = finest->left;
    finest->left += 3e6; /* the grid now begins east of the areas, within the CRS's area of use */
    assert_false(eg_tile_sets_suits(small.snapshot, europe, 0));
    finest->left = left;
    assert_true(eg_tile_sets_suits(small.snapshot, europe, 0));
}

static void boxes_are_in_the_sets_own_units_easting_first(void **state)
{
    (void)state;
    struct eg_bounds grid = box_of(set_of("BritishNationalGrid")), degrees = box_of(set_of("WorldCRS84Quad"));
    struct eg_bounds europe = box_of(set_of("EuropeanETRS89_LAEAQuad"));
    assert_true(grid.min_x > 500000 && grid.max_x < 650000 && grid.min_y > 90000 && grid.max_y < 200000);
    assert_true(degrees.min_x > -0.1 && degrees.max_x < 0.7 && degrees.min_y > 50.9 && degrees.max_y < 51.4);
    assert_true(europe.min_x > 3.5e6 && europe.max_x < 3.8e6 && europe.min_y > 3.0e6 && europe.max_y < 3.3e6);
}

/* The picture of a tile's box as a map: the same draw functions must give the same pixels. */
static void a_tile_is_the_map_of_its_box(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        uint32_t z;
    } rows[] = {{"BritishNationalGrid", 4},
                {"BritishNationalGrid", 6},
                {"WorldCRS84Quad", 9},
                {"EuropeanETRS89_LAEAQuad", 7},
                {"WorldCRS84Quad", 10}};
    for (size_t i = 0; i < EG_ARRAY_LEN(rows); i++) {
        struct eg_tile_request request = middle_tile(rows[i].id, rows[i].z);
        for (request.scale = 1; request.scale <= 2; request.scale++) {
            const struct eg_tile_matrix_set *set = eg_tile_sets_at(small.snapshot->tile_sets, request.set);
            struct eg_canvas tile, map;
            draw(&request, &tile);
            struct eg_map_request wanted = {
                .names = &request.name,
                .n_names = 1,
                .crs = eg_text_from(set->crs),
                .bounds = eg_tile_matrix_bounds(&set->matrices[request.z], request.x, request.y),
                .width = 256 * request.scale,
                .height = 256 * request.scale,
                .scale = request.scale,
                .exact = true};
            struct eg_entity entity = {0};
            assert_int_equal(eg_engine_map(small.engine, small.snapshot, &wanted, &entity, NULL), EG_OK);
            eg_small_decode(&entity, &map);
            size_t n_colours = 0;
            assert_int_equal(tile.width, map.width);
            uint32_t n_rows = tile.height;
            assert_memory_equal(tile.pixels, map.pixels, (size_t)tile.width * n_rows * sizeof *tile.pixels);
            for (size_t p = 1; p < (size_t)tile.width * n_rows; p++)
                n_colours += memcmp(&tile.pixels[p], &tile.pixels[p - 1], sizeof *tile.pixels) != 0;
            assert_true(n_colours > 100);
            eg_canvas_clear(&tile);
            eg_canvas_clear(&map);
        }
    }
}

/* Where no line is drawn, so that only the size differs. Not all numbers of these sets are exact in binary: a vertex may fall on
 * the next 256th of a pixel, which a pixel's colour may show by one step. */
static void a_double_size_tile_is_its_four_quarters(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        uint32_t z;
    } rows[] = {{"BritishNationalGrid", 1}, {"WorldCRS84Quad", 6}, {"EuropeanETRS89_LAEAQuad", 5}};
    for (size_t i = 0; i < EG_ARRAY_LEN(rows); i++) {
        struct eg_tile_request request = middle_tile(rows[i].id, rows[i].z);
        struct eg_canvas whole, part;
        size_t n_shown = 0;
        request.scale = 2;
        draw(&request, &whole);
        for (uint32_t quarter = 0; quarter < 4; quarter++) {
            struct eg_tile_request of = request;
            uint32_t right = quarter % 2, low = quarter / 2;
            of.z++, of.x = 2 * request.x + right, of.y = 2 * request.y + low, of.scale = 1;
            draw(&of, &part);
            for (uint32_t p = 0; p < 256 * 256; p++) {
                struct eg_rgba a = part.pixels[p];
                struct eg_rgba b = whole.pixels[(256 * low + p / 256) * 512 + 256 * right + p % 256];
                assert_true(abs(a.r - b.r) <= 1 && abs(a.g - b.g) <= 1 && abs(a.b - b.b) <= 1 &&
                            abs(a.a - b.a) <= 1);
                n_shown += a.a > 0;
            }
            eg_canvas_clear(&part);
        }
        assert_true(n_shown > 1000);
        eg_canvas_clear(&whole);
    }
}

static void tiles_of_one_colour_are_shared_by_all_sets(void **state)
{
    (void)state;
    struct eg_tile_request far[] = {
        {.name.layer = EG_TEXT("deprivation.nbhd"), .z = 5, .x = 1, .y = 1, .scale = 1},
        {.name.layer = EG_TEXT("deprivation.nbhd"), .set = set_of("BritishNationalGrid"), .z = 3, .scale = 1},
        {.name.layer = EG_TEXT("deprivation.nbhd"), .set = set_of("WorldCRS84Quad"), .z = 3, .scale = 1},
        {.name.layer = EG_TEXT("deprivation.nbhd"),
         .set = set_of("MassachusettsMainland"),
         .z = 1,
         .scale = 1}};
    void *values[EG_ARRAY_LEN(far)] = {0};
    for (size_t i = 0; i < EG_ARRAY_LEN(far); i++)
        assert_int_equal(eg_engine_tile(small.engine, small.snapshot, &far[i], &values[i], NULL), EG_OK);
    for (size_t i = 1; i < EG_ARRAY_LEN(far); i++) assert_ptr_equal(values[i], values[0]);
    for (size_t i = 0; i < EG_ARRAY_LEN(far); i++) eg_small_value_release(values[i]);
}

static void sets_do_not_meet_in_the_cache(void **state)
{
    (void)state;
    struct eg_tile_request grid = middle_tile("BritishNationalGrid", 4);
    void *value = NULL, *again = NULL;
    assert_int_equal(eg_engine_tile(small.engine, small.snapshot, &grid, &value, NULL), EG_OK);
    again = eg_engine_tile_kept(small.engine, small.snapshot, &grid);
    assert_ptr_equal(value, again);
    struct eg_tile_request other = grid;
    other.set = set_of("EuropeanETRS89_LAEAQuad");
    other.x = other.x < 16 ? other.x : 15;
    other.y = other.y < 16 ? other.y : 15;
    assert_null(eg_engine_tile_kept(small.engine, small.snapshot, &other));
    eg_small_value_release(value);
    eg_small_value_release(again);
}

static void what_lies_outside_the_matrix_is_refused(void **state)
{
    (void)state;
    static const struct {
        uint32_t z, x, y, scale;
        const char *field;
    } rows[] = {
        {14, 0, 0, 1, "z"}, {0, 5, 0, 1, "x"}, {0, 0, 7, 1, "y"}, {3, 40, 0, 1, "x"}, {0, 0, 0, 5, "scale"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(rows); i++) {
        struct eg_tile_request request = {.name.layer = EG_TEXT("deprivation.nbhd"),
                                          .set = set_of("BritishNationalGrid"),
                                          .z = rows[i].z,
                                          .x = rows[i].x,
                                          .y = rows[i].y,
                                          .scale = rows[i].scale};
        struct eg_error err = {0};
        void *value = NULL;
        assert_int_equal(eg_engine_tile(small.engine, small.snapshot, &request, &value, &err), EG_INVALID);
        assert_string_equal(err.field, rows[i].field);
        assert_false(eg_engine_tile_needs_projecting(small.snapshot, &request));
    }
    struct eg_tile_request request = {.name.layer = EG_TEXT("deprivation.nbhd"), .set = 99, .scale = 1};
    void *value = NULL;
    assert_int_equal(eg_engine_tile(small.engine, small.snapshot, &request, &value, NULL), EG_NOT_FOUND);
}

static void projecting_is_foretold_once(void **state)
{
    (void)state;
    struct eg_small fresh;
    eg_small_open(BUDGET, &fresh);
    struct eg_tile_request request = middle_tile("BritishNationalGrid", 4);
    assert_true(eg_engine_tile_needs_projecting(fresh.snapshot, &request));
    void *value = NULL;
    assert_int_equal(eg_engine_tile(fresh.engine, fresh.snapshot, &request, &value, NULL), EG_OK);
    assert_false(eg_engine_tile_needs_projecting(fresh.snapshot, &request));
    request.set = EG_TILE_SET_WEB_MERCATOR;
    assert_false(eg_engine_tile_needs_projecting(fresh.snapshot, &request));
    eg_small_value_release(value);
    eg_small_close(&fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_programs_own_sets_are_on_offer),
        cmocka_unit_test(a_set_suits_areas_where_its_crs_is_used),
        cmocka_unit_test(a_set_whose_grid_does_not_reach_the_areas_is_not_announced),
        cmocka_unit_test(boxes_are_in_the_sets_own_units_easting_first),
        cmocka_unit_test(a_tile_is_the_map_of_its_box),
        cmocka_unit_test(a_double_size_tile_is_its_four_quarters),
        cmocka_unit_test(tiles_of_one_colour_are_shared_by_all_sets),
        cmocka_unit_test(sets_do_not_meet_in_the_cache),
        cmocka_unit_test(what_lies_outside_the_matrix_is_refused),
        cmocka_unit_test(projecting_is_foretold_once),
    };
    return cmocka_run_group_tests(tests, open_atlas, close_atlas);
}
