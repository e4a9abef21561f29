/* The vector tile encoder, read back by a decoder of the tests' own: rings, clipping, cleaning, tags. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "render/mvt.h"
#include "support/failing_malloc.h"
#include "support/mvt_decode.h"

/* One grid unit is one unit of the tile; the grid's (0, 0) is the tile's upper left corner. */
static const struct eg_mvt_tile plain = {
    .layer = {"layer", 5}, .left = 0, .top = 0, .width = EG_MVT_EXTENT, .height = EG_MVT_EXTENT};

/* A shape of one polygon: rings of n[i] points each, one after the other in xy. */
struct drawn {
    uint32_t polygon_start[2], ring_start[9];
    struct eg_point points[64];
    struct eg_shape shape;
};

static const struct eg_shape *draw(struct drawn *drawn, const int32_t *xy, const uint32_t *n,
                                   uint32_t n_rings)
{
    *drawn = (struct drawn){.polygon_start = {0, n_rings}};
    for (uint32_t i = 0; i < n_rings; i++) drawn->ring_start[i + 1] = drawn->ring_start[i] + n[i];
    for (uint32_t i = 0; i < drawn->ring_start[n_rings]; i++)
        drawn->points[i] = (struct eg_point){xy[2 * i], xy[2 * i + 1]};
    drawn->shape = (struct eg_shape){.n_polygons = 1,
                                     .n_rings = n_rings,
                                     .polygon_start = drawn->polygon_start,
                                     .ring_start = drawn->ring_start,
                                     .points = drawn->points};
    return &drawn->shape;
}

static struct eg_mvt *begun(void)
{
    struct eg_mvt *mvt = eg_mvt_new();
    assert_non_null(mvt);
    eg_mvt_begin(mvt, &plain);
    return mvt;
}

struct finished {
    struct eg_buffer bytes;
    struct eg_test_mvt *tile;
};

static struct finished finish(struct eg_mvt *mvt)
{
    struct finished finished = {0};
    eg_buffer_init(&finished.bytes, 0);
    assert_int_equal(eg_mvt_finish(mvt, &finished.bytes, NULL), EG_OK);
    if (finished.bytes.len > 0) finished.tile = eg_test_mvt_decode(finished.bytes.data, finished.bytes.len);
    return finished;
}

static void clear(struct finished *finished, struct eg_mvt *mvt)
{
    if (finished->tile) eg_test_mvt_free(finished->tile);
    eg_buffer_clear(&finished->bytes);
    eg_mvt_free(mvt);
}

/* The tile of one polygon: areas of its rings in square units, shells positive. */
static void expect_rings(const int32_t *xy, const uint32_t *n, uint32_t n_rings, const int64_t *expected,
                         uint32_t n_expected)
{
    struct drawn drawn;
    struct eg_mvt *mvt = begun();
    bool kept = eg_mvt_feature(mvt, 7, draw(&drawn, xy, n, n_rings));
    assert_int_equal(kept, n_expected > 0);
    struct finished finished = finish(mvt);
    assert_int_equal(finished.tile ? finished.tile->n_rings : 0, n_expected);
    for (uint32_t i = 0; i < n_expected; i++)
        assert_int_equal(eg_test_mvt_area2(finished.tile, i), 2 * expected[i]);
    clear(&finished, mvt);
}

static void a_square_is_clockwise_on_the_screen(void **state)
{
    (void)state;
    const int32_t xy[] = {10, -30, 40, -30, 40, -10, 10, -10};
    struct drawn drawn;
    struct eg_mvt *mvt = begun();
    assert_true(eg_mvt_feature(mvt, 7, draw(&drawn, xy, (uint32_t[]){4}, 1)));
    struct finished finished = finish(mvt);
    const struct eg_test_mvt *tile = finished.tile;
    assert_int_equal(tile->extent, 4096);
    assert_true(eg_text_equal(tile->name, EG_TEXT("layer")));
    assert_int_equal(tile->n_features, 1);
    assert_int_equal(tile->features[0].id, 7);
    const struct eg_point expected[] = {{10, 10}, {40, 10}, {40, 30}, {10, 30}};
    assert_int_equal(tile->ring_start[1], 4);
    assert_memory_equal(tile->points, expected, sizeof expected);
    clear(&finished, mvt);
}

static void a_tile_without_features_has_no_bytes(void **state)
{
    (void)state;
    const int32_t beside[] = {5000, -30, 5040, -30, 5040, -10}, tiny[] = {10, -10, 11, -10, 10, -10};
    expect_rings(beside, (uint32_t[]){3}, 1, NULL, 0);
    expect_rings(tiny, (uint32_t[]){3}, 1, NULL, 0);
}

static void what_lies_beyond_the_buffer_is_cut_off(void **state)
{
    (void)state;
    const int32_t whole[] = {-9000, -9000, 9000, -9000, 9000, 9000, -9000, 9000};
    expect_rings(whole, (uint32_t[]){4}, 1, (int64_t[]){4224 * 4224}, 1);
    const int32_t corner[] = {-900, -100, 100, -100, 100, 900, -900, 900};
    expect_rings(corner, (uint32_t[]){4}, 1, (int64_t[]){164 * 164}, 1);
}

static void a_hole_around_the_whole_tile_leaves_nothing(void **state)
{
    (void)state;
    const int32_t xy[] = {-9000, -9000, 9000,  -9000, 9000, 9000, -9000, 9000,
                          -8000, -8000, -8000, 8000,  8000, 8000, 8000,  -8000};
    expect_rings(xy, (uint32_t[]){4, 4}, 2, NULL, 0);
}

/* Two legs that reach into the tile from the south are two rings, without a bridge along the edge. */
static void pieces_of_a_cut_ring_are_rings_of_their_own(void **state)
{
    (void)state;
    const int32_t xy[] = {100, -6000, 500, -6000, 500, -4000, 400, -4000,
                          400, -5000, 200, -5000, 200, -4000, 100, -4000};
    expect_rings(xy, (uint32_t[]){8}, 1, (int64_t[]){100 * 160, 100 * 160}, 2);
}

/* A lake that is cut by the edge is part of the outline, not a hole that touches it along a line. */
static void a_cut_hole_becomes_part_of_its_shell(void **state)
{
    (void)state;
    const int32_t xy[] = {100, -6000, 500, -6000, 500, -4000, 100, -4000,
                          200, -5000, 200, -4100, 400, -4100, 400, -5000};
    expect_rings(xy, (uint32_t[]){4, 4}, 2, (int64_t[]){400 * 160 - 200 * 60}, 1);
}

static void a_hole_inside_follows_its_shell(void **state)
{
    (void)state;
    const int32_t xy[] = {0, -100, 100, -100, 100, 0, 0, 0, 20, -80, 20, -60, 40, -60, 40, -80};
    expect_rings(xy, (uint32_t[]){4, 4}, 2, (int64_t[]){10000, -400}, 2);
}

static void a_hole_that_leaves_its_shell_is_dropped(void **state)
{
    (void)state;
    const int32_t xy[] = {0, -100, 100, -100, 100, 0, 0, 0, 200, -80, 200, -60, 240, -60, 240, -80};
    expect_rings(xy, (uint32_t[]){4, 4}, 2, (int64_t[]){10000}, 1);
}

static void a_ring_that_turned_over_is_dropped(void **state)
{
    (void)state;
    const int32_t xy[] = {0, 0, 0, -10, 10, -10};
    expect_rings(xy, (uint32_t[]){3}, 1, (int64_t[]){50}, 1);
    const int32_t over[] = {0, 0, 10, -10, 0, -10};
    expect_rings(over, (uint32_t[]){3}, 1, NULL, 0);
}

static void a_spike_is_taken_out(void **state)
{
    (void)state;
    const int32_t xy[] = {0, -10, 10, -10, 20, -10, 10, -10, 10, 0, 0, 0};
    expect_rings(xy, (uint32_t[]){6}, 1, (int64_t[]){100}, 1);
}

static void a_ring_that_meets_itself_is_split_there(void **state)
{
    (void)state;
    const int32_t eight[] = {0, -20, 10, -10, 20, -20, 20, 0, 10, -10, 0, 0};
    expect_rings(eight, (uint32_t[]){6}, 1, (int64_t[]){100, 100}, 2);
    const int32_t bay[] = {0, 0, 0, -90, 90, -90, 90, 0, 50, 0, 70, -40, 20, -40, 50, 0};
    expect_rings(bay, (uint32_t[]){8}, 1, (int64_t[]){8100, -1000}, 2);
}

/* Where two edges cross between their ends, and where an end lies within another edge. */
static void a_ring_that_crosses_itself_is_parted_there(void **state)
{
    (void)state;
    const int32_t bow[] = {0, -20, 20, 0, 20, -20, 0, 0}; /* its right half has turned over */
    expect_rings(bow, (uint32_t[]){4}, 1, (int64_t[]){100}, 1);
    const int32_t bay[] = {0, 0, 0, -90, 90, -90, 90, 0, 50, 0, 45, -90, 40, 0};
    expect_rings(bay, (uint32_t[]){7}, 1, (int64_t[]){3825, 3825}, 2);
}

static void ground_within_ground_is_drawn_once(void **state)
{
    (void)state;
    const int32_t island[] = {0, -100, 100, -100, 100, 0, 0, 0, 20, -80, 40, -80, 40, -60, 20, -60};
    expect_rings(island, (uint32_t[]){4, 4}, 2, (int64_t[]){10000}, 1);
    const int32_t beside[] = {0, -100, 100, -100, 100, 0, 0, 0, 50, -80, 150, -80, 150, -60, 50, -60};
    expect_rings(beside, (uint32_t[]){4, 4}, 2, (int64_t[]){11000}, 1);
}

/* --- tags --------------------------------------------------------------------------------------------------------------- */

static void equal_values_are_written_once_and_come_back_as_they_were(void **state)
{
    (void)state;
    const int32_t xy[] = {0, -10, 10, -10, 10, 0};
    const double numbers[] = {0, 1, -1, 10.3, 1e300, -0.5, 9007199254740993.0, 300, -300};
    struct drawn drawn;
    struct eg_mvt *mvt = begun();
    uint32_t text = eg_mvt_key(mvt, EG_TEXT("text")), number = eg_mvt_key(mvt, EG_TEXT("number"));
    (void)eg_mvt_key(mvt, EG_TEXT("never used"));
    for (uint32_t i = 0; i < 2000; i++) {
        assert_true(eg_mvt_feature(mvt, i + 1, draw(&drawn, xy, (uint32_t[]){3}, 1)));
        eg_mvt_tag_text(mvt, text, i % 2 ? EG_TEXT("odd") : EG_TEXT(""));
        eg_mvt_tag_number(mvt, number, i < 900 ? numbers[i % EG_ARRAY_LEN(numbers)] : i * 1.5);
    }
    struct finished finished = finish(mvt);
    assert_int_equal(finished.tile->n_features, 2000);
    assert_int_equal(finished.tile->n_keys, 2);
    assert_int_equal(finished.tile->n_values, 2 + EG_ARRAY_LEN(numbers) + 1100);
    for (uint32_t i = 0; i < 2000; i++) {
        double expected = i < 900 ? numbers[i % EG_ARRAY_LEN(numbers)] : i * 1.5;
        assert_true(eg_test_mvt_get(finished.tile, i, "number")->number == expected);
        assert_int_equal(eg_test_mvt_get(finished.tile, i, "text")->text.len, i % 2 ? 3 : 0);
    }
    clear(&finished, mvt);
}

static void tags_of_a_dropped_feature_are_passed_over(void **state)
{
    (void)state;
    const int32_t beside[] = {5000, -30, 5040, -30, 5040, -10}, here[] = {0, -10, 10, -10, 10, 0};
    struct drawn drawn;
    struct eg_mvt *mvt = begun();
    uint32_t key = eg_mvt_key(mvt, EG_TEXT("name"));
    assert_true(eg_mvt_feature(mvt, 1, draw(&drawn, here, (uint32_t[]){3}, 1)));
    eg_mvt_tag_text(mvt, key, EG_TEXT("kept"));
    assert_false(eg_mvt_feature(mvt, 2, draw(&drawn, beside, (uint32_t[]){3}, 1)));
    eg_mvt_tag_text(mvt, key, EG_TEXT("dropped"));
    struct finished finished = finish(mvt);
    assert_int_equal(finished.tile->n_features, 1);
    assert_int_equal(finished.tile->n_values, 1);
    clear(&finished, mvt);
}

static void an_encoder_can_be_used_again(void **state)
{
    (void)state;
    const int32_t xy[] = {0, -10, 10, -10, 10, 0};
    struct drawn drawn;
    struct eg_mvt *mvt = begun();
    struct eg_buffer first;
    eg_buffer_init(&first, 0);
    for (uint32_t round = 0; round < 2; round++) {
        struct eg_buffer bytes;
        eg_buffer_init(&bytes, 0);
        eg_mvt_begin(mvt, &plain);
        uint32_t key = eg_mvt_key(mvt, EG_TEXT("name"));
        assert_true(eg_mvt_feature(mvt, 1, draw(&drawn, xy, (uint32_t[]){3}, 1)));
        eg_mvt_tag_text(mvt, key, EG_TEXT("value"));
        assert_int_equal(eg_mvt_finish(mvt, round == 0 ? &first : &bytes, NULL), EG_OK);
        if (round == 1) assert_int_equal(bytes.len, first.len);
        if (round == 1) assert_memory_equal(bytes.data, first.data, first.len);
        eg_buffer_clear(&bytes);
    }
    eg_buffer_clear(&first);
    eg_mvt_free(mvt);
}

static enum eg_status encode_all(struct eg_buffer *out)
{
    const int32_t cut[] = {100, -6000, 500, -6000, 500, -4000, 400, -4000,
                           400, -5000, 200, -5000, 200, -4000, 100, -4000};
    struct drawn drawn;
    struct eg_mvt *mvt = eg_mvt_new();
    if (!mvt) return EG_NO_MEMORY;
    eg_mvt_begin(mvt, &plain);
    uint32_t key = eg_mvt_key(mvt, EG_TEXT("name"));
    for (uint32_t i = 0; i < 200; i++) {
        if (!eg_mvt_feature(mvt, i, draw(&drawn, cut, (uint32_t[]){8}, 1))) continue;
        if (key != UINT32_MAX) eg_mvt_tag_number(mvt, key, i);
    }
    enum eg_status status = eg_mvt_finish(mvt, out, NULL);
    eg_mvt_free(mvt);
    return status;
}

static void every_refused_allocation_is_told(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        struct eg_buffer out;
        eg_buffer_init(&out, 0);
        eg_failing_malloc_after(n);
        enum eg_status status = encode_all(&out);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_buffer_clear(&out);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        if (!failed) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_square_is_clockwise_on_the_screen),
        cmocka_unit_test(a_tile_without_features_has_no_bytes),
        cmocka_unit_test(what_lies_beyond_the_buffer_is_cut_off),
        cmocka_unit_test(a_hole_around_the_whole_tile_leaves_nothing),
        cmocka_unit_test(pieces_of_a_cut_ring_are_rings_of_their_own),
        cmocka_unit_test(a_cut_hole_becomes_part_of_its_shell),
        cmocka_unit_test(a_hole_inside_follows_its_shell),
        cmocka_unit_test(a_hole_that_leaves_its_shell_is_dropped),
        cmocka_unit_test(a_ring_that_turned_over_is_dropped),
        cmocka_unit_test(a_spike_is_taken_out),
        cmocka_unit_test(a_ring_that_meets_itself_is_split_there),
        cmocka_unit_test(a_ring_that_crosses_itself_is_parted_there),
        cmocka_unit_test(ground_within_ground_is_drawn_once),
        cmocka_unit_test(equal_values_are_written_once_and_come_back_as_they_were),
        cmocka_unit_test(tags_of_a_dropped_feature_are_passed_over),
        cmocka_unit_test(an_encoder_can_be_used_again),
        cmocka_unit_test(every_refused_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
