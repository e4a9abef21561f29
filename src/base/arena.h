/* An arena: many small allocations, one free, such as a generation's. An arena belongs to one thread at a time. */
#ifndef EG_BASE_ARENA_H
#define EG_BASE_ARENA_H

#include <stddef.h>

struct eg_arena;

/* A new arena that will never hold more than `ceiling_bytes` in all. NULL when memory is refused. Takes memory
 * from the system in blocks, the first on first use. Free with eg_arena_free. */
struct eg_arena *eg_arena_new(size_t ceiling_bytes);
void eg_arena_free(struct eg_arena *arena); /* NULL is allowed */

/* `count` items of `item_bytes`, zeroed, aligned to 16. NULL on overflow, at the ceiling, or when refused. */
void *eg_arena_array(struct eg_arena *arena, size_t count, size_t item_bytes);

/* Bytes handed out. */
size_t eg_arena_used_bytes(const struct eg_arena *arena);

#endif
