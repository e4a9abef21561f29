/* The coordinate reference systems that an atlas allows. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/crs_report.h"
#include "support/failing_malloc.h"
#include "support/small_atlas.h"

static struct eg_small small;

static int open_atlas(void **state)
{
    (void)state;
    eg_small_open(0, &small);
    return 0;
}

static int close_atlas(void **state)
{
    (void)state;
    eg_small_close(&small);
    eg_small_atlas_clear();
    return 0;
}

static void the_list_begins_with_what_is_always_allowed_and_names_each_once(void **state)
{
    (void)state;
    static const char *const wanted[] = {"EPSG:3857",  "OGC:CRS84",  "EPSG:4326",
                                         "EPSG:27700", "EPSG:26986", "EPSG:3035"};
    uint32_t n;
    const struct eg_crs_entry *entries = eg_crs_list_entries(small.snapshot->crs_list, &n);
    assert_int_equal(n, EG_ARRAY_LEN(wanted)); /* the areas are GeoJSON: CRS84 */
    for (uint32_t i = 0; i < n; i++) assert_string_equal(entries[i].info.id, wanted[i]);
    assert_true(entries[2].info.northing_first && !entries[1].info.northing_first);
}

static void any_spelling_finds_its_entry(void **state)
{
    (void)state;
    const struct eg_crs_list *list = small.snapshot->crs_list;
    const struct eg_crs_entry *entry = NULL;
    struct eg_error err = {0};
    assert_int_equal(eg_crs_list_resolve(list, EG_TEXT(""), &entry, NULL), EG_OK);
    assert_string_equal(entry->info.id, "EPSG:3857");
    assert_int_equal(eg_crs_list_resolve(list, EG_TEXT("urn:ogc:def:crs:EPSG::3035"), &entry, NULL), EG_OK);
    assert_string_equal(entry->info.id, "EPSG:3035");
    assert_int_equal(eg_crs_list_resolve(list, EG_TEXT("EPSG:2154"), &entry, &err), EG_INVALID);
    assert_string_equal(err.field, "crs");
    assert_non_null(strstr(err.message, "the capabilities list"));
    assert_int_equal(eg_crs_list_resolve(list, EG_TEXT("Mercator"), &entry, &err), EG_INVALID);
    assert_string_equal(err.field, "crs");
    assert_string_equal(entry->info.id, "EPSG:3035");
}

static void the_ways_to_all_of_them_are_named_with_their_accuracy(void **state)
{
    (void)state;
    const struct eg_crs_way *ways = NULL, *again = NULL;
    assert_int_equal(eg_crs_list_ways(small.snapshot->crs_list, &ways, NULL), EG_OK);
    assert_int_equal(eg_crs_list_ways(small.snapshot->crs_list, &again, NULL), EG_OK);
    assert_ptr_equal(again, ways);
    assert_non_null(strstr(ways[3].operation, "OSGB36 to WGS 84 (6)"));
    assert_true(ways[0].accuracy_m == 0 && ways[1].accuracy_m == 0);
    assert_true(ways[3].accuracy_m == 2 && ways[4].accuracy_m == 4 && ways[5].accuracy_m == 1);
}

static void the_report_for_people_says_by_which_operation_maps_come_to_each(void **state)
{
    (void)state;
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    assert_int_equal(eg_crs_report_text(small.snapshot->crs_list, &out, NULL), EG_OK);
    const char *line = strstr(out.data, "maps in EPSG:27700 (OSGB36 / British National Grid) by ");
    assert_non_null(line);
    assert_non_null(strstr(line, "OSGB36 to WGS 84 (6)"));
    assert_non_null(strstr(line, ", accurate to 2 m\n"));
    assert_non_null(strstr(out.data, ", exact\n"));
    eg_buffer_clear(&out);
}

static void boxes_in_all_of_them_hold_their_corners(void **state)
{
    (void)state;
    const struct eg_bounds boxes_deg[2] = {{0.0, 51.0, 0.6, 51.3}, {-6.4, 49.9, 1.8, 55.8}};
    struct eg_bounds bounds[2][6];
    uint32_t n;
    (void)eg_crs_list_entries(small.snapshot->crs_list, &n);
    assert_int_equal(n, 6);
    assert_int_equal(eg_crs_list_bounds(small.snapshot->crs_list, boxes_deg, 2, bounds[0], NULL), EG_OK);
    for (uint32_t b = 0; b < 2; b++) { /* degrees stay */
        for (uint32_t crs = 1; crs <= 2; crs++) {
            assert_true(fabs(bounds[b][crs].min_x - boxes_deg[b].min_x) < 1e-9);
            assert_true(fabs(bounds[b][crs].min_y - boxes_deg[b].min_y) < 1e-9);
            assert_true(fabs(bounds[b][crs].max_x - boxes_deg[b].max_x) < 1e-9);
            assert_true(fabs(bounds[b][crs].max_y - boxes_deg[b].max_y) < 1e-9);
        }
    }
    /* England in the British grid: Scilly at 85,000 east; Lowestoft at 656,000; Berwick at 658,000 north. */
    assert_true(bounds[1][3].min_x < 86000 && bounds[1][3].min_x > 80000);
    assert_true(bounds[1][3].max_x > 655000 && bounds[1][3].max_x < 690000);
    assert_true(bounds[1][3].max_y > 650000 && bounds[1][3].max_y < 690000);
}

/* The box in another CRS is that of the areas, near every side of which there is one. */
static void a_sets_box_is_that_of_its_areas(void **state)
{
    (void)state;
    const struct eg_area_set *set = &small.snapshot->generation->area_sets[0];
    const struct eg_bounds *all = NULL;
    struct eg_crs_context *proj = NULL;
    struct eg_transform *transform = NULL;
    struct eg_bounds box = {HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    assert_int_equal(eg_crs_list_set_bounds(small.snapshot->crs_list, small.snapshot->generation, &all, NULL),
                     EG_OK);
    assert_int_equal(eg_crs_context_new(&proj, NULL), EG_OK);
    assert_int_equal(
        eg_transform_new(proj, EG_TEXT("EPSG:3857"), EG_TEXT("EPSG:27700"), EG_TEXT(""), &transform, NULL),
        EG_OK);
    const struct eg_plane_level *full = &set->plane->level[0];
    for (uint32_t i = 0; i < full->start[set->plane->n_arcs]; i++) {
        double xy[2] = {full->points[i].x * set->plane->grid.unit, full->points[i].y * set->plane->grid.unit};
        assert_int_equal(eg_transform_points(transform, xy, 1), 0);
        box = (struct eg_bounds){fmin(box.min_x, xy[0]), fmin(box.min_y, xy[1]), fmax(box.max_x, xy[0]),
                                 fmax(box.max_y, xy[1])};
    }
    double near = 2; /* metres */
    assert_true(all[3].min_x <= box.min_x && all[3].min_x > box.min_x - near);
    assert_true(all[3].min_y <= box.min_y && all[3].min_y > box.min_y - near);
    assert_true(all[3].max_x >= box.max_x && all[3].max_x < box.max_x + near);
    assert_true(all[3].max_y >= box.max_y && all[3].max_y < box.max_y + near);
    assert_memory_equal(&all[1], &set->bounds_deg, sizeof all[1]);
    eg_transform_free(transform);
    eg_crs_context_free(proj);
}

static void a_code_that_proj_does_not_know_is_told_with_its_place(void **state)
{
    (void)state;
    const struct eg_atlas_crs crs[] = {{{0, 0}, {"EPSG", "27700"}}, {{12, 9}, {"EPSG", "277000"}}};
    struct eg_atlas atlas = *small.snapshot->atlas;
    struct eg_generation generation = *small.snapshot->generation;
    struct eg_crs_list *list = NULL;
    struct eg_error err = {0};
    atlas.server.crs = crs;
    atlas.server.n_crs = 2;
    generation.atlas = &atlas;
    assert_int_equal(eg_crs_list_new(&generation, &list, &err), EG_INVALID);
    assert_null(list);
    assert_int_equal(err.line, 12);
    assert_int_equal(err.column, 9);
    assert_non_null(strstr(err.message, "EPSG:277000"));
}

static void every_refused_allocation_is_reported(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        struct eg_crs_list *list = NULL;
        eg_failing_malloc_after(n);
        enum eg_status status = eg_crs_list_new(small.snapshot->generation, &list, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_crs_list_free(list);
        if (!failed) break;
        assert_int_equal(status, EG_NO_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_begins_with_what_is_always_allowed_and_names_each_once),
        cmocka_unit_test(any_spelling_finds_its_entry),
        cmocka_unit_test(the_ways_to_all_of_them_are_named_with_their_accuracy),
        cmocka_unit_test(the_report_for_people_says_by_which_operation_maps_come_to_each),
        cmocka_unit_test(boxes_in_all_of_them_hold_their_corners),
        cmocka_unit_test(a_sets_box_is_that_of_its_areas),
        cmocka_unit_test(a_code_that_proj_does_not_know_is_told_with_its_place),
        cmocka_unit_test(every_refused_allocation_is_reported),
    };
    return cmocka_run_group_tests_name("crs list", tests, open_atlas, close_atlas);
}
