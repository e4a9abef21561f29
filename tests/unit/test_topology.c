/* Topology of clean sources, by named situations. Letters are points; see support/letters.h for how rings and arcs are
 * told. Sources that overlap, gape or nearly meet: test_topology_unclean.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "geo/topology.h"
#include "support/letters.h"

static void expect_arcs(const char *picture, const char *rings, const char *arcs)
{
    struct eg_test_outcome o = eg_test_build(picture, rings, 0);
    assert_string_equal(o.arcs, arcs);
    assert_int_equal(o.report.n_gaps, 0);
    assert_int_equal(o.report.n_overlaps, 0);
    assert_int_equal(o.report.n_rings_dropped, 0);
    assert_int_equal(o.report.n_t_junctions, 0);
    for (int i = 0; i < 10; i++) assert_false(o.suspect[i]);
    eg_test_outcome_clear(&o);
}

static const char two_squares[] = "a b c\n"
                                  "d e f";
static const char two_squares_arcs[] = "bade 0/., bcfe ./1, be 1/0";

static const char square_in_square[] = "a     b\n"
                                       "  e f  \n"
                                       "  h g  \n"
                                       "d     c";

/* --- shared borders ------------------------------------------------------------------------------------------------- */

static void a_shared_border_becomes_one_arc(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build(two_squares, "0=abed 1=bcfe", 0);

    assert_string_equal(o.arcs, two_squares_arcs);
    assert_int_equal(o.report.n_arcs, 3);
    assert_int_equal(o.report.n_arcs_shared, 1);
    assert_int_equal(o.report.n_ring_points, 8);
    assert_int_equal(o.topology->n_rings, 2);
    eg_test_outcome_clear(&o);
}

static void the_direction_and_the_start_of_a_ring_do_not_matter(void **state)
{
    (void)state;
    static const char *first[] = {"0=abed", "0=beda", "0=edab", "0=dabe",
                                  "0=deba", "0=ebad", "0=bade", "0=adeb"};
    static const char *second[] = {"1=bcfe", "1=cfeb", "1=febc", "1=ebcf",
                                   "1=efcb", "1=fcbe", "1=cbef", "1=befc"};

    for (size_t i = 0; i < EG_ARRAY_LEN(first); i++) {
        for (size_t j = 0; j < EG_ARRAY_LEN(second); j++) {
            char rings[64];
            (void)snprintf(rings, sizeof rings, "%s %s", first[i], second[j]);
            expect_arcs(two_squares, rings, two_squares_arcs);
            (void)snprintf(rings, sizeof rings, "%s %s", second[j], first[i]);
            expect_arcs(two_squares, rings, two_squares_arcs);
        }
    }
}

static void a_border_of_several_points_is_one_arc_abc_and_cba(void **state)
{
    (void)state;
    static const char picture[] = "a  b  g\n"
                                  "    c  \n"
                                  "   d   \n"
                                  "e  f  h";
    static const char arcs[] = "baef 0/., bcdf 1/0, bghf ./1";
    expect_arcs(picture, "0=abcdfe 1=gbcdfh", arcs);
    expect_arcs(picture, "0=abcdfe 1=hfdcbg", arcs);
    expect_arcs(picture, "0=dcbaef 1=cdfhgb", arcs);
}

static void arcs_end_where_three_areas_meet(void **state)
{
    (void)state;
    expect_arcs("a  b  c\n"
                "d  e  f\n"
                "g     h",
                "0=abed 1=bcfe 2=defhg", "bad 0/., bcf ./1, be 1/0, de 0/2, dghf 2/., ef 1/2");
}

static void four_areas_meet_in_one_junction(void **state)
{
    (void)state;
    expect_arcs("a b c\n"
                "d e f\n"
                "g h i",
                "0=abed 1=bcfe 2=efih 3=dehg",
                "bad 0/., bcf ./1, be 1/0, de 0/3, dgh 3/., ef 1/2, eh 2/3, fih ./2");
}

static void an_area_all_around_another_shares_its_whole_border(void **state)
{
    (void)state;
    expect_arcs(square_in_square, "0=abcd 0-efgh 1=efgh", "abcda ./0, efghe 0/1");
    expect_arcs(square_in_square, "1=ghef 0=dcba 0-hgfe", "abcda ./0, efghe 0/1");
}

static void a_hole_filled_by_two_areas_is_cut_where_they_meet(void **state)
{
    (void)state;
    expect_arcs("a       b\n"
                "  e f i  \n"
                "  h g j  \n"
                "d       c",
                "0=abcd 0-efijgh 1=efgh 2=fijg", "abcda ./0, fehg 1/0, fg 2/1, fijg 0/2");
}

static void areas_in_areas_in_areas_are_told_apart(void **state)
{
    (void)state;
    expect_arcs("a         b\n"
                "  e     f  \n"
                "    i j    \n"
                "    l k    \n"
                "  h     g  \n"
                "d         c",
                "0=abcd 0-efgh 1=efgh 1-ijkl 2=ijkl", "abcda ./0, efghe 0/1, ijkli 1/2");
}

/* --- what stands alone ------------------------------------------------------------------------------------------------ */

static void an_island_is_a_closed_arc(void **state)
{
    (void)state;
    expect_arcs("a b\n"
                "d c",
                "0=abcd", "abcda ./0");
}

static void a_lake_is_a_closed_arc_and_no_gap(void **state)
{
    (void)state;
    expect_arcs(square_in_square, "0=abcd 0-efgh", "abcda ./0, efghe 0/.");
}

static void an_island_of_another_area_in_a_lake_leaves_it_a_lake(void **state)
{
    (void)state;
    expect_arcs("a       b\n"
                "  e   f  \n"
                "    i    \n"
                "   k j   \n"
                "  h   g  \n"
                "d       c",
                "0=abcd 0-efgh 1=ijk", "abcda ./0, efghe 0/., ijki ./1");
}

static void an_area_of_several_parts_keeps_them(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build("a b  c d\n"
                                             "h g  f e",
                                             "0=abgh 0=cdef", 0);
    assert_string_equal(o.arcs, "abgha ./0, cdefc ./0");
    assert_int_equal(o.topology->n_rings, 2);
    assert_int_equal(o.topology->ring_area[1], 0);
    eg_test_outcome_clear(&o);
}

static void areas_that_touch_at_one_corner_share_a_junction_and_no_arc(void **state)
{
    (void)state;
    expect_arcs("a b  \n"
                "d c e\n"
                "  g f",
                "0=abcd 1=cefg", "abcda ./0, cefgc ./1");
    expect_arcs("  b    \n"
                "a c   f\n"
                "  d   g",
                "0=abcd 1=cfg", "abcda ./0, cfgc ./1");
}

/* --- rings that touch themselves ---------------------------------------------------------------------------------------- */

static void a_ring_that_touches_itself_is_cut_there_and_suspect(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build("a b  \n"
                                             "d c e\n"
                                             "  g f",
                                             "0=abcefgcd", 0);
    assert_string_equal(o.arcs, "abcda ./0, cefgc ./0");
    assert_int_equal(o.topology->n_rings, 1);
    assert_int_equal(o.report.n_overlaps, 0);
    assert_true(o.suspect[0]);
    eg_test_outcome_clear(&o);
}

static void a_hole_that_touches_the_shell_makes_a_junction(void **state)
{
    (void)state;
    expect_arcs("a   b\n"
                " e   \n"
                " f g \n"
                "     \n"
                "d   c",
                "0=abcd 0-aefg 1=aefg", "abcda ./0, aefga 1/0");
}

static void a_ring_that_pinches_off_its_hole_is_suspect_and_its_hole_is_no_gap(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build("a   b\n"
                                             "     \n"
                                             " e f \n"
                                             "     \n"
                                             "d g c",
                                             "0=abcgfegd", 0);
    assert_string_equal(o.arcs, "abcgda ./0, efge 0/.");
    assert_int_equal(o.report.n_gaps, 0);
    assert_true(o.suspect[0]);
    eg_test_outcome_clear(&o);
}

static void a_ring_that_crosses_itself_is_suspect(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build("a   b\n"
                                             "     \n"
                                             "c   d",
                                             "0=adbc", 0);
    assert_true(o.suspect[0]);
    assert_int_equal(o.report.n_overlaps, 0);
    eg_test_outcome_clear(&o);
}

static void a_twisted_border_makes_both_neighbours_suspect(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build("a   b   c\n"
                                             "  q   s  \n"
                                             "    p r  \n"
                                             "         \n"
                                             "d   e   f",
                                             "0=abprsqed 1=bcfeqsrp", 0);
    assert_int_equal(o.report.n_arcs_shared, 1);
    assert_true(o.suspect[0] && o.suspect[1]);
    eg_test_outcome_clear(&o);
}

static void a_ring_that_runs_around_twice_stays_and_is_suspect(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build("a b\n"
                                             "d c",
                                             "0=abcdabcd", 0);
    assert_string_equal(o.arcs, "abcdabcda ./0");
    assert_true(o.suspect[0]);
    eg_test_outcome_clear(&o);
}

/* --- what collapses ------------------------------------------------------------------------------------------------------ */

static void repeated_points_are_dropped(void **state)
{
    (void)state;
    expect_arcs(two_squares, "0=aabeeedda 1=bcfeb", two_squares_arcs);
}

static void spikes_are_cut_off_wherever_the_ring_begins(void **state)
{
    (void)state;
    static const char *rings[] = {"0=abebed 1=bcfe",   "0=xabedax 1=bcfe",   "0=axabed 1=bcfe",
                                  "0=abxyxbed 1=bcfe", "0=yxabedaxy 1=bcfe", "0=bedab 1=bcfxyxfe"};
    for (size_t i = 0; i < EG_ARRAY_LEN(rings); i++) {
        expect_arcs("a b c\n"
                    "d e f\n"
                    " x y ",
                    rings[i], two_squares_arcs);
    }
}

static void a_ring_without_ground_is_dropped_and_so_is_its_area(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build(two_squares, "0=abed 1=abc 2=aab 3=aaa 4=abacab", 0);
    assert_string_equal(o.arcs, "abeda ./0");
    assert_int_equal(o.report.n_rings_dropped, 4);
    assert_int_equal(o.report.n_areas_dropped, 4);
    eg_test_outcome_clear(&o);
}

static void nothing_makes_nothing(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build("", "", 0);
    assert_int_equal(o.report.n_arcs, 0);
    assert_int_equal(o.topology->n_rings, 0);
    assert_int_equal(o.topology->arc_start[0], 0);
    eg_test_outcome_clear(&o);
}

static void areas_without_rings_count_as_dropped(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build("a b\n"
                                             "c  ",
                                             "2=abc", 5);
    assert_int_equal(o.report.n_areas_dropped, 2);
    eg_test_outcome_clear(&o);
}

/* --- one area on both sides ------------------------------------------------------------------------------------------------ */

static void an_edge_between_two_parts_of_one_area_vanishes(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build(two_squares, "0=abed 0=bcfe", 0);
    assert_string_equal(o.arcs, "abcfeda ./0");
    assert_int_equal(o.topology->n_rings, 1);
    assert_false(o.suspect[0]);
    eg_test_outcome_clear(&o);
}

static void parts_around_a_hole_become_a_shell_and_a_hole(void **state)
{
    (void)state;
    expect_arcs("a b c d\n"
                "  f g  \n"
                "  j k  \n"
                "m n o p",
                "0=abfjnm 0=bcgf 0=jkon 0=cdpokg 1=fgkj", "abcdponma ./0, fgkjf 0/1");
}

static void a_cut_to_a_hole_vanishes(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build(square_in_square, "0=abcdaehgfe", 0);
    assert_string_equal(o.arcs, "abcda ./0, efghe 0/.");
    assert_int_equal(o.topology->n_rings, 2);
    eg_test_outcome_clear(&o);
}

static void a_hole_filled_by_a_part_of_the_same_area_vanishes_whole(void **state)
{
    (void)state;
    expect_arcs(square_in_square, "0=abcd 0-efgh 0=efgh", "abcda ./0");
}

static void an_edge_that_one_area_has_thrice_and_another_once_is_internal_first(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build(two_squares, "0=abed 0=bcfe 1=bce", 0);
    assert_int_equal(o.report.n_overlaps, 1);
    assert_true(strstr(o.arcs, "be ") != NULL);
    eg_test_outcome_clear(&o);
}

/* --- order, range, limits ---------------------------------------------------------------------------------------------------- */

static struct eg_test_rings chessboard(int32_t side)
{
    struct eg_test_rings made = {0};
    for (int32_t i = 0; i < side * side; i++) {
        int32_t x = i % side * 10, y = i / side * 10;
        eg_test_rings_begin(&made, (uint32_t)i, false);
        eg_test_rings_point(&made, (struct eg_point){x, y});
        eg_test_rings_point(&made, (struct eg_point){x + 10, y});
        eg_test_rings_point(&made, (struct eg_point){x + 10, y + 10});
        eg_test_rings_point(&made, (struct eg_point){x, y + 10});
    }
    return made;
}

static double centre(const struct eg_topology *t, uint32_t arc, bool of_y)
{
    struct eg_point a = t->points[t->arc_start[arc]], b = t->points[t->arc_start[arc + 1] - 1];
    return of_y ? (a.y + b.y) / 2.0 : (a.x + b.x) / 2.0;
}

static void neighbours_on_the_map_are_neighbours_in_memory(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build_rings(chessboard(32), 0);
    double way = 0;

    assert_int_equal(o.report.n_arcs, 2 * 32 * 33 - 4);
    assert_int_equal(o.report.n_arcs_shared, 2 * 32 * 31);
    for (uint32_t a = 1; a < o.topology->n_arcs; a++) {
        way += hypot(centre(o.topology, a, false) - centre(o.topology, a - 1, false),
                     centre(o.topology, a, true) - centre(o.topology, a - 1, true));
    }
    assert_true(way / o.topology->n_arcs < 12);
    eg_test_outcome_clear(&o);
}

static void the_same_rings_give_the_same_arrays(void **state)
{
    (void)state;
    struct eg_test_outcome a = eg_test_build_rings(chessboard(9), 3),
                           b = eg_test_build_rings(chessboard(9), 3);
    const struct eg_topology *s = a.topology, *t = b.topology;

    assert_int_equal(s->n_arcs, t->n_arcs);
    assert_memory_equal(s->arc_start, t->arc_start, (s->n_arcs + 1) * sizeof *s->arc_start);
    assert_memory_equal(s->points, t->points, s->arc_start[s->n_arcs] * sizeof *s->points);
    assert_memory_equal(s->left, t->left, s->n_arcs * sizeof *s->left);
    assert_memory_equal(s->right, t->right, s->n_arcs * sizeof *s->right);
    assert_memory_equal(s->ring_refs, t->ring_refs, s->ring_ref_start[s->n_rings] * sizeof *s->ring_refs);
    assert_memory_equal(&a.report, &b.report, sizeof a.report);
    eg_test_outcome_clear(&a);
    eg_test_outcome_clear(&b);
}

static void areas_as_wide_as_the_grid_are_right(void **state)
{
    (void)state;
    static const struct eg_point west[] = {
        {INT32_MIN, INT32_MIN}, {0, INT32_MIN}, {0, INT32_MAX}, {INT32_MIN, INT32_MAX}};
    static const struct eg_point east[] = {
        {0, INT32_MAX}, {INT32_MAX, INT32_MAX}, {INT32_MAX, INT32_MIN}, {0, INT32_MIN}};
    struct eg_test_rings made = {0};

    eg_test_rings_begin(&made, 0, false);
    for (int i = 0; i < 4; i++) eg_test_rings_point(&made, west[i]);
    eg_test_rings_begin(&made, 1, false);
    for (int i = 0; i < 4; i++) eg_test_rings_point(&made, east[i]);
    struct eg_test_outcome o = eg_test_build_rings(made, 5);
    assert_int_equal(o.report.n_arcs, 3);
    assert_int_equal(o.report.n_arcs_shared, 1);
    assert_int_equal(o.report.n_overlaps + o.report.n_gaps + o.report.n_snapped + o.report.n_t_junctions, 0);
    for (uint32_t a = 0; a < 3; a++) {
        const struct eg_point *p = o.topology->points + o.topology->arc_start[a];
        if (o.topology->right[a] == EG_NO_AREA) continue;
        bool north = p[0].y < p[1].y; /* then west is left */
        assert_int_equal(o.topology->left[a], north ? 0 : 1);
    }
    eg_test_outcome_clear(&o);
}

static void more_than_two_to_the_31_points_are_refused_unread(void **state)
{
    (void)state;
    uint32_t area = 0, start[2] = {0, 0x80000000u};
    bool is_hole = false;
    struct eg_rings rings = {
        .n_areas = 1, .n_rings = 1, .ring_area = &area, .ring_start = start, .ring_is_hole = &is_hole};
    struct eg_topology_options options = {0};
    struct eg_topology *topology = NULL;
    struct eg_topology_report report;

    assert_int_equal(eg_topology_build(&rings, &options, &topology, &report, NULL, NULL), EG_LIMIT);
    assert_null(topology);
}

static void a_tolerance_that_is_no_positive_number_is_none(void **state)
{
    (void)state;
    static const double none[] = {-1.0, (double)NAN};
    for (size_t i = 0; i < EG_ARRAY_LEN(none); i++) {
        struct eg_test_outcome o = eg_test_build(two_squares, "0=abed 1=bcfe", none[i]);
        assert_string_equal(o.arcs, two_squares_arcs);
        eg_test_outcome_clear(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shared_border_becomes_one_arc),
        cmocka_unit_test(the_direction_and_the_start_of_a_ring_do_not_matter),
        cmocka_unit_test(a_border_of_several_points_is_one_arc_abc_and_cba),
        cmocka_unit_test(arcs_end_where_three_areas_meet),
        cmocka_unit_test(four_areas_meet_in_one_junction),
        cmocka_unit_test(an_area_all_around_another_shares_its_whole_border),
        cmocka_unit_test(a_hole_filled_by_two_areas_is_cut_where_they_meet),
        cmocka_unit_test(areas_in_areas_in_areas_are_told_apart),
        cmocka_unit_test(an_island_is_a_closed_arc),
        cmocka_unit_test(a_lake_is_a_closed_arc_and_no_gap),
        cmocka_unit_test(an_island_of_another_area_in_a_lake_leaves_it_a_lake),
        cmocka_unit_test(an_area_of_several_parts_keeps_them),
        cmocka_unit_test(areas_that_touch_at_one_corner_share_a_junction_and_no_arc),
        cmocka_unit_test(a_ring_that_touches_itself_is_cut_there_and_suspect),
        cmocka_unit_test(a_hole_that_touches_the_shell_makes_a_junction),
        cmocka_unit_test(a_ring_that_pinches_off_its_hole_is_suspect_and_its_hole_is_no_gap),
        cmocka_unit_test(a_ring_that_crosses_itself_is_suspect),
        cmocka_unit_test(a_twisted_border_makes_both_neighbours_suspect),
        cmocka_unit_test(a_ring_that_runs_around_twice_stays_and_is_suspect),
        cmocka_unit_test(repeated_points_are_dropped),
        cmocka_unit_test(spikes_are_cut_off_wherever_the_ring_begins),
        cmocka_unit_test(a_ring_without_ground_is_dropped_and_so_is_its_area),
        cmocka_unit_test(nothing_makes_nothing),
        cmocka_unit_test(areas_without_rings_count_as_dropped),
        cmocka_unit_test(an_edge_between_two_parts_of_one_area_vanishes),
        cmocka_unit_test(parts_around_a_hole_become_a_shell_and_a_hole),
        cmocka_unit_test(a_cut_to_a_hole_vanishes),
        cmocka_unit_test(a_hole_filled_by_a_part_of_the_same_area_vanishes_whole),
        cmocka_unit_test(an_edge_that_one_area_has_thrice_and_another_once_is_internal_first),
        cmocka_unit_test(neighbours_on_the_map_are_neighbours_in_memory),
        cmocka_unit_test(the_same_rings_give_the_same_arrays),
        cmocka_unit_test(areas_as_wide_as_the_grid_are_right),
        cmocka_unit_test(more_than_two_to_the_31_points_are_refused_unread),
        cmocka_unit_test(a_tolerance_that_is_no_positive_number_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
