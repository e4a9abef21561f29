/* Vector tiles of random clean coverages at every level of detail, decoded and held against GEOS: what each feature covers,
 * that neighbours neither overlap nor part by more than rounding, that every ring runs as it should and every feature is valid. EG_SEED repeats a run. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <geos_c.h>

#include "base/memory.h"
#include "render/mvt.h"
#include "support/mvt_decode.h"
#include "support/test_arcs.h"
#include "support/test_plane.h"

#define ROUNDS 40U

static GEOSContextHandle_t geos;

static void *must(void *geometry)
{
    if (!geometry) fail_msg("GEOS refused");
    return geometry;
}

static struct eg_plane *random_plane(struct eg_test_random *random, uint32_t i)
{
    struct eg_test_coverage shape = {.side = 1 + eg_test_random_below(random, 14),
                                     .cell = 200 << (i % 14),
                                     .n_areas = 1 + eg_test_random_below(random, 40),
                                     .vertices = eg_test_random_below(random, 60)};
    struct eg_test_arcs arcs;
    struct eg_plane *plane = NULL;
    eg_test_arcs_coverage(&arcs, shape, random);
    assert_int_equal(eg_plane_build(&arcs.topology, eg_grid_web_mercator(), 1, &plane, NULL), EG_OK);
    eg_test_arcs_clear(&arcs);
    return plane;
}

/* A tile that shows a part of the plane, or all of it. */
static struct eg_mvt_tile random_tile(const struct eg_plane *plane, struct eg_test_random *random)
{
    double width = (double)plane->box.max_x - plane->box.min_x,
           height = (double)plane->box.max_y - plane->box.min_y;
    double size = fmax(fmax(width, height), 1) * exp(7 * eg_test_random_unit(random) - 2.5);
    return (struct eg_mvt_tile){
        .layer = EG_TEXT("areas"),
        .left = plane->box.min_x + (1.4 * eg_test_random_unit(random) - 0.2) * width - size / 2,
        .top = plane->box.min_y + (1.4 * eg_test_random_unit(random) - 0.2) * height + size / 2,
        .width = size,
        .height = size};
}

/* --- features as geometries ------------------------------------------------------------------------------------------- */

static GEOSGeometry *ring_of(const struct eg_test_mvt *tile, uint32_t ring)
{
    uint32_t first = tile->ring_start[ring], n = tile->ring_start[ring + 1] - first;
    GEOSCoordSequence *sequence = must(GEOSCoordSeq_create_r(geos, n + 1, 2));
    for (uint32_t i = 0; i <= n; i++)
        GEOSCoordSeq_setXY_r(geos, sequence, i, tile->points[first + i % n].x, tile->points[first + i % n].y);
    return must(GEOSGeom_createLinearRing_r(geos, sequence));
}

/* A positive ring begins a polygon, negative ones are its holes. */
static GEOSGeometry *geometry_of(const struct eg_test_mvt *tile, uint32_t f)
{
    const struct eg_test_mvt_feature *feature = &tile->features[f];
    GEOSGeometry **polygons = calloc(feature->n_rings, sizeof *polygons),
                 **holes = calloc(feature->n_rings, sizeof *holes);
    assert_true(polygons && holes);
    uint32_t n = 0, r = feature->first_ring, end = r + feature->n_rings;
    while (r < end) {
        uint32_t n_holes = 0;
        assert_true(eg_test_mvt_area2(tile, r) > 0);
        GEOSGeometry *shell = ring_of(tile, r++);
        while (r < end && eg_test_mvt_area2(tile, r) < 0) holes[n_holes++] = ring_of(tile, r++);
        assert_true(r == end || eg_test_mvt_area2(tile, r) > 0);
        polygons[n++] = must(GEOSGeom_createPolygon_r(geos, shell, holes, n_holes));
    }
    GEOSGeometry *all = must(GEOSGeom_createCollection_r(geos, GEOS_MULTIPOLYGON, polygons, n));
    free(polygons);
    free(holes);
    return all;
}

static double signed_area(const struct eg_test_mvt *tile, uint32_t f)
{
    const struct eg_test_mvt_feature *feature = &tile->features[f];
    double sum = 0;
    for (uint32_t r = 0; r < feature->n_rings; r++)
        sum += (double)eg_test_mvt_area2(tile, feature->first_ring + r) / 2;
    return sum;
}

static double area_of(const GEOSGeometry *geometry)
{
    double area = 0;
    assert_int_equal(GEOSArea_r(geos, geometry, &area), 1);
    return area;
}

/* The length of an area's border within the tile's buffered box, in units of the tile; a bound from above. */
static double border_length(const struct eg_plane *plane, uint32_t level, uint32_t area,
                            const struct eg_mvt_tile *tile)
{
    const struct eg_plane_level *l = &plane->level[level];
    double sum = 0, scale = EG_MVT_EXTENT / tile->width, most = 4 * (EG_MVT_EXTENT + 2 * EG_MVT_BUFFER);
    for (uint32_t a = 0; a < plane->n_arcs; a++) {
        if (plane->left[a] != area && plane->right[a] != area) continue;
        for (uint32_t i = l->start[a]; i + 1 < l->start[a + 1]; i++)
            sum += fmin(most, 2 + scale * hypot((double)l->points[i + 1].x - l->points[i].x,
                                                (double)l->points[i + 1].y - l->points[i].y));
    }
    return sum + 8;
}

/* --- the property ------------------------------------------------------------------------------------------------------- */

struct totals {
    uint32_t n_features, n_invalid;
};

static void check_feature(const struct eg_plane *plane, uint32_t level, const struct eg_mvt_tile *spec,
                          const struct eg_test_mvt *tile, uint32_t f, struct totals *totals)
{
    uint32_t area = (uint32_t)tile->features[f].id - 1;
    double scale = EG_MVT_EXTENT / spec->width, more = EG_MVT_BUFFER / scale;
    const double box[4] = {spec->left - more, spec->top - spec->height - more,
                           spec->left + spec->width + more, spec->top + more};
    double expected = eg_test_plane_area_within(plane, level, area, box) * scale * scale;
    double slack = 0.75 * border_length(plane, level, area, spec);
    GEOSGeometry *raw = geometry_of(tile, f), *valid = must(GEOSMakeValid_r(geos, raw));
    double made = area_of(valid), own = signed_area(tile, f);
    if (fabs(made - expected) > slack || fabs(own - expected) > slack)
        fail_msg("area %u at level %u has %.1f, rings %.1f, should have %.1f, slack %.1f", area, level, made,
                 own, expected, slack);
    totals->n_features++;
    totals->n_invalid += GEOSisValid_r(geos, raw) != 1;
    GEOSGeom_destroy_r(geos, raw);
    GEOSGeom_destroy_r(geos, valid);
}

/* All features together: what they cover twice. */
static double overlap_of(const struct eg_test_mvt *tile)
{
    GEOSGeometry **parts = calloc(tile->n_features, sizeof *parts);
    double sum = 0;
    assert_non_null(parts);
    for (uint32_t f = 0; f < tile->n_features; f++) {
        GEOSGeometry *raw = geometry_of(tile, f);
        parts[f] = must(GEOSMakeValid_r(geos, raw));
        sum += area_of(parts[f]);
        GEOSGeom_destroy_r(geos, raw);
    }
    GEOSGeometry *all =
        must(GEOSGeom_createCollection_r(geos, GEOS_GEOMETRYCOLLECTION, parts, tile->n_features));
    GEOSGeometry *together = must(GEOSUnaryUnion_r(geos, all));
    double overlap = sum - area_of(together);
    GEOSGeom_destroy_r(geos, all);
    GEOSGeom_destroy_r(geos, together);
    free(parts);
    return overlap;
}

static void check_tile(const struct eg_plane *plane, const struct eg_shapes *shapes, struct eg_mvt *mvt,
                       struct eg_test_random *random, struct totals *totals)
{
    struct eg_mvt_tile spec = random_tile(plane, random);
    uint32_t level = eg_plane_level_for(plane, spec.width / 512);
    struct eg_shape shape = {0};
    struct eg_buffer bytes;
    double borders = 0;
    eg_buffer_init(&bytes, 0);
    eg_mvt_begin(mvt, &spec);
    for (uint32_t i = 0; i < plane->n_areas; i++) {
        assert_int_equal(eg_shapes_area_near(shapes, i, level, eg_mvt_box(&spec), &shape, NULL), EG_OK);
        if (eg_mvt_feature(mvt, (uint64_t)i + 1, &shape)) borders += border_length(plane, level, i, &spec);
    }
    assert_int_equal(eg_mvt_finish(mvt, &bytes, NULL), EG_OK);
    if (bytes.len > 0) {
        struct eg_test_mvt *tile = eg_test_mvt_decode(bytes.data, bytes.len);
        for (uint32_t f = 0; f < tile->n_features; f++) check_feature(plane, level, &spec, tile, f, totals);
        double overlap = overlap_of(tile);
        if (overlap > 0.1 * borders) fail_msg("features overlap by %.1f of %.1f units", overlap, borders);
        eg_test_mvt_free(tile);
    }
    eg_buffer_clear(&bytes);
    eg_shape_clear(&shape);
}

static void features_cover_their_areas_and_do_not_overlap_beyond_rounding(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    struct eg_mvt *mvt = eg_mvt_new();
    struct totals totals = {0};
    assert_non_null(mvt);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct eg_plane *plane = random_plane(&random, i);
        struct eg_shapes *shapes = NULL;
        assert_int_equal(eg_shapes_new(plane, &shapes, NULL), EG_OK);
        for (uint32_t k = 0; k < 6 && plane->n_arcs > 0; k++)
            check_tile(plane, shapes, mvt, &random, &totals);
        eg_shapes_free(shapes);
        eg_plane_free(plane);
    }
    printf("# %u features, %u that GEOS finds fault with\n", totals.n_features, totals.n_invalid);
    assert_true(totals.n_features > 500);
    assert_int_equal(totals.n_invalid, 0);
    eg_mvt_free(mvt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_cover_their_areas_and_do_not_overlap_beyond_rounding),
    };
    geos = GEOS_init_r();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    GEOS_finish_r(geos);
    return failed;
}
