/* For each key one number is kept: until when its attempts are used up if each takes an equal share of the period (the generic cell rate
 * algorithm of ITU-T I.371). A key has four slots to lie in, chosen by a hash that strangers cannot foresee. */
#include "http/attempts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

#define SETS 2048U
#define WAYS 4U

struct slot {
    uint8_t key[EG_ATTEMPTS_KEY_BYTES];
    double used_until_s; /* in the past: free */
};

struct eg_attempts {
    struct eg_attempts_rule rule;
    uint64_t seed;
    pthread_mutex_t lock; /* guards the slots; nothing else is locked while it is held */
    struct slot slots[SETS][WAYS];
};

enum eg_status eg_attempts_new(struct eg_attempts_rule rule, struct eg_attempts **attempts_out,
                               struct eg_error *err)
{
    EG_ASSERT(rule.most > 0 && rule.period_s > 0);
    struct eg_attempts *attempts = eg_memory_zeroed(1, sizeof *attempts);
    if (!attempts) return eg_error_no_memory(err, sizeof *attempts);
    char uuid[EG_UUID_TEXT_LEN + 1];
    eg_uuid_random(uuid);
    attempts->rule = rule;
    attempts->seed = eg_hash64(uuid, EG_UUID_TEXT_LEN, 0);
    for (uint32_t set = 0; set < SETS; set++)
        for (uint32_t way = 0; way < WAYS; way++) attempts->slots[set][way].used_until_s = -1e300;
    pthread_mutex_init(&attempts->lock, NULL);
    *attempts_out = attempts;
    return EG_OK;
}

void eg_attempts_free(struct eg_attempts *attempts)
{
    if (!attempts) return;
    pthread_mutex_destroy(&attempts->lock);
    free(attempts);
}

static struct slot *set_of(struct eg_attempts *attempts, const uint8_t *key)
{
    return attempts->slots[eg_hash64(key, EG_ATTEMPTS_KEY_BYTES, attempts->seed) % SETS];
}

static struct slot *find(struct slot *set, const uint8_t *key)
{
    for (uint32_t way = 0; way < WAYS; way++)
        if (memcmp(set[way].key, key, EG_ATTEMPTS_KEY_BYTES) == 0) return &set[way];
    return NULL;
}

static struct slot *soonest(struct slot *set)
{
    struct slot *found = set;
    for (uint32_t way = 1; way < WAYS; way++)
        if (set[way].used_until_s < found->used_until_s) found = &set[way];
    return found;
}

static bool look(struct eg_attempts *attempts, const uint8_t *key, double now_s, bool take,
                 double *wait_s_out)
{
    double share_s = attempts->rule.period_s / attempts->rule.most;
    pthread_mutex_lock(&attempts->lock);
    struct slot *set = set_of(attempts, key), *slot = find(set, key);
    double used_until_s = slot && slot->used_until_s > now_s ? slot->used_until_s : now_s;
    double wait_s = used_until_s + share_s - attempts->rule.period_s - now_s;
    bool allowed = wait_s <= 1e-6; /* sums of shares are rounded */
    if (allowed && take) {
        if (!slot) slot = soonest(set);
        memcpy(slot->key, key, EG_ATTEMPTS_KEY_BYTES);
        slot->used_until_s = used_until_s + share_s;
    }
    pthread_mutex_unlock(&attempts->lock);
    *wait_s_out = allowed ? 0 : wait_s;
    return allowed;
}

bool eg_attempts_take(struct eg_attempts *attempts, const uint8_t key[EG_ATTEMPTS_KEY_BYTES], double now_s,
                      double *wait_s_out)
{
    return look(attempts, key, now_s, true, wait_s_out);
}

bool eg_attempts_allows(struct eg_attempts *attempts, const uint8_t key[EG_ATTEMPTS_KEY_BYTES], double now_s,
                        double *wait_s_out)
{
    return look(attempts, key, now_s, false, wait_s_out);
}

void eg_attempts_forget(struct eg_attempts *attempts, const uint8_t key[EG_ATTEMPTS_KEY_BYTES])
{
    pthread_mutex_lock(&attempts->lock);
    struct slot *slot = find(set_of(attempts, key), key);
    if (slot) slot->used_until_s = -1e300;
    pthread_mutex_unlock(&attempts->lock);
}
