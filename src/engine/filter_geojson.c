/* Geometries in CQL2-JSON: GeoJSON's (RFC 7946, 3.1), and {"bbox": [...]}. Numbers behind the second of a position are dropped. */
#include "engine/filter_json.h"

bool eg_filter_json_is_geometry(struct eg_filter_json json)
{
    return eg_json_get(json.value, "type") != NULL || eg_json_get(json.value, "bbox") != NULL;
}

static struct eg_filter_place place_of(struct eg_filter_json json)
{
    return (struct eg_filter_place){.step = json.step};
}

typedef enum eg_status read_fn(struct eg_filter_json json, struct eg_filter_shapes *shapes);

/* Reads each element of an array that is not empty. */
static enum eg_status read_each(struct eg_filter_json array, read_fn *read, struct eg_filter_shapes *shapes)
{
    size_t n = eg_json_length(array.value);
    if (n == 0) return eg_filter_json_unexpected(array, "an array of coordinates");
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < n && status == EG_OK; i++) {
        struct eg_filter_json element = {0};
        status = eg_filter_json_element(array, i, &element);
        if (status == EG_OK) status = read(element, shapes);
    }
    return status;
}

static enum eg_status read_position(struct eg_filter_json json, struct eg_filter_shapes *shapes)
{
    double xy[2];
    bool right = eg_json_length(json.value) >= 2;
    for (size_t i = 0; i < 2 && right; i++) right = eg_json_is_number(eg_json_at(json.value, i), &xy[i]);
    if (!right) return eg_filter_json_unexpected(json, "a position such as [-0.7, 52.4]");
    return eg_filter_shape_point(json.build, shapes, place_of(json), xy);
}

/* A line or ring. */
static enum eg_status read_line(struct eg_filter_json json, struct eg_filter_shapes *shapes)
{
    enum eg_status status = read_each(json, read_position, shapes);
    return status == EG_OK ? eg_filter_shape_end_part(json.build, shapes, place_of(json)) : status;
}

static enum eg_status read_points(struct eg_filter_json json, struct eg_filter_shapes *shapes)
{
    return read_each(json, read_position, shapes);
}

static enum eg_status read_lines(struct eg_filter_json json, struct eg_filter_shapes *shapes)
{
    return read_each(json, read_line, shapes);
}

static enum eg_status read_shape(struct eg_filter_json json, enum eg_filter_shape_kind kind, read_fn *read,
                                 struct eg_filter_shapes **shapes_out)
{
    struct eg_filter_shapes *shapes = NULL;
    enum eg_status status = eg_filter_shape_begin(json.build, kind, &shapes);
    if (status == EG_OK) status = read(json, shapes);
    if (status == EG_OK) status = eg_filter_shape_end(json.build, shapes, place_of(json));
    if (status == EG_OK) *shapes_out = shapes;
    return status;
}

static enum eg_status read_box(struct eg_filter_json json, struct eg_filter_shapes **shapes_out)
{
    double numbers[6];
    size_t n = eg_json_length(json.value);
    bool right = n == 4 || n == 6;
    for (size_t i = 0; i < n && right; i++) right = eg_json_is_number(eg_json_at(json.value, i), &numbers[i]);
    if (!right) return eg_filter_json_unexpected(json, "an array of 4 or 6 numbers");
    return eg_filter_shape_box(json.build, place_of(json), numbers, (uint32_t)n, shapes_out);
}

/* The members of a MultiPolygon (coordinates) or GeometryCollection (geometries), as one list. */
static enum eg_status read_members(struct eg_filter_json array, bool are_polygons,
                                   struct eg_filter_shapes **shapes_out)
{
    struct eg_filter_shapes *first = NULL, **end = &first;
    size_t n = eg_json_length(array.value);
    if (n == 0) return eg_filter_json_unexpected(array, "an array that is not empty");
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < n && status == EG_OK; i++) {
        struct eg_filter_json element = {0};
        status = eg_filter_json_element(array, i, &element);
        if (status != EG_OK) return status;
        if (are_polygons) status = read_shape(element, EG_FILTER_POLYGONS_KIND, read_lines, end);
        else status = eg_filter_json_geometry(element, end);
        while (*end) end = &(*end)->next;
    }
    if (status == EG_OK) *shapes_out = first;
    return status;
}

static enum eg_status read_coordinates(struct eg_filter_json json, struct eg_text type,
                                       struct eg_filter_shapes **shapes_out)
{
    static const struct {
        const char *type;
        enum eg_filter_shape_kind kind;
        read_fn *read;
    } types[] = {
        {"Point", EG_FILTER_POINTS_KIND, read_position},
        {"MultiPoint", EG_FILTER_POINTS_KIND, read_points},
        {"LineString", EG_FILTER_LINES_KIND, read_line},
        {"MultiLineString", EG_FILTER_LINES_KIND, read_lines},
        {"Polygon", EG_FILTER_POLYGONS_KIND, read_lines},
    };
    struct eg_filter_json inner = {0};
    bool is_collection = eg_text_equal(type, EG_TEXT("GeometryCollection"));
    enum eg_status status = eg_filter_json_member(json, is_collection ? "geometries" : "coordinates", &inner);
    if (status != EG_OK) return status;
    if (is_collection || eg_text_equal(type, EG_TEXT("MultiPolygon")))
        return read_members(inner, !is_collection, shapes_out);
    for (size_t i = 0; i < EG_ARRAY_LEN(types); i++) {
        if (eg_text_equal(type, eg_text_from(types[i].type)))
            return read_shape(inner, types[i].kind, types[i].read, shapes_out);
    }
    return eg_filter_json_unexpected(json, "a GeoJSON geometry: Point, LineString, Polygon, MultiPoint, "
                                           "MultiLineString, MultiPolygon or GeometryCollection");
}

enum eg_status eg_filter_json_geometry(struct eg_filter_json json, struct eg_filter_shapes **shapes_out)
{
    struct eg_text type = {0};
    struct eg_filter_json box = {0};
    enum eg_status status = eg_filter_deeper(json.build, place_of(json));
    if (status != EG_OK) return status;
    bool has_type = eg_json_is_text(eg_json_get(json.value, "type"), &type);
    if (has_type) status = read_coordinates(json, type, shapes_out);
    else status = eg_filter_json_member(json, "bbox", &box);
    if (status == EG_OK && !has_type) status = read_box(box, shapes_out);
    json.build->depth--;
    return status;
}
