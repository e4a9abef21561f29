/* An arena is a list of blocks, newest first; allocations are cut from the newest. Blocks start at 64 KiB and double up
 * to 1 MiB; an allocation that would waste much of a block gets one of its own, placed behind the newest, which goes on
 * being filled. The ceiling counts the usable bytes of all blocks, not only what was handed out.
 *
 * Memory is zeroed once: blocks come from calloc, large ones as fresh pages that cost nothing until touched. */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 16
#define FIRST_BLOCK_BYTES ((size_t)64 * 1024)
#define LAST_BLOCK_BYTES ((size_t)1024 * 1024)

struct block {
    struct block *next;
    size_t used;
    size_t capacity;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

struct eg_arena {
    struct block *newest;
    size_t ceiling;
    size_t held;       /* sum of the blocks' capacities */
    size_t used;       /* bytes handed out, rounded up to the alignment */
    size_t next_bytes; /* capacity of the next ordinary block */
};

struct eg_arena *eg_arena_new(size_t ceiling_bytes)
{
    struct eg_arena *arena = calloc(1, sizeof *arena);
    if (!arena) return NULL;
    arena->ceiling = ceiling_bytes;
    arena->next_bytes = FIRST_BLOCK_BYTES;
    return arena;
}

static void free_blocks(struct block *block)
{
    while (block) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
}

void eg_arena_free(struct eg_arena *arena)
{
    if (!arena) return;
    free_blocks(arena->newest);
    free(arena);
}

static struct block *new_block(struct eg_arena *arena, size_t capacity)
{
    if (capacity > arena->ceiling - arena->held) return NULL;
    struct block *block = calloc(1, sizeof *block + capacity);
    if (!block) return NULL;
    block->capacity = capacity;
    arena->held += capacity;
    return block;
}

static struct block *add_ordinary_block(struct eg_arena *arena, size_t needed)
{
    size_t room = arena->ceiling - arena->held;
    size_t capacity = arena->next_bytes < room ? arena->next_bytes : room;
    struct block *block = new_block(arena, capacity < needed ? needed : capacity);
    if (!block) return NULL;
    block->next = arena->newest;
    arena->newest = block;
    if (arena->next_bytes < LAST_BLOCK_BYTES) arena->next_bytes *= 2;
    return block;
}

static struct block *add_own_block(struct eg_arena *arena, size_t needed)
{
    struct block *block = new_block(arena, needed);
    if (!block) return NULL;
    struct block **link = arena->newest ? &arena->newest->next : &arena->newest;
    block->next = *link;
    *link = block;
    return block;
}

static struct block *block_with_room(struct eg_arena *arena, size_t needed)
{
    struct block *newest = arena->newest;
    if (newest && newest->capacity - newest->used >= needed) return newest;
    if (needed > arena->next_bytes / 4) return add_own_block(arena, needed);
    return add_ordinary_block(arena, needed);
}

void *eg_arena_array(struct eg_arena *arena, size_t count, size_t item_bytes)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, item_bytes, &bytes) || bytes > PTRDIFF_MAX / 2) return NULL;
    size_t needed = (bytes > 0 ? bytes + ALIGNMENT - 1 : ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    struct block *block = block_with_room(arena, needed);
    if (!block) return NULL;
    void *items = block->bytes + block->used;
    block->used += needed;
    arena->used += needed;
    return items;
}

size_t eg_arena_used_bytes(const struct eg_arena *arena)
{
    return arena->used;
}
