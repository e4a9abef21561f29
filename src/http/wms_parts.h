/* Private to the files that read requests of WMS: each reads the parameters of some operations for eg_wms_read. */
#ifndef EG_HTTP_WMS_PARTS_H
#define EG_HTTP_WMS_PARTS_H

#include "http/wms.h"

/* Sets the failure, unless there is one already; `field` is the parameter at fault, code NULL: the field's own. */
void eg_wms_fail(struct eg_wms_request *request, const char *field, const char *code, const char *format, ...)
    EG_PRINTF(4, 5);

void eg_wms_read_map(const struct eg_kvp *kvp, struct eg_snapshot *snapshot, struct eg_wms_request *request);
void eg_wms_read_info(const struct eg_kvp *kvp, struct eg_snapshot *snapshot, struct eg_wms_request *request);
/* Chooses a period of a layer for TIME's text: the id of one; an instant or an interval of ISO 8601 (the period that begins
 * then, the latest that it touches, else the one whose first day is nearest); a list of these (the latest of what they come to); "current" or empty, the default. *period_out borrowed
 * from the snapshot. EG_INVALID with field "TIME". */
EG_MUST_CHECK enum eg_status eg_wms_choose_period(const struct eg_snapshot *snapshot, uint32_t layer,
                                                  struct eg_text time,
                                                  const struct eg_atlas_period **period_out,
                                                  enum eg_wms_time *how_out, struct eg_error *err);

/* The version in which to tell of an error before the request could be read: by VERSION as it stands in the address. */
enum eg_wms_version eg_wms_version_told(const char *version_asked);

/* SLD and SLD_BODY fail: of whatever asks for styles, so that nobody takes the atlas's for his own. */
void eg_wms_refuse_foreign_styles(const struct eg_kvp *kvp, struct eg_wms_request *request);

/* Of GetLegendGraphic; of DescribeLayer and GetStyles (wms_symbols.c). */
void eg_wms_read_legend(const struct eg_kvp *kvp, struct eg_snapshot *snapshot,
                        struct eg_wms_request *request);
void eg_wms_read_names(const struct eg_kvp *kvp, struct eg_snapshot *snapshot,
                       struct eg_wms_request *request);

/* WIDTH or HEIGHT, 1 to `most`; untouched when it is absent. */
void eg_wms_read_side(const struct eg_kvp *kvp, const char *name, uint32_t most,
                      struct eg_wms_request *request, uint32_t *side_out);
/* map.dpi and map.scale. */
void eg_wms_read_resolution(const struct eg_kvp *kvp, struct eg_wms_request *request);
/* A group stands for the first of its layers: choropleths drawn over one another would show the last alone. */
void eg_wms_resolve_group(const struct eg_snapshot *snapshot, struct eg_layer_name *name);
/* Checks the layer and its style, and chooses its period. */
void eg_wms_resolve(struct eg_snapshot *snapshot, struct eg_text time, struct eg_layer_name *name,
                    struct eg_wms_request *request);

#endif
