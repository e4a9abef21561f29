/* Projecting a boundary set: one PROJ context and one operation for each plane, gone again when it is made. A context costs 7 ms,
 * finding the operation as much, the points of a country a tenth of a second and more. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "engine/projected.h"

struct eg_text eg_projected_operation(const struct eg_generation *generation, uint32_t boundaries,
                                      const char *crs)
{
    while (generation->area_sets[boundaries].base != EG_ATLAS_NONE)
        boundaries = generation->area_sets[boundaries].base;
    const struct eg_atlas_boundaries *spec = &generation->atlas->boundaries[boundaries];
    bool is_its_own = strcmp(generation->report->boundaries[boundaries].crs, crs) == 0;
    return is_its_own ? spec->operation : (struct eg_text){0};
}

static uint32_t count(const bool *flags, uint32_t n)
{
    uint32_t n_set = 0;
    for (uint32_t i = 0; i < n; i++) n_set += flags[i];
    return n_set;
}

/* The plane, and a line in the log: an area that is left out leaves no other trace. */
static enum eg_status project(const struct eg_area_set *set, struct eg_transform *transform,
                              const struct eg_crs_info *info, struct eg_plane **plane_out,
                              struct eg_error *err)
{
    bool *excluded = eg_memory_zeroed(set->n_areas, sizeof *excluded);
    if (!excluded) return eg_error_no_memory(err, set->n_areas * sizeof *excluded);
    enum eg_status status =
        eg_plane_project(set->plane, transform, eg_grid_for_crs(info->geographic), excluded, plane_out, err);
    uint32_t n_left_out = status == EG_OK ? count(excluded, set->n_areas) : 0;
    free(excluded);
    if (status != EG_OK) return status;
    eg_log(EG_LOG_INFO, "projection", "boundaries %.*s: EPSG:3857 to %s by %s, accuracy %g m",
           EG_TEXT_ARG(set->spec->id), info->id, eg_transform_name(transform),
           eg_transform_accuracy_m(transform));
    if (n_left_out > 0)
        eg_log(EG_LOG_WARNING, "projection",
               "boundaries %.*s: %u of %u areas are left out in %s, as they lie too far off or where "
               "it is not defined or torn",
               EG_TEXT_ARG(set->spec->id), n_left_out, set->n_areas, info->id);
    return EG_OK;
}

enum eg_status eg_projected_by_proj(void *context, uint32_t boundaries, const struct eg_crs_id *crs,
                                    struct eg_plane **plane_out, struct eg_error *err)
{
    const struct eg_generation *generation = context;
    struct eg_crs_context *proj = NULL;
    struct eg_transform *transform = NULL;
    struct eg_crs_info info;
    char name[EG_CRS_NAME_BYTES];
    eg_crs_write(crs, EG_CRS_CODE, name);
    struct eg_text to = eg_text_from(name);
    enum eg_status status = eg_crs_context_new(&proj, err);
    if (status == EG_OK) status = eg_crs_describe(proj, to, &info, err);
    if (status == EG_OK)
        status = eg_transform_new(proj, EG_TEXT("EPSG:3857"), to,
                                  eg_projected_operation(generation, boundaries, name), &transform, err);
    if (status == EG_OK)
        status = project(&generation->area_sets[boundaries], transform, &info, plane_out, err);
    eg_transform_free(transform);
    eg_crs_context_free(proj);
    return status;
}
