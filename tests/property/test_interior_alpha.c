/* Pictures with a palette are as opaque as the exact ones: whatever ramp, opacity, outlines and patterns, a pixel that is
 * opaque, transparent or as opaque as the fill has that very alpha in the file. Otherwise the basemap shines through along
 * the borders of areas: seams, though the drawing had none.
 *
 * Twice: through the whole program, over a generated county in every named ramp; and on random meshes without gaps, where
 * every pixel of a picture must have the fill's alpha. Errors of colour are no matter here. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/png.h"
#include "support/held_alpha.h"
#include "support/small_atlas.h"
#include "support/test_county.h"
#include "support/test_plane.h"
#include "support/test_random.h"

#define N_COUNTY 2500
#define TILES_EACH 3
#define MESHES 60
#define N_PAINTS 9

static const char *const ramps[] = {
    "Blues",  "BuGn",   "BuPu",     "GnBu",    "Greens",  "Greys", "Oranges", "OrRd",
    "PuBu",   "PuBuGn", "PuRd",     "Purples", "RdPu",    "Reds",  "YlGn",    "YlGnBu",
    "YlOrBr", "YlOrRd", "BrBG",     "PiYG",    "PRGn",    "PuOr",  "RdBu",    "RdGy",
    "RdYlBu", "RdYlGn", "Spectral", "viridis", "cividis", "magma", "inferno", "plasma"};

static struct eg_test_random dice;

/* --- the whole program -------------------------------------------------------------------------------------------------- */

static const char head[] =
    "evenground: 1\n"
    "title: Every ramp\n"
    "boundaries:\n"
    "  - {id: nbhd, title: Areas, source: data/neighbourhoods.fgb, key: code, name: name}\n"
    "tables:\n"
    "  - {id: deprivation, source: data/deprivation.csv, key: code, boundaries: nbhd, period: \"2024\"}\n"
    "  - id: outcomes\n"
    "    source: data/outcomes.csv\n"
    "    key: code\n"
    "    boundaries: nbhd\n"
    "    markers: {suppressed: \"*\", missing: [\"\", \":\"]}\n"
    "    flags: {unreliable: u}\n"
    "    long: {indicator: indicator, period: year, value: value, flag: flag, indicators: {smoking: "
    "smoking}}\n"
    "indicators:\n"
    "  - {id: deprivation, title: Deprivation, series: {table: deprivation, value: score_2024}}\n"
    "  - {id: smoking, title: Smoking, polarity: high_is_worse}\n"
    "styles:\n";

/* Four styles of each ramp: style s{4 r + k} is see-through where k & 1, outlined where k & 2. */
static void write_atlas(const char *path)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    (void)fputs(head, file);
    for (uint32_t s = 0; s < 4 * EG_ARRAY_LEN(ramps); s++) {
        const char *lines =
            s & 2 ? "{colour: \"#3c3c3c\", width: 0.7}, {colour: \"#ffffff80\", width: 1.2}" : "";
        (void)fprintf(file,
                      "  - {id: s%u, classification: {method: quantile, classes: %u}, ramp: %s, opacity: %s, "
                      "outline: [%s]}\n",
                      s, 3 + s % 7, ramps[s / 4], s & 1 ? "0.6" : "1", lines);
    }
    (void)fputs("layers:\n  - {id: deprivation.nbhd}\n  - {id: smoking.nbhd}\n", file);
    assert_int_equal(fclose(file), 0);
}

static struct eg_small county;

static int open_county(void **state)
{
    (void)state;
    dice = eg_test_random_new();
    eg_test_county_write("interior", N_COUNTY, 5);
    struct eg_test_path path = eg_test_county_path("interior", "every.yaml");
    write_atlas(path.text);
    eg_small_open_at(path.text, 0, &county);
    assert_int_equal(remove(path.text), 0);
    eg_test_county_remove("interior");
    return 0;
}

static int close_county(void **state)
{
    (void)state;
    eg_small_close(&county);
    return 0;
}

static struct eg_text random_layer(void)
{
    return eg_test_random_below(&dice, 2) ? EG_TEXT("deprivation.nbhd") : EG_TEXT("smoking.nbhd");
}

static struct eg_point random_vertex(const struct eg_plane *plane)
{
    return plane->level[0].points[eg_test_random_below(&dice, plane->level[0].start[plane->n_arcs])];
}

static uint64_t compare_tile(uint32_t style, uint32_t z)
{
    char name[16], what[80];
    (void)snprintf(name, sizeof name, "s%u", style);
    struct eg_point at = random_vertex(county.snapshot->generation->area_sets[0].plane);
    struct eg_tile_request request = {.name = {.layer = random_layer(), .style = eg_text_from(name)},
                                      .z = z,
                                      .x = (uint32_t)(((int64_t)at.x + (INT64_C(1) << 31)) >> (32 - z)),
                                      .y = (uint32_t)(((INT64_C(1) << 31) - 1 - at.y) >> (32 - z)),
                                      .scale = 1 + eg_test_random_below(&dice, 3)};
    struct eg_canvas canvas[2];
    for (uint32_t exact = 0; exact < 2; exact++) {
        struct eg_entity entity = {0};
        request.exact = exact;
        assert_int_equal(eg_engine_tile_entity(county.engine, county.snapshot, &request, &entity, NULL),
                         EG_OK);
        eg_small_decode(&entity, &canvas[exact]);
    }
    (void)snprintf(what, sizeof what, "%s %s %u/%u/%u@%ux", ramps[style / 4], name, z, request.x, request.y,
                   request.scale);
    uint64_t n = eg_test_compare_held(&canvas[1], &canvas[0], style & 1 ? 153 : 255, what);
    eg_canvas_clear(&canvas[0]);
    eg_canvas_clear(&canvas[1]);
    return n;
}

static void tiles_of_every_ramp_are_as_opaque_as_the_exact_ones(void **state)
{
    (void)state;
    uint64_t n = 0;
    for (uint32_t style = 0; style < 4 * EG_ARRAY_LEN(ramps); style++)
        for (uint32_t i = 0; i < TILES_EACH; i++)
            n += compare_tile(style, 8 + eg_test_random_below(&dice, 7));
    assert_true(n > 5000000);
}

static uint64_t compare_map(uint32_t style, const char *crs, struct eg_bounds bounds)
{
    char name[16], what[80];
    (void)snprintf(name, sizeof name, "s%u", style);
    struct eg_layer_name layer = {.layer = random_layer(), .style = eg_text_from(name)};
    struct eg_map_request request = {.names = &layer,
                                     .n_names = 1,
                                     .crs = eg_text_from(crs),
                                     .bounds = bounds,
                                     .width = 200 + eg_test_random_below(&dice, 500),
                                     .height = 200 + eg_test_random_below(&dice, 500),
                                     .scale = 1 + eg_test_random_below(&dice, 2)};
    struct eg_canvas canvas[2];
    for (uint32_t exact = 0; exact < 2; exact++) {
        struct eg_entity entity = {0};
        request.exact = exact;
        assert_int_equal(eg_engine_map(county.engine, county.snapshot, &request, &entity, NULL), EG_OK);
        eg_small_decode(&entity, &canvas[exact]);
    }
    (void)snprintf(what, sizeof what, "%s %s in %s", ramps[style / 4], name, crs);
    uint64_t n = eg_test_compare_held(&canvas[1], &canvas[0], style & 1 ? 153 : 255, what);
    eg_canvas_clear(&canvas[0]);
    eg_canvas_clear(&canvas[1]);
    return n;
}

static void maps_in_other_crs_are_as_opaque_as_the_exact_ones(void **state)
{
    (void)state;
    const struct eg_area_set *areas = &county.snapshot->generation->area_sets[0];
    uint64_t n = 0;
    for (uint32_t style = 0; style < 4 * EG_ARRAY_LEN(ramps); style += 1 + eg_test_random_below(&dice, 4)) {
        struct eg_point at = random_vertex(areas->plane);
        double lon_deg, lat_deg;
        eg_mercator_inverse(at.x * (EG_MERCATOR_HALF_M / 0x1p31), at.y * (EG_MERCATOR_HALF_M / 0x1p31),
                            &lon_deg, &lat_deg);
        double half = 0.02 + 0.2 * eg_test_random_unit(&dice);
        n += compare_map(style, style % 3 ? "EPSG:4326" : "CRS:84",
                         (struct eg_bounds){lon_deg - half, lat_deg - half, lon_deg + half, lat_deg + half});
    }
    assert_true(n > 1000000);
}

/* --- random meshes ------------------------------------------------------------------------------------------------------ */

/* A rectangle of areas without gaps, and a view that lies within it. */
static struct eg_plane *mesh_and_view(struct eg_view *view)
{
    struct eg_test_mesh mesh = {.columns = 6 + eg_test_random_below(&dice, 40),
                                .rows = 6 + eg_test_random_below(&dice, 40),
                                .cell = 20000,
                                .bends_log2 = eg_test_random_below(&dice, 4),
                                .shake = 0.3,
                                .roughness = 0.12};
    struct eg_plane *plane = eg_test_plane_mesh(&mesh, &dice);
    double width = 20000.0 * (mesh.columns - 3), height = 20000.0 * (mesh.rows - 3);
    *view = (struct eg_view){.width = 256,
                             .height = 256,
                             .left = 30000,
                             .top = 30000 + height,
                             .px_per_unit_x = 256 / width,
                             .px_per_unit_y = 256 / height,
                             .line_scale = 1,
                             .level = eg_test_random_below(&dice, plane->n_levels)};
    return plane;
}

static struct eg_rgba random_fill(uint8_t alpha)
{
    struct eg_rgba colour = {(uint8_t)eg_test_random_below(&dice, 256),
                             (uint8_t)eg_test_random_below(&dice, 256),
                             (uint8_t)eg_test_random_below(&dice, 256), alpha};
    return eg_rgba_premultiply(colour);
}

static void compare_mesh(uint8_t alpha, bool patterns)
{
    struct eg_view view;
    struct eg_plane *plane = mesh_and_view(&view);
    struct eg_render_scratch *scratch = eg_render_scratch_new();
    struct eg_paint paints[N_PAINTS] = {0};
    uint8_t *area_paint = malloc(plane->n_areas);
    struct eg_canvas canvas;
    assert_true(scratch && area_paint);
    for (uint32_t a = 0; a < plane->n_areas; a++)
        area_paint[a] = (uint8_t)eg_test_random_below(&dice, N_PAINTS);
    for (uint32_t p = 0; p < N_PAINTS; p++)
        paints[p] = (struct eg_paint){random_fill(alpha), (enum eg_pattern)(patterns ? p % 4 : 0),
                                      random_fill(alpha)};
    struct eg_fill fill = {.plane = plane, .area_paint = area_paint, .paints = paints, .n_paints = N_PAINTS};
    struct eg_palette_style style = {.paints = paints, .n_paints = N_PAINTS};
    assert_int_equal(eg_canvas_init(&canvas, view.width, view.height, NULL), EG_OK);
    assert_int_equal(eg_fill_draw(scratch, &view, &fill, &canvas, NULL), EG_OK);
    uint64_t n = eg_test_encode_and_compare(&canvas, &style, alpha, "a random mesh");
    assert_int_equal(n, 256 * 256); /* the drawing itself has no seam */
    eg_canvas_clear(&canvas);
    eg_test_plane_free(plane);
    eg_render_scratch_free(scratch);
    free(area_paint);
}

static void a_mesh_without_gaps_has_the_alpha_of_its_fills_everywhere(void **state)
{
    (void)state;
    static const uint8_t alphas[] = {255, 153, 254, 100, 30};
    for (uint32_t i = 0; i < MESHES; i++) compare_mesh(alphas[i % EG_ARRAY_LEN(alphas)], i % 3 == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiles_of_every_ramp_are_as_opaque_as_the_exact_ones),
        cmocka_unit_test(maps_in_other_crs_are_as_opaque_as_the_exact_ones),
        cmocka_unit_test(a_mesh_without_gaps_has_the_alpha_of_its_fills_everywhere),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, open_county, close_county);
}
