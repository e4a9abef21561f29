/* The fictional county: the same for the same seed, clean borders, files that are whole or not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ogr_api.h>

#include "base/log.h"
#include "data/gdal_setup.h"
#include "data/sample.h"
#include "support/failing_malloc.h"
#include "support/test_county.h"

static uint32_t root_of(uint32_t *parent, uint32_t area)
{
    while (parent[area] != area) area = parent[area] = parent[parent[area]];
    return area;
}

/* Pieces of land that no border joins. */
static uint32_t count_pieces(const struct eg_test_county *county)
{
    const struct eg_plane *plane = county->areas->plane;
    uint32_t *parent = malloc(plane->n_areas * sizeof *parent), n = plane->n_areas;
    assert_non_null(parent);
    for (uint32_t a = 0; a < plane->n_areas; a++) parent[a] = a;
    for (uint32_t i = 0; i < plane->n_arcs; i++) {
        if (plane->left[i] == EG_NO_AREA || plane->right[i] == EG_NO_AREA) continue;
        uint32_t left = root_of(parent, plane->left[i]), right = root_of(parent, plane->right[i]);
        if (left != right) n--;
        parent[left] = right;
    }
    free(parent);
    return n;
}

static bool is_land(const struct eg_test_county *county, double u, double v)
{
    const struct eg_bounds *box = &county->areas->bounds_deg;
    return eg_generation_locate(county->generation, 0, box->min_x + u * (box->max_x - box->min_x),
                                box->min_y + v * (box->max_y - box->min_y)) != EG_NO_AREA;
}

/* How often land and water take turns on a way across the county, from (u, 0) to (u, 1). */
static uint32_t count_shores(const struct eg_test_county *county, double u)
{
    uint32_t n = 0;
    bool before = false;
    for (int i = 0; i <= 400; i++) {
        bool now = is_land(county, u, i / 400.0);
        if (now != before) n++;
        before = now;
    }
    return n;
}

/* Of the strip between two longitudes. */
static double land_share(const struct eg_test_county *county, double from, double to)
{
    uint32_t n_land = 0;
    for (int i = 0; i < 900; i++)
        n_land += is_land(county, from + (to - from) * (i % 30 + 0.5) / 30, (i / 30 + 0.5) / 30);
    return n_land / 900.0;
}

static void count_invalid(const char *name, uint32_t *n_invalid_out, uint32_t *n_out)
{
    void *dataset = NULL, *layer = NULL;
    struct eg_test_path path = eg_test_county_path(name, eg_test_county_files[0]);
    eg_gdal_setup();
    enum eg_status status =
        eg_gdal_open(eg_text_from(path.text), (struct eg_text){0}, &dataset, &layer, NULL);
    assert_int_equal(status, EG_OK);
    *n_invalid_out = *n_out = 0;
    for (OGRFeatureH feature; (feature = OGR_L_GetNextFeature(layer)) != NULL; ++*n_out) {
        if (!OGR_G_IsValid(OGR_F_GetGeometryRef(feature))) ++*n_invalid_out;
        OGR_F_Destroy(feature);
    }
    eg_gdal_close(dataset);
}

/* --- the same again --------------------------------------------------------------------------------------------------- */

static void the_same_seed_and_number_give_the_same_bytes(void **state)
{
    (void)state;
    char hash[33], again[33];
    eg_test_county_write("twin", 400, 1);
    for (size_t i = 0; i < EG_TEST_COUNTY_FILES; i++) {
        eg_test_county_hash("county", eg_test_county_files[i], hash);
        eg_test_county_hash("twin", eg_test_county_files[i], again);
        if (strcmp(hash, again) != 0) print_error("%s differs\n", eg_test_county_files[i]);
        assert_string_equal(hash, again);
    }
    eg_test_county_remove("twin");
}

static void another_seed_gives_another_county(void **state)
{
    (void)state;
    char hash[33], other[33];
    eg_test_county_write("other", 400, 2);
    for (size_t i = 0; i < EG_TEST_COUNTY_ATLAS; i++) {
        eg_test_county_hash("county", eg_test_county_files[i], hash);
        eg_test_county_hash("other", eg_test_county_files[i], other);
        if (strcmp(hash, other) == 0) print_error("%s is the same\n", eg_test_county_files[i]);
        assert_string_not_equal(hash, other);
    }
    eg_test_county_remove("other");
}

static void a_county_is_written_over_an_earlier_one(void **state)
{
    (void)state;
    char hash[33], again[33];
    eg_test_county_write("twin", 60, 5);
    eg_test_county_write("twin", 400, 1);
    for (size_t i = 0; i < EG_TEST_COUNTY_FILES; i++) {
        eg_test_county_hash("county", eg_test_county_files[i], hash);
        eg_test_county_hash("twin", eg_test_county_files[i], again);
        assert_string_equal(hash, again);
    }
    eg_test_county_remove("twin");
}

static void numbers_out_of_range_are_refused(void **state)
{
    (void)state;
    struct eg_error err = {0};
    assert_int_equal(eg_test_county_try("no", 49, 1, &err), EG_INVALID);
    assert_non_null(strstr(err.message, "50 to 1000000"));
    assert_int_equal(eg_test_county_try("no", 1000001, 1, &err), EG_INVALID);
    assert_false(eg_test_county_has("no", NULL));
}

/* --- the map ----------------------------------------------------------------------------------------------------------- */

static void assert_clean(const struct eg_test_county *county, uint32_t n_areas)
{
    const struct eg_topology_report *topology = &county->report->topology;
    assert_int_equal(county->areas->n_areas, n_areas);
    assert_int_equal(county->report->n_features, n_areas);
    assert_int_equal(county->report->n_repaired, 0);
    assert_int_equal(topology->n_gaps, 0);
    assert_int_equal(topology->n_overlaps, 0);
    assert_int_equal(topology->n_t_junctions, 0);
    assert_int_equal(topology->n_arcs_three, 0);
    assert_int_equal(topology->n_snapped, 0);
    assert_int_equal(topology->n_rings_dropped, 0);
}

/* Small counties have narrow water and short borders: what went wrong, went wrong there. */
static void borders_are_clean_and_polygons_valid(void **state)
{
    (void)state;
    static const struct eg_sample_options counties[] = {{50, 1},  {50, 4},  {60, 6},   {80, 6},
                                                        {100, 9}, {200, 4}, {400, 12}, {5000, 1}};
    for (size_t i = 0; i < EG_ARRAY_LEN(counties); i++) {
        uint32_t n_invalid, n;
        eg_test_county_write("clean", counties[i].n_areas, counties[i].seed);
        count_invalid("clean", &n_invalid, &n);
        assert_int_equal(n, counties[i].n_areas);
        assert_int_equal(n_invalid, 0);
        struct eg_test_county county = eg_test_county_load("clean");
        assert_clean(&county, counties[i].n_areas);
        eg_test_county_unload(&county);
    }
    eg_test_county_remove("clean");
}

static void every_county_has_islands_an_estuary_and_a_coast(void **state)
{
    (void)state;
    /* The sea of 50 areas and seed 33 had to be made shallower. */
    static const struct eg_sample_options counties[] = {{50, 1},  {50, 33}, {50, 4},   {100, 3}, {400, 1},
                                                        {400, 2}, {400, 4}, {400, 33}, {400, 38}};
    for (size_t i = 0; i < EG_ARRAY_LEN(counties); i++) {
        eg_test_county_write("shape", counties[i].n_areas, counties[i].seed);
        struct eg_test_county county = eg_test_county_load("shape");
        assert_true(count_pieces(&county) >= 2);
        /* In the west one stretch of land from border to border; further east land, estuary, land. */
        assert_int_equal(count_shores(&county, 0.2), 2);
        assert_true(count_shores(&county, 0.5) >= 4);
        /* The open sea takes most of the east. */
        assert_true(land_share(&county, 0.9, 1.0) < 0.5);
        eg_test_county_unload(&county);
    }
    eg_test_county_remove("shape");
}

/* Districts on the mainland hang together: one outline each, but for the islands, which all belong to one. */
static void districts_hang_together(void **state)
{
    const struct eg_test_county *county = *state;
    const struct eg_area_set *districts = &county->generation->area_sets[1];
    const struct eg_plane *plane = county->areas->plane;
    uint32_t *parent = malloc(plane->n_areas * sizeof *parent), n_joined = 0;
    assert_non_null(parent);
    for (uint32_t a = 0; a < plane->n_areas; a++) parent[a] = a;
    for (uint32_t i = 0; i < plane->n_arcs; i++) {
        uint32_t left = plane->left[i], right = plane->right[i];
        if (left == EG_NO_AREA || right == EG_NO_AREA) continue;
        if (districts->parent_of_base[left] != districts->parent_of_base[right]) continue;
        left = root_of(parent, left);
        right = root_of(parent, right);
        if (left != right) n_joined++;
        parent[left] = right;
    }
    free(parent);
    assert_int_equal(plane->n_areas - n_joined, districts->n_areas + count_pieces(county) - 1);
}

static void districts_are_made_of_whole_neighbourhoods(void **state)
{
    const struct eg_test_county *county = *state;
    const struct eg_area_set *districts = &county->generation->area_sets[1];
    assert_int_equal(districts->n_areas, 7);
    for (uint32_t a = 0; a < county->areas->n_areas; a++)
        assert_true(districts->parent_of_base[a] < districts->n_areas);
}

/* --- what cannot be written --------------------------------------------------------------------------------------------- */

static void assert_no_part_is_left(const char *county)
{
    for (size_t i = 0; i < EG_TEST_COUNTY_FILES; i++) {
        char part[64];
        snprintf(part, sizeof part, "%s.part", eg_test_county_files[i]);
        assert_false(eg_test_county_has(county, part));
    }
    assert_false(eg_test_county_has(county, "data/neighbourhoods.part.fgb"));
}

static void a_folder_that_cannot_be_made_is_named(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_sample_options options = {.n_areas = 50, .seed = 1};
    assert_int_equal(eg_sample_write("build/nowhere/county", &options, &err), EG_IO);
    assert_non_null(strstr(err.message, "build/nowhere/county"));
    assert_int_equal(eg_sample_write("Makefile", &options, &err), EG_IO);
    assert_non_null(strstr(err.message, "Makefile"));
}

static void a_file_whose_place_is_taken_is_named_and_nothing_is_left_half_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < EG_TEST_COUNTY_FILES; i++) {
        char text[1024];
        struct eg_error err = {0};
        eg_test_county_write("taken", 50, 1);
        assert_int_equal(remove(eg_test_county_path("taken", eg_test_county_files[i]).text), 0);
        assert_int_equal(mkdir(eg_test_county_path("taken", eg_test_county_files[i]).text, 0777), 0);
        assert_int_equal(eg_test_county_try("taken", 50, 2, &err), EG_IO);
        eg_error_format(&err, text, sizeof text);
        if (!strstr(text, eg_test_county_path("taken", eg_test_county_files[i]).text))
            print_error("%s: %s\n", eg_test_county_files[i], text);
        assert_non_null(strstr(text, eg_test_county_path("taken", eg_test_county_files[i]).text));
        assert_no_part_is_left("taken");
        eg_test_county_remove("taken");
    }
}

/* Runs with a limit on the size of files, as on a full disk. */
static enum eg_status write_with_limit(rlim_t bytes, struct eg_error *err)
{
    struct rlimit before, limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = bytes;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    enum eg_status status = eg_test_county_try("full", 50, 2, err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    return status;
}

static void a_full_disk_leaves_the_earlier_county_whole(void **state)
{
    (void)state;
    char before[33], after[33], text[1024];
    struct stat info;
    eg_test_county_write("full", 50, 2);
    assert_int_equal(stat(eg_test_county_path("full", eg_test_county_files[0]).text, &info), 0);
    eg_test_county_write("full", 50, 1);
    eg_test_county_hash("full", eg_test_county_files[0], before);
    const off_t limits[] = {
        0, 100, 5000, info.st_size / 2, info.st_size - 4096, info.st_size - 100, info.st_size - 1};
    for (size_t i = 0; i < EG_ARRAY_LEN(limits); i++) {
        struct eg_error err = {0};
        enum eg_status status = write_with_limit((rlim_t)limits[i], &err);
        eg_error_format(&err, text, sizeof text);
        eg_test_county_hash("full", eg_test_county_files[0], after);
        if (status != EG_IO) print_error("limit %ld of %ld\n", (long)limits[i], (long)info.st_size);
        assert_int_equal(status, EG_IO);
        assert_string_equal(before, after);
        assert_no_part_is_left("full");
        assert_non_null(strstr(text, eg_test_county_path("full", eg_test_county_files[0]).text));
    }
    eg_test_county_remove("full");
}

static void running_out_of_memory_is_reported_and_leaves_nothing_half_written(void **state)
{
    (void)state;
    long n_failed = 0;
    for (long n = 1;; n++) {
        struct eg_error err = {0};
        eg_failing_malloc_after(n);
        enum eg_status status = eg_test_county_try("poor", 50, 1, &err);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        if (!failed) {
            assert_int_equal(status, EG_OK);
            break;
        }
        if (status != EG_NO_MEMORY) print_error("allocation %ld: %s\n", n, err.message);
        assert_int_equal(status, EG_NO_MEMORY);
        assert_no_part_is_left("poor");
        n_failed++;
    }
    assert_true(n_failed >= 10);
    eg_test_county_remove("poor");
}

static int set_up(void **state)
{
    static struct eg_test_county county;
    eg_log_set_level(EG_LOG_ERROR);
    eg_test_county_write("county", 400, 1);
    county = eg_test_county_load("county");
    *state = &county;
    return 0;
}

static int tear_down(void **state)
{
    eg_test_county_unload(*state);
    eg_test_county_remove("county");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_and_number_give_the_same_bytes),
        cmocka_unit_test(another_seed_gives_another_county),
        cmocka_unit_test(a_county_is_written_over_an_earlier_one),
        cmocka_unit_test(numbers_out_of_range_are_refused),
        cmocka_unit_test(borders_are_clean_and_polygons_valid),
        cmocka_unit_test(every_county_has_islands_an_estuary_and_a_coast),
        cmocka_unit_test(districts_are_made_of_whole_neighbourhoods),
        cmocka_unit_test(districts_hang_together),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_named),
        cmocka_unit_test(a_file_whose_place_is_taken_is_named_and_nothing_is_left_half_written),
        cmocka_unit_test(a_full_disk_leaves_the_earlier_county_whole),
        cmocka_unit_test(running_out_of_memory_is_reported_and_leaves_nothing_half_written),
    };
    return cmocka_run_group_tests_name("sample", tests, set_up, tear_down);
}
