/* What lies at a place: the numbers of the table, states apart, escaped, in every format and CRS. */
#include "http/feature_info.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/identify.h"
#include "geo/crs.h"
#include "support/failing_malloc.h"
#include "support/small_atlas.h"
#include "support/temp_file.h"
#include "support/xml_check.h"

static struct eg_small small;

struct asked {
    struct eg_layer_name name;
    struct eg_feature_info_request request;
};

/* The middle of column and row of the small atlas, 2024 unless said. */
static struct asked at(const char *layer, double lon_deg, double lat_deg, enum eg_info_format format)
{
    return (struct asked){.name = {.layer = eg_text_from(layer)},
                          .request = {.n_names = 1,
                                      .crs = EG_TEXT("CRS:84"),
                                      .x = lon_deg,
                                      .y = lat_deg,
                                      .most_features = 1,
                                      .format = format}};
}

static struct eg_entity answer(struct asked *asked)
{
    struct eg_entity entity;
    struct eg_error err = {0};
    asked->request.names = &asked->name;
    enum eg_status status = eg_feature_info(small.snapshot, &asked->request, &entity, &err);
    if (status != EG_OK) print_error("%s\n", err.message);
    assert_int_equal(status, EG_OK);
    return entity;
}

static struct eg_json *answer_json(struct asked *asked)
{
    struct eg_entity entity = answer(asked);
    assert_string_equal(entity.media_type, "application/json");
    return eg_small_json(&entity);
}

static void formats_are_known_by_their_media_types(void **state)
{
    (void)state;
    enum eg_info_format format = EG_INFO_TEXT;
    assert_true(eg_info_format_of(EG_TEXT("Text/HTML; charset=utf-8"), &format));
    assert_int_equal(format, EG_INFO_HTML);
    assert_true(eg_info_format_of(EG_TEXT("application/vnd.ogc.gml"), &format));
    assert_int_equal(format, EG_INFO_GML);
    assert_true(eg_info_format_of(EG_TEXT("application/geo+json"), &format));
    assert_int_equal(format, EG_INFO_GEOJSON);
    assert_false(eg_info_format_of(EG_TEXT("application/vnd.ogc.gml/3.1.1"), &format));
    assert_false(eg_info_format_of(EG_TEXT(""), &format));
    assert_false(eg_info_format_of(EG_TEXT("text"), &format));
}

static void values_are_those_of_the_table(void **state)
{
    (void)state;
    struct eg_layer_ref ref = eg_small_ref(&small, "illness.nbhd", NULL, NULL);
    const struct eg_series *series = &small.snapshot->generation->series[ref.series];
    uint32_t area = eg_small_area(&small, "nbhd", "N05");
    struct asked asked = at("illness.nbhd", 0.05, 51.15, EG_INFO_GEOJSON);
    struct eg_json *json = answer_json(&asked);
    assert_int_equal(eg_json_length(eg_small_at(json, "features")), 1);
    assert_string_equal(eg_small_text(json, "features/0/properties/code"), "N05");
    assert_true(eg_small_number(json, "features/0/properties/value") == 30);
    assert_true(eg_small_number(json, "features/0/properties/lower") == series->lower[area]);
    assert_true(eg_small_number(json, "features/0/properties/upper") == series->upper[area]);
    assert_string_equal(eg_small_text(json, "features/0/properties/state"), "unreliable");
    assert_string_equal(eg_small_text(json, "features/0/properties/parents/0/name"), "West");
    assert_string_equal(eg_small_text(json, "features/0/properties/unit"), "%");
    assert_string_equal(eg_small_text(json, "features/0/properties/period"), "2024");
    assert_string_equal(eg_small_text(json, "features/0/properties/source"), "Counters");
    eg_json_free(json);
}

static void a_suppressed_value_has_no_figure_in_any_format(void **state)
{
    (void)state;
    for (enum eg_info_format format = EG_INFO_TEXT; format <= EG_INFO_GML; format++) {
        struct asked asked = at("illness.nbhd", 0.35, 51.05, format);
        struct eg_entity entity = answer(&asked);
        assert_non_null(strstr(entity.body.data, "N04"));
        assert_non_null(strstr(entity.body.data, "suppressed (small numbers)"));
        assert_null(strstr(entity.body.data, "Value"));
        assert_null(strstr(entity.body.data, "lower"));
        assert_null(strstr(entity.body.data, "eg:value"));
        assert_null(strstr(entity.body.data, "Limit"));
        assert_null(strstr(entity.body.data, "class"));
        eg_entity_clear(&entity);
    }
    struct asked asked = at("illness.nbhd", 0.35, 51.05, EG_INFO_GEOJSON);
    struct eg_json *json = answer_json(&asked);
    assert_string_equal(eg_small_text(json, "features/0/properties/state"), "suppressed");
    double number;
    assert_false(eg_json_is_number(eg_small_at(json, "features/0/properties/value"), &number));
    eg_json_free(json);
}

static void states_stay_apart_and_zero_is_a_value(void **state)
{
    (void)state;
    static const struct {
        double lon_deg, lat_deg;
        const char *words;
    } places[] = {{0.15, 51.05, "Value: 0.0 %"},
                  {0.25, 51.05, "State: no data"},
                  {0.35, 51.05, "State: suppressed (small numbers)"},
                  {0.05, 51.15, "State: unreliable: read with caution"},
                  {0.11, 51.15, "State: not applicable"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(places); i++) {
        struct asked asked = at("illness.nbhd", places[i].lon_deg, places[i].lat_deg, EG_INFO_TEXT);
        struct eg_entity entity = answer(&asked);
        if (!strstr(entity.body.data, places[i].words)) print_error("%s\n", entity.body.data);
        assert_non_null(strstr(entity.body.data, places[i].words));
        eg_entity_clear(&entity);
    }
}

static void a_page_is_escaped(void **state)
{
    (void)state;
    struct asked asked = at("kind.nbhd", 0.05, 51.25, EG_INFO_HTML);
    struct eg_entity entity = answer(&asked);
    assert_non_null(strstr(entity.body.data, "Urban &amp; edge"));
    assert_null(strstr(entity.body.data, "Urban & edge"));
    eg_entity_clear(&entity);
}

static void a_period_is_that_of_the_name(void **state)
{
    (void)state;
    struct asked asked = at("kind.nbhd", 0.05, 51.05, EG_INFO_GEOJSON);
    struct eg_json *json = answer_json(&asked);
    assert_string_equal(eg_small_text(json, "features/0/properties/value"), "Coast");
    eg_json_free(json);
    asked.name.period = EG_TEXT("2019");
    json = answer_json(&asked);
    assert_string_not_equal(eg_small_text(json, "features/0/properties/value"), "Coast");
    eg_json_free(json);
}

static void every_crs_finds_the_same_area(void **state)
{
    (void)state;
    static const char *const names[] = {"CRS:84", "EPSG:4326", "EPSG:3857", "EPSG:27700", "EPSG:3035", ""};
    struct eg_crs_context *proj = NULL;
    assert_int_equal(eg_crs_context_new(&proj, NULL), EG_OK);
    for (size_t i = 0; i < EG_ARRAY_LEN(names); i++) {
        struct eg_transform *transform = NULL;
        double xy[2] = {0.25, 51.15};
        struct eg_text crs = eg_text_from(names[i][0] ? names[i] : "EPSG:3857");
        assert_int_equal(eg_transform_new(proj, EG_TEXT("CRS:84"), crs, EG_TEXT(""), &transform, NULL),
                         EG_OK);
        assert_int_equal(eg_transform_points(transform, xy, 1), 0);
        struct asked asked = at("people.nbhd", xy[0], xy[1], EG_INFO_GEOJSON);
        asked.request.crs = eg_text_from(names[i]);
        struct eg_json *json = answer_json(&asked);
        assert_string_equal(eg_small_text(json, "features/0/properties/code"), "N07");
        eg_json_free(json);
        eg_transform_free(transform);
    }
    eg_crs_context_free(proj);
}

static void what_lies_nowhere_is_an_empty_document(void **state)
{
    (void)state;
    static const double places[][2] = {{0.15, 51.15}, {170, -80}, {1e308, 0}, {NAN, 51.1}, {HUGE_VAL, 0}};
    for (size_t i = 0; i < EG_ARRAY_LEN(places); i++) {
        struct asked asked = at("illness.nbhd", places[i][0], places[i][1], EG_INFO_GEOJSON);
        struct eg_json *json = answer_json(&asked);
        assert_int_equal(eg_json_length(eg_small_at(json, "features")), 0);
        eg_json_free(json);
        asked.request.format = EG_INFO_TEXT;
        struct eg_entity entity = answer(&asked);
        assert_non_null(strstr(entity.body.data, "No area"));
        eg_entity_clear(&entity);
    }
}

static uint32_t nearest(double lon_deg, double lat_deg, double tolerance_deg)
{
    struct eg_identify_request place = {
        .crs = EG_TEXT("CRS:84"), .x = lon_deg, .y = lat_deg, .tolerance_units = tolerance_deg};
    uint32_t area = 0;
    assert_int_equal(eg_identify(small.snapshot, &place, &area, NULL), EG_OK);
    return area;
}

static void within_a_tolerance_the_nearest_area_answers(void **state)
{
    (void)state;
    uint32_t island = eg_small_area(&small, "nbhd", "N12");
    assert_int_equal(nearest(0.61, 51.1, 0.02), island);
    assert_int_equal(nearest(0.61, 51.1, 0.005), EG_NO_AREA);
    assert_int_equal(nearest(0.75, 51.1, 0.02), EG_NO_AREA);
    assert_int_equal(nearest(0.15, 51.15, 0.03), eg_small_area(&small, "nbhd", "N06"));
    assert_int_equal(nearest(0.75, 51.1, 1e300), island);
}

static void borders_come_where_they_are_wanted(void **state)
{
    (void)state;
    struct asked asked = at("illness.nbhd", 0.11, 51.11, EG_INFO_GEOJSON);
    struct eg_json *json = answer_json(&asked);
    assert_non_null(eg_small_at(json, "features/0/geometry"));
    assert_int_equal(eg_json_length(eg_small_at(json, "features/0/geometry/coordinates")), 0);
    assert_true(fabs(eg_small_number(json, "features/0/bbox/0") - 0.1) < 1e-6);
    eg_json_free(json);
    asked.request.with_geometry = true;
    json = answer_json(&asked);
    assert_string_equal(eg_small_text(json, "features/0/geometry/type"), "MultiPolygon");
    assert_int_equal(eg_json_length(eg_small_at(json, "features/0/geometry/coordinates/0")), 2);
    double x = eg_small_number(json, "features/0/geometry/coordinates/0/0/0/0");
    assert_true(fabs(x - 0.1) < 1e-6 || fabs(x - 0.2) < 1e-6);
    eg_json_free(json);
}

static void gml_is_in_the_crs_of_the_request(void **state)
{
    (void)state;
    struct asked asked = at("illness.nbhd", 0.05, 51.15, EG_INFO_GML);
    asked.request.crs = EG_TEXT("EPSG:4326");
    asked.request.with_geometry = true;
    struct eg_entity entity = answer(&asked);
    assert_string_equal(entity.media_type, "application/vnd.ogc.gml");
    assert_non_null(strstr(entity.body.data, "srsName=\"EPSG:4326\""));
    assert_non_null(strstr(entity.body.data, ",51.2000"));
    assert_non_null(strstr(entity.body.data, "<eg:value>30</eg:value>"));
    assert_non_null(strstr(entity.body.data, "<eg:illness.nbhd fid=\"illness.nbhd.N05\">"));
    eg_entity_clear(&entity);
    asked.request.northing_first = true;
    entity = answer(&asked);
    assert_non_null(strstr(entity.body.data, " 51.2000"));
    eg_xml_check_needs_schemas();
    eg_xml_check_form(&entity);
    eg_entity_clear(&entity);
}

static void several_layers_answer_in_their_order(void **state)
{
    (void)state;
    struct eg_layer_name names[] = {{.layer = EG_TEXT("people.town")}, {.layer = EG_TEXT("illness.nbhd")}};
    struct asked asked = at("people.town", 0.05, 51.15, EG_INFO_GEOJSON);
    asked.request.names = names;
    asked.request.n_names = 2;
    struct eg_entity entity;
    assert_int_equal(eg_feature_info(small.snapshot, &asked.request, &entity, NULL), EG_OK);
    struct eg_json *json = eg_small_json(&entity);
    assert_string_equal(eg_small_text(json, "features/0/properties/code"), "T1");
    assert_string_equal(eg_small_text(json, "features/1/properties/code"), "N05");
    eg_json_free(json);
}

static void mistakes_name_the_field(void **state)
{
    (void)state;
    struct eg_entity entity;
    struct eg_error err = {0};
    struct asked asked = at("nowhere.nbhd", 0.05, 51.15, EG_INFO_TEXT);
    asked.request.names = &asked.name;
    assert_int_equal(eg_feature_info(small.snapshot, &asked.request, &entity, &err), EG_NOT_FOUND);
    assert_string_equal(err.field, "layer");
    asked = at("illness.nbhd", 0.05, 51.15, EG_INFO_TEXT);
    asked.request.names = &asked.name;
    asked.request.crs = EG_TEXT("EPSG:2154");
    assert_int_equal(eg_feature_info(small.snapshot, &asked.request, &entity, &err), EG_INVALID);
    assert_string_equal(err.field, "crs");
}

static void want_of_memory_is_told(void **state)
{
    (void)state;
    for (enum eg_info_format format = EG_INFO_TEXT; format <= EG_INFO_GML; format++) {
        struct asked asked = at("illness.nbhd", 0.05, 51.15, format);
        enum eg_status status = EG_NO_MEMORY;
        asked.request.names = &asked.name;
        asked.request.with_geometry = true;
        for (long nth = 1; nth < 20000 && status == EG_NO_MEMORY; nth++) {
            struct eg_entity entity;
            eg_failing_malloc_after(nth);
            status = eg_feature_info(small.snapshot, &asked.request, &entity, NULL);
            eg_failing_malloc_after(0);
            if (status == EG_OK) eg_entity_clear(&entity);
        }
        assert_int_equal(status, EG_OK);
    }
}

static int open_small(void **state)
{
    (void)state;
    eg_small_open(0, &small);
    return 0;
}

static int close_small(void **state)
{
    (void)state;
    eg_small_close(&small);
    eg_small_atlas_clear();
    eg_test_temp_clear();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_are_known_by_their_media_types),
        cmocka_unit_test(values_are_those_of_the_table),
        cmocka_unit_test(a_suppressed_value_has_no_figure_in_any_format),
        cmocka_unit_test(states_stay_apart_and_zero_is_a_value),
        cmocka_unit_test(a_page_is_escaped),
        cmocka_unit_test(a_period_is_that_of_the_name),
        cmocka_unit_test(every_crs_finds_the_same_area),
        cmocka_unit_test(what_lies_nowhere_is_an_empty_document),
        cmocka_unit_test(within_a_tolerance_the_nearest_area_answers),
        cmocka_unit_test(borders_come_where_they_are_wanted),
        cmocka_unit_test(gml_is_in_the_crs_of_the_request),
        cmocka_unit_test(several_layers_answer_in_their_order),
        cmocka_unit_test(mistakes_name_the_field),
        cmocka_unit_test(want_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, open_small, close_small);
}
