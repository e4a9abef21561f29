/* Feature info as GeoJSON. Coordinates are longitude and latitude, as RFC 7946 has them; QGIS would take them for the map's CRS, were
 * they not said to be CRS84 in the member that older GeoJSON had for it. */
#include "engine/describe.h"
#include "http/feature_info_parts.h"

struct sheet {
    const struct eg_info_writer *w;
    struct eg_json *json;
};

static void to_degrees(const struct eg_plane *plane, struct eg_point point, double degrees_out[2])
{
    eg_mercator_inverse(point.x * plane->grid.unit, point.y * plane->grid.unit, &degrees_out[0],
                        &degrees_out[1]);
}

static void add_position(const struct sheet *sheet, struct eg_json_value *into, const struct eg_plane *plane,
                         struct eg_point point)
{
    double degrees[2];
    to_degrees(plane, point, degrees);
    eg_json_decimal(sheet->json, into, NULL, degrees[0], 7);
    eg_json_decimal(sheet->json, into, NULL, degrees[1], 7);
}

static void add_ring(const struct sheet *sheet, struct eg_json_value *polygon, const struct eg_plane *plane,
                     const struct eg_shape *shape, uint32_t ring)
{
    struct eg_json_value *positions = eg_json_array(sheet->json, polygon, NULL);
    uint32_t first = shape->ring_start[ring], end = shape->ring_start[ring + 1];
    for (uint32_t i = first; i <= end; i++)
        add_position(sheet, eg_json_array(sheet->json, positions, NULL), plane,
                     shape->points[i < end ? i : first]);
}

static void add_geometry(const struct sheet *sheet, struct eg_json_value *feature,
                         const struct eg_plane *plane, const struct eg_shape *shape)
{
    if (shape->n_polygons == 0) {
        eg_json_null(sheet->json, feature, "geometry");
        return;
    }
    struct eg_json_value *geometry = eg_json_object(sheet->json, feature, "geometry");
    eg_json_cstring(sheet->json, geometry, "type", "MultiPolygon");
    struct eg_json_value *polygons = eg_json_array(sheet->json, geometry, "coordinates");
    for (uint32_t p = 0; p < shape->n_polygons; p++) {
        struct eg_json_value *polygon = eg_json_array(sheet->json, polygons, NULL);
        for (uint32_t ring = shape->polygon_start[p]; ring < shape->polygon_start[p + 1]; ring++)
            add_ring(sheet, polygon, plane, shape, ring);
    }
}

static enum eg_status add_borders(const struct sheet *sheet, struct eg_json_value *item,
                                  const struct eg_info_feature *feature, struct eg_error *err)
{
    const struct eg_plane *plane =
        sheet->w->snapshot->generation->area_sets[eg_info_series(sheet->w, feature)->boundaries].plane;
    bool whole = sheet->w->request->with_geometry;
    struct eg_shape shape = {0};
    struct eg_box box;
    enum eg_status status = eg_info_borders(sheet->w, feature, plane, whole ? &shape : NULL, &box, err);
    if (status == EG_OK && !eg_box_is_empty(box)) {
        struct eg_json_value *bbox = eg_json_array(sheet->json, item, "bbox");
        add_position(sheet, bbox, plane, (struct eg_point){box.min_x, box.min_y});
        add_position(sheet, bbox, plane, (struct eg_point){box.max_x, box.max_y});
    }
    if (status == EG_OK) add_geometry(sheet, item, plane, &shape);
    eg_shape_clear(&shape);
    return status;
}

static void add_parents(const struct sheet *sheet, struct eg_json_value *properties,
                        const struct eg_info_feature *feature, uint32_t boundaries)
{
    const struct eg_snapshot *snapshot = sheet->w->snapshot;
    struct eg_json_value *parents = eg_json_array(sheet->json, properties, "parents");
    for (uint32_t to = 0; to < snapshot->atlas->n_boundaries; to++) {
        uint32_t parent = to == boundaries
                              ? EG_NO_AREA
                              : eg_generation_parent(snapshot->generation, boundaries, feature->area, to);
        if (parent == EG_NO_AREA) continue;
        struct eg_json_value *item = eg_json_object(sheet->json, parents, NULL);
        eg_json_text(sheet->json, item, "boundaries", snapshot->atlas->boundaries[to].id);
        eg_json_text(sheet->json, item, "code", snapshot->generation->area_sets[to].codes[parent]);
        eg_json_text(sheet->json, item, "name", snapshot->generation->area_sets[to].names[parent]);
    }
}

/* The value and its companions; null and none for an area without. */
static void add_value(const struct sheet *sheet, struct eg_json_value *properties,
                      const struct eg_info_feature *feature)
{
    const struct eg_series *series = eg_info_series(sheet->w, feature);
    const struct eg_atlas_indicator *indicator = &sheet->w->snapshot->atlas->indicators[series->indicator];
    uint32_t area = feature->area;
    if (!feature->has_value) eg_json_null(sheet->json, properties, "value");
    else if (indicator->categorical) eg_json_text(sheet->json, properties, "value", feature->value);
    else eg_describe_number(sheet->json, properties, "value", &indicator->facts, series->value[area]);
    eg_describe_text(sheet->json, properties, "unit", indicator->facts.unit);
    eg_json_cstring(sheet->json, properties, "state", eg_state_name((enum eg_state)series->state[area]));
    eg_json_text(sheet->json, properties, "state_text", feature->state);
    if (feature->lower.len > 0)
        eg_describe_number(sheet->json, properties, "lower", &indicator->facts, series->lower[area]);
    if (feature->upper.len > 0)
        eg_describe_number(sheet->json, properties, "upper", &indicator->facts, series->upper[area]);
    if (feature->class_label.len > 0) eg_json_text(sheet->json, properties, "class", feature->class_label);
}

static enum eg_status add_feature(const struct sheet *sheet, struct eg_json_value *array,
                                  const struct eg_info_feature *feature, struct eg_error *err)
{
    const struct eg_atlas *atlas = sheet->w->snapshot->atlas;
    const struct eg_series *series = eg_info_series(sheet->w, feature);
    struct eg_json_value *item = eg_json_object(sheet->json, array, NULL);
    eg_json_cstring(sheet->json, item, "type", "Feature");
    eg_describe_made(sheet->json, item, "id",
                     eg_text_format(sheet->w->arena, "%.*s.%.*s",
                                    EG_TEXT_ARG(atlas->layers[feature->ref.layer].id),
                                    EG_TEXT_ARG(feature->code)));
    enum eg_status status = add_borders(sheet, item, feature, err);
    struct eg_json_value *properties = eg_json_object(sheet->json, item, "properties");
    eg_json_text(sheet->json, properties, "layer", atlas->layers[feature->ref.layer].id);
    eg_json_text(sheet->json, properties, "title", feature->title);
    eg_json_text(sheet->json, properties, "boundaries", atlas->boundaries[series->boundaries].id);
    eg_json_text(sheet->json, properties, "code", feature->code);
    eg_json_text(sheet->json, properties, "name", feature->name);
    add_parents(sheet, properties, feature, series->boundaries);
    eg_json_text(sheet->json, properties, "period", series->period.id);
    add_value(sheet, properties, feature);
    eg_describe_text(sheet->json, properties, "source", feature->source);
    eg_json_bool(sheet->json, properties, "fictional", atlas->fictional);
    return status;
}

enum eg_status eg_info_geojson(const struct eg_info_writer *w, struct eg_entity *entity_out,
                               struct eg_error *err)
{
    struct sheet sheet = {w, eg_json_new_object()};
    if (!sheet.json) return eg_error_no_memory(err, 0);
    struct eg_json_value *root = eg_json_root(sheet.json);
    eg_json_cstring(sheet.json, root, "type", "FeatureCollection");
    struct eg_json_value *crs = eg_json_object(sheet.json, root, "crs");
    eg_json_cstring(sheet.json, crs, "type", "name");
    eg_json_cstring(sheet.json, eg_json_object(sheet.json, crs, "properties"), "name",
                    "urn:ogc:def:crs:OGC:1.3:CRS84");
    struct eg_json_value *array = eg_json_array(sheet.json, root, "features");
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < w->n_features && status == EG_OK; i++)
        status = add_feature(&sheet, array, &w->features[i], err);
    if (status == EG_OK) return eg_entity_from_json(sheet.json, "application/json", entity_out, err);
    eg_json_free(sheet.json);
    return status;
}
