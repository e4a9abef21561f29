#include "base/team.h"

#include <setjmp.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/failing_malloc.h"

enum { N_PARTS = 50 };

struct marks {
    atomic_uint times[N_PARTS];
};

static enum eg_status mark(void *context, uint32_t part, struct eg_error *err)
{
    (void)err;
    struct marks *marks = context;
    atomic_fetch_add(&marks->times[part], 1);
    return EG_OK;
}

static void run_and_check(struct eg_team *team, uint32_t n_parts)
{
    struct marks marks = {0};
    assert_int_equal(eg_team_run(team, n_parts, mark, &marks, NULL), EG_OK);
    for (uint32_t i = 0; i < N_PARTS; i++) assert_int_equal(atomic_load(&marks.times[i]), i < n_parts);
}

static void every_part_is_done_once(void **state)
{
    (void)state;
    static const uint32_t counts[] = {0, 1, 2, 3, 7, N_PARTS};
    for (uint32_t n_seats = 0; n_seats <= 5; n_seats++) {
        struct eg_team *team = NULL;
        if (n_seats > 0) assert_int_equal(eg_team_new(n_seats, &team, NULL), EG_OK);
        eg_team_enter(team);
        for (uint32_t round = 0; round < 100; round++)
            for (size_t i = 0; i < EG_ARRAY_LEN(counts); i++) run_and_check(team, counts[i]);
        eg_team_leave(team);
        eg_team_free(team);
    }
}

struct pair {
    sem_t first, second;
};

/* Each part waits for the other: done only if two threads are at it. */
static enum eg_status meet(void *context, uint32_t part, struct eg_error *err)
{
    (void)err;
    struct pair *pair = context;
    (void)sem_post(part == 0 ? &pair->first : &pair->second);
    (void)sem_wait(part == 0 ? &pair->second : &pair->first);
    return EG_OK;
}

static void an_idle_helper_joins_in(void **state)
{
    (void)state;
    struct eg_team *team = NULL;
    struct pair pair;
    assert_int_equal(sem_init(&pair.first, 0, 0), 0);
    assert_int_equal(sem_init(&pair.second, 0, 0), 0);
    assert_int_equal(eg_team_new(2, &team, NULL), EG_OK);
    eg_team_enter(team);
    assert_int_equal(eg_team_strength(team), 2);
    for (int round = 0; round < 100; round++)
        assert_int_equal(eg_team_run(team, 2, meet, &pair, NULL), EG_OK);
    eg_team_leave(team);
    eg_team_free(team);
    (void)sem_destroy(&pair.first);
    (void)sem_destroy(&pair.second);
}

struct watch {
    pthread_t caller;
    bool other;
};

static enum eg_status watch_who(void *context, uint32_t part, struct eg_error *err)
{
    (void)part;
    (void)err;
    struct watch *watch = context;
    if (!pthread_equal(watch->caller, pthread_self())) watch->other = true;
    return EG_OK;
}

struct place {
    struct pair pair;
    pthread_t caller;
    int n_processors; /* that the helper may use */
};

static enum eg_status note_place(void *context, uint32_t part, struct eg_error *err)
{
    struct place *place = context;
    cpu_set_t own;
    if (!pthread_equal(pthread_self(), place->caller)) {
        assert_int_equal(pthread_getaffinity_np(pthread_self(), sizeof own, &own), 0);
        place->n_processors = CPU_COUNT(&own);
    }
    return meet(&place->pair, part, err);
}

static void a_helper_that_is_woken_is_barred_from_its_callers_processor(void **state)
{
    (void)state;
    struct eg_team *team;
    cpu_set_t own;
    assert_int_equal(pthread_getaffinity_np(pthread_self(), sizeof own, &own), 0);
    int n_others = CPU_COUNT(&own) - 1;
    struct place place = {.caller = pthread_self()};
    (void)sem_init(&place.pair.first, 0, 0);
    (void)sem_init(&place.pair.second, 0, 0);
    assert_int_equal(eg_team_new(2, &team, NULL), EG_OK);
    eg_team_enter(team);
    /* It has to rest before it can be woken. */
    for (int round = 0; round < (n_others > 0 ? 1000 : 1) && place.n_processors != n_others; round++) {
        (void)usleep(1000);
        assert_int_equal(eg_team_run(team, 2, note_place, &place, NULL), EG_OK);
    }
    eg_team_leave(team);
    eg_team_free(team);
    assert_int_equal(place.n_processors, n_others > 0 ? n_others : 1);
}

static void when_all_seats_are_taken_the_caller_works_alone(void **state)
{
    (void)state;
    struct eg_team *team = NULL;
    struct watch watch = {.caller = pthread_self()};
    assert_int_equal(eg_team_new(2, &team, NULL), EG_OK);
    eg_team_enter(team);
    eg_team_enter(team); /* somebody else */
    assert_int_equal(eg_team_strength(team), 1);
    for (int round = 0; round < 200; round++)
        assert_int_equal(eg_team_run(team, N_PARTS, watch_who, &watch, NULL), EG_OK);
    assert_false(watch.other);
    eg_team_leave(team);
    eg_team_leave(team);
    eg_team_free(team);
}

/* Frees the seat of somebody else, then waits for who takes it. */
struct late {
    struct eg_team *team;
    struct pair pair;
};

static enum eg_status leave_and_meet(void *context, uint32_t part, struct eg_error *err)
{
    struct late *late = context;
    if (part == 0) eg_team_leave(late->team);
    return meet(&late->pair, part, err);
}

static void a_seat_that_becomes_free_goes_to_a_helper(void **state)
{
    (void)state;
    struct late late = {0};
    assert_int_equal(sem_init(&late.pair.first, 0, 0), 0);
    assert_int_equal(sem_init(&late.pair.second, 0, 0), 0);
    assert_int_equal(eg_team_new(2, &late.team, NULL), EG_OK);
    eg_team_enter(late.team);
    for (int round = 0; round < 50; round++) {
        eg_team_enter(late.team);
        assert_int_equal(eg_team_run(late.team, 2, leave_and_meet, &late, NULL), EG_OK);
    }
    eg_team_leave(late.team);
    eg_team_free(late.team);
    (void)sem_destroy(&late.pair.first);
    (void)sem_destroy(&late.pair.second);
}

static enum eg_status fail_from_five(void *context, uint32_t part, struct eg_error *err)
{
    atomic_uint *n_done = context;
    atomic_fetch_add(n_done, 1);
    if (part < 5) return EG_OK;
    return eg_error_set(err, part == 5 ? EG_LIMIT : EG_INVALID, "part %u", part);
}

static void the_first_failure_by_number_is_returned_and_ends_the_work(void **state)
{
    (void)state;
    for (uint32_t n_seats = 1; n_seats <= 4; n_seats++) {
        struct eg_team *team = NULL;
        assert_int_equal(eg_team_new(n_seats, &team, NULL), EG_OK);
        eg_team_enter(team);
        for (int round = 0; round < 200; round++) {
            struct eg_error err = {0};
            atomic_uint n_done = 0;
            assert_int_equal(eg_team_run(team, 100000, fail_from_five, &n_done, &err), EG_LIMIT);
            assert_string_equal(err.message, "part 5");
            assert_in_range(atomic_load(&n_done), 6, 99999);
            assert_int_equal(eg_team_run(team, 6, fail_from_five, &n_done, NULL), EG_LIMIT);
        }
        eg_team_leave(team);
        eg_team_free(team);
    }
}

static void *call_many_times(void *context)
{
    struct eg_team *team = context;
    for (int round = 0; round < 300; round++) {
        struct marks marks = {0};
        eg_team_enter(team);
        enum eg_status status = eg_team_run(team, 9, mark, &marks, NULL);
        eg_team_leave(team);
        for (uint32_t i = 0; i < 9; i++)
            if (status != EG_OK || atomic_load(&marks.times[i]) != 1) return team;
    }
    return NULL;
}

static void several_callers_share_the_helpers(void **state)
{
    (void)state;
    struct eg_team *team = NULL;
    assert_int_equal(eg_team_new(4, &team, NULL), EG_OK);
    pthread_t threads[3];
    for (size_t i = 0; i < EG_ARRAY_LEN(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call_many_times, team), 0);
    for (size_t i = 0; i < EG_ARRAY_LEN(threads); i++) {
        void *wrong = NULL;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    eg_team_free(team);
}

static void a_wrong_number_of_seats_is_refused(void **state)
{
    (void)state;
    struct eg_team *team = NULL;
    struct eg_error err = {0};
    assert_int_equal(eg_team_new(0, &team, &err), EG_INVALID);
    assert_int_equal(eg_team_new(257, &team, &err), EG_INVALID);
    assert_non_null(strstr(err.message, "256"));
    assert_null(team);
    eg_team_free(NULL);
}

static void refused_memory_makes_no_team(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        struct eg_team *team = NULL;
        eg_failing_malloc_after(n);
        enum eg_status status = eg_team_new(3, &team, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        assert_true(failed == (team == NULL));
        eg_team_free(team);
        if (!failed) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_is_done_once),
        cmocka_unit_test(an_idle_helper_joins_in),
        cmocka_unit_test(a_helper_that_is_woken_is_barred_from_its_callers_processor),
        cmocka_unit_test(when_all_seats_are_taken_the_caller_works_alone),
        cmocka_unit_test(a_seat_that_becomes_free_goes_to_a_helper),
        cmocka_unit_test(the_first_failure_by_number_is_returned_and_ends_the_work),
        cmocka_unit_test(several_callers_share_the_helpers),
        cmocka_unit_test(a_wrong_number_of_seats_is_refused),
        cmocka_unit_test(refused_memory_makes_no_team),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
