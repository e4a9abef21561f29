/* Tiles through the engine: requests, the cache, what is shared, what is drawn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "support/failing_malloc.h"
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

static struct eg_small_value *tile_of(const struct eg_small *from, const struct eg_tile_request *request)
{
    void *value = NULL;
    struct eg_error err = {0};
    if (eg_engine_tile(from->engine, from->snapshot, request, &value, &err) != EG_OK)
        fail_msg("%s", err.message);
    return value;
}

static void decode_value(const struct eg_small_value *value, struct eg_canvas *canvas_out)
{
    struct eg_error err = {0};
    struct eg_text png = {value->entity.body.data, value->entity.body.len};
    if (eg_png_decode(png, canvas_out, &err) != EG_OK) fail_msg("%s", err.message);
}

static void draw_entity(const struct eg_tile_request *request, struct eg_canvas *canvas_out)
{
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    if (eg_engine_tile_entity(small.engine, small.snapshot, request, &entity, &err) != EG_OK)
        fail_msg("%s", err.message);
    assert_string_equal(entity.media_type, "image/png");
    assert_int_equal(strlen(entity.etag), 32);
    assert_false(entity.is_text);
    eg_small_decode(&entity, canvas_out);
}

static bool same_picture(const struct eg_canvas *a, const struct eg_canvas *b)
{
    return a->width == b->width && a->height == b->height &&
           memcmp(a->pixels, b->pixels, (size_t)a->width * a->height * sizeof *a->pixels) == 0;
}

/* --- requests -------------------------------------------------------------------------------------------------------- */

static void check_refused(struct eg_tile_request request, enum eg_status expected, const char *field)
{
    struct eg_error err = {0};
    struct eg_entity entity = {0};
    void *value = NULL;
    assert_int_equal(eg_engine_tile(small.engine, small.snapshot, &request, &value, &err), expected);
    assert_string_equal(err.field, field);
    assert_true(err.message[0] != '\0');
    assert_null(value);
    assert_int_equal(eg_engine_tile_entity(small.engine, small.snapshot, &request, &entity, &err), expected);
    assert_null(entity.body.data);
    assert_null(eg_engine_tile_kept(small.engine, small.snapshot, &request));
}

static void a_tile_beyond_the_pyramid_is_refused_with_the_number_at_fault(void **state)
{
    (void)state;
    struct eg_tile_request request = {.name.layer = EG_TEXT("deprivation.nbhd"), .z = 23, .scale = 1};
    check_refused(request, EG_INVALID, "z");
    request.z = UINT32_MAX;
    check_refused(request, EG_INVALID, "z");
    request.z = 3;
    request.x = 8;
    check_refused(request, EG_INVALID, "x");
    request.x = 0;
    request.y = 8;
    check_refused(request, EG_INVALID, "y");
    request.y = UINT32_MAX;
    check_refused(request, EG_INVALID, "y");
    request.y = 7;
    request.scale = 0;
    check_refused(request, EG_INVALID, "scale");
    request.scale = 5;
    check_refused(request, EG_INVALID, "scale");
    request.scale = 4;
    request.name.style = EG_TEXT("rainbow");
    check_refused(request, EG_NOT_FOUND, "style");
}

static void the_corners_of_the_pyramid_are_drawn(void **state)
{
    (void)state;
    struct eg_tile_request request = {.name.layer = EG_TEXT("deprivation.nbhd"), .scale = 1};
    for (uint32_t z = 0; z <= 22; z += 11) {
        request.z = z;
        request.x = request.y = (UINT32_C(1) << z) - 1;
        eg_small_value_release(tile_of(&small, &request));
    }
}

static void a_tile_has_256_pixels_times_its_scale(void **state)
{
    (void)state;
    for (uint32_t scale = 1; scale <= 4; scale++) {
        struct eg_tile_request request = eg_small_tile_at("illness.nbhd", "fifths", 9, 0.2, 51.15);
        struct eg_canvas canvas;
        request.scale = scale;
        draw_entity(&request, &canvas);
        assert_int_equal(canvas.width, 256 * scale);
        assert_int_equal(canvas.height, 256 * scale);
        eg_canvas_clear(&canvas);
    }
}

/* --- pictures -------------------------------------------------------------------------------------------------------- */

static void outside_the_data_a_tile_is_transparent(void **state)
{
    (void)state;
    struct eg_tile_request request = eg_small_tile_at("deprivation.nbhd", NULL, 10, 40, -20);
    struct eg_canvas canvas;
    struct eg_rgba colour = {1, 1, 1, 1};
    draw_entity(&request, &canvas);
    assert_true(eg_canvas_is_solid(&canvas, &colour));
    assert_int_equal(colour.a, 0);
    eg_canvas_clear(&canvas);
}

static void the_lake_is_no_area_and_the_island_is(void **state)
{
    (void)state;
    struct eg_rgba colour = {0};
    struct eg_canvas canvas;
    struct eg_tile_request lake = eg_small_tile_at("deprivation.nbhd", "one", 16, 0.15, 51.15);
    draw_entity(&lake, &canvas);
    assert_true(eg_canvas_is_solid(&canvas, &colour) && colour.a == 0);
    eg_canvas_clear(&canvas);
    struct eg_tile_request island = eg_small_tile_at("deprivation.nbhd", "one", 16, 0.55, 51.1);
    struct eg_rgba one = EG_SMALL_ONE_COLOUR;
    draw_entity(&island, &canvas);
    assert_true(eg_canvas_is_solid(&canvas, &colour));
    assert_memory_equal(&colour, &one, sizeof one);
    eg_canvas_clear(&canvas);
}

static void a_tile_from_the_cache_shows_what_is_drawn_past_it(void **state)
{
    (void)state;
    static const char *const styles[] = {"fifths", "soft", "hard", "one"};
    for (uint32_t i = 0; i < EG_ARRAY_LEN(styles) * 4; i++) {
        struct eg_tile_request request =
            eg_small_tile_at("illness.nbhd", styles[i / 4], 8 + i % 4, 0.15, 51.15);
        request.exact = i % 2 == 0;
        struct eg_small_value *value = tile_of(&small, &request);
        struct eg_canvas kept, drawn;
        decode_value(value, &kept);
        draw_entity(&request, &drawn);
        assert_true(same_picture(&kept, &drawn));
        eg_canvas_clear(&kept);
        eg_canvas_clear(&drawn);
        eg_small_value_release(value);
    }
}

/* Every tile of an area's inside is found without drawing; drawn, it is the same colour. */
static void a_tile_told_at_a_glance_is_the_colour_that_drawing_gives(void **state)
{
    (void)state;
    static const char *const codes[] = {"N01", "N02", "N03", "N05", "N11"};
    static const double at[][2] = {{0.05, 51.05}, {0.15, 51.05}, {0.25, 51.05}, {0.05, 51.15}, {0.25, 51.25}};
    const struct eg_dressed *dressed = eg_small_dress(&small, "illness.nbhd", "soft", NULL);
    for (size_t i = 0; i < EG_ARRAY_LEN(codes); i++) {
        struct eg_tile_request request = eg_small_tile_at("illness.nbhd", "soft", 15, at[i][0], at[i][1]);
        const struct eg_paint *paint =
            &dressed->paints[dressed->area_paint[eg_small_area(&small, "nbhd", codes[i])]];
        struct eg_canvas canvas;
        struct eg_rgba colour;
        request.exact = true;
        draw_entity(&request, &canvas);
        bool solid = eg_canvas_is_solid(&canvas, &colour);
        assert_int_equal(solid, paint->pattern == EG_PATTERN_NONE);
        if (solid) assert_memory_equal(&colour, &paint->colour, sizeof colour);
        eg_canvas_clear(&canvas);
    }
}

static uint32_t count_dark(const char *layer, const char *style)
{
    static const struct eg_rgba line = {0x30, 0x30, 0x30, 255};
    struct eg_tile_request request = eg_small_tile_at(layer, style, 10, 0.2, 51.15);
    struct eg_canvas canvas;
    uint32_t n = 0;
    request.exact = true;
    draw_entity(&request, &canvas);
    for (size_t i = 0; i < (size_t)256 * 256; i++) n += !memcmp(&canvas.pixels[i], &line, sizeof line);
    eg_canvas_clear(&canvas);
    return n;
}

/* The border between two towns runs along 0.2 east, in the middle of the tile. */
static void only_outlines_of_the_own_and_of_larger_levels_are_drawn(void **state)
{
    (void)state;
    assert_true(count_dark("people.nbhd", "fifths") > 100); /* towns over neighbourhoods */
    assert_true(count_dark("people.town", "fifths") > 100); /* towns, named as such */
    assert_true(count_dark("people.nbhd", "thirds") > 100);
    assert_int_equal(count_dark("people.town", "thirds"), 0); /* neighbourhoods over towns */
}

/* --- the cache ------------------------------------------------------------------------------------------------------- */

static void the_same_request_gives_the_same_value(void **state)
{
    (void)state;
    struct eg_tile_request request = eg_small_tile_at("deprivation.nbhd", NULL, 9, 0.2, 51.15);
    assert_null(eg_engine_tile_kept(small.engine, small.snapshot, &request));
    struct eg_small_value *first = tile_of(&small, &request), *second = tile_of(&small, &request);
    struct eg_small_value *kept = eg_engine_tile_kept(small.engine, small.snapshot, &request);
    assert_ptr_equal(first, second);
    assert_ptr_equal(first, kept);
    eg_small_value_release(kept);
    eg_small_value_release(first);
    eg_small_value_release(second);
}

static void another_style_period_size_or_exactness_is_another_value(void **state)
{
    (void)state;
    struct eg_tile_request base = eg_small_tile_at("deprivation.nbhd", "fifths", 9, 0.2, 51.15);
    struct eg_tile_request others[] = {base, base, base, base, base, base};
    others[0].name.style = EG_TEXT("thirds");
    others[1].name.period = EG_TEXT("2019");
    others[2].scale = 2;
    others[3].exact = true;
    others[4].name.layer = EG_TEXT("illness.nbhd");
    others[5].z--, others[5].x /= 2, others[5].y /= 2;
    struct eg_small_value *value = tile_of(&small, &base);
    for (size_t i = 0; i < EG_ARRAY_LEN(others); i++) {
        struct eg_small_value *other = tile_of(&small, &others[i]);
        assert_ptr_not_equal(value, other);
        eg_small_value_release(other);
    }
    eg_small_value_release(value);
}

static void naming_the_default_style_and_period_is_the_same_value(void **state)
{
    (void)state;
    struct eg_tile_request plain = eg_small_tile_at("deprivation.nbhd", NULL, 9, 0.3, 51.15), named = plain;
    named.name.style = EG_TEXT("fifths");
    named.name.period = EG_TEXT("2024");
    struct eg_small_value *a = tile_of(&small, &plain), *b = tile_of(&small, &named);
    assert_ptr_equal(a, b);
    eg_small_value_release(a);
    eg_small_value_release(b);
}

static void tiles_of_one_colour_share_one_value(void **state)
{
    (void)state;
    struct eg_tile_request requests[] = {eg_small_tile_at("deprivation.nbhd", NULL, 15, 30, 10),
                                         eg_small_tile_at("illness.town", "soft", 12, -30, 10),
                                         eg_small_tile_at("people.nbhd", NULL, 3, 100, -40)};
    requests[1].name.style = EG_TEXT("thirds");
    struct eg_small_value *value = tile_of(&small, &requests[0]);
    for (size_t i = 1; i < EG_ARRAY_LEN(requests); i++) {
        struct eg_small_value *other = tile_of(&small, &requests[i]);
        assert_ptr_equal(value, other);
        eg_small_value_release(other);
    }
    requests[0].scale = 2;
    struct eg_small_value *larger = tile_of(&small, &requests[0]);
    assert_ptr_not_equal(value, larger);
    eg_small_value_release(larger);
    eg_small_value_release(value);
}

static void with_a_budget_of_nothing_every_tile_is_drawn_anew(void **state)
{
    (void)state;
    struct eg_small bare;
    eg_small_open(0, &bare);
    struct eg_tile_request request = eg_small_tile_at("deprivation.nbhd", NULL, 9, 0.2, 51.15);
    struct eg_small_value *first = tile_of(&bare, &request), *second = tile_of(&bare, &request);
    assert_ptr_not_equal(first, second);
    assert_string_equal(first->entity.etag, second->entity.etag);
    assert_null(eg_engine_tile_kept(bare.engine, bare.snapshot, &request));
    eg_small_value_release(first);
    eg_small_value_release(second);
    eg_small_close(&bare);
}

/* The title is in the version: an atlas that says something else has another one, and other keys. */
static void another_version_has_other_values(void **state)
{
    (void)state;
    struct eg_small other;
    struct eg_error err = {0};
    eg_small_open(BUDGET, &other);
    assert_string_equal(other.snapshot->version, small.snapshot->version);
    assert_int_equal(other.snapshot->version_number, small.snapshot->version_number);
    struct eg_tile_request request = eg_small_tile_at("deprivation.nbhd", NULL, 9, 0.2, 51.15);
    struct eg_small_value *before = tile_of(&other, &request);
    assert_int_equal(eg_engine_load(other.engine, eg_small_atlas_write("fictional", true), &err), EG_OK);
    eg_small_atlas_clear();
    struct eg_snapshot *old = other.snapshot;
    other.snapshot = eg_engine_snapshot(other.engine);
    assert_ptr_not_equal(old, other.snapshot);
    assert_string_not_equal(old->version, other.snapshot->version);
    assert_null(eg_engine_tile_kept(other.engine, other.snapshot, &request));
    struct eg_small_value *after = tile_of(&other, &request);
    assert_ptr_not_equal(before, after);
    eg_snapshot_release(old);
    eg_small_value_release(before);
    eg_small_value_release(after);
    eg_small_close(&other);
}

/* Puts a text that is no number into the cell that says that N03's illness of 2024 is missing. */
static void spoil_a_cell(const char *atlas)
{
    char path[512];
    size_t folder = (size_t)(strrchr(atlas, '/') - atlas);
    (void)snprintf(path, sizeof path, "%.*s/figures.csv", (int)folder, atlas);
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    char line[512];
    long start = ftell(file);
    while (fgets(line, sizeof line, file) && strncmp(line, "N03,", 4) != 0) start = ftell(file);
    char *cell = strstr(line, ",:,");
    assert_non_null(cell);
    assert_int_equal(fseek(file, start + (cell + 1 - line), SEEK_SET), 0);
    assert_int_equal(fputc('?', file), '?');
    assert_int_equal(fclose(file), 0);
}

static void a_report_that_says_something_else_makes_another_version(void **state)
{
    (void)state;
    struct eg_small other;
    const char *path = eg_small_atlas_write("spoiled", false);
    eg_small_open_at(path, BUDGET, &other);
    assert_string_equal(other.snapshot->version, small.snapshot->version);
    eg_small_close(&other);
    spoil_a_cell(path);
    eg_small_open_at(path, BUDGET, &other);
    assert_string_equal(other.snapshot->generation->version, small.snapshot->generation->version);
    assert_string_not_equal(other.snapshot->version, small.snapshot->version);
    eg_small_close(&other);
    eg_small_atlas_clear();
}

/* Borders, one colour, nothing at all: as served, shared pictures of one colour too. */
static void count_labelled_tiles(struct eg_small *atlas, bool labelled)
{
    static const struct {
        uint32_t z;
        double lon_deg, lat_deg;
        bool exact;
    } tiles[] = {{9, 0.2, 51.15, false}, {9, 0.2, 51.15, true}, {15, 0.05, 51.05, false},
                 {6, -20, 51, false},    {6, -30, 51, false},   {6, -30, 51, true}};
    for (size_t i = 0; i < EG_ARRAY_LEN(tiles); i++) {
        struct eg_tile_request request =
            eg_small_tile_at("deprivation.nbhd", NULL, tiles[i].z, tiles[i].lon_deg, tiles[i].lat_deg);
        request.exact = tiles[i].exact;
        struct eg_small_value *value = tile_of(atlas, &request);
        const struct eg_buffer *body = &value->entity.body;
        assert_int_equal(memmem(body->data, body->len, "tEXtComment\0Fictional data", 26) != NULL, labelled);
        eg_small_value_release(value);
    }
}

static void every_tile_of_a_fictional_atlas_says_so_and_no_other(void **state)
{
    (void)state;
    struct eg_small fictional;
    eg_small_open_at(eg_small_atlas_write("fictional-tiles", true), BUDGET, &fictional);
    eg_small_atlas_clear();
    count_labelled_tiles(&fictional, true);
    count_labelled_tiles(&small, false);
    eg_small_close(&fictional);
}

static void a_failed_load_leaves_the_old_state(void **state)
{
    (void)state;
    struct eg_small other;
    struct eg_error err = {0};
    eg_small_open(BUDGET, &other);
    uint64_t generation = eg_engine_generation(other.engine);
    assert_int_not_equal(eg_engine_load(other.engine, "build/test-tmp/no-such-atlas.yaml", &err), EG_OK);
    assert_int_equal(eg_engine_generation(other.engine), generation);
    struct eg_snapshot *still = eg_engine_snapshot(other.engine);
    assert_ptr_equal(still, other.snapshot);
    eg_snapshot_release(still);
    eg_small_close(&other);
}

static void what_was_drawn_is_counted(void **state)
{
    (void)state;
    struct eg_small other;
    struct eg_engine_counters counters;
    eg_small_open(BUDGET, &other);
    struct eg_tile_request drawn = eg_small_tile_at("deprivation.nbhd", NULL, 9, 0.2, 51.15);
    struct eg_tile_request empty = eg_small_tile_at("deprivation.nbhd", NULL, 9, 100, 51.15);
    for (int i = 0; i < 3; i++) {
        eg_small_value_release(tile_of(&other, &drawn));
        eg_small_value_release(tile_of(&other, &empty));
    }
    eg_engine_count(other.engine, &counters);
    assert_int_equal(counters.tiles_solid, 1);
    assert_int_equal(counters.tiles_indexed + counters.tiles_rgba, 2);
    assert_int_equal(counters.cache.hits, 4);
    eg_small_close(&other);
}

/* --- memory ---------------------------------------------------------------------------------------------------------- */

/* A fresh engine each time, so that classes, paints and palettes are made within the loop. */
static void a_tile_survives_every_refused_allocation(void **state)
{
    (void)state;
    struct eg_tile_request request = eg_small_tile_at("illness.nbhd", "soft", 9, 0.2, 51.15);
    bool failed = true;
    long n = 0;
    while (failed) {
        struct eg_small fresh;
        struct eg_entity entity = {0};
        struct eg_error err = {0};
        eg_small_open(0, &fresh);
        eg_failing_malloc_after(++n);
        enum eg_status status = eg_engine_tile_entity(fresh.engine, fresh.snapshot, &request, &entity, &err);
        failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        eg_entity_clear(&entity);
        eg_small_close(&fresh);
    }
    assert_true(n > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tile_beyond_the_pyramid_is_refused_with_the_number_at_fault),
        cmocka_unit_test(the_corners_of_the_pyramid_are_drawn),
        cmocka_unit_test(a_tile_has_256_pixels_times_its_scale),
        cmocka_unit_test(outside_the_data_a_tile_is_transparent),
        cmocka_unit_test(the_lake_is_no_area_and_the_island_is),
        cmocka_unit_test(a_tile_from_the_cache_shows_what_is_drawn_past_it),
        cmocka_unit_test(a_tile_told_at_a_glance_is_the_colour_that_drawing_gives),
        cmocka_unit_test(only_outlines_of_the_own_and_of_larger_levels_are_drawn),
        cmocka_unit_test(the_same_request_gives_the_same_value),
        cmocka_unit_test(another_style_period_size_or_exactness_is_another_value),
        cmocka_unit_test(naming_the_default_style_and_period_is_the_same_value),
        cmocka_unit_test(tiles_of_one_colour_share_one_value),
        cmocka_unit_test(with_a_budget_of_nothing_every_tile_is_drawn_anew),
        cmocka_unit_test(another_version_has_other_values),
        cmocka_unit_test(a_report_that_says_something_else_makes_another_version),
        cmocka_unit_test(every_tile_of_a_fictional_atlas_says_so_and_no_other),
        cmocka_unit_test(a_failed_load_leaves_the_old_state),
        cmocka_unit_test(what_was_drawn_is_counted),
        cmocka_unit_test(a_tile_survives_every_refused_allocation),
    };
    return cmocka_run_group_tests_name("tile", tests, open_atlas, close_atlas);
}
