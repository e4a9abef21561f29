/* Work under way lies on its caller's stack and hangs in the team's list, from where helpers take it up. Parts are shared out
 * by an atomic counter, in order, so the lowest failing part is always found. The caller takes its work off the list when no part
 * is left and waits for those who are still inside, a part's time at most.
 *
 * Who waits, waits awake for some microseconds before it sleeps: a picture is several pieces of work one after the other (draw,
 * look at the colours, pack), and to be woken by the system takes fifty, as long as a fiftieth of a map.
 *
 * A helper on its caller's processor is of no use: the two would take turns. Where little runs, some systems put a thread that
 * wakes where its waker is, to spare a processor, and move it milliseconds later, when a map is done; of maps asked for now and
 * then, one in six took twice its time. So whoever wakes a helper bars it from the processor that it is on itself. */
#include "base/team.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define MOST_SEATS 256U

struct work {
    uint32_t n_parts;
    eg_part_fn *run;
    void *context;
    atomic_uint next;     /* the part that nobody has taken; n_parts or more at the end */
    atomic_uint n_inside; /* helpers; raised under the team's lock, while the work is in the list */

    /* Under the team's lock: */
    struct work *after; /* in the list */
    uint32_t failed;    /* lowest part that failed; n_parts while none has */
    enum eg_status status;
    struct eg_error error;
};

struct helper {
    struct eg_team *team;
    pthread_t thread;
    pthread_cond_t wanted; /* there is work, a seat became free, or the team is closing: it rests no longer */

    /* Under the team's lock: */
    struct helper *after; /* of those who rest */
    bool rests;
    int barred_from; /* a processor; -1: none */
};

/* `lock` guards what is said to be under it and is a leaf. */
struct eg_team {
    uint32_t n_seats, n_helpers;
    struct helper *helpers; /* [n_helpers] */
    atomic_uint n_working;  /* seats taken; more than n_seats when more callers came */
    atomic_uint n_works;    /* in the list; written under the lock */
    atomic_uint n_offers;   /* ever put there, to tell a new one; written under the lock */

    pthread_mutex_t lock;
    pthread_cond_t left; /* the last helper left a piece of work */
    struct work *works;
    struct helper *resting;
    bool closing;
};

/* --- waiting awake -------------------------------------------------------------------------------------------------- */

#define AWAKE_TURNS 2000 /* some 20 us */

static inline void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/* Until there is more on offer than there was. */
static void await_offer(const struct eg_team *team, unsigned n_offers)
{
    for (int i = 0; i < AWAKE_TURNS; i++) {
        if (atomic_load_explicit(&team->n_offers, memory_order_relaxed) != n_offers) return;
        pause_briefly();
    }
}

static void await_leaving(const struct work *work)
{
    for (int i = 0; i < AWAKE_TURNS && atomic_load_explicit(&work->n_inside, memory_order_relaxed) > 0; i++)
        pause_briefly();
}

/* --- parts ------------------------------------------------------------------------------------------------------------ */

static void note_failure(struct eg_team *team, struct work *work, uint32_t part, const struct eg_error *error,
                         enum eg_status status)
{
    atomic_store(&work->next, work->n_parts);
    pthread_mutex_lock(&team->lock);
    if (part < work->failed) {
        work->failed = part;
        work->status = status;
        work->error = *error;
    }
    pthread_mutex_unlock(&team->lock);
}

/* False when none is left. The counter stops at n_parts, so it cannot wrap. */
static bool take_part(struct work *work, uint32_t *part_out)
{
    uint32_t part = atomic_load(&work->next);
    do {
        if (part >= work->n_parts) return false;
    } while (!atomic_compare_exchange_weak(&work->next, &part, part + 1));
    *part_out = part;
    return true;
}

static void do_part(struct eg_team *team, struct work *work, uint32_t part)
{
    struct eg_error error = {0};
    enum eg_status status = work->run(work->context, part, &error);
    if (status != EG_OK) note_failure(team, work, part, &error, status);
}

/* --- waking ---------------------------------------------------------------------------------------------------------- */

/* Of the processors that the calling thread may use; -1: from none. Where that is not to be had, the system decides alone. */
static void bar_from(struct helper *helper, int processor)
{
    cpu_set_t processors;
    if (helper->barred_from == processor) return;
    if (pthread_getaffinity_np(pthread_self(), sizeof processors, &processors) != 0) return;
    if (processor >= 0 && processor < CPU_SETSIZE) CPU_CLR((size_t)processor, &processors);
    if (CPU_COUNT(&processors) == 0) return;
    if (pthread_setaffinity_np(helper->thread, sizeof processors, &processors) == 0)
        helper->barred_from = processor;
}

/* Under the lock: so many of those who rest, but not on the processor. */
static void wake(struct eg_team *team, uint32_t n, int processor)
{
    for (; n > 0 && team->resting; n--) {
        struct helper *helper = team->resting;
        team->resting = helper->after;
        helper->rests = false;
        bar_from(helper, processor);
        pthread_cond_signal(&helper->wanted);
    }
}

/* --- helpers ---------------------------------------------------------------------------------------------------------- */

/* Under the lock: a seat and something to do on it. */
static struct work *open_work(const struct eg_team *team)
{
    if (atomic_load(&team->n_working) >= team->n_seats) return NULL;
    struct work *work = team->works;
    while (work && atomic_load(&work->next) >= work->n_parts) work = work->after;
    return work;
}

static void help(struct eg_team *team, struct work *work)
{
    uint32_t part;
    while (atomic_load(&team->n_working) <= team->n_seats && take_part(work, &part))
        do_part(team, work, part);
}

/* Under the lock, which is given up meanwhile. */
static void help_inside(struct eg_team *team, struct work *work)
{
    atomic_fetch_add(&work->n_inside, 1);
    atomic_fetch_add(&team->n_working, 1);
    pthread_mutex_unlock(&team->lock);
    help(team, work);
    atomic_fetch_sub(&team->n_working, 1);
    pthread_mutex_lock(&team->lock);
    if (atomic_fetch_sub(&work->n_inside, 1) == 1) pthread_cond_broadcast(&team->left);
}

/* Under the lock, which is given up meanwhile. */
static void rest(struct eg_team *team, struct helper *helper, bool awake)
{
    if (!awake) {
        helper->rests = true;
        helper->after = team->resting;
        team->resting = helper;
        while (helper->rests) pthread_cond_wait(&helper->wanted, &team->lock);
        return;
    }
    unsigned n_offers = atomic_load(&team->n_offers);
    pthread_mutex_unlock(&team->lock);
    await_offer(team, n_offers);
    pthread_mutex_lock(&team->lock);
}

static void *be_helper(void *context)
{
    struct helper *helper = context;
    struct eg_team *team = helper->team;
    bool awake = false; /* has just worked */
    pthread_mutex_lock(&team->lock);
    while (!team->closing) {
        struct work *work = open_work(team);
        if (work) help_inside(team, work);
        else rest(team, helper, awake);
        awake = work != NULL;
    }
    pthread_mutex_unlock(&team->lock);
    return NULL;
}

/* --- the team --------------------------------------------------------------------------------------------------------- */

/* Starts a thread that takes no signals: they are the main thread's business. */
static int start_helper(struct eg_team *team, struct helper *helper)
{
    sigset_t all;
    sigset_t before;
    *helper = (struct helper){.team = team, .barred_from = -1};
    EG_ASSERT(pthread_cond_init(&helper->wanted, NULL) == 0);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int refused = pthread_create(&helper->thread, NULL, be_helper, helper);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (refused != 0) (void)pthread_cond_destroy(&helper->wanted);
    return refused;
}

enum eg_status eg_team_new(uint32_t n_seats, struct eg_team **team_out, struct eg_error *err)
{
    if (n_seats < 1 || n_seats > MOST_SEATS)
        return eg_error_set(err, EG_INVALID, "a team of %u; give 1 to %u", n_seats, MOST_SEATS);
    struct eg_team *team = eg_memory_zeroed(1, sizeof *team);
    if (!team) return eg_error_no_memory(err, sizeof *team);
    team->helpers = eg_memory_zeroed(n_seats, sizeof *team->helpers);
    if (!team->helpers) {
        free(team);
        return eg_error_no_memory(err, n_seats * sizeof *team->helpers);
    }
    team->n_seats = n_seats;
    /* None can fail on Linux with default attributes. */
    EG_ASSERT(pthread_mutex_init(&team->lock, NULL) == 0);
    EG_ASSERT(pthread_cond_init(&team->left, NULL) == 0);
    while (team->n_helpers + 1 < n_seats) {
        int refused = start_helper(team, &team->helpers[team->n_helpers]);
        if (refused != 0) {
            eg_error_set(err, EG_IO, "the system refused thread %u of %u: %s", team->n_helpers + 1,
                         n_seats - 1, strerror(refused));
            eg_team_free(team);
            return EG_IO;
        }
        team->n_helpers++;
    }
    *team_out = team;
    return EG_OK;
}

void eg_team_free(struct eg_team *team)
{
    if (!team) return;
    pthread_mutex_lock(&team->lock);
    EG_ASSERT(!team->works);
    team->closing = true;
    wake(team, team->n_helpers, -1);
    pthread_mutex_unlock(&team->lock);
    for (uint32_t i = 0; i < team->n_helpers; i++) {
        (void)pthread_join(team->helpers[i].thread, NULL);
        (void)pthread_cond_destroy(&team->helpers[i].wanted);
    }
    (void)pthread_cond_destroy(&team->left);
    (void)pthread_mutex_destroy(&team->lock);
    free(team->helpers);
    free(team);
}

void eg_team_enter(struct eg_team *team)
{
    if (team) atomic_fetch_add(&team->n_working, 1);
}

void eg_team_leave(struct eg_team *team)
{
    if (!team) return;
    atomic_fetch_sub(&team->n_working, 1);
    if (atomic_load(&team->n_works) == 0) return;
    pthread_mutex_lock(&team->lock);
    wake(team, 1, -1); /* this thread's is free now */
    pthread_mutex_unlock(&team->lock);
}

uint32_t eg_team_strength(const struct eg_team *team)
{
    if (!team) return 1;
    uint32_t n_working = atomic_load(&team->n_working);
    return n_working < team->n_seats ? 1 + team->n_seats - n_working : 1;
}

static void offer(struct eg_team *team, struct work *work)
{
    uint32_t n_wanted = eg_team_strength(team) - 1;
    pthread_mutex_lock(&team->lock);
    work->after = team->works;
    team->works = work;
    atomic_fetch_add(&team->n_works, 1);
    atomic_fetch_add(&team->n_offers, 1);
    wake(team, n_wanted < work->n_parts ? n_wanted : work->n_parts - 1, sched_getcpu());
    pthread_mutex_unlock(&team->lock);
}

static void withdraw(struct eg_team *team, struct work *work)
{
    pthread_mutex_lock(&team->lock);
    struct work **at = &team->works;
    while (*at != work) at = &(*at)->after;
    *at = work->after;
    atomic_fetch_sub(&team->n_works, 1);
    pthread_mutex_unlock(&team->lock);
    await_leaving(work);
    pthread_mutex_lock(&team->lock); /* also when nobody is inside: the last to leave may still hold it */
    while (atomic_load(&work->n_inside) > 0) pthread_cond_wait(&team->left, &team->lock);
    pthread_mutex_unlock(&team->lock);
}

static enum eg_status run_alone(uint32_t n_parts, eg_part_fn *run, void *context, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (uint32_t part = 0; part < n_parts && status == EG_OK; part++) status = run(context, part, err);
    return status;
}

enum eg_status eg_team_run(struct eg_team *team, uint32_t n_parts, eg_part_fn *run, void *context,
                           struct eg_error *err)
{
    if (!team || team->n_helpers == 0 || n_parts < 2) return run_alone(n_parts, run, context, err);
    struct work work = {.n_parts = n_parts, .run = run, .context = context, .failed = n_parts};
    offer(team, &work);
    uint32_t part;
    while (take_part(&work, &part)) do_part(team, &work, part);
    withdraw(team, &work);
    if (work.status != EG_OK && err) *err = work.error;
    return work.status;
}
