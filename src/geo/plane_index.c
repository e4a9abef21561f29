/* Which arcs may be in a box: a packed tree over the arcs in their own order.
 *
 * Arcs come in Hilbert order, so a run of 16 neighbours in memory is a patch on the map; tier 0 holds the boxes of those
 * runs, tier 1 the boxes of runs of 16 runs, and so on up to one root. England: 6,221 + 389 + 25 + 2 + 1 boxes, 106 kB.
 * A walk needs no stack: from the tier and the number of a box follow its first child (number * 16, one tier down) and,
 * behind the last of 16 siblings, the parent's next sibling. It runs through the arcs in ascending order. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "geo/plane_internal.h"

#define TIERS_MAX 8U /* 16^8 = 2^32 arcs */

static struct eg_box join(struct eg_box a, const struct eg_box *b)
{
    if (b->min_x < a.min_x) a.min_x = b->min_x;
    if (b->min_y < a.min_y) a.min_y = b->min_y;
    if (b->max_x > a.max_x) a.max_x = b->max_x;
    if (b->max_y > a.max_y) a.max_y = b->max_y;
    return a;
}

static uint32_t parents_of(uint32_t n)
{
    return n / EG_PLANE_FANOUT + (n % EG_PLANE_FANOUT > 0);
}

static void fill_tier(const struct eg_box *child, uint32_t n_children, struct eg_box *parent)
{
    for (uint32_t i = 0; i < n_children; i++) {
        struct eg_box *run = &parent[i / EG_PLANE_FANOUT];
        *run = i % EG_PLANE_FANOUT == 0 ? child[i] : join(*run, &child[i]);
    }
}

enum eg_status eg_plane_index(struct eg_plane *plane, struct eg_error *err)
{
    uint32_t n_tiers = 0;
    for (uint32_t n = plane->n_arcs; n > 1 || (n == 1 && n_tiers == 0); n_tiers++) {
        EG_ASSERT(n_tiers < TIERS_MAX);
        n = parents_of(n);
        plane->tier_start[n_tiers + 1] = plane->tier_start[n_tiers] + n;
    }
    plane->n_tiers = n_tiers;
    uint32_t n_boxes = plane->tier_start[n_tiers];
    plane->tier_box = eg_memory_array(n_boxes, sizeof *plane->tier_box);
    if (!plane->tier_box) return eg_error_no_memory(err, n_boxes * sizeof *plane->tier_box);
    const struct eg_box *child = plane->arc_box;
    uint32_t n_children = plane->n_arcs;
    for (uint32_t t = 0; t < n_tiers; t++) {
        struct eg_box *parent = plane->tier_box + plane->tier_start[t];
        fill_tier(child, n_children, parent);
        child = parent;
        n_children = plane->tier_start[t + 1] - plane->tier_start[t];
    }
    if (n_boxes > 0) plane->box = plane->tier_box[n_boxes - 1];
    return EG_OK;
}

struct eg_plane_walk eg_plane_walk_begin(const struct eg_plane *plane)
{
    return (struct eg_plane_walk){.tier = plane->n_tiers > 0 ? plane->n_tiers - 1 : 0};
}

/* The box after this one and everything beneath it. */
static void step_over(const struct eg_plane *plane, struct eg_plane_walk *walk)
{
    walk->node++;
    while (walk->tier < plane->n_tiers) {
        uint32_t n = plane->tier_start[walk->tier + 1] - plane->tier_start[walk->tier];
        if (walk->node < n && walk->node % EG_PLANE_FANOUT != 0) return;
        walk->node = parents_of(walk->node);
        walk->tier++;
    }
}

static bool contains(const struct eg_box *outer, const struct eg_box *inner)
{
    return (outer->min_x <= inner->min_x) & (outer->max_x >= inner->max_x) & (outer->min_y <= inner->min_y) &
           (outer->max_y >= inner->max_y);
}

static void take_run(const struct eg_plane *plane, struct eg_plane_walk *walk, bool inside)
{
    uint64_t width = EG_PLANE_FANOUT;
    for (uint32_t t = 0; t < walk->tier; t++) width *= EG_PLANE_FANOUT;
    uint64_t end = (walk->node + 1) * width;
    walk->first = (uint32_t)(walk->node * width);
    walk->end = end < plane->n_arcs ? (uint32_t)end : plane->n_arcs;
    walk->inside = inside;
}

bool eg_plane_walk_next(const struct eg_plane *plane, struct eg_plane_walk *walk, const struct eg_box *box)
{
    while (walk->tier < plane->n_tiers) {
        const struct eg_box *here = &plane->tier_box[plane->tier_start[walk->tier] + walk->node];
        if (!eg_plane_meets(here, box)) {
            step_over(plane, walk);
            continue;
        }
        bool inside = contains(box, here);
        if (walk->tier == 0 || inside) {
            take_run(plane, walk, inside);
            step_over(plane, walk);
            return true;
        }
        walk->tier--;
        walk->node *= EG_PLANE_FANOUT;
    }
    return false;
}

uint32_t eg_plane_query(const struct eg_plane *plane, struct eg_box box, uint32_t *arcs_out)
{
    uint32_t n = 0;
    struct eg_plane_walk walk = eg_plane_walk_begin(plane);
    while (eg_plane_walk_next(plane, &walk, &box)) {
        if (walk.inside) {
            for (uint32_t a = walk.first; a < walk.end; a++) arcs_out[n++] = a;
            continue;
        }
        /* Written first and counted after: the loop has no branch to mispredict, and n never overtakes a. */
        for (uint32_t a = walk.first; a < walk.end; a++) {
            arcs_out[n] = a;
            n += eg_plane_meets(&plane->arc_box[a], &box);
        }
    }
    return n;
}

void eg_plane_spread(const struct eg_plane *plane, uint32_t level, struct eg_box box, uint32_t n_slices,
                     uint32_t *n_vertices_out)
{
    const uint32_t *start = plane->level[level < plane->n_levels ? level : plane->n_levels - 1].start;
    int64_t height = (int64_t)box.max_y - box.min_y + 1;
    memset(n_vertices_out, 0, n_slices * sizeof *n_vertices_out);
    uint32_t n_runs = plane->n_tiers > 0 && height > 0 ? plane->tier_start[1] : 0;
    for (uint32_t i = 0; i < n_runs; i++) {
        const struct eg_box *run = &plane->tier_box[i];
        if (!eg_plane_meets(run, &box)) continue;
        int64_t middle = ((int64_t)run->min_y + run->max_y) / 2;
        int64_t below_top = middle > box.max_y ? 0 : middle < box.min_y ? height - 1 : box.max_y - middle;
        uint32_t first = i * EG_PLANE_FANOUT;
        uint32_t end = plane->n_arcs - first < EG_PLANE_FANOUT ? plane->n_arcs : first + EG_PLANE_FANOUT;
        n_vertices_out[below_top * n_slices / height] += start[end] - start[first];
    }
}

bool eg_plane_touches(const struct eg_plane *plane, struct eg_box box)
{
    struct eg_plane_walk walk = eg_plane_walk_begin(plane);
    while (eg_plane_walk_next(plane, &walk, &box)) {
        if (walk.inside) return true;
        for (uint32_t a = walk.first; a < walk.end; a++)
            if (eg_plane_meets(&plane->arc_box[a], &box)) return true;
    }
    return false;
}

void eg_plane_area_boxes(const struct eg_plane *plane, struct eg_box *box_out)
{
    for (uint32_t i = 0; i < plane->n_areas; i++) box_out[i] = eg_box_empty();
    for (uint32_t a = 0; a < plane->n_arcs; a++) {
        const uint32_t side[2] = {plane->left[a], plane->right[a]};
        for (uint32_t s = 0; s < 2; s++) {
            if (side[s] == EG_NO_AREA) continue;
            struct eg_box *box = &box_out[side[s]];
            *box = eg_box_is_empty(*box) ? plane->arc_box[a] : join(*box, &plane->arc_box[a]);
        }
    }
}
