/* What all requests have: version, name, form of exceptions. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "http/wms_parts.h"

void eg_wms_fail(struct eg_wms_request *request, const char *field, const char *code, const char *format, ...)
{
    char message[sizeof request->failure.error.message];
    va_list arguments;
    if (request->failure.error.status != EG_OK) return;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    eg_error_set(&request->failure.error, EG_INVALID, "%s", message);
    eg_error_field(&request->failure.error, field);
    request->failure.code = code;
}

/* --- the version --------------------------------------------------------------------------------------------------- */

/* "1.3.0" -> 10300; 0 when it is not three numbers below 100. */
static uint32_t parse_version(struct eg_text text)
{
    uint32_t version = 0, part;
    for (int i = 0; i < 3; i++) {
        struct eg_text head;
        text = eg_text_cut(text, '.', &head);
        if (!eg_text_to_u32(head, &part) || part > 99) return 0;
        version = version * 100 + part;
    }
    return text.data ? 0 : version;
}

/* Ours where it is named; else the next lower one of ours, or the lowest (clause 6.2.4 of both versions). Without one, the
 * highest; but a map whose CRS is called SRS is one of 1.1.1, though the standard wants it to say so. */
static void read_version(const struct eg_kvp *kvp, struct eg_wms_request *request)
{
    struct eg_text text = {0};
    const char *name = eg_kvp_has(kvp, "VERSION") ? "VERSION" : "WMTVER";
    bool like_1_1_1 = eg_kvp_has(kvp, "SRS") && !eg_kvp_has(kvp, "CRS");
    request->version = EG_WMS_1_3_0;
    if (eg_kvp_text(kvp, name, &text, &request->failure.error) != EG_OK) return;
    if (text.len == 0) {
        request->version = like_1_1_1 ? EG_WMS_1_1_1 : EG_WMS_1_3_0;
        return;
    }
    uint32_t version = parse_version(text);
    request->version = version >= 10300 ? EG_WMS_1_3_0 : EG_WMS_1_1_1;
    if (version > 0) return;
    request->version = EG_WMS_1_3_0;
    eg_wms_fail(request, name, NULL, "%s is '%.*s'; it must be 1.3.0 or 1.1.1", name,
                EG_TEXT_SHOWN(text, 40));
}

enum eg_wms_version eg_wms_version_told(const char *version_asked)
{
    uint32_t version = parse_version(eg_text_from(version_asked));
    return version > 0 && version < 10300 ? EG_WMS_1_1_1 : EG_WMS_1_3_0;
}

/* --- the request --------------------------------------------------------------------------------------------------- */

struct operation_name {
    const char *name;
    enum eg_wms_operation operation;
};

/* Those of 1.0 as well. */
static const struct operation_name operation_names[] = {
    {"GetCapabilities", EG_WMS_CAPABILITIES},
    {"capabilities", EG_WMS_CAPABILITIES},
    {"GetMap", EG_WMS_MAP},
    {"map", EG_WMS_MAP},
    {"GetFeatureInfo", EG_WMS_INFO},
    {"feature_info", EG_WMS_INFO},
    {"GetLegendGraphic", EG_WMS_LEGEND},
    {"DescribeLayer", EG_WMS_DESCRIBE},
    {"GetStyles", EG_WMS_STYLES},
};

static void read_operation(const struct eg_kvp *kvp, struct eg_wms_request *request)
{
    struct eg_text service = {0}, name = {0};
    if (eg_kvp_text(kvp, "SERVICE", &service, &request->failure.error) != EG_OK) return;
    if (eg_kvp_text(kvp, "REQUEST", &name, &request->failure.error) != EG_OK) return;
    if (service.len > 0 && !eg_text_equal_any_case(service, EG_TEXT("WMS")) &&
        !eg_text_equal_any_case(service, EG_TEXT("OGC:WMS"))) {
        eg_wms_fail(request, "SERVICE", NULL, "SERVICE is '%.*s'; this is a WMS", EG_TEXT_SHOWN(service, 40));
        return;
    }
    for (size_t i = 0; i < EG_ARRAY_LEN(operation_names); i++)
        if (eg_text_equal_any_case(name, eg_text_from(operation_names[i].name)))
            request->operation = operation_names[i].operation;
    if (request->operation != EG_WMS_NONE) return;
    if (name.len == 0)
        eg_wms_fail(request, "REQUEST", NULL,
                    "REQUEST is missing; it may be GetCapabilities, GetMap, GetFeatureInfo, "
                    "GetLegendGraphic, DescribeLayer or GetStyles");
    else
        eg_wms_fail(request, "REQUEST", NULL, "REQUEST is '%.*s'; that is not offered here",
                    EG_TEXT_SHOWN(name, 40));
}

/* --- exceptions ---------------------------------------------------------------------------------------------------- */

/* An unknown form counts as XML: a map that can be drawn is not refused for how its errors would be told. */
static void read_exceptions(const struct eg_kvp *kvp, struct eg_wms_request *request)
{
    static const struct {
        const char *name;
        enum eg_wms_exceptions exceptions;
    } forms[] = {{"INIMAGE", EG_WMS_INIMAGE},
                 {"application/vnd.ogc.se_inimage", EG_WMS_INIMAGE},
                 {"BLANK", EG_WMS_BLANK},
                 {"application/vnd.ogc.se_blank", EG_WMS_BLANK}};
    struct eg_text text = {0};
    if (eg_kvp_text(kvp, "EXCEPTIONS", &text, &request->failure.error) != EG_OK) return;
    for (size_t i = 0; i < EG_ARRAY_LEN(forms); i++)
        if (eg_text_equal_any_case(text, eg_text_from(forms[i].name)))
            request->exceptions = forms[i].exceptions;
}

/* --- capabilities -------------------------------------------------------------------------------------------------- */

static bool is_version(struct eg_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!memchr("0123456789abcdef", text.data[i], 16)) return false;
    return text.len == 32;
}

/* A snapshot's version is a hash: another one is older, whichever is the greater; what cannot be a version was never ours. */
static void read_update_sequence(const struct eg_kvp *kvp, const struct eg_snapshot *snapshot,
                                 struct eg_wms_request *request)
{
    struct eg_text text = {0};
    if (eg_kvp_text(kvp, "UPDATESEQUENCE", &text, &request->failure.error) != EG_OK || text.len == 0) return;
    if (eg_text_equal(text, eg_text_from(snapshot->version)))
        eg_wms_fail(request, "UPDATESEQUENCE", "CurrentUpdateSequence", "nothing has changed since");
    else if (!is_version(text))
        eg_wms_fail(request, "UPDATESEQUENCE", "InvalidUpdateSequence",
                    "UPDATESEQUENCE is '%.*s'; that was never one of this service", EG_TEXT_SHOWN(text, 40));
}

static void read_capabilities(const struct eg_kvp *kvp, const struct eg_snapshot *snapshot,
                              struct eg_wms_request *request)
{
    request->document.kind = request->version == EG_WMS_1_1_1 ? EG_DOCUMENT_WMS_1_1_1 : EG_DOCUMENT_WMS_1_3_0;
    read_update_sequence(kvp, snapshot, request);
}

void eg_wms_read(const struct eg_kvp *kvp, struct eg_snapshot *snapshot, struct eg_wms_request *request_out)
{
    *request_out = (struct eg_wms_request){.map.scale = 1};
    read_version(kvp, request_out);
    if (request_out->failure.error.status == EG_OK) read_exceptions(kvp, request_out);
    if (request_out->failure.error.status == EG_OK) read_operation(kvp, request_out);
    switch (request_out->operation) {
    case EG_WMS_NONE:
        return;
    case EG_WMS_CAPABILITIES:
        read_capabilities(kvp, snapshot, request_out);
        return;
    case EG_WMS_MAP:
        eg_wms_read_map(kvp, snapshot, request_out);
        return;
    case EG_WMS_INFO:
        eg_wms_read_info(kvp, snapshot, request_out);
        return;
    case EG_WMS_LEGEND:
        eg_wms_read_legend(kvp, snapshot, request_out);
        return;
    case EG_WMS_DESCRIBE:
    case EG_WMS_STYLES:
        eg_wms_read_names(kvp, snapshot, request_out);
        return;
    }
}
