/* A feature's rings on a tile: clipped (Sutherland and Hodgman, Communications of the ACM 17, 1974), rounded, cleaned.
 *
 * Clipping one side at a time never fails and keeps the signed area whatever the rings do, but joins the pieces of a ring by
 * bridges along the box. Rounding folds narrow places together and lets borders cross, and coarser levels of detail do, too. All that
 * is mended in the same way: edges are split where they meet, those that part no ground from no ground are dropped (mvt_nodes.c), and
 * what remains is walked into rings anew (geo/ring_walk.h). A feature of one ring inside the box that does not touch itself, as
 * nearly all are on the tiles that have most areas, is taken as it is.
 *
 * Where an edge crosses a side is worked out from its ends in a fixed order, so that neighbours get the same point. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/mvt_private.h"

#define LEFT (-EG_MVT_BUFFER)
#define RIGHT (EG_MVT_EXTENT + EG_MVT_BUFFER)
#define TOP EG_MVT_BUFFER
#define BOTTOM (-EG_MVT_EXTENT - EG_MVT_BUFFER)
#define FEW 48U /* edges that are compared each with each */

/* --- clipping ---------------------------------------------------------------------------------------------------------- */

struct side {
    bool across; /* a line of equal y */
    bool keeps_less;
    double limit;
};

static const struct side sides[4] = {
    {false, false, LEFT}, {false, true, RIGHT}, {true, false, BOTTOM}, {true, true, TOP}};

/* Above 0 beyond the side. */
static double beyond(const struct side *side, struct eg_mvt_place p)
{
    double v = (side->across ? p.y : p.x) - side->limit;
    return side->keeps_less ? v : -v;
}

static struct eg_mvt_place crossing(const struct side *side, struct eg_mvt_place a, struct eg_mvt_place b)
{
    bool swap = a.x > b.x || (a.x == b.x && a.y > b.y);
    struct eg_mvt_place p = swap ? b : a, q = swap ? a : b;
    if (side->across)
        return (struct eg_mvt_place){p.x + (side->limit - p.y) / (q.y - p.y) * (q.x - p.x), side->limit};
    return (struct eg_mvt_place){side->limit, p.y + (side->limit - p.x) / (q.x - p.x) * (q.y - p.y)};
}

static bool clip_side(struct eg_mvt_rings *r, const struct side *side, uint32_t *n_io)
{
    uint32_t n = *n_io, n_out = 0;
    if (!eg_memory_reserve((void **)&r->out, &r->out_capacity, 2 * (size_t)n, sizeof *r->out)) return false;
    struct eg_mvt_place before = n > 0 ? r->in[n - 1] : (struct eg_mvt_place){0, 0};
    double before_beyond = beyond(side, before);
    for (uint32_t i = 0; i < n; i++) {
        struct eg_mvt_place here = r->in[i];
        double here_beyond = beyond(side, here);
        if ((before_beyond > 0) != (here_beyond > 0)) r->out[n_out++] = crossing(side, before, here);
        if (here_beyond <= 0) r->out[n_out++] = here;
        before = here;
        before_beyond = here_beyond;
    }
    struct eg_mvt_place *swap = r->in;
    size_t swap_capacity = r->in_capacity;
    r->in = r->out;
    r->in_capacity = r->out_capacity;
    r->out = swap;
    r->out_capacity = swap_capacity;
    *n_io = n_out;
    return true;
}

/* Puts a ring on the tile, clipped, into r->in. */
static bool clip_ring(struct eg_mvt_rings *r, const struct eg_point *points, uint32_t n, uint32_t *n_out)
{
    double farthest[4] = {-1, -1, -1, -1};
    if (!eg_memory_reserve((void **)&r->in, &r->in_capacity, n, sizeof *r->in)) return false;
    for (uint32_t i = 0; i < n; i++) {
        r->in[i] =
            (struct eg_mvt_place){(points[i].x - r->left) * r->x_scale, (points[i].y - r->top) * r->y_scale};
        for (uint32_t s = 0; s < 4; s++) farthest[s] = fmax(farthest[s], beyond(&sides[s], r->in[i]));
    }
    for (uint32_t s = 0; s < 4; s++)
        if (farthest[s] > 0 && !clip_side(r, &sides[s], &n)) return false;
    *n_out = n;
    return true;
}

/* --- rounding ---------------------------------------------------------------------------------------------------------- */

static struct eg_point rounded(struct eg_mvt_place p)
{
    return (struct eg_point){(int32_t)floor(p.x + 0.5), (int32_t)floor(p.y + 0.5)};
}

static bool same(struct eg_point a, struct eg_point b)
{
    return a.x == b.x && a.y == b.y;
}

static bool is_on_edge(struct eg_point a, struct eg_point b)
{
    return (a.x == b.x && (a.x == LEFT || a.x == RIGHT)) || (a.y == b.y && (a.y == BOTTOM || a.y == TOP));
}

/* Appends the n places in r->in as a ring, without points that became the one before. */
static bool round_ring(struct eg_mvt_rings *r, uint32_t n)
{
    uint32_t first = r->start[r->n_rings], end = first;
    if (!eg_memory_reserve((void **)&r->points, &r->points_capacity, (size_t)first + n, sizeof *r->points))
        return false;
    for (uint32_t i = 0; i < n; i++) {
        struct eg_point point = rounded(r->in[i]);
        if (end > first && same(point, r->points[end - 1])) continue;
        r->points[end++] = point;
    }
    while (end > first + 1 && same(r->points[first], r->points[end - 1])) end--;
    if (end < first + 3) return true;
    for (uint32_t i = first; i < end; i++)
        r->on_edge |= is_on_edge(r->points[i], r->points[i + 1 < end ? i + 1 : first]);
    r->start[++r->n_rings] = end;
    return true;
}

static bool round_shape(struct eg_mvt_rings *r, const struct eg_shape *shape)
{
    uint32_t end = shape->n_polygons > 0 ? shape->polygon_start[shape->n_polygons] : 0;
    if (!eg_memory_reserve((void **)&r->start, &r->start_capacity, (size_t)end + 1, sizeof *r->start))
        return false;
    r->n_rings = 0;
    r->start[0] = 0;
    r->on_edge = false;
    for (uint32_t i = 0; i < end; i++) {
        uint32_t first = shape->ring_start[i], n = shape->ring_start[i + 1] - first;
        if (!clip_ring(r, shape->points + first, n, &n) || !round_ring(r, n)) return false;
    }
    return true;
}

/* --- the usual case ---------------------------------------------------------------------------------------------------- */

static int64_t area2_of(const struct eg_point *p, uint32_t n)
{
    int64_t area2 = 0;
    for (uint32_t i = 1; i + 1 < n; i++)
        area2 += (int64_t)(p[i].x - p[0].x) * (p[i + 1].y - p[0].y) -
                 (int64_t)(p[i].y - p[0].y) * (p[i + 1].x - p[0].x);
    return area2;
}

static int compare_u64(const void *left, const void *right)
{
    uint64_t a, b;
    memcpy(&a, left, sizeof a);
    memcpy(&b, right, sizeof b);
    return (a > b) - (a < b);
}

static uint64_t packed(struct eg_point p)
{
    return (uint64_t)(uint32_t)p.x << 32 | (uint32_t)p.y;
}

/* Whether a ring comes to a point twice. */
static bool has_twins(struct eg_mvt_rings *r, uint32_t n, bool *found_out)
{
    if (!eg_memory_reserve((void **)&r->sorted, &r->sorted_capacity, n, sizeof *r->sorted)) return false;
    for (uint32_t i = 0; i < n; i++) r->sorted[i] = packed(r->points[i]);
    bool found = false;
    qsort(r->sorted, n, sizeof *r->sorted, compare_u64);
    for (uint32_t i = 1; i < n && !found; i++) found = r->sorted[i] == r->sorted[i - 1];
    *found_out = found;
    return true;
}

static int64_t turn(struct eg_point a, struct eg_point b, struct eg_point c)
{
    return (int64_t)(b.x - a.x) * (c.y - a.y) - (int64_t)(b.y - a.y) * (c.x - a.x);
}

static bool are_apart(int32_t a, int32_t b, int32_t c, int32_t d)
{
    return (a < b ? b : a) < (c < d ? c : d) || (c < d ? d : c) < (a < b ? a : b);
}

/* Whether the edges from a to b and from c to d have a point in common. */
static bool do_meet(struct eg_point a, struct eg_point b, struct eg_point c, struct eg_point d)
{
    if (are_apart(a.x, b.x, c.x, d.x) || are_apart(a.y, b.y, c.y, d.y)) return false;
    int64_t ca = turn(c, d, a), cb = turn(c, d, b), ac = turn(a, b, c), ad = turn(a, b, d);
    bool one_side = (ca > 0 && cb > 0) || (ca < 0 && cb < 0) || (ac > 0 && ad > 0) || (ac < 0 && ad < 0);
    return !one_side;
}

/* Whether a ring of few points touches or crosses itself. A spike does: its ends lie on an edge that they are not of. */
static bool touches_itself(const struct eg_point *p, uint32_t n)
{
    for (uint32_t i = 2; i < n; i++) {
        struct eg_point end = p[i + 1 < n ? i + 1 : 0];
        for (uint32_t k = i + 1 < n ? 0 : 1; k + 1 < i; k++)
            if (do_meet(p[k], p[k + 1], p[i], end)) return true;
    }
    return false;
}

/* --- cleaning ---------------------------------------------------------------------------------------------------------- */

/* All points on the edge of the box, sorted: those on one side lie together but at its ends. */
static bool collect_stops(struct eg_mvt_rings *r, uint32_t *n_out)
{
    uint32_t n = 0, n_points = r->start[r->n_rings];
    if (!eg_memory_reserve((void **)&r->sorted, &r->sorted_capacity, n_points, sizeof *r->sorted))
        return false;
    for (uint32_t i = 0; i < n_points; i++) {
        struct eg_point p = r->points[i];
        if (p.x == LEFT || p.x == RIGHT || p.y == TOP || p.y == BOTTOM) r->sorted[n++] = packed(p);
    }
    *n_out = n;
    return true;
}

static bool is_within(int32_t v, int32_t a, int32_t b)
{
    return a < b ? v > a && v < b : v > b && v < a;
}

/* The stop strictly between a and b that is nearest to a, or b. */
static struct eg_point next_stop(const struct eg_mvt_rings *r, uint32_t n_stops, struct eg_point a,
                                 struct eg_point b)
{
    struct eg_point best = b;
    bool upright = a.x == b.x;
    for (uint32_t i = 0; i < n_stops; i++) {
        struct eg_point p = {(int32_t)(r->sorted[i] >> 32), (int32_t)(uint32_t)r->sorted[i]};
        if (upright ? p.x == a.x && is_within(p.y, a.y, best.y) : p.y == a.y && is_within(p.x, a.x, best.x))
            best = p;
    }
    return best;
}

static bool add_split(struct eg_mvt_rings *r, uint32_t n_stops, struct eg_point a, struct eg_point b)
{
    while (!same(a, b)) {
        struct eg_point stop = next_stop(r, n_stops, a, b);
        if (!eg_mvt_nodes_add(&r->nodes, a, stop)) return false;
        a = stop;
    }
    return true;
}

static bool collect_edges(struct eg_mvt_rings *r)
{
    uint32_t n_stops = 0;
    r->nodes.n = 0;
    if (!collect_stops(r, &n_stops)) return false;
    for (uint32_t ring = 0; ring < r->n_rings; ring++) {
        uint32_t first = r->start[ring], end = r->start[ring + 1];
        for (uint32_t i = first; i < end; i++) {
            struct eg_point a = r->points[i], b = r->points[i + 1 < end ? i + 1 : first];
            bool added = is_on_edge(a, b) ? add_split(r, n_stops, a, b) : eg_mvt_nodes_add(&r->nodes, a, b);
            if (!added) return false;
        }
    }
    return true;
}

/* The edges in r->nodes, settled, as rings. */
static bool walk(struct eg_mvt_rings *r)
{
    struct eg_mvt_nodes *nodes = &r->nodes;
    if (!eg_mvt_nodes_trace(nodes)) return false;
    if (!eg_memory_reserve((void **)&r->strands, &r->strands_capacity, nodes->n, sizeof *r->strands))
        return false;
    for (uint32_t i = 0; i < nodes->n; i++)
        r->strands[i] = (struct eg_strand){nodes->edges[i].ends, 2, nodes->edges[i].times < 0};
    if (eg_ring_walk(&r->walk, r->strands, nodes->n, NULL) != EG_OK) return false;
    r->clean = r->walk.points;
    r->clean_rings = r->walk.rings;
    r->n_clean = r->walk.n_rings;
    return true;
}

static void take_as_it_is(struct eg_mvt_rings *r)
{
    uint32_t n = r->start[1];
    r->only = (struct eg_walked_ring){.n_points = n};
    r->clean = r->points;
    r->clean_rings = &r->only;
    r->n_clean = area2_of(r->points, n) > 0;
}

bool eg_mvt_rings_make(struct eg_mvt_rings *r, const struct eg_shape *shape)
{
    bool changed = true, twins = false;
    r->n_clean = 0;
    if (!round_shape(r, shape)) return false;
    if (r->n_rings == 0) return true;
    bool single = r->n_rings == 1 && !r->on_edge;
    uint32_t n = r->start[1];
    if (single && n <= FEW && !touches_itself(r->points, n)) {
        take_as_it_is(r);
        return true;
    }
    if (single && n > FEW && !has_twins(r, n, &twins)) return false;
    if (!collect_edges(r) || !eg_mvt_nodes_settle(&r->nodes, &changed)) return false;
    if (!single || n <= FEW || twins || changed) return walk(r);
    take_as_it_is(r);
    return true;
}

void eg_mvt_rings_clear(struct eg_mvt_rings *r)
{
    free(r->in);
    free(r->out);
    free(r->points);
    free(r->start);
    free(r->sorted);
    free(r->strands);
    eg_mvt_nodes_clear(&r->nodes);
    eg_ring_walk_clear(&r->walk);
    *r = (struct eg_mvt_rings){0};
}
