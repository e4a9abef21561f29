/* Sets of entries as bits. Entries are numbered in the order in which answers list them, so the set bits of a result are the
 * answer from top to bottom; 100,000 entries are 12.5 kB, which stays in the first-level cache. */
#ifndef EG_DIRECTORY_BITS_H
#define EG_DIRECTORY_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t eg_bits_words(uint32_t n)
{
    return ((size_t)n + 63) / 64;
}

static inline void eg_bits_set(uint64_t *bits, uint32_t i)
{
    bits[i / 64] |= UINT64_C(1) << i % 64;
}

static inline bool eg_bits_has(const uint64_t *bits, uint32_t i)
{
    return (bits[i / 64] >> i % 64 & 1) != 0;
}

static inline void eg_bits_set_range(uint64_t *bits, uint32_t begin, uint32_t end)
{
    for (uint32_t i = begin; i < end;) {
        if (i % 64 == 0 && end - i >= 64) {
            bits[i / 64] = UINT64_MAX;
            i += 64;
        } else {
            eg_bits_set(bits, i++);
        }
    }
}

static inline void eg_bits_and(uint64_t *bits, const uint64_t *other, size_t n_words)
{
    for (size_t i = 0; i < n_words; i++) bits[i] &= other[i];
}

static inline uint64_t eg_bits_count(const uint64_t *bits, size_t n_words)
{
    uint64_t n = 0;
    for (size_t i = 0; i < n_words; i++) n += (uint64_t)__builtin_popcountll(bits[i]);
    return n;
}

#endif
