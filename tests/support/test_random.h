/* Random numbers for tests: repeatable, and the seed is printed, so that a failure can be played again.
 *
 * A plain run always takes the same seed, so that it does not fail or pass by luck. Luck is sought by `make search`, which
 * gives these tests fresh seeds for as long as one wants. */
#ifndef EG_TESTS_SUPPORT_TEST_RANDOM_H
#define EG_TESTS_SUPPORT_TEST_RANDOM_H

#include <stdint.h>

struct eg_test_random {
    uint64_t state;
};

/* Seeded from the environment variable EG_SEED: a number, or "random" for one from the clock. Without it the seed is always the same
 * one. Prints the seed as a TAP comment. */
struct eg_test_random eg_test_random_new(void);

uint64_t eg_test_random_u64(struct eg_test_random *random);

/* 0 to below - 1; 0 when `below` is 0. */
uint32_t eg_test_random_below(struct eg_test_random *random, uint32_t below);

/* 0 included to 1 excluded. */
double eg_test_random_unit(struct eg_test_random *random);

#endif
