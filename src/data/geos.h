/* GEOS behind a small door: one context per thread, its complaints kept as text, polygons in and out as flat rings. */
#ifndef EG_DATA_GEOS_H
#define EG_DATA_GEOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct GEOSContextHandle_HS;
struct GEOSGeom_t;

/* A context belongs to one thread; `message` is GEOS's last complaint. */
struct eg_geos {
    struct GEOSContextHandle_HS *handle;
    char message[256];
};
EG_MUST_CHECK enum eg_status eg_geos_open(struct eg_geos *geos, struct eg_error *err);
void eg_geos_close(struct eg_geos *geos); /* a struct of zeros is allowed */

/* Rings of one polygon: ring r has the points start[r] .. start[r+1]-1 of xy, not repeated at the end; ring 0 is the shell. */
struct eg_flat_polygon {
    const double *xy;      /* [2 * start[n_rings]] */
    const uint32_t *start; /* [n_rings + 1] */
    uint32_t n_rings;
};

/* A polygon; rings of fewer than 3 points are left out, and NULL is returned without a shell or when GEOS refuses. The caller
 * destroys it with eg_geos_destroy. */
struct GEOSGeom_t *eg_geos_polygon(struct eg_geos *geos, const struct eg_flat_polygon *polygon);
void eg_geos_destroy(struct eg_geos *geos, struct GEOSGeom_t *geometry); /* NULL is allowed */

/* The same ground as a valid geometry; consumes its argument; NULL when GEOS fails. *repaired_out (may be NULL) tells whether
 * anything was wrong, and reason_out[size] what. */
struct GEOSGeom_t *eg_geos_make_valid(struct eg_geos *geos, struct GEOSGeom_t *geometry, bool *repaired_out,
                                      char *reason_out, size_t size);

/* Polygons of one multipolygon: polygon p has the rings polygon[p] .. polygon[p+1]-1, of which ring r has the points start[r] ..
 * start[r+1]-1. */
struct eg_flat_polygons {
    const double *xy;
    const uint32_t *start, *polygon; /* [polygon[n_polygons] + 1], [n_polygons + 1] */
    uint32_t n_polygons;
};
/* One geometry of them, valid or not, to be destroyed by the caller; NULL when GEOS or the memory refuses. */
struct GEOSGeom_t *eg_geos_multipolygon(struct eg_geos *geos, const struct eg_flat_polygons *polygons);
/* The union of valid geometries, which it consumes; NULL when GEOS fails. */
struct GEOSGeom_t *eg_geos_union(struct eg_geos *geos, struct GEOSGeom_t **parts, uint32_t n);

struct eg_geos_fault {
    char reason[80]; /* "Self-intersection"; empty: there is none */
    double xy[2];
};
/* Why they are no valid multipolygon: rings that cross, holes outside their shell, polygons that overlap. */
EG_MUST_CHECK enum eg_status eg_geos_find_fault(struct eg_geos *geos, const struct eg_flat_polygons *polygons,
                                                struct eg_geos_fault *fault_out, struct eg_error *err);

/* Calls visit for every ring of every polygon in a geometry of any kind (lines and points are passed over), shells before
 * their holes; xy[2*n], without the repeated last point. Stops at the first status that is not EG_OK. */
typedef enum eg_status eg_geos_ring_fn(void *context, const double *xy, size_t n, bool is_hole,
                                       struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_geos_visit_rings(struct eg_geos *geos, const struct GEOSGeom_t *geometry,
                                                 eg_geos_ring_fn *visit, void *context, struct eg_error *err);

/* EG_IO (or EG_NO_MEMORY) with GEOS's own words about what was being done. */
enum eg_status eg_geos_failure(const struct eg_geos *geos, const char *doing, struct eg_error *err);

#endif
