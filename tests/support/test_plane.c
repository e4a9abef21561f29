/* Corners and borders of a lattice. Border h(c, r) runs east along the south side of area (c, r), border v(c, r) runs
 * north along its west side. */
#include "support/test_plane.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

static void *array(size_t n, size_t item_bytes)
{
    void *items = eg_memory_zeroed(n > 0 ? n : 1, item_bytes);
    EG_ASSERT(items);
    return items;
}

static struct eg_plane *plane_new(uint32_t n_areas, uint32_t n_arcs, uint32_t n_levels)
{
    struct eg_plane *plane = array(1, sizeof *plane);
    plane->grid = (struct eg_grid){1.0};
    plane->n_areas = n_areas;
    plane->n_arcs = n_arcs;
    plane->n_levels = n_levels;
    plane->left = array(n_arcs, sizeof *plane->left);
    plane->right = array(n_arcs, sizeof *plane->right);
    plane->arc_box = array(n_arcs, sizeof *plane->arc_box);
    return plane;
}

void eg_test_plane_free(struct eg_plane *plane)
{
    for (uint32_t l = 0; l < plane->n_levels; l++) {
        free(plane->level[l].start);
        free(plane->level[l].points);
    }
    free(plane->left);
    free(plane->right);
    free(plane->arc_box);
    free(plane->tier_box);
    free(plane);
}

static struct eg_box box_of(const struct eg_box *boxes, uint32_t n)
{
    struct eg_box all = boxes[0];
    for (uint32_t i = 1; i < n; i++) {
        all = eg_box_add(all, (struct eg_point){boxes[i].min_x, boxes[i].min_y});
        all = eg_box_add(all, (struct eg_point){boxes[i].max_x, boxes[i].max_y});
    }
    return all;
}

static uint32_t parents_of(uint32_t n)
{
    return (n + EG_PLANE_FANOUT - 1) / EG_PLANE_FANOUT;
}

/* Arc boxes and tiers, from level 0. */
static void finish(struct eg_plane *plane)
{
    const struct eg_plane_level *full = &plane->level[0];
    for (uint32_t a = 0; a < plane->n_arcs; a++) {
        struct eg_box box = eg_box_empty();
        for (uint32_t i = full->start[a]; i < full->start[a + 1]; i++) box = eg_box_add(box, full->points[i]);
        plane->arc_box[a] = box;
    }
    plane->tier_box = array(plane->n_arcs + EG_PLANE_LEVELS_MAX, sizeof *plane->tier_box);
    const struct eg_box *child = plane->arc_box;
    for (uint32_t n = plane->n_arcs; n > 1 || (n == 1 && plane->n_tiers == 0);) {
        struct eg_box *parent = plane->tier_box + plane->tier_start[plane->n_tiers];
        uint32_t n_parents = parents_of(n);
        for (uint32_t i = 0; i < n_parents; i++) {
            uint32_t first = i * EG_PLANE_FANOUT;
            parent[i] = box_of(child + first, n - first < EG_PLANE_FANOUT ? n - first : EG_PLANE_FANOUT);
        }
        plane->n_tiers++;
        plane->tier_start[plane->n_tiers] = plane->tier_start[plane->n_tiers - 1] + n_parents;
        child = parent;
        n = n_parents;
    }
    plane->box = plane->n_arcs > 0 ? box_of(plane->arc_box, plane->n_arcs) : eg_box_empty();
}

struct eg_plane *eg_test_plane_rings(const struct eg_point *points, const uint32_t *ring_start,
                                     uint32_t n_areas)
{
    struct eg_plane *plane = plane_new(n_areas, n_areas, 1);
    plane->level[0].start = array(n_areas + 1, sizeof(uint32_t));
    plane->level[0].points = array((size_t)ring_start[n_areas] + n_areas, sizeof(struct eg_point));
    uint32_t n = 0;
    for (uint32_t a = 0; a < n_areas; a++) {
        plane->left[a] = a;
        plane->right[a] = EG_NO_AREA;
        for (uint32_t i = ring_start[a]; i < ring_start[a + 1]; i++) plane->level[0].points[n++] = points[i];
        plane->level[0].points[n++] = points[ring_start[a]];
        plane->level[0].start[a + 1] = n;
    }
    finish(plane);
    return plane;
}

/* --- meshes --------------------------------------------------------------------------------------------------------- */

struct builder {
    const struct eg_test_mesh *mesh;
    struct eg_test_random *random;
    struct eg_plane *plane;
    struct eg_point *corners; /* [(columns + 1) * (rows + 1)] */
    bool *gap;                /* [columns * rows] */
    uint32_t n_arcs;
};

static double symmetric(struct eg_test_random *random)
{
    return 2 * eg_test_random_unit(random) - 1;
}

static void shake_corners(struct builder *b)
{
    const struct eg_test_mesh *mesh = b->mesh;
    for (uint32_t r = 0; r <= mesh->rows; r++)
        for (uint32_t c = 0; c <= mesh->columns; c++) {
            bool rim = r == 0 || c == 0 || r == mesh->rows || c == mesh->columns;
            double reach = rim ? 0 : mesh->shake * mesh->cell;
            struct eg_point *corner = &b->corners[r * (mesh->columns + 1) + c];
            corner->x = mesh->origin.x + (int32_t)c * mesh->cell + (int32_t)(reach * symmetric(b->random));
            corner->y = mesh->origin.y + (int32_t)r * mesh->cell + (int32_t)(reach * symmetric(b->random));
        }
}

static void bend(struct builder *b, struct eg_point *points, uint32_t first, uint32_t last)
{
    if (last - first < 2) return;
    uint32_t middle = (first + last) / 2;
    double dx = (double)points[last].x - points[first].x;
    double dy = (double)points[last].y - points[first].y;
    double off = b->mesh->roughness * symmetric(b->random);
    points[middle].x = points[first].x + (int32_t)(dx / 2 - dy * off);
    points[middle].y = points[first].y + (int32_t)(dy / 2 + dx * off);
    bend(b, points, first, middle);
    bend(b, points, middle, last);
}

static uint32_t area_at(const struct builder *b, int64_t column, int64_t row)
{
    const struct eg_test_mesh *mesh = b->mesh;
    if (column < 0 || row < 0 || column >= mesh->columns || row >= mesh->rows) return EG_NO_AREA;
    uint32_t area = (uint32_t)row * mesh->columns + (uint32_t)column;
    return b->gap[area] ? EG_NO_AREA : area;
}

static void add_arc(struct builder *b, struct eg_point from, struct eg_point to, uint32_t left,
                    uint32_t right)
{
    if (left == EG_NO_AREA && right == EG_NO_AREA) return;
    uint32_t n_segments = 1U << b->mesh->bends_log2;
    uint32_t arc = b->n_arcs++;
    struct eg_point *full = b->plane->level[0].points + (size_t)arc * (n_segments + 1);
    full[0] = from;
    full[n_segments] = to;
    bend(b, full, 0, n_segments);
    b->plane->left[arc] = left;
    b->plane->right[arc] = right;
    for (uint32_t l = 1; l <= b->mesh->bends_log2; l++) {
        uint32_t n = n_segments >> l;
        struct eg_point *points = b->plane->level[l].points + (size_t)arc * (n + 1);
        for (uint32_t i = 0; i <= n; i++) points[i] = full[i << l];
    }
}

static void add_arcs(struct builder *b)
{
    const struct eg_test_mesh *mesh = b->mesh;
    uint32_t pitch = mesh->columns + 1;
    for (uint32_t r = 0; r <= mesh->rows; r++)
        for (uint32_t c = 0; c <= mesh->columns; c++) {
            const struct eg_point *corner = &b->corners[r * pitch + c];
            uint32_t here = area_at(b, c, r);
            if (c < mesh->columns) add_arc(b, corner[0], corner[1], here, area_at(b, c, (int64_t)r - 1));
            if (r < mesh->rows) add_arc(b, corner[0], corner[pitch], area_at(b, (int64_t)c - 1, r), here);
        }
}

struct eg_plane *eg_test_plane_mesh(const struct eg_test_mesh *mesh, struct eg_test_random *random)
{
    uint32_t n_areas = mesh->columns * mesh->rows;
    uint32_t n_arcs_most = 2 * n_areas + mesh->columns + mesh->rows;
    struct eg_plane *plane = plane_new(n_areas, n_arcs_most, mesh->bends_log2 + 1);
    for (uint32_t l = 0; l < plane->n_levels; l++) {
        uint32_t n_points = (1U << (mesh->bends_log2 - l)) + 1;
        plane->level[l].start = array(n_arcs_most + 1, sizeof(uint32_t));
        plane->level[l].points = array((size_t)n_arcs_most * n_points, sizeof(struct eg_point));
        for (uint32_t a = 0; a <= n_arcs_most; a++) plane->level[l].start[a] = a * n_points;
    }
    struct builder b = {.mesh = mesh, .random = random, .plane = plane};
    b.corners = array((size_t)(mesh->columns + 1) * (mesh->rows + 1), sizeof *b.corners);
    b.gap = array(n_areas, sizeof *b.gap);
    for (uint32_t a = 0; a < n_areas; a++) b.gap[a] = eg_test_random_unit(random) < mesh->gaps;
    shake_corners(&b);
    add_arcs(&b);
    plane->n_arcs = b.n_arcs;
    free(b.corners);
    free(b.gap);
    finish(plane);
    return plane;
}

/* --- a second opinion ----------------------------------------------------------------------------------------------- */

static double between(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

/* Integral over the y of a chord's part within [y0, y1] of how far x1 lies to its right, at most x1 - x0. A chord that
 * runs north is negative, so that what lies to the west of it counts. */
static double chord_within(double ax, double ay, double bx, double by, const double box[4])
{
    if (ay == by) return 0;
    double sign = ay < by ? -1 : 1;
    if (ay > by) {
        double x = ax, y = ay;
        ax = bx, ay = by, bx = x, by = y;
    }
    double low = between(ay, box[1], box[3]), high = between(by, box[1], box[3]);
    double slope = (bx - ax) / (by - ay);
    double cut[4] = {low, high, high, high};
    if (slope != 0) {
        double west = between(ay + (box[0] - ax) / slope, low, high);
        double east = between(ay + (box[2] - ax) / slope, low, high);
        cut[1] = fmin(west, east);
        cut[2] = fmax(west, east);
    }
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double middle = ax + slope * ((cut[i] + cut[i + 1]) / 2 - ay);
        sum += (cut[i + 1] - cut[i]) * (box[2] - between(middle, box[0], box[2]));
    }
    return sign * sum;
}

double eg_test_plane_area_within(const struct eg_plane *plane, uint32_t level, uint32_t area,
                                 const double box[4])
{
    double sum = 0;
    for (uint32_t a = 0; a < plane->n_arcs; a++) {
        double side = (plane->left[a] == area ? 1 : 0) - (plane->right[a] == area ? 1 : 0);
        if (side == 0) continue;
        const struct eg_plane_level *l = &plane->level[level];
        for (uint32_t i = l->start[a]; i + 1 < l->start[a + 1]; i++)
            sum += side *
                   chord_within(l->points[i].x, l->points[i].y, l->points[i + 1].x, l->points[i + 1].y, box);
    }
    return sum;
}
