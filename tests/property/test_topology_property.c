/* Topology against GEOS: random coverages (triangles merged into areas) on the integer grid, as they are, shaken within a
 * tolerance and with T-junctions. And random polygons that overlap, against an oracle that does not round. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <geos_c.h>

#include "geo/topology.h"
#include "support/rings.h"
#include "support/slabs.h"
#include "support/test_random.h"
#include "support/topology_check.h"

#define ROUNDS 30
#define AREAS_MAX 24
/* Random points lie on multiples of this, so that no vertex comes nearer to a foreign edge than 70 units, far above the
 * tolerance. */
#define SCALE 10000
#define TOLERANCE 10
#define SHAKE 3
/* Random polygons reach 430 units at most; times this they fill the grid. */
#define WIDEST 4900000

static GEOSContextHandle_t geos;
static struct eg_test_random rng;

/* --- GEOS ------------------------------------------------------------------------------------------------------------- */

static void *must(void *geometry)
{
    if (!geometry) fail_msg("GEOS refused");
    return geometry;
}

static GEOSGeometry *line_of(const struct eg_point *points, uint32_t n)
{
    GEOSCoordSequence *sequence = must(GEOSCoordSeq_create_r(geos, n, 2));
    for (uint32_t i = 0; i < n; i++) GEOSCoordSeq_setXY_r(geos, sequence, i, points[i].x, points[i].y);
    return must(GEOSGeom_createLineString_r(geos, sequence));
}

static GEOSGeometry *collect(int type, GEOSGeometry **parts, uint32_t n)
{
    return must(GEOSGeom_createCollection_r(geos, type, parts, n));
}

static int sides_of(const struct eg_topology *t, uint32_t arc, const bool *in_set)
{
    return (int)in_set[t->left[arc]] - (int)(t->right[arc] != EG_NO_AREA && in_set[t->right[arc]]);
}

/* How often the set of areas covers the point, by the sum that a renderer makes: from the west over all arcs. */
static int coverage_at(const struct eg_topology *t, const bool *in_set, double x, double y)
{
    int sum = 0;
    for (uint32_t a = 0; a < t->n_arcs; a++) {
        int gain = sides_of(t, a, in_set);
        for (uint32_t i = t->arc_start[a]; gain != 0 && i + 1 < t->arc_start[a + 1]; i++) {
            struct eg_point p = t->points[i], q = t->points[i + 1];
            if ((p.y > y) == (q.y > y) || x < p.x + (y - p.y) * (q.x - p.x) / (q.y - p.y)) continue;
            sum += p.y > y ? gain : -gain;
        }
    }
    return sum;
}

/* The faces of GEOS's polygonizer over the arcs that have exactly one side in the set of areas, those joined that the set
 * covers. It covers every face once or not at all. */
static GEOSGeometry *face_of(const struct eg_topology *t, const bool *in_set)
{
    GEOSGeometry **lines = calloc((size_t)t->n_arcs + 1, sizeof *lines);
    uint32_t n = 0, n_kept = 0;
    assert_non_null(lines);
    for (uint32_t a = 0; a < t->n_arcs; a++) {
        if (sides_of(t, a, in_set) == 0) continue;
        lines[n++] = line_of(t->points + t->arc_start[a], t->arc_start[a + 1] - t->arc_start[a]);
    }
    GEOSGeometry *work = collect(GEOS_MULTILINESTRING, lines, n);
    const GEOSGeometry *const borders[1] = {work};
    GEOSGeometry *faces = must(GEOSPolygonize_r(geos, borders, 1));
    uint32_t n_faces = (uint32_t)GEOSGetNumGeometries_r(geos, faces);
    GEOSGeometry **kept = calloc((size_t)n_faces + 1, sizeof *kept);
    assert_non_null(kept);
    for (uint32_t i = 0; i < n_faces; i++) {
        const GEOSGeometry *face = GEOSGetGeometryN_r(geos, faces, (int)i);
        GEOSGeometry *point = must(GEOSPointOnSurface_r(geos, face));
        double x = 0, y = 0;
        GEOSGeomGetX_r(geos, point, &x);
        GEOSGeomGetY_r(geos, point, &y);
        GEOSGeom_destroy_r(geos, point);
        int times = coverage_at(t, in_set, x, y);
        assert_in_range(times, 0, 1);
        if (times == 1) kept[n_kept++] = must(GEOSGeom_clone_r(geos, face));
    }
    GEOSGeometry *all = collect(GEOS_MULTIPOLYGON, kept, n_kept);
    GEOSGeometry *joined = must(GEOSUnaryUnion_r(geos, all));
    GEOSGeom_destroy_r(geos, all);
    GEOSGeom_destroy_r(geos, faces);
    GEOSGeom_destroy_r(geos, work);
    free(kept);
    free(lines);
    return joined;
}

static void assert_equal_ground(const GEOSGeometry *a, const GEOSGeometry *b)
{
    if (GEOSisEmpty_r(geos, a) && GEOSisEmpty_r(geos, b)) return;
    assert_int_equal(GEOSEquals_r(geos, a, b), 1);
}

/* --- random coverages --------------------------------------------------------------------------------------------------- */

/* Triangles of a Delaunay triangulation, each in an area or in none. */
struct coverage {
    uint32_t n_areas;
    uint32_t n_triangles;
    struct eg_point (*corners)[3];
    uint32_t *area;
};

static struct eg_point random_point(int32_t side)
{
    return (struct eg_point){(int32_t)eg_test_random_below(&rng, (uint32_t)side) * SCALE,
                             (int32_t)eg_test_random_below(&rng, (uint32_t)side) * SCALE};
}

static GEOSGeometry *triangulate(uint32_t n_points, int32_t side)
{
    struct eg_point *points = calloc(n_points, sizeof *points);
    assert_non_null(points);
    for (uint32_t i = 0; i < n_points; i++) points[i] = random_point(side);
    GEOSGeometry *line = line_of(points, n_points);
    GEOSGeometry *triangles = must(GEOSDelaunayTriangulation_r(geos, line, 0, 0));
    GEOSGeom_destroy_r(geos, line);
    free(points);
    return triangles;
}

/* The area whose seed is nearest, so that areas hang together by and large; now and then none, or any. */
static uint32_t choose_area(const struct eg_point *corners, const struct eg_point *seeds, uint32_t n_areas)
{
    double best = 1e300;
    uint32_t area = 0;
    if (eg_test_random_below(&rng, 20) == 0) return EG_NO_AREA;
    if (eg_test_random_below(&rng, 20) == 0) return eg_test_random_below(&rng, n_areas);
    for (uint32_t i = 0; i < n_areas; i++) {
        double x = (double)corners[0].x + corners[1].x + corners[2].x - 3.0 * seeds[i].x;
        double y = (double)corners[0].y + corners[1].y + corners[2].y - 3.0 * seeds[i].y;
        if (x * x + y * y >= best) continue;
        best = x * x + y * y;
        area = i;
    }
    return area;
}

static void read_corners(const GEOSGeometry *triangle, struct eg_point corners[3])
{
    const GEOSCoordSequence *sequence = GEOSGeom_getCoordSeq_r(geos, GEOSGetExteriorRing_r(geos, triangle));
    for (unsigned i = 0; i < 3; i++) {
        double x = 0, y = 0;
        GEOSCoordSeq_getXY_r(geos, sequence, i, &x, &y);
        corners[i] = (struct eg_point){(int32_t)x, (int32_t)y};
    }
}

static struct coverage random_coverage(void)
{
    struct coverage made = {.n_areas = 2 + eg_test_random_below(&rng, AREAS_MAX - 2)};
    struct eg_point seeds[AREAS_MAX];
    int32_t side = 6 + (int32_t)eg_test_random_below(&rng, 100);
    GEOSGeometry *triangles = triangulate(8 + eg_test_random_below(&rng, 250), side);

    for (uint32_t i = 0; i < made.n_areas; i++) seeds[i] = random_point(side);
    made.n_triangles = (uint32_t)GEOSGetNumGeometries_r(geos, triangles);
    made.corners = calloc(made.n_triangles + 1, sizeof *made.corners);
    made.area = calloc(made.n_triangles + 1, sizeof *made.area);
    assert_true(made.corners && made.area);
    for (uint32_t i = 0; i < made.n_triangles; i++) {
        read_corners(GEOSGetGeometryN_r(geos, triangles, (int)i), made.corners[i]);
        made.area[i] = choose_area(made.corners[i], seeds, made.n_areas);
    }
    GEOSGeom_destroy_r(geos, triangles);
    return made;
}

static void coverage_clear(struct coverage *coverage)
{
    free(coverage->corners);
    free(coverage->area);
}

/* GEOS's union of the triangles of all areas in the set. */
static GEOSGeometry *union_of(const struct coverage *coverage, const bool *in_set)
{
    GEOSGeometry **parts = calloc((size_t)coverage->n_triangles + 1, sizeof *parts);
    uint32_t n = 0;
    assert_non_null(parts);
    for (uint32_t i = 0; i < coverage->n_triangles; i++) {
        if (coverage->area[i] == EG_NO_AREA || !in_set[coverage->area[i]]) continue;
        struct eg_point ring[4];
        for (int k = 0; k < 4; k++) ring[k] = coverage->corners[i][k % 3];
        GEOSGeometry *line = line_of(ring, 4);
        GEOSGeometry *closed = must(GEOSGeom_createLinearRing_r(
            geos, GEOSCoordSeq_clone_r(geos, GEOSGeom_getCoordSeq_r(geos, line))));
        GEOSGeom_destroy_r(geos, line);
        parts[n++] = must(GEOSGeom_createPolygon_r(geos, closed, NULL, 0));
    }
    GEOSGeometry *all = collect(GEOS_MULTIPOLYGON, parts, n);
    GEOSGeometry *joined = must(GEOSUnaryUnion_r(geos, all));
    GEOSGeom_destroy_r(geos, all);
    free(parts);
    return joined;
}

static struct eg_test_rings rings_of_triangles(const struct coverage *coverage)
{
    struct eg_test_rings made = {0};
    for (uint32_t i = 0; i < coverage->n_triangles; i++) {
        if (coverage->area[i] == EG_NO_AREA) continue;
        eg_test_rings_begin(&made, coverage->area[i], false);
        for (int k = 0; k < 3; k++) eg_test_rings_point(&made, coverage->corners[i][k]);
    }
    made.rings.n_areas = coverage->n_areas;
    return made;
}

static int32_t shaken(double v, int32_t shake)
{
    int32_t by = shake > 0 ? (int32_t)eg_test_random_below(&rng, (uint32_t)(2 * shake + 1)) - shake : 0;
    return (int32_t)v + by;
}

static void add_ring(struct eg_test_rings *made, const GEOSGeometry *ring, uint32_t area, bool is_hole,
                     int32_t shake)
{
    const GEOSCoordSequence *sequence = GEOSGeom_getCoordSeq_r(geos, ring);
    unsigned n = 0;
    GEOSCoordSeq_getSize_r(geos, sequence, &n);
    eg_test_rings_begin(made, area, is_hole);
    for (unsigned i = 0; i + 1 < n; i++) {
        double x = 0, y = 0, next_x = 0, next_y = 0;
        GEOSCoordSeq_getXY_r(geos, sequence, i, &x, &y);
        GEOSCoordSeq_getXY_r(geos, sequence, i + 1, &next_x, &next_y);
        eg_test_rings_point(made, (struct eg_point){shaken(x, shake), shaken(y, shake)});
        if (shake == 0 || eg_test_random_below(&rng, 3) > 0) continue;
        /* A vertex that the neighbour does not have. */
        eg_test_rings_point(
            made, (struct eg_point){shaken((x + next_x) / 2, shake), shaken((y + next_y) / 2, shake)});
    }
}

/* The rings of GEOS's polygons, one set for each area; every copy of a vertex shaken by itself. */
static struct eg_test_rings rings_of_polygons(const struct coverage *coverage, int32_t shake)
{
    struct eg_test_rings made = {0};
    for (uint32_t area = 0; area < coverage->n_areas; area++) {
        bool in_set[AREAS_MAX] = {false};
        in_set[area] = true;
        GEOSGeometry *ground = union_of(coverage, in_set);
        for (int p = 0; p < GEOSGetNumGeometries_r(geos, ground); p++) {
            const GEOSGeometry *polygon = GEOSGetGeometryN_r(geos, ground, p);
            if (GEOSisEmpty_r(geos, polygon)) continue;
            add_ring(&made, GEOSGetExteriorRing_r(geos, polygon), area, false, shake);
            for (int h = 0; h < GEOSGetNumInteriorRings_r(geos, polygon); h++) {
                add_ring(&made, GEOSGetInteriorRingN_r(geos, polygon, h), area, true, shake);
            }
        }
        GEOSGeom_destroy_r(geos, ground);
    }
    made.rings.n_areas = coverage->n_areas;
    return made;
}

static struct eg_topology *build(const struct eg_rings *rings, double snap_units,
                                 struct eg_topology_report *report)
{
    struct eg_topology_options options = {.snap_units = snap_units};
    struct eg_topology *topology = NULL;
    assert_int_equal(eg_topology_build(rings, &options, &topology, report, NULL, NULL), EG_OK);
    const char *fault = eg_test_topology_fault(topology);
    if (fault) fail_msg("%s", fault);
    return topology;
}

/* --- oracles ------------------------------------------------------------------------------------------------------------- */

static bool is_empty_ground(const GEOSGeometry *face, const GEOSGeometry *all_ground)
{
    GEOSGeometry *point = must(GEOSPointOnSurface_r(geos, face));
    bool covered = GEOSIntersects_r(geos, point, all_ground) == 1;
    GEOSGeom_destroy_r(geos, point);
    return !covered;
}

static uint32_t count_neighbours(const GEOSGeometry *face, const struct eg_topology *t)
{
    GEOSGeometry *shore = must(GEOSGeom_clone_r(geos, GEOSGetExteriorRing_r(geos, face)));
    bool seen[AREAS_MAX] = {false};
    uint32_t n = 0;
    for (uint32_t a = 0; a < t->n_arcs; a++) {
        if (t->right[a] != EG_NO_AREA || seen[t->left[a]]) continue;
        GEOSGeometry *arc = line_of(t->points + t->arc_start[a], t->arc_start[a + 1] - t->arc_start[a]);
        if (GEOSCovers_r(geos, shore, arc) == 1) {
            seen[t->left[a]] = true;
            n++;
        }
        GEOSGeom_destroy_r(geos, arc);
    }
    GEOSGeom_destroy_r(geos, shore);
    return n;
}

/* Faces of all arcs that no area covers and that two areas or more enclose. */
static uint32_t count_gaps(const struct eg_topology *t, const GEOSGeometry *all_ground)
{
    const GEOSGeometry **lines = calloc((size_t)t->n_arcs + 1, sizeof *lines);
    uint32_t n_gaps = 0;
    assert_non_null(lines);
    for (uint32_t a = 0; a < t->n_arcs; a++) {
        lines[a] = line_of(t->points + t->arc_start[a], t->arc_start[a + 1] - t->arc_start[a]);
    }
    GEOSGeometry *faces = must(GEOSPolygonize_r(geos, lines, t->n_arcs));
    for (int i = 0; i < GEOSGetNumGeometries_r(geos, faces); i++) {
        const GEOSGeometry *face = GEOSGetGeometryN_r(geos, faces, i);
        if (is_empty_ground(face, all_ground) && count_neighbours(face, t) > 1) n_gaps++;
    }
    GEOSGeom_destroy_r(geos, faces);
    for (uint32_t a = 0; a < t->n_arcs; a++) GEOSGeom_destroy_r(geos, (GEOSGeometry *)(uintptr_t)lines[a]);
    free(lines);
    return n_gaps;
}

/* --- coverages as they are --------------------------------------------------------------------------------------------- */

static void check_sets(const struct eg_topology *t, const struct coverage *coverage, uint32_t n_parents)
{
    uint32_t parent[AREAS_MAX];
    for (uint32_t i = 0; i < coverage->n_areas; i++) {
        parent[i] = n_parents == coverage->n_areas ? i : eg_test_random_below(&rng, n_parents);
    }
    for (uint32_t p = 0; p < n_parents; p++) {
        bool in_set[AREAS_MAX];
        for (uint32_t i = 0; i < AREAS_MAX; i++) in_set[i] = i < coverage->n_areas && parent[i] == p;
        GEOSGeometry *face = face_of(t, in_set), *expected = union_of(coverage, in_set);
        assert_equal_ground(face, expected);
        GEOSGeom_destroy_r(geos, face);
        GEOSGeom_destroy_r(geos, expected);
    }
}

static void faces_and_dissolved_faces_are_geos_unions(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct coverage coverage = random_coverage();
        struct eg_test_rings rings = rings_of_triangles(&coverage);
        struct eg_topology_report report;
        struct eg_topology *t = build(&rings.rings, 0, &report);

        assert_int_equal(report.n_overlaps, 0);
        for (uint32_t a = 0; a < coverage.n_areas; a++) {
            assert_int_equal(eg_test_topology_area2(t, a), eg_test_rings_area2(&rings.rings, a));
        }
        check_sets(t, &coverage, coverage.n_areas);
        check_sets(t, &coverage, 1 + coverage.n_areas / 3);
        eg_topology_free(t);
        eg_test_rings_clear(&rings);
        coverage_clear(&coverage);
    }
}

static void gaps_are_the_empty_faces_between_areas(void **state)
{
    (void)state;
    bool everything[AREAS_MAX];
    memset(everything, 1, sizeof everything);
    for (int round = 0; round < ROUNDS; round++) {
        struct coverage coverage = random_coverage();
        struct eg_test_rings rings = rings_of_triangles(&coverage);
        struct eg_topology_report report;
        struct eg_topology *t = build(&rings.rings, 0, &report);
        GEOSGeometry *ground = union_of(&coverage, everything);

        assert_int_equal(report.n_gaps, count_gaps(t, ground));
        GEOSGeom_destroy_r(geos, ground);
        eg_topology_free(t);
        eg_test_rings_clear(&rings);
        coverage_clear(&coverage);
    }
}

/* Triangles that vanish into areas, and the areas' own polygons, are one thing. GEOS leaves out vertices in the middle of
 * straight edges on one side and not on the other, so a little tolerance is needed. */
static void polygons_and_their_triangles_have_the_same_arcs(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct coverage coverage = random_coverage();
        struct eg_test_rings triangles = rings_of_triangles(&coverage),
                             polygons = rings_of_polygons(&coverage, 0);
        struct eg_topology_report from_triangles, from_polygons;
        struct eg_topology *t = build(&triangles.rings, 0, &from_triangles);
        struct eg_topology *u = build(&polygons.rings, 0.5, &from_polygons);

        assert_int_equal(from_triangles.n_arcs, from_polygons.n_arcs);
        assert_int_equal(from_triangles.n_arcs_shared, from_polygons.n_arcs_shared);
        assert_int_equal(from_triangles.n_gaps, from_polygons.n_gaps);
        assert_int_equal(from_polygons.n_overlaps, 0);
        check_sets(u, &coverage, coverage.n_areas);
        eg_topology_free(t);
        eg_topology_free(u);
        eg_test_rings_clear(&triangles);
        eg_test_rings_clear(&polygons);
        coverage_clear(&coverage);
    }
}

static void shaken_polygons_with_t_junctions_come_together_within_the_tolerance(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct coverage coverage = random_coverage();
        struct eg_test_rings triangles = rings_of_triangles(&coverage),
                             shaken = rings_of_polygons(&coverage, SHAKE);
        struct eg_topology_report clean, snapped;
        struct eg_topology *t = build(&triangles.rings, 0, &clean);
        struct eg_topology *u = build(&shaken.rings, TOLERANCE, &snapped);

        assert_int_equal(clean.n_arcs, snapped.n_arcs);
        assert_int_equal(clean.n_arcs_shared, snapped.n_arcs_shared);
        assert_int_equal(clean.n_gaps, snapped.n_gaps);
        assert_int_equal(snapped.n_overlaps, 0);
        assert_true(snapped.snap_max_units <= TOLERANCE);
        eg_topology_free(t);
        eg_topology_free(u);
        eg_test_rings_clear(&triangles);
        eg_test_rings_clear(&shaken);
        coverage_clear(&coverage);
    }
}

/* --- overlaps ------------------------------------------------------------------------------------------------------------- */

/* A polygon around a place, with as many corners as `n`, one in each sector, so that it does not cross itself. */
static void random_star(struct eg_point centre, uint32_t n, double size, struct eg_point *points)
{
    static const double cosines[] = {1, 0.7071, 0, -0.7071, -1, -0.7071, 0, 0.7071};
    for (uint32_t i = 0; i < n; i++) {
        double r = size * (0.2 + eg_test_random_unit(&rng));
        points[i].x = centre.x + (int32_t)(r * cosines[i % 8]);
        points[i].y = centre.y + (int32_t)(r * cosines[(i + 6) % 8]);
    }
}

static GEOSGeometry *polygon_of(const struct eg_point *points, uint32_t n)
{
    struct eg_point closed[16];
    memcpy(closed, points, n * sizeof *points);
    closed[n] = points[0];
    GEOSGeometry *line = line_of(closed, n + 1);
    const GEOSCoordSequence *sequence = GEOSGeom_getCoordSeq_r(geos, line);
    GEOSGeometry *ring = must(GEOSGeom_createLinearRing_r(geos, GEOSCoordSeq_clone_r(geos, sequence)));
    GEOSGeom_destroy_r(geos, line);
    return must(GEOSGeom_createPolygon_r(geos, ring, NULL, 0));
}

/* A valid one: rounding to the grid may make spikes. */
static void random_polygon(uint32_t n, double size, struct eg_point *points)
{
    for (;;) {
        struct eg_point centre = random_point(5);
        centre.x = centre.x / SCALE * (int32_t)size;
        centre.y = centre.y / SCALE * (int32_t)size;
        random_star(centre, n, size, points);
        GEOSGeometry *polygon = polygon_of(points, n);
        bool valid = GEOSisValid_r(geos, polygon) == 1;
        GEOSGeom_destroy_r(geos, polygon);
        if (valid) return;
    }
}

/* Against GEOS this would be tried in vain: it rounds crossings, and three edges that nearly meet may enclose a gap of a
 * millionth of a square unit. */
static void overlaps_are_pairs_whose_interiors_meet_and_gaps_the_empty_faces_between(void **state)
{
    (void)state;
    enum { n_areas = 14, corners = 8 };
    for (int round = 0; round < 4 * ROUNDS; round++) {
        /* From coarse, where corners and edges often coincide, to fine. */
        double size = 4 + 2 * (round % 40);
        struct eg_test_rings rings = {0};
        struct eg_topology_report report;
        for (uint32_t a = 0; a < n_areas; a++) {
            struct eg_point points[16];
            random_polygon(corners, size, points);
            eg_test_rings_begin(&rings, a, false);
            for (int i = 0; i < corners; i++) eg_test_rings_point(&rings, points[i]);
        }
        struct eg_test_cover cover = eg_test_cover_of(&rings.rings);
        for (int32_t scale = 1; scale <= WIDEST; scale += WIDEST - 1) {
            for (uint32_t i = 0; i < n_areas * corners; i++) {
                rings.rings.points[i].x *= scale;
                rings.rings.points[i].y *= scale;
            }
            eg_topology_free(build(&rings.rings, 0, &report));
            assert_int_equal(report.n_overlaps, cover.n_overlaps);
            assert_int_equal(report.n_gaps, cover.n_gaps);
        }
        eg_test_rings_clear(&rings);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faces_and_dissolved_faces_are_geos_unions),
        cmocka_unit_test(gaps_are_the_empty_faces_between_areas),
        cmocka_unit_test(polygons_and_their_triangles_have_the_same_arcs),
        cmocka_unit_test(shaken_polygons_with_t_junctions_come_together_within_the_tolerance),
        cmocka_unit_test(overlaps_are_pairs_whose_interiors_meet_and_gaps_the_empty_faces_between),
    };
    geos = GEOS_init_r();
    rng = eg_test_random_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    GEOS_finish_r(geos);
    return failed;
}
