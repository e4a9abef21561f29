/* Strands are sorted by the point at which they begin; a node is the place of the first strand there. A neighbourhood has some
 * six strands, a district some hundred, the edges of a polygon in a vector tile a few dozen.
 *
 * That the sharpest left turn gives rings that do not cross: whoever arrives has ground on the left; the next piece clockwise
 * from the way it came bounds the same wedge of ground. So the walk is a closed curve that never crosses itself. Taking a loop
 * off where it comes to a node again joins two passes through the node from their right sides, between which nothing lies.
 *
 * Coordinates differ by less than 2^32, so products need 66 bits and are made in 128. */
#include "geo/ring_walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define NONE UINT32_MAX
#define FEW 24U /* strands that are sorted by insertion */

__extension__ typedef __int128 wide_int;

struct spoke {
    struct eg_point at; /* where the strand begins */
    uint32_t strand;
};

struct ring {
    struct eg_walked_ring ring;
    wide_int area2; /* twice the area, positive for shells */
    struct eg_box box;
    uint32_t number, shell; /* number of its shell, its own for a shell, NONE for a hole without */
};

struct eg_ring_walk_parts {
    struct spoke *spokes; /* [n] sorted */
    uint32_t *tail;       /* [n] node at which the strand begins */
    uint32_t *head;       /* [n] node at which the strand ends, NONE when no strand begins there */
    uint32_t *visit;      /* [n] of a node: its place on the trail, or NONE */
    uint32_t *trail;      /* [n] strands since the last loop was taken off */
    bool *used;           /* [n] */
    struct ring *rings;
    size_t spokes_capacity, tail_capacity, head_capacity, visit_capacity, trail_capacity, used_capacity,
        rings_capacity;
    size_t out_capacity, order_capacity, points_capacity;
    uint32_t n_order, n_points, n_rings;
};

/* One walk on the way. */
struct walker {
    struct eg_ring_walk *walk;
    struct eg_ring_walk_parts *parts;
    const struct eg_strand *strands;
    uint32_t n;
    uint32_t n_trail;
};

static struct eg_point point_of(const struct eg_strand *strand, uint32_t i)
{
    return strand->points[strand->backwards ? strand->n - 1 - i : i];
}

static bool same(struct eg_point a, struct eg_point b)
{
    return a.x == b.x && a.y == b.y;
}

/* --- nodes ------------------------------------------------------------------------------------------------------------ */

static int compare_points(struct eg_point a, struct eg_point b)
{
    if (a.x != b.x) return a.x < b.x ? -1 : 1;
    return (a.y > b.y) - (a.y < b.y);
}

static int compare_spokes(const void *left, const void *right)
{
    const struct spoke *a = left, *b = right;
    int order = compare_points(a->at, b->at);
    return order != 0 ? order : (a->strand > b->strand) - (a->strand < b->strand);
}

static void sort_spokes(struct spoke *spokes, uint32_t n)
{
    if (n > FEW) {
        qsort(spokes, n, sizeof *spokes, compare_spokes);
        return;
    }
    for (uint32_t i = 1; i < n; i++) {
        struct spoke spoke = spokes[i];
        uint32_t at = i;
        for (; at > 0 && compare_spokes(&spokes[at - 1], &spoke) > 0; at--) spokes[at] = spokes[at - 1];
        spokes[at] = spoke;
    }
}

/* The first of the strands that begin at a point, or NONE. */
static uint32_t node_at(const struct walker *w, struct eg_point point)
{
    const struct spoke *spokes = w->parts->spokes;
    uint32_t first = 0, end = w->n;
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if (compare_points(spokes[middle].at, point) < 0) first = middle + 1;
        else end = middle;
    }
    return first < w->n && same(spokes[first].at, point) ? first : NONE;
}

static void order_strands(struct walker *w)
{
    struct eg_ring_walk_parts *parts = w->parts;
    for (uint32_t i = 0; i < w->n; i++) parts->spokes[i] = (struct spoke){point_of(&w->strands[i], 0), i};
    sort_spokes(parts->spokes, w->n);
    for (uint32_t i = 0, node = 0; i < w->n; i++) {
        if (!same(parts->spokes[i].at, parts->spokes[node].at)) node = i;
        parts->tail[parts->spokes[i].strand] = node;
    }
    for (uint32_t i = 0; i < w->n; i++) {
        parts->head[i] = node_at(w, point_of(&w->strands[i], w->strands[i].n - 1));
        parts->visit[i] = NONE;
        parts->used[i] = false;
    }
}

/* --- turns ------------------------------------------------------------------------------------------------------------ */

struct direction {
    int64_t dx, dy;
};

static struct direction towards(struct eg_point from, struct eg_point to)
{
    return (struct direction){(int64_t)to.x - from.x, (int64_t)to.y - from.y};
}

static wide_int cross(struct direction a, struct direction b)
{
    return (wide_int)a.dx * b.dy - (wide_int)a.dy * b.dx;
}

/* Which part of the circle, clockwise from `back`: less than half a turn, half, more, and back itself at the very end. */
static int quarter(struct direction back, struct direction out)
{
    wide_int side = cross(back, out);
    if (side != 0) return side < 0 ? 0 : 2;
    return (wide_int)back.dx * out.dx + (wide_int)back.dy * out.dy < 0 ? 1 : 3;
}

static bool is_further_left(struct direction back, struct direction a, struct direction b)
{
    int qa = quarter(back, a), qb = quarter(back, b);
    return qa != qb ? qa < qb : cross(a, b) < 0;
}

/* The strand that goes on from the head of one; NONE when all that begin there are used. */
static uint32_t next_strand(const struct walker *w, uint32_t strand)
{
    uint32_t node = w->parts->head[strand], best = NONE;
    const struct eg_strand *in = &w->strands[strand];
    struct eg_point at = point_of(in, in->n - 1);
    struct direction back = towards(at, point_of(in, in->n - 2)), best_way = {0};
    for (uint32_t i = node; i < w->n && same(w->parts->spokes[i].at, at); i++) {
        uint32_t candidate = w->parts->spokes[i].strand;
        if (w->parts->used[candidate]) continue;
        struct direction way = towards(at, point_of(&w->strands[candidate], 1));
        if (best != NONE && !is_further_left(back, way, best_way)) continue;
        best = candidate;
        best_way = way;
    }
    return best;
}

/* --- rings ------------------------------------------------------------------------------------------------------------ */

static bool copy_points(struct walker *w, struct eg_walked_ring *ring)
{
    struct eg_ring_walk_parts *parts = w->parts;
    for (uint32_t i = 0; i < ring->n_strands; i++) {
        const struct eg_strand *strand = &w->strands[w->walk->order[ring->first_strand + i]];
        size_t needed = (size_t)parts->n_points + strand->n - 1;
        if (!eg_memory_reserve((void **)&w->walk->points, &parts->points_capacity, needed,
                               sizeof *w->walk->points))
            return false;
        for (uint32_t k = 0; k + 1 < strand->n; k++) w->walk->points[parts->n_points++] = point_of(strand, k);
    }
    ring->n_points = parts->n_points - ring->first_point;
    return true;
}

static void measure(struct ring *ring, const struct eg_point *points)
{
    ring->box = eg_box_empty();
    for (uint32_t i = 0; i < ring->ring.n_points; i++) ring->box = eg_box_add(ring->box, points[i]);
    for (uint32_t i = 1; i + 1 < ring->ring.n_points; i++)
        ring->area2 += cross(towards(points[0], points[i]), towards(points[0], points[i + 1]));
    ring->ring.is_hole = ring->area2 < 0;
}

/* Takes the loop that begins at a place of the trail off. */
static bool take_loop(struct walker *w, uint32_t begin)
{
    struct eg_ring_walk_parts *parts = w->parts;
    struct ring made = {.ring = {.first_strand = parts->n_order, .first_point = parts->n_points},
                        .number = parts->n_rings};
    made.ring.n_strands = w->n_trail - begin;
    for (uint32_t i = begin; i < w->n_trail; i++) {
        w->walk->order[parts->n_order++] = parts->trail[i];
        parts->visit[parts->tail[parts->trail[i]]] = NONE;
    }
    w->n_trail = begin;
    if (!copy_points(w, &made.ring)) return false;
    if (!eg_memory_reserve((void **)&parts->rings, &parts->rings_capacity, (size_t)parts->n_rings + 1,
                           sizeof *parts->rings))
        return false;
    measure(&made, w->walk->points + made.ring.first_point);
    if (made.area2 == 0) {
        parts->n_order = made.ring.first_strand;
        parts->n_points = made.ring.first_point;
        return true;
    }
    made.shell = made.ring.is_hole ? NONE : made.number;
    parts->rings[parts->n_rings++] = made;
    return true;
}

/* Forgets a trail that leads nowhere. */
static void give_up(struct walker *w)
{
    for (uint32_t i = 0; i < w->n_trail; i++) w->parts->visit[w->parts->tail[w->parts->trail[i]]] = NONE;
    w->n_trail = 0;
}

/* Walks from an unused strand until the trail is used up. */
static bool walk_from(struct walker *w, uint32_t strand)
{
    struct eg_ring_walk_parts *parts = w->parts;
    do {
        parts->visit[parts->tail[strand]] = w->n_trail;
        parts->trail[w->n_trail++] = strand;
        parts->used[strand] = true;
        uint32_t node = parts->head[strand];
        if (node != NONE && parts->visit[node] != NONE && !take_loop(w, parts->visit[node])) return false;
        if (w->n_trail == 0) return true;
        strand = node == NONE ? NONE : next_strand(w, strand);
    } while (strand != NONE);
    give_up(w);
    return true;
}

/* --- holes and their shells ------------------------------------------------------------------------------------------- */

static bool lies_within(const struct eg_box *inner, const struct eg_box *outer)
{
    return inner->min_x >= outer->min_x && inner->max_x <= outer->max_x && inner->min_y >= outer->min_y &&
           inner->max_y <= outer->max_y;
}

/* A point in half units, so that the middle of an edge is one. */
struct half_point {
    int64_t x, y;
};

static struct half_point halves(struct eg_point a, struct eg_point b)
{
    return (struct half_point){(int64_t)a.x + b.x, (int64_t)a.y + b.y};
}

/* Above 0 to the left of the edge from a to b, 0 in line with it. */
static wide_int side_of(struct half_point p, struct half_point a, struct half_point b)
{
    return (wide_int)(b.x - a.x) * (p.y - a.y) - (wide_int)(b.y - a.y) * (p.x - a.x);
}

static bool is_between(int64_t v, int64_t a, int64_t b)
{
    return a < b ? v >= a && v <= b : v >= b && v <= a;
}

/* 1 inside the ring, -1 outside, 0 on it. */
static int place_of(struct half_point p, const struct eg_point *ring, uint32_t n)
{
    bool inside = false;
    for (uint32_t i = 0; i < n; i++) {
        struct half_point a = halves(ring[i], ring[i]),
                          b = halves(ring[i + 1 < n ? i + 1 : 0], ring[i + 1 < n ? i + 1 : 0]);
        if (!is_between(p.y, a.y, b.y)) continue;
        wide_int side = side_of(p, a, b);
        if (side == 0 && is_between(p.x, a.x, b.x)) return 0;
        if ((a.y > p.y) != (b.y > p.y) && (side > 0) == (b.y > a.y)) inside = !inside;
    }
    return inside ? 1 : -1;
}

static bool holds(const struct eg_ring_walk *walk, const struct ring *shell, const struct ring *hole)
{
    const struct eg_point *outer = walk->points + shell->ring.first_point;
    const struct eg_point *inner = walk->points + hole->ring.first_point;
    uint32_t n = hole->ring.n_points;
    int place = 0;
    for (uint32_t i = 0; i < n && place == 0; i++)
        place = place_of(halves(inner[i], inner[i]), outer, shell->ring.n_points);
    for (uint32_t i = 0; i < n && place == 0; i++)
        place = place_of(halves(inner[i], inner[i + 1 < n ? i + 1 : 0]), outer, shell->ring.n_points);
    return place >= 0;
}

/* Of the shells that hold it, a hole belongs to the smallest. */
static void find_shell(const struct walker *w, struct ring *hole)
{
    const struct ring *rings = w->parts->rings;
    for (uint32_t i = 0; i < w->parts->n_rings; i++) {
        const struct ring *shell = &rings[i];
        if (shell->ring.is_hole || !lies_within(&hole->box, &shell->box)) continue;
        if (shell->area2 < -hole->area2) continue;
        if (hole->shell != NONE && rings[hole->shell].area2 <= shell->area2) continue;
        if (holds(w->walk, shell, hole)) hole->shell = i;
    }
}

static int compare_rings(const void *left, const void *right)
{
    const struct ring *a = left, *b = right;
    if (a->shell != b->shell) return a->shell < b->shell ? -1 : 1;
    if (a->ring.is_hole != b->ring.is_hole) return b->ring.is_hole ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static bool hand_out(struct walker *w)
{
    struct eg_ring_walk_parts *parts = w->parts;
    bool has_holes = false;
    for (uint32_t i = 0; i < parts->n_rings; i++) {
        if (parts->rings[i].ring.is_hole) find_shell(w, &parts->rings[i]);
        has_holes |= parts->rings[i].ring.is_hole;
    }
    if (has_holes) qsort(parts->rings, parts->n_rings, sizeof *parts->rings, compare_rings);
    while (parts->n_rings > 0 && parts->rings[parts->n_rings - 1].shell == NONE) parts->n_rings--;
    if (!eg_memory_reserve((void **)&w->walk->rings, &parts->out_capacity, parts->n_rings,
                           sizeof *w->walk->rings))
        return false;
    for (uint32_t i = 0; i < parts->n_rings; i++) w->walk->rings[i] = parts->rings[i].ring;
    w->walk->n_rings = parts->n_rings;
    return true;
}

/* --- all of it -------------------------------------------------------------------------------------------------------- */

static bool make_room(struct eg_ring_walk *walk, uint32_t n)
{
    if (!walk->parts) walk->parts = eg_memory_zeroed(1, sizeof *walk->parts);
    struct eg_ring_walk_parts *p = walk->parts;
    return p && eg_memory_reserve((void **)&p->spokes, &p->spokes_capacity, n, sizeof *p->spokes) &&
           eg_memory_reserve((void **)&p->tail, &p->tail_capacity, n, sizeof *p->tail) &&
           eg_memory_reserve((void **)&p->head, &p->head_capacity, n, sizeof *p->head) &&
           eg_memory_reserve((void **)&p->visit, &p->visit_capacity, n, sizeof *p->visit) &&
           eg_memory_reserve((void **)&p->trail, &p->trail_capacity, n, sizeof *p->trail) &&
           eg_memory_reserve((void **)&p->used, &p->used_capacity, n, sizeof *p->used) &&
           eg_memory_reserve((void **)&walk->order, &p->order_capacity, n, sizeof *walk->order);
}

enum eg_status eg_ring_walk(struct eg_ring_walk *walk, const struct eg_strand *strands, uint32_t n,
                            struct eg_error *err)
{
    walk->n_rings = 0;
    if (n == 0) return EG_OK;
    if (!make_room(walk, n)) return eg_error_no_memory(err, n * sizeof(struct spoke));
    struct walker w = {.walk = walk, .parts = walk->parts, .strands = strands, .n = n};
    w.parts->n_order = w.parts->n_points = w.parts->n_rings = 0;
    order_strands(&w);
    bool enough = true;
    for (uint32_t i = 0; i < n && enough; i++)
        if (!w.parts->used[i]) enough = walk_from(&w, i);
    enough = enough && hand_out(&w);
    return enough ? EG_OK : eg_error_no_memory(err, n * sizeof(struct ring));
}

void eg_ring_walk_clear(struct eg_ring_walk *walk)
{
    if (walk->parts) {
        free(walk->parts->spokes);
        free(walk->parts->tail);
        free(walk->parts->head);
        free(walk->parts->visit);
        free(walk->parts->trail);
        free(walk->parts->used);
        free(walk->parts->rings);
    }
    free(walk->parts);
    free(walk->rings);
    free(walk->order);
    free(walk->points);
    *walk = (struct eg_ring_walk){0};
}
