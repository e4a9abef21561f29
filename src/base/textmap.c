/* Open addressing with linear probing over a power of two of 24-byte slots, at most 5/8 full. A free slot is one whose
 * value is EG_TEXTMAP_NONE, which therefore cannot be stored. 32 bits of the hash are kept beside the key, so that a probe
 * compares texts only when they are almost surely equal. Typical: 200,000 codes of 9 to 12 bytes. */
#include "base/textmap.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"

#define LEAST_SLOTS ((size_t)16)

struct slot {
    struct eg_text key;
    uint32_t hash;
    uint32_t value;
};

struct eg_textmap {
    struct slot *slots;
    size_t mask; /* number of slots less one */
    size_t count;
};

static uint32_t hash_of(struct eg_text key)
{
    return (uint32_t)(eg_hash64(key.data, key.len, 0) >> 32U);
}

/* The slot that holds the key, or the free one where it belongs. */
static struct slot *find_slot(const struct eg_textmap *map, struct eg_text key, uint32_t hash)
{
    size_t at = hash & map->mask;
    for (;;) {
        struct slot *slot = &map->slots[at];
        if (slot->value == EG_TEXTMAP_NONE) return slot;
        if (slot->hash == hash && eg_text_equal(slot->key, key)) return slot;
        at = (at + 1) & map->mask;
    }
}

static struct slot *new_slots(size_t n_slots)
{
    struct slot *slots = eg_memory_zeroed(n_slots, sizeof *slots);
    for (size_t i = 0; slots && i < n_slots; i++) slots[i].value = EG_TEXTMAP_NONE;
    return slots;
}

static size_t capacity_of(size_t n_slots)
{
    return n_slots / 8 * 5;
}

struct eg_textmap *eg_textmap_new(size_t expected)
{
    size_t n_slots = LEAST_SLOTS;
    while (capacity_of(n_slots) < expected) {
        if (n_slots > UINT32_MAX / 2) return NULL; /* the hash has 32 bits */
        n_slots *= 2;
    }
    struct eg_textmap *map = eg_memory_zeroed(1, sizeof *map);
    struct slot *slots = map ? new_slots(n_slots) : NULL;
    if (!slots) {
        free(map);
        return NULL;
    }
    map->slots = slots;
    map->mask = n_slots - 1;
    return map;
}

void eg_textmap_free(struct eg_textmap *map)
{
    if (!map) return;
    free(map->slots);
    free(map);
}

static bool grow(struct eg_textmap *map)
{
    size_t n_slots = (map->mask + 1) * 2;
    if (n_slots > UINT32_MAX) return false;
    struct slot *slots = new_slots(n_slots);
    if (!slots) return false;
    struct eg_textmap grown = {.slots = slots, .mask = n_slots - 1, .count = map->count};
    for (size_t i = 0; i <= map->mask; i++) {
        const struct slot *slot = &map->slots[i];
        if (slot->value != EG_TEXTMAP_NONE) *find_slot(&grown, slot->key, slot->hash) = *slot;
    }
    free(map->slots);
    *map = grown;
    return true;
}

enum eg_status eg_textmap_put(struct eg_textmap *map, struct eg_text key, uint32_t value,
                              uint32_t *existing_out)
{
    EG_ASSERT(value != EG_TEXTMAP_NONE);
    uint32_t hash = hash_of(key);
    struct slot *slot = find_slot(map, key, hash);
    if (slot->value == EG_TEXTMAP_NONE && map->count >= capacity_of(map->mask + 1)) {
        if (!grow(map)) return EG_NO_MEMORY;
        slot = find_slot(map, key, hash);
    }
    if (existing_out) *existing_out = slot->value;
    if (slot->value != EG_TEXTMAP_NONE) return EG_OK;
    *slot = (struct slot){.key = key, .hash = hash, .value = value};
    map->count++;
    return EG_OK;
}

uint32_t eg_textmap_get(const struct eg_textmap *map, struct eg_text key)
{
    return find_slot(map, key, hash_of(key))->value;
}
