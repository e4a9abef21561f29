/* Which of the documents is wanted that the server keeps (documents.c). */
#ifndef EG_HTTP_DOCUMENT_H
#define EG_HTTP_DOCUMENT_H

#include "engine/layer.h"
#include "http/locale.h"
#include "http/ogc.h"

enum eg_document_kind {
    EG_DOCUMENT_TILEJSON,
    EG_DOCUMENT_METADATA, /* ISO 19139; the route needs a base URL */
    EG_DOCUMENT_VECTOR_TILEJSON,
    EG_DOCUMENT_VECTOR_STYLE,
    EG_DOCUMENT_LAYERS,
    EG_DOCUMENT_REPORT,
    EG_DOCUMENT_LEGEND_JSON,
    EG_DOCUMENT_LEGEND_PNG,
    EG_DOCUMENT_PAGE,
    EG_DOCUMENT_ASSET,
    EG_DOCUMENT_WMS_1_1_1, /* capabilities; the route needs a base URL */
    EG_DOCUMENT_WMS_1_3_0,
    EG_DOCUMENT_WMTS,
    EG_DOCUMENT_TMS_ROOT,
    EG_DOCUMENT_TMS,
    EG_DOCUMENT_TMS_MAP,
    EG_DOCUMENT_OGC /* one of OGC API's, as `ogc` says; the route needs a base URL */
};

/* A protocol's own request that may be for a document begins with one of these: so eg_document_find and eg_document_make find it. */
struct eg_document_request {
    enum eg_document_kind kind;
    struct eg_layer_name name;
    double scale; /* of a legend's picture */
    /* Of an asset: its number in the table of pages.c; of WMTS's capabilities: their sections; of a map of TMS: its tile matrix
     * set. */
    uint32_t file;
    struct eg_ogc_wanted ogc;
    struct eg_language language; /* of the landing page; `file` is the number of its texts */
    bool by_header;              /* it was chosen by Accept-Language */
};

#endif
