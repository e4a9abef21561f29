/* GetMap as its parameters say: places and axes, times, grounds, formats, resolution, layers; and who makes the picture. */
#include "http/wms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/exchange.h"
#include "http/handlers.h"
#include "support/small_atlas.h"
#include "support/wms_form.h"

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

static struct eg_entity draw(const struct eg_wms_request *request)
{
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    if (request->failure.error.status != EG_OK) fail_msg("%s", request->failure.error.message);
    if (eg_engine_map(small.engine, small.snapshot, &request->map, &entity, &err) != EG_OK)
        fail_msg("%s", err.message);
    return entity;
}

static void draw_changed(enum eg_wms_version version, const char *changes, struct eg_canvas *canvas_out)
{
    struct eg_wms_form form;
    struct eg_entity entity = draw(read_changed(&form, version, changes));
    eg_small_decode(&entity, canvas_out);
}

static void names_are_read_in_any_case_and_unknown_ones_ignored(void **state)
{
    (void)state;
    struct eg_wms_form form;
    static const char *const changes[] = {
        "-SERVICE&service=wms&-REQUEST&Request=getmap&-CRS&crs=epsg:4326&-BBOX&bbox=50.95,-0.05,51.35,0.65",
        "ELEVATION=5&DIM_COLOUR=red&ANGLE=10&MAP_OPACITY=50&_=123&map=/x.map",
        "FORMAT=IMAGE/PNG&STYLES=default", "-SERVICE"};
    struct eg_canvas plain, canvas;
    draw_changed(EG_WMS_1_3_0, "", &plain);
    for (size_t i = 0; i < EG_ARRAY_LEN(changes); i++) {
        draw_changed(EG_WMS_1_3_0, changes[i], &canvas);
        assert_memory_equal(canvas.pixels, plain.pixels, sizeof *plain.pixels * 140 * 80);
        eg_canvas_clear(&canvas);
    }
    eg_canvas_clear(&plain);
    assert_int_equal(read_changed(&form, EG_WMS_1_3_0, "REQUEST=map")->operation, EG_WMS_MAP);
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
        struct eg_wms_form new, old;
        char changes[256];
        (void)snprintf(changes, sizeof changes, "CRS=%s&BBOX=%s", cases[i].crs, cases[i].box_1_3_0);
        (void)read_changed(&new, EG_WMS_1_3_0, changes);
        (void)snprintf(changes, sizeof changes, "SRS=%s&BBOX=%s", cases[i].crs, cases[i].box_1_1_1);
        (void)read_changed(&old, EG_WMS_1_1_1, changes);
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
    draw_changed(EG_WMS_1_3_0, "", &pictures[0]);
    draw_changed(EG_WMS_1_1_1, "", &pictures[1]);
    draw_changed(EG_WMS_1_3_0, "CRS=CRS:84&BBOX=-0.05,50.95,0.65,51.35", &pictures[2]);
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
                 {"2019-07", "2019", EG_WMS_TIME_NEAREST},
                 {"2019-01-01", "2019", EG_WMS_TIME_GIVEN},
                 {"2019-12-31T23:59:59.999Z", "2019", EG_WMS_TIME_NEAREST},
                 {"2019-06-01T12", "2019", EG_WMS_TIME_NEAREST},
                 {"2019-01-01T00:00:00Z", "2019", EG_WMS_TIME_GIVEN},
                 {"2019/2019", "2019", EG_WMS_TIME_GIVEN},
                 {"2019/2024", "2024", EG_WMS_TIME_NEAREST},
                 {"2021-06-30", "2019", EG_WMS_TIME_NEAREST},
                 {"2021-10-01", "2024", EG_WMS_TIME_NEAREST},
                 {"2018-12-31", "2019", EG_WMS_TIME_NEAREST},
                 {"1066", "2019", EG_WMS_TIME_NEAREST},
                 {"2020", "2019", EG_WMS_TIME_NEAREST},
                 {"2023", "2024", EG_WMS_TIME_NEAREST},
                 {"9999-12-31", "2024", EG_WMS_TIME_NEAREST},
                 {"2018/2020", "2019", EG_WMS_TIME_NEAREST},
                 {"2019-05-01/2024-05-01", "2024", EG_WMS_TIME_NEAREST},
                 {"2019-01-01/2019-12-31/P1D", "2019", EG_WMS_TIME_GIVEN},
                 {"../2020", "2019", EG_WMS_TIME_NEAREST},
                 {"2021/", "2024", EG_WMS_TIME_NEAREST},
                 {"2025/2026", "2024", EG_WMS_TIME_NEAREST},
                 {"2019,2024", "2024", EG_WMS_TIME_NEAREST},
                 {"2024,2019", "2024", EG_WMS_TIME_NEAREST}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_wms_form form;
        char changes[128];
        (void)snprintf(changes, sizeof changes, "TIME=%s", cases[i].time);
        const struct eg_wms_request *request = read_changed(&form, EG_WMS_1_3_0, changes);
        if (!eg_text_equal(request->names[0].period, eg_text_from(cases[i].period)) ||
            request->time != cases[i].how)
            fail_msg("%s: %.*s %d", cases[i].time, EG_TEXT_ARG(request->names[0].period), request->time);
    }
}

static void each_layer_has_its_own_nearest_period(void **state)
{
    (void)state;
    struct eg_wms_form form;
    const struct eg_wms_request *request =
        read_changed(&form, EG_WMS_1_3_0, "LAYERS=deprivation.nbhd,people.nbhd&TIME=2019");
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
        draw_changed(EG_WMS_1_3_0, cases[i].changes, &canvas);
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
        struct eg_wms_form form;
        char changes[64];
        (void)snprintf(changes, sizeof changes, "FORMAT=%s&TRANSPARENT=TRUE", cases[i].format);
        const struct eg_wms_request *request = read_changed(&form, EG_WMS_1_3_0, changes);
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
        struct eg_wms_form form;
        double scale = read_changed(&form, EG_WMS_1_3_0, cases[i].changes)->map.scale;
        if (scale < cases[i].scale - 1e-9 || scale > cases[i].scale + 1e-9)
            fail_msg("%s: %g", cases[i].changes, scale);
    }
}

static void the_first_layer_lies_lowest(void **state)
{
    (void)state;
    struct eg_canvas both, top;
    draw_changed(EG_WMS_1_3_0, "LAYERS=deprivation.nbhd,people.town&STYLES=tenths,blues", &both);
    draw_changed(EG_WMS_1_3_0, "LAYERS=people.town&STYLES=blues", &top);
    assert_memory_equal(both.pixels, top.pixels, sizeof *top.pixels * 140 * 80);
    eg_canvas_clear(&both);
    eg_canvas_clear(&top);
}

/* --- cost ----------------------------------------------------------------------------------------------------------- */

static enum eg_cost cost_of(const struct eg_small *of, struct eg_wms_form *form, const char *changes)
{
    struct eg_exchange *exchange = calloc(1, sizeof *exchange);
    assert_non_null(exchange);
    exchange->snapshot = of->snapshot;
    exchange->wanted.wms = *read_changed(form, EG_WMS_1_3_0, changes);
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
    struct eg_wms_form form;
    eg_small_open(0, &fresh);
    assert_int_equal(cost_of(&fresh, &form, british), EG_COST_PROJECTING);
    assert_int_equal(cost_of(&fresh, &form, "LAYERS=none.nbhd"), EG_COST_SMALL);
    assert_int_equal(cost_of(&fresh, &form, "CRS=EPSG:3857&BBOX=0,6600000,9,6600009"),
                     EG_COST_LARGE); /* classes */
    for (int i = 0; i < 2; i++) {
        struct eg_entity entity = {0};
        (void)read_changed(&form, EG_WMS_1_3_0, i ? "CRS=EPSG:3857&BBOX=0,6600000,9,6600009" : british);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests_name("wms map", tests, open_atlas, close_atlas);
}
