/* The polygon that an entry has of its own: as it was given, when it is small; else by way of a plane of its own, whose levels of detail
 * are those of all other borders. 100,000 vertices, the most that a directory takes, are 50 ms. */
#include <stdlib.h>

#include "base/memory.h"
#include "engine/coalition_area_parts.h"
#include "geo/crs.h"
#include "geo/ground.h"
#include "geo/topology.h"

/* The members of a MultiPolygon, or a Polygon as the only one. */
struct polygons {
    const struct eg_json_value *coordinates;
    bool is_multi;
    size_t n_rings, n_positions;
};

static size_t count_polygons(const struct polygons *polygons)
{
    return polygons->is_multi ? eg_json_length(polygons->coordinates) : 1;
}

static const struct eg_json_value *polygon_at(const struct polygons *polygons, size_t i)
{
    return polygons->is_multi ? eg_json_at(polygons->coordinates, i) : polygons->coordinates;
}

static void count(struct polygons *polygons)
{
    for (size_t p = 0; p < count_polygons(polygons); p++) {
        const struct eg_json_value *polygon = polygon_at(polygons, p);
        polygons->n_rings += eg_json_length(polygon);
        for (size_t r = 0; r < eg_json_length(polygon); r++)
            polygons->n_positions += eg_json_length(eg_json_at(polygon, r));
    }
}

/* --- its ground --------------------------------------------------------------------------------------------------------- */

/* Reads a ring of [lon, lat] positions. */
static uint32_t read_ring(const struct eg_json_value *ring, double *lonlat)
{
    size_t n = eg_json_length(ring);
    for (size_t i = 0; i < n; i++) {
        const struct eg_json_value *position = eg_json_at(ring, i);
        for (size_t k = 0; k < 2; k++) {
            double number = 0;
            (void)eg_json_is_number(eg_json_at(position, k), &number);
            lonlat[2 * i + k] = number;
        }
    }
    return (uint32_t)n;
}

/* Shells less their holes: the first ring of a polygon is its shell. */
static double measure(const struct polygons *polygons, double *lonlat)
{
    double area_m2 = 0;
    for (size_t p = 0; p < count_polygons(polygons); p++) {
        const struct eg_json_value *polygon = polygon_at(polygons, p);
        for (size_t r = 0; r < eg_json_length(polygon); r++) {
            double ring_m2 = eg_ground_ring_m2(lonlat, read_ring(eg_json_at(polygon, r), lonlat));
            area_m2 += r == 0 ? ring_m2 : -ring_m2;
        }
    }
    return area_m2;
}

/* --- as it was given ---------------------------------------------------------------------------------------------------- */

static enum eg_status write_given(struct eg_area_drawing *drawing, const struct polygons *polygons,
                                  struct eg_error *err)
{
    struct eg_buffer *out = &drawing->geometry;
    eg_buffer_literal(out, "{\"type\":\"MultiPolygon\",\"coordinates\":");
    if (!polygons->is_multi) eg_buffer_char(out, '[');
    enum eg_status status = eg_json_write(polygons->coordinates, out, err);
    eg_buffer_literal(out, polygons->is_multi ? "}" : "]}");
    return status;
}

/* --- with fewer vertices ------------------------------------------------------------------------------------------------ */

static void add_ring(struct eg_rings *rings, const double *lonlat, uint32_t n, bool is_hole)
{
    struct eg_grid grid = eg_grid_web_mercator();
    uint32_t first = rings->ring_start[rings->n_rings], end = first;
    for (uint32_t i = 0; i < n; i++) {
        double x, y;
        eg_mercator_forward(lonlat[2 * (size_t)i], lonlat[2 * (size_t)i + 1], &x, &y);
        struct eg_point point = eg_grid_snap(grid, x, y);
        const struct eg_point *last = &rings->points[end > first ? end - 1 : first];
        if (end > first && last->x == point.x && last->y == point.y) continue;
        rings->points[end++] = point;
    }
    while (end - first > 1 && rings->points[end - 1].x == rings->points[first].x &&
           rings->points[end - 1].y == rings->points[first].y)
        end--;
    if (end - first < 3) return;
    rings->ring_is_hole[rings->n_rings++] = is_hole;
    rings->ring_start[rings->n_rings] = end;
}

static void fill_rings(const struct polygons *polygons, double *lonlat, struct eg_rings *rings)
{
    for (size_t p = 0; p < count_polygons(polygons); p++) {
        const struct eg_json_value *polygon = polygon_at(polygons, p);
        for (size_t r = 0; r < eg_json_length(polygon); r++)
            add_ring(rings, lonlat, read_ring(eg_json_at(polygon, r), lonlat), r > 0);
    }
}

static enum eg_status make_plane(const struct polygons *polygons, double *lonlat, struct eg_plane **plane_out,
                                 struct eg_error *err)
{
    struct eg_rings rings = {.n_areas = 1,
                             .ring_area = eg_memory_zeroed(polygons->n_rings, sizeof *rings.ring_area),
                             .ring_start = eg_memory_zeroed(polygons->n_rings + 1, sizeof *rings.ring_start),
                             .ring_is_hole = eg_memory_zeroed(polygons->n_rings, sizeof(bool)),
                             .points = eg_memory_array(polygons->n_positions, sizeof *rings.points)};
    struct eg_topology_options options = {0};
    struct eg_topology_report report;
    struct eg_topology *topology = NULL;
    bool enough = rings.ring_area && rings.ring_start && rings.ring_is_hole && rings.points;
    enum eg_status status = EG_OK;
    if (enough) fill_rings(polygons, lonlat, &rings);
    else status = eg_error_no_memory(err, polygons->n_positions * sizeof *rings.points);
    if (status == EG_OK) status = eg_topology_build(&rings, &options, &topology, &report, NULL, err);
    if (status == EG_OK) status = eg_plane_build(topology, eg_grid_web_mercator(), 1, plane_out, err);
    eg_topology_free(topology);
    free(rings.ring_area);
    free(rings.ring_start);
    free(rings.ring_is_hole);
    free(rings.points);
    return status;
}

static enum eg_status write_coarser(struct eg_area_drawing *drawing, const struct polygons *polygons,
                                    double *lonlat, bool *has_out, struct eg_error *err)
{
    struct eg_plane *plane = NULL;
    struct eg_shapes *shapes = NULL;
    struct eg_shape shape = {0};
    enum eg_status status = make_plane(polygons, lonlat, &plane, err);
    if (status == EG_OK) status = eg_shapes_new(plane, &shapes, err);
    if (status == EG_OK) status = eg_area_take_level(drawing, plane, shapes, plane->box, &shape, err);
    if (status == EG_OK)
        status = eg_area_write_outline(drawing, &shape, plane->grid,
                                       drawing->parts[drawing->n_parts - 1].tolerance_m, has_out, err);
    eg_shape_clear(&shape);
    eg_shapes_free(shapes);
    eg_plane_free(plane);
    return status;
}

/* --- which ---------------------------------------------------------------------------------------------------------------- */

static bool wants_everything(const struct eg_area_drawing *drawing, const struct polygons *polygons)
{
    if (drawing->request->has_tolerance) return drawing->request->tolerance_m <= 0;
    return polygons->n_positions <= EG_OUTLINE_POINTS;
}

static enum eg_status draw(struct eg_area_drawing *drawing, struct polygons *polygons, struct eg_error *err)
{
    count(polygons);
    double *lonlat = eg_memory_array(2 * polygons->n_positions, sizeof *lonlat);
    if (!lonlat) return eg_error_no_memory(err, 2 * polygons->n_positions * sizeof *lonlat);
    struct eg_area_part *part = eg_area_begin_part(drawing, "shape");
    part->area_m2 = measure(polygons, lonlat);
    bool is_drawn = false;
    enum eg_status status = EG_OK;
    if (!wants_everything(drawing, polygons))
        status = write_coarser(drawing, polygons, lonlat, &is_drawn, err);
    if (status == EG_OK && !is_drawn) {
        part->tolerance_m = 0;
        status = write_given(drawing, polygons, err);
    }
    free(lonlat);
    return status;
}

enum eg_status eg_area_draw_shape(struct eg_area_drawing *drawing, struct eg_error *err)
{
    struct eg_text kind = {0};
    struct eg_json *json = NULL;
    if (drawing->entry->area_geojson.len == 0) return EG_OK;
    enum eg_status status = eg_json_parse(drawing->entry->area_geojson, &json, err);
    if (status != EG_OK) return status;
    struct polygons polygons = {.coordinates = eg_json_get(eg_json_root(json), "coordinates")};
    (void)eg_json_is_text(eg_json_get(eg_json_root(json), "type"), &kind);
    polygons.is_multi = eg_text_equal(kind, EG_TEXT("MultiPolygon"));
    if (polygons.coordinates) status = draw(drawing, &polygons, err);
    eg_json_free(json);
    return status;
}
