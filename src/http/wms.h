/* Web Map Service 1.1.1 and 1.3.0 at /wms: reading requests and telling what is wrong with them. The documents are made by
 * http/wms_documents.h, pictures by the engine.
 *
 *     kvp ──eg_wms_read──▶ struct eg_wms_request ──wms.c──▶ engine, documents ──▶ answer
 *                               └─ failure ──eg_wms_exception──▶ XML, or a picture
 *
 * Names of parameters, requests and formats are read in any letter case; names of layers, styles and periods are not. */
#ifndef EG_HTTP_WMS_H
#define EG_HTTP_WMS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "http/document.h"
#include "http/feature_info.h"
#include "http/kvp.h"
#include "http/wms_documents.h"

enum eg_wms_operation {
    EG_WMS_NONE,
    EG_WMS_CAPABILITIES,
    EG_WMS_MAP,
    EG_WMS_INFO,
    EG_WMS_LEGEND,
    EG_WMS_DESCRIBE,
    EG_WMS_STYLES
};

/* How the client wants to be told of errors. */
enum eg_wms_exceptions { EG_WMS_XML, EG_WMS_INIMAGE, EG_WMS_BLANK };

/* What TIME came to. */
enum eg_wms_time { EG_WMS_TIME_GIVEN, EG_WMS_TIME_NEAREST, EG_WMS_TIME_DEFAULT };

struct eg_wms_failure {
    struct eg_error error; /* status EG_OK: none */
    const char *code;      /* of the standard, where the error's field does not tell it; else NULL */
};

/* Texts point into what was read. */
struct eg_wms_request {
    struct eg_document_request document; /* of EG_WMS_CAPABILITIES; first, as documents.c wants it */
    enum eg_wms_version version;
    enum eg_wms_operation operation;
    enum eg_wms_exceptions exceptions;
    struct eg_layer_name names[EG_MAP_LAYERS];      /* [map.n_names] */
    struct eg_map_request map;                      /* its `names` are to be pointed at the ones above */
    const char *media_type;                         /* of the picture, as the client named it */
    struct eg_feature_info_request info;            /* its `names` likewise */
    struct eg_layer_name info_names[EG_MAP_LAYERS]; /* [info.n_names] */
    struct eg_wms_legend_request legend;
    enum eg_wms_time time;
    const struct eg_atlas_period *time_used; /* unless time is EG_WMS_TIME_GIVEN */
    struct eg_wms_failure failure;
};

/* Always fills the request in, up to what is wrong: version, exceptions and what is needed for a picture of the error are
 * read first. Allocates nothing. */
void eg_wms_read(const struct eg_kvp *kvp, struct eg_snapshot *snapshot, struct eg_wms_request *request_out);

/* The service exception report of an error: valid against the DTD (1.1.1, which has no locators) or the schema (1.3.0). */
EG_MUST_CHECK enum eg_status eg_wms_exception_report(const struct eg_wms_failure *failure,
                                                     enum eg_wms_version version,
                                                     struct eg_entity *entity_out, struct eg_error *err);
/* The same in the form that the request asks for: also as a picture, where its size and format could be read. */
EG_MUST_CHECK enum eg_status eg_wms_exception(struct eg_engine *engine, struct eg_snapshot *snapshot,
                                              const struct eg_wms_request *request,
                                              const struct eg_wms_failure *failure,
                                              struct eg_entity *entity_out, struct eg_error *err);

#endif
