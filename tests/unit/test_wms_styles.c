/* Legends, styles and layer descriptions as clients of WMS ask for them. */
#include "http/wms_documents.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/wms_rules.h"
#include "support/failing_malloc.h"
#include "support/small_atlas.h"
#include "support/temp_file.h"
#include "support/xml_check.h"

static struct eg_small small;
static struct eg_wms_service service;

/* --- legends ------------------------------------------------------------------------------------------------------- */

static struct eg_wms_legend_request wanted(const char *layer)
{
    return (struct eg_wms_legend_request){.legend = {.name = {.layer = eg_text_from(layer)}, .scale = 1}};
}

static struct eg_canvas picture(const struct eg_wms_legend_request *request)
{
    struct eg_entity entity;
    struct eg_canvas canvas;
    assert_int_equal(eg_wms_legend(&service, request, &entity, NULL), EG_OK);
    eg_small_decode(&entity, &canvas);
    return canvas;
}

static void a_legend_without_wishes_is_the_engines(void **state)
{
    (void)state;
    struct eg_wms_legend_request request = wanted("illness.nbhd");
    struct eg_entity ours, theirs;
    assert_int_equal(eg_wms_legend(&service, &request, &ours, NULL), EG_OK);
    assert_int_equal(
        eg_engine_legend_png(small.engine, small.snapshot, &request.legend.name, 1, &theirs, NULL), EG_OK);
    assert_int_equal(ours.body.len, theirs.body.len);
    assert_memory_equal(ours.body.data, theirs.body.data, ours.body.len);
    eg_entity_clear(&ours);
    eg_entity_clear(&theirs);
}

static void symbols_have_the_size_asked_for(void **state)
{
    (void)state;
    struct eg_wms_legend_request request = wanted("illness.nbhd"), large = request, map = request;
    large.legend.symbol_width = 60;
    large.legend.symbol_height = 40;
    map.legend.symbol_width = 800;
    map.legend.symbol_height = 600;
    struct eg_canvas usual = picture(&request), larger = picture(&large), same = picture(&map);
    assert_true(larger.height > usual.height && larger.width >= usual.width);
    assert_int_equal(same.width, usual.width);
    assert_int_equal(same.height, usual.height);
    eg_canvas_clear(&usual);
    eg_canvas_clear(&larger);
    eg_canvas_clear(&same);
}

static void titles_and_labels_can_be_left_out(void **state)
{
    (void)state;
    struct eg_wms_legend_request request = wanted("illness.nbhd"), untitled = request, bare = request;
    untitled.legend.no_title = true;
    bare.legend.no_labels = true;
    struct eg_canvas usual = picture(&request), shorter = picture(&untitled), least = picture(&bare);
    assert_true(shorter.height < usual.height);
    assert_true(least.height < shorter.height && least.width < 80);
    eg_canvas_clear(&usual);
    eg_canvas_clear(&shorter);
    eg_canvas_clear(&least);
}

static void paper_can_be_transparent(void **state)
{
    (void)state;
    struct eg_wms_legend_request request = wanted("illness.nbhd");
    request.legend.transparent = true;
    struct eg_canvas canvas = picture(&request);
    assert_int_equal(canvas.pixels[0].a, 0);
    bool inked = false;
    for (size_t i = 0; i < (size_t)canvas.width * canvas.height; i++) inked |= canvas.pixels[i].a == 255;
    assert_true(inked);
    eg_canvas_clear(&canvas);
}

static void a_rule_is_one_symbol_in_its_colour(void **state)
{
    (void)state;
    const struct eg_dressed *dressed = eg_small_dress(&small, "illness.nbhd", NULL, NULL);
    struct eg_wms_legend_request request = wanted("illness.nbhd");
    char label[128];
    eg_layer_class_label(small.snapshot, dressed->ref, dressed->classed, 1, label, sizeof label);
    request.legend.rule = eg_text_from(label);
    struct eg_canvas canvas = picture(&request);
    assert_int_equal(canvas.width, 20);
    assert_int_equal(canvas.height, 20);
    assert_memory_equal(&canvas.pixels[10 * 20 + 10], &dressed->paints[1].colour, 4);
    eg_canvas_clear(&canvas);
    request.legend.symbol_width = 300;
    request.legend.symbol_height = 7;
    canvas = picture(&request);
    assert_int_equal(canvas.width, 300);
    assert_int_equal(canvas.height, 7);
    eg_canvas_clear(&canvas);
}

static void a_rule_that_is_not_there_is_told(void **state)
{
    (void)state;
    for (enum eg_legend_format format = EG_LEGEND_PNG; format <= EG_LEGEND_JSON; format++) {
        struct eg_wms_legend_request request = wanted("illness.nbhd");
        struct eg_entity entity;
        struct eg_error err = {0};
        request.format = format;
        request.legend.rule = EG_TEXT("about 12");
        assert_int_equal(eg_wms_legend(&service, &request, &entity, &err), EG_NOT_FOUND);
        assert_string_equal(err.field, "rule");
    }
}

static void json_tells_rules_with_colours_and_filters(void **state)
{
    (void)state;
    struct eg_wms_legend_request request = wanted("illness.nbhd");
    struct eg_entity entity;
    request.format = EG_LEGEND_JSON;
    request.legend.name.style = EG_TEXT("steps");
    assert_int_equal(eg_wms_legend(&service, &request, &entity, NULL), EG_OK);
    assert_string_equal(entity.media_type, "application/json");
    struct eg_json *json = eg_small_json(&entity);
    assert_string_equal(eg_small_text(json, "Legend/0/layerName"), "illness.nbhd");
    assert_string_equal(eg_small_text(json, "Legend/0/rules/0/filter"), "[value < 10]");
    assert_string_equal(eg_small_text(json, "Legend/0/rules/1/filter"), "[value >= 10 AND value < 20]");
    assert_string_equal(eg_small_text(json, "Legend/0/rules/2/filter"), "[value >= 20]");
    assert_string_equal(eg_small_text(json, "Legend/0/rules/3/filter"), "[state = 'unreliable']");
    assert_int_equal(strlen(eg_small_text(json, "Legend/0/rules/0/symbolizers/0/Polygon/fill")), 7);
    assert_int_equal(eg_json_length(eg_small_at(json, "Legend/0/rules")), 7);
    eg_json_free(json);
}

/* --- rules --------------------------------------------------------------------------------------------------------- */

static bool holds(const struct eg_wms_condition *condition, double value)
{
    if (condition->is_number) return value == condition->lower;
    bool above = !condition->has_lower || value > condition->lower ||
                 (condition->includes_lower && value == condition->lower);
    bool below = !condition->has_upper || value < condition->upper ||
                 (condition->includes_upper && value == condition->upper);
    return above && below;
}

/* Of numbers' layers in every style: exactly the rule of an area's class holds for its value. */
static void the_rules_conditions_are_the_maps_classes(void **state)
{
    (void)state;
    static const char *const styles[] = {"fifths", "thirds", "steps", "years", "soft"};
    struct eg_arena *arena = eg_arena_new(1 << 20);
    for (size_t s = 0; s < EG_ARRAY_LEN(styles); s++) {
        static struct eg_wms_rules rules;
        struct eg_layer_ref ref = eg_small_ref(&small, "illness.nbhd", styles[s], NULL);
        const struct eg_series *series = &small.snapshot->generation->series[ref.series];
        assert_int_equal(eg_wms_rules_read(small.snapshot, ref, true, arena, &rules, NULL), EG_OK);
        for (uint32_t area = 0; area < EG_SMALL_AREAS; area++) {
            uint32_t number = eg_layer_class_of(rules.classed, series, area), n_holding = 0;
            if (number == EG_CLASS_NONE) continue;
            for (uint32_t i = 0; i < rules.n; i++) {
                struct eg_wms_condition condition = eg_wms_rule_condition(&rules, &rules.rules[i]);
                if (!rules.rules[i].is_class || !holds(&condition, series->value[area])) continue;
                assert_int_equal(rules.rules[i].class_number, number);
                n_holding++;
            }
            assert_int_equal(n_holding, 1);
        }
    }
    eg_arena_free(arena);
}

/* --- documents ----------------------------------------------------------------------------------------------------- */

static struct eg_layer_name every_kind[] = {{.layer = {"illness.nbhd", 12}},
                                            {.layer = {"kind.nbhd", 9}},
                                            {.layer = {"deprivation.nbhd", 16}, .style = {"tenths", 6}},
                                            {.layer = {"plain.nbhd", 10}, .style = {"soft", 4}}};

static void styles_are_valid(void **state)
{
    (void)state;
    /* GML first, so that its files are found under one address alone: they include one another. */
    static const char *const schemas[] = {"http://www.opengis.net/gml", "gml/2.1.2/geometry.xsd",
                                          "http://www.opengis.net/sld",
                                          "sld/1.0.0/StyledLayerDescriptor.xsd"};
    struct eg_entity entity;
    eg_xml_check_needs_schemas();
    assert_int_equal(eg_wms_styles(&service, every_kind, EG_ARRAY_LEN(every_kind), &entity, NULL), EG_OK);
    assert_string_equal(entity.media_type, "application/vnd.ogc.sld+xml");
    eg_xml_check_schemas(&entity, schemas, 2);
    assert_string_equal(eg_xml_check_value(&entity, "count(//*[local-name()='NamedLayer'])"), "4");
    assert_string_equal(
        eg_xml_check_value(&entity, "string((//*[local-name()='PropertyName'][../*='Urban & edge'])[1])"),
        "value");
    eg_entity_clear(&entity);
}

static void layer_descriptions_are_valid(void **state)
{
    (void)state;
    struct eg_entity entity;
    eg_xml_check_needs_schemas();
    assert_int_equal(eg_wms_describe_layer(&service, EG_WMS_1_1_1, every_kind, 2, &entity, NULL), EG_OK);
    eg_xml_check_dtd(&entity);
    assert_string_equal(eg_xml_check_value(&entity, "string(//LayerDescription[2]/@name)"), "kind.nbhd");
    eg_entity_clear(&entity);
    assert_int_equal(eg_wms_describe_layer(&service, EG_WMS_1_3_0, every_kind, 2, &entity, NULL), EG_OK);
    assert_string_equal(entity.media_type, "text/xml");
    eg_xml_check_form(&entity);
    assert_string_equal(
        eg_xml_check_value(&entity, "string(//*[local-name()='FeatureTypeName'][ancestor::*[2]])"),
        "illness.nbhd");
    eg_entity_clear(&entity);
}

static void unknown_layers_are_named(void **state)
{
    (void)state;
    struct eg_layer_name nowhere = {.layer = EG_TEXT("nowhere.nbhd")};
    struct eg_entity entity;
    struct eg_error err = {0};
    assert_int_equal(eg_wms_styles(&service, &nowhere, 1, &entity, &err), EG_NOT_FOUND);
    assert_string_equal(err.field, "layer");
    assert_int_equal(eg_wms_describe_layer(&service, EG_WMS_1_3_0, &nowhere, 1, &entity, &err), EG_NOT_FOUND);
}

static enum eg_status make(int which, struct eg_entity *entity)
{
    struct eg_wms_legend_request request = wanted("illness.nbhd");
    request.format = which == 0 ? EG_LEGEND_PNG : EG_LEGEND_JSON;
    if (which < 2) return eg_wms_legend(&service, &request, entity, NULL);
    if (which == 2) return eg_wms_styles(&service, every_kind, EG_ARRAY_LEN(every_kind), entity, NULL);
    return eg_wms_describe_layer(&service, which == 3 ? EG_WMS_1_1_1 : EG_WMS_1_3_0, every_kind, 2, entity,
                                 NULL);
}

static void want_of_memory_is_told(void **state)
{
    (void)state;
    for (int which = 0; which < 5; which++) {
        enum eg_status status = EG_NO_MEMORY;
        for (long nth = 1; nth < 100000 && status == EG_NO_MEMORY; nth += 1 + nth / 20) {
            struct eg_entity entity;
            eg_failing_malloc_after(nth);
            status = make(which, &entity);
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
    service = (struct eg_wms_service){small.engine, small.snapshot, EG_TEXT("https://atlas.example")};
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
        cmocka_unit_test(a_legend_without_wishes_is_the_engines),
        cmocka_unit_test(symbols_have_the_size_asked_for),
        cmocka_unit_test(titles_and_labels_can_be_left_out),
        cmocka_unit_test(paper_can_be_transparent),
        cmocka_unit_test(a_rule_is_one_symbol_in_its_colour),
        cmocka_unit_test(a_rule_that_is_not_there_is_told),
        cmocka_unit_test(json_tells_rules_with_colours_and_filters),
        cmocka_unit_test(the_rules_conditions_are_the_maps_classes),
        cmocka_unit_test(styles_are_valid),
        cmocka_unit_test(layer_descriptions_are_valid),
        cmocka_unit_test(unknown_layers_are_named),
        cmocka_unit_test(want_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, open_small, close_small);
}
