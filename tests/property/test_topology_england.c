/* Topology of England's and Wales's real neighbourhoods: what was counted apart from this code, and what GEOS says. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include <geos_c.h>

#include "geo/topology.h"
#include "support/rings.h"
#include "support/test_data.h"
#include "support/topology_check.h"

static GEOSContextHandle_t geos;

static void *must(void *geometry)
{
    if (!geometry) fail_msg("GEOS refused");
    return geometry;
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

static void englands_neighbourhoods_have_the_arcs_counted_otherwise(void **state)
{
    (void)state;
    char path[1024];
    struct eg_test_rings rings = {0};
    struct eg_topology_report report;

    eg_test_rings_read(&rings, eg_test_data_or_skip("ew_lsoa11_bgc.gpkg", path, sizeof path), "lsoa11cd",
                       "E");
    struct eg_topology *t = build(&rings.rings, 5, &report);
    assert_int_equal(report.n_ring_points, 1858726);
    assert_int_equal(report.n_arcs, 99374);
    assert_int_equal(report.n_arcs_shared, 95974);
    assert_int_equal(report.n_arcs_three + report.n_overlaps + report.n_snapped + report.n_t_junctions, 0);
    assert_int_equal(report.n_rings_dropped + report.n_areas_dropped, 0);
    uint64_t before = 0, after = 0;
    for (uint32_t a = 0; a < t->n_arcs; a++) {
        int64_t sign = t->right[a] == EG_NO_AREA ? 1 : 0; /* what is shared adds nothing to the whole */
        for (uint32_t i = t->arc_start[a]; i + 1 < t->arc_start[a + 1]; i++) {
            struct eg_point p = t->points[i], q = t->points[i + 1];
            after += (uint64_t)(sign * p.x * q.y) - (uint64_t)(sign * p.y * q.x);
        }
    }
    for (uint32_t r = 0; r < rings.rings.n_rings; r++) {
        uint32_t begin = rings.rings.ring_start[r], end = rings.rings.ring_start[r + 1];
        uint64_t ring = 0;
        for (uint32_t i = begin; i < end; i++) {
            struct eg_point p = rings.rings.points[i], q = rings.rings.points[i + 1 < end ? i + 1 : begin];
            ring += (uint64_t)((int64_t)p.x * q.y) - (uint64_t)((int64_t)p.y * q.x);
        }
        int64_t size = llabs((int64_t)ring);
        before += (uint64_t)(rings.rings.ring_is_hole[r] ? -size : size);
    }
    assert_true(before == after);
    eg_topology_free(t);
    eg_test_rings_clear(&rings);
}

static GEOSGeometry *ring_of(const struct eg_rings *rings, uint32_t ring)
{
    const struct eg_point *points = rings->points + rings->ring_start[ring];
    uint32_t n = rings->ring_start[ring + 1] - rings->ring_start[ring];
    GEOSCoordSequence *sequence = must(GEOSCoordSeq_create_r(geos, n + 1, 2));
    for (uint32_t i = 0; i <= n; i++)
        GEOSCoordSeq_setXY_r(geos, sequence, i, points[i % n].x, points[i % n].y);
    return must(GEOSGeom_createLinearRing_r(geos, sequence));
}

/* Is the polygon of the shell `ring` and the holes after it valid? Moves *ring behind them. */
static bool next_is_valid(const struct eg_rings *rings, uint32_t *ring)
{
    GEOSGeometry *holes[1000], *shell = ring_of(rings, *ring);
    uint32_t n = 0, area = rings->ring_area[(*ring)++];
    for (; *ring < rings->n_rings && rings->ring_area[*ring] == area && rings->ring_is_hole[*ring]; ++*ring) {
        assert_true(n < EG_ARRAY_LEN(holes));
        holes[n++] = ring_of(rings, *ring);
    }
    GEOSGeometry *polygon = must(GEOSGeom_createPolygon_r(geos, shell, holes, n));
    bool valid = GEOSisValid_r(geos, polygon) == 1;
    GEOSGeom_destroy_r(geos, polygon);
    return valid;
}

static void the_suspects_of_england_and_wales_are_the_94_that_geos_calls_invalid(void **state)
{
    (void)state;
    char path[1024];
    struct eg_test_rings made = {0};
    struct eg_topology_options options = {0};
    struct eg_topology_report report;
    struct eg_topology *t = NULL;
    uint32_t n_invalid = 0;

    eg_test_rings_read(&made, eg_test_data_or_skip("ew_lsoa11_bgc.gpkg", path, sizeof path), "lsoa11cd", "");
    bool *suspect = calloc(made.rings.n_areas, sizeof *suspect),
         *invalid = calloc(made.rings.n_areas, sizeof *invalid);
    assert_true(suspect && invalid);
    assert_int_equal(eg_topology_build(&made.rings, &options, &t, &report, suspect, NULL), EG_OK);
    for (uint32_t r = 0; r < made.rings.n_rings;) {
        uint32_t area = made.rings.ring_area[r];
        if (!next_is_valid(&made.rings, &r)) invalid[area] = true;
    }
    for (uint32_t a = 0; a < made.rings.n_areas; a++) n_invalid += invalid[a];
    assert_int_equal(n_invalid, 94);
    assert_memory_equal(suspect, invalid, made.rings.n_areas * sizeof *suspect);
    eg_topology_free(t);
    eg_test_rings_clear(&made);
    free(suspect);
    free(invalid);
}

/* README of the data: England and Wales have the same 82,498 outer edges at every level, every other edge twice. */
static void the_coast_of_england_and_wales_has_82498_edges(void **state)
{
    (void)state;
    char path[1024];
    struct eg_test_rings rings = {0};
    struct eg_topology_report report;
    uint32_t n_outer = 0;

    eg_test_rings_read(&rings, eg_test_data_or_skip("ew_msoa11_bgc.gpkg", path, sizeof path), "msoa11cd", "");
    struct eg_topology *t = build(&rings.rings, 0, &report);
    for (uint32_t a = 0; a < t->n_arcs; a++) {
        if (t->right[a] == EG_NO_AREA) n_outer += t->arc_start[a + 1] - t->arc_start[a] - 1;
    }
    assert_int_equal(n_outer, 82498);
    assert_int_equal(report.n_arcs_three, 0);
    assert_int_equal(report.n_overlaps, 0);
    eg_topology_free(t);
    eg_test_rings_clear(&rings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(englands_neighbourhoods_have_the_arcs_counted_otherwise),
        cmocka_unit_test(the_suspects_of_england_and_wales_are_the_94_that_geos_calls_invalid),
        cmocka_unit_test(the_coast_of_england_and_wales_has_82498_edges),
    };
    geos = GEOS_init_r();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    GEOS_finish_r(geos);
    return failed;
}
