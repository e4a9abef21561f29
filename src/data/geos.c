/* Only suspect polygons come here: some hundreds of a country's areas, so clarity goes before speed. */
#include "data/geos.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <geos_c.h>

#include "base/memory.h"

static void keep_message(const char *message, void *context)
{
    struct eg_geos *geos = context;
    (void)snprintf(geos->message, sizeof geos->message, "%s", message);
}

enum eg_status eg_geos_open(struct eg_geos *geos, struct eg_error *err)
{
    *geos = (struct eg_geos){.handle = GEOS_init_r()};
    if (!geos->handle) return eg_error_no_memory(err, sizeof *geos);
    (void)GEOSContext_setErrorMessageHandler_r(geos->handle, keep_message, geos);
    return EG_OK;
}

void eg_geos_close(struct eg_geos *geos)
{
    if (geos->handle) GEOS_finish_r(geos->handle);
    *geos = (struct eg_geos){0};
}

enum eg_status eg_geos_failure(const struct eg_geos *geos, const char *doing, struct eg_error *err)
{
    return eg_error_set(err, EG_IO, "GEOS failed %s: %s", doing,
                        geos->message[0] ? geos->message : "no reason given");
}

static GEOSGeometry *linear_ring(struct eg_geos *geos, const double *xy, uint32_t n)
{
    GEOSCoordSequence *sequence = GEOSCoordSeq_create_r(geos->handle, n + 1, 2);
    if (!sequence) return NULL;
    for (uint32_t i = 0; i <= n; i++) {
        const double *point = xy + 2 * (size_t)(i < n ? i : 0);
        if (GEOSCoordSeq_setXY_r(geos->handle, sequence, i, point[0], point[1])) continue;
        GEOSCoordSeq_destroy_r(geos->handle, sequence);
        return NULL;
    }
    return GEOSGeom_createLinearRing_r(geos->handle, sequence);
}

struct GEOSGeom_t *eg_geos_polygon(struct eg_geos *geos, const struct eg_flat_polygon *polygon)
{
    GEOSGeometry **rings = eg_memory_zeroed(polygon->n_rings, sizeof *rings);
    if (!rings) return NULL;
    uint32_t n = 0;
    bool complete = true;
    for (uint32_t r = 0; r < polygon->n_rings && complete; r++) {
        uint32_t start = polygon->start[r];
        uint32_t n_points = polygon->start[r + 1] - start;
        if (n_points < 3 && r == 0) break;
        if (n_points < 3) continue;
        rings[n] = linear_ring(geos, polygon->xy + 2 * (size_t)start, n_points);
        if (rings[n]) n++;
        else complete = false;
    }
    GEOSGeometry *geometry = NULL;
    if (n > 0 && complete) {
        geometry = GEOSGeom_createPolygon_r(geos->handle, rings[0], rings + 1, n - 1);
    } else {
        for (uint32_t r = 0; r < n; r++) GEOSGeom_destroy_r(geos->handle, rings[r]);
    }
    free(rings);
    return geometry;
}

void eg_geos_destroy(struct eg_geos *geos, struct GEOSGeom_t *geometry)
{
    if (geometry) GEOSGeom_destroy_r(geos->handle, geometry);
}

/* Why the geometry is not valid; false when it is. */
static bool is_invalid(struct eg_geos *geos, const GEOSGeometry *geometry, char *reason_out, size_t size)
{
    char *reason = NULL;
    char valid = GEOSisValidDetail_r(geos->handle, geometry, 0, &reason, NULL);
    if (valid != 1 && reason_out) (void)snprintf(reason_out, size, "%s", reason ? reason : "not valid");
    GEOSFree_r(geos->handle, reason);
    return valid != 1;
}

struct GEOSGeom_t *eg_geos_make_valid(struct eg_geos *geos, struct GEOSGeom_t *geometry, bool *repaired_out,
                                      char *reason_out, size_t size)
{
    bool invalid = is_invalid(geos, geometry, reason_out, size);
    if (repaired_out) *repaired_out = invalid;
    if (!invalid) return geometry;
    GEOSMakeValidParams *params = GEOSMakeValidParams_create_r(geos->handle);
    GEOSGeometry *valid = NULL;
    if (params) {
        (void)GEOSMakeValidParams_setMethod_r(geos->handle, params, GEOS_MAKE_VALID_STRUCTURE);
        (void)GEOSMakeValidParams_setKeepCollapsed_r(geos->handle, params, 0);
        valid = GEOSMakeValidWithParams_r(geos->handle, geometry, params);
        GEOSMakeValidParams_destroy_r(geos->handle, params);
    }
    GEOSGeom_destroy_r(geos->handle, geometry);
    return valid;
}

struct GEOSGeom_t *eg_geos_multipolygon(struct eg_geos *geos, const struct eg_flat_polygons *polygons)
{
    GEOSGeometry **parts = eg_memory_zeroed(polygons->n_polygons, sizeof *parts);
    GEOSGeometry *whole = NULL;
    uint32_t n = 0;
    if (!parts) return NULL;
    for (; n < polygons->n_polygons; n++) {
        uint32_t first = polygons->polygon[n];
        struct eg_flat_polygon polygon = {polygons->xy, polygons->start + first,
                                          polygons->polygon[n + 1] - first};
        parts[n] = eg_geos_polygon(geos, &polygon);
        if (!parts[n]) break;
    }
    if (n == polygons->n_polygons)
        whole = GEOSGeom_createCollection_r(geos->handle, GEOS_MULTIPOLYGON, parts, n);
    else
        for (uint32_t i = 0; i < n; i++) GEOSGeom_destroy_r(geos->handle, parts[i]);
    free(parts);
    return whole;
}

struct GEOSGeom_t *eg_geos_union(struct eg_geos *geos, struct GEOSGeom_t **parts, uint32_t n)
{
    GEOSGeometry *all = GEOSGeom_createCollection_r(geos->handle, GEOS_GEOMETRYCOLLECTION, parts, n);
    if (!all) return NULL;
    GEOSGeometry *whole = GEOSUnaryUnion_r(geos->handle, all);
    GEOSGeom_destroy_r(geos->handle, all);
    return whole;
}

static void locate_fault(struct eg_geos *geos, const GEOSGeometry *whole, struct eg_geos_fault *fault)
{
    char *reason = NULL;
    GEOSGeometry *place = NULL;
    if (GEOSisValidDetail_r(geos->handle, whole, 0, &reason, &place) != 1) {
        (void)snprintf(fault->reason, sizeof fault->reason, "%s", reason ? reason : "not valid");
        if (place) (void)GEOSGeomGetX_r(geos->handle, place, &fault->xy[0]);
        if (place) (void)GEOSGeomGetY_r(geos->handle, place, &fault->xy[1]);
    }
    GEOSFree_r(geos->handle, reason);
    eg_geos_destroy(geos, place);
}

enum eg_status eg_geos_find_fault(struct eg_geos *geos, const struct eg_flat_polygons *polygons,
                                  struct eg_geos_fault *fault_out, struct eg_error *err)
{
    *fault_out = (struct eg_geos_fault){.reason = ""};
    GEOSGeometry *whole = eg_geos_multipolygon(geos, polygons);
    if (!whole && !geos->message[0]) return eg_error_no_memory(err, polygons->n_polygons);
    if (!whole) return eg_geos_failure(geos, "making a polygon", err);
    locate_fault(geos, whole, fault_out);
    GEOSGeom_destroy_r(geos->handle, whole);
    return EG_OK;
}

static enum eg_status visit_ring(struct eg_geos *geos, const GEOSGeometry *ring, bool is_hole,
                                 eg_geos_ring_fn *visit, void *context, struct eg_error *err)
{
    const GEOSCoordSequence *sequence = GEOSGeom_getCoordSeq_r(geos->handle, ring);
    unsigned n = 0;
    if (!sequence || !GEOSCoordSeq_getSize_r(geos->handle, sequence, &n)) {
        return eg_geos_failure(geos, "reading a ring", err);
    }
    if (n < 4) return EG_OK;
    double *xy = eg_memory_array((size_t)n * 2, sizeof *xy);
    if (!xy) return eg_error_no_memory(err, (size_t)n * 2 * sizeof *xy);
    enum eg_status status = EG_OK;
    if (GEOSCoordSeq_copyToBuffer_r(geos->handle, sequence, xy, 0, 0))
        status = visit(context, xy, n - 1, is_hole, err);
    else status = eg_geos_failure(geos, "copying a ring", err);
    free(xy);
    return status;
}

static enum eg_status visit_polygon(struct eg_geos *geos, const GEOSGeometry *polygon, eg_geos_ring_fn *visit,
                                    void *context, struct eg_error *err)
{
    enum eg_status status =
        visit_ring(geos, GEOSGetExteriorRing_r(geos->handle, polygon), false, visit, context, err);
    int n_holes = GEOSGetNumInteriorRings_r(geos->handle, polygon);
    for (int i = 0; i < n_holes && status == EG_OK; i++) {
        status =
            visit_ring(geos, GEOSGetInteriorRingN_r(geos->handle, polygon, i), true, visit, context, err);
    }
    return status;
}

enum eg_status eg_geos_visit_rings(struct eg_geos *geos, const struct GEOSGeom_t *geometry,
                                   eg_geos_ring_fn *visit, void *context, struct eg_error *err)
{
    int type = GEOSGeomTypeId_r(geos->handle, geometry);
    if (type == GEOS_POLYGON) {
        return GEOSisEmpty_r(geos->handle, geometry) == 1
                   ? EG_OK
                   : visit_polygon(geos, geometry, visit, context, err);
    }
    if (type != GEOS_MULTIPOLYGON && type != GEOS_GEOMETRYCOLLECTION) return EG_OK;
    enum eg_status status = EG_OK;
    int n = GEOSGetNumGeometries_r(geos->handle, geometry);
    for (int i = 0; i < n && status == EG_OK; i++) {
        status =
            eg_geos_visit_rings(geos, GEOSGetGeometryN_r(geos->handle, geometry, i), visit, context, err);
    }
    return status;
}
