/* The outline is cut into pieces of two kilometres at most, each a straight line through the ground: which point of it is the nearest
 * one is told by straight lines, which differ from geodesics by a metre in 100 km; the distance to that point is exact. A ball holds eight
 * pieces, another one eight such balls, and so on: what cannot hold anything nearer than what is known is passed over. */
#include "directory/near_outline.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "geo/crs.h"

#define PIECE_M 2000.0
#define FANOUT 8U
#define AXIS_M 6378137.0
#define POLAR_M 6356752.314245179
#define LEAST_BEND_M                                                                                         \
    6335000.0       /* no line on the ellipsoid is bent more sharply than a circle of this radius */
#define SHORT_M 2e6 /* up to here the chord alone gives close bounds */

/* --- spots --------------------------------------------------------------------------------------------------------------- */

void eg_near_spot(const struct eg_place *place, double spot_out[3])
{
    spot_out[0] = AXIS_M * place->direction[0];
    spot_out[1] = AXIS_M * place->direction[1];
    spot_out[2] = POLAR_M * place->direction[2];
}

static inline double distance2(const double a[3], const double b[3])
{
    double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
    return x * x + y * y + z * z;
}

double eg_near_chord_m(const double a[3], const double b[3])
{
    return sqrt(distance2(a, b));
}

/* Of a point in Mercator's metres: the sine and cosine of its latitude are those of hyperbolas. */
static void write_spot(double x_m, double y_m, double spot[3])
{
    const double excentricity2 = 1 - POLAR_M * POLAR_M / (AXIS_M * AXIS_M);
    double e = exp(y_m / AXIS_M), lon = x_m / AXIS_M;
    double sin_lat = (e * e - 1) / (e * e + 1), cos_lat = 2 * e / (e * e + 1);
    double across_m = AXIS_M / sqrt(1 - excentricity2 * sin_lat * sin_lat);
    spot[0] = across_m * cos_lat * cos(lon);
    spot[1] = across_m * cos_lat * sin(lon);
    spot[2] = across_m * (1 - excentricity2) * sin_lat;
}

/* --- making it ----------------------------------------------------------------------------------------------------------- */

static bool add_node(struct eg_near_outline *outline, double x, double y)
{
    void *nodes = outline->nodes;
    if (!eg_memory_reserve(&nodes, &outline->node_room, outline->n_nodes + 1, sizeof *outline->nodes))
        return false;
    outline->nodes = nodes;
    struct eg_near_node *node = &outline->nodes[outline->n_nodes++];
    node->x = x;
    node->y = y;
    write_spot(x * outline->unit, y * outline->unit, node->spot);
    return true;
}

static struct eg_near_ball *add_ball(struct eg_near_outline *outline, size_t first, size_t n)
{
    void *balls = outline->balls;
    if (!eg_memory_reserve(&balls, &outline->ball_room, outline->n_balls + 1, sizeof *outline->balls))
        return NULL;
    outline->balls = balls;
    struct eg_near_ball *ball = &outline->balls[outline->n_balls++];
    *ball = (struct eg_near_ball){.first = (uint32_t)first,
                                  .n = (uint32_t)n,
                                  .min_y = (double)INFINITY,
                                  .max_y = -(double)INFINITY,
                                  .max_x = -(double)INFINITY};
    return ball;
}

static void widen(struct eg_near_ball *ball, double max_x, double min_y, double max_y)
{
    ball->max_x = fmax(ball->max_x, max_x);
    ball->min_y = fmin(ball->min_y, min_y);
    ball->max_y = fmax(ball->max_y, max_y);
}

static void surround_nodes(const struct eg_near_outline *outline, struct eg_near_ball *ball)
{
    const struct eg_near_node *nodes = outline->nodes + ball->first;
    for (uint32_t i = 0; i < ball->n; i++) {
        widen(ball, nodes[i].x, nodes[i].y, nodes[i].y);
        for (int k = 0; k < 3; k++) ball->centre[k] += nodes[i].spot[k] / ball->n;
    }
    for (uint32_t i = 0; i < ball->n; i++)
        ball->radius_m = fmax(ball->radius_m, eg_near_chord_m(ball->centre, nodes[i].spot));
}

static void surround_balls(const struct eg_near_outline *outline, struct eg_near_ball *ball)
{
    const struct eg_near_ball *balls = outline->balls + ball->first;
    for (uint32_t i = 0; i < ball->n; i++) {
        widen(ball, balls[i].max_x, balls[i].min_y, balls[i].max_y);
        for (int k = 0; k < 3; k++) ball->centre[k] += balls[i].centre[k] / ball->n;
    }
    for (uint32_t i = 0; i < ball->n; i++)
        ball->radius_m =
            fmax(ball->radius_m, eg_near_chord_m(ball->centre, balls[i].centre) + balls[i].radius_m);
}

/* Balls around lines of an arc: the next one begins with the node that ends the last. */
static bool add_leaves(struct eg_near_outline *outline, size_t first)
{
    for (; first + 1 < outline->n_nodes; first += FANOUT) {
        size_t left = outline->n_nodes - first;
        struct eg_near_ball *ball = add_ball(outline, first, left < FANOUT + 1 ? left : FANOUT + 1);
        if (!ball) return false;
        surround_nodes(outline, ball);
    }
    return true;
}

static bool add_arc(struct eg_near_outline *outline, const struct eg_plane_level *level, uint32_t arc)
{
    double longest = PIECE_M / outline->unit;
    size_t first = outline->n_nodes;
    uint32_t at = level->start[arc], end = level->start[arc + 1];
    if (at == end || !add_node(outline, level->points[at].x, level->points[at].y)) return at == end;
    for (; at + 1 < end; at++) {
        struct eg_point a = level->points[at], b = level->points[at + 1];
        double x = (double)b.x - a.x, y = (double)b.y - a.y;
        uint32_t n = (uint32_t)ceil(fmax(1, sqrt(x * x + y * y) / longest));
        for (uint32_t i = 1; i < n; i++)
            if (!add_node(outline, a.x + x * i / n, a.y + y * i / n)) return false;
        if (!add_node(outline, b.x, b.y)) return false;
    }
    return add_leaves(outline, first);
}

static bool add_arcs(struct eg_near_outline *outline, const struct eg_plane *plane, uint32_t area,
                     uint32_t *arcs)
{
    uint32_t n = eg_plane_query(plane, outline->box, arcs);
    for (uint32_t i = 0; i < n; i++) {
        bool bounds_it = (plane->left[arcs[i]] == area) != (plane->right[arcs[i]] == area);
        if (bounds_it && !add_arc(outline, &plane->level[0], arcs[i])) return false;
    }
    return true;
}

static bool add_tiers(struct eg_near_outline *outline)
{
    if (outline->n_balls == 0) return true;
    uint32_t first = 0, end = (uint32_t)outline->n_balls;
    outline->tier_start[++outline->n_tiers] = end;
    while (end - first > 1) {
        for (uint32_t at = first; at < end; at += FANOUT) {
            struct eg_near_ball *ball = add_ball(outline, at, end - at < FANOUT ? end - at : FANOUT);
            if (!ball) return false;
            surround_balls(outline, ball);
        }
        first = end;
        end = (uint32_t)outline->n_balls;
        outline->tier_start[++outline->n_tiers] = end;
    }
    return true;
}

enum eg_status eg_near_outline_init(struct eg_near_outline *outline, const struct eg_area_set *set,
                                    uint32_t area, struct eg_error *err)
{
    *outline = (struct eg_near_outline){.box = set->area_box[area], .unit = set->plane->grid.unit};
    if (eg_box_is_empty(outline->box)) return EG_OK;
    uint32_t *arcs = eg_memory_array(set->plane->n_arcs, sizeof *arcs);
    bool good = arcs && add_arcs(outline, set->plane, area, arcs) && add_tiers(outline);
    free(arcs);
    return good ? EG_OK : eg_error_no_memory(err, outline->n_nodes * sizeof *outline->nodes);
}

void eg_near_outline_clear(struct eg_near_outline *outline)
{
    free(outline->nodes);
    free(outline->balls);
    *outline = (struct eg_near_outline){0};
}

/* --- asking it ----------------------------------------------------------------------------------------------------------- */

/* Balls that are still to be looked at, of each tier at most all but one of a ball's, and at the last all. */
struct walk {
    uint32_t ball[EG_NEAR_TIERS_MAX * FANOUT];
    uint32_t n;
};

static bool is_leaf(const struct eg_near_outline *outline, uint32_t ball)
{
    return ball < outline->tier_start[1];
}

struct nearest {
    double chord2, chord_m;
    uint32_t leaf, node;
    double along; /* share of the line from the node to the next */
};

static void look_at_leaf(const struct eg_near_outline *outline, uint32_t leaf, const double spot[3],
                         struct nearest *nearest)
{
    const struct eg_near_ball *ball = &outline->balls[leaf];
    for (uint32_t i = ball->first; i + 1 < ball->first + ball->n; i++) {
        const double *a = outline->nodes[i].spot, *b = outline->nodes[i + 1].spot;
        double along = 0, length2 = distance2(a, b), at[3];
        for (int k = 0; k < 3; k++) along += (spot[k] - a[k]) * (b[k] - a[k]);
        if (along <= 0) along = 0;
        else along = along < length2 ? along / length2 : 1;
        for (int k = 0; k < 3; k++) at[k] = a[k] + along * (b[k] - a[k]);
        double chord2 = distance2(spot, at);
        if (chord2 < nearest->chord2) *nearest = (struct nearest){chord2, sqrt(chord2), leaf, i, along};
    }
}

static inline bool may_be_nearer(const struct eg_near_ball *ball, const double spot[3],
                                 const struct nearest *nearest)
{
    double reach_m = nearest->chord_m + ball->radius_m;
    return distance2(ball->centre, spot) < reach_m * reach_m;
}

/* The nearest ball, of these the nearest, and so on. */
static uint32_t descend(const struct eg_near_outline *outline, const double spot[3])
{
    uint32_t at = (uint32_t)outline->n_balls - 1;
    while (!is_leaf(outline, at)) {
        const struct eg_near_ball *ball = &outline->balls[at];
        double least2 = (double)INFINITY;
        for (uint32_t i = ball->first; i < ball->first + ball->n; i++) {
            double chord2 = distance2(outline->balls[i].centre, spot);
            if (chord2 >= least2) continue;
            least2 = chord2;
            at = i;
        }
    }
    return at;
}

static struct nearest find(const struct eg_near_outline *outline, const double spot[3], uint32_t begin)
{
    struct nearest nearest = {.chord2 = (double)INFINITY, .chord_m = (double)INFINITY};
    struct walk walk = {.ball = {(uint32_t)outline->n_balls - 1}, .n = 1};
    look_at_leaf(outline, begin, spot, &nearest);
    while (walk.n > 0) {
        uint32_t at = walk.ball[--walk.n];
        const struct eg_near_ball *ball = &outline->balls[at];
        if (!may_be_nearer(ball, spot, &nearest)) continue;
        if (is_leaf(outline, at)) {
            if (at != begin) look_at_leaf(outline, at, spot, &nearest);
            continue;
        }
        for (uint32_t i = ball->first; i < ball->first + ball->n; i++)
            if (may_be_nearer(&outline->balls[i], spot, &nearest)) walk.ball[walk.n++] = i;
    }
    return nearest;
}

double eg_near_outline_chord_m(const struct eg_near_outline *outline, const double spot[3], uint32_t *hint)
{
    if (outline->n_tiers == 0) return (double)INFINITY;
    struct nearest nearest = find(outline, spot, *hint);
    *hint = nearest.leaf;
    return nearest.chord_m;
}

/* Whether the line to the east crosses the leaf's lines an odd number of times. */
static bool is_crossed_oddly(const struct eg_near_outline *outline, const struct eg_near_ball *leaf, double x,
                             double y)
{
    bool odd = false;
    const struct eg_near_node *last = outline->nodes + leaf->first + leaf->n - 1;
    for (const struct eg_near_node *a = outline->nodes + leaf->first; a < last; a++) {
        if ((a[0].y > y) == (a[1].y > y)) continue;
        odd ^= a[0].x + (y - a[0].y) / (a[1].y - a[0].y) * (a[1].x - a[0].x) > x;
    }
    return odd;
}

bool eg_near_outline_holds(const struct eg_near_outline *outline, double lon_deg, double lat_deg)
{
    double x, y;
    bool inside = false;
    eg_mercator_forward(lon_deg, lat_deg, &x, &y);
    x /= outline->unit;
    y /= outline->unit;
    struct eg_box box = outline->box;
    if (outline->n_tiers == 0 || x < box.min_x || x > box.max_x || y < box.min_y || y > box.max_y)
        return false;
    struct walk walk = {.ball = {(uint32_t)outline->n_balls - 1}, .n = 1};
    while (walk.n > 0) {
        uint32_t at = walk.ball[--walk.n];
        const struct eg_near_ball *ball = &outline->balls[at];
        if (ball->min_y > y || ball->max_y <= y || ball->max_x < x) continue;
        if (is_leaf(outline, at)) {
            inside ^= is_crossed_oddly(outline, ball, x, y);
            continue;
        }
        for (uint32_t i = ball->first; i < ball->first + ball->n; i++) walk.ball[walk.n++] = i;
    }
    return inside;
}

double eg_near_outline_distance_m(const struct eg_near_outline *outline, const struct eg_place *place)
{
    double spot[3], lon_deg, lat_deg;
    if (eg_near_outline_holds(outline, place->lon_deg, place->lat_deg)) return 0;
    if (outline->n_tiers == 0) return (double)INFINITY;
    eg_near_spot(place, spot);
    struct nearest nearest = find(outline, spot, descend(outline, spot));
    const struct eg_near_node *a = &outline->nodes[nearest.node];
    double x = a[0].x + nearest.along * (a[1].x - a[0].x), y = a[0].y + nearest.along * (a[1].y - a[0].y);
    eg_mercator_inverse(x * outline->unit, y * outline->unit, &lon_deg, &lat_deg);
    return eg_geodesic_distance_m(place->lon_deg, place->lat_deg, lon_deg, lat_deg);
}

/* --- bounds -------------------------------------------------------------------------------------------------------------- */

/* Where chords are long: those on the sphere of reduced latitudes are between one by the longer and one by the shorter axis, and so is the
 * geodesic by the angle (directory/places.c). */
double eg_near_least_m(double chord_m)
{
    double by_angle_m = chord_m < SHORT_M ? 0 : 2 * POLAR_M * asin(fmin(1, chord_m / (2 * AXIS_M)));
    return fmax(chord_m, by_angle_m) - EG_NEAR_SAG_M;
}

/* A circle's arc is its chord and, of its third power by the square of the radius, a 24th part and little more. */
double eg_near_most_m(double chord_m)
{
    if (chord_m < SHORT_M)
        return chord_m + chord_m * chord_m * chord_m / (20 * LEAST_BEND_M * LEAST_BEND_M) + EG_NEAR_SAG_M;
    return 2 * AXIS_M * asin(fmin(1, chord_m / (2 * POLAR_M))) + EG_NEAR_SAG_M;
}
