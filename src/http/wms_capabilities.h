/* Private to the capabilities' files. */
#ifndef EG_HTTP_WMS_CAPABILITIES_H
#define EG_HTTP_WMS_CAPABILITIES_H

#include "base/arena.h"
#include "engine/crs_list.h"
#include "http/wms_documents.h"
#include "http/xml.h"

struct eg_wms_writer {
    const struct eg_wms_service *service;
    enum eg_wms_version version;
    struct eg_xml *xml;
    struct eg_arena *arena; /* texts of the document */
    const struct eg_crs_entry *crs;
    uint32_t n_crs;
    const struct eg_bounds *set_boxes; /* [n_boundaries][n_crs] */
    bool failed;                       /* a text in the arena was refused */
};

/* <OnlineResource> to an address made in the arena, or no element for an empty one. */
void eg_wms_write_resource(struct eg_wms_writer *w, struct eg_text address);
/* An element that holds a Format and an OnlineResource: opened by the caller, with its attributes. */
void eg_wms_write_document(struct eg_wms_writer *w, const char *format, struct eg_text address);
void eg_wms_write_keywords(struct eg_wms_writer *w, const struct eg_text *words, size_t n);
/* "{base_url}/wms?" */
struct eg_text eg_wms_address(struct eg_wms_writer *w);

/* wms_layers.c: the root layer with all below it. */
EG_MUST_CHECK enum eg_status eg_wms_write_layers(struct eg_wms_writer *w, struct eg_error *err);

#endif
