/* How long classes and ranks take: 32,844 values (a country's neighbourhoods) and 200,000, skewed like real scores.
 * Prints one line a figure: name, tab, milliseconds. */
#include "stats/classify.h"
#include "stats/rank.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define MOST_VALUES 200000

static double next_unit(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*state >> 11U) * 0x1p-53;
}

static double best_of_five_ms(const double *values, size_t n, const struct eg_classify_options *options)
{
    double best = INFINITY;
    for (int i = 0; i < 5; i++) {
        struct eg_classes classes;
        double began = eg_clock_monotonic_s();
        if (eg_classify(values, n, options, &classes, NULL) != EG_OK) exit(1);
        best = fmin(best, eg_clock_monotonic_s() - began);
    }
    return best * 1e3;
}

static double rank_ms(const double *values, size_t n)
{
    bool *present = malloc(n * sizeof *present);
    uint32_t *ranks = malloc(n * sizeof *ranks);
    if (!present || !ranks) exit(1);
    memset(present, 1, n * sizeof *present);
    double began = eg_clock_monotonic_s();
    if (eg_rank(values, present, n, false, ranks, NULL) != EG_OK) exit(1);
    double seconds = eg_clock_monotonic_s() - began;
    free(present);
    free(ranks);
    return seconds * 1e3;
}

int main(void)
{
    static double values[MOST_VALUES];
    uint64_t state = 1;
    for (size_t i = 0; i < MOST_VALUES; i++) values[i] = -log(1 - next_unit(&state)) * 20;
    static const size_t counts[] = {32844, MOST_VALUES};
    for (size_t i = 0; i < EG_ARRAY_LEN(counts); i++) {
        struct eg_classify_options quantile = {.method = EG_CLASS_QUANTILE, .n_classes = 10};
        struct eg_classify_options natural = {.method = EG_CLASS_NATURAL, .n_classes = 10};
        (void)printf("quantile_10_of_%zu\t%.2f\n", counts[i], best_of_five_ms(values, counts[i], &quantile));
        (void)printf("natural_10_of_%zu\t%.2f\n", counts[i], best_of_five_ms(values, counts[i], &natural));
        (void)printf("rank_of_%zu\t%.2f\n", counts[i], rank_ms(values, counts[i]));
    }
    return 0;
}
