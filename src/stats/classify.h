/* Classification: from values to classes.
 *
 * Class i holds the values between bounds[i] and bounds[i + 1]. With right closure (the default) the upper bound belongs to
 * the class and the lower does not, save that the first class holds its lower bound; with left closure the mirror image.
 * Computed classes are never empty: ties, constant data and fewer values than classes give fewer classes. Given breaks are
 * kept as they are, empty classes too, so that a legend can stay the same over all periods. The same bounds and the same
 * closure serve the map, the legend and the JSON.
 *
 * The outer bounds are the smallest and the largest value; for given breaks the outermost break where no value lies beyond
 * it. Inner bounds of quantiles and natural breaks are data values: the largest of each class with right closure, the
 * smallest with left closure, so the closure never changes who belongs together. Bounds ascend strictly, save that the
 * first two and the last two may be equal: an outer class of one distinct value, or one of given breaks without values.
 *
 * For categories, class i holds the single value bounds[i].
 *
 * The result depends on the values alone, not on their order. Cost: one linear sort, and 32 bytes a value while it runs;
 * natural breaks see below. Safe from any thread. */
#ifndef EG_STATS_CLASSIFY_H
#define EG_STATS_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define EG_CLASSES_MAX 100
#define EG_CLASS_NONE UINT32_MAX

enum eg_class_method {
    /* Equal counts, from the smallest value up: value number r of n goes to class ceil(k r / n). A run of equal values is
     * never parted, and goes to the class in which it begins. */
    EG_CLASS_QUANTILE,
    /* Equal widths from the smallest to the largest value; an empty class is merged with the next. */
    EG_CLASS_EQUAL,
    /* Fisher-Jenks: least sum of squared deviations, exact. O(k n log n) time, 32 + 4 k bytes a distinct value;
     * 200,000 values in ten classes take about a tenth of a second. */
    EG_CLASS_NATURAL,
    /* One standard deviation (of the population) wide, centred on the mean: with an odd n_classes the middle class
     * reaches half a deviation to both sides of it, with an even one the mean is a bound. The outermost classes reach to
     * the extremes. Empty classes are merged with the next. */
    EG_CLASS_STDDEV,
    /* Head/tail (Jiang 2013): cut at the mean, then cut the head (the values above the mean) at its own mean, as long as
     * a head is at most 40 % of what was cut. The first mean is always a bound, unless all values are equal. */
    EG_CLASS_HEADTAIL,
    EG_CLASS_GIVEN, /* the caller's inner breaks; values beyond the outermost belong to the first and last class */
    EG_CLASS_CATEGORY /* one class a distinct value, ascending: publisher's deciles, types */
};

struct eg_classes {
    uint32_t n;
    bool right_closed;
    bool categorical;
    double bounds[EG_CLASSES_MAX + 1]; /* n + 1 ascending, or n for categories */
};

struct eg_classify_options {
    enum eg_class_method method;
    uint32_t n_classes; /* wanted, 1 to EG_CLASSES_MAX; not used by head/tail, given and category */
    bool left_closed;
    const double *breaks; /* [n_breaks] strictly ascending inner breaks, EG_CLASS_GIVEN only */
    uint32_t n_breaks;
};

/* values[n] finite, in any order, not changed. n may be 0: no classes, unless breaks are given. EG_NO_MEMORY; EG_INVALID
 * for n_classes out of range or breaks that are not finite or do not ascend; EG_LIMIT for more than EG_CLASSES_MAX
 * categories or EG_CLASSES_MAX - 1 breaks. */
EG_MUST_CHECK enum eg_status eg_classify(const double *values, size_t n,
                                         const struct eg_classify_options *options,
                                         struct eg_classes *classes_out, struct eg_error *err);

/* The class of a finite value, or EG_CLASS_NONE when there are no classes or, for categories, it is none of them. Values
 * outside the bounds (another period than the one classified) belong to the first or last class. */
uint32_t eg_classes_find(const struct eg_classes *classes, double value);

#endif
