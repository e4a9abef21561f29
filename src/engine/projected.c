/* A table of slots, each a (boundaries, CRS) pair, searched in order: there are a few dozen at most.
 *
 * A slot is free, in the making, ready or failed. It is taken for a pair under the lock; the plane is made without it, so that
 * only those who want this very plane wait. Everybody who waits is counted as a user beforehand: a plane that was waited for
 * cannot be let go before the last one has seen it, however small the budget. A slot without users may be given to another
 * pair: failures first, then the plane that was not used for longest.
 *
 * Want of memory is told to those who waited, but not remembered: the next one tries again. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "engine/projected_parts.h"

enum eg_status eg_projected_new(const struct eg_projected_options *options,
                                struct eg_projected **projected_out, struct eg_error *err)
{
    struct eg_projected *projected = eg_memory_zeroed(1, sizeof *projected);
    if (!projected) return eg_error_no_memory(err, sizeof *projected);
    projected->options = *options;
    if (!options->make) {
        projected->options.make = eg_projected_by_proj;
        projected->options.context = options->generation;
    }
    projected->n_own = options->generation->atlas->n_boundaries;
    projected->own = eg_memory_zeroed(projected->n_own, sizeof *projected->own);
    if (!projected->own) {
        free(projected);
        return eg_error_no_memory(err, options->generation->atlas->n_boundaries * sizeof *projected->own);
    }
    pthread_mutex_init(&projected->lock, NULL);
    pthread_cond_init(&projected->changed, NULL);
    *projected_out = projected;
    return EG_OK;
}

void eg_projected_free(struct eg_projected *projected)
{
    if (!projected) return;
    for (size_t i = 0; i < EG_PROJECTED_MAX; i++) {
        EG_ASSERT(projected->slots[i].n_users == 0);
        eg_shapes_free(projected->slots[i].shapes.shapes);
        eg_plane_free(projected->slots[i].plane);
    }
    for (uint32_t i = 0; i < projected->n_own; i++) eg_shapes_free(projected->own[i].shapes);
    free(projected->own);
    pthread_cond_destroy(&projected->changed);
    pthread_mutex_destroy(&projected->lock);
    free(projected);
}

/* --- slots, all under the lock --------------------------------------------------------------------------------------- */

static struct eg_projected_slot *find(struct eg_projected *projected, uint32_t boundaries,
                                      const struct eg_crs_id *crs)
{
    for (size_t i = 0; i < EG_PROJECTED_MAX; i++) {
        struct eg_projected_slot *slot = &projected->slots[i];
        if (slot->state != SLOT_FREE && slot->boundaries == boundaries && eg_crs_equal(&slot->crs, crs))
            return slot;
    }
    return NULL;
}

/* Whether a is rather to be given up than b; neither has users. */
static bool goes_before(const struct eg_projected_slot *a, const struct eg_projected_slot *b)
{
    if ((a->state == SLOT_FAILED) != (b->state == SLOT_FAILED)) return a->state == SLOT_FAILED;
    return a->last_use < b->last_use;
}

/* A slot that nobody uses and that holds something, or NULL. */
static struct eg_projected_slot *find_victim(struct eg_projected *projected, bool planes_only)
{
    struct eg_projected_slot *victim = NULL;
    for (size_t i = 0; i < EG_PROJECTED_MAX; i++) {
        struct eg_projected_slot *slot = &projected->slots[i];
        if (slot->state == SLOT_FREE || slot->n_users > 0) continue;
        if (planes_only && slot->state != SLOT_READY) continue;
        if (!victim || goes_before(slot, victim)) victim = slot;
    }
    return victim;
}

/* What was in a slot, for the caller to free without the lock. */
struct held {
    struct eg_plane *plane; /* NULL: nothing */
    struct eg_shapes *shapes;
};

static void free_held(struct held held)
{
    eg_shapes_free(held.shapes);
    eg_plane_free(held.plane);
}

static struct held empty(struct eg_projected *projected, struct eg_projected_slot *slot)
{
    struct held held = {slot->plane, slot->shapes.shapes};
    if (held.plane) projected->bytes -= held.plane->bytes;
    if (held.shapes) projected->bytes -= eg_shapes_bytes(held.shapes);
    if (held.plane) projected->n_let_go++;
    *slot = (struct eg_projected_slot){0};
    return held;
}

/* A slot for a new pair; its only user is the caller. NULL when all are in use. */
static struct eg_projected_slot *occupy(struct eg_projected *projected, uint32_t boundaries,
                                        const struct eg_crs_id *crs, struct held *let_go_out)
{
    struct eg_projected_slot *slot = NULL;
    for (size_t i = 0; i < EG_PROJECTED_MAX && !slot; i++)
        if (projected->slots[i].state == SLOT_FREE) slot = &projected->slots[i];
    if (!slot) slot = find_victim(projected, false);
    if (!slot) return NULL;
    *let_go_out = empty(projected, slot);
    *slot = (struct eg_projected_slot){
        .state = SLOT_IN_THE_MAKING, .boundaries = boundaries, .crs = *crs, .n_users = 1};
    return slot;
}

static void stop_using(struct eg_projected *projected, struct eg_projected_slot *slot)
{
    EG_ASSERT(slot->n_users > 0);
    slot->last_use = ++projected->clock;
    if (--slot->n_users == 0 && slot->state == SLOT_FAILED && slot->status == EG_NO_MEMORY)
        (void)empty(projected, slot);
}

/* --- taking and giving back ------------------------------------------------------------------------------------------ */

/* Lets planes go, one at a time so that the lock is not held while memory is given back, until the rest fits. */
void eg_projected_keep_to_budget(struct eg_projected *projected)
{
    struct held held;
    do {
        pthread_mutex_lock(&projected->lock);
        bool too_much = projected->bytes > projected->options.budget_bytes;
        struct eg_projected_slot *victim = too_much ? find_victim(projected, true) : NULL;
        held = victim ? empty(projected, victim) : (struct held){0};
        pthread_mutex_unlock(&projected->lock);
        free_held(held);
    } while (held.plane);
}

/* Makes the plane of a slot that the caller occupied. */
static void fill(struct eg_projected *projected, struct eg_projected_slot *slot, struct eg_crs_id crs,
                 uint32_t boundaries)
{
    const struct eg_projected_options *options = &projected->options;
    struct eg_error err = {0};
    struct eg_plane *plane = NULL;
    enum eg_status status = options->make(options->context, boundaries, &crs, &plane, &err);
    pthread_mutex_lock(&projected->lock);
    slot->state = status == EG_OK ? SLOT_READY : SLOT_FAILED;
    slot->status = status;
    slot->plane = plane;
    memcpy(slot->message, err.message, sizeof slot->message);
    if (plane) projected->bytes += plane->bytes;
    if (plane) projected->n_made++;
    pthread_cond_broadcast(&projected->changed);
    pthread_mutex_unlock(&projected->lock);
    eg_projected_keep_to_budget(projected);
}

/* What the slot came to. On failure the caller stops being its user. */
static enum eg_status result(struct eg_projected *projected, struct eg_projected_slot *slot,
                             const struct eg_plane **plane_out, struct eg_error *err)
{
    pthread_mutex_lock(&projected->lock);
    while (slot->state == SLOT_IN_THE_MAKING) pthread_cond_wait(&projected->changed, &projected->lock);
    enum eg_status status = slot->status;
    if (status == EG_OK) {
        *plane_out = slot->plane;
    } else {
        (void)eg_error_set(err, status, "%s", slot->message);
        if (status == EG_INVALID || status == EG_UNSUPPORTED) eg_error_field(err, "crs");
        stop_using(projected, slot);
    }
    pthread_mutex_unlock(&projected->lock);
    return status;
}

static enum eg_status take(struct eg_projected *projected, uint32_t boundaries, const struct eg_crs_id *crs,
                           const struct eg_plane **plane_out, struct eg_error *err)
{
    struct held let_go = {0};
    pthread_mutex_lock(&projected->lock);
    struct eg_projected_slot *slot = find(projected, boundaries, crs);
    bool is_new = !slot;
    if (slot) slot->n_users++;
    else slot = occupy(projected, boundaries, crs, &let_go);
    pthread_mutex_unlock(&projected->lock);
    free_held(let_go);
    if (!slot)
        return eg_error_set(err, EG_BUSY,
                            "%d projections are in use at the same time, which is as many as can be; try "
                            "again in a moment",
                            EG_PROJECTED_MAX);
    if (is_new) fill(projected, slot, *crs, boundaries);
    return result(projected, slot, plane_out, err);
}

static bool is_own(const struct eg_crs_id *crs)
{
    static const struct eg_crs_id own = {"EPSG", "3857"};
    return eg_crs_equal(crs, &own);
}

enum eg_status eg_projected_take(struct eg_projected *projected, uint32_t boundaries, struct eg_text crs,
                                 const struct eg_plane **plane_out, struct eg_error *err)
{
    struct eg_crs_id id = {"EPSG", "3857"};
    enum eg_status status = crs.len > 0 ? eg_crs_parse(crs, &id, err) : EG_OK;
    if (status != EG_OK) {
        (void)eg_error_field(err, "crs");
        return status;
    }
    if (is_own(&id)) {
        *plane_out = projected->options.generation->area_sets[boundaries].plane;
        return EG_OK;
    }
    id = eg_crs_drawn_as(id);
    return take(projected, boundaries, &id, plane_out, err);
}

void eg_projected_release(struct eg_projected *projected, const struct eg_plane *plane)
{
    if (!plane) return;
    bool found = false;
    pthread_mutex_lock(&projected->lock);
    for (size_t i = 0; i < EG_PROJECTED_MAX && !found; i++) {
        struct eg_projected_slot *slot = &projected->slots[i];
        found = slot->state == SLOT_READY && slot->plane == plane;
        if (found) stop_using(projected, slot);
    }
    bool too_much = projected->bytes > projected->options.budget_bytes;
    pthread_mutex_unlock(&projected->lock);
    if (found && too_much) eg_projected_keep_to_budget(projected); /* the sets' own planes are in no slot */
}

bool eg_projected_is_ready(struct eg_projected *projected, uint32_t boundaries, struct eg_text crs)
{
    struct eg_crs_id id;
    if (crs.len == 0 || eg_crs_parse(crs, &id, NULL) != EG_OK || is_own(&id)) return true;
    id = eg_crs_drawn_as(id);
    pthread_mutex_lock(&projected->lock);
    const struct eg_projected_slot *slot = find(projected, boundaries, &id);
    bool ready = slot && slot->state != SLOT_IN_THE_MAKING;
    pthread_mutex_unlock(&projected->lock);
    return ready;
}

void eg_projected_count(struct eg_projected *projected, struct eg_projected_counters *counters_out)
{
    struct eg_projected_counters counters = {0};
    pthread_mutex_lock(&projected->lock);
    for (size_t i = 0; i < EG_PROJECTED_MAX; i++) {
        const struct eg_projected_slot *slot = &projected->slots[i];
        counters.n_planes += slot->state == SLOT_READY;
        counters.n_failures += slot->state == SLOT_FAILED;
        counters.n_in_use += slot->n_users > 0;
    }
    counters.bytes = projected->bytes;
    counters.n_made = projected->n_made;
    counters.n_let_go = projected->n_let_go;
    pthread_mutex_unlock(&projected->lock);
    *counters_out = counters;
}
