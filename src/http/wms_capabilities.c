/* Capabilities of WMS 1.1.1 and 1.3.0: the service and its requests. They differ in the names of some elements, in media types
 * and in the order of axes; one writer serves both. Layers: wms_layers.c.
 *
 * England's 160 layers make 350 kB (25 kB packed). */
#include "http/wms_capabilities.h"

#include <string.h>

#include "http/wms_names.h"

#define TEXTS_BYTES (16U << 20)

static const char xlink[] = "http://www.w3.org/1999/xlink";

/* --- pieces -------------------------------------------------------------------------------------------------------- */

/* 1.1.1 has no room for the prefix's declaration at its root. */
void eg_wms_write_resource(struct eg_wms_writer *w, struct eg_text address)
{
    if (!address.data) w->failed = true;
    if (address.len == 0) return;
    eg_xml_open(w->xml, "OnlineResource");
    if (w->version == EG_WMS_1_1_1) eg_xml_attribute(w->xml, "xmlns:xlink", eg_text_from(xlink));
    eg_xml_attribute(w->xml, "xlink:type", EG_TEXT("simple"));
    eg_xml_attribute(w->xml, "xlink:href", address);
    eg_xml_close(w->xml);
}

void eg_wms_write_document(struct eg_wms_writer *w, const char *format, struct eg_text address)
{
    eg_xml_leaf(w->xml, "Format", eg_text_from(format));
    eg_wms_write_resource(w, address);
}

void eg_wms_write_keywords(struct eg_wms_writer *w, const struct eg_text *words, size_t n)
{
    eg_xml_open(w->xml, "KeywordList");
    for (size_t i = 0; i < n; i++)
        if (words[i].len > 0) eg_xml_leaf(w->xml, "Keyword", words[i]);
    eg_xml_close(w->xml);
}

struct eg_text eg_wms_address(struct eg_wms_writer *w)
{
    return eg_text_format(w->arena, "%.*s/wms?", EG_TEXT_ARG(w->service->base_url));
}

/* --- the service --------------------------------------------------------------------------------------------------- */

static void write_contact(struct eg_wms_writer *w, const struct eg_atlas *atlas)
{
    if (atlas->contact_name.len == 0 && atlas->contact_email.len == 0) return;
    eg_xml_open(w->xml, "ContactInformation");
    if (atlas->contact_name.len > 0) {
        /* Who the name is, a person or an organisation, nobody says; both elements have to be there. */
        eg_xml_open(w->xml, "ContactPersonPrimary");
        eg_xml_leaf(w->xml, "ContactPerson", atlas->contact_name);
        eg_xml_leaf(w->xml, "ContactOrganization", atlas->contact_name);
        eg_xml_close(w->xml);
    }
    if (atlas->contact_email.len > 0)
        eg_xml_leaf(w->xml, "ContactElectronicMailAddress", atlas->contact_email);
    eg_xml_close(w->xml);
}

static void write_constraints(struct eg_wms_writer *w, const struct eg_licence *licence)
{
    eg_xml_leaf(w->xml, "Fees", EG_TEXT("none"));
    if (licence->title.len > 0 && licence->url.len > 0) {
        struct eg_text both =
            eg_text_format(w->arena, "%.*s (%.*s)", EG_TEXT_ARG(licence->title), EG_TEXT_ARG(licence->url));
        if (!both.data) w->failed = true;
        eg_xml_leaf(w->xml, "AccessConstraints", both);
        return;
    }
    struct eg_text one = licence->title.len > 0 ? licence->title : licence->url;
    eg_xml_leaf(w->xml, "AccessConstraints", one.len > 0 ? one : EG_TEXT("none"));
}

static void write_service_keywords(struct eg_wms_writer *w)
{
    const struct eg_text words[] = {EG_TEXT("neighbourhoods"), EG_TEXT("indicators"), EG_TEXT("choropleth"),
                                    w->service->snapshot->atlas->fictional ? EG_TEXT("fictional data")
                                                                           : EG_TEXT("")};
    eg_wms_write_keywords(w, words, EG_ARRAY_LEN(words));
}

static void write_service(struct eg_wms_writer *w)
{
    const struct eg_atlas *atlas = w->service->snapshot->atlas;
    struct eg_text home = atlas->contact_url;
    if (home.len == 0) home = eg_text_format(w->arena, "%.*s/", EG_TEXT_ARG(w->service->base_url));
    eg_xml_open(w->xml, "Service");
    eg_xml_leaf(w->xml, "Name", w->version == EG_WMS_1_1_1 ? EG_TEXT("OGC:WMS") : EG_TEXT("WMS"));
    eg_xml_leaf(w->xml, "Title", atlas->title);
    if (atlas->abstract.len > 0 || atlas->fictional) {
        struct eg_text abstract = eg_text_format(
            w->arena, "%s%.*s", atlas->fictional ? "Fictional data. " : "", EG_TEXT_ARG(atlas->abstract));
        if (!abstract.data) w->failed = true;
        eg_xml_leaf(w->xml, "Abstract", eg_text_trim(abstract));
    }
    write_service_keywords(w);
    eg_wms_write_resource(w, home);
    write_contact(w, atlas);
    write_constraints(w, &atlas->licence);
    if (w->version == EG_WMS_1_3_0) {
        eg_xml_leaf_format(w->xml, "LayerLimit", "%d", EG_WMS_LAYERS_MAX);
        eg_xml_leaf_format(w->xml, "MaxWidth", "%u", atlas->limits.image_px);
        eg_xml_leaf_format(w->xml, "MaxHeight", "%u", atlas->limits.image_px);
    }
    eg_xml_close(w->xml);
}

/* --- the requests -------------------------------------------------------------------------------------------------- */

#define FORMATS_MAX 8

struct operation {
    const char *name[2]; /* by version; NULL: the version has no element for it */
    const char *formats[2][FORMATS_MAX];
};

#define IN_BOTH(...)                                                                                         \
    {                                                                                                        \
        {__VA_ARGS__},                                                                                       \
        {                                                                                                    \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
    }

static const struct operation operations[] = {
    {{"GetCapabilities", "GetCapabilities"}, {{"application/vnd.ogc.wms_xml"}, {"text/xml"}}},
    {{"GetMap", "GetMap"}, IN_BOTH("image/png", "image/png8", "image/jpeg", "image/webp")},
    {{"GetFeatureInfo", "GetFeatureInfo"},
     IN_BOTH("application/json", "text/html", "text/plain", "application/vnd.ogc.gml")},
    {{"DescribeLayer", "sld:DescribeLayer"}, {{"application/vnd.ogc.wms_xml"}, {"text/xml"}}},
    {{"GetLegendGraphic", "sld:GetLegendGraphic"}, IN_BOTH("image/png", "application/json")},
    {{"GetStyles", NULL}, {{"application/vnd.ogc.sld+xml"}, {NULL}}},
};

static void write_operation(struct eg_wms_writer *w, const struct operation *operation,
                            struct eg_text address)
{
    if (!operation->name[w->version]) return;
    eg_xml_open(w->xml, operation->name[w->version]);
    for (const char *const *format = operation->formats[w->version]; *format; format++)
        eg_xml_leaf(w->xml, "Format", eg_text_from(*format));
    eg_xml_open(w->xml, "DCPType");
    eg_xml_open(w->xml, "HTTP");
    eg_xml_open(w->xml, "Get");
    eg_wms_write_resource(w, address);
    eg_xml_close(w->xml);
    eg_xml_open(w->xml, "Post");
    eg_wms_write_resource(w, address);
    eg_xml_close(w->xml);
    eg_xml_close(w->xml);
    eg_xml_close(w->xml);
    eg_xml_close(w->xml);
}

static void write_requests(struct eg_wms_writer *w)
{
    static const char *const exceptions[2][3] = {
        {"application/vnd.ogc.se_xml", "application/vnd.ogc.se_inimage", "application/vnd.ogc.se_blank"},
        {"XML", "INIMAGE", "BLANK"}};
    struct eg_text address = eg_wms_address(w);
    eg_xml_open(w->xml, "Request");
    for (size_t i = 0; i < EG_ARRAY_LEN(operations); i++) write_operation(w, &operations[i], address);
    eg_xml_close(w->xml);
    eg_xml_open(w->xml, "Exception");
    for (size_t i = 0; i < EG_ARRAY_LEN(exceptions[0]); i++)
        eg_xml_leaf(w->xml, "Format", eg_text_from(exceptions[w->version][i]));
    eg_xml_close(w->xml);
}

static void write_symbolization(struct eg_wms_writer *w)
{
    static const char *const none[] = {"SupportSLD", "UserLayer", "UserStyle", "RemoteWFS"};
    eg_xml_open(w->xml,
                w->version == EG_WMS_1_1_1 ? "UserDefinedSymbolization" : "sld:UserDefinedSymbolization");
    for (size_t i = 0; i < EG_ARRAY_LEN(none); i++) eg_xml_attribute(w->xml, none[i], EG_TEXT("0"));
    eg_xml_close(w->xml);
}

/* --- the document -------------------------------------------------------------------------------------------------- */

static void open_root(struct eg_wms_writer *w)
{
    if (w->version == EG_WMS_1_1_1) {
        eg_xml_doctype(w->xml, "WMT_MS_Capabilities",
                       "http://schemas.opengis.net/wms/1.1.1/capabilities_1_1_1.dtd");
        eg_xml_open(w->xml, "WMT_MS_Capabilities");
        eg_xml_attribute(w->xml, "version", EG_TEXT("1.1.1"));
    } else {
        eg_xml_open(w->xml, "WMS_Capabilities");
        eg_xml_attribute(w->xml, "version", EG_TEXT("1.3.0"));
        eg_xml_attribute(w->xml, "xmlns", EG_TEXT("http://www.opengis.net/wms"));
        eg_xml_attribute(w->xml, "xmlns:sld", EG_TEXT("http://www.opengis.net/sld"));
        eg_xml_attribute(w->xml, "xmlns:xlink", eg_text_from(xlink));
        eg_xml_attribute(w->xml, "xmlns:xsi", EG_TEXT("http://www.w3.org/2001/XMLSchema-instance"));
        eg_xml_attribute(w->xml, "xsi:schemaLocation",
                         EG_TEXT("http://www.opengis.net/wms "
                                 "http://schemas.opengis.net/wms/1.3.0/capabilities_1_3_0.xsd "
                                 "http://www.opengis.net/sld "
                                 "http://schemas.opengis.net/sld/1.1.0/sld_capabilities.xsd"));
    }
    eg_xml_attribute(w->xml, "updateSequence", eg_text_from(w->service->snapshot->version));
}

static enum eg_status write_all(struct eg_wms_writer *w, struct eg_error *err)
{
    struct eg_snapshot *snapshot = w->service->snapshot;
    w->crs = eg_crs_list_entries(snapshot->crs_list, &w->n_crs);
    enum eg_status status =
        eg_crs_list_set_bounds(snapshot->crs_list, snapshot->generation, &w->set_boxes, err);
    if (status != EG_OK) return status;
    open_root(w);
    write_service(w);
    eg_xml_open(w->xml, "Capability");
    write_requests(w);
    write_symbolization(w);
    status = eg_wms_write_layers(w, err);
    eg_xml_close(w->xml);
    eg_xml_close(w->xml);
    return status;
}

enum eg_status eg_wms_capabilities(const struct eg_wms_service *service, enum eg_wms_version version,
                                   struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_wms_writer w = {.service = service, .version = version};
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    w.xml = eg_xml_new();
    w.arena = eg_arena_new(TEXTS_BYTES);
    enum eg_status status = w.xml && w.arena ? write_all(&w, err) : eg_error_no_memory(err, TEXTS_BYTES);
    if (status == EG_OK && w.failed) status = eg_error_no_memory(err, TEXTS_BYTES);
    if (status == EG_OK) status = eg_xml_finish(w.xml, &body, err);
    const char *type = version == EG_WMS_1_1_1 ? "application/vnd.ogc.wms_xml" : "text/xml";
    if (status == EG_OK) status = eg_entity_from_buffer(&body, type, true, entity_out, err);
    eg_buffer_clear(&body);
    eg_arena_free(w.arena);
    eg_xml_free(w.xml);
    return status;
}
