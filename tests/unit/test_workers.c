#include "base/workers.h"

#include <setjmp.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"

struct tally {
    atomic_uint n_runs;
    atomic_uint wrong_workers;
    uint32_t n_threads;
};

static void count_run(void *job, uint32_t worker)
{
    struct tally *tally = job;
    atomic_fetch_add(&tally->n_runs, 1);
    if (worker >= tally->n_threads) atomic_fetch_add(&tally->wrong_workers, 1);
}

static void every_accepted_job_runs_once_even_while_freeing(void **state)
{
    (void)state;
    for (uint32_t n_threads = 1; n_threads <= 5; n_threads++) {
        struct tally tally = {.n_threads = n_threads};
        struct eg_workers *workers = NULL;
        assert_int_equal(eg_workers_new(n_threads, 100, &workers, NULL), EG_OK);
        uint32_t accepted = 0;
        for (int i = 0; i < 2000; i++) accepted += eg_workers_submit(workers, count_run, &tally) == EG_OK;
        eg_workers_free(workers);
        assert_true(accepted >= 100);
        assert_int_equal(atomic_load(&tally.n_runs), accepted);
        assert_int_equal(atomic_load(&tally.wrong_workers), 0);
    }
}

struct gate {
    sem_t entered;
    sem_t open;
};

static void wait_at_gate(void *job, uint32_t worker)
{
    (void)worker;
    struct gate *gate = job;
    (void)sem_post(&gate->entered);
    (void)sem_wait(&gate->open);
}

static void a_full_queue_is_busy_and_then_takes_jobs_again(void **state)
{
    (void)state;
    struct gate gate;
    assert_int_equal(sem_init(&gate.entered, 0, 0), 0);
    assert_int_equal(sem_init(&gate.open, 0, 0), 0);
    struct eg_workers *workers = NULL;
    assert_int_equal(eg_workers_new(2, 3, &workers, NULL), EG_OK);
    for (int i = 0; i < 5; i++) assert_int_equal(eg_workers_submit(workers, wait_at_gate, &gate), EG_OK);
    assert_int_equal(eg_workers_submit(workers, wait_at_gate, &gate), EG_BUSY);
    (void)sem_wait(&gate.entered);
    (void)sem_wait(&gate.entered);
    assert_int_equal(eg_workers_submit(workers, wait_at_gate, &gate), EG_BUSY);
    (void)sem_post(&gate.open);
    (void)sem_wait(&gate.entered); /* a third job entered: one place is free */
    assert_int_equal(eg_workers_submit(workers, wait_at_gate, &gate), EG_OK);
    assert_int_equal(eg_workers_submit(workers, wait_at_gate, &gate), EG_BUSY);
    for (int i = 0; i < 5; i++) (void)sem_post(&gate.open);
    eg_workers_free(workers);
    (void)sem_destroy(&gate.entered);
    (void)sem_destroy(&gate.open);
}

static void without_a_queue_only_free_threads_take_jobs(void **state)
{
    (void)state;
    struct gate gate;
    assert_int_equal(sem_init(&gate.entered, 0, 0), 0);
    assert_int_equal(sem_init(&gate.open, 0, 0), 0);
    struct eg_workers *workers = NULL;
    assert_int_equal(eg_workers_new(1, 0, &workers, NULL), EG_OK);
    assert_int_equal(eg_workers_submit(workers, wait_at_gate, &gate), EG_OK);
    assert_int_equal(eg_workers_submit(workers, wait_at_gate, &gate), EG_BUSY);
    (void)sem_post(&gate.open);
    eg_workers_free(workers);
    (void)sem_destroy(&gate.entered);
    (void)sem_destroy(&gate.open);
}

static void a_wrong_number_of_threads_is_refused(void **state)
{
    (void)state;
    struct eg_workers *workers = NULL;
    struct eg_error err = {0};
    assert_int_equal(eg_workers_new(0, 1, &workers, &err), EG_INVALID);
    assert_int_equal(eg_workers_new(257, 1, &workers, &err), EG_INVALID);
    assert_non_null(strstr(err.message, "256"));
    assert_null(workers);
    eg_workers_free(NULL);
}

static void refused_memory_makes_no_pool(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        struct eg_workers *workers = NULL;
        eg_failing_malloc_after(n);
        enum eg_status status = eg_workers_new(2, 8, &workers, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        assert_true(failed == (workers == NULL));
        eg_workers_free(workers);
        if (!failed) break;
    }
}

enum { N_ITEMS = 1003 };

struct marks {
    atomic_uint times[N_ITEMS];
    uint32_t n_threads;
    size_t chunk;
    atomic_bool wrong;
};

static enum eg_status mark(void *context, size_t begin, size_t end, uint32_t worker, struct eg_error *err)
{
    (void)err;
    struct marks *marks = context;
    if (worker >= marks->n_threads || begin >= end || end - begin > marks->chunk ||
        begin % marks->chunk != 0) {
        atomic_store(&marks->wrong, true);
    }
    for (size_t i = begin; i < end; i++) atomic_fetch_add(&marks->times[i], 1);
    return EG_OK;
}

static void a_range_is_covered_exactly_once(void **state)
{
    (void)state;
    static const size_t chunks[] = {1, 7, 100, 1002, 1003, 5000};
    for (uint32_t n_threads = 1; n_threads <= 4; n_threads++) {
        for (size_t c = 0; c < EG_ARRAY_LEN(chunks); c++) {
            struct marks marks = {.n_threads = n_threads, .chunk = chunks[c]};
            assert_int_equal(eg_workers_range(n_threads, N_ITEMS, chunks[c], mark, &marks, NULL), EG_OK);
            assert_false(atomic_load(&marks.wrong));
            for (size_t i = 0; i < N_ITEMS; i++) assert_int_equal(atomic_load(&marks.times[i]), 1);
        }
    }
}

static enum eg_status never(void *context, size_t begin, size_t end, uint32_t worker, struct eg_error *err)
{
    (void)begin;
    (void)end;
    (void)worker;
    *(bool *)context = true;
    return eg_error_set(err, EG_INVALID, "called for nothing");
}

static void an_empty_range_calls_nobody(void **state)
{
    (void)state;
    bool called = false;
    assert_int_equal(eg_workers_range(0, 0, 10, never, &called, NULL), EG_OK);
    assert_false(called);
}

static void zero_threads_and_zero_chunk_have_a_meaning(void **state)
{
    (void)state;
    struct marks marks = {.n_threads = eg_workers_processors(), .chunk = 1};
    assert_int_equal(eg_workers_range(0, 10, 0, mark, &marks, NULL), EG_OK);
    assert_false(atomic_load(&marks.wrong));
    for (size_t i = 0; i < 10; i++) assert_int_equal(atomic_load(&marks.times[i]), 1);
    assert_in_range(eg_workers_processors(), 1, 256);
}

static enum eg_status fail_from_five(void *context, size_t begin, size_t end, uint32_t worker,
                                     struct eg_error *err)
{
    (void)context;
    (void)end;
    (void)worker;
    if (begin < 5) return EG_OK;
    return eg_error_set(err, begin == 5 ? EG_LIMIT : EG_INVALID, "chunk %zu", begin);
}

static void the_first_failure_in_chunk_order_is_returned(void **state)
{
    (void)state;
    for (int round = 0; round < 200; round++) {
        struct eg_error err = {0};
        assert_int_equal(eg_workers_range(4, 100, 1, fail_from_five, NULL, &err), EG_LIMIT);
        assert_string_equal(err.message, "chunk 5");
        assert_int_equal(eg_workers_range(4, 100, 1, fail_from_five, NULL, NULL), EG_LIMIT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_accepted_job_runs_once_even_while_freeing),
        cmocka_unit_test(a_full_queue_is_busy_and_then_takes_jobs_again),
        cmocka_unit_test(without_a_queue_only_free_threads_take_jobs),
        cmocka_unit_test(a_wrong_number_of_threads_is_refused),
        cmocka_unit_test(refused_memory_makes_no_pool),
        cmocka_unit_test(a_range_is_covered_exactly_once),
        cmocka_unit_test(an_empty_range_calls_nobody),
        cmocka_unit_test(zero_threads_and_zero_chunk_have_a_meaning),
        cmocka_unit_test(the_first_failure_in_chunk_order_is_returned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
