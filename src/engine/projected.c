/* A short list of (boundaries, CRS) pairs, searched in order. A pair is listed as "in the making" before its plane is
 * computed without the lock; others who want the same pair wait, everybody else goes on. A pair that failed is taken off the
 * list, so that its failure is not shared with later callers. */
#include "engine/projected.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"

struct pair {
    uint32_t boundaries;
    char crs[64];
    struct eg_plane *plane; /* NULL while in the making */
    bool used;
};

struct eg_projected {
    struct eg_generation *generation;
    pthread_mutex_t lock; /* guards pairs; a leaf: nothing else is locked while it is held */
    pthread_cond_t made;
    struct pair pairs[EG_PROJECTED_MAX];
};

enum eg_status eg_projected_new(struct eg_generation *generation, struct eg_projected **projected_out,
                                struct eg_error *err)
{
    struct eg_projected *projected = eg_memory_zeroed(1, sizeof *projected);
    if (!projected) return eg_error_no_memory(err, sizeof *projected);
    projected->generation = generation;
    pthread_mutex_init(&projected->lock, NULL);
    pthread_cond_init(&projected->made, NULL);
    *projected_out = projected;
    return EG_OK;
}

void eg_projected_free(struct eg_projected *projected)
{
    if (!projected) return;
    for (size_t i = 0; i < EG_PROJECTED_MAX; i++) eg_plane_free(projected->pairs[i].plane);
    pthread_cond_destroy(&projected->made);
    pthread_mutex_destroy(&projected->lock);
    free(projected);
}

static enum eg_status make_plane(const struct eg_plane *own, struct eg_text crs, struct eg_plane **plane_out,
                                 struct eg_error *err)
{
    struct eg_crs_context *context = NULL;
    struct eg_transform *transform = NULL;
    struct eg_crs_info info;
    enum eg_status status = eg_crs_context_new(&context, err);
    if (status == EG_OK) status = eg_crs_describe(context, crs, &info, err);
    if (status == EG_OK)
        status = eg_transform_new(context, EG_TEXT("EPSG:3857"), crs, (struct eg_text){0}, &transform, err);
    if (status == EG_OK) {
        eg_log(EG_LOG_INFO, "projection", "EPSG:3857 to %.*s by %s, accuracy %g m", EG_TEXT_ARG(crs),
               eg_transform_name(transform), eg_transform_accuracy_m(transform));
        status = eg_plane_project(own, transform, eg_grid_for_crs(info.geographic), NULL, plane_out, err);
    }
    eg_transform_free(transform);
    eg_crs_context_free(context);
    return status;
}

/* The listed pair, waiting while another thread makes it; or a fresh one taken for the caller; or NULL when full. */
static struct pair *find_or_take(struct eg_projected *projected, uint32_t boundaries, struct eg_text crs)
{
    struct pair *unused = NULL;
    for (size_t i = 0; i < EG_PROJECTED_MAX; i++) {
        struct pair *pair = &projected->pairs[i];
        if (!pair->used) {
            if (!unused) unused = pair;
            continue;
        }
        if (pair->boundaries != boundaries || !eg_text_equal(eg_text_from(pair->crs), crs)) continue;
        if (pair->plane) return pair;
        pthread_cond_wait(&projected->made, &projected->lock);
        return find_or_take(projected, boundaries, crs);
    }
    if (!unused) return NULL;
    *unused = (struct pair){.boundaries = boundaries, .used = true};
    for (size_t i = 0; i < crs.len; i++) unused->crs[i] = crs.data[i];
    return unused;
}

/* Into the pair, which the caller took, or off the list when that fails. */
static enum eg_status fill_pair(struct eg_projected *projected, struct pair *pair, struct eg_text crs,
                                const struct eg_plane **plane_out, struct eg_error *err)
{
    struct eg_plane *plane = NULL;
    const struct eg_plane *own = projected->generation->area_sets[pair->boundaries].plane;
    enum eg_status status = make_plane(own, crs, &plane, err);
    pthread_mutex_lock(&projected->lock);
    pair->plane = plane;
    pair->used = status == EG_OK;
    pthread_cond_broadcast(&projected->made);
    pthread_mutex_unlock(&projected->lock);
    if (status == EG_OK) *plane_out = plane;
    return status;
}

/* A code or URN; WKT is longer than what is kept here. */
static bool is_name(struct eg_text crs)
{
    return crs.len < sizeof((struct pair *)NULL)->crs && !memchr(crs.data, '\0', crs.len);
}

static enum eg_status find_plane(struct eg_projected *projected, uint32_t boundaries, struct eg_text crs,
                                 const struct eg_plane **plane_out, struct eg_error *err)
{
    if (!is_name(crs))
        return eg_error_set(err, EG_INVALID,
                            "the CRS is named by a code of at most 63 characters, such as EPSG:27700");
    pthread_mutex_lock(&projected->lock);
    struct pair *pair = find_or_take(projected, boundaries, crs);
    bool is_made = pair && pair->plane;
    pthread_mutex_unlock(&projected->lock);
    if (!pair)
        return eg_error_set(err, EG_LIMIT, "too many projections are in use; reload the atlas to clear them");
    if (!is_made) return fill_pair(projected, pair, crs, plane_out, err);
    *plane_out = pair->plane; /* written before the lock was last given back, and never again */
    return EG_OK;
}

enum eg_status eg_projected_plane(struct eg_projected *projected, uint32_t boundaries, struct eg_text crs,
                                  const struct eg_plane **plane_out, struct eg_error *err)
{
    if (crs.len == 0 || eg_text_equal(crs, EG_TEXT("EPSG:3857"))) {
        *plane_out = projected->generation->area_sets[boundaries].plane;
        return EG_OK;
    }
    enum eg_status status = find_plane(projected, boundaries, crs, plane_out, err);
    if (status != EG_OK && status != EG_NO_MEMORY) eg_error_field(err, "crs");
    return status;
}
