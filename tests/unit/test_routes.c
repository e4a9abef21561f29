#include "http/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

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
    } wrong[] = {{"/tiles/a/x/2/3.png", "z"}, {"/tiles/a/-1/2/3.png", "z"}, {"/tiles/a/1/2.0/3.png", "x"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        struct found found;
        assert_int_equal(find(wrong[i].path, &found), EG_INVALID);
        assert_string_equal(found.err.field, wrong[i].field);
    }
}

static void a_number_that_is_too_large_is_left_to_those_who_know_its_range(void **state)
{
    (void)state;
    static const char *const large[] = {"/tiles/a/1/4294967295/3.png", "/tiles/a/1/4294967296/3.png",
                                        "/tiles/a/1/99999999999999999999999/3.png"};
    struct found found;
    for (size_t i = 0; i < EG_ARRAY_LEN(large); i++) {
        assert_int_equal(find(large[i], &found), EG_OK);
        assert_int_equal(found.values.number[2], UINT32_MAX);
    }
    assert_int_equal(find("/tiles/a/1/4294967296a/3.png", &found), EG_INVALID);
    assert_string_equal(found.err.message, "x is '4294967296a'; it must be a whole number");
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

extern const char eg_embed_openapi_json_begin[], eg_embed_openapi_json_end[];

/* Pages for people and what they load are no part of the interface; "/" is the landing page of OGC API there. */
static bool is_page(const char *pattern)
{
    return strcmp(pattern, "/") == 0 || strncmp(pattern, "/assets/", strlen("/assets/")) == 0 ||
           strncmp(pattern, "/finder", strlen("/finder")) == 0 ||
           strncmp(pattern, "/admin", strlen("/admin")) == 0;
}

/* The path by which the description has a route: without types and the slash at the end, and below /ogc without that. */
static const char *described_as(const char *pattern, char path[256])
{
    const char *from = pattern;
    size_t n = 0;
    if (strncmp(from, "/ogc", 4) == 0) from += 4;
    while (*from) {
        if (strncmp(from, ":u32", 4) == 0) from += 4;
        else path[n++] = *from++;
    }
    if (n > 1 && path[n - 1] == '/') n--;
    if (n == 0) path[n++] = '/';
    path[n] = '\0';
    return path;
}

static const struct eg_route *route_of(const char *path, bool below_ogc)
{
    struct eg_route_table served = eg_routes_served();
    char described[256];
    for (uint32_t i = 0; i < served.n; i++) {
        const char *pattern = served.routes[i].pattern;
        if (is_page(pattern) || (strncmp(pattern, "/ogc", 4) == 0) != below_ogc) continue;
        if (strcmp(described_as(pattern, described), path) == 0) return &served.routes[i];
    }
    return NULL;
}

static void check_described(const struct eg_route *route, const struct eg_json_value *paths)
{
    char path[256];
    const struct eg_json_value *item = eg_json_get(paths, described_as(route->pattern, path));
    if (!item) fail_msg("embed/openapi.json does not describe the route %s", route->pattern);
    for (int method = 0; method < EG_N_METHODS; method++) {
        static const char *const names[EG_N_METHODS] = {"get", "post", "put", "delete"};
        const struct eg_json_value *operation = eg_json_get(item, names[method]);
        if ((operation != NULL) != eg_route_allows(route, (enum eg_method)method))
            fail_msg("embed/openapi.json is wrong about %s to %s", names[method], route->pattern);
        bool has_body = operation && (method == EG_METHOD_POST || method == EG_METHOD_PUT);
        const struct eg_json_value *content = eg_json_get(eg_json_get(operation, "requestBody"), "content");
        for (size_t i = 0; has_body && route->body_types && route->body_types[i]; i++)
            assert_non_null(eg_json_get(content, route->body_types[i]));
    }
}

static void every_route_is_described_and_every_description_has_a_route(void **state)
{
    (void)state;
    struct eg_text text = {eg_embed_openapi_json_begin,
                           (size_t)(eg_embed_openapi_json_end - eg_embed_openapi_json_begin)};
    struct eg_route_table served = eg_routes_served();
    struct eg_json *api = NULL;
    assert_int_equal(eg_json_parse(text, &api, NULL), EG_OK);
    const struct eg_json_value *paths = eg_json_get(eg_json_root(api), "paths"), *item;
    for (uint32_t i = 0; i < served.n; i++)
        if (!is_page(served.routes[i].pattern)) check_described(&served.routes[i], paths);
    const char *path = NULL;
    while ((item = eg_json_next(paths, &path)))
        if (!route_of(path, !eg_json_get(item, "servers")))
            fail_msg("embed/openapi.json describes %s, which has no route", path);
    eg_json_free(api);
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
        cmocka_unit_test(a_number_that_is_too_large_is_left_to_those_who_know_its_range),
        cmocka_unit_test(an_escaped_slash_does_not_split_a_code),
        cmocka_unit_test(every_documented_path_has_a_route),
        cmocka_unit_test(every_route_is_described_and_every_description_has_a_route),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
