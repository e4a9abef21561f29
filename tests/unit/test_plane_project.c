/* Planes in another CRS: vertices where PROJ puts them, areas that do not project left out whole. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "geo/plane.h"
#include "support/failing_malloc.h"
#include "support/test_arcs.h"

#define NONE EG_NO_AREA

/* n squares of ten degrees in a row from `west` to the east, between two latitudes, in web Mercator; area i is the i-th. */
static struct eg_plane *row_of_squares(double west_deg, double south_deg, uint32_t n)
{
    struct eg_test_arcs arcs;
    struct eg_grid grid = eg_grid_web_mercator();
    struct eg_plane *plane = NULL;
    eg_test_arcs_init(&arcs, n);
    for (uint32_t i = 0; i <= n; i++) {
        struct eg_point p[4]; /* south-west, north-west, north-east, south-east */
        for (uint32_t k = 0; k < 4; k++) {
            double x;
            double y;
            eg_mercator_forward(west_deg + 10.0 * (i + k / 2), south_deg + (k == 1 || k == 2 ? 10 : 0), &x,
                                &y);
            p[k] = eg_grid_snap(grid, x, y);
        }
        const int32_t up[4] = {p[0].x, p[0].y, p[1].x, p[1].y};
        const int32_t top[4] = {p[1].x, p[1].y, p[2].x, p[2].y};
        const int32_t bottom[4] = {p[0].x, p[0].y, p[3].x, p[3].y};
        eg_test_arcs_add(&arcs, i > 0 ? i - 1 : NONE, i < n ? i : NONE, up, 2);
        if (i == n) break;
        eg_test_arcs_add(&arcs, NONE, i, top, 2);
        eg_test_arcs_add(&arcs, i, NONE, bottom, 2);
    }
    assert_int_equal(eg_plane_build(&arcs.topology, grid, 1, &plane, NULL), EG_OK);
    eg_test_arcs_clear(&arcs);
    return plane;
}

struct target {
    struct eg_crs_context *context;
    struct eg_transform *transform;
};

static struct target target_open(const char *crs)
{
    struct target target = {0};
    assert_int_equal(eg_crs_context_new(&target.context, NULL), EG_OK);
    assert_int_equal(eg_transform_new(target.context, EG_TEXT("EPSG:3857"), eg_text_from(crs), EG_TEXT(""),
                                      &target.transform, NULL),
                     EG_OK);
    return target;
}

static void target_close(struct target *target)
{
    eg_transform_free(target->transform);
    eg_crs_context_free(target->context);
}

/* The areas that an arc of the plane still names. */
static uint32_t arcs_of(const struct eg_plane *plane, uint32_t area)
{
    uint32_t n = 0;
    for (uint32_t a = 0; a < plane->n_arcs; a++) n += plane->left[a] == area || plane->right[a] == area;
    return n;
}

static void every_vertex_lies_where_the_transform_puts_it(void **state)
{
    (void)state;
    struct eg_plane *plane = row_of_squares(-10, 45, 3);
    struct target target = target_open("EPSG:4326");
    struct eg_plane *degrees = NULL;
    bool excluded[3] = {true, true, true};
    struct eg_grid grid = eg_grid_for_crs(true);
    assert_int_equal(eg_plane_project(plane, target.transform, grid, excluded, &degrees, NULL), EG_OK);

    assert_int_equal(degrees->n_arcs, plane->n_arcs);
    assert_true(degrees->grid.unit == grid.unit);
    assert_false(excluded[0] || excluded[1] || excluded[2]);
    double unit_deg = grid.unit;
    assert_int_equal(degrees->box.min_x, lround(-10 / unit_deg));
    assert_int_equal(degrees->box.max_x, lround(20 / unit_deg));
    assert_int_equal(degrees->box.max_y, lround(55 / unit_deg));
    assert_int_equal(eg_plane_locate(degrees, eg_grid_snap(grid, 5, 50)), 1);
    assert_int_equal(eg_plane_locate(degrees, eg_grid_snap(grid, 15, 50)), 2);
    eg_plane_free(degrees);
    target_close(&target);
    eg_plane_free(plane);
}

static void an_area_that_does_not_project_is_left_out_whole(void **state)
{
    (void)state;
    struct eg_plane *plane = row_of_squares(70, 5, 4); /* 70 to 110 degrees east */
    struct target target =
        target_open("PROJCRS[\"Half a globe\",BASEGEOGCRS[\"WGS 84\",DATUM[\"World Geodetic System "
                    "1984\",ELLIPSOID[\"WGS 84\",6378137,298.257223563]],ID[\"EPSG\",4326]],"
                    "CONVERSION[\"seen from above\",METHOD[\"Orthographic\",ID[\"EPSG\",9840]],"
                    "PARAMETER[\"Latitude of natural origin\",0],PARAMETER[\"Longitude of natural "
                    "origin\",0],PARAMETER[\"False easting\",0],PARAMETER[\"False northing\",0]],"
                    "CS[Cartesian,2],AXIS[\"(E)\",east],AXIS[\"(N)\",north],LENGTHUNIT[\"metre\",1]]");
    struct eg_plane *globe = NULL;
    bool excluded[4];
    assert_int_equal(
        eg_plane_project(plane, target.transform, eg_grid_for_crs(false), excluded, &globe, NULL), EG_OK);

    assert_false(excluded[0]); /* 70 to 80 degrees: before the horizon at 90 */
    assert_true(excluded[2]);  /* 90 to 100 */
    assert_true(excluded[3]);
    assert_int_equal(arcs_of(globe, 0), 4);
    assert_int_equal(arcs_of(globe, 2), 0);
    assert_int_equal(arcs_of(globe, 3), 0);
    assert_int_equal(globe->n_areas, 4);
    for (uint32_t a = 0; a < globe->n_arcs; a++)
        assert_true(globe->left[a] != NONE || globe->right[a] != NONE);
    eg_plane_free(globe);
    target_close(&target);
    eg_plane_free(plane);
}

static void an_area_across_the_targets_seam_does_not_smear(void **state)
{
    (void)state;
    struct eg_plane *plane = row_of_squares(-65, 45, 6); /* 65 west to 5 west */
    struct target target = target_open("EPSG:3832");     /* Mercator about 150 east: torn at 30 west */
    struct eg_plane *pacific = NULL;
    bool excluded[6];
    assert_int_equal(
        eg_plane_project(plane, target.transform, eg_grid_for_crs(false), excluded, &pacific, NULL), EG_OK);

    for (uint32_t i = 0; i < 6; i++) assert_int_equal(excluded[i], i == 3); /* 35 to 25 west */
    assert_int_equal(arcs_of(pacific, 2), 4);
    assert_int_equal(arcs_of(pacific, 4), 4);
    for (uint32_t a = 0; a < pacific->n_arcs; a++) {
        assert_true((pacific->arc_box[a].max_x - pacific->arc_box[a].min_x) * pacific->grid.unit < 1.2e6);
    }
    eg_plane_free(pacific);
    target_close(&target);
    eg_plane_free(plane);
}

/* --- bent edges ------------------------------------------------------------------------------------------------------ */

static struct eg_plane *projected_to(const struct eg_plane *plane, const char *crs, bool *excluded)
{
    struct target target = target_open(crs);
    struct eg_plane *projected = NULL;
    assert_int_equal(
        eg_plane_project(plane, target.transform, eg_grid_for_crs(false), excluded, &projected, NULL), EG_OK);
    target_close(&target);
    return projected;
}

/* Where a place is on the grid of a CRS in metres. */
static struct eg_point place_in(const char *crs, double lon_deg, double lat_deg)
{
    struct eg_crs_context *context = NULL;
    struct eg_transform *transform = NULL;
    double xy[2] = {lon_deg, lat_deg};
    assert_int_equal(eg_crs_context_new(&context, NULL), EG_OK);
    assert_int_equal(
        eg_transform_new(context, EG_TEXT("OGC:CRS84"), eg_text_from(crs), EG_TEXT(""), &transform, NULL),
        EG_OK);
    assert_int_equal(eg_transform_points(transform, xy, 1), 0);
    eg_transform_free(transform);
    eg_crs_context_free(context);
    return eg_grid_snap(eg_grid_for_crs(false), xy[0], xy[1]);
}

/* One metre north of a square's southern edge is inside it, one metre south is not, all along its ten degrees. */
static void assert_edge_follows_parallel(const struct eg_plane *projected, const char *crs, double west_deg,
                                         double lat_deg)
{
    for (int i = 1; i < 20; i++) {
        double lon_deg = west_deg + 0.5 * i;
        assert_int_equal(eg_plane_locate(projected, place_in(crs, lon_deg, lat_deg + 0.00001)), 0);
        assert_int_equal(eg_plane_locate(projected, place_in(crs, lon_deg, lat_deg - 0.00001)), NONE);
    }
}

static void an_edge_along_a_parallel_follows_it_within_a_metre(void **state)
{
    (void)state;
    static const struct {
        const char *crs;
        double west_deg, south_deg;
    } cases[] = {{"EPSG:3035", -20, 50}, {"EPSG:3035", 5, 40},     {"EPSG:27700", -10, 50},
                 {"EPSG:3031", 30, -80}, {"EPSG:3031", -120, -70}, {"EPSG:2154", -3, 42}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_plane *plane = row_of_squares(cases[i].west_deg, cases[i].south_deg, 1);
        bool excluded[1] = {true};
        struct eg_plane *projected = projected_to(plane, cases[i].crs, excluded);
        assert_false(excluded[0]);
        assert_edge_follows_parallel(projected, cases[i].crs, cases[i].west_deg, cases[i].south_deg);
        assert_in_range(projected->level[0].start[projected->n_arcs], 100, 20000);
        eg_plane_free(projected);
        eg_plane_free(plane);
    }
}

/* Without its bends the cap is a flat figure through four places at best; its border's whole length lies within 15 to 20
 * degrees of the pole. */
static void a_cap_about_the_pole_is_round(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    struct eg_grid grid = eg_grid_web_mercator();
    struct eg_plane *plane = NULL;
    double x, y;
    eg_mercator_forward(180, -75, &x, &y);
    struct eg_point east = eg_grid_snap(grid, x, y);
    eg_mercator_forward(180, -85, &x, &y);
    struct eg_point south_east = eg_grid_snap(grid, x, y);
    const int32_t ring[] = {-INT32_MAX,   east.y,     east.x,       east.y,     south_east.x,
                            south_east.y, -INT32_MAX, south_east.y, -INT32_MAX, east.y};
    eg_test_arcs_init(&arcs, 1);
    eg_test_arcs_add(&arcs, NONE, 0, ring, 5);
    assert_int_equal(eg_plane_build(&arcs.topology, grid, 1, &plane, NULL), EG_OK);
    eg_test_arcs_clear(&arcs);
    bool excluded[1] = {true};
    struct eg_plane *projected = projected_to(plane, "EPSG:3031", excluded);
    assert_false(excluded[0]);
    for (int lon_deg = -179; lon_deg < 180; lon_deg += 7) {
        assert_int_equal(eg_plane_locate(projected, place_in("EPSG:3031", lon_deg, -75.001)), 0);
        assert_int_equal(eg_plane_locate(projected, place_in("EPSG:3031", lon_deg, -84.999)), 0);
        assert_int_equal(eg_plane_locate(projected, place_in("EPSG:3031", lon_deg, -74.999)), NONE);
        assert_int_equal(eg_plane_locate(projected, place_in("EPSG:3031", lon_deg, -85.001)), NONE);
    }
    eg_plane_free(projected);
    eg_plane_free(plane);
}

static void neighbours_share_the_vertices_of_a_bent_border(void **state)
{
    (void)state;
    struct eg_plane *plane = row_of_squares(-20, 50, 4);
    bool excluded[4];
    struct eg_plane *projected = projected_to(plane, "EPSG:3035", excluded);
    assert_int_equal(projected->n_arcs, plane->n_arcs);
    for (uint32_t a = 0; a < plane->n_arcs; a++) {
        assert_int_equal(projected->left[a], plane->left[a]);
        assert_int_equal(projected->right[a], plane->right[a]);
    }
    uint32_t parents[4] = {0, 0, 1, 1};
    struct eg_plane *halves = NULL, *bent_halves;
    assert_int_equal(eg_plane_dissolve(plane, parents, 2, &halves, NULL), EG_OK);
    bent_halves = projected_to(halves, "EPSG:3035", excluded);
    for (uint32_t h = 0; h < halves->n_arcs;
         h++) { /* the larger areas' arcs are the smaller ones', bend by bend */
        uint32_t n = bent_halves->level[0].start[h + 1] - bent_halves->level[0].start[h];
        const struct eg_point *arc = bent_halves->level[0].points + bent_halves->level[0].start[h];
        bool found = false;
        for (uint32_t a = 0; a < projected->n_arcs && !found; a++)
            found =
                projected->level[0].start[a + 1] - projected->level[0].start[a] == n &&
                memcmp(projected->level[0].points + projected->level[0].start[a], arc, n * sizeof *arc) == 0;
        assert_true(found && n > 20);
    }
    eg_plane_free(bent_halves);
    eg_plane_free(halves);
    eg_plane_free(projected);
    eg_plane_free(plane);
}

static void edges_of_an_ordinary_length_get_no_vertex(void **state)
{
    (void)state;
    struct eg_test_arcs arcs;
    struct eg_grid grid = eg_grid_web_mercator();
    struct eg_plane *plane = NULL;
    int32_t ring[2 * 401];
    double x, y;
    eg_mercator_forward(-1.5, 52.5, &x, &y);
    struct eg_point middle = eg_grid_snap(grid, x, y);
    for (int i = 0; i <= 400; i++) { /* 16 km across, a vertex every 120 m */
        ring[2 * i] = middle.x + (int32_t)lround(860000 * cos(i % 400 * M_PI / 200));
        ring[2 * i + 1] = middle.y + (int32_t)lround(860000 * sin(i % 400 * M_PI / 200));
    }
    eg_test_arcs_init(&arcs, 1);
    eg_test_arcs_add(&arcs, NONE, 0, ring, 401);
    assert_int_equal(eg_plane_build(&arcs.topology, grid, 1, &plane, NULL), EG_OK);
    eg_test_arcs_clear(&arcs);
    bool excluded[1];
    struct eg_plane *projected = projected_to(plane, "EPSG:27700", excluded);
    assert_int_equal(projected->level[0].start[1], 401);
    eg_plane_free(projected);
    eg_plane_free(plane);
}

static void a_step_of_a_metre_between_two_rows_of_a_table_is_no_tear(void **state)
{
    (void)state;
    struct eg_plane *plane = row_of_squares(-100, 33, 3); /* across the 35th and the 40th parallel */
    struct target target = target_open("ESRI:54030");     /* Robinson */
    struct eg_plane *robinson = NULL;
    bool excluded[3] = {true, true, true};
    assert_int_equal(
        eg_plane_project(plane, target.transform, eg_grid_for_crs(false), excluded, &robinson, NULL), EG_OK);
    assert_false(excluded[0] || excluded[1] || excluded[2]);
    eg_plane_free(robinson);
    target_close(&target);
    eg_plane_free(plane);
}

static void every_refused_allocation_is_reported(void **state)
{
    (void)state;
    struct eg_plane *plane = row_of_squares(0, 45, 2);
    struct target target = target_open("EPSG:3035");
    for (long n = 1;; n++) {
        struct eg_plane *projected = NULL;
        bool excluded[2] = {true, true};
        struct eg_error err = {0};
        eg_failing_malloc_after(n);
        enum eg_status status =
            eg_plane_project(plane, target.transform, eg_grid_for_crs(false), excluded, &projected, &err);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_plane_free(projected);
        if (!failed) break;
        assert_int_equal(status, EG_NO_MEMORY);
        assert_int_equal(err.status, EG_NO_MEMORY);
        assert_null(projected);
        assert_true(excluded[0] && excluded[1]); /* untouched */
    }
    target_close(&target);
    eg_plane_free(plane);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vertex_lies_where_the_transform_puts_it),
        cmocka_unit_test(an_area_that_does_not_project_is_left_out_whole),
        cmocka_unit_test(an_area_across_the_targets_seam_does_not_smear),
        cmocka_unit_test(an_edge_along_a_parallel_follows_it_within_a_metre),
        cmocka_unit_test(a_cap_about_the_pole_is_round),
        cmocka_unit_test(neighbours_share_the_vertices_of_a_bent_border),
        cmocka_unit_test(edges_of_an_ordinary_length_get_no_vertex),
        cmocka_unit_test(a_step_of_a_metre_between_two_rows_of_a_table_is_no_tear),
        cmocka_unit_test(every_refused_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
