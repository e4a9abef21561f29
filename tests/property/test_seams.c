/* The whole path from an atlas to decoded pixels: no seam between areas of one colour, whatever the tile, the size or the CRS.
 *
 * Style "one" draws every area, whatever its state, in one opaque colour and without outlines. Then every pixel away from the
 * coast must have exactly that colour or be exactly empty, as the area at its middle says, and a pixel on the coast is the
 * colour times a coverage (without a palette). The county is the generated one, whose borders wind; the small atlas has borders along meridians
 * and parallels. Where the coast passes is told by the planes' arcs with one owner, at full detail and at the one drawn. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/sample.h"
#include "engine/projected.h"
#include "support/small_atlas.h"
#include "support/temp_file.h"
#include "support/test_random.h"

#define TILES 120
#define MAPS 60
#define N_COUNTY 600

static const char county_yaml[] =
    "evenground: 1\n"
    "title: One colour\n"
    "boundaries:\n"
    "  - {id: nbhd, title: Areas, source: data/neighbourhoods.fgb, key: code, name: name}\n"
    "tables:\n"
    "  - {id: deprivation, source: data/deprivation.csv, key: code, boundaries: nbhd, period: \"2024\"}\n"
    "indicators:\n"
    "  - {id: deprivation, title: Deprivation, series: {table: deprivation, value: score_2024}}\n"
    "styles:\n"
    "  - id: one\n"
    "    classification: {method: quantile, classes: 5}\n"
    "    ramp: {colours: [\"#2266aa\", \"#2266aa\"]}\n"
    "    outline: []\n";

struct places {
    struct eg_test_random dice;
    struct eg_small atlas;
    uint64_t n_inside, n_coast; /* pixels looked at */
    bool exact; /* without a palette, which may have only the next best colour for a pixel on the coast */
};

static struct places county, squares;

static void write_county(const char *folder)
{
    char path[512];
    struct eg_error err = {0};
    struct eg_sample_options options = {.n_areas = N_COUNTY, .seed = 3};
    if (eg_sample_write(folder, &options, &err) != EG_OK) fail_msg("%s", err.message);
    (void)snprintf(path, sizeof path, "%s/one.yaml", folder);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(county_yaml, file);
    assert_int_equal(fclose(file), 0);
}

static void remove_county(const char *folder)
{
    static const char *const names[] = {"one.yaml",
                                        "atlas.yaml",
                                        "data/neighbourhoods.fgb",
                                        "data/deprivation.csv",
                                        "data/outcomes.csv",
                                        "data/coalitions.csv",
                                        "data/partnerships.csv",
                                        "data/officers.geojson",
                                        "data",
                                        ""};
    char path[512];
    for (size_t i = 0; i < EG_ARRAY_LEN(names); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (unlink(path) != 0) (void)rmdir(path);
    }
}

static int open_atlases(void **state)
{
    (void)state;
    char folder[256], path[512];
    (void)eg_test_temp_path("county", folder, sizeof folder);
    write_county(folder);
    (void)snprintf(path, sizeof path, "%s/one.yaml", folder);
    eg_small_open_at(path, 0, &county.atlas);
    remove_county(folder);
    eg_small_open(0, &squares.atlas);
    county.dice = squares.dice = eg_test_random_new();
    return 0;
}

static int close_atlases(void **state)
{
    (void)state;
    eg_small_close(&county.atlas);
    eg_small_close(&squares.atlas);
    return 0;
}

/* --- where the coast passes ------------------------------------------------------------------------------------------- */

struct coast {
    uint32_t width, height;
    bool *is; /* [width * height]: the coast is less than two pixels away */
};

static void mark(struct coast *coast, double x, double y)
{
    for (int dy = -1; dy <= 1; dy++) {
        for (int dx = -1; dx <= 1; dx++) {
            double column = floor(x) + dx, row = floor(y) + dy;
            if (column < 0 || row < 0 || column >= coast->width || row >= coast->height) continue;
            coast->is[(size_t)row * coast->width + (size_t)column] = true;
        }
    }
}

static double clamp(double v, double low, double high)
{
    return fmin(fmax(v, low), high);
}

static void mark_segment(struct coast *coast, const struct eg_view *view, struct eg_point a,
                         struct eg_point b)
{
    double ax = (a.x - view->left) * view->px_per_unit_x, ay = (view->top - a.y) * view->px_per_unit_y;
    double bx = (b.x - view->left) * view->px_per_unit_x, by = (view->top - b.y) * view->px_per_unit_y;
    if (fmax(ax, bx) < -2 || fmin(ax, bx) > coast->width + 2 || fmax(ay, by) < -2 ||
        fmin(ay, by) > coast->height + 2)
        return;
    double length = hypot(bx - ax, by - ay), from = 0, to = 1;
    /* Of a long segment only the part near the picture. */
    if (fabs(bx - ax) > 10) {
        double t0 = (-3 - ax) / (bx - ax), t1 = (coast->width + 3 - ax) / (bx - ax);
        from = clamp(fmin(t0, t1), from, to), to = clamp(fmax(t0, t1), from, to);
    }
    if (fabs(by - ay) > 10) {
        double t0 = (-3 - ay) / (by - ay), t1 = (coast->height + 3 - ay) / (by - ay);
        from = clamp(fmin(t0, t1), from, to), to = clamp(fmax(t0, t1), from, to);
    }
    double step = 0.4 / fmax(length, 0.4);
    for (double t = from; t < to; t += step) mark(coast, ax + t * (bx - ax), ay + t * (by - ay));
    mark(coast, ax + to * (bx - ax), ay + to * (by - ay));
}

static struct coast find_coast(const struct eg_plane *plane, const struct eg_view *view)
{
    struct coast coast = {view->width, view->height, NULL};
    coast.is = calloc((size_t)view->width * view->height, sizeof *coast.is);
    assert_non_null(coast.is);
    for (uint32_t arc = 0; arc < plane->n_arcs; arc++) {
        if (plane->left[arc] != EG_NO_AREA && plane->right[arc] != EG_NO_AREA) continue;
        for (uint32_t level = 0; level <= view->level; level += view->level > 0 ? view->level : 1) {
            const struct eg_plane_level *at = &plane->level[level];
            for (uint32_t i = at->start[arc] + 1; i < at->start[arc + 1]; i++)
                mark_segment(&coast, view, at->points[i - 1], at->points[i]);
        }
    }
    return coast;
}

/* --- looking at a picture ------------------------------------------------------------------------------------------------ */

static uint32_t area_at(const struct eg_plane *plane, const struct eg_view *view, uint32_t x, uint32_t y)
{
    double gx = view->left + (x + 0.5) / view->px_per_unit_x,
           gy = view->top - (y + 0.5) / view->px_per_unit_y;
    if (fabs(gx) > INT32_MAX || fabs(gy) > INT32_MAX) return EG_NO_AREA;
    return eg_plane_locate(plane, (struct eg_point){(int32_t)floor(gx), (int32_t)floor(gy)});
}

static bool is_share_of(struct eg_rgba pixel, struct eg_rgba colour)
{
    return abs(pixel.r * 255 - colour.r * pixel.a) <= 2 * 255 &&
           abs(pixel.g * 255 - colour.g * pixel.a) <= 2 * 255 &&
           abs(pixel.b * 255 - colour.b * pixel.a) <= 2 * 255;
}

/* Every pixel's colour; the area beneath it of some of them, as looking it up takes longer. */
static void look(struct places *places, const struct eg_plane *plane, const struct eg_view *view,
                 const struct eg_canvas *canvas, const char *what)
{
    struct eg_rgba one = EG_SMALL_ONE_COLOUR;
    struct coast coast = find_coast(plane, view);
    for (uint32_t y = 0; y < canvas->height; y++) {
        for (uint32_t x = 0; x < canvas->width; x++) {
            size_t i = (size_t)y * canvas->width + x;
            struct eg_rgba pixel = canvas->pixels[i];
            bool full = memcmp(&pixel, &one, sizeof one) == 0;
            bool empty = pixel.a == 0 && pixel.r == 0 && pixel.g == 0 && pixel.b == 0;
            places->n_inside += full && !coast.is[i];
            places->n_coast += coast.is[i];
            bool fine = coast.is[i] ? !places->exact || is_share_of(pixel, one) : full || empty;
            if (fine && !coast.is[i] && i % 61 == 0)
                fine = full == (area_at(plane, view, x, y) != EG_NO_AREA);
            if (!fine)
                fail_msg("%s: pixel %u,%u is %u %u %u %u", what, x, y, pixel.r, pixel.g, pixel.b, pixel.a);
        }
    }
    free(coast.is);
}

static struct eg_point random_vertex(struct places *places, const struct eg_plane *plane)
{
    uint32_t n = plane->level[0].start[plane->n_arcs];
    return plane->level[0].points[eg_test_random_below(&places->dice, n)];
}

/* --- tiles ------------------------------------------------------------------------------------------------------------- */

static void look_at_tiles(struct places *places, const char *layer)
{
    const struct eg_plane *plane = places->atlas.snapshot->generation->area_sets[0].plane;
    for (int i = 0; i < TILES; i++) {
        uint32_t z = 3 + eg_test_random_below(&places->dice, 18);
        struct eg_point at = random_vertex(places, plane);
        struct eg_tile_request request = {.name = {.layer = eg_text_from(layer), .style = EG_TEXT("one")},
                                          .z = z,
                                          .x = (uint32_t)(((int64_t)at.x + (INT64_C(1) << 31)) >> (32 - z)),
                                          .y = (uint32_t)(((INT64_C(1) << 31) - 1 - at.y) >> (32 - z)),
                                          .scale = 1 + eg_test_random_below(&places->dice, 4),
                                          .exact = places->exact = i % 2 == 0};
        struct eg_view view = eg_view_tile(plane, z, request.x, request.y, request.scale);
        struct eg_entity entity = {0};
        struct eg_canvas canvas;
        char what[96];
        (void)snprintf(what, sizeof what, "%s %u/%u/%u@%ux", layer, z, request.x, request.y, request.scale);
        assert_int_equal(
            eg_engine_tile_entity(places->atlas.engine, places->atlas.snapshot, &request, &entity, NULL),
            EG_OK);
        eg_small_decode(&entity, &canvas);
        look(places, plane, &view, &canvas, what);
        eg_canvas_clear(&canvas);
    }
    print_message("# %s: %llu pixels inside, %llu on the coast\n", layer,
                  (unsigned long long)places->n_inside, (unsigned long long)places->n_coast);
    assert_true(places->n_inside > 500000);
}

static void tiles_of_a_county_have_no_seams(void **state)
{
    (void)state;
    look_at_tiles(&county, "deprivation.nbhd");
}

static void tiles_of_squares_have_no_seams(void **state)
{
    (void)state;
    look_at_tiles(&squares, "illness.nbhd");
}

/* --- maps -------------------------------------------------------------------------------------------------------------- */

static struct eg_bounds random_bounds(struct places *places, const struct eg_plane *plane,
                                      const uint32_t size[2])
{
    struct eg_point at = random_vertex(places, plane);
    double unit = plane->grid.unit, extent = ((double)plane->box.max_x - plane->box.min_x) * unit;
    double per_px = extent / 200 * exp2(-8 * eg_test_random_unit(&places->dice));
    double stretch = exp2(eg_test_random_unit(&places->dice) - 0.5); /* pixels need not be square */
    double west = at.x * unit - size[0] * per_px * eg_test_random_unit(&places->dice);
    double south = at.y * unit - size[1] * per_px * stretch * eg_test_random_unit(&places->dice);
    return (struct eg_bounds){west, south, west + size[0] * per_px, south + size[1] * per_px * stretch};
}

static void look_at_maps(struct places *places, const char *layer, const char *crs)
{
    const struct eg_plane *plane = NULL;
    struct eg_error err = {0};
    places->n_inside = places->n_coast = 0;
    if (eg_projected_take(places->atlas.snapshot->projected, 0, eg_text_from(crs), &plane, &err) != EG_OK)
        fail_msg("%s", err.message);
    for (int i = 0; i < MAPS; i++) {
        uint32_t size[2] = {1 + eg_test_random_below(&places->dice, 500),
                            1 + eg_test_random_below(&places->dice, 500)};
        struct eg_layer_name name = {.layer = eg_text_from(layer), .style = EG_TEXT("one")};
        struct eg_map_request request = {.names = &name,
                                         .n_names = 1,
                                         .crs = eg_text_from(crs),
                                         .bounds = random_bounds(places, plane, size),
                                         .width = size[0],
                                         .height = size[1],
                                         .scale = 1,
                                         .exact = places->exact = i % 2 == 0};
        struct eg_view view = eg_view_bounds(plane, request.bounds, size[0], size[1], 1);
        struct eg_entity entity = {0};
        struct eg_canvas canvas;
        char what[160];
        (void)snprintf(what, sizeof what, "%s %s %.9g,%.9g,%.9g,%.9g %ux%u", layer, crs, request.bounds.min_x,
                       request.bounds.min_y, request.bounds.max_x, request.bounds.max_y, size[0], size[1]);
        if (eg_engine_map(places->atlas.engine, places->atlas.snapshot, &request, &entity, &err) != EG_OK)
            fail_msg("%s: %s", what, err.message);
        eg_small_decode(&entity, &canvas);
        look(places, plane, &view, &canvas, what);
        eg_canvas_clear(&canvas);
    }
    eg_projected_release(places->atlas.snapshot->projected, plane);
    assert_true(places->n_inside > 50000);
}

static void maps_in_national_grids_have_no_seams(void **state)
{
    (void)state;
    look_at_maps(&squares, "illness.nbhd", "EPSG:27700");
    look_at_maps(&county, "deprivation.nbhd", "EPSG:3035");
}

static void maps_in_degrees_have_no_seams(void **state)
{
    (void)state;
    look_at_maps(&squares, "illness.nbhd", "EPSG:4326");
    look_at_maps(&county, "deprivation.nbhd", "CRS:84");
}

static void maps_in_web_mercator_have_no_seams(void **state)
{
    (void)state;
    look_at_maps(&county, "deprivation.nbhd", "EPSG:3857");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiles_of_a_county_have_no_seams),
        cmocka_unit_test(tiles_of_squares_have_no_seams),
        cmocka_unit_test(maps_in_national_grids_have_no_seams),
        cmocka_unit_test(maps_in_degrees_have_no_seams),
        cmocka_unit_test(maps_in_web_mercator_have_no_seams),
    };
    return cmocka_run_group_tests_name("seams", tests, open_atlases, close_atlases);
}
