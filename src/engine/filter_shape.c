/* The geometries of a filter. All share two arrays of fixed size, one behind the other; a polygon is a shape by itself, so that
 * those of a MULTIPOLYGON may overlap although rings are taken even-odd. Usually there is one, of 5 to 100 points. */
#include "engine/filter_tree.h"

#include <math.h>
#include <string.h>

/* Pieces per side of a box in a CRS that is not degrees: 4 km each for a box of 64 km. */
#define EDGE_STEPS 16
#define ROUND_TRIP                                                                                           \
    1e-4 /* of the larger coordinate: operations come back within millimetres, where they fold by kilometres */
#define REACH_STEPS 16U
#define REACH_MARGIN 0.02

struct box {
    double west, south, east, north;
};

static enum eg_status make_room(struct eg_filter_build *build)
{
    if (build->lonlat) return EG_OK;
    build->lonlat = eg_arena_array(build->arena, EG_FILTER_POINTS, 2 * sizeof *build->lonlat);
    build->part_start = eg_arena_array(build->arena, 2 * EG_FILTER_POINTS + 2, sizeof *build->part_start);
    return build->lonlat && build->part_start ? EG_OK : eg_filter_no_memory(build);
}

enum eg_status eg_filter_shape_begin(struct eg_filter_build *build, enum eg_filter_shape_kind kind,
                                     struct eg_filter_shapes **shapes_out)
{
    enum eg_status status = make_room(build);
    if (status != EG_OK) return status;
    struct eg_filter_shapes *shapes = eg_arena_array(build->arena, 1, sizeof *shapes);
    if (!shapes) return eg_filter_no_memory(build);
    shapes->shape.kind = kind;
    shapes->first_point = build->n_points;
    shapes->first_start = build->n_starts;
    build->part_start[build->n_starts++] = 0;
    *shapes_out = shapes;
    return EG_OK;
}

static enum eg_status check_position(const struct eg_filter_build *build, struct eg_filter_place place,
                                     const double *xy)
{
    if (xy[0] >= -180 && xy[0] <= 180 && xy[1] >= -90 && xy[1] <= 90) return EG_OK;
    return eg_filter_fail(build, place, EG_INVALID,
                          "the position %.10g %.10g is not on earth: longitude is -180 to 180, latitude -90 "
                          "to 90%s",
                          xy[0], xy[1], build->source->northing_first ? "; latitude comes first here" : "");
}

/* Easting first. */
static enum eg_status put_point(struct eg_filter_build *build, struct eg_filter_place place, const double *xy)
{
    if (build->n_points == EG_FILTER_POINTS) {
        return eg_filter_fail(build, place, EG_LIMIT, "the geometries have more than %u positions",
                              EG_FILTER_POINTS);
    }
    enum eg_status status = build->source->to_degrees ? EG_OK : check_position(build, place, xy);
    if (status != EG_OK) return status;
    memcpy(build->lonlat + 2 * (size_t)build->n_points, xy, 2 * sizeof *xy);
    build->n_points++;
    return EG_OK;
}

enum eg_status eg_filter_shape_point(struct eg_filter_build *build, struct eg_filter_shapes *shapes,
                                     struct eg_filter_place place, const double *xy)
{
    bool swap = build->source->northing_first;
    double ordered[2] = {xy[swap ? 1 : 0], xy[swap ? 0 : 1]};
    enum eg_status status = put_point(build, place, ordered);
    if (status == EG_OK && shapes->shape.kind == EG_FILTER_POINTS_KIND)
        status = eg_filter_shape_end_part(build, shapes, place);
    return status;
}

enum eg_status eg_filter_shape_end_part(struct eg_filter_build *build, struct eg_filter_shapes *shapes,
                                        struct eg_filter_place place)
{
    uint32_t start = build->part_start[build->n_starts - 1];
    uint32_t end = build->n_points - shapes->first_point;
    const double *first = build->lonlat + 2 * (size_t)(shapes->first_point + start);
    const double *last = build->lonlat + 2 * (size_t)(build->n_points - 1);
    if (shapes->shape.kind == EG_FILTER_LINES_KIND && end - start < 2)
        return eg_filter_fail(build, place, EG_INVALID, "a line has at least two positions");
    if (shapes->shape.kind == EG_FILTER_POLYGONS_KIND) {
        if (end - start < 4 || first[0] != last[0] || first[1] != last[1]) {
            return eg_filter_fail(build, place, EG_INVALID,
                                  "a polygon's ring has at least four positions, the last being the first");
        }
    }
    build->part_start[build->n_starts++] = end;
    shapes->shape.n_parts++;
    return EG_OK;
}

static struct eg_bounds bounds_of(const double *lonlat, uint32_t n)
{
    struct eg_bounds box = {.min_x = lonlat[0], .min_y = lonlat[1], .max_x = lonlat[0], .max_y = lonlat[1]};
    for (uint32_t i = 1; i < n; i++) {
        const double *at = lonlat + 2 * (size_t)i;
        if (at[0] < box.min_x) box.min_x = at[0];
        if (at[0] > box.max_x) box.max_x = at[0];
        if (at[1] < box.min_y) box.min_y = at[1];
        if (at[1] > box.max_y) box.max_y = at[1];
    }
    return box;
}

/* Whether a position came back where it was, as far as lengths of this size can tell. */
static bool is_near(const double a[2], const double b[2])
{
    double size = fmax(fmax(fabs(a[0]), fabs(a[1])), 1);
    return fabs(a[0] - b[0]) <= ROUND_TRIP * size && fabs(a[1] - b[1]) <= ROUND_TRIP * size;
}

/* Rewrites positions in degrees. False when one does not project, or does not come back: there the projection folds, and a shape would be
 * another one. */
static bool go_to_degrees(struct eg_transform *transform, double *xy, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        double *at = xy + 2 * (size_t)i;
        double before[2] = {at[0], at[1]};
        if (eg_transform_points(transform, at, 1) > 0) return false;
        double back[2] = {at[0], at[1]};
        if (eg_transform_points_inverse(transform, back, 1) > 0 || !is_near(before, back)) return false;
    }
    return true;
}

bool eg_filter_reach(struct eg_transform *to_degrees, struct eg_bounds degrees, struct eg_bounds *reach_out)
{
    struct eg_bounds reach = {HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    if (!(degrees.min_x <= degrees.max_x && degrees.min_y <= degrees.max_y)) return false;
    for (uint32_t i = 0; i <= REACH_STEPS * REACH_STEPS + 2 * REACH_STEPS; i++) {
        double across = (double)(i % (REACH_STEPS + 1)) / REACH_STEPS,
               up = (double)(i / (REACH_STEPS + 1)) / REACH_STEPS;
        double at[2] = {degrees.min_x + across * (degrees.max_x - degrees.min_x),
                        degrees.min_y + up * (degrees.max_y - degrees.min_y)};
        double before[2] = {at[0], at[1]};
        if (eg_transform_points_inverse(to_degrees, at, 1) > 0) return false;
        double back[2] = {at[0], at[1]};
        if (eg_transform_points(to_degrees, back, 1) > 0 || !is_near(before, back)) return false;
        reach = (struct eg_bounds){fmin(reach.min_x, at[0]), fmin(reach.min_y, at[1]),
                                   fmax(reach.max_x, at[0]), fmax(reach.max_y, at[1])};
    }
    double margin = REACH_MARGIN * fmax(reach.max_x - reach.min_x, reach.max_y - reach.min_y) + 1;
    *reach_out = (struct eg_bounds){reach.min_x - margin, reach.min_y - margin, reach.max_x + margin,
                                    reach.max_y + margin};
    return true;
}

enum eg_status eg_filter_shape_end(struct eg_filter_build *build, struct eg_filter_shapes *shapes,
                                   struct eg_filter_place place)
{
    struct eg_filter_shape *shape = &shapes->shape;
    uint32_t n = build->n_points - shapes->first_point;
    double *lonlat = build->lonlat + 2 * (size_t)shapes->first_point;
    if (n == 0) return eg_filter_fail(build, place, EG_UNSUPPORTED, "empty geometries are not supported");
    if (build->source->to_degrees && !go_to_degrees(build->source->to_degrees, lonlat, n))
        return eg_filter_fail(build, place, EG_INVALID, "a position is outside what its CRS is made for");
    shape->lonlat = lonlat;
    shape->part_start = build->part_start + shapes->first_start;
    shape->box_deg = bounds_of(lonlat, n);
    return EG_OK;
}

/* --- boxes --------------------------------------------------------------------------------------------------------- */

/* The box's outline as one part of the shape; a point or a line where it has no width or height. */
static enum eg_status put_box(struct eg_filter_build *build, struct eg_filter_shapes *shapes,
                              struct eg_filter_place place, struct box box)
{
    const double corners[5][2] = {{box.west, box.south},
                                  {box.east, box.south},
                                  {box.east, box.north},
                                  {box.west, box.north},
                                  {box.west, box.south}};
    bool is_polygon = shapes->shape.kind == EG_FILTER_POLYGONS_KIND;
    uint32_t steps = build->source->to_degrees ? EDGE_STEPS : 1;
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < 4 * steps && is_polygon && status == EG_OK; i++) {
        const double *from = corners[i / steps], *to = corners[i / steps + 1];
        double share = (double)(i % steps) / steps;
        double xy[2] = {from[0] * (1 - share) + to[0] * share, from[1] * (1 - share) + to[1] * share};
        status = put_point(build, place, xy);
    }
    if (status == EG_OK) status = put_point(build, place, corners[0]);
    if (status == EG_OK && shapes->shape.kind == EG_FILTER_LINES_KIND)
        status = put_point(build, place, corners[2]);
    return status == EG_OK ? eg_filter_shape_end_part(build, shapes, place) : status;
}

/* A box beside the reach becomes the point at the corner of its margin, where no feature is. */
static void cut_to_reach(struct box *box, const struct eg_bounds *reach)
{
    struct box cut = {fmax(box->west, reach->min_x), fmax(box->south, reach->min_y),
                      fmin(box->east, reach->max_x), fmin(box->north, reach->max_y)};
    bool is_beside = cut.west > cut.east || cut.south > cut.north;
    *box = is_beside ? (struct box){reach->min_x, reach->min_y, reach->min_x, reach->min_y} : cut;
}

static enum eg_status read_box(const struct eg_filter_build *build, struct eg_filter_place place,
                               const double *numbers, uint32_t n, struct box *box_out)
{
    if (n != 4 && n != 6)
        return eg_filter_fail(build, place, EG_INVALID, "a box has 4 numbers, or 6 with heights, not %u", n);
    const double *low = numbers, *high = numbers + n / 2;
    bool swap = build->source->northing_first;
    struct box box = {low[swap ? 1 : 0], low[swap ? 0 : 1], high[swap ? 1 : 0], high[swap ? 0 : 1]};
    if (box.south > box.north || (box.west > box.east && build->source->to_degrees)) {
        return eg_filter_fail(
            build, place, EG_INVALID,
            "the box's first corner must be the lower left one, its second the upper right");
    }
    *box_out = box;
    if (build->source->reach) cut_to_reach(box_out, build->source->reach);
    return EG_OK;
}

enum eg_status eg_filter_shape_box(struct eg_filter_build *build, struct eg_filter_place place,
                                   const double *numbers, uint32_t n, struct eg_filter_shapes **shapes_out)
{
    struct box box = {0};
    struct eg_filter_shapes *shapes = NULL;
    enum eg_status status = read_box(build, place, numbers, n, &box);
    if (status != EG_OK) return status;
    bool flat = box.south == box.north, thin = box.west == box.east;
    enum eg_filter_shape_kind kind = flat || thin ? EG_FILTER_LINES_KIND : EG_FILTER_POLYGONS_KIND;
    if (flat && thin) kind = EG_FILTER_POINTS_KIND;
    status = eg_filter_shape_begin(build, kind, &shapes);
    if (status == EG_OK && box.west > box.east) {
        struct box eastern = {box.west, box.south, 180, box.north};
        box.west = -180;
        status = put_box(build, shapes, place, eastern);
    }
    if (status == EG_OK) status = put_box(build, shapes, place, box);
    if (status == EG_OK) status = eg_filter_shape_end(build, shapes, place);
    if (status == EG_OK) *shapes_out = shapes;
    return status;
}
