/* Two counters; drawing is left to whoever turns out to be the loading thread. */
#include "data/progress.h"

void eg_progress_begin(struct eg_progress *progress, const char *stage_name)
{
    progress->loader = pthread_self();
    atomic_store(&progress->done, 0);
    atomic_store(&progress->total, 0);
    eg_log_stage_begin(&progress->stage, stage_name);
}

void eg_progress_expect(struct eg_progress *progress, size_t n)
{
    if (progress) atomic_fetch_add(&progress->total, n);
}

void eg_progress_add(struct eg_progress *progress, size_t n)
{
    if (!progress) return;
    size_t done = atomic_fetch_add(&progress->done, n) + n;
    if (pthread_equal(progress->loader, pthread_self())) {
        eg_log_stage_step(&progress->stage, done, atomic_load(&progress->total));
    }
}
