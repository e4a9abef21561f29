#include "stats/rank.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"
#include "support/test_data.h"
#include "support/test_table.h"

static const bool all[] = {true, true, true, true, true, true};

static void rank_one_is_the_highest_and_equal_values_share_the_smallest_rank(void **state)
{
    (void)state;
    const double values[] = {10, 30, 20, 20, -5, 20};
    uint32_t ranks[6];
    assert_int_equal(eg_rank(values, all, 6, false, ranks, NULL), EG_OK);
    assert_memory_equal(ranks, ((const uint32_t[]){5, 1, 2, 2, 6, 2}), sizeof ranks);
    assert_int_equal(eg_rank(values, all, 6, true, ranks, NULL), EG_OK);
    assert_memory_equal(ranks, ((const uint32_t[]){2, 6, 3, 3, 1, 3}), sizeof ranks);
}

static void values_that_are_not_present_are_not_ranked(void **state)
{
    (void)state;
    const double values[] = {NAN, 1, 1e300, 3};
    const bool present[] = {false, true, false, true};
    uint32_t ranks[4];
    assert_int_equal(eg_rank(values, present, 4, false, ranks, NULL), EG_OK);
    assert_memory_equal(ranks, ((const uint32_t[]){0, 2, 0, 1}), sizeof ranks);
    assert_int_equal(eg_rank(values, present, 0, false, ranks, NULL), EG_OK);
}

static void the_two_zeros_tie(void **state)
{
    (void)state;
    const double values[] = {0.0, -0.0, -1e-300};
    uint32_t ranks[3];
    assert_int_equal(eg_rank(values, all, 3, false, ranks, NULL), EG_OK);
    assert_memory_equal(ranks, ((const uint32_t[]){1, 1, 3}), sizeof ranks);
}

static void a_refused_allocation_is_reported_and_leaves_the_ranks(void **state)
{
    (void)state;
    const double value = 1;
    uint32_t rank = 77;
    eg_failing_malloc_after(1);
    assert_int_equal(eg_rank(&value, all, 1, false, &rank, NULL), EG_NO_MEMORY);
    eg_failing_malloc_after(0);
    assert_int_equal(rank, 77);
}

static void tenths_are_cut_at_each_tenth_of_the_count(void **state)
{
    (void)state;
    for (uint32_t rank = 1; rank <= 20; rank++) assert_int_equal(eg_rank_decile(rank, 20), (rank + 1) / 2);
    assert_int_equal(eg_rank_decile(1, 1), 10);
    assert_int_equal(eg_rank_decile(1, 3), 4);
    assert_int_equal(eg_rank_decile(0, 3), 0);
    assert_int_equal(eg_rank_decile(UINT32_MAX, UINT32_MAX), 10);
    assert_int_equal(eg_rank_decile(3284, 32844), 1);
    assert_int_equal(eg_rank_decile(3285, 32844), 2);
}

static void tenths_of_the_english_indices_are_those_published(void **state)
{
    (void)state;
    char path[1024];
    (void)eg_test_data_or_skip("imd2019_lsoa11.csv.gz", path, sizeof path);
    size_t n;
    double *ranks = eg_test_column(path, "imd_rank", &n);
    double *deciles = eg_test_column(path, "imd_decile", &n);
    assert_int_equal(n, 32844);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(eg_rank_decile((uint32_t)ranks[i], n), (uint32_t)deciles[i]);
    free(ranks);
    free(deciles);
}

/* Scores are published with three decimals, ranks were made from more: ranks from the scores tie where theirs do not, and
 * must agree otherwise. */
static void ranks_of_the_published_scores_are_those_published_where_scores_do_not_tie(void **state)
{
    (void)state;
    char path[1024];
    (void)eg_test_data_or_skip("imd2019_lsoa11.csv.gz", path, sizeof path);
    size_t n;
    double *scores = eg_test_column(path, "imd_score", &n);
    double *published = eg_test_column(path, "imd_rank", &n);
    bool *present = malloc(n * sizeof *present);
    uint32_t *ranks = malloc(n * sizeof *ranks);
    uint32_t *tied = calloc(n + 2, sizeof *tied);
    assert_true(present && ranks && tied);
    memset(present, 1, n * sizeof *present);
    assert_int_equal(eg_rank(scores, present, n, false, ranks, NULL), EG_OK);
    for (size_t i = 0; i < n; i++) tied[ranks[i]]++;
    for (size_t i = 0; i < n; i++) {
        assert_true(published[i] >= ranks[i]);
        assert_true(published[i] < ranks[i] + tied[ranks[i]]);
    }
    free(scores);
    free(published);
    free(present);
    free(ranks);
    free(tied);
}

/* The examples of Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3. */
static void wilson_limits_are_those_of_the_literature(void **state)
{
    (void)state;
    const double examples[][4] = {
        {81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}};
    for (size_t i = 0; i < EG_ARRAY_LEN(examples); i++) {
        double lower;
        double upper;
        assert_true(eg_wilson_95(examples[i][0], examples[i][1], &lower, &upper));
        assert_true(fabs(lower - examples[i][2]) <= 5e-5);
        assert_true(fabs(upper - examples[i][3]) <= 5e-5);
    }
}

static void wilson_limits_reach_the_ends_exactly(void **state)
{
    (void)state;
    for (double n = 1; n < 1e18; n *= 7) {
        double lower = -1;
        double upper = -1;
        assert_true(eg_wilson_95(0, n, &lower, &upper));
        assert_true(lower == 0 && upper > 0 && upper < 1);
        assert_true(eg_wilson_95(n, n, &lower, &upper));
        assert_true(lower > 0 && lower <= 1 && upper == 1);
    }
}

static void no_wilson_limits_for_what_is_no_proportion(void **state)
{
    (void)state;
    const double wrong[][2] = {{1, 0}, {0, 0}, {2, 1}, {-1, 5}, {NAN, 5}, {1, NAN}, {1, INFINITY}, {1, -1}};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        double lower = 77;
        double upper = 77;
        assert_false(eg_wilson_95(wrong[i][0], wrong[i][1], &lower, &upper));
        assert_true(lower == 77 && upper == 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rank_one_is_the_highest_and_equal_values_share_the_smallest_rank),
        cmocka_unit_test(values_that_are_not_present_are_not_ranked),
        cmocka_unit_test(the_two_zeros_tie),
        cmocka_unit_test(a_refused_allocation_is_reported_and_leaves_the_ranks),
        cmocka_unit_test(tenths_are_cut_at_each_tenth_of_the_count),
        cmocka_unit_test(tenths_of_the_english_indices_are_those_published),
        cmocka_unit_test(ranks_of_the_published_scores_are_those_published_where_scores_do_not_tie),
        cmocka_unit_test(wilson_limits_are_those_of_the_literature),
        cmocka_unit_test(wilson_limits_reach_the_ends_exactly),
        cmocka_unit_test(no_wilson_limits_for_what_is_no_proportion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
