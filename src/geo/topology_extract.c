/* Stage 1: from the caller's rings to a clean set.
 *
 * A clean ring has at least three points, no two successive ones equal, no spike (a, b, a), encloses something, and runs
 * with its area on the left: shells counter-clockwise, holes clockwise, by the sign of their exact area. None of what is
 * removed carries area, so sums over borders stay what they were. The copy costs 8 bytes a point.
 *
 * The direction of a ring also gives its turning number (how often its direction turns around, +-1 for a ring that does
 * not cross itself): any other value marks the area as suspect. That misses rings that cross themselves in both senses
 * equally often. */
#include "geo/topology_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Appends a point to ring[n], removing what would be a repeated point or a spike; returns the new length. */
static inline uint32_t push_point(struct eg_point *ring, uint32_t n, struct eg_point p)
{
    if (n > 0 && eg_topology_equal(ring[n - 1], p)) return n;
    if (n > 1 && eg_topology_equal(ring[n - 2], p)) return n - 1;
    ring[n] = p;
    return n + 1;
}

/* Removes repeated points and spikes across the ring's end. */
static uint32_t close_ring(struct eg_point *ring, uint32_t n)
{
    uint32_t low = 0;
    while (n - low >= 3) {
        if (eg_topology_equal(ring[n - 1], ring[low])) {
            n--;
        } else if (eg_topology_equal(ring[n - 2], ring[low])) {
            n -= 2;
        } else if (eg_topology_equal(ring[n - 1], ring[low + 1])) {
            low++;
            n--;
        } else {
            break;
        }
    }
    memmove(ring, ring + low, (n - low) * sizeof *ring);
    return n - low;
}

static bool is_collinear(const struct eg_point *ring, uint32_t n)
{
    for (uint32_t i = 2; i < n; i++) {
        if (eg_topology_side(ring[0], ring[1], ring[i]) != 0) return false;
    }
    return true;
}

/* Has the ring a repeated point or a spike? Nearly none has; this loop is without branches. */
static bool needs_cleaning(const struct eg_point *points, uint32_t n)
{
    bool found = n < 3;
    for (uint32_t i = 2; i < n; i++) {
        found |= eg_topology_equal(points[i - 1], points[i]) | eg_topology_equal(points[i - 2], points[i]);
    }
    if (found) return true;
    return eg_topology_equal(points[n - 1], points[0]) || eg_topology_equal(points[0], points[1]) ||
           eg_topology_equal(points[n - 2], points[0]) || eg_topology_equal(points[n - 1], points[1]);
}

/* Copies a ring cleaned to `out`, which may lie before `points` in the same array; returns the points left, 0 when it
 * collapsed. */
static uint32_t clean_ring(const struct eg_point *points, uint32_t n, struct eg_point *out)
{
    uint32_t kept = 0;
    if (!needs_cleaning(points, n)) {
        memmove(out, points, n * sizeof *points);
        kept = n;
    } else {
        for (uint32_t i = 0; i < n; i++) kept = push_point(out, kept, points[i]);
        kept = close_ring(out, kept);
    }
    return kept < 3 || is_collinear(out, kept) ? 0 : kept;
}

struct shape {
    int direction; /* the sign of the area */
    int32_t turns; /* the turning number; 0 also when the ring turns back on itself */
};

static inline bool points_up(double dx, double dy)
{
    return (dy > 0) | ((dy == 0) & (dx > 0));
}

/* Exact, and slow. */
static struct shape survey_exactly(const struct eg_point *ring, uint32_t n)
{
    struct shape shape = {0, 0};
    eg_int128 area = 0;
    bool back = false;

    for (uint32_t i = 0; i < n; i++) {
        struct eg_point o = ring[i > 0 ? i - 1 : n - 1], p = ring[i], q = ring[i + 1 < n ? i + 1 : 0];
        bool up = points_up((double)p.x - o.x, (double)p.y - o.y);
        bool next_up = points_up((double)q.x - p.x, (double)q.y - p.y);
        int side = eg_topology_side(o, p, q);
        area += eg_topology_cross(ring[0], p, q);
        back |= up != next_up && side == 0;
        if (up != next_up && next_up == (side > 0)) shape.turns += side;
    }
    shape.direction = eg_topology_sign(area);
    if (back) shape.turns = 0;
    return shape;
}

/* The turning number counts how often the direction turns past east, to the left less to the right. Doubles decide in
 * nearly every case: the differences are exact, a product is off by at most 2^-53 of its size, and n sums by n times
 * that. No branches in the loop: whether a border goes up or down next is not to be predicted. */
static struct shape survey(const struct eg_point *ring, uint32_t n)
{
    double dx = (double)ring[0].x - ring[n - 1].x, dy = (double)ring[0].y - ring[n - 1].y;
    double area = 0, area_size = 0;
    bool up = points_up(dx, dy), unsure = false;
    int32_t turns = 0;

    for (uint32_t i = 0; i < n; i++) {
        struct eg_point p = ring[i], q = ring[i + 1 < n ? i + 1 : 0];
        double ex = (double)q.x - p.x, ey = (double)q.y - p.y;
        double x = (double)p.x - ring[0].x, y = (double)p.y - ring[0].y;
        bool next_up = points_up(ex, ey);
        double side = dx * ey - dy * ex, side_size = fabs(dx * ey) + fabs(dy * ex);
        area += x * ey - y * ex;
        area_size += fabs(x * ey) + fabs(y * ex);
        turns += (next_up & !up & (side > 0)) - (up & !next_up & (side < 0));
        unsure |= (up != next_up) & (fabs(side) <= side_size * 0x1p-50);
        dx = ex;
        dy = ey;
        up = next_up;
    }
    if (unsure || fabs(area) <= area_size * 0x1p-50 * n) return survey_exactly(ring, n);
    return (struct shape){area < 0 ? -1 : 1, turns};
}

static void reverse_ring(struct eg_point *ring, uint32_t n)
{
    for (uint32_t i = 0, j = n - 1; i < j; i++, j--) {
        struct eg_point p = ring[i];
        ring[i] = ring[j];
        ring[j] = p;
    }
}

static enum eg_status allocate_set(struct eg_topology_set *set, const struct eg_rings *rings,
                                   struct eg_error *err)
{
    size_t n_points = rings->n_rings > 0 ? rings->ring_start[rings->n_rings] : 0;

    set->n_areas = rings->n_areas;
    set->n_rings = 0;
    set->ring_area = eg_memory_array(rings->n_rings, sizeof *set->ring_area);
    set->ring_start = eg_memory_array((size_t)rings->n_rings + 1, sizeof *set->ring_start);
    set->points = eg_memory_array(n_points, sizeof *set->points);
    if (!set->ring_area || !set->ring_start || !set->points) {
        return eg_error_no_memory(err, n_points * sizeof *set->points);
    }
    set->ring_start[0] = 0;
    return EG_OK;
}

/* Appends what clean_ring wrote at the set's end. */
static void keep_ring(struct eg_topology_work *work, uint32_t area, uint32_t n)
{
    struct eg_topology_set *set = &work->set;
    if (n == 0) {
        work->report.n_rings_dropped++;
        return;
    }
    set->ring_area[set->n_rings] = area;
    set->ring_start[set->n_rings + 1] = set->ring_start[set->n_rings] + n;
    set->n_rings++;
}

static void extract_ring(struct eg_topology_work *work, const struct eg_rings *rings, uint32_t r)
{
    const struct eg_point *points = rings->points + rings->ring_start[r];
    uint32_t n = rings->ring_start[r + 1] - rings->ring_start[r];
    uint32_t area = rings->ring_area[r];
    struct eg_point *out = work->set.points + eg_topology_n_points(&work->set);

    EG_ASSERT(area < rings->n_areas);
    n = clean_ring(points, n, out);
    if (n > 0) {
        struct shape shape = survey(out, n);
        if (abs(shape.turns) != 1) work->suspect[area] = true;
        if ((shape.direction < 0) != rings->ring_is_hole[r]) reverse_ring(out, n);
    }
    keep_ring(work, area, n);
}

enum eg_status eg_topology_extract(struct eg_topology_work *work, const struct eg_rings *rings,
                                   struct eg_error *err)
{
    enum eg_status st = allocate_set(&work->set, rings, err);
    if (st) return st;
    work->report.n_ring_points = rings->n_rings > 0 ? rings->ring_start[rings->n_rings] : 0;
    for (uint32_t r = 0; r < rings->n_rings; r++) extract_ring(work, rings, r);
    return EG_OK;
}

void eg_topology_tidy(struct eg_topology_work *work)
{
    struct eg_topology_set *set = &work->set;
    uint32_t n_rings = set->n_rings;
    uint32_t start = 0;

    set->n_rings = 0;
    for (uint32_t r = 0; r < n_rings; r++) {
        uint32_t end = set->ring_start[r + 1]; /* read before keep_ring writes a place at or before it */
        struct eg_point *out = set->points + eg_topology_n_points(set);
        uint32_t n = clean_ring(set->points + start, end - start, out);
        keep_ring(work, set->ring_area[r], n);
        start = end;
    }
}
