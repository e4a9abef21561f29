/* A dozen entries in an array, made while the atlas is loaded, so that a misspelt code is found then and not by a client. */
#include "engine/crs_list.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "engine/crs_boxes.h"

struct eg_crs_list {
    uint32_t n;
    /* Written once, under the lock, and read without it. The lock is a leaf. */
    _Atomic(struct eg_bounds *) set_bounds; /* [n_boundaries][n] */
    _Atomic(struct eg_crs_way *) ways;      /* [n] */
    pthread_mutex_t lock;
    struct eg_crs_entry entries[];
};

static enum eg_status add(struct eg_crs_list *list, struct eg_crs_context *proj, const struct eg_crs_id *id,
                          struct eg_error *err)
{
    if (eg_crs_list_find(list, id)) return EG_OK;
    struct eg_crs_entry *entry = &list->entries[list->n];
    char name[EG_CRS_NAME_BYTES];
    eg_crs_write(id, EG_CRS_CODE, name);
    enum eg_status status = eg_crs_describe(proj, eg_text_from(name), &entry->info, err);
    if (status != EG_OK) return status;
    entry->id = *id;
    list->n++;
    return EG_OK;
}

static enum eg_status add_all(struct eg_crs_list *list, struct eg_crs_context *proj,
                              const struct eg_generation *generation, struct eg_error *err)
{
    static const struct eg_crs_id always[] = {{"EPSG", "3857"}, {"OGC", "CRS84"}};
    const struct eg_atlas *atlas = generation->atlas;
    enum eg_status status = EG_OK;
    for (size_t i = 0; i < EG_ARRAY_LEN(always) && status == EG_OK; i++)
        status = add(list, proj, &always[i], err);
    for (uint32_t i = 0; i < atlas->server.n_crs && status == EG_OK; i++) {
        status = add(list, proj, &atlas->server.crs[i].id, err);
        if (status != EG_OK && atlas->server.crs[i].mark.line > 0)
            eg_atlas_error_at(atlas, atlas->server.crs[i].mark, err);
    }
    for (uint32_t i = 0; i < atlas->n_boundaries && status == EG_OK; i++) {
        struct eg_crs_id own;
        struct eg_text name = eg_text_from(generation->report->boundaries[i].crs);
        /* A source in a system that nobody gave a code has none that a client could ask for. */
        if (eg_crs_parse(name, &own, NULL) == EG_OK) status = add(list, proj, &own, err);
    }
    return status;
}

enum eg_status eg_crs_list_new(const struct eg_generation *generation, struct eg_crs_list **list_out,
                               struct eg_error *err)
{
    const struct eg_atlas *atlas = generation->atlas;
    size_t n_max = 2 + (size_t)atlas->server.n_crs + atlas->n_boundaries;
    size_t bytes = sizeof(struct eg_crs_list) + n_max * sizeof(struct eg_crs_entry);
    struct eg_crs_list *list = eg_memory_zeroed(1, bytes);
    struct eg_crs_context *proj = NULL;
    if (!list) return eg_error_no_memory(err, bytes);
    pthread_mutex_init(&list->lock, NULL);
    enum eg_status status = eg_crs_context_new(&proj, err);
    if (status == EG_OK) status = add_all(list, proj, generation, err);
    eg_crs_context_free(proj);
    if (status != EG_OK) {
        eg_crs_list_free(list);
        return status;
    }
    *list_out = list;
    return EG_OK;
}

void eg_crs_list_free(struct eg_crs_list *list)
{
    if (!list) return;
    free(atomic_load(&list->set_bounds));
    free(atomic_load(&list->ways));
    pthread_mutex_destroy(&list->lock);
    free(list);
}

const struct eg_crs_entry *eg_crs_list_entries(const struct eg_crs_list *list, uint32_t *n_out)
{
    *n_out = list->n;
    return list->entries;
}

const struct eg_crs_entry *eg_crs_list_find(const struct eg_crs_list *list, const struct eg_crs_id *id)
{
    for (uint32_t i = 0; i < list->n; i++)
        if (eg_crs_equal(&list->entries[i].id, id)) return &list->entries[i];
    return NULL;
}

enum eg_status eg_crs_list_resolve(const struct eg_crs_list *list, struct eg_text name,
                                   const struct eg_crs_entry **entry_out, struct eg_error *err)
{
    struct eg_crs_id id = {"EPSG", "3857"};
    enum eg_status status = name.len > 0 ? eg_crs_parse(name, &id, err) : EG_OK;
    const struct eg_crs_entry *entry = status == EG_OK ? eg_crs_list_find(list, &id) : NULL;
    if (entry) {
        *entry_out = entry;
        return EG_OK;
    }
    if (status == EG_OK)
        status = eg_error_set(err, EG_INVALID,
                              "%s:%s is none of the coordinate reference systems of this atlas; the "
                              "capabilities list those on offer, EPSG:3857 is one of them",
                              id.authority, id.code);
    (void)eg_error_field(err, "crs");
    return status;
}

static enum eg_status find_way(struct eg_crs_context *proj, const struct eg_crs_entry *entry,
                               struct eg_crs_way *way_out, struct eg_error *err)
{
    struct eg_transform *transform = NULL;
    *way_out = (struct eg_crs_way){.accuracy_m = -1};
    enum eg_status status = eg_transform_new(proj, EG_TEXT("EPSG:3857"), eg_text_from(entry->info.id),
                                             (struct eg_text){0}, &transform, err);
    if (status == EG_OK) {
        (void)snprintf(way_out->operation, sizeof way_out->operation, "%s", eg_transform_name(transform));
        way_out->accuracy_m = eg_transform_accuracy_m(transform);
    }
    eg_transform_free(transform);
    return status == EG_UNSUPPORTED ? EG_OK : status;
}

static enum eg_status ways_locked(struct eg_crs_list *list, struct eg_crs_way **made_out,
                                  struct eg_error *err)
{
    struct eg_crs_context *proj = NULL;
    struct eg_crs_way *made = atomic_load_explicit(&list->ways, memory_order_relaxed);
    enum eg_status status = EG_OK;
    if (!made) {
        made = eg_memory_array(list->n, sizeof *made);
        if (!made) return eg_error_no_memory(err, list->n * sizeof *made);
        status = eg_crs_context_new(&proj, err);
        for (uint32_t i = 0; i < list->n && status == EG_OK; i++)
            status = find_way(proj, &list->entries[i], &made[i], err);
        eg_crs_context_free(proj);
        if (status == EG_OK) atomic_store_explicit(&list->ways, made, memory_order_release);
    }
    if (status == EG_OK) *made_out = made;
    else free(made);
    return status;
}

enum eg_status eg_crs_list_ways(struct eg_crs_list *list, const struct eg_crs_way **ways_out,
                                struct eg_error *err)
{
    struct eg_crs_way *made = atomic_load_explicit(&list->ways, memory_order_acquire);
    enum eg_status status = EG_OK;
    if (!made) {
        pthread_mutex_lock(&list->lock);
        status = ways_locked(list, &made, err);
        pthread_mutex_unlock(&list->lock);
    }
    if (status == EG_OK) *ways_out = made;
    return status;
}

/* Column `i` of bounds_out. */
static enum eg_status boxes_in(const struct eg_crs_list *list, struct eg_transform *transform,
                               const struct eg_bounds *boxes_deg, uint32_t n_boxes, struct eg_bounds *column)
{
    for (uint32_t b = 0; b < n_boxes; b++) {
        struct eg_bounds *box = &column[(size_t)b * list->n];
        *box = (struct eg_bounds){HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
        enum eg_status status =
            transform ? eg_transform_bounds(transform, boxes_deg[b], box, NULL) : EG_UNSUPPORTED;
        if (status != EG_OK && status != EG_UNSUPPORTED) return status;
    }
    return EG_OK;
}

enum eg_status eg_crs_list_bounds(const struct eg_crs_list *list, const struct eg_bounds *boxes_deg,
                                  uint32_t n_boxes, struct eg_bounds *bounds_out, struct eg_error *err)
{
    struct eg_crs_context *proj = NULL;
    enum eg_status status = eg_crs_context_new(&proj, err);
    for (uint32_t i = 0; i < list->n && status == EG_OK; i++) {
        struct eg_transform *transform = NULL;
        status = eg_transform_new(proj, EG_TEXT("OGC:CRS84"), eg_text_from(list->entries[i].info.id),
                                  (struct eg_text){0}, &transform, err);
        if (status == EG_OK || status == EG_UNSUPPORTED)
            status = boxes_in(list, transform, boxes_deg, n_boxes, bounds_out + i);
        eg_transform_free(transform);
    }
    eg_crs_context_free(proj);
    return status;
}

static enum eg_status set_bounds_locked(struct eg_crs_list *list, const struct eg_generation *generation,
                                        struct eg_bounds **made_out, struct eg_error *err)
{
    size_t n = (size_t)generation->atlas->n_boundaries * list->n;
    struct eg_bounds *made = atomic_load_explicit(&list->set_bounds, memory_order_relaxed);
    if (!made) {
        made = eg_memory_array(n, sizeof *made);
        if (!made) return eg_error_no_memory(err, n * sizeof *made);
        enum eg_status status = eg_crs_boxes_make(generation, list->entries, list->n, made, err);
        if (status != EG_OK) {
            free(made);
            return status;
        }
        atomic_store_explicit(&list->set_bounds, made, memory_order_release);
    }
    *made_out = made;
    return EG_OK;
}

enum eg_status eg_crs_list_set_bounds(struct eg_crs_list *list, const struct eg_generation *generation,
                                      const struct eg_bounds **bounds_out, struct eg_error *err)
{
    struct eg_bounds *made = atomic_load_explicit(&list->set_bounds, memory_order_acquire);
    enum eg_status status = EG_OK;
    if (!made) {
        pthread_mutex_lock(&list->lock);
        status = set_bounds_locked(list, generation, &made, err);
        pthread_mutex_unlock(&list->lock);
    }
    if (status == EG_OK) *bounds_out = made;
    return status;
}
