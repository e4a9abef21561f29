/* Sorting some hundred numbers without allocating, which qsort does. */
#ifndef EG_RENDER_SORT_H
#define EG_RENDER_SORT_H

#include <stdint.h>

/* Ascending. About 4 microseconds for 256. */
void eg_sort_numbers(uint64_t *numbers, uint32_t n);

#endif
