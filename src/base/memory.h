/* Checked allocation of arrays, and growth of dynamic arrays. The ordinary malloc family underneath, so that
 * tests can fail the n-th allocation by wrapping it at link time. */
#ifndef EG_BASE_MEMORY_H
#define EG_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Uninitialised array of `count` items of `item_bytes`; NULL on overflow or when refused. A count of 0 gives a
 * pointer that may be freed but not read. Free with free(). */
void *eg_memory_array(size_t count, size_t item_bytes);
/* The same, zeroed. */
void *eg_memory_zeroed(size_t count, size_t item_bytes);

/* Makes room for at least `needed` items in the array *items with capacity *capacity (doubling). False when
 * refused; the array is then as before. */
bool eg_memory_reserve(void **items, size_t *capacity, size_t needed, size_t item_bytes);

/* Resizes *items to exactly `count` items (at least 1 is kept); a failure to shrink is harmless. */
void eg_memory_shrink(void **items, size_t count, size_t item_bytes);

/* Peak resident memory of this process so far in bytes, 0 where the system does not tell. */
size_t eg_memory_peak_bytes(void);

#endif
