/* Whom an entry serves, drawn: one outline around all areas that it names, made of the borders between members and others
 * (eg_shapes_new_union), and the polygon of its own. The two may overlap; they stay apart, so that one sees which is
 * which. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "engine/coalition_area_parts.h"
#include "engine/describe.h"
#include "engine/geometry_text.h"
#include "geo/ground.h"

#define MOST_AREAS 1000U /* that are listed by name */

/* --- outlines ---------------------------------------------------------------------------------------------------------- */

struct eg_area_part *eg_area_begin_part(struct eg_area_drawing *drawing, const char *from)
{
    if (drawing->n_parts > 0) eg_buffer_char(&drawing->geometry, ',');
    struct eg_area_part *part = &drawing->parts[drawing->n_parts++];
    *part = (struct eg_area_part){.from = from, .boundaries = EG_ATLAS_NONE};
    return part;
}

/* Metres on the ground of one grid unit in the middle of a box. */
static double unit_m(const struct eg_plane *plane, struct eg_box box)
{
    double y_m = ((double)box.min_y + box.max_y) / 2 * plane->grid.unit;
    return plane->grid.unit / cosh(y_m * M_PI / EG_MERCATOR_HALF_M);
}

static uint32_t choose_level(const struct eg_coalition_area_request *request, const struct eg_plane *plane,
                             const struct eg_shapes *shapes, double unit_on_ground_m)
{
    if (!request->has_tolerance) return eg_shapes_level_within(shapes, EG_OUTLINE_POINTS);
    /* eg_plane_level_for: triangles below a sixty-fourth of a square pixel. */
    double units_per_px = 8 * request->tolerance_m / unit_on_ground_m;
    return units_per_px > 0 ? eg_plane_level_for(plane, units_per_px) : 0;
}

enum eg_status eg_area_take_level(struct eg_area_drawing *drawing, const struct eg_plane *plane,
                                  const struct eg_shapes *shapes, struct eg_box box, struct eg_shape *shape,
                                  struct eg_error *err)
{
    double unit_on_ground_m = unit_m(plane, box);
    uint32_t level = choose_level(drawing->request, plane, shapes, unit_on_ground_m);
    enum eg_status status = eg_shapes_area(shapes, 0, level, shape, err);
    while (status == EG_OK && shape->n_polygons == 0 && level > 0)
        status = eg_shapes_area(shapes, 0, --level, shape, err);
    /* Level l leaves out triangles of less than a quarter of 2^l square units. */
    drawing->parts[drawing->n_parts - 1].tolerance_m =
        level > 0 ? sqrt(ldexp(0.25, (int)level)) * unit_on_ground_m : 0;
    return status;
}

static struct eg_geometry_writer writer_for(double tolerance_m)
{
    if (tolerance_m <= 0) return (struct eg_geometry_writer){.decimals = 7, .scale = 10000000};
    if (tolerance_m < 5) return (struct eg_geometry_writer){.decimals = 6, .scale = 1000000};
    return (struct eg_geometry_writer){.decimals = 5, .scale = 100000};
}

enum eg_status eg_area_write_outline(struct eg_area_drawing *drawing, const struct eg_shape *shape,
                                     struct eg_grid grid, double tolerance_m, bool *has_out,
                                     struct eg_error *err)
{
    struct eg_geometry_writer writer = writer_for(tolerance_m);
    writer.unit = grid.unit;
    enum eg_status status =
        eg_geometry_write_shape(&writer, shape, &eg_geometry_multipolygons, &drawing->geometry, has_out, err);
    eg_geometry_writer_clear(&writer);
    return status;
}

/* --- areas ------------------------------------------------------------------------------------------------------------ */

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

/* Its ground is measured on the full borders, whatever is drawn. */
static enum eg_status draw_areas(struct eg_area_drawing *drawing, const struct eg_group *group,
                                 struct eg_error *err)
{
    if (group->n_areas == 0) return EG_OK;
    const struct eg_area_set *set = &drawing->snapshot->generation->area_sets[group->boundaries];
    struct eg_shapes *shapes = NULL;
    struct eg_shape shape = {0};
    bool has_outline = false;
    size_t before = drawing->geometry.len;
    struct eg_area_part *part = eg_area_begin_part(drawing, "areas");
    part->boundaries = group->boundaries;
    enum eg_status status = eg_shapes_new_union(set->plane, group->is_member, &shapes, err);
    if (status == EG_OK) status = eg_shapes_area(shapes, 0, 0, &shape, err);
    if (status == EG_OK) {
        part->area_m2 = eg_ground_shape_m2(&shape, set->plane->grid);
        status = eg_area_take_level(drawing, set->plane, shapes, box_of(set, group), &shape, err);
    }
    if (status == EG_OK)
        status =
            eg_area_write_outline(drawing, &shape, set->plane->grid, part->tolerance_m, &has_outline, err);
    if (!has_outline) {
        drawing->n_parts--;
        drawing->geometry.len = before;
    }
    eg_shape_clear(&shape);
    eg_shapes_free(shapes);
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

void eg_groups_describe_beside(struct eg_json *json, struct eg_json_value *into,
                               const struct eg_snapshot *snapshot, const struct eg_group *groups,
                               uint32_t n_groups)
{
    if (n_groups < 2) return;
    struct eg_json_value *beside = eg_json_array(json, into, "beside");
    for (uint32_t i = 1; i < n_groups; i++)
        eg_group_describe(json, eg_json_object(json, beside, NULL), snapshot, &groups[i]);
}

static void add_properties(struct eg_json *json, struct eg_json_value *root,
                           const struct eg_area_drawing *drawing)
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
        if (drawing->n_groups > 1 && drawing->parts[i].boundaries != EG_ATLAS_NONE)
            eg_json_text(json, part, "boundaries",
                         drawing->snapshot->atlas->boundaries[drawing->parts[i].boundaries].id);
        eg_json_decimal(json, part, "area_km2", drawing->parts[i].area_m2 / 1e6, 3);
        eg_json_decimal(json, part, "tolerance_m", drawing->parts[i].tolerance_m, 2);
    }
    eg_group_describe(json, properties, drawing->snapshot, &drawing->groups[0]);
    eg_groups_describe_beside(json, properties, drawing->snapshot, drawing->groups, drawing->n_groups);
}

/* Everything but the geometry, which is written as text once: put in behind the last member. */
static enum eg_status write_feature(struct eg_area_drawing *drawing, struct eg_buffer *out,
                                    struct eg_error *err)
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
    if (drawing->groups[0].n_areas > 0)
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

static enum eg_status draw(struct eg_area_drawing *drawing, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < drawing->n_groups && status == EG_OK; i++)
        status = draw_areas(drawing, &drawing->groups[i], err);
    if (status == EG_OK) status = eg_area_draw_shape(drawing, err);
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
    struct eg_area_drawing drawing = {.snapshot = snapshot, .request = request};
    struct eg_buffer body;
    eg_buffer_init(&drawing.geometry, 0);
    eg_buffer_init(&body, 0);
    enum eg_status status = eg_coalition_find(snapshot, request->id, &drawing.entry, err);
    if (status != EG_OK) return status;
    status = eg_groups_of_entry(snapshot->generation, drawing.entry, &drawing.groups, &drawing.n_groups, err);
    if (status == EG_OK) {
        drawing.parts = eg_memory_array(drawing.n_groups + 1U, sizeof *drawing.parts);
        status = drawing.parts ? draw(&drawing, err) : eg_error_no_memory(err, sizeof *drawing.parts);
    }
    if (status == EG_OK) status = write_feature(&drawing, &body, err);
    if (status == EG_OK) status = eg_entity_from_buffer(&body, "application/geo+json", true, entity_out, err);
    eg_buffer_clear(&body);
    eg_buffer_clear(&drawing.geometry);
    eg_groups_free(drawing.groups, drawing.n_groups);
    free(drawing.parts);
    return status;
}
