/* A cache of weighed, reference-counted values: byte budget, shards, SIEVE eviction (scan resistant), single flight.
 *
 * Values are opaque: made by the caller, weighed in bytes, retained and released through callbacks, so that a server can
 * keep its prepared answers here. A hit takes one shard's lock, allocates nothing and copies nothing but the pointer.
 *
 * Single flight: of the threads that ask for one missing key, one makes the value; the others wait for it and share it. A
 * failure is answered to those who waited and not kept: who comes later makes it anew. A make may ask the cache for other
 * keys, never for its own (that is asserted); as two makers waiting for each other would wait for ever, it does not wait
 * for a value that another thread is making, but makes its own, which is not kept.
 *
 * With a budget of 0 nothing is kept and nothing is shared: every call makes its own value (for benchmarks). Every
 * function but eg_cache_new and eg_cache_free may be called from any thread at any time. */
#ifndef EG_CACHE_CACHE_H
#define EG_CACHE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define EG_CACHE_KEY_BYTES 32
#define EG_CACHE_ENTRY_BYTES                                                                                 \
    128 /* what an entry costs beside its value: key, links, its share of the table */

struct eg_cache;

struct eg_cache_key {
    uint8_t bytes[EG_CACHE_KEY_BYTES]; /* compared whole; unused bytes zero */
};

/* Called from any thread. retain runs under a shard's lock, must be quick and must not call the cache; release runs
 * without one. */
struct eg_cache_values {
    void (*retain)(void *value, void *context);
    void (*release)(void *value, void *context);
    void *context;
};

/* Makes the value for a key (not NULL): one reference passes to the cache. *weight_bytes_out (0 beforehand) is what it
 * costs to keep. With *keep_out set to false (true beforehand) the value is shared with those who wait but not kept. err
 * is never NULL. Runs on the asking thread, without a lock. */
typedef enum eg_status eg_cache_make_fn(void *context, const struct eg_cache_key *key, void **value_out,
                                        size_t *weight_bytes_out, bool *keep_out, struct eg_error *err);

/* Since the start: hits found the value here, misses made it (failures of these did not succeed), waits shared what
 * another thread made; hits + misses + waits are all calls but those of eg_cache_get that found nothing. Evictions are
 * entries pushed out by the budget. The rest is now. Figures read while others work may be a call apart. */
struct eg_cache_counters {
    uint64_t hits, misses, waits, failures, evictions;
    uint64_t bytes, entries, budget_bytes;
};

/* n_shards: a power of two up to 256. Each shard has an equal part of the budget, which counts weights plus
 * EG_CACHE_ENTRY_BYTES an entry and is never exceeded; what is heavier than a shard's part is shared but not kept. Nor is
 * a value for whose entry memory is refused. EG_INVALID for another n_shards; EG_NO_MEMORY. */
EG_MUST_CHECK enum eg_status eg_cache_new(size_t budget_bytes, uint32_t n_shards,
                                          const struct eg_cache_values *values, struct eg_cache **cache_out,
                                          struct eg_error *err);
/* No call may be under way. NULL is allowed. */
void eg_cache_free(struct eg_cache *cache);

/* The value if it is here, retained for the caller, or NULL. */
void *eg_cache_get(struct eg_cache *cache, const struct eg_cache_key *key);

/* The value from here, or made now; retained for the caller. Fails only as `make` failed, with its words. */
EG_MUST_CHECK enum eg_status eg_cache_get_or_make(struct eg_cache *cache, const struct eg_cache_key *key,
                                                  eg_cache_make_fn *make, void *context, void **value_out,
                                                  struct eg_error *err);

/* Drops everything kept (after a reload). Values in use live on until released. What is being made meanwhile goes to those
 * who already wait for it, to nobody who asks afterwards, and is not kept. */
void eg_cache_drop_all(struct eg_cache *cache);

void eg_cache_count(const struct eg_cache *cache, struct eg_cache_counters *counters_out);

#endif
