/* Dispatch, and the methods that need no more than the sorted distinct values: quantiles, given breaks, categories.
 *
 * From a few values (districts) to some million (neighbourhoods over all periods). Everything starts from one sort, which
 * is most of the time except for natural breaks. */
#include "stats/classify.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "stats/classify_parts.h"
#include "stats/sort.h"

/* --- runs of equal values ---------------------------------------------------------------------------------------- */

static size_t count_runs(const struct eg_sort_item *items, size_t n)
{
    size_t n_runs = 1;
    for (size_t i = 1; i < n; i++) n_runs += items[i].key != items[i - 1].key;
    return n_runs;
}

static void clear_runs(struct eg_classify_runs *runs)
{
    free(runs->values);
    free(runs->upto);
    *runs = (struct eg_classify_runs){0};
}

static enum eg_status runs_from_sorted(struct eg_classify_runs *runs, const struct eg_sort_item *items,
                                       size_t n, struct eg_error *err)
{
    size_t n_runs = count_runs(items, n);
    struct eg_classify_runs made = {
        .n = n_runs,
        .values = eg_memory_array(n_runs, sizeof *made.values),
        .upto = eg_memory_array(n_runs, sizeof *made.upto),
    };
    if (!made.values || !made.upto) {
        clear_runs(&made);
        return eg_error_no_memory(err, n_runs * (sizeof *made.values + sizeof *made.upto));
    }
    size_t run = 0;
    for (size_t i = 0; i < n; i++) {
        if (i + 1 < n && items[i + 1].key == items[i].key) continue;
        made.values[run] = eg_sort_value(items[i].key);
        made.upto[run++] = i + 1;
    }
    *runs = made;
    return EG_OK;
}

/* values[n] finite, n at least 1. Clear with clear_runs. */
static enum eg_status init_runs(struct eg_classify_runs *runs, const double *values, size_t n,
                                struct eg_error *err)
{
    struct eg_sort_item *items = eg_memory_array(n, 2 * sizeof *items);
    if (!items) return eg_error_no_memory(err, n * 2 * sizeof *items);
    for (size_t i = 0; i < n; i++) {
        EG_ASSERT(isfinite(values[i]));
        items[i] = (struct eg_sort_item){eg_sort_key(values[i]), 0};
    }
    enum eg_status status = runs_from_sorted(runs, eg_sort_items(items, items + n, n), n, err);
    free(items);
    return status;
}

size_t eg_classify_runs_before(const struct eg_classify_runs *runs, size_t run)
{
    return run > 0 ? runs->upto[run - 1] : 0;
}

/* --- classes of whole runs --------------------------------------------------------------------------------------- */

/* Class i begins at run starts[i], starts[0] is 0. The inner bounds are data values: the largest of each class when right closed,
 * the smallest when left closed. */
static void take_starts(const struct eg_classify_runs *runs, const size_t *starts, uint32_t n_classes,
                        bool left_closed, struct eg_classes *classes_out)
{
    classes_out->n = n_classes;
    classes_out->bounds[0] = runs->values[0];
    classes_out->bounds[n_classes] = runs->values[runs->n - 1];
    for (uint32_t i = 1; i < n_classes; i++)
        classes_out->bounds[i] = runs->values[left_closed ? starts[i] : starts[i] - 1];
}

/* Value number r of n (from 1, ascending) belongs to class ceil(k r / n), so a class never differs from its share by a
 * whole value; a run belongs where its first value does. */
static void quantile(const struct eg_classify_runs *runs, const struct eg_classify_options *options,
                     struct eg_classes *classes_out)
{
    size_t n_values = runs->upto[runs->n - 1];
    size_t starts[EG_CLASSES_MAX];
    uint32_t n_classes = 0;
    size_t last = SIZE_MAX;
    for (size_t run = 0; run < runs->n; run++) {
        size_t class = (options->n_classes * (eg_classify_runs_before(runs, run) + 1) - 1) / n_values;
        if (class == last) continue;
        starts[n_classes++] = run;
        last = class;
    }
    take_starts(runs, starts, n_classes, options->left_closed, classes_out);
}

static enum eg_status natural(const struct eg_classify_runs *runs, const struct eg_classify_options *options,
                              struct eg_classes *classes_out, struct eg_error *err)
{
    size_t starts[EG_CLASSES_MAX];
    uint32_t n_classes = options->n_classes;
    enum eg_status status = EG_OK;
    if (n_classes >= runs->n) {
        n_classes = (uint32_t)runs->n;
        for (uint32_t i = 0; i < n_classes; i++) starts[i] = i;
    } else if (n_classes == 1) {
        starts[0] = 0;
    } else {
        status = eg_classify_natural(runs, n_classes, starts, err);
    }
    if (status != EG_OK) return status;
    take_starts(runs, starts, n_classes, options->left_closed, classes_out);
    return EG_OK;
}

static enum eg_status category(const struct eg_classify_runs *runs, struct eg_classes *classes_out,
                               struct eg_error *err)
{
    if (runs->n > EG_CLASSES_MAX)
        return eg_error_set(err, EG_LIMIT, "%zu distinct values are too many for categories; at most %d",
                            runs->n, EG_CLASSES_MAX);
    classes_out->n = (uint32_t)runs->n;
    for (uint32_t i = 0; i < classes_out->n; i++) classes_out->bounds[i] = runs->values[i];
    return EG_OK;
}

/* --- given breaks ------------------------------------------------------------------------------------------------ */

static enum eg_status check_breaks(const struct eg_classify_options *options, struct eg_error *err)
{
    if (options->n_breaks >= EG_CLASSES_MAX)
        return eg_error_set(err, EG_LIMIT, "%u breaks; at most %d", options->n_breaks, EG_CLASSES_MAX - 1);
    for (uint32_t i = 0; i < options->n_breaks; i++) {
        double at = options->breaks[i];
        if (!isfinite(at)) return eg_error_set(err, EG_INVALID, "break %u is not a finite number", i + 1);
        if (i == 0 || at > options->breaks[i - 1]) continue;
        return eg_error_set(err, EG_INVALID,
                            "break %u (%.15g) is not above the one before it (%.15g); list them ascending",
                            i + 1, at, options->breaks[i - 1]);
    }
    return EG_OK;
}

/* Empty classes stay, so that one legend serves all periods; an outer class without values ends at its break. */
static void given(const double *values, size_t n, const struct eg_classify_options *options,
                  struct eg_classes *classes_out)
{
    uint32_t n_breaks = options->n_breaks;
    if (n == 0 && n_breaks == 0) return;
    double smallest = n_breaks > 0 ? options->breaks[0] : values[0];
    double largest = n_breaks > 0 ? options->breaks[n_breaks - 1] : values[0];
    for (size_t i = 0; i < n; i++) {
        EG_ASSERT(isfinite(values[i]));
        if (values[i] < smallest) smallest = values[i];
        if (values[i] > largest) largest = values[i];
    }
    classes_out->n = n_breaks + 1;
    classes_out->bounds[0] = smallest;
    for (uint32_t i = 0; i < n_breaks; i++) classes_out->bounds[i + 1] = options->breaks[i];
    classes_out->bounds[n_breaks + 1] = largest;
}

/* --- the module's face ------------------------------------------------------------------------------------------- */

static enum eg_status classify_runs(const struct eg_classify_runs *runs,
                                    const struct eg_classify_options *options, struct eg_classes *classes_out,
                                    struct eg_error *err)
{
    switch (options->method) {
    case EG_CLASS_QUANTILE:
        quantile(runs, options, classes_out);
        return EG_OK;
    case EG_CLASS_EQUAL:
        eg_classify_equal(runs, options, classes_out);
        return EG_OK;
    case EG_CLASS_NATURAL:
        return natural(runs, options, classes_out, err);
    case EG_CLASS_STDDEV:
        eg_classify_stddev(runs, options, classes_out);
        return EG_OK;
    case EG_CLASS_HEADTAIL:
        eg_classify_headtail(runs, options, classes_out);
        return EG_OK;
    case EG_CLASS_CATEGORY:
        return category(runs, classes_out, err);
    case EG_CLASS_GIVEN:
        break; /* needs no runs */
    }
    return eg_error_set(err, EG_INVALID, "unknown classification method %d", (int)options->method);
}

static bool takes_n_classes(enum eg_class_method method)
{
    return method == EG_CLASS_QUANTILE || method == EG_CLASS_EQUAL || method == EG_CLASS_NATURAL ||
           method == EG_CLASS_STDDEV;
}

static enum eg_status check_options(const struct eg_classify_options *options, struct eg_error *err)
{
    if (options->method == EG_CLASS_GIVEN) return check_breaks(options, err);
    bool in_range = options->n_classes >= 1 && options->n_classes <= EG_CLASSES_MAX;
    if (in_range || !takes_n_classes(options->method)) return EG_OK;
    return eg_error_set(err, EG_INVALID, "%u classes; give 1 to %d", options->n_classes, EG_CLASSES_MAX);
}

enum eg_status eg_classify(const double *values, size_t n, const struct eg_classify_options *options,
                           struct eg_classes *classes_out, struct eg_error *err)
{
    enum eg_status status = check_options(options, err);
    if (status != EG_OK) return status;
    struct eg_classes classes = {.right_closed = !options->left_closed,
                                 .categorical = options->method == EG_CLASS_CATEGORY};
    if (options->method == EG_CLASS_GIVEN) {
        given(values, n, options, &classes);
    } else if (n > 0) {
        struct eg_classify_runs runs;
        status = init_runs(&runs, values, n, err);
        if (status != EG_OK) return status;
        status = classify_runs(&runs, options, &classes, err);
        clear_runs(&runs);
    }
    if (status == EG_OK) *classes_out = classes;
    return status;
}

/* How many of bounds[n], ascending, a value has passed: those it exceeds, and, `at_least`, those it equals. */
static uint32_t bounds_passed(const double *bounds, uint32_t n, double value, bool at_least)
{
    uint32_t low = 0;
    uint32_t high = n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        bool passed = at_least ? value >= bounds[middle] : value > bounds[middle];
        if (passed) low = middle + 1;
        else high = middle;
    }
    return low;
}

uint32_t eg_classes_find(const struct eg_classes *classes, double value)
{
    if (classes->n == 0) return EG_CLASS_NONE;
    if (!classes->categorical)
        return bounds_passed(classes->bounds + 1, classes->n - 1, value, !classes->right_closed);
    uint32_t below = bounds_passed(classes->bounds, classes->n, value, false);
    return below < classes->n && classes->bounds[below] == value ? below : EG_CLASS_NONE;
}
