/* The linker sends malloc, calloc and realloc here (-Wl,--wrap). One atomic counter runs down to the failure. */
#include "support/failing_malloc.h"

#include <stdatomic.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static atomic_long countdown; /* 0: off; 1: the next allocation fails */
static atomic_bool triggered;

void eg_failing_malloc_after(long n)
{
    atomic_store(&triggered, false);
    atomic_store(&countdown, n);
}

bool eg_failing_malloc_triggered(void)
{
    return atomic_load(&triggered);
}

static bool must_fail(void)
{
    long left = atomic_load(&countdown);
    do {
        if (left <= 0) return false;
    } while (!atomic_compare_exchange_weak(&countdown, &left, left - 1));
    if (left > 1) return false;
    atomic_store(&triggered, true);
    return true;
}

void *__wrap_malloc(size_t size)
{
    return must_fail() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return must_fail() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return must_fail() ? NULL : __real_realloc(old, size);
}
