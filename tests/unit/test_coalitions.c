/* The coalition finder's answers as GeoJSON. What is found is the directory's business and tested there; here it is what the
 * answer says. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"
#include "support/small_atlas.h"

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

static struct eg_coalitions_request request_of(uint32_t limit, uint32_t offset)
{
    return (struct eg_coalitions_request){
        .query = {.limit = limit, .offset = offset, .serves_boundaries = EG_ATLAS_NONE},
        .self_url = EG_TEXT("/coalitions"),
        .base_url = EG_TEXT("https://atlas.example")};
}

static struct eg_json *ask(const struct eg_coalitions_request *request)
{
    struct eg_entity entity = {0};
    struct eg_error err = {0};
    if (eg_engine_coalitions(small.snapshot, request, &entity, &err) != EG_OK) fail_msg("%s", err.message);
    assert_string_equal(entity.media_type, "application/geo+json");
    struct eg_json *json = eg_small_json(&entity);
    assert_string_equal(eg_small_text(json, "type"), "FeatureCollection");
    assert_true(eg_small_number(json, "numberReturned") ==
                (double)eg_json_length(eg_small_at(json, "features")));
    return json;
}

/* Index of the feature with this source key, or -1. */
static int find(struct eg_json *json, const char *key)
{
    size_t n = eg_json_length(eg_small_at(json, "features"));
    for (size_t i = 0; i < n; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "features/%zu/properties/source/key", i);
        if (strcmp(eg_small_text(json, path), key) == 0) return (int)i;
    }
    return -1;
}

static const char *in_feature(int feature, const char *path)
{
    static char whole[128];
    assert_true(feature >= 0);
    (void)snprintf(whole, sizeof whole, "features/%d/%s", feature, path);
    return whole;
}

static void a_feature_is_an_entry_at_its_place(void **state)
{
    (void)state;
    struct eg_coalitions_request request = request_of(100, 0);
    struct eg_json *json = ask(&request);
    assert_true(eg_small_number(json, "numberMatched") == 5); /* all but the grant */
    int c1 = find(json, "c1");
    assert_string_equal(eg_small_text(json, in_feature(c1, "type")), "Feature");
    assert_int_equal(strlen(eg_small_text(json, in_feature(c1, "id"))), 36);
    assert_string_equal(eg_small_text(json, in_feature(c1, "geometry/type")), "Point");
    assert_true(eg_small_number(json, in_feature(c1, "geometry/coordinates/0")) == 0.05);
    assert_true(eg_small_number(json, in_feature(c1, "geometry/coordinates/1")) == 51.05);
    assert_string_equal(eg_small_text(json, in_feature(c1, "properties/kind")), "coalition");
    assert_string_equal(eg_small_text(json, in_feature(c1, "properties/name")), "Western Hearts");
    assert_string_equal(eg_small_text(json, in_feature(c1, "properties/description")),
                        "Blood pressure checks");
    assert_string_equal(eg_small_text(json, in_feature(c1, "properties/programme")), "Healthy West");
    assert_string_equal(eg_small_text(json, in_feature(c1, "properties/topics/1")), "food");
    assert_string_equal(eg_small_text(json, in_feature(c1, "properties/service_area/boundaries")), "town");
    assert_string_equal(eg_small_text(json, in_feature(c1, "properties/service_area/codes/0")), "T1");
    assert_string_equal(eg_small_text(json, in_feature(c1, "properties/source/directory")), "groups");
    assert_string_equal(eg_small_text(json, in_feature(c1, "properties/source/attribution")), "Small Groups");
    assert_string_equal(eg_small_text(json, in_feature(c1, "properties/source/licence")), "CC0");
    assert_null(eg_small_at(json, in_feature(c1, "properties/address")));
    assert_null(eg_small_at(json, in_feature(c1, "properties/distance_m")));
    assert_null(eg_small_at(json, in_feature(c1, "properties/fictional")));
    eg_json_free(json);
}

static void an_entry_without_a_place_has_no_geometry(void **state)
{
    (void)state;
    struct eg_coalitions_request request = request_of(100, 0);
    struct eg_json *json = ask(&request);
    int s1 = find(json, "s1");
    assert_non_null(eg_small_at(json, in_feature(s1, "geometry")));
    assert_null(eg_small_at(json, in_feature(s1, "geometry/type")));
    eg_json_free(json);
}

static void a_grant_is_told_when_asked_for_with_its_amount(void **state)
{
    (void)state;
    struct eg_coalitions_request request = request_of(100, 0);
    request.query.kinds = 1U << EG_KIND_GRANT;
    struct eg_json *json = ask(&request);
    assert_true(eg_small_number(json, "numberMatched") == 1);
    assert_true(eg_small_number(json, in_feature(0, "properties/amount")) == 5000);
    assert_string_equal(eg_small_text(json, in_feature(0, "properties/currency")), "GBP");
    eg_json_free(json);
}

static void near_a_place_comes_with_the_distance(void **state)
{
    (void)state;
    struct eg_coalitions_request request = request_of(3, 0);
    request.query.has_near = true;
    request.query.near_lon_deg = 0.05;
    request.query.near_lat_deg = 51.06;
    struct eg_json *json = ask(&request);
    double last = -1;
    for (int i = 0; i < 3; i++) {
        double distance_m = eg_small_number(json, in_feature(i, "properties/distance_m"));
        assert_true(distance_m >= last);
        last = distance_m;
    }
    int c1 = find(json, "c1");
    assert_true(fabs(eg_small_number(json, in_feature(c1, "properties/distance_m")) - 1112.5) < 1);
    eg_json_free(json);
}

static void a_list_leaves_polygons_out_and_a_single_entry_has_them(void **state)
{
    (void)state;
    struct eg_coalitions_request request = request_of(100, 0);
    struct eg_json *json = ask(&request);
    int p1 = find(json, "p1");
    bool has = false;
    assert_true(
        eg_json_is_bool(eg_small_at(json, in_feature(p1, "properties/service_area/has_geometry")), &has) &&
        has);
    assert_null(eg_small_at(json, in_feature(p1, "properties/service_area/geometry")));
    char id[64];
    (void)snprintf(id, sizeof id, "%s", eg_small_text(json, in_feature(p1, "id")));
    eg_json_free(json);
    struct eg_entity entity = {0};
    assert_int_equal(
        eg_engine_coalition(small.snapshot, eg_text_from(id), EG_TEXT("https://a.example"), &entity, NULL),
        EG_OK);
    assert_string_equal(entity.media_type, "application/geo+json");
    json = eg_small_json(&entity);
    assert_string_equal(eg_small_text(json, "type"), "Feature");
    assert_string_equal(eg_small_text(json, "id"), id);
    assert_string_equal(eg_small_text(json, "properties/name"), "First Partners");
    assert_non_null(strstr(eg_small_text(json, "properties/service_area/geometry/type"), "Polygon"));
    char href[128];
    (void)snprintf(href, sizeof href, "https://a.example/coalitions/%s", id);
    assert_string_equal(eg_small_text(json, "links/0/rel"), "self");
    assert_string_equal(eg_small_text(json, "links/0/href"), href);
    eg_json_free(json);
}

static void an_unknown_entry_is_an_error(void **state)
{
    (void)state;
    static const char *const ids[] = {"", "c1", "585a9093-5c12-5388-b7de-8ecc54e58082"};
    for (size_t i = 0; i < EG_ARRAY_LEN(ids); i++) {
        struct eg_entity entity = {0};
        struct eg_error err = {0};
        assert_int_equal(
            eg_engine_coalition(small.snapshot, eg_text_from(ids[i]), EG_TEXT(""), &entity, &err),
            EG_NOT_FOUND);
        assert_string_equal(err.field, "id");
        assert_non_null(strstr(err.message, "GET /coalitions"));
    }
}

/* --- pages ----------------------------------------------------------------------------------------------------------- */

static void check_links(struct eg_coalitions_request request, const char *const expected[][2], size_t n)
{
    struct eg_json *json = ask(&request);
    assert_int_equal(eg_json_length(eg_small_at(json, "links")), n);
    for (size_t i = 0; i < n; i++) {
        char path[32];
        (void)snprintf(path, sizeof path, "links/%zu/rel", i);
        assert_string_equal(eg_small_text(json, path), expected[i][0]);
        (void)snprintf(path, sizeof path, "links/%zu/href", i);
        assert_string_equal(eg_small_text(json, path), expected[i][1]);
        (void)snprintf(path, sizeof path, "links/%zu/type", i);
        assert_string_equal(eg_small_text(json, path), "application/geo+json");
    }
    eg_json_free(json);
}

#define URL "https://atlas.example/coalitions"

static void links_lead_to_the_pages_before_and_after(void **state)
{
    (void)state;
    static const char *const first[][2] = {{"self", URL "?limit=2&offset=0"},
                                           {"next", URL "?limit=2&offset=2"}};
    static const char *const middle[][2] = {{"self", URL "?limit=2&offset=2"},
                                            {"next", URL "?limit=2&offset=4"},
                                            {"prev", URL "?limit=2&offset=0"}};
    static const char *const last[][2] = {{"self", URL "?limit=2&offset=4"},
                                          {"prev", URL "?limit=2&offset=2"}};
    static const char *const odd[][2] = {{"self", URL "?limit=2&offset=1"},
                                         {"next", URL "?limit=2&offset=3"},
                                         {"prev", URL "?limit=2&offset=0"}};
    static const char *const beyond[][2] = {{"self", URL "?limit=2&offset=9"},
                                            {"prev", URL "?limit=2&offset=3"}};
    static const char *const none[][2] = {{"self", URL "?limit=0&offset=0"}};
    check_links(request_of(2, 0), first, 2);
    check_links(request_of(2, 2), middle, 3);
    check_links(request_of(2, 4), last, 2);
    check_links(request_of(2, 1), odd, 3);
    check_links(request_of(2, 9), beyond, 2);
    check_links(request_of(0, 0), none, 1);
}

static void links_keep_the_rest_of_the_question(void **state)
{
    (void)state;
    static const char *const expected[][2] = {{"self", URL "?topic=food&limit=1&offset=0"},
                                              {"next", URL "?topic=food&limit=1&offset=1"}};
    struct eg_coalitions_request request = request_of(1, 0);
    request.query.texts[EG_FACET_TOPIC] = EG_TEXT("food");
    request.self_url = EG_TEXT("/coalitions?topic=food");
    check_links(request, expected, 2);
}

static void pages_cover_everything_once(void **state)
{
    (void)state;
    char seen[8][64];
    size_t n_seen = 0;
    for (uint32_t offset = 0; offset < 6; offset += 2) {
        struct eg_coalitions_request request = request_of(2, offset);
        struct eg_json *json = ask(&request);
        size_t n = eg_json_length(eg_small_at(json, "features"));
        for (size_t i = 0; i < n; i++, n_seen++) {
            (void)snprintf(seen[n_seen], sizeof seen[0], "%s", eg_small_text(json, in_feature((int)i, "id")));
            for (size_t k = 0; k < n_seen; k++) assert_string_not_equal(seen[k], seen[n_seen]);
        }
        eg_json_free(json);
    }
    assert_int_equal(n_seen, 5);
}

/* --- serves ------------------------------------------------------------------------------------------------------------ */

static void check_serves(const char *serves, const char *keys)
{
    struct eg_coalitions_request request = request_of(100, 0);
    request.serves = eg_text_from(serves);
    struct eg_json *json = ask(&request);
    static const char *const all[] = {"c1", "c2", "h1", "s1", "p1"};
    for (size_t i = 0; i < EG_ARRAY_LEN(all); i++) {
        bool expected = strstr(keys, all[i]) != NULL;
        if ((find(json, all[i]) >= 0) != expected)
            fail_msg("serves=%s: %s is %s", serves, all[i], expected ? "left out" : "found");
    }
    eg_json_free(json);
}

static void who_serves_an_area_or_a_place_is_found(void **state)
{
    (void)state;
    check_serves("town:T1", "c1 s1 p1");
    check_serves("town:T3", "h1");
    check_serves("nbhd:N01", "c1 s1 p1");
    check_serves("nbhd:N02", "c1 s1");
    check_serves("0.05,51.05", "c1 s1 p1");
    check_serves("0.25,51.15", "c2 s1");
    check_serves("40,-10", "");
}

static void a_wrong_serves_is_an_error_that_says_what_to_give(void **state)
{
    (void)state;
    static const struct {
        const char *serves;
        enum eg_status status;
    } cases[] = {{"ward:X", EG_NOT_FOUND}, {"town:T9", EG_NOT_FOUND}, {"town:", EG_NOT_FOUND},
                 {"T1", EG_INVALID},       {"1,2,3", EG_INVALID},     {"181,0", EG_INVALID},
                 {"0,-91", EG_INVALID},    {"nan,1", EG_INVALID},     {"1e3,1", EG_INVALID},
                 {",", EG_INVALID},        {"0.1, 51", EG_INVALID},   {":", EG_NOT_FOUND}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_coalitions_request request = request_of(10, 0);
        struct eg_entity entity = {0};
        struct eg_error err = {0};
        request.serves = eg_text_from(cases[i].serves);
        enum eg_status status = eg_engine_coalitions(small.snapshot, &request, &entity, &err);
        if (status != cases[i].status) fail_msg("serves=%s: %s", cases[i].serves, eg_status_name(status));
        assert_string_equal(err.field, "serves");
        assert_true(err.message[0] != '\0');
    }
}

/* --- memory ------------------------------------------------------------------------------------------------------------ */

static void an_answer_survives_every_refused_allocation(void **state)
{
    (void)state;
    struct eg_coalitions_request request = request_of(2, 1);
    request.serves = EG_TEXT("town:T1");
    bool failed = true;
    long n = 0;
    while (failed) {
        struct eg_entity entity = {0};
        eg_failing_malloc_after(++n);
        enum eg_status status = eg_engine_coalitions(small.snapshot, &request, &entity, NULL);
        failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        eg_entity_clear(&entity);
    }
    assert_true(n > 5);
}

static void a_single_entry_survives_every_refused_allocation(void **state)
{
    (void)state;
    const struct eg_entries *entries = eg_directory_entries(small.snapshot->directory);
    bool failed = true;
    for (long n = 1; failed; n++) {
        struct eg_entity entity = {0};
        eg_failing_malloc_after(n);
        enum eg_status status = eg_engine_coalition(small.snapshot, eg_text_from(entries->items[0]->id),
                                                    EG_TEXT("https://a.example"), &entity, NULL);
        failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        eg_entity_clear(&entity);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_feature_is_an_entry_at_its_place),
        cmocka_unit_test(an_entry_without_a_place_has_no_geometry),
        cmocka_unit_test(a_grant_is_told_when_asked_for_with_its_amount),
        cmocka_unit_test(near_a_place_comes_with_the_distance),
        cmocka_unit_test(a_list_leaves_polygons_out_and_a_single_entry_has_them),
        cmocka_unit_test(an_unknown_entry_is_an_error),
        cmocka_unit_test(links_lead_to_the_pages_before_and_after),
        cmocka_unit_test(links_keep_the_rest_of_the_question),
        cmocka_unit_test(pages_cover_everything_once),
        cmocka_unit_test(who_serves_an_area_or_a_place_is_found),
        cmocka_unit_test(a_wrong_serves_is_an_error_that_says_what_to_give),
        cmocka_unit_test(an_answer_survives_every_refused_allocation),
        cmocka_unit_test(a_single_entry_survives_every_refused_allocation),
    };
    return cmocka_run_group_tests_name("coalitions", tests, open_atlas, close_atlas);
}
