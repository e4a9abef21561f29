/* The faces of the coast graph: how often is each covered, which are gaps?
 *
 * Every piece is two darts, 2p along it and 2p + 1 back. The darts that leave a node are sorted by their angle; the face
 * to the right of a dart that arrives goes on along the next dart counter-clockwise from the way it came. So the darts
 * fall into cycles, each the border of one face, which lies to its right. In each connected part of the graph one cycle
 * runs around the part's outside (the only one that runs counter-clockwise), all others enclose a bounded face. Which way a
 * cycle runs is asked at one corner, not of its area, so that it is exact for the thinnest.
 *
 * How often the outside of a part is covered is asked at its most western grid point, west of which the part has
 * nothing; from there the count passes from face to face, by a piece's weight from its right to its left. A bounded face
 * that nothing covers is a gap when pieces of two or more areas enclose it; with one it is a lake. Clean ground is covered
 * once to the left and not at all to the right of every piece; the owners of all other pieces are the seeds of the
 * search for overlaps.
 *
 * England: 3,500 pieces, 1,000 parts, 3 ms. */
#include "geo/topology_near.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* A dart where it leaves its node. */
struct spoke {
    uint32_t node;
    uint32_t dart;
    int64_t dx, dy;
};

struct cycle {
    uint32_t dart; /* one of it */
    int32_t depth; /* how many areas cover the face */
    bool known;
    bool outer;
    bool counter_clockwise;
};

/* A connected part of the graph, kept at its root node. */
struct part {
    uint32_t parent;  /* of the node, on the way to its root */
    uint32_t outer;   /* cycle */
    bool has_extreme; /* its most western (of those the most southern) grid point is known */
    struct eg_point extreme;
};

struct faces {
    const struct eg_topology_coast *coast;
    uint32_t n_darts;
    struct spoke *spokes; /* [n_darts] by node and angle */
    uint32_t *place;      /* [n_darts] in spokes */
    uint32_t *node_start; /* [n_nodes + 1] in spokes */
    uint32_t *cycle_of;   /* [n_darts] */
    struct cycle *cycles; /* [n_cycles] at most one a dart */
    uint32_t n_cycles;
    struct part *parts; /* [n_nodes] */
    uint32_t *stack;    /* [n_darts] cycles whose neighbours are to be counted; darts of a cycle */
    uint32_t *visit;    /* [n_nodes] the place of the node on the stack of darts, or EG_TOPOLOGY_NONE */
};

static const struct eg_topology_piece *piece_of(const struct faces *faces, uint32_t dart)
{
    return &faces->coast->pieces[dart / 2];
}

static bool is_forward(uint32_t dart)
{
    return dart % 2 == 0;
}

static uint32_t tail_of(const struct faces *faces, uint32_t dart)
{
    const struct eg_topology_piece *piece = piece_of(faces, dart);
    return is_forward(dart) ? piece->from : piece->to;
}

/* --- darts around nodes ------------------------------------------------------------------------------------------------- */

static struct spoke make_spoke(const struct faces *faces, uint32_t dart)
{
    const struct eg_topology_piece *piece = piece_of(faces, dart);
    const struct eg_point *points = faces->coast->topology->points;
    struct eg_point a = points[is_forward(dart) ? piece->first : piece->last + 1];
    struct eg_point b = points[is_forward(dart) ? piece->first + 1 : piece->last];
    return (struct spoke){tail_of(faces, dart), dart, (int64_t)b.x - a.x, (int64_t)b.y - a.y};
}

static bool is_lower(const struct spoke *s)
{
    return s->dy < 0 || (s->dy == 0 && s->dx < 0);
}

static int compare_spokes(const void *left, const void *right)
{
    const struct spoke *a = left, *b = right;
    if (a->node != b->node) return a->node < b->node ? -1 : 1;
    if (is_lower(a) != is_lower(b)) return is_lower(b) ? -1 : 1;
    int side = eg_topology_sign((eg_int128)a->dx * b->dy - (eg_int128)a->dy * b->dx);
    if (side != 0) return -side;
    return (a->dart > b->dart) - (a->dart < b->dart);
}

static void order_spokes(struct faces *faces)
{
    uint32_t node = 0;
    for (uint32_t d = 0; d < faces->n_darts; d++) faces->spokes[d] = make_spoke(faces, d);
    if (faces->n_darts > 0) qsort(faces->spokes, faces->n_darts, sizeof *faces->spokes, compare_spokes);
    for (uint32_t i = 0; i < faces->n_darts; i++) {
        faces->place[faces->spokes[i].dart] = i;
        while (node <= faces->spokes[i].node) faces->node_start[node++] = i;
    }
    while (node <= faces->coast->n_nodes) faces->node_start[node++] = faces->n_darts;
}

/* The next dart around the face to the right. */
static uint32_t next_dart(const struct faces *faces, uint32_t dart)
{
    uint32_t at = faces->place[dart ^ 1];
    uint32_t node = faces->spokes[at].node;
    at = at + 1 < faces->node_start[node + 1] ? at + 1 : faces->node_start[node];
    return faces->spokes[at].dart;
}

/* --- cycles --------------------------------------------------------------------------------------------------------------- */

/* Which way round does a loop or a cycle run? At its lowest corner (the most western, of those the most southern) all of it
 * lies to the east; there it turns left when it runs counter-clockwise. A cycle that comes back to that corner turns left
 * there once, if at all: where what lies west is to its right. */
struct surveyor {
    bool begun;
    bool turns_left;
    struct eg_topology_node lowest;
};

static void survey(struct surveyor *s, const struct eg_topology_node *corner, bool turns_left)
{
    int order = s->begun ? eg_topology_compare_nodes(corner, &s->lowest) : -1;
    if (order > 0) return;
    s->turns_left = turns_left || (order == 0 && s->turns_left);
    s->lowest = *corner;
    s->begun = true;
}

/* The corners between the ends of the dart. */
static void survey_dart(const struct faces *faces, uint32_t dart, struct surveyor *s)
{
    const struct eg_topology_piece *piece = piece_of(faces, dart);
    const struct eg_point *points = faces->coast->topology->points;

    for (uint32_t i = piece->first + 1; i <= piece->last; i++) {
        if (s->begun && points[i].x > s->lowest.at.x) continue;
        struct eg_topology_node corner = eg_topology_node_at(points[i]);
        int side = eg_topology_side(points[i - 1], points[i], points[i + 1]);
        survey(s, &corner, is_forward(dart) ? side > 0 : side < 0);
    }
}

/* The corner at the node where one dart arrives and the next leaves. */
static void survey_turn(const struct faces *faces, uint32_t dart, uint32_t next, struct surveyor *s)
{
    const struct spoke *back = &faces->spokes[faces->place[dart ^ 1]],
                       *on = &faces->spokes[faces->place[next]];
    bool turns_left = (eg_int128)back->dx * on->dy < (eg_int128)back->dy * on->dx;
    survey(s, &faces->coast->nodes[on->node], turns_left);
}

static void trace_cycles(struct faces *faces)
{
    memset(faces->cycle_of, 0xff, faces->n_darts * sizeof *faces->cycle_of);
    for (uint32_t d = 0; d < faces->n_darts; d++) {
        struct surveyor surveyor = {0};
        if (faces->cycle_of[d] != EG_TOPOLOGY_NONE) continue;
        uint32_t at = d;
        do {
            uint32_t next = next_dart(faces, at);
            faces->cycle_of[at] = faces->n_cycles;
            survey_dart(faces, at, &surveyor);
            survey_turn(faces, at, next, &surveyor);
            at = next;
        } while (at != d);
        faces->cycles[faces->n_cycles++] =
            (struct cycle){.dart = d, .counter_clockwise = surveyor.turns_left};
    }
}

/* --- connected parts -------------------------------------------------------------------------------------------------------- */

static uint32_t root_of(struct faces *faces, uint32_t node)
{
    struct part *parts = faces->parts;
    while (parts[node].parent != node) {
        parts[node].parent = parts[parts[node].parent].parent;
        node = parts[node].parent;
    }
    return node;
}

static void note_extreme(struct part *part, struct eg_point p)
{
    if (part->has_extreme && eg_topology_compare(part->extreme, p) <= 0) return;
    part->has_extreme = true;
    part->extreme = p;
}

static void note_node(const struct faces *faces, struct part *part, uint32_t node)
{
    const struct eg_topology_node *place = &faces->coast->nodes[node];
    if (place->x == 0 && place->y == 0) note_extreme(part, place->at);
}

static void find_parts(struct faces *faces)
{
    const struct eg_topology_coast *coast = faces->coast;

    for (uint32_t i = 0; i < coast->n_nodes; i++) {
        faces->parts[i] = (struct part){.parent = i, .outer = EG_TOPOLOGY_NONE};
    }
    for (uint32_t p = 0; p < coast->n_pieces; p++) {
        uint32_t a = root_of(faces, coast->pieces[p].from), b = root_of(faces, coast->pieces[p].to);
        if (a < b) faces->parts[b].parent = a;
        if (b < a) faces->parts[a].parent = b;
    }
    for (uint32_t p = 0; p < coast->n_pieces; p++) {
        const struct eg_topology_piece *piece = &coast->pieces[p];
        struct part *part = &faces->parts[root_of(faces, piece->from)];
        note_node(faces, part, piece->from);
        note_node(faces, part, piece->to);
        for (uint32_t i = piece->first + 1; i <= piece->last; i++)
            note_extreme(part, coast->topology->points[i]);
    }
    for (uint32_t c = 0; c < faces->n_cycles; c++) {
        if (!faces->cycles[c].counter_clockwise) continue;
        faces->parts[root_of(faces, tail_of(faces, faces->cycles[c].dart))].outer = c;
    }
}

/* --- counting --------------------------------------------------------------------------------------------------------------- */

/* Passes the count from a cycle to all others of its part. */
static void spread(struct faces *faces, uint32_t cycle)
{
    uint32_t n = 0;
    faces->stack[n++] = cycle;
    while (n > 0) {
        const struct cycle *from = &faces->cycles[faces->stack[--n]];
        uint32_t dart = from->dart;
        do {
            uint32_t across = faces->cycle_of[dart ^ 1];
            int32_t weight = piece_of(faces, dart)->weight;
            if (!faces->cycles[across].known) {
                faces->cycles[across].known = true;
                faces->cycles[across].depth = from->depth + (is_forward(dart) ? weight : -weight);
                faces->stack[n++] = across;
            }
            dart = next_dart(faces, dart);
        } while (dart != from->dart);
    }
}

static void count_depths(struct faces *faces)
{
    for (uint32_t i = 0; i < faces->coast->n_nodes; i++) {
        const struct part *part = &faces->parts[i];
        if (part->outer == EG_TOPOLOGY_NONE) continue;
        struct cycle *outer = &faces->cycles[part->outer];
        outer->outer = true;
        outer->known = true;
        if (part->has_extreme) outer->depth = eg_topology_near_winding(&faces->coast->near, part->extreme);
        spread(faces, part->outer);
    }
}

static bool has_two_owners(const struct faces *faces, uint32_t first_dart)
{
    uint32_t dart = first_dart;
    do {
        if (piece_of(faces, dart)->area != piece_of(faces, first_dart)->area) return true;
        dart = next_dart(faces, dart);
    } while (dart != first_dart);
    return false;
}

/* The loop stack[begin .. end-1], which comes back to where it began: does it run around the face, rather than around an
 * island that touches the face's border at that node? */
static bool goes_around(const struct faces *faces, uint32_t begin, uint32_t end)
{
    struct surveyor surveyor = {0};
    for (uint32_t i = begin; i < end; i++) {
        survey_dart(faces, faces->stack[i], &surveyor);
        survey_turn(faces, faces->stack[i], faces->stack[i + 1 < end ? i + 1 : begin], &surveyor);
    }
    return !surveyor.turns_left;
}

static bool loop_has_two_owners(const struct faces *faces, uint32_t begin, uint32_t end)
{
    uint32_t area = piece_of(faces, faces->stack[begin])->area;
    for (uint32_t i = begin + 1; i < end; i++) {
        if (piece_of(faces, faces->stack[i])->area != area) return true;
    }
    return false;
}

static void forget_visits(struct faces *faces, uint32_t begin, uint32_t end)
{
    for (uint32_t i = begin; i < end; i++) faces->visit[tail_of(faces, faces->stack[i])] = EG_TOPOLOGY_NONE;
}

/* Do two areas enclose the face? Islands that touch its border do not: wherever the cycle comes back to a node, the loop
 * since the last visit is either the face's outer border, which decides, or an island, which is taken off. */
static bool is_enclosed_by_two(struct faces *faces, uint32_t first_dart)
{
    uint32_t begin = 0, n = 0, dart = first_dart;
    if (!has_two_owners(faces, first_dart)) return false;
    do {
        uint32_t node = tail_of(faces, dart);
        if (faces->visit[node] != EG_TOPOLOGY_NONE) {
            begin = faces->visit[node];
            if (goes_around(faces, begin, n)) break;
            forget_visits(faces, begin, n);
            n = begin;
            begin = 0;
        }
        faces->visit[node] = n;
        faces->stack[n++] = dart;
        dart = next_dart(faces, dart);
    } while (dart != first_dart);
    forget_visits(faces, 0, n);
    return loop_has_two_owners(faces, begin, n);
}

static uint32_t count_gaps(struct faces *faces)
{
    uint32_t n_gaps = 0;
    for (uint32_t c = 0; c < faces->n_cycles; c++) {
        const struct cycle *cycle = &faces->cycles[c];
        if (!cycle->outer && cycle->depth == 0 && is_enclosed_by_two(faces, cycle->dart)) n_gaps++;
    }
    return n_gaps;
}

static void mark_seeds(const struct faces *faces, bool *seed)
{
    for (uint32_t d = 0; d < faces->n_darts; d += 2) {
        int32_t right = faces->cycles[faces->cycle_of[d]].depth,
                left = faces->cycles[faces->cycle_of[d ^ 1]].depth;
        if (right != 0 || left != 1) seed[piece_of(faces, d)->area] = true;
    }
}

static bool allocate(struct faces *faces)
{
    size_t n_darts = faces->n_darts, n_nodes = faces->coast->n_nodes;
    faces->spokes = eg_memory_array(n_darts, sizeof *faces->spokes);
    faces->place = eg_memory_array(n_darts, sizeof *faces->place);
    faces->node_start = eg_memory_array(n_nodes + 1, sizeof *faces->node_start);
    faces->cycle_of = eg_memory_array(n_darts, sizeof *faces->cycle_of);
    faces->cycles = eg_memory_array(n_darts, sizeof *faces->cycles);
    faces->parts = eg_memory_array(n_nodes, sizeof *faces->parts);
    faces->stack = eg_memory_array(n_darts, sizeof *faces->stack);
    faces->visit = eg_memory_array(n_nodes, sizeof *faces->visit);
    return faces->visit && faces->spokes && faces->place && faces->node_start && faces->cycle_of &&
           faces->cycles && faces->parts && faces->stack;
}

static void faces_clear(struct faces *faces)
{
    free(faces->spokes);
    free(faces->place);
    free(faces->node_start);
    free(faces->cycle_of);
    free(faces->cycles);
    free(faces->parts);
    free(faces->stack);
    free(faces->visit);
}

enum eg_status eg_topology_faces(struct eg_topology_coast *coast, uint32_t *n_gaps_out, struct eg_error *err)
{
    struct faces faces = {.coast = coast, .n_darts = 2 * coast->n_pieces};
    enum eg_status st = EG_OK;

    if (allocate(&faces)) {
        memset(faces.visit, 0xff, coast->n_nodes * sizeof *faces.visit);
        order_spokes(&faces);
        trace_cycles(&faces);
        find_parts(&faces);
        count_depths(&faces);
        *n_gaps_out = count_gaps(&faces);
        mark_seeds(&faces, coast->seed);
    } else {
        st = eg_error_no_memory(err, faces.n_darts * sizeof *faces.spokes);
    }
    faces_clear(&faces);
    return st;
}
