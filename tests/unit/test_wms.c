/* Requests of WMS, clause by clause: what exceptions say of those that are wrong; versions, names. Maps: test_wms_map.c. */
#include "http/wms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"
#include "support/small_atlas.h"
#include "support/wms_form.h"
#include "support/xml_check.h"

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

static const struct eg_wms_request *read_changed(struct eg_wms_form *form, enum eg_wms_version version,
                                                 const char *changes)
{
    return eg_wms_form_read(form, small.snapshot, version, changes);
}

static struct eg_entity report(const struct eg_wms_request *request)
{
    struct eg_entity entity = {0};
    assert_int_equal(eg_wms_exception_report(&request->failure, request->version, &entity, NULL), EG_OK);
    return entity;
}

static bool holds(const struct eg_entity *entity, const char *text)
{
    return memmem(entity->body.data, entity->body.len, text, strlen(text)) != NULL;
}

/* --- what is wrong -------------------------------------------------------------------------------------------------- */

struct wrong {
    const char *changes;
    const char *code; /* NULL: none */
    const char *locator;
};

/* For both versions; codes and locators are those of 1.3.0. */
static const struct wrong wrongs[] = {
    {"VERSION=one", NULL, "VERSION"},
    {"VERSION=1.3", NULL, "VERSION"},
    {"VERSION=1.3.0.1", NULL, "VERSION"},
    {"VERSION=1.3.0&version=1.1.1", NULL, "VERSION"},
    {"SERVICE=WFS", NULL, "SERVICE"},
    {"-REQUEST", "OperationNotSupported", "REQUEST"},
    {"REQUEST=", "OperationNotSupported", "REQUEST"},
    {"REQUEST=GetTile", "OperationNotSupported", "REQUEST"},
    {"-LAYERS", "LayerNotDefined", "LAYERS"},
    {"LAYERS=", "LayerNotDefined", "LAYERS"},
    {"LAYERS=nothing.nbhd", "LayerNotDefined", "LAYERS"},
    {"LAYERS=Deprivation.nbhd", "LayerNotDefined", "LAYERS"},
    {"LAYERS=deprivation.nbhd,", "LayerNotDefined", "LAYERS"},
    {"LAYERS=no-such-group", "LayerNotDefined", "LAYERS"},
    {"LAYERS=a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a", "LayerNotDefined", "LAYERS"},
    {"STYLES=nothing", "StyleNotDefined", "STYLES"},
    {"STYLES=fifths,tenths", "StyleNotDefined", "STYLES"},
    {"LAYERS=deprivation.nbhd,illness.nbhd&STYLES=fifths", "StyleNotDefined", "STYLES"},
    {"CRS=EPSG:1&SRS=EPSG:1", "InvalidCRS", "CRS"},
    {"CRS=EPSG:25831&SRS=EPSG:25831", "InvalidCRS", "CRS"},
    {"CRS=AUTO2:42001,1,0,51&SRS=AUTO:42001,9001,0,51", "InvalidCRS", "CRS"},
    {"CRS=&SRS=", "InvalidCRS", "CRS"},
    {"-BBOX", NULL, "BBOX"},
    {"BBOX=", NULL, "BBOX"},
    {"BBOX=1,2,3", NULL, "BBOX"},
    {"BBOX=1,2,3,4,5", NULL, "BBOX"},
    {"BBOX=1,2,3,x", NULL, "BBOX"},
    {"BBOX=1,2,3,nan", NULL, "BBOX"},
    {"BBOX=1,2,3,inf", NULL, "BBOX"},
    {"BBOX=1,1,1,2", NULL, "BBOX"},
    {"BBOX=1,1,2,1", NULL, "BBOX"},
    {"BBOX=2,1,1,2", NULL, "BBOX"},
    {"BBOX=1,2,2,1", NULL, "BBOX"},
    {"BBOX=-10,170,10,-170", NULL, "BBOX"},
    {"-WIDTH", NULL, "WIDTH"},
    {"WIDTH=0", NULL, "WIDTH"},
    {"WIDTH=-1", NULL, "WIDTH"},
    {"WIDTH=1.5", NULL, "WIDTH"},
    {"WIDTH=4097", NULL, "WIDTH"},
    {"WIDTH=99999999999999999999", NULL, "WIDTH"},
    {"-HEIGHT", NULL, "HEIGHT"},
    {"HEIGHT=0", NULL, "HEIGHT"},
    {"HEIGHT=4097", NULL, "HEIGHT"},
    {"-FORMAT", "InvalidFormat", "FORMAT"},
    {"FORMAT=", "InvalidFormat", "FORMAT"},
    {"FORMAT=image/gif", "InvalidFormat", "FORMAT"},
    {"FORMAT=image/png;%20mode=1bit", "InvalidFormat", "FORMAT"},
    {"TRANSPARENT=maybe", NULL, "TRANSPARENT"},
    {"BGCOLOR=white", NULL, "BGCOLOR"},
    {"BGCOLOR=0xFFFFF", NULL, "BGCOLOR"},
    {"BGCOLOR=0xGGGGGG", NULL, "BGCOLOR"},
    {"TIME=yesterday", "InvalidDimensionValue", "TIME"},
    {"TIME=2019-13", "InvalidDimensionValue", "TIME"},
    {"TIME=2019-02-29", "InvalidDimensionValue", "TIME"},
    {"TIME=2024-01-01/2019-01-01", "InvalidDimensionValue", "TIME"},
    {"TIME=0001-01-01/0000-12-31", "InvalidDimensionValue", "TIME"},
    {"TIME=0000-12-31/0001-01-01", NULL, NULL},
    {"TIME=2019,", NULL, NULL},
    {"TIME=/", "InvalidDimensionValue", "TIME"},
    {"DPI=0", NULL, "DPI"},
    {"DPI=many", NULL, "DPI"},
    {"MAP_RESOLUTION=-5", NULL, "MAP_RESOLUTION"},
    {"FORMAT_OPTIONS=dpi:x", NULL, "FORMAT_OPTIONS"},
    {"SLD=http://example.org/a.sld", "OperationNotSupported", "SLD"},
    {"SLD_BODY=%3Cx/%3E", "OperationNotSupported", "SLD_BODY"},
    {"layers=illness.nbhd&Layers=people.nbhd", "LayerNotDefined", "LAYERS"},
};

static void check_wrong(const struct wrong *wrong, enum eg_wms_version version)
{
    struct eg_wms_form form;
    const struct eg_wms_request *request = read_changed(&form, version, wrong->changes);
    char expected[80];
    bool lost = strncmp(wrong->changes, "VERSION=", 8) == 0; /* then it is told as 1.3.0 */
    if (!wrong->locator) {
        assert_int_equal(request->failure.error.status, EG_OK);
        return;
    }
    struct eg_entity entity = report(request);
    bool is_1_1_1 = version == EG_WMS_1_1_1 && !lost;
    if (is_1_1_1 != (request->version == EG_WMS_1_1_1)) fail_msg("%s: the version", wrong->changes);
    const char *code = wrong->code;
    if (code && is_1_1_1 && strcmp(code, "InvalidCRS") == 0) code = "InvalidSRS";
    (void)snprintf(expected, sizeof expected, "code=\"%s\"", code ? code : "");
    if (holds(&entity, code ? expected : "code=") != (code != NULL))
        fail_msg("%s: %s", wrong->changes, entity.body.data);
    (void)snprintf(expected, sizeof expected, "locator=\"%s\"", wrong->locator);
    if (holds(&entity, is_1_1_1 ? "locator" : expected) == is_1_1_1)
        fail_msg("%s: %s", wrong->changes, entity.body.data);
    eg_entity_clear(&entity);
}

static void whatever_is_wrong_is_told_by_code_and_locator_in_both_versions(void **state)
{
    (void)state;
    for (size_t i = 0; i < EG_ARRAY_LEN(wrongs); i++) {
        check_wrong(&wrongs[i], EG_WMS_1_3_0);
        check_wrong(&wrongs[i], EG_WMS_1_1_1);
    }
}

static void the_box_of_1e308_is_refused_by_the_engine_and_told_as_one(void **state)
{
    (void)state;
    struct eg_wms_form form;
    struct eg_entity entity = {0};
    (void)read_changed(&form, EG_WMS_1_3_0, "BBOX=-1e308,-1e308,1e308,1e308");
    assert_int_equal(form.request.failure.error.status, EG_OK);
    struct eg_error *err = &form.request.failure.error;
    assert_int_equal(eg_engine_map(small.engine, small.snapshot, &form.request.map, &entity, err),
                     EG_INVALID);
    entity = report(&form.request);
    assert_true(holds(&entity, "locator=\"BBOX\""));
    eg_entity_clear(&entity);
}

static void a_missing_crs_or_styles_is_told_where_the_version_wants_it(void **state)
{
    (void)state;
    struct eg_wms_form form;
    assert_string_equal(read_changed(&form, EG_WMS_1_3_0, "-CRS")->failure.error.field, "CRS");
    assert_string_equal(read_changed(&form, EG_WMS_1_3_0, "-CRS&SRS=EPSG:4326")->failure.error.field, "CRS");
    assert_string_equal(read_changed(&form, EG_WMS_1_1_1, "-SRS")->failure.error.field, "SRS");
    assert_string_equal(read_changed(&form, EG_WMS_1_1_1, "-SRS&CRS=EPSG:4326")->failure.error.field, "SRS");
    assert_string_equal(read_changed(&form, EG_WMS_1_3_0, "-STYLES")->failure.error.field, "STYLES");
    assert_int_equal(read_changed(&form, EG_WMS_1_1_1, "-STYLES")->failure.error.status, EG_OK);
}

static void reports_are_valid(void **state)
{
    (void)state;
    static const char *const schemas[] = {"http://www.opengis.net/ogc", "wms/1.3.0/exceptions_1_3_0.xsd"};
    static const char *const changes[] = {"LAYERS=%3C%22%26%27%3E%C3%A9", "-BBOX", "CRS=x&SRS=x"};
    eg_xml_check_needs_schemas();
    for (size_t i = 0; i < EG_ARRAY_LEN(changes); i++) {
        struct eg_wms_form form;
        struct eg_entity entity = report(read_changed(&form, EG_WMS_1_3_0, changes[i]));
        assert_string_equal(entity.media_type, "text/xml");
        eg_xml_check_schemas(&entity, schemas, 1);
        eg_entity_clear(&entity);
        entity = report(read_changed(&form, EG_WMS_1_1_1, changes[i]));
        assert_string_equal(entity.media_type, "application/vnd.ogc.se_xml");
        eg_xml_check_dtd(&entity);
        eg_entity_clear(&entity);
    }
}

static void an_exception_comes_in_the_form_that_was_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *exceptions, *media_type;
        bool has_text;
    } cases[] = {{"", NULL, false},
                 {"XML", NULL, false},
                 {"application/vnd.ogc.se_xml", NULL, false},
                 {"nonsense", NULL, false},
                 {"INIMAGE", "image/png", true},
                 {"application/vnd.ogc.se_inimage", "image/png", true},
                 {"inimage", "image/png", true},
                 {"BLANK", "image/png", false},
                 {"application/vnd.ogc.se_blank", "image/png", false}};
    for (size_t i = 0; i < 2 * EG_ARRAY_LEN(cases); i++) {
        struct eg_wms_form form;
        struct eg_entity entity = {0};
        struct eg_canvas canvas;
        struct eg_rgba colour;
        char changes[128];
        (void)snprintf(changes, sizeof changes, "LAYERS=none.nbhd&BGCOLOR=0xDDEEFF&EXCEPTIONS=%s",
                       cases[i / 2].exceptions);
        const struct eg_wms_request *request =
            read_changed(&form, i % 2 ? EG_WMS_1_1_1 : EG_WMS_1_3_0, changes);
        assert_int_equal(
            eg_wms_exception(small.engine, small.snapshot, request, &request->failure, &entity, NULL), EG_OK);
        if (!cases[i / 2].media_type) {
            assert_true(holds(&entity, "LayerNotDefined"));
            eg_entity_clear(&entity);
            continue;
        }
        assert_string_equal(entity.media_type, cases[i / 2].media_type);
        eg_small_decode(&entity, &canvas);
        assert_int_equal(canvas.width, 140);
        assert_int_equal(canvas.height, 80);
        assert_int_equal(eg_canvas_is_solid(&canvas, &colour), !cases[i / 2].has_text);
        if (!cases[i / 2].has_text) assert_memory_equal(&colour, ((uint8_t[]){0xDD, 0xEE, 0xFF, 255}), 4);
        eg_canvas_clear(&canvas);
    }
}

static void an_exception_of_a_picture_without_size_or_format_is_xml(void **state)
{
    (void)state;
    static const char *const changes[] = {"EXCEPTIONS=INIMAGE&WIDTH=0", "EXCEPTIONS=BLANK&-HEIGHT",
                                          "EXCEPTIONS=INIMAGE&FORMAT=image/tiff"};
    for (size_t i = 0; i < EG_ARRAY_LEN(changes); i++) {
        struct eg_wms_form form;
        struct eg_entity entity = {0};
        const struct eg_wms_request *request = read_changed(&form, EG_WMS_1_3_0, changes[i]);
        assert_int_equal(
            eg_wms_exception(small.engine, small.snapshot, request, &request->failure, &entity, NULL), EG_OK);
        assert_string_equal(entity.media_type, "text/xml");
        eg_entity_clear(&entity);
    }
}

/* --- versions and names --------------------------------------------------------------------------------------------- */

static void versions_are_negotiated_as_clause_6_2_4_says(void **state)
{
    (void)state;
    static const struct {
        const char *changes;
        enum eg_wms_version version;
    } cases[] = {{"REQUEST=GetCapabilities&-VERSION", EG_WMS_1_3_0},
                 {"REQUEST=GetCapabilities&VERSION=", EG_WMS_1_3_0},
                 {"REQUEST=GetCapabilities&VERSION=1.3.0", EG_WMS_1_3_0},
                 {"REQUEST=GetCapabilities&VERSION=1.1.1", EG_WMS_1_1_1},
                 {"REQUEST=GetCapabilities&VERSION=1.1.0", EG_WMS_1_1_1},
                 {"REQUEST=GetCapabilities&VERSION=1.0.0", EG_WMS_1_1_1},
                 {"REQUEST=GetCapabilities&VERSION=0.0.1", EG_WMS_1_1_1},
                 {"REQUEST=GetCapabilities&VERSION=1.2.9", EG_WMS_1_1_1},
                 {"REQUEST=GetCapabilities&VERSION=1.3.1", EG_WMS_1_3_0},
                 {"REQUEST=GetCapabilities&VERSION=2.0.0", EG_WMS_1_3_0},
                 {"REQUEST=capabilities&-VERSION&WMTVER=1.0.0&-SERVICE", EG_WMS_1_1_1},
                 {"REQUEST=GetCapabilities&VERSION=1.3.0&WMTVER=1.0.0", EG_WMS_1_3_0}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_wms_form form;
        const struct eg_wms_request *request = read_changed(&form, EG_WMS_1_3_0, cases[i].changes);
        if (request->failure.error.status != EG_OK || request->operation != EG_WMS_CAPABILITIES ||
            request->version != cases[i].version)
            fail_msg("%s", cases[i].changes);
        assert_int_equal(request->document.kind,
                         cases[i].version == EG_WMS_1_1_1 ? EG_DOCUMENT_WMS_1_1_1 : EG_DOCUMENT_WMS_1_3_0);
    }
}

static void a_map_without_a_version_is_of_the_one_whose_parameters_it_has(void **state)
{
    (void)state;
    struct eg_wms_form form;
    assert_int_equal(read_changed(&form, EG_WMS_1_1_1, "-VERSION")->version, EG_WMS_1_1_1);
    assert_int_equal(form.request.failure.error.status, EG_OK);
    assert_int_equal(read_changed(&form, EG_WMS_1_3_0, "-VERSION")->version, EG_WMS_1_3_0);
    assert_int_equal(form.request.failure.error.status, EG_OK);
}

static void an_update_sequence_is_current_older_or_never_was(void **state)
{
    (void)state;
    struct eg_wms_form form;
    char changes[128];
    (void)snprintf(changes, sizeof changes, "REQUEST=GetCapabilities&UPDATESEQUENCE=%s",
                   small.snapshot->version);
    assert_string_equal(read_changed(&form, EG_WMS_1_3_0, changes)->failure.code, "CurrentUpdateSequence");
    char *last = changes + strlen(changes) - 1;
    *last = *last == '0' ? '1' : '0';
    assert_int_equal(read_changed(&form, EG_WMS_1_3_0, changes)->failure.error.status, EG_OK);
    (void)read_changed(&form, EG_WMS_1_3_0, "REQUEST=GetCapabilities&UPDATESEQUENCE=99999");
    assert_string_equal(form.request.failure.code, "InvalidUpdateSequence");
}

static void the_place_of_feature_info_is_the_middle_of_its_pixel(void **state)
{
    (void)state;
    static const char *const good[] = {"I=0&J=79", "i=0&j=79", "I=0&J=79&FORMAT=&-STYLES",
                                       "I=0&J=79&INFO_FORMAT=text/html&FEATURE_COUNT=10"};
    for (size_t i = 0; i < EG_ARRAY_LEN(good); i++) {
        struct eg_wms_form form;
        char changes[256];
        (void)snprintf(changes, sizeof changes, "REQUEST=GetFeatureInfo&QUERY_LAYERS=deprivation.nbhd&%s",
                       good[i]);
        const struct eg_wms_request *request = read_changed(&form, EG_WMS_1_3_0, changes);
        if (request->failure.error.status != EG_OK) fail_msg("%s", request->failure.error.message);
        assert_float_equal(request->info.x, -0.0475, 1e-9);
        assert_float_equal(request->info.y, 50.9525, 1e-9);
    }
}

static void wrong_questions_for_feature_info_are_told(void **state)
{
    (void)state;
    static const struct wrong cases[] = {{"-QUERY_LAYERS", "LayerNotDefined", "QUERY_LAYERS"},
                                         {"QUERY_LAYERS=people.nbhd", "LayerNotDefined", "QUERY_LAYERS"},
                                         {"-I", "InvalidPoint", "I"},
                                         {"I=140", "InvalidPoint", "I"},
                                         {"J=80", "InvalidPoint", "J"},
                                         {"J=-1", "InvalidPoint", "J"},
                                         {"J=1.5", "InvalidPoint", "J"},
                                         {"INFO_FORMAT=image/png", "InvalidFormat", "INFO_FORMAT"},
                                         {"FEATURE_COUNT=0", NULL, "FEATURE_COUNT"},
                                         {"FI_POINT_TOLERANCE=-1", NULL, "FI_POINT_TOLERANCE"},
                                         {"LAYERS=people.nbhd", "LayerNotDefined", "QUERY_LAYERS"},
                                         {"LAYERS=x", "LayerNotDefined", "LAYERS"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        static const char good[] = "REQUEST=GetFeatureInfo&QUERY_LAYERS=deprivation.nbhd&I=3&J=4";
        char changes[256] = "";
        const char *name = cases[i].changes + (cases[i].changes[0] == '-');
        for (const char *at = good; *at; at += strcspn(at, "&"), at += *at == '&')
            if (strncmp(at, name, strcspn(name, "=") + 1) != 0 &&
                !(name != cases[i].changes && eg_wms_form_has_name(at, name, strlen(name))))
                (void)snprintf(changes + strlen(changes), sizeof changes - strlen(changes), "%.*s&",
                               (int)strcspn(at, "&"), at);
        (void)snprintf(changes + strlen(changes), sizeof changes - strlen(changes), "%s", cases[i].changes);
        check_wrong(&(struct wrong){changes, cases[i].code, cases[i].locator}, EG_WMS_1_3_0);
    }
}

/* --- memory --------------------------------------------------------------------------------------------------------- */

static void an_exception_survives_every_refused_allocation(void **state)
{
    (void)state;
    static const char *const forms[] = {"LAYERS=x", "LAYERS=x&EXCEPTIONS=INIMAGE"};
    for (size_t i = 0; i < EG_ARRAY_LEN(forms); i++) {
        bool failed = true;
        for (long n = 1; failed; n++) {
            struct eg_wms_form form;
            struct eg_entity entity = {0};
            const struct eg_wms_request *request = read_changed(&form, EG_WMS_1_3_0, forms[i]);
            eg_failing_malloc_after(n);
            enum eg_status status =
                eg_wms_exception(small.engine, small.snapshot, request, &request->failure, &entity, NULL);
            failed = eg_failing_malloc_triggered();
            eg_failing_malloc_after(0);
            assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
            eg_entity_clear(&entity);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_is_wrong_is_told_by_code_and_locator_in_both_versions),
        cmocka_unit_test(the_box_of_1e308_is_refused_by_the_engine_and_told_as_one),
        cmocka_unit_test(a_missing_crs_or_styles_is_told_where_the_version_wants_it),
        cmocka_unit_test(reports_are_valid),
        cmocka_unit_test(an_exception_comes_in_the_form_that_was_asked_for),
        cmocka_unit_test(an_exception_of_a_picture_without_size_or_format_is_xml),
        cmocka_unit_test(versions_are_negotiated_as_clause_6_2_4_says),
        cmocka_unit_test(a_map_without_a_version_is_of_the_one_whose_parameters_it_has),
        cmocka_unit_test(an_update_sequence_is_current_older_or_never_was),
        cmocka_unit_test(the_place_of_feature_info_is_the_middle_of_its_pixel),
        cmocka_unit_test(wrong_questions_for_feature_info_are_told),
        cmocka_unit_test(an_exception_survives_every_refused_allocation),
    };
    return cmocka_run_group_tests_name("wms", tests, open_atlas, close_atlas);
}
