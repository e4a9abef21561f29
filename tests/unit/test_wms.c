/* Requests of WMS, clause by clause: what they come to, and what the exceptions say of those that are wrong. */
#include "http/wms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "http/exchange.h"
#include "http/handlers.h"
#include "support/failing_malloc.h"
#include "support/small_atlas.h"
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

/* --- requests out of a good one and changes ------------------------------------------------------------------------ */

struct form {
    char bytes[4096];
    struct eg_parameter pairs[EG_TARGET_PARAMETERS];
    struct eg_wms_request request;
};

static const char *const map_1_3_0[] = {"SERVICE=WMS",
                                        "VERSION=1.3.0",
                                        "REQUEST=GetMap",
                                        "LAYERS=deprivation.nbhd",
                                        "STYLES=",
                                        "CRS=EPSG:4326",
                                        "BBOX=50.95,-0.05,51.35,0.65",
                                        "WIDTH=140",
                                        "HEIGHT=80",
                                        "FORMAT=image/png"};
static const char *const map_1_1_1[] = {"SERVICE=WMS",
                                        "VERSION=1.1.1",
                                        "REQUEST=GetMap",
                                        "LAYERS=deprivation.nbhd",
                                        "STYLES=",
                                        "SRS=EPSG:4326",
                                        "BBOX=-0.05,50.95,0.65,51.35",
                                        "WIDTH=140",
                                        "HEIGHT=80",
                                        "FORMAT=image/png"};

static bool has_name(const char *pair, const char *name, size_t len)
{
    return strncmp(pair, name, len) == 0 && (pair[len] == '=' || pair[len] == '\0');
}

/* Whether the changes, "A=1&-B", name the pair's parameter. */
static bool is_changed(const char *pair, const char *changes)
{
    size_t len = strcspn(pair, "=");
    for (const char *at = changes; *at; at += strcspn(at, "&"), at += *at == '&')
        if (has_name(at + (*at == '-'), pair, len) || (*at == '-' && strncmp(at + 1, pair, len) == 0))
            return true;
    return false;
}

static void add_changes(char *bytes, size_t size, const char *changes)
{
    for (const char *at = changes; *at; at += strcspn(at, "&"), at += *at == '&') {
        size_t len = strlen(bytes);
        if (*at != '-') (void)snprintf(bytes + len, size - len, "&%.*s", (int)strcspn(at, "&"), at);
    }
}

/* "-NAME" leaves a parameter out. */
static const struct eg_wms_request *read_changed(struct form *form, const char *const *pairs,
                                                 const char *changes)
{
    struct eg_kvp kvp = {0};
    struct eg_error err = {0};
    form->bytes[0] = '\0';
    for (size_t i = 0; i < 10; i++) {
        size_t len = strlen(form->bytes);
        if (!is_changed(pairs[i], changes))
            (void)snprintf(form->bytes + len, sizeof form->bytes - len, "&%s", pairs[i]);
    }
    add_changes(form->bytes, sizeof form->bytes, changes);
    if (eg_kvp_from_form(form->bytes, strlen(form->bytes), form->pairs, &kvp, &err) != EG_OK)
        fail_msg("%s", err.message);
    eg_wms_read(&kvp, small.snapshot, &form->request);
    form->request.map.names = form->request.names;
    return &form->request;
}

static struct eg_entity draw(const struct eg_wms_request *request)
{
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    if (request->failure.error.status != EG_OK) fail_msg("%s", request->failure.error.message);
    if (eg_engine_map(small.engine, small.snapshot, &request->map, &entity, &err) != EG_OK)
        fail_msg("%s", err.message);
    return entity;
}

static void draw_changed(const char *const *pairs, const char *changes, struct eg_canvas *canvas_out)
{
    struct form form;
    struct eg_entity entity = draw(read_changed(&form, pairs, changes));
    eg_small_decode(&entity, canvas_out);
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
    struct form form;
    const struct eg_wms_request *request =
        read_changed(&form, version == EG_WMS_1_3_0 ? map_1_3_0 : map_1_1_1, wrong->changes);
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
    struct form form;
    struct eg_entity entity = {0};
    (void)read_changed(&form, map_1_3_0, "BBOX=-1e308,-1e308,1e308,1e308");
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
    struct form form;
    assert_string_equal(read_changed(&form, map_1_3_0, "-CRS")->failure.error.field, "CRS");
    assert_string_equal(read_changed(&form, map_1_3_0, "-CRS&SRS=EPSG:4326")->failure.error.field, "CRS");
    assert_string_equal(read_changed(&form, map_1_1_1, "-SRS")->failure.error.field, "SRS");
    assert_string_equal(read_changed(&form, map_1_1_1, "-SRS&CRS=EPSG:4326")->failure.error.field, "SRS");
    assert_string_equal(read_changed(&form, map_1_3_0, "-STYLES")->failure.error.field, "STYLES");
    assert_int_equal(read_changed(&form, map_1_1_1, "-STYLES")->failure.error.status, EG_OK);
}

static void reports_are_valid(void **state)
{
    (void)state;
    static const char *const schemas[] = {"http://www.opengis.net/ogc", "wms/1.3.0/exceptions_1_3_0.xsd"};
    static const char *const changes[] = {"LAYERS=%3C%22%26%27%3E%C3%A9", "-BBOX", "CRS=x&SRS=x"};
    eg_xml_check_needs_schemas();
    for (size_t i = 0; i < EG_ARRAY_LEN(changes); i++) {
        struct form form;
        struct eg_entity entity = report(read_changed(&form, map_1_3_0, changes[i]));
        assert_string_equal(entity.media_type, "text/xml");
        eg_xml_check_schemas(&entity, schemas, 1);
        eg_entity_clear(&entity);
        entity = report(read_changed(&form, map_1_1_1, changes[i]));
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
        struct form form;
        struct eg_entity entity = {0};
        struct eg_canvas canvas;
        struct eg_rgba colour;
        char changes[128];
        (void)snprintf(changes, sizeof changes, "LAYERS=none.nbhd&BGCOLOR=0xDDEEFF&EXCEPTIONS=%s",
                       cases[i / 2].exceptions);
        const struct eg_wms_request *request = read_changed(&form, i % 2 ? map_1_1_1 : map_1_3_0, changes);
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
        struct form form;
        struct eg_entity entity = {0};
        const struct eg_wms_request *request = read_changed(&form, map_1_3_0, changes[i]);
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
        struct form form;
        const struct eg_wms_request *request = read_changed(&form, map_1_3_0, cases[i].changes);
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
    struct form form;
    assert_int_equal(read_changed(&form, map_1_1_1, "-VERSION")->version, EG_WMS_1_1_1);
    assert_int_equal(form.request.failure.error.status, EG_OK);
    assert_int_equal(read_changed(&form, map_1_3_0, "-VERSION")->version, EG_WMS_1_3_0);
    assert_int_equal(form.request.failure.error.status, EG_OK);
}

static void an_update_sequence_is_current_older_or_never_was(void **state)
{
    (void)state;
    struct form form;
    char changes[128];
    (void)snprintf(changes, sizeof changes, "REQUEST=GetCapabilities&UPDATESEQUENCE=%s",
                   small.snapshot->version);
    assert_string_equal(read_changed(&form, map_1_3_0, changes)->failure.code, "CurrentUpdateSequence");
    changes[strlen(changes) - 1] ^= 1;
    assert_int_equal(read_changed(&form, map_1_3_0, changes)->failure.error.status, EG_OK);
    (void)read_changed(&form, map_1_3_0, "REQUEST=GetCapabilities&UPDATESEQUENCE=99999");
    assert_string_equal(form.request.failure.code, "InvalidUpdateSequence");
}

static void the_place_of_feature_info_is_the_middle_of_its_pixel(void **state)
{
    (void)state;
    static const char *const good[] = {"I=0&J=79", "i=0&j=79", "I=0&J=79&FORMAT=&-STYLES",
                                       "I=0&J=79&INFO_FORMAT=text/html&FEATURE_COUNT=10"};
    for (size_t i = 0; i < EG_ARRAY_LEN(good); i++) {
        struct form form;
        char changes[256];
        (void)snprintf(changes, sizeof changes, "REQUEST=GetFeatureInfo&QUERY_LAYERS=deprivation.nbhd&%s",
                       good[i]);
        const struct eg_wms_request *request = read_changed(&form, map_1_3_0, changes);
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
                !(name != cases[i].changes && has_name(at, name, strlen(name))))
                (void)snprintf(changes + strlen(changes), sizeof changes - strlen(changes), "%.*s&",
                               (int)strcspn(at, "&"), at);
        (void)snprintf(changes + strlen(changes), sizeof changes - strlen(changes), "%s", cases[i].changes);
        check_wrong(&(struct wrong){changes, cases[i].code, cases[i].locator}, EG_WMS_1_3_0);
    }
}

static void names_are_read_in_any_case_and_unknown_ones_ignored(void **state)
{
    (void)state;
    struct form form;
    static const char *const changes[] = {
        "-SERVICE&service=wms&-REQUEST&Request=getmap&-CRS&crs=epsg:4326&-BBOX&bbox=50.95,-0.05,51.35,0.65",
        "ELEVATION=5&DIM_COLOUR=red&ANGLE=10&MAP_OPACITY=50&_=123&map=/x.map",
        "FORMAT=IMAGE/PNG&STYLES=default", "-SERVICE"};
    struct eg_canvas plain, canvas;
    draw_changed(map_1_3_0, "", &plain);
    for (size_t i = 0; i < EG_ARRAY_LEN(changes); i++) {
        draw_changed(map_1_3_0, changes[i], &canvas);
        assert_memory_equal(canvas.pixels, plain.pixels, sizeof *plain.pixels * 140 * 80);
        eg_canvas_clear(&canvas);
    }
    eg_canvas_clear(&plain);
    assert_int_equal(read_changed(&form, map_1_3_0, "REQUEST=map")->operation, EG_WMS_MAP);
}

/* --- places --------------------------------------------------------------------------------------------------------- */

static void only_1_3_0_follows_the_axes_of_the_authority(void **state)
{
    (void)state;
    static const struct {
        const char *crs, *box_1_3_0, *box_1_1_1;
    } cases[] = {{"EPSG:4326", "50,-1,52,1", "-1,50,1,52"},
                 {"CRS:84", "-1,50,1,52", "-1,50,1,52"},
                 {"EPSG:3857", "1000,5000,2000,7000", "1000,5000,2000,7000"},
                 {"EPSG:900913", "1000,5000,2000,7000", "1000,5000,2000,7000"},
                 {"urn:ogc:def:crs:EPSG::4326", "50,-1,52,1", "-1,50,1,52"},
                 {"EPSG:27700", "400000,100000,500000,300000", "400000,100000,500000,300000"},
                 {"EPSG:3035", "3000000,3500000,3300000,3600000", "3500000,3000000,3600000,3300000"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct form new, old;
        char changes[256];
        (void)snprintf(changes, sizeof changes, "CRS=%s&BBOX=%s", cases[i].crs, cases[i].box_1_3_0);
        (void)read_changed(&new, map_1_3_0, changes);
        (void)snprintf(changes, sizeof changes, "SRS=%s&BBOX=%s", cases[i].crs, cases[i].box_1_1_1);
        (void)read_changed(&old, map_1_1_1, changes);
        if (new.request.failure.error.status != EG_OK) fail_msg("%s", new.request.failure.error.message);
        if (old.request.failure.error.status != EG_OK) fail_msg("%s", old.request.failure.error.message);
        assert_memory_equal(&new.request.map.bounds, &old.request.map.bounds, sizeof new.request.map.bounds);
        assert_true(new.request.map.bounds.min_x < new.request.map.bounds.max_x);
    }
}

static void one_box_is_one_picture_in_either_order(void **state)
{
    (void)state;
    struct eg_canvas pictures[3];
    draw_changed(map_1_3_0, "", &pictures[0]);
    draw_changed(map_1_1_1, "", &pictures[1]);
    draw_changed(map_1_3_0, "CRS=CRS:84&BBOX=-0.05,50.95,0.65,51.35", &pictures[2]);
    for (int i = 0; i < 3; i++) {
        assert_memory_equal(pictures[i].pixels, pictures[0].pixels, sizeof *pictures[0].pixels * 140 * 80);
        if (i > 0) eg_canvas_clear(&pictures[i]);
    }
    eg_canvas_clear(&pictures[0]);
}

/* --- time ----------------------------------------------------------------------------------------------------------- */

static void a_time_comes_to_a_period(void **state)
{
    (void)state;
    static const struct {
        const char *time, *period;
        enum eg_wms_time how;
    } cases[] = {{"", "2024", EG_WMS_TIME_DEFAULT},
                 {"current", "2024", EG_WMS_TIME_DEFAULT},
                 {"2019", "2019", EG_WMS_TIME_GIVEN},
                 {"2024", "2024", EG_WMS_TIME_GIVEN},
                 {"2019-07", "2019", EG_WMS_TIME_GIVEN},
                 {"2019-01-01", "2019", EG_WMS_TIME_GIVEN},
                 {"2019-12-31T23:59:59.999Z", "2019", EG_WMS_TIME_GIVEN},
                 {"2019-06-01T12", "2019", EG_WMS_TIME_GIVEN},
                 {"2018-12-31", "2019", EG_WMS_TIME_NEAREST},
                 {"1066", "2019", EG_WMS_TIME_NEAREST},
                 {"2020", "2019", EG_WMS_TIME_NEAREST},
                 {"2023", "2024", EG_WMS_TIME_NEAREST},
                 {"9999-12-31", "2024", EG_WMS_TIME_NEAREST},
                 {"2018/2020", "2019", EG_WMS_TIME_GIVEN},
                 {"2019-05-01/2024-05-01", "2024", EG_WMS_TIME_GIVEN},
                 {"2019-01-01/2019-12-31/P1D", "2019", EG_WMS_TIME_GIVEN},
                 {"../2020", "2019", EG_WMS_TIME_GIVEN},
                 {"2021/", "2024", EG_WMS_TIME_GIVEN},
                 {"2025/2026", "2024", EG_WMS_TIME_NEAREST},
                 {"2019,2024", "2024", EG_WMS_TIME_NEAREST},
                 {"2024,2019", "2024", EG_WMS_TIME_NEAREST}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct form form;
        char changes[128];
        (void)snprintf(changes, sizeof changes, "TIME=%s", cases[i].time);
        const struct eg_wms_request *request = read_changed(&form, map_1_3_0, changes);
        if (!eg_text_equal(request->names[0].period, eg_text_from(cases[i].period)) ||
            request->time != cases[i].how)
            fail_msg("%s: %.*s %d", cases[i].time, EG_TEXT_ARG(request->names[0].period), request->time);
    }
}

static void each_layer_has_its_own_nearest_period(void **state)
{
    (void)state;
    struct form form;
    const struct eg_wms_request *request =
        read_changed(&form, map_1_3_0, "LAYERS=deprivation.nbhd,people.nbhd&TIME=2019");
    assert_true(eg_text_equal(request->names[0].period, EG_TEXT("2019")));
    assert_true(eg_text_equal(request->names[1].period, EG_TEXT("2024")));
    assert_int_equal(request->time, EG_WMS_TIME_NEAREST);
    assert_true(eg_text_equal(request->time_used->id, EG_TEXT("2024")));
}

/* --- pictures ------------------------------------------------------------------------------------------------------- */

static void grounds_are_white_or_as_asked_or_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *changes;
        uint8_t corner[4];
    } cases[] = {{"", {255, 255, 255, 255}},
                 {"TRANSPARENT=FALSE", {255, 255, 255, 255}},
                 {"TRANSPARENT=true", {0, 0, 0, 0}},
                 {"TRANSPARENT=TRUE&BGCOLOR=0xff8000", {0, 0, 0, 0}},
                 {"BGCOLOR=0xff8000", {255, 128, 0, 255}},
                 {"BGCOLOR=%23ff8000", {255, 128, 0, 255}},
                 {"BGCOLOR=0XFF8000&STYLES=soft", {255, 128, 0, 255}},
                 {"STYLES=soft&TRANSPARENT=TRUE", {0, 0, 0, 0}},
                 {"FORMAT=image/png8&BGCOLOR=0xff8000", {255, 128, 0, 255}}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_canvas canvas;
        draw_changed(map_1_3_0, cases[i].changes, &canvas);
        if (memcmp(&canvas.pixels[0], cases[i].corner, 4) != 0) fail_msg("%s", cases[i].changes);
        for (size_t k = 0; k < 140 * 80 && cases[i].corner[3] == 255; k++)
            if (canvas.pixels[k].a != 255) fail_msg("%s lets something through", cases[i].changes);
        eg_canvas_clear(&canvas);
    }
}

static void formats_are_what_they_say(void **state)
{
    (void)state;
    static const struct {
        const char *format, *media_type, *begin;
    } cases[] = {{"image/png", "image/png", "\x89PNG"},
                 {"image/png8", "image/png", "\x89PNG"},
                 {"image/png;+mode=8bit", "image/png; mode=8bit", "\x89PNG"},
                 {"image/png;mode=8bit", "image/png; mode=8bit", "\x89PNG"},
                 {"image/jpeg", "image/jpeg", "\xff\xd8\xff"},
                 {"image/jpg", "image/jpeg", "\xff\xd8\xff"},
                 {"image/webp", "image/webp", "RIFF"},
                 {"PNG", "image/png", "\x89PNG"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct form form;
        char changes[64];
        (void)snprintf(changes, sizeof changes, "FORMAT=%s&TRANSPARENT=TRUE", cases[i].format);
        const struct eg_wms_request *request = read_changed(&form, map_1_3_0, changes);
        struct eg_entity entity = draw(request);
        assert_string_equal(request->media_type, cases[i].media_type);
        assert_memory_equal(entity.body.data, cases[i].begin, strlen(cases[i].begin));
        eg_entity_clear(&entity);
    }
}

static void resolutions_widen_lines_unless_they_are_a_screens(void **state)
{
    (void)state;
    static const struct {
        const char *changes;
        double scale;
    } cases[] = {{"", 1},
                 {"DPI=96&MAP_RESOLUTION=96&FORMAT_OPTIONS=dpi:96", 1},
                 {"DPI=90.7", 1},
                 {"DPI=72", 1},
                 {"DPI=100", 1},
                 {"DPI=120", 120 * 0.28 / 25.4},
                 {"DPI=60", 60 * 0.28 / 25.4},
                 {"DPI=300", 300 * 0.28 / 25.4},
                 {"MAP_RESOLUTION=180", 180 * 0.28 / 25.4},
                 {"FORMAT_OPTIONS=antialias:on;DPI:180;x", 180 * 0.28 / 25.4},
                 {"FORMAT_OPTIONS=antialias:on", 1},
                 {"FORMAT_OPTIONS=", 1},
                 {"DPI=9000", 16},
                 {"DPI=1", 0.25}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct form form;
        double scale = read_changed(&form, map_1_3_0, cases[i].changes)->map.scale;
        if (scale < cases[i].scale - 1e-9 || scale > cases[i].scale + 1e-9)
            fail_msg("%s: %g", cases[i].changes, scale);
    }
}

static void the_first_layer_lies_lowest(void **state)
{
    (void)state;
    struct eg_canvas both, top;
    draw_changed(map_1_3_0, "LAYERS=deprivation.nbhd,people.town&STYLES=tenths,blues", &both);
    draw_changed(map_1_3_0, "LAYERS=people.town&STYLES=blues", &top);
    assert_memory_equal(both.pixels, top.pixels, sizeof *top.pixels * 140 * 80);
    eg_canvas_clear(&both);
    eg_canvas_clear(&top);
}

/* --- cost and memory -------------------------------------------------------------------------------------------------- */

static enum eg_cost cost_of(const struct eg_small *of, struct form *form, const char *changes)
{
    struct eg_exchange *exchange = calloc(1, sizeof *exchange);
    assert_non_null(exchange);
    exchange->snapshot = of->snapshot;
    exchange->wanted.wms = *read_changed(form, map_1_3_0, changes);
    assert_null(eg_wms_find(exchange));
    enum eg_cost cost = exchange->cost;
    free(exchange);
    return cost;
}

static void a_map_that_has_to_project_first_goes_to_the_workers_for_that(void **state)
{
    (void)state;
    static const char british[] = "CRS=EPSG:27700&BBOX=530000,110000,590000,165000";
    struct eg_small fresh;
    struct form form;
    eg_small_open(0, &fresh);
    assert_int_equal(cost_of(&fresh, &form, british), EG_COST_PROJECTING);
    assert_int_equal(cost_of(&fresh, &form, "LAYERS=none.nbhd"), EG_COST_SMALL);
    assert_int_equal(cost_of(&fresh, &form, "CRS=EPSG:3857&BBOX=0,6600000,9,6600009"),
                     EG_COST_LARGE); /* classes */
    for (int i = 0; i < 2; i++) {
        struct eg_entity entity = {0};
        (void)read_changed(&form, map_1_3_0, i ? "CRS=EPSG:3857&BBOX=0,6600000,9,6600009" : british);
        assert_int_equal(eg_engine_map(fresh.engine, fresh.snapshot, &form.request.map, &entity, NULL),
                         EG_OK);
        eg_entity_clear(&entity);
    }
    assert_int_equal(cost_of(&fresh, &form, british), EG_COST_SMALL);
    assert_int_equal(cost_of(&fresh, &form, "CRS=EPSG:3857&BBOX=0,6600000,9,6600009"), EG_COST_SMALL);
    assert_int_equal(cost_of(&fresh, &form, "CRS=EPSG:3857&BBOX=0,6600000,9,6600009&WIDTH=800&HEIGHT=600"),
                     EG_COST_LARGE);
    eg_small_close(&fresh);
}

static void an_exception_survives_every_refused_allocation(void **state)
{
    (void)state;
    static const char *const forms[] = {"LAYERS=x", "LAYERS=x&EXCEPTIONS=INIMAGE"};
    for (size_t i = 0; i < EG_ARRAY_LEN(forms); i++) {
        bool failed = true;
        for (long n = 1; failed; n++) {
            struct form form;
            struct eg_entity entity = {0};
            const struct eg_wms_request *request = read_changed(&form, map_1_3_0, forms[i]);
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
        cmocka_unit_test(names_are_read_in_any_case_and_unknown_ones_ignored),
        cmocka_unit_test(only_1_3_0_follows_the_axes_of_the_authority),
        cmocka_unit_test(one_box_is_one_picture_in_either_order),
        cmocka_unit_test(a_time_comes_to_a_period),
        cmocka_unit_test(each_layer_has_its_own_nearest_period),
        cmocka_unit_test(grounds_are_white_or_as_asked_or_nothing),
        cmocka_unit_test(formats_are_what_they_say),
        cmocka_unit_test(resolutions_widen_lines_unless_they_are_a_screens),
        cmocka_unit_test(the_first_layer_lies_lowest),
        cmocka_unit_test(a_map_that_has_to_project_first_goes_to_the_workers_for_that),
        cmocka_unit_test(an_exception_survives_every_refused_allocation),
    };
    return cmocka_run_group_tests_name("wms", tests, open_atlas, close_atlas);
}
