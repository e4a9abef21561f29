/* Polygons from planes of random clean coverages (areas of many pieces, lakes, islands, corners that touch) and of real ones,
 * against GEOS and against the arcs themselves. EG_SEED repeats a run. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <geos_c.h>

#include "base/memory.h"
#include "geo/shapes.h"
#include "support/failing_malloc.h"
#include "support/rings.h"
#include "support/test_arcs.h"
#include "support/test_data.h"
#include "support/test_plane.h"

#define ROUNDS 24U

static GEOSContextHandle_t geos;

static void *must(void *geometry)
{
    if (!geometry) fail_msg("GEOS refused");
    return geometry;
}

/* --- planes and shapes -------------------------------------------------------------------------------------------------- */

static struct eg_plane *random_plane(struct eg_test_random *random, uint32_t i)
{
    static const int32_t cells[] = {60, 1000, 40000, 3000000};
    struct eg_test_coverage shape = {.side = 1 + eg_test_random_below(random, 3 + i),
                                     .cell = cells[i % EG_ARRAY_LEN(cells)],
                                     .n_areas = 1 + eg_test_random_below(random, 3 + 2 * i),
                                     .vertices = eg_test_random_below(random, 40)};
    struct eg_test_arcs arcs;
    struct eg_plane *plane = NULL;
    eg_test_arcs_coverage(&arcs, shape, random);
    assert_int_equal(eg_plane_build(&arcs.topology, eg_grid_web_mercator(), 1, &plane, NULL), EG_OK);
    eg_test_arcs_clear(&arcs);
    return plane;
}

static struct eg_shapes *shapes_of(const struct eg_plane *plane)
{
    struct eg_shapes *shapes = NULL;
    assert_int_equal(eg_shapes_new(plane, &shapes, NULL), EG_OK);
    assert_true(eg_shapes_bytes(shapes) > 0);
    return shapes;
}

static void for_each_plane(void (*check)(const struct eg_plane *plane, const struct eg_shapes *shapes,
                                         struct eg_test_random *random))
{
    struct eg_test_random random = eg_test_random_new();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct eg_plane *plane = random_plane(&random, i);
        struct eg_shapes *shapes = shapes_of(plane);
        check(plane, shapes, &random);
        eg_shapes_free(shapes);
        eg_plane_free(plane);
    }
}

static void shape_of(const struct eg_shapes *shapes, uint32_t area, uint32_t level, struct eg_shape *shape)
{
    assert_int_equal(eg_shapes_area(shapes, area, level, shape, NULL), EG_OK);
}

/* --- as geometries of GEOS ---------------------------------------------------------------------------------------------- */

static GEOSGeometry *ring_of(const struct eg_point *points, uint32_t n)
{
    GEOSCoordSequence *sequence = must(GEOSCoordSeq_create_r(geos, n + 1, 2));
    for (uint32_t i = 0; i <= n; i++)
        GEOSCoordSeq_setXY_r(geos, sequence, i, points[i % n].x, points[i % n].y);
    return must(GEOSGeom_createLinearRing_r(geos, sequence));
}

static GEOSGeometry *polygon_of(const struct eg_shape *shape, uint32_t p)
{
    uint32_t first = shape->polygon_start[p], n = shape->polygon_start[p + 1] - first;
    GEOSGeometry **rings = calloc(n, sizeof *rings);
    assert_non_null(rings);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = shape->ring_start[first + i];
        rings[i] = ring_of(shape->points + at, shape->ring_start[first + i + 1] - at);
    }
    GEOSGeometry *polygon = must(GEOSGeom_createPolygon_r(geos, rings[0], rings + 1, n - 1));
    free(rings);
    return polygon;
}

static GEOSGeometry *geometry_of(const struct eg_shape *shape)
{
    GEOSGeometry **polygons = calloc((size_t)shape->n_polygons + 1, sizeof *polygons);
    assert_non_null(polygons);
    for (uint32_t p = 0; p < shape->n_polygons; p++) polygons[p] = polygon_of(shape, p);
    GEOSGeometry *all =
        must(GEOSGeom_createCollection_r(geos, GEOS_MULTIPOLYGON, polygons, shape->n_polygons));
    free(polygons);
    return all;
}

/* The area's ground by another way: the faces between all its borders, those kept in which it is located. */
static GEOSGeometry *ground_of(const struct eg_plane *plane, uint32_t area)
{
    const struct eg_plane_level *level = &plane->level[0];
    GEOSGeometry **lines = calloc((size_t)plane->n_arcs + 1, sizeof *lines);
    uint32_t n = 0, n_kept = 0;
    assert_non_null(lines);
    for (uint32_t a = 0; a < plane->n_arcs; a++) {
        if ((plane->left[a] == area) == (plane->right[a] == area)) continue;
        uint32_t first = level->start[a], n_points = level->start[a + 1] - first;
        GEOSCoordSequence *sequence = must(GEOSCoordSeq_create_r(geos, n_points, 2));
        for (uint32_t i = 0; i < n_points; i++)
            GEOSCoordSeq_setXY_r(geos, sequence, i, level->points[first + i].x, level->points[first + i].y);
        lines[n++] = must(GEOSGeom_createLineString_r(geos, sequence));
    }
    const GEOSGeometry *const *borders = (const GEOSGeometry *const *)lines;
    GEOSGeometry *faces = must(GEOSPolygonize_r(geos, borders, n));
    uint32_t n_faces = (uint32_t)GEOSGetNumGeometries_r(geos, faces);
    GEOSGeometry **kept = calloc((size_t)n_faces + 1, sizeof *kept);
    assert_non_null(kept);
    for (uint32_t i = 0; i < n_faces; i++) {
        const GEOSGeometry *face = GEOSGetGeometryN_r(geos, faces, (int)i);
        GEOSGeometry *inside = must(GEOSPointOnSurface_r(geos, face));
        double x = 0, y = 0;
        GEOSGeomGetX_r(geos, inside, &x);
        GEOSGeomGetY_r(geos, inside, &y);
        GEOSGeom_destroy_r(geos, inside);
        struct eg_point point = {(int32_t)floor(x), (int32_t)floor(y)};
        if (eg_plane_locate(plane, point) == area) kept[n_kept++] = must(GEOSGeom_clone_r(geos, face));
    }
    GEOSGeometry *all = must(GEOSGeom_createCollection_r(geos, GEOS_MULTIPOLYGON, kept, n_kept));
    GEOSGeometry *joined = must(GEOSUnaryUnion_r(geos, all));
    for (uint32_t i = 0; i < n; i++) GEOSGeom_destroy_r(geos, lines[i]);
    GEOSGeom_destroy_r(geos, all);
    GEOSGeom_destroy_r(geos, faces);
    free(kept);
    free(lines);
    return joined;
}

static void assert_valid(const GEOSGeometry *geometry, uint32_t area)
{
    char *reason = GEOSisValidReason_r(geos, geometry);
    if (GEOSisValid_r(geos, geometry) != 1) fail_msg("area %u: %s", area, reason);
    GEOSFree_r(geos, reason);
}

/* --- the properties ----------------------------------------------------------------------------------------------------- */

static double area2_of_ring(const struct eg_point *p, uint32_t n)
{
    double area2 = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct eg_point a = p[i], b = p[(i + 1) % n];
        area2 +=
            ((double)a.x - p[0].x) * ((double)b.y - p[0].y) - ((double)a.y - p[0].y) * ((double)b.x - p[0].x);
    }
    return area2;
}

/* Shells run anticlockwise, holes clockwise, none is degenerate. */
static void assert_directions(const struct eg_shape *shape)
{
    for (uint32_t p = 0; p < shape->n_polygons; p++) {
        assert_true(shape->polygon_start[p] < shape->polygon_start[p + 1]);
        for (uint32_t r = shape->polygon_start[p]; r < shape->polygon_start[p + 1]; r++) {
            uint32_t n = shape->ring_start[r + 1] - shape->ring_start[r];
            assert_true(n >= 3);
            double area2 = area2_of_ring(shape->points + shape->ring_start[r], n);
            assert_true(r == shape->polygon_start[p] ? area2 > 0 : area2 < 0);
        }
    }
    if (shape->n_polygons > 0) assert_int_equal(shape->polygon_start[shape->n_polygons], shape->n_rings);
}

static void check_ground(const struct eg_plane *plane, const struct eg_shapes *shapes,
                         struct eg_test_random *random)
{
    (void)random;
    struct eg_shape shape = {0};
    for (uint32_t i = 0; i < plane->n_areas; i++) {
        shape_of(shapes, i, 0, &shape);
        assert_directions(&shape);
        GEOSGeometry *made = geometry_of(&shape), *ground = ground_of(plane, i);
        assert_valid(made, i);
        if (!GEOSisEmpty_r(geos, made) || !GEOSisEmpty_r(geos, ground))
            assert_int_equal(GEOSEquals_r(geos, made, ground), 1);
        GEOSGeom_destroy_r(geos, made);
        GEOSGeom_destroy_r(geos, ground);
    }
    eg_shape_clear(&shape);
}

static void full_polygons_are_valid_and_cover_the_ground_of_the_area(void **state)
{
    (void)state;
    for_each_plane(check_ground);
}

struct edge {
    uint32_t area;
    struct eg_point from, to;
};

static int compare_edges(const void *left, const void *right)
{
    const struct edge *a = left, *b = right;
    if (a->area != b->area) return a->area < b->area ? -1 : 1;
    if (a->from.x != b->from.x) return a->from.x < b->from.x ? -1 : 1;
    if (a->from.y != b->from.y) return a->from.y < b->from.y ? -1 : 1;
    if (a->to.x != b->to.x) return a->to.x < b->to.x ? -1 : 1;
    return (a->to.y > b->to.y) - (a->to.y < b->to.y);
}

/* All edges of all polygons at a level, sorted. */
static struct edge *edges_of(const struct eg_plane *plane, const struct eg_shapes *shapes, uint32_t level,
                             uint32_t *n_out)
{
    struct edge *edges = calloc(2 * (size_t)plane->level[0].start[plane->n_arcs] + 1, sizeof *edges);
    struct eg_shape shape = {0};
    uint32_t n = 0;
    assert_non_null(edges);
    for (uint32_t area = 0; area < plane->n_areas; area++) {
        shape_of(shapes, area, level, &shape);
        assert_directions(&shape);
        for (uint32_t r = 0; r < shape.n_rings; r++) {
            uint32_t first = shape.ring_start[r], end = shape.ring_start[r + 1];
            for (uint32_t i = first; i < end; i++)
                edges[n++] = (struct edge){area, shape.points[i], shape.points[i + 1 < end ? i + 1 : first]};
        }
    }
    eg_shape_clear(&shape);
    if (n > 0) qsort(edges, n, sizeof *edges, compare_edges);
    *n_out = n;
    return edges;
}

/* How many of an arc's segments are edges of a polygon of the area. */
static uint32_t count_found(const struct edge *edges, uint32_t n, const struct eg_point *p, uint32_t n_points,
                            const struct edge *as)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i + 1 < n_points; i++) {
        bool forwards = as->from.x == 0;
        struct edge edge = {as->area, forwards ? p[i] : p[i + 1], forwards ? p[i + 1] : p[i]};
        found += bsearch(&edge, edges, n, sizeof *edges, compare_edges) != NULL;
    }
    return found;
}

/* Both sides of an arc have all its vertices of the level, or none where the ring has vanished. */
static void check_sharing(const struct eg_plane *plane, const struct eg_shapes *shapes,
                          struct eg_test_random *random)
{
    (void)random;
    for (uint32_t l = 0; l < plane->n_levels; l++) {
        const struct eg_plane_level *level = &plane->level[l];
        uint32_t n = 0;
        struct edge *edges = edges_of(plane, shapes, l, &n);
        for (uint32_t a = 0; a < plane->n_arcs; a++) {
            const struct eg_point *p = level->points + level->start[a];
            uint32_t n_points = level->start[a + 1] - level->start[a];
            const struct edge sides[2] = {{.area = plane->left[a], .from.x = 0},
                                          {.area = plane->right[a], .from.x = 1}};
            for (uint32_t s = 0; s < 2; s++) {
                if (sides[s].area == EG_NO_AREA || plane->left[a] == plane->right[a]) continue;
                uint32_t found = count_found(edges, n, p, n_points, &sides[s]);
                if (found == 0 && l > 0) continue;
                assert_int_equal(found, n_points - 1);
            }
        }
        free(edges);
    }
}

static void neighbours_share_every_vertex_at_every_level(void **state)
{
    (void)state;
    for_each_plane(check_sharing);
}

/* --- near a box ----------------------------------------------------------------------------------------------------------- */

/* Keeps the part of a ring on one side of a line: sign * coordinate >= limit. */
static uint32_t cut(double (*p)[2], uint32_t n, int axis, double sign, double limit)
{
    double(*out)[2] = calloc(2 * (size_t)n + 1, sizeof *out);
    uint32_t n_out = 0;
    assert_non_null(out);
    for (uint32_t i = 0; i < n; i++) {
        const double *a = p[i], *b = p[(i + 1) % n];
        double da = sign * a[axis] - limit, db = sign * b[axis] - limit;
        if (da >= 0) memcpy(out[n_out++], a, sizeof *out);
        if ((da >= 0) == (db >= 0)) continue;
        double t = da / (da - db);
        out[n_out][0] = a[0] + t * (b[0] - a[0]);
        out[n_out++][1] = a[1] + t * (b[1] - a[1]);
    }
    memcpy(p, out, n_out * sizeof *out);
    free(out);
    return n_out;
}

/* The part of a shape within a box, counted with its sign. */
static double area_within(const struct eg_shape *shape, struct eg_box box)
{
    double sum = 0;
    for (uint32_t r = 0; r < shape->n_rings; r++) {
        uint32_t first = shape->ring_start[r], n = shape->ring_start[r + 1] - first;
        double(*p)[2] = calloc(16 * (size_t)n + 1, sizeof *p);
        assert_non_null(p);
        for (uint32_t i = 0; i < n; i++) {
            p[i][0] = shape->points[first + i].x;
            p[i][1] = shape->points[first + i].y;
        }
        n = cut(p, n, 0, 1, box.min_x);
        n = cut(p, n, 0, -1, -(double)box.max_x);
        n = cut(p, n, 1, 1, box.min_y);
        n = cut(p, n, 1, -1, -(double)box.max_y);
        for (uint32_t i = 0; i < n; i++) {
            const double *a = p[i], *b = p[(i + 1) % n];
            sum += ((a[0] - box.min_x) * (b[1] - box.min_y) - (a[1] - box.min_y) * (b[0] - box.min_x)) / 2;
        }
        free(p);
    }
    return sum;
}

static struct eg_box random_box(const struct eg_plane *plane, struct eg_test_random *random)
{
    struct eg_box box = eg_box_empty(), all = plane->box;
    for (uint32_t i = 0; i < 2; i++) {
        struct eg_point p = {
            all.min_x + (int32_t)(eg_test_random_unit(random) * ((double)all.max_x - all.min_x)),
            all.min_y + (int32_t)(eg_test_random_unit(random) * ((double)all.max_y - all.min_y))};
        box = eg_box_add(box, p);
    }
    return box;
}

static void check_near(const struct eg_plane *plane, const struct eg_shapes *shapes,
                       struct eg_test_random *random)
{
    struct eg_shape shape = {0};
    if (plane->n_arcs == 0) return;
    for (uint32_t i = 0; i < 20; i++) {
        struct eg_box box = random_box(plane, random);
        double size = ((double)box.max_x - box.min_x) * ((double)box.max_y - box.min_y);
        const double sides[4] = {box.min_x, box.min_y, box.max_x, box.max_y};
        uint32_t area = eg_test_random_below(random, plane->n_areas);
        uint32_t level = eg_test_random_below(random, plane->n_levels);
        double expected = eg_test_plane_area_within(plane, level, area, sides);
        assert_int_equal(eg_shapes_area_near(shapes, area, level, box, &shape, NULL), EG_OK);
        assert_true(fabs(area_within(&shape, box) - expected) <= 1e-6 * size + 1e-3);
        if (level > 0) continue;
        shape_of(shapes, area, 0, &shape);
        assert_true(fabs(area_within(&shape, box) - expected) <= 1e-6 * size + 1e-3);
    }
    eg_shape_clear(&shape);
}

static void a_shape_near_a_box_is_the_same_within_the_box(void **state)
{
    (void)state;
    for_each_plane(check_near);
}

/* --- by hand -------------------------------------------------------------------------------------------------------------- */

static struct eg_plane *plane_of(struct eg_test_arcs *arcs)
{
    struct eg_plane *plane = NULL;
    assert_int_equal(eg_plane_build(&arcs->topology, eg_grid_web_mercator(), 1, &plane, NULL), EG_OK);
    eg_test_arcs_clear(arcs);
    return plane;
}

static void assert_counts(const struct eg_plane *plane, uint32_t area, uint32_t n_polygons, uint32_t n_rings)
{
    struct eg_shapes *shapes = shapes_of(plane);
    struct eg_shape shape = {0};
    shape_of(shapes, area, 0, &shape);
    assert_directions(&shape);
    GEOSGeometry *made = geometry_of(&shape);
    assert_valid(made, area);
    GEOSGeom_destroy_r(geos, made);
    assert_int_equal(shape.n_polygons, n_polygons);
    assert_int_equal(shape.n_rings, n_rings);
    eg_shape_clear(&shape);
    eg_shapes_free(shapes);
}

static void a_lake_that_touches_the_shore_in_a_point_is_a_hole(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    eg_test_arcs_init(&arcs, 1);
    eg_test_arcs_add(&arcs, 0, EG_NO_AREA, (int32_t[]){0, 0, 90, 0, 90, 90, 0, 90, 0, 0}, 5);
    eg_test_arcs_add(&arcs, 0, EG_NO_AREA, (int32_t[]){0, 0, 30, 60, 60, 30, 0, 0}, 4);
    struct eg_plane *plane = plane_of(&arcs);
    assert_counts(plane, 0, 1, 2);
    eg_plane_free(plane);
}

static void two_squares_that_touch_in_a_corner_are_two_polygons(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    eg_test_arcs_init(&arcs, 1);
    eg_test_arcs_add(&arcs, 0, EG_NO_AREA, (int32_t[]){0, 0, 9, 0, 9, 9, 0, 9, 0, 0}, 5);
    eg_test_arcs_add(&arcs, 0, EG_NO_AREA, (int32_t[]){9, 9, 18, 9, 18, 18, 9, 18, 9, 9}, 5);
    struct eg_plane *plane = plane_of(&arcs);
    assert_counts(plane, 0, 2, 2);
    eg_plane_free(plane);
}

static void an_island_in_a_lake_is_a_polygon_of_its_own_with_its_pond(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    eg_test_arcs_init(&arcs, 2);
    eg_test_arcs_add(&arcs, 0, EG_NO_AREA, (int32_t[]){0, 0, 100, 0, 100, 100, 0, 100, 0, 0}, 5);
    eg_test_arcs_add(&arcs, EG_NO_AREA, 0, (int32_t[]){10, 10, 90, 10, 90, 90, 10, 90, 10, 10}, 5);
    eg_test_arcs_add(&arcs, 0, EG_NO_AREA, (int32_t[]){20, 20, 80, 20, 80, 80, 20, 80, 20, 20}, 5);
    eg_test_arcs_add(&arcs, 1, 0, (int32_t[]){30, 30, 60, 30, 60, 60, 30, 30}, 4);
    struct eg_plane *plane = plane_of(&arcs);
    assert_counts(plane, 0, 2, 4);
    assert_counts(plane, 1, 1, 1);
    eg_plane_free(plane);
}

static void an_area_without_arcs_has_no_polygon(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    eg_test_arcs_init(&arcs, 3);
    eg_test_arcs_add(&arcs, 1, EG_NO_AREA, (int32_t[]){0, 0, 9, 0, 9, 9, 0, 0}, 4);
    struct eg_plane *plane = plane_of(&arcs);
    assert_counts(plane, 0, 0, 0);
    assert_counts(plane, 1, 1, 1);
    assert_counts(plane, 2, 0, 0);
    eg_plane_free(plane);
}

/* --- the ground of several areas ------------------------------------------------------------------------------------------ */

/* What GEOS makes of the members' polygons. */
static GEOSGeometry *union_of(const struct eg_plane *plane, const struct eg_shapes *shapes,
                              const bool *is_member)
{
    GEOSGeometry **members = calloc((size_t)plane->n_areas + 1, sizeof *members);
    struct eg_shape shape = {0};
    uint32_t n = 0;
    assert_non_null(members);
    for (uint32_t i = 0; i < plane->n_areas; i++) {
        if (!is_member[i]) continue;
        shape_of(shapes, i, 0, &shape);
        members[n++] = geometry_of(&shape);
    }
    GEOSGeometry *all = must(GEOSGeom_createCollection_r(geos, GEOS_GEOMETRYCOLLECTION, members, n));
    GEOSGeometry *joined = must(GEOSUnaryUnion_r(geos, all));
    GEOSGeom_destroy_r(geos, all);
    eg_shape_clear(&shape);
    free(members);
    return joined;
}

static uint32_t rings_in(const GEOSGeometry *geometry)
{
    uint32_t n = 0;
    for (int i = 0; i < GEOSGetNumGeometries_r(geos, geometry); i++) {
        const GEOSGeometry *polygon = GEOSGetGeometryN_r(geos, geometry, i);
        if (!GEOSisEmpty_r(geos, polygon)) n += 1 + (uint32_t)GEOSGetNumInteriorRings_r(geos, polygon);
    }
    return n;
}

static void check_members(const struct eg_plane *plane, const struct eg_shapes *shapes, const bool *is_member)
{
    struct eg_shapes *joined = NULL;
    struct eg_shape shape = {0};
    double difference = 0, area = 0;
    assert_int_equal(eg_shapes_new_union(plane, is_member, &joined, NULL), EG_OK);
    assert_true(eg_shapes_bytes(joined) > 0);
    shape_of(joined, 0, 0, &shape);
    assert_directions(&shape);
    GEOSGeometry *made = geometry_of(&shape), *expected = union_of(plane, shapes, is_member);
    assert_valid(made, 0);
    assert_int_equal(rings_in(made), rings_in(expected));
    GEOSGeometry *apart = must(GEOSSymDifference_r(geos, made, expected));
    GEOSArea_r(geos, apart, &difference);
    GEOSArea_r(geos, expected, &area);
    assert_true(difference <= 1e-12 * area);
    GEOSGeom_destroy_r(geos, apart);
    GEOSGeom_destroy_r(geos, made);
    GEOSGeom_destroy_r(geos, expected);
    for (uint32_t l = 1; l < plane->n_levels; l++) {
        shape_of(joined, 0, l, &shape);
        assert_directions(&shape);
    }
    eg_shape_clear(&shape);
    eg_shapes_free(joined);
}

static void check_union(const struct eg_plane *plane, const struct eg_shapes *shapes,
                        struct eg_test_random *random)
{
    bool *is_member = calloc((size_t)plane->n_areas + 1, sizeof *is_member);
    assert_non_null(is_member);
    for (uint32_t round = 0; round < 6; round++) {
        uint32_t percent = round == 0 ? 0 : round == 1 ? 100 : eg_test_random_below(random, 101);
        for (uint32_t i = 0; i < plane->n_areas; i++)
            is_member[i] = eg_test_random_below(random, 100) < percent;
        check_members(plane, shapes, is_member);
    }
    free(is_member);
}

static void the_ground_of_several_areas_is_their_union_without_slivers(void **state)
{
    (void)state;
    for_each_plane(check_union);
}

static void a_level_is_chosen_by_the_number_of_vertices(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    struct eg_plane *plane = random_plane(&random, 20);
    bool *is_member = calloc((size_t)plane->n_areas + 1, sizeof *is_member);
    struct eg_shapes *joined = NULL;
    struct eg_shape shape = {0};
    assert_non_null(is_member);
    memset(is_member, true, plane->n_areas);
    assert_int_equal(eg_shapes_new_union(plane, is_member, &joined, NULL), EG_OK);
    shape_of(joined, 0, 0, &shape);
    uint32_t n_all = shape.ring_start[shape.n_rings];
    assert_int_equal(eg_shapes_level_within(joined, n_all), 0);
    assert_int_equal(eg_shapes_level_within(joined, 0), plane->n_levels - 1);
    for (uint32_t most = n_all; most > 2; most /= 2) {
        uint32_t level = eg_shapes_level_within(joined, most);
        shape_of(joined, 0, level, &shape);
        if (level + 1 < plane->n_levels && shape.n_rings > 0)
            assert_true(shape.ring_start[shape.n_rings] <= most);
    }
    eg_shape_clear(&shape);
    eg_shapes_free(joined);
    eg_plane_free(plane);
    free(is_member);
}

/* Areas whose middle lies in a box: what a group of neighbours looks like. */
static uint32_t choose_neighbours(const struct eg_plane *plane, const struct eg_box *boxes,
                                  struct eg_test_random *random, bool *is_member)
{
    uint32_t home = eg_test_random_below(random, plane->n_areas), n = 0;
    int64_t reach = 1000000 + eg_test_random_below(random, 4000000);
    for (uint32_t i = 0; i < plane->n_areas; i++) {
        int64_t dx = ((int64_t)boxes[i].min_x + boxes[i].max_x - boxes[home].min_x - boxes[home].max_x) / 2;
        int64_t dy = ((int64_t)boxes[i].min_y + boxes[i].max_y - boxes[home].min_y - boxes[home].max_y) / 2;
        is_member[i] = dx * dx + dy * dy <= reach * reach && eg_test_random_below(random, 10) > 0;
        n += is_member[i];
    }
    return n;
}

static void groups_of_englands_middle_areas_are_the_unions_that_geos_makes(void **state)
{
    (void)state;
    char path[1024];
    struct eg_test_rings rings = {0};
    struct eg_topology_options options = {0};
    struct eg_topology_report report;
    struct eg_topology *topology = NULL;
    struct eg_plane *plane = NULL;
    struct eg_test_random random = eg_test_random_new();
    eg_test_rings_read(&rings, eg_test_data_or_skip("ew_msoa11_bsc.gpkg", path, sizeof path), "msoa11cd",
                       "E");
    assert_int_equal(eg_topology_build(&rings.rings, &options, &topology, &report, NULL, NULL), EG_OK);
    assert_int_equal(eg_plane_build(topology, eg_grid_web_mercator(), 0, &plane, NULL), EG_OK);
    eg_topology_free(topology);
    struct eg_shapes *shapes = shapes_of(plane);
    struct eg_box *boxes = calloc(plane->n_areas, sizeof *boxes);
    bool *is_member = calloc(plane->n_areas, sizeof *is_member);
    assert_non_null(boxes);
    assert_non_null(is_member);
    eg_plane_area_boxes(plane, boxes);
    for (uint32_t i = 0; i < 20; i++) {
        if (choose_neighbours(plane, boxes, &random, is_member) > 0) check_members(plane, shapes, is_member);
    }
    free(boxes);
    free(is_member);
    eg_shapes_free(shapes);
    eg_plane_free(plane);
    eg_test_rings_clear(&rings);
}

/* --- memory ------------------------------------------------------------------------------------------------------------- */

static void every_refused_allocation_is_told(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    struct eg_plane *plane = random_plane(&random, 9);
    bool is_member[64] = {true, false, true};
    assert_true(plane->n_areas <= EG_ARRAY_LEN(is_member));
    for (long n = 1;; n++) {
        struct eg_shapes *shapes = NULL, *joined = NULL;
        struct eg_shape shape = {0};
        enum eg_status status = EG_OK;
        eg_failing_malloc_after(n);
        status = eg_shapes_new(plane, &shapes, NULL);
        for (uint32_t i = 0; status == EG_OK && i < plane->n_areas; i++)
            status = eg_shapes_area(shapes, i, 0, &shape, NULL);
        if (status == EG_OK) status = eg_shapes_new_union(plane, is_member, &joined, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_shape_clear(&shape);
        eg_shapes_free(joined);
        eg_shapes_free(shapes);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        if (!failed) break;
    }
    eg_plane_free(plane);
}

/* --- real boundaries ---------------------------------------------------------------------------------------------------- */

static void englands_middle_areas_are_valid_and_have_the_area_of_their_rings(void **state)
{
    (void)state;
    char path[1024];
    struct eg_test_rings rings = {0};
    struct eg_topology_options options = {0};
    struct eg_topology_report report;
    struct eg_topology *topology = NULL;
    struct eg_plane *plane = NULL;
    eg_test_rings_read(&rings, eg_test_data_or_skip("ew_msoa11_bgc.gpkg", path, sizeof path), "msoa11cd",
                       "E");
    assert_int_equal(eg_topology_build(&rings.rings, &options, &topology, &report, NULL, NULL), EG_OK);
    assert_int_equal(eg_plane_build(topology, eg_grid_web_mercator(), 0, &plane, NULL), EG_OK);
    eg_topology_free(topology);
    double *expected2 = calloc(plane->n_areas, sizeof *expected2);
    assert_non_null(expected2);
    for (uint32_t r = 0; r < rings.rings.n_rings; r++) {
        uint32_t first = rings.rings.ring_start[r];
        double area2 = fabs(area2_of_ring(rings.rings.points + first, rings.rings.ring_start[r + 1] - first));
        expected2[rings.rings.ring_area[r]] += rings.rings.ring_is_hole[r] ? -area2 : area2;
    }
    struct eg_shapes *shapes = shapes_of(plane);
    struct eg_shape shape = {0};
    for (uint32_t i = 0; i < plane->n_areas; i++) {
        double area2 = 0;
        shape_of(shapes, i, 0, &shape);
        for (uint32_t r = 0; r < shape.n_rings; r++)
            area2 += area2_of_ring(shape.points + shape.ring_start[r],
                                   shape.ring_start[r + 1] - shape.ring_start[r]);
        assert_true(fabs(area2 - expected2[i]) <= 1e-9 * expected2[i]);
        if (i % 8 != 0) continue; /* GEOS takes its time */
        GEOSGeometry *made = geometry_of(&shape);
        assert_valid(made, i);
        GEOSGeom_destroy_r(geos, made);
    }
    eg_shape_clear(&shape);
    eg_shapes_free(shapes);
    eg_plane_free(plane);
    eg_test_rings_clear(&rings);
    free(expected2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_polygons_are_valid_and_cover_the_ground_of_the_area),
        cmocka_unit_test(neighbours_share_every_vertex_at_every_level),
        cmocka_unit_test(a_shape_near_a_box_is_the_same_within_the_box),
        cmocka_unit_test(a_lake_that_touches_the_shore_in_a_point_is_a_hole),
        cmocka_unit_test(two_squares_that_touch_in_a_corner_are_two_polygons),
        cmocka_unit_test(an_island_in_a_lake_is_a_polygon_of_its_own_with_its_pond),
        cmocka_unit_test(an_area_without_arcs_has_no_polygon),
        cmocka_unit_test(the_ground_of_several_areas_is_their_union_without_slivers),
        cmocka_unit_test(a_level_is_chosen_by_the_number_of_vertices),
        cmocka_unit_test(groups_of_englands_middle_areas_are_the_unions_that_geos_makes),
        cmocka_unit_test(every_refused_allocation_is_told),
        cmocka_unit_test(englands_middle_areas_are_valid_and_have_the_area_of_their_rings),
    };
    geos = GEOS_init_r();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    GEOS_finish_r(geos);
    return failed;
}
