/* What the files of the classification share; nobody else includes it. */
#ifndef EG_STATS_CLASSIFY_PARTS_H
#define EG_STATS_CLASSIFY_PARTS_H

#include "stats/classify.h"

/* The distinct values, ascending, and how many of all values are at most each. Methods work on these, so the order in
 * which values arrive cannot matter and equal values cannot be parted. */
struct eg_classify_runs {
    size_t n;
    double *values; /* [n] */
    size_t *upto;   /* [n]; the last is the number of all values */
};

/* How many values stand in the runs before run `run` (0 to n). */
size_t eg_classify_runs_before(const struct eg_classify_runs *runs, size_t run);

/* Fisher-Jenks: starts_out[n_classes] for 2 <= n_classes < runs->n. */
EG_MUST_CHECK enum eg_status eg_classify_natural(const struct eg_classify_runs *runs, uint32_t n_classes,
                                                 size_t *starts_out, struct eg_error *err);

/* The methods whose breaks are computed numbers; classes that would be empty are merged. */
void eg_classify_equal(const struct eg_classify_runs *runs, const struct eg_classify_options *options,
                       struct eg_classes *classes_out);
void eg_classify_stddev(const struct eg_classify_runs *runs, const struct eg_classify_options *options,
                        struct eg_classes *classes_out);
void eg_classify_headtail(const struct eg_classify_runs *runs, const struct eg_classify_options *options,
                          struct eg_classes *classes_out);

#endif
