/* A pool of threads with a bounded queue, and a parallel loop for loading.
 *
 * Every job that was accepted runs exactly once, also when the pool is being freed. */
#ifndef EG_BASE_WORKERS_H
#define EG_BASE_WORKERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct eg_workers;

/* `worker` is the number (0 to n_threads - 1) of the thread that runs the job, for per-thread scratch. */
typedef void eg_job_fn(void *job, uint32_t worker);

/* n_threads 1 to 256; at most `queue_limit` jobs wait (0: jobs are taken by free threads only). The threads block all
 * signals. EG_INVALID, EG_NO_MEMORY, or EG_IO when the system refuses a thread. */
EG_MUST_CHECK enum eg_status eg_workers_new(uint32_t n_threads, uint32_t queue_limit,
                                            struct eg_workers **workers_out, struct eg_error *err);
/* Runs what was accepted, then joins all threads. NULL is allowed. */
void eg_workers_free(struct eg_workers *workers);

/* EG_BUSY when n_threads + queue_limit accepted jobs are unfinished: the caller keeps the job. Never blocks for long; safe
 * from any thread, jobs included, but not while the pool is being freed. */
EG_MUST_CHECK enum eg_status eg_workers_submit(struct eg_workers *workers, eg_job_fn *run, void *job);

/* Calls run(context, begin, end, worker) over consecutive chunks of 0 .. n, on n_threads threads (0: one per processor),
 * and returns the first failure in chunk order; after a failure no further chunk is begun. The calling thread is one of the
 * n_threads and does all the work when no other can be started. A chunk of 0 counts as 1. */
typedef enum eg_status eg_range_fn(void *context, size_t begin, size_t end, uint32_t worker,
                                   struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_workers_range(uint32_t n_threads, size_t n, size_t chunk, eg_range_fn *run,
                                              void *context, struct eg_error *err);

uint32_t eg_workers_processors(void);

#endif
