/* Collections: what OGC API offers by name. Each boundary set ("lsoa11": the areas with the latest value of every indicator), the
 * directory ("coalitions": its entries), and each layer by its id ("imd_score.lsoa11": the areas with that indicator).
 *
 * Hidden layers, and layers for which there are no data, are no collections; without entries there is no "coalitions". */
#ifndef EG_ENGINE_COLLECTIONS_H
#define EG_ENGINE_COLLECTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "engine/snapshot.h"

#define EG_COLLECTION_ENTRIES_ID "coalitions"

enum eg_collection_kind { EG_COLLECTION_LAYER, EG_COLLECTION_BOUNDARIES, EG_COLLECTION_ENTRIES };

struct eg_collection {
    enum eg_collection_kind kind;
    uint32_t layer;      /* LAYER: index into the atlas */
    uint32_t boundaries; /* LAYER, BOUNDARIES */
};

/* EG_NOT_FOUND with field "collectionId" and a message that says where the list is. */
EG_MUST_CHECK enum eg_status eg_collection_find(const struct eg_snapshot *snapshot, struct eg_text id,
                                                struct eg_collection *collection_out, struct eg_error *err);

/* All of them: boundaries first, then the directory, then layers in the atlas's order. Numbers run up to the count; some stand
 * for none (a hidden layer), and are false. */
uint32_t eg_collection_count(const struct eg_snapshot *snapshot);
bool eg_collection_at(const struct eg_snapshot *snapshot, uint32_t number,
                      struct eg_collection *collection_out);
uint32_t eg_collection_number(const struct eg_snapshot *snapshot, struct eg_collection collection);

/* Borrowed from the snapshot. */
struct eg_text eg_collection_id(const struct eg_snapshot *snapshot, struct eg_collection collection);
/* data is NULL when the arena refused. */
struct eg_text eg_collection_title(const struct eg_snapshot *snapshot, struct eg_collection collection,
                                   struct eg_arena *arena);
/* What it is, in a sentence of the atlas; may be empty. */
struct eg_text eg_collection_description(const struct eg_snapshot *snapshot, struct eg_collection collection);
/* False when nothing of it has a place. Of entries: a walk over all of them. */
bool eg_collection_bounds_deg(const struct eg_snapshot *snapshot, struct eg_collection collection,
                              struct eg_bounds *bounds_out);

#endif
