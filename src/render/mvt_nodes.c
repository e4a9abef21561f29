/* Borders that cross, made ones that meet at their ends alone: the edges of a feature's rings are split wherever two of them have a
 * point in common, at the grid's point nearest to it, round after round until none is left; of what then lies between the same two
 * points only the sum counts; and of these the edges remain that part ground from no ground. Ground is what the rings go around
 * more often anticlockwise than clockwise.
 *
 * A split moves an edge by up to half a unit, by which it may come to cross another one: hence the rounds (iterated snap rounding;
 * Hobby, Computational Geometry 13, 1999, does it in one, and bends also edges that nothing crosses). Two are the rule.
 *
 * Everything is ordered by y and, where that is the same, by x: as if the grid were tilted by less than a unit over its width, so that
 * no edge is level and a ray meets no point but in one way.
 *
 * England's neighbourhoods: at zoom 7 some ten edges a feature, a coast has a thousand. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/mvt_private.h"

#define MOST_ROUNDS 16U
#define ROW_UNITS 64
#define N_ROWS ((EG_MVT_EXTENT + 2 * EG_MVT_BUFFER) / ROW_UNITS + 1)

static int compare_points(struct eg_point a, struct eg_point b)
{
    if (a.y != b.y) return a.y < b.y ? -1 : 1;
    return (a.x > b.x) - (a.x < b.x);
}

static int compare_edges(const void *left, const void *right)
{
    const struct eg_mvt_edge *a = left, *b = right;
    int order = compare_points(a->ends[0], b->ends[0]);
    return order != 0 ? order : compare_points(a->ends[1], b->ends[1]);
}

static struct eg_mvt_edge upwards(struct eg_point a, struct eg_point b, int32_t times)
{
    if (compare_points(a, b) < 0) return (struct eg_mvt_edge){{a, b}, times};
    return (struct eg_mvt_edge){{b, a}, -times};
}

bool eg_mvt_nodes_add(struct eg_mvt_nodes *nodes, struct eg_point a, struct eg_point b)
{
    if (compare_points(a, b) == 0) return true;
    if (!eg_memory_reserve((void **)&nodes->edges, &nodes->edges_capacity, (size_t)nodes->n + 1,
                           sizeof *nodes->edges))
        return false;
    nodes->edges[nodes->n++] = upwards(a, b, 1);
    return true;
}

/* In order, each once, without those that are gone forth and back. */
static void merge(struct eg_mvt_nodes *nodes)
{
    uint32_t n = 0;
    if (nodes->n > 1) qsort(nodes->edges, nodes->n, sizeof *nodes->edges, compare_edges);
    for (uint32_t i = 0; i < nodes->n;) {
        struct eg_mvt_edge edge = nodes->edges[i];
        for (i++; i < nodes->n && compare_edges(&edge, &nodes->edges[i]) == 0; i++)
            edge.times += nodes->edges[i].times;
        if (edge.times != 0) nodes->edges[n++] = edge;
    }
    nodes->n = n;
}

/* --- where edges meet -------------------------------------------------------------------------------------------------- */

/* Above 0 to the left of the edge, 0 in line with it. */
static int64_t side_of(const struct eg_mvt_edge *edge, struct eg_point p)
{
    const struct eg_point a = edge->ends[0], b = edge->ends[1];
    return (int64_t)(b.x - a.x) * (p.y - a.y) - (int64_t)(b.y - a.y) * (p.x - a.x);
}

static bool cut_at(struct eg_mvt_nodes *nodes, uint32_t edge, struct eg_point p)
{
    if (compare_points(p, nodes->edges[edge].ends[0]) == 0 ||
        compare_points(p, nodes->edges[edge].ends[1]) == 0)
        return true;
    if (!eg_memory_reserve((void **)&nodes->cuts, &nodes->cuts_capacity, (size_t)nodes->n_cuts + 1,
                           sizeof *nodes->cuts))
        return false;
    const struct eg_point a = nodes->edges[edge].ends[0], b = nodes->edges[edge].ends[1];
    int64_t along = (int64_t)(b.x - a.x) * (p.x - a.x) + (int64_t)(b.y - a.y) * (p.y - a.y);
    nodes->cuts[nodes->n_cuts++] = (struct eg_mvt_cut){edge, p, along};
    return true;
}

/* An end of one edge within another. */
static bool cut_at_end(struct eg_mvt_nodes *nodes, uint32_t edge, struct eg_point end, int64_t side)
{
    const struct eg_mvt_edge *e = &nodes->edges[edge];
    bool within = side == 0 && compare_points(e->ends[0], end) < 0 && compare_points(end, e->ends[1]) < 0;
    return !within || cut_at(nodes, edge, end);
}

static int32_t divide_rounded(int64_t top, int64_t bottom)
{
    int64_t up = 2 * top + bottom, down = 2 * bottom;
    return (int32_t)(up >= 0 ? up / down : -((-up + down - 1) / down));
}

/* Where a crosses b, whose sides the ends of a lie on; exact until it is rounded, so that neighbours find the same. */
static struct eg_point crossing(const struct eg_mvt_edge *a, int64_t first_side, int64_t second_side)
{
    int64_t part = first_side, whole = first_side - second_side;
    if (whole < 0) {
        part = -part;
        whole = -whole;
    }
    const struct eg_point p = a->ends[0], q = a->ends[1];
    return (struct eg_point){p.x + divide_rounded(part * (q.x - p.x), whole),
                             p.y + divide_rounded(part * (q.y - p.y), whole)};
}

static bool are_opposite(int64_t a, int64_t b)
{
    return (a < 0 && b > 0) || (a > 0 && b < 0);
}

static bool cut_pair(struct eg_mvt_nodes *nodes, uint32_t i, uint32_t k)
{
    const struct eg_mvt_edge *a = &nodes->edges[i], *b = &nodes->edges[k];
    int64_t b0 = side_of(a, b->ends[0]), b1 = side_of(a, b->ends[1]);
    int64_t a0 = side_of(b, a->ends[0]), a1 = side_of(b, a->ends[1]);
    if (are_opposite(a0, a1) && are_opposite(b0, b1)) {
        struct eg_point p = crossing(a, a0, a1);
        return cut_at(nodes, i, p) && cut_at(nodes, k, p);
    }
    return cut_at_end(nodes, i, b->ends[0], b0) && cut_at_end(nodes, i, b->ends[1], b1) &&
           cut_at_end(nodes, k, a->ends[0], a0) && cut_at_end(nodes, k, a->ends[1], a1);
}

static bool are_apart(const struct eg_mvt_edge *a, const struct eg_mvt_edge *b)
{
    int32_t a_min = a->ends[0].x < a->ends[1].x ? a->ends[0].x : a->ends[1].x;
    int32_t a_max = a->ends[0].x < a->ends[1].x ? a->ends[1].x : a->ends[0].x;
    return (b->ends[0].x < a_min && b->ends[1].x < a_min) || (b->ends[0].x > a_max && b->ends[1].x > a_max);
}

/* Edges are in the order of their lower ends. */
static bool find_cuts(struct eg_mvt_nodes *nodes)
{
    nodes->n_cuts = 0;
    for (uint32_t i = 0; i < nodes->n; i++) {
        int32_t top = nodes->edges[i].ends[1].y;
        for (uint32_t k = i + 1; k < nodes->n && nodes->edges[k].ends[0].y <= top; k++)
            if (!are_apart(&nodes->edges[i], &nodes->edges[k]) && !cut_pair(nodes, i, k)) return false;
    }
    return true;
}

static int compare_cuts(const void *left, const void *right)
{
    const struct eg_mvt_cut *a = left, *b = right;
    if (a->edge != b->edge) return a->edge < b->edge ? -1 : 1;
    if (a->along != b->along) return a->along < b->along ? -1 : 1;
    return compare_points(a->at, b->at);
}

static bool split(struct eg_mvt_nodes *nodes)
{
    uint32_t n = 0, cut = 0;
    if (!eg_memory_reserve((void **)&nodes->parts, &nodes->parts_capacity, (size_t)nodes->n + nodes->n_cuts,
                           sizeof *nodes->parts))
        return false;
    qsort(nodes->cuts, nodes->n_cuts, sizeof *nodes->cuts, compare_cuts);
    for (uint32_t i = 0; i < nodes->n; i++) {
        struct eg_point from = nodes->edges[i].ends[0];
        for (; cut < nodes->n_cuts && nodes->cuts[cut].edge == i; cut++) {
            struct eg_point to = nodes->cuts[cut].at;
            if (compare_points(from, to) == 0) continue;
            nodes->parts[n++] = upwards(from, to, nodes->edges[i].times);
            from = to;
        }
        nodes->parts[n++] = upwards(from, nodes->edges[i].ends[1], nodes->edges[i].times);
    }
    struct eg_mvt_edge *swap = nodes->edges;
    size_t swap_capacity = nodes->edges_capacity;
    nodes->edges = nodes->parts;
    nodes->edges_capacity = nodes->parts_capacity;
    nodes->parts = swap;
    nodes->parts_capacity = swap_capacity;
    nodes->n = n;
    return true;
}

bool eg_mvt_nodes_settle(struct eg_mvt_nodes *nodes, bool *changed_out)
{
    uint32_t n = nodes->n;
    merge(nodes);
    *changed_out = nodes->n != n;
    for (uint32_t round = 0; round < MOST_ROUNDS; round++) {
        if (!find_cuts(nodes)) return false;
        if (nodes->n_cuts == 0) return true;
        *changed_out = true;
        if (!split(nodes)) return false;
        merge(nodes);
    }
    return true;
}

/* --- ground ------------------------------------------------------------------------------------------------------------ */

static uint32_t row_of(int32_t y)
{
    return (uint32_t)(y + EG_MVT_EXTENT + EG_MVT_BUFFER) / ROW_UNITS;
}

/* For each row of the tile the edges that reach into it. */
static bool fill_rows(struct eg_mvt_nodes *nodes)
{
    uint32_t *start = nodes->row_start, next[N_ROWS];
    memset(start, 0, sizeof nodes->row_start);
    for (uint32_t i = 0; i < nodes->n; i++)
        for (uint32_t row = row_of(nodes->edges[i].ends[0].y); row <= row_of(nodes->edges[i].ends[1].y);
             row++)
            start[row + 1]++;
    for (uint32_t row = 0; row < N_ROWS; row++) start[row + 1] += start[row];
    if (!eg_memory_reserve((void **)&nodes->in_row, &nodes->in_row_capacity, start[N_ROWS],
                           sizeof *nodes->in_row))
        return false;
    memcpy(next, start, sizeof next);
    for (uint32_t i = 0; i < nodes->n; i++)
        for (uint32_t row = row_of(nodes->edges[i].ends[0].y); row <= row_of(nodes->edges[i].ends[1].y);
             row++)
            nodes->in_row[next[row]++] = i;
    return true;
}

static struct eg_point doubled(struct eg_point p)
{
    return (struct eg_point){2 * p.x, 2 * p.y};
}

/* How often the rings go around the ground just to the left of an edge: counted along a ray from its middle to the left. */
static int32_t turns_left_of(const struct eg_mvt_nodes *nodes, uint32_t edge)
{
    const struct eg_mvt_edge *own = &nodes->edges[edge];
    struct eg_point middle = {own->ends[0].x + own->ends[1].x, own->ends[0].y + own->ends[1].y};
    uint32_t row = row_of(middle.y >= 0 ? middle.y / 2 : -((1 - middle.y) / 2));
    int32_t turns = 0;
    for (uint32_t i = nodes->row_start[row]; i < nodes->row_start[row + 1]; i++) {
        const struct eg_mvt_edge *other = &nodes->edges[nodes->in_row[i]];
        struct eg_mvt_edge large = {{doubled(other->ends[0]), doubled(other->ends[1])}, 0};
        if (other == own || compare_points(large.ends[0], middle) > 0 ||
            compare_points(large.ends[1], middle) <= 0)
            continue;
        if (side_of(&large, middle) < 0) turns -= other->times;
    }
    return turns;
}

bool eg_mvt_nodes_trace(struct eg_mvt_nodes *nodes)
{
    uint32_t n = 0;
    if (!fill_rows(nodes)) return false;
    if (!eg_memory_reserve((void **)&nodes->parts, &nodes->parts_capacity, nodes->n, sizeof *nodes->parts))
        return false;
    for (uint32_t i = 0; i < nodes->n; i++) {
        int32_t left = turns_left_of(nodes, i), right = left - nodes->edges[i].times;
        if ((left > 0) == (right > 0)) continue;
        nodes->parts[n] = nodes->edges[i];
        nodes->parts[n++].times = left > 0 ? 1 : -1;
    }
    if (n > 0) memcpy(nodes->edges, nodes->parts, n * sizeof *nodes->edges);
    nodes->n = n;
    return true;
}

void eg_mvt_nodes_clear(struct eg_mvt_nodes *nodes)
{
    free(nodes->edges);
    free(nodes->parts);
    free(nodes->cuts);
    free(nodes->in_row);
    *nodes = (struct eg_mvt_nodes){0};
}
