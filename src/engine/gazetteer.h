/* The gazetteer: from what somebody types to a place. It knows the names and codes of all areas of the boundary sets, and the atlas's tables
 * of places (data/place_table.h): towns, landmarks, postcodes.
 *
 * Names are compared without letter case, marks, apostrophes and punctuation, by the whole name or the beginning of any of its words.
 * Postcodes are found whole, by their beginning, and by what stands before their gap (LS1, 02139), which means all that begin so. Several
 * places of one name are told apart as their labels are: "Newtown, Leeds" or "Newtown (E01000001)".
 *
 * Immutable; any number of threads may read. */
#ifndef EG_ENGINE_GAZETTEER_H
#define EG_ENGINE_GAZETTEER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"
#include "data/generation.h"

#define EG_PLACES_FOUND_MAX 100U
#define EG_PLACE_TEXT_MAX 512U /* bytes of a question */
#define EG_PLACE_PARENTS_MAX 32U

struct eg_gazetteer;

enum eg_place_is {
    EG_PLACE_IS_AREA,      /* source: boundaries; item: area */
    EG_PLACE_IS_ROW,       /* source: table of places; item: row */
    EG_PLACE_IS_POSTCODE,  /* the same */
    EG_PLACE_IS_POSTCODES, /* all that begin so; source: table; item: the how-manieth beginning */
};

struct eg_found_place {
    enum eg_place_is is;
    uint32_t source, item;
};

/* How well a place fits, the worst first. */
enum eg_place_match {
    EG_MATCH_LATER_BEGUN, /* a later word of the name begins so */
    EG_MATCH_LATER_WORDS, /* the name goes on with these words */
    EG_MATCH_BEGUN,       /* the name or postcode begins so */
    EG_MATCH_WORDS,       /* the name begins with these words */
    EG_MATCH_PART,        /* a postcode that is not there: what stands before its gap */
    EG_MATCH_WHOLE        /* the whole name, code, postcode or its part before the gap */
};

struct eg_place_hit {
    struct eg_found_place place;
    enum eg_place_match match;
    bool has_position; /* an area without extent has none */
    double lon_deg, lat_deg;
    double distance_m; /* geodesic, from `near` */
};

#define EG_PLACE_KIND_AREA EG_N_PLACE_KINDS
struct eg_place_query {
    struct eg_text text;       /* UTF-8 */
    uint32_t limit;            /* 1 to EG_PLACES_FOUND_MAX */
    uint32_t kinds;            /* bits of enum eg_place_kind, and of EG_PLACE_KIND_AREA; 0: all */
    bool has_bbox;             /* points in it, and areas whose box meets it */
    struct eg_bounds bbox_deg; /* west > east crosses the antimeridian */
    bool has_near, by_distance;
    double near_lon_deg, near_lat_deg;
};

/* Positions of all areas are found, on n_threads threads (0: one per processor). The generation must outlive it. */
EG_MUST_CHECK enum eg_status eg_gazetteer_new(const struct eg_generation *generation, uint32_t n_threads,
                                              struct eg_gazetteer **gazetteer_out, struct eg_error *err);
void eg_gazetteer_free(struct eg_gazetteer *gazetteer); /* NULL is allowed */

/* The best places into hits_out[query->limit]: by match, then areas and places before postcodes, of these the members of small sets
 * before those of large ones (a county before its neighbourhoods), then by size; or by distance, the nearest first (of areas, that of
 * the position within them). Allocates nothing. EG_INVALID with field "q" for wrong UTF-8 or a text over EG_PLACE_TEXT_MAX. */
EG_MUST_CHECK enum eg_status eg_gazetteer_find(const struct eg_gazetteer *gazetteer,
                                               const struct eg_place_query *query,
                                               struct eg_place_hit *hits_out, uint32_t *n_out,
                                               struct eg_error *err);

/* "Newtown", "LS1 1AA". */
void eg_gazetteer_name(const struct eg_gazetteer *gazetteer, struct eg_found_place place,
                       struct eg_buffer *out);
/* The name and, where others have the same one, what tells it from them. eg_gazetteer_find finds the place by it. */
void eg_gazetteer_label(const struct eg_gazetteer *gazetteer, struct eg_found_place place,
                        struct eg_buffer *out);

struct eg_place_parent {
    uint32_t boundaries, area;
};
/* The areas that a place lies in, the smallest first, into parents_out[EG_PLACE_PARENTS_MAX]; returns how many. Of an area those of sets
 * that its own nests in. Some microseconds. */
uint32_t eg_gazetteer_parents(const struct eg_gazetteer *gazetteer, struct eg_found_place place,
                              struct eg_place_parent *parents_out);

/* Of EG_PLACE_IS_POSTCODES: how many they are; else 1. */
uint32_t eg_gazetteer_count(const struct eg_gazetteer *gazetteer, struct eg_found_place place);

struct eg_gazetteer_size {
    uint32_t n_named, n_words, n_postcodes, n_outwards;
    size_t bytes; /* of the gazetteer, without the tables */
};
struct eg_gazetteer_size eg_gazetteer_measure(const struct eg_gazetteer *gazetteer);

#endif
