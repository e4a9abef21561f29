/* Projecting a boundary set: one PROJ context and one operation for each plane, gone again when it is made. A context costs 7 ms,
 * finding the operation as much, the points of a country a tenth of a second and more. */
#include <string.h>

#include "base/log.h"
#include "engine/projected.h"

/* The operation that the atlas names for the set when `crs` is the one of its source; else empty: the usual one. */
static struct eg_text operation_to(const struct eg_generation *generation, uint32_t boundaries,
                                   const char *crs)
{
    while (generation->area_sets[boundaries].base != EG_ATLAS_NONE)
        boundaries = generation->area_sets[boundaries].base;
    const struct eg_atlas_boundaries *spec = &generation->atlas->boundaries[boundaries];
    bool is_its_own = strcmp(generation->report->boundaries[boundaries].crs, crs) == 0;
    return is_its_own ? spec->operation : (struct eg_text){0};
}

static enum eg_status nothing_left(const char *crs, struct eg_error *err)
{
    return eg_error_set(err, EG_INVALID,
                        "none of these areas can be shown in %s: they lie where its projection is not "
                        "defined; ask for another CRS",
                        crs);
}

enum eg_status eg_projected_by_proj(void *context, uint32_t boundaries, const struct eg_crs_id *crs,
                                    struct eg_plane **plane_out, struct eg_error *err)
{
    const struct eg_generation *generation = context;
    const struct eg_plane *own = generation->area_sets[boundaries].plane;
    struct eg_crs_context *proj = NULL;
    struct eg_transform *transform = NULL;
    struct eg_crs_info info;
    struct eg_plane *plane = NULL;
    char name[EG_CRS_NAME_BYTES];
    eg_crs_write(crs, EG_CRS_CODE, name);
    struct eg_text to = eg_text_from(name);
    enum eg_status status = eg_crs_context_new(&proj, err);
    if (status == EG_OK) status = eg_crs_describe(proj, to, &info, err);
    if (status == EG_OK)
        status = eg_transform_new(proj, EG_TEXT("EPSG:3857"), to, operation_to(generation, boundaries, name),
                                  &transform, err);
    if (status == EG_OK)
        status = eg_plane_project(own, transform, eg_grid_for_crs(info.geographic), NULL, &plane, err);
    if (status == EG_OK && plane->n_arcs == 0 && own->n_arcs > 0) status = nothing_left(name, err);
    if (status == EG_OK) {
        eg_log(EG_LOG_INFO, "projection", "EPSG:3857 to %s by %s, accuracy %g m", name,
               eg_transform_name(transform), eg_transform_accuracy_m(transform));
        *plane_out = plane;
        plane = NULL;
    }
    eg_plane_free(plane);
    eg_transform_free(transform);
    eg_crs_context_free(proj);
    return status;
}
