/* The gazetteer against a walk through all names: the same places in the same order, for names that are much alike; and postcodes against
 * a walk through all of them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "engine/gazetteer.h"
#include "geo/crs.h"
#include "support/temp_file.h"
#include "support/test_generation.h"
#include "support/test_random.h"

enum { TOWNS = 300, SIGHTS = 200, NAMES = TOWNS + SIGHTS, CODES = 400, QUESTIONS = 3000 };

struct named {
    char name[24];
    double lon_deg, lat_deg;
};

static struct {
    struct named names[NAMES]; /* towns, then sights */
    char codes[CODES][12];
    struct eg_test_load load;
    struct eg_gazetteer *gazetteer;
    struct eg_test_random random;
} all;

/* "ab c": words of few letters. */
static void make_name(char *out, uint32_t most_words)
{
    size_t len = 0;
    uint32_t n_words = 1 + eg_test_random_below(&all.random, most_words);
    for (uint32_t w = 0; w < n_words; w++) {
        uint32_t letters = 1 + eg_test_random_below(&all.random, 3);
        if (w > 0) out[len++] = ' ';
        for (uint32_t i = 0; i < letters; i++)
            out[len++] = (char)('w' + eg_test_random_below(&all.random, 3));
    }
    out[len] = '\0';
}

static void write_names(const char *file, uint32_t first, uint32_t n)
{
    struct eg_buffer csv;
    eg_buffer_init(&csv, 0);
    eg_buffer_literal(&csv, "n,x,y\n");
    for (uint32_t i = first; i < first + n; i++) {
        struct named *it = &all.names[i];
        make_name(it->name, 4);
        it->lon_deg = 1 + 0.001 * eg_test_random_below(&all.random, 4000);
        it->lat_deg = 50 + 0.001 * eg_test_random_below(&all.random, 4000);
        eg_buffer_printf(&csv, "%s,%.3f,%.3f\n", it->name, it->lon_deg, it->lat_deg);
    }
    (void)eg_test_temp_file(file, csv.data);
    eg_buffer_clear(&csv);
}

static void write_codes(void)
{
    struct eg_buffer csv;
    eg_buffer_init(&csv, 0);
    eg_buffer_literal(&csv, "p,x,y\n");
    for (uint32_t i = 0; i < CODES; i++) {
        snprintf(all.codes[i], sizeof all.codes[i], "A%u %u%c%c", 1 + eg_test_random_below(&all.random, 30),
                 eg_test_random_below(&all.random, 4), 'A' + (int)eg_test_random_below(&all.random, 2),
                 'A' + (int)eg_test_random_below(&all.random, 2));
        eg_buffer_printf(&csv, "%s,%.3f,50\n", all.codes[i], 1 + 0.001 * i);
    }
    (void)eg_test_temp_file("codes.csv", csv.data);
    eg_buffer_clear(&csv);
}

static int set_up(void **state)
{
    (void)state;
    all.random = eg_test_random_new();
    (void)eg_test_squares("squares.geojson", 1, 1);
    write_names("towns.csv", 0, TOWNS);
    write_names("sights.csv", TOWNS, SIGHTS);
    write_codes();
    eg_test_load_well(
        "boundaries:\n- {id: squares, title: S, source: @squares.geojson, key: code, name: name}\ntables: "
        "[]\nplaces:\n"
        "- {id: t, title: T, kind: town, source: @towns.csv, columns: {name: n, longitude: x, latitude: y}}\n"
        "- {id: s, title: S, kind: landmark, source: @sights.csv, columns: {name: n, longitude: x, latitude: "
        "y}}\n"
        "- {id: c, title: C, kind: postcode, source: @codes.csv, columns: {postcode: p, longitude: x, "
        "latitude: y}}\n",
        &all.load);
    return eg_gazetteer_new(all.load.generation, 1, &all.gazetteer, NULL) == EG_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    eg_gazetteer_free(all.gazetteer);
    eg_test_load_clear(&all.load);
    return 0;
}

/* --- names ----------------------------------------------------------------------------------------------------------- */

/* -1: none. */
static int match_by_walk(const char *name, const char *asked)
{
    int best = -1;
    size_t len = strlen(asked);
    for (const char *at = name; *at; at++) {
        if ((at > name && at[-1] != ' ') || strncmp(at, asked, len) != 0) continue;
        bool is_words = at[len] == '\0' || at[len] == ' ';
        int match = is_words ? EG_MATCH_LATER_WORDS : EG_MATCH_LATER_BEGUN;
        if (at == name) match = at[len] == '\0' ? EG_MATCH_WHOLE : is_words ? EG_MATCH_WORDS : EG_MATCH_BEGUN;
        if (match > best) best = match;
    }
    return best;
}

/* All that fit, the best first, towns before sights, each in their order. */
static uint32_t walk(const char *asked, uint32_t *numbers, int *matches)
{
    uint32_t n = 0;
    for (int match = EG_MATCH_WHOLE; match >= 0; match--)
        for (uint32_t i = 0; i < NAMES; i++) {
            if (match_by_walk(all.names[i].name, asked) != match) continue;
            matches[n] = match;
            numbers[n++] = i;
        }
    return n;
}

static uint32_t number_of(struct eg_found_place place)
{
    assert_int_equal(place.is, EG_PLACE_IS_ROW);
    return place.source == 0 ? place.item : TOWNS + place.item;
}

static uint32_t ask(struct eg_place_query query, struct eg_place_hit *hits)
{
    uint32_t n = 0;
    query.kinds = 1U << EG_PLACE_TOWN | 1U << EG_PLACE_LANDMARK;
    assert_int_equal(eg_gazetteer_find(all.gazetteer, &query, hits, &n, NULL), EG_OK);
    return n;
}

static void the_best_places_are_those_of_a_walk_through_all_names(void **state)
{
    (void)state;
    for (uint32_t q = 0; q < QUESTIONS; q++) {
        char asked[24];
        uint32_t numbers[NAMES], limit = 1 + eg_test_random_below(&all.random, EG_PLACES_FOUND_MAX);
        int matches[NAMES];
        struct eg_place_hit hits[EG_PLACES_FOUND_MAX];
        make_name(asked, 2);
        uint32_t n_all = walk(asked, numbers, matches);
        uint32_t n = ask((struct eg_place_query){.text = eg_text_from(asked), .limit = limit}, hits);
        assert_int_equal(n, n_all < limit ? n_all : limit);
        for (uint32_t i = 0; i < n; i++) {
            if (number_of(hits[i].place) != numbers[i])
                print_error("'%s' %u: '%s', not '%s'\n", asked, i, all.names[number_of(hits[i].place)].name,
                            all.names[numbers[i]].name);
            assert_int_equal(number_of(hits[i].place), numbers[i]);
            assert_int_equal(hits[i].match, matches[i]);
        }
    }
}

static int compare_doubles(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static void the_nearest_places_are_those_of_a_walk_through_all_names(void **state)
{
    (void)state;
    for (uint32_t q = 0; q < QUESTIONS / 10; q++) {
        char asked[24];
        uint32_t numbers[NAMES];
        int matches[NAMES];
        double distance[NAMES];
        struct eg_place_hit hits[EG_PLACES_FOUND_MAX];
        make_name(asked, 1);
        struct eg_place_query query = {
            .text = eg_text_from(asked), .limit = 5, .has_near = true, .by_distance = true};
        query.near_lon_deg = 1 + 4 * eg_test_random_unit(&all.random);
        query.near_lat_deg = 50 + 4 * eg_test_random_unit(&all.random);
        uint32_t n_all = walk(asked, numbers, matches), n = ask(query, hits);
        for (uint32_t i = 0; i < n_all; i++)
            distance[i] =
                eg_geodesic_distance_m(query.near_lon_deg, query.near_lat_deg, all.names[numbers[i]].lon_deg,
                                       all.names[numbers[i]].lat_deg);
        qsort(distance, n_all, sizeof *distance, compare_doubles);
        assert_int_equal(n, n_all < 5 ? n_all : 5);
        for (uint32_t i = 0; i < n; i++) assert_true(fabs(hits[i].distance_m - distance[i]) < 0.1);
    }
}

/* --- postcodes ------------------------------------------------------------------------------------------------------- */

static void a_postcode_and_what_stands_before_its_gap_are_those_of_a_walk(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < CODES; i++) {
        struct eg_text inward, outward;
        struct eg_place_hit hit;
        struct eg_buffer name;
        char solid[12];
        uint32_t n = 0, n_outward = 0;
        inward = eg_text_cut(eg_text_from(all.codes[i]), ' ', &outward);
        snprintf(solid, sizeof solid, "%.*s%.*s", EG_TEXT_ARG(outward), EG_TEXT_ARG(inward));
        struct eg_place_query query = {.text = eg_text_from(solid), .limit = 1};
        assert_int_equal(eg_gazetteer_find(all.gazetteer, &query, &hit, &n, NULL), EG_OK);
        assert_int_equal(n, 1);
        eg_buffer_init(&name, 0);
        eg_gazetteer_name(all.gazetteer, hit.place, &name);
        assert_string_equal(name.data, all.codes[i]);
        eg_buffer_clear(&name);
        for (uint32_t k = 0; k < CODES; k++) {
            bool came_before = false;
            for (uint32_t b = 0; b < k; b++) came_before |= strcmp(all.codes[b], all.codes[k]) == 0;
            n_outward += !came_before && all.codes[k][outward.len] == ' ' &&
                         memcmp(all.codes[k], outward.data, outward.len) == 0;
        }
        query.text = outward;
        assert_int_equal(eg_gazetteer_find(all.gazetteer, &query, &hit, &n, NULL), EG_OK);
        assert_int_equal(hit.place.is, EG_PLACE_IS_POSTCODES);
        assert_int_equal(eg_gazetteer_count(all.gazetteer, hit.place), n_outward);
    }
}

/* --- whatever somebody sends ----------------------------------------------------------------------------------------- */

static void any_text_has_an_answer_and_every_label_finds_its_place(void **state)
{
    (void)state;
    static const char *const parts[] = {"a",
                                        "w",
                                        "wx",
                                        " ",
                                        ",",
                                        "(",
                                        ")",
                                        "-",
                                        "A1",
                                        "1AA",
                                        ":",
                                        "squares",
                                        "'",
                                        "\xe2\x80\x99",
                                        "\xc3\xa9",
                                        "\xcc\x81",
                                        "\xf0\x9f\x92\xa9",
                                        "T",
                                        "S",
                                        "%",
                                        "x y"};
    for (uint32_t q = 0; q < QUESTIONS; q++) {
        struct eg_buffer text;
        struct eg_place_hit hits[EG_PLACES_FOUND_MAX];
        uint32_t n = 0;
        eg_buffer_init(&text, 0);
        for (uint32_t i = eg_test_random_below(&all.random, 12); i > 0; i--)
            eg_buffer_literal(&text, parts[eg_test_random_below(&all.random, EG_ARRAY_LEN(parts))]);
        struct eg_place_query query = {.text = {text.data, text.len}, .limit = 3};
        assert_int_equal(eg_gazetteer_find(all.gazetteer, &query, hits, &n, NULL), EG_OK);
        assert_true(n <= 3);
        for (uint32_t i = 0; i < n; i++) {
            struct eg_place_hit again[EG_PLACES_FOUND_MAX];
            uint32_t n_again = 0, at = 0;
            text.len = 0;
            eg_gazetteer_label(all.gazetteer, hits[i].place, &text);
            query = (struct eg_place_query){.text = {text.data, text.len}, .limit = EG_PLACES_FOUND_MAX};
            assert_int_equal(eg_gazetteer_find(all.gazetteer, &query, again, &n_again, NULL), EG_OK);
            while (at < n_again && memcmp(&again[at].place, &hits[i].place, sizeof hits[i].place) != 0) at++;
            if (at == n_again) print_error("'%s' does not find its place\n", text.data);
            assert_true(at < n_again);
        }
        eg_buffer_clear(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_places_are_those_of_a_walk_through_all_names),
        cmocka_unit_test(the_nearest_places_are_those_of_a_walk_through_all_names),
        cmocka_unit_test(a_postcode_and_what_stands_before_its_gap_are_those_of_a_walk),
        cmocka_unit_test(any_text_has_an_answer_and_every_label_finds_its_place),
    };
    return cmocka_run_group_tests_name("gazetteer", tests, set_up, tear_down);
}
