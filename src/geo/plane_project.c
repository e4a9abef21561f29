/* The same arcs in another CRS, from full detail.
 *
 * The vertices are transformed and snapped in batches that stay in the cache, then the areas that did not project whole
 * are found, then the arcs of the others become a plane. Arcs' ends are transformed once per arc, but the same point gives
 * the same result each time, so arcs still meet. The transform belongs to one thread, hence no sharing out of that part;
 * a million points take what PROJ takes (0.1 to 1 s).
 *
 * A segment that crosses the seam of the target (the antimeridian opposite its centre) would be drawn across the whole
 * map. It is told by its middle: transformed, that lies at the seam and not near the middle of the transformed ends. Only
 * segments are asked that are long beside the whole picture, as those across a seam always are. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "geo/plane_internal.h"

#define BATCH 1024U    /* vertices: 16 kB */
#define LONG_SHARE 8.0 /* segments longer than an eighth of the picture are suspect */
#define BEND_MAX 0.25 /* of a segment's length; across a seam it is 0.5, a smooth projection bends far less */

struct projection {
    const struct eg_plane *from;
    struct eg_transform *transform;
    struct eg_grid grid;
    struct eg_point *points; /* [points of level 0] on the new grid; unwritten where failed */
    bool *failed;            /* [points of level 0] */
    bool *excluded;          /* [n_areas] */
    double *batch;           /* [2 * BATCH] */
    double long_units;       /* a segment of this length is suspect */
};

static bool fits(double steps)
{
    return steps >= INT32_MIN && steps <= INT32_MAX; /* false for HUGE_VAL and NaN */
}

static void project_batch(struct projection *p, uint32_t first, uint32_t n)
{
    const struct eg_point *source = p->from->level[0].points + first;
    for (uint32_t i = 0; i < n; i++) {
        p->batch[2 * i] = source[i].x * p->from->grid.unit;
        p->batch[2 * i + 1] = source[i].y * p->from->grid.unit;
    }
    (void)eg_transform_points(p->transform, p->batch, n);
    for (uint32_t i = 0; i < n; i++) {
        double x = p->batch[2 * i];
        double y = p->batch[2 * i + 1];
        p->failed[first + i] = !fits(x / p->grid.unit) || !fits(y / p->grid.unit);
        if (!p->failed[first + i]) p->points[first + i] = eg_grid_snap(p->grid, x, y);
    }
}

static void project_points(struct projection *p)
{
    uint32_t n_points = p->from->level[0].start[p->from->n_arcs];
    struct eg_box box = eg_box_empty();
    for (uint32_t first = 0; first < n_points; first += BATCH) {
        project_batch(p, first, n_points - first < BATCH ? n_points - first : BATCH);
    }
    for (uint32_t i = 0; i < n_points; i++) {
        if (!p->failed[i]) box = eg_box_add(box, p->points[i]);
    }
    if (eg_box_is_empty(box)) return;
    p->long_units = fmax((double)box.max_x - box.min_x, (double)box.max_y - box.min_y) / LONG_SHARE;
}

/* Whether the segment from vertex i to i + 1, both projected, is torn apart by the target's seam. */
static bool crosses_seam(struct projection *p, uint32_t i)
{
    double dx = (double)p->points[i + 1].x - p->points[i].x;
    double dy = (double)p->points[i + 1].y - p->points[i].y;
    if (fmax(fabs(dx), fabs(dy)) <= p->long_units) return false;
    const struct eg_point *end = p->from->level[0].points + i;
    double middle[2] = {((double)end[0].x + end[1].x) / 2 * p->from->grid.unit,
                        ((double)end[0].y + end[1].y) / 2 * p->from->grid.unit};
    if (eg_transform_points(p->transform, middle, 1) > 0) return true;
    double off_x = middle[0] / p->grid.unit - (p->points[i].x + dx / 2);
    double off_y = middle[1] / p->grid.unit - (p->points[i].y + dy / 2);
    return hypot(off_x, off_y) > BEND_MAX * hypot(dx, dy);
}

static bool arc_projects(struct projection *p, uint32_t arc)
{
    uint32_t end = p->from->level[0].start[arc + 1];
    for (uint32_t i = p->from->level[0].start[arc]; i < end; i++) {
        if (p->failed[i]) return false;
        if (i + 1 < end && !p->failed[i + 1] && crosses_seam(p, i)) return false;
    }
    return true;
}

static void find_excluded(struct projection *p)
{
    const struct eg_plane *from = p->from;
    for (uint32_t a = 0; a < from->n_arcs; a++) {
        if (arc_projects(p, a)) continue;
        if (from->left[a] != EG_NO_AREA) p->excluded[from->left[a]] = true;
        if (from->right[a] != EG_NO_AREA) p->excluded[from->right[a]] = true;
    }
}

static uint32_t owner(const struct projection *p, uint32_t area)
{
    return area == EG_NO_AREA || p->excluded[area] ? EG_NO_AREA : area;
}

static bool arc_stays(const struct projection *p, uint32_t a)
{
    return owner(p, p->from->left[a]) != EG_NO_AREA || owner(p, p->from->right[a]) != EG_NO_AREA;
}

/* The arcs that still have an owner, as a plane with level 0 only. */
static struct eg_plane *gather_arcs(const struct projection *p)
{
    const struct eg_plane *from = p->from;
    const uint32_t *start = from->level[0].start;
    uint32_t n_arcs = 0;
    uint32_t n_points = 0;
    for (uint32_t a = 0; a < from->n_arcs; a++) {
        if (!arc_stays(p, a)) continue;
        n_arcs++;
        n_points += start[a + 1] - start[a];
    }
    struct eg_plane *to = eg_plane_new(p->grid, from->n_areas, n_arcs);
    if (!to || !eg_plane_level_new(to, 0, n_points)) {
        eg_plane_free(to);
        return NULL;
    }
    uint32_t arc = 0;
    uint32_t begin = 0;
    for (uint32_t a = 0; a < from->n_arcs; a++) {
        if (!arc_stays(p, a)) continue;
        uint32_t n = start[a + 1] - start[a];
        to->left[arc] = owner(p, from->left[a]);
        to->right[arc] = owner(p, from->right[a]);
        to->level[0].start[arc++] = begin;
        memcpy(to->level[0].points + begin, p->points + start[a], n * sizeof *p->points);
        begin += n;
    }
    return to;
}

static bool make_room(struct projection *p)
{
    uint32_t n_points = p->from->level[0].start[p->from->n_arcs];
    p->points = eg_memory_array(n_points, sizeof *p->points);
    p->failed = eg_memory_array(n_points, sizeof *p->failed);
    p->excluded = eg_memory_zeroed(p->from->n_areas, sizeof *p->excluded);
    p->batch = eg_memory_array(2 * (size_t)BATCH, sizeof *p->batch);
    return p->points && p->failed && p->excluded && p->batch;
}

static void clear_room(struct projection *p)
{
    free(p->points);
    free(p->failed);
    free(p->excluded);
    free(p->batch);
}

static enum eg_status project(struct projection *p, struct eg_plane **plane_out, struct eg_error *err)
{
    if (!make_room(p)) return EG_NO_MEMORY;
    project_points(p);
    find_excluded(p);
    struct eg_plane *plane = gather_arcs(p);
    if (!plane) return EG_NO_MEMORY;
    enum eg_status status = eg_plane_complete(plane, 0, err);
    if (status != EG_OK) {
        eg_plane_free(plane);
        return status;
    }
    *plane_out = plane;
    return EG_OK;
}

enum eg_status eg_plane_project(const struct eg_plane *plane, struct eg_transform *transform,
                                struct eg_grid grid, bool *excluded_out, struct eg_plane **plane_out,
                                struct eg_error *err)
{
    struct projection p = {.from = plane, .transform = transform, .grid = grid};
    enum eg_status status = project(&p, plane_out, err);
    if (status == EG_OK && excluded_out)
        memcpy(excluded_out, p.excluded, plane->n_areas * sizeof *excluded_out);
    if (status == EG_NO_MEMORY) {
        (void)eg_error_no_memory(err, plane->level[0].start[plane->n_arcs] * sizeof *p.points);
    }
    clear_room(&p);
    return status;
}
