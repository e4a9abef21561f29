/* Features of the small atlas: properties and states, boxes and filters, pages, GeoJSON and CSV. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/features.h"
#include "support/failing_malloc.h"
#include "support/small_atlas.h"

static struct eg_small small;

struct reading {
    struct eg_features *features;
    struct eg_arena *arena;
    struct eg_filter *filter;
};

static int open_small(void **state)
{
    (void)state;
    eg_small_open(0, &small);
    return 0;
}

static int close_small(void **state)
{
    (void)state;
    eg_small_close(&small);
    return 0;
}

static struct reading open_at(const char *collection, const char *period)
{
    struct reading r = {.arena = eg_arena_new((size_t)16 << 20)};
    struct eg_collection found;
    struct eg_error err = {0};
    if (eg_collection_find(small.snapshot, eg_text_from(collection), &found, &err) != EG_OK)
        fail_msg("%s", err.message);
    if (eg_features_open(small.snapshot, found, eg_text_from(period), &r.features, &err) != EG_OK)
        fail_msg("%s", err.message);
    return r;
}

static void close_reading(struct reading *r)
{
    eg_filter_free(r->filter);
    eg_features_close(r->features);
    eg_arena_free(r->arena);
}

static uint32_t property(const struct reading *r, const char *name)
{
    const struct eg_properties *all = eg_features_properties(r->features);
    uint32_t found = eg_properties_find(all, eg_text_from(name));
    if (found == all->n) fail_msg("there is no property %s", name);
    return found;
}

static struct eg_value value(const struct reading *r, const char *id, const char *name)
{
    uint32_t feature = eg_features_find(r->features, eg_text_from(id));
    assert_true(feature < eg_features_count(r->features));
    return eg_features_value(r->features, feature, property(r, name));
}

static void assert_text(struct eg_value value, const char *expected)
{
    assert_true(value.type == EG_VALUE_TEXT || value.type == EG_VALUE_DATE);
    assert_true(eg_text_equal(value.text, eg_text_from(expected)));
}

static const struct eg_filter *parse(struct reading *r, const char *text)
{
    struct eg_filter_source source = {.text = eg_text_from(text), .language = EG_FILTER_CQL2_TEXT};
    struct eg_error err = {0};
    eg_filter_free(r->filter);
    r->filter = NULL;
    if (eg_filter_parse(&source, eg_features_properties(r->features), &r->filter, &err) != EG_OK)
        fail_msg("%s: %s", text, err.message);
    return r->filter;
}

/* The ids of a page with spaces between them. */
static const char *select_ids(const struct reading *r, const struct eg_features_query *query,
                              struct eg_features_page *page_out)
{
    static char ids[4096];
    struct eg_error err = {0};
    size_t len = 0;
    ids[0] = '\0';
    if (eg_features_select(r->features, query, r->arena, page_out, &err) != EG_OK)
        fail_msg("%s", err.message);
    for (uint32_t i = 0; i < page_out->n; i++)
        len += (size_t)snprintf(ids + len, sizeof ids - len, "%s%.*s", i > 0 ? " " : "",
                                EG_TEXT_ARG(eg_features_id(r->features, page_out->features[i])));
    return ids;
}

static const char *filtered(struct reading *r, const char *text)
{
    struct eg_features_query query = {.filter = parse(r, text), .limit = 100};
    struct eg_features_page page;
    return select_ids(r, &query, &page);
}

static const char *in_box(struct reading *r, double west, double south, double east, double north)
{
    struct eg_features_query query = {.has_bbox = true, .bbox = {west, south, east, north}, .limit = 100};
    struct eg_features_page page;
    return select_ids(r, &query, &page);
}

/* --- values -------------------------------------------------------------------------------------------------------- */

static void states_stay_apart_and_only_some_have_values(void **state)
{
    (void)state;
    struct reading r = open_at("illness.nbhd", NULL);
    const struct {
        const char *id, *state;
        double value; /* NAN: null */
    } cases[] = {{"N01", "valid", 12},
                 {"N02", "valid", 0},
                 {"N03", "missing", (double)NAN},
                 {"N04", "suppressed", (double)NAN},
                 {"N05", "unreliable", 30},
                 {"N06", "not_applicable", (double)NAN}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_value v = value(&r, cases[i].id, "value");
        assert_text(value(&r, cases[i].id, "state"), cases[i].state);
        if (isnan(cases[i].value)) assert_int_equal(v.type, EG_VALUE_NULL);
        else assert_true(v.type == EG_VALUE_NUMBER && v.number == cases[i].value);
    }
    close_reading(&r);
}

static void a_suppressed_value_gives_no_companion_away(void **state)
{
    (void)state;
    struct reading r = open_at("illness.nbhd", "2024");
    const char *const companions[] = {"value", "lower", "upper", "numerator", "denominator"};
    for (size_t i = 0; i < EG_ARRAY_LEN(companions); i++) {
        assert_int_equal(value(&r, "N04", companions[i]).type, EG_VALUE_NULL);
        assert_int_equal(value(&r, "N01", companions[i]).type, EG_VALUE_NUMBER);
    }
    close_reading(&r);
}

static void a_layer_has_its_period_and_the_codes_of_larger_areas(void **state)
{
    (void)state;
    struct reading r = open_at("deprivation.nbhd", "2019");
    assert_text(value(&r, "N05", "period"), "2019");
    assert_text(value(&r, "N05", "town_code"), "T1");
    assert_text(value(&r, "N12", "town_code"), "T3");
    assert_text(value(&r, "N12", "name"), "Area 12");
    assert_true(value(&r, "N05", "value").number == 21);
    close_reading(&r);
    r = open_at("deprivation.nbhd", NULL);
    assert_text(value(&r, "N05", "period"), "2024");
    close_reading(&r);
}

static void an_unknown_period_is_not_found(void **state)
{
    (void)state;
    struct eg_collection found;
    struct eg_features *features = NULL;
    struct eg_error err = {0};
    assert_int_equal(eg_collection_find(small.snapshot, EG_TEXT("deprivation.nbhd"), &found, NULL), EG_OK);
    assert_int_equal(eg_features_open(small.snapshot, found, EG_TEXT("1900"), &features, &err), EG_NOT_FOUND);
    assert_string_equal(err.field, "period");
    assert_null(features);
}

static void boundaries_have_every_indicator_and_its_state(void **state)
{
    (void)state;
    struct reading r = open_at("nbhd", NULL);
    assert_true(value(&r, "N08", "deprivation").number == 40);
    assert_true(value(&r, "N08", "people").number == 800);
    assert_text(value(&r, "N08", "kind"), "Rural");
    assert_text(value(&r, "N08", "illness_state"), "valid");
    assert_text(value(&r, "N04", "illness_state"), "suppressed");
    assert_int_equal(value(&r, "N04", "illness").type, EG_VALUE_NULL);
    close_reading(&r);
}

static void entries_have_their_fields_with_types(void **state)
{
    (void)state;
    struct reading r = open_at("coalitions", NULL);
    assert_int_equal(eg_features_count(r.features), 6);
    assert_string_equal(filtered(&r, "kind = 'grant' AND amount >= 5000"),
                        filtered(&r, "name LIKE 'Grant%'"));
    struct eg_features_query query = {.filter = parse(&r, "topics LIKE '%food%'"), .limit = 100};
    struct eg_features_page page;
    (void)select_ids(&r, &query, &page);
    assert_int_equal(page.n_matched, 2);
    query.filter = parse(&r, "geometry IS NULL");
    (void)select_ids(&r, &query, &page);
    assert_int_equal(page.n_matched, 1);
    close_reading(&r);
}

/* --- place --------------------------------------------------------------------------------------------------------- */

static void a_box_takes_the_areas_that_it_touches(void **state)
{
    (void)state;
    struct reading r = open_at("nbhd", NULL);
    assert_string_equal(in_box(&r, 0.51, 51.06, 0.52, 51.07), "N12");
    assert_string_equal(in_box(&r, 0.05, 51.05, 0.25, 51.15), "N01 N02 N03 N05 N06 N07");
    assert_string_equal(in_box(&r, 0.14, 51.14, 0.16, 51.16), ""); /* in the lake of N06 */
    assert_string_equal(in_box(&r, 0.12, 51.14, 0.16, 51.16), "N06");
    assert_string_equal(in_box(&r, 0.05, 51.05, 0.05, 51.05), "N01");
    assert_string_equal(in_box(&r, 0.6, 51.1, 0.7, 51.2), "N12"); /* its eastern border */
    assert_string_equal(in_box(&r, 170, -10, -170, 10), "");
    assert_string_equal(in_box(&r, 0.5, 50, 0.08, 51.08), "N01 N12"); /* round the world */
    close_reading(&r);
}

static void shapes_of_all_kinds_meet_areas_exactly(void **state)
{
    (void)state;
    struct reading r = open_at("nbhd", NULL);
    const struct {
        const char *filter, *ids;
    } cases[] = {
        {"S_INTERSECTS(geometry, POINT(0.15 51.15))", ""},
        {"S_INTERSECTS(geometry, POINT(0.11 51.15))", "N06"},
        {"S_INTERSECTS(geometry, MULTIPOINT((0.01 51.01), (0.55 51.1)))", "N01 N12"},
        {"S_INTERSECTS(geometry, LINESTRING(0.14 51.14, 0.16 51.16))", ""},
        {"S_INTERSECTS(geometry, LINESTRING(0.15 51.15, 0.15 51.22))", "N06 N10"},
        {"S_INTERSECTS(geometry, LINESTRING(0.05 51.02, 0.08 51.05))", "N01"},
        {"S_INTERSECTS(geometry, POLYGON((0.02 51.02, 0.04 51.02, 0.03 51.04, 0.02 51.02)))", "N01"},
        {"S_INTERSECTS(geometry, POLYGON((0.45 51, 0.7 51, 0.7 51.3, 0.45 51.3, 0.45 51)))", "N12"},
        /* the island lies in the hole of a ring */
        {"S_INTERSECTS(geometry, POLYGON((0.45 51, 0.7 51, 0.7 51.3, 0.45 51.3, 0.45 51), (0.47 51.02, 0.68 "
         "51.02, 0.68 51.28, 0.47 51.28, 0.47 51.02)))",
         ""},
        {"S_DISJOINT(geometry, BBOX(-1, 50, 0.45, 52))", "N12"},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++)
        assert_string_equal(filtered(&r, cases[i].filter), cases[i].ids);
    close_reading(&r);
}

static void entries_are_in_a_box_by_their_point(void **state)
{
    (void)state;
    struct reading r = open_at("coalitions", NULL);
    struct eg_features_query query = {.has_bbox = true, .bbox = {0.5, 51, 0.6, 51.2}, .limit = 9};
    struct eg_features_page page;
    (void)select_ids(&r, &query, &page);
    assert_int_equal(page.n_matched, 1);
    assert_text(eg_features_value(r.features, page.features[0], property(&r, "name")), "Isle Hub");
    close_reading(&r);
}

static void a_box_crosses_the_antimeridian_only_where_its_west_is_larger(void **state)
{
    (void)state;
    struct reading r = open_at("nbhd", NULL);
    assert_string_equal(in_box(&r, -179.9, 51, 179.9, 51.06), "N01 N02 N03 N04 N12");
    assert_string_equal(in_box(&r, 179.9, 51, -179.9, 51.05), "");
    assert_string_equal(in_box(&r, 0.41, 51, 0.39, 51.06), "N01 N02 N03 N04 N12");
    assert_string_equal(filtered(&r, "S_INTERSECTS(geometry, BBOX(-179.9, 51, 179.9, 51.06))"),
                        "N01 N02 N03 N04 N12");
    close_reading(&r);
}

static void a_box_that_is_none_is_refused(void **state)
{
    (void)state;
    struct reading r = open_at("nbhd", NULL);
    const struct eg_bounds boxes[] = {{0, 52, 1, 51}, {-200, 51, 1, 52}, {0, -91, 1, 52}};
    for (size_t i = 0; i < EG_ARRAY_LEN(boxes); i++) {
        struct eg_features_query query = {.has_bbox = true, .bbox = boxes[i], .limit = 9};
        struct eg_features_page page;
        struct eg_error err = {0};
        assert_int_equal(eg_features_select(r.features, &query, r.arena, &page, &err), EG_INVALID);
        assert_string_equal(err.field, "bbox");
    }
    close_reading(&r);
}

/* --- selecting ----------------------------------------------------------------------------------------------------- */

static void filters_see_values_and_states(void **state)
{
    (void)state;
    struct reading r = open_at("illness.nbhd", NULL);
    assert_string_equal(filtered(&r, "value > 20"), "N05 N10 N11");
    assert_string_equal(filtered(&r, "NOT value > 20"), "N01 N02 N07 N08 N09 N12");
    assert_string_equal(filtered(&r, "value IS NULL"), "N03 N04 N06");
    assert_string_equal(filtered(&r, "state = 'suppressed' OR denominator = 90"), "N04");
    assert_string_equal(filtered(&r, "town_code = 'T3' AND period = '2024'"), "N12");
    close_reading(&r);
}

static void equals_are_read_by_the_property_s_type(void **state)
{
    (void)state;
    struct reading r = open_at("illness.nbhd", NULL);
    struct eg_features_equal equals[] = {{property(&r, "value"), EG_TEXT("8.0")},
                                         {property(&r, "state"), EG_TEXT("valid")}};
    struct eg_features_query query = {.equals = equals, .n_equals = 2, .limit = 9};
    struct eg_features_page page;
    struct eg_error err = {0};
    assert_string_equal(select_ids(&r, &query, &page), "N07");
    equals[0].text = EG_TEXT("high");
    assert_int_equal(eg_features_select(r.features, &query, r.arena, &page, &err), EG_INVALID);
    assert_string_equal(err.field, "value");
    close_reading(&r);
}

static void pages_follow_each_other_without_gaps(void **state)
{
    (void)state;
    struct reading r = open_at("nbhd", NULL);
    const char *const conditions[] = {NULL, "people > 300", "people > 5000"};
    for (size_t c = 0; c < EG_ARRAY_LEN(conditions); c++) {
        struct eg_features_query query = {.limit = 4};
        if (conditions[c]) query.filter = parse(&r, conditions[c]);
        struct eg_features_page page = {.more = true};
        uint64_t seen = 0;
        char last[16] = "";
        while (page.more) {
            (void)select_ids(&r, &query, &page);
            for (uint32_t i = 0; i < page.n; i++, seen++) {
                struct eg_text id = eg_features_id(r.features, page.features[i]);
                assert_true(strncmp(last, id.data, id.len) < 0);
                (void)snprintf(last, sizeof last, "%.*s", EG_TEXT_ARG(id));
            }
            query.after = eg_text_from(last);
        }
        assert_int_equal(seen, page.n_matched);
    }
    close_reading(&r);
}

static void a_cursor_that_is_gone_goes_on_behind_its_place(void **state)
{
    (void)state;
    struct reading r = open_at("nbhd", NULL);
    struct eg_features_query query = {.after = EG_TEXT("N03x"), .limit = 2};
    struct eg_features_page page;
    assert_string_equal(select_ids(&r, &query, &page), "N04 N05");
    query.after = EG_TEXT("Z");
    assert_string_equal(select_ids(&r, &query, &page), "");
    assert_int_equal(page.n_matched, 12);
    assert_false(page.more);
    query = (struct eg_features_query){.limit = 0};
    assert_string_equal(select_ids(&r, &query, &page), "");
    assert_true(page.more);
    close_reading(&r);
}

/* --- writing ------------------------------------------------------------------------------------------------------- */

static struct eg_features_writer *new_writer(const struct reading *r, const struct eg_features_form *form)
{
    struct eg_features_writer *writer = NULL;
    struct eg_error err = {0};
    if (eg_features_writer_new(r->features, form, &writer, &err) != EG_OK) fail_msg("%s", err.message);
    return writer;
}

static struct eg_json *written(const struct reading *r, const struct eg_features_form *form, const char *id)
{
    struct eg_features_writer *writer = new_writer(r, form);
    struct eg_entity entity = {0};
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    eg_buffer_char(&text, '{');
    assert_int_equal(eg_features_write(writer, eg_features_find(r->features, eg_text_from(id)), &text, NULL),
                     EG_OK);
    eg_buffer_char(&text, '}');
    assert_int_equal(eg_entity_from_buffer(&text, "application/geo+json", true, &entity, NULL), EG_OK);
    eg_features_writer_free(writer);
    return eg_small_json(&entity);
}

static double area_of_ring(const struct eg_json_value *ring)
{
    double area = 0;
    size_t n = eg_json_length(ring);
    for (size_t i = 0; i + 1 < n; i++) {
        double x0, y0, x1, y1;
        assert_true(eg_json_is_number(eg_json_at(eg_json_at(ring, i), 0), &x0));
        assert_true(eg_json_is_number(eg_json_at(eg_json_at(ring, i), 1), &y0));
        assert_true(eg_json_is_number(eg_json_at(eg_json_at(ring, i + 1), 0), &x1));
        assert_true(eg_json_is_number(eg_json_at(eg_json_at(ring, i + 1), 1), &y1));
        area += x0 * y1 - x1 * y0;
    }
    return area / 2;
}

static void a_feature_is_geojson_with_shells_anticlockwise(void **state)
{
    (void)state;
    struct reading r = open_at("illness.nbhd", NULL);
    struct eg_features_form form = {0};
    struct eg_json *json = written(&r, &form, "N06");
    assert_string_equal(eg_small_text(json, "type"), "Feature");
    assert_string_equal(eg_small_text(json, "id"), "N06");
    assert_string_equal(eg_small_text(json, "geometry/type"), "Polygon");
    assert_int_equal(eg_json_length(eg_small_at(json, "geometry/coordinates")), 2);
    assert_true(fabs(area_of_ring(eg_small_at(json, "geometry/coordinates/0")) - 0.01) < 1e-6);
    assert_true(fabs(area_of_ring(eg_small_at(json, "geometry/coordinates/1")) + 0.0016) < 1e-6);
    assert_string_equal(eg_small_text(json, "properties/state"), "not_applicable");
    assert_non_null(eg_small_at(json, "properties/value"));
    eg_json_free(json);
    close_reading(&r);
}

static void coordinates_come_in_the_crs_and_order_asked_for(void **state)
{
    (void)state;
    struct reading r = open_at("town", NULL);
    struct eg_features_form form = {.crs = EG_TEXT("EPSG:4326"), .northing_first = true};
    struct eg_json *json = written(&r, &form, "T3");
    assert_true(fabs(eg_small_number(json, "geometry/coordinates/0/0/0") - 51.1) < 0.06);
    assert_true(fabs(eg_small_number(json, "geometry/coordinates/0/0/1") - 0.55) < 0.06);
    eg_json_free(json);
    form = (struct eg_features_form){.crs = EG_TEXT("EPSG:3857")};
    json = written(&r, &form, "T3");
    assert_true(fabs(eg_small_number(json, "geometry/coordinates/0/0/0") - 61225) < 6000);
    eg_json_free(json);
    form.crs = EG_TEXT("http://www.opengis.net/def/crs/EPSG/0/27700");
    json = written(&r, &form, "T3");
    double easting = eg_small_number(json, "geometry/coordinates/0/0/0");
    assert_true(easting > 560000 && easting < 590000);
    double hundredths = easting * 100;
    assert_true(fabs(hundredths - round(hundredths)) < 1e-6);
    eg_json_free(json);
    close_reading(&r);
}

static void a_crs_that_is_not_allowed_is_refused(void **state)
{
    (void)state;
    struct reading r = open_at("town", NULL);
    const char *const wrong[] = {"EPSG:32633", "nonsense"};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        struct eg_features_form form = {.crs = eg_text_from(wrong[i])};
        struct eg_features_writer *writer = NULL;
        struct eg_error err = {0};
        assert_int_equal(eg_features_writer_new(r.features, &form, &writer, &err), EG_INVALID);
        assert_string_equal(err.field, "crs");
    }
    close_reading(&r);
}

static void properties_come_as_asked_for(void **state)
{
    (void)state;
    struct reading r = open_at("nbhd", NULL);
    struct eg_features_form form = {.skip_geometry = true};
    struct eg_json *json = written(&r, &form, "N04");
    assert_null(eg_small_at(json, "geometry/type"));
    assert_string_equal(eg_small_text(json, "properties/illness_state"), "suppressed");
    assert_string_equal(eg_small_text(json, "properties/people_state"), "valid");
    eg_json_free(json);
    const uint32_t some[] = {property(&r, "people_state"), property(&r, "people")};
    form.properties = some;
    form.n_properties = 2;
    json = written(&r, &form, "N04");
    assert_string_equal(eg_small_text(json, "properties/people_state"), "valid");
    assert_true(eg_small_number(json, "properties/people") == 400);
    assert_null(eg_small_at(json, "properties/name"));
    eg_json_free(json);
    close_reading(&r);
}

static void a_feature_in_a_document_is_the_same(void **state)
{
    (void)state;
    struct reading r = open_at("town", NULL);
    struct eg_features_form form = {0};
    struct eg_features_writer *writer = new_writer(&r, &form);
    struct eg_json *json = eg_json_new_object();
    assert_int_equal(eg_features_write_json(writer, 0, json, eg_json_root(json), "feature", NULL), EG_OK);
    assert_string_equal(eg_small_text(json, "feature/id"), "T1");
    assert_string_equal(eg_small_text(json, "feature/geometry/type"), "Polygon");
    eg_json_free(json);
    eg_features_writer_free(writer);
    close_reading(&r);
}

static void csv_has_a_head_rows_and_wkt_at_the_end(void **state)
{
    (void)state;
    struct reading r = open_at("illness.nbhd", NULL);
    const uint32_t some[] = {property(&r, "name"), property(&r, "value"), property(&r, "state")};
    struct eg_features_form form = {.properties = some, .n_properties = 3};
    struct eg_features_writer *writer = new_writer(&r, &form);
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    assert_int_equal(eg_features_write_csv_head(writer, &text, NULL), EG_OK);
    assert_int_equal(eg_features_write_csv_row(writer, 3, &text, NULL), EG_OK);
    const char *expected = "id,name,value,state,geometry\r\nN04,Area 4,,suppressed,\"POLYGON ((";
    assert_int_equal(strncmp(text.data, expected, strlen(expected)), 0);
    assert_string_equal(text.data + text.len - 5, "))\"\r\n");
    eg_buffer_clear(&text);
    eg_features_writer_free(writer);
    close_reading(&r);
}

/* --- memory -------------------------------------------------------------------------------------------------------- */

static enum eg_status write_page(struct eg_features *features, const struct eg_features_page *page,
                                 struct eg_buffer *out)
{
    struct eg_features_form form = {.crs = EG_TEXT("EPSG:27700")};
    struct eg_features_writer *writer = NULL;
    enum eg_status status = eg_features_writer_new(features, &form, &writer, NULL);
    if (status == EG_OK) status = eg_features_write_csv_head(writer, out, NULL);
    for (uint32_t i = 0; i < page->n && status == EG_OK; i++) {
        status = eg_features_write(writer, page->features[i], out, NULL);
        if (status == EG_OK) status = eg_features_write_csv_row(writer, page->features[i], out, NULL);
    }
    eg_features_writer_free(writer);
    return status;
}

static enum eg_status read_and_write(struct eg_collection collection)
{
    struct eg_features *features = NULL;
    struct eg_arena *arena = eg_arena_new((size_t)4 << 20);
    struct eg_features_query query = {.has_bbox = true, .bbox = {0.05, 51.05, 0.25, 51.15}, .limit = 9};
    struct eg_features_page page = {0};
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    enum eg_status status = arena ? EG_OK : EG_NO_MEMORY;
    if (status == EG_OK)
        status = eg_features_open(small.snapshot, collection, (struct eg_text){0}, &features, NULL);
    if (status == EG_OK) status = eg_features_select(features, &query, arena, &page, NULL);
    if (status == EG_OK) status = write_page(features, &page, &out);
    eg_buffer_clear(&out);
    eg_features_close(features);
    eg_arena_free(arena);
    return status;
}

static void a_refusal_of_memory_is_told(void **state)
{
    (void)state;
    const char *const collections[] = {"nbhd", "coalitions"};
    for (size_t i = 0; i < EG_ARRAY_LEN(collections); i++) {
        struct eg_collection found;
        assert_int_equal(eg_collection_find(small.snapshot, eg_text_from(collections[i]), &found, NULL),
                         EG_OK);
        for (long n = 1;; n++) {
            eg_failing_malloc_after(n);
            enum eg_status status = read_and_write(found);
            bool failed = eg_failing_malloc_triggered();
            eg_failing_malloc_after(0);
            assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
            if (!failed) break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_stay_apart_and_only_some_have_values),
        cmocka_unit_test(a_suppressed_value_gives_no_companion_away),
        cmocka_unit_test(a_layer_has_its_period_and_the_codes_of_larger_areas),
        cmocka_unit_test(an_unknown_period_is_not_found),
        cmocka_unit_test(boundaries_have_every_indicator_and_its_state),
        cmocka_unit_test(entries_have_their_fields_with_types),
        cmocka_unit_test(a_box_takes_the_areas_that_it_touches),
        cmocka_unit_test(shapes_of_all_kinds_meet_areas_exactly),
        cmocka_unit_test(entries_are_in_a_box_by_their_point),
        cmocka_unit_test(a_box_crosses_the_antimeridian_only_where_its_west_is_larger),
        cmocka_unit_test(a_box_that_is_none_is_refused),
        cmocka_unit_test(filters_see_values_and_states),
        cmocka_unit_test(equals_are_read_by_the_property_s_type),
        cmocka_unit_test(pages_follow_each_other_without_gaps),
        cmocka_unit_test(a_cursor_that_is_gone_goes_on_behind_its_place),
        cmocka_unit_test(a_feature_is_geojson_with_shells_anticlockwise),
        cmocka_unit_test(coordinates_come_in_the_crs_and_order_asked_for),
        cmocka_unit_test(a_crs_that_is_not_allowed_is_refused),
        cmocka_unit_test(properties_come_as_asked_for),
        cmocka_unit_test(a_feature_in_a_document_is_the_same),
        cmocka_unit_test(csv_has_a_head_rows_and_wkt_at_the_end),
        cmocka_unit_test(a_refusal_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, open_small, close_small);
}
