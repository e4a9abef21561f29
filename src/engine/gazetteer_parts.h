/* Shared by the parts of the gazetteer. */
#ifndef EG_ENGINE_GAZETTEER_PARTS_H
#define EG_ENGINE_GAZETTEER_PARTS_H

#include "directory/places.h"
#include "engine/gazetteer.h"

#define EG_GAZETTEER_NOWHERE INT32_MIN /* a spot's x: no position */

/* A place with a name: areas and rows of tables that are not of postcodes, numbered in the order of their sources. */
struct eg_gazetteer_word {
    uint32_t place;
    uint32_t at; /* into the folded texts: the word and what follows in the name */
};

struct eg_gazetteer_outward {
    uint64_t key;      /* of what stands before the gap, without it */
    uint32_t first, n; /* rows */
    struct eg_place_spot spot;
};

struct eg_gazetteer_source {
    uint32_t first, n; /* numbers of named places; n is 0 for a table of postcodes */
    uint32_t n_outwards;
    struct eg_gazetteer_outward *outwards; /* [n_outwards] ascending */
};

struct eg_gazetteer {
    const struct eg_generation *generation;
    uint32_t n_sources, n_sets; /* boundary sets, then tables of places */
    struct eg_gazetteer_source *sources;
    uint32_t n_named;
    char *folded;          /* names without case and marks, words parted by one blank, each ended by NUL */
    uint32_t *name_at;     /* [n_named] */
    uint32_t *rank;        /* [n_named] 0: the largest */
    float (*direction)[3]; /* [n_named] as in struct eg_place */
    struct eg_place_spot *spot; /* [n_named] of EG_PLACE_UNIT_DEG */
    uint32_t n_words;
    struct eg_gazetteer_word *words; /* [n_words] ascending by text, then place */
    uint32_t *by_size;               /* [n_sets] sets, those with the most areas first */
    size_t folded_bytes;
};

/* Folds and parts into words: "King's Lynn / St. Ann" -> "kings lynn st ann". NUL-terminated; returns the length. */
size_t eg_gazetteer_fold(struct eg_text text, char room[EG_PLACE_TEXT_MAX]);

struct eg_found_place eg_gazetteer_place(const struct eg_gazetteer *gazetteer, uint32_t number);
/* UINT32_MAX for postcodes. */
uint32_t eg_gazetteer_number(const struct eg_gazetteer *gazetteer, struct eg_found_place place);
struct eg_place_spot eg_gazetteer_spot(const struct eg_gazetteer *gazetteer, struct eg_found_place place);
/* The spot of a table's row, which may be that of its area. */
struct eg_place_spot eg_gazetteer_row_spot(const struct eg_gazetteer *gazetteer, uint32_t table,
                                           struct eg_place_spot row);
/* Entries of words that begin with text[len]: words[*first_out .. *end_out). */
void eg_gazetteer_range(const struct eg_gazetteer *gazetteer, const char *text, size_t len,
                        uint32_t *first_out, uint32_t *end_out);

/* The best so far, in order. */
struct eg_gazetteer_candidate {
    double distance; /* 0 unless that is the order */
    uint64_t order;
    struct eg_found_place place;
    enum eg_place_match match;
};

#define EG_GAZETTEER_KEPT (2 * EG_PLACES_FOUND_MAX + 16)
struct eg_gazetteer_search {
    const struct eg_gazetteer *gazetteer;
    const struct eg_place_query *query;
    struct eg_place near;
    struct eg_box box[2]; /* the question's box on the grid: two where it crosses the antimeridian */
    uint32_t n_boxes;
    uint32_t n, capacity;
    struct eg_gazetteer_candidate kept[EG_GAZETTEER_KEPT];
};

/* Offers a place, unless the question's filters leave it out. `rank` orders places of one match. False when it is left out for being
 * worse than all that are kept. */
bool eg_gazetteer_offer(struct eg_gazetteer_search *search, struct eg_found_place place,
                        enum eg_place_match match, uint64_t rank);
/* Offers postcodes that the text may mean. */
void eg_gazetteer_offer_postcodes(struct eg_gazetteer_search *search, struct eg_text text);
EG_MUST_CHECK enum eg_status eg_gazetteer_group(struct eg_gazetteer *gazetteer, uint32_t table,
                                                struct eg_error *err);

#endif
