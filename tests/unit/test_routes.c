#include "http/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct eg_route table[] = {
    {.pattern = "/tiles/{layer}/{z:u32}/{x:u32}/{picture}.png"},
    {.pattern = "/tiles/{layer}.json"},
    {.pattern = "/areas/{boundaries}/{code}"},
    {.pattern = "/"},
    {.pattern = "/health/live"},
    {.pattern = "/ogc/collections/{id}/items/{item}"},
    {.pattern = "/ogc/collections/{id}"},
    {.pattern = "/ogc/collections/{id}/styles/{style}/map/tiles/{set}/{z:u32}/{y:u32}/{x:u32}"},
    {.pattern = "/wmts/{layer}/{style}/{period}/{set}/{z:u32}/{y:u32}/{x:u32}.png"},
};

struct found {
    char bytes[256];
    struct eg_target target;
    struct eg_route_values values;
    const struct eg_route *route;
    struct eg_error err;
};

static enum eg_status find(const char *target, struct found *found)
{
    memset(found, 0, sizeof *found);
    memcpy(found->bytes, target, strlen(target));
    assert_int_equal(eg_target_parse(found->bytes, strlen(target), &found->target, &found->err), EG_OK);
    return eg_routes_match((struct eg_route_table){table, EG_ARRAY_LEN(table)}, &found->target, &found->route,
                           &found->values, &found->err);
}

static void a_tile_gives_its_layer_and_numbers(void **state)
{
    (void)state;
    struct found found;
    assert_int_equal(find("/tiles/imd.lsoa/12/2018/1328@2x.png?v=1", &found), EG_OK);
    assert_ptr_equal(found.route, &table[0]);
    assert_true(eg_text_equal(found.values.text[0], EG_TEXT("imd.lsoa")));
    assert_int_equal(found.values.number[1], 12);
    assert_int_equal(found.values.number[2], 2018);
    assert_true(eg_text_equal(found.values.text[3], EG_TEXT("1328@2x")));
}

static void a_suffix_stands_after_its_placeholder(void **state)
{
    (void)state;
    struct found found;
    assert_int_equal(find("/tiles/imd.lsoa.json", &found), EG_OK);
    assert_ptr_equal(found.route, &table[1]);
    assert_true(eg_text_equal(found.values.text[0], EG_TEXT("imd.lsoa")));
}

static void the_root_is_a_route(void **state)
{
    (void)state;
    struct found found;
    assert_int_equal(find("/", &found), EG_OK);
    assert_ptr_equal(found.route, &table[3]);
}

static void the_long_paths_of_ogc_are_expressible(void **state)
{
    (void)state;
    struct found found;
    assert_int_equal(find("/ogc/collections/imd.lsoa/items/E01000001?f=json", &found), EG_OK);
    assert_ptr_equal(found.route, &table[5]);
    assert_true(eg_text_equal(found.values.text[1], EG_TEXT("E01000001")));
    assert_int_equal(find("/ogc/collections/imd.lsoa", &found), EG_OK);
    assert_ptr_equal(found.route, &table[6]);
    assert_int_equal(find("/ogc/collections/a/styles/b/map/tiles/WebMercatorQuad/12/1328/2018", &found),
                     EG_OK);
    assert_ptr_equal(found.route, &table[7]);
    assert_int_equal(found.values.number[5], 2018);
    assert_int_equal(find("/wmts/a/b/2019/WebMercatorQuad/12/1328/2018.png", &found), EG_OK);
    assert_ptr_equal(found.route, &table[8]);
    assert_int_equal(found.values.number[6], 2018);
    assert_int_equal(find("/wmts/a/b/2019/WebMercatorQuad/12/x/2018.png", &found), EG_INVALID);
    assert_string_equal(found.err.field, "y");
}

static void other_paths_are_not_found(void **state)
{
    (void)state;
    static const char *const paths[] = {"/tiles",
                                        "/tiles/",
                                        "/tiles/.json",
                                        "/tiles/a/1/2/3.jpg",
                                        "/tiles/a/1/2/",
                                        "/health/live/",
                                        "/health/live/x",
                                        "//",
                                        "/areas/a/",
                                        "/areas//b",
                                        "/areas/a/b/c/d/e/f/g/h/i",
                                        "/TILES/a.json"};
    for (size_t i = 0; i < EG_ARRAY_LEN(paths); i++) {
        struct found found;
        assert_int_equal(find(paths[i], &found), EG_NOT_FOUND);
    }
}

static void a_placeholder_for_a_number_takes_nothing_else(void **state)
{
    (void)state;
    static const struct {
        const char *path, *field;
    } wrong[] = {{"/tiles/a/x/2/3.png", "z"},
                 {"/tiles/a/-1/2/3.png", "z"},
                 {"/tiles/a/1/4294967296/3.png", "x"},
                 {"/tiles/a/1/2.0/3.png", "x"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        struct found found;
        assert_int_equal(find(wrong[i].path, &found), EG_INVALID);
        assert_string_equal(found.err.field, wrong[i].field);
    }
}

static void an_escaped_slash_does_not_split_a_code(void **state)
{
    (void)state;
    struct found found;
    assert_int_equal(find("/areas/wards/a%2fb", &found), EG_OK);
    assert_true(eg_text_equal(found.values.text[1], EG_TEXT("a/b")));
}

/* The table that is served. */
static void every_documented_path_has_a_route(void **state)
{
    (void)state;
    static const char *const paths[] = {"/",
                                        "/tiles/a.b/1/0/0.png",
                                        "/tiles/a.b.json",
                                        "/layers",
                                        "/report",
                                        "/legend/a.b.json",
                                        "/legend/a.b.png",
                                        "/coalitions",
                                        "/coalitions/x",
                                        "/areas/lsoa/E01",
                                        "/areas/lsoa",
                                        "/health/live",
                                        "/health/ready",
                                        "/metrics",
                                        "/assets/app.js",
                                        "/assets/images/layers.png"};
    for (size_t i = 0; i < EG_ARRAY_LEN(paths); i++) {
        struct found found;
        enum eg_status first = find(paths[i], &found);
        (void)first;
        assert_int_equal(
            eg_routes_match(eg_routes_served(), &found.target, &found.route, &found.values, &found.err),
            EG_OK);
        assert_non_null(found.route->make);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tile_gives_its_layer_and_numbers),
        cmocka_unit_test(a_suffix_stands_after_its_placeholder),
        cmocka_unit_test(the_root_is_a_route),
        cmocka_unit_test(the_long_paths_of_ogc_are_expressible),
        cmocka_unit_test(other_paths_are_not_found),
        cmocka_unit_test(a_placeholder_for_a_number_takes_nothing_else),
        cmocka_unit_test(an_escaped_slash_does_not_split_a_code),
        cmocka_unit_test(every_documented_path_has_a_route),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
