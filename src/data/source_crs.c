#include "data/source_crs.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <ogr_srs_api.h>

char *eg_source_crs_definition(void *srs)
{
    const char *authority = OSRGetAuthorityName(srs, NULL);
    const char *code = OSRGetAuthorityCode(srs, NULL);
    if (authority && code) return CPLStrdup(CPLSPrintf("%s:%s", authority, code));
    const char *const options[] = {"FORMAT=WKT2_2019", NULL};
    char *wkt = NULL;
    if (OSRExportToWktEx(srs, &wkt, options) == OGRERR_NONE) return wkt;
    CPLFree(wkt);
    return NULL;
}

bool eg_source_gives_northing_first(void *srs)
{
    OGRSpatialReferenceH usual = OSRClone(srs);
    if (!usual) return false;
    OSRSetAxisMappingStrategy(usual, OAMS_TRADITIONAL_GIS_ORDER);
    int n_usual = 0;
    int n = 0;
    const int *usual_axes = OSRGetDataAxisToSRSAxisMapping(usual, &n_usual);
    const int *axes = OSRGetDataAxisToSRSAxisMapping(srs, &n);
    bool differs = n >= 2 && n_usual >= 2 && axes[0] == usual_axes[1] && axes[1] == usual_axes[0];
    OSRDestroySpatialReference(usual);
    return differs;
}
