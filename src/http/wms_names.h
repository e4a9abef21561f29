/* What things are called in WMS beyond the names of layers and styles: groups of layers, and moments of the time dimension. The
 * capabilities write these names, requests bring them back. */
#ifndef EG_HTTP_WMS_NAMES_H
#define EG_HTTP_WMS_NAMES_H

#include "engine/engine.h"

/* A group holds the layers of a theme. Its name is made from the theme: ASCII letters and digits in lower case, one hyphen for
 * each run of anything else ("Health outcomes" -> "health-outcomes"); other letters as they are. No layer has such a name, as
 * every layer's holds a point. Themes whose names come out alike are one group. */
#define EG_WMS_GROUP_BYTES 128
/* False for a layer without a theme; group_out is then empty. */
bool eg_wms_group_of(const struct eg_snapshot *snapshot, uint32_t layer, char group_out[EG_WMS_GROUP_BYTES]);
/* The layers of a group in the atlas's order, those alone that the capabilities list, into layers_out[most]; returns how many there
 * are, also when that is more than fit. 0: no such group. */
uint32_t eg_wms_group_layers(const struct eg_snapshot *snapshot, struct eg_text group, uint32_t *layers_out,
                             uint32_t most);

/* Hidden layers are drawn for those who know their names; those for which there are no data are not. */
bool eg_wms_lists(const struct eg_snapshot *snapshot, uint32_t layer);

/* A period as a moment, its first day: "2021-04-01". Not "2019" for a year, which ISO 8601 would allow: QGIS 3.22 takes it for no
 * date. False for a period without dates. */
#define EG_WMS_TIME_BYTES 48
bool eg_wms_time_moment(const struct eg_atlas_period *period, char text_out[EG_WMS_TIME_BYTES]);
/* An item of the dimension's extent for series[0 .. n-1], whose periods have dates: for as many as follow one another without a gap and
 * are equally long, which is returned; 1 at least. "2019-01-01/2023-12-31/P1Y" for five years, "2020-06-30" for a day. */
uint32_t eg_wms_time_extent(const struct eg_series *series, uint32_t n, char text_out[EG_WMS_TIME_BYTES]);
/* Whether a layer has the time dimension: all its periods have dates, and no two the same moment. */
bool eg_wms_time_has(const struct eg_snapshot *snapshot, uint32_t layer);

#endif
