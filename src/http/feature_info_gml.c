/* Feature info as a GML 2.1.2 feature collection, as QGIS and OpenLayers read it without a schema: one feature type a layer, its
 * properties as texts, a geometry in the CRS of the request. */
#include <math.h>
#include <stdio.h>

#include "engine/crs_list.h"
#include "engine/projected.h"
#include "http/feature_info_parts.h"
#include "http/xml.h"

#define TYPE_BYTES 256

struct sheet {
    const struct eg_info_writer *w;
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

static enum eg_status write_feature(struct sheet *sheet, const struct eg_info_feature *feature,
                                    struct eg_error *err)
{
    const struct eg_info_writer *w = sheet->w;
    const struct eg_plane *plane = NULL;
    struct eg_shape shape = {0};
    struct eg_box box;
    char type[TYPE_BYTES];
    type_name(w->snapshot, feature->ref.layer, type);
    enum eg_status status = eg_projected_take(w->snapshot->projected, eg_info_series(w, feature)->boundaries,
                                              w->request->crs, &plane, err);
    if (status != EG_OK) return status;
    status = eg_info_borders(w, feature, plane, w->request->with_geometry ? &shape : NULL, &box, err);
    if (status == EG_OK) {
        eg_xml_open(sheet->xml, "gml:featureMember");
        eg_xml_open(sheet->xml, type);
        eg_xml_attribute(sheet->xml, "fid", feature->code);
        if (!eg_box_is_empty(box)) write_box(sheet, plane, box);
        if (shape.n_polygons > 0) write_geometry(sheet, plane, &shape);
        write_fields(sheet, feature);
        eg_xml_close(sheet->xml);
        eg_xml_close(sheet->xml);
    }
    eg_shape_clear(&shape);
    eg_projected_release(w->snapshot->projected, plane);
    return status;
}

static enum eg_status write_all(struct sheet *sheet, struct eg_error *err)
{
    const struct eg_info_writer *w = sheet->w;
    enum eg_status status = eg_crs_list_resolve(w->snapshot->crs_list, w->request->crs, &sheet->crs, err);
    if (status != EG_OK) return status;
    eg_crs_write(&sheet->crs->id, EG_CRS_WMS, sheet->crs_name);
    eg_xml_open(sheet->xml, "wfs:FeatureCollection");
    eg_xml_attribute(sheet->xml, "xmlns:wfs", EG_TEXT("http://www.opengis.net/wfs"));
    eg_xml_attribute(sheet->xml, "xmlns:gml", EG_TEXT("http://www.opengis.net/gml"));
    eg_xml_attribute(sheet->xml, "xmlns:eg", EG_TEXT("urn:evenground:feature-info"));
    if (w->n_features == 0) {
        eg_xml_open(sheet->xml, "gml:boundedBy");
        eg_xml_leaf(sheet->xml, "gml:null", EG_TEXT("inapplicable"));
        eg_xml_close(sheet->xml);
    }
    for (uint32_t i = 0; i < w->n_features && status == EG_OK; i++)
        status = write_feature(sheet, &w->features[i], err);
    eg_xml_close(sheet->xml);
    return status == EG_OK && sheet->text.failed ? eg_error_no_memory(err, 0) : status;
}

enum eg_status eg_info_gml(const struct eg_info_writer *w, struct eg_entity *entity_out, struct eg_error *err)
{
    struct sheet sheet = {.w = w, .xml = eg_xml_new()};
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    eg_buffer_init(&sheet.text, 0);
    enum eg_status status = sheet.xml ? write_all(&sheet, err) : eg_error_no_memory(err, 0);
    if (status == EG_OK) status = eg_xml_finish(sheet.xml, &body, err);
    if (status == EG_OK)
        status = eg_entity_from_buffer(&body, "application/vnd.ogc.gml", true, entity_out, err);
    eg_buffer_clear(&body);
    eg_buffer_clear(&sheet.text);
    eg_xml_free(sheet.xml);
    return status;
}
