/* Whom entries serve: areas that they name by code, and polygons of their own. */
#ifndef EG_DIRECTORY_SERVICE_AREAS_H
#define EG_DIRECTORY_SERVICE_AREAS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "data/entries.h"
#include "data/generation.h"
#include "directory/renumbering.h"

/* An area that at least one entry names. */
struct eg_named_area {
    uint32_t boundaries;
    uint32_t area;
};

struct eg_service_polygon {
    uint32_t number; /* of the entry */
    struct eg_bounds box_deg;
    const struct eg_entry *entry; /* with the rings */
};

struct eg_service_areas {
    const struct eg_generation *generation; /* NULL: no code is known */
    uint32_t n_named;
    const struct eg_named_area *named; /* [n_named] ascending by boundaries, then area */
    const uint32_t *start;             /* [n_named + 1] into numbers */
    const uint32_t *numbers;           /* entries that name it, ascending */
    uint32_t n_polygons;
    const struct eg_service_polygon *polygons; /* [n_polygons] by number */
    uint32_t n_unknown_codes;                  /* named by entries, but of no area */
    uint32_t n_unknown_met;                    /* of these, looked up when this was made */
    uint32_t first_unknown;                    /* the number of the first entry that names one, if any does */
};

/* entries[n] in answer order; the result lives in the arena and leans on the generation. */
EG_MUST_CHECK enum eg_status eg_service_areas_build(const struct eg_entries *entries,
                                                    const struct eg_entry *const *in_order,
                                                    const struct eg_generation *generation,
                                                    struct eg_arena *arena,
                                                    struct eg_service_areas *areas_out, struct eg_error *err);

/* The same from the areas before: only codes of entries that came or went are looked up. */
EG_MUST_CHECK enum eg_status
eg_service_areas_follow(const struct eg_service_areas *before, const struct eg_renumbering *renumbering,
                        struct eg_arena *arena, struct eg_service_areas *areas_out, struct eg_error *err);

/* The first code of an entry that is of no area; empty where all are of one. */
struct eg_text eg_service_areas_unknown(const struct eg_service_areas *areas, const struct eg_entry *entry);

/* Sets the bits of the entries that serve a position in degrees: they name the area there, or their polygon contains it. */
void eg_service_areas_at(const struct eg_service_areas *areas, double lon_deg, double lat_deg,
                         uint64_t *bits);

/* Sets the bits of the entries that serve an area or part of it: the ground that they serve, areas that they name or their polygon, and the
 * area have ground in common. Where both are made of the same boundaries that is told by these, without geometry. Else borders that were
 * drawn twice differ by a hair, which is no common ground: a circle of ten metres' radius around some spot lies in both
 * (or, where one of them is narrow, of half the radius of what fits into it), or the middle of one lies in the other. geo/outline.h */
EG_MUST_CHECK enum eg_status eg_service_areas_of(const struct eg_service_areas *areas, uint32_t boundaries,
                                                 uint32_t area, uint64_t *bits, struct eg_error *err);

/* Even-odd: a position is inside when the line from it to the east crosses the rings an odd number of times. An edge is
 * crossed when one of its ends lies above the position's latitude and the other does not, east of it; so positions on a
 * western or southern border are inside, on an eastern or northern one outside, and polygons that share borders without
 * overlapping never both contain a position. Straight edges in degrees; rings may or may not repeat their first vertex. */
bool eg_service_polygon_contains(const struct eg_entry *entry, double lon_deg, double lat_deg);

/* A position well within an area of a boundary set (eg_outline_middle). *found_out is false for an area without extent. */
EG_MUST_CHECK enum eg_status eg_service_area_interior(const struct eg_area_set *set, uint32_t area,
                                                      bool *found_out, double lonlat_deg_out[2],
                                                      struct eg_error *err);

#endif
