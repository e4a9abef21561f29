/* Tile matrix sets: the ones that come with the program, axis order, ranges, and what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "geo/tile_matrix.h"
#include "support/failing_malloc.h"

static int open_context(void **state)
{
    struct eg_crs_context *context = NULL;
    if (eg_crs_context_new(&context, NULL) != EG_OK) return -1;
    *state = context;
    return 0;
}

static int close_context(void **state)
{
    eg_crs_context_free(*state);
    return 0;
}

static void assert_near(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance)) fail_msg("%.15g is not %.15g within %g", got, wanted, tolerance);
}

static struct eg_tile_matrix_set *published(void **state, const char *name)
{
    char path[96], text[16384];
    (void)snprintf(path, sizeof path, "tiles/%s.json", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    struct eg_text json = {text, fread(text, 1, sizeof text, file)};
    (void)fclose(file);
    struct eg_tile_matrix_set *set = NULL;
    struct eg_error err = {0};
    if (eg_tile_matrix_set_parse(*state, json, path, &set, &err) != EG_OK) fail_msg("%s", err.message);
    assert_string_equal(set->id, name);
    assert_int_equal(set->json.len, json.len);
    return set;
}

static void the_published_sets_are_read(void **state)
{
    static const struct {
        const char *id, *crs;
        uint32_t n;
        bool northing_first, geographic;
        double left, top, cell_size;
    } rows[] = {
        {"WebMercatorQuad", "EPSG:3857", 23, false, false, -20037508.342789244, 20037508.342789244,
         156543.03392804097},
        {"WorldCRS84Quad", "OGC:CRS84", 22, false, true, -180, 90, 0.703125},
        {"EuropeanETRS89_LAEAQuad", "EPSG:3035", 16, true, false, 2000000, 5500000, 17578.125},
        {"BritishNationalGrid", "EPSG:27700", 14, false, false, -238375, 1376256, 896},
        {"MassachusettsMainland", "EPSG:26986", 15, false, false, 0, 1048576, 2048},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(rows); i++) {
        struct eg_tile_matrix_set *set = published(state, rows[i].id);
        assert_string_equal(set->crs, rows[i].crs);
        assert_int_equal(set->n_matrices, rows[i].n);
        assert_int_equal(set->northing_first, rows[i].northing_first);
        assert_int_equal(set->geographic, rows[i].geographic);
        assert_near(set->matrices[0].left, rows[i].left, 0);
        assert_near(set->matrices[0].top, rows[i].top, 0);
        assert_near(set->matrices[0].cell_size, rows[i].cell_size, 0);
        assert_true(set->has_area);
        eg_tile_matrix_set_free(set);
    }
}

static void tiles_of_web_mercator_are_those_of_the_grid(void **state)
{
    struct eg_tile_matrix_set *set = published(state, "WebMercatorQuad");
    for (uint32_t z = 0; z < set->n_matrices; z++) {
        uint32_t x = (UINT32_C(1) << z) * 5 / 8, y = (UINT32_C(1) << z) / 3;
        struct eg_bounds got = eg_tile_matrix_bounds(&set->matrices[z], x, y);
        struct eg_bounds wanted = eg_grid_tile_bounds_m(z, x, y);
        assert_near(got.min_x, wanted.min_x, 1e-7);
        assert_near(got.min_y, wanted.min_y, 1e-7);
        assert_near(got.max_x, wanted.max_x, 1e-7);
        assert_near(got.max_y, wanted.max_y, 1e-7);
        struct eg_tile_range own = eg_tile_matrix_range(&set->matrices[z], got);
        assert_false(own.empty);
        assert_int_equal(own.min_column, x);
        assert_int_equal(own.max_column, x);
        assert_int_equal(own.min_row, y);
        assert_int_equal(own.max_row, y);
    }
    eg_tile_matrix_set_free(set);
}

static void a_range_is_cut_to_the_matrix_and_may_be_empty(void **state)
{
    struct eg_tile_matrix_set *set = published(state, "BritishNationalGrid");
    const struct eg_tile_matrix *matrix = &set->matrices[2]; /* tiles of 57,344 m, 20 x 28 */
    struct eg_tile_range all = eg_tile_matrix_range(matrix, (struct eg_bounds){-1e9, -1e9, 1e9, 1e9});
    assert_false(all.empty);
    assert_int_equal(all.min_column + all.min_row, 0);
    assert_int_equal(all.max_column, 19);
    assert_int_equal(all.max_row, 27);
    struct eg_tile_range london =
        eg_tile_matrix_range(matrix, (struct eg_bounds){530000, 180000, 531000, 181000});
    assert_int_equal(london.min_column, 13); /* (530000 + 238375) / 57344 = 13.4 */
    assert_int_equal(london.max_column, 13);
    assert_int_equal(london.min_row, 20); /* (1376256 - 181000) / 57344 = 20.8 */
    assert_int_equal(london.max_row, 20);
    assert_true(eg_tile_matrix_range(matrix, (struct eg_bounds){2e6, 0, 3e6, 1e6}).empty);
    assert_true(eg_tile_matrix_range(matrix, (struct eg_bounds){0, -9e6, 1, -8e6}).empty);
    assert_true(
        eg_tile_matrix_range(matrix, (struct eg_bounds){HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL}).empty);
    assert_true(eg_tile_matrix_range(matrix, (struct eg_bounds){(double)NAN, 0, 1, 1}).empty);
    eg_tile_matrix_set_free(set);
}

static void a_matrix_is_found_by_its_id(void **state)
{
    struct eg_tile_matrix_set *set = published(state, "MassachusettsMainland");
    assert_int_equal(eg_tile_matrix_find(set, EG_TEXT("12")), 12);
    assert_int_equal(eg_tile_matrix_find(set, EG_TEXT("99")), set->n_matrices);
    assert_int_equal(eg_tile_matrix_find(set, EG_TEXT("")), set->n_matrices);
    eg_tile_matrix_set_free(set);
}

/* A set of one matrix; each row replaces one piece of it. */
static const char whole[] =
    "{\"id\": \"a\", \"crs\": \"http://www.opengis.net/def/crs/EPSG/0/4326\", \"tileMatrices\": [{\"id\": "
    "\"0\","
    "\"scaleDenominator\": 279541132.0143589, \"cellSize\": 0.703125, \"pointOfOrigin\": [90, -180],"
    "\"tileWidth\": 256, \"tileHeight\": 256, \"matrixWidth\": 2, \"matrixHeight\": 1}]}";

static enum eg_status parse_changed(void **state, const char *from, const char *to, struct eg_error *err,
                                    struct eg_tile_matrix_set **set_out)
{
    char text[1024];
    const char *at = strstr(whole, from);
    assert_non_null(at);
    int n = snprintf(text, sizeof text, "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
    return eg_tile_matrix_set_parse(*state, (struct eg_text){text, (size_t)n}, "mine.json", set_out, err);
}

static void latitude_comes_first_where_the_authority_says_so(void **state)
{
    struct eg_tile_matrix_set *set = NULL;
    assert_int_equal(parse_changed(state, "\"a\"", "\"a\"", NULL, &set), EG_OK);
    assert_true(set->northing_first);
    assert_near(set->matrices[0].left, -180, 0);
    assert_near(set->matrices[0].top, 90, 0);
    assert_string_equal(set->title, "a");
    eg_tile_matrix_set_free(set);
}

static void what_is_wrong_is_named(void **state)
{
    static const struct {
        const char *from, *to;
        enum eg_status status;
        const char *field;
    } rows[] = {
        {"\"a\"", "\"\"", EG_INVALID, "id"},
        {"\"a\"", "\"a/b\"", EG_INVALID, "id"},
        {"\"a\"", "7", EG_INVALID, "id"},
        {"EPSG/0/4326", "EPSG/0/999999", EG_INVALID, "crs"},
        {"\"http://www.opengis.net/def/crs/EPSG/0/4326\"", "{\"wkt\": 1}", EG_INVALID, "crs"},
        {"\"id\": \"0\",", "\"id\": \"0\", \"cornerOfOrigin\": \"bottomLeft\",", EG_UNSUPPORTED,
         "tileMatrices[0].cornerOfOrigin"},
        {"\"id\": \"0\",", "\"id\": \"0\", \"variableMatrixWidths\": [{}],", EG_UNSUPPORTED,
         "tileMatrices[0].variableMatrixWidths"},
        {"279541132.0143589", "559082264.028717", EG_INVALID, "tileMatrices[0].scaleDenominator"},
        {"0.703125", "0", EG_INVALID, "tileMatrices[0].cellSize"},
        {"0.703125", "\"x\"", EG_INVALID, "tileMatrices[0].cellSize"},
        {"[90, -180]", "[90]", EG_INVALID, "tileMatrices[0].pointOfOrigin"},
        {"[90, -180]", "[1e300, -180]", EG_INVALID, "tileMatrices[0].pointOfOrigin"},
        {"\"tileWidth\": 256", "\"tileWidth\": 8192", EG_LIMIT, "tileMatrices[0].tileWidth"},
        {"\"tileHeight\": 256", "\"tileHeight\": 1.5", EG_INVALID, "tileMatrices[0].tileHeight"},
        {"\"matrixWidth\": 2", "\"matrixWidth\": 1e12", EG_LIMIT, "tileMatrices[0].matrixWidth"},
        {"\"matrixHeight\": 1", "\"matrixHeight\": 0", EG_INVALID, "tileMatrices[0].matrixHeight"},
        {"\"tileMatrices\": [", "\"tileMatrices\": [],\"x\": [", EG_INVALID, "tileMatrices"},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(rows); i++) {
        struct eg_tile_matrix_set *set = NULL;
        struct eg_error err = {0};
        assert_int_equal(parse_changed(state, rows[i].from, rows[i].to, &err, &set), rows[i].status);
        assert_null(set);
        assert_string_equal(err.field, rows[i].field);
        assert_string_equal(err.file, "mine.json");
        assert_true(err.message[0]);
    }
}

static void a_comma_too_many_is_told_with_line_and_column(void **state)
{
    struct eg_tile_matrix_set *set = NULL;
    struct eg_error err = {0};
    assert_int_equal(parse_changed(state, "}]}", "}],}", &err, &set), EG_INVALID);
    assert_int_equal(err.line, 1);
    assert_true(err.column > 0);
    assert_string_equal(err.file, "mine.json");
}

static void matrices_go_from_coarse_to_fine_and_differ_in_id(void **state)
{
    static const char *const second[] = {
        "}, {\"id\": \"1\", \"scaleDenominator\": 279541132.0143589, \"cellSize\": 0.703125, "
        "\"pointOfOrigin\": [90, -180],"
        "\"tileWidth\": 1, \"tileHeight\": 1, \"matrixWidth\": 1, \"matrixHeight\": 1}]}",
        "}, {\"id\": \"0\", \"scaleDenominator\": 139770566.00717944, \"cellSize\": 0.3515625, "
        "\"pointOfOrigin\": [90, -180],"
        "\"tileWidth\": 1, \"tileHeight\": 1, \"matrixWidth\": 1, \"matrixHeight\": 1}]}"};
    static const char *const fields[] = {"tileMatrices[1].cellSize", "tileMatrices[1].id"};
    for (size_t i = 0; i < EG_ARRAY_LEN(second); i++) {
        struct eg_tile_matrix_set *set = NULL;
        struct eg_error err = {0};
        assert_int_equal(parse_changed(state, "}]}", second[i], &err, &set), EG_INVALID);
        assert_string_equal(err.field, fields[i]);
    }
}

static void refused_memory_is_reported(void **state)
{
    struct eg_tile_matrix_set *set = NULL;
    for (long n = 1;; n++) {
        eg_failing_malloc_after(n);
        enum eg_status status = parse_changed(state, "\"a\"", "\"a\"", NULL, &set);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        if (!failed) break;
        assert_int_equal(status, EG_NO_MEMORY);
        assert_null(set);
    }
    assert_non_null(set);
    eg_tile_matrix_set_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_sets_are_read),
        cmocka_unit_test(tiles_of_web_mercator_are_those_of_the_grid),
        cmocka_unit_test(a_range_is_cut_to_the_matrix_and_may_be_empty),
        cmocka_unit_test(a_matrix_is_found_by_its_id),
        cmocka_unit_test(latitude_comes_first_where_the_authority_says_so),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(a_comma_too_many_is_told_with_line_and_column),
        cmocka_unit_test(matrices_go_from_coarse_to_fine_and_differ_in_id),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
