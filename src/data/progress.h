/* Progress of a stage in which several threads work: any of them counts, only the loading thread draws (src/base/log.h). */
#ifndef EG_DATA_PROGRESS_H
#define EG_DATA_PROGRESS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "base/log.h"

struct eg_progress {
    struct eg_stage stage;
    pthread_t loader;
    atomic_size_t done;
    atomic_size_t total;
};

void eg_progress_begin(struct eg_progress *progress, const char *stage_name);
/* NULL is allowed in both. */
void eg_progress_expect(struct eg_progress *progress, size_t n);
void eg_progress_add(struct eg_progress *progress, size_t n);

#endif
