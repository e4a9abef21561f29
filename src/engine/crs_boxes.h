/* Private to the list of CRSs: the boxes of boundary sets, from their coasts. */
#ifndef EG_ENGINE_CRS_BOXES_H
#define EG_ENGINE_CRS_BOXES_H

#include "engine/crs_list.h"

/* bounds_out[n_boundaries][n_entries]: those of what maps show, on each side at most a metre too wide (a coast of more than two million
 * kilometres, metres); empty, min above max, where nothing projects. Some 10 ms a CRS, most of it for finding the operation; for a CRS
 * that does not hold all areas, as long as its first map takes. */
EG_MUST_CHECK enum eg_status eg_crs_boxes_make(const struct eg_generation *generation,
                                               const struct eg_crs_entry *entries, uint32_t n_entries,
                                               struct eg_bounds *bounds_out, struct eg_error *err);

#endif
