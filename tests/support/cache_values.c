#include "support/cache_values.h"

#include <stdlib.h>
#include <string.h>

static void retain(void *value, void *context)
{
    struct counted_value *counted = value;
    EG_ASSERT(counted->home == context);
    EG_ASSERT(atomic_fetch_add(&counted->n_references, 1) > 0);
}

static void release(void *value, void *context)
{
    struct counted_value *counted = value;
    EG_ASSERT(counted->home == context);
    counted_release(counted);
}

struct eg_cache_values counted_callbacks(struct counted_values *home)
{
    return (struct eg_cache_values){retain, release, home};
}

struct counted_value *counted_new(struct counted_values *home, uint64_t number)
{
    struct counted_value *value = calloc(1, sizeof *value);
    if (!value) return NULL;
    value->home = home;
    atomic_init(&value->n_references, 1);
    value->number = number;
    value->serial = atomic_fetch_add(&home->n_made, 1) + 1;
    atomic_fetch_add(&home->n_live, 1);
    return value;
}

void counted_release(struct counted_value *value)
{
    int before = atomic_fetch_sub(&value->n_references, 1);
    EG_ASSERT(before > 0);
    if (before > 1) return;
    atomic_fetch_sub(&value->home->n_live, 1);
    free(value);
}

struct eg_cache_key counted_key(uint64_t number)
{
    struct eg_cache_key key = {{0}};
    memcpy(key.bytes, &number, sizeof number);
    return key;
}

uint64_t counted_key_number(const struct eg_cache_key *key)
{
    uint64_t number;
    memcpy(&number, key->bytes, sizeof number);
    return number;
}
