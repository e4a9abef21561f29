/* Planes of random clean coverages against slow and simple oracles: Visvalingam's rule vertex by vertex, every box, every
 * border, and GEOS for polygons. EG_SEED repeats a run. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <geos_c.h>

#include "base/memory.h"
#include "geo/plane.h"
#include "support/test_arcs.h"

__extension__ typedef __int128 wide_int;

#define ROUNDS 12U

struct sheet {
    struct eg_test_random random;
    struct eg_test_coverage shape;
    struct eg_plane *plane;
};

/* The i-th coverage of a run: from one cell of a few units to some hundred of many thousand. */
static struct sheet sheet_new(struct eg_test_random *random, uint32_t i)
{
    static const int32_t cells[] = {60, 1000, 40000, 3000000};
    struct sheet sheet = {.shape = {.side = 1 + eg_test_random_below(random, 3 + 2 * i),
                                    .cell = cells[i % EG_ARRAY_LEN(cells)],
                                    .n_areas = 1 + eg_test_random_below(random, 4 + 10 * i),
                                    .vertices = eg_test_random_below(random, 60)}};
    struct eg_test_arcs arcs;
    eg_test_arcs_coverage(&arcs, sheet.shape, random);
    assert_int_equal(eg_plane_build(&arcs.topology, eg_grid_web_mercator(), 2, &sheet.plane, NULL), EG_OK);
    eg_test_arcs_clear(&arcs);
    return sheet;
}

static void for_each_sheet(void (*check)(const struct sheet *sheet, struct eg_test_random *random))
{
    struct eg_test_random random = eg_test_random_new();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct sheet sheet = sheet_new(&random, i);
        check(&sheet, &random);
        eg_plane_free(sheet.plane);
    }
}

static const struct eg_point *points_of(const struct eg_plane *plane, uint32_t l, uint32_t arc,
                                        uint32_t *n_out)
{
    const struct eg_plane_level *level = &plane->level[l];
    *n_out = level->start[arc + 1] - level->start[arc];
    return level->points + level->start[arc];
}

/* --- levels ------------------------------------------------------------------------------------------------------ */

static bool same(struct eg_point a, struct eg_point b)
{
    return a.x == b.x && a.y == b.y;
}

static wide_int cross(struct eg_point a, struct eg_point b, struct eg_point c)
{
    return (wide_int)((int64_t)b.x - a.x) * ((int64_t)c.y - a.y) -
           (wide_int)((int64_t)b.y - a.y) * ((int64_t)c.x - a.x);
}

static wide_int size_of(wide_int v)
{
    return v < 0 ? -v : v;
}

/* Twice the area of a closed arc. */
static wide_int ring_area2(const struct eg_point *p, uint32_t n)
{
    wide_int sum = 0;
    for (uint32_t i = 1; i + 1 < n; i++) sum += cross(p[0], p[i], p[i + 1]);
    return size_of(sum);
}

/* Removes the lightest inner vertex again and again while its weight is below 2^l / 4; what remains is the arc at level l.
 * Weights of two vertices that go one after the other need not rise, but the first that reaches the threshold ends it. */
static uint32_t thinned(struct eg_point *p, uint32_t n, uint32_t l)
{
    bool closed = same(p[0], p[n - 1]);
    wide_int ring2 = ring_area2(p, n);
    while (n > 2) {
        uint32_t lightest = 1;
        for (uint32_t i = 2; i + 1 < n; i++) {
            if (size_of(cross(p[i - 1], p[i], p[i + 1])) <
                size_of(cross(p[lightest - 1], p[lightest], p[lightest + 1])))
                lightest = i;
        }
        wide_int weight2 = size_of(cross(p[lightest - 1], p[lightest], p[lightest + 1]));
        if (closed && n <= 4 && weight2 < ring2) weight2 = ring2;
        if (2 * weight2 >= (wide_int)1 << l) break;
        memmove(p + lightest, p + lightest + 1, (n - lightest - 1) * sizeof *p);
        n--;
    }
    return n;
}

static void check_weights(const struct sheet *sheet, struct eg_test_random *random)
{
    (void)random;
    const struct eg_plane *plane = sheet->plane;
    for (uint32_t a = 0; a < plane->n_arcs; a++) {
        uint32_t n_all;
        const struct eg_point *all = points_of(plane, 0, a, &n_all);
        for (uint32_t l = 1; l < plane->n_levels; l++) {
            if (plane->level[l].start == plane->level[l - 1].start) continue;
            uint32_t n;
            const struct eg_point *got = points_of(plane, l, a, &n);
            struct eg_point left[300];
            memcpy(left, all, n_all * sizeof *left);
            uint32_t n_left = thinned(left, n_all, l);
            assert_int_equal(n, n_left);
            assert_memory_equal(got, left, n * sizeof *got);
        }
    }
}

static void every_level_keeps_what_visvalingams_rule_keeps(void **state)
{
    (void)state;
    for_each_sheet(check_weights);
}

/* Points of all arcs at a level, worked out anew. */
static uint32_t n_kept(const struct eg_plane *plane, uint32_t l)
{
    uint32_t sum = 0;
    for (uint32_t a = 0; a < plane->n_arcs; a++) {
        uint32_t n_all;
        const struct eg_point *all = points_of(plane, 0, a, &n_all);
        struct eg_point left[300];
        memcpy(left, all, n_all * sizeof *left);
        sum += thinned(left, n_all, l);
    }
    return sum;
}

static void check_whole_steps(const struct sheet *sheet, struct eg_test_random *random)
{
    (void)random;
    const struct eg_plane *plane = sheet->plane;
    uint32_t stored = plane->level[0].start[plane->n_arcs];
    for (uint32_t l = 2; l < plane->n_levels; l += 2) {
        uint32_t kept = n_kept(plane, l);
        if (kept * 10 <= stored * 9) stored = kept;
        assert_int_equal(plane->level[l].start[plane->n_arcs], stored);
    }
}

/* Tiles are drawn from even levels: whether an odd one is stored must not change them. */
static void even_levels_are_what_they_would_be_without_odd_ones(void **state)
{
    (void)state;
    for_each_sheet(check_whole_steps);
}

static void check_nesting(const struct sheet *sheet, struct eg_test_random *random)
{
    (void)random;
    const struct eg_plane *plane = sheet->plane;
    for (uint32_t l = 1; l < plane->n_levels; l++) {
        for (uint32_t a = 0; a < plane->n_arcs; a++) {
            uint32_t n_fine;
            uint32_t n_coarse;
            const struct eg_point *fine = points_of(plane, l - 1, a, &n_fine);
            const struct eg_point *coarse = points_of(plane, l, a, &n_coarse);
            uint32_t found = 0;
            for (uint32_t i = 0; i < n_fine && found < n_coarse; i++) found += same(fine[i], coarse[found]);
            assert_int_equal(found, n_coarse);
            assert_true(n_coarse >= 2 && same(fine[0], coarse[0]) &&
                        same(fine[n_fine - 1], coarse[n_coarse - 1]));
        }
    }
}

static void levels_are_nested_and_keep_the_ends(void **state)
{
    (void)state;
    for_each_sheet(check_nesting);
}

/* Twice the signed area that an arc contributes to the area on its left. */
static wide_int share(const struct eg_point *p, uint32_t n)
{
    wide_int sum = 0;
    for (uint32_t i = 0; i + 1 < n; i++) sum += (wide_int)p[i].x * p[i + 1].y - (wide_int)p[i].y * p[i + 1].x;
    return sum;
}

static void check_gluing(const struct sheet *sheet, struct eg_test_random *random)
{
    (void)random;
    const struct eg_plane *plane = sheet->plane;
    for (uint32_t l = 0; l < plane->n_levels; l++) {
        wide_int *area2 = eg_memory_zeroed(plane->n_areas, sizeof *area2);
        int64_t *open = eg_memory_zeroed(plane->n_areas, sizeof *open);
        assert_true(area2 && open);
        wide_int outside2 = 0;
        for (uint32_t a = 0; a < plane->n_arcs; a++) {
            uint32_t n;
            const struct eg_point *p = points_of(plane, l, a, &n);
            int64_t ends = p[n - 1].x - (int64_t)p[0].x + 3 * (p[n - 1].y - (int64_t)p[0].y);
            uint32_t left = plane->left[a];
            uint32_t right = plane->right[a];
            *(left == EG_NO_AREA ? &outside2 : &area2[left]) += share(p, n);
            *(right == EG_NO_AREA ? &outside2 : &area2[right]) -= share(p, n);
            if (left != EG_NO_AREA) open[left] += ends;
            if (right != EG_NO_AREA) open[right] -= ends;
        }
        for (uint32_t i = 0; i < plane->n_areas; i++) {
            assert_int_equal(open[i], 0); /* the area's borders close */
            outside2 += area2[i];
        }
        assert_true(outside2 == 0); /* all areas together are what the outer border encloses */
        free(area2);
        free(open);
    }
}

static void neighbours_stay_glued_at_every_level(void **state)
{
    (void)state;
    for_each_sheet(check_gluing);
}

/* --- index and location ------------------------------------------------------------------------------------------ */

static struct eg_point random_point(const struct sheet *sheet, struct eg_test_random *random)
{
    const struct eg_plane *plane = sheet->plane;
    const struct eg_plane_level *all = &plane->level[0];
    uint32_t n = plane->n_arcs > 0 ? all->start[plane->n_arcs] : 0;
    uint32_t kind = eg_test_random_below(random, 3);
    struct eg_point vertex = n > 0 ? all->points[eg_test_random_below(random, n)] : (struct eg_point){0, 0};
    if (kind == 0) return vertex;
    if (kind == 1) {
        vertex.x += (int32_t)eg_test_random_below(random, 5) - 2;
        vertex.y += (int32_t)eg_test_random_below(random, 3) - 1;
        return vertex;
    }
    uint32_t extent = sheet->shape.side * (uint32_t)sheet->shape.cell + 20;
    return (struct eg_point){(int32_t)eg_test_random_below(random, extent) - 10,
                             (int32_t)eg_test_random_below(random, extent) - 10};
}

static void check_queries(const struct sheet *sheet, struct eg_test_random *random)
{
    const struct eg_plane *plane = sheet->plane;
    uint32_t *found = eg_memory_array(plane->n_arcs, sizeof *found);
    assert_non_null(found);
    for (uint32_t i = 0; i < 200; i++) {
        struct eg_box box =
            eg_box_add(eg_box_add(eg_box_empty(), random_point(sheet, random)), random_point(sheet, random));
        uint32_t n = eg_plane_query(plane, box, found);
        uint32_t expected = 0;
        for (uint32_t a = 0; a < plane->n_arcs; a++) {
            struct eg_box around = eg_box_empty();
            uint32_t n_points;
            const struct eg_point *p = points_of(plane, 0, a, &n_points);
            for (uint32_t k = 0; k < n_points; k++) around = eg_box_add(around, p[k]);
            if (!eg_box_meets(around, box)) continue;
            assert_true(expected < n);
            assert_int_equal(found[expected++], a);
        }
        assert_int_equal(n, expected);
    }
    free(found);
}

static void a_query_finds_what_a_look_at_every_arc_finds(void **state)
{
    (void)state;
    for_each_sheet(check_queries);
}

/* How often the borders of each area are crossed on the way west, the point being moved a little east and, by far less,
 * north: an odd number of times means inside. */
static uint32_t winding_area(const struct eg_plane *plane, struct eg_point q)
{
    uint32_t *crossed = eg_memory_zeroed(plane->n_areas, sizeof *crossed);
    assert_non_null(crossed);
    for (uint32_t a = 0; a < plane->n_arcs; a++) {
        uint32_t n;
        const struct eg_point *p = points_of(plane, 0, a, &n);
        for (uint32_t i = 0; i + 1 < n; i++) {
            if ((p[i].y > q.y) == (p[i + 1].y > q.y)) continue;
            bool up = p[i + 1].y > q.y;
            wide_int side =
                cross(up ? p[i] : p[i + 1], up ? p[i + 1] : p[i], q); /* below 0: q lies to the east */
            if (side > 0) continue;
            if (plane->left[a] != EG_NO_AREA) crossed[plane->left[a]]++;
            if (plane->right[a] != EG_NO_AREA) crossed[plane->right[a]]++;
        }
    }
    uint32_t found = EG_NO_AREA;
    for (uint32_t i = 0; i < plane->n_areas; i++) {
        if (crossed[i] % 2 == 0) continue;
        assert_int_equal(found, EG_NO_AREA); /* a clean coverage: one area at most */
        found = i;
    }
    free(crossed);
    return found;
}

static void check_location(const struct sheet *sheet, struct eg_test_random *random)
{
    for (uint32_t i = 0; i < 400; i++) {
        struct eg_point q = random_point(sheet, random);
        assert_int_equal(eg_plane_locate(sheet->plane, q), winding_area(sheet->plane, q));
    }
}

static void location_agrees_with_counting_every_border_to_the_west(void **state)
{
    (void)state;
    for_each_sheet(check_location);
}

/* --- polygons ---------------------------------------------------------------------------------------------------- */

/* The borders of one area that are still to be walked. */
struct borders {
    const struct eg_plane *plane;
    uint32_t *arcs;
    uint32_t n;
    struct eg_point *ring; /* walked so far */
    uint32_t n_ring;
};

/* Appends the i-th arc to the ring, from the end that the ring has reached, and strikes it off. */
static void walk(struct borders *b, uint32_t i)
{
    uint32_t n;
    const struct eg_point *p = points_of(b->plane, 0, b->arcs[i], &n);
    bool forwards = b->n_ring == 0 || same(b->ring[b->n_ring - 1], p[0]);
    for (uint32_t k = b->n_ring > 0; k < n; k++) b->ring[b->n_ring++] = p[forwards ? k : n - 1 - k];
    b->arcs[i] = b->arcs[--b->n];
}

/* Whether the i-th arc begins or ends where the ring has come. */
static bool goes_on(const struct borders *b, uint32_t i)
{
    uint32_t n;
    const struct eg_point *p = points_of(b->plane, 0, b->arcs[i], &n);
    return same(p[0], b->ring[b->n_ring - 1]) || same(p[n - 1], b->ring[b->n_ring - 1]);
}

/* A closed walk along arcs that are left, as a valid polygon: GEOS counts how often ground is enclosed, odd is inside. */
static GEOSGeometry *next_ring(GEOSContextHandle_t geos, struct borders *b)
{
    b->n_ring = 0;
    walk(b, b->n - 1);
    while (!same(b->ring[0], b->ring[b->n_ring - 1])) {
        uint32_t i = 0;
        while (i < b->n && !goes_on(b, i)) i++;
        assert_true(i < b->n);
        walk(b, i);
    }
    GEOSCoordSequence *sequence = GEOSCoordSeq_create_r(geos, b->n_ring, 2);
    for (uint32_t i = 0; i < b->n_ring; i++) {
        assert_true(GEOSCoordSeq_setXY_r(geos, sequence, i, b->ring[i].x, b->ring[i].y));
    }
    GEOSGeometry *raw = GEOSGeom_createPolygon_r(geos, GEOSGeom_createLinearRing_r(geos, sequence), NULL, 0);
    GEOSGeometry *valid = GEOSMakeValid_r(geos, raw);
    GEOSGeom_destroy_r(geos, raw);
    assert_non_null(valid);
    return valid;
}

static GEOSGeometry *combine(GEOSContextHandle_t geos, bool join, GEOSGeometry *a, GEOSGeometry *b)
{
    GEOSGeometry *both = join ? GEOSUnion_r(geos, a, b) : GEOSSymDifference_r(geos, a, b);
    assert_non_null(both);
    GEOSGeom_destroy_r(geos, a);
    GEOSGeom_destroy_r(geos, b);
    return both;
}

/* The polygon of an area, rebuilt from the arcs around it. */
static GEOSGeometry *polygon_of(GEOSContextHandle_t geos, const struct eg_plane *plane, uint32_t area)
{
    struct borders b = {.plane = plane};
    b.arcs = eg_memory_array(plane->n_arcs, sizeof *b.arcs);
    b.ring = eg_memory_array(plane->level[0].start[plane->n_arcs], sizeof *b.ring);
    assert_true(b.arcs && b.ring);
    for (uint32_t a = 0; a < plane->n_arcs; a++) {
        if (plane->left[a] == area || plane->right[a] == area) b.arcs[b.n++] = a;
    }
    GEOSGeometry *polygon = GEOSGeom_createEmptyPolygon_r(geos);
    while (b.n > 0) polygon = combine(geos, false, polygon, next_ring(geos, &b));
    free(b.arcs);
    free(b.ring);
    return polygon;
}

static GEOSContextHandle_t geos_of(void)
{
    GEOSContextHandle_t geos = GEOS_init_r();
    assert_non_null(geos);
    return geos;
}

static void check_location_against_geos(const struct sheet *sheet, struct eg_test_random *random)
{
    GEOSContextHandle_t geos = geos_of();
    uint32_t area = eg_test_random_below(random, sheet->shape.n_areas);
    GEOSGeometry *polygon = polygon_of(geos, sheet->plane, area);
    for (uint32_t i = 0; i < 150; i++) {
        struct eg_point q = random_point(sheet, random);
        GEOSGeometry *point = GEOSGeom_createPointFromXY_r(geos, q.x, q.y);
        char relation[10] = "";
        char *pattern = GEOSRelate_r(geos, point, polygon);
        assert_non_null(pattern);
        (void)snprintf(relation, sizeof relation, "%s", pattern);
        GEOSFree_r(geos, pattern);
        GEOSGeom_destroy_r(geos, point);
        bool on_border = relation[1] == '0';
        bool inside = relation[0] == '0';
        if (!on_border) assert_int_equal(eg_plane_locate(sheet->plane, q) == area, inside);
    }
    GEOSGeom_destroy_r(geos, polygon);
    GEOS_finish_r(geos);
}

static void location_agrees_with_geos_away_from_borders(void **state)
{
    (void)state;
    for_each_sheet(check_location_against_geos);
}

/* The parent's polygon from its children's. */
static GEOSGeometry *union_of(GEOSContextHandle_t geos, const struct eg_plane *plane, const uint32_t *parent,
                              uint32_t of)
{
    GEOSGeometry *all = GEOSGeom_createEmptyPolygon_r(geos);
    for (uint32_t i = 0; i < plane->n_areas; i++) {
        if (parent[i] != of) continue;
        all = combine(geos, true, all, polygon_of(geos, plane, i));
    }
    return all;
}

static void check_dissolve(const struct sheet *sheet, struct eg_test_random *random)
{
    if (sheet->shape.n_areas > 40) return; /* GEOS would take seconds */
    GEOSContextHandle_t geos = geos_of();
    const uint32_t n_parents = 1 + eg_test_random_below(random, 4);
    uint32_t *parent = eg_memory_array(sheet->shape.n_areas, sizeof *parent);
    assert_non_null(parent);
    for (uint32_t i = 0; i < sheet->shape.n_areas; i++) {
        parent[i] = eg_test_random_below(random, n_parents + 1);
        if (parent[i] == n_parents) parent[i] = EG_NO_AREA;
    }
    struct eg_plane *larger = NULL;
    assert_int_equal(eg_plane_dissolve(sheet->plane, parent, n_parents, &larger, NULL), EG_OK);
    for (uint32_t i = 0; i < n_parents; i++) {
        GEOSGeometry *expected = union_of(geos, sheet->plane, parent, i);
        GEOSGeometry *got = polygon_of(geos, larger, i);
        assert_int_equal(GEOSEquals_r(geos, expected, got), 1);
        GEOSGeom_destroy_r(geos, expected);
        GEOSGeom_destroy_r(geos, got);
    }
    check_nesting(&(struct sheet){.plane = larger}, random);
    check_gluing(&(struct sheet){.plane = larger}, random);
    eg_plane_free(larger);
    free(parent);
    GEOS_finish_r(geos);
}

static void dissolved_areas_are_the_union_of_their_parts(void **state)
{
    (void)state;
    for_each_sheet(check_dissolve);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_level_keeps_what_visvalingams_rule_keeps),
        cmocka_unit_test(even_levels_are_what_they_would_be_without_odd_ones),
        cmocka_unit_test(levels_are_nested_and_keep_the_ends),
        cmocka_unit_test(neighbours_stay_glued_at_every_level),
        cmocka_unit_test(a_query_finds_what_a_look_at_every_arc_finds),
        cmocka_unit_test(location_agrees_with_counting_every_border_to_the_west),
        cmocka_unit_test(location_agrees_with_geos_away_from_borders),
        cmocka_unit_test(dissolved_areas_are_the_union_of_their_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
