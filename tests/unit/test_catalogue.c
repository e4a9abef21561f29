/* TileJSON, the catalogue, legends as JSON, the report: the same classes in each of them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"
#include "support/small_atlas.h"

static const struct eg_text base_url = {"https://atlas.example", 21};
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
    return 0;
}

static struct eg_layer_name name_of(const char *layer, const char *style, const char *period)
{
    return (struct eg_layer_name){eg_text_from(layer), eg_text_from(style), eg_text_from(period)};
}

static struct eg_json *tilejson(const char *layer, const char *style, const char *period)
{
    struct eg_layer_name name = name_of(layer, style, period);
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    if (eg_engine_tilejson(small.snapshot, &name, base_url, &entity, &err) != EG_OK)
        fail_msg("%s", err.message);
    return eg_small_json(&entity);
}

static struct eg_json *legend(const char *layer, const char *style, const char *period)
{
    struct eg_layer_name name = name_of(layer, style, period);
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    if (eg_engine_legend_json(small.snapshot, &name, &entity, &err) != EG_OK) fail_msg("%s", err.message);
    return eg_small_json(&entity);
}

static struct eg_json *catalogue(void)
{
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    if (eg_engine_catalogue(small.snapshot, base_url, &entity, &err) != EG_OK) fail_msg("%s", err.message);
    return eg_small_json(&entity);
}

/* --- TileJSON -------------------------------------------------------------------------------------------------------- */

static void tilejson_has_what_the_standard_asks_for(void **state)
{
    (void)state;
    struct eg_json *json = tilejson("deprivation.nbhd", NULL, NULL);
    assert_string_equal(eg_small_text(json, "tilejson"), "3.0.0");
    assert_int_equal(eg_json_length(eg_small_at(json, "tiles")), 1);
    assert_string_equal(eg_small_text(json, "name"), "Deprivation, Neighbourhoods");
    assert_string_equal(eg_small_text(json, "scheme"), "xyz");
    assert_string_equal(eg_small_text(json, "attribution"), "Small & Co | Surveyors | Counters");
    assert_true(eg_small_number(json, "minzoom") == 0 && eg_small_number(json, "maxzoom") == 22);
    assert_null(eg_small_at(json, "vector_layers")); /* raster */
    assert_null(eg_small_at(json, "description"));   /* not stated: left out, null would be no text */
    static const double bounds[] = {0.0, 51.0, 0.6, 51.3};
    for (uint32_t i = 0; i < 4; i++) {
        char path[16];
        (void)snprintf(path, sizeof path, "bounds/%u", i);
        assert_true(fabs(eg_small_number(json, path) - bounds[i]) < 2e-5);
    }
    assert_true(fabs(eg_small_number(json, "center/0") - 0.3) < 2e-5);
    assert_true(fabs(eg_small_number(json, "center/1") - 51.15) < 2e-5);
    assert_true(eg_small_number(json, "center/2") == 10); /* 437 pixels wide there */
    eg_json_free(json);
    json = tilejson("illness.nbhd", NULL, NULL);
    assert_string_equal(eg_small_text(json, "description"), "People who are ill");
    eg_json_free(json);
}

static void the_tile_url_is_absolute_and_versioned(void **state)
{
    (void)state;
    struct eg_json *json = tilejson("deprivation.nbhd", "thirds", "2019");
    char expected[256];
    (void)snprintf(
        expected, sizeof expected,
        "https://atlas.example/tiles/deprivation.nbhd/{z}/{x}/{y}.png?style=thirds&period=2019&v=%s",
        small.snapshot->version);
    assert_string_equal(eg_small_text(json, "tiles/0"), expected);
    assert_string_equal(eg_small_text(json, "style"), "thirds");
    assert_string_equal(eg_small_text(json, "period/id"), "2019");
    assert_int_equal(eg_json_length(eg_small_at(json, "periods")), 2);
    (void)snprintf(expected, sizeof expected,
                   "https://atlas.example/legend/deprivation.nbhd.png?style=thirds&period=2019&v=%s",
                   small.snapshot->version);
    assert_string_equal(eg_small_text(json, "legend_url"), expected);
    eg_json_free(json);
}

static void the_legend_in_words_is_safe_as_html(void **state)
{
    (void)state;
    struct eg_json *json = tilejson("kind.nbhd", NULL, NULL);
    assert_string_equal(eg_small_text(json, "legend"), "Coast; Rural; Urban &amp; edge");
    eg_json_free(json);
    json = tilejson("plain.nbhd", NULL, NULL);
    assert_string_equal(eg_small_text(json, "name"),
                        "Plain <layer> & more"); /* the standard: not to be read as HTML */
    eg_json_free(json);
}

/* --- the same everywhere ----------------------------------------------------------------------------------------------- */

/* Members of `path` in one document against those of "classification" in another. */
static void check_same_classes(struct eg_json *one, const char *before, struct eg_json *other,
                               const char *after)
{
    static const char *const members[] = {"method", "closure"};
    char a[256], b[256], path[128];
    for (size_t i = 0; i < EG_ARRAY_LEN(members); i++) {
        (void)snprintf(path, sizeof path, "%s%s", before, members[i]);
        (void)snprintf(a, sizeof a, "%s", eg_small_text(one, path));
        (void)snprintf(path, sizeof path, "%s%s", after, members[i]);
        assert_string_equal(a, eg_small_text(other, path));
    }
    (void)snprintf(a, sizeof a, "%sclasses", before);
    (void)snprintf(b, sizeof b, "%sclasses", after);
    size_t n = eg_json_length(eg_small_at(one, a));
    assert_true(n > 0);
    assert_int_equal(n, eg_json_length(eg_small_at(other, b)));
    for (size_t i = 0; i < n; i++) {
        static const char *const texts[] = {"label", "colour"};
        for (size_t k = 0; k < EG_ARRAY_LEN(texts); k++) {
            (void)snprintf(path, sizeof path, "%sclasses/%zu/%s", before, i, texts[k]);
            (void)snprintf(a, sizeof a, "%s", eg_small_text(one, path));
            (void)snprintf(path, sizeof path, "%sclasses/%zu/%s", after, i, texts[k]);
            assert_string_equal(a, eg_small_text(other, path));
        }
    }
}

static void legend_tilejson_and_catalogue_tell_the_same_classes(void **state)
{
    (void)state;
    static const char *const styles[] = {"fifths", "tenths", "thirds", "steps", "kinds"};
    for (size_t i = 0; i < EG_ARRAY_LEN(styles); i++) {
        struct eg_json *one = legend("greenspace.nbhd", styles[i], NULL);
        struct eg_json *other = tilejson("greenspace.nbhd", styles[i], NULL);
        check_same_classes(one, "", other, "classification/");
        bool left = strcmp(styles[i], "steps") == 0;
        assert_string_equal(eg_small_text(one, "closure"), left ? "left" : "right");
        eg_json_free(one);
        eg_json_free(other);
    }
    struct eg_json *all = catalogue(), *one = legend("deprivation.nbhd", NULL, NULL);
    assert_string_equal(eg_small_text(all, "layers/0/id"), "deprivation.nbhd");
    check_same_classes(one, "", all, "layers/0/classification/");
    eg_json_free(all);
    eg_json_free(one);
}

/* --- legends ------------------------------------------------------------------------------------------------------------ */

static void a_legend_tells_bounds_states_and_counts(void **state)
{
    (void)state;
    struct eg_json *json = legend("illness.nbhd", "fifths", "2024");
    assert_string_equal(eg_small_text(json, "layer"), "illness.nbhd");
    assert_string_equal(eg_small_text(json, "title"), "Illness, Neighbourhoods");
    assert_string_equal(eg_small_text(json, "unit"), "%");
    assert_string_equal(eg_small_text(json, "polarity"), "high_is_worse");
    assert_string_equal(eg_small_text(json, "method"), "quantiles");
    assert_true(eg_small_number(json, "classes/0/class") == 1);
    assert_true(eg_small_number(json, "classes/0/upper") == eg_small_number(json, "classes/1/lower"));
    assert_int_equal(eg_json_length(eg_small_at(json, "states")), EG_N_STATES - 1);
    assert_string_equal(eg_small_text(json, "states/1/state"), "suppressed");
    assert_string_equal(eg_small_text(json, "states/1/pattern"), "dots");
    assert_string_equal(eg_small_text(json, "states/2/state"), "unreliable");
    assert_null(eg_small_at(json, "states/2/colour")); /* its class's */
    double n = 0;
    for (uint32_t i = 0; i < 4; i++) {
        char path[32];
        (void)snprintf(path, sizeof path, "counts/classes/%u", i);
        n += eg_small_number(json, path);
    }
    assert_true(n == 9);
    assert_true(eg_small_number(json, "counts/states/suppressed") == 1);
    assert_true(eg_small_number(json, "counts/states/not_applicable") == 1);
    assert_true(eg_small_number(json, "counts/without_class") == 0);
    eg_json_free(json);
}

static void a_legend_says_why_it_is_not_what_was_asked_for(void **state)
{
    (void)state;
    struct eg_json *json = legend("illness.nbhd", "tenths", NULL);
    assert_string_equal(eg_small_text(json, "note"),
                        "the publisher gives no deciles here; quantiles instead");
    eg_json_free(json);
    json = legend("deprivation.nbhd", "tenths", NULL);
    assert_null(eg_small_at(json, "note"));
    eg_json_free(json);
}

static bool is_null(struct eg_json *json, const char *path)
{
    double number;
    return eg_small_at(json, path) && !eg_json_is_number(eg_small_at(json, path), &number);
}

static void open_classes_have_no_bound_and_empty_ones_count_nothing(void **state)
{
    (void)state;
    struct eg_json *json = legend("greenspace.nbhd", "steps", NULL);
    uint32_t n = (uint32_t)eg_json_length(eg_small_at(json, "classes"));
    char last[32];
    (void)snprintf(last, sizeof last, "classes/%u/upper", n - 1);
    assert_true(n > 1 && is_null(json, "classes/0/lower") && is_null(json, last));
    assert_true(eg_small_number(json, "classes/0/upper") == eg_small_number(json, "classes/1/lower"));
    assert_true(eg_small_number(json, "classes/0/count") == eg_small_number(json, "counts/classes/0"));
    eg_json_free(json);
}

static void ties_and_direction_are_told(void **state)
{
    (void)state;
    struct eg_json *json = legend("illness.nbhd", "fifths", NULL);
    assert_string_equal(eg_small_text(json, "ties"), "class_of_first_from_lowest");
    assert_string_equal(eg_small_text(json, "direction"), "rising");
    eg_json_free(json);
    json = legend("deprivation.nbhd", "tenths", NULL);
    assert_string_equal(eg_small_text(json, "ties"), "publisher");
    assert_string_equal(eg_small_text(json, "direction"), "falling"); /* tenth 1 is the most deprived */
    eg_json_free(json);
    json = legend("greenspace.nbhd", "tenths", NULL);
    assert_string_equal(eg_small_text(json, "direction"), "rising");
    assert_true(eg_small_number(json, "counts/without_class") == 1);
    assert_string_equal(eg_small_text(json, "states/4/state"), "without_class");
    assert_string_equal(eg_small_text(json, "states/4/label"), "Has a value, but no published tenth");
    assert_string_equal(eg_small_text(json, "states/4/pattern"), "dots");
    eg_json_free(json);
}

static void a_category_is_told_by_name(void **state)
{
    (void)state;
    struct eg_json *json = legend("kind.nbhd", NULL, NULL);
    assert_string_equal(eg_small_text(json, "classes/0/value"), "Coast");
    assert_null(eg_small_at(json, "classes/0/lower"));
    assert_string_equal(eg_small_text(json, "method"), "categories");
    eg_json_free(json);
}

/* Whether a picture of the legend has a swatch on this ground: more pixels of it than the edges of letters have. */
static bool legend_shows(const char *layer, const char *style, struct eg_rgba colour)
{
    struct eg_layer_name name = name_of(layer, style, NULL);
    struct eg_entity entity = {0};
    struct eg_canvas canvas;
    struct eg_error err = {0};
    uint32_t n_pixels = 0;
    if (eg_engine_legend_png(small.engine, small.snapshot, &name, 1, &entity, &err) != EG_OK)
        fail_msg("%s", err.message);
    eg_small_decode(&entity, &canvas);
    for (size_t i = 0; i < (size_t)canvas.width * canvas.height; i++)
        n_pixels += memcmp(&canvas.pixels[i], &colour, sizeof colour) == 0;
    eg_canvas_clear(&canvas);
    return n_pixels >= 100;
}

static void a_value_without_a_tenth_has_its_own_row(void **state)
{
    (void)state;
    const struct eg_dressed *dressed = eg_small_dress(&small, "greenspace.nbhd", "tenths", NULL);
    uint32_t n = dressed->classed->classes.n;
    struct eg_rgba own = dressed->paints[2 * n + EG_PAINT_UNCLASSED].colour;
    struct eg_rgba missing = dressed->paints[2 * n + EG_PAINT_MISSING].colour;
    assert_true(legend_shows("greenspace.nbhd", "tenths", own));
    assert_false(legend_shows("greenspace.nbhd", "tenths", missing));
    assert_false(legend_shows("deprivation.nbhd", "tenths", own)); /* every area has a tenth */
}

static void legends_are_drawn_at_every_scale(void **state)
{
    (void)state;
    struct eg_layer_name name = name_of("illness.nbhd", NULL, NULL);
    uint32_t last = 0;
    for (uint32_t scale = 1; scale <= 3; scale++) {
        struct eg_entity entity = {0};
        struct eg_error err = {0};
        struct eg_canvas canvas;
        if (eg_engine_legend_png(small.engine, small.snapshot, &name, scale, &entity, &err) != EG_OK)
            fail_msg("%s", err.message);
        eg_small_decode(&entity, &canvas);
        assert_true(canvas.width > last && canvas.height > last);
        last = canvas.width;
        eg_canvas_clear(&canvas);
    }
}

/* --- the catalogue ------------------------------------------------------------------------------------------------------- */

static void the_catalogue_lists_what_there_is(void **state)
{
    (void)state;
    struct eg_json *json = catalogue();
    assert_string_equal(eg_small_text(json, "title"), "Small atlas");
    assert_string_equal(eg_small_text(json, "version"), small.snapshot->version);
    assert_int_equal(eg_json_length(eg_small_at(json, "boundaries")), 2);
    assert_true(eg_small_number(json, "boundaries/0/areas") == 12);
    assert_string_equal(eg_small_text(json, "boundaries/1/dissolved_from"), "nbhd");
    assert_int_equal(eg_json_length(eg_small_at(json, "indicators")), 6);
    assert_int_equal(eg_json_length(eg_small_at(json, "styles")), 10);
    assert_int_equal(eg_json_length(eg_small_at(json, "layers")), 7); /* plain.nbhd is hidden */
    assert_string_equal(eg_small_text(json, "layers/0/tilejson"),
                        "https://atlas.example/tiles/deprivation.nbhd.json");
    char legend[128];
    (void)snprintf(legend, sizeof legend, "https://atlas.example/legend/deprivation.nbhd.png?v=%s",
                   small.snapshot->version);
    assert_string_equal(eg_small_text(json, "layers/0/legend_png"), legend);
    assert_true(eg_small_number(json, "directory/entries") == 6);
    assert_non_null(eg_small_at(json, "report"));
    assert_string_equal(eg_small_text(json, "report/crs/3/id"), "EPSG:27700");
    assert_true(eg_small_number(json, "report/crs/3/accuracy_m") == 2);
    eg_json_free(json);
}

static void unknown_layers_styles_and_periods_are_errors(void **state)
{
    (void)state;
    static const char *const cases[][4] = {{"wealth.nbhd", "", "", "layer"},
                                           {"deprivation.nbhd", "rainbow", "", "style"},
                                           {"deprivation.nbhd", "", "1999", "period"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_layer_name name = name_of(cases[i][0], cases[i][1], cases[i][2]);
        struct eg_entity entity = {0};
        struct eg_error err = {0};
        assert_int_equal(eg_engine_tilejson(small.snapshot, &name, base_url, &entity, &err), EG_NOT_FOUND);
        assert_string_equal(err.field, cases[i][3]);
        assert_int_equal(eg_engine_legend_json(small.snapshot, &name, &entity, &err), EG_NOT_FOUND);
        assert_int_equal(eg_engine_legend_png(small.engine, small.snapshot, &name, 1, &entity, &err),
                         EG_NOT_FOUND);
        assert_null(entity.body.data);
    }
}

/* --- memory -------------------------------------------------------------------------------------------------------------- */

enum document { TILEJSON, CATALOGUE, LEGEND_JSON, LEGEND_PNG, REPORT, N_DOCUMENTS };

static enum eg_status make(const struct eg_small *from, enum document document, struct eg_entity *entity)
{
    struct eg_layer_name name = name_of("illness.nbhd", "tenths", NULL);
    switch (document) {
    case TILEJSON:
        return eg_engine_tilejson(from->snapshot, &name, base_url, entity, NULL);
    case CATALOGUE:
        return eg_engine_catalogue(from->snapshot, base_url, entity, NULL);
    case LEGEND_JSON:
        return eg_engine_legend_json(from->snapshot, &name, entity, NULL);
    case LEGEND_PNG:
        return eg_engine_legend_png(from->engine, from->snapshot, &name, 1, entity, NULL);
    default:
        return eg_engine_report(from->snapshot, entity, NULL);
    }
}

/* A fresh engine each time: classes and paints are kept by the snapshot once they are made. */
static void documents_survive_every_refused_allocation(void **state)
{
    (void)state;
    for (enum document document = TILEJSON; document < N_DOCUMENTS; document++) {
        bool failed = true;
        for (long n = 1; failed; n++) {
            struct eg_small fresh;
            struct eg_entity entity = {0};
            eg_small_open(0, &fresh);
            eg_failing_malloc_after(n);
            enum eg_status status = make(&fresh, document, &entity);
            failed = eg_failing_malloc_triggered();
            eg_failing_malloc_after(0);
            if (status != (failed ? EG_NO_MEMORY : EG_OK))
                fail_msg("document %d, allocation %ld: %s", document, n, eg_status_name(status));
            eg_entity_clear(&entity);
            eg_small_close(&fresh);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tilejson_has_what_the_standard_asks_for),
        cmocka_unit_test(the_tile_url_is_absolute_and_versioned),
        cmocka_unit_test(the_legend_in_words_is_safe_as_html),
        cmocka_unit_test(legend_tilejson_and_catalogue_tell_the_same_classes),
        cmocka_unit_test(a_legend_tells_bounds_states_and_counts),
        cmocka_unit_test(a_legend_says_why_it_is_not_what_was_asked_for),
        cmocka_unit_test(open_classes_have_no_bound_and_empty_ones_count_nothing),
        cmocka_unit_test(ties_and_direction_are_told),
        cmocka_unit_test(a_category_is_told_by_name),
        cmocka_unit_test(a_value_without_a_tenth_has_its_own_row),
        cmocka_unit_test(legends_are_drawn_at_every_scale),
        cmocka_unit_test(the_catalogue_lists_what_there_is),
        cmocka_unit_test(unknown_layers_styles_and_periods_are_errors),
        cmocka_unit_test(documents_survive_every_refused_allocation),
    };
    return cmocka_run_group_tests_name("catalogue", tests, open_atlas, close_atlas);
}
