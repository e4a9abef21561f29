/* What the lists of the HSDS API lean on; shared by making and searching. */
#ifndef EG_DIRECTORY_HSDS_INTERNAL_H
#define EG_DIRECTORY_HSDS_INTERNAL_H

#include "base/arena.h"
#include "base/textmap.h"
#include "directory/hsds.h"
#include "directory/places.h"
#include "directory/words.h"

#define EG_HSDS_NONE UINT32_MAX
#define EG_HSDS_UNKNOWN_S INT64_MAX /* when a service was changed */

/* Services of each of something, ascending. */
struct eg_hsds_members {
    const uint32_t *start;    /* [n + 1] */
    const uint32_t *services; /* of a term perhaps twice */
};

/* Organisations, taxonomies or terms. */
struct eg_hsds_names {
    uint32_t n;
    const struct eg_hsds_item *items; /* [n] ascending by id */
    struct eg_words words;
    struct eg_hsds_members members; /* of taxonomies empty */
};

struct eg_hsds_postcode {
    struct eg_text code;
    uint32_t at; /* a service at a location */
};

struct eg_hsds {
    const struct eg_directory *directory;
    const struct eg_entries *entries;            /* services are numbered as these: by id */
    const struct eg_records *records;            /* of the store, or NULL */
    struct eg_records *shared;                   /* of names in other directories */
    struct eg_arena *arena;                      /* everything below */
    const struct eg_record **service;            /* [entries->n] of the store, or NULL */
    int64_t *modified_s;                         /* [entries->n] */
    struct eg_hsds_names names[EG_N_HSDS_LISTS]; /* those of services and services at locations are empty */
    uint32_t n_at;                               /* services at locations */
    const struct eg_hsds_item *at;               /* [n_at] ascending by id; `entry` is set also with a row */
    struct eg_places at_places;                  /* where they are, numbered as `at` */
    uint32_t n_postcodes;
    const struct eg_hsds_postcode *postcodes; /* [n_postcodes] ascending by code */
};

/* Where the postcodes equal to this begin in hsds->postcodes, and how many they are. */
uint32_t eg_hsds_postcodes(const struct eg_hsds *hsds, struct eg_text postcode, uint32_t *n_out);

#endif
