/* Sorting of numbers with the row each came from: the ground of ranks and classes. */
#ifndef EG_STATS_SORT_H
#define EG_STATS_SORT_H

#include <stddef.h>
#include <stdint.h>

struct eg_sort_item {
    uint64_t key; /* ascending keys are ascending values */
    uint32_t row; /* the caller's own */
};

/* The key of a finite value, and back. Both zeros have one key, so that they tie. */
uint64_t eg_sort_key(double value);
double eg_sort_value(uint64_t key);

/* Sorts items[n] by key; equal keys keep their order. scratch[n] is room to work in, not overlapping. Returns whichever of
 * the two holds the result; what the other holds is undefined. Linear in n: at most nine passes. */
struct eg_sort_item *eg_sort_items(struct eg_sort_item *items, struct eg_sort_item *scratch, size_t n);

#endif
