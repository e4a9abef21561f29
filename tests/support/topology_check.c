#include "support/topology_check.h"

#include <stdbool.h>
#include <stdlib.h>

static bool same_point(struct eg_point a, struct eg_point b)
{
    return a.x == b.x && a.y == b.y;
}

static const char *arcs_fault(const struct eg_topology *t)
{
    if (t->arc_start[0] != 0) return "the first arc does not start at 0";
    for (uint32_t a = 0; a < t->n_arcs; a++) {
        if (t->arc_start[a + 1] < t->arc_start[a] + 2) return "an arc has less than two points";
        if (t->left[a] >= t->n_areas) return "an arc's left area does not exist";
        if (t->right[a] >= t->n_areas && t->right[a] != EG_NO_AREA)
            return "an arc's right area does not exist";
        if (t->right[a] == t->left[a]) return "an arc has one area on both sides";
        for (uint32_t i = t->arc_start[a]; i + 1 < t->arc_start[a + 1]; i++) {
            if (same_point(t->points[i], t->points[i + 1])) return "an arc repeats a point";
        }
    }
    return NULL;
}

static struct eg_point end_of(const struct eg_topology *t, int32_t ref, bool last)
{
    uint32_t arc = (uint32_t)(ref < 0 ? ~ref : ref);
    bool at_end = ref < 0 ? !last : last;
    return t->points[at_end ? t->arc_start[arc + 1] - 1 : t->arc_start[arc]];
}

/* Marks the arc's side as used; the fault, if any. */
static const char *use_side(const struct eg_topology *t, int32_t ref, uint32_t area, uint8_t *used)
{
    uint32_t arc = (uint32_t)(ref < 0 ? ~ref : ref);
    if (arc >= t->n_arcs) return "a ring refers to no arc";
    uint8_t side = ref < 0 ? 2 : 1;
    if ((ref < 0 ? t->right[arc] : t->left[arc]) != area) return "a ring walks an arc on another area's side";
    if (used[arc] & side) return "an arc's side is in two rings";
    used[arc] |= side;
    return NULL;
}

static const char *ring_fault(const struct eg_topology *t, uint32_t ring, uint8_t *used)
{
    uint32_t begin = t->ring_ref_start[ring], end = t->ring_ref_start[ring + 1];
    if (end <= begin) return "a ring has no arcs";
    if (t->ring_area[ring] >= t->n_areas) return "a ring's area does not exist";
    for (uint32_t i = begin; i < end; i++) {
        const char *fault = use_side(t, t->ring_refs[i], t->ring_area[ring], used);
        if (fault) return fault;
        int32_t next = t->ring_refs[i + 1 < end ? i + 1 : begin];
        if (!same_point(end_of(t, t->ring_refs[i], true), end_of(t, next, false)))
            return "a ring is not closed";
    }
    return NULL;
}

const char *eg_test_topology_fault(const struct eg_topology *t)
{
    const char *fault = arcs_fault(t);
    uint8_t *used = calloc((size_t)t->n_arcs + 1, 1);
    if (!used) return "no memory for the check";
    for (uint32_t r = 0; !fault && r < t->n_rings; r++) fault = ring_fault(t, r, used);
    for (uint32_t a = 0; !fault && a < t->n_arcs; a++) {
        if (used[a] != (t->right[a] == EG_NO_AREA ? 1 : 3)) fault = "an arc's side is in no ring";
    }
    free(used);
    return fault;
}

static int64_t chain_area2(const struct eg_point *points, uint32_t n)
{
    uint64_t sum = 0; /* modulo 2^64: what overflows on the way comes back */
    for (uint32_t i = 0; i + 1 < n; i++) {
        sum += (uint64_t)((int64_t)points[i].x * points[i + 1].y) -
               (uint64_t)((int64_t)points[i].y * points[i + 1].x);
    }
    return (int64_t)sum;
}

int64_t eg_test_topology_area2(const struct eg_topology *t, uint32_t area)
{
    int64_t sum = 0;
    for (uint32_t a = 0; a < t->n_arcs; a++) {
        int64_t part = chain_area2(t->points + t->arc_start[a], t->arc_start[a + 1] - t->arc_start[a]);
        if (t->left[a] == area) sum += part;
        if (t->right[a] == area) sum -= part;
    }
    return sum;
}

int64_t eg_test_rings_area2(const struct eg_rings *rings, uint32_t area)
{
    int64_t sum = 0;
    for (uint32_t r = 0; r < rings->n_rings; r++) {
        if (rings->ring_area[r] != area) continue;
        const struct eg_point *points = rings->points + rings->ring_start[r];
        uint32_t n = rings->ring_start[r + 1] - rings->ring_start[r];
        struct eg_point closing[2] = {points[n - 1], points[0]};
        int64_t part = llabs(chain_area2(points, n) + chain_area2(closing, 2));
        sum += rings->ring_is_hole[r] ? -part : part;
    }
    return sum;
}
