/* England: 32,844 areas, 195,000 darts, 33,900 rings: 1.1 MB and 50 ms.
 *
 * A dart is an arc walked with the area on its left: forwards for the area on the left of the arc, backwards for the one on its
 * right. Darts lie in the order of areas, rings and the walk around the ring. */
#include "geo/shapes.h"

#include <stdlib.h>

#include "base/memory.h"
#include "geo/ring_walk.h"

struct eg_shapes {
    const struct eg_plane *plane;
    uint32_t *area_start; /* [n_areas + 1] into rings */
    uint32_t *ring_start; /* [n_rings + 1] into darts */
    bool *is_hole;        /* [n_rings] holes follow their shell */
    uint32_t *darts;      /* arc * 2, and 1 when walked backwards */
    uint32_t n_areas, n_rings, n_darts;
    size_t ring_start_capacity, is_hole_capacity;
};

/* --- making ------------------------------------------------------------------------------------------------------------ */

struct maker {
    struct eg_shapes *shapes;
    uint32_t *side_start; /* [n_areas + 1] into sides */
    uint32_t *sides;      /* darts by area, in the order of arcs */
    size_t sides_capacity;
    struct eg_strand *strands;
    size_t strands_capacity;
    struct eg_ring_walk walk;
};

static bool is_border(const struct eg_plane *plane, uint32_t arc)
{
    return plane->left[arc] != plane->right[arc];
}

/* Sorts the arcs' sides by area: counts, sums, places. Leaves in side_start[area] where the area's sides begin. */
static void sort_sides(const struct eg_plane *plane, struct maker *m)
{
    uint32_t *start = m->side_start;
    for (uint32_t a = 0; a < plane->n_arcs; a++) {
        if (!is_border(plane, a)) continue;
        if (plane->left[a] != EG_NO_AREA) start[plane->left[a]]++;
        if (plane->right[a] != EG_NO_AREA) start[plane->right[a]]++;
    }
    for (uint32_t i = 1; i <= plane->n_areas; i++) start[i] += start[i - 1];
    for (uint32_t a = plane->n_arcs; a-- > 0;) {
        if (!is_border(plane, a)) continue;
        if (plane->right[a] != EG_NO_AREA) m->sides[--start[plane->right[a]]] = 2 * a + 1;
        if (plane->left[a] != EG_NO_AREA) m->sides[--start[plane->left[a]]] = 2 * a;
    }
}

static struct eg_strand strand_of(const struct eg_plane_level *level, uint32_t dart)
{
    uint32_t arc = dart / 2;
    return (struct eg_strand){level->points + level->start[arc], level->start[arc + 1] - level->start[arc],
                              dart % 2 == 1};
}

static bool add_ring(struct maker *m, const uint32_t *sides, const struct eg_walked_ring *ring)
{
    struct eg_shapes *shapes = m->shapes;
    size_t n = (size_t)shapes->n_rings + 1;
    if (!eg_memory_reserve((void **)&shapes->ring_start, &shapes->ring_start_capacity, n + 1,
                           sizeof *shapes->ring_start) ||
        !eg_memory_reserve((void **)&shapes->is_hole, &shapes->is_hole_capacity, n, sizeof *shapes->is_hole))
        return false;
    for (uint32_t i = 0; i < ring->n_strands; i++)
        shapes->darts[shapes->n_darts++] = sides[m->walk.order[ring->first_strand + i]];
    shapes->is_hole[shapes->n_rings++] = ring->is_hole;
    shapes->ring_start[shapes->n_rings] = shapes->n_darts;
    return true;
}

static bool make_area(struct maker *m, uint32_t area)
{
    const struct eg_plane_level *level = &m->shapes->plane->level[0];
    const uint32_t *sides = m->sides + m->side_start[area];
    uint32_t n = m->side_start[area + 1] - m->side_start[area];
    if (!eg_memory_reserve((void **)&m->strands, &m->strands_capacity, n, sizeof *m->strands)) return false;
    for (uint32_t i = 0; i < n; i++) m->strands[i] = strand_of(level, sides[i]);
    if (eg_ring_walk(&m->walk, m->strands, n, NULL) != EG_OK) return false;
    for (uint32_t i = 0; i < m->walk.n_rings; i++)
        if (!add_ring(m, sides, &m->walk.rings[i])) return false;
    return true;
}

/* Rings out of the sides, which are sorted. */
static bool make_rings(struct maker *m)
{
    struct eg_shapes *shapes = m->shapes;
    uint32_t n_areas = shapes->n_areas;
    if (!eg_memory_reserve((void **)&shapes->ring_start, &shapes->ring_start_capacity, (size_t)n_areas + 1,
                           sizeof *shapes->ring_start))
        return false;
    shapes->ring_start[0] = 0;
    shapes->darts = eg_memory_array(m->side_start[n_areas], sizeof *shapes->darts);
    if (!shapes->darts) return false;
    for (uint32_t i = 0; i < n_areas; i++) {
        if (!make_area(m, i)) return false;
        shapes->area_start[i + 1] = shapes->n_rings;
    }
    return true;
}

static bool make_all(struct maker *m)
{
    const struct eg_plane *plane = m->shapes->plane;
    m->sides = eg_memory_array(2 * (size_t)plane->n_arcs, sizeof *m->sides);
    if (!m->sides) return false;
    sort_sides(plane, m);
    return make_rings(m);
}

static bool make_union(struct maker *m, const bool *is_member)
{
    const struct eg_plane *plane = m->shapes->plane;
    uint32_t n = 0;
    for (uint32_t a = 0; a < plane->n_arcs; a++) {
        bool on_left = plane->left[a] != EG_NO_AREA && is_member[plane->left[a]];
        bool on_right = plane->right[a] != EG_NO_AREA && is_member[plane->right[a]];
        if (on_left == on_right) continue;
        if (!eg_memory_reserve((void **)&m->sides, &m->sides_capacity, (size_t)n + 1, sizeof *m->sides))
            return false;
        m->sides[n++] = 2 * a + on_right;
    }
    m->side_start[1] = n;
    return make_rings(m);
}

/* is_member NULL: each area of the plane by itself. */
static enum eg_status make(const struct eg_plane *plane, const bool *is_member, struct eg_shapes **shapes_out,
                           struct eg_error *err)
{
    EG_ASSERT(plane->n_arcs <= INT32_MAX);
    struct maker m = {.shapes = eg_memory_zeroed(1, sizeof *m.shapes)};
    if (!m.shapes) return eg_error_no_memory(err, sizeof *m.shapes);
    m.shapes->plane = plane;
    m.shapes->n_areas = is_member ? 1 : plane->n_areas;
    size_t n_starts = (size_t)m.shapes->n_areas + 1;
    m.side_start = eg_memory_zeroed(n_starts, sizeof *m.side_start);
    m.shapes->area_start = eg_memory_zeroed(n_starts, sizeof *m.shapes->area_start);
    bool enough = m.side_start && m.shapes->area_start;
    if (enough) enough = is_member ? make_union(&m, is_member) : make_all(&m);
    eg_ring_walk_clear(&m.walk);
    free(m.side_start);
    free(m.sides);
    free(m.strands);
    if (!enough) {
        eg_shapes_free(m.shapes);
        return eg_error_no_memory(err, plane->n_arcs * sizeof *m.sides);
    }
    *shapes_out = m.shapes;
    return EG_OK;
}

enum eg_status eg_shapes_new(const struct eg_plane *plane, struct eg_shapes **shapes_out,
                             struct eg_error *err)
{
    return make(plane, NULL, shapes_out, err);
}

enum eg_status eg_shapes_new_union(const struct eg_plane *plane, const bool *is_member,
                                   struct eg_shapes **shapes_out, struct eg_error *err)
{
    return make(plane, is_member, shapes_out, err);
}

void eg_shapes_free(struct eg_shapes *shapes)
{
    if (!shapes) return;
    free(shapes->area_start);
    free(shapes->ring_start);
    free(shapes->is_hole);
    free(shapes->darts);
    free(shapes);
}

size_t eg_shapes_bytes(const struct eg_shapes *shapes)
{
    return sizeof *shapes + ((size_t)shapes->n_areas + 1) * sizeof *shapes->area_start +
           shapes->ring_start_capacity * sizeof *shapes->ring_start +
           shapes->is_hole_capacity * sizeof *shapes->is_hole + shapes->n_darts * sizeof *shapes->darts;
}

/* --- one area ---------------------------------------------------------------------------------------------------------- */

__extension__ typedef __int128 wide_int;

/* What is being put together. */
struct job {
    const struct eg_shapes *shapes;
    const struct eg_plane_level *level;
    const struct eg_box *near; /* NULL: everything */
    struct eg_shape *shape;
    uint32_t n_points;
};

static bool is_aside(const struct eg_box *arc, const struct eg_box *box)
{
    return arc->max_x < box->min_x || arc->min_x > box->max_x || arc->max_y < box->min_y ||
           arc->min_y > box->max_y;
}

/* A dart's points but for its last, with which the next one begins. */
static bool add_dart(struct job *job, uint32_t dart)
{
    struct eg_shape *shape = job->shape;
    struct eg_strand strand = strand_of(job->level, dart);
    uint32_t n = strand.n - 1;
    if (job->near && is_aside(&job->shapes->plane->arc_box[dart / 2], job->near)) n = 1;
    if (!eg_memory_reserve((void **)&shape->points, &shape->points_capacity, (size_t)job->n_points + n,
                           sizeof *shape->points))
        return false;
    struct eg_point *out = shape->points + job->n_points;
    if (strand.backwards) {
        for (uint32_t i = 0; i < n; i++) out[i] = strand.points[strand.n - 1 - i];
    } else {
        for (uint32_t i = 0; i < n; i++) out[i] = strand.points[i];
    }
    job->n_points += n;
    return true;
}

static bool add_darts(struct job *job, uint32_t ring)
{
    const struct eg_shapes *shapes = job->shapes;
    for (uint32_t d = shapes->ring_start[ring]; d < shapes->ring_start[ring + 1]; d++)
        if (!add_dart(job, shapes->darts[d])) return false;
    return true;
}

static wide_int area2_of(const struct eg_point *p, uint32_t n)
{
    wide_int area2 = 0;
    for (uint32_t i = 1; i + 1 < n; i++)
        area2 += (wide_int)((int64_t)p[i].x - p[0].x) * ((int64_t)p[i + 1].y - p[0].y) -
                 (wide_int)((int64_t)p[i].y - p[0].y) * ((int64_t)p[i + 1].x - p[0].x);
    return area2;
}

/* Whether the points from `first` on are still a ring, and of the kind they were on the full borders. */
static bool is_sound(const struct job *job, uint32_t first, bool is_hole)
{
    uint32_t n = job->n_points - first;
    if (n < 3) return false;
    if (job->near) return true;
    wide_int area2 = area2_of(job->shape->points + first, n);
    return is_hole ? area2 < 0 : area2 > 0;
}

/* Adds a ring that is sound, and tells whether it was. */
static bool add_ring_of(struct job *job, uint32_t ring, bool *added_out)
{
    struct eg_shape *shape = job->shape;
    uint32_t first = job->n_points;
    if (!add_darts(job, ring)) return false;
    *added_out = is_sound(job, first, job->shapes->is_hole[ring]);
    if (!*added_out) {
        job->n_points = first;
        return true;
    }
    if (!eg_memory_reserve((void **)&shape->ring_start, &shape->rings_capacity, (size_t)shape->n_rings + 2,
                           sizeof *shape->ring_start))
        return false;
    shape->ring_start[shape->n_rings++] = first;
    shape->ring_start[shape->n_rings] = job->n_points;
    return true;
}

static bool begin_polygon(struct eg_shape *shape)
{
    if (!eg_memory_reserve((void **)&shape->polygon_start, &shape->polygons_capacity,
                           (size_t)shape->n_polygons + 2, sizeof *shape->polygon_start))
        return false;
    shape->polygon_start[shape->n_polygons++] = shape->n_rings - 1;
    return true;
}

/* Holes go with a shell that has vanished. */
static bool assemble(struct job *job, uint32_t area)
{
    const struct eg_shapes *shapes = job->shapes;
    struct eg_shape *shape = job->shape;
    bool has_shell = false, added = false;
    for (uint32_t r = shapes->area_start[area]; r < shapes->area_start[area + 1]; r++) {
        if (shapes->is_hole[r] && !has_shell) continue;
        if (!add_ring_of(job, r, &added)) return false;
        if (!shapes->is_hole[r]) {
            has_shell = added;
            if (added && !begin_polygon(shape)) return false;
        }
        if (shape->n_polygons > 0) shape->polygon_start[shape->n_polygons] = shape->n_rings;
    }
    return true;
}

static enum eg_status put_together(struct job *job, uint32_t area, struct eg_error *err)
{
    EG_ASSERT(area < job->shapes->n_areas);
    job->shape->n_polygons = job->shape->n_rings = 0;
    if (assemble(job, area)) return EG_OK;
    job->shape->n_polygons = job->shape->n_rings = 0;
    return eg_error_no_memory(err, job->n_points * sizeof *job->shape->points);
}

static const struct eg_plane_level *level_of(const struct eg_shapes *shapes, uint32_t level)
{
    const struct eg_plane *plane = shapes->plane;
    return &plane->level[level < plane->n_levels ? level : plane->n_levels - 1];
}

enum eg_status eg_shapes_area(const struct eg_shapes *shapes, uint32_t area, uint32_t level,
                              struct eg_shape *shape, struct eg_error *err)
{
    struct job job = {.shapes = shapes, .level = level_of(shapes, level), .shape = shape};
    return put_together(&job, area, err);
}

enum eg_status eg_shapes_area_near(const struct eg_shapes *shapes, uint32_t area, uint32_t level,
                                   struct eg_box box, struct eg_shape *shape, struct eg_error *err)
{
    struct job job = {.shapes = shapes, .level = level_of(shapes, level), .near = &box, .shape = shape};
    return put_together(&job, area, err);
}

void eg_shape_clear(struct eg_shape *shape)
{
    free(shape->polygon_start);
    free(shape->ring_start);
    free(shape->points);
    *shape = (struct eg_shape){0};
}

uint32_t eg_shapes_level_within(const struct eg_shapes *shapes, uint64_t n_points)
{
    uint32_t n_levels = shapes->plane->n_levels;
    for (uint32_t l = 0; l < n_levels; l++) {
        uint64_t n = 0;
        for (uint32_t i = 0; i < shapes->n_darts && n <= n_points; i++)
            n += strand_of(&shapes->plane->level[l], shapes->darts[i]).n - 1;
        if (n <= n_points) return l;
    }
    return n_levels - 1;
}
