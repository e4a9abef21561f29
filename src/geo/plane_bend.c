/* Edges that are straight on the map they come from and bent in another CRS.
 *
 * A parallel is a straight line in EPSG:3857, an arc in EPSG:3035 and a circle about the pole in EPSG:3031: with its ends
 * alone projected, a field of ten degrees' width loses some kilometres, and a polar cap all its area. So an edge gets a vertex
 * in its middle, and its halves in theirs, until the middle of each piece lies within a grid step or so of where the straight
 * line has it. The deviation is a quarter as much with each halving: L^2 / 8r for a piece of length L on a circle of radius r.
 * Therefore short edges, which are nearly all (20 m on average in a census's areas), are not even looked at: at SHORT, some 250
 * m, the deviation reaches the tolerance of an eighth of a metre only for circles of less than 65 km, as there are within a
 * degree of the pole. An edge of 10 km takes four more vertices, one of 1,000 km four hundred.
 *
 * Where the target is torn (opposite its centre), halving does not help: one piece stays as long as it was. After
 * HALVINGS_MAX, pieces are shorter than a metre, and what still deviates is across the tear. A tear is kilometres wide; some
 * projections are defined by tables and step by a metre or two between two rows (Robinson at each fifth degree): that is let pass.
 *
 * An edge that is bent like an S has its middle on the straight line; long ones are looked at in their quarters, too. */
#include "geo/plane_bend.h"

#include <math.h>

#include "base/memory.h"

#define SHORT 16384.0          /* grid steps: 256 m, 430 m in degrees, 150 m on the web Mercator grid */
#define LONG 4194304.0         /* 65 km: these may be bent like an S */
#define TOLERANCE 8.0          /* steps: an eighth of a metre, a third of a pixel of zoom 18 */
#define TOLERANCE_CROWDED 0.25 /* of a piece's length; across a tear it is a half */
#define HALVINGS_MAX 26        /* of the equator: 60 cm */
#define STEP_ALLOWED 4096.0    /* steps: 64 m */
#define MOST_VERTICES ((size_t)1 << 21)

struct piece {
    double from[4]; /* its ends in the source's units */
    double to[4];   /* its ends in the target's steps */
};

/* Where a part of the piece (0 to 1) comes to lie, against the straight line, in steps; HUGE_VAL when it does not project. */
static double deviation(const struct eg_plane_bender *bender, const struct piece *piece, double part,
                        double at_out[2])
{
    double xy[2] = {piece->from[0] + (piece->from[2] - piece->from[0]) * part,
                    piece->from[1] + (piece->from[3] - piece->from[1]) * part};
    if (eg_transform_points(bender->transform, xy, 1) > 0) return HUGE_VAL;
    at_out[0] = xy[0] / bender->to.unit;
    at_out[1] = xy[1] / bender->to.unit;
    if (!(fabs(at_out[0]) < INT32_MAX && fabs(at_out[1]) < INT32_MAX)) return HUGE_VAL;
    return hypot(at_out[0] - (piece->to[0] + (piece->to[2] - piece->to[0]) * part),
                 at_out[1] - (piece->to[1] + (piece->to[3] - piece->to[1]) * part));
}

static bool is_longer(const struct piece *piece, double steps)
{
    return fabs(piece->to[2] - piece->to[0]) > steps || fabs(piece->to[3] - piece->to[1]) > steps;
}

static double tolerance(const struct eg_plane_bender *bender, const struct piece *piece)
{
    if (bender->n < MOST_VERTICES) return TOLERANCE;
    double length = hypot(piece->to[2] - piece->to[0], piece->to[3] - piece->to[1]);
    return fmax(TOLERANCE, TOLERANCE_CROWDED * length);
}

static enum eg_status add(struct eg_plane_bender *bender, const double at[2])
{
    void *items = bender->items;
    if (!eg_memory_reserve(&items, &bender->capacity, bender->n + 1, sizeof *bender->items))
        return EG_NO_MEMORY;
    bender->items = items;
    bender->items[bender->n++] = (struct eg_plane_bend){
        .after = bender->vertex,
        .point = eg_grid_snap(bender->to, at[0] * bender->to.unit, at[1] * bender->to.unit)};
    return EG_OK;
}

/* EG_UNSUPPORTED: torn, or not on the map. Calls itself HALVINGS_MAX deep at most. */
static enum eg_status bend(struct eg_plane_bender *bender, const struct piece *piece, int depth)
{
    double middle[2], quarter[2];
    double allowed = tolerance(bender, piece);
    double off = deviation(bender, piece, 0.5, middle);
    if (off <= allowed && is_longer(piece, LONG)) {
        off = fmax(off, deviation(bender, piece, 0.25, quarter));
        off = fmax(off, deviation(bender, piece, 0.75, quarter));
    }
    if (off <= allowed) return EG_OK;
    if (isfinite(off) && off <= STEP_ALLOWED && depth == HALVINGS_MAX) return EG_OK;
    if (!isfinite(off) || depth == HALVINGS_MAX) return EG_UNSUPPORTED;
    double middle_from[2] = {piece->from[0] + (piece->from[2] - piece->from[0]) * 0.5,
                             piece->from[1] + (piece->from[3] - piece->from[1]) * 0.5};
    struct piece first = *piece, second = *piece;
    first.from[2] = second.from[0] = middle_from[0];
    first.from[3] = second.from[1] = middle_from[1];
    first.to[2] = second.to[0] = middle[0];
    first.to[3] = second.to[1] = middle[1];
    enum eg_status status = bend(bender, &first, depth + 1);
    if (status == EG_OK) status = add(bender, middle);
    if (status == EG_OK) status = bend(bender, &second, depth + 1);
    return status;
}

enum eg_status eg_plane_bend_edge(struct eg_plane_bender *bender, const struct eg_point from[2],
                                  const struct eg_point to[2])
{
    struct piece piece = {{from[0].x * bender->from.unit, from[0].y * bender->from.unit,
                           from[1].x * bender->from.unit, from[1].y * bender->from.unit},
                          {to[0].x, to[0].y, to[1].x, to[1].y}};
    return bend(bender, &piece, 0);
}

bool eg_plane_may_bend(const struct eg_point from[2], const struct eg_point to[2])
{
    /* A circle about the pole begins and ends at one point: length counts on both maps. */
    return fabs((double)to[1].x - to[0].x) > SHORT || fabs((double)to[1].y - to[0].y) > SHORT ||
           fabs((double)from[1].x - from[0].x) > 2 * SHORT || fabs((double)from[1].y - from[0].y) > 2 * SHORT;
}
