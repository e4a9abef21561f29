/* What two outlines share is not built: squares are looked at, the largest first. How deep a spot lies inside both can change no faster than
 * one moves. So the depth of a square's centre tells that its circle fits, or that no circle fits with its centre anywhere in the square;
 * otherwise the square is quartered. Each square knows the edges that are near enough to count for it, which are soon a few.
 *
 * Centres are grid points, and their sides are told exactly: a centre is inside when its parent was, unless the way from there, first east or
 * west, then north or south, crosses an odd number of edges. A point counts as moved by a hair to the east, and by far less than that to
 * the north, so it is never on an edge. */
#include "geo/outline.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

__extension__ typedef __int128 wide_int;

/* --- edges --------------------------------------------------------------------------------------------------------------- */

bool eg_outline_add(struct eg_outline *outline, struct eg_point a, struct eg_point b)
{
    if (a.x == b.x && a.y == b.y) return true;
    void *edges = outline->edges;
    if (!eg_memory_reserve(&edges, &outline->capacity, outline->n + 1, sizeof *outline->edges)) return false;
    outline->edges = edges;
    if (outline->n == 0) outline->box = eg_box_empty();
    outline->edges[outline->n++] = (struct eg_outline_edge){a, b};
    outline->box = eg_box_add(eg_box_add(outline->box, a), b);
    return true;
}

static bool add_arc(struct eg_outline *outline, const struct eg_plane_level *level, uint32_t arc)
{
    for (uint32_t i = level->start[arc]; i + 1 < level->start[arc + 1]; i++)
        if (!eg_outline_add(outline, level->points[i], level->points[i + 1])) return false;
    return true;
}

enum eg_status eg_outline_add_area(struct eg_outline *outline, const struct eg_plane *plane, uint32_t area,
                                   struct eg_box box, struct eg_error *err)
{
    if (eg_box_is_empty(box)) return EG_OK;
    uint32_t *arcs = eg_memory_array(plane->n_arcs, sizeof *arcs);
    if (!arcs) return eg_error_no_memory(err, plane->n_arcs * sizeof *arcs);
    uint32_t n = eg_plane_query(plane, box, arcs);
    bool good = true;
    for (uint32_t i = 0; i < n && good; i++) {
        bool bounds_it = (plane->left[arcs[i]] == area) != (plane->right[arcs[i]] == area);
        if (bounds_it) good = add_arc(outline, &plane->level[0], arcs[i]);
    }
    free(arcs);
    return good ? EG_OK : eg_error_no_memory(err, outline->n * sizeof *outline->edges);
}

void eg_outline_clear(struct eg_outline *outline)
{
    free(outline->edges);
    *outline = (struct eg_outline){0};
}

/* --- the middle ---------------------------------------------------------------------------------------------------------- */

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Where edges cross the row half a unit above y, ascending. crossings[outline->n] */
static size_t cross_row(const struct eg_outline *outline, int32_t y, double *crossings)
{
    size_t n = 0;
    for (size_t i = 0; i < outline->n; i++) {
        struct eg_point a = outline->edges[i].a, b = outline->edges[i].b;
        if ((a.y > y) == (b.y > y)) continue;
        double along = (y + 0.5 - a.y) / ((double)b.y - a.y);
        crossings[n++] = a.x + along * ((double)b.x - a.x);
    }
    qsort(crossings, n, sizeof *crossings, compare_doubles);
    return n;
}

enum eg_status eg_outline_middle(const struct eg_outline *outline, bool *found_out, double *x_out,
                                 double *y_out, struct eg_error *err)
{
    *found_out = false;
    if (outline->n == 0 || outline->box.min_y == outline->box.max_y) return EG_OK;
    int32_t y = (int32_t)(((int64_t)outline->box.min_y + outline->box.max_y) / 2);
    if (y == outline->box.max_y) y--; /* half a unit above must still be inside */
    double *crossings = eg_memory_array(outline->n, sizeof *crossings);
    if (!crossings) return eg_error_no_memory(err, outline->n * sizeof *crossings);
    size_t n = cross_row(outline, y, crossings), widest = 0;
    for (size_t i = 2; i + 1 < n; i += 2)
        if (crossings[i + 1] - crossings[i] > crossings[widest + 1] - crossings[widest]) widest = i;
    if (n >= 2) {
        *found_out = true;
        *x_out = (crossings[widest] + crossings[widest + 1]) / 2;
        *y_out = y + 0.5;
    }
    free(crossings);
    return EG_OK;
}

/* --- sides --------------------------------------------------------------------------------------------------------------- */

struct spot {
    int64_t x, y;
};

static bool is_east_of(const struct eg_outline_edge *edge, struct spot spot)
{
    struct eg_point low = edge->a.y <= edge->b.y ? edge->a : edge->b;
    struct eg_point high = edge->a.y <= edge->b.y ? edge->b : edge->a;
    if (spot.y < low.y || spot.y >= high.y) return false;
    return (wide_int)((int64_t)high.x - low.x) * (spot.y - low.y) >
           (wide_int)(spot.x - low.x) * ((int64_t)high.y - low.y);
}

/* On the edge it is north where the edge rises, as the spot is moved by a hair to the east. */
static bool is_north_of(const struct eg_outline_edge *edge, struct spot spot)
{
    struct eg_point west = edge->a.x <= edge->b.x ? edge->a : edge->b;
    struct eg_point east = edge->a.x <= edge->b.x ? edge->b : edge->a;
    if (spot.x < west.x || spot.x >= east.x) return false;
    wide_int above = (wide_int)((int64_t)east.y - west.y) * (spot.x - west.x) -
                     (wide_int)(spot.y - west.y) * ((int64_t)east.x - west.x);
    return above > 0 || (above == 0 && east.y > west.y);
}

static bool is_inside(const struct eg_outline *outline, struct spot spot)
{
    bool inside = false;
    for (size_t i = 0; i < outline->n; i++) inside ^= is_east_of(&outline->edges[i], spot);
    return inside;
}

static bool is_crossed(const struct eg_outline_edge *edge, struct spot from, struct spot to)
{
    struct spot corner = {to.x, from.y};
    return (is_east_of(edge, from) != is_east_of(edge, corner)) ^
           (is_north_of(edge, corner) != is_north_of(edge, to));
}

static double distance_to(const struct eg_outline_edge *edge, struct spot spot)
{
    double dx = (double)edge->b.x - edge->a.x, dy = (double)edge->b.y - edge->a.y;
    double x = (double)(spot.x - edge->a.x), y = (double)(spot.y - edge->a.y);
    double along = fmin(1, fmax(0, (x * dx + y * dy) / (dx * dx + dy * dy)));
    return hypot(x - along * dx, y - along * dy);
}

/* --- shared ground ------------------------------------------------------------------------------------------------------- */

struct square {
    struct spot centre;
    int64_t half; /* of its side */
    bool in[2];   /* each outline */
    size_t at[2]; /* where its edges of each begin in the list */
    size_t n[2];  /* edges no farther from the centre than its corners and `clear` beyond */
    double
        depth; /* of the centre inside both; what is deeper than `clear` and the corners' distance may count as that */
};

struct search {
    const struct eg_outline *outline[2];
    double clear;
    uint32_t *list; /* of numbers of edges, used as a stack */
    size_t n, capacity;
    bool no_memory;
};

static bool push(struct search *search, uint32_t edge)
{
    void *list = search->list;
    if (!eg_memory_reserve(&list, &search->capacity, search->n + 1, sizeof *search->list)) {
        search->no_memory = true;
        return false;
    }
    search->list = list;
    search->list[search->n++] = edge;
    return true;
}

static double reach_of(const struct square *square)
{
    return M_SQRT2 * (double)square->half;
}

/* What the centre's depth and the square's edges are, among those of the square that it is a quarter of. */
static void look_up(struct search *search, const struct square *parent, struct square *square)
{
    double reach = reach_of(square) + search->clear;
    square->depth = INFINITY;
    for (int k = 0; k < 2; k++) {
        double nearest = reach;
        square->in[k] = parent->in[k];
        square->at[k] = search->n;
        for (size_t i = 0; i < parent->n[k]; i++) {
            uint32_t number = search->list[parent->at[k] + i];
            const struct eg_outline_edge *edge = &search->outline[k]->edges[number];
            square->in[k] ^= is_crossed(edge, parent->centre, square->centre);
            double distance = distance_to(edge, square->centre);
            nearest = fmin(nearest, distance);
            if (distance <= reach && !push(search, number)) return;
        }
        square->n[k] = search->n - square->at[k];
        square->depth = fmin(square->depth, square->in[k] ? nearest : -nearest);
    }
}

static bool may_hold(const struct search *search, const struct square *square)
{
    return square->depth + reach_of(square) >= search->clear && (double)square->half >= search->clear / 32;
}

static bool holds_circle(struct search *search, const struct square *square);

static bool quarters_hold(struct search *search, const struct square *square)
{
    struct square quarters[4];
    int64_t half = square->half / 2;
    for (int i = 0; i < 4; i++) {
        int64_t x = square->centre.x + (i & 1 ? half : -half), y = square->centre.y + (i & 2 ? half : -half);
        quarters[i] = (struct square){.centre = {x, y}, .half = half};
        look_up(search, square, &quarters[i]);
        if (search->no_memory) return false;
        if (quarters[i].depth >= search->clear) return true;
        for (int k = i; k > 0 && quarters[k].depth > quarters[k - 1].depth; k--) { /* the deepest first */
            struct square other = quarters[k];
            quarters[k] = quarters[k - 1];
            quarters[k - 1] = other;
        }
    }
    for (int i = 0; i < 4; i++)
        if (may_hold(search, &quarters[i]) && holds_circle(search, &quarters[i])) return true;
    return false;
}

static bool holds_circle(struct search *search, const struct square *square)
{
    size_t n = search->n;
    bool holds = quarters_hold(search, square);
    search->n = n;
    return holds;
}

static struct eg_box common_of(struct eg_box a, struct eg_box b)
{
    return (struct eg_box){a.min_x > b.min_x ? a.min_x : b.min_x, a.min_y > b.min_y ? a.min_y : b.min_y,
                           a.max_x < b.max_x ? a.max_x : b.max_x, a.max_y < b.max_y ? a.max_y : b.max_y};
}

/* A square around the box, whose half is a power of two. */
static struct square square_around(struct eg_box box)
{
    struct square square = {.half = 2};
    int64_t wide = (int64_t)box.max_x - box.min_x, high = (int64_t)box.max_y - box.min_y;
    square.centre = (struct spot){box.min_x + wide / 2, box.min_y + high / 2};
    while (2 * square.half < wide + 2 || 2 * square.half < high + 2) square.half *= 2;
    return square;
}

/* Only edges near the first square can count in it, its centre's sides apart. */
static bool begin_lists(struct search *search, struct square *square)
{
    double reach = (double)square->half + search->clear;
    for (int k = 0; k < 2; k++) {
        const struct eg_outline *outline = search->outline[k];
        square->in[k] = is_inside(outline, square->centre);
        square->at[k] = search->n;
        for (size_t i = 0; i < outline->n; i++) {
            const struct eg_outline_edge *edge = &outline->edges[i];
            double ax = (double)(edge->a.x - square->centre.x), bx = (double)(edge->b.x - square->centre.x);
            double ay = (double)(edge->a.y - square->centre.y), by = (double)(edge->b.y - square->centre.y);
            bool is_far = fmin(ax, bx) > reach || fmax(ax, bx) < -reach || fmin(ay, by) > reach ||
                          fmax(ay, by) < -reach;
            if (!is_far && !push(search, (uint32_t)i)) return false;
        }
        square->n[k] = search->n - square->at[k];
    }
    return true;
}

enum eg_status eg_outline_share(const struct eg_outline *one, const struct eg_outline *other, double clear,
                                bool *share_out, struct eg_error *err)
{
    *share_out = false;
    if (one->n == 0 || other->n == 0) return EG_OK;
    struct eg_box common = common_of(one->box, other->box);
    double wide = (double)common.max_x - common.min_x, high = (double)common.max_y - common.min_y;
    if (wide < 2 * clear || high < 2 * clear) return EG_OK;
    struct search search = {.outline = {one, other}, .clear = clear};
    struct square square = square_around(common);
    if (begin_lists(&search, &square)) *share_out = holds_circle(&search, &square);
    free(search.list);
    if (search.no_memory) return eg_error_no_memory(err, search.n * sizeof *search.list);
    return EG_OK;
}
