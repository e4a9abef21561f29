/* The box of areas in another CRS is not that of their box in degrees: England's, projected to the national grid, would reach 15
 * kilometres out to sea. So its coast is projected, at a detail that costs some thousand points. Sets put together from one
 * another mostly fill the same box and have one coast. */
#include "engine/crs_boxes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define DETAIL 4000 /* of the extent: what is left out is smaller, and the margin */

struct coast {
    uint32_t same_as; /* an earlier set with the same box, or the set itself */
    size_t n;
    double *xy; /* [2 * n] EPSG:3857 metres; of the set itself only */
};

struct boxes {
    const struct eg_generation *generation;
    const struct eg_crs_entry *entries;
    uint32_t n_entries;
    struct coast *coasts; /* [n_boundaries] */
    struct eg_bounds *made;
};

static bool is_coast(const struct eg_plane *plane, uint32_t arc)
{
    return plane->left[arc] == EG_NO_AREA || plane->right[arc] == EG_NO_AREA;
}

static enum eg_status read_coast(const struct eg_plane *plane, struct coast *coast, struct eg_error *err)
{
    double extent =
        fmax((double)plane->box.max_x - plane->box.min_x, (double)plane->box.max_y - plane->box.min_y);
    uint32_t level = eg_plane_level_for(plane, fmax(extent / DETAIL, 1) * plane->grid.unit);
    const struct eg_plane_level *from = &plane->level[level];
    size_t n = 0;
    for (uint32_t arc = 0; arc < plane->n_arcs; arc++)
        if (is_coast(plane, arc)) n += from->start[arc + 1] - from->start[arc];
    coast->xy = eg_memory_array(n, 2 * sizeof *coast->xy);
    if (!coast->xy) return eg_error_no_memory(err, n * 2 * sizeof *coast->xy);
    for (uint32_t arc = 0; arc < plane->n_arcs; arc++)
        for (uint32_t i = from->start[arc]; is_coast(plane, arc) && i < from->start[arc + 1];
             i++, coast->n++) {
            coast->xy[2 * coast->n] = from->points[i].x * plane->grid.unit;
            coast->xy[2 * coast->n + 1] = from->points[i].y * plane->grid.unit;
        }
    return EG_OK;
}

static enum eg_status read_coasts(struct boxes *boxes, struct eg_error *err)
{
    const struct eg_area_set *sets = boxes->generation->area_sets;
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < boxes->generation->atlas->n_boundaries && status == EG_OK; i++) {
        struct coast *coast = &boxes->coasts[i];
        while (memcmp(&sets[coast->same_as].bounds_deg, &sets[i].bounds_deg, sizeof sets[i].bounds_deg) != 0)
            coast->same_as++;
        if (coast->same_as == i) status = read_coast(sets[i].plane, coast, err);
    }
    return status;
}

static struct eg_bounds box_of(const double *xy, size_t n)
{
    struct eg_bounds box = {HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(xy[2 * i]) || !isfinite(xy[2 * i + 1])) continue;
        box = (struct eg_bounds){fmin(box.min_x, xy[2 * i]), fmin(box.min_y, xy[2 * i + 1]),
                                 fmax(box.max_x, xy[2 * i]), fmax(box.max_y, xy[2 * i + 1])};
    }
    if (box.min_x > box.max_x) return box;
    double margin = fmax(box.max_x - box.min_x, box.max_y - box.min_y) / DETAIL;
    return (struct eg_bounds){box.min_x - margin, box.min_y - margin, box.max_x + margin, box.max_y + margin};
}

/* transform NULL: there is no operation to the CRS. */
static enum eg_status project_coast(const struct coast *coast, struct eg_transform *transform,
                                    struct eg_bounds *box_out, struct eg_error *err)
{
    double *xy = eg_memory_array(coast->n, 2 * sizeof *xy);
    if (!xy) return eg_error_no_memory(err, coast->n * 2 * sizeof *xy);
    memcpy(xy, coast->xy, coast->n * 2 * sizeof *xy);
    if (transform) (void)eg_transform_points(transform, xy, coast->n);
    *box_out = box_of(xy, transform ? coast->n : 0);
    free(xy);
    return EG_OK;
}

static enum eg_status fill_column(struct boxes *boxes, struct eg_crs_context *proj, uint32_t entry,
                                  struct eg_error *err)
{
    const struct eg_generation *generation = boxes->generation;
    struct eg_text crs = eg_text_from(boxes->entries[entry].info.id);
    struct eg_transform *transform = NULL;
    bool degrees = eg_text_equal(crs, EG_TEXT("OGC:CRS84")) || eg_text_equal(crs, EG_TEXT("EPSG:4326"));
    enum eg_status status =
        eg_transform_new(proj, EG_TEXT("EPSG:3857"), crs, (struct eg_text){0}, &transform, err);
    if (status == EG_UNSUPPORTED) status = EG_OK;
    for (uint32_t i = 0; i < generation->atlas->n_boundaries && status == EG_OK; i++) {
        const struct coast *coast = &boxes->coasts[i];
        struct eg_bounds *box = &boxes->made[(size_t)i * boxes->n_entries + entry];
        if (coast->same_as < i) *box = boxes->made[(size_t)coast->same_as * boxes->n_entries + entry];
        else if (degrees) *box = generation->area_sets[i].bounds_deg;
        else status = project_coast(coast, transform, box, err);
    }
    eg_transform_free(transform);
    return status;
}

enum eg_status eg_crs_boxes_make(const struct eg_generation *generation, const struct eg_crs_entry *entries,
                                 uint32_t n_entries, struct eg_bounds *bounds_out, struct eg_error *err)
{
    uint32_t n_sets = generation->atlas->n_boundaries;
    struct boxes boxes = {generation, entries, n_entries, NULL, bounds_out};
    struct eg_crs_context *proj = NULL;
    boxes.coasts = eg_memory_zeroed(n_sets, sizeof *boxes.coasts);
    if (!boxes.coasts) return eg_error_no_memory(err, n_sets * sizeof *boxes.coasts);
    enum eg_status status = read_coasts(&boxes, err);
    if (status == EG_OK) status = eg_crs_context_new(&proj, err);
    for (uint32_t i = 0; i < n_entries && status == EG_OK; i++) status = fill_column(&boxes, proj, i, err);
    eg_crs_context_free(proj);
    for (uint32_t i = 0; i < n_sets; i++) free(boxes.coasts[i].xy);
    free(boxes.coasts);
    return status;
}
