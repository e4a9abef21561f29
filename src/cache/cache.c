/* Shards, each with a lock, a hash table and a SIEVE queue; thousands to some hundred thousand entries of a few hundred
 * bytes to some megabytes.
 *
 * Table: open addressing with linear probing over (hash, entry) pairs, at most three quarters full, deletion by shifting
 * back, so there are no tombstones and a lookup touches one or two cache lines before the entry itself.
 *
 * Eviction: SIEVE (Zhang et al., NSDI 2024). Entries stand in order of arrival; a hit marks its entry and moves nothing.
 * To evict, a hand walks from the oldest to the newest, takes the marks off and evicts the first entry without one, and
 * stays there for the next time. A new entry has to earn its mark before the hand comes by, so a scan of keys that are
 * asked for once pushes out itself and not what is in use.
 *
 * Flights: whoever misses a key first puts a flight on its own stack and into the shard's list; whoever misses it later
 * hangs a waiter on its own stack below the flight and sleeps. When the maker is done it writes every waiter's answer
 * under the lock, a reference of its own for each, and wakes it; nothing is allocated for that and nobody's lifetime
 * depends on another thread's speed. A thread that is making something never waits for another maker (it makes its own
 * copy, which is not kept), hence no circle of waiters can close. */
#include "cache/cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <sys/random.h>

#include "base/hash.h"
#include "base/memory.h"

#define MOST_SHARDS 256U
#define FIRST_SLOTS 64U
#define LINE_BYTES 64U

struct entry {
    struct eg_cache_key key;
    uint64_t hash;
    void *value;
    size_t charge_bytes;
    struct entry *newer;
    struct entry *older;
    bool visited; /* asked for since the hand came by */
};

struct slot {
    uint64_t hash;
    struct entry *entry; /* NULL: free */
};

struct waiter {
    struct waiter *next;
    pthread_cond_t answered;
    bool done;
    enum eg_status status;
    void *value;
    struct eg_error *err; /* the waiting caller's, may be NULL; written by the maker */
};

struct flight {
    struct flight *next;
    const struct eg_cache_key *key;
    pthread_t maker;
    struct waiter *waiters;
    bool stale; /* everything was dropped since it began: nobody may join, and the value is not kept */
};

/* `lock` guards every field of the shard, of its entries, of its flights and of their waiters (a flight's key and maker
 * never change). It is a leaf: a thread holds one shard's lock at most and takes no other lock under it; values are made
 * and released without it, retained under it. The counters are written under it and read at any time. */
struct shard {
    pthread_mutex_t lock;
    struct slot *slots; /* [n_slots], NULL before the first entry */
    size_t n_slots;     /* a power of two */
    struct entry *oldest;
    struct entry *newest;
    struct entry *hand; /* NULL: at the oldest */
    struct flight *flights;
    atomic_size_t n_flights;
    atomic_size_t n_entries;
    atomic_size_t bytes; /* of all charges */
    atomic_uint_least64_t hits, misses, waits, failures, evictions;
    char apart[LINE_BYTES]; /* so that two shards never share a cache line */
};

struct eg_cache {
    size_t budget_bytes;
    size_t shard_budget_bytes;
    uint32_t n_shards;
    uint64_t seed;
    struct eg_cache_values values;
    atomic_uint_least64_t lone_misses; /* makes that no flight stands for */
    atomic_uint_least64_t lone_failures;
    struct shard *shards;
};

/* One call of eg_cache_get_or_make. */
struct request {
    struct eg_cache *cache;
    struct shard *shard;
    const struct eg_cache_key *key;
    uint64_t hash;
    eg_cache_make_fn *make;
    void *context;
};

struct made {
    enum eg_status status;
    void *value;
    size_t weight_bytes;
    bool keep;
    struct eg_error error;
};

/* --- counters ---------------------------------------------------------------------------------------------------- */

/* Under the shard's lock nobody else writes, so adding need not be one locked instruction. */
static void add_one(atomic_uint_least64_t *counter)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

static size_t read_size(const atomic_size_t *size)
{
    return atomic_load_explicit(size, memory_order_relaxed);
}

static void write_size(atomic_size_t *size, size_t value)
{
    atomic_store_explicit(size, value, memory_order_relaxed);
}

/* --- the table of a shard (its lock is held) --------------------------------------------------------------------- */

static struct entry *find_entry(const struct shard *shard, uint64_t hash, const struct eg_cache_key *key)
{
    if (!shard->slots) return NULL;
    for (size_t at = hash & (shard->n_slots - 1); shard->slots[at].entry;
         at = (at + 1) & (shard->n_slots - 1)) {
        struct entry *entry = shard->slots[at].entry;
        if (shard->slots[at].hash == hash && memcmp(&entry->key, key, sizeof *key) == 0) return entry;
    }
    return NULL;
}

static void put_slot(struct slot *slots, size_t n_slots, struct slot slot)
{
    size_t at = slot.hash & (n_slots - 1);
    while (slots[at].entry) at = (at + 1) & (n_slots - 1);
    slots[at] = slot;
}

/* Room for one more entry; false when memory is refused. */
static bool reserve_slot(struct shard *shard)
{
    if ((read_size(&shard->n_entries) + 1) * 4 <= shard->n_slots * 3) return true;
    size_t n_slots = shard->n_slots > 0 ? shard->n_slots * 2 : FIRST_SLOTS;
    struct slot *slots = eg_memory_zeroed(n_slots, sizeof *slots);
    if (!slots) return false;
    for (size_t i = 0; i < shard->n_slots; i++)
        if (shard->slots[i].entry) put_slot(slots, n_slots, shard->slots[i]);
    free(shard->slots);
    shard->slots = slots;
    shard->n_slots = n_slots;
    return true;
}

/* Frees the entry's slot, and moves back those behind it that would no longer be found. */
static void drop_slot(struct shard *shard, const struct entry *entry)
{
    size_t mask = shard->n_slots - 1;
    size_t hole = entry->hash & mask;
    while (shard->slots[hole].entry != entry) hole = (hole + 1) & mask;
    for (size_t at = (hole + 1) & mask; shard->slots[at].entry; at = (at + 1) & mask) {
        size_t wanted = shard->slots[at].hash & mask;
        if (((at - wanted) & mask) < ((at - hole) & mask)) continue; /* it wants to stand behind the hole */
        shard->slots[hole] = shard->slots[at];
        hole = at;
    }
    shard->slots[hole].entry = NULL;
}

/* --- the queue of a shard (its lock is held) --------------------------------------------------------------------- */

static void insert_entry(struct shard *shard, struct entry *entry)
{
    put_slot(shard->slots, shard->n_slots, (struct slot){entry->hash, entry});
    entry->older = shard->newest;
    if (shard->newest) shard->newest->newer = entry;
    else shard->oldest = entry;
    shard->newest = entry;
    write_size(&shard->n_entries, read_size(&shard->n_entries) + 1);
    write_size(&shard->bytes, read_size(&shard->bytes) + entry->charge_bytes);
}

static void remove_entry(struct shard *shard, struct entry *entry)
{
    drop_slot(shard, entry);
    if (entry->newer) entry->newer->older = entry->older;
    else shard->newest = entry->older;
    if (entry->older) entry->older->newer = entry->newer;
    else shard->oldest = entry->newer;
    write_size(&shard->n_entries, read_size(&shard->n_entries) - 1);
    write_size(&shard->bytes, read_size(&shard->bytes) - entry->charge_bytes);
}

/* Evicts until `charge_bytes` fit; returns the evicted, linked by `newer`, for release_entries without the lock. */
static struct entry *make_room(struct shard *shard, size_t budget_bytes, size_t charge_bytes)
{
    struct entry *evicted = NULL;
    while (read_size(&shard->bytes) + charge_bytes > budget_bytes) {
        struct entry *entry = shard->hand ? shard->hand : shard->oldest;
        while (entry->visited) {
            entry->visited = false;
            entry = entry->newer ? entry->newer : shard->oldest;
        }
        shard->hand = entry->newer;
        remove_entry(shard, entry);
        entry->newer = evicted;
        evicted = entry;
        add_one(&shard->evictions);
    }
    return evicted;
}

static void release_entries(struct eg_cache *cache, struct entry *entries)
{
    while (entries) {
        struct entry *next = entries->newer;
        cache->values.release(entries->value, cache->values.context);
        free(entries);
        entries = next;
    }
}

/* --- making a value ---------------------------------------------------------------------------------------------- */

static void run_make(const struct request *request, struct made *made)
{
    *made = (struct made){.keep = true};
    made->status = request->make(request->context, request->key, &made->value, &made->weight_bytes,
                                 &made->keep, &made->error);
    EG_ASSERT(made->status != EG_OK || made->value);
    made->error.status = made->status;
}

static enum eg_status give(const struct made *made, void **value_out, struct eg_error *err)
{
    if (made->status == EG_OK) *value_out = made->value;
    else if (err) *err = made->error;
    return made->status;
}

/* For the caller alone: neither shared nor kept. */
static enum eg_status make_alone(const struct request *request, void **value_out, struct eg_error *err)
{
    struct made made;
    run_make(request, &made);
    atomic_fetch_add_explicit(&request->cache->lone_misses, 1, memory_order_relaxed);
    if (made.status != EG_OK)
        atomic_fetch_add_explicit(&request->cache->lone_failures, 1, memory_order_relaxed);
    return give(&made, value_out, err);
}

/* An entry for what was made; NULL when it is not to be kept, too heavy, or memory is refused: a cache may forget. */
static struct entry *new_entry(const struct request *request, const struct made *made)
{
    size_t budget_bytes = request->cache->shard_budget_bytes;
    if (made->status != EG_OK || !made->keep || budget_bytes < EG_CACHE_ENTRY_BYTES ||
        made->weight_bytes > budget_bytes - EG_CACHE_ENTRY_BYTES)
        return NULL;
    struct entry *entry = eg_memory_zeroed(1, sizeof *entry);
    if (!entry) return NULL;
    entry->key = *request->key;
    entry->hash = request->hash;
    entry->value = made->value;
    entry->charge_bytes = made->weight_bytes + EG_CACHE_ENTRY_BYTES;
    return entry;
}

static void answer_waiters(const struct eg_cache *cache, struct waiter *waiters, const struct made *made)
{
    while (waiters) {
        struct waiter *next = waiters->next; /* the waiter is gone as soon as it has the lock */
        if (made->status == EG_OK) cache->values.retain(made->value, cache->values.context);
        waiters->value = made->value;
        waiters->status = made->status;
        if (made->status != EG_OK && waiters->err) *waiters->err = made->error;
        waiters->done = true;
        pthread_cond_signal(&waiters->answered);
        waiters = next;
    }
}

static void end_flight(struct shard *shard, const struct flight *flight)
{
    struct flight **link = &shard->flights;
    while (*link != flight) link = &(*link)->next;
    *link = flight->next;
    write_size(&shard->n_flights, read_size(&shard->n_flights) - 1);
}

/* Makes the value for this thread and all who wait for the flight. Comes with the shard's lock, leaves without. */
static enum eg_status make_shared(const struct request *request, void **value_out, struct eg_error *err)
{
    struct eg_cache *cache = request->cache;
    struct shard *shard = request->shard;
    struct flight flight = {.next = shard->flights, .key = request->key, .maker = pthread_self()};
    shard->flights = &flight;
    write_size(&shard->n_flights, read_size(&shard->n_flights) + 1);
    add_one(&shard->misses);
    pthread_mutex_unlock(&shard->lock);

    struct made made;
    run_make(request, &made);
    struct entry *entry = new_entry(request, &made);
    struct entry *evicted = NULL;

    pthread_mutex_lock(&shard->lock);
    end_flight(shard, &flight);
    if (made.status != EG_OK) add_one(&shard->failures);
    bool kept = entry && !flight.stale && reserve_slot(shard);
    if (kept) {
        cache->values.retain(made.value,
                             cache->values.context); /* the entry has the maker's, this is the caller's */
        evicted = make_room(shard, cache->shard_budget_bytes, entry->charge_bytes);
        insert_entry(shard, entry);
    }
    answer_waiters(cache, flight.waiters, &made);
    pthread_mutex_unlock(&shard->lock);

    if (!kept) free(entry);
    release_entries(cache, evicted);
    return give(&made, value_out, err);
}

/* --- asking ------------------------------------------------------------------------------------------------------ */

static struct shard *shard_of(const struct eg_cache *cache, uint64_t hash)
{
    return &cache->shards[(hash >> 56U) & (cache->n_shards - 1)]; /* the table uses the low bits */
}

/* The kept value, retained; NULL when there is none. The shard's lock is held. */
static void *take_hit(const struct eg_cache *cache, struct shard *shard, uint64_t hash,
                      const struct eg_cache_key *key)
{
    struct entry *entry = find_entry(shard, hash, key);
    if (!entry) return NULL;
    entry->visited = true;
    add_one(&shard->hits);
    cache->values.retain(entry->value, cache->values.context);
    return entry->value;
}

static struct flight *find_flight(const struct shard *shard, const struct eg_cache_key *key)
{
    struct flight *flight = shard->flights;
    while (flight && (flight->stale || memcmp(flight->key, key, sizeof *key) != 0)) flight = flight->next;
    return flight;
}

/* Whether this thread is inside a make of this cache. Flights of its own it sees without any lock. */
static bool is_making(const struct eg_cache *cache)
{
    bool found = false;
    for (uint32_t i = 0; i < cache->n_shards && !found; i++) {
        struct shard *shard = &cache->shards[i];
        if (read_size(&shard->n_flights) == 0) continue;
        pthread_mutex_lock(&shard->lock);
        for (const struct flight *flight = shard->flights; flight && !found; flight = flight->next)
            found = pthread_equal(flight->maker, pthread_self()) != 0;
        pthread_mutex_unlock(&shard->lock);
    }
    return found;
}

/* Comes with the shard's lock, leaves without. */
static enum eg_status wait_for(struct shard *shard, struct flight *flight, void **value_out,
                               struct eg_error *err)
{
    struct waiter waiter = {.next = flight->waiters, .err = err};
    EG_ASSERT(pthread_cond_init(&waiter.answered, NULL) == 0);
    flight->waiters = &waiter;
    add_one(&shard->waits);
    while (!waiter.done) pthread_cond_wait(&waiter.answered, &shard->lock);
    pthread_mutex_unlock(&shard->lock);
    (void)pthread_cond_destroy(&waiter.answered);
    if (waiter.status == EG_OK) *value_out = waiter.value;
    return waiter.status;
}

void *eg_cache_get(struct eg_cache *cache, const struct eg_cache_key *key)
{
    if (cache->budget_bytes == 0) return NULL;
    uint64_t hash = eg_hash64(key, sizeof *key, cache->seed);
    struct shard *shard = shard_of(cache, hash);
    pthread_mutex_lock(&shard->lock);
    void *value = take_hit(cache, shard, hash, key);
    pthread_mutex_unlock(&shard->lock);
    return value;
}

enum eg_status eg_cache_get_or_make(struct eg_cache *cache, const struct eg_cache_key *key,
                                    eg_cache_make_fn *make, void *context, void **value_out,
                                    struct eg_error *err)
{
    struct request request = {.cache = cache, .key = key, .make = make, .context = context};
    if (cache->budget_bytes == 0) return make_alone(&request, value_out, err);
    request.hash = eg_hash64(key, sizeof *key, cache->seed);
    struct shard *shard = request.shard = shard_of(cache, request.hash);
    for (bool may_wait = false;; may_wait = true) {
        pthread_mutex_lock(&shard->lock);
        void *value = take_hit(cache, shard, request.hash, key);
        if (value) {
            pthread_mutex_unlock(&shard->lock);
            *value_out = value;
            return EG_OK;
        }
        struct flight *flight = find_flight(shard, key);
        if (!flight) return make_shared(&request, value_out, err);
        EG_ASSERT(!pthread_equal(flight->maker, pthread_self())); /* a make that asks for its own key */
        if (may_wait) return wait_for(shard, flight, value_out, err);
        pthread_mutex_unlock(&shard->lock);
        if (is_making(cache)) return make_alone(&request, value_out, err);
    }
}

/* --- the whole --------------------------------------------------------------------------------------------------- */

/* A lock is held for some 20 ns: a thread that finds it taken does better to look again a few times than to sleep (with
 * two threads a hit costs a quarter less). */
static void init_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attributes;
    EG_ASSERT(pthread_mutexattr_init(&attributes) == 0);
    EG_ASSERT(pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP) == 0);
    EG_ASSERT(pthread_mutex_init(lock, &attributes) == 0);
    (void)pthread_mutexattr_destroy(&attributes);
}

enum eg_status eg_cache_new(size_t budget_bytes, uint32_t n_shards, const struct eg_cache_values *values,
                            struct eg_cache **cache_out, struct eg_error *err)
{
    if (n_shards < 1 || n_shards > MOST_SHARDS || (n_shards & (n_shards - 1)) != 0)
        return eg_error_set(err, EG_INVALID, "%u cache shards; give a power of two up to %u", n_shards,
                            MOST_SHARDS);
    struct eg_cache *cache = eg_memory_zeroed(1, sizeof *cache);
    struct shard *shards = eg_memory_zeroed(n_shards, sizeof *shards);
    if (!cache || !shards) {
        free(cache);
        free(shards);
        return eg_error_no_memory(err, sizeof *cache + n_shards * sizeof *shards);
    }
    cache->budget_bytes = budget_bytes;
    cache->shard_budget_bytes = budget_bytes / n_shards;
    cache->n_shards = n_shards;
    cache->values = *values;
    cache->shards = shards;
    /* So that nobody can choose keys that fall into one slot. Without it (a very old kernel) the cache works as well. */
    (void)!getrandom(&cache->seed, sizeof cache->seed, GRND_NONBLOCK);
    for (uint32_t i = 0; i < n_shards; i++) init_lock(&shards[i].lock);
    *cache_out = cache;
    return EG_OK;
}

static void drop_shard(struct eg_cache *cache, struct shard *shard)
{
    pthread_mutex_lock(&shard->lock);
    struct entry *dropped = shard->oldest;
    if (shard->slots) memset(shard->slots, 0, shard->n_slots * sizeof *shard->slots);
    shard->oldest = shard->newest = shard->hand = NULL;
    write_size(&shard->n_entries, 0);
    write_size(&shard->bytes, 0);
    for (struct flight *flight = shard->flights; flight; flight = flight->next) flight->stale = true;
    pthread_mutex_unlock(&shard->lock);
    release_entries(cache, dropped);
}

void eg_cache_drop_all(struct eg_cache *cache)
{
    for (uint32_t i = 0; i < cache->n_shards; i++) drop_shard(cache, &cache->shards[i]);
}

void eg_cache_free(struct eg_cache *cache)
{
    if (!cache) return;
    for (uint32_t i = 0; i < cache->n_shards; i++) {
        EG_ASSERT(!cache->shards[i].flights);
        drop_shard(cache, &cache->shards[i]);
        (void)pthread_mutex_destroy(&cache->shards[i].lock);
        free(cache->shards[i].slots);
    }
    free(cache->shards);
    free(cache);
}

void eg_cache_count(const struct eg_cache *cache, struct eg_cache_counters *counters_out)
{
    struct eg_cache_counters sum = {
        .misses = atomic_load_explicit(&cache->lone_misses, memory_order_relaxed),
        .failures = atomic_load_explicit(&cache->lone_failures, memory_order_relaxed),
        .budget_bytes = cache->budget_bytes,
    };
    for (uint32_t i = 0; i < cache->n_shards; i++) {
        struct shard *shard = &cache->shards[i];
        sum.hits += atomic_load_explicit(&shard->hits, memory_order_relaxed);
        sum.misses += atomic_load_explicit(&shard->misses, memory_order_relaxed);
        sum.waits += atomic_load_explicit(&shard->waits, memory_order_relaxed);
        sum.failures += atomic_load_explicit(&shard->failures, memory_order_relaxed);
        sum.evictions += atomic_load_explicit(&shard->evictions, memory_order_relaxed);
        sum.bytes += read_size(&shard->bytes);
        sum.entries += read_size(&shard->n_entries);
    }
    *counters_out = sum;
}
