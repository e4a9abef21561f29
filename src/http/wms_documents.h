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

enum eg_legend_format { EG_LEGEND_PNG, EG_LEGEND_JSON };
#define EG_WMS_SYMBOL_MAX                                                                                    \
    128 /* pixels: larger WIDTH and HEIGHT are a map's, and pass unheeded unless one rule alone is asked for */
struct eg_wms_legend_request {
    struct eg_legend_request legend; /* scale is DPI / 90.7; WIDTH and HEIGHT are the symbol's */
    enum eg_legend_format format;
};
/* Without any wish this is the picture whose size the capabilities tell. EG_NOT_FOUND with field "layer", "style", "period" or
 * "rule"; the caller limits the size of a rule's picture. */
EG_MUST_CHECK enum eg_status eg_wms_legend(const struct eg_wms_service *service,
                                           const struct eg_wms_legend_request *request,
                                           struct eg_entity *entity_out, struct eg_error *err);

/* By the DTD of 1.1.1, or the schema of SLD 1.1 for 1.3.0; valid for one name or more. */
EG_MUST_CHECK enum eg_status eg_wms_describe_layer(const struct eg_wms_service *service,
                                                   enum eg_wms_version version,
                                                   const struct eg_layer_name *names, uint32_t n_names,
                                                   struct eg_entity *entity_out, struct eg_error *err);

/* StyledLayerDescriptor 1.0: each layer in its style (or the one named), a rule for each class and state, filters over the
 * properties "value" (or "decile", for the publisher's tenths) and "state". */
EG_MUST_CHECK enum eg_status eg_wms_styles(const struct eg_wms_service *service,
                                           const struct eg_layer_name *names, uint32_t n_names,
                                           struct eg_entity *entity_out, struct eg_error *err);

#endif
