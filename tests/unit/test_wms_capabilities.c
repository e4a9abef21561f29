/* Capabilities of both versions: valid, nested, and true. */
#include "http/wms_documents.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/wms_names.h"
#include "support/failing_malloc.h"
#include "support/small_atlas.h"
#include "support/temp_file.h"
#include "support/test_county.h"
#include "support/xml_check.h"

static struct eg_small small;
static const struct eg_text base_url = {"https://atlas.example/a&b", 25};

static struct eg_entity capabilities_of(const struct eg_small *of, enum eg_wms_version version)
{
    struct eg_wms_service service = {of->engine, of->snapshot, base_url};
    struct eg_entity entity;
    struct eg_error err = {0};
    enum eg_status status = eg_wms_capabilities(&service, version, &entity, &err);
    if (status != EG_OK) print_error("%s\n", err.message);
    assert_int_equal(status, EG_OK);
    return entity;
}

static void assert_value(const struct eg_entity *entity, const char *xpath, const char *expected)
{
    assert_string_equal(eg_xml_check_value(entity, xpath), expected);
}

static void version_1_1_1_is_valid_against_the_dtd(void **state)
{
    (void)state;
    eg_xml_check_needs_schemas();
    struct eg_entity entity = capabilities_of(&small, EG_WMS_1_1_1);
    assert_string_equal(entity.media_type, "application/vnd.ogc.wms_xml");
    eg_xml_check_dtd(&entity);
    eg_entity_clear(&entity);
}

static void version_1_3_0_is_valid_against_the_schemas(void **state)
{
    (void)state;
    static const char *const schemas[] = {"http://www.opengis.net/wms", "wms/1.3.0/capabilities_1_3_0.xsd",
                                          "http://www.opengis.net/sld", "sld/1.1.0/sld_capabilities.xsd"};
    eg_xml_check_needs_schemas();
    struct eg_entity entity = capabilities_of(&small, EG_WMS_1_3_0);
    assert_string_equal(entity.media_type, "text/xml");
    eg_xml_check_schemas(&entity, schemas, 2);
    eg_entity_clear(&entity);
}

static void both_list_the_same_layers_below_one_root(void **state)
{
    (void)state;
    struct eg_entity old = capabilities_of(&small, EG_WMS_1_1_1), new = capabilities_of(&small, EG_WMS_1_3_0);
    char n[16];
    uint32_t n_listed = 0;
    for (uint32_t i = 0; i < small.snapshot->atlas->n_layers; i++)
        n_listed += eg_wms_lists(small.snapshot, i);
    assert_true(n_listed > 5);
    (void)snprintf(n, sizeof n, "%u", n_listed);
    assert_value(&old, "count(/*/Capability/Layer/Layer[Name])", n);
    assert_value(&new,
                 "count(/*/*[local-name()='Capability']/*[local-name()='Layer']/*[local-name()='Layer'])", n);
    assert_value(&old, "count(//SRS[not(../parent::Capability)])", "0");
    assert_value(&old, "count(//Layer[Name][not(Style[1]/LegendURL)])", "0");
    eg_entity_clear(&old);
    eg_entity_clear(&new);
}

static void the_update_sequence_is_the_snapshots_version(void **state)
{
    (void)state;
    struct eg_entity entity = capabilities_of(&small, EG_WMS_1_3_0);
    assert_value(&entity, "string(/*/@updateSequence)", small.snapshot->version);
    eg_entity_clear(&entity);
}

static void latitude_comes_first_where_version_1_3_0_wants_it(void **state)
{
    (void)state;
    struct eg_entity old = capabilities_of(&small, EG_WMS_1_1_1), new = capabilities_of(&small, EG_WMS_1_3_0);
    assert_true((eg_xml_check_number(
                    &new, "string((//*[local-name()='BoundingBox'][@CRS='EPSG:4326'])[1]/@minx)")) > 50);
    assert_true(
        (eg_xml_check_number(&new, "string((//*[local-name()='BoundingBox'][@CRS='CRS:84'])[1]/@minx)")) < 1);
    assert_true((eg_xml_check_number(&old, "string((//BoundingBox[@SRS='EPSG:4326'])[1]/@minx)")) < 1);
    assert_true((eg_xml_check_number(
                    &new, "string((//*[local-name()='BoundingBox'][@CRS='EPSG:27700'])[1]/@minx)")) > 500000);
    eg_entity_clear(&old);
    eg_entity_clear(&new);
}

static void boxes_stand_at_the_root_where_all_boundaries_fill_the_same(void **state)
{
    (void)state;
    struct eg_entity entity = capabilities_of(&small, EG_WMS_1_1_1);
    assert_value(&entity, "count(//LatLonBoundingBox)", "1");
    assert_value(&entity, "count(//BoundingBox)", eg_xml_check_value(&entity, "count(//SRS)"));
    eg_entity_clear(&entity);
}

static void periods_are_the_time_dimension(void **state)
{
    (void)state;
    struct eg_entity old = capabilities_of(&small, EG_WMS_1_1_1), new = capabilities_of(&small, EG_WMS_1_3_0);
    assert_value(&old, "string(//Layer[Name='illness.nbhd']/Extent)",
                 "2019-01-01/2019-12-31/P1Y,2024-01-01/2024-12-31/P1Y");
    assert_value(&old, "string(//Layer[Name='illness.nbhd']/Extent/@default)", "2024-01-01");
    assert_value(&old, "string(//Layer[Name='illness.nbhd']/Dimension/@units)", "ISO8601");
    assert_value(&new,
                 "string(//*[local-name()='Layer'][*[local-name()='Name']='illness.nbhd']/"
                 "*[local-name()='Dimension'])",
                 "2019-01-01/2019-12-31/P1Y,2024-01-01/2024-12-31/P1Y");
    eg_entity_clear(&old);
    eg_entity_clear(&new);
}

static void a_legends_size_is_that_of_its_picture(void **state)
{
    (void)state;
    struct eg_entity entity = capabilities_of(&small, EG_WMS_1_1_1), legend;
    struct eg_layer_name name = {.layer = EG_TEXT("illness.nbhd")};
    assert_int_equal(eg_engine_legend_png(small.engine, small.snapshot, &name, 1, &legend, NULL), EG_OK);
    struct eg_canvas canvas;
    char text[16];
    eg_small_decode(&legend, &canvas);
    (void)snprintf(text, sizeof text, "%u", canvas.width);
    assert_value(&entity, "string(//Layer[Name='illness.nbhd']/Style[1]/LegendURL/@width)", text);
    (void)snprintf(text, sizeof text, "%u", canvas.height);
    assert_value(&entity, "string(//Layer[Name='illness.nbhd']/Style[1]/LegendURL/@height)", text);
    eg_canvas_clear(&canvas);
    eg_entity_clear(&entity);
}

static void the_address_is_escaped(void **state)
{
    (void)state;
    struct eg_entity entity = capabilities_of(&small, EG_WMS_1_1_1);
    assert_non_null(strstr(entity.body.data, "https://atlas.example/a&amp;b/wms?\""));
    assert_null(strstr(entity.body.data, "a&b"));
    eg_entity_clear(&entity);
}

static void fictional_data_are_said_to_be(void **state)
{
    (void)state;
    struct eg_small fictional;
    eg_small_open_at(eg_small_atlas_write("fictional", true), 0, &fictional);
    struct eg_entity entity = capabilities_of(&fictional, EG_WMS_1_1_1);
    assert_non_null(strstr(entity.body.data, "<Abstract>Fictional data."));
    assert_value(&entity, "count(//Layer[Name][not(starts-with(Abstract, 'Fictional data.'))])", "0");
    assert_value(&entity, "count(//Layer[Name][not(starts-with(Attribution/Title, 'Fictional data'))])", "0");
    eg_entity_clear(&entity);
    eg_small_close(&fictional);
}

static void themes_are_groups_with_names(void **state)
{
    (void)state;
    struct eg_small county;
    uint32_t layers[64];
    char n[16];
    eg_test_county_write("themed", 60, 7);
    eg_small_open_at(eg_test_county_path("themed", "atlas.yaml").text, 0, &county);
    struct eg_entity entity = capabilities_of(&county, EG_WMS_1_1_1);
    uint32_t n_health = eg_wms_group_layers(county.snapshot, EG_TEXT("health-outcomes"), layers, 64);
    assert_in_range(n_health, 1, 64);
    (void)snprintf(n, sizeof n, "%u", n_health);
    assert_value(&entity, "string(//Layer[Name='health-outcomes']/Title)", "Health outcomes");
    assert_value(&entity, "count(//Layer[Name='health-outcomes']/Layer)", n);
    assert_value(&entity, "count(//Layer[Name='health-outcomes'])", "1");
    assert_value(&entity, "count(/*/Capability/Layer/Layer[not(Layer)][contains(Abstract, 'smoke')])", "0");
    assert_int_equal(eg_wms_group_layers(county.snapshot, EG_TEXT(""), layers, 64), 0);
    assert_int_equal(eg_wms_group_layers(county.snapshot, EG_TEXT("Health outcomes"), layers, 64), 0);
    assert_int_equal(eg_wms_group_layers(county.snapshot, EG_TEXT("health-outcomes"), layers, 0), n_health);
    eg_entity_clear(&entity);
    eg_small_close(&county);
    eg_test_county_remove("themed");
}

static void want_of_memory_is_told(void **state)
{
    (void)state;
    struct eg_wms_service service = {small.engine, small.snapshot, base_url};
    enum eg_status status = EG_NO_MEMORY;
    for (long nth = 1; nth < 100000 && status == EG_NO_MEMORY; nth += 1 + nth / 7) {
        struct eg_entity entity;
        eg_failing_malloc_after(nth);
        status = eg_wms_capabilities(&service, EG_WMS_1_3_0, &entity, NULL);
        eg_failing_malloc_after(0);
        if (status == EG_OK) eg_entity_clear(&entity);
    }
    assert_int_equal(status, EG_OK);
}

/* --- names --------------------------------------------------------------------------------------------------------- */

static struct eg_series lasting(const char *start, const char *end)
{
    return (struct eg_series){.period = {.start = eg_text_from(start), .end = eg_text_from(end)}};
}

static void a_period_is_told_by_its_first_day_and_its_length(void **state)
{
    (void)state;
    static const struct {
        const char *start, *end, *extent;
    } cases[] = {{"2019-01-01", "2019-12-31", "2019-01-01/2019-12-31/P1Y"},
                 {"2021-04-01", "2022-03-31", "2021-04-01/2022-03-31/P1Y"},
                 {"2020-02-01", "2020-02-29", "2020-02-01/2020-02-29/P1M"},
                 {"2020-06-30", "2020-06-30", "2020-06-30"},
                 {"2015-01-01", "2017-12-31", "2015-01-01/2017-12-31/P3Y"},
                 {"2020-01-01", "2020-03-31", "2020-01-01/2020-03-31/P3M"},
                 {"2020-02-20", "2020-03-05", "2020-02-20/2020-03-05/P15D"}};
    char text[EG_WMS_TIME_BYTES];
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_series series = lasting(cases[i].start, cases[i].end);
        assert_true(eg_wms_time_moment(&series.period, text));
        assert_string_equal(text, cases[i].start);
        assert_int_equal(eg_wms_time_extent(&series, 1, text), 1);
        assert_string_equal(text, cases[i].extent);
    }
    struct eg_atlas_period undated = {.id = EG_TEXT("before")};
    assert_false(eg_wms_time_moment(&undated, text));
}

static void periods_that_follow_one_another_are_one_item(void **state)
{
    (void)state;
    const struct eg_series series[] = {
        lasting("2019-01-01", "2019-12-31"), lasting("2020-01-01", "2020-12-31"),
        lasting("2021-01-01", "2021-12-31"), lasting("2023-01-01", "2023-12-31"),
        lasting("2024-01-01", "2024-06-30"), lasting("2024-07-01", "2024-07-01"),
        lasting("2024-07-02", "2024-07-02")};
    static const char *const items[] = {"2019-01-01/2021-12-31/P1Y", "2023-01-01/2023-12-31/P1Y",
                                        "2024-01-01/2024-06-30/P6M", "2024-07-01/2024-07-02/P1D"};
    char text[EG_WMS_TIME_BYTES];
    uint32_t n = 0;
    for (size_t i = 0; i < EG_ARRAY_LEN(items); i++) {
        n += eg_wms_time_extent(series + n, (uint32_t)EG_ARRAY_LEN(series) - n, text);
        assert_string_equal(text, items[i]);
    }
    assert_int_equal(n, EG_ARRAY_LEN(series));
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
        cmocka_unit_test(version_1_1_1_is_valid_against_the_dtd),
        cmocka_unit_test(version_1_3_0_is_valid_against_the_schemas),
        cmocka_unit_test(both_list_the_same_layers_below_one_root),
        cmocka_unit_test(the_update_sequence_is_the_snapshots_version),
        cmocka_unit_test(latitude_comes_first_where_version_1_3_0_wants_it),
        cmocka_unit_test(boxes_stand_at_the_root_where_all_boundaries_fill_the_same),
        cmocka_unit_test(periods_are_the_time_dimension),
        cmocka_unit_test(a_legends_size_is_that_of_its_picture),
        cmocka_unit_test(the_address_is_escaped),
        cmocka_unit_test(fictional_data_are_said_to_be),
        cmocka_unit_test(themes_are_groups_with_names),
        cmocka_unit_test(want_of_memory_is_told),
        cmocka_unit_test(a_period_is_told_by_its_first_day_and_its_length),
        cmocka_unit_test(periods_that_follow_one_another_are_one_item),
    };
    return cmocka_run_group_tests(tests, open_small, close_small);
}
