/* A polygon that was cut along the antimeridian by its maker is taken as it stands. In any other, each ring is first unwrapped: longitudes are shifted by whole turns so that no step is longer than half a turn. A ring that
 * then ends a turn away from where it began goes round a pole; it is closed along that pole. The polygon may now reach beyond
 * +-180; it is cut by the world's square and by the squares a turn to either side, and the parts are shifted back.
 *
 * A few polygons per country at most (Fiji, Chukotka, the Aleutians, Antarctica), so GEOS does the cutting. Edges are straight
 * in longitude and latitude. */
#include "data/wrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <geos_c.h>

#include "base/memory.h"
#include "geo/grid.h"

#define HALF_TURN_DEG 180.0
#define TURN_DEG 360.0
#define ROUNDING_DEG 1e-9
#define ROUNDING_M 1e-3
#define POLE_DEG 90.0
#define TURNS_MAX 2
#define SHORT_STEP_DEG 30.0 /* across the antimeridian: nobody means the other way round */

bool eg_wrap_is_needed(const double *xy_deg, size_t n)
{
    double before = n > 0 ? xy_deg[2 * (n - 1)] : 0;
    for (size_t i = 0; i < n; i++) {
        double lon = xy_deg[2 * i];
        bool fits = fabs(lon - before) <= HALF_TURN_DEG && fabs(lon) <= HALF_TURN_DEG + ROUNDING_DEG &&
                    fabs(xy_deg[2 * i + 1]) <= EG_WRAP_LATITUDE_DEG;
        if (!fits) return true;
        before = lon;
    }
    return false;
}

bool eg_wrap_is_needed_m(const double *xy_m, size_t n)
{
    double before = n > 0 ? xy_m[2 * (n - 1)] : 0;
    for (size_t i = 0; i < n; i++) {
        double x = xy_m[2 * i];
        bool fits = fabs(x - before) <= EG_MERCATOR_HALF_M && fabs(x) <= EG_MERCATOR_HALF_M + ROUNDING_M &&
                    fabs(xy_m[2 * i + 1]) <= EG_MERCATOR_HALF_M + ROUNDING_M;
        if (!fits) return true;
        before = x;
    }
    return false;
}

static bool is_at(double lon, double meridian)
{
    return fabs(lon - meridian) <= ROUNDING_DEG;
}

/* Whether the ring runs along both -180 and +180, lies between them, and every step of more than half a turn leads from the one
 * to the other: cut along the antimeridian. One that crosses it, with vertices upon it, does not run along it. */
static bool is_cut_already(const double *xy_deg, size_t n)
{
    bool along_west = false;
    bool along_east = false;
    for (size_t i = 0; i < n; i++) {
        const double *a = xy_deg + 2 * (i > 0 ? i - 1 : n - 1);
        const double *b = xy_deg + 2 * i;
        double step = fabs(b[0] - a[0]);
        if (fabs(b[0]) > HALF_TURN_DEG + ROUNDING_DEG) return false;
        if (step > HALF_TURN_DEG && !is_at(step, TURN_DEG)) return false;
        bool moves = a[1] < b[1] || a[1] > b[1];
        along_west = along_west || (moves && is_at(a[0], -HALF_TURN_DEG) && is_at(b[0], -HALF_TURN_DEG));
        along_east = along_east || (moves && is_at(a[0], HALF_TURN_DEG) && is_at(b[0], HALF_TURN_DEG));
    }
    return along_west && along_east;
}

bool eg_wrap_is_doubtful(const double *xy_deg, size_t n)
{
    bool doubtful = false;
    for (size_t i = 0; i < n && !doubtful; i++) {
        double step = fabs(xy_deg[2 * i] - xy_deg[2 * (i > 0 ? i - 1 : n - 1)]);
        doubtful = step > HALF_TURN_DEG && step < TURN_DEG - SHORT_STEP_DEG;
    }
    return doubtful && !is_cut_already(xy_deg, n);
}

/* Shifts the longitudes in place; returns how far the ring ends from where it began (0, or a turn to either side). */
static double unwrap(double *xy_deg, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double step = xy_deg[2 * i] - xy_deg[2 * (i - 1)];
        xy_deg[2 * i] -= TURN_DEG * round(step / TURN_DEG);
    }
    double last = xy_deg[0] - xy_deg[2 * (n - 1)];
    return -TURN_DEG * round(last / TURN_DEG);
}

/* Closes a ring that goes round a pole: from its end to the pole, along it, and back to the beginning. Writes three points
 * behind the n. */
static size_t close_over_pole(double *xy_deg, size_t n, double end_shift)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += xy_deg[2 * i + 1];
    double pole = sum < 0 ? -POLE_DEG : POLE_DEG;
    double *more = xy_deg + 2 * n;
    more[0] = xy_deg[0] + end_shift;
    more[1] = xy_deg[1];
    more[2] = more[0];
    more[3] = pole;
    more[4] = xy_deg[0];
    more[5] = pole;
    return n + 3;
}

/* Shifts a hole by whole turns into the shell's range of longitudes. */
static void follow_shell(double *xy_deg, size_t n, double shell_min, double shell_max)
{
    double min = INFINITY;
    double max = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        min = fmin(min, xy_deg[2 * i]);
        max = fmax(max, xy_deg[2 * i]);
    }
    double shift = 0;
    if (min < shell_min - ROUNDING_DEG) shift = TURN_DEG * ceil((shell_min - ROUNDING_DEG - min) / TURN_DEG);
    else if (max > shell_max + ROUNDING_DEG)
        shift = -TURN_DEG * ceil((max - shell_max - ROUNDING_DEG) / TURN_DEG);
    for (size_t i = 0; i < n; i++) xy_deg[2 * i] += shift;
}

struct unwrapped {
    double *xy;
    uint32_t *start;
    double min_deg, max_deg; /* of the shell */
};

static void unwrap_rings(const struct eg_flat_polygon *polygon, struct unwrapped *out)
{
    size_t at = 0;
    bool as_it_stands = polygon->n_rings > 0 && is_cut_already(polygon->xy, polygon->start[1]);
    for (uint32_t r = 0; r < polygon->n_rings; r++) {
        size_t n = polygon->start[r + 1] - polygon->start[r];
        double *ring = out->xy + 2 * at;
        memcpy(ring, polygon->xy + 2 * (size_t)polygon->start[r], n * 2 * sizeof *ring);
        double end_shift = n > 0 && !as_it_stands ? unwrap(ring, n) : 0;
        if (end_shift < -1 || end_shift > 1) n = close_over_pole(ring, n, end_shift);
        if (r > 0) follow_shell(ring, n, out->min_deg, out->max_deg);
        for (size_t i = 0; r == 0 && i < n; i++) {
            out->min_deg = fmin(out->min_deg, ring[2 * i]);
            out->max_deg = fmax(out->max_deg, ring[2 * i]);
        }
        at += n;
        out->start[r + 1] = (uint32_t)at;
    }
}

struct shifted {
    eg_geos_ring_fn *visit;
    void *context;
    double shift_deg;
};

static enum eg_status visit_shifted(void *context, const double *xy, size_t n, bool is_hole,
                                    struct eg_error *err)
{
    const struct shifted *shifted = context;
    double *moved = eg_memory_array(n * 2, sizeof *moved);
    if (!moved) return eg_error_no_memory(err, n * 2 * sizeof *moved);
    for (size_t i = 0; i < n; i++) {
        moved[2 * i] = fmin(fmax(xy[2 * i] - shifted->shift_deg, -HALF_TURN_DEG), HALF_TURN_DEG);
        moved[2 * i + 1] = xy[2 * i + 1];
    }
    enum eg_status status = shifted->visit(shifted->context, moved, n, is_hole, err);
    free(moved);
    return status;
}

static GEOSGeometry *world_square(struct eg_geos *geos, double shift_deg)
{
    double west = shift_deg - HALF_TURN_DEG;
    double east = shift_deg + HALF_TURN_DEG;
    const double xy[8] = {west, -EG_WRAP_LATITUDE_DEG, east, -EG_WRAP_LATITUDE_DEG,
                          east, EG_WRAP_LATITUDE_DEG,  west, EG_WRAP_LATITUDE_DEG};
    const uint32_t start[2] = {0, 4};
    return eg_geos_polygon(geos, &(struct eg_flat_polygon){xy, start, 1});
}

static enum eg_status cut_by_square(struct eg_geos *geos, const GEOSGeometry *geometry,
                                    struct shifted *shifted, struct eg_error *err)
{
    GEOSGeometry *square = world_square(geos, shifted->shift_deg);
    GEOSGeometry *part = square ? GEOSIntersection_r(geos->handle, geometry, square) : NULL;
    enum eg_status status = part ? eg_geos_visit_rings(geos, part, visit_shifted, shifted, err)
                                 : eg_geos_failure(geos, "cutting a polygon at the antimeridian", err);
    eg_geos_destroy(geos, part);
    eg_geos_destroy(geos, square);
    return status;
}

static enum eg_status cut_unwrapped(struct eg_geos *geos, const struct unwrapped *unwrapped, uint32_t n_rings,
                                    struct shifted *shifted, struct eg_error *err)
{
    GEOSGeometry *geometry =
        eg_geos_polygon(geos, &(struct eg_flat_polygon){unwrapped->xy, unwrapped->start, n_rings});
    if (geometry) geometry = eg_geos_make_valid(geos, geometry, NULL, NULL, 0);
    if (!geometry) return eg_geos_failure(geos, "building a polygon near the antimeridian", err);
    double first = floor((unwrapped->min_deg + HALF_TURN_DEG) / TURN_DEG);
    double last = ceil((unwrapped->max_deg - HALF_TURN_DEG) / TURN_DEG);
    enum eg_status status = EG_OK;
    if (!(first >= -TURNS_MAX && last <= TURNS_MAX)) {
        status = eg_error_set(err, EG_INVALID,
                              "longitudes from %g to %g degrees go round the world more than once",
                              unwrapped->min_deg, unwrapped->max_deg);
    }
    for (double turn = first; turn <= last && status == EG_OK; turn++) {
        shifted->shift_deg = turn * TURN_DEG;
        status = cut_by_square(geos, geometry, shifted, err);
    }
    eg_geos_destroy(geos, geometry);
    return status;
}

enum eg_status eg_wrap_polygon(struct eg_geos *geos, const struct eg_flat_polygon *polygon,
                               eg_geos_ring_fn *visit, void *context, struct eg_error *err)
{
    size_t most = (size_t)polygon->start[polygon->n_rings] + 3 * (size_t)polygon->n_rings;
    struct unwrapped unwrapped = {.min_deg = INFINITY, .max_deg = -INFINITY};
    unwrapped.xy = eg_memory_array(most * 2, sizeof *unwrapped.xy);
    unwrapped.start = eg_memory_zeroed((size_t)polygon->n_rings + 1, sizeof *unwrapped.start);
    enum eg_status status;
    if (!unwrapped.xy || !unwrapped.start) {
        status = eg_error_no_memory(err, most * 2 * sizeof *unwrapped.xy);
    } else {
        struct shifted shifted = {.visit = visit, .context = context};
        unwrap_rings(polygon, &unwrapped);
        status = cut_unwrapped(geos, &unwrapped, polygon->n_rings, &shifted, err);
    }
    free(unwrapped.xy);
    free(unwrapped.start);
    return status;
}
