/* The document is walked twice: to check and count, then to copy. Whether rings cross is asked of GEOS: 5 ms for 10,000 positions. */
#include "data/geojson_rings.h"

#include <math.h>

#include "base/json.h"
#include "data/geos.h"

struct walk {
    struct eg_geojson_rings rings; /* start and lonlat NULL while counting */
    uint32_t n_positions;
    const char *fault; /* the first; NULL: none */
};

static void take_position(struct walk *walk, const struct eg_json_value *position, double lonlat[2])
{
    bool good = eg_json_is_number(eg_json_at(position, 0), &lonlat[0]) &&
                eg_json_is_number(eg_json_at(position, 1), &lonlat[1]);
    if (!good) walk->fault = "a position is not [longitude, latitude]";
    else if (fabs(lonlat[0]) > 180 || fabs(lonlat[1]) > 90)
        walk->fault = "a position is not on the Earth: longitude comes first, in degrees";
    if (walk->fault) return;
    if (walk->rings.lonlat) {
        walk->rings.lonlat[2 * (size_t)walk->n_positions] = lonlat[0];
        walk->rings.lonlat[2 * (size_t)walk->n_positions + 1] = lonlat[1];
    }
    walk->n_positions++;
    if (walk->n_positions > EG_GEOJSON_POSITIONS) walk->fault = "it has too many positions";
}

static void take_ring(struct walk *walk, const struct eg_json_value *ring)
{
    double first[2] = {0}, last[2] = {0};
    size_t n = eg_json_length(ring);
    if (n < 4) walk->fault = "a ring has fewer than four positions";
    for (size_t i = 0; i < n && !walk->fault; i++)
        take_position(walk, eg_json_at(ring, i), i == 0 ? first : last);
    if (walk->fault) return;
    if (first[0] != last[0] || first[1] != last[1]) walk->fault = "a ring does not end where it begins";
    walk->rings.n_rings++;
    if (walk->rings.start) walk->rings.start[walk->rings.n_rings] = walk->n_positions;
}

static void take_polygon(struct walk *walk, const struct eg_json_value *polygon)
{
    size_t n = eg_json_length(polygon);
    if (n == 0) walk->fault = "a polygon has no ring";
    for (size_t i = 0; i < n && !walk->fault; i++) take_ring(walk, eg_json_at(polygon, i));
    walk->rings.n_polygons++;
    if (walk->rings.polygon) walk->rings.polygon[walk->rings.n_polygons] = walk->rings.n_rings;
}

static void take_geometry(struct walk *walk, const struct eg_json_value *geometry)
{
    struct eg_text type = {NULL, 0};
    const struct eg_json_value *coordinates = eg_json_get(geometry, "coordinates");
    (void)eg_json_is_text(eg_json_get(geometry, "type"), &type);
    if (eg_text_equal(type, EG_TEXT("Polygon"))) {
        take_polygon(walk, coordinates);
    } else if (eg_text_equal(type, EG_TEXT("MultiPolygon"))) {
        size_t n = eg_json_length(coordinates);
        if (n == 0) walk->fault = "it has no polygon";
        for (size_t i = 0; i < n && !walk->fault; i++) take_polygon(walk, eg_json_at(coordinates, i));
    } else {
        walk->fault = "it is neither a Polygon nor a MultiPolygon";
    }
}

static enum eg_status read_root(const struct eg_json_value *root, struct eg_arena *arena,
                                struct eg_geojson_rings *rings_out, struct eg_error *err)
{
    struct walk count = {{0}, 0, NULL};
    take_geometry(&count, root);
    if (count.fault) {
        enum eg_status status = count.n_positions > EG_GEOJSON_POSITIONS ? EG_LIMIT : EG_INVALID;
        return eg_error_set(err, status, "the GeoJSON polygon cannot be used: %s", count.fault);
    }
    struct walk copy = {{0}, 0, NULL};
    copy.rings.start = eg_arena_array(arena, (size_t)count.rings.n_rings + 1, sizeof *copy.rings.start);
    copy.rings.polygon =
        eg_arena_array(arena, (size_t)count.rings.n_polygons + 1, sizeof *copy.rings.polygon);
    copy.rings.lonlat = eg_arena_array(arena, (size_t)count.n_positions * 2, sizeof *copy.rings.lonlat);
    if (!copy.rings.start || !copy.rings.polygon || !copy.rings.lonlat)
        return eg_error_no_memory(err, (size_t)count.n_positions * 2 * sizeof *copy.rings.lonlat);
    take_geometry(&copy, root);
    *rings_out = copy.rings;
    return EG_OK;
}

enum eg_status eg_geojson_rings_read(struct eg_text geojson, struct eg_arena *arena,
                                     struct eg_geojson_rings *rings_out, struct eg_error *err)
{
    struct eg_json *json = NULL;
    enum eg_status status = eg_json_parse(geojson, &json, err);
    if (status == EG_OK) status = read_root(eg_json_root(json), arena, rings_out, err);
    eg_json_free(json);
    return status;
}

static enum eg_status check(struct eg_geos *geos, const struct eg_geojson_rings *rings, struct eg_error *err)
{
    struct eg_geos_fault fault;
    struct eg_flat_polygons polygons = {rings->lonlat, rings->start, rings->polygon, rings->n_polygons};
    enum eg_status status = eg_geos_find_fault(geos, &polygons, &fault, err);
    if (status != EG_OK || !fault.reason[0]) return status;
    return eg_error_set(err, EG_INVALID,
                        "the GeoJSON polygon cannot be used: %s at longitude %.7g, latitude %.7g",
                        fault.reason, fault.xy[0], fault.xy[1]);
}

enum eg_status eg_geojson_rings_read_sound(struct eg_text geojson, struct eg_arena *arena,
                                           struct eg_geojson_rings *rings_out, struct eg_error *err)
{
    struct eg_geos geos = {0};
    enum eg_status status = eg_geojson_rings_read(geojson, arena, rings_out, err);
    if (status == EG_OK) status = eg_geos_open(&geos, err);
    if (status == EG_OK) status = check(&geos, rings_out, err);
    eg_geos_close(&geos);
    return status;
}
