/* GetStyles as SLD 1.0 with filters over features' properties, so that QGIS draws the collection's features as the server draws
 * its maps; and DescribeLayer.
 *
 * What SLD 1.0 cannot say is left out: dots, hatches and crosses become repeated marks of its five shapes. */
#include <stdio.h>
#include <string.h>

#include "http/wms_documents.h"
#include "http/wms_rules.h"
#include "http/xml.h"

#define TEXTS_BYTES (1U << 20)
#define MARK_PX 6

struct sheet {
    const struct eg_wms_service *service;
    struct eg_xml *xml;
    struct eg_arena *arena;
    struct eg_wms_rules rules; /* of the layer under way */
};

/* --- filters ------------------------------------------------------------------------------------------------------- */

static void write_comparison(const struct sheet *sheet, const char *name, const char *property, double value)
{
    eg_xml_open(sheet->xml, name);
    eg_xml_leaf(sheet->xml, "ogc:PropertyName", eg_text_from(property));
    eg_xml_leaf_format(sheet->xml, "ogc:Literal", "%.15g", value);
    eg_xml_close(sheet->xml);
}

static void write_interval(const struct sheet *sheet, const struct eg_wms_condition *condition)
{
    bool both = condition->has_lower && condition->has_upper;
    if (both) eg_xml_open(sheet->xml, "ogc:And");
    if (condition->has_lower)
        write_comparison(sheet,
                         condition->includes_lower ? "ogc:PropertyIsGreaterThanOrEqualTo"
                                                   : "ogc:PropertyIsGreaterThan",
                         condition->property, condition->lower);
    if (condition->has_upper)
        write_comparison(
            sheet, condition->includes_upper ? "ogc:PropertyIsLessThanOrEqualTo" : "ogc:PropertyIsLessThan",
            condition->property, condition->upper);
    if (both) eg_xml_close(sheet->xml);
}

static void write_null(const struct sheet *sheet, const char *property)
{
    eg_xml_open(sheet->xml, "ogc:PropertyIsNull");
    eg_xml_leaf(sheet->xml, "ogc:PropertyName", eg_text_from(property));
    eg_xml_close(sheet->xml);
}

static void write_condition(const struct sheet *sheet, const struct eg_wms_condition *condition)
{
    if (condition->is_null) {
        write_null(sheet, condition->property);
    } else if (condition->equals.data) {
        eg_xml_open(sheet->xml, "ogc:PropertyIsEqualTo");
        eg_xml_leaf(sheet->xml, "ogc:PropertyName", eg_text_from(condition->property));
        eg_xml_leaf(sheet->xml, "ogc:Literal", condition->equals);
        eg_xml_close(sheet->xml);
    } else if (condition->is_number) {
        write_comparison(sheet, "ogc:PropertyIsEqualTo", condition->property, condition->lower);
    } else if (condition->has_lower || condition->has_upper) {
        write_interval(sheet, condition);
    } else {
        eg_xml_open(sheet->xml, "ogc:Not");
        write_null(sheet, condition->property);
        eg_xml_close(sheet->xml);
    }
}

/* --- symbols ------------------------------------------------------------------------------------------------------- */

static void write_parameter(const struct sheet *sheet, const char *name, struct eg_text value)
{
    eg_xml_open(sheet->xml, "CssParameter");
    eg_xml_attribute(sheet->xml, "name", eg_text_from(name));
    eg_xml_text(sheet->xml, value);
    eg_xml_close(sheet->xml);
}

static void write_share(const struct sheet *sheet, const char *name, double share)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%.3g", share);
    write_parameter(sheet, name, eg_text_from(text));
}

static void write_colour(const struct sheet *sheet, const char *name, struct eg_rgba colour, double opacity)
{
    char text[40];
    eg_wms_colour(colour, text);
    write_parameter(sheet, name, eg_text_from(text));
    (void)snprintf(text, sizeof text, "%s-opacity", name);
    write_share(sheet, text, opacity * colour.a / 255.0);
}

/* The outline that the style gives to the layer's own areas. */
static void write_stroke(const struct sheet *sheet)
{
    const struct eg_atlas *atlas = sheet->service->snapshot->atlas;
    const struct eg_atlas_style *style = &atlas->styles[sheet->rules.ref.style];
    uint32_t own = atlas->layers[sheet->rules.ref.layer].boundaries;
    for (uint32_t i = 0; i < style->n_outlines; i++) {
        const struct eg_atlas_outline *outline = &style->outlines[i];
        if (outline->boundaries != EG_ATLAS_NONE && outline->boundaries != own) continue;
        struct eg_colour colour = outline->colour;
        eg_xml_open(sheet->xml, "Stroke");
        write_colour(sheet, "stroke", (struct eg_rgba){colour.r, colour.g, colour.b, colour.a}, 1);
        write_share(sheet, "stroke-width", outline->width_px);
        eg_xml_close(sheet->xml);
        return;
    }
}

static void write_marks(const struct sheet *sheet, const struct eg_atlas_look *look, double opacity)
{
    static const char *const marks[] = {[EG_LOOK_PLAIN] = "square",
                                        [EG_LOOK_DOTS] = "circle",
                                        [EG_LOOK_HATCH] = "x",
                                        [EG_LOOK_CROSS] = "cross"};
    struct eg_rgba ink = {look->ink.r, look->ink.g, look->ink.b, look->ink.a};
    eg_xml_open(sheet->xml, "PolygonSymbolizer");
    eg_xml_open(sheet->xml, "Fill");
    eg_xml_open(sheet->xml, "GraphicFill");
    eg_xml_open(sheet->xml, "Graphic");
    eg_xml_open(sheet->xml, "Mark");
    eg_xml_leaf(sheet->xml, "WellKnownName", eg_text_from(marks[look->pattern]));
    eg_xml_open(sheet->xml, "Fill");
    write_colour(sheet, "fill", ink, opacity);
    eg_xml_close(sheet->xml);
    eg_xml_open(sheet->xml, "Stroke");
    write_colour(sheet, "stroke", ink, opacity);
    eg_xml_close(sheet->xml);
    eg_xml_close(sheet->xml);
    eg_xml_leaf_format(sheet->xml, "Size", "%d", look->pattern == EG_LOOK_DOTS ? MARK_PX / 3 : MARK_PX);
    eg_xml_close(sheet->xml);
    eg_xml_close(sheet->xml);
    eg_xml_close(sheet->xml);
    eg_xml_close(sheet->xml);
}

/* An unreliable value is drawn in its class's colour by the rule of the class; its own rule lays the pattern over it. */
static void write_symbols(const struct sheet *sheet, const struct eg_wms_rule *rule)
{
    double opacity = sheet->service->snapshot->atlas->styles[sheet->rules.ref.style].opacity;
    bool patterned = rule->look && rule->look->pattern != EG_LOOK_PLAIN;
    bool overlay = !rule->is_class && rule->state == EG_UNRELIABLE;
    if (!overlay) {
        eg_xml_open(sheet->xml, "PolygonSymbolizer");
        eg_xml_open(sheet->xml, "Fill");
        write_colour(sheet, "fill", rule->fill, opacity);
        eg_xml_close(sheet->xml);
        write_stroke(sheet);
        eg_xml_close(sheet->xml);
    }
    if (patterned || overlay) write_marks(sheet, rule->look, opacity);
}

static void write_rule(const struct sheet *sheet, const struct eg_wms_rule *rule)
{
    struct eg_wms_condition condition = eg_wms_rule_condition(&sheet->rules, rule);
    eg_xml_open(sheet->xml, "Rule");
    eg_xml_leaf(sheet->xml, "Name", rule->label);
    eg_xml_leaf(sheet->xml, "Title", rule->label);
    eg_xml_open(sheet->xml, "ogc:Filter");
    write_condition(sheet, &condition);
    eg_xml_close(sheet->xml);
    write_symbols(sheet, rule);
    eg_xml_close(sheet->xml);
}

/* --- documents ----------------------------------------------------------------------------------------------------- */

static enum eg_status write_layer(struct sheet *sheet, const struct eg_layer_name *name, struct eg_error *err)
{
    const struct eg_snapshot *snapshot = sheet->service->snapshot;
    const struct eg_atlas *atlas = snapshot->atlas;
    struct eg_layer_ref ref;
    enum eg_status status = eg_layer_resolve(snapshot, name, &ref, err);
    if (status == EG_OK) status = eg_wms_rules_read(snapshot, ref, true, sheet->arena, &sheet->rules, err);
    if (status != EG_OK) return status;
    const struct eg_atlas_style *style = &atlas->styles[ref.style];
    struct eg_text title = eg_layer_title(snapshot, ref.layer, sheet->arena);
    eg_xml_open(sheet->xml, "NamedLayer");
    eg_xml_leaf(sheet->xml, "Name", atlas->layers[ref.layer].id);
    eg_xml_open(sheet->xml, "UserStyle");
    eg_xml_leaf(sheet->xml, "Name", style->id);
    eg_xml_leaf(sheet->xml, "Title", title);
    if (style->description.len > 0) eg_xml_leaf(sheet->xml, "Abstract", style->description);
    eg_xml_leaf(sheet->xml, "IsDefault",
                ref.style == atlas->layers[ref.layer].style ? EG_TEXT("1") : EG_TEXT("0"));
    eg_xml_open(sheet->xml, "FeatureTypeStyle");
    for (uint32_t i = 0; i < sheet->rules.n; i++) write_rule(sheet, &sheet->rules.rules[i]);
    eg_xml_close(sheet->xml);
    eg_xml_close(sheet->xml);
    eg_xml_close(sheet->xml);
    return title.data ? EG_OK : eg_error_no_memory(err, 0);
}

static enum eg_status write_styles(struct sheet *sheet, const struct eg_layer_name *names, uint32_t n_names,
                                   struct eg_error *err)
{
    enum eg_status status = EG_OK;
    eg_xml_open(sheet->xml, "StyledLayerDescriptor");
    eg_xml_attribute(sheet->xml, "version", EG_TEXT("1.0.0"));
    eg_xml_attribute(sheet->xml, "xmlns", EG_TEXT("http://www.opengis.net/sld"));
    eg_xml_attribute(sheet->xml, "xmlns:ogc", EG_TEXT("http://www.opengis.net/ogc"));
    eg_xml_attribute(sheet->xml, "xmlns:xsi", EG_TEXT("http://www.w3.org/2001/XMLSchema-instance"));
    eg_xml_attribute(sheet->xml, "xsi:schemaLocation",
                     EG_TEXT("http://www.opengis.net/sld "
                             "http://schemas.opengis.net/sld/1.0.0/StyledLayerDescriptor.xsd"));
    for (uint32_t i = 0; i < n_names && status == EG_OK; i++) status = write_layer(sheet, &names[i], err);
    eg_xml_close(sheet->xml);
    return status;
}

static enum eg_status finish(struct eg_xml *xml, const char *media_type, struct eg_entity *entity_out,
                             struct eg_error *err)
{
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    enum eg_status status = eg_xml_finish(xml, &body, err);
    if (status == EG_OK) status = eg_entity_from_buffer(&body, media_type, true, entity_out, err);
    eg_buffer_clear(&body);
    return status;
}

enum eg_status eg_wms_styles(const struct eg_wms_service *service, const struct eg_layer_name *names,
                             uint32_t n_names, struct eg_entity *entity_out, struct eg_error *err)
{
    struct sheet sheet = {.service = service, .xml = eg_xml_new(), .arena = eg_arena_new(TEXTS_BYTES)};
    enum eg_status status = sheet.xml && sheet.arena ? write_styles(&sheet, names, n_names, err)
                                                     : eg_error_no_memory(err, TEXTS_BYTES);
    if (status == EG_OK) status = finish(sheet.xml, "application/vnd.ogc.sld+xml", entity_out, err);
    eg_arena_free(sheet.arena);
    eg_xml_free(sheet.xml);
    return status;
}

/* 1.1.1: a layer is said to exist, and no WFS or WCS that it comes from, as there is none. */
static void write_old_descriptions(struct eg_xml *xml, const struct eg_layer_name *names, uint32_t n_names)
{
    eg_xml_doctype(xml, "WMS_DescribeLayerResponse",
                   "http://schemas.opengis.net/wms/1.1.1/WMS_DescribeLayerResponse.dtd");
    eg_xml_open(xml, "WMS_DescribeLayerResponse");
    eg_xml_attribute(xml, "version", EG_TEXT("1.1.1"));
    for (uint32_t i = 0; i < n_names; i++) {
        eg_xml_open(xml, "LayerDescription");
        eg_xml_attribute(xml, "name", names[i].layer);
        eg_xml_close(xml);
    }
    eg_xml_close(xml);
}

/* A type's name is one of XML's, and layers' ids are but for a digit in front. */
static void write_description(struct eg_xml *xml, struct eg_text address, struct eg_text layer)
{
    bool begins = layer.len > 0 && (layer.data[0] < '0' || layer.data[0] > '9') && layer.data[0] != '-';
    eg_xml_open(xml, "LayerDescription");
    eg_xml_leaf(xml, "owsType", EG_TEXT("wfs"));
    eg_xml_link(xml, "se:OnlineResource", address);
    eg_xml_open(xml, "TypeName");
    eg_xml_leaf_format(xml, "se:FeatureTypeName", "%s%.*s", begins ? "" : "_", EG_TEXT_ARG(layer));
    eg_xml_close(xml);
    eg_xml_close(xml);
}

/* The document of SLD 1.1, which 1.3.0 has the operation from. It has to name a WFS or WCS: what serves the features is OGC API
 * Features, which began as version 3 of the former and has each layer as a collection of the same name. */
static enum eg_status write_descriptions(struct eg_xml *xml, const struct eg_wms_service *service,
                                         const struct eg_layer_name *names, uint32_t n_names,
                                         struct eg_error *err)
{
    struct eg_buffer address;
    eg_buffer_init(&address, 0);
    eg_buffer_printf(&address, "%.*s/ogc", EG_TEXT_ARG(service->base_url));
    enum eg_status status = address.failed ? eg_error_no_memory(err, address.len) : EG_OK;
    eg_xml_open(xml, "DescribeLayerResponse");
    eg_xml_attribute(xml, "xmlns", EG_TEXT("http://www.opengis.net/sld"));
    eg_xml_attribute(xml, "xmlns:se", EG_TEXT("http://www.opengis.net/se"));
    eg_xml_attribute(xml, "xmlns:xlink", EG_TEXT("http://www.w3.org/1999/xlink"));
    eg_xml_attribute(xml, "xmlns:xsi", EG_TEXT("http://www.w3.org/2001/XMLSchema-instance"));
    eg_xml_attribute(xml, "xsi:schemaLocation",
                     EG_TEXT("http://www.opengis.net/sld "
                             "http://schemas.opengis.net/sld/1.1.0/DescribeLayer.xsd"));
    eg_xml_leaf(xml, "Version", EG_TEXT("1.1.0"));
    for (uint32_t i = 0; i < n_names && status == EG_OK; i++)
        write_description(xml, (struct eg_text){address.data, address.len}, names[i].layer);
    eg_xml_close(xml);
    eg_buffer_clear(&address);
    return status;
}

enum eg_status eg_wms_describe_layer(const struct eg_wms_service *service, enum eg_wms_version version,
                                     const struct eg_layer_name *names, uint32_t n_names,
                                     struct eg_entity *entity_out, struct eg_error *err)
{
    static const char *const media_types[] = {
        [EG_WMS_1_1_1] = "application/vnd.ogc.wms_xml", [EG_WMS_1_3_0] = "text/xml"};
    struct eg_xml *xml = eg_xml_new();
    struct eg_layer_ref ref;
    enum eg_status status = xml ? EG_OK : eg_error_no_memory(err, 0);
    for (uint32_t i = 0; i < n_names && status == EG_OK; i++)
        status = eg_layer_resolve(service->snapshot, &names[i], &ref, err);
    if (status == EG_OK && version == EG_WMS_1_1_1) write_old_descriptions(xml, names, n_names);
    else if (status == EG_OK) status = write_descriptions(xml, service, names, n_names, err);
    if (status == EG_OK) status = finish(xml, media_types[version], entity_out, err);
    eg_xml_free(xml);
    return status;
}
