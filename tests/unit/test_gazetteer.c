/* From what somebody types to a place: folding, words, codes, postcodes, namesakes, filters, hostile text. */
#include "engine/gazetteer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/postcode.h"
#include "support/failing_malloc.h"
#include "support/temp_file.h"
#include "support/test_generation.h"

/* Four squares of a tenth of a degree from 0,0 to 0.4,0.1 in two halves, and places in them. */
#define YAML                                                                                                 \
    "boundaries:\n"                                                                                          \
    "- {id: squares, title: Squares, source: @squares.geojson, key: code, name: name}\n"                     \
    "- {id: halves, title: Halves, dissolve: {of: squares, column: half, name_column: side}}\n"              \
    "tables: []\n"                                                                                           \
    "places:\n"                                                                                              \
    "- {id: towns, title: Towns, kind: town, source: @towns.csv, columns: {name: n, longitude: x, "          \
    "latitude: "                                                                                             \
    "y}}\n"                                                                                                  \
    "- {id: sights, title: Sights, kind: landmark, source: @sights.csv, columns: {name: n, code: c}, "       \
    "boundaries: squares}\n"                                                                                 \
    "- {id: post, title: Postcodes, kind: postcode, country: GB, source: @post.csv, columns: {postcode: p, " \
    "longitude: x, latitude: y}}\n"                                                                          \
    "- {id: zips, title: ZIPs, kind: postcode, country: US, source: @zips.csv, columns: {postcode: p, "      \
    "code: "                                                                                                 \
    "c}, boundaries: squares}\n"

#define SQUARE(code, name, half, side, x0, x1)                                                               \
    "{\"type\":\"Feature\",\"properties\":{\"code\":\"" code "\",\"name\":\"" name "\",\"half\":\"" half     \
    "\",\"side\":\"" side "\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[" x0 ",0],[" x1         \
    ",0],[" x1 ",0.1],[" x0 ",0.1],[" x0 ",0]]]}}"

struct fixture {
    struct eg_test_load load;
    struct eg_gazetteer *gazetteer;
};

static void write_sources(void)
{
    (void)eg_test_temp_file(
        "squares.geojson",
        "{\"type\":\"FeatureCollection\",\"features\":[" SQUARE(
            "S01", "Newtown", "W", "Westside", "0",
            "0.1") "," SQUARE("S02", "King\\u2019s Caf\\u00e9 Quarter", "W", "Westside", "0.1",
                              "0.2") "," SQUARE("S03", "Newtown", "E", "Eastside, City of", "0.2",
                                                "0.3") "," SQUARE("S04", "Stoke-on-Sea 001", "E",
                                                                  "Eastside, City of", "0.3", "0.4") "]}");
    (void)eg_test_temp_file("towns.csv", "n,x,y\nNewtown,0.05,0.05\nŁódź,0.35,0.05\nLeeds,0.15,0.05\n"
                                         "Leeds,0.25,0.05\n,0.1,0.1\nNowhere,,\nOff,200,1\n"
                                         "Bad,x,1\nLong,0.1,0.1,9\n");
    (void)eg_test_temp_file("sights.csv", "n,c\nNewtown Pier,S01\nThe Old Pier,S04\nGhost,S99\n=cmd(),S02\n");
    (void)eg_test_temp_file(
        "post.csv", "p,x,y\nLS10 1AA,0.30,0.02\nls1 1aa,0.10,0.02\nLS11AB,0.12,0.04\nLS1  1AB,0.14,0.06\n"
                    "LS19 9ZZ,0.05,0.05\nLS1*,0,1\n");
    (void)eg_test_temp_file("zips.csv", "p,c\n02139,S01\n02140,S02\n02141-1001,S03\n");
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    write_sources();
    eg_test_load_well(YAML, &fixture->load);
    assert_int_equal(eg_gazetteer_new(fixture->load.generation, 2, &fixture->gazetteer, NULL), EG_OK);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    eg_gazetteer_free(fixture->gazetteer);
    eg_test_load_clear(&fixture->load);
    free(fixture);
    return 0;
}

/* The labels of what is found, with "|" between them, and the match of the first. */
static const char *found(void **state, struct eg_place_query query, int *match_out)
{
    static char text[4096];
    const struct fixture *fixture = *state;
    struct eg_place_hit hits[EG_PLACES_FOUND_MAX];
    struct eg_buffer out;
    uint32_t n = 0;
    if (query.limit == 0) query.limit = 10;
    eg_buffer_init(&out, 0);
    assert_int_equal(eg_gazetteer_find(fixture->gazetteer, &query, hits, &n, NULL), EG_OK);
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0) eg_buffer_char(&out, '|');
        eg_gazetteer_label(fixture->gazetteer, hits[i].place, &out);
    }
    if (match_out) *match_out = n > 0 ? (int)hits[0].match : -1;
    snprintf(text, sizeof text, "%s", out.data ? out.data : "");
    eg_buffer_clear(&out);
    return text;
}

static const char *by(void **state, const char *text)
{
    return found(state, (struct eg_place_query){.text = eg_text_from(text)}, NULL);
}

static void a_name_is_found_in_any_letters_marks_and_punctuation(void **state)
{
    const char *const asked[] = {"King\xe2\x80\x99s Caf\xc3\xa9 Quarter", "kings cafe quarter",
                                 "  KING'S   CAFÉ-QUARTER ", "KINGS CAFE\xcc\x81 QUARTER"};
    for (size_t i = 0; i < EG_ARRAY_LEN(asked); i++) {
        int match = -1;
        const char *labels = found(state, (struct eg_place_query){.text = eg_text_from(asked[i])}, &match);
        assert_string_equal(labels, "King\xe2\x80\x99s Caf\xc3\xa9 Quarter");
        assert_int_equal(match, EG_MATCH_WHOLE);
    }
    assert_string_equal(by(state, "lodz"), "Łódź");
    assert_string_equal(by(state, "stoke on sea 001"), "Stoke-on-Sea 001");
}

static void the_beginning_of_any_word_finds_a_name_the_first_words_before_later_ones(void **state)
{
    int match = -1;
    assert_string_equal(by(state, "caf"), "King\xe2\x80\x99s Caf\xc3\xa9 Quarter");
    assert_string_equal(by(state, "pier"), "Newtown Pier|The Old Pier");
    (void)found(state, (struct eg_place_query){.text = EG_TEXT("sea")}, &match);
    assert_int_equal(match, EG_MATCH_LATER_WORDS);
    (void)found(state, (struct eg_place_query){.text = EG_TEXT("on s")}, &match);
    assert_int_equal(match, EG_MATCH_LATER_BEGUN);
    (void)found(state, (struct eg_place_query){.text = EG_TEXT("stoke on")}, &match);
    assert_int_equal(match, EG_MATCH_WORDS);
    (void)found(state, (struct eg_place_query){.text = EG_TEXT("sto")}, &match);
    assert_int_equal(match, EG_MATCH_BEGUN);
    assert_string_equal(by(state, "tok"), "");
}

static void codes_are_found_alone_in_any_letters_and_with_their_boundaries(void **state)
{
    assert_string_equal(by(state, "S04"), "Stoke-on-Sea 001");
    assert_string_equal(by(state, "s04"), "Stoke-on-Sea 001");
    assert_string_equal(by(state, "squares:S04"), "Stoke-on-Sea 001");
    assert_string_equal(by(state, "halves:S04"), "");
    assert_string_equal(by(state, "halves:E"), "Eastside, City of");
}

static void namesakes_are_told_apart_by_what_they_lie_in_and_found_by_it(void **state)
{
    /* Two squares, a town in one of them; the town table has fewer members than there are squares. */
    const char *labels = by(state, "newtown");
    char all[512];
    snprintf(all, sizeof all, "%s", labels);
    assert_non_null(strstr(all, "Newtown, Eastside, City of"));
    assert_non_null(strstr(all, "Newtown, Westside (S01)"));
    assert_non_null(strstr(all, "Newtown, Westside (Towns)"));
    for (struct eg_text rest = eg_text_from(all), label; rest.data;) {
        rest = eg_text_cut(rest, '|', &label);
        labels = found(state, (struct eg_place_query){.text = label}, NULL);
        if (!eg_text_equal(eg_text_from(labels), label))
            print_error("%.*s finds %s\n", EG_TEXT_ARG(label), labels);
        assert_true(eg_text_equal(eg_text_from(labels), label));
    }
    assert_string_equal(by(state, "newtown, eastside"), "Newtown, Eastside, City of");
    assert_string_equal(by(state, "newtown, east"), "Newtown, Eastside, City of");
    assert_string_equal(by(state, "newtown, nowhere"), "");
    assert_string_equal(by(state, "leeds, eastside city of"), "Leeds, Eastside, City of");
    assert_string_equal(by(state, "Eastside, City of"), "Eastside, City of");
}

static void two_vintages_of_a_set_are_told_apart_by_their_titles(void **state)
{
    (void)state;
    struct fixture vintages = {0}, *now = &vintages;
    void *as_state = now;
    eg_test_load_well("boundaries:\n"
                      "- {id: old, title: Squares (2010), source: @squares.geojson, key: code, name: name}\n"
                      "- {id: new, title: Squares of 2020, source: @squares.geojson, key: code, name: name}\n"
                      "tables: []\n",
                      &vintages.load);
    assert_int_equal(eg_gazetteer_new(vintages.load.generation, 1, &vintages.gazetteer, NULL), EG_OK);
    char all[512];
    snprintf(all, sizeof all, "%s", by(&as_state, "newtown"));
    assert_non_null(strstr(all, "Newtown (S01, old)"));
    assert_non_null(strstr(all, "Newtown (S03, Squares of 2020)"));
    for (struct eg_text rest = eg_text_from(all), label; rest.data;) {
        rest = eg_text_cut(rest, '|', &label);
        const char *labels = found(&as_state, (struct eg_place_query){.text = label}, NULL);
        if (!eg_text_equal(eg_text_from(labels), label))
            fail_msg("%.*s finds %s", EG_TEXT_ARG(label), labels);
    }
    eg_gazetteer_free(vintages.gazetteer);
    eg_test_load_clear(&vintages.load);
}

static void a_postcode_is_found_however_it_is_written(void **state)
{
    const char *const asked[] = {"LS1 1AA", "ls11aa", "LS1-1AA", " l s1 1 aa "};
    for (size_t i = 0; i < EG_ARRAY_LEN(asked); i++) assert_string_equal(by(state, asked[i]), "LS1 1AA");
    assert_string_equal(by(state, "02139"), "02139");
    assert_string_equal(by(state, "02141-1001"), "02141-1001");
    assert_string_equal(by(state, "021411001"), "02141-1001");
}

static void what_stands_before_the_gap_means_all_that_begin_so(void **state)
{
    const struct fixture *fixture = *state;
    struct eg_place_query query = {.text = EG_TEXT("ls1"), .limit = 10};
    struct eg_place_hit hits[EG_PLACES_FOUND_MAX];
    uint32_t n = 0;
    assert_int_equal(eg_gazetteer_find(fixture->gazetteer, &query, hits, &n, NULL), EG_OK);
    assert_int_equal(n, 3);
    assert_int_equal(hits[0].place.is, EG_PLACE_IS_POSTCODES);
    assert_int_equal(hits[0].match, EG_MATCH_WHOLE);
    assert_int_equal(eg_gazetteer_count(fixture->gazetteer, hits[0].place), 2);
    assert_float_equal(hits[0].lon_deg, (0.10 + 0.13) / 2, 1e-6); /* LS1 1AB stands twice: it counts as one */
    assert_float_equal(hits[0].lat_deg, (0.02 + 0.05) / 2, 1e-6);
    assert_string_equal(by(state, "ls1"), "LS1|LS10|LS19");
    assert_string_equal(by(state, "LS1 1"), "LS1 1AA|LS1 1AB");
    assert_string_equal(by(state, "ls11"), "LS1 1AA|LS1 1AB");
    assert_string_equal(by(state, "0214"), "02141|02140"); /* beginnings first */
}

static void an_unknown_postcode_falls_back_to_what_stands_before_its_gap(void **state)
{
    int match = -1;
    assert_string_equal(found(state, (struct eg_place_query){.text = EG_TEXT("LS1 9QQ")}, &match), "LS1");
    assert_int_equal(match, EG_MATCH_PART);
    assert_string_equal(by(state, "ls19qq"), "LS1"); /* not LS19, whose postcodes are longer */
    assert_string_equal(by(state, "LS19 1QQ"), "LS19");
    assert_string_equal(by(state, "02139-4307"), "02139");
    assert_string_equal(by(state, "021394307"), "02139");
    assert_string_equal(by(state, "XX1 1AA"), "");
}

static void kinds_and_boxes_leave_out_the_rest(void **state)
{
    struct eg_place_query query = {.text = EG_TEXT("newtown"), .kinds = 1U << EG_PLACE_TOWN};
    assert_string_equal(found(state, query, NULL), "Newtown, Westside (Towns)");
    query.kinds = 1U << EG_PLACE_KIND_AREA | 1U << EG_PLACE_LANDMARK;
    query.has_bbox = true;
    query.bbox_deg = (struct eg_bounds){0.21, 0.01, 0.22, 0.02};
    assert_string_equal(found(state, query, NULL), "Newtown, Eastside, City of");
    query.bbox_deg = (struct eg_bounds){179, -1, 0.01, 1}; /* across the antimeridian */
    assert_string_equal(found(state, query, NULL), "Newtown, Westside (S01)");
    query.bbox_deg = (struct eg_bounds){179, -90, -179, 90};
    assert_string_equal(found(state, query, NULL), "");
}

static void the_nearest_comes_first_when_distance_is_the_order(void **state)
{
    struct eg_place_query query = {.text = EG_TEXT("l"),
                                   .kinds = 1U << EG_PLACE_TOWN | 1U << EG_PLACE_POSTCODE,
                                   .has_near = true,
                                   .by_distance = true,
                                   .near_lon_deg = 0.4,
                                   .near_lat_deg = 0.05};
    assert_string_equal(found(state, query, NULL),
                        "Łódź|LS10|Leeds, Eastside, City of|Leeds, Westside|LS1|LS19");
    query.limit = 2;
    assert_string_equal(found(state, query, NULL), "Łódź|LS10");
}

static void places_lie_in_areas_of_every_set_the_smallest_first(void **state)
{
    const struct fixture *fixture = *state;
    struct eg_place_query query = {.text = EG_TEXT("the old pier"), .limit = 1};
    struct eg_place_parent parents[EG_PLACE_PARENTS_MAX];
    struct eg_place_hit hit;
    uint32_t n = 0;
    assert_int_equal(eg_gazetteer_find(fixture->gazetteer, &query, &hit, &n, NULL), EG_OK);
    assert_int_equal(n, 1);
    assert_int_equal(eg_gazetteer_parents(fixture->gazetteer, hit.place, parents), 2);
    assert_int_equal(parents[0].boundaries, 0);
    assert_int_equal(parents[0].area, 3);
    assert_int_equal(parents[1].boundaries, 1);
}

static void hostile_text_finds_nothing_and_breaks_nothing(void **state)
{
    const struct fixture *fixture = *state;
    const char *const asked[] = {"",
                                 " ",
                                 ",",
                                 "()",
                                 "(",
                                 ")",
                                 ",,,,",
                                 "a,",
                                 ",a",
                                 "(((((",
                                 "))))",
                                 ":",
                                 "squares:",
                                 "'",
                                 "''",
                                 "\xe2\x80\x99",
                                 "-",
                                 "- -",
                                 "%00",
                                 "../../etc/passwd",
                                 "*",
                                 "LS1*",
                                 "\xf0\x9f\x92\xa9",
                                 "\xcc\x81",
                                 "\xe2\x80\xae",
                                 "=cmd",
                                 "ZZZZZZZZZZZZZZZZZZZZ"};
    for (size_t i = 0; i < EG_ARRAY_LEN(asked); i++) (void)by(state, asked[i]);
    assert_string_equal(by(state, "=cmd()"), "=cmd()");
    char longest[EG_PLACE_TEXT_MAX + 1];
    memset(longest, 'a', sizeof longest);
    longest[EG_PLACE_TEXT_MAX] = '\0';
    struct eg_place_hit hit;
    struct eg_error err;
    uint32_t n = 7;
    struct eg_place_query query = {.text = eg_text_from(longest), .limit = 1};
    assert_int_equal(eg_gazetteer_find(fixture->gazetteer, &query, &hit, &n, &err), EG_INVALID);
    assert_string_equal(err.field, "q");
    assert_int_equal(n, 7);
    longest[EG_PLACE_TEXT_MAX - 1] = '\0';
    assert_string_equal(by(state, longest), "");
    query.text = EG_TEXT("\xff\xfe");
    assert_int_equal(eg_gazetteer_find(fixture->gazetteer, &query, &hit, &n, &err), EG_INVALID);
}

static void rows_that_cannot_be_read_are_counted_and_named(void **state)
{
    const struct fixture *fixture = *state;
    const struct eg_place_report *reports = fixture->load.generation->report->places;
    assert_int_equal(reports[0].n_rows, 9);
    assert_int_equal(reports[0].n_places, 4);
    assert_int_equal(reports[0].n_without_position, 1);
    assert_int_equal(reports[0].n_rejected, 4);
    assert_string_equal(reports[0].rejected[0].data, "row 6: it has no name");
    assert_string_equal(reports[0].rejected[1].data, "row 8: the longitude '200' is out of range");
    assert_string_equal(reports[0].rejected[2].data, "row 9: the longitude 'x' is not a number");
    assert_string_equal(reports[0].rejected[3].data, "row 10: 4 cells, the header has 3");
    assert_string_equal(reports[1].rejected[0].data, "row 4: the area 'S99' is not there");
    assert_int_equal(reports[2].n_repeated, 1);
    assert_string_equal(reports[2].rejected[0].data, "row 7: the text 'LS1*' is no postcode");
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    struct eg_report_subject subject = {fixture->load.generation, NULL};
    assert_false(eg_report_is_strict(subject, &text));
    assert_non_null(strstr(text.data, "towns: 4 rows were rejected: row 6: it has no name; row 8"));
    text.len = 0;
    assert_int_equal(eg_report_text(subject, &text, NULL), EG_OK);
    assert_non_null(strstr(text.data, "post  Postcodes: 4 places of 6 rows"));
    eg_buffer_clear(&text);
}

static void postcodes_sort_by_what_stands_before_the_gap(void **state)
{
    (void)state;
    const char *const sorted[] = {"LS1 1AA", "LS1 9ZZ", "LS10 1AA", "LS1A", "LS2 1AA", "M1 1AA"};
    uint64_t before = 0;
    for (size_t i = 0; i < EG_ARRAY_LEN(sorted); i++) {
        struct eg_postcode postcode;
        char text[EG_POSTCODE_BYTES];
        assert_true(eg_postcode_read(eg_text_from(sorted[i]), &postcode));
        uint64_t key = eg_postcode_key(&postcode, postcode.n, postcode.gap);
        assert_true(key > before);
        assert_int_equal(eg_postcode_write(key, ' ', text), strlen(sorted[i]));
        assert_string_equal(text, sorted[i]);
        before = key;
    }
    struct eg_postcode none;
    assert_false(eg_postcode_read(EG_TEXT(""), &none));
    assert_false(eg_postcode_read(EG_TEXT("-"), &none));
    assert_false(eg_postcode_read(EG_TEXT("123456789012"), &none));
    assert_false(eg_postcode_read(EG_TEXT("LS1_1AA"), &none));
    assert_true(eg_postcode_read(EG_TEXT("12345678901"), &none));
    assert_int_equal(eg_postcode_usual_gap(EG_TEXT("GB"), 6), 3);
    assert_int_equal(eg_postcode_usual_gap(EG_TEXT("US"), 5), 0);
}

static void a_refused_allocation_is_an_error(void **state)
{
    const struct fixture *fixture = *state;
    struct eg_gazetteer *gazetteer = NULL;
    for (long n = 1;; n++) {
        eg_failing_malloc_after(n);
        enum eg_status status = eg_gazetteer_new(fixture->load.generation, 1, &gazetteer, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        if (!failed) {
            assert_int_equal(status, EG_OK);
            break;
        }
        assert_int_equal(status, EG_NO_MEMORY);
    }
    eg_gazetteer_free(gazetteer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_found_in_any_letters_marks_and_punctuation),
        cmocka_unit_test(the_beginning_of_any_word_finds_a_name_the_first_words_before_later_ones),
        cmocka_unit_test(codes_are_found_alone_in_any_letters_and_with_their_boundaries),
        cmocka_unit_test(namesakes_are_told_apart_by_what_they_lie_in_and_found_by_it),
        cmocka_unit_test(two_vintages_of_a_set_are_told_apart_by_their_titles),
        cmocka_unit_test(a_postcode_is_found_however_it_is_written),
        cmocka_unit_test(what_stands_before_the_gap_means_all_that_begin_so),
        cmocka_unit_test(an_unknown_postcode_falls_back_to_what_stands_before_its_gap),
        cmocka_unit_test(kinds_and_boxes_leave_out_the_rest),
        cmocka_unit_test(the_nearest_comes_first_when_distance_is_the_order),
        cmocka_unit_test(places_lie_in_areas_of_every_set_the_smallest_first),
        cmocka_unit_test(hostile_text_finds_nothing_and_breaks_nothing),
        cmocka_unit_test(rows_that_cannot_be_read_are_counted_and_named),
        cmocka_unit_test(postcodes_sort_by_what_stands_before_the_gap),
        cmocka_unit_test(a_refused_allocation_is_an_error),
    };
    return cmocka_run_group_tests_name("gazetteer", tests, set_up, tear_down);
}
