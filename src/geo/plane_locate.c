/* Which area is at a point? The nearest border to the west tells.
 *
 * From the point walk west along its row. A segment (a, b) is crossed when exactly one end lies above the row: "on the
 * row" counts as below, so a vertex on the row is crossed once, and horizontal segments never. A crossing counts when it
 * is west of the point or at it. In other words the point that is asked for lies a little to the east of the one given
 * and, by far less, to the north: so a point on a border always belongs to the same one of its sides. Of several
 * crossings at one place (a junction) the nearest is the one whose segment leans furthest to the east. All tests are
 * exact: coordinates differ by less than 2^32, so products of three differences stay below 2^98, in 128 bits.
 *
 * The search box starts at about twice the extent of an average arc and widens fourfold until a crossing lies in it; in
 * it only arcs are looked at that reach east of the best crossing so far.
 *
 * Where the nearest crossing has an area on its east side, that area covers the point. Where it has none, the point is
 * outside, unless areas overlap: the east border of a neighbour that reaches into this area has nothing on its east side.
 * Where two crossings coincide (a strip that collapsed on the grid, a spike), either may be the one to the east. In both
 * cases all crossings to the west are counted, for all areas together: one more with an area to the east than to the west
 * means one area covers the point, and its number is the difference of the sums of numbers. Of several areas the lowest
 * number is found by bisection. This costs all arcs of the row (some hundred in England, about 10 microseconds). */
#include <math.h>

#include "geo/plane_internal.h"

__extension__ typedef __int128 wide_int;

struct crossing {
    struct eg_point low, high; /* the segment, high above the row */
    uint32_t east, west;       /* areas on its sides */
};

/* The first segment from `first` on of an arc of n points that is crossed west of the point or at it; n when none is. */
static uint32_t next_crossing(const struct eg_point *at, uint32_t first, uint32_t n, struct eg_point point)
{
    for (uint32_t i = first; i + 1 < n; i++) {
        bool above = at[i].y > point.y;
        if (above == (at[i + 1].y > point.y)) continue;
        const struct eg_point *low = above ? &at[i + 1] : &at[i];
        const struct eg_point *high = above ? &at[i] : &at[i + 1];
        wide_int run = (wide_int)((int64_t)high->x - low->x) * ((int64_t)point.y - low->y);
        wide_int rise = (wide_int)((int64_t)point.x - low->x) * ((int64_t)high->y - low->y);
        if (rise >= run) return i;
    }
    return n;
}

static struct crossing crossing_of(const struct eg_plane *plane, uint32_t arc, uint32_t segment)
{
    const struct eg_point *at = plane->level[0].points + plane->level[0].start[arc] + segment;
    if (at[0].y < at[1].y) return (struct crossing){at[0], at[1], plane->right[arc], plane->left[arc]};
    return (struct crossing){at[1], at[0], plane->left[arc], plane->right[arc]};
}

static int sign_of(wide_int v)
{
    return (v > 0) - (v < 0);
}

/* Above 0 when a crosses row y to the east of b (just above the row when both meet on it), 0 when they coincide there. */
static int compare(const struct crossing *a, const struct crossing *b, int32_t y)
{
    int64_t a_dx = (int64_t)a->high.x - a->low.x;
    int64_t a_dy = (int64_t)a->high.y - a->low.y;
    int64_t b_dx = (int64_t)b->high.x - b->low.x;
    int64_t b_dy = (int64_t)b->high.y - b->low.y;
    wide_int apart = (wide_int)a_dy * b_dy * ((int64_t)a->low.x - b->low.x);
    apart += (wide_int)a_dx * b_dy * ((int64_t)y - a->low.y);
    apart -= (wide_int)b_dx * a_dy * ((int64_t)y - b->low.y);
    if (apart != 0) return sign_of(apart);
    return sign_of((wide_int)a_dx * b_dy - (wide_int)b_dx * a_dy);
}

/* A whole number not east of where the crossing meets the row. */
static int32_t west_of(const struct crossing *c, int32_t y)
{
    double share = ((double)y - c->low.y) / ((double)c->high.y - c->low.y);
    double x = floor(c->low.x + share * ((double)c->high.x - c->low.x)) - 1;
    return x < INT32_MIN ? INT32_MIN : (int32_t)x;
}

struct nearest {
    struct eg_point point;
    struct eg_box row; /* one high, ends at the point in the east, begins at the best crossing in the west */
    struct crossing best;
    bool found;
    bool shared; /* another crossing coincides with the best one */
};

static void look_at_arc(const struct eg_plane *plane, uint32_t arc, struct nearest *nearest)
{
    const struct eg_plane_level *all = &plane->level[0];
    const struct eg_point *at = all->points + all->start[arc];
    struct eg_point point = nearest->point;
    uint32_t n = all->start[arc + 1] - all->start[arc];
    for (uint32_t i = next_crossing(at, 0, n, point); i < n; i = next_crossing(at, i + 1, n, point)) {
        struct crossing here = crossing_of(plane, arc, i);
        int further_east = nearest->found ? compare(&here, &nearest->best, point.y) : 1;
        if (further_east == 0) nearest->shared = true;
        if (further_east <= 0) continue;
        nearest->best = here;
        nearest->found = true;
        nearest->shared = false;
        int32_t west = west_of(&here, point.y);
        if (west > nearest->row.min_x) nearest->row.min_x = west;
    }
}

/* Looks at every arc that reaches into the row between `west` and the point. True when no crossing can be nearer than the
 * best one found: arcs that were left out lie west of `west`. */
static bool search_row(const struct eg_plane *plane, int32_t west, struct nearest *nearest)
{
    nearest->row = (struct eg_box){west, nearest->point.y, nearest->point.x, nearest->point.y};
    nearest->found = false;
    nearest->shared = false;
    struct eg_plane_walk walk = eg_plane_walk_begin(plane);
    while (eg_plane_walk_next(plane, &walk, &nearest->row)) {
        for (uint32_t a = walk.first; a < walk.end; a++) {
            if (eg_plane_meets(&plane->arc_box[a], &nearest->row)) look_at_arc(plane, a, nearest);
        }
    }
    return west == plane->box.min_x || (nearest->found && west_of(&nearest->best, nearest->point.y) >= west);
}

struct count {
    uint32_t limit;     /* areas from here on do not count */
    int64_t n_covering; /* crossings with an area to the east, less those with one to the west */
    int64_t sum;        /* the same of the areas' numbers */
};

static void count_arc(const struct eg_plane *plane, uint32_t arc, struct eg_point point, struct count *count)
{
    const struct eg_plane_level *all = &plane->level[0];
    const struct eg_point *at = all->points + all->start[arc];
    uint32_t n = all->start[arc + 1] - all->start[arc];
    for (uint32_t i = next_crossing(at, 0, n, point); i < n; i = next_crossing(at, i + 1, n, point)) {
        struct crossing here = crossing_of(plane, arc, i);
        bool east = here.east < count->limit;
        bool west = here.west < count->limit;
        count->n_covering += (int64_t)east - (int64_t)west;
        count->sum += (east ? (int64_t)here.east : 0) - (west ? (int64_t)here.west : 0);
    }
}

/* How many areas below `limit` cover the point, and the sum of their numbers. */
static struct count count_covering(const struct eg_plane *plane, struct eg_point point, uint32_t limit)
{
    struct eg_box row = {plane->box.min_x, point.y, point.x, point.y};
    struct count count = {.limit = limit};
    struct eg_plane_walk walk = eg_plane_walk_begin(plane);
    while (eg_plane_walk_next(plane, &walk, &row)) {
        for (uint32_t a = walk.first; a < walk.end; a++) {
            if (eg_plane_meets(&plane->arc_box[a], &row)) count_arc(plane, a, point, &count);
        }
    }
    return count;
}

static uint32_t lowest_covering(const struct eg_plane *plane, struct eg_point point)
{
    struct count all = count_covering(plane, point, plane->n_areas);
    if (all.n_covering <= 0) return EG_NO_AREA;
    if (all.n_covering == 1 && all.sum >= 0 && all.sum < plane->n_areas) return (uint32_t)all.sum;
    uint32_t none = 0; /* no area below this covers the point; some area below `some` does */
    uint32_t some = plane->n_areas;
    while (some - none > 1) {
        uint32_t middle = none + (some - none) / 2;
        if (count_covering(plane, point, middle).n_covering > 0) {
            some = middle;
        } else {
            none = middle;
        }
    }
    return none;
}

uint32_t eg_plane_locate(const struct eg_plane *plane, struct eg_point point)
{
    struct eg_box here = {point.x, point.y, point.x, point.y};
    if (plane->n_arcs == 0 || !eg_plane_meets(&plane->box, &here)) return EG_NO_AREA;
    struct nearest nearest = {.point = point};
    double extent = ((double)plane->box.max_x - plane->box.min_x) / sqrt(plane->n_arcs);
    int64_t width = (int64_t)(2 * extent) + 1;
    int32_t west;
    do {
        int64_t wanted = (int64_t)point.x - width;
        west = wanted > plane->box.min_x ? (int32_t)wanted : plane->box.min_x;
        width *= 4;
    } while (!search_row(plane, west, &nearest));
    if (!nearest.found) return EG_NO_AREA;
    bool certain = nearest.best.east != EG_NO_AREA && !nearest.shared;
    return certain ? nearest.best.east : lowest_covering(plane, point);
}
