/* A layer's metadata record after ISO 19115:2003, in the XML of ISO 19139:2007: what catalogues harvest, and what WMS, WMTS and OGC API
 * name as a layer's metadata. */
#ifndef EG_HTTP_METADATA_H
#define EG_HTTP_METADATA_H

#include "engine/engine.h"

/* What the atlas does not state, "not stated" or an element that says so: nothing is guessed, no date either. The record's identifier
 * follows from the base URL and the layer's id. EG_NOT_FOUND with field "layer". */
EG_MUST_CHECK enum eg_status eg_metadata_layer(struct eg_snapshot *snapshot, const struct eg_layer_name *name,
                                               struct eg_text base_url, struct eg_entity *entity_out,
                                               struct eg_error *err);

/* The record's address, "{base_url}/metadata/{layer}.xml"; data is NULL when the arena refused. */
struct eg_text eg_metadata_address(const struct eg_snapshot *snapshot, uint32_t layer,
                                   struct eg_text base_url, struct eg_arena *arena);
#define EG_METADATA_MEDIA_TYPE "text/xml"

#endif
