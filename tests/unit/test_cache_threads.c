/* Single flight, waiters and dropping with real threads. A test that hangs is ended by an alarm. */
#include "cache/cache.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/cache_values.h"
#include "support/test_random.h"

#define N_ASKERS 6
#define HANGS_AFTER_S 120

static void pause_briefly(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
}

/* A cache, and a gate at which makes wait. */
struct bench {
    struct counted_values values;
    struct eg_cache *cache;
    atomic_bool gate_open;
    atomic_int n_at_gate;
    atomic_bool refuse;
    atomic_bool do_not_keep;
};

struct asker {
    struct bench *bench;
    eg_cache_make_fn *make;
    uint64_t number;
    pthread_t thread;
    enum eg_status status;
    struct eg_error error;
    struct counted_value *value;
};

static struct bench *new_bench(uint32_t n_shards)
{
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    struct eg_cache_values callbacks = counted_callbacks(&bench->values);
    assert_int_equal(eg_cache_new(1 << 20U, n_shards, &callbacks, &bench->cache, NULL), EG_OK);
    return bench;
}

static void end_bench(struct bench *bench)
{
    eg_cache_free(bench->cache);
    assert_int_equal(atomic_load(&bench->values.n_live), 0);
    free(bench);
}

static enum eg_status make(void *context, const struct eg_cache_key *key, void **value_out,
                           size_t *weight_bytes_out, bool *keep_out, struct eg_error *err)
{
    struct bench *bench = context;
    bool refuse = atomic_load(&bench->refuse);
    bool keep = !atomic_load(&bench->do_not_keep);
    atomic_fetch_add(&bench->n_at_gate, 1);
    while (!atomic_load(&bench->gate_open)) pause_briefly();
    if (refuse)
        return eg_error_set(err, EG_IO, "key %llu refused", (unsigned long long)counted_key_number(key));
    *value_out = counted_new(&bench->values, counted_key_number(key));
    EG_ASSERT(*value_out);
    *weight_bytes_out = 100;
    *keep_out = keep;
    return EG_OK;
}

static void *ask(void *context)
{
    struct asker *asker = context;
    struct eg_cache_key key = counted_key(asker->number);
    void *value = NULL;
    asker->status =
        eg_cache_get_or_make(asker->bench->cache, &key, asker->make, asker->bench, &value, &asker->error);
    asker->value = value;
    return NULL;
}

static void start(struct asker *asker, struct bench *bench, uint64_t number)
{
    *asker = (struct asker){.bench = bench, .make = make, .number = number};
    assert_int_equal(pthread_create(&asker->thread, NULL, ask, asker), 0);
}

static void finish(struct asker *asker)
{
    assert_int_equal(pthread_join(asker->thread, NULL), 0);
}

static uint64_t waits_of(const struct bench *bench)
{
    struct eg_cache_counters counters;
    eg_cache_count(bench->cache, &counters);
    return counters.waits;
}

/* One maker stands at the gate, all others wait for it; then the gate opens. */
static void ask_all_at_once(struct bench *bench, struct asker askers[N_ASKERS])
{
    atomic_store(&bench->gate_open, false);
    atomic_store(&bench->n_at_gate, 0);
    uint64_t waits_before = waits_of(bench);
    for (int i = 0; i < N_ASKERS; i++) start(&askers[i], bench, 1);
    while (waits_of(bench) < waits_before + N_ASKERS - 1) pause_briefly();
    assert_int_equal(atomic_load(&bench->n_at_gate), 1);
    atomic_store(&bench->gate_open, true);
    for (int i = 0; i < N_ASKERS; i++) finish(&askers[i]);
}

static void all_who_ask_at_once_share_one_value(void **state)
{
    (void)state;
    struct bench *bench = new_bench(2);
    struct asker askers[N_ASKERS];
    ask_all_at_once(bench, askers);
    assert_int_equal(atomic_load(&bench->values.n_made), 1);
    for (int i = 0; i < N_ASKERS; i++) {
        assert_int_equal(askers[i].status, EG_OK);
        assert_ptr_equal(askers[i].value, askers[0].value);
    }
    assert_int_equal(atomic_load(&askers[0].value->n_references), N_ASKERS + 1);
    for (int i = 0; i < N_ASKERS; i++) counted_release(askers[i].value);
    end_bench(bench);
}

static void a_value_that_is_not_kept_is_shared_by_those_who_waited(void **state)
{
    (void)state;
    struct bench *bench = new_bench(1);
    atomic_store(&bench->do_not_keep, true);
    struct asker askers[N_ASKERS];
    ask_all_at_once(bench, askers);
    assert_int_equal(atomic_load(&bench->values.n_made), 1);
    assert_int_equal(atomic_load(&askers[0].value->n_references), N_ASKERS);
    for (int i = 0; i < N_ASKERS; i++) counted_release(askers[i].value);
    assert_int_equal(atomic_load(&bench->values.n_live), 0);
    end_bench(bench);
}

static void a_failure_reaches_all_who_waited_and_nobody_later(void **state)
{
    (void)state;
    struct bench *bench = new_bench(1);
    atomic_store(&bench->refuse, true);
    struct asker askers[N_ASKERS];
    ask_all_at_once(bench, askers);
    for (int i = 0; i < N_ASKERS; i++) {
        assert_int_equal(askers[i].status, EG_IO);
        assert_int_equal(askers[i].error.status, EG_IO);
        assert_string_equal(askers[i].error.message, "key 1 refused");
        assert_null(askers[i].value);
    }
    atomic_store(&bench->refuse, false);
    ask_all_at_once(bench, askers);
    for (int i = 0; i < N_ASKERS; i++) {
        assert_int_equal(askers[i].status, EG_OK);
        counted_release(askers[i].value);
    }
    end_bench(bench);
}

static void makes_of_different_keys_do_not_wait_for_each_other(void **state)
{
    (void)state;
    struct bench *bench = new_bench(1);
    struct asker askers[N_ASKERS];
    for (int i = 0; i < N_ASKERS; i++) start(&askers[i], bench, (uint64_t)i);
    while (atomic_load(&bench->n_at_gate) < N_ASKERS) pause_briefly();
    atomic_store(&bench->gate_open, true);
    for (int i = 0; i < N_ASKERS; i++) {
        finish(&askers[i]);
        assert_int_equal(askers[i].value->number, i);
        counted_release(askers[i].value);
    }
    assert_int_equal(waits_of(bench), 0);
    end_bench(bench);
}

/* --- dropping while values are being made --------------------------------------------------------------------------- */

static void what_was_begun_before_a_drop_is_neither_kept_nor_given_to_those_who_come_after(void **state)
{
    (void)state;
    struct bench *bench = new_bench(1);
    struct asker before;
    struct asker waiting;
    struct asker after;
    start(&before, bench, 1);
    while (atomic_load(&bench->n_at_gate) < 1) pause_briefly();
    start(&waiting, bench, 1);
    while (waits_of(bench) < 1) pause_briefly();
    eg_cache_drop_all(bench->cache);
    start(&after, bench, 1);
    while (atomic_load(&bench->n_at_gate) < 2) pause_briefly();
    atomic_store(&bench->gate_open, true);
    finish(&before);
    finish(&waiting);
    finish(&after);
    assert_ptr_equal(waiting.value, before.value);
    assert_ptr_not_equal(after.value, before.value);
    struct eg_cache_key key = counted_key(1);
    struct counted_value *kept = eg_cache_get(bench->cache, &key);
    assert_ptr_equal(kept, after.value);
    counted_release(kept);
    counted_release(before.value);
    counted_release(waiting.value);
    counted_release(after.value);
    end_bench(bench);
}

/* --- makes that ask for what other makes are making ----------------------------------------------------------------- */

/* Keys 1 and 2 need each other; both makes are under way before either asks. */
static enum eg_status make_from_the_other(void *context, const struct eg_cache_key *key, void **value_out,
                                          size_t *weight_bytes_out, bool *keep_out, struct eg_error *err)
{
    struct bench *bench = context;
    atomic_fetch_add(&bench->n_at_gate, 1);
    while (atomic_load(&bench->n_at_gate) < 2) pause_briefly();
    struct eg_cache_key other = counted_key(3 - counted_key_number(key));
    void *needed = NULL;
    enum eg_status status = eg_cache_get_or_make(bench->cache, &other, make, bench, &needed, err);
    if (status != EG_OK) return status;
    counted_release(needed);
    return make(context, key, value_out, weight_bytes_out, keep_out, err);
}

static void two_makes_that_need_each_other_do_not_wait_for_ever(void **state)
{
    (void)state;
    for (uint32_t n_shards = 1; n_shards <= 16; n_shards *= 16) {
        struct bench *bench = new_bench(n_shards);
        atomic_store(&bench->gate_open, true);
        struct asker askers[2];
        for (int i = 0; i < 2; i++) {
            askers[i] =
                (struct asker){.bench = bench, .make = make_from_the_other, .number = (uint64_t)i + 1};
            assert_int_equal(pthread_create(&askers[i].thread, NULL, ask, &askers[i]), 0);
        }
        for (int i = 0; i < 2; i++) {
            finish(&askers[i]);
            assert_int_equal(askers[i].status, EG_OK);
            assert_int_equal(askers[i].value->number, i + 1);
            counted_release(askers[i].value);
        }
        end_bench(bench);
    }
}

/* --- everything at once --------------------------------------------------------------------------------------------- */

struct stress {
    struct counted_values values;
    struct eg_cache *cache;
    atomic_int n_dropped;
};

/* Key 3 n needs key 3 n + 1, every 11th fails, every 7th is not kept, weights differ. */
static enum eg_status make_under_stress(void *context, const struct eg_cache_key *key, void **value_out,
                                        size_t *weight_bytes_out, bool *keep_out, struct eg_error *err)
{
    struct stress *stress = context;
    uint64_t number = counted_key_number(key);
    if (number % 11 == 5) return eg_error_set(err, EG_BUSY, "every eleventh");
    if (number % 3 == 0) {
        struct eg_cache_key other = counted_key(number + 1);
        void *needed = NULL;
        enum eg_status status =
            eg_cache_get_or_make(stress->cache, &other, make_under_stress, stress, &needed, NULL);
        if (status == EG_OK) counted_release(needed);
    }
    if (number % 5 == 0) (void)sched_yield();
    *value_out = counted_new(&stress->values, number);
    EG_ASSERT(*value_out);
    *weight_bytes_out = number * 37 % 900;
    *keep_out = number % 7 != 3;
    return EG_OK;
}

static void ask_under_stress(struct stress *stress, uint64_t number)
{
    struct eg_cache_key key = counted_key(number);
    struct eg_error err = {0};
    void *value = NULL;
    enum eg_status status =
        eg_cache_get_or_make(stress->cache, &key, make_under_stress, stress, &value, &err);
    EG_ASSERT((status == EG_BUSY) == (number % 11 == 5));
    EG_ASSERT(status != EG_BUSY || strcmp(err.message, "every eleventh") == 0);
    if (status != EG_OK) return;
    EG_ASSERT(((struct counted_value *)value)->number == number);
    counted_release(value);
}

struct stressed {
    struct stress *stress;
    struct eg_test_random random;
    pthread_t thread;
};

static void *work_under_stress(void *context)
{
    struct stressed *self = context;
    struct stress *stress = self->stress;
    struct eg_test_random random = self->random;
    for (int i = 0; i < 4000; i++) {
        uint32_t number = eg_test_random_below(&random, 1 + eg_test_random_below(&random, 120));
        ask_under_stress(stress, number);
        struct eg_cache_key key = counted_key(number);
        struct counted_value *value = eg_cache_get(stress->cache, &key);
        if (value) counted_release(value);
        if (eg_test_random_below(&random, 500) > 0) continue;
        eg_cache_drop_all(stress->cache);
        atomic_fetch_add(&stress->n_dropped, 1);
    }
    return NULL;
}

static void threads_that_ask_fail_nest_and_drop_leave_nothing_behind(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    for (uint32_t n_shards = 1; n_shards <= 4; n_shards *= 4) {
        struct stress stress = {0};
        struct eg_cache_values callbacks = counted_callbacks(&stress.values);
        assert_int_equal(eg_cache_new(20000, n_shards, &callbacks, &stress.cache, NULL), EG_OK);
        struct stressed threads[4];
        for (int i = 0; i < 4; i++) {
            threads[i] = (struct stressed){&stress, {eg_test_random_u64(&random)}, 0};
            assert_int_equal(pthread_create(&threads[i].thread, NULL, work_under_stress, &threads[i]), 0);
        }
        for (int i = 0; i < 4; i++) assert_int_equal(pthread_join(threads[i].thread, NULL), 0);
        struct eg_cache_counters counters;
        eg_cache_count(stress.cache, &counters);
        assert_true(counters.hits > 0 && counters.misses > 0 && counters.failures > 0 &&
                    counters.evictions > 0);
        assert_true(counters.bytes <= counters.budget_bytes);
        assert_int_equal(atomic_load(&stress.values.n_live), counters.entries);
        assert_true(atomic_load(&stress.n_dropped) > 0);
        eg_cache_free(stress.cache);
        assert_int_equal(atomic_load(&stress.values.n_live), 0);
    }
}

int main(void)
{
    (void)alarm(HANGS_AFTER_S);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_who_ask_at_once_share_one_value),
        cmocka_unit_test(a_value_that_is_not_kept_is_shared_by_those_who_waited),
        cmocka_unit_test(a_failure_reaches_all_who_waited_and_nobody_later),
        cmocka_unit_test(makes_of_different_keys_do_not_wait_for_each_other),
        cmocka_unit_test(what_was_begun_before_a_drop_is_neither_kept_nor_given_to_those_who_come_after),
        cmocka_unit_test(two_makes_that_need_each_other_do_not_wait_for_ever),
        cmocka_unit_test(threads_that_ask_fail_nest_and_drop_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
