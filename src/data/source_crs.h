/* What a source says of its coordinate reference system. A handle is an OGRSpatialReferenceH; GDAL's headers stay in .c files. */
#ifndef EG_DATA_SOURCE_CRS_H
#define EG_DATA_SOURCE_CRS_H

#include <stdbool.h>

/* "EPSG:4326" where the CRS has an authority's code, else its WKT; NULL without one. Freed with CPLFree. */
char *eg_source_crs_definition(void *srs);

/* OGR gives most layers easting first, whatever the authority says, and tells so in the mapping; some (GML) keep the
 * authority's order: true for those. */
bool eg_source_gives_northing_first(void *srs);

#endif
