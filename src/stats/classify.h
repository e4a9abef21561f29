/* Classification: from values to classes.
 *
 * Class i holds the values between bounds[i] and bounds[i + 1]. With right closure (the default) the upper bound belongs to
 * the class and the lower does not, save that the first class holds its lower bound; with left closure the mirror image.
 * Classes are never empty: ties, constant data and fewer values than classes give fewer classes. The same bounds and the
 * same closure serve the map, the legend and the JSON.
 *
 * For categories, class i holds the single value bounds[i]. */
#ifndef EG_STATS_CLASSIFY_H
#define EG_STATS_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define EG_CLASSES_MAX 100
#define EG_CLASS_NONE UINT32_MAX

enum eg_class_method {
    EG_CLASS_QUANTILE, /* equal counts; a run of equal values is never parted, and goes to the class in which it begins */
    EG_CLASS_EQUAL,    /* equal widths from the smallest to the largest value; empty classes are merged with the next */
    EG_CLASS_NATURAL,  /* Fisher-Jenks: least sum of squared deviations, exact (divide and conquer, O(k n log n)) */
    EG_CLASS_STDDEV,   /* one standard deviation wide, centred on the mean, at most `n_classes` */
    EG_CLASS_HEADTAIL, /* Jiang 2013: repeated mean of the head while the head is under 40 % of its parent */
    EG_CLASS_GIVEN,    /* the caller's inner breaks; values beyond the outermost belong to the first and last class */
    EG_CLASS_CATEGORY  /* one class a distinct value, ascending: publisher's deciles, types */
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

/* values[n] finite, in any order, not changed. n may be 0 (no classes). EG_NO_MEMORY; EG_INVALID for breaks that do not
 * ascend; EG_LIMIT for more than EG_CLASSES_MAX categories. */
EG_MUST_CHECK enum eg_status eg_classify(const double *values, size_t n, const struct eg_classify_options *options,
                                         struct eg_classes *classes_out, struct eg_error *err);

/* The class of a finite value, or EG_CLASS_NONE when there are no classes or, for categories, it is none of them. Values
 * outside the bounds (another period than the one classified) belong to the first or last class. */
uint32_t eg_classes_find(const struct eg_classes *classes, double value);

/* How many of values[n] fall in each class, into counts_out[classes->n]. */
void eg_classes_count(const struct eg_classes *classes, const double *values, size_t n, size_t *counts_out);

#endif
