/* Feature info as a GML 2.1.2 feature collection, as QGIS and OpenLayers read it without a schema: one feature type a layer, its
 * properties as texts, a geometry in the CRS of the request. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "engine/crs_list.h"
#include "engine/projected.h"
#include "http/feature_info_parts.h"
#include "http/xml.h"

#define TYPE_BYTES 256

/* Borders of one feature; those of all are found first, as the box of all stands above them. */
struct member {
    const struct eg_plane *plane; /* taken */
    struct eg_shape shape;
    struct eg_box box;
};

struct sheet {
    const struct eg_info_writer *w;
    struct member *members; /* [w->n_features] */
    struct eg_xml *xml;
    const struct eg_crs_entry *crs;
    char crs_name[EG_CRS_NAME_BYTES];
    struct eg_buffer text; /* coordinates on their way */
};

/* A layer's id as an XML name: it is made of letters, digits, '-', '_' and a point, but may begin with a digit. */
static void type_name(const struct eg_snapshot *snapshot, uint32_t layer, char name_out[TYPE_BYTES])
{
    struct eg_text id = snapshot->atlas->layers[layer].id;
    bool begins = id.len > 0 && ((id.data[0] | 0x20) >= 'a' && (id.data[0] | 0x20) <= 'z');
    (void)snprintf(name_out, TYPE_BYTES, "eg:%s%.*s", begins ? "" : "_", EG_TEXT_ARG(id));
}

/* An identifier as XML has them: unique in the document, letters and digits; of the layer and the area's code, whose other characters
 * become numbers. A layer that was asked for twice has its second answer numbered. */
static void write_identifier(struct sheet *sheet, const struct eg_info_feature *feature, const char *type)
{
    const struct eg_info_feature *all = sheet->w->features;
    uint32_t n_same = 0;
    for (const struct eg_info_feature *other = all; other < feature; other++)
        n_same += other->ref.layer == feature->ref.layer && other->area == feature->area;
    eg_buffer_printf(&sheet->text, "%s.", strchr(type, ':') + 1);
    for (size_t i = 0; i < feature->code.len; i++) {
        unsigned char c = (unsigned char)feature->code.data[i];
        bool plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-';
        eg_buffer_printf(&sheet->text, plain ? "%c" : "_%02x", (unsigned)c);
    }
    if (n_same > 0) eg_buffer_printf(&sheet->text, ".%u", n_same + 1);
    if (!sheet->text.failed)
        eg_xml_attribute(sheet->xml, "fid", (struct eg_text){sheet->text.data, sheet->text.len});
    sheet->text.len = 0;
}

static void add_position(struct sheet *sheet, const struct eg_plane *plane, struct eg_point point)
{
    double x = point.x * plane->grid.unit, y = point.y * plane->grid.unit;
    int decimals = sheet->crs->info.geographic ? 7 : 2;
    bool swapped = sheet->w->request->northing_first && sheet->crs->info.northing_first;
    eg_buffer_printf(&sheet->text, "%s%.*f,%.*f", sheet->text.len > 0 ? " " : "", decimals, swapped ? y : x,
                     decimals, swapped ? x : y);
}

static void write_coordinates(struct sheet *sheet)
{
    if (!sheet->text.failed)
        eg_xml_leaf(sheet->xml, "gml:coordinates", (struct eg_text){sheet->text.data, sheet->text.len});
    sheet->text.len = 0;
}

static void write_box(struct sheet *sheet, const struct eg_plane *plane, struct eg_box box)
{
    eg_xml_open(sheet->xml, "gml:boundedBy");
    eg_xml_open(sheet->xml, "gml:Box");
    eg_xml_attribute(sheet->xml, "srsName", eg_text_from(sheet->crs_name));
    add_position(sheet, plane, (struct eg_point){box.min_x, box.min_y});
    add_position(sheet, plane, (struct eg_point){box.max_x, box.max_y});
    write_coordinates(sheet);
    eg_xml_close(sheet->xml);
    eg_xml_close(sheet->xml);
}

static void write_ring(struct sheet *sheet, const char *side, const struct eg_plane *plane,
                       const struct eg_shape *shape, uint32_t ring)
{
    uint32_t first = shape->ring_start[ring], end = shape->ring_start[ring + 1];
    eg_xml_open(sheet->xml, side);
    eg_xml_open(sheet->xml, "gml:LinearRing");
    for (uint32_t i = first; i <= end; i++) add_position(sheet, plane, shape->points[i < end ? i : first]);
    write_coordinates(sheet);
    eg_xml_close(sheet->xml);
    eg_xml_close(sheet->xml);
}

static void write_geometry(struct sheet *sheet, const struct eg_plane *plane, const struct eg_shape *shape)
{
    eg_xml_open(sheet->xml, "eg:geometry");
    eg_xml_open(sheet->xml, "gml:MultiPolygon");
    eg_xml_attribute(sheet->xml, "srsName", eg_text_from(sheet->crs_name));
    for (uint32_t p = 0; p < shape->n_polygons; p++) {
        uint32_t shell = shape->polygon_start[p];
        eg_xml_open(sheet->xml, "gml:polygonMember");
        eg_xml_open(sheet->xml, "gml:Polygon");
        write_ring(sheet, "gml:outerBoundaryIs", plane, shape, shell);
        for (uint32_t ring = shell + 1; ring < shape->polygon_start[p + 1]; ring++)
            write_ring(sheet, "gml:innerBoundaryIs", plane, shape, ring);
        eg_xml_close(sheet->xml);
        eg_xml_close(sheet->xml);
    }
    eg_xml_close(sheet->xml);
    eg_xml_close(sheet->xml);
}

/* Values with all their digits: what a client stores is no text for reading. */
static void write_fields(struct sheet *sheet, const struct eg_info_feature *feature)
{
    const struct eg_series *series = eg_info_series(sheet->w, feature);
    const struct eg_text texts[] = {sheet->w->snapshot->atlas->layers[feature->ref.layer].id,
                                    feature->title,
                                    feature->code,
                                    feature->name,
                                    feature->parents,
                                    series->period.id,
                                    feature->state,
                                    feature->unit,
                                    feature->class_label,
                                    feature->source};
    static const char *const names[] = {"eg:layer",  "eg:title", "eg:code", "eg:name",  "eg:within",
                                        "eg:period", "eg:state", "eg:unit", "eg:class", "eg:source"};
    for (size_t i = 0; i < EG_ARRAY_LEN(texts); i++)
        if (texts[i].len > 0) eg_xml_leaf(sheet->xml, names[i], texts[i]);
    bool named = sheet->w->snapshot->atlas->indicators[series->indicator].categorical;
    if (feature->has_value && named) eg_xml_leaf(sheet->xml, "eg:value", feature->value);
    else if (feature->has_value)
        eg_xml_leaf_format(sheet->xml, "eg:value", "%.15g", series->value[feature->area]);
    if (feature->lower.len > 0)
        eg_xml_leaf_format(sheet->xml, "eg:lower", "%.15g", series->lower[feature->area]);
    if (feature->upper.len > 0)
        eg_xml_leaf_format(sheet->xml, "eg:upper", "%.15g", series->upper[feature->area]);
    if (sheet->w->snapshot->atlas->fictional) eg_xml_leaf(sheet->xml, "eg:fictional", EG_TEXT("true"));
}

static enum eg_status find_borders(const struct eg_info_writer *w, const struct eg_info_feature *feature,
                                   struct member *member, struct eg_error *err)
{
    enum eg_status status = eg_projected_take(w->snapshot->projected, eg_info_series(w, feature)->boundaries,
                                              w->request->crs, &member->plane, err);
    if (status != EG_OK) return status;
    return eg_info_borders(w, feature, member->plane, w->request->with_geometry ? &member->shape : NULL,
                           &member->box, err);
}

static void write_feature(struct sheet *sheet, const struct eg_info_feature *feature,
                          const struct member *member)
{
    char type[TYPE_BYTES];
    type_name(sheet->w->snapshot, feature->ref.layer, type);
    eg_xml_open(sheet->xml, "gml:featureMember");
    eg_xml_open(sheet->xml, type);
    write_identifier(sheet, feature, type);
    if (!eg_box_is_empty(member->box)) write_box(sheet, member->plane, member->box);
    if (member->shape.n_polygons > 0) write_geometry(sheet, member->plane, &member->shape);
    write_fields(sheet, feature);
    eg_xml_close(sheet->xml);
    eg_xml_close(sheet->xml);
}

/* The schema of GML 2 wants it of every collection. Planes of one CRS have one grid. */
static void write_box_of_all(struct sheet *sheet)
{
    struct eg_box all = eg_box_empty();
    for (uint32_t i = 0; i < sheet->w->n_features; i++) {
        struct eg_box box = sheet->members[i].box;
        if (eg_box_is_empty(box)) continue;
        all = eg_box_add(all, (struct eg_point){box.min_x, box.min_y});
        all = eg_box_add(all, (struct eg_point){box.max_x, box.max_y});
    }
    if (!eg_box_is_empty(all)) {
        write_box(sheet, sheet->members[0].plane, all);
        return;
    }
    eg_xml_open(sheet->xml, "gml:boundedBy");
    eg_xml_leaf(sheet->xml, "gml:null", EG_TEXT("inapplicable"));
    eg_xml_close(sheet->xml);
}

static enum eg_status write_all(struct sheet *sheet, struct eg_error *err)
{
    const struct eg_info_writer *w = sheet->w;
    enum eg_status status = eg_crs_list_resolve(w->snapshot->crs_list, w->request->crs, &sheet->crs, err);
    for (uint32_t i = 0; i < w->n_features && status == EG_OK; i++)
        status = find_borders(w, &w->features[i], &sheet->members[i], err);
    if (status != EG_OK) return status;
    eg_crs_write(&sheet->crs->id, EG_CRS_WMS, sheet->crs_name);
    eg_xml_open(sheet->xml, "wfs:FeatureCollection");
    eg_xml_attribute(sheet->xml, "xmlns:wfs", EG_TEXT("http://www.opengis.net/wfs"));
    eg_xml_attribute(sheet->xml, "xmlns:gml", EG_TEXT("http://www.opengis.net/gml"));
    eg_xml_attribute(sheet->xml, "xmlns:eg", EG_TEXT("urn:evenground:feature-info"));
    write_box_of_all(sheet);
    for (uint32_t i = 0; i < w->n_features; i++) write_feature(sheet, &w->features[i], &sheet->members[i]);
    eg_xml_close(sheet->xml);
    return sheet->text.failed ? eg_error_no_memory(err, 0) : EG_OK;
}

static void clear(struct sheet *sheet)
{
    for (uint32_t i = 0; sheet->members && i < sheet->w->n_features; i++) {
        eg_shape_clear(&sheet->members[i].shape);
        if (sheet->members[i].plane)
            eg_projected_release(sheet->w->snapshot->projected, sheet->members[i].plane);
    }
    free(sheet->members);
    eg_buffer_clear(&sheet->text);
    eg_xml_free(sheet->xml);
}

enum eg_status eg_info_gml(const struct eg_info_writer *w, struct eg_entity *entity_out, struct eg_error *err)
{
    struct sheet sheet = {.w = w, .xml = eg_xml_new()};
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    eg_buffer_init(&sheet.text, 0);
    sheet.members = eg_memory_zeroed(w->n_features + 1U, sizeof *sheet.members);
    enum eg_status status = sheet.xml && sheet.members ? write_all(&sheet, err) : eg_error_no_memory(err, 0);
    if (status == EG_OK) status = eg_xml_finish(sheet.xml, &body, err);
    if (status == EG_OK)
        status = eg_entity_from_buffer(&body, "application/vnd.ogc.gml", true, entity_out, err);
    eg_buffer_clear(&body);
    clear(&sheet);
    return status;
}
