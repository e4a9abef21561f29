/* Topology of sources that overlap, gape or nearly meet, by named situations. See support/letters.h for how rings and arcs
 * are told; a letter is 10 units from the next. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "geo/topology.h"
#include "support/failing_malloc.h"
#include "support/letters.h"

/* `suspects`: the digits of the areas that are to be marked. */
static void expect(const char *picture, const char *rings, uint32_t n_overlaps, uint32_t n_gaps,
                   const char *suspects)
{
    struct eg_test_outcome o = eg_test_build(picture, rings, 0);
    char marked[11] = "";
    size_t n = 0;
    for (int i = 0; i < 10; i++) {
        if (o.suspect[i]) marked[n++] = (char)('0' + i);
    }
    assert_int_equal(o.report.n_overlaps, n_overlaps);
    assert_int_equal(o.report.n_gaps, n_gaps);
    assert_string_equal(marked, suspects);
    eg_test_outcome_clear(&o);
}

static const char two_squares[] = "a b c\n"
                                  "d e f";
static const char square_in_square[] = "a     b\n"
                                       "  e f  \n"
                                       "  h g  \n"
                                       "d     c";
static const char four_by_four[] = "a b c d\n"
                                   "e f g h\n"
                                   "i j k l\n"
                                   "m n o p";

/* --- overlaps ----------------------------------------------------------------------------------------------------------- */

static void an_area_on_top_of_another_is_an_overlap(void **state)
{
    (void)state;
    expect(square_in_square, "0=abcd 1=efgh", 1, 0, "01");
    expect(square_in_square, "0=efgh 1=abcd", 1, 0, "01");
}

static void areas_whose_borders_cross_overlap(void **state)
{
    (void)state;
    expect("a   b  \n"
           "  e   f\n"
           "d   c  \n"
           "  h   g",
           "0=abcd 1=efgh", 1, 0, "01");
}

static void the_same_area_twice_is_one_overlap(void **state)
{
    (void)state;
    expect(two_squares, "0=abed 1=edab", 1, 0, "01");
    expect(two_squares, "0=abed 1=abed 2=bcfe", 1, 0, "01");
}

static void an_area_that_covers_its_neighbour_along_a_common_edge_overlaps(void **state)
{
    (void)state;
    expect(four_by_four, "0=adhe 1=bcgf", 1, 0, "01"); /* both have the north of bc, in parts */
    expect(four_by_four, "0=admp 1=admp", 1, 0, "01"); /* a bow tie twice */
}

static void an_edge_in_three_rings_pairs_two_and_leaves_one(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build(two_squares, "0=abed 1=bcfe 2=bce", 0);
    assert_int_equal(o.report.n_arcs_three, 1);
    assert_int_equal(o.report.n_arcs_shared, 1);
    assert_int_equal(o.report.n_overlaps, 1);
    assert_true(o.suspect[1] && o.suspect[2] && !o.suspect[0]);
    eg_test_outcome_clear(&o);
}

static void an_edge_in_four_rings_pairs_all(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build(two_squares, "0=abed 1=bcfe 2=bce 3=abe", 0);
    assert_int_equal(o.report.n_arcs_three, 1);
    assert_int_equal(o.report.n_arcs_shared, 2);
    assert_int_equal(o.report.n_overlaps, 2);
    eg_test_outcome_clear(&o);
}

static void two_layers_over_one_another_overlap_in_all_their_pairs(void **state)
{
    (void)state;
    expect("a b c\n"
           "d e f\n"
           "g h i",
           "0=abhg 1=bcih 2=acfd 3=dfig", 4, 0, "0123");
}

static void an_area_across_a_shared_border_overlaps_both_neighbours(void **state)
{
    (void)state;
    expect("a     b     c\n"
           "   e     f   \n"
           "   h     g   \n"
           "d     i     j",
           "0=abid 1=bcji 2=efgh", 2, 0, "012");
}

static void an_overlap_far_inside_an_overlap_is_found(void **state)
{
    (void)state;
    expect("a         b\n"
           "  e     f  \n"
           "    i j    \n"
           "    l k    \n"
           "  h     g  \n"
           "d         c",
           "0=abcd 1=efgh 2=ijkl", 3, 0, "012");
}

static void an_island_in_the_lake_of_another_area_does_not_overlap_what_surrounds_it(void **state)
{
    (void)state;
    expect("a         b\n"
           "  e     f  \n"
           "    i j    \n"
           "    l k    \n"
           "  h     g  \n"
           "d         c",
           "0=abcd 0-efgh 1=ijkl", 0, 0, "");
}

static void a_hole_larger_than_its_shell_makes_its_area_suspect(void **state)
{
    (void)state;
    expect(square_in_square, "0=efgh 0-abcd", 0, 0, "0");
}

static void parts_of_one_area_that_overlap_make_it_suspect(void **state)
{
    (void)state;
    expect(square_in_square, "0=abcd 0=efgh", 0, 0, "0");
}

/* --- gaps ------------------------------------------------------------------------------------------------------------------ */

static void a_missing_area_between_others_is_a_gap(void **state)
{
    (void)state;
    expect(four_by_four, "0=abfjnm 1=bcgf 2=jkon 3=cdpokg", 0, 1, "");
}

static void a_gap_between_borders_that_are_not_split_at_their_t_junctions_is_one(void **state)
{
    (void)state;
    expect(four_by_four, "0=abnm 1=bcgf 2=jkon 3=cdpo", 0, 1, "");
}

static void a_sliver_between_two_areas_is_a_gap(void **state)
{
    (void)state;
    static const char picture[] = "a b   c\n"
                                  "  p q  \n"
                                  "d e   f";
    struct eg_test_outcome o = eg_test_build(picture, "0=abped 1=bcfeq", 0);
    assert_string_equal(o.arcs, "bade 0/., bcfe ./1, bpe ./0, bqe 1/.");
    eg_test_outcome_clear(&o);
    expect(picture, "0=abped 1=bcfeq", 0, 1, "");
}

static void areas_that_touch_at_two_corners_enclose_a_gap(void **state)
{
    (void)state;
    expect("a   b\n"
           "  p  \n"
           "c   d\n"
           "  q  \n"
           "e   f",
           "0=cabdp 1=ecqdf", 0, 1, "");
}

static void gaps_and_overlaps_alternate_where_borders_cross(void **state)
{
    (void)state;
    expect("a   b   c\n"
           "   p q   \n"
           "         \n"
           "   s r   \n"
           "d   e   f",
           "0=abpred 1=bcfesq", 1, 1, "01");
}

/* Three edges that meet in one point but for 3/1000 of a unit; and so large that its fractions take all their bits. */
static void the_smallest_gap_between_three_borders_is_found(void **state)
{
    (void)state;
    static const struct eg_point corners[3][3] = {{{32, 214}, {-6, 164}, {133, 113}},
                                                  {{-84, 246}, {0, 203}, {52, 194}},
                                                  {{-21, 225}, {0, 154}, {29, 217}}};
    for (int32_t scale = 1; scale <= 8000000; scale += 7999999) {
        struct eg_test_rings rings = {0};
        for (uint32_t area = 0; area < 3; area++) {
            eg_test_rings_begin(&rings, area, false);
            for (int i = 0; i < 3; i++) {
                struct eg_point p = corners[area][i];
                eg_test_rings_point(&rings, (struct eg_point){p.x * scale, p.y * scale});
            }
        }
        struct eg_test_outcome o = eg_test_build_rings(rings, 0);
        assert_int_equal(o.report.n_overlaps, 3);
        assert_int_equal(o.report.n_gaps, 1);
        eg_test_outcome_clear(&o);
    }
}

static void a_gap_inside_the_lake_of_another_area_is_found(void **state)
{
    (void)state;
    expect("A             B\n"
           "  E         F  \n"
           "    a b c d    \n"
           "    e f g h    \n"
           "    i j k l    \n"
           "    m n o p    \n"
           "  H         G  \n"
           "D             C",
           "0=abfjnm 1=bcgf 2=jkon 3=cdpokg 4=ABCD 4-EFGH", 0, 1, "");
}

static void an_island_that_touches_the_shore_of_a_lake_leaves_it_a_lake(void **state)
{
    (void)state;
    static const char picture[] = "a           b\n"
                                  "  e   x   f  \n"
                                  "             \n"
                                  "    y   z    \n"
                                  "             \n"
                                  "  h       g  \n"
                                  "d           c";
    expect(picture, "0=abcd 0-exfgh 1=xyz", 0, 0, "");
    expect(picture, "1=zxy 0=abcd 0-xfghe", 0, 0, "");
    expect(picture, "0=abcd 0-efgh 1=xyz", 0, 0, "");      /* between two vertices of the shore */
    expect(picture, "0=abfxehd 1=bcdhgf 2=xyz", 0, 1, ""); /* now the lake lies between two areas */
}

/* --- T-junctions -------------------------------------------------------------------------------------------------------------- */

static void a_t_junction_without_tolerance_is_left_and_is_neither_gap_nor_overlap(void **state)
{
    (void)state;
    static const char picture[] = "a   b\n"
                                  "d e f\n"
                                  "g h i";
    struct eg_test_outcome o = eg_test_build(picture, "0=abfd 1=dehg 2=efih", 0);
    assert_string_equal(o.arcs, "dabf ./0, de ./1, df 0/., dgh 1/., ef ./2, eh 2/1, fih ./2");
    assert_int_equal(o.report.n_t_junctions, 0);
    eg_test_outcome_clear(&o);
    expect(picture, "0=abfd 1=dehg 2=efih", 0, 0, "");
}

static void a_vertex_on_a_neighbours_edge_splits_it(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build("a   b\n"
                                             "d e f\n"
                                             "g h i",
                                             "0=abfd 1=dehg 2=efih", 1);
    assert_string_equal(o.arcs, "dabf ./0, de 0/1, dgh 1/., ef 0/2, eh 2/1, fih ./2");
    assert_int_equal(o.report.n_t_junctions, 1);
    assert_int_equal(o.report.n_snapped, 0);
    eg_test_outcome_clear(&o);
}

static const char near_edge[] = "a      b\n"
                                "        \n"
                                "        \n"
                                "d      f\n"
                                "   e    \n"
                                "        \n"
                                "        \n"
                                "g  k   h";

static void a_vertex_near_a_neighbours_edge_splits_it_within_the_tolerance_only(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build(near_edge, "0=abfd 1=dekg 2=efhk", 12);
    assert_string_equal(o.arcs, "dabf ./0, de 0/1, dgk 1/., ef 0/2, ek 2/1, fhk ./2");
    assert_int_equal(o.report.n_t_junctions, 1);
    assert_int_equal(o.report.n_gaps, 0);
    eg_test_outcome_clear(&o);
    o = eg_test_build(near_edge, "0=abfd 1=dekg 2=efhk", 9);
    assert_int_equal(o.report.n_t_junctions, 0);
    assert_int_equal(o.report.n_gaps, 1);
    eg_test_outcome_clear(&o);
}

static void borders_whose_vertices_alternate_come_together(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build("a   b    c\n"
                                             "          \n"
                                             "          \n"
                                             "    p     \n"
                                             "          \n"
                                             "          \n"
                                             "     q    \n"
                                             "          \n"
                                             "          \n"
                                             "d   e    f",
                                             "0=abped 1=bcfeq", 12);
    assert_string_equal(o.arcs, "bade 0/., bcfe ./1, bpqe 1/0");
    assert_int_equal(o.report.n_t_junctions, 2);
    eg_test_outcome_clear(&o);
}

static void a_narrow_spike_of_one_ring_is_no_t_junction(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build("a      s\n"
                                             "   p    \n"
                                             "        \n"
                                             "        \n"
                                             "d  c    ",
                                             "0=aspcd", 12);
    assert_int_equal(o.report.n_t_junctions, 0);
    eg_test_outcome_clear(&o);
}

/* --- snapping ------------------------------------------------------------------------------------------------------------------ */

static const char near_squares[] = "a    bp    c\n"
                                   "            \n"
                                   "            \n"
                                   "            \n"
                                   "d    ef    g";

static void vertices_within_the_tolerance_move_to_the_one_that_comes_first(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build(near_squares, "0=abed 1=pcgf", 12);
    assert_string_equal(o.arcs, "bade 0/., bcge ./1, be 1/0");
    assert_int_equal(o.report.n_snapped, 2);
    assert_true(o.report.snap_max_units == 10);
    eg_test_outcome_clear(&o);
    o = eg_test_build(near_squares, "1=pcgf 0=abed", 10);
    assert_string_equal(o.arcs, "fdap ./0, fgcp 1/., fp 0/1");
    eg_test_outcome_clear(&o);
}

static void vertices_beyond_the_tolerance_stay(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build(near_squares, "0=abed 1=pcgf", 9.9);
    assert_int_equal(o.report.n_snapped, 0);
    assert_int_equal(o.report.n_arcs_shared, 0);
    eg_test_outcome_clear(&o);
}

static void no_vertex_follows_one_that_moved(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build("a    bpq   c\n"
                                             "            \n"
                                             "            \n"
                                             "            \n"
                                             "d    e f   g",
                                             "0=abed 1=pqf 2=qcgf", 12);
    assert_int_equal(o.report.n_snapped, 1); /* p to b; q is 20 from b */
    eg_test_outcome_clear(&o);
}

static void a_ring_smaller_than_the_tolerance_is_dropped(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build("a    b    \n"
                                             "          \n"
                                             "        st\n"
                                             "        u \n"
                                             "d    e    ",
                                             "0=abed 1=stu", 12);
    assert_int_equal(o.report.n_rings_dropped, 1);
    assert_int_equal(o.report.n_areas_dropped, 1);
    assert_string_equal(o.arcs, "abeda ./0");
    eg_test_outcome_clear(&o);
}

static void borders_that_are_shared_exactly_are_not_moved(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build("a   b   c\n"
                                             "         \n"
                                             "    pq   \n"
                                             "    r    \n"
                                             "         \n"
                                             "d   e   f",
                                             "0=abpqred 1=bcferqp", 12);
    assert_string_equal(o.arcs, "bade 0/., bcfe ./1, bpqre 1/0");
    assert_int_equal(o.report.n_snapped, 0);
    eg_test_outcome_clear(&o);
}

static void everything_within_an_endless_tolerance_is_nothing(void **state)
{
    (void)state;
    struct eg_test_outcome o = eg_test_build(near_squares, "0=abed 1=pcgf", 1e300);
    assert_int_equal(o.report.n_arcs, 0);
    assert_int_equal(o.report.n_areas_dropped, 2);
    eg_test_outcome_clear(&o);
}

/* --- no memory ------------------------------------------------------------------------------------------------------------------- */

/* Overlaps, a gap, a T-junction, a snap, an internal edge and an edge of four at once. */
static const char everything[] = "a   b   c  A  B\n"
                                 "   p q   x     \n"
                                 "               \n"
                                 "   s r     D  C\n"
                                 "d   e   f      \n"
                                 "     i      EF \n"
                                 "g   h   j   GH ";
static const char everything_rings[] =
    "0=abpred 1=bcfesq 2=dfjhg 3=ABCD 3=ABC 4=ADC 5=ACD 5=EFHG 6=xcf 7=ihj";

static void every_failing_allocation_gives_no_memory_and_leaves_the_outputs(void **state)
{
    (void)state;
    struct eg_test_letters letters = eg_test_letters(everything);
    struct eg_test_rings made = eg_test_letters_rings(&letters, everything_rings);
    struct eg_topology_options options = {.snap_units = 11};
    long n = 1;

    for (bool failed = true; failed; n++) {
        struct eg_topology *topology = NULL;
        struct eg_topology_report report = {.n_arcs = 12345};
        struct eg_error err = {0};
        bool suspect[10] = {false};
        eg_failing_malloc_after(n);
        enum eg_status st = eg_topology_build(&made.rings, &options, &topology, &report, suspect, &err);
        failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(st, failed ? EG_NO_MEMORY : EG_OK);
        assert_int_equal(topology == NULL, failed);
        assert_int_equal(report.n_arcs == 12345, failed);
        assert_int_equal(err.status, st);
        eg_topology_free(topology);
    }
    assert_true(n > 40);
    eg_test_rings_clear(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_area_on_top_of_another_is_an_overlap),
        cmocka_unit_test(areas_whose_borders_cross_overlap),
        cmocka_unit_test(the_same_area_twice_is_one_overlap),
        cmocka_unit_test(an_area_that_covers_its_neighbour_along_a_common_edge_overlaps),
        cmocka_unit_test(an_edge_in_three_rings_pairs_two_and_leaves_one),
        cmocka_unit_test(an_edge_in_four_rings_pairs_all),
        cmocka_unit_test(two_layers_over_one_another_overlap_in_all_their_pairs),
        cmocka_unit_test(an_area_across_a_shared_border_overlaps_both_neighbours),
        cmocka_unit_test(an_overlap_far_inside_an_overlap_is_found),
        cmocka_unit_test(an_island_in_the_lake_of_another_area_does_not_overlap_what_surrounds_it),
        cmocka_unit_test(a_hole_larger_than_its_shell_makes_its_area_suspect),
        cmocka_unit_test(parts_of_one_area_that_overlap_make_it_suspect),
        cmocka_unit_test(a_missing_area_between_others_is_a_gap),
        cmocka_unit_test(a_gap_between_borders_that_are_not_split_at_their_t_junctions_is_one),
        cmocka_unit_test(a_sliver_between_two_areas_is_a_gap),
        cmocka_unit_test(areas_that_touch_at_two_corners_enclose_a_gap),
        cmocka_unit_test(gaps_and_overlaps_alternate_where_borders_cross),
        cmocka_unit_test(the_smallest_gap_between_three_borders_is_found),
        cmocka_unit_test(a_gap_inside_the_lake_of_another_area_is_found),
        cmocka_unit_test(an_island_that_touches_the_shore_of_a_lake_leaves_it_a_lake),
        cmocka_unit_test(a_t_junction_without_tolerance_is_left_and_is_neither_gap_nor_overlap),
        cmocka_unit_test(a_vertex_on_a_neighbours_edge_splits_it),
        cmocka_unit_test(a_vertex_near_a_neighbours_edge_splits_it_within_the_tolerance_only),
        cmocka_unit_test(borders_whose_vertices_alternate_come_together),
        cmocka_unit_test(a_narrow_spike_of_one_ring_is_no_t_junction),
        cmocka_unit_test(vertices_within_the_tolerance_move_to_the_one_that_comes_first),
        cmocka_unit_test(vertices_beyond_the_tolerance_stay),
        cmocka_unit_test(no_vertex_follows_one_that_moved),
        cmocka_unit_test(a_ring_smaller_than_the_tolerance_is_dropped),
        cmocka_unit_test(borders_that_are_shared_exactly_are_not_moved),
        cmocka_unit_test(everything_within_an_endless_tolerance_is_nothing),
        cmocka_unit_test(every_failing_allocation_gives_no_memory_and_leaves_the_outputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
