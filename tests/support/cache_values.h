/* Counted values for tests of the cache: they know how many of them live, and what is wrong with how they are used. */
#ifndef EG_TESTS_SUPPORT_CACHE_VALUES_H
#define EG_TESTS_SUPPORT_CACHE_VALUES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "cache/cache.h"

struct counted_values {
    atomic_long n_live;
    atomic_long n_made;
};

struct counted_value {
    struct counted_values *home;
    atomic_int n_references;
    uint64_t number; /* what its key was made from */
    long serial;     /* the how-manieth value made */
};

/* The callbacks of a cache that holds such values. */
struct eg_cache_values counted_callbacks(struct counted_values *home);

/* A value with one reference, or NULL when memory is refused. */
struct counted_value *counted_new(struct counted_values *home, uint64_t number);
void counted_release(struct counted_value *value);

struct eg_cache_key counted_key(uint64_t number);
uint64_t counted_key_number(const struct eg_cache_key *key);

#endif
