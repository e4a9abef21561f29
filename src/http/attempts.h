/* How often somebody may try something: sign in, suggest a change. Counts by whatever 16 bytes stand for somebody (an address, a hash of a
 * name), in a table of fixed size, so that no stranger can make it grow. Where it is full, the one who may soonest try again is forgotten.
 * Safe from any thread. */
#ifndef EG_HTTP_ATTEMPTS_H
#define EG_HTTP_ATTEMPTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct eg_attempts;

/* At most `most` at once, and as many again, evenly, in each period of that length. */
struct eg_attempts_rule {
    uint32_t most;
    double period_s;
};

#define EG_ATTEMPTS_KEY_BYTES 16U

EG_MUST_CHECK enum eg_status eg_attempts_new(struct eg_attempts_rule rule, struct eg_attempts **attempts_out,
                                             struct eg_error *err);
void eg_attempts_free(struct eg_attempts *attempts); /* NULL is allowed */

/* Whether one more is allowed now (eg_clock_monotonic_s), and counts it if so; else *wait_s_out is in how many seconds one will be. */
bool eg_attempts_take(struct eg_attempts *attempts, const uint8_t key[EG_ATTEMPTS_KEY_BYTES], double now_s,
                      double *wait_s_out);
/* The same without counting. */
bool eg_attempts_allows(struct eg_attempts *attempts, const uint8_t key[EG_ATTEMPTS_KEY_BYTES], double now_s,
                        double *wait_s_out);
/* Forgets what was counted: it was the right password after all. */
void eg_attempts_forget(struct eg_attempts *attempts, const uint8_t key[EG_ATTEMPTS_KEY_BYTES]);

#endif
