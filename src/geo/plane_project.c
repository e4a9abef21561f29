/* The same arcs in another CRS, from full detail.
 *
 * The vertices are transformed and snapped in batches that stay in the cache, then the areas that did not project whole
 * are found, then the arcs of the others become a plane. Arcs' ends are transformed once per arc, but the same point gives
 * the same result each time, so arcs still meet. The transform belongs to one thread, hence no sharing out of that part;
 * a million points take what PROJ takes (0.1 to 1 s).
 *
 * Long edges get further vertices where the target bends them (plane_bend.c), once per arc, so that neighbours still share
 * them. An edge that crosses the seam of the target (the antimeridian opposite its centre) would be drawn across the whole
 * map: its areas are left out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "geo/plane_bend.h"
#include "geo/plane_internal.h"

#define BATCH 1024U /* vertices: 16 kB */

struct projection {
    const struct eg_plane *from;
    struct eg_transform *transform;
    struct eg_grid grid;
    struct eg_point *points; /* [points of level 0] on the new grid; unwritten where failed */
    bool *failed;            /* [points of level 0] */
    bool *excluded;          /* [n_areas] */
    double *batch;           /* [2 * BATCH] */
    struct eg_plane_bender bender;
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
    for (uint32_t first = 0; first < n_points; first += BATCH) {
        project_batch(p, first, n_points - first < BATCH ? n_points - first : BATCH);
    }
}

/* Bends the arc's edges. EG_UNSUPPORTED when it does not project whole. */
static enum eg_status bend_arc(struct projection *p, uint32_t arc)
{
    const struct eg_point *source = p->from->level[0].points;
    uint32_t last = p->from->level[0].start[arc + 1] - 1;
    for (uint32_t i = p->from->level[0].start[arc]; i <= last; i++) {
        if (p->failed[i]) return EG_UNSUPPORTED;
        if (i == last || p->failed[i + 1] || !eg_plane_may_bend(source + i, p->points + i)) continue;
        p->bender.vertex = i;
        enum eg_status status = eg_plane_bend_edge(&p->bender, source + i, p->points + i);
        if (status != EG_OK) return status;
    }
    return EG_OK;
}

static enum eg_status bend_arcs(struct projection *p)
{
    const struct eg_plane *from = p->from;
    p->bender = (struct eg_plane_bender){.transform = p->transform, .from = from->grid, .to = p->grid};
    for (uint32_t a = 0; a < from->n_arcs; a++) {
        enum eg_status status = bend_arc(p, a);
        if (status == EG_NO_MEMORY) return status;
        if (status == EG_OK) continue;
        if (from->left[a] != EG_NO_AREA) p->excluded[from->left[a]] = true;
        if (from->right[a] != EG_NO_AREA) p->excluded[from->right[a]] = true;
    }
    return EG_OK;
}

static uint32_t owner(const struct projection *p, uint32_t area)
{
    return area == EG_NO_AREA || p->excluded[area] ? EG_NO_AREA : area;
}

static bool arc_stays(const struct projection *p, uint32_t a)
{
    return owner(p, p->from->left[a]) != EG_NO_AREA || owner(p, p->from->right[a]) != EG_NO_AREA;
}

/* Copies an arc's vertices with those that bend it, which begin at *bend; returns how many there are. With `target` NULL they
 * are only counted. */
static uint32_t copy_arc(const struct projection *p, uint32_t arc, size_t *bend, struct eg_point *target)
{
    const uint32_t *start = p->from->level[0].start;
    const struct eg_plane_bender *bender = &p->bender;
    uint32_t n = 0;
    while (*bend < bender->n && bender->items[*bend].after < start[arc]) (*bend)++; /* of arcs that go */
    for (uint32_t i = start[arc]; i < start[arc + 1];) {
        uint32_t run = start[arc + 1] - i; /* up to the next bend */
        bool bends = *bend < bender->n && bender->items[*bend].after < start[arc + 1];
        if (bends) run = bender->items[*bend].after + 1 - i;
        if (target) memcpy(target + n, p->points + i, run * sizeof *target);
        n += run;
        i += run;
        for (; *bend < bender->n && bender->items[*bend].after == i - 1; (*bend)++, n++)
            if (target) target[n] = bender->items[*bend].point;
    }
    return n;
}

/* The arcs that still have an owner, as a plane with level 0 only. */
static struct eg_plane *gather_arcs(const struct projection *p)
{
    const struct eg_plane *from = p->from;
    uint32_t n_arcs = 0;
    uint64_t n_points = 0;
    size_t bend = 0;
    for (uint32_t a = 0; a < from->n_arcs; a++) {
        if (!arc_stays(p, a)) continue;
        n_arcs++;
        n_points += copy_arc(p, a, &bend, NULL);
    }
    struct eg_plane *to = n_points <= UINT32_MAX ? eg_plane_new(p->grid, from->n_areas, n_arcs) : NULL;
    if (!to || !eg_plane_level_new(to, 0, (uint32_t)n_points)) {
        eg_plane_free(to);
        return NULL;
    }
    uint32_t arc = 0;
    uint32_t begin = 0;
    bend = 0;
    for (uint32_t a = 0; a < from->n_arcs; a++) {
        if (!arc_stays(p, a)) continue;
        to->left[arc] = owner(p, from->left[a]);
        to->right[arc] = owner(p, from->right[a]);
        to->level[0].start[arc++] = begin;
        begin += copy_arc(p, a, &bend, to->level[0].points + begin);
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
    free(p->bender.items);
}

static enum eg_status project(struct projection *p, struct eg_plane **plane_out, struct eg_error *err)
{
    if (!make_room(p)) return EG_NO_MEMORY;
    project_points(p);
    if (bend_arcs(p) != EG_OK) return EG_NO_MEMORY;
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
