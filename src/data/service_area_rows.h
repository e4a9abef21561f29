/* From the rows of service_area that a service has to whom its entry serves: the codes of each boundary set, and one polygon. */
#ifndef EG_DATA_SERVICE_AREA_ROWS_H
#define EG_DATA_SERVICE_AREA_ROWS_H

#include "data/entry_records.h"

/* Fills in what the entry says of its service area, from rows[n]. Codes of boundaries that the atlas does not have are kept as those of none;
 * several polygons become their union. EG_INVALID for a polygon that is none. */
EG_MUST_CHECK enum eg_status eg_service_area_rows_read(const struct eg_entry_source *source,
                                                       const struct eg_record *const *rows, uint32_t n,
                                                       struct eg_entry *entry, struct eg_error *err);

#endif
