/* The lists of the HSDS API: what tests/http/test_hsds.py cannot reach. Places all over the Earth against the directory's own search, and a
 * lack of memory. */
#include "directory/hsds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "support/failing_malloc.h"
#include "support/temp_file.h"
#include "support/test_directory.h"
#include "support/test_random.h"

#define N_ENTRIES 400

static double next_lat(struct eg_test_random *random)
{
    double lat = eg_test_random_unit(random) * 180 - 90;
    return eg_test_random_below(random, 4) == 0 ? (lat < 0 ? -90 : 90) : lat;
}

static double next_lon(struct eg_test_random *random)
{
    double lon = eg_test_random_unit(random) * 360 - 180;
    return eg_test_random_below(random, 4) == 0 ? (lon < 0 ? -179.9999 : 179.9999) : lon;
}

static int open_directory(void **state)
{
    static struct eg_test_directory test;
    struct eg_test_random random = eg_test_random_new();
    struct eg_buffer rows, yaml;
    eg_buffer_init(&rows, 0);
    eg_buffer_init(&yaml, 0);
    eg_buffer_literal(&rows, "key,name,org,topics,postcode,lon,lat\n");
    for (int i = 0; i < N_ENTRIES; i++)
        eg_buffer_printf(&rows, "%d,Club %d,Trust %d,food;walks %d,A%d 1AA,%.4f,%.4f\n", i, i % 50, i % 30,
                         i % 5, i % 40, next_lon(&random), next_lat(&random));
    eg_buffer_printf(
        &yaml,
        "directories:\n  - {id: rows, title: R, source: %s, constants: {kind: hub}, columns: {key: "
        "key, name: name, organisation: org, topics: topics, postcode: postcode, longitude: lon, "
        "latitude: lat}}\n",
        eg_test_temp_file("rows.csv", rows.data).data);
    eg_test_directory_open(yaml.data, &test);
    eg_buffer_clear(&rows);
    eg_buffer_clear(&yaml);
    *state = &test;
    return 0;
}

static int close_directory(void **state)
{
    eg_test_directory_close(*state);
    return 0;
}

static struct eg_hsds *lists_of(const struct eg_test_directory *test)
{
    struct eg_hsds *hsds = NULL;
    struct eg_error err = {0};
    if (eg_hsds_new(test->directory, NULL, &hsds, &err) != EG_OK) fail_msg("%s", err.message);
    return hsds;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The same entries by the directory's own search, ascending. */
static uint32_t within(const struct eg_test_directory *test, const struct eg_hsds_query *query,
                       uint32_t found_out[N_ENTRIES])
{
    struct eg_directory_query asked = {.has_near = true,
                                       .near_lon_deg = query->lon_deg,
                                       .near_lat_deg = query->lat_deg,
                                       .has_radius = true,
                                       .radius_m = query->radius_m,
                                       .serves_boundaries = EG_ATLAS_NONE,
                                       .limit = N_ENTRIES};
    struct eg_directory_result result = {0};
    assert_int_equal(eg_directory_search(test->directory, &asked, &result, NULL), EG_OK);
    uint32_t n = result.n;
    for (uint32_t i = 0; i < n; i++) found_out[i] = result.hits[i].entry;
    qsort(found_out, n, sizeof *found_out, compare);
    eg_directory_result_clear(&result);
    return n;
}

static void a_radius_is_the_same_at_poles_and_at_the_antimeridian(void **state)
{
    const struct eg_test_directory *test = *state;
    struct eg_hsds *hsds = lists_of(test);
    struct eg_test_random random = eg_test_random_new();
    uint64_t n_found = 0;
    for (int i = 0; i < 2000; i++) {
        double share = eg_test_random_unit(&random);
        struct eg_hsds_query query = {.list = EG_HSDS_SERVICES,
                                      .has_point = true,
                                      .has_radius = true,
                                      .lon_deg = next_lon(&random),
                                      .lat_deg = next_lat(&random),
                                      .radius_m = share * share * share * 20040000,
                                      .limit = N_ENTRIES};
        struct eg_hsds_result result = {0};
        uint32_t expected[N_ENTRIES];
        uint32_t n = within(test, &query, expected);
        assert_int_equal(eg_hsds_search(hsds, &query, &result, NULL), EG_OK);
        if (result.n != n || (n > 0 && memcmp(result.items, expected, n * sizeof *expected) != 0))
            fail_msg("%.7f,%.7f within %.1f m: %u, not %u", query.lon_deg, query.lat_deg, query.radius_m,
                     result.n, n);
        n_found += n;
        free(result.items);
    }
    assert_true(n_found > 2000);
    eg_hsds_free(hsds);
}

static void every_record_is_found_by_its_id(void **state)
{
    struct eg_hsds *hsds = lists_of(*state);
    static const uint32_t counts[EG_N_HSDS_LISTS] = {N_ENTRIES, N_ENTRIES, 30, 1, 6};
    for (int l = 0; l < EG_N_HSDS_LISTS; l++) {
        enum eg_hsds_list list = (enum eg_hsds_list)l;
        assert_int_equal(eg_hsds_count(hsds, list), counts[l]);
        for (uint32_t i = 0; i < counts[l]; i++)
            assert_int_equal(eg_hsds_find(hsds, list, eg_hsds_at(hsds, list, i).id), i);
        assert_int_equal(eg_hsds_find(hsds, list, EG_TEXT("")), UINT32_MAX);
        assert_int_equal(eg_hsds_find(hsds, list, EG_TEXT("00000000-0000-0000-0000-000000000000")),
                         UINT32_MAX);
        assert_int_equal(eg_hsds_find(hsds, list, EG_TEXT("ffffffff-ffff-ffff-ffff-ffffffffffff")),
                         UINT32_MAX);
    }
    eg_hsds_free(hsds);
}

static void postcodes_are_compared_by_what_people_mean(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *meant;
    } cases[] = {{"ls1 1aa", "LS11AA"},
                 {" LS1-1AA ", "LS11AA"},
                 {"02139", "02139"},
                 {"02139-4307", "02139"},
                 {"021394307", "021394307"},
                 {"", ""},
                 {"--", ""},
                 {"abcdefghijklmnopq", ""}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        char code[EG_HSDS_POSTCODE_BYTES];
        size_t len = eg_hsds_postcode(eg_text_from(cases[i].typed), code);
        if (!eg_text_equal((struct eg_text){code, len}, eg_text_from(cases[i].meant)))
            fail_msg("'%s' is '%.*s'", cases[i].typed, (int)len, code);
    }
}

static void a_refused_allocation_is_reported_and_nothing_is_left_behind(void **state)
{
    const struct eg_test_directory *test = *state;
    struct eg_hsds_query query = {
        .list = EG_HSDS_SERVICES, .words = EG_TEXT("club"), .postcode = EG_TEXT("A11AA"), .limit = 10};
    for (long n = 1;; n++) {
        struct eg_hsds *hsds = NULL;
        struct eg_hsds_result result = {0};
        eg_failing_malloc_after(n);
        enum eg_status status = eg_hsds_new(test->directory, NULL, &hsds, NULL);
        if (status == EG_OK) status = eg_hsds_search(hsds, &query, &result, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        if (!failed) assert_int_equal(result.n, 10);
        free(result.items);
        eg_hsds_free(hsds);
        if (!failed) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_radius_is_the_same_at_poles_and_at_the_antimeridian),
        cmocka_unit_test(every_record_is_found_by_its_id),
        cmocka_unit_test(postcodes_are_compared_by_what_people_mean),
        cmocka_unit_test(a_refused_allocation_is_reported_and_nothing_is_left_behind),
    };
    return cmocka_run_group_tests(tests, open_directory, close_directory);
}
