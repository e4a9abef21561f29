/* Vector tiles of the small atlas: which areas, which properties, what states say, what is refused; TileJSON and style. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/vector_tile.h"
#include "support/failing_malloc.h"
#include "support/mvt_decode.h"
#include "support/small_atlas.h"

static struct eg_vector_tile_request request_at(const char *layer, uint32_t z, double lon_deg, double lat_deg)
{
    struct eg_tile_request tile = eg_small_tile_at(layer, NULL, z, lon_deg, lat_deg);
    return (struct eg_vector_tile_request){
        .name.layer = tile.name.layer, .z = tile.z, .x = tile.x, .y = tile.y};
}

/* A tile and the bytes it points into. */
struct decoded {
    struct eg_entity entity;
    struct eg_test_mvt *tile; /* NULL: without bytes */
};

static struct decoded made(struct eg_small *small, const struct eg_vector_tile_request *request)
{
    struct decoded decoded = {0};
    struct eg_error err = {0};
    if (eg_engine_vector_tile_entity(small->engine, small->snapshot, request, &decoded.entity, &err) != EG_OK)
        fail_msg("%s", err.message);
    assert_string_equal(decoded.entity.media_type, "application/vnd.mapbox-vector-tile");
    if (decoded.entity.body.len > 0)
        decoded.tile = eg_test_mvt_decode(decoded.entity.body.data, decoded.entity.body.len);
    return decoded;
}

static void clear(struct decoded *decoded)
{
    if (decoded->tile) eg_test_mvt_free(decoded->tile);
    eg_entity_clear(&decoded->entity);
}

static uint32_t feature_of(const struct eg_test_mvt *tile, const char *code)
{
    for (uint32_t i = 0; i < tile->n_features; i++)
        if (eg_text_equal(eg_test_mvt_get(tile, i, "code")->text, eg_text_from(code))) return i;
    fail_msg("no feature %s", code);
    return 0;
}

static void assert_text(const struct eg_test_mvt *tile, uint32_t feature, const char *key,
                        const char *expected)
{
    const struct eg_test_mvt_value *value = eg_test_mvt_get(tile, feature, key);
    assert_true(value && value->is_text && eg_text_equal(value->text, eg_text_from(expected)));
}

static void assert_number(const struct eg_test_mvt *tile, uint32_t feature, const char *key, double expected)
{
    const struct eg_test_mvt_value *value = eg_test_mvt_get(tile, feature, key);
    assert_true(value && !value->is_text && value->number == expected);
}

static void a_tile_of_everything_has_every_area_with_its_values(void **state)
{
    (void)state;
    struct eg_small small;
    eg_small_open(0, &small);
    struct eg_vector_tile_request request = request_at("deprivation.nbhd", 6, 0.2, 51.15);
    struct decoded decoded = made(&small, &request);
    const struct eg_test_mvt *tile = decoded.tile;
    assert_int_equal(tile->n_features, EG_SMALL_AREAS);
    assert_true(eg_text_equal(tile->name, EG_TEXT("deprivation.nbhd")));
    uint32_t n7 = feature_of(tile, "N07");
    assert_int_equal(tile->features[n7].id, eg_small_area(&small, "nbhd", "N07") + 1);
    assert_non_null(eg_test_mvt_get(tile, n7, "name"));
    assert_number(tile, n7, "value", 35);
    assert_number(tile, n7, "value_2024", 35);
    assert_text(tile, n7, "state", "valid");
    assert_non_null(eg_test_mvt_get(tile, n7, "value_2019"));
    struct eg_layer_ref ref = eg_small_ref(&small, "deprivation.nbhd", NULL, "2024");
    const struct eg_layer_classes *classed = NULL;
    assert_int_equal(eg_layer_classify(small.snapshot, ref, &classed, NULL), EG_OK);
    uint32_t number = eg_layer_class_of(classed, &small.snapshot->generation->series[ref.series],
                                        eg_small_area(&small, "nbhd", "N07"));
    assert_number(tile, n7, "class", number + 1);
    assert_number(tile, n7, "class_2024", number + 1);
    clear(&decoded);
    eg_small_close(&small);
}

static void a_state_without_value_has_neither_value_nor_class(void **state)
{
    (void)state;
    static const struct {
        const char *code, *state;
        bool has_value;
    } cases[] = {{"N01", "valid", true},       {"N02", "valid", true},      {"N03", "missing", false},
                 {"N04", "suppressed", false}, {"N05", "unreliable", true}, {"N06", "not_applicable", false}};
    struct eg_small small;
    eg_small_open(0, &small);
    struct eg_vector_tile_request request = request_at("illness.nbhd", 6, 0.2, 51.15);
    struct decoded decoded = made(&small, &request);
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        uint32_t feature = feature_of(decoded.tile, cases[i].code);
        assert_text(decoded.tile, feature, "state", cases[i].state);
        assert_text(decoded.tile, feature, "state_2024", cases[i].state);
        assert_int_equal(eg_test_mvt_get(decoded.tile, feature, "value") != NULL, cases[i].has_value);
        assert_int_equal(eg_test_mvt_get(decoded.tile, feature, "class") != NULL, cases[i].has_value);
        assert_int_equal(eg_test_mvt_get(decoded.tile, feature, "value_2024") != NULL, cases[i].has_value);
    }
    assert_number(decoded.tile, feature_of(decoded.tile, "N02"), "value", 0);
    clear(&decoded);
    eg_small_close(&small);
}

static void categories_are_told_by_name(void **state)
{
    (void)state;
    struct eg_small small;
    eg_small_open(0, &small);
    struct eg_vector_tile_request request = request_at("kind.nbhd", 6, 0.2, 51.15);
    struct decoded decoded = made(&small, &request);
    assert_text(decoded.tile, feature_of(decoded.tile, "N01"), "value", "Coast");
    assert_text(decoded.tile, feature_of(decoded.tile, "N09"), "value", "Urban & edge");
    clear(&decoded);
    eg_small_close(&small);
}

static void the_period_and_style_asked_for_are_the_plain_properties(void **state)
{
    (void)state;
    struct eg_small small;
    eg_small_open(0, &small);
    struct eg_vector_tile_request request = request_at("deprivation.nbhd", 6, 0.2, 51.15);
    request.name.period = EG_TEXT("2019");
    request.name.style = EG_TEXT("thirds");
    struct decoded decoded = made(&small, &request);
    for (uint32_t i = 0; i < decoded.tile->n_features; i++) {
        assert_number(decoded.tile, i, "value", eg_test_mvt_get(decoded.tile, i, "value_2019")->number);
        assert_number(decoded.tile, i, "class", eg_test_mvt_get(decoded.tile, i, "class_2019")->number);
        assert_true(eg_test_mvt_get(decoded.tile, i, "class")->number <= 3);
    }
    clear(&decoded);
    eg_small_close(&small);
}

static void only_areas_that_meet_the_tile_are_in_it(void **state)
{
    (void)state;
    struct eg_small small;
    eg_small_open(0, &small);
    /* in the middle of N02, far from any border: found though no arc is near */
    struct eg_vector_tile_request request = request_at("deprivation.nbhd", 15, 0.15, 51.05);
    struct decoded decoded = made(&small, &request);
    assert_int_equal(decoded.tile->n_features, 1);
    assert_text(decoded.tile, 0, "code", "N02");
    assert_int_equal(eg_test_mvt_area2(decoded.tile, 0), 2 * 4224 * 4224);
    clear(&decoded);
    /* in the lake, and out at sea */
    request = request_at("deprivation.nbhd", 15, 0.15, 51.15);
    decoded = made(&small, &request);
    assert_null(decoded.tile);
    clear(&decoded);
    request = request_at("deprivation.nbhd", 3, 120, -40);
    decoded = made(&small, &request);
    assert_null(decoded.tile);
    clear(&decoded);
    eg_small_close(&small);
}

static void a_boundary_set_has_codes_and_names_alone(void **state)
{
    (void)state;
    struct eg_small small;
    eg_small_open(0, &small);
    struct eg_vector_tile_request request = request_at("town", 6, 0.2, 51.15);
    struct decoded decoded = made(&small, &request);
    assert_int_equal(decoded.tile->n_features, 3);
    assert_int_equal(decoded.tile->n_keys, 2);
    assert_text(decoded.tile, feature_of(decoded.tile, "T3"), "name", "Isle");
    clear(&decoded);
    request.name.period = EG_TEXT("2024");
    struct eg_error err;
    assert_int_equal(
        eg_engine_vector_tile_entity(small.engine, small.snapshot, &request, &decoded.entity, &err),
        EG_NOT_FOUND);
    eg_small_close(&small);
}

static void another_crs_has_the_same_areas(void **state)
{
    (void)state;
    struct eg_small small;
    eg_small_open(0, &small);
    struct eg_vector_tile_request request = {.name.layer = EG_TEXT("deprivation.nbhd"),
                                             .set = 1,
                                             .crs = EG_TEXT("CRS:84"),
                                             .bounds = {0.1, 51.0, 0.2, 51.1}};
    struct decoded decoded = made(&small, &request);
    uint32_t n2 = feature_of(decoded.tile, "N02");
    int64_t area2 = eg_test_mvt_area2(decoded.tile, decoded.tile->features[n2].first_ring);
    assert_true(fabs((double)area2 / (2.0 * 4096 * 4096) - 1) < 0.01);
    clear(&decoded);
    request.bounds.max_x = NAN;
    struct eg_error err;
    assert_int_equal(
        eg_engine_vector_tile_entity(small.engine, small.snapshot, &request, &decoded.entity, &err),
        EG_INVALID);
    assert_string_equal(err.field, "bbox");
    eg_small_close(&small);
}

static void a_wrong_request_names_the_field(void **state)
{
    (void)state;
    static const struct {
        uint32_t z, x, y;
        const char *layer, *field;
        enum eg_status status;
    } cases[] = {{23, 0, 0, "deprivation.nbhd", "z", EG_INVALID},
                 {3, 8, 0, "deprivation.nbhd", "x", EG_INVALID},
                 {3, 0, 8, "deprivation.nbhd", "y", EG_INVALID},
                 {3, 0, 0, "nothing", "layer", EG_NOT_FOUND}};
    struct eg_small small;
    eg_small_open(0, &small);
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_vector_tile_request request = {
            .name.layer = eg_text_from(cases[i].layer), .z = cases[i].z, .x = cases[i].x, .y = cases[i].y};
        struct eg_entity entity;
        struct eg_error err;
        assert_int_equal(eg_engine_vector_tile_entity(small.engine, small.snapshot, &request, &entity, &err),
                         cases[i].status);
        assert_string_equal(err.field, cases[i].field);
        assert_null(eg_engine_vector_tile_kept(small.engine, small.snapshot, &request));
    }
    eg_small_close(&small);
}

static void a_tile_is_kept_beside_pictures_of_the_same_place(void **state)
{
    (void)state;
    struct eg_small small;
    eg_small_open(1 << 20, &small);
    struct eg_vector_tile_request request = request_at("deprivation.nbhd", 6, 0.2, 51.15);
    struct eg_tile_request picture = eg_small_tile_at("deprivation.nbhd", NULL, 6, 0.2, 51.15);
    void *vector = NULL, *drawn = NULL;
    assert_null(eg_engine_vector_tile_kept(small.engine, small.snapshot, &request));
    assert_int_equal(eg_engine_vector_tile(small.engine, small.snapshot, &request, &vector, NULL), EG_OK);
    assert_int_equal(eg_engine_tile(small.engine, small.snapshot, &picture, &drawn, NULL), EG_OK);
    assert_ptr_not_equal(vector, drawn);
    void *again = eg_engine_vector_tile_kept(small.engine, small.snapshot, &request);
    assert_ptr_equal(again, vector);
    eg_small_value_release(again);
    eg_small_value_release(vector);
    eg_small_value_release(drawn);
    eg_small_close(&small);
}

static void refused_memory_is_told_and_leaves_the_next_tile_whole(void **state)
{
    (void)state;
    struct eg_small small;
    eg_small_open(0, &small);
    struct eg_vector_tile_request request = request_at("illness.nbhd", 8, 0.2, 51.15);
    struct decoded whole = made(&small, &request);
    for (long n = 1;; n++) {
        struct eg_entity entity = {0};
        eg_failing_malloc_after(n);
        enum eg_status status =
            eg_engine_vector_tile_entity(small.engine, small.snapshot, &request, &entity, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        eg_entity_clear(&entity);
        struct decoded after = made(&small, &request);
        assert_string_equal(after.entity.etag, whole.entity.etag);
        clear(&after);
        if (!failed) break;
    }
    clear(&whole);
    eg_small_close(&small);
}

/* --- documents ------------------------------------------------------------------------------------------------------------ */

static struct eg_json *document(struct eg_small *small, bool style, const char *layer, const char *of_style)
{
    struct eg_layer_name name = {.layer = eg_text_from(layer), .style = eg_text_from(of_style)};
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    enum eg_status status =
        style ? eg_engine_vector_style(small->snapshot, &name, EG_TEXT("http://a"), &entity, &err)
              : eg_engine_vector_tilejson(small->snapshot, &name, EG_TEXT("http://a"), &entity, &err);
    if (status != EG_OK) fail_msg("%s", err.message);
    return eg_small_json(&entity);
}

static void tilejson_describes_every_property_that_tiles_have(void **state)
{
    (void)state;
    struct eg_small small;
    eg_small_open(0, &small);
    struct eg_json *json = document(&small, false, "illness.nbhd", "");
    assert_string_equal(eg_small_text(json, "tilejson"), "3.0.0");
    assert_string_equal(eg_small_text(json, "vector_layers/0/id"), "illness.nbhd");
    assert_non_null(
        strstr(eg_small_text(json, "tiles/0"), "http://a/tiles/illness.nbhd/{z}/{x}/{y}.mvt?style="));
    struct eg_vector_tile_request request = request_at("illness.nbhd", 6, 0.2, 51.15);
    struct decoded decoded = made(&small, &request);
    for (uint32_t i = 0; i < decoded.tile->n_keys; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "vector_layers/0/fields/%.*s", EG_TEXT_ARG(decoded.tile->keys[i]));
        assert_true(strlen(eg_small_text(json, path)) > 0);
    }
    clear(&decoded);
    eg_json_free(json);
    json = document(&small, false, "town", "");
    assert_non_null(eg_small_at(json, "vector_layers/0/fields/code"));
    assert_null(eg_small_at(json, "vector_layers/0/fields/value"));
    eg_json_free(json);
    eg_small_close(&small);
}

static void a_style_has_the_colours_of_classes_and_states_and_outlines_by_zoom(void **state)
{
    (void)state;
    struct eg_small small;
    eg_small_open(0, &small);
    struct eg_json *json = document(&small, true, "deprivation.nbhd", "kinds");
    assert_int_equal((int)eg_small_number(json, "version"), 8);
    eg_json_free(json);
    json = document(&small, true, "deprivation.nbhd", "");
    const struct eg_layer_classes *classed = NULL;
    struct eg_layer_ref ref = eg_small_ref(&small, "deprivation.nbhd", NULL, NULL);
    assert_int_equal(eg_layer_classify(small.snapshot, ref, &classed, NULL), EG_OK);
    assert_string_equal(eg_small_text(json, "layers/0/type"), "fill");
    assert_string_equal(eg_small_text(json, "layers/0/paint/fill-color/1/1"), "class");
    for (uint32_t i = 0; i < classed->classes.n; i++) {
        char path[64], colour[10];
        (void)snprintf(path, sizeof path, "layers/0/paint/fill-color/%u", 3 + 2 * i);
        (void)snprintf(colour, sizeof colour, "#%02x%02x%02x", classed->colour[i].r, classed->colour[i].g,
                       classed->colour[i].b);
        assert_string_equal(eg_small_text(json, path), colour);
    }
    assert_string_equal(eg_small_text(json, "layers/0/filter/0"), "has");
    assert_string_equal(eg_small_text(json, "layers/1/paint/fill-color/1/1"), "state");
    assert_non_null(eg_small_at(json, "sources/town"));
    bool outlined = false;
    for (size_t i = 0; i < eg_json_length(eg_small_at(json, "layers")); i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "layers/%zu/source", i);
        if (strcmp(eg_small_text(json, path), "town") != 0) continue;
        (void)snprintf(path, sizeof path, "layers/%zu/minzoom", i);
        assert_int_equal((int)eg_small_number(json, path), 8); /* from 9 on, of tiles half as large */
        outlined = true;
    }
    assert_true(outlined);
    eg_json_free(json);
    eg_small_close(&small);
}

static void a_translucent_style_over_a_background_says_so(void **state)
{
    (void)state;
    struct eg_small small;
    eg_small_open(0, &small);
    struct eg_json *json = document(&small, true, "illness.nbhd", "soft");
    assert_string_equal(eg_small_text(json, "layers/0/type"), "background");
    assert_non_null(strstr(eg_small_text(json, "layers/1/paint/fill-color/3"), "rgba("));
    assert_non_null(strstr(eg_small_text(json, "layers/1/paint/fill-color/3"), ",0.5"));
    eg_json_free(json);
    eg_small_close(&small);
}

static int tear_down_group(void **state)
{
    (void)state;
    eg_small_atlas_clear();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tile_of_everything_has_every_area_with_its_values),
        cmocka_unit_test(a_state_without_value_has_neither_value_nor_class),
        cmocka_unit_test(categories_are_told_by_name),
        cmocka_unit_test(the_period_and_style_asked_for_are_the_plain_properties),
        cmocka_unit_test(only_areas_that_meet_the_tile_are_in_it),
        cmocka_unit_test(a_boundary_set_has_codes_and_names_alone),
        cmocka_unit_test(another_crs_has_the_same_areas),
        cmocka_unit_test(a_wrong_request_names_the_field),
        cmocka_unit_test(a_tile_is_kept_beside_pictures_of_the_same_place),
        cmocka_unit_test(refused_memory_is_told_and_leaves_the_next_tile_whole),
        cmocka_unit_test(tilejson_describes_every_property_that_tiles_have),
        cmocka_unit_test(a_style_has_the_colours_of_classes_and_states_and_outlines_by_zoom),
        cmocka_unit_test(a_translucent_style_over_a_background_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down_group);
}
