/* Whether a feature and a shape of a filter have a point in common.
 *
 * Most areas are told by their boxes. A filter's box is brought onto the grid once (that of the shape asked for last is kept), so
 * an area that is off costs four comparisons of integers: 171,000 areas take less than a millisecond, which an index would not
 * better by much. If a box meets, the shape's edges near it are gathered. Where there are none, the area lies wholly in the shape
 * or wholly outside, and one corner of its box tells. Only where an edge runs through the box are the area's borders looked at:
 * its vertices become degrees, as GeoJSON shows them, and both are polygons with straight edges in longitude and latitude.
 *
 * Two polygons meet if an edge of one touches an edge of the other, or a vertex of a ring of one lies in the other. Orientation is
 * worked out in long doubles: differences of degrees are exact in them but for a few bits, far below the grid's unit. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "engine/features_parts.h"
#include "engine/projected.h"

struct position {
    double x, y;
};

static struct position point_of(const struct eg_filter_shape *shape, uint32_t i)
{
    return (struct position){shape->lonlat[2 * (size_t)i], shape->lonlat[2 * (size_t)i + 1]};
}

/* --- points and edges ---------------------------------------------------------------------------------------------- */

/* 1: c lies to the left of the line from a to b, -1: to the right, 0: on it. */
static int side_of(struct position a, struct position b, struct position c)
{
    long double cross = ((long double)b.x - a.x) * ((long double)c.y - a.y) -
                        ((long double)b.y - a.y) * ((long double)c.x - a.x);
    return (cross > 0) - (cross < 0);
}

static bool is_between(double a, double b, double c)
{
    return a < b ? a <= c && c <= b : b <= c && c <= a;
}

static bool in_box_of(struct position a, struct position b, struct position c)
{
    return is_between(a.x, b.x, c.x) && is_between(a.y, b.y, c.y);
}

static bool on_edge(struct position a, struct position b, struct position c)
{
    return in_box_of(a, b, c) && side_of(a, b, c) == 0;
}

static bool edges_touch(struct position a, struct position b, struct position c, struct position d)
{
    int c_side = side_of(a, b, c), d_side = side_of(a, b, d);
    if (c_side * d_side > 0) return false;
    int a_side = side_of(c, d, a), b_side = side_of(c, d, b);
    if (a_side * b_side > 0) return false;
    if (c_side != 0 || d_side != 0 || a_side != 0 || b_side != 0) {
        return c_side * d_side < 0 || a_side * b_side < 0 || on_edge(a, b, c) || on_edge(a, b, d) ||
               on_edge(c, d, a) || on_edge(c, d, b);
    }
    return in_box_of(a, b, c) || in_box_of(a, b, d) || in_box_of(c, d, a);
}

/* Even-odd, borders included. */
static bool polygons_hold(const struct eg_filter_shape *shape, struct position p)
{
    bool inside = false;
    for (uint32_t part = 0; part < shape->n_parts; part++) {
        for (uint32_t i = shape->part_start[part]; i + 1 < shape->part_start[part + 1]; i++) {
            struct position a = point_of(shape, i), b = point_of(shape, i + 1);
            if ((a.y > p.y && b.y > p.y) || (a.y < p.y && b.y < p.y)) continue;
            if (on_edge(a, b, p)) return true;
            if ((a.y > p.y) == (b.y > p.y)) continue;
            if ((side_of(a, b, p) > 0) == (b.y > a.y)) inside = !inside;
        }
    }
    return inside;
}

static bool shape_holds(const struct eg_filter_shape *shape, struct position p)
{
    if (shape->kind == EG_FILTER_POLYGONS_KIND) return polygons_hold(shape, p);
    for (uint32_t part = 0; part < shape->n_parts; part++) {
        uint32_t from = shape->part_start[part], to = shape->part_start[part + 1];
        for (uint32_t i = from; i < to; i++) {
            struct position a = point_of(shape, i);
            if (a.x == p.x && a.y == p.y) return true;
            if (i + 1 < to && on_edge(a, point_of(shape, i + 1), p)) return true;
        }
    }
    return false;
}

/* --- boxes --------------------------------------------------------------------------------------------------------- */

static struct eg_bounds box_deg(const struct eg_area_set *set, uint32_t area)
{
    struct eg_bounds box;
    double unit = set->plane->grid.unit;
    eg_mercator_inverse(set->area_box[area].min_x * unit, set->area_box[area].min_y * unit, &box.min_x,
                        &box.min_y);
    eg_mercator_inverse(set->area_box[area].max_x * unit, set->area_box[area].max_y * unit, &box.max_x,
                        &box.max_y);
    return box;
}

bool eg_features_box_deg(const struct eg_features *features, uint32_t feature, struct eg_bounds *box_out)
{
    EG_ASSERT(feature < features->n);
    if (features->entries) return eg_entry_bounds_deg(features->entries->items[feature], box_out);
    if (eg_box_is_empty(features->set->area_box[feature])) return false;
    *box_out = box_deg(features->set, feature);
    return true;
}

static int32_t on_grid(double units, int32_t slack)
{
    double wide = units + slack;
    if (wide <= INT32_MIN) return INT32_MIN;
    return wide >= INT32_MAX ? INT32_MAX : (int32_t)wide;
}

/* The shape's box on the areas' grid, two units wider on each side. */
static struct eg_box box_on_grid(const struct eg_features *features, const struct eg_filter_shape *shape)
{
    double unit = features->set->plane->grid.unit;
    double west, south, east, north;
    eg_mercator_forward(shape->box_deg.min_x, shape->box_deg.min_y, &west, &south);
    eg_mercator_forward(shape->box_deg.max_x, shape->box_deg.max_y, &east, &north);
    return (struct eg_box){on_grid(floor(west / unit), -2), on_grid(floor(south / unit), -2),
                           on_grid(ceil(east / unit), 2), on_grid(ceil(north / unit), 2)};
}

static bool same_bounds(const struct eg_bounds *a, const struct eg_bounds *b)
{
    return a->min_x == b->min_x && a->min_y == b->min_y && a->max_x == b->max_x && a->max_y == b->max_y;
}

static bool is_near(struct eg_features *features, uint32_t feature, const struct eg_filter_shape *shape)
{
    if (!features->has_last || !same_bounds(&features->last_deg, &shape->box_deg)) {
        features->has_last = true;
        features->last_deg = shape->box_deg;
        features->last_box = box_on_grid(features, shape);
    }
    return eg_box_meets(features->set->area_box[feature], features->last_box);
}

static bool box_holds(const struct eg_bounds *box, struct position p)
{
    return p.x >= box->min_x && p.x <= box->max_x && p.y >= box->min_y && p.y <= box->max_y;
}

/* False only when no point of the edge lies in the box. */
static bool edge_is_near(struct position a, struct position b, const struct eg_bounds *box)
{
    if ((a.x < box->min_x && b.x < box->min_x) || (a.x > box->max_x && b.x > box->max_x) ||
        (a.y < box->min_y && b.y < box->min_y) || (a.y > box->max_y && b.y > box->max_y))
        return false;
    int sides = side_of(a, b, (struct position){box->min_x, box->min_y}) +
                side_of(a, b, (struct position){box->max_x, box->min_y}) +
                side_of(a, b, (struct position){box->max_x, box->max_y}) +
                side_of(a, b, (struct position){box->min_x, box->max_y});
    return sides > -4 && sides < 4;
}

/* --- an area's borders --------------------------------------------------------------------------------------------- */

enum eg_status eg_features_shape(struct eg_features *features, uint32_t feature, struct eg_error *err)
{
    const struct eg_plane *plane = features->set->plane;
    enum eg_status status = EG_OK;
    if (!features->shapes)
        status = eg_projected_shapes(features->snapshot->projected, features->collection.boundaries, plane,
                                     &features->shapes, err);
    if (status == EG_OK) features->area.feature = UINT32_MAX;
    if (status == EG_OK) status = eg_shapes_area(features->shapes, feature, 0, &features->area.shape, err);
    return status;
}

/* Rings as a filter has them, the first point again at the end. */
static void put_rings(struct eg_area_rings *area, double unit)
{
    const struct eg_shape *shape = &area->shape;
    uint32_t n = 0;
    for (uint32_t r = 0; r < shape->n_rings; r++) {
        uint32_t from = shape->ring_start[r], to = shape->ring_start[r + 1];
        area->part_start[r] = n;
        for (uint32_t i = from; i <= to; i++, n++) {
            struct eg_point p = shape->points[i < to ? i : from];
            eg_mercator_inverse(p.x * unit, p.y * unit, &area->lonlat[2 * (size_t)n],
                                &area->lonlat[2 * (size_t)n + 1]);
        }
    }
    area->part_start[shape->n_rings] = n;
    area->rings = (struct eg_filter_shape){.kind = EG_FILTER_POLYGONS_KIND,
                                           .lonlat = area->lonlat,
                                           .n_parts = shape->n_rings,
                                           .part_start = area->part_start};
}

static const struct eg_filter_shape *load_rings(struct eg_features *features, uint32_t feature)
{
    struct eg_area_rings *area = &features->area;
    if (area->feature == feature) return &area->rings;
    enum eg_status status = eg_features_shape(features, feature, NULL);
    size_t n_rings = status == EG_OK ? area->shape.n_rings : 0;
    size_t n_points = n_rings > 0 ? area->shape.ring_start[n_rings] + n_rings : 0;
    if (status != EG_OK ||
        !eg_memory_reserve((void **)&area->lonlat, &area->lonlat_capacity, 2 * n_points + 2,
                           sizeof *area->lonlat) ||
        !eg_memory_reserve((void **)&area->part_start, &area->part_capacity, n_rings + 1,
                           sizeof *area->part_start)) {
        features->failed = EG_NO_MEMORY;
        return NULL;
    }
    put_rings(area, features->set->plane->grid.unit);
    area->feature = feature;
    features->work += 16 * n_points;
    return &area->rings;
}

/* --- an area and a shape ------------------------------------------------------------------------------------------- */

struct pair {
    struct eg_features *features;
    uint32_t feature;
    const struct eg_filter_shape *shape;
    struct eg_bounds box; /* of the area */
    uint32_t n_edges;     /* of the shape, near the box */
};

static bool gather_edges(struct pair *pair)
{
    const struct eg_filter_shape *shape = pair->shape;
    struct eg_features *features = pair->features;
    size_t n_points = shape->part_start[shape->n_parts];
    features->work += n_points;
    if (!eg_memory_reserve((void **)&features->edges, &features->edges_capacity, n_points,
                           sizeof *features->edges)) {
        features->failed = EG_NO_MEMORY;
        return false;
    }
    for (uint32_t part = 0; part < shape->n_parts; part++)
        for (uint32_t i = shape->part_start[part]; i + 1 < shape->part_start[part + 1]; i++)
            if (edge_is_near(point_of(shape, i), point_of(shape, i + 1), &pair->box))
                features->edges[pair->n_edges++] = i;
    return true;
}

static bool edge_touches(struct position a, struct position b, const struct eg_filter_shape *rings)
{
    double west = fmin(a.x, b.x), east = fmax(a.x, b.x), south = fmin(a.y, b.y), north = fmax(a.y, b.y);
    for (uint32_t part = 0; part < rings->n_parts; part++) {
        for (uint32_t i = rings->part_start[part]; i + 1 < rings->part_start[part + 1]; i++) {
            struct position c = point_of(rings, i), d = point_of(rings, i + 1);
            if ((c.x < west && d.x < west) || (c.x > east && d.x > east) || (c.y < south && d.y < south) ||
                (c.y > north && d.y > north))
                continue;
            if (edges_touch(a, b, c, d)) return true;
        }
    }
    return false;
}

static bool any_edges_touch(const struct pair *pair, const struct eg_filter_shape *rings)
{
    const uint32_t *edges = pair->features->edges;
    pair->features->work += (uint64_t)rings->part_start[rings->n_parts] * pair->n_edges;
    for (uint32_t e = 0; e < pair->n_edges; e++)
        if (edge_touches(point_of(pair->shape, edges[e]), point_of(pair->shape, edges[e] + 1), rings))
            return true;
    return false;
}

/* Whether a vertex of one of the shape's parts (for points: any) lies in the area. */
static bool area_holds_some(const struct pair *pair, const struct eg_filter_shape *rings)
{
    for (uint32_t part = 0; part < pair->shape->n_parts; part++) {
        struct position p = point_of(pair->shape, pair->shape->part_start[part]);
        if (!box_holds(&pair->box, p)) continue;
        pair->features->work += rings->part_start[rings->n_parts];
        if (polygons_hold(rings, p)) return true;
    }
    return false;
}

static bool shape_holds_some(const struct pair *pair, const struct eg_filter_shape *rings)
{
    if (pair->shape->kind != EG_FILTER_POLYGONS_KIND) return false;
    pair->features->work += (uint64_t)rings->n_parts * pair->shape->part_start[pair->shape->n_parts];
    for (uint32_t part = 0; part < rings->n_parts; part++)
        if (polygons_hold(pair->shape, point_of(rings, rings->part_start[part]))) return true;
    return false;
}

static bool has_point_in_box(const struct pair *pair)
{
    for (uint32_t i = 0; i < pair->shape->n_parts; i++)
        if (box_holds(&pair->box, point_of(pair->shape, i))) return true;
    return false;
}

static bool area_meets(struct pair *pair)
{
    pair->box = box_deg(pair->features->set, pair->feature);
    bool is_points = pair->shape->kind == EG_FILTER_POINTS_KIND;
    if (is_points && !has_point_in_box(pair)) return false;
    if (!is_points && !gather_edges(pair)) return false;
    if (!is_points && pair->n_edges == 0) {
        struct position corner = {pair->box.min_x, pair->box.min_y};
        return pair->shape->kind == EG_FILTER_POLYGONS_KIND && polygons_hold(pair->shape, corner);
    }
    const struct eg_filter_shape *rings = load_rings(pair->features, pair->feature);
    if (!rings || rings->n_parts == 0) return false;
    return shape_holds_some(pair, rings) || area_holds_some(pair, rings) || any_edges_touch(pair, rings);
}

static bool place_meets(struct eg_features *features, const struct eg_entry_place *place,
                        const struct eg_filter_shape *shape)
{
    struct position at = {place->lon_deg, place->lat_deg};
    if (!place->has_position || !box_holds(&shape->box_deg, at)) return false;
    features->work += shape->part_start[shape->n_parts];
    return shape_holds(shape, at);
}

/* At any of its places. */
static bool entry_meets(struct eg_features *features, const struct eg_entry *entry,
                        const struct eg_filter_shape *shape)
{
    for (uint32_t i = 0; i < eg_entry_count_places(entry); i++) {
        struct eg_entry_place place = eg_entry_place_at(entry, i);
        if (place_meets(features, &place, shape)) return true;
    }
    return false;
}

bool eg_features_intersects(struct eg_features *features, uint32_t feature,
                            const struct eg_filter_shape *shape)
{
    EG_ASSERT(feature < features->n);
    if (features->entries) return entry_meets(features, features->entries->items[feature], shape);
    if (eg_box_is_empty(features->set->area_box[feature]) || !is_near(features, feature, shape)) return false;
    struct pair pair = {.features = features, .feature = feature, .shape = shape};
    return area_meets(&pair);
}
