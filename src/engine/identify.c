/* Identifying on the plane that maps are drawn from, so that the answer is what the map shows, whatever operation led to its
 * CRS. */
#include "engine/identify.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "engine/crs_list.h"
#include "engine/projected.h"

#define GRID_REACH 2147483000.0 /* beyond it lies nothing */

/* A place on a plane's grid, not rounded: a tolerance may be less than a unit. */
struct place {
    double x, y;
};

static double squared_distance(struct place place, struct eg_point a, struct eg_point b)
{
    double dx = (double)b.x - a.x, dy = (double)b.y - a.y;
    double px = place.x - a.x, py = place.y - a.y;
    double length = dx * dx + dy * dy;
    double along = length > 0 ? fmin(fmax((px * dx + py * dy) / length, 0), 1) : 0;
    px -= along * dx;
    py -= along * dy;
    return px * px + py * py;
}

static double distance_to_arc(const struct eg_plane *plane, uint32_t arc, struct place place)
{
    const struct eg_plane_level *full = &plane->level[0];
    double least = HUGE_VAL;
    for (uint32_t i = full->start[arc]; i + 1 < full->start[arc + 1]; i++)
        least = fmin(least, squared_distance(place, full->points[i], full->points[i + 1]));
    return sqrt(least);
}

static int32_t clamped(double value)
{
    return (int32_t)fmin(fmax(value, -GRID_REACH), GRID_REACH);
}

/* The area with the nearest border within `reach` grid units; of borders equally near the lower number's. */
static enum eg_status find_nearest(const struct eg_plane *plane, struct place place, double reach,
                                   uint32_t *area_out, struct eg_error *err)
{
    uint32_t *arcs = eg_memory_array(plane->n_arcs, sizeof *arcs);
    if (!arcs) return eg_error_no_memory(err, plane->n_arcs * sizeof *arcs);
    struct eg_box box = {clamped(floor(place.x - reach)), clamped(floor(place.y - reach)),
                         clamped(ceil(place.x + reach)), clamped(ceil(place.y + reach))};
    uint32_t n = eg_plane_query(plane, box, arcs);
    double least = reach;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t area = plane->left[arcs[i]] != EG_NO_AREA ? plane->left[arcs[i]] : plane->right[arcs[i]];
        double distance = distance_to_arc(plane, arcs[i], place);
        if (area == EG_NO_AREA || distance > least) continue;
        if (distance == least && *area_out != EG_NO_AREA && area >= *area_out) continue;
        least = distance;
        *area_out = area;
    }
    free(arcs);
    return EG_OK;
}

enum eg_status eg_identify(const struct eg_snapshot *snapshot, const struct eg_identify_request *request,
                           uint32_t *area_out, struct eg_error *err)
{
    const struct eg_crs_entry *entry = NULL;
    const struct eg_plane *plane = NULL;
    enum eg_status status = eg_crs_list_resolve(snapshot->crs_list, request->crs, &entry, err);
    if (status == EG_OK)
        status = eg_projected_take(snapshot->projected, request->boundaries, request->crs, &plane, err);
    if (status != EG_OK) return status;
    double unit = plane->grid.unit;
    struct place place = {request->x / unit, request->y / unit};
    uint32_t area = EG_NO_AREA;
    if (fabs(place.x) < GRID_REACH && fabs(place.y) < GRID_REACH) {
        area = eg_plane_locate(plane, eg_grid_snap(plane->grid, request->x, request->y));
        if (area == EG_NO_AREA && request->tolerance_units > 0 && isfinite(request->tolerance_units))
            status = find_nearest(plane, place, request->tolerance_units / unit, &area, err);
    }
    eg_projected_release(snapshot->projected, plane);
    if (status == EG_OK) *area_out = area;
    return status;
}
