#include "cache/cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/cache_values.h"
#include "support/failing_malloc.h"
#include "support/test_random.h"

#define WEIGHT 72
#define CHARGE (WEIGHT + EG_CACHE_ENTRY_BYTES)

/* A cache of its own for every test, and orders for the next make. */
struct bench {
    struct counted_values values;
    struct eg_cache *cache;
    size_t weight_bytes;
    bool refuse;
    bool do_not_keep;
};

static struct bench *new_bench(size_t budget_bytes, uint32_t n_shards)
{
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    bench->weight_bytes = WEIGHT;
    struct eg_cache_values callbacks = counted_callbacks(&bench->values);
    assert_int_equal(eg_cache_new(budget_bytes, n_shards, &callbacks, &bench->cache, NULL), EG_OK);
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
    if (bench->refuse) return eg_error_set(err, EG_BUSY, "refused as ordered");
    struct counted_value *value = counted_new(&bench->values, counted_key_number(key));
    if (!value) return eg_error_no_memory(err, sizeof *value);
    *value_out = value;
    *weight_bytes_out = bench->weight_bytes;
    assert_true(*keep_out);
    *keep_out = !bench->do_not_keep;
    return EG_OK;
}

/* Asks for a key and gives the value back at once; whether it had to be made. */
static bool asks_and_makes(struct bench *bench, uint64_t number)
{
    struct eg_cache_key key = counted_key(number);
    long made_before = atomic_load(&bench->values.n_made);
    void *value = NULL;
    assert_int_equal(eg_cache_get_or_make(bench->cache, &key, make, bench, &value, NULL), EG_OK);
    assert_true(((struct counted_value *)value)->number == number);
    counted_release(value);
    return atomic_load(&bench->values.n_made) > made_before;
}

static bool holds(struct bench *bench, uint64_t number)
{
    struct eg_cache_key key = counted_key(number);
    struct counted_value *value = eg_cache_get(bench->cache, &key);
    if (!value) return false;
    assert_true(value->number == number);
    counted_release(value);
    return true;
}

static struct eg_cache_counters counters_of(const struct bench *bench)
{
    struct eg_cache_counters counters;
    eg_cache_count(bench->cache, &counters);
    return counters;
}

/* --- keeping -------------------------------------------------------------------------------------------------------- */

static void a_value_is_made_once_and_found_again(void **state)
{
    (void)state;
    struct bench *bench = new_bench(1 << 20U, 4);
    assert_false(holds(bench, 1));
    assert_true(asks_and_makes(bench, 1));
    assert_false(asks_and_makes(bench, 1));
    assert_true(holds(bench, 1));
    assert_true(asks_and_makes(bench, 2));
    struct eg_cache_counters counters = counters_of(bench);
    assert_int_equal(counters.hits, 2);
    assert_int_equal(counters.misses, 2);
    assert_int_equal(counters.waits + counters.failures + counters.evictions, 0);
    assert_int_equal(counters.entries, 2);
    assert_int_equal(counters.bytes, 2 * CHARGE);
    assert_int_equal(counters.budget_bytes, 1 << 20U);
    end_bench(bench);
}

static void keys_are_compared_to_their_last_byte(void **state)
{
    (void)state;
    struct bench *bench = new_bench(1 << 20U, 1);
    struct eg_cache_key key = counted_key(7);
    assert_true(asks_and_makes(bench, 7));
    for (size_t i = sizeof(uint64_t); i < EG_CACHE_KEY_BYTES; i++) {
        key.bytes[i] = 1;
        assert_null(eg_cache_get(bench->cache, &key));
        key.bytes[i] = 0;
    }
    end_bench(bench);
}

static void many_entries_survive_the_growth_of_the_table(void **state)
{
    (void)state;
    struct bench *bench = new_bench(10000 * CHARGE, 1);
    for (uint64_t i = 0; i < 5000; i++) assert_true(asks_and_makes(bench, i));
    for (uint64_t i = 0; i < 5000; i++) assert_true(holds(bench, i));
    assert_int_equal(counters_of(bench).entries, 5000);
    end_bench(bench);
}

static void a_value_in_use_outlives_eviction_dropping_and_the_cache(void **state)
{
    (void)state;
    struct bench *bench = new_bench(2 * CHARGE, 1);
    struct eg_cache_key key = counted_key(1);
    void *first = NULL;
    assert_int_equal(eg_cache_get_or_make(bench->cache, &key, make, bench, &first, NULL), EG_OK);
    for (uint64_t i = 2; i < 10; i++) assert_true(asks_and_makes(bench, i));
    assert_false(holds(bench, 1));
    struct counted_value *last = NULL;
    key = counted_key(9);
    last = eg_cache_get(bench->cache, &key);
    eg_cache_drop_all(bench->cache);
    assert_false(holds(bench, 9));
    assert_int_equal(atomic_load(&bench->values.n_live), 2);
    eg_cache_free(bench->cache);
    assert_int_equal(((struct counted_value *)first)->number, 1);
    assert_int_equal(last->number, 9);
    counted_release(first);
    counted_release(last);
    assert_int_equal(atomic_load(&bench->values.n_live), 0);
    free(bench);
}

static void dropping_everything_empties_the_cache_and_it_fills_again(void **state)
{
    (void)state;
    struct bench *bench = new_bench(20 * CHARGE, 2);
    for (int round = 0; round < 3; round++) {
        for (uint64_t i = 0; i < 100; i++) assert_true(asks_and_makes(bench, i));
        eg_cache_drop_all(bench->cache);
        assert_int_equal(counters_of(bench).entries, 0);
        assert_int_equal(counters_of(bench).bytes, 0);
        assert_int_equal(atomic_load(&bench->values.n_live), 0);
    }
    end_bench(bench);
}

/* --- the budget ----------------------------------------------------------------------------------------------------- */

static void the_budget_is_kept_to_the_byte(void **state)
{
    (void)state;
    struct bench *bench = new_bench(3 * CHARGE, 1);
    for (uint64_t i = 1; i <= 3; i++) assert_true(asks_and_makes(bench, i));
    assert_int_equal(counters_of(bench).bytes, 3 * CHARGE);
    assert_int_equal(counters_of(bench).evictions, 0);
    assert_true(asks_and_makes(bench, 4));
    assert_int_equal(counters_of(bench).entries, 3);
    assert_int_equal(counters_of(bench).evictions, 1);
    end_bench(bench);
    bench = new_bench(3 * CHARGE - 1, 1);
    for (uint64_t i = 1; i <= 3; i++) assert_true(asks_and_makes(bench, i));
    assert_int_equal(counters_of(bench).entries, 2);
    end_bench(bench);
}

static void random_weights_never_exceed_the_budget(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    struct bench *bench = new_bench(50000, 4);
    for (int i = 0; i < 5000; i++) {
        bench->weight_bytes = eg_test_random_below(&random, 15000);
        (void)asks_and_makes(bench, eg_test_random_below(&random, 200));
        struct eg_cache_counters counters = counters_of(bench);
        assert_true(counters.bytes <= 50000);
        assert_true(counters.bytes >= counters.entries * EG_CACHE_ENTRY_BYTES);
    }
    assert_true(counters_of(bench).evictions > 0);
    end_bench(bench);
}

static void what_is_heavier_than_a_shards_part_is_given_but_not_kept(void **state)
{
    (void)state;
    struct bench *bench = new_bench(2 * 1000, 2);
    bench->weight_bytes = 1000 - EG_CACHE_ENTRY_BYTES;
    assert_true(asks_and_makes(bench, 1));
    assert_true(holds(bench, 1));
    bench->weight_bytes++;
    assert_true(asks_and_makes(bench, 2));
    assert_true(asks_and_makes(bench, 2));
    bench->weight_bytes = SIZE_MAX;
    assert_true(asks_and_makes(bench, 3));
    assert_false(holds(bench, 3));
    assert_true(holds(bench, 1));
    assert_int_equal(counters_of(bench).evictions, 0);
    end_bench(bench);
}

static void with_a_budget_of_zero_every_call_makes_its_own(void **state)
{
    (void)state;
    struct bench *bench = new_bench(0, 16);
    for (int i = 0; i < 3; i++) assert_true(asks_and_makes(bench, 1));
    assert_false(holds(bench, 1));
    eg_cache_drop_all(bench->cache);
    assert_int_equal(counters_of(bench).misses, 3);
    assert_int_equal(counters_of(bench).entries, 0);
    end_bench(bench);
    bench = new_bench(EG_CACHE_ENTRY_BYTES - 1, 1); /* a budget below any entry is no trouble either */
    bench->weight_bytes = 0;
    for (int i = 0; i < 3; i++) assert_true(asks_and_makes(bench, 1));
    end_bench(bench);
}

/* --- eviction ------------------------------------------------------------------------------------------------------- */

/* SIEVE as its paper tells it, in arrays: newest first, the hand an index from the end. */
struct model {
    size_t capacity;
    size_t n;
    uint64_t numbers[64]; /* oldest first */
    bool visited[64];
    size_t hand;
};

static bool model_asks_and_misses(struct model *model, uint64_t number)
{
    for (size_t i = 0; i < model->n; i++) {
        if (model->numbers[i] != number) continue;
        model->visited[i] = true;
        return false;
    }
    if (model->n == model->capacity) {
        if (model->hand >= model->n) model->hand = 0;
        while (model->visited[model->hand]) {
            model->visited[model->hand] = false;
            model->hand = (model->hand + 1) % model->n;
        }
        model->n--;
        for (size_t i = model->hand; i < model->n; i++) {
            model->numbers[i] = model->numbers[i + 1];
            model->visited[i] = model->visited[i + 1];
        }
        /* The hand now stands at the next newer; past the newest it begins again at the oldest, and what arrives now
         * does not change that. */
        if (model->hand == model->n) model->hand = 0;
    }
    model->numbers[model->n] = number;
    model->visited[model->n++] = false;
    return true;
}

static void entries_are_evicted_in_the_order_of_sieve(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    for (size_t capacity = 1; capacity <= 64; capacity = capacity * 2 + 1) {
        struct bench *bench = new_bench(capacity * CHARGE, 1);
        struct model model = {.capacity = capacity};
        for (int i = 0; i < 4000; i++) {
            uint32_t range = 1 + eg_test_random_below(&random, (uint32_t)capacity * 3);
            uint64_t number = eg_test_random_below(&random, range);
            assert_int_equal(asks_and_makes(bench, number), model_asks_and_misses(&model, number));
        }
        assert_int_equal(counters_of(bench).entries, model.n);
        end_bench(bench);
    }
}

static void a_scan_of_keys_asked_for_once_does_not_push_out_the_hot_ones(void **state)
{
    (void)state;
    struct bench *bench = new_bench(100 * CHARGE, 1);
    for (int round = 0; round < 2; round++)
        for (uint64_t hot = 0; hot < 50; hot++) (void)asks_and_makes(bench, hot);
    uint64_t missed = 0;
    for (uint64_t i = 0; i < 10000; i++) {
        assert_true(asks_and_makes(bench, 1000 + i));
        if (i % 4 == 0) missed += asks_and_makes(bench, i / 4 % 50);
    }
    assert_int_equal(missed, 0);
    end_bench(bench);
}

/* --- failure -------------------------------------------------------------------------------------------------------- */

static void a_failure_is_told_and_not_kept(void **state)
{
    (void)state;
    struct bench *bench = new_bench(1 << 20U, 1);
    struct eg_cache_key key = counted_key(1);
    bench->refuse = true;
    for (int i = 0; i < 2; i++) {
        struct eg_error err = {0};
        void *value = &key;
        assert_int_equal(eg_cache_get_or_make(bench->cache, &key, make, bench, &value, &err), EG_BUSY);
        assert_ptr_equal(value, &key);
        assert_int_equal(err.status, EG_BUSY);
        assert_string_equal(err.message, "refused as ordered");
        assert_int_equal(eg_cache_get_or_make(bench->cache, &key, make, bench, &value, NULL), EG_BUSY);
    }
    assert_int_equal(counters_of(bench).failures, 4);
    assert_int_equal(counters_of(bench).misses, 4);
    assert_int_equal(counters_of(bench).entries, 0);
    bench->refuse = false;
    assert_true(asks_and_makes(bench, 1));
    assert_false(asks_and_makes(bench, 1));
    end_bench(bench);
}

static void what_is_not_to_be_kept_is_made_again(void **state)
{
    (void)state;
    struct bench *bench = new_bench(1 << 20U, 1);
    bench->do_not_keep = true;
    assert_true(asks_and_makes(bench, 1));
    assert_true(asks_and_makes(bench, 1));
    bench->do_not_keep = false;
    assert_true(asks_and_makes(bench, 1));
    assert_false(asks_and_makes(bench, 1));
    end_bench(bench);
}

static enum eg_status make_from_another(void *context, const struct eg_cache_key *key, void **value_out,
                                        size_t *weight_bytes_out, bool *keep_out, struct eg_error *err)
{
    struct bench *bench = context;
    uint64_t number = counted_key_number(key);
    if (number > 0) assert_int_equal(asks_and_makes(bench, number - 1), number == 1);
    return make(context, key, value_out, weight_bytes_out, keep_out, err);
}

static void a_make_may_ask_for_other_keys(void **state)
{
    (void)state;
    struct bench *bench = new_bench(1 << 20U, 1);
    for (uint64_t number = 1; number < 20; number++) {
        struct eg_cache_key key = counted_key(number);
        void *value = NULL;
        assert_int_equal(eg_cache_get_or_make(bench->cache, &key, make_from_another, bench, &value, NULL),
                         EG_OK);
        counted_release(value);
    }
    assert_int_equal(counters_of(bench).entries, 20);
    end_bench(bench);
}

static void a_number_of_shards_that_is_no_power_of_two_is_refused(void **state)
{
    (void)state;
    const uint32_t wrong[] = {0, 3, 6, 255, 257, 512, UINT32_MAX};
    struct eg_cache_values callbacks = {0};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        struct eg_cache *cache = NULL;
        assert_int_equal(eg_cache_new(1000, wrong[i], &callbacks, &cache, NULL), EG_INVALID);
        assert_null(cache);
    }
    eg_cache_free(NULL);
}

/* --- out of memory -------------------------------------------------------------------------------------------------- */

/* Two makes with one refused allocation somewhere: whether the refusal was reached. Only the cache itself and the values
 * need memory to succeed; when the cache has none for an entry, the value is given and forgotten. */
static bool runs_into_refusal(long n)
{
    struct bench bench = {.weight_bytes = WEIGHT};
    struct eg_cache_values callbacks = counted_callbacks(&bench.values);
    eg_failing_malloc_after(n);
    enum eg_status status = eg_cache_new(1 << 20U, 2, &callbacks, &bench.cache, NULL);
    if (status != EG_OK) assert_int_equal(status, EG_NO_MEMORY);
    for (uint64_t number = 0; status == EG_OK && number < 2; number++) {
        struct eg_cache_key key = counted_key(number);
        void *value = NULL;
        enum eg_status asked = eg_cache_get_or_make(bench.cache, &key, make, &bench, &value, NULL);
        assert_true(asked == EG_NO_MEMORY || value);
        if (value) counted_release(value);
    }
    bool refused = eg_failing_malloc_triggered();
    eg_failing_malloc_after(0);
    if (status == EG_OK) eg_cache_free(bench.cache);
    assert_int_equal(atomic_load(&bench.values.n_live), 0);
    return refused;
}

static void every_refused_allocation_leaves_the_cache_sound(void **state)
{
    (void)state;
    long n = 1;
    while (runs_into_refusal(n)) n++;
    assert_true(n > 5);
}

static void a_value_whose_entry_is_refused_memory_is_given_and_forgotten(void **state)
{
    (void)state;
    for (long refused = 2; refused <= 3; refused++) { /* the first is the value's own; then entry and table */
        struct bench *bench = new_bench(1 << 20U, 1);
        eg_failing_malloc_after(refused);
        assert_true(asks_and_makes(bench, 1));
        assert_true(eg_failing_malloc_triggered());
        eg_failing_malloc_after(0);
        assert_int_equal(atomic_load(&bench->values.n_live), 0);
        assert_true(asks_and_makes(bench, 1));
        assert_false(asks_and_makes(bench, 1));
        end_bench(bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_made_once_and_found_again),
        cmocka_unit_test(keys_are_compared_to_their_last_byte),
        cmocka_unit_test(many_entries_survive_the_growth_of_the_table),
        cmocka_unit_test(a_value_in_use_outlives_eviction_dropping_and_the_cache),
        cmocka_unit_test(dropping_everything_empties_the_cache_and_it_fills_again),
        cmocka_unit_test(the_budget_is_kept_to_the_byte),
        cmocka_unit_test(random_weights_never_exceed_the_budget),
        cmocka_unit_test(what_is_heavier_than_a_shards_part_is_given_but_not_kept),
        cmocka_unit_test(with_a_budget_of_zero_every_call_makes_its_own),
        cmocka_unit_test(entries_are_evicted_in_the_order_of_sieve),
        cmocka_unit_test(a_scan_of_keys_asked_for_once_does_not_push_out_the_hot_ones),
        cmocka_unit_test(a_failure_is_told_and_not_kept),
        cmocka_unit_test(what_is_not_to_be_kept_is_made_again),
        cmocka_unit_test(a_make_may_ask_for_other_keys),
        cmocka_unit_test(a_number_of_shards_that_is_no_power_of_two_is_refused),
        cmocka_unit_test(every_refused_allocation_leaves_the_cache_sound),
        cmocka_unit_test(a_value_whose_entry_is_refused_memory_is_given_and_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
