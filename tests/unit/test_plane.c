/* Planes: levels of detail, index, location, dissolving. Topologies are made by hand, so that each test shows its map. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "geo/plane.h"
#include "support/failing_malloc.h"
#include "support/test_arcs.h"

#define NONE EG_NO_AREA

#define ADD(arcs, left, right, ...)                                                                          \
    do {                                                                                                     \
        const int32_t xy_[] = {__VA_ARGS__};                                                                 \
        eg_test_arcs_add((arcs), (left), (right), xy_, (uint32_t)(EG_ARRAY_LEN(xy_) / 2));                   \
    } while (0)

static struct eg_plane *built(const struct eg_test_arcs *arcs)
{
    struct eg_plane *plane = NULL;
    struct eg_error err = {0};
    assert_int_equal(eg_plane_build(&arcs->topology, eg_grid_web_mercator(), 1, &plane, &err), EG_OK);
    return plane;
}

static struct eg_plane *built_and_cleared(struct eg_test_arcs *arcs)
{
    struct eg_plane *plane = built(arcs);
    eg_test_arcs_clear(arcs);
    return plane;
}

static uint32_t points_of(const struct eg_plane *plane, uint32_t l, uint32_t arc)
{
    if (l >= plane->n_levels) l = plane->n_levels - 1;
    return plane->level[l].start[arc + 1] - plane->level[l].start[arc];
}

static uint32_t locate(const struct eg_plane *plane, int32_t x, int32_t y)
{
    return eg_plane_locate(plane, (struct eg_point){x, y});
}

/* Two squares side by side, 0 in the west and 1 in the east, (0, 0) to (200, 100). */
static void two_squares(struct eg_test_arcs *arcs)
{
    eg_test_arcs_init(arcs, 2);
    ADD(arcs, 0, NONE, 100, 100, 0, 100, 0, 0, 100, 0);
    ADD(arcs, 0, 1, 100, 0, 100, 100);
    ADD(arcs, 1, NONE, 100, 0, 200, 0, 200, 100, 100, 100);
}

/* --- building ---------------------------------------------------------------------------------------------------- */

static void a_plane_keeps_the_arcs_of_its_topology(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    two_squares(&arcs);
    struct eg_plane *plane = built_and_cleared(&arcs);

    assert_int_equal(plane->n_areas, 2);
    assert_int_equal(plane->n_arcs, 3);
    assert_int_equal(plane->left[1], 0);
    assert_int_equal(plane->right[1], 1);
    assert_int_equal(plane->right[2], NONE);
    assert_int_equal(plane->level[0].start[3], 10);
    assert_int_equal(plane->level[0].points[7].x, 200);
    assert_memory_equal(&plane->box, &((struct eg_box){0, 0, 200, 100}), sizeof plane->box);
    assert_memory_equal(&plane->arc_box[1], &((struct eg_box){100, 0, 100, 100}), sizeof(struct eg_box));
    assert_true(plane->bytes >= 10 * sizeof(struct eg_point));
    eg_plane_free(plane);
}

static void a_plane_without_arcs_is_empty_but_whole(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    eg_test_arcs_init(&arcs, 3);
    struct eg_plane *plane = built_and_cleared(&arcs);
    uint32_t found;
    struct eg_box boxes[3];
    eg_plane_area_boxes(plane, boxes);

    assert_int_equal(plane->n_levels, 1);
    assert_true(eg_box_is_empty(plane->box));
    assert_true(eg_box_is_empty(boxes[2]));
    assert_int_equal(
        eg_plane_query(plane, (struct eg_box){INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX}, &found), 0);
    assert_int_equal(locate(plane, 0, 0), NONE);
    assert_int_equal(eg_plane_level_for(plane, 1e9), 0);
    eg_plane_free(plane);
}

static void every_refused_allocation_of_a_build_is_reported(void **state)
{
    (void)state;
    struct eg_test_random random = {7};
    struct eg_test_arcs arcs;
    eg_test_arcs_coverage(&arcs, (struct eg_test_coverage){6, 10000, 12, 20}, &random);
    for (long n = 1;; n++) {
        struct eg_plane *plane = NULL;
        struct eg_error err = {0};
        eg_failing_malloc_after(n);
        enum eg_status status = eg_plane_build(&arcs.topology, eg_grid_web_mercator(), 2, &plane, &err);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_plane_free(plane);
        if (!failed) break;
        assert_int_equal(status, EG_NO_MEMORY);
        assert_int_equal(err.status, EG_NO_MEMORY);
        assert_null(plane);
    }
    eg_test_arcs_clear(&arcs);
}

/* --- levels ------------------------------------------------------------------------------------------------------ */

static void a_vertex_stays_while_its_triangle_is_a_quarter_of_the_levels_square(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    eg_test_arcs_init(&arcs, 1);
    ADD(&arcs, 0, NONE, 0, 0, 32, 32, 64, 0);   /* weight 1024 = 2^12 / 4: exactly level 12 */
    ADD(&arcs, 0, NONE, 64, 0, 96, 31, 128, 0); /* weight 992: level 11 */
    struct eg_plane *plane = built_and_cleared(&arcs);

    assert_int_equal(points_of(plane, 11, 0), 3);
    assert_int_equal(points_of(plane, 11, 1), 3);
    assert_int_equal(points_of(plane, 12, 0), 3);
    assert_int_equal(points_of(plane, 12, 1), 2);
    assert_int_equal(points_of(plane, 13, 0), 2);
    assert_int_equal(points_of(plane, 14, 0), 2);
    assert_int_equal(plane->n_levels, 15);
    eg_plane_free(plane);
}

static void the_ends_of_an_arc_are_in_every_level(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    eg_test_arcs_init(&arcs, 1);
    ADD(&arcs, 0, NONE, 5, 5, 6, 7, 9, 1, 20, 5, 21, 9);
    struct eg_plane *plane = built_and_cleared(&arcs);
    for (uint32_t l = 0; l < plane->n_levels; l++) {
        const struct eg_plane_level *level = &plane->level[l];
        assert_int_equal(level->points[0].x, 5);
        assert_int_equal(level->points[level->start[1] - 1].x, 21);
    }
    assert_int_equal(points_of(plane, EG_PLANE_LEVELS_MAX, 0), 2);
    eg_plane_free(plane);
}

static void a_weight_is_never_below_one_that_went_before(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    eg_test_arcs_init(&arcs, 1);
    /* Both inner vertices weigh 200; once the first is gone the second lies on a straight line, but goes no earlier. */
    ADD(&arcs, 0, NONE, 0, 0, 10, 20, 20, 0, 40, 0);
    struct eg_plane *plane = built_and_cleared(&arcs);
    assert_int_equal(points_of(plane, 8, 0), 4);
    assert_int_equal(points_of(plane, 9, 0), 4); /* 128 */
    assert_int_equal(points_of(plane, 10, 0), 2);
    eg_plane_free(plane);
}

static void an_island_stays_a_triangle_until_the_level_drops_its_size(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    eg_test_arcs_init(&arcs, 1);
    /* A cross whose last triangle is far smaller than its area of 4 * 90 * 20 + 20 * 20 = 7,600: level 14 drops below
     * 4,096, level 15 below 8,192. */
    ADD(&arcs, 0, NONE, 90, 90, 0, 90, 0, 110, 90, 110, 90, 200, 110, 200, 110, 110, 200, 110, 200, 90, 110,
        90, 110, 0, 90, 0, 90, 90);
    struct eg_plane *plane = built_and_cleared(&arcs);
    assert_int_equal(points_of(plane, 0, 0), 13);
    assert_true(points_of(plane, 14, 0) >= 4);
    assert_int_equal(points_of(plane, 15, 0), 2);
    eg_plane_free(plane);
}

static void levels_that_drop_next_to_nothing_share_their_points(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    eg_test_arcs_init(&arcs, 1);
    ADD(&arcs, 0, NONE, 0, 0, 1000, 1000, 2000, 0); /* weight 10^6: levels up to 21 */
    struct eg_plane *plane = built_and_cleared(&arcs);
    assert_int_equal(plane->n_levels, 23);
    assert_ptr_equal(plane->level[21].points, plane->level[0].points);
    assert_ptr_not_equal(plane->level[22].points, plane->level[0].points);
    eg_plane_free(plane);
}

static void arcs_as_wide_as_the_world_are_weighed_too(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    eg_test_arcs_init(&arcs, 1);
    ADD(&arcs, 0, NONE, INT32_MIN, INT32_MIN, INT32_MAX, INT32_MIN, INT32_MAX, INT32_MAX, INT32_MIN,
        INT32_MAX, INT32_MIN, INT32_MIN);
    ADD(&arcs, 0, NONE, INT32_MIN, 0, 0, 32, INT32_MAX, 0); /* weight 32 * 2^31 = 2^36: level 38 */
    struct eg_plane *plane = built_and_cleared(&arcs);
    assert_int_equal(points_of(plane, EG_PLANE_LEVELS_MAX, 0), 5);
    assert_int_equal(points_of(plane, 37, 1), 3);
    assert_int_equal(points_of(plane, EG_PLANE_LEVELS_MAX, 1), 2);
    eg_plane_free(plane);
}

static void the_level_is_the_coarsest_finer_than_a_quarter_of_a_pixel(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    eg_test_arcs_init(&arcs, 1);
    ADD(&arcs, 0, NONE, 0, 0, 1000, 1000, 2000, 0);
    struct eg_plane *plane = built_and_cleared(&arcs);
    assert_int_equal(eg_plane_level_for(plane, 1e-9), 0);
    assert_int_equal(eg_plane_level_for(plane, 4), 0);
    assert_int_equal(eg_plane_level_for(plane, 5.656), 0);
    assert_int_equal(eg_plane_level_for(plane, 5.657), 1);
    assert_int_equal(eg_plane_level_for(plane, 7.999), 1);
    assert_int_equal(eg_plane_level_for(plane, 8), 2);
    assert_int_equal(eg_plane_level_for(plane, 4095.9), 19);
    assert_int_equal(eg_plane_level_for(plane, 4096), 20);
    assert_int_equal(eg_plane_level_for(plane, 4096 * (1 - 1e-12)), 20); /* a box in floating point */
    assert_int_equal(eg_plane_level_for(plane, 1e300), 22);
    eg_plane_free(plane);
}

static void assert_same_plane(const struct eg_plane *a, const struct eg_plane *b)
{
    assert_int_equal(a->n_levels, b->n_levels);
    assert_int_equal(a->bytes, b->bytes);
    assert_memory_equal(a->arc_box, b->arc_box, a->n_arcs * sizeof *a->arc_box);
    for (uint32_t l = 0; l < a->n_levels; l++) {
        const struct eg_plane_level *one = &a->level[l];
        const struct eg_plane_level *other = &b->level[l];
        assert_memory_equal(one->start, other->start, (a->n_arcs + 1) * sizeof *one->start);
        assert_memory_equal(one->points, other->points, one->start[a->n_arcs] * sizeof *one->points);
    }
}

static void the_number_of_threads_changes_nothing(void **state)
{
    (void)state;
    struct eg_test_random random = {11};
    struct eg_test_arcs arcs;
    eg_test_arcs_coverage(&arcs, (struct eg_test_coverage){40, 100000, 300, 60}, &random);
    struct eg_plane *one = built(&arcs);
    for (uint32_t n_threads = 0; n_threads < 6; n_threads += 2) {
        struct eg_plane *many = NULL;
        assert_int_equal(eg_plane_build(&arcs.topology, eg_grid_web_mercator(), n_threads, &many, NULL),
                         EG_OK);
        assert_same_plane(one, many);
        eg_plane_free(many);
    }
    eg_plane_free(one);
    eg_test_arcs_clear(&arcs);
}

/* --- index ------------------------------------------------------------------------------------------------------- */

static void a_query_finds_arcs_that_touch_the_box_in_ascending_order(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    two_squares(&arcs);
    struct eg_plane *plane = built_and_cleared(&arcs);
    uint32_t found[3];
    assert_int_equal(eg_plane_query(plane, (struct eg_box){99, 50, 101, 51}, found),
                     3); /* boxes, not lines */
    assert_int_equal(found[0], 0);
    assert_int_equal(found[2], 2);
    assert_int_equal(eg_plane_query(plane, (struct eg_box){200, 100, 300, 300}, found), 1);
    assert_int_equal(found[0], 2);
    assert_int_equal(eg_plane_query(plane, (struct eg_box){201, 0, 300, 300}, found), 0);
    assert_int_equal(eg_plane_query(plane, (struct eg_box){0, 101, 300, 300}, found), 0);
    assert_int_equal(eg_plane_query(plane, eg_box_empty(), found), 0);
    eg_plane_free(plane);
}

static void a_query_of_everything_finds_every_arc_whatever_their_number(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {1, 15, 16, 17, 255, 256, 257, 4097};
    for (size_t s = 0; s < EG_ARRAY_LEN(sizes); s++) {
        struct eg_test_arcs arcs;
        eg_test_arcs_init(&arcs, 1);
        for (int32_t i = 0; i < (int32_t)sizes[s]; i++) ADD(&arcs, 0, NONE, i, 0, i + 1, 1);
        struct eg_plane *plane = built_and_cleared(&arcs);
        uint32_t *found = malloc(sizes[s] * sizeof *found);
        assert_non_null(found);
        assert_int_equal(eg_plane_query(plane, plane->box, found), sizes[s]);
        for (uint32_t i = 0; i < sizes[s]; i++) assert_int_equal(found[i], i);
        int32_t last = (int32_t)sizes[s] - 1;
        assert_int_equal(eg_plane_query(plane, (struct eg_box){last + 1, 1, last + 1, 1}, found), 1);
        assert_int_equal(found[0], last);
        free(found);
        eg_plane_free(plane);
    }
}

/* 100 runs of 16 arcs of two vertices, each at a height of its own: run k at -k. */
static void a_spread_counts_vertices_from_north_to_south(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    uint32_t counts[10];
    eg_test_arcs_init(&arcs, 1);
    for (int32_t i = 0; i < 1600; i++) ADD(&arcs, 0, NONE, i, -(i / 16), i + 1, -(i / 16));
    struct eg_plane *plane = built_and_cleared(&arcs);
    eg_plane_spread(plane, 0, plane->box, 10, counts);
    for (int i = 0; i < 10; i++) assert_int_equal(counts[i], 10 * 16 * 2);
    eg_plane_spread(plane, 99, (struct eg_box){0, -19, 1600, 5}, 5, counts);
    assert_int_equal(counts[0], 0); /* 5 to 1 */
    assert_int_equal(counts[1] + counts[2] + counts[3] + counts[4], 20 * 16 * 2);
    eg_plane_spread(plane, 0, eg_box_empty(), 10, counts);
    for (int i = 0; i < 10; i++) assert_int_equal(counts[i], 0);
    eg_plane_free(plane);
}

static void the_box_of_an_area_covers_its_arcs(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    two_squares(&arcs);
    arcs.topology.n_areas = 3;
    struct eg_plane *plane = built_and_cleared(&arcs);
    struct eg_box boxes[3];
    eg_plane_area_boxes(plane, boxes);
    assert_memory_equal(&boxes[0], &((struct eg_box){0, 0, 100, 100}), sizeof boxes[0]);
    assert_memory_equal(&boxes[1], &((struct eg_box){100, 0, 200, 100}), sizeof boxes[1]);
    assert_true(eg_box_is_empty(boxes[2]));
    eg_plane_free(plane);
}

/* --- location ---------------------------------------------------------------------------------------------------- */

static void a_point_lies_in_the_area_around_it(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    two_squares(&arcs);
    struct eg_plane *plane = built_and_cleared(&arcs);
    assert_int_equal(locate(plane, 50, 50), 0);
    assert_int_equal(locate(plane, 150, 50), 1);
    assert_int_equal(locate(plane, 99, 99), 0);
    assert_int_equal(locate(plane, 101, 1), 1);
    assert_int_equal(locate(plane, -1, 50), NONE);
    assert_int_equal(locate(plane, 201, 50), NONE);
    assert_int_equal(locate(plane, 50, 101), NONE);
    assert_int_equal(locate(plane, INT32_MIN, INT32_MAX), NONE);
    eg_plane_free(plane);
}

static void a_point_on_a_border_belongs_to_its_east_or_north(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    two_squares(&arcs);
    struct eg_plane *plane = built_and_cleared(&arcs);
    assert_int_equal(locate(plane, 0, 50), 0);      /* west border */
    assert_int_equal(locate(plane, 100, 50), 1);    /* between the two */
    assert_int_equal(locate(plane, 200, 50), NONE); /* east border */
    assert_int_equal(locate(plane, 50, 0), 0);      /* south border */
    assert_int_equal(locate(plane, 50, 100), NONE); /* north border */
    assert_int_equal(locate(plane, 0, 0), 0);
    assert_int_equal(locate(plane, 100, 0), 1);
    assert_int_equal(locate(plane, 100, 100), NONE);
    eg_plane_free(plane);
}

static void at_a_junction_the_segment_that_leans_furthest_east_decides(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    eg_test_arcs_init(&arcs, 3);
    ADD(&arcs, 0, 1, 0, 0, -10, 100); /* three rays from the origin to the north: 0 | 1 | 2 | none */
    ADD(&arcs, 1, 2, 0, 0, 5, 100);
    ADD(&arcs, 2, NONE, 0, 0, 90, 100);
    ADD(&arcs, NONE, 0, -100, 0, -100, 100);
    struct eg_plane *plane = built_and_cleared(&arcs);
    assert_int_equal(locate(plane, -1, 0), 0);
    assert_int_equal(locate(plane, 0, 0), NONE);
    assert_int_equal(locate(plane, 0, 1), 1);
    assert_int_equal(locate(plane, 1, 2), 2);
    assert_int_equal(locate(plane, 50, 100), NONE); /* rays end below the row */
    eg_plane_free(plane);
}

static void a_hole_and_an_island_in_it_are_told_apart(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    eg_test_arcs_init(&arcs, 2);
    ADD(&arcs, 0, NONE, 0, 0, 100, 0, 100, 100, 0, 100, 0, 0);
    ADD(&arcs, NONE, 0, 20, 20, 80, 20, 80, 80, 20, 80, 20, 20);
    ADD(&arcs, 1, NONE, 40, 40, 60, 40, 60, 60, 40, 60, 40, 40);
    struct eg_plane *plane = built_and_cleared(&arcs);
    assert_int_equal(locate(plane, 10, 50), 0);
    assert_int_equal(locate(plane, 30, 50), NONE);
    assert_int_equal(locate(plane, 50, 50), 1);
    assert_int_equal(locate(plane, 70, 50), NONE);
    assert_int_equal(locate(plane, 90, 50), 0);
    eg_plane_free(plane);
}

static void an_area_is_found_behind_a_neighbour_that_reaches_into_it(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    eg_test_arcs_init(&arcs, 3);
    ADD(&arcs, 2, NONE, 0, 0, 1000, 0, 1000, 100, 0, 100, 0, 0);
    ADD(&arcs, 0, NONE, -50, 10, 20, 10, 20, 90, -50, 90, -50, 10); /* overlaps area 2 by 20 */
    ADD(&arcs, 1, NONE, 500, 10, 600, 10, 600, 90, 500, 90, 500,
        10); /* lies in area 2, which has no hole for it */
    struct eg_plane *plane = built_and_cleared(&arcs);
    assert_int_equal(locate(plane, 300, 50), 2);
    assert_int_equal(locate(plane, 700, 50), 2);
    assert_int_equal(locate(plane, 550, 50), 1);
    assert_int_equal(locate(plane, -10, 50), 0);
    assert_int_equal(locate(plane, 999, 95), 2);
    assert_int_equal(locate(plane, 1001, 50), NONE);
    eg_plane_free(plane);
}

static void where_two_areas_hide_behind_a_third_the_lower_number_is_found(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    eg_test_arcs_init(&arcs, 9);
    ADD(&arcs, 7, NONE, 0, 0, 100, 0, 100, 100, 0, 100, 0, 0);
    ADD(&arcs, 4, NONE, 1, 0, 99, 0, 99, 100, 1, 100, 1, 0);
    ADD(&arcs, 8, NONE, 10, 10, 20, 10, 20, 90, 10, 90, 10, 10);
    struct eg_plane *plane = built_and_cleared(&arcs);
    assert_int_equal(locate(plane, 50, 50), 4);
    eg_plane_free(plane);
}

static void a_strip_that_collapsed_to_a_line_hides_nothing(void **state)
{
    (void)state;
    for (uint32_t order = 0; order < 2; order++) {
        struct eg_test_arcs arcs;
        eg_test_arcs_init(&arcs, 3);
        ADD(&arcs, NONE, 0, 0, 0, 0, 100);
        ADD(&arcs, order, order + 1, 50, 0, 50, 100); /* 0 | 1 and 1 | 2 in one place, in either order */
        ADD(&arcs, 1 - order, 2 - order, 50, 0, 50, 100);
        ADD(&arcs, 2, NONE, 100, 0, 100, 100);
        struct eg_plane *plane = built_and_cleared(&arcs);
        assert_int_equal(locate(plane, 25, 50), 0);
        assert_int_equal(locate(plane, 50, 50), 2);
        assert_int_equal(locate(plane, 75, 50), 2);
        eg_plane_free(plane);
    }
}

static void location_is_exact_at_the_ends_of_the_grid(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    eg_test_arcs_init(&arcs, 2);
    const int32_t low = INT32_MIN;
    const int32_t high = INT32_MAX;
    ADD(&arcs, 0, 1, low, low, high, high); /* the world's diagonal: 0 to the north-west */
    ADD(&arcs, 1, NONE, low, low, high, low, high, high);
    ADD(&arcs, NONE, 0, low, low, low, high, high, high);
    struct eg_plane *plane = built_and_cleared(&arcs);
    assert_int_equal(locate(plane, 12345678, 12345678), 1);
    assert_int_equal(locate(plane, 12345677, 12345678), 0);
    assert_int_equal(locate(plane, high - 1, low), 1);
    assert_int_equal(locate(plane, low, high - 1), 0);
    eg_plane_free(plane);
}

/* --- dissolving -------------------------------------------------------------------------------------------------- */

static void a_border_inside_a_parent_goes_and_the_others_keep_their_vertices(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    eg_test_arcs_init(&arcs, 3);
    ADD(&arcs, NONE, 0, 0, 0, 500, 900, 1000, 0);
    ADD(&arcs, 0, 1, 0, 0, 400, 300, 1000, 0);
    ADD(&arcs, 1, 2, 0, 0, 450, -300, 1000, 0);
    ADD(&arcs, 2, NONE, 0, 0, 500, -900, 1000, 0);
    struct eg_plane *plane = built_and_cleared(&arcs);
    const uint32_t parent[3] = {0, 0, 1};
    struct eg_plane *larger = NULL;
    assert_int_equal(eg_plane_dissolve(plane, parent, 2, &larger, NULL), EG_OK);

    assert_int_equal(larger->n_areas, 2);
    assert_int_equal(larger->n_arcs, 3);
    assert_int_equal(larger->left[1], 0);
    assert_int_equal(larger->right[1], 1);
    assert_int_equal(larger->n_levels, plane->n_levels);
    for (uint32_t l = 0; l < plane->n_levels; l++) {
        assert_int_equal(points_of(larger, l, 0), points_of(plane, l, 0));
        assert_int_equal(points_of(larger, l, 1), points_of(plane, l, 2));
    }
    assert_int_equal(eg_plane_locate(larger, (struct eg_point){500, 100}), 0);
    assert_int_equal(eg_plane_locate(larger, (struct eg_point){500, -400}), 1);
    assert_true(larger->bytes < plane->bytes);
    eg_plane_free(larger);
    eg_plane_free(plane);
}

static void areas_without_a_parent_leave_no_border_between_them(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    two_squares(&arcs);
    struct eg_plane *plane = built_and_cleared(&arcs);
    const uint32_t nowhere[2] = {NONE, NONE};
    const uint32_t east_only[2] = {NONE, 0};
    struct eg_plane *larger = NULL;
    assert_int_equal(eg_plane_dissolve(plane, nowhere, 0, &larger, NULL), EG_OK);
    assert_int_equal(larger->n_arcs, 0);
    eg_plane_free(larger);
    assert_int_equal(eg_plane_dissolve(plane, east_only, 1, &larger, NULL), EG_OK);
    assert_int_equal(larger->n_arcs, 2);
    assert_int_equal(larger->left[0], NONE);
    eg_plane_free(larger);
    eg_plane_free(plane);
}

static void every_refused_allocation_of_a_dissolve_is_reported(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    two_squares(&arcs);
    struct eg_plane *plane = built_and_cleared(&arcs);
    const uint32_t parent[2] = {0, 1};
    for (long n = 1;; n++) {
        struct eg_plane *larger = NULL;
        eg_failing_malloc_after(n);
        enum eg_status status = eg_plane_dissolve(plane, parent, 2, &larger, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_plane_free(larger);
        if (!failed) break;
        assert_int_equal(status, EG_NO_MEMORY);
        assert_null(larger);
    }
    eg_plane_free(plane);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plane_keeps_the_arcs_of_its_topology),
        cmocka_unit_test(a_plane_without_arcs_is_empty_but_whole),
        cmocka_unit_test(every_refused_allocation_of_a_build_is_reported),
        cmocka_unit_test(a_vertex_stays_while_its_triangle_is_a_quarter_of_the_levels_square),
        cmocka_unit_test(the_ends_of_an_arc_are_in_every_level),
        cmocka_unit_test(a_weight_is_never_below_one_that_went_before),
        cmocka_unit_test(an_island_stays_a_triangle_until_the_level_drops_its_size),
        cmocka_unit_test(levels_that_drop_next_to_nothing_share_their_points),
        cmocka_unit_test(arcs_as_wide_as_the_world_are_weighed_too),
        cmocka_unit_test(the_level_is_the_coarsest_finer_than_a_quarter_of_a_pixel),
        cmocka_unit_test(the_number_of_threads_changes_nothing),
        cmocka_unit_test(a_query_finds_arcs_that_touch_the_box_in_ascending_order),
        cmocka_unit_test(a_query_of_everything_finds_every_arc_whatever_their_number),
        cmocka_unit_test(a_spread_counts_vertices_from_north_to_south),
        cmocka_unit_test(the_box_of_an_area_covers_its_arcs),
        cmocka_unit_test(a_point_lies_in_the_area_around_it),
        cmocka_unit_test(a_point_on_a_border_belongs_to_its_east_or_north),
        cmocka_unit_test(at_a_junction_the_segment_that_leans_furthest_east_decides),
        cmocka_unit_test(a_hole_and_an_island_in_it_are_told_apart),
        cmocka_unit_test(an_area_is_found_behind_a_neighbour_that_reaches_into_it),
        cmocka_unit_test(where_two_areas_hide_behind_a_third_the_lower_number_is_found),
        cmocka_unit_test(a_strip_that_collapsed_to_a_line_hides_nothing),
        cmocka_unit_test(location_is_exact_at_the_ends_of_the_grid),
        cmocka_unit_test(a_border_inside_a_parent_goes_and_the_others_keep_their_vertices),
        cmocka_unit_test(areas_without_a_parent_leave_no_border_between_them),
        cmocka_unit_test(every_refused_allocation_of_a_dissolve_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
