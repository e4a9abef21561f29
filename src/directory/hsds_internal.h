/* What the lists of the HSDS API lean on; shared by making and searching. */
#ifndef EG_DIRECTORY_HSDS_INTERNAL_H
#define EG_DIRECTORY_HSDS_INTERNAL_H

#include "base/arena.h"
#include "base/textmap.h"
#include "directory/hsds.h"
#include "directory/places.h"
#include "directory/words.h"

#define EG_HSDS_NONE UINT32_MAX

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
    char code[EG_HSDS_POSTCODE_BYTES];
    uint32_t len;
    uint32_t at; /* a service at a location */
};

static inline struct eg_text eg_hsds_code(const struct eg_hsds_postcode *postcode)
{
    return (struct eg_text){postcode->code, postcode->len};
}

struct eg_hsds {
    const struct eg_directory *directory;
    const struct eg_entries *entries; /* services are numbered as these: by id */
    const struct eg_records *records; /* of the store, or NULL */
    struct eg_records *shared;        /* of names in other directories */
    struct eg_arena *arena;           /* everything below */
    const struct eg_record **service; /* [entries->n] of the store, or NULL */
    int64_t *modified_s; /* [entries->n] when it was changed, at the latest, as far as nobody says it */
    struct eg_hsds_names names[EG_N_HSDS_LISTS]; /* those of services and services at locations are empty */
    uint32_t n_at;                               /* services at locations */
    const struct eg_hsds_item *at;               /* [n_at] ascending by id; `entry` is set also with a row */
    struct eg_places at_places;                  /* where they are, numbered as `at` */
    uint32_t n_postcodes;
    const struct eg_hsds_postcode *postcodes; /* [n_postcodes] ascending by code */
};

/* An empty one; NULL when memory is refused. */
struct eg_hsds *eg_hsds_open(const struct eg_directory *directory, const struct eg_records *records);

/* What is said of when a service was last changed; false: not enough to know it, and the latest is that of a check, or INT64_MIN. */
bool eg_hsds_find_time(const struct eg_records *records, const struct eg_record *service,
                       int64_t *latest_s_out);
/* The same, or else when its directory was read. */
int64_t eg_hsds_time_of(const struct eg_hsds *hsds, uint32_t service);

/* The texts of names among which words are found: eg_words_source. */
struct eg_hsds_naming {
    const struct eg_hsds *hsds;
    enum eg_hsds_list list;
    const struct eg_hsds_item *items;
};
#define EG_HSDS_NAME_TEXTS 3U
bool eg_hsds_text(const void *naming, uint32_t i, uint32_t which, struct eg_text *text_out);

/* An entry that lies where the service is at that location: its own, nearly always, else one that is made in the arena; NULL: no memory. */
const struct eg_entry *eg_hsds_place_of(const struct eg_hsds *hsds, const struct eg_hsds_item *at);

struct eg_hsds_codes {
    struct eg_hsds_postcode *items; /* [n], free() */
    size_t capacity;
    uint32_t n;
};
/* Adds the postcodes of a service at a location, which is number i. False when memory is refused. */
bool eg_hsds_add_codes(const struct eg_hsds *hsds, const struct eg_hsds_item *at, uint32_t i,
                       struct eg_hsds_codes *codes);
/* By code, then number; for qsort. */
int eg_hsds_compare_codes(const void *a, const void *b);

/* Where the postcodes equal to this begin in hsds->postcodes, and how many they are. */
uint32_t eg_hsds_postcodes(const struct eg_hsds *hsds, struct eg_text postcode, uint32_t *n_out);

#endif
