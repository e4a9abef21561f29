/* A whole directory as records, whatever it is kept in: for exports, and as the ground on which an import is laid. */
#ifndef EG_DATA_DIRECTORY_RECORDS_H
#define EG_DATA_DIRECTORY_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "data/atlas.h"
#include "data/records.h"
#include "data/store.h"

/* The records of all directories of an atlas: those of its store, or of its seeds where the store is not there yet, and those made of the
 * entries of its sources; where both have a row, the store's. The atlas needs no boundaries for it. */
EG_MUST_CHECK enum eg_status eg_directory_records(const struct eg_atlas *atlas,
                                                  struct eg_records **records_out, struct eg_error *err);

/* The records that a store of the atlas has, or, at revision 0, will have when it is filled from its seeds; `store` NULL: it is not there. */
EG_MUST_CHECK enum eg_status eg_directory_stored(const struct eg_atlas *atlas, struct eg_store *store,
                                                 struct eg_records **records_out, uint64_t *revision_out,
                                                 struct eg_error *err);

/* The same of the store that the atlas names, which it must; `has_store_out`: whether it is there. It is not made. */
EG_MUST_CHECK enum eg_status eg_directory_open_stored(const struct eg_atlas *atlas,
                                                      struct eg_records **records_out, bool *has_store_out,
                                                      struct eg_error *err);

struct eg_import_plan {
    struct eg_records_change change;
    uint32_t n_new, n_changed, n_taken_away; /* rows of tables */
};

/* What has to be done to `base` so that it has what was imported: rows that are new or say something else. `flat`: the rows are made of
 * entries in one row each, read with `base` as what is known (data/entry_flat.h). Then a field that they leave empty stays as it is; of what
 * an entry may have several and its row shows one (telephone, funding, place), that one is changed and the others stay; of lists (topics,
 * languages, codes, hours) what the row leaves out goes, unless private or referred to; the programmes and topics that they name are those
 * that are there under the name; and no organisation that is there changes but an entry's own. Organisations whose last entry goes to
 * another are taken away, unless something else refers to them. In the arena. */
EG_MUST_CHECK enum eg_status eg_directory_import(const struct eg_records *base,
                                                 const struct eg_records *imported, bool flat,
                                                 struct eg_arena *arena, struct eg_import_plan *plan_out,
                                                 struct eg_error *err);

#endif
