/* Natural breaks: the classes with the least sum of squared deviations from their means (Fisher 1958, "On grouping for
 * maximum homogeneity"; known to mapmakers through Jenks), found exactly.
 *
 * Dynamic programming over classes: the least cost of the first j runs in c classes is the least, over i, of the cost of
 * the first i in c - 1 classes plus that of one class [i, j). The best i never falls as j grows, so each layer is solved
 * by divide and conquer: find the best i for the middle j, then the j to the left need look only at smaller i, those to
 * the right only at larger. With m distinct values and k classes that is O(k m log m) time and 4 k m + 32 m bytes; the
 * last layer asks for one j alone.
 *
 * The cost of a class is not taken from differences of running sums over everything, whose rounding error is that of the
 * largest sum: one outlier would decide among the other classes by noise. Instead the recursion carries the spread of the
 * runs that all its candidate classes have in common, and only ever adds runs to it, measured from its mean. A cost is
 * then right to about m machine epsilons of itself (four parts in 10^11 for 200,000 values), whatever the rest of the
 * data. Values are scaled by a power of two so that squares cannot overflow; deviations below 1e-150 of the largest value
 * count as none. */
#include "stats/classify_parts.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

struct layers {
    size_t n_runs;
    double *x;      /* [n_runs] scaled values */
    double *weight; /* [n_runs] how many values are equal to it */
    double *before; /* [n_runs + 1] least cost of the first j runs in one class less */
    double *cost;   /* [n_runs + 1] the same for the layer being solved */
    uint32_t *
        start; /* [n_classes - 1][n_runs + 1] where the last class begins, from the layer of two classes on */
};

/* A set of runs: total weight, mean, sum of squared deviations from it. All zero: no runs. */
struct spread {
    double weight;
    double mean;
    double squares;
};

/* Ends j_low <= j < j_high, whose classes begin at i_low <= i <= i_high (and before j). `common` is the spread of the
 * runs [i_high, j_low), none when i_high >= j_low. */
struct part {
    size_t j_low, j_high;
    size_t i_low, i_high;
    struct spread common;
};

static struct spread spread_with(const struct layers *layers, struct spread spread, size_t first, size_t end)
{
    if (first >= end) return spread;
    double origin = spread.weight > 0 ? spread.mean : layers->x[first];
    double weight = spread.weight;
    double sum = 0;
    double squares = spread.squares;
    for (size_t i = first; i < end; i++) {
        double off = layers->x[i] - origin;
        weight += layers->weight[i];
        sum += layers->weight[i] * off;
        squares += layers->weight[i] * off * off;
    }
    return (struct spread){weight, origin + sum / weight, squares - sum * sum / weight};
}

/* The best begin, from `top` down to `i_low`, of the class that ends at j; `spread` is that of [top, j). Among equals the
 * lowest. */
static size_t best_begin(const struct layers *layers, struct spread spread, size_t top, size_t i_low,
                         double *cost_out)
{
    double weight = spread.weight;
    double sum = 0;
    double squares = spread.squares;
    size_t best = top;
    double least = layers->before[top] + squares;
    for (size_t i = top; i-- > i_low;) {
        double off = layers->x[i] - spread.mean;
        weight += layers->weight[i];
        sum += layers->weight[i] * off;
        squares += layers->weight[i] * off * off;
        double cost = layers->before[i] + (squares - sum * sum / weight);
        if (cost > least) continue;
        least = cost;
        best = i;
    }
    *cost_out = least;
    return best;
}

static void solve(const struct layers *layers, struct part part, uint32_t *start)
{
    while (part.j_low < part.j_high) {
        size_t j = part.j_low + (part.j_high - part.j_low) / 2;
        bool disjoint = part.i_high < part.j_low;
        size_t top = part.i_high < j ? part.i_high : j - 1;
        struct spread middle = spread_with(layers, part.common, disjoint ? part.j_low : top, j);
        size_t best = best_begin(layers, middle, top, part.i_low, &layers->cost[j]);
        start[j] = (uint32_t)best;

        struct part left = {.j_low = part.j_low, .j_high = j, .i_low = part.i_low, .i_high = best};
        if (best < part.j_low)
            left.common = spread_with(layers, part.common, best, disjoint ? part.i_high : part.j_low);
        solve(layers, left, start);

        part.i_low = best;
        part.j_low = j + 1;
        part.common = (struct spread){0};
        if (part.i_high > j || part.j_low >= part.j_high) continue;
        part.common = top == part.i_high ? spread_with(layers, middle, j, j + 1)
                                         : spread_with(layers, part.common, j, j + 1);
    }
}

static void solve_one_class(struct layers *layers)
{
    double weight = 0;
    double sum = 0;
    double squares = 0;
    layers->cost[0] = 0;
    for (size_t i = 0; i < layers->n_runs; i++) {
        double off = layers->x[i] - layers->x[0];
        weight += layers->weight[i];
        sum += layers->weight[i] * off;
        squares += layers->weight[i] * off * off;
        layers->cost[i + 1] = squares - sum * sum / weight;
    }
}

/* After this, start holds for every number of classes where the last class of the first j runs begins. */
static void solve_layers(struct layers *layers, uint32_t n_classes)
{
    size_t n_runs = layers->n_runs;
    solve_one_class(layers);
    for (uint32_t c = 2; c <= n_classes; c++) {
        double *solved = layers->cost;
        layers->cost = layers->before;
        layers->before = solved;
        size_t j_low = c < n_classes ? c : n_runs;
        struct part all = {.j_low = j_low, .j_high = n_runs + 1, .i_low = c - 1, .i_high = n_runs};
        solve(layers, all, layers->start + (size_t)(c - 2) * (n_runs + 1));
    }
}

static void read_starts(const struct layers *layers, uint32_t n_classes, size_t *starts_out)
{
    size_t end = layers->n_runs;
    for (uint32_t c = n_classes; c >= 2; c--) {
        end = layers->start[(size_t)(c - 2) * (layers->n_runs + 1) + end];
        starts_out[c - 1] = end;
    }
    starts_out[0] = 0;
}

static void clear_layers(struct layers *layers)
{
    free(layers->x);
    free(layers->weight);
    free(layers->before);
    free(layers->cost);
    free(layers->start);
}

static enum eg_status init_layers(struct layers *layers, const struct eg_classify_runs *runs,
                                  uint32_t n_classes, struct eg_error *err)
{
    *layers = (struct layers){.n_runs = runs->n};
    layers->x = eg_memory_array(runs->n, sizeof *layers->x);
    layers->weight = eg_memory_array(runs->n, sizeof *layers->weight);
    layers->before = eg_memory_array(runs->n + 1, sizeof *layers->before);
    layers->cost = eg_memory_array(runs->n + 1, sizeof *layers->cost);
    layers->start = eg_memory_array(runs->n + 1, (n_classes - 1) * sizeof *layers->start);
    if (!layers->x || !layers->weight || !layers->before || !layers->cost || !layers->start) {
        clear_layers(layers);
        return eg_error_no_memory(err, (runs->n + 1) * (32 + 4 * (size_t)n_classes));
    }
    int exponent;
    (void)frexp(fmax(fabs(runs->values[0]), fabs(runs->values[runs->n - 1])), &exponent);
    for (size_t i = 0; i < runs->n; i++) {
        layers->x[i] = ldexp(runs->values[i], -exponent);
        layers->weight[i] = (double)(runs->upto[i] - eg_classify_runs_before(runs, i));
    }
    return EG_OK;
}

enum eg_status eg_classify_natural(const struct eg_classify_runs *runs, uint32_t n_classes,
                                   size_t *starts_out, struct eg_error *err)
{
    EG_ASSERT(n_classes >= 2 && n_classes < runs->n);
    if (runs->n >= UINT32_MAX)
        return eg_error_set(err, EG_LIMIT, "natural breaks of %zu distinct values; at most %u", runs->n,
                            UINT32_MAX - 1);
    struct layers layers;
    enum eg_status status = init_layers(&layers, runs, n_classes, err);
    if (status != EG_OK) return status;
    solve_layers(&layers, n_classes);
    read_starts(&layers, n_classes, starts_out);
    clear_layers(&layers);
    return EG_OK;
}
