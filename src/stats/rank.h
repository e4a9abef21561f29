/* Ranks and tenths. */
#ifndef EG_STATS_RANK_H
#define EG_STATS_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Rank 1 is the highest value (or the lowest, when `ascending`); equal values share the smallest rank ("1224"). present[n]
 * says which values take part and must be finite; the others are not looked at and get rank 0. ranks_out[n]. EG_NO_MEMORY;
 * EG_LIMIT for more than UINT32_MAX values. */
EG_MUST_CHECK enum eg_status eg_rank(const double *values, const bool *present, size_t n, bool ascending,
                                     uint32_t *ranks_out, struct eg_error *err);

/* The tenth (1 to 10) of rank r among n_ranked, cut at n/10, 2n/10 ... as the English indices do: ceil(10 r / n). Rank 0
 * (not ranked) gives 0. */
uint32_t eg_rank_decile(uint32_t rank, size_t n_ranked);

/* Wilson score interval for a proportion at 95 % (Wilson 1927, without continuity correction). 0 <= numerator <=
 * denominator, denominator above 0, both finite, not necessarily whole; otherwise false and nothing is written. The limits
 * lie in 0 .. 1; the lower is 0 exactly for a numerator of 0, the upper 1 exactly when numerator and denominator are equal. */
bool eg_wilson_95(double numerator, double denominator, double *lower_out, double *upper_out);

#endif
