/* Web Map Tile Service 1.0.0 at /wmts, by key-value pairs and by paths: reading requests, telling what is wrong with them,
 * describing the service.
 *
 *     kvp or path ──▶ struct eg_wmts_words ──eg_wmts_resolve──▶ struct eg_wmts_request ──▶ engine, documents
 *
 * Names of parameters, requests, services and formats are read in any letter case; names of layers, styles, periods, sets and
 * matrices are not. */
#ifndef EG_HTTP_WMTS_H
#define EG_HTTP_WMTS_H

#include <stdint.h>

#include "engine/engine.h"
#include "http/document.h"
#include "http/feature_info.h"
#include "http/kvp.h"

enum eg_wmts_operation { EG_WMTS_CAPABILITIES, EG_WMTS_TILE, EG_WMTS_FEATURE_INFO };

struct eg_wmts_request {
    struct eg_document_request document; /* of the capabilities */
    enum eg_wmts_operation operation;
    struct eg_tile_request tile;
    uint32_t i, j; /* pixel column and row of the place in the tile */
    enum eg_info_format format;
};

/* Sections of the capabilities. */
enum eg_wmts_section {
    EG_WMTS_IDENTIFICATION = 1,
    EG_WMTS_PROVIDER = 2,
    EG_WMTS_OPERATIONS = 4,
    EG_WMTS_CONTENTS = 8,
    EG_WMTS_THEMES = 16,
    EG_WMTS_ALL = 31
};

/* Where an error is and what the standard calls it; the error's field is the locator. */
struct eg_wmts_failure {
    const char *code; /* "MissingParameterValue" ...; static */
    struct eg_error *err;
};

/* What a request for a tile or for what lies in it says, as it was written. */
struct eg_wmts_words {
    struct eg_text layer, style, time; /* time: empty when absent */
    struct eg_text set, matrix, row, column;
    struct eg_text i, j; /* of feature info */
};

/* The operation of a KVP request: reads SERVICE, VERSION and REQUEST. */
EG_MUST_CHECK enum eg_status eg_wmts_read_operation(const struct eg_kvp *kvp,
                                                    enum eg_wmts_operation *operation_out,
                                                    struct eg_wmts_failure *failure);
/* AcceptVersions and Sections of GetCapabilities; `version` is the snapshot's. *sections_out is 0 when the client has this version
 * already (UpdateSequence). */
EG_MUST_CHECK enum eg_status eg_wmts_read_capabilities(const struct eg_kvp *kvp, const char *version,
                                                       uint32_t *sections_out,
                                                       struct eg_wmts_failure *failure);
/* The parameters of GetTile or GetFeatureInfo; of the latter also the format. */
EG_MUST_CHECK enum eg_status eg_wmts_read_words(const struct eg_kvp *kvp, enum eg_wmts_operation operation,
                                                struct eg_wmts_words *words_out,
                                                enum eg_info_format *format_out,
                                                struct eg_wmts_failure *failure);
/* Finds what the words name and checks that the tile is in its matrix and the place in its tile. Fills in tile, i and j. */
EG_MUST_CHECK enum eg_status eg_wmts_resolve(const struct eg_snapshot *snapshot,
                                             const struct eg_wmts_words *words,
                                             struct eg_wmts_request *request,
                                             struct eg_wmts_failure *failure);

/* The capabilities with these sections; with none, version and update sequence alone. Limits of a layer in a set are said as
 * long as there are few enough of them in all (see docs/wmts.md). Some milliseconds, once legends have been measured. */
struct eg_wmts_service {
    struct eg_engine *engine;
    struct eg_snapshot *snapshot;
    struct eg_text base_url;
    uint32_t sections;
};
EG_MUST_CHECK enum eg_status eg_wmts_capabilities(const struct eg_wmts_service *service,
                                                  struct eg_entity *entity_out, struct eg_error *err);

/* TMS 1.0.0's documents: the versions that there are, the maps, and one of them, `set` of a layer. */
EG_MUST_CHECK enum eg_status eg_tms_root(struct eg_snapshot *snapshot, struct eg_text base_url,
                                         struct eg_entity *entity_out, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_tms_service(struct eg_snapshot *snapshot, struct eg_text base_url,
                                            struct eg_entity *entity_out, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_tms_map(struct eg_snapshot *snapshot, const struct eg_layer_name *name,
                                        uint32_t set, struct eg_text base_url, struct eg_entity *entity_out,
                                        struct eg_error *err);

#endif
