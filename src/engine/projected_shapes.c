/* The polygons behind planes: one maker, who holds no lock, and others who wait. A plane in use is not let go, so its slot stays
 * where it is. A refusal of memory is not shared: whoever waited tries in turn. */
#include "engine/projected_parts.h"

/* Under the lock: where the shapes of a plane in use are kept. */
static struct eg_projected_shapes *find_shapes(struct eg_projected *projected, uint32_t boundaries,
                                               const struct eg_plane *plane)
{
    if (projected->options.generation->area_sets[boundaries].plane == plane)
        return &projected->own[boundaries];
    struct eg_projected_shapes *found = NULL;
    for (size_t i = 0; i < EG_PROJECTED_MAX && !found; i++)
        if (projected->slots[i].plane == plane) found = &projected->slots[i].shapes;
    EG_ASSERT(found != NULL);
    return found;
}

enum eg_status eg_projected_shapes(struct eg_projected *projected, uint32_t boundaries,
                                   const struct eg_plane *plane, const struct eg_shapes **shapes_out,
                                   struct eg_error *err)
{
    enum eg_status status = EG_OK;
    bool made = false;
    pthread_mutex_lock(&projected->lock);
    struct eg_projected_shapes *kept = find_shapes(projected, boundaries, plane);
    bool counts = kept != &projected->own[boundaries];
    while (kept->in_the_making) pthread_cond_wait(&projected->changed, &projected->lock);
    if (!kept->shapes) {
        struct eg_shapes *shapes = NULL;
        kept->in_the_making = true;
        pthread_mutex_unlock(&projected->lock);
        status = eg_shapes_new(plane, &shapes, err);
        pthread_mutex_lock(&projected->lock);
        kept->in_the_making = false;
        kept->shapes = shapes;
        made = shapes && counts;
        if (made) projected->bytes += eg_shapes_bytes(shapes);
        pthread_cond_broadcast(&projected->changed);
    }
    if (status == EG_OK) *shapes_out = kept->shapes;
    pthread_mutex_unlock(&projected->lock);
    if (made) eg_projected_keep_to_budget(projected);
    return status;
}
