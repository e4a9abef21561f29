/* The coalition finder's data, indexed: which entries lie here, near here, serve here, say this?
 *
 * Immutable. Queries run on any number of threads, each with its own result. */
#ifndef EG_DIRECTORY_DIRECTORY_H
#define EG_DIRECTORY_DIRECTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "data/entries.h"
#include "data/generation.h"

struct eg_directory;

/* Indexes the entries. Takes ownership of `entries` on success; keeps a reference to the generation, whose boundaries
 * resolve the area codes of service areas (codes that are in no boundaries are counted and logged). The generation must be of
 * the entries' atlas; NULL where there is none: then no code resolves. About 5 microseconds an entry. */
EG_MUST_CHECK enum eg_status eg_directory_new(struct eg_entries *entries, struct eg_generation *generation,
                                              struct eg_directory **directory_out, struct eg_error *err);
void eg_directory_free(struct eg_directory *directory); /* NULL is allowed */

/* All conditions must hold. Absent texts have len 0. */
struct eg_directory_query {
    /* West, south, east, north, all of which belong to the box; west > east crosses the antimeridian, and 180 degrees east and
     * west are one meridian. Entries without position are in no box. */
    bool has_bbox;
    struct eg_bounds bbox_deg;
    /* Entries without position do not match. */
    bool has_near;
    double near_lon_deg, near_lat_deg;
    bool has_radius;
    double radius_m; /* geodesic */
    /* Every word (16 at most) must begin a word of name, description, topics or programme, all folded. Apostrophes are passed
     * over, other signs part words; signs alone are no condition. */
    struct eg_text words;
    struct eg_text topic; /* folded comparison, whole */
    struct eg_text programme;
    uint32_t kinds;             /* bit set of enum eg_entry_kind; 0: all but grants */
    uint32_t serves_boundaries; /* with serves_area; EG_ATLAS_NONE: not asked */
    uint32_t serves_area;
    bool has_serves_point;
    double serves_lon_deg, serves_lat_deg;
    uint32_t limit; /* at least 0 */
    uint32_t offset;
};

struct eg_directory_hit {
    uint32_t entry;    /* index into eg_directory_entries()->items */
    double distance_m; /* from `near`; 0 without */
};

struct eg_directory_result {
    /* Before limit and offset; with `near` and no radius: the entries that fulfil the rest and have a position. */
    uint64_t n_matched;
    uint32_t n;
    /* [n] nearest first with `near`, else by kind, name (folded), id; free with eg_directory_result_clear. */
    struct eg_directory_hit *hits;
};

/* serves a point: a polygon that contains it, or an area code whose area does. serves an area: an entry that names that area
 * or a smaller or larger one of it (a service area that overlaps it); polygons: the area's interior point is inside, or any
 * polygon vertex lies in the area. Polygons are even-odd with straight edges in degrees; a point on a western or southern edge
 * is inside, on an eastern or northern one outside. Equal distances are ordered by kind, name and id too.
 *
 * EG_NO_MEMORY; EG_INVALID with the field at fault ("bbox", "near", "radius", "q", "topic", "programme", "kind", "serves").
 * 100,000 entries: well under 10 ms (see tests/bench/bench_directory.c). */
EG_MUST_CHECK enum eg_status eg_directory_search(const struct eg_directory *directory,
                                                 const struct eg_directory_query *query,
                                                 struct eg_directory_result *result_out,
                                                 struct eg_error *err);
void eg_directory_result_clear(struct eg_directory_result *result);

const struct eg_entries *eg_directory_entries(const struct eg_directory *directory);
/* Index of the entry with this UUID (any letter case), or UINT32_MAX. */
uint32_t eg_directory_find(const struct eg_directory *directory, struct eg_text id);

/* Distinct topics and programmes with how many entries have them, most frequent first, for choosers. */
struct eg_directory_facet {
    struct eg_text text;
    uint32_t n;
};
const struct eg_directory_facet *eg_directory_topics(const struct eg_directory *directory, uint32_t *n_out);
const struct eg_directory_facet *eg_directory_programmes(const struct eg_directory *directory,
                                                         uint32_t *n_out);

#endif
