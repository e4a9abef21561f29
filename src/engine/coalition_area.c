/* Whom an entry serves, drawn: one outline around all areas that it names, made of the borders between members and others
 * (eg_shapes_new_union), and the polygon of its own as it was given. The two may overlap; they stay apart, so that one sees which is
 * which. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "engine/coalitions_parts.h"
#include "engine/describe.h"
#include "engine/geometry_text.h"
#include "geo/ground.h"

#define USUAL_POINTS 3000U /* 60 kB of text, half of that compressed */
#define MOST_AREAS 1000U   /* that are listed by name */

struct part {
    const char *from; /* "areas" or "shape" */
    double area_m2;
};

/* An answer under way. */
struct drawing {
    struct eg_snapshot *snapshot;
    const struct eg_entry *entry;
    const struct eg_coalition_area_request *request;
    struct eg_group group;
    double tolerance_m; /* of the outline of areas */
    struct part parts[2];
    uint32_t n_parts;
    struct eg_buffer geometry; /* the parts', with commas between */
};

static void begin_part(struct drawing *drawing, const char *from)
{
    if (drawing->n_parts > 0) eg_buffer_char(&drawing->geometry, ',');
    drawing->parts[drawing->n_parts++] = (struct part){from, 0};
}

/* --- areas ------------------------------------------------------------------------------------------------------------ */

/* Metres on the ground of one grid unit in the middle of a box. */
static double unit_m(const struct eg_plane *plane, struct eg_box box)
{
    double y_m = ((double)box.min_y + box.max_y) / 2 * plane->grid.unit;
    return plane->grid.unit / cosh(y_m * M_PI / EG_MERCATOR_HALF_M);
}

static struct eg_box box_of(const struct eg_area_set *set, const struct eg_group *group)
{
    struct eg_box all = eg_box_empty();
    for (uint32_t i = 0; i < group->n_areas; i++) {
        struct eg_box box = set->area_box[group->areas[i]];
        if (eg_box_is_empty(box)) continue;
        all = eg_box_add(all, (struct eg_point){box.min_x, box.min_y});
        all = eg_box_add(all, (struct eg_point){box.max_x, box.max_y});
    }
    return all;
}

static uint32_t choose_level(const struct drawing *drawing, const struct eg_plane *plane,
                             const struct eg_shapes *shapes, double unit_on_ground_m)
{
    if (!drawing->request->has_tolerance) return eg_shapes_level_within(shapes, USUAL_POINTS);
    /* eg_plane_level_for: triangles below a sixty-fourth of a square pixel. */
    double units_per_px = 8 * drawing->request->tolerance_m / unit_on_ground_m;
    return units_per_px > 0 ? eg_plane_level_for(plane, units_per_px) : 0;
}

/* The shape at a level or, where nothing is left of it there, at the next finer one. */
static enum eg_status take_level(struct drawing *drawing, const struct eg_plane *plane,
                                 const struct eg_shapes *shapes, struct eg_shape *shape, struct eg_error *err)
{
    double unit_on_ground_m = unit_m(
        plane, box_of(&drawing->snapshot->generation->area_sets[drawing->group.boundaries], &drawing->group));
    uint32_t level = choose_level(drawing, plane, shapes, unit_on_ground_m);
    enum eg_status status = eg_shapes_area(shapes, 0, level, shape, err);
    while (status == EG_OK && shape->n_polygons == 0 && level > 0)
        status = eg_shapes_area(shapes, 0, --level, shape, err);
    /* Level l leaves out triangles of less than a quarter of 2^l square units. */
    drawing->tolerance_m = level > 0 ? sqrt(ldexp(0.25, (int)level)) * unit_on_ground_m : 0;
    return status;
}

static struct eg_geometry_writer writer_for(double tolerance_m)
{
    if (tolerance_m <= 0) return (struct eg_geometry_writer){.decimals = 7, .scale = 10000000};
    if (tolerance_m < 5) return (struct eg_geometry_writer){.decimals = 6, .scale = 1000000};
    return (struct eg_geometry_writer){.decimals = 5, .scale = 100000};
}

static enum eg_status write_outline(struct drawing *drawing, const struct eg_shape *shape,
                                    struct eg_error *err)
{
    const struct eg_plane *plane = drawing->snapshot->generation->area_sets[drawing->group.boundaries].plane;
    struct eg_geometry_writer writer = writer_for(drawing->tolerance_m);
    bool has_outline = false;
    writer.unit = plane->grid.unit;
    begin_part(drawing, "areas");
    enum eg_status status = eg_geometry_write_shape(&writer, shape, &eg_geometry_multipolygons,
                                                    &drawing->geometry, &has_outline, err);
    eg_geometry_writer_clear(&writer);
    if (!has_outline) drawing->n_parts--;
    return status;
}

/* Its ground is measured on the full borders, whatever is drawn. */
static enum eg_status draw_areas(struct drawing *drawing, struct eg_error *err)
{
    const struct eg_group *group = &drawing->group;
    if (group->n_areas == 0) return EG_OK;
    const struct eg_area_set *set = &drawing->snapshot->generation->area_sets[group->boundaries];
    struct eg_shapes *shapes = NULL;
    struct eg_shape shape = {0};
    enum eg_status status = eg_shapes_new_union(set->plane, group->is_member, &shapes, err);
    if (status == EG_OK) status = eg_shapes_area(shapes, 0, 0, &shape, err);
    double area_m2 = status == EG_OK ? eg_ground_shape_m2(&shape, set->plane->grid) : 0;
    if (status == EG_OK) status = take_level(drawing, set->plane, shapes, &shape, err);
    if (status == EG_OK) status = write_outline(drawing, &shape, err);
    if (drawing->n_parts > 0) drawing->parts[0].area_m2 = area_m2;
    eg_shape_clear(&shape);
    eg_shapes_free(shapes);
    return status;
}

/* --- the shape of its own --------------------------------------------------------------------------------------------- */

/* Rings of [lon, lat], the first of them the shell. */
static double ring_m2(const struct eg_json_value *ring, double *lonlat)
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
    return eg_ground_ring_m2(lonlat, (uint32_t)n);
}

static double polygon_m2(const struct eg_json_value *polygon, double *lonlat)
{
    double area_m2 = 0;
    for (size_t i = 0; i < eg_json_length(polygon); i++) {
        double ring = ring_m2(eg_json_at(polygon, i), lonlat);
        area_m2 += i == 0 ? ring : -ring;
    }
    return area_m2;
}

static size_t longest_ring(const struct eg_json_value *polygon)
{
    size_t most = 0;
    for (size_t i = 0; i < eg_json_length(polygon); i++) {
        size_t n = eg_json_length(eg_json_at(polygon, i));
        if (n > most) most = n;
    }
    return most;
}

/* The members of a MultiPolygon, or a Polygon as the only one. */
struct polygons {
    const struct eg_json_value *coordinates;
    bool is_multi;
};

static size_t count_polygons(const struct polygons *polygons)
{
    return polygons->is_multi ? eg_json_length(polygons->coordinates) : 1;
}

static const struct eg_json_value *polygon_at(const struct polygons *polygons, size_t i)
{
    return polygons->is_multi ? eg_json_at(polygons->coordinates, i) : polygons->coordinates;
}

static enum eg_status measure_shape(struct drawing *drawing, const struct polygons *polygons,
                                    struct eg_error *err)
{
    size_t most = 0;
    for (size_t i = 0; i < count_polygons(polygons); i++) {
        size_t n = longest_ring(polygon_at(polygons, i));
        if (n > most) most = n;
    }
    double *lonlat = eg_memory_array(2 * most, sizeof *lonlat);
    if (!lonlat) return eg_error_no_memory(err, 2 * most * sizeof *lonlat);
    for (size_t i = 0; i < count_polygons(polygons); i++)
        drawing->parts[drawing->n_parts - 1].area_m2 += polygon_m2(polygon_at(polygons, i), lonlat);
    free(lonlat);
    return EG_OK;
}

static enum eg_status draw_shape(struct drawing *drawing, struct eg_error *err)
{
    struct eg_text kind = {0};
    struct eg_json *json = NULL;
    if (drawing->entry->area_geojson.len == 0) return EG_OK;
    enum eg_status status = eg_json_parse(drawing->entry->area_geojson, &json, err);
    if (status != EG_OK) return status;
    struct polygons polygons = {.coordinates = eg_json_get(eg_json_root(json), "coordinates")};
    (void)eg_json_is_text(eg_json_get(eg_json_root(json), "type"), &kind);
    polygons.is_multi = eg_text_equal(kind, EG_TEXT("MultiPolygon"));
    if (polygons.coordinates) {
        begin_part(drawing, "shape");
        eg_buffer_literal(&drawing->geometry, "{\"type\":\"MultiPolygon\",\"coordinates\":");
        if (!polygons.is_multi) eg_buffer_char(&drawing->geometry, '[');
        status = eg_json_write(polygons.coordinates, &drawing->geometry, err);
        eg_buffer_literal(&drawing->geometry, polygons.is_multi ? "}" : "]}");
        if (status == EG_OK) status = measure_shape(drawing, &polygons, err);
    }
    eg_json_free(json);
    return status;
}

/* --- the answer ------------------------------------------------------------------------------------------------------- */

void eg_group_describe(struct eg_json *json, struct eg_json_value *into, const struct eg_snapshot *snapshot,
                       const struct eg_group *group)
{
    if (group->boundaries != EG_ATLAS_NONE) {
        const struct eg_area_set *set = &snapshot->generation->area_sets[group->boundaries];
        eg_json_text(json, into, "boundaries", set->spec->id);
        eg_json_text(json, into, "boundaries_title", set->spec->title);
        eg_json_integer(json, into, "n_areas", group->n_areas);
        struct eg_json_value *areas = eg_json_array(json, into, "areas");
        for (uint32_t i = 0; i < group->n_areas && i < MOST_AREAS; i++) {
            struct eg_json_value *area = eg_json_object(json, areas, NULL);
            eg_json_text(json, area, "code", set->codes[group->areas[i]]);
            eg_json_text(json, area, "name", set->names[group->areas[i]]);
        }
    }
    if (group->n_unknown > 0) eg_json_integer(json, into, "n_unknown_codes", group->n_unknown);
}

static void add_properties(struct eg_json *json, struct eg_json_value *root, const struct drawing *drawing)
{
    struct eg_json_value *properties = eg_json_object(json, root, "properties");
    eg_json_text(json, properties, "name", drawing->entry->field[EG_ENTRY_NAME]);
    if (drawing->snapshot->atlas->fictional) eg_json_bool(json, properties, "fictional", true);
    if (drawing->n_parts == 1)
        eg_json_decimal(json, properties, "area_km2", drawing->parts[0].area_m2 / 1e6, 3);
    struct eg_json_value *parts = eg_json_array(json, properties, "parts");
    for (uint32_t i = 0; i < drawing->n_parts; i++) {
        struct eg_json_value *part = eg_json_object(json, parts, NULL);
        eg_json_cstring(json, part, "from", drawing->parts[i].from);
        eg_json_decimal(json, part, "area_km2", drawing->parts[i].area_m2 / 1e6, 3);
        if (i == 0 && drawing->group.n_areas > 0)
            eg_json_decimal(json, part, "tolerance_m", drawing->tolerance_m, 2);
    }
    eg_group_describe(json, properties, drawing->snapshot, &drawing->group);
}

/* Everything but the geometry, which is written as text once: put in behind the last member. */
static enum eg_status write_feature(struct drawing *drawing, struct eg_buffer *out, struct eg_error *err)
{
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *root = json ? eg_json_root(json) : NULL;
    struct eg_text base_url = drawing->request->base_url;
    eg_json_cstring(json, root, "type", "Feature");
    eg_json_cstring(json, root, "id", drawing->entry->id);
    add_properties(json, root, drawing);
    struct eg_json_value *links = eg_json_array(json, root, "links");
    eg_coalition_link(json, links, "self", base_url, drawing->entry, "/area");
    eg_coalition_link(json, links, "describes", base_url, drawing->entry, "");
    if (drawing->group.n_areas > 0)
        eg_coalition_link(json, links, "profile", base_url, drawing->entry, "/profile");
    enum eg_status status = json ? eg_json_finish(json, false, out, err) : eg_error_no_memory(err, 0);
    eg_json_free(json);
    if (status != EG_OK) return status;
    bool several = drawing->n_parts > 1;
    out->len--; /* the brace */
    eg_buffer_literal(out, ",\"geometry\":");
    if (several) eg_buffer_literal(out, "{\"type\":\"GeometryCollection\",\"geometries\":[");
    eg_buffer_append(out, drawing->geometry.data, drawing->geometry.len);
    eg_buffer_literal(out, several ? "]}}" : "}");
    return drawing->geometry.failed ? eg_error_no_memory(err, drawing->geometry.len) : EG_OK;
}

static enum eg_status draw(struct drawing *drawing, struct eg_error *err)
{
    enum eg_status status = draw_areas(drawing, err);
    if (status == EG_OK) status = draw_shape(drawing, err);
    if (status != EG_OK || drawing->n_parts > 0) return status;
    eg_error_set(err, EG_NOT_FOUND,
                 drawing->entry->n_serves > 0 ? "no area that entry %s serves is on the map of this atlas"
                                              : "entry %s does not say whom it serves",
                 drawing->entry->id);
    eg_error_field(err, "id");
    return EG_NOT_FOUND;
}

enum eg_status eg_engine_coalition_area(struct eg_snapshot *snapshot,
                                        const struct eg_coalition_area_request *request,
                                        struct eg_entity *entity_out, struct eg_error *err)
{
    struct drawing drawing = {.snapshot = snapshot, .request = request};
    struct eg_buffer body;
    eg_buffer_init(&drawing.geometry, 0);
    eg_buffer_init(&body, 0);
    enum eg_status status = eg_coalition_find(snapshot, request->id, &drawing.entry, err);
    if (status != EG_OK) return status;
    status = eg_group_of_entry(snapshot->generation, drawing.entry, &drawing.group, err);
    if (status == EG_OK) status = draw(&drawing, err);
    if (status == EG_OK) status = write_feature(&drawing, &body, err);
    if (status == EG_OK) status = eg_entity_from_buffer(&body, "application/geo+json", true, entity_out, err);
    eg_buffer_clear(&body);
    eg_buffer_clear(&drawing.geometry);
    eg_group_clear(&drawing.group);
    return status;
}
