/* Directory entries: what rows become, which are rejected and why, and ids that stay. */
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
#include "base/clock.h"
#include "data/entries.h"
#include "support/failing_malloc.h"
#include "support/temp_file.h"
#include "support/test_data.h"

#define POLYGONS                                                                                             \
    "{\"type\":\"FeatureCollection\",\"features\":["                                                         \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"a\",\"title\":\"Frame\"},\"geometry\":{\"type\":"        \
    "\"Polygon\","                                                                                           \
    "\"coordinates\":[[[0,50],[0,54],[4,54],[4,50],[0,50]],[[1,51],[1,53],[3,53],[3,51],[1,51]]]}},"         \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"b\",\"title\":\"Two\"},\"geometry\":{\"type\":"          \
    "\"MultiPolygon\","                                                                                      \
    "\"coordinates\":[[[[10,50],[11,50],[11,51],[10,50]]],[[[20,50],[21,50],[21,51],[20,50]]]]}},"           \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"c\",\"title\":\"Dot\"},\"geometry\":{\"type\":"          \
    "\"Point\","                                                                                             \
    "\"coordinates\":[-1.5,52.25]}},"                                                                        \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"d\",\"title\":\"Nowhere\"},\"geometry\":null},"          \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"e\",\"title\":\"Road\"},\"geometry\":{\"type\":"         \
    "\"LineString\","                                                                                        \
    "\"coordinates\":[[0,0],[1,1]]}},"                                                                       \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"f\",\"title\":\"Bow "                                    \
    "tie\"},\"geometry\":{\"type\":\"Polygon\","                                                             \
    "\"coordinates\":[[[30,50],[32,52],[32,50],[30,52],[30,50]]]}}]}"

/* An atlas of up to two directories. */
struct collection {
    struct eg_atlas atlas;
    struct eg_atlas_directory directories[2];
};

static struct eg_atlas_directory directory(const char *id, const char *prefix, struct eg_text source)
{
    return (struct eg_atlas_directory){.id = eg_text_from(id),
                                       .id_prefix = eg_text_from(prefix),
                                       .source = source,
                                       .delimiter = ',',
                                       .list_separator = ';',
                                       .serves_boundaries = EG_ATLAS_NONE,
                                       .column = {[EG_ENTRY_KEY].first = EG_TEXT("id"),
                                                  [EG_ENTRY_NAME].first = EG_TEXT("title"),
                                                  [EG_ENTRY_LONGITUDE].first = EG_TEXT("lon"),
                                                  [EG_ENTRY_LATITUDE].first = EG_TEXT("lat")},
                                       .constant = {[EG_ENTRY_KIND] = EG_TEXT("hub")}};
}

static struct eg_entries *load(struct collection *collection, uint32_t n)
{
    collection->atlas.directories = collection->directories;
    collection->atlas.n_directories = n;
    struct eg_entries *entries = NULL;
    struct eg_error err = {0};
    enum eg_status status = eg_entries_load(&collection->atlas, &entries, &err);
    if (status) print_error("%s\n", err.message);
    assert_int_equal(status, EG_OK);
    return entries;
}

static struct eg_entries *load_csv(struct collection *collection, const char *content)
{
    collection->directories[0] =
        directory("libraries", "libraries:", eg_test_temp_file("entries.csv", content));
    return load(collection, 1);
}

static const struct eg_entry *find(const struct eg_entries *entries, const char *key)
{
    for (uint32_t i = 0; i < entries->n; i++) {
        if (eg_text_equal(entries->items[i]->field[EG_ENTRY_KEY], eg_text_from(key)))
            return entries->items[i];
    }
    fail_msg("no entry has the key '%s'", key);
    return NULL;
}

static void assert_text(struct eg_text text, const char *expected)
{
    assert_non_null(text.data);
    assert_string_equal(text.data, expected);
    assert_int_equal(text.len, strlen(expected));
}

static void assert_first_rejected(const char *content, const char *expected)
{
    struct collection collection = {0};
    struct eg_entries *entries = load_csv(&collection, content);
    assert_int_equal(entries->reports[0].n_rejected, 1);
    assert_text(entries->reports[0].rejected[0], expected);
    eg_entries_free(entries);
}

static void kinds_have_names_that_parse_back(void **state)
{
    (void)state;
    for (int i = 0; i < EG_N_KINDS; i++) {
        enum eg_entry_kind kind = EG_N_KINDS;
        assert_true(eg_entry_kind_parse(eg_text_from(eg_entry_kind_name((enum eg_entry_kind)i)), &kind));
        assert_int_equal(kind, i);
    }
    enum eg_entry_kind kind = EG_KIND_HUB;
    assert_false(eg_entry_kind_parse(EG_TEXT("Hub"), &kind));
    assert_false(eg_entry_kind_parse(EG_TEXT(""), &kind));
}

static void the_id_is_the_uuid_of_prefix_and_key(void **state)
{
    (void)state;
    struct collection collection = {0};
    struct eg_entries *entries = load_csv(&collection, "id,title,lon,lat\n17,Barking,0.08,51.5\n");
    assert_int_equal(entries->n, 1);
    /* Python: uuid5(uuid5(NAMESPACE_URL, "urn:evenground:directory-entry"), "libraries:17") */
    assert_string_equal(entries->items[0]->id, "65863893-aead-5edf-a2d7-f9e505a26d61");
    assert_text(entries->items[0]->field[EG_ENTRY_KEY], "17");
    eg_entries_free(entries);
}

static void cells_are_trimmed_and_constants_fill_the_empty_ones(void **state)
{
    (void)state;
    struct collection collection = {0};
    collection.directories[0] = directory("d", "d:",
                                          eg_test_temp_file("constants.csv", "id,title,lon,lat,sort,city\n"
                                                                             " 1 , A  b\t,1, 2 , grant ,\n"
                                                                             "2,C,1,2,,Leeds\n"));
    collection.directories[0].column[EG_ENTRY_KIND].first = EG_TEXT("sort");
    collection.directories[0].column[EG_ENTRY_ADDRESS].first = EG_TEXT("city");
    collection.directories[0].constant[EG_ENTRY_ADDRESS] = EG_TEXT("somewhere");
    struct eg_entries *entries = load(&collection, 1);
    const struct eg_entry *first = find(entries, "1");
    assert_text(first->field[EG_ENTRY_NAME], "A  b");
    assert_text(first->field[EG_ENTRY_ADDRESS], "somewhere");
    assert_int_equal(first->kind, EG_KIND_GRANT);
    assert_true(first->has_position);
    assert_true(first->lon_deg == 1 && first->lat_deg == 2);
    assert_text(first->field[EG_ENTRY_LATITUDE], "2");
    const struct eg_entry *second = find(entries, "2");
    assert_int_equal(second->kind, EG_KIND_HUB);
    assert_text(second->field[EG_ENTRY_ADDRESS], "Leeds");
    assert_int_equal(second->field[EG_ENTRY_URL].len, 0);
    eg_entries_free(entries);
}

static void conditions_leave_rows_out_and_count_them(void **state)
{
    (void)state;
    static const struct eg_text open[] = {{"", 0}};
    static const struct eg_atlas_condition condition = {{"closed", 6}, open, 1};
    struct collection collection = {0};
    collection.directories[0] = directory(
        "d",
        "d:", eg_test_temp_file("filter.csv", "id,title,lon,lat,closed\n1,A,1,2,\n2,B,1,2,XL\n3,C,,,\n"));
    collection.directories[0].filter = &condition;
    collection.directories[0].n_filter = 1;
    struct eg_entries *entries = load(&collection, 1);
    assert_int_equal(entries->n, 2);
    assert_int_equal(entries->reports[0].n_rows, 3);
    assert_int_equal(entries->reports[0].n_filtered, 1);
    assert_int_equal(entries->reports[0].n_entries, 2);
    assert_int_equal(entries->reports[0].n_without_position, 1);
    eg_entries_free(entries);
}

static void a_row_that_says_nonsense_is_rejected_with_its_reason(void **state)
{
    (void)state;
    assert_first_rejected("id,title,lon,lat\n1,A,x,2\n", "row 2: the longitude 'x' is not a number");
    assert_first_rejected("id,title,lon,lat\n1,A,1,nan\n", "row 2: the latitude 'nan' is not a number");
    assert_first_rejected("id,title,lon,lat\n1,A,1,90.0001\n",
                          "row 2: the latitude '90.0001' is out of range");
    assert_first_rejected("id,title,lon,lat\n1,A,-181,9\n", "row 2: the longitude '-181' is out of range");
    assert_first_rejected("id,title,lon,lat\n1,A,1,\n", "row 2: the latitude is missing");
    assert_first_rejected("id,title,lon,lat\n1,A,1,2\n ,B,1,2\n", "row 3: it has no key");
    assert_first_rejected("id,title,lon,lat\n1,,1,2\n", "row 2: it has no name");
    assert_first_rejected("id,title,lon,lat\n1,A\xff,1,2\n", "row 2: the name is not UTF-8");
}

static void an_unknown_kind_is_rejected(void **state)
{
    (void)state;
    struct collection collection = {0};
    collection.directories[0] = directory(
        "d", "d:", eg_test_temp_file("kind.csv", "id,title,lon,lat,sort\n1,A,1,2,club\n2,B,1,2,training\n"));
    collection.directories[0].column[EG_ENTRY_KIND].first = EG_TEXT("sort");
    struct eg_entries *entries = load(&collection, 1);
    assert_int_equal(entries->n, 1);
    assert_text(entries->reports[0].rejected[0], "row 2: 'club' is no kind of entry");
    eg_entries_free(entries);
}

static void the_corners_of_the_earth_are_positions_and_zero_zero_is_none(void **state)
{
    (void)state;
    struct collection collection = {0};
    struct eg_entries *entries =
        load_csv(&collection, "id,title,lon,lat\n1,A,180,90\n2,B,-180,-90\n3,C,0,0.0\n4,D,0,51\n5,E,,\n");
    assert_int_equal(entries->n, 5);
    assert_true(find(entries, "1")->has_position && find(entries, "2")->has_position);
    assert_false(find(entries, "3")->has_position);
    assert_text(find(entries, "3")->field[EG_ENTRY_LATITUDE], "0.0");
    assert_true(find(entries, "4")->has_position);
    assert_false(find(entries, "5")->has_position);
    assert_int_equal(entries->reports[0].n_without_position, 2);
    eg_entries_free(entries);
}

static void of_rows_with_one_key_the_first_stays(void **state)
{
    (void)state;
    struct collection collection = {0};
    struct eg_entries *entries =
        load_csv(&collection, "id,title,lon,lat\n1,A,1,2\n2,B,1,2\n1,C,1,2\n 1,D,1,2\n");
    assert_int_equal(entries->n, 2);
    assert_text(find(entries, "1")->field[EG_ENTRY_NAME], "A");
    assert_int_equal(entries->reports[0].n_duplicate_keys, 2);
    assert_int_equal(entries->reports[0].n_rejected, 2);
    assert_text(entries->reports[0].rejected[0], "the key '1' came before");
    assert_text(entries->reports[0].rejected[1], "the key '1' came before");
    assert_null(entries->reports[0].rejected[2].data);
    eg_entries_free(entries);
}

static void the_same_key_in_two_directories_is_two_entries_unless_they_share_a_prefix(void **state)
{
    (void)state;
    struct eg_text source = eg_test_temp_file("two.csv", "id,title,lon,lat\n1,A,1,2\n2,B,1,2\n");
    struct collection collection = {0};
    collection.directories[0] = directory("p", "p:", source);
    collection.directories[1] = directory("q", "q:", source);
    struct eg_entries *entries = load(&collection, 2);
    assert_int_equal(entries->n, 4);
    eg_entries_free(entries);
    collection.directories[1] = directory("q", "p:", source);
    entries = load(&collection, 2);
    assert_int_equal(entries->n, 2);
    assert_int_equal(entries->reports[0].n_entries, 2);
    assert_int_equal(entries->reports[1].n_entries, 0);
    assert_int_equal(entries->reports[1].n_duplicate_keys, 2);
    eg_entries_free(entries);
}

static void entries_ascend_by_id_and_all_of_them_are_there(void **state)
{
    (void)state;
    struct eg_buffer csv;
    eg_buffer_init(&csv, 0);
    eg_buffer_literal(&csv, "id,title,lon,lat\n");
    for (int i = 0; i < 1000; i++) eg_buffer_printf(&csv, "%d,Name %d,%d,2\n", i, i, i % 180);
    struct collection collection = {0};
    struct eg_entries *entries = load_csv(&collection, csv.data);
    assert_int_equal(entries->n, 1000);
    bool seen[1000] = {false};
    for (uint32_t i = 0; i < entries->n; i++) {
        const struct eg_entry *entry = entries->items[i];
        if (i > 0) assert_true(strcmp(entries->items[i - 1]->id, entry->id) < 0);
        uint32_t key = 1000;
        assert_true(eg_text_to_u32(entry->field[EG_ENTRY_KEY], &key) && key < 1000);
        assert_false(seen[key]);
        seen[key] = true;
        assert_true(entry->lon_deg == key % 180);
        char name[32];
        (void)snprintf(name, sizeof name, "Name %u", key);
        assert_text(entry->field[EG_ENTRY_NAME], name);
    }
    eg_buffer_clear(&csv);
    eg_entries_free(entries);
}

static struct eg_entries *load_keyless(struct collection *collection, const char *content)
{
    collection->directories[0] = directory("d", "d:", eg_test_temp_file("keyless.csv", content));
    collection->directories[0].column[EG_ENTRY_KEY].first = (struct eg_text){0};
    collection->directories[0].column[EG_ENTRY_ADDRESS].first = EG_TEXT("street");
    collection->directories[0].column[EG_ENTRY_POSTCODE].first = EG_TEXT("code");
    return load(collection, 1);
}

static void without_a_key_column_name_address_and_place_are_the_key(void **state)
{
    (void)state;
    struct collection collection = {0};
    struct eg_entries *entries =
        load_keyless(&collection, "title,street,code,lon,lat\nRow,1 Quay,ZZ1,-0.5,51.1234567\nRow,,,-0.5,51\n"
                                  "Row,,,,\nRow,2 Quay,,,\nRow,,,-0.50,51.0000001\n");
    assert_int_equal(entries->n, 4);
    (void)find(entries, "Row, 1 Quay, ZZ1@-0.500000,51.123457");
    assert_text(find(entries, "Row@-0.500000,51.000000")->field[EG_ENTRY_LATITUDE], "51");
    (void)find(entries, "Row@");
    (void)find(entries, "Row, 2 Quay@");
    assert_int_equal(entries->reports[0].n_duplicate_keys, 1);
    assert_text(entries->reports[0].rejected[0], "the key 'Row@-0.500000,51.000000' came before");
    eg_entries_free(entries);
}

static void ids_without_a_key_column_stay_when_rows_are_put_in_another_order(void **state)
{
    (void)state;
    struct collection collection = {0};
    struct eg_entries *before = load_keyless(
        &collection, "title,street,code,lon,lat\nA,1 Quay,,1,2\nA,1 Quay,,1,2\nA,2 Quay,,1,2\nB,,,1,2\n");
    struct eg_entries *after = load_keyless(
        &collection, "lat,lon,code,street,title\n2,1,,,B\n2,1,,2 Quay,A\n2,1,,1 Quay,A\n2,1,,1 Quay,A\n");
    assert_int_equal(before->n, 3);
    assert_int_equal(after->n, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_string_equal(before->items[i]->id, after->items[i]->id);
        assert_text(after->items[i]->field[EG_ENTRY_KEY], before->items[i]->field[EG_ENTRY_KEY].data);
    }
    eg_entries_free(before);
    eg_entries_free(after);
}

static void several_columns_make_up_one_field(void **state)
{
    (void)state;
    struct collection collection = {0};
    static const struct eg_text more_address[] = {{"city", 4}, {"code", 4}};
    static const struct eg_text more_topics[] = {{"also", 4}};
    collection.directories[0] =
        directory("d", "d:",
                  eg_test_temp_file("joined.csv", "id,title,lon,lat,street,city,code,about,also\n"
                                                  "1,A,,, 1 Quay ,Saltmarsh,ZZ1,food; work,play;food\n"
                                                  "2,B,,,,Saltmarsh,,,play\n3,C,,,,,,,\n4,D,,,,,ZZ1,,\n"));
    struct eg_atlas_directory *spec = &collection.directories[0];
    spec->column[EG_ENTRY_ADDRESS] =
        (struct eg_atlas_entry_columns){.first = EG_TEXT("street"), .more = more_address, .n_more = 2};
    spec->column[EG_ENTRY_POSTCODE].first = EG_TEXT("code");
    spec->column[EG_ENTRY_TOPICS] =
        (struct eg_atlas_entry_columns){.first = EG_TEXT("about"), .more = more_topics, .n_more = 1};
    spec->constant[EG_ENTRY_ADDRESS] = EG_TEXT("not known");
    struct eg_entries *entries = load(&collection, 1);
    assert_int_equal(entries->n, 4);
    const struct eg_entry *entry = find(entries, "1");
    assert_text(entry->field[EG_ENTRY_ADDRESS], "1 Quay, Saltmarsh, ZZ1");
    assert_text(entry->field[EG_ENTRY_POSTCODE], "ZZ1");
    assert_int_equal(entry->n_topics, 3);
    assert_true(eg_text_equal(entry->topics[2], EG_TEXT("play")));
    assert_text(find(entries, "2")->field[EG_ENTRY_ADDRESS], "Saltmarsh");
    assert_int_equal(find(entries, "2")->n_topics, 1);
    assert_text(find(entries, "3")->field[EG_ENTRY_ADDRESS], "not known");
    assert_text(find(entries, "4")->field[EG_ENTRY_ADDRESS], "ZZ1");
    eg_entries_free(entries);
}

static void lists_are_split_trimmed_and_free_of_repeats(void **state)
{
    (void)state;
    struct collection collection = {0};
    collection.directories[0] = directory(
        "d", "d:",
        eg_test_temp_file("lists.csv", "id,title,lon,lat,about,wards\n1,A,1,2, food ;;Sport; food,E1\n"
                                       "2,B,1,2,; ;,\n3,C,1,2,Sport,E1;E2\n4,D,1,2,Sport,E1;E2\n"));
    collection.directories[0].column[EG_ENTRY_TOPICS].first = EG_TEXT("about");
    collection.directories[0].column[EG_ENTRY_SERVES].first = EG_TEXT("wards");
    struct eg_entries *entries = load(&collection, 1);
    const struct eg_entry *first = find(entries, "1");
    assert_int_equal(first->n_topics, 2);
    assert_true(eg_text_equal(first->topics[0], EG_TEXT("food")));
    assert_true(eg_text_equal(first->topics[1], EG_TEXT("Sport")));
    assert_int_equal(first->n_serves, 1);
    assert_int_equal(find(entries, "2")->n_topics, 0);
    assert_int_equal(find(entries, "2")->n_serves, 0);
    assert_int_equal(find(entries, "3")->n_serves, 2);
    assert_int_equal(find(entries, "4")->n_serves, 2);
    assert_true(eg_text_equal(find(entries, "4")->serves[1], EG_TEXT("E2")));
    assert_int_equal(find(entries, "4")->n_topics, 1);
    eg_entries_free(entries);
}

static struct eg_entries *load_polygons(struct collection *collection)
{
    collection->directories[0] = directory("areas", "areas:", eg_test_temp_file("areas.geojson", POLYGONS));
    collection->directories[0].column[EG_ENTRY_LONGITUDE].first = (struct eg_text){0};
    collection->directories[0].column[EG_ENTRY_LATITUDE].first = (struct eg_text){0};
    return load(collection, 1);
}

static void a_polygon_is_a_service_area_with_a_position_inside(void **state)
{
    (void)state;
    struct collection collection = {0};
    struct eg_entries *entries = load_polygons(&collection);
    const struct eg_entry *frame = find(entries, "a");
    assert_int_equal(frame->n_area_rings, 2);
    assert_int_equal(frame->area_ring_start[2], 10);
    assert_true(frame->has_position);
    double from_centre = fmax(fabs(frame->lon_deg - 2), fabs(frame->lat_deg - 52));
    assert_true(from_centre > 1 && from_centre < 2); /* within the frame, not in its hole */
    assert_text(frame->area_geojson,
                "{\"type\":\"Polygon\",\"coordinates\":[[[0.0,50.0],[4.0,50.0],[4.0,54.0],[0.0,54.0],"
                "[0.0,50.0]],[[1.0,51.0],[1.0,53.0],[3.0,53.0],[3.0,51.0],[1.0,51.0]]]}");
    const struct eg_entry *two = find(entries, "b");
    assert_int_equal(two->n_area_rings, 2);
    assert_true(two->lon_deg > 10 && two->lon_deg < 21);
    assert_non_null(strstr(two->area_geojson.data, "MultiPolygon"));
    const struct eg_entry *crossed = find(entries, "f");
    assert_true(crossed->has_position);
    eg_entries_free(entries);
}

static void points_and_absent_geometries_are_taken_and_lines_rejected(void **state)
{
    (void)state;
    struct collection collection = {0};
    struct eg_entries *entries = load_polygons(&collection);
    assert_int_equal(entries->n, 5);
    const struct eg_entry *dot = find(entries, "c");
    assert_true(dot->has_position && dot->lon_deg == -1.5 && dot->lat_deg == 52.25);
    assert_int_equal(dot->n_area_rings, 0);
    assert_false(find(entries, "d")->has_position);
    assert_text(entries->reports[0].rejected[0],
                "row 5: its geometry is a LINESTRING; points and polygons are understood");
    eg_entries_free(entries);
}

static void columns_for_the_position_win_over_the_geometry(void **state)
{
    (void)state;
    struct collection collection = {0};
    collection.directories[0] = directory(
        "d", "d:",
        eg_test_temp_file(
            "office.geojson",
            "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"id\":1,"
            "\"title\":\"A\",\"lon\":9.5,\"lat\":50.5},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
            "[[[0,50],[4,50],[4,54],[0,50]]]}}]}"));
    struct eg_entries *entries = load(&collection, 1);
    assert_true(entries->items[0]->lon_deg == 9.5 && entries->items[0]->lat_deg == 50.5);
    assert_int_equal(entries->items[0]->n_area_rings, 1);
    eg_entries_free(entries);
}

static void eastings_and_northings_become_degrees(void **state)
{
    (void)state;
    struct collection collection = {0};
    collection.directories[0] = directory(
        "d", "d:",
        eg_test_temp_file(
            "grid.geojson",
            "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":"
            "\"urn:ogc:def:crs:EPSG::27700\"}},\"features\":[{\"type\":\"Feature\",\"properties\":{\"id\":1,"
            "\"title\":\"Northampton\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[475400,260500]}}]"
            "}"));
    collection.directories[0].column[EG_ENTRY_LONGITUDE].first = (struct eg_text){0};
    collection.directories[0].column[EG_ENTRY_LATITUDE].first = (struct eg_text){0};
    struct eg_entries *entries = load(&collection, 1);
    /* cs2cs EPSG:27700 EPSG:4326 with the seven-parameter operation: 52.23684 -0.89764 */
    assert_true(fabs(entries->items[0]->lon_deg + 0.8976) < 1e-3);
    assert_true(fabs(entries->items[0]->lat_deg - 52.2368) < 1e-3);
    eg_entries_free(entries);
}

static void the_report_tells_what_was_left_out_and_why(void **state)
{
    (void)state;
    struct collection collection = {0};
    struct eg_entries *entries =
        load_csv(&collection, "id,title,lon,lat\n1,A,x,2\n2,B,1,2\n2,C,1,2\n3,D,,\n");
    collection.directories[0].title = EG_TEXT("Public libraries");
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    assert_int_equal(eg_entries_report_text(entries, &out, NULL), EG_OK);
    assert_string_equal(
        out.data, "\nDirectories\n-----------\nlibraries  Public libraries: 2 entries of 4 rows\n"
                  "    1 without position\n"
                  "    2 rejected, 1 of them for a key that came before; the first: row 2: the longitude "
                  "'x' is not a number\n");
    eg_buffer_clear(&out);
    struct eg_json *json = eg_json_new_object();
    assert_non_null(json);
    eg_entries_report_json(entries, json, eg_json_root(json));
    assert_int_equal(eg_json_finish(json, false, &out, NULL), EG_OK);
    assert_string_equal(
        out.data,
        "{\"directories\":[{\"id\":\"libraries\",\"rows\":4,\"filtered\":0,\"entries\":2,"
        "\"without_position\":1,\"rejected\":2,\"duplicate_keys\":1,\"doubtful_hours\":0,\"doubtful_rows\":0,"
        "\"first_rejected\":\"row 2: the longitude 'x' is not a number\","
        "\"rejected_examples\":[\"row 2: the longitude 'x' is not a number\","
        "\"the key '2' came before\"]}]}");
    eg_json_free(json);
    eg_buffer_clear(&out);
    eg_entries_free(entries);
}

static void only_more_rejected_rows_than_expected_are_too_many(void **state)
{
    (void)state;
    struct collection collection = {0};
    struct eg_entries *entries = load_csv(&collection, "id,title,lon,lat\n1,A,x,2\n2,B,1,2\n2,C,1,2\n");
    struct eg_atlas_directory_expect *expect = &collection.directories[0].expect;
    assert_true(eg_entries_beyond_expected(entries, 0));
    expect->rejected_rows = 1;
    assert_true(eg_entries_beyond_expected(entries, 0));
    expect->rejected_rows = 2;
    assert_false(eg_entries_beyond_expected(entries, 0));
    expect->rejected_rows = UINT32_MAX;
    assert_false(eg_entries_beyond_expected(entries, 0));
    eg_entries_free(entries);
}

static void a_missing_column_or_file_is_an_error_that_names_it(void **state)
{
    (void)state;
    struct collection collection = {0};
    collection.atlas.directories = collection.directories;
    collection.atlas.n_directories = 1;
    collection.directories[0] =
        directory("hubs", "d:", eg_test_temp_file("columns.csv", "id,name,lon,lat\n1,A,1,2\n"));
    struct eg_entries *entries = NULL;
    struct eg_error err = {0};
    assert_int_equal(eg_entries_load(&collection.atlas, &entries, &err), EG_INVALID);
    assert_non_null(strstr(err.message, "directory hubs"));
    assert_non_null(strstr(err.message, "no column 'title'"));
    collection.directories[0].source = EG_TEXT("build/test-tmp/there-is-none.csv");
    assert_int_equal(eg_entries_load(&collection.atlas, &entries, &err), EG_NOT_FOUND);
    assert_non_null(strstr(err.message, "there-is-none.csv"));
    assert_null(entries);
}

static void an_atlas_without_directories_has_no_entries(void **state)
{
    (void)state;
    struct collection collection = {0};
    struct eg_entries *entries = load(&collection, 0);
    assert_int_equal(entries->n, 0);
    eg_entries_free(entries);
    eg_entries_free(NULL);
}

static void no_memory_is_reported_whichever_allocation_fails(void **state)
{
    (void)state;
    struct collection collection = {0};
    struct eg_entries *entries = load_polygons(&collection); /* GDAL and PROJ have set themselves up */
    eg_entries_free(entries);
    struct eg_text csv =
        eg_test_temp_file("memory.csv", "title,lon,lat,about\nA,x,2,\nA,1,2,a;b\nA,1,2,a;b\nB,1,2,\n");
    collection.directories[1] = directory("e", "e:", csv);
    collection.directories[1].column[EG_ENTRY_KEY].first = (struct eg_text){0};
    collection.directories[1].column[EG_ENTRY_TOPICS].first = EG_TEXT("about");
    static const struct eg_text more_address[] = {{"about", 5}};
    collection.directories[1].column[EG_ENTRY_ADDRESS] =
        (struct eg_atlas_entry_columns){.first = EG_TEXT("title"), .more = more_address, .n_more = 1};
    collection.atlas.n_directories = 2;
    for (long n = 1;; n++) {
        struct eg_error err = {0};
        entries = NULL;
        eg_failing_malloc_after(n);
        enum eg_status status = eg_entries_load(&collection.atlas, &entries, &err);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        if (!failed) {
            assert_int_equal(status, EG_OK);
            assert_int_equal(entries->n, 7);
            eg_entries_free(entries);
            break;
        }
        if (status == EG_OK) { /* a failure to shrink is harmless */
            assert_int_equal(entries->n, 7);
            eg_entries_free(entries);
        } else {
            assert_int_equal(status, EG_NO_MEMORY);
        }
    }
}

/* --- real data ------------------------------------------------------------------------------------------------------- */

static void englands_libraries_load_without_the_closed_ones(void **state)
{
    (void)state;
    char path[512];
    static const struct eg_text open[] = {{"", 0}};
    static const struct eg_atlas_condition condition = {{"closed", 6}, open, 1};
    struct collection collection = {0};
    collection.directories[0] = directory(
        "libraries",
        "libraries:", eg_text_from(eg_test_data_or_skip("libraries_england.csv", path, sizeof path)));
    collection.directories[0].column[EG_ENTRY_KEY].first = EG_TEXT("library_id");
    collection.directories[0].column[EG_ENTRY_NAME].first = EG_TEXT("name");
    collection.directories[0].filter = &condition;
    collection.directories[0].n_filter = 1;
    struct eg_entries *entries = load(&collection, 1);
    assert_int_equal(entries->reports[0].n_rows, 3238);
    assert_int_equal(entries->reports[0].n_filtered, 252);
    assert_int_equal(entries->n, 3238 - 252);
    assert_text(find(entries, "1")->field[EG_ENTRY_NAME], "Barking");
    eg_entries_free(entries);
}

static void massachusetts_has_936_programme_sites(void **state)
{
    (void)state;
    char path[512];
    static const struct eg_text states[] = {{"MA", 2}};
    static const struct eg_atlas_condition condition = {{"state", 5}, states, 1};
    struct collection collection = {0};
    collection.directories[0] = directory(
        "sites",
        "sites:", eg_text_from(eg_test_data_or_skip("us_health_programme_sites.csv.gz", path, sizeof path)));
    collection.directories[0].column[EG_ENTRY_KEY].first = EG_TEXT("site_id");
    collection.directories[0].column[EG_ENTRY_NAME].first = EG_TEXT("name");
    collection.directories[0].column[EG_ENTRY_TOPICS].first = EG_TEXT("topic");
    collection.directories[0].filter = &condition;
    collection.directories[0].n_filter = 1;
    struct eg_entries *entries = load(&collection, 1);
    assert_int_equal(entries->reports[0].n_rows, 38986);
    assert_int_equal(entries->n, 936);
    assert_int_equal(entries->reports[0].n_rejected, 0);
    eg_entries_free(entries);
}

static void grants_load_and_six_have_no_position(void **state)
{
    (void)state;
    char path[512];
    struct collection collection = {0};
    collection.directories[0] = directory(
        "grants",
        "grants:", eg_text_from(eg_test_data_or_skip("grants_360giving_by_ward.csv.gz", path, sizeof path)));
    struct eg_atlas_entry_columns *column = collection.directories[0].column;
    column[EG_ENTRY_KEY].first = EG_TEXT("row_id");
    column[EG_ENTRY_NAME].first = column[EG_ENTRY_FUNDER].first = EG_TEXT("funder");
    column[EG_ENTRY_ADDRESS].first = EG_TEXT("ward_nm"); /* empty in six rows */
    column[EG_ENTRY_START].first = EG_TEXT("award_year");
    column[EG_ENTRY_AMOUNT].first = EG_TEXT("amount_gbp");
    collection.directories[0].constant[EG_ENTRY_KIND] = EG_TEXT("grant");
    double began = eg_clock_monotonic_s();
    struct eg_entries *entries = load(&collection, 1);
    print_message("# 44,206 grants in %.3f s\n", eg_clock_monotonic_s() - began);
    assert_int_equal(entries->n, 44206);
    assert_int_equal(entries->reports[0].n_without_position, 6);
    assert_int_equal(find(entries, "1")->kind, EG_KIND_GRANT);
    eg_entries_free(entries);
}

static int clear(void **state)
{
    (void)state;
    eg_test_temp_clear();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_have_names_that_parse_back),
        cmocka_unit_test(the_id_is_the_uuid_of_prefix_and_key),
        cmocka_unit_test(cells_are_trimmed_and_constants_fill_the_empty_ones),
        cmocka_unit_test(conditions_leave_rows_out_and_count_them),
        cmocka_unit_test(a_row_that_says_nonsense_is_rejected_with_its_reason),
        cmocka_unit_test(an_unknown_kind_is_rejected),
        cmocka_unit_test(the_corners_of_the_earth_are_positions_and_zero_zero_is_none),
        cmocka_unit_test(of_rows_with_one_key_the_first_stays),
        cmocka_unit_test(the_same_key_in_two_directories_is_two_entries_unless_they_share_a_prefix),
        cmocka_unit_test(entries_ascend_by_id_and_all_of_them_are_there),
        cmocka_unit_test(without_a_key_column_name_address_and_place_are_the_key),
        cmocka_unit_test(ids_without_a_key_column_stay_when_rows_are_put_in_another_order),
        cmocka_unit_test(several_columns_make_up_one_field),
        cmocka_unit_test(lists_are_split_trimmed_and_free_of_repeats),
        cmocka_unit_test(a_polygon_is_a_service_area_with_a_position_inside),
        cmocka_unit_test(points_and_absent_geometries_are_taken_and_lines_rejected),
        cmocka_unit_test(columns_for_the_position_win_over_the_geometry),
        cmocka_unit_test(eastings_and_northings_become_degrees),
        cmocka_unit_test(the_report_tells_what_was_left_out_and_why),
        cmocka_unit_test(only_more_rejected_rows_than_expected_are_too_many),
        cmocka_unit_test(a_missing_column_or_file_is_an_error_that_names_it),
        cmocka_unit_test(an_atlas_without_directories_has_no_entries),
        cmocka_unit_test(no_memory_is_reported_whichever_allocation_fails),
        cmocka_unit_test(englands_libraries_load_without_the_closed_ones),
        cmocka_unit_test(massachusetts_has_936_programme_sites),
        cmocka_unit_test(grants_load_and_six_have_no_position),
    };
    return cmocka_run_group_tests(tests, NULL, clear);
}
