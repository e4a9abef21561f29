/* A pool takes jobs from a ring of n_threads + queue_limit places: a job that a free thread is about to take does not
 * count as waiting, so the pool accepts exactly n_threads + queue_limit unfinished jobs. The parallel loop starts threads
 * of its own for each call (tens of microseconds, nothing beside the stages of a load) and shares out chunks by one
 * atomic counter; chunks are taken in order, so the lowest failing chunk is always found. */
#include "base/workers.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

#define MOST_THREADS 256U

struct queued_job {
    eg_job_fn *run;
    void *job;
};

/* `lock` guards every field below it, and is a leaf: nothing else is taken while it is held, no job runs under it. */
struct eg_workers {
    size_t capacity; /* places in the ring; fixed */
    uint32_t n_threads;
    pthread_t *threads;
    struct queued_job *ring;

    pthread_mutex_t lock;
    pthread_cond_t changed; /* a job was queued, or `closing` was set */
    size_t first;           /* oldest queued job in the ring */
    size_t n_queued;
    size_t n_running;
    uint32_t n_started; /* gives the threads their numbers */
    bool closing;
};

/* Waits for a job; false when the pool closes and nothing is queued. `after_job` ends the job that the thread ran. */
static bool next_job(struct eg_workers *workers, bool after_job, struct queued_job *job_out)
{
    pthread_mutex_lock(&workers->lock);
    if (after_job) workers->n_running--;
    while (workers->n_queued == 0 && !workers->closing) pthread_cond_wait(&workers->changed, &workers->lock);
    bool found = workers->n_queued > 0;
    if (found) {
        *job_out = workers->ring[workers->first];
        workers->first = (workers->first + 1) % workers->capacity;
        workers->n_queued--;
        workers->n_running++;
    }
    pthread_mutex_unlock(&workers->lock);
    return found;
}

static void *work(void *context)
{
    struct eg_workers *workers = context;
    pthread_mutex_lock(&workers->lock);
    uint32_t number = workers->n_started++;
    pthread_mutex_unlock(&workers->lock);
    struct queued_job job;
    for (bool ran = false; next_job(workers, ran, &job); ran = true) job.run(job.job, number);
    return NULL;
}

/* Starts a thread that takes no signals: they are the main thread's business. */
static int start_thread(pthread_t *thread, void *(*run)(void *), void *context)
{
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int refused = pthread_create(thread, NULL, run, context);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return refused;
}

static void join_and_free(struct eg_workers *workers, uint32_t n_threads)
{
    pthread_mutex_lock(&workers->lock);
    workers->closing = true;
    pthread_cond_broadcast(&workers->changed);
    pthread_mutex_unlock(&workers->lock);
    for (uint32_t i = 0; i < n_threads; i++) (void)pthread_join(workers->threads[i], NULL);
    (void)pthread_cond_destroy(&workers->changed);
    (void)pthread_mutex_destroy(&workers->lock);
    free(workers->threads);
    free(workers->ring);
    free(workers);
}

static struct eg_workers *new_pool(uint32_t n_threads, size_t capacity)
{
    struct eg_workers *workers = eg_memory_zeroed(1, sizeof *workers);
    if (!workers) return NULL;
    workers->threads = eg_memory_zeroed(n_threads, sizeof *workers->threads);
    workers->ring = eg_memory_zeroed(capacity, sizeof *workers->ring);
    if (!workers->threads || !workers->ring) {
        free(workers->threads);
        free(workers->ring);
        free(workers);
        return NULL;
    }
    workers->n_threads = n_threads;
    workers->capacity = capacity;
    /* Neither can fail on Linux with default attributes. */
    EG_ASSERT(pthread_mutex_init(&workers->lock, NULL) == 0);
    EG_ASSERT(pthread_cond_init(&workers->changed, NULL) == 0);
    return workers;
}

enum eg_status eg_workers_new(uint32_t n_threads, uint32_t queue_limit, struct eg_workers **workers_out,
                              struct eg_error *err)
{
    if (n_threads < 1 || n_threads > MOST_THREADS) {
        return eg_error_set(err, EG_INVALID, "%u worker threads; give 1 to %u", n_threads, MOST_THREADS);
    }
    size_t capacity = (size_t)n_threads + queue_limit;
    struct eg_workers *workers = new_pool(n_threads, capacity);
    if (!workers) return eg_error_no_memory(err, capacity * sizeof(struct queued_job));
    for (uint32_t i = 0; i < n_threads; i++) {
        int refused = start_thread(&workers->threads[i], work, workers);
        if (refused == 0) continue;
        join_and_free(workers, i);
        return eg_error_set(err, EG_IO, "the system refused thread %u of %u: %s", i + 1, n_threads,
                            strerror(refused));
    }
    *workers_out = workers;
    return EG_OK;
}

void eg_workers_free(struct eg_workers *workers)
{
    if (workers) join_and_free(workers, workers->n_threads);
}

enum eg_status eg_workers_submit(struct eg_workers *workers, eg_job_fn *run, void *job)
{
    pthread_mutex_lock(&workers->lock);
    EG_ASSERT(!workers->closing);
    bool room = workers->n_queued + workers->n_running < workers->capacity;
    if (room) {
        workers->ring[(workers->first + workers->n_queued) % workers->capacity] =
            (struct queued_job){run, job};
        workers->n_queued++;
        pthread_cond_signal(&workers->changed);
    }
    pthread_mutex_unlock(&workers->lock);
    return room ? EG_OK : EG_BUSY;
}

uint32_t eg_workers_processors(void)
{
    cpu_set_t set;
    long n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : sysconf(_SC_NPROCESSORS_ONLN);
    if (n < 1) return 1;
    return n > (long)MOST_THREADS ? MOST_THREADS : (uint32_t)n;
}

/* `lock` guards the failure fields only; a leaf. */
struct range {
    size_t n;
    size_t chunk;
    eg_range_fn *run;
    void *context;
    atomic_size_t next; /* begin of the next chunk that nobody has taken */
    atomic_uint n_workers;

    pthread_mutex_t lock;
    size_t failed_begin; /* lowest chunk that failed; n while none has */
    enum eg_status status;
    struct eg_error error;
};

/* Takes the next chunk; false when there is none. The counter stops at n, so it cannot wrap. */
static bool take_chunk(struct range *range, size_t *begin_out, size_t *end_out)
{
    size_t begin = atomic_load(&range->next);
    size_t end;
    do {
        if (begin >= range->n) return false;
        end = range->n - begin > range->chunk ? begin + range->chunk : range->n;
    } while (!atomic_compare_exchange_weak(&range->next, &begin, end));
    *begin_out = begin;
    *end_out = end;
    return true;
}

/* Keeps the failure of the lowest chunk and lets nobody take another. */
static void note_failure(struct range *range, size_t begin, enum eg_status status,
                         const struct eg_error *error)
{
    atomic_store(&range->next, range->n);
    pthread_mutex_lock(&range->lock);
    if (begin < range->failed_begin) {
        range->failed_begin = begin;
        range->status = status;
        range->error = *error;
    }
    pthread_mutex_unlock(&range->lock);
}

static void *run_chunks(void *context)
{
    struct range *range = context;
    uint32_t worker = atomic_fetch_add(&range->n_workers, 1);
    size_t begin;
    size_t end;
    while (take_chunk(range, &begin, &end)) {
        struct eg_error error = {0};
        enum eg_status status = range->run(range->context, begin, end, worker, &error);
        if (status != EG_OK) note_failure(range, begin, status, &error);
    }
    return NULL;
}

static uint32_t threads_for(uint32_t n_threads, size_t n_chunks)
{
    if (n_threads == 0) n_threads = eg_workers_processors();
    if (n_threads > MOST_THREADS) n_threads = MOST_THREADS;
    return n_chunks < n_threads ? (uint32_t)n_chunks : n_threads;
}

enum eg_status eg_workers_range(uint32_t n_threads, size_t n, size_t chunk, eg_range_fn *run, void *context,
                                struct eg_error *err)
{
    if (chunk == 0) chunk = 1;
    struct range range = {.n = n, .chunk = chunk, .run = run, .context = context, .failed_begin = n};
    EG_ASSERT(pthread_mutex_init(&range.lock, NULL) == 0);
    uint32_t wanted = threads_for(n_threads, n / chunk + (n % chunk > 0));
    pthread_t threads[MOST_THREADS];
    uint32_t n_started = 0;
    while (n_started + 1 < wanted && start_thread(&threads[n_started], run_chunks, &range) == 0) n_started++;
    (void)run_chunks(&range); /* the calling thread works too */
    for (uint32_t i = 0; i < n_started; i++) (void)pthread_join(threads[i], NULL);
    (void)pthread_mutex_destroy(&range.lock);
    if (range.status != EG_OK && err) *err = range.error;
    return range.status;
}
