/* What a directory snapshot is made of; shared by building and searching. */
#ifndef EG_DIRECTORY_DIRECTORY_INTERNAL_H
#define EG_DIRECTORY_DIRECTORY_INTERNAL_H

#include "base/arena.h"
#include "directory/directory.h"
#include "directory/facets.h"
#include "directory/places.h"
#include "directory/service_areas.h"
#include "directory/words.h"

/* Entries are numbered in the order in which answers list them: by kind, folded name, id. */
struct eg_directory {
    struct eg_entries *entries;
    struct eg_generation *generation;    /* NULL: none was given */
    struct eg_arena *arena;              /* everything below */
    const struct eg_entry **in_order;    /* [entries->n] number -> entry */
    uint32_t kind_start[EG_N_KINDS + 1]; /* numbers of a kind are consecutive */
    struct eg_places places;
    struct eg_words words;
    struct eg_facets topics, programmes;
    struct eg_service_areas areas;
};

#endif
