/* Equal widths, standard deviations, head/tail: methods that compute a list of breaks, from which those are dropped that
 * would leave a class without values.
 *
 * Breaks are settled (base/decimal.h), as the values are: a value that prints like a break is equal to it.
 *
 * Sums run over the sorted distinct values in long double (64-bit mantissa, 15-bit exponent on x86), so squares and the
 * range of any finite doubles neither overflow nor depend on the order of the input. */
#include "stats/classify_parts.h"

#include <math.h>

#include "base/decimal.h"

#define MOST_BREAKS (EG_CLASSES_MAX - 1)

struct breaks {
    uint32_t n;
    double at[MOST_BREAKS]; /* ascending */
};

/* The first run beyond a break: of those greater than it, or, `at_least`, not less. */
static size_t first_beyond(const struct eg_classify_runs *runs, double value, bool at_least)
{
    size_t low = 0;
    size_t high = runs->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool beyond = at_least ? runs->values[middle] >= value : runs->values[middle] > value;
        if (beyond) high = middle;
        else low = middle + 1;
    }
    return low;
}

/* A computed break as all other numbers are. One beyond the largest double stays what it is: no value is beyond it. */
static double settle(long double at)
{
    double settled = (double)at;
    (void)eg_decimal_settle(settled, &settled);
    return settled;
}

/* Keeps a break when values stand between it and the one kept before, and beyond it: so an empty class is merged with the
 * next one, and empty classes at the end with the last that is not. */
static void classes_between(const struct eg_classify_runs *runs, const struct breaks *breaks,
                            bool left_closed, struct eg_classes *out)
{
    size_t kept = 0;
    out->n = 0;
    out->bounds[0] = runs->values[0];
    for (uint32_t i = 0; i < breaks->n; i++) {
        size_t beyond = first_beyond(runs, breaks->at[i], left_closed);
        if (beyond <= kept || beyond == runs->n) continue;
        kept = beyond;
        out->bounds[++out->n] = breaks->at[i];
    }
    out->bounds[++out->n] = runs->values[runs->n - 1];
}

void eg_classify_equal(const struct eg_classify_runs *runs, const struct eg_classify_options *options,
                       struct eg_classes *classes_out)
{
    long double smallest = runs->values[0];
    long double range = runs->values[runs->n - 1] - smallest;
    struct breaks breaks = {.n = options->n_classes - 1};
    for (uint32_t i = 0; i < breaks.n; i++)
        breaks.at[i] = settle(smallest + range * (i + 1) / options->n_classes);
    classes_between(runs, &breaks, options->left_closed, classes_out);
}

static long double mean_from(const struct eg_classify_runs *runs, size_t first)
{
    size_t before = eg_classify_runs_before(runs, first);
    size_t count = runs->upto[runs->n - 1] - before;
    long double sum = 0;
    for (size_t i = first; i < runs->n; i++) {
        sum += (long double)runs->values[i] * (long double)(runs->upto[i] - before);
        before = runs->upto[i];
    }
    return sum / (long double)count;
}

static long double deviation_from(const struct eg_classify_runs *runs, long double mean)
{
    long double sum = 0;
    for (size_t i = 0; i < runs->n; i++) {
        long double off = runs->values[i] - mean;
        sum += off * off * (long double)(runs->upto[i] - eg_classify_runs_before(runs, i));
    }
    return sqrtl(sum / (long double)runs->upto[runs->n - 1]);
}

void eg_classify_stddev(const struct eg_classify_runs *runs, const struct eg_classify_options *options,
                        struct eg_classes *classes_out)
{
    long double mean = mean_from(runs, 0);
    long double deviation = deviation_from(runs, mean);
    struct breaks breaks = {.n = options->n_classes - 1};
    for (uint32_t i = 0; i < breaks.n; i++)
        breaks.at[i] = settle(mean + (i + 1 - (long double)options->n_classes / 2) * deviation);
    classes_between(runs, &breaks, options->left_closed, classes_out);
}

/* A mean settled, but never onto or past a value from which it parts: such values differ in the last digit only, and the one
 * of them that the closure leaves on its side takes its place. `head` is the first run above the mean. */
static double settle_mean(const struct eg_classify_runs *runs, size_t head, double mean, bool left_closed)
{
    double below = runs->values[head - 1], above = runs->values[head], settled = settle(mean);
    if (mean <= below) return mean;
    if (!left_closed && settled >= above) return below;
    if (left_closed && settled <= below) return above;
    return settled;
}

void eg_classify_headtail(const struct eg_classify_runs *runs, const struct eg_classify_options *options,
                          struct eg_classes *classes_out)
{
    size_t total = runs->upto[runs->n - 1];
    struct breaks breaks = {.n = 0};
    size_t first = 0;
    bool minority = true;
    while (minority && breaks.n < MOST_BREAKS) {
        double mean = (double)mean_from(runs, first);
        size_t head = first_beyond(runs, mean, false);
        if (head == runs->n) break; /* one value is left: nothing above its mean */
        breaks.at[breaks.n++] = settle_mean(runs, head, mean, options->left_closed);
        size_t n_parent = total - eg_classify_runs_before(runs, first);
        size_t n_head = total - eg_classify_runs_before(runs, head);
        minority = 5 * n_head <= 2 * n_parent;
        first = head;
    }
    classes_between(runs, &breaks, options->left_closed, classes_out);
}
