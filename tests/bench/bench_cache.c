/* What a hit costs: 10,000 entries in 16 shards, asked for in a random order by one thread and by two at once, then one
 * hot entry by two at once (the worst case: one lock, one reference count). A hit includes giving the value back.
 * Prints one line a figure: name, tab, nanoseconds a hit as one thread sees it. */
#include "cache/cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define N_ENTRIES 10000U
#define N_HITS 2000000U

struct value {
    atomic_int n_references;
    char apart[60]; /* one value a cache line, as in a server */
};

static void retain(void *value, void *context)
{
    (void)context;
    atomic_fetch_add_explicit(&((struct value *)value)->n_references, 1, memory_order_relaxed);
}

static void release(void *value, void *context)
{
    (void)context;
    if (atomic_fetch_sub_explicit(&((struct value *)value)->n_references, 1, memory_order_acq_rel) == 1)
        free(value);
}

static enum eg_status make(void *context, const struct eg_cache_key *key, void **value_out,
                           size_t *weight_bytes_out, bool *keep_out, struct eg_error *err)
{
    (void)context;
    (void)key;
    (void)keep_out;
    struct value *value = calloc(1, sizeof *value);
    if (!value) return eg_error_no_memory(err, sizeof *value);
    atomic_init(&value->n_references, 1);
    *value_out = value;
    *weight_bytes_out = 8000;
    return EG_OK;
}

struct run {
    struct eg_cache *cache;
    uint32_t n_keys;
    uint32_t seed;
    double seconds;
};

static void *hit(void *context)
{
    struct run *run = context;
    uint32_t state = run->seed;
    double began = eg_clock_monotonic_s();
    for (uint32_t i = 0; i < N_HITS; i++) {
        state = state * 1664525U + 1013904223U;
        uint64_t number = ((uint64_t)state * run->n_keys) >> 32U;
        struct eg_cache_key key = {{0}};
        memcpy(key.bytes, &number, sizeof number);
        void *value = NULL;
        if (eg_cache_get_or_make(run->cache, &key, make, NULL, &value, NULL) != EG_OK) exit(1);
        release(value, NULL);
    }
    run->seconds = eg_clock_monotonic_s() - began;
    return NULL;
}

static void measure(const char *name, struct eg_cache *cache, uint32_t n_threads, uint32_t n_keys)
{
    pthread_t threads[2];
    struct run runs[2];
    double slowest = 0;
    for (uint32_t i = 0; i < n_threads; i++) {
        runs[i] = (struct run){.cache = cache, .n_keys = n_keys, .seed = i + 1};
        if (pthread_create(&threads[i], NULL, hit, &runs[i]) != 0) exit(1);
    }
    for (uint32_t i = 0; i < n_threads; i++) {
        (void)pthread_join(threads[i], NULL);
        if (runs[i].seconds > slowest) slowest = runs[i].seconds;
    }
    (void)printf("%s\t%.1f\n", name, slowest / N_HITS * 1e9);
}

int main(void)
{
    struct eg_cache_values values = {retain, release, NULL};
    struct eg_cache *cache = NULL;
    if (eg_cache_new((size_t)256 << 20U, 16, &values, &cache, NULL) != EG_OK) return 1;
    measure("warm_up", cache, 1, N_ENTRIES);
    measure("hit_1_thread", cache, 1, N_ENTRIES);
    measure("hit_2_threads", cache, 2, N_ENTRIES);
    measure("hit_1_thread_one_key", cache, 1, 1);
    measure("hit_2_threads_one_key", cache, 2, 1);
    eg_cache_free(cache);
    return 0;
}
