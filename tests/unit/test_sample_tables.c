/* The fictional county's numbers agree with one another, and its directory could be nobody's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "base/log.h"
#include "base/text.h"
#include "data/entries.h"
#include "support/test_county.h"

/* --- the numbers -------------------------------------------------------------------------------------------------------- */

/* Splits the next line at commas (no cell of these files holds one) and returns the rest. */
static struct eg_text next_row(struct eg_text rest, struct eg_text *cells, size_t n_cells)
{
    struct eg_text line;
    rest = eg_text_cut(rest, '\n', &line);
    for (size_t i = 0; i < n_cells; i++) {
        assert_non_null(line.data);
        line = eg_text_cut(line, ',', &cells[i]);
    }
    assert_null(line.data);
    return rest;
}

static double number_of(struct eg_text cell)
{
    double number = NAN;
    if (!eg_text_to_double(cell, &number)) fail_msg("'%.*s' is no number", EG_TEXT_ARG(cell));
    return number;
}

enum {
    SCORE_CODE,
    SCORE_POPULATION,
    SCORE_TYPE,
    SCORE_2019,
    RANK_2019,
    TENTH_2019,
    SCORE_2024,
    RANK_2024,
    TENTH_2024,
    N_SCORE_CELLS
};

static void assert_ranks_fit(double (*rows)[N_SCORE_CELLS], uint32_t n, int score)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t n_higher = 0;
        for (uint32_t j = 0; j < n; j++)
            if (rows[j][score] > rows[i][score]) n_higher++;
        assert_int_equal(rows[i][score + 1], n_higher + 1);
        assert_int_equal(rows[i][score + 2], (10 * (n_higher + 1) + n - 1) / n);
    }
}

static void ranks_and_tenths_follow_from_the_scores(void **state)
{
    (void)state;
    static double rows[400][N_SCORE_CELLS];
    size_t len;
    char *bytes = eg_test_county_read("county", "data/deprivation.csv", &len);
    struct eg_text cells[N_SCORE_CELLS], rest = next_row((struct eg_text){bytes, len}, cells, N_SCORE_CELLS);
    for (uint32_t i = 0; i < 400; i++) {
        rest = next_row(rest, cells, N_SCORE_CELLS);
        for (int c = SCORE_2019; c < N_SCORE_CELLS; c++) rows[i][c] = number_of(cells[c]);
        assert_true(rows[i][SCORE_2019] > 0 && rows[i][SCORE_2024] <= 88);
        assert_in_range((uint32_t)number_of(cells[SCORE_POPULATION]), 90, 2600);
    }
    assert_int_equal(rest.len, 0);
    assert_ranks_fit(rows, 400, SCORE_2019);
    assert_ranks_fit(rows, 400, SCORE_2024);
    free(bytes);
}

enum {
    OUT_CODE,
    OUT_INDICATOR,
    OUT_YEAR,
    OUT_VALUE,
    OUT_NUMERATOR,
    OUT_DENOMINATOR,
    OUT_LOWER,
    OUT_UPPER,
    OUT_FLAG,
    N_OUT_CELLS
};

/* Wilson's score interval, for a count of n, with z = 1.96 to more places. */
static void wilson(double count, double n, double *lower, double *upper)
{
    double z = 1.959963984540054, p = count / n, middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    *lower = middle - half;
    *upper = middle + half;
}

static void assert_value_fits(const struct eg_text *cells)
{
    double value = number_of(cells[OUT_VALUE]), lower, upper;
    assert_true(number_of(cells[OUT_LOWER]) <= value && value <= number_of(cells[OUT_UPPER]));
    if (eg_text_equal(cells[OUT_INDICATOR], EG_TEXT("life_expectancy"))) {
        assert_true(value > 60 && value < 100);
        return;
    }
    double count = number_of(cells[OUT_NUMERATOR]), base = number_of(cells[OUT_DENOMINATOR]);
    double scale = eg_text_equal(cells[OUT_INDICATOR], EG_TEXT("early_deaths")) ? 100000 : 100;
    bool smoking = eg_text_equal(cells[OUT_INDICATOR], EG_TEXT("smoking"));
    wilson(count, base, &lower, &upper);
    assert_true(count >= 0 && count <= base);
    assert_true(smoking || count == 0 || count >= 5);
    assert_true(fabs(value - scale * count / base) < 0.00501);
    assert_true(fabs(number_of(cells[OUT_LOWER]) - scale * lower) < 0.00501);
    assert_true(fabs(number_of(cells[OUT_UPPER]) - scale * upper) < 0.00501);
    assert_true(eg_text_equal(cells[OUT_FLAG], EG_TEXT("u")) == (smoking && base < 50));
}

static void limits_follow_from_counts_and_what_is_withheld_has_no_companions(void **state)
{
    (void)state;
    size_t len, n_rows = 0;
    char *bytes = eg_test_county_read("county", "data/outcomes.csv", &len);
    struct eg_text cells[N_OUT_CELLS], rest = next_row((struct eg_text){bytes, len}, cells, N_OUT_CELLS);
    for (; rest.len > 0; n_rows++) {
        rest = next_row(rest, cells, N_OUT_CELLS);
        bool withheld =
            eg_text_equal(cells[OUT_VALUE], EG_TEXT("*")) || eg_text_equal(cells[OUT_VALUE], EG_TEXT(":"));
        for (int c = OUT_NUMERATOR; withheld && c < N_OUT_CELLS; c++) assert_int_equal(cells[c].len, 0);
        if (!withheld) assert_value_fits(cells);
    }
    assert_int_equal(n_rows, 400 * 5 * 4);
    free(bytes);
}

static void a_county_of_the_default_size_shows_every_state(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        uint32_t n_suppressed = 0, n_missing = 0, n_unreliable = 0;
        size_t len;
        eg_test_county_write("states", 400, seed);
        char *bytes = eg_test_county_read("states", "data/outcomes.csv", &len);
        struct eg_text cells[N_OUT_CELLS], rest = {bytes, len};
        while (rest.len > 0) {
            rest = next_row(rest, cells, N_OUT_CELLS);
            n_suppressed += eg_text_equal(cells[OUT_VALUE], EG_TEXT("*"));
            n_missing += eg_text_equal(cells[OUT_VALUE], EG_TEXT(":"));
            n_unreliable += eg_text_equal(cells[OUT_FLAG], EG_TEXT("u"));
        }
        assert_in_range(n_suppressed, 10, 200);
        assert_in_range(n_missing, 50, 400);
        assert_in_range(n_unreliable, 30, 300);
        free(bytes);
    }
    eg_test_county_remove("states");
}

static const struct eg_series *find_series(const struct eg_generation *generation, const char *indicator,
                                           uint32_t boundaries)
{
    for (uint32_t i = 0; i < generation->n_series; i++) {
        const struct eg_series *series = &generation->series[i];
        struct eg_text id = generation->atlas->indicators[series->indicator].id;
        if (series->boundaries == boundaries && eg_text_equal(id, eg_text_from(indicator))) return series;
    }
    fail_msg("no series of %s", indicator);
    return NULL;
}

/* One neighbourhood spoils its district, so those that may do so lie together. */
static void assert_most_districts_are_plain(const struct eg_series *series, uint32_t n_districts,
                                            struct eg_text indicator)
{
    uint32_t n_of_state[EG_N_STATES] = {0};
    for (uint32_t d = 0; d < n_districts; d++) n_of_state[series->state[d]]++;
    assert_true(n_of_state[EG_VALID] >= n_districts - 2);
    bool deaths = eg_text_equal(indicator, EG_TEXT("early_deaths"));
    bool obesity = eg_text_equal(indicator, EG_TEXT("childhood_obesity"));
    bool smoking = eg_text_equal(indicator, EG_TEXT("smoking"));
    if (smoking || deaths || obesity) assert_int_equal(n_of_state[EG_UNRELIABLE], 1);
    if (smoking) assert_int_equal(n_of_state[EG_MISSING], 1);
    if (deaths || obesity) assert_int_equal(n_of_state[EG_SUPPRESSED], 1);
}

static void most_districts_are_plain_and_each_state_has_one_in_every_year(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        eg_test_county_write("plain", 400, seed);
        struct eg_test_county county = eg_test_county_load("plain");
        for (uint32_t i = 0; i < county.generation->n_series; i++) {
            const struct eg_series *series = &county.generation->series[i];
            if (series->boundaries != 1) continue;
            assert_most_districts_are_plain(series, county.generation->area_sets[1].n_areas,
                                            county.atlas->indicators[series->indicator].id);
        }
        eg_test_county_unload(&county);
    }
    eg_test_county_remove("plain");
}

/* Deprivation clusters: neighbours are more alike than any two. Outcomes follow it. */
static void deprivation_clusters_and_smoking_follows_it(void **state)
{
    const struct eg_test_county *county = *state;
    const struct eg_series *need = find_series(county->generation, "deprivation", 0);
    const struct eg_series *smoking = find_series(county->generation, "smoking", 0);
    const struct eg_plane *plane = county->areas->plane;
    double sum = 0, squares = 0, neighbours = 0, n = county->areas->n_areas, n_pairs = 0;
    for (uint32_t a = 0; a < county->areas->n_areas; a++) sum += need->value[a];
    for (uint32_t a = 0; a < county->areas->n_areas; a++)
        squares += (need->value[a] - sum / n) * (need->value[a] - sum / n);
    for (uint32_t i = 0; i < plane->n_arcs; i++) {
        if (plane->left[i] == EG_NO_AREA || plane->right[i] == EG_NO_AREA) continue;
        neighbours += (need->value[plane->left[i]] - sum / n) * (need->value[plane->right[i]] - sum / n);
        n_pairs++;
    }
    assert_true(neighbours / n_pairs > 0.3 * squares / n); /* Moran's I */
    double high = 0, low = 0, n_high = 0, n_low = 0;
    for (uint32_t a = 0; a < county->areas->n_areas; a++) {
        if (smoking->state[a] != EG_VALID) continue;
        *(need->value[a] > sum / n ? &high : &low) += smoking->value[a];
        *(need->value[a] > sum / n ? &n_high : &n_low) += 1;
    }
    assert_true(high / n_high > 1.2 * low / n_low);
}

/* --- the directory ------------------------------------------------------------------------------------------------------ */

static bool is_drama_number(struct eg_text phone)
{
    uint32_t number = 0;
    struct eg_text last = {phone.data + 6, phone.len > 6 ? phone.len - 6 : 0};
    return eg_text_starts_with(phone, EG_TEXT("01632 ")) && last.len == 6 && eg_text_to_u32(last, &number) &&
           number >= 960000 && number <= 960999;
}

static void assert_entry_is_fictional(const struct eg_entry *entry)
{
    struct eg_text url = entry->field[EG_ENTRY_URL], email = entry->field[EG_ENTRY_EMAIL];
    assert_true(is_drama_number(entry->field[EG_ENTRY_PHONE]));
    assert_true(url.len == 0 || eg_text_starts_with(url, EG_TEXT("https://www.example.org/")));
    assert_true(email.len == 0 || eg_text_ends_with(email, EG_TEXT("@example.org")));
    assert_true(entry->field[EG_ENTRY_NAME].len > 0);
    assert_true(entry->n_topics > 0);
}

static void sixty_entries_have_reserved_numbers_and_addresses(void **state)
{
    const struct eg_test_county *county = *state;
    struct eg_entries *entries = NULL;
    struct eg_error err = {0};
    uint32_t n_of_kind[EG_N_KINDS] = {0};
    assert_int_equal(eg_entries_load_seeds(county->atlas, &entries, &err), EG_OK);
    assert_int_equal(entries->n, 60);
    for (uint32_t i = 0; i < county->atlas->n_directories; i++)
        assert_int_equal(entries->reports[i].n_rejected, 0);
    for (uint32_t i = 0; i < entries->n; i++) {
        assert_entry_is_fictional(entries->items[i]);
        n_of_kind[entries->items[i]->kind]++;
        for (uint32_t j = 0; j < i && entries->items[i]->kind != EG_KIND_OFFICER_BASE; j++)
            assert_false(eg_text_equal(entries->items[i]->field[EG_ENTRY_NAME],
                                       entries->items[j]->field[EG_ENTRY_NAME]));
    }
    for (int kind = 0; kind < EG_N_KINDS; kind++) assert_true(n_of_kind[kind] > 0);
    eg_entries_free(entries);
}

static void entries_lie_in_the_county_and_serve_areas_that_exist(void **state)
{
    const struct eg_test_county *county = *state;
    struct eg_entries *entries = NULL;
    assert_int_equal(eg_entries_load(county->atlas, &entries, NULL), EG_OK);
    for (uint32_t i = 0; i < entries->n; i++) {
        const struct eg_entry *entry = entries->items[i];
        uint32_t set = county->atlas->directories[entry->directory].serves_boundaries;
        uint32_t home = eg_generation_locate(county->generation, 0, entry->lon_deg, entry->lat_deg);
        assert_true(entry->has_position);
        assert_true(home != EG_NO_AREA || entry->kind == EG_KIND_OFFICER_BASE);
        assert_true(entry->n_serves > 0 || entry->n_area_rings > 0);
        for (uint32_t s = 0; s < entry->n_serves; s++)
            assert_true(eg_textmap_get(county->generation->area_sets[set].by_code, entry->serves[s]) !=
                        EG_TEXTMAP_NONE);
    }
    eg_entries_free(entries);
}

static int set_up(void **state)
{
    static struct eg_test_county county;
    eg_log_set_level(EG_LOG_ERROR);
    eg_test_county_write("county", 400, 1);
    county = eg_test_county_load("county");
    *state = &county;
    return 0;
}

static int tear_down(void **state)
{
    eg_test_county_unload(*state);
    eg_test_county_remove("county");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_and_tenths_follow_from_the_scores),
        cmocka_unit_test(limits_follow_from_counts_and_what_is_withheld_has_no_companions),
        cmocka_unit_test(a_county_of_the_default_size_shows_every_state),
        cmocka_unit_test(most_districts_are_plain_and_each_state_has_one_in_every_year),
        cmocka_unit_test(deprivation_clusters_and_smoking_follows_it),
        cmocka_unit_test(sixty_entries_have_reserved_numbers_and_addresses),
        cmocka_unit_test(entries_lie_in_the_county_and_serve_areas_that_exist),
    };
    return cmocka_run_group_tests_name("sample tables", tests, set_up, tear_down);
}
