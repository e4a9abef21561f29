/* What a directory snapshot is made of; shared by building and searching. */
#ifndef EG_DIRECTORY_DIRECTORY_INTERNAL_H
#define EG_DIRECTORY_DIRECTORY_INTERNAL_H

#include "base/arena.h"
#include "directory/directory.h"
#include "directory/facets.h"
#include "directory/figures.h"
#include "directory/hours.h"
#include "directory/places.h"
#include "directory/service_areas.h"
#include "directory/words.h"

/* Entries are numbered in the order in which answers list them: by kind, folded name, id. */
struct eg_directory {
    struct eg_entries *entries;
    struct eg_generation *generation;    /* NULL: none was given */
    struct eg_zone *zone;                /* the atlas's */
    struct eg_arena *arena;              /* everything below */
    const struct eg_entry **in_order;    /* [entries->n] number -> entry */
    const uint32_t *index_of;            /* [entries->n] number -> index into entries->items */
    uint32_t kind_start[EG_N_KINDS + 1]; /* numbers of a kind are consecutive */
    struct eg_places places;
    struct eg_words words;
    struct eg_words name_words,
        owner_words; /* of the names alone and of those of organisations, for relevance */
    struct eg_facets facets[EG_N_FACETS]; /* that of EG_FACET_KIND is empty: kind_start has it */
    struct eg_figures figures;
    struct eg_hours hours;
    const uint32_t *by_name; /* [entries->n] numbers in the order of folded names, then kinds and ids */
    struct eg_service_areas areas;
};

/* Without indexes yet; NULL with *err set. Gone with eg_directory_discard, which leaves the entries. */
struct eg_directory *eg_directory_open(struct eg_entries *entries, struct eg_generation *generation,
                                       struct eg_error *err);
void eg_directory_discard(struct eg_directory *directory);
/* Warns of codes of service areas that are of no area, where one was met in making this index. */
void eg_directory_log_unknown(const struct eg_directory *directory);

/* Numbers of the n entries that match, by when they open or take place next. */
EG_MUST_CHECK enum eg_status eg_rank_by_next(const struct eg_directory *directory, const uint64_t *matches,
                                             int64_t from_min, uint32_t *sorted, uint32_t n,
                                             struct eg_error *err);

/* For a search: its matches[n_bit_words] in the order asked for, and what is counted of them. */
EG_MUST_CHECK enum eg_status eg_directory_rank(const struct eg_directory *directory,
                                               const struct eg_directory_query *query, uint64_t *matches,
                                               struct eg_directory_result *result, struct eg_error *err);

#endif
