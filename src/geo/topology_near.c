/* Which segments come near each other, and how often is a point enclosed?
 *
 * Segments that follow one another end to end are taken in chunks of 16, whose boxes stand in a packed tree; two chunks
 * whose boxes meet are compared segment by segment, after each segment has been tried against the other chunk's box. A
 * coast of 82,000 segments is 5,000 chunks; all its near pairs take about 5 ms. */
#include "geo/topology_near.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Longer chunks have larger boxes that meet more often, shorter ones make a larger tree. */
#define CHUNK_SEGMENTS 16

static struct eg_box segment_box(const struct eg_topology_segment *s)
{
    return eg_topology_edge_box(s->a, s->b);
}

/* The end of the chunk that begins at `begin`. */
static uint32_t chunk_end(const struct eg_topology_segment *segments, uint32_t begin, uint32_t n)
{
    uint32_t end = begin + 1;
    while (end < n && end - begin < CHUNK_SEGMENTS && eg_topology_equal(segments[end - 1].b, segments[end].a))
        end++;
    return end;
}

static struct eg_box chunk_box(const struct eg_topology_near *near, uint32_t chunk)
{
    struct eg_box box = segment_box(&near->segments[near->chunk_start[chunk]]);
    for (uint32_t i = near->chunk_start[chunk] + 1; i < near->chunk_start[chunk + 1]; i++) {
        box = eg_topology_join_boxes(box, segment_box(&near->segments[i]));
    }
    return box;
}

enum eg_status eg_topology_near_init(struct eg_topology_near *near,
                                     const struct eg_topology_segment *segments, uint32_t n,
                                     struct eg_error *err)
{
    struct eg_topology_near made = {.segments = segments};
    struct eg_box *boxes = NULL;
    enum eg_status st = EG_NO_MEMORY;

    for (uint32_t i = 0; i < n; i = chunk_end(segments, i, n)) made.n_chunks++;
    made.chunk_start = eg_memory_array((size_t)made.n_chunks + 1, sizeof *made.chunk_start);
    boxes = eg_memory_array(made.n_chunks, sizeof *boxes);
    if (!made.chunk_start || !boxes) {
        st = eg_error_no_memory(err, made.n_chunks * sizeof *boxes);
        goto done;
    }
    made.chunk_start[0] = 0;
    for (uint32_t c = 0; c < made.n_chunks; c++) {
        made.chunk_start[c + 1] = chunk_end(segments, made.chunk_start[c], n);
        boxes[c] = chunk_box(&made, c);
    }
    st = eg_topology_tree_init(&made.tree, boxes, made.n_chunks, err);
    if (!st) *near = made;
done:
    free(boxes);
    if (st) free(made.chunk_start);
    return st;
}

void eg_topology_near_clear(struct eg_topology_near *near)
{
    free(near->chunk_start);
    eg_topology_tree_clear(&near->tree);
    memset(near, 0, sizeof *near);
}

static int32_t clamp_to_grid(int64_t v)
{
    return v < INT32_MIN ? INT32_MIN : v > INT32_MAX ? INT32_MAX : (int32_t)v;
}

static struct eg_box grow(struct eg_box box, int64_t reach)
{
    return (struct eg_box){clamp_to_grid(box.min_x - reach), clamp_to_grid(box.min_y - reach),
                           clamp_to_grid(box.max_x + reach), clamp_to_grid(box.max_y + reach)};
}

/* One walk over the pairs. */
struct walk {
    const struct eg_topology_near *near;
    int64_t reach;
    eg_topology_near_fn *visit;
    void *context;
};

/* The segments of the chunk at `place` whose boxes come within reach of `box`. */
static uint32_t select_segments(const struct walk *walk, uint32_t place, struct eg_box box,
                                const struct eg_topology_segment **chosen)
{
    const struct eg_topology_near *near = walk->near;
    uint32_t chunk = near->tree.items[place], n = 0;
    struct eg_box wide = grow(box, walk->reach);

    for (uint32_t i = near->chunk_start[chunk]; i < near->chunk_start[chunk + 1]; i++) {
        if (eg_topology_boxes_meet(segment_box(&near->segments[i]), wide)) chosen[n++] = &near->segments[i];
    }
    return n;
}

static bool visit_within(const struct walk *walk, uint32_t place)
{
    const struct eg_topology_near *near = walk->near;
    uint32_t chunk = near->tree.items[place];

    for (uint32_t i = near->chunk_start[chunk]; i < near->chunk_start[chunk + 1]; i++) {
        struct eg_box wide = grow(segment_box(&near->segments[i]), walk->reach);
        for (uint32_t j = i + 1; j < near->chunk_start[chunk + 1]; j++) {
            if (!eg_topology_boxes_meet(wide, segment_box(&near->segments[j]))) continue;
            if (!walk->visit(walk->context, &near->segments[i], &near->segments[j])) return false;
        }
    }
    return true;
}

static bool visit_between(const struct walk *walk, uint32_t place, uint32_t other)
{
    const struct eg_topology_segment *ours[CHUNK_SEGMENTS], *theirs[CHUNK_SEGMENTS];
    const struct eg_box *boxes = walk->near->tree.boxes;
    uint32_t n_ours = select_segments(walk, place, boxes[other], ours);
    if (n_ours == 0) return true;
    uint32_t n_theirs = select_segments(walk, other, boxes[place], theirs);

    for (uint32_t i = 0; i < n_ours; i++) {
        struct eg_box wide = grow(segment_box(ours[i]), walk->reach);
        for (uint32_t j = 0; j < n_theirs; j++) {
            if (!eg_topology_boxes_meet(wide, segment_box(theirs[j]))) continue;
            if (!walk->visit(walk->context, ours[i], theirs[j])) return false;
        }
    }
    return true;
}

bool eg_topology_near_pairs(const struct eg_topology_near *near, double reach, eg_topology_near_fn *visit,
                            void *context)
{
    struct walk walk = {near, (int64_t)ceil(reach), visit, context};

    for (uint32_t place = 0; place < near->n_chunks; place++) {
        struct eg_box wide = grow(near->tree.boxes[place], walk.reach);
        struct eg_topology_query query = eg_topology_query_start(&near->tree, wide, place + 1);
        if (!visit_within(&walk, place)) return false;
        for (uint32_t other; (other = eg_topology_query_next(&query)) != EG_TOPOLOGY_NONE;) {
            if (!visit_between(&walk, place, other)) return false;
        }
    }
    return true;
}

/* What a ray that comes from the west just above v's latitude gains by crossing from a to b's other side: an edge that
 * goes down has its area to the east. */
static int32_t crossing(struct eg_point a, struct eg_point b, int32_t y)
{
    return (int32_t)(a.y > y) - (int32_t)(b.y > y);
}

static int32_t crossing_before(const struct eg_topology_segment *s, struct eg_point v)
{
    int32_t gain = crossing(s->a, s->b, v.y);
    if (gain == 0) return 0;
    return eg_topology_side(s->a, s->b, v) == gain ? gain : 0; /* going down, what lies east lies left */
}

int32_t eg_topology_near_winding(const struct eg_topology_near *near, struct eg_point v)
{
    struct eg_box ray = {INT32_MIN, v.y, v.x, v.y};
    struct eg_topology_query query = eg_topology_query_start(&near->tree, ray, 0);
    int32_t sum = 0;

    for (uint32_t place; (place = eg_topology_query_next(&query)) != EG_TOPOLOGY_NONE;) {
        uint32_t chunk = near->tree.items[place];
        uint32_t begin = near->chunk_start[chunk], end = near->chunk_start[chunk + 1];
        if (near->tree.boxes[place].max_x < v.x) { /* all before v: only the two ends of the chain count */
            sum += crossing(near->segments[begin].a, near->segments[end - 1].b, v.y);
            continue;
        }
        for (uint32_t i = begin; i < end; i++) sum += crossing_before(&near->segments[i], v);
    }
    return sum;
}
