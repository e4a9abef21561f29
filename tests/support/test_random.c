/* SplitMix64 (Steele, Lea, Flood 2014): one addition and a mixing function a number, any seed is good. */
#include "support/test_random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define USUAL_SEED 1

static uint64_t fresh_seed(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return ((uint64_t)now.tv_sec << 20U) ^ (uint64_t)now.tv_nsec ^ ((uint64_t)getpid() << 40U);
}

static uint64_t wanted_seed(void)
{
    const char *wanted = getenv("EG_SEED");
    if (!wanted || !wanted[0]) return USUAL_SEED;
    if (strcmp(wanted, "random") == 0) return fresh_seed();
    char *end = NULL;
    uint64_t seed = strtoull(wanted, &end, 10);
    if (*end == '\0') return seed;
    (void)fprintf(stderr, "EG_SEED=%s: a number or \"random\" is wanted\n", wanted);
    exit(EXIT_FAILURE);
}

struct eg_test_random eg_test_random_new(void)
{
    uint64_t seed = wanted_seed();
    (void)printf("# seed: EG_SEED=%llu\n", (unsigned long long)seed);
    (void)fflush(stdout);
    return (struct eg_test_random){seed};
}

uint64_t eg_test_random_u64(struct eg_test_random *random)
{
    uint64_t mixed = random->state += UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ (mixed >> 30U)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27U)) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ (mixed >> 31U);
}

uint32_t eg_test_random_below(struct eg_test_random *random, uint32_t below)
{
    return (uint32_t)(((eg_test_random_u64(random) >> 32U) * below) >> 32U);
}

double eg_test_random_unit(struct eg_test_random *random)
{
    return (double)(eg_test_random_u64(random) >> 11U) * 0x1p-53;
}
