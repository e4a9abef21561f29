/* Service exceptions. Which code of the standard an error has follows from the parameter or field at fault: one table. */
#include <string.h>

#include "http/wms.h"
#include "http/xml.h"

#define REPORT_DTD "http://schemas.opengis.net/wms/1.1.1/exception_1_1_1.dtd"

struct meaning {
    const char *field;
    const char *code; /* NULL: the standard has none for it */
    const char *locator;
};

/* Fields of the engine's errors in lower case, parameters of requests in upper case. */
static const struct meaning meanings[] = {
    {"layer", "LayerNotDefined", "LAYERS"},
    {"layers", NULL, "LAYERS"},
    {"rule", NULL, "RULE"},
    {"style", "StyleNotDefined", "STYLES"},
    {"period", "InvalidDimensionValue", "TIME"},
    {"crs", "InvalidCRS", "CRS"},
    {"bbox", NULL, "BBOX"},
    {"size", NULL, "WIDTH"},
    {"LAYERS", "LayerNotDefined", "LAYERS"},
    {"LAYER", "LayerNotDefined", "LAYER"},
    {"STYLE", "StyleNotDefined", "STYLE"},
    {"STYLES", "StyleNotDefined", "STYLES"},
    {"TIME", "InvalidDimensionValue", "TIME"},
    {"CRS", "InvalidCRS", "CRS"},
    {"SRS", "InvalidCRS", "CRS"},
    {"FORMAT", "InvalidFormat", "FORMAT"},
    {"INFO_FORMAT", "InvalidFormat", "INFO_FORMAT"},
    {"QUERY_LAYERS", "LayerNotDefined", "QUERY_LAYERS"},
    {"I", "InvalidPoint", "I"},
    {"J", "InvalidPoint", "J"},
    {"X", "InvalidPoint", "X"},
    {"Y", "InvalidPoint", "Y"},
    {"REQUEST", "OperationNotSupported", "REQUEST"},
    {"SLD", "OperationNotSupported", "SLD"},
    {"SLD_BODY", "OperationNotSupported", "SLD_BODY"},
};

static struct meaning meaning_of(const struct eg_wms_failure *failure, enum eg_wms_version version)
{
    const char *field = failure->error.field;
    struct meaning meaning = {field, NULL, field};
    for (size_t i = 0; i < EG_ARRAY_LEN(meanings); i++)
        if (strcmp(meanings[i].field, field) == 0) meaning = meanings[i];
    if (failure->code) meaning.code = failure->code;
    if (version == EG_WMS_1_1_1 && meaning.code && strcmp(meaning.code, "InvalidCRS") == 0)
        meaning.code = "InvalidSRS";
    return meaning;
}

static void open_report(struct eg_xml *xml, enum eg_wms_version version)
{
    if (version == EG_WMS_1_1_1) {
        eg_xml_doctype(xml, "ServiceExceptionReport", REPORT_DTD);
        eg_xml_open(xml, "ServiceExceptionReport");
        eg_xml_attribute(xml, "version", EG_TEXT("1.1.1"));
        return;
    }
    eg_xml_open(xml, "ServiceExceptionReport");
    eg_xml_attribute(xml, "version", EG_TEXT("1.3.0"));
    eg_xml_attribute(xml, "xmlns", EG_TEXT("http://www.opengis.net/ogc"));
    eg_xml_attribute(xml, "xmlns:xsi", EG_TEXT("http://www.w3.org/2001/XMLSchema-instance"));
    eg_xml_attribute(xml, "xsi:schemaLocation",
                     EG_TEXT("http://www.opengis.net/ogc "
                             "http://schemas.opengis.net/wms/1.3.0/exceptions_1_3_0.xsd"));
}

enum eg_status eg_wms_exception_report(const struct eg_wms_failure *failure, enum eg_wms_version version,
                                       struct eg_entity *entity_out, struct eg_error *err)
{
    static const char *const media_types[] = {
        [EG_WMS_1_1_1] = "application/vnd.ogc.se_xml", [EG_WMS_1_3_0] = "text/xml"};
    struct meaning meaning = meaning_of(failure, version);
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    struct eg_xml *xml = eg_xml_new();
    open_report(xml, version);
    eg_xml_open(xml, "ServiceException");
    if (meaning.code) eg_xml_attribute(xml, "code", eg_text_from(meaning.code));
    if (version == EG_WMS_1_3_0 && meaning.locator[0])
        eg_xml_attribute(xml, "locator", eg_text_from(meaning.locator));
    eg_xml_text(xml, eg_text_from(failure->error.message));
    eg_xml_close(xml);
    eg_xml_close(xml);
    enum eg_status status = eg_xml_finish(xml, &body, err);
    eg_xml_free(xml);
    if (status == EG_OK) status = eg_entity_from_buffer(&body, media_types[version], true, entity_out, err);
    eg_buffer_clear(&body);
    return status;
}

static enum eg_status as_picture(struct eg_engine *engine, struct eg_snapshot *snapshot,
                                 const struct eg_wms_request *request, const char *message,
                                 struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_notice_request notice = {.width = request->map.width,
                                       .height = request->map.height,
                                       .background = request->map.background,
                                       .scale = request->map.scale,
                                       .format = request->map.format};
    if (request->exceptions == EG_WMS_INIMAGE) notice.text = eg_text_from(message);
    return eg_engine_notice(engine, snapshot, &notice, entity_out, err);
}

enum eg_status eg_wms_exception(struct eg_engine *engine, struct eg_snapshot *snapshot,
                                const struct eg_wms_request *request, const struct eg_wms_failure *failure,
                                struct eg_entity *entity_out, struct eg_error *err)
{
    bool pictured = request->exceptions != EG_WMS_XML && request->media_type && request->map.width > 0 &&
                    request->map.height > 0;
    if (!pictured) return eg_wms_exception_report(failure, request->version, entity_out, err);
    enum eg_status status = as_picture(engine, snapshot, request, failure->error.message, entity_out, err);
    if (status == EG_OK) entity_out->media_type = request->media_type;
    return status;
}
