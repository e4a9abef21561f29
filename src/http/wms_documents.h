/* The documents of WMS: capabilities, legends as clients of WMS ask for them, layer descriptions, styles as SLD. Each is a
 * function of a snapshot and a few settings; reading requests is wms.c's. */
#ifndef EG_HTTP_WMS_DOCUMENTS_H
#define EG_HTTP_WMS_DOCUMENTS_H

#include "engine/engine.h"

enum eg_wms_version { EG_WMS_1_1_1, EG_WMS_1_3_0 };

#define EG_WMS_LAYERS_MAX EG_MAP_LAYERS /* in one request; the capabilities' LayerLimit */

struct eg_wms_service {
    struct eg_engine *engine;
    struct eg_snapshot *snapshot;
    struct eg_text base_url; /* no slash at its end; the service is at {base_url}/wms */
};

/* Valid against the standard's DTD (1.1.1) or schema (1.3.0). Layers are nested: the atlas, its themes as groups with names
 * (http/wms_names.h), their layers. CRSs and boxes that all layers have stand at the root alone. The text of updateSequence is
 * the snapshot's version. The first call for a snapshot classifies every layer and measures its legend; the next take
 * milliseconds. */
EG_MUST_CHECK enum eg_status eg_wms_capabilities(const struct eg_wms_service *service,
                                                 enum eg_wms_version version, struct eg_entity *entity_out,
                                                 struct eg_error *err);

#endif
