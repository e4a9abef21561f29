/* The coalition finder's data, indexed: which entries lie here, near here, serve here, say this?
 *
 * Immutable. Queries run on any number of threads, each with its own result. */
#ifndef EG_DIRECTORY_DIRECTORY_H
#define EG_DIRECTORY_DIRECTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "base/zone.h"
#include "data/entries.h"
#include "data/generation.h"

struct eg_directory;

/* Indexes the entries. Takes ownership of `entries` on success; keeps a reference to the generation, whose boundaries
 * resolve the area codes of service areas (codes that are in no boundaries are counted and logged). The generation must be of
 * the entries' atlas; NULL where there is none: then no code resolves. EG_NOT_FOUND where the atlas's time zone is unknown. About 8 microseconds an entry. */
EG_MUST_CHECK enum eg_status eg_directory_new(struct eg_entries *entries, struct eg_generation *generation,
                                              struct eg_directory **directory_out, struct eg_error *err);
/* The same as eg_directory_new(entries, the generation of `before`) makes, from the index before: for entries most of which are the same ones
 * in memory (eg_entries_after), in a tenth of the time or less. Takes ownership of `entries` on success. */
EG_MUST_CHECK enum eg_status eg_directory_follow(const struct eg_directory *before,
                                                 struct eg_entries *entries,
                                                 struct eg_directory **directory_out, struct eg_error *err);
void eg_directory_free(struct eg_directory *directory); /* NULL is allowed */

/* What entries can be counted by. */
enum eg_facet_kind {
    EG_FACET_KIND,
    EG_FACET_TOPIC,
    EG_FACET_PROGRAMME,
    EG_FACET_LANGUAGE,
    EG_FACET_ACCESSIBILITY,
    EG_FACET_ORGANISATION,
    EG_FACET_FUNDER,
    EG_N_FACETS
};
#define EG_DIRECTORY_FACET_VALUES 100U /* that an answer counts, the most frequent */

/* The order of an answer. Whatever is equal in it goes by kind, name (folded) and id. */
enum eg_directory_order {
    EG_ORDER_USUAL,    /* by distance with `near`, else nothing but the above */
    EG_ORDER_DISTANCE, /* from `near`, which is needed */
    /* How well the words fit, which are needed: for each, 6 points where it is a word of the name or other name, else 5 of the
     * organisation's, else 4 where it begins a word of the name or other name, else 3 of the organisation's, none where it stands in
     * description, topics, programme or a place alone. The entries with the most points first. */
    EG_ORDER_RELEVANCE,
    EG_ORDER_NAME, /* folded, whatever the kind */
    /* The time at which it opens or takes place next, from from_min on; what has none last. */
    EG_ORDER_NEXT
};

/* All conditions must hold. Absent texts have len 0. */
struct eg_directory_query {
    /* West, south, east, north, all of which belong to the box; west > east crosses the antimeridian, and 180 degrees east and
     * west are one meridian. Entries of which any place is in it match; those without position are in no box. */
    bool has_bbox;
    struct eg_bounds bbox_deg;
    /* Entries without position do not match. Of an entry at several places the nearest counts, whatever the box says. */
    bool has_near;
    double near_lon_deg, near_lat_deg;
    /* Near an area, in which that point lies: what is in it is 0 away, all else as far as from the area's outline. */
    bool has_near_area;
    uint32_t near_boundaries, near_area;
    bool has_radius;
    double radius_m; /* geodesic */
    /* Every word (16 at most) must begin a word of name, other name, organisation or other name of that, description, topics, programme or the
     * name or address of any place, all folded. Apostrophes are passed over, other signs part words; signs alone are no condition. */
    struct eg_text words;
    struct eg_text
        texts[EG_N_FACETS]; /* folded comparison, whole; that of EG_FACET_KIND is passed over: see kinds */
    /* Inclusive, whatever the currency; of several fundings any may have it, with a funder one of that funder's. Entries without an amount do
     * not match. */
    bool has_amount_min, has_amount_max;
    double amount_min, amount_max;
    /* As base/calendar.h counts days; entries whose last review is not known do not match. */
    /* Open in this minute of the clocks of the atlas's time zone: 1440 * day (base/calendar.h) + minute of the day. */
    bool has_open;
    int64_t open_min;
    /* Training that begins between these minutes, both of which belong to the span. */
    bool has_span;
    int64_t from_min, until_min;
    bool has_reviewed_since;
    int64_t reviewed_since_day;
    uint32_t kinds;             /* bit set of enum eg_entry_kind; 0: all but grants */
    uint32_t serves_boundaries; /* with serves_area; EG_ATLAS_NONE: not asked */
    uint32_t serves_area;
    bool has_serves_point;
    double serves_lon_deg, serves_lat_deg;
    enum eg_directory_order order;
    uint32_t facets; /* bit set of enum eg_facet_kind: what the matching entries are to be counted by */
    uint32_t limit;  /* at least 0 */
    uint32_t offset;
};

/* A text that entries have, and how many do. */
struct eg_directory_facet {
    struct eg_text text;
    uint32_t n;
};

/* Of a kind of facets, those that the matching entries have: most frequent first, then bytewise, EG_DIRECTORY_FACET_VALUES at most. */
struct eg_directory_counts {
    uint32_t n;
    struct eg_directory_facet *values; /* [n] */
};

struct eg_directory_hit {
    uint32_t entry;    /* index into eg_directory_entries()->items */
    double distance_m; /* from `near`; 0 without */
    /* Which of its places is meant, eg_entry_place_at: with `near` the nearest, else the first in the box, else the first with a position;
     * 0 for an entry that has none. */
    uint32_t place;
    struct eg_occurrence next; /* with a span: the first in it */
};

struct eg_directory_result {
    /* Before limit and offset; with `near` and no radius: the entries that fulfil the rest and have a position. */
    uint64_t n_matched;
    uint32_t n;
    /* [n] in the order asked for; free with eg_directory_result_clear. */
    struct eg_directory_hit *hits;
    struct eg_directory_counts
        counts[EG_N_FACETS]; /* over all that match, not the page; empty unless asked for */
};

/* serves a point: a polygon that contains it, or an area code whose area does. serves an area: an entry that names that area
 * or a smaller or larger one of it (a service area that overlaps it); polygons: the area's interior point is inside, or any
 * polygon vertex lies in the area. Polygons are even-odd with straight edges in degrees; a point on a western or southern edge
 * is inside, on an eastern or northern one outside.
 *
 * EG_NO_MEMORY; EG_INVALID with the field at fault ("bbox", "near", "radius", "q", "topic" ..., "amount_min", "kind", "serves", "sort").
 * 100,000 entries: well under 10 ms (see tests/bench/bench_directory.c). */
EG_MUST_CHECK enum eg_status eg_directory_search(const struct eg_directory *directory,
                                                 const struct eg_directory_query *query,
                                                 struct eg_directory_result *result_out,
                                                 struct eg_error *err);
void eg_directory_result_clear(struct eg_directory_result *result);

/* Which entries match, as a set and not as a page: bit i % 64 of word i / 64 of bits_out[(entries + 63) / 64] is that of the entry with
 * number i, eg_directory_entry_at. For a query without `near`; order, page and facets are passed over. Errors as above. */
EG_MUST_CHECK enum eg_status eg_directory_match(const struct eg_directory *directory,
                                                const struct eg_directory_query *query, uint64_t *bits_out,
                                                struct eg_error *err);
/* Entries are numbered in the usual order: index into eg_directory_entries()->items. */
uint32_t eg_directory_entry_at(const struct eg_directory *directory, uint32_t number);

/* By which its clocks go. */
const struct eg_zone *eg_directory_zone(const struct eg_directory *directory);
const struct eg_entries *eg_directory_entries(const struct eg_directory *directory);
/* Codes of areas that entries serve and no boundaries have: those areas are not shown. */
struct eg_directory_unknown {
    uint32_t n;
    struct eg_text code; /* the first */
    const struct eg_entry *entry;
};
struct eg_directory_unknown eg_directory_unknown_codes(const struct eg_directory *directory);
/* Whether any entry says when it is open or takes place. */
bool eg_directory_has_times(const struct eg_directory *directory);
/* Index of the entry with this UUID (any letter case), or UINT32_MAX. */
uint32_t eg_directory_find(const struct eg_directory *directory, struct eg_text id);

/* "kind", "topic" ...: the names of facets. Never NULL; EG_N_FACETS for an unknown name. */
const char *eg_facet_kind_name(enum eg_facet_kind kind);
enum eg_facet_kind eg_facet_kind_named(struct eg_text name);

/* Distinct topics and programmes with how many entries have them, most frequent first, for choosers. */
const struct eg_directory_facet *eg_directory_topics(const struct eg_directory *directory, uint32_t *n_out);
const struct eg_directory_facet *eg_directory_programmes(const struct eg_directory *directory,
                                                         uint32_t *n_out);

/* The numbers (eg_directory_entry_at) of the entries that have a facet, however its text is spelled; ascending, the directory's. None when
 * no entry has it. EG_INVALID for wrong UTF-8. */
EG_MUST_CHECK enum eg_status eg_directory_with_facet(const struct eg_directory *directory,
                                                     enum eg_facet_kind kind, struct eg_text text,
                                                     const uint32_t **numbers_out, uint32_t *n_out,
                                                     struct eg_error *err);

#endif
