/* Shared by the parts of an import's plan. */
#ifndef EG_DATA_DIRECTORY_IMPORT_INTERNAL_H
#define EG_DATA_DIRECTORY_IMPORT_INTERNAL_H

#include "base/buffer.h"
#include "base/textmap.h"
#include "data/directory_records.h"

struct eg_planning {
    const struct eg_records *base, *imported;
    struct eg_arena *arena;
    struct eg_textmap
        *named[EG_N_RECORD_TABLES]; /* flat: rows of the base by folded name, of what is known by that */
    struct eg_buffer room;          /* of names that are compared */
    bool failed;                    /* memory was refused */
    struct eg_record *puts;
    struct eg_record_key *deletes;
    uint32_t n_puts, n_deletes;
    uint32_t n_more_puts; /* that there may be beside one for each row that was imported */
    struct eg_import_plan *counts;
};

/* directory_import.c */

/* Unless the row is there just so; `old` NULL: there is none with its id. */
void eg_planning_put(struct eg_planning *planning, struct eg_record row, const struct eg_record *old);
/* A row of an entry over the row that is there: what it does not say stays, and what it names is what is there under that name. NULL when
 * memory is refused. */
struct eg_text *eg_planning_laid_over(struct eg_planning *planning, const struct eg_record *row,
                                      const struct eg_record *old);
/* The id of an imported row, or one made of it if the directory has a row with that. Without data when memory is refused. */
struct eg_text eg_planning_free_id(struct eg_planning *planning, enum eg_record_table table,
                                   struct eg_text id);

/* directory_import_lists.c: of what an entry may have several, while its row has room for one, or for a list of names. The row is laid over
 * the one that it is about; the others stay. */

/* Whether a row is of such a table, and was put. */
bool eg_planning_put_listed(struct eg_planning *planning, const struct eg_record *row);
/* Whether a row of such a table, of an entry that says something of it, goes. */
bool eg_planning_drops_listed(struct eg_planning *planning, const struct eg_record *row,
                              struct eg_text service);

/* directory_import_places.c: where an entry is. A row tells of its first place and is laid over that. */

/* Whether a row is about a place that the entry has, and was put. */
bool eg_planning_put_placed(struct eg_planning *planning, const struct eg_record *row);
/* How many rows are copied if a service leaves its first place to others. */
uint32_t eg_planning_copies(const struct eg_planning *planning, struct eg_text service);
/* The rows of what is accessible at the first place of a service, if the import says anything of that, and whether one goes. */
const struct eg_record *const *eg_planning_accessibility_told(const struct eg_planning *planning,
                                                              struct eg_text service, uint32_t *n_out);
bool eg_planning_drops_accessibility(const struct eg_planning *planning, struct eg_text service,
                                     const struct eg_record *row);

/* directory_import_hours.c */

void eg_planning_put_schedule(struct eg_planning *planning, const struct eg_record *row);
bool eg_planning_drops_schedule(struct eg_planning *planning, const struct eg_record *row,
                                struct eg_text service);

#endif
