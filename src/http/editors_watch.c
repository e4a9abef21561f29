/* Looked at before it is read: a file that changes in between is read again at the next look. */
#include "http/editors_watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#include "base/log.h"
#include "base/memory.h"

struct eg_editors_held {
    struct eg_editors *editors;
    atomic_uint references;
};

struct identity {
    dev_t device;
    ino_t number;
    off_t size;
    struct timespec modified, changed;
};

struct eg_editors_watch {
    pthread_mutex_t
        lock; /* guards the fields below while the file is looked at and read; nothing else is locked meanwhile */
    char *path; /* of the last look; NULL: none yet */
    struct identity identity;
    enum eg_status status; /* of reading it */
    struct eg_error error;
    struct eg_editors_held *held; /* NULL unless it could be read */
};

const struct eg_editors *eg_editors_of(const struct eg_editors_held *held)
{
    return held->editors;
}

void eg_editors_let_go(struct eg_editors_held *held)
{
    if (!held || atomic_fetch_sub_explicit(&held->references, 1, memory_order_acq_rel) > 1) return;
    eg_editors_free(held->editors);
    free(held);
}

enum eg_status eg_editors_watch_new(struct eg_editors_watch **watch_out, struct eg_error *err)
{
    struct eg_editors_watch *watch = eg_memory_zeroed(1, sizeof *watch);
    if (!watch) return eg_error_no_memory(err, sizeof *watch);
    pthread_mutex_init(&watch->lock, NULL);
    *watch_out = watch;
    return EG_OK;
}

static void forget(struct eg_editors_watch *watch)
{
    eg_editors_let_go(watch->held);
    free(watch->path);
    watch->held = NULL;
    watch->path = NULL;
}

void eg_editors_watch_free(struct eg_editors_watch *watch)
{
    if (!watch) return;
    forget(watch);
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}

/* --- the file ------------------------------------------------------------------------------------------------------------- */

static bool is_same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool is_known(const struct eg_editors_watch *watch, const char *path, const struct identity *now)
{
    const struct identity *then = &watch->identity;
    return watch->path && strcmp(watch->path, path) == 0 && then->device == now->device &&
           then->number == now->number && then->size == now->size &&
           is_same_time(then->modified, now->modified) && is_same_time(then->changed, now->changed);
}

static bool identify(const char *path, struct identity *identity_out)
{
    struct stat about;
    if (stat(path, &about) != 0) return false;
    *identity_out =
        (struct identity){about.st_dev, about.st_ino, about.st_size, about.st_mtim, about.st_ctim};
    return true;
}

static enum eg_status read_file(const char *path, struct eg_editors_held **held_out, struct eg_error *err)
{
    struct eg_editors_held *held = eg_memory_zeroed(1, sizeof *held);
    if (!held) return eg_error_no_memory(err, sizeof *held);
    atomic_init(&held->references, 1);
    enum eg_status status = eg_editors_read(path, &held->editors, err);
    if (status != EG_OK) free(held);
    else *held_out = held;
    return status;
}

/* Under the lock. What may pass by itself is not remembered. */
static void read_anew(struct eg_editors_watch *watch, const char *path, const struct identity *identity)
{
    char text[1024];
    forget(watch);
    watch->identity = *identity;
    watch->status = read_file(path, &watch->held, &watch->error);
    if (watch->status != EG_NO_MEMORY) watch->path = strdup(path);
    if (watch->status == EG_OK)
        eg_log(EG_LOG_INFO, "access", "editors read from %s: %u", path, watch->held->editors->n);
    else
        eg_log(EG_LOG_ERROR, "access", "nobody can edit, because the editors' file cannot be used: %s",
               eg_error_format(&watch->error, text, sizeof text));
}

/* Under the lock. */
static enum eg_status look(struct eg_editors_watch *watch, const char *path,
                           struct eg_editors_held **held_out, struct eg_error *err)
{
    struct identity now;
    if (!identify(path, &now)) {
        const char *why = strerror(errno);
        forget(watch);
        return eg_error_set(err, EG_NOT_FOUND, "%s: %s", path, why);
    }
    if (!is_known(watch, path, &now)) read_anew(watch, path, &now);
    if (watch->status != EG_OK) {
        if (err) *err = watch->error;
        return watch->status;
    }
    atomic_fetch_add_explicit(&watch->held->references, 1, memory_order_relaxed);
    *held_out = watch->held;
    return EG_OK;
}

enum eg_status eg_editors_hold(struct eg_editors_watch *watch, struct eg_text path,
                               struct eg_editors_held **held_out, struct eg_error *err)
{
    char *terminated = strndup(path.data, path.len);
    if (!terminated) return eg_error_no_memory(err, path.len + 1);
    pthread_mutex_lock(&watch->lock);
    enum eg_status status = look(watch, terminated, held_out, err);
    pthread_mutex_unlock(&watch->lock);
    free(terminated);
    return status;
}
