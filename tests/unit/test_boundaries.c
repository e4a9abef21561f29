/* Boundaries: from features to areas with shared borders, whatever the source is like. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/wrap.h"
#include "geo/crs.h"
#include "support/failing_malloc.h"
#include "support/temp_file.h"
#include "support/test_data.h"
#include "support/test_generation.h"

#define COLLECTION(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"
#define FEATURE(code, type, coordinates)                                                                     \
    "{\"type\":\"Feature\",\"properties\":{\"code\":\"" code "\"},\"geometry\":{\"type\":\"" type            \
    "\",\"coordinates\":" coordinates "}}"
#define ONE_SET "boundaries: [{id: a, title: A, source: \"@areas.geojson\", key: code}]\n"

static void load_areas(const char *geojson, struct eg_test_load *load)
{
    (void)eg_test_temp_file("areas.geojson", geojson);
    eg_test_load_well(ONE_SET, load);
}

static const struct eg_boundaries_report *report_of(const struct eg_test_load *load)
{
    return &load->generation->report->boundaries[0];
}

/* The code of the area at a place, or "". */
static const char *code_at(const struct eg_test_load *load, double lon, double lat)
{
    uint32_t area = eg_generation_locate(load->generation, 0, lon, lat);
    return area == EG_NO_AREA ? "" : load->generation->area_sets[0].codes[area].data;
}

static void neighbours_share_their_border(void **state)
{
    (void)state;
    struct eg_test_load load;
    (void)eg_test_squares("areas.geojson", 3, 2);
    eg_test_load_well(ONE_SET, &load);
    assert_int_equal(report_of(&load)->n_areas, 6);
    assert_int_equal(report_of(&load)->n_features, 6);
    assert_int_equal(report_of(&load)->topology.n_arcs_shared, 7);
    assert_int_equal(report_of(&load)->topology.n_overlaps, 0);
    assert_int_equal(report_of(&load)->n_repaired, 0);
    assert_string_equal(code_at(&load, 0.05, 0.05), "S00");
    assert_string_equal(code_at(&load, 0.25, 0.15), "S05");
    assert_string_equal(code_at(&load, 0.35, 0.15), "");
    assert_string_equal(code_at(&load, 200, 0), "");
    assert_string_equal(code_at(&load, NAN, 0), "");
    struct eg_bounds bounds = load.generation->area_sets[0].bounds_deg;
    assert_true(fabs(bounds.min_x) < 1e-6 && fabs(bounds.max_x - 0.3) < 1e-6 &&
                fabs(bounds.max_y - 0.2) < 1e-6);
    assert_string_equal(report_of(&load)->crs, "EPSG:4326");
    eg_test_load_clear(&load);
}

static void areas_are_sorted_by_code_and_features_of_one_code_are_one_area(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_areas(
        COLLECTION(FEATURE("C", "Polygon", "[[[0,0],[1,0],[1,1],[0,1],[0,0]]]") "," FEATURE(
            "A", "Polygon",
            "[[[2,0],[3,0],[3,1],[2,1],[2,0]]]") "," FEATURE("B", "MultiPolygon",
                                                             "[[[[4,0],[5,0],[5,1],[4,1],[4,0]]],[[[6,0],[7,"
                                                             "0],[7,1],[6,0]]]]") "," FEATURE(" A ",
                                                                                              "Polygon",
                                                                                              "[[[8,0],[9,0],"
                                                                                              "[9,1],[8,1],["
                                                                                              "8,0]],[[8.2,0."
                                                                                              "2],[8.2,0.4],["
                                                                                              "8.4,0.4],[8.2,"
                                                                                              "0.2]]]")),
        &load);
    const struct eg_area_set *set = &load.generation->area_sets[0];
    assert_int_equal(set->n_areas, 3);
    assert_string_equal(set->codes[0].data, "A");
    assert_string_equal(set->codes[2].data, "C");
    assert_string_equal(set->names[1].data, "B");
    assert_int_equal(report_of(&load)->n_multipart, 1);
    assert_string_equal(code_at(&load, 0.5, 0.5), "C");
    assert_string_equal(code_at(&load, 2.5, 0.5), "A");
    assert_string_equal(code_at(&load, 8.8, 0.2), "A");
    assert_string_equal(code_at(&load, 8.23, 0.33), "");
    assert_string_equal(code_at(&load, 6.9, 0.2), "B");
    assert_int_equal(eg_textmap_get(set->by_code, EG_TEXT("C")), 2);
    eg_test_load_clear(&load);
}

static void features_without_code_or_polygon_are_counted_and_named(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_areas(
        COLLECTION(FEATURE("A", "Polygon", "[[[0,0],[1,0],[1,1],[0,1],[0,0]]]") "," FEATURE(
            "  ", "Polygon",
            "[[[2,0],[3,0],[3,1],[2,1],[2,0]]]") "," FEATURE("P", "Point",
                                                             "[4,0]") ","
                                                                      "{\"type\":\"Feature\",\"properties\":{"
                                                                      "\"code\":\"N\"},\"geometry\":null}"),
        &load);
    assert_int_equal(report_of(&load)->n_features, 4);
    assert_int_equal(report_of(&load)->n_areas, 1);
    assert_int_equal(report_of(&load)->n_empty, 3);
    assert_int_equal(report_of(&load)->n_samples, 3);
    assert_string_equal(report_of(&load)->samples[0].data, "feature 2: no code");
    assert_string_equal(report_of(&load)->samples[1].data, "P: no polygon");
    eg_test_load_clear(&load);
}

static void a_figure_of_eight_is_repaired_and_both_lobes_stay(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_areas(COLLECTION(FEATURE("A", "Polygon", "[[[0,0],[2,2],[2,0],[0,2],[0,0]]]")), &load);
    assert_int_equal(report_of(&load)->n_repaired, 1);
    assert_int_equal(strncmp(report_of(&load)->samples[0].data, "A: ", 3), 0);
    assert_string_equal(code_at(&load, 0.2, 1), "A");
    assert_string_equal(code_at(&load, 1.8, 1), "A");
    assert_string_equal(code_at(&load, 1, 1.8), "");
    eg_test_load_clear(&load);
}

static void a_ring_that_touches_itself_is_repaired_where_it_stands(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_areas(COLLECTION(FEATURE("A", "Polygon",
                                  "[[[0,0],[4,0],[4,4],[2,4],[3,2],[2,1],[1,2],[2,4],[0,4],[0,0]]]")),
               &load);
    assert_int_equal(report_of(&load)->n_repaired, 1);
    assert_string_equal(code_at(&load, 0.5, 2), "A");
    assert_string_equal(code_at(&load, 2, 2), "");
    eg_test_load_clear(&load);
}

static void ground_claimed_twice_stays_with_the_one_that_came_first(void **state)
{
    (void)state;
    struct eg_test_load load;
    /* Z comes first in the source though it sorts last. */
    load_areas(COLLECTION(FEATURE("Z", "Polygon", "[[[0,0],[2,0],[2,2],[0,2],[0,0]]]") "," FEATURE(
                   "A", "Polygon", "[[[1,1],[3,1],[3,3],[1,3],[1,1]]]")),
               &load);
    assert_int_equal(report_of(&load)->topology.n_overlaps, 1);
    assert_string_equal(code_at(&load, 1.5, 1.5), "Z");
    assert_string_equal(code_at(&load, 2.5, 2.5), "A");
    assert_string_equal(code_at(&load, 1.5, 2.5), "A");
    assert_non_null(strstr(report_of(&load)->samples[0].data, "A: overlaps Z"));
    assert_true(report_of(&load)->topology.n_arcs_shared > 0);
    eg_test_load_clear(&load);
}

static void an_enclave_keeps_its_ground_though_no_hole_was_drawn_for_it(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_areas(COLLECTION(FEATURE("A", "Polygon", "[[[0,0],[4,0],[4,4],[0,4],[0,0]]]") "," FEATURE(
                   "B", "Polygon",
                   "[[[1,1],[2,1],[2,2],[1,2],[1,1]]]") "," FEATURE("C", "Polygon",
                                                                    "[[[0,0],[4,0],[4,4],[0,4],[0,0]]]")),
               &load);
    assert_string_equal(code_at(&load, 1.5, 1.5), "B");
    assert_string_equal(code_at(&load, 3, 3), "A");
    assert_int_equal(report_of(&load)->topology.n_areas_dropped, 1); /* C is A once more */
    assert_string_equal(report_of(&load)->samples[0].data, "A: surrounds B, which keeps the ground");
    eg_test_load_clear(&load);
}

static void an_area_across_the_antimeridian_is_cut_in_two(void **state)
{
    (void)state;
    static const char *const sources[] = {
        COLLECTION(FEATURE("A", "Polygon", "[[[177,-19],[-178,-19],[-178,-16],[177,-16],[177,-19]]]")),
        COLLECTION(FEATURE("A", "Polygon", "[[[177,-19],[182,-19],[182,-16],[177,-16],[177,-19]]]")),
        COLLECTION(FEATURE("A", "Polygon", "[[[-183,-19],[-178,-19],[-178,-16],[-183,-16],[-183,-19]]]"))};
    for (size_t i = 0; i < EG_ARRAY_LEN(sources); i++) {
        struct eg_test_load load;
        load_areas(sources[i], &load);
        assert_int_equal(report_of(&load)->n_clipped, 1);
        assert_string_equal(code_at(&load, 179.5, -17), "A");
        assert_string_equal(code_at(&load, -179.5, -17), "A");
        assert_string_equal(code_at(&load, 177.1, -17), "A");
        assert_string_equal(code_at(&load, -178.1, -17), "A");
        assert_string_equal(code_at(&load, 176.5, -17), "");
        assert_string_equal(code_at(&load, 0, -17), "");
        eg_test_load_clear(&load);
    }
}

static void a_hole_across_the_antimeridian_stays_a_hole(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_areas(COLLECTION(FEATURE("A", "Polygon",
                                  "[[[170,0],[-170,0],[-170,10],[170,10],[170,0]],"
                                  "[[-179,4],[-179,6],[179,6],[179,4],[-179,4]]]")),
               &load);
    assert_string_equal(code_at(&load, 175, 5), "A");
    assert_string_equal(code_at(&load, -175, 5), "A");
    assert_string_equal(code_at(&load, 179.5, 5), "");
    assert_string_equal(code_at(&load, -179.5, 5), "");
    eg_test_load_clear(&load);
}

static void an_area_round_a_pole_covers_every_longitude(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_areas(
        COLLECTION(FEATURE(
            "S", "Polygon",
            "[[[-180,-70],[-90,-75],[0,-70],[90,-75],[170,-70],[-180,-70]]]") "," FEATURE("T", "Polygon",
                                                                                          "[[[0,84],[20,84],["
                                                                                          "20,89],[0,89],[0,"
                                                                                          "84]]]")),
        &load);
    for (double lon = -175; lon < 180; lon += 35) assert_string_equal(code_at(&load, lon, -80), "S");
    assert_string_equal(code_at(&load, 0, -60), "");
    assert_string_equal(code_at(&load, 10, 84.9), "T");
    assert_int_equal(report_of(&load)->n_clipped, 2);
    eg_test_load_clear(&load);
}

static void a_frame_that_runs_along_both_sides_of_the_antimeridian_stays(void **state)
{
    (void)state;
    static const char *const frames[] = {
        COLLECTION(FEATURE("A", "Polygon", "[[[-180,-80],[180,-80],[180,-70],[-180,-70],[-180,-80]]]")),
        COLLECTION(
            FEATURE("A", "Polygon", "[[[-180,-80],[0,-80],[180,-80],[180,-70],[-180,-70],[-180,-80]]]")),
        COLLECTION(
            FEATURE("A", "Polygon", "[[[180,-70],[180,-80],[-180,-80],[-180,-70],[0,-70],[180,-70]]]"))};
    for (size_t i = 0; i < EG_ARRAY_LEN(frames); i++) {
        struct eg_test_load load;
        load_areas(frames[i], &load);
        for (double lon = -175; lon < 180; lon += 35) assert_string_equal(code_at(&load, lon, -75), "A");
        assert_string_equal(code_at(&load, 10, -82), "");
        assert_string_equal(code_at(&load, 10, -60), "");
        assert_int_equal(report_of(&load)->n_doubtful, 0);
        eg_test_load_clear(&load);
    }
    struct eg_test_load load;
    load_areas(COLLECTION(FEATURE("W", "Polygon",
                                  "[[[-180,-90],[180,-90],[180,90],[-180,90],[-180,-90]],"
                                  "[[10,10],[10,20],[20,20],[20,10],[10,10]]]")),
               &load);
    assert_string_equal(code_at(&load, -120, 84), "W");
    assert_string_equal(code_at(&load, 120, -84), "W");
    assert_string_equal(code_at(&load, 15, 15), "");
    eg_test_load_clear(&load);
    /* Antarctica as it is often drawn: its coast, down along +180, along the pole, up along -180. */
    load_areas(COLLECTION(FEATURE("S", "Polygon",
                                  "[[[-180,-78],[-90,-72],[0,-70],[90,-66],[180,-78],[180,-90],[-180,"
                                  "-90],[-180,-78]]]")),
               &load);
    for (double lon = -175; lon < 180; lon += 35) assert_string_equal(code_at(&load, lon, -84), "S");
    assert_string_equal(code_at(&load, 90, -64), "");
    eg_test_load_clear(&load);
}

static void vertices_upon_the_antimeridian_do_not_make_a_frame(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_areas(
        COLLECTION(FEATURE("A", "Polygon",
                           "[[[177,-19],[180,-19],[-180,-19],[-178,-19],[-178,-16],[-180,-16],[180,-16],[177,"
                           "-16],[177,-19]]]")),
        &load);
    assert_string_equal(code_at(&load, 179.5, -17), "A");
    assert_string_equal(code_at(&load, -179.5, -17), "A");
    assert_string_equal(code_at(&load, 0, -17), "");
    assert_int_equal(report_of(&load)->n_doubtful, 0);
    eg_test_load_clear(&load);
}

static void an_edge_that_may_be_meant_either_way_is_reported(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_areas(COLLECTION(FEATURE("A", "Polygon", "[[[-100,40],[100,40],[100,50],[-100,50],[-100,40]]]")),
               &load);
    assert_string_equal(code_at(&load, 170, 45), "A");
    assert_string_equal(code_at(&load, 0, 45), "");
    assert_int_equal(report_of(&load)->n_doubtful, 1);
    eg_test_load_clear(&load);
    load_areas(COLLECTION(FEATURE("A", "Polygon",
                                  "[[[-100,40],[0,40],[100,40],[100,50],[0,50],[-100,50],[-100,40]]]")),
               &load);
    assert_string_equal(code_at(&load, 0, 45), "A");
    assert_int_equal(report_of(&load)->n_doubtful, 0);
    eg_test_load_clear(&load);
}

static void an_overlap_that_repairing_undoes_is_none(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_areas(COLLECTION(FEATURE("A", "Polygon", "[[[0,50],[1,51],[1,50],[0,51],[0,50]]]") "," FEATURE(
                   "B", "Polygon", "[[[1,50],[2,50],[2,51],[1,51],[1,50]]]")),
               &load);
    assert_int_equal(report_of(&load)->n_repaired, 1);
    assert_int_equal(report_of(&load)->topology.n_overlaps, 0);
    eg_test_load_clear(&load);
}

static void a_projected_source_comes_onto_the_map_by_one_named_operation(void **state)
{
    (void)state;
    struct eg_test_load load;
    (void)eg_test_temp_file(
        "areas.geojson",
        COLLECTION(
            FEATURE("L", "Polygon",
                    "[[[530000,180000],[531000,180000],[531000,181000],[530000,181000],[530000,180000]]]")));
    eg_test_load_well(
        "boundaries: [{id: a, title: A, source: \"@areas.geojson\", key: code, crs: \"EPSG:27700\"}]\n",
        &load);
    assert_string_equal(report_of(&load)->crs, "EPSG:27700");
    assert_true(strlen(report_of(&load)->operation) > 0);
    assert_string_equal(code_at(&load, -0.1215, 51.5091), "L"); /* Embankment, London */
    eg_test_load_clear(&load);
}

static void what_is_wrong_with_a_source_is_said_with_its_name(void **state)
{
    (void)state;
    (void)eg_test_squares("areas.geojson", 2, 1);
    eg_test_load_refused("boundaries: [{id: a, title: A, source: \"@areas.geojson\", key: cod}]\n",
                         EG_INVALID, "'code'");
    eg_test_load_refused(
        "boundaries: [{id: a, title: A, source: \"@areas.geojson\", key: code, filter: \"zzz = 1\"}]\n",
        EG_INVALID, "boundaries a: the filter");
    eg_test_load_refused(
        "boundaries: [{id: a, title: A, source: \"@areas.geojson\", key: code, filter: \"code = 'none'\"}]\n",
        EG_INVALID, "gave no area");
    eg_test_load_refused(
        "boundaries: [{id: a, title: A, source: \"@areas.geojson\", key: code, layer: other}]\n",
        EG_NOT_FOUND, "'other'");
    eg_test_load_refused("boundaries: [{id: a, title: A, source: \"@nothing.gpkg\", key: code}]\n",
                         EG_NOT_FOUND, "nothing.gpkg");
    eg_test_load_refused(
        "boundaries: [{id: a, title: A, source: \"@areas.geojson\", key: code, crs: \"EPSG:999999\"}]\n",
        EG_INVALID, "999999");
    struct eg_test_load load;
    assert_int_not_equal(eg_test_load("boundaries: [{id: a, title: A, source: \"PG:host=127.0.0.1 port=1 "
                                      "password=sesame\", key: code}]\n",
                                      &load),
                         EG_OK);
    assert_null(strstr(load.error.message, "sesame"));
    eg_test_load_clear(&load);
    (void)eg_test_temp_file("torn.geojson", "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Fea");
    eg_test_load_refused("boundaries: [{id: a, title: A, source: \"@torn.geojson\", key: code}]\n",
                         EG_INVALID, "torn.geojson");
}

static void a_source_above_the_limit_of_vertices_is_refused(void **state)
{
    (void)state;
    (void)eg_test_squares("areas.geojson", 3, 3);
    struct eg_test_load load;
    enum eg_status status = eg_test_load("limits: {boundaries_vertices: 20}\n" ONE_SET, &load);
    assert_int_equal(status, EG_LIMIT);
    eg_test_load_clear(&load);
}

static void wrapping_is_asked_for_only_where_it_is_needed(void **state)
{
    (void)state;
    const double plain[] = {170, 0, 180, 0, 180, 10, 170, 10};
    const double crossing[] = {170, 0, -170, 0, -170, 10, 170, 10};
    const double beyond[] = {170, 0, 181, 0, 175, 10};
    const double high[] = {0, 80, 10, 86, 5, 80};
    assert_false(eg_wrap_is_needed(plain, 4));
    assert_true(eg_wrap_is_needed(crossing, 4));
    assert_true(eg_wrap_is_needed(beyond, 3));
    assert_true(eg_wrap_is_needed(high, 3));
    const double metres[] = {0, 0, 1000, 0, HUGE_VAL, HUGE_VAL};
    assert_true(eg_wrap_is_needed_m(metres, 3));
    assert_false(eg_wrap_is_needed_m(metres, 2));
}

static void every_refused_allocation_ends_the_load_cleanly(void **state)
{
    (void)state;
    /* One overlap, one invalid polygon, one across the antimeridian: every stage has something to do. */
    (void)eg_test_temp_file(
        "areas.geojson",
        COLLECTION(FEATURE("Z", "Polygon", "[[[0,0],[2,0],[2,2],[0,2],[0,0]]]") "," FEATURE(
            "A", "Polygon", "[[[1,1],[3,1],[3,3],[1,3],[1,1]]]") "," FEATURE("B", "Polygon",
                                                                             "[[[5,0],[7,2],[7,0],[5,2],[5,0]"
                                                                             "]]") "," FEATURE("C", "Polygon",
                                                                                               "[[[179,0],[-"
                                                                                               "179,0],[-179,"
                                                                                               "2],[179,2],["
                                                                                               "179,0]]]")));
    struct eg_test_load load;
    for (long n = 1;; n++) {
        eg_failing_malloc_after(n);
        enum eg_status status = eg_test_load(ONE_SET, &load);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        /* A few allocations may fail without harm: an example in the report, or what libyaml asks for again. */
        if (status != EG_OK) assert_true(failed);
        eg_test_load_clear(&load);
        if (!failed) break;
    }
}

/* --- real data --------------------------------------------------------------------------------------------------------- */

static void load_real(const char *file, const char *settings, struct eg_test_load *load)
{
    char path[1024];
    char yaml[2048];
    (void)eg_test_data_or_skip(file, path, sizeof path);
    char *full = realpath(path, NULL);
    assert_non_null(full);
    (void)snprintf(yaml, sizeof yaml, "boundaries: [{id: a, title: A, source: \"%s\", %s}]\n", full,
                   settings);
    free(full);
    eg_test_load_well(yaml, load);
}

static void englands_neighbourhoods_are_all_there_and_clean(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_real("ew_lsoa11_bgc.gpkg", "key: lsoa11cd, name: lsoa11nm, filter: \"lsoa11cd LIKE 'E%'\"", &load);
    const struct eg_boundaries_report *report = report_of(&load);
    assert_int_equal(report->n_areas, 32844);
    assert_int_equal(report->n_empty, 0);
    assert_in_range(report->n_repaired, 80, 94);
    assert_int_equal(report->topology.n_overlaps, 0);
    assert_int_equal(report->topology.n_areas_dropped, 0);
    assert_in_range(report->topology.n_arcs_shared, 95000, 97000);
    assert_string_equal(code_at(&load, -0.1276, 51.5072), "E01004736"); /* Charing Cross */
    eg_test_load_clear(&load);
}

static void towns_in_metres_with_a_detailed_coast_load(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_real("ma_town2020.gpkg", "key: GEOID20, name: TOWN20", &load);
    assert_int_equal(report_of(&load)->n_areas, 351);
    assert_string_equal(report_of(&load)->crs, "EPSG:26986");
    assert_int_equal(report_of(&load)->topology.n_areas_dropped, 0);
    uint32_t boston = eg_generation_locate(load.generation, 0, -71.0589, 42.3601);
    assert_int_not_equal(boston, EG_NO_AREA);
    assert_string_equal(load.generation->area_sets[0].names[boston].data, "BOSTON");
    eg_test_load_clear(&load);
}

static void no_tract_of_the_united_states_smears_across_the_map(void **state)
{
    (void)state;
    struct eg_test_load load;
    load_real("us_tract2018_500k.gpkg", "key: geoid, name: name", &load);
    const struct eg_area_set *set = &load.generation->area_sets[0];
    assert_int_equal(set->n_areas, 41088);
    for (uint32_t i = 0; i < set->n_areas; i++) {
        double width = ((double)set->area_box[i].max_x - set->area_box[i].min_x) * set->plane->grid.unit;
        assert_false(eg_box_is_empty(set->area_box[i]));
        assert_true(width < 2e6);
    }
    assert_int_equal(strncmp(code_at(&load, 144.79, 13.47), "66", 2), 0);   /* Guam */
    assert_int_equal(strncmp(code_at(&load, -170.70, -14.30), "60", 2), 0); /* American Samoa */
    eg_test_load_clear(&load);
}

static int clear_files(void **state)
{
    (void)state;
    eg_test_temp_clear();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbours_share_their_border),
        cmocka_unit_test(areas_are_sorted_by_code_and_features_of_one_code_are_one_area),
        cmocka_unit_test(features_without_code_or_polygon_are_counted_and_named),
        cmocka_unit_test(a_figure_of_eight_is_repaired_and_both_lobes_stay),
        cmocka_unit_test(a_ring_that_touches_itself_is_repaired_where_it_stands),
        cmocka_unit_test(ground_claimed_twice_stays_with_the_one_that_came_first),
        cmocka_unit_test(an_enclave_keeps_its_ground_though_no_hole_was_drawn_for_it),
        cmocka_unit_test(an_area_across_the_antimeridian_is_cut_in_two),
        cmocka_unit_test(a_hole_across_the_antimeridian_stays_a_hole),
        cmocka_unit_test(an_area_round_a_pole_covers_every_longitude),
        cmocka_unit_test(a_frame_that_runs_along_both_sides_of_the_antimeridian_stays),
        cmocka_unit_test(vertices_upon_the_antimeridian_do_not_make_a_frame),
        cmocka_unit_test(an_edge_that_may_be_meant_either_way_is_reported),
        cmocka_unit_test(an_overlap_that_repairing_undoes_is_none),
        cmocka_unit_test(a_projected_source_comes_onto_the_map_by_one_named_operation),
        cmocka_unit_test(what_is_wrong_with_a_source_is_said_with_its_name),
        cmocka_unit_test(a_source_above_the_limit_of_vertices_is_refused),
        cmocka_unit_test(wrapping_is_asked_for_only_where_it_is_needed),
        cmocka_unit_test(every_refused_allocation_ends_the_load_cleanly),
        cmocka_unit_test(englands_neighbourhoods_are_all_there_and_clean),
        cmocka_unit_test(towns_in_metres_with_a_detailed_coast_load),
        cmocka_unit_test(no_tract_of_the_united_states_smears_across_the_map),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, clear_files);
}
