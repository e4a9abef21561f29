/* The directory: what each condition means, the order of answers, service areas, ids, facets, and a lack of memory. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/log.h"
#include "directory/service_areas.h"
#include "geo/crs.h"
#include "support/failing_malloc.h"
#include "support/temp_file.h"
#include "support/test_data.h"
#include "support/test_directory.h"

/* key, name, kind, description, topics, programme, lon, lat, serves (of district). f and g have one name, so their order
 * is that of their ids; it happens to be g, f. */
#define ROWS                                                                                                 \
    "key,name,kind,about,topics,programme,lon,lat,serves\n"                                                  \
    "a,Zebra Club,coalition,Smoke-free homes,smoking;Healthy Weight,Clear Air,0.05,50.05,d00\n"              \
    "b,Café Royal,hub,Women's lunches,FOOD,Good Food,0.15,50.05,d00;d11\n"                                  \
    "c,cafe au lait,hub,,food;Food,good food,0.55,50.55,d22\n"                                               \
    "d,Ärzte,hub,St. Mary’s,food,,,,\n"                                                                   \
    "e,Grant one,grant,For the café,food,Clear Air,0.05,50.05,\n"                                           \
    "f,Training,training,,,,179.5,10,nowhere\n"                                                              \
    "g,Training,training,,,,-179.5,10,\n"

#define POLYGONS                                                                                             \
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"key\":\"p\"},"    \
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[0.3,50.3],[0.6,50.3],[0.6,50.6],[0.3,50.6],"      \
    "[0.3,50.3]],[[0.42,50.42],[0.48,50.42],[0.48,50.48],[0.42,50.48],[0.42,50.42]]]}}]}"

static void write_yaml(struct eg_buffer *yaml)
{
    eg_buffer_init(yaml, 0);
    eg_buffer_printf(yaml,
                     "directories:\n"
                     "  - {id: rows, title: R, source: %s, serves_boundaries: district, columns: {key: key, "
                     "name: name, kind: kind, description: about, topics: topics, programme: programme, "
                     "longitude: lon, latitude: lat, serves: serves}}\n"
                     "  - {id: areas, title: A, source: %s, columns: {key: key}, "
                     "constants: {name: Patch, kind: officer_base}}\n",
                     eg_test_temp_file("rows.csv", ROWS).data,
                     eg_test_temp_file("patch.geojson", POLYGONS).data);
    assert_false(yaml->failed);
}

static int open_directory(void **state)
{
    static struct eg_test_directory test;
    struct eg_buffer yaml;
    write_yaml(&yaml);
    eg_test_directory_open(yaml.data, &test);
    eg_buffer_clear(&yaml);
    *state = &test;
    return 0;
}

static int close_directory(void **state)
{
    eg_test_directory_close(*state);
    eg_test_temp_clear();
    return 0;
}

static struct eg_directory_query everything(void)
{
    return (struct eg_directory_query){.serves_boundaries = EG_ATLAS_NONE, .limit = 100};
}

/* The keys of the hits in a row: "abc". */
static const char *keys_of(const struct eg_directory *directory, const struct eg_directory_query *query,
                           char keys[16])
{
    struct eg_directory_result result = {0};
    struct eg_error err = {0};
    enum eg_status status = eg_directory_search(directory, query, &result, &err);
    if (status) print_error("%s\n", err.message);
    assert_int_equal(status, EG_OK);
    assert_true(result.n < 16);
    for (uint32_t i = 0; i < result.n; i++) {
        keys[i] = eg_directory_entries(directory)->items[result.hits[i].entry]->field[EG_ENTRY_KEY].data[0];
    }
    keys[result.n] = '\0';
    eg_directory_result_clear(&result);
    return keys;
}

static void assert_keys(void **state, const struct eg_directory_query *query, const char *expected)
{
    const struct eg_test_directory *test = *state;
    char keys[16];
    assert_string_equal(keys_of(test->directory, query, keys), expected);
}

static void assert_words(void **state, const char *words, const char *expected)
{
    struct eg_directory_query query = everything();
    query.words = eg_text_from(words);
    assert_keys(state, &query, expected);
}

static void assert_refused(void **state, const struct eg_directory_query *query, const char *field)
{
    const struct eg_test_directory *test = *state;
    struct eg_directory_result result = {0};
    struct eg_error err = {0};
    assert_int_equal(eg_directory_search(test->directory, query, &result, &err), EG_INVALID);
    assert_string_equal(err.field, field);
    assert_null(result.hits);
}

static uint32_t area_of(void **state, enum eg_test_level level, const char *code)
{
    const struct eg_test_directory *test = *state;
    uint32_t area = eg_textmap_get(test->generation->area_sets[level].by_code, eg_text_from(code));
    assert_int_not_equal(area, EG_TEXTMAP_NONE);
    return area;
}

static void assert_serves_area(void **state, enum eg_test_level level, const char *code, const char *expected)
{
    struct eg_directory_query query = everything();
    query.serves_boundaries = (uint32_t)level;
    query.serves_area = area_of(state, level, code);
    assert_keys(state, &query, expected);
}

static void assert_serves_position(void **state, double lon_deg, double lat_deg, const char *expected)
{
    struct eg_directory_query query = everything();
    query.has_serves_point = true;
    query.serves_lon_deg = lon_deg;
    query.serves_lat_deg = lat_deg;
    assert_keys(state, &query, expected);
}

static const char *id_of(const struct eg_directory *directory, char key)
{
    const struct eg_entries *entries = eg_directory_entries(directory);
    for (uint32_t i = 0; i < entries->n; i++) {
        if (entries->items[i]->field[EG_ENTRY_KEY].data[0] == key) return entries->items[i]->id;
    }
    return "";
}

static void the_order_is_kind_then_folded_name_then_id(void **state)
{
    struct eg_directory_query query = everything();
    const struct eg_test_directory *test = *state;
    char keys[16];
    const char *all = keys_of(test->directory, &query, keys);
    /* Coalition; hubs Ärzte, cafe au lait, Café Royal; officer's base; two trainings of one name. */
    assert_string_equal(all, "adcbpgf");
    assert_true(strcmp(id_of(test->directory, 'g'), id_of(test->directory, 'f')) < 0);
}

static void grants_come_only_when_they_are_asked_for(void **state)
{
    struct eg_directory_query query = everything();
    query.kinds = 1U << EG_KIND_GRANT;
    assert_keys(state, &query, "e");
    query.kinds |= 1U << EG_KIND_COALITION;
    assert_keys(state, &query, "ae");
    query.kinds = 1U << EG_KIND_PARTNERSHIP;
    assert_keys(state, &query, "");
    query.kinds = 1U << EG_N_KINDS;
    assert_refused(state, &query, "kind");
}

static void words_match_by_their_beginnings_without_accents_and_case(void **state)
{
    assert_words(state, "CAFE", "cb");
    assert_words(state, "café roy", "b");
    assert_words(state, "royal CAF", "b");
    assert_words(state, "oyal", "");
    assert_words(state, "arzt", "d");
    assert_words(state, "", "adcbpgf");
}

static void words_are_found_in_descriptions_topics_and_programmes(void **state)
{
    assert_words(state, "smoke", "a");
    assert_words(state, "free homes", "a");
    assert_words(state, "smoking", "a");
    assert_words(state, "weight", "a");
    assert_words(state, "good", "cb");
    assert_words(state, "clear air", "a");
}

static void apostrophes_are_passed_over_and_signs_part_words(void **state)
{
    assert_words(state, "women's", "b");
    assert_words(state, "womens", "b");
    assert_words(state, "women", "b");
    assert_words(state, "mary's", "d");
    assert_words(state, "St-Marys", "d");
    assert_words(state, "smoke,free", "a");
    assert_words(state, "... !", "adcbpgf");
}

static void more_than_sixteen_words_are_refused(void **state)
{
    struct eg_directory_query query = everything();
    query.words = EG_TEXT("c a f e c a f e c a f e c a f e c");
    assert_refused(state, &query, "q");
    query.words = EG_TEXT("caf\xe9");
    assert_refused(state, &query, "q");
}

static void topics_and_programmes_match_whole_and_folded(void **state)
{
    struct eg_directory_query query = everything();
    query.texts[EG_FACET_TOPIC] = EG_TEXT("Food");
    assert_keys(state, &query, "dcb");
    query.texts[EG_FACET_PROGRAMME] = EG_TEXT(" GOOD food ");
    assert_keys(state, &query, "cb");
    query.texts[EG_FACET_TOPIC] = EG_TEXT("foo");
    assert_keys(state, &query, "");
    query.texts[EG_FACET_TOPIC] = EG_TEXT("");
    query.texts[EG_FACET_PROGRAMME] = EG_TEXT("\xff");
    assert_refused(state, &query, "programme");
}

static void facets_are_listed_most_frequent_first_as_most_entries_spell_them(void **state)
{
    const struct eg_test_directory *test = *state;
    uint32_t n = 0;
    const struct eg_directory_facet *topics = eg_directory_topics(test->directory, &n);
    assert_int_equal(n, 3);
    assert_true(eg_text_equal(topics[0].text, EG_TEXT("food")));
    assert_int_equal(topics[0].n, 4); /* "food;Food" counts once */
    assert_true(eg_text_equal(topics[1].text, EG_TEXT("Healthy Weight")));
    assert_true(eg_text_equal(topics[2].text, EG_TEXT("smoking")));
    const struct eg_directory_facet *programmes = eg_directory_programmes(test->directory, &n);
    assert_int_equal(n, 2);
    assert_true(eg_text_equal(programmes[0].text, EG_TEXT("Clear Air")));
    assert_true(eg_text_equal(programmes[1].text, EG_TEXT("Good Food"))); /* before "good food", bytewise */
}

static void a_box_may_cross_the_antimeridian(void **state)
{
    struct eg_directory_query query = everything();
    query.has_bbox = true;
    query.bbox_deg = (struct eg_bounds){0.05, 50.05, 0.15, 50.05}; /* the corners belong to it */
    assert_keys(state, &query, "ab");
    query.bbox_deg = (struct eg_bounds){179, 0, -179, 20};
    query.words = EG_TEXT("training");
    const struct eg_test_directory *test = *state;
    char keys[16];
    assert_int_equal(strlen(keys_of(test->directory, &query, keys)), 2);
    query.bbox_deg = (struct eg_bounds){-180, 0, -179, 20};
    assert_keys(state, &query, "g");
}

static void a_box_almost_round_the_world_does_not_cross_the_antimeridian(void **state)
{
    struct eg_directory_query query = everything();
    const struct eg_test_directory *test = *state;
    char keys[16];
    query.has_bbox = true;
    query.words = EG_TEXT("training");
    query.bbox_deg = (struct eg_bounds){-179.9, 0, 179.9, 20};
    assert_int_equal(strlen(keys_of(test->directory, &query, keys)), 2);
    query.bbox_deg = (struct eg_bounds){179.9, 0, -179.9, 20};
    assert_keys(state, &query, "");
    query.words = (struct eg_text){0};
    query.bbox_deg = (struct eg_bounds){-179.9, 50, 180, 50.06};
    assert_keys(state, &query, "ab");
}

static void impossible_boxes_positions_and_radii_are_refused(void **state)
{
    struct eg_directory_query query = everything();
    query.has_bbox = true;
    query.bbox_deg = (struct eg_bounds){0, 2, 1, 1};
    assert_refused(state, &query, "bbox");
    query.bbox_deg = (struct eg_bounds){0, 0, 181, 1};
    assert_refused(state, &query, "bbox");
    query.bbox_deg = (struct eg_bounds){0, (double)NAN, 1, 1};
    assert_refused(state, &query, "bbox");
    query = everything();
    query.has_near = true;
    query.near_lat_deg = -90.5;
    assert_refused(state, &query, "near");
    query.near_lat_deg = 0;
    query.has_radius = true;
    query.radius_m = -1;
    assert_refused(state, &query, "radius");
    query.has_near = false;
    assert_refused(state, &query, "radius");
    query = everything();
    query.has_serves_point = true;
    query.serves_lon_deg = (double)INFINITY;
    assert_refused(state, &query, "serves");
    query = everything();
    query.serves_boundaries = 3;
    assert_refused(state, &query, "serves");
    query.serves_boundaries = EG_TEST_REGION;
    query.serves_area = 3;
    assert_refused(state, &query, "serves");
}

static void the_nearest_come_first_with_their_distances(void **state)
{
    const struct eg_test_directory *test = *state;
    struct eg_directory_query query = everything();
    struct eg_directory_result result = {0};
    query.has_near = true;
    query.near_lon_deg = 0.16;
    query.near_lat_deg = 50.05;
    query.limit = 2;
    assert_keys(state, &query, "ba");
    assert_int_equal(eg_directory_search(test->directory, &query, &result, NULL), EG_OK);
    assert_int_equal(result.n_matched, 6); /* d has no position, e is a grant */
    assert_true(result.hits[0].distance_m == eg_geodesic_distance_m(0.16, 50.05, 0.15, 50.05));
    assert_true(result.hits[0].distance_m > 700 && result.hits[0].distance_m < 730);
    eg_directory_result_clear(&result);
    query.has_radius = true;
    query.radius_m = 730;
    assert_keys(state, &query, "b");
    query.radius_m = 700;
    assert_keys(state, &query, "");
}

static void pages_follow_one_another_without_gaps(void **state)
{
    struct eg_directory_query query = everything();
    query.limit = 2;
    assert_keys(state, &query, "ad");
    query.offset = 2;
    assert_keys(state, &query, "cb");
    query.offset = 100;
    assert_keys(state, &query, "");
    query.offset = UINT32_MAX;
    query.limit = UINT32_MAX;
    assert_keys(state, &query, "");
    query.has_near = true;
    assert_keys(state, &query, "");
    query.offset = 0;
    query.limit = 0;
    assert_keys(state, &query, "");
}

static void an_area_is_served_by_who_names_it_or_its_parts_or_what_it_is_part_of(void **state)
{
    assert_serves_area(state, EG_TEST_DISTRICT, "d00", "ab");
    assert_serves_area(state, EG_TEST_NEIGHBOURHOOD, "n01", "ab");
    assert_serves_area(state, EG_TEST_REGION, "r0", "ab");
    assert_serves_area(state, EG_TEST_DISTRICT, "d01", "");
    assert_serves_area(state, EG_TEST_NEIGHBOURHOOD, "n20", "");
    assert_serves_area(state, EG_TEST_DISTRICT, "d22", "cp");
}

static void a_polygon_serves_areas_with_which_it_shares_ground(void **state)
{
    assert_serves_area(state, EG_TEST_NEIGHBOURHOOD, "n33", "bp"); /* d11 is served by b */
    assert_serves_area(state, EG_TEST_NEIGHBOURHOOD, "n44", "cp"); /* around its hole */
    assert_serves_area(state, EG_TEST_NEIGHBOURHOOD, "n55", "cp");
    assert_serves_area(state, EG_TEST_NEIGHBOURHOOD, "n22", "b"); /* touches it at a corner only */
    assert_serves_area(state, EG_TEST_REGION, "r2", "cp");
}

static void a_position_is_served_by_the_area_and_the_polygon_around_it(void **state)
{
    assert_serves_position(state, 0.05, 50.05, "ab");
    assert_serves_position(state, 0.25, 50.35, "b");
    assert_serves_position(state, 0.45, 50.45, "c"); /* in the polygon's hole */
    assert_serves_position(state, 0.55, 50.55, "cp");
    assert_serves_position(state, 5, 5, "");
}

static void the_western_and_southern_borders_of_a_polygon_are_inside(void **state)
{
    const struct eg_test_directory *test = *state;
    const struct eg_entries *entries = eg_directory_entries(test->directory);
    const struct eg_entry *patch = NULL;
    for (uint32_t i = 0; i < entries->n; i++) {
        if (entries->items[i]->n_area_rings > 0) patch = entries->items[i];
    }
    assert_non_null(patch);
    assert_true(eg_service_polygon_contains(patch, 0.3, 50.35));
    assert_true(eg_service_polygon_contains(patch, 0.35, 50.3));
    assert_true(eg_service_polygon_contains(patch, 0.3, 50.3));
    assert_false(eg_service_polygon_contains(patch, 0.6, 50.35));
    assert_false(eg_service_polygon_contains(patch, 0.35, 50.6));
}

static void the_interior_point_of_an_area_is_its_middle(void **state)
{
    const struct eg_test_directory *test = *state;
    bool found = false;
    double at[2];
    const struct eg_area_set *set = &test->generation->area_sets[EG_TEST_REGION];
    assert_int_equal(eg_service_area_interior(set, area_of(state, EG_TEST_REGION, "r1"), &found, at, NULL),
                     EG_OK);
    assert_true(found);
    assert_true(fabs(at[0] - 0.3) < 1e-6);
    assert_true(fabs(at[1] - 50.3) < 2e-3);
}

static void an_entry_is_found_by_its_id_in_any_case(void **state)
{
    const struct eg_test_directory *test = *state;
    const struct eg_entries *entries = eg_directory_entries(test->directory);
    for (uint32_t i = 0; i < entries->n; i++) {
        char id[EG_UUID_TEXT_LEN + 1];
        memcpy(id, entries->items[i]->id, sizeof id);
        assert_int_equal(eg_directory_find(test->directory, eg_text_from(id)), i);
        for (char *c = id; *c; c++) *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
        assert_int_equal(eg_directory_find(test->directory, eg_text_from(id)), i);
    }
    assert_int_equal(eg_directory_find(test->directory, EG_TEXT("00000000-0000-0000-0000-000000000000")),
                     UINT32_MAX);
    assert_int_equal(eg_directory_find(test->directory, EG_TEXT("")), UINT32_MAX);
}

static void conditions_combine(void **state)
{
    struct eg_directory_query query = everything();
    query.words = EG_TEXT("caf");
    query.texts[EG_FACET_TOPIC] = EG_TEXT("food");
    query.has_bbox = true;
    query.bbox_deg = (struct eg_bounds){0, 50, 1, 51};
    query.kinds = 1U << EG_KIND_HUB | 1U << EG_KIND_GRANT;
    query.has_near = true;
    query.near_lon_deg = 0.15;
    query.near_lat_deg = 50.05;
    assert_keys(state, &query, "bec");
    query.has_serves_point = true;
    query.serves_lon_deg = 0.55;
    query.serves_lat_deg = 50.55;
    assert_keys(state, &query, "c");
}

static void a_directory_without_entries_answers_with_nothing(void **state)
{
    (void)state;
    struct eg_test_directory test;
    eg_test_directory_open("", &test);
    struct eg_directory_query query = everything();
    char keys[16];
    assert_string_equal(keys_of(test.directory, &query, keys), "");
    query.has_near = true;
    query.words = EG_TEXT("a");
    assert_string_equal(keys_of(test.directory, &query, keys), "");
    uint32_t n = 1;
    (void)eg_directory_topics(test.directory, &n);
    assert_int_equal(n, 0);
    eg_directory_free(NULL);
    eg_test_directory_close(&test);
}

static void without_a_generation_no_code_resolves(void **state)
{
    const struct eg_test_directory *test = *state;
    struct eg_entries *entries = NULL;
    struct eg_directory *directory = NULL;
    assert_int_equal(eg_entries_load(test->atlas, &entries, NULL), EG_OK);
    assert_int_equal(eg_directory_new(entries, NULL, &directory, NULL), EG_OK);
    struct eg_directory_query query = everything();
    query.has_serves_point = true;
    query.serves_lon_deg = 0.55;
    query.serves_lat_deg = 50.55;
    char keys[16];
    assert_string_equal(keys_of(directory, &query, keys), "p");
    eg_directory_free(directory);
}

/* --- lack of memory -------------------------------------------------------------------------------------------------- */

static void no_memory_while_indexing_is_reported_and_the_entries_stay_the_callers(void **state)
{
    const struct eg_test_directory *test = *state;
    for (long n = 1;; n++) {
        struct eg_entries *entries = NULL;
        struct eg_directory *directory = NULL;
        assert_int_equal(eg_entries_load(test->atlas, &entries, NULL), EG_OK);
        eg_failing_malloc_after(n);
        enum eg_status status = eg_directory_new(entries, test->generation, &directory, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        if (status) eg_entries_free(entries);
        else eg_directory_free(directory);
        if (!failed) break;
        assert_int_equal(status, EG_NO_MEMORY);
    }
}

static void no_memory_while_searching_is_reported(void **state)
{
    const struct eg_test_directory *test = *state;
    struct eg_directory_query query = everything();
    query.words = EG_TEXT("caf");
    query.texts[EG_FACET_TOPIC] = EG_TEXT("food");
    query.has_near = true;
    query.serves_boundaries = EG_TEST_DISTRICT;
    query.serves_area = area_of(state, EG_TEST_DISTRICT, "d22");
    for (long n = 1;; n++) {
        struct eg_directory_result result = {0};
        eg_failing_malloc_after(n);
        enum eg_status status = eg_directory_search(test->directory, &query, &result, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        if (status == EG_OK) assert_int_equal(result.n, 1);
        else assert_int_equal(status, EG_NO_MEMORY);
        eg_directory_result_clear(&result);
        if (!failed) break;
    }
}

/* --- real data ------------------------------------------------------------------------------------------------------- */

static void massachusetts_sites_are_found_near_boston(void **state)
{
    (void)state;
    char path[512];
    char yaml[1024];
    (void)snprintf(
        yaml, sizeof yaml,
        "directories:\n  - {id: sites, title: S, source: %s, filter: {state: MA}, columns: {key: site_id, "
        "name: name, topics: topic, longitude: lon, latitude: lat}, constants: {kind: service}}\n",
        eg_test_data_or_skip("us_health_programme_sites.csv.gz", path, sizeof path));
    struct eg_test_directory test;
    eg_test_directory_open(yaml, &test);
    assert_int_equal(eg_directory_entries(test.directory)->n, 936);
    uint32_t n_topics = 0;
    (void)eg_directory_topics(test.directory, &n_topics);
    assert_int_equal(n_topics, 3);
    struct eg_directory_query query = everything();
    struct eg_directory_result result = {0};
    query.has_near = true;
    query.near_lon_deg = -71.0589;
    query.near_lat_deg = 42.3601;
    query.texts[EG_FACET_TOPIC] = EG_TEXT("Mental_Health");
    assert_int_equal(eg_directory_search(test.directory, &query, &result, NULL), EG_OK);
    assert_int_equal(result.n, 100);
    assert_true(result.hits[0].distance_m < 5000);
    for (uint32_t i = 1; i < result.n; i++)
        assert_true(result.hits[i - 1].distance_m <= result.hits[i].distance_m);
    eg_directory_result_clear(&result);
    eg_test_directory_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_is_kind_then_folded_name_then_id),
        cmocka_unit_test(grants_come_only_when_they_are_asked_for),
        cmocka_unit_test(words_match_by_their_beginnings_without_accents_and_case),
        cmocka_unit_test(words_are_found_in_descriptions_topics_and_programmes),
        cmocka_unit_test(apostrophes_are_passed_over_and_signs_part_words),
        cmocka_unit_test(more_than_sixteen_words_are_refused),
        cmocka_unit_test(topics_and_programmes_match_whole_and_folded),
        cmocka_unit_test(facets_are_listed_most_frequent_first_as_most_entries_spell_them),
        cmocka_unit_test(a_box_may_cross_the_antimeridian),
        cmocka_unit_test(a_box_almost_round_the_world_does_not_cross_the_antimeridian),
        cmocka_unit_test(impossible_boxes_positions_and_radii_are_refused),
        cmocka_unit_test(the_nearest_come_first_with_their_distances),
        cmocka_unit_test(pages_follow_one_another_without_gaps),
        cmocka_unit_test(an_area_is_served_by_who_names_it_or_its_parts_or_what_it_is_part_of),
        cmocka_unit_test(a_polygon_serves_areas_with_which_it_shares_ground),
        cmocka_unit_test(a_position_is_served_by_the_area_and_the_polygon_around_it),
        cmocka_unit_test(the_western_and_southern_borders_of_a_polygon_are_inside),
        cmocka_unit_test(the_interior_point_of_an_area_is_its_middle),
        cmocka_unit_test(an_entry_is_found_by_its_id_in_any_case),
        cmocka_unit_test(conditions_combine),
        cmocka_unit_test(a_directory_without_entries_answers_with_nothing),
        cmocka_unit_test(without_a_generation_no_code_resolves),
        cmocka_unit_test(no_memory_while_indexing_is_reported_and_the_entries_stay_the_callers),
        cmocka_unit_test(no_memory_while_searching_is_reported),
        cmocka_unit_test(massachusetts_sites_are_found_near_boston),
    };
    return cmocka_run_group_tests(tests, open_directory, close_directory);
}
