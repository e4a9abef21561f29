/* The one-owner arcs as a planar graph: the ground on which gaps and overlaps are found.
 *
 * How many areas cover a point is a sum over arcs of +1 for the left and -1 for the right area; on shared arcs both
 * cancel. So the count is constant but across one-owner arcs, and these alone (in a clean source the coast) tell
 * whether any ground is covered twice or left out.
 *
 * Nodes are the arcs' ends and wherever one-owner edges cross or touch otherwise than end to end; between them lie
 * pieces. Where two edges lie on one another, both are cut at each other's ends, so that what they share is one piece
 * each of a single edge: such pieces are added up into one, and vanish when they cancel (a T-junction that was not
 * split). A clean source has no such places and as many pieces as one-owner arcs.
 *
 * All of it is exact, crossings are fractions: three borders may enclose a millionth of a square unit, and were crossings
 * rounded, however finely, two could change places on an edge, and the graph would be no longer planar. */
#include "geo/topology_near.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* A place on the edge that begins at point `edge` of the topology, or that point itself (along 0). */
struct cutting {
    uint32_t edge;
    uint32_t node;
    int64_t along; /* ascends on the edge */
};

struct cuttings {
    const struct eg_topology *topology;
    struct cutting *items;
    size_t n;
    size_t capacity;
    struct eg_topology_node *places; /* [n] */
    size_t places_capacity;
    bool *seed;
};

/* --- places --------------------------------------------------------------------------------------------------------------- */

/* The sign of a / b - c / d, none of them negative, both below 1: by continued fractions, because the products may take
 * 132 bits. */
static int compare_fractions(eg_int128 a, eg_int128 b, eg_int128 c, eg_int128 d)
{
    if (b <= INT64_MAX && d <= INT64_MAX)
        return eg_topology_sign(a * d - c * b); /* edges of ordinary length */
    for (int sign = 1;; sign = -sign) {
        eg_int128 p = a / b, q = c / d;
        if (p != q) return p < q ? -sign : sign;
        eg_int128 a_rest = a % b, c_rest = c % d;
        if (a_rest == 0 || c_rest == 0) return sign * ((a_rest > 0) - (c_rest > 0));
        a = b; /* and what is left is told by the reciprocals, the other way round */
        b = a_rest;
        c = d;
        d = c_rest;
    }
}

int eg_topology_compare_nodes(const struct eg_topology_node *a, const struct eg_topology_node *b)
{
    if (a->at.x != b->at.x) return a->at.x < b->at.x ? -1 : 1;
    int order = compare_fractions(a->x, a->over, b->x, b->over);
    if (order != 0) return order;
    if (a->at.y != b->at.y) return a->at.y < b->at.y ? -1 : 1;
    return compare_fractions(a->y, a->over, b->y, b->over);
}

static int compare_nodes(const void *left, const void *right)
{
    return eg_topology_compare_nodes(left, right);
}

/* from + by / over, over above 0: the whole part, and the rest in *rest_out. */
static int32_t divide(int32_t from, eg_int128 by, eg_int128 over, eg_int128 *rest_out)
{
    eg_int128 whole = by / over, rest = by % over;
    if (rest < 0) {
        rest += over;
        whole--;
    }
    *rest_out = rest;
    return (int32_t)(from + (int64_t)whole);
}

static struct eg_topology_node crossing_of(const struct eg_topology_segment *e,
                                           const struct eg_topology_segment *f)
{
    eg_int128 from_a = eg_topology_cross(f->a, f->b, e->a), from_b = eg_topology_cross(f->a, f->b, e->b);
    if (from_a < 0) {
        from_a = -from_a;
        from_b = -from_b;
    }
    struct eg_topology_node node = {.over = from_a - from_b};
    node.at.x = divide(e->a.x, from_a * ((int64_t)e->b.x - e->a.x), node.over, &node.x);
    node.at.y = divide(e->a.y, from_a * ((int64_t)e->b.y - e->a.y), node.over, &node.y);
    return node;
}

/* --- what happens between two edges ---------------------------------------------------------------------------------- */

static bool cut_at(struct cuttings *cuttings, uint32_t edge, struct eg_topology_node at, bool inside)
{
    if (!eg_memory_reserve((void **)&cuttings->items, &cuttings->capacity, cuttings->n + 1,
                           sizeof *cuttings->items) ||
        !eg_memory_reserve((void **)&cuttings->places, &cuttings->places_capacity, cuttings->n + 1,
                           sizeof *cuttings->places)) {
        return false;
    }
    cuttings->places[cuttings->n] = at;
    cuttings->items[cuttings->n++] = (struct cutting){.edge = edge, .along = inside};
    return true;
}

/* Cuts the edge that begins at point `id` there. */
static bool cut_vertex(struct cuttings *cuttings, uint32_t id)
{
    return cut_at(cuttings, id, eg_topology_node_at(cuttings->topology->points[id]), false);
}

static uint32_t arc_of(const struct eg_topology *topology, uint32_t point)
{
    uint32_t low = 0, high = topology->n_arcs;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (topology->arc_start[middle] <= point) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static uint32_t owner_of(const struct cuttings *cuttings, const struct eg_topology_segment *e)
{
    return cuttings->topology->left[arc_of(cuttings->topology, e->id)];
}

static bool cross_pair(struct cuttings *cuttings, const struct eg_topology_segment *e,
                       const struct eg_topology_segment *f)
{
    struct eg_topology_node at = crossing_of(e, f);
    cuttings->seed[owner_of(cuttings, e)] = true;
    cuttings->seed[owner_of(cuttings, f)] = true;
    return cut_at(cuttings, e->id, at, true) && cut_at(cuttings, f->id, at, true);
}

/* Point `id` of the topology, an end of an edge of f, lies between the ends of e. An area that touches itself so is
 * taken among the seeds, which makes it suspect. */
static bool touch_pair(struct cuttings *cuttings, const struct eg_topology_segment *e,
                       const struct eg_topology_segment *f, uint32_t id)
{
    struct eg_topology_node at = eg_topology_node_at(cuttings->topology->points[id]);
    uint32_t owner = owner_of(cuttings, e);
    if (owner == owner_of(cuttings, f)) cuttings->seed[owner] = true;
    return cut_at(cuttings, e->id, at, true) && cut_vertex(cuttings, id);
}

static bool coincide_pair(struct cuttings *cuttings, const struct eg_topology_segment *e,
                          const struct eg_topology_segment *f)
{
    return cut_vertex(cuttings, e->id) && cut_vertex(cuttings, e->id + 1) && cut_vertex(cuttings, f->id) &&
           cut_vertex(cuttings, f->id + 1);
}

static bool find_cuttings(void *context, const struct eg_topology_segment *e,
                          const struct eg_topology_segment *f)
{
    struct cuttings *cuttings = context;
    /* Nearly all pairs follow one another and bend; then they have nothing else in common. */
    if (eg_topology_equal(e->b, f->a) && eg_topology_side(e->a, e->b, f->b) != 0) return true;
    int fa = eg_topology_side(e->a, e->b, f->a), fb = eg_topology_side(e->a, e->b, f->b);
    if (fa * fb > 0) return true;
    int ea = eg_topology_side(f->a, f->b, e->a), eb = eg_topology_side(f->a, f->b, e->b);
    if (ea * eb > 0) return true;
    if (fa * fb < 0 && ea * eb < 0) return cross_pair(cuttings, e, f);

    bool ok = true;
    if (fa == 0 && eg_topology_between(e->a, e->b, f->a)) ok = ok && touch_pair(cuttings, e, f, f->id);
    if (fb == 0 && eg_topology_between(e->a, e->b, f->b)) ok = ok && touch_pair(cuttings, e, f, f->id + 1);
    if (ea == 0 && eg_topology_between(f->a, f->b, e->a)) ok = ok && touch_pair(cuttings, f, e, e->id);
    if (eb == 0 && eg_topology_between(f->a, f->b, e->b)) ok = ok && touch_pair(cuttings, f, e, e->id + 1);
    bool forward = eg_topology_equal(e->a, f->a) && eg_topology_equal(e->b, f->b);
    bool backward = eg_topology_equal(e->a, f->b) && eg_topology_equal(e->b, f->a);
    if (forward || backward) ok = ok && coincide_pair(cuttings, e, f);
    return ok;
}

/* --- nodes -------------------------------------------------------------------------------------------------------------- */

static bool is_one_owner(const struct eg_topology *topology, uint32_t arc)
{
    return topology->right[arc] == EG_NO_AREA;
}

static bool list_nodes(struct eg_topology_coast *coast, const struct cuttings *cuttings, size_t n_arcs)
{
    const struct eg_topology *topology = coast->topology;
    struct eg_topology_node *nodes = eg_memory_array(2 * n_arcs + cuttings->n, sizeof *nodes);
    size_t n = 0, kept = 0;
    if (!nodes) return false;
    for (uint32_t a = 0; a < topology->n_arcs; a++) {
        if (!is_one_owner(topology, a)) continue;
        nodes[n++] = eg_topology_node_at(topology->points[topology->arc_start[a]]);
        nodes[n++] = eg_topology_node_at(topology->points[topology->arc_start[a + 1] - 1]);
    }
    for (size_t i = 0; i < cuttings->n; i++) nodes[n++] = cuttings->places[i];
    if (n > 0) qsort(nodes, n, sizeof *nodes, compare_nodes);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || compare_nodes(&nodes[kept - 1], &nodes[i]) != 0) nodes[kept++] = nodes[i];
    }
    coast->nodes = nodes;
    coast->n_nodes = (uint32_t)kept;
    return true;
}

static uint32_t find_node(const struct eg_topology_coast *coast, struct eg_topology_node at)
{
    const struct eg_topology_node *node =
        bsearch(&at, coast->nodes, coast->n_nodes, sizeof *coast->nodes, compare_nodes);
    EG_ASSERT(node);
    return (uint32_t)(node - coast->nodes);
}

static uint32_t find_point(const struct eg_topology_coast *coast, uint32_t id)
{
    return find_node(coast, eg_topology_node_at(coast->topology->points[id]));
}

static int compare_cuttings(const void *left, const void *right)
{
    const struct cutting *a = left, *b = right;
    if (a->edge != b->edge) return a->edge < b->edge ? -1 : 1;
    return (a->along > b->along) - (a->along < b->along);
}

/* Gives the cuttings their nodes, whose order is that along an edge which runs to the east, and sorts them. */
static void order_cuttings(struct cuttings *cuttings, const struct eg_topology_coast *coast)
{
    const struct eg_point *points = coast->topology->points;
    for (size_t i = 0; i < cuttings->n; i++) {
        struct cutting *cutting = &cuttings->items[i];
        cutting->node = find_node(coast, cuttings->places[i]);
        if (cutting->along == 0) continue;
        bool east = eg_topology_compare(points[cutting->edge], points[cutting->edge + 1]) < 0;
        cutting->along = 1 + (int64_t)(east ? cutting->node : coast->n_nodes - cutting->node);
    }
    if (cuttings->n > 0) qsort(cuttings->items, cuttings->n, sizeof *cuttings->items, compare_cuttings);
}

/* --- pieces ------------------------------------------------------------------------------------------------------------- */

static void add_piece(struct eg_topology_coast *coast, struct eg_topology_piece piece)
{
    piece.weight = 1;
    coast->pieces[coast->n_pieces++] = piece;
}

/* Cuts one arc into pieces; returns the first cutting behind it. */
static size_t cut_arc(struct eg_topology_coast *coast, const struct cuttings *cuttings, uint32_t arc,
                      size_t next)
{
    const struct eg_topology *topology = coast->topology;
    uint32_t begin = topology->arc_start[arc], end = topology->arc_start[arc + 1] - 1;
    struct eg_topology_piece piece = {.first = begin, .area = topology->left[arc]};

    piece.from = find_point(coast, begin);
    for (; next < cuttings->n && cuttings->items[next].edge < end; next++) {
        const struct cutting *cutting = &cuttings->items[next];
        if (cutting->edge < begin || (cutting->edge == begin && cutting->along == 0)) continue;
        bool at_vertex = cutting->along == 0;
        piece.to = cutting->node;
        piece.last = at_vertex ? cutting->edge - 1 : cutting->edge;
        bool again = piece.to == piece.from && piece.first == cutting->edge;
        if (again) continue;
        add_piece(coast, piece);
        piece.from = piece.to;
        piece.first = cutting->edge;
    }
    piece.to = find_point(coast, end);
    piece.last = end - 1;
    add_piece(coast, piece);
    return next;
}

static bool list_pieces(struct eg_topology_coast *coast, const struct cuttings *cuttings, size_t n_arcs)
{
    size_t next = 0;
    coast->pieces = eg_memory_array(n_arcs + cuttings->n, sizeof *coast->pieces);
    if (!coast->pieces) return false;
    for (uint32_t a = 0; a < coast->topology->n_arcs; a++) {
        if (is_one_owner(coast->topology, a)) next = cut_arc(coast, cuttings, a, next);
    }
    return true;
}

static bool is_single(const struct eg_topology_piece *piece)
{
    return piece->first == piece->last;
}

/* Single edges first, those between the same two nodes side by side, in the order of the arcs. */
static int compare_pieces(const void *left, const void *right)
{
    const struct eg_topology_piece *a = left, *b = right;
    if (is_single(a) != is_single(b)) return is_single(a) ? -1 : 1;
    if (!is_single(a)) return (a->first > b->first) - (a->first < b->first);
    uint32_t a_low = a->from < a->to ? a->from : a->to, b_low = b->from < b->to ? b->from : b->to;
    if (a_low != b_low) return a_low < b_low ? -1 : 1;
    uint32_t a_high = a->from ^ a->to ^ a_low, b_high = b->from ^ b->to ^ b_low;
    if (a_high != b_high) return a_high < b_high ? -1 : 1;
    if (a->first != b->first) return a->first < b->first ? -1 : 1;
    return (a->from > b->from) - (a->from < b->from);
}

static bool coincide(const struct eg_topology_piece *a, const struct eg_topology_piece *b)
{
    if (!is_single(a) || !is_single(b)) return false;
    return (a->from == b->from && a->to == b->to) || (a->from == b->to && a->to == b->from);
}

/* Adds up pieces[0 .. n-1], which lie on one another, into the first. Two of the same direction have their owners on the
 * same side. */
static void merge_pieces(struct eg_topology_piece *pieces, size_t n, bool *seed)
{
    size_t n_forward = 0;
    for (size_t i = 0; i < n; i++) n_forward += pieces[i].from == pieces[0].from;
    pieces[0].weight = 2 * (int32_t)n_forward - (int32_t)n;
    if (n_forward < 2 && n - n_forward < 2) return;
    for (size_t i = 0; i < n; i++) seed[pieces[i].area] = true;
}

static void merge_coinciding(struct eg_topology_coast *coast)
{
    struct eg_topology_piece *pieces = coast->pieces;
    uint32_t kept = 0;

    if (coast->n_pieces > 0) qsort(pieces, coast->n_pieces, sizeof *pieces, compare_pieces);
    for (uint32_t begin = 0, end = 0; begin < coast->n_pieces; begin = end) {
        for (end = begin + 1; end < coast->n_pieces && coincide(&pieces[begin], &pieces[end]);) end++;
        if (end - begin > 1) merge_pieces(pieces + begin, end - begin, coast->seed);
        if (pieces[begin].weight != 0) pieces[kept++] = pieces[begin];
    }
    coast->n_pieces = kept;
}

/* --- the whole ------------------------------------------------------------------------------------------------------------ */

static void list_segments(struct eg_topology_coast *coast)
{
    const struct eg_topology *topology = coast->topology;
    uint32_t n = 0;
    for (uint32_t a = 0; a < topology->n_arcs; a++) {
        if (!is_one_owner(topology, a)) continue;
        for (uint32_t i = topology->arc_start[a]; i + 1 < topology->arc_start[a + 1]; i++) {
            coast->segments[n++] =
                (struct eg_topology_segment){topology->points[i], topology->points[i + 1], i};
        }
    }
}

/* Returns the number of one-owner arcs. */
static size_t count_coast(struct eg_topology_coast *coast)
{
    const struct eg_topology *topology = coast->topology;
    size_t n_arcs = 0;
    for (uint32_t a = 0; a < topology->n_arcs; a++) {
        if (!is_one_owner(topology, a)) continue;
        coast->n_segments += topology->arc_start[a + 1] - topology->arc_start[a] - 1;
        n_arcs++;
    }
    return n_arcs;
}

static enum eg_status build_graph(struct eg_topology_coast *coast, size_t n_arcs, struct eg_error *err)
{
    struct cuttings cuttings = {.topology = coast->topology, .seed = coast->seed};
    bool ok = eg_topology_near_pairs(&coast->near, 0, find_cuttings, &cuttings);

    ok = ok && list_nodes(coast, &cuttings, n_arcs);
    if (ok) order_cuttings(&cuttings, coast);
    free(cuttings.places);
    ok = ok && list_pieces(coast, &cuttings, n_arcs);
    if (ok) merge_coinciding(coast);
    free(cuttings.items);
    return ok ? EG_OK : eg_error_no_memory(err, (cuttings.n + n_arcs) * sizeof *coast->nodes);
}

enum eg_status eg_topology_coast_init(struct eg_topology_coast *coast, const struct eg_topology *topology,
                                      struct eg_error *err)
{
    *coast = (struct eg_topology_coast){.topology = topology};
    size_t n_arcs = count_coast(coast);
    coast->segments = eg_memory_array(coast->n_segments, sizeof *coast->segments);
    coast->seed = eg_memory_zeroed(topology->n_areas, sizeof *coast->seed);
    enum eg_status st = EG_NO_MEMORY;
    if (coast->segments && coast->seed) {
        list_segments(coast);
        st = eg_topology_near_init(&coast->near, coast->segments, coast->n_segments, err);
    }
    if (!st) st = build_graph(coast, n_arcs, err);
    if (!st) return EG_OK;
    eg_topology_coast_clear(coast);
    return eg_error_no_memory(err, coast->n_segments * sizeof *coast->segments);
}

void eg_topology_coast_clear(struct eg_topology_coast *coast)
{
    eg_topology_near_clear(&coast->near);
    free(coast->segments);
    free(coast->nodes);
    free(coast->pieces);
    free(coast->seed);
    memset(coast, 0, sizeof *coast);
}
